//! What is in a file of puzzles, for a person to look at before anything starts.

use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;

/// How many rows with a wrong answer are described.
const FIRST: usize = 5;

/// What was found in a file of puzzles; grows as the file is read.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// What the puzzles are, `9x9 Sudoku` for example; empty before the first.
    pub boards: String,
    /// Rows read.
    pub rows: usize,
    /// Rows that can be used; duplicates are among them.
    pub kept: usize,
    /// Rows whose answer is wrong by the rules.
    pub wrong: usize,
    /// Rows of a builder's folder with labels that do not count: kept, and not held against the rules.
    pub unchecked: usize,
    /// Rows whose question stood in a row before.
    pub duplicates: usize,
    /// The first rows with a wrong answer, by line (in a builder's folder by row) and reason.
    pub first_wrong: Vec<(u64, String)>,
    /// The least and the greatest rating in the file.
    pub rating: Option<(u32, u32)>,
    /// The fewest and the most givens of a Sudoku.
    pub givens: Option<(usize, usize)>,
    /// The least and the greatest length of a maze's path, steps.
    pub length: Option<(usize, usize)>,
}

impl Summary {
    /// Counts a row with a wrong answer.
    pub(super) fn add_wrong(&mut self, place: u64, why: String) {
        self.wrong += 1;
        if self.first_wrong.len() < FIRST {
            self.first_wrong.push((place, why));
        }
    }
}

/// Widens a range so that it holds the value.
pub(super) fn widen<T: Ord + Copy>(range: &mut Option<(T, T)>, value: T) {
    let (least, most) = range.unwrap_or((value, value));
    *range = Some((least.min(value), most.max(value)));
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe(f, "line")
    }
}

impl Summary {
    /// Says it all; the places of wrong answers are lines or rows.
    pub(super) fn describe(&self, f: &mut fmt::Formatter<'_>, place: &str) -> fmt::Result {
        let Self { boards, rows, kept, wrong, unchecked, duplicates, .. } = self;
        if !boards.is_empty() {
            write!(f, "{boards}: ")?;
        }
        write!(f, "{rows} rows, {kept} kept, {wrong} with a wrong answer, {duplicates} duplicates")?;
        if let Some((from, to)) = self.givens {
            write!(f, "; {from} to {to} givens")?;
        }
        if let Some((from, to)) = self.length {
            write!(f, "; paths of {from} to {to} steps")?;
        }
        if let Some((from, to)) = self.rating {
            write!(f, "; rated {from} to {to}")?;
        }
        if *unchecked > 0 {
            write!(f, "; {unchecked} with labels that do not count, not held against the rules")?;
        }
        for (number, why) in &self.first_wrong {
            write!(f, "\n  {place} {number}: {why}")?;
        }
        let more = wrong - self.first_wrong.len();
        if more > 0 {
            write!(f, "\n  and {more} more")?;
        }
        Ok(())
    }
}

/// Remembers what it has seen by 64 bits of each, so that millions of boards fit in memory.
#[derive(Debug, Default)]
pub(super) struct Seen(HashSet<u64>);

impl Seen {
    /// Is it new?
    pub fn insert(&mut self, thing: &(impl Hash + ?Sized)) -> bool {
        self.0.insert(fingerprint(thing))
    }
}

/// 64 bits that stand for a thing: the same in every run of one program.
pub(super) fn fingerprint(thing: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}
