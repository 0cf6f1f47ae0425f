//! `bench table`: a training step must not feel how many puzzles the table knows.

use std::time::{Duration, Instant};

use burn::tensor::Device;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::{Workload, median, smallest};
use crate::model::{HrmConfig, Initializer};
use crate::train::Trainer;

/// Rows of the two tables.
const ROWS: [usize; 2] = [1000, 1_000_000];

/// Steps with both tables in turns, each row of the batch with a puzzle of its own drawn at random, and averaged
/// weights: milliseconds of each and what the larger table costs.
pub fn run(config: &HrmConfig, work: &Workload, device: &Device, time: Duration) -> anyhow::Result<serde_json::Value> {
    let start = Initializer { seed: 1, ..Default::default() };
    let mut trainers = ROWS.map(|puzzles| {
        let model = start.build(&HrmConfig { puzzles, ..config.clone() }, device);
        (Trainer::new(model, work.config()), ChaCha8Rng::seed_from_u64(1), puzzles, Vec::new())
    });
    let begun = Instant::now();
    while trainers[0].3.len() < 4 || begun.elapsed() < time {
        for (trainer, rng, puzzles, times) in &mut trainers {
            let start = Instant::now();
            trainer.step(|| work.example(rng.random_range(0..*puzzles as i32)))?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    // The first step warms up.
    let mut figures = trainers.map(|(.., times)| times[1..].to_vec());
    let min = figures.each_ref().map(|times| smallest(times));
    let middle = figures.each_mut().map(|times| median(times));
    Ok(json!({
        "rows": ROWS, "min_ms": min, "median_ms": middle, "runs": figures[0].len(),
        "ratio_of_minima": min[1] / min[0], "ratio_of_medians": middle[1] / middle[0],
    }))
}
