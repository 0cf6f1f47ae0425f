//! Means and quantiles over puzzles.

use serde::Serialize;

/// The mean and the quartiles of some values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Their mean.
    pub mean: f64,
    /// A quarter of them are below.
    pub q25: f64,
    /// A quarter of them are above.
    pub q75: f64,
}

impl Spread {
    /// The spread of some values; None when there are none.
    pub fn of(values: &[f32]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let mut sorted: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
        sorted.sort_by(f64::total_cmp);
        let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
        Some(Self { mean, q25: quantile(&sorted, 0.25), q75: quantile(&sorted, 0.75) })
    }
}

/// The quantile `share` (0 to 1) of sorted values, linear between neighbours as numpy's default; NaN when there are none.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = share.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

/// The geometric mean of positive values; None when there are none.
pub fn geometric_mean(values: &[f64]) -> Option<f64> {
    let usable: Vec<f64> = values.iter().filter(|v| **v > 0.0 && v.is_finite()).map(|v| v.ln()).collect();
    (!usable.is_empty()).then(|| (usable.iter().sum::<f64>() / usable.len() as f64).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        let spread = Spread::of(&[4.0, 1.0, 2.0, 3.0]).unwrap();
        assert_eq!(spread, Spread { mean: 2.5, q25: 1.75, q75: 3.25 });
        assert_eq!(Spread::of(&[7.0]), Some(Spread { mean: 7.0, q25: 7.0, q75: 7.0 }));
        assert!(Spread::of(&[]).is_none() && quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn a_geometric_mean_balances_halves_and_doubles() {
        assert!((geometric_mean(&[0.5, 2.0, 0.0]).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(geometric_mean(&[0.0]), None);
    }
}
