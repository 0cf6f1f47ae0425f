//! The transport above the timeline: step, play, speed, loop, where the playhead stands, when a run halts.

use eframe::egui::{Align, Button, Layout, Rect, RichText, Sense, Ui, UiBuilder, pos2, vec2};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::command::{CommandId, command};
use super::super::persist::Loop;
use super::super::theme;
use super::super::widgets::{command_button, drag_handle, finish};
use super::{Cx, timeline};
use crate::engine::Halting;

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::hover());
    let mut row = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    row.spacing_mut().item_spacing.x = 4.0;
    row.spacing_mut().button_padding.x = 5.0;
    transport(&mut row, cx, rect.width());
    let rest = Rect::from_min_max(pos2(row.min_rect().right() + 8.0, rect.top()), rect.right_bottom());
    let mut right = ui.new_child(UiBuilder::new().max_rect(rest).layout(Layout::right_to_left(Align::Center)));
    right.spacing_mut().item_spacing.x = 8.0;
    halting(&mut right, cx);
    position(&mut right, cx);
    let free = Rect::from_min_max(
        pos2(rest.left(), rect.top()),
        pos2(right.min_rect().left().max(rest.left()), rect.bottom()),
    );
    let dragged = drag_handle(ui, free, "Timeline");
    ui.add_space(4.0);
    let area = ui.available_rect_before_wrap();
    timeline::show(ui, cx, area);
    ui.allocate_rect(area, Sense::hover());
    dragged
}

fn transport(ui: &mut Ui, cx: &mut Cx<'_>, width: f32) {
    let theme = cx.theme;
    command_button(ui, cx, CommandId::Start);
    let stride = |ui: &mut Ui, cx: &mut Cx<'_>, id, letter: &str, color, forward: bool| {
        let name = RichText::new(letter).font(theme::bold(13.0)).color(color);
        let arrow = if forward { Icon::ChevronRight } else { Icon::ChevronLeft };
        let arrow = theme::icon(arrow, 13.0).color(color);
        let button = if forward { Button::new((name, arrow)) } else { Button::new((arrow, name)) };
        finish(ui, cx, command(id), button.gap(1.0).min_size(vec2(30.0, 28.0)));
    };
    stride(ui, cx, CommandId::PreviousSegment, "S", theme.secondary, false);
    stride(ui, cx, CommandId::PreviousCycle, "H", theme.h, false);
    stride(ui, cx, CommandId::PreviousStep, "L", theme.l, false);
    play(ui, cx);
    stride(ui, cx, CommandId::NextStep, "L", theme.l, true);
    stride(ui, cx, CommandId::NextCycle, "H", theme.h, true);
    stride(ui, cx, CommandId::NextSegment, "S", theme.secondary, true);
    command_button(ui, cx, CommandId::End);
    ui.add_space(6.0);
    let speed = cx.state.settings.speed;
    if width > 560.0 {
        let small = |icon| Button::new(theme::icon(icon, 13.0)).frame(false).min_size(vec2(24.0, 28.0));
        finish(ui, cx, command(CommandId::Slower), small(Icon::Minus));
        ui.label(RichText::new(format!("{speed} steps/s")).color(theme.secondary))
            .on_hover_text("How fast playing goes, micro-steps per second; [ and ] change it");
        finish(ui, cx, command(CommandId::Faster), small(Icon::Plus));
    }
    let looping = cx.state.settings.looping;
    let (text, color) = match looping {
        Loop::Off => ("", theme.secondary),
        Loop::Segment => ("segment", theme.text),
        Loop::Run => ("run", theme.text),
    };
    let mark = theme::icon(Icon::Repeat, 14.0).color(color);
    let button =
        if text.is_empty() { Button::new(mark) } else { Button::new((mark, RichText::new(text).color(color))) };
    finish(ui, cx, command(CommandId::Loop), button.frame(false).min_size(vec2(28.0, 28.0)));
}

fn play(ui: &mut Ui, cx: &mut Cx<'_>) {
    let theme = cx.theme;
    let icon = if cx.state.doc.playhead.playing { Icon::Pause } else { Icon::Play };
    let button = Button::new(theme::icon(icon, 16.0).color(theme.on_accent)).fill(theme.l).min_size(vec2(46.0, 28.0));
    finish(ui, cx, command(CommandId::Play), button);
}

fn position(ui: &mut Ui, cx: &Cx<'_>) {
    let (state, theme) = (cx.state, cx.theme);
    let Some(recording) = state.recording() else { return };
    let schedule = recording.dimensions.schedule;
    let mut parts = Vec::new();
    match state.step() {
        Some(step) => {
            let l = (step.at.l_step + 1).min(schedule.l_cycles);
            parts.push((format!("L {l}/{}", schedule.l_cycles), theme.l));
            parts.push((format!("H {}/{}", step.at.h_cycle + 1, schedule.h_cycles), theme.h));
            let most = recording.dimensions.max_segments;
            parts.push((format!("seg {}/{most}", step.at.segment + 1), theme.text));
        }
        None => parts.push(("start".to_owned(), theme.text)),
    }
    let painter = ui.painter().clone();
    let galleys: Vec<_> = parts
        .into_iter()
        .map(|(text, color)| (painter.layout_no_wrap(text, theme::mono(12.5), color), color))
        .collect();
    // What does not fit is said in the card of this step.
    if galleys.iter().map(|(galley, _)| galley.size().x + 8.0).sum::<f32>() > ui.available_width() {
        return;
    }
    for (galley, color) in galleys {
        let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
        painter.galley(rect.min, galley, color);
        response.on_hover_text("Where the playhead stands: segment, H-cycle in it, L-step in that");
    }
}

fn halting(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (chosen, limit) = cx.state.rules();
    let name = match chosen {
        _ if cx.state.asks_as_pasted() => "halt: as pasted",
        Halting::Adaptive => "halt: adaptive",
        Halting::Fixed => "halt: fixed",
    };
    let chevron = theme::icon(Icon::ChevronDown, 12.0).color(cx.theme.secondary);
    let menu = ui.menu_button((RichText::new(name), chevron), |ui| {
        ui.set_min_width(240.0);
        if cx.state.asks_as_pasted() {
            let text = "This board is asked as its pasted state says; a choice here is for all boards, this one too";
            ui.label(RichText::new(text).color(cx.theme.l));
        }
        for (halting, name, tip) in [
            (Halting::Adaptive, "Adaptive: stop when q_halt > q_continue", "Compute that adapts to the puzzle"),
            (Halting::Fixed, "Fixed: always all segments", "As the reference code evaluates"),
        ] {
            if ui.selectable_label(chosen == halting, name).on_hover_text(tip).clicked() {
                cx.actions.push(Action::SetHalting(halting));
                ui.close();
            }
        }
        ui.separator();
        let trained = cx.state.trained_segments();
        ui.label(RichText::new("At most this many segments").color(cx.theme.secondary));
        ui.horizontal(|ui| {
            let usual = [None, Some(1), Some(2), Some(4), Some(8), Some(16), Some(32)];
            // A pasted state, or an older version, may have chosen another.
            let other = Some(limit).filter(|limit| !usual.contains(limit));
            for most in usual.into_iter().chain(other) {
                let name = most.map_or_else(|| format!("as trained ({trained})"), |most| most.to_string());
                if ui.selectable_label(limit == most, name).clicked() {
                    cx.actions.push(Action::SetMaxSegments(most));
                }
            }
        });
    });
    menu.response.on_hover_text("When a run stops, and how many segments it may take");
}
