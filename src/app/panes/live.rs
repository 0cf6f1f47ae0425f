//! The live board: one held-out puzzle under the weights of every few seconds, with its history on a slider.

use eframe::egui::{Align2, Label, Rect, RichText, Role, Sense, Slider, Ui, WidgetInfo, vec2};

use super::super::action::Action;
use super::super::theme;
use super::super::train::TrainAction;
use super::super::train::facts::{ago, grouped, live, open_cells};
use super::super::widgets::{header, tokens};
use super::Cx;
use super::runs::unix_now;
use crate::train::watch::{LivePuzzle, RunView};

/// The side of the small boards below an ARC answer.
const SMALL: f32 = 88.0;
/// The room for their names.
const NAME: f32 = 18.0;

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, titled: bool) -> bool {
    let run = cx.state.train.current().cloned();
    let newest = run.as_ref().map_or(0, |run| run.moments.len().saturating_sub(1));
    let at = cx.state.train.moment.unwrap_or(newest).min(newest);
    let moment = run.as_ref().and_then(|run| run.moments.get(at)).cloned();
    let when = match (&moment, cx.state.train.moment) {
        (Some(_), None) => "now".to_owned(),
        (Some(moment), Some(_)) => format!("step {}", grouped(moment.step)),
        _ => String::new(),
    };
    let dragged = titled
        && header(ui, "Live board", "", cx.theme, |ui| {
            ui.label(RichText::new(when).color(cx.theme.secondary));
        });
    let Some((run, puzzle)) = run.as_ref().and_then(|run| Some((run, run.puzzle.as_ref()?))) else {
        empty(ui, cx, run.as_deref());
        return dragged;
    };
    let task = run.setup.as_ref().map_or("", |setup| setup.task.as_str());
    // An answer of ARC is another grid than the one that was asked.
    let beside = if task == "arc" { SMALL + NAME } else { 0.0 };
    // The slider and up to four lines stand below the board.
    let size = ui.available_width().min(ui.available_height() - 142.0 - beside).max(80.0);
    let (room, _) = ui.allocate_exact_size(vec2(ui.available_width(), size), Sense::hover());
    let rect = Rect::from_center_size(room.center(), vec2(size, size));
    let colours = (cx.theme, cx.state.settings.safe_colours);
    tokens::board(ui.painter(), rect, colours, task, puzzle, moment.as_ref().map(|moment| &*moment.answer));
    let response = ui.interact(rect, ui.scope_id().with("live board"), Sense::hover());
    let score = moment.as_ref().map(|moment| moment.score).unwrap_or_default();
    response.widget_info(|| {
        let cells = open_cells(task);
        let label = format!("Live board: {} of {} {cells} right, {} wrong", score.right, score.open, score.wrong);
        WidgetInfo::labeled(Role::Image, true, label)
    });
    response.on_hover_text(match task {
        "arc" => {
            "The model's answer to a task that training never sees. A stroke is where it ends the grid, what is empty lies \
             outside of it, and a red corner is wrong"
        }
        _ => "A puzzle that training never sees. Bold is given, blue is the model's answer, red is wrong",
    });
    if task == "arc" {
        asked_and_right(ui, cx, puzzle);
    }
    slider(ui, cx, run, at, newest);
    let text = live(task, &run.moments, at);
    ui.add(Label::new(RichText::new(text).color(cx.theme.text)).wrap());
    if run.moments.len() > 1 {
        let hint = "The same held-out puzzle under the weights of each moment. Drag to see skill appear.";
        ui.add(Label::new(RichText::new(hint).font(theme::text(12.0)).color(cx.theme.secondary)).wrap());
    }
    dragged
}

/// What was asked of the model, and the right answer, small side by side.
fn asked_and_right(ui: &mut Ui, cx: &Cx<'_>, puzzle: &LivePuzzle) {
    let (room, _) = ui.allocate_exact_size(vec2(ui.available_width(), NAME + SMALL), Sense::hover());
    let right: Vec<u8> = puzzle.labels.iter().map(|label| label.unwrap_or_default()).collect();
    let colours = (cx.theme, cx.state.settings.safe_colours);
    for (name, answer, side) in [("input", None, -1.0), ("right answer", Some(right.as_slice()), 1.0)] {
        let top = room.center_top() + vec2(side * (SMALL / 2.0 + 8.0), 0.0);
        ui.painter().text(top, Align2::CENTER_TOP, name, theme::text(12.0), cx.theme.secondary);
        let rect = Rect::from_min_size(top + vec2(-SMALL / 2.0, NAME), vec2(SMALL, SMALL));
        tokens::board(ui.painter(), rect, colours, "arc", puzzle, answer);
    }
}

fn slider(ui: &mut Ui, cx: &mut Cx<'_>, run: &RunView, at: usize, newest: usize) {
    if newest == 0 {
        return;
    }
    ui.add_space(4.0);
    let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), 16.0), Sense::hover());
    let step = |moment: usize| run.moments.get(moment).map_or(0, |moment| moment.step);
    let (font, color) = (theme::text(12.0), cx.theme.secondary);
    let first = format!("step {}", grouped(step(0)));
    ui.painter().text(line.left_center(), Align2::LEFT_CENTER, first, font.clone(), color);
    ui.painter().text(line.right_center(), Align2::RIGHT_CENTER, grouped(step(newest)), font, color);
    let mut chosen = at;
    ui.spacing_mut().slider_width = ui.available_width();
    ui.visuals_mut().selection.bg_fill = cx.theme.l;
    let slider = Slider::new(&mut chosen, 0..=newest).show_value(false).trailing_fill(true);
    let response = ui.add(slider).accessible_name("Moment of the live board");
    if response.changed() && chosen != at {
        cx.actions.push(Action::Train(TrainAction::Moment(Some(chosen))));
    }
    let when = run
        .moments
        .get(at)
        .and_then(|moment| moment.at)
        .map_or_else(String::new, |t| format!(", {}", ago(t, unix_now())));
    // While it is dragged, what is said below must be read.
    if !response.dragged() {
        let tip = format!("step {}{when}. At its right end the newest answer stays in view", grouped(step(at)));
        response.on_hover_text(tip);
    }
}

fn empty(ui: &mut Ui, cx: &Cx<'_>, run: Option<&RunView>) {
    let text = match run {
        None => "Here one puzzle that training never sees is answered again and again, so that one sees skill appear.",
        Some(run) if run.life.works() => "The first answer to a held-out puzzle comes after a few seconds of training.",
        Some(_) => "This run kept no live board.",
    };
    let size = vec2(ui.available_width(), ui.available_height().min(160.0));
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let mut child = ui.new_child(eframe::egui::UiBuilder::new().max_rect(rect.shrink(12.0)));
    child.vertical_centered(|ui| {
        ui.add_space((rect.height() - 60.0).max(0.0) / 2.0);
        ui.add(Label::new(RichText::new(text).color(cx.theme.secondary)).wrap());
    });
}
