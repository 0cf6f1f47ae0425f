//! The card of one cell: what it may become, what is laid over it, and its way through the run.

use std::sync::Arc;

use eframe::egui::{
    Align2, Color32, Galley, Painter, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::super::super::explain::figure as short;
use super::super::super::figures::word;
use super::super::super::past::{Past, past};
use super::super::super::scene::{candidates, changes};
use super::super::super::theme::{self, CARD_RADIUS};
use super::super::super::widgets::{text_at, wrapped};
use super::super::Cx;
use super::over;
use crate::task::glyph::Glyph;

/// The room for the card at the right of the board.
pub const CARD: f32 = 172.0;
/// Between a card's edge and what is in it.
const MARGIN: f32 = 10.0;
/// How many values are listed.
const LISTED: usize = 4;
/// The height of a listed value.
const ROW: f32 = 20.0;
/// The height of a line.
const LINE: f32 = 17.0;
/// The height of the small plot.
const PLOT: f32 = 58.0;

/// Where no card fits, a tooltip tells the same; not where nothing was answered and a person may be about to draw.
pub fn hover(response: Response, cx: &Cx<'_>, cell: usize) {
    let seen = cx.scene.cells.get(cell);
    let told = seen.is_some_and(|seen| seen.answer.is_some()) || cx.state.board().arc().is_some();
    if !told && over::told(cx, cell).is_none() {
        return;
    }
    response.on_hover_ui_at_pointer(|ui| {
        let Some(content) = Content::of(ui.painter(), cx, cell) else { return };
        let (rect, _) = ui.allocate_exact_size(vec2(CARD - 2.0 * MARGIN, content.height()), Sense::hover());
        content.paint(ui.painter(), cx, rect);
    });
}

/// Shows the card beside the board, at the height of its cell.
pub fn show(ui: &Ui, cx: &Cx<'_>, room: Rect, at: f32, cell: usize) {
    let Some(content) = Content::of(ui.painter(), cx, cell) else { return };
    let size = vec2(CARD.min(room.width()), content.height() + 2.0 * MARGIN);
    let top = (at - 12.0).clamp(room.top(), (room.bottom() - size.y).max(room.top()));
    let rect = Rect::from_min_size(pos2(room.left(), top), size);
    ui.painter().rect(rect, CARD_RADIUS, cx.theme.raised, Stroke::new(1.0, cx.theme.hairline), StrokeKind::Inside);
    content.paint(ui.painter(), cx, rect.shrink(MARGIN));
    let response = ui.interact(rect, ui.scope_id().with("card"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Note, true, content.told()));
}

/// What a card says.
struct Content {
    title: String,
    /// The most probable values, with their probabilities.
    listed: Vec<(Glyph, f32)>,
    /// What stands below them, wrapped.
    lines: Vec<Arc<Galley>>,
    /// The cell's way, and the values it took in words.
    past: Option<(Past, Arc<Galley>)>,
}

impl Content {
    fn of(painter: &Painter, cx: &Cx<'_>, cell: usize) -> Option<Self> {
        let (state, theme) = (cx.state, cx.theme);
        let seen = cx.scene.cells.get(cell)?;
        let cols = cx.scene.cols.max(1);
        let title = format!("row {}, column {}", cell / cols + 1, cell % cols + 1);
        let laid = |text: &str| wrapped(painter, text, theme::text(12.0), theme.secondary, CARD - 2.0 * MARGIN);
        let recording = state.recording().filter(|_| cx.scene.answered && seen.answer.is_some());
        let mut lines = match recording {
            Some(recording) => vec![laid(&history(changes(state.board(), recording, cell, state.doc.playhead.at)))],
            None if state.board().arc().is_some() => vec![laid("beyond the grid that is answered")],
            None => {
                let what = if seen.open { "blank: no answer yet" } else { &format!("given {}", word(seen.given)) };
                let hint = if state.doc.selected == Some(cell) { "type, Del, arrows, Esc" } else { "click to edit" };
                vec![laid(what), laid(hint)]
            }
        };
        lines.extend(over::told(cx, cell).map(|text| laid(&text)));
        let Some(recording) = recording else { return Some(Self { title, listed: Vec::new(), lines, past: None }) };
        let mut listed = candidates(state.board(), recording, state.doc.playhead.at, cell);
        listed.truncate(LISTED);
        let past = past(state.board(), recording, state.doc.playhead.at, cell).map(|past| {
            let took = laid(&past.sentence());
            (past, took)
        });
        Some(Self { title, listed, lines, past })
    }

    /// The card in words, for screen readers and tests.
    fn told(&self) -> String {
        let listed = self.listed.iter().map(|(glyph, p)| format!("{} {:.0} %", word(*glyph), p * 100.0));
        let lines = self.lines.iter().map(|line| line.text().to_owned());
        let past = self.past.iter().map(|(past, _)| past.sentence());
        let parts = listed.chain(lines).chain(past).collect::<Vec<_>>().join(". ");
        format!("Card of {}: {parts}", self.title)
    }

    fn height(&self) -> f32 {
        let lines: f32 = self.lines.iter().map(|line| line.size().y).sum();
        let past = self.past.as_ref().map_or(0.0, |(_, took)| 2.0 * LINE + PLOT + took.size().y + 4.0);
        24.0 + ROW * self.listed.len() as f32 + lines + past
    }

    fn paint(&self, painter: &Painter, cx: &Cx<'_>, rect: Rect) {
        let (theme, small) = (cx.theme, theme::text(12.0));
        let line = |y: f32, text: &str, color: Color32| {
            text_at(painter, pos2(rect.left(), y), Align2::LEFT_TOP, text, small.clone(), color, rect.width());
        };
        painter.text(rect.left_top(), Align2::LEFT_TOP, &self.title, theme::bold(13.0), theme.text);
        let mut y = rect.top() + 22.0;
        let left = rect.left() + if cx.state.board().sudoku().is_some() { 16.0 } else { 52.0 };
        for (glyph, p) in &self.listed {
            let middle = y + ROW / 2.0;
            painter.text(pos2(rect.left(), middle), Align2::LEFT_CENTER, word(*glyph), theme::text(13.0), theme.text);
            let length = ((rect.right() - 52.0 - left) * p).max(2.0);
            let bar = Rect::from_min_size(pos2(left, middle - 3.5), vec2(length, 7.0));
            painter.rect_filled(bar, 2.0, theme.confidence(theme.l, theme.raised, *p));
            let percent = if *p < 0.01 { "< 1 %".to_owned() } else { format!("{:.0} %", p * 100.0) };
            painter.text(pos2(rect.right(), middle), Align2::RIGHT_CENTER, percent, small.clone(), theme.secondary);
            y += ROW;
        }
        for text in &self.lines {
            painter.galley(pos2(rect.left(), y), text.clone(), theme.secondary);
            y += text.size().y;
        }
        let Some((past, took)) = &self.past else { return };
        y += 4.0;
        let now = cx.state.doc.playhead.at;
        let at = |values: &[f32]| now.checked_sub(1).and_then(|step| values.get(step)).copied().unwrap_or(0.0);
        line(y, &format!("p({}) {:.0} %", word(past.value), at(&past.probability) * 100.0), theme.l);
        line(y + LINE, &format!("entropy {} bit", short(at(&past.entropy))), theme.secondary);
        y += 2.0 * LINE;
        let plot = Rect::from_min_size(pos2(rect.left(), y + 2.0), vec2(rect.width(), PLOT - 8.0));
        sketch(painter, cx, plot, past);
        painter.galley(pos2(rect.left(), y + PLOT), took.clone(), theme.secondary);
    }
}

/// The probability of the shown value and the entropy over all micro-steps, with the playhead.
fn sketch(painter: &Painter, cx: &Cx<'_>, rect: Rect, past: &Past) {
    let theme = cx.theme;
    let steps = past.probability.len().max(2) as f32;
    let x = |step: usize| rect.left() + rect.width() * step as f32 / (steps - 1.0);
    for y in [rect.top(), rect.bottom()] {
        painter.hline(rect.x_range(), y, Stroke::new(1.0, theme.hairline));
    }
    let most = past.entropy.iter().copied().filter(|bits| bits.is_finite()).fold(1.0, f32::max);
    for (values, top, color) in [(&past.entropy, most, theme.secondary), (&past.probability, 1.0, theme.l)] {
        let finite = values.iter().enumerate().filter(|(_, value)| value.is_finite());
        let point = |(step, value): (usize, &f32)| pos2(x(step), rect.bottom() - rect.height() * value / top);
        let points: Vec<Pos2> = finite.map(point).collect();
        painter.line(points, Stroke::new(1.5, color));
    }
    if let Some(step) = cx.state.doc.playhead.at.checked_sub(1) {
        painter.vline(x(step), rect.y_range(), Stroke::new(1.0, theme.text));
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
