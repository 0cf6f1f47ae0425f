//! The clockwork in the whole window: the same picture, drawn bigger, with the heat maps beside it and the timeline below.

use eframe::egui::{Button, Frame, Margin, Rect, RichText, Sense, Ui, UiBuilder, pos2, vec2};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::command::{CommandId, command};
use super::super::state::Enlarged;
use super::super::theme::{self, PADDING};
use super::super::widgets::{finish, header};
use super::{Cx, clock, heat, modules};
use crate::trace::Module;

/// The height of the timeline, points.
const TIMELINE: f32 = 168.0;

/// Shows it in place of the panes.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, enlarged: Enlarged) {
    let area = ui.available_rect_before_wrap();
    ui.painter().rect_filled(area, 0.0, cx.theme.pane);
    let inner = area.shrink2(vec2(PADDING, 6.0));
    let mut top = ui.new_child(UiBuilder::new().max_rect(inner));
    let parts = modules::parts(cx.state).unwrap_or_default();
    header(&mut top, "Clockwork", &parts, cx.theme, |ui| {
        for (module, name) in [(Module::H, "z_H"), (Module::L, "z_L")] {
            let on = enlarged == Enlarged::One(module);
            let name = RichText::new(name).color(cx.theme.module(module));
            let response = ui.add(Button::selectable(on, name).min_size(vec2(36.0, 28.0)));
            if response.on_hover_text("This heat map alone, or both").clicked() {
                cx.actions.push(Action::Enlarge(module));
            }
        }
        let face = (theme::icon(Icon::X, 14.0), RichText::new("Close (Esc)"));
        finish(ui, cx, command(CommandId::Full), Button::new(face).min_size(vec2(0.0, 28.0)));
    });
    let body =
        Rect::from_min_max(pos2(inner.left(), inner.top() + 36.0), pos2(inner.right(), inner.bottom() - TIMELINE));
    let middle = body.left() + body.width() * 0.5;
    let left = Rect::from_min_max(body.min, pos2(middle - PADDING, body.bottom()));
    let right = Rect::from_min_max(pos2(middle + PADDING, body.top()), body.max);
    let mut child = ui.new_child(UiBuilder::new().max_rect(left).id_salt("clockwork, large"));
    super::tight(&mut child);
    modules::picture(&mut child, cx, left.height(), f32::INFINITY, |_, _, _| ());
    let mut child = ui.new_child(UiBuilder::new().max_rect(right).id_salt("heat maps, large"));
    super::tight(&mut child);
    let which: &[Module] = match enlarged {
        Enlarged::Both => &[Module::H, Module::L],
        Enlarged::One(Module::H) => &[Module::H],
        Enlarged::One(Module::L) => &[Module::L],
    };
    let height = (right.height() - heat::SCALE) / which.len() as f32 - heat::TITLE;
    heat::show(&mut child, cx, which, height);
    let strip = Rect::from_min_max(pos2(area.left(), inner.bottom() - TIMELINE), area.max);
    let mut child = ui.new_child(UiBuilder::new().max_rect(strip).id_salt("timeline, large"));
    child.painter().hline(strip.x_range(), strip.top(), eframe::egui::Stroke::new(1.0, cx.theme.hairline));
    let frame = Frame::new().inner_margin(Margin::symmetric(PADDING as i8, 6));
    frame.show(&mut child, |ui| clock::show(ui, cx));
    ui.allocate_rect(area, Sense::hover());
}
