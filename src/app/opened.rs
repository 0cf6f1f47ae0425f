//! Opened files, written into the state.

use std::path::PathBuf;

use super::action::{Action, Effect};
use super::document::{TabAction, open_traced, put, title_of};
use super::open::Opened;
use super::state::State;
use crate::board::{Board, Found};
use crate::engine::ModelSource;

/// Puts the board that a file holds in a tab.
fn open_boards(state: &mut State, path: &std::path::Path, found: Found, effects: &mut Vec<Effect>) {
    let Some((own, board)) = found.boards.into_iter().next() else { return };
    let name = own.unwrap_or_else(|| title_of(path));
    // A file names a task by its own name.
    let board = match board {
        Board::Arc(sheet) => Board::from(sheet.named(&name)),
        other => other,
    };
    state.settings.remember_board(path.to_owned());
    effects.push(Effect::FindMissing(state.settings.all_recent()));
    let open = state.documents().find(|doc| doc.path.as_deref() == Some(path));
    if let Some((id, changed)) = open.map(|doc| (doc.id, doc.saved.as_ref() != Some(&board))) {
        let text = if changed { " What is in the file now is something else; saving writes over it." } else { "" };
        state.say(false, format!("{} is open already.{text}", path.display()), None);
        return super::apply::apply(state, Action::Tab(TabAction::Show(id)), effects);
    }
    state.note(false, format!("{} holds one board: {board}", path.display()));
    if found.left_out > 0 {
        let text = format!("{name}: {} rows or tasks hold no board, and were left out.", found.left_out);
        state.say(false, text, None);
    }
    if let Some(note) = found.note {
        state.say(false, format!("{note}."), None);
    }
    put(state, board, name, effects);
    state.doc.spare = false;
    // A file of another form is not written back.
    state.doc.path = Some(path.to_owned()).filter(|_| found.plain);
}

/// What was opened is taken in.
pub(super) fn open(state: &mut State, path: PathBuf, opened: Opened, effects: &mut Vec<Effect>) {
    match opened {
        Opened::Boards(found) => open_boards(state, &path, found, effects),
        Opened::Set(found) => super::library::open_set(state, path, found, effects),
        Opened::Picture(picture) => super::picture::begin(state, title_of(&path), picture),
        Opened::Run(folder) => {
            let show = super::train::TrainAction::Add(folder.clone());
            super::apply::apply(state, Action::Train(show), effects);
            state.settings.mode = super::layout::Mode::Train;
        }
        Opened::Trace(traced) => open_traced(state, &path, traced, effects),
        Opened::Checkpoint(path) => {
            super::apply::apply(state, Action::UseModel(ModelSource::Path(path)), effects);
        }
    }
}
