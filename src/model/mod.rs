//! The Hierarchical Reasoning Model: its configuration, layers, and the one segment function that training,
//! solving, tracing and benchmarks share. It knows neither boards nor windows.

mod config;
mod fused;
mod halting;
mod hrm;
mod init;
mod kernel;
mod layers;
mod segment;
mod table;

#[cfg(test)]
pub(crate) use config::tests::tiny as tiny_config;
pub use config::{ConfigError, HrmConfig, LossKind, Position};
pub use halting::{Halting, Limits};
pub use hrm::{Hrm, WeightSpec};
pub use init::{Attention, Initializer, Positions};
pub use layers::{Block, Rope, attention, rms_norm, swiglu};
pub use segment::{Carry, Gradient, Heads, Observation, Tracked, probabilities};
pub use table::{PuzzleTable, TableMean};
