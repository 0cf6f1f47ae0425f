//! One training step: a segment with the one-step gradient, the halting decision, the losses and their gradients.

use std::ops::ControlFlow;

use burn::tensor::{Int, Tensor, TensorData, TensorReadError};

use super::act::ActState;
use super::evaluate::score;
use super::loss::{binary_cross_entropy, cross_entropy};
use crate::model::{Carry, Gradient, Hrm, Tracked};
use crate::task::IGNORE;

/// Gradients of the mean loss.
#[derive(Debug, Clone)]
pub struct Gradients {
    /// In the order of [`Hrm::weights`]; None where the loss does not depend on it.
    pub weights: Vec<Option<Tensor<2>>>,
    /// Of the puzzle rows in the batch, `[B, E]` row-major.
    pub puzzle: Option<Vec<f32>>,
}

/// Sums over the batch's rows, as the reference counts them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Metrics {
    /// Language-model loss, summed over all rows.
    pub lm_loss: f64,
    /// Halting loss, summed over all rows.
    pub q_halt_loss: f64,
    /// Continue loss, summed over all rows.
    pub q_continue_loss: f64,
    /// Rows that halted in this step and have labels.
    pub count: u64,
    /// Of those: the share of right tokens, summed.
    pub accuracy: f64,
    /// Of those: boards wholly right.
    pub exact: u64,
    /// Of those: boards whose halting value had the right sign.
    pub q_halt_right: u64,
    /// Of those: segments taken, summed.
    pub segments: u64,
}

impl std::ops::AddAssign for Metrics {
    fn add_assign(&mut self, other: Self) {
        self.lm_loss += other.lm_loss;
        self.q_halt_loss += other.q_halt_loss;
        self.q_continue_loss += other.q_continue_loss;
        self.count += other.count;
        self.accuracy += other.accuracy;
        self.exact += other.exact;
        self.q_halt_right += other.q_halt_right;
        self.segments += other.segments;
    }
}

/// What one step may choose.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Each row's minimum number of segments (exploration; 0, or no entry, for none).
    pub min_steps: &'a [u32],
    /// Whether q_continue learns from one segment more on the new states, as the reference does. If not, only q_halt
    /// learns, and a row halts when q_halt > q_continue = 0 (see [`super::TrainConfig::bootstrap`]).
    pub bootstrap: bool,
    /// How far back the gradient goes.
    pub gradient: Gradient,
}

impl Default for Rules<'_> {
    fn default() -> Self {
        Self { min_steps: &[], bootstrap: true, gradient: Gradient::OneStep }
    }
}

/// What a step found out, before the weights change.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The gradients.
    pub gradients: Gradients,
    /// The metrics.
    pub metrics: Metrics,
    /// The bootstrap target of q_continue for each row; empty without bootstrap.
    pub target_q_continue: Vec<f32>,
}

/// Runs one segment for every row of `state`, decides who halts, and computes the gradients of
/// `(sum of row losses) / batch`, a row's loss being its mean cross-entropy + 0.5 * (BCE of halting + BCE of going on).
///
/// `min_steps` is each row's minimum number of segments (exploration; 0 for none). The state is advanced: states are
/// detached (deep supervision), counters and halting flags set.
///
/// # Errors
/// A device that no longer answers.
pub fn forward_backward(model: &Hrm, state: &mut ActState, min_steps: &[u32]) -> Result<Outcome, TensorReadError> {
    forward_backward_by(model, state, Rules { min_steps, ..Rules::default() })
}

/// [`forward_backward`] by other rules than the reference's.
///
/// # Errors
/// A device that no longer answers.
pub fn forward_backward_by(model: &Hrm, state: &mut ActState, rules: Rules<'_>) -> Result<Outcome, TensorReadError> {
    let device = model.device();
    let config = &model.config;
    let batch = state.rows.len();
    let (seq, vocab) = (config.seq_len, config.vocab);
    let tokens = state.tokens(model);
    let rows = model.puzzle.as_ref().map(|table| table.gather(&state.puzzle_ids(), &device));

    let tracked = model.tracked();
    let leaf = rows.clone().map(|rows| rows.autodiff().require_grad());
    let tracked_x = tracked.embed(tokens.clone().autodiff(), leaf.clone());
    let x = model.embed(tokens, rows);
    let mut see_nothing = |_: crate::model::Observation<'_>| ControlFlow::Continue(());
    let on_graph = Some(Tracked { model: &tracked, x: &tracked_x, gradient: rules.gradient });
    let Some((carry, heads)) = model.segment(&x, state.carry.clone(), on_graph, &mut see_nothing) else {
        unreachable!("the observer above never breaks off")
    };
    state.carry = Carry { z_h: carry.z_h.inner(), z_l: carry.z_l.inner() };

    // The bootstrap target looks one segment ahead on the new states, without a graph.
    let next_q = match rules.bootstrap {
        true => match model.segment(&x, state.carry.clone(), None, &mut see_nothing) {
            Some((_, ahead)) => Some(ahead.q.try_to_vec_as::<f32>()?),
            None => unreachable!("the observer above never breaks off"),
        },
        false => None,
    };
    let q = heads.q.clone().inner().try_to_vec_as::<f32>()?;
    let logits = heads.logits.clone().inner().try_to_vec_as::<f32>()?;

    let mut labels = Vec::with_capacity(batch * seq);
    let mut weights = Vec::with_capacity(batch * seq);
    let (mut whole_right, mut target) = (Vec::with_capacity(batch), Vec::with_capacity(batch));
    let mut metrics = Metrics::default();
    for (row, example) in state.rows.iter().enumerate() {
        let (right, counted) = score(example, &logits[row * seq * vocab..(row + 1) * seq * vocab], vocab);
        labels.extend(example.labels.iter().map(|&l| l.max(0)));
        weights.extend(example.labels.iter().map(|&l| if l == IGNORE { 0.0 } else { 1.0 / counted as f32 }));
        whole_right.push(if right == counted { 1.0f32 } else { 0.0 });

        state.steps[row] += 1;
        let last = state.steps[row] as usize >= config.max_segments;
        let (q_halt, q_continue) = (q[2 * row], q[2 * row + 1]);
        let wants = config.max_segments > 1 && q_halt > q_continue;
        state.halted[row] = (last || wants) && state.steps[row] >= rules.min_steps.get(row).copied().unwrap_or(0);
        if let Some(next) = &next_q {
            let best = if last { next[2 * row] } else { next[2 * row].max(next[2 * row + 1]) };
            target.push(1.0 / (1.0 + (-best).exp()));
        }

        if state.halted[row] && counted > 0 {
            metrics.count += 1;
            metrics.accuracy += right as f64 / counted as f64;
            metrics.exact += u64::from(right == counted);
            metrics.q_halt_right += u64::from((q_halt >= 0.0) == (right == counted));
            metrics.segments += u64::from(state.steps[row]);
        }
    }

    let constant = |values: Vec<f32>| Tensor::<1>::from_data(TensorData::new(values, [batch]), &device).autodiff();
    let labels = Tensor::<2, Int>::from_data(TensorData::new(labels, [batch, seq]), &device).autodiff();
    let weights = Tensor::<2>::from_data(TensorData::new(weights, [batch, seq]), &device).autodiff();
    let lm = (cross_entropy(heads.logits, labels, config.loss) * weights).sum();
    let column = |i: usize| heads.q.clone().narrow(1, i, 1).reshape([batch]);
    let mut halting = binary_cross_entropy(column(0), constant(whole_right)).sum();
    let read = |t: &Tensor<1>| t.clone().inner().try_into_scalar::<f32>().map(f64::from);
    (metrics.lm_loss, metrics.q_halt_loss) = (read(&lm)?, read(&halting)?);
    if rules.bootstrap {
        let go_on = binary_cross_entropy(column(1), constant(target.clone())).sum();
        metrics.q_continue_loss = read(&go_on)?;
        halting = halting + go_on;
    }

    let mut found = ((lm + halting * 0.5) / batch as f64).backward();
    let weights = tracked.weights().into_iter().map(|w| w.grad_remove(&mut found)).collect();
    let puzzle = match leaf.and_then(|rows| rows.grad_remove(&mut found)) {
        Some(gradient) => Some(gradient.try_to_vec_as::<f32>()?),
        None => None,
    };
    Ok(Outcome { gradients: Gradients { weights, puzzle }, metrics, target_q_continue: target })
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::model::{HrmConfig, Initializer, tiny_config};
    use crate::task::Example;

    /// A model with some say in its q head, and a batch that was refilled; q_continue is left out, whose target would
    /// move with the weights.
    fn case(cycles: usize) -> (Hrm, ActState) {
        let config = HrmConfig { h_cycles: cycles, l_cycles: cycles, ..tiny_config() };
        let mut model = Initializer { seed: 8, ..Default::default() }.build(&config, &Device::flex());
        model.q_head = model.lm_head.clone().narrow(1, 0, 2);
        model.q_bias = model.q_bias.zeros_like();
        let mut state = ActState::new(&model, 3);
        state.refill(&model, |row| Example {
            inputs: (0..16).map(|cell| (cell * 5 + row as i32) % 6).collect(),
            labels: (0..16).map(|cell| (cell * row as i32 + 1) % 6).collect(),
            puzzle_id: 0,
        });
        (model, state)
    }

    fn run(model: &Hrm, state: &ActState, gradient: Gradient) -> (f64, Gradients) {
        let rules = Rules { bootstrap: false, gradient, ..Rules::default() };
        let outcome = forward_backward_by(model, &mut state.clone(), rules).unwrap();
        ((outcome.metrics.lm_loss + 0.5 * outcome.metrics.q_halt_loss) / 3.0, outcome.gradients)
    }

    fn values(gradients: &Gradients) -> Vec<Vec<f32>> {
        let numbers = |g: &Option<Tensor<2>>| g.as_ref().map_or(vec![], |g| g.try_to_vec_as::<f32>().unwrap());
        gradients.weights.iter().map(numbers).chain(gradients.puzzle.clone()).collect()
    }

    #[test]
    fn one_cycle_has_one_gradient() {
        let (model, state) = case(1);
        let (one, all) = (run(&model, &state, Gradient::OneStep), run(&model, &state, Gradient::Bptt));
        assert_eq!((one.0, values(&one.1)), (all.0, values(&all.1)));
    }

    #[test]
    fn backpropagation_through_time_is_the_slope() {
        let (model, state) = case(2);
        let (loss, gradients) = run(&model, &state, Gradient::Bptt);
        let (same, one_step) = run(&model, &state, Gradient::OneStep);
        assert_eq!(loss, same);
        let (mut off, mut compared) = (0, 0);
        for (i, g) in gradients.weights.iter().enumerate() {
            let Some(g) = g else { continue };
            let length = |g: Tensor<2>| f64::from(g.square().sum().sqrt().try_into_scalar::<f32>().unwrap());
            let size = length(g.clone());
            let moved = |by: f64| {
                let mut model = model.clone();
                let weight = &mut model.weights_mut()[i];
                **weight = weight.clone() + g.clone() * (by / size);
                run(&model, &state, Gradient::OneStep).0
            };
            let slope = (moved(0.01) - moved(-0.01)) / 0.02;
            assert!((slope - size).abs() < 0.01 * size, "{}: {size} where the slope is {slope}", model.names()[i]);
            let apart = length(g.clone() - one_step.weights[i].clone().unwrap());
            off += usize::from(apart > 0.05 * size);
            compared += 1;
        }
        assert_eq!(compared, model.weights().len() - 2, "all but the two initial states");
        assert!(off > compared / 2, "the one-step gradient is another: {off} of {compared}");
    }
}
