//! Puzzles set apart, so that none of them is a symmetric copy of one that stays.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::summary::fingerprint;
use super::{DataError, Rows};
use crate::task::{Boards, Example, arc, maze, sudoku};

/// How many boards are brought into their canonical form at once.
const AT_ONCE: usize = 1024;
/// As many are done by one core.
const FEW: usize = 32;

/// How many puzzles are set apart: a number of them, or a share of all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HeldOut {
    /// So many.
    Count(usize),
    /// A share between 0 and 1.
    Share(f64),
}

impl HeldOut {
    /// How many of `all` that is.
    pub fn of(self, all: usize) -> usize {
        match self {
            Self::Count(count) => count.min(all),
            // Between 0 and `all`.
            Self::Share(share) => (share * all as f64).round() as usize,
        }
    }
}

/// `200`, `0.1` or `10%`.
impl FromStr for HeldOut {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(count) = text.parse() {
            return Ok(Self::Count(count));
        }
        let (number, whole) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
        let share = number.parse::<f64>().ok().map(|number| number / whole);
        match share.filter(|share| (0.0..1.0).contains(share)) {
            Some(share) => Ok(Self::Share(share)),
            None => Err(format!("`{text}` is neither a number of puzzles (200) nor a share of them (0.1 or 10%)")),
        }
    }
}

impl fmt::Display for HeldOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Share(share) => share.fmt(f),
        }
    }
}

/// Equal for symmetric copies of a board, and, but for one chance in 2^64, for nothing else. ARC grids, and what is no
/// board, are equal to themselves alone.
pub(super) fn key(boards: Boards, inputs: &[i32]) -> u64 {
    match boards {
        Boards::Sudoku(shape) => fingerprint(&sudoku::canonical(&sudoku::decode(shape, inputs))),
        Boards::Maze { .. } => {
            maze::decode(inputs).map_or_else(|_| fingerprint(inputs), |maze| fingerprint(&maze::canonical(&maze)))
        }
        Boards::Arc { .. } => fingerprint(inputs),
    }
}

/// Equal for one ARC pair wherever it lies on the canvas, and, but for one chance in 2^64, for no other.
pub(super) fn pair_key(example: &Example) -> u64 {
    // What ends a grid is not always there: it may lie outside the canvas.
    let grid = |tokens: &[i32]| -> Vec<Option<u8>> {
        let colours: Vec<Option<u8>> = tokens.iter().map(|&token| arc::colour(token)).collect();
        let end = colours.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        colours[..end].iter().copied().skip_while(Option::is_none).collect()
    };
    fingerprint(&(grid(&example.inputs), grid(&example.labels)))
}

/// The keys of boards that come one by one, made on all cores.
#[derive(Debug)]
pub(super) struct Keys {
    boards: Boards,
    waiting: Vec<Vec<i32>>,
    keys: Vec<u64>,
}

impl Keys {
    pub fn new(boards: Boards) -> Self {
        Self { boards, waiting: Vec::new(), keys: Vec::new() }
    }

    pub fn push(&mut self, inputs: Vec<i32>) {
        self.waiting.push(inputs);
        if self.waiting.len() == AT_ONCE {
            self.settle();
        }
    }

    fn settle(&mut self) {
        let boards = self.boards;
        // Waking the other cores takes longer than a few boards.
        if self.waiting.len() < FEW {
            self.keys.extend(self.waiting.iter().map(|inputs| key(boards, inputs)));
        } else {
            self.keys.par_extend(self.waiting.par_iter().map(|inputs| key(boards, inputs)));
        }
        self.waiting.clear();
    }

    /// One key for each board, in their order.
    pub fn finish(mut self) -> Vec<u64> {
        self.settle();
        self.keys
    }
}

/// Which of the things are set apart: up to `count` of them, so that all with one key go the same way. Depends on the
/// keys and the seed alone. Where many share a key, fewer than `count` may be found.
pub(super) fn choose(keys: &[u64], count: usize, seed: u64) -> Vec<bool> {
    let mut places: HashMap<u64, usize> = HashMap::new();
    let mut alike: Vec<u32> = Vec::new();
    let group: Vec<usize> = keys
        .iter()
        .map(|key| {
            let group = *places.entry(*key).or_insert(alike.len());
            if group == alike.len() {
                alike.push(0);
            }
            alike[group] += 1;
            group
        })
        .collect();
    let mut order: Vec<usize> = (0..alike.len()).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let mut left = count;
    let mut apart = vec![false; alike.len()];
    for group in order {
        let size = alike[group] as usize;
        if size <= left {
            apart[group] = true;
            left -= size;
        }
        if left == 0 {
            break;
        }
    }
    group.into_iter().map(|group| apart[group]).collect()
}

/// Both sides must have something.
///
/// # Errors
/// One has not.
pub(super) fn check(path: &Path, apart: &[bool]) -> Result<(), DataError> {
    let out = apart.iter().filter(|&&out| out).count();
    if out > 0 && out < apart.len() {
        return Ok(());
    }
    let why = format!("{out} of {} puzzles would be held out: ask for another number of them", apart.len());
    Err(DataError::Content { path: path.to_owned(), why })
}

/// A random choice of up to `count` of those that may be chosen. Depends on the number of things and the seed alone.
pub(super) fn subset(may: &[bool], count: usize, seed: u64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..may.len()).filter(|&at| may[at]).collect();
    // Another stream than the one that sets apart.
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(1);
    order.shuffle(&mut rng);
    let mut chosen = vec![false; may.len()];
    order.into_iter().take(count).for_each(|at| chosen[at] = true);
    chosen
}

/// Parts examples into those that stay and up to `count` that are set apart; no two of different sides are symmetric
/// copies of each other. Both keep their order.
pub fn apart(boards: Boards, all: Vec<Example>, count: usize, seed: u64) -> (Vec<Example>, Vec<Example>) {
    let keys: Vec<u64> = all.par_iter().map(|example| key(boards, &example.inputs)).collect();
    let mut apart = choose(&keys, count, seed).into_iter();
    // One answer for each example.
    let (out, kept) = all.into_iter().partition(|_| apart.next().unwrap_or(false));
    (kept, out)
}

/// [`apart`] for the kept rows of a builder's folder, at most a tenth of its puzzles: all variants of one go the same way,
/// and the first of them alone is set apart.
///
/// # Errors
/// A row that cannot be read.
pub fn rows_apart(
    boards: Boards,
    rows: &Rows,
    kept: &[usize],
    count: usize,
    seed: u64,
) -> Result<(Vec<usize>, Vec<usize>), DataError> {
    let place = |row: usize| kept.partition_point(|&other| other < row);
    let groups = rows.group_ranges().map(|group| &kept[place(group.start)..place(group.end)]);
    let groups: Vec<&[usize]> = groups.filter(|group| !group.is_empty()).collect();
    let mut keys = Keys::new(boards);
    for group in &groups {
        keys.push(rows.example(group[0])?.inputs);
    }
    let chosen = choose(&keys.finish(), count.min(groups.len() / 10).max(1), seed);
    let (mut stay, mut out) = (Vec::new(), Vec::new());
    for (group, chosen) in groups.into_iter().zip(chosen) {
        match chosen {
            true => out.push(group[0]),
            false => stay.extend_from_slice(group),
        }
    }
    Ok((stay, out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::arc::Pair;
    use crate::board::sudoku::{Shape, generate_many};
    use crate::task::dihedral::Dihedral;
    use crate::task::sudoku::Symmetry;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_shares_are_read() {
        let read = |text: &str| text.parse::<HeldOut>();
        assert_eq!(read("200").unwrap().of(1000), 200);
        assert_eq!(read("200").unwrap().of(100), 100);
        assert_eq!(read("0.25").unwrap().of(10), 3);
        assert_eq!(read("10%").unwrap(), HeldOut::Share(0.1));
        assert_eq!(read("7").unwrap().to_string(), "7");
        for text in ["", "-1", "1.5", "100%", "NaN", "inf", "ten"] {
            assert!(read(text).unwrap_err().contains("10%"), "{text}");
        }
    }

    #[test]
    fn symmetric_copies_stay_together() {
        let shape = Shape::ALL[1];
        let puzzles = generate_many(shape, 14..=18, 12, 4, &|_| true).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut all = Vec::new();
        for copy in 0..5 {
            for (id, puzzle) in (0..).zip(&puzzles) {
                let symmetry = Symmetry::random(shape, &mut rng);
                let turned =
                    |board| if copy == 0 { sudoku::encode(board) } else { symmetry.apply(&sudoku::encode(board)) };
                all.push(Example { inputs: turned(&puzzle.board), labels: turned(&puzzle.solution), puzzle_id: id });
            }
        }
        let (kept, out) = apart(Boards::Sudoku(shape), all.clone(), 21, 3);
        // Four puzzles, each with its copies.
        assert_eq!((kept.len(), out.len()), (40, 20));
        let ids =
            |examples: &[Example]| examples.iter().map(|e| e.puzzle_id).collect::<std::collections::BTreeSet<_>>();
        assert!(ids(&kept).is_disjoint(&ids(&out)));
        assert_eq!(apart(Boards::Sudoku(shape), all.clone(), 21, 3), (kept, out.clone()));
        assert_ne!(apart(Boards::Sudoku(shape), all, 21, 4).1, out);
    }

    #[test]
    fn turned_mazes_have_one_key() {
        let cells = [3, 2, 2, 1, 1, 2, 2, 2, 4];
        let boards = Boards::Maze { side: 3 };
        for dihedral in Dihedral::ALL {
            assert_eq!(key(boards, &dihedral.apply(&cells, 3, 3).0), key(boards, &cells));
        }
        assert_ne!(key(boards, &[3, 2, 2, 1, 1, 2, 2, 4, 2]), key(boards, &cells));
        assert_ne!(key(boards, &[0; 9]), key(boards, &[1; 9]));
    }

    #[test]
    fn an_arc_pair_has_one_key_wherever_it_lies() {
        let pair = |output: &str| Pair { input: "12\n30".parse().unwrap(), output: Some(output.parse().unwrap()) };
        let key = |output: &str, at| pair_key(&arc::encode(&pair(output), 4, at, 1).unwrap());
        for at in [(0, 1), (1, 0), (2, 2)] {
            assert_eq!(key("5", at), key("5", (0, 0)));
            assert_ne!(key("6", at), key("5", (0, 0)));
        }
        assert_ne!(key("55", (0, 0)), key("5\n5", (0, 0)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn those_alike_go_the_same_way(keys in prop::collection::vec(0u64..12, 0..60), count in 0usize..70, seed: u64) {
            let apart = choose(&keys, count, seed);
            prop_assert_eq!(apart.len(), keys.len());
            prop_assert!(apart.iter().filter(|&&out| out).count() <= count);
            for (one, out) in keys.iter().zip(&apart) {
                prop_assert!(keys.iter().zip(&apart).all(|(other, there)| one != other || out == there));
            }
            let may: Vec<bool> = apart.iter().map(|out| !out).collect();
            let chosen = subset(&may, count, seed);
            prop_assert!(chosen.iter().zip(&may).all(|(chosen, may)| *may || !chosen));
            let most = may.iter().filter(|&&may| may).count();
            prop_assert_eq!(chosen.iter().filter(|&&chosen| chosen).count(), count.min(most));
        }
    }
}
