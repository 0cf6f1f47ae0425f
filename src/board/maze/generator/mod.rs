//! New mazes of three kinds, each with a shortest path of a length asked for.

mod layout;
mod obstacles;
mod perfect;
mod rooms;

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{MazePuzzle, SIDES, shortest_path};
use layout::{Layout, Placed};

/// The sides a generated maze can have: below 5 the kinds do not differ.
pub const GENERATED_SIDES: RangeInclusive<usize> = 5..=*SIDES.end();

/// How many layouts are drawn before a length is called out of reach.
const LAYOUTS: usize = 200;
/// After so many layouts another length within the range is taken than the one drawn.
const PATIENCE: usize = 12;

/// How a maze is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MazeKind {
    /// Corridors one cell wide within a border of walls: a growing tree, with a few walls opened to make loops. On an
    /// even side the corridors reach two of the board's edges, for lack of a middle.
    Perfect,
    /// Walls strewn at random, without a border, as in Maze-30x30-hard.
    Obstacles,
    /// A house within a border of walls: rooms and corridors that share walls, joined by doors.
    Rooms,
}

/// A word that names no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of maze: write perfect, obstacles or rooms")]
pub struct KindError(String);

/// Why no maze was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MazeError {
    /// No maze of this side is made.
    #[error("no maze of side {0} can be made: sides {least} to {most} can", least = GENERATED_SIDES.start(), most = GENERATED_SIDES.end())]
    Side(usize),
    /// No shortest path has such a length.
    #[error("no {side}x{side} maze has a shortest path of {from}..{to} steps: ask for a range within 1..{most}")]
    Range {
        /// The maze's side.
        side: usize,
        /// The fewest steps asked for.
        from: usize,
        /// The most steps asked for.
        to: usize,
        /// More steps than this are impossible.
        most: usize,
    },
    /// The search for so long a path was not lucky.
    #[error(
        "no {side}x{side} maze of kind {kind} with {from} steps or more from start to goal after {layouts} layouts (the longest path had {longest}): ask for fewer steps, another kind, or a larger maze"
    )]
    OutOfReach {
        /// The maze's side.
        side: usize,
        /// Its kind.
        kind: MazeKind,
        /// The fewest steps asked for.
        from: usize,
        /// The most steps that were reached.
        longest: usize,
        /// How many layouts were tried.
        layouts: usize,
    },
    /// The caller stopped the work.
    #[error("generating was cancelled after {done} mazes")]
    Cancelled {
        /// How many mazes were complete.
        done: usize,
    },
}

impl MazeKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Perfect, Self::Obstacles, Self::Rooms];

    /// Lengths that are easily reached on a maze of this side: what to ask for without a wish of one's own.
    pub fn usual_length(self, side: usize) -> RangeInclusive<usize> {
        let side = side.clamp(*GENERATED_SIDES.start(), *GENERATED_SIDES.end());
        let most = match self {
            Self::Perfect => side * side / 5,
            Self::Obstacles => side * 3,
            Self::Rooms => side * 2 - 4,
        };
        side / 2..=most
    }

    fn layout(self, side: usize, effort: f64, rng: &mut impl Rng) -> Layout {
        match self {
            Self::Perfect => perfect::layout(side, effort, rng),
            Self::Obstacles => obstacles::layout(side, rng),
            Self::Rooms => rooms::layout(side, effort, rng),
        }
    }
}

impl fmt::Display for MazeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Perfect => "perfect",
            Self::Obstacles => "obstacles",
            Self::Rooms => "rooms",
        })
    }
}

impl FromStr for MazeKind {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        let known = Self::ALL.into_iter().find(|kind| kind.to_string() == text);
        known.ok_or_else(|| KindError(text.chars().take(20).collect()))
    }
}

/// The most steps a shortest path can have: two by two cells hold at most three of it.
fn most_steps(side: usize) -> usize {
    3 * side.div_ceil(2).pow(2) - 1
}

/// Makes one maze with its [`shortest_path`]. The number of steps from start to goal is drawn uniformly from `length`
/// (both ends included), leaving out what is far more than both usual and asked for at least; where the drawn one is hard
/// to meet, the nearest that was met within the range is taken.
///
/// # Errors
/// [`MazeError::Side`] and [`MazeError::Range`] when there is no such maze, [`MazeError::OutOfReach`] when the bounded
/// search found none.
pub fn generate(
    side: usize,
    kind: MazeKind,
    length: RangeInclusive<usize>,
    rng: &mut impl Rng,
) -> Result<MazePuzzle, MazeError> {
    make(side, kind, length, rng, &|| true)
}

/// Makes `count` mazes as [`generate`] does, on all cores. Maze `i` depends on `seed` and `i` alone, whatever the
/// number of threads. Nothing keeps two of them from being equal.
///
/// `watch` is called from any thread with the number of mazes done so far, once for each and now and then in between;
/// when it returns false the work stops.
///
/// # Errors
/// As [`generate`], and [`MazeError::Cancelled`].
pub fn generate_many(
    side: usize,
    kind: MazeKind,
    length: RangeInclusive<usize>,
    count: usize,
    seed: u64,
    watch: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Vec<MazePuzzle>, MazeError> {
    let done = AtomicUsize::new(0);
    (0..count)
        .into_par_iter()
        .map(|index| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(index as u64);
            let going = || watch(done.load(Ordering::Relaxed));
            let puzzle = make(side, kind, length.clone(), &mut rng, &going)?;
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            match watch(done) || done == count {
                true => Ok(puzzle),
                false => Err(MazeError::Cancelled { done }),
            }
        })
        .collect::<Result<_, _>>()
        .map_err(|error| match error {
            MazeError::Cancelled { .. } => MazeError::Cancelled { done: done.load(Ordering::Relaxed) },
            error => error,
        })
}

fn make(
    side: usize,
    kind: MazeKind,
    length: RangeInclusive<usize>,
    rng: &mut impl Rng,
    going: &dyn Fn() -> bool,
) -> Result<MazePuzzle, MazeError> {
    if !GENERATED_SIDES.contains(&side) {
        return Err(MazeError::Side(side));
    }
    let ((from, to), most) = (length.into_inner(), most_steps(side));
    if from > to || from == 0 || from > most {
        return Err(MazeError::Range { side, from, to, most });
    }
    // A range that ends far beyond what can be reached must not make every maze as long as can be.
    let far = (2 * from).max(*kind.usual_length(side).end());
    let wanted = rng.random_range(from..=to.min(far));
    let mut best: Option<(Layout, Placed)> = None;
    let mut longest = 0;
    for attempt in 0..LAYOUTS {
        if !going() {
            return Err(MazeError::Cancelled { done: 0 });
        }
        let mut layout = kind.layout(side, attempt as f64 / LAYOUTS as f64, rng);
        let mut placed = layout.place(wanted, rng);
        if kind == MazeKind::Obstacles && placed.steps < wanted && attempt % obstacles::PLAIN == obstacles::PLAIN - 1 {
            placed = obstacles::stretch(&mut layout, placed, wanted, rng);
        }
        longest = longest.max(placed.steps);
        if placed.steps >= from && best.as_ref().is_none_or(|(_, best)| placed.steps > best.steps) {
            best = Some((layout, placed));
        }
        let enough = |placed: &Placed| placed.steps == wanted || attempt + 1 >= PATIENCE;
        if let Some((layout, placed)) = best.take_if(|(_, placed)| enough(placed))
            && let Some(puzzle) = finish(&layout, &placed)
        {
            return Ok(puzzle);
        }
    }
    Err(MazeError::OutOfReach { side, kind, from, longest, layouts: LAYOUTS })
}

/// The puzzle, when the path is as long as it was thought to be.
fn finish(layout: &Layout, placed: &Placed) -> Option<MazePuzzle> {
    let maze = layout.maze(placed)?;
    let path = shortest_path(&maze).filter(|path| path.len() == placed.steps + 1)?;
    Some(MazePuzzle { maze, path })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Cell, is_shortest};
    use super::*;

    fn check(puzzle: &MazePuzzle, side: usize, length: &RangeInclusive<usize>) {
        assert_eq!(puzzle.maze.side(), side);
        assert_eq!(puzzle.maze.check(), Ok(()));
        assert!(length.contains(&puzzle.steps()));
        assert_eq!(shortest_path(&puzzle.maze).as_ref(), Some(&puzzle.path));
        assert!(is_shortest(&puzzle.maze, &puzzle.marks()));
    }

    fn is_wall(puzzle: &MazePuzzle, row: usize, col: usize) -> bool {
        puzzle.maze.get(row * puzzle.maze.side() + col) == Some(Cell::Wall)
    }

    /// Can every open cell be reached?
    fn is_joined(puzzle: &MazePuzzle) -> bool {
        let walls = puzzle.maze.cells().iter().map(|&cell| cell == Cell::Wall);
        let layout = Layout { side: puzzle.maze.side(), walls: walls.collect() };
        let open = layout.walls.iter().filter(|&&wall| !wall).count();
        let mut distances = layout::Distances::default();
        distances.measure(&layout, puzzle.path[0]);
        distances.reached() == open
    }

    #[test]
    fn kinds_are_written_as_they_are_read() {
        for kind in MazeKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
        let message = "Perfect".parse::<MazeKind>().unwrap_err().to_string();
        assert!(message.contains("`Perfect`") && message.contains("perfect, obstacles or rooms"), "{message}");
    }

    #[test]
    fn long_paths_are_searched_for() {
        for (kind, length) in
            [(MazeKind::Perfect, 180..=240), (MazeKind::Obstacles, 110..=160), (MazeKind::Rooms, 80..=90)]
        {
            let puzzles = generate_many(30, kind, length.clone(), 4, 1, &|_| true).unwrap();
            puzzles.iter().for_each(|puzzle| check(puzzle, 30, &length));
            assert!(puzzles.iter().any(|puzzle| puzzle.steps() != puzzles[0].steps()), "{kind}");
        }
    }

    #[test]
    fn what_cannot_be_made_is_said() {
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let mut message = |side, length| generate(side, MazeKind::Rooms, length, &mut rng).unwrap_err().to_string();
        assert!(message(4, 1..=2).contains("side 4") && message(65, 1..=2).contains("5 to 64"));
        for length in [0..=3, 75..=80, RangeInclusive::new(5, 4), usize::MAX..=usize::MAX] {
            let message = message(9, length);
            assert!(message.contains("within 1..74"), "{message}");
        }
        let message = message(9, 60..=usize::MAX);
        assert!(
            message.contains("9x9 maze of kind rooms with 60 steps") && message.contains("the longest"),
            "{message}"
        );
        assert!(generate(9, MazeKind::Obstacles, 1..=usize::MAX, &mut rng).is_ok());
    }

    #[test]
    fn the_same_whatever_the_threads() {
        let make = |threads, count, seed| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let made = |kind| pool.install(|| generate_many(9, kind, 5..=25, count, seed, &|_| true).unwrap());
            MazeKind::ALL.map(made)
        };
        let one = make(1, 12, 7);
        assert_eq!(one, make(3, 12, 7));
        assert_eq!(one.clone().map(|puzzles| puzzles[..5].to_vec()), make(2, 5, 7));
        assert_ne!(one, make(2, 12, 8));
    }

    #[test]
    fn cancelling_stops() {
        let error = generate_many(9, MazeKind::Perfect, 5..=15, 100_000, 7, &|done| done < 3).unwrap_err();
        assert!(matches!(error, MazeError::Cancelled { done } if (3..100).contains(&done)), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn mazes_are_what_was_asked_for(seed: u64, side in GENERATED_SIDES, kind in prop::sample::select(&MazeKind::ALL), from in 0usize..30) {
            let usual = kind.usual_length(side);
            let from = usual.start().saturating_sub(1).max(1).max(from.min(*usual.end()));
            let length = from..=*usual.end();
            let puzzle = generate(side, kind, length.clone(), &mut ChaCha8Rng::seed_from_u64(seed)).unwrap();
            check(&puzzle, side, &length);
            prop_assert!(kind == MazeKind::Obstacles || is_joined(&puzzle));
            let edge = |at| [(0, at), (at, 0), (side - 1, at), (at, side - 1)];
            let bordered = (0..side).all(|at| edge(at).into_iter().all(|(row, col)| is_wall(&puzzle, row, col)));
            let sealed = kind == MazeKind::Rooms || (kind == MazeKind::Perfect && side % 2 == 1);
            prop_assert!(bordered || !sealed);
        }
    }
}
