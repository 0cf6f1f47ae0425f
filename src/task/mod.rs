//! Boards as the model sees them: tokens, their meaning, and the symmetries that make new puzzles of old ones.
//! The only place where vocabulary ids live.

pub mod arc;
pub mod dihedral;
pub mod glyph;
pub mod maze;
mod place;
pub mod sudoku;

pub use place::{Placement, fits, place, placed_board};

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::board::Kind;
use crate::board::sudoku::Shape;

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

/// What a model's tokens stand for. Its sequence length and its vocabulary follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Boards {
    /// Sudoku of one shape.
    Sudoku(Shape),
    /// Mazes of `side` x `side` cells.
    Maze {
        /// Cells along one side.
        side: usize,
    },
    /// ARC grids on a canvas of `side` x `side` tokens; ARC's own has 30.
    Arc {
        /// Tokens along one side.
        side: usize,
    },
}

impl Boards {
    /// The boards that a model of this sequence length and vocabulary was made for; None when no task here has them.
    pub fn of(seq_len: usize, vocabulary: usize) -> Option<Self> {
        if let Some(shape) = sudoku::shape_for(seq_len, vocabulary) {
            return Some(Self::Sudoku(shape));
        }
        let side = (1..=64).find(|side| side * side == seq_len)?;
        [Self::Maze { side }, Self::Arc { side }].into_iter().find(|boards| boards.vocab() == vocabulary)
    }

    /// The kind of board.
    pub fn kind(self) -> Kind {
        match self {
            Self::Sudoku(_) => Kind::Sudoku,
            Self::Maze { .. } => Kind::Maze,
            Self::Arc { .. } => Kind::Arc,
        }
    }

    /// `sudoku`, `maze` or `arc`.
    pub fn task(self) -> &'static str {
        match self {
            Self::Sudoku(_) => "sudoku",
            Self::Maze { .. } => "maze",
            Self::Arc { .. } => "arc",
        }
    }

    /// Cells along one side.
    pub fn side(self) -> usize {
        match self {
            Self::Sudoku(shape) => shape.side(),
            Self::Maze { side } | Self::Arc { side } => side,
        }
    }

    /// S: board tokens.
    pub fn seq_len(self) -> usize {
        self.side() * self.side()
    }

    /// V: number of tokens.
    pub fn vocab(self) -> usize {
        match self {
            Self::Sudoku(shape) => sudoku::vocab(shape),
            Self::Maze { .. } => maze::VOCAB,
            Self::Arc { .. } => arc::VOCABULARY,
        }
    }
}

impl fmt::Display for Boards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sudoku(shape) => write!(f, "{shape} Sudoku"),
            Self::Maze { side } => write!(f, "{side}x{side} maze"),
            Self::Arc { side } => write!(f, "ARC {side}x{side}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_say_what_the_tokens_stand_for() {
        let sudokus = Shape::ALL.into_iter().map(Boards::Sudoku);
        let mazes = [5, 9, 15, 30].map(|side| Boards::Maze { side });
        let arcs = [10, 30].map(|side| Boards::Arc { side });
        for boards in sudokus.chain(mazes).chain(arcs) {
            assert_eq!(Boards::of(boards.seq_len(), boards.vocab()), Some(boards));
        }
        assert_eq!(Boards::of(82, 11), None);
        assert_eq!(Boards::of(81, 7), None);
    }
}
