//! A training run on disk: starting it, going on after a stop, and training until told to end.

mod config;
mod data;
mod record;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use burn::tensor::Device;
use thiserror::Error;

pub use config::{FORMAT, RunConfig, read_config};
pub use data::made_for;
use data::{prepare, preparing};
use record::NAMED;

use super::evaluate::Evaluation;
use super::folder::{Best, Folder, Phase, Request, Status};
use super::step::Metrics;
use super::trainer::{TrainError, Trainer};
use crate::checkpoint;
use crate::dataset::{DataError, Sampler, SamplerState};
use crate::files::{self, FileError};
use crate::task::Example;

/// The most time that a killed run loses, unless saving takes long.
const SAVE_AFTER: Duration = Duration::from_secs(30);
/// Saving takes at most this share of the time.
const SAVING_SHARE: u32 = 20;
/// How often the status is written.
const STATUS_AFTER: Duration = Duration::from_secs(1);
/// How often the live board is answered at first; later more seldom, so that there are some hundred moments in all.
const LIVE_AFTER: Duration = Duration::from_secs(5);
/// The live board takes at most this share of the time.
const LIVE_SHARE: u32 = 20;
/// Examples drawn ahead, in batches.
const AHEAD: usize = 4;

/// A run that cannot start or go on.
#[derive(Debug, Error)]
pub enum RunError {
    /// Training failed.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The disk failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The data failed.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The settings cannot be, or the data do not go with them.
    #[error("{0}")]
    Settings(String),
    /// Something about the folder.
    #[error("{path}: {why}", path = path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong and what to do.
        why: String,
    },
}

/// When to stop; a run also stops at the end of its schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until {
    /// At this step, counted from the run's start.
    pub step: u64,
    /// After this time.
    pub time: Option<Duration>,
}

/// What computes, and what it is called.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The device.
    pub device: &'a Device,
    /// Its name for people.
    pub name: &'a str,
}

/// News of a run.
#[derive(Debug, Clone)]
pub enum News {
    /// A step was made; the metrics are those since the last report.
    Step {
        /// The step, from 1.
        step: u64,
        /// Mean cross-entropy of a row since the last report.
        lm_loss: f64,
        /// Share of right boards among those that halted since the last report.
        exact: Option<f64>,
    },
    /// The held-out puzzles were answered.
    Evaluated {
        /// The step.
        step: u64,
        /// The figures.
        evaluation: Evaluation,
    },
    /// Somebody asked the run to end.
    Asked(Request),
}

/// A run that is open. No other process can open it meanwhile.
#[derive(Debug)]
pub struct Run {
    sampler: Sampler,
    work: Work,
}

/// The run without what gives its examples, which another thread works with.
#[derive(Debug)]
struct Work {
    folder: Folder,
    config: RunConfig,
    trainer: Trainer,
    /// Where the sampler stands behind the last step.
    drawn: SamplerState,
    held_out: Vec<Example>,
    /// The names of the puzzle ids as JSON, where they are few enough to be written into every checkpoint.
    identifiers: Option<String>,
    /// What happened when the run was opened.
    notes: Vec<String>,
    since: Window,
    status: Status,
    best: Option<Best>,
    /// The step of the last evaluation.
    measured_at: Option<u64>,
    saved: Option<(u64, Instant)>,
    saving_took: Duration,
    status_told: Instant,
    live_told: Option<Instant>,
    /// How long the last answer took; None before the first.
    live_took: Option<Duration>,
}

/// What happened since the last line of metrics.
#[derive(Debug)]
struct Window {
    start: Instant,
    steps: u64,
    sums: Metrics,
}

impl Window {
    fn new() -> Self {
        Self { start: Instant::now(), steps: 0, sums: Metrics::default() }
    }
}

impl Run {
    /// Starts a run in a new folder. `watch` hears how many puzzles are made and may stop it by answering false.
    ///
    /// # Errors
    /// A folder that already holds a run, data that do not fit the model, the disk's reasons.
    pub fn create(
        folder: &Path,
        config: RunConfig,
        place: Place<'_>,
        watch: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<Self, RunError> {
        let path = folder.join("run.json");
        if path.exists() {
            let why = "holds a run already: go on with --resume, or choose another folder".into();
            return Err(RunError::Folder { path: folder.to_owned(), why });
        }
        config.check().map_err(RunError::Settings)?;
        let is_new = !folder.exists();
        let taken = Folder::take(folder)?;
        Self::begin(taken, config, place, watch).inspect_err(|_| {
            // A start that failed leaves nothing of its own behind; what it cannot remove does no harm.
            if is_new && !path.exists() {
                let _ = std::fs::remove_dir_all(folder);
            }
        })
    }

    fn begin(
        folder: Folder,
        mut config: RunConfig,
        place: Place<'_>,
        watch: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<Self, RunError> {
        let path = folder.file("run.json");
        config.format = FORMAT;
        let (set, held_out) = prepare(&folder, &config, place, watch)?;
        config.model.puzzles = set.identifiers().len();
        let text = serde_json::to_vec_pretty(&config)
            .map_err(|e| RunError::Folder { path: path.clone(), why: e.to_string() })?;
        set.write_identifiers(&folder.file("identifiers.json"))?;
        let sampler = Sampler::new(set, config.train.seed);
        let first = match &config.from {
            None => config.initializer.build(&config.model, place.device),
            Some(name) => {
                let mut found = checkpoint::open(name).map_err(TrainError::from)?;
                found.begin(&config.model, &config.initializer).map_err(TrainError::from)?;
                found.model(place.device).map_err(TrainError::from)?
            }
        };
        let trainer = Trainer::new(first, config.train.clone());
        let mut run = Self::open(folder, config, trainer, sampler, held_out, place);
        run.work.folder.keep_lines_until("metrics.jsonl", 0)?;
        run.work.folder.keep_lines_until("live.jsonl", 0)?;
        run.work.save()?;
        // Written last: a folder with this file has a state to resume from.
        files::write_atomic(&path, &text)?;
        Ok(run)
    }

    /// Opens a run folder and goes on after its last save: bit-equal to a run that never stopped, on the CPU. A save
    /// that is damaged is put aside and the one before it taken.
    ///
    /// # Errors
    /// A folder without a run, damaged files, data that have changed, another process at work on it.
    pub fn resume(folder: &Path, place: Place<'_>, watch: &(dyn Fn(usize) -> bool + Sync)) -> Result<Self, RunError> {
        let config = read_config(folder)?;
        let folder = Folder::take(folder)?;
        let (set, held_out) = prepare(&folder, &config, place, watch)?;
        let wrong = |why: String| RunError::Folder { path: folder.path.clone(), why };
        if set.identifiers().len() != config.model.puzzles {
            let why = format!(
                "the data `{}` now has {} puzzle ids, the run was started with {}: bring back the data it had",
                config.data,
                set.identifiers().len(),
                config.model.puzzles
            );
            return Err(RunError::Settings(why));
        }
        let mut sampler = Sampler::new(set, config.train.seed);
        let saves = folder.saves();
        if saves.is_empty() {
            return Err(wrong("has no saved state (resume/step_N.safetensors): start a new run".into()));
        }
        let mut damage = Vec::new();
        let found = saves.iter().find_map(|path| {
            let fresh = config.initializer.build(&config.model, place.device);
            match Trainer::resume::<SamplerState>(fresh, config.train.clone(), path) {
                Ok(found) => Some((path, found)),
                Err(error) => {
                    damage.push(error);
                    None
                }
            }
        });
        let Some((path, (trainer, state))) = found else {
            let reasons: Vec<String> = damage.iter().map(ToString::to_string).collect();
            let weights = checkpoint::steps(&folder.file("checkpoints")).pop();
            let weights = weights.map_or(String::new(), |(_, path)| {
                format!("; a new run can begin with the weights it had: --from {}", path.display())
            });
            return Err(wrong(format!("cannot go on: {}{weights}", reasons.join("; "))));
        };
        if !sampler.restore(state) {
            let why = format!(
                "the run was saved with other data than `{}` gives now: bring back the data it had",
                config.data
            );
            return Err(RunError::Settings(why));
        }
        let step = trainer.step;
        let since =
            |at: std::time::SystemTime| at.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let saved_at = path.metadata().and_then(|file| file.modified()).map_or(0, since);
        let mut run = Self::open(folder, config, trainer, sampler, held_out, place);
        let work = &mut run.work;
        work.folder.keep_lines_until("metrics.jsonl", step)?;
        work.folder.keep_lines_until("live.jsonl", step)?;
        for found in work.evaluations()? {
            work.measured(found);
        }
        (work.status.saved_step, work.status.saved_at) = (step, saved_at);
        work.status.bytes = work.folder.bytes();
        for (error, path) in damage.iter().zip(&saves) {
            let note = format!("{error}; gone back to step {step}");
            work.event(&note)?;
            work.notes.push(note);
            let name = format!("damaged_{}", path.file_name().unwrap_or_default().to_string_lossy());
            // Where it cannot be moved it is skipped again next time.
            let _ = std::fs::rename(path, path.with_file_name(name));
        }
        work.event("resumed")?;
        Ok(run)
    }

    fn open(
        folder: Folder,
        config: RunConfig,
        trainer: Trainer,
        sampler: Sampler,
        held_out: Vec<Example>,
        place: Place<'_>,
    ) -> Self {
        let status = Status { parameters: trainer.model.parameters(), ..preparing(&config, place) };
        let names = sampler.set().identifiers();
        let few = (2..=NAMED).contains(&names.len());
        let identifiers = few.then(|| serde_json::to_string(names).ok()).flatten();
        let work = Work {
            drawn: sampler.state(),
            folder,
            config,
            trainer,
            held_out,
            identifiers,
            notes: Vec::new(),
            since: Window::new(),
            status,
            best: None,
            measured_at: None,
            saved: None,
            saving_took: Duration::ZERO,
            status_told: Instant::now(),
            live_told: None,
            live_took: None,
        };
        Self { sampler, work }
    }

    /// The configuration.
    pub fn config(&self) -> &RunConfig {
        &self.work.config
    }

    /// Steps made since the run's start.
    pub fn step(&self) -> u64 {
        self.work.trainer.step
    }

    /// What is trained on what, in some lines for people.
    pub fn summary(&self) -> String {
        let (work, set) = (&self.work, self.sampler.set());
        let mut lines = vec![format!(
            "{} weights learn from {} ({} examples, {} held out), {} rows a step, to step {}",
            work.status.parameters,
            work.config.data,
            set.len(),
            work.held_out.len(),
            work.config.train.batch,
            work.config.train.schedule.steps
        )];
        lines.extend(set.notes().iter().chain(&work.notes).cloned());
        lines.join("\n")
    }

    /// Size of the folder, bytes.
    pub fn bytes(&self) -> u64 {
        self.work.folder.bytes()
    }

    /// Trains until told to stop, then saves. `tell` hears of every step and may break off after it.
    ///
    /// # Errors
    /// A loss that is no number (the last save stays), a device or disk that failed.
    pub fn train(&mut self, until: Until, tell: &mut dyn FnMut(News) -> ControlFlow<()>) -> Result<(), RunError> {
        let Self { sampler, work } = self;
        let ahead = AHEAD * work.config.train.batch;
        let outcome = sampler.ahead(ahead, |next| work.train(until, next, tell));
        if let Err(error) = &outcome {
            work.status.message = Some(error.to_string());
            work.tell(Phase::Failed);
        }
        outcome
    }
}

impl Work {
    fn train(
        &mut self,
        until: Until,
        next: &mut dyn FnMut() -> Result<(Example, SamplerState), DataError>,
        tell: &mut dyn FnMut(News) -> ControlFlow<()>,
    ) -> Result<(), RunError> {
        let (begun, first) = (Instant::now(), self.trainer.step);
        let last = until.step.min(self.config.train.schedule.steps);
        self.status.steps = last;
        (self.since, self.live_told) = (Window::new(), None);
        self.saved.get_or_insert((first, begun)).1 = begun;
        self.tell(Phase::Training);
        let mut ended = None;
        while ended.is_none() && self.trainer.step < last && until.time.is_none_or(|time| begun.elapsed() < time) {
            let rows = (0..self.trainer.waiting()).map(|_| next()).collect::<Result<Vec<_>, _>>()?;
            self.drawn = rows.last().map_or_else(|| self.drawn.clone(), |(_, state)| state.clone());
            let mut rows = rows.into_iter().map(|(example, _)| example);
            let started = Instant::now();
            let report =
                self.trainer.step(|| rows.next().unwrap_or_else(|| unreachable!("as many were drawn as wait")))?;
            let took = started.elapsed();
            let mut flow = tell(self.note(&report)?);
            if report.step.is_multiple_of(self.config.evaluate_every.max(1)) && flow.is_continue() {
                let pause = Instant::now();
                let evaluation = self.evaluate()?;
                self.since.start += pause.elapsed();
                flow = tell(News::Evaluated { step: report.step, evaluation });
            }
            if flow.is_continue() {
                self.look_around(begun, first, took)?;
            }
            if let Some(request) = self.folder.request() {
                ended = Some(if request == Request::Pause { Phase::Paused } else { Phase::Stopped });
                // It ends whatever the listener says.
                let _ = tell(News::Asked(request));
            } else if flow.is_break() {
                ended = Some(Phase::Paused);
            }
        }
        let step = self.trainer.step;
        let done = step >= self.config.train.schedule.steps;
        // The figures of a finished run are those of its last weights.
        if done && ended.is_none() && self.measured_at != Some(step) {
            let evaluation = self.evaluate()?;
            let _ = tell(News::Evaluated { step, evaluation });
        }
        self.save()?;
        self.tell(if done { Phase::Done } else { ended.unwrap_or(Phase::Paused) });
        Ok(())
    }

    /// What is done by the clock and not by the step: saving, the status, the live board. The last step took so long.
    fn look_around(&mut self, begun: Instant, first: u64, took: Duration) -> Result<(), RunError> {
        if self.saved.is_none_or(|(_, at)| at.elapsed() > SAVE_AFTER.max(self.saving_took * SAVING_SHARE)) {
            self.save()?;
        }
        // A step takes each of its rows through a segment, and back: an answer is no dearer than as many rows as segments.
        let (segments, rows) = (self.trainer.max_segments() as f64, self.config.train.batch.max(1) as f64);
        let cost = self.live_took.unwrap_or_else(|| took.mul_f64(segments / rows));
        if live_is_due(begun.elapsed(), self.live_told.map(|at| at.elapsed()), cost) {
            self.live()?;
            self.live_told = Some(Instant::now());
        }
        if self.status_told.elapsed() > STATUS_AFTER {
            let made = (self.trainer.step - first) as f64;
            self.status.steps_per_s = made / begun.elapsed().as_secs_f64().max(1e-9);
            self.tell(Phase::Training);
        }
        Ok(())
    }
}

/// Whether the live board is to be answered: a run has trained for `gone`, the last answer is `since` ago, where there was
/// one, and the next will take about as long as `cost`.
fn live_is_due(gone: Duration, since: Option<Duration>, cost: Duration) -> bool {
    let share = cost.saturating_mul(LIVE_SHARE);
    match since {
        None => gone > share,
        Some(since) => since > share.max(LIVE_AFTER).max(gone / 500),
    }
}

#[cfg(test)]
mod tests;
