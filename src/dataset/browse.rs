//! The first puzzles of a set as boards with their answers, for people to look through. Memory stays bounded by the number
//! of puzzles that are asked for, however long a file is.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::arc::{holds_halves, read_arc_in_part};
use super::kind::Kind;
use super::{Answered, CsvPuzzles, DataError, Rows, Wrong, builder, open};
use crate::board::Board;
use crate::board::arc::{Pair, Sheet, Task};
use crate::board::maze::MazePuzzle;
use crate::board::sudoku::{Solutions, Sudoku, classify};
use crate::files::FileError;
use crate::task::{Boards, Example, IGNORE, arc};

/// How many bytes at the start of a file are looked at to see what it is.
const START: u64 = 1 << 12;
/// How many files that cannot be read are named, each with why.
const NAMED: usize = 3;
/// The most characters of a reason.
const LONGEST_REASON: usize = 200;

/// A puzzle of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Specimen {
    /// Its own name; None where it has a number alone.
    pub name: Option<String>,
    /// Where the set says that it comes from; may be empty.
    pub source: String,
    /// How hard the set says that it is.
    pub rating: Option<u32>,
    /// What is asked.
    pub board: Board,
    /// What is right. An ARC task has its own answer within the board.
    pub answer: Option<RightAnswer>,
}

/// The right answer to a Sudoku or a maze.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RightAnswer {
    /// The board filled.
    Digits(Sudoku),
    /// A shortest path, start and goal included.
    Path(Vec<usize>),
}

impl Specimen {
    /// A board with the answer that the solver finds: the one solution of a Sudoku, a shortest path of a maze.
    pub fn solved(name: Option<String>, board: Board) -> Self {
        let answer = match &board {
            Board::Sudoku(sheet) => match classify(sheet.board()) {
                Solutions::Unique(solution) => Some(RightAnswer::Digits(solution)),
                _ => None,
            },
            Board::Maze(maze) => MazePuzzle::solve(maze.clone()).ok().map(|puzzle| RightAnswer::Path(puzzle.path)),
            Board::Arc(_) => None,
        };
        Self { name, source: String::new(), rating: None, board, answer }
    }

    fn answered(puzzle: Answered, source: String, rating: Option<u32>) -> Self {
        let (board, answer) = match puzzle {
            Answered::Sudoku(puzzle) => (puzzle.board.into(), RightAnswer::Digits(puzzle.solution)),
            Answered::Maze(puzzle) => (puzzle.maze.into(), RightAnswer::Path(puzzle.path)),
        };
        Self { name: None, source, rating, board, answer: Some(answer) }
    }
}

/// The puzzles of a set, at least one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collection {
    /// In the order of the set.
    pub specimens: Vec<Specimen>,
    /// What people should know of it, a sentence each: what was left out, and why.
    pub notes: Vec<String>,
}

impl Collection {
    /// Keeps the first `limit` puzzles of more, and says so.
    pub fn cut(&mut self, limit: usize) {
        self.specimens.truncate(limit);
        self.notes.push(format!("The first {limit} are shown; the set has more."));
    }

    fn check(self) -> Result<Self, DataError> {
        if self.specimens.is_empty() { Err(DataError::Empty) } else { Ok(self) }
    }
}

/// The first `limit` puzzles of a puzzle CSV, of ARC JSON, or of a folder of either or of a public builder. Of two parts the
/// one that is meant for measuring is taken. Task files of a folder that cannot be read are told, and left out.
///
/// # Errors
/// What is wrong with the file or folder, and where.
pub fn browse(path: &Path, limit: usize) -> Result<Collection, DataError> {
    if !path.is_dir() {
        return match is_json(path)? {
            true => browse_arc(path, limit),
            false => browse_csv(CsvPuzzles::open(path, Wrong::Skip)?, limit),
        };
    }
    match Kind::of(path)? {
        Kind::Csv { train, test } => {
            let file = test.or(train).unwrap_or_else(|| path.to_owned());
            browse_csv(CsvPuzzles::open(&file, Wrong::Skip)?, limit)
        }
        Kind::Arc => browse_arc(path, limit),
        Kind::Builder { root, parts } => {
            let part = parts.iter().find(|part| *part == "test").or(parts.first()).map_or("train", String::as_str);
            rows(&root, part, limit)
        }
    }
}

/// Whether a folder has the form of one set, and is no heap of files: a public builder's, puzzle files to learn from and to
/// measure on, halves of ARC tasks.
pub fn is_one_set(folder: &Path) -> bool {
    let of_parts =
        || matches!(Kind::of(folder), Ok(Kind::Builder { .. } | Kind::Csv { train: Some(_), test: Some(_) }));
    holds_halves(folder) || builder::unlabelled(folder).is_some() || of_parts()
}

/// Files of a folder that cannot be read, as a list for people: the first few by name and reason, and how many more.
pub fn listed(folder: &Path, whys: &[String]) -> String {
    // All are in the one folder, so its name says nothing.
    let within = folder.join("").display().to_string();
    let short = |why: &String| -> String {
        let why = why.replace(&within, "");
        let cut = why.chars().count() > LONGEST_REASON;
        why.chars().take(LONGEST_REASON).chain(cut.then_some('…')).collect()
    };
    let mut list: Vec<String> = whys.iter().take(NAMED).map(short).collect();
    if whys.len() > NAMED {
        list.push(format!("and {} more", whys.len() - NAMED));
    }
    list.join("; ")
}

/// A sentence about files of a folder that were left out; None where there is none.
pub fn left_out(folder: &Path, whys: &[String]) -> Option<String> {
    let files = if whys.len() == 1 { "1 file was".to_owned() } else { format!("{} files were", whys.len()) };
    (!whys.is_empty()).then(|| format!("{files} left out: {}.", listed(folder, whys)))
}

fn is_json(path: &Path) -> Result<bool, DataError> {
    let failed = |reason| FileError { what: "read", path: path.to_owned(), reason };
    let mut start = Vec::new();
    File::open(path).map_err(failed)?.take(START).read_to_end(&mut start).map_err(failed)?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii_start();
    Ok(start.starts_with(b"{"))
}

/// The first `limit` puzzles of a file that is being read.
///
/// # Errors
/// A row that cannot be read, by line.
pub fn browse_csv(mut puzzles: CsvPuzzles, limit: usize) -> Result<Collection, DataError> {
    let mut found = Collection::default();
    for row in puzzles.by_ref().take(limit) {
        let row = row?;
        found.specimens.push(Specimen::answered(row.puzzle, row.source, row.rating));
    }
    if found.specimens.len() == limit && puzzles.next().is_some() {
        found.cut(limit);
    }
    let wrong = puzzles.summary().wrong;
    if wrong > 0 {
        found.notes.push(format!("{wrong} rows whose answer is wrong by the rules were left out."));
    }
    found.check()
}

fn browse_arc(path: &Path, limit: usize) -> Result<Collection, DataError> {
    let (tasks, refused) = read_arc_in_part(path)?;
    let both = !tasks.training.is_empty() && !tasks.evaluation.is_empty();
    let named = |source: &'static str| move |(name, task)| (if both { source } else { "" }, name, task);
    let training = tasks.training.into_iter().map(named("training"));
    let mut found = browse_tasks(training.chain(tasks.evaluation.into_iter().map(named("evaluation"))), limit)?;
    let refused: Vec<String> = refused.iter().map(ToString::to_string).collect();
    found.notes.extend(left_out(path, &refused));
    Ok(found)
}

/// Tasks with where they come from and their names: each of their test inputs is a puzzle.
///
/// # Errors
/// None of them asks anything.
pub fn browse_tasks(
    tasks: impl Iterator<Item = (&'static str, String, Task)>,
    limit: usize,
) -> Result<Collection, DataError> {
    let (mut found, mut silent) = (Collection::default(), 0);
    for (source, name, task) in tasks {
        let tests = task.test.len();
        let Some(sheet) = Sheet::new(name.clone(), task) else {
            silent += 1;
            continue;
        };
        for test in 0..tests {
            if found.specimens.len() == limit {
                found.cut(limit);
                return Ok(found);
            }
            let name = if tests == 1 { name.clone() } else { format!("{name}, test {}", test + 1) };
            let (source, board) = (source.to_owned(), sheet.clone().asking(test).into());
            found.specimens.push(Specimen { name: Some(name), source, rating: None, board, answer: None });
        }
    }
    if silent > 0 {
        found.notes.push(format!("{silent} tasks without a test input were left out."));
    }
    found.check()
}

/// A part of a builder's folder.
fn rows(root: &Path, part: &str, limit: usize) -> Result<Collection, DataError> {
    let rows = Rows::open(root, part)?;
    let boards = open::boards(&rows, root)?;
    let names = builder::identifiers(root)?.unwrap_or_default();
    let (mut found, mut wrong) = (Collection::default(), 0);
    for index in 0..rows.len().min(limit) {
        let example = rows.example(index)?;
        match specimen(boards, &example, &names) {
            Some(specimen) => found.specimens.push(Specimen { source: part.to_owned(), ..specimen }),
            None => wrong += 1,
        }
    }
    if rows.len() > limit {
        found.notes.push(format!("The first {limit} of {} in {part} are shown.", rows.len()));
    }
    if wrong > 0 {
        found.notes.push(format!("{wrong} rows that are no puzzle with its answer were left out."));
    }
    found.check()
}

/// What an example's tokens show; an ARC pair that lies elsewhere than in the canvas's corner is found all the same.
fn specimen(boards: Boards, example: &Example, names: &[String]) -> Option<Specimen> {
    let Boards::Arc { side } = boards else {
        return Answered::read(boards, example).ok().map(|puzzle| Specimen::answered(puzzle, String::new(), None));
    };
    let first = example.inputs.iter().position(|token| arc::colour(*token).is_some())?;
    let corner = |tokens: &[i32]| -> Vec<i32> {
        let (row, col) = (first / side, first % side);
        let at = |r: usize, c: usize| (r < side && c < side).then(|| tokens.get(r * side + c).copied()).flatten();
        let token = |cell: usize| at(row + cell / side, col + cell % side).unwrap_or(arc::PAD);
        (0..side * side).map(token).map(|token| if token == IGNORE { arc::PAD } else { token }).collect()
    };
    let input = arc::decode(&corner(&example.inputs), side)?;
    let output = arc::decode(&corner(&example.labels), side);
    let name = usize::try_from(example.puzzle_id).ok().and_then(|id| names.get(id)).cloned();
    let task = Task { train: Vec::new(), test: vec![Pair { input, output }] };
    let sheet = Sheet::new(name.clone().unwrap_or_else(|| "Task".into()), task)?;
    Some(Specimen { name, source: String::new(), rating: None, board: sheet.into(), answer: None })
}

#[cfg(test)]
mod tests {
    use super::super::builder::tests::fixture;
    use super::*;
    use crate::board::Kind as BoardKind;

    #[test]
    fn a_file_is_read_up_to_the_limit_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.csv");
        let row = |source: &str| format!("{source},1.34341221434321,1234341221434321,7\n");
        let wrong = "w,1.34341221434321,2134341221434321,1\n";
        let text = format!("source,question,answer,rating\n{}{wrong}{}{}", row("a"), row("b"), row("c"));
        std::fs::write(&path, text).unwrap();
        let all = browse(&path, 10).unwrap();
        assert_eq!((all.specimens.len(), all.specimens[1].source.as_str(), all.specimens[1].rating), (3, "b", Some(7)));
        assert!(all.notes[0].starts_with("1 rows whose answer is wrong"), "{:?}", all.notes);
        assert!(matches!(&all.specimens[0].answer, Some(RightAnswer::Digits(solution)) if solution.is_solved()));
        let some = browse(&path, 2).unwrap();
        assert_eq!((some.specimens.len(), some.notes[0].as_str()), (2, "The first 2 are shown; the set has more."));
        assert_eq!(browse(&path, 3).unwrap().notes.len(), 1, "nothing more than the wrong row");
    }

    #[test]
    fn every_test_input_of_a_task_is_a_puzzle() {
        let folder = tempfile::tempdir().unwrap();
        let pair = r#"{"input":[[1]],"output":[[2]]}"#;
        let text = format!(r#"{{"a":{{"train":[],"test":[{pair},{pair}]}},"b":{{"train":[],"test":[]}}}}"#);
        std::fs::write(folder.path().join("tasks.json"), text).unwrap();
        for path in [folder.path().join("tasks.json"), folder.path().to_owned()] {
            let found = browse(&path, 9).unwrap();
            let names: Vec<&str> = found.specimens.iter().filter_map(|one| one.name.as_deref()).collect();
            assert_eq!(names, ["a, test 1", "a, test 2"]);
            assert_eq!(found.notes, ["1 tasks without a test input were left out."]);
        }
    }

    #[test]
    fn task_files_that_cannot_be_read_are_told_beside_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let task = r#"{"train":[],"test":[{"input":[[1]]}]}"#;
        for name in ["a", "b", "c"] {
            std::fs::write(folder.path().join(format!("{name}.json")), task).unwrap();
        }
        assert!(browse(folder.path(), 9).unwrap().notes.is_empty());
        std::fs::write(folder.path().join("b.json"), task.replace('1', "12")).unwrap();
        let found = browse(folder.path(), 9).unwrap();
        assert_eq!(found.specimens.len(), 2);
        let note = &found.notes[0];
        assert!(note.starts_with("1 file was left out: b.json: ") && note.contains("12 is no colour"), "{note}");
        for name in ["a", "c", "d", "e"] {
            std::fs::write(folder.path().join(format!("{name}.json")), "{").unwrap();
        }
        assert!(browse(folder.path(), 9).unwrap_err().to_string().contains("a.json"), "nothing can be read");
        std::fs::write(folder.path().join("a.json"), task).unwrap();
        let note = browse(folder.path(), 9).unwrap().notes.remove(0);
        assert!(note.starts_with("4 files were left out: b.json: ") && note.ends_with("; and 1 more."), "{note}");
        assert!(!note.contains(folder.path().to_str().unwrap()), "{note}");
    }

    #[test]
    fn one_set_is_told_from_a_heap_of_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("train.csv"), "question,answer\n").unwrap();
        std::fs::write(path("a.json"), "{}").unwrap();
        assert!(!is_one_set(folder.path()) && !is_one_set(&path("gone")));
        std::fs::write(path("test.csv"), "question,answer\n").unwrap();
        assert!(is_one_set(folder.path()));
        std::fs::remove_file(path("test.csv")).unwrap();
        std::fs::create_dir(path("training")).unwrap();
        assert!(is_one_set(folder.path()) && is_one_set(fixture("", |_| {}).path()));
    }

    #[test]
    fn a_builders_folder_is_shown_as_boards() {
        let folder = fixture("", |_| {});
        let found = browse(folder.path(), 3).unwrap();
        assert_eq!(found.specimens.len(), 2);
        assert!(found.specimens.iter().all(|one| one.board.kind() == BoardKind::Sudoku && one.answer.is_some()));
        let notes =
            ["The first 3 of 5 in train are shown.", "1 rows that are no puzzle with its answer were left out."];
        assert_eq!(found.notes, notes);
    }

    #[test]
    fn an_arc_pair_is_found_at_its_offset() {
        let pair = Pair { input: "12\n34".parse().unwrap(), output: Some("56".parse().unwrap()) };
        let example = arc::encode(&pair, 6, (2, 3), 1).unwrap();
        let found = specimen(Boards::Arc { side: 6 }, &example, &["<blank>".into(), "mine".into()]).unwrap();
        let sheet = found.board.arc().unwrap();
        assert_eq!((sheet.name(), sheet.input(), sheet.output()), ("mine", &pair.input, pair.output.as_ref()));
    }

    #[test]
    fn what_is_no_set_says_what_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        assert!(browse(folder.path(), 5).unwrap_err().to_string().contains("there is no data in this folder"));
        let missing = browse(&folder.path().join("gone.csv"), 5).unwrap_err().to_string();
        assert!(missing.contains("gone.csv"), "{missing}");
    }

    #[test]
    fn the_solver_answers_what_has_no_answer() {
        let sudoku = Sudoku::parse("1.34341221434321", None).unwrap();
        assert!(matches!(Specimen::solved(None, sudoku.into()).answer, Some(RightAnswer::Digits(_))));
        let blank = Sudoku::parse("................", None).unwrap();
        assert_eq!(Specimen::solved(None, blank.into()).answer, None, "it has several");
        let maze = crate::board::maze::Maze::parse("S #\n# #\n#G ").unwrap();
        assert!(matches!(Specimen::solved(None, maze.into()).answer, Some(RightAnswer::Path(path)) if path.len() == 4));
    }
}
