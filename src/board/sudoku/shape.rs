//! The side of a board and the boxes it is cut into.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The side of a Sudoku board and its boxes; `side = box_rows * box_cols`, from 4 to 9.
///
/// Shown as `6x6`; serialised by its box, `"2x3"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shape {
    box_rows: u8,
    box_cols: u8,
}

/// A shape that no board can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// No usual boxes are known for the side.
    #[error(
        "no usual box for a board of side {0}: sides 4, 6 and 9 have one; for another say the box, for example 2x4"
    )]
    Side(usize),
    /// The box makes a board too small or too large.
    #[error("a box of {rows} rows by {cols} columns makes a board of side {}, and sides 4 to 9 are possible", rows * cols)]
    Box {
        /// Rows of one box.
        rows: usize,
        /// Columns of one box.
        cols: usize,
    },
    /// Not written as rows x columns.
    #[error("`{0}` is no box: write its rows, an x and its columns, for example 2x3")]
    Text(String),
}

impl Shape {
    /// The three usual shapes: 4x4, 6x6 with boxes of 2 rows by 3 columns, 9x9.
    pub const ALL: [Shape; 3] = [Self::of(2, 2), Self::of(2, 3), Self::of(3, 3)];

    const fn of(box_rows: u8, box_cols: u8) -> Self {
        Self { box_rows, box_cols }
    }

    /// The usual shape of a side: 4, 6 or 9.
    ///
    /// # Errors
    /// [`ShapeError::Side`] for any other side.
    pub fn for_side(side: usize) -> Result<Self, ShapeError> {
        Self::ALL.into_iter().find(|shape| shape.side() == side).ok_or(ShapeError::Side(side))
    }

    /// The shape with boxes of these many rows and columns.
    ///
    /// # Errors
    /// [`ShapeError::Box`] when the side, their product, is not 4 to 9.
    pub fn with_box(rows: usize, cols: usize) -> Result<Self, ShapeError> {
        match (u8::try_from(rows), u8::try_from(cols)) {
            (Ok(box_rows), Ok(box_cols)) if (4..=9).contains(&rows.saturating_mul(cols)) => {
                Ok(Self::of(box_rows, box_cols))
            }
            _ => Err(ShapeError::Box { rows, cols }),
        }
    }

    /// The shape with the box written `ROWSxCOLUMNS`, as `--box 2x3` takes it.
    ///
    /// # Errors
    /// [`ShapeError`] when it is written otherwise, or the board would be too small or large.
    pub fn parse_box(text: &str) -> Result<Self, ShapeError> {
        let parts = text.trim().split_once(['x', 'X']);
        let number = |part: &str| part.trim().parse::<u8>().ok().map(usize::from);
        match parts.map(|(rows, cols)| (number(rows), number(cols))) {
            Some((Some(rows), Some(cols))) => Self::with_box(rows, cols),
            _ => Err(ShapeError::Text(text.chars().take(20).collect())),
        }
    }

    /// The box as `--box` takes it: `2x3`.
    pub fn box_text(self) -> String {
        format!("{}x{}", self.box_rows, self.box_cols)
    }

    /// The number of rows, of columns, of boxes and of digits.
    pub const fn side(self) -> usize {
        self.box_rows() * self.box_cols()
    }

    /// Rows of one box.
    pub const fn box_rows(self) -> usize {
        self.box_rows as usize
    }

    /// Columns of one box.
    pub const fn box_cols(self) -> usize {
        self.box_cols as usize
    }

    /// The number of cells: `side * side`.
    pub const fn cells(self) -> usize {
        self.side() * self.side()
    }

    /// The box, counted from 0 in reading order, that holds a cell, counted from 0 row by row.
    pub const fn box_of(self, cell: usize) -> usize {
        let (row, col) = (cell / self.side(), cell % self.side());
        row / self.box_rows() * self.box_rows() + col / self.box_cols()
    }

    /// The fewest givens a puzzle with one solution can have: proven for the usual shapes, else a bound
    /// (two digits that are both absent could be swapped).
    pub fn fewest_givens(self) -> usize {
        match (self.box_rows, self.box_cols) {
            (2, 2) => 4,
            (2, 3) | (3, 2) => 8,
            (3, 3) => 17,
            _ => self.side() - 1,
        }
    }

    /// The cells of every row, then of every column, then of every box: `[3 * side][side]`.
    pub fn units(self) -> Vec<Vec<usize>> {
        let side = self.side();
        let mut units = vec![Vec::with_capacity(side); 3 * side];
        for cell in 0..self.cells() {
            units[cell / side].push(cell);
            units[side + cell % side].push(cell);
            units[2 * side + self.box_of(cell)].push(cell);
        }
        units
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{0}x{0}", self.side())
    }
}

impl TryFrom<String> for Shape {
    type Error = ShapeError;

    fn try_from(text: String) -> Result<Self, ShapeError> {
        Self::parse_box(&text)
    }
}

impl From<Shape> for String {
    fn from(shape: Shape) -> Self {
        shape.box_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_cover_each_cell_three_times() {
        for shape in ["2x2", "2x3", "3x2", "2x4", "1x5", "3x3"] {
            let shape = Shape::parse_box(shape).unwrap();
            let units = shape.units();
            assert_eq!(units.len(), 3 * shape.side());
            assert!(units.iter().all(|unit| unit.len() == shape.side()));
        }
        let six = Shape::for_side(6).unwrap();
        assert_eq!((six.box_rows(), six.box_cols()), (2, 3));
        assert_eq!(six.units()[12], [0, 1, 2, 6, 7, 8]);
    }

    #[test]
    fn boxes_are_checked() {
        assert_eq!(Shape::parse_box(" 3 X 3 "), Shape::for_side(9));
        for bad in ["", "x", "2", "2x", "0x9", "1x2", "4x4", "255x255", "2x3x1", "zweixdrei", "2x-3"] {
            assert!(Shape::parse_box(bad).is_err(), "{bad}");
        }
        assert!(Shape::for_side(8).unwrap_err().to_string().contains("2x4"));
        assert!(Shape::with_box(usize::MAX, 2).is_err());
    }
}
