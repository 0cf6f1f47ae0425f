//! Which board is shown: new ones, opened ones, and what a change of the board asks of solver and model.

use super::super::action::Effect;
use super::super::apply::{from_the_start, think};
use super::super::edit::end_stroke;
use super::super::figures::Judged;
use super::super::persist::Settings;
use super::super::puzzles::{Order, What};
use super::super::state::State;
use super::tabs::{arrive, leave, open_tab, show_tab};
use super::{Document, Verdict};
use crate::board::arc::Place;
use crate::board::arc::families::FAMILIES;
use crate::board::maze::Maze;
use crate::board::sudoku::Sudoku;
use crate::board::{Board, History, Kind};
use crate::engine::{Command, ModelSource, shipped_for};
use crate::task::Boards;

/// Another puzzle of the kind that is shown, as the last one was.
pub(in super::super) fn usual(state: &State) -> What {
    match state.kind() {
        Kind::Sudoku => What::Sudoku(state.settings.shape, state.settings.difficulty),
        Kind::Maze => What::Maze { side: state.settings.maze_side, kind: state.settings.maze_kind },
        Kind::Arc => {
            let known = state.board().arc().and_then(|sheet| FAMILIES.iter().position(|f| f.name == sheet.name()));
            What::Arc { family: known.unwrap_or(0), side: arc_side(state) }
        }
    }
}

/// The most rows and columns of new ARC grids: what the model's canvas holds.
fn arc_side(state: &State) -> usize {
    match state.model_boards() {
        Some(Boards::Arc { side }) => side,
        _ => 10,
    }
}

/// What is made for a model, to have something to show.
pub fn made_for(state: &State, boards: Boards) -> What {
    match boards {
        Boards::Sudoku(shape) => What::Sudoku(shape, state.settings.difficulty),
        Boards::Maze { side } => What::Maze { side, kind: state.settings.maze_kind },
        Boards::Arc { side } => {
            let known = |name: &str| state.model.as_ref().is_some_and(|model| model.puzzle_id(name).is_some());
            What::Arc { family: FAMILIES.iter().position(|family| known(family.name)).unwrap_or(0), side }
        }
    }
}

pub(in super::super) fn generate(state: &mut State, what: What, effects: &mut Vec<Effect>) {
    match what {
        What::Givens(shape, givens) => (state.settings.shape, state.settings.givens) = (shape, givens),
        What::Sudoku(shape, difficulty) => (state.settings.shape, state.settings.difficulty) = (shape, difficulty),
        What::Maze { side, kind } => (state.settings.maze_side, state.settings.maze_kind) = (side, kind),
        What::Arc { .. } => {}
    }
    if !state.generating {
        state.generating = true;
        // Asked for by a person: nothing of the program's own comes in between.
        state.doc.spare |= std::mem::take(&mut state.doc.untouched);
        effects.push(Effect::Generate(Order { what, asked: true }));
    }
}

/// A board of a kind with nothing on it.
pub(super) fn bare_board(kind: Kind, settings: &Settings) -> Board {
    match kind {
        Kind::Sudoku => Sudoku::blank(settings.shape).into(),
        Kind::Maze => Maze::blank(settings.maze_side).map_or_else(|_| Board::Arc(Default::default()), Board::from),
        Kind::Arc => Board::Arc(Default::default()),
    }
}

/// A board like this one with nothing on it.
pub(super) fn blank_like(board: &Board) -> Board {
    match board {
        Board::Sudoku(sheet) => Sudoku::blank(sheet.board().shape()).into(),
        // A maze has a side that mazes have.
        Board::Maze(maze) => Maze::blank(maze.side()).map_or_else(|_| board.clone(), Board::from),
        Board::Arc(_) => Board::Arc(Default::default()),
    }
}

/// Shows another board: in the place of one that nobody worked on, else in a tab of its own. It is spare itself until it is
/// worked on.
pub(in super::super) fn put(state: &mut State, board: Board, title: String, effects: &mut Vec<Effect>) {
    make_room(state, board, title, effects);
    board_changed(state, effects);
    state.doc.spare = true;
    from_the_start(state);
}

/// [`put`], but for asking solver and model.
pub(super) fn make_room(state: &mut State, board: Board, title: String, effects: &mut Vec<Effect>) {
    state.follow_model = false;
    if let Board::Sudoku(sheet) = &board {
        state.settings.shape = sheet.board().shape();
    }
    end_stroke(state);
    if !state.doc.is_spare() {
        let doc = Document::new(state.fresh_id(), board, title);
        return open_tab(state, doc, effects);
    }
    if state.doc.untouched || state.kind() != board.kind() {
        state.doc.history = History::new(board.clone());
    } else {
        state.doc.history.edit(format!("open {title}"), board.clone());
    }
    state.doc.title = title;
    state.doc.saved = Some(board);
    // Who answered the board before says nothing about this one.
    state.doc.run.asked_of = None;
}

/// Puts a board there that the program chose itself: nothing to undo, and it may be replaced again.
pub(in super::super) fn put_untouched(state: &mut State, board: Board, title: String, effects: &mut Vec<Effect>) {
    state.doc.history = History::new(board.clone());
    state.doc.saved = Some(board);
    state.doc.title = title;
    board_changed(state, effects);
    state.doc.untouched = true;
    from_the_start(state);
}

/// Shows the newest board of a kind, with a model that knows it; a bare one when there is none.
pub(in super::super) fn show_kind(state: &mut State, kind: Kind, effects: &mut Vec<Effect>) {
    state.follow_model = false;
    if state.kind() == kind {
        return;
    }
    let of_kind = state.documents().enumerate().filter(|(_, doc)| doc.board().kind() == kind);
    match of_kind.max_by_key(|(_, doc)| doc.seen).map(|(at, _)| at) {
        Some(at) => show_tab(state, at, effects),
        None => {
            let doc = state.bare(kind);
            open_tab(state, doc, effects);
            arrive(state, effects);
        }
    }
}

/// Shows a board of the kind that a chosen model knows: in the place of one that the program put there itself.
pub(in super::super) fn bring_kind(state: &mut State, kind: Kind, effects: &mut Vec<Effect>) {
    if !state.doc.untouched || state.documents().any(|doc| doc.board().kind() == kind) {
        return show_kind(state, kind, effects);
    }
    leave(state, effects);
    state.doc = state.bare(kind);
    arrive(state, effects);
}

/// Has a puzzle made where the program may put one: the board is bare, or the model cannot answer it, and nobody touched
/// it. Where a model or a puzzle is on its way, this is asked again when it has come.
pub(in super::super) fn fill(state: &mut State, effects: &mut Vec<Effect>) -> bool {
    let wanted = state.doc.untouched && (state.is_bare() || state.misfit().is_some());
    if !wanted || state.loading.is_some() {
        return false;
    }
    let boards = state.model_boards().filter(|boards| boards.kind() == state.kind());
    // Nothing that could be made would fit a model of another kind.
    if boards.is_none() && !state.is_bare() {
        return false;
    }
    match boards {
        Some(Boards::Sudoku(shape)) => state.settings.shape = shape,
        Some(Boards::Maze { side }) => state.settings.maze_side = side,
        _ => {}
    }
    if !std::mem::replace(&mut state.generating, true) {
        let what = boards.map_or_else(|| usual(state), |boards| made_for(state, boards));
        effects.push(Effect::Generate(Order { what, asked: false }));
    }
    true
}

/// What no longer is on the board is no longer selected.
pub(in super::super) fn tidy(state: &mut State) {
    state.doc.selected = state.doc.selected.filter(|cell| *cell < state.board().cells());
    let known = |place: &Place| state.board().arc().is_some_and(|sheet| sheet.grid(*place).is_some());
    state.hand.place = state.hand.place.filter(known);
}

/// The solver looks at the board: at once, but for a Sudoku, which may take a while.
pub(in super::super) fn look_again(state: &mut State, effects: &mut Vec<Effect>) {
    let board = state.board().clone();
    if board.kind() == Kind::Sudoku {
        state.doc.verdict = None;
        effects.push(Effect::Judge(board));
    } else {
        let judged = Judged::of(&board);
        state.doc.verdict = Some(Verdict { board, judged });
    }
}

/// After any change of the board: the solver and the model look again.
pub(in super::super) fn board_changed(state: &mut State, effects: &mut Vec<Effect>) {
    (state.doc.untouched, state.doc.spare) = (false, false);
    tidy(state);
    look_again(state, effects);
    take_fitting_model(state, effects);
    think(state, effects);
}

/// A board that the model does not know gets one that does: the one that answered it, the last one that was used, else the
/// shipped one made for it.
pub(in super::super) fn take_fitting_model(state: &mut State, effects: &mut Vec<Effect>) {
    // The model of a moment that was pasted is being looked for.
    if state.doc.recall.as_ref().is_some_and(|recall| recall.looking) {
        return;
    }
    let board = state.board();
    let fits = |boards: &Boards| crate::task::place(board, *boards).is_some();
    let known = |source: &ModelSource| state.known.iter().find(|(other, _)| other == source).map(|(_, boards)| *boards);
    let shipped = shipped_for(board);
    let served = match &state.loading {
        Some(ModelSource::Shipped(name)) => shipped == Some(name.as_str()),
        // What a file is for is known when it has come, unless it was here before.
        Some(source @ ModelSource::Path(_)) => known(source).is_none_or(|boards| fits(&boards)),
        None => state.model.is_some() && state.misfit().is_none(),
    };
    if served {
        return;
    }
    let own = state.doc.run.asked_of.as_ref().map(|asked| &asked.model);
    let own = own.filter(|model| model.boards().is_some_and(|boards| fits(&boards))).map(|model| model.source.clone());
    let used = || state.known.iter().rev().find(|(_, boards)| fits(boards)).map(|(source, _)| source.clone());
    let used = own.or_else(used);
    if let Some(source) = used.or_else(|| shipped.map(|name| ModelSource::Shipped(name.to_owned()))) {
        state.loading = Some(source.clone());
        effects.push(Effect::Engine(Command::LoadModel(source)));
    }
}
