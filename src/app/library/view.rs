//! What of a set is shown, in which order, and what the answers come to: pure, and made anew only when something changed.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write;

use super::super::state::State;
use super::judge::Outcome;
use super::{By, Filter, Set, Sort};
use crate::board::{Board, Kind};
use crate::dataset::{RightAnswer, Specimen};
use crate::engine::ModelInfo;
use crate::task::Boards;

/// What is shown.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The puzzles in their order, by their places in the set.
    pub order: Vec<usize>,
    /// What the answers to all that were found come to, whatever is filtered.
    pub sums: Sums,
    key: Option<Key>,
    /// For each puzzle of an ARC set the model's row for it.
    rows: Vec<Option<i32>>,
    rows_of: Option<(u64, usize, String, usize)>,
}

/// What a view is made from.
#[derive(Debug, Clone, PartialEq)]
struct Key {
    set: u64,
    revision: u64,
    search: String,
    sort: Sort,
    filter: Filter,
    by: Option<By>,
    browsed: (Kind, usize, usize),
}

impl View {
    /// The row of the puzzle table that a model has for a task of a set.
    pub(super) fn row(&self, set: u64, index: usize, model: &ModelInfo, name: &str) -> Option<i32> {
        match &self.rows_of {
            Some((of, _, hash, ids)) if *of == set && *hash == model.hash && *ids == model.identifiers.len() => {
                self.rows.get(index).copied().flatten()
            }
            _ => model.puzzle_id(name),
        }
    }

    /// Whether the model has a row for a task.
    pub fn knows(&self, index: usize) -> bool {
        self.rows.get(index).is_none_or(Option::is_some)
    }
}

/// Looks again where something changed. Costs nothing while nothing does.
pub fn refresh(state: &mut State) {
    let library = &state.library;
    let key = Key {
        set: library.shown().id,
        revision: library.revision,
        search: library.search.clone(),
        sort: library.sort,
        filter: library.filter,
        by: state.answerer(),
        browsed: (state.kind(), state.settings.shape.cells(), state.settings.maze_side),
    };
    let ids = state.model.as_ref().map_or(0, |model| model.identifiers.len());
    let hash = state.model.as_ref().map_or(String::new(), |model| model.hash.clone());
    let rows_of = (key.set, library.shown().specimens.len(), hash, ids);
    let mut view = std::mem::take(&mut state.library.view);
    if view.rows_of.as_ref() != Some(&rows_of) {
        view.rows = rows(state.library.shown(), state.model.as_deref());
        (view.rows_of, view.key) = (Some(rows_of), None);
    }
    if view.key.as_ref() != Some(&key) {
        let set = state.library.shown();
        let table = key.by.as_ref().and_then(|by| state.library.table(set.id, by));
        let browsed = |index: &usize| state.is_browsed(&set.place, &set.specimens[*index]);
        let found: Vec<usize> =
            (0..set.specimens.len()).filter(browsed).filter(|index| is_found(set, *index, &key.search)).collect();
        view.sums = Sums::of(set, table, &view.rows, found.iter().copied());
        view.order = found.into_iter().filter(|index| passes(key.filter, outcome(table, *index))).collect();
        sort(&mut view.order, set, key.sort, table, &view.rows);
        view.key = Some(key);
    }
    state.library.view = view;
}

/// The model's rows for the tasks of a set; none for other boards.
fn rows(set: &Set, model: Option<&ModelInfo>) -> Vec<Option<i32>> {
    if !set.specimens.iter().any(|one| one.board.kind() == Kind::Arc) {
        return Vec::new();
    }
    let names = model.map_or(&[][..], |model| &model.identifiers);
    let ids: HashMap<&str, i32> = names.iter().zip(0..).map(|(name, id)| (name.as_str(), id)).collect();
    let row = |one: &Specimen| match &one.board {
        Board::Arc(sheet) => ids.get(sheet.name()).copied(),
        _ => Some(0),
    };
    set.specimens.iter().map(row).collect()
}

type Found = HashMap<usize, Outcome>;

fn outcome(table: Option<&Found>, index: usize) -> Option<&Outcome> {
    table.and_then(|table| table.get(&index))
}

/// Whether a puzzle is what was typed: each word is its number, or in its name or where it comes from.
fn is_found(set: &Set, index: usize, typed: &str) -> bool {
    let Some(specimen) = set.specimens.get(index) else { return false };
    let name = specimen.name.as_ref().map_or_else(|| set.place.name(), Clone::clone).to_lowercase();
    typed.to_lowercase().split_whitespace().all(|word| {
        let number = word.strip_prefix('#').unwrap_or(word).parse::<usize>().is_ok_and(|number| number == index + 1);
        number || name.contains(word) || specimen.source.to_lowercase().contains(word)
    })
}

fn passes(filter: Filter, outcome: Option<&Outcome>) -> bool {
    match filter {
        Filter::All => true,
        Filter::Wrong => outcome.is_some_and(Outcome::is_wrong),
        Filter::Right => outcome.is_some_and(Outcome::right),
        Filter::Open => outcome.is_none(),
    }
}

/// Sorts places of a set; equals stay as the set has them.
fn sort(order: &mut [usize], set: &Set, sort: Sort, table: Option<&Found>, rows: &[Option<i32>]) {
    let hardness = |index: &usize| difficulty(&set.specimens[*index]);
    match sort {
        // A model can answer no tasks but those that it knows.
        Sort::Listed => order.sort_by_key(|index| rows.get(*index).is_some_and(Option::is_none)),
        Sort::Easy => order.sort_by_cached_key(hardness),
        Sort::Hard => order.sort_by_cached_key(|index| Reverse(hardness(index))),
        Sort::Wrong => order.sort_by_key(|index| match outcome(table, *index) {
            Some(told) if told.is_wrong() => (0, Reverse(told.wrong.unwrap_or(0))),
            Some(_) => (1, Reverse(0)),
            None => (2, Reverse(0)),
        }),
    }
}

/// How hard a puzzle is, to be compared within a set: a Sudoku's rating, then its blanks; the steps of a maze's shortest
/// path; the cells of an ARC task's test input.
fn difficulty(specimen: &Specimen) -> (u32, u32) {
    match (&specimen.board, &specimen.answer) {
        (Board::Sudoku(sheet), _) => {
            let blanks = sheet.board().cells().len() - sheet.board().givens();
            (specimen.rating.unwrap_or(0), blanks as u32)
        }
        (Board::Maze(_), Some(RightAnswer::Path(path))) => (path.len().saturating_sub(1) as u32, 0),
        (board, _) => (board.cells() as u32, 0),
    }
}

/// The same in words.
pub fn difficulty_text(specimen: &Specimen) -> String {
    match (&specimen.board, specimen.rating) {
        (Board::Sudoku(sheet), Some(rating)) => format!("{} givens, rating {rating}", sheet.board().givens()),
        (Board::Sudoku(sheet), None) => format!("{} givens", sheet.board().givens()),
        (Board::Maze(_), _) if specimen.answer.is_some() => format!("shortest path {} steps", difficulty(specimen).0),
        (Board::Maze(_), _) => "no way from S to G".to_owned(),
        (Board::Arc(_), _) => format!("{} cells", specimen.board.cells()),
    }
}

/// What answers come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Puzzles looked at.
    pub all: usize,
    /// Those that were answered.
    pub asked: usize,
    /// Those of them with something to compare with.
    pub compared: usize,
    /// Answers that are the set's own.
    pub exact: usize,
    /// Answers that are right: the set's own, or as good.
    pub right: usize,
    /// Mazes among those that are compared.
    pub mazes: usize,
    /// Mazes whose answer is a shortest path.
    pub valid: usize,
    /// Wrong answers to tasks that the model has no row for.
    pub unknown: usize,
    /// Segments of all together.
    pub segments: usize,
}

impl Sums {
    /// Adds up what was answered to these puzzles of a set; `rows` are the model's for its tasks.
    pub(super) fn of(
        set: &Set,
        table: Option<&Found>,
        rows: &[Option<i32>],
        puzzles: impl IntoIterator<Item = usize>,
    ) -> Self {
        let mut sums = Self::default();
        for index in puzzles.into_iter().filter(|index| *index < set.specimens.len()) {
            sums.all += 1;
            let Some(told) = outcome(table, index) else { continue };
            sums.asked += 1;
            sums.compared += usize::from(told.wrong.is_some());
            sums.exact += usize::from(told.exact());
            sums.right += usize::from(told.right());
            sums.unknown += usize::from(told.is_wrong() && rows.get(index).is_some_and(Option::is_none));
            let maze = set.specimens[index].board.kind() == Kind::Maze;
            sums.mazes += usize::from(maze && told.wrong.is_some());
            sums.valid += usize::from(told.valid);
            sums.segments += told.segments;
        }
        sums
    }

    /// Those that are known to be wrong.
    pub fn wrong(&self) -> usize {
        self.compared - self.right
    }

    /// In a sentence: `183 of 200 exact (91.5 %), mean segments 1.4 (at most 3 in training)`.
    pub fn text(&self, trained: Option<usize>) -> String {
        let share = |count: usize, of: usize| 100.0 * count as f64 / of.max(1) as f64;
        let mut text = match self.compared {
            0 => format!("{} asked", self.asked),
            all => format!("{} of {all} exact ({:.1} %)", self.exact, share(self.exact, all)),
        };
        if self.unknown > 0 {
            let _ = write!(text, "; {} of the wrong ones are tasks that the model has no row for", self.unknown);
        }
        if self.mazes > 0 {
            let _ = write!(text, ", {} valid shortest paths ({:.1} %)", self.valid, share(self.valid, self.mazes));
        }
        if self.asked > self.compared {
            let _ = write!(text, ", {} with nothing to compare with", self.asked - self.compared);
        }
        let _ = write!(text, ", mean segments {:.1}", self.segments as f64 / self.asked.max(1) as f64);
        if let Some(trained) = trained {
            let _ = write!(text, " (at most {trained} in training)");
        }
        text
    }
}

/// The results of a set as CSV, a line for each answered puzzle.
pub(super) fn csv(set: &Set, table: &Found, by: &By) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let columns = ["index", "name", "difficulty", "exact", "wrong_cells", "segments", "q_halt", "valid_path", "model"];
    writer.write_record(columns)?;
    for (index, specimen) in set.specimens.iter().enumerate() {
        let Some(told) = table.get(&index) else { continue };
        let hardness = match (&specimen.board, specimen.rating) {
            (Board::Sudoku(sheet), None) => sheet.board().givens() as u32,
            _ => difficulty(specimen).0,
        };
        let valid = matches!(specimen.board, Board::Maze(_)).then(|| told.valid.to_string());
        writer.write_record([
            (index + 1).to_string(),
            set.title(index),
            hardness.to_string(),
            told.wrong.map_or(String::new(), |wrong| (wrong == 0).to_string()),
            told.wrong.map_or(String::new(), |wrong| wrong.to_string()),
            told.segments.to_string(),
            told.q_halt.to_string(),
            valid.unwrap_or_default(),
            format!("{}@{}", by.name, by.hash),
        ])?;
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}

/// Whether any puzzle of a set fits a model.
pub(super) fn any_fits(set: &Set, boards: Boards) -> bool {
    set.specimens.iter().any(|one| crate::task::fits(&one.board, boards))
}
