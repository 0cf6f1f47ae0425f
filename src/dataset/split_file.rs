//! Parts a file into one to learn from and one to measure on.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::build::{Watch, pairs_in_order};
use super::kind::Kind;
use super::split::{HeldOut, Keys, check, choose};
use super::summary::fingerprint;
use super::{CsvPuzzles, CsvWriter, DataError, Wrong, new_file, read_arc};
use crate::board::arc::{Task, tasks_to_json};
use crate::files::write_atomic;

/// How a file is parted.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitOptions {
    /// How many puzzles or tasks are set apart.
    pub held_out: HeldOut,
    /// Decides which.
    pub seed: u64,
    /// What is done about wrong answers.
    pub wrong: Wrong,
    /// Where the puzzles to learn from go.
    pub out_train: PathBuf,
    /// Where those to measure on go.
    pub out_test: PathBuf,
}

/// How a file was parted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parted {
    /// `sudoku`, `maze` or `arc`.
    pub task: &'static str,
    /// Puzzles or tasks to learn from.
    pub train: usize,
    /// Those to measure on.
    pub test: usize,
    /// Rows left out because their answer is wrong by the rules.
    pub wrong: usize,
}

/// Writes the puzzles of a CSV file, or the tasks of ARC JSON, to two files of the same kind, so that none in one is a
/// symmetric copy of one in the other. The order stays, and the same seed gives the same parts. `watch` is told how many
/// rows were read, and stops the work by answering false.
///
/// # Errors
/// What is wrong with the data; they are parted already; a part that would be empty; something stands where a part would go;
/// the disk's reasons; or that it was stopped.
pub fn split_file(path: &Path, options: &SplitOptions, watch: Watch) -> Result<Parted, DataError> {
    let wrong = |why: &str| DataError::Content { path: path.to_owned(), why: why.to_owned() };
    if options.out_train == options.out_test {
        return Err(wrong("the two parts would go to one file: name two"));
    }
    // What is read while it is written over would be lost.
    let read = [path.to_owned(), path.join("train.csv")].map(|path| path.canonicalize().ok());
    let same = |out: &PathBuf| out.canonicalize().is_ok_and(|out| read.contains(&Some(out)));
    if [&options.out_train, &options.out_test].into_iter().any(same) {
        return Err(wrong("one of the two parts would take the place of the file that is parted: name another"));
    }
    new_file(&options.out_train)?;
    new_file(&options.out_test)?;
    match Kind::of(path)? {
        Kind::Csv { train: Some(file), test: None } => csv(&file, options, watch),
        Kind::Csv { .. } => Err(wrong("this folder is parted already: name one of its files")),
        Kind::Builder { .. } => Err(wrong("a builder's folder cannot be parted: build it with --held-out")),
        Kind::Arc => arc(path, options),
    }
}

fn csv(path: &Path, options: &SplitOptions, watch: Watch) -> Result<Parted, DataError> {
    let going = |done: usize| if watch(done) { Ok(()) } else { Err(DataError::Stopped) };
    let mut rows = CsvPuzzles::open(path, options.wrong)?;
    let mut keys: Option<Keys> = None;
    for (done, row) in (1..).zip(rows.by_ref()) {
        let puzzle = row?.puzzle;
        keys.get_or_insert_with(|| Keys::new(puzzle.boards())).push(puzzle.example().inputs);
        going(done)?;
    }
    let keys = keys.map_or_else(Vec::new, Keys::finish);
    let apart = choose(&keys, options.held_out.of(keys.len()), options.seed);
    check(path, &apart)?;
    let (mut train, mut test) = (CsvWriter::create(&options.out_train)?, CsvWriter::create(&options.out_test)?);
    let mut counts = [0, 0];
    let mut rows = CsvPuzzles::open(path, options.wrong)?;
    // A file that has grown in between has more rows than were parted.
    for (done, (row, out)) in (1..).zip(rows.by_ref().zip(&apart)) {
        let row = row?;
        let part = if *out { &mut test } else { &mut train };
        part.push(&row.source, &row.puzzle, row.rating)?;
        counts[usize::from(*out)] += 1;
        going(done)?;
    }
    let (task, wrong) = (rows.boards().map_or("", |boards| boards.task()), rows.summary().wrong);
    train.finish()?;
    test.finish()?;
    Ok(Parted { task, train: counts[0], test: counts[1], wrong })
}

fn arc(path: &Path, options: &SplitOptions) -> Result<Parted, DataError> {
    let found = read_arc(path)?;
    let tasks: Vec<(String, Task)> = match (found.training.is_empty(), found.evaluation.is_empty()) {
        (false, false) => {
            let why = "this folder is parted already: name one of its halves".into();
            return Err(DataError::Content { path: path.to_owned(), why });
        }
        (true, _) => found.evaluation,
        (_, true) => found.training,
    };
    let keys: Vec<u64> = tasks.iter().map(|(_, task)| fingerprint(&pairs_in_order(task))).collect();
    let apart = choose(&keys, options.held_out.of(keys.len()), options.seed);
    check(path, &apart)?;
    let mut side = apart.iter();
    // One answer for each task.
    let (test, train): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|_| side.next().copied().unwrap_or(false));
    write_atomic(&options.out_train, tasks_to_json(&train).as_bytes())?;
    write_atomic(&options.out_test, tasks_to_json(&test).as_bytes())?;
    Ok(Parted { task: "arc", train: train.len(), test: test.len(), wrong: 0 })
}
