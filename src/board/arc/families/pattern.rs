//! Patterns that repeat, and grids combined or recoloured cell by cell.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::sketch::{colour, palette, side, texture, until};
use crate::board::arc::{Grid, LARGEST};

/// The line between the halves of `both_halves`.
const BETWEEN: u8 = 5;

/// Stripes of different colours that repeat, upright or lying, at least twice; the rest of the grid is to be filled.
pub(super) fn continue_stripes(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    let (along, across) = (side(largest, 5, rng), side(largest, 2, rng));
    let period = rng.random_range(2..=((along - 1) / 2).min(6));
    let shown = rng.random_range(2 * period..along);
    let colours = palette(&[], rng);
    let lying = rng.random_bool(0.5);
    let (rows, cols) = if lying { (along, across) } else { (across, along) };
    let stripe = |(row, col)| if lying { row } else { col };
    let output = Grid::draw(rows, cols, |place| colours[stripe(place) % period]);
    let input = Grid::draw(rows, cols, |place| if stripe(place) < shown { output.at(place) } else { 0 });
    (input, output)
}

/// A wall of tiles whose cells all have different colours, with a rectangular hole; every cell of the tile can still
/// be seen somewhere.
pub(super) fn repair_tiling(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let (rows, cols) = (side(largest, 5, rng), side(largest, 5, rng));
        let period = |lines: usize, rng: &mut ChaCha8Rng| rng.random_range(1..=((lines - 1) / 2).min(3));
        let (down, across) = (period(rows, rng), period(cols, rng));
        let colours = palette(&[], rng);
        let tile = |(row, col): (usize, usize)| (row % down) * across + col % across;
        let output = Grid::draw(rows, cols, |place| colours[tile(place)]);
        let (height, width) = (rng.random_range(1..=rows / 2), rng.random_range(1..=cols / 2));
        let hole = (rng.random_range(0..=rows - height), rng.random_range(0..=cols - width));
        let mut input = output.clone();
        input.paint(hole, (height, width), 0);
        let all_seen = colours[..down * across].iter().all(|&colour| input.count(colour) > 0);
        (all_seen && down * across > 1).then_some((input, output))
    })
}

/// Two halves beside a line of [`BETWEEN`]: the cells of the left one that are coloured in the right one too.
pub(super) fn both_halves(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let (rows, cols) = (side(largest, 3, rng), (side(largest, 5, rng) - 1) / 2);
        let (left, mask) = (texture(rows, cols, rng), texture(rows, cols, rng));
        let paint = colour(&[BETWEEN], rng);
        let input = Grid::draw(rows, (2 * cols + 1).min(LARGEST), |(row, col)| match col {
            col if col < cols => left.at((row, col)),
            col if col == cols => BETWEEN,
            col if mask.at((row, col - cols - 1)) != 0 => paint,
            _ => 0,
        });
        let output = Grid::draw(rows, cols, |place| if mask.at(place) != 0 { left.at(place) } else { 0 });
        // The line must be the only one, and the answer neither empty nor the left half itself.
        let good = left.count(BETWEEN) == 0 && output.count(0) < rows * cols && output != left;
        good.then_some((input, output))
    })
}

/// Cells of two colours on the background; each takes the other's place.
pub(super) fn swap_colours(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let (rows, cols) = (side(largest, 2, rng), side(largest, 2, rng));
        let colours = palette(&[], rng);
        let density = rng.random_range(0.3..0.9);
        let cell = |_| if rng.random_bool(density) { colours[rng.random_range(0..2)] } else { 0 };
        let input = Grid::draw(rows, cols, cell);
        let swapped = |place| match input.at(place) {
            0 => 0,
            own if own == colours[0] => colours[1],
            _ => colours[0],
        };
        let output = Grid::draw(rows, cols, swapped);
        (input.count(colours[0]) > 0 && input.count(colours[1]) > 0).then_some((input, output))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::each;
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// The grid completed with the smallest tile that agrees with what can be seen and leaves nothing open.
    fn complete(input: &Grid) -> Option<Grid> {
        let mut sizes: Vec<(usize, usize)> = input.places().map(|(row, col)| (row + 1, col + 1)).collect();
        sizes.sort_by_key(|size| size.0 * size.1);
        sizes.into_iter().find_map(|(down, across)| {
            let mut tile = BTreeMap::new();
            for (row, col) in input.places().filter(|&place| input.at(place) != 0) {
                let colour = input.at((row, col));
                if *tile.entry((row % down, col % across)).or_insert(colour) != colour {
                    return None;
                }
            }
            (tile.len() == down * across)
                .then(|| Grid::draw(input.rows(), input.cols(), |(row, col)| tile[&(row % down, col % across)]))
        })
    }

    #[test]
    fn the_smallest_tile_tells_the_answer() {
        for name in ["continue-stripes", "repair-tiling"] {
            each(name, |input, output| assert_eq!(complete(input).as_ref(), Some(output)));
        }
    }

    #[test]
    fn stripes_are_shown_twice() {
        each("continue-stripes", |input, _| {
            let colours: BTreeSet<u8> = input.cells().iter().copied().filter(|&cell| cell != 0).collect();
            let shown = input.cells().len() - input.count(0);
            assert!(colours.iter().all(|&colour| 2 * input.count(colour) * colours.len() >= shown));
            assert!(colours.iter().all(|&colour| input.count(colour) >= 2 * input.rows().min(input.cols()).min(2)));
        });
    }

    #[test]
    fn what_both_halves_have() {
        each("both-halves", |input, output| {
            let middle = input.cols() / 2;
            assert_eq!((input.cols() % 2, output.cols(), output.rows()), (1, middle, input.rows()));
            assert_eq!(input.count(BETWEEN), input.rows());
            for (line, answer) in input.lines().zip(output.lines()) {
                assert_eq!(line[middle], BETWEEN);
                for (col, &cell) in answer.iter().enumerate() {
                    assert_eq!(cell, if line[middle + 1 + col] == 0 { 0 } else { line[col] });
                }
            }
        });
    }

    #[test]
    fn two_colours_swap() {
        each("swap-colours", |input, output| {
            let pairs: BTreeSet<(u8, u8)> = input.cells().iter().copied().zip(output.cells().iter().copied()).collect();
            let coloured: Vec<(u8, u8)> = pairs.into_iter().filter(|&pair| pair != (0, 0)).collect();
            assert!(coloured.len() == 2 && coloured[0] == (coloured[1].1, coloured[1].0));
        });
    }
}
