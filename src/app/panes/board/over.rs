//! What is laid over the board: the colour of its cells, the cells that are pointed out, and the foot that explains both.

use eframe::egui::{
    Align, Align2, Button, Color32, Label, Layout, Rect, RichText, Role, Sense, Shape, Stroke, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use super::super::super::action::Action;
use super::super::super::heat::Shown;
use super::super::super::inside::nothing_inside;
use super::super::super::overlay::{Lens, Overlay, color};
use super::super::super::scene::cell_of;
use super::super::super::theme;
use super::super::super::widgets::{chooser as menu_chooser, colour_bar, text_at};
use super::super::Cx;
use super::super::inside::choices;
use super::place;

/// The height of a line of the foot.
const LINE: f32 = 28.0;
/// The ground of a cell that has a value of the overlay.
pub fn ground(cx: &Cx<'_>, cell: usize) -> Option<Color32> {
    cx.measured.share(cell).map(|share| color(cx.theme, cx.state.settings.overlay, share))
}

/// What an overlay says of a cell, with its name.
pub fn told(cx: &Cx<'_>, cell: usize) -> Option<String> {
    let value = cx.measured.cells.get(cell).copied().flatten()?;
    let (overlay, schedule) = (cx.state.settings.overlay, cx.state.recording()?.dimensions.schedule);
    Some(format!("{}: {}", overlay.name(), overlay.text(value, schedule)))
}

/// Outlines the cells that the lens points out, with their rank.
pub fn outlines(ui: &Ui, cx: &Cx<'_>, at: impl Fn(usize) -> Rect) {
    let painter = ui.painter();
    for (rank, (cell, _)) in cx.measured.pointed_out.iter().enumerate() {
        let rect = at(*cell).shrink(1.5);
        let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
        painter.extend(Shape::dashed_line(&corners, Stroke::new(2.0, cx.theme.text), 5.0, 3.0));
        if rect.width() >= 28.0 {
            let tag = Rect::from_min_size(rect.min, vec2(15.0, 15.0));
            painter.rect_filled(tag, 3.0, cx.theme.text);
            let (font, ink) = (theme::bold(12.0), cx.theme.pane);
            painter.text(tag.center(), Align2::CENTER_CENTER, rank + 1, font, ink);
        }
    }
}

/// The foot of the board, as high as it needs; returns the room that it leaves.
pub fn foot(ui: &mut Ui, cx: &mut Cx<'_>, area: Rect) -> Rect {
    let mut room = area;
    let mut line = || {
        let rect = Rect::from_min_max(pos2(area.left(), room.bottom() - LINE), pos2(area.right(), room.bottom()));
        room.max.y -= LINE;
        rect
    };
    if let Some(lens) = cx.state.settings.lens.filter(|_| cx.scene.answered) {
        let rect = line();
        list(ui, cx, rect, lens);
    }
    if !cx.measured.cells.is_empty() {
        let rect = line();
        legend(ui, cx, rect);
    } else if let Overlay::Attention(module) = cx.state.settings.overlay
        && let Some(why) = nothing_inside(cx.state, module)
    {
        let text = format!("{}: {why}", cx.state.settings.overlay.name());
        let mut row = ui.new_child(UiBuilder::new().max_rect(line()).layout(Layout::left_to_right(Align::Center)));
        row.add(Label::new(RichText::new(text).color(cx.theme.secondary)).truncate());
    }
    room
}

fn legend(ui: &Ui, cx: &Cx<'_>, rect: Rect) {
    let Some(recording) = cx.state.recording() else { return };
    let (overlay, schedule) = (cx.state.settings.overlay, recording.dimensions.schedule);
    let room = rect.width() * 0.6;
    let title = title(cx, overlay);
    let name =
        text_at(ui.painter(), rect.left_center(), Align2::LEFT_CENTER, &title, theme::bold(12.5), cx.theme.text, room);
    let ends = cx.measured.span.map(|value| overlay.text(value, schedule));
    let right = rect.right().min(name.right() + 14.0 + 420.0);
    let bar = Rect::from_min_max(pos2(name.right() + 14.0, rect.top()), pos2(right, rect.bottom()));
    colour_bar::show(ui.painter(), bar, cx.theme, [&ends[0], &ends[1]], |share| color(cx.theme, overlay, share));
    let response = ui.interact(rect, ui.scope_id().with("legend"), Sense::hover());
    response.widget_info(|| {
        let label = format!("Overlay {title}, from {} to {}", ends[0], ends[1]);
        WidgetInfo::labeled(Role::Legend, true, label)
    });
    response.on_hover_text(overlay.about());
}

/// The overlay's name; of attention also from where, and in which block and head.
fn title(cx: &Cx<'_>, overlay: Overlay) -> String {
    let inside = match overlay {
        Overlay::Attention(module) => cx.state.doc.run.insides.of(module),
        _ => None,
    };
    let Some(inside) = inside else { return overlay.name().to_owned() };
    let from = match cx.state.doc.selected {
        Some(cell) => format!("from {}", place(cell, cx.state.board().size().1)),
        None => "from all tokens".to_owned(),
    };
    format!("{} {from}, {}", overlay.name(), cx.state.settings.inside.name(Shown::Attention, inside))
}

fn list(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, lens: Lens) {
    let mut row = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    row.spacing_mut().item_spacing.x = 6.0;
    row.spacing_mut().button_padding.x = 6.0;
    row.label(RichText::new(lens.name()).font(theme::bold(12.5)).color(cx.theme.text));
    if cx.measured.pointed_out.is_empty() {
        row.label(RichText::new(lens.nothing()).color(cx.theme.secondary));
    }
    let Some(dimensions) = cx.state.recording().map(|recording| recording.dimensions) else { return };
    for (rank, (cell, value)) in cx.measured.pointed_out.clone().into_iter().enumerate() {
        let (from, cols) = (place(cell, cx.scene.cols), cx.scene.cols.max(1));
        let short = format!("{}  r{}c{} {}", rank + 1, cell / cols + 1, cell % cols + 1, lens.text(value));
        let wide = row.painter().layout_no_wrap(short.clone(), theme::text(12.0), cx.theme.text).size().x;
        let button = Button::new(RichText::new(short).font(theme::text(12.0))).min_size(vec2(0.0, 24.0));
        // What does not fit is outlined on the board all the same.
        if row.available_width() < wide + 14.0 {
            break;
        }
        let target = cell_of(cx.state.board(), &dimensions, cx.measured.tokens[cell]);
        let response = row.add_enabled(target.is_some(), button);
        response.widget_info(|| {
            WidgetInfo::labeled(Role::Button, target.is_some(), format!("Select {from}, {}", lens.text(value)))
        });
        let response = response.on_hover_text(format!("{from}: {}. A click selects the cell", lens.text(value)));
        let response = response.on_disabled_hover_text("Beyond the grid that is asked, so there is no cell to select");
        if response.clicked() {
            cx.actions.push(Action::Select(target));
        }
    }
}

/// The chooser in the head of the pane.
pub fn chooser(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (overlay, lens) = (cx.state.settings.overlay, cx.state.settings.lens);
    let name = match (overlay, lens) {
        (Overlay::None, Some(lens)) => lens.name(),
        _ => overlay.name(),
    };
    let usual = overlay == Overlay::None && lens.is_none();
    let (response, _) = menu_chooser(name, usual, cx.theme).ui(ui, |ui| {
        ui.set_min_width(200.0);
        for choice in Overlay::ALL {
            let radio = ui.radio(choice == overlay, choice.name());
            if radio.on_hover_text(choice.about()).clicked() {
                cx.actions.push(Action::Lay(choice));
                ui.close();
            }
            if matches!(choice, Overlay::None | Overlay::Uncertainty | Overlay::Attention(_)) {
                ui.separator();
            }
        }
        if let Overlay::Attention(module) = overlay {
            ui.menu_button("Block and head", |ui| choices(ui, cx, module, Shown::Attention));
            ui.separator();
        }
        for choice in Lens::ALL {
            let mut on = lens == Some(choice);
            if ui.checkbox(&mut on, choice.name()).clicked() {
                cx.actions.push(Action::ToggleLens(choice));
                ui.close();
            }
        }
    });
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Overlay: {}", overlay.name())));
    response.on_hover_text("What the cells' colours say, and which cells are pointed out");
}
