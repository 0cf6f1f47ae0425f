//! The curves of the selected run, with others laid over it, and how far each segment gets.

mod segments;

use std::sync::Arc;

use eframe::egui::{
    Align2, Button, Color32, Id, Label, Rect, RichText, Role, ScrollArea, Sense, Slider, Ui, UiBuilder, WidgetInfo,
    pos2, vec2,
};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::command::CommandId;
use super::super::theme::{self, Theme};
use super::super::train::curves::Quantity;
use super::super::train::facts::{grouped, number};
use super::super::train::{Axis, TrainAction};
use super::super::widgets::chart::{Chart, Line, Span, reader, set_reader};
use super::super::widgets::scale::Unit;
use super::super::widgets::{export_menu, finish, header};
use super::Cx;
use crate::train::watch::{Life, RunView};

/// A chart's lines for each run: what is drawn, what it is called beside others of its own run, its colour and weight.
struct Sheet {
    title: &'static str,
    tip: &'static str,
    unit: Unit,
    log: bool,
    range: Option<(f32, f32)>,
    curves: Vec<(Quantity, &'static str, Color32, f32)>,
}

fn sheets(theme: &Theme, log: bool) -> Vec<Sheet> {
    let share = Some((0.0, 1.0));
    let training = theme.tint(theme.l, 0.6);
    let loss = if log { "Language-model loss, log" } else { "Language-model loss" };
    vec![
        Sheet {
            title: "Exact",
            tip: "Share of boards wholly right: held-out puzzles under the averaged weights, and training puzzles as they \
                  halt under the newest ones",
            unit: Unit::Share,
            log: false,
            range: share,
            curves: vec![
                (Quantity::TrainingExact, "in training", training, 1.2),
                (Quantity::HeldOutExact, "held out", theme.l, 2.0),
            ],
        },
        Sheet {
            title: loss,
            tip: "Mean cross-entropy of a board's cells at the segment that was trained",
            unit: Unit::Number,
            log,
            range: None,
            curves: vec![(Quantity::LmLoss, "loss", theme.l, 1.6)],
        },
        Sheet {
            title: "Segments used (mean), halting",
            tip: "How many segments a training board takes before it halts",
            unit: Unit::Number,
            log: false,
            range: Some((0.0, 1.0)),
            curves: vec![(Quantity::Segments, "segments", theme.right, 1.6)],
        },
        Sheet {
            title: "Q losses",
            tip: "How well the model foresees whether halting now is right (halt), and how well going on would do (continue)",
            unit: Unit::Number,
            log: false,
            range: Some((0.0, 0.1)),
            curves: vec![
                (Quantity::QContinue, "continue", theme.secondary, 1.6),
                (Quantity::QHalt, "halt", theme.right, 1.6),
            ],
        },
        Sheet {
            title: "Cells right",
            tip: "Share of single cells right",
            unit: Unit::Share,
            log: false,
            range: share,
            curves: vec![
                (Quantity::TrainingCell, "in training", training, 1.2),
                (Quantity::HeldOutCell, "held out", theme.l, 2.0),
            ],
        },
        Sheet {
            title: "Steps per second",
            tip: "Speed since the report before, evaluations not counted",
            unit: Unit::Number,
            log: false,
            range: Some((0.0, 1.0)),
            curves: vec![(Quantity::Speed, "steps/s", theme.l, 1.6)],
        },
        Sheet {
            title: "Learning rate",
            tip: "The schedule: it warms up, then falls",
            unit: Unit::Number,
            log: false,
            range: Some((0.0, 1e-9)),
            curves: vec![(Quantity::Rate, "learning rate", theme.l, 1.6)],
        },
    ]
}

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, titled: bool) -> bool {
    let run = cx.state.train.current().cloned();
    let subtitle = run.as_deref().map(at).unwrap_or_default();
    let corner = ui.cursor().min;
    let dragged = titled && header(ui, "Learning", &subtitle, cx.theme, |ui| tools(ui, cx));
    if let Some(tip) = run.as_deref().filter(|_| titled).and_then(speeds) {
        // Over the words, not over the tools.
        let words = ui.painter().layout_no_wrap(format!("Learning {subtitle}"), theme::bold(13.0), cx.theme.text);
        let strip = Rect::from_min_size(corner, vec2(words.size().x.min(ui.available_width() * 0.45), 30.0));
        ui.interact(strip, ui.scope_id().with("speeds"), Sense::hover()).on_hover_text(tip);
    }
    let Some(run) = run else {
        empty(ui, cx);
        return dragged;
    };
    if run.reports.is_empty() && run.measured.is_empty() {
        waiting(ui, cx, &run);
        return dragged;
    }
    let area = ui.available_size();
    ScrollArea::vertical().id_salt("curves").auto_shrink(false).show(ui, |ui| charts(ui, cx, &run, area.y));
    dragged
}

/// Where the run stands.
fn at(run: &RunView) -> String {
    let (step, steps) = (run.step(), run.steps());
    let of = if steps > 0 { format!(" of {}", grouped(steps)) } else { String::new() };
    let speed = recent_speed(run).map(|speed| format!(" · {} steps/s", number(speed))).unwrap_or_default();
    format!("step {}{of}{speed}", grouped(step))
}

/// Steps per second in the last report of a run at work.
fn recent_speed(run: &RunView) -> Option<f32> {
    let last = run.reports.last().filter(|_| run.life.works())?;
    Some(last.steps_per_s).filter(|speed| speed.is_finite() && *speed > 0.0)
}

/// The speed now and over all, in words.
fn speeds(run: &RunView) -> Option<String> {
    let recent = number(recent_speed(run)?);
    let overall = number(run.status.steps_per_s as f32);
    Some(format!(
        "{recent} steps/s in the last report, evaluations not counted; {overall} since it was started or resumed, \
         everything counted"
    ))
}

fn tools(ui: &mut Ui, cx: &mut Cx<'_>) {
    let theme = cx.theme;
    let settings = cx.state.settings.curves.clone();
    if cx.state.train.view.is_some() {
        let all = ui.button(RichText::new("show all").color(theme.l));
        if all.on_hover_text("Show the whole curves again; a double click on a chart does the same").clicked() {
            cx.actions.push(Action::Train(TrainAction::View(None)));
        }
    }
    for (axis, name) in [(Axis::Steps, "steps"), (Axis::Time, "time")] {
        let on = settings.axis == axis;
        let text = RichText::new(name).color(if on { theme.text } else { theme.secondary });
        let response = ui.selectable_label(on, text);
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, format!("Curves over {name}")));
        let tip = if axis == Axis::Time { "Over the time spent on steps" } else { "Over steps" };
        if response.on_hover_text(tip).clicked() {
            cx.actions.push(Action::Train(TrainAction::SetAxis(axis)));
        }
    }
    let text = RichText::new("log").color(if settings.log { theme.text } else { theme.secondary });
    let log = ui.selectable_label(settings.log, text);
    log.widget_info(|| WidgetInfo::selected(Role::Switch, true, settings.log, "Logarithmic loss"));
    if log.on_hover_text("The loss on a logarithmic scale").clicked() {
        cx.actions.push(Action::Train(TrainAction::ToggleLog));
    }
    let tip = "The weight of what came before, in the training curves. Held-out figures are never smoothed";
    let label = ui.label(RichText::new(format!("smooth {:.2}", settings.smoothing)).color(theme.secondary));
    label.on_hover_text(tip);
    let mut weight = settings.smoothing;
    ui.spacing_mut().slider_width = 64.0;
    let slider = Slider::new(&mut weight, 0.0..=0.99).show_value(false).trailing_fill(true);
    let response = ui.add(slider).accessible_name("Smoothing");
    if response.changed() {
        cx.actions.push(Action::Train(TrainAction::Smooth(weight)));
    }
    response.on_hover_text(tip);
    export_menu(ui, cx, "Export the curves", &[CommandId::ExportCsv, CommandId::ExportTensorBoard]);
}

fn charts(ui: &mut Ui, cx: &mut Cx<'_>, run: &Arc<RunView>, height: f32) {
    super::tight(ui);
    let theme = cx.theme;
    let settings = cx.state.settings.curves.clone();
    let plotted: Vec<Arc<RunView>> = cx.state.train.plotted().into_iter().cloned().collect();
    cx.curves.keep(&plotted.iter().collect::<Vec<_>>());
    let reader_id = Id::unique("the reader's line of the curves");
    let span = span(cx, &plotted, reader(ui, reader_id));
    let (mut read, mut view) = (None, None);
    let width = ui.available_width() - 8.0;
    let columns = if width > 460.0 { 2 } else { 1 };
    let gap = 28.0;
    let each = (width - gap * (columns - 1) as f32) / columns as f32;
    // Two rows and the bars fill the pane; the rest is found below.
    let row = (height * 0.32).clamp(160.0, 300.0);
    let across = if settings.axis == Axis::Steps { Unit::Steps } else { Unit::Seconds };
    let sheets = sheets(theme, settings.log);
    let zoomed = cx.state.train.view.is_some();
    let mut place = |ui: &mut Ui, cx: &mut Cx<'_>, group: &[Sheet]| {
        for pair in group.chunks(columns) {
            let (rect, _) = ui.allocate_exact_size(vec2(width, row), Sense::hover());
            if !ui.is_rect_visible(rect) {
                continue;
            }
            for (i, sheet) in pair.iter().enumerate() {
                let left = rect.left() + i as f32 * (each + gap);
                let rect = Rect::from_min_size(pos2(left, rect.top() + 6.0), vec2(each, row - 16.0));
                let lines = lines(cx, sheet, &plotted);
                let (title, unit, log, tip) = (sheet.title, sheet.unit, sheet.log, sheet.tip);
                // A part is shown as high as it goes; shares stay comparable.
                let range = sheet.range.filter(|_| !zoomed || unit == Unit::Share);
                let done = Chart { title, lines, unit, across, log, range, tip }.show(ui, rect, theme, span);
                read = read.or(done.reader);
                view = view.or(done.view);
            }
        }
    };
    place(ui, cx, &sheets[..4]);
    segments::bars(ui, cx, run, width, (row - 8.0).max(150.0));
    place(ui, cx, &sheets[4..]);
    segments::by_segment(ui, cx, run, (width, row), span);
    set_reader(ui, reader_id, read);
    if let Some(view) = view {
        cx.actions.push(Action::Train(TrainAction::View(view)));
    }
}

/// All there is across, of every run that is plotted, and what is shown of it.
fn span(cx: &Cx<'_>, plotted: &[Arc<RunView>], reader: Option<f64>) -> Span {
    let by_steps = cx.state.settings.curves.axis == Axis::Steps;
    let end = |run: &Arc<RunView>| {
        let (report, measured) = (run.reports.last(), run.measured.last());
        match by_steps {
            true => report.map_or(0, |r| r.step).max(measured.map_or(0, |m| m.step)) as f64,
            false => report.map_or(0.0, |r| r.seconds).max(measured.map_or(0.0, |m| m.seconds)),
        }
    };
    let last = plotted.iter().map(end).fold(1e-3, f64::max);
    // What is still to come of the selected run is seen as room, when it is not much more than what was.
    let coming = plotted.first().filter(|run| run.life != Life::Done).map_or(0.0, |run| {
        let share = run.steps() as f64 / run.step().max(1) as f64;
        if share <= 3.0 { end(run) * share } else { 0.0 }
    });
    // Room for the names at the lines' ends.
    let whole = (0.0, coming.max(last * 1.14));
    let shown = cx.state.train.view.map(|(from, to)| (from.max(whole.0), to.min(whole.1)));
    Span { whole, shown: shown.filter(|(from, to)| from < to).unwrap_or(whole), reader }
}

fn lines(cx: &mut Cx<'_>, sheet: &Sheet, plotted: &[Arc<RunView>]) -> Vec<Line> {
    let theme = cx.theme;
    let settings = &cx.state.settings.curves;
    let alone = plotted.len() == 1;
    let mut lines = Vec::new();
    // The selected run is drawn last, over the others.
    for (place, run) in plotted.iter().enumerate().rev() {
        for (i, (quantity, name, color, width)) in sheet.curves.iter().enumerate() {
            let main = i + 1 == sheet.curves.len();
            if place > 0 && !main {
                continue;
            }
            let points = cx.curves.of(run, *quantity, settings);
            // Beside other runs the selected one is blue everywhere.
            let color = if alone || place == 0 && !main { *color } else { colour_of(theme, place) };
            let label = match (alone, place, sheet.curves.len()) {
                (true, _, 1) => String::new(),
                (true, ..) => (*name).to_owned(),
                (false, 0, _) if !main => (*name).to_owned(),
                (false, ..) => run.name.clone(),
            };
            let name = if alone { (*name).to_owned() } else { format!("{name}, {}", run.name) };
            lines.push(Line { label, name, color, width: *width, points });
        }
    }
    lines
}

/// The colour of a run among those that are plotted: blue for the selected one; the others are told apart in all common kinds
/// of colour blindness.
pub fn colour_of(theme: &Theme, place: usize) -> Color32 {
    // Orange, purple, vermilion and yellow among ARC's safe colours.
    const SAFE: [u8; 4] = [7, 6, 2, 4];
    let Some(place) = place.checked_sub(1) else { return theme.l };
    match SAFE.get(place) {
        // They were made for a dark ground or for areas: as lines on a light one they are too faint.
        Some(colour) if !theme.dark => theme.between(theme.arc(*colour, true), theme.text, 0.3),
        Some(colour) => theme.arc(*colour, true),
        None => theme.input,
    }
}

/// A run that has not said a figure yet.
fn waiting(ui: &mut Ui, cx: &Cx<'_>, run: &RunView) {
    let text = match run.life {
        life if life.works() => "The first figures come with the first report, after some steps.",
        _ => "This run has no figures: it ended before its first report.",
    };
    let rect = ui.available_rect_before_wrap();
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, theme::text(13.0), cx.theme.secondary);
}

/// No run at all: what could be.
fn empty(ui: &mut Ui, cx: &mut Cx<'_>) {
    let theme = cx.theme;
    let area = ui.available_rect_before_wrap();
    if !cx.state.train.looked {
        let text = "Looking for runs…";
        ui.painter().text(area.center(), Align2::CENTER_CENTER, text, theme::text(13.0), theme.secondary);
        return;
    }
    let mut child = ui.new_child(UiBuilder::new().max_rect(area.shrink(12.0)));
    child.vertical_centered(|ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.add_space((area.height() * 0.4 - 76.0).max(0.0));
        ui.label(RichText::new(char::from(Icon::GraduationCap)).font(theme::icons(34.0)).color(theme.l));
        ui.add_space(8.0);
        ui.label(RichText::new("Train a model and watch it learn").font(theme::bold(15.0)).color(theme.text));
        for line in [
            "Choose a preset, and its curves and a puzzle that it solves better and better appear here.",
            "Runs that were started in a terminal show up too; a run folder can be dropped on the window.",
        ] {
            ui.add(Label::new(RichText::new(line).color(theme.secondary)).wrap());
        }
        ui.add_space(10.0);
        let face = RichText::new("New training run…").color(theme.on_accent);
        let button = Button::new(face).fill(theme.l).min_size(vec2(150.0, 32.0));
        finish(ui, cx, super::super::command::command(CommandId::NewRun), button);
    });
}

#[cfg(test)]
mod tests;
