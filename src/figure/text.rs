//! Noto Sans: how wide a text is, and the outlines of its letters.

use std::sync::LazyLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, MetadataProvider};

/// The name of the face, for files that only name it.
pub const FACE: &str = "Noto Sans";

static FACES: LazyLock<[Option<FontRef<'static>>; 2]> =
    LazyLock::new(|| [notosans::REGULAR_TTF, notosans::BOLD_TTF].map(|bytes| FontRef::new(bytes).ok()));

fn face(bold: bool) -> Option<&'static FontRef<'static>> {
    FACES[usize::from(bold)].as_ref()
}

/// The width of a text on one line, points.
pub fn width(text: &str, size: f32, bold: bool) -> f32 {
    let Some(font) = face(bold) else { return 0.0 };
    let metrics = font.glyph_metrics(Size::new(size), LocationRef::default());
    let charmap = font.charmap();
    text.chars().filter_map(|c| metrics.advance_width(charmap.map(c).unwrap_or_default())).sum()
}

/// Draws the outlines of a text that begins at `x` on the base line `y`; letters that the face lacks are left out.
pub fn outline(text: &str, size: f32, bold: bool, [x, y]: [f32; 2], path: &mut tiny_skia::PathBuilder) {
    let Some(font) = face(bold) else { return };
    let metrics = font.glyph_metrics(Size::new(size), LocationRef::default());
    let (charmap, outlines) = (font.charmap(), font.outline_glyphs());
    let mut pen = Pen { x, y, path };
    for c in text.chars() {
        let glyph = charmap.map(c).unwrap_or_default();
        if let Some(outline) = outlines.get(glyph) {
            let settings = DrawSettings::unhinted(Size::new(size), LocationRef::default());
            // A letter that cannot be drawn leaves its room empty.
            let _ = outline.draw(settings, &mut pen);
        }
        pen.x += metrics.advance_width(glyph).unwrap_or_default();
    }
}

/// Breaks a text into lines that are not wider than `room`, between words.
pub fn wrap(text: &str, size: f32, room: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or("", String::as_str);
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        match lines.last_mut() {
            Some(line) if line.is_empty() || width(&longer, size, false) <= room => *line = longer,
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

struct Pen<'a> {
    x: f32,
    y: f32,
    path: &'a mut tiny_skia::PathBuilder,
}

impl OutlinePen for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.x + x, self.y - y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.x + x, self.y - y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.path.quad_to(self.x + cx, self.y - cy, self.x + x, self.y - y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let (left, base) = (self.x, self.y);
        self.path.cubic_to(left + ax, base - ay, left + bx, base - by, left + x, base - y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_equally_wide() {
        let widths: Vec<f32> = ('0'..='9').map(|c| width(&c.to_string(), 20.0, false)).collect();
        assert!(widths[0] > 5.0 && widths.iter().all(|w| *w == widths[0]));
        assert!(width("Settles", 13.0, true) > width("Settles", 13.0, false));
    }

    #[test]
    fn lines_are_broken_between_words() {
        let text = "one two three four five six seven";
        let lines = wrap(text, 13.0, 80.0);
        assert!(lines.len() > 1 && lines.iter().all(|line| width(line, 13.0, false) <= 80.0));
        assert_eq!(lines.join(" "), text);
        assert_eq!(wrap("incomprehensibilities", 13.0, 10.0), ["incomprehensibilities"]);
    }
}
