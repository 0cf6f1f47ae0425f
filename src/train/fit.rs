//! A model fitted to the example pairs of one task, on a copy in memory: rows of its puzzle table for the task and some
//! variants, or all weights. An HRM does not read a task's examples; it has to learn them, as it learned all others.

use std::ops::ControlFlow;
use std::time::Instant;

use burn::tensor::TensorReadError;
use thiserror::Error;

use super::evaluate::{Answer, answers};
use super::optimizer::Schedule;
use super::trainer::{TrainConfig, TrainError, Trainer, is_silent};
use crate::board::arc::{Pair, Task};
use crate::dataset::{DataError, DataSet, Known, Part, Sampler, TaskSet};
use crate::model::{Gradient, Halting, Hrm, Limits, PuzzleTable};
use crate::task::Example;
use crate::task::arc::side_for;

/// Rows of the table that are tried as the beginning of the new ones.
const STARTS: usize = 64;
/// Pairs per step.
const BATCH: usize = 16;
/// Variants beside the task itself that are learned too, each with a row of its own, as a model learns its tasks. A row
/// learns nothing from the others, but the weights do; and afterwards these variants can vote.
const VARIANTS: usize = 7;
/// Steps from one look at the example pairs to the next.
const LOOK_EVERY: u64 = 10;
/// The most steps that may be asked for.
pub const MOST_STEPS: u64 = 100_000;

/// How a task is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FitPlan {
    /// Steps, at least one.
    pub steps: u64,
    /// All weights learn, not the task's rows alone.
    pub whole: bool,
}

impl FitPlan {
    /// Steps that take about a minute on one core with the shipped model for tasks.
    pub const USUAL_STEPS: u64 = 1000;

    /// The learning rates of the weights and of the rows.
    fn rates(self) -> (f64, f64) {
        if self.whole { (1e-3, 1e-2) } else { (5e-4, 5e-2) }
    }
}

/// A task that cannot be fitted.
#[derive(Debug, Error)]
pub enum FitError {
    /// A model of other boards.
    #[error("the model has {cells} cells with {tokens} tokens, which is no canvas of ARC tasks: take a model for ARC")]
    Model {
        /// S.
        cells: usize,
        /// V.
        tokens: usize,
    },
    /// Nothing to fit.
    #[error("the model has no puzzle table, so there is no row to fit: fit the whole model")]
    NoTable,
    /// Nothing to fit to.
    #[error("the task {name} has no example pair to fit to: add one")]
    NoExample {
        /// The task.
        name: String,
    },
    /// Examples that cannot be shown to the model.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A step that failed.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A device that failed.
    #[error("the device stopped answering: {0}")]
    Device(String),
}

/// How far a fit is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitProgress {
    /// Steps made.
    pub step: u64,
    /// Steps in all.
    pub steps: u64,
    /// The mean cross-entropy of a cell over the last step's batch, nats; NaN before the first.
    pub loss: f64,
    /// Example pairs that are answered rightly, as they are, at the last look.
    pub right: usize,
    /// Example pairs.
    pub pairs: usize,
    /// Time spent so far, milliseconds.
    pub elapsed_ms: f64,
}

impl FitProgress {
    /// Whether all steps are made.
    pub fn is_done(&self) -> bool {
        self.step >= self.steps
    }

    /// The time that the other steps will take, milliseconds; None before the first.
    pub fn left_ms(&self) -> Option<f64> {
        (self.step > 0).then(|| self.elapsed_ms / self.step as f64 * self.steps.saturating_sub(self.step) as f64)
    }
}

/// A fitted model, and the names of its new rows.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The model: a copy of the one that was begun with.
    pub model: Hrm,
    /// The new row that the first of the names has.
    first: usize,
    names: Vec<String>,
}

impl Fitted {
    /// The names of all rows, given those of the rows before. A name that is known already means the new row from now on.
    pub fn identifiers(&self, known: &[String]) -> Vec<String> {
        let mut all = known.to_vec();
        all.resize(self.first, String::new());
        all.iter_mut().filter(|name| self.names.contains(name)).for_each(String::clear);
        all.extend(self.names.iter().cloned());
        all
    }
}

/// A fit under way.
#[derive(Debug)]
pub struct Fit {
    trainer: Trainer,
    sampler: Sampler,
    /// The example pairs as they are, with the task's own new row.
    pairs: Vec<Example>,
    first: usize,
    progress: FitProgress,
}

impl Fit {
    /// Begins to fit a copy of `model` to a task's example pairs. The new rows start as the one row among the first
    /// of the table that answers most of the examples' cells rightly.
    ///
    /// # Errors
    /// A model of other boards or, for rows alone, without a puzzle table; a task without examples, or with one larger
    /// than the model's canvas; a device that no longer answers.
    pub fn new(model: &Hrm, name: &str, task: &Task, plan: FitPlan) -> Result<Self, FitError> {
        let started = Instant::now();
        let config = &model.config;
        let Some(side) = side_for(config.seq_len, config.vocab) else {
            return Err(FitError::Model { cells: config.seq_len, tokens: config.vocab });
        };
        if model.puzzle.is_none() && !plan.whole {
            return Err(FitError::NoTable);
        }
        let train: Vec<Pair> = task.train.iter().filter(|pair| pair.output.is_some()).cloned().collect();
        if train.is_empty() {
            return Err(FitError::NoExample { name: name.to_owned() });
        }
        let count = train.len();
        // The variants are those of the whole task, the same that are asked for votes; what is right is not looked at.
        let test = task.test.iter().map(|pair| Pair { output: None, ..pair.clone() }).collect();
        let known = Known { name: name.to_owned(), task: Task { train, test }, learned: false };
        let set = DataSet::of_tasks(TaskSet::new(side, vec![known], VARIANTS, 0, Part::Train)?);
        let (mut copy, rows) = (model.clone(), set.identifiers().len() - 1);
        let first = model.puzzle.as_ref().map_or(0, PuzzleTable::len);
        // The first examples of a set are those of the task as it is.
        let mut pairs = set.examples(count)?;
        if let Some(table) = &model.puzzle {
            let start = best_row(model, table.len().min(STARTS), &pairs)?;
            let row = &table.values()[start * table.dim..][..table.dim];
            copy.puzzle = Some(table.extended(&row.repeat(rows)));
            copy.config.puzzles = first + rows;
        }
        pairs.iter_mut().for_each(|example| example.puzzle_id = first as i32);
        let (rate, row_rate) = plan.rates();
        let config = TrainConfig {
            batch: BATCH,
            schedule: Schedule { rate, warmup: 10, steps: plan.steps, min_ratio: 0.1 },
            betas: (0.9, 0.95),
            weight_decay: 0.0,
            puzzle_rate: row_rate / rate,
            puzzle_decay: 0.1,
            ema: 0.0,
            seed: 0,
            grow: None,
            bootstrap: !is_silent(model).map_err(|e| FitError::Device(format!("{e:?}")))?,
            gradient: Gradient::OneStep,
        };
        let mut trainer = Trainer::new(copy, config);
        trainer.rows_only = !plan.whole;
        let progress =
            FitProgress { step: 0, steps: plan.steps, loss: f64::NAN, right: 0, pairs: count, elapsed_ms: 0.0 };
        let mut fit = Self { trainer, sampler: Sampler::new(set, 0), pairs, first, progress };
        fit.look()?;
        fit.progress.elapsed_ms = started.elapsed().as_secs_f64() * 1e3;
        Ok(fit)
    }

    /// How far it is.
    pub fn progress(&self) -> FitProgress {
        self.progress
    }

    /// Makes one step.
    ///
    /// # Errors
    /// What is not finite, or a device that no longer answers; the model that was begun with is as it was.
    pub fn step(&mut self) -> Result<FitProgress, FitError> {
        let started = Instant::now();
        let mut drawn = (0..self.trainer.waiting()).map(|_| self.sampler.draw()).collect::<Result<Vec<_>, _>>()?;
        // The set counts its rows from 1.
        drawn.iter_mut().for_each(|example| example.puzzle_id += self.first as i32 - 1);
        let pairs = &self.pairs;
        let report = self.trainer.step(|| drawn.pop().unwrap_or_else(|| pairs[0].clone()))?;
        self.progress.step = report.step;
        self.progress.loss = report.metrics.lm_loss / BATCH as f64;
        if self.progress.is_done() || report.step % LOOK_EVERY == 0 {
            self.look()?;
        }
        self.progress.elapsed_ms += started.elapsed().as_secs_f64() * 1e3;
        Ok(self.progress)
    }

    /// Counts the example pairs that are answered rightly.
    fn look(&mut self) -> Result<(), FitError> {
        let found = all_answers(&self.trainer.model, &self.pairs)?;
        self.progress.right = found.iter().filter(|answer| answer.right == answer.counted).count();
        Ok(())
    }

    /// The fitted model as it is now.
    pub fn fitted(&self) -> Fitted {
        let names = self.sampler.set().identifiers()[1..].to_vec();
        Fitted { model: self.trainer.model.clone(), first: self.first, names }
    }
}

/// The one of the first rows of the table with which most cells of the examples are answered rightly.
fn best_row(model: &Hrm, rows: usize, pairs: &[Example]) -> Result<usize, FitError> {
    let with = |row: usize| pairs.iter().map(move |pair| Example { puzzle_id: row as i32, ..pair.clone() });
    let examples: Vec<Example> = (0..rows).flat_map(with).collect();
    let found = all_answers(model, &examples)?;
    let right = |row: usize| found[row * pairs.len()..][..pairs.len()].iter().map(|answer| answer.right).sum::<usize>();
    // The first of equals: the blank row stands first.
    Ok((0..rows).max_by_key(|&row| (right(row), std::cmp::Reverse(row))).unwrap_or(0))
}

fn all_answers(model: &Hrm, examples: &[Example]) -> Result<Vec<Answer>, FitError> {
    let limits = Limits { halting: Halting::Adaptive, max_segments: model.config.max_segments };
    let mut found = Vec::with_capacity(examples.len());
    let mut see = |_, answer| {
        found.push(answer);
        ControlFlow::Continue(())
    };
    let outcome = answers(model, examples, limits, (32, true), &mut |_| ControlFlow::Continue(()), &mut see);
    outcome.map_err(|e: TensorReadError| FitError::Device(format!("{e:?}")))?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::model::{HrmConfig, Initializer, LossKind, tiny_config};

    fn model(puzzle_dim: usize) -> Hrm {
        let config =
            HrmConfig { seq_len: 25, vocab: 12, puzzles: 3, puzzle_dim, loss: LossKind::Softmax, ..tiny_config() };
        let mut model = Initializer { seed: 5, ..Default::default() }.build(&config, &Device::flex());
        if let Some(row) = model.puzzle.as_mut().and_then(|table| table.row_mut(1)) {
            row.fill(0.3);
        }
        model
    }

    fn task() -> Task {
        let pair = |a: &str, b: &str| Pair { input: a.parse().unwrap(), output: b.parse().ok() };
        Task { train: vec![pair("12 00", "00 12"), pair("304 000", "000 304")], test: vec![pair("51 00", "00 51")] }
    }

    fn weights(model: &Hrm) -> Vec<Vec<f32>> {
        let mut all: Vec<Vec<f32>> = model.weights().iter().map(|w| w.try_to_vec_as::<f32>().unwrap()).collect();
        all.extend(model.puzzle.as_ref().map(|table| table.values().into_owned()));
        all
    }

    fn fitted(model: &Hrm, whole: bool, steps: u64) -> (Vec<f64>, Fit) {
        let mut fit = Fit::new(model, "new", &task(), FitPlan { steps, whole }).unwrap();
        let losses = (0..steps).map(|_| fit.step().unwrap().loss).collect();
        assert!(fit.progress().is_done() && fit.progress().left_ms() == Some(0.0));
        (losses, fit)
    }

    #[test]
    fn a_few_steps_lower_the_loss_and_the_model_before_is_untouched() {
        for whole in [false, true] {
            let model = model(16);
            let before = weights(&model);
            let (losses, fit) = fitted(&model, whole, 40);
            let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
            assert!(mean(&losses[30..]) < mean(&losses[..10]) - 0.02, "whole {whole}: {losses:?}");
            assert!(weights(&model) == before, "the model before is bit-equal");
            let found = fit.fitted();
            let after = weights(&found.model);
            let table = after.len() - 1;
            assert_eq!(after[..table] == before[..table], !whole, "weights learn only when asked to");
            assert_eq!(after[table][..before[table].len()], before[table], "known rows stay");
            assert_eq!(after[table].len() / 16, found.model.config.puzzles);
            let ids = found.identifiers(&["<blank>".into(), "new".into()]);
            assert_eq!((ids[0].as_str(), ids[1].as_str(), ids[3].as_str()), ("<blank>", "", "new"));
            assert!(ids.len() == found.model.config.puzzles && ids[4].starts_with("new_t"));
        }
    }

    #[test]
    fn what_cannot_be_fitted_is_said() {
        let say = |model: &Hrm, task: &Task, whole| {
            Fit::new(model, "new", task, FitPlan { steps: 1, whole }).unwrap_err().to_string()
        };
        assert!(say(&model(0), &task(), false).contains("fit the whole model"));
        assert!(Fit::new(&model(0), "new", &task(), FitPlan { steps: 1, whole: true }).unwrap().step().is_ok());
        let none = Task { train: vec![], ..task() };
        assert!(say(&model(16), &none, false).contains("no example pair"));
        let grid = crate::board::arc::Grid::filled(6, 2, 1).unwrap();
        let large = Task { train: vec![Pair { input: grid.clone(), output: Some(grid) }], ..task() };
        assert!(say(&model(16), &large, false).contains("6 cells along a side"));
        let other = Initializer::default().build(&tiny_config(), &Device::flex());
        assert!(say(&other, &task(), true).contains("no canvas"));
    }
}
