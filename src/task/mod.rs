//! Boards as the model sees them: tokens, their meaning, and the symmetries that make new puzzles of old ones.
//! The only place where vocabulary ids live.

pub mod glyph;
pub mod sudoku;

use serde::{Deserialize, Serialize};

/// The label of a token that does not count.
pub const IGNORE: i32 = -100;

/// One puzzle and its answer as the model sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// Board tokens, `[S]`.
    pub inputs: Vec<i32>,
    /// The tokens of the answer, `[S]`; [`IGNORE`] does not count.
    pub labels: Vec<i32>,
    /// The row of the puzzle table.
    pub puzzle_id: i32,
}
