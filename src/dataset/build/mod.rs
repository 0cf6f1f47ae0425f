//! Makes a builder's folder from puzzles or tasks: a subset, augmented, with a part to measure on.

mod puzzles;
mod tasks;
#[cfg(test)]
mod tests;

pub(super) use tasks::pairs_in_order;

use std::path::Path;

use serde::Serialize;

use super::kind::Kind;
use super::split::HeldOut;
use super::{DataError, DataSource, Wrong, builder};
use crate::task::Boards;

/// Told the number of examples written so far; stops the work by answering false.
pub type Watch<'a> = &'a (dyn Fn(usize) -> bool + Sync);

/// How a folder is made.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildOptions {
    /// How many puzzles or tasks to learn from are drawn; all without.
    pub subset: Option<usize>,
    /// Variants of each beside itself: of a Sudoku's symmetries, of a maze's seven other views, of an ARC task's turns
    /// and colours. What is measured on stays as it is, but for ARC.
    pub augment: usize,
    /// Decides the subset, the variants, and what is held out.
    pub seed: u64,
    /// Where the part to measure on comes from.
    pub test: TestFrom,
    /// What is done about wrong answers; a source may say so itself.
    pub wrong: Wrong,
    /// Tokens along one side of ARC's canvas; tasks with a larger grid are left out.
    pub canvas: usize,
}

/// Where the part to measure on comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum TestFrom {
    /// The data's own test part, when they have one.
    Own,
    /// Another file or folder.
    Source(DataSource),
    /// Held out of the data, no symmetric copy of what is learned from; of ARC, whole tasks.
    HeldOut(HeldOut),
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Built {
    /// `sudoku`, `maze` or `arc`.
    pub task: &'static str,
    /// What the puzzles are, `9x9 Sudoku` for example.
    pub boards: String,
    /// Number of puzzle ids, the blank one included.
    pub puzzle_ids: usize,
    /// What is learned from.
    pub train: builder::Counts,
    /// What is measured on.
    pub test: Option<builder::Counts>,
    /// Rows left out because their answer is wrong by the rules.
    pub wrong: usize,
    /// Puzzles to measure on that are symmetric copies of puzzles to learn from; of ARC, pairs to measure on that stand, with
    /// their answers, among those to learn from.
    pub shared: usize,
    /// What people should know, a line each.
    pub notes: Vec<String>,
}

/// Makes a builder's folder at `out`, whole or not at all.
///
/// # Errors
/// What is wrong with the data, named by file and line; the disk's reasons; or that it was stopped.
pub fn build(source: &DataSource, out: &Path, options: &BuildOptions, watch: Watch) -> Result<Built, DataError> {
    let folder = builder::FolderWriter::create(out)?;
    let path = match source {
        DataSource::File { path, .. } => path,
        DataSource::Arc { .. } => {
            let why = "say the folder of the tasks alone; --augment, --seed and --canvas say the rest".into();
            return Err(DataError::Source { text: source.to_string(), why });
        }
        DataSource::Families { .. } => {
            let why = "write the tasks to a file first, with hrmscope generate arc".into();
            return Err(DataError::Source { text: source.to_string(), why });
        }
        DataSource::Sudoku { .. } | DataSource::Maze { .. } => return puzzles::build(source, folder, options, watch),
    };
    match Kind::of(path)? {
        Kind::Arc => tasks::build(path, folder, options, watch),
        Kind::Csv { .. } => puzzles::build(source, folder, options, watch),
        Kind::Builder { .. } => {
            let why = "this is a builder's folder already: build from the puzzle files it was made of".into();
            Err(DataError::Content { path: path.clone(), why })
        }
    }
}

/// Says that there are fewer to learn from than were to be drawn.
fn too_few(wanted: Option<usize>, drawn: usize, what: &str) -> Option<String> {
    let wanted = wanted.filter(|wanted| *wanted > drawn)?;
    Some(format!("note: {wanted} {what} were asked for, and there are {drawn} to learn from: all of them were taken"))
}

/// A part of boards of this kind.
fn part(folder: &builder::FolderWriter, name: &str, boards: Boards) -> Result<builder::PartWriter, DataError> {
    folder.part(name, boards.seq_len(), boards.vocab())
}
