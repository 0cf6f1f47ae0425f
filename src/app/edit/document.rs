//! Which board is shown: new ones, those that are put aside, and what a change of the board asks of solver and model.

use super::super::action::Effect;
use super::super::apply::{from_the_start, think};
use super::super::figures::Judged;
use super::super::puzzles::{Order, What};
use super::super::state::{Parked, State, Verdict};
use super::draw::end_stroke;
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
        What::Sudoku(shape, difficulty) => (state.settings.shape, state.settings.difficulty) = (shape, difficulty),
        What::Maze { side, kind } => (state.settings.maze_side, state.settings.maze_kind) = (side, kind),
        What::Arc { .. } => {}
    }
    if !state.generating {
        state.generating = true;
        // Asked for by a person: what was there before can be undone back.
        state.untouched = false;
        effects.push(Effect::Generate(Order { what, asked: true }));
    }
}

/// Puts another puzzle on the board; that too can be undone.
pub(in super::super) fn put(state: &mut State, board: Board, title: String, effects: &mut Vec<Effect>) {
    state.follow_model = false;
    if let Board::Sudoku(sheet) = &board {
        state.settings.shape = sheet.board().shape();
    }
    end_stroke(state);
    show_document_of(state, board.kind());
    state.document.edit(format!("open {title}"), board);
    state.title = title;
    board_changed(state, effects);
    from_the_start(state);
}

/// Puts a board there that the program chose itself: nothing to undo, and it may be replaced again.
pub(in super::super) fn put_untouched(state: &mut State, board: Board, title: String, effects: &mut Vec<Effect>) {
    show_document_of(state, board.kind());
    state.document = History::new(board);
    state.title = title;
    board_changed(state, effects);
    state.untouched = true;
    from_the_start(state);
}

/// Takes up the document of a kind: the one that was put aside, or a bare one. Returns whether it is another than before.
pub(super) fn show_document_of(state: &mut State, kind: Kind) -> bool {
    if state.kind() == kind {
        return false;
    }
    end_stroke(state);
    let found = state.parked.iter().position(|parked| parked.document.current().kind() == kind);
    let next = found.map(|at| state.parked.swap_remove(at)).unwrap_or_else(|| {
        let board = match kind {
            Kind::Sudoku => Sudoku::blank(state.settings.shape).into(),
            Kind::Maze => {
                Maze::blank(state.settings.maze_side).map_or_else(|_| Board::Arc(Default::default()), Board::from)
            }
            Kind::Arc => Board::Arc(Default::default()),
        };
        Parked { document: History::new(board), title: format!("New {kind}"), untouched: true }
    });
    let document = std::mem::replace(&mut state.document, next.document);
    let title = std::mem::replace(&mut state.title, next.title);
    state.parked.push(Parked { document, title, untouched: state.untouched });
    state.untouched = next.untouched;
    state.hand.place = None;
    state.selected = None;
    true
}

/// Shows the board of a kind, with a model that knows it.
pub(in super::super) fn show_kind(state: &mut State, kind: Kind, effects: &mut Vec<Effect>) {
    state.follow_model = false;
    if !show_document_of(state, kind) {
        return;
    }
    let untouched = state.untouched;
    board_changed(state, effects);
    state.untouched = untouched;
    from_the_start(state);
    fill(state, effects);
}

/// Has a puzzle made where the program may put one: the board is bare, or the model cannot answer it, and nobody touched
/// it. Where a model or a puzzle is on its way, this is asked again when it has come.
pub(in super::super) fn fill(state: &mut State, effects: &mut Vec<Effect>) -> bool {
    let wanted = state.untouched && (state.is_bare() || state.misfit().is_some());
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
pub(super) fn tidy(state: &mut State) {
    state.selected = state.selected.filter(|cell| *cell < state.board().cells());
    let known = |place: &Place| state.board().arc().is_some_and(|sheet| sheet.grid(*place).is_some());
    state.hand.place = state.hand.place.filter(known);
}

/// The solver looks at the board: at once, but for a Sudoku, which may take a while.
pub(in super::super) fn look_again(state: &mut State, effects: &mut Vec<Effect>) {
    let board = state.board().clone();
    if board.kind() == Kind::Sudoku {
        state.verdict = None;
        effects.push(Effect::Judge(board));
    } else {
        let judged = Judged::of(&board);
        state.verdict = Some(Verdict { board, judged });
    }
}

/// After any change of the board: the solver and the model look again.
pub(in super::super) fn board_changed(state: &mut State, effects: &mut Vec<Effect>) {
    state.untouched = false;
    tidy(state);
    look_again(state, effects);
    take_fitting_model(state, effects);
    think(state, effects);
}

/// A board that the model does not know gets one that does: the last one that was used, else the shipped one made for it.
fn take_fitting_model(state: &mut State, effects: &mut Vec<Effect>) {
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
    let used = state.known.iter().rev().find(|(_, boards)| fits(boards)).map(|(source, _)| source.clone());
    if let Some(source) = used.or_else(|| shipped.map(|name| ModelSource::Shipped(name.to_owned()))) {
        state.loading = Some(source.clone());
        effects.push(Effect::Engine(Command::LoadModel(source)));
    }
}
