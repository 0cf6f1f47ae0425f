//! Areas: enclosed, flooded, outlined, hollowed.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::sketch::{Layout, Shape, colour, side, until};
use crate::board::arc::Grid;

/// What `fill_enclosed` fills with.
const FILL: u8 = 4;
/// What `outline` draws with.
const OUTLINE: u8 = 3;

/// Rectangular outlines, some with a gap; the inside of the closed ones becomes [`FILL`].
pub(super) fn fill_enclosed(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let mut layout = Layout::new(side(largest, 5, rng), side(largest, 5, rng), 1);
        let most = (layout.grid.rows().min(layout.grid.cols()) - 1).min(8);
        let mut insides = Vec::new();
        for _ in 0..rng.random_range(1..=2 + layout.grid.cells().len() / 60) {
            let (rows, cols) = (rng.random_range(3..=most), rng.random_range(3..=most));
            let outline = Shape::outline(rows, cols);
            let paint = colour(&[FILL], rng);
            let Some((top, left)) = layout.place(&outline, paint, rng) else {
                continue;
            };
            match rng.random_bool(0.25) {
                true => {
                    // Not in a corner, where a gap would lead nowhere.
                    let (down, across) = (rng.random_range(1..rows - 1), rng.random_range(1..cols - 1));
                    let gaps = [(0, across), (rows - 1, across), (down, 0), (down, cols - 1)];
                    let (row, col) = gaps[rng.random_range(0..gaps.len())];
                    layout.grid.put((top + row, left + col), 0);
                }
                false => insides.push(((top + 1, left + 1), (rows - 2, cols - 2))),
            }
        }
        let mut output = layout.grid.clone();
        insides.iter().for_each(|&(place, size)| output.paint(place, size, FILL));
        (!insides.is_empty()).then_some((layout.grid, output))
    })
}

/// Full rows and columns of one colour are walls; a room with a seed takes the seed's colour.
pub(super) fn flood_rooms(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let (rows, cols) = (side(largest, 5, rng), side(largest, 5, rng));
        let (down, across) = (bands(rows, rng), bands(cols, rng));
        let wall = colour(&[], rng);
        let mut input = Grid::draw(rows, cols, |_| wall);
        let mut output = input.clone();
        for &(top, height) in &down {
            for &(left, width) in &across {
                let seed = if rng.random_bool(0.5) { colour(&[wall], rng) } else { 0 };
                input.paint((top, left), (height, width), 0);
                input.put((top + rng.random_range(0..height), left + rng.random_range(0..width)), seed);
                output.paint((top, left), (height, width), seed);
            }
        }
        (down.len() * across.len() > 1 && input != output).then_some((input, output))
    })
}

/// Parts `lines` by walls of one line into bands `(start, lines)`.
fn bands(lines: usize, rng: &mut ChaCha8Rng) -> Vec<(usize, usize)> {
    let (mut bands, mut start) = (Vec::new(), 0);
    while start < lines {
        let left = lines - start;
        let mut size = rng.random_range(1..=left.min(8));
        // A wall on the edge would be a wall without a room behind it.
        if size + 1 == left {
            size = left;
        }
        bands.push((start, size));
        start += size + 1;
    }
    bands
}

/// Objects well apart, each with its background neighbours painted in [`OUTLINE`].
pub(super) fn outline(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    let mut layout = Layout::new(side(largest, 5, rng), side(largest, 5, rng), 2);
    for _ in 0..rng.random_range(1..=2 + layout.grid.cells().len() / 50) {
        let shape = Shape::connected(rng.random_range(1..=6), 3, rng);
        // Where there is no room left, one object less is drawn.
        let paint = colour(&[OUTLINE], rng);
        layout.place(&shape, paint, rng);
    }
    let input = layout.grid;
    let outlined = |place| match input.at(place) {
        0 if input.around(place).any(|near| input.at(near) != 0) => OUTLINE,
        own => own,
    };
    let output = Grid::draw(input.rows(), input.cols(), outlined);
    (input, output)
}

/// Filled rectangles lose their insides; those of less than three rows or columns have none.
pub(super) fn hollow(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid) {
    until(rng, |rng| {
        let mut layout = Layout::new(side(largest, 5, rng), side(largest, 5, rng), 1);
        let mut output = layout.grid.clone();
        let most = (layout.grid.rows().min(layout.grid.cols())).min(9);
        for _ in 0..rng.random_range(1..=2 + layout.grid.cells().len() / 60) {
            let (rows, cols) = (rng.random_range(1..=most), rng.random_range(1..=most));
            let paint = colour(&[], rng);
            if let Some(place) = layout.place(&Shape::rectangle(rows, cols), paint, rng) {
                Shape::outline(rows, cols).stamp(&mut output, place, paint);
            }
        }
        (layout.grid != output).then_some((layout.grid, output))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::each;
    use super::*;

    /// Cells that share a side, inside the grid.
    fn beside(grid: &Grid, (row, col): (usize, usize)) -> Vec<(usize, usize)> {
        grid.around((row, col)).filter(|&(r, c)| r == row || c == col).collect()
    }

    /// All places that can be walked to from the starts over places that are free.
    fn reach(grid: &Grid, starts: Vec<(usize, usize)>, free: impl Fn((usize, usize)) -> bool) -> Vec<(usize, usize)> {
        let mut found: Vec<_> = starts.into_iter().filter(|&place| free(place)).collect();
        let mut next = 0;
        while next < found.len() {
            for place in beside(grid, found[next]) {
                if free(place) && !found.contains(&place) {
                    found.push(place);
                }
            }
            next += 1;
        }
        found
    }

    #[test]
    fn filled_is_what_cannot_be_reached_from_the_edge() {
        each("fill-enclosed", |input, output| {
            let edge = |&(row, col): &(usize, usize)| {
                row == 0 || col == 0 || row + 1 == input.rows() || col + 1 == input.cols()
            };
            let outside = reach(input, input.places().filter(edge).collect(), |place| input.at(place) == 0);
            for place in input.places() {
                let expected = match input.at(place) {
                    0 if !outside.contains(&place) => FILL,
                    own => own,
                };
                assert_eq!(output.at(place), expected, "{place:?}");
            }
            assert_eq!(input.count(FILL), 0);
        });
    }

    #[test]
    fn a_room_has_its_seeds_colour() {
        each("flood-rooms", |input, output| {
            let is_wall = |line: &[u8]| line[0] != 0 && line.iter().all(|&cell| cell == line[0]);
            let columns: Vec<Vec<u8>> =
                (0..input.cols()).map(|col| (0..input.rows()).map(|row| input.at((row, col))).collect()).collect();
            let walls: Vec<u8> = input
                .lines()
                .chain(columns.iter().map(Vec::as_slice))
                .filter(|line| is_wall(line))
                .map(|line| line[0])
                .collect();
            assert!(walls.iter().all(|&wall| wall == walls[0]));
            for place in input.places() {
                let room = reach(input, vec![place], |place| input.at(place) != walls[0]);
                let seeds: Vec<u8> = room.iter().map(|&place| input.at(place)).filter(|&seed| seed != 0).collect();
                match (room.is_empty(), &seeds[..]) {
                    (true, _) => assert_eq!(output.at(place), walls[0]),
                    (_, []) => assert_eq!(output.at(place), 0),
                    (_, seeds) => assert_eq!((output.at(place), seeds.len()), (seeds[0], 1)),
                }
            }
        });
    }

    #[test]
    fn an_outline_is_where_an_object_is_near() {
        each("outline", |input, output| {
            for place in input.places() {
                let near = input.around(place).any(|near| input.at(near) != 0);
                let expected = if input.at(place) == 0 && near { OUTLINE } else { input.at(place) };
                assert_eq!(output.at(place), expected);
            }
            assert_eq!(input.count(OUTLINE), 0);
        });
    }

    #[test]
    fn hollow_is_what_had_eight_neighbours() {
        each("hollow", |input, output| {
            for place in input.places() {
                let inside = input.around(place).filter(|&near| input.at(near) != 0).count() == 8;
                assert_eq!(output.at(place), if inside { 0 } else { input.at(place) });
            }
        });
    }
}
