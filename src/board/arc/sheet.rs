//! An ARC task as a person works on it: which test input is asked, and every grid open to the brush.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Grid, JsonError, Pair, Task};

/// The most pairs of each sort that a sheet takes: far more than any task has.
const MOST_PAIRS: usize = 40;

/// A task and the test input that is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Kept", into = "Kept")]
pub struct Sheet {
    name: String,
    task: Task,
    test: usize,
    /// By the number of a test pair whose input was edited: the input that its output answers.
    answered: BTreeMap<usize, Grid>,
}

/// How a sheet is kept: the task in its official form, which every format of settings can hold.
#[derive(Serialize, Deserialize)]
struct Kept {
    name: String,
    task: String,
    test: usize,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    answered: BTreeMap<usize, String>,
}

impl TryFrom<Kept> for Sheet {
    type Error = JsonError;

    fn try_from(kept: Kept) -> Result<Self, JsonError> {
        let sheet = Self::new(kept.name, Task::parse(&kept.task)?).unwrap_or_default();
        let parsed = |(pair, grid): (usize, String)| Some((pair, grid.parse::<Grid>().ok()?));
        let answered = kept.answered.into_iter().filter_map(parsed).collect();
        Ok(Self { answered, ..sheet.asking(kept.test) })
    }
}

impl From<Sheet> for Kept {
    fn from(sheet: Sheet) -> Self {
        let answered = sheet.answered.into_iter().map(|(pair, grid)| (pair, grid.to_string())).collect();
        Self { task: sheet.task.to_json(), name: sheet.name, test: sheet.test, answered }
    }
}

/// One example without colours, to begin with.
impl Default for Sheet {
    fn default() -> Self {
        let blank = Grid::filled(3, 3, 0).ok();
        let pair = blank.map(|grid| Pair { input: grid.clone(), output: Some(grid) });
        let train: Vec<Pair> = pair.into_iter().collect();
        let test = train.iter().map(|pair| Pair { input: pair.input.clone(), output: None }).collect();
        Self { name: "My task".to_owned(), task: Task { train, test }, test: 0, answered: BTreeMap::new() }
    }
}

/// A grid of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// The pair is one of those that ask, else one of those that show.
    pub test: bool,
    /// The pair's number, from 0.
    pub pair: usize,
    /// The grid is the pair's output, else its input.
    pub output: bool,
}

/// In words: `example 1 output`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pair, grid) = (if self.test { "test" } else { "example" }, if self.output { "output" } else { "input" });
        write!(f, "{pair} {} {grid}", self.pair + 1)
    }
}

impl Sheet {
    /// A task; `None` when it asks nothing.
    pub fn new(name: impl Into<String>, task: Task) -> Option<Self> {
        (!task.test.is_empty()).then(|| Self { name: name.into(), task, test: 0, answered: BTreeMap::new() })
    }

    /// The same task under another name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// The same task with another test input asked; one that it has not leaves the last.
    #[must_use]
    pub fn asking(self, test: usize) -> Self {
        let test = test.min(self.task.test.len().saturating_sub(1));
        Self { test, ..self }
    }

    /// The task's name, by which a model may know it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The task.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// Which test input is asked, from 0.
    pub fn test(&self) -> usize {
        self.test
    }

    /// The pair that is asked. There always is one.
    fn asked(&self) -> &Pair {
        &self.task.test[self.test.min(self.task.test.len() - 1)]
    }

    /// The test input that is asked.
    pub fn input(&self) -> &Grid {
        &self.asked().input
    }

    /// The answer to it, where the file tells.
    pub fn output(&self) -> Option<&Grid> {
        self.asked().output.as_ref().filter(|_| !self.answers_another())
    }

    /// Whether the answer that the file tells is to another input: this one was edited since, and the answer was not.
    pub fn answers_another(&self) -> bool {
        self.answered.contains_key(&self.test)
    }

    /// The place of the test input that is asked.
    pub fn input_place(&self) -> Place {
        Place { test: true, pair: self.test, output: false }
    }

    fn pair(&self, place: Place) -> Option<&Pair> {
        if place.test { self.task.test.get(place.pair) } else { self.task.train.get(place.pair) }
    }

    /// A grid of the task.
    pub fn grid(&self, place: Place) -> Option<&Grid> {
        let pair = self.pair(place)?;
        if place.output { pair.output.as_ref() } else { Some(&pair.input) }
    }

    /// Puts another grid there; nothing happens where there is no such pair.
    pub fn put(&mut self, place: Place, grid: Grid) {
        let pairs = if place.test { &mut self.task.test } else { &mut self.task.train };
        let Some(pair) = pairs.get_mut(place.pair) else { return };
        if place.output {
            pair.output = Some(grid);
            if place.test {
                self.answered.remove(&place.pair);
            }
            return;
        }
        let before = std::mem::replace(&mut pair.input, grid);
        if place.test && pair.output.is_some() {
            let answered = self.answered.entry(place.pair).or_insert(before);
            if *answered == pair.input {
                self.answered.remove(&place.pair);
            }
        }
    }

    /// Adds an example: a copy of the last one, to be painted over.
    pub fn add_example(&mut self) {
        if self.task.train.len() < MOST_PAIRS {
            let input = self.task.train.last().map_or_else(|| self.input().clone(), |pair| pair.input.clone());
            self.task.train.push(Pair { output: Some(input.clone()), input });
        }
    }

    /// Removes an example.
    pub fn remove_example(&mut self, pair: usize) {
        if pair < self.task.train.len() {
            self.task.train.remove(pair);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_are_found_and_put() {
        let task =
            Task::parse(r#"{"train":[{"input":[[1]],"output":[[2]]}],"test":[{"input":[[3]]},{"input":[[4]]}]}"#);
        let mut sheet = Sheet::new("a", task.unwrap()).unwrap().asking(7);
        assert_eq!((sheet.test(), sheet.input().to_string(), sheet.output()), (1, "4".into(), None));
        let place = Place { test: false, pair: 0, output: true };
        assert_eq!(sheet.grid(place).unwrap().to_string(), "2");
        sheet.put(place, "55".parse().unwrap());
        sheet.put(Place { pair: 9, ..place }, "1".parse().unwrap());
        sheet.put(Place { output: true, ..sheet.input_place() }, "7".parse().unwrap());
        assert_eq!(sheet.output().unwrap().to_string(), "7");
        sheet.add_example();
        assert_eq!(sheet.task().train.len(), 2);
        sheet.remove_example(0);
        sheet.remove_example(5);
        assert_eq!(sheet.task().train[0].input.to_string(), "1");
        assert!(Sheet::new("b", Task { train: vec![], test: vec![] }).is_none());
        let kept = serde_json::to_string(&sheet).unwrap();
        assert_eq!(serde_json::from_str::<Sheet>(&kept).unwrap(), sheet);
    }

    #[test]
    fn the_answer_to_an_input_is_none_to_another() {
        let task = Task::parse(r#"{"train":[],"test":[{"input":[[1]],"output":[[2]]}]}"#).unwrap();
        let mut sheet = Sheet::new("a", task.clone()).unwrap();
        let input = sheet.input_place();
        for edit in ["3", "4"] {
            sheet.put(input, edit.parse().unwrap());
            assert!(sheet.output().is_none() && sheet.answers_another());
        }
        assert_eq!(sheet.task().test[0].output, task.test[0].output, "the file keeps it");
        let kept = serde_json::to_string(&sheet).unwrap();
        assert_eq!(serde_json::from_str::<Sheet>(&kept).unwrap(), sheet);
        let mut back = sheet.clone();
        back.put(input, "1".parse().unwrap());
        assert_eq!(back, Sheet::new("a", task).unwrap());
        // An answer that was made since is one to what stands there.
        sheet.put(Place { output: true, ..input }, "5".parse().unwrap());
        assert_eq!(sheet.output().unwrap().to_string(), "5");
    }
}
