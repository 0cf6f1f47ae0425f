//! What actions do to the state.

use super::super::command::CommandId;
use super::super::fixtures::{recording, sudoku};
use super::super::persist::Settings;
use super::super::state::Told;
use super::*;
use crate::board::History;
use crate::board::sudoku::Sudoku;

fn state() -> State {
    let mut state = State::new(Settings::default());
    state.doc.history = History::new(sudoku());
    state.doc.run.told = Some(Told { recording: recording(24, |_, _| 1), uncertainty: Vec::new() });
    state.doc.run.status = RunStatus::Finished(1.0);
    state
}

fn board(state: &State) -> &Sudoku {
    state.board().sudoku().unwrap()
}

fn does(state: &mut State, action: Action) -> Vec<Effect> {
    let mut effects = Vec::new();
    apply(state, action, &mut effects);
    effects
}

#[test]
fn strides_land_on_the_clock() {
    let mut state = state();
    let mut visit = |action: Action| {
        does(&mut state, action);
        state.doc.playhead.at
    };
    assert_eq!(visit(Action::Forward(Stride::Micro)), 1);
    assert_eq!(visit(Action::Forward(Stride::Cycle)), 3);
    assert_eq!(visit(Action::Forward(Stride::Segment)), 6);
    assert_eq!(visit(Action::Forward(Stride::Segment)), 12);
    assert_eq!(visit(Action::Back(Stride::Cycle)), 9);
    assert_eq!(visit(Action::Back(Stride::Segment)), 6);
    assert_eq!(visit(Action::Back(Stride::Micro)), 5);
    assert_eq!(visit(Action::GoToEnd), 24);
    assert_eq!(visit(Action::Forward(Stride::Segment)), 24);
    assert_eq!(visit(Action::GoToStart), 0);
    assert_eq!(visit(Action::Back(Stride::Micro)), 0);
    assert_eq!(visit(Action::GoTo(99)), 24);
}

#[test]
fn play_at_the_end_starts_again() {
    let mut state = state();
    does(&mut state, Action::GoToEnd);
    does(&mut state, Action::TogglePlay);
    assert!(state.doc.playhead.playing && state.doc.playhead.at == 0);
    does(&mut state, Action::TogglePlay);
    assert!(!state.doc.playhead.playing);
}

#[test]
fn edits_are_named_undone_and_redone() {
    let mut state = state();
    does(&mut state, Action::Type(3));
    assert_eq!(state.doc.history.undo_name(), None);
    does(&mut state, Action::Select(Some(1)));
    let effects = does(&mut state, Action::Type(3));
    assert!(matches!(effects[0], Effect::Judge(_)));
    assert_eq!(state.doc.history.undo_name(), Some("type 3 at r1c2"));
    assert!(state.recording().is_none());
    does(&mut state, Action::MoveSelection(9, -9));
    assert_eq!(state.doc.selected, Some(12));
    does(&mut state, Action::Undo);
    assert_eq!(board(&state).get(1), Some(0));
    does(&mut state, Action::Redo);
    assert_eq!(board(&state).get(1), Some(3));
    does(&mut state, Action::Type(9));
    assert!(state.toasts[0].text.contains("1 to 4"));
}

#[test]
fn a_board_is_pasted_or_refused_with_a_reason() {
    let mut state = state();
    does(&mut state, Action::Paste("1234 3412 2143 4321".into()));
    assert!(board(&state).is_solved());
    does(&mut state, Action::Paste("12x4".into()));
    assert!(board(&state).is_solved() && state.toasts[0].error);
    let effects = does(&mut state, Action::Copy);
    let Effect::Copy(text) = &effects[0] else { panic!("the board is copied") };
    assert_eq!(Sudoku::parse(text, None).unwrap(), *board(&state));
}

#[test]
fn keys_of_another_command_are_taken_when_they_are_asked_for_twice() {
    let mut state = state();
    let keys = command(CommandId::Brush).shortcut;
    let of = |state: &State, id| state.settings.shortcuts.of(command(id));
    does(&mut state, Action::Rebind(Some(CommandId::Fill)));
    does(&mut state, Action::SetShortcut(CommandId::Fill, keys));
    assert_eq!(of(&state, CommandId::Brush), keys);
    assert_eq!(state.rebinding, Some(Rebinding { id: CommandId::Fill, taking: keys }), "it is asked first");
    does(&mut state, Action::Rebind(None));
    assert!(state.settings.shortcuts.usual());
    for _ in 0..2 {
        does(&mut state, Action::SetShortcut(CommandId::Fill, keys));
    }
    assert_eq!((of(&state, CommandId::Fill), of(&state, CommandId::Brush), state.rebinding), (keys, None, None));
    assert!(state.toasts[0].text.contains("belonged to \"Brush\""));
}

#[test]
fn it_is_said_once_why_a_command_cannot_be_done() {
    let mut state = state();
    for _ in 0..3 {
        does(&mut state, Action::SayWhyNot(CommandId::Undo));
    }
    assert_eq!((state.toasts[0].text.as_str(), state.log.len()), ("Undo: there is nothing to undo.", 1));
    does(&mut state, Action::SayWhyNot(CommandId::Copy));
    assert_eq!(state.toasts.len(), 1, "it can be done");
}

#[test]
fn the_solution_stays_hidden_where_there_is_none() {
    let mut state = state();
    let maze = crate::board::maze::Maze::parse_draft("S##\n###\n##G").unwrap();
    does(&mut state, Action::Paste(maze.to_rows()));
    does(&mut state, Action::ToggleSolution);
    let toast = state.toasts.last().unwrap();
    assert!(!toast.error && toast.text.starts_with("Nothing to compare with: walled off"), "{}", toast.text);
    assert!(!state.show_solution);
}

#[test]
fn speed_stays_within_its_table() {
    let mut state = state();
    for _ in 0..20 {
        does(&mut state, Action::Faster);
    }
    assert_eq!(state.settings.speed, 60.0);
    for _ in 0..20 {
        does(&mut state, Action::Slower);
    }
    assert_eq!(state.settings.speed, 0.5);
}
