//! An ARC task asked in many variants, and a model fitted to its examples: what is known of both.

pub mod apply;
mod text;

pub use text::{many, verdict};

use std::sync::Arc;

use super::edit::answer;
use super::state::State;
use crate::board::arc::{Grid, Pair};
use crate::engine::{JobId, ModelInfo};
use crate::task::arc::Poll;
use crate::train::{FitPlan, FitProgress};

/// The numbers of variants that are offered.
pub const COUNTS: [usize; 4] = [1, 8, 32, 100];
/// The numbers of steps that are offered.
pub const STEPS: [u64; 4] = [100, 300, FitPlan::USUAL_STEPS, 3000];
/// Numbers of requests from here on are polls and fits; below are runs.
const FIRST_JOB: u64 = 1 << 48;

/// What a person does with votes and fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ArcAction {
    /// Ask in as many variants as last time.
    Ask,
    /// Ask in so many variants, now and from now on.
    AskIn(usize),
    /// Stop asking; the votes so far stay.
    StopAsking,
    /// Show the answer of this voter large, or the run's again.
    Show(Option<usize>),
    /// How the next fit goes.
    Plan(FitPlan),
    /// Fit the model to the examples.
    Fit,
    /// Stop fitting; nothing of it stays.
    StopFit,
    /// Answer with the model as it was loaded.
    Forget,
}

/// A task that is asked in variants.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The request.
    pub job: JobId,
    /// The voters, and their votes so far.
    pub poll: Poll,
    /// More votes are to come.
    pub running: bool,
    /// The voter whose answer is shown large.
    pub shown: Option<usize>,
}

/// A fit under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitting {
    /// The request.
    pub job: JobId,
    /// What it is about.
    pub about: About,
    /// How far it is; None before the first news.
    pub progress: Option<FitProgress>,
}

/// What a fit is about.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// The task.
    pub name: String,
    /// The examples as they were.
    pub examples: Vec<Pair>,
    /// How it is fitted.
    pub plan: FitPlan,
    /// What was answered before, to the test input of then.
    pub before: Option<(Grid, Grid)>,
}

/// A fit that answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// What it was about.
    pub about: About,
    /// How it ended.
    pub end: FitProgress,
    /// The model as it was loaded.
    pub loaded: Arc<ModelInfo>,
}

/// Votes and fits.
#[derive(Debug, Clone)]
pub struct ArcState {
    /// How many variants are asked.
    pub count: usize,
    /// The task that is asked in variants.
    pub asked: Option<Asked>,
    /// How the next fit goes.
    pub plan: FitPlan,
    /// The fit under way.
    pub fitting: Option<Fitting>,
    /// The fit that answers.
    pub fitted: Option<Fitted>,
    last_job: u64,
}

impl Default for ArcState {
    fn default() -> Self {
        Self {
            count: COUNTS[1],
            asked: None,
            plan: FitPlan { steps: FitPlan::USUAL_STEPS, whole: false },
            fitting: None,
            fitted: None,
            last_job: FIRST_JOB,
        }
    }
}

impl ArcState {
    fn next_job(&mut self) -> JobId {
        self.last_job += 1;
        JobId(self.last_job)
    }
}

impl State {
    /// The task can be asked in variants: it is one, and the model knows such canvases.
    pub fn can_poll(&self) -> bool {
        self.board().arc().is_some() && self.placement().is_some() && self.loading.is_none()
    }

    /// Votes are coming.
    pub fn polling(&self) -> bool {
        self.arc.asked.as_ref().is_some_and(|asked| asked.running)
    }

    /// The fit that the shown task is answered with: the one of its own row.
    pub fn fitted_here(&self) -> Option<&Fitted> {
        let name = self.board().arc()?.name();
        self.arc.fitted.as_ref().filter(|fitted| fitted.about.name == name)
    }

    /// The shown task may be fitted: the loaded model has no row of its own for it.
    pub fn can_fit(&self) -> bool {
        let unknown = self.puzzle_id().is_none() || self.fitted_here().is_some();
        let has_examples = self.board().arc().is_some_and(|sheet| !sheet.task().train.is_empty());
        self.can_poll() && has_examples && unknown && self.arc.fitting.is_none()
    }

    /// The newest answer to the shown test input, beside the input.
    fn answered(&self) -> Option<(Grid, Grid)> {
        let input = self.board().arc()?.input().clone();
        answer(self).map(|answer| (input, answer))
    }
}
