//! A chart of training curves: no frame, a hairline grid, direct labels, and a reader's line that runs through all charts
//! at once. The wheel zooms, a drag moves, a double click shows everything.

use std::cmp::Reverse;
use std::sync::Arc;

use eframe::egui::{
    Align2, Color32, CursorIcon, Galley, Id, Painter, Pos2, Rect, Response, RichText, Role, Sense, Shape, Stroke,
    Tooltip, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::super::theme::{self, Theme};
use super::super::train::curves::{Points, nearest, visible};
use super::scale::{Unit, ticks};
use super::text_at;
use crate::figure::scale::log_ticks;

/// Room at the left for the numbers.
const LEFT: f32 = 44.0;
/// Room below for the numbers.
const BELOW: f32 = 20.0;

/// A line.
pub struct Line {
    /// What is written at its end.
    pub label: String,
    /// What it is called where it is read off.
    pub name: String,
    /// Its colour.
    pub color: Color32,
    /// Its width.
    pub width: f32,
    /// Its points, by place across.
    pub points: Points,
}

/// A chart.
pub struct Chart<'a> {
    /// What is drawn, with its unit.
    pub title: &'a str,
    /// The lines, the most important last.
    pub lines: Vec<Line>,
    /// How heights are written.
    pub unit: Unit,
    /// What the places across are.
    pub across: Unit,
    /// A logarithmic scale.
    pub log: bool,
    /// The least range of heights.
    pub range: Option<(f32, f32)>,
    /// What is to be known about it.
    pub tip: &'a str,
}

/// What all charts share.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// All there is, across.
    pub whole: (f64, f64),
    /// What is shown of it.
    pub shown: (f64, f64),
    /// Where the reader's line stood in the last frame.
    pub reader: Option<f64>,
}

/// What a person did on a chart.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Done {
    /// Show another part; None in it for all.
    pub view: Option<Option<(f64, f64)>>,
    /// Where the reader's line stands now.
    pub reader: Option<f64>,
}

/// Heights between the lowest and highest shown.
struct Heights {
    low: f64,
    high: f64,
    log: bool,
}

impl Heights {
    fn of(chart: &Chart<'_>, seen: &[Vec<(f64, f32)>]) -> Self {
        let values = || seen.iter().flatten().map(|(_, y)| f64::from(*y)).filter(|y| !chart.log || *y > 0.0);
        let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        if low > high {
            let (low, high) = chart.range.unwrap_or((0.0, 1.0));
            return Self { low: f64::from(low), high: f64::from(high).max(f64::from(low) + 1e-9), log: false };
        }
        if chart.log {
            let (low, high) = (low.log10(), high.log10());
            let spare = ((high - low) * 0.06).max(0.05);
            return Self { low: low - spare, high: high + spare, log: true };
        }
        let (least, most) = chart.range.map_or((low, high), |(a, b)| (low.min(a.into()), high.max(b.into())));
        let spare = if chart.range.is_some() { 0.0 } else { ((most - least) * 0.08).max(most.abs() * 0.02).max(1e-12) };
        let most = if most > least { most } else { least + 1.0 };
        Self { low: least - if least == 0.0 { 0.0 } else { spare }, high: most + spare, log: false }
    }

    /// From 0 at the bottom to 1 at the top.
    fn share(&self, value: f64) -> f32 {
        let value = if self.log { value.max(1e-30).log10() } else { value };
        ((value - self.low) / (self.high - self.low)) as f32
    }
}

impl Chart<'_> {
    /// Draws it.
    pub fn show(&self, ui: &Ui, rect: Rect, theme: &Theme, span: Span) -> Done {
        let painter = ui.painter();
        let title = text_at(
            painter,
            rect.left_top(),
            Align2::LEFT_TOP,
            self.title,
            theme::bold(13.0),
            theme.text,
            rect.width(),
        );
        let area = Rect::from_min_max(pos2(rect.left() + LEFT, title.bottom() + 8.0), rect.max - vec2(8.0, BELOW));
        if area.width() < 40.0 || area.height() < 24.0 {
            return Done::default();
        }
        let (from, to) = span.shown;
        let columns = area.width() as usize;
        let seen: Vec<Vec<(f64, f32)>> =
            self.lines.iter().map(|line| visible(&line.points, from, to, columns)).collect();
        let heights = Heights::of(self, &seen);
        let x_of = |x: f64| area.left() + ((x - from) / (to - from)) as f32 * area.width();
        let y_of = |y: f64| area.bottom() - heights.share(y).clamp(-0.5, 1.5) * area.height();
        self.grid(painter, area, theme, span, &heights);
        let inside = painter.with_clip_rect(area.expand2(vec2(1.0, 2.0)));
        for (line, seen) in self.lines.iter().zip(&seen) {
            let points: Vec<Pos2> = seen.iter().map(|(x, y)| pos2(x_of(*x), y_of((*y).into()))).collect();
            if let [only] = points[..] {
                inside.circle_filled(only, 2.5, line.color);
            }
            inside.add(Shape::line(points, Stroke::new(line.width, line.color)));
        }
        if self.lines.iter().all(|line| line.points.is_empty()) {
            let text = "no figures yet";
            painter.text(area.center(), Align2::CENTER_CENTER, text, theme::text(12.0), theme.secondary);
        }
        self.labels(painter, area, theme, &seen, &x_of, &y_of);
        let response = ui.interact(area, ui.scope_id().with(self.title), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, self.spoken()));
        let mut done = Done::default();
        if response.double_clicked() {
            done.view = Some(None);
        } else if response.dragged() && response.drag_delta().x != 0.0 {
            let moved = f64::from(response.drag_delta().x / area.width()) * (to - from);
            done.view = Some(moved_within(span, -moved));
        }
        let pointer = response.hover_pos().filter(|at| area.contains(*at));
        if let Some(at) = pointer {
            done.reader = Some(from + f64::from((at.x - area.left()) / area.width()) * (to - from));
            if let Some(view) = zoomed(ui, span, done.reader.unwrap_or(from)) {
                done.view = Some(view);
            }
        }
        if let Some(x) = done.reader.or(span.reader).filter(|x| (from..=to).contains(x)) {
            self.read(painter, area, theme, x, &x_of, &y_of);
            if pointer.is_some() && !response.dragged() {
                self.tooltip(&response, theme, x);
            }
        }
        let cursor = if span.shown == span.whole { CursorIcon::Crosshair } else { CursorIcon::Grab };
        response.on_hover_cursor(cursor);
        let name = ui.interact(title, ui.scope_id().with((self.title, "title")), Sense::hover());
        name.on_hover_text(self.tip);
        done
    }

    fn grid(&self, painter: &Painter, area: Rect, theme: &Theme, span: Span, heights: &Heights) {
        let small = theme::text(12.0);
        let most = ((area.height() / 34.0) as usize).clamp(2, 5);
        let values = match heights.log {
            true => log_ticks(heights.low, heights.high, most),
            false => ticks(self.unit, heights.low, heights.high, most),
        };
        for value in values {
            let y = area.bottom() - heights.share(value) * area.height();
            painter.hline(area.x_range(), y, grid_line(theme));
            let at = pos2(area.left() - 6.0, y);
            painter.text(at, Align2::RIGHT_CENTER, self.unit.tick(value), small.clone(), theme.secondary);
        }
        numbers_below(painter, area, theme, self.across, span.shown);
    }

    /// Names at the ends of the lines, in the order of these ends and no further from them than the other names ask.
    fn labels(
        &self,
        painter: &Painter,
        area: Rect,
        theme: &Theme,
        seen: &[Vec<(f64, f32)>],
        x_of: &dyn Fn(f64) -> f32,
        y_of: &dyn Fn(f64) -> f32,
    ) {
        let mut names: Vec<Name> = Vec::new();
        for (rank, (line, seen)) in self.lines.iter().zip(seen).enumerate() {
            let mut last = seen.iter().rev().map(|(x, y)| pos2(x_of(*x), y_of((*y).into())));
            let Some(end) = last.next().filter(|end| end.x >= area.left() && !line.label.is_empty()) else { continue };
            // A line that goes on beyond the right edge ends there.
            let end = match last.next() {
                Some(before) if end.x > area.right() => {
                    before.lerp(end, (area.right() - before.x) / (end.x - before.x))
                }
                _ => end,
            };
            let galley = painter.layout_no_wrap(line.label.clone(), theme::text(12.0), line.color);
            let size = galley.size();
            // Beside the end where there is room, else above it.
            let beside = end.x + 6.0 + size.x <= area.right();
            let (left, y) = if beside { (end.x + 6.0, end.y) } else { (area.right() - size.x, end.y - 0.75 * size.y) };
            names.push(Name { galley, color: line.color, left, y, rank });
        }
        // Only what stands above each other has to be moved apart.
        names.sort_by(|a, b| a.left.total_cmp(&b.left));
        let mut groups: Vec<Vec<Name>> = Vec::new();
        let mut right = f32::NEG_INFINITY;
        for name in names {
            let meets = name.left <= right;
            right = right.max(name.left + name.galley.size().x + 8.0);
            match groups.last_mut().filter(|_| meets) {
                Some(group) => group.push(name),
                None => groups.push(vec![name]),
            }
        }
        for mut group in groups {
            let tall = group[0].galley.size().y - 2.0;
            // The most important lines are named where there is no room for all.
            group.sort_by_key(|name| Reverse(name.rank));
            group.truncate(((area.height() / tall) as usize).max(1));
            group.sort_by(|a, b| a.y.total_cmp(&b.y));
            let wanted: Vec<f32> = group.iter().map(|name| name.y).collect();
            let room = (area.top() + tall / 2.0, area.bottom() - tall / 2.0);
            for (name, y) in group.into_iter().zip(apart(&wanted, tall, room)) {
                let size = name.galley.size();
                let place = Rect::from_min_size(pos2(name.left, y - size.y / 2.0), size);
                // Readable over other lines.
                painter.rect_filled(place.expand2(vec2(3.0, -1.0)), 3.0, theme.pane.gamma_multiply(0.8));
                painter.galley(place.min, name.galley, name.color);
            }
        }
    }

    /// The reader's line with a dot on each curve.
    fn read(
        &self,
        painter: &Painter,
        area: Rect,
        theme: &Theme,
        x: f64,
        x_of: &dyn Fn(f64) -> f32,
        y_of: &dyn Fn(f64) -> f32,
    ) {
        painter.vline(x_of(x), area.y_range(), Stroke::new(1.0, theme.faint));
        for line in &self.lines {
            if let Some((at, value)) = nearest(&line.points, x) {
                let dot = pos2(x_of(at), y_of(value.into()));
                if area.expand(1.0).contains(dot) {
                    painter.circle(dot, 3.5, line.color, Stroke::new(1.5, theme.pane));
                }
            }
        }
    }

    /// The values at a place, the most important first.
    fn figures(&self, x: f64) -> (String, Vec<(&Line, String)>) {
        // The place of a value, and the nearest of them where the lines have other places.
        let places = self.lines.iter().rev().filter_map(|line| Some(nearest(&line.points, x)?.0));
        let at = places.min_by(|a, b| (a - x).abs().total_cmp(&(b - x).abs())).unwrap_or(x);
        let place = match self.across {
            Unit::Steps => format!("step {}", self.across.text(at)),
            _ => format!("after {}", self.across.text(at)),
        };
        let mut figures = Vec::new();
        for line in self.lines.iter().rev() {
            if let Some((_, value)) = nearest(&line.points, x) {
                figures.push((line, self.unit.text(value.into())));
            }
        }
        (place, figures)
    }

    fn tooltip(&self, response: &Response, theme: &Theme, x: f64) {
        let (place, figures) = self.figures(x);
        let tooltip = Tooltip::for_widget(response).at_pointer().gap(14.0);
        tooltip.show(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.spacing_mut().interact_size.y = 16.0;
            ui.label(RichText::new(place).font(theme::text(12.0)).color(theme.secondary));
            for (line, value) in figures {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    ui.label(RichText::new(value).font(theme::bold(12.0)).color(theme.text));
                    ui.label(RichText::new(&line.name).font(theme::text(12.0)).color(line.color));
                });
            }
        });
    }

    /// What a reader of the screen is told: the title and the newest values.
    fn spoken(&self) -> String {
        let newest = self.lines.iter().rev().filter_map(|line| Some((&line.name, line.points.last()?.1)));
        let newest: Vec<String> = newest.map(|(name, y)| format!("{name} {}", self.unit.text(y.into()))).collect();
        format!("{}: {}", self.title, if newest.is_empty() { "no figures yet".to_owned() } else { newest.join(", ") })
    }
}

/// The name of a line, to be set at its end.
struct Name {
    galley: Arc<Galley>,
    color: Color32,
    left: f32,
    /// Where its middle should stand.
    y: f32,
    /// The place of its line: the higher, the more important.
    rank: usize,
}

/// Heights in the order that they are given in, so far apart from each other and within `room`, moved as little as can be.
fn apart(wanted: &[f32], distance: f32, (top, bottom): (f32, f32)) -> Vec<f32> {
    // Less their distances, heights must only not fall: neighbours that would are put together at their mean.
    let mut pools: Vec<(f32, usize)> = Vec::new();
    for (i, height) in wanted.iter().enumerate() {
        let mut pool = (height - i as f32 * distance, 1);
        while let Some(before) = pools.pop_if(|before| before.0 / before.1 as f32 > pool.0 / pool.1 as f32) {
            pool = (pool.0 + before.0, pool.1 + before.1);
        }
        pools.push(pool);
    }
    let lowest = bottom - wanted.len().saturating_sub(1) as f32 * distance;
    let means = pools.iter().flat_map(|(sum, count)| std::iter::repeat_n(sum / *count as f32, *count));
    means.enumerate().map(|(i, mean)| mean.min(lowest).max(top) + i as f32 * distance).collect()
}

/// A line of the grid: fainter than every curve, in high contrast too.
pub fn grid_line(theme: &Theme) -> Stroke {
    Stroke::new(1.0, theme.tint(theme.text, 0.14))
}

/// Writes round numbers below an area that spans these places across.
pub fn numbers_below(painter: &Painter, area: Rect, theme: &Theme, unit: Unit, (from, to): (f64, f64)) {
    let most = ((area.width() / 80.0) as usize).clamp(2, 8);
    let mut values = ticks(unit, from, to, most);
    if values.len() < 2 {
        // A round step may pass over a short axis, and one number does not say where it goes.
        values = ticks(unit, from, to, 3 * most);
    }
    let mut free = f32::NEG_INFINITY;
    for value in values {
        let x = area.left() + ((value - from) / (to - from)) as f32 * area.width();
        let galley = painter.layout_no_wrap(unit.tick(value), theme::text(12.0), theme.secondary);
        let left = (x - galley.size().x / 2.0).clamp(area.left() - LEFT, area.right() + 8.0 - galley.size().x);
        if left > free {
            free = left + galley.size().x + 10.0;
            painter.galley(pos2(left, area.bottom() + 4.0), galley, theme.secondary);
        }
    }
}

/// What is shown after a turn of the wheel over a place; None when it was not turned.
fn zoomed(ui: &Ui, span: Span, around: f64) -> Option<Option<(f64, f64)>> {
    let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta()));
    if scroll == Vec2::ZERO && pinch == 1.0 {
        return None;
    }
    // The pane must not scroll as well.
    ui.ctx().input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
    let factor = f64::from((-scroll.y / 200.0).exp() / pinch);
    let (from, to) = span.shown;
    let slid = f64::from(-scroll.x / 400.0) * (to - from);
    let shown = (around + (from - around) * factor + slid, around + (to - around) * factor + slid);
    Some(moved_within(Span { shown, ..span }, 0.0))
}

/// The shown part moved by an amount, kept within the whole and not narrower than a thousandth of it; None for all.
fn moved_within(span: Span, by: f64) -> Option<(f64, f64)> {
    let (least, most) = span.whole;
    let all = most - least;
    let width = (span.shown.1 - span.shown.0).max(all / 1000.0);
    if width.is_nan() || width >= all {
        return None;
    }
    let from = (span.shown.0 + by).clamp(least, most - width);
    Some((from, from + width))
}

/// Where the reader's line stood in the last frame.
pub fn reader(ui: &Ui, id: Id) -> Option<f64> {
    ui.data(|data| data.get_temp::<Option<f64>>(id)).flatten()
}

/// Remembers where the reader's line stands.
pub fn set_reader(ui: &Ui, id: Id, at: Option<f64>) {
    if reader(ui, id) != at {
        ui.data_mut(|data| data.insert_temp(id, at));
        ui.ctx().request_repaint();
    }
}

#[cfg(test)]
mod tests;
