//! What a new puzzle should be like, and the samples of the library.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

use crate::board::arc::Sheet;
use crate::board::arc::families::{self, FAMILIES, Family};
use crate::board::maze::{self, MazeKind};
use crate::board::sudoku::{self, Shape};
use crate::board::{Board, Kind};
use crate::dataset::Specimen;

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
            // Within what the shipped model has practised.
            (9, Self::Easy) => 45..=50,
            (9, Self::Medium) => 36..=40,
            (9, Self::Hard) => 28..=32,
            // Other sides: as dense as 9x9.
            (_, Self::Easy) => shape.cells() / 2..=shape.cells() * 3 / 5,
            (_, Self::Medium) => shape.cells() * 2 / 5..=shape.cells() / 2,
            (_, Self::Hard) => shape.cells() / 3..=shape.cells() * 2 / 5,
        }
    }
}

/// The numbers of givens that can be asked for; the fewest are found in a moment.
pub fn askable_givens(shape: Shape) -> RangeInclusive<usize> {
    let fewest = match shape.side() {
        4 => 4,
        6 => 11,
        9 => 26,
        _ => shape.cells() / 3,
    };
    fewest..=shape.cells() - 1
}

/// What kind of puzzle is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A Sudoku.
    Sudoku(Shape, Difficulty),
    /// A Sudoku with so many givens.
    Givens(Shape, usize),
    /// A maze.
    Maze {
        /// Cells along one side.
        side: usize,
        /// How it is laid out.
        kind: MazeKind,
    },
    /// A task of one of our own families.
    Arc {
        /// The family's place in the list.
        family: usize,
        /// The most rows and columns of its grids.
        side: usize,
    },
}

impl What {
    /// The kind of board.
    pub fn kind(self) -> Kind {
        match self {
            Self::Sudoku(..) | Self::Givens(..) => Kind::Sudoku,
            Self::Maze { .. } => Kind::Maze,
            Self::Arc { .. } => Kind::Arc,
        }
    }

    /// The title of the puzzle that is made.
    pub fn title(self) -> String {
        match self {
            Self::Sudoku(shape, difficulty) => format!("New {shape}, {}", difficulty.name().to_lowercase()),
            Self::Givens(shape, givens) => format!("New {shape}, {givens} givens"),
            Self::Maze { side, kind } => format!("New {side} × {side} maze, {kind}"),
            Self::Arc { family, .. } => family_of(family).name.to_owned(),
        }
    }
}

/// A family by its place in the list; one beyond it is the last.
fn family_of(index: usize) -> &'static Family {
    &FAMILIES[index.min(FAMILIES.len() - 1)]
}

/// A puzzle to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Which.
    pub what: What,
    /// Whether a person asked for it; else the program did, to have something to show.
    pub asked: bool,
}

/// A new puzzle from a seed.
///
/// # Errors
/// What the generator says: no such puzzle, or none found in bounded time.
pub fn make(what: What, seed: u64) -> Result<Board, String> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    match what {
        What::Sudoku(shape, difficulty) => {
            let puzzle = sudoku::generate(shape, difficulty.givens(shape), &mut rng).map_err(|e| e.to_string())?;
            Ok(puzzle.board.into())
        }
        What::Givens(shape, givens) => {
            let puzzle = sudoku::generate(shape, givens..=givens, &mut rng).map_err(|e| e.to_string())?;
            Ok(puzzle.board.into())
        }
        What::Maze { side, kind } => {
            let length = kind.usual_length(side);
            let puzzle = maze::generate(side, kind, length, &mut rng).map_err(|e| e.to_string())?;
            Ok(puzzle.maze.into())
        }
        What::Arc { family, side } => {
            let family = family_of(family);
            let task = families::task(family, side, 3, 1, seed).map_err(|e| e.to_string())?;
            // A family's task asks something.
            Ok(Sheet::new(family.name, task).unwrap_or_default().into())
        }
    }
}

/// The sides of the mazes in the library.
pub const MAZE_SIDES: [usize; 4] = [9, 11, 15, 30];
/// The most rows and columns of the library's ARC grids.
const ARC_SIDE: usize = 10;

/// The library's samples, the same at every start: Sudokus of each usual shape and difficulty, mazes of each kind and
/// side, and a task of each family.
pub fn samples() -> Vec<Specimen> {
    let sudokus = Shape::ALL.into_iter().flat_map(|shape| Difficulty::ALL.map(|difficulty| (shape, difficulty)));
    let sudokus = sudokus.map(|(shape, d)| (d.name().to_owned(), What::Sudoku(shape, d), 20 + d as u64));
    let mazes = MAZE_SIDES.into_iter().flat_map(|side| MazeKind::ALL.map(|kind| (side, kind)));
    let mazes = mazes.map(|(side, kind)| (capital(&kind.to_string()), What::Maze { side, kind }, 3));
    let tasks =
        (0..FAMILIES.len()).map(|family| (FAMILIES[family].name.to_owned(), What::Arc { family, side: ARC_SIDE }, 1));
    let all: Vec<_> = sudokus.chain(mazes).chain(tasks).collect();
    all.into_iter()
        .filter_map(|(name, what, seed)| Some(Specimen::solved(Some(name), make(what, seed).ok()?)))
        .collect()
}

/// A word with a capital letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sudoku_has_as_many_givens_as_were_asked_for() {
        for shape in Shape::ALL {
            for givens in [*askable_givens(shape).start(), *askable_givens(shape).end()] {
                let board = make(What::Givens(shape, givens), 5).unwrap();
                assert_eq!(board.sudoku().unwrap().givens(), givens, "{shape}");
            }
        }
    }

    #[test]
    fn every_puzzle_can_be_made() {
        let samples = samples();
        assert_eq!(samples.len(), 9 + 12 + FAMILIES.len());
        assert!(samples.iter().all(|sample| sample.answer.is_some() || sample.board.arc().is_some()));
        let easy = samples[0].board.sudoku().unwrap();
        assert!(Difficulty::Easy.givens(easy.shape()).contains(&easy.givens()));
        assert!(samples[9..21].iter().all(|sample| sample.board.maze().unwrap().check().is_ok()));
        assert_eq!(samples, super::samples());
    }
}
