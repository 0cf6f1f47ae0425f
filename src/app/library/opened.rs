//! Sets that were read, written into the state.

use std::path::PathBuf;

use super::super::action::Effect;
use super::super::document::put;
use super::super::state::State;
use super::view::any_fits;
use super::{Place, SHIPPED_SETS};
use crate::dataset::{Collection, Specimen};

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

fn put_first(state: &mut State, effects: &mut Vec<Effect>) {
    let set = state.library.shown();
    let known = |one: &Specimen| match one.board.arc() {
        Some(sheet) => state.model.as_ref().is_some_and(|model| model.puzzle_id(sheet.name()).is_some()),
        None => true,
    };
    let index = set.specimens.iter().position(known).unwrap_or(0);
    // A set that is opened once more does not open its first puzzle again.
    let is_there = |one: &Specimen| one.board.same_question(state.board()) && state.doc.title == set.title(index);
    if set.specimens.get(index).is_some_and(|one| !is_there(one)) {
        put_on_board(state, index, effects);
    }
}

/// Puts a puzzle of the shown set on the board.
pub(super) fn put_on_board(state: &mut State, index: usize, effects: &mut Vec<Effect>) {
    let set = state.library.shown();
    let Some(specimen) = set.specimens.get(index) else { return };
    let title = match (&set.place, specimen.board.arc()) {
        (_, Some(sheet)) => sheet.name().to_owned(),
        (Place::Samples, None) => format!("{} {} sample", set.title(index), specimen.board),
        _ => set.title(index),
    };
    let board = specimen.board.clone();
    put(state, board, title, effects);
}
