//! Training: the losses, the ACT step with its carry, the optimizers, and runs on disk.

mod act;
mod evaluate;
mod loss;
mod optimizer;
mod pass;
pub mod preset;
mod run;
mod step;
mod trainer;
pub mod watch;

pub use act::ActState;
pub use evaluate::{Evaluation, SegmentScore, evaluate};
pub use loss::{binary_cross_entropy, cross_entropy};
pub use optimizer::{AdamAtan2, Schedule, sign_sgd};
pub use run::{News, Run, RunConfig, RunError, Until, made_for};
pub use step::{Gradients, Metrics, Outcome, forward_backward};
pub use trainer::{StepReport, TrainConfig, TrainError, Trainer};
