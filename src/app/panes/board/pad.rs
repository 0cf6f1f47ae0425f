//! The number pad of the Sudoku, with pencil, eraser, hint and lock.

use eframe::egui::{Button, Rect, RichText, Role, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::super::super::action::Action;
use super::super::super::command::{CommandId, command};
use super::super::super::theme;
use super::super::super::widgets::{command_button, finish};
use super::super::Cx;
use crate::board::Board;

/// One key's side and the space between keys.
const KEY: f32 = 30.0;
const GAP: f32 = 4.0;

/// Shows the pad at the bottom of a room, where it fits below some figures; returns where it begins.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, room: Rect) -> f32 {
    let Board::Sudoku(sheet) = cx.state.board() else { return room.bottom() };
    let side = sheet.board().side();
    let rows = side.div_ceil(3) + 2;
    let height = rows as f32 * (KEY + GAP);
    if room.height() < height + 120.0 {
        return room.bottom();
    }
    let top = room.bottom() - height;
    let rect = Rect::from_min_max(pos2(room.left() + 4.0, top), room.max);
    let mut ui = ui.new_child(UiBuilder::new().max_rect(rect));
    ui.spacing_mut().item_spacing = vec2(GAP, GAP);
    ui.spacing_mut().button_padding = vec2(0.0, 0.0);
    let selected = cx.state.doc.selected.is_some();
    let digits: Vec<u8> = (1..=side as u8).collect();
    for row in digits.chunks(3) {
        ui.horizontal(|ui| {
            for digit in row {
                let text = RichText::new(digit.to_string()).font(theme::text(14.0)).color(cx.theme.text);
                let response = ui.add_enabled(selected, Button::new(text).min_size(vec2(KEY, KEY)));
                response.widget_info(|| WidgetInfo::labeled(Role::Button, selected, format!("Key {digit}")));
                let tip = "Write it into the selected cell, or pencil it in";
                if response.on_hover_text(tip).on_disabled_hover_text("Select a cell first").clicked() {
                    cx.actions.push(Action::Type(*digit));
                }
            }
        });
    }
    ui.horizontal(|ui| {
        let pencil = command(CommandId::Pencil);
        let on = cx.state.hand.pencil;
        let mark = theme::icon(pencil.icon, 15.0).color(if on { cx.theme.on_accent } else { cx.theme.text });
        let button = Button::new(mark).min_size(vec2(KEY, KEY));
        finish(ui, cx, pencil, if on { button.fill(cx.theme.l) } else { button });
        key(ui, cx, CommandId::Erase);
        key(ui, cx, CommandId::Hint);
    });
    ui.horizontal(|ui| {
        key(ui, cx, if sheet.any_locked() { CommandId::Unlock } else { CommandId::Lock });
        key(ui, cx, CommandId::Clear);
        key(ui, cx, CommandId::Undo);
    });
    top - 8.0
}

fn key(ui: &mut Ui, cx: &mut Cx<'_>, id: CommandId) {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size = vec2(KEY, KEY);
        command_button(ui, cx, id);
    });
}
