//! A puzzle of either kind that has rows of its own in a file.

use crate::board::maze::MazePuzzle;
use crate::board::sudoku::{Puzzle, Sudoku};
use crate::task::{Boards, Example, maze, sudoku};

/// A puzzle with its answer, right by the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// A Sudoku.
    Sudoku(Puzzle),
    /// A maze.
    Maze(MazePuzzle),
}

impl Answered {
    /// The puzzle that a Sudoku and its answer make.
    ///
    /// # Errors
    /// Says what is wrong with the answer, and where.
    pub fn sudoku(board: Sudoku, solution: Sudoku) -> Result<Self, String> {
        let place = |cell: usize| format!("row {}, column {}", cell / board.side() + 1, cell % board.side() + 1);
        if board.shape() != solution.shape() {
            return Err(format!("the answer is a {} board, the question one of {}", solution.shape(), board.shape()));
        }
        if let Some(cell) = solution.cells().iter().position(|&digit| digit == 0) {
            return Err(format!("the answer is not complete: {} is blank", place(cell)));
        }
        let other = |&(_, (&given, &answer)): &(usize, (&u8, &u8))| given != 0 && given != answer;
        if let Some((cell, (given, answer))) = board.cells().iter().zip(solution.cells()).enumerate().find(other) {
            return Err(format!("the answer does not keep the givens: {} is {given}, not {answer}", place(cell)));
        }
        if let Some(cell) = solution.conflicts().iter().position(|&wrong| wrong) {
            let digit = solution.cells()[cell];
            return Err(format!("the answer breaks the rules: the {digit} in {} is there twice", place(cell)));
        }
        Ok(Self::Sudoku(Puzzle { board, solution, rating: 0 }))
    }

    /// The puzzle that tokens stand for.
    ///
    /// # Errors
    /// Says what is wrong with the tokens or the answer, and where. ARC has no such puzzles.
    pub fn read(boards: Boards, example: &Example) -> Result<Self, String> {
        match boards {
            Boards::Sudoku(shape) => {
                let board = sudoku::decode(shape, &example.inputs);
                let mut pairs = example.inputs.iter().zip(sudoku::encode(&board));
                if let Some(cell) = pairs.position(|(&token, meant)| token != meant) {
                    return Err(format!("the token {} is no cell of a {shape} Sudoku", example.inputs[cell]));
                }
                Self::sudoku(board, sudoku::decode(shape, &example.labels))
            }
            Boards::Maze { .. } => {
                maze::decode_puzzle(&example.inputs, &example.labels).map(Self::Maze).map_err(|e| e.to_string())
            }
            Boards::Arc { .. } => Err("ARC pairs have no rules to check them by".into()),
        }
    }

    /// What it is; puzzles of one set agree in it.
    pub fn boards(&self) -> Boards {
        match self {
            Self::Sudoku(puzzle) => Boards::Sudoku(puzzle.board.shape()),
            Self::Maze(puzzle) => Boards::Maze { side: puzzle.maze.side() },
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
