//! Puzzles that cannot be had.

use std::path::PathBuf;

use thiserror::Error;

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
    /// Puzzles that cannot be generated.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// A line that says no source.
    #[error("`{text}` is no data: {why}; write a CSV file's name, or generated:6x6,givens=13..24,count=1000,seed=1")]
    Source {
        /// What was written.
        text: String,
        /// What is wrong.
        why: String,
    },
}
