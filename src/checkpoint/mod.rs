//! Checkpoints: the public code's `step_N` files, our safetensors, run folders, and the shipped models; each with a
//! readable report of what did not fit.

mod error;
mod foreign;
mod native;
mod open;
mod state;

pub use error::CheckpointError;
pub use native::{CONFIG_KEY, IDENTIFIERS_KEY, Tensors, read_tensors, save, write_tensors};
pub use open::{Checkpoint, SHIPPED, fingerprint, open, open_for, shipped, shipped_configs, steps};
pub use state::{RawTensor, Report, State};

/// Bytes as lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
