//! The clockwork: a dial for each module with as many sectors as its cycle has steps, and the wires between them.

use std::f32::consts::TAU;

use eframe::egui::{
    Align2, Color32, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::super::theme::{self, Theme};
use crate::trace::{Module, Schedule};

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

/// Draws the clockwork into a rectangle.
pub fn clockwork(ui: &Ui, rect: Rect, theme: &Theme, hands: Hands) {
    let response = ui.interact(rect, ui.scope_id().with("clockwork"), Sense::hover());
    let Schedule { h_cycles, l_cycles } = hands.schedule;
    response.widget_info(|| {
        let label = format!("Clockwork: H {} of {h_cycles}, L {} of {l_cycles}", hands.h_done, hands.l_done);
        WidgetInfo::labeled(Role::Image, true, label)
    });
    let scale = (rect.width() / 390.0).min(rect.height() / 190.0);
    let origin = rect.center() - vec2(390.0, 190.0) * scale / 2.0;
    let at = |x: f32, y: f32| origin + vec2(x, y) * scale;
    let (h, h_radius) = (at(258.0, 66.0), 48.0 * scale);
    let (l, l_radius) = (at(112.0, 118.0), 50.0 * scale);
    let painter = ui.painter();
    let small = theme::text(12.0);

    // The input, which only L reads.
    let input = Rect::from_center_size(at(22.0, 118.0), vec2(32.0, 26.0) * scale.max(0.8));
    painter.rect(input, 6.0, theme.tint(theme.input, 0.15), Stroke::new(1.3, theme.input), StrokeKind::Inside);
    painter.text(input.center(), Align2::CENTER_CENTER, "x", theme::bold(13.0), theme.input);
    painter.text(
        pos2(input.center().x, input.bottom() + 3.0),
        Align2::CENTER_TOP,
        "board",
        small.clone(),
        theme.secondary,
    );
    arrow(painter, &[input.right_center(), l - vec2(l_radius + 3.0, 0.0)], theme.input, 2.0);

    // H's plan, which L reads at every step.
    let (from, to) = (h - vec2(h_radius + 4.0, -2.0), l + Vec2::angled(-0.85) * (l_radius + 5.0));
    arrow(painter, &curve(from, pos2(to.x + 26.0 * scale, from.y - 2.0 * scale), to), theme.h, 2.0);
    let label = pos2(from.x - 14.0 * scale, from.y - 7.0 * scale);
    painter.text(label, Align2::RIGHT_BOTTOM, "z_H guides", small.clone(), theme.h);

    // L's finding, which H reads at the cycle's end.
    let reports = hands.active == Some(Module::H);
    let (from, to) = (l + Vec2::angled(0.35) * (l_radius + 4.0), h + Vec2::angled(1.75) * (h_radius + 5.0));
    let wire = curve(from, pos2(to.x - 4.0 * scale, from.y + 22.0 * scale), to);
    if reports {
        arrow(painter, &wire, theme.l, 2.0);
    } else {
        painter.extend(Shape::dashed_line(&wire, Stroke::new(1.3, theme.faint), 4.0, 4.0));
    }
    let (text, color) =
        if reports { ("z_L reports", theme.l) } else { ("z_L reports at cycle's end", theme.secondary) };
    let under = pos2(from.x + 22.0 * scale, from.y + 24.0 * scale);
    painter.text(under, Align2::LEFT_TOP, text, small.clone(), color);

    // The heads.
    for (dy, text) in [(-12.0, "answer"), (14.0, "halt?")] {
        let start = pos2(h.x + (h_radius * h_radius - dy * dy * scale * scale).max(0.0).sqrt() + 4.0, h.y + dy * scale);
        let end = pos2(h.x + h_radius + 26.0 * scale, start.y);
        arrow(painter, &[start, end], theme.secondary, 1.3);
        painter.text(end + vec2(5.0, 0.0), Align2::LEFT_CENTER, text, small.clone(), theme.secondary);
    }

    dial(painter, theme, h, h_radius, theme.h, ("H", "slow"), hands.h_done, h_cycles, reports);
    let thinks = hands.active == Some(Module::L);
    dial(painter, theme, l, l_radius, theme.l, ("L", "fast"), hands.l_done, l_cycles, thinks);
    response.on_hover_text(format!(
        "L takes {l_cycles} steps under one plan of H, then H takes one: an H-cycle. {h_cycles} of them are a segment, at \
         whose end the model decides whether to halt. Only L reads the board; the answer and the decision are read from H."
    ));
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
        painter.text(at, Align2::CENTER_CENTER, text, theme::text(12.0), theme.secondary);
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
