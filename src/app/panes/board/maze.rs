//! The maze: walls, the two ends, the model's path as dots as bright as they are probable, and, when asked, a shortest path
//! in green.

use eframe::egui::{Align2, PointerButton, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::super::super::action::Action;
use super::super::super::figures::word;
use super::super::super::hand::Pen;
use super::super::super::theme::{self, Theme};
use super::super::super::widgets::lattice::Lattice;
use super::super::super::widgets::tokens::red_corner;
use super::super::Cx;
use super::card::{self, CARD};
use super::{FIGURES, figures, over, place, rail, zoom};
use crate::task::glyph::Glyph;

/// A cell that is not said to be on the path is shown as a faint dot from this probability on.
const DOUBT: f32 = 0.12;

/// Shows the board in its room.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, area: Rect) {
    let tools = Rect::from_min_max(area.min, pos2(area.left() + rail::WIDTH, area.bottom()));
    rail::show(ui, cx, tools);
    let mut room = Rect::from_min_max(pos2(tools.right() + 8.0, area.top()), area.max);
    if room.width() >= room.height().min(320.0) + FIGURES {
        figures(ui, cx, pos2(room.left() + 4.0, area.top() + 2.0), area.bottom());
        room.min.x += FIGURES;
    }
    let card_fits = room.width() >= room.height() + CARD + 12.0;
    if card_fits {
        room.max.x -= CARD + 12.0;
    }
    let whole = Lattice::fit(room.shrink2(vec2(2.0, 2.0)), cx.scene.rows, cx.scene.cols);
    let (mut part, lattice) = zoom::seen(ui, cx, whole);
    let hovered = cells(&mut part, cx, &lattice, card_fits);
    if let Some(cell) = hovered.or(cx.state.doc.selected).filter(|cell| *cell < cx.scene.cells.len())
        && card_fits
    {
        let beside = Rect::from_min_max(pos2(whole.rect.right() + 12.0, area.top()), area.right_bottom());
        card::show(ui, cx, beside, lattice.cell(cell).top(), cell);
    }
}

/// The cells; returns the hovered one.
fn cells(ui: &mut Ui, cx: &mut Cx<'_>, lattice: &Lattice, card_fits: bool) -> Option<usize> {
    let response = ui.interact(lattice.rect, ui.scope_id().with("maze"), Sense::drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, format!("Maze, {}", cx.state.board())));
    draw(&response, lattice, cx);
    for cell in 0..cx.scene.cells.len() {
        paint(ui, cx, lattice.cell(cell), cell, lattice.gap());
    }
    marks(ui, cx, lattice);
    over::outlines(ui, cx, |cell| lattice.cell(cell));
    lattice.name_cells(ui, "cell", cx.state.doc.selected, |cell| label(cx, cell));
    let hovered = response.hover_pos().map(|at| lattice.nearest(at));
    if let Some(cell) = hovered.filter(|cell| !card_fits && *cell < cx.scene.cells.len()) {
        card::hover(response, cx, cell);
    }
    if let Some(cell) = hovered.or(cx.state.doc.selected).filter(|cell| *cell < cx.scene.cells.len()) {
        let rect = lattice.cell(cell);
        ui.painter().rect_stroke(rect, 2.0, Stroke::new(1.0, cx.theme.secondary), StrokeKind::Inside);
    }
    hovered
}

/// The pointer's strokes as actions.
pub fn draw(response: &eframe::egui::Response, lattice: &Lattice, cx: &mut Cx<'_>) {
    let at = |pos: Pos2| lattice.nearest(pos);
    // Two fingers look closer; they do not draw.
    if response.ctx.input(|input| input.multi_touch().is_some()) {
        return;
    }
    let (first, second) = (PointerButton::Primary, PointerButton::Secondary);
    let pressed = |button| response.ctx.input(|input| input.pointer.button_pressed(button));
    let (origin, now, down) = response
        .ctx
        .input(|input| (input.pointer.press_origin(), input.pointer.latest_pos(), input.pointer.any_down()));
    // Nobody waits to see whether a press becomes a drag or a click, and all of a quick stroke may lie in one frame: it
    // begins where the button went down and ends where it went up.
    let here = response.is_pointer_button_down_on() || response.contains_pointer();
    let begins = here && (pressed(first) || pressed(second));
    let Some(pos) = now.filter(|_| begins || cx.state.hand.stroke.is_some()) else { return };
    if begins {
        let (erase, select) = (!pressed(first), response.ctx.input(|input| input.modifiers.shift));
        cx.actions.push(Action::Select(None));
        cx.actions.push(Action::Pen(Pen::Down { cell: at(origin.unwrap_or(pos)), erase, select }));
    }
    cx.actions.push(Action::Pen(Pen::Move(at(pos))));
    if !down {
        cx.actions.push(Action::Pen(Pen::Up));
    }
}

fn paint(ui: &Ui, cx: &Cx<'_>, rect: Rect, cell: usize, gap: f32) {
    let (theme, seen) = (cx.theme, cx.scene.cells[cell]);
    let painter = ui.painter();
    let inner = rect.shrink(gap / 2.0);
    let round = if rect.width() >= 14.0 { 2.0 } else { 0.0 };
    let wall = seen.given == Glyph::Wall;
    let own = if wall { wall_color(theme) } else { theme.raised };
    let laid = over::ground(cx, cell);
    let mut ground = laid.unwrap_or(own);
    if seen.changed && laid.is_none() {
        ground = ground.lerp_to_gamma(theme.l, 0.22 * cx.state.flash());
    }
    painter.rect_filled(inner, round, ground);
    if laid.is_some() && wall {
        // What is laid over a wall frames it.
        ground = own;
        painter.rect_filled(inner.shrink(rect.width() * 0.2), round, ground);
    }
    let said = if laid.is_some() { theme.ink_on(ground) } else { theme.l };
    let dot = |share: f32, color| {
        let side = (rect.width() * share).max(2.0);
        painter.rect_filled(Rect::from_center_size(rect.center(), vec2(side, side)), side * 0.3, color);
    };
    match (seen.given, seen.answer) {
        (Glyph::Start | Glyph::Goal, _) => {
            let (letter, color) = if seen.given == Glyph::Start { ("S", theme.right) } else { ("G", theme.h) };
            painter.rect_filled(inner, (rect.width() * 0.2).min(4.0), color);
            if rect.width() >= 10.0 {
                let font = theme::bold((rect.width() * 0.66).clamp(9.0, 40.0));
                painter.text(rect.center(), Align2::CENTER_CENTER, letter, font, theme.on_accent);
            }
        }
        (_, Some(Glyph::Path)) => dot(0.56, theme.confidence(said, ground, if wall { 1.0 } else { seen.confidence })),
        (Glyph::Open, Some(Glyph::Open)) if seen.path >= DOUBT => {
            dot(0.34, ground.lerp_to_gamma(said, 0.15 + 0.6 * seen.path));
        }
        (Glyph::Open, Some(answer)) if answer != Glyph::Open && rect.width() >= 12.0 => {
            let font = theme::text(rect.width() * 0.6);
            painter.text(rect.center(), Align2::CENTER_CENTER, "?", font, said);
        }
        _ => {}
    }
}

/// The walls stand out from their pane as much in both themes.
fn wall_color(theme: &Theme) -> eframe::egui::Color32 {
    theme.raised_more.lerp_to_gamma(theme.faint, if theme.dark { 0.4 } else { 0.75 })
}

/// What lies above the cells: what changed, what is wrong, and the shortest path.
fn marks(ui: &Ui, cx: &Cx<'_>, lattice: &Lattice) {
    let (theme, flash) = (cx.theme, cx.state.flash());
    for (cell, seen) in cx.scene.cells.iter().enumerate() {
        let rect = lattice.cell(cell);
        if seen.changed {
            let line = Stroke::new(1.2, theme.l.gamma_multiply(flash));
            ui.painter().rect_stroke(rect.shrink(1.0), 2.0, line, StrokeKind::Inside);
        }
        if seen.truth == Some(Glyph::Path) {
            // Around the model's dot, or alone where the model misses it.
            let missed = seen.answer != Some(Glyph::Path);
            let ring = Rect::from_center_size(rect.center(), rect.size() * 0.74);
            let thick = (rect.width() * 0.1).clamp(1.0, 2.5) * if missed { 1.0 } else { 0.7 };
            ui.painter().rect_stroke(ring, rect.width() * 0.2, Stroke::new(thick, theme.right), StrokeKind::Inside);
        }
        if seen.wrong {
            red_corner(ui.painter(), cx.theme, rect);
        }
    }
}

/// What a cell is, for screen readers and tests.
fn label(cx: &Cx<'_>, cell: usize) -> String {
    let seen = cx.scene.cells[cell];
    let said = match seen.answer {
        Some(answer) if seen.open => format!(", predicted {}, {:.0} %", word(answer), seen.confidence * 100.0),
        _ => String::new(),
    };
    let wrong = if seen.wrong { ", wrong" } else { "" };
    format!("{}, {}{said}{wrong}", place(cell, cx.scene.cols), word(seen.given))
}
