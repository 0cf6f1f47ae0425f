//! A training run in memory: everything that decides the next step, and how it is written down and taken up again.

use std::collections::HashMap;
use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData, TensorReadError};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::act::ActState;
use super::optimizer::{AdamAtan2, Schedule, sign_sgd};
use super::pass;
use super::step::{Metrics, forward_backward};
use crate::checkpoint::{CheckpointError, Tensors, read_tensors, write_tensors};
use crate::model::{Carry, Hrm, PuzzleTable};
use crate::task::Example;

/// The numbers that decide a run, beside the model's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainConfig {
    /// Rows per step.
    pub batch: usize,
    /// Learning rate of the weights.
    pub schedule: Schedule,
    /// Adam's decay rates.
    pub betas: (f64, f64),
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// Learning rate of the puzzle rows, relative to the weights' (it follows the same schedule).
    pub puzzle_rate: f64,
    /// Decoupled weight decay of the puzzle rows.
    pub puzzle_decay: f64,
    /// Decay of the averaged weights; 0 for none.
    pub ema: f64,
    /// Seed of exploration.
    pub seed: u64,
}

/// Training that cannot go on.
#[derive(Debug, Error)]
pub enum TrainError {
    /// The loss is no number.
    #[error(
        "the loss is {loss} at step {step}: the run stops and its last good checkpoint stays; a lower learning rate may help"
    )]
    NotFinite {
        /// The step.
        step: u64,
        /// NaN or infinite.
        loss: f64,
    },
    /// The device failed.
    #[error("the device stopped answering at step {step}: {why}")]
    Device {
        /// The step.
        step: u64,
        /// Its reason.
        why: String,
    },
    /// A file failed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A saved state that does not belong to this run.
    #[error("{path} cannot be resumed from: {why}")]
    Resume {
        /// The file.
        path: String,
        /// What does not fit.
        why: String,
    },
}

/// What one step reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepReport {
    /// The step, from 1.
    pub step: u64,
    /// The learning rate used.
    pub rate: f64,
    /// Sums over the rows.
    pub metrics: Metrics,
}

/// A run in memory.
#[derive(Debug, Clone)]
pub struct Trainer {
    /// The weights as trained.
    pub model: Hrm,
    /// Their moving average: what is evaluated and shipped when there is one.
    pub average: Option<Hrm>,
    /// Steps made.
    pub step: u64,
    config: TrainConfig,
    optimizer: AdamAtan2,
    state: ActState,
    rng: ChaCha8Rng,
}

/// What of a run is no tensor.
#[derive(Debug, Serialize, Deserialize)]
struct Notes<S> {
    step: u64,
    updates: u64,
    steps: Vec<u32>,
    halted: Vec<bool>,
    rows: Vec<Example>,
    rng: ChaCha8Rng,
    source: S,
}

const NOTES_KEY: &str = "hrmscope.run";

impl Trainer {
    /// A run at its first step.
    pub fn new(model: Hrm, config: TrainConfig) -> Self {
        Self {
            average: (config.ema > 0.0).then(|| model.clone()),
            optimizer: AdamAtan2::new(&model, config.betas, config.weight_decay),
            state: ActState::new(&model, config.batch),
            rng: ChaCha8Rng::seed_from_u64(config.seed),
            step: 0,
            model,
            config,
        }
    }

    /// The weights to evaluate and to ship.
    pub fn best(&self) -> &Hrm {
        self.average.as_ref().unwrap_or(&self.model)
    }

    /// Rows that take a new puzzle in the next step.
    pub fn waiting(&self) -> usize {
        self.state.halted.iter().filter(|halted| **halted).count()
    }

    /// The most segments of a row now.
    pub fn max_segments(&self) -> usize {
        self.model.config.max_segments
    }

    /// One step: halted rows take new puzzles from `next`, one segment, one update.
    ///
    /// # Errors
    /// A loss that is no number (the weights are then as before the step), or a device that failed.
    pub fn step(&mut self, mut next: impl FnMut() -> Example) -> Result<StepReport, TrainError> {
        let step = self.step + 1;
        self.state.refill(&self.model, |_| next());
        let longest = self.model.config.max_segments as u32;
        let explores = self.model.config.exploration;
        let min_steps: Vec<u32> = (0..self.config.batch)
            .map(|_| match self.rng.random_bool(explores) && longest >= 2 {
                true => self.rng.random_range(2..=longest),
                false => 0,
            })
            .collect();
        let device = |e: TensorReadError| TrainError::Device { step, why: format!("{e:?}") };
        let outcome = forward_backward(&self.model, &mut self.state, &min_steps).map_err(device)?;
        let metrics = outcome.metrics;
        let loss = metrics.lm_loss + 0.5 * (metrics.q_halt_loss + metrics.q_continue_loss);
        if !loss.is_finite() {
            return Err(TrainError::NotFinite { step, loss });
        }
        let rate = self.config.schedule.at(step);
        self.optimizer.update(&mut self.model, &outcome.gradients.weights, rate);
        if let (Some(table), Some(gradient)) = (&mut self.model.puzzle, &outcome.gradients.puzzle) {
            let (rate, decay) = ((rate * self.config.puzzle_rate) as f32, self.config.puzzle_decay as f32);
            sign_sgd(table, &self.state.puzzle_ids(), gradient, rate, decay);
        }
        if let Some(average) = &mut self.average {
            blend(average, &self.model, self.config.ema);
        }
        self.step = step;
        Ok(StepReport { step, rate, metrics })
    }

    /// Writes all that decides the next step, whole or not at all; `source` is the state of what gives the examples.
    ///
    /// # Errors
    /// The disk's or the device's reasons.
    pub fn save<S: Serialize>(&self, path: &Path, source: &S) -> Result<(), TrainError> {
        let fail = |e: TensorReadError| TrainError::Device { step: self.step, why: format!("{e:?}") };
        let mut tensors: Vec<(String, Vec<usize>, Vec<f32>)> = Vec::new();
        let mut put = |name: String, t: &Tensor<2>| {
            t.try_to_vec_as::<f32>().map(|values| tensors.push((name, t.dims().to_vec(), values))).map_err(fail)
        };
        for (i, w) in self.model.weights().into_iter().enumerate() {
            put(format!("weight.{i}"), w)?;
            put(format!("m.{i}"), &self.optimizer.moments[i].0)?;
            put(format!("v.{i}"), &self.optimizer.moments[i].1)?;
        }
        for (i, w) in self.average.iter().flat_map(Hrm::weights).enumerate() {
            put(format!("average.{i}"), w)?;
        }
        let [batch, tokens, hidden] = self.state.carry.z_h.dims();
        put("z_h".into(), &self.state.carry.z_h.clone().reshape([batch * tokens, hidden]))?;
        put("z_l".into(), &self.state.carry.z_l.clone().reshape([batch * tokens, hidden]))?;
        let tables = [("puzzle", Some(&self.model)), ("average_puzzle", self.average.as_ref())];
        for (name, table) in tables.into_iter().filter_map(|(name, m)| Some((name, m?.puzzle.as_ref()?))) {
            tensors.push((name.to_owned(), vec![table.rows.len()], table.rows.clone()));
        }
        let notes = Notes {
            step: self.step,
            updates: self.optimizer.updates,
            steps: self.state.steps.clone(),
            halted: self.state.halted.clone(),
            rows: self.state.rows.clone(),
            rng: self.rng.clone(),
            source,
        };
        let text = serde_json::to_string(&notes)
            .map_err(|e| TrainError::Resume { path: path.display().to_string(), why: e.to_string() })?;
        write_tensors(path, &tensors, HashMap::from([(NOTES_KEY.to_owned(), text)]))?;
        Ok(())
    }

    /// Takes a run up again where [`Trainer::save`] left it; on the CPU the next steps are bit-equal to those of a run
    /// that never stopped. Returns the source's state too.
    ///
    /// # Errors
    /// A file that is damaged or belongs to another configuration.
    pub fn resume<S: serde::de::DeserializeOwned>(
        fresh: Hrm,
        config: TrainConfig,
        path: &Path,
    ) -> Result<(Self, S), TrainError> {
        let wrong = |why: String| TrainError::Resume { path: path.display().to_string(), why };
        let (mut tensors, metadata) = read_tensors(path)?;
        let notes = metadata.get(NOTES_KEY).ok_or_else(|| wrong("it is no saved run".into()))?;
        let notes: Notes<S> = serde_json::from_str(notes).map_err(|e| wrong(e.to_string()))?;
        if notes.rows.len() > config.batch || notes.steps.len() != config.batch || notes.halted.len() != config.batch {
            return Err(wrong(format!("its batch is {}, the configuration's {}", notes.steps.len(), config.batch)));
        }
        let device = fresh.device();
        let mut trainer = Self::new(fresh, config);
        let mut take = |name: String, shape: [usize; 2]| take(&mut tensors, &name, shape, &device).map_err(wrong);
        let mut restore = |prefix: &str, model: &Hrm| {
            Hrm::build(&model.config, model.puzzle.clone(), model.rope.clone(), {
                let mut i = 0;
                let take = &mut take;
                move |spec| {
                    i += 1;
                    take(format!("{prefix}.{}", i - 1), spec.memory_shape())
                }
            })
        };
        trainer.model = restore("weight", &trainer.model)?;
        trainer.average = match &trainer.average {
            Some(average) => Some(restore("average", average)?),
            None => None,
        };
        for (i, (m, v)) in trainer.optimizer.moments.iter_mut().enumerate() {
            *m = take(format!("m.{i}"), m.dims())?;
            *v = take(format!("v.{i}"), v.dims())?;
        }
        let shape = trainer.state.carry.z_h.dims();
        let flat = [shape[0] * shape[1], shape[2]];
        trainer.state.carry =
            Carry { z_h: take("z_h".into(), flat)?.reshape(shape), z_l: take("z_l".into(), flat)?.reshape(shape) };
        let models = [("puzzle", Some(&mut trainer.model)), ("average_puzzle", trainer.average.as_mut())];
        for (name, table) in models.into_iter().filter_map(|(name, m)| Some((name, m?.puzzle.as_mut()?))) {
            restore_table(table, tensors.remove(name).map(|(_, values)| values)).map_err(wrong)?;
        }
        trainer.step = notes.step;
        trainer.optimizer.updates = notes.updates;
        trainer.rng = notes.rng;
        (trainer.state.steps, trainer.state.halted, trainer.state.rows) = (notes.steps, notes.halted, notes.rows);
        Ok((trainer, notes.source))
    }
}

fn take(tensors: &mut Tensors, name: &str, shape: [usize; 2], device: &Device) -> Result<Tensor<2>, String> {
    match tensors.remove(name) {
        Some((found, values)) if found == shape => Ok(Tensor::from_data(TensorData::new(values, shape), device)),
        Some((found, _)) => Err(format!("{name} has shape {found:?} where the configuration asks for {shape:?}")),
        None => Err(format!("{name} is missing")),
    }
}

fn restore_table(table: &mut PuzzleTable, rows: Option<Vec<f32>>) -> Result<(), String> {
    match rows {
        Some(rows) if rows.len() == table.rows.len() => {
            table.rows = rows;
            Ok(())
        }
        Some(rows) => Err(format!("the puzzle table has {} numbers instead of {}", rows.len(), table.rows.len())),
        None => Err("the puzzle table is missing".to_owned()),
    }
}

/// `average = average * decay + model * (1 - decay)`, the puzzle table included.
fn blend(average: &mut Hrm, model: &Hrm, decay: f64) {
    for (mean, now) in average.weights_mut().into_iter().zip(model.weights()) {
        if !pass::blend(mean, now, decay) {
            *mean = mean.clone() * decay + now.clone() * (1.0 - decay);
        }
    }
    if let (Some(mean), Some(now)) = (&mut average.puzzle, &model.puzzle) {
        pass::blend_slices(&mut mean.rows, &now.rows, decay);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Initializer, tiny_config};

    fn config() -> TrainConfig {
        TrainConfig {
            batch: 4,
            schedule: Schedule { rate: 1e-3, warmup: 5, steps: 20, min_ratio: 0.1 },
            betas: (0.9, 0.95),
            weight_decay: 0.1,
            puzzle_rate: 1.0,
            puzzle_decay: 0.1,
            ema: 0.9,
            seed: 3,
        }
    }

    /// Examples that count up; the counter is the whole state.
    fn next(count: &mut i32) -> Example {
        *count += 1;
        let inputs = (0..16).map(|i| (i * 7 + *count) % 5 + 1).collect::<Vec<i32>>();
        Example { labels: inputs.iter().map(|t| 6 - t).collect(), inputs, puzzle_id: 0 }
    }

    fn weights(trainer: &Trainer) -> Vec<Vec<f32>> {
        let both = trainer.model.weights().into_iter().chain(trainer.best().weights());
        both.map(|w| w.try_to_vec_as::<f32>().unwrap()).collect()
    }

    #[test]
    fn a_resumed_run_is_bit_equal() {
        let fresh = || Initializer { seed: 5, ..Default::default() }.build(&tiny_config(), &Device::flex());
        let (mut straight, mut count) = (Trainer::new(fresh(), config()), 0);
        for _ in 0..20 {
            straight.step(|| next(&mut count)).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.safetensors");
        let (mut first, mut count) = (Trainer::new(fresh(), config()), 0);
        for _ in 0..10 {
            first.step(|| next(&mut count)).unwrap();
        }
        first.save(&path, &count).unwrap();
        let (mut second, mut count): (Trainer, i32) = Trainer::resume(fresh(), config(), &path).unwrap();
        for _ in 0..10 {
            second.step(|| next(&mut count)).unwrap();
        }
        assert_eq!(second.step, 20);
        assert_eq!(weights(&second), weights(&straight));
        assert_eq!(second.model.puzzle, straight.model.puzzle);
        assert_ne!(weights(&first), weights(&straight));
    }

    #[test]
    fn a_run_of_another_configuration_is_refused() {
        let fresh = || Initializer::default().build(&tiny_config(), &Device::flex());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.safetensors");
        Trainer::new(fresh(), config()).save(&path, &0).unwrap();
        let other = TrainConfig { batch: 8, ..config() };
        assert!(Trainer::resume::<i32>(fresh(), other, &path).unwrap_err().to_string().contains("its batch is 4"));
        std::fs::write(&path, b"not a run").unwrap();
        assert!(Trainer::resume::<i32>(fresh(), config(), &path).is_err());
    }

    #[test]
    fn a_loss_that_is_no_number_stops_and_keeps_the_weights() {
        let mut broken = Initializer::default().build(&tiny_config(), &Device::flex());
        broken.lm_head = broken.lm_head * f32::NAN;
        let mut trainer = Trainer::new(broken, config());
        let mut count = 0;
        assert!(matches!(trainer.step(|| next(&mut count)), Err(TrainError::NotFinite { step: 1, .. })));
        assert_eq!(trainer.step, 0);
    }
}
