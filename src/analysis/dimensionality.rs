//! Over how many directions z_H and z_L spread, streamed over many puzzles.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;

use super::covariance::{Covariance, bootstrap};
use super::observer::{Batch, Observer, Step};
use crate::trace::Module;
use crate::trace::tokens::mean_over_tokens;

/// What the rows of the covariance are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Axis {
    /// Every (puzzle, micro-step, token) state vector.
    #[default]
    All,
    /// Every (puzzle, micro-step) mean over tokens.
    Mean,
    /// Every (puzzle, token) at the end.
    Final,
}

impl Axis {
    /// What a row is, in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::All => "every (puzzle, micro-step, token) state vector",
            Self::Mean => "every (puzzle, micro-step) mean over tokens",
            Self::Final => "every (puzzle, token) at the end",
        }
    }
}

impl std::str::FromStr for Axis {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            "mean" => Ok(Self::Mean),
            "final" => Ok(Self::Final),
            _ => Err(format!("there is no axis `{text}`: all, mean or final")),
        }
    }
}

/// What the numbers are, for an axis.
pub fn definition(axis: Axis) -> String {
    format!(
        "PR = (sum of eigenvalues)^2 / (sum of squared eigenvalues) of the covariance over {}; z_H after every H-step, z_L after every L-step; one puzzle is one trajectory",
        axis.describe()
    )
}

/// How much memory the covariances of all tokens may take, bytes.
const TOKENS_BUDGET: usize = 256 << 20;
/// How much memory the partial covariances of a bootstrap may take, bytes.
const BLOCKS_BUDGET: usize = 256 << 20;
/// Fewer blocks make no interval.
const FEWEST_BLOCKS: usize = 10;
/// How often blocks are drawn again.
const RESAMPLES: usize = 200;

/// The covariances of one module's state.
#[derive(Debug, Clone)]
struct Side {
    total: Covariance,
    segments: Vec<Covariance>,
    blocks: Vec<Covariance>,
    /// The batch at hand: each puzzle's rows of the running segment, and of all segments before.
    current: Vec<Covariance>,
    done: Vec<Covariance>,
    /// Each token's rows apart; empty where they would take too much.
    tokens: Vec<Covariance>,
    /// The last state of each puzzle, `[B, T, D]`, when that is all that counts.
    last: Vec<f32>,
}

impl Side {
    fn new(hidden: usize, blocks: usize) -> Self {
        let none = Covariance::new(hidden);
        Self {
            total: none.clone(),
            segments: Vec::new(),
            blocks: vec![none; blocks],
            current: Vec::new(),
            done: Vec::new(),
            tokens: Vec::new(),
            last: Vec::new(),
        }
    }

    /// Moves a segment's rows to where they are kept.
    fn end_segment(&mut self, segment: usize, hidden: usize) {
        if self.segments.len() <= segment {
            self.segments.resize(segment + 1, Covariance::new(hidden));
        }
        for (current, done) in self.current.iter_mut().zip(&mut self.done) {
            let rows = std::mem::replace(current, Covariance::new(hidden));
            self.segments[segment].merge(&rows);
            done.merge(&rows);
        }
    }
}

/// Streamed covariances of z_H and z_L over many puzzles. Memory does not grow with the number of puzzles: whole puzzles
/// are gathered in blocks, as many as fit a budget and no more than puzzles.
#[derive(Debug, Clone)]
pub struct Dimensionality {
    axis: Axis,
    hidden: usize,
    samples: usize,
    seen: usize,
    segment: usize,
    counts: BTreeSet<usize>,
    h: Side,
    l: Side,
    curve: Vec<CurvePoint>,
}

/// Participation ratios over the first puzzles.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// How many puzzles.
    pub samples: usize,
    /// Of z_H.
    pub pr_z_h: f64,
    /// Of z_L.
    pub pr_z_l: f64,
}

/// Participation ratios of one segment's states.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SegmentRatio {
    /// The segment, from 0.
    pub segment: usize,
    /// Of z_H.
    pub pr_z_h: f64,
    /// Of z_L.
    pub pr_z_l: f64,
}

/// Participation ratios of one token's states, over all puzzles and micro-steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TokenRatio {
    /// The token, from 0, the puzzle tokens first.
    pub token: usize,
    /// Of z_H.
    pub pr_z_h: f64,
    /// Of z_L.
    pub pr_z_l: f64,
}

/// What was measured of one set of weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ratios {
    /// How many puzzles.
    pub samples: usize,
    /// What the rows of the covariance are.
    pub axis: Axis,
    /// Participation ratio of z_H.
    pub pr_z_h: f64,
    /// Participation ratio of z_L.
    pub pr_z_l: f64,
    /// 95 % of resampled ratios of z_H lie between; None for fewer than ten blocks.
    pub interval_z_h: Option<[f64; 2]>,
    /// 95 % of resampled ratios of z_L lie between.
    pub interval_z_l: Option<[f64; 2]>,
    /// How many blocks of whole puzzles were resampled.
    pub bootstrap_blocks: usize,
    /// Against the number of puzzles, in their order.
    pub curve: Vec<CurvePoint>,
    /// Segment by segment; empty for the axis `final`.
    pub by_segment: Vec<SegmentRatio>,
    /// Token by token; for the axis `all` alone, and empty where the covariances would take too much memory.
    pub by_token: Vec<TokenRatio>,
    /// Eigenvalues of z_H's covariance, largest first.
    pub spectrum_z_h: Vec<f64>,
    /// Eigenvalues of z_L's covariance, largest first.
    pub spectrum_z_l: Vec<f64>,
    /// Rows of z_H's covariance.
    pub rows_z_h: u64,
    /// Rows of z_L's covariance.
    pub rows_z_l: u64,
}

impl Dimensionality {
    /// Nothing yet, of `samples` puzzles to come with states of `hidden` channels.
    pub fn new(axis: Axis, hidden: usize, samples: usize) -> Self {
        let fitting = BLOCKS_BUDGET / (2 * hidden * hidden * size_of::<f64>()).max(1);
        let blocks = fitting.max(FEWEST_BLOCKS).min(samples);
        let steps = (0..).flat_map(|power| [1, 2, 5].map(|times| times * 10usize.pow(power)));
        let counts = steps.take_while(|count| *count < samples).chain([samples]).collect();
        let side = Side::new(hidden, blocks);
        let (h, l) = (side.clone(), side);
        Self { axis, hidden, samples, seen: 0, segment: 0, counts, h, l, curve: Vec::new() }
    }

    fn end_segment(&mut self) {
        self.h.end_segment(self.segment, self.hidden);
        self.l.end_segment(self.segment, self.hidden);
    }

    /// The ratios of what was seen, with intervals from blocks drawn again by `seed`.
    pub fn ratios(&self, seed: u64) -> Ratios {
        let by_segment = match self.axis {
            Axis::Final => Vec::new(),
            Axis::All | Axis::Mean => {
                let both = self.h.segments.iter().zip(&self.l.segments).enumerate();
                both.map(|(segment, (h, l))| SegmentRatio {
                    segment,
                    pr_z_h: h.participation_ratio(),
                    pr_z_l: l.participation_ratio(),
                })
                .collect()
            }
        };
        let interval = |side: &Side| {
            (side.blocks.len() >= FEWEST_BLOCKS).then(|| bootstrap(&side.blocks, RESAMPLES, seed)).flatten()
        };
        Ratios {
            samples: self.seen,
            axis: self.axis,
            pr_z_h: self.h.total.participation_ratio(),
            pr_z_l: self.l.total.participation_ratio(),
            interval_z_h: interval(&self.h),
            interval_z_l: interval(&self.l),
            bootstrap_blocks: self.h.blocks.len(),
            curve: self.curve.clone(),
            by_segment,
            by_token: self.by_token(),
            spectrum_z_h: self.h.total.eigenvalues().unwrap_or_default(),
            spectrum_z_l: self.l.total.eigenvalues().unwrap_or_default(),
            rows_z_h: self.h.total.rows(),
            rows_z_l: self.l.total.rows(),
        }
    }

    fn by_token(&self) -> Vec<TokenRatio> {
        let both = self.h.tokens.par_iter().zip(&self.l.tokens).enumerate();
        both.map(|(token, (h, l))| TokenRatio {
            token,
            pr_z_h: h.participation_ratio(),
            pr_z_l: l.participation_ratio(),
        })
        .collect()
    }

    /// The participation ratios alone: (z_H, z_L).
    pub fn pair(&self) -> (f64, f64) {
        (self.h.total.participation_ratio(), self.l.total.participation_ratio())
    }
}

/// Whether there is room for the covariances of both states of so many tokens.
fn fits(tokens: usize, hidden: usize) -> bool {
    2 * tokens * hidden * hidden * size_of::<f64>() <= TOKENS_BUDGET
}

impl Observer for Dimensionality {
    fn begin(&mut self, batch: &Batch<'_>) {
        self.segment = 0;
        for side in [&mut self.h, &mut self.l] {
            side.current = vec![Covariance::new(self.hidden); batch.puzzles];
            side.done = side.current.clone();
            side.last.clear();
        }
    }

    fn step(&mut self, step: &Step<'_>) {
        if step.at.segment != self.segment {
            self.end_segment();
            self.segment = step.at.segment;
        }
        let side = match step.at.module {
            Module::H => &mut self.h,
            Module::L => &mut self.l,
        };
        let tokens = step.size() / self.hidden.max(1);
        if self.axis == Axis::All && side.tokens.len() != tokens && fits(tokens, self.hidden) {
            side.tokens = vec![Covariance::new(self.hidden); tokens];
        }
        if self.axis == Axis::Final && side.last.len() != step.states.len() {
            side.last = vec![0.0; step.states.len()];
        }
        match self.axis {
            // Beside a GPU this is most of the work; each puzzle's rows are still added in one order.
            Axis::All => {
                let states = step.states.par_chunks_exact(step.size()).zip(step.running);
                let rows = side.current.par_iter_mut().zip(states);
                rows.filter(|(_, (_, running))| **running).for_each(|(rows, (state, _))| rows.add(state));
                let hidden = self.hidden;
                side.tokens.par_iter_mut().enumerate().for_each(|(token, rows)| {
                    let of_token = |(_, state): (usize, &[f32])| state[token * hidden..(token + 1) * hidden].to_vec();
                    rows.add(&step.of_running().flat_map(of_token).collect::<Vec<f32>>());
                });
            }
            Axis::Mean => {
                step.of_running()
                    .for_each(|(puzzle, state)| side.current[puzzle].add(&mean_over_tokens(state, self.hidden)));
            }
            Axis::Final => {
                step.of_running().for_each(|(puzzle, state)| {
                    side.last[puzzle * state.len()..][..state.len()].copy_from_slice(state);
                });
            }
        }
    }

    fn finish(&mut self) {
        for side in [&mut self.h, &mut self.l] {
            let size = side.last.len().checked_div(side.current.len()).unwrap_or(0).max(1);
            side.current.iter_mut().zip(side.last.chunks_exact(size)).for_each(|(rows, last)| rows.add(last));
        }
        self.end_segment();
        for puzzle in 0..self.h.done.len() {
            let block = self.seen * self.h.blocks.len() / self.samples.max(1);
            for side in [&mut self.h, &mut self.l] {
                side.total.merge(&side.done[puzzle]);
                if let Some(block) = side.blocks.get_mut(block) {
                    block.merge(&side.done[puzzle]);
                }
            }
            self.seen += 1;
            if self.counts.contains(&self.seen) {
                let (pr_z_h, pr_z_l) = self.pair();
                self.curve.push(CurvePoint { samples: self.seen, pr_z_h, pr_z_l });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Schedule;

    const SCHEDULE: Schedule = Schedule { h_cycles: 1, l_cycles: 2 };

    /// Puzzles of 2 tokens and 3 channels, 2 segments, in batches of `batch`.
    fn survey(axis: Axis, batch: usize) -> Dimensionality {
        let mut all = Dimensionality::new(axis, 3, 6);
        let value = |puzzle: usize, step: usize, i: usize| ((puzzle * 31 + step * 17 + i * 7) % 13) as f32;
        for first in (0..6).step_by(batch) {
            let puzzles = batch.min(6 - first);
            all.begin(&Batch { first, puzzles, z_h: &[0.0; 6], z_l: &[0.0; 6] });
            for step in 0..6 {
                let states: Vec<f32> =
                    (0..puzzles).flat_map(|p| (0..6).map(move |i| value(first + p, step, i))).collect();
                let running: Vec<bool> = (0..puzzles).map(|p| step < 3 || (first + p) % 2 == 0).collect();
                all.step(&Step { at: SCHEDULE.at(step), states: &states, running: &running });
            }
            all.finish();
        }
        all
    }

    #[test]
    fn the_batch_does_not_matter() {
        for axis in [Axis::All, Axis::Mean, Axis::Final] {
            let (one, all) = (survey(axis, 1).ratios(1), survey(axis, 4).ratios(1));
            assert!((one.pr_z_h - all.pr_z_h).abs() < 1e-12 && (one.pr_z_l - all.pr_z_l).abs() < 1e-12);
            assert_eq!(one.curve.len(), 4);
            assert_eq!(one.curve.iter().map(|c| c.samples).collect::<Vec<_>>(), [1, 2, 5, 6]);
            assert_eq!(one.curve[3].pr_z_h, one.pr_z_h);
            assert_eq!(one.bootstrap_blocks, 6);
        }
    }

    #[test]
    fn rows_are_what_the_axis_says() {
        let rows = |axis| {
            let ratios = survey(axis, 4).ratios(1);
            (ratios.rows_z_h, ratios.rows_z_l, ratios.by_segment.len())
        };
        // 6 puzzles take the first segment, 3 of them the second; one H-step and two L-steps each; two tokens.
        assert_eq!(rows(Axis::All), (9 * 2, 9 * 2 * 2, 2));
        assert_eq!(rows(Axis::Mean), (9, 9 * 2, 2));
        assert_eq!(rows(Axis::Final), (6 * 2, 6 * 2, 0));
    }

    #[test]
    fn memory_is_bounded_for_wide_models() {
        assert_eq!(Dimensionality::new(Axis::All, 512, 1000).h.blocks.len(), 64);
        assert_eq!(Dimensionality::new(Axis::All, 64, 30).h.blocks.len(), 30);
    }
}
