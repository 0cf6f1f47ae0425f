//! A maze from a picture: dark cells are walls, a green one the start, a red one the goal.

use super::{BoardError, Cell, Maze, SIDES};

/// Why a picture is no maze.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Mazes are square.
    #[error("the picture has {width} x {height} pixels, and mazes are square: cut it to the maze")]
    NotSquare {
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
    },
    /// Fewer pixels than cells.
    #[error("a picture of {pixels} x {pixels} pixels cannot show {side} x {side} cells: ask for fewer")]
    TooSmall {
        /// Pixels along one side.
        pixels: usize,
        /// Cells along one side.
        side: usize,
    },
    /// No maze has such a side.
    #[error(transparent)]
    Board(#[from] BoardError),
}

/// How a picture is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Cells along one side.
    pub side: usize,
    /// Darker cells are walls, `0` black to `1` white.
    pub threshold: f32,
    /// Lighter cells are walls instead.
    pub light_walls: bool,
}

/// A square picture, each pixel red, green, blue within `0..=1`, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pixels: usize,
    colours: Vec<[f32; 3]>,
}

impl Picture {
    /// From bytes of red, green, blue and opacity; what is not opaque lies on white. Sides may differ by a twentieth.
    ///
    /// # Errors
    /// A picture that is not square.
    pub fn new(width: usize, height: usize, rgba: &[u8]) -> Result<Self, PictureError> {
        let pixels = width.min(height);
        if pixels == 0 || width.abs_diff(height) * 20 > pixels || rgba.len() < width * height * 4 {
            return Err(PictureError::NotSquare { width, height });
        }
        let on_white = |pixel: &[u8]| {
            let opacity = f32::from(pixel[3]) / 255.0;
            [0, 1, 2].map(|i| 1.0 - opacity + opacity * f32::from(pixel[i]) / 255.0)
        };
        let at = |row: usize, column: usize| {
            let (row, column) = (row * height / pixels, column * width / pixels);
            on_white(&rgba[(row * width + column) * 4..][..4])
        };
        let colours = (0..pixels * pixels).map(|i| at(i / pixels, i % pixels)).collect();
        Ok(Self { pixels, colours })
    }

    /// What the picture seems to be: the fewest cells whose middles are of one colour each, with a threshold between its dark and
    /// its light; edges between cells may be lines or blurred.
    pub fn guess(&self) -> Reading {
        let light: Vec<f32> = self.colours.iter().map(|colour| lightness(*colour)).collect();
        let threshold = between(&light);
        let sides = SIDES.filter(|side| *side <= self.pixels);
        let spread = |side: usize| {
            let cells = (0..side * side).map(|cell| {
                let (count, sum, squares) = self.middle(side, cell).fold((0.0, 0.0, 0.0), |(n, sum, squares), at| {
                    (n + 1.0, sum + light[at], squares + light[at] * light[at])
                });
                squares / count - (sum / count) * (sum / count)
            });
            cells.sum::<f32>() / (side * side) as f32
        };
        let spreads: Vec<(usize, f32)> = sides.map(|side| (side, spread(side))).collect();
        let least = spreads.iter().map(|(_, spread)| *spread).fold(f32::INFINITY, f32::min);
        // A multiple of the right number is as good; a wrong one mixes dark and light in many cells.
        let side = spreads.iter().find(|(_, spread)| *spread <= least * 1.5 + 0.004).map_or(9, |(side, _)| *side);
        Reading { side, threshold, light_walls: false }
    }

    /// The maze; it may lack start and goal, which a person then puts.
    ///
    /// # Errors
    /// A side that no maze has, or more cells than pixels.
    pub fn read(&self, reading: Reading) -> Result<Maze, PictureError> {
        let Reading { side, threshold, light_walls } = reading;
        if !SIDES.contains(&side) {
            return Err(BoardError::Side(side).into());
        }
        if side > self.pixels {
            return Err(PictureError::TooSmall { pixels: self.pixels, side });
        }
        let means: Vec<[f32; 3]> = (0..side * side).map(|cell| self.mean(side, cell)).collect();
        let most = |channel: usize| {
            let colourful = |mean: &[f32; 3]| {
                let others = (0..3).filter(|i| *i != channel).map(|i| mean[i]).fold(0.0, f32::max);
                mean[channel] - others
            };
            let best = (0..means.len()).max_by(|a, b| colourful(&means[*a]).total_cmp(&colourful(&means[*b])))?;
            (colourful(&means[best]) > 0.2).then_some(best)
        };
        let (goal, start) = (most(0), most(1));
        let cells = means.iter().enumerate().map(|(cell, mean)| match () {
            () if start == Some(cell) => Cell::Start,
            () if goal == Some(cell) => Cell::Goal,
            () if (lightness(*mean) < threshold) != light_walls => Cell::Wall,
            () => Cell::Open,
        });
        Ok(Maze::draft(side, cells.collect())?)
    }

    /// The pixels in the middle half of a cell, or its one pixel.
    fn middle(&self, side: usize, cell: usize) -> impl Iterator<Item = usize> {
        let span = |at: usize| {
            let (from, to) = (at * self.pixels / side, (at + 1) * self.pixels / side);
            let edge = (to - from) / 4;
            from + edge..to - edge
        };
        let (columns, pixels) = (span(cell % side), self.pixels);
        span(cell / side).flat_map(move |row| columns.clone().map(move |column| row * pixels + column))
    }

    fn mean(&self, side: usize, cell: usize) -> [f32; 3] {
        let mut sum = [0.0; 3];
        let mut count = 0.0f32;
        for at in self.middle(side, cell) {
            (0..3).for_each(|i| sum[i] += self.colours[at][i]);
            count += 1.0;
        }
        sum.map(|sum| sum / count.max(1.0))
    }
}

/// How light a colour looks (Rec. 709).
fn lightness([r, g, b]: [f32; 3]) -> f32 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// The threshold that parts the dark from the light with the least spread on either side (Otsu's).
fn between(light: &[f32]) -> f32 {
    let mut counts = [0.0f64; 64];
    light.iter().for_each(|value| counts[((value * 63.0).round() as usize).min(63)] += 1.0);
    let total: f64 = counts.iter().sum();
    let whole: f64 = counts.iter().enumerate().map(|(i, count)| i as f64 * count).sum();
    let (mut below, mut sum, mut best) = (0.0, 0.0, (0.0, 0, 0));
    for (i, count) in counts.iter().enumerate() {
        below += count;
        sum += i as f64 * count;
        let above = total - below;
        if below > 0.0 && above > 0.0 {
            let apart = below * above * (sum / below - (whole - sum) / above).powi(2);
            if apart > best.0 * (1.0 + 1e-9) {
                best = (apart, i, i);
            } else if apart >= best.0 * (1.0 - 1e-9) {
                best.2 = i;
            }
        }
    }
    // In the middle of an empty stretch.
    (best.1 + best.2 + 1) as f32 / 2.0 / 63.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::super::{MazeKind, generate};
    use super::*;

    /// A maze as people draw them: `size` pixels a cell, with lines between the cells when there is room.
    fn drawn(maze: &Maze, size: usize, lines: bool, [wall, open]: [u8; 2]) -> (usize, Vec<u8>) {
        let pixels = maze.side() * size;
        let mut rgba = Vec::new();
        for at in 0..pixels * pixels {
            let (row, column) = (at / pixels, at % pixels);
            let cell = maze.get(row / size * maze.side() + column / size);
            let line = lines && size > 5 && (row % size == 0 || column % size == 0);
            rgba.extend(match cell {
                _ if line => [128, 128, 128, 255],
                Some(Cell::Wall) => [wall, wall, wall, 255],
                Some(Cell::Start) => [30, 190, 60, 255],
                Some(Cell::Goal) => [220, 40, 40, 255],
                _ => [open, open, open, 255],
            });
        }
        (pixels, rgba)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_drawn_maze_is_read_back(seed in 0u64..1000, side in 5usize..31, size in 1usize..12, lines: bool) {
            let kind = MazeKind::ALL[seed as usize % 3];
            let maze = generate(side, kind, kind.usual_length(side), &mut ChaCha8Rng::seed_from_u64(seed));
            prop_assume!(maze.is_ok());
            let maze = maze.unwrap().maze;
            let (pixels, rgba) = drawn(&maze, size, lines, [20, 235]);
            let picture = Picture::new(pixels, pixels, &rgba).unwrap();
            let reading = Reading { side, ..picture.guess() };
            prop_assert_eq!(picture.read(reading).unwrap(), maze.clone());
            let (_, rgba) = drawn(&maze, size, lines, [235, 20]);
            let picture = Picture::new(pixels, pixels, &rgba).unwrap();
            let reading = Reading { light_walls: true, side, ..picture.guess() };
            prop_assert_eq!(picture.read(reading).unwrap(), maze);
        }
    }

    #[test]
    fn the_number_of_cells_is_guessed() {
        for side in [5, 9, 15, 21, 30] {
            let mut rng = ChaCha8Rng::seed_from_u64(side as u64);
            let maze = generate(side, MazeKind::Obstacles, 4..=side * 2, &mut rng).unwrap();
            for (size, lines) in [(1, false), (4, false), (9, true), (20, true)] {
                let (pixels, rgba) = drawn(&maze.maze, size, lines, [0, 255]);
                let guess = Picture::new(pixels, pixels, &rgba).unwrap().guess();
                assert_eq!(guess.side, side, "{size} pixels a cell");
            }
        }
    }

    #[test]
    fn what_is_no_maze_says_why() {
        let error = Picture::new(100, 50, &[0; 20_000]).unwrap_err().to_string();
        assert!(error.contains("100 x 50") && error.contains("square"), "{error}");
        assert!(Picture::new(0, 0, &[]).is_err() && Picture::new(9, 9, &[0; 4]).is_err());
        let picture = Picture::new(8, 8, &[255; 256]).unwrap();
        let reading = picture.guess();
        assert!(picture.read(Reading { side: 9, ..reading }).unwrap_err().to_string().contains("8 x 8"));
        assert!(picture.read(Reading { side: 99, ..reading }).is_err());
        // Nothing but white: an empty board without ends.
        let maze = picture.read(Reading { side: 5, ..reading }).unwrap();
        assert!(maze.start().is_none() && maze.cells().iter().all(|cell| *cell == Cell::Open));
    }
}
