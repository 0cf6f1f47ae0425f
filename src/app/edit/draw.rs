//! Strokes of the pointer on a maze or an ARC grid: one edit each, however far they go.

use super::super::action::Effect;
use super::super::apply::think;
use super::super::figures::colour;
use super::super::hand::{Pen, Stroke, Tool};
use super::super::state::State;
use super::select::{dragged, selection};
use super::{edited, worked_on};
use crate::board::arc::{Area, Grid};
use crate::board::maze::{Cell, Maze};
use crate::board::{Board, Kind, paint};

/// What the pointer does.
pub(super) fn draw(state: &mut State, pen: Pen, effects: &mut Vec<Effect>) {
    match pen {
        Pen::Down { cell, erase, select } => {
            end_stroke(state);
            let tool = tool_at(state, cell, erase, select);
            // Whoever takes hold of the selected part moves it; any other stroke lets it go.
            let inside = |area: &Area| worked_on(state).is_some_and(|(_, grid)| area.contains(grid.cols(), cell));
            let held = selection(state).filter(|area| tool == Tool::Select && !select && inside(area));
            if held.is_none() {
                state.hand.selection = None;
            }
            let before = state.board().clone();
            state.hand.stroke = Some(Stroke { tool, before, from: cell, last: cell, held, begun: false });
            stroke_to(state, cell, effects);
        }
        Pen::Move(cell) => {
            if state.hand.stroke.as_ref().is_some_and(|stroke| stroke.last != cell && stroke.tool != Tool::Fill) {
                stroke_to(state, cell, effects);
            }
        }
        Pen::Up => {
            end_stroke(state);
            // What was put off while the stroke grew is asked now.
            if state.doc.run.again {
                think(state, effects);
            }
        }
    }
}

/// Ends the stroke that is being drawn, as any other edit does too.
pub(in super::super) fn end_stroke(state: &mut State) {
    if state.hand.stroke.take().is_some_and(|stroke| stroke.begun) {
        state.doc.history.settle();
    }
}

/// The tool for a stroke that begins at a cell: whoever takes hold of a maze's start or goal moves it.
fn tool_at(state: &State, cell: usize, erase: bool, select: bool) -> Tool {
    let selects = select || state.hand.tool == Tool::Select && !erase;
    if selects && state.kind() == Kind::Arc {
        return Tool::Select;
    }
    let standing = state.board().maze().and_then(|maze| maze.get(cell));
    match (state.hand.tool, standing) {
        (Tool::Brush | Tool::Erase | Tool::Start | Tool::Goal, Some(Cell::Start)) => Tool::Start,
        (Tool::Brush | Tool::Erase | Tool::Start | Tool::Goal, Some(Cell::Goal)) => Tool::Goal,
        _ if erase => Tool::Erase,
        (Tool::Start | Tool::Goal, None) | (Tool::Select, _) => Tool::Brush,
        (tool, _) => tool,
    }
}

fn stroke_to(state: &mut State, cell: usize, effects: &mut Vec<Effect>) {
    let Some(stroke) = state.hand.stroke.clone() else { return };
    let (board, name) = match &stroke.before {
        Board::Maze(maze) => draw_maze(maze, state.board().maze(), &stroke, cell),
        Board::Arc(_) if stroke.tool == Tool::Select => match dragged(state, &stroke, cell) {
            Some(moved) => moved,
            None => {
                state.hand.stroke = Some(Stroke { last: cell, ..stroke });
                return;
            }
        },
        Board::Arc(_) => draw_grid(state, &stroke, cell),
        Board::Sudoku(_) => return,
    };
    let before = state.board().clone();
    let mut begun = stroke.begun;
    if begun {
        state.doc.history.amend(board);
    } else {
        begun = state.doc.history.edit(name, board);
    }
    state.hand.stroke = Some(Stroke { last: cell, begun, ..stroke });
    if *state.board() != before {
        edited(state, &before, effects);
    }
}

/// The maze with the stroke drawn as far as `cell`, and the edit's name.
fn draw_maze(before: &Maze, now: Option<&Maze>, stroke: &Stroke, cell: usize) -> (Board, String) {
    let side = before.side();
    let now = now.unwrap_or(before);
    let (mut maze, cells, kind, name) = match stroke.tool {
        Tool::Brush | Tool::Select => (now.clone(), paint::line(side, stroke.last, cell), Cell::Wall, "paint wall"),
        Tool::Erase => (now.clone(), paint::line(side, stroke.last, cell), Cell::Open, "erase wall"),
        Tool::Line => (before.clone(), paint::line(side, stroke.from, cell), Cell::Wall, "draw a line of wall"),
        Tool::Rectangle => (before.clone(), paint::outline(side, stroke.from, cell), Cell::Wall, "build a room"),
        Tool::Fill => {
            let like = before.get(cell);
            let to = if like == Some(Cell::Wall) { Cell::Open } else { Cell::Wall };
            (before.clone(), paint::region(before.cells(), side, cell), to, "flood")
        }
        Tool::Start => (before.clone(), vec![cell], Cell::Start, "move S"),
        Tool::Goal => (before.clone(), vec![cell], Cell::Goal, "move G"),
    };
    let ends = matches!(kind, Cell::Start | Cell::Goal);
    for cell in cells {
        let standing = maze.get(cell);
        // Walls spare the ends, and one end spares the other.
        let spared = match standing {
            Some(Cell::Start) => kind != Cell::Start,
            Some(Cell::Goal) => kind != Cell::Goal,
            _ => false,
        };
        if !spared && (ends || standing != Some(kind)) {
            // The cells of a shape between two cells of the maze are cells of the maze.
            let _ = maze.set(cell, kind);
        }
    }
    (maze.into(), name.to_owned())
}

/// The ARC task with the stroke drawn as far as `cell`, and the edit's name.
fn draw_grid(state: &State, stroke: &Stroke, cell: usize) -> (Board, String) {
    let (Board::Arc(mut sheet), Some((place, now))) = (stroke.before.clone(), worked_on(state)) else {
        return (state.board().clone(), String::new());
    };
    let before = sheet.grid(place).unwrap_or(now).clone();
    let (cols, ink) = (before.cols(), if stroke.tool == Tool::Erase { 0 } else { state.hand.colour });
    let named = |what: &str| format!("{what} {}", colour(ink));
    let (grid, name) = match stroke.tool {
        Tool::Line => (paint_grid(&before, &paint::line(cols, stroke.from, cell), ink), named("draw a line of")),
        Tool::Rectangle => {
            (paint_grid(&before, &paint::rectangle(cols, stroke.from, cell), ink), named("fill a rectangle with"))
        }
        Tool::Fill => (paint_grid(&before, &paint::region(before.cells(), cols, cell), ink), named("fill with")),
        Tool::Erase => (paint_grid(now, &paint::line(cols, stroke.last, cell), 0), "erase".to_owned()),
        _ => (paint_grid(now, &paint::line(cols, stroke.last, cell), ink), named("paint")),
    };
    sheet.put(place, grid);
    (sheet.into(), name)
}

/// A grid with cells in another colour.
pub(super) fn paint_grid(grid: &Grid, cells: &[usize], colour: u8) -> Grid {
    let mut grid = grid.clone();
    for cell in cells {
        // A cell or colour that the grid has not changes nothing.
        let _ = grid.set(cell / grid.cols(), cell % grid.cols(), colour);
    }
    grid
}
