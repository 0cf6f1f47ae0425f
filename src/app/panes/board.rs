//! The board: givens bold, predictions as bright as they are probable, changes outlined, conflicts with a red corner.

use eframe::egui::{
    Align2, Button, Rect, Response, RichText, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::super::action::Action;
use super::super::command::CommandId;
use super::super::explain::figure as short;
use super::super::scene::{SURE, candidates, changes, readout};
use super::super::theme::{self, CARD_RADIUS};
use super::super::widgets::{figure, header, text_at};
use super::Cx;
use crate::board::sudoku::Solutions;

/// The room for the figures at the left of the board.
const FIGURES: f32 = 132.0;
/// The room for the card at its right.
const CARD: f32 = 172.0;

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
    let state = cx.state;
    let givens = state.board().givens();
    let mut subtitle = format!("{givens} givens");
    if let Some(verdict) = &state.verdict {
        if matches!(verdict.solutions, Solutions::Unique(_)) {
            subtitle += &format!(" · rating {}", verdict.rating);
        }
        subtitle += &format!(" · {}", verdict.solutions);
    }
    let dragged = header(ui, &state.title, &subtitle, cx.theme, |ui| {
        toggle(ui, cx, CommandId::Solution, "Solution", state.show_solution);
        toggle(ui, cx, CommandId::Candidates, "Candidates", state.show_candidates);
    });
    let area = ui.available_rect_before_wrap();
    let side = state.board().side() as f32;
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
        figures(ui, cx, pos2(area.left() + 12.0, board.top() + 2.0));
    }
    let hovered = cells(ui, cx, board, card_fits);
    if card_fits && let Some(cell) = hovered.or(state.selected) {
        let room = Rect::from_min_max(pos2(board.right() + 12.0, board.top()), area.right_bottom());
        card(ui, cx, room, board, cell);
    }
    ui.allocate_rect(area, Sense::hover());
    dragged
}

fn toggle(ui: &mut Ui, cx: &mut Cx<'_>, id: CommandId, name: &str, on: bool) {
    let command = super::super::command::command(id);
    let color = if on { cx.theme.text } else { cx.theme.secondary };
    let button = Button::selectable(on, RichText::new(name).color(color)).min_size(vec2(0.0, 26.0));
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, on, command.name));
    if response.on_hover_text(command.tooltip()).clicked() {
        cx.actions.push(command.action.clone());
    }
}

/// The large figures at the left.
fn figures(ui: &Ui, cx: &Cx<'_>, at: eframe::egui::Pos2) {
    let (theme, scene) = (cx.theme, cx.scene);
    let painter = ui.painter();
    let mut y = at.y;
    let mut put = |value: String, rest: String, what: &str, color| {
        y += figure(painter, theme, pos2(at.x, y), &value, &rest, what, color) + 12.0;
    };
    if !scene.answered {
        put(cx.state.board().givens().to_string(), String::new(), "givens", theme.text);
        put(scene.blanks.to_string(), String::new(), "blank cells", theme.text);
        if scene.conflicts > 0 {
            put(scene.conflicts.to_string(), String::new(), "in conflict", theme.wrong);
        }
        return;
    }
    if let Some(solution) = cx.state.shown_solution() {
        let right = scene.cells.iter().zip(solution.cells());
        let right = right.filter(|(cell, truth)| cell.given.is_none() && cell.predicted == Some(**truth)).count();
        put(right.to_string(), format!("/ {}", scene.blanks), "cells right", theme.right);
    } else {
        put(scene.sure.to_string(), format!("/ {}", scene.blanks), "cells above 90 %", theme.text);
    }
    let color = if scene.conflicts > 0 { theme.wrong } else { theme.right };
    put(scene.conflicts.to_string(), String::new(), "in conflict", color);
    put(scene.changed.to_string(), String::new(), "changed now", theme.l);
    put(short(scene.entropy), String::new(), "mean entropy, bit", theme.text);
    if scene.solved {
        let mark = char::from(lucide_icons::Icon::Check).to_string();
        let icon = painter.text(pos2(at.x, y), Align2::LEFT_TOP, mark, theme::icons(18.0), theme.right);
        painter.text(
            pos2(icon.right() + 4.0, icon.center().y),
            Align2::LEFT_CENTER,
            "keeps all rules",
            theme::text(13.0),
            theme.right,
        );
    }
}

/// The cells; returns the hovered one.
fn cells(ui: &mut Ui, cx: &mut Cx<'_>, board: Rect, card_fits: bool) -> Option<usize> {
    let (state, theme, scene) = (cx.state, cx.theme, cx.scene);
    let side = state.board().side();
    let size = board.width() / side as f32;
    let place = |cell: usize| {
        let corner = board.min + vec2((cell % side) as f32, (cell / side) as f32) * size;
        Rect::from_min_size(corner, vec2(size, size))
    };
    let solution = state.shown_solution();
    let mut hovered = None;
    for cell in 0..scene.cells.len() {
        let rect = place(cell);
        let response = ui.interact(rect, ui.scope_id().with(("cell", cell)), Sense::click());
        response
            .widget_info(|| WidgetInfo::selected(Role::GridCell, true, state.selected == Some(cell), label(cx, cell)));
        if response.clicked() {
            let again = state.selected == Some(cell);
            cx.actions.push(Action::Select((!again).then_some(cell)));
        }
        if response.hovered() {
            hovered = Some(cell);
        }
        if !card_fits {
            hover(response, cx, cell);
        }
        paint_cell(ui, cx, rect, cell, solution.map(|s| s.cells()[cell]), hovered == Some(cell));
    }
    grid(ui, cx, board, size);
    // Above the grid, so that no neighbour cuts them.
    let flash = state.flash();
    for (cell, seen) in scene.cells.iter().enumerate() {
        let rect = place(cell).shrink(2.5);
        if seen.changed {
            let color = theme.l.gamma_multiply(flash);
            ui.painter().rect_stroke(rect, 5.0, Stroke::new(1.8, color), StrokeKind::Inside);
        }
        if state.selected == Some(cell) {
            ui.painter().rect_stroke(rect.expand(2.0), 3.0, Stroke::new(2.0, theme.text), StrokeKind::Inside);
        }
    }
    hovered
}

fn paint_cell(ui: &Ui, cx: &Cx<'_>, rect: Rect, cell: usize, truth: Option<u8>, hovered: bool) {
    let (theme, seen) = (cx.theme, cx.scene.cells[cell]);
    let painter = ui.painter();
    let mut ground = if seen.given.is_some() { theme.raised_more } else { theme.raised };
    if seen.changed {
        ground = ground.lerp_to_gamma(theme.l, 0.22 * cx.state.flash());
    }
    if hovered {
        ground = ground.lerp_to_gamma(theme.text, 0.06);
    }
    painter.rect_filled(rect, 0.0, ground);
    let size = rect.width();
    let font = (size * 0.5).clamp(14.0, 160.0);
    if let Some(digit) = seen.given {
        painter.text(rect.center(), Align2::CENTER_CENTER, digit, theme::bold(font), theme.text);
    } else if cx.state.show_candidates && size >= 40.0 && cx.scene.answered {
        small_candidates(ui, cx, rect, cell, ground);
    } else if cx.scene.answered {
        let color = theme.confidence(theme.l, ground, seen.confidence);
        // An answer that is no digit is a dot, not nothing.
        let text = seen.predicted.map_or_else(|| "·".to_owned(), |digit| digit.to_string());
        painter.text(rect.center() - vec2(0.0, size * 0.03), Align2::CENTER_CENTER, text, theme::text(font), color);
        let bar = rect.shrink2(vec2(size * 0.18, size * 0.1));
        let length = bar.width() * seen.confidence.clamp(0.0, 1.0);
        let y = bar.bottom();
        let thick = (size * 0.04).clamp(1.5, 4.0);
        painter.hline(bar.left()..=bar.left() + length, y, Stroke::new(thick, theme.tint(theme.l, 0.85)));
    }
    if let Some(truth) = truth.filter(|truth| seen.digit() != Some(*truth)) {
        let corner = rect.left_bottom() + vec2(size * 0.1, -size * 0.14);
        painter.text(corner, Align2::LEFT_BOTTOM, truth, theme::bold((size * 0.28).max(12.0)), theme.right);
    }
    if seen.conflict {
        let corner = rect.right_top() + vec2(-3.0, 3.0);
        let leg = (size * 0.17).max(7.0);
        let triangle = vec![corner, corner - vec2(leg, 0.0), corner + vec2(0.0, leg)];
        painter.add(Shape::convex_polygon(triangle, theme.wrong, Stroke::NONE));
    }
}

/// Every digit at its own place in the cell, as bright as it is probable.
fn small_candidates(ui: &Ui, cx: &Cx<'_>, rect: Rect, cell: usize, ground: eframe::egui::Color32) {
    let state = cx.state;
    let Some(readout) = readout(state.recording(), state.playhead.at) else { return };
    let shape = state.board().shape();
    let (rows, columns) = (shape.box_rows() as f32, shape.box_cols() as f32);
    let inner = rect.shrink(rect.width() * 0.08);
    let step = vec2(inner.width() / columns, inner.height() / rows);
    let font = (step.x.min(step.y) * 0.95).clamp(12.0, 26.0);
    for (digit, p) in candidates(state.board(), readout, cell) {
        if p < 0.01 {
            continue;
        }
        let (row, column) = ((digit - 1) / columns as u8, (digit - 1) % columns as u8);
        let center = inner.min + vec2((f32::from(column) + 0.5) * step.x, (f32::from(row) + 0.5) * step.y);
        let best = cx.scene.cells[cell].predicted == Some(digit);
        let face = if best { theme::bold(font) } else { theme::text(font) };
        let color = cx.theme.confidence(cx.theme.l, ground, p);
        ui.painter().text(center, Align2::CENTER_CENTER, digit, face, color);
    }
}

fn grid(ui: &Ui, cx: &Cx<'_>, board: Rect, size: f32) {
    let shape = cx.state.board().shape();
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
    let side = cx.state.board().side();
    let seen = cx.scene.cells[cell];
    let what = match (seen.given, seen.predicted) {
        (Some(digit), _) => format!("given {digit}"),
        (None, Some(digit)) => format!("predicted {digit}, {:.0} %", seen.confidence * 100.0),
        (None, None) => "blank".to_owned(),
    };
    let conflict = if seen.conflict { ", in conflict" } else { "" };
    format!("row {} column {}, {what}{conflict}", cell / side + 1, cell % side + 1)
}

/// Where no card fits, a tooltip tells the same.
fn hover(response: Response, cx: &Cx<'_>, cell: usize) {
    response.on_hover_ui_at_pointer(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(CARD - 16.0, card_height(cx, cell) - 16.0), Sense::hover());
        card_content(ui, cx, rect, cell);
    });
}

fn card_height(cx: &Cx<'_>, cell: usize) -> f32 {
    if cx.scene.cells[cell].given.is_some() || !cx.scene.answered { 74.0 } else { 64.0 + 4.0 * 20.0 }
}

fn card(ui: &Ui, cx: &Cx<'_>, room: Rect, board: Rect, cell: usize) {
    let side = cx.state.board().side();
    let y = board.top() + (cell / side) as f32 * board.height() / side as f32 - 12.0;
    let size = vec2(CARD.min(room.width()), card_height(cx, cell));
    let top = y.clamp(room.top(), (room.bottom() - size.y).max(room.top()));
    let rect = Rect::from_min_size(pos2(room.left(), top), size);
    ui.painter().rect(rect, CARD_RADIUS, cx.theme.raised, Stroke::new(1.0, cx.theme.hairline), StrokeKind::Inside);
    card_content(ui, cx, rect.shrink(10.0), cell);
}

fn card_content(ui: &Ui, cx: &Cx<'_>, rect: Rect, cell: usize) {
    let (state, theme) = (cx.state, cx.theme);
    let side = state.board().side();
    let painter = ui.painter();
    let title = format!("row {}, column {}", cell / side + 1, cell % side + 1);
    let mut y = painter.text(rect.left_top(), Align2::LEFT_TOP, title, theme::bold(13.0), theme.text).bottom() + 4.0;
    let small = theme::text(12.0);
    let seen = cx.scene.cells[cell];
    let line = |y: f32, text: &str, color| {
        text_at(painter, pos2(rect.left(), y), Align2::LEFT_TOP, text, small.clone(), color, rect.width()).bottom()
    };
    let read = readout(state.recording(), state.playhead.at).filter(|_| seen.given.is_none());
    let Some(read) = read else {
        let text = match seen.given {
            Some(digit) => format!("given {digit}"),
            None => "blank: no answer yet".to_owned(),
        };
        y = line(y, &text, theme.secondary) + 2.0;
        let hint = if state.selected == Some(cell) { "type, Del, arrows, Esc" } else { "click to edit" };
        line(y, hint, theme.secondary);
        return;
    };
    for (digit, p) in candidates(state.board(), read, cell).into_iter().take(4) {
        let middle = y + 10.0;
        painter.text(pos2(rect.left(), middle), Align2::LEFT_CENTER, digit, theme::text(13.0), theme.text);
        let room = rect.width() - 16.0 - 52.0;
        let length = (room * p).max(2.0);
        let bar = Rect::from_min_size(pos2(rect.left() + 16.0, middle - 3.5), vec2(length, 7.0));
        painter.rect_filled(bar, 2.0, theme.confidence(theme.l, theme.raised, p));
        let percent = if p < 0.01 { "< 1 %".to_owned() } else { format!("{:.0} %", p * 100.0) };
        painter.text(pos2(rect.right(), middle), Align2::RIGHT_CENTER, percent, small.clone(), theme.secondary);
        y += 20.0;
    }
    y += 2.0;
    let history = state.recording().map(|r| changes(state.board(), r, cell, state.playhead.at));
    let text = match history {
        None | Some((0, _)) => "never changed".to_owned(),
        Some((n, since)) => {
            let count = if n == 1 { "1 change".to_owned() } else { format!("{n} changes") };
            match since {
                Some(1) => format!("{count}, last 1 step ago"),
                Some(steps) if steps > 1 => format!("{count}, {steps} steps ago"),
                _ => format!("{count}, last now"),
            }
        }
    };
    line(y, &text, theme.secondary);
    if seen.confidence < SURE && rect.height() > 130.0 {
        line(y + 17.0, &format!("entropy {} bit", short(read.entropy(cell))), theme.secondary);
    }
}
