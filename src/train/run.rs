//! A training run on disk: starting it, going on after a stop, and what it writes down meanwhile.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use super::evaluate::{Evaluation, evaluate};
use super::folder::{Best, Folder, Phase, Request, Status, now};
use super::step::Metrics;
use super::trainer::{StepReport, TrainConfig, TrainError, Trainer};
use crate::checkpoint;
use crate::dataset::{DataError, DataSet, DataSource, Sampler, SamplerState};
use crate::files::{self, FileError};
use crate::model::{Halting, HrmConfig, Initializer, Limits};
use crate::task::{Boards, Example};

/// The version of the run folder's form that is written here. 1: one `resume.safetensors`, no status.
pub const FORMAT: u32 = 2;
/// How many of the newest checkpoints a run folder keeps.
const KEPT: usize = 3;
/// The most time that a killed run loses, unless saving takes long.
const SAVE_AFTER: Duration = Duration::from_secs(30);
/// Saving takes at most this share of the time.
const SAVING_SHARE: u32 = 20;
/// How often the status is written.
const STATUS_AFTER: Duration = Duration::from_secs(1);
/// How often the live board is answered at first; later more seldom, so that there are some hundred moments in all.
const LIVE_AFTER: Duration = Duration::from_secs(5);
/// The most puzzle ids whose names stand in every checkpoint; those of more stand in the run folder alone.
const NAMED: usize = 4096;
/// Examples drawn ahead, in batches.
const AHEAD: usize = 4;

/// Everything that defines a run; a preset is one of these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// The version of the folder's form.
    #[serde(default = "first_format")]
    pub format: u32,
    /// The preset it came from.
    #[serde(default)]
    pub preset: String,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub about: String,
    /// What is learned: `sudoku`, `maze` or `arc`.
    pub task: String,
    /// The model.
    pub model: HrmConfig,
    /// Its first weights.
    pub initializer: Initializer,
    /// Training.
    pub train: TrainConfig,
    /// What it learns from.
    pub data: DataSource,
    /// Whether puzzles are seen through the symmetries of their board. Not for mazes that are to be answered exactly: which of
    /// several shortest paths is labelled depends on how the maze lies.
    #[serde(default = "yes")]
    pub symmetries: bool,
    /// What it is measured on, and never learns from; None for the test part of the data, or a part held back.
    #[serde(default)]
    pub held_out: Option<DataSource>,
    /// How many of those are answered at an evaluation.
    #[serde(default = "held_out_count")]
    pub held_out_count: usize,
    /// Steps between lines of metrics.
    pub report_every: u64,
    /// Steps between evaluations; each also saves.
    pub evaluate_every: u64,
    /// Checkpoints of every so many steps are kept for good, beside the newest and the best.
    #[serde(default)]
    pub keep_every: Option<u64>,
}

fn first_format() -> u32 {
    1
}

fn yes() -> bool {
    true
}

fn held_out_count() -> usize {
    256
}

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
    /// Something about the folder or the configuration.
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
    saved: Option<(u64, Instant)>,
    saving_took: Duration,
    status_told: Instant,
    live_told: Option<Instant>,
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
        mut config: RunConfig,
        place: Place<'_>,
        watch: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<Self, RunError> {
        let path = folder.join("run.json");
        let wrong = |path: &Path, why: &str| RunError::Folder { path: path.to_owned(), why: why.into() };
        if path.exists() {
            return Err(wrong(folder, "holds a run already: go on with --resume, or choose another folder"));
        }
        let folder = Folder::take(folder)?;
        config.format = FORMAT;
        let (set, held_out) = prepare(&folder, &config, place, watch)?;
        config.model.puzzles = set.identifiers().len();
        let text = serde_json::to_vec_pretty(&config).map_err(|e| wrong(&path, &e.to_string()))?;
        set.write_identifiers(&folder.file("identifiers.json"))?;
        let sampler = Sampler::new(set, config.train.seed);
        let trainer = Trainer::new(config.initializer.build(&config.model, place.device), config.train.clone());
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
        let wrong = |path: &Path, why: String| RunError::Folder { path: path.to_owned(), why };
        if set.identifiers().len() != config.model.puzzles {
            let why = format!(
                "`{}` now has {} puzzle ids, the run was started with {}: bring back the data it had",
                config.data,
                set.identifiers().len(),
                config.model.puzzles
            );
            return Err(wrong(&folder.path, why));
        }
        let mut sampler = Sampler::new(set, config.train.seed);
        let saves = folder.saves();
        let Some(newest) = saves.first() else {
            return Err(wrong(&folder.path, "has no saved state (resume/step_N.safetensors): start a new run".into()));
        };
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
            return Err(damage
                .into_iter()
                .next()
                .map_or_else(|| wrong(newest, "cannot be read".into()), RunError::Train));
        };
        if !sampler.restore(state) {
            return Err(wrong(path, format!("was saved with other data than `{}` gives now", config.data)));
        }
        let step = trainer.step;
        let mut run = Self::open(folder, config, trainer, sampler, held_out, place);
        let work = &mut run.work;
        work.folder.keep_lines_until("metrics.jsonl", step)?;
        work.folder.keep_lines_until("live.jsonl", step)?;
        work.best = work.best_so_far()?;
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
            saved: None,
            saving_took: Duration::ZERO,
            status_told: Instant::now(),
            live_told: None,
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
        (self.since, self.live_told) = (Window::new(), None);
        self.saved.get_or_insert((first, begun)).1 = begun;
        self.tell(Phase::Training);
        let mut ended = Phase::Paused;
        while self.trainer.step < last && until.time.is_none_or(|time| begun.elapsed() < time) {
            let rows = (0..self.trainer.waiting()).map(|_| next()).collect::<Result<Vec<_>, _>>()?;
            self.drawn = rows.last().map_or_else(|| self.drawn.clone(), |(_, state)| state.clone());
            let mut rows = rows.into_iter().map(|(example, _)| example);
            let report =
                self.trainer.step(|| rows.next().unwrap_or_else(|| unreachable!("as many were drawn as wait")))?;
            let mut flow = tell(self.note(&report)?);
            if report.step.is_multiple_of(self.config.evaluate_every.max(1)) && flow.is_continue() {
                let pause = Instant::now();
                let evaluation = self.evaluate()?;
                self.since.start += pause.elapsed();
                flow = tell(News::Evaluated { step: report.step, evaluation });
            }
            self.look_around(begun, first)?;
            if let Some(request) = self.folder.request() {
                ended = if request == Request::Pause { Phase::Paused } else { Phase::Stopped };
                // It ends whatever the listener says.
                let _ = tell(News::Asked(request));
                break;
            }
            if flow.is_break() {
                break;
            }
        }
        self.save()?;
        let done = self.trainer.step >= self.config.train.schedule.steps;
        self.tell(if done { Phase::Done } else { ended });
        Ok(())
    }

    /// What is done by the clock and not by the step: saving, the status, the live board.
    fn look_around(&mut self, begun: Instant, first: u64) -> Result<(), RunError> {
        if self.saved.is_none_or(|(_, at)| at.elapsed() > SAVE_AFTER.max(self.saving_took * SAVING_SHARE)) {
            self.save()?;
        }
        if self.live_told.is_none_or(|at| at.elapsed() > LIVE_AFTER.max(begun.elapsed() / 500)) {
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

    /// Measures the averaged weights on the held-out puzzles, halting adaptively, writes that down and saves.
    fn evaluate(&mut self) -> Result<Evaluation, RunError> {
        let (step, batch) = (self.trainer.step, self.config.train.batch);
        let boards = Boards::of(self.config.model.seq_len, self.config.model.vocab);
        let mut watch = |_| ControlFlow::Continue(());
        let found = evaluate(self.trainer.best(), boards, &self.held_out, self.limits(), batch, &mut watch);
        let evaluation = found.map_err(|e| TrainError::Device { step, why: format!("{e:?}") })?;
        self.folder.add_line("metrics.jsonl", &json!({"step": step, "held_out": evaluation}))?;
        if self.best.is_none_or(|best| evaluation.exact > best.exact) {
            self.best = Some(Best { step, exact: evaluation.exact });
        }
        self.save()?;
        Ok(evaluation)
    }

    fn limits(&self) -> Limits {
        Limits { halting: Halting::Adaptive, max_segments: self.trainer.max_segments() }
    }

    /// Answers the first held-out puzzle with the weights of this moment.
    fn live(&mut self) -> Result<(), RunError> {
        let Some(example) = self.held_out.first() else { return Ok(()) };
        let step = self.trainer.step;
        let answer = super::evaluate::answer(self.trainer.best(), example, self.limits())
            .map_err(|e| TrainError::Device { step, why: format!("{e:?}") })?;
        let mut line = json!({
            "step": step, "at": now(), "answer": answer.tokens, "segments": answer.segments,
            "right": answer.right, "cells": answer.counted,
        });
        if !self.folder.file("live.jsonl").exists() {
            line["inputs"] = json!(example.inputs);
            line["labels"] = json!(example.labels);
        }
        Ok(self.folder.add_line("live.jsonl", &line)?)
    }

    /// Writes everything that a resumed run needs, and a checkpoint; nothing when this step is saved already.
    fn save(&mut self) -> Result<(), RunError> {
        let step = self.trainer.step;
        let state = self.folder.file(&format!("resume/step_{step}.safetensors"));
        let checkpoint = self.folder.file(&format!("checkpoints/step_{step}.safetensors"));
        let begun = Instant::now();
        if !(state.exists() && checkpoint.exists() && self.saved.is_some_and(|(saved, _)| saved == step)) {
            let mut metadata = HashMap::new();
            metadata.insert("hrmscope.step".to_owned(), step.to_string());
            metadata.insert("hrmscope.data".to_owned(), self.config.data.to_string());
            if let Some(names) = &self.identifiers {
                metadata.insert(checkpoint::IDENTIFIERS_KEY.to_owned(), names.clone());
            }
            checkpoint::save(self.trainer.best(), &checkpoint, metadata).map_err(TrainError::from)?;
            self.trainer.save(&state, &self.drawn)?;
            self.folder.prune(KEPT, self.best.map(|best| best.step), self.config.keep_every);
            self.saving_took = begun.elapsed();
            (self.status.saved_at, self.status.bytes) = (now(), self.folder.bytes());
        }
        self.saved = Some((step, Instant::now()));
        self.status.saved_step = step;
        Ok(())
    }

    /// Adds a step to the window and writes a line when it is full.
    fn note(&mut self, report: &StepReport) -> Result<News, RunError> {
        self.since.steps += 1;
        self.since.sums += report.metrics;
        let (sums, steps) = (self.since.sums, self.since.steps);
        let rows = (steps * self.config.train.batch as u64) as f64;
        let halted = |sum: f64| (sums.count > 0).then(|| sum / sums.count as f64);
        let (lm_loss, exact) = (sums.lm_loss / rows, halted(sums.exact as f64));
        if report.step.is_multiple_of(self.config.report_every.max(1)) {
            let line = json!({
                "step": report.step, "lm_loss": lm_loss, "q_halt_loss": sums.q_halt_loss / rows,
                "q_continue_loss": sums.q_continue_loss / rows, "accuracy": halted(sums.accuracy), "exact": exact,
                "segments_mean": halted(sums.segments as f64), "lr": report.rate,
                "steps_per_s": steps as f64 / self.since.start.elapsed().as_secs_f64(),
            });
            self.folder.add_line("metrics.jsonl", &line)?;
            self.since = Window::new();
        }
        Ok(News::Step { step: report.step, lm_loss, exact })
    }

    /// Writes down that something happened.
    fn event(&self, what: &str) -> Result<(), RunError> {
        let line = json!({"step": self.trainer.step, "event": what, "at": now()});
        Ok(self.folder.add_line("metrics.jsonl", &line)?)
    }

    fn tell(&mut self, state: Phase) {
        let steps = self.config.train.schedule.steps;
        let left = steps.saturating_sub(self.trainer.step) as f64;
        let speed = self.status.steps_per_s;
        self.status = Status {
            state,
            step: self.trainer.step,
            eta_s: (speed > 0.0 && state == Phase::Training).then(|| left / speed),
            at: now(),
            best: self.best,
            ..self.status.clone()
        };
        self.folder.tell(&self.status);
        self.status_told = Instant::now();
    }

    /// The best evaluation in the metrics.
    fn best_so_far(&self) -> Result<Option<Best>, RunError> {
        let path = self.folder.file("metrics.jsonl");
        let text = if path.exists() { files::read_text(&path)? } else { String::new() };
        let of = |line: &str| {
            let line: Value = serde_json::from_str(line).ok()?;
            Some(Best { step: line.get("step")?.as_u64()?, exact: line.get("held_out")?.get("exact")?.as_f64()? })
        };
        let better = |best: Option<Best>, next: Best| match best {
            Some(best) if best.exact >= next.exact => Some(best),
            _ => Some(next),
        };
        Ok(text.lines().filter_map(of).fold(None, better))
    }
}

/// Reads a run's configuration.
///
/// # Errors
/// A folder without a run, or one that is damaged or of a later version.
pub fn read_config(folder: &Path) -> Result<RunConfig, RunError> {
    let path = folder.join("run.json");
    let wrong = |path: &Path, why: String| RunError::Folder { path: path.to_owned(), why };
    if !path.exists() {
        return Err(wrong(folder, "holds no run: start one without --resume".into()));
    }
    let damaged = |e: serde_json::Error| wrong(&path, format!("cannot be read: {e}"));
    let value: Value = serde_json::from_slice(&files::read(&path)?).map_err(damaged)?;
    match value.get("format").and_then(Value::as_u64) {
        Some(format) if format > u64::from(FORMAT) => Err(wrong(
            &path,
            format!(
                "has format {format}; this program knows up to {FORMAT}: resume it with the version it was started by"
            ),
        )),
        _ => serde_json::from_value(value).map_err(damaged),
    }
}

fn preparing(config: &RunConfig, place: Place<'_>) -> Status {
    Status {
        state: Phase::Preparing,
        pid: std::process::id(),
        step: 0,
        steps: config.train.schedule.steps,
        steps_per_s: 0.0,
        eta_s: None,
        device: place.name.to_owned(),
        message: None,
        at: now(),
        saved_at: 0,
        saved_step: 0,
        bytes: 0,
        best: None,
        parameters: 0,
    }
}

/// [`load`], with a status that says what the run is at, and why it does not start.
fn prepare(
    folder: &Folder,
    config: &RunConfig,
    place: Place<'_>,
    watch: &(dyn Fn(usize) -> bool + Sync),
) -> Result<(DataSet, Vec<Example>), RunError> {
    let status = preparing(config, place);
    folder.tell(&status);
    load(folder, config, watch).inspect_err(|error| {
        folder.tell(&Status { state: Phase::Failed, message: Some(error.to_string()), ..status });
    })
}

/// Loads the data and checks that the model was made for it. Puzzles that are held out are taken from the training
/// set when they stand in both.
fn load(
    folder: &Folder,
    config: &RunConfig,
    watch: &(dyn Fn(usize) -> bool + Sync),
) -> Result<(DataSet, Vec<Example>), RunError> {
    let wrong = |why: String| RunError::Folder { path: folder.path.clone(), why };
    config.model.validate().map_err(|e| wrong(e.to_string()))?;
    let mut data = config.data.load(None, watch)?;
    let held_out = match &config.held_out {
        Some(source) => source.load(Some(config.held_out_count), &|_| true)?,
        None => match config.data.load_test(config.held_out_count)? {
            Some(test) => test,
            None => data.hold_back(config.held_out_count, config.train.seed)?,
        },
    };
    for (what, set) in [("data", &data), ("held-out data", &held_out)] {
        if set.boards().task() != config.task {
            return Err(wrong(format!("the {what} is {}, the run learns {}", set.boards().task(), config.task)));
        }
        made_for(&config.model, set.boards()).map_err(|why| wrong(format!("the {what} {why}")))?;
    }
    let held_out = held_out.examples(config.held_out_count)?;
    data.leave_out(&held_out.iter().map(|example| example.inputs.as_slice()).collect::<HashSet<_>>());
    data.show_as_it_is(!config.symmetries);
    if data.is_empty() {
        return Err(wrong("every training puzzle is held out: use other data or another seed".into()));
    }
    Ok((data, held_out))
}

/// Whether a model was made for such boards.
///
/// # Errors
/// What differs.
pub fn made_for(model: &HrmConfig, boards: Boards) -> Result<(), String> {
    match (boards.seq_len(), boards.vocab()) == (model.seq_len, model.vocab) {
        true => Ok(()),
        false => Err(format!(
            "has {boards} boards ({} cells, {} tokens), the model is made for {} cells and {} tokens",
            boards.seq_len(),
            boards.vocab(),
            model.seq_len,
            model.vocab
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::preset;

    fn small() -> RunConfig {
        let mut config = preset::named("sudoku-4x4", 3).unwrap();
        (config.model.hidden, config.model.heads, config.model.max_segments) = (16, 2, 3);
        (config.model.puzzle_dim, config.model.inner) = (16, Some(32));
        config.train.batch = 4;
        config.train.schedule.steps = 20;
        config.data = "generated:4x4,givens=5..9,count=30,seed=1".parse().unwrap();
        config.held_out = Some("generated:4x4,givens=5..9,count=6,seed=2".parse().unwrap());
        (config.report_every, config.evaluate_every) = (2, 5);
        config
    }

    fn cpu(device: &Device) -> Place<'_> {
        Place { device, name: "CPU" }
    }

    fn go(folder: &Path, until: u64) {
        let device = Device::flex();
        let mut run = match folder.join("run.json").exists() {
            true => Run::resume(folder, cpu(&device), &|_| true).unwrap(),
            false => Run::create(folder, small(), cpu(&device), &|_| true).unwrap(),
        };
        run.train(Until { step: until, time: None }, &mut |_| ControlFlow::Continue(())).unwrap();
    }

    #[test]
    fn ten_and_ten_are_twenty() {
        let folder = tempfile::tempdir().unwrap();
        let (straight, parts) = (folder.path().join("a"), folder.path().join("b"));
        go(&straight, 20);
        go(&parts, 10);
        // What a killed run leaves behind its last save.
        let metrics = parts.join("metrics.jsonl");
        let mut text = std::fs::read_to_string(&metrics).unwrap();
        text.push_str("{\"step\":12,\"lm_loss\":1.0}\n{\"step\":14,\"lm_l");
        std::fs::write(&metrics, text).unwrap();
        go(&parts, 20);
        let file = "checkpoints/step_20.safetensors";
        assert!(std::fs::read(straight.join(file)).unwrap() == std::fs::read(parts.join(file)).unwrap());
        let same = |folder: &Path| -> Vec<serde_json::Value> {
            let text = std::fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
            let mut lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
            lines.retain(|line| line.get("event").is_none());
            lines.iter_mut().filter_map(|l| l.as_object_mut()).for_each(|l| drop(l.remove("steps_per_s")));
            lines
        };
        assert_eq!(same(&straight), same(&parts));
        assert_eq!(same(&parts).len(), 10 + 4);
        // The newest, and that of step 5: none of the later ones is better.
        assert_eq!(std::fs::read_dir(parts.join("checkpoints")).unwrap().count(), KEPT + 1);
    }

    #[test]
    fn a_loss_that_is_no_number_leaves_the_last_save() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = small();
        config.train.schedule.rate = 1e30;
        let mut run = Run::create(folder.path(), config, cpu(&Device::flex()), &|_| true).unwrap();
        let error = run.train(Until { step: 20, time: None }, &mut |_| ControlFlow::Continue(())).unwrap_err();
        assert!(matches!(error, RunError::Train(TrainError::NotFinite { .. })), "{error}");
        drop(run);
        let kept = checkpoint::steps(&folder.path().join("checkpoints"));
        assert_eq!(kept.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [0]);
        let saved = checkpoint::open(folder.path().to_str().unwrap()).unwrap().model(&Device::flex()).unwrap();
        assert!(saved.lm_head.try_to_vec_as::<f32>().unwrap().iter().all(|w| w.is_finite()));
        assert_eq!(Run::resume(folder.path(), cpu(&Device::flex()), &|_| true).unwrap().step(), 0);
    }

    #[test]
    fn folders_are_not_mixed_up() {
        let folder = tempfile::tempdir().unwrap();
        let device = Device::flex();
        let error = Run::resume(folder.path(), cpu(&device), &|_| true).unwrap_err().to_string();
        assert!(error.contains("holds no run"), "{error}");
        let wrong = RunConfig { data: "generated:6x6,givens=20..24,count=3,seed=1".parse().unwrap(), ..small() };
        let error = Run::create(folder.path(), wrong, cpu(&device), &|_| true).unwrap_err().to_string();
        assert!(error.contains("6x6") && error.contains("16 cells"), "{error}");
        go(folder.path(), 1);
        let error = Run::create(folder.path(), small(), cpu(&device), &|_| true).unwrap_err().to_string();
        assert!(error.contains("--resume"), "{error}");
    }
}
