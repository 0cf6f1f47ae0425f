//! Puzzle files written as a stream, whole or not at all.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use super::super::{Answered, DataError};
use crate::board::maze::MazePuzzle;
use crate::board::sudoku::Puzzle;
use crate::files::{Draft, FileError};

/// Writes Sudokus, whole or not at all; `source` says where they come from.
///
/// # Errors
/// The disk's reasons.
pub fn write_csv(path: &Path, source: &str, puzzles: &[Puzzle]) -> Result<(), DataError> {
    let mut writer = CsvWriter::create(path)?;
    puzzles.iter().try_for_each(|puzzle| writer.sudoku(source, puzzle))?;
    writer.finish()
}

/// Writes mazes, whole or not at all; their rating is the number of steps of the path.
///
/// # Errors
/// The disk's reasons.
pub fn write_maze_csv(path: &Path, source: &str, puzzles: &[MazePuzzle]) -> Result<(), DataError> {
    let mut writer = CsvWriter::create(path)?;
    puzzles.iter().try_for_each(|puzzle| writer.maze(source, puzzle, None))?;
    writer.finish()
}

/// A puzzle file being written, under another name until all of it is there.
#[derive(Debug)]
pub struct CsvWriter {
    path: PathBuf,
    writer: csv::Writer<BufWriter<Draft>>,
}

impl CsvWriter {
    /// Begins a file; what stands under its name stays until the end.
    ///
    /// # Errors
    /// The disk's reasons.
    pub fn create(path: &Path) -> Result<Self, DataError> {
        let draft = BufWriter::new(Draft::begin(path)?);
        let mut writer = Self { path: path.to_owned(), writer: csv::Writer::from_writer(draft) };
        writer.record(["source", "question", "answer", "rating"])?;
        Ok(writer)
    }

    /// Adds a puzzle.
    ///
    /// # Errors
    /// The disk's reasons.
    pub fn push(&mut self, source: &str, puzzle: &Answered, rating: Option<u32>) -> Result<(), DataError> {
        match puzzle {
            Answered::Sudoku(puzzle) => self.sudoku(source, puzzle),
            Answered::Maze(puzzle) => self.maze(source, puzzle, rating),
        }
    }

    fn sudoku(&mut self, source: &str, puzzle: &Puzzle) -> Result<(), DataError> {
        self.record([source, &puzzle.board.to_text(), &puzzle.solution.to_text(), &puzzle.rating.to_string()])
    }

    fn maze(&mut self, source: &str, puzzle: &MazePuzzle, rating: Option<u32>) -> Result<(), DataError> {
        let rating = rating.map_or_else(|| puzzle.steps().to_string(), |rating| rating.to_string());
        self.record([source, &puzzle.maze.to_text(), &puzzle.answer_text(), &rating])
    }

    fn record(&mut self, fields: [&str; 4]) -> Result<(), DataError> {
        Ok(self.writer.write_record(fields).map_err(|reason| FileError {
            what: "write",
            path: self.path.clone(),
            reason: reason.into(),
        })?)
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// The disk's reasons; what stood there before is then untouched.
    pub fn finish(self) -> Result<(), DataError> {
        let failed = |reason| FileError { what: "write", path: self.path.clone(), reason };
        let buffered = self.writer.into_inner().map_err(|e| failed(e.into_error()))?;
        let draft = buffered.into_inner().map_err(|e| failed(e.into_error()))?;
        Ok(draft.finish(true)?)
    }
}
