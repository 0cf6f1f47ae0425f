//! What leaves the program: a run's curves as CSV and as the event files that TensorBoard reads, trace files written and
//! opened again, and the reasoning as a moving picture.

mod animation;
mod curves;
mod tensorboard;
mod trace_file;
mod trace_write;

pub use animation::{Animation, Format};
pub use curves::{csv, scalars};
pub use tensorboard::{EventFile, Scalar, event_file_name};
pub use trace_file::{TraceError, TraceFile, is_trace};
pub use trace_write::{record, write_recording};
