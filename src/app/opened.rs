//! Opened files, written into the state.

use std::path::PathBuf;

use super::action::{Action, Effect};
use super::document::{TabAction, put};
use super::open::Opened;
use super::puzzles::Sample;
use super::state::State;
use crate::board::{Board, Found};
use crate::engine::ModelSource;

/// Puts what a file holds on the board, and all of it into the library.
fn open_boards(state: &mut State, path: &std::path::Path, found: Found, effects: &mut Vec<Effect>) {
    let stem = stem(path);
    let (several, plain) = (found.boards.len() > 1, found.plain);
    let name = |at: usize, name: Option<String>| match name {
        Some(name) => name,
        None if several => format!("{stem} {}", at + 1),
        None => stem.clone(),
    };
    // A file names a task by its own name.
    let named = |name: &str, board: Board| match board {
        Board::Arc(sheet) => Board::from(sheet.named(name)),
        other => other,
    };
    let boards: Vec<Sample> = found
        .boards
        .into_iter()
        .enumerate()
        .map(|(at, (own, board))| (name(at, own), board))
        .map(|(name, board)| Sample { board: named(&name, board), name })
        .collect();
    // Of several tasks, one that the model knows.
    let known = |sample: &&Sample| match &sample.board {
        Board::Arc(sheet) => state.model.as_ref().is_some_and(|model| model.puzzle_id(sheet.name()).is_some()),
        _ => false,
    };
    let Some(first) = boards.iter().find(known).or(boards.first()).cloned() else { return };
    state.settings.remember_board(path.to_owned());
    effects.push(Effect::FindMissing(state.settings.all_recent()));
    let open = state.documents().find(|doc| doc.path.as_deref() == Some(path));
    if let Some((id, changed)) = open.map(|doc| (doc.id, doc.saved.as_ref() != Some(&first.board))) {
        let text = if changed { " What is in the file now is something else; saving writes over it." } else { "" };
        state.say(false, format!("{} is open already.{text}", path.display()), None);
        return super::apply::apply(state, Action::Tab(TabAction::Show(id)), effects);
    }
    state.note(false, format!("{} holds {}: {}", path.display(), count(boards.len()), first.board));
    if found.left_out > 0 {
        let text =
            format!("{}: {} rows or tasks hold no board, or are too many, and were left out.", stem, found.left_out);
        state.say(false, text, None);
    }
    if several {
        state.samples.retain(|sample| !boards.iter().any(|board| board == sample));
        state.samples.extend(boards);
    }
    put(state, first.board, first.name, effects);
    state.doc.spare = false;
    // A file of another form is not written back.
    state.doc.path = Some(path.to_owned()).filter(|_| plain);
}

fn stem(path: &std::path::Path) -> String {
    path.file_stem().map_or_else(|| "Board".into(), |stem| stem.to_string_lossy().into_owned())
}

fn count(boards: usize) -> String {
    if boards == 1 { "one board".to_owned() } else { format!("{boards} boards") }
}

/// What was opened is taken in.
pub(super) fn open(state: &mut State, path: PathBuf, opened: Opened, effects: &mut Vec<Effect>) {
    match opened {
        Opened::Boards(found) => open_boards(state, &path, found, effects),
        Opened::Picture(picture) => super::picture::begin(state, stem(&path), picture),
        Opened::Run(folder) => {
            let show = super::train::TrainAction::Add(folder.clone());
            super::apply::apply(state, Action::Train(show), effects);
            state.settings.mode = super::layout::Mode::Train;
        }
        Opened::Checkpoint(path) => {
            super::apply::apply(state, Action::UseModel(ModelSource::Path(path)), effects);
        }
    }
}
