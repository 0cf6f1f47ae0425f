//! Drawings as pixels.

use tiny_skia::{Color, FillRule, LineJoin, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform};

use super::{Anchor, Drawing, Mark, Paint, text};

/// A picture of pixels, `[height, width, 4]` red, green, blue, opacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Row by row.
    pub rgba: Vec<u8>,
}

impl Drawing {
    /// The picture in `scale` pixels per point; None when it has no size or more pixels than memory.
    pub fn pixels(&self, scale: f32) -> Option<Pixels> {
        let mut pixmap = Pixmap::new((self.width * scale).round() as u32, (self.height * scale).round() as u32)?;
        pixmap.fill(color(self.ground));
        let transform = Transform::from_scale(scale, scale);
        for mark in &self.marks {
            paint_mark(&mut pixmap, mark, transform);
        }
        let (width, height) = (pixmap.width(), pixmap.height());
        Some(Pixels { width, height, rgba: pixmap.take_demultiplied() })
    }
}

fn color(paint: Paint) -> Color {
    let [_, r, g, b] = paint.rgb.to_be_bytes();
    let mut color = Color::from_rgba8(r, g, b, 255);
    color.set_alpha(paint.opacity);
    color
}

fn shader(paint: Paint) -> tiny_skia::Paint<'static> {
    let mut shader = tiny_skia::Paint::default();
    shader.set_color(color(paint));
    shader
}

/// What has no extent, or an extent that is not finite, leaves nothing.
fn paint_mark(pixmap: &mut Pixmap, mark: &Mark, transform: Transform) {
    let mut path = PathBuilder::new();
    match mark {
        Mark::Rect { at: [x, y, w, h], fill } => {
            if let Some(rect) = Rect::from_xywh(*x, *y, *w, *h) {
                pixmap.fill_rect(rect, &shader(*fill), transform, None);
            }
        }
        Mark::Frame { at: [x, y, w, h], stroke, width } => {
            let half = width / 2.0;
            if let Some(rect) = Rect::from_xywh(x + half, y + half, (w - width).max(0.0), (h - width).max(0.0)) {
                path.push_rect(rect);
                outline(pixmap, path, *stroke, Stroke { width: *width, ..Stroke::default() }, transform);
            }
        }
        Mark::Line { points, stroke, width, dashed } => {
            corners(&mut path, points);
            let dash = if *dashed { StrokeDash::new(vec![4.0, 3.0], 0.0) } else { None };
            let line = Stroke { width: *width, dash, line_join: LineJoin::Round, ..Stroke::default() };
            outline(pixmap, path, *stroke, line, transform);
        }
        Mark::Area { points, fill } => {
            corners(&mut path, points);
            path.close();
            area(pixmap, path, *fill, transform);
        }
        Mark::Dot { at: [x, y], radius, fill } => {
            path.push_circle(*x, *y, *radius);
            area(pixmap, path, *fill, transform);
        }
        Mark::Text { at, text: words, size, bold, anchor, fill, turned } => {
            let width = text::width(words, *size, *bold);
            let back = match anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => width / 2.0,
                Anchor::End => width,
            };
            text::outline(words, *size, *bold, [-back, 0.0], &mut path);
            let turn = if *turned { -90.0 } else { 0.0 };
            let place = transform.pre_translate(at[0], at[1]).pre_rotate(turn);
            area(pixmap, path, *fill, place);
        }
    }
}

fn corners(path: &mut PathBuilder, points: &[[f32; 2]]) {
    for (i, [x, y]) in points.iter().enumerate() {
        if i == 0 {
            path.move_to(*x, *y);
        } else {
            path.line_to(*x, *y);
        }
    }
}

fn area(pixmap: &mut Pixmap, path: PathBuilder, fill: Paint, transform: Transform) {
    if let Some(path) = path.finish() {
        pixmap.fill_path(&path, &shader(fill), FillRule::Winding, transform, None);
    }
}

fn outline(pixmap: &mut Pixmap, path: PathBuilder, paint: Paint, stroke: Stroke, transform: Transform) {
    if let Some(path) = path.finish() {
        pixmap.stroke_path(&path, &shader(paint), &stroke, transform, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_land_where_they_should() {
        let mut drawing = Drawing::new(20.0, 10.0, Paint::solid(0xFFFFFF));
        drawing.rect([0.0, 0.0, 10.0, 10.0], Paint::solid(0x0B7DB0));
        drawing.bold([15.0, 9.0], "8", 10.0, Anchor::Middle, Paint::solid(0));
        let pixels = drawing.pixels(2.0).unwrap();
        assert_eq!((pixels.width, pixels.height), (40, 20));
        let at = |x: usize, y: usize| &pixels.rgba[4 * (y * 40 + x)..][..4];
        assert_eq!(at(5, 5), [0x0B, 0x7D, 0xB0, 255]);
        assert_eq!(at(39, 0), [255; 4]);
        assert!((20..40).any(|x| at(x, 10)[0] < 100), "the digit is there");
        assert!(Drawing::new(0.0, 10.0, Paint::solid(0)).pixels(1.0).is_none());
    }

    #[test]
    fn what_is_not_finite_is_not_drawn() {
        let mut drawing = Drawing::new(8.0, 8.0, Paint::solid(0xFFFFFF));
        drawing.line([f32::NAN, 0.0], [4.0, f32::INFINITY], Paint::solid(0), 1.0);
        drawing.rect([0.0, f32::NAN, 1.0, 1.0], Paint::solid(0));
        assert!(drawing.pixels(1.0).unwrap().rgba.iter().all(|v| *v == 255));
    }
}
