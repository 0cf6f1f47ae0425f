//! A rectangle of a grid's cells: what is selected, cut out, and laid elsewhere.

use std::fmt;

use super::Grid;
use crate::board::paint;

/// Some rows and columns of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// The first row, from 0.
    pub row: usize,
    /// The first column, from 0.
    pub col: usize,
    /// How many rows.
    pub rows: usize,
    /// How many columns.
    pub cols: usize,
}

/// How large it is: `2 × 3 cells`.
impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {} cell{}", self.rows, self.cols, if self.rows * self.cols == 1 { "" } else { "s" })
    }
}

impl Area {
    /// The area that has two cells as opposite corners, in a grid of `across` columns.
    pub fn between(across: usize, from: usize, to: usize) -> Self {
        let span = |a: usize, b: usize| (a.min(b), a.abs_diff(b) + 1);
        let ((row, rows), (col, cols)) = (span(from / across, to / across), span(from % across, to % across));
        Self { row, col, rows, cols }
    }

    /// All of a grid.
    pub fn all(grid: &Grid) -> Self {
        Self { row: 0, col: 0, rows: grid.rows(), cols: grid.cols() }
    }

    /// Whether a grid has all of it.
    pub fn fits(self, grid: &Grid) -> bool {
        self.rows > 0 && self.cols > 0 && self.row + self.rows <= grid.rows() && self.col + self.cols <= grid.cols()
    }

    /// Whether a cell of a grid of `across` columns lies in it.
    pub fn contains(self, across: usize, cell: usize) -> bool {
        let within = |at: usize, first: usize, count: usize| (first..first + count).contains(&at);
        within(cell / across, self.row, self.rows) && within(cell % across, self.col, self.cols)
    }

    /// Its cells in a grid of `across` columns, row by row.
    pub fn cells(self, across: usize) -> Vec<usize> {
        let first = self.row * across + self.col;
        paint::rectangle(across, first, first + (self.rows - 1) * across + self.cols - 1)
    }

    /// Moved by rows and columns, as far as it stays in the grid.
    pub fn moved(self, grid: &Grid, rows: isize, cols: isize) -> Self {
        let along = |at: usize, by: isize, most: usize| at.saturating_add_signed(by).min(most);
        let row = along(self.row, rows, grid.rows().saturating_sub(self.rows));
        Self { row, col: along(self.col, cols, grid.cols().saturating_sub(self.cols)), ..self }
    }
}

impl Grid {
    /// The cells of an area as a grid; None when the grid has not all of it.
    pub fn part(&self, area: Area) -> Option<Self> {
        let cells = area.fits(self).then(|| area.cells(self.cols()))?;
        Self::new(area.rows, area.cols, cells.into_iter().map(|cell| self.cells()[cell]).collect()).ok()
    }

    /// The grid with another one laid over it, whose first cell comes to `(row, col)`; what would lie outside is left out.
    #[must_use]
    pub fn with_part(&self, part: &Self, (row, col): (usize, usize)) -> Self {
        let mut grid = self.clone();
        for (down, line) in part.lines().enumerate() {
            for (right, colour) in line.iter().enumerate() {
                // Outside there is no such cell.
                let _ = grid.set(row + down, col + right, *colour);
            }
        }
        grid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_cut_out_and_laid() {
        let grid: Grid = "0123 4567 8901".parse().unwrap();
        let area = Area::between(4, 9, 6);
        assert_eq!(area, Area { row: 1, col: 1, rows: 2, cols: 2 });
        assert_eq!((area.to_string(), area.cells(4)), ("2 × 2 cells".into(), vec![5, 6, 9, 10]));
        assert!(area.contains(4, 6) && !area.contains(4, 7) && !area.contains(4, 1));
        let part = grid.part(area).unwrap();
        assert_eq!(part.to_string(), "56\n90");
        assert_eq!(grid.with_part(&part, (2, 3)).to_string(), "0123\n4567\n8905");
        assert_eq!(area.moved(&grid, -5, 9), Area { row: 0, col: 2, rows: 2, cols: 2 });
        assert_eq!(grid.part(Area { row: 2, ..area }), None);
        assert_eq!(grid.part(Area::all(&grid)), Some(grid));
    }
}
