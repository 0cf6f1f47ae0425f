//! ARC grids as tokens on a square canvas: 0 padding, 1 end of the grid, `c + 2` the colour c.
//!
//! A grid lies somewhere on the canvas; the row below it and the column right of it hold [`EOS`] where they are inside,
//! the corner between the two stays [`PAD`], as everything else. ARC's canvas has side 30; a model for smaller grids
//! has a smaller one.

mod poll;
mod variant;
mod vote;

pub use poll::{Poll, Vote, Voter, voters, words};
pub use variant::{MOST_VARIANTS, Variant, VariantError, variants};
pub use vote::{Candidate, InputScore, Pass, Score, Votes};

use std::ops::RangeInclusive;

use rand::{Rng, RngExt};

use super::{Example, IGNORE};
use crate::board::arc::{COLOURS, Grid, LARGEST, Pair};

/// The token outside the grid.
pub const PAD: i32 = 0;
/// The token that ends a grid's columns (below) and rows (right).
pub const EOS: i32 = 1;
/// Number of tokens: padding, end, ten colours.
pub const VOCABULARY: usize = 12;

/// A pair that does not fit on the canvas.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// No such canvas.
    #[error("a canvas has side 1 to {LARGEST}, not {0}")]
    Canvas(usize),
    /// The larger of the two grids does not fit at the offset.
    #[error(
        "{rows} rows and {cols} columns at row {}, column {} do not fit on a canvas of side {side}: \
         use a smaller offset or a model with a longer sequence", offset.0, offset.1
    )]
    TooLarge {
        /// The most rows of input and output.
        rows: usize,
        /// The most columns of input and output.
        cols: usize,
        /// The canvas's side.
        side: usize,
        /// Where the top left cell was to be, `(row, column)` counted from 0.
        offset: (usize, usize),
    },
}

/// The side of the canvas that a model with this sequence length and vocabulary works on; `None` for other tasks' models.
pub fn side_for(seq_len: usize, vocabulary: usize) -> Option<usize> {
    (1..=LARGEST).find(|side| side * side == seq_len && vocabulary == VOCABULARY)
}

/// The colour that a token stands for; `None` for padding, end and what is no token.
pub fn colour(token: i32) -> Option<u8> {
    token.checked_sub(2).and_then(|colour| u8::try_from(colour).ok()).filter(|&colour| colour < COLOURS)
}

/// The offsets `(rows, columns)` at which both grids of a pair fit on the canvas; `None` if they never do.
pub fn offsets(pair: &Pair, side: usize) -> Option<(RangeInclusive<usize>, RangeInclusive<usize>)> {
    let (rows, cols) = extent(pair);
    (side <= LARGEST).then_some(())?;
    Some((0..=side.checked_sub(rows)?, 0..=side.checked_sub(cols)?))
}

/// A random one of the [`offsets`].
pub fn random_offset(pair: &Pair, side: usize, rng: &mut impl Rng) -> Option<(usize, usize)> {
    let (rows, cols) = offsets(pair, side)?;
    Some((rng.random_range(rows), rng.random_range(cols)))
}

/// The tokens `[side * side]` of one grid whose top left cell is at `offset`, `(row, column)` counted from 0.
///
/// # Errors
/// [`EncodeError`] when the grid does not fit there.
pub fn encode_grid(grid: &Grid, side: usize, offset: (usize, usize)) -> Result<Vec<i32>, EncodeError> {
    check(grid.rows(), grid.cols(), side, offset)?;
    let mut tokens = vec![PAD; side * side];
    let (below, right) = (offset.0 + grid.rows(), offset.1 + grid.cols());
    for (row, line) in (offset.0..).zip(grid.lines()) {
        let start = row * side;
        let place = &mut tokens[start + offset.1..start + right];
        place.iter_mut().zip(line).for_each(|(token, &colour)| *token = i32::from(colour) + 2);
        if right < side {
            tokens[start + right] = EOS;
        }
    }
    if below < side {
        tokens[below * side + offset.1..below * side + right].fill(EOS);
    }
    Ok(tokens)
}

/// A pair as the model sees it: both grids at one offset, the padding of the answer not counted. Without an output no
/// label counts.
///
/// # Errors
/// [`EncodeError`] when the larger of the two grids does not fit there.
pub fn encode(pair: &Pair, side: usize, offset: (usize, usize), puzzle_id: i32) -> Result<Example, EncodeError> {
    let (rows, cols) = extent(pair);
    check(rows, cols, side, offset)?;
    let inputs = encode_grid(&pair.input, side, offset)?;
    let mut labels = match &pair.output {
        Some(output) => encode_grid(output, side, offset)?,
        None => vec![PAD; side * side],
    };
    labels.iter_mut().filter(|label| **label == PAD).for_each(|label| *label = IGNORE);
    Ok(Example { inputs, labels, puzzle_id })
}

/// The grid that tokens `[side * side]` show: the largest rectangle of colours in the top left corner, of equal ones the
/// one with fewer rows, as the public evaluation reads it. `None` when the first token is no colour; so a grid at an
/// offset is not found, and evaluation places its questions without one. Missing tokens are padding.
pub fn decode(tokens: &[i32], side: usize) -> Option<Grid> {
    let side = side.min(LARGEST);
    let at = |row: usize, col: usize| colour(tokens.get(row * side + col).copied().unwrap_or(PAD));
    // As rows are added, the rectangle's width is that of the shortest run so far.
    let (mut width, mut best) = (side, (0, 0));
    for row in 0..side {
        width = (0..width).find(|&col| at(row, col).is_none()).unwrap_or(width);
        if (row + 1) * width > best.0 * best.1 {
            best = (row + 1, width);
        }
    }
    let cells = (0..best.0).flat_map(|row| (0..best.1).filter_map(move |col| at(row, col)));
    Grid::new(best.0, best.1, cells.collect()).ok()
}

/// The most rows and the most columns of a pair's grids.
fn extent(pair: &Pair) -> (usize, usize) {
    let output = pair.output.as_ref().map_or((1, 1), |grid| (grid.rows(), grid.cols()));
    (pair.input.rows().max(output.0), pair.input.cols().max(output.1))
}

fn check(rows: usize, cols: usize, side: usize, offset: (usize, usize)) -> Result<(), EncodeError> {
    if !(1..=LARGEST).contains(&side) {
        return Err(EncodeError::Canvas(side));
    }
    let fits = |lines: usize, offset: usize| offset.checked_add(lines).is_some_and(|end| end <= side);
    match fits(rows, offset.0) && fits(cols, offset.1) {
        true => Ok(()),
        false => Err(EncodeError::TooLarge { rows, cols, side, offset }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::arc::tests::any_grid;
    use proptest::prelude::*;

    #[test]
    fn the_canvas_of_the_public_builder() {
        let grid: Grid = "01 95".parse().unwrap();
        #[rustfmt::skip]
        let expected = [
            0, 0, 0, 0,
            0, 2, 3, 1,
            0, 11, 7, 1,
            0, 1, 1, 0,
        ];
        assert_eq!(encode_grid(&grid, 4, (1, 1)).unwrap(), expected);
        assert_eq!(encode_grid(&grid, 3, (1, 1)).unwrap(), [0, 0, 0, 0, 2, 3, 0, 11, 7]);
        assert_eq!(encode_grid(&grid, 3, (1, 0)).unwrap(), [0, 0, 0, 2, 3, 1, 11, 7, 1]);
        let pair = Pair { input: "3".parse().unwrap(), output: Some(grid) };
        let example = encode(&pair, 3, (0, 1), 5).unwrap();
        assert_eq!(example.inputs, [0, 5, 1, 0, 1, 0, 0, 0, 0]);
        assert_eq!(example.labels, [IGNORE, 2, 3, IGNORE, 11, 7, IGNORE, 1, 1]);
        assert_eq!(example.puzzle_id, 5);
        let question = Pair { output: None, ..pair.clone() };
        assert_eq!(encode(&question, 2, (0, 0), 0).unwrap().labels, [IGNORE; 4]);
        assert_eq!(offsets(&pair, 3), Some((0..=1, 0..=1)));
        assert_eq!((offsets(&pair, 1), offsets(&pair, 31)), (None, None));
        assert!(
            encode(&pair, 3, (2, 0), 0).unwrap_err().to_string().contains("2 rows and 2 columns at row 2, column 0")
        );
        assert!(encode(&pair, 3, (usize::MAX, 0), 0).is_err());
        assert_eq!(encode(&pair, 0, (0, 0), 0), Err(EncodeError::Canvas(0)));
        assert_eq!(encode(&pair, 31, (0, 0), 0), Err(EncodeError::Canvas(31)));
    }

    #[test]
    fn a_model_is_matched_to_its_canvas() {
        assert_eq!((side_for(900, 12), side_for(100, 12), side_for(1, 12)), (Some(30), Some(10), Some(1)));
        assert_eq!((side_for(900, 6), side_for(901, 12), side_for(961, 12), side_for(0, 12)), (None, None, None, None));
    }

    #[test]
    fn the_largest_rectangle_is_read() {
        let read = |tokens: &[i32], side| decode(tokens, side).map(|grid| grid.to_string());
        assert_eq!(read(&[2, 3, 4, 5, 1, 6, 7, 8, 9], 3), Some("012".into()));
        assert_eq!(read(&[2, 3, 0, 5, 6, 0, 8, 1, 9], 3), Some("01\n34".into()));
        // One row of two and two rows of one are equally large.
        assert_eq!(read(&[2, 3, 4, 0], 2), Some("01".into()));
        for tokens in [&[1, 2, 2, 2][..], &[0, 2, 2, 2], &[12, 2, 2, 2], &[i32::MIN; 4], &[]] {
            assert_eq!(read(tokens, 2), None);
        }
        assert_eq!((read(&[2; 4], 0), read(&[2; 3], 2)), (None, Some("00".into())));
    }

    /// As the public evaluation reads an answer, step by step.
    fn crop(tokens: &[i32], side: usize) -> (usize, usize) {
        let (mut most, mut size, mut wide) = (0, (0, 0), side);
        for rows in 1..=side {
            for col in 1..=wide {
                if !(2..=11).contains(&tokens[(rows - 1) * side + col - 1]) {
                    wide = col - 1;
                    break;
                }
            }
            if rows * wide > most {
                (most, size) = (rows * wide, (rows, wide));
            }
        }
        size
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn grids_come_back(grid in any_grid(8), more in 0usize..4, offset in (0usize..12, 0usize..12)) {
            let side = grid.rows().max(grid.cols()) + more;
            prop_assert_eq!(decode(&encode_grid(&grid, side, (0, 0)).unwrap(), side), Some(grid.clone()));
            let fits = offset.0 + grid.rows() <= side && offset.1 + grid.cols() <= side;
            let tokens = encode_grid(&grid, side, offset);
            prop_assert_eq!(tokens.is_ok(), fits);
            if let Ok(tokens) = tokens {
                let colours: Vec<u8> = tokens.iter().filter_map(|&token| colour(token)).collect();
                prop_assert_eq!(&colours[..], grid.cells());
                let below = if offset.0 + grid.rows() < side { grid.cols() } else { 0 };
                let right = if offset.1 + grid.cols() < side { grid.rows() } else { 0 };
                prop_assert_eq!(tokens.iter().filter(|&&token| token == EOS).count(), below + right);
            }
        }

        #[test]
        fn every_offset_fits(input in any_grid(6), output in any_grid(6), more in 0usize..3) {
            let pair = Pair { input, output: Some(output) };
            let (rows, cols) = extent(&pair);
            let side = rows.max(cols) + more;
            let (down, across) = offsets(&pair, side).unwrap();
            prop_assert_eq!((*down.end(), *across.end()), (side - rows, side - cols));
            for (row, col) in down.flat_map(|row| across.clone().map(move |col| (row, col))) {
                let example = encode(&pair, side, (row, col), 0).unwrap();
                prop_assert!(example.labels.iter().all(|&label| label == IGNORE || label > 0));
            }
            prop_assert!(encode(&pair, side, (side - rows + 1, 0), 0).is_err());
        }

        #[test]
        fn answers_are_read_as_in_the_public_evaluation(tokens in prop::collection::vec(prop_oneof![1 => 0i32..13, 6 => 2i32..12], 25)) {
            let read = decode(&tokens, 5).map_or((0, 0), |grid| (grid.rows(), grid.cols()));
            prop_assert_eq!(read, crop(&tokens, 5));
        }
    }
}
