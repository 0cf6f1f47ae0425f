//! A puzzle of either kind that has rows of its own in a file.

use crate::board::maze::MazePuzzle;
use crate::board::sudoku::Puzzle;
use crate::task::{Example, maze, sudoku};

/// A puzzle with its answer, right by the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// A Sudoku.
    Sudoku(Puzzle),
    /// A maze.
    Maze(MazePuzzle),
}

impl Answered {
    /// What it is, `9x9 Sudoku` for example; puzzles of one set agree in it.
    pub fn boards(&self) -> String {
        match self {
            Self::Sudoku(puzzle) => format!("{} Sudoku", puzzle.board.shape()),
            Self::Maze(puzzle) => format!("{0}x{0} maze", puzzle.maze.side()),
        }
    }

    /// The puzzle as tokens; Sudokus and mazes have puzzle id 0.
    pub fn example(&self) -> Example {
        let (inputs, labels) = match self {
            Self::Sudoku(puzzle) => (sudoku::encode(&puzzle.board), sudoku::encode(&puzzle.solution)),
            Self::Maze(puzzle) => (maze::encode(&puzzle.maze), maze::encode_answer(puzzle)),
        };
        Example { inputs, labels, puzzle_id: 0 }
    }
}
