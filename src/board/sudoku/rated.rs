//! Puzzles of a difficulty asked for: made by chance, then changed a few givens at a time.

use std::ops::RangeInclusive;

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;

use super::generator::{GenerateError, Puzzle, clear, make, many};
use super::solver::Solver;
use super::{Shape, Sudoku, count_solutions, rating};
#[cfg(doc)]
use super::{generate, generate_many};

/// How many puzzles the search for a rating starts from.
const RATED_STARTS: usize = 20;
/// How often each of them is changed.
const RATED_CHANGES: usize = 250;

/// Makes one puzzle as [`generate`] does, whose [`rating`] lies in `rating` (both ends included). Easy and usual ones
/// come by chance; from there on a puzzle is changed a few givens at a time towards the range, so most ratings lie at
/// the end of the range that is nearer to the usual.
///
/// # Errors
/// As [`generate`]; [`GenerateError::RatingRange`], and [`GenerateError::RatingOutOfReach`] when the bounded search
/// found none.
pub fn generate_rated(
    shape: Shape,
    givens: RangeInclusive<usize>,
    rating: RangeInclusive<u32>,
    rng: &mut impl Rng,
) -> Result<Puzzle, GenerateError> {
    make_rated(&Solver::new(shape), shape, givens, rating, rng, &|| true)
}

/// Makes `count` puzzles as [`generate_rated`] does, on all cores, with `seed` and `watch` as in [`generate_many`].
///
/// # Errors
/// As [`generate_rated`], and [`GenerateError::Cancelled`].
pub fn generate_many_rated(
    shape: Shape,
    givens: RangeInclusive<usize>,
    rating: RangeInclusive<u32>,
    count: usize,
    seed: u64,
    watch: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Vec<Puzzle>, GenerateError> {
    let solver = Solver::new(shape);
    let make = |rng: &mut ChaCha8Rng, going: &dyn Fn() -> bool| {
        make_rated(&solver, shape, givens.clone(), rating.clone(), rng, going)
    };
    many(count, seed, watch, &make)
}

/// Makes puzzles, and changes each towards the range of ratings, until one lies in it.
fn make_rated(
    solver: &Solver,
    shape: Shape,
    givens: RangeInclusive<usize>,
    wanted: RangeInclusive<u32>,
    rng: &mut impl Rng,
    going: &dyn Fn() -> bool,
) -> Result<Puzzle, GenerateError> {
    let (from, to) = wanted.into_inner();
    if from > to {
        return Err(GenerateError::RatingRange { from, to });
    }
    // One of the two is zero.
    let off = |rating: u32| from.saturating_sub(rating) + rating.saturating_sub(to);
    let mut nearest: Option<u32> = None;
    let mut tries = 0;
    for _ in 0..RATED_STARTS {
        let mut puzzle = make(solver, shape, givens.clone(), rng, going)?;
        for _ in 0..RATED_CHANGES {
            tries += 1;
            if off(puzzle.rating) == 0 {
                return Ok(puzzle);
            }
            if nearest.is_none_or(|nearest| off(puzzle.rating) < off(nearest)) {
                nearest = Some(puzzle.rating);
            }
            if !going() {
                return Err(GenerateError::Cancelled { done: 0 });
            }
            // An equal rating is taken too: it leads on from where no change helps.
            if let Some(changed) = change(solver, &puzzle, rng)
                && off(changed.rating) <= off(puzzle.rating)
            {
                puzzle = changed;
            }
        }
    }
    Err(GenerateError::RatingOutOfReach { shape, from, to, nearest: nearest.unwrap_or(0), tries })
}

/// Another puzzle with the same solution and as many givens, a few of them elsewhere; `None` where that did not work.
fn change(solver: &Solver, puzzle: &Puzzle, rng: &mut impl Rng) -> Option<Puzzle> {
    let mut cells = puzzle.board.cells.clone();
    let mut empty: Vec<usize> = (0..cells.len()).filter(|&cell| cells[cell] == 0).collect();
    empty.shuffle(rng);
    for &cell in empty.iter().take(rng.random_range(1..=4)) {
        cells[cell] = puzzle.solution.cells[cell];
    }
    let wanted = puzzle.board.givens();
    if clear(solver, &mut cells, wanted, rng) != wanted {
        return None;
    }
    let board = Sudoku { shape: puzzle.board.shape, cells };
    if count_solutions(&board, 2) != Ok(1) {
        return None;
    }
    let rating = rating(&board);
    Some(Puzzle { board, solution: puzzle.solution.clone(), rating })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::super::generate_many;
    use super::super::generator::tests::check;
    use super::*;

    #[test]
    fn ratings_are_reached_or_the_nearest_is_said() {
        for (shape, givens, rating) in [(2, 24..=30, 0..=0), (2, 26..=26, 8..=40), (1, 8..=12, 1..=9)] {
            let shape = Shape::ALL[shape];
            let puzzles = generate_many_rated(shape, givens.clone(), rating.clone(), 3, 3, &|_| true).unwrap();
            for puzzle in &puzzles {
                check(puzzle, shape, givens.clone());
                assert!(rating.contains(&puzzle.rating));
            }
            let mut rng = ChaCha8Rng::seed_from_u64(3);
            assert_eq!(generate_rated(shape, givens, rating, &mut rng).as_ref(), Ok(&puzzles[0]));
        }
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let error = generate_rated(Shape::ALL[0], 12..=12, 3..=5, &mut rng).unwrap_err().to_string();
        assert!(error.contains("4x4 puzzle rated 3..5") && error.contains("nearest was rated 0"), "{error}");
        let error = generate_rated(Shape::ALL[0], 12..=12, RangeInclusive::new(5, 3), &mut rng).unwrap_err();
        assert_eq!(error, GenerateError::RatingRange { from: 5, to: 3 });
        assert!(generate_rated(Shape::ALL[0], 2..=2, 0..=5, &mut rng).unwrap_err().to_string().contains("4..16"));
        let stopped = generate_many_rated(Shape::ALL[2], 30..=30, 900..=999, 5, 0, &|_| false);
        assert_eq!(stopped, Err(GenerateError::Cancelled { done: 0 }));
    }

    #[test]
    fn any_rating_is_what_generate_makes() {
        let plain = generate_many(Shape::ALL[2], 30..=40, 4, 5, &|_| true);
        assert_eq!(generate_many_rated(Shape::ALL[2], 30..=40, 0..=u32::MAX, 4, 5, &|_| true), plain);
        // The shipped models' cards name their puzzles by seed: these must never change.
        let puzzles = generate_many(Shape::ALL[1], 13..=24, 2, 1, &|_| true).unwrap();
        let text: Vec<_> = puzzles.iter().map(|puzzle| puzzle.board.to_text()).collect();
        assert_eq!(text, [".63.5..2.36.2.16.535.2..5..4..6..523", "26153..3...21.634..4..2.352461614.5."]);
    }
}
