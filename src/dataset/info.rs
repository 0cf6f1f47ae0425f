//! What is in a file or folder of data, all of it read once.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::arc::holds_halves;
use super::build::{Watch, pairs_in_order};
use super::checked::{Tally, check};
use super::kind::Kind;
use super::open::boards;
use super::split::{Keys, pair_key};
use super::summary::{Summary, fingerprint, widen};
use super::tasks::fitting;
use super::{CsvPuzzles, DataError, DataSource, Rows, Wrong, builder, read_arc};
use crate::board::arc::{LARGEST, Task};
use crate::task::Boards;

/// What is in a file or folder.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Info {
    /// Where it is.
    pub path: PathBuf,
    /// `csv`, `arc`, `builder` or `generated`.
    pub kind: &'static str,
    /// `sudoku`, `maze` or `arc`.
    pub task: &'static str,
    /// Its parts, `train` or `test`; of ARC `training` or `evaluation`; of a lone file or half what that is called.
    pub parts: Vec<PartInfo>,
    /// Puzzles to measure on that are symmetric copies of puzzles to learn from, where there are both parts. Of ARC: equal
    /// tasks, or in a builder's folder equal pairs.
    pub shared: Option<usize>,
    /// What people should know, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What is in one part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartInfo {
    /// Its name.
    pub name: String,
    /// What its puzzles are like.
    #[serde(flatten)]
    pub content: Content,
}

/// What puzzles are like.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Content {
    /// Rows of a file.
    Rows(Summary),
    /// Examples of a builder's folder.
    Examples {
        /// How much there is.
        #[serde(flatten)]
        counts: builder::Counts,
        /// Number of puzzle ids, the blank one included.
        puzzle_ids: usize,
        /// Tokens of a board.
        seq_len: usize,
        /// Number of tokens.
        vocab_size: usize,
        /// What the boards are like.
        #[serde(flatten)]
        summary: Summary,
    },
    /// ARC tasks.
    Tasks(TasksInfo),
}

/// What ARC tasks are like.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TasksInfo {
    /// Number of tasks.
    pub tasks: usize,
    /// Pairs that show the rule.
    pub train_pairs: usize,
    /// Pairs that ask for it.
    pub test_pairs: usize,
    /// Those of them that have no answer.
    pub unanswered: usize,
    /// Tasks that stand there twice, under two names.
    pub duplicates: usize,
    /// The least and the greatest side of a grid.
    pub sides: Option<(usize, usize)>,
}

/// Reads all of a file or folder; rows with a wrong answer are counted. `watch` is told how many rows were read, and stops
/// the work by answering false.
///
/// # Errors
/// Names the file, the line or row and what is wrong with it; or that it was stopped.
pub fn info(path: &Path, watch: Watch) -> Result<Info, DataError> {
    let path = path.to_owned();
    match Kind::of(&path)? {
        Kind::Csv { train, test } => {
            let (mut parts, mut keys, mut task) = (Vec::new(), Vec::new(), "");
            let both = train.is_some() && test.is_some();
            for (name, file) in [("train", train), ("test", test)] {
                let Some(file) = file else { continue };
                let mut rows = CsvPuzzles::open(&file, Wrong::Skip)?;
                let mut part: Option<Keys> = None;
                for (count, row) in (1..).zip(rows.by_ref()) {
                    let puzzle = row?.puzzle;
                    task = puzzle.boards().task();
                    let keys = part.get_or_insert_with(|| Keys::new(puzzle.boards()));
                    if both {
                        keys.push(puzzle.example().inputs);
                    }
                    going(watch, count)?;
                }
                keys.push(part.map_or_else(Vec::new, Keys::finish));
                let name = if path.is_dir() { name.to_owned() } else { own_name(&path) };
                parts.push(PartInfo { name, content: Content::Rows(rows.summary().clone()) });
            }
            Ok(Info { path, kind: "csv", task, parts, shared: shared(&keys), notes: Vec::new() })
        }
        Kind::Arc => tasks(path, LARGEST, 0),
        Kind::Builder { root, parts: names } => {
            let (mut parts, mut keys, mut task) = (Vec::new(), Vec::new(), "");
            for name in names {
                let rows = Rows::open(&root, &name)?;
                let boards = boards(&rows, &root)?;
                task = boards.task();
                let (summary, part) = examples(&rows, boards, watch)?;
                keys.push(part);
                parts.push(PartInfo { name, content: held(&rows, summary) });
            }
            Ok(Info { path, kind: "builder", task, parts, shared: shared(&keys), notes: Vec::new() })
        }
    }
}

/// Official ARC tasks that have room on a canvas.
fn tasks(path: PathBuf, canvas: usize, augment: usize) -> Result<Info, DataError> {
    let mut found = read_arc(&path)?;
    let larger = fitting(&mut found, canvas)?;
    let variants = (augment > 0).then(|| format!("each task is shown in up to {augment} variants beside itself"));
    let halves = [("training", &found.training), ("evaluation", &found.evaluation)];
    let halves: Vec<_> = halves.into_iter().filter(|(_, tasks)| !tasks.is_empty()).collect();
    // One half alone may be any tasks: only a folder that holds it says which it is.
    let alone = halves.len() == 1 && !holds_halves(&path);
    let keys: Vec<Vec<u64>> = halves
        .iter()
        .map(|(_, tasks)| tasks.iter().map(|(_, task)| fingerprint(&pairs_in_order(task))).collect())
        .collect();
    let parts = halves
        .iter()
        .zip(&keys)
        .map(|((name, tasks), keys)| PartInfo {
            name: if alone { own_name(&path) } else { (*name).to_owned() },
            content: Content::Tasks(tasks_info(tasks, keys)),
        })
        .collect();
    let notes = larger.into_iter().chain(variants).collect();
    Ok(Info { path, kind: "arc", task: "arc", parts, shared: shared(&keys), notes })
}

/// What a part of a builder's folder holds, its examples counted.
pub(super) fn held(rows: &Rows, summary: Summary) -> Content {
    let metadata = rows.metadata();
    Content::Examples {
        counts: rows.counts(),
        puzzle_ids: metadata.num_puzzle_identifiers,
        seq_len: metadata.seq_len,
        vocab_size: metadata.vocab_size,
        summary,
    }
}

/// [`info`] of whatever says where puzzles come from: generated ones are made, and looked at as a file of them would be; of
/// ARC tasks those are told that have room on the canvas that is asked for.
///
/// # Errors
/// As [`info`]; or there are no such puzzles.
pub fn info_of(source: &DataSource, watch: Watch) -> Result<Info, DataError> {
    match source {
        DataSource::File { path, .. } => return info(path, watch),
        DataSource::Arc { path, augment, canvas, .. } => return tasks(path.clone(), *canvas, *augment),
        DataSource::Sudoku { .. } | DataSource::Maze { .. } | DataSource::Families { .. } => {}
    }
    let set = source.load(None, watch)?;
    let boards = set.boards();
    let mut tally = Tally::new(boards);
    for index in 0..set.len() {
        tally.count(index, &set.example(index)?);
        going(watch, index)?;
    }
    let part = PartInfo { name: "generated".to_owned(), content: Content::Rows(tally.summary) };
    let path = PathBuf::from(source.to_string());
    Ok(Info { path, kind: "generated", task: boards.task(), parts: vec![part], shared: None, notes: Vec::new() })
}

/// What a file or folder is called; the name of a lone part.
fn own_name(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = if path.is_dir() { whole.file_name() } else { whole.file_stem() };
    name.map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn going(watch: Watch, done: usize) -> Result<(), DataError> {
    if watch(done) { Ok(()) } else { Err(DataError::Stopped) }
}

/// Test puzzles with the key of a training puzzle, when there are both.
fn shared(keys: &[Vec<u64>]) -> Option<usize> {
    let [train, test] = keys else { return None };
    let train: std::collections::HashSet<&u64> = train.iter().collect();
    Some(test.iter().filter(|key| train.contains(key)).count())
}

/// All examples of a part, and the keys of what its groups were made from; of ARC those of its pairs.
fn examples(rows: &Rows, boards: Boards, watch: Watch) -> Result<(Summary, Vec<u64>), DataError> {
    let arc = matches!(boards, Boards::Arc { .. });
    let (mut pairs, mut keys) = (Vec::new(), Keys::new(boards));
    let mut groups = rows.group_ranges().peekable();
    let summary = check(rows, boards, usize::MAX, |index, example, _| {
        if arc {
            pairs.push(pair_key(&example));
        } else if groups.next_if(|group| group.start == index).is_some() {
            keys.push(example.inputs);
        }
        going(watch, index)
    })?;
    Ok((summary, if arc { pairs } else { keys.finish() }))
}

fn tasks_info(tasks: &[(String, Task)], keys: &[u64]) -> TasksInfo {
    let mut info = TasksInfo { tasks: tasks.len(), ..TasksInfo::default() };
    for (_, task) in tasks {
        info.train_pairs += task.train.len();
        info.test_pairs += task.test.len();
        info.unanswered += task.test.iter().filter(|pair| pair.output.is_none()).count();
        for grid in
            task.train.iter().chain(&task.test).flat_map(|pair| std::iter::once(&pair.input).chain(&pair.output))
        {
            widen(&mut info.sides, grid.rows());
            widen(&mut info.sides, grid.cols());
        }
    }
    let different: std::collections::HashSet<&u64> = keys.iter().collect();
    info.duplicates = keys.len() - different.len();
    info
}

impl fmt::Display for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.parts.iter().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            write!(f, "{end}{}: {}", part.name, part.content)?;
        }
        if let Some(count) = self.shared {
            let what = match (self.kind, self.task) {
                ("arc", _) => "tasks of the one half that are tasks of the other",
                (_, "arc") => "pairs to measure on that stand, with their answers, among those to learn from",
                _ => "puzzles to measure on that are symmetric copies of puzzles to learn from",
            };
            write!(f, "\n{what}: {count}")?;
        }
        self.notes.iter().try_for_each(|note| write!(f, "\n{note}"))
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(summary) => summary.fmt(f),
            Self::Examples { counts, puzzle_ids, summary, .. } => {
                write!(f, "{} puzzles in {} groups, {puzzle_ids} puzzle ids; ", counts.puzzles, counts.groups)?;
                summary.describe(f, "row")
            }
            Self::Tasks(tasks) => {
                let TasksInfo { tasks, train_pairs, test_pairs, unanswered, duplicates, sides } = tasks;
                let (least, most) = sides.unwrap_or_default();
                write!(
                    f,
                    "{tasks} ARC tasks, {train_pairs} training and {test_pairs} test pairs, {unanswered} of them "
                )?;
                write!(f, "without an answer, {duplicates} duplicates; grids of {least} to {most} cells along a side")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_puzzles_are_described_as_a_file_of_them_would_be() {
        let told = |text: &str| info_of(&text.parse().unwrap(), &|_| true).unwrap();
        let sudokus = told("generated:4x4,givens=6..8,count=9,seed=1");
        assert_eq!((sudokus.kind, sudokus.task, sudokus.shared), ("generated", "sudoku", None));
        assert!(sudokus.to_string().starts_with("generated: 4x4 Sudoku: 9 rows, 9 kept, 0 with a wrong answer"));
        let mazes = told("generated:maze-9x9,length=8..40,count=5,seed=1").to_string();
        assert!(mazes.contains("9x9 maze: 5 rows, 5 kept") && mazes.contains("paths of "), "{mazes}");
        let tasks = told("generated:arc-12x12,families=all,pairs=1,seed=1").to_string();
        assert!(tasks.contains("ARC 12x12"), "{tasks}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        std::fs::write(&path, r#"{"train":[],"test":[{"input":[[1]]}]}"#).unwrap();
        let text = path.display();
        assert_eq!(told(&format!("arc:{text}")), told(&text.to_string()));
        let varied = told(&format!("arc:{text},augment=3"));
        assert_eq!(varied.notes, ["each task is shown in up to 3 variants beside itself"]);
        let none = info_of(&"generated:4x4,givens=1..2,count=3".parse().unwrap(), &|_| true);
        assert!(none.is_err());
    }
}
