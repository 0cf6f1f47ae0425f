//! Training: the losses, the ACT step with its carry, and the optimizers.

mod act;
mod loss;
mod optimizer;
mod step;
mod trainer;

pub use act::{ActState, Example, IGNORE};
pub use loss::{binary_cross_entropy, cross_entropy};
pub use optimizer::{AdamAtan2, Schedule, sign_sgd};
pub use step::{Gradients, Metrics, Outcome, forward_backward};
pub use trainer::{StepReport, TrainConfig, TrainError, Trainer};
