//! The puzzles of a set as thumbnails. Rows are laid out by arithmetic and only those in view are painted, so a set may be
//! long.

use eframe::egui::{
    Align2, CursorIcon, Id, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2,
    vec2,
};
use lucide_icons::Icon;

use super::super::super::action::Action;
use super::super::super::command::{CommandId, command};
use super::super::super::library::{By, LibraryAction, Outcome, Place, Set, difficulty_text};
use super::super::super::theme::{self, CARD_RADIUS};
use super::super::super::widgets::{text_at, thumbnail};
use super::super::Cx;
use crate::board::Board;
use crate::dataset::Specimen;

/// Between two tiles, points.
const GAP: f32 = 6.0;
/// How wide a tile is at least, points; a narrow place has two all the same.
const LEAST_WIDTH: f32 = 104.0;
/// The height of the caption below a picture.
const CAPTION: f32 = 22.0;

/// Shows the puzzles, at most so high; `makes`: with a tile that makes a new one.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, height: f32, makes: bool) {
    let state = cx.state;
    let (set, order) = (state.library.shown(), &state.library.view().order);
    if set.specimens.is_empty() && set.place == Place::Samples {
        return said(ui, cx, "Making samples…");
    }
    let count = order.len() + usize::from(makes);
    if count == 0 {
        return said(ui, cx, "Nothing of the set is like that");
    }
    let by = state.answerer();
    ScrollArea::vertical().id_salt(("puzzles", set.id)).max_height(height).show_viewport(ui, |ui, viewport| {
        let width = ui.available_width();
        let columns = (((width + GAP) / (LEAST_WIDTH + GAP)) as usize).max(2);
        let side = ((width - GAP * (columns - 1) as f32) / columns as f32).floor();
        let size = vec2(side, side + CAPTION);
        let (step, rows) = (size.y + GAP, count.div_ceil(columns));
        let origin = ui.min_rect().min;
        ui.set_min_size(vec2(width, rows as f32 * step - GAP));
        // A row more on either side, so that the arrows and Tab find their next tile.
        let first = ((viewport.top() / step).floor() as usize).saturating_sub(1);
        let last = ((viewport.bottom() / step).ceil() as usize + 1).min(rows);
        for at in first * columns..(last * columns).min(count) {
            let place = origin + vec2((at % columns) as f32 * (side + GAP), (at / columns) as f32 * step);
            let rect = Rect::from_min_size(place, size);
            match order.get(at) {
                Some(index) => puzzle(ui, cx, rect, set, *index, by.as_ref()),
                None => new_tile(ui, cx, rect),
            }
        }
    });
}

fn said(ui: &mut Ui, cx: &Cx<'_>, text: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 60.0), Sense::hover());
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, theme::text(12.0), cx.theme.secondary);
}

fn puzzle(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, set: &Set, index: usize, by: Option<&By>) {
    let Some(specimen) = set.specimens.get(index) else { return };
    let (board, safe) = (&specimen.board, cx.state.settings.safe_colours);
    let outcome = by.and_then(|by| cx.state.library.outcome(set.id, by, index));
    let active = cx.state.board().same_question(board);
    let title = set.title(index);
    let caption = specimen.name.clone().unwrap_or_else(|| format!("#{}", index + 1));
    let tile =
        Tile { id: ui.scope_id().with(("puzzle", set.id, index)), rect, active, name: &title, caption: &caption };
    let response = tile.show(ui, cx, outcome, |ui, rect| thumbnail::show(ui.painter(), cx.theme, rect, board, safe));
    if !response.hovered() && !response.clicked() {
        return;
    }
    let tip = tip(cx, set, index, specimen, outcome);
    if response.on_hover_text(tip).clicked() {
        cx.actions.push(Action::Library(LibraryAction::Put(index)));
    }
}

fn tip(cx: &Cx<'_>, set: &Set, index: usize, specimen: &Specimen, outcome: Option<&Outcome>) -> String {
    let board = &specimen.board;
    let mut tip = format!("{}: {board}, {}", set.title(index), difficulty_text(specimen));
    if !specimen.source.is_empty() {
        tip += &format!("\nFrom {}", specimen.source);
    }
    if matches!(board, Board::Arc(_)) {
        tip += match cx.state.library.view().knows(index) {
            true => "\nA task that the model knows",
            false => "\nA task that the model has no puzzle row for",
        };
    }
    if let Some(told) = outcome {
        tip += &format!("\n{}", verdict(told));
    }
    tip + "\nClick: put it on the board"
}

/// An outcome in words.
fn verdict(told: &Outcome) -> String {
    let what = match told.wrong {
        None => "Answered; nothing to compare with".to_owned(),
        Some(0) => "Answered exactly".to_owned(),
        Some(_) if told.valid => "Answered with another shortest path".to_owned(),
        Some(1) => "1 cell is wrong".to_owned(),
        Some(wrong) => format!("{wrong} cells are wrong"),
    };
    let segments = if told.segments == 1 { "1 segment".to_owned() } else { format!("{} segments", told.segments) };
    format!("{what}, after {segments}, q_halt {:+.2}", told.q_halt)
}

fn new_tile(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect) {
    let command = command(CommandId::NewPuzzle);
    let caption = if cx.state.generating { "Making…" } else { "New" };
    let tile = Tile { id: ui.scope_id().with("new"), rect, active: false, name: caption, caption };
    let response = tile.show(ui, cx, None, |ui, rect| {
        let mark = char::from(Icon::Dices).to_string();
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, mark, theme::icons(26.0), cx.theme.secondary);
    });
    if response.on_hover_text(command.tooltip(cx.state)).clicked() {
        cx.actions.push(command.action.clone());
    }
}

struct Tile<'a> {
    id: Id,
    rect: Rect,
    active: bool,
    name: &'a str,
    caption: &'a str,
}

impl Tile<'_> {
    fn show(&self, ui: &Ui, cx: &Cx<'_>, outcome: Option<&Outcome>, picture: impl FnOnce(&Ui, Rect)) -> Response {
        let (theme, rect) = (cx.theme, self.rect);
        let response = ui.interact(rect, self.id, Sense::click());
        let mark = outcome.map(mark);
        let name = match &mark {
            Some((.., said)) => format!("{} puzzle, {said}", self.name),
            None => format!("{} puzzle", self.name),
        };
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, self.active, &name));
        if response.gained_focus() {
            response.scroll_to_me(None);
        }
        if !ui.is_rect_visible(rect) {
            return response;
        }
        let fill = if response.hovered() { theme.raised_more } else { theme.raised };
        let (width, color) = match (self.active, response.has_focus()) {
            (true, _) => (1.6, theme.l),
            (_, true) => (1.6, theme.text),
            _ => (1.0, theme.hairline),
        };
        let painter = ui.painter();
        painter.rect(rect, CARD_RADIUS, fill, Stroke::new(width, color), StrokeKind::Inside);
        picture(ui, Rect::from_min_size(rect.min + vec2(9.0, 9.0), Vec2::splat(rect.width() - 18.0)));
        let y = rect.bottom() - 14.0;
        let mut right = rect.right() - 9.0;
        if let Some((icon, count, _)) = mark {
            let color = match icon {
                Icon::Check => theme.right,
                Icon::X => theme.wrong,
                _ => theme.secondary,
            };
            let drawn = char::from(icon).to_string();
            let at = painter.text(pos2(right, y), Align2::RIGHT_CENTER, drawn, theme::icons(13.0), color);
            right = at.left() - 3.0;
            if !count.is_empty() {
                right =
                    painter.text(pos2(right, y), Align2::RIGHT_CENTER, count, theme::text(12.0), color).left() - 3.0;
            }
        }
        let left = rect.left() + 9.0;
        let font = theme::text(12.0);
        text_at(painter, pos2(left, y), Align2::LEFT_CENTER, self.caption, font, theme.secondary, right - left);
        response.on_hover_cursor(CursorIcon::PointingHand)
    }
}

/// What a thumbnail shows of an outcome: a mark, the wrong cells, and both in a word.
fn mark(told: &Outcome) -> (Icon, String, String) {
    match told.wrong {
        None => (Icon::CircleHelp, String::new(), "answered".to_owned()),
        Some(_) if told.right() => (Icon::Check, String::new(), "right".to_owned()),
        Some(wrong) => (Icon::X, wrong.to_string(), format!("{wrong} wrong")),
    }
}
