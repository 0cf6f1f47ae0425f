//! The grid of an ARC task that is worked on.

use super::super::action::Effect;
use super::super::state::State;
use super::change;
use crate::board::Board;
use crate::board::arc::{Grid, Place};

/// Where it is, and what it is.
pub fn worked_on(state: &State) -> Option<(Place, &Grid)> {
    let sheet = state.board().arc()?;
    let place = state.hand.place.filter(|place| sheet.grid(*place).is_some()).unwrap_or_else(|| sheet.input_place());
    Some((place, sheet.grid(place)?))
}

/// Changes it.
pub(super) fn regrid(
    state: &mut State,
    name: &str,
    effects: &mut Vec<Effect>,
    work: impl FnOnce(&Grid) -> Option<Grid>,
) {
    let Some((place, grid)) = worked_on(state) else { return };
    let (Some(grid), Board::Arc(mut sheet)) = (work(grid), state.board().clone()) else { return };
    sheet.put(place, grid);
    change(state, name, sheet.into(), effects);
}

/// The grid with more or fewer rows and columns; None when there is no such grid.
pub(super) fn resized(grid: &Grid, rows: isize, cols: isize) -> Option<Grid> {
    let (rows, cols) = (grid.rows().checked_add_signed(rows)?, grid.cols().checked_add_signed(cols)?);
    let mut larger = Grid::filled(rows, cols, 0).ok()?;
    for row in 0..rows {
        for col in 0..cols {
            if let Some(colour) = grid.get(row, col) {
                larger.set(row, col, colour).ok()?;
            }
        }
    }
    Some(larger)
}
