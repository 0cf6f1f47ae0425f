//! What lies above the panes: messages in the corner, windows, the veil while files hover.

use eframe::egui::{Align2, Area, Button, Context, Id, Label, Order, Role, Stroke, StrokeKind, vec2};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::theme::{self, CARD_RADIUS};
use super::{Cx, card};

/// Shows what is to be shown.
pub fn show(ctx: &Context, cx: &mut Cx<'_>) {
    toasts(ctx, cx);
    if cx.state.train.draft.is_some() {
        super::new_run::show(ctx, cx);
    }
    super::picture::show(ctx, cx);
    super::movie::show(ctx, cx);
    super::keys::show(ctx, cx);
    super::palette::show(ctx, cx);
    super::closing::show(ctx, cx);
    if cx.state.dropping {
        veil(ctx, cx);
    }
    ring(ctx, cx);
}

/// A ring around what has the keyboard's focus, the same for every control: many are painted by hand.
fn ring(ctx: &Context, cx: &Cx<'_>) {
    let focused = ctx.memory(|memory| memory.focused()).filter(|_| !ctx.text_edit_focused());
    if let Some(response) = focused.and_then(|id| ctx.read_response(id)) {
        let painter = ctx.layer_painter(response.layer_id).with_clip_rect(response.interact_rect.expand(3.0));
        let line = Stroke::new(2.0, cx.theme.l);
        painter.rect_stroke(response.rect.expand(1.0), theme::RADIUS, line, StrokeKind::Middle);
    }
}

fn toasts(ctx: &Context, cx: &mut Cx<'_>) {
    if cx.state.toasts.is_empty() {
        return;
    }
    let theme = cx.theme;
    let area = Area::new(Id::unique("messages")).order(Order::Foreground).role(Role::Log).accessible_name("Messages");
    area.anchor(Align2::RIGHT_BOTTOM, vec2(-14.0, -14.0)).show(ctx, |ui| {
        ui.set_max_width(370.0);
        for toast in cx.state.toasts.clone() {
            let color = if toast.error { theme.wrong } else { theme.right };
            let frame = card(theme).stroke(Stroke::new(1.0, color)).shadow(ui.visuals().popup_shadow);
            frame.show(ui, |ui| {
                ui.horizontal_top(|ui| {
                    let icon = if toast.error { Icon::CircleAlert } else { Icon::CircleCheck };
                    ui.label(theme::icon(icon, 16.0).color(color));
                    ui.vertical(|ui| {
                        ui.set_width(272.0);
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
        if cx.state.passed_over > 0 {
            let count = cx.state.passed_over;
            let messages = if count == 1 { "message" } else { "messages" };
            let text = format!("{count} more {messages} before these, in the tab Log");
            card(theme).show(ui, |ui| ui.label(text));
        }
    });
}

fn veil(ctx: &Context, cx: &Cx<'_>) {
    let theme = cx.theme;
    let painter = ctx.layer_painter(eframe::egui::LayerId::new(Order::Foreground, Id::unique("veil")));
    let rect = ctx.content_rect();
    painter.rect_filled(rect, 0.0, theme.veil);
    let inner = rect.shrink(24.0);
    painter.rect_stroke(inner, CARD_RADIUS, Stroke::new(2.0, theme.l), StrokeKind::Inside);
    let text = "Drop to open: puzzles, mazes, ARC tasks, a checkpoint, or a run folder";
    let galley = painter.layout_no_wrap(text.to_owned(), theme::bold(15.0), theme.text);
    let tag = eframe::egui::Rect::from_center_size(rect.center(), galley.size() + vec2(48.0, 40.0));
    painter.rect_filled(tag, CARD_RADIUS, theme.raised);
    painter.galley(tag.center() - galley.size() / 2.0, galley, theme.text);
}
