//! Objects: measured, compared, cut out, cleaned of noise.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::sketch::{Layout, Shape, colour, side, until};
use crate::board::arc::Grid;

/// Objects of one colour; each gets the colour that is its number of cells, 1 to 9.
pub(super) fn recolour_by_size(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let mut layout = Layout::new(side(largest, 5, rng), side(largest, 5, rng), 1);
        let mut output = layout.grid.clone();
        let paint = colour(&[], rng);
        for _ in 0..rng.random_range(2..=4 + layout.grid.cells().len() / 40) {
            // At most 9 cells, the last colour.
            let shape = Shape::connected(rng.random_range(1..=9), 3, rng);
            if let Some(place) = layout.place(&shape, paint, rng) {
                shape.stamp(&mut output, place, shape.cells.len() as u8);
            }
        }
        (layout.grid != output).then_some((layout.grid, output))
    })
}

/// Objects of which one has more cells than any other; the output is that one in its box.
pub(super) fn crop_largest(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let mut layout = Layout::new(side(largest, 5, rng), side(largest, 5, rng), 1);
        let most = (layout.grid.rows().min(layout.grid.cols()) - 2).min(7);
        let shape = Shape::connected(rng.random_range(3..=most * 2), most, rng);
        let paint = colour(&[], rng);
        layout.place(&shape, paint, rng)?;
        let mut others = 0;
        for _ in 0..rng.random_range(1..=3 + layout.grid.cells().len() / 50) {
            let other = Shape::connected(rng.random_range(1..shape.cells.len()), most, rng);
            let paint = colour(&[], rng);
            others += usize::from(layout.place(&other, paint, rng).is_some());
        }
        (others > 0).then_some((layout.grid, shape.cut(paint)))
    })
}

/// Objects of any colours, all of one shape but one; the output is that one in its box.
pub(super) fn odd_one_out(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let mut layout = Layout::new(side(largest, 5, rng), side(largest, 5, rng), 1);
        let most = if layout.grid.rows().min(layout.grid.cols()) < 8 { 2 } else { 3 };
        let any = |rng: &mut ChaCha8Rng| Shape::connected(rng.random_range(1..=most * 2), most, rng);
        let (odd, usual) = (any(rng), any(rng));
        let paint = colour(&[], rng);
        layout.place(&odd, paint, rng)?;
        let mut others = 0;
        for _ in 0..rng.random_range(2..=3 + layout.grid.cells().len() / 60) {
            let paint = colour(&[], rng);
            others += usize::from(layout.place(&usual, paint, rng).is_some());
        }
        // One other would leave open which of the two is odd.
        (others > 1 && odd != usual).then_some((layout.grid, odd.cut(paint)))
    })
}

/// Rectangles of at least two by two, and single cells that go.
pub(super) fn denoise(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let mut layout = Layout::new(side(largest, 5, rng), side(largest, 5, rng), 1);
        let area = layout.grid.cells().len();
        for _ in 0..rng.random_range(1..=1 + area / 50) {
            let rectangle = Shape::rectangle(rng.random_range(2..=6), rng.random_range(2..=6));
            let paint = colour(&[], rng);
            layout.place(&rectangle, paint, rng);
        }
        let output = layout.grid.clone();
        for _ in 0..rng.random_range(1..=3 + area / 20) {
            let paint = colour(&[], rng);
            layout.place(&Shape::rectangle(1, 1), paint, rng);
        }
        (output.count(0) < area && layout.grid != output).then_some((layout.grid, output))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{each, objects};
    use super::*;

    #[test]
    fn the_colour_is_the_size() {
        each("recolour-by-size", |input, output| {
            let mut expected = Grid::blank(input.rows(), input.cols());
            for object in objects(input) {
                object.iter().for_each(|&place| expected.put(place, object.len() as u8));
            }
            assert_eq!(*output, expected);
            assert!(objects(input).len() > 1 || input.rows().min(input.cols()) < 8);
        });
    }

    #[test]
    fn the_largest_object_is_cut_out() {
        each("crop-largest", |input, output| {
            let mut found = objects(input);
            found.sort_by_key(|object| std::cmp::Reverse(object.len()));
            assert!(found.len() > 1 && found[0].len() > found[1].len());
            assert_eq!(*output, Shape::of(found[0].clone()).cut(input.at(found[0][0])));
        });
    }

    #[test]
    fn the_odd_shape_is_cut_out() {
        each("odd-one-out", |input, output| {
            let found = objects(input);
            let shape = |object: &Vec<(usize, usize)>| Shape::of(object.clone());
            let alone =
                |object: &&Vec<(usize, usize)>| found.iter().filter(|other| shape(other) == shape(object)).count() == 1;
            let odd: Vec<_> = found.iter().filter(alone).collect();
            assert!(odd.len() == 1 && found.len() > 2);
            let usual = found.iter().find(|&object| object != odd[0]).unwrap();
            assert!(found.iter().all(|object| object == odd[0] || shape(object) == shape(usual)));
            assert_eq!(*output, shape(odd[0]).cut(input.at(odd[0][0])));
        });
    }

    #[test]
    fn single_cells_go() {
        each("denoise", |input, output| {
            for place in input.places() {
                let alone = input.around(place).all(|near| input.at(near) == 0);
                assert_eq!(output.at(place), if alone { 0 } else { input.at(place) });
            }
            assert!(output.count(0) < output.cells().len());
        });
    }
}
