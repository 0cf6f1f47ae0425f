//! How much memory a training run needs, from its sizes alone.

use super::RunConfig;
use crate::model::{Gradient, HrmConfig};

/// What the process holds whatever the model: the program, its threads, the allocator's first pages.
const BASE: f64 = 45e6;
/// What the allocator holds beyond what is in use.
const SLACK: f64 = 1.12;
/// Bytes of a number.
const NUMBER: f64 = 4.0;

/// A run that needs more memory than is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Short {
    /// What is free, bytes.
    pub free: u64,
    /// The largest batch that fits; None where not even one board does.
    pub fits: Option<usize>,
}

/// The most that a run holds on the CPU, bytes; the data set comes on top.
pub fn needed(config: &RunConfig) -> u64 {
    with_batch(config, config.train.batch)
}

/// What would fit, where a run needs more than is free.
pub fn too_little(config: &RunConfig, free: u64) -> Option<Short> {
    if needed(config) <= free {
        return None;
    }
    // Memory grows with the batch: what fits lies below what does not.
    let (mut fits, mut too_many) = (0, config.train.batch);
    while too_many - fits > 1 {
        let middle = fits + (too_many - fits) / 2;
        if with_batch(config, middle) <= free {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    Some(Short { free, fits: Some(fits).filter(|batch| *batch > 0) })
}

fn with_batch(config: &RunConfig, batch: usize) -> u64 {
    memory(&config.model, batch, config.train.ema > 0.0, config.train.gradient)
}

/// The most memory that training on the CPU holds, bytes: weights, moments, gradients and averages, what a step of so many
/// boards keeps for its backward pass, and the puzzle table. Measured figures are within a third of it (`bench train` prints
/// them). The data set comes on top.
fn memory(config: &HrmConfig, batch: usize, averaged: bool, gradient: Gradient) -> u64 {
    let of = |count: usize| count as f64;
    let (hidden, inner) = (of(config.hidden), of(config.inner()));
    let rows = of(batch) * of(config.tokens());
    let (h, l) = (of(config.h_layers), of(config.l_layers));

    // The weights, their two moments and their gradients, and the average.
    let averages = if averaged { 1.0 } else { 0.0 };
    let weights = config.weights() * (4.0 + averages);
    let on_graph = match gradient {
        Gradient::OneStep => h + l,
        Gradient::Bptt => of(config.h_cycles) * (of(config.l_cycles) * l + h),
    };
    // Per row a block keeps q, k, v, the mixed values, the middle and its output; gate and up; norms and softmax.
    let kept = on_graph * rows * (6.0 * hidden + 2.0 * inner + 2.0 + 2.0 * of(config.heads));
    // One block's backward pass and the weights it packs.
    let backward = rows * (5.0 * hidden + 3.0 * inner) + 4.0 * hidden * hidden + 3.0 * hidden * inner;
    // States, input and their gradients; logits and what the loss makes of them.
    let states = rows * hidden * 20.0;
    let heads = of(batch) * of(config.seq_len) * of(config.vocab) * 20.0;
    // The table is averaged row by row, and put together once more to be saved as a checkpoint.
    let table =
        if config.puzzle_dim > 0 { of(config.puzzles) * of(config.puzzle_dim) * (1.0 + 2.0 * averages) } else { 0.0 };

    // Numbers beyond 2^64 become the largest there is.
    (BASE + SLACK * NUMBER * (weights + kept + backward + states + heads + table)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Position;
    use crate::train::preset::named;

    fn small() -> HrmConfig {
        let paper = HrmConfig::default();
        HrmConfig {
            hidden: 64,
            heads: 4,
            h_layers: 2,
            l_layers: 2,
            position: Position::Learned,
            puzzle_dim: 64,
            ..paper
        }
    }

    #[test]
    fn it_is_near_what_was_measured() {
        // MiB of `bench train` on the CPU with two threads.
        let (small, paper, one, all) = (small(), HrmConfig::default(), Gradient::OneStep, Gradient::Bptt);
        for (config, batch, averaged, gradient, measured) in [
            (&small, 1, false, one, 54.0),
            (&small, 8, false, one, 78.0),
            (&small, 32, false, one, 115.0),
            (&small, 32, true, one, 132.0),
            (&small, 32, false, all, 216.0),
            (&small, 128, false, one, 335.0),
            (&small, 128, true, all, 651.0),
            (&paper, 1, false, one, 516.0),
            (&paper, 1, true, one, 634.0),
            (&paper, 4, false, one, 575.0),
            (&paper, 4, true, all, 828.0),
        ] {
            let said = memory(config, batch, averaged, gradient) as f64 / f64::from(1 << 20);
            let ratio = said / measured;
            assert!((0.8..1.25).contains(&ratio), "{said} MiB instead of {measured} at batch {batch}, {gradient}");
        }
    }

    #[test]
    fn tables_and_absurd_sizes_count() {
        let (table, one) = (HrmConfig { puzzles: 1_000_000, ..HrmConfig::default() }, Gradient::OneStep);
        let more = memory(&table, 1, false, one) - memory(&HrmConfig::default(), 1, false, one);
        assert!(more > 2_048_000_000, "{more}");
        let most = 1 << 24;
        let absurd = HrmConfig { hidden: most, l_layers: most, h_layers: most, seq_len: most, ..table };
        assert_eq!(memory(&absurd, usize::MAX, true, one), u64::MAX);
    }

    #[test]
    fn the_largest_batch_that_fits_is_found() {
        let config = named("arc-agi-1", 1).unwrap();
        assert_eq!(too_little(&config, u64::MAX), None);
        let free = 21u64 << 30;
        let batch = too_little(&config, free).unwrap().fits.unwrap();
        assert!(
            batch < config.train.batch && with_batch(&config, batch) <= free && with_batch(&config, batch + 1) > free
        );
        assert_eq!(too_little(&config, 1 << 20).unwrap().fits, None, "no batch is small enough");
    }
}
