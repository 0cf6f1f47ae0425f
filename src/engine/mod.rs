//! The messages between the window and the compute thread.

mod message;

pub use message::{Command, DeviceInfo, Event, Halting, JobId, ModelInfo, ModelSource};
