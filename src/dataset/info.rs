//! What is in a file or folder of data, all of it read once.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::arc::holds_halves;
use super::build::{Watch, pairs_in_order};
use super::kind::Kind;
use super::open::boards;
use super::split::Keys;
use super::summary::{Seen, Summary, fingerprint, widen};
use super::{Answered, CsvPuzzles, DataError, DataSource, Rows, Wrong, builder, read_arc};
use crate::board::arc::Task;
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
    /// Puzzles to measure on that are symmetric copies of puzzles to learn from (of ARC: equal tasks), where there are
    /// both parts.
    pub shared: Option<usize>,
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
            Ok(Info { path, kind: "csv", task, parts, shared: shared(&keys) })
        }
        Kind::Arc => {
            let found = read_arc(&path)?;
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
            Ok(Info { path, kind: "arc", task: "arc", parts, shared: shared(&keys) })
        }
        Kind::Builder { root, parts: names } => {
            let (mut parts, mut keys, mut task) = (Vec::new(), Vec::new(), "");
            for name in names {
                let rows = Rows::open(&root, &name)?;
                let boards = boards(&rows, &root)?;
                task = boards.task();
                let (summary, part) = examples(&rows, boards, watch)?;
                keys.push(part);
                let metadata = rows.metadata();
                let content = Content::Examples {
                    counts: rows.counts(),
                    puzzle_ids: metadata.num_puzzle_identifiers,
                    seq_len: metadata.seq_len,
                    vocab_size: metadata.vocab_size,
                    summary,
                };
                parts.push(PartInfo { name, content });
            }
            let shared = if task == "arc" { None } else { shared(&keys) };
            Ok(Info { path, kind: "builder", task, parts, shared })
        }
    }
}

/// [`info`] of whatever says where puzzles come from: generated ones are made, and looked at as a file of them would be.
///
/// # Errors
/// As [`info`]; or there are no such puzzles.
pub fn info_of(source: &DataSource, watch: Watch) -> Result<Info, DataError> {
    if let DataSource::File { path, .. } | DataSource::Arc { path, .. } = source {
        return info(path, watch);
    }
    let set = source.load(None, watch)?;
    let boards = set.boards();
    let (mut summary, mut seen) = (Summary { boards: boards.to_string(), ..Summary::default() }, Seen::default());
    for index in 0..set.len() {
        count(&mut summary, &mut seen, boards, index as u64, &set.example(index)?);
        going(watch, index)?;
    }
    let part = PartInfo { name: "generated".to_owned(), content: Content::Rows(summary) };
    let path = PathBuf::from(source.to_string());
    Ok(Info { path, kind: "generated", task: boards.task(), parts: vec![part], shared: None })
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

/// All examples of a part, and the keys of what its groups were made from.
fn examples(rows: &Rows, boards: Boards, watch: Watch) -> Result<(Summary, Vec<u64>), DataError> {
    let mut summary = Summary { boards: boards.to_string(), ..Summary::default() };
    let (mut seen, mut keys) = (Seen::default(), Keys::new(boards));
    let mut groups = rows.group_ranges().peekable();
    rows.each(0..rows.len(), |index, example| {
        count(&mut summary, &mut seen, boards, index as u64, &example);
        if groups.next_if(|group| group.start == index).is_some() {
            keys.push(example.inputs);
        }
        going(watch, index)
    })?;
    Ok((summary, keys.finish()))
}

/// Counts an example.
fn count(summary: &mut Summary, seen: &mut Seen, boards: Boards, row: u64, example: &crate::task::Example) {
    summary.rows += 1;
    if !seen.insert(&(&example.inputs, &example.labels, example.puzzle_id)) {
        summary.duplicates += 1;
    }
    if matches!(boards, Boards::Arc { .. }) {
        summary.kept += 1;
        return;
    }
    match Answered::read(boards, example) {
        Ok(Answered::Sudoku(puzzle)) => widen(&mut summary.givens, puzzle.board.givens()),
        Ok(Answered::Maze(puzzle)) => widen(&mut summary.length, puzzle.steps()),
        Err(why) => return summary.add_wrong(row, why),
    }
    summary.kept += 1;
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
        match self.shared {
            None => Ok(()),
            Some(count) if self.kind == "arc" => {
                write!(f, "\ntasks of the one half that are tasks of the other: {count}")
            }
            Some(count) => {
                write!(f, "\npuzzles to measure on that are symmetric copies of puzzles to learn from: {count}")
            }
        }
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
        assert_eq!(told(&format!("arc:{text},augment=3")), told(&text.to_string()));
        let none = info_of(&"generated:4x4,givens=1..2,count=3".parse().unwrap(), &|_| true);
        assert!(none.is_err());
    }
}
