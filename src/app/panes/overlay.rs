//! What lies above the panes: messages in the corner, the list of keys, the veil while files hover.

use eframe::egui::{
    Align2, Area, Button, Context, Grid, Id, Label, Order, RichText, Role, ScrollArea, Stroke, StrokeKind, Window, vec2,
};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::command::commands;
use super::super::theme::{self, CARD_RADIUS};
use super::{Cx, card};

/// Shows what is to be shown.
pub fn show(ctx: &Context, cx: &mut Cx<'_>) {
    toasts(ctx, cx);
    if cx.state.train.draft.is_some() {
        super::new_run::show(ctx, cx);
    }
    super::movie::show(ctx, cx);
    if cx.state.show_keys {
        keys(ctx, cx);
    }
    super::palette::show(ctx, cx);
    if cx.state.dropping {
        veil(ctx, cx);
    }
}

fn toasts(ctx: &Context, cx: &mut Cx<'_>) {
    if cx.state.toasts.is_empty() {
        return;
    }
    let theme = cx.theme;
    let area = Area::new(Id::unique("messages")).order(Order::Foreground).role(Role::Log).accessible_name("Messages");
    area.anchor(Align2::RIGHT_BOTTOM, vec2(-14.0, -14.0)).show(ctx, |ui| {
        ui.set_max_width(420.0);
        for toast in cx.state.toasts.clone() {
            let color = if toast.error { theme.wrong } else { theme.right };
            let frame = card(theme).stroke(Stroke::new(1.0, color)).shadow(ui.visuals().popup_shadow);
            frame.show(ui, |ui| {
                ui.horizontal_top(|ui| {
                    let icon = if toast.error { Icon::CircleAlert } else { Icon::CircleCheck };
                    ui.label(theme::icon(icon, 16.0).color(color));
                    ui.vertical(|ui| {
                        ui.set_width(320.0);
                        ui.add(Label::new(&toast.text).wrap().selectable(true));
                        if let Some((name, action)) = &toast.remedy
                            && ui.button(*name).clicked()
                        {
                            cx.actions.push(action.clone());
                            cx.actions.push(Action::Dismiss(toast.id));
                        }
                    });
                    let close = Button::new(theme::icon(Icon::X, 14.0)).frame(false).min_size(vec2(28.0, 28.0));
                    let close = ui.add(close).accessible_name("Close the message");
                    if close.on_hover_text("Close the message").clicked() {
                        cx.actions.push(Action::Dismiss(toast.id));
                    }
                });
            });
            ui.add_space(6.0);
        }
    });
}

fn keys(ctx: &Context, cx: &mut Cx<'_>) {
    let mut open = true;
    let color = cx.theme.secondary;
    let window = Window::new("Keys")
        .id(Id::unique("keys"))
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .default_height(600.0);
    window.anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0)).show(ctx, |ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        ScrollArea::vertical().max_height(ui.ctx().content_rect().height() - 90.0).show(ui, |ui| {
            Grid::new("keys").num_columns(2).spacing(vec2(24.0, 6.0)).show(ui, |ui| {
                for command in commands() {
                    let Some(shortcut) = command.shortcut else { continue };
                    ui.label(RichText::new(shortcut.text()).font(theme::mono(12.5)).color(color));
                    ui.label(command.name).on_hover_text(command.tip);
                    ui.end_row();
                }
                for (keys, what) in [
                    ("Ctrl+V", "Paste a board"),
                    ("1 to 9", "Type into the selected cell; 0 to 9 paint one of ARC"),
                    ("#  E  S  G", "Wall, open, start, goal in the selected cell of a maze"),
                    ("0  .  Backspace", "Clear the selected cell"),
                    ("Enter", "Select a cell"),
                    ("Arrows", "Move the selection, while a cell is selected"),
                    ("Esc", "Deselect; the arrows step the clock again"),
                    ("Wheel", "Zoom the timeline, or the curves of training"),
                    ("Double click", "All of the curves again"),
                ] {
                    ui.label(RichText::new(keys).font(theme::mono(12.5)).color(color));
                    ui.label(what);
                    ui.end_row();
                }
            });
        });
    });
    if !open {
        cx.actions.push(Action::ToggleKeys);
    }
}

fn veil(ctx: &Context, cx: &Cx<'_>) {
    let theme = cx.theme;
    let painter = ctx.layer_painter(eframe::egui::LayerId::new(Order::Foreground, Id::unique("veil")));
    let rect = ctx.content_rect();
    painter.rect_filled(rect, 0.0, theme.veil);
    let inner = rect.shrink(24.0);
    painter.rect_stroke(inner, CARD_RADIUS, Stroke::new(2.0, theme.l), StrokeKind::Inside);
    let tag = eframe::egui::Rect::from_center_size(rect.center(), vec2(500.0, 64.0));
    painter.rect_filled(tag, CARD_RADIUS, theme.raised);
    let text = "Drop to open: puzzles, mazes, ARC tasks, a checkpoint, or a run folder";
    painter.text(tag.center(), Align2::CENTER_CENTER, text, theme::bold(15.0), theme.text);
}
