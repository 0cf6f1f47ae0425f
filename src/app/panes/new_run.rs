//! The dialog for a new training run: preset, data, device, and what else is to be changed, with the command line that it
//! equals.

use eframe::egui::{
    Align, Align2, Button, Color32, ComboBox, Context, Id, Label, Response, RichText, Role, ScrollArea, Sense, Stroke,
    StrokeKind, TextEdit, Ui, WidgetInfo, menu, pos2, vec2,
};
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::theme::{self, CARD_RADIUS, RADIUS};
use super::super::train::draft::Checked;
use super::super::train::facts::{bytes, duration, grouped};
use super::super::train::{Draft, Field, Length, PresetInfo, TrainAction};
use super::super::widgets::text_at;
use super::models::{parameters, short};
use super::{Cx, card, dialog};
use crate::engine::choose;
use crate::train::{Short, needed, too_little};

/// Shows the dialog of the run that is being set up.
pub fn show(ctx: &Context, cx: &mut Cx<'_>) {
    let Some(before) = cx.state.train.draft.clone() else { return };
    let theme = cx.theme;
    let train = &cx.state.train;
    let checked = before.check(&train.presets, &train.runs, train.root.as_deref());
    let mut draft = before.clone();
    let window = ctx.content_rect();
    let size = vec2((window.width() - 80.0).min(860.0), (window.height() - 80.0).min(690.0));
    let short = checked.config.as_ref().and_then(|config| too_little(config, memory_for(cx, &before)?));
    let opened = is_new(ctx);
    let modal = dialog(ctx, theme, "new run");
    let shown = modal.show(ctx, |ui| {
        ui.set_width(size.x);
        // The lists have their room at once: nothing jumps after the first picture.
        ui.set_max_height(size.y);
        let title = match &draft.like {
            Some(name) => format!("A new run like {name}"),
            None => "New training run".to_owned(),
        };
        ui.label(RichText::new(title).font(theme::bold(16.0)));
        ui.add_space(8.0);
        let height = size.y - 170.0;
        ui.horizontal_top(|ui| {
            let left = size.x * 0.42;
            ui.vertical(|ui| {
                ui.set_width(left);
                ScrollArea::vertical().id_salt("presets").max_height(height).auto_shrink(false).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 4.0;
                    for preset in &cx.state.train.presets {
                        let chosen = before.preset == preset.name;
                        let row = preset_row(ui, cx, preset, chosen);
                        if chosen && opened {
                            row.scroll_to_me(Some(Align::Center));
                        }
                        if row.clicked() {
                            draft.preset.clone_from(&preset.name);
                        }
                    }
                });
            });
            ui.add_space(8.0);
            ui.vertical(|ui| {
                ui.set_width(size.x - left - 24.0);
                ScrollArea::vertical().id_salt("fields").max_height(height).auto_shrink(false).show(ui, |ui| {
                    fields(ui, cx, &mut draft, &checked);
                    expected(ui, cx, &mut draft, &checked, short);
                });
            });
        });
        ui.add_space(8.0);
        command_line(ui, cx, &checked, size.x);
        ui.add_space(10.0);
        last_row(ui, cx, &draft, &checked, short.is_some());
    });
    if shown.should_close() {
        cx.actions.push(Action::Train(TrainAction::Cancel));
    } else if draft != before {
        cx.actions.push(Action::Train(TrainAction::Edit(Box::new(draft))));
    }
}

/// Whether the dialog was not there in the picture before the last two: what it scrolls to in the first is not seen yet.
fn is_new(ctx: &Context) -> bool {
    let id = Id::unique("when the dialog of a new run was opened, and shown last");
    let now = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| {
        let (opened, shown) = data.get_temp_mut_or(id, (now, now));
        if now > *shown + 1 {
            *opened = now;
        }
        *shown = now;
        now < *opened + 2
    })
}

/// The memory that is free for a run, where that is known: what a GPU has is not.
fn memory_for(cx: &Cx<'_>, draft: &Draft) -> Option<u64> {
    let device = Some(draft.device.as_str()).filter(|id| !id.is_empty());
    let device = choose(device, &cx.state.devices).ok()?;
    cx.state.free_memory.filter(|_| device.id == "cpu")
}

fn preset_row(ui: &mut Ui, cx: &Cx<'_>, preset: &PresetInfo, active: bool) -> Response {
    let theme = cx.theme;
    let width = ui.available_width() - 10.0;
    let about = if preset.about.is_empty() { preset.shape.clone() } else { preset.about.clone() };
    let galley = {
        let mut job = eframe::egui::text::LayoutJob::simple(about, theme::text(12.0), theme.secondary, width - 24.0);
        job.wrap.max_rows = 2;
        ui.painter().layout_job(job)
    };
    let (rect, response) = ui.allocate_exact_size(vec2(width, 52.0 + galley.size().y), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, active, format!("Preset {}", preset.name)));
    let fill = if active { theme.raised_more } else { theme.raised };
    let (thick, color) = match (active, response.has_focus() || response.hovered()) {
        (true, _) => (1.6, theme.l),
        (false, true) => (1.0, theme.faint),
        _ => (1.0, theme.hairline),
    };
    let painter = ui.painter();
    painter.rect(rect, CARD_RADIUS, fill, Stroke::new(thick, color), StrokeKind::Inside);
    let left = rect.left() + 12.0;
    let name = pos2(left, rect.top() + 16.0);
    let at = painter.text(name, Align2::LEFT_CENTER, &preset.name, theme::bold(13.0), theme.text);
    let count = preset.parameters.map(|count| format!("{} weights", parameters(count as usize)));
    let time = preset.step_ms.map(|ms| duration(ms / 1e3 * preset.steps as f64));
    let right = [count, time].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let end = pos2(rect.right() - 12.0, rect.top() + 16.0);
    let room = rect.right() - at.right() - 24.0;
    text_at(painter, end, Align2::RIGHT_CENTER, &right, theme::text(12.0), theme.text, room);
    let height = galley.size().y;
    painter.galley(pos2(left, rect.top() + 27.0), galley, theme.secondary);
    let facts = format!("batch {} · {} steps", preset.batch, grouped(preset.steps));
    let below = pos2(left, rect.top() + 38.0 + height);
    text_at(painter, below, Align2::LEFT_CENTER, &facts, theme::text(12.0), theme.secondary, width - 24.0);
    response.on_hover_text(format!("{}\n{}", preset.about, preset.shape))
}

/// The name of a field at the left, the field at its right, what is wrong below it.
fn field(ui: &mut Ui, cx: &Cx<'_>, name: &str, wrong: Option<&str>, content: impl FnOnce(&mut Ui)) {
    let theme = cx.theme;
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(72.0, 30.0), Sense::hover());
        ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, name, theme::text(13.0), theme.secondary);
        ui.vertical(|ui| {
            ui.set_width(ui.available_width() - 10.0);
            content(ui);
            if let Some(wrong) = wrong {
                ui.add(Label::new(RichText::new(wrong).font(theme::text(12.0)).color(theme.wrong)).wrap());
            }
        });
    });
    ui.add_space(4.0);
}

fn text(ui: &mut Ui, value: &mut String, name: &str, hint: &str) {
    let edit = TextEdit::singleline(value).hint_text(hint.to_owned()).desired_width(f32::INFINITY);
    ui.add(edit.margin(vec2(8.0, 6.0))).accessible_name(name);
}

fn fields(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft, checked: &Checked) {
    let theme = cx.theme;
    let preset = cx.state.train.presets.iter().find(|preset| preset.name == draft.preset);
    field(ui, cx, "Name", checked.problem(Field::Name), |ui| {
        text(ui, &mut draft.name, "Name", "");
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 16.0), Sense::hover());
        let folder = checked.folder.display().to_string();
        let (at, width) = (rect.left_center(), rect.width());
        text_at(ui.painter(), at, Align2::LEFT_CENTER, &folder, theme::text(12.0), theme.secondary, width);
        response.on_hover_text(folder);
    });
    field(ui, cx, "Data", checked.problem(Field::Data), |ui| {
        text(ui, &mut draft.data, "Data", preset.map_or("", |preset| preset.data.as_str()));
        let hint = "The preset's own, a file or folder, or generated:…";
        ui.label(RichText::new(hint).font(theme::text(12.0)).color(theme.secondary));
    });
    field(ui, cx, "Held out", checked.problem(Field::HeldOut), |ui| {
        let own = preset.filter(|_| draft.data.trim().is_empty());
        let own = own.and_then(|preset| preset.raw.get("held_out")?.as_str());
        text(ui, &mut draft.held_out, "Held out", own.unwrap_or("the data's test part, or a part held back"));
    });
    field(ui, cx, "Begin with", checked.problem(Field::From), |ui| {
        ui.horizontal(|ui| {
            // The menu's button stands at the right.
            let width = ui.available_width() - 36.0;
            let edit = TextEdit::singleline(&mut draft.from).hint_text("fresh weights, or a checkpoint's or run's");
            ui.add(edit.desired_width(width).margin(vec2(8.0, 6.0))).accessible_name("Begin with");
            beginnings(ui, cx, &mut draft.from);
        });
    });
    field(ui, cx, "Device", None, |ui| device(ui, cx, draft));
    field(ui, cx, "Length", checked.problem(Field::Amount), |ui| {
        ui.horizontal(|ui| {
            for (length, name) in
                [(Length::Whole, "whole schedule"), (Length::Steps, "steps"), (Length::Minutes, "minutes")]
            {
                let on = draft.length == length;
                let face = RichText::new(name).color(if on { theme.text } else { theme.secondary });
                let button = Button::selectable(on, face).frame_when_inactive(true).min_size(vec2(0.0, 28.0));
                if ui.add(button).clicked() {
                    draft.length = length;
                }
            }
            if draft.length != Length::Whole {
                let edit = TextEdit::singleline(&mut draft.amount).desired_width(60.0).margin(vec2(8.0, 6.0));
                ui.add(edit).accessible_name("Amount");
            }
        });
    });
    field(ui, cx, "Seed", checked.problem(Field::Seed), |ui| text(ui, &mut draft.seed, "Seed", "1"));
    field(ui, cx, "Changes", checked.problem(Field::Overrides), |ui| {
        let hint = "train.batch=32\nmodel.hidden=128";
        let edit =
            TextEdit::multiline(&mut draft.overrides).hint_text(hint).desired_width(f32::INFINITY).desired_rows(3);
        ui.add(edit.font(theme::mono(12.5)).margin(vec2(8.0, 6.0))).accessible_name("Changes");
        let hint = "Any field of the preset as key=value, one to a line";
        ui.label(RichText::new(hint).font(theme::text(12.0)).color(theme.secondary));
    });
}

/// A menu of the weights that a run may begin with.
fn beginnings(ui: &mut Ui, cx: &Cx<'_>, from: &mut String) {
    let button = Button::new(theme::icon(Icon::ChevronDown, 14.0)).min_size(vec2(28.0, 28.0));
    let (response, _) = menu::MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_min_width(220.0);
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            let mut choice = |ui: &mut Ui, name: &str, value: String| {
                if ui.add(Button::selectable(*from == value, name)).clicked() {
                    *from = value;
                    ui.close();
                }
            };
            choice(ui, "Fresh weights", String::new());
            for name in cx.state.shipped() {
                choice(ui, &format!("Shipped model {name}"), name.to_owned());
            }
            for run in cx.state.train.runs.iter().filter(|run| run.setup.is_some()) {
                choice(ui, &format!("Run {}", run.name), run.folder.display().to_string());
            }
        });
    });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Choose what to begin with"));
    response.on_hover_text("A shipped model, or a run's newest checkpoint; its shape must be the preset's");
}

fn device(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft) {
    let devices = &cx.state.devices;
    let name = |id: &str| match devices.iter().find(|device| device.id == id) {
        Some(device) => format!("{} ({})", short(device), device.api),
        None if id.is_empty() => "the best there is".to_owned(),
        None => id.to_owned(),
    };
    let shown =
        ComboBox::from_id_salt("device of the run").selected_text(name(&draft.device)).width(ui.available_width());
    let response = shown.show_ui(ui, |ui| {
        ui.selectable_value(&mut draft.device, String::new(), name(""));
        for device in devices {
            ui.selectable_value(&mut draft.device, device.id.clone(), name(&device.id));
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Device of the run"));
}

/// How large the run is, how long it takes, and whether it fits.
fn expected(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft, checked: &Checked, short: Option<Short>) {
    let theme = cx.theme;
    let Some(preset) = cx.state.train.presets.iter().find(|preset| preset.name == draft.preset) else { return };
    let planned = checked.config.as_ref().and_then(|config| draft.planned(config));
    // What was measured is the preset.
    let unchanged = if draft.overrides.trim().is_empty() { "" } else { " at the preset's size" };
    let time = match (planned, preset.step_ms) {
        (Some(steps), Some(ms)) => format!("about {}{unchanged}", duration(ms / 1e3 * steps as f64)),
        _ if draft.length == Length::Minutes => "as said".to_owned(),
        _ if cx.state.train.measuring => "being measured…".to_owned(),
        _ => "measured in its first steps".to_owned(),
    };
    let memory = checked.config.as_ref().map_or_else(String::new, |config| format!("about {}", bytes(needed(config))));
    let memory = match short {
        Some(short) => (format!("{memory}, and {} are free", bytes(short.free)), theme.wrong),
        None => (memory, theme.text),
    };
    card(theme).show(ui, |ui| {
        ui.set_width(ui.available_width() - 10.0);
        let row = |ui: &mut Ui, name: &str, value: &str, color: Color32| {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
            let (at, end) = (rect.left_center(), rect.right_center());
            ui.painter().text(at, Align2::LEFT_CENTER, name, theme::text(12.0), theme.secondary);
            text_at(ui.painter(), end, Align2::RIGHT_CENTER, value, theme::text(12.0), color, rect.width() - 80.0);
        };
        row(ui, "Time", &time, theme.text);
        row(ui, "Memory", &memory.0, memory.1);
        if let Some(short) = short {
            smaller(ui, cx, draft, short);
        }
        row(ui, "Model", &preset.shape, theme.text);
    });
}

/// What to do where the memory is too small.
fn smaller(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft, short: Short) {
    let Some(batch) = short.fits else {
        let text = "Not even a batch of 1 fits: make the model smaller under Changes (model.hidden=…).";
        ui.add(Label::new(RichText::new(text).font(theme::text(12.0)).color(cx.theme.wrong)).wrap());
        return;
    };
    let button = ui.button(format!("Take a batch of {batch}, which fits"));
    if button.on_hover_text("Writes the largest batch that fits the free memory under Changes").clicked() {
        draft.set_batch(batch);
    }
}

fn command_line(ui: &mut Ui, cx: &Cx<'_>, checked: &Checked, width: f32) {
    let theme = cx.theme;
    let line = checked.line();
    ui.horizontal(|ui| {
        let (rect, response) = ui.allocate_exact_size(vec2(width - 40.0, 30.0), Sense::hover());
        ui.painter().rect_filled(rect, RADIUS, theme.raised);
        let at = pos2(rect.left() + 10.0, rect.center().y);
        text_at(ui.painter(), at, Align2::LEFT_CENTER, &line, theme::mono(12.0), theme.secondary, rect.width() - 20.0);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("Command line: {line}")));
        response.on_hover_text(&line);
        let copy = Button::new(theme::icon(Icon::Copy, 14.0)).min_size(vec2(32.0, 30.0));
        let copy = ui.add(copy).accessible_name("Copy the command line");
        if copy.on_hover_text("Copy the command line: it starts the same run in a terminal").clicked() {
            ui.copy_text(line);
        }
    });
}

fn last_row(ui: &mut Ui, cx: &mut Cx<'_>, draft: &Draft, checked: &Checked, short: bool) {
    let theme = cx.theme;
    let ready = checked.problems.is_empty() && !draft.starting;
    ui.horizontal(|ui| {
        let (text, color) = match (&draft.refused, checked.problems.first()) {
            (Some(why), _) => (why.clone(), theme.wrong),
            (None, Some(_)) => ("Something is still to be put right.".to_owned(), theme.wrong),
            (None, None) if short => ("It needs more memory than is free.".to_owned(), theme.wrong),
            (None, None) => {
                ("It trains in its own process and goes on when the window is closed.".into(), theme.secondary)
            }
        };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 190.0, 32.0), Sense::hover());
        text_at(ui.painter(), rect.left_center(), Align2::LEFT_CENTER, &text, theme::text(12.0), color, rect.width());
        response.on_hover_text(text);
        if ui.add(Button::new("Cancel").min_size(vec2(76.0, 32.0))).clicked() {
            cx.actions.push(Action::Train(TrainAction::Cancel));
        }
        let face = RichText::new(if draft.starting { "Starting…" } else { "Start" });
        let face = if ready { face.color(theme.on_accent) } else { face };
        let button = Button::new(face).min_size(vec2(90.0, 32.0));
        let button = if ready { button.fill(theme.l) } else { button };
        let response = ui.add_enabled(ready, button);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ready, "Start the run"));
        if response.clicked() {
            cx.actions.push(Action::Train(TrainAction::Start));
        }
    });
}
