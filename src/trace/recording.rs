//! The recording of one run on one puzzle: every micro-step, in order, as plain data.

use std::sync::Arc;

use super::tokens::Tokens;
use super::{MicroStep, Module, Readout, Schedule};

/// The sizes that all steps of a recording share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dimensions {
    /// When which module steps.
    pub schedule: Schedule,
    /// T: puzzle tokens and board tokens.
    pub tokens: usize,
    /// P: the puzzle tokens that stand before the board tokens.
    pub puzzle_tokens: usize,
    /// D: channels of one token's state.
    pub hidden: usize,
    /// V: vocabulary.
    pub vocab: usize,
    /// The most segments this run may take.
    pub max_segments: usize,
}

/// One micro-step as it happened.
#[derive(Debug, Clone)]
pub struct StepRecord {
    /// Where on the clock.
    pub at: MicroStep,
    /// The updated module's state after the step, `[tokens, hidden]`: z_L after an L-step, z_H after an H-step. None
    /// while it is let go for want of memory (see [`Recording::keep`]).
    pub state: Option<Arc<[f32]>>,
    /// How far the state moved: `||z_new - z_old||_F / sqrt(numel)`.
    pub residual: f32,
    /// What the update did to each token; stays when the state is let go.
    pub tokens: Arc<Tokens>,
    /// What the model would answer now.
    pub readout: Readout,
}

impl StepRecord {
    /// A step that brought a module from the state `before` to `state`, `[tokens, hidden]` each.
    pub fn new(at: MicroStep, state: Arc<[f32]>, before: &[f32], hidden: usize, readout: Readout) -> Self {
        let (residual, tokens) = (residual(&state, before), Arc::new(Tokens::of(&state, before, hidden)));
        Self { at, state: Some(state), residual, tokens, readout }
    }
}

/// What was asked: enough to compute a run's states again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Board tokens `[seq_len]`.
    pub tokens: Vec<i32>,
    /// The row of the puzzle table.
    pub puzzle_id: i32,
}

/// The halting decision at a segment's end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SegmentEnd {
    /// The segment, from 0.
    pub segment: usize,
    /// Q value (a logit) of halting.
    pub q_halt: f32,
    /// Q value (a logit) of going on.
    pub q_continue: f32,
    /// Whether the run stopped here by the halting rule or the limit.
    pub halted: bool,
}

/// A run so far: it grows while the engine computes.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Sizes and schedule.
    pub dimensions: Dimensions,
    /// z_H before the first step, `[tokens, hidden]`.
    pub z_h_init: Arc<[f32]>,
    /// z_L before the first step, `[tokens, hidden]`.
    pub z_l_init: Arc<[f32]>,
    /// Every micro-step in order; `steps[i].at == schedule.at(i)`.
    pub steps: Vec<StepRecord>,
    /// One entry per finished segment.
    pub ends: Vec<SegmentEnd>,
    /// What was asked; without it no state is let go, because it could not be computed again.
    pub question: Option<Question>,
}

impl Recording {
    /// An empty recording that starts from the given states.
    pub fn new(dimensions: Dimensions, z_h_init: Arc<[f32]>, z_l_init: Arc<[f32]>) -> Self {
        Self { dimensions, z_h_init, z_l_init, steps: Vec::new(), ends: Vec::new(), question: None }
    }

    /// A module's state before the first micro-step, `[tokens, hidden]`.
    pub fn initial(&self, module: Module) -> &Arc<[f32]> {
        match module {
            Module::H => &self.z_h_init,
            Module::L => &self.z_l_init,
        }
    }

    /// Whether the states before the first step and the read-outs within segments are known: a trace file holds neither, and
    /// they take the model.
    pub fn is_complete(&self) -> bool {
        self.z_h_init.first().is_none_or(|value| !value.is_nan())
    }

    /// The newest update of a module within the first `steps` micro-steps: its place among them.
    pub fn last_update(&self, module: Module, steps: usize) -> Option<usize> {
        self.steps[..steps.min(self.steps.len())].iter().rposition(|step| step.at.module == module)
    }

    /// The state of one module after the first `steps` micro-steps, `[tokens, hidden]`; None when it was let go.
    pub fn state(&self, module: Module, steps: usize) -> Option<&Arc<[f32]>> {
        match self.last_update(module, steps) {
            None => Some(self.initial(module)),
            Some(update) => self.steps[update].state.as_ref(),
        }
    }

    /// The Frobenius norm of a module's state after the first `steps` micro-steps.
    pub fn norm(&self, module: Module, steps: usize) -> f64 {
        let square = |value: &f32| f64::from(*value).powi(2);
        let sum: f64 = match self.last_update(module, steps) {
            None => self.initial(module).iter().map(square).sum(),
            Some(update) => self.steps[update].tokens.norms.iter().map(square).sum(),
        };
        sum.sqrt()
    }

    /// The segment's halting decision, once it is known.
    pub fn end_of(&self, segment: usize) -> Option<&SegmentEnd> {
        self.ends.get(segment)
    }

    /// Whether the last segment's decision was to stop.
    pub fn halted(&self) -> bool {
        self.ends.last().is_some_and(|end| end.halted)
    }
}

/// `||new - old||_F / sqrt(numel)`, the forward residual of one update.
pub fn residual(new: &[f32], old: &[f32]) -> f32 {
    if new.is_empty() {
        return 0.0;
    }
    let sum: f64 = new.iter().zip(old).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    (sum / new.len() as f64).sqrt() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_at_a_moment_is_the_modules_last_update() {
        let schedule = Schedule { h_cycles: 1, l_cycles: 2 };
        let dimensions = Dimensions { schedule, tokens: 1, puzzle_tokens: 0, hidden: 1, vocab: 2, max_segments: 1 };
        let mut recording = Recording::new(dimensions, vec![10.0].into(), vec![20.0].into());
        for i in 0..3 {
            let readout = Readout::new(2, vec![].into());
            recording.steps.push(StepRecord::new(schedule.at(i), vec![i as f32].into(), &[0.5], 1, readout));
        }
        let at = |module, steps| recording.state(module, steps).unwrap()[0];
        assert_eq!([at(Module::L, 0), at(Module::L, 3), at(Module::H, 2), at(Module::H, 3)], [20.0, 1.0, 10.0, 2.0]);
        assert_eq!((recording.norm(Module::L, 0), recording.norm(Module::H, 9)), (20.0, 2.0));
        let updates = [(Module::L, 3), (Module::H, 2), (Module::H, 99)].map(|(of, n)| recording.last_update(of, n));
        assert_eq!(updates, [Some(1), None, Some(2)]);
        assert_eq!((recording.steps[2].residual, recording.steps[2].tokens.moves[0]), (1.5, 1.5));
        assert!(!recording.halted());
    }

    #[test]
    fn residual_is_a_root_mean_square() {
        assert_eq!(residual(&[3.0, 0.0, 0.0, 0.0], &[0.0, 0.0, 0.0, 4.0]), 2.5);
        assert_eq!(residual(&[], &[]), 0.0);
    }
}
