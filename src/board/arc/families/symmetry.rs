//! Mirror images and enlargements.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::sketch::{half_side, palette, side, texture};
use crate::board::arc::Grid;

/// The input on the left, its mirror image on the right.
pub(super) fn mirror(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    let input = texture(side(largest, 2, rng), half_side(largest, rng), rng);
    let cols = input.cols();
    let output = Grid::draw(input.rows(), 2 * cols, |(row, col)| input.at((row, folded(col, cols))));
    (input, output)
}

/// The input top left, its mirror images to the right, below, and in the corner between.
pub(super) fn kaleidoscope(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    let input = texture(half_side(largest, rng), half_side(largest, rng), rng);
    let (rows, cols) = (input.rows(), input.cols());
    let output = Grid::draw(2 * rows, 2 * cols, |(row, col)| input.at((folded(row, rows), folded(col, cols))));
    (input, output)
}

/// 0, 1, …, `lines` - 1, and back.
fn folded(at: usize, lines: usize) -> usize {
    if at < lines { at } else { 2 * lines - 1 - at }
}

/// A picture without background, the same left and right, with a rectangular hole in one of the halves.
pub(super) fn repair_symmetry(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    let (rows, cols) = (side(largest, 4, rng), side(largest, 4, rng));
    let colours = palette(&[], rng);
    let used = rng.random_range(2..=5);
    let half = Grid::draw(rows, cols.div_ceil(2), |_| colours[rng.random_range(0..used)]);
    let output = Grid::draw(rows, cols, |(row, col)| half.at((row, col.min(cols - 1 - col))));
    let height = rng.random_range(1..=(rows / 2).min(6));
    let width = rng.random_range(1..=(cols / 2).min(6));
    let left = rng.random_range(0..=cols / 2 - width);
    // The column in the middle, if there is one, is its own mirror image and stays.
    let left = if rng.random_bool(0.5) { left } else { cols - left - width };
    let mut input = output.clone();
    input.paint((rng.random_range(0..=rows - height), left), (height, width), 0);
    (input, output)
}

/// Each cell becomes two by two.
pub(super) fn scale_two(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    let input = texture(half_side(largest, rng), half_side(largest, rng), rng);
    let output = Grid::draw(2 * input.rows(), 2 * input.cols(), |(row, col)| input.at((row / 2, col / 2)));
    (input, output)
}

#[cfg(test)]
mod tests {
    use super::super::tests::each;
    use super::*;

    fn lines(grid: &Grid) -> Vec<Vec<u8>> {
        grid.lines().map(<[u8]>::to_vec).collect()
    }

    fn reversed(line: &[u8]) -> Vec<u8> {
        line.iter().rev().copied().collect()
    }

    #[test]
    fn the_right_half_reads_backwards() {
        each("mirror", |input, output| {
            let expected: Vec<Vec<u8>> =
                lines(input).into_iter().map(|line| [&line[..], &reversed(&line)].concat()).collect();
            assert_eq!(lines(output), expected);
        });
    }

    #[test]
    fn four_images() {
        each("kaleidoscope", |input, output| {
            let mut expected: Vec<Vec<u8>> =
                lines(input).into_iter().map(|line| [&line[..], &reversed(&line)].concat()).collect();
            expected.extend(expected.clone().into_iter().rev());
            assert_eq!(lines(output), expected);
        });
    }

    #[test]
    fn the_hole_is_filled_from_the_other_side() {
        each("repair-symmetry", |input, output| {
            assert!(output.lines().all(|line| line == reversed(line)));
            for place in input.places() {
                let mirrored = (place.0, input.cols() - 1 - place.1);
                let seen = if input.at(place) == 0 { input.at(mirrored) } else { input.at(place) };
                assert!(seen != 0 && output.at(place) == seen);
            }
        });
    }

    #[test]
    fn every_line_stands_twice() {
        each("scale-two", |input, output| {
            let twice = |line: Vec<u8>| line.into_iter().flat_map(|cell| [cell, cell]).collect::<Vec<_>>();
            let expected: Vec<Vec<u8>> =
                lines(input).into_iter().map(twice).flat_map(|line| [line.clone(), line]).collect();
            assert_eq!(lines(output), expected);
        });
    }
}
