//! From keys to actions. Off while a text field has the focus; while a cell is selected, plain arrows move it.

use eframe::egui::{Context, Event, Key, Modifiers};

use super::action::Action;
use super::command::{CommandId, Rebinding, Shortcut, commands};
use super::edit::selection;
use super::hand::Tool;
use super::layout::Mode;
use super::state::State;
use crate::board::Kind;

/// What the keys of this frame ask for.
pub fn actions(ctx: &Context, state: &State) -> Vec<Action> {
    if let Some(Rebinding { id, .. }) = state.rebinding {
        // They are meant for nothing else.
        let events = ctx.input_mut(|input| std::mem::take(&mut input.events));
        return events.iter().find_map(|event| bound(event, id)).into_iter().collect();
    }
    if ctx.text_edit_focused()
        || ctx.any_popup_open()
        || state.train.draft.is_some()
        || state.movie.is_some()
        || state.palette.is_some()
        || state.picture.is_some()
        || state.keys.is_some()
        || state.closing.is_some()
    {
        return Vec::new();
    }
    // A button that has the keyboard's focus is pressed by Space and left with the arrows.
    let widget_focused = ctx.memory(|memory| memory.focused().is_some());
    let events = ctx.input(|input| input.events.clone());
    taken(&events, |event| action(event, state, widget_focused))
}

/// What the events of one frame ask for; what is typed behind the opening of the palette is meant for it, however long the
/// frame.
fn taken(events: &[Event], action: impl Fn(&Event) -> Option<Action>) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    for (at, event) in events.iter().enumerate() {
        actions.extend(action(event));
        if actions.last() == Some(&Action::TogglePalette) {
            let text = |event: &Event| if let Event::Text(text) = event { Some(text.clone()) } else { None };
            let typed: String = events[at + 1..].iter().filter_map(text).collect();
            actions.extend((!typed.is_empty()).then_some(Action::SearchPalette(typed)));
            break;
        }
    }
    actions
}

/// A pressed key. With Shift, a digit's key says what stands above the digit; commands are bound to the digit.
fn pressed(event: &Event) -> Option<(Key, Modifiers)> {
    let Event::Key { key, physical_key, pressed: true, modifiers, .. } = event else { return None };
    let digit = physical_key.filter(|physical| modifiers.shift && is_digit(*physical) && !is_digit(*key));
    Some((digit.unwrap_or(*key), *modifiers))
}

fn is_digit(key: Key) -> bool {
    use Key::{Num0, Num1, Num2, Num3, Num4, Num5, Num6, Num7, Num8, Num9};
    [Num0, Num1, Num2, Num3, Num4, Num5, Num6, Num7, Num8, Num9].contains(&key)
}

/// The keys that a command gets: those pressed, none with Backspace, the ones before with Esc.
fn bound(event: &Event, id: CommandId) -> Option<Action> {
    let (key, modifiers) = pressed(event)?;
    match key {
        Key::Escape => Some(Action::Rebind(None)),
        Key::Backspace | Key::Delete if modifiers.is_none() => Some(Action::SetShortcut(id, None)),
        _ => Some(Action::SetShortcut(id, Some(Shortcut::pressed(key, modifiers)))),
    }
}

/// What one event asks for.
fn action(event: &Event, state: &State, widget_focused: bool) -> Option<Action> {
    if state.settings.mode != Mode::Explore && !matches!(event, Event::Key { .. }) {
        return None;
    }
    match event {
        Event::Copy => Some(Action::Copy),
        Event::Cut => Some(Action::Cut),
        Event::Paste(text) => Some(Action::Paste(text.clone())),
        // As text, so that digits come from every keyboard and number block.
        Event::Text(text) if state.doc.selected.is_some() => {
            let digit = text.chars().next().filter(|_| text.len() == 1)?;
            typed(digit, state)
        }
        _ => pressed(event).and_then(|(key, modifiers)| key_action(key, modifiers, state, widget_focused)),
    }
}

/// What a character does to the selected cell.
fn typed(character: char, state: &State) -> Option<Action> {
    let cell = state.doc.selected?;
    let pen = |tool| Some(Action::Touch { tool, cell });
    match (state.kind(), character) {
        (Kind::Sudoku, '1'..='9') | (Kind::Arc, '0'..='9') => Some(Action::Type(character as u8 - b'0')),
        (_, '0' | '.') => Some(Action::Erase),
        (Kind::Maze, '#' | 'w' | 'W') => pen(Tool::Brush),
        (Kind::Maze, 'e' | 'E') => pen(Tool::Erase),
        (Kind::Maze, 's' | 'S') => pen(Tool::Start),
        (Kind::Maze, 'g' | 'G') => pen(Tool::Goal),
        _ => None,
    }
}

fn key_action(key: Key, modifiers: Modifiers, state: &State, widget_focused: bool) -> Option<Action> {
    let elsewhere = state.settings.mode != Mode::Explore;
    if modifiers.is_none() && key == Key::Escape && state.enlarged.is_some() && !elsewhere {
        return Some(Action::ToggleFull);
    }
    if modifiers.is_none() && state.doc.selected.is_some() && !elsewhere {
        match key {
            Key::ArrowLeft => return Some(Action::MoveSelection(0, -1)),
            Key::ArrowRight => return Some(Action::MoveSelection(0, 1)),
            Key::ArrowUp => return Some(Action::MoveSelection(-1, 0)),
            Key::ArrowDown => return Some(Action::MoveSelection(1, 0)),
            Key::Escape => return Some(Action::Select(None)),
            Key::Backspace => return Some(Action::Erase),
            _ => {}
        }
    }
    if modifiers.is_none() && key == Key::Enter && state.doc.selected.is_none() && !elsewhere && !widget_focused {
        return Some(Action::Select(Some(0)));
    }
    if modifiers.is_none() && !elsewhere && selection(state).is_some() {
        match key {
            Key::Escape => return Some(Action::SelectNone),
            Key::Backspace => return Some(Action::Erase),
            _ => {}
        }
    }
    let mine = widget_focused && modifiers.is_none() && matches!(key, Key::Space | Key::ArrowLeft | Key::ArrowRight);
    if mine {
        return None;
    }
    // While a cell of a maze is selected, letters change it.
    if modifiers.is_none() && state.doc.selected.is_some() && matches!(key, Key::W | Key::E | Key::S | Key::G) {
        return None;
    }
    let command = commands()
        .find(|command| state.settings.shortcuts.of(command).is_some_and(|keys| keys.matches(key, modifiers)))
        .filter(|command| !(elsewhere && command.id.explores()))?;
    match (command.possible)(state) {
        true => Some(command.action.clone()),
        false => command.why_not(state).map(|_| Action::SayWhyNot(command.id)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::action::Stride;
    use super::super::command::command;
    use super::super::figures::Judged;
    use super::super::fixtures::recording;
    use super::super::persist::Settings;
    use super::super::state::{Told, Verdict};
    use super::*;
    use crate::board::History;
    use crate::board::sudoku::Solutions;

    fn state() -> State {
        let mut state = State::new(Settings::default());
        state.doc.run.told = Some(Told { recording: recording(12, |_, _| 1), uncertainty: Vec::new() });
        state.doc.playhead.at = 4;
        state
    }

    #[test]
    fn arrows_belong_to_the_clock_until_a_cell_is_selected() {
        let mut state = state();
        let right = |state: &State, modifiers| key_action(Key::ArrowRight, modifiers, state, false);
        assert_eq!(right(&state, Modifiers::NONE), Some(Action::Forward(Stride::Micro)));
        assert_eq!(right(&state, Modifiers::SHIFT), Some(Action::Forward(Stride::Cycle)));
        assert_eq!(right(&state, Modifiers::COMMAND), Some(Action::Forward(Stride::Segment)));
        state.doc.selected = Some(0);
        assert_eq!(right(&state, Modifiers::NONE), Some(Action::MoveSelection(0, 1)));
        assert_eq!(right(&state, Modifiers::SHIFT), Some(Action::Forward(Stride::Cycle)));
        assert_eq!(key_action(Key::Escape, Modifiers::NONE, &state, false), Some(Action::Select(None)));
        // The whole window is left first.
        state.enlarged = Some(super::super::state::Enlarged::Both);
        assert_eq!(key_action(Key::Escape, Modifiers::NONE, &state, false), Some(Action::ToggleFull));
    }

    #[test]
    fn undo_and_redo_are_told_apart_by_shift() {
        let mut state = state();
        state.doc.history.edit("one", super::super::fixtures::sudoku());
        let shift = Modifiers { shift: true, ..Modifiers::COMMAND };
        assert_eq!(key_action(Key::Z, Modifiers::COMMAND, &state, false), Some(Action::Undo));
        assert_eq!(key_action(Key::Z, shift, &state, false), Some(Action::SayWhyNot(CommandId::Redo)));
        state.doc.history.undo();
        assert_eq!(key_action(Key::Z, shift, &state, false), Some(Action::Redo));
    }

    #[test]
    fn a_digits_key_is_the_digit_with_shift_too() {
        let mut state = state();
        let modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };
        let event = |key, physical_key| Event::Key { key, physical_key, pressed: true, repeat: false, modifiers };
        let asked = |state: &State, key, physical| action(&event(key, Some(physical)), state, false);
        let sudoku = asked(&state, Key::Num1, Key::Num1);
        assert!(sudoku.is_some());
        assert_eq!(asked(&state, Key::Exclamationmark, Key::Num1), sudoku);
        // Where digits need Shift, another one may stand above the key.
        assert_ne!(asked(&state, Key::Num2, Key::Num1), sudoku);
        state.settings.mode = Mode::Explore;
        let given = bound(&event(Key::Exclamationmark, Some(Key::Num1)), CommandId::Undo);
        assert_eq!(given, Some(Action::SetShortcut(CommandId::Undo, Some(Shortcut { modifiers, key: Key::Num1 }))));
    }

    #[test]
    fn a_key_whose_command_cannot_be_done_says_why() {
        let mut state = state();
        state.doc.history = History::new(super::super::fixtures::sudoku());
        let hint = |state: &State| key_action(Key::H, Modifiers::COMMAND, state, false);
        let judged = Judged::Sudoku { solutions: Solutions::Several, rating: 0 };
        state.doc.verdict = Some(Verdict { board: state.board().clone(), judged });
        assert_eq!(hint(&state), Some(Action::SayWhyNot(CommandId::Hint)));
        let why = command(CommandId::Hint).why_not(&state);
        assert_eq!(why.as_deref(), Some("this board has several solutions"));
        // That the playhead stands at the end is seen.
        state.doc.playhead.at = 12;
        assert_eq!(key_action(Key::ArrowRight, Modifiers::NONE, &state, false), None);
    }

    #[test]
    fn the_clipboard_is_pasted_by_its_event_and_by_the_command() {
        let mut state = state();
        let pasted = action(&Event::Paste("1".into()), &state, false);
        assert_eq!(pasted, Some(Action::Paste("1".into())));
        assert_eq!(key_action(Key::V, Modifiers::COMMAND, &state, false), Some(Action::AskPaste));
        state.settings.mode = Mode::Train;
        assert_eq!(key_action(Key::V, Modifiers::COMMAND, &state, false), None);
        assert!(!(command(CommandId::Paste).possible)(&state));
    }

    #[test]
    fn digits_need_a_selection() {
        let mut state = state();
        let typed = |state: &State, text: &str| action(&Event::Text(text.into()), state, false);
        assert_eq!(typed(&state, "3"), None);
        state.doc.selected = Some(2);
        assert_eq!(typed(&state, "3"), Some(Action::Type(3)));
        assert_eq!(typed(&state, "0"), Some(Action::Erase));
        assert_eq!(typed(&state, "x"), None);
    }

    #[test]
    fn what_is_typed_behind_the_palettes_keys_is_meant_for_it() {
        let state = state();
        let press = |key, modifiers| Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
        let frame = [
            press(Key::P, Modifiers::COMMAND),
            press(Key::L, Modifiers::NONE),
            Event::Text("l".into()),
            press(Key::I, Modifiers::NONE),
            Event::Text("i".into()),
        ];
        let asked = taken(&frame, |event| action(event, &state, false));
        assert_eq!(asked, [Action::TogglePalette, Action::SearchPalette("li".into())]);
        assert_eq!(taken(&frame[1..2], |event| action(event, &state, false)), [Action::CycleLoop]);
    }

    #[test]
    fn while_training_is_shown_the_board_has_no_keys() {
        let mut state = state();
        state.settings.mode = Mode::Train;
        state.doc.selected = Some(2);
        assert_eq!(action(&Event::Text("3".into()), &state, false), None);
        assert_eq!(key_action(Key::Space, Modifiers::NONE, &state, false), None);
        assert_eq!(key_action(Key::ArrowLeft, Modifiers::NONE, &state, false), None);
        assert_eq!(key_action(Key::Num1, Modifiers::COMMAND, &state, false), Some(Action::SetMode(Mode::Explore)));
    }

    #[test]
    fn a_focused_button_keeps_its_keys() {
        assert_eq!(key_action(Key::Space, Modifiers::NONE, &state(), true), None);
        assert_eq!(key_action(Key::Space, Modifiers::NONE, &state(), false), Some(Action::TogglePlay));
    }
}
