//! Dots that become lines.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::sketch::{Layout, Shape, colour, palette, side, until};
use crate::board::arc::Grid;

/// Pairs of dots in a row or column, a colour for each, no two lines crossing; some dots have no partner.
pub(super) fn connect_dots(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let (rows, cols) = (side(largest, 4, rng), side(largest, 4, rng));
        let mut layout = Layout::new(rows, cols, 0);
        let mut colours = palette(&[], rng);
        for _ in 0..rng.random_range(1..=5) {
            let upright = rng.random_bool(0.5);
            let length = rng.random_range(3..=if upright { rows } else { cols });
            let line = if upright { Shape::rectangle(length, 1) } else { Shape::rectangle(1, length) };
            // Where there is no room left, one line less is drawn.
            let paint = colours.pop()?;
            layout.place(&line, paint, rng);
        }
        for _ in 0..rng.random_range(0..=2) {
            layout.place(&Shape::rectangle(1, 1), colours.pop()?, rng);
        }
        let output = layout.grid;
        // A dot or line's end stays: the first and the last cell of each colour.
        let ends = |place| {
            let own = output.at(place);
            let same = |&other: &(usize, usize)| output.at(other) == own;
            let (first, last) = (output.places().find(same), output.places().filter(same).last());
            if Some(place) == first || Some(place) == last { own } else { 0 }
        };
        let input = Grid::draw(rows, cols, |place| if output.at(place) == 0 { 0 } else { ends(place) });
        (input != output).then_some((input, output))
    })
}

/// Cells on the left edge are lamps, all others are in the way.
pub(super) fn rays(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let (rows, cols) = (side(largest, 4, rng), side(largest, 4, rng));
        let density = rng.random_range(0.03..0.2);
        let cell = |(_, col)| {
            let here = if col == 0 { 0.5 } else { density };
            if rng.random_bool(here) { colour(&[], rng) } else { 0 }
        };
        let input = Grid::draw(rows, cols, cell);
        let mut output = input.clone();
        for row in 0..rows {
            let lamp = input.at((row, 0));
            let free = (1..cols).take_while(|&col| input.at((row, col)) == 0);
            free.for_each(|col| output.put((row, col), lamp));
        }
        (input != output).then_some((input, output))
    })
}

/// Cells on the top and left edge are lamps that shine along parallel diagonals.
pub(super) fn diagonals(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let (rows, cols) = (side(largest, 4, rng), side(largest, 4, rng));
        let density = rng.random_range(0.1..0.6);
        let cell = |(row, col)| {
            let lamp = (row == 0 || col == 0) && rng.random_bool(density);
            if lamp { colour(&[], rng) } else { 0 }
        };
        let input = Grid::draw(rows, cols, cell);
        let output = Grid::draw(rows, cols, |(row, col)| {
            let back = row.min(col);
            input.at((row - back, col - back))
        });
        (input != output).then_some((input, output))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::each;

    #[test]
    fn between_two_dots_of_a_colour_is_a_line() {
        each("connect-dots", |input, output| {
            let mut expected = input.clone();
            for colour in 1..10 {
                let dots: Vec<(usize, usize)> = input.places().filter(|&place| input.at(place) == colour).collect();
                if let &[(top, left), (bottom, right)] = &dots[..] {
                    assert!(top == bottom || left == right);
                    for place in
                        input.places().filter(|&(r, c)| (top..=bottom).contains(&r) && (left..=right).contains(&c))
                    {
                        assert!(dots.contains(&place) || expected.at(place) == 0, "lines cross");
                        expected.put(place, colour);
                    }
                } else {
                    assert!(dots.len() < 2);
                }
            }
            assert_eq!(*output, expected);
        });
    }

    #[test]
    fn light_goes_from_left_to_right() {
        each("rays", |input, output| {
            for place in input.places() {
                let expected = match (input.at(place), place.1) {
                    (0, 0) => 0,
                    // Lit by what is to the left if that is a lamp or lit itself, not an obstacle.
                    (0, col) => {
                        let left = (place.0, col - 1);
                        if col == 1 || input.at(left) == 0 { output.at(left) } else { 0 }
                    }
                    (own, _) => own,
                };
                assert_eq!(output.at(place), expected);
            }
        });
    }

    #[test]
    fn diagonals_have_one_colour() {
        each("diagonals", |input, output| {
            for (row, col) in input.places() {
                let edge = row == 0 || col == 0;
                let from = if edge { input.at((row, col)) } else { output.at((row - 1, col - 1)) };
                assert_eq!(output.at((row, col)), from);
                assert!(edge || input.at((row, col)) == 0);
            }
        });
    }
}
