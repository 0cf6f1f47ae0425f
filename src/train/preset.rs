//! Named configurations; each is a file under `assets/presets/`. Any field of one can be changed by name.

use serde_json::Value;
use thiserror::Error;

use super::run::RunConfig;

/// The presets: name and file, by task and size.
pub const PRESETS: &[(&str, &str)] = &[
    ("sudoku-4x4", include_str!("../../assets/presets/sudoku-4x4.json")),
    ("sudoku-6x6", include_str!("../../assets/presets/sudoku-6x6.json")),
    ("sudoku-9x9", include_str!("../../assets/presets/sudoku-9x9.json")),
    ("sudoku-extreme-1k", include_str!("../../assets/presets/sudoku-extreme-1k.json")),
    ("maze-9x9", include_str!("../../assets/presets/maze-9x9.json")),
    ("maze-15x15", include_str!("../../assets/presets/maze-15x15.json")),
    ("maze-30x30-hard", include_str!("../../assets/presets/maze-30x30-hard.json")),
    ("arc-mini", include_str!("../../assets/presets/arc-mini.json")),
    ("arc-agi-1", include_str!("../../assets/presets/arc-agi-1.json")),
    ("arc-agi-2", include_str!("../../assets/presets/arc-agi-2.json")),
];

/// Fields that are left out of a file where they have their usual value.
const OPTIONAL: &[&str] = &[
    "initializer.attention",
    "initializer.positions.sinusoidal.side",
    "model.inner",
    "train.grow",
    "train.bootstrap",
    "train.gradient",
];

/// A field that cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SetError {
    /// No `=`.
    #[error("`{0}` sets nothing: write key=value")]
    Form(String),
    /// No such field.
    #[error("there is no field `{key}`: {hint}")]
    Unknown {
        /// What was written.
        key: String,
        /// What may have been meant, or what there is.
        hint: String,
    },
    /// Several fields end like this.
    #[error("`{key}` may be {fields}: write one of them")]
    Ambiguous {
        /// What was written.
        key: String,
        /// The fields.
        fields: String,
    },
    /// The field cannot have this value.
    #[error("`{key}` cannot be `{value}`: {why}")]
    Value {
        /// The field.
        key: String,
        /// What was written.
        value: String,
        /// The reason.
        why: String,
    },
}

/// The preset of this name, with every seed derived from `seed`; None when there is none, or its file is damaged (a test
/// reads them all).
pub fn named(name: &str, seed: u64) -> Option<RunConfig> {
    let (_, text) = PRESETS.iter().find(|(known, _)| *known == name)?;
    let mut config: RunConfig = serde_json::from_str(text).ok()?;
    name.clone_into(&mut config.preset);
    config.initializer.seed = seed;
    config.train.seed = seed;
    Some(config)
}

/// Changes one field, written as `train.batch=32` or, where only one field ends like this, `batch=32`. Values are JSON; what
/// is no JSON is taken as text.
///
/// # Errors
/// An unknown field, with what may have been meant; a value that the field cannot have.
pub fn set(config: &RunConfig, assignment: &str) -> Result<RunConfig, SetError> {
    let (key, text) = assignment.split_once('=').ok_or_else(|| SetError::Form(assignment.to_owned()))?;
    let wrong = |why: String| SetError::Value { key: key.to_owned(), value: text.to_owned(), why };
    let mut tree = serde_json::to_value(config).map_err(|e| wrong(e.to_string()))?;
    let mut fields = Vec::new();
    list(&tree, "", &mut fields);
    fields.extend(OPTIONAL.iter().map(|field| (*field).to_owned()));
    fields.sort();
    fields.dedup();
    let path = find(key, &fields)?;
    let mut place = &mut tree;
    for name in path.split('.') {
        let Value::Object(object) = place else { return Err(wrong("it has no fields of its own".into())) };
        place = object.entry(name).or_insert(Value::Null);
    }
    let inside: Vec<String> = match &*place {
        Value::Object(object) => object.keys().map(|name| format!("{path}.{name}")).collect(),
        _ => Vec::new(),
    };
    *place = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    serde_json::from_value(tree).map_err(|e| match inside.as_slice() {
        [] => wrong(in_words(&e.to_string())),
        fields => wrong(format!("it is a group of fields, each of which is set by its name: {}", fields.join(", "))),
    })
}

/// What serde expected, for people who write no Rust.
fn in_words(why: &str) -> String {
    let whole = ["usize", "u64", "u32", "u8", "i64", "i32"].iter();
    let why =
        whole.fold(why.to_owned(), |why, name| why.replace(&format!("expected {name}"), "expected a whole number"));
    ["f64", "f32"].iter().fold(why, |why, name| why.replace(&format!("expected {name}"), "expected a number"))
}

/// The paths of all fields, those that hold others included.
fn list(tree: &Value, at: &str, fields: &mut Vec<String>) {
    let Value::Object(object) = tree else { return };
    for (name, value) in object {
        let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        list(value, &path, fields);
        fields.push(path);
    }
}

fn find<'a>(key: &str, fields: &'a [String]) -> Result<&'a str, SetError> {
    if let Some(exact) = fields.iter().find(|field| *field == key) {
        return Ok(exact);
    }
    let ending = format!(".{key}");
    let found: Vec<&String> = fields.iter().filter(|field| field.ends_with(&ending)).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(SetError::Unknown { key: key.to_owned(), hint: hint(key, fields) }),
        several => {
            let fields = several.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(" or ");
            Err(SetError::Ambiguous { key: key.to_owned(), fields })
        }
    }
}

/// What may have been meant: the field with the most similar name, else those that share a word with it; where nothing is
/// near, what there is.
fn hint(key: &str, fields: &[String]) -> String {
    let apart = |field: &&String| distance(key, field).min(distance(key, last(field)));
    let similar = fields.iter().min_by_key(apart).filter(|field| apart(field) <= (key.chars().count() / 3).max(1));
    let word_of = |field: &str, word: &str| last(field).split('_').any(|other| other == word);
    let akin = |field: &&String| last(key).split('_').any(|word| word.len() > 3 && word_of(field, word));
    let meant: Vec<String> = match similar {
        Some(field) => vec![format!("`{field}`")],
        None => fields.iter().filter(akin).map(|field| format!("`{field}`")).collect(),
    };
    if !meant.is_empty() {
        return format!("the nearest is {}", meant.join(" or "));
    }
    let is_group = |field: &&str| fields.iter().any(|other| other.starts_with(&format!("{field}.")));
    let top = fields.iter().map(String::as_str).filter(|field| !field.contains('.'));
    let (groups, single): (Vec<&str>, Vec<&str>) = top.partition(is_group);
    let (groups, single) = (groups.join(", "), single.join(", "));
    format!("there are {single}, and the groups {groups}; --set GROUP= tells what is in one")
}

/// The name of a field without those of its groups.
fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

/// How many letters must be added, removed or replaced.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attention, Gradient};

    #[test]
    fn a_wrong_value_is_told_in_words() {
        let config = named("sudoku-4x4", 1).unwrap();
        let why = set(&config, "batch=many").unwrap_err().to_string();
        assert!(why.contains("expected a whole number") && !why.contains("usize"), "{why}");
        let why = set(&config, "rate=fast").unwrap_err().to_string();
        assert!(why.contains("expected a number"), "{why}");
    }

    #[test]
    fn every_preset_can_be_read() {
        for (name, text) in PRESETS {
            let config =
                named(name, 1).unwrap_or_else(|| panic!("{name}: {:?}", serde_json::from_str::<RunConfig>(text)));
            config.model.validate().unwrap();
            assert!(config.model.h_cycles >= 2 && config.model.l_cycles >= 2, "the clock is what is shown");
            assert!(!config.about.is_empty() && config.preset == *name);
        }
        assert!(named("nothing", 1).is_none());
    }

    #[test]
    fn the_papers_presets_have_the_papers_size() {
        for name in ["sudoku-extreme-1k", "maze-30x30-hard", "arc-agi-1", "arc-agi-2"] {
            let model = named(name, 1).unwrap().model;
            assert_eq!(
                (model.hidden, model.heads, model.h_layers, model.l_layers, model.inner()),
                (512, 8, 4, 4, 1536)
            );
            assert_eq!((model.h_cycles, model.l_cycles, model.max_segments), (2, 2, 16));
        }
    }

    #[test]
    fn fields_are_set_by_name() {
        let config = named("sudoku-4x4", 1).unwrap();
        let changed = set(&config, "batch=7").unwrap();
        assert_eq!(changed.train.batch, 7);
        let changed = set(&changed, "train.schedule.rate=5e-4").unwrap();
        assert_eq!(changed.train.schedule.rate, 5e-4);
        let changed = set(&changed, "data=generated:4x4,givens=6..9,count=5,seed=1").unwrap();
        assert!(changed.data.to_string().contains("6..9"));
        assert_eq!(set(&changed, "inner=32").unwrap().model.inner(), 32);
        assert_eq!(set(&changed, "keep_every=500").unwrap().keep_every, Some(500));
        assert!(!set(&changed, "bootstrap=false").unwrap().train.bootstrap);
        assert_eq!(set(&changed, "gradient=bptt").unwrap().train.gradient, Gradient::Bptt);
        assert_eq!(set(&changed, "attention=mimetic").unwrap().initializer.attention, Attention::Mimetic);
        assert_eq!(set(&changed, "grow=100").unwrap().train.grow, Some(100));
        assert_eq!(set(&changed, "model.max_segments=3").unwrap().model.max_segments, 3);
    }

    #[test]
    fn what_cannot_be_set_is_said() {
        let config = named("sudoku-4x4", 1).unwrap();
        let message = |assignment: &str| set(&config, assignment).unwrap_err().to_string();
        assert!(message("batc=7").contains("`train.batch`"), "{}", message("batc=7"));
        assert!(message("batch").contains("key=value"));
        assert!(message("seed=3").contains("initializer.seed or train.seed"), "{}", message("seed=3"));
        assert!(message("batch=many").contains("invalid type"), "{}", message("batch=many"));
        assert!(message("task.x=1").contains("no field"));
        assert!(message("learning_rate=1").contains("or `train.schedule.rate`"), "{}", message("learning_rate=1"));
        let far = message("name=x");
        assert!(!far.contains("nearest") && far.contains("groups initializer, model, train"), "{far}");
        let group = message("model=");
        assert!(group.contains("model.hidden") && !group.contains("struct"), "{group}");
    }

    #[test]
    fn distances() {
        assert_eq!(distance("batch", "batch"), 0);
        assert_eq!(distance("batc", "batch"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
