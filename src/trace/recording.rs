//! The recording of one run on one puzzle: every micro-step, in order, as plain data.

use std::sync::Arc;

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
    /// The updated module's state after the step, `[tokens, hidden]`: z_L after an L-step, z_H after an H-step.
    pub state: Arc<[f32]>,
    /// How far the state moved: `||z_new - z_old||_F / sqrt(numel)`.
    pub residual: f32,
    /// What the model would answer now.
    pub readout: Readout,
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
}

impl Recording {
    /// An empty recording that starts from the given states.
    pub fn new(dimensions: Dimensions, z_h_init: Arc<[f32]>, z_l_init: Arc<[f32]>) -> Self {
        Self { dimensions, z_h_init, z_l_init, steps: Vec::new(), ends: Vec::new() }
    }

    /// The state of one module after the micro-step `index` (None: before the first), `[tokens, hidden]`.
    pub fn state(&self, module: Module, index: Option<usize>) -> &Arc<[f32]> {
        let initial = match module {
            Module::H => &self.z_h_init,
            Module::L => &self.z_l_init,
        };
        let upto = index.map_or(0, |i| (i + 1).min(self.steps.len()));
        self.steps[..upto].iter().rev().find(|s| s.at.module == module).map_or(initial, |s| &s.state)
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
            recording.steps.push(StepRecord {
                at: schedule.at(i),
                state: vec![i as f32].into(),
                residual: 0.0,
                readout: Readout::new(2, vec![].into()),
            });
        }
        assert_eq!(recording.state(Module::L, None)[0], 20.0);
        assert_eq!(recording.state(Module::L, Some(2))[0], 1.0);
        assert_eq!(recording.state(Module::H, Some(1))[0], 10.0);
        assert_eq!(recording.state(Module::H, Some(2))[0], 2.0);
        assert!(!recording.halted());
    }

    #[test]
    fn residual_is_a_root_mean_square() {
        assert_eq!(residual(&[3.0, 0.0, 0.0, 0.0], &[0.0, 0.0, 0.0, 4.0]), 2.5);
        assert_eq!(residual(&[], &[]), 0.0);
    }
}
