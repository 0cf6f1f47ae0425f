//! The bar at the top: the name, the menus, the model, the device, the theme.

use eframe::egui::{
    Align, Align2, Button, Layout, MenuBar, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    WidgetInfo, menu, vec2,
};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::command::{CommandId, command};
use super::super::document::BUDGETS;
use super::super::layout::Mode;
use super::super::puzzles::{Difficulty, MAZE_SIDES, What};
use super::super::theme::{self, Theme, ThemeChoice};
use super::super::train::facts::bytes;
use super::super::widgets::{at_right, finish, fitted, menu_item};
use super::Cx;
use super::models::{devices, models, parameters, short};
use crate::board::Kind;
use crate::board::maze::MazeKind;
use crate::board::sudoku::Shape;

/// Shows the bar.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let theme = cx.theme;
    MenuBar::new().ui(ui, |ui| {
        ui.set_min_height(40.0);
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.add_space(4.0);
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.label(RichText::new("hrm").font(theme::bold(14.0)).color(theme.text));
            ui.label(RichText::new("scope").font(theme::bold(14.0)).color(theme.l));
        });
        ui.add_space(8.0);
        ui.scope(|ui| {
            ui.spacing_mut().button_padding = vec2(6.0, 2.0);
            menus(ui, cx);
        });
        ui.add_space(8.0);
        ui.spacing_mut().item_spacing.x = 8.0;
        kinds(ui, cx);
        model(ui, cx);
        device(ui, cx);
        let rest = ui.available_rect_before_wrap();
        let tools = at_right(ui, "tools", rest.with_max_x(rest.right() - 2.0), |ui| {
            modes(ui, cx);
            let keys = framed(Button::new(theme::icon(Icon::Keyboard, 15.0)), theme).min_size(vec2(32.0, 28.0));
            finish(ui, cx, command(CommandId::Keys), keys);
            let icon = match cx.state.settings.theme {
                ThemeChoice::System => Icon::SunMoon,
                ThemeChoice::Dark => Icon::Moon,
                ThemeChoice::Light => Icon::Sun,
            };
            let button = framed(Button::new(theme::icon(icon, 15.0)), theme).min_size(vec2(32.0, 28.0));
            finish(ui, cx, command(CommandId::Theme), button);
        });
        status(ui, cx, rest.with_max_x(tools.left() - 8.0));
    });
}

/// A menu bar takes the frames off its buttons; these keep theirs.
fn framed<'a>(button: Button<'a>, theme: &Theme) -> Button<'a> {
    button.fill(theme.raised).stroke(Stroke::new(1.0, theme.hairline))
}

/// A choice of one of several, one beside the other.
fn choice(ui: &mut Ui, cx: &mut Cx<'_>, salt: &str, width: f32, entries: &[(&str, CommandId, bool)]) {
    let theme = cx.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(width, 30.0), Sense::hover());
    let (fill, line) = (theme.raised, Stroke::new(1.0, theme.hairline));
    ui.painter().rect(rect, theme::RADIUS, fill, line, StrokeKind::Inside);
    let share = vec2(rect.width() / entries.len() as f32, rect.height());
    for (i, (name, id, on)) in entries.iter().enumerate() {
        let place = Rect::from_min_size(rect.min + vec2(i as f32 * share.x, 0.0), share);
        let response = ui.interact(place, ui.scope_id().with((salt, i)), Sense::click());
        if *on {
            ui.painter().rect_filled(place.shrink(2.0), theme::RADIUS - 1, theme.raised_more);
        }
        let font = if *on { theme::bold(13.0) } else { theme::text(13.0) };
        let color = if *on || response.hovered() { theme.text } else { theme.secondary };
        ui.painter().text(place.center(), Align2::CENTER_CENTER, *name, font, color);
        let command = command(*id);
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, *on, command.name));
        if response.on_hover_text(command.tooltip(cx.state)).clicked() {
            cx.actions.push(command.action.clone());
        }
    }
}

/// The layouts.
fn modes(ui: &mut Ui, cx: &mut Cx<'_>) {
    let mode = cx.state.settings.mode;
    let entries = [
        ("Explore", CommandId::ShowExplore, mode == Mode::Explore),
        ("Research", CommandId::ShowResearch, mode == Mode::Research),
        ("Train", CommandId::ShowTrain, mode == Mode::Train),
    ];
    choice(ui, cx, "layout", 210.0, &entries);
}

/// The kinds of boards, which only the layout Explore shows.
fn kinds(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.state.settings.mode != Mode::Explore {
        return;
    }
    let now = cx.state.kind();
    let id = |kind| match kind {
        Kind::Sudoku => CommandId::ShowSudoku,
        Kind::Maze => CommandId::ShowMaze,
        Kind::Arc => CommandId::ShowArc,
    };
    choice(ui, cx, "kind", 186.0, &Kind::ALL.map(|kind| (kind.name(), id(kind), kind == now)));
}

/// What goes on, in two words, where there is room.
fn status(ui: &mut Ui, cx: &Cx<'_>, room: Rect) {
    let text = match (cx.state.loading.is_some(), cx.state.thinking(), cx.state.generating) {
        (true, ..) => "loading the model…",
        (_, true, _) => "thinking…",
        (.., true) => "making a puzzle…",
        _ => return,
    };
    if room.width() > 140.0 {
        let layout = Layout::right_to_left(Align::Center);
        ui.new_child(UiBuilder::new().max_rect(room).layout(layout))
            .label(RichText::new(text).color(cx.theme.secondary));
    }
}

fn menus(ui: &mut Ui, cx: &mut Cx<'_>) {
    menu(ui, "File", |ui| {
        for id in [
            CommandId::NewTab,
            CommandId::Open,
            CommandId::OpenFolder,
            CommandId::Save,
            CommandId::SaveAs,
            CommandId::CloseTab,
        ] {
            menu_item(ui, cx, id);
        }
        ui.separator();
        menu_item(ui, cx, CommandId::BoardPng);
        menu_item(ui, cx, CommandId::SaveRun);
        menu_item(ui, cx, CommandId::SaveTrace);
        ui.separator();
        menu_item(ui, cx, CommandId::NextTab);
        menu_item(ui, cx, CommandId::PreviousTab);
        ui.separator();
        menu_item(ui, cx, CommandId::Quit);
    });
    menu(ui, "Edit", |ui| {
        use CommandId::*;
        for id in [Undo, Redo, Copy, Cut, Paste, CopyCsv, CopyState, Erase, Clear] {
            menu_item(ui, cx, id);
        }
        ui.separator();
        match cx.state.kind() {
            Kind::Sudoku => {
                for id in [Pencil, Hint, Lock, Unlock] {
                    menu_item(ui, cx, id);
                }
            }
            Kind::Maze => {
                for id in [Brush, Eraser, Line, Rectangle, Fill, PutStart, PutGoal] {
                    menu_item(ui, cx, id);
                }
            }
            Kind::Arc => {
                ui.menu_button("The grid that is worked on", |ui| {
                    for id in [TurnLeft, TurnRight, MirrorSides, MirrorTop, Transpose, CycleColours] {
                        menu_item(ui, cx, id);
                    }
                    ui.separator();
                    for id in [MoreRows, FewerRows, MoreColumns, FewerColumns] {
                        menu_item(ui, cx, id);
                    }
                });
                for id in [SelectTool, SelectAll, FillSelection, CopyInput, CopyAnswer, AddExample, RemoveExample] {
                    menu_item(ui, cx, id);
                }
            }
        }
        ui.separator();
        menu_item(ui, cx, NewPuzzle);
        for shape in Shape::ALL {
            ui.menu_button(format!("New {shape} puzzle"), |ui| {
                for difficulty in Difficulty::ALL {
                    let givens = difficulty.givens(shape);
                    let name = format!("{}, {} to {} givens", difficulty.name(), givens.start(), givens.end());
                    if ui.button(name).clicked() {
                        cx.actions.push(Action::NewPuzzleOf(What::Sudoku(shape, difficulty)));
                        ui.close();
                    }
                }
            });
        }
        ui.menu_button("New maze", |ui| {
            for side in MAZE_SIDES {
                for kind in MazeKind::ALL {
                    if ui.button(format!("{side} × {side}, {kind}")).clicked() {
                        cx.actions.push(Action::NewPuzzleOf(What::Maze { side, kind }));
                        ui.close();
                    }
                }
            }
        });
    });
    menu(ui, "View", |ui| {
        for id in [CommandId::ShowSudoku, CommandId::ShowMaze, CommandId::ShowArc] {
            menu_item(ui, cx, id);
        }
        ui.separator();
        for id in [CommandId::Solution, CommandId::Candidates, CommandId::ArcColours] {
            menu_item(ui, cx, id);
        }
        for id in [CommandId::ZoomIn, CommandId::ZoomOut, CommandId::WholeBoard] {
            menu_item(ui, cx, id);
        }
        ui.separator();
        for id in [CommandId::ShowLibrary, CommandId::ShowPlots, CommandId::Full, CommandId::Linear, CommandId::Still] {
            menu_item(ui, cx, id);
        }
        ui.separator();
        for id in [CommandId::ThemeDark, CommandId::ThemeLight, CommandId::ThemeSystem] {
            menu_item(ui, cx, id);
        }
        menu_item(ui, cx, CommandId::Contrast);
        ui.separator();
        menu_item(ui, cx, CommandId::ShowExplore);
        menu_item(ui, cx, CommandId::ShowResearch);
        menu_item(ui, cx, CommandId::ShowTrain);
        menu_item(ui, cx, CommandId::Layout);
    });
    menu(ui, "Run", |ui| {
        use CommandId::{AskAll, SaveResults, StopAskAll};
        for id in [AskAll, StopAskAll, SaveResults] {
            menu_item(ui, cx, id);
        }
        ui.separator();
        for id in [CommandId::Play, CommandId::Loop, CommandId::Faster, CommandId::Slower] {
            menu_item(ui, cx, id);
        }
        ui.separator();
        for id in [
            CommandId::NextStep,
            CommandId::PreviousStep,
            CommandId::NextCycle,
            CommandId::PreviousCycle,
            CommandId::NextSegment,
            CommandId::PreviousSegment,
            CommandId::Start,
            CommandId::End,
        ] {
            menu_item(ui, cx, id);
        }
        ui.separator();
        menu_item(ui, cx, CommandId::Think);
        menu_item(ui, cx, CommandId::Stop);
        if cx.state.kind() == Kind::Arc {
            use CommandId::{Ask, Fit, ForgetFit, StopAsking, StopFit};
            ui.separator();
            for id in [Ask, StopAsking, Fit, StopFit, ForgetFit] {
                menu_item(ui, cx, id);
            }
        }
        ui.separator();
        use CommandId::{DuplicateRun, ExportCsv, ExportTensorBoard, NewRun, StopRun, ToggleRun};
        for id in [NewRun, ToggleRun, StopRun, DuplicateRun, ExportCsv, ExportTensorBoard] {
            menu_item(ui, cx, id);
        }
        ui.separator();
        memory(ui, cx);
    });
    menu(ui, "Help", |ui| {
        menu_item(ui, cx, CommandId::Palette);
        menu_item(ui, cx, CommandId::Keys);
    });
}

/// How much memory the states of a run may take.
fn memory(ui: &mut Ui, cx: &mut Cx<'_>) {
    let response = ui.menu_button("Memory for states", |ui| {
        let automatic = format!("Automatic, {}", bytes(cx.state.automatic_budget() as u64));
        let fixed = BUDGETS.map(|budget| (Some(budget), bytes(u64::from(budget) << 20)));
        for (choice, name) in [(None, automatic)].into_iter().chain(fixed) {
            if ui.radio(cx.state.settings.memory == choice, name).clicked() {
                cx.actions.push(Action::SetMemory(choice));
                ui.close();
            }
        }
    });
    response.response.on_hover_text(
        "z_H and z_L of every micro-step are kept as long as they have room. States far from the playhead are then let go, and \
         computed again when they are looked at. Automatic is a quarter of the memory that was free at the start",
    );
}

fn menu(ui: &mut Ui, name: &str, content: impl FnOnce(&mut Ui)) {
    let button = Button::new(RichText::new(name)).min_size(vec2(0.0, 28.0));
    menu::MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_min_width(220.0);
        // A long menu in a small window is scrolled.
        let room = ui.ctx().content_rect().bottom() - ui.next_widget_position().y - 24.0;
        let room = room.max(120.0);
        ScrollArea::vertical().max_height(room).min_scrolled_height(room).show(ui, content);
    });
}

/// What stands behind the choosers: the layouts, and two buttons.
const RIGHT: f32 = 302.0;

/// What a chooser needs beside its name.
const CHOOSER: f32 = 46.0;

/// The longest name that is written in full where there is room.
const LONGEST: f32 = 220.0;

/// What is left free before a detail is written behind a name.
const SPARE: f32 = 48.0;

/// A button that opens a list; `behind` is the room that belongs to what stands right of it.
fn chooser(
    ui: &mut Ui,
    (icon, mark): (Icon, eframe::egui::Color32),
    (name, detail): (&str, &str),
    behind: f32,
    cx: &mut Cx<'_>,
    (label, tip): (&str, &str),
    content: impl FnOnce(&mut Ui, &mut Cx<'_>),
) {
    let room = (ui.available_width() - behind - CHOOSER).max(24.0);
    let wide = |text: &str| fitted(ui.painter(), text, theme::text(13.0), cx.theme.text, f32::INFINITY).size().x;
    let detailed = !detail.is_empty() && wide(name).min(LONGEST) + wide(detail) + SPARE < room;
    let name = fitted(ui.painter(), name, theme::text(13.0), cx.theme.text, room.min(LONGEST));
    let name = name.rows.iter().map(|row| row.text()).collect::<String>();
    let text = |text: &str, color| RichText::new(text).color(color);
    let chevron = theme::icon(Icon::ChevronDown, 12.0).color(cx.theme.secondary);
    let button = if detailed {
        let atoms = (
            theme::icon(icon, 13.0).color(mark),
            text(&name, cx.theme.text),
            text(detail, cx.theme.secondary),
            chevron,
        );
        Button::new(atoms)
    } else {
        Button::new((theme::icon(icon, 13.0).color(mark), text(&name, cx.theme.text), chevron))
    };
    let button = framed(button, cx.theme).min_size(vec2(0.0, 28.0)).gap(7.0);
    let (response, _) = menu::MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_width(300.0);
        content(ui, cx);
    });
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, label));
    response.on_hover_text(tip);
}

fn model(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (name, detail, mark) = match &cx.state.model {
        Some(model) => {
            let fits = cx.state.misfit().is_none() || cx.state.loading.is_some();
            let mark = if fits { cx.theme.h } else { cx.theme.wrong };
            (model.name.clone(), format!("{} parameters", parameters(model.parameters)), mark)
        }
        None => ("no model".to_owned(), String::new(), cx.theme.faint),
    };
    let tip = match cx.state.misfit() {
        Some(misfit) => misfit,
        None => "The model that answers; choose another".to_owned(),
    };
    // The device's name may be cut to its first letters.
    let behind = RIGHT + CHOOSER + 60.0;
    chooser(ui, (Icon::Diamond, mark), (&name, &detail), behind, cx, ("Model", &tip), models);
}

fn device(ui: &mut Ui, cx: &mut Cx<'_>) {
    let device = cx.state.device.clone();
    let icon = if device.id == "cpu" { Icon::Cpu } else { Icon::Gpu };
    let mark = cx.theme.right;
    let tip = format!("{} computes ({}); choose another device", device.name, device.api);
    chooser(ui, (icon, mark), (short(&device), &device.api), RIGHT, cx, ("Device", &tip), devices);
}
