//! Exact principal components.

use linfa_linalg::eigh::{EigSort, EighInto};
use ndarray::{Array2, Axis};

use super::covariance::gram;

/// How many components are kept: what can be drawn.
pub const COMPONENTS: usize = 3;

/// Points along the directions of largest variance.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    /// Every row's coordinates; missing directions are 0. A component's sign is such that its largest coordinate is positive.
    pub points: Vec<[f64; COMPONENTS]>,
    /// The variance along each component (divided by `rows - 1`).
    pub variance: [f64; COMPONENTS],
    /// Each component's share of the whole variance, 0 to 1.
    pub explained: [f64; COMPONENTS],
}

/// The principal components of rows `[n, D]`, row-major, by an eigendecomposition in f64: of the covariance, or of the Gram
/// matrix when there are fewer rows than channels, which has the same non-zero eigenvalues. None when there are fewer than
/// two rows or one is not finite.
pub fn pca(rows: &[f32], dim: usize) -> Option<Pca> {
    let count = rows.len().checked_div(dim)?;
    if count < 2 || !rows.iter().all(|v| v.is_finite()) {
        return None;
    }
    let values = rows[..count * dim].iter().map(|v| f64::from(*v)).collect();
    let mut x = Array2::from_shape_vec((count, dim), values).ok()?;
    let mean = x.mean_axis(Axis(0))?;
    x -= &mean;
    let by_rows = count <= dim;
    let square = if by_rows { gram(&x.view()) } else { gram(&x.t()) };
    let total = square.diag().sum();
    let (eigenvalues, vectors) = square.eigh_into().ok()?.sort_eig_desc();
    let (mut points, mut variance) = (vec![[0.0; COMPONENTS]; count], [0.0; COMPONENTS]);
    for component in 0..COMPONENTS.min(eigenvalues.len()) {
        let eigenvalue = eigenvalues[component].max(0.0);
        // Below this an eigenvalue is rounding, and its direction means nothing.
        if eigenvalue <= 1e-12 * total {
            continue;
        }
        let vector = vectors.column(component);
        let mut along = if by_rows { vector.to_owned() * eigenvalue.sqrt() } else { x.dot(&vector) };
        let largest = along.iter().fold(0f64, |most, v| if v.abs() > most.abs() { *v } else { most });
        if largest < 0.0 {
            along.mapv_inplace(|v| -v);
        }
        points.iter_mut().zip(&along).for_each(|(point, v)| point[component] = *v);
        variance[component] = eigenvalue / (count - 1) as f64;
    }
    let explained = variance.map(|v| if total > 0.0 { v * (count - 1) as f64 / total } else { 0.0 });
    Some(Pca { points, variance, explained })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_has_one_component() {
        let rows: Vec<f32> = (0..5).flat_map(|i| [3.0 * i as f32, 4.0 * i as f32]).collect();
        let pca = pca(&rows, 2).unwrap();
        assert!((pca.explained[0] - 1.0).abs() < 1e-12);
        assert_eq!(pca.explained[1..], [0.0, 0.0]);
        assert!((pca.points[4][0] - pca.points[0][0]).abs() - 20.0 < 1e-9);
        assert_eq!(pca.points[2], [0.0; 3]);
    }

    #[test]
    fn what_has_no_components_is_refused() {
        assert!(pca(&[1.0, 2.0], 2).is_none() && pca(&[], 2).is_none() && pca(&[1.0], 0).is_none());
        assert!(pca(&[1.0, f32::NAN, 2.0, 3.0], 2).is_none());
        assert_eq!(pca(&[1.0; 8], 2).unwrap().explained, [0.0; 3]);
    }

    proptest! {
        #[test]
        fn both_ways_give_the_same(values in proptest::collection::vec(-9f32..9.0, 36)) {
            // 6 rows of 6 channels go through the Gram matrix; the same rows twice, through the covariance.
            let once = pca(&values, 6).unwrap();
            let twice = pca(&[values.clone(), values].concat(), 6).unwrap();
            for component in 0..COMPONENTS {
                prop_assert!((once.explained[component] - twice.explained[component]).abs() < 1e-9);
            }
            let apart = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
            for (i, j) in [(0, 1), (2, 5)] {
                let (one, two) = (apart(once.points[i], once.points[j]), apart(twice.points[i], twice.points[j]));
                prop_assert!((one - two).abs() < 1e-6 * (1.0 + one));
            }
        }
    }
}
