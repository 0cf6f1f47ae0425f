//! Training: the losses, the ACT step with its carry, the optimizers, and runs on disk.

mod act;
pub mod elsewhere;
mod evaluate;
mod finite;
mod fit;
mod folder;
mod loss;
mod memory;
mod optimizer;
mod pass;
pub mod preset;
mod run;
mod save;
mod step;
mod trainer;
mod votes;
pub mod watch;

pub use act::ActState;
pub(crate) use evaluate::score;
pub use evaluate::{Answer, Evaluation, SegmentScore, Tally, answer, answers, evaluate};
pub use fit::{Fit, FitError, FitPlan, FitProgress, Fitted, MOST_STEPS};
pub use folder::{Best, Phase, Request, Status, ask};
pub use loss::{binary_cross_entropy, cross_entropy};
pub use memory::{Short, needed, too_little};
pub use optimizer::{AdamAtan2, Schedule, sign_sgd};
pub use run::{FORMAT, News, Place, Run, RunConfig, RunError, Until, made_for, read_config};
pub use step::{Gradients, Metrics, Outcome, Rules, forward_backward, forward_backward_by};
pub use trainer::{StepReport, TrainConfig, TrainError, Trainer};
pub use votes::Ballot;
