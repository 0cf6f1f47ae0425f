//! Forward residuals over many puzzles (paper section 3, figure 3): how far each micro-step moves a module's state.

use serde::Serialize;

use super::observer::{Batch, Observer, Step};
use super::statistics::{Spread, geometric_mean};
use crate::trace::{Module, Schedule, residual};

/// What the numbers are.
pub const DEFINITION: &str = "residual = ||z_new - z_old||_F / sqrt(numel) for one puzzle, z_old of a module's first step being its initial state; mean and quartiles over puzzles";

/// One micro-step over all puzzles that took it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ResidualRow {
    /// How many puzzles.
    pub puzzles: usize,
    /// The segment, from 0.
    pub segment: usize,
    /// Which module moved.
    pub module: Module,
    /// The number of this module's step within the segment, from 0.
    pub step: usize,
    /// Residuals over puzzles.
    #[serde(flatten)]
    pub spread: Spread,
}

/// Residuals of every micro-step, gathered puzzle by puzzle.
#[derive(Debug, Clone)]
pub struct Residuals {
    schedule: Schedule,
    /// By micro-step: one value per puzzle that took it.
    values: Vec<Vec<f32>>,
    /// The states before the next step, `[B, T, D]`.
    z_h: Vec<f32>,
    z_l: Vec<f32>,
}

impl Residuals {
    /// Nothing yet.
    pub fn new(schedule: Schedule) -> Self {
        Self { schedule, values: Vec::new(), z_h: Vec::new(), z_l: Vec::new() }
    }

    /// One row per micro-step, in order.
    pub fn rows(&self) -> Vec<ResidualRow> {
        let row = |(index, values): (usize, &Vec<f32>)| {
            let at = self.schedule.at(index);
            let spread = Spread::of(values)?;
            let step = at.number(self.schedule);
            Some(ResidualRow { puzzles: values.len(), segment: at.segment, module: at.module, step, spread })
        };
        self.values.iter().enumerate().filter_map(row).collect()
    }
}

impl Observer for Residuals {
    fn begin(&mut self, batch: &Batch<'_>) {
        (self.z_h, self.z_l) = (batch.z_h.repeat(batch.puzzles), batch.z_l.repeat(batch.puzzles));
    }

    fn step(&mut self, step: &Step<'_>) {
        let index = self.schedule.index(step.at);
        if self.values.len() <= index {
            self.values.resize(index + 1, Vec::new());
        }
        let old = match step.at.module {
            Module::H => &mut self.z_h,
            Module::L => &mut self.z_l,
        };
        for (puzzle, state) in step.of_running() {
            let before = &old[puzzle * state.len()..][..state.len()];
            self.values[index].push(residual(state, before));
        }
        old.copy_from_slice(step.states);
    }
}

/// A row of residuals that is no micro-step of a run: of a control.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ControlRow {
    /// The module whose weights compute.
    pub module: Module,
    /// The step, or the layer, from 0.
    pub step: usize,
    /// Residuals over puzzles.
    #[serde(flatten)]
    pub spread: Spread,
}

/// The residuals of a model and of the controls on the same weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResidualReport {
    /// How many puzzles.
    pub samples: usize,
    /// What is seen, in words, from the numbers.
    pub sentence: String,
    /// Every micro-step, in order.
    pub steps: Vec<ResidualRow>,
    /// L alone: `z_L <- f_L(z_L, z_H + x)` with z_H held at its initial state, for as many steps as the run has micro-steps.
    pub plain_recurrent: Vec<ControlRow>,
    /// By layer: how far each block moves its input, in the first call of L and in the first call of H.
    pub feed_forward: Vec<ControlRow>,
    #[serde(skip)]
    pub(super) schedule: Schedule,
}

impl ResidualReport {
    /// Puts measured rows together and says what they show.
    pub fn new(
        samples: usize,
        schedule: Schedule,
        steps: Vec<ResidualRow>,
        plain_recurrent: Vec<ControlRow>,
        feed_forward: Vec<ControlRow>,
    ) -> Self {
        let sentence = [settling(&steps, schedule), resets(&steps, schedule), alone(&plain_recurrent)].concat();
        Self { samples, sentence, steps, plain_recurrent, feed_forward, schedule }
    }

    /// `puzzles,segment,module,step,mean,q25,q75`, one row per micro-step in order.
    pub fn csv(&self) -> String {
        let mut text = "puzzles,segment,module,step,mean,q25,q75\n".to_owned();
        for row in &self.steps {
            let Spread { mean, q25, q75 } = row.spread;
            text += &format!("{},{},{:?},{},{mean},{q25},{q75}\n", row.puzzles, row.segment, row.module, row.step);
        }
        text
    }
}

/// The mean residuals of L, cycle by cycle.
fn cycles(steps: &[ResidualRow], schedule: Schedule) -> Vec<Vec<f64>> {
    let l: Vec<f64> = steps.iter().filter(|row| row.module == Module::L).map(|row| row.spread.mean).collect();
    l.chunks_exact(schedule.l_cycles.max(1)).map(<[f64]>::to_vec).collect()
}

/// Does L settle within its cycles? The first cycle starts far from everything and is left out where there are others.
fn settling(steps: &[ResidualRow], schedule: Schedule) -> String {
    let cycles = cycles(steps, schedule);
    let from = usize::from(cycles.len() > 1);
    let ratios: Vec<f64> = cycles[from.min(cycles.len())..]
        .iter()
        .filter(|cycle| cycle.len() > 1 && cycle[0] > 0.0)
        .map(|cycle| cycle[cycle.len() - 1] / cycle[0])
        .collect();
    let Some(typical) = geometric_mean(&ratios) else {
        return "L takes one step in a cycle, so no settling within one can be seen. ".into();
    };
    let fell = ratios.iter().filter(|ratio| **ratio < 1.0).count();
    let all = ratios.len();
    let after = if from == 1 { " after the first" } else { "" };
    let typical = share(typical);
    if fell == all {
        format!("L settles within each of {all} cycles{after}, typically to {typical} of the cycle's first residual. ")
    } else if 2 * fell > all {
        format!(
            "L settles within {fell} of {all} cycles{after}; typically it is left with {typical} of the first residual. "
        )
    } else {
        format!(
            "L does not settle: its residual falls within {fell} of {all} cycles{after} only, typically to {typical}. "
        )
    }
}

/// L's resets in its residuals, all of them in order: the places of the steps behind an H-update that move z_L farther than
/// the step before it.
pub fn reset_places(residuals: &[f64], l_cycles: usize) -> Vec<usize> {
    let l_cycles = l_cycles.max(1);
    (l_cycles..residuals.len()).step_by(l_cycles).filter(|at| residuals[*at] > residuals[*at - 1]).collect()
}

/// Does an update of H make L move again?
fn resets(steps: &[ResidualRow], schedule: Schedule) -> String {
    let cycles = cycles(steps, schedule);
    let jumps: Vec<f64> = cycles
        .windows(2)
        .filter_map(|pair| Some((pair[0].last().copied()?, pair[1].first().copied()?)))
        .filter(|(before, _)| *before > 0.0)
        .map(|(before, after)| after / before)
        .collect();
    let Some(typical) = geometric_mean(&jumps) else {
        return "There is one cycle only, so no update of H stands between two steps of L. ".into();
    };
    let rose = jumps.iter().filter(|jump| **jump > 1.0).count();
    let all = jumps.len();
    match rose {
        _ if rose == all => format!("Each of {all} H-updates raises L's residual, {typical:.2}-fold typically. "),
        _ if 2 * rose > all => {
            format!("{rose} of {all} H-updates raise L's residual; typically it changes {typical:.2}-fold. ")
        }
        _ => format!(
            "No reset is to be seen: L's residual rises after {rose} of {all} H-updates only ({typical:.2}-fold typically). "
        ),
    }
}

/// What L does when H never changes.
fn alone(rows: &[ControlRow]) -> String {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return String::new() };
    if rows.len() < 2 || first.spread.mean <= 0.0 {
        return String::new();
    }
    let left = last.spread.mean / first.spread.mean;
    format!("L alone, with H never updated, is at {} of its first residual after {} steps.", share(left), rows.len())
}

/// A share as percent, with as many digits as it needs.
pub(super) fn share(value: f64) -> String {
    match 100.0 * value {
        percent if percent >= 10.0 => format!("{percent:.0} %"),
        percent if percent >= 1.0 => format!("{percent:.1} %"),
        percent if percent >= 0.01 || percent <= 0.0 => format!("{percent:.2} %"),
        _ => "less than 0.01 %".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULE: Schedule = Schedule { h_cycles: 2, l_cycles: 2 };

    fn rows(means: &[f64]) -> Vec<ResidualRow> {
        let row = |(i, &mean): (usize, &f64)| {
            let at = SCHEDULE.at(i);
            let spread = Spread { mean, q25: mean, q75: mean };
            ResidualRow { puzzles: 1, segment: at.segment, module: at.module, step: at.number(SCHEDULE), spread }
        };
        means.iter().enumerate().map(row).collect()
    }

    #[test]
    fn residuals_are_measured_from_the_state_before() {
        let mut residuals = Residuals::new(SCHEDULE);
        residuals.begin(&Batch { first: 0, puzzles: 2, z_h: &[0.0, 0.0], z_l: &[1.0, 1.0] });
        let step = |index, states, running| Step { at: SCHEDULE.at(index), states, running };
        residuals.step(&step(0, &[1.0, 1.0, 1.0, 3.0], &[true, true]));
        residuals.step(&step(1, &[2.0, 2.0, 1.0, 3.0], &[true, false]));
        residuals.step(&step(2, &[2.0, 2.0, 9.0, 9.0], &[true, false]));
        let rows = residuals.rows();
        assert_eq!((rows.len(), rows[0].puzzles, rows[1].puzzles), (3, 2, 1));
        assert!((rows[0].spread.mean - 2f64.sqrt() / 2.0).abs() < 1e-7);
        assert_eq!((rows[1].spread.mean, rows[2].spread.mean), (1.0, 2.0));
        let csv = ResidualReport::new(2, SCHEDULE, rows, vec![], vec![]).csv();
        assert_eq!(csv.lines().nth(2), Some("1,0,L,1,1,1,1"));
        assert_eq!(csv.lines().nth(3), Some("1,0,H,0,2,2,2"));
    }

    #[test]
    fn a_reset_is_a_rise_behind_an_update_of_h() {
        assert_eq!(reset_places(&[5.0, 6.0, 7.0, 1.0, 0.5, 2.0, 2.5], 2), [2, 6]);
        assert_eq!(reset_places(&[1.0, 2.0, f64::NAN, 3.0, 4.0], 1), [1, 4]);
        assert!(reset_places(&[], 3).is_empty() && reset_places(&[1.0], 0).is_empty());
    }

    #[test]
    fn the_sentence_says_what_the_numbers_say() {
        let spikes = rows(&[5.0, 1.0, 3.0, 4.0, 1.0, 2.0, 4.0, 1.0, 1.0, 4.0, 1.0, 1.0]);
        let text = ResidualReport::new(1, SCHEDULE, spikes, vec![], vec![]).sentence;
        assert!(text.contains("L settles within each of 3 cycles after the first, typically to 25 %"), "{text}");
        assert!(text.contains("Each of 3 H-updates raises L's residual, 4.00-fold"), "{text}");
        let flat = rows(&[5.0, 4.0, 3.0, 3.0, 3.5, 2.0, 2.0, 2.5, 1.0, 1.0, 1.5, 1.0]);
        let text = ResidualReport::new(1, SCHEDULE, flat, vec![], vec![]).sentence;
        assert!(text.contains("L does not settle") && text.contains("No reset is to be seen"), "{text}");
        let one = ResidualReport::new(1, Schedule { h_cycles: 1, l_cycles: 1 }, rows(&[1.0]), vec![], vec![]);
        assert!(one.sentence.contains("one step in a cycle") && one.sentence.contains("one cycle only"));
    }
}
