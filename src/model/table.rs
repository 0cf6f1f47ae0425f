//! The puzzle embeddings, and their moving average, without ever a pass over all of them.

use std::borrow::Cow;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

/// The puzzle embeddings `[N, E]`. They stay in host memory: a batch needs a handful of rows out of up to a million,
/// so only those travel to the device, and a training step writes only those back. Clones share the rows until one of
/// them is written to.
#[derive(Debug, Clone, PartialEq)]
pub struct PuzzleTable {
    /// E.
    pub dim: usize,
    /// Row-major `[N, E]`.
    rows: Arc<Vec<f32>>,
    /// What is read instead of the rows.
    mean: Option<TableMean>,
}

impl PuzzleTable {
    /// The public name of the table.
    pub const NAME: &'static str = "puzzle_emb.weights";

    /// A table of rows of `dim` numbers, row-major.
    pub fn new(dim: usize, rows: Vec<f32>) -> Self {
        Self { dim, rows: Arc::new(rows), mean: None }
    }

    /// N.
    pub fn len(&self) -> usize {
        self.rows.len() / self.dim.max(1)
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All numbers, row-major `[N, E]`. For an average this is a new array: for saving, not for every step.
    pub fn values(&self) -> Cow<'_, [f32]> {
        let Some(mean) = &self.mean else { return Cow::Borrowed(&self.rows) };
        let mut all = mean.rows.as_ref().clone();
        let rows = all.par_chunks_mut(self.dim.max(1)).zip(self.rows.par_chunks(self.dim.max(1)));
        rows.enumerate().for_each(|(id, (mean_row, now))| mean.settle(id, mean_row, now));
        Cow::Owned(all)
    }

    /// The rows of the given puzzles, `[B, E]`; a puzzle the table does not have reads as row 0, the blank id.
    pub fn gather(&self, ids: &[i32], device: &Device) -> Tensor<2> {
        let mut values = vec![0.0; ids.len() * self.dim];
        for (&id, to) in ids.iter().zip(values.chunks_mut(self.dim.max(1))) {
            let id = usize::try_from(id).ok().filter(|&id| self.row(id).is_some()).unwrap_or(0);
            let Some(now) = self.row(id) else { continue };
            match &self.mean {
                None => to.copy_from_slice(now),
                Some(mean) => {
                    to.copy_from_slice(&mean.rows[id * self.dim..][..self.dim]);
                    mean.settle(id, to, now);
                }
            }
        }
        Tensor::from_data(TensorData::new(values, [ids.len(), self.dim]), device)
    }

    /// One row as it is now, to be changed; None when there is none.
    pub fn row_mut(&mut self, id: usize) -> Option<&mut [f32]> {
        let range = self.range(id)?;
        Arc::make_mut(&mut self.rows).get_mut(range)
    }

    fn row(&self, id: usize) -> Option<&[f32]> {
        self.rows.get(self.range(id)?)
    }

    fn range(&self, id: usize) -> Option<std::ops::Range<usize>> {
        let start = id.checked_mul(self.dim)?;
        Some(start..start.checked_add(self.dim)?)
    }

    /// The rows as they read, and `more` after them, row-major.
    pub fn extended(&self, more: &[f32]) -> Self {
        Self::new(self.dim, [self.values().as_ref(), more].concat())
    }

    /// A table that reads as the average of this one.
    pub fn averaged(&self, mean: TableMean) -> Self {
        Self { dim: self.dim, rows: self.rows.clone(), mean: Some(mean) }
    }

    /// What is read instead of the rows, for an average.
    pub fn mean(&self) -> Option<&TableMean> {
        self.mean.as_ref()
    }

    /// The average that was read. The rows are let go of, so that their owner can change them in place.
    pub fn into_mean(self) -> Option<TableMean> {
        self.mean
    }
}

/// The moving average of a puzzle table, `mean = mean * decay + now * (1 - decay)` after every step, kept up only for
/// rows that change: while a row stays as it is, k steps make `now + (mean - now) * decay^k`, which is computed when the
/// row is read or changed. Reading leaves no trace, so when a run is looked at or saved changes no later bit.
#[derive(Debug, Clone, PartialEq)]
pub struct TableMean {
    /// Each row's average after the step it was last changed in, row-major `[N, E]`.
    rows: Arc<Vec<f32>>,
    /// Those steps, `[N]`.
    steps: Arc<Vec<u32>>,
    /// Steps made.
    step: u32,
    decay: f64,
}

impl TableMean {
    /// The average at a run's start: the table itself.
    pub fn new(table: &PuzzleTable, decay: f64) -> Self {
        Self::restore(table.rows.as_ref().clone(), vec![0; table.len()], 0, decay)
    }

    /// As it was saved: [`TableMean::rows`], [`TableMean::steps`] and the number of steps made.
    pub fn restore(rows: Vec<f32>, steps: Vec<u32>, step: u32, decay: f64) -> Self {
        Self { rows: Arc::new(rows), steps: Arc::new(steps), step, decay }
    }

    /// What is kept of each row, `[N, E]`: its average after the step of [`TableMean::steps`].
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }

    /// The step after which each row was last computed.
    pub fn steps(&self) -> &[u32] {
        &self.steps
    }

    /// Brings a row from its own step to the present.
    fn settle(&self, id: usize, mean: &mut [f32], now: &[f32]) {
        let behind = self.steps.get(id).map_or(0, |&step| self.step.saturating_sub(step));
        if behind > 0 {
            let left = self.decay.powi(behind.min(i32::MAX as u32) as i32) as f32;
            mean.iter_mut().zip(now).for_each(|(mean, now)| *mean = now + (*mean - now) * left);
        }
    }

    /// One step in which `change` may write to the rows of these puzzles and to no others.
    pub fn step(&mut self, table: &mut PuzzleTable, ids: &[i32], change: impl FnOnce(&mut PuzzleTable)) {
        let ids: std::collections::BTreeSet<usize> = ids.iter().map(|&id| usize::try_from(id).unwrap_or(0)).collect();
        let mut touched = Vec::with_capacity(ids.len());
        for id in ids {
            let (Some(range), Some(now)) = (table.range(id), table.row(id)) else { continue };
            let Some(mut row) = self.rows.get(range).map(<[f32]>::to_vec) else { continue };
            self.settle(id, &mut row, now);
            touched.push((id, row));
        }
        change(table);
        self.step = self.step.saturating_add(1);
        let (keep, take) = (self.decay as f32, (1.0 - self.decay) as f32);
        let (rows, steps) = (Arc::make_mut(&mut self.rows), Arc::make_mut(&mut self.steps));
        for (id, old) in touched {
            let (Some(range), Some(now)) = (table.range(id), table.row(id)) else { continue };
            let (Some(row), Some(step)) = (rows.get_mut(range), steps.get_mut(id)) else { continue };
            row.iter_mut().zip(old).zip(now).for_each(|((row, old), now)| *row = old * keep + now * take);
            *step = self.step;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(table: &PuzzleTable, ids: &[i32]) -> Vec<f32> {
        table.gather(ids, &Device::flex()).try_to_vec_as::<f32>().unwrap()
    }

    #[test]
    fn unknown_puzzles_read_as_the_blank_row() {
        let table = PuzzleTable::new(2, vec![1.0, 2.0, 3.0, 4.0]);
        assert_eq!(read(&table, &[1, -5, 2, i32::MAX]), [3.0, 4.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0]);
        assert_eq!((table.len(), table.is_empty()), (2, false));
        assert_eq!(read(&PuzzleTable::new(2, vec![]), &[3]), [0.0, 0.0]);
        assert_eq!(read(&PuzzleTable::new(0, vec![]), &[3]), [] as [f32; 0]);
    }

    #[test]
    fn clones_share_the_rows_until_one_is_written_to() {
        let mut table = PuzzleTable::new(1, vec![1.0, 2.0]);
        let copy = table.clone();
        assert!(Arc::ptr_eq(&table.rows, &copy.rows));
        table.row_mut(1).unwrap()[0] = 5.0;
        assert_eq!((table.values().as_ref(), copy.values().as_ref()), ([1.0, 5.0].as_slice(), [1.0, 2.0].as_slice()));
        let before = Arc::as_ptr(&table.rows);
        table.row_mut(0).unwrap()[0] = 7.0;
        assert_eq!(Arc::as_ptr(&table.rows), before, "a table with one owner is changed in place");
        assert!(table.row_mut(2).is_none());
        let longer = table.extended(&[9.0]);
        assert_eq!((longer.len(), longer.values().as_ref()), (3, [7.0, 5.0, 9.0].as_slice()));
    }

    proptest! {
        /// The lazy average equals the dense one, whatever is touched when, and looking at it changes nothing.
        #[test]
        fn the_average_equals_a_dense_one(
            steps in prop::collection::vec(prop::collection::vec(-1i32..8, 0..4), 0..40),
            decay in 0.0f64..0.999,
            look in 0usize..40,
        ) {
            let (dim, count) = (3, 6);
            let start: Vec<f32> = (0..dim * count).map(|i| (i as f32).sin()).collect();
            let mut table = PuzzleTable::new(dim, start.clone());
            let mut mean = TableMean::new(&table, decay);
            let mut looked_at = mean.clone();
            let mut dense: Vec<f64> = start.iter().map(|&v| f64::from(v)).collect();
            for (step, ids) in steps.iter().enumerate() {
                let change = |table: &mut PuzzleTable| {
                    for &id in ids {
                        let row = table.row_mut(usize::try_from(id).unwrap_or(0));
                        row.into_iter().flatten().for_each(|v| *v = *v * 0.9 + (step as f32).cos());
                    }
                };
                let mut same = table.clone();
                mean.step(&mut table, ids, change);
                looked_at.step(&mut same, ids, change);
                for (d, &now) in dense.iter_mut().zip(table.values().iter()) {
                    *d = *d * decay + f64::from(now) * (1.0 - decay);
                }
                if step == look {
                    let _ = table.averaged(looked_at.clone()).values();
                    let (rows, stamps) = (looked_at.rows().to_vec(), looked_at.steps().to_vec());
                    looked_at = TableMean::restore(rows, stamps, step as u32 + 1, decay);
                }
            }
            prop_assert!(mean == looked_at);
            let averaged = table.averaged(mean);
            let all = averaged.values().into_owned();
            for (a, b) in all.iter().zip(&dense) {
                prop_assert!((f64::from(*a) - b).abs() < 1e-5, "{a} instead of {b}");
            }
            let ids: Vec<i32> = (0..count as i32).collect();
            prop_assert_eq!(read(&averaged, &ids), all);
        }
    }
}
