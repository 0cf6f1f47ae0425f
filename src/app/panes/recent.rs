//! Files that were opened or saved, for the library and for menus.

use std::path::Path;

use eframe::egui::{Align, Button, Layout, RichText, Ui, vec2};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::state::Trouble;
use super::super::theme;
use super::super::widgets::Row;
use super::Cx;

/// The room of the cross that takes a file off the list.
const CROSS: f32 = 28.0;

/// The files with boards, newest first.
pub fn boards(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.state.settings.recent_boards.is_empty() {
        ui.label(RichText::new("Files with boards that you open or save").color(cx.theme.secondary));
    }
    for path in &cx.state.settings.recent_boards {
        let name =
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        if let Some(trouble) = trouble(cx, path) {
            missing(ui, cx, trouble, &name, Action::OpenPath(path.clone()));
            continue;
        }
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let tip = format!("Open {}", path.display());
        let active = cx.state.doc.path.as_ref() == Some(path);
        let (icon, mark) = (Icon::FileText, cx.theme.faint);
        if (Row { icon, mark, name: &name, detail: &folder, active, tip: &tip }).show(ui, cx.theme).clicked() {
            cx.actions.push(Action::OpenPath(path.clone()));
            ui.close();
        }
    }
}

/// Why a remembered file cannot be opened, where that is known.
pub fn trouble<'a>(cx: &Cx<'a>, path: &Path) -> Option<&'a Trouble> {
    cx.state.missing.iter().find(|trouble| trouble.path == path)
}

/// The row of a file that cannot be opened: a click tries again, a button takes it off the list.
pub fn missing(ui: &mut Ui, cx: &mut Cx<'_>, trouble: &Trouble, name: &str, again: Action) {
    let size = vec2(ui.available_width(), theme::ROW);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let tip = match trouble.refused {
            true => format!("{}. Click: try again", trouble.why),
            false => format!("{}: {}. Click: try again", trouble.path.display(), trouble.why),
        };
        let faint = theme::Theme { text: cx.theme.faint, secondary: cx.theme.faint, ..*cx.theme };
        let (icon, detail) = (Icon::FileX, if trouble.refused { "unreadable" } else { "gone" });
        let row = Row { icon, mark: faint.faint, name, detail, active: false, tip: &tip };
        let place = vec2(size.x - CROSS, theme::ROW);
        let row = ui.allocate_ui(place, |ui| row.show(ui, &faint)).inner;
        if row.clicked() {
            cx.actions.push(again);
        }
        let button = Button::new(theme::icon(Icon::X, 13.0).color(cx.theme.secondary)).frame(false);
        let response = ui.add(button.min_size(vec2(CROSS, theme::ROW))).accessible_name(format!("Forget {name}"));
        if response.on_hover_text("Take it off the list").clicked() {
            cx.actions.push(Action::Forget(trouble.path.clone()));
        }
    });
}
