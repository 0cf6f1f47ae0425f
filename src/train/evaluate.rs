//! How well a model answers puzzles whose answers are known.

use std::ops::ControlFlow;

use burn::tensor::TensorReadError;
use serde::{Deserialize, Serialize};

use crate::model::{Hrm, Limits};
use crate::task::{Boards, Example, IGNORE, maze};

/// The figures of one evaluation; shares are from 0 to 1.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Evaluation {
    /// Puzzles answered.
    pub puzzles: usize,
    /// Share of boards wholly right at the segment where they stopped.
    pub exact: f64,
    /// Share of cells right there.
    pub cell: f64,
    /// Segments taken, on average.
    pub segments_mean: f64,
    /// What the share of right boards would be if all stopped after a given segment.
    pub by_segment: Vec<SegmentScore>,
    /// Mazes: the share of answers that are a shortest path, the labelled one or another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_path: Option<f64>,
}

/// All boards after one segment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SegmentScore {
    /// The segment, from 1.
    pub segment: usize,
    /// Share of boards wholly right after it.
    pub exact: f64,
}

/// What a model answers to one puzzle, where it stops.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The most probable token of every cell, `[S]`.
    pub tokens: Vec<i32>,
    /// Segments taken.
    pub segments: usize,
    /// Q of halting there, a logit.
    pub q_halt: f32,
    /// Labelled cells that are right.
    pub right: usize,
    /// Labelled cells.
    pub counted: usize,
    /// Whether the board was wholly right after each segment that was run.
    pub right_after: Vec<bool>,
}

/// Runs every puzzle, `batch` at a time, and notes where each stops; with `beyond` for all segments that `limits` allow, else
/// until the last of those run together has stopped.
/// `see` is given each puzzle's number and answer, in order, and may break off after it; as may `watch`, which hears the
/// number of puzzles done after every micro-step.
///
/// # Errors
/// A device that no longer answers.
pub fn answers(
    model: &Hrm,
    examples: &[Example],
    limits: Limits,
    (batch, beyond): (usize, bool),
    watch: &mut dyn FnMut(usize) -> ControlFlow<()>,
    see: &mut dyn FnMut(usize, Answer) -> ControlFlow<()>,
) -> Result<(), TensorReadError> {
    let (seq, vocab) = (model.config.seq_len, model.config.vocab);
    let mut done = 0;
    for rows in examples.chunks(batch.max(1)) {
        let ids: Vec<i32> = rows.iter().map(|e| e.puzzle_id).collect();
        let tokens: Vec<i32> = rows.iter().flat_map(|e| e.inputs.iter().copied()).collect();
        let x = model.read(tokens, &ids);
        let mut carry = model.initial(rows.len());
        let mut found = vec![Answer::default(); rows.len()];
        for segment in 0..limits.max_segments {
            let Some((next, heads)) = model.segment(&x, carry, None, &mut |_| watch(done)) else {
                return Ok(());
            };
            carry = next;
            let q = heads.q.try_to_vec_as::<f32>()?;
            let logits = heads.logits.try_to_vec_as::<f32>()?;
            for (row, (example, answer)) in rows.iter().zip(&mut found).enumerate() {
                let logits = &logits[row * seq * vocab..(row + 1) * seq * vocab];
                let (right, counted) = score(example, logits, vocab);
                answer.right_after.push(right == counted);
                let running = answer.segments == 0;
                if running && limits.stops(segment, q[2 * row], q[2 * row + 1]) {
                    let tokens = logits.chunks(vocab).map(|cell| argmax(cell) as i32).collect();
                    let right_after = std::mem::take(&mut answer.right_after);
                    let (segments, q_halt) = (segment + 1, q[2 * row]);
                    *answer = Answer { tokens, segments, q_halt, right, counted, right_after };
                }
            }
            if !beyond && found.iter().all(|answer| answer.segments > 0) {
                break;
            }
        }
        for answer in found {
            done += 1;
            if see(done - 1, answer).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// A model's answer to one puzzle; nothing is run beyond the stop. None when `watch`, which is asked after every
/// micro-step, broke off.
///
/// # Errors
/// A device that no longer answers.
pub fn answer(
    model: &Hrm,
    example: &Example,
    limits: Limits,
    watch: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<Option<Answer>, TensorReadError> {
    let mut found = None;
    let mut see = |_: usize, answer: Answer| {
        found = Some(answer);
        ControlFlow::Continue(())
    };
    answers(model, std::slice::from_ref(example), limits, (1, false), watch, &mut see)?;
    Ok(found)
}

/// The figures over all examples, as [`answers`] finds them. `watch` hears how many are done and may break off; the
/// figures are then those of the puzzles done. `boards` says what the tokens stand for, where that is known.
///
/// # Errors
/// A device that no longer answers.
pub fn evaluate(
    model: &Hrm,
    boards: Option<Boards>,
    examples: &[Example],
    limits: Limits,
    batch: usize,
    watch: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<Evaluation, TensorReadError> {
    let mut tally = Tally::new(boards, limits.max_segments);
    let mut see = |index: usize, answer: Answer| {
        tally.add(&examples[index], &answer);
        ControlFlow::Continue(())
    };
    answers(model, examples, limits, (batch, true), watch, &mut see)?;
    Ok(tally.figures())
}

/// Adds answers up.
#[derive(Debug, Clone)]
pub struct Tally {
    boards: Option<Boards>,
    puzzles: usize,
    exact: usize,
    cell: f64,
    segments: usize,
    valid: usize,
    right_after: Vec<usize>,
}

impl Tally {
    /// Nothing yet; answers will have up to so many segments.
    pub fn new(boards: Option<Boards>, max_segments: usize) -> Self {
        Self { boards, puzzles: 0, exact: 0, cell: 0.0, segments: 0, valid: 0, right_after: vec![0; max_segments] }
    }

    /// Adds one answer.
    pub fn add(&mut self, example: &Example, answer: &Answer) {
        self.puzzles += 1;
        self.exact += usize::from(answer.right == answer.counted);
        self.cell += answer.right as f64 / answer.counted.max(1) as f64;
        self.segments += answer.segments;
        if let Some(Boards::Maze { .. }) = self.boards {
            self.valid += usize::from(maze::judge(&example.inputs, &example.labels, &answer.tokens).valid_path);
        }
        self.right_after.iter_mut().zip(&answer.right_after).for_each(|(sum, right)| *sum += usize::from(*right));
    }

    /// The figures of what was added.
    pub fn figures(&self) -> Evaluation {
        let share = |count: f64| if self.puzzles == 0 { 0.0 } else { count / self.puzzles as f64 };
        let by_segment = |(i, &right): (usize, &usize)| SegmentScore { segment: i + 1, exact: share(right as f64) };
        Evaluation {
            puzzles: self.puzzles,
            exact: share(self.exact as f64),
            cell: share(self.cell),
            segments_mean: share(self.segments as f64),
            by_segment: self.right_after.iter().enumerate().map(by_segment).collect(),
            valid_path: matches!(self.boards, Some(Boards::Maze { .. })).then(|| share(self.valid as f64)),
        }
    }
}

/// How many of a board's counted cells have the label as their largest logit, and how many are counted; `logits` is
/// `[S, V]`.
pub(crate) fn score(example: &Example, logits: &[f32], vocab: usize) -> (usize, usize) {
    let counted = example.labels.iter().zip(logits.chunks(vocab)).filter(|(label, _)| **label != IGNORE);
    counted.fold((0, 0), |(right, all), (&label, cell)| {
        (right + usize::from(usize::try_from(label).is_ok_and(|label| label == argmax(cell))), all + 1)
    })
}

/// The index of the largest value, the first of equals.
fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (i, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = i;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Halting, Initializer, tiny_config};
    use burn::tensor::{Device, Tensor};

    #[test]
    fn figures_do_not_depend_on_the_batch() {
        let model = Initializer { seed: 4, ..Default::default() }.build(&tiny_config(), &Device::flex());
        let examples: Vec<Example> = (0..7)
            .map(|i| Example { inputs: (0..16).map(|c| (c * i) % 6).collect(), labels: vec![i % 6; 16], puzzle_id: 0 })
            .collect();
        let limits = Limits { halting: Halting::Fixed, max_segments: 2 };
        let go = |batch| evaluate(&model, None, &examples, limits, batch, &mut |_| ControlFlow::Continue(())).unwrap();
        let (one, all) = (go(1), go(100));
        assert_eq!(one, all);
        assert_eq!((one.puzzles, one.segments_mean, one.by_segment.len()), (7, 2.0, 2));
        assert_eq!(one.by_segment[1].exact, one.exact);
    }

    #[test]
    fn nothing_is_run_beyond_the_stop_unless_asked() {
        let mut model = Initializer { seed: 4, ..Default::default() }.build(&tiny_config(), &Device::flex());
        // Fresh weights have -5 for both; now it stops at once.
        model.q_bias = model.q_bias.clone() * Tensor::<2>::from_data([[1.0, 2.0]], &Device::flex());
        let example = Example { inputs: vec![1; 16], labels: vec![1; 16], puzzle_id: 0 };
        let limits = Limits { halting: Halting::Adaptive, max_segments: 4 };
        let run = |beyond| {
            let (mut steps, mut found) = (0, Answer::default());
            let mut watch = |_| {
                steps += 1;
                ControlFlow::Continue(())
            };
            let mut see = |_, answer| {
                found = answer;
                ControlFlow::Continue(())
            };
            let examples = std::slice::from_ref(&example);
            answers(&model, examples, limits, (1, beyond), &mut watch, &mut see).unwrap();
            (steps, found)
        };
        let (short, stopped) = run(false);
        let (whole, all) = run(true);
        assert_eq!((short * 4, &stopped.tokens, stopped.segments), (whole, &all.tokens, 1));
        assert_eq!((stopped.right_after.len(), all.right_after.len()), (1, 4));
    }

    #[test]
    fn a_score_counts_what_has_a_label() {
        let example = Example { inputs: vec![], labels: vec![1, IGNORE, 0], puzzle_id: 0 };
        assert_eq!(score(&example, &[0.0, 1.0, 5.0, 0.0, 0.0, 1.0], 2), (1, 2));
    }
}
