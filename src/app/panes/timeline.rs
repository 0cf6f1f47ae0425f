//! The nested timeline: L-steps in H-cycles in segments, the residual of each step as a bar, the Q values at each
//! segment's end, the halt.

use eframe::egui::{Align2, Id, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::super::action::Action;
use super::super::document::made_for;
use super::super::explain::{distance, sigmoid};
use super::super::state::{RunStatus, State};
use super::super::theme::{self, RADIUS};
use super::super::widgets::wrapped;
use super::Cx;
use crate::engine::Halting;
use crate::trace::{Module, Recording};

/// Where segments and steps stand across the timeline, points from its left edge.
#[derive(Debug, Clone, PartialEq)]
struct Plan {
    per: usize,
    /// Left and right of each segment that was computed or begun.
    segments: Vec<(f32, f32)>,
    /// Left and right of each one that may come.
    future: Vec<(f32, f32)>,
    /// Room at a segment's right for its Q values.
    q: f32,
}

const GAP: f32 = 3.0;
const INSET: f32 = 6.0;

impl Plan {
    fn new(per: usize, computed: usize, most: usize, width: f32, zoom: f32, offset: f32) -> Self {
        let begun = computed.div_ceil(per).max(1).min(most.max(1));
        let coming = most.saturating_sub(begun);
        let reserved = (coming as f32 * 17.0).min(width * 0.25);
        let each = (width - reserved) / begun as f32;
        let place = |x: f32| (x - offset) * zoom;
        let span = |from: f32, to: f32| (place(from), place(to) - GAP);
        let segments: Vec<_> = (0..begun).map(|i| span(i as f32 * each, (i + 1) as f32 * each)).collect();
        let start = each * begun as f32;
        let thin = reserved / coming.max(1) as f32;
        let future = (0..coming).map(|i| span(start + i as f32 * thin, start + (i + 1) as f32 * thin)).collect();
        let q = if each * zoom > 80.0 { 20.0 } else { 0.0 };
        Self { per, segments, future, q }
    }

    fn slot(&self, segment: usize) -> (f32, f32) {
        let (left, right) = self.segments[segment];
        let inset = INSET.min((right - left) * 0.08);
        (left + inset, ((right - left) - 2.0 * inset - self.q) / self.per as f32)
    }

    /// The middle of a step's bar; None when its segment is not on the plan.
    fn x_of(&self, step: usize) -> Option<f32> {
        let segment = step / self.per;
        (segment < self.segments.len()).then(|| {
            let (left, slot) = self.slot(segment);
            left + (step % self.per) as f32 * slot + slot / 2.0
        })
    }

    /// The step under a place, and whether it is the room of the Q values.
    fn step_at(&self, x: f32) -> Option<(usize, bool)> {
        let last = self.segments.len() - 1;
        let segment = self.segments.iter().position(|(_, right)| x <= right + GAP).unwrap_or(last);
        let (left, slot) = self.slot(segment);
        let index = ((x - left) / slot).floor();
        (slot > 0.0).then(|| {
            let step = index.clamp(0.0, (self.per - 1) as f32) as usize;
            (segment * self.per + step, index >= self.per as f32 && self.q > 0.0)
        })
    }
}

/// Draws the timeline; a click or a drag goes to a step.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, area: Rect) {
    let (state, theme) = (cx.state, cx.theme);
    let lane = Rect::from_min_max(area.min + vec2(0.0, 6.0), area.max - vec2(0.0, 18.0));
    let Some(recording) = state.recording() else {
        nothing_yet(ui, cx, lane);
        return;
    };
    let schedule = recording.dimensions.schedule;
    let computed = recording.steps.len();
    let id = ui.scope_id().with("timeline");
    let (zoom, offset) = view(ui, id, lane);
    let most = recording.dimensions.max_segments;
    let plan = Plan::new(schedule.steps_per_segment(), computed, most, lane.width(), zoom, offset);
    let response = ui.interact(area, id, Sense::click_and_drag());
    response.widget_info(|| {
        let label = format!("Timeline, micro-step {} of {computed}", state.doc.playhead.at);
        WidgetInfo::slider(true, state.doc.playhead.at as f64, label)
    });
    let painter = ui.painter().with_clip_rect(area.expand2(vec2(2.0, 8.0)));
    let largest = recording.steps.iter().map(|s| s.residual).filter(|r| r.is_finite()).fold(1e-6, f32::max);
    let here = state.step().map(|step| step.at.segment);
    for (segment, (left, right)) in plan.segments.iter().enumerate() {
        let span = Rect::from_min_max(pos2(lane.left() + left, lane.top()), pos2(lane.left() + right, lane.bottom()));
        paint_segment(&painter, cx, recording, &plan, segment, span, largest, here == Some(segment));
    }
    for (i, (left, right)) in plan.future.iter().enumerate() {
        let span = Rect::from_min_max(pos2(lane.left() + left, lane.top()), pos2(lane.left() + right, lane.bottom()));
        let corners = [span.left_top(), span.left_bottom(), span.right_bottom(), span.right_top(), span.left_top()];
        painter.extend(Shape::dashed_line(&corners, Stroke::new(1.0, theme.hairline), 2.0, 3.0));
        if span.width() > 12.0 {
            let number = plan.segments.len() + i + 1;
            let below = pos2(span.center().x, lane.bottom() + 3.0);
            painter.text(below, Align2::CENTER_TOP, number, theme::text(12.0), theme.faint);
        }
    }
    halt_mark(&painter, cx, recording, &plan, lane);
    // The playhead.
    let x = lane.left()
        + match state.doc.playhead.at.checked_sub(1) {
            Some(step) => plan.x_of(step).unwrap_or(0.0),
            None => plan.segments[0].0 + 1.0,
        };
    painter.vline(x, lane.y_range(), Stroke::new(1.6, theme.text));
    let tip = pos2(x, lane.top() + 4.0);
    let head = vec![tip, tip + vec2(-6.0, -9.0), tip + vec2(6.0, -9.0)];
    painter.add(Shape::convex_polygon(head, theme.text, Stroke::NONE));
    if state.thinking() {
        progress(ui, cx, recording, lane);
    }
    let step_under = |x: f32| plan.step_at(x - lane.left()).filter(|(step, _)| *step < computed);
    if let Some(at) = response.interact_pointer_pos().filter(|_| response.clicked() || response.dragged())
        && let Some((step, _)) = plan.step_at(at.x - lane.left())
    {
        cx.actions.push(Action::GoTo((step + 1).min(computed)));
    }
    if !response.dragged()
        && let Some((step, decision)) = response.hover_pos().and_then(|at| step_under(at.x))
    {
        let text = if decision { decision_text(recording, step) } else { step_text(state, recording, step) };
        response.show_tooltip_text(text);
    }
}

/// Zoom and offset of the timeline; the wheel changes them.
fn view(ui: &Ui, id: Id, lane: Rect) -> (f32, f32) {
    let (mut zoom, mut offset): (f32, f32) = ui.data(|data| data.get_temp(id)).unwrap_or((1.0, 0.0));
    let pointer = ui.ctx().pointer_hover_pos().filter(|at| lane.contains(*at) && ui.rect_contains_pointer(lane));
    if let Some(at) = pointer {
        let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta()));
        let before = offset + (at.x - lane.left()) / zoom;
        zoom = (zoom * (scroll.y / 200.0).exp() * pinch).clamp(1.0, 40.0);
        offset = before - (at.x - lane.left()) / zoom - scroll.x / zoom;
    }
    offset = offset.clamp(0.0, (lane.width() - lane.width() / zoom).max(0.0));
    ui.data_mut(|data| data.insert_temp(id, (zoom, offset)));
    (zoom, offset)
}

#[expect(clippy::too_many_arguments, reason = "one segment of one picture")]
fn paint_segment(
    painter: &eframe::egui::Painter,
    cx: &Cx<'_>,
    recording: &Recording,
    plan: &Plan,
    segment: usize,
    span: Rect,
    largest: f32,
    here: bool,
) {
    let (state, theme) = (cx.state, cx.theme);
    let schedule = recording.dimensions.schedule;
    let fill = if here { theme.raised_more } else { theme.raised };
    painter.rect(span, RADIUS, fill, Stroke::new(1.0, theme.hairline), StrokeKind::Inside);
    let (left, slot) = plan.slot(segment);
    let left = span.left() - plan.segments[segment].0 + left;
    let bracket = span.top() + 8.0;
    for cycle in 0..schedule.h_cycles {
        let from = left + (cycle * schedule.steps_per_cycle()) as f32 * slot + 1.5;
        let to = left + ((cycle + 1) * schedule.steps_per_cycle()) as f32 * slot - 1.5;
        let points = vec![pos2(from, bracket + 5.0), pos2(from, bracket), pos2(to, bracket), pos2(to, bracket + 5.0)];
        painter.line(points, Stroke::new(1.4, theme.h));
    }
    let (top, bottom) = (bracket + 10.0, span.bottom() - 6.0);
    let lost = recording.lets_go();
    for within in 0..plan.per {
        let index = segment * plan.per + within;
        let Some(step) = recording.steps.get(index) else { break };
        let x = left + within as f32 * slot + slot / 2.0;
        let share = match step.residual.is_finite() {
            true => step.residual / largest,
            // What left the numbers is as far as can be; where the file does not say, there is nothing to show.
            false => f32::from(u8::from(recording.is_complete())),
        };
        let height = ((bottom - top) * share).max(2.0);
        let width = (slot * 0.74).clamp(1.0, 40.0);
        let bar = Rect::from_min_max(pos2(x - width / 2.0, bottom - height), pos2(x + width / 2.0, bottom));
        let color = theme.module(step.at.module);
        let shade = if index + 1 == state.doc.playhead.at { color } else { theme.tint(color, 0.68) };
        painter.rect_filled(bar, 1.5, shade);
        // Where not all states are in memory, a line below a bar says that its state is.
        if lost && recording.is_kept(index) {
            painter.hline(bar.x_range(), span.bottom() - 3.0, Stroke::new(1.5, theme.faint));
        }
    }
    if plan.q > 0.0
        && let Some(end) = recording.end_of(segment)
    {
        let x = span.right() - 12.0;
        painter.vline(x, top..=bottom, Stroke::new(1.0, theme.faint));
        let y = |q: f32| bottom - (bottom - top) * sigmoid(q);
        // Side by side, so that equal values hide neither.
        painter.circle(pos2(x + 4.0, y(end.q_continue)), 3.2, fill, Stroke::new(1.4, theme.secondary));
        painter.circle_filled(pos2(x - 4.0, y(end.q_halt)), 3.8, theme.right);
    }
    if span.width() > 12.0 {
        let color = if here { theme.text } else { theme.secondary };
        let below = pos2(span.center().x, span.bottom() + 3.0);
        painter.text(below, Align2::CENTER_TOP, segment + 1, theme::text(12.0), color);
    }
}

fn halt_mark(painter: &eframe::egui::Painter, cx: &Cx<'_>, recording: &Recording, plan: &Plan, lane: Rect) {
    let Some(end) = recording.ends.last().filter(|end| end.halted) else { return };
    let Some((_, right)) = plan.segments.get(end.segment) else { return };
    let by_choice = cx.state.limits().0 == Halting::Adaptive && end.q_halt > end.q_continue;
    let (name, color) = if by_choice { ("HALT", cx.theme.right) } else { ("LIMIT", cx.theme.secondary) };
    let x = lane.left() + right + GAP / 2.0;
    painter.vline(x, lane.y_range(), Stroke::new(2.0, color));
    let galley = painter.layout_no_wrap(name.to_owned(), theme::bold(12.0), cx.theme.on_accent);
    let size = galley.size() + vec2(10.0, 2.0);
    // Over what is still to come; where nothing is, below the line.
    let corner = if x + size.x <= lane.right() {
        pos2(x, lane.bottom() - size.y)
    } else {
        pos2(lane.right() - size.x, lane.bottom() + 1.0)
    };
    let tag = Rect::from_min_size(corner, size);
    painter.rect_filled(tag, 4.0, color);
    painter.galley(tag.min + vec2(5.0, 1.0), galley, cx.theme.on_accent);
}

/// A thin line that grows with the computed steps.
fn progress(ui: &Ui, cx: &Cx<'_>, recording: &Recording, lane: Rect) {
    let all = recording.dimensions.max_segments * recording.dimensions.schedule.steps_per_segment();
    let share = recording.steps.len() as f32 / all.max(1) as f32;
    let y = lane.top() - 4.0;
    ui.painter().hline(lane.left()..=lane.left() + lane.width() * share, y, Stroke::new(2.0, cx.theme.l));
}

/// The size of the button where there is nothing to show.
const BUTTON: Vec2 = vec2(170.0, 28.0);

fn nothing_yet(ui: &Ui, cx: &mut Cx<'_>, lane: Rect) {
    let (state, theme) = (cx.state, cx.theme);
    let (text, button) = match (&state.model, state.misfit(), &state.doc.run.status) {
        (_, Some(misfit), _) if state.loading.is_some() => (misfit, None),
        (_, Some(misfit), _) => {
            let same = state.model_boards().filter(|boards| boards.kind() == state.kind());
            let offer = match same {
                Some(boards) => {
                    let name = format!("New {boards} puzzle").replace(" Sudoku", "");
                    (name, Action::NewPuzzleOf(made_for(state, boards)))
                }
                None => ("Open a checkpoint…".to_owned(), Action::Open),
            };
            (misfit, Some(offer))
        }
        (None, ..) if state.loading.is_some() => ("Loading the model…".to_owned(), None),
        (None, ..) => {
            let text = "The timeline shows every micro-step of a run. Drop a checkpoint on the window, or open one.";
            (text.to_owned(), Some(("Open a checkpoint…".to_owned(), Action::Open)))
        }
        (_, _, RunStatus::Thinking) => ("Thinking…".to_owned(), None),
        (_, _, RunStatus::Failed(why)) => (why.clone(), Some(("Try again".to_owned(), Action::ThinkAgain))),
        _ => ("Nothing has been computed yet.".to_owned(), Some(("Think".to_owned(), Action::ThinkAgain))),
    };
    let corners = [lane.left_top(), lane.right_top(), lane.right_bottom(), lane.left_bottom(), lane.left_top()];
    ui.painter().extend(Shape::dashed_line(&corners, Stroke::new(1.0, theme.hairline), 4.0, 4.0));
    // The button stands behind the text: below it a lane of this height has no room.
    let beside = if button.is_some() { BUTTON.x + 16.0 } else { 0.0 };
    let galley = wrapped(ui.painter(), &text, theme::text(13.0), theme.secondary, lane.width() - 24.0 - beside);
    let words = Rect::from_center_size(lane.center() - vec2(beside / 2.0, 0.0), galley.size());
    ui.painter().galley(words.min, galley, theme.secondary);
    if let Some((name, action)) = button {
        let rect = Rect::from_min_size(pos2(words.right() + 16.0, lane.center().y - BUTTON.y / 2.0), BUTTON);
        if put_button(ui, rect, &name) {
            cx.actions.push(action);
        }
    }
}

fn put_button(ui: &Ui, rect: Rect, name: &str) -> bool {
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let visuals = ui.style().interact(&response);
    ui.painter().rect(rect, visuals.corner_radius, visuals.weak_bg_fill, visuals.bg_stroke, StrokeKind::Inside);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, name, theme::text(13.0), visuals.text_color());
    response.clicked()
}

/// A step's name and numbers.
fn step_text(state: &State, recording: &Recording, step: usize) -> String {
    let record = &recording.steps[step];
    let module = match record.at.module {
        Module::L => format!("L-step {}", record.at.l_step + 1),
        Module::H => "H-step".to_owned(),
    };
    let seen = super::super::scene::scene(state.board(), Some(recording), step + 1, None);
    let mut text = format!(
        "segment {} · H-cycle {} · {module}\nz_{:?} moved {}\n{}",
        record.at.segment + 1,
        record.at.h_cycle + 1,
        record.at.module,
        distance(recording, step),
        super::super::figures::line(&seen)
    );
    if record.at.module == Module::L {
        text += "\nThe board shown after an L-step is preliminary: what H would answer if it updated now";
    }
    if !recording.is_kept(step) {
        text += "\nIts state is not in memory; it is computed again when it is looked at";
    }
    text
}

fn decision_text(recording: &Recording, step: usize) -> String {
    let segment = step / recording.dimensions.schedule.steps_per_segment();
    match recording.end_of(segment) {
        Some(end) => format!(
            "End of segment {}\nhalt {:.2} (filled), continue {:.2} (open)\nq_halt {:+.2}, q_continue {:+.2} as logits",
            segment + 1,
            sigmoid(end.q_halt),
            sigmoid(end.q_continue),
            end.q_halt,
            end.q_continue
        ),
        None => "The halting decision comes at the segment's end".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_on_the_timeline_is_the_step_drawn_there() {
        for (per, computed, most, zoom, offset) in
            [(6, 18, 16, 1.0, 0.0), (6, 96, 16, 4.0, 100.0), (72, 80, 2, 1.0, 0.0)]
        {
            let plan = Plan::new(per, computed, most, 700.0, zoom, offset);
            for step in 0..computed {
                let x = plan.x_of(step).unwrap();
                assert_eq!(plan.step_at(x), Some((step, false)), "step {step} of {computed}");
            }
            assert_eq!(plan.segments.len() + plan.future.len(), most);
        }
    }

    #[test]
    fn an_empty_run_has_a_place_for_its_first_segment() {
        let plan = Plan::new(6, 0, 4, 400.0, 1.0, 0.0);
        assert_eq!((plan.segments.len(), plan.future.len()), (1, 3));
        let right = plan.future.last().unwrap().1;
        assert!((right + GAP - 400.0).abs() < 1e-3);
    }
}
