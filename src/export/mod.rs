//! A run's curves for other programs: CSV, and the event files that TensorBoard reads.

mod curves;
mod tensorboard;

pub use curves::{csv, scalars};
pub use tensorboard::{EventFile, Scalar, event_file_name};
