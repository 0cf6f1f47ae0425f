//! What the engine and the background tell, and what becomes of it.

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
fn a_damaged_checkpoint_that_was_passed_over_is_told() {
    let mut state = State::new(Settings::default());
    let note = "step_20 is damaged; step_10 is taken instead";
    let model = ModelInfo { passed_over: Some(note.into()), ..fixtures::model("step_10") };
    receive(&mut state, Event::ModelLoaded(Arc::new(model)), &mut Vec::new());
    assert!(state.toasts.iter().any(|toast| toast.error && toast.text.starts_with(note)));
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
    receive(&mut state, Event::SegmentEnded { job: JobId(1), end: told.ends[0] }, &mut effects);
    for (i, record) in told.steps.iter().enumerate() {
        receive(&mut state, Event::Step { job: JobId((i as u64 + 1) % 2), record: record.clone() }, &mut effects);
    }
    assert_eq!(state.computed(), 3);
    receive(&mut state, Event::ThinkFinished { job: JobId(1), elapsed_ms: 5.0 }, &mut effects);
    assert_eq!(state.doc.run.status, RunStatus::Finished(5.0));
    assert!(state.log.last().unwrap().text.contains(" after 1 segment, "), "{:?}", state.log.last());
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
    assert_eq!(state.misfit().as_deref(), Some("Loading sudoku-9x9…"), "one that fits is on its way");
    state.loading = None;
    assert!(state.misfit().unwrap().contains("4x4"));
    // What the run before still tells is about another board.
    let told = recording(0, |_, _| 1);
    let (dimensions, z_h_init, z_l_init) = (told.dimensions, told.z_h_init, told.z_l_init);
    receive(&mut state, Event::ThinkStarted { job: JobId(1), dimensions, z_h_init, z_l_init }, &mut effects);
    assert!(state.recording().is_none());
}

#[test]
fn a_desktop_without_dialogs_is_told() {
    let mut state = State::new(Settings::default());
    hear(&mut state, News::NoDialog, &mut Vec::new());
    assert!(state.toasts[0].error && state.toasts[0].text.contains("xdg-desktop-portal or zenity"));
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
