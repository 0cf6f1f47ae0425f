//! Sudoku boards as tokens: 0 padding, 1 a blank cell, `d + 1` the digit d.

mod canonical;

pub use canonical::canonical;

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use crate::board::sudoku::{Shape, Sudoku};

/// The token that fills sequences up; boards have none.
pub const PAD: i32 = 0;
/// The token of a blank cell.
pub const BLANK: i32 = 1;

/// Number of tokens: padding, blank, and the digits.
pub fn vocab(shape: Shape) -> usize {
    shape.side() + 2
}

/// The board that a model with this sequence length and vocabulary was made for.
pub fn shape_for(seq_len: usize, vocabulary: usize) -> Option<Shape> {
    Shape::ALL.into_iter().find(|shape| shape.cells() == seq_len && vocab(*shape) == vocabulary)
}

/// A board's tokens, row by row, `[cells]`.
pub fn encode(board: &Sudoku) -> Vec<i32> {
    board.cells().iter().map(|&digit| i32::from(digit) + 1).collect()
}

/// The digit that a token stands for; None for padding, blank and what this board has not.
pub fn digit(shape: Shape, token: i32) -> Option<u8> {
    token
        .checked_sub(1)
        .and_then(|digit| u8::try_from(digit).ok())
        .filter(|&digit| digit >= 1 && usize::from(digit) <= shape.side())
}

/// The board that tokens `[cells]` stand for; tokens that are no digit, or are missing, leave the cell blank.
pub fn decode(shape: Shape, tokens: &[i32]) -> Sudoku {
    let digits = tokens.iter().map(|&token| digit(shape, token).unwrap_or(0)).chain(std::iter::repeat(0));
    Sudoku::new(shape, digits.take(shape.cells()).collect()).unwrap_or_else(|_| Sudoku::blank(shape))
}

/// A relabelling of digits and a rearrangement of rows and columns that keeps the rules: bands, rows within bands,
/// stacks, columns within stacks, and, where boxes are square, transposition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symmetry {
    shape: Shape,
    /// `digits[d]` is what d becomes; blank stays blank.
    digits: Vec<u8>,
    /// `from[cell]` is where the cell's content was.
    from: Vec<usize>,
}

impl Symmetry {
    /// A random symmetry.
    pub fn random(shape: Shape, rng: &mut impl Rng) -> Self {
        let side = shape.side();
        let mut digits: Vec<u8> = (0..=side as u8).collect();
        digits[1..].shuffle(rng);
        let rows = lines(side, shape.box_rows(), rng);
        let cols = lines(side, shape.box_cols(), rng);
        let transpose = shape.box_rows() == shape.box_cols() && rng.random_bool(0.5);
        let from = (0..side * side)
            .map(|cell| {
                let (row, col) = (rows[cell / side], cols[cell % side]);
                if transpose { col * side + row } else { row * side + col }
            })
            .collect();
        Self { shape, digits, from }
    }

    /// The symmetry that undoes this one.
    pub fn inverse(&self) -> Self {
        let (mut digits, mut from) = (self.digits.clone(), self.from.clone());
        self.digits.iter().enumerate().for_each(|(d, &to)| digits[usize::from(to)] = d as u8);
        self.from.iter().enumerate().for_each(|(cell, &at)| from[at] = cell);
        Self { shape: self.shape, digits, from }
    }

    /// The rearranged tokens of a board of this symmetry's shape, `[cells]`.
    pub fn apply(&self, tokens: &[i32]) -> Vec<i32> {
        let relabel = |token: i32| match digit(self.shape, token) {
            Some(digit) => i32::from(self.digits[usize::from(digit)]) + 1,
            None => token,
        };
        self.from.iter().map(|&cell| relabel(tokens[cell])).collect()
    }
}

/// A random order of `side` lines that keeps groups of `size` together.
fn lines(side: usize, size: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut groups: Vec<usize> = (0..side / size).collect();
    groups.shuffle(rng);
    groups
        .into_iter()
        .flat_map(|group| {
            let mut within: Vec<usize> = (group * size..(group + 1) * size).collect();
            within.shuffle(rng);
            within
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::sudoku::generate;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn tokens_are_those_of_the_public_builder() {
        let board = Sudoku::parse("1..4 .... 2... ...3", None).unwrap();
        assert_eq!(encode(&board), [2, 1, 1, 5, 1, 1, 1, 1, 3, 1, 1, 1, 1, 1, 1, 4]);
        assert_eq!(decode(board.shape(), &encode(&board)), board);
        assert_eq!(decode(board.shape(), &[PAD, 99, -5, i32::MIN, 2]).givens(), 1);
    }

    #[test]
    fn a_model_is_matched_to_its_board() {
        for shape in Shape::ALL {
            assert_eq!(shape_for(shape.cells(), vocab(shape)), Some(shape));
        }
        assert_eq!(shape_for(81, 10), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn symmetries_keep_the_rules_and_can_be_undone(seed: u64, which in 0usize..3) {
            let shape = Shape::ALL[which];
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let puzzle = generate(shape, shape.cells() / 2..=shape.cells() / 2, &mut rng).unwrap();
            let symmetry = Symmetry::random(shape, &mut rng);
            let (board, solution) = (encode(&puzzle.board), encode(&puzzle.solution));
            let (moved, answer) = (symmetry.apply(&board), symmetry.apply(&solution));
            let (moved_board, moved_solution) = (decode(shape, &moved), decode(shape, &answer));
            prop_assert!(moved_solution.is_solved() && moved_solution.extends(&moved_board));
            prop_assert_eq!(symmetry.inverse().apply(&moved), board);
            prop_assert_eq!(symmetry.inverse().apply(&answer), solution);
        }
    }
}
