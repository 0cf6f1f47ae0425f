//! Drawings as SVG text.

use std::fmt::Write;

use super::text::FACE;
use super::{Anchor, Drawing, Mark, Paint};

impl Drawing {
    /// The picture as an SVG document; `notes` are its metadata, as (name, value).
    pub fn svg(&self, notes: &[(String, String)]) -> String {
        let (width, height) = (self.width, self.height);
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"{FACE}, sans-serif\">\n"
        );
        let described: Vec<String> = notes.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        if !described.is_empty() {
            let _ = writeln!(text, "<metadata>{}</metadata>", escaped(&described.join("\n")));
        }
        let _ = writeln!(text, "<rect width=\"{width}\" height=\"{height}\" {}/>", paint("fill", self.ground));
        self.marks.iter().for_each(|mark| write_mark(&mut text, mark));
        text + "</svg>\n"
    }
}

fn write_mark(out: &mut String, mark: &Mark) {
    let corners = |points: &[[f32; 2]]| {
        let pairs: Vec<String> = points.iter().map(|[x, y]| format!("{},{}", short(*x), short(*y))).collect();
        pairs.join(" ")
    };
    // Writing into a string cannot fail.
    let _ = match mark {
        Mark::Rect { at: [x, y, w, h], fill } => writeln!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {}/>",
            short(*x),
            short(*y),
            short(*w),
            short(*h),
            paint("fill", *fill)
        ),
        Mark::Frame { at: [x, y, w, h], stroke, width } => writeln!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke-width=\"{width}\" {}/>",
            short(x + width / 2.0),
            short(y + width / 2.0),
            short((w - width).max(0.0)),
            short((h - width).max(0.0)),
            paint("stroke", *stroke)
        ),
        Mark::Line { points, stroke, width, dashed } => writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\" stroke-width=\"{width}\" {}{}/>",
            corners(points),
            paint("stroke", *stroke),
            if *dashed { " stroke-dasharray=\"4 3\"" } else { "" }
        ),
        Mark::Area { points, fill } => {
            writeln!(out, "<polygon points=\"{}\" {}/>", corners(points), paint("fill", *fill))
        }
        Mark::Dot { at: [x, y], radius, fill } => {
            writeln!(out, "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\" {}/>", short(*x), short(*y), paint("fill", *fill))
        }
        Mark::Text { at: [x, y], text, size, bold, anchor, fill, turned } => {
            let (x, y) = (short(*x), short(*y));
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let weight = if *bold { " font-weight=\"bold\"" } else { "" };
            let turn = if *turned { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
            writeln!(
                out,
                "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\"{weight}{turn} {}>{}</text>",
                paint("fill", *fill),
                escaped(text)
            )
        }
    };
}

fn paint(what: &str, paint: Paint) -> String {
    let seen_through =
        if paint.opacity < 1.0 { format!(" {what}-opacity=\"{}\"", short(paint.opacity)) } else { String::new() };
    format!("{what}=\"#{:06X}\"{seen_through}", paint.rgb)
}

/// A number with at most two digits behind the point.
fn short(value: f32) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Text for XML; characters that XML does not know are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')) {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        let mut drawing = Drawing::new(10.0, 20.0, Paint::solid(0xFFFFFF));
        drawing.text([1.0, 2.005], "a < b & \"c\"\u{1}", 12.0, Anchor::End, Paint::solid(0x123456).faded(0.5));
        let svg = drawing.svg(&[("data".into(), "<x>".into())]);
        assert!(svg.contains("a &lt; b &amp; &quot;c&quot;</text>") && svg.contains("data: &lt;x&gt;"));
        assert!(svg.contains("fill=\"#123456\" fill-opacity=\"0.5\""));
    }
}
