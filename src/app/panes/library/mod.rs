//! The library: puzzles of the kind that is shown, models, devices. In a narrow place it is a rail of menus.

mod answers;
mod grid;
mod new;
mod sets;

use eframe::egui::{
    Align, Align2, Button, Layout, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, menu, vec2,
};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::command::{CommandId, command};
use super::super::library::Place;
use super::super::theme;
use super::super::train::TrainAction;
use super::super::train::facts::line;
use super::super::widgets::{Row, command_button, drag_handle, finish, header};
use super::Cx;
use super::models::{devices, models};
use super::recent;
use crate::board::Kind;

/// The least height of the puzzles, points.
const LEAST_GRID: f32 = 260.0;

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
    if ui.available_width() < 130.0 {
        return rail(ui, cx);
    }
    let dragged = header(ui, "Library", "", cx.theme, |ui| {
        let new = Button::new(theme::icon(Icon::Dices, 15.0)).frame(false).min_size(vec2(28.0, 28.0));
        finish(ui, cx, command(CommandId::NewPuzzle), new);
    });
    let height = ui.available_height();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        puzzles(ui, cx, (height * 0.5).max(LEAST_GRID));
        if !cx.state.settings.recent_boards.is_empty() {
            title(ui, cx, "RECENT BOARDS");
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                recent::boards(ui, cx);
            });
        }
        title(ui, cx, "MODELS");
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            models(ui, cx);
        });
        runs(ui, cx);
        title(ui, cx, "DEVICE");
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            devices(ui, cx);
        });
    });
    dragged
}

/// The sets: which is shown, what is new in it, what was answered, and its puzzles, at most so high.
fn puzzles(ui: &mut Ui, cx: &mut Cx<'_>, height: f32) {
    sets::chooser(ui, cx);
    if cx.state.library.choosing {
        return sets::list(ui, cx);
    }
    if sets::trouble(ui, cx) {
        return;
    }
    let makes = matches!(cx.state.library.shown().place, Place::Samples | Place::Yours);
    if makes {
        new::sizes(ui, cx);
        if cx.state.kind() != Kind::Arc {
            title(ui, cx, "NEW PUZZLE");
            new::new_ones(ui, cx);
        }
    }
    answers::show(ui, cx);
    grid::show(ui, cx, height, makes);
}

fn title(ui: &mut Ui, cx: &Cx<'_>, text: &str) {
    ui.add_space(8.0);
    ui.label(RichText::new(text).font(theme::text(12.0)).color(cx.theme.secondary));
}

/// Training runs that are at work, so that they are seen while one explores.
fn runs(ui: &mut Ui, cx: &mut Cx<'_>) {
    let at_work: Vec<_> = cx.state.train.runs.iter().filter(|run| run.life.works()).take(4).cloned().collect();
    if at_work.is_empty() {
        return;
    }
    title(ui, cx, "RUNS");
    for run in at_work {
        let detail = line(&run);
        let tip = format!("{}: {detail}. Show its curves", run.name);
        let row = Row {
            icon: Icon::Circle,
            mark: cx.theme.right,
            name: &run.name,
            detail: &detail,
            active: false,
            tip: &tip,
        };
        let response = row.show(ui, cx.theme);
        if run.steps() > 0 {
            let (rect, share) = (response.rect, (run.step() as f32 / run.steps() as f32).clamp(0.0, 1.0));
            let (left, y) = (rect.left() + 30.0, rect.bottom() - 1.0);
            let right = left + (rect.right() - 8.0 - left) * share;
            ui.painter().hline(left..=right, y, Stroke::new(2.0, cx.theme.right));
        }
        if response.clicked() {
            cx.actions.push(Action::Train(TrainAction::Show(run.folder.clone())));
        }
    }
}

fn rail(ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
    let (grip, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    let dragged = drag_handle(ui, grip, "Library");
    let mark = char::from(Icon::GripHorizontal).to_string();
    ui.painter().text(grip.center(), Align2::CENTER_CENTER, mark, theme::icons(14.0), cx.theme.faint);
    ui.vertical_centered(|ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.spacing_mut().button_padding = vec2(0.0, 4.0);
        command_button(ui, cx, CommandId::NewPuzzle);
        flyout(ui, cx, Icon::Grid3x3, "Puzzles", |ui, cx| {
            let room = ui.ctx().content_rect().height();
            // A menu takes frames off its buttons and stretches its texts; these are none of a menu's.
            ui.reset_style();
            ui.with_layout(Layout::top_down(Align::LEFT), |ui| {
                let height = (room - 190.0).max(240.0);
                // A menu has no height of its own, so the list says how much it takes.
                ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 6.0;
                    puzzles(ui, cx, (room - 420.0).max(200.0));
                });
            });
        });
        flyout(ui, cx, Icon::History, "Recent boards", recent::boards);
        flyout(ui, cx, Icon::Diamond, "Models", models);
        flyout(ui, cx, Icon::Cpu, "Devices", devices);
        command_button(ui, cx, CommandId::Open);
        command_button(ui, cx, CommandId::Save);
    });
    dragged
}

fn flyout(ui: &mut Ui, cx: &mut Cx<'_>, icon: Icon, name: &str, content: impl FnOnce(&mut Ui, &mut Cx<'_>)) {
    let button = Button::new(theme::icon(icon, 15.0)).min_size(vec2(32.0, 28.0));
    let config = menu::MenuConfig::new().close_behavior(eframe::egui::PopupCloseBehavior::CloseOnClickOutside);
    let (response, _) = menu::MenuButton::from_button(button).config(config).ui(ui, |ui| {
        ui.set_width(230.0);
        ui.label(RichText::new(name).font(theme::bold(13.0)));
        content(ui, cx);
    });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response.on_hover_text(name);
}
