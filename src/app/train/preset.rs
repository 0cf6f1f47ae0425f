//! What the new-run dialog says of each preset: from its file at once, and from `train --list` what only this machine
//! knows.

use serde_json::Value;

use crate::train::preset::{PRESETS, named};

/// A preset as the dialog shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct PresetInfo {
    /// Its name.
    pub name: String,
    /// `sudoku`, `maze`, `arc`.
    pub task: String,
    /// What it is for.
    pub about: String,
    /// What it learns from.
    pub data: String,
    /// Rows per step.
    pub batch: u64,
    /// The end of its schedule.
    pub steps: u64,
    /// Segments at most, channels, layers, for a word about its size.
    pub shape: String,
    /// Number of weights; None until it was counted.
    pub parameters: Option<u64>,
    /// Milliseconds of a step on this device; None until it was measured.
    pub step_ms: Option<f64>,
    /// Its whole configuration, defaults included.
    pub raw: Value,
}

/// Every preset, by its file.
pub fn all() -> Vec<PresetInfo> {
    let config = |name: &str| serde_json::to_value(named(name, 1)?).ok();
    PRESETS.iter().filter_map(|(name, _)| Some(of(name, config(name)?))).collect()
}

fn of(name: &str, raw: Value) -> PresetInfo {
    let text = |path: &str| raw.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let count = |path: &str| raw.pointer(path).and_then(Value::as_u64).unwrap_or(0);
    let shape = format!(
        "{} channels, {} + {} layers, {} x {} cycles, at most {} segments",
        count("/model/hidden"),
        count("/model/h_layers"),
        count("/model/l_layers"),
        count("/model/h_cycles"),
        count("/model/l_cycles"),
        count("/model/max_segments"),
    );
    PresetInfo {
        name: name.to_owned(),
        task: text("/task"),
        about: text("/about"),
        data: text("/data"),
        batch: count("/train/batch"),
        steps: count("/train/schedule/steps"),
        shape,
        parameters: None,
        step_ms: None,
        raw,
    }
}

/// Adds a line of what `train --list --json` prints, an array with a preset in each line; what is not in it stays unknown.
pub fn add_measured(presets: &mut [PresetInfo], line: &str) {
    let Ok(row) = serde_json::from_str::<Value>(line.trim().trim_matches(['[', ',', ']'])) else { return };
    let name = row.get("name").and_then(Value::as_str).unwrap_or_default();
    let Some(preset) = presets.iter_mut().find(|preset| preset.name == name) else { return };
    preset.parameters = row.get("parameters").and_then(Value::as_u64).or(preset.parameters);
    preset.step_ms = row.get("step_ms").and_then(Value::as_f64).or(preset.step_ms);
    if let Some(about) = row.get("about").or_else(|| row.get("summary")).and_then(Value::as_str) {
        about.clone_into(&mut preset.about);
    }
}

/// The fields in which a run's configuration differs from a preset's, as `key=value`; what the dialog has a field of its own
/// for is left out, and what the data decide.
pub fn overrides(preset: &Value, run: &Value) -> Vec<String> {
    let mut found = Vec::new();
    differences(&whole(preset), &whole(run), String::new(), &mut found);
    found
}

/// A configuration with what its file leaves out where it is as usual.
fn whole(raw: &Value) -> Value {
    let mut raw = raw.clone();
    for (group, field, usual) in [
        ("/train", "grow", Value::Null),
        ("/train", "bootstrap", true.into()),
        ("/train", "gradient", "one-step".into()),
        ("/model", "inner", Value::Null),
        ("/initializer", "attention", "plain".into()),
        ("/initializer/positions/sinusoidal", "side", Value::Null),
    ] {
        if let Some(Value::Object(fields)) = raw.pointer_mut(group) {
            fields.entry(field).or_insert(usual);
        }
    }
    raw
}

/// Said elsewhere in the dialog, or no setting.
const SAID_ELSEWHERE: &[&str] = &[
    "data",
    "held_out",
    "from",
    "initializer.seed",
    "train.seed",
    "format",
    "preset",
    "about",
    "task",
    "model.puzzles",
];

fn differences(preset: &Value, run: &Value, at: String, found: &mut Vec<String>) {
    if SAID_ELSEWHERE.contains(&at.as_str()) {
        return;
    }
    match (preset, run) {
        (Value::Object(left), Value::Object(right)) => {
            for (key, value) in right {
                let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                differences(left.get(key).unwrap_or(&Value::Null), value, path, found);
            }
        }
        _ if same(preset, run) => {}
        _ => {
            let text = run.as_str().map_or_else(|| run.to_string(), str::to_owned);
            found.push(format!("{at}={text}"));
        }
    }
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_preset_is_known_by_its_file() {
        let all = all();
        assert_eq!(all.len(), PRESETS.len());
        assert!(all.iter().all(|preset| preset.batch > 0 && preset.steps > 0 && !preset.data.is_empty()));
    }

    #[test]
    fn what_was_measured_is_added() {
        let mut all = all();
        let row = json!({"name": "sudoku-4x4", "parameters": 5, "step_ms": 2.5});
        for line in ["error: no such option", &format!("[{row}"), ",{\"name\":\"?\"}", "]"] {
            add_measured(&mut all, line);
        }
        assert_eq!((all[0].parameters, all[0].step_ms), (Some(5), Some(2.5)));
        assert_eq!(all[1].parameters, None);
    }

    #[test]
    fn what_a_run_has_as_usual_is_said_where_its_preset_has_not() {
        for (name, _) in PRESETS {
            let preset = named(name, 1).unwrap();
            let usual = ["grow=null", "bootstrap=true", "gradient=one-step", "inner=null", "attention=plain"];
            let set = |config, line: &&str| crate::train::preset::set(&config, line).unwrap();
            let run = usual.iter().fold(preset.clone(), set);
            let [before, after] = [&preset, &run].map(|config| serde_json::to_value(config).unwrap());
            let lines = overrides(&before, &after);
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let again = lines.iter().fold(preset, set);
            assert_eq!(serde_json::to_value(again).unwrap(), after, "{name}: {lines:?}");
        }
    }

    #[test]
    fn only_what_differs_is_an_override() {
        let preset = json!({"data": "a", "model": {}, "train": {"batch": 64, "seed": 1, "schedule": {"rate": 1e-3, "steps": 10}}});
        let run = json!({
            "data": "b", "format": 2, "keep_every": 7, "held_out": "c", "from": "d",
            "train": {"batch": 32, "seed": 9, "schedule": {"rate": 0.001, "steps": 10}}, "model": {"inner": 64, "puzzles": 9},
        });
        let mut found = overrides(&preset, &run);
        found.sort();
        assert_eq!(found, ["keep_every=7", "model.inner=64", "train.batch=32"]);
    }
}
