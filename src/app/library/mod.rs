//! The library: sets of puzzles to browse, and what models answered to them.

pub mod apply;
mod ask;
mod judge;
mod opened;
mod shipped;
#[cfg(test)]
mod tests;
mod view;

use std::collections::HashMap;
use std::path::PathBuf;

pub use ask::{Batch, go_on, receive};
pub use judge::{Outcome, note_run};
pub use opened::{hear_shipped, open_set};
pub use shipped::{SHIPPED_SETS, read_shipped};
pub use view::{Sums, View, difficulty_text, refresh};

use super::state::State;
use crate::board::{Board, Kind};
use crate::dataset::Specimen;
use crate::engine::{Halting, ModelInfo};

/// The most sets from files that are kept beside the program's own.
const MOST_SETS: usize = 4;
/// The most tables of results that are kept.
const MOST_TABLES: usize = 16;

/// What a person does in the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LibraryAction {
    /// Show the list of sets, or hide it.
    ToggleSets,
    /// Show a set.
    Show(Place),
    /// What was typed to find a puzzle.
    Search(String),
    /// Sort in the next way.
    NextSort,
    /// Show these puzzles alone.
    Filter(Filter),
    /// Put a puzzle of the shown set on the board.
    Put(usize),
    /// Ask the model about all that are shown.
    Ask,
    /// Stop asking; the answers so far stay.
    Stop,
    /// Save the results of the shown set.
    SaveResults,
    /// Ask for a folder to open.
    OpenFolder,
}

/// Where a set comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// A few puzzles of every kind, made at the start.
    Samples,
    /// The new puzzles of this session.
    Yours,
    /// One of [`SHIPPED_SETS`].
    Shipped(usize),
    /// A file or folder.
    File(PathBuf),
}

impl Place {
    /// The name for people.
    pub fn name(&self) -> String {
        match self {
            Self::Samples => "Samples".to_owned(),
            Self::Yours => "Yours".to_owned(),
            Self::Shipped(index) => SHIPPED_SETS.get(*index).map_or_else(String::new, |set| set.name.to_owned()),
            Self::File(path) => {
                path.file_stem().map_or_else(|| path.display().to_string(), |stem| stem.to_string_lossy().into_owned())
            }
        }
    }
}

/// In which order puzzles are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// As the set has them; tasks that the model knows first.
    #[default]
    Listed,
    /// The easiest first.
    Easy,
    /// The hardest first.
    Hard,
    /// What the model gets most wrong first, then what it gets right, then what was not asked.
    Wrong,
}

impl Sort {
    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Listed => "as listed",
            Self::Easy => "easy first",
            Self::Hard => "hard first",
            Self::Wrong => "wrong first",
        }
    }

    /// The one after it.
    pub fn next(self) -> Self {
        match self {
            Self::Listed => Self::Easy,
            Self::Easy => Self::Hard,
            Self::Hard => Self::Wrong,
            Self::Wrong => Self::Listed,
        }
    }
}

/// Which puzzles are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Those that the model answered wrongly.
    Wrong,
    /// Those that it answered rightly.
    Right,
    /// Those that it was not asked.
    Open,
}

/// Who answers, and how. Results of two of these are never mixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// The model's name.
    pub name: String,
    /// How the SHA-256 of its file begins.
    pub hash: String,
    /// It is a copy that was fitted to a task.
    pub fitted: bool,
    /// When it stops.
    pub halting: Halting,
    /// The most segments.
    pub max_segments: usize,
}

impl By {
    /// A model that is asked so.
    pub fn new(model: &ModelInfo, fitted: bool, halting: Halting, max_segments: usize) -> Self {
        Self { name: model.name.clone(), hash: model.hash.clone(), fitted, halting, max_segments }
    }
}

/// A set of puzzles.
#[derive(Debug, Clone)]
pub struct Set {
    /// Its name in the program, never given twice.
    pub id: u64,
    /// Where it comes from.
    pub place: Place,
    /// The puzzles.
    pub specimens: Vec<Specimen>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

impl Set {
    /// What a puzzle is called.
    pub fn title(&self, index: usize) -> String {
        match self.specimens.get(index).and_then(|one| one.name.clone()) {
            Some(name) => name,
            None => format!("{} {}", self.place.name(), index + 1),
        }
    }
}

/// What one answerer said to one set.
#[derive(Debug, Clone)]
struct Table {
    set: u64,
    by: By,
    found: HashMap<usize, Outcome>,
}

/// The library.
#[derive(Debug, Clone)]
pub struct Library {
    /// The samples, the person's own, and others.
    sets: Vec<Set>,
    shown: u64,
    /// The list of sets is shown.
    pub choosing: bool,
    /// What was typed to find a puzzle.
    pub search: String,
    /// The order.
    pub sort: Sort,
    /// The part.
    pub filter: Filter,
    /// The set that is being read.
    pub reading: Option<Place>,
    /// The set that could not be read, and why.
    pub failed: Option<(PathBuf, String)>,
    /// The questions under way.
    pub batch: Option<Batch>,
    tables: Vec<Table>,
    /// Counts changes of sets and results.
    revision: u64,
    view: View,
    last_id: u64,
    last_job: u64,
}

impl Default for Library {
    fn default() -> Self {
        let set = |id, place| Set { id, place, specimens: Vec::new(), notes: Vec::new() };
        Self {
            sets: vec![set(0, Place::Samples), set(1, Place::Yours)],
            shown: 0,
            choosing: false,
            search: String::new(),
            sort: Sort::default(),
            filter: Filter::default(),
            reading: None,
            failed: None,
            batch: None,
            tables: Vec::new(),
            revision: 0,
            view: View::default(),
            last_id: 1,
            last_job: ask::FIRST_JOB,
        }
    }
}

impl Library {
    /// All sets that are there: the samples, the person's own, then others.
    pub fn sets(&self) -> &[Set] {
        &self.sets
    }

    /// The set that is shown.
    pub fn shown(&self) -> &Set {
        // The samples always are there.
        self.sets.iter().find(|set| set.id == self.shown).unwrap_or(&self.sets[0])
    }

    /// The samples; none until they are made.
    pub fn samples(&self) -> &[Specimen] {
        &self.sets[0].specimens
    }

    /// Takes in the samples when they are made.
    pub fn set_samples(&mut self, samples: Vec<Specimen>) {
        self.sets[0].specimens = samples;
        self.revision += 1;
    }

    /// Adds a new puzzle to the person's own.
    pub fn add_own(&mut self, specimen: Specimen) {
        self.sets[1].specimens.push(specimen);
        self.revision += 1;
    }

    /// The puzzles that are shown, by their places in the set, in order; and what is known of them. As of the last look.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// What someone answered to a puzzle.
    pub fn outcome(&self, set: u64, by: &By, index: usize) -> Option<&Outcome> {
        self.table(set, by)?.get(&index)
    }

    fn table(&self, set: u64, by: &By) -> Option<&HashMap<usize, Outcome>> {
        self.tables.iter().find(|table| table.set == set && table.by == *by).map(|table| &table.found)
    }

    /// Writes down what someone answered.
    fn record(&mut self, set: u64, by: &By, index: usize, outcome: Outcome) {
        self.revision += 1;
        let at = self.tables.iter().position(|table| table.set == set && table.by == *by);
        // The tables used last stand at the end.
        let mut table = match at {
            Some(at) => self.tables.remove(at),
            None => Table { set, by: by.clone(), found: HashMap::new() },
        };
        table.found.insert(index, outcome);
        self.tables.push(table);
        let surplus = self.tables.len().saturating_sub(MOST_TABLES);
        self.tables.drain(..surplus);
    }

    /// Forgets what fitted copies answered: another fit looks the same from outside.
    pub fn forget_fitted(&mut self) {
        self.tables.retain(|table| !table.by.fitted);
        self.revision += 1;
    }

    /// The place of a set that is there.
    fn find(&self, place: &Place) -> Option<u64> {
        self.sets.iter().find(|set| set.place == *place).map(|set| set.id)
    }

    /// Adds a set, or puts it in the place of an older state of it, and shows it. The oldest ones make room.
    fn insert(&mut self, place: Place, specimens: Vec<Specimen>, notes: Vec<String>) {
        let same = self.sets.iter().find(|set| set.place == place && set.specimens == specimens).map(|set| set.id);
        let id = same.unwrap_or_else(|| {
            self.last_id += 1;
            self.last_id
        });
        self.sets.retain(|set| set.place != place);
        self.sets.push(Set { id, place, specimens, notes });
        if self.sets.len() > 2 + MOST_SETS {
            self.sets.remove(2);
        }
        let sets = &self.sets;
        self.tables.retain(|table| sets.iter().any(|set| set.id == table.set));
        self.show(id);
    }

    fn show(&mut self, id: u64) {
        self.shown = id;
        self.choosing = false;
        (self.reading, self.failed) = (None, None);
        self.search.clear();
        self.filter = Filter::All;
        self.revision += 1;
    }
}

impl State {
    /// Who answers now, and how.
    pub fn answerer(&self) -> Option<By> {
        let model = self.model.as_ref()?;
        Some(By::new(model, self.arc.fitted.is_some(), self.settings.halting, self.max_segments()))
    }

    /// Whether a puzzle of a set is among those that are browsed: of the samples, those of the kind and size at hand.
    fn is_browsed(&self, place: &Place, specimen: &Specimen) -> bool {
        match &specimen.board {
            _ if *place != Place::Samples => true,
            board if board.kind() != self.kind() => false,
            Board::Sudoku(sheet) => sheet.board().shape() == self.settings.shape,
            Board::Maze(maze) => maze.side() == self.settings.maze_side,
            Board::Arc(_) => self.kind() == Kind::Arc,
        }
    }
}
