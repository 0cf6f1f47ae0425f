//! What leaves the program: a run's curves as CSV and as the event files that TensorBoard reads, trace files opened again,
//! and the reasoning as a moving picture.

mod animation;
mod curves;
mod tensorboard;
mod trace_file;

pub use animation::{Animation, Format};
pub use curves::{csv, scalars};
pub use tensorboard::{EventFile, Scalar, event_file_name};
pub use trace_file::{CHECKPOINT_KEY, HASH_KEY, IDS_KEY, INPUTS_KEY, TraceError, TraceFile, state_name};
