//! A training run in memory: everything that decides the next step.

use burn::tensor::{Tensor, TensorData, TensorReadError};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::act::ActState;
use super::finite::{all_finite, first_not_finite};
use super::optimizer::{AdamAtan2, Schedule, sign_sgd};
use super::pass;
use super::step::{Metrics, Outcome, Rules, forward_backward_by};
use crate::checkpoint::CheckpointError;
use crate::model::{Gradient, Hrm, PuzzleTable, TableMean};
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
    /// M_max starts at 1 and grows by one every so many steps, up to the model's `max_segments`; None for all at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grow: Option<u64>,
    /// Whether q_continue learns from one segment more, as in the paper. Without, a step saves that segment's forward
    /// pass, q_continue is held at 0, and a row halts when q_halt > 0: the same rule for whoever runs the model.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub bootstrap: bool,
    /// How far back through a segment the gradient goes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub gradient: Gradient,
}

fn is_default(gradient: &Gradient) -> bool {
    *gradient == Gradient::default()
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_true(value: &bool) -> bool {
    *value
}

impl TrainConfig {
    /// M_max at a step, counted from 1, of a model that may take `longest` segments.
    pub fn segments_at(&self, step: u64, longest: usize) -> usize {
        match self.grow {
            None | Some(0) => longest,
            Some(every) => usize::try_from(step.saturating_sub(1) / every).map_or(longest, |by| longest.min(by + 1)),
        }
    }
}

/// Training that cannot go on.
#[derive(Debug, Error)]
pub enum TrainError {
    /// Something became infinite or no number at all.
    #[error(
        "{what} is not finite at step {step}: the run stops and its last good checkpoint stays; a lower learning rate may help"
    )]
    NotFinite {
        /// The step.
        step: u64,
        /// The first tensor that is not: a weight or a gradient by its public name, or a loss.
        what: String,
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
    pub(super) config: TrainConfig,
    /// M_max at the end.
    pub(super) longest: usize,
    pub(super) optimizer: AdamAtan2,
    pub(super) state: ActState,
    pub(super) rng: ChaCha8Rng,
    /// Only the rows of the puzzle table learn; every weight stays as it is.
    pub(super) rows_only: bool,
}

impl Trainer {
    /// A run at its first step.
    pub fn new(mut model: Hrm, config: TrainConfig) -> Self {
        if !config.bootstrap {
            silence_continue(&mut model);
        }
        let average = (config.ema > 0.0).then(|| {
            let puzzle = model.puzzle.as_ref().map(|table| table.averaged(TableMean::new(table, config.ema)));
            Hrm { puzzle, ..model.clone() }
        });
        let mut trainer = Self {
            average,
            optimizer: AdamAtan2::new(&model, config.betas, config.weight_decay),
            state: ActState::new(&model, config.batch),
            rng: ChaCha8Rng::seed_from_u64(config.seed),
            step: 0,
            longest: model.config.max_segments,
            model,
            config,
            rows_only: false,
        };
        trainer.grow(1);
        trainer
    }

    /// Rows that take a new puzzle in the next step.
    pub fn waiting(&self) -> usize {
        self.state.halted.iter().filter(|halted| **halted).count()
    }

    /// The most segments of a row at the last step: what the weights so far know, and what to evaluate with.
    pub fn max_segments(&self) -> usize {
        self.model.config.max_segments
    }

    /// Sets M_max to that of a step. It stands in the models' configurations, so that checkpoints carry the one they
    /// were trained with.
    pub(super) fn grow(&mut self, step: u64) {
        let now = self.config.segments_at(step, self.longest);
        for model in std::iter::once(&mut self.model).chain(&mut self.average) {
            model.config.max_segments = now;
        }
    }

    /// The weights to evaluate and to ship.
    pub fn best(&self) -> &Hrm {
        self.average.as_ref().unwrap_or(&self.model)
    }

    /// One step: halted rows take new puzzles from `next`, one segment, one update.
    ///
    /// # Errors
    /// A loss or a gradient that is not finite (the weights are then as before the step), a weight that the update made
    /// overflow, or a device that failed.
    pub fn step(&mut self, mut next: impl FnMut() -> Example) -> Result<StepReport, TrainError> {
        let step = self.step + 1;
        self.grow(step);
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
        let rules = Rules { min_steps: &min_steps, bootstrap: self.config.bootstrap, gradient: self.config.gradient };
        let outcome = forward_backward_by(&self.model, &mut self.state, rules).map_err(device)?;
        let metrics = outcome.metrics;
        if let Some(what) = not_finite(&self.model, &outcome).map_err(device)? {
            return Err(TrainError::NotFinite { step, what });
        }
        let rate = self.config.schedule.at(step);
        let weights = &outcome.gradients.weights;
        let overflowed = if self.rows_only { None } else { self.optimizer.update(&mut self.model, weights, rate) };
        if let Some(index) = overflowed {
            return Err(TrainError::NotFinite { step, what: format!("the new weight {}", self.model.names()[index]) });
        }
        if let (Some(table), Some(gradient)) = (&mut self.model.puzzle, &outcome.gradients.puzzle) {
            let (rate, decay) = ((rate * self.config.puzzle_rate) as f32, self.config.puzzle_decay as f32);
            let ids = self.state.puzzle_ids();
            let change = |table: &mut PuzzleTable| sign_sgd(table, &ids, gradient, rate, decay);
            // The average shares the table's rows; without it they are changed in place.
            let shared = self.average.as_mut().and_then(|average| average.puzzle.take());
            match (shared.and_then(PuzzleTable::into_mean), &mut self.average) {
                (Some(mut mean), Some(average)) => {
                    mean.step(table, &ids, change);
                    average.puzzle = Some(table.averaged(mean));
                }
                _ => change(table),
            }
        }
        if let Some(average) = &mut self.average {
            blend(average, &self.model, self.config.ema);
        }
        self.step = step;
        Ok(StepReport { step, rate, metrics })
    }
}

/// What is not finite, in the order of computing: weights (only looked at when something behind them is not), losses,
/// gradients.
fn not_finite(model: &Hrm, outcome: &Outcome) -> Result<Option<String>, TensorReadError> {
    let Metrics { lm_loss, q_halt_loss, q_continue_loss, .. } = outcome.metrics;
    let losses = [("lm_loss", lm_loss), ("q_halt_loss", q_halt_loss), ("q_continue_loss", q_continue_loss)];
    let loss = losses.into_iter().find(|(_, value)| !value.is_finite());
    let found = &outcome.gradients;
    let gradient = match loss {
        Some(_) => None,
        None => first_not_finite(found.weights.iter().map(Option::as_ref))?,
    };
    let puzzle = found.puzzle.as_ref().is_some_and(|rows| !all_finite(rows));
    if loss.is_none() && gradient.is_none() && !puzzle {
        return Ok(None);
    }
    let names = model.names();
    let weight = first_not_finite(model.weights().into_iter().map(Some))?;
    Ok(Some(match (weight, loss, gradient) {
        (Some(index), ..) => format!("the weight {}", names[index]),
        (None, Some((name, value)), _) => format!("{name} = {value}"),
        (None, None, Some(index)) => format!("the gradient of {}", names[index]),
        (None, None, None) => format!("the gradient of {}", PuzzleTable::NAME),
    }))
}

/// Whether q_continue is held at 0: the model learned without the bootstrap pass.
pub(super) fn is_silent(model: &Hrm) -> Result<bool, TensorReadError> {
    let (head, bias) = (model.q_head.try_to_vec_as::<f32>()?, model.q_bias.try_to_vec_as::<f32>()?);
    Ok(head.chunks(2).chain(bias.chunks(2)).all(|pair| pair.last() == Some(&0.0)))
}

/// Holds q_continue at 0: nothing it learns from will move it, and decay leaves 0 as it is.
fn silence_continue(model: &mut Hrm) {
    let halt = Tensor::from_data(TensorData::new(vec![1.0f32, 0.0], [1, 2]), &model.device());
    model.q_head = model.q_head.clone() * halt.clone();
    model.q_bias = model.q_bias.clone() * halt;
}

/// `average = average * decay + model * (1 - decay)`, without the puzzle table.
fn blend(average: &mut Hrm, model: &Hrm, decay: f64) {
    for (mean, now) in average.weights_mut().into_iter().zip(model.weights()) {
        if !pass::blend(mean, now, decay) {
            *mean = mean.clone() * decay + now.clone() * (1.0 - decay);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::model::{HrmConfig, Initializer, LossKind, tiny_config};

    pub(in crate::train) fn config() -> TrainConfig {
        TrainConfig {
            batch: 4,
            schedule: Schedule { rate: 1e-3, warmup: 5, steps: 20, min_ratio: 0.1 },
            betas: (0.9, 0.95),
            weight_decay: 0.1,
            puzzle_rate: 1.0,
            puzzle_decay: 0.1,
            ema: 0.9,
            seed: 3,
            grow: None,
            bootstrap: true,
            gradient: Gradient::OneStep,
        }
    }

    /// Examples that count up; the counter is the whole state.
    pub(in crate::train) fn next(count: &mut i32) -> Example {
        *count += 1;
        let inputs = (0..16).map(|i| (i * 7 + *count) % 5 + 1).collect::<Vec<i32>>();
        Example { labels: inputs.iter().map(|t| 6 - t).collect(), inputs, puzzle_id: *count * *count % 7 }
    }

    #[test]
    fn the_table_is_changed_in_place_and_its_average_follows() {
        let model = HrmConfig { puzzles: 9, ..tiny_config() };
        let model = Initializer { seed: 5, ..Default::default() }.build(&model, &Device::flex());
        let (mut trainer, mut count) = (Trainer::new(model, config()), 0);
        let mut dense = vec![0.0; 9 * 16];
        trainer.step(|| next(&mut count)).unwrap();
        let place = |trainer: &Trainer| trainer.model.puzzle.as_ref().unwrap().values().as_ptr();
        let first = place(&trainer);
        for step in 1..=15 {
            if step > 1 {
                trainer.step(|| next(&mut count)).unwrap();
            }
            let now = trainer.model.puzzle.as_ref().unwrap().values();
            dense.iter_mut().zip(now.iter()).for_each(|(mean, now)| *mean = *mean * 0.9 + now * 0.1);
        }
        assert_eq!(place(&trainer), first);
        let average = trainer.best().puzzle.as_ref().unwrap().values();
        assert!(average.iter().zip(&dense).all(|(a, b)| (a - b).abs() < 1e-6));
        assert!(average.iter().any(|a| *a != 0.0) && *average != *trainer.model.puzzle.as_ref().unwrap().values());
    }

    #[test]
    fn segments_grow_and_rows_keep_to_them() {
        let config = TrainConfig { grow: Some(5), ..config() };
        assert_eq!([0, 1, 5, 6, 10, 11, 16, 900].map(|step| config.segments_at(step, 4)), [1, 1, 1, 2, 2, 3, 4, 4]);
        assert_eq!(TrainConfig { grow: None, ..config.clone() }.segments_at(1, 4), 4);
        assert_eq!(TrainConfig { grow: Some(0), ..config.clone() }.segments_at(1, 4), 4);
        let mut trainer =
            Trainer::new(Initializer { seed: 5, ..Default::default() }.build(&tiny_config(), &Device::flex()), config);
        let mut count = 0;
        for step in 1..=25 {
            trainer.step(|| next(&mut count)).unwrap();
            let most = [1, 2, 3, 4, 4][(step - 1) / 5];
            assert_eq!((trainer.max_segments(), trainer.best().config.max_segments), (most, most));
            assert!(trainer.state.steps.iter().all(|&steps| steps as usize <= most), "step {step}");
        }
        assert!(count > 5 * 4, "with M_max 1 every row takes a new puzzle at every step");
    }

    #[test]
    fn configurations_without_these_options_still_parse() {
        let text = serde_json::to_string(&config()).unwrap();
        assert!(!text.contains("grow") && !text.contains("bootstrap"), "{text}");
        assert_eq!(serde_json::from_str::<TrainConfig>(&text).unwrap(), config());
        let other = TrainConfig { grow: Some(500), bootstrap: false, ..config() };
        assert_eq!(serde_json::from_str::<TrainConfig>(&serde_json::to_string(&other).unwrap()).unwrap(), other);
    }

    #[test]
    fn without_bootstrap_q_continue_stays_at_zero() {
        let config = TrainConfig { bootstrap: false, weight_decay: 0.5, ..config() };
        let model = Initializer { seed: 5, ..Default::default() }.build(&tiny_config(), &Device::flex());
        let mut trainer = Trainer::new(model, config);
        let mut count = 0;
        for _ in 0..10 {
            let report = trainer.step(|| next(&mut count)).unwrap();
            assert_eq!(report.metrics.q_continue_loss, 0.0);
            assert!(report.metrics.q_halt_loss > 0.0);
        }
        let (head, bias) = (trainer.model.q_head.clone(), trainer.model.q_bias.clone());
        let [head, bias] = [head, bias].map(|t| t.try_to_vec_as::<f32>().unwrap());
        assert!(head.chunks(2).chain(bias.chunks(2)).all(|pair| pair[0] != 0.0 && pair[1] == 0.0));
        assert!(is_silent(&trainer.model).unwrap());
    }

    fn broken(change: impl FnOnce(&mut Hrm)) -> (Trainer, String) {
        let mut model = Initializer { seed: 5, ..Default::default() }.build(&tiny_config(), &Device::flex());
        change(&mut model);
        let (mut trainer, mut count) = (Trainer::new(model, config()), 0);
        let error = trainer.step(|| next(&mut count)).unwrap_err();
        assert!(matches!(error, TrainError::NotFinite { step: 1, .. }), "{error}");
        (trainer, error.to_string())
    }

    #[test]
    fn what_is_not_finite_stops_the_run_and_is_named() {
        let (trainer, message) = broken(|model| model.lm_head = model.lm_head.clone() * f32::NAN);
        assert!(message.starts_with("the weight lm_head.weight is not finite at step 1"), "{message}");
        assert_eq!(trainer.step, 0);
        let (_, message) = broken(|model| model.l[0].down = model.l[0].down.clone() * f32::INFINITY);
        assert!(message.starts_with("the weight L_level.layers.0.mlp.down_proj.weight is"), "{message}");
        let (_, message) = broken(|model| model.lm_head = model.lm_head.ones_like() * 3e38);
        assert!(message.starts_with("lm_loss = "), "{message}");
    }

    #[test]
    fn a_gradient_that_is_not_finite_leaves_the_weights() {
        // Nearly nothing is normed to something again and again: the slope is out of all bounds, the loss is not.
        let config = HrmConfig { rms_eps: 1e-20, loss: LossKind::Softmax, h_cycles: 1, l_cycles: 1, ..tiny_config() };
        let weights =
            |model: &Hrm| -> Vec<_> { model.weights().iter().map(|w| w.try_to_vec_as::<f32>().unwrap()).collect() };
        let mut before = Vec::new();
        let (trainer, message) = broken(|model| {
            *model = Initializer { seed: 5, ..Default::default() }.build(&config, &Device::flex());
            model.embed = model.embed.clone() * 1e-30;
            model.position = model.position.take().map(|table| table * 1e-30);
            (model.h_init, model.l_init) = (model.h_init.zeros_like(), model.l_init.zeros_like());
            model.lm_head = model.lm_head.clone() * 1e12;
            before = weights(model);
        });
        assert!(message.starts_with("the gradient of embed_tokens.embedding_weight is"), "{message}");
        assert!(weights(&trainer.model) == before && trainer.step == 0);
    }

    #[test]
    fn a_weight_that_overflows_is_named() {
        let model = Initializer { seed: 5, ..Default::default() }.build(&tiny_config(), &Device::flex());
        let schedule = Schedule { rate: f64::from(f32::MAX), warmup: 0, steps: 20, min_ratio: 1.0 };
        let (mut trainer, mut count) = (Trainer::new(model, TrainConfig { schedule, ..config() }), 0);
        let error = (0..3).find_map(|_| trainer.step(|| next(&mut count)).err()).unwrap().to_string();
        assert!(error.starts_with("the new weight "), "{error}");
    }
}
