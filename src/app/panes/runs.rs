//! Training runs: the list, and the selected one's settings and buttons.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use eframe::egui::{
    Align2, Button, Color32, Label, Rect, RichText, Role, ScrollArea, Sense, Stroke, TextEdit, Ui, WidgetInfo, menu,
    pos2, text::CCursorRange, vec2,
};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::command::{CommandId, command};
use super::super::theme::{self, RADIUS, Theme};
use super::super::train::TrainAction;
use super::super::train::facts::{ago, bytes, grouped, line, rate, state_word};
use super::super::widgets::{finish, header, menu_item, text_at};
use super::Cx;
use super::learning::colour_of;
use super::models::parameters;
use crate::train::watch::{Life, RunView};

/// Seconds since 1970.
pub fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, titled: bool) -> bool {
    let dragged = titled
        && header(ui, "Runs", "", cx.theme, |ui| {
            let face = RichText::new("+ New run").color(cx.theme.l);
            finish(ui, cx, command(CommandId::NewRun), Button::new(face).frame(false).min_size(vec2(0.0, 28.0)));
        });
    if cx.state.train.runs.is_empty() {
        let text = if cx.state.train.looked { "No runs yet." } else { "Looking for runs…" };
        ui.label(RichText::new(text).color(cx.theme.secondary));
        return dragged;
    }
    search(ui, cx);
    let found: Vec<Arc<RunView>> = cx.state.train.found().into_iter().cloned().collect();
    let rows = found.len().clamp(1, 9) as f32;
    // The list keeps a part of the pane for itself, the settings have the rest.
    let height = (rows * 46.0).min((ui.available_height() * 0.5).max(92.0));
    if found.is_empty() {
        ui.label(RichText::new("No run is called that.").color(cx.theme.secondary));
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    let list = ScrollArea::vertical().id_salt("runs").auto_shrink(false).max_height(height);
    list.show_rows(ui, 44.0, found.len(), |ui, rows| found[rows].iter().for_each(|run| row(ui, cx, run)));
    if let Some(run) = cx.state.train.current().cloned() {
        ui.add_space(8.0);
        ScrollArea::vertical().id_salt("settings").auto_shrink(false).show(ui, |ui| details(ui, cx, &run));
    }
    dragged
}

fn search(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.state.train.runs.len() < 4 && cx.state.train.search.is_empty() {
        return;
    }
    let mut text = cx.state.train.search.clone();
    let field = TextEdit::singleline(&mut text).hint_text("Search runs").desired_width(f32::INFINITY);
    let response = ui.add(field.margin(vec2(8.0, 5.0))).accessible_name("Search runs");
    if response.changed() {
        cx.actions.push(Action::Train(TrainAction::Search(text)));
    }
    ui.add_space(4.0);
}

/// The mark of a state, and its colour.
fn mark(life: Life, theme: &Theme) -> (Icon, Color32) {
    match life {
        Life::Starting | Life::Preparing => (Icon::LoaderCircle, theme.right),
        Life::Training => (Icon::Circle, theme.right),
        Life::Paused => (Icon::Pause, theme.secondary),
        Life::Stopped => (Icon::Square, theme.secondary),
        Life::Done => (Icon::Check, theme.right),
        Life::Failed => (Icon::CircleAlert, theme.wrong),
        Life::Killed => (Icon::Unplug, theme.wrong),
        Life::Unknown => (Icon::CircleDashed, theme.faint),
    }
}

fn row(ui: &mut Ui, cx: &mut Cx<'_>, run: &RunView) {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::click());
    let active = cx.state.train.selected.as_ref() == Some(&run.folder);
    let compared = cx.state.train.compared.contains(&run.folder);
    let told = line(run);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, active, format!("{}: {told}", run.name)));
    let painter = ui.painter().clone();
    if active || response.hovered() || response.has_focus() {
        painter.rect_filled(rect, RADIUS, if active { theme.raised_more } else { theme.raised });
    }
    let (icon, color) = mark(run.life, theme);
    let at = pos2(rect.left() + 16.0, rect.center().y);
    if run.life == Life::Training {
        painter.circle_filled(at, 5.0, color);
    } else {
        painter.text(at, Align2::CENTER_CENTER, char::from(icon), theme::icons(14.0), color);
    }
    // The eye lays the run over the selected one.
    let eye = Rect::from_center_size(pos2(rect.right() - 16.0, rect.center().y), vec2(28.0, 28.0));
    let room = rect.width() - 38.0 - if active { 8.0 } else { 32.0 };
    let left = rect.left() + 32.0;
    let name = pos2(left, rect.top() + 13.0);
    text_at(&painter, name, Align2::LEFT_CENTER, &run.name, theme::text(13.0), theme.text, room);
    let below = pos2(left, rect.top() + 31.0);
    let color = if matches!(run.life, Life::Failed) { theme.wrong } else { theme.secondary };
    text_at(&painter, below, Align2::LEFT_CENTER, &told, theme::text(12.0), color, room);
    if run.life.works() && run.steps() > 0 {
        let share = (run.step() as f32 / run.steps() as f32).clamp(0.0, 1.0);
        let y = rect.bottom() - 1.5;
        painter.hline(rect.left()..=rect.right(), y, Stroke::new(2.0, theme.hairline));
        painter.hline(rect.left()..=rect.left() + rect.width() * share, y, Stroke::new(2.0, theme.right));
    }
    if !active {
        let toggle = ui.interact(eye, ui.scope_id().with(("compare", &run.folder)), Sense::click());
        let name = format!("Compare {}", run.name);
        toggle.widget_info(|| WidgetInfo::selected(Role::Switch, true, compared, &name));
        // In the colour of its curves.
        let place = cx.state.train.plotted().iter().position(|plotted| compared && plotted.folder == run.folder);
        let color = match place {
            Some(place) => colour_of(theme, place),
            None if toggle.hovered() => theme.secondary,
            None => theme.faint,
        };
        let icon = if compared { Icon::Eye } else { Icon::EyeOff };
        painter.text(eye.center(), Align2::CENTER_CENTER, char::from(icon), theme::icons(14.0), color);
        let tip =
            "Lay its curves over the selected run's, or take them away. A click on the row with Ctrl does the same";
        if toggle.on_hover_text(tip).clicked() {
            cx.actions.push(Action::Train(TrainAction::Compare(run.folder.clone())));
            return;
        }
    }
    if response.clicked() {
        let with_control = ui.input(|input| input.modifiers.command);
        let action = match with_control && !active {
            true => TrainAction::Compare(run.folder.clone()),
            false => TrainAction::Select(run.folder.clone()),
        };
        cx.actions.push(Action::Train(action));
    }
    response.on_hover_text(run.folder.display().to_string());
}

fn details(ui: &mut Ui, cx: &mut Cx<'_>, run: &RunView) {
    let theme = cx.theme;
    match &cx.state.train.renaming {
        Some((folder, name)) if *folder == run.folder => rename(ui, cx, run, name.clone()),
        _ => {
            ui.label(RichText::new(run.name.to_uppercase()).font(theme::text(12.0)).color(theme.secondary));
        }
    }
    // Where the settings do not fit, what can be done comes before them.
    let low = ui.clip_rect().height() < 360.0;
    if low {
        buttons(ui, cx, run);
        ui.add_space(4.0);
    }
    trouble(ui, cx, run);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        facts(ui, cx, run);
    });
    if !low {
        ui.add_space(8.0);
        buttons(ui, cx, run);
    }
}

fn rename(ui: &mut Ui, cx: &mut Cx<'_>, run: &RunView, before: String) {
    let mut name = before.clone();
    let field = TextEdit::singleline(&mut name).char_limit(80).desired_width(f32::INFINITY);
    let response = ui.add(field.margin(vec2(8.0, 5.0))).accessible_name("Name of the run");
    let mut did = |action: TrainAction| cx.actions.push(Action::Train(action));
    if name != before {
        did(TrainAction::Rename(Some((run.folder.clone(), name))));
    }
    let key = |key| ui.input(|input| input.key_pressed(key));
    if response.lost_focus() {
        did(if key(eframe::egui::Key::Escape) { TrainAction::Rename(None) } else { TrainAction::Renamed });
    } else if !response.has_focus() {
        response.request_focus();
        // What is typed takes the old name's place.
        if let Some(mut state) = TextEdit::load_state(ui.ctx(), response.id) {
            state.cursor.set_char_range(Some(CCursorRange::select_all_str(&before)));
            state.store(ui.ctx(), response.id);
        }
    }
}

/// What went wrong, and what to do.
fn trouble(ui: &mut Ui, cx: &Cx<'_>, run: &RunView) {
    let theme = cx.theme;
    let (title, advice) = match run.life {
        Life::Failed if !cx.state.train.knows(run) => {
            ("It did not start", "Nothing was trained, and its settings are not known any more: begin a new run.")
        }
        Life::Failed if run.setup.is_none() => ("It did not start", "Nothing was trained. Duplicate it with changes."),
        Life::Failed => ("It failed", "The last save stays: resume it, or duplicate it with changes."),
        Life::Killed => ("It was interrupted", "Nothing up to its last save is lost: resume goes on from there."),
        _ => return,
    };
    let frame = super::card(theme).stroke(Stroke::new(1.0, theme.wrong));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new(title).font(theme::bold(13.0)).color(theme.wrong));
        if let Some(why) = &run.message {
            ui.add(Label::new(RichText::new(why).font(theme::text(12.0))).wrap().selectable(true));
        }
        ui.add(Label::new(RichText::new(advice).font(theme::text(12.0)).color(theme.secondary)).wrap());
    });
    ui.add_space(4.0);
}

fn facts(ui: &mut Ui, cx: &Cx<'_>, run: &RunView) {
    let status = &run.status;
    let mut fact = |name: &str, value: String, tip: &str| {
        if !value.is_empty() {
            fact_row(ui, cx.theme, name, &value, tip);
        }
    };
    fact("State", state_word(run.life).to_owned(), "");
    if let Some(setup) = run.setup.as_deref() {
        let preset = if setup.preset.is_empty() { setup.task.clone() } else { setup.preset.clone() };
        fact("Preset", preset, "");
        if status.parameters > 0 {
            fact("Parameters", parameters(status.parameters), "Weights of the model, the puzzle table included");
        }
        fact("Data", data(&setup.data), &setup.data);
        fact("Batch", setup.batch.to_string(), "Boards per step");
        let shape = if setup.min_ratio < 1.0 { "cosine" } else { "constant" };
        fact("Learning rate", format!("{}, {shape}", rate(setup.rate)), "The highest, and the way it falls");
        fact("Segments", format!("max {}", setup.max_segments), "The most that a board may take: M_max");
        fact(
            "EMA",
            if setup.ema > 0.0 { setup.ema.to_string() } else { "none".into() },
            "Decay of the averaged weights",
        );
        fact("Seed", setup.seed.to_string(), "");
    }
    fact("Device", status.device.clone(), "");
    if status.saved_at > 0 {
        let at = format!("step {}", grouped(status.saved_step));
        fact("Saved", ago(status.saved_at, unix_now()), &at);
    }
    if status.bytes > 0 {
        fact("On disk", bytes(status.bytes), &run.folder.display().to_string());
    }
}

/// A data source short enough for a row.
fn data(source: &str) -> String {
    match source.strip_prefix("generated:") {
        Some(rest) => {
            let size = rest.split(',').next().unwrap_or_default();
            let count = rest.split(',').find_map(|part| part.strip_prefix("count="));
            let count = count.and_then(|count| count.parse().ok()).map(|count| format!(", {}", grouped(count)));
            format!("generated {size}{}", count.unwrap_or_default())
        }
        None => source.rsplit(['/', '\\']).next().unwrap_or(source).to_owned(),
    }
}

fn fact_row(ui: &mut Ui, theme: &Theme, name: &str, value: &str, tip: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    let y = rect.center().y;
    let (text, painter) = (theme::text(13.0), ui.painter());
    let at = painter.text(pos2(rect.left(), y), Align2::LEFT_CENTER, name, text.clone(), theme.secondary);
    let room = rect.right() - at.right() - 12.0;
    text_at(painter, pos2(rect.right(), y), Align2::RIGHT_CENTER, value, text, theme.text, room);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {value}")));
    if !tip.is_empty() {
        response.on_hover_text(tip);
    }
}

fn buttons(ui: &mut Ui, cx: &mut Cx<'_>, run: &RunView) {
    let theme = cx.theme;
    let folder = || run.folder.clone();
    let asked = run.asked.is_some();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        let mut add = |ui: &mut Ui, name: &str, main: bool, possible: bool, tip: &str, action: TrainAction| {
            let face = RichText::new(name).color(if main { theme.on_accent } else { theme.text });
            let button = Button::new(face).min_size(vec2(0.0, 28.0));
            let button = if main && possible { button.fill(theme.l) } else { button };
            let response = ui.add_enabled(possible, button).on_hover_text(tip).on_disabled_hover_text(tip);
            if response.clicked() {
                cx.actions.push(Action::Train(action));
            }
        };
        match run.life {
            Life::Starting => {}
            Life::Preparing | Life::Training => {
                let tip = "It saves and pauses after the step it is in. It works in its own process: closing the window does \
                           not end it";
                add(ui, "Pause", true, !asked, tip, TrainAction::Pause(folder()));
                let tip = command(CommandId::StopRun).tip;
                add(ui, "Stop", false, !asked, tip, TrainAction::Stop(folder()));
            }
            Life::Done => {
                let tip = "Load its newest checkpoint and watch it think";
                add(ui, "Explore", true, true, tip, TrainAction::Explore(folder()));
            }
            Life::Failed if run.setup.is_none() => {}
            Life::Paused | Life::Stopped | Life::Failed | Life::Killed | Life::Unknown => {
                let tip = "Go on from the last save, as if it had never stopped";
                add(ui, "Resume", true, run.setup.is_some(), tip, TrainAction::Resume(folder()));
            }
        }
        let (tip, known) = (command(CommandId::DuplicateRun).tip, cx.state.train.knows(run));
        add(ui, "Duplicate…", false, known, tip, TrainAction::Duplicate(folder()));
        more(ui, cx, run);
    });
}

/// What is done seldom.
fn more(ui: &mut Ui, cx: &mut Cx<'_>, run: &RunView) {
    let face = theme::icon(Icon::Ellipsis, 15.0);
    let button = Button::new(face).min_size(vec2(32.0, 28.0));
    let (response, _) = menu::MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_min_width(230.0);
        for id in [CommandId::RenameRun, CommandId::ExploreRun] {
            menu_item(ui, cx, id);
        }
        let copy = Button::new((theme::icon(Icon::Copy, 14.0), RichText::new("Copy folder"))).min_size(vec2(0.0, 26.0));
        if ui.add(copy).on_hover_text("Put the folder's name on the clipboard").clicked() {
            ui.copy_text(run.folder.display().to_string());
            ui.close();
        }
        menu_item(ui, cx, CommandId::RemoveRun);
    });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "More about the run"));
    response.on_hover_text("Rename, open in Explore, remove from the list");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_said_short() {
        assert_eq!(data("generated:9x9,givens=30..55,count=200000,seed=1"), "generated 9x9, 200\u{a0}000");
        assert_eq!(data("/a/b/train.csv"), "train.csv");
        assert_eq!(data(""), "");
    }
}
