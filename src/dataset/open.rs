//! A file or folder of puzzles, opened by what it holds.

use std::path::Path;

use super::checked::check;
use super::info::held;
use super::kind::Kind;
use super::set::Part;
use super::tasks::Known;
use super::{Answered, CsvPuzzles, DataError, DataSet, Rows, TaskSet, Wrong, builder, read_arc};
use crate::board::arc;
use crate::task::{Boards, maze};

/// Opens a puzzle CSV, a folder with `train.csv`, ARC JSON (each task as it is), or a builder's folder; of Sudokus and mazes
/// the first `limit` rows.
///
/// # Errors
/// What is wrong with it, by file and row.
pub fn open(path: &Path, wrong: Wrong, limit: Option<usize>) -> Result<DataSet, DataError> {
    let none = || DataError::Content { path: path.to_owned(), why: "it has no train part to learn from".into() };
    match Kind::of(path)? {
        Kind::Csv { train, .. } => csv(&train.ok_or_else(none)?, wrong, limit),
        Kind::Arc => TaskSet::new(arc::LARGEST, arc_tasks(path)?, 0, 0, Part::Train).map(DataSet::of_tasks),
        // A part that was named itself is what is asked for, whatever it is called.
        Kind::Builder { root, parts } => match parts.as_slice() {
            [part] if root != path => rows(&root, part, wrong, limit),
            parts if parts.iter().any(|part| part == "train") => rows(&root, "train", wrong, limit),
            _ => Err(none()),
        },
    }
}

/// The part of a file or folder that is meant for measuring, when it has one.
///
/// # Errors
/// As [`open`].
pub fn test_part(path: &Path, wrong: Wrong) -> Result<Option<DataSet>, DataError> {
    match Kind::of(path)? {
        Kind::Csv { test, .. } => test.map(|test| csv(&test, wrong, None)).transpose(),
        Kind::Arc => match TaskSet::new(arc::LARGEST, arc_tasks(path)?, 0, 0, Part::Test) {
            Err(DataError::Empty) => Ok(None),
            set => set.map(|set| Some(DataSet::of_tasks(set))),
        },
        Kind::Builder { root, parts } if root == path && parts.iter().any(|part| part == "test") => {
            rows(&root, "test", wrong, None).map(Some)
        }
        Kind::Builder { .. } => Ok(None),
    }
}

/// ARC tasks with what is known of them: those of a training half may be learned from altogether, when there is another
/// half to measure on.
///
/// # Errors
/// As [`read_arc`].
pub fn arc_tasks(path: &Path) -> Result<Vec<Known>, DataError> {
    let found = read_arc(path)?;
    let both = !found.evaluation.is_empty();
    let known = |learned: bool| move |(name, task)| Known { name, task, learned };
    Ok(found.training.into_iter().map(known(both)).chain(found.evaluation.into_iter().map(known(false))).collect())
}

/// A puzzle file, read whole.
fn csv(path: &Path, wrong: Wrong, limit: Option<usize>) -> Result<DataSet, DataError> {
    let mut puzzles = CsvPuzzles::open(path, wrong)?;
    let found: Vec<Answered> = puzzles
        .by_ref()
        .take(limit.unwrap_or(usize::MAX))
        .map(|row| row.map(|row| row.puzzle))
        .collect::<Result<_, _>>()?;
    puzzles.check()?;
    let note = format!("{}: {}", path.display(), puzzles.summary());
    let set = DataSet::of_answered(&found).ok_or(DataError::Empty)?;
    Ok(set.with_note(note))
}

/// A part of a builder's folder; of Sudokus and mazes the first `limit` rows whose answer is not wrong.
fn rows(root: &Path, part: &str, wrong: Wrong, limit: Option<usize>) -> Result<DataSet, DataError> {
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
    if matches!(boards, Boards::Arc { .. }) {
        // A thousand variants of each task are gigabytes, and there is no rule to hold them against.
        let counts = rows.counts();
        let note =
            format!("{boards}: {} examples of {} puzzles in {} groups", counts.examples, counts.puzzles, counts.groups);
        let kept = (0..rows.len()).collect();
        return Ok(DataSet::of_rows(boards, names, rows, kept).with_note(note));
    }
    let mut kept = Vec::new();
    let summary = check(&rows, boards, limit.unwrap_or(usize::MAX), |row, _, right| {
        kept.extend(right.then_some(row));
        Ok(())
    })?;
    if let (Wrong::Refuse, Some((row, why))) = (wrong, summary.first_wrong.first()) {
        let (file, row) = rows.whereabouts(*row as usize);
        let so_many = format!("{} of {} rows have a wrong answer", summary.wrong, summary.rows);
        let why = format!("row {row}: {why} ({so_many}: leave them out with skip-wrong: before the folder's name)");
        return Err(DataError::Content { path: file.to_owned(), why });
    }
    if kept.is_empty() {
        return Err(DataError::Empty);
    }
    let note = format!("{}: {}", root.join(part).display(), held(&rows, summary));
    Ok(DataSet::of_rows(boards, names, rows, kept).with_note(note))
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
    let other = Boards::Maze { side: boards.side() };
    if other != boards && other.vocab() == vocab {
        let labels = rows.example(0)?.labels;
        let count = |token: i32| labels.iter().filter(|&&label| label == token).count();
        if count(maze::START) == 1 && count(maze::GOAL) == 1 {
            return Ok(other);
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
        let set = |name: &str| open(&data.path().join(name), Wrong::Refuse, None).unwrap();
        let test = |name: &str| test_part(&data.path().join(name), Wrong::Refuse).unwrap();
        let count = |name: &str| test(name).map(|set| set.len());
        assert_eq!(set("csv").boards(), Boards::Sudoku(Shape::ALL[0]));
        assert_eq!(test("csv").unwrap().boards(), Boards::Maze { side: 3 });
        assert!(set("csv").notes()[0].contains("4x4 Sudoku: 1 rows, 1 kept"));
        assert_eq!((set("plain.txt").len(), count("plain.txt"), count("csv")), (1, None, Some(1)));
        // The task of `training` gives both its pairs, that of `evaluation` one to each part.
        assert_eq!((set("arc").len(), count("arc")), (3, Some(1)));
        assert_eq!((set("tasks").len(), count("tasks/b.json"), count("arc/training")), (1, Some(1), Some(1)));
        assert_eq!(set("arc").identifiers(), ["<blank>", "a", "b"]);
        assert_eq!(test("arc").unwrap().identifiers(), ["<blank>", "a", "b"]);
        let message = |name: &str| open(&data.path().join(name), Wrong::Refuse, None).unwrap_err().to_string();
        assert!(message("x.npy").contains("give the folder"));
        assert!(message("none").contains("train.csv"));
        assert!(message("missing").contains("missing"));
        std::fs::write(data.path().join("plain.txt"), format!("{SUDOKU}1.34341221434321,2134341221434321\n")).unwrap();
        assert!(message("plain.txt").contains("1 of 2 rows"));
        // What was asked for ends before it.
        assert_eq!(open(&data.path().join("plain.txt"), Wrong::Refuse, Some(1)).unwrap().len(), 1);
        assert_eq!(open(&data.path().join("plain.txt"), Wrong::Skip, None).unwrap().len(), 1);
    }

    #[test]
    fn a_builders_folder_is_opened_whole_or_by_its_part() {
        let root = fixture("", |_| {});
        for path in [root.path().to_owned(), root.path().join("train")] {
            let set = open(&path, Wrong::Refuse, None).unwrap();
            assert_eq!((set.boards(), set.len()), (Boards::Sudoku(Shape::ALL[0]), 5));
            assert_eq!(set.identifiers()[3], "b");
            assert!(test_part(&path, Wrong::Refuse).unwrap().is_none());
        }
        std::fs::write(root.path().join("identifiers.json"), "[\"<blank>\"]").unwrap();
        assert!(open(root.path(), Wrong::Refuse, None).unwrap_err().to_string().contains("1 names"));
        std::fs::remove_file(root.path().join("identifiers.json")).unwrap();
        assert_eq!(open(root.path(), Wrong::Refuse, None).unwrap().identifiers()[..2], ["<blank>", "puzzle 1"]);
        let odd = fixture("train/dataset.json", |b| {
            *b = String::from_utf8_lossy(b).replace("\"vocab_size\": 6", "\"vocab_size\": 7").into_bytes();
        });
        assert!(open(odd.path(), Wrong::Refuse, None).unwrap_err().to_string().contains("16 tokens out of 7"));
    }
}
