//! What a person does with runs, and what the watcher tells, written into the state.

use std::path::{Path, PathBuf};

use super::super::action::{Action, Effect};
use super::super::layout::Mode;
use super::super::state::State;
use super::{Draft, Format, Length, MOST_COMPARED, OfRun, Order, Told, TrainAction, preset};
use crate::engine::ModelSource;
use crate::export::{EventFile, csv, event_file_name, scalars};
use crate::train::watch::Life;

/// A file to be written where a person says.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// The title of the dialog.
    pub title: &'static str,
    /// The name that is proposed.
    pub name: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Applies an action; what the outside has to do is pushed to `effects`.
pub fn apply(state: &mut State, action: TrainAction, effects: &mut Vec<Effect>) {
    let order = |order: Order| Effect::Runs(order);
    match action {
        TrainAction::OfSelected(what) => {
            let Some((folder, name)) = state.train.current().map(|run| (run.folder.clone(), run.name.clone())) else {
                return;
            };
            let action = match what {
                OfRun::Stop => TrainAction::Stop(folder),
                OfRun::Duplicate => TrainAction::Duplicate(folder),
                OfRun::Rename => TrainAction::Rename(Some((folder, name))),
                OfRun::Explore => TrainAction::Explore(folder),
                OfRun::Remove => TrainAction::Remove(folder),
            };
            apply(state, action, effects);
        }
        TrainAction::Select(folder) => select(state, Some(folder), effects),
        TrainAction::Show(folder) => {
            state.settings.mode = Mode::Train;
            select(state, Some(folder), effects);
        }
        TrainAction::Toggle => {
            if let Some(run) = state.train.current() {
                let folder = run.folder.clone();
                match run.life {
                    Life::Preparing | Life::Training => effects.push(order(Order::Ask(folder, "pause"))),
                    _ => resume(state, folder, effects),
                }
            }
        }
        TrainAction::Compare(folder) => {
            let compared = &mut state.train.compared;
            if let Some(place) = compared.iter().position(|other| *other == folder) {
                compared.remove(place);
            } else {
                compared.push(folder);
                let surplus = compared.len().saturating_sub(MOST_COMPARED);
                compared.drain(..surplus);
            }
        }
        TrainAction::Search(text) => state.train.search = text,
        TrainAction::SetAxis(axis) => {
            if state.settings.curves.axis != axis {
                state.settings.curves.axis = axis;
                // Steps are no seconds.
                state.train.view = None;
            }
        }
        TrainAction::Smooth(weight) => state.settings.curves.smoothing = weight.clamp(0.0, 0.99),
        TrainAction::ToggleLog => state.settings.curves.log = !state.settings.curves.log,
        TrainAction::View(view) => {
            state.train.view = view.filter(|(from, to)| from.is_finite() && to.is_finite() && to > from);
        }
        TrainAction::Moment(moment) => {
            let last = state.train.current().map_or(0, |run| run.moments.len().saturating_sub(1));
            state.train.moment = moment.filter(|moment| *moment < last);
        }
        TrainAction::New => {
            let train = &mut state.train;
            let like_the_last = train.presets.iter().find(|p| Some(&p.name) == state.settings.preset.as_ref());
            if let Some(preset) = like_the_last.or(train.presets.first()).cloned() {
                let draft = Draft::new(&preset, &train.runs, train.root.as_deref());
                open(state, draft, effects);
            }
        }
        TrainAction::Duplicate(folder) => {
            if let Some((draft, run)) = state.train.like(&folder).zip(state.train.run(&folder)) {
                let device =
                    if run.setup.is_some() { device_named(state, &run.status.device) } else { draft.device.clone() };
                open(state, Draft { device, ..draft }, effects);
            }
        }
        TrainAction::Edit(draft) => {
            let Some(before) = &state.train.draft else { return };
            let mut draft = *draft;
            draft.refused = None;
            if draft.preset != before.preset {
                follow_preset(&mut draft, &before.preset, &state.train);
            }
            if draft.length != before.length {
                draft.amount = match draft.length {
                    Length::Whole => String::new(),
                    Length::Steps => "1000".into(),
                    Length::Minutes => "10".into(),
                };
            }
            state.train.draft = Some(draft);
        }
        TrainAction::Cancel => state.train.draft = None,
        TrainAction::Start => start(state, effects),
        TrainAction::Pause(folder) => effects.push(order(Order::Ask(folder, "pause"))),
        TrainAction::Stop(folder) => effects.push(order(Order::Ask(folder, "stop"))),
        TrainAction::Resume(folder) => resume(state, folder, effects),
        TrainAction::Rename(renaming) => state.train.renaming = renaming,
        TrainAction::Renamed => {
            if let Some((folder, name)) = state.train.renaming.take() {
                effects.push(order(Order::Rename(folder, name.trim().to_owned())));
            }
        }
        TrainAction::Remove(folder) => {
            let name = state.train.run(&folder).map_or_else(|| folder.display().to_string(), |run| run.name.clone());
            state.train.compared.retain(|other| *other != folder);
            state.settings.runs.retain(|other| *other != folder);
            if !state.settings.hidden_runs.contains(&folder) {
                state.settings.hidden_runs.push(folder.clone());
            }
            state.train.runs.retain(|run| run.folder != folder);
            if state.train.selected.as_ref() == Some(&folder) {
                let next = state.train.runs.first().map(|run| run.folder.clone());
                select(state, next, effects);
            }
            effects.push(order(Order::Forget(folder.clone())));
            let back = Action::Train(TrainAction::Add(folder));
            state.say(false, format!("{name} is off the list; its folder stays."), Some(("Put it back", back)));
        }
        TrainAction::Add(folder) => {
            state.settings.hidden_runs.retain(|other| *other != folder);
            if folder.parent() != state.train.root.as_deref() {
                state.settings.runs.retain(|other| *other != folder);
                state.settings.runs.push(folder.clone());
            }
            effects.push(order(Order::Add(folder.clone())));
            select(state, Some(folder), effects);
        }
        TrainAction::Explore(folder) => {
            state.settings.mode = Mode::Explore;
            super::super::apply::apply(state, Action::UseModel(ModelSource::Path(folder)), effects);
        }
        TrainAction::Export(format) => export(state, format, effects),
    }
}

fn select(state: &mut State, folder: Option<PathBuf>, effects: &mut Vec<Effect>) {
    let train = &mut state.train;
    if train.selected != folder {
        train.selected = folder;
        train.moment = None;
        train.view = None;
        train.renaming = None;
        effects.push(Effect::Runs(Order::Focus(train.selected.clone())));
    }
}

fn open(state: &mut State, draft: Draft, effects: &mut Vec<Effect>) {
    state.train.draft = Some(draft);
    if !state.train.measured && !state.train.measuring {
        state.train.measuring = true;
        effects.push(Effect::Runs(Order::Measure(String::new())));
    }
}

/// A name that was proposed for the preset before gives way to the one for this; one that a person wrote stays.
fn follow_preset(draft: &mut Draft, before: &str, train: &super::TrainState) {
    let proposed = |name: &str| {
        let preset = train.presets.iter().find(|preset| preset.name == name)?;
        Some(Draft::new(preset, &train.runs, train.root.as_deref()).name)
    };
    if proposed(before).as_ref() == Some(&draft.name)
        && let Some(name) = proposed(&draft.preset)
    {
        draft.name = name;
    }
}

/// The id of the device of this name; empty when there is none now.
fn device_named(state: &State, name: &str) -> String {
    let found = state.devices.iter().find(|device| device.name == name || device.id == name);
    found.map(|device| device.id.clone()).unwrap_or_default()
}

fn start(state: &mut State, effects: &mut Vec<Effect>) {
    let train = &mut state.train;
    let Some(draft) = &mut train.draft else { return };
    let checked = draft.check(&train.presets, &train.runs, train.root.as_deref());
    if checked.problems.is_empty() && !draft.starting {
        draft.starting = true;
        state.settings.preset = Some(draft.preset.clone());
        effects.push(Effect::Runs(Order::Start { folder: checked.folder, arguments: checked.arguments }));
    }
}

fn resume(state: &mut State, folder: PathBuf, effects: &mut Vec<Effect>) {
    let Some(run) = state.train.run(&folder) else { return };
    if run.life.works() || run.life == Life::Done {
        return;
    }
    let mut arguments: Vec<String> = ["train", "--resume", "--out"].map(str::to_owned).to_vec();
    arguments.push(folder.to_string_lossy().into_owned());
    // Not beyond the length that was chosen, unless it is there already.
    if let Some(steps) = run.told_to_stop_at().filter(|steps| run.step() < *steps) {
        arguments.extend(["--steps".to_owned(), steps.to_string()]);
    }
    let device = device_named(state, &run.status.device);
    if !device.is_empty() {
        arguments.extend(["--device".to_owned(), device]);
    }
    effects.push(Effect::Runs(Order::Resume { folder, arguments }));
}

fn export(state: &mut State, format: Format, effects: &mut Vec<Effect>) {
    let runs: Vec<&crate::train::watch::RunView> = state.train.plotted().into_iter().map(AsRef::as_ref).collect();
    let Some(first) = runs.first() else { return };
    let stem = super::draft::folder_name(&first.name);
    let export = match format {
        Format::Csv => {
            let name = if runs.len() == 1 { format!("{stem}.csv") } else { format!("{stem}-and-others.csv") };
            Export { title: "Save the curves as CSV", name, bytes: csv(&runs).into_bytes() }
        }
        Format::TensorBoard => {
            let scalars = scalars(first);
            let begun = scalars.first().map_or(first.status.at as f64, |scalar| scalar.wall_time);
            let mut file = EventFile::new(begun);
            scalars.iter().for_each(|scalar| file.add(scalar));
            let title = "Save the run as a TensorBoard event file (one folder a run)";
            Export { title, name: event_file_name(begun as u64), bytes: file.into_bytes() }
        }
    };
    effects.push(Effect::AskExport(export));
}

/// What the watcher tells.
pub fn hear(state: &mut State, told: Told, effects: &mut Vec<Effect>) {
    match told {
        Told::Runs(mut runs) => {
            runs.retain(|run| !state.settings.hidden_runs.contains(&run.folder));
            for run in &runs {
                let before = state.train.run(&run.folder).map(|before| before.life);
                if let Some(before) = before.filter(|before| before.works() && *before != run.life) {
                    ended(state, &run.clone(), before);
                }
            }
            state.train.runs = runs;
            state.train.looked = true;
            let train = &mut state.train;
            train.compared.retain(|folder| train.runs.iter().any(|run| run.folder == *folder));
            // A run that was just started comes with the next look.
            if train.current().is_none() && (train.selected.is_none() || !train.runs.is_empty()) {
                let pending = train.selected.as_deref().is_some_and(|folder| folder.exists());
                if !pending && let Some(first) = train.runs.first().map(|run| run.folder.clone()) {
                    select(state, Some(first), effects);
                }
            }
        }
        Told::Started(folder) => {
            state.note(false, format!("A run was started in {}", folder.display()));
            state.settings.hidden_runs.retain(|other| *other != folder);
            let begun = state.train.draft.take().map(|draft| (folder.clone(), draft));
            state.train.begun.extend(begun);
            select(state, Some(folder), effects);
        }
        Told::Refused(folder, why) => match &mut state.train.draft {
            Some(draft) if draft.starting => {
                draft.starting = false;
                draft.refused = Some(format!("{}.", super::facts::readable(&why)));
            }
            _ => {
                state.settings.runs.retain(|other| *other != folder);
                state.say(true, format!("{why}."), None);
            }
        },
        Told::Measured(printed) => {
            let Some(line) = printed else {
                state.train.measuring = false;
                state.train.measured = true;
                return;
            };
            preset::add_measured(&mut state.train.presets, &line);
        }
    }
}

/// A run that worked has ended, or begun its steps.
fn ended(state: &mut State, run: &crate::train::watch::RunView, before: Life) {
    let name = &run.name;
    let why = run.message.as_deref().map(super::facts::first_line).unwrap_or("no reason was given").to_owned();
    let show = |folder: &Path| Some(("Show it", Action::Train(TrainAction::Show(folder.to_owned()))));
    match run.life {
        Life::Done => state.say(false, format!("{name} is done."), show(&run.folder)),
        Life::Failed => state.say(true, format!("{name} failed: {why}."), show(&run.folder)),
        Life::Killed => {
            let text = format!("{name} was interrupted at step {}; it can go on from its last save.", run.step());
            state.say(true, text, Some(("Resume", Action::Train(TrainAction::Resume(run.folder.clone())))));
        }
        Life::Paused | Life::Stopped => state.note(false, format!("{name} is {}", super::facts::state_word(run.life))),
        _ if before == Life::Starting => state.note(false, format!("{name} is {}", super::facts::state_word(run.life))),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
