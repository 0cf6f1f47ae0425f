//! What goes down to the engine and what comes up from it. All of it is plain data.

use std::path::PathBuf;
use std::sync::Arc;

use super::Resident;
use crate::board::arc::Task;
use crate::model::Halting;
use crate::task::{Boards, Example};
use crate::trace::{Dimensions, Gap, Inside, Module, Question, SegmentEnd, StepRecord};
use crate::train::{Answer, FitPlan, FitProgress};

/// Names one request; a later number is a later request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct JobId(pub u64);

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum ModelSource {
    /// One that the program carries, by name (`sudoku-4x4`).
    Shipped(String),
    /// A checkpoint file or run folder.
    Path(PathBuf),
}

/// A device that can compute.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DeviceInfo {
    /// What `--device` takes: `cpu` or `gpu:N`.
    pub id: String,
    /// The device's own name.
    pub name: String,
    /// `cpu`, `discrete`, `integrated`, `virtual` or `software`.
    pub kind: String,
    /// `Vulkan`, `Metal`, `Dx12`, or `flex` for the CPU.
    pub api: String,
}

/// What the window needs to know of a loaded model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelInfo {
    /// Where it was loaded from.
    pub source: ModelSource,
    /// A short name for people.
    pub name: String,
    /// Total number of weights.
    pub parameters: usize,
    /// S: board tokens.
    pub seq_len: usize,
    /// V: vocabulary.
    pub vocab: usize,
    /// Sizes and schedule; `max_segments` is what the model was trained with.
    pub dimensions: Dimensions,
    /// The first 12 hex digits of the file's SHA-256.
    pub hash: String,
    /// The names of the puzzle table's rows, where they are known; the first is the blank one.
    pub identifiers: Vec<String>,
    /// Which newer checkpoint of its folder is damaged, so that this one was taken.
    pub passed_over: Option<String>,
}

impl ModelInfo {
    /// What the model's tokens stand for; None when no task here has them.
    pub fn boards(&self) -> Option<Boards> {
        Boards::of(self.seq_len, self.vocab)
    }

    /// The row of the puzzle table that has this name.
    pub fn puzzle_id(&self, name: &str) -> Option<i32> {
        self.identifiers.iter().position(|known| known == name).and_then(|id| i32::try_from(id).ok())
    }
}

/// A request to the engine.
#[derive(Debug, Clone)]
pub enum Command {
    /// List what can compute here.
    ListDevices,
    /// Compute on this device from now on (`cpu`, `gpu:N`); the model is moved there.
    UseDevice(String),
    /// Load a model and answer with it from now on.
    LoadModel(ModelSource),
    /// Think about a board. A newer `Think` replaces an older one that has not finished.
    Think {
        /// Names the request in the events that answer it.
        job: JobId,
        /// Board tokens `[seq_len]`.
        tokens: Vec<i32>,
        /// The row of the puzzle table.
        puzzle_id: i32,
        /// When to stop.
        halting: Halting,
        /// The most segments to take.
        max_segments: usize,
    },
    /// Compute states of a run again that were let go. One that comes while a `Think` is under way is done at once, between
    /// two of its micro-steps; a newer `Replay` replaces an older one that has not begun.
    Replay {
        /// Names the request in the events that answer it.
        job: JobId,
        /// What the run was asked.
        question: Question,
        /// What is missing.
        gap: Gap,
    },
    /// Look inside a block at a micro-step; done as soon as a `Replay`.
    LookInside {
        /// Names the request in the events that answer it.
        job: JobId,
        /// What the run was asked.
        question: Question,
        /// The micro-step, counted from 0 over the run.
        step: usize,
        /// The block, from 0; beyond the last it is the last.
        layer: usize,
        /// z_H before it, `[tokens, hidden]`.
        z_h: Arc<[f32]>,
        /// z_L before it, `[tokens, hidden]`.
        z_l: Arc<[f32]>,
    },
    /// Answer these one after the other. Whatever makes a `Think` end early ends this too.
    Poll {
        /// Names the request in the events that answer it.
        job: JobId,
        /// What is asked; labels need not be known.
        questions: Vec<Example>,
        /// When to stop.
        halting: Halting,
        /// The most segments to take.
        max_segments: usize,
        /// How many are answered together; with 1 each is told as soon as it can be.
        batch: usize,
    },
    /// Fit a copy of the loaded model to a task's examples, between other requests; it then answers in its place. A
    /// newer `Fit` replaces an older one, and another model or device ends it.
    Fit {
        /// Names the request in the events that answer it.
        job: JobId,
        /// The task's name.
        name: String,
        /// Its pairs.
        task: Box<Task>,
        /// How.
        plan: FitPlan,
    },
    /// Answer with the model as it was loaded again.
    ForgetFit,
    /// Stop a job; what it has sent stays valid.
    Cancel(JobId),
}

/// News from the engine.
#[derive(Debug, Clone)]
pub enum Event {
    /// The answer to [`Command::ListDevices`]; software adapters are listed too.
    Devices(Vec<DeviceInfo>),
    /// The device that computes from now on, and why, when it is not the one that was asked for.
    DeviceReady {
        /// The device.
        device: DeviceInfo,
        /// A sentence when the engine fell back.
        note: Option<String>,
    },
    /// The model that answers from now on.
    ModelLoaded(Arc<ModelInfo>),
    /// The model asked for cannot be used; the one before stays.
    ModelFailed {
        /// What was asked for.
        source: ModelSource,
        /// What, where and what to do.
        message: String,
    },
    /// A run begins.
    ThinkStarted {
        /// Whose run.
        job: JobId,
        /// Sizes and schedule; `max_segments` is this run's limit.
        dimensions: Dimensions,
        /// z_H before the first step, `[tokens, hidden]`.
        z_h_init: Arc<[f32]>,
        /// z_L before the first step, `[tokens, hidden]`.
        z_l_init: Arc<[f32]>,
    },
    /// The state of the micro-step that comes next lies where the window draws.
    Resident {
        /// Whose run.
        job: JobId,
        /// Whose state.
        module: Module,
        /// The state.
        state: Resident,
    },
    /// One micro-step was computed.
    Step {
        /// Whose run.
        job: JobId,
        /// The step.
        record: StepRecord,
    },
    /// A segment ended.
    SegmentEnded {
        /// Whose run.
        job: JobId,
        /// Its halting decision.
        end: SegmentEnd,
    },
    /// A run is complete.
    ThinkFinished {
        /// Whose run.
        job: JobId,
        /// Wall-clock time, milliseconds.
        elapsed_ms: f64,
    },
    /// A state was computed again.
    Replayed {
        /// Whose request.
        job: JobId,
        /// The micro-step's place in the run.
        step: usize,
        /// The updated module's state after it, `[tokens, hidden]`.
        state: Arc<[f32]>,
        /// How far it moved.
        residual: f32,
    },
    /// All states of a request were computed again.
    ReplayFinished(JobId),
    /// What goes on inside a block.
    Inside {
        /// Whose request.
        job: JobId,
        /// It.
        inside: Inside,
    },
    /// The next question of a poll was answered.
    Answered {
        /// Whose poll.
        job: JobId,
        /// The answer.
        answer: Answer,
    },
    /// A poll is complete.
    PollFinished(JobId),
    /// A fit made a step, or is about to make the first.
    FitStep {
        /// Whose fit.
        job: JobId,
        /// How far it is.
        progress: FitProgress,
    },
    /// A fit is complete: the fitted model answers from now on.
    Fitted {
        /// Whose fit.
        job: JobId,
        /// The model, with the names of its new rows.
        model: Arc<ModelInfo>,
    },
    /// A run was stopped by [`Command::Cancel`] or replaced by a newer one.
    Cancelled(JobId),
    /// A job could not be done.
    Failed {
        /// Which.
        job: JobId,
        /// What, where and what to do.
        message: String,
    },
}
