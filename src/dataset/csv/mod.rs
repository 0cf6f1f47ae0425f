//! Puzzle files: CSV with the columns `source,question,answer,rating`, Sudoku or mazes.

mod rows;
#[cfg(test)]
mod tests;
mod write;

pub use rows::{CsvPuzzle, CsvPuzzles, Wrong};
pub use write::{CsvWriter, write_csv, write_maze_csv};

use std::path::Path;

use super::{Answered, DataError, PuzzleSet};

/// Reads the first `limit` puzzles of a file (all without a limit). All have the shape of the first.
///
/// # Errors
/// Names the file, the line and what is wrong: no such column, a board that cannot be read or has another shape, an
/// answer that breaks the rules or does not keep the givens.
pub fn read_csv(path: &Path, limit: Option<usize>) -> Result<PuzzleSet, DataError> {
    let mut puzzles = Vec::new();
    for row in CsvPuzzles::open(path, Wrong::Refuse)?.take(limit.unwrap_or(usize::MAX)) {
        let row = row?;
        match row.puzzle {
            Answered::Sudoku(puzzle) => puzzles.push(puzzle),
            Answered::Maze(_) => {
                return Err(DataError::Row { path: path.to_owned(), line: row.line, why: "this is a maze".into() });
            }
        }
    }
    match puzzles.first() {
        Some(first) => Ok(PuzzleSet { shape: first.board.shape(), puzzles }),
        None => Err(rows::none(path)),
    }
}
