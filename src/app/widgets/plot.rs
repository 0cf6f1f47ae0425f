//! Small plots: no frame, a hairline grid, few ticks, direct labels, a sentence below, the playhead through it.

use eframe::egui::{
    Align2, Color32, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, emath::remap, pos2, vec2,
};

use super::super::theme::{self, Theme};
use super::text_at;

/// A line with dots, or larger dots alone.
pub struct Series {
    /// Its name, said beside the title in its colour.
    pub name: &'static str,
    /// Its colour.
    pub color: Color32,
    /// Its points; those that are not finite are left out.
    pub points: Vec<(f32, f32)>,
    /// Whether they are joined.
    pub joined: bool,
}

/// A plot.
pub struct Plot {
    /// What is plotted, with its unit.
    pub title: &'static str,
    /// The room that is kept free behind the title.
    pub aside: f32,
    /// What is to be seen, in a sentence.
    pub caption: String,
    /// The horizontal range.
    pub x: (f32, f32),
    /// The vertical range.
    pub y: (f32, f32),
    /// Heights with a grid line and their label.
    pub ticks: Vec<(f32, String)>,
    /// Places across with their label and whether a grid line stands there.
    pub marks: Vec<(f32, String, bool)>,
    /// The lines.
    pub series: Vec<Series>,
    /// Where the playhead stands.
    pub playhead: Option<f32>,
    /// Where a green dashed line stands: the halt.
    pub halt: Option<f32>,
}

impl Plot {
    /// Draws it; returns its title's place and the place across that was clicked.
    pub fn show(&self, ui: &Ui, rect: Rect, theme: &Theme, tip: &str) -> (Rect, Option<f32>) {
        let painter = ui.painter();
        let small = theme::text(12.0);
        let title = text_at(
            painter,
            rect.left_top(),
            Align2::LEFT_TOP,
            self.title,
            theme::bold(12.5),
            theme.text,
            rect.width() - self.aside,
        );
        let mut x = rect.right();
        for series in self.series.iter().rev().filter(|s| !s.name.is_empty()) {
            let width = painter.layout_no_wrap(series.name.to_owned(), small.clone(), series.color).size().x;
            if x - width < title.right() + self.aside + 12.0 {
                break;
            }
            x = painter.text(pos2(x, title.top()), Align2::RIGHT_TOP, series.name, small.clone(), series.color).left()
                - 12.0;
        }
        let caption = pos2(rect.left(), rect.bottom());
        text_at(painter, caption, Align2::LEFT_BOTTOM, &self.caption, small.clone(), theme.secondary, rect.width());
        let area = Rect::from_min_max(
            pos2(rect.left() + 40.0, title.bottom() + 8.0),
            pos2(rect.right() - 8.0, rect.bottom() - 40.0),
        );
        if area.height() < 24.0 || area.width() < 40.0 {
            return (title, None);
        }
        let place = |(px, py): (f32, f32)| -> Pos2 {
            pos2(
                remap(px, self.x.0..=self.x.1, area.left()..=area.right()),
                remap(py.clamp(self.y.0, self.y.1), self.y.0..=self.y.1, area.bottom()..=area.top()),
            )
        };
        let hairline = Stroke::new(1.0, theme.hairline);
        for (value, label) in &self.ticks {
            let y = place((self.x.0, *value)).y;
            painter.hline(area.x_range(), y, hairline);
            painter.text(pos2(area.left() - 6.0, y), Align2::RIGHT_CENTER, label, small.clone(), theme.secondary);
        }
        self.across(painter, area, theme);
        if let Some(halt) = self.halt {
            let x = place((halt, self.y.0)).x;
            let ends = [pos2(x, area.top()), pos2(x, area.bottom())];
            painter.extend(Shape::dashed_line(&ends, Stroke::new(1.3, theme.right), 3.0, 3.0));
        }
        for series in &self.series {
            let finite = series.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
            let points: Vec<Pos2> = finite.map(|point| place(*point)).collect();
            let dense = points.len() as f32 > area.width() / 5.0;
            if !dense || !series.joined {
                let radius = if series.joined { 2.5 } else { 3.5 };
                for point in &points {
                    painter.circle_filled(*point, radius, series.color);
                }
            }
            if series.joined {
                painter.line(points, Stroke::new(1.6, series.color));
            }
        }
        if let Some(playhead) = self.playhead {
            painter.vline(place((playhead, self.y.0)).x, area.y_range(), Stroke::new(1.5, theme.text));
        }
        let response = ui.interact(area.expand2(vec2(8.0, 4.0)), ui.scope_id().with(self.title), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, format!("{}. {}", self.title, self.caption)));
        let response = response.on_hover_text(tip);
        let at = response.interact_pointer_pos().filter(|_| response.clicked());
        (title, at.map(|at| remap(at.x, area.left()..=area.right(), self.x.0..=self.x.1)))
    }

    /// The marks across: grid lines, and labels below; where they would crowd, only the first is written in full.
    fn across(&self, painter: &Painter, area: Rect, theme: &Theme) {
        let x_of = |value: f32| remap(value, self.x.0..=self.x.1, area.left()..=area.right());
        let layout = |text: &str| painter.layout_no_wrap(text.to_owned(), theme::text(12.0), theme.secondary);
        let labels: Vec<(f32, &str)> = self
            .marks
            .iter()
            .filter(|(_, label, _)| !label.is_empty())
            .map(|(v, l, _)| (x_of(*v), l.as_str()))
            .collect();
        let widest = labels.iter().map(|(_, label)| layout(label).size().x).fold(0.0, f32::max);
        let closest = labels.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(f32::INFINITY, f32::min);
        let mut free = f32::NEG_INFINITY;
        for (i, (x, label)) in labels.into_iter().enumerate() {
            let short = label.rsplit(' ').next().filter(|_| i > 0 && closest < widest + 8.0).unwrap_or(label);
            let galley = layout(short);
            let left = x - galley.size().x / 2.0;
            if left >= free {
                free = left + galley.size().x + 8.0;
                painter.galley(pos2(left, area.bottom() + 4.0), galley, theme.secondary);
            }
        }
        for (value, ..) in self.marks.iter().filter(|(.., line)| *line) {
            painter.vline(x_of(*value), area.y_range(), Stroke::new(1.0, theme.hairline));
        }
    }
}
