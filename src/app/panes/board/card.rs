//! The card of one cell: what it may become, and how often it changed its mind.

use eframe::egui::{Align2, Rect, Response, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::super::super::explain::figure as short;
use super::super::super::figures::word;
use super::super::super::scene::{SURE, candidates, changes, entropy};
use super::super::super::theme::{self, CARD_RADIUS};
use super::super::super::widgets::text_at;
use super::super::Cx;

/// The room for the card at the right of the board.
pub const CARD: f32 = 172.0;

/// Where no card fits, a tooltip tells the same.
pub fn hover(response: Response, cx: &Cx<'_>, cell: usize) {
    response.on_hover_ui_at_pointer(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(CARD - 16.0, height(cx, cell) - 16.0), Sense::hover());
        content(ui, cx, rect, cell);
    });
}

fn is_told(cx: &Cx<'_>, cell: usize) -> bool {
    cx.scene.answered && cx.scene.cells.get(cell).is_some_and(|seen| seen.answer.is_some())
}

fn height(cx: &Cx<'_>, cell: usize) -> f32 {
    if is_told(cx, cell) { 64.0 + 4.0 * 20.0 } else { 74.0 }
}

/// Shows the card beside the board, at the height of its cell.
pub fn show(ui: &Ui, cx: &Cx<'_>, room: Rect, at: f32, cell: usize) {
    let size = vec2(CARD.min(room.width()), height(cx, cell));
    let top = (at - 12.0).clamp(room.top(), (room.bottom() - size.y).max(room.top()));
    let rect = Rect::from_min_size(pos2(room.left(), top), size);
    ui.painter().rect(rect, CARD_RADIUS, cx.theme.raised, Stroke::new(1.0, cx.theme.hairline), StrokeKind::Inside);
    content(ui, cx, rect.shrink(10.0), cell);
}

fn content(ui: &Ui, cx: &Cx<'_>, rect: Rect, cell: usize) {
    let (state, theme) = (cx.state, cx.theme);
    let Some(seen) = cx.scene.cells.get(cell) else { return };
    let cols = cx.scene.cols;
    let painter = ui.painter();
    let title = format!("row {}, column {}", cell / cols + 1, cell % cols + 1);
    let mut y = painter.text(rect.left_top(), Align2::LEFT_TOP, title, theme::bold(13.0), theme.text).bottom() + 4.0;
    let small = theme::text(12.0);
    let line = |y: f32, text: &str, color| {
        text_at(painter, pos2(rect.left(), y), Align2::LEFT_TOP, text, small.clone(), color, rect.width()).bottom()
    };
    let Some(recording) = state.recording().filter(|_| is_told(cx, cell)) else {
        let text = if seen.open { "blank: no answer yet".to_owned() } else { format!("given {}", word(seen.given)) };
        y = line(y, &text, theme.secondary) + 2.0;
        let hint = if state.doc.selected == Some(cell) { "type, Del, arrows, Esc" } else { "click to edit" };
        line(y, hint, theme.secondary);
        return;
    };
    let (board, playhead) = (state.board(), state.doc.playhead.at);
    let left = rect.left() + if board.sudoku().is_some() { 16.0 } else { 52.0 };
    for (glyph, p) in candidates(board, recording, playhead, cell).into_iter().take(4) {
        let middle = y + 10.0;
        painter.text(pos2(rect.left(), middle), Align2::LEFT_CENTER, word(glyph), theme::text(13.0), theme.text);
        let length = ((rect.right() - 52.0 - left) * p).max(2.0);
        let bar = Rect::from_min_size(pos2(left, middle - 3.5), vec2(length, 7.0));
        painter.rect_filled(bar, 2.0, theme.confidence(theme.l, theme.raised, p));
        let percent = if p < 0.01 { "< 1 %".to_owned() } else { format!("{:.0} %", p * 100.0) };
        painter.text(pos2(rect.right(), middle), Align2::RIGHT_CENTER, percent, small.clone(), theme.secondary);
        y += 20.0;
    }
    y += 2.0;
    line(y, &history(changes(board, recording, cell, playhead)), theme.secondary);
    if seen.confidence < SURE && rect.height() > 130.0 {
        let bits = short(entropy(board, recording, playhead, cell));
        line(y + 17.0, &format!("entropy {bits} bit"), theme.secondary);
    }
}

fn history((count, since): (usize, Option<usize>)) -> String {
    let changes = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
    match since {
        None => "never changed".to_owned(),
        Some(0) => format!("{changes}, last now"),
        Some(1) => format!("{changes}, last 1 step ago"),
        Some(steps) => format!("{changes}, {steps} steps ago"),
    }
}
