//! Edits of the board: a part of [`super::apply`], which is the one place that changes the state.

mod draw;
mod grid;
mod select;
#[cfg(test)]
mod tests;

pub(super) use draw::end_stroke;
pub use grid::worked_on;
pub use select::{answer, selection};

use super::action::{Action, Effect};
use super::document::{Moment, board_changed, csv_row, put, recall, show_kind, tidy};
use super::figures::{Judged, colour};
use super::hand::{Pen, Tool};
use super::heat::View;
use super::state::State;
use crate::board::arc::{Area, COLOURS, Grid, Place};
use crate::board::maze::{Cell, Maze};
use crate::board::sudoku::Solutions;
use crate::board::{Board, Kind, read};
use draw::{draw, paint_grid};
use grid::{regrid, resized};

/// Applies an action that edits the board; any other does nothing.
pub(super) fn apply(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Select(cell) => state.doc.selected = cell.filter(|cell| *cell < state.board().cells()),
        Action::MoveSelection(rows, columns) => move_selection(state, rows, columns),
        Action::Type(digit) => type_digit(state, digit, effects),
        Action::Erase => erase(state, effects),
        Action::Undo => travel(state, false, effects),
        Action::Redo => travel(state, true, effects),
        Action::Copy => copy(state, effects),
        Action::Cut => select::cut(state, effects),
        Action::SelectAll => select::select_all(state),
        Action::SelectNone => state.hand.selection = None,
        Action::FillSelection => select::fill(state, state.hand.colour, effects),
        Action::CopyGrid { from, to } => select::copy_grid(state, from, to, effects),
        Action::CopyCsv => copy_csv(state, effects),
        Action::Paste(text) => paste(state, &text, effects),
        Action::ClearBoard => clear(state, effects),
        Action::Lock(lock) => {
            let name = if lock { "lock the givens" } else { "unlock the givens" };
            sheet(state, name, effects, |sheet| sheet.lock(lock));
        }
        Action::Hint => hint(state, effects),
        Action::TogglePencil => state.hand.pencil = !state.hand.pencil,
        Action::TakeTool(tool) => state.hand.tool = tool,
        Action::TakeColour(colour) => {
            state.hand.colour = colour.min(COLOURS - 1);
            if matches!(state.hand.tool, Tool::Erase | Tool::Start | Tool::Goal) {
                state.hand.tool = Tool::Brush;
            }
        }
        Action::Pen(pen) => draw(state, pen, effects),
        Action::Touch { tool, cell } => {
            let held = std::mem::replace(&mut state.hand.tool, tool);
            draw(state, Pen::Down { cell, erase: false, select: false }, effects);
            draw(state, Pen::Up, effects);
            state.hand.tool = held;
        }
        Action::WorkOn(place) => {
            end_stroke(state);
            state.doc.view = View::default();
            let known = state.board().arc().is_some_and(|sheet| sheet.grid(place).is_some());
            let input = state.board().arc().map(|sheet| sheet.input_place());
            state.hand.place = Some(place).filter(|place| known && Some(*place) != input);
            state.doc.selected = None;
        }
        Action::AskTest(test) => {
            if let Board::Arc(sheet) = state.board().clone() {
                change(state, format!("ask test {}", test + 1), sheet.asking(test).into(), effects);
            }
        }
        Action::Turn(way) => regrid(state, "turn the grid", effects, |grid| {
            let (cells, rows, cols) = way.apply(grid.cells(), grid.rows(), grid.cols());
            Grid::new(rows, cols, cells).ok()
        }),
        Action::CycleColours => regrid(state, "cycle the colours", effects, |grid| {
            let next = |colour: &u8| if *colour == 0 { 0 } else { colour % (COLOURS - 1) + 1 };
            Grid::new(grid.rows(), grid.cols(), grid.cells().iter().map(next).collect()).ok()
        }),
        Action::Resize(rows, cols) => regrid(state, "resize the grid", effects, |grid| resized(grid, rows, cols)),
        Action::AddExample => {
            if let Board::Arc(mut sheet) = state.board().clone() {
                sheet.add_example();
                let place = Place { test: false, pair: sheet.task().train.len().saturating_sub(1), output: false };
                if change(state, "add an example", sheet.into(), effects) {
                    state.hand.place = Some(place);
                }
            }
        }
        Action::RemoveExample => {
            if let (Board::Arc(mut sheet), Some(place)) = (state.board().clone(), state.hand.place.filter(|p| !p.test))
            {
                sheet.remove_example(place.pair);
                change(state, "remove an example", sheet.into(), effects);
            }
        }
        Action::BlankMaze(side) => {
            if let Ok(maze) = Maze::blank(side) {
                state.settings.maze_side = side;
                put(state, maze.into(), format!("Maze {side} × {side}"), effects);
            }
        }
        Action::ShowKind(kind) => show_kind(state, kind, effects),
        _ => {}
    }
}

/// Makes `board` the current one under the name of the edit. Returns whether anything changed.
fn change(state: &mut State, name: impl Into<String>, board: Board, effects: &mut Vec<Effect>) -> bool {
    end_stroke(state);
    let before = state.board().clone();
    let changed = state.doc.history.edit(name, board);
    if changed {
        edited(state, &before, effects);
    }
    changed
}

/// After an edit: marks on the side ask nobody, anything else asks the solver and the model again.
fn edited(state: &mut State, before: &Board, effects: &mut Vec<Effect>) {
    super::arc::apply::drop_votes(state, effects);
    if state.board().same_question(before) {
        (state.doc.untouched, state.doc.spare) = (false, false);
        tidy(state);
    } else {
        // The answer follows the hand.
        if state.doc.playhead.playing {
            state.doc.playhead.playing = false;
            state.doc.playhead.follow = true;
        }
        board_changed(state, effects);
    }
}

fn travel(state: &mut State, forwards: bool, effects: &mut Vec<Effect>) {
    end_stroke(state);
    let before = state.board().clone();
    let moved = if forwards { state.doc.history.redo().is_some() } else { state.doc.history.undo().is_some() };
    if moved {
        edited(state, &before, effects);
    }
}

fn move_selection(state: &mut State, rows: isize, columns: isize) {
    let (all, across) = state.board().size();
    let cell = state.doc.selected.unwrap_or(0);
    let row = ((cell / across) as isize + rows).clamp(0, all as isize - 1);
    let column = ((cell % across) as isize + columns).clamp(0, across as isize - 1);
    state.doc.selected = Some(row as usize * across + column as usize);
    state.doc.view.reveal(place(state, row as usize * across + column as usize));
}

/// Where a cell lies, as shares of the board across and down.
fn place(state: &State, cell: usize) -> [[f32; 2]; 2] {
    let (rows, cols) = state.board().size();
    let span = |at: usize, count: usize| [at as f32 / count.max(1) as f32, (at + 1) as f32 / count.max(1) as f32];
    [span(cell % cols.max(1), cols), span(cell / cols.max(1), rows)]
}

/// Looks closer by a factor, or from farther, around the selected cell or the middle.
pub(super) fn zoom(state: &mut State, factor: f32) {
    let (rows, cols) = state.board().size();
    let middle = state.doc.selected.map_or([0.5; 2], |cell| place(state, cell).map(|[from, to]| (from + to) / 2.0));
    let view = &mut state.doc.view;
    let share = |at: f32, span: [f32; 2]| (at - span[0]) / (span[1] - span[0]);
    let at = [share(middle[0], view.x), share(middle[1], view.y)].map(|share| share.clamp(0.0, 1.0));
    view.zoom(at, factor, [3.0 / rows.max(cols).max(1) as f32; 2]);
    if let Some(cell) = state.doc.selected {
        state.doc.view.reveal(place(state, cell));
    }
}

fn name_of(board: &Board, cell: usize) -> String {
    let cols = board.size().1;
    format!("r{}c{}", cell / cols + 1, cell % cols + 1)
}

/// Changes a Sudoku with its marks.
fn sheet(
    state: &mut State,
    name: impl Into<String>,
    effects: &mut Vec<Effect>,
    work: impl FnOnce(&mut crate::board::sudoku::Sheet),
) {
    if let Board::Sudoku(mut sheet) = state.board().clone() {
        work(&mut sheet);
        change(state, name, sheet.into(), effects);
    }
}

/// A digit: written or pencilled into a Sudoku, a colour of an ARC grid; in a maze 0 opens the cell.
fn type_digit(state: &mut State, digit: u8, effects: &mut Vec<Effect>) {
    let Some(cell) = state.doc.selected else { return };
    let place = name_of(state.board(), cell);
    match state.board().clone() {
        Board::Sudoku(mut sheet) => {
            if sheet.is_locked(cell) {
                state.say(false, format!("{place} is locked. Unlock the givens to change it."), None);
            } else if state.hand.pencil && digit != 0 && sheet.board().get(cell) == Some(0) {
                sheet.toggle_mark(cell, digit);
                change(state, format!("pencil {digit} at {place}"), sheet.into(), effects);
            } else if let Err(error) = sheet.write(cell, digit) {
                state.say(false, format!("{error}."), None);
            } else {
                let name = if digit == 0 { format!("clear {place}") } else { format!("type {digit} at {place}") };
                change(state, name, sheet.into(), effects);
            }
        }
        Board::Arc(mut sheet) => {
            let grid = paint_grid(sheet.input(), &[cell], digit);
            sheet.put(sheet.input_place(), grid);
            change(state, format!("paint {} at {place}", colour(digit)), sheet.into(), effects);
        }
        Board::Maze(_) => {}
    }
}

fn erase(state: &mut State, effects: &mut Vec<Effect>) {
    if selection(state).is_some() {
        return select::fill(state, 0, effects);
    }
    let Some(cell) = state.doc.selected else { return };
    match state.board().clone() {
        Board::Maze(mut maze) => {
            // The selected cell is one of the maze.
            let _ = maze.set(cell, Cell::Open);
            let name = format!("open {}", name_of(state.board(), cell));
            change(state, name, maze.into(), effects);
        }
        _ => type_digit(state, 0, effects),
    }
}

fn clear(state: &mut State, effects: &mut Vec<Effect>) {
    match state.board().clone() {
        Board::Sudoku(_) => sheet(state, "clear the board", effects, |sheet| sheet.clear()),
        Board::Maze(maze) => {
            if let Ok(blank) = Maze::blank(maze.side()) {
                change(state, "clear the maze", blank.into(), effects);
            }
        }
        Board::Arc(_) => {
            regrid(state, "clear the grid", effects, |grid| Grid::filled(grid.rows(), grid.cols(), 0).ok())
        }
    }
}

fn hint(state: &mut State, effects: &mut Vec<Effect>) {
    let Board::Sudoku(sheet) = state.board().clone() else { return };
    let Some(Judged::Sudoku { solutions, .. }) = state.doc.verdict.as_ref().map(|verdict| &verdict.judged) else {
        return;
    };
    let Solutions::Unique(solution) = solutions.clone() else {
        let text = format!("No hint: this board has {solutions}.");
        return state.say(false, text, None);
    };
    let blank = |cell: &usize| sheet.board().get(*cell) == Some(0);
    let Some(cell) = state.doc.selected.filter(blank).or_else(|| (0..solution.cells().len()).find(blank)) else {
        return;
    };
    let mut sheet = sheet.clone();
    // The solution is of this board's shape.
    let _ = sheet.write(cell, solution.cells()[cell]);
    state.doc.selected = Some(cell);
    let name = format!("hint at {}", name_of(state.board(), cell));
    change(state, name, sheet.into(), effects);
}

fn copy(state: &mut State, effects: &mut Vec<Effect>) {
    let part = selection(state).zip(worked_on(state)).and_then(|(area, (_, grid))| grid.part(area));
    state.hand.part = part.as_ref().map(ToString::to_string);
    let (text, what) = match (part, worked_on(state)) {
        (Some(part), _) => (part.to_string(), "The selected cells are on the clipboard as rows of digits."),
        (None, Some((_, grid))) => (grid.to_string(), "The grid is on the clipboard as rows of digits."),
        (None, None) => (state.board().to_text(), "The board is on the clipboard as text."),
    };
    effects.push(Effect::Copy(text));
    state.say(false, what, None);
}

/// The line of a puzzle file, `source,question,answer,rating`.
fn copy_csv(state: &mut State, effects: &mut Vec<Effect>) {
    let judged = state.doc.verdict.as_ref().map(|verdict| &verdict.judged);
    match csv_row(state.board(), judged) {
        Ok(row) => {
            let source = state.doc.title.replace(',', " ").replace('"', "'");
            effects.push(Effect::Copy(format!("{source},{row}\n")));
            state.say(false, "The line source,question,answer,rating is on the clipboard.", None);
        }
        Err(_) => state.say(false, "No line for a puzzle file: the board has no single answer.", None),
    }
}

fn paste(state: &mut State, text: &str, effects: &mut Vec<Effect>) {
    // While an ARC task is worked on, rows of digits are one of its grids.
    if state.kind() == Kind::Arc
        && let Ok(grid) = text.parse::<Grid>()
    {
        // What was copied as a part of a grid is a part of the next one, too.
        let first = state.doc.selected.unwrap_or(0);
        let part = || Some(Area::between(worked_on(state)?.1.cols(), first, first));
        let place = selection(state).or_else(|| part().filter(|_| state.hand.part.as_deref() == Some(text)));
        return match place {
            Some(area) => select::paste_into(state, &grid, area, effects),
            None => regrid(state, "paste a grid", effects, |_| Some(grid)),
        };
    }
    if Moment::is_meant(text) {
        return match text.parse() {
            Ok(moment) => recall(state, moment, effects),
            Err(error) => state.say(true, format!("The clipboard holds a damaged state: {error}."), None),
        };
    }
    let kind = state.kind();
    match read(text) {
        Ok(found) => {
            let Some((name, board)) = found.first(Some(kind)).cloned() else { return };
            if let Some(note) = found.note {
                state.say(false, format!("{note}."), None);
            }
            let title = name.unwrap_or_else(|| match board.kind() {
                Kind::Sudoku => "Pasted board".to_owned(),
                other => format!("Pasted {other}"),
            });
            if board.kind() != kind {
                put(state, board, title, effects);
                // It may stand nowhere else.
                (state.doc.spare, state.doc.saved) = (false, None);
            } else if change(state, "paste", board, effects) && state.doc.path.is_none() {
                state.doc.title = title;
            }
        }
        Err(error) => state.say(true, format!("The clipboard holds no board: {error}."), None),
    }
}
