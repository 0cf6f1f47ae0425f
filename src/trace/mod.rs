//! The clock (segment, H, L), the recording of one run, the read-out at each step, and what they say of each token. Plain
//! data, no device.

mod clock;
mod readout;
mod recording;
pub mod tokens;

pub use clock::{MicroStep, Module, Schedule};
pub use readout::Readout;
pub use recording::{Dimensions, Recording, SegmentEnd, StepRecord, residual};
