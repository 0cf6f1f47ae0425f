//! New puzzles: their size, and how hard or of which kind they are.

use eframe::egui::{Button, DragValue, RichText, Role, Ui, WidgetInfo, vec2};

use super::super::super::action::Action;
use super::super::super::puzzles::{Difficulty, MAZE_SIDES, What, askable_givens, capital};
use super::super::Cx;
use crate::board::Kind;
use crate::board::maze::{MazeKind, SIDES};
use crate::board::sudoku::Shape;

/// What is browsed: shapes of Sudokus, or sides of mazes, one beside the other.
pub fn sizes(ui: &mut Ui, cx: &mut Cx<'_>) {
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
    let count = all.len() as f32;
    let width = (ui.available_width() - (count - 1.0) * 4.0) / count;
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

/// New puzzles of the browsed size: by difficulty, or by the kind of maze.
pub fn new_ones(ui: &mut Ui, cx: &mut Cx<'_>) {
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
    match cx.state.kind() {
        Kind::Sudoku => by_givens(ui, cx),
        Kind::Maze => blank_maze(ui, cx),
        Kind::Arc => {}
    }
}

/// A Sudoku with a chosen number of givens.
fn by_givens(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (shape, before) = (cx.state.settings.shape, cx.state.settings.givens);
    let range = askable_givens(shape);
    ui.horizontal(|ui| {
        let mut givens = before.clamp(*range.start(), *range.end());
        let response = ui.add(DragValue::new(&mut givens).range(range.clone()).speed(0.2).suffix(" givens"));
        response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, "Givens of new Sudokus"));
        if givens != before && response.changed() {
            cx.actions.push(Action::SetGivens(givens));
        }
        let tip = format!("A {shape} Sudoku with {givens} givens and one solution; fewer may take a moment");
        if ui.button("Make").on_hover_text(tip).clicked() {
            cx.actions.push(Action::NewPuzzleOf(What::Givens(shape, givens)));
        }
    });
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
