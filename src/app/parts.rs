//! What the parts of the clockwork are: in a formula, in the shapes of this model, in the paper, and in numbers now.

use super::explain::{bits, decision, distance};
use super::state::State;
use crate::trace::{Dimensions, Module, Recording};

/// A part of the clockwork.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The embedded board.
    Input,
    /// The fast module.
    L,
    /// The slow module.
    H,
    /// From the board to L.
    Feeds,
    /// From H to L.
    Guides,
    /// From L to H.
    Reports,
    /// From H to the answer.
    Answer,
    /// From H to the decision.
    Halt,
}

impl Part {
    /// The module whose dial it is.
    pub fn module(self) -> Option<Module> {
        match self {
            Self::L => Some(Module::L),
            Self::H => Some(Module::H),
            _ => None,
        }
    }

    /// What it is, in a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "x, the board as the model reads it",
            Self::L => "L, the fast module",
            Self::H => "H, the slow module",
            Self::Feeds => "x goes into L alone",
            Self::Guides => "z_H guides L",
            Self::Reports => "z_L reports to H",
            Self::Answer => "the answer's head",
            Self::Halt => "the halting head",
        }
    }

    fn formula(self) -> &'static str {
        match self {
            Self::Input => "x = f_I(board): every token's embedding, and its position",
            Self::L => "z_L ← f_L(z_L, z_H + x), at every L-step",
            Self::H => "z_H ← f_H(z_H, z_L), once at the end of an H-cycle",
            Self::Feeds => "x is added to z_H before L reads it; H never reads the board",
            Self::Guides => "z_H is added to x at every L-step, and stays what it is for a whole H-cycle",
            Self::Reports => "z_L is added to z_H in H's step, once in an H-cycle",
            Self::Answer => {
                "p = s(W z_H), of the board's tokens; within a cycle of f_H(z_H, z_L), what H would say now"
            }
            Self::Halt => "(q_halt, q_continue) = W z_H[first token] + b, at a segment's end",
        }
    }

    fn paper(self) -> &'static str {
        match self {
            Self::Input => "section 2, \"Hierarchical Reasoning Model\": the input network",
            Self::L | Self::H => "section 2, \"Hierarchical Reasoning Model\" and \"Hierarchical convergence\"",
            Self::Feeds | Self::Guides | Self::Reports => "section 2, \"Hierarchical Reasoning Model\", and figure 1",
            Self::Answer => "section 2, \"Hierarchical Reasoning Model\": the output network",
            Self::Halt => "section 2, \"Adaptive computational time (ACT)\"",
        }
    }

    fn shapes(self, dimensions: &Dimensions) -> String {
        let Dimensions { tokens, puzzle_tokens, hidden, vocab, schedule, .. } = *dimensions;
        let board = tokens.saturating_sub(puzzle_tokens);
        let (cycles, steps) = (schedule.h_cycles, schedule.l_cycles);
        match self {
            Self::Input | Self::Feeds => {
                format!("x [{tokens} × {hidden}]: {puzzle_tokens} puzzle and {board} board tokens of {vocab} kinds")
            }
            Self::L => format!("z_L [{tokens} × {hidden}], {steps} steps in an H-cycle"),
            Self::H => format!("z_H [{tokens} × {hidden}], {cycles} steps in a segment"),
            Self::Guides => format!("z_H [{tokens} × {hidden}]"),
            Self::Reports => format!("z_L [{tokens} × {hidden}]"),
            Self::Answer => format!("[{tokens} × {hidden}] to probabilities [{board} × {vocab}]"),
            Self::Halt => format!("[{hidden}] to 2 numbers"),
        }
    }

    fn now(self, state: &State, recording: &Recording) -> String {
        let (at, dimensions) = (state.doc.playhead.at, recording.dimensions);
        let of = |module: Module| {
            if recording.last_update(module, at).is_none() && !recording.is_complete() {
                return format!("z_{module:?} is initial, and not in the file");
            }
            let norm = recording.norm(module, at);
            let moved = match recording.last_update(module, at) {
                Some(update) if update + 1 == at => format!("moved {}", distance(recording, update)),
                Some(_) => "still".to_owned(),
                None => "initial".to_owned(),
            };
            let rms = norm / ((dimensions.tokens * dimensions.hidden).max(1) as f64).sqrt();
            format!("||z_{module:?}|| = {norm:.2}, rms {rms:.2}, {moved}")
        };
        match self {
            Self::L | Self::Reports => of(Module::L),
            Self::H | Self::Guides => of(Module::H),
            Self::Input | Self::Feeds => "the same at every step".to_owned(),
            Self::Answer => match at.checked_sub(1).and_then(|step| state.uncertainty().get(step)) {
                Some(entropy) => format!("mean entropy {} bit", bits(*entropy)),
                None => "no answer before the first step".to_owned(),
            },
            Self::Halt => {
                let ended = at / recording.dimensions.schedule.steps_per_segment().max(1);
                match ended.checked_sub(1).and_then(|segment| recording.end_of(segment)) {
                    Some(end) => format!("after segment {}: {}", end.segment + 1, decision(end)),
                    None => "decides at the end of the first segment".to_owned(),
                }
            }
        }
    }

    /// Everything that is said of it, a line each.
    pub fn told(self, state: &State) -> String {
        let recording = state.recording();
        let model = state.model.as_ref().map(|model| model.dimensions);
        let dimensions = recording.map(|recording| recording.dimensions).or(model);
        let shapes = dimensions.map(|dimensions| self.shapes(&dimensions));
        let now = recording.map(|recording| format!("now: {}", self.now(state, recording)));
        let hint = self.module().map(|module| format!("A click shows z_{module:?} large"));
        let paper = format!("arXiv 2506.21734, {}", self.paper());
        let lines = [Some(self.name().to_owned()), Some(self.formula().to_owned()), shapes, now, Some(paper), hint];
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::recording;
    use super::super::persist::Settings;
    use super::super::state::Told;
    use super::*;

    #[test]
    fn parts_are_told_with_this_models_shapes_and_numbers() {
        let mut state = State::new(Settings::default());
        assert!(Part::L.told(&state).contains("f_L(z_L, z_H + x)"));
        state.doc.run.told = Some(Told { recording: recording(12, |_, _| 1), uncertainty: vec![0.5; 12] });
        state.doc.playhead.at = 6;
        let l = Part::L.told(&state);
        assert!(l.contains("z_L [17 × 4], 2 steps") && l.contains("||z_L|| = 32.98, rms 4.00, still"), "{l}");
        assert!(Part::H.told(&state).contains("rms 5.00, moved 0.100"), "{}", Part::H.told(&state));
        assert!(Part::Answer.told(&state).contains("[16 × 6]") && Part::Answer.told(&state).contains("0.50"));
        assert!(Part::Halt.told(&state).contains("after segment 1: halt 0.27"), "{}", Part::Halt.told(&state));
        state.doc.playhead.at = 0;
        assert!(Part::Halt.told(&state).contains("decides at the end") && Part::H.told(&state).contains("initial"));
    }
}
