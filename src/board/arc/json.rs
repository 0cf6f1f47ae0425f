//! The official JSON: `{"train": [{"input": [[0, 1]], "output": [[1, 0]]}], "test": […]}`, files of many tasks
//! `{"id": task}`, and their solutions `{"id": [grid, …]}`.
//!
//! Everything is read in one pass without an intermediate tree, and a grid that grows too large stops the reading, so
//! memory stays within a small multiple of the text. Errors name the task, the pair, the grid, the row and the value,
//! and end with the line and column of the text.

mod many;
mod read;

use std::collections::HashMap;
use std::marker::PhantomData;

use serde::Deserializer;
use serde_json::Value;

use super::{Grid, Task};
use many::{DocumentVisitor, Grids, Named};

/// The most characters of a foreign value or name that an error quotes.
const QUOTED: usize = 40;

/// Text that is no ARC file.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// No JSON, or not that of ARC; the message names the place.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A solution for a task that the challenges do not have.
    #[error("the solutions answer task `{id}`, which the challenges do not have: do the two files belong together?")]
    UnknownTask {
        /// The task's name.
        id: String,
    },
    /// Another number of solutions than of test inputs.
    #[error("task `{id}` has {tests} test inputs and {found} solutions: do the two files belong together?")]
    SolutionCount {
        /// The task's name.
        id: String,
        /// Test inputs of the challenge.
        tests: usize,
        /// Grids of the solution.
        found: usize,
    },
}

/// What a file may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// One task.
    Task(Task),
    /// Tasks by name, in the order of the file.
    Tasks(Vec<(String, Task)>),
    /// Answers to the test inputs by the task's name, in the order of the file.
    Solutions(Vec<(String, Vec<Grid>)>),
}

impl Document {
    /// Reads whichever of the three forms the text has; `{}` is no task at all.
    ///
    /// # Errors
    /// [`JsonError::Json`] names the place.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let document = reader.deserialize_map(DocumentVisitor)?;
        reader.end()?;
        Ok(document)
    }
}

impl Task {
    /// Reads the JSON of one task; keys other than `train` and `test` are skipped.
    ///
    /// # Errors
    /// [`JsonError::Json`] names the pair, the grid, the row and the value.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        Ok(serde_json::from_str(text)?)
    }

    /// The official JSON, on one line.
    pub fn to_json(&self) -> String {
        // Lists of numbers under string keys always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The official JSON in place of an older one: what that says beside the grids stays, of a list of pairs as long as
    /// there are as many. The same text where the task is the same.
    pub fn to_json_in(&self, before: &str) -> String {
        if Self::parse(before).is_ok_and(|task| task == *self) {
            return before.to_owned();
        }
        let (Ok(Value::Object(mut all)), Ok(Value::Object(new))) =
            (serde_json::from_str(before), serde_json::to_value(self))
        else {
            return self.to_json();
        };
        for (name, pairs) in new {
            let pairs = match (all.remove(&name), pairs) {
                (Some(Value::Array(old)), Value::Array(new)) if old.len() == new.len() => {
                    old.into_iter().zip(new).map(|(old, new)| pair_in(old, new)).collect()
                }
                (_, pairs) => pairs,
            };
            all.insert(name, pairs);
        }
        Value::Object(all).to_string()
    }
}

/// A pair's grids, and what else the pair before it said.
fn pair_in(before: Value, now: Value) -> Value {
    match (before, now) {
        (Value::Object(mut all), Value::Object(grids)) => {
            ["input", "output"].iter().for_each(|grid| drop(all.remove(*grid)));
            all.extend(grids);
            Value::Object(all)
        }
        (_, now) => now,
    }
}

/// Reads many tasks by name, `{"id": task, …}`, in the order of the file.
///
/// # Errors
/// [`JsonError::Json`] names the task and the place, also of a name that stands twice.
pub fn parse_tasks(text: &str) -> Result<Vec<(String, Task)>, JsonError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let tasks = reader.deserialize_map(Named::<Task>(PhantomData))?;
    reader.end()?;
    Ok(tasks)
}

/// Reads the answers that go with a file of tasks, `{"id": [grid, …], …}`, in the order of the file.
///
/// # Errors
/// As [`parse_tasks`].
pub fn parse_solutions(text: &str) -> Result<Vec<(String, Vec<Grid>)>, JsonError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let solutions = reader.deserialize_map(Named::<Grids>(PhantomData))?;
    reader.end()?;
    Ok(solutions.into_iter().map(|(id, Grids(grids))| (id, grids)).collect())
}

/// The JSON of many tasks by name, one task a line.
pub fn tasks_to_json(tasks: &[(String, Task)]) -> String {
    let lines: Vec<String> = tasks
        .iter()
        // A string always has a JSON form.
        .map(|(id, task)| format!("{}: {}", serde_json::to_string(id).unwrap_or_default(), task.to_json()))
        .collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// Fills the outputs of the test pairs in from the solutions; tasks without a solution stay as they are.
///
/// # Errors
/// [`JsonError::UnknownTask`] and [`JsonError::SolutionCount`] when the two do not belong together.
pub fn with_solutions(
    mut tasks: Vec<(String, Task)>,
    solutions: Vec<(String, Vec<Grid>)>,
) -> Result<Vec<(String, Task)>, JsonError> {
    let places: HashMap<String, usize> = tasks.iter().enumerate().map(|(at, (id, _))| (id.clone(), at)).collect();
    for (id, grids) in solutions {
        let Some(&at) = places.get(&id) else {
            return Err(JsonError::UnknownTask { id: quote(&id) });
        };
        let tests = &mut tasks[at].1.test;
        if tests.len() != grids.len() {
            return Err(JsonError::SolutionCount { id: quote(&id), tests: tests.len(), found: grids.len() });
        }
        tests.iter_mut().zip(grids).for_each(|(pair, grid)| pair.output = Some(grid));
    }
    Ok(tasks)
}

/// Long foreign text shortened, for errors.
fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::any_grid;
    use super::super::{Pair, Task};
    use super::*;
    use proptest::prelude::*;

    fn message(result: Result<impl std::fmt::Debug, JsonError>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn what_a_file_says_beside_its_grids_stays() {
        let text = r#"{"name":"n","train":[],"test":[{"input":[[1]],"output":[[2]],"note":"x"}]}"#;
        let mut task = Task::parse(text).unwrap();
        assert_eq!(task.to_json_in(text), text);
        task.test[0].output = None;
        let kept: Value = serde_json::from_str(&task.to_json_in(text)).unwrap();
        assert_eq!(kept, serde_json::json!({"name": "n", "train": [], "test": [{"input": [[1]], "note": "x"}]}));
        let pair = task.test[0].clone();
        task.test.push(pair);
        let more: Value = serde_json::from_str(&task.to_json_in(text)).unwrap();
        assert!(more["name"] == "n" && more["test"][0].get("note").is_none());
        assert_eq!(task.to_json_in("no JSON"), task.to_json());
    }

    #[test]
    fn the_official_form() {
        let text =
            r#"{"test": [{"input": [[5]]}], "name": {"x": [1]}, "train": [{"input": [[0, 1]], "output": [[1], [0]]}]}"#;
        let task = Task::parse(text).unwrap();
        assert_eq!(task.train[0].output, Some("1 0".parse().unwrap()));
        assert_eq!(task.test, [Pair { input: "5".parse().unwrap(), output: None }]);
        assert_eq!(task.to_json(), r#"{"train":[{"input":[[0,1]],"output":[[1],[0]]}],"test":[{"input":[[5]]}]}"#);
        assert_eq!(Document::parse(text).unwrap(), Document::Task(task.clone()));
        let named = text.replace("{\"test\"", "{\"name\": \"eggs\", \"test\"");
        assert_eq!(Document::parse(&named).unwrap(), Document::Task(task.clone()));
        assert_eq!(Task::parse(&text.replace("[[5]]", "[[5]],\"output\":null")).unwrap(), task);
    }

    #[test]
    fn errors_name_the_place() {
        let good = r#"{"train":[{"input":[[1]],"output":[[1]]},{"input":[[1]],"output":[[1,2],[3,4]]}],"test":[{"input":[[7]]}]}"#;
        Task::parse(good).unwrap();
        for (from, to, says) in [
            ("4]]", "11]]", "train pair 2: output: row 2, column 2: 11 is no colour"),
            ("4]]", "-1]]", "row 2, column 2: -1 is no colour"),
            ("4]]", "1.5]]", "1.5 is no colour"),
            ("4]]", "null]]", "null is no colour"),
            ("4]]", "[1]]]", "a list is no colour"),
            (
                "4]]",
                "\"four and twenty blackbirds baked in a pie, and more\"]]",
                "blackbirds baked in a pi…\" is no colour",
            ),
            ("3,4", "3", "train pair 2: output: row 2 has 1 cells and row 1 has 2"),
            ("[3,4]", "[]", "train pair 2: output: row 2 is empty"),
            ("[3,4]", "3", "row 2 of a grid"),
            ("[[7]]", "[]", "test pair 1: input: the grid is empty"),
            ("\"input\":[[7]]", "\"put\":[[7]]", "test pair 1: missing field `input`"),
            (",\"output\":[[1]]", "", "train pair 1 has no output"),
            (",\"test\":", ",\"test\":[],\"test\":", "`test` stands twice"),
            ("\"test\":", "\"tests\":", "missing field `test`"),
            ("[[7]]", "[[7", "test pair 1: input: expected `,`"),
            ("[[7]]}]}", "[[7]]}]}}", "trailing characters"),
        ] {
            let said = message(Task::parse(&good.replace(from, to)));
            assert!(said.contains(says) && said.contains(" at line 1 column "), "{said} / {says}");
            let many = format!("{{\"first\": {}}}", good.replace(from, to));
            let said = message(parse_tasks(&many));
            assert!(said.contains(says) || says.starts_with("trailing"), "{said} / {says}");
            assert!(said.contains("task `first`: ") || says.starts_with("trailing"), "{said}");
        }
        let wide = good.replace("[[7]]", &format!("[[{}0]]", "0,".repeat(50_000)));
        assert!(message(Task::parse(&wide)).contains("row 1 is too long"));
        let tall = good.replace("[[7]]", &format!("[{}[0]]", "[0],".repeat(50_000)));
        assert!(message(Task::parse(&tall)).contains("more than 30 rows"));
        assert!(message(Task::parse(&"[".repeat(100_000))).contains("task"));
        assert!(Task::parse(&format!("{{\"x\":{}", "[".repeat(100_000))).is_err());
    }

    #[test]
    fn many_tasks_and_their_solutions() {
        let challenges =
            r#"{"b": {"train": [], "test": [{"input": [[1]]}, {"input": [[2]]}]}, "a": {"train": [], "test": []}}"#;
        let solutions = r#"{"b": [[[3]], [[4]]]}"#;
        let tasks = parse_tasks(challenges).unwrap();
        assert_eq!(tasks.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(Document::parse(challenges).unwrap(), Document::Tasks(tasks.clone()));
        assert_eq!(Document::parse("{}").unwrap(), Document::Tasks(vec![]));
        let answers = parse_solutions(solutions).unwrap();
        assert_eq!(Document::parse(solutions).unwrap(), Document::Solutions(answers.clone()));
        let solved = with_solutions(tasks.clone(), answers).unwrap();
        assert_eq!(solved[0].1.test[1].output, Some("4".parse().unwrap()));
        assert_eq!(parse_tasks(&tasks_to_json(&solved)).unwrap(), solved);

        let twice = format!("{}, \"b\": {}", &challenges[..challenges.len() - 1], &challenges[6..]);
        assert!(message(parse_tasks(&twice)).contains("task `b` stands twice"));
        let said = message(parse_solutions(r#"{"b": [[[3]], [[10]]]}"#));
        assert!(said.contains("task `b`: grid 2: row 1, column 1: 10"), "{said}");
        let one = parse_solutions(r#"{"b": [[[3]]]}"#).unwrap();
        assert!(message(with_solutions(tasks.clone(), one)).contains("2 test inputs and 1 solutions"));
        let other = parse_solutions(r#"{"c": []}"#).unwrap();
        assert!(message(with_solutions(tasks, other)).contains("`c`"));
        assert!(message(Document::parse(r#"{"b": [[[3]]], "a": {"train": [], "test": []}}"#)).contains("mixes"));
        assert!(message(Document::parse(r#"{"x": 3}"#)).contains("`x`"));
    }

    /// A task of small grids; some test pairs have no output.
    fn any_task() -> impl Strategy<Value = Task> {
        let grid = || any_grid(4);
        let train = (grid(), grid()).prop_map(|(input, output)| Pair { input, output: Some(output) });
        let test = (grid(), prop::option::of(grid())).prop_map(|(input, output)| Pair { input, output });
        (prop::collection::vec(train, 0..4), prop::collection::vec(test, 0..3))
            .prop_map(|(train, test)| Task { train, test })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn printing_and_parsing_agree(task in any_task(), id in ".{0,8}") {
            prop_assert_eq!(&Task::parse(&task.to_json()).unwrap(), &task);
            let many = vec![(id, task)];
            prop_assert_eq!(parse_tasks(&tasks_to_json(&many)).unwrap(), many);
        }

        #[test]
        fn damaged_text_is_an_error_or_a_task(task in any_task(), at: prop::sample::Index, byte in prop::sample::select(b"[]{}\",:0-9e.x\\".to_vec())) {
            let mut bytes = task.to_json().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(text) = String::from_utf8(bytes) {
                let _ = (Task::parse(&text), Document::parse(&text), parse_solutions(&text), parse_tasks(&text));
            }
        }
    }
}
