//! What happened, newest last.

use eframe::egui::{RichText, ScrollArea, Ui};

use super::super::theme;
use super::super::widgets::header;
use super::Cx;

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, titled: bool) -> bool {
    let dragged = titled && header(ui, "Log", "", cx.theme, |_| {});
    ScrollArea::vertical().auto_shrink(false).stick_to_bottom(true).show(ui, |ui| {
        if cx.state.log.is_empty() {
            ui.label(RichText::new("Nothing has happened yet").color(cx.theme.secondary));
        }
        for line in &cx.state.log {
            ui.horizontal_top(|ui| {
                let time = RichText::new(format!("{:8.1} s", line.at)).font(theme::mono(12.0));
                ui.label(time.color(cx.theme.secondary));
                let color = if line.error { cx.theme.wrong } else { cx.theme.text };
                ui.add(eframe::egui::Label::new(RichText::new(&line.text).color(color)).wrap().selectable(true));
            });
        }
    });
    dragged
}
