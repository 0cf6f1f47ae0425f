//! Things that fall, move and change places.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::sketch::{Layout, Shape, colour, side, texture, until};
use crate::board::arc::Grid;

/// Scattered cells; the coloured ones of each column sink to the bottom and keep their order.
pub(super) fn gravity(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let input = texture(side(largest, 3, rng), side(largest, 3, rng), rng);
        let mut output = Grid::blank(input.rows(), input.cols());
        for col in 0..input.cols() {
            let falling = (0..input.rows()).rev().map(|row| input.at((row, col))).filter(|&cell| cell != 0);
            falling.zip((0..input.rows()).rev()).for_each(|(cell, row)| output.put((row, col), cell));
        }
        (input != output).then_some((input, output))
    })
}

/// One edge is a wall; the only object moves to it.
pub(super) fn move_to_wall(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let (rows, cols) = (side(largest, 5, rng), side(largest, 5, rng));
        let most = 3 + rows.min(cols) / 8;
        let shape = Shape::connected(rng.random_range(1..=most + 2), most, rng);
        let mut wall = Grid::blank(rows, cols);
        let (bottom, right) = (rows - 1, cols - 1);
        let (edge, size) =
            [((0, 0), (1, cols)), ((bottom, 0), (1, cols)), ((0, 0), (rows, 1)), ((0, right), (rows, 1))]
                [rng.random_range(0..4)];
        let paint = colour(&[], rng);
        wall.paint(edge, size, paint);
        let mut layout = Layout::new(rows, cols, 0);
        let own = colour(&[paint], rng);
        let (top, left) = layout.place(&shape, own, rng)?;
        // The wall lies on one edge; the object ends beside it.
        let end = match (edge, size.0 == 1) {
            ((0, _), true) => (1, left),
            (_, true) => (bottom.checked_sub(shape.rows)?, left),
            ((_, 0), false) => (top, 1),
            (_, false) => (top, right.checked_sub(shape.cols)?),
        };
        let free = layout.grid.places().all(|place| layout.grid.at(place) == 0 || wall.at(place) == 0);
        let (mut input, mut output) = (wall.clone(), wall);
        shape.stamp(&mut input, (top, left), own);
        shape.stamp(&mut output, end, own);
        (free && end != (top, left)).then_some((input, output))
    })
}

/// Bars of different heights stand on the bottom; they are sorted, each keeps its colour.
pub(super) fn sort_columns(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let rows = side(largest, 4, rng);
        let cols = side(largest, 3, rng).min(rows);
        let mut heights: Vec<usize> = (1..=rows).collect();
        heights.shuffle(rng);
        let mut bars: Vec<(usize, u8)> = heights[..cols].iter().map(|&height| (height, colour(&[], rng))).collect();
        let draw = |bars: &[(usize, u8)]| {
            Grid::draw(rows, cols, |(row, col)| if row + bars[col].0 >= rows { bars[col].1 } else { 0 })
        };
        let input = draw(&bars);
        bars.sort_unstable();
        let output = draw(&bars);
        (input != output).then_some((input, output))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{each, objects};
    use super::*;

    fn column(grid: &Grid, col: usize) -> Vec<u8> {
        (0..grid.rows()).map(|row| grid.at((row, col))).collect()
    }

    #[test]
    fn columns_keep_their_cells_and_nothing_floats() {
        each("gravity", |input, output| {
            assert_eq!((input.rows(), input.cols()), (output.rows(), output.cols()));
            for col in 0..input.cols() {
                let coloured = |grid| column(grid, col).into_iter().filter(|&cell| cell != 0).collect::<Vec<_>>();
                assert_eq!(coloured(input), coloured(output));
                assert!(column(output, col).is_sorted_by_key(|&cell| cell != 0));
            }
        });
    }

    #[test]
    fn the_object_ends_beside_the_wall() {
        each("move-to-wall", |input, output| {
            let (rows, cols) = (input.rows(), input.cols());
            // With the wall as the top edge, whatever edge it is.
            let upright = |grid: &Grid, turn: usize| match turn {
                0 => grid.clone(),
                1 => Grid::draw(rows, cols, |(row, col)| grid.at((rows - 1 - row, col))),
                2 => Grid::draw(cols, rows, |(row, col)| grid.at((col, row))),
                _ => Grid::draw(cols, rows, |(row, col)| grid.at((col, cols - 1 - row))),
            };
            let walled = |grid: &Grid| (1..grid.cols()).all(|col| grid.at((0, col)) == grid.at((0, 0)));
            let turns: Vec<usize> =
                (0..4).filter(|&turn| walled(&upright(input, turn)) && upright(input, turn).at((0, 0)) != 0).collect();
            let &[turn] = &turns[..] else { panic!("one wall, not {turns:?}") };
            let (input, output) = (upright(input, turn), upright(output, turn));
            assert_eq!(column(&input, 0)[0], column(&output, 0)[0]);
            let body = |grid: &Grid| {
                let mut grid = grid.clone();
                grid.paint((0, 0), (1, grid.cols()), 0);
                objects(&grid)
            };
            let (before, after) = (body(&input), body(&output));
            assert_eq!((before.len(), after.len()), (1, 1));
            let up = before[0][0].0 - 1;
            assert_eq!(after[0], before[0].iter().map(|&(row, col)| (row - up, col)).collect::<Vec<_>>());
            assert!(up > 0 && input.at(before[0][0]) == output.at(after[0][0]));
        });
    }

    #[test]
    fn the_bars_are_the_same_and_rise() {
        each("sort-columns", |input, output| {
            let columns = |grid: &Grid| (0..grid.cols()).map(|col| column(grid, col)).collect::<Vec<_>>();
            let (mut before, mut after) = (columns(input), columns(output));
            let heights: Vec<usize> = after.iter().map(|bar| bar.iter().filter(|&&cell| cell != 0).count()).collect();
            assert!(heights.windows(2).all(|two| two[0] < two[1]) && heights[0] > 0);
            before.sort_unstable();
            after.sort_unstable();
            assert_eq!(before, after);
        });
    }
}
