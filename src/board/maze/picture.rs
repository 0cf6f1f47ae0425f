//! A maze from a picture: dark cells are walls, a green one the start, a red one the goal.

use std::ops::Range;

use super::{BoardError, Cell, Maze, SIDES};

/// The most pixels along one side that are kept: sixteen for each cell of the largest maze.
const MOST_PIXELS: usize = 1024;
/// Cells of fewer pixels are drawn one by one, and have no margin.
const LEAST_CELL: f32 = 4.0;
/// Colours that differ less are the same.
const SAME: f32 = 0.1;

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
    /// A margin of one colour is left out, where there is one.
    pub cropped: bool,
}

/// A square picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// All of it; where that is not square, what lies within its margin.
    whole: Square,
    /// What lies within a margin of one colour, where that is square too.
    inner: Option<Inner>,
}

/// What lies within a margin.
#[derive(Debug, Clone, PartialEq)]
struct Inner {
    square: Square,
    /// The pixels above, below, left and right of it.
    margins: [usize; 4],
}

impl Picture {
    /// From bytes of red, green, blue and opacity; what is not opaque lies on white. Sides may differ by a twentieth.
    ///
    /// # Errors
    /// A picture that is not square, nor is within a margin of one colour.
    pub fn new(width: usize, height: usize, rgba: &[u8]) -> Result<Self, PictureError> {
        let wrong = PictureError::NotSquare { width, height };
        if rgba.len() < width * height * 4 {
            return Err(wrong);
        }
        let bitmap = Bitmap { width, height, rgba };
        let inner = bitmap.within_margin().and_then(|(rows, columns)| {
            let margins = [rows.start, height - rows.end, columns.start, width - columns.end];
            Some(Inner { square: bitmap.square(rows, columns)?, margins })
        });
        match (bitmap.square(0..height, 0..width), inner) {
            (Some(whole), inner) => Ok(Self { whole, inner }),
            (None, Some(inner)) => Ok(Self { whole: inner.square, inner: None }),
            (None, None) => Err(wrong),
        }
    }

    /// Whether it has a margin of one colour that can be read or left out.
    pub fn has_margin(&self) -> bool {
        self.inner.is_some()
    }

    /// What the picture seems to be: the fewest cells whose middles are of one colour each, with a threshold between its dark and
    /// its light; edges between cells may be lines or blurred. Its margin is left out where it was not drawn as cells.
    pub fn guess(&self) -> Reading {
        let whole = self.whole.guess();
        let cropped = self.inner.as_ref().map(|inner| (inner, inner.square.guess()));
        match cropped.filter(|(inner, cropped)| self.is_margin(whole, inner, *cropped)) {
            Some((_, cropped)) => cropped.reading(true),
            None => whole.reading(false),
        }
    }

    /// The guess with or without the margin.
    pub fn guess_cropped(&self, cropped: bool) -> Reading {
        self.square(cropped).guess().reading(cropped)
    }

    /// The maze; it may lack start and goal, which a person then puts.
    ///
    /// # Errors
    /// A side that no maze has, or more cells than pixels.
    pub fn read(&self, reading: Reading) -> Result<Maze, PictureError> {
        self.square(reading.cropped).read(reading)
    }

    fn square(&self, cropped: bool) -> &Square {
        self.inner.as_ref().filter(|_| cropped).map_or(&self.whole, |inner| &inner.square)
    }

    /// Whether a margin was not drawn as cells: it is no whole number of those within, which are as clear as any without it.
    /// Whole cells it may be; then walls stand all around what is within, and it is none of them.
    fn is_margin(&self, whole: Guess, inner: &Inner, cropped: Guess) -> bool {
        let cell = inner.square.size as f32 / cropped.side as f32;
        let larger = cell * whole.side as f32 > 1.1 * self.whole.size as f32;
        // Several cells may look like one by chance; as clear as they are alone they do not.
        let clear = cropped.spread <= whole.spread + if larger { 1e-6 } else { 0.004 };
        let of_cells = inner.margins.iter().all(|margin| {
            let cells = *margin as f32 / cell;
            (cells - cells.round()).abs() < 0.1
        });
        cell >= LEAST_CELL && clear && (!of_cells || self.is_enclosed(cropped.reading(true)))
    }

    fn is_enclosed(&self, cropped: Reading) -> bool {
        let light = self.whole.colours.first().is_some_and(|colour| lightness(*colour) >= cropped.threshold);
        let Ok(maze) = self.read(cropped) else { return false };
        let (side, last) = (maze.side(), maze.side() - 1);
        let at_edge = |cell: usize| [cell / side, cell % side].iter().any(|at| *at == 0 || *at == last);
        light && maze.cells().iter().enumerate().all(|(at, cell)| !at_edge(at) || *cell != Cell::Open)
    }
}

/// A picture as it came: bytes of red, green, blue and opacity, row by row.
struct Bitmap<'a> {
    width: usize,
    height: usize,
    rgba: &'a [u8],
}

impl Bitmap<'_> {
    /// The colour of a pixel; what is not opaque lies on white.
    fn colour(&self, row: usize, column: usize) -> [f32; 3] {
        let pixel = &self.rgba[(row * self.width + column) * 4..][..4];
        let opacity = f32::from(pixel[3]) / 255.0;
        [0, 1, 2].map(|i| 1.0 - opacity + opacity * f32::from(pixel[i]) / 255.0)
    }

    /// A part of it; None if that is not square but for a twentieth.
    fn square(&self, rows: Range<usize>, columns: Range<usize>) -> Option<Square> {
        let (height, width) = (rows.len(), columns.len());
        let size = width.min(height);
        if size == 0 || width.abs_diff(height) * 20 > size {
            return None;
        }
        let pixels = size.min(MOST_PIXELS);
        let colour = |at: usize| {
            let (row, column) = (at / pixels * height / pixels, at % pixels * width / pixels);
            self.colour(rows.start + row, columns.start + column)
        };
        Some(Square { size, pixels, colours: (0..pixels * pixels).map(colour).collect() })
    }

    /// The rows and columns within a margin of one colour, that of all corners; None without a margin, or with nothing in it.
    fn within_margin(&self) -> Option<(Range<usize>, Range<usize>)> {
        let (bottom, right) = (self.height.checked_sub(1)?, self.width.checked_sub(1)?);
        let ground = self.colour(0, 0);
        let plain = |row: usize, column: usize| {
            self.colour(row, column).iter().zip(ground).all(|(one, other)| (one - other).abs() < SAME)
        };
        if !(plain(0, right) && plain(bottom, 0) && plain(bottom, right)) {
            return None;
        }
        let marked_row = |row: &usize| (0..self.width).any(|column| !plain(*row, column));
        let rows = (0..self.height).find(marked_row)?..(0..self.height).rfind(marked_row)? + 1;
        let marked_column = |column: &usize| rows.clone().any(|row| !plain(row, *column));
        let columns = (0..self.width).find(marked_column)?..(0..self.width).rfind(marked_column)? + 1;
        (rows.len() < self.height || columns.len() < self.width).then_some((rows, columns))
    }
}

/// A square of pixels, each red, green, blue within `0..=1`, row by row.
#[derive(Debug, Clone, PartialEq)]
struct Square {
    /// Pixels along one side in the picture.
    size: usize,
    /// Those that are kept.
    pixels: usize,
    colours: Vec<[f32; 3]>,
}

/// What a square seems to be.
#[derive(Debug, Clone, Copy)]
struct Guess {
    side: usize,
    threshold: f32,
    /// How much the colours differ in the middles of cells.
    spread: f64,
}

impl Guess {
    fn reading(self, cropped: bool) -> Reading {
        Reading { side: self.side, threshold: self.threshold, light_walls: false, cropped }
    }
}

impl Square {
    fn guess(&self) -> Guess {
        let light: Vec<f32> = self.colours.iter().map(|colour| lightness(*colour)).collect();
        let threshold = between(&light);
        let sides = SIDES.filter(|side| *side <= self.pixels);
        let spread = |side: usize| {
            let cells = (0..side * side).map(|cell| {
                let (count, sum, squares) = self.middle(side, cell).fold((0.0, 0.0, 0.0), |(n, sum, squares), at| {
                    let light = f64::from(light[at]);
                    (n + 1.0, sum + light, squares + light * light)
                });
                squares / count - (sum / count) * (sum / count)
            });
            cells.sum::<f64>() / (side * side) as f64
        };
        let spreads: Vec<(usize, f64)> = sides.map(|side| (side, spread(side))).collect();
        let least = spreads.iter().map(|(_, spread)| *spread).fold(f64::INFINITY, f64::min);
        // A multiple of the right number is as good; a wrong one mixes dark and light in many cells.
        let found = spreads.iter().find(|(_, spread)| *spread <= least * 1.5 + 0.004);
        let (side, spread) = found.copied().unwrap_or((9, f64::INFINITY));
        Guess { side, threshold, spread }
    }

    fn read(&self, reading: Reading) -> Result<Maze, PictureError> {
        let Reading { side, threshold, light_walls, .. } = reading;
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
mod tests;
