//! The dialog for saving the run as a moving picture.

use eframe::egui::{Button, Context, ProgressBar, RichText, Slider, Ui, vec2};

use super::super::action::Action;
use super::super::movie::{DELAYS, Draft, Movie, MovieAction, SIZES};
use super::super::theme;
use super::super::train::facts::bytes;
use super::{Cx, dialog};
use crate::export::Format;

/// Shows the dialog when it is open.
pub fn show(ctx: &Context, cx: &mut Cx<'_>) {
    let Some(movie) = cx.state.movie.clone() else { return };
    let theme = cx.theme;
    let modal = dialog(ctx, theme, "moving picture");
    let shown = modal.show(ctx, |ui| {
        ui.set_width(420.0);
        ui.label(RichText::new("The run as a moving picture").font(theme::bold(16.0)));
        ui.add_space(8.0);
        let draft = ui.add_enabled_ui(movie.work.is_none(), |ui| fields(ui, movie.draft)).inner;
        if draft != movie.draft {
            cx.actions.push(Action::Movie(MovieAction::Edit(draft)));
        }
        ui.add_space(8.0);
        ui.label(RichText::new(size(&movie)).color(theme.secondary));
        ui.add_space(10.0);
        last_row(ui, cx, &movie);
    });
    if shown.should_close() {
        cx.actions.push(Action::Movie(MovieAction::Cancel));
    }
}

fn fields(ui: &mut Ui, mut draft: Draft) -> Draft {
    ui.horizontal(|ui| {
        ui.label("Format");
        ui.radio_value(&mut draft.format, Format::Gif, "GIF").on_hover_text("256 colours a picture; shown everywhere");
        let apng = ui.radio_value(&mut draft.format, Format::Apng, "animated PNG");
        apng.on_hover_text("All colours; programs that do not know it show the last moment");
    });
    ui.horizontal(|ui| {
        ui.label("Side of the board");
        for size in SIZES {
            ui.radio_value(&mut draft.size, size, format!("{size} px"));
        }
    });
    ui.horizontal(|ui| {
        ui.label("A picture stands");
        ui.add(Slider::new(&mut draft.delay_ms, DELAYS).suffix(" ms"))
            .on_hover_text("The last one stands six times as long");
    });
    ui.horizontal(|ui| {
        ui.label("Colours");
        ui.radio_value(&mut draft.dark, true, "dark");
        ui.radio_value(&mut draft.dark, false, "light");
    });
    draft
}

/// How large the file will be.
fn size(movie: &Movie) -> String {
    let frames = movie.frames;
    match &movie.estimate {
        None => format!("{frames} pictures; the size is being reckoned"),
        Some(Ok(size)) => format!("{frames} pictures, about {}", bytes(*size as u64)),
        Some(Err(why)) => format!("{frames} pictures; their size is not known: {why}"),
    }
}

fn last_row(ui: &mut Ui, cx: &mut Cx<'_>, movie: &Movie) {
    ui.horizontal(|ui| {
        let mut button = |ui: &mut Ui, face: Button<'_>, action| {
            if ui.add(face.min_size(vec2(96.0, 30.0))).clicked() {
                cx.actions.push(Action::Movie(action));
            }
        };
        match &movie.work {
            Some(work) => {
                let share = work.done as f32 / movie.frames.max(1) as f32;
                let text = format!("{} of {}", work.done, movie.frames);
                ui.add(ProgressBar::new(share).desired_width(300.0).text(text));
                button(ui, Button::new("Stop"), MovieAction::Cancel);
            }
            None => {
                let save = RichText::new("Save…").color(cx.theme.on_accent);
                button(ui, Button::new(save).fill(cx.theme.l), MovieAction::Save);
                button(ui, Button::new("Cancel"), MovieAction::Cancel);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_said_when_it_is_known() {
        let draft = Draft { format: Format::Gif, size: 240, delay_ms: 100, dark: true };
        let of = |estimate| size(&Movie { draft, frames: 25, estimate, work: None });
        assert!(of(None).contains("being reckoned"));
        assert!(of(Some(Ok(307_200))).starts_with("25 pictures, about 300 KiB"), "{}", of(Some(Ok(307_200))));
        assert!(of(Some(Err("no room".into()))).ends_with("no room"));
    }
}
