//! The covariance of many vectors, streamed: memory is `D * D`, however many come.

use linfa_linalg::eigh::{EigSort, EigValsh};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::statistics::quantile;

/// Rows taken at once: enough for the matrix product, little enough to stay in the cache.
const BLOCK: usize = 512;

/// The number, the mean and the scatter matrix of the rows seen so far, in f64. Parts of a stream are gathered apart
/// and merged (Chan, Golub and LeVeque, 1983), so the result does not depend on how far the mean is from zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariance {
    rows: f64,
    mean: Array1<f64>,
    /// Sum over rows of `(x - mean)(x - mean)^T`, `[D, D]`.
    scatter: Array2<f64>,
}

impl Covariance {
    /// No rows yet, of `dim` channels.
    pub fn new(dim: usize) -> Self {
        Self { rows: 0.0, mean: Array1::zeros(dim), scatter: Array2::zeros((dim, dim)) }
    }

    /// The number of rows seen.
    pub fn rows(&self) -> u64 {
        self.rows as u64
    }

    /// Takes rows `[n, D]`, row-major; what does not fill a row is left out.
    pub fn add(&mut self, rows: &[f32]) {
        let dim = self.mean.len();
        if dim == 0 {
            return;
        }
        for block in rows.chunks(BLOCK * dim) {
            let count = block.len() / dim;
            let values = block[..count * dim].iter().map(|v| f64::from(*v)).collect();
            if let Ok(values) = Array2::from_shape_vec((count, dim), values) {
                self.add_block(values);
            }
        }
    }

    fn add_block(&mut self, mut values: Array2<f64>) {
        let Some(mean) = values.mean_axis(Axis(0)) else { return };
        values -= &mean;
        general_mat_mul(1.0, &values.t(), &values, 1.0, &mut self.scatter);
        self.shift(values.nrows() as f64, &mean);
    }

    /// Takes all rows of another stream of the same width.
    pub fn merge(&mut self, other: &Self) {
        self.merge_times(other, 1.0);
    }

    fn merge_times(&mut self, other: &Self, times: f64) {
        if other.rows > 0.0 && times > 0.0 {
            self.scatter.scaled_add(times, &other.scatter);
            self.shift(times * other.rows, &other.mean);
        }
    }

    /// Accounts for the distance between the mean so far and that of `rows` newcomers, and moves the mean.
    fn shift(&mut self, rows: f64, mean: &Array1<f64>) {
        let all = self.rows + rows;
        if self.rows > 0.0 {
            let apart = mean - &self.mean;
            let weight = self.rows * rows / all;
            for (mut row, &left) in self.scatter.axis_iter_mut(Axis(0)).zip(&apart) {
                row.scaled_add(weight * left, &apart);
            }
            self.mean.scaled_add(rows / all, &apart);
        } else {
            self.mean.assign(mean);
        }
        self.rows = all;
    }

    /// `(sum of eigenvalues)^2 / sum of squared eigenvalues = trace(C)^2 / ||C||_F^2`: how many directions the rows
    /// spread over (paper section 4, "dimensionality hierarchy"). 0 when they do not spread; NaN when one is not finite.
    pub fn participation_ratio(&self) -> f64 {
        let squares: f64 = self.scatter.iter().map(|v| v * v).sum();
        let trace = self.scatter.diag().sum();
        if squares == 0.0 { 0.0 } else { trace * trace / squares }
    }

    /// The eigenvalues of the covariance (divided by `rows - 1`), largest first, none below 0; None when an entry is not
    /// finite.
    pub fn eigenvalues(&self) -> Option<Vec<f64>> {
        if !self.scatter.iter().all(|v| v.is_finite()) {
            return None;
        }
        let covariance = &self.scatter / (self.rows - 1.0).max(1.0);
        let values = covariance.eigvalsh().ok()?.sort_eig_desc();
        Some(values.iter().map(|v| v.max(0.0)).collect())
    }
}

/// The 2.5th and the 97.5th percentile of the participation ratio when whole blocks of rows are drawn again with
/// replacement; None for fewer than two blocks. Rows of one puzzle depend on each other, so a block holds whole puzzles.
pub fn bootstrap(blocks: &[Covariance], resamples: usize, seed: u64) -> Option<[f64; 2]> {
    let first = blocks.first().filter(|_| blocks.len() > 1)?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut ratios: Vec<f64> = (0..resamples)
        .map(|_| {
            let mut drawn = vec![0.0; blocks.len()];
            (0..blocks.len()).for_each(|_| drawn[rng.random_range(0..blocks.len())] += 1.0);
            let mut all = Covariance::new(first.mean.len());
            blocks.iter().zip(drawn).for_each(|(block, times)| all.merge_times(block, times));
            all.participation_ratio()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    Some([quantile(&ratios, 0.025), quantile(&ratios, 0.975)])
}

/// `X X^T` of rows `[n, D]`, `[n, n]`.
pub(super) fn gram(rows: &ArrayView2<'_, f64>) -> Array2<f64> {
    rows.dot(&rows.t())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(rows: &[f32], dim: usize) -> Covariance {
        let mut all = Covariance::new(dim);
        all.add(rows);
        all
    }

    #[test]
    fn equal_variances_count_every_direction() {
        let mut rows = Vec::new();
        for i in 0..4 {
            for sign in [1.0, -1.0] {
                rows.extend((0..4).map(|j| if i == j { sign } else { 0.0 }));
            }
        }
        assert!((of(&rows, 4).participation_ratio() - 4.0).abs() < 1e-12);
        assert!((of(&rows[..8], 4).participation_ratio() - 1.0).abs() < 1e-12);
        assert_eq!(of(&rows[..4], 4).participation_ratio(), 0.0);
        assert_eq!(Covariance::new(0).participation_ratio(), 0.0);
    }

    #[test]
    fn far_from_zero_nothing_is_lost() {
        let near: Vec<f32> = (0..300).map(|i| ((i * 37) % 11) as f32).collect();
        let far: Vec<f32> = near.iter().map(|v| v + 65536.0).collect();
        let difference = of(&near, 3).participation_ratio() - of(&far, 3).participation_ratio();
        assert!(difference.abs() < 1e-9, "{difference}");
    }

    #[test]
    fn what_is_not_finite_is_not_hidden() {
        let all = of(&[1.0, f32::NAN, 2.0, 3.0], 2);
        assert!(all.participation_ratio().is_nan() && all.eigenvalues().is_none());
    }

    #[test]
    fn a_bootstrap_is_repeatable_and_holds_the_ratio() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let blocks: Vec<Covariance> =
            (0..12).map(|_| of(&(0..200).map(|_| rng.random::<f32>() - 0.5).collect::<Vec<_>>(), 5)).collect();
        let mut all = Covariance::new(5);
        blocks.iter().for_each(|block| all.merge(block));
        let [low, high] = bootstrap(&blocks, 200, 1).unwrap();
        assert!(low < high && high <= 5.0);
        assert!(low - 0.2 < all.participation_ratio() && all.participation_ratio() < high + 0.2);
        assert_eq!(bootstrap(&blocks, 200, 1), Some([low, high]));
        assert_eq!(bootstrap(&blocks[..1], 200, 1), None);
    }

    proptest! {
        #[test]
        fn merging_parts_gives_the_whole(values in proptest::collection::vec(-50f32..50.0, 6..240), cut in 0usize..40) {
            let rows = values.len() / 3;
            let cut = 3 * cut.min(rows);
            let (whole, mut parts) = (of(&values[..3 * rows], 3), of(&values[..cut], 3));
            parts.merge(&of(&values[cut..3 * rows], 3));
            prop_assert_eq!(whole.rows(), parts.rows());
            let difference = (&whole.scatter - &parts.scatter).iter().fold(0f64, |most, v| most.max(v.abs()));
            prop_assert!(difference < 1e-7, "{}", difference);
        }

        #[test]
        fn a_ratio_lies_between_one_and_the_width(values in proptest::collection::vec(-1f32..1.0, 12..120)) {
            let all = of(&values[..values.len() / 4 * 4], 4);
            let ratio = all.participation_ratio();
            prop_assert!(ratio == 0.0 || (1.0 - 1e-9..=4.0 + 1e-9).contains(&ratio));
            let eigenvalues = all.eigenvalues().unwrap();
            let (sum, squares) = eigenvalues.iter().fold((0.0, 0.0), |(s, q), v| (s + v, q + v * v));
            prop_assert!(ratio == 0.0 || (sum * sum / squares - ratio).abs() < 1e-6);
        }
    }
}
