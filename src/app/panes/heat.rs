//! z_H and z_L as heat maps, the bar that says what the colours mean, and the chooser of what is shown.

use eframe::egui::{
    Align, Align2, Checkbox, Layout, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::super::action::Action;
use super::super::explain::distance;
use super::super::heat::{HeatSettings, Shown};
use super::super::inside::nothing_inside;
use super::super::scene::{cell_of, token_of};
use super::super::state::State;
use super::super::theme;
use super::super::widgets::heatmap::{About, color};
use super::super::widgets::{chooser as menu_chooser, colour_bar, text_at, wrapped};
use super::Cx;
use super::inside::choices;
use crate::board::Board;
use crate::trace::{Dimensions, Module, Recording};

/// The height of a heat map's title and of the room below it.
pub const TITLE: f32 = 26.0;
/// The height of the colour bar.
pub const SCALE: f32 = 28.0;
/// The room for the chooser beside the colour bar.
const CHOOSER: f32 = 108.0;

/// Shows the heat maps of these modules below each other, each so high, and the colour bar.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, modules: &[Module], height: f32) {
    cx.pictures.follow(cx.state);
    for module in modules {
        map(ui, cx, *module, height);
    }
    scale(ui, cx, modules);
}

fn map(ui: &mut Ui, cx: &mut Cx<'_>, module: Module, height: f32) {
    let (state, theme) = (cx.state, cx.theme);
    let width = ui.available_width();
    let (title, _) = ui.allocate_exact_size(vec2(width, TITLE - 4.0), Sense::hover());
    let (picture, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    ui.add_space(4.0);
    let painter = ui.painter().clone();
    let y = title.center().y;
    let name = match (module, state.settings.heat.shown) {
        (Module::H, Shown::State) => "z_H",
        (Module::L, Shown::State) => "z_L",
        (Module::H, Shown::Change) => "z_H, change",
        (Module::L, Shown::Change) => "z_L, change",
        (Module::H, Shown::ToEnd) => "z_H less its end",
        (Module::L, Shown::ToEnd) => "z_L less its end",
        (Module::H, Shown::Attention) => "H, attention",
        (Module::L, Shown::Attention) => "L, attention",
        (Module::H, Shown::Gates) => "H, gates",
        (Module::L, Shown::Gates) => "L, gates",
    };
    let at = painter.text(pos2(title.left(), y), Align2::LEFT_CENTER, name, theme::bold(13.0), theme.module(module));
    let Some(recording) = state.recording() else {
        painter.rect_stroke(picture, 2.0, Stroke::new(1.0, theme.hairline), StrokeKind::Inside);
        return;
    };
    let playhead = state.doc.playhead.at;
    let shown = state.settings.heat.shown;
    if let Some(text) = missing(state, recording, module) {
        painter.rect_stroke(picture, 2.0, Stroke::new(1.0, theme.hairline), StrokeKind::Inside);
        let galley = wrapped(&painter, &text, theme::text(12.0), theme.secondary, picture.width() - 16.0);
        painter.galley(picture.center() - galley.size() / 2.0, galley, theme.secondary);
        return;
    }
    let room = title.right() - at.right() - 12.0;
    let rms = cx.pictures.rms(module);
    let detail = match state.doc.run.insides.of(module).filter(|_| shown.is_inside()) {
        Some(seen) => format!("step {}, {}", seen.step + 1, state.settings.inside.name(shown, seen)),
        None => detail(recording, module, playhead, rms, room > 300.0),
    };
    text_at(&painter, pos2(title.right(), y), Align2::RIGHT_CENTER, &detail, theme::text(12.0), theme.secondary, room);
    let (board, dimensions) = (state.board(), recording.dimensions);
    let marked = state.doc.selected.and_then(|cell| token_of(board, &dimensions, cell));
    let about = About {
        recording,
        residents: &state.residents,
        name: &|token| token_name(board, &dimensions, token),
        marked: marked.map(|token| dimensions.puzzle_tokens + token),
    };
    if let Some(token) = cx.pictures.show(ui, picture, theme, module, &about) {
        let cell = token.checked_sub(dimensions.puzzle_tokens).and_then(|token| cell_of(board, &dimensions, token));
        cx.actions.push(Action::Select(cell));
    }
}

/// What is said in place of numbers that are not there.
fn missing(state: &State, recording: &Recording, module: Module) -> Option<String> {
    let (run, playhead) = (&state.doc.run, state.doc.playhead.at);
    if recording.gap(playhead).is_some() {
        return Some(match (&run.lost, &run.replaying) {
            (Some(why), _) => why.clone(),
            (None, Some(coming)) => format!("computed again: {} of {} states", coming.done, coming.all),
            (None, None) => "not in memory".to_owned(),
        });
    }
    let shown = state.settings.heat.shown;
    if !shown.is_inside() {
        let before = match (recording.last_update(module, playhead), shown) {
            (Some(update), Shown::Change) => recording.last_update(module, update),
            (update, _) => update,
        };
        let unknown = before.is_none() && !recording.is_complete();
        return unknown.then(|| "the initial state is not in the trace file".to_owned());
    }
    nothing_inside(state, module)
}

/// The size of a state, how large it is, and whether it has just moved.
fn detail(recording: &Recording, module: Module, playhead: usize, rms: f64, wide: bool) -> String {
    let Dimensions { tokens, hidden, .. } = recording.dimensions;
    let motion = match recording.last_update(module, playhead) {
        Some(update) if update + 1 == playhead => format!("moved {}", distance(recording, update)),
        Some(_) => "still".to_owned(),
        None => "initial".to_owned(),
    };
    let size = if wide { format!("{tokens} tokens × {hidden} channels") } else { format!("{tokens} × {hidden}") };
    format!("{size} · rms {rms:.2} · {motion}")
}

/// What a token stands for.
fn token_name(board: &Board, dimensions: &Dimensions, token: usize) -> String {
    let Some(token) = token.checked_sub(dimensions.puzzle_tokens) else {
        return format!("puzzle token {}", token + 1);
    };
    let cols = board.size().1.max(1);
    match cell_of(board, dimensions, token) {
        Some(cell) => format!("cell row {}, column {}", cell / cols + 1, cell % cols + 1),
        None => format!("token {}, beyond the board", token + 1),
    }
}

/// What the colours mean, and the chooser.
fn scale(ui: &mut Ui, cx: &mut Cx<'_>, modules: &[Module]) {
    let theme = cx.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), SCALE), Sense::hover());
    let room = Rect::from_min_max(rect.min, pos2(rect.right() - CHOOSER, rect.bottom()));
    let free = cx.state.settings.heat.free && modules.len() > 1;
    // Two bars with their numbers need room; else one says which way, and the numbers stand behind it.
    let apart = free && room.width() >= 320.0;
    let bars = if apart { modules } else { &modules[..1] };
    let each = (room.width() - 14.0 * (bars.len() - 1) as f32) / bars.len() as f32;
    for (i, module) in bars.iter().enumerate() {
        let range = cx.pictures.ranges[usize::from(*module == Module::L)];
        let corner = room.min + vec2(i as f32 * (each + 14.0), 0.0);
        let bar = Rect::from_min_size(corner, vec2(each, room.height()));
        let name = match (apart, module) {
            (false, _) => "",
            (true, Module::H) => "z_H ",
            (true, Module::L) => "z_L ",
        };
        let attention = cx.state.settings.heat.shown == Shown::Attention;
        let ends = if attention {
            ["0".to_owned(), format!("{:.1} %", 100.0 * range)]
        } else if free && !apart {
            let [h, l] = cx.pictures.ranges;
            ["-".to_owned(), format!("+  z_H {h} · z_L {l}")]
        } else {
            [format!("{name}-{range}"), format!("+{range}")]
        };
        colour_bar::show(ui.painter(), bar, theme, [&ends[0], &ends[1]], |share| {
            // Shares of attention are never below zero.
            color(theme, theme.diverging(), if attention { share } else { 2.0 * share - 1.0 })
        });
    }
    let response = ui.interact(room, ui.scope_id().with("heat scale"), Sense::hover());
    response.on_hover_text(
        "One line of a picture is a token, one column a channel. Blue is below zero, amber above; beyond the ends the colour \
         stays. A point over several numbers shows their mean. The wheel zooms, a drag moves, a double click shows all; a click selects the token's cell on the board",
    );
    let place = Rect::from_min_max(pos2(room.right() + 4.0, rect.top()), rect.max);
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(Layout::right_to_left(Align::Center)));
    chooser(&mut child, cx);
}

fn chooser(ui: &mut Ui, cx: &mut Cx<'_>) {
    let HeatSettings { shown, sorted, free } = cx.state.settings.heat;
    let (response, _) = menu_chooser(shown.name(), shown == Shown::State, cx.theme).ui(ui, |ui| {
        ui.set_min_width(220.0);
        let mut chosen = None;
        for choice in Shown::ALL {
            let clicked = ui.radio(choice == shown, choice.name()).on_hover_text(choice.about()).clicked();
            chosen = chosen.or(clicked.then_some(Action::ShowHeat(choice)));
        }
        ui.separator();
        if shown.is_inside() {
            let name = if shown.has_heads() { "Block and head" } else { "Block" };
            ui.menu_button(name, |ui| choices(ui, cx, Module::L, shown));
            ui.separator();
        }
        // The columns of attention are tokens.
        let has_channels = shown != Shown::Attention;
        let clicked = ui.add_enabled(has_channels, Checkbox::new(&mut { sorted }, "Channels by variance")).clicked();
        chosen = chosen.or(clicked.then_some(Action::ToggleHeatOrder));
        let clicked = ui.checkbox(&mut { free }, "A range for each state").clicked();
        chosen = chosen.or(clicked.then_some(Action::ToggleHeatRange));
        if let Some(action) = chosen {
            cx.actions.push(action);
            ui.close();
        }
    });
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Heat maps: {}", shown.name())));
    response.on_hover_text("What the heat maps show, in which order, in which range");
}

#[cfg(test)]
mod tests {
    use super::super::super::fixtures::{recording, sudoku};
    use super::*;

    #[test]
    fn tokens_have_names() {
        let dimensions = recording(1, |_, _| 1).dimensions;
        let names = [0, 6, 99].map(|token| token_name(&sudoku(), &dimensions, token));
        assert_eq!(names, ["puzzle token 1", "cell row 2, column 2", "token 99, beyond the board"]);
    }

    #[test]
    fn a_state_says_whether_it_moved() {
        let run = recording(12, |_, _| 1);
        assert_eq!(detail(&run, Module::L, 4, 3.0, false), "17 × 4 · rms 3.00 · moved 0.800");
        assert!(detail(&run, Module::H, 4, 3.0, true).ends_with("still"));
        assert!(detail(&run, Module::H, 2, 0.0, true).starts_with("17 tokens × 4 channels · rms 0.00 · initial"));
    }
}
