//! The ways of z_H and z_L in a run along their principal components, and what their colours say: pure.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::analysis::{Pca, pca};
use crate::trace::tokens::{Tokens, mean_over_tokens};
use crate::trace::{Module, Recording};

/// A state has settled when its last move is at most this share of its longest.
const SETTLED: f32 = 0.1;

/// What the colours of a way say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum WayColour {
    /// How far the run is: stronger from step to step.
    #[default]
    Step,
    /// The segment.
    Segment,
    /// Whether the board was right after each step.
    Right,
}

impl WayColour {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Step, Self::Segment, Self::Right];

    /// Its name in the menu.
    pub fn name(self) -> &'static str {
        match self {
            Self::Step => "by step",
            Self::Segment => "by segment",
            Self::Right => "by right or wrong",
        }
    }

    /// What it is, in a sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Step => "The way grows stronger from step to step",
            Self::Segment => "Every segment has its colour, from the ground's to the board's violet",
            Self::Right => "Green where the board was right after the step, red where it was not",
        }
    }
}

/// The ways of one run, made anew when a segment ends.
#[derive(Default)]
pub struct Ways {
    /// What the first step did, by which a run is known.
    first: Option<Arc<Tokens>>,
    /// The segments that had ended when the components were computed.
    ends: usize,
    /// Whether the board was right after each micro-step; known when somebody asks.
    pub right: Vec<bool>,
    /// z_H's way.
    pub h: Option<Way>,
    /// z_L's.
    pub l: Option<Way>,
}

/// The way of one state.
pub struct Way {
    /// The micro-step that led to each point; None for the initial state.
    pub steps: Vec<Option<usize>>,
    /// Its points.
    pub found: Pca,
}

impl Ways {
    /// The ways of a run.
    pub fn of(recording: &Recording) -> Self {
        let mut ways = Self::default();
        ways.follow(recording);
        ways
    }

    /// z_H's way and z_L's.
    ///
    /// # Errors
    /// The run's first segment has not ended.
    pub fn both(&self) -> Result<[(Module, &Way); 2], String> {
        let both = self.h.as_ref().zip(self.l.as_ref()).map(|(h, l)| [(Module::H, h), (Module::L, l)]);
        both.ok_or_else(|| "the trajectory is known when the run's first segment has ended".to_owned())
    }

    /// Takes in what has been computed since.
    pub fn follow(&mut self, recording: &Recording) {
        let first = recording.steps.first().map(|step| &step.tokens);
        let same = first.zip(self.first.as_ref()).is_some_and(|(now, before)| Arc::ptr_eq(now, before));
        if !same {
            *self = Self { first: first.cloned(), ..Self::default() };
        }
        if recording.ends.len() != self.ends || self.h.is_none() && !recording.ends.is_empty() {
            self.ends = recording.ends.len();
            self.h = Way::of(Module::H, recording);
            self.l = Way::of(Module::L, recording);
        }
    }
}

impl Way {
    fn of(module: Module, recording: &Recording) -> Option<Self> {
        let hidden = recording.dimensions.hidden;
        // A trace file may not know how the run began.
        let (mut rows, mut steps) = match recording.is_complete() {
            true => (mean_over_tokens(recording.initial(module), hidden), vec![None]),
            false => (Vec::new(), Vec::new()),
        };
        for (i, step) in recording.steps.iter().enumerate().filter(|(_, step)| step.at.module == module) {
            rows.extend_from_slice(&step.tokens.mean);
            steps.push(Some(i));
        }
        Some(Self { steps, found: pca(&rows, hidden)? })
    }
}

/// What is seen of a state's way, from the numbers.
pub fn caption(recording: &Recording, module: Module, way: &Way) -> String {
    let [one, two, three] = way.found.explained.map(|share| 100.0 * share);
    let moves: Vec<f32> = recording.steps.iter().filter(|s| s.at.module == module).map(|s| s.residual).collect();
    let longest = moves.iter().copied().fold(0.0f32, f32::max);
    let last = moves.last().copied().unwrap_or(0.0);
    let share = if longest > 0.0 { last / longest } else { 0.0 };
    let verdict = if share <= SETTLED { "it settles" } else { "it still moves" };
    format!(
        "PC1 {one:.0} %, PC2 {two:.0} %, PC3 {three:.0} % of the variance; the last move is {:.0} % of the longest: {verdict}",
        100.0 * share
    )
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::recording;
    use super::*;

    #[test]
    fn ways_are_followed_and_begun_anew() {
        let mut ways = Ways::default();
        let mut run = recording(12, |_, _| 1);
        let (steps, ends) = (run.steps.split_off(5), std::mem::take(&mut run.ends));
        ways.follow(&run);
        assert!(ways.h.is_none(), "no segment has ended");
        run.steps.extend(steps);
        run.ends.extend(ends);
        ways.follow(&run);
        let h = ways.h.as_ref().unwrap();
        assert_eq!(h.steps, [None, Some(2), Some(5), Some(8), Some(11)]);
        assert_eq!((h.found.points.len(), ways.l.as_ref().unwrap().steps.len()), (5, 9));
        // All states lie on one line.
        assert!(h.found.explained[0] > 0.999);
        ways.follow(&recording(6, |_, _| 1));
        assert_eq!(ways.h.as_ref().unwrap().steps.len(), 3);
    }
}
