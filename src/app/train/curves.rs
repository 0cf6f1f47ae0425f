//! A run's figures as curves: smoothed, over steps or time. What is computed once is kept until the run has new figures.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Axis, CurveSettings};
use crate::train::watch::{Measured, Report, RunView};

/// Something that is plotted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// Share of held-out boards wholly right.
    HeldOutExact,
    /// The same of training boards that halted.
    TrainingExact,
    /// Share of held-out cells right.
    HeldOutCell,
    /// The same of training boards that halted.
    TrainingCell,
    /// Mean cross-entropy of a row.
    LmLoss,
    /// Loss of the halting value.
    QHalt,
    /// Loss of the value of going on.
    QContinue,
    /// Segments that training boards took.
    Segments,
    /// Learning rate.
    Rate,
    /// Steps per second.
    Speed,
}

enum Source {
    Reports(fn(&Report) -> f32),
    Measured(fn(&Measured) -> f32),
}

impl Quantity {
    fn source(self) -> Source {
        match self {
            Self::HeldOutExact => Source::Measured(|m| m.exact),
            Self::TrainingExact => Source::Reports(|r| r.exact),
            Self::HeldOutCell => Source::Measured(|m| m.cell),
            Self::TrainingCell => Source::Reports(|r| r.accuracy),
            Self::LmLoss => Source::Reports(|r| r.lm_loss),
            Self::QHalt => Source::Reports(|r| r.q_halt_loss),
            Self::QContinue => Source::Reports(|r| r.q_continue_loss),
            Self::Segments => Source::Reports(|r| r.segments_mean),
            Self::Rate => Source::Reports(|r| r.lr),
            Self::Speed => Source::Reports(|r| r.steps_per_s),
        }
    }

    /// Whether it is noisy, so that it is smoothed when that is asked for.
    fn is_noisy(self) -> bool {
        matches!(self.source(), Source::Reports(_)) && self != Self::Rate
    }
}

/// Places across and heights.
pub type Points = Arc<Vec<(f64, f32)>>;

/// The curves that were computed, by run and quantity.
#[derive(Default)]
pub struct Curves {
    kept: HashMap<(PathBuf, Quantity), Kept>,
}

struct Kept {
    run: Arc<RunView>,
    axis: Axis,
    smoothing: f32,
    points: Points,
}

impl Curves {
    /// The curve of a run, in order; figures that are missing are left out.
    pub fn of(&mut self, run: &Arc<RunView>, quantity: Quantity, settings: &CurveSettings) -> Points {
        let smoothing = if quantity.is_noisy() { settings.smoothing.clamp(0.0, 0.99) } else { 0.0 };
        let key = (run.folder.clone(), quantity);
        if let Some(kept) = self.kept.get(&key)
            && Arc::ptr_eq(&kept.run, run)
            && kept.axis == settings.axis
            && kept.smoothing == smoothing
        {
            return kept.points.clone();
        }
        let across = |step: u64, seconds: f64| if settings.axis == Axis::Steps { step as f64 } else { seconds };
        let points: Vec<(f64, f32)> = match quantity.source() {
            Source::Reports(of) => run.reports.iter().map(|r| (across(r.step, r.seconds), of(r))).collect(),
            Source::Measured(of) => run.measured.iter().map(|m| (across(m.step, m.seconds), of(m))).collect(),
        };
        let points = Arc::new(smooth(points, smoothing));
        let kept = Kept { run: run.clone(), axis: settings.axis, smoothing, points: points.clone() };
        self.kept.insert(key, kept);
        points
    }

    /// Forgets runs that are no longer plotted.
    pub fn keep(&mut self, plotted: &[&Arc<RunView>]) {
        self.kept.retain(|(folder, _), _| plotted.iter().any(|run| run.folder == *folder));
    }
}

/// The running mean in which what came before has this weight, corrected for its beginning.
fn smooth(points: Vec<(f64, f32)>, weight: f32) -> Vec<(f64, f32)> {
    let (mut mean, mut share) = (0.0f64, 0.0f64);
    let weight = f64::from(weight);
    let finite = points.into_iter().filter(|(_, y)| y.is_finite());
    finite
        .map(|(x, y)| {
            mean = weight * mean + (1.0 - weight) * f64::from(y);
            share = weight * share + (1.0 - weight);
            (x, (mean / share) as f32)
        })
        .collect()
}

/// The points of `points` that are seen between `from` and `to` on so many columns: of each column the lowest and the
/// highest, and one point beyond each end.
pub fn visible(points: &[(f64, f32)], from: f64, to: f64, columns: usize) -> Vec<(f64, f32)> {
    let first = points.partition_point(|(x, _)| *x < from).saturating_sub(1);
    let last = (points.partition_point(|(x, _)| *x <= to) + 1).min(points.len());
    let seen = &points[first.min(last)..last];
    if seen.len() <= columns * 2 {
        return seen.to_vec();
    }
    let width = (to - from).max(f64::MIN_POSITIVE) / columns.max(1) as f64;
    let column = |x: f64| ((x - from) / width).floor();
    let mut kept = Vec::with_capacity(columns * 2 + 2);
    for group in seen.chunk_by(|a, b| column(a.0) == column(b.0)) {
        let by_height = |a: &&(f64, f32), b: &&(f64, f32)| a.1.total_cmp(&b.1);
        let (Some(low), Some(high)) = (group.iter().min_by(by_height), group.iter().max_by(by_height)) else {
            continue;
        };
        let (early, late) = if low.0 <= high.0 { (low, high) } else { (high, low) };
        kept.push(*early);
        if early != late {
            kept.push(*late);
        }
    }
    kept
}

/// The height of a curve at a place: of the nearest point.
pub fn nearest(points: &[(f64, f32)], x: f64) -> Option<(f64, f32)> {
    let after = points.partition_point(|(at, _)| *at < x);
    let candidates = [after.checked_sub(1), Some(after)].into_iter().flatten().filter_map(|i| points.get(i));
    candidates.copied().min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_starts_at_the_first_value_and_lags() {
        let points = vec![(1.0, 4.0), (2.0, f32::NAN), (3.0, 0.0), (4.0, 0.0)];
        assert_eq!(smooth(points.clone(), 0.0), [(1.0, 4.0), (3.0, 0.0), (4.0, 0.0)]);
        let smoothed = smooth(points, 0.5);
        assert_eq!(smoothed[0], (1.0, 4.0));
        assert!((smoothed[1].1 - 4.0 / 3.0).abs() < 1e-6 && smoothed[2].1 < smoothed[1].1);
    }

    #[test]
    fn thinning_keeps_the_extremes() {
        let mut points: Vec<(f64, f32)> = (0..10_000).map(|i| (f64::from(i), 0.0)).collect();
        (points[4321].1, points[7000].1) = (9.0, -9.0);
        let seen = visible(&points, 0.0, 9999.0, 100);
        assert!(seen.len() <= 202 && seen.contains(&(4321.0, 9.0)) && seen.contains(&(7000.0, -9.0)));
        assert!(seen.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        assert_eq!(visible(&points, 10.0, 12.0, 100).len(), 5);
        assert!(visible(&[], 0.0, 1.0, 10).is_empty());
        assert_eq!(nearest(&points, 4320.6), Some((4321.0, 9.0)));
        assert_eq!(nearest(&[], 1.0), None);
    }
}
