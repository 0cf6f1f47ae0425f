//! Saving documents in files, in their text forms.

use std::path::PathBuf;

use super::super::action::{Action, Effect};
use super::super::edit::end_stroke;
use super::super::state::State;
use super::tabs::close;
use crate::board::{Board, Kind};

/// A document on its way into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saving {
    /// The document.
    pub id: u64,
    /// The board as it is written.
    pub board: Board,
    /// The file; where a person is asked, the one to begin with.
    pub path: PathBuf,
}

/// Saves a document, or the one that is shown: into its own file, or, where it has none or `elsewhere` is wanted, where a
/// person says.
pub(in super::super) fn save(state: &mut State, id: Option<u64>, elsewhere: bool, effects: &mut Vec<Effect>) {
    end_stroke(state);
    let Some(doc) = state.document(id.unwrap_or(state.doc.id)) else { return };
    let (id, board) = (doc.id, doc.board().clone());
    effects.push(match doc.path.clone() {
        Some(path) if !elsewhere => Effect::Write(Saving { id, board, path }),
        path => {
            let name = match board.kind() {
                Kind::Sudoku => "puzzle.txt",
                Kind::Maze => "maze.txt",
                Kind::Arc => "task.json",
            };
            Effect::AskSave(Saving { id, board, path: path.unwrap_or_else(|| name.into()) })
        }
    });
}

/// It was written, or not.
pub(in super::super) fn saved(state: &mut State, saving: Saving, done: Result<(), String>, effects: &mut Vec<Effect>) {
    let Saving { id, board, path } = saving;
    if let Err(message) = done {
        not_saved(state, id);
        let text = format!("{message}. The board stays open and unsaved: save it elsewhere.");
        return state.say(true, text, Some(("Save elsewhere…", Action::SaveAs(Some(id)))));
    }
    state.say(false, format!("The board is saved as {}.", path.display()), None);
    state.settings.remember_board(path.clone());
    effects.push(Effect::FindMissing(state.settings.all_recent()));
    let Some(doc) = state.document_mut(id) else { return };
    if doc.path.as_ref() != Some(&path) {
        doc.title = title_of(&path);
    }
    (doc.path, doc.saved) = (Some(path), Some(board));
    doc.spare = false;
    // What was edited meanwhile is not in the file.
    if std::mem::take(&mut doc.closes) && !doc.unsaved() {
        close(state, id, effects);
    }
}

/// A person changed their mind, or the disk refused.
pub(in super::super) fn not_saved(state: &mut State, id: u64) {
    if let Some(doc) = state.document_mut(id) {
        doc.closes = false;
    }
}

/// What a file's board is called.
pub(in super::super) fn title_of(path: &std::path::Path) -> String {
    path.file_stem().map_or_else(|| "Board".into(), |stem| stem.to_string_lossy().into_owned())
}
