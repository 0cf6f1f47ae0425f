//! A figure's drawing in the window: the same marks that its files have.

use eframe::egui::epaint::TextShape;
use eframe::egui::{Color32, FontId, Mesh, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

use super::super::theme;
use crate::figure::{Anchor, Drawing, Mark, Paint};

/// How long the dashes of a broken line are, and the gaps.
const DASH: (f32, f32) = (5.0, 4.0);

/// Paints a drawing with its top left corner at `at`, so many times as large.
pub fn paint(painter: &Painter, at: Pos2, scale: f32, drawing: &Drawing) {
    let place = |[x, y]: [f32; 2]| at + vec2(x, y) * scale;
    let all = |points: &[[f32; 2]]| points.iter().map(|point| place(*point)).collect::<Vec<_>>();
    let rect = |[x, y, width, height]: [f32; 4]| Rect::from_min_size(place([x, y]), vec2(width, height) * scale);
    for mark in &drawing.marks {
        match mark {
            Mark::Rect { at, fill } => {
                painter.rect_filled(rect(*at), 0.0, color(*fill));
            }
            Mark::Frame { at, stroke, width } => {
                let line = Stroke::new(width * scale, color(*stroke));
                painter.rect_stroke(rect(*at), 0.0, line, StrokeKind::Inside);
            }
            Mark::Line { points, stroke, width, dashed } => {
                let line = Stroke::new((width * scale).max(1.0), color(*stroke));
                let points = all(points);
                if *dashed {
                    painter.extend(Shape::dashed_line(&points, line, DASH.0 * scale, DASH.1 * scale));
                } else {
                    painter.add(Shape::line(points, line));
                }
            }
            Mark::Area { points, fill } => {
                painter.add(area(&all(points), color(*fill)));
            }
            Mark::Dot { at, radius, fill } => {
                painter.circle_filled(place(*at), radius * scale, color(*fill));
            }
            Mark::Text { at, text, size, bold, anchor, fill, turned } => {
                let font = if *bold { theme::bold(size * scale) } else { theme::text(size * scale) };
                write(painter, place(*at), text, font, *anchor, color(*fill), *turned);
            }
        }
    }
}

fn color(paint: Paint) -> Color32 {
    let [_, r, g, b] = paint.rgb.to_be_bytes();
    Color32::from_rgb(r, g, b).gamma_multiply(paint.opacity)
}

/// A line of text whose base line begins, has its middle, or ends at a place.
fn write(painter: &Painter, at: Pos2, text: &str, font: FontId, anchor: Anchor, color: Color32, turned: bool) {
    let galley = painter.layout_no_wrap(text.to_owned(), font, color);
    let base = galley.rows.first().and_then(|row| Some(row.pos.y + row.glyphs.first()?.pos.y));
    let base = base.unwrap_or(galley.size().y);
    let before = galley.size().x
        * match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => 0.5,
            Anchor::End => 1.0,
        };
    if turned {
        let corner = at + vec2(-base, before);
        painter.add(TextShape::new(corner, galley, color).with_angle(-std::f32::consts::FRAC_PI_2));
    } else {
        painter.galley(pos2(at.x - before, at.y - base), galley, color);
    }
}

/// A band: its first half of corners goes forth, the second back, so it is cut into strips between the two.
fn area(points: &[Pos2], color: Color32) -> Shape {
    let half = points.len() / 2;
    let mut mesh = Mesh::default();
    for (there, back) in points[..half].iter().zip(points[half..].iter().rev()) {
        mesh.colored_vertex(*there, color);
        mesh.colored_vertex(*back, color);
    }
    for strip in 0..half.saturating_sub(1) as u32 {
        let first = 2 * strip;
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first + 1, first + 2, first + 3);
    }
    Shape::mesh(mesh)
}
