//! A puzzle file read as a stream: one row is in memory at a time.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use super::super::summary::{Seen, widen};
use super::super::{Answered, DataError, Summary};
use crate::board::maze::{MazePuzzle, PuzzleError};
use crate::board::sudoku::{Shape, Sudoku};
use crate::files::FileError;
use crate::task::Boards;

/// The most bytes of one row: far more than the largest maze twice. A quote that is never closed ends here.
const LONGEST_ROW: usize = 1 << 17;
/// Bytes read at once.
const CHUNK: usize = 1 << 16;

/// What is done about a row whose answer is wrong by the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// It is an error, told at the end with the number of such rows.
    Refuse,
    /// It is counted and passed over.
    Skip,
}

/// A row of a puzzle file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvPuzzle {
    /// Its line, from 1.
    pub line: u64,
    /// Where the puzzle comes from, as the file says.
    pub source: String,
    /// How hard it is, as the file says.
    pub rating: Option<u32>,
    /// The puzzle; its answer was checked.
    pub puzzle: Answered,
}

/// Goes through the puzzles of a file, Sudokus or mazes as the first question looks. All are of one size. Rows with a
/// wrong answer are passed over, and, where they are refused, are the last thing told. After an error there is no more.
#[derive(Debug)]
pub struct CsvPuzzles {
    path: PathBuf,
    reader: csv::Reader<Bounded>,
    question: usize,
    answer: usize,
    source: Option<usize>,
    rating: Option<usize>,
    record: ByteRecord,
    policy: Wrong,
    /// What the first puzzle was.
    boards: Option<Boards>,
    seen: Seen,
    summary: Summary,
    ended: bool,
}

/// Where the rows come from.
#[derive(Debug)]
enum Input {
    File(File),
    Bytes(&'static [u8]),
}

/// A file that ends with an error when a row is too long. Every line in it ends with `\n`, the last one too, so that lines
/// can be counted: the reader of CSV takes the `\n` of `\r\n` with the row after.
#[derive(Debug)]
struct Bounded {
    input: Input,
    left: usize,
    /// The last byte of the file so far.
    last: u8,
}

impl Bounded {
    fn new(input: Input) -> Self {
        Self { input, left: LONGEST_ROW, last: b'\n' }
    }

    /// Makes `\n` of `\r\n` and of `\r`; returns how many bytes are left.
    fn mend_line_ends(&mut self, bytes: &mut [u8]) -> usize {
        let mut kept = 0;
        for at in 0..bytes.len() {
            let (byte, before) = (bytes[at], self.last);
            self.last = byte;
            if byte == b'\n' && before == b'\r' {
                continue;
            }
            bytes[kept] = if byte == b'\r' { b'\n' } else { byte };
            kept += 1;
        }
        kept
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let why = format!("the row does not end within {} KiB: is a closing quote missing?", LONGEST_ROW >> 10);
            return Err(io::Error::other(why));
        }
        let most = buffer.len().min(self.left);
        loop {
            let count = match &mut self.input {
                Input::File(file) => file.read(&mut buffer[..most])?,
                Input::Bytes(bytes) => bytes.read(&mut buffer[..most])?,
            };
            self.left -= count;
            if count == 0 && most > 0 && !matches!(self.last, b'\n' | b'\r') {
                (self.last, buffer[0]) = (b'\n', b'\n');
                return Ok(1);
            }
            let kept = self.mend_line_ends(&mut buffer[..count]);
            // No byte at all would say that the file ends.
            if kept > 0 || count == 0 {
                return Ok(kept);
            }
        }
    }
}

/// A file with a header alone.
pub(super) fn none(path: &Path) -> DataError {
    DataError::Row { path: path.to_owned(), line: 1, why: "there is no puzzle after the header".into() }
}

impl CsvPuzzles {
    /// Opens a file and reads its header; spaces in questions and answers of mazes matter.
    ///
    /// # Errors
    /// Names the file and what is wrong: it cannot be read, or a column is missing.
    pub fn open(path: &Path, policy: Wrong) -> Result<Self, DataError> {
        let read = |reason| FileError { what: "read", path: path.to_owned(), reason };
        let file = File::open(path).map_err(read)?;
        if file.metadata().map_err(read)?.is_dir() {
            return Err(read(io::ErrorKind::IsADirectory.into()).into());
        }
        Self::begin(path, Input::File(file), policy)
    }

    /// [`CsvPuzzles::open`] for a file that the program carries under this name.
    ///
    /// # Errors
    /// A column is missing.
    pub fn of_bytes(name: &Path, bytes: &'static [u8], policy: Wrong) -> Result<Self, DataError> {
        Self::begin(name, Input::Bytes(bytes), policy)
    }

    fn begin(path: &Path, input: Input, policy: Wrong) -> Result<Self, DataError> {
        let wrong = |line: u64, why: String| DataError::Row { path: path.to_owned(), line, why };
        let bounded = Bounded::new(input);
        let mut reader = csv::ReaderBuilder::new().flexible(true).buffer_capacity(CHUNK).from_reader(bounded);
        let header = reader.byte_headers().map_err(|e| wrong(1, reason(e)))?.clone();
        let column = |name: &str| header.iter().position(|field| field.trim_ascii() == name.as_bytes());
        let find = |name: &str| {
            column(name).ok_or_else(|| wrong(1, format!("there is no column `{name}` (source,question,answer,rating)")))
        };
        Ok(Self {
            question: find("question")?,
            answer: find("answer")?,
            source: column("source"),
            rating: column("rating"),
            path: path.to_owned(),
            reader,
            record: ByteRecord::new(),
            policy,
            boards: None,
            seen: Seen::default(),
            summary: Summary::default(),
            ended: false,
        })
    }

    /// What the puzzles are; None before the first.
    pub fn boards(&self) -> Option<Boards> {
        self.boards
    }

    /// What was found so far.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Were wrong answers met so far that are to be refused?
    ///
    /// # Errors
    /// Names the first of them, and says how many there are.
    pub fn check(&self) -> Result<(), DataError> {
        match self.summary.first_wrong.first() {
            Some((line, why)) if self.policy == Wrong::Refuse => {
                let Summary { wrong, rows, .. } = self.summary;
                let so_many = format!("{wrong} of {rows} rows have a wrong answer");
                Err(self.wrong(
                    *line,
                    format!("{why} ({so_many}: correct them, or leave them out with --skip-wrong, or skip-wrong: before the name)"),
                ))
            }
            _ => Ok(()),
        }
    }

    /// Reads on to the end, and says what was found.
    ///
    /// # Errors
    /// As the rows.
    pub fn into_summary(mut self) -> Result<Summary, DataError> {
        self.by_ref().try_for_each(|row| row.map(drop))?;
        Ok(self.summary)
    }

    /// The next row that can be kept; None at the end.
    fn read(&mut self) -> Result<Option<CsvPuzzle>, DataError> {
        loop {
            self.reader.get_mut().left = LONGEST_ROW;
            let line = self.reader.position().line();
            if !self.reader.read_byte_record(&mut self.record).map_err(|e| self.wrong(line, reason(e)))? {
                self.check()?;
                return match self.summary.rows {
                    0 => Err(none(&self.path)),
                    _ => Ok(None),
                };
            }
            // Blank lines before it are passed over, and a quoted field may hold several lines.
            let within = self.record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
            let line = (self.reader.position().line() - 1).saturating_sub(within).max(line);
            self.summary.rows += 1;
            match self.puzzle(line)? {
                Ok(puzzle) => return Ok(Some(self.keep(line, puzzle)?)),
                Err(why) => self.summary.add_wrong(line, why),
            }
        }
    }

    /// The puzzle of the row at hand, or what is wrong with its answer.
    fn puzzle(&mut self, line: u64) -> Result<Result<Answered, String>, DataError> {
        let question = self.text(self.question, "question", line)?;
        let answer = self.text(self.answer, "answer", line)?;
        let puzzle = match self.boards {
            Some(Boards::Sudoku(shape)) => sudoku(&question, &answer, Some(shape)),
            Some(_) => maze(&question, &answer),
            None if question.contains(['#', 'S', 'G', 'o']) => maze(&question, &answer),
            None => sudoku(&question, &answer, None),
        };
        let puzzle = puzzle.map_err(|why| self.wrong(line, why))?;
        if let Ok(puzzle) = &puzzle {
            let (boards, first) = (puzzle.boards(), *self.boards.get_or_insert(puzzle.boards()));
            if boards != first {
                let why = format!("this is a {boards}, and the puzzles before are not: the first is a {first}");
                return Err(self.wrong(line, why));
            }
        }
        Ok(puzzle)
    }

    /// Counts a row.
    fn keep(&mut self, line: u64, mut puzzle: Answered) -> Result<CsvPuzzle, DataError> {
        let rating = match self.rating.and_then(|column| self.record.get(column)).map(<[u8]>::trim_ascii) {
            None | Some(b"") => None,
            Some(text) => {
                let text = String::from_utf8_lossy(text);
                let shown: String = text.chars().take(20).collect();
                Some(text.parse().map_err(|_| self.wrong(line, format!("the rating `{shown}` is no whole number")))?)
            }
        };
        let source = self.source.and_then(|column| self.record.get(column)).unwrap_or_default();
        let source = String::from_utf8_lossy(source).into_owned();
        if self.summary.kept == 0 {
            self.summary.boards = puzzle.boards().to_string();
        }
        self.summary.kept += 1;
        if let Some(rating) = rating {
            widen(&mut self.summary.rating, rating);
        }
        let new = match &mut puzzle {
            Answered::Sudoku(puzzle) => {
                puzzle.rating = rating.unwrap_or(0);
                widen(&mut self.summary.givens, puzzle.board.givens());
                self.seen.insert(puzzle.board.cells())
            }
            Answered::Maze(puzzle) => {
                widen(&mut self.summary.length, puzzle.steps());
                self.seen.insert(puzzle.maze.cells())
            }
        };
        self.summary.duplicates += usize::from(!new);
        Ok(CsvPuzzle { line, source, rating, puzzle })
    }

    fn text(&self, column: usize, name: &str, line: u64) -> Result<String, DataError> {
        let field =
            self.record.get(column).ok_or_else(|| self.wrong(line, format!("the field `{name}` is missing")))?;
        Ok(String::from_utf8_lossy(field).into_owned())
    }

    fn wrong(&self, line: u64, why: String) -> DataError {
        DataError::Row { path: self.path.clone(), line, why }
    }
}

impl Iterator for CsvPuzzles {
    type Item = Result<CsvPuzzle, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

/// The reason without the place, which stands before it.
fn reason(error: csv::Error) -> String {
    match error.into_kind() {
        csv::ErrorKind::Io(reason) => reason.to_string(),
        other => format!("this is no CSV: {other:?}"),
    }
}

/// A Sudoku, or what is wrong with the answer; an error when one of the two cannot be read.
fn sudoku(question: &str, answer: &str, shape: Option<Shape>) -> Result<Result<Answered, String>, String> {
    let parse = |name: &str, text: &str, shape: Option<Shape>| {
        Sudoku::parse(text, shape).map_err(|e| format!("`{name}` cannot be read: {e}"))
    };
    let board = parse("question", question, shape)?;
    let solution = parse("answer", answer, Some(board.shape()))?;
    Ok(Answered::sudoku(board, solution))
}

/// A maze, or what is wrong with the answer; an error when one of the two cannot be read.
fn maze(question: &str, answer: &str) -> Result<Result<Answered, String>, String> {
    match MazePuzzle::parse(question, answer) {
        Ok(puzzle) => Ok(Ok(Answered::Maze(puzzle))),
        Err(why @ (PuzzleError::Question(_) | PuzzleError::Answer(_))) => Err(why.to_string()),
        Err(why) => Ok(Err(why.to_string())),
    }
}
