//! When a model stops, and what stopping costs (paper section 2, "Adaptive computational time").

use serde::Serialize;

use super::residual::share;
use super::statistics::Spread;
use crate::model::{Halting, Limits};

/// What the numbers are.
pub const DEFINITION: &str = "fixed: every puzzle takes as many segments as allowed; adaptive: a puzzle stops after the first segment with q_halt > q_continue, at the latest after as many as allowed; exact: share of boards wholly right where they stop; saved: share of segments not taken";

/// What one puzzle did over all segments, without stopping.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HaltingRun {
    /// How hard the puzzle is, in the unit of its [`Difficulty`].
    pub difficulty: usize,
    /// Q of halting after each segment, a logit.
    pub q_halt: Vec<f32>,
    /// Q of going on after each segment, a logit.
    pub q_continue: Vec<f32>,
    /// Whether the board was wholly right after each segment.
    pub right: Vec<bool>,
}

/// What the difficulty of a puzzle is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Difficulty {
    /// Sudoku: filled cells; fewer are harder.
    Givens,
    /// Mazes: steps of the labelled path.
    PathLength,
    /// ARC: cells of the answer.
    AnswerCells,
}

impl Difficulty {
    /// As people say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Givens => "givens",
            Self::PathLength => "steps of the path",
            Self::AnswerCells => "cells of the answer",
        }
    }
}

/// All puzzles after one segment, and what allowing no more segments would give.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HaltingRow {
    /// Segments allowed, from 1.
    pub segments: usize,
    /// Exact, all puzzles taking all segments allowed: the fixed rule.
    pub exact: f64,
    /// Exact under the adaptive rule with this limit.
    pub adaptive_exact: f64,
    /// Segments taken on average under the adaptive rule with this limit.
    pub adaptive_segments: f64,
    /// How many puzzles first ask to stop after just this segment.
    pub stopped: usize,
    /// Q of halting after this segment.
    pub q_halt: Spread,
    /// Q of going on after this segment.
    pub q_continue: Spread,
}

/// Puzzles of like difficulty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DifficultyRow {
    /// The least difficulty.
    pub from: usize,
    /// The greatest difficulty.
    pub to: usize,
    /// How many puzzles.
    pub puzzles: usize,
    /// Exact under the adaptive rule with the trained limit.
    pub exact: f64,
    /// Segments taken on average under that rule.
    pub segments_mean: f64,
    /// How many took 1, 2, … segments under that rule.
    pub histogram: Vec<usize>,
}

/// The adaptive rule against the fixed one, both with the limit that the model was trained with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Saving {
    /// The limit.
    pub max_segments: usize,
    /// Exact when all take all segments.
    pub fixed_exact: f64,
    /// Exact under the adaptive rule.
    pub adaptive_exact: f64,
    /// Segments taken on average under the adaptive rule.
    pub segments_mean: f64,
    /// Share of segments that the adaptive rule does not take.
    pub saved: f64,
}

/// How a model halts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HaltingReport {
    /// How many puzzles.
    pub samples: usize,
    /// What is seen, in words, from the numbers.
    pub sentence: String,
    /// How many puzzles never ask to stop, so that only the limit ends them.
    pub never_stopping: usize,
    /// The two rules at the trained limit.
    pub adaptive: Saving,
    /// By segments allowed.
    pub by_segment: Vec<HaltingRow>,
    /// What difficulty means here.
    pub difficulty: Difficulty,
    /// By difficulty, at most [`BINS`] groups of about as many puzzles, easiest numbers first.
    pub by_difficulty: Vec<DifficultyRow>,
}

/// Groups of difficulty.
pub const BINS: usize = 5;

impl HaltingReport {
    /// Evaluates both rules on runs of equally many segments, at least `trained`; None without a puzzle.
    pub fn new(runs: &[HaltingRun], trained: usize, difficulty: Difficulty) -> Option<Self> {
        let segments = runs.iter().map(|run| run.right.len()).min().filter(|segments| *segments > 0)?;
        let trained = trained.clamp(1, segments);
        let by_segment: Vec<HaltingRow> = (1..=segments).map(|limit| row(runs, limit)).collect::<Option<_>>()?;
        let at = by_segment[trained - 1];
        let adaptive = Saving {
            max_segments: trained,
            fixed_exact: at.exact,
            adaptive_exact: at.adaptive_exact,
            segments_mean: at.adaptive_segments,
            saved: 1.0 - at.adaptive_segments / trained as f64,
        };
        let never_stopping = runs.len() - by_segment.iter().map(|row| row.stopped).sum::<usize>();
        let sentence = sentence(&adaptive, &by_segment, (never_stopping, runs.len()));
        let by_difficulty = bins(runs, trained);
        Some(Self { samples: runs.len(), sentence, never_stopping, adaptive, by_segment, difficulty, by_difficulty })
    }

    /// One row per number of segments allowed.
    pub fn csv(&self) -> String {
        let mut text = "segments,exact,adaptive_exact,adaptive_segments,stopped,q_halt_mean,q_halt_q25,q_halt_q75,\
                        q_continue_mean,q_continue_q25,q_continue_q75\n"
            .to_owned();
        for row in &self.by_segment {
            let spread = |s: Spread| format!("{},{},{}", s.mean, s.q25, s.q75);
            text += &format!(
                "{},{},{},{},{},{},{}\n",
                row.segments,
                row.exact,
                row.adaptive_exact,
                row.adaptive_segments,
                row.stopped,
                spread(row.q_halt),
                spread(row.q_continue)
            );
        }
        text
    }
}

/// The segment, from 0, after which a run first asks to stop.
fn asks(run: &HaltingRun) -> Option<usize> {
    let limits = Limits { halting: Halting::Adaptive, max_segments: usize::MAX };
    (0..run.right.len()).find(|&s| limits.stops(s, run.q_halt[s], run.q_continue[s]))
}

/// The segment, from 0, after which the adaptive rule with this limit ends a run.
fn stop(run: &HaltingRun, max_segments: usize) -> usize {
    asks(run).unwrap_or(usize::MAX).min(max_segments - 1)
}

fn row(runs: &[HaltingRun], limit: usize) -> Option<HaltingRow> {
    let mean = |of: &dyn Fn(&HaltingRun) -> f64| runs.iter().map(of).sum::<f64>() / runs.len() as f64;
    let q = |of: &dyn Fn(&HaltingRun) -> f32| Spread::of(&runs.iter().map(of).collect::<Vec<_>>());
    Some(HaltingRow {
        segments: limit,
        exact: mean(&|run| f64::from(u8::from(run.right[limit - 1]))),
        adaptive_exact: mean(&|run| f64::from(u8::from(run.right[stop(run, limit)]))),
        adaptive_segments: mean(&|run| (stop(run, limit) + 1) as f64),
        stopped: runs.iter().filter(|run| asks(run) == Some(limit - 1)).count(),
        q_halt: q(&|run| run.q_halt[limit - 1])?,
        q_continue: q(&|run| run.q_continue[limit - 1])?,
    })
}

/// Groups of about as many puzzles each; puzzles of one difficulty stay together.
fn bins(runs: &[HaltingRun], trained: usize) -> Vec<DifficultyRow> {
    let mut sorted: Vec<&HaltingRun> = runs.iter().collect();
    sorted.sort_by_key(|run| run.difficulty);
    let mut rest = sorted.as_slice();
    let mut rows = Vec::new();
    while let Some(first) = rest.first() {
        let open = (BINS - rows.len().min(BINS - 1)).max(1);
        let at_least = rest.len().div_ceil(open);
        let last = rest[at_least - 1].difficulty;
        let (group, others) = rest.split_at(rest.partition_point(|run| run.difficulty <= last));
        let mut histogram = vec![0; trained];
        group.iter().for_each(|run| histogram[stop(run, trained)] += 1);
        let exact = group.iter().filter(|run| run.right[stop(run, trained)]).count() as f64 / group.len() as f64;
        let taken: usize = histogram.iter().enumerate().map(|(i, count)| (i + 1) * count).sum();
        rows.push(DifficultyRow {
            from: first.difficulty,
            to: last,
            puzzles: group.len(),
            exact,
            segments_mean: taken as f64 / group.len() as f64,
            histogram,
        });
        rest = others;
    }
    rows
}

/// A share of boards: rounded so that all means all.
fn boards(share: f64) -> String {
    if share >= 1.0 { "100 %".to_owned() } else { format!("{:.2} %", (1e4 * share).floor() / 100.0) }
}

fn sentence(adaptive: &Saving, rows: &[HaltingRow], (never, all): (usize, usize)) -> String {
    let Saving { max_segments, fixed_exact, adaptive_exact, segments_mean, saved } = *adaptive;
    let points = 100.0 * (adaptive_exact - fixed_exact);
    let cost = match points {
        p if p.abs() < 0.005 => "at the same share of right boards".to_owned(),
        p if p < 0.0 => format!("and loses {:.2} points of right boards", -p),
        p => format!("and gains {p:.2} points of right boards"),
    };
    let mut text = format!(
        "The adaptive rule takes {segments_mean:.2} of {max_segments} segments, saves {} of the compute {cost} ({} against {}). ",
        share(saved),
        boards(adaptive_exact),
        boards(fixed_exact)
    );
    let best = rows.iter().fold(rows[0], |best, row| if row.exact > best.exact { *row } else { best });
    if let Some(last) = rows.last().filter(|last| last.segments > max_segments) {
        text += &format!(
            "Run on to {} segments, {} are right (at best {}, first after {}).",
            last.segments,
            boards(last.exact),
            boards(best.exact),
            best.segments
        );
        if never > 0 {
            text += &format!(" {never} of {all} puzzles never ask to stop.");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(difficulty: usize, q_halt: &[f32], right: &[bool]) -> HaltingRun {
        HaltingRun { difficulty, q_halt: q_halt.to_vec(), q_continue: vec![0.0; q_halt.len()], right: right.to_vec() }
    }

    #[test]
    fn both_rules_are_told_apart() {
        let runs = [
            run(10, &[1.0, 1.0, 1.0, 1.0], &[true, true, true, true]),
            run(10, &[-1.0, 1.0, 1.0, 1.0], &[false, false, true, true]),
            run(20, &[-1.0, -1.0, -1.0, -1.0], &[false, true, false, false]),
        ];
        let report = HaltingReport::new(&runs, 2, Difficulty::Givens).unwrap();
        let saving = report.adaptive;
        assert_eq!((saving.max_segments, report.by_segment.len()), (2, 4));
        assert!((saving.segments_mean - 5.0 / 3.0).abs() < 1e-12);
        assert!((saving.fixed_exact - 2.0 / 3.0).abs() < 1e-12 && saving.adaptive_exact == saving.fixed_exact);
        assert!((report.by_segment[3].adaptive_exact - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(report.by_segment.iter().map(|row| row.stopped).collect::<Vec<_>>(), [1, 1, 0, 0]);
        assert_eq!(report.never_stopping, 1);
        assert_eq!(report.by_difficulty.len(), 2);
        assert_eq!(report.by_difficulty[0].histogram, [1, 1]);
        assert!(report.sentence.contains("same share"), "{}", report.sentence);
        assert!(report.sentence.contains("1 of 3 puzzles never ask to stop"), "{}", report.sentence);
        assert_eq!(report.csv().lines().count(), 5);
        assert!(report.csv().lines().all(|line| line.split(',').count() == 11));
    }

    #[test]
    fn groups_hold_all_puzzles_once() {
        for count in [1, 2, 4, 5, 6, 23, 100] {
            let runs: Vec<HaltingRun> = (0..count).map(|i| run(i * i % 17, &[0.0], &[true])).collect();
            let rows = bins(&runs, 1);
            assert!(rows.len() <= BINS && rows.iter().map(|row| row.puzzles).sum::<usize>() == count);
            assert!(rows.windows(2).all(|pair| pair[0].to < pair[1].from));
        }
        assert!(HaltingReport::new(&[], 4, Difficulty::Givens).is_none());
    }
}
