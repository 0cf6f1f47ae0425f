//! Finding and sorting the puzzles of a set, asking the model about them, and what its answers come to.

use eframe::egui::{Align2, Button, Rect, RichText, Role, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use super::super::super::action::Action;
use super::super::super::command::{CommandId, command};
use super::super::super::library::{Filter, LibraryAction};
use super::super::super::theme::{self, RADIUS};
use super::super::super::widgets::{command_button, finish};
use super::super::Cx;

/// From so many puzzles on they are searched and sorted.
const MANY: usize = 12;

/// Shows all of it.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let library = &cx.state.library;
    let sums = library.view().sums;
    if sums.all > MANY || sums.asked > 0 || !library.search.is_empty() || library.filter != Filter::All {
        search(ui, cx);
        sort(ui, cx);
        filters(ui, cx);
    }
    for note in &cx.state.library.shown().notes {
        ui.label(RichText::new(note).font(theme::text(12.0)).color(cx.theme.secondary));
    }
    ask(ui, cx);
    if sums.asked > 0 {
        let trained = cx.state.model.as_ref().map(|model| model.dimensions.max_segments);
        let text = RichText::new(sums.text(trained)).font(theme::text(12.0)).color(cx.theme.text);
        ui.label(text).on_hover_text("Of the puzzles that were found; what is filtered makes no difference");
    }
}

fn search(ui: &mut Ui, cx: &mut Cx<'_>) {
    let mut text = cx.state.library.search.clone();
    let field = TextEdit::singleline(&mut text).hint_text("Find: name, number…").desired_width(f32::INFINITY);
    let response = ui.add(field).accessible_name("Find a puzzle of the set");
    response.on_hover_text("By name, source or number in the set; several words must all fit");
    if text != cx.state.library.search {
        cx.actions.push(Action::Library(LibraryAction::Search(text)));
    }
}

fn sort(ui: &mut Ui, cx: &mut Cx<'_>) {
    let name = cx.state.library.sort.name();
    let face =
        (theme::icon(Icon::ArrowDownUp, 13.0), RichText::new(format!("Sorted: {name}")).color(cx.theme.secondary));
    let width = ui.available_width();
    let response = ui.add(Button::new(face).min_size(vec2(width, 26.0)));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Sorted: {name}")));
    let tip = "In the next way: as listed, easy first, hard first, what the model gets wrong first. Easy and hard: a Sudoku's \
               rating and givens, a maze's shortest path, an ARC grid's cells";
    if response.on_hover_text(tip).clicked() {
        cx.actions.push(Action::Library(LibraryAction::NextSort));
    }
}

fn filters(ui: &mut Ui, cx: &mut Cx<'_>) {
    let sums = cx.state.library.view().sums;
    let all = [
        (Filter::All, Icon::Grid3x3, "All", sums.all, cx.theme.secondary),
        (Filter::Wrong, Icon::X, "Wrong", sums.wrong(), cx.theme.wrong),
        (Filter::Right, Icon::Check, "Right", sums.right, cx.theme.right),
        (Filter::Open, Icon::CircleDashed, "Not asked", sums.all - sums.asked, cx.theme.secondary),
    ];
    let width = (ui.available_width() - 3.0 * 3.0) / 4.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        ui.spacing_mut().button_padding.x = 1.0;
        for (filter, icon, name, count, color) in all {
            let on = cx.state.library.filter == filter;
            let ink = if on { cx.theme.text } else { cx.theme.secondary };
            let short = if count < 1000 { count.to_string() } else { format!("{:.1}k", count as f64 / 1e3) };
            let face = (theme::icon(icon, 12.0).color(color), RichText::new(short).font(theme::text(12.0)).color(ink));
            let button = Button::selectable(on, face).frame_when_inactive(true).min_size(vec2(width, 26.0));
            let response = ui.add(button);
            let name = format!("{name}: {count}");
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &name));
            if response.on_hover_text(format!("Show these alone. {name}")).clicked() {
                cx.actions.push(Action::Library(LibraryAction::Filter(filter)));
            }
        }
    });
}

/// The button that asks, or how far the asking is; beside it the one that saves what was answered.
fn ask(ui: &mut Ui, cx: &mut Cx<'_>) {
    let state = cx.state;
    let Some(batch) = &state.library.batch else {
        return ask_or_save(ui, cx);
    };
    let left = match batch.left(state.now) {
        Some(seconds) if seconds >= 90.0 => format!(", {:.0} min left", seconds / 60.0),
        Some(seconds) => format!(", {seconds:.0} s left"),
        None => String::new(),
    };
    let text = format!("{} of {}{left}", batch.done, batch.all);
    let (share, theme) = (batch.share(), cx.theme);
    ui.horizontal(|ui| {
        let width = ui.available_width() - 38.0;
        let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, format!("Asked {text}")));
        let done = Rect::from_min_max(rect.min, pos2(rect.left() + rect.width() * share, rect.bottom()));
        ui.painter().rect_filled(rect, RADIUS, theme.raised);
        ui.painter().rect_filled(done, RADIUS, theme.tint(theme.l, 0.35));
        let at = rect.left_center() + vec2(8.0, 0.0);
        ui.painter().text(at, Align2::LEFT_CENTER, &text, theme::text(12.0), theme.text);
        response.on_hover_text("A board that you look at meanwhile is answered first");
        command_button(ui, cx, CommandId::StopAskAll);
    });
}

fn ask_or_save(ui: &mut Ui, cx: &mut Cx<'_>) {
    let state = cx.state;
    if state.library.view().order.is_empty() {
        return;
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let saves = state.has_results();
        let width = ui.available_width() - if saves { 36.0 } else { 0.0 };
        let why = state.cannot_ask_all();
        let ask = command(CommandId::AskAll);
        let count = state.library.view().order.len();
        let text = RichText::new(format!("Ask about all {count}"));
        let button = Button::new((theme::icon(ask.icon, 14.0), text)).min_size(vec2(width, 28.0));
        let response = ui.add_enabled(why.is_none(), button);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, why.is_none(), ask.name));
        let response = response.on_hover_text(ask.tooltip(state));
        if response.on_disabled_hover_text(why.unwrap_or_default()).clicked() {
            cx.actions.push(ask.action.clone());
        }
        if saves {
            let save = command(CommandId::SaveResults);
            finish(ui, cx, save, Button::new(theme::icon(save.icon, 14.0)).min_size(vec2(32.0, 28.0)));
        }
    });
}
