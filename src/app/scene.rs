//! What the board shows at one moment of a run: pure, from the board, the recording and the playhead.

use crate::board::sudoku::Sudoku;
use crate::task;
use crate::trace::{Readout, Recording};

/// A cell counts as sure from this probability on.
pub const SURE: f32 = 0.9;

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cell {
    /// The digit that stands on the board.
    pub given: Option<u8>,
    /// The digit that the model would write into a blank cell; None when it answers with no digit.
    pub predicted: Option<u8>,
    /// The probability of that answer.
    pub confidence: f32,
    /// The answer differs from the one a micro-step before.
    pub changed: bool,
    /// The digit stands twice in a row, column or box.
    pub conflict: bool,
}

impl Cell {
    /// The digit that is seen.
    pub fn digit(&self) -> Option<u8> {
        self.given.or(self.predicted)
    }
}

/// The whole board at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scene {
    /// Row by row.
    pub cells: Vec<Cell>,
    /// Whether there is an answer to show.
    pub answered: bool,
    /// Cells that the model has to fill.
    pub blanks: usize,
    /// Of them, how many it is sure of.
    pub sure: usize,
    /// Cells that break a rule.
    pub conflicts: usize,
    /// Blank cells whose answer changed with this micro-step.
    pub changed: usize,
    /// Mean entropy of the blank cells, bits.
    pub entropy: f32,
    /// Every cell is filled and no rule is broken.
    pub solved: bool,
}

/// The read-out after this many micro-steps.
pub fn readout(recording: Option<&Recording>, playhead: usize) -> Option<&Readout> {
    recording?.steps.get(playhead.checked_sub(1)?).map(|step| &step.readout)
}

/// The digits that a read-out would write, `[cells]`.
fn answers(board: &Sudoku, readout: &Readout) -> Vec<Option<u8>> {
    (0..board.cells().len()).map(|cell| task::sudoku::digit(board.shape(), readout.best(cell).0 as i32)).collect()
}

/// The board after `playhead` micro-steps of a recording of this board.
pub fn scene(board: &Sudoku, recording: Option<&Recording>, playhead: usize) -> Scene {
    let now = readout(recording, playhead);
    let answer = now.map(|r| answers(board, r));
    let before = readout(recording, playhead.saturating_sub(1)).map(|r| answers(board, r));
    let mut cells: Vec<Cell> = board
        .cells()
        .iter()
        .enumerate()
        .map(|(cell, &digit)| match (digit, &answer, now) {
            (0, Some(answer), Some(now)) => Cell {
                predicted: answer[cell],
                confidence: now.best(cell).1,
                changed: before.as_ref().is_some_and(|before| before[cell] != answer[cell]),
                ..Cell::default()
            },
            (0, ..) => Cell::default(),
            (digit, ..) => Cell { given: Some(digit), confidence: 1.0, ..Cell::default() },
        })
        .collect();
    let digits = cells.iter().map(|cell| cell.digit().unwrap_or(0)).collect();
    let seen = Sudoku::new(board.shape(), digits).unwrap_or_else(|_| board.clone());
    for (cell, conflict) in cells.iter_mut().zip(seen.conflicts()) {
        cell.conflict = conflict;
    }
    let open: Vec<&Cell> = cells.iter().filter(|cell| cell.given.is_none()).collect();
    let entropy = now.map_or(0.0, |now| uncertainty(board, now));
    Scene {
        answered: now.is_some(),
        blanks: open.len(),
        sure: open.iter().filter(|cell| cell.predicted.is_some() && cell.confidence >= SURE).count(),
        conflicts: cells.iter().filter(|cell| cell.conflict).count(),
        changed: open.iter().filter(|cell| cell.changed).count(),
        entropy,
        solved: seen.is_solved(),
        cells,
    }
}

/// The mean entropy of the blank cells' answers, in bits.
pub fn uncertainty(board: &Sudoku, readout: &Readout) -> f32 {
    let blanks = || board.cells().iter().enumerate().filter(|(_, digit)| **digit == 0);
    blanks().map(|(cell, _)| readout.entropy(cell)).sum::<f32>() / blanks().count().max(1) as f32
}

/// The digits that a cell may become with their probabilities, most probable first.
pub fn candidates(board: &Sudoku, readout: &Readout, cell: usize) -> Vec<(u8, f32)> {
    let probabilities = readout.cell(cell).iter().enumerate();
    let mut all: Vec<(u8, f32)> = probabilities
        .filter_map(|(token, &p)| task::sudoku::digit(board.shape(), token as i32).map(|digit| (digit, p)))
        .collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all
}

/// How often a cell's answer changed in the first `playhead` micro-steps, and the number of micro-steps since the last
/// change.
pub fn changes(board: &Sudoku, recording: &Recording, cell: usize, playhead: usize) -> (usize, Option<usize>) {
    let upto = playhead.min(recording.steps.len());
    let digit = |step: usize| task::sudoku::digit(board.shape(), recording.steps[step].readout.best(cell).0 as i32);
    let moments: Vec<usize> = (1..upto).filter(|&step| digit(step) != digit(step - 1)).collect();
    (moments.len(), moments.last().map(|last| upto - 1 - last))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::board::sudoku::Shape;
    use crate::trace::{Dimensions, Schedule, SegmentEnd, StepRecord};

    /// A recording on a 4x4 board in which step `i` answers every cell with `digit(i, cell)` at probability 0.8.
    pub(crate) fn recording(steps: usize, digit: impl Fn(usize, usize) -> usize) -> Recording {
        let schedule = Schedule { h_cycles: 2, l_cycles: 2 };
        let dimensions = Dimensions { schedule, tokens: 17, puzzle_tokens: 1, hidden: 4, vocab: 6, max_segments: 4 };
        let mut recording = Recording::new(dimensions, vec![0.0; 68].into(), vec![0.5; 68].into());
        for step in 0..steps {
            let mut probabilities = vec![0.04; 16 * 6];
            for cell in 0..16 {
                probabilities[cell * 6 + digit(step, cell) + 1] = 0.8;
            }
            recording.steps.push(StepRecord {
                at: schedule.at(step),
                state: vec![step as f32; 68].into(),
                residual: if step % 3 == 0 { 0.8 } else { 0.1 },
                readout: Readout::new(6, probabilities.into()),
            });
            if (step + 1) % 6 == 0 {
                let segment = step / 6;
                let end = SegmentEnd { segment, q_halt: segment as f32 - 1.0, q_continue: 0.0, halted: segment == 3 };
                recording.ends.push(end);
            }
        }
        recording
    }

    #[test]
    fn before_the_first_step_only_the_givens_are_seen() {
        let board = Sudoku::parse("1... ...2 .... ..2.", None).unwrap();
        let recording = recording(3, |_, _| 3);
        let scene = scene(&board, Some(&recording), 0);
        assert!(!scene.answered);
        assert_eq!((scene.blanks, scene.sure, scene.changed), (13, 0, 0));
        assert_eq!(scene.cells[0].given, Some(1));
        assert_eq!(scene.cells[1].digit(), None);
    }

    #[test]
    fn answers_changes_and_conflicts() {
        let board = Sudoku::parse("1... ...2 .... ..2.", None).unwrap();
        let recording = recording(2, |step, cell| if step == 1 && cell == 5 { 4 } else { 3 });
        let first = scene(&board, Some(&recording), 1);
        assert_eq!(first.changed, 0);
        let second = scene(&board, Some(&recording), 2);
        assert_eq!(second.changed, 1);
        assert!(second.cells[5].changed && second.cells[5].predicted == Some(4));
        assert!(second.cells[1].conflict && !second.cells[5].conflict);
        assert_eq!(changes(&board, &recording, 5, 2), (1, Some(0)));
        assert_eq!(changes(&board, &recording, 4, 2), (0, None));
        assert_eq!(candidates(&board, &recording.steps[1].readout, 5)[0].0, 4);
    }

    #[test]
    fn a_right_answer_is_solved_by_the_rules_alone() {
        let full = Sudoku::parse("1234 3412 2143 4321", None).unwrap();
        let board = Sudoku::parse("1... ...2 .... ..2.", None).unwrap();
        let recording = recording(1, |_, cell| usize::from(full.cells()[cell]));
        assert!(scene(&board, Some(&recording), 1).solved);
        assert!(!scene(&Sudoku::blank(Shape::ALL[0]), None, 0).solved);
    }
}
