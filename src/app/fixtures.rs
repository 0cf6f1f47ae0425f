//! What the window's tests are made of: a small board, a run on it, and the model that could have made it.

use crate::board::Board;
use crate::board::sudoku::Sudoku;
use crate::engine::{ModelInfo, ModelSource};
use crate::trace::{Dimensions, Readout, Recording, Schedule, SegmentEnd, StepRecord};

/// A recording on boards of `cells` and `vocab` tokens in which step `i` answers every cell with `token(i, cell)` at
/// probability 0.8.
pub(crate) fn told(cells: usize, vocab: usize, steps: usize, token: impl Fn(usize, usize) -> usize) -> Recording {
    let schedule = Schedule { h_cycles: 2, l_cycles: 2 };
    let tokens = cells + 1;
    let dimensions = Dimensions { schedule, tokens, puzzle_tokens: 1, hidden: 4, vocab, max_segments: 4 };
    let state = |value: f32| vec![value; 4 * tokens].into();
    let mut recording = Recording::new(dimensions, state(0.0), state(0.5));
    for step in 0..steps {
        let mut probabilities = vec![0.2 / (vocab - 1) as f32; cells * vocab];
        for cell in 0..cells {
            probabilities[cell * vocab + token(step, cell)] = 0.8;
        }
        let at = schedule.at(step);
        let before = recording.state(at.module, step).unwrap();
        let readout = Readout::new(vocab, probabilities.into());
        let told = StepRecord::new(at, state(step as f32), before, 4, readout);
        // Two moves large and small enough to be told apart.
        recording.steps.push(StepRecord { residual: if step % 3 == 0 { 0.8 } else { 0.1 }, ..told });
        if (step + 1) % 6 == 0 {
            let segment = step / 6;
            let end = SegmentEnd { segment, q_halt: segment as f32 - 1.0, q_continue: 0.0, halted: segment == 3 };
            recording.ends.push(end);
        }
    }
    recording
}

/// The same on a 4x4 Sudoku, with digits.
pub(crate) fn recording(steps: usize, digit: impl Fn(usize, usize) -> usize) -> Recording {
    told(16, 6, steps, |step, cell| digit(step, cell) + 1)
}

/// A 4x4 Sudoku with three givens.
pub(crate) fn sudoku() -> Board {
    Sudoku::parse("1... ...2 .... ..2.", None).unwrap().into()
}

/// A model of 4x4 Sudokus whose run [`recording`] might be, shipped under this name.
pub(crate) fn model(name: &str) -> ModelInfo {
    ModelInfo {
        source: ModelSource::Shipped(name.into()),
        name: name.into(),
        parameters: 1,
        seq_len: 16,
        vocab: 6,
        dimensions: recording(0, |_, _| 1).dimensions,
        hash: String::new(),
        identifiers: Vec::new(),
        passed_over: None,
    }
}
