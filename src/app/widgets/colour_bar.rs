//! A colour bar with the values of its ends.

use eframe::egui::{Align2, Color32, Painter, Rect, pos2};

use super::super::theme::{self, Theme};

/// Strips of one colour each.
const STRIPS: usize = 64;

/// Paints a bar over the whole width, the least value at its left and the greatest at its right; `color` is the colour of a
/// share of the way, 0 to 1.
pub fn show(painter: &Painter, rect: Rect, theme: &Theme, [low, high]: [&str; 2], color: impl Fn(f32) -> Color32) {
    let y = rect.center().y;
    let (font, ink) = (theme::mono(12.0), theme.secondary);
    let left = painter.text(rect.left_center(), Align2::LEFT_CENTER, low, font.clone(), ink).right() + 8.0;
    let right = painter.text(rect.right_center(), Align2::RIGHT_CENTER, high, font, ink).left() - 8.0;
    for strip in 0..STRIPS {
        let at = |strip: usize| left + (right - left) * strip as f32 / STRIPS as f32;
        let bar = Rect::from_min_max(pos2(at(strip), y - 3.0), pos2(at(strip + 1) + 0.5, y + 3.0));
        painter.rect_filled(bar, 0.0, color(strip as f32 / (STRIPS - 1) as f32));
    }
}
