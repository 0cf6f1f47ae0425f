//! Puzzle files: CSV with the columns `source,question,answer,rating`, Sudoku or mazes.

mod rows;
#[cfg(test)]
mod tests;
mod write;

pub use rows::{CsvPuzzle, CsvPuzzles, Wrong};
pub use write::{CsvWriter, write_csv, write_maze_csv};

use std::path::Path;

use super::{Answered, DataError, DataSet};
use crate::task::Boards;

/// Reads the first `limit` puzzles of a file (all without a limit), Sudokus or mazes of one size. What was found stands
/// among the set's notes.
///
/// # Errors
/// Names the file, the line and what is wrong: no such column, a board that cannot be read or has another size, an
/// answer that is wrong by the rules.
pub fn read_csv(path: &Path, limit: Option<usize>) -> Result<DataSet, DataError> {
    let mut rows = CsvPuzzles::open(path, Wrong::Refuse)?;
    let (mut sudokus, mut mazes) = (Vec::new(), Vec::new());
    for row in rows.by_ref().take(limit.unwrap_or(usize::MAX)) {
        match row?.puzzle {
            Answered::Sudoku(puzzle) => sudokus.push(puzzle),
            Answered::Maze(puzzle) => mazes.push(puzzle),
        }
    }
    let set = match rows.boards() {
        Some(Boards::Sudoku(shape)) => DataSet::of_sudokus(shape, &sudokus),
        Some(boards) => DataSet::of_mazes(boards.side(), &mazes),
        None => return Err(rows::none(path)),
    };
    Ok(set.with_note(rows.summary().to_string()))
}
