//! Which set is shown, and the list of those that can be.

use eframe::egui::{Button, Rect, RichText, Role, Stroke, StrokeKind, Ui, WidgetInfo, vec2};
use lucide_icons::Icon;

use super::super::super::action::Action;
use super::super::super::command::{CommandId, command};
use super::super::super::library::{LibraryAction, Place, SHIPPED_SETS};
use super::super::super::theme::{self, RADIUS};
use super::super::super::widgets::Row;
use super::super::{Cx, recent};
use super::title;

/// The button that says which set is shown, and opens the list.
pub fn chooser(ui: &mut Ui, cx: &mut Cx<'_>) {
    let library = &cx.state.library;
    let set = library.shown();
    let (name, count) = match &library.reading {
        Some(place) => (place.name(), "reading…".to_owned()),
        // Of the samples those of one kind and size are shown.
        None => match (library.view().sums.all, set.specimens.len()) {
            (some, all) if set.place == Place::Samples && some < all => (set.place.name(), format!("{some} of {all}")),
            (_, all) => (set.place.name(), all.to_string()),
        },
    };
    let icon = if library.choosing { Icon::ChevronUp } else { Icon::ChevronDown };
    let tip = match &set.place {
        Place::Samples => "A few puzzles of every kind".to_owned(),
        Place::Yours => "The new puzzles of this session".to_owned(),
        Place::Shipped(index) => SHIPPED_SETS.get(*index).map_or("", |set| set.about).to_owned(),
        Place::File(path) => path.display().to_string(),
    };
    let tip = format!("{tip}\nChoose another set of puzzles");
    let place = Rect::from_min_size(ui.next_widget_position(), vec2(ui.available_width(), theme::ROW));
    let line = Stroke::new(1.0, cx.theme.hairline);
    ui.painter().rect(place, RADIUS, cx.theme.raised, line, StrokeKind::Inside);
    let row = Row { icon, mark: cx.theme.secondary, name: &name, detail: &count, active: false, tip: &tip };
    let response = row.show(ui, cx.theme);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Set of puzzles: {name}")));
    if response.clicked() {
        cx.actions.push(Action::Library(LibraryAction::ToggleSets));
    }
}

/// The sets to choose from.
pub fn list(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        rows(ui, cx);
    });
}

fn rows(ui: &mut Ui, cx: &mut Cx<'_>) {
    let yours =
        cx.state.library.sets().iter().find(|set| set.place == Place::Yours).map_or(0, |set| set.specimens.len());
    entry(ui, cx, &Place::Samples, "", "A few puzzles of every kind, made at the start");
    entry(ui, cx, &Place::Yours, &yours.to_string(), "The new puzzles of this session");
    title(ui, cx, "MADE WITH HRMSCOPE");
    for (index, set) in SHIPPED_SETS.iter().enumerate() {
        entry(ui, cx, &Place::Shipped(index), "", set.about);
    }
    title(ui, cx, "YOUR FILES AND FOLDERS");
    for path in cx.state.settings.recent_sets.clone() {
        let place = Place::File(path.clone());
        if let Some(trouble) = recent::trouble(cx, &path).cloned() {
            recent::missing(ui, cx, &trouble, &place.name(), Action::Library(LibraryAction::Show(place.clone())));
        } else {
            entry(ui, cx, &place, "", &path.display().to_string());
        }
    }
    for id in [CommandId::Open, CommandId::OpenFolder] {
        let command = command(id);
        let (name, tip) = (command.name, command.tooltip(cx.state));
        let row = Row { icon: command.icon, mark: cx.theme.secondary, name, detail: "", active: false, tip: &tip };
        if row.show(ui, cx.theme).clicked() {
            cx.actions.push(command.action.clone());
        }
    }
}

fn entry(ui: &mut Ui, cx: &mut Cx<'_>, place: &Place, detail: &str, tip: &str) {
    let active = cx.state.library.shown().place == *place;
    let mark = if active { cx.theme.l } else { cx.theme.faint };
    let name = place.name();
    let row = Row { icon: Icon::Grid3x3, mark, name: &name, detail, active, tip };
    let response = row.show(ui, cx.theme);
    // A model may have the same name.
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, active, format!("Set {name}")));
    if response.clicked() {
        cx.actions.push(Action::Library(LibraryAction::Show(place.clone())));
    }
}

/// A set that could not be read says why in its place. Returns whether there is one.
pub fn trouble(ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
    let Some((path, why)) = cx.state.library.failed.clone() else { return false };
    let theme = cx.theme;
    ui.add_space(8.0);
    ui.label(theme::icon(Icon::FileX, 24.0).color(theme.wrong));
    ui.label(RichText::new(format!("{why}.")).color(theme.secondary));
    ui.horizontal_wrapped(|ui| {
        let place = Place::File(path.clone());
        if ui.add(Button::new("Try again").min_size(vec2(0.0, 28.0))).on_hover_text("Read it once more").clicked() {
            cx.actions.push(Action::Library(LibraryAction::Show(place)));
        }
        let forget = ui.add(Button::new("Forget it").min_size(vec2(0.0, 28.0)));
        if forget.on_hover_text("Take it off the list of sets").clicked() {
            cx.actions.push(Action::Forget(path.clone()));
        }
        if ui.add(Button::new("Samples").min_size(vec2(0.0, 28.0))).on_hover_text("Show the samples").clicked() {
            cx.actions.push(Action::Library(LibraryAction::Show(Place::Samples)));
        }
    });
    true
}
