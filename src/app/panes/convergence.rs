//! How the run converges: forward residuals, the answer's uncertainty, and the halting values.

use eframe::egui::{Align, Align2, Layout, Rect, Sense, Ui, UiBuilder, vec2};

use super::super::action::Action;
use super::super::explain::{bits, figure};
use super::super::heat::round_up;
use super::super::layout::Pane;
use super::super::theme;
use super::super::widgets::plot::{Plot, Series};
use super::super::widgets::{export_menu, header, scale_button};
use super::Cx;
use crate::analysis::reset_places;
use crate::trace::{Module, Recording, StepRecord};

/// The room for the button that changes the scale.
const SCALE_BUTTON: f32 = 60.0;

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, titled: bool) -> bool {
    let dragged = titled
        && header(ui, "Convergence", "", cx.theme, |ui| {
            export_menu(ui, cx, "Export the plots", Pane::Convergence.exports().unwrap_or_default());
        });
    let area = ui.available_rect_before_wrap().shrink2(vec2(0.0, 4.0));
    ui.allocate_rect(area, Sense::hover());
    let Some(recording) = cx.state.recording().filter(|r| !r.steps.is_empty()) else {
        let text = match cx.state.misfit() {
            Some(_) if cx.state.loading.is_none() => "The model does not fit this board, so there is no run to plot",
            _ => "Plots over the run appear here while it is computed",
        };
        ui.painter().text(area.center(), Align2::CENTER_CENTER, text, theme::text(13.0), cx.theme.secondary);
        return dragged;
    };
    let plots = [residuals(recording, cx), entropy(recording, cx), halting(recording, cx)];
    let tips = [
        "How far each micro-step moved its module's state: ||z_new - z_old|| / sqrt(numel). Large dots are resets: the first \
         step of L behind an H-update that moves farther than its step before. A click goes to the step",
        "The mean entropy of the blank cells' answers: 0 bit is certain. A click goes to the step",
        "The two Q values at each segment's end, as logits: 0 is a probability of one half. A run halts when halt is above \
         continue",
    ];
    let mut go = None;
    // Side by side where the pane is wide, below each other where it is high.
    let wide = area.width() > area.height() * 1.6;
    let shares = [0.44, 0.28, 0.28];
    let mut from = 0.0;
    for (i, (plot, tip)) in plots.iter().zip(tips).enumerate() {
        let (length, gap) = if wide { (area.width(), 36.0) } else { (area.height(), 14.0) };
        let share = if wide { shares[i] } else { 1.0 / 3.0 };
        let size = (length - 2.0 * gap) * share;
        let rect = if wide {
            Rect::from_min_size(area.min + vec2(from, 0.0), vec2(size, area.height()))
        } else {
            Rect::from_min_size(area.min + vec2(0.0, from), vec2(area.width(), size))
        };
        from += size + gap;
        let (title, clicked) = plot.show(ui, rect, cx.theme, tip);
        if plot.aside > 0.0 {
            let room = Rect::from_min_size(title.right_top(), vec2(plot.aside, title.height()));
            let row =
                UiBuilder::new().max_rect(room.shrink2(vec2(8.0, 0.0))).layout(Layout::left_to_right(Align::Center));
            scale_button(&mut ui.new_child(row), cx, title.height() + 2.0);
        }
        let per = recording.dimensions.schedule.steps_per_segment() as f32;
        go = go.or(clicked.map(|x| if i == 2 { x.round() * per } else { x.round() }));
    }
    if let Some(step) = go {
        cx.actions.push(Action::GoTo(step.max(0.0) as usize));
    }
    dragged
}

/// Marks for the segments along a plot over micro-steps.
fn segments(recording: &Recording) -> Vec<(f32, String, bool)> {
    let per = recording.dimensions.schedule.steps_per_segment();
    let begun = recording.steps.len().div_ceil(per);
    (0..begun)
        .flat_map(|s| {
            let start = (s * per) as f32 + 0.5;
            let name = format!("segment {}", s + 1);
            [(start, String::new(), s > 0), (start + per as f32 / 2.0, name, false)]
        })
        .collect()
}

fn playhead(cx: &Cx<'_>) -> Option<f32> {
    (cx.state.doc.playhead.at > 0).then_some(cx.state.doc.playhead.at as f32)
}

fn across(recording: &Recording) -> (f32, f32) {
    let per = recording.dimensions.schedule.steps_per_segment();
    (0.5, (recording.steps.len().div_ceil(per) * per) as f32 + 0.5)
}

/// L's resets: the micro-step, from 0, and its residual.
pub fn resets(recording: &Recording) -> Vec<(usize, f64)> {
    let steps = recording.steps.iter().enumerate().filter(|(_, step)| step.at.module == Module::L);
    let l: Vec<(usize, f64)> = steps.map(|(i, step)| (i, f64::from(step.residual))).collect();
    let residuals: Vec<f64> = l.iter().map(|(_, residual)| *residual).collect();
    let places = reset_places(&residuals, recording.dimensions.schedule.l_cycles);
    places.into_iter().map(|at| l[at]).collect()
}

fn residuals(recording: &Recording, cx: &Cx<'_>) -> Plot {
    let linear = cx.state.settings.linear;
    let point = |i: usize, residual: f32| (i as f32 + 1.0, if linear { residual } else { residual.max(1e-9).log10() });
    let of = |module: Module| -> Vec<(f32, f32)> {
        let known = |s: &StepRecord| s.at.module == module && !s.residual.is_nan();
        let steps = recording.steps.iter().enumerate().filter(|(_, s)| known(s));
        steps.map(|(i, s)| point(i, s.residual)).collect()
    };
    let (h, l) = (of(Module::H), of(Module::L));
    let reset = resets(recording).into_iter().map(|(i, residual)| point(i, residual as f32)).collect();
    let all = || h.iter().chain(&l).map(|p| p.1).filter(|v| v.is_finite());
    let (y, ticks) = if linear {
        let top = round_up(all().fold(0.0, f32::max));
        ((0.0, top), [0.0, 0.5, 1.0].map(|share| (share * top, figure_tick(share * top))).to_vec())
    } else {
        powers(all().fold(0.0, f32::min), all().fold(f32::NEG_INFINITY, f32::max))
    };
    Plot {
        title: "Forward residual per micro-step",
        aside: SCALE_BUTTON,
        caption: residual_caption(recording),
        x: across(recording),
        y,
        ticks,
        marks: segments(recording),
        series: vec![
            Series { name: "L", color: cx.theme.l, points: l, joined: true },
            Series { name: "H", color: cx.theme.h, points: h, joined: true },
            Series { name: "reset", color: cx.theme.h, points: reset, joined: false },
        ],
        playhead: playhead(cx),
        halt: None,
    }
}

/// The range of logarithms that reaches over these, and its whole powers of ten.
fn powers(least: f32, most: f32) -> ((f32, f32), Vec<(f32, String)>) {
    let low = least.floor();
    let high = most.max(low + 1.0) + 0.1;
    let every = ((high - low) / 4.0).ceil().max(1.0) as i32;
    let ticks = (low as i32..=high.floor() as i32).step_by(every.unsigned_abs() as usize);
    ((low, high), ticks.map(|power| (power as f32, number(power))).collect())
}

/// A power of ten in full.
fn number(power: i32) -> String {
    if (-3..=3).contains(&power) { format!("{}", 10f64.powi(power)) } else { format!("1e{power}") }
}

/// How L settles within a cycle and is reset by H, from the data.
pub fn residual_caption(recording: &Recording) -> String {
    let last_l = recording.dimensions.schedule.l_cycles.saturating_sub(1);
    let (mut settles, mut resets) = (Vec::new(), Vec::new());
    let mut before: Option<f32> = None;
    let mut first = None;
    for step in recording.steps.iter().filter(|s| s.at.module == Module::L) {
        if step.at.l_step == 0 {
            if let Some(before) = before.filter(|b| *b > 0.0) {
                resets.push(step.residual / before);
            }
            first = Some(step.residual);
        }
        if step.at.l_step == last_l
            && last_l > 0
            && let Some(first) = first.filter(|f| *f > 0.0)
        {
            settles.push(step.residual / first);
        }
        before = Some(step.residual);
    }
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len().max(1) as f32;
    match (settles.is_empty(), resets.is_empty()) {
        (false, false) => format!(
            "L settles to {:.0} % within a cycle; after an H-update it moves {} x its last step.",
            mean(&settles) * 100.0,
            figure(mean(&resets))
        ),
        (true, false) => format!("After each H-update L moves {} x its last step.", figure(mean(&resets))),
        _ => "Each dot is one update of one module.".to_owned(),
    }
}

fn entropy(recording: &Recording, cx: &Cx<'_>) -> Plot {
    // What a cell may become: one of the digits, or any token of a maze or of ARC.
    let alternatives = match cx.state.board().sudoku() {
        Some(board) => board.side() as f32,
        None => recording.dimensions.vocab as f32,
    };
    let steps = cx.state.uncertainty().iter().enumerate();
    let points: Vec<(f32, f32)> = steps.map(|(i, bits)| (i as f32 + 1.0, *bits)).collect();
    let most = alternatives.log2();
    let high = points.iter().map(|p| p.1).filter(|v| v.is_finite()).fold(0.5, f32::max).max(0.5);
    let top = (high * 2.0).ceil() / 2.0;
    let first = points.first().map_or(0.0, |p| p.1);
    let now = points.last().map_or(0.0, |p| p.1);
    Plot {
        title: "Uncertainty of the answer, bit",
        aside: 0.0,
        caption: format!("{} to {} bit; a blind guess has {most:.1}", bits(first), bits(now)),
        x: across(recording),
        y: (0.0, top),
        ticks: [0.0, 0.5, 1.0].map(|t| (t * top, figure_tick(t * top))).to_vec(),
        marks: segments(recording),
        series: vec![Series { name: "", color: cx.theme.l, points, joined: true }],
        playhead: playhead(cx),
        halt: None,
    }
}

fn figure_tick(value: f32) -> String {
    if value == 0.0 { "0".to_owned() } else { format!("{value}") }
}

fn halting(recording: &Recording, cx: &Cx<'_>) -> Plot {
    let of = |q: fn(&crate::trace::SegmentEnd) -> f32| -> Vec<(f32, f32)> {
        recording.ends.iter().map(|end| (end.segment as f32 + 1.0, q(end))).collect()
    };
    let (halt, go_on) = (of(|end| end.q_halt), of(|end| end.q_continue));
    let finite = || halt.iter().chain(&go_on).map(|p| p.1).filter(|q| q.is_finite());
    // Ticks at zero, where both probabilities are a half, and at a round number beyond the largest value.
    let reach = finite().fold(1.0f32, |most, q| most.max(q.abs())).ceil();
    let shown = recording.ends.len().max(1);
    let per = recording.dimensions.schedule.steps_per_segment();
    let rule = rule(recording);
    let caption = halting_caption(recording, rule);
    let right = (shown as f32 + 0.5).max(2.5);
    let every = shown.div_ceil(10);
    Plot {
        title: "Halting, Q values (logits)",
        aside: 0.0,
        caption,
        x: (0.5, right),
        y: (-reach, reach),
        ticks: [-reach, 0.0, reach].map(|v| (v, if v == 0.0 { "0".to_owned() } else { format!("{v:+}") })).to_vec(),
        marks: (1..=shown).step_by(every).map(|s| (s as f32, s.to_string(), false)).collect(),
        series: [("continue", cx.theme.secondary, go_on), ("halt", cx.theme.right, halt)]
            .into_iter()
            .flat_map(|(name, color, points)| {
                // What comes after the rule's halt was computed all the same, and is drawn back.
                let (before, beyond) = points.split_at(rule.unwrap_or(points.len()).min(points.len()));
                let connected = before.last().into_iter().chain(beyond).copied().collect();
                let after = Series { name: "", color: cx.theme.tint(color, 0.3), points: connected, joined: true };
                [after, Series { name, color, points: before.to_vec(), joined: true }]
            })
            .collect(),
        playhead: playhead(cx).map(|at| (at / per as f32).max(0.5)),
        halt: rule.map(|segment| segment as f32),
    }
}

/// The first segment, from 1, whose q_halt is above q_continue.
pub fn rule(recording: &Recording) -> Option<usize> {
    recording.ends.iter().position(|end| end.q_halt > end.q_continue).map(|segment| segment + 1)
}

/// When the run ended or its rule would have ended it, and what that saves. `rule` is the first segment, from 1, whose
/// q_halt is above q_continue.
pub fn halting_caption(recording: &Recording, rule: Option<usize>) -> String {
    let (shown, most) = (recording.ends.len(), recording.dimensions.max_segments);
    let saved = |segments: usize| 100.0 * (1.0 - segments as f32 / most.max(1) as f32);
    match rule {
        Some(at) if at < shown => {
            format!("fixed: runs on; the rule halts after {at} of {most}, saving {:.0} %", saved(at))
        }
        Some(at) if recording.halted() && at < most => {
            format!("adaptive: halts after {at} of {most}, {:.0} % of the compute saved", saved(at))
        }
        _ if recording.halted() => format!("the limit of {most} segments ends the run"),
        _ => "the decision comes at each segment's end".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixtures::recording;
    use super::*;

    #[test]
    fn the_caption_is_computed_from_the_run() {
        let caption = residual_caption(&recording(12, |_, _| 1));
        assert_eq!(caption, "L settles to 12 % within a cycle; after an H-update it moves 8.00 x its last step.");
        assert!(residual_caption(&recording(1, |_, _| 1)).starts_with("Each dot"));
    }

    #[test]
    fn the_rule_is_told_from_the_limit() {
        // Segment 3 is the first whose q_halt is above q_continue; segment 4 ends the run.
        let run = recording(24, |_, _| 1);
        assert!(halting_caption(&run, Some(3)).starts_with("fixed: runs on; the rule halts after 3 of 4, saving 25 %"));
        assert!(halting_caption(&run, None).starts_with("the limit of 4"));
        let mut short = recording(18, |_, _| 1);
        assert!(halting_caption(&short, None).starts_with("the decision"));
        short.ends[2].halted = true;
        assert_eq!(halting_caption(&short, Some(3)), "adaptive: halts after 3 of 4, 25 % of the compute saved");
    }

    #[test]
    fn every_rise_behind_an_update_of_h_is_a_reset() {
        // Six micro-steps in a segment: L, L, H twice; each cycle of L begins where the one before did.
        let run = recording(12, |_, _| 1);
        assert_eq!(resets(&run).iter().map(|(step, _)| *step).collect::<Vec<_>>(), [3, 6, 9]);
        assert!(resets(&recording(3, |_, _| 1)).is_empty());
    }

    #[test]
    fn a_logarithmic_range_reaches_over_its_values() {
        let ((low, high), ticks) = powers(-2.4, 0.3);
        assert!(low == -3.0 && high > 0.3);
        assert_eq!(ticks.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["0.001", "0.01", "0.1", "1"]);
        let (all_alike, _) = powers(0.0, f32::NEG_INFINITY);
        assert!(all_alike.1 > all_alike.0);
    }

    #[test]
    fn powers_are_written_short() {
        assert_eq!(number(0), "1");
        assert_eq!(number(-2), "0.01");
        assert_eq!(number(-6), "1e-6");
    }
}
