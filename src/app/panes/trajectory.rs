//! The way of the states in this run: exact principal components of z_H and z_L, played along with the clock.

use std::f32::consts::TAU;
use std::sync::Arc;

use eframe::egui::{Align2, Color32, Id, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, vec2};

use super::Cx;
use crate::analysis::{COMPONENTS, Pca, pca};
use crate::app::action::Action;
use crate::app::explain::distance;
use crate::app::layout::Pane;
use crate::app::theme::{self, Theme};
use crate::app::widgets::{export_menu, header, text_at};
use crate::trace::tokens::{Tokens, mean_over_tokens};
use crate::trace::{Module, Recording};

/// How near the pointer must be to a step, points.
const NEAR: f32 = 12.0;
/// A state has settled when its last move is at most this share of its longest.
const SETTLED: f32 = 0.1;

/// The ways of one run, made anew when a segment ends.
#[derive(Default)]
pub struct Ways {
    /// What the first step did, by which a run is known.
    first: Option<Arc<Tokens>>,
    /// The segments that had ended when the components were computed.
    ends: usize,
    h: Option<Way>,
    l: Option<Way>,
}

/// The way of one state.
pub struct Way {
    /// The micro-step that led to each point; None for the initial state.
    pub steps: Vec<Option<usize>>,
    /// Its points.
    pub found: Pca,
}

impl Ways {
    /// The ways of a run.
    pub fn of(recording: &Recording) -> Self {
        let mut ways = Self::default();
        ways.follow(recording);
        ways
    }

    /// z_H's way and z_L's.
    ///
    /// # Errors
    /// The run's first segment has not ended.
    pub fn both(&self) -> Result<[(Module, &Way); 2], String> {
        let both = self.h.as_ref().zip(self.l.as_ref()).map(|(h, l)| [(Module::H, h), (Module::L, l)]);
        both.ok_or_else(|| "the trajectory is known when the run's first segment has ended".to_owned())
    }

    /// Takes in what has been computed since.
    fn follow(&mut self, recording: &Recording) {
        let first = recording.steps.first().map(|step| &step.tokens);
        let same = first.zip(self.first.as_ref()).is_some_and(|(now, before)| Arc::ptr_eq(now, before));
        if !same {
            *self = Self { first: first.cloned(), ..Self::default() };
        }
        if recording.ends.len() != self.ends || self.h.is_none() && !recording.ends.is_empty() {
            self.ends = recording.ends.len();
            self.h = Way::of(Module::H, recording);
            self.l = Way::of(Module::L, recording);
        }
    }
}

impl Way {
    fn of(module: Module, recording: &Recording) -> Option<Self> {
        let hidden = recording.dimensions.hidden;
        let (mut rows, mut steps) = match recording.is_complete() {
            true => (mean_over_tokens(recording.initial(module), hidden), vec![None]),
            false => (Vec::new(), Vec::new()),
        };
        for (i, step) in recording.steps.iter().enumerate().filter(|(_, step)| step.at.module == module) {
            rows.extend_from_slice(&step.tokens.mean);
            steps.push(Some(i));
        }
        Some(Self { steps, found: pca(&rows, hidden)? })
    }
}

/// Shows the pane; returns whether it begins to be dragged.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, titled: bool) -> bool {
    let dragged = titled
        && header(ui, "Trajectory", "", cx.theme, |ui| {
            export_menu(ui, cx, "Export the plots", Pane::Trajectory.exports().unwrap_or_default());
        });
    let area = ui.available_rect_before_wrap().shrink2(vec2(0.0, 4.0));
    ui.allocate_rect(area, Sense::hover());
    let recording = cx.state.recording();
    if let Some(recording) = recording {
        cx.ways.follow(recording);
    }
    let (Some(recording), Some(h), Some(l)) = (recording, &cx.ways.h, &cx.ways.l) else {
        let text = "The way of the states appears here when the first segment has ended";
        ui.painter().text(area.center(), Align2::CENTER_CENTER, text, theme::text(13.0), cx.theme.secondary);
        return dragged;
    };
    let wide = area.width() > area.height();
    let size = if wide {
        vec2((area.width() - 36.0) / 2.0, area.height())
    } else {
        vec2(area.width(), (area.height() - 14.0) / 2.0)
    };
    let second = if wide { vec2(size.x + 36.0, 0.0) } else { vec2(0.0, size.y + 14.0) };
    let mut go = None;
    for (module, way, at) in [(Module::H, h, area.min), (Module::L, l, area.min + second)] {
        let plot = Plot { module, way, recording, playhead: cx.state.doc.playhead.at, theme: cx.theme };
        go = go.or(plot.show(ui, Rect::from_min_size(at, size), cx.scene.solved));
    }
    if let Some(step) = go {
        cx.actions.push(Action::GoTo(step));
    }
    dragged
}

struct Plot<'a> {
    module: Module,
    way: &'a Way,
    recording: &'a Recording,
    playhead: usize,
    theme: &'static Theme,
}

impl Plot<'_> {
    fn name(&self) -> &'static str {
        if self.module == Module::H { "z_H" } else { "z_L" }
    }

    /// Draws it; returns the moment that was clicked.
    fn show(&self, ui: &Ui, rect: Rect, solved: bool) -> Option<usize> {
        let (theme, painter) = (self.theme, ui.painter().with_clip_rect(rect));
        let title = format!("{}, principal components", self.name());
        let room = rect.width();
        let small = theme::text(12.0);
        text_at(
            &painter,
            rect.left_top(),
            Align2::LEFT_TOP,
            &title,
            theme::bold(12.5),
            theme.module(self.module),
            room,
        );
        text_at(&painter, rect.left_bottom(), Align2::LEFT_BOTTOM, &self.caption(), small, theme.secondary, room);
        let plot = Rect::from_min_max(rect.min + vec2(4.0, 24.0), rect.max - vec2(4.0, 22.0));
        let id = ui.scope_id().with(("trajectory", self.module));
        let response = ui.interact(plot, id, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("{title}. {}", self.caption())));
        let turned = turn(ui, id, &response);
        let places = self.places(plot, turned);
        self.axes(&painter, plot, turned);
        self.draw(&painter, &places, solved);
        let near = response.hover_pos().and_then(|at| nearest(&places, at));
        if let Some(i) = near {
            painter.circle_stroke(places[i], 7.0, Stroke::new(1.5, theme.text));
            response.show_tooltip_text(self.step_name(i));
        }
        near.filter(|_| response.clicked()).map(|i| self.way.steps[i].map_or(0, |step| step + 1))
    }

    /// Where the points stand.
    fn places(&self, plot: Rect, [yaw, pitch]: [f32; 2]) -> Vec<Pos2> {
        let flat: Vec<Vec2> = self.way.found.points.iter().map(|point| project(*point, yaw, pitch)).collect();
        let reach = flat.iter().fold(1e-9f32, |most, p| most.max(p.x.abs()).max(p.y.abs()));
        let scale = 0.46 * plot.width().min(plot.height()) / reach;
        // A wide pane shows the first component wider.
        let wide = (plot.width() / plot.height()).clamp(1.0, 2.0);
        flat.into_iter().map(|p| plot.center() + vec2(p.x * wide, -p.y) * scale).collect()
    }

    /// The directions of the components through the middle.
    fn axes(&self, painter: &Painter, plot: Rect, [yaw, pitch]: [f32; 2]) {
        let reach = 0.48 * plot.width().min(plot.height());
        for component in 0..COMPONENTS {
            let mut unit = [0.0; COMPONENTS];
            unit[component] = 1.0;
            let toward = project(unit, yaw, pitch);
            if toward.length() < 0.05 {
                continue;
            }
            let end = plot.center() + vec2(toward.x, -toward.y) * reach;
            let line = Stroke::new(1.0, self.theme.hairline);
            painter.line_segment([plot.center() - (end - plot.center()), end], line);
            let name = format!("PC{}", component + 1);
            painter.text(end, Align2::CENTER_BOTTOM, name, theme::text(11.0), self.theme.secondary);
        }
    }

    /// The way so far in the module's colour, what comes in grey, the playhead, the end.
    fn draw(&self, painter: &Painter, places: &[Pos2], solved: bool) {
        let (theme, color) = (self.theme, self.theme.module(self.module));
        let done = self.way.steps.iter().take_while(|step| step.is_none_or(|step| step < self.playhead)).count();
        let count = places.len().max(2) as f32;
        for (i, pair) in places.windows(2).enumerate() {
            let ink = if i + 1 < done { color.gamma_multiply(0.35 + 0.65 * i as f32 / count) } else { theme.hairline };
            painter.line_segment([pair[0], pair[1]], Stroke::new(1.5, ink));
        }
        for (i, place) in places.iter().enumerate() {
            let ink: Color32 = if i < done { color } else { theme.faint };
            painter.circle_filled(*place, if self.ends_segment(i) { 3.5 } else { 2.0 }, ink);
        }
        if let Some(first) = places.first() {
            painter.circle_stroke(*first, 4.5, Stroke::new(1.2, theme.secondary));
        }
        if let Some(now) = done.checked_sub(1).and_then(|i| places.get(i)) {
            let ground = Stroke::new(2.0, theme.pane);
            painter.add(Shape::circle_filled(*now, 6.0, color));
            painter.circle_stroke(*now, 6.0, ground);
        }
        if done == places.len()
            && self.recording.halted()
            && let Some(last) = places.last()
        {
            let ink = if solved { theme.right } else { theme.wrong };
            painter.circle_stroke(*last, 9.0, Stroke::new(2.0, ink));
        }
    }

    fn ends_segment(&self, point: usize) -> bool {
        let per = self.recording.dimensions.schedule.steps_per_segment();
        self.module == Module::H && self.way.steps[point].is_some_and(|step| (step + 1).is_multiple_of(per))
    }

    fn step_name(&self, point: usize) -> String {
        let known = self.way.steps[point].and_then(|index| Some((index, self.recording.steps.get(index)?)));
        let Some((index, step)) = known else {
            return format!("{} before the first step", self.name());
        };
        let number = match self.module {
            Module::H => format!("H {}", step.at.h_cycle + 1),
            Module::L => format!("cycle {}, L {}", step.at.h_cycle + 1, step.at.l_step + 1),
        };
        format!("segment {}, {number}: moved {}", step.at.segment + 1, distance(self.recording, index))
    }

    fn caption(&self) -> String {
        caption(self.recording, self.module, self.way)
    }
}

/// What is seen of a state's way, from the numbers.
pub fn caption(recording: &Recording, module: Module, way: &Way) -> String {
    let [one, two, three] = way.found.explained.map(|share| 100.0 * share);
    let moves: Vec<f32> = recording.steps.iter().filter(|s| s.at.module == module).map(|s| s.residual).collect();
    let longest = moves.iter().copied().fold(0.0f32, f32::max);
    let last = moves.last().copied().unwrap_or(0.0);
    let share = if longest > 0.0 { last / longest } else { 0.0 };
    let verdict = if share <= SETTLED { "it settles" } else { "it still moves" };
    format!(
        "PC1 {one:.0} %, PC2 {two:.0} %, PC3 {three:.0} % of the variance; the last move is {:.0} % of the longest: {verdict}",
        100.0 * share
    )
}

/// How the picture is turned: a drag turns it, a double click lays it flat again.
fn turn(ui: &Ui, id: Id, response: &eframe::egui::Response) -> [f32; 2] {
    let mut turned = ui.data(|data| data.get_temp::<[f32; 2]>(id)).unwrap_or_default();
    if response.double_clicked() {
        turned = [0.0; 2];
    } else if response.dragged() {
        let by = response.drag_delta() * 0.01;
        turned = [(turned[0] + by.x) % TAU, (turned[1] + by.y).clamp(-TAU / 4.0, TAU / 4.0)];
    }
    ui.data_mut(|data| data.insert_temp(id, turned));
    turned
}

/// Coordinates along the components, turned about the vertical axis and tilted.
fn project([x, y, z]: [f64; COMPONENTS], yaw: f32, pitch: f32) -> Vec2 {
    let [x, y, z] = [x as f32, y as f32, z as f32];
    let (across, depth) = (x * yaw.cos() + z * yaw.sin(), z * yaw.cos() - x * yaw.sin());
    vec2(across, y * pitch.cos() + depth * pitch.sin())
}

/// The point under the pointer.
fn nearest(places: &[Pos2], at: Pos2) -> Option<usize> {
    let far = |place: &Pos2| place.distance(at);
    let (i, place) = places.iter().enumerate().min_by(|a, b| far(a.1).total_cmp(&far(b.1)))?;
    (far(place) <= NEAR).then_some(i)
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;

    use super::*;
    use crate::app::scene::tests::recording;

    #[test]
    fn ways_are_followed_and_begun_anew() {
        let mut ways = Ways::default();
        let mut run = recording(12, |_, _| 1);
        let (steps, ends) = (run.steps.split_off(5), std::mem::take(&mut run.ends));
        ways.follow(&run);
        assert!(ways.h.is_none(), "no segment has ended");
        run.steps.extend(steps);
        run.ends.extend(ends);
        ways.follow(&run);
        let h = ways.h.as_ref().unwrap();
        assert_eq!(h.steps, [None, Some(2), Some(5), Some(8), Some(11)]);
        assert_eq!((h.found.points.len(), ways.l.as_ref().unwrap().steps.len()), (5, 9));
        // All states lie on one line.
        assert!(h.found.explained[0] > 0.999);
        ways.follow(&recording(6, |_, _| 1));
        assert_eq!(ways.h.as_ref().unwrap().steps.len(), 3);
    }

    #[test]
    fn flat_is_the_plane_of_the_first_two() {
        assert_eq!(project([1.0, 2.0, 5.0], 0.0, 0.0), vec2(1.0, 2.0));
        let side = project([1.0, 2.0, 5.0], TAU / 4.0, 0.0);
        assert!((side - vec2(5.0, 2.0)).length() < 1e-5);
        let above = project([1.0, 2.0, 5.0], 0.0, TAU / 4.0);
        assert!((above - vec2(1.0, 5.0)).length() < 1e-5);
    }

    #[test]
    fn only_what_is_near_is_meant() {
        let places = [pos2(0.0, 0.0), pos2(50.0, 0.0)];
        assert_eq!(nearest(&places, pos2(45.0, 4.0)), Some(1));
        assert_eq!(nearest(&places, pos2(25.0, 0.0)), None);
        assert_eq!(nearest(&[], pos2(0.0, 0.0)), None);
    }
}
