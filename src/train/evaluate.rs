//! How well a model answers puzzles whose answers are known.

use std::ops::ControlFlow;

use burn::tensor::{Tensor, TensorData, TensorReadError};
use serde::{Deserialize, Serialize};

use crate::model::{Hrm, Limits};
use crate::task::{Example, IGNORE};

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
}

/// All boards after one segment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SegmentScore {
    /// The segment, from 1.
    pub segment: usize,
    /// Share of boards wholly right after it.
    pub exact: f64,
}

/// Runs every puzzle for all segments that `limits` allow, `batch` at a time, and notes where each would have stopped.
/// `watch` hears how many are done and may break off; the figures are then those of the puzzles done.
///
/// # Errors
/// A device that no longer answers.
pub fn evaluate(
    model: &Hrm,
    examples: &[Example],
    limits: Limits,
    batch: usize,
    watch: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<Evaluation, TensorReadError> {
    let device = model.device();
    let (seq, vocab) = (model.config.seq_len, model.config.vocab);
    let (mut exact, mut cell, mut segments, mut done) = (0usize, 0.0, 0usize, 0usize);
    let mut right_after = vec![0usize; limits.max_segments];
    'batches: for rows in examples.chunks(batch.max(1)) {
        let ids: Vec<i32> = rows.iter().map(|e| e.puzzle_id).collect();
        let tokens: Vec<i32> = rows.iter().flat_map(|e| e.inputs.iter().copied()).collect();
        let puzzle = model.puzzle.as_ref().map(|table| table.gather(&ids, &device));
        let x = model.embed(Tensor::from_data(TensorData::new(tokens, [rows.len(), seq]), &device), puzzle);
        let mut carry = model.initial(rows.len());
        let mut running = vec![true; rows.len()];
        let mut found = (0, 0.0, 0, vec![0; limits.max_segments]);
        for segment in 0..limits.max_segments {
            let Some((next, heads)) = model.segment(&x, carry, None, &mut |_| watch(done)) else {
                break 'batches;
            };
            carry = next;
            let q = heads.q.try_to_vec_as::<f32>()?;
            let logits = heads.logits.try_to_vec_as::<f32>()?;
            for (row, example) in rows.iter().enumerate() {
                let (right, counted) = score(example, &logits[row * seq * vocab..(row + 1) * seq * vocab], vocab);
                found.3[segment] += usize::from(right == counted);
                if running[row] && limits.stops(segment, q[2 * row], q[2 * row + 1]) {
                    running[row] = false;
                    found.0 += usize::from(right == counted);
                    found.1 += right as f64 / counted.max(1) as f64;
                    found.2 += segment + 1;
                }
            }
        }
        (exact, cell, segments, done) = (exact + found.0, cell + found.1, segments + found.2, done + rows.len());
        right_after.iter_mut().zip(found.3).for_each(|(sum, now)| *sum += now);
        if watch(done).is_break() {
            break;
        }
    }
    let share = |count: f64| if done == 0 { 0.0 } else { count / done as f64 };
    let by_segment = |(i, &right): (usize, &usize)| SegmentScore { segment: i + 1, exact: share(right as f64) };
    Ok(Evaluation {
        puzzles: done,
        exact: share(exact as f64),
        cell: share(cell),
        segments_mean: share(segments as f64),
        by_segment: right_after.iter().enumerate().map(by_segment).collect(),
    })
}

/// How many of a board's counted cells have the label as their largest logit, and how many are counted; `logits` is
/// `[S, V]`.
pub(super) fn score(example: &Example, logits: &[f32], vocab: usize) -> (usize, usize) {
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
    use burn::tensor::Device;

    #[test]
    fn figures_do_not_depend_on_the_batch() {
        let model = Initializer { seed: 4, ..Default::default() }.build(&tiny_config(), &Device::flex());
        let examples: Vec<Example> = (0..7)
            .map(|i| Example { inputs: (0..16).map(|c| (c * i) % 6).collect(), labels: vec![i % 6; 16], puzzle_id: 0 })
            .collect();
        let limits = Limits { halting: Halting::Fixed, max_segments: 2 };
        let go = |batch| evaluate(&model, &examples, limits, batch, &mut |_| ControlFlow::Continue(())).unwrap();
        let (one, all) = (go(1), go(100));
        assert_eq!(one, all);
        assert_eq!((one.puzzles, one.segments_mean, one.by_segment.len()), (7, 2.0, 2));
        assert_eq!(one.by_segment[1].exact, one.exact);
    }

    #[test]
    fn a_score_counts_what_has_a_label() {
        let example = Example { inputs: vec![], labels: vec![1, IGNORE, 0], puzzle_id: 0 };
        assert_eq!(score(&example, &[0.0, 1.0, 5.0, 0.0, 0.0, 1.0], 2), (1, 2));
    }
}
