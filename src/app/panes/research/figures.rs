//! The list of figures, what they are made from, and how far the work is.

use eframe::egui::{Button, ComboBox, ProgressBar, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo, vec2};
use lucide_icons::Icon;

use crate::analysis::{Axis, Colour};
use crate::app::action::Action;
use crate::app::command::{CommandId, command};
use crate::app::panes::Cx;
use crate::app::research::{Page, ResearchAction, Topic, form::usual_data};
use crate::app::theme;
use crate::app::train::facts::duration;
use crate::app::widgets::{Row, finish, header};

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, titled: bool) -> bool {
    let dragged = titled && header(ui, "Figures", "", cx.theme, |_| {});
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for topic in Topic::ALL {
            row(ui, cx, topic);
        }
        ui.add_space(10.0);
        ui.label(RichText::new("SAMPLE").font(theme::text(12.0)).color(cx.theme.secondary));
        ui.add_space(2.0);
        fields(ui, cx);
        ui.add_space(8.0);
        work(ui, cx);
    });
    dragged
}

fn row(ui: &mut Ui, cx: &mut Cx<'_>, topic: Topic) {
    let (theme, research) = (cx.theme, &cx.state.research);
    let busy = research.work.as_ref().filter(|work| work.topic == topic);
    let (icon, mark, detail) = match (busy, research.page(topic)) {
        (Some(work), _) => (Icon::Hourglass, theme.l, format!("{:.0} %", 100.0 * work.done)),
        (None, Some(Page::Found(found))) => (Icon::ChartLine, theme.right, found.study.samples.to_string()),
        (None, Some(Page::Failed(_))) => (Icon::TriangleAlert, theme.wrong, "failed".to_owned()),
        (None, None) if research.queue.contains(&topic) => (Icon::Clock, theme.secondary, "waits".to_owned()),
        (None, None) => (Icon::ChartLine, theme.faint, String::new()),
    };
    let row =
        Row { icon, mark, name: topic.name(), detail: &detail, active: research.topic == topic, tip: topic.about() };
    if row.show(ui, theme).clicked() {
        cx.actions.push(Action::Research(ResearchAction::Choose(topic)));
    }
}

fn fields(ui: &mut Ui, cx: &mut Cx<'_>) {
    let before = &cx.state.research.form;
    let mut form = before.clone();
    let topic = cx.state.research.topic;
    let puzzles = before.puzzles.trim().parse().unwrap_or(100);
    let usual = cx.state.model.as_ref().and_then(|model| usual_data(model, puzzles)).unwrap_or_default();
    let trained = cx.state.model.as_ref().map_or(0, |model| model.dimensions.max_segments);
    field(ui, cx, "Data", "A puzzle CSV, ARC JSON, a builder's folder, or generated:…", |ui| {
        text(ui, &mut form.data, "Data", &usual);
    });
    field(ui, cx, "Puzzles", "The first so many of the data", |ui| text(ui, &mut form.puzzles, "Puzzles", ""));
    let segments = match topic {
        Topic::Halting => format!("{} (4 times as trained)", 4 * trained),
        _ => format!("{trained}, as trained"),
    };
    field(ui, cx, "Segments", "Every puzzle takes all of them; empty for the usual number", |ui| {
        text(ui, &mut form.segments, "Segments", &segments);
    });
    match topic {
        Topic::Dimensionality => {
            field(ui, cx, "Rows", "What the rows of the covariance are", |ui| {
                let names = [
                    (Axis::All, "every step and token"),
                    (Axis::Mean, "every step, mean of tokens"),
                    (Axis::Final, "every token at the end"),
                ];
                choice(ui, "Rows", &mut form.axis, &names);
            });
            field(ui, cx, "Controls", "How many models with fresh weights stand beside it", |ui| {
                text(ui, &mut form.controls, "Controls", "");
            });
        }
        Topic::Trajectory => {
            let tip = "mean over tokens, all tokens, or the number of one token (puzzle tokens first)";
            field(ui, cx, "Of a state", tip, |ui| text(ui, &mut form.view, "Of a state", "mean"));
            field(ui, cx, "Colours", "What the colours of the figure say", |ui| {
                let names = Colour::ALL.map(|colour| (colour, colour.to_string()));
                choice(ui, "Colours", &mut form.colour, &names);
            });
        }
        Topic::Convergence | Topic::Halting => {}
    }
    if form != *before {
        cx.actions.push(Action::Research(ResearchAction::Edit(Box::new(form))));
    }
}

/// The name above, the field below.
fn field(ui: &mut Ui, cx: &Cx<'_>, name: &str, tip: &str, content: impl FnOnce(&mut Ui)) {
    let label = RichText::new(name).font(theme::text(12.0)).color(cx.theme.secondary);
    ui.label(label).on_hover_text(tip);
    content(ui);
    ui.add_space(4.0);
}

fn text(ui: &mut Ui, value: &mut String, name: &str, hint: &str) {
    let edit = TextEdit::singleline(value).hint_text(hint.to_owned()).desired_width(f32::INFINITY);
    ui.add(edit.margin(vec2(8.0, 5.0))).accessible_name(name);
}

/// One of several, each with its name.
fn choice<T: Copy + PartialEq, N: AsRef<str>>(ui: &mut Ui, label: &str, value: &mut T, names: &[(T, N)]) {
    let name = names.iter().find(|(one, _)| one == value).map_or("", |(_, name)| name.as_ref());
    let width = ui.available_width();
    let combo = ComboBox::from_id_salt(label).selected_text(name).width(width).show_ui(ui, |ui| {
        for (one, name) in names {
            ui.selectable_value(value, *one, name.as_ref());
        }
    });
    combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("{label}: {name}")));
}

/// What is being done and how long it still takes, or the buttons that begin it.
fn work(ui: &mut Ui, cx: &mut Cx<'_>) {
    let theme = cx.theme;
    if let Some(work) = &cx.state.research.work {
        let elapsed = cx.state.now - work.begun;
        let left = match work.done {
            done if done > 0.02 => format!("{} left", duration(elapsed * (1.0 - done) / done)),
            _ => "beginning…".to_owned(),
        };
        ui.horizontal(|ui| {
            ui.label(RichText::new(work.topic.name()).font(theme::bold(12.0)));
            ui.label(RichText::new(left).font(theme::text(12.0)).color(theme.secondary));
        });
        ui.add(ProgressBar::new(work.done as f32).desired_height(6.0).fill(theme.l));
        ui.add_space(6.0);
        labelled(ui, cx, CommandId::StopStudy, "Cancel");
        return;
    }
    ui.horizontal_wrapped(|ui| {
        labelled(ui, cx, CommandId::Study, "Measure");
        labelled(ui, cx, CommandId::StudyAll, "All four");
    });
}

fn labelled(ui: &mut Ui, cx: &mut Cx<'_>, id: CommandId, name: &str) {
    let command = command(id);
    let face = (theme::icon(command.icon, 14.0), RichText::new(name));
    finish(ui, cx, command, Button::new(face).min_size(vec2(0.0, 28.0)));
}
