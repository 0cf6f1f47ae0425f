//! ARC tasks in many variants, made when they are asked for: a thousand variants of a thousand tasks are kept as their
//! turns and colours alone.

use rand::{Rng, RngExt};

use super::DataError;
use super::set::Part;
use crate::board::arc::{Grid, families};
use crate::task::Example;
use crate::task::arc::{self, Variant};

/// A task: its name and its pairs of input and output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPairs {
    /// The name, without a variant's ending.
    pub name: String,
    /// What its variants are made from; for a test part too, so that ids stay the same.
    pub basis: Vec<(Grid, Grid)>,
    /// The pairs of the part.
    pub pairs: Vec<(Grid, Grid)>,
}

/// Tasks with their variants; every variant of every task has its own puzzle id, in order, from 1.
#[derive(Debug)]
pub struct TaskSet {
    side: usize,
    part: Part,
    tasks: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    pairs: Vec<(Grid, Grid)>,
    variants: Vec<Variant>,
    first_id: usize,
    /// The number of the first example.
    start: usize,
}

impl TaskSet {
    /// Tasks on a canvas of `side` x `side` tokens, each as it is and in up to `augment` variants. The variants of a task
    /// depend on the seed, its name and its pairs alone.
    ///
    /// # Errors
    /// A grid that is larger than the canvas, or no pair at all.
    pub fn new(side: usize, tasks: Vec<NamedPairs>, augment: usize, seed: u64, part: Part) -> Result<Self, DataError> {
        let (mut first_id, mut start) = (1, 0);
        let mut entries = Vec::new();
        for task in tasks {
            let sizes = task.pairs.iter().flat_map(|(a, b)| [a, b]).map(|g| g.rows().max(g.cols()));
            if let Some(size) = sizes.max().filter(|size| *size > side) {
                let why = format!("it has a grid of {size} cells along a side; the canvas has {side}");
                return Err(DataError::Task { name: task.name, why });
            }
            let variants = arc::variants(&task.name, &task.basis, augment, seed);
            let (ids, count) = (variants.len(), variants.len() * task.pairs.len());
            entries.push(Entry { name: task.name, pairs: task.pairs, variants, first_id, start });
            (first_id, start) = (first_id + ids, start + count);
        }
        match start {
            0 => Err(DataError::Empty),
            _ => Ok(Self { side, part, tasks: entries }),
        }
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
            let make = |count, draw| families::pairs(family, side, count, draw);
            // The variants are told apart by a few pairs that do not depend on `draw`.
            tasks.push(NamedPairs { name: name.to_owned(), basis: make(3, 0), pairs: make(pairs, draw) });
        }
        Self::new(side, tasks, augment, seed, Part::Train)
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
    pub fn len(&self) -> usize {
        self.tasks.last().map_or(0, |task| task.start + task.pairs.len() * task.variants.len())
    }

    /// The entry, the variant's number within it, and the pair's.
    fn place(&self, index: usize) -> (&Entry, usize, usize) {
        let at = self.tasks.partition_point(|task| task.start <= index).saturating_sub(1);
        let task = &self.tasks[at];
        let within = index - task.start;
        (task, within / task.pairs.len(), within % task.pairs.len())
    }

    /// An example in the corner of the canvas.
    pub fn example(&self, index: usize) -> Example {
        let (task, variant, pair) = self.place(index);
        self.encode(task, variant, pair, (0, 0))
    }

    /// An example at a random place of the canvas, if it is learned from; one pair of each variant always stays in the
    /// corner.
    pub fn draw(&self, index: usize, rng: &mut impl Rng) -> Example {
        let (task, variant, pair) = self.place(index);
        let stays = (task.first_id + variant) % task.pairs.len() == pair || self.part == Part::Test;
        let (input, output) = &task.pairs[pair];
        let turned = task.variants[variant];
        let (input, output) = (turned.apply(input), turned.apply(output));
        let offset = match stays {
            true => (0, 0),
            false => {
                let room = |a: usize, b: usize| self.side - a.max(b);
                let rows = rng.random_range(0..=room(input.rows(), output.rows()));
                (rows, rng.random_range(0..=room(input.cols(), output.cols())))
            }
        };
        self.encode(task, variant, pair, offset)
    }

    fn encode(&self, task: &Entry, variant: usize, pair: usize, offset: (usize, usize)) -> Example {
        let (input, output) = &task.pairs[pair];
        let turned = task.variants[variant];
        let puzzle_id = (task.first_id + variant) as i32;
        let (inputs, labels) = arc::encode_pair(&turned.apply(input), &turned.apply(output), self.side, offset);
        Example { inputs, labels, puzzle_id }
    }
}
