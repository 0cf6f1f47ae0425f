//! The question before a board is closed that is not saved.

use eframe::egui::{Button, Context, Label, RichText, vec2};

use super::super::action::Action;
use super::super::document::{Answer, TabAction};
use super::super::theme;
use super::{Cx, dialog};

/// Shows the question while it is asked.
pub fn show(ctx: &Context, cx: &mut Cx<'_>) {
    let Some(doc) = cx.state.closing.and_then(|id| cx.state.document(id)) else { return };
    let theme = cx.theme;
    let modal = dialog(ctx, theme, "closing");
    let mut answer = None;
    let shown = modal.show(ctx, |ui| {
        ui.set_width(380.0);
        ui.label(RichText::new(format!("Save {} before it is closed?", doc.name())).font(theme::bold(16.0)));
        ui.add_space(6.0);
        let text = match &doc.path {
            Some(path) => {
                format!("What you changed is not in {} yet. Once closed, it cannot be brought back.", path.display())
            }
            None => "The board is in no file yet. Once closed, it cannot be brought back.".to_owned(),
        };
        ui.add(Label::new(RichText::new(text).color(theme.secondary)).wrap());
        ui.add_space(12.0);
        ui.horizontal(|ui| {
            let save = if doc.path.is_some() { "Save" } else { "Save…" };
            for (name, means) in [(save, Answer::Save), ("Discard", Answer::Discard), ("Cancel", Answer::Cancel)] {
                let response = ui.add(Button::new(name).min_size(vec2(90.0, 28.0)));
                // The answer that loses nothing is at hand.
                if means == Answer::Save && ui.memory(|memory| memory.focused().is_none()) {
                    response.request_focus();
                }
                if response.clicked() {
                    answer = Some(means);
                }
            }
        });
    });
    if shown.should_close() {
        answer = Some(Answer::Cancel);
    }
    cx.actions.extend(answer.map(|answer| Action::Tab(TabAction::Answer(answer))));
}
