//! What the heat maps show of a state: which numbers, in which order of channels, in which range, and which part of them.

use std::cell::OnceCell;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::gpu::Numbers;
use super::state::State;
use super::theme::HEAT_RANGE;
use crate::engine::Resident;
use crate::trace::{Module, Recording};

/// About so many values say how far a state reaches.
const LOOKED_AT: usize = 60_000;

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
    /// Where each token attends in one block of the module's last update.
    Attention,
    /// The gates of that block.
    Gates,
}

impl Shown {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::State, Self::Change, Self::ToEnd, Self::Attention, Self::Gates];

    /// Its name in the menu.
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Change => "change",
            Self::ToEnd => "to the end",
            Self::Attention => "attention",
            Self::Gates => "gates",
        }
    }

    /// Whether it is seen inside a block.
    pub fn is_inside(self) -> bool {
        matches!(self, Self::Attention | Self::Gates)
    }

    /// Whether it belongs to one head, or the mean of all.
    pub fn has_heads(self) -> bool {
        self == Self::Attention
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
            Self::Attention => {
                "Where each token attends in one block of the module's last update: a row is a token that looks, a column one that is \
                 looked at; every row sums to 1"
            }
            Self::Gates => {
                "The gates of one block's SwiGLU in the module's last update, silu(x W_gate): near 0 they are closed, a column is one of \
                 its inner channels"
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

/// What a heat map is made of: numbers `[tokens, columns]`.
#[derive(Debug, Clone)]
pub struct Source {
    /// Which numbers.
    pub shown: Shown,
    /// The state.
    pub now: Arc<[f32]>,
    /// The one that is subtracted.
    pub less: Option<Arc<[f32]>>,
    /// The one whose variance over the tokens orders the channels.
    pub order: Option<Arc<[f32]>>,
    /// Columns.
    pub columns: usize,
}

impl Source {
    /// A module's at the playhead; None while it is not in memory.
    pub fn of(state: &State, recording: &Recording, module: Module) -> Option<Self> {
        let HeatSettings { shown, sorted, .. } = state.settings.heat;
        let playhead = state.doc.playhead.at;
        let order = |of: &Arc<[f32]>| sorted.then(|| of.clone());
        if shown.is_inside() {
            let insides = &state.doc.run.insides;
            let seen = insides.of(module).filter(|_| recording.last_update(module, playhead).is_some())?;
            return Some(match shown {
                Shown::Gates => {
                    let now = seen.gates.clone();
                    Self { shown, order: order(&now), now, less: None, columns: seen.inner() }
                }
                _ => Self { shown, now: insides.attention(module)?, less: None, order: None, columns: seen.tokens },
            });
        }
        let at = |steps: usize| recording.state(module, steps).cloned();
        let end = at(recording.steps.len())?;
        let less = match shown {
            Shown::Change => Some(at(recording.last_update(module, playhead).unwrap_or(playhead))?),
            Shown::ToEnd => Some(end.clone()),
            _ => None,
        };
        Some(Self { shown, now: at(playhead)?, less, order: order(&end), columns: recording.dimensions.hidden })
    }

    fn is(&self, other: &Self) -> bool {
        self.shown == other.shown
            && Arc::ptr_eq(&self.now, &other.now)
            && same(self.less.as_ref(), other.less.as_ref())
            && same(self.order.as_ref(), other.order.as_ref())
    }
}

fn same(a: Option<&Arc<[f32]>>, b: Option<&Arc<[f32]>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// A heat map: what it is made of, and what is reckoned once for all frames that show it.
#[derive(Debug, Clone)]
pub struct Heat {
    /// What it is made of.
    pub source: Source,
    /// Which channel stands at each place across; as the model has them, if none.
    pub channels: Option<Arc<[u32]>>,
    /// The root mean square of the state.
    pub rms: f64,
    reach: OnceCell<f32>,
}

impl Heat {
    /// Makes a heat map of states with so many channels; the one before it is kept where nothing is different, its order of
    /// channels where that is the same.
    pub fn follow(before: Option<Self>, source: Source) -> Self {
        let channels = match before {
            Some(before) if before.source.is(&source) => return before,
            Some(before) if same(before.source.order.as_ref(), source.order.as_ref()) => before.channels,
            _ => source.order.as_ref().map(|order| by_variance(order, source.columns)),
        };
        Self { rms: rms(&source.now), source, channels, reach: OnceCell::new() }
    }

    /// Which channel stands at a place across.
    pub fn channel(&self, place: usize) -> usize {
        self.channels.as_ref().and_then(|channels| channels.get(place)).map_or(place, |channel| *channel as usize)
    }

    /// The number of a token at a place across; not a number beyond them.
    pub fn value(&self, token: usize, place: usize) -> f32 {
        self.number(token * self.source.columns + self.channel(place))
    }

    fn number(&self, index: usize) -> f32 {
        let at = |state: &Arc<[f32]>| state.get(index).copied().unwrap_or(f32::NAN);
        at(&self.source.now) - self.source.less.as_ref().map_or(0.0, at)
    }

    /// Nearly all values lie between this and its negative. Only some ranges ask for it, so it is found when asked for.
    pub fn reach(&self) -> f32 {
        *self.reach.get_or_init(|| {
            let count = self.source.now.len();
            // Of a large state some are looked at, of all tokens and channels: an odd step goes through them all.
            let step = (count / LOOKED_AT) | 1;
            reach((0..count).step_by(step).map(|index| self.number(index)))
        })
    }
}

/// The newest states of the run under way, where they were computed: memory of the device, so no more than one for each
/// module is held, and none when the run has ended. Older ones are drawn from the trace.
#[derive(Debug, Clone, Default)]
pub struct Residents([Option<Resident>; 2]);

impl Residents {
    /// Takes a module's newest in place of the one before.
    pub fn take(&mut self, module: Module, state: Resident) {
        self.0[usize::from(module == Module::L)] = Some(state);
    }

    /// The numbers of a recorded state, and where else they lie.
    pub fn numbers(&self, copy: &Arc<[f32]>) -> Numbers {
        let resident = self.0.iter().flatten().find(|resident| Arc::ptr_eq(&resident.copy, copy));
        Numbers { copy: copy.clone(), resident: resident.cloned() }
    }
}

/// Channels by their variance over the tokens of a state `[tokens, hidden]`, the largest first.
fn by_variance(state: &[f32], hidden: usize) -> Arc<[u32]> {
    let (mut sums, mut squares) = (vec![0.0f64; hidden], vec![0.0f64; hidden]);
    for token in state.chunks(hidden.max(1)) {
        for ((value, sum), square) in token.iter().zip(&mut sums).zip(&mut squares) {
            let value = f64::from(*value);
            *sum += value;
            *square += value * value;
        }
    }
    let count = (state.len() / hidden.max(1)).max(1) as f64;
    let variance = |channel: u32| squares[channel as usize] / count - (sums[channel as usize] / count).powi(2);
    let mut channels: Vec<u32> = (0..hidden as u32).collect();
    channels.sort_by(|a, b| variance(*b).total_cmp(&variance(*a)));
    channels.into()
}

/// The root mean square of a state.
fn rms(state: &[f32]) -> f64 {
    // Several sums, so that none waits for another.
    let mut sums = [0.0f64; 8];
    for values in state.chunks(sums.len()) {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += f64::from(value * value);
        }
    }
    (sums.iter().sum::<f64>() / state.len().max(1) as f64).sqrt()
}

/// The size below which 199 of 200 values are.
fn reach(values: impl Iterator<Item = f32>) -> f32 {
    let mut sizes: Vec<f32> = values.map(f32::abs).filter(|size| size.is_finite()).collect();
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
pub fn round_up(value: f32) -> f32 {
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
    use super::super::fixtures::recording;
    use super::super::persist::Settings;
    use super::*;

    fn heat(now: &[f32], less: Option<&[f32]>, order: Option<&[f32]>, hidden: usize) -> Heat {
        let [less, order] = [less, order].map(|state| state.map(Arc::from));
        Heat::follow(None, Source { shown: Shown::State, now: now.into(), less, order, columns: hidden })
    }

    #[test]
    fn channels_stand_by_their_variance_over_tokens() {
        let state = [1.0, 0.0, 5.0, 1.0, 4.0, 7.0];
        let all = |heat: &Heat| [0, 1].map(|token| [0, 1, 2].map(|place| heat.value(token, place)));
        let sorted = heat(&state, None, Some(&state), 3);
        assert_eq!([0, 1, 2].map(|place| sorted.channel(place)), [1, 2, 0]);
        assert_eq!(all(&sorted), [[0.0, 5.0, 1.0], [4.0, 7.0, 1.0]]);
        let less = heat(&state, Some(&[1.0, 1.0, 1.0, 0.0, 0.0, 9.0]), None, 3);
        assert_eq!([0, 1, 2].map(|place| less.channel(place)), [0, 1, 2]);
        assert_eq!(all(&less), [[0.0, -1.0, 4.0], [1.0, 4.0, -2.0]]);
        assert_eq!((less.reach(), heat(&[], None, Some(&[]), 0).reach()), (4.0, 0.0));
        assert!((sorted.rms - (92.0f64 / 6.0).sqrt()).abs() < 1e-9);
    }

    #[test]
    fn what_is_shown_is_reckoned_only_when_it_changes() {
        let run = recording(12, |_, _| 1);
        let mut state = State::new(Settings::default());
        state.settings.heat.sorted = true;
        let mut of = |playhead| {
            state.doc.playhead.at = playhead;
            Source::of(&state, &run, Module::L).unwrap()
        };
        let first = Heat::follow(None, of(2));
        first.reach();
        // The playhead moves, and z_L does not.
        let same = Heat::follow(Some(first.clone()), of(3));
        assert!(same.reach.get().is_some());
        let other = Heat::follow(Some(first.clone()), of(4));
        assert!(other.reach.get().is_none() && other.rms > first.rms);
        // The end that orders the channels is the same.
        assert!(Arc::ptr_eq(other.channels.as_ref().unwrap(), first.channels.as_ref().unwrap()));
    }

    #[test]
    fn some_of_a_large_state_say_how_far_it_reaches() {
        let large: Vec<f32> = (0..916 * 512).map(|i| (i % 512) as f32 / 512.0).collect();
        let all = reach(large.iter().copied());
        assert!((heat(&large, None, None, 512).reach() - all).abs() < 0.01 * all);
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
        assert_eq!(reach(values.into_iter()), 0.5);
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
