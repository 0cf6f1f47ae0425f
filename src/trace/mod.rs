//! The clock (segment, H, L), the recording of one run, the read-out at each step, and what they say of each token. Plain
//! data, no device.

mod clock;
mod inside;
mod memory;
mod readout;
mod recording;
pub mod tokens;

pub use clock::{MicroStep, Module, Schedule};
pub use inside::Inside;
pub use memory::Gap;
pub use readout::Readout;
pub use recording::{Dimensions, Question, Recording, SegmentEnd, StepRecord, residual};
