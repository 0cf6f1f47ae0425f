//! From what a figure says to where its marks stand.

use super::scale::{log_ticks, number, ticks};
use super::text::{width, wrap};
use super::{Anchor, Axis, Drawing, Figure, Ink, Kind, Mark, Paint, Palette, Panel, Series};

/// How wide a figure is when it is saved.
const WIDTH: f32 = 960.0;
const MARGIN: f32 = 24.0;
const GAP: f32 = 24.0;
const PANEL_HEIGHT: f32 = 300.0;
const TITLE: f32 = 18.0;
const BODY: f32 = 13.0;
const CAPTION: f32 = 12.0;
/// Between base lines.
const LINE: f32 = 18.0;
/// What of a range's colour is seen.
const BAND: f32 = 0.18;

impl Figure {
    /// The figure laid out as it is saved: title and sentence, the panels two in a row, the notes below.
    pub fn drawing(&self, dark: bool) -> Drawing {
        self.drawing_as_wide_as(WIDTH, dark)
    }

    /// The same for another room, points; narrower than half of what is saved the labels of the panels run into each other.
    pub fn drawing_as_wide_as(&self, whole: f32, dark: bool) -> Drawing {
        let palette = Palette::of(dark);
        let mut drawing = Drawing::new(whole, 0.0, palette.paint(Ink::Pane));
        let room = whole - 2.0 * MARGIN;
        let mut y = MARGIN + TITLE;
        drawing.bold([MARGIN, y], &self.title, TITLE, Anchor::Start, palette.paint(Ink::Text));
        for line in wrap(&self.sentence, BODY, room) {
            y += LINE + 2.0;
            drawing.text([MARGIN, y], line, BODY, Anchor::Start, palette.paint(Ink::Secondary));
        }
        y += GAP;
        let columns = self.panels.len().clamp(1, 2);
        let across = (room - GAP * (columns - 1) as f32) / columns as f32;
        for row in self.panels.chunks(columns) {
            for (i, panel) in row.iter().enumerate() {
                let left = MARGIN + i as f32 * (across + GAP);
                panel.draw(&mut drawing, [left, y, across, PANEL_HEIGHT], palette);
            }
            y += PANEL_HEIGHT + GAP;
        }
        for (name, value) in &self.notes {
            for line in wrap(&format!("{name}: {value}"), CAPTION, room) {
                drawing.text([MARGIN, y], line, CAPTION, Anchor::Start, palette.paint(Ink::Secondary));
                y += LINE - 3.0;
            }
        }
        drawing.height = y + MARGIN - (LINE - 3.0);
        drawing
    }
}

/// The part of an axis that is shown, and where its ends lie.
struct Span<'a> {
    axis: &'a Axis,
    /// Ends in the axis's own measure: the value, or its decimal logarithm.
    from: f64,
    to: f64,
    /// Where they lie, points.
    start: f32,
    end: f32,
}

impl<'a> Span<'a> {
    /// Shows all values with some air; `beyond` is added on both sides first.
    fn new(axis: &'a Axis, values: impl Iterator<Item = f64>, beyond: f64) -> Self {
        let measured = values.filter_map(|value| measure(axis, value));
        let (mut from, mut to) = measured.fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
        if from > to {
            (from, to) = (0.0, 1.0);
        }
        (from, to) = (from - beyond, to + beyond);
        if axis.zero && !axis.log {
            (from, to) = (from.min(0.0), to.max(0.0));
        }
        if to - from <= f64::EPSILON * to.abs().max(1.0) {
            let half = if axis.log { 0.5 } else { (0.5 * to.abs()).max(0.5) };
            (from, to) = (from - half, to + half);
        }
        let air = 0.05 * (to - from);
        let grounded = axis.zero && !axis.log;
        let from = if grounded && from >= 0.0 { from } else { from - air };
        let to = if grounded && to <= 0.0 { to } else { to + air };
        Self { axis, from, to, start: 0.0, end: 1.0 }
    }

    fn at(&self, value: f64) -> Option<f32> {
        let share = (measure(self.axis, value)? - self.from) / (self.to - self.from);
        Some(self.start + share as f32 * (self.end - self.start))
    }

    /// Where a value lies, when it is shown.
    fn shown(&self, value: f64) -> Option<f32> {
        let (low, high) = (self.start.min(self.end), self.start.max(self.end));
        self.at(value).filter(|at| (low - 0.5..=high + 0.5).contains(at))
    }

    /// Values with a name or a number to write, few enough for the room.
    fn marks(&self, apart: f32) -> Vec<(f64, String)> {
        if !self.axis.names.is_empty() {
            return self.axis.names.clone();
        }
        let most = ((self.end - self.start).abs() / apart) as usize;
        let values = if self.axis.log { log_ticks(self.from, self.to, most) } else { ticks(self.from, self.to, most) };
        values.into_iter().map(|value| (value, number(value))).collect()
    }
}

fn measure(axis: &Axis, value: f64) -> Option<f64> {
    let measured = if axis.log { value.log10() } else { value };
    measured.is_finite().then_some(measured)
}

impl Panel {
    fn draw(&self, drawing: &mut Drawing, [left, top, across, down]: [f32; 4], palette: &Palette) {
        let (text, secondary) = (palette.paint(Ink::Text), palette.paint(Ink::Secondary));
        drawing.bold([left, top + 12.0], &self.title, BODY, Anchor::Start, text);
        drawing.text([left, top + 29.0], &self.y.label, CAPTION, Anchor::Start, secondary);
        let beyond =
            self.series.iter().map(|s| if let Kind::Bars(share) = s.kind { f64::from(share) / 200.0 } else { 0.0 });
        let points = || self.series.iter().flat_map(|series| &series.points);
        let mut x = Span::new(&self.x, points().map(|p| p.x), beyond.fold(0.0, f64::max));
        let ends = points().flat_map(|p| [p.y, p.range.map_or(p.y, |r| r[0]), p.range.map_or(p.y, |r| r[1])]);
        let mut y = Span::new(&self.y, ends, 0.0);
        (y.start, y.end) = (top + down - 40.0, top + 52.0);
        let written = y.marks(44.0);
        let numbers = written.iter().map(|(_, name)| width(name, CAPTION, false)).fold(0.0, f32::max);
        let names = self.series.iter().map(|series| width(&series.name, CAPTION, false)).fold(0.0, f32::max);
        let room = if names > 0.0 { names + 12.0 } else { 4.0 };
        (x.start, x.end) = (left + numbers + 8.0, left + across - room);

        for (value, name) in &written {
            let Some(at) = y.shown(*value) else { continue };
            drawing.line([x.start, at], [x.end, at], palette.paint(Ink::Hairline), 1.0);
            drawing.text([x.start - 6.0, at + 4.0], name, CAPTION, Anchor::End, secondary);
        }
        for (value, name) in x.marks(56.0) {
            let Some(at) = x.shown(value) else { continue };
            drawing.text([at, y.start + 16.0], name, CAPTION, Anchor::Middle, secondary);
        }
        drawing.text([(x.start + x.end) / 2.0, y.start + 33.0], &self.x.label, CAPTION, Anchor::Middle, secondary);
        let mut free = x.start;
        for (value, name) in &self.rules {
            let Some(at) = x.shown(*value) else { continue };
            drawing.line([at, y.end], [at, y.start], palette.paint(Ink::Hairline), 1.0);
            // A name that has no room is left out; the line stays.
            let until = at + 3.0 + width(name, CAPTION, false);
            if at >= free && until <= left + across {
                drawing.text([at + 3.0, y.end - 4.0], name, CAPTION, Anchor::Start, palette.paint(Ink::Faint));
                free = until + 4.0;
            }
        }
        self.series.iter().for_each(|series| series.draw(drawing, &x, &y, palette));
        self.name_series(drawing, (&x, &y), palette);
    }

    /// Writes every series' name beside its last point, apart from each other.
    fn name_series(&self, drawing: &mut Drawing, (x, y): (&Span<'_>, &Span<'_>), palette: &Palette) {
        let mut labels: Vec<(f32, &Series)> = self
            .series
            .iter()
            .filter(|series| !series.name.is_empty())
            .filter_map(|series| Some((y.at(series.points.last()?.y)?, series)))
            .collect();
        labels.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut least = y.end;
        for (at, _) in &mut labels {
            *at = at.max(least);
            least = *at + 14.0;
        }
        // What was pushed over the lower end is pushed back.
        let mut most = y.start;
        for (at, series) in labels.into_iter().rev() {
            let at = at.min(most);
            most = at - 14.0;
            drawing.text([x.end + 6.0, at + 4.0], &series.name, CAPTION, Anchor::Start, palette.paint(series.ink));
        }
    }
}

impl Series {
    fn draw(&self, drawing: &mut Drawing, x: &Span<'_>, y: &Span<'_>, palette: &Palette) {
        let paint = palette.paint(self.ink);
        let places: Vec<[f32; 2]> = self.points.iter().filter_map(|p| Some([x.at(p.x)?, y.at(p.y)?])).collect();
        match self.kind {
            Kind::Line | Kind::Dashed => {
                self.draw_band(drawing, x, y, paint.faded(BAND));
                let dashed = self.kind == Kind::Dashed;
                drawing.marks.push(Mark::Line { points: places, stroke: paint, width: 1.75, dashed });
            }
            Kind::Dots => {
                self.draw_whiskers(drawing, x, y, paint);
                drawing.marks.extend(places.into_iter().map(|at| Mark::Dot { at, radius: 3.0, fill: paint }));
            }
            Kind::Bars(share) => {
                let unit = x.at(1.0).zip(x.at(0.0)).map_or(1.0, |(one, none)| one - none);
                let wide = unit * f32::from(share) / 100.0;
                let fill = paint.faded(0.85);
                drawing.marks.extend(places.iter().map(|[at, high]| Mark::Rect {
                    at: [at - wide / 2.0, *high, wide, (y.start - high).max(0.0)],
                    fill,
                }));
                self.draw_whiskers(drawing, x, y, palette.paint(Ink::Text));
            }
        }
    }

    fn draw_band(&self, drawing: &mut Drawing, x: &Span<'_>, y: &Span<'_>, fill: Paint) {
        let end = |which: usize| {
            let ends = self.points.iter().filter_map(move |p| Some([x.at(p.x)?, y.at(p.range?[which])?]));
            ends.collect::<Vec<_>>()
        };
        let (mut corners, above) = (end(0), end(1));
        if corners.len() > 1 && corners.len() == above.len() {
            corners.extend(above.into_iter().rev());
            drawing.marks.push(Mark::Area { points: corners, fill });
        }
    }

    fn draw_whiskers(&self, drawing: &mut Drawing, x: &Span<'_>, y: &Span<'_>, paint: Paint) {
        for point in &self.points {
            if let (Some(at), Some([low, high])) = (x.at(point.x), point.range)
                && let (Some(low), Some(high)) = (y.at(low), y.at(high))
            {
                drawing.line([at, low], [at, high], paint, 1.5);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Point;
    use super::*;

    fn figure(log: bool, points: Vec<Point>) -> Figure {
        let series = |kind| Series::new("z_H", Ink::H, kind, points.clone());
        let panel = Panel {
            title: "A panel".into(),
            x: Axis::new("step"),
            y: Axis { log, ..Axis::new("residual") },
            series: vec![series(Kind::Line), series(Kind::Dots), series(Kind::Bars(60)), series(Kind::Dashed)],
            rules: vec![(1.0, "segment 2".into())],
        };
        Figure {
            title: "A figure".into(),
            sentence: "What is seen. ".repeat(20),
            panels: vec![panel.clone(), panel.clone(), panel],
            notes: vec![("model".into(), "m".into())],
        }
    }

    fn inside(drawing: &Drawing) -> bool {
        let within =
            |[x, y]: [f32; 2]| (-1.0..=drawing.width + 1.0).contains(&x) && (-1.0..=drawing.height + 1.0).contains(&y);
        drawing.marks.iter().all(|mark| match mark {
            Mark::Line { points, .. } | Mark::Area { points, .. } => points.iter().all(|p| within(*p)),
            Mark::Rect { at: [x, y, w, h], .. } | Mark::Frame { at: [x, y, w, h], .. } => {
                within([*x, *y]) && within([x + w, y + h])
            }
            Mark::Dot { at, .. } => within(*at),
            Mark::Text { at, .. } => within(*at),
        })
    }

    #[test]
    fn everything_stands_inside_whatever_the_data() {
        let point = |x: f64, y: f64| Point { x, y, range: Some([y * 0.5, y * 1.5]) };
        let cases: [Vec<Point>; 6] = [
            vec![],
            vec![point(0.0, 0.0)],
            vec![point(3.0, 5.0)],
            vec![point(0.0, 1e-9), point(1.0, 1e9)],
            vec![point(0.0, -5.0), point(1.0, 5.0)],
            vec![point(0.0, f64::NAN), point(1.0, f64::INFINITY), point(2.0, 1.0)],
        ];
        for points in cases {
            for log in [false, true] {
                let drawing = figure(log, points.clone()).drawing(log);
                assert!(drawing.height > 600.0 && inside(&drawing), "{points:?} {log}");
                assert!(drawing.pixels(0.5).is_some());
            }
        }
    }

    #[test]
    fn names_do_not_cover_each_other() {
        let mut many = figure(false, vec![Point::new(0.0, 1.0)]);
        many.panels[0].series = vec![many.panels[0].series[0].clone(); 6];
        let drawing = many.drawing(false);
        let mut places: Vec<f32> = drawing
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Text { at, text, .. } if text == "z_H" && at[0] < 480.0 => Some(at[1]),
                _ => None,
            })
            .take(6)
            .collect();
        places.sort_by(f32::total_cmp);
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 13.9), "{places:?}");
    }
}
