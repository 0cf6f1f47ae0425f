//! Puzzles that cannot be had.

use std::path::PathBuf;

use thiserror::Error;

use crate::board::maze::MazeError;
use crate::board::sudoku::GenerateError;
use crate::files::FileError;

/// Puzzles that cannot be had.
#[derive(Debug, Error)]
pub enum DataError {
    /// The disk's reasons.
    #[error(transparent)]
    File(#[from] FileError),
    /// A row that is no puzzle.
    #[error("{path}, line {line}: {why}", path = path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        why: String,
    },
    /// A file or folder that is no data.
    #[error("{path}: {why}", path = path.display())]
    Content {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong and what to do.
        why: String,
    },
    /// Sudokus that cannot be generated.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// Mazes that cannot be generated.
    #[error(transparent)]
    Maze(#[from] MazeError),
    /// A line that says no source.
    #[error(
        "`{text}` is no data: {why}; write a file's or folder's name, generated:6x6,givens=13..24,count=1000,seed=1, \
         generated:maze-9x9,length=8..40,count=1000,seed=1, generated:arc-12x12,families=all,pairs=100,seed=1, or \
         arc:FOLDER,augment=100,seed=1"
    )]
    Source {
        /// What was written.
        text: String,
        /// What is wrong.
        why: String,
    },
    /// A task that cannot be shown to the model.
    #[error("the task {name}: {why}")]
    Task {
        /// Its name.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// No such family.
    #[error("there is no task family `{name}`: {known}")]
    Family {
        /// What was written.
        name: String,
        /// Those that exist.
        known: String,
    },
    /// Nothing to learn from.
    #[error("there is not one puzzle with an answer in it")]
    Empty,
    /// Nothing to measure on.
    #[error("the data have no test part, and none can be held back: say what to measure on with --held-out")]
    NoTest,
    /// The caller stopped the work.
    #[error("stopped before the end: nothing was written")]
    Stopped,
    /// The thread that draws ahead has ended.
    #[error("the examples ended before the run did")]
    Drained,
}
