//! The library: puzzles by shape and difficulty, models, devices. In a narrow place it is a rail of menus.

use eframe::egui::{
    Align2, Button, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, menu, pos2,
    vec2,
};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::command::{CommandId, command};
use super::super::puzzles::Difficulty;
use super::super::theme::{self, CARD_RADIUS};
use super::super::train::TrainAction;
use super::super::train::facts::line;
use super::super::widgets::{Row, command_button, drag_handle, finish, header, text_at};
use super::Cx;
use crate::board::sudoku::{Shape, Sudoku};
use crate::engine::{DeviceInfo, ModelSource};

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
    if ui.available_width() < 130.0 {
        return rail(ui, cx);
    }
    let dragged = header(ui, "Library", "", cx.theme, |ui| {
        let new = Button::new(theme::icon(Icon::Dices, 15.0)).frame(false).min_size(vec2(28.0, 28.0));
        finish(ui, cx, command(CommandId::NewPuzzle), new);
    });
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        shapes(ui, cx);
        samples(ui, cx);
        title(ui, cx, "NEW PUZZLE");
        difficulty(ui, cx);
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

fn title(ui: &mut Ui, cx: &Cx<'_>, text: &str) {
    ui.add_space(8.0);
    ui.label(RichText::new(text).font(theme::text(12.0)).color(cx.theme.secondary));
}

fn shapes(ui: &mut Ui, cx: &mut Cx<'_>) {
    let width = (ui.available_width() - 2.0 * 4.0) / 3.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().button_padding.x = 2.0;
        for shape in Shape::ALL {
            let on = cx.state.settings.shape == shape;
            let color = if on { cx.theme.text } else { cx.theme.secondary };
            let button = Button::selectable(on, RichText::new(shape.to_string()).color(color))
                .frame_when_inactive(true)
                .min_size(vec2(width, 28.0));
            let response = ui.add(button);
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, format!("{shape} puzzles")));
            if response.on_hover_text(format!("Show {shape} puzzles; new ones have this shape")).clicked() {
                cx.actions.push(Action::BrowseShape(shape));
            }
        }
    });
}

/// The samples of the shape as thumbnails, two in a row, and a tile that makes a new one.
fn samples(ui: &mut Ui, cx: &mut Cx<'_>) {
    let shape = cx.state.settings.shape;
    let width = ((ui.available_width() - 6.0) / 2.0).floor();
    let size = vec2(width, width + 22.0);
    let all: Vec<(usize, Difficulty, Sudoku)> = cx
        .state
        .samples
        .iter()
        .enumerate()
        .filter(|(_, sample)| sample.puzzle.board.shape() == shape)
        .map(|(i, sample)| (i, sample.difficulty, sample.puzzle.board.clone()))
        .collect();
    if all.is_empty() {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 60.0), Sense::hover());
        let text = "Making samples…";
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, theme::text(12.0), cx.theme.secondary);
        return;
    }
    for pair in all.chunks(2) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            for (index, difficulty, board) in pair {
                let outcome = cx.state.outcomes.iter().find(|(other, _)| other == board).map(|(_, solved)| *solved);
                let active = cx.state.board() == board;
                let name = difficulty.name();
                let response = tile(ui, cx, size, active, name, outcome, |ui, rect| thumbnail(ui, cx, rect, board));
                let tip = format!("{name} {shape}, {} givens: put it on the board", board.givens());
                if response.on_hover_text(tip).clicked() {
                    cx.actions.push(Action::UseSample(*index));
                }
            }
            if pair.len() == 1 {
                let command = command(CommandId::NewPuzzle);
                let busy = cx.state.generating;
                let response = tile(ui, cx, size, false, if busy { "Making…" } else { "New" }, None, |ui, rect| {
                    let mark = char::from(Icon::Dices).to_string();
                    let color = cx.theme.secondary;
                    ui.painter().text(rect.center(), Align2::CENTER_CENTER, mark, theme::icons(26.0), color);
                });
                if response.on_hover_text(command.tooltip()).clicked() {
                    cx.actions.push(command.action.clone());
                }
            }
        });
    }
}

fn tile(
    ui: &mut Ui,
    cx: &Cx<'_>,
    size: eframe::egui::Vec2,
    active: bool,
    name: &str,
    outcome: Option<bool>,
    picture: impl FnOnce(&Ui, Rect),
) -> Response {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, active, format!("{name} puzzle")));
    let fill = if response.hovered() { theme.raised_more } else { theme.raised };
    let (width, color) = match (active, response.has_focus()) {
        (true, _) => (1.6, theme.l),
        (_, true) => (1.6, theme.text),
        _ => (1.0, theme.hairline),
    };
    let painter = ui.painter();
    painter.rect(rect, CARD_RADIUS, fill, Stroke::new(width, color), StrokeKind::Inside);
    let inner = Rect::from_min_size(rect.min + vec2(9.0, 9.0), vec2(size.x - 18.0, size.x - 18.0));
    picture(ui, inner);
    let y = rect.bottom() - 14.0;
    text_at(
        painter,
        pos2(rect.left() + 9.0, y),
        Align2::LEFT_CENTER,
        name,
        theme::text(12.0),
        theme.secondary,
        size.x - 34.0,
    );
    if let Some(solved) = outcome {
        let (icon, color) = if solved { (Icon::Check, theme.right) } else { (Icon::X, theme.wrong) };
        let at = pos2(rect.right() - 9.0, y);
        painter.text(at, Align2::RIGHT_CENTER, char::from(icon).to_string(), theme::icons(13.0), color);
    }
    response.on_hover_cursor(eframe::egui::CursorIcon::PointingHand)
}

/// Givens as squares, blanks as dots in the colour of answers.
fn thumbnail(ui: &Ui, cx: &Cx<'_>, rect: Rect, board: &Sudoku) {
    let side = board.side();
    let step = rect.width() / side as f32;
    for (cell, digit) in board.cells().iter().enumerate() {
        let (row, column) = ((cell / side) as f32, (cell % side) as f32);
        let center = rect.min + vec2((column + 0.5) * step, (row + 0.5) * step);
        let (size, color) =
            if *digit != 0 { (0.72, cx.theme.secondary) } else { (0.36, cx.theme.tint(cx.theme.l, 0.55)) };
        let square = Rect::from_center_size(center, vec2(step, step) * size);
        ui.painter().rect_filled(square, 1.0, color);
    }
}

fn difficulty(ui: &mut Ui, cx: &mut Cx<'_>) {
    let width = (ui.available_width() - 2.0 * 4.0) / 3.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().button_padding.x = 2.0;
        for difficulty in Difficulty::ALL {
            let shape = cx.state.settings.shape;
            let button =
                Button::new(RichText::new(difficulty.name()).color(cx.theme.secondary)).min_size(vec2(width, 28.0));
            let response = ui.add(button);
            let name = format!("New {} {shape} puzzle", difficulty.name().to_lowercase());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            let givens = difficulty.givens(shape);
            let tip = format!("{name} with {} to {} givens", givens.start(), givens.end());
            if response.on_hover_text(tip).clicked() {
                cx.actions.push(Action::NewPuzzleOf(shape, difficulty));
            }
        }
    });
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

/// The models to choose from: name, what it is, source.
fn choices(cx: &Cx<'_>) -> Vec<(String, String, ModelSource)> {
    let state = cx.state;
    let mut all: Vec<(String, String, ModelSource)> = state
        .shipped()
        .map(|name| (name.to_owned(), "shipped".to_owned(), ModelSource::Shipped(name.to_owned())))
        .collect();
    for path in &state.settings.recent {
        let name = path.file_stem().map_or_else(|| path.display().to_string(), |s| s.to_string_lossy().into_owned());
        all.push((name, "file".to_owned(), ModelSource::Path(path.clone())));
    }
    for (name, detail, source) in &mut all {
        if let Some(model) = state.model.as_ref().filter(|m| m.source == *source) {
            name.clone_from(&model.name);
            *detail = parameters(model.parameters);
        }
        if state.loading.as_ref() == Some(source) {
            "loading…".clone_into(detail);
        }
    }
    all
}

/// A number of weights, short: `27.3 M`.
pub fn parameters(count: usize) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{:.0} k", count as f64 / 1e3),
        _ => format!("{:.1} M", count as f64 / 1e6),
    }
}

/// The list of models, for the library and for menus.
pub fn models(ui: &mut Ui, cx: &mut Cx<'_>) {
    for (name, detail, source) in choices(cx) {
        let active = cx.state.model.as_ref().is_some_and(|m| m.source == source);
        let tip = match &source {
            ModelSource::Shipped(_) => "A model that this program carries".to_owned(),
            ModelSource::Path(path) => path.display().to_string(),
        };
        let mark = if active { cx.theme.h } else { cx.theme.faint };
        let row = Row { icon: Icon::Diamond, mark, name: &name, detail: &detail, active, tip: &tip };
        if row.show(ui, cx.theme).clicked() {
            cx.actions.push(Action::UseModel(source));
            ui.close();
        }
    }
    let row = Row {
        icon: Icon::FolderOpen,
        mark: cx.theme.secondary,
        name: "Open a checkpoint…",
        detail: "",
        active: false,
        tip: command(CommandId::Open).tip,
    };
    if row.show(ui, cx.theme).clicked() {
        cx.actions.push(Action::Open);
        ui.close();
    }
}

/// The list of devices, for the library and for menus.
pub fn devices(ui: &mut Ui, cx: &mut Cx<'_>) {
    let known = cx.state.devices.clone();
    let here = cx.state.device.clone();
    for device in if known.is_empty() { vec![here.clone()] } else { known } {
        let active = device == here;
        let mark = if active { cx.theme.right } else { cx.theme.faint };
        let tip = format!("{}: {}, {} ({})", device.id, device.name, device.kind, device.api);
        let icon = if device.id == "cpu" { Icon::Cpu } else { Icon::Gpu };
        let row = Row { icon, mark, name: short(&device), detail: &device.api, active, tip: &tip };
        if row.show(ui, cx.theme).clicked() {
            cx.actions.push(Action::UseDevice(device.id.clone()));
            ui.close();
        }
    }
}

/// A device's name without what the driver adds in brackets.
pub fn short(device: &DeviceInfo) -> &str {
    device.name.split(" (").next().unwrap_or(&device.name)
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
            shapes(ui, cx);
            samples(ui, cx);
            difficulty(ui, cx);
        });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written_short() {
        assert_eq!(parameters(512), "512");
        assert_eq!(parameters(91_000), "91 k");
        assert_eq!(parameters(27_300_000), "27.3 M");
    }

    #[test]
    fn device_names_lose_their_brackets() {
        let device = DeviceInfo { name: "llvmpipe (LLVM 15.0.6, 256 bits)".into(), ..DeviceInfo::cpu() };
        assert_eq!(short(&device), "llvmpipe");
    }
}
