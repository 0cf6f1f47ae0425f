//! Folders of ARC tasks. Every variant of a task is a puzzle with an id of its own.

use std::collections::HashSet;
use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::super::builder::{BLANK, Begins, FolderWriter, PartWriter};
use super::super::split::{check, choose, subset};
use super::super::summary::fingerprint;
use super::super::tasks::fitting;
use super::super::{DataError, DataSource, read_arc};
use super::{BuildOptions, Built, TestFrom, Watch, part, too_few};
use crate::board::arc::{Pair, Task};
use crate::task::Boards;
use crate::task::arc::{self, Variant};

/// A task and what becomes of it.
struct Entry {
    name: String,
    task: Task,
    /// Its test pairs are measured on; else they are learned from too.
    asked: bool,
    variants: Vec<Variant>,
    first_id: i32,
}

impl Entry {
    /// The pairs of one part that have an answer.
    fn pairs(&self, test: bool) -> Vec<&Pair> {
        let (train, asked) = (self.task.train.iter(), self.task.test.iter());
        let pairs: Vec<&Pair> = match (test, self.asked) {
            (false, false) => train.chain(asked).collect(),
            (false, true) => train.collect(),
            (true, true) => asked.collect(),
            (true, false) => Vec::new(),
        };
        pairs.into_iter().filter(|pair| pair.output.is_some()).collect()
    }
}

pub(super) fn build(
    path: &Path,
    mut folder: FolderWriter,
    options: &BuildOptions,
    watch: Watch,
) -> Result<Built, DataError> {
    let (mut entries, larger) = entries(path, options)?;
    let unanswered = entries.iter().flat_map(|entry| &entry.task.test).filter(|pair| pair.output.is_none()).count();
    entries.par_iter_mut().try_for_each(|entry| {
        let found = arc::variants(&entry.task, &entry.name, options.augment, options.seed);
        entry.variants = std::iter::once(Variant::IDENTITY).chain(found).collect();
        if watch(0) { Ok(()) } else { Err(DataError::Stopped) }
    })?;
    let mut names = vec![BLANK.to_owned()];
    for entry in &mut entries {
        let many = || DataError::Task { name: entry.name.clone(), why: "there are too many puzzle ids".into() };
        entry.first_id = i32::try_from(names.len()).map_err(|_| many())?;
        names.extend(entry.variants.iter().map(|variant| variant.name(&entry.name)));
    }
    let boards = Boards::Arc { side: options.canvas };
    let mut train = part(&folder, "train", boards)?;
    let asked = entries.iter().filter(|entry| !entry.pairs(true).is_empty()).count();
    let mut test = (asked > 0).then(|| part(&folder, "test", boards)).transpose()?;
    for (entry, stream) in entries.iter().zip(2..) {
        let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
        // The first two streams choose.
        rng.set_stream(stream);
        push(&mut train, entry, false, options.canvas, &mut rng)?;
        if let Some(test) = &mut test {
            push(test, entry, true, options.canvas, &mut rng)?;
        }
        if !watch(train.len() + test.as_ref().map_or(0, PartWriter::len)) {
            return Err(DataError::Stopped);
        }
    }
    let mut notes = vec![format!("{} tasks, {asked} of them with test pairs to measure on", entries.len())];
    notes.extend(larger);
    let drawn = match options.test {
        TestFrom::Own => entries.len(),
        TestFrom::Source(_) | TestFrom::HeldOut(_) => entries.iter().filter(|entry| !entry.asked).count(),
    };
    notes.extend(too_few(options.subset, drawn, "tasks"));
    if unanswered > 0 {
        notes.push(format!("{unanswered} test pairs without an answer were left out"));
    }
    let fewer = entries.iter().filter(|entry| entry.variants.len() <= options.augment).count();
    if fewer > 0 {
        notes.push(format!("{fewer} tasks have fewer than {} different variants", options.augment));
    }
    let learned: HashSet<&Pair> = entries.iter().flat_map(|entry| entry.pairs(false)).collect();
    let shared = entries.iter().flat_map(|entry| entry.pairs(true)).filter(|pair| learned.contains(pair)).count();
    let train = folder.add(train)?;
    let test = test.map(|test| folder.add(test)).transpose()?;
    folder.finish(&names)?;
    let (task, boards) = (boards.task(), boards.to_string());
    Ok(Built { task, boards, puzzle_ids: names.len(), train, test, wrong: 0, shared, notes })
}

/// The tasks to learn from, then those to measure on; and what is to be said of those without room on the canvas.
fn entries(path: &Path, options: &BuildOptions) -> Result<(Vec<Entry>, Vec<String>), DataError> {
    let mut found = read_arc(path)?;
    let mut larger = Vec::from_iter(fitting(&mut found, options.canvas)?);
    let mark = |tasks: Vec<(String, Task)>, asked: bool| {
        tasks.into_iter().map(move |(name, task)| Entry { name, task, asked, variants: Vec::new(), first_id: 0 })
    };
    let (whole, own) = (found.training, found.evaluation);
    let mut entries: Vec<Entry> = match &options.test {
        TestFrom::Own => mark(whole, false).chain(mark(own, true)).collect(),
        TestFrom::Source(_) | TestFrom::HeldOut(_) => mark(whole, false).chain(mark(own, false)).collect(),
    };
    if let TestFrom::HeldOut(apart) = options.test {
        // A task that stands there twice under two names goes one way.
        let keys: Vec<u64> = entries.iter().map(|entry| fingerprint(&pairs_in_order(&entry.task))).collect();
        let chosen = choose(&keys, apart.of(keys.len()), options.seed);
        check(path, &chosen)?;
        entries.iter_mut().zip(chosen).for_each(|(entry, chosen)| entry.asked = chosen);
    }
    if let Some(wanted) = options.subset {
        let may: Vec<bool> = match options.test {
            // Of a plain folder every task has test pairs to measure on; it is the tasks that are drawn.
            TestFrom::Own => vec![true; entries.len()],
            _ => entries.iter().map(|entry| !entry.asked).collect(),
        };
        let chosen = subset(&may, wanted, options.seed);
        let mut keep = chosen.into_iter().zip(may).map(|(chosen, may)| chosen || !may);
        entries.retain(|_| keep.next().unwrap_or(false));
    }
    if let TestFrom::Source(source) = &options.test {
        let DataSource::File { path, .. } = source else {
            let why = "ARC is measured on the tasks of a file or folder".into();
            return Err(DataError::Source { text: source.to_string(), why });
        };
        let mut other = read_arc(path)?;
        let left_out = fitting(&mut other, options.canvas)?;
        larger.extend(left_out.map(|note| format!("to measure on, {note}")));
        let names: HashSet<String> = entries.iter().map(|entry| entry.name.clone()).collect();
        for entry in mark(other.training, true).chain(mark(other.evaluation, true)) {
            if names.contains(&entry.name) {
                let why = "it is learned from and measured on: give tasks of different names".into();
                return Err(DataError::Task { name: entry.name, why });
            }
            entries.push(entry);
        }
    }
    entries.sort_by_key(|entry| entry.asked);
    Ok((entries, larger))
}

/// The pairs of a task, sorted, so that equal tasks are equal.
pub(in super::super) fn pairs_in_order(task: &Task) -> Vec<&Pair> {
    let mut pairs: Vec<&Pair> = task.train.iter().chain(&task.test).collect();
    pairs.sort_by(|one, other| (&one.input, &one.output).cmp(&(&other.input, &other.output)));
    pairs
}

/// A task in all its variants. What is learned from lies anywhere on the canvas, but for one pair of each variant; what is
/// measured on lies in the corner.
fn push(
    part: &mut PartWriter,
    entry: &Entry,
    test: bool,
    canvas: usize,
    rng: &mut ChaCha8Rng,
) -> Result<(), DataError> {
    let pairs = entry.pairs(test);
    if pairs.is_empty() {
        return Ok(());
    }
    let mut begins = Begins::Group;
    for (variant, id) in entry.variants.iter().zip(entry.first_id..) {
        let stays = rng.random_range(0..pairs.len());
        for (at, pair) in pairs.iter().enumerate() {
            let pair = variant.apply_pair(pair);
            let moved = (!test && at != stays).then(|| arc::random_offset(&pair, canvas, rng)).flatten();
            let example = arc::encode(&pair, canvas, moved.unwrap_or((0, 0)), id)
                .map_err(|e| DataError::Task { name: entry.name.clone(), why: e.to_string() })?;
            part.push(begins, &example)?;
            begins = Begins::Nothing;
        }
        begins = Begins::Puzzle;
    }
    Ok(())
}
