//! The clockwork: a dial for each module with as many sectors as its cycle has steps, and the wires between them.

use std::f32::consts::TAU;

use eframe::egui::{
    Align2, Color32, CursorIcon, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    pos2, vec2,
};

use super::super::parts::Part;
use super::super::theme::{self, Theme};
use crate::trace::{Module, Schedule};

/// How near the pointer must be to a wire, points.
const NEAR: f32 = 8.0;

/// What the dials show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hands {
    /// Steps of a cycle and cycles of a segment.
    pub schedule: Schedule,
    /// L-steps done in this H-cycle.
    pub l_done: usize,
    /// H-steps done in this segment.
    pub h_done: usize,
    /// The module that computed last; None before the first step.
    pub active: Option<Module>,
}

impl Hands {
    /// The hands after `playhead` micro-steps.
    pub fn at(schedule: Schedule, playhead: usize) -> Self {
        let Some(last) = playhead.checked_sub(1).map(|index| schedule.at(index)) else {
            return Self { schedule, l_done: 0, h_done: 0, active: None };
        };
        match last.module {
            Module::L => Self { schedule, l_done: last.l_step + 1, h_done: last.h_cycle, active: Some(Module::L) },
            Module::H => {
                Self { schedule, l_done: schedule.l_cycles, h_done: last.h_cycle + 1, active: Some(Module::H) }
            }
        }
    }
}

/// Where the parts of the clockwork stand.
struct Places {
    scale: f32,
    input: Rect,
    l: (Pos2, f32),
    h: (Pos2, f32),
    /// What connects them, as points along the way.
    wires: [(Part, Vec<Pos2>); 5],
}

impl Places {
    fn of(rect: Rect) -> Self {
        let scale = (rect.width() / 390.0).min(rect.height() / 190.0);
        let origin = rect.center() - vec2(390.0, 190.0) * scale / 2.0;
        let at = |x: f32, y: f32| origin + vec2(x, y) * scale;
        let (h, h_radius) = (at(258.0, 66.0), 48.0 * scale);
        let (l, l_radius) = (at(112.0, 118.0), 50.0 * scale);
        let input = Rect::from_center_size(at(22.0, 118.0), vec2(32.0, 26.0) * scale.max(0.8));
        let feeds = vec![input.right_center(), l - vec2(l_radius + 3.0, 0.0)];
        let (from, to) = (h - vec2(h_radius + 4.0, -2.0), l + Vec2::angled(-0.85) * (l_radius + 5.0));
        let guides = curve(from, pos2(to.x + 26.0 * scale, from.y - 2.0 * scale), to);
        let (from, to) = (l + Vec2::angled(0.35) * (l_radius + 4.0), h + Vec2::angled(1.75) * (h_radius + 5.0));
        let reports = curve(from, pos2(to.x - 4.0 * scale, from.y + 22.0 * scale), to);
        let head = |dy: f32| {
            let across = (h_radius * h_radius - dy * dy * scale * scale).max(0.0).sqrt() + 4.0;
            let start = pos2(h.x + across, h.y + dy * scale);
            vec![start, pos2(h.x + h_radius + 26.0 * scale, start.y)]
        };
        let wires = [
            (Part::Feeds, feeds),
            (Part::Guides, guides),
            (Part::Reports, reports),
            (Part::Answer, head(-12.0)),
            (Part::Halt, head(14.0)),
        ];
        Self { scale, input, l: (l, l_radius), h: (h, h_radius), wires }
    }

    /// The part at a point.
    fn part(&self, at: Pos2) -> Option<Part> {
        let within = |(center, radius): (Pos2, f32)| at.distance(center) <= radius;
        let near = |points: &[Pos2]| points.windows(2).any(|ends| distance(at, ends[0], ends[1]) <= NEAR);
        match at {
            _ if self.input.contains(at) => Some(Part::Input),
            _ if within(self.l) => Some(Part::L),
            _ if within(self.h) => Some(Part::H),
            // A head is its arrow and its name.
            _ => self
                .wires
                .iter()
                .find(|(part, points)| {
                    let named = matches!(part, Part::Answer | Part::Halt);
                    let name =
                        points.last().map(|end| Rect::from_min_size(*end - vec2(0.0, NEAR), vec2(50.0, 2.0 * NEAR)));
                    near(points) || named && name.is_some_and(|name| name.contains(at))
                })
                .map(|(part, _)| *part),
        }
    }
}

/// Draws the clockwork into a rectangle; `travel` is how far what the last micro-step carries has come along the wires, 0
/// to 1, and `told` what is said of a part under the pointer. Returns the module whose dial was clicked.
pub fn clockwork(
    ui: &Ui,
    rect: Rect,
    theme: &Theme,
    hands: Hands,
    travel: Option<f32>,
    told: impl Fn(Part) -> String,
) -> Option<Module> {
    let places = Places::of(rect);
    let response = ui.interact(rect, ui.scope_id().with("clockwork"), Sense::hover());
    let Schedule { h_cycles, l_cycles } = hands.schedule;
    response.widget_info(|| {
        let label = format!("Clockwork: H {} of {h_cycles}, L {} of {l_cycles}", hands.h_done, hands.l_done);
        WidgetInfo::labeled(Role::Image, true, label)
    });
    let mut clicked = None;
    let mut hovered = response.hover_pos().and_then(|at| places.part(at));
    let mut shows = response;
    for (module, (center, radius)) in [(Module::L, places.l), (Module::H, places.h)] {
        let round = Rect::from_center_size(center, Vec2::splat(2.0 * radius));
        let dial = ui.interact(round, ui.scope_id().with(("dial", module)), Sense::click());
        dial.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Show z_{module:?} large")));
        let on = dial.hover_pos().and_then(|at| places.part(at)).filter(|part| part.module() == Some(module));
        if dial.clicked() {
            clicked = Some(module);
        }
        if on.is_some() {
            hovered = on;
            shows = dial.on_hover_cursor(CursorIcon::PointingHand);
        }
    }
    paint(ui.painter(), &places, theme, hands, hovered);
    if let Some(travel) = travel {
        carry(ui.painter(), &places, theme, hands, travel);
    }
    if let Some(part) = hovered {
        shows.show_tooltip_text(told(part));
    }
    clicked
}

/// What the last micro-step read, on its way along the wires.
fn carry(painter: &Painter, places: &Places, theme: &Theme, hands: Hands, travel: f32) {
    for (part, points) in &places.wires {
        let color = match (part, hands.active) {
            (Part::Feeds, Some(Module::L)) => theme.input,
            (Part::Guides, Some(Module::L)) => theme.h,
            (Part::Reports, Some(Module::H)) => theme.l,
            (Part::Answer | Part::Halt, Some(Module::H)) => theme.h,
            _ => continue,
        };
        let at = along(points, travel * (2.0 - travel));
        painter.circle_filled(at, 4.0 * places.scale.max(1.0), color);
        painter.circle_stroke(at, 4.0 * places.scale.max(1.0), Stroke::new(1.0, theme.pane));
    }
}

fn paint(painter: &Painter, places: &Places, theme: &Theme, hands: Hands, hovered: Option<Part>) {
    let Places { scale, input, l: (l, l_radius), h: (h, h_radius), .. } = *places;
    let Schedule { h_cycles, l_cycles } = hands.schedule;
    let small = theme::text(12.0 * scale.max(1.0).sqrt());
    let thick = |part: Part, width: f32| if hovered == Some(part) { width + 1.2 } else { width };

    // The input, which only L reads.
    let line = Stroke::new(thick(Part::Input, 1.3), theme.input);
    painter.rect(input, 6.0, theme.tint(theme.input, 0.15), line, StrokeKind::Inside);
    painter.text(input.center(), Align2::CENTER_CENTER, "x", theme::bold(13.0 * scale.max(1.0)), theme.input);
    let below = pos2(input.center().x, input.bottom() + 3.0);
    painter.text(below, Align2::CENTER_TOP, "board", small.clone(), theme.secondary);

    let reports = hands.active == Some(Module::H);
    dial(painter, theme, h, h_radius, theme.h, ("H", "slow"), hands.h_done, h_cycles, reports);
    let thinks = hands.active == Some(Module::L);
    dial(painter, theme, l, l_radius, theme.l, ("L", "fast"), hands.l_done, l_cycles, thinks);
    // Above the glow of a dial, so that their heads are seen.
    for (part, points) in &places.wires {
        let (Some(from), Some(end)) = (points.first(), points.last()) else { continue };
        match part {
            Part::Feeds => arrow(painter, points, theme.input, thick(*part, 2.0)),
            // H's plan, which L reads at every step.
            Part::Guides => {
                arrow(painter, points, theme.h, thick(*part, 2.0));
                let label = pos2(from.x - 14.0 * scale, from.y - 7.0 * scale);
                painter.text(label, Align2::RIGHT_BOTTOM, "z_H guides", small.clone(), theme.h);
            }
            // L's finding, which H reads at the cycle's end.
            Part::Reports => {
                if reports {
                    arrow(painter, points, theme.l, thick(*part, 2.0));
                } else {
                    let line = Stroke::new(thick(*part, 1.3), theme.faint);
                    painter.extend(Shape::dashed_line(points, line, 4.0, 4.0));
                }
                let (text, color) =
                    if reports { ("z_L reports", theme.l) } else { ("z_L reports at cycle's end", theme.secondary) };
                let under = pos2(from.x + 22.0 * scale, from.y + 24.0 * scale);
                painter.text(under, Align2::LEFT_TOP, text, small.clone(), color);
            }
            _ => {
                arrow(painter, points, theme.secondary, thick(*part, 1.3));
                let text = if *part == Part::Answer { "answer" } else { "halt?" };
                painter.text(*end + vec2(5.0, 0.0), Align2::LEFT_CENTER, text, small.clone(), theme.secondary);
            }
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one dial, drawn twice")]
fn dial(
    painter: &Painter,
    theme: &Theme,
    center: Pos2,
    radius: f32,
    color: Color32,
    (name, kind): (&str, &str),
    done: usize,
    steps: usize,
    active: bool,
) {
    if active {
        painter.circle_filled(center, radius + radius * 0.22, theme.tint(color, 0.16));
    }
    painter.circle_filled(center, radius, theme.raised);
    let ring = radius * 0.86;
    let width = (radius * 0.13).max(3.0);
    // Very many steps leave no room for gaps.
    let gap = if steps > 24 { 0.0 } else { 0.05 };
    for step in 0..steps.max(1) {
        let sector = TAU / steps.max(1) as f32;
        let start = -TAU / 4.0 + sector * step as f32 + gap;
        let points = (0..=24).map(|i| center + Vec2::angled(start + (sector - 2.0 * gap) * i as f32 / 24.0) * ring);
        let shade = if step < done { color } else { theme.tint(color, 0.28) };
        painter.line(points.collect(), Stroke::new(width, shade));
    }
    painter.circle_stroke(center, radius, Stroke::new(1.0, theme.hairline));
    let line = |dy: f32, text: &str| {
        let at = center + vec2(0.0, dy);
        painter.text(at, Align2::CENTER_CENTER, text, theme::text((radius * 0.2).clamp(12.0, 18.0)), theme.secondary);
    };
    let progress = format!("{done} of {steps}");
    if radius > 56.0 {
        painter.text(center - vec2(0.0, 10.0), Align2::CENTER_CENTER, name, theme::bold(radius * 0.5), color);
        line(radius * 0.36, &format!("{kind} · {progress}"));
    } else {
        painter.text(center - vec2(0.0, 13.0), Align2::CENTER_CENTER, name, theme::bold(radius * 0.45), color);
        line(6.0, kind);
        line(20.0, &progress);
    }
}

/// A quadratic curve as points.
fn curve(from: Pos2, control: Pos2, to: Pos2) -> Vec<Pos2> {
    (0..=20)
        .map(|i| {
            let t = i as f32 / 20.0;
            from.lerp(control, t).lerp(control.lerp(to, t), t)
        })
        .collect()
}

/// The point at a share of a way, 0 to 1.
fn along(points: &[Pos2], share: f32) -> Pos2 {
    let lengths: Vec<f32> = points.windows(2).map(|ends| ends[0].distance(ends[1])).collect();
    let mut left = share.clamp(0.0, 1.0) * lengths.iter().sum::<f32>();
    for (ends, length) in points.windows(2).zip(lengths) {
        if left <= length {
            return ends[0].lerp(ends[1], left / length.max(f32::EPSILON));
        }
        left -= length;
    }
    points.last().copied().unwrap_or_default()
}

/// How far a point is from a straight line between two.
fn distance(at: Pos2, from: Pos2, to: Pos2) -> f32 {
    let way = to - from;
    let share = ((at - from).dot(way) / way.length_sq().max(f32::EPSILON)).clamp(0.0, 1.0);
    at.distance(from + way * share)
}

/// A line with a filled head at its end.
fn arrow(painter: &Painter, points: &[Pos2], color: Color32, width: f32) {
    let [.., before, end] = points else { return };
    let direction = (*end - *before).normalized();
    let (length, side) = (8.0, direction.rot90() * 4.0);
    let base = *end - direction * length;
    let mut line = points.to_vec();
    if let Some(last) = line.last_mut() {
        *last = base;
    }
    painter.line(line, Stroke::new(width, color));
    painter.add(Shape::convex_polygon(vec![*end, base + side, base - side], color, Stroke::NONE));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_under_the_pointer() {
        let places = Places::of(Rect::from_min_size(pos2(30.0, 10.0), vec2(780.0, 380.0)));
        let middle = |part: Part| places.wires.iter().find(|(of, _)| *of == part).map(|(_, points)| along(points, 0.5));
        for part in [Part::Feeds, Part::Guides, Part::Reports, Part::Answer, Part::Halt] {
            assert_eq!(places.part(middle(part).unwrap() + vec2(0.0, 2.0)), Some(part));
        }
        assert_eq!(places.part(places.input.center()), Some(Part::Input));
        assert_eq!(places.part(places.l.0 + vec2(0.0, 40.0)), Some(Part::L));
        assert_eq!(places.part(places.h.0), Some(Part::H));
        assert_eq!(places.part(pos2(31.0, 11.0)), None);
    }

    #[test]
    fn what_travels_starts_and_arrives() {
        let way = [pos2(0.0, 0.0), pos2(3.0, 0.0), pos2(3.0, 1.0)];
        assert_eq!(along(&way, 0.0), way[0]);
        assert_eq!(along(&way, 0.5), pos2(2.0, 0.0));
        assert_eq!(along(&way, 1.0), way[2]);
        assert_eq!(along(&[], 0.5), Pos2::ZERO);
    }

    #[test]
    fn the_hands_follow_the_clock() {
        let schedule = Schedule { h_cycles: 2, l_cycles: 2 };
        let hands = |playhead| {
            let hands = Hands::at(schedule, playhead);
            (hands.l_done, hands.h_done, hands.active)
        };
        assert_eq!(hands(0), (0, 0, None));
        assert_eq!(hands(1), (1, 0, Some(Module::L)));
        assert_eq!(hands(3), (2, 1, Some(Module::H)));
        assert_eq!(hands(4), (1, 1, Some(Module::L)));
        assert_eq!(hands(6), (2, 2, Some(Module::H)));
        assert_eq!(hands(7), (1, 0, Some(Module::L)));
    }
}
