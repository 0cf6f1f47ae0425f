//! A training run on disk: its folder, its checkpoints, its metrics, and going on after a stop.
//!
//! ```text
//! RUN/run.json                    the whole configuration
//! RUN/metrics.jsonl               one line per report, one per held-out evaluation
//! RUN/checkpoints/step_N.safetensors   the averaged weights, newest few
//! RUN/resume.safetensors          everything that decides the next step
//! ```

use std::fs::OpenOptions;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

use super::evaluate::{Evaluation, evaluate};
use super::step::Metrics;
use super::trainer::{StepReport, TrainConfig, TrainError, Trainer};
use crate::checkpoint;
use crate::dataset::{DataError, DataSource, PuzzleSet, Sampler, SamplerState};
use crate::files::{self, FileError};
use crate::model::{Halting, HrmConfig, Initializer, Limits};
use crate::task::{Example, sudoku};

/// How many checkpoints a run folder keeps.
const KEPT: usize = 3;
/// The most time that a killed run loses.
const SAVE_AFTER: Duration = Duration::from_secs(30);

/// Everything that defines a run; a preset is one of these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// What is learned: `sudoku`.
    pub task: String,
    /// The model.
    pub model: HrmConfig,
    /// Its first weights.
    pub initializer: Initializer,
    /// Training.
    pub train: TrainConfig,
    /// What it learns from.
    pub data: DataSource,
    /// What it is measured on, and never learns from.
    pub held_out: DataSource,
    /// Steps between lines of metrics.
    pub report_every: u64,
    /// Steps between evaluations; each also saves.
    pub evaluate_every: u64,
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
}

/// A run that is open.
#[derive(Debug)]
pub struct Run {
    folder: PathBuf,
    /// Its configuration.
    pub config: RunConfig,
    trainer: Trainer,
    sampler: Sampler,
    held_out: Vec<Example>,
    since: Window,
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
        device: &Device,
        watch: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<Self, RunError> {
        let path = folder.join("run.json");
        if path.exists() {
            let why = "holds a run already: go on with --resume, or choose another folder";
            return Err(RunError::Folder { path: folder.to_owned(), why: why.into() });
        }
        let (sampler, held_out) = prepare(folder, &config, watch)?;
        let text = serde_json::to_vec_pretty(&config)
            .map_err(|e| RunError::Folder { path: path.clone(), why: e.to_string() })?;
        files::write_atomic(&path, &text)?;
        let trainer = Trainer::new(config.initializer.build(&config.model, device), config.train.clone());
        let run = Self { folder: folder.to_owned(), config, trainer, sampler, held_out, since: Window::new() };
        run.keep_metrics_until(0)?;
        run.save()?;
        Ok(run)
    }

    /// Opens a run folder and goes on after its last save: bit-equal to a run that never stopped, on the CPU.
    ///
    /// # Errors
    /// A folder without a run, damaged files, data that have changed.
    pub fn resume(folder: &Path, device: &Device, watch: &(dyn Fn(usize) -> bool + Sync)) -> Result<Self, RunError> {
        let path = folder.join("run.json");
        let wrong = |path: &Path, why: String| RunError::Folder { path: path.to_owned(), why };
        if !path.exists() {
            return Err(wrong(folder, "holds no run: start one without --resume".into()));
        }
        let config: RunConfig =
            serde_json::from_slice(&files::read(&path)?).map_err(|e| wrong(&path, format!("cannot be read: {e}")))?;
        let (mut sampler, held_out) = prepare(folder, &config, watch)?;
        let fresh = config.initializer.build(&config.model, device);
        let saved = folder.join("resume.safetensors");
        let (trainer, state): (_, SamplerState) = Trainer::resume(fresh, config.train.clone(), &saved)?;
        if !sampler.restore(state) {
            return Err(wrong(&saved, format!("was saved with other data than `{}` gives now", config.data)));
        }
        let run = Self { folder: folder.to_owned(), config, trainer, sampler, held_out, since: Window::new() };
        run.keep_metrics_until(run.trainer.step)?;
        Ok(run)
    }

    /// Steps made since the run's start.
    pub fn step(&self) -> u64 {
        self.trainer.step
    }

    /// Trains until told to stop, then saves. `tell` hears of every step and may break off after it.
    ///
    /// # Errors
    /// A loss that is no number (the last save stays), a device or disk that failed.
    pub fn train(&mut self, until: Until, tell: &mut dyn FnMut(News) -> ControlFlow<()>) -> Result<(), RunError> {
        let begun = Instant::now();
        let mut saved = Instant::now();
        let last = until.step.min(self.config.train.schedule.steps);
        self.since = Window::new();
        while self.trainer.step < last && until.time.is_none_or(|time| begun.elapsed() < time) {
            let report = self.trainer.step(|| self.sampler.draw())?;
            let mut flow = tell(self.note(&report)?);
            if report.step.is_multiple_of(self.config.evaluate_every.max(1)) && flow.is_continue() {
                let pause = Instant::now();
                let evaluation = self.evaluate()?;
                self.write_line(&json!({"step": report.step, "held_out": evaluation}))?;
                self.save()?;
                saved = Instant::now();
                self.since.start += pause.elapsed();
                flow = tell(News::Evaluated { step: report.step, evaluation });
            }
            if flow.is_break() {
                break;
            }
            if saved.elapsed() > SAVE_AFTER {
                self.save()?;
                saved = Instant::now();
            }
        }
        self.save()
    }

    /// The held-out figures of the averaged weights, halting adaptively.
    ///
    /// # Errors
    /// A device that failed.
    pub fn evaluate(&self) -> Result<Evaluation, RunError> {
        let limits = Limits { halting: Halting::Adaptive, max_segments: self.config.model.max_segments };
        let batch = self.config.train.batch;
        let figures = evaluate(self.trainer.best(), &self.held_out, limits, batch, &mut |_| ControlFlow::Continue(()));
        figures.map_err(|e| TrainError::Device { step: self.trainer.step, why: format!("{e:?}") }.into())
    }

    /// Writes a checkpoint and everything that a resumed run needs.
    ///
    /// # Errors
    /// The disk's or the device's reasons; the earlier save then stays.
    pub fn save(&self) -> Result<(), RunError> {
        let step = self.trainer.step;
        let folder = self.folder.join("checkpoints");
        let metadata = [("hrmscope.step", step.to_string()), ("hrmscope.data", self.config.data.to_string())];
        let metadata = metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        checkpoint::save(self.trainer.best(), &folder.join(format!("step_{step}.safetensors")), metadata)
            .map_err(TrainError::from)?;
        self.trainer.save(&self.folder.join("resume.safetensors"), &self.sampler.state())?;
        let old = checkpoint::steps(&folder);
        for (_, path) in old.iter().rev().skip(KEPT) {
            // One file too many does no harm.
            let _ = std::fs::remove_file(path);
        }
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
            self.write_line(&json!({
                "step": report.step, "lm_loss": lm_loss, "q_halt_loss": sums.q_halt_loss / rows,
                "q_continue_loss": sums.q_continue_loss / rows, "accuracy": halted(sums.accuracy), "exact": exact,
                "segments_mean": halted(sums.segments as f64), "lr": report.rate,
                "steps_per_s": steps as f64 / self.since.start.elapsed().as_secs_f64(),
            }))?;
            self.since = Window::new();
        }
        Ok(News::Step { step: report.step, lm_loss, exact })
    }

    fn write_line(&self, line: &serde_json::Value) -> Result<(), RunError> {
        let path = self.folder.join("metrics.jsonl");
        let written =
            OpenOptions::new().create(true).append(true).open(&path).and_then(|mut file| writeln!(file, "{line}"));
        written.map_err(|reason| FileError { what: "write", path, reason }.into())
    }

    /// Drops lines that a killed run wrote after its last save: their steps are made again.
    fn keep_metrics_until(&self, step: u64) -> Result<(), RunError> {
        let path = self.folder.join("metrics.jsonl");
        if !path.exists() {
            return Ok(());
        }
        let text = files::read_text(&path)?;
        let of_step = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok()?.get("step")?.as_u64();
        let kept: String = text
            .lines()
            .filter(|line| of_step(line).is_some_and(|s| s <= step))
            .map(|line| format!("{line}\n"))
            .collect();
        Ok(files::write_atomic(&path, kept.as_bytes())?)
    }
}

/// Loads the data and checks that the model was made for it. Puzzles that are held out are taken from the training
/// set when they stand in both.
fn prepare(
    folder: &Path,
    config: &RunConfig,
    watch: &(dyn Fn(usize) -> bool + Sync),
) -> Result<(Sampler, Vec<Example>), RunError> {
    let wrong = |why: String| RunError::Folder { path: folder.to_owned(), why };
    if config.task != "sudoku" {
        return Err(wrong(format!("the task `{}` is unknown: sudoku is what can be trained", config.task)));
    }
    config.model.validate().map_err(|e| wrong(e.to_string()))?;
    let mut data = config.data.load(None, watch)?;
    let held_out = config.held_out.load(None, &|_| true)?;
    for (what, set) in [("data", &data), ("held-out data", &held_out)] {
        made_for(&config.model, set).map_err(|why| wrong(format!("the {what} {why}")))?;
    }
    let secret: std::collections::HashSet<&[u8]> = held_out.puzzles.iter().map(|p| p.board.cells()).collect();
    data.puzzles.retain(|p| !secret.contains(p.board.cells()));
    if data.puzzles.is_empty() {
        return Err(wrong("every training puzzle is held out: use other data or another seed".into()));
    }
    Ok((Sampler::new(&data, config.train.seed), held_out.examples()))
}

/// Whether a model was made for boards of this shape.
pub fn made_for(model: &HrmConfig, set: &PuzzleSet) -> Result<(), String> {
    match sudoku::shape_for(model.seq_len, model.vocab) == Some(set.shape) {
        true => Ok(()),
        false => Err(format!(
            "has {} boards ({} cells, {} tokens), the model is made for {} cells and {} tokens",
            set.shape,
            set.shape.cells(),
            sudoku::vocab(set.shape),
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
        config.held_out = "generated:4x4,givens=5..9,count=6,seed=2".parse().unwrap();
        (config.report_every, config.evaluate_every) = (2, 5);
        config
    }

    fn go(folder: &Path, until: u64) {
        let device = Device::flex();
        let mut run = match folder.join("run.json").exists() {
            true => Run::resume(folder, &device, &|_| true).unwrap(),
            false => Run::create(folder, small(), &device, &|_| true).unwrap(),
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
            lines.iter_mut().filter_map(|l| l.as_object_mut()).for_each(|l| drop(l.remove("steps_per_s")));
            lines
        };
        assert_eq!(same(&straight), same(&parts));
        assert_eq!(same(&parts).len(), 10 + 4);
        assert_eq!(std::fs::read_dir(parts.join("checkpoints")).unwrap().count(), KEPT);
    }

    #[test]
    fn a_loss_that_is_no_number_leaves_the_last_save() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = small();
        config.train.schedule.rate = 1e30;
        let mut run = Run::create(folder.path(), config, &Device::flex(), &|_| true).unwrap();
        let error = run.train(Until { step: 20, time: None }, &mut |_| ControlFlow::Continue(())).unwrap_err();
        assert!(matches!(error, RunError::Train(TrainError::NotFinite { .. })), "{error}");
        let kept = checkpoint::steps(&folder.path().join("checkpoints"));
        assert_eq!(kept.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [0]);
        let saved = checkpoint::open(folder.path().to_str().unwrap()).unwrap().model(&Device::flex()).unwrap();
        assert!(saved.lm_head.try_to_vec_as::<f32>().unwrap().iter().all(|w| w.is_finite()));
        assert_eq!(Run::resume(folder.path(), &Device::flex(), &|_| true).unwrap().step(), 0);
    }

    #[test]
    fn folders_are_not_mixed_up() {
        let folder = tempfile::tempdir().unwrap();
        let device = Device::flex();
        let error = Run::resume(folder.path(), &device, &|_| true).unwrap_err().to_string();
        assert!(error.contains("holds no run"), "{error}");
        let wrong = RunConfig { data: "generated:6x6,givens=20..24,count=3,seed=1".parse().unwrap(), ..small() };
        let error = Run::create(folder.path(), wrong, &device, &|_| true).unwrap_err().to_string();
        assert!(error.contains("6x6") && error.contains("16 cells"), "{error}");
        go(folder.path(), 1);
        let error = Run::create(folder.path(), small(), &device, &|_| true).unwrap_err().to_string();
        assert!(error.contains("--resume"), "{error}");
    }
}
