//! Puzzle files: CSV with the columns `source,question,answer,rating`, Sudoku or mazes.

mod rows;
#[cfg(test)]
mod tests;
mod write;

pub use rows::{CsvPuzzle, CsvPuzzles, Wrong};
pub use write::{CsvWriter, write_csv, write_maze_csv};
