//! The way of the states in this run: exact principal components of z_H and z_L, played along with the clock.

use std::f32::consts::TAU;

use eframe::egui::{
    Align, Align2, Color32, Id, Layout, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, UiBuilder, Vec2,
    WidgetInfo, vec2,
};

use super::Cx;
use crate::analysis::COMPONENTS;
use crate::app::action::Action;
use crate::app::explain::distance;
use crate::app::export::moment_drawing;
use crate::app::layout::Pane;
use crate::app::scene::scene;
use crate::app::state::State;
use crate::app::theme::{self, Theme};
use crate::app::ways::{Way, WayColour, caption};
use crate::app::widgets::drawing::paint;
use crate::app::widgets::{chooser as menu_chooser, export_menu, header, text_at};
use crate::trace::{Module, Recording};

/// How large the board of a moment is, points.
const BOARD: f32 = 132.0;
/// How near the pointer must be to a step, points.
const NEAR: f32 = 12.0;

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
        if cx.state.settings.ways == WayColour::Right {
            let right = |step: usize| scene(cx.state.board(), Some(recording), step + 1, None).solved;
            cx.ways.right.extend((cx.ways.right.len()..recording.steps.len()).map(right));
        }
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
        let plot = Plot { module, way, right: &cx.ways.right, recording, state: cx.state, theme: cx.theme };
        go = go.or(plot.show(ui, Rect::from_min_size(at, size), cx.scene.solved));
    }
    if let Some(step) = go {
        cx.actions.push(Action::GoTo(step));
    }
    let line = Rect::from_min_size(area.min - vec2(0.0, 5.0), vec2(area.width(), 26.0));
    let layout = Layout::right_to_left(Align::Center);
    chooser(&mut ui.new_child(UiBuilder::new().max_rect(line).layout(layout)), cx);
    dragged
}

/// Chooses what the colours say.
fn chooser(ui: &mut Ui, cx: &mut Cx<'_>) {
    let now = cx.state.settings.ways;
    let (response, _) = menu_chooser(now.name(), now == WayColour::Step, cx.theme).ui(ui, |ui| {
        for choice in WayColour::ALL {
            if ui.radio(choice == now, choice.name()).on_hover_text(choice.about()).clicked() {
                cx.actions.push(Action::ColourWays(choice));
                ui.close();
            }
        }
    });
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Trajectory: {}", now.name())));
    response.on_hover_text("What the colours of the way say");
}

struct Plot<'a> {
    module: Module,
    way: &'a Way,
    right: &'a [bool],
    recording: &'a Recording,
    state: &'a State,
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
            response.show_tooltip_ui(|ui| {
                ui.label(self.step_name(i));
                let at = self.way.steps[i].map_or(0, |step| step + 1);
                if let Some(board) = moment_drawing(self.state, at) {
                    let (rect, _) = ui.allocate_exact_size(vec2(BOARD, BOARD), Sense::hover());
                    paint(ui.painter(), rect.min, BOARD / board.width, &board);
                }
            });
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
            painter.text(end, Align2::CENTER_BOTTOM, name, theme::text(12.0), self.theme.secondary);
        }
    }

    /// The way so far in the module's colour, what comes in grey, the playhead, the end.
    fn draw(&self, painter: &Painter, places: &[Pos2], solved: bool) {
        let (theme, color) = (self.theme, self.theme.module(self.module));
        let playhead = self.state.doc.playhead.at;
        let done = self.way.steps.iter().take_while(|step| step.is_none_or(|step| step < playhead)).count();
        for (i, pair) in places.windows(2).enumerate() {
            let ink = if i + 1 < done { self.ink(i + 1, true) } else { theme.hairline };
            painter.line_segment([pair[0], pair[1]], Stroke::new(1.5, ink));
        }
        for (i, place) in places.iter().enumerate() {
            let ink: Color32 = if i < done { self.ink(i, false) } else { theme.faint };
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

    /// The colour of a point, or of the line that leads to it.
    fn ink(&self, point: usize, line: bool) -> Color32 {
        let (theme, module) = (self.theme, self.theme.module(self.module));
        let Some(step) = self.way.steps[point] else { return module };
        match self.state.settings.ways {
            WayColour::Step if line => {
                module.gamma_multiply(0.35 + 0.65 * (point - 1) as f32 / self.way.steps.len().max(2) as f32)
            }
            WayColour::Step => module,
            WayColour::Segment => {
                let last = self.recording.steps.last().map_or(0, |step| step.at.segment).max(1);
                let share = self.recording.steps[step].at.segment as f32 / last as f32;
                theme.between(theme.faint, theme.input, share)
            }
            WayColour::Right if self.right.get(step) == Some(&true) => theme.right,
            WayColour::Right => theme.wrong,
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
