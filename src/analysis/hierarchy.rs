//! The dimensionality hierarchy (paper section 4): a trained model's z_H spreads over more directions than its z_L, an
//! untrained one's does not. Whether it is so here.

use serde::Serialize;

use super::dimensionality::{CurvePoint, Ratios};
use super::residual::share;

/// The same configuration with fresh weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Untrained {
    /// Participation ratio of z_H, mean over seeds.
    pub pr_z_h: f64,
    /// Participation ratio of z_L, mean over seeds.
    pub pr_z_l: f64,
    /// The seeds of the weights.
    pub seeds: Vec<u64>,
    /// Both ratios for each seed.
    pub each: Vec<CurvePoint>,
}

/// The hierarchy of a model beside its untrained control.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DimensionalityReport {
    /// The model.
    #[serde(flatten)]
    pub ratios: Ratios,
    /// What is seen, in words, from the numbers.
    pub sentence: String,
    /// The control.
    pub untrained: Untrained,
}

impl DimensionalityReport {
    /// Puts the model and its controls together; `controls` are (seed, PR of z_H, PR of z_L).
    pub fn new(ratios: Ratios, controls: &[(u64, f64, f64)]) -> Self {
        let count = controls.len().max(1) as f64;
        let untrained = Untrained {
            pr_z_h: controls.iter().map(|c| c.1).sum::<f64>() / count,
            pr_z_l: controls.iter().map(|c| c.2).sum::<f64>() / count,
            seeds: controls.iter().map(|c| c.0).collect(),
            each: controls.iter().map(|c| CurvePoint { samples: ratios.samples, pr_z_h: c.1, pr_z_l: c.2 }).collect(),
        };
        let sentence = sentence(&ratios, &untrained);
        Self { ratios, sentence, untrained }
    }

    /// `samples,pr_z_h,pr_z_l`: the curve against the number of trajectories.
    pub fn csv(&self) -> String {
        let mut text = "samples,pr_z_h,pr_z_l\n".to_owned();
        for point in &self.ratios.curve {
            text += &format!("{},{},{}\n", point.samples, point.pr_z_h, point.pr_z_l);
        }
        text
    }
}

fn sentence(ratios: &Ratios, untrained: &Untrained) -> String {
    let between = |pair: &Option<[f64; 2]>| match pair {
        Some([low, high]) => format!(" (95 %: {low:.2} to {high:.2})"),
        None => String::new(),
    };
    let (h, l) = (ratios.pr_z_h, ratios.pr_z_l);
    let apart = ratios.interval_z_h.zip(ratios.interval_z_l).map(|(h, l)| h[0] > l[1] || l[0] > h[1]);
    let order = |h: f64, l: f64| if h > l { "above" } else { "below" };
    let hierarchy = match (h > l, apart) {
        (true, Some(true)) => "z_H spreads over more directions than z_L, as in the paper",
        (false, Some(true)) => "z_H spreads over fewer directions than z_L: not the paper's hierarchy",
        (_, Some(false)) => "the two cannot be told apart: their intervals overlap",
        (_, None) => "too few puzzles for an interval, so this is no finding",
    };
    let mut text = format!(
        "z_H {h:.2}{}, z_L {l:.2}{}: {hierarchy}.",
        between(&ratios.interval_z_h),
        between(&ratios.interval_z_l)
    );
    if !untrained.seeds.is_empty() {
        let (uh, ul) = (untrained.pr_z_h, untrained.pr_z_l);
        let seeds = untrained.each.len();
        text += &format!(
            " With fresh weights (mean of {seeds}) z_H has {uh:.2}, {} z_L's {ul:.2}; z_H over z_L is {:.2} there and {:.2} here.",
            order(uh, ul),
            uh / ul,
            h / l
        );
    }
    if let Some(top) = ratios.spectrum_z_h.first() {
        let of = |spectrum: &[f64]| spectrum.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let l_top = ratios.spectrum_z_l.first().unwrap_or(&0.0) / of(&ratios.spectrum_z_l);
        text += &format!(
            " The largest eigenvalue holds {} of z_H's variance and {} of z_L's.",
            share(top / of(&ratios.spectrum_z_h)),
            share(l_top)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::dimensionality::{Axis, Dimensionality};
    use super::*;

    #[test]
    fn the_sentence_claims_no_more_than_the_numbers() {
        let mut ratios = Dimensionality::new(Axis::All, 3, 6).ratios(1);
        (ratios.pr_z_h, ratios.pr_z_l) = (4.0, 2.0);
        (ratios.interval_z_h, ratios.interval_z_l) = (Some([3.0, 5.0]), Some([1.5, 2.5]));
        let said = |ratios: &Ratios| DimensionalityReport::new(ratios.clone(), &[(1, 2.0, 3.0)]).sentence;
        assert!(said(&ratios).contains("more directions than z_L, as in the paper"));
        assert!(said(&ratios).contains("below z_L's 3.00"));
        ratios.interval_z_l = None;
        assert!(said(&ratios).contains("no finding"));
        ratios.interval_z_l = Some([1.5, 3.5]);
        assert!(said(&ratios).contains("cannot be told apart"));
        (ratios.pr_z_h, ratios.interval_z_h) = (1.0, Some([0.5, 1.2]));
        assert!(said(&ratios).contains("not the paper's hierarchy"));
    }
}
