//! A board, small.

use eframe::egui::{Painter, Rect, vec2};

use super::super::theme::Theme;
use super::lattice::Lattice;
use crate::board::Board;
use crate::board::maze::Cell;

/// Paints a board into a square: a Sudoku's givens as squares and its blanks as dots in the colour of answers, a maze's
/// walls and ends, an ARC task's test input.
pub fn show(painter: &Painter, theme: &Theme, rect: Rect, board: &Board, safe_colours: bool) {
    let (rows, cols) = board.size();
    let size = (rect.width() / rows.max(cols) as f32).max(0.5);
    let whole = vec2(size * cols as f32, size * rows as f32);
    let lattice = Lattice { rect: Rect::from_center_size(rect.center(), whole), rows, cols, size };
    let square = |cell: usize, share: f32, color| {
        let place = Rect::from_center_size(lattice.cell(cell).center(), vec2(size, size) * share);
        painter.rect_filled(place, if share < 1.0 { 1.0 } else { 0.0 }, color);
    };
    match board {
        Board::Sudoku(sheet) => {
            for (cell, digit) in sheet.board().cells().iter().enumerate() {
                match digit {
                    0 => square(cell, 0.36, theme.tint(theme.l, 0.55)),
                    _ => square(cell, 0.72, theme.secondary),
                }
            }
        }
        Board::Maze(maze) => {
            for (cell, kind) in maze.cells().iter().enumerate() {
                match kind {
                    Cell::Wall => square(cell, 1.0, theme.faint),
                    Cell::Open => {}
                    Cell::Start => square(cell, 1.0, theme.right),
                    Cell::Goal => square(cell, 1.0, theme.h),
                }
            }
        }
        Board::Arc(sheet) => {
            for (cell, colour) in sheet.input().cells().iter().enumerate() {
                square(cell, if size > 5.0 { 0.94 } else { 1.0 }, theme.arc(*colour, safe_colours));
            }
        }
    }
}
