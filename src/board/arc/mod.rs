//! ARC: coloured grids, pairs of them that show a rule, and tasks made of such pairs.

mod area;
pub mod families;
mod json;
mod sheet;

pub use area::Area;
pub use json::{Document, JsonError, parse_solutions, parse_tasks, tasks_to_json, with_solutions};

pub use sheet::{Place, Sheet};

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// The most rows, and the most columns, of a grid.
pub const LARGEST: usize = 30;
/// How many colours there are; 0 (black) is the background by convention.
pub const COLOURS: u8 = 10;

/// A grid of `rows x cols` cells, each 1 to [`LARGEST`], of the colours `0..COLOURS`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grid {
    rows: u8,
    cols: u8,
    cells: Vec<u8>,
}

/// An input and what the task's rule makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Pair {
    /// What is given.
    pub input: Grid,
    /// The answer; `None` where a test keeps it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Grid>,
}

/// Pairs that show a rule, and pairs that ask for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Task {
    /// The pairs that show the rule; all have an output when the task was parsed.
    pub train: Vec<Pair>,
    /// The pairs that ask for it.
    pub test: Vec<Pair>,
}

/// Cells that are no ARC grid. Rows and columns are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GridError {
    /// A size that no grid has.
    #[error("a grid cannot have {rows} rows and {cols} columns: give 1 to {LARGEST} of each")]
    Size {
        /// Rows asked for.
        rows: usize,
        /// Columns asked for.
        cols: usize,
    },
    /// Not `rows * cols` cells.
    #[error("a grid of {rows} rows and {cols} columns has {} cells, not {found}: give one colour per cell, row by row", rows * cols)]
    CellCount {
        /// Rows of the grid.
        rows: usize,
        /// Columns of the grid.
        cols: usize,
        /// How many cells were given.
        found: usize,
    },
    /// No row at all.
    #[error("the grid is empty: give 1 to {LARGEST} rows")]
    Empty,
    /// A row beyond the last that a grid can have.
    #[error("the grid has more than {LARGEST} rows: an ARC grid has at most {LARGEST}")]
    TooManyRows,
    /// A row that is empty or too long.
    #[error("row {row} {}: a row has 1 to {LARGEST} cells", if *empty { "is empty" } else { "is too long" })]
    RowSize {
        /// The row.
        row: usize,
        /// It has no cell, else it has too many.
        empty: bool,
    },
    /// A row that is shorter or longer than the first one.
    #[error("row {row} has {found} cells and row 1 has {expected}: all rows of a grid are equally long")]
    Ragged {
        /// The row.
        row: usize,
        /// How many cells it has.
        found: usize,
        /// How many cells the first row has.
        expected: usize,
    },
    /// Something that is no colour.
    #[error("row {row}, column {column}: {value} is no colour: use a whole number from 0 to 9")]
    Colour {
        /// The row.
        row: usize,
        /// The column.
        column: usize,
        /// What stands there, shortened when it is long.
        value: String,
    },
    /// A cell outside the grid.
    #[error("a grid of {rows} rows and {cols} columns has no row {row}, column {column}")]
    NoSuchCell {
        /// Rows of the grid.
        rows: usize,
        /// Columns of the grid.
        cols: usize,
        /// The row asked for.
        row: usize,
        /// The column asked for.
        column: usize,
    },
}

impl Grid {
    /// A grid from its cells `[rows * cols]`, row by row.
    ///
    /// # Errors
    /// [`GridError`] when the size, the number of cells or a colour does not fit.
    pub fn new(rows: usize, cols: usize, cells: Vec<u8>) -> Result<Self, GridError> {
        let (small_rows, small_cols) = size(rows, cols)?;
        if cells.len() != rows * cols {
            return Err(GridError::CellCount { rows, cols, found: cells.len() });
        }
        for (cell, &colour) in cells.iter().enumerate() {
            check_colour(cell / cols, cell % cols, colour)?;
        }
        Ok(Self { rows: small_rows, cols: small_cols, cells })
    }

    /// A grid of one colour.
    ///
    /// # Errors
    /// [`GridError`] when the size or the colour does not fit.
    pub fn filled(rows: usize, cols: usize, colour: u8) -> Result<Self, GridError> {
        let (small_rows, small_cols) = size(rows, cols)?;
        check_colour(0, 0, colour)?;
        Ok(Self { rows: small_rows, cols: small_cols, cells: vec![colour; rows * cols] })
    }

    /// A grid from its rows.
    ///
    /// # Errors
    /// [`GridError`] when there are too few or too many rows, they differ in length, or a colour does not fit.
    pub fn from_rows<R: AsRef<[u8]>>(rows: &[R]) -> Result<Self, GridError> {
        let mut reader = RowReader::default();
        rows.iter().try_for_each(|row| reader.row(row.as_ref()))?;
        reader.finish()
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        usize::from(self.rows)
    }

    /// How many columns.
    pub fn cols(&self) -> usize {
        usize::from(self.cols)
    }

    /// All cells `[rows * cols]`, row by row.
    pub fn cells(&self) -> &[u8] {
        &self.cells
    }

    /// The rows from top to bottom, each `[cols]`.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        self.cells.chunks_exact(self.cols())
    }

    /// One cell, both counted from 0; `None` outside the grid.
    pub fn get(&self, row: usize, col: usize) -> Option<u8> {
        (row < self.rows() && col < self.cols()).then(|| self.cells[row * self.cols() + col])
    }

    /// Colours one cell, both counted from 0.
    ///
    /// # Errors
    /// [`GridError`] when there is no such cell or colour; the grid is unchanged then.
    pub fn set(&mut self, row: usize, col: usize, colour: u8) -> Result<(), GridError> {
        let (rows, cols) = (self.rows(), self.cols());
        if row >= rows || col >= cols {
            return Err(GridError::NoSuchCell {
                rows,
                cols,
                row: row.saturating_add(1),
                column: col.saturating_add(1),
            });
        }
        check_colour(row, col, colour)?;
        self.cells[row * cols + col] = colour;
        Ok(())
    }
}

/// Lines of digits, as [`Grid::from_str`] reads them.
impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (row, line) in self.lines().enumerate() {
            if row > 0 {
                f.write_str("\n")?;
            }
            line.iter().try_for_each(|colour| write!(f, "{colour}"))?;
        }
        Ok(())
    }
}

/// Rows of digits, one row a line or separated by spaces.
impl FromStr for Grid {
    type Err = GridError;

    fn from_str(text: &str) -> Result<Self, GridError> {
        let mut reader = RowReader::default();
        for (row, line) in text.split_whitespace().enumerate() {
            let mut cells = Vec::new();
            for (col, character) in line.chars().take(LARGEST + 1).enumerate() {
                let digit = character.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
                cells.push(digit.ok_or_else(|| GridError::Colour {
                    row: row + 1,
                    column: col + 1,
                    value: format!("`{}`", character.escape_debug()),
                })?);
            }
            reader.row(&cells)?;
        }
        reader.finish()
    }
}

/// Collects a grid row by row and stops at the first row that does not fit, so that nothing grows beyond a grid.
#[derive(Default)]
struct RowReader {
    rows: usize,
    cols: usize,
    cells: Vec<u8>,
}

impl RowReader {
    fn row(&mut self, row: &[u8]) -> Result<(), GridError> {
        let number = self.rows + 1;
        if number > LARGEST {
            return Err(GridError::TooManyRows);
        }
        if row.is_empty() || row.len() > LARGEST {
            return Err(GridError::RowSize { row: number, empty: row.is_empty() });
        }
        if self.rows > 0 && row.len() != self.cols {
            return Err(GridError::Ragged { row: number, found: row.len(), expected: self.cols });
        }
        for (col, &colour) in row.iter().enumerate() {
            check_colour(self.rows, col, colour)?;
        }
        (self.rows, self.cols) = (number, row.len());
        self.cells.extend_from_slice(row);
        Ok(())
    }

    fn finish(self) -> Result<Grid, GridError> {
        if self.rows == 0 {
            return Err(GridError::Empty);
        }
        Grid::new(self.rows, self.cols, self.cells)
    }
}

fn size(rows: usize, cols: usize) -> Result<(u8, u8), GridError> {
    let side = |lines: usize| u8::try_from(lines).ok().filter(|_| (1..=LARGEST).contains(&lines));
    match (side(rows), side(cols)) {
        (Some(rows), Some(cols)) => Ok((rows, cols)),
        _ => Err(GridError::Size { rows, cols }),
    }
}

/// The place is counted from 0 here and from 1 in the error.
fn check_colour(row: usize, col: usize, colour: u8) -> Result<(), GridError> {
    if colour < COLOURS {
        return Ok(());
    }
    Err(GridError::Colour { row: row + 1, column: col + 1, value: colour.to_string() })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any grid of at most `largest` rows and columns.
    pub(crate) fn any_grid(largest: usize) -> impl Strategy<Value = Grid> {
        (1..=largest, 1..=largest).prop_flat_map(|(rows, cols)| {
            prop::collection::vec(0..COLOURS, rows * cols).prop_map(move |cells| Grid::new(rows, cols, cells).unwrap())
        })
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(Grid::new(0, 3, vec![]), Err(GridError::Size { rows: 0, cols: 3 }));
        assert!(Grid::new(31, 1, vec![0; 31]).is_err() && Grid::new(usize::MAX, usize::MAX, vec![]).is_err());
        assert!(Grid::new(2, 2, vec![0; 3]).unwrap_err().to_string().contains("has 4 cells, not 3"));
        let message = Grid::new(2, 2, vec![0, 1, 2, 10]).unwrap_err().to_string();
        assert!(message.contains("row 2, column 2: 10 is no colour"), "{message}");
        assert!(Grid::filled(2, 2, 10).is_err() && Grid::filled(2, 2, 9).is_ok());
        let mut grid = Grid::filled(2, 3, 4).unwrap();
        assert!(grid.set(2, 0, 1).is_err() && grid.set(usize::MAX, 0, 1).is_err() && grid.set(0, 0, 10).is_err());
        grid.set(1, 2, 7).unwrap();
        assert_eq!(grid.cells(), [4, 4, 4, 4, 4, 7]);
        assert_eq!((grid.get(1, 2), grid.get(2, 0), grid.get(0, 3)), (Some(7), None, None));
    }

    #[test]
    fn text_is_rows_of_digits() {
        let grid: Grid = "012 345".parse().unwrap();
        assert_eq!((grid.rows(), grid.cols(), grid.to_string()), (2, 3, "012\n345".into()));
        assert_eq!(grid.lines().next_back(), Some(&[3, 4, 5][..]));
        assert_eq!("01 2".parse::<Grid>(), Err(GridError::Ragged { row: 2, found: 1, expected: 2 }));
        assert_eq!("".parse::<Grid>(), Err(GridError::Empty));
        assert!("0a".parse::<Grid>().unwrap_err().to_string().contains("column 2: `a`"));
        assert!("0".repeat(100_000).parse::<Grid>().unwrap_err().to_string().contains("row 1 is too long"));
        assert_eq!("0 ".repeat(31).parse::<Grid>(), Err(GridError::TooManyRows));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn text_and_rows_round_trip(grid in any_grid(30)) {
            prop_assert_eq!(&grid.to_string().parse::<Grid>().unwrap(), &grid);
            prop_assert_eq!(Grid::from_rows(&grid.lines().collect::<Vec<_>>()).unwrap(), grid);
        }
    }
}
