//! What the heat maps show of a state: which numbers, in which order of channels, in which range, and which part of them.

use std::cell::OnceCell;

use serde::{Deserialize, Serialize};

use super::theme::HEAT_RANGE;

/// Which numbers a heat map shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Shown {
    /// The state.
    #[default]
    State,
    /// Its difference to the state before the module's last update.
    Change,
    /// Its difference to the state after the run's newest step: what is left of the way to the fixed point.
    ToEnd,
}

impl Shown {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::State, Self::Change, Self::ToEnd];

    /// Its name in the menu.
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Change => "change",
            Self::ToEnd => "to the end",
        }
    }

    /// What it is, in a sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::State => "The numbers of the state itself",
            Self::Change => "The state less the one before the module's last update: where the update moved it",
            Self::ToEnd => {
                "The state less the one after the run's newest step: how far it is from where it comes to rest. At the end \
                 all is 0"
            }
        }
    }
}

/// How the heat maps are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HeatSettings {
    /// Which numbers.
    pub shown: Shown,
    /// Channels stand by their variance over the tokens, the largest first; else as the model has them.
    pub sorted: bool,
    /// Each state has a range of its own; else one for both.
    pub free: bool,
}

/// The numbers of a heat map.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Heat {
    /// `[tokens, hidden]`, channels in the order of `channels`.
    pub values: Vec<f32>,
    /// Which channel stands at each place across.
    pub channels: Vec<usize>,
    reach: OnceCell<f32>,
}

impl Heat {
    /// A state `[tokens, hidden]`, less another one if there is one; channels by the variance that a third has over its
    /// tokens, if there is one.
    pub fn of(now: &[f32], less: Option<&[f32]>, order: Option<&[f32]>, hidden: usize) -> Self {
        let channels = order.map_or_else(|| (0..hidden).collect(), |order| by_variance(order, hidden));
        let mut values = Vec::with_capacity(now.len());
        for (row, token) in now.chunks(hidden.max(1)).enumerate() {
            let other = less.and_then(|less| less.get(row * hidden..(row + 1) * hidden));
            values.extend(channels.iter().map(|channel| token[*channel] - other.map_or(0.0, |other| other[*channel])));
        }
        Self { values, channels, reach: OnceCell::new() }
    }

    /// Nearly all values lie between this and its negative. Only some ranges ask for it, so it is found when asked for.
    pub fn reach(&self) -> f32 {
        *self.reach.get_or_init(|| reach(&self.values))
    }
}

/// Channels by their variance over the tokens of a state `[tokens, hidden]`, the largest first.
fn by_variance(state: &[f32], hidden: usize) -> Vec<usize> {
    let (mut sum, mut squares) = (vec![0.0f64; hidden], vec![0.0f64; hidden]);
    for token in state.chunks(hidden.max(1)) {
        for (channel, value) in token.iter().enumerate() {
            sum[channel] += f64::from(*value);
            squares[channel] += f64::from(*value).powi(2);
        }
    }
    let count = (state.len() / hidden.max(1)).max(1) as f64;
    let variance = |channel: usize| squares[channel] / count - (sum[channel] / count).powi(2);
    let mut channels: Vec<usize> = (0..hidden).collect();
    channels.sort_by(|a, b| variance(*b).total_cmp(&variance(*a)));
    channels
}

/// The size below which 199 of 200 values are.
fn reach(values: &[f32]) -> f32 {
    let mut sizes: Vec<f32> = values.iter().map(|value| value.abs()).filter(|size| size.is_finite()).collect();
    if sizes.is_empty() {
        return 0.0;
    }
    let place = (sizes.len() - 1) * 199 / 200;
    *sizes.select_nth_unstable_by(place, f32::total_cmp).1
}

/// The ends of the colour bars of z_H and z_L: the colours are those of `-range` to `range`.
pub fn ranges(settings: HeatSettings, reach: impl FnOnce() -> [f32; 2]) -> [f32; 2] {
    match (settings.free, settings.shown) {
        (true, _) => reach().map(round_up),
        // A state's root mean square is 1, so one range does for all moments, and they can be compared.
        (false, Shown::State) => [HEAT_RANGE; 2],
        (false, _) => {
            let [h, l] = reach();
            [round_up(h.max(l)); 2]
        }
    }
}

/// The next round number; 1 for nothing at all.
fn round_up(value: f32) -> f32 {
    if value.is_nan() || value < 1e-6 {
        return 1.0;
    }
    let power = 10f32.powi(value.log10().floor() as i32);
    let steps = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps.into_iter().map(|step| step * power).find(|step| *step >= value * 0.9999).unwrap_or(value)
}

/// Which part of a heat map is seen: the ends of it across and down, as shares of the whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Left and right.
    pub x: [f32; 2],
    /// Top and bottom.
    pub y: [f32; 2],
}

impl Default for View {
    fn default() -> Self {
        Self { x: [0.0, 1.0], y: [0.0, 1.0] }
    }
}

impl View {
    /// Zooms around a place of the picture, given as shares of what is seen; `factor` above 1 shows less. At least
    /// `least` of the whole stays seen, across and down.
    pub fn zoom(&mut self, at: [f32; 2], factor: f32, least: [f32; 2]) {
        for ((span, at), least) in [&mut self.x, &mut self.y].into_iter().zip(at).zip(least) {
            let size = span[1] - span[0];
            let fixed = span[0] + at * size;
            let size = (size / factor).clamp(least.min(1.0), 1.0);
            *span = within(fixed - at * size, size);
        }
    }

    /// Moves by shares of what is seen.
    pub fn pan(&mut self, by: [f32; 2]) {
        for (span, by) in [&mut self.x, &mut self.y].into_iter().zip(by) {
            let size = span[1] - span[0];
            *span = within(span[0] + by * size, size);
        }
    }

    /// Moves no farther than needed to see a share of the whole, across and down.
    pub fn reveal(&mut self, at: [[f32; 2]; 2]) {
        for (span, [from, to]) in [&mut self.x, &mut self.y].into_iter().zip(at) {
            let size = span[1] - span[0];
            *span = within(span[0].clamp((to - size).min(from), from), size);
        }
    }

    /// The row and column of a table of so many that lie at a place, given as shares of what is seen.
    pub fn cell(&self, [x, y]: [f32; 2], [cols, rows]: [usize; 2]) -> (usize, usize) {
        let index = |span: [f32; 2], at: f32, count: usize| {
            let share = span[0] + at.clamp(0.0, 1.0) * (span[1] - span[0]);
            ((share * count as f32) as usize).min(count.saturating_sub(1))
        };
        (index(self.y, y, rows), index(self.x, x, cols))
    }
}

fn within(from: f32, size: f32) -> [f32; 2] {
    let from = from.clamp(0.0, 1.0 - size);
    [from, from + size]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_stand_by_their_variance_over_tokens() {
        let state = [1.0, 0.0, 5.0, 1.0, 4.0, 7.0];
        let heat = Heat::of(&state, None, Some(&state), 3);
        assert_eq!(heat.channels, [1, 2, 0]);
        assert_eq!(heat.values, [0.0, 5.0, 1.0, 4.0, 7.0, 1.0]);
        let less = Heat::of(&state, Some(&[1.0, 1.0, 1.0, 0.0, 0.0, 9.0]), None, 3);
        assert_eq!((less.channels, less.values), (vec![0, 1, 2], vec![0.0, -1.0, 4.0, 1.0, 4.0, -2.0]));
        assert_eq!(Heat::of(&[], None, None, 0), Heat::default());
    }

    #[test]
    fn ranges_are_linked_or_free_and_round() {
        let settings = HeatSettings::default();
        assert_eq!(ranges(settings, || [9.0, 1.0]), [HEAT_RANGE; 2]);
        assert_eq!(ranges(HeatSettings { free: true, ..settings }, || [2.6, 0.0]), [3.0, 1.0]);
        let change = HeatSettings { shown: Shown::Change, ..settings };
        let [h, l] = ranges(change, || [0.011, 0.2]);
        assert!(h == l && (h - 0.2).abs() < 1e-6);
        assert!((ranges(HeatSettings { free: true, ..change }, || [0.011, 0.2])[0] - 0.015).abs() < 1e-6);
        assert_eq!(ranges(change, || [f32::NAN, 0.0]), [1.0; 2]);
    }

    #[test]
    fn a_single_large_value_does_not_set_the_range() {
        let mut values = vec![0.5; 1000];
        values[3] = -90.0;
        values[4] = f32::NAN;
        assert_eq!(reach(&values), 0.5);
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let mut view = View::default();
        let table = [128, 17];
        let before = view.cell([0.7, 0.2], table);
        view.zoom([0.7, 0.2], 4.0, [0.03, 0.2]);
        assert_eq!(view.cell([0.7, 0.2], table), before);
        assert!((view.x[1] - view.x[0] - 0.25).abs() < 1e-6);
        view.zoom([0.5, 0.5], 1e6, [0.03, 0.2]);
        assert!((view.x[1] - view.x[0] - 0.03).abs() < 1e-6 && (view.y[1] - view.y[0] - 0.2).abs() < 1e-6);
        view.pan([-99.0, 99.0]);
        assert!(view.x[0] == 0.0 && (view.y[1] - 1.0).abs() < 1e-6);
        view.zoom([0.5, 0.5], 1e-9, [0.03, 0.2]);
        assert_eq!(view, View::default());
        assert_eq!(view.cell([2.0, -1.0], table), (0, 127));
    }
}
