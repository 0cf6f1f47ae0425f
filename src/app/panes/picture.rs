//! The dialog that shows what a picture gives as a maze.

use eframe::egui::{Align2, Button, Context, Label, RichText, Sense, Slider, Ui, vec2};

use super::super::action::Action;
use super::super::picture::{PictureAction, PictureDraft};
use super::super::theme::{self, RADIUS};
use super::super::widgets::{thumbnail, wrapped};
use super::{Cx, dialog};
use crate::board::maze::{Reading, SIDES};

/// The side of the preview, points.
const PREVIEW: f32 = 360.0;

/// Shows the dialog while there is a picture.
pub fn show(ctx: &Context, cx: &mut Cx<'_>) {
    let Some(draft) = cx.state.picture.clone() else { return };
    let theme = cx.theme;
    let modal = dialog(ctx, theme, "picture");
    let shown = modal.show(ctx, |ui| {
        ui.set_width(PREVIEW);
        ui.label(RichText::new("A maze from a picture").font(theme::bold(16.0)));
        ui.label(RichText::new("A green cell is the start, a red one the goal.").color(theme.secondary));
        ui.add(Label::new(RichText::new(title(&draft)).color(theme.secondary)).truncate());
        ui.add_space(8.0);
        preview(ui, cx, &draft);
        ui.add_space(8.0);
        let reading = fields(ui, &draft);
        if reading != draft.reading {
            cx.actions.push(Action::Picture(PictureAction::Read(reading)));
        }
        ui.add_space(10.0);
        last_row(ui, cx, &draft);
    });
    if shown.should_close() {
        cx.actions.push(Action::Picture(PictureAction::Leave));
    }
}

/// Which picture it is.
fn title(draft: &PictureDraft) -> String {
    match draft.all() {
        1 => draft.name.clone(),
        all => format!("Picture {} of {all}: {}", draft.before + 1, draft.name),
    }
}

fn fields(ui: &mut Ui, draft: &PictureDraft) -> Reading {
    let Reading { mut side, mut threshold, mut light_walls, mut cropped } = draft.reading;
    ui.add(Slider::new(&mut side, SIDES).text("cells along a side"));
    let slider = Slider::new(&mut threshold, 0.0..=1.0).text("what is darker is a wall").fixed_decimals(2);
    ui.add(slider);
    ui.checkbox(&mut light_walls, "The light cells are the walls");
    if draft.picture.has_margin() {
        ui.checkbox(&mut cropped, "The margin is left out");
    }
    match cropped == draft.reading.cropped {
        true => Reading { side, threshold, light_walls, cropped },
        // There are other cells then.
        false => Reading { light_walls, ..draft.picture.guess_cropped(cropped) },
    }
}

fn last_row(ui: &mut Ui, cx: &mut Cx<'_>, draft: &PictureDraft) {
    let theme = cx.theme;
    let mut does = None;
    ui.horizontal(|ui| {
        let take = Button::new(RichText::new("Put on the board").color(theme.on_accent)).fill(theme.l);
        let take = ui.add_enabled(draft.maze.is_ok(), take.min_size(vec2(0.0, 30.0)));
        // Enter takes the maze, unless something else has the keyboard.
        if draft.maze.is_ok() && ui.memory(|memory| memory.focused().is_none()) {
            take.request_focus();
        }
        if take.clicked() {
            does = Some(PictureAction::Take);
        }
        let more = !draft.waiting.is_empty();
        let leave = if more { "Leave it out" } else { "Cancel" };
        if ui.add(Button::new(leave).min_size(vec2(0.0, 30.0))).clicked() {
            does = Some(PictureAction::Leave);
        }
        if more && ui.add(Button::new("Cancel all").min_size(vec2(0.0, 30.0))).clicked() {
            does = Some(PictureAction::LeaveAll);
        }
    });
    cx.actions.extend(does.map(Action::Picture));
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
}
