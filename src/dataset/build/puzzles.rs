//! Folders of Sudokus and mazes. Files are gone through twice, to choose and to write, and never held.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::super::builder::{BLANK, Begins, FolderWriter, PartWriter};
use super::super::kind::Kind;
use super::super::open::{open, test_part};
use super::super::split::{Keys, check, choose, subset};
use super::super::{CsvPuzzles, DataError, DataSet, DataSource, Part, Summary, Wrong};
use super::{BuildOptions, Built, TestFrom, Watch, part, too_few};
use crate::task::dihedral::Dihedral;
use crate::task::sudoku::Symmetry;
use crate::task::{Boards, Example};

/// Puzzles that can be gone through more than once.
enum Puzzles {
    /// A file that is read each time.
    Csv(PathBuf, Wrong),
    /// What lies in memory, or in a builder's folder.
    Set(DataSet),
}

impl Puzzles {
    /// What is learned from, or measured on.
    fn open(source: &DataSource, which: Part, wrong: Wrong, watch: Watch) -> Result<Self, DataError> {
        let DataSource::File { path, wrong: own } = source else {
            return Ok(Self::Set(source.load(None, &|_| watch(0))?));
        };
        let wrong = if *own == Wrong::Skip { Wrong::Skip } else { wrong };
        let missing = || DataError::Content { path: path.clone(), why: "it has no such part".into() };
        Ok(match Kind::of(path)? {
            Kind::Csv { train, .. } if which == Part::Train => Self::Csv(train.ok_or_else(missing)?, wrong),
            Kind::Csv { train, test } => Self::Csv(test.or(train).ok_or_else(missing)?, wrong),
            Kind::Arc | Kind::Builder { .. } => Self::Set(match test_part(path, wrong)? {
                Some(set) if which == Part::Test => set,
                _ => open(path, wrong, None)?,
            }),
        })
    }

    fn boards(&self) -> Result<Boards, DataError> {
        match self {
            Self::Set(set) => Ok(set.boards()),
            Self::Csv(path, wrong) => match CsvPuzzles::open(path, *wrong)?.next() {
                Some(row) => Ok(row?.puzzle.boards()),
                None => Err(DataError::Empty),
            },
        }
    }

    /// Goes through them, with their numbers from 0; returns what was found in a file.
    fn each(
        &self,
        mut take: impl FnMut(usize, Example) -> Result<(), DataError>,
    ) -> Result<Option<Summary>, DataError> {
        match self {
            Self::Set(set) => {
                (0..set.len()).try_for_each(|index| take(index, set.example(index)?))?;
                Ok(None)
            }
            Self::Csv(path, wrong) => {
                let mut rows = CsvPuzzles::open(path, *wrong)?;
                for (index, row) in rows.by_ref().enumerate() {
                    take(index, row?.puzzle.example())?;
                }
                Ok(Some(rows.summary().clone()))
            }
        }
    }
}

/// Which puzzles go where.
struct Plan {
    learned: Vec<bool>,
    held_out: Vec<bool>,
}

impl Plan {
    fn make(
        source: &DataSource,
        puzzles: &Puzzles,
        boards: Boards,
        options: &BuildOptions,
        watch: Watch,
    ) -> Result<Self, DataError> {
        let apart = if let TestFrom::HeldOut(apart) = options.test { Some(apart) } else { None };
        let (mut count, mut keys) = (0, Keys::new(boards));
        puzzles.each(|_, example| {
            count += 1;
            if apart.is_some() {
                keys.push(example.inputs);
            }
            going(watch, 0)
        })?;
        let held_out = match apart {
            Some(apart) => {
                let held_out = choose(&keys.finish(), apart.of(count), options.seed);
                check(Path::new(&source.to_string()), &held_out)?;
                held_out
            }
            None => vec![false; count],
        };
        let may: Vec<bool> = held_out.iter().map(|out| !out).collect();
        let learned = match options.subset {
            Some(wanted) => subset(&may, wanted, options.seed),
            None => may,
        };
        Ok(Self { learned, held_out })
    }
}

fn going(watch: Watch, done: usize) -> Result<(), DataError> {
    if watch(done) { Ok(()) } else { Err(DataError::Stopped) }
}

pub(super) fn build(
    source: &DataSource,
    mut folder: FolderWriter,
    options: &BuildOptions,
    watch: Watch,
) -> Result<Built, DataError> {
    let puzzles = Puzzles::open(source, Part::Train, options.wrong, watch)?;
    let boards = puzzles.boards()?;
    let other = match &options.test {
        TestFrom::Source(source) => Some(Puzzles::open(source, Part::Test, options.wrong, watch)?),
        TestFrom::Own => match source {
            DataSource::File { path, .. } => match Kind::of(path)? {
                Kind::Csv { train: Some(_), test: Some(test) } => Some(Puzzles::Csv(test, options.wrong)),
                _ => None,
            },
            _ => None,
        },
        TestFrom::HeldOut(_) => None,
    };
    if let Some(found) = other.as_ref().map(Puzzles::boards).transpose()?.filter(|found| *found != boards) {
        let why = format!("what is learned from is {boards}, what is measured on {found}");
        return Err(DataError::Source { text: source.to_string(), why });
    }
    let plan = Plan::make(source, &puzzles, boards, options, watch)?;

    let mut train = part(&folder, "train", boards)?;
    let holds_out = plan.held_out.contains(&true) || other.is_some();
    let mut test = holds_out.then(|| part(&folder, "test", boards)).transpose()?;
    let mut learned = Keys::new(boards);
    let summary = puzzles.each(|index, example| {
        // A file that has grown in between has more rows than were planned for.
        if plan.learned.get(index) == Some(&true) {
            push_group(&mut train, boards, &example, index, options)?;
            if other.is_some() {
                learned.push(example.inputs);
            }
        } else if let Some(test) = test.as_mut().filter(|_| plan.held_out.get(index) == Some(&true)) {
            test.push(Begins::Group, &example)?;
        }
        going(watch, train.len() + test.as_ref().map_or(0, PartWriter::len))
    })?;
    let mut wrong = summary.as_ref().map_or(0, |summary| summary.wrong);
    let mut notes: Vec<String> = summary.iter().map(|summary| format!("train, {summary}")).collect();
    let drawn = plan.learned.iter().filter(|learned| **learned).count();
    notes.extend(too_few(options.subset, drawn, "puzzles"));
    let views = Dihedral::ALL.len() - 1;
    if matches!(boards, Boards::Maze { .. }) && options.augment > views {
        notes.push(format!("note: a maze has {views} other views: that many were made, and not {}", options.augment));
    }
    let mut shared = 0;
    if let (Some(other), Some(test)) = (&other, &mut test) {
        let mut asked = Keys::new(boards);
        let summary = other.each(|_, example| {
            test.push(Begins::Group, &example)?;
            asked.push(example.inputs);
            going(watch, train.len() + test.len())
        })?;
        let learned: HashSet<u64> = learned.finish().into_iter().collect();
        shared = asked.finish().iter().filter(|key| learned.contains(key)).count();
        wrong += summary.as_ref().map_or(0, |summary| summary.wrong);
        notes.extend(summary.iter().map(|summary| format!("test, {summary}")));
    }
    let test = test.map(|test| folder.add(test)).transpose()?;
    let train = folder.add(train)?;
    folder.finish(&[BLANK.to_owned()])?;
    Ok(Built { task: boards.task(), boards: boards.to_string(), puzzle_ids: 1, train, test, wrong, shared, notes })
}

/// A puzzle and its variants, which depend on the seed and its number alone.
fn push_group(
    part: &mut PartWriter,
    boards: Boards,
    example: &Example,
    index: usize,
    options: &BuildOptions,
) -> Result<(), DataError> {
    part.push(Begins::Group, example)?;
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    // The first two streams choose.
    rng.set_stream(index as u64 + 2);
    let mut push = |turn: &dyn Fn(&[i32]) -> Vec<i32>| {
        let (inputs, labels) = (turn(&example.inputs), turn(&example.labels));
        part.push(Begins::Puzzle, &Example { inputs, labels, puzzle_id: example.puzzle_id })
    };
    match boards {
        Boards::Sudoku(shape) => (0..options.augment).try_for_each(|_| {
            let symmetry = Symmetry::random(shape, &mut rng);
            push(&|tokens| symmetry.apply(tokens))
        }),
        Boards::Maze { side } | Boards::Arc { side } => {
            let mut views = Dihedral::ALL[1..].to_vec();
            if options.augment < views.len() {
                views.shuffle(&mut rng);
                views.truncate(options.augment);
                views.sort_unstable();
            }
            views.into_iter().try_for_each(|view| push(&|tokens| view.apply(tokens, side, side).0))
        }
    }
}
