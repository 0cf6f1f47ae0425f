//! Sudoku boards of side 4 to 9: cells, rules, and the rooms for text, solving, rating and generating.

mod generator;
mod rated;
mod rating;
mod shape;
mod sheet;
mod solver;
mod table;
mod text;

pub use generator::{GenerateError, Puzzle, generate, generate_many};
pub use rated::{generate_many_rated, generate_rated};
pub use rating::rating;
pub use shape::{Shape, ShapeError};
pub use sheet::Sheet;
pub use solver::{GaveUp, NODE_BUDGET, Solutions, classify, count_solutions, solve};
pub use text::ParseError;

use serde::{Deserialize, Serialize};

/// A Sudoku board, finished or not, right or wrong: `side * side` cells row by row, 0 for a blank, else a digit `1..=side`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "SudokuText", into = "SudokuText")]
pub struct Sudoku {
    shape: Shape,
    cells: Vec<u8>,
}

/// How a board is serialised: readable, and checked when read.
#[derive(Serialize, Deserialize)]
struct SudokuText {
    shape: Shape,
    cells: String,
}

impl TryFrom<SudokuText> for Sudoku {
    type Error = ParseError;

    fn try_from(text: SudokuText) -> Result<Self, ParseError> {
        Sudoku::parse(&text.cells, Some(text.shape))
    }
}

impl From<Sudoku> for SudokuText {
    fn from(board: Sudoku) -> Self {
        Self { shape: board.shape, cells: board.to_text() }
    }
}

/// Cells that are no Sudoku board.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BoardError {
    /// Not `side * side` cells.
    #[error("a {shape} board has {} cells, not {found}: give one value per cell, row by row", shape.cells())]
    CellCount {
        /// The board's shape.
        shape: Shape,
        /// How many were given.
        found: usize,
    },
    /// A digit that this board does not have.
    #[error(
        "row {row}, column {column} of a {shape} board cannot hold {value}: use 0 for a blank or 1 to {}",
        shape.side()
    )]
    Digit {
        /// The board's shape.
        shape: Shape,
        /// The row, counted from 1.
        row: usize,
        /// The column, counted from 1.
        column: usize,
        /// What was to be put there.
        value: u8,
    },
    /// A cell outside the board.
    #[error("a {shape} board has no cell {cell}: cells are counted from 0, row by row")]
    NoSuchCell {
        /// The board's shape.
        shape: Shape,
        /// The index asked for.
        cell: usize,
    },
}

impl Sudoku {
    /// A board without givens.
    pub fn blank(shape: Shape) -> Self {
        Self { shape, cells: vec![0; shape.cells()] }
    }

    /// A board from its cells, row by row, 0 for a blank.
    ///
    /// # Errors
    /// [`BoardError`] when the number of cells or a digit does not fit the shape. Rule violations are no error.
    pub fn new(shape: Shape, cells: Vec<u8>) -> Result<Self, BoardError> {
        if cells.len() != shape.cells() {
            return Err(BoardError::CellCount { shape, found: cells.len() });
        }
        for (cell, &value) in cells.iter().enumerate() {
            check_digit(shape, cell, value)?;
        }
        Ok(Self { shape, cells })
    }

    /// The side and the boxes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The number of rows, columns and digits.
    pub fn side(&self) -> usize {
        self.shape.side()
    }

    /// All cells `[side * side]`, row by row, 0 for a blank.
    pub fn cells(&self) -> &[u8] {
        &self.cells
    }

    /// One cell, counted from 0 row by row; 0 when it is blank, `None` outside the board.
    pub fn get(&self, cell: usize) -> Option<u8> {
        self.cells.get(cell).copied()
    }

    /// Writes a digit, or 0 to clear; the cell is counted from 0 row by row.
    ///
    /// # Errors
    /// [`BoardError`] when there is no such cell or digit; the board is unchanged then.
    pub fn set(&mut self, cell: usize, value: u8) -> Result<(), BoardError> {
        check_digit(self.shape, cell, value)?;
        let shape = self.shape;
        let place = self.cells.get_mut(cell).ok_or(BoardError::NoSuchCell { shape, cell })?;
        *place = value;
        Ok(())
    }

    /// How many cells are filled.
    pub fn givens(&self) -> usize {
        self.cells.iter().filter(|&&value| value != 0).count()
    }

    /// For each cell `[side * side]`: does it share a row, column or box with an equal digit?
    pub fn conflicts(&self) -> Vec<bool> {
        let mut wrong = vec![false; self.cells.len()];
        for unit in self.shape.units() {
            let mut first = [None; 10];
            for cell in unit {
                let value = usize::from(self.cells[cell]);
                if value == 0 {
                    continue;
                }
                match first[value] {
                    None => first[value] = Some(cell),
                    Some(other) => {
                        wrong[cell] = true;
                        wrong[other] = true;
                    }
                }
            }
        }
        wrong
    }

    /// Every cell is filled and no rule is broken.
    pub fn is_solved(&self) -> bool {
        self.givens() == self.cells.len() && !self.conflicts().contains(&true)
    }

    /// Does this board have the puzzle's shape and keep all its givens?
    pub fn extends(&self, puzzle: &Sudoku) -> bool {
        self.shape == puzzle.shape
            && self.cells.iter().zip(&puzzle.cells).all(|(&mine, &given)| given == 0 || mine == given)
    }
}

fn check_digit(shape: Shape, cell: usize, value: u8) -> Result<(), BoardError> {
    if usize::from(value) <= shape.side() {
        return Ok(());
    }
    Err(BoardError::Digit { shape, row: cell / shape.side() + 1, column: cell % shape.side() + 1, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_mark_both_ends_in_row_column_and_box() {
        let board = Sudoku::parse("1..1 .2.. ..2. 1...", None).unwrap();
        let wrong: Vec<usize> = (0..16).filter(|&cell| board.conflicts()[cell]).collect();
        assert_eq!(wrong, [0, 3, 12]);
        let board = Sudoku::parse("3... .3.. .... ....", None).unwrap();
        assert!(board.conflicts()[0] && board.conflicts()[5]);
    }

    #[test]
    fn solved_and_extends() {
        let full = Sudoku::parse("1234 3412 2143 4321", None).unwrap();
        assert!(full.is_solved());
        let puzzle = Sudoku::parse("1... ...2 .... ..2.", None).unwrap();
        assert!(full.extends(&puzzle) && full.extends(&full) && !puzzle.extends(&full));
        assert!(!puzzle.is_solved());
        let mut wrong = full.clone();
        wrong.set(0, 2).unwrap();
        assert!(!wrong.is_solved() && !wrong.extends(&puzzle));
        let tall = Sudoku::blank(Shape::parse_box("3x2").unwrap());
        let wide = Sudoku::blank(Shape::parse_box("2x3").unwrap());
        assert!(!tall.extends(&wide));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let shape = Shape::for_side(4).unwrap();
        let mut board = Sudoku::blank(shape);
        let message = board.set(6, 5).unwrap_err().to_string();
        assert!(message.contains("row 2, column 3") && message.contains("1 to 4"), "{message}");
        assert_eq!(board.set(16, 1), Err(BoardError::NoSuchCell { shape, cell: 16 }));
        assert!(Sudoku::new(shape, vec![0; 15]).is_err());
        assert!(Sudoku::new(shape, vec![9; 16]).is_err());
    }

    #[test]
    fn serialised_boards_are_checked() {
        let board = Sudoku::parse("1..1 .2.. ..2. 1...", None).unwrap();
        let json = serde_json::to_string(&board).unwrap();
        assert_eq!(json, r#"{"shape":"2x2","cells":"1..1.2....2.1..."}"#);
        assert_eq!(serde_json::from_str::<Sudoku>(&json).unwrap(), board);
        assert!(serde_json::from_str::<Sudoku>(&json.replace('2', "7")).is_err());
    }
}
