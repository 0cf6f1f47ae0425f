//! What the families draw with: grids that ignore strokes outside them, shapes, and a layout that keeps shapes apart.

use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, RngExt};

use crate::board::arc::{COLOURS, Grid, LARGEST};

/// The smallest bound on rows and columns that every family can draw within.
pub(super) const SMALLEST: usize = 5;

/// A random number of rows or columns: at least `least`, and rather of the larger half of what is allowed.
pub(super) fn side(largest: usize, least: usize, rng: &mut impl Rng) -> usize {
    let largest = largest.clamp(SMALLEST, LARGEST);
    let least = least.min(largest);
    rng.random_range(least.max(largest / 2)..=largest)
}

/// As [`side`], for grids that the rule makes twice as large.
pub(super) fn half_side(largest: usize, rng: &mut impl Rng) -> usize {
    let largest = largest.clamp(SMALLEST, LARGEST) / 2;
    rng.random_range(2.max(largest / 2)..=largest)
}

/// Draws until it works out: for attempts that succeed often.
pub(super) fn until<R: Rng, T>(rng: &mut R, mut attempt: impl FnMut(&mut R) -> Option<T>) -> T {
    loop {
        if let Some(drawn) = attempt(rng) {
            return drawn;
        }
    }
}

/// All colours but the background and the named ones, in random order.
pub(super) fn palette(except: &[u8], rng: &mut impl Rng) -> Vec<u8> {
    let mut colours: Vec<u8> = (1..COLOURS).filter(|colour| !except.contains(colour)).collect();
    colours.shuffle(rng);
    colours
}

/// A random colour but the background and the named ones.
pub(super) fn colour(except: &[u8], rng: &mut impl Rng) -> u8 {
    palette(except, rng)[0]
}

/// A grid of some colours on the background; at least one cell is coloured.
pub(super) fn texture(rows: usize, cols: usize, rng: &mut impl Rng) -> Grid {
    let colours = &palette(&[], rng)[..rng.random_range(2..=5)];
    let density = rng.random_range(0.3..0.8);
    let mut grid = Grid::blank(rows, cols);
    grid.places().for_each(|place| {
        if rng.random_bool(density) {
            grid.put(place, colours[rng.random_range(0..colours.len())]);
        }
    });
    grid.put((rng.random_range(0..rows), rng.random_range(0..cols)), colours[0]);
    grid
}

/// Drawing; places are `(row, column)`, and those outside the grid read as background and take no paint.
impl Grid {
    /// A grid of background; sizes are brought within 1 to 30.
    pub(super) fn blank(rows: usize, cols: usize) -> Self {
        let (rows, cols) = (rows.clamp(1, LARGEST), cols.clamp(1, LARGEST));
        // Both fit a byte.
        Self { rows: rows as u8, cols: cols as u8, cells: vec![0; rows * cols] }
    }

    /// A grid from a colour for each place.
    pub(super) fn draw(rows: usize, cols: usize, mut colour: impl FnMut((usize, usize)) -> u8) -> Self {
        let mut grid = Self::blank(rows, cols);
        grid.places().for_each(|place| grid.put(place, colour(place)));
        grid
    }

    /// All places, row by row.
    pub(super) fn places(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (rows, cols) = (self.rows(), self.cols());
        (0..rows).flat_map(move |row| (0..cols).map(move |col| (row, col)))
    }

    /// The colour at a place.
    pub(super) fn at(&self, (row, col): (usize, usize)) -> u8 {
        self.get(row, col).unwrap_or(0)
    }

    /// Paints one cell.
    pub(super) fn put(&mut self, (row, col): (usize, usize), colour: u8) {
        // All families paint with colours; what is outside stays unpainted.
        let _ = self.set(row, col, colour);
    }

    /// Paints a filled rectangle.
    pub(super) fn paint(&mut self, (top, left): (usize, usize), (rows, cols): (usize, usize), colour: u8) {
        for row in top..top + rows {
            (left..left + cols).for_each(|col| self.put((row, col), colour));
        }
    }

    /// The places around a place, inside the grid: up to eight.
    pub(super) fn around(&self, (row, col): (usize, usize)) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (rows, cols) = (self.rows(), self.cols());
        let near = |at: usize, end: usize| at.saturating_sub(1)..(at + 2).min(end);
        near(row, rows)
            .flat_map(move |r| near(col, cols).map(move |c| (r, c)))
            .filter(move |&place| place != (row, col))
    }

    /// How many cells have this colour.
    pub(super) fn count(&self, colour: u8) -> usize {
        self.cells().iter().filter(|&&cell| cell == colour).count()
    }
}

/// Cells within a box whose every row and column has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) rows: usize,
    pub(super) cols: usize,
    /// Sorted places within the box.
    pub(super) cells: Vec<(usize, usize)>,
}

impl Shape {
    /// A filled rectangle.
    pub(super) fn rectangle(rows: usize, cols: usize) -> Self {
        Self { rows, cols, cells: (0..rows).flat_map(|row| (0..cols).map(move |col| (row, col))).collect() }
    }

    /// The cells of a rectangle's edge.
    pub(super) fn outline(rows: usize, cols: usize) -> Self {
        let mut shape = Self::rectangle(rows, cols);
        shape.cells.retain(|&(row, col)| row == 0 || col == 0 || row + 1 == rows || col + 1 == cols);
        shape
    }

    /// A random connected shape of `cells` cells that fits a square box of `side`; fewer cells if the box is full.
    pub(super) fn connected(cells: usize, side: usize, rng: &mut impl Rng) -> Self {
        let mut grown = Grid::blank(side, side);
        let mut taken = vec![(rng.random_range(0..grown.rows()), rng.random_range(0..grown.cols()))];
        grown.put(taken[0], 1);
        while taken.len() < cells {
            let beside = |&(row, col): &(usize, usize)| {
                let places = [(row.wrapping_sub(1), col), (row + 1, col), (row, col.wrapping_sub(1)), (row, col + 1)];
                places.into_iter().filter(|&(row, col)| grown.get(row, col) == Some(0))
            };
            let open: Vec<(usize, usize)> = taken.iter().flat_map(beside).collect();
            let Some(&next) = open.choose(rng) else {
                break;
            };
            grown.put(next, 1);
            taken.push(next);
        }
        Self::of(taken)
    }

    /// The shape of these cells, wherever they are.
    pub(super) fn of(mut cells: Vec<(usize, usize)>) -> Self {
        let top = cells.iter().map(|place| place.0).min().unwrap_or(0);
        let left = cells.iter().map(|place| place.1).min().unwrap_or(0);
        cells.iter_mut().for_each(|place| *place = (place.0 - top, place.1 - left));
        cells.sort_unstable();
        let rows = cells.iter().map(|place| place.0 + 1).max().unwrap_or(1);
        let cols = cells.iter().map(|place| place.1 + 1).max().unwrap_or(1);
        Self { rows, cols, cells }
    }

    /// Paints the shape with its box's corner at a place.
    pub(super) fn stamp(&self, grid: &mut Grid, (top, left): (usize, usize), colour: u8) {
        self.cells.iter().for_each(|&(row, col)| grid.put((top + row, left + col), colour));
    }

    /// The shape alone, in a grid as large as its box.
    pub(super) fn cut(&self, colour: u8) -> Grid {
        let mut grid = Grid::blank(self.rows, self.cols);
        self.stamp(&mut grid, (0, 0), colour);
        grid
    }
}

/// A grid on which boxes of shapes keep at least `gap` cells apart, also diagonally.
pub(super) struct Layout {
    pub(super) grid: Grid,
    taken: Grid,
    gap: usize,
}

impl Layout {
    pub(super) fn new(rows: usize, cols: usize, gap: usize) -> Self {
        Self { grid: Grid::blank(rows, cols), taken: Grid::blank(rows, cols), gap }
    }

    /// Paints a shape at a random place where its box is free; `None`, and nothing painted, when there is none.
    pub(super) fn place(&mut self, shape: &Shape, colour: u8, rng: &mut impl Rng) -> Option<(usize, usize)> {
        let free: Vec<(usize, usize)> = self.grid.places().filter(|&place| self.is_free(place, shape)).collect();
        let &place = free.choose(rng)?;
        shape.stamp(&mut self.grid, place, colour);
        self.taken.paint(place, (shape.rows, shape.cols), 1);
        Some(place)
    }

    fn is_free(&self, (top, left): (usize, usize), shape: &Shape) -> bool {
        let (bottom, right) = (top + shape.rows, left + shape.cols);
        bottom <= self.grid.rows()
            && right <= self.grid.cols()
            && (top.saturating_sub(self.gap)..bottom + self.gap)
                .all(|row| (left.saturating_sub(self.gap)..right + self.gap).all(|col| self.taken.at((row, col)) == 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn shapes_are_connected_and_stay_apart(seed: u64, cells in 1usize..8, side in 1usize..5, gap in 0usize..3) {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let shape = Shape::connected(cells, side, &mut rng);
            prop_assert_eq!(shape.cells.len(), cells.min(side * side));
            prop_assert!(shape.rows <= side && shape.cols <= side);
            prop_assert_eq!(&Shape::of(shape.cells.clone()), &shape);
            prop_assert_eq!(shape.cut(3).count(3), shape.cells.len());
            prop_assert!(crate::board::arc::families::tests::objects(&shape.cut(3)).len() == 1);

            let mut layout = Layout::new(9, 8, gap);
            let places: Vec<_> = (0..12).filter_map(|_| layout.place(&shape, 1, &mut rng)).collect();
            prop_assert!(!places.is_empty());
            prop_assert_eq!(layout.grid.count(1), places.len() * shape.cells.len());
            for (at, one) in places.iter().enumerate() {
                for other in &places[..at] {
                    let apart = one.0.abs_diff(other.0) >= shape.rows + gap || one.1.abs_diff(other.1) >= shape.cols + gap;
                    prop_assert!(apart);
                }
            }
        }
    }
}
