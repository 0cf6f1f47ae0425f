//! The two modules: the clockwork, z_H and z_L as heat maps, and what this micro-step does in plain sentences.

use std::sync::Arc;

use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::super::action::Action;
use super::super::command::{CommandId, command};
use super::super::explain::{Span, moved, sentences};
use super::super::state::State;
use super::super::theme::{self, CARD_RADIUS};
use super::super::widgets::dial::{Hands, clockwork};
use super::super::widgets::{command_button, finish, header, spans, text_at};
use super::{Cx, heat};
use crate::engine::ModelSource;
use crate::trace::{Module, Schedule};

/// The model's name and the size of its states.
pub fn parts(state: &State) -> Option<String> {
    let model = state.model.as_ref()?;
    Some(format!("{} · {} tokens × {} channels", model.name, model.dimensions.tokens, model.dimensions.hidden))
}

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, titled: bool) -> bool {
    let parts = parts(cx.state);
    let dragged = titled
        && header(ui, "Modules", "", cx.theme, |ui| {
            if let Some(parts) = parts {
                ui.label(eframe::egui::RichText::new(parts).color(cx.theme.secondary));
            }
            command_button(ui, cx, CommandId::Full);
        });
    if cx.state.model.is_none() && cx.state.recording().is_none() {
        empty(ui, cx);
        return dragged;
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        super::tight(ui);
        let height = ui.available_height();
        picture(ui, cx, height, 230.0, |ui, cx, room| {
            heat::show(ui, cx, &[Module::H, Module::L], (room / 2.0).clamp(40.0, 180.0));
        });
    });
    dragged
}

/// The clockwork, what `between` shows in its share of the room, and the card of this step. The clockwork takes the half
/// of the room that the card leaves, at most `most` points, or all of it where `most` is infinite.
pub fn picture(ui: &mut Ui, cx: &mut Cx<'_>, height: f32, most: f32, between: impl FnOnce(&mut Ui, &mut Cx<'_>, f32)) {
    let (state, theme) = (cx.state, cx.theme);
    let width = ui.available_width();
    let recording = state.recording();
    let fallback = state.model.as_ref().map(|m| m.dimensions);
    let schedule =
        recording.map(|r| r.dimensions).or(fallback).map_or(Schedule { h_cycles: 2, l_cycles: 2 }, |d| d.schedule);

    // The card is measured first: what it leaves is shared by the pictures.
    let truth = state.shown_truth();
    let told = sentences(state.board(), recording, state.doc.playhead.at, truth.as_ref());
    let galley = spans(ui.painter(), theme, &told, 13.0, width - 24.0);
    let card = (galley.size().y + 44.0).max(118.0);
    let (room, dials) = if most.is_finite() {
        let room = height - card - 2.0 * heat::TITLE - heat::SCALE - 24.0;
        (room, (room * 0.5).clamp(120.0, most))
    } else {
        (0.0, (height - card - 32.0).max(120.0))
    };

    let (rect, _) = ui.allocate_exact_size(vec2(width, dials), Sense::hover());
    let hands = Hands::at(schedule, state.doc.playhead.at);
    let clicked = clockwork(ui, rect.shrink2(vec2(0.0, 2.0)), theme, hands, state.travel(), |part| part.told(state));
    cx.actions.extend(clicked.map(Action::Enlarge));
    let line = recording.map(|r| moved(r, state.doc.playhead.at)).unwrap_or_default();
    let line = spans(ui.painter(), theme, &line, 12.0, width);
    let (rect, _) = ui.allocate_exact_size(vec2(width, 24.0), Sense::hover());
    ui.painter().galley(pos2(rect.right() - line.size().x, rect.top()), line, theme.text);
    between(ui, cx, room - dials);
    this_step(ui, cx, &told, galley, card);
}

fn this_step(ui: &mut Ui, cx: &Cx<'_>, told: &[Span], galley: Arc<eframe::egui::Galley>, height: f32) {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let painter = ui.painter();
    painter.rect(rect, CARD_RADIUS, theme.raised, Stroke::new(1.0, theme.hairline), StrokeKind::Inside);
    let place = match cx.state.step() {
        Some(step) => {
            let module = match step.at.module {
                Module::L => format!("L {}", step.at.l_step + 1),
                Module::H => "H".to_owned(),
            };
            format!("segment {} · H-cycle {} · {module}", step.at.segment + 1, step.at.h_cycle + 1)
        }
        None => "before the first".to_owned(),
    };
    let at = rect.min + vec2(12.0, 10.0);
    let title = painter.text(at, Align2::LEFT_TOP, "This step", theme::bold(13.0), theme.text);
    painter.text(
        pos2(title.right() + 8.0, title.center().y),
        Align2::LEFT_CENTER,
        place,
        theme::text(12.0),
        theme.secondary,
    );
    painter.galley(pos2(at.x, title.bottom() + 4.0), galley, theme.text);
    let all: String = told.iter().map(|Span(_, text)| text.as_str()).collect();
    response.widget_info(|| WidgetInfo::labeled(Role::Paragraph, true, format!("This step: {all}")));
}

/// No model: how to get one.
fn empty(ui: &mut Ui, cx: &mut Cx<'_>) {
    let theme = cx.theme;
    let area = ui.available_rect_before_wrap();
    let rect = Rect::from_center_size(
        pos2(area.center().x, area.top() + area.height() * 0.42),
        vec2(area.width().min(340.0), 200.0),
    );
    let painter = ui.painter();
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    painter.extend(eframe::egui::Shape::dashed_line(&corners, Stroke::new(1.3, theme.faint), 6.0, 5.0));
    let mark = char::from(lucide_icons::Icon::Download).to_string();
    let middle = rect.center_top();
    painter.text(middle + vec2(0.0, 44.0), Align2::CENTER_CENTER, mark, theme::icons(30.0), theme.l);
    let loading = cx.state.loading.as_ref().map(|source| match source {
        ModelSource::Shipped(name) => format!("Loading {name}…"),
        ModelSource::Path(path) => {
            format!(
                "Loading {}…",
                path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
            )
        }
    });
    let title = loading.clone().unwrap_or_else(|| "Drop a checkpoint here, or open one".to_owned());
    text_at(
        painter,
        middle + vec2(0.0, 84.0),
        Align2::CENTER_CENTER,
        &title,
        theme::bold(14.0),
        theme.text,
        rect.width() - 20.0,
    );
    if loading.is_some() {
        return;
    }
    for (y, line) in [(108.0, "step_N of the public HRM code with its"), (125.0, "all_config.yaml, or safetensors")] {
        painter.text(middle + vec2(0.0, y), Align2::CENTER_CENTER, line, theme::text(12.0), theme.secondary);
    }
    let button = Rect::from_center_size(middle + vec2(0.0, 164.0), vec2(150.0, 30.0));
    let mut child = ui.new_child(eframe::egui::UiBuilder::new().max_rect(button));
    let face = eframe::egui::RichText::new("Open a checkpoint…").color(theme.on_accent);
    let button = eframe::egui::Button::new(face).fill(theme.l).min_size(button.size());
    finish(&mut child, cx, command(CommandId::Open), button);
}
