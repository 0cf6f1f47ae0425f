//! What happened to the selected run, newest first.

use eframe::egui::{Align2, Role, ScrollArea, Sense, TextFormat, Ui, WidgetInfo, pos2, text::LayoutJob, vec2};

use super::super::theme;
use super::super::train::facts::{ago, grouped, occasions};
use super::super::widgets::header;
use super::Cx;
use super::runs::unix_now;

/// So many are listed.
const MOST: usize = 200;

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, titled: bool) -> bool {
    let dragged = titled && header(ui, "Events", "", cx.theme, |_| {});
    let theme = cx.theme;
    let Some(run) = cx.state.train.current() else { return dragged };
    ScrollArea::vertical().id_salt("events").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        let found = occasions(run);
        if found.is_empty() {
            let text = "The last save, bests, stops, and whatever goes wrong are listed here.";
            ui.add(eframe::egui::Label::new(eframe::egui::RichText::new(text).color(theme.secondary)).wrap());
        }
        for occasion in found.iter().take(MOST) {
            let color = if occasion.bad { theme.wrong } else { theme.text };
            let left = 58.0;
            let mut job = LayoutJob::simple(
                occasion.text.clone(),
                theme::text(13.0),
                color,
                (ui.available_width() - left).max(60.0),
            );
            job.wrap.max_rows = 4;
            // Evaluations do not write down when they were.
            let when = occasion.at.map_or_else(String::new, |at| format!(" · {}", ago(at, unix_now())));
            job.append(&when, 0.0, TextFormat::simple(theme::text(12.0), theme.secondary));
            let galley = ui.painter().layout_job(job);
            let size = vec2(ui.available_width(), galley.size().y.max(18.0));
            let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
            let step = grouped(occasion.step);
            let at = pos2(rect.left() + left - 10.0, rect.top());
            ui.painter().text(at, Align2::RIGHT_TOP, &step, theme::text(12.0), theme.secondary);
            ui.painter().galley(pos2(rect.left() + left, rect.top() - 1.0), galley, color);
            let text = &occasion.text;
            response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, format!("step {step}: {text}{when}")));
            response.on_hover_text(format!("at step {step}{when}"));
        }
    });
    dragged
}
