//! The way of the states through the run, along the directions in which they move most.

use serde::Serialize;

use super::halting::Difficulty;
use super::observer::{Batch, Observer, SegmentEnd, Step};
use super::pca::{COMPONENTS, Pca, pca};
use crate::trace::tokens::mean_over_tokens;
use crate::trace::{Module, Schedule, residual};

/// What of a state is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Its mean over tokens.
    #[default]
    Mean,
    /// One token, counted from 0, the puzzle tokens first.
    Token(usize),
    /// All tokens, one after the other.
    All,
}

impl View {
    /// How many numbers a state gives.
    pub fn width(self, tokens: usize, hidden: usize) -> usize {
        match self {
            Self::Mean | Self::Token(_) => hidden,
            Self::All => tokens * hidden,
        }
    }

    fn of(self, state: &[f32], hidden: usize) -> Vec<f32> {
        match self {
            Self::Mean => mean_over_tokens(state, hidden),
            Self::Token(token) => state.chunks_exact(hidden.max(1)).nth(token).unwrap_or_default().to_vec(),
            Self::All => state.to_vec(),
        }
    }
}

impl std::str::FromStr for View {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "mean" => Ok(Self::Mean),
            "all" => Ok(Self::All),
            _ => text
                .parse()
                .map(Self::Token)
                .map_err(|_| format!("`{text}` is no view of a state: mean, all, or the number of a token")),
        }
    }
}

impl std::fmt::Display for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mean => f.write_str("mean"),
            Self::All => f.write_str("all"),
            Self::Token(token) => write!(f, "{token}"),
        }
    }
}

/// What the colours of a trajectory say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// Which module's state it is.
    #[default]
    Module,
    /// The segment.
    Segment,
    /// Whether the puzzle ends at the right answer.
    Right,
    /// How hard the puzzle is.
    Difficulty,
}

impl Colour {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Module, Self::Segment, Self::Right, Self::Difficulty];
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Module => "module",
            Self::Segment => "segment",
            Self::Right => "right",
            Self::Difficulty => "difficulty",
        })
    }
}

impl std::str::FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|colour| colour.to_string() == text);
        found.ok_or_else(|| format!("`{text}` is no colouring: module, segment, right or difficulty"))
    }
}

/// What the numbers are, for a view.
pub fn definition(view: View) -> String {
    let row = match view {
        View::Mean => "the mean over tokens of a state".to_owned(),
        View::Token(token) => format!("token {token} of a state"),
        View::All => "a whole state, all tokens one after the other".to_owned(),
    };
    format!(
        "exact PCA of {row}, over all puzzles and micro-steps: z_H after every H-step, z_L after every L-step; a puzzle settles when H's last residual is at most {SETTLED} of its largest"
    )
}

/// A run has settled when H's last residual is at most this share of its largest.
pub const SETTLED: f32 = 0.1;

/// The states of one puzzle's run, as far as they are looked at.
#[derive(Debug, Clone, Default)]
struct Run {
    h: Vec<f32>,
    l: Vec<f32>,
    h_steps: usize,
    l_steps: usize,
    moves: Vec<f32>,
    /// Whether the board was right after each segment.
    right: Vec<bool>,
}

/// Gathers trajectories. Memory is `puzzles * steps * width`: see [`Trajectories::bytes`].
pub struct Trajectories<'a> {
    view: View,
    hidden: usize,
    schedule: Schedule,
    /// Whether a puzzle's logits `[S, V]` are its answer.
    judge: &'a dyn Fn(usize, &[f32]) -> bool,
    first: usize,
    runs: Vec<Run>,
    z_h: Vec<f32>,
}

/// Where one micro-step led.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TrajectoryPoint {
    /// The segment, from 0.
    pub segment: usize,
    /// The number of the module's step within the segment, from 0.
    pub step: usize,
    /// Coordinates along the first components.
    pub at: [f64; COMPONENTS],
}

/// One puzzle's way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PuzzleTrajectory {
    /// The puzzle's number.
    pub puzzle: usize,
    /// Whether it ends at the right answer.
    pub right: bool,
    /// How hard it is, in the report's unit.
    pub difficulty: usize,
    /// Whether it has settled: H's last residual against its largest, at most [`SETTLED`].
    pub settled: bool,
    /// H's last residual against its largest.
    pub last_residual: f32,
    /// The segment, from 0, from which on the board stays right; None when it does not end right.
    pub right_since: Option<usize>,
    /// z_H after every H-step.
    pub z_h: Vec<TrajectoryPoint>,
    /// z_L after every L-step.
    pub z_l: Vec<TrajectoryPoint>,
}

/// Trajectories of many puzzles in the same directions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrajectoryReport {
    /// How many puzzles.
    pub samples: usize,
    /// What of a state was looked at.
    pub axis: String,
    /// What is seen, in words, from the numbers.
    pub sentence: String,
    /// What difficulty means here.
    pub difficulty: Difficulty,
    /// Share of z_H's variance along each component.
    pub explained_z_h: [f64; COMPONENTS],
    /// Share of z_L's variance along each component.
    pub explained_z_l: [f64; COMPONENTS],
    /// The puzzles.
    pub puzzles: Vec<PuzzleTrajectory>,
}

impl<'a> Trajectories<'a> {
    /// Nothing yet; `judge` says whether a puzzle's logits `[S, V]` are its answer.
    pub fn new(view: View, hidden: usize, schedule: Schedule, judge: &'a dyn Fn(usize, &[f32]) -> bool) -> Self {
        Self { view, hidden, schedule, judge, first: 0, runs: Vec::new(), z_h: Vec::new() }
    }

    /// What the states of so many puzzles will take, with what the decomposition needs beside them.
    pub fn bytes(view: View, tokens: usize, hidden: usize, steps: usize, puzzles: usize) -> usize {
        let rows = steps.saturating_mul(puzzles);
        // Kept in f32, decomposed in f64, and the smaller of the two square matrices.
        let width = view.width(tokens, hidden);
        let square = rows.min(width);
        rows.saturating_mul(width).saturating_mul(12).saturating_add(square.saturating_mul(square).saturating_mul(16))
    }

    /// The trajectories along common directions, of puzzles as hard as `measure` says; None when a state is not finite or there
    /// are too few.
    pub fn report(
        &self,
        tokens: usize,
        difficulty: Difficulty,
        measure: impl Fn(usize) -> usize,
    ) -> Option<TrajectoryReport> {
        let width = self.view.width(tokens, self.hidden);
        let all = |of: fn(&Run) -> &Vec<f32>| -> Vec<f32> { self.runs.iter().flat_map(of).copied().collect() };
        let (h, l) = (pca(&all(|run| &run.h), width)?, pca(&all(|run| &run.l), width)?);
        let (mut h_at, mut l_at) = (0, 0);
        let take = |of: &Pca, at: &mut usize, count: usize, per_segment: usize| {
            let points = &of.points[*at..*at + count];
            *at += count;
            let point = |(i, at): (usize, &[f64; COMPONENTS])| TrajectoryPoint {
                segment: i / per_segment.max(1),
                step: i % per_segment.max(1),
                at: *at,
            };
            points.iter().enumerate().map(point).collect()
        };
        let Schedule { h_cycles, l_cycles } = self.schedule;
        let puzzles: Vec<PuzzleTrajectory> = self
            .runs
            .iter()
            .enumerate()
            .map(|(puzzle, run)| {
                let largest = run.moves.iter().fold(0f32, |most, v| most.max(*v));
                let last_residual = run.moves.last().map_or(0.0, |last| last / largest.max(f32::MIN_POSITIVE));
                let right = run.right.last() == Some(&true);
                let wrong_until = run.right.iter().rposition(|right| !right).map_or(0, |at| at + 1);
                PuzzleTrajectory {
                    puzzle,
                    right,
                    difficulty: measure(puzzle),
                    settled: last_residual <= SETTLED,
                    last_residual,
                    right_since: right.then_some(wrong_until),
                    z_h: take(&h, &mut h_at, run.h_steps, h_cycles),
                    z_l: take(&l, &mut l_at, run.l_steps, h_cycles * l_cycles),
                }
            })
            .collect();
        Some(TrajectoryReport {
            samples: puzzles.len(),
            axis: self.view.to_string(),
            sentence: sentence(&puzzles, &h, &l),
            difficulty,
            explained_z_h: h.explained,
            explained_z_l: l.explained,
            puzzles,
        })
    }
}

impl Observer for Trajectories<'_> {
    fn begin(&mut self, batch: &Batch<'_>) {
        self.first = batch.first;
        self.z_h = batch.z_h.repeat(batch.puzzles);
        self.runs.resize(batch.first + batch.puzzles, Run::default());
    }

    fn step(&mut self, step: &Step<'_>) {
        for (row, state) in step.of_running() {
            let run = &mut self.runs[self.first + row];
            let seen = self.view.of(state, self.hidden);
            match step.at.module {
                Module::H => {
                    let before = &mut self.z_h[row * state.len()..][..state.len()];
                    run.moves.push(residual(state, before));
                    before.copy_from_slice(state);
                    run.h.extend(seen);
                    run.h_steps += 1;
                }
                Module::L => {
                    run.l.extend(seen);
                    run.l_steps += 1;
                }
            }
        }
    }

    fn segment(&mut self, end: &SegmentEnd<'_>) {
        let size = end.logits.len().checked_div(end.running.len()).unwrap_or(0).max(1);
        for (row, logits) in end.logits.chunks_exact(size).enumerate().filter(|(row, _)| end.running[*row]) {
            let puzzle = self.first + row;
            self.runs[puzzle].right.push((self.judge)(puzzle, logits));
        }
    }
}

impl TrajectoryReport {
    /// `puzzle,module,segment,step,pc1,pc2,pc3,right,difficulty`, in order.
    pub fn csv(&self) -> String {
        let mut text = "puzzle,module,segment,step,pc1,pc2,pc3,right,difficulty\n".to_owned();
        for puzzle in &self.puzzles {
            for (module, points) in [(Module::H, &puzzle.z_h), (Module::L, &puzzle.z_l)] {
                for TrajectoryPoint { segment, step, at: [x, y, z] } in points {
                    let PuzzleTrajectory { puzzle, right, difficulty, .. } = puzzle;
                    text += &format!("{puzzle},{module:?},{segment},{step},{x},{y},{z},{right},{difficulty}\n");
                }
            }
        }
        text
    }
}

fn sentence(puzzles: &[PuzzleTrajectory], h: &Pca, l: &Pca) -> String {
    let count = |right: bool, settled: bool| {
        puzzles.iter().filter(|puzzle| (puzzle.right, puzzle.settled) == (right, settled)).count()
    };
    let plane = |pca: &Pca| 100.0 * (pca.explained[0] + pca.explained[1]);
    format!(
        "Of {} puzzles {} settle at the right answer, {} are right and still move, {} settle elsewhere, {} wander. Two directions hold {:.0} % of z_H's variance and {:.0} % of z_L's.",
        puzzles.len(),
        count(true, true),
        count(true, false),
        count(false, true),
        count(false, false),
        plane(h),
        plane(l)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULE: Schedule = Schedule { h_cycles: 1, l_cycles: 1 };

    fn gathered(view: View) -> TrajectoryReport {
        let judge = |puzzle: usize, logits: &[f32]| puzzle == 0 && logits[0] > 0.0;
        let mut all = Trajectories::new(view, 2, SCHEDULE, &judge);
        all.begin(&Batch { first: 0, puzzles: 2, z_h: &[0.0; 4], z_l: &[0.0; 4] });
        for segment in 0..3 {
            let l = [1.0, 0.0, segment as f32, 0.0, 5.0, 0.0, -1.0, 0.0];
            // The first puzzle stays where its first step led; the second goes on as far each time.
            let h = [8.0, 0.0, 8.0, 0.0, 4.0 * (segment + 1) as f32, 0.0, 0.0, 0.0];
            all.step(&Step { at: SCHEDULE.at(2 * segment), states: &l, running: &[true; 2] });
            all.step(&Step { at: SCHEDULE.at(2 * segment + 1), states: &h, running: &[true; 2] });
            let logits = [if segment == 0 { -1.0 } else { 1.0 }, 1.0];
            all.segment(&SegmentEnd { segment, logits: &logits, q: &[0.0; 4], running: &[true; 2] });
        }
        all.report(2, Difficulty::Givens, |puzzle| 40 - puzzle).unwrap()
    }

    #[test]
    fn a_way_ends_settled_or_not_right_or_not() {
        let report = gathered(View::Mean);
        let [one, two] = &report.puzzles[..] else { panic!() };
        assert!(one.right && one.settled && one.right_since == Some(1));
        assert!(!two.right && !two.settled && two.right_since.is_none());
        assert!(
            report
                .sentence
                .contains("1 settle at the right answer, 0 are right and still move, 0 settle elsewhere, 1 wander")
        );
        assert!((report.explained_z_h[0] - 1.0).abs() < 1e-9);
        assert_eq!(report.csv().lines().count(), 1 + 2 * 6);
        assert!(report.csv().lines().last().unwrap().ends_with(",false,39"));
    }

    #[test]
    fn a_view_is_a_part_of_the_state() {
        assert_eq!(View::Mean.of(&[1.0, 2.0, 3.0, 6.0], 2), [2.0, 4.0]);
        assert_eq!(View::Token(1).of(&[1.0, 2.0, 3.0, 6.0], 2), [3.0, 6.0]);
        assert_eq!(View::All.width(2, 2), 4);
        assert_eq!(gathered(View::All).axis, "all");
        assert_eq!(gathered(View::Token(1)).samples, 2);
        assert_eq!("3".parse(), Ok(View::Token(3)));
        assert!("some".parse::<View>().is_err());
        assert!(Colour::ALL.iter().all(|colour| colour.to_string().parse() == Ok(*colour)));
        assert!("hue".parse::<Colour>().is_err());
    }
}
