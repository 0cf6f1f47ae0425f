//! What a person does in the library, written into the state.

use super::super::action::Effect;
use super::super::state::State;
use super::super::train::apply::Export;
use super::opened::{bring_model, put_on_board};
use super::view::{csv, refresh};
use super::{LibraryAction, Place, ask};

/// Does what a person asked for.
pub fn apply(state: &mut State, action: LibraryAction, effects: &mut Vec<Effect>) {
    match action {
        LibraryAction::ToggleSets => state.library.choosing = !state.library.choosing,
        LibraryAction::Show(place) => show(state, place, effects),
        LibraryAction::Search(text) => state.library.search = text,
        LibraryAction::NextSort => state.library.sort = state.library.sort.next(),
        LibraryAction::Filter(filter) => state.library.filter = filter,
        LibraryAction::Put(index) => put_on_board(state, index, effects),
        LibraryAction::Ask => {
            // What is shown may have changed since it was looked at.
            refresh(state);
            ask::begin(state, effects);
        }
        LibraryAction::Stop => ask::stop(state, effects),
        LibraryAction::SaveResults => save_results(state, effects),
        LibraryAction::OpenFolder => effects.push(Effect::AskFolder),
    }
}

fn show(state: &mut State, place: Place, effects: &mut Vec<Effect>) {
    state.library.choosing = false;
    if let Some(id) = state.library.find(&place) {
        state.library.show(id);
        if !matches!(place, Place::Samples | Place::Yours) {
            bring_model(state, effects);
        }
        return;
    }
    state.library.failed = None;
    match &place {
        Place::Shipped(index) => effects.push(Effect::ReadShipped(*index)),
        Place::File(path) => effects.push(Effect::Look(path.clone())),
        // They always are there.
        Place::Samples | Place::Yours => return,
    }
    state.library.reading = Some(place);
}

impl State {
    /// The model has answered some of the shown set.
    pub fn has_results(&self) -> bool {
        let by = self.answerer();
        by.is_some_and(|by| self.library.table(self.library.shown().id, &by).is_some_and(|table| !table.is_empty()))
    }
}

fn save_results(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(by) = state.answerer() else { return };
    let set = state.library.shown();
    let Some(table) = state.library.table(set.id, &by) else { return };
    match csv(set, table, &by) {
        Ok(bytes) => {
            let name = format!("{}-{}.csv", set.place.name(), by.name).replace(['/', ' '], "-");
            effects.push(Effect::AskExport(Export { title: "Save the results", name, bytes }));
        }
        Err(why) => state.say(true, format!("The results cannot be written as CSV: {why}."), None),
    }
}
