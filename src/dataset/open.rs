//! What a file or folder of data is, by what it holds, and the set that it makes.

use std::path::{Path, PathBuf};

use super::{DataError, DataSet, Part, Rows, TaskSet, builder, looks_like_arc, read_arc, read_csv};
use crate::board::arc::{LARGEST, Task};
use crate::files::FileError;
use crate::task::Boards;

/// What a file or folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Puzzle files; there is at least one.
    Csv {
        /// What is learned from.
        train: Option<PathBuf>,
        /// What is measured on.
        test: Option<PathBuf>,
    },
    /// ARC tasks.
    Arc,
    /// A builder's folder, or one part of it.
    Builder {
        /// The folder of the parts.
        root: PathBuf,
        /// The names of the parts it has.
        parts: Vec<String>,
    },
}

impl Kind {
    /// Looks at a file or folder without reading it.
    ///
    /// # Errors
    /// There is no such file, or it is none of the kinds.
    pub fn of(path: &Path) -> Result<Self, DataError> {
        let found = path.metadata().map_err(|reason| FileError { what: "read", path: path.to_owned(), reason })?;
        let wrong = |why: &str| DataError::Content { path: path.to_owned(), why: why.to_owned() };
        if !found.is_dir() {
            return match path.extension().map(|ending| ending.to_ascii_lowercase()).as_ref().and_then(|e| e.to_str()) {
                Some("npy") => Err(wrong("this is one table of a builder's folder: give the folder")),
                Some("json") => Ok(Self::Arc),
                _ => Ok(Self::Csv { train: Some(path.to_owned()), test: None }),
            };
        }
        let parts = builder::parts(path);
        if !parts.is_empty() {
            return Ok(Self::Builder { root: path.to_owned(), parts: parts.into_iter().map(str::to_owned).collect() });
        }
        if builder::is_part(path) {
            // A name such as `.` says neither the part nor its folder.
            let whole = path.canonicalize().map_err(|reason| FileError { what: "read", path: path.to_owned(), reason })?;
            if let (Some(root), Some(name)) = (whole.parent(), whole.file_name().and_then(|name| name.to_str())) {
                return Ok(Self::Builder { root: root.to_owned(), parts: vec![name.to_owned()] });
            }
        }
        let file = |name: &str| Some(path.join(name)).filter(|file| file.is_file());
        match (file("train.csv"), file("test.csv")) {
            (None, None) if looks_like_arc(path) => Ok(Self::Arc),
            (None, None) => {
                let why = "there is no data in this folder: it would hold train.csv and test.csv, ARC tasks as JSON, or a \
                           builder's train and test with their dataset.json";
                Err(wrong(why))
            }
            (train, test) => Ok(Self::Csv { train, test }),
        }
    }
}

/// Opens a file or folder; the first `limit` puzzles of files that are read whole.
///
/// # Errors
/// Names the file, the line or row, and what is wrong.
pub fn open(path: &Path, part: Part, limit: Option<usize>) -> Result<DataSet, DataError> {
    let none = |what: &str| DataError::Content { path: path.to_owned(), why: format!("it has no {what} part") };
    match (Kind::of(path)?, part) {
        (Kind::Csv { train: Some(file), .. }, Part::Train) | (Kind::Csv { test: Some(file), .. }, Part::Test) => {
            read_csv(&file, limit)
        }
        (Kind::Csv { .. }, Part::Train) => Err(none("train")),
        (Kind::Csv { .. }, Part::Test) => Err(none("test")),
        (Kind::Arc, part) => TaskSet::new(LARGEST, arc_tasks(path, part)?, 0, 0, part).map(DataSet::of_tasks),
        (Kind::Builder { root, parts }, part) => {
            let name = if part == Part::Train { "train" } else { "test" };
            // A part that was named itself is what is asked for, whatever it is called.
            let named = parts.first().filter(|_| root != path);
            let name = named.map_or(name, String::as_str);
            if !parts.iter().any(|part| part == name) {
                return Err(none(name));
            }
            rows(&root, name)
        }
    }
}

/// The part of the data that is meant for measuring; None when they have none.
///
/// # Errors
/// As [`open`].
pub fn test_part(path: &Path, limit: usize) -> Result<Option<DataSet>, DataError> {
    let there = match Kind::of(path)? {
        Kind::Csv { test, .. } => test.is_some(),
        Kind::Arc => true,
        Kind::Builder { root, parts } => root == path && parts.iter().any(|part| part == "test"),
    };
    match there.then(|| open(path, Part::Test, Some(limit))) {
        None | Some(Err(DataError::Empty)) => Ok(None),
        Some(set) => set.map(Some),
    }
}

/// The ARC tasks of a file or folder, the same for both parts so that puzzle ids agree. The test pairs of tasks that are
/// there to learn from altogether stand among their training pairs, when there are others to measure on.
///
/// # Errors
/// As [`read_arc`].
pub fn arc_tasks(path: &Path, _part: Part) -> Result<Vec<(String, Task)>, DataError> {
    let mut tasks = read_arc(path)?;
    if !tasks.evaluation.is_empty() {
        for (_, task) in &mut tasks.training {
            task.train.append(&mut task.test);
        }
    }
    Ok(tasks.training.into_iter().chain(tasks.evaluation).collect())
}

/// A part of a builder's folder.
fn rows(root: &Path, part: &str) -> Result<DataSet, DataError> {
    let rows = Rows::open(root, part)?;
    let boards = boards(&rows, root)?;
    let ids = rows.metadata().num_puzzle_identifiers;
    let names = match builder::identifiers(root)? {
        Some(names) => names,
        // The public code does without the names too.
        None => std::iter::once(builder::BLANK.to_owned()).chain((1..ids).map(|id| format!("puzzle {id}"))).collect(),
    };
    if names.len() != ids {
        let why = format!("identifiers.json has {} names, and {part}/dataset.json says {ids}", names.len());
        return Err(DataError::Content { path: root.to_owned(), why });
    }
    let counts = rows.counts();
    let note = format!("{boards}: {} examples of {} puzzles in {} groups", counts.examples, counts.puzzles, counts.groups);
    Ok(DataSet::of_rows(boards, names, rows).with_note(note))
}

/// What the tokens of a builder's folder stand for.
///
/// # Errors
/// There is no task of this size.
pub(super) fn boards(rows: &Rows, root: &Path) -> Result<Boards, DataError> {
    let (seq_len, vocab) = (rows.metadata().seq_len, rows.metadata().vocab_size);
    let boards = Boards::of(seq_len, vocab).ok_or_else(|| {
        let why = format!(
            "boards of {seq_len} tokens out of {vocab} are neither Sudokus (16 of 6, 36 of 8, 81 of 11) nor mazes (n*n of 6) \
             nor ARC's (n*n of 12)"
        );
        DataError::Content { path: root.to_owned(), why }
    })?;
    // A 4x4 maze has the size of a 4x4 Sudoku; its answer has one start and one goal, not four of each digit.
    let maze = Boards::Maze { side: boards.side() };
    if maze != boards && maze.vocab() == vocab {
        let labels = rows.example(0)?.labels;
        let count = |token: i32| labels.iter().filter(|&&label| label == token).count();
        if count(crate::task::maze::START) == 1 && count(crate::task::maze::GOAL) == 1 {
            return Ok(maze);
        }
    }
    Ok(boards)
}

#[cfg(test)]
mod tests {
    use super::super::builder::tests::fixture;
    use super::*;
    use crate::board::sudoku::Shape;

    const SUDOKU: &str = "question,answer\n1.34341221434321,1234341221434321\n";
    const TASK: &str = r#"{"train":[{"input":[[1]],"output":[[2]]}],"test":[{"input":[[3]],"output":[[4]]}]}"#;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn files_and_folders_are_known_by_what_they_hold() {
        let data = folder(&[
            ("csv/train.csv", SUDOKU),
            ("csv/test.csv", "question,answer\nS#G   ###,S#Gooo###\n"),
            ("arc/training/a.json", TASK),
            ("arc/evaluation/b.json", TASK),
            ("tasks/b.json", TASK),
            ("plain.txt", SUDOKU),
            ("x.npy", ""),
            ("none/x.md", ""),
        ]);
        let set = |name: &str, part| open(&data.path().join(name), part, None).unwrap();
        let test = |name: &str| test_part(&data.path().join(name), 9).unwrap().map(|set| set.len());
        assert_eq!(set("csv", Part::Train).boards(), Boards::Sudoku(Shape::ALL[0]));
        assert_eq!(set("csv", Part::Test).boards(), Boards::Maze { side: 3 });
        assert_eq!((set("plain.txt", Part::Train).len(), test("plain.txt"), test("csv")), (1, None, Some(1)));
        // The task of `training` gives both its pairs, that of `evaluation` one to each part.
        assert_eq!((set("arc", Part::Train).len(), test("arc")), (3, Some(1)));
        assert_eq!((set("tasks", Part::Train).len(), test("tasks/b.json")), (1, Some(1)));
        let names = set("arc", Part::Train).identifiers().to_vec();
        assert_eq!((names.as_slice(), set("arc", Part::Test).identifiers()), (&["<blank>", "a", "b"].map(String::from)[..], &names[..]));
        let message = |name: &str| open(&data.path().join(name), Part::Train, None).unwrap_err().to_string();
        assert!(message("x.npy").contains("give the folder"));
        assert!(message("none").contains("train.csv"));
        assert!(message("missing").contains("missing"));
        let wrong = open(&data.path().join("plain.txt"), Part::Test, None).unwrap_err().to_string();
        assert!(wrong.contains("no test part"), "{wrong}");
    }

    #[test]
    fn a_builders_folder_is_opened_whole_or_by_its_part() {
        let root = fixture("", |_| {});
        for path in [root.path().to_owned(), root.path().join("train")] {
            let set = open(&path, Part::Train, None).unwrap();
            assert_eq!((set.boards(), set.len()), (Boards::Sudoku(Shape::ALL[0]), 5));
            assert_eq!(set.identifiers()[3], "b");
            assert!(test_part(&path, 9).unwrap().is_none());
        }
        assert!(open(root.path(), Part::Test, None).unwrap_err().to_string().contains("no test part"));
        std::fs::write(root.path().join("identifiers.json"), "[\"<blank>\"]").unwrap();
        assert!(open(root.path(), Part::Train, None).unwrap_err().to_string().contains("1 names"));
        std::fs::remove_file(root.path().join("identifiers.json")).unwrap();
        assert_eq!(open(root.path(), Part::Train, None).unwrap().identifiers()[..2], ["<blank>", "puzzle 1"]);
        let odd = fixture("train/dataset.json", |b| {
            *b = String::from_utf8_lossy(b).replace("\"vocab_size\": 6", "\"vocab_size\": 7").into_bytes();
        });
        assert!(open(odd.path(), Part::Train, None).unwrap_err().to_string().contains("16 tokens out of 7"));
    }
}
