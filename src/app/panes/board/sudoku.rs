//! The Sudoku: givens bold, predictions as bright as they are probable, a person's marks small and grey.

use eframe::egui::{Align2, Color32, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::super::super::action::Action;
use super::super::super::scene::candidates;
use super::super::super::theme;
use super::super::super::widgets::lattice::Lattice;
use super::super::super::widgets::tokens::red_corner;
use super::super::Cx;
use super::card::{self, CARD};
use super::{FIGURES, figures, over, pad, place, zoom};
use crate::board::Board;
use crate::board::sudoku::Sheet;
use crate::task::glyph::Glyph;

/// Shows the board in its room.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, area: Rect) {
    let Some(side) = cx.state.board().sudoku().map(|board| board.side() as f32) else { return };
    // The figures and the card stand beside the board where there is room, which on a wide pane there is.
    let beside = area.width() - 40.0 >= area.height().min(360.0) + FIGURES;
    let left = if beside { FIGURES } else { 0.0 };
    let size = (area.width() - left - 8.0).min(area.height() - 4.0).max(side * 20.0);
    let size = (size / side).floor() * side;
    let spare = (area.width() - left - size).max(0.0);
    let card_fits = spare >= CARD + 12.0;
    let x = if card_fits {
        area.left() + left + ((spare - CARD) / 2.0).min((area.width() - size) / 2.0 - left).max(0.0)
    } else {
        area.left() + left + spare / 2.0
    };
    let board = Rect::from_min_size(pos2(x.floor(), (area.top() + 2.0).floor()), vec2(size, size));
    if beside {
        let pad = pad::show(
            ui,
            cx,
            Rect::from_min_max(pos2(area.left() + 4.0, area.top()), pos2(board.left() - 8.0, board.bottom())),
        );
        figures(ui, cx, pos2(area.left() + 12.0, board.top() + 2.0), pad);
    }
    let whole = Lattice { rect: board, rows: side as usize, cols: side as usize, size: size / side };
    let (mut part, lattice) = zoom::seen(ui, cx, whole);
    let hovered = cells(&mut part, cx, &lattice, card_fits);
    if card_fits && let Some(cell) = hovered.or(cx.state.doc.selected) {
        let room = Rect::from_min_max(pos2(board.right() + 12.0, board.top()), area.right_bottom());
        card::show(ui, cx, room, lattice.cell(cell).top(), cell);
    }
}

/// The cells; returns the hovered one.
fn cells(ui: &mut Ui, cx: &mut Cx<'_>, lattice: &Lattice, card_fits: bool) -> Option<usize> {
    let (state, theme, scene) = (cx.state, cx.theme, cx.scene);
    let at = |cell: usize| lattice.cell(cell);
    let mut hovered = None;
    for cell in 0..scene.cells.len() {
        let rect = at(cell);
        let response = ui.interact(rect, ui.scope_id().with(("cell", cell)), Sense::click());
        response.widget_info(|| {
            WidgetInfo::selected(Role::GridCell, true, state.doc.selected == Some(cell), label(cx, cell))
        });
        if response.clicked() {
            let again = state.doc.selected == Some(cell);
            cx.actions.push(Action::Select((!again).then_some(cell)));
        }
        if response.hovered() {
            hovered = Some(cell);
        }
        if !card_fits {
            card::hover(response, cx, cell);
        }
        paint_cell(ui, cx, rect, cell, hovered == Some(cell));
    }
    grid(ui, cx, lattice.rect, lattice.size);
    // Above the grid, so that no neighbour cuts them.
    let flash = state.flash();
    for (cell, seen) in scene.cells.iter().enumerate() {
        let rect = at(cell).shrink(2.5);
        if seen.changed {
            let color = theme.l.gamma_multiply(flash);
            ui.painter().rect_stroke(rect, 5.0, Stroke::new(1.8, color), StrokeKind::Inside);
        }
        if state.doc.selected == Some(cell) {
            ui.painter().rect_stroke(rect.expand(2.0), 3.0, Stroke::new(2.0, theme.text), StrokeKind::Inside);
        }
    }
    over::outlines(ui, cx, at);
    hovered
}

fn paint_cell(ui: &Ui, cx: &Cx<'_>, rect: Rect, cell: usize, hovered: bool) {
    let (theme, seen) = (cx.theme, cx.scene.cells[cell]);
    let painter = ui.painter();
    let own = if seen.open { theme.raised } else { theme.raised_more };
    let laid = over::ground(cx, cell);
    let mut ground = laid.unwrap_or(own);
    if seen.changed && laid.is_none() {
        ground = ground.lerp_to_gamma(theme.l, 0.22 * cx.state.flash());
    }
    if hovered {
        ground = ground.lerp_to_gamma(theme.text, 0.06);
    }
    painter.rect_filled(rect, 0.0, ground);
    let size = rect.width();
    let sheet = if let Board::Sudoku(sheet) = cx.state.board() { Some(sheet) } else { None };
    // Below a person's marks an answer is smaller.
    let marked = sheet.is_some_and(|sheet| sheet.marks(cell).next().is_some());
    let (part, below) = if marked { (0.42, 0.07) } else { (0.5, -0.03) };
    let font = (size * part).clamp(14.0, 160.0);
    let said = if laid.is_some() { theme.ink_on(ground) } else { theme.l };
    let candidates_shown = cx.state.show_candidates && size >= 40.0 && cx.scene.answered;
    if let Glyph::Digit(digit) = seen.given {
        painter.text(rect.center(), Align2::CENTER_CENTER, digit, theme::bold(font), theme.ink_on(ground));
    } else if candidates_shown {
        small_candidates(ui, cx, rect, cell, (ground, said));
    } else if cx.scene.answered {
        let color = theme.confidence(said, ground, seen.confidence);
        // An answer that is no digit is a dot, not nothing.
        let text = if let Some(Glyph::Digit(digit)) = seen.answer { digit.to_string() } else { "·".to_owned() };
        painter.text(rect.center() + vec2(0.0, size * below), Align2::CENTER_CENTER, text, theme::text(font), color);
        let bar = rect.shrink2(vec2(size * 0.18, size * 0.1));
        let length = bar.width() * seen.confidence.clamp(0.0, 1.0);
        let y = bar.bottom();
        let thick = (size * 0.04).clamp(1.5, 4.0);
        painter.hline(bar.left()..=bar.left() + length, y, Stroke::new(thick, ground.lerp_to_gamma(said, 0.85)));
    }
    // Among candidates the right digit stands at its own place.
    let told = |truth: &Glyph| seen.answer != Some(*truth) && !candidates_shown;
    if let Some(Glyph::Digit(digit)) = seen.truth.filter(told) {
        let corner = rect.left_bottom() + vec2(size * 0.1, -size * 0.14);
        painter.text(corner, Align2::LEFT_BOTTOM, digit, theme::bold((size * 0.28).max(12.0)), theme.right);
    }
    if seen.wrong {
        red_corner(ui.painter(), cx.theme, rect);
    }
    if let Some(sheet) = sheet {
        marks(ui, cx, sheet, rect, cell);
    }
}

/// What a person pencilled in, along the top; a lock in the corner of a locked cell.
fn marks(ui: &Ui, cx: &Cx<'_>, sheet: &Sheet, rect: Rect, cell: usize) {
    let size = rect.width();
    let all: Vec<String> = sheet.marks(cell).map(|digit| digit.to_string()).collect();
    if !all.is_empty() {
        let font = (size * 0.2).clamp(11.0, 18.0);
        let corner = rect.left_top() + vec2(size * 0.08, size * 0.04);
        let text = super::super::super::widgets::fitted(
            ui.painter(),
            &all.join(" "),
            theme::text(font),
            cx.theme.text,
            size * 0.86,
        );
        ui.painter().galley(corner, text, cx.theme.text);
    }
    if sheet.is_locked(cell) && size >= 30.0 {
        let mark = char::from(lucide_icons::Icon::Lock).to_string();
        let corner = rect.left_bottom() + vec2(3.0, -3.0);
        ui.painter().text(
            corner,
            Align2::LEFT_BOTTOM,
            mark,
            theme::icons((size * 0.18).clamp(9.0, 14.0)),
            cx.theme.faint,
        );
    }
}

/// Every digit at its own place in the cell, as bright as it is probable.
fn small_candidates(ui: &Ui, cx: &Cx<'_>, rect: Rect, cell: usize, (ground, said): (Color32, Color32)) {
    let state = cx.state;
    let (Some(recording), Some(board)) = (state.recording(), state.board().sudoku()) else { return };
    let shape = board.shape();
    let (rows, columns) = (shape.box_rows() as f32, shape.box_cols() as f32);
    let inner = rect.shrink(rect.width() * 0.08);
    let step = vec2(inner.width() / columns, inner.height() / rows);
    let font = (step.x.min(step.y) * 0.95).clamp(12.0, 26.0);
    for (glyph, p) in candidates(state.board(), recording, state.doc.playhead.at, cell) {
        let Glyph::Digit(digit) = glyph else { continue };
        let right = cx.scene.cells[cell].truth == Some(glyph);
        if p < 0.01 && !right {
            continue;
        }
        let (row, column) = ((digit - 1) / columns as u8, (digit - 1) % columns as u8);
        let center = inner.min + vec2((f32::from(column) + 0.5) * step.x, (f32::from(row) + 0.5) * step.y);
        let best = cx.scene.cells[cell].answer == Some(glyph);
        let face = if best || right { theme::bold(font) } else { theme::text(font) };
        let color = if right { cx.theme.right } else { cx.theme.confidence(said, ground, p) };
        ui.painter().text(center, Align2::CENTER_CENTER, digit, face, color);
    }
}

fn grid(ui: &Ui, cx: &Cx<'_>, board: Rect, size: f32) {
    let Some(shape) = cx.state.board().sudoku().map(|board| board.shape()) else { return };
    let painter = ui.painter();
    let (thin, thick) = (Stroke::new(1.0, cx.theme.hairline), Stroke::new(1.6, cx.theme.faint));
    for strong in [false, true] {
        for line in 0..=shape.side() {
            let at = line as f32 * size;
            let outer = line == 0 || line == shape.side();
            let column = outer || line % shape.box_cols() == 0;
            let row = outer || line % shape.box_rows() == 0;
            if column == strong {
                painter.vline(board.left() + at, board.y_range(), if column { thick } else { thin });
            }
            if row == strong {
                painter.hline(board.x_range(), board.top() + at, if row { thick } else { thin });
            }
        }
    }
}

/// What a cell is, for screen readers and tests.
fn label(cx: &Cx<'_>, cell: usize) -> String {
    let seen = cx.scene.cells[cell];
    let what = match (seen.given, seen.answer) {
        (Glyph::Digit(digit), _) => format!("given {digit}"),
        (_, Some(Glyph::Digit(digit))) => format!("predicted {digit}, {:.0} %", seen.confidence * 100.0),
        _ => "blank".to_owned(),
    };
    let conflict = if seen.wrong { ", in conflict" } else { "" };
    format!("{}, {what}{conflict}", place(cell, cx.scene.cols))
}
