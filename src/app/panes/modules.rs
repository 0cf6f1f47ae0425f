//! The two modules: the clockwork, z_H and z_L as heat maps, and what this micro-step does in plain sentences.

use std::sync::Arc;

use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::super::command::{CommandId, command};
use super::super::explain::{Span, figure, moved, sentences};
use super::super::theme::{self, CARD_RADIUS, HEAT_RANGE};
use super::super::widgets::dial::{Hands, clockwork};
use super::super::widgets::{finish, header, spans, text_at};
use super::Cx;
use crate::engine::ModelSource;
use crate::trace::{Dimensions, Module, Recording, Schedule};

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, titled: bool) -> bool {
    let parts = cx
        .state
        .model
        .as_ref()
        .map(|m| format!("{} · {} tokens × {} channels", m.name, m.dimensions.tokens, m.dimensions.hidden));
    let dragged = titled
        && header(ui, "Modules", "", cx.theme, |ui| {
            if let Some(parts) = parts {
                ui.label(eframe::egui::RichText::new(parts).color(cx.theme.secondary));
            }
        });
    if cx.state.model.is_none() && cx.state.recording().is_none() {
        empty(ui, cx);
        return dragged;
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| content(ui, cx));
    dragged
}

fn content(ui: &mut Ui, cx: &mut Cx<'_>) {
    super::tight(ui);
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
    let room = ui.available_height() - card - 2.0 * 26.0 - 28.0 - 24.0;
    let dials = (room * 0.5).clamp(120.0, 230.0);
    let heat = ((room - dials) / 2.0).clamp(40.0, 180.0);

    let (rect, _) = ui.allocate_exact_size(vec2(width, dials), Sense::hover());
    clockwork(ui, rect.shrink2(vec2(0.0, 2.0)), theme, Hands::at(schedule, state.doc.playhead.at));
    let line = recording.map(|r| moved(r, state.doc.playhead.at)).unwrap_or_default();
    let line = spans(ui.painter(), theme, &line, 12.0, width);
    let (rect, _) = ui.allocate_exact_size(vec2(width, 24.0), Sense::hover());
    ui.painter().galley(pos2(rect.right() - line.size().x, rect.top()), line, theme.text);

    for module in [Module::H, Module::L] {
        state_picture(ui, cx, module, recording, heat);
    }
    scale(ui, cx, width);
    ui.add_space(8.0);
    this_step(ui, cx, &told, galley, card);
}

/// A module's state now, and the micro-step that made it.
fn state_now(recording: &Recording, module: Module, playhead: usize) -> (&Arc<[f32]>, Option<usize>) {
    let made = (0..playhead.min(recording.steps.len())).rev().find(|i| recording.steps[*i].at.module == module);
    (recording.state(module, playhead.checked_sub(1)), made)
}

fn state_picture(ui: &mut Ui, cx: &mut Cx<'_>, module: Module, recording: Option<&Recording>, height: f32) {
    let theme = cx.theme;
    let width = ui.available_width();
    let (title, _) = ui.allocate_exact_size(vec2(width, 22.0), Sense::hover());
    let (picture, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    ui.add_space(4.0);
    let painter = ui.painter().clone();
    let name = if module == Module::H { "z_H" } else { "z_L" };
    let y = title.center().y;
    let at = painter.text(pos2(title.left(), y), Align2::LEFT_CENTER, name, theme::bold(13.0), theme.module(module));
    let Some(recording) = recording else {
        painter.rect_stroke(picture, 2.0, Stroke::new(1.0, theme.hairline), StrokeKind::Inside);
        return;
    };
    let (state, made) = state_now(recording, module, cx.state.doc.playhead.at);
    let Dimensions { tokens, hidden, .. } = recording.dimensions;
    let norm = (state.iter().map(|v| f64::from(v * v)).sum::<f64>() / state.len().max(1) as f64).sqrt();
    let motion = match made {
        Some(i) if i + 1 == cx.state.doc.playhead.at => format!("moved {}", figure(recording.steps[i].residual)),
        Some(_) => "still".to_owned(),
        None => "initial".to_owned(),
    };
    let room = title.right() - at.right() - 12.0;
    let size =
        if room > 300.0 { format!("{tokens} tokens × {hidden} channels") } else { format!("{tokens} × {hidden}") };
    let detail = format!("{size} · rms {norm:.2} · {motion}");
    text_at(&painter, pos2(title.right(), y), Align2::RIGHT_CENTER, &detail, theme::text(12.0), theme.secondary, room);
    let state = state.clone();
    cx.pictures.show(ui, picture, theme, module, &state, &recording.dimensions);
}

/// What the colours mean.
fn scale(ui: &mut Ui, cx: &Cx<'_>, width: f32) {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 20.0), Sense::hover());
    let painter = ui.painter();
    let y = rect.center().y;
    let (font, color) = (theme::mono(12.0), theme.secondary);
    let low = format!("-{HEAT_RANGE}");
    let high = format!("+{HEAT_RANGE}");
    let left = painter.text(pos2(rect.left(), y), Align2::LEFT_CENTER, low, font.clone(), color).right() + 8.0;
    let right = painter.text(pos2(rect.right(), y), Align2::RIGHT_CENTER, high, font, color).left() - 8.0;
    let map = theme.diverging();
    let steps = 64;
    for i in 0..steps {
        let at = |i: usize| left + (right - left) * i as f32 / steps as f32;
        let bar = Rect::from_min_max(pos2(at(i), y - 3.0), pos2(at(i + 1) + 0.5, y + 3.0));
        painter.rect_filled(bar, 0.0, map[i * 255 / (steps - 1)]);
    }
    response.on_hover_text(format!(
        "One line of the picture is a token, one column a channel. Blue is below zero, amber above; beyond ±{HEAT_RANGE} \
         the colour stays. The scale never changes, so that moments can be compared."
    ));
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
