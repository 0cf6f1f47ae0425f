//! ARC tasks in many variants, made when they are asked for: a thousand variants of a thousand tasks are kept as their
//! turns and colours alone.

use rand::Rng;
use rayon::prelude::*;

use super::set::Part;
use super::{ArcTasks, DataError};
use crate::board::arc::{Pair, Task, families};
use crate::task::Example;
use crate::task::arc::{self, Variant};

/// A task with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The name, without a variant's ending.
    pub name: String,
    /// Its pairs.
    pub task: Task,
    /// Its test pairs may be learned from too; it is then not measured on.
    pub learned: bool,
}

/// Pairs that tell the variants of a family apart.
const BASIS: usize = 3;

/// The longest side of the grids of a task's pairs whose output is known.
fn largest(task: &Task) -> usize {
    let pairs = task.train.iter().chain(&task.test).filter(|pair| pair.output.is_some());
    let grids = pairs.flat_map(|pair| std::iter::once(&pair.input).chain(&pair.output));
    grids.map(|grid| grid.rows().max(grid.cols())).max().unwrap_or(0)
}

/// Takes out the tasks with a grid that is larger than the canvas, and says how many those were; None where there were
/// none.
///
/// # Errors
/// No task is left: one of them is named.
pub(super) fn fitting(tasks: &mut ArcTasks, side: usize) -> Result<Option<String>, DataError> {
    let (all, mut larger) = (tasks.len(), Vec::new());
    for half in [&mut tasks.training, &mut tasks.evaluation] {
        let (fit, more): (Vec<_>, Vec<_>) =
            std::mem::take(half).into_iter().partition(|(_, task)| largest(task) <= side);
        *half = fit;
        larger.extend(more);
    }
    match larger.first() {
        Some((name, task)) if tasks.is_empty() => Err(no_room(name, task, side)),
        _ => Ok(left_out(larger.len(), all, side)),
    }
}

/// The canvas is too small for all tasks, this one among them.
fn no_room(name: &str, task: &Task, side: usize) -> DataError {
    let why = format!(
        "it has a grid of {} cells along a side; the canvas has {side}, which is too small for all tasks",
        largest(task)
    );
    DataError::Task { name: name.to_owned(), why }
}

/// Says how many tasks had no room on the canvas; None where all had.
fn left_out(larger: usize, all: usize, side: usize) -> Option<String> {
    let note = || {
        format!(
            "{larger} of {all} tasks have a grid that is larger than the canvas of {side}x{side} cells, and were left out"
        )
    };
    (larger > 0).then(note)
}

/// Tasks with their variants; every variant of every task has its own puzzle id, in order, from 1.
#[derive(Debug)]
pub struct TaskSet {
    side: usize,
    part: Part,
    tasks: Vec<Entry>,
    /// How many tasks have no room on the canvas.
    too_large: usize,
}

#[derive(Debug)]
struct Entry {
    name: String,
    pairs: Vec<Pair>,
    variants: Vec<Variant>,
    first_id: usize,
    /// The number of the first example.
    start: usize,
}

impl TaskSet {
    /// Tasks on a canvas of `side` x `side` tokens, each as it is and in up to `augment` variants. The variants of a task
    /// depend on the seed, its name and its pairs alone, so that they are the same for both parts. Pairs without a known
    /// output are left out, and so are tasks with a grid that is larger than the canvas: from both parts, so that the puzzle
    /// ids stay the same too.
    ///
    /// # Errors
    /// No pair at all; where the canvas is too small for all, one of them is named.
    pub fn new(side: usize, tasks: Vec<Known>, augment: usize, seed: u64, part: Part) -> Result<Self, DataError> {
        let (mut first_id, mut start) = (1, 0);
        let mut entries = Vec::new();
        let (tasks, larger): (Vec<Known>, Vec<Known>) =
            tasks.into_iter().partition(|known| largest(&known.task) <= side);
        // A thousand variants of a thousand tasks, each told from the others, are some minutes of work.
        let found: Vec<Vec<Variant>> =
            tasks.par_iter().map(|known| arc::variants(&known.task, &known.name, augment, seed)).collect();
        for (Known { name, task, learned }, others) in tasks.into_iter().zip(found) {
            let variants: Vec<Variant> = std::iter::once(Variant::IDENTITY).chain(others).collect();
            let pairs = match (part, learned) {
                (Part::Train, true) => [task.train, task.test].concat(),
                (Part::Train, false) => task.train,
                (Part::Test, true) => Vec::new(),
                (Part::Test, false) => task.test,
            };
            let pairs: Vec<Pair> = pairs.into_iter().filter(|pair| pair.output.is_some()).collect();
            let (ids, count) = (variants.len(), variants.len() * pairs.len());
            entries.push(Entry { name, pairs, variants, first_id, start });
            (first_id, start) = (first_id + ids, start + count);
        }
        match (start, larger.first()) {
            (0, Some(Known { name, task, .. })) => Err(no_room(name, task, side)),
            (0, None) => Err(DataError::Empty),
            _ => Ok(Self { side, part, tasks: entries, too_large: larger.len() }),
        }
    }

    /// Says how many tasks had no room on the canvas; None where all had.
    pub(super) fn note(&self) -> Option<String> {
        left_out(self.too_large, self.too_large + self.tasks.len(), self.side)
    }

    /// Tasks of our own families: `pairs` of each. `seed` decides the variants, `draw` the pairs.
    ///
    /// # Errors
    /// A family that does not exist.
    pub fn of_families(
        side: usize,
        names: &[String],
        pairs: usize,
        augment: usize,
        seed: u64,
        draw: u64,
    ) -> Result<Self, DataError> {
        let all = || families::FAMILIES.iter().map(|family| family.name);
        let names: Vec<&str> =
            names.iter().flat_map(|name| if name == "all" { all().collect() } else { vec![name.as_str()] }).collect();
        let mut tasks = Vec::new();
        for name in names {
            let Some(family) = families::find(name) else {
                return Err(DataError::Family { name: name.to_owned(), known: all().collect::<Vec<_>>().join(", ") });
            };
            // The variants are told apart by a few pairs that do not depend on `draw`; the pairs asked for are the test's.
            let few = |e: families::TooFewPairs| DataError::Task { name: name.to_owned(), why: e.to_string() };
            let basis = families::task(family, side, BASIS, 0, seed).map_err(few)?.train;
            let test = families::task(family, side, 0, pairs, draw).map_err(few)?.test;
            tasks.push(Known { name: name.to_owned(), task: Task { train: basis, test }, learned: false });
        }
        Self::new(side, tasks, augment, seed, Part::Test).map(|set| Self { part: Part::Train, ..set })
    }

    /// Tokens along one side of the canvas.
    pub fn side(&self) -> usize {
        self.side
    }

    /// The names of the puzzle ids, the blank one first.
    pub fn identifiers(&self) -> Vec<String> {
        let of = |task: &Entry| -> Vec<String> { task.variants.iter().map(|v| v.name(&task.name)).collect() };
        std::iter::once("<blank>".to_owned()).chain(self.tasks.iter().flat_map(of)).collect()
    }

    /// Number of examples: every pair of every variant.
    pub(super) fn len(&self) -> usize {
        self.tasks.last().map_or(0, |task| task.start + task.pairs.len() * task.variants.len())
    }

    /// The entry, the variant's number within it, and the pair's.
    fn place(&self, index: usize) -> (&Entry, usize, usize) {
        let begun = self.tasks.partition_point(|task| task.start <= index);
        // The first entry starts at 0; entries without pairs start where the next one does.
        let task = &self.tasks[begun.saturating_sub(1)];
        let within = index - task.start;
        (task, within / task.pairs.len().max(1), within % task.pairs.len().max(1))
    }

    /// An example in the corner of the canvas.
    ///
    /// # Errors
    /// None for an example that is there.
    pub fn example(&self, index: usize) -> Result<Example, DataError> {
        let (task, variant, pair) = self.place(index);
        self.encode(task, variant, |_| (0, 0), pair)
    }

    /// An example at a random place of the canvas, if it is learned from; one pair of each variant always stays in the
    /// corner.
    ///
    /// # Errors
    /// As [`TaskSet::example`].
    pub fn draw(&self, index: usize, rng: &mut impl Rng) -> Result<Example, DataError> {
        let (task, variant, pair) = self.place(index);
        let stays = (task.first_id + variant) % task.pairs.len().max(1) == pair || self.part == Part::Test;
        let offset = |turned: &Pair| match stays {
            true => (0, 0),
            false => arc::random_offset(turned, self.side, rng).unwrap_or((0, 0)),
        };
        self.encode(task, variant, offset, pair)
    }

    /// The puzzle id of an example.
    pub fn id(&self, index: usize) -> i32 {
        let (task, variant, _) = self.place(index);
        (task.first_id + variant) as i32
    }

    fn encode(
        &self,
        task: &Entry,
        variant: usize,
        offset: impl FnOnce(&Pair) -> (usize, usize),
        pair: usize,
    ) -> Result<Example, DataError> {
        let wrong = |why: String| DataError::Task { name: task.name.clone(), why };
        let pair = task.pairs.get(pair).ok_or_else(|| wrong("it has no such pair".into()))?;
        let turned = task.variants[variant].apply_pair(pair);
        let offset = offset(&turned);
        let puzzle_id = (task.first_id + variant) as i32;
        arc::encode(&turned, self.side, offset, puzzle_id).map_err(|e| wrong(e.to_string()))
    }
}
