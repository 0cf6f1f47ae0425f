//! What one cell was said to be, micro-step by micro-step.

use super::figures::word;
use super::scene::{View, readout};
use crate::board::Board;
use crate::task::glyph::{Glyph, glyph};
use crate::trace::Recording;
use crate::trace::tokens::stays;

/// How many of the answers that a cell took are told.
const TOLD: usize = 4;

/// One cell's way through a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// The value that the cell shows at the moment.
    pub value: Glyph,
    /// Its probability after each micro-step of the run.
    pub probability: Vec<f32>,
    /// The entropy of the cell's answer after each, bits.
    pub entropy: Vec<f32>,
    /// The values that it took, each with the micro-step, counted from 1, from which on.
    pub took: Vec<(usize, Glyph)>,
}

/// A cell's way through the run, seen from the moment after `playhead` micro-steps; None before the first.
pub fn past(board: &Board, recording: &Recording, playhead: usize, cell: usize) -> Option<Past> {
    let view = View::of(board, &recording.dimensions)?;
    let token = view.token(cell);
    let (shown, _) = readout(Some(recording), playhead)?.best(token);
    let steps = || recording.steps.iter().map(|step| &step.readout);
    let named = |id: usize| glyph(view.task(), id as i32);
    let took = stays(steps().map(|readout| readout.best(token).0));
    Some(Past {
        value: named(shown),
        probability: steps().map(|readout| readout.cell(token).get(shown).copied().unwrap_or(0.0)).collect(),
        entropy: steps().map(|readout| readout.entropy(token)).collect(),
        took: took.into_iter().map(|(step, id)| (step, named(id))).collect(),
    })
}

impl Past {
    /// The values it took, in words; of many the last ones.
    pub fn sentence(&self) -> String {
        let skipped = self.took.len().saturating_sub(TOLD);
        let told = self.took[skipped..].iter().map(|(step, value)| format!("{} from step {step}", word(*value)));
        let before = (skipped > 0).then(|| format!("{skipped} before"));
        before.into_iter().chain(told).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{recording, sudoku};
    use super::*;

    #[test]
    fn a_cell_tells_what_it_was_and_how_sure() {
        let run = recording(12, |step, cell| if cell == 5 && step >= 8 { 2 } else { 1 + usize::from(step >= 2) * 2 });
        let past = past(&sudoku(), &run, 12, 5).unwrap();
        assert_eq!(past.value, Glyph::Digit(2));
        assert_eq!((past.probability[7], past.probability[8]), (0.2 / 5.0, 0.8));
        assert_eq!(past.entropy.len(), 12);
        assert_eq!(past.sentence(), "1 from step 1, 3 from step 3, 2 from step 9");
        assert_eq!(super::past(&sudoku(), &run, 0, 5), None);
        assert_eq!(super::past(&sudoku(), &run, 3, 5).unwrap().probability[3], 0.8);
    }

    #[test]
    fn of_many_values_the_last_ones_are_told() {
        let run = recording(12, |step, _| 1 + step % 3);
        let past = past(&sudoku(), &run, 1, 5).unwrap();
        assert!(past.sentence().starts_with("8 before, 3 from step 9, "), "{}", past.sentence());
    }
}
