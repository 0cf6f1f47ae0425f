//! What the engine and the background tell, written into the state.

use super::action::{Action, Effect};
use super::apply::{ask_otherwise, from_the_start, think};
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
    state.note(false, format!("{}: {verb} after {segments} segments, {elapsed_ms:.0} ms", state.doc.title));
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
mod tests {
    use std::sync::Arc;

    use super::super::document::show_kind;
    use super::super::figures::Judged;
    use super::super::fixtures::{self, recording, sudoku};
    use super::super::persist::Settings;
    use super::super::puzzles::{Difficulty, Order, What, make};
    use super::*;
    use crate::board::sudoku::{Shape, Solutions};
    use crate::engine::{JobId, ModelInfo};

    fn model() -> Arc<ModelInfo> {
        Arc::new(fixtures::model("tiny"))
    }

    fn with_board() -> (State, Vec<Effect>) {
        let (mut state, mut effects) = (State::new(Settings::default()), Vec::new());
        receive(&mut state, Event::ModelLoaded(model()), &mut effects);
        assert!(
            matches!(effects.pop(), Some(Effect::Generate(Order { what: What::Sudoku(shape, _), asked: false })) if shape.side() == 4)
        );
        state.doc.untouched = false;
        put(&mut state, sudoku(), "test".into(), &mut effects);
        (state, effects)
    }

    #[test]
    fn a_run_is_recorded_and_an_older_one_is_not() {
        let (mut state, mut effects) = with_board();
        assert!(matches!(effects.last(), Some(Effect::Engine(Command::Think { job: JobId(1), .. }))));
        let told = recording(6, |_, _| 1);
        let started = |job| Event::ThinkStarted {
            job: JobId(job),
            dimensions: told.dimensions,
            z_h_init: told.z_h_init.clone(),
            z_l_init: told.z_l_init.clone(),
        };
        receive(&mut state, started(0), &mut effects);
        assert!(state.recording().is_none());
        receive(&mut state, started(1), &mut effects);
        for (i, record) in told.steps.iter().enumerate() {
            receive(&mut state, Event::Step { job: JobId((i as u64 + 1) % 2), record: record.clone() }, &mut effects);
        }
        assert_eq!(state.computed(), 3);
        receive(&mut state, Event::ThinkFinished { job: JobId(1), elapsed_ms: 5.0 }, &mut effects);
        assert_eq!(state.doc.run.status, RunStatus::Finished(5.0));
        assert!(matches!(effects.last(), Some(Effect::Engine(Command::UseDevice(id))) if id.is_empty()));
    }

    #[test]
    fn a_failed_model_leaves_the_one_before() {
        let (mut state, mut effects) = with_board();
        let source = ModelSource::Path("/bad".into());
        state.loading = Some(source.clone());
        receive(&mut state, Event::ModelFailed { source, message: "/bad is damaged".into() }, &mut effects);
        assert!(state.loading.is_none() && state.model.as_ref().unwrap().name == "tiny");
        assert!(state.toasts[0].error && state.toasts[0].text.contains("tiny stays"));
    }

    #[test]
    fn a_board_that_waited_for_a_failed_model_gets_a_fitting_one() {
        let (mut state, mut effects) = with_board();
        let source = ModelSource::Path("/bad".into());
        state.loading = Some(source.clone());
        let maze = crate::board::maze::Maze::parse("S  \n # \n  G").unwrap();
        put(&mut state, maze.into(), "maze".into(), &mut effects);
        effects.clear();
        receive(&mut state, Event::ModelFailed { source, message: "/bad is damaged".into() }, &mut effects);
        let loads = |effect: &Effect| matches!(effect, Effect::Engine(Command::LoadModel(ModelSource::Shipped(_))));
        assert!(effects.iter().any(loads), "{effects:?}");
    }

    #[test]
    fn nothing_is_asked_while_another_model_is_on_its_way() {
        let (mut state, mut effects) = with_board();
        let asked = |effects: &[Effect]| effects.iter().any(|e| matches!(e, Effect::Engine(Command::Think { .. })));
        effects.clear();
        let source = ModelSource::Path("/other".into());
        state.loading = Some(source.clone());
        let board = state.board().clone();
        put(&mut state, board, "again".into(), &mut effects);
        assert!(!asked(&effects));
        receive(&mut state, Event::ModelFailed { source, message: "/other is damaged".into() }, &mut effects);
        assert!(asked(&effects), "the model before answers");
    }

    #[test]
    fn a_puzzle_of_the_programs_own_never_replaces_a_persons_board() {
        let (mut state, mut effects) = with_board();
        let before = state.board().clone();
        let order = |side, asked| {
            let what = What::Sudoku(Shape::for_side(side).unwrap(), Difficulty::Easy);
            Order { what, asked }
        };
        let made = |order: Order| make(order.what, 1).map(|board| Specimen::solved(None, board));
        // Made for a model that was replaced meanwhile.
        state.doc.untouched = true;
        hear(&mut state, News::Generated(order(6, false), made(order(6, false))), &mut effects);
        assert_eq!(*state.board(), before);
        // A person opened a board meanwhile.
        state.doc.untouched = false;
        hear(&mut state, News::Generated(order(4, false), made(order(4, false))), &mut effects);
        assert_eq!(*state.board(), before);
        hear(&mut state, News::Generated(order(4, true), made(order(4, true))), &mut effects);
        assert_ne!(*state.board(), before);
    }

    #[test]
    fn a_board_of_another_size_gets_the_shipped_model_made_for_it() {
        let (mut state, mut effects) = with_board();
        effects.clear();
        put(&mut state, Sudoku::blank(Shape::ALL[1]).into(), "six".into(), &mut effects);
        let six = ModelSource::Shipped("sudoku-6x6".into());
        assert_eq!(state.loading, Some(six.clone()));
        assert!(effects.iter().any(|e| matches!(e, Effect::Engine(Command::LoadModel(source)) if *source == six)));
        // Also while another is on its way, as at the start.
        put(&mut state, Sudoku::blank(Shape::ALL[0]).into(), "four".into(), &mut effects);
        let tiny = ModelSource::Shipped("tiny".into());
        assert_eq!(state.loading, Some(tiny), "the one that was used before");
        state.known.clear();
        state.loading = None;
        put(&mut state, Sudoku::blank(Shape::ALL[1]).into(), "six".into(), &mut effects);
        state.model = None;
        put(&mut state, Sudoku::blank(Shape::ALL[0]).into(), "four".into(), &mut effects);
        assert_eq!(state.loading, Some(ModelSource::Shipped("sudoku-4x4".into())));
    }

    #[test]
    fn what_was_shown_stays_until_the_new_answer_has_come_as_far() {
        let (mut state, mut effects) = with_board();
        let told = recording(6, |_, _| 1);
        let started = |job: JobId| Event::ThinkStarted {
            job,
            dimensions: told.dimensions,
            z_h_init: told.z_h_init.clone(),
            z_l_init: told.z_l_init.clone(),
        };
        let mut run = |state: &mut State, steps: usize, end: bool| {
            let job = state.doc.run.job;
            receive(state, started(job), &mut effects);
            for record in &told.steps[..steps] {
                receive(state, Event::Step { job, record: record.clone() }, &mut effects);
            }
            if end {
                receive(state, Event::ThinkFinished { job, elapsed_ms: 1.0 }, &mut effects);
            }
        };
        run(&mut state, 6, true);
        let mut more = Vec::new();
        super::super::apply::apply(&mut state, Action::GoToEnd, &mut more);
        super::super::apply::apply(&mut state, Action::Select(Some(1)), &mut more);
        super::super::apply::apply(&mut state, Action::Type(4), &mut more);
        assert_eq!((state.computed(), state.doc.playhead.at, state.thinking()), (6, 6, true), "the old answer stays");
        run(&mut state, 3, false);
        assert_eq!((state.computed(), state.doc.playhead.at), (6, 6));
        run(&mut state, 6, true);
        assert!(state.doc.run.coming.is_none() && state.doc.playhead.at == 6 && !state.thinking());
    }

    #[test]
    fn a_board_of_another_kind_keeps_this_one_aside() {
        let (mut state, mut effects) = with_board();
        let before = state.board().clone();
        effects.clear();
        state.generating = false;
        // No shipped model knows so large a maze.
        state.settings.maze_side = 30;
        show_kind(&mut state, Kind::Maze, &mut effects);
        let asked = effects.iter().any(|e| matches!(e, Effect::Engine(Command::Think { .. })));
        assert!(!asked && state.misfit().is_some() && state.recording().is_none(), "no model for mazes is asked");
        assert!(effects.iter().any(|e| matches!(e, Effect::Generate(order) if order.what.kind() == Kind::Maze)));
        show_kind(&mut state, Kind::Sudoku, &mut effects);
        assert_eq!(*state.board(), before);
        assert!(state.thinking() && state.doc.title == "test");
    }

    #[test]
    fn a_board_that_does_not_fit_is_not_asked_about() {
        let (mut state, mut effects) = with_board();
        effects.clear();
        put(&mut state, Sudoku::blank(Shape::ALL[2]).into(), "nine".into(), &mut effects);
        assert!(!effects.iter().any(|e| matches!(e, Effect::Engine(Command::Think { .. }))));
        assert!(state.misfit().unwrap().contains("4x4"));
        // What the run before still tells is about another board.
        let told = recording(0, |_, _| 1);
        let (dimensions, z_h_init, z_l_init) = (told.dimensions, told.z_h_init, told.z_l_init);
        receive(&mut state, Event::ThinkStarted { job: JobId(1), dimensions, z_h_init, z_l_init }, &mut effects);
        assert!(state.recording().is_none());
    }

    #[test]
    fn a_late_verdict_about_another_board_is_dropped() {
        let (mut state, mut effects) = with_board();
        let judged = |solutions| Judged::Sudoku { solutions, rating: 0 };
        let other = Sudoku::blank(Shape::ALL[0]).into();
        hear(&mut state, News::Judged(other, judged(Solutions::None)), &mut effects);
        assert!(state.doc.verdict.is_none());
        let board = state.board().clone();
        hear(&mut state, News::Judged(board, judged(Solutions::Several)), &mut effects);
        assert!(state.doc.verdict.is_some());
    }
}
