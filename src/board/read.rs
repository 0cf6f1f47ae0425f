//! What a text is: decided by its content alone.

use super::arc::{Document, JsonError, Sheet};
use super::maze::{self, Maze};
use super::sudoku::{self, Sudoku};
use super::{Board, Kind};

/// The most rows or tasks of a file that are kept where nobody says how many.
const MOST: usize = 500;

/// What a text holds: one board or several, each with a name where the text gives one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The boards in the order of the text; at least one.
    pub boards: Vec<(Option<String>, Board)>,
    /// Rows or tasks that hold no board, and those beyond the most that are kept.
    pub left_out: usize,
    /// The text is nothing but one board, so that [`Board::to_text`] can stand in its place.
    pub plain: bool,
    /// What was done to make a board of the text, in a sentence without a full stop.
    pub note: Option<String>,
}

/// A text that is no board.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It looks like a Sudoku.
    #[error("as a Sudoku: {0}")]
    Sudoku(#[from] sudoku::ParseError),
    /// It looks like a maze.
    #[error("as a maze: {0}")]
    Maze(#[from] maze::ParseError),
    /// It looks like JSON.
    #[error("as an ARC task: {0}")]
    Arc(#[from] JsonError),
    /// JSON without a test input.
    #[error("no task in it has a test input: an ARC file is {{\"train\": […], \"test\": [{{\"input\": [[…]]}}]}}")]
    NothingAsked,
    /// A file of puzzles without one.
    #[error(
        "none of its {0} rows holds a Sudoku or a maze: a puzzle file has the columns source,question,answer,rating"
    )]
    NoRow(usize),
    /// Nothing at all.
    #[error("it is empty")]
    Empty,
}

/// Reads boards of any kind: the official ARC JSON, rows of a puzzle file, a maze, or a Sudoku.
///
/// # Errors
/// [`ReadError`] says what the text looks like, and where it is not that.
pub fn read(text: &str) -> Result<Found, ReadError> {
    read_most(text, MOST, MOST)
}

fn read_most(text: &str, most_rows: usize, most_tasks: usize) -> Result<Found, ReadError> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.trim_start();
    if first.is_empty() {
        return Err(ReadError::Empty);
    }
    if let Some(board) = Sudoku::parse_table(text).or_else(|| Sudoku::parse_framed(text)) {
        return Ok(Found { boards: vec![(None, board.into())], left_out: 0, plain: true, note: None });
    }
    // What numpy prints is no list of JSON's.
    if first.starts_with('[')
        && let Ok(board) = Sudoku::parse(text, None)
    {
        return Ok(Found { boards: vec![(None, board.into())], left_out: 0, plain: true, note: None });
    }
    if first.starts_with(['{', '[']) {
        return tasks(Document::parse(text)?, most_tasks);
    }
    if text.contains(',') {
        return rows(text, most_rows);
    }
    let why = match one(text, None) {
        Ok(board) => return Ok(Found { boards: vec![(None, board)], left_out: 0, plain: true, note: None }),
        Err(why) => why,
    };
    let oblong = if matches!(why, ReadError::Maze(_)) { Maze::parse_oblong(text) } else { None };
    let (maze, rows, cols) = oblong.ok_or(why)?;
    let note = format!("The maze has {rows} rows of {cols} cells; walls make it {side} × {side}", side = maze.side());
    Ok(Found { boards: vec![(None, maze.into())], left_out: 0, plain: false, note: Some(note) })
}

/// One Sudoku or maze.
fn one(text: &str, shape: Option<sudoku::Shape>) -> Result<Board, ReadError> {
    match text.contains(['#', 'S', 'G']) {
        true => Ok(Maze::parse_draft(text)?.into()),
        false => Ok(Sudoku::parse(text, shape)?.into()),
    }
}

fn tasks(document: Document, most: usize) -> Result<Found, ReadError> {
    let tasks = match document {
        Document::Task(task) => vec![(None, task)],
        Document::Tasks(tasks) => tasks.into_iter().map(|(name, task)| (Some(name), task)).collect(),
        Document::Solutions(_) => Vec::new(),
    };
    let (all, plain) = (tasks.len(), matches!(tasks.as_slice(), [(None, _)]));
    let sheet = |(name, task): (Option<String>, _)| {
        let sheet = Sheet::new(name.clone().unwrap_or_else(|| "Task".to_owned()), task)?;
        Some((name, sheet.into()))
    };
    let boards: Vec<_> = tasks.into_iter().filter_map(sheet).take(most).collect();
    match boards.is_empty() {
        true => Err(ReadError::NothingAsked),
        false => Ok(Found { left_out: all - boards.len(), boards, plain, note: None }),
    }
}

/// The questions of a puzzle file, with or without its header: in each row the first field that is a board.
fn rows(text: &str, most: usize) -> Result<Found, ReadError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut found = Found { boards: Vec::new(), left_out: 0, plain: false, note: None };
    let mut count = 0;
    for (number, row) in reader.records().enumerate() {
        let header = |row: &csv::StringRecord| row.iter().any(|field| field.trim() == "question");
        if number == 0 && row.as_ref().is_ok_and(header) {
            continue;
        }
        count += 1;
        let wanted = row.ok().filter(|_| found.boards.len() < most);
        match wanted.and_then(|row| row.iter().find_map(question)) {
            Some(board) => found.boards.push((None, board)),
            None => found.left_out += 1,
        }
    }
    match found.boards.is_empty() {
        true => Err(ReadError::NoRow(count)),
        false => Ok(found),
    }
}

/// A field that is a question: too long for a number, and read whole.
fn question(field: &str) -> Option<Board> {
    (field.len() >= 9).then(|| one(field, None).ok()).flatten()
}

impl Found {
    /// As [`read`], but all tasks of an ARC file are kept, and as many rows of a puzzle file as are asked for.
    ///
    /// # Errors
    /// As [`read`].
    pub fn up_to(text: &str, most_rows: usize) -> Result<Self, ReadError> {
        read_most(text, most_rows, usize::MAX)
    }

    /// The first board, with its name; the first of this kind, where one is preferred.
    pub fn first(&self, kind: Option<Kind>) -> Option<&(Option<String>, Board)> {
        self.boards
            .iter()
            .find(|(_, board)| kind.is_none_or(|kind| board.kind() == kind))
            .or_else(|| self.boards.first())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        read(text).unwrap().boards.iter().map(|(_, board)| board.kind()).collect()
    }

    #[test]
    fn content_decides() {
        assert_eq!(kinds("1234 3412 2143 4321"), [Kind::Sudoku]);
        assert_eq!(kinds("1_3*/3412/2143/4321"), [Kind::Sudoku]);
        assert_eq!(kinds("1,,,4\n,,2,\n,,,\n4,,,1\n"), [Kind::Sudoku]);
        assert_eq!(kinds("[[1,0,0,4],[0,0,2,0],[0,0,0,0],[4,0,0,1]]"), [Kind::Sudoku]);
        assert_eq!(kinds("S #\n# #\n#G "), [Kind::Maze]);
        assert_eq!(kinds("S ## ##G "), [Kind::Maze]);
        assert_eq!(kinds("S.#\n#.#\n#G."), [Kind::Maze], "dots are open cells where there are walls");
        assert_eq!(kinds("1..4..2.....4..1"), [Kind::Sudoku]);
        assert_eq!(kinds("\"1..4..2.....4..1\""), [Kind::Sudoku]);
        assert_eq!(kinds("[[1 0 0 4]\n [0 0 2 0]\n [0 0 0 0]\n [4 0 0 1]]"), [Kind::Sudoku]);
        assert_eq!(kinds("1 . ║ . 4\n. . ║ 2 .\n════╬════\n. . ║ . .\n4 . ║ . 1"), [Kind::Sudoku]);
        assert_eq!(kinds(r#"{"train":[],"test":[{"input":[[1,2]]}]}"#), [Kind::Arc]);
        let several = read(r#"{"a":{"train":[],"test":[{"input":[[1,2]]}]},"b":{"train":[],"test":[]}}"#).unwrap();
        assert_eq!((several.boards[0].0.as_deref(), several.left_out), (Some("a"), 1));
        let plain = |text: &str| read(text).unwrap().plain;
        assert!(plain("S #\n# #\n#G ") && plain(r#"{"train":[],"test":[{"input":[[1,2]]}]}"#) && !several.plain);
        assert!(!plain("mine,1..4....2.......,1234341221434321,0"));
    }

    #[test]
    fn an_oblong_maze_is_filled_up_and_not_written_back() {
        let found = read("S  #\n#  G").unwrap();
        assert_eq!(found.boards[0].1.size(), (4, 4));
        assert!(!found.plain && found.note.unwrap().contains("2 rows of 4 cells"));
        assert!(read("S #\n# # #\n# G").is_err() && read("....\n....").is_err());
    }

    #[test]
    fn rows_of_puzzle_files() {
        let sudoku = "1..4....2......3,1234341221434321,5";
        assert_eq!(
            kinds(&format!("source,question,answer,rating\na,1..4....2.......,x,5\nb,{sudoku}")),
            [Kind::Sudoku, Kind::Sudoku]
        );
        assert_eq!(kinds("mine,1..4....2.......,1234341221434321,0"), [Kind::Sudoku]);
        let maze = read("source,question,answer,rating\n\"a, b\",S ## ##G ,S ## ##G ,3\nbad,row\n").unwrap();
        assert_eq!((maze.boards[0].1.kind(), maze.left_out), (Kind::Maze, 1));
        assert!(maze.first(Some(Kind::Sudoku)).is_some());
    }

    #[test]
    fn as_many_rows_are_read_as_are_asked_for() {
        let table = "mine,1..4....2.......,x,0\n".repeat(700);
        let kept = |found: Found| (found.boards.len(), found.left_out);
        assert_eq!(kept(read(&table).unwrap()), (500, 200));
        assert_eq!(kept(Found::up_to(&table, 600).unwrap()), (600, 100));
        assert_eq!(kept(Found::up_to(&table, usize::MAX).unwrap()), (700, 0));
        let tasks: Vec<String> =
            (0..700).map(|at| format!(r#""{at}":{{"train":[],"test":[{{"input":[[1]]}}]}}"#)).collect();
        let tasks = format!("{{{}}}", tasks.join(","));
        assert_eq!(kept(read(&tasks).unwrap()), (500, 200));
        assert_eq!(kept(Found::up_to(&tasks, 3).unwrap()), (700, 0));
    }

    #[test]
    fn what_fits_nothing_says_where() {
        for (text, part) in [
            ("", "empty"),
            ("12x4", "column 3"),
            ("S x\n# #\n#G ", "as a maze: line 1, column 3"),
            ("{\"train\":[", "as an ARC task"),
            ("{\"a\":[[[1]]]}", "test input"),
            ("a,b\nc,d", "none of its 2 rows"),
        ] {
            let message = read(text).unwrap_err().to_string();
            assert!(message.contains(part), "{text:?}: {message}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[0-9.#SG ,\n\\[\\]{}\":a-c]{0,120}") {
            if let Ok(found) = read(&text) {
                prop_assert!(!found.boards.is_empty());
            }
        }
    }
}
