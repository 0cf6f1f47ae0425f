//! The row above the board: a tab for each open document, then a new one; at the right the board's switches.

use eframe::egui::scroll_area::ScrollBarVisibility;
use eframe::egui::{
    Align, Align2, Button, CursorIcon, Layout, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo,
    containers::menu, pos2, vec2,
};
use lucide_icons::Icon;

use super::super::super::action::Action;
use super::super::super::command::{CommandId, command};
use super::super::super::document::{Document, TabAction};
use super::super::super::theme::{self, RADIUS};
use super::super::super::widgets::{at_right, drag_handle, finish, text_at};
use super::Cx;
use crate::board::Kind;

const HEIGHT: f32 = 30.0;
const NARROWEST: f32 = 104.0;
const WIDEST: f32 = 176.0;
/// Narrower tabs have no picture of their kind.
const PICTURED: f32 = 130.0;
/// The room of the list of all tabs, where they do not fit beside each other.
const LIST: f32 = 30.0;
/// The room of the cross that closes a tab.
const CROSS: f32 = 24.0;

/// Shows the row; returns whether the pane begins to be dragged by it.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, switches: impl FnOnce(&mut Ui, &mut Cx<'_>)) -> bool {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let right = at_right(ui, "switches", rect, |ui| switches(ui, cx));
    let room = (right.left() - rect.left() - 44.0).max(NARROWEST);
    let count = cx.state.documents().count() as f32;
    let crowded = count * NARROWEST > room;
    let room = if crowded { (room - LIST).max(NARROWEST) } else { room };
    let width = (room / count).clamp(NARROWEST, WIDEST);
    let strip = Rect::from_min_size(rect.min, vec2(room.min(width * count), HEIGHT));
    let mut left = ui.new_child(UiBuilder::new().max_rect(strip).layout(Layout::left_to_right(Align::Center)));
    left.style_mut().always_scroll_the_only_direction = true;
    let area = ScrollArea::horizontal().id_salt("tabs").scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden);
    area.auto_shrink(false).show(&mut left, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for doc in cx.state.documents() {
            tab(ui, cx, doc, width);
        }
    });
    let place = Rect::from_min_size(pos2(strip.right() + 4.0, rect.top() + 1.0), vec2(28.0, 28.0));
    let mut end = ui.new_child(UiBuilder::new().max_rect(place).layout(Layout::left_to_right(Align::Center)));
    let button = Button::new(theme::icon(Icon::Plus, 15.0)).frame(false).min_size(place.size());
    finish(&mut end, cx, command(CommandId::NewTab), button);
    if crowded {
        let beside = place.translate(vec2(LIST, 0.0));
        list(&mut ui.new_child(UiBuilder::new().max_rect(beside)), cx, count as usize);
    }
    // Not below the tabs and the switches: a slip there would move the pane.
    let free = rect.with_min_x(place.right() + if crowded { LIST } else { 0.0 }).with_max_x(right.left());
    free.is_positive() && drag_handle(ui, free, "Board")
}

/// The list of all tabs.
fn list(ui: &mut Ui, cx: &mut Cx<'_>, count: usize) {
    let face = theme::icon(Icon::ChevronDown, 15.0).color(cx.theme.secondary);
    let button = Button::new(face).frame(false).min_size(vec2(28.0, 28.0));
    let (response, _) = menu::MenuButton::from_button(button).ui(ui, |ui| {
        ScrollArea::vertical().max_height(ui.ctx().content_rect().height() - 120.0).show(ui, |ui| {
            for doc in cx.state.documents() {
                let mark = if doc.unsaved() { " ●" } else { "" };
                let entry = Button::selectable(doc.id == cx.state.doc.id, format!("{}{mark}", doc.name()));
                if ui.add(entry).clicked() {
                    cx.actions.push(Action::Tab(TabAction::Show(doc.id)));
                    ui.close();
                }
            }
        });
    });
    let name = format!("All {count} tabs");
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
    response.on_hover_text(name);
}

fn tab(ui: &mut Ui, cx: &mut Cx<'_>, doc: &Document, width: f32) {
    let (state, theme) = (cx.state, cx.theme);
    let (id, active, unsaved) = (doc.id, doc.id == state.doc.id, doc.unsaved());
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click());
    let label = format!("Tab {}{}", doc.name(), if unsaved { ", not saved" } else { "" });
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, active, &label));
    // A tab that comes to be shown comes into view.
    let shown = ui.scope_id().with("shown tab");
    if active && ui.data(|data| data.get_temp(shown)) != Some(id) {
        ui.data_mut(|data| data.insert_temp(shown, id));
        response.scroll_to_me(None);
    }
    let inner = Rect::from_min_max(rect.min + vec2(0.0, 1.0), rect.max - vec2(4.0, 1.0));
    let cross = Rect::from_min_max(pos2(inner.right() - CROSS, inner.top()), inner.max);
    let touched = ui.rect_contains_pointer(rect);
    let painter = ui.painter();
    if active || touched {
        painter.rect_filled(inner, RADIUS, if active { theme.raised_more } else { theme.raised });
    }
    let icon = match doc.board().kind() {
        Kind::Sudoku => Icon::Grid3x3,
        Kind::Maze => Icon::Route,
        Kind::Arc => Icon::Puzzle,
    };
    let (y, color) = (inner.center().y, if active { theme.text } else { theme.secondary });
    let mut start = pos2(inner.left() + 10.0, y);
    if width >= PICTURED {
        let (mark, at) = (char::from(icon).to_string(), pos2(inner.left() + 14.0, y));
        painter.text(at, Align2::CENTER_CENTER, mark, theme::icons(13.0), theme.secondary);
        start.x += 16.0;
    }
    let font = if active { theme::bold(13.0) } else { theme::text(13.0) };
    let end = if active || touched || unsaved { cross.left() - 2.0 } else { inner.right() - 6.0 };
    text_at(painter, start, Align2::LEFT_CENTER, doc.name(), font, color, end - start.x);
    if unsaved && !touched {
        painter.circle_filled(cross.center(), 3.5, color);
    }
    if active || touched {
        let close = ui.interact(cross, ui.scope_id().with(("close", id)), Sense::click());
        close.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Close the tab {}", doc.name())));
        if !unsaved || touched {
            let color = if close.hovered() || close.has_focus() { theme.text } else { theme.secondary };
            let mark = char::from(Icon::X).to_string();
            ui.painter().text(cross.center(), Align2::CENTER_CENTER, mark, theme::icons(13.0), color);
        }
        let close = close.on_hover_text(command(CommandId::CloseTab).tooltip(cx.state));
        if close.clicked() || close.middle_clicked() {
            cx.actions.push(Action::Tab(TabAction::Close(Some(id))));
            return;
        }
    }
    let response = response.on_hover_cursor(CursorIcon::PointingHand).on_hover_ui(|ui| {
        ui.label(tip(doc));
    });
    if response.middle_clicked() {
        cx.actions.push(Action::Tab(TabAction::Close(Some(id))));
    } else if response.clicked() {
        cx.actions.push(Action::Tab(TabAction::Show(id)));
    }
}

/// What is known of a document beside its name.
fn tip(doc: &Document) -> String {
    let place = match &doc.path {
        Some(path) => path.display().to_string(),
        None => "In no file yet".to_owned(),
    };
    let saved = match doc.unsaved() {
        true => "\nNot saved. It is kept when the window is closed, and asked about when the tab is.",
        false => "",
    };
    format!("{}: {}\n{place}{saved}\nA middle click closes the tab", doc.name(), doc.board())
}
