//! The runs of a trace file as documents.

use std::path::PathBuf;

use super::super::action::Effect;
use super::super::state::State;
use super::super::trace::Traced;
use super::tabs::{arrive, leave, open_tab, show_tab};
use super::{Document, RunStatus};

/// Puts each board of a trace file in a tab with its run, and shows the first. Nothing is asked.
pub(in super::super) fn open_traced(state: &mut State, path: PathBuf, traced: Traced, effects: &mut Vec<Effect>) {
    state.settings.remember_board(path.clone());
    effects.push(Effect::FindMissing(state.settings.all_recent()));
    let open = traced.runs.len();
    if traced.boards > open {
        let text = format!("{} holds {} boards; the first {open} are open.", path.display(), traced.boards);
        state.say(false, text, None);
    }
    let mut first = None;
    for run in traced.runs {
        let mut doc = Document::new(state.fresh_id(), run.board, run.title);
        doc.untouched = false;
        doc.playhead.due = state.now;
        (doc.run.told, doc.run.status) = (Some(run.told), RunStatus::Finished(0.0));
        doc.run.recorded = Some(traced.about.clone());
        first.get_or_insert(doc.id);
        if state.doc.is_spare() {
            leave(state, effects);
            state.doc = doc;
        } else {
            open_tab(state, doc, effects);
        }
    }
    let at = state.documents().position(|doc| Some(doc.id) == first);
    match at {
        Some(at) if at != state.left.len() => show_tab(state, at, effects),
        _ => arrive(state, effects),
    }
}
