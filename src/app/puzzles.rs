//! How hard a new puzzle should be, and the samples of the library.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

use crate::board::sudoku::{GenerateError, Puzzle, Shape, generate};

/// How many givens a new puzzle has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Difficulty {
    /// Many givens.
    Easy,
    /// In between.
    Medium,
    /// Few givens: what shows the most thinking.
    #[default]
    Hard,
}

impl Difficulty {
    /// From easy to hard.
    pub const ALL: [Self; 3] = [Self::Easy, Self::Medium, Self::Hard];

    /// The name in menus.
    pub fn name(self) -> &'static str {
        match self {
            Self::Easy => "Easy",
            Self::Medium => "Medium",
            Self::Hard => "Hard",
        }
    }

    /// How many givens that means on a board of this shape.
    pub fn givens(self, shape: Shape) -> RangeInclusive<usize> {
        match (shape.side(), self) {
            (4, Self::Easy) => 9..=10,
            (4, Self::Medium) => 6..=8,
            (4, Self::Hard) => 4..=5,
            (6, Self::Easy) => 19..=22,
            (6, Self::Medium) => 16..=18,
            (6, Self::Hard) => 13..=15,
            (9, Self::Easy) => 36..=40,
            (9, Self::Medium) => 30..=34,
            (9, Self::Hard) => 25..=27,
            // Other sides: as dense as 9x9.
            (_, Self::Easy) => shape.cells() / 2..=shape.cells() * 3 / 5,
            (_, Self::Medium) => shape.cells() * 2 / 5..=shape.cells() / 2,
            (_, Self::Hard) => shape.cells() / 3..=shape.cells() * 2 / 5,
        }
    }
}

/// A puzzle to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The board.
    pub shape: Shape,
    /// How hard.
    pub difficulty: Difficulty,
    /// Whether a person asked for it; else the program did, to have something to show.
    pub asked: bool,
}

/// A puzzle of the library.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// How hard.
    pub difficulty: Difficulty,
    /// The puzzle and its solution.
    pub puzzle: Puzzle,
}

/// A new puzzle from a seed.
///
/// # Errors
/// As [`generate`].
pub fn make(shape: Shape, difficulty: Difficulty, seed: u64) -> Result<Puzzle, GenerateError> {
    generate(shape, difficulty.givens(shape), &mut ChaCha8Rng::seed_from_u64(seed))
}

/// The library's samples: one of each difficulty for each usual shape, the same at every start.
pub fn samples() -> Vec<Sample> {
    Shape::ALL
        .into_iter()
        .flat_map(|shape| Difficulty::ALL.map(|difficulty| (shape, difficulty)))
        .filter_map(|(shape, difficulty)| {
            let puzzle = make(shape, difficulty, 20 + difficulty as u64).ok()?;
            Some(Sample { difficulty, puzzle })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_and_difficulty_can_be_made() {
        let samples = samples();
        assert_eq!(samples.len(), 9);
        for sample in &samples {
            let board = &sample.puzzle.board;
            assert!(sample.difficulty.givens(board.shape()).contains(&board.givens()));
            assert!(sample.puzzle.solution.is_solved());
        }
        assert_eq!(samples, super::samples());
    }
}
