//! A state as a picture: tokens down, channels across, blue below zero, amber above.

use std::sync::Arc;

use eframe::egui::{
    Color32, ColorImage, Rect, Role, Sense, Stroke, StrokeKind, TextureHandle, TextureOptions, Ui, WidgetInfo, pos2,
};

use super::super::theme::{HEAT_RANGE, Theme};
use crate::trace::{Dimensions, Module};

/// The textures of the two states, made anew only when state or theme change.
#[derive(Default)]
pub struct Pictures {
    h: Option<Picture>,
    l: Option<Picture>,
}

struct Picture {
    state: Arc<[f32]>,
    dark: bool,
    texture: TextureHandle,
}

impl Pictures {
    /// Draws one module's state `[tokens, hidden]` into a rectangle; hovering tells token, channel and value.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        theme: &Theme,
        module: Module,
        state: &Arc<[f32]>,
        dimensions: &Dimensions,
    ) {
        let size = [dimensions.hidden, dimensions.tokens];
        if size[0] * size[1] != state.len() || state.is_empty() {
            return;
        }
        let slot = if module == Module::H { &mut self.h } else { &mut self.l };
        let current = slot.as_ref().is_some_and(|p| Arc::ptr_eq(&p.state, state) && p.dark == theme.dark);
        if !current {
            let image = ColorImage::new(size, state.iter().map(|value| color(theme, *value)).collect());
            match slot {
                Some(picture) => {
                    picture.texture.set(image, TextureOptions::NEAREST);
                    (picture.state, picture.dark) = (state.clone(), theme.dark);
                }
                None => {
                    let name = format!("z_{module:?}");
                    let texture = ui.ctx().load_texture(name, image, TextureOptions::NEAREST);
                    *slot = Some(Picture { state: state.clone(), dark: theme.dark, texture });
                }
            }
        }
        let response = ui.interact(rect, ui.scope_id().with(("heat map", module)), Sense::hover());
        response.widget_info(|| {
            let label = format!("z_{module:?}, {} tokens by {} channels", dimensions.tokens, dimensions.hidden);
            WidgetInfo::labeled(Role::Image, true, label)
        });
        if let Some(picture) = slot {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(picture.texture.id(), rect, whole, Color32::WHITE);
            ui.painter().rect_stroke(rect, 0.0, Stroke::new(1.0, theme.hairline), StrokeKind::Outside);
        }
        if let Some(at) = response.hover_pos() {
            let (token, channel) = place(rect, dimensions, at.x, at.y);
            let value = state[token * dimensions.hidden + channel];
            response.show_tooltip_text(format!(
                "z_{module:?} {value:+.3}\n{}, channel {} of {}",
                token_name(dimensions, token),
                channel + 1,
                dimensions.hidden
            ));
        }
    }
}

/// The colour of a value.
pub fn color(theme: &Theme, value: f32) -> Color32 {
    let t = (value / HEAT_RANGE).clamp(-1.0, 1.0);
    // A NaN becomes 0 in the cast; it is marked in red instead.
    if t.is_nan() { theme.wrong } else { theme.diverging()[((t + 1.0) * 127.5).round() as usize] }
}

/// Which token and channel lie under a point.
fn place(rect: Rect, dimensions: &Dimensions, x: f32, y: f32) -> (usize, usize) {
    let index = |at: f32, from: f32, size: f32, count: usize| {
        (((at - from) / size.max(1.0) * count as f32) as usize).min(count.saturating_sub(1))
    };
    (index(y, rect.top(), rect.height(), dimensions.tokens), index(x, rect.left(), rect.width(), dimensions.hidden))
}

fn token_name(dimensions: &Dimensions, token: usize) -> String {
    match token.checked_sub(dimensions.puzzle_tokens) {
        None => format!("puzzle token {}", token + 1),
        Some(cell) => {
            let side = ((dimensions.tokens - dimensions.puzzle_tokens) as f32).sqrt() as usize;
            format!("cell row {}, column {}", cell / side.max(1) + 1, cell % side.max(1) + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Schedule;

    #[test]
    fn a_point_is_a_token_and_a_channel() {
        let schedule = Schedule { h_cycles: 2, l_cycles: 2 };
        let dimensions = Dimensions { schedule, tokens: 17, puzzle_tokens: 1, hidden: 8, vocab: 6, max_segments: 4 };
        let rect = Rect::from_min_max(pos2(10.0, 20.0), pos2(90.0, 190.0));
        assert_eq!(place(rect, &dimensions, 10.0, 20.0), (0, 0));
        assert_eq!(place(rect, &dimensions, 25.0, 35.0), (1, 1));
        assert_eq!(place(rect, &dimensions, 90.0, 190.0), (16, 7));
        assert_eq!(token_name(&dimensions, 0), "puzzle token 1");
        assert_eq!(token_name(&dimensions, 6), "cell row 2, column 2");
    }

    #[test]
    fn values_saturate_and_nan_is_marked() {
        let theme = Theme::DARK;
        assert_eq!(color(&theme, 1e9), theme.diverging()[255]);
        assert_eq!(color(&theme, f32::NEG_INFINITY), theme.diverging()[0]);
        assert_eq!(color(&theme, f32::NAN), theme.wrong);
    }
}
