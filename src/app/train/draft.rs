//! A run that is being set up: what was filled in, what is wrong with it, and the command line that it equals.

use std::path::{Path, PathBuf};

use super::preset::{PresetInfo, overrides};
use crate::dataset::DataSource;
use crate::train::preset;
use crate::train::watch::RunView;

/// How long a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Length {
    /// To the end of the preset's schedule.
    #[default]
    Whole,
    /// Until a step.
    Steps,
    /// For some minutes.
    Minutes,
}

/// What was filled in, as text, so that half a number is no error while it is typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// The preset's name.
    pub preset: String,
    /// What it learns from; empty for the preset's.
    pub data: String,
    /// What computes: `cpu`, `gpu:N`; empty for the best.
    pub device: String,
    /// Decides everything that is random.
    pub seed: String,
    /// How long.
    pub length: Length,
    /// How many steps or minutes.
    pub amount: String,
    /// `key=value` a line.
    pub overrides: String,
    /// The run's name, and that of its folder.
    pub name: String,
    /// The run it is a copy of, by name.
    pub like: Option<String>,
    /// Why it could not be started.
    pub refused: Option<String>,
    /// It is being started.
    pub starting: bool,
}

/// A field of the dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// [`Draft::preset`].
    Preset,
    /// [`Draft::data`].
    Data,
    /// [`Draft::seed`].
    Seed,
    /// [`Draft::amount`].
    Amount,
    /// [`Draft::overrides`].
    Overrides,
    /// [`Draft::name`].
    Name,
}

/// A draft that was looked through.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checked {
    /// What is wrong, and where.
    pub problems: Vec<(Field, String)>,
    /// Where the run will be.
    pub folder: PathBuf,
    /// What follows `hrmscope` on the command line.
    pub arguments: Vec<String>,
}

impl Checked {
    /// What is wrong with a field.
    pub fn problem(&self, field: Field) -> Option<&str> {
        self.problems.iter().find(|(at, _)| *at == field).map(|(_, why)| why.as_str())
    }

    /// The command line, as it can be pasted into a terminal.
    pub fn line(&self) -> String {
        let quoted = self.arguments.iter().map(|argument| quote(argument));
        std::iter::once("hrmscope".to_owned()).chain(quoted).collect::<Vec<_>>().join(" ")
    }
}

/// An argument as a shell takes it.
fn quote(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', "'\\''"))
    }
}

/// A name as a folder may be called.
pub fn folder_name(name: &str) -> String {
    let kept = name.trim().chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' });
    let name: String = kept.take(60).collect();
    // Neither hidden nor a way out of the folder.
    name.trim_matches(['.', '-']).to_owned()
}

impl Draft {
    /// A new run of a preset, under a name that is free.
    pub fn new(preset: &PresetInfo, runs: &[std::sync::Arc<RunView>], root: Option<&Path>) -> Self {
        let name = free_name(&preset.name, runs, root);
        Self { preset: preset.name.clone(), seed: "1".into(), name, ..Self::default() }
    }

    /// A new run with the settings of another.
    pub fn like(run: &RunView, presets: &[PresetInfo], runs: &[std::sync::Arc<RunView>], root: Option<&Path>) -> Self {
        let Some(setup) = run.setup.as_deref() else { return Self::default() };
        let same_model = |preset: &&PresetInfo| {
            let cells = |raw: &serde_json::Value| raw.pointer("/model/seq_len").cloned();
            preset.task == setup.task && cells(&preset.raw) == cells(&setup.raw)
        };
        let preset = presets.iter().find(|preset| preset.name == setup.preset);
        let Some(preset) = preset.or_else(|| presets.iter().find(same_model)) else { return Self::default() };
        let seed = &setup.seed;
        let (length, amount) = match run.told_to_stop_at() {
            Some(steps) => (Length::Steps, steps.to_string()),
            None => (Length::Whole, String::new()),
        };
        Self {
            preset: preset.name.clone(),
            data: if setup.data == preset.data { String::new() } else { setup.data.clone() },
            seed: seed.to_string(),
            overrides: overrides(&preset.raw, &setup.raw).join("\n"),
            name: free_name(&run.name, runs, root),
            like: Some(run.name.clone()),
            length,
            amount,
            ..Self::default()
        }
    }

    /// What is wrong with it, and what it would start.
    pub fn check(&self, presets: &[PresetInfo], runs: &[std::sync::Arc<RunView>], root: Option<&Path>) -> Checked {
        let mut checked = Checked::default();
        let mut wrong = |field: Field, why: String| checked.problems.push((field, why));
        let preset = presets.iter().find(|preset| preset.name == self.preset);
        if preset.is_none() {
            wrong(Field::Preset, "Choose a preset.".into());
        }
        let name = folder_name(&self.name);
        let folder = root.map(|root| root.join(&name)).unwrap_or_default();
        if name.is_empty() {
            wrong(Field::Name, "Give it a name with letters or digits.".into());
        } else if root.is_none() {
            wrong(Field::Name, "There is no folder for runs on this machine: set HOME or XDG_DATA_HOME.".into());
        } else if runs.iter().any(|run| run.folder == folder && (run.setup.is_some() || run.life.works())) {
            wrong(Field::Name, format!("There is a run named {name} already."));
        }
        if !self.data.trim().is_empty()
            && let Err(why) = self.data.trim().parse::<DataSource>()
        {
            wrong(Field::Data, format!("{why}."));
        }
        if self.seed.trim().parse::<u64>().is_err() {
            wrong(Field::Seed, "A whole number, 0 or more.".into());
        }
        match self.length {
            Length::Whole => {}
            Length::Steps if self.amount.trim().parse::<u64>().is_ok_and(|steps| steps > 0) => {}
            Length::Steps => wrong(Field::Amount, "A whole number of steps, 1 or more.".into()),
            Length::Minutes => match self.amount.trim().parse::<f64>() {
                Ok(minutes) if minutes > 0.0 && minutes < 1e6 => {}
                _ => wrong(Field::Amount, "A number of minutes above 0.".into()),
            },
        }
        // One after the other: what one line sets, the next may build on.
        let config = preset::named(&self.preset, 1);
        let set = |config, line: &str| preset::set(&config, line);
        match config.map(|config| self.override_lines().try_fold(config, set)) {
            Some(Err(why)) => wrong(Field::Overrides, format!("{why}.")),
            Some(Ok(config)) => {
                let model = config.model.validate().map_err(|why| why.to_string());
                if let Err(why) = config.check().and(model) {
                    wrong(Field::Overrides, format!("{why}."));
                }
            }
            None => {}
        }
        checked.arguments = self.arguments(&folder);
        checked.folder = folder;
        checked
    }

    fn override_lines(&self) -> impl Iterator<Item = &str> {
        self.overrides.lines().map(str::trim).filter(|line| !line.is_empty())
    }

    fn arguments(&self, folder: &Path) -> Vec<String> {
        let mut arguments: Vec<String> = vec!["train".into(), "--preset".into(), self.preset.clone()];
        let mut say = |name: &str, value: &str| arguments.extend([name.to_owned(), value.to_owned()]);
        say("--out", &folder.to_string_lossy());
        say("--seed", self.seed.trim());
        if !self.data.trim().is_empty() {
            say("--data", self.data.trim());
        }
        if !self.device.is_empty() {
            say("--device", &self.device);
        }
        match self.length {
            Length::Whole => {}
            Length::Steps => say("--steps", self.amount.trim()),
            Length::Minutes => say("--minutes", self.amount.trim()),
        }
        for line in self.override_lines() {
            say("--set", line);
        }
        arguments
    }

    /// Steps that the run will make, as far as is known before it.
    pub fn planned(&self, preset: &PresetInfo) -> Option<u64> {
        let said = |line: &str| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == "steps" || key.trim() == "train.schedule.steps").then(|| value.trim().parse().ok())?
        };
        let schedule = self.override_lines().filter_map(said).last().unwrap_or(preset.steps);
        match self.length {
            Length::Whole => Some(schedule),
            Length::Steps => self.amount.trim().parse::<u64>().ok().map(|steps| steps.min(schedule)),
            Length::Minutes => None,
        }
    }
}

/// `name`, or `name-2` and so on when that is taken.
fn free_name(name: &str, runs: &[std::sync::Arc<RunView>], root: Option<&Path>) -> String {
    // A copy of `a-2` is `a-3`, not `a-2-2`.
    let stem = match name.rsplit_once('-') {
        Some((stem, number)) if number.len() < 4 && number.parse::<u32>().is_ok() => stem,
        _ => name,
    };
    let taken = |name: &str| {
        let folder = root.map(|root| root.join(folder_name(name)));
        runs.iter().any(|run| run.name == name || Some(&run.folder) == folder.as_ref())
    };
    let numbered = (2..10_000).map(|number| format!("{stem}-{number}"));
    std::iter::once(stem.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::preset::all;
    use super::*;
    use crate::train::watch::Reader;

    fn check(draft: &Draft) -> Checked {
        draft.check(&all(), &[], Some(Path::new("/runs")))
    }

    #[test]
    fn a_new_draft_is_ready_to_start() {
        let draft = Draft::new(&all()[0], &[], Some(Path::new("/runs")));
        let checked = check(&draft);
        assert_eq!(checked.problems, []);
        assert_eq!(checked.line(), "hrmscope train --preset sudoku-4x4 --out /runs/sudoku-4x4 --seed 1");
    }

    #[test]
    fn everything_that_is_filled_in_is_said() {
        let draft = Draft {
            data: " my puzzles.csv ".into(),
            device: "gpu:1".into(),
            length: Length::Minutes,
            amount: "2.5".into(),
            overrides: "batch=8\n\n train.ema=0.9 ".into(),
            name: "it's a/b ".into(),
            ..Draft::new(&all()[0], &[], None)
        };
        let checked = check(&draft);
        assert_eq!(checked.problems, []);
        assert_eq!(
            checked.line(),
            "hrmscope train --preset sudoku-4x4 --out /runs/it-s-a-b --seed 1 --data 'my puzzles.csv' --device gpu:1 \
             --minutes 2.5 --set batch=8 --set train.ema=0.9"
        );
    }

    #[test]
    fn every_mistake_is_said_at_its_field() {
        let draft = Draft {
            preset: "nothing".into(),
            data: "generated:5".into(),
            seed: "-1".into(),
            length: Length::Steps,
            amount: "0".into(),
            overrides: "batch".into(),
            name: " ../ ".into(),
            ..Draft::default()
        };
        let fields: Vec<Field> = check(&draft).problems.iter().map(|(field, _)| *field).collect();
        for field in [Field::Preset, Field::Name, Field::Data, Field::Seed, Field::Amount] {
            assert!(fields.contains(&field), "{field:?}");
        }
        for (line, says) in [("batch", "key=value"), ("train.bach=3", "train.batch"), ("batch=many", "many")] {
            let draft = Draft { overrides: line.into(), ..Draft::new(&all()[0], &[], None) };
            let checked = check(&draft);
            assert!(checked.problem(Field::Overrides).is_some_and(|why| why.contains(says)), "{line}: {checked:?}");
        }
        let hopeless = Draft { length: Length::Minutes, amount: "inf".into(), ..draft };
        assert!(check(&hopeless).problem(Field::Amount).is_some());
    }

    #[test]
    fn a_copy_says_what_differs_under_a_free_name() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("nine-2");
        std::fs::create_dir(&folder).unwrap();
        let mut raw = all()[1].raw.clone();
        raw["train"]["batch"] = 16.into();
        raw["train"]["seed"] = 5.into();
        raw["data"] = "mine.csv".into();
        std::fs::write(folder.join("run.json"), raw.to_string()).unwrap();
        let mut reader = Reader::new(folder);
        reader.look(false);
        let run = Arc::new(reader.view().clone());
        let draft = Draft::like(&run, &all(), std::slice::from_ref(&run), Some(place.path()));
        assert_eq!((draft.preset.as_str(), draft.name.as_str()), ("sudoku-6x6", "nine"));
        assert_eq!(
            (draft.seed.as_str(), draft.data.as_str(), draft.overrides.as_str()),
            ("5", "mine.csv", "train.batch=16")
        );
        let again = Draft { name: "nine-2".into(), ..draft };
        let checked = again.check(&all(), std::slice::from_ref(&run), Some(place.path()));
        assert!(checked.problem(Field::Name).unwrap().contains("already"));
    }

    #[test]
    fn the_schedule_says_how_many_steps() {
        let preset = &all()[0];
        let draft = Draft::new(preset, &[], None);
        assert_eq!(draft.planned(preset), Some(preset.steps));
        let shorter = Draft { overrides: "train.schedule.steps=40".into(), ..draft.clone() };
        assert_eq!(shorter.planned(preset), Some(40));
        assert_eq!(Draft { length: Length::Steps, amount: "7".into(), ..draft.clone() }.planned(preset), Some(7));
        assert_eq!(Draft { length: Length::Minutes, amount: "7".into(), ..draft }.planned(preset), None);
    }
}
