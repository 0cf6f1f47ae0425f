//! Devices, and the compute thread that owns device and model: commands go down, events come up.

mod aside;
mod device;
mod fitting;
mod memory;
mod message;
mod resident;
mod shipped;
mod think;
mod worker;

pub use crate::model::{Halting, Limits};
pub(crate) use aside::state_tensor;
#[cfg(test)]
pub(crate) use device::open_shared;
pub use device::{DeviceError, Graphics, choose, list, open, share};
pub use memory::free_memory;
pub use message::{Command, DeviceInfo, Event, JobId, ModelInfo, ModelSource};
pub use resident::{Place, Resident};
pub use shipped::{shipped_boards, shipped_for};
pub(crate) use think::readout;
pub use think::{Thought, think};
pub use worker::Engine;
