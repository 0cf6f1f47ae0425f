//! What is laid over the cells of the board, and which cells are pointed out: measured when the run, the playhead or the
//! choice changes, not for every frame.

use std::sync::Arc;

use eframe::egui::Color32;
use serde::{Deserialize, Serialize};

use super::explain::figure;
use super::scene::{Scene, token_of, tokens_of};
use super::state::State;
use super::theme::Theme;
use crate::trace::tokens::{Tokens, changes, decided, norms};
use crate::trace::{Module, Recording, Schedule};

/// How many cells a lens points out.
pub const POINTED_OUT: usize = 5;

/// No overlaid cell is fainter than this share of its colour.
const LEAST: f32 = 0.05;
/// Nor is any so strong.
const MOST: f32 = 0.9;

/// What the cells' colours say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Overlay {
    /// Nothing: the board as it is.
    #[default]
    None,
    /// Since which micro-step the cell has the answer of the moment shown.
    DecidedSoFar,
    /// Since which micro-step it has the answer of the run's newest step.
    Decided,
    /// The entropy of the read-out, bits.
    Uncertainty,
    /// The Euclidean norm of the token's state.
    Norm(Module),
    /// How far the module's last update moved the token's state.
    Change(Module),
    /// The cosine between the token's state after and before the module's last update.
    Cosine(Module),
    /// Where the selected cell attends in a block of the module; without one, how much each cell is attended to.
    Attention(Module),
}

impl Overlay {
    /// In the order of the menu.
    pub const ALL: [Self; 12] = [
        Self::None,
        Self::DecidedSoFar,
        Self::Decided,
        Self::Uncertainty,
        Self::Norm(Module::H),
        Self::Change(Module::H),
        Self::Cosine(Module::H),
        Self::Attention(Module::H),
        Self::Norm(Module::L),
        Self::Change(Module::L),
        Self::Cosine(Module::L),
        Self::Attention(Module::L),
    ];

    /// Its name in the menu and in the legend.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "Prediction",
            Self::DecidedSoFar => "Decided, so far",
            Self::Decided => "Decided, whole run",
            Self::Uncertainty => "Uncertainty",
            Self::Norm(Module::H) => "Norm of z_H",
            Self::Norm(Module::L) => "Norm of z_L",
            Self::Change(Module::H) => "Change of z_H",
            Self::Change(Module::L) => "Change of z_L",
            Self::Cosine(Module::H) => "Cosine of z_H",
            Self::Cosine(Module::L) => "Cosine of z_L",
            Self::Attention(Module::H) => "Attention in H",
            Self::Attention(Module::L) => "Attention in L",
        }
    }

    /// What it is, in a sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::None => "The board as it is: the answer as bright as it is probable",
            Self::DecidedSoFar => "The micro-step since which each cell has the answer that it has now",
            Self::Decided => "The micro-step since which each cell has the answer of the run's newest step",
            Self::Uncertainty => "The entropy of each cell's read-out at this step: 0 bit is certain",
            Self::Norm(_) => {
                "The Euclidean norm of each token's state. Every module ends in a norm without weights, so after the first \
                 update all tokens have nearly the same: the square root of the channels"
            }
            Self::Change(_) => "||z_new - z_old|| of each token in the module's last update",
            Self::Cosine(_) => "The cosine between each token's state after and before the module's last update",
            Self::Attention(_) => {
                "Where the selected cell attends in one block of the module's last update: the share of its attention that each \
                 cell gets. Without a selected cell: the mean over all tokens. The menu chooses block and head"
            }
        }
    }

    /// The module whose state it measures; None for what is read from the answer.
    pub fn module(self) -> Option<Module> {
        match self {
            Self::Norm(module) | Self::Change(module) | Self::Cosine(module) | Self::Attention(module) => Some(module),
            Self::None | Self::DecidedSoFar | Self::Decided | Self::Uncertainty => None,
        }
    }

    /// A value with its unit.
    pub fn text(self, value: f32, schedule: Schedule) -> String {
        match self {
            Self::None => String::new(),
            Self::DecidedSoFar | Self::Decided => {
                let step = value.max(1.0) as usize;
                format!("step {step}, segment {}", (step - 1) / schedule.steps_per_segment().max(1) + 1)
            }
            Self::Uncertainty => format!("{value:.2} bit"),
            Self::Norm(_) => format!("{value:.3}"),
            Self::Change(_) => figure(value),
            Self::Cosine(_) => format!("{value:.4}"),
            Self::Attention(_) => format!("{:.2} %", 100.0 * value),
        }
    }
}

/// Which cells are pointed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lens {
    /// Those whose read-out has the largest entropy now.
    Uncertain,
    /// Those whose answer changed most often so far.
    Changed,
}

impl Lens {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Uncertain, Self::Changed];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uncertain => "Most uncertain",
            Self::Changed => "Most often changed",
        }
    }

    /// What is said when there is no such cell.
    pub fn nothing(self) -> &'static str {
        match self {
            Self::Uncertain => "none: every cell is certain",
            Self::Changed => "none: no cell has changed so far",
        }
    }

    /// A cell's value with its unit.
    pub fn text(self, value: f32) -> String {
        match self {
            Self::Uncertain => format!("{value:.2} bit"),
            Self::Changed if value == 1.0 => "1 change".to_owned(),
            Self::Changed => format!("{value:.0} changes"),
        }
    }
}

/// The colour at a share of an overlay's colour bar, 0 to 1.
pub fn color(theme: &Theme, overlay: Overlay, share: f32) -> Color32 {
    let full = overlay.module().map_or(theme.l, |module| theme.module(module));
    theme.between(theme.pane, full, LEAST + (MOST - LEAST) * share)
}

/// What was measured of the run at the moment shown.
#[derive(Debug, Default)]
pub struct Measured {
    /// What the first step did, by which a run is known.
    first: Option<Arc<Tokens>>,
    /// The most probable tokens `[S]` of every micro-step so far.
    answers: Vec<Vec<i32>>,
    /// The least and the greatest value of an overlay over so many micro-steps of the run.
    seen: Option<(Overlay, usize, [f32; 2])>,
    key: Option<Key>,
    /// The overlay's value in each cell of the scene; empty without an overlay, None where a cell has none.
    pub cells: Vec<Option<f32>>,
    /// The values at the two ends of the colour bar.
    pub span: [f32; 2],
    /// The cells that the lens points out, with their values, the first the most.
    pub pointed_out: Vec<(usize, f32)>,
    /// The token of each cell, counted from the first board token.
    pub tokens: Vec<usize>,
}

/// What the measured values depend on, beside the run.
#[derive(Debug, PartialEq)]
struct Key {
    overlay: Overlay,
    lens: Option<Lens>,
    at: usize,
    computed: usize,
    /// The board's size and which cells are asked about.
    size: (usize, usize),
    open: Vec<bool>,
    /// The micro-step and the block whose attention is there, the head, the selected token.
    inside: Option<(usize, usize, Option<usize>, Option<usize>)>,
}

impl Measured {
    /// Measures anew what has changed.
    pub fn follow(&mut self, state: &State, scene: &Scene) {
        let (overlay, lens) = (state.settings.overlay, state.settings.lens);
        let recording = state.recording().filter(|_| scene.answered && (overlay != Overlay::None || lens.is_some()));
        let Some(recording) = recording else {
            *self = Self::default();
            return;
        };
        self.hear(recording);
        let inside = match overlay {
            Overlay::Attention(module) => state.doc.run.insides.of(module),
            _ => None,
        };
        let dimensions = &recording.dimensions;
        let from = state.doc.selected.and_then(|cell| token_of(state.board(), dimensions, cell));
        let from = from.map(|token| dimensions.puzzle_tokens + token);
        let head = state.settings.inside.head;
        let key = Key {
            overlay,
            lens,
            at: state.doc.playhead.at.min(recording.steps.len()),
            computed: recording.steps.len(),
            size: state.board().size(),
            open: scene.cells.iter().map(|cell| cell.open).collect(),
            inside: inside.map(|inside| (inside.step, inside.layer, head, from)),
        };
        if self.key.as_ref() == Some(&key) {
            return;
        }
        self.tokens = tokens_of(state.board(), &recording.dimensions);
        self.cells = match inside {
            Some(inside) => self.attended(&inside.attended(head, from), dimensions.puzzle_tokens),
            None => self.values(recording, &key),
        };
        self.pointed_out = self.ranked(recording, &key);
        self.key = Some(key);
    }

    /// Takes in the micro-steps that are new.
    fn hear(&mut self, recording: &Recording) {
        let first = recording.steps.first().map(|step| &step.tokens);
        let same = first.zip(self.first.as_ref()).is_some_and(|(now, before)| Arc::ptr_eq(now, before));
        if !same || self.answers.len() > recording.steps.len() {
            *self = Self { first: first.cloned(), ..Self::default() };
        }
        self.answers.extend(recording.steps[self.answers.len()..].iter().map(|step| step.readout.tokens()));
    }

    fn values(&mut self, recording: &Recording, key: &Key) -> Vec<Option<f32>> {
        let puzzle = recording.dimensions.puzzle_tokens;
        let open = |value: &dyn Fn(usize) -> f32| -> Vec<Option<f32>> {
            let cells = self.tokens.iter().zip(&key.open);
            cells.map(|(token, open)| open.then(|| value(*token))).collect()
        };
        match key.overlay {
            Overlay::None => Vec::new(),
            Overlay::DecidedSoFar | Overlay::Decided => {
                let steps = if key.overlay == Overlay::Decided { key.computed } else { key.at };
                let values = open(&|token| decided(&self.answers[..steps], token) as f32);
                self.span = [1.0, key.computed.max(2) as f32];
                values
            }
            Overlay::Uncertainty => {
                let readout = &recording.steps[key.at - 1].readout;
                let values = open(&|token| readout.entropy(token));
                // No answer over so many tokens is less certain than this.
                self.span = [0.0, (recording.dimensions.vocab as f32).log2()];
                values
            }
            // It has not come.
            Overlay::Attention(_) => Vec::new(),
            overlay @ (Overlay::Norm(_) | Overlay::Change(_) | Overlay::Cosine(_)) => {
                self.span = self.over_the_run(overlay, recording);
                let all = per_token(overlay, recording, key.at);
                let known = |token: &usize| all.get(puzzle + token).copied().filter(|value| value.is_finite());
                self.tokens.iter().map(known).collect()
            }
        }
    }

    /// Shares of attention `[T]` by cell.
    fn attended(&mut self, shares: &[f32], puzzle_tokens: usize) -> Vec<Option<f32>> {
        let cells: Vec<Option<f32>> =
            self.tokens.iter().map(|token| shares.get(puzzle_tokens + token).copied()).collect();
        self.span = [0.0, cells.iter().flatten().copied().fold(1e-6, f32::max)];
        cells
    }

    /// The least and the greatest value of a state's overlay over the run so far, so that moments can be compared.
    fn over_the_run(&mut self, overlay: Overlay, recording: &Recording) -> [f32; 2] {
        let (from, mut span) = match self.seen {
            Some((of, steps, span)) if of == overlay => (steps, span),
            _ => (0, [f32::INFINITY, f32::NEG_INFINITY]),
        };
        for step in from..recording.steps.len() {
            if Some(recording.steps[step].at.module) == overlay.module() {
                for value in per_token(overlay, recording, step + 1).into_iter().filter(|value| value.is_finite()) {
                    span = [span[0].min(value), span[1].max(value)];
                }
            }
        }
        self.seen = Some((overlay, recording.steps.len(), span));
        match overlay {
            _ if span[0] > span[1] => [0.0, 1.0],
            Overlay::Change(_) => [0.0, span[1]],
            _ => span,
        }
    }

    fn ranked(&self, recording: &Recording, key: &Key) -> Vec<(usize, f32)> {
        let readout = &recording.steps[key.at - 1].readout;
        let value = |token: usize| match key.lens {
            Some(Lens::Uncertain) => readout.entropy(token),
            Some(Lens::Changed) => changes(&self.answers[..key.at], token) as f32,
            None => 0.0,
        };
        let asked = self.tokens.iter().enumerate().filter(|(cell, _)| key.open.get(*cell) == Some(&true));
        let mut all: Vec<(usize, f32)> = asked.map(|(cell, token)| (cell, value(*token))).collect();
        // Below this it reads as 0.00 bit.
        all.retain(|(_, value)| *value >= 0.005);
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all.truncate(POINTED_OUT);
        all
    }

    /// A cell's value as a share of the colour bar, 0 to 1.
    pub fn share(&self, cell: usize) -> Option<f32> {
        let value = self.cells.get(cell).copied().flatten()?;
        let [low, high] = self.span;
        Some(if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 })
    }
}

/// A state's overlay for every token `[T]`, after so many micro-steps; empty before the module's first update.
fn per_token(overlay: Overlay, recording: &Recording, steps: usize) -> Vec<f32> {
    let update = overlay.module().and_then(|module| recording.last_update(module, steps));
    match (overlay, update.map(|update| &recording.steps[update].tokens)) {
        (Overlay::Norm(_), Some(tokens)) => tokens.norms.clone(),
        (Overlay::Norm(module), None) => norms(recording.initial(module), recording.dimensions.hidden),
        (Overlay::Change(_), Some(tokens)) => tokens.moves.clone(),
        (Overlay::Cosine(_), Some(tokens)) => tokens.cosines.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{recording, sudoku};
    use super::super::persist::Settings;
    use super::super::state::Told;
    use super::*;
    use crate::board::History;

    /// Cell 5 says 3, then 4 from step 4 on; the others always say 1. States are the number of their step.
    fn state(overlay: Overlay, lens: Option<Lens>, at: usize) -> State {
        let mut state = State::new(Settings { overlay, lens, ..Settings::default() });
        state.doc.history = History::new(sudoku());
        let recording = recording(12, |step, cell| match (cell, step) {
            (5, 0..3) => 3,
            (5, _) => 4,
            (6, 1) => 2,
            _ => 1,
        });
        state.doc.run.told = Some(Told { recording, uncertainty: Vec::new() });
        state.doc.playhead.at = at;
        state
    }

    fn measured(state: &State) -> Measured {
        let mut measured = Measured::default();
        measured.follow(state, &state.scene());
        measured
    }

    #[test]
    fn cells_say_when_they_were_decided() {
        let now = measured(&state(Overlay::DecidedSoFar, None, 2));
        assert_eq!((now.cells[5], now.cells[6], now.cells[0]), (Some(1.0), Some(2.0), None));
        let whole = measured(&state(Overlay::Decided, None, 2));
        assert_eq!((whole.cells[5], whole.cells[6], whole.span), (Some(4.0), Some(3.0), [1.0, 12.0]));
        let schedule = Schedule { h_cycles: 2, l_cycles: 2 };
        assert_eq!(Overlay::Decided.text(7.0, schedule), "step 7, segment 2");
        assert_eq!(Overlay::Decided.text(6.0, schedule), "step 6, segment 1");
    }

    #[test]
    fn states_are_measured_token_by_token() {
        // z_L after step 5 is 4 in each of 4 channels, and was 3 before: step 4 is its number 3.
        let change = measured(&state(Overlay::Change(Module::L), None, 5));
        assert_eq!(change.cells[0], Some(2.0));
        // The longest move: from step 5 (4) over H's to step 7 (6).
        assert_eq!(change.span, [0.0, 4.0]);
        assert_eq!(change.share(3), Some(0.5));
        assert_eq!(measured(&state(Overlay::Norm(Module::H), None, 3)).cells[2], Some(4.0));
        assert_eq!(measured(&state(Overlay::Cosine(Module::L), None, 5)).cells[2], Some(1.0));
        // H has not moved yet.
        assert_eq!(measured(&state(Overlay::Change(Module::H), None, 2)).cells[2], None);
    }

    #[test]
    fn uncertainty_is_measured_in_bits_and_kept_while_nothing_changes() {
        let mut state = state(Overlay::Uncertainty, Some(Lens::Changed), 5);
        let mut measured = measured(&state);
        let bits = state.recording().unwrap().steps[4].readout.entropy(5);
        assert_eq!((measured.cells[5], measured.span[1], measured.cells[0]), (Some(bits), 6f32.log2(), None));
        assert_eq!(measured.pointed_out, [(6, 2.0), (5, 1.0)]);
        measured.span = [9.0, 9.0];
        measured.follow(&state, &state.scene());
        assert_eq!(measured.span, [9.0, 9.0], "nothing changed, so nothing was measured");
        state.doc.playhead.at = 2;
        measured.follow(&state, &state.scene());
        assert_eq!(measured.span[1], 6f32.log2());
        assert_eq!(measured.pointed_out, [(6, 1.0)]);
        state.settings.lens = Some(Lens::Uncertain);
        measured.follow(&state, &state.scene());
        assert_eq!(measured.pointed_out.len(), POINTED_OUT);
        state.doc.playhead.at = 0;
        measured.follow(&state, &state.scene());
        assert!(measured.cells.is_empty() && measured.pointed_out.is_empty());
    }
}
