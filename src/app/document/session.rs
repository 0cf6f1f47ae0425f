//! The open documents as they are kept between starts.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::super::state::State;
use super::{Document, Recorded};
use crate::board::{Board, History};

/// The version of the form.
const VERSION: u32 = 1;

/// The open documents, without undo and without runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    version: u32,
    /// Which of them is shown.
    current: usize,
    /// In the order of their tabs.
    documents: Vec<Kept>,
}

/// One document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Kept {
    board: Board,
    title: String,
    /// The file, where its name can be written as text.
    path: Option<String>,
    unsaved: bool,
    spare: bool,
    /// The trace file that its run was read from, and which of its boards it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trace: Option<(String, usize)>,
}

impl Session {
    /// Nothing at all.
    pub fn empty() -> Self {
        Self { version: VERSION, current: 0, documents: Vec::new() }
    }

    /// Nothing is open but what the program put there.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Adds another session's documents behind these.
    pub fn extend(&mut self, other: Self) {
        if self.is_empty() {
            self.current = other.current;
        }
        self.documents.extend(other.documents);
    }

    /// Reads what was kept.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let session: Self = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
        match session.version {
            VERSION => Ok(session),
            other => Err(format!("it has version {other}, and this program reads version {VERSION}")),
        }
    }
}

/// What is kept of the state: every document that a person made or chose.
pub(in super::super) fn session(state: &State) -> Session {
    let kept = |doc: &Document| {
        let path = doc.path.as_ref().and_then(|path| path.to_str()).map(str::to_owned);
        // A file whose name cannot be kept is not found again.
        let unsaved = doc.unsaved() || doc.path.is_some() && path.is_none();
        let recorded = doc.run.recorded.as_ref();
        let trace = recorded.and_then(|recorded| Some((recorded.file.to_str()?.to_owned(), recorded.row)));
        Kept { board: doc.board().clone(), title: doc.title.clone(), path, unsaved, spare: doc.spare, trace }
    };
    let current = state.left.iter().filter(|doc| !doc.untouched).count();
    let documents: Vec<Kept> = state.documents().filter(|doc| !doc.untouched).map(kept).collect();
    Session { version: VERSION, current: current.min(documents.len().saturating_sub(1)), documents }
}

/// Opens the documents of the last time, in the place of the first one. Those whose file is gone are in no file any more.
pub(in super::super) fn restore(state: &mut State, session: Session) {
    let mut documents: Vec<Document> = Vec::new();
    for kept in session.documents {
        let path = kept.path.map(PathBuf::from);
        let gone = path.as_ref().is_some_and(|path| !path.is_file());
        let mut doc = Document::new(state.fresh_id(), kept.board.clone(), kept.title);
        doc.history = History::new(kept.board);
        if kept.unsaved || gone {
            doc.saved = None;
        }
        (doc.path, doc.untouched, doc.spare) = (path, false, kept.spare);
        doc.run.recorded = kept.trace.map(|(file, row)| Recorded::awaited(file.into(), row));
        documents.push(doc);
    }
    if documents.is_empty() {
        return;
    }
    let unsaved = documents.iter().filter(|doc| doc.unsaved()).count();
    let all = documents.len();
    state.right = documents.split_off(session.current.min(all - 1) + 1);
    if let Some(doc) = documents.pop() {
        state.doc = doc;
        state.left = documents;
    }
    if unsaved > 0 {
        let boards = if all == 1 { "The board".to_owned() } else { format!("The {all} boards") };
        let are = if all == 1 { "is" } else { "are" };
        state.say(
            false,
            format!("{boards} of the last time {are} here again, {unsaved} of them not saved in a file yet."),
            None,
        );
    }
}
