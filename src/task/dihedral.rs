//! The eight ways to turn and mirror a grid, numbered as in the public builder.

/// One of the eight symmetries of the square; on other rectangles, half of them swap the sides.
///
/// 0 leaves the grid as it is, 1 to 3 turn it counter-clockwise by 90, 180 and 270 degrees (`numpy.rot90`), 4 swaps
/// left and right, 5 top and bottom, 6 transposes, 7 mirrors at the other diagonal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dihedral(u8);

impl Dihedral {
    /// All eight, in the order of their numbers.
    pub const ALL: [Self; 8] = [Self(0), Self(1), Self(2), Self(3), Self(4), Self(5), Self(6), Self(7)];
    /// The one that changes nothing.
    pub const IDENTITY: Self = Self(0);
    /// A quarter turn against the clock.
    pub const TURN_LEFT: Self = Self(1);
    /// A quarter turn with the clock.
    pub const TURN_RIGHT: Self = Self(3);
    /// Left and right swapped.
    pub const MIRROR_SIDES: Self = Self(4);
    /// Top and bottom swapped.
    pub const MIRROR_TOP: Self = Self(5);
    /// Rows and columns swapped.
    pub const TRANSPOSE: Self = Self(6);

    /// The symmetry with this number, `None` beyond 7.
    pub fn new(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }

    /// Its number, 0 to 7.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The symmetry that undoes this one.
    pub fn inverse(self) -> Self {
        Self([0, 3, 2, 1, 4, 5, 6, 7][self.index()])
    }

    /// The rows and columns that a grid of `rows` by `cols` gets.
    pub fn size(self, rows: usize, cols: usize) -> (usize, usize) {
        match self.0 {
            1 | 3 | 6 | 7 => (cols, rows),
            _ => (rows, cols),
        }
    }

    /// Where in a grid of `rows` by `cols` the content of the new cell `(row, col)` was. Of use only for cells within
    /// [`Dihedral::size`].
    pub fn source(self, (row, col): (usize, usize), rows: usize, cols: usize) -> (usize, usize) {
        let (from_last_row, from_last_col) = (|at| rows.saturating_sub(at + 1), |at| cols.saturating_sub(at + 1));
        match self.0 {
            0 => (row, col),
            1 => (col, from_last_col(row)),
            2 => (from_last_row(row), from_last_col(col)),
            3 => (from_last_row(col), row),
            4 => (row, from_last_col(col)),
            5 => (from_last_row(row), col),
            6 => (col, row),
            _ => (from_last_row(col), from_last_col(row)),
        }
    }

    /// A grid `[rows * cols]` turned or mirrored, row by row, with its new rows and columns. Cells that are missing in
    /// `cells` are left out.
    pub fn apply<T: Clone>(self, cells: &[T], rows: usize, cols: usize) -> (Vec<T>, usize, usize) {
        let (new_rows, new_cols) = self.size(rows, cols);
        let places = (0..new_rows).flat_map(|row| (0..new_cols).map(move |col| (row, col)));
        let moved = places.filter_map(|place| {
            let (row, col) = self.source(place, rows, cols);
            cells.get(row * cols + col).cloned()
        });
        (moved.collect(), new_rows, new_cols)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_numbers_are_those_of_the_public_builder() {
        // What numpy gives for [[0, 1, 2], [3, 4, 5]].
        let expected: [(&[u8], usize, usize); 8] = [
            (&[0, 1, 2, 3, 4, 5], 2, 3),
            (&[2, 5, 1, 4, 0, 3], 3, 2),
            (&[5, 4, 3, 2, 1, 0], 2, 3),
            (&[3, 0, 4, 1, 5, 2], 3, 2),
            (&[2, 1, 0, 5, 4, 3], 2, 3),
            (&[3, 4, 5, 0, 1, 2], 2, 3),
            (&[0, 3, 1, 4, 2, 5], 3, 2),
            (&[5, 2, 4, 1, 3, 0], 3, 2),
        ];
        for (index, (cells, rows, cols)) in expected.into_iter().enumerate() {
            let dihedral = Dihedral::new(index).unwrap();
            assert_eq!(dihedral.index(), index);
            assert_eq!(dihedral.apply(&[0, 1, 2, 3, 4, 5], 2, 3), (cells.to_vec(), rows, cols), "{index}");
        }
        assert_eq!(Dihedral::new(8), None);
        assert_eq!(Dihedral::ALL[0], Dihedral::IDENTITY);
        assert_eq!(Dihedral::ALL[1].apply(&[1, 2], 2, 2).0, [2, 1]);
    }

    proptest! {
        #[test]
        fn every_inverse_is_exact(rows in 1usize..8, cols in 1usize..8, index in 0usize..8) {
            let cells: Vec<usize> = (0..rows * cols).collect();
            let dihedral = Dihedral::ALL[index];
            let (moved, new_rows, new_cols) = dihedral.apply(&cells, rows, cols);
            prop_assert_eq!(dihedral.inverse().apply(&moved, new_rows, new_cols), (cells, rows, cols));
        }
    }
}
