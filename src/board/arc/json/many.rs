//! Files of many tasks, of solutions, or of either kind.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::read::{At, TaskReader};
use super::{Document, quote};
use crate::board::arc::{Grid, Task};

/// Values by the task's name, in the order of the file; a name that stands twice is an error.
pub(super) struct Named<T>(pub(super) PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Named<T> {
    type Value = Vec<(String, T)>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with a value for each task's name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut seen, mut named) = (HashSet::new(), Vec::new());
        while let Some(id) = map.next_key::<String>()? {
            let value = map.next_value_seed(At::<T>::new(&place(&id)))?;
            new_name(&mut seen, &id)?;
            named.push((id, value));
        }
        Ok(named)
    }
}

fn place(id: &str) -> String {
    format!("task `{}`", quote(id))
}

fn new_name<E: Error>(seen: &mut HashSet<String>, id: &str) -> Result<(), E> {
    match seen.insert(id.to_owned()) {
        true => Ok(()),
        false => Err(E::custom(format_args!("{} stands twice: keep one", place(id)))),
    }
}

/// The answers to a task's test inputs.
pub(super) struct Grids(pub(super) Vec<Grid>);

impl<'de> Deserialize<'de> for Grids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(GridsVisitor)
    }
}

struct GridsVisitor;

impl<'de> Visitor<'de> for GridsVisitor {
    type Value = Grids;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("solutions, a list of grids")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Grids, A::Error> {
        let mut grids = Vec::new();
        while let Some(grid) = list.next_element_seed(At::<Grid>::new(&format!("grid {}", grids.len() + 1)))? {
            grids.push(grid);
        }
        Ok(Grids(grids))
    }
}

/// What a key at the top leads to.
enum Entry {
    Task(Task),
    Solution(Vec<Grid>),
    /// A remark such as a name.
    Text,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a task, an object with `train` and `test`, or its solutions, a list of grids")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let mut task = TaskReader::default();
        while let Some(key) = map.next_key::<String>()? {
            task.value(&key, &mut map)?;
        }
        task.finish().map(Entry::Task)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Entry, A::Error> {
        GridsVisitor.visit_seq(list).map(|Grids(grids)| Entry::Solution(grids))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Entry, E> {
        Ok(Entry::Text)
    }
}

/// Tells the three forms apart by the first key and value that say something.
pub(super) struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an ARC file: one task, tasks by name, or solutions by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let (mut seen, mut tasks, mut solutions, mut remark) = (HashSet::new(), Vec::new(), Vec::new(), None);
        while let Some(id) = map.next_key::<String>()? {
            if (id == "train" || id == "test") && tasks.is_empty() && solutions.is_empty() {
                return one_task(&id, map).map(Document::Task);
            }
            let entry = map.next_value_seed(At::<Entry>::new(&place(&id)))?;
            new_name(&mut seen, &id)?;
            match entry {
                Entry::Task(task) => tasks.push((id, task)),
                Entry::Solution(grids) => solutions.push((id, grids)),
                Entry::Text => remark = Some(id),
            }
            if !tasks.is_empty() && !solutions.is_empty() {
                return Err(A::Error::custom("the file mixes tasks and solutions: give them in two files"));
            }
        }
        match (remark, solutions.is_empty()) {
            (Some(id), _) => {
                Err(A::Error::custom(format_args!("`{}` is neither a task nor its solutions", quote(&id))))
            }
            (None, true) => Ok(Document::Tasks(tasks)),
            (None, false) => Ok(Document::Solutions(solutions)),
        }
    }
}

/// The rest of a single task, whose first key of interest was just read.
fn one_task<'de, A: MapAccess<'de>>(first: &str, mut map: A) -> Result<Task, A::Error> {
    let mut task = TaskReader::default();
    task.value(first, &mut map)?;
    while let Some(key) = map.next_key::<String>()? {
        task.value(&key, &mut map)?;
    }
    task.finish()
}
