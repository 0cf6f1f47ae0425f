//! The rail of tools beside a board that is drawn.

use eframe::egui::{Align2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::super::super::command::{Command, CommandId, command};
use super::super::super::hand::Tool;
use super::super::super::theme::{self, RADIUS};
use super::super::Cx;
use crate::board::Kind;

/// How wide the rail is, points.
pub const WIDTH: f32 = 52.0;
/// The side of a button.
const BUTTON: f32 = 30.0;

/// What the rail offers: the command, and its name below the button.
fn entries(kind: Kind) -> Vec<(CommandId, &'static str, Option<Tool>)> {
    let tools = Tool::of(kind).iter().map(|tool| match tool {
        Tool::Brush if kind == Kind::Maze => (CommandId::Brush, "wall", Some(*tool)),
        Tool::Brush => (CommandId::Brush, "brush", Some(*tool)),
        Tool::Erase => (CommandId::Eraser, "erase", Some(*tool)),
        Tool::Line => (CommandId::Line, "line", Some(*tool)),
        Tool::Rectangle => (CommandId::Rectangle, "box", Some(*tool)),
        Tool::Fill => (CommandId::Fill, "flood", Some(*tool)),
        Tool::Start => (CommandId::PutStart, "start", Some(*tool)),
        Tool::Goal => (CommandId::PutGoal, "goal", Some(*tool)),
        Tool::Select => (CommandId::SelectTool, "select", Some(*tool)),
    });
    tools.chain([(CommandId::Clear, "clear", None), (CommandId::NewPuzzle, "make", None)]).collect()
}

/// Shows the rail in its room.
pub fn show(ui: &Ui, cx: &mut Cx<'_>, room: Rect) {
    let all = entries(cx.state.kind());
    // The names are left out where they do not fit.
    let each = room.height() / all.len() as f32;
    let named = each >= BUTTON + 15.0;
    let step = each.min(if named { BUTTON + 18.0 } else { BUTTON + 6.0 });
    for (i, (id, name, tool)) in all.into_iter().enumerate() {
        let corner = pos2(room.center().x - BUTTON / 2.0, room.top() + i as f32 * step);
        let rect = Rect::from_min_size(corner, vec2(BUTTON, BUTTON.min(step - 2.0)));
        let command = command(id);
        button(ui, cx, command, rect, tool == Some(cx.state.hand.tool));
        if named {
            let below = pos2(room.center().x, rect.bottom() + 1.0);
            ui.painter().text(below, Align2::CENTER_TOP, name, theme::text(12.0), cx.theme.secondary);
        }
    }
}

fn button(ui: &Ui, cx: &mut Cx<'_>, command: &Command, rect: Rect, on: bool) {
    let theme = cx.theme;
    let possible = (command.possible)(cx.state);
    let response = ui.interact(rect, ui.scope_id().with(("tool", command.name)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, possible, on, command.name));
    let fill = match (on, response.hovered()) {
        (true, _) => theme.l,
        (_, true) => theme.raised_more,
        _ => theme.raised,
    };
    let line = if response.has_focus() { theme.text } else { theme.hairline };
    ui.painter().rect(rect, RADIUS, fill, Stroke::new(1.0, line), StrokeKind::Inside);
    let color = match (on, possible) {
        (true, _) => theme.on_accent,
        (_, true) => theme.text,
        _ => theme.faint,
    };
    match command.id {
        // The ends are letters, as on the board.
        CommandId::PutStart => letter(ui, rect, "S", color),
        CommandId::PutGoal => letter(ui, rect, "G", color),
        _ => {
            let mark = char::from(command.icon).to_string();
            ui.painter().text(rect.center(), Align2::CENTER_CENTER, mark, theme::icons(15.0), color);
        }
    }
    if response.on_hover_text(command.tooltip(cx.state)).clicked() && possible {
        cx.actions.push(command.action.clone());
    }
}

fn letter(ui: &Ui, rect: Rect, text: &str, color: eframe::egui::Color32) {
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, theme::bold(14.0), color);
}
