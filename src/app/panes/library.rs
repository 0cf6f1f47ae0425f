//! The library: puzzles of the kind that is shown, models, devices. In a narrow place it is a rail of menus.

use eframe::egui::{
    Align2, Button, DragValue, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, menu, pos2, vec2,
};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::command::{CommandId, command};
use super::super::puzzles::{Difficulty, MAZE_SIDES, Sample, What, capital};
use super::super::theme::{self, CARD_RADIUS};
use super::super::train::TrainAction;
use super::super::train::facts::line;
use super::super::widgets::{Row, command_button, drag_handle, finish, header, text_at, thumbnail};
use super::Cx;
use super::models::{devices, models};
use super::recent;
use crate::board::maze::{MazeKind, SIDES};
use crate::board::sudoku::Shape;
use crate::board::{Board, Kind};

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
        sizes(ui, cx);
        if cx.state.kind() != Kind::Arc {
            title(ui, cx, "NEW PUZZLE");
            new_ones(ui, cx);
        }
        samples(ui, cx);
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

fn title(ui: &mut Ui, cx: &Cx<'_>, text: &str) {
    ui.add_space(8.0);
    ui.label(RichText::new(text).font(theme::text(12.0)).color(cx.theme.secondary));
}

/// What is browsed: shapes of Sudokus, or sides of mazes, one beside the other.
fn sizes(ui: &mut Ui, cx: &mut Cx<'_>) {
    let settings = &cx.state.settings;
    let all: Vec<(String, String, bool, Action)> = match cx.state.kind() {
        Kind::Sudoku => {
            let entry = |shape: Shape| {
                let tip = format!("Show {shape} puzzles; new ones have this shape");
                (shape.to_string(), tip, settings.shape == shape, Action::BrowseShape(shape))
            };
            Shape::ALL.map(entry).to_vec()
        }
        Kind::Maze => {
            let entry = |side: usize| {
                let tip = format!("Show mazes of {side} × {side}; new ones have this side");
                (format!("{side}x{side}"), tip, settings.maze_side == side, Action::BrowseSide(side))
            };
            MAZE_SIDES.map(entry).to_vec()
        }
        Kind::Arc => return,
    };
    let width = (ui.available_width() - 2.0 * 4.0) / 3.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().button_padding.x = 2.0;
        for (name, tip, on, action) in all {
            let color = if on { cx.theme.text } else { cx.theme.secondary };
            let button = Button::selectable(on, RichText::new(&name).color(color))
                .frame_when_inactive(true)
                .min_size(vec2(width, 28.0));
            let response = ui.add(button);
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, format!("{name} puzzles")));
            if response.on_hover_text(tip).clicked() {
                cx.actions.push(action);
            }
        }
    });
}

/// Whether a sample is among those that are browsed.
fn is_browsed(cx: &Cx<'_>, sample: &Sample) -> bool {
    match &sample.board {
        _ if sample.board.kind() != cx.state.kind() => false,
        Board::Sudoku(sheet) => sheet.board().shape() == cx.state.settings.shape,
        Board::Maze(maze) => maze.side() == cx.state.settings.maze_side || !MAZE_SIDES.contains(&maze.side()),
        Board::Arc(_) => true,
    }
}

/// The samples as thumbnails, two in a row, and a tile that makes a new one.
fn samples(ui: &mut Ui, cx: &mut Cx<'_>) {
    let state = cx.state;
    let width = ((ui.available_width() - 6.0) / 2.0).floor();
    let size = vec2(width, width + 22.0);
    if state.samples.is_empty() {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 60.0), Sense::hover());
        let text = "Making samples…";
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, theme::text(12.0), cx.theme.secondary);
        return;
    }
    let shown = state.samples.iter().enumerate().filter(|(_, sample)| is_browsed(cx, sample));
    // Tasks that the model knows come first: it can answer no others.
    let mut all: Vec<(usize, &Sample, bool)> = shown.map(|(i, sample)| (i, sample, is_known(cx, sample))).collect();
    all.sort_by_key(|(_, _, known)| !known);
    let tiles = all.iter().map(|(index, sample, known)| Some((*index, *sample, *known))).chain([None]);
    let tiles: Vec<Option<(usize, &Sample, bool)>> = tiles.collect();
    for pair in tiles.chunks(2) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            for one in pair {
                match one {
                    Some((index, sample, known)) => sample_tile(ui, cx, size, (*index, sample), *known),
                    None => new_tile(ui, cx, size),
                }
            }
        });
    }
}

fn is_known(cx: &Cx<'_>, sample: &Sample) -> bool {
    match &sample.board {
        Board::Arc(sheet) => cx.state.model.as_ref().is_some_and(|model| model.puzzle_id(sheet.name()).is_some()),
        _ => true,
    }
}

fn sample_tile(ui: &mut Ui, cx: &mut Cx<'_>, size: Vec2, (index, sample): (usize, &Sample), known: bool) {
    let (board, safe) = (&sample.board, cx.state.settings.safe_colours);
    let outcome = cx.state.outcomes.iter().find(|(other, _)| other.same_question(board)).map(|(_, solved)| *solved);
    let active = cx.state.board().same_question(board);
    // What is scrolled out of view is not painted.
    let seen = ui.is_rect_visible(Rect::from_min_size(ui.next_widget_position(), size));
    let response = tile(ui, cx, size, active, &sample.name, outcome, |ui, rect| {
        if seen {
            thumbnail::show(ui.painter(), cx.theme, rect, board, safe);
        }
    });
    let tip = match board {
        Board::Sudoku(sheet) => format!("{} {board}, {} givens", sample.name, sheet.board().givens()),
        Board::Maze(_) => format!("{} {board}", sample.name),
        Board::Arc(_) if known => format!("{}: a task that the model knows", sample.name),
        Board::Arc(_) => format!("{}: a task that the model has no puzzle row for", sample.name),
    };
    if response.on_hover_text(format!("{tip}: put it on the board")).clicked() {
        cx.actions.push(Action::UseSample(index));
    }
}

fn new_tile(ui: &mut Ui, cx: &mut Cx<'_>, size: Vec2) {
    let command = command(CommandId::NewPuzzle);
    let name = if cx.state.generating { "Making…" } else { "New" };
    let response = tile(ui, cx, size, false, name, None, |ui, rect| {
        let mark = char::from(Icon::Dices).to_string();
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, mark, theme::icons(26.0), cx.theme.secondary);
    });
    if response.on_hover_text(command.tooltip(cx.state)).clicked() {
        cx.actions.push(command.action.clone());
    }
}

fn tile(
    ui: &mut Ui,
    cx: &Cx<'_>,
    size: Vec2,
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
        size.x - if outcome.is_some() { 34.0 } else { 14.0 },
    );
    if let Some(solved) = outcome {
        let (icon, color) = if solved { (Icon::Check, theme.right) } else { (Icon::X, theme.wrong) };
        let at = pos2(rect.right() - 9.0, y);
        painter.text(at, Align2::RIGHT_CENTER, char::from(icon).to_string(), theme::icons(13.0), color);
    }
    response.on_hover_cursor(eframe::egui::CursorIcon::PointingHand)
}

/// New puzzles of the browsed size: by difficulty, or by the kind of maze.
fn new_ones(ui: &mut Ui, cx: &mut Cx<'_>) {
    let settings = &cx.state.settings;
    let all: Vec<(String, String, String, What)> = match cx.state.kind() {
        Kind::Sudoku => {
            let shape = settings.shape;
            let entry = |difficulty: Difficulty| {
                let name = format!("New {} {shape} puzzle", difficulty.name().to_lowercase());
                let givens = difficulty.givens(shape);
                let tip = format!("{name} with {} to {} givens", givens.start(), givens.end());
                (difficulty.name().to_owned(), name, tip, What::Sudoku(shape, difficulty))
            };
            Difficulty::ALL.map(entry).to_vec()
        }
        Kind::Maze => {
            let side = settings.maze_side;
            let entry = |kind: MazeKind| {
                let name = format!("New {kind} maze");
                let about = match kind {
                    MazeKind::Perfect => "corridors, a few of them joined into loops",
                    MazeKind::Obstacles => "walls strewn at random, without a border",
                    MazeKind::Rooms => "rooms and corridors, joined by doors",
                };
                let tip = format!("{name} of {side} × {side}: {about}");
                (capital(&kind.to_string()), name, tip, What::Maze { side, kind })
            };
            MazeKind::ALL.map(entry).to_vec()
        }
        Kind::Arc => return,
    };
    let width = (ui.available_width() - 2.0 * 4.0) / 3.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().button_padding.x = 2.0;
        for (short, name, tip, what) in all {
            // The kinds of mazes are as wide as their names.
            let least = if matches!(what, What::Maze { .. }) { 0.0 } else { width };
            let button = Button::new(RichText::new(short).color(cx.theme.secondary)).min_size(vec2(least, 28.0));
            let response = ui.add(button);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            if response.on_hover_text(tip).clicked() {
                cx.actions.push(Action::NewPuzzleOf(what));
            }
        }
    });
    if cx.state.kind() == Kind::Maze {
        blank_maze(ui, cx);
    }
}

/// A maze to be drawn from nothing, of any side.
fn blank_maze(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.horizontal(|ui| {
        let mut side = cx.state.settings.maze_side;
        let drag = DragValue::new(&mut side).range(5..=*SIDES.end()).speed(0.2).suffix(" cells a side");
        let response = ui.add(drag).accessible_name("Side of new mazes");
        response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, "Side of new mazes"));
        if side != cx.state.settings.maze_side {
            cx.actions.push(Action::BrowseSide(side));
        }
        if ui.button("Blank").on_hover_text("An empty maze of this side, to be drawn").clicked() {
            cx.actions.push(Action::BlankMaze(side));
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
            sizes(ui, cx);
            new_ones(ui, cx);
            let most = (ui.ctx().content_rect().height() - 260.0).max(160.0);
            ScrollArea::vertical().max_height(most).show(ui, |ui| samples(ui, cx));
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
