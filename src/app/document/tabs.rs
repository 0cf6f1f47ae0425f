//! Tabs: opening, closing, and going from one to another.

use super::super::action::Effect;
use super::super::apply::{call_off, from_the_start, think};
use super::super::edit::end_stroke;
use super::super::inside::look_again as look_again_inside;
use super::super::state::State;
use super::memory::forget_replay;
use super::put::{blank_like, fill, look_again, take_fitting_model, tidy};
use super::save::save;
use super::{Document, RunStatus};

/// Something with tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TabAction {
    /// A blank board of the kind and the size that is shown.
    New,
    /// Show this one.
    Show(u64),
    /// Show the next, or the first.
    Next,
    /// Show the one before, or the last.
    Previous,
    /// Close this one, or the one that is shown; asks when it would lose something.
    Close(Option<u64>),
    /// The answer to that question.
    Answer(Answer),
}

/// What is done with a document that is closed and in no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is saved, and then closed.
    Save,
    /// It is closed.
    Discard,
    /// It stays.
    Cancel,
}

/// Does it.
pub(in super::super) fn tabs(state: &mut State, action: TabAction, effects: &mut Vec<Effect>) {
    let (count, here) = (state.documents().count(), state.left.len());
    match action {
        TabAction::New => {
            let board = blank_like(state.board());
            let title = format!("New {board}");
            let doc = Document::new(state.fresh_id(), board, title);
            open_tab(state, doc, effects);
            // A person asked for a blank one.
            (state.doc.untouched, state.doc.spare) = (false, true);
            arrive(state, effects);
        }
        TabAction::Show(id) => {
            let at = state.documents().position(|doc| doc.id == id);
            if let Some(at) = at {
                show_tab(state, at, effects);
            }
        }
        TabAction::Next => show_tab(state, (here + 1) % count, effects),
        TabAction::Previous => show_tab(state, (here + count - 1) % count, effects),
        TabAction::Close(id) => {
            let id = id.unwrap_or(state.doc.id);
            if state.document(id).is_some_and(Document::unsaved) {
                // Shown, so that it is seen what the question is about.
                tabs(state, TabAction::Show(id), effects);
                state.closing = Some(id);
            } else {
                close(state, id, effects);
            }
        }
        TabAction::Answer(answer) => {
            let Some(id) = state.closing.take() else { return };
            match answer {
                Answer::Save => {
                    if let Some(doc) = state.document_mut(id) {
                        doc.closes = true;
                    }
                    save(state, Some(id), false, effects);
                }
                Answer::Discard => close(state, id, effects),
                Answer::Cancel => {}
            }
        }
    }
}

/// Closes a tab without asking. The last one makes room for a board of the program's own.
pub(super) fn close(state: &mut State, id: u64, effects: &mut Vec<Effect>) {
    state.left.retain(|doc| doc.id != id);
    state.right.retain(|doc| doc.id != id);
    if state.doc.id != id {
        return;
    }
    leave(state, effects);
    let next = if state.right.is_empty() { state.left.pop() } else { Some(state.right.remove(0)) };
    state.doc = next.unwrap_or_else(|| state.bare(state.kind()));
    arrive(state, effects);
}

/// Shows a tab by its place.
pub(super) fn show_tab(state: &mut State, at: usize, effects: &mut Vec<Effect>) {
    if at != state.left.len() {
        leave(state, effects);
        turn_to(state, at);
        arrive(state, effects);
    }
}

/// Opens a tab at the right end and shows it; asking about it is left to whoever opens it.
pub(super) fn open_tab(state: &mut State, doc: Document, effects: &mut Vec<Effect>) {
    leave(state, effects);
    turn_to(state, usize::MAX);
    state.left.push(std::mem::replace(&mut state.doc, doc));
}

/// Moves documents from one side to the other until the one at `at`, or the last, is the shown one.
fn turn_to(state: &mut State, at: usize) {
    while state.left.len() > at {
        let Some(before) = state.left.pop() else { break };
        state.right.insert(0, std::mem::replace(&mut state.doc, before));
    }
    while state.left.len() < at && !state.right.is_empty() {
        let next = state.right.remove(0);
        state.left.push(std::mem::replace(&mut state.doc, next));
    }
}

/// Before another document is shown: nothing is asked about this one any more; what was told stays.
pub(super) fn leave(state: &mut State, effects: &mut Vec<Effect>) {
    super::super::arc::apply::drop_votes(state, effects);
    end_stroke(state);
    forget_replay(state, effects);
    look_again_inside(state);
    state.hand.place = None;
    if call_off(state, effects) {
        state.doc.run.coming = None;
        state.doc.run.again = true;
        state.doc.run.status = RunStatus::Stopped;
    }
    state.doc.seen = state.fresh_id();
    forget_old_runs(state);
}

/// The runs of all documents have one budget together. Beyond it those that were seen longest ago are computed again when they
/// are shown.
fn forget_old_runs(state: &mut State) {
    let budget = state.budget();
    let mut all: Vec<&mut Document> = state.left.iter_mut().chain([&mut state.doc]).chain(&mut state.right).collect();
    all.sort_by_key(|doc| std::cmp::Reverse(doc.seen));
    let mut kept = 0;
    for doc in all {
        kept += doc.run.told.as_ref().map_or(0, super::Told::bytes);
        // One that was read from a file could not be computed again.
        if kept > budget && doc.run.recorded.is_none() {
            doc.run.told = None;
            doc.run.again = true;
        }
    }
}

/// After another document came to be shown: its run is there at once. The model is asked only where it would answer
/// otherwise, or did not come to an end.
pub(super) fn arrive(state: &mut State, effects: &mut Vec<Effect>) {
    state.doc.seen = state.fresh_id();
    state.follow_model = false;
    tidy(state);
    if state.doc.verdict.is_none() {
        look_again(state, effects);
    }
    take_fitting_model(state, effects);
    if fill(state, effects) || state.is_answered() {
        return;
    }
    think(state, effects);
    if state.doc.run.told.is_none() {
        from_the_start(state);
    }
}
