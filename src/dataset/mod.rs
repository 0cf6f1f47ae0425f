//! Puzzles with their answers: read from files, generated from a seed, drawn for training.

mod answered;
mod arc;
mod builder;
mod csv;
mod error;
mod npy;
mod sampler;
mod source;
mod summary;

pub use self::csv::{CsvPuzzle, CsvPuzzles, CsvWriter, Wrong, read_csv, write_csv, write_maze_csv};
pub use answered::Answered;
pub use arc::{ArcTasks, looks_like_arc, read_arc};
pub use builder::{Begins, FolderWriter, Metadata, PartWriter, Rows, identifiers, parts};
pub use error::DataError;
pub use sampler::{Sampler, SamplerState};
pub use source::DataSource;
pub use summary::Summary;

use crate::board::sudoku::{Puzzle, Shape};
use crate::task::{Example, sudoku};

/// Puzzles of one shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PuzzleSet {
    /// The shape of all boards.
    pub shape: Shape,
    /// The puzzles; every answer was checked.
    pub puzzles: Vec<Puzzle>,
}

impl PuzzleSet {
    /// The puzzles as tokens, unchanged and in order; Sudoku has puzzle id 0.
    pub fn examples(&self) -> Vec<Example> {
        let example = |p: &Puzzle| Example {
            inputs: sudoku::encode(&p.board),
            labels: sudoku::encode(&p.solution),
            puzzle_id: 0,
        };
        self.puzzles.iter().map(example).collect()
    }
}
