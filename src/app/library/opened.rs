//! Sets that were read, written into the state.

use std::collections::HashSet;
use std::path::PathBuf;

use super::super::action::Effect;
use super::super::document::{Document, TabAction, put, tabs};
use super::super::state::State;
use super::view::any_fits;
use super::{Place, SHIPPED_SETS, Set};
use crate::dataset::{Collection, Specimen};
use crate::engine::shipped_for;
use crate::task::fits;

/// A file or folder of many puzzles: it is shown. Opened by its name, its first puzzle goes on the board, or the first that
/// the model knows.
pub fn open_set(state: &mut State, path: PathBuf, found: Collection, effects: &mut Vec<Effect>) {
    let chosen = state.library.reading == Some(Place::File(path.clone()));
    state.settings.remember_set(path.clone());
    effects.push(Effect::FindMissing(state.settings.all_recent()));
    let count = found.specimens.len();
    state.note(false, format!("{} holds {count} puzzles. {}", path.display(), found.notes.join(" ")));
    show(state, Place::File(path), found, effects);
    if !chosen {
        put_first(state, effects);
        state.doc.spare = false;
    }
}

/// A set that the program carries was read.
pub fn hear_shipped(state: &mut State, index: usize, read: Result<Collection, String>, effects: &mut Vec<Effect>) {
    match read {
        Ok(found) => show(state, Place::Shipped(index), found, effects),
        Err(why) => {
            state.library.reading = None;
            let name = SHIPPED_SETS.get(index).map_or("", |set| set.name);
            state.say(true, format!("The set {name} cannot be read: {why}."), None);
        }
    }
}

fn show(state: &mut State, place: Place, found: Collection, effects: &mut Vec<Effect>) {
    state.library.insert(place, found.specimens, found.notes);
    bring_model(state, effects);
}

/// A set that the model cannot answer brings its first puzzle to the board, and with it a model that can.
pub(super) fn bring_model(state: &mut State, effects: &mut Vec<Effect>) {
    let misfit = state.model_boards().is_some_and(|boards| !any_fits(state.library.shown(), boards));
    if misfit && state.loading.is_none() {
        put_first(state, effects);
    }
}

/// The first puzzle that the model knows goes on the board; else the first that a shipped one knows, or the first of all.
fn put_first(state: &mut State, effects: &mut Vec<Effect>) {
    let set = state.library.shown();
    let boards = state.model_boards();
    // A public model has a million names.
    let names = state.model.as_ref().map_or(&[][..], |model| &model.identifiers);
    let names: HashSet<&str> = match set.specimens.iter().any(|one| one.board.arc().is_some()) {
        true => names.iter().map(String::as_str).collect(),
        false => HashSet::new(),
    };
    let known = |one: &Specimen| match one.board.arc() {
        Some(sheet) => names.contains(sheet.name()),
        None => boards.is_some_and(|boards| fits(&one.board, boards)),
    };
    let shipped = |one: &Specimen| shipped_for(&one.board).is_some();
    let first = set.specimens.iter().position(known).or_else(|| set.specimens.iter().position(shipped)).unwrap_or(0);
    let Some(specimen) = set.specimens.get(first) else { return };
    // A set that is shown once more does not open its first puzzle again.
    let same = |doc: &&Document| doc.board().same_question(&specimen.board) && doc.title == title(set, first);
    let open = state.documents().find(same).map(|doc| doc.id);
    match open {
        Some(id) => tabs(state, TabAction::Show(id), effects),
        None => put_on_board(state, first, effects),
    }
}

/// What the document of a puzzle is called.
fn title(set: &Set, index: usize) -> String {
    let Some(specimen) = set.specimens.get(index) else { return String::new() };
    match (&set.place, specimen.board.arc()) {
        (_, Some(sheet)) => sheet.name().to_owned(),
        (Place::Samples, None) => format!("{} {} sample", set.title(index), specimen.board),
        _ => set.title(index),
    }
}

/// Puts a puzzle of the shown set on the board.
pub(super) fn put_on_board(state: &mut State, index: usize, effects: &mut Vec<Effect>) {
    let set = state.library.shown();
    let Some(specimen) = set.specimens.get(index) else { return };
    let (board, title) = (specimen.board.clone(), title(set, index));
    put(state, board, title, effects);
}
