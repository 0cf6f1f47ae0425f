//! The runs of a trace file as documents.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::action::Effect;
use super::super::apply::think;
use super::super::state::State;
use super::super::trace::Traced;
use super::tabs::{arrive, leave, open_tab, show_tab};
use super::{Document, RunStatus};

/// Where a run was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The trace file.
    pub file: PathBuf,
    /// Which of its boards, from 0.
    pub row: usize,
    /// Who recorded it and what of it is not known, in sentences.
    pub about: String,
}

impl Recorded {
    /// A run of the last time, which is being read again.
    pub(super) fn awaited(file: PathBuf, row: usize) -> Self {
        let about = format!("The run is being read from {}.", file.display());
        Self { file, row, about }
    }
}

/// Whether the run of a document is on its way from this file.
fn awaits(doc: &Document, file: &Path) -> bool {
    doc.run.told.is_none() && doc.run.recorded.as_ref().is_some_and(|recorded| recorded.file == file)
}

/// The trace files of which runs were open the last time.
pub(in super::super) fn awaited(state: &State) -> BTreeSet<PathBuf> {
    let recorded = state.documents().filter(|doc| doc.run.told.is_none()).filter_map(|doc| doc.run.recorded.as_ref());
    recorded.map(|recorded| recorded.file.clone()).collect()
}

/// Puts each board of a trace file in a tab with its run, and shows the first. Runs that are open already stay where they are,
/// and if some were open the last time, only those come back. Nothing is asked.
pub(in super::super) fn open_traced(state: &mut State, path: &Path, traced: Traced, effects: &mut Vec<Effect>) {
    let again = state.documents().any(|doc| awaits(doc, path));
    let (open, now) = (traced.runs.len(), state.now);
    let (mut first, mut new) = (None, 0);
    for (row, run) in traced.runs.into_iter().enumerate() {
        let recorded = Recorded { file: path.to_owned(), row, about: traced.about.clone() };
        let same = |doc: &Document| doc.run.recorded.as_ref().is_some_and(|r| r.file == path && r.row == row);
        let old = state.documents().find(|doc| same(doc)).map(|doc| doc.id);
        let mut fresh = (old.is_none() && !again).then(|| {
            let mut doc = Document::new(state.fresh_id(), run.board.clone(), run.title);
            doc.untouched = false;
            doc
        });
        let Some(doc) = fresh.as_mut().or_else(|| state.document_mut(old?)) else { continue };
        first.get_or_insert(doc.id);
        if doc.run.told.is_none() && doc.board().same_question(&run.board) {
            doc.playhead.due = now;
            (doc.run.told, doc.run.status) = (Some(run.told), RunStatus::Finished(0.0));
            doc.run.recorded = Some(recorded);
        }
        match fresh {
            Some(doc) if state.doc.is_spare() => {
                leave(state, effects);
                (state.doc, new) = (doc, new + 1);
            }
            Some(doc) => {
                open_tab(state, doc, effects);
                new += 1;
            }
            None => {}
        }
    }
    if again {
        return;
    }
    state.settings.remember_board(path.to_owned());
    effects.push(Effect::FindMissing(state.settings.all_recent()));
    if new == 0 {
        state.say(false, format!("{} is open already.", path.display()), None);
    } else if traced.boards > open {
        let text = format!("{} holds {} boards; the first {open} are open.", path.display(), traced.boards);
        state.say(false, text, None);
    }
    let at = state.documents().position(|doc| Some(doc.id) == first);
    match at {
        Some(at) if at != state.left.len() => show_tab(state, at, effects),
        _ => arrive(state, effects),
    }
}

/// Runs that were to come from a file and did not: their boards are asked about like any other.
pub(in super::super) fn give_up(state: &mut State, file: &Path, effects: &mut Vec<Effect>) {
    let shown = awaits(&state.doc, file);
    let all = state.left.iter_mut().chain([&mut state.doc]).chain(&mut state.right);
    all.filter(|doc| awaits(doc, file)).for_each(|doc| doc.run.recorded = None);
    if shown {
        think(state, effects);
    }
}
