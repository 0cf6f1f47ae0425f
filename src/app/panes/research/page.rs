//! The figure of the chosen topic, large, or why there is none yet.

use eframe::egui::{Align, Button, Layout, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use crate::app::command::{CommandId, command};
use crate::app::panes::Cx;
use crate::app::research::{Found, Page};
use crate::app::theme;
use crate::app::widgets::{command_button, drawing, finish, header, scale_button};

/// A figure is laid out at least and at most so wide, points; in a wider room it is made larger.
const WIDTHS: std::ops::RangeInclusive<f32> = 700.0..=960.0;
/// It is not made larger than this.
const LARGEST: f32 = 1.5;

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
    let research = &cx.state.research;
    let (topic, found) = (research.topic, research.found().cloned());
    let subtitle = match (&found, &cx.state.model) {
        (Some(found), _) => format!("{} · {}", found.study.checkpoint, found.study.data),
        (None, Some(model)) => model.name.clone(),
        (None, None) => String::new(),
    };
    let dragged = header(ui, topic.name(), &subtitle, cx.theme, |ui| {
        if found.as_ref().is_some_and(|found| found.figure.has_log()) {
            scale_button(ui, cx, 28.0);
        }
        for id in [CommandId::SavePng, CommandId::SaveSvg, CommandId::SaveNumbers] {
            command_button(ui, cx, id);
        }
    });
    match (found, cx.state.research.page(topic)) {
        (Some(found), _) => figure(ui, cx, &found),
        (None, Some(Page::Failed(why))) => empty(ui, cx, "This figure could not be made", &why.clone()),
        _ => empty(ui, cx, topic.name(), topic.about()),
    }
    dragged
}

fn figure(ui: &mut Ui, cx: &Cx<'_>, found: &Found) {
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        let room = ui.available_size();
        let wide = room.x.clamp(*WIDTHS.start(), *WIDTHS.end());
        let drawn = found.figure.scaled(cx.state.settings.linear).drawing_as_wide_as(wide, cx.state.dark);
        // Texts are never made smaller than they can be read.
        let scale = (room.x / drawn.width).min(room.y / drawn.height).clamp(1.0, LARGEST);
        let size = vec2((drawn.width * scale).max(room.x), drawn.height * scale);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let left = (rect.width() - drawn.width * scale) / 2.0;
        drawing::paint(ui.painter(), rect.min + vec2(left, 0.0), scale, &drawn);
        let told = format!("{}. {}", found.figure.title, found.figure.sentence);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &told));
    });
}

/// What will be here, and the button that makes it.
fn empty(ui: &mut Ui, cx: &mut Cx<'_>, title: &str, text: &str) {
    let theme = cx.theme;
    let width = ui.available_width().min(520.0);
    ui.add_space(ui.available_height() * 0.28);
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        ui.set_max_width(width);
        ui.label(RichText::new(title).font(theme::bold(16.0)).color(theme.text));
        ui.add_space(6.0);
        ui.label(RichText::new(text).font(theme::text(13.0)).color(theme.secondary));
        ui.add_space(12.0);
        if cx.state.research.work.is_none() {
            let face = RichText::new("Measure").color(theme.on_accent);
            finish(ui, cx, command(CommandId::Study), Button::new(face).fill(theme.l).min_size(vec2(120.0, 30.0)));
        } else {
            ui.label(RichText::new("measuring…").color(theme.secondary));
        }
    });
}
