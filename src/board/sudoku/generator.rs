//! New puzzles: a random full grid, dug out while the solution stays the only one.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::solver::{Grid, Solver};
use super::{Shape, Sudoku, count_solutions, rating};

/// How many full grids are tried before a number of givens is called out of reach.
const GRIDS: usize = 100;
/// How often a dead end is loosened and dug again before the grid is given up.
const ROUNDS: usize = 40;

/// A puzzle with its one solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Puzzle {
    /// The givens.
    pub board: Sudoku,
    /// The board finished by the rules.
    pub solution: Sudoku,
    /// How many guesses a solver needs: [`rating`] for puzzles made here, the file's own figure for puzzles read.
    pub rating: u32,
}

/// Why no puzzle was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// The range of givens cannot be met on such a board.
    #[error("no {shape} puzzle has {from}..{to} givens: ask for a range within {}..{}", shape.fewest_givens(), shape.cells())]
    Range {
        /// The board's shape.
        shape: Shape,
        /// The fewest givens asked for.
        from: usize,
        /// The most givens asked for.
        to: usize,
    },
    /// The search for so few givens was not lucky.
    #[error(
        "no {shape} puzzle with {wanted} givens after digging {grids} grids (the least had {least}): ask for more givens, or try another seed"
    )]
    OutOfReach {
        /// The board's shape.
        shape: Shape,
        /// The number of givens drawn from the range.
        wanted: usize,
        /// The fewest givens that were reached.
        least: usize,
        /// How many full grids were tried.
        grids: usize,
    },
    /// No rating lies in the range.
    #[error("no rating is in {from}..{to}: the first number must not be the larger")]
    RatingRange {
        /// The lowest rating asked for.
        from: u32,
        /// The highest rating asked for.
        to: u32,
    },
    /// The search for such a rating was not lucky.
    #[error(
        "no {shape} puzzle rated {from}..{to} among {tries} with so many givens (the nearest was rated {nearest}): ask for a rating nearer to that, {hint}, or try another seed",
        hint = if nearest < from { "for fewer givens" } else { "for more givens" }
    )]
    RatingOutOfReach {
        /// The board's shape.
        shape: Shape,
        /// The lowest rating asked for.
        from: u32,
        /// The highest rating asked for.
        to: u32,
        /// The rating that came nearest.
        nearest: u32,
        /// How many puzzles were rated.
        tries: usize,
    },
    /// The caller stopped the work.
    #[error("generating was cancelled after {done} puzzles")]
    Cancelled {
        /// How many puzzles were complete.
        done: usize,
    },
}

/// Makes one puzzle with exactly one solution; the number of givens is drawn uniformly from `givens` (both ends
/// included).
///
/// The full grid comes from a random-order search, which reaches every grid but not all equally often.
///
/// # Errors
/// [`GenerateError::Range`] when no such puzzle exists, [`GenerateError::OutOfReach`] when the bounded search
/// found none (about 9x9 with fewer than 20 givens).
pub fn generate(shape: Shape, givens: RangeInclusive<usize>, rng: &mut impl Rng) -> Result<Puzzle, GenerateError> {
    make(&Solver::new(shape), shape, givens, rng, &|| true)
}

/// Makes `count` puzzles as [`generate`] does, on all cores. Puzzle `i` depends on `seed` and `i` alone, whatever
/// the number of threads. Nothing keeps two of them from being equal, as on 4x4 they often are.
///
/// `watch` is called from any thread with the number of puzzles done so far, once for each and now and then in
/// between; when it returns false the work stops.
///
/// # Errors
/// As [`generate`], and [`GenerateError::Cancelled`].
pub fn generate_many(
    shape: Shape,
    givens: RangeInclusive<usize>,
    count: usize,
    seed: u64,
    watch: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Vec<Puzzle>, GenerateError> {
    let solver = Solver::new(shape);
    many(count, seed, watch, &|rng, going| make(&solver, shape, givens.clone(), rng, going))
}

/// How one of many puzzles is made, from its own random numbers; stops when the second says so.
pub(super) type Make<'a> = dyn Fn(&mut ChaCha8Rng, &dyn Fn() -> bool) -> Result<Puzzle, GenerateError> + Sync + 'a;

/// Makes `count` puzzles on all cores, the i-th from stream i of the seed.
pub(super) fn many(
    count: usize,
    seed: u64,
    watch: &(dyn Fn(usize) -> bool + Sync),
    make: &Make,
) -> Result<Vec<Puzzle>, GenerateError> {
    let done = AtomicUsize::new(0);
    (0..count)
        .into_par_iter()
        .map(|index| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(index as u64);
            let puzzle = make(&mut rng, &|| watch(done.load(Ordering::Relaxed)))?;
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            match watch(done) || done == count {
                true => Ok(puzzle),
                false => Err(GenerateError::Cancelled { done }),
            }
        })
        .collect::<Result<_, _>>()
        .map_err(|error| match error {
            GenerateError::Cancelled { .. } => GenerateError::Cancelled { done: done.load(Ordering::Relaxed) },
            error => error,
        })
}

pub(super) fn make(
    solver: &Solver,
    shape: Shape,
    givens: RangeInclusive<usize>,
    rng: &mut impl Rng,
    going: &dyn Fn() -> bool,
) -> Result<Puzzle, GenerateError> {
    let (from, to) = givens.into_inner();
    if from > to || from < shape.fewest_givens() || to > shape.cells() {
        return Err(GenerateError::Range { shape, from, to });
    }
    let wanted = rng.random_range(from..=to);
    let mut least = shape.cells();
    for _ in 0..GRIDS {
        if !going() {
            return Err(GenerateError::Cancelled { done: 0 });
        }
        let blank = solver.grid(&vec![0; shape.cells()]);
        let Some(solution) = fill(solver, blank, rng) else {
            continue;
        };
        let board = dig(solver, &solution, wanted, rng);
        let (board, solution) = (Sudoku { shape, cells: board }, Sudoku { shape, cells: solution });
        least = least.min(board.givens());
        if board.givens() == wanted && count_solutions(&board, 2) == Ok(1) {
            let rating = rating(&board);
            return Ok(Puzzle { board, solution, rating });
        }
    }
    Err(GenerateError::OutOfReach { shape, wanted, least, grids: GRIDS })
}

/// A random full grid that follows from `grid`: a random one of the tightest cells is filled, digits in random order.
fn fill(solver: &Solver, mut grid: Grid, rng: &mut impl Rng) -> Option<Vec<u8>> {
    if !solver.propagate(&mut grid) {
        return None;
    }
    let Some(least) = solver.open_cells(&grid).map(|(_, count)| count).min() else {
        return Some(solver.digits(&grid));
    };
    let tightest: Vec<usize> =
        solver.open_cells(&grid).filter(|&(_, count)| count == least).map(|(cell, _)| cell).collect();
    let &cell = tightest.choose(rng)?;
    let mut digits: Vec<u16> = (0..16).map(|bit| 1 << bit).filter(|digit| grid.candidates[cell] & digit != 0).collect();
    digits.shuffle(rng);
    digits.into_iter().find_map(|digit| {
        let mut next = grid.clone();
        next.candidates[cell] = digit;
        fill(solver, next, rng)
    })
}

/// Clears cells of a full grid in random order while the solution stays unique, down to `wanted` givens. In a dead
/// end a few cells are filled again and the digging goes on elsewhere; the result may keep more givens than wanted.
fn dig(solver: &Solver, solution: &[u8], wanted: usize, rng: &mut impl Rng) -> Vec<u8> {
    let mut best = solution.to_vec();
    let mut left = clear(solver, &mut best, wanted, rng);
    for _ in 0..ROUNDS {
        if left == wanted {
            break;
        }
        let mut cells = best.clone();
        let mut empty: Vec<usize> = (0..cells.len()).filter(|&cell| cells[cell] == 0).collect();
        empty.shuffle(rng);
        for &cell in empty.iter().take(rng.random_range(1..=4)) {
            cells[cell] = solution[cell];
        }
        let now = clear(solver, &mut cells, wanted, rng);
        // An equal number is taken too: it leads away from the dead end.
        if now <= left {
            (best, left) = (cells, now);
        }
    }
    best
}

/// Clears filled cells in random order, each once, unless that would allow another solution; returns how many are left.
pub(super) fn clear(solver: &Solver, cells: &mut [u8], wanted: usize, rng: &mut impl Rng) -> usize {
    let mut filled: Vec<usize> = (0..cells.len()).filter(|&cell| cells[cell] != 0).collect();
    filled.shuffle(rng);
    let mut left = filled.len();
    for cell in filled {
        if left == wanted {
            break;
        }
        let digit = std::mem::take(&mut cells[cell]);
        // The solution stays the only one if the cell can hold no other digit.
        let mut grid = solver.grid(cells);
        grid.candidates[cell] &= !(1 << (digit - 1));
        let search = solver.search_grid(grid, 1);
        if search.found > 0 || search.gave_up {
            cells[cell] = digit;
        } else {
            left -= 1;
        }
    }
    left
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    pub(in super::super) fn check(puzzle: &Puzzle, shape: Shape, givens: RangeInclusive<usize>) {
        assert_eq!(puzzle.board.shape(), shape);
        assert!(givens.contains(&puzzle.board.givens()));
        assert!(puzzle.solution.is_solved() && puzzle.solution.extends(&puzzle.board));
        assert_eq!(count_solutions(&puzzle.board, 2), Ok(1));
        assert_eq!(rating(&puzzle.board), puzzle.rating);
    }

    #[test]
    fn few_givens_are_reached() {
        for (shape, givens) in [(0, 4..=4), (1, 8..=12), (2, 23..=30)] {
            let shape = Shape::ALL[shape];
            let puzzles = generate_many(shape, givens.clone(), 20, 3, &|_| true).unwrap();
            for puzzle in &puzzles {
                check(puzzle, shape, givens.clone());
            }
        }
    }

    #[test]
    fn impossible_numbers_are_refused_at_once() {
        let nine = Shape::ALL[2];
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        for givens in [16..=30, 0..=0, 30..=82, RangeInclusive::new(30, 29)] {
            let error = generate(nine, givens, &mut rng).unwrap_err();
            assert!(error.to_string().contains("17..81"), "{error}");
        }
        assert!(generate(nine, 81..=81, &mut rng).is_ok());
    }

    #[test]
    fn the_same_whatever_the_threads() {
        let make = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| generate_many(Shape::ALL[1], 10..=20, 12, 7, &|_| true).unwrap())
        };
        let one = make(1);
        assert_eq!(one, make(3));
        let fewer = generate_many(Shape::ALL[1], 10..=20, 5, 7, &|_| true).unwrap();
        assert_eq!(one[..5], fewer);
        assert_ne!(one, generate_many(Shape::ALL[1], 10..=20, 12, 8, &|_| true).unwrap());
    }

    #[test]
    fn cancelling_stops() {
        let error = generate_many(Shape::ALL[1], 10..=20, 1000, 7, &|done| done < 3).unwrap_err();
        assert!(matches!(error, GenerateError::Cancelled { done } if (3..100).contains(&done)), "{error}");
    }

    #[test]
    fn full_grids_of_side_four_are_all_reached() {
        let solver = Solver::new(Shape::ALL[0]);
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut seen = HashMap::<Vec<u8>, usize>::new();
        for _ in 0..28_800 {
            *seen.entry(fill(&solver, solver.grid(&[0; 16]), &mut rng).unwrap()).or_default() += 1;
        }
        assert_eq!(seen.len(), 288);
        assert!(seen.values().all(|&count| (40..200).contains(&count)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn puzzles_have_one_solution(seed: u64, shape in 0usize..3, box_text in prop::sample::select(vec!["3x2", "2x4", "1x5"]), usual: bool) {
            let shape = match usual {
                true => Shape::ALL[shape],
                false => Shape::parse_box(box_text).unwrap(),
            };
            let givens = shape.cells() * 2 / 5..=shape.cells() * 2 / 3;
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            check(&generate(shape, givens.clone(), &mut rng).unwrap(), shape, givens);
        }
    }
}
