//! The list of all commands with their keys, which can be changed here.

use eframe::egui::{Align, Button, Context, Grid, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::command::{Command, CommandId, Rebinding, command, commands};
use super::super::theme;
use super::{Cx, dialog};

/// What cannot be changed.
const FIXED: [(&str, &str); 8] = [
    ("1 to 9", "Type into the selected cell; 0 to 9 paint one of ARC"),
    ("#  E  S  G", "Wall, open, start, goal in the selected cell of a maze"),
    ("0  .  Backspace", "Clear the selected cell"),
    ("Enter", "Select a cell"),
    ("Arrows", "Move the selection, while a cell is selected"),
    ("Esc", "Deselect; the arrows step the clock again"),
    ("Wheel", "Zoom the timeline, or the curves of training"),
    ("Double click", "All of the curves again"),
];

/// Shows the list when it is open.
pub fn show(ctx: &Context, cx: &mut Cx<'_>) {
    let Some(typed) = cx.state.keys.clone() else { return };
    let theme = cx.theme;
    let modal = dialog(ctx, theme, "keys");
    let mut closed = false;
    let shown = modal.show(ctx, |ui| {
        ui.set_width(520.0);
        closed = head(ui, cx, &typed);
        // As high as it was, however little is found.
        let height = (ui.ctx().content_rect().height() - 200.0).clamp(120.0, 560.0);
        let list = ScrollArea::vertical().max_height(height).min_scrolled_height(height);
        let sought = typed.trim().to_lowercase();
        let found = |text: &str| text.to_lowercase().contains(&sought);
        let named = |command: &&Command| [command.name, command.tip, command.words()].into_iter().any(found);
        list.auto_shrink(false).show(ui, |ui| {
            if !commands().any(|command| named(&command)) && !FIXED.iter().any(|(_, what)| found(what)) {
                ui.label(RichText::new("No command has such a name.").color(theme.secondary));
            }
            Grid::new("keys").num_columns(2).spacing(vec2(16.0, 2.0)).show(ui, |ui| {
                for command in commands().filter(named) {
                    row(ui, cx, command);
                    ui.end_row();
                }
                for (keys, what) in FIXED.iter().filter(|(_, what)| found(what)) {
                    let keys = RichText::new(*keys).font(theme::mono(12.5)).color(cx.theme.secondary);
                    ui.horizontal(|ui| {
                        ui.add_space(8.0);
                        ui.label(keys);
                    });
                    ui.label(*what);
                    ui.end_row();
                }
            });
        });
    });
    if closed || shown.should_close() {
        cx.actions.push(Action::ToggleKeys);
    }
}

/// The title, and the field of what is sought; returns whether the list is to be closed.
fn head(ui: &mut Ui, cx: &mut Cx<'_>, typed: &str) -> bool {
    let mut closed = false;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Keys").font(theme::bold(16.0)));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let cross = Button::new(theme::icon(Icon::X, 14.0)).frame(false).min_size(vec2(28.0, 28.0));
            closed = ui.add(cross).accessible_name("Close the list of keys").on_hover_text("Close (Esc)").clicked();
        });
    });
    ui.horizontal(|ui| {
        let mut text = typed.to_owned();
        let field = TextEdit::singleline(&mut text).hint_text("Find a command").desired_width(280.0);
        let response = ui.add(field).accessible_name("Find a command");
        if cx.state.rebinding.is_some() {
            // The next keys are meant for the command.
            response.surrender_focus();
        } else if ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        if text != typed {
            cx.actions.push(Action::SearchKeys(text));
        }
        let changed = !cx.state.settings.shortcuts.usual();
        let usual = ui.add_enabled(changed, Button::new("Put all back as usual"));
        if usual.on_disabled_hover_text("All commands have their usual keys").clicked() {
            cx.actions.push(Action::ResetShortcuts);
        }
    });
    let text = match cx.state.rebinding {
        Some(Rebinding { id, taking: Some(keys) }) => {
            let owner = cx.state.settings.shortcuts.owner(id, keys).unwrap_or(command(id));
            format!("{keys} belongs to \"{}\": press it again to take it, Esc to leave it.", owner.name)
        }
        Some(_) => "Press the new keys. Backspace: no keys. Esc: as before.".to_owned(),
        None => "Click a command's keys to change them.".to_owned(),
    };
    ui.label(RichText::new(text).color(cx.theme.secondary));
    ui.add_space(4.0);
    closed
}

fn row(ui: &mut Ui, cx: &mut Cx<'_>, command: &Command) {
    let theme = cx.theme;
    let keys = cx.state.settings.shortcuts.of(command);
    let waits = cx.state.rebinding.is_some_and(|rebinding| rebinding.id == command.id);
    let text = match keys {
        _ if waits => "press keys…".to_owned(),
        Some(keys) => keys.to_string(),
        None => "-".to_owned(),
    };
    let changed = keys != command.shortcut;
    let color = if waits || changed { theme.l } else { theme.secondary };
    let text = RichText::new(text).font(theme::mono(12.5)).color(color);
    let button = Button::new(text).frame(waits).min_size(vec2(120.0, 24.0));
    // The system's own keys of the clipboard come as events of their own.
    let response = ui.add_enabled(!matches!(command.id, CommandId::Copy | CommandId::Paste), button);
    let response = response.accessible_name(format!("Keys of {}", command.name));
    let usual = command.shortcut.map_or("none".to_owned(), |keys| keys.to_string());
    if response.on_hover_text(format!("Change the keys; usual: {usual}")).clicked() {
        cx.actions.push(Action::Rebind((!waits).then_some(command.id)));
    }
    ui.label(command.name).on_hover_text(command.tip);
}
