//! A closer look at the board: Ctrl and the wheel or two fingers zoom; the wheel, the middle button or two fingers move.

use eframe::egui::{Align, Button, Layout, PointerButton, Rect, RichText, Role, Ui, UiBuilder, Vec2, WidgetInfo};

use super::super::super::action::Action;
use super::super::super::command::{CommandId, command};
use super::super::super::heat::View;
use super::super::super::theme;
use super::super::super::widgets::lattice::Lattice;
use super::super::Cx;

/// Takes in the gestures over a board whose cells stand at `whole`; returns where the part that is seen is drawn, and where
/// its cells stand.
pub fn seen(ui: &mut Ui, cx: &mut Cx<'_>, whole: Lattice) -> (Ui, Lattice) {
    let view = cx.state.doc.view;
    let wanted = gestures(ui, view, whole);
    if wanted != view {
        cx.actions.push(Action::LookCloser(wanted));
    }
    let mut part = ui.new_child(UiBuilder::new().max_rect(whole.rect).id_salt("board"));
    part.set_clip_rect(whole.rect.expand(1.0).intersect(ui.clip_rect()));
    (part, whole.seen(view))
}

fn gestures(ui: &Ui, mut view: View, whole: Lattice) -> View {
    let Some(at) = ui.ctx().pointer_hover_pos().filter(|_| ui.rect_contains_pointer(whole.rect)) else { return view };
    let (scroll, factor, fingers, middle) = ui.input(|input| {
        let middle = if input.pointer.button_down(PointerButton::Middle) { input.pointer.delta() } else { Vec2::ZERO };
        let fingers = input.multi_touch().map_or(Vec2::ZERO, |touch| touch.translation_delta);
        (input.smooth_scroll_delta(), input.zoom_delta(), fingers, middle)
    });
    if factor != 1.0 {
        let share = (at - whole.rect.min) / whole.rect.size();
        view.zoom([share.x, share.y], factor, [whole.least(); 2]);
    }
    if view != View::default() {
        let by = (scroll + fingers + middle) / whole.rect.size();
        view.pan([-by.x, -by.y]);
    }
    view
}

/// How far one looks closer, and the button that shows the whole board again.
pub fn chip(ui: &mut Ui, cx: &mut Cx<'_>, line: Rect) {
    let view = cx.state.doc.view;
    if view == View::default() {
        return;
    }
    let command = command(CommandId::WholeBoard);
    let text = format!("× {:.1}  whole board", 1.0 / (view.x[1] - view.x[0]));
    let button = Button::new(RichText::new(text).font(theme::text(12.0)).color(cx.theme.l)).frame(false);
    // A child of its own, so that nothing below moves.
    let layout = Layout::right_to_left(Align::Center);
    let response = ui.new_child(UiBuilder::new().max_rect(line).layout(layout)).add(button);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, command.name));
    if response.on_hover_text(command.tooltip(cx.state)).clicked() {
        cx.actions.push(command.action.clone());
    }
}
