//! The part of an ARC grid that is selected: cut, copied, pasted, filled and moved, each one named edit.

use super::super::action::{Effect, Source};
use super::super::figures::colour;
use super::super::hand::{Selection, Stroke};
use super::super::state::State;
use super::draw::{end_stroke, paint_grid};
use super::grid::{regrid, worked_on};
use super::{change, tidy};
use crate::board::Board;
use crate::board::arc::{Area, Grid, Place, Sheet};
use crate::task::arc::decode;

/// The selected part of the grid that is worked on.
pub fn selection(state: &State) -> Option<Area> {
    let (place, grid) = worked_on(state)?;
    let here = |selected: &Selection| selected.document == state.doc.id && selected.place == place;
    let selected = state.hand.selection.filter(|selected| here(selected) && selected.area.fits(grid))?;
    Some(selected.area)
}

/// Selects a part of the grid that is worked on.
fn select(state: &mut State, area: Area) {
    state.hand.selection = worked_on(state).map(|(place, _)| Selection { document: state.doc.id, place, area });
}

/// Selects all of it.
pub(super) fn select_all(state: &mut State) {
    end_stroke(state);
    if let Some(area) = worked_on(state).map(|(_, grid)| Area::all(grid)) {
        state.doc.selected = None;
        select(state, area);
    }
}

/// What a drag of the selecting tool has come to: a larger selection, or the task with the selected part moved, and the
/// edit's name.
pub(super) fn dragged(state: &mut State, stroke: &Stroke, cell: usize) -> Option<(Board, String)> {
    let (Board::Arc(mut sheet), (place, grid)) = (stroke.before.clone(), worked_on(state)?) else { return None };
    let across = grid.cols();
    let Some(area) = stroke.held else {
        // A click selects nothing.
        if cell != stroke.from || state.hand.selection.is_some() {
            select(state, Area::between(across, stroke.from, cell));
        }
        return None;
    };
    let before = sheet.grid(place)?.clone();
    let by = |at: usize, from: usize| at as isize - from as isize;
    let to = area.moved(&before, by(cell / across, stroke.from / across), by(cell % across, stroke.from % across));
    let part = before.part(area)?;
    let emptied = paint_grid(&before, &area.cells(across), 0);
    sheet.put(place, emptied.with_part(&part, (to.row, to.col)));
    select(state, to);
    Some((sheet.into(), format!("move {area}")))
}

/// Paints the selected part in one colour.
pub(super) fn fill(state: &mut State, ink: u8, effects: &mut Vec<Effect>) {
    if let Some(area) = selection(state) {
        let name = if ink == 0 { format!("delete {area}") } else { format!("fill {area} with {}", colour(ink)) };
        regrid(state, &name, effects, |grid| Some(paint_grid(grid, &area.cells(grid.cols()), ink)));
    }
}

/// Puts the selected part on the clipboard and paints it black; without one, the whole grid or board is copied.
pub(super) fn cut(state: &mut State, effects: &mut Vec<Effect>) {
    super::copy(state, effects);
    if let Some(area) = selection(state) {
        let name = format!("cut {area}");
        regrid(state, &name, effects, |grid| Some(paint_grid(grid, &area.cells(grid.cols()), 0)));
    }
}

/// Lays a grid over the selected part, from its first cell on; what was laid is selected then.
pub(super) fn paste_into(state: &mut State, part: &Grid, area: Area, effects: &mut Vec<Effect>) {
    let mut laid = area;
    regrid(state, "paste into the selection", effects, |grid| {
        let (rows, cols) = (part.rows().min(grid.rows() - area.row), part.cols().min(grid.cols() - area.col));
        laid = Area { rows, cols, ..area };
        Some(grid.with_part(part, (area.row, area.col)))
    });
    select(state, laid);
}

/// Copies a grid in place of another; None for the output of the pair that is worked on.
pub(super) fn copy_grid(state: &mut State, from: Source, to: Option<Place>, effects: &mut Vec<Effect>) {
    end_stroke(state);
    let (Board::Arc(mut sheet), Some((worked, _))) = (state.board().clone(), worked_on(state)) else { return };
    let to = to.unwrap_or(Place { output: true, ..worked });
    let (grid, name) = match from {
        Source::Grid(place) => (sheet.grid(place).cloned(), place.to_string()),
        Source::Input => {
            let place = Place { output: false, ..to };
            (sheet.grid(place).cloned(), place.to_string())
        }
        Source::Answer => (answer(state), "the answer".to_owned()),
    };
    let Some(grid) = grid else {
        return state.say(false, "There is no grid to copy: the answer shows none.", None);
    };
    sheet.put(to, grid);
    change(state, format!("copy {name} to {to}"), sheet.into(), effects);
    show(state, to);
    tidy(state);
}

/// Works on a grid, and shows it where it is hidden as an answer.
fn show(state: &mut State, place: Place) {
    let input = state.board().arc().map(Sheet::input_place);
    state.hand.place = Some(place).filter(|place| Some(*place) != input);
    state.show_solution |= place.test && place.output;
}

/// The model's answer at the moment shown.
pub fn answer(state: &State) -> Option<Grid> {
    decode(&state.step()?.readout.tokens(), state.placement()?.side)
}
