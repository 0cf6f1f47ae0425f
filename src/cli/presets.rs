//! `train --list`: what can be trained here, and how long it would take.

use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration};
use serde_json::json;

use super::device::Choice;
use crate::model::HrmConfig;
use crate::task::Example;
use crate::train::{Place, RunConfig, TrainConfig, Trainer, memory, preset};

/// The most rows of a batch that are tried: enough to see the speed, few enough not to wait.
const TRIED: usize = 8;

/// Prints every preset as soon as its first steps are measured.
pub fn list(device: &Choice, as_json: bool) -> anyhow::Result<()> {
    let (info, device) = device.open()?;
    let place = Place { device: &device, name: &info.name };
    let mut rows = Vec::new();
    if !as_json {
        println!(
            "{:18} {:>10} {:>6} {:>7} {:>10}  time here, and what it learns from",
            "preset", "weights", "batch", "steps", "memory"
        );
    }
    for (name, _) in preset::PRESETS {
        let Some(config) = preset::named(name, 1) else { continue };
        let parameters = parameters(&config.model);
        let bytes = memory(&config.model, config.train.batch, config.train.ema > 0.0);
        let per_step = measure(&config, place)?;
        let steps = config.train.schedule.steps;
        let whole = Duration::try_from_secs_f64(per_step.as_secs_f64() * steps as f64).unwrap_or(Duration::MAX);
        if as_json {
            rows.push(json!({
                "name": name, "task": config.task, "about": config.about, "parameters": parameters,
                "data": config.data, "batch": config.train.batch, "steps": steps, "memory_bytes": bytes,
                "step_ms": per_step.as_secs_f64() * 1e3, "hours": whole.as_secs_f64() / 3600.0, "device": info.id,
            }));
        } else {
            println!(
                "{name:18} {parameters:>10} {:>6} {steps:>7} {:>10}  {}; {}",
                config.train.batch,
                HumanBytes(bytes).to_string(),
                HumanDuration(whole),
                config.data
            );
            println!("{:18} {}", "", config.about);
        }
    }
    if as_json {
        println!("{}", serde_json::Value::from(rows));
    } else {
        println!("times are those of the first steps at up to {TRIED} rows on {}, scaled to the batch", info.name);
    }
    Ok(())
}

/// How long a step of the whole batch takes, from two steps of a few rows.
fn measure(config: &RunConfig, place: Place<'_>) -> anyhow::Result<Duration> {
    let large = config.model.hidden * config.model.tokens() > 64 * 256;
    let batch = config.train.batch.min(if large { 1 } else { TRIED });
    // One puzzle id is enough to see the speed: a step touches only the rows of its batch.
    let model = HrmConfig { puzzles: config.model.puzzles.min(1), ..config.model.clone() };
    let example = Example { inputs: vec![1; model.seq_len], labels: vec![1; model.seq_len], puzzle_id: 0 };
    let train = TrainConfig { batch, ..config.train.clone() };
    let mut trainer = Trainer::new(config.initializer.build(&model, place.device), train);
    let mut step = || -> anyhow::Result<Duration> {
        let begun = Instant::now();
        trainer.step(|| example.clone())?;
        Ok(begun.elapsed())
    };
    let (_, second) = (step()?, step()?);
    Ok(second.mul_f64(config.train.batch as f64 / batch as f64))
}

/// Number of weights, the puzzle table and the initial states included.
fn parameters(config: &HrmConfig) -> usize {
    config.weights() as usize + config.puzzles * config.puzzle_dim
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Initializer;
    use burn::tensor::Device;

    #[test]
    fn weights_are_counted_without_making_them() {
        for name in ["sudoku-4x4", "sudoku-6x6", "maze-9x9"] {
            let config = preset::named(name, 1).unwrap().model;
            let model = Initializer::default().build(&config, &Device::flex());
            assert_eq!(parameters(&config), model.parameters(), "{name}");
        }
        // The paper's figure leaves out the initial states and the puzzle row.
        assert_eq!(parameters(&HrmConfig::default()), 27_275_266 + 3 * 512);
    }
}
