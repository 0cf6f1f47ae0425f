//! Training: the losses, the ACT step with its carry, the optimizers, and runs on disk.

mod act;
mod evaluate;
mod finite;
mod loss;
mod optimizer;
mod pass;
pub mod preset;
mod run;
mod save;
mod step;
mod trainer;

pub use act::ActState;
pub use evaluate::{Evaluation, SegmentScore, evaluate};
pub use loss::{binary_cross_entropy, cross_entropy};
pub use optimizer::{AdamAtan2, Schedule, sign_sgd};
pub use run::{News, Run, RunConfig, RunError, Until, made_for};
pub use step::{Gradients, Metrics, Outcome, Rules, forward_backward, forward_backward_by};
pub use trainer::{StepReport, TrainConfig, TrainError, Trainer};
