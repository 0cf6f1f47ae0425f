//! The dialog that shows what a picture gives as a maze.

use eframe::egui::{Align2, Button, Context, Id, Modal, RichText, Sense, Slider, Ui, vec2};

use super::super::action::Action;
use super::super::picture::{PictureAction, PictureDraft};
use super::super::theme::{self, RADIUS};
use super::super::widgets::{text_at, thumbnail, wrapped};
use super::{Cx, card};
use crate::board::maze::{Reading, SIDES};

/// The side of the preview, points.
const PREVIEW: f32 = 360.0;

/// Shows the dialog while there is a picture.
pub fn show(ctx: &Context, cx: &mut Cx<'_>) {
    let Some(draft) = cx.state.picture.clone() else { return };
    let theme = cx.theme;
    let frame = card(theme).fill(theme.pane).inner_margin(16).shadow(ctx.global_style().visuals.window_shadow);
    let modal = Modal::new(Id::unique("picture")).backdrop_color(theme.veil).frame(frame);
    let shown = modal.show(ctx, |ui| {
        ui.set_width(PREVIEW);
        ui.label(RichText::new("A maze from a picture").font(theme::bold(16.0)));
        ui.label(RichText::new("A green cell is the start, a red one the goal.").color(theme.secondary));
        ui.add_space(8.0);
        preview(ui, cx, &draft);
        ui.add_space(8.0);
        let Reading { mut side, mut threshold, mut light_walls } = draft.reading;
        ui.add(Slider::new(&mut side, SIDES).text("cells along a side"));
        let slider = Slider::new(&mut threshold, 0.0..=1.0).text("what is darker is a wall").fixed_decimals(2);
        ui.add(slider);
        ui.checkbox(&mut light_walls, "The light cells are the walls");
        let reading = Reading { side, threshold, light_walls };
        if reading != draft.reading {
            cx.actions.push(Action::Picture(PictureAction::Read(reading)));
        }
        ui.add_space(10.0);
        ui.horizontal(|ui| {
            let take = Button::new(RichText::new("Put on the board").color(theme.on_accent)).fill(theme.l);
            if ui.add_enabled(draft.maze.is_ok(), take.min_size(vec2(0.0, 30.0))).clicked() {
                cx.actions.push(Action::Picture(PictureAction::Take));
            }
            if ui.add(Button::new("Cancel").min_size(vec2(0.0, 30.0))).clicked() {
                cx.actions.push(Action::Picture(PictureAction::Leave));
            }
        });
    });
    if shown.should_close() {
        cx.actions.push(Action::Picture(PictureAction::Leave));
    }
}

fn preview(ui: &mut Ui, cx: &Cx<'_>, draft: &PictureDraft) {
    let theme = cx.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(PREVIEW, PREVIEW), Sense::hover());
    ui.painter().rect_filled(rect, RADIUS, theme.raised);
    match &draft.maze {
        Ok(maze) => {
            let board = maze.clone().into();
            thumbnail::show(ui.painter(), theme, rect.shrink(8.0), &board, false);
        }
        Err(why) => {
            let galley = wrapped(ui.painter(), why, theme::text(13.0), theme.wrong, PREVIEW - 40.0);
            let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size()).min;
            ui.painter().galley(at, galley, theme.wrong);
        }
    }
    let name = rect.left_bottom() + vec2(6.0, -4.0);
    text_at(ui.painter(), name, Align2::LEFT_BOTTOM, &draft.name, theme::text(12.0), theme.secondary, PREVIEW - 12.0);
}
