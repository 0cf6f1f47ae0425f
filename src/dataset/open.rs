//! A file or folder of puzzles, opened by what it holds.

use std::path::Path;

use super::set::Part;
use super::tasks::Known;
use super::{
    Answered, CsvPuzzles, DataError, DataSet, Rows, TaskSet, Wrong, identifiers, looks_like_arc, parts, read_arc,
};
use crate::board::arc;
use crate::task::Boards;

/// Opens a puzzle CSV, ARC JSON (each task as it is) or a builder's folder; of a CSV the first `limit` rows.
///
/// # Errors
/// What is wrong with it, by file and row.
pub fn open(path: &Path, wrong: Wrong, limit: Option<usize>) -> Result<DataSet, DataError> {
    if let Some(set) = rows(path, "train")? {
        return Ok(set);
    }
    if looks_like_arc(path) {
        return TaskSet::new(arc::LARGEST, arc_tasks(path)?, 0, 0, Part::Train).map(DataSet::of_tasks);
    }
    let mut puzzles = CsvPuzzles::open(path, wrong)?;
    let found: Vec<Answered> = puzzles
        .by_ref()
        .take(limit.unwrap_or(usize::MAX))
        .map(|row| row.map(|row| row.puzzle))
        .collect::<Result<_, _>>()?;
    let note = format!("{}: {}", path.display(), puzzles.summary());
    let set = DataSet::of_answered(&found).ok_or(DataError::Empty)?;
    Ok(set.with_note(note))
}

/// The part of a file or folder that is meant for measuring, when it has one.
///
/// # Errors
/// As [`open`].
pub fn test_part(path: &Path) -> Result<Option<DataSet>, DataError> {
    if !parts(path).is_empty() {
        return rows(path, "test");
    }
    match looks_like_arc(path) {
        true => TaskSet::new(arc::LARGEST, arc_tasks(path)?, 0, 0, Part::Test).map(|set| Some(DataSet::of_tasks(set))),
        false => Ok(None),
    }
}

/// ARC tasks with what is known of them: those of a training half may be learned from altogether.
///
/// # Errors
/// As [`read_arc`].
pub fn arc_tasks(path: &Path) -> Result<Vec<Known>, DataError> {
    let found = read_arc(path)?;
    let known = |learned: bool| move |(name, task)| Known { name, task, learned };
    Ok(found.training.into_iter().map(known(true)).chain(found.evaluation.into_iter().map(known(false))).collect())
}

/// A part of a builder's folder; None when the folder is none, or has not this part.
fn rows(root: &Path, part: &str) -> Result<Option<DataSet>, DataError> {
    if !parts(root).contains(&part) {
        return Ok(None);
    }
    let rows = Rows::open(root, part)?;
    let (seq_len, vocab) = (rows.metadata().seq_len, rows.metadata().vocab_size);
    let boards = Boards::of(seq_len, vocab).ok_or_else(|| DataError::Content {
        path: root.to_owned(),
        why: format!("boards of {seq_len} cells with {vocab} tokens are none that are known here"),
    })?;
    let mut names = identifiers(root)?.unwrap_or_default();
    // Folders without names still have ids.
    let unnamed = names.len()..rows.metadata().num_puzzle_identifiers.max(1);
    names.extend(unnamed.map(|id| if id == 0 { "<blank>".to_owned() } else { format!("puzzle {id}") }));
    Ok(Some(DataSet::of_rows(boards, names, rows)))
}
