//! How far each segment gets: of the selected run now, and over its steps.

use eframe::egui::{Align2, Mesh, Rect, Role, Sense, Shape, Ui, WidgetInfo, pos2, text::LayoutJob, vec2};

use super::super::super::theme;
use super::super::super::train::Axis;
use super::super::super::train::facts::{grouped, percent, segments};
use super::super::super::widgets::chart::{Span, grid_line, numbers_below};
use super::super::super::widgets::scale::Unit;
use super::super::super::widgets::text_at;
use super::super::Cx;
use crate::train::watch::RunView;

/// How many boards would be right if all stopped after each segment, now.
pub fn bars(ui: &mut Ui, cx: &Cx<'_>, run: &RunView, width: f32, height: f32) {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let rect = Rect::from_min_max(rect.min + vec2(0.0, 6.0), rect.max - vec2(0.0, 12.0));
    let painter = ui.painter();
    let title = "Exact by segment allowed, now";
    let title_rect =
        text_at(painter, rect.left_top(), Align2::LEFT_TOP, title, theme::bold(13.0), theme.text, rect.width());
    let measured = run.measured.iter().rev().find(|measured| !measured.by_segment.is_empty());
    let sentence = measured.map_or_else(|| "Seen after the first evaluation.".to_owned(), segments);
    let small = theme::text(12.0);
    let mut job = LayoutJob::simple(sentence.clone(), small.clone(), theme.secondary, rect.width() - 44.0);
    job.wrap.max_rows = 2;
    let galley = painter.layout_job(job);
    let caption = galley.size().y;
    painter.galley(pos2(rect.left() + 44.0, rect.bottom() - caption), galley, theme.secondary);
    response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, format!("{title}. {sentence}")));
    let area = Rect::from_min_max(
        pos2(rect.left() + 44.0, title_rect.bottom() + 18.0),
        pos2(rect.right() - 8.0, rect.bottom() - caption - 24.0),
    );
    for share in [0.0, 0.5, 1.0] {
        let y = area.bottom() - share * area.height();
        painter.hline(area.x_range(), y, grid_line(theme));
        let at = pos2(area.left() - 6.0, y);
        painter.text(at, Align2::RIGHT_CENTER, Unit::Share.tick(share.into()), small.clone(), theme.secondary);
    }
    let Some(measured) = measured else { return };
    let count = measured.by_segment.len();
    let slot = area.width() / count as f32;
    let bar = (slot * 0.68).min(64.0);
    let every = (22.0 / slot).ceil().max(1.0) as usize;
    for (i, (segment, exact)) in measured.by_segment.iter().enumerate() {
        let x = area.left() + (i as f32 + 0.5) * slot;
        let exact = if exact.is_finite() { exact.clamp(0.0, 1.0) } else { 0.0 };
        let top = area.bottom() - exact * area.height();
        let strength = 0.45 + 0.5 * (i + 1) as f32 / count as f32;
        let shape = Rect::from_min_max(pos2(x - bar / 2.0, top), pos2(x + bar / 2.0, area.bottom()));
        painter.rect_filled(shape, 2.0, theme.tint(theme.l, strength));
        if i % every == 0 || i + 1 == count {
            let text = format!("{:.0}", exact * 100.0);
            painter.text(pos2(x, top - 3.0), Align2::CENTER_BOTTOM, text, small.clone(), theme.secondary);
            let under = pos2(x, area.bottom() + 4.0);
            painter.text(under, Align2::CENTER_TOP, segment, small.clone(), theme.secondary);
        }
    }
    let step = grouped(measured.step);
    response.on_hover_text(format!(
        "What share of the {} held-out boards would be wholly right if every one stopped after this segment, at step {step}",
        measured.puzzles
    ));
}

/// Exact by segment over the whole run: a picture whose columns are evaluations and whose rows are segments.
pub fn by_segment(ui: &mut Ui, cx: &Cx<'_>, run: &RunView, (width, height): (f32, f32), span: Span) {
    let theme = cx.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let rect = Rect::from_min_max(rect.min + vec2(0.0, 6.0), rect.max - vec2(0.0, 12.0));
    let painter = ui.painter();
    let title = "Exact by segment allowed, over the run";
    let title_rect =
        text_at(painter, rect.left_top(), Align2::LEFT_TOP, title, theme::bold(13.0), theme.text, rect.width());
    let caption = "Rows are segments, the first at the bottom; the brighter, the more boards are wholly right.";
    let small = theme::text(12.0);
    let below = pos2(rect.left() + 44.0, rect.bottom());
    text_at(painter, below, Align2::LEFT_BOTTOM, caption, small.clone(), theme.secondary, rect.width() - 44.0);
    let area = Rect::from_min_max(
        pos2(rect.left() + 44.0, title_rect.bottom() + 8.0),
        pos2(rect.right() - 8.0, rect.bottom() - 42.0),
    );
    let by_steps = cx.state.settings.curves.axis == Axis::Steps;
    let place = |m: &crate::train::watch::Measured| if by_steps { m.step as f64 } else { m.seconds };
    let (from, to) = span.shown;
    let seen: Vec<_> =
        run.measured.iter().filter(|m| !m.by_segment.is_empty() && (from..=to).contains(&place(m))).collect();
    let rows = seen.iter().map(|m| m.by_segment.len()).max().unwrap_or(0);
    if rows == 0 || area.height() < 20.0 {
        let text = "no evaluations here";
        painter.text(area.center(), Align2::CENTER_CENTER, text, small, theme.secondary);
        return;
    }
    let x_of = |x: f64| area.left() + ((x - from) / (to - from)) as f32 * area.width();
    // As many columns as can be told apart.
    let every = seen.len().div_ceil((area.width() / 3.0).max(1.0) as usize).max(1);
    let columns: Vec<_> = seen.iter().step_by(every).copied().collect();
    let tall = area.height() / rows as f32;
    let mut mesh = Mesh::default();
    let mut left = x_of(from);
    for (i, measured) in columns.iter().enumerate() {
        let right = if i + 1 == columns.len() { x_of(place(measured)).max(left + 3.0) } else { x_of(place(measured)) };
        for (row, (_, exact)) in measured.by_segment.iter().enumerate() {
            let bottom = area.bottom() - row as f32 * tall;
            let cell = Rect::from_min_max(pos2(left, bottom - tall), pos2(right, bottom));
            mesh.add_colored_rect(cell, theme.tint(theme.l, if exact.is_finite() { *exact } else { 0.0 }));
        }
        left = right;
    }
    painter.add(Shape::mesh(mesh));
    for row in (0..rows).filter(|row| row % (16.0 / tall).ceil().max(1.0) as usize == 0) {
        let y = area.bottom() - (row as f32 + 0.5) * tall;
        painter.text(pos2(area.left() - 6.0, y), Align2::RIGHT_CENTER, row + 1, small.clone(), theme.secondary);
    }
    painter.hline(area.x_range(), area.bottom(), grid_line(theme));
    numbers_below(painter, area, theme, if by_steps { Unit::Steps } else { Unit::Seconds }, span.shown);
    let response = ui.interact(area, ui.scope_id().with(title), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, title));
    if let Some(at) = response.hover_pos() {
        let x = from + f64::from((at.x - area.left()) / area.width()) * (to - from);
        let row = ((area.bottom() - at.y) / tall).max(0.0) as usize;
        let measured = columns.iter().find(|m| place(m) >= x).or(columns.last());
        if let Some((measured, (segment, exact))) = measured.and_then(|m| Some((m, m.by_segment.get(row)?))) {
            let step = grouped(measured.step);
            response.show_tooltip_text(format!("step {step}\n{} after segment {segment}", percent(*exact)));
        }
    }
}
