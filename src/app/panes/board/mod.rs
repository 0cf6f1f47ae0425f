//! The board: what stands on it, the model's answer as bright as it is probable, changes outlined, mistakes with a red
//! corner. Each kind of board is drawn by its own file; what they share is here.

mod arc;
mod card;
mod fit;
mod maze;
mod over;
mod pad;
mod rail;
mod sudoku;
mod tabs;
mod votes;
mod zoom;

use eframe::egui::{Align2, Button, Color32, Pos2, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::arc::{ArcAction, COUNTS};
use super::super::command::{CommandId, command};
use super::super::explain::Tone;
use super::super::figures::{figures as all_figures, subtitle, verdict};
use super::super::state::RunStatus;
use super::super::theme;
use super::super::widgets::{export_menu, figure, text_at, wrapped};
use super::Cx;
use crate::board::Kind;

/// The room for the figures at the left of the board.
const FIGURES: f32 = 132.0;

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
    let state = cx.state;
    let kind = state.kind();
    let mut text = subtitle(state.board(), state.doc.verdict.as_ref().map(|verdict| &verdict.judged));
    if state.doc.run.recorded.is_some() {
        text += " · from a trace file";
    } else if let RunStatus::Finished(elapsed) = state.doc.run.status {
        text += &format!(" · answered in {elapsed:.0} ms");
    }
    let dragged = tabs::show(ui, cx, |ui, cx| {
        use CommandId::{BoardPng, BoardPngLarge, BoardPngSmall, SaveRun, SaveTrace};
        over::chooser(ui, cx);
        if kind == Kind::Sudoku {
            toggle(ui, cx, CommandId::Candidates, "Candidates", state.show_candidates);
        }
        if kind == Kind::Arc {
            ask(ui, cx);
        }
        let truth = match kind {
            Kind::Sudoku => "Solution",
            Kind::Maze => "Shortest path",
            Kind::Arc => "Right answer",
        };
        toggle(ui, cx, CommandId::Solution, truth, state.show_solution);
        export_menu(ui, cx, "Export the board", &[BoardPngSmall, BoardPng, BoardPngLarge, SaveRun, SaveTrace]);
    });
    let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    let (font, color) = (theme::text(12.0), cx.theme.secondary);
    text_at(ui.painter(), line.left_center(), Align2::LEFT_CENTER, &text, font, color, line.width() - 124.0);
    zoom::chip(ui, cx, line);
    let mut area = ui.available_rect_before_wrap();
    ui.allocate_rect(area, Sense::hover());
    if fit::concerns(cx) {
        area.max.y = fit::show(ui, cx, area) - 8.0;
    } else if let Some(caveat) = state.caveat() {
        area.max.y = note(ui, cx, area, &caveat) - 8.0;
    }
    area = over::foot(ui, cx, area);
    match kind {
        Kind::Sudoku => sudoku::show(ui, cx, area),
        Kind::Maze => maze::show(ui, cx, area),
        Kind::Arc => arc::show(ui, cx, area),
    }
    dragged
}

fn toggle(ui: &mut Ui, cx: &mut Cx<'_>, id: CommandId, name: &str, on: bool) {
    let command = command(id);
    let color = if on { cx.theme.text } else { cx.theme.secondary };
    let button = Button::selectable(on, RichText::new(name).color(color)).min_size(vec2(0.0, 26.0));
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, on, command.name));
    if response.on_hover_text(command.tooltip(cx.state)).clicked() {
        cx.actions.push(command.action.clone());
    }
}

/// Asks an ARC task in variants: in how many, is chosen here.
fn ask(ui: &mut Ui, cx: &mut Cx<'_>) {
    let command = command(CommandId::Ask);
    let (possible, count) = ((command.possible)(cx.state), cx.state.arc.count);
    let menu = ui.add_enabled_ui(possible, |ui| {
        let name = RichText::new("Ask with augmentations…").color(cx.theme.secondary);
        let menu = ui.menu_button(name, |ui| {
            for number in COUNTS {
                let text = if number == 1 { "as it is".to_owned() } else { format!("in {number} variants") };
                if ui.selectable_label(number == count, text).clicked() {
                    cx.actions.push(Action::Arc(ArcAction::AskIn(number)));
                    ui.close();
                }
            }
        });
        menu.response
    });
    menu.inner.widget_info(|| WidgetInfo::labeled(Role::ComboBox, possible, "Ask with augmentations"));
    menu.inner.on_hover_text(command.tooltip(cx.state));
}

/// What has to be known of the answer, at the bottom; returns where it begins.
fn note(ui: &Ui, cx: &Cx<'_>, area: Rect, text: &str) -> f32 {
    let galley = wrapped(ui.painter(), text, theme::text(12.0), cx.theme.text, area.width() - 40.0);
    let height = galley.size().y + 12.0;
    let rect = Rect::from_min_max(pos2(area.left(), area.bottom() - height), area.max);
    let painter = ui.painter();
    painter.rect(
        rect,
        theme::RADIUS,
        cx.theme.raised,
        Stroke::new(1.0, cx.theme.hairline),
        eframe::egui::StrokeKind::Inside,
    );
    let mark = char::from(Icon::Info).to_string();
    painter.text(rect.left_center() + vec2(16.0, 0.0), Align2::CENTER_CENTER, mark, theme::icons(14.0), cx.theme.h);
    painter.galley(rect.min + vec2(30.0, 6.0), galley, cx.theme.text);
    let response = ui.interact(rect, ui.scope_id().with("caveat"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Note, true, text));
    rect.top()
}

fn tone(cx: &Cx<'_>, tone: Tone) -> Color32 {
    match tone {
        Tone::Plain => cx.theme.secondary,
        Tone::Strong => cx.theme.text,
        Tone::Of(module) => cx.theme.module(module),
        Tone::Right => cx.theme.right,
        Tone::Wrong => cx.theme.wrong,
    }
}

/// The large figures below each other, and the verdict; returns where they end.
fn figures(ui: &Ui, cx: &Cx<'_>, at: Pos2, bottom: f32) -> f32 {
    let mut y = at.y;
    if let Some((meant, text)) = verdict(cx.state.board(), cx.scene) {
        let icon = if meant == Tone::Right { Icon::Check } else { Icon::Minus };
        let color = tone(cx, meant);
        let mark = char::from(icon).to_string();
        let drawn = ui.painter().text(at, Align2::LEFT_TOP, mark, theme::icons(16.0), color);
        let galley = wrapped(ui.painter(), &text, theme::text(13.0), color, FIGURES - 40.0);
        let height = galley.size().y;
        ui.painter().galley(pos2(drawn.right() + 4.0, y - 1.0), galley, color);
        y += height.max(18.0) + 12.0;
    }
    for told in list(cx) {
        if y + 46.0 > bottom {
            break;
        }
        let color = tone(cx, told.tone);
        y += figure(ui.painter(), cx.theme, pos2(at.x, y), &told.value, &told.rest, &told.what, color) + 12.0;
    }
    y
}

fn list(cx: &Cx<'_>) -> Vec<super::super::figures::Figure> {
    let state = cx.state;
    let segment = state.step().map(|step| step.at.segment);
    let end = state.recording().zip(segment).and_then(|(recording, segment)| recording.end_of(segment));
    let judged = state.doc.verdict.as_ref().map(|verdict| &verdict.judged);
    all_figures(state.board(), cx.scene, end, judged)
}

/// The place of a cell in words.
fn place(cell: usize, cols: usize) -> String {
    format!("row {} column {}", cell / cols.max(1) + 1, cell % cols.max(1) + 1)
}
