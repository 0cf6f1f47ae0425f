//! What has to be known of an ARC answer whose task the model has not learned, and fitting it to the examples.

use eframe::egui::{
    Align, Align2, Button, Layout, Rect, RichText, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2,
    vec2,
};
use lucide_icons::Icon;

use super::super::super::action::Action;
use super::super::super::arc::{ArcAction, STEPS};
use super::super::super::command::{CommandId, command};
use super::super::super::theme;
use super::super::super::widgets::{finish, fitted, wrapped};
use super::super::Cx;
use super::arc::paint_grid;
use crate::board::arc::Grid;
use crate::train::FitPlan;

/// The height of the row of buttons.
const ROW: f32 = 32.0;
/// The side of the answer before the fit.
const SIDE: f32 = 44.0;

/// Whether there is something to fit, a fit under way, or one that answers.
pub fn concerns(cx: &Cx<'_>) -> bool {
    let arc = &cx.state.arc;
    let asked = cx.state.doc.run.recorded.is_none();
    asked && cx.state.caveat().is_some() && (cx.state.can_fit() || arc.fitting.is_some() || arc.fitted.is_some())
}

/// Shows it at the bottom of a room; returns where it begins.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, area: Rect) -> f32 {
    let theme = cx.theme;
    let text = cx.state.caveat().unwrap_or_default();
    let before = before(cx).cloned();
    let beside = if before.is_some() { SIDE + 66.0 } else { 0.0 };
    let width = area.width() - 40.0 - beside;
    // Beside the votes there is room for one line; the rest is in its tooltip.
    let (font, color) = (theme::text(12.0), theme.text);
    let galley = match cx.state.arc.asked.is_some() || area.height() < 330.0 {
        true => fitted(ui.painter(), &text, font, color, width),
        false => wrapped(ui.painter(), &text, font, color, width),
    };
    let mut height = (galley.size().y + 12.0 + ROW).max(if before.is_some() { SIDE + 12.0 } else { 0.0 });
    // The board keeps its size while the fit goes on.
    let kept = ui.scope_id().with("height before the fit");
    if cx.state.arc.fitting.is_some() {
        let before: f32 = ui.data(|data| data.get_temp(kept)).unwrap_or(0.0);
        height = height.max(before.min(area.height() * 0.5));
    } else {
        ui.data_mut(|data| data.insert_temp(kept, height));
    }
    let rect = Rect::from_min_max(pos2(area.left(), area.bottom() - height), area.max);
    ui.painter().rect(rect, theme::RADIUS, theme.raised, Stroke::new(1.0, theme.hairline), StrokeKind::Inside);
    let mark = char::from(Icon::Info).to_string();
    ui.painter().text(rect.left_top() + vec2(16.0, 15.0), Align2::CENTER_CENTER, mark, theme::icons(14.0), theme.h);
    let words = Rect::from_min_size(rect.min + vec2(30.0, 6.0), galley.size());
    ui.painter().galley(words.min, galley.clone(), color);
    let response = ui.interact(words, ui.scope_id().with("fit"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Note, true, &text));
    if galley.elided {
        response.on_hover_text(&text);
    }
    if let Some(grid) = before {
        let place = Rect::from_min_size(pos2(rect.right() - SIDE - 8.0, rect.top() + 6.0), vec2(SIDE, SIDE));
        paint_grid(ui, cx, &grid, place);
        let beside = pos2(place.left() - 6.0, place.center().y);
        ui.painter().text(beside, Align2::RIGHT_CENTER, "before", theme::text(12.0), theme.secondary);
    }
    if let Some(progress) = cx.state.arc.fitting.as_ref().and_then(|fitting| fitting.progress) {
        let done = progress.step as f32 / progress.steps.max(1) as f32;
        let line = Rect::from_min_size(rect.left_bottom() - vec2(0.0, 3.0), vec2(rect.width() * done, 3.0));
        ui.painter().rect_filled(line, 1.0, theme.l);
    }
    let row = Rect::from_min_size(pos2(words.left(), words.bottom() + 2.0), vec2(width, 28.0));
    buttons(&mut ui.new_child(UiBuilder::new().max_rect(row).layout(Layout::left_to_right(Align::Center))), cx);
    rect.top()
}

/// The answer before the fit, to the input that is shown.
fn before<'a>(cx: &Cx<'a>) -> Option<&'a Grid> {
    let (input, before) = cx.state.fitted_here()?.about.before.as_ref()?;
    (cx.state.board().arc()?.input() == input).then_some(before)
}

fn buttons(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.spacing_mut().item_spacing.x = 6.0;
    let worded = |ui: &mut Ui, cx: &mut Cx<'_>, id: CommandId| {
        let command = command(id);
        let button = Button::new((theme::icon(command.icon, 14.0), RichText::new(command.name)));
        finish(ui, cx, command, button.min_size(vec2(0.0, 28.0)));
    };
    if cx.state.arc.fitting.is_some() {
        // Not where a second click would begin it again.
        ui.add_space(260.0);
        return worded(ui, cx, CommandId::StopFit);
    }
    if cx.state.arc.fitted.is_some() {
        worded(ui, cx, CommandId::ForgetFit);
    }
    if cx.state.can_fit() {
        worded(ui, cx, CommandId::Fit);
        plan(ui, cx);
    }
}

/// How the next fit goes: steps, and whether the whole model learns.
fn plan(ui: &mut Ui, cx: &mut Cx<'_>) {
    let plan = cx.state.arc.plan;
    let chevron = theme::icon(Icon::ChevronDown, 12.0);
    let menu = ui.menu_button((RichText::new(format!("{} steps", plan.steps)), chevron), |ui| {
        for steps in STEPS {
            let usual = if steps == FitPlan::USUAL_STEPS { ", the usual number" } else { "" };
            if ui.selectable_label(steps == plan.steps, format!("{steps} steps{usual}")).clicked() {
                cx.actions.push(Action::Arc(ArcAction::Plan(FitPlan { steps, ..plan })));
                ui.close();
            }
        }
    });
    menu.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Steps of the fit"));
    let mut whole = plan.whole;
    let switch = ui.checkbox(&mut whole, "whole model");
    if switch.on_hover_text("Train all weights of the copy, not the task's row of the puzzle table alone").changed() {
        cx.actions.push(Action::Arc(ArcAction::Plan(FitPlan { whole, ..plan })));
    }
}
