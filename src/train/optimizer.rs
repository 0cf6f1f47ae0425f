//! Adam-atan2 for the weights, sign-SGD for the puzzle rows, and the learning rate's schedule.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::pass::{self, Step};
use crate::model::{Hrm, PuzzleTable};

/// Adam whose quotient is an arc tangent, so that it needs no epsilon and does not depend on the gradient's scale:
/// `w -= lr / c1 * atan2(m, sqrt(v / c2))` after decoupled weight decay, with the bias corrections c = 1 - beta^t.
///
/// The correction of the first moment stands outside the arc tangent, as the public implementation has it: the first
/// update is 10 atan(1/10) = 0.9967 of the learning rate, and later ones are bounded by pi/2 of it.
#[derive(Debug, Clone)]
pub struct AdamAtan2 {
    /// Decay rates of the two moments.
    pub betas: (f64, f64),
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// Updates made so far.
    pub updates: u64,
    /// First and second moment of every weight, in the order of [`Hrm::weights`].
    pub moments: Vec<(Tensor<2>, Tensor<2>)>,
}

impl AdamAtan2 {
    /// An optimizer with zero moments.
    pub fn new(model: &Hrm, betas: (f64, f64), weight_decay: f64) -> Self {
        let zeros = |w: &&Tensor<2>| (w.zeros_like(), w.zeros_like());
        Self { betas, weight_decay, updates: 0, moments: model.weights().iter().map(zeros).collect() }
    }

    /// Updates every weight that has a gradient; `gradients` stand in the order of [`Hrm::weights`]. Returns the index of
    /// the first weight that overflowed, where that can be seen without asking a device.
    pub fn update(&mut self, model: &mut Hrm, gradients: &[Option<Tensor<2>>], rate: f64) -> Option<usize> {
        self.updates += 1;
        let (b1, b2) = self.betas;
        let count = self.updates as f64;
        let (c1, c2) = (1.0 - b1.powf(count), 1.0 - b2.powf(count));
        let step = Step { b1, b2, c2, decay: 1.0 - rate * self.weight_decay, rate: rate / c1 };
        let mut overflowed = None;
        for (i, ((w, g), (m, v))) in model.weights_mut().into_iter().zip(gradients).zip(&mut self.moments).enumerate() {
            let Some(g) = g else { continue };
            match pass::adam_atan2(step, g, [w, m, v]) {
                Some(true) => {}
                Some(false) => overflowed = overflowed.or(Some(i)),
                None => step.apply(g, [w, m, v]),
            }
        }
        overflowed
    }
}

/// Sign-SGD on the rows of the puzzle table that a batch used: gradients of the same id are summed first, then
/// `row = row * (1 - rate * decay) - rate * sign(gradient)`. `gradient` is `[ids, E]`, row-major.
pub fn sign_sgd(table: &mut PuzzleTable, ids: &[i32], gradient: &[f32], rate: f32, weight_decay: f32) {
    let mut sums: std::collections::BTreeMap<usize, Vec<f32>> = std::collections::BTreeMap::new();
    for (id, row) in ids.iter().zip(gradient.chunks(table.dim.max(1))) {
        let sum = sums.entry(usize::try_from(*id).unwrap_or(0)).or_insert_with(|| vec![0.0; row.len()]);
        sum.iter_mut().zip(row).for_each(|(s, g)| *s += g);
    }
    for (id, sum) in sums {
        let Some(row) = table.row_mut(id) else { continue };
        for (w, g) in row.iter_mut().zip(&sum) {
            let sign = if *g == 0.0 { 0.0 } else { g.signum() };
            *w = *w * (1.0 - rate * weight_decay) - rate * sign;
        }
    }
}

/// Linear warm-up, then a cosine from the full rate down to `rate * min_ratio` at the last step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// The full learning rate.
    pub rate: f64,
    /// Steps of warm-up.
    pub warmup: u64,
    /// Steps in all.
    pub steps: u64,
    /// The last rate relative to the full one.
    pub min_ratio: f64,
}

impl Schedule {
    /// The learning rate of a step, counted from 1.
    pub fn at(&self, step: u64) -> f64 {
        if step < self.warmup {
            return self.rate * step as f64 / self.warmup as f64;
        }
        let progress = (step - self.warmup) as f64 / self.steps.saturating_sub(self.warmup).max(1) as f64;
        let cosine = 0.5 * (1.0 + (std::f64::consts::PI * progress.min(1.0)).cos());
        self.rate * (self.min_ratio + (1.0 - self.min_ratio) * cosine)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;

    use super::*;

    #[test]
    fn the_schedule_warms_up_and_falls() {
        let schedule = Schedule { rate: 1.0, warmup: 10, steps: 110, min_ratio: 0.1 };
        assert_eq!(schedule.at(5), 0.5);
        assert_eq!(schedule.at(10), 1.0);
        assert!((schedule.at(60) - 0.55).abs() < 1e-12);
        assert!((schedule.at(110) - 0.1).abs() < 1e-12);
        assert!((schedule.at(1000) - 0.1).abs() < 1e-12);
    }

    #[test]
    fn the_first_update_is_nearly_the_learning_rate() {
        let device = burn::tensor::Device::flex();
        let model = crate::model::Initializer::default().build(&crate::model::tiny_config(), &device);
        let mut optimizer = AdamAtan2::new(&model, (0.9, 0.95), 0.0);
        let gradients: Vec<_> = model.weights().iter().map(|w| Some(w.ones_like() * 1e-6)).collect();
        let mut updated = model.clone();
        optimizer.update(&mut updated, &gradients, 0.01);
        let moved = (model.lm_head - updated.lm_head).try_to_vec_as::<f32>().unwrap();
        assert!(moved.iter().all(|d| (d - 0.0099669).abs() < 1e-6), "{:?}", &moved[..3]);
    }

    #[test]
    fn one_pass_over_the_numbers_equals_the_operations() {
        let device = burn::tensor::Device::flex();
        let some = |low, high| Tensor::<2>::random([37, 211], Distribution::Uniform(low, high), &device);
        let step = Step { b1: 0.9, b2: 0.95, c2: 0.1, decay: 0.99, rate: 0.5 };
        for size in [1e-12, 1e-3, 1.0, 1e6] {
            let g = some(-1.0, 1.0) * size;
            let (w, m, v) = (some(-1.0, 1.0), some(-1.0, 1.0) * size, some(0.0, 0.1) * (size * size));
            let (mut w1, mut m1, mut v1) = (w.clone(), m.clone(), v.clone());
            let (mut w2, mut m2, mut v2) = (w, m, v);
            assert_eq!(pass::adam_atan2(step, &g, [&mut w1, &mut m1, &mut v1]), Some(true));
            step.apply(&g, [&mut w2, &mut m2, &mut v2]);
            for (a, b, scale) in [(w1, w2, 1.0), (m1, m2, size), (v1, v2, size * size)] {
                let apart = ((a - b) / scale).abs().max().try_into_scalar::<f32>().unwrap();
                assert!(apart < 1e-6, "{apart} apart at gradients of size {size}");
            }
        }
    }

    #[test]
    fn gradients_of_one_puzzle_are_summed_before_the_sign() {
        let mut table = PuzzleTable::new(1, vec![1.0, 1.0, 1.0]);
        sign_sgd(&mut table, &[2, 0, 2], &[3.0, -1.0, -4.0], 0.5, 0.0);
        assert_eq!(*table.values(), [1.5, 1.0, 1.5]);
    }
}
