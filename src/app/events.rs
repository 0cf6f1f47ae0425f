//! What the engine and the background tell, written into the state.

use super::action::{Action, Effect};
use super::apply::{ask_otherwise, from_the_start, think};
use super::arc::many;
use super::background::News;
use super::document::{
    bring_kind, fill, found_model, give_up, not_saved, put, put_untouched, recalled, replay_ended, replayed, saved,
    take_fitting_model,
};
use super::heat::Residents;
use super::inside::{self, Insides};
use super::library::{self, Place};
use super::opened::open;
use super::scene::uncertainty;
use super::state::{RunStatus, State, Told, Trouble, Verdict};
use crate::board::Kind;
use crate::board::sudoku::Sudoku;
use crate::dataset::Specimen;
use crate::engine::{Command, Event, ModelSource};
use crate::task::Boards;
use crate::trace::Recording;

/// How long a run's answer may take before what has come of it is shown in place of the one before, seconds.
const PATIENCE: f64 = 0.4;

/// An event of the compute thread.
pub fn receive(state: &mut State, event: Event, effects: &mut Vec<Effect>) {
    let Some(event) = library::receive(state, event) else { return };
    if matches!(event, Event::Fitted { .. }) {
        state.library.forget_fitted();
    }
    let Some(event) = super::arc::apply::receive(state, event, effects) else { return };
    if matches!(event, Event::ThinkFinished { .. } | Event::Cancelled(_) | Event::Failed { .. }) {
        state.residents = Residents::default();
    }
    match event {
        Event::Devices(devices) => state.devices = devices,
        Event::DeviceReady { device, note } => {
            state.note(false, format!("{} computes ({})", device.name, device.api));
            if let Some(note) = note {
                state.say(true, format!("{note}."), None);
            }
            let moved = state.device != device;
            state.device = device;
            if moved && matches!(state.doc.run.status, RunStatus::Stopped | RunStatus::Failed(_)) {
                think(state, effects);
            }
        }
        Event::ModelLoaded(info) => {
            if state.loading.as_ref() == Some(&info.source) {
                state.loading = None;
            }
            state.note(false, format!("{} is loaded: {} parameters, {}", info.name, info.parameters, info.hash));
            if let Some(note) = &info.passed_over {
                state.say(true, format!("{note}."), None);
            }
            state.settings.model = Some(info.source.clone());
            if let ModelSource::Path(path) = &info.source {
                state.settings.remember(path.clone());
                effects.push(Effect::FindMissing(state.settings.all_recent()));
            }
            let boards = info.boards();
            if let Some(boards) = boards {
                state.known.retain(|(source, _)| *source != info.source);
                state.known.push((info.source.clone(), boards));
            }
            state.model = Some(info);
            // It may be the one that can compute them again.
            state.doc.run.lost = None;
            inside::look_again(state);
            model_came(state, boards, effects);
        }
        Event::ModelFailed { source, message } => {
            if state.loading.as_ref() == Some(&source) {
                state.loading = None;
            }
            effects.push(Effect::FindMissing(state.settings.all_recent()));
            let kept = state.model.as_ref().map(|m| format!(" {} stays.", m.name)).unwrap_or_default();
            state.say(true, format!("{message}.{kept}"), Some(("Open another…", Action::Open)));
            if matches!(state.doc.run.status, RunStatus::Idle) {
                // The board may have waited for it.
                take_fitting_model(state, effects);
                ask_otherwise(state, effects);
            }
        }
        Event::ThinkStarted { job, dimensions, z_h_init, z_l_init } if job == state.doc.run.job => {
            recalled(state, dimensions.schedule.steps_per_segment());
            let mut recording = Recording::new(dimensions, z_h_init, z_l_init);
            recording.question = state.doc.run.asked_of.as_ref().map(|asked| asked.question.clone());
            state.doc.run.coming = Some(Told { recording, uncertainty: Vec::new() });
            land(state, false);
        }
        Event::Resident { job, module, state: newest } if job == state.doc.run.job => {
            state.residents.take(module, newest);
        }
        Event::Step { job, record } if job == state.doc.run.job => {
            let board = state.doc.history.current();
            let Some(told) = state.doc.run.coming.as_mut().or(state.doc.run.told.as_mut()) else { return };
            told.uncertainty.push(uncertainty(board, &told.recording.dimensions, &record.readout));
            told.recording.steps.push(record);
            land(state, false);
            let computed = state.computed();
            if state.doc.run.coming.is_none()
                && (state.doc.playhead.follow || !state.doc.playhead.playing && state.doc.playhead.wanted >= computed)
            {
                state.show(computed);
            }
        }
        Event::SegmentEnded { job, end } if job == state.doc.run.job => {
            if let Some(told) = state.doc.run.coming.as_mut().or(state.doc.run.told.as_mut()) {
                told.recording.ends.push(end);
            }
        }
        Event::ThinkFinished { job, elapsed_ms } if job == state.doc.run.job => finished(state, elapsed_ms, effects),
        Event::Cancelled(job) if job == state.doc.run.job => {
            land(state, true);
            state.doc.run.status = RunStatus::Stopped;
        }
        Event::Failed { job, message } if job == state.doc.run.job => {
            land(state, true);
            state.doc.run.status = RunStatus::Failed(message.clone());
            state.say(true, format!("{message}."), Some(("Try again", Action::ThinkAgain)));
        }
        Event::Replayed { job, step, state: values, residual } => replayed(state, job, step, values, residual),
        Event::Inside { job, inside } => inside::seen(state, job, inside),
        Event::ReplayFinished(job) | Event::Cancelled(job) => {
            inside::not_seen(state, job, None);
            replay_ended(state, job, None);
        }
        Event::Failed { job, message } => {
            inside::not_seen(state, job, Some(&message));
            replay_ended(state, job, Some(message));
        }
        // News of a run that a newer one has replaced.
        _ => {}
    }
}

/// A model is there: it answers the board, or gets one that it can answer.
fn model_came(state: &mut State, boards: Option<Boards>, effects: &mut Vec<Effect>) {
    let chosen = state.loading.is_none() && std::mem::take(&mut state.follow_model);
    if let Some(boards) = boards.filter(|boards| chosen && boards.kind() != state.kind()) {
        // A bare board of the chosen model's size, so that no other model is fetched for it.
        match boards {
            Boards::Sudoku(shape) => state.settings.shape = shape,
            Boards::Maze { side } => state.settings.maze_side = side,
            Boards::Arc { .. } => {}
        }
        // It is asked, or has a board made for it.
        return bring_kind(state, boards.kind(), effects);
    }
    if fill(state, effects) || state.is_answered() {
        return;
    }
    // One that came by itself may be of another kind than what a person has opened meanwhile.
    if !chosen && !state.doc.untouched {
        take_fitting_model(state, effects);
    }
    think(state, effects);
    from_the_start(state);
}

/// Shows the run that is coming in place of the one before it, once it has come as far as what was looked at, or at last.
fn land(state: &mut State, ended: bool) {
    let Some(coming) = &state.doc.run.coming else { return };
    let steps = coming.recording.steps.len();
    let enough = match &state.doc.run.told {
        None => true,
        Some(_) if state.doc.playhead.follow => false,
        Some(_) => steps >= state.doc.playhead.at.max(1),
    };
    if !(enough || ended || state.now - state.doc.run.asked > PATIENCE) {
        return;
    }
    let first = state.doc.run.told.is_none();
    state.doc.run.told = state.doc.run.coming.take();
    // States of the run before come too late.
    (state.doc.run.replaying, state.doc.run.lost) = (None, None);
    state.doc.run.insides = Insides::default();
    if first {
        return;
    }
    let at = match state.doc.playhead.follow {
        true => steps,
        false if state.doc.playhead.playing => state.doc.playhead.at,
        false => state.doc.playhead.wanted,
    };
    state.doc.playhead.at = at.min(steps);
    state.doc.playhead.moved_at = state.now;
}

fn finished(state: &mut State, elapsed_ms: f64, effects: &mut Vec<Effect>) {
    land(state, true);
    state.doc.run.status = RunStatus::Finished(elapsed_ms);
    // What was drawn meanwhile makes this an answer to an older board.
    if state.doc.run.again {
        return think(state, effects);
    }
    let end = super::scene::scene(state.board(), state.recording(), state.computed(), None);
    library::note_run(state);
    let segments = state.recording().map_or(0, |r| r.ends.len());
    let verb = if end.solved { "solved" } else { "not solved" };
    let after = many(segments, "segment");
    state.note(false, format!("{}: {verb} after {after}, {elapsed_ms:.0} ms", state.doc.title));
    // The first answer comes from the CPU, at once; then the best device takes over.
    if !state.device_chosen {
        state.device_chosen = true;
        effects.push(Effect::Engine(Command::UseDevice(String::new())));
    }
}

/// An answer from the background.
pub fn hear(state: &mut State, news: News, effects: &mut Vec<Effect>) {
    match news {
        News::Looked(path, Ok(opened)) => {
            state.missing.retain(|trouble| trouble.path != path);
            open(state, path.clone(), opened, effects);
            give_up(state, &path, effects);
            state.library.reading.take_if(|place| *place == Place::File(path));
        }
        News::Looked(path, Err(message)) => {
            effects.push(Effect::FindMissing(state.settings.all_recent()));
            give_up(state, &path, effects);
            state.missing.retain(|trouble| trouble.path != path);
            if state.settings.all_recent().contains(&path) {
                state.missing.push(Trouble { path: path.clone(), why: message.clone(), refused: true });
            }
            // A set that was chosen says so in its own place.
            if state.library.reading.take_if(|place| *place == Place::File(path.clone())).is_some() {
                state.note(true, message.as_str());
                state.library.failed = Some((path, message));
                return;
            }
            state.say(true, format!("{message}."), Some(("Open another…", Action::Open)));
        }
        News::Shipped(index, read) => library::hear_shipped(state, index, read, effects),
        News::NoDialog => {
            let text = "No file dialog could be opened: it needs xdg-desktop-portal or zenity. Files can be dropped on the \
                        window or named on the command line.";
            state.say(true, text, None);
        }
        News::Saved(saving, done) => saved(state, saving, done, effects),
        News::NotSaved(id) => not_saved(state, id),
        News::FoundModel(id, found, other) => found_model(state, id, found, other, effects),
        News::Missing(gone) => {
            // What a file holds is looked at only when it is opened.
            state.missing.retain(|trouble| trouble.refused && !gone.iter().any(|(path, _)| *path == trouble.path));
            let gone = gone.into_iter().map(|(path, why)| Trouble { path, why, refused: false });
            state.missing.extend(gone);
        }
        News::Exported(Ok(path)) => state.say(false, format!("Saved as {}.", path.display()), None),
        News::Exported(Err(message)) => state.say(true, format!("{message}."), None),
        News::Movie(told) => super::movie::hear(state, told),
        News::Generated(order, Ok(specimen)) => {
            state.generating = false;
            let (board, title) = (specimen.board.clone(), order.what.title());
            let fits = state
                .model_boards()
                .is_none_or(|boards| boards.kind() != board.kind() || crate::task::place(&board, boards).is_some());
            if order.asked {
                state.library.add_own(specimen);
                put(state, board, title, effects);
            } else if state.doc.untouched && state.kind() == board.kind() && fits {
                put_untouched(state, board, title, effects);
            } else {
                // A person or another model was quicker.
                fill(state, effects);
            }
        }
        News::Generated(_, Err(message)) => {
            state.generating = false;
            state.say(true, format!("{message}."), Some(("Try again", Action::NewPuzzle)));
        }
        News::Judged(board, judged) => {
            if board.same_question(state.board()) {
                state.doc.verdict = Some(Verdict { board, judged });
            }
        }
        News::Samples(samples) => {
            // Without a model there is nothing to wait for: a board to look at and play on.
            let waits = state.model.is_some() || state.loading.is_some();
            if state.doc.untouched && state.kind() == Kind::Sudoku && !waits && state.is_bare() {
                let wanted = state.settings.difficulty.name();
                let fits = |s: &&Specimen| {
                    let shape = s.board.sudoku().map(Sudoku::shape);
                    shape == Some(state.settings.shape) && s.name.as_deref() == Some(wanted)
                };
                if let Some(sample) = samples.iter().find(fits) {
                    let name = format!("{wanted} {} sample", sample.board);
                    put_untouched(state, sample.board.clone(), name, effects);
                }
            }
            state.library.set_samples(samples);
        }
    }
}

#[cfg(test)]
mod tests;
