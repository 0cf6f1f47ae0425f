//! Many runs turned into the paper's figures: forward residuals, trajectories, halting, the dimensionality hierarchy.
//!
//! The mathematics stand in files that know no tensors and look on as [`Observer`]s; `survey` is the one place that drives the
//! model. Every report says in a sentence what its numbers show, and gives CSV, JSON (it serialises) and a figure.

mod covariance;
mod dimensionality;
mod figures;
mod halting;
mod hierarchy;
mod observer;
mod pca;
mod residual;
mod statistics;
mod study;
mod survey;
mod trajectory;

use std::ops::ControlFlow;

use burn::tensor::TensorReadError;
use thiserror::Error;

use crate::model::{Halting, Hrm, HrmConfig, Initializer, Limits};
use crate::task::{Boards, Example, IGNORE};
use crate::trace::Module;
use crate::train::score;

pub use covariance::{Covariance, bootstrap};
pub use dimensionality::{Axis, Dimensionality, Ratios};
pub use figures::About;
pub use halting::{Difficulty, HaltingReport, HaltingRun};
pub use hierarchy::{DimensionalityReport, Untrained};
pub use observer::{Batch, Observer, SegmentEnd, Step};
pub use pca::{COMPONENTS, Pca, pca};
pub use residual::{ControlRow, ResidualReport, ResidualRow, Residuals, reset_places};
pub use statistics::{Spread, geometric_mean, quantile};
pub use study::{Findings, Question, Study, StudyError};
pub use survey::Survey;
pub use trajectory::{Colour, Trajectories, TrajectoryReport, View};

/// Why there are no figures.
#[derive(Debug, Error)]
pub enum AnalysisError {
    /// Nothing to look at.
    #[error("there are no puzzles to analyze: the data are empty; name other --data")]
    NoPuzzles,
    /// Whoever watched broke off.
    #[error("the analysis was broken off")]
    BrokenOff,
    /// Numbers that are none.
    #[error(
        "{what} is not finite: the model's weights are damaged, or it was trained into infinity; inspect the checkpoint"
    )]
    NotFinite {
        /// What is not.
        what: &'static str,
    },
    /// More than one machine should be asked for.
    #[error("the trajectories of {puzzles} puzzles would take {what}: take fewer --samples, or --axis mean")]
    TooLarge {
        /// How many puzzles.
        puzzles: usize,
        /// What they take.
        what: String,
    },
    /// A token that no state has.
    #[error("the model has no token {token}: it has 0 to {most}", most = tokens.saturating_sub(1))]
    NoSuchToken {
        /// What was asked for.
        token: usize,
        /// T.
        tokens: usize,
    },
    /// A device that no longer answers.
    #[error("the device stopped answering: {0:?}")]
    Device(TensorReadError),
}

impl From<TensorReadError> for AnalysisError {
    fn from(error: TensorReadError) -> Self {
        Self::Device(error)
    }
}

/// Hears how far the work is, 0 to 1, and may break off.
pub type Watch<'a> = &'a mut dyn FnMut(f64) -> ControlFlow<()>;

/// Forward residuals of every micro-step, beside L alone and a look between the layers, on the same weights.
///
/// # Errors
/// See [`AnalysisError`].
pub fn residual(
    model: &Hrm,
    examples: &[Example],
    limits: Limits,
    batch: usize,
    watch: Watch<'_>,
) -> Result<ResidualReport, AnalysisError> {
    let schedule = model.config.schedule();
    let steps = limits.max_segments * schedule.steps_per_segment();
    let mut parts = |from: f64, share: f64, done: f64| watch(from + share * done);
    let mut of_model = Residuals::new(schedule);
    Survey { model, examples, limits, batch, watch: &mut |done| parts(0.0, 0.5, done) }.run(&mut of_model)?;
    let alone_schedule = crate::trace::Schedule { h_cycles: 1, l_cycles: steps };
    let mut alone = Residuals::new(alone_schedule);
    let mut second = Survey { model, examples, limits, batch, watch: &mut |done| parts(0.5, 0.5, done) };
    second.run_l_alone(steps, &mut alone)?;
    let mut layers: Vec<(Module, usize, Vec<f32>)> = Vec::new();
    second.layers(
        &mut |module, layer, moved| match layers.iter_mut().find(|(m, l, _)| (*m, *l) == (module, layer)) {
            Some((.., values)) => values.push(moved),
            None => layers.push((module, layer, vec![moved])),
        },
    )?;
    let plain =
        alone.rows().into_iter().map(|row| ControlRow { module: row.module, step: row.step, spread: row.spread });
    let by_layer = layers.iter().filter_map(|(module, step, values)| {
        Some(ControlRow { module: *module, step: *step, spread: Spread::of(values)? })
    });
    let rows = of_model.rows();
    if rows.iter().any(|row| !row.spread.mean.is_finite()) {
        return Err(AnalysisError::NotFinite { what: "a residual" });
    }
    Ok(ResidualReport::new(examples.len(), schedule, rows, plain.collect(), by_layer.collect()))
}

/// The dimensionality hierarchy beside the same configuration with fresh weights from `seeds`.
///
/// # Errors
/// See [`AnalysisError`].
pub fn dimensionality(
    model: &Hrm,
    examples: &[Example],
    limits: Limits,
    (axis, seeds): (Axis, &[u64]),
    batch: usize,
    watch: Watch<'_>,
) -> Result<DimensionalityReport, AnalysisError> {
    let parts = (seeds.len() + 1) as f64;
    let mut measure = |model: &Hrm, examples: &[Example], part: usize| {
        let mut all = Dimensionality::new(axis, model.config.hidden, examples.len());
        let watch = &mut |done: f64| watch((part as f64 + done) / parts);
        Survey { model, examples, limits, batch, watch }.run(&mut all)?;
        Ok::<_, AnalysisError>(all)
    };
    let ratios = measure(model, examples, 0)?.ratios(1);
    if !(ratios.pr_z_h.is_finite() && ratios.pr_z_l.is_finite()) {
        return Err(AnalysisError::NotFinite { what: "a participation ratio" });
    }
    // Fresh puzzle embeddings are all zero, so one row stands for all; a large table would only take memory.
    let config = HrmConfig { puzzles: model.config.puzzles.min(1), ..model.config.clone() };
    let plain: Vec<Example> = examples.iter().map(|example| Example { puzzle_id: 0, ..example.clone() }).collect();
    let mut controls = Vec::new();
    for (part, &seed) in seeds.iter().enumerate() {
        let fresh = Initializer { seed, ..Default::default() }.build(&config, &model.device());
        let (h, l) = measure(&fresh, &plain, part + 1)?.pair();
        controls.push((seed, h, l));
    }
    Ok(DimensionalityReport::new(ratios, &controls))
}

/// How many times the trained number of segments a halting analysis looks on.
pub const BEYOND: usize = 4;

/// When the model stops and what stopping costs, over `limit` segments (by default [`BEYOND`] times as many as trained).
///
/// # Errors
/// See [`AnalysisError`].
pub fn halting(
    model: &Hrm,
    boards: Boards,
    examples: &[Example],
    limit: Option<usize>,
    batch: usize,
    watch: Watch<'_>,
) -> Result<HaltingReport, AnalysisError> {
    struct Gather<'a> {
        examples: &'a [Example],
        vocab: usize,
        runs: Vec<HaltingRun>,
        first: usize,
    }
    impl Observer for Gather<'_> {
        fn begin(&mut self, batch: &Batch<'_>) {
            self.first = batch.first;
        }
        fn segment(&mut self, end: &SegmentEnd<'_>) {
            let size = end.logits.len() / end.running.len().max(1);
            for (row, logits) in end.logits.chunks_exact(size.max(1)).enumerate() {
                let run = &mut self.runs[self.first + row];
                run.q_halt.push(end.q[2 * row]);
                run.q_continue.push(end.q[2 * row + 1]);
                run.right.push(answers(&self.examples[self.first + row], logits, self.vocab));
            }
        }
    }
    let max_segments = limit.unwrap_or(BEYOND * model.config.max_segments);
    let limits = Limits { halting: Halting::Fixed, max_segments };
    let measure = |example: &Example| HaltingRun { difficulty: difficulty_of(boards, example), ..Default::default() };
    let runs = examples.iter().map(measure).collect();
    let mut gather = Gather { examples, vocab: model.config.vocab, runs, first: 0 };
    Survey { model, examples, limits, batch, watch }.run(&mut gather)?;
    HaltingReport::new(&gather.runs, model.config.max_segments, difficulty(boards)).ok_or(AnalysisError::NoPuzzles)
}

/// How much memory trajectories may take, bytes.
const TRAJECTORY_BUDGET: usize = 2 << 30;
/// The largest matrix that is decomposed: a minute or two on one core.
const LARGEST_SQUARE: usize = 2048;

/// Trajectories of all puzzles along common directions.
///
/// # Errors
/// See [`AnalysisError`].
pub fn trajectory(
    model: &Hrm,
    boards: Boards,
    examples: &[Example],
    limits: Limits,
    view: View,
    batch: usize,
    watch: Watch<'_>,
) -> Result<TrajectoryReport, AnalysisError> {
    let config = &model.config;
    let (tokens, schedule) = (config.tokens(), config.schedule());
    if let View::Token(token) = view
        && token >= tokens
    {
        return Err(AnalysisError::NoSuchToken { token, tokens });
    }
    let steps = limits.max_segments * schedule.steps_per_segment();
    let too_large = |what| AnalysisError::TooLarge { puzzles: examples.len(), what };
    let bytes = Trajectories::bytes(view, tokens, config.hidden, steps, examples.len());
    if bytes > TRAJECTORY_BUDGET {
        return Err(too_large(format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))));
    }
    // The larger of the two decompositions: L steps at least as often as H.
    let rows = limits.max_segments * schedule.h_cycles * schedule.l_cycles * examples.len();
    let square = rows.min(view.width(tokens, config.hidden));
    if square > LARGEST_SQUARE {
        return Err(too_large(format!("the eigenvectors of a {square} x {square} matrix, many minutes")));
    }
    let judge = |puzzle: usize, logits: &[f32]| answers(&examples[puzzle], logits, config.vocab);
    let mut all = Trajectories::new(view, config.hidden, schedule, &judge);
    Survey { model, examples, limits, batch, watch }.run(&mut all)?;
    let measure = |puzzle: usize| difficulty_of(boards, &examples[puzzle]);
    all.report(tokens, difficulty(boards), measure).ok_or(AnalysisError::NotFinite { what: "a state" })
}

/// Whether logits `[S, V]` are wholly the puzzle's answer.
fn answers(example: &Example, logits: &[f32], vocab: usize) -> bool {
    let (right, counted) = score(example, logits, vocab);
    right == counted
}

fn difficulty(boards: Boards) -> Difficulty {
    match boards {
        Boards::Sudoku(_) => Difficulty::Givens,
        Boards::Maze { .. } => Difficulty::PathLength,
        Boards::Arc { .. } => Difficulty::AnswerCells,
    }
}

fn difficulty_of(boards: Boards, example: &Example) -> usize {
    use crate::task::{arc, maze, sudoku};
    let count = |tokens: &[i32], is: &dyn Fn(i32) -> bool| tokens.iter().filter(|token| is(**token)).count();
    match boards {
        Boards::Sudoku(_) => count(&example.inputs, &|token| token > sudoku::BLANK),
        // The path's cells between start and goal, and the step onto the goal.
        Boards::Maze { .. } => count(&example.labels, &|token| token == maze::PATH) + 1,
        Boards::Arc { .. } => count(&example.labels, &|token| token != IGNORE && arc::colour(token).is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    use crate::model::tiny_config;

    fn model() -> Hrm {
        Initializer { seed: 4, ..Default::default() }.build(&tiny_config(), &Device::flex())
    }

    fn examples(count: i32) -> Vec<Example> {
        (0..count)
            .map(|i| Example { inputs: (0..16).map(|c| (c * i) % 6).collect(), labels: vec![i % 6; 16], puzzle_id: 0 })
            .collect()
    }

    const BOARDS: Boards = Boards::Arc { side: 4 };
    const LIMITS: Limits = Limits { halting: Halting::Fixed, max_segments: 2 };

    fn go_on(_: f64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn figures_do_not_depend_on_the_batch() {
        let (model, examples) = (model(), examples(7));
        let ratios =
            |batch| dimensionality(&model, &examples, LIMITS, (Axis::All, &[1, 2]), batch, &mut go_on).unwrap();
        let (one, all) = (ratios(1), ratios(5));
        assert!((one.ratios.pr_z_h - all.ratios.pr_z_h).abs() < 1e-6);
        assert!((one.untrained.pr_z_l - all.untrained.pr_z_l).abs() < 1e-6);
        assert_eq!((one.untrained.seeds.len(), one.ratios.by_segment.len()), (2, 2));
        let moves = |batch| residual(&model, &examples, LIMITS, batch, &mut go_on).unwrap();
        let (one, all) = (moves(1), moves(5));
        assert_eq!((one.steps.len(), one.plain_recurrent.len(), one.feed_forward.len()), (12, 12, 2));
        for (a, b) in one.steps.iter().zip(&all.steps) {
            assert!((a.spread.mean - b.spread.mean).abs() < 1e-6);
        }
        // Before H moves, L alone is what L does in a run.
        assert!((one.plain_recurrent[1].spread.mean - one.steps[1].spread.mean).abs() < 1e-6);
        let way = trajectory(&model, BOARDS, &examples, LIMITS, View::Mean, 3, &mut go_on).unwrap();
        assert_eq!((way.puzzles.len(), way.puzzles[6].z_l.len(), way.puzzles[6].z_h.len()), (7, 8, 4));
    }

    #[test]
    fn halting_looks_beyond_the_trained_limit() {
        let report = halting(&model(), BOARDS, &examples(5), None, 2, &mut go_on).unwrap();
        assert_eq!((report.samples, report.by_segment.len(), report.adaptive.max_segments), (5, 16, 4));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let model = model();
        let none = residual(&model, &[], LIMITS, 1, &mut go_on).unwrap_err();
        assert!(none.to_string().contains("no puzzles"));
        let mut stop = |_| ControlFlow::Break(());
        let stopped = residual(&model, &examples(2), LIMITS, 1, &mut stop).unwrap_err();
        assert!(matches!(stopped, AnalysisError::BrokenOff));
        let token = trajectory(&model, BOARDS, &examples(2), LIMITS, View::Token(17), 1, &mut go_on).unwrap_err();
        assert!(token.to_string().contains("0 to 16"), "{token}");
        let many = trajectory(&model, BOARDS, &examples(1000), LIMITS, View::Mean, 64, &mut stop).unwrap_err();
        assert!(matches!(many, AnalysisError::BrokenOff), "a mean is as wide as the state, however many puzzles");
        let wide = Hrm { config: HrmConfig { hidden: 512, ..model.config.clone() }, ..model };
        let refused = trajectory(&wide, BOARDS, &examples(1000), LIMITS, View::All, 64, &mut stop).unwrap_err();
        assert!(refused.to_string().contains("fewer --samples"), "{refused}");
    }

    #[test]
    fn weights_that_are_not_finite_are_named() {
        let model = model();
        let broken = model.map(model.rope.clone(), |_, spec, w| match spec.name.as_str() {
            "L_init" => w.clone() * f32::NAN,
            _ => w.clone(),
        });
        let error = dimensionality(&broken, &examples(2), LIMITS, (Axis::Mean, &[]), 1, &mut go_on).unwrap_err();
        assert!(error.to_string().contains("not finite"));
    }
}
