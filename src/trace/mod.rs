//! The clock (segment, H, L), the recording of one run, and the read-out at each step. Plain data, no device.

mod clock;
mod readout;
mod recording;

pub use clock::{MicroStep, Module, Schedule};
pub use readout::Readout;
pub use recording::{Dimensions, Recording, SegmentEnd, StepRecord, residual};
