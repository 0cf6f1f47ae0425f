//! The ARC task: its examples, the grid that is worked on, and the model's answer, in ARC's colours.

use eframe::egui::{Align2, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use super::super::super::action::{Action, Source};
use super::super::super::arc::verdict as verdict_of;
use super::super::super::command::CommandId;
use super::super::super::edit::{selection, worked_on};
use super::super::super::figures::{colour as colour_name, word};
use super::super::super::theme::{self, RADIUS};
use super::super::super::widgets::lattice::Lattice;
use super::super::super::widgets::tokens::red_corner;
use super::super::super::widgets::{command_button, figure, text_at};
use super::super::Cx;
use super::maze::draw;
use super::{card, list, over, place, rail, tone, votes, zoom};
use crate::board::arc::{COLOURS, Grid, Place, Sheet};
use crate::task::glyph::Glyph;

/// The height of a caption above a grid.
const CAPTION: f32 = 20.0;

/// Shows the task in its room.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, area: Rect) {
    let Some(sheet) = cx.state.board().arc().cloned() else { return };
    let tools = Rect::from_min_max(area.min, pos2(area.left() + rail::WIDTH, area.bottom()));
    rail::show(ui, cx, tools);
    let room = Rect::from_min_max(pos2(tools.right() + 8.0, area.top()), area.max);
    let pairs = (room.width() * 0.28).clamp(120.0, 240.0);
    examples(ui, cx, &sheet, Rect::from_min_size(room.min, vec2(pairs, room.height())));
    let rest = Rect::from_min_max(pos2(room.left() + pairs + 16.0, room.top()), room.max);
    // Below the two grids stand the palette, the buttons of the grid, and the figures.
    let each = (rest.width() - 16.0) / 2.0;
    // The votes have what the grids cannot use.
    let strip = match cx.state.arc.asked {
        Some(_) => votes::LEAST.max(rest.height() - CAPTION - each - 132.0),
        None => 0.0,
    };
    let below = if rest.height() > 330.0 + strip { 132.0 + strip } else { 74.0 + strip };
    let each = each.min(rest.height() - CAPTION - below).max(60.0);
    let left = Rect::from_min_size(rest.min, vec2(each, each + CAPTION));
    let right = left.translate(vec2(each + 16.0, 0.0));
    editor(ui, cx, &sheet, left);
    answer(ui, cx, right);
    let under = Rect::from_min_max(pos2(rest.left(), left.bottom() + 8.0), rest.max);
    palette(ui, cx, Rect::from_min_size(under.min, vec2(under.width(), 30.0)));
    buttons(ui, cx, &sheet, Rect::from_min_size(under.min + vec2(0.0, 34.0), vec2(under.width(), 32.0)));
    votes::show(ui, cx, Rect::from_min_size(under.min + vec2(0.0, 70.0), vec2(under.width(), strip)));
    if below > 100.0 + strip {
        row_of_figures(ui, cx, pos2(under.left(), under.top() + 74.0 + strip), under.right());
    }
}

/// The large figures beside each other.
fn row_of_figures(ui: &Ui, cx: &Cx<'_>, at: eframe::egui::Pos2, right: f32) {
    let mut x = at.x;
    for told in list(cx) {
        if x + 110.0 > right {
            break;
        }
        figure(ui.painter(), cx.theme, pos2(x, at.y), &told.value, &told.rest, &told.what, tone(cx, told.tone));
        x += 128.0;
    }
}

fn caption(ui: &Ui, cx: &Cx<'_>, rect: Rect, text: &str, on: bool) {
    let color = if on { cx.theme.text } else { cx.theme.secondary };
    let at = rect.left_top() + vec2(0.0, CAPTION / 2.0 - 2.0);
    text_at(ui.painter(), at, Align2::LEFT_CENTER, text, theme::text(12.0), color, rect.width());
}

/// The example pairs below each other, and the test inputs; a click works on the grid.
fn examples(ui: &mut Ui, cx: &mut Cx<'_>, sheet: &Sheet, room: Rect) {
    let count = sheet.task().train.len() + sheet.task().test.len();
    let side = ((room.width() - 26.0) / 2.0).min(130.0);
    // As many as fit at a size that can be seen, else smaller ones.
    let step = (side + CAPTION + 6.0).min((room.height() / count.max(1) as f32).max(56.0));
    let side = side.min(step - CAPTION - 6.0);
    let mut child = ui.new_child(UiBuilder::new().max_rect(room));
    // What comes to be worked on comes into view.
    let (seen, on) = (ui.scope_id().with("worked on"), worked_on(cx.state).map(|(on, _)| on));
    let now = (cx.state.doc.id, on, room.height() as u32);
    let comes = ui.data(|data| data.get_temp(seen)) != Some(now);
    ui.data_mut(|data| data.insert_temp(seen, now));
    eframe::egui::ScrollArea::vertical().id_salt("examples").auto_shrink(false).show(&mut child, |ui| {
        let all = (0..sheet.task().train.len()).map(|pair| (false, pair));
        for (test, pair) in all.chain((0..sheet.task().test.len()).map(|pair| (true, pair))) {
            let (rect, row) = ui.allocate_exact_size(vec2(room.width() - 8.0, step - 4.0), Sense::hover());
            if comes && on.is_some_and(|on| (on.test, on.pair) == (test, pair)) {
                row.scroll_to_me(None);
            }
            let asked = test && pair == sheet.test();
            let name = match test {
                true if asked && sheet.task().test.len() > 1 => format!("test {} · asked", pair + 1),
                true => format!("test {}", pair + 1),
                false => format!("example {}", pair + 1),
            };
            caption(ui, cx, rect, &name, asked);
            let input = Rect::from_min_size(rect.min + vec2(0.0, CAPTION), vec2(side, side));
            let output = input.translate(vec2(side + 26.0, 0.0));
            thumbnail(ui, cx, sheet, Place { test, pair, output: false }, input);
            let mark = char::from(Icon::ArrowRight).to_string();
            let middle = pos2(input.right() + 13.0, input.center().y);
            ui.painter().text(middle, Align2::CENTER_CENTER, mark, theme::icons(13.0), cx.theme.secondary);
            // A test's output is the answer: only when asked for.
            if !test || cx.state.show_solution {
                thumbnail(ui, cx, sheet, Place { test, pair, output: true }, output);
            } else {
                ui.painter().rect_stroke(output, 2.0, Stroke::new(1.0, cx.theme.hairline), StrokeKind::Inside);
                ui.painter().text(output.center(), Align2::CENTER_CENTER, "?", theme::text(16.0), cx.theme.secondary);
            }
        }
    });
}

fn thumbnail(ui: &Ui, cx: &mut Cx<'_>, sheet: &Sheet, at: Place, rect: Rect) {
    let Some(grid) = sheet.grid(at) else { return };
    let lattice = paint_grid(ui, cx, grid, rect);
    let worked = worked_on(cx.state).is_some_and(|(place, _)| place == at);
    let response = ui.interact(lattice.rect, ui.scope_id().with(("grid", at)), Sense::click());
    let sort = match (at.test, at.output) {
        (true, false) => "Test input",
        (true, true) => "Test output",
        (false, false) => "Example input",
        (false, true) => "Example output",
    };
    let name = format!("{sort} {}, {} rows, {} columns", at.pair + 1, grid.rows(), grid.cols());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, worked, &name));
    if worked || response.hovered() || response.has_focus() {
        let color = if worked { cx.theme.l } else { cx.theme.secondary };
        ui.painter().rect_stroke(lattice.rect.expand(2.0), 3.0, Stroke::new(1.5, color), StrokeKind::Inside);
    }
    let hint = if worked { "this is the grid you work on" } else { "work on it; the second button copies it" };
    let response = response.on_hover_text(format!("{name}: {hint}"));
    if let Some((on, _)) = worked_on(cx.state).filter(|(on, _)| *on != at) {
        response.context_menu(|ui| {
            for (from, to) in [(at, on), (on, at)] {
                if ui.button(format!("Copy {from} to {to}")).clicked() {
                    cx.actions.push(Action::CopyGrid { from: Source::Grid(from), to: Some(to) });
                    ui.close();
                }
            }
        });
    }
    if response.clicked() {
        if at.test && !at.output && at.pair != sheet.test() {
            cx.actions.push(Action::AskTest(at.pair));
        }
        cx.actions.push(Action::WorkOn(at));
    }
}

/// Paints a grid as large as fits; returns where its cells stand.
pub fn paint_grid(ui: &Ui, cx: &Cx<'_>, grid: &Grid, room: Rect) -> Lattice {
    let lattice = Lattice::fit(room, grid.rows(), grid.cols());
    paint_cells(ui, cx, grid, &lattice);
    lattice
}

fn paint_cells(ui: &Ui, cx: &Cx<'_>, grid: &Grid, lattice: &Lattice) {
    // What is seen between the cells, whatever their colours.
    ui.painter().rect_filled(lattice.rect, 0.0, cx.theme.faint);
    for (cell, colour) in grid.cells().iter().enumerate() {
        let rect = lattice.cell(cell).shrink(lattice.gap() / 2.0);
        ui.painter().rect_filled(rect, 0.0, cx.theme.arc(*colour, cx.state.settings.safe_colours));
    }
    ui.painter().rect_stroke(lattice.rect, 0.0, Stroke::new(1.0, cx.theme.hairline), StrokeKind::Outside);
}

/// The grid that is worked on.
fn editor(ui: &mut Ui, cx: &mut Cx<'_>, sheet: &Sheet, rect: Rect) {
    let Some((at, grid)) = worked_on(cx.state) else { return };
    let grid = grid.clone();
    let what = match (at.test, at.output) {
        (true, false) => "test input, yours to paint".to_owned(),
        _ => at.to_string(),
    };
    caption(ui, cx, rect, &format!("{} × {} · {what}", grid.rows(), grid.cols()), true);
    let room = Rect::from_min_max(rect.min + vec2(0.0, CAPTION), rect.max);
    let (ui, lattice) = zoom::seen(ui, cx, Lattice::fit(room, grid.rows(), grid.cols()));
    let ui = &ui;
    paint_cells(ui, cx, &grid, &lattice);
    let response = ui.interact(lattice.rect, ui.scope_id().with("editor"), Sense::drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, format!("Grid of {}, {what}", sheet.name())));
    draw(&response, &lattice, cx);
    if let Some(area) = selection(cx.state) {
        let cells = area.cells(grid.cols());
        let (first, last) = (cells.first().copied().unwrap_or(0), cells.last().copied().unwrap_or(0));
        let around = Rect::from_min_max(lattice.cell(first).min, lattice.cell(last).max);
        ui.painter().rect_stroke(around, 0.0, Stroke::new(4.0, cx.theme.window), StrokeKind::Middle);
        ui.painter().rect_stroke(around, 0.0, Stroke::new(2.0, cx.theme.text), StrokeKind::Middle);
    }
    if let Some(cell) = response.hover_pos().map(|at| lattice.nearest(at)).or(cx.state.doc.selected) {
        ui.painter().rect_stroke(lattice.cell(cell), 1.0, Stroke::new(1.5, cx.theme.text), StrokeKind::Inside);
    }
    let selected = cx.state.doc.selected.filter(|_| at == sheet.input_place());
    lattice.name_cells(ui, "grid cell", selected, |cell| {
        format!("{}, {}", place(cell, grid.cols()), colour_name(grid.cells()[cell]))
    });
}

/// The vote that is shown in the answer's place, and its grid.
fn chosen<'a>(cx: &Cx<'a>) -> Option<(usize, &'a Grid)> {
    let asked = cx.state.arc.asked.as_ref()?;
    let at = asked.shown?;
    Some((at, asked.poll.votes().get(at)?.answer.as_ref()?))
}

/// The model's answer on its canvas.
fn answer(ui: &Ui, cx: &Cx<'_>, rect: Rect) {
    let (theme, scene) = (cx.theme, cx.scene);
    if let Some((asked, grid)) = chosen(cx) {
        let right = cx.state.board().arc().and_then(|sheet| sheet.output());
        let text = format!("vote {}{}", asked + 1, verdict_of(right, grid));
        caption(ui, cx, rect, &text, true);
        paint_grid(ui, cx, grid, Rect::from_min_max(rect.min + vec2(0.0, CAPTION), rect.max));
        return;
    }
    let told = super::verdict(cx.state.board(), scene);
    let text = match (&told, scene.answered) {
        (_, false) => "the model's answer".to_owned(),
        (Some((_, text)), _) => format!("answer at this step: {text}"),
        (None, _) => "the model's answer at this step".to_owned(),
    };
    let color = told.map_or(theme.secondary, |(meant, _)| tone(cx, meant));
    let at = rect.left_top() + vec2(0.0, CAPTION / 2.0 - 2.0);
    text_at(ui.painter(), at, Align2::LEFT_CENTER, &text, theme::text(12.0), color, rect.width());
    let room = Rect::from_min_max(rect.min + vec2(0.0, CAPTION), rect.max);
    if !scene.answered {
        let empty = Rect::from_min_size(room.min, vec2(room.width().min(room.height()), room.height()));
        ui.painter().rect_stroke(empty, RADIUS, Stroke::new(1.0, theme.hairline), StrokeKind::Inside);
        let what = if cx.state.thinking() { "thinking…" } else { "no answer yet" };
        ui.painter().text(empty.center(), Align2::CENTER_CENTER, what, theme::text(13.0), theme.secondary);
        return;
    }
    let lattice = Lattice::fit(room, scene.rows, scene.cols);
    for (cell, seen) in scene.cells.iter().enumerate() {
        let place = lattice.cell(cell).shrink(lattice.gap() / 2.0);
        let color = match seen.answer {
            Some(Glyph::Colour(colour)) if seen.open => {
                let full = theme.arc(colour, cx.state.settings.safe_colours);
                theme.confidence(full, theme.pane, seen.confidence)
            }
            // Beyond the grid nothing counts.
            _ => theme.pane.lerp_to_gamma(theme.raised, 0.6),
        };
        // Below an overlay the answer stands in the middle of its cell.
        let laid = over::ground(cx, cell);
        ui.painter().rect_filled(place, 0.0, laid.unwrap_or(color));
        if laid.is_some() {
            ui.painter().rect_filled(Rect::from_center_size(place.center(), place.size() * 0.5), 1.0, color);
        }
        if seen.changed {
            let line = Stroke::new(1.4, theme.l.gamma_multiply(cx.state.flash()));
            ui.painter().rect_stroke(lattice.cell(cell).shrink(1.0), 2.0, line, StrokeKind::Inside);
        }
        if seen.wrong {
            red_corner(ui.painter(), cx.theme, lattice.cell(cell));
        }
        if let Some(Glyph::Colour(right)) = seen.truth.filter(|truth| !seen.open || seen.answer != Some(*truth)) {
            let mark = Rect::from_center_size(place.center(), place.size() * 0.4);
            ui.painter().rect_filled(mark, 1.0, theme.arc(right, cx.state.settings.safe_colours));
            ui.painter().rect_stroke(mark, 1.0, Stroke::new(1.2, theme.right), StrokeKind::Outside);
        }
    }
    ui.painter().rect_stroke(lattice.rect, 0.0, Stroke::new(1.0, theme.hairline), StrokeKind::Outside);
    over::outlines(ui, cx, |cell| lattice.cell(cell));
    let response = ui.interact(lattice.rect, ui.scope_id().with("answer"), Sense::hover());
    if let Some(at) = response.hover_pos() {
        card::hover(response, cx, lattice.nearest(at));
    }
    lattice.name_cells(ui, "answer cell", None, |cell| {
        let seen = scene.cells[cell];
        let said = seen.answer.filter(|_| seen.open).map_or_else(|| "outside".to_owned(), word);
        format!("answer, {}, {said}, {:.0} %", place(cell, scene.cols), seen.confidence * 100.0)
    });
}

/// ARC's ten colours.
fn palette(ui: &Ui, cx: &mut Cx<'_>, rect: Rect) {
    let side = (rect.width() / f32::from(COLOURS) - 4.0).min(26.0);
    for colour in 0..COLOURS {
        let corner = rect.min + vec2(f32::from(colour) * (side + 4.0), 0.0);
        let place = Rect::from_min_size(corner, vec2(side, side));
        let response = ui.interact(place, ui.scope_id().with(("colour", colour)), Sense::click());
        let on = cx.state.hand.colour == colour;
        let name = colour_name(colour);
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, format!("Colour {colour}, {name}")));
        ui.painter().rect_filled(place, 4.0, cx.theme.arc(colour, cx.state.settings.safe_colours));
        let (width, line) = if on { (2.0, cx.theme.text) } else { (1.0, cx.theme.hairline) };
        ui.painter().rect_stroke(place, 4.0, Stroke::new(width, line), StrokeKind::Inside);
        if response.on_hover_text(format!("{colour}: {name}")).clicked() {
            cx.actions.push(Action::TakeColour(colour));
        }
    }
}

/// What is done with the grid that is worked on.
fn buttons(ui: &mut Ui, cx: &mut Cx<'_>, sheet: &Sheet, rect: Rect) {
    let mut ui = ui.new_child(
        UiBuilder::new().max_rect(rect).layout(eframe::egui::Layout::left_to_right(eframe::egui::Align::Center)),
    );
    ui.spacing_mut().item_spacing.x = 3.0;
    ui.spacing_mut().button_padding.x = 2.0;
    use CommandId::*;
    if selection(cx.state).is_some() {
        for id in [Copy, Cut, FillSelection, Erase, SelectNone] {
            command_button(&mut ui, cx, id);
        }
        return;
    }
    let all =
        [TurnLeft, MirrorSides, MirrorTop, Transpose, CycleColours, MoreRows, FewerRows, MoreColumns, FewerColumns];
    let example = cx.state.hand.place.is_some_and(|place| !place.test) && sheet.task().train.len() > 1;
    for id in all.into_iter().chain([AddExample]).chain(example.then_some(RemoveExample)).chain([ArcColours]) {
        // What does not fit is in the menu Edit.
        if ui.available_width() >= 34.0 {
            command_button(&mut ui, cx, id);
        }
    }
}
