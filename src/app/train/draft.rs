//! A run that is being set up: what was filled in, what is wrong with it, and the command line that it equals.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::facts::readable;
use super::preset::{PresetInfo, overrides};
use crate::checkpoint::SHIPPED;
use crate::dataset::DataSource;
use crate::task::Boards;
use crate::train::preset::{self, PRESETS, SetError};
use crate::train::watch::RunView;
use crate::train::{RunConfig, made_for};

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
    /// What it is measured on; empty for what goes with the data.
    pub held_out: String,
    /// Whose weights it begins with: a shipped model, a file, a run folder; empty for fresh ones.
    pub from: String,
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
    /// [`Draft::held_out`].
    HeldOut,
    /// [`Draft::from`].
    From,
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
    /// The preset with its changes, where they can be.
    pub config: Option<RunConfig>,
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
        let said = |raw: &Value, key: &str| raw.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let data = if setup.data == preset.data { String::new() } else { setup.data.clone() };
        let held_out = said(&setup.raw, "held_out");
        // With data of one's own the preset's are not measured on, so they must be said then.
        let usual = data.is_empty() && held_out == said(&preset.raw, "held_out");
        let (length, amount) = match run.told_to_stop_at() {
            Some(steps) => (Length::Steps, steps.to_string()),
            None => (Length::Whole, String::new()),
        };
        Self {
            preset: preset.name.clone(),
            data,
            held_out: if usual { String::new() } else { held_out },
            from: said(&setup.raw, "from"),
            seed: setup.seed.to_string(),
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
        let mut wrong = |field: Field, why: String| checked.problems.push((field, readable(&why)));
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
        let config = self.config();
        let known = config.as_ref().and_then(|config| config.as_ref().ok());
        for (field, text) in [(Field::Data, &self.data), (Field::HeldOut, &self.held_out)] {
            if !text.trim().is_empty()
                && let Some(why) = misfit(text.trim(), known)
            {
                wrong(field, format!("{why}."));
            }
        }
        if self.data.trim().is_empty()
            && let Some(DataSource::File { path, .. } | DataSource::Arc { path, .. }) = known.map(|config| &config.data)
            && !path.exists()
        {
            let why = format!(
                "This preset has no data of its own ({} is not here): say where yours is, and below what to measure on.",
                path.display()
            );
            wrong(Field::Data, why);
        }
        let from = self.from.trim();
        if !from.is_empty() && SHIPPED.iter().all(|(name, _)| *name != from) && !Path::new(from).exists() {
            wrong(Field::From, format!("There is no shipped model, checkpoint or run folder {from}."));
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
        match &config {
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
        checked.config = config.and_then(Result::ok);
        checked
    }

    /// The preset with its changes; None where there is no such preset.
    fn config(&self) -> Option<Result<RunConfig, SetError>> {
        let config = preset::named(&self.preset, 1)?;
        // One after the other: what one line sets, the next may build on.
        Some(self.override_lines().try_fold(config, |config, line| preset::set(&config, line)))
    }

    /// Sets the rows per step among the changes, in place of what they say of it.
    pub fn set_batch(&mut self, batch: usize) {
        let sets_it =
            |line: &&str| line.split_once('=').is_some_and(|(key, _)| ["batch", "train.batch"].contains(&key));
        let mut lines: Vec<String> = self.override_lines().filter(|line| !sets_it(line)).map(str::to_owned).collect();
        lines.push(format!("train.batch={batch}"));
        self.overrides = lines.join("\n");
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
        if !self.held_out.trim().is_empty() {
            say("--held-out", self.held_out.trim());
        }
        if !self.from.trim().is_empty() {
            say("--from", self.from.trim());
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

    /// Steps that the run will make under its configuration, as far as is known before it.
    pub fn planned(&self, config: &RunConfig) -> Option<u64> {
        let schedule = config.train.schedule.steps;
        match self.length {
            Length::Whole => Some(schedule),
            Length::Steps => self.amount.trim().parse::<u64>().ok().map(|steps| steps.min(schedule)),
            Length::Minutes => None,
        }
    }
}

/// Why a source of data does not go with a run, as far as its line of text says: files are not looked into.
fn misfit(text: &str, config: Option<&RunConfig>) -> Option<String> {
    let boards = match text.parse::<DataSource>() {
        Err(why) => return Some(why.to_string()),
        Ok(DataSource::Sudoku { shape, .. }) => Boards::Sudoku(shape),
        Ok(DataSource::Maze { side, .. }) => Boards::Maze { side },
        Ok(DataSource::Families { side, .. } | DataSource::Arc { canvas: side, .. }) => Boards::Arc { side },
        Ok(DataSource::File { .. }) => return None,
    };
    let config = config?;
    if boards.task() != config.task {
        return Some(format!("These are {} boards, and the preset learns {}", boards.task(), config.task));
    }
    made_for(&config.model, boards).err().map(|why| format!("It {why}"))
}

/// `name`, or `name-2` and so on when that is taken.
fn free_name(name: &str, runs: &[std::sync::Arc<RunView>], root: Option<&Path>) -> String {
    // What a preset is called is never the number of a copy.
    let is_preset = |name: &str| PRESETS.iter().any(|(preset, _)| *preset == name);
    // A copy of `a-2` is `a-3`, not `a-2-2`.
    let stem = match name.rsplit_once('-') {
        Some((stem, number)) if number.len() < 4 && number.parse::<u32>().is_ok() && !is_preset(name) => stem,
        _ => name,
    };
    let taken = |name: &str| {
        let folder = root.map(|root| root.join(folder_name(name)));
        runs.iter().any(|run| run.name == name || Some(&run.folder) == folder.as_ref())
    };
    let numbered = (2..10_000).map(|number| format!("{stem}-{number}")).filter(|name| !is_preset(name));
    std::iter::once(stem.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests;
