//! Cells that are counted.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::sketch::{SMALLEST, colour, palette, side, until};
use crate::board::arc::{Grid, LARGEST};

/// The longest bar of `count_bar`: more is hard to count at a glance.
const LONGEST: usize = 9;

/// Scattered cells of one colour; the output is one row of as many.
pub(super) fn count_bar(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    let (rows, cols) = (side(largest, 3, rng), side(largest, 3, rng));
    let count = rng.random_range(1..=largest.clamp(SMALLEST, LARGEST).min(LONGEST).min(rows * cols));
    let paint = colour(&[], rng);
    let mut input = Grid::blank(rows, cols);
    let mut places: Vec<(usize, usize)> = input.places().collect();
    places.shuffle(rng);
    places[..count].iter().for_each(|&place| input.put(place, paint));
    (input, Grid::draw(1, count, |_| paint))
}

/// Cells of two to four colours, one of them more often than any other; the output is one cell of it.
pub(super) fn commonest(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let (rows, cols) = (side(largest, 3, rng), side(largest, 3, rng));
        let colours = palette(&[], rng);
        let used = rng.random_range(2..=4);
        let density = rng.random_range(0.2..0.8);
        let cell = |_| if rng.random_bool(density) { colours[rng.random_range(0..used)] } else { 0 };
        let input = Grid::draw(rows, cols, cell);
        let mut counts: Vec<(usize, u8)> = colours[..used].iter().map(|&own| (input.count(own), own)).collect();
        counts.sort_unstable();
        let (first, second) = (counts[used - 1], counts[used - 2]);
        (first.0 > second.0 && second.0 > 0).then(|| (input, Grid::draw(1, 1, |_| first.1)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::each;
    use super::*;

    #[test]
    fn the_bar_is_as_long_as_there_are_cells() {
        each("count-bar", |input, output| {
            let coloured: Vec<u8> = input.cells().iter().copied().filter(|&cell| cell != 0).collect();
            assert_eq!((output.rows(), output.cells()), (1, &coloured[..]));
            assert!(coloured.iter().all(|&cell| cell == coloured[0]) && coloured.len() <= LONGEST);
        });
    }

    #[test]
    fn no_other_colour_is_as_common() {
        each("commonest", |input, output| {
            let &[winner] = output.cells() else { panic!("one cell") };
            assert!(winner != 0);
            assert!((1..10).all(|other| other == winner || input.count(other) < input.count(winner)));
        });
    }
}
