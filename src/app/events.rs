//! What the engine and the background tell, written into the state.

use std::path::PathBuf;

use super::action::{Action, Effect};
use super::apply::{from_the_start, put, put_untouched, think};
use super::background::News;
use super::open::Opened;
use super::puzzles::Order;
use super::scene::uncertainty;
use super::state::{RunStatus, State, Verdict};
use crate::engine::{Command, Event, ModelSource};
use crate::trace::Recording;

/// An event of the compute thread.
pub fn receive(state: &mut State, event: Event, effects: &mut Vec<Effect>) {
    match event {
        Event::Devices(devices) => state.devices = devices,
        Event::DeviceReady { device, note } => {
            state.note(false, format!("{} computes ({})", device.name, device.api));
            if let Some(note) = note {
                state.say(true, format!("{note}."), None);
            }
            let moved = state.device != device;
            state.device = device;
            if moved && matches!(state.run.status, RunStatus::Stopped | RunStatus::Failed(_)) {
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
            }
            state.model = Some(info);
            match state.model_shape() {
                Some(shape) if state.untouched && (state.misfit().is_some() || state.board().givens() == 0) => {
                    state.settings.shape = shape;
                    state.generating = true;
                    let difficulty = state.settings.difficulty;
                    effects.push(Effect::Generate(Order { shape, difficulty, asked: false }));
                }
                _ => {
                    think(state, effects);
                    from_the_start(state);
                }
            }
        }
        Event::ModelFailed { source, message } => {
            if state.loading.as_ref() == Some(&source) {
                state.loading = None;
            }
            let kept = state.model.as_ref().map(|m| format!(" {} stays.", m.name)).unwrap_or_default();
            state.say(true, format!("{message}.{kept}"), Some(("Open another…", Action::Open)));
            if matches!(state.run.status, RunStatus::Idle) {
                think(state, effects);
            }
        }
        Event::ThinkStarted { job, dimensions, z_h_init, z_l_init } if job == state.run.job => {
            state.run.recording = Some(Recording::new(dimensions, z_h_init, z_l_init));
            state.run.uncertainty.clear();
        }
        Event::Step { job, record } if job == state.run.job => {
            let Some(recording) = &mut state.run.recording else { return };
            state.run.uncertainty.push(uncertainty(state.document.current(), &record.readout));
            recording.steps.push(record);
            let computed = recording.steps.len();
            if state.playhead.follow || !state.playhead.playing && state.playhead.wanted >= computed {
                state.show(computed);
            }
        }
        Event::SegmentEnded { job, end } if job == state.run.job => {
            if let Some(recording) = &mut state.run.recording {
                recording.ends.push(end);
            }
        }
        Event::ThinkFinished { job, elapsed_ms } if job == state.run.job => finished(state, elapsed_ms, effects),
        Event::Cancelled(job) if job == state.run.job => state.run.status = RunStatus::Stopped,
        Event::Failed { job, message } if job == state.run.job => {
            state.run.status = RunStatus::Failed(message.clone());
            state.say(true, format!("{message}."), Some(("Try again", Action::ThinkAgain)));
        }
        // News of a run that a newer one has replaced.
        _ => {}
    }
}

fn finished(state: &mut State, elapsed_ms: f64, effects: &mut Vec<Effect>) {
    state.run.status = RunStatus::Finished(elapsed_ms);
    let end = super::scene::scene(state.board(), state.recording(), state.computed());
    let board = state.board().clone();
    state.outcomes.retain(|(other, _)| *other != board);
    state.outcomes.push((board, end.solved));
    let segments = state.recording().map_or(0, |r| r.ends.len());
    let verb = if end.solved { "solved" } else { "not solved" };
    state.note(false, format!("{}: {verb} after {segments} segments, {elapsed_ms:.0} ms", state.title));
    // The first answer comes from the CPU, at once; then the best device takes over.
    if !state.device_chosen {
        state.device_chosen = true;
        effects.push(Effect::Engine(Command::UseDevice(String::new())));
    }
}

/// An answer from the background.
pub fn hear(state: &mut State, news: News, effects: &mut Vec<Effect>) {
    match news {
        News::Looked(path, Ok(opened)) => open(state, path, opened, effects),
        News::Looked(_, Err(message)) => {
            state.say(true, format!("{message}."), Some(("Open another…", Action::Open)));
        }
        News::Saved(Ok(path)) => state.say(false, format!("The board is saved as {}.", path.display()), None),
        News::Saved(Err(message)) => {
            state.say(true, format!("{message}."), Some(("Save elsewhere…", Action::Save)));
        }
        News::Exported(Ok(path)) => state.say(false, format!("The curves are saved as {}.", path.display()), None),
        News::Exported(Err(message)) => state.say(true, format!("{message}."), None),
        News::Generated(order, Ok(puzzle)) => {
            state.generating = false;
            let title = format!("New {}, {}", order.shape, order.difficulty.name().to_lowercase());
            if order.asked {
                put(state, puzzle.board, title, effects);
            } else if state.untouched && state.model_shape() == Some(order.shape) {
                put_untouched(state, puzzle.board, title, effects);
            }
            // Else a person or another model was quicker.
        }
        News::Generated(_, Err(message)) => {
            state.generating = false;
            state.say(true, format!("{message}."), Some(("Try again", Action::NewPuzzle)));
        }
        News::Judged(board, solutions, rating) => {
            if board == *state.board() {
                state.verdict = Some(Verdict { board, solutions, rating });
            }
        }
        News::Samples(samples) => {
            // Without a model there is nothing to wait for: a board to look at and play on.
            if state.untouched && state.model.is_none() && state.loading.is_none() && state.board().givens() == 0 {
                let fits = |s: &&super::puzzles::Sample| {
                    s.puzzle.board.shape() == state.settings.shape && s.difficulty == state.settings.difficulty
                };
                if let Some(sample) = samples.iter().find(fits).cloned() {
                    let shape = sample.puzzle.board.shape();
                    let name = format!("{} {shape} sample", sample.difficulty.name());
                    put_untouched(state, sample.puzzle.board, name, effects);
                }
            }
            state.samples = samples;
        }
    }
}

fn open(state: &mut State, path: PathBuf, opened: Opened, effects: &mut Vec<Effect>) {
    match opened {
        Opened::Puzzle(board) => {
            let name = path.file_stem().map_or_else(|| "Board".into(), |stem| stem.to_string_lossy().into_owned());
            state.note(false, format!("{} is a {} board", path.display(), board.shape()));
            put(state, board, name, effects);
        }
        Opened::Run(folder) => {
            let show = super::train::TrainAction::Add(folder.clone());
            super::apply::apply(state, Action::Train(show), effects);
            state.settings.mode = super::layout::Mode::Train;
        }
        Opened::Checkpoint(path) => {
            super::apply::apply(state, Action::UseModel(ModelSource::Path(path)), effects);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::persist::Settings;
    use super::super::puzzles::{Difficulty, make};
    use super::super::scene::tests::recording;
    use super::*;
    use crate::board::sudoku::{Shape, Solutions, Sudoku};
    use crate::engine::{JobId, ModelInfo};

    fn model() -> Arc<ModelInfo> {
        let dimensions = recording(0, |_, _| 1).dimensions;
        Arc::new(ModelInfo {
            source: ModelSource::Shipped("tiny".into()),
            name: "tiny".into(),
            parameters: 1,
            seq_len: 16,
            vocab: 6,
            dimensions,
            hash: String::new(),
        })
    }

    fn with_board() -> (State, Vec<Effect>) {
        let (mut state, mut effects) = (State::new(Settings::default()), Vec::new());
        receive(&mut state, Event::ModelLoaded(model()), &mut effects);
        assert!(matches!(effects.pop(), Some(Effect::Generate(order)) if order.shape.side() == 4 && !order.asked));
        state.untouched = false;
        put(&mut state, Sudoku::parse("1... ...2 .... ..2.", None).unwrap(), "test".into(), &mut effects);
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
        assert_eq!(state.run.status, RunStatus::Finished(5.0));
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
        let order = |side, asked| Order { shape: Shape::for_side(side).unwrap(), difficulty: Difficulty::Easy, asked };
        let made = |order: Order| make(order.shape, order.difficulty, 1).map_err(|e| e.to_string());
        // Made for a model that was replaced meanwhile.
        state.untouched = true;
        hear(&mut state, News::Generated(order(6, false), made(order(6, false))), &mut effects);
        assert_eq!(*state.board(), before);
        // A person opened a board meanwhile.
        state.untouched = false;
        hear(&mut state, News::Generated(order(4, false), made(order(4, false))), &mut effects);
        assert_eq!(*state.board(), before);
        hear(&mut state, News::Generated(order(4, true), made(order(4, true))), &mut effects);
        assert_ne!(*state.board(), before);
    }

    #[test]
    fn a_board_of_another_size_gets_the_shipped_model_made_for_it() {
        let (mut state, mut effects) = with_board();
        effects.clear();
        put(&mut state, Sudoku::blank(Shape::ALL[1]), "six".into(), &mut effects);
        let six = ModelSource::Shipped("sudoku-6x6".into());
        assert_eq!(state.loading, Some(six.clone()));
        assert!(effects.iter().any(|e| matches!(e, Effect::Engine(Command::LoadModel(source)) if *source == six)));
        // Also while another is on its way, as at the start.
        put(&mut state, Sudoku::blank(Shape::ALL[0]), "four".into(), &mut effects);
        assert_eq!(state.loading, Some(ModelSource::Shipped("sudoku-4x4".into())));
    }

    #[test]
    fn a_board_that_does_not_fit_is_not_asked_about() {
        let (mut state, mut effects) = with_board();
        effects.clear();
        put(&mut state, Sudoku::blank(Shape::ALL[2]), "nine".into(), &mut effects);
        assert!(!effects.iter().any(|e| matches!(e, Effect::Engine(Command::Think { .. }))));
        assert!(state.misfit().unwrap().contains("4x4"));
    }

    #[test]
    fn a_late_verdict_about_another_board_is_dropped() {
        let (mut state, mut effects) = with_board();
        let other = Sudoku::blank(state.board().shape());
        hear(&mut state, News::Judged(other, Solutions::None, 0), &mut effects);
        assert!(state.verdict.is_none());
        let board = state.board().clone();
        hear(&mut state, News::Judged(board, Solutions::Several, 0), &mut effects);
        assert!(state.verdict.is_some());
    }
}
