//! A state as a picture: tokens down, channels across, blue below zero, amber above. The wheel zooms, a drag moves, a double
//! click shows all.

use eframe::egui::{
    Align2, Color32, CursorIcon, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::super::gpu::Painting;
use super::super::heat::{Heat, Residents, Shown, Source, View, ranges};
use super::super::state::State;
use super::super::theme::{self, Theme};
use crate::trace::{Module, Recording};

/// A value is written into its cell from this size on, points.
const READABLE: Vec2 = vec2(40.0, 15.0);
/// So many cells are seen at least, across and down.
const FEWEST: f32 = 5.0;

/// The heat maps of the two states, made anew only when what they show changes. Both show the same part.
#[derive(Default)]
pub struct Pictures {
    h: Option<Heat>,
    l: Option<Heat>,
    view: View,
    /// The ends of the colour bars of z_H and z_L.
    pub ranges: [f32; 2],
}

/// What a heat map is about, beside its numbers.
pub struct About<'a> {
    /// The recording.
    pub recording: &'a Recording,
    /// The states that are still where they were computed.
    pub residents: &'a Residents,
    /// The name of a token, counted from the first puzzle token.
    pub name: &'a dyn Fn(usize) -> String,
    /// The token whose row is marked.
    pub marked: Option<usize>,
}

impl Pictures {
    /// Takes in what is shown now.
    pub fn follow(&mut self, state: &State) {
        let settings = state.settings.heat;
        let Some(recording) = state.recording() else {
            self.ranges = ranges(settings, || [0.0; 2]);
            return;
        };
        for (slot, module) in [(&mut self.h, Module::H), (&mut self.l, Module::L)] {
            let before = slot.take();
            *slot = Source::of(state, recording, module).map(|source| Heat::follow(before, source));
        }
        self.ranges = ranges(settings, || [&self.h, &self.l].map(|slot| slot.as_ref().map_or(0.0, Heat::reach)));
    }

    /// The root mean square of a module's state; 0 before anything was taken in.
    pub fn rms(&self, module: Module) -> f64 {
        let slot = if module == Module::H { &self.h } else { &self.l };
        slot.as_ref().map_or(0.0, |heat| heat.rms)
    }

    /// Draws one module's heat map into a rectangle; hovering tells token, channel and value. Returns the token whose row
    /// was clicked, counted from the first puzzle token.
    pub fn show(&mut self, ui: &Ui, rect: Rect, theme: &Theme, module: Module, about: &About<'_>) -> Option<usize> {
        let dimensions = &about.recording.dimensions;
        let (slot, range) = match module {
            Module::H => (&self.h, self.ranges[0]),
            Module::L => (&self.l, self.ranges[1]),
        };
        let heat = slot.as_ref()?;
        let (shown, columns) = (heat.source.shown, heat.source.columns);
        let table = [columns, dimensions.tokens];
        if table[0] * table[1] != heat.source.now.len() || table[0] * table[1] == 0 {
            return None;
        }
        let response = ui.interact(rect, ui.scope_id().with(("heat map", module)), Sense::click_and_drag());
        response.widget_info(|| {
            let tokens = dimensions.tokens;
            let label = match shown {
                Shown::Attention => format!("Attention in {module:?}, {tokens} tokens by {tokens} tokens"),
                Shown::Gates => format!("Gates of {module:?}, {tokens} tokens by {columns} channels"),
                _ => format!("z_{module:?}, {tokens} tokens by {columns} channels"),
            };
            WidgetInfo::labeled(Role::Image, true, label)
        });
        look(ui, rect, &response, table, &mut self.view);
        let view = self.view;
        let painting = Painting {
            module,
            rect,
            now: about.residents.numbers(&heat.source.now),
            less: heat.source.less.as_ref().map(|less| about.residents.numbers(less)),
            channels: heat.channels.clone(),
            table,
            view,
            range,
            theme: *theme,
        };
        ui.painter().add(painting.shape());
        let seen = Seen { rect, view, table };
        seen.write(ui, theme, heat, range);
        if let Some(row) = about.marked.and_then(|token| seen.row(token)) {
            ui.painter().rect_stroke(row, 0.0, Stroke::new(1.5, theme.text), StrokeKind::Outside);
        }
        ui.painter().rect_stroke(rect, 0.0, Stroke::new(1.0, theme.hairline), StrokeKind::Outside);
        let at = response.hover_pos().filter(|_| !response.dragged())?;
        let (token, place) = view.cell(seen.share(at), table);
        let value = heat.value(token, place);
        let (from, channel) = ((about.name)(token), heat.channel(place) + 1);
        let of_state = |what: String| format!("{what} {value:+.4}\n{from}, channel {channel} of {columns}");
        response.show_tooltip_text(match shown {
            Shown::State => of_state(format!("z_{module:?}")),
            Shown::Change => of_state(format!("change of z_{module:?}")),
            Shown::ToEnd => of_state(format!("z_{module:?} less its end")),
            Shown::Attention => format!("{:.2} %\n{from} looks at {}", 100.0 * value, (about.name)(place)),
            Shown::Gates => format!("gate {value:+.4}\n{from}, inner channel {channel} of {columns}"),
        });
        response.clicked().then_some(token)
    }
}

/// The wheel zooms, a drag moves, a double click shows all.
fn look(ui: &Ui, rect: Rect, response: &Response, table: [usize; 2], view: &mut View) {
    if response.double_clicked() {
        *view = View::default();
    }
    if response.dragged() {
        let by = response.drag_delta() / rect.size();
        view.pan([-by.x, -by.y]);
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    }
    let Some(at) = response.hover_pos() else { return };
    let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta()));
    if scroll == Vec2::ZERO && pinch == 1.0 {
        return;
    }
    // The pane must not scroll as well.
    ui.ctx().input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
    let place = (at - rect.min) / rect.size();
    view.zoom([place.x, place.y], (scroll.y / 200.0).exp() * pinch, table.map(|count| FEWEST / count.max(1) as f32));
}

/// The part of a table that is seen in a rectangle.
struct Seen {
    rect: Rect,
    view: View,
    /// Columns and rows.
    table: [usize; 2],
}

impl Seen {
    fn share(&self, at: eframe::egui::Pos2) -> [f32; 2] {
        let share = (at - self.rect.min) / self.rect.size();
        [share.x, share.y]
    }

    /// Where a column or row of a span begins, points from the edge.
    fn start(span: [f32; 2], length: f32, index: usize, count: usize) -> f32 {
        (index as f32 / count as f32 - span[0]) / (span[1] - span[0]) * length
    }

    /// Where a token's row is seen: at least three points high.
    fn row(&self, token: usize) -> Option<Rect> {
        let y = |index| self.rect.top() + Self::start(self.view.y, self.rect.height(), index, self.table[1]);
        let (top, bottom) = (y(token), y(token + 1));
        if bottom <= self.rect.top() || top >= self.rect.bottom() {
            return None;
        }
        let spare = ((3.0 - (bottom - top)) / 2.0).max(0.0);
        let row = Rect::from_min_max(pos2(self.rect.left(), top - spare), pos2(self.rect.right(), bottom + spare));
        Some(row.intersect(self.rect))
    }

    /// The values in their cells, where those are large enough.
    fn write(&self, ui: &Ui, theme: &Theme, heat: &Heat, range: f32) {
        let [cols, rows] = self.table;
        let parts =
            vec2((self.view.x[1] - self.view.x[0]) * cols as f32, (self.view.y[1] - self.view.y[0]) * rows as f32);
        let size = self.rect.size() / parts;
        if size.x < READABLE.x || size.y < READABLE.y {
            return;
        }
        let painter = ui.painter().with_clip_rect(self.rect);
        let (first, last) = (self.view.cell([0.0, 0.0], self.table), self.view.cell([1.0, 1.0], self.table));
        for row in first.0..=last.0 {
            for col in first.1..=last.1 {
                let value = heat.value(row, col);
                let corner = vec2(
                    Self::start(self.view.x, self.rect.width(), col, cols),
                    Self::start(self.view.y, self.rect.height(), row, rows),
                );
                let middle = self.rect.min + corner + size / 2.0;
                let ink = theme.ink_on(color(theme, theme.diverging(), value / range));
                painter.text(middle, Align2::CENTER_CENTER, written(heat.source.shown, value), theme::mono(12.0), ink);
            }
        }
    }
}

/// A value in its cell: in the unit of the colour bar.
fn written(shown: Shown, value: f32) -> String {
    match shown {
        Shown::Attention => format!("{:.1} %", 100.0 * value),
        Shown::State | Shown::Change | Shown::ToEnd | Shown::Gates => format!("{value:+.2}"),
    }
}

/// The colour of a value in the theme's diverging map, as a share of the range, -1 to 1; beyond that the colour stays.
pub fn color(theme: &Theme, map: &[Color32; 256], share: f32) -> Color32 {
    // A NaN becomes 0 in the cast; it is marked in red instead.
    if share.is_nan() { theme.wrong } else { map[((share.clamp(-1.0, 1.0) + 1.0) * 127.5).round() as usize] }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixtures::recording;
    use super::super::super::persist::Settings;
    use super::super::super::state::Told;
    use super::*;

    #[test]
    fn values_saturate_and_nan_is_marked() {
        let (theme, map) = (Theme::DARK, Theme::DARK.diverging());
        assert_eq!(color(&theme, map, 1e9), map[255]);
        assert_eq!(color(&theme, map, f32::NEG_INFINITY), map[0]);
        assert_eq!(color(&theme, map, f32::NAN), theme.wrong);
    }

    #[test]
    fn pictures_show_the_state_its_change_and_what_is_left() {
        // Every channel of a state is the number of its step; z_H starts at 0, z_L at 0.5.
        let mut state = State::new(Settings::default());
        state.doc.run.told = Some(Told { recording: recording(12, |_, _| 1), uncertainty: Vec::new() });
        let mut value = |module: Module, playhead, shown| {
            let mut pictures = Pictures::default();
            state.settings.heat.shown = shown;
            state.doc.playhead.at = playhead;
            pictures.follow(&state);
            let picture = if module == Module::H { pictures.h } else { pictures.l };
            picture.unwrap().value(0, 0)
        };
        assert_eq!(value(Module::L, 0, Shown::State), 0.5);
        assert_eq!((value(Module::L, 5, Shown::State), value(Module::L, 6, Shown::State)), (4.0, 4.0));
        assert_eq!((value(Module::L, 1, Shown::Change), value(Module::H, 1, Shown::Change)), (-0.5, 0.0));
        assert_eq!((value(Module::L, 6, Shown::Change), value(Module::H, 6, Shown::Change)), (1.0, 3.0));
        assert_eq!((value(Module::H, 6, Shown::ToEnd), value(Module::H, 12, Shown::ToEnd)), (-6.0, 0.0));
    }

    #[test]
    fn values_have_the_unit_of_their_bar() {
        assert_eq!(written(Shown::Attention, 0.0512), "5.1 %");
        assert_eq!(written(Shown::Gates, 0.0512), "+0.05");
    }

    #[test]
    fn a_row_is_marked_where_it_is_seen() {
        let rect = Rect::from_min_size(pos2(10.0, 20.0), vec2(100.0, 100.0));
        let mut seen = Seen { rect, view: View::default(), table: [8, 200] };
        let row = seen.row(100).unwrap();
        assert!((row.height() - 3.0).abs() < 0.01 && row.y_range().contains(70.2));
        seen.view.zoom([0.5, 0.0], 4.0, [0.1, 0.1]);
        assert_eq!(seen.row(100), None);
        assert!(seen.row(25).is_some());
    }
}
