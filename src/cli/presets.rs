//! `train --list`: what can be trained here, and how long it would take.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration};
use serde_json::json;

use super::device::Choice;
use crate::model::HrmConfig;
use crate::task::Example;
use crate::train::{Place, RunConfig, Schedule, TrainConfig, Trainer, needed, preset};

/// The most rows of a batch that are tried: enough to see the speed, few enough not to wait.
const TRIED: usize = 8;

/// The most steps that are made of a model; the least is two.
const STEPS: usize = 5;
/// No further step is made when those before it have taken this long together.
const ENOUGH: Duration = Duration::from_secs(1);

/// Prints every preset, or those of a task, as soon as its first steps are measured.
pub fn list(device: &Choice, task: Option<&str>, as_json: bool) -> anyhow::Result<()> {
    let (info, device) = device.open()?;
    let place = Place { device: &device, name: &info.name };
    let mut told = false;
    let mut speeds = Speeds::default();
    if !as_json {
        println!(
            "{:18} {:>10} {:>6} {:>7} {:>10}  time here, and what it learns from",
            "preset", "weights", "batch", "steps", "memory"
        );
    }
    for (name, _) in preset::PRESETS {
        let Some(config) = preset::named(name, 1).filter(|config| task.is_none_or(|task| config.task == task)) else {
            continue;
        };
        let parameters = parameters(&config.model);
        let bytes = needed(&config);
        let per_step = speeds.of(&config, place)?;
        let steps = config.train.schedule.steps;
        let whole = Duration::try_from_secs_f64(per_step.as_secs_f64() * steps as f64).unwrap_or(Duration::MAX);
        if as_json {
            // An array with a preset in each line, so that who waits for one need not wait for all.
            let row = json!({
                "name": name, "task": config.task, "about": config.about, "parameters": parameters,
                "data": config.data, "batch": config.train.batch, "steps": steps, "memory_bytes": bytes,
                "step_ms": per_step.as_secs_f64() * 1e3, "hours": whole.as_secs_f64() / 3600.0, "device": info.id,
            });
            print!("{}{row}", if told { ",\n" } else { "[" });
            std::io::stdout().flush()?;
            told = true;
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
        println!("]");
    } else {
        println!("times are those of the fastest steps, at up to {TRIED} rows scaled to the batch, on {}", info.name);
    }
    Ok(())
}

/// How long the steps of models take, each measured once.
#[derive(Default)]
struct Speeds {
    known: Vec<(HrmConfig, TrainConfig, Duration)>,
}

impl Speeds {
    /// How long a step of the whole batch takes, from steps of a few rows.
    fn of(&mut self, config: &RunConfig, place: Place<'_>) -> anyhow::Result<Duration> {
        let large = config.model.hidden * config.model.tokens() > 64 * 256;
        let batch = config.train.batch.min(if large { 1 } else { TRIED });
        // One puzzle id is enough to see the speed: a step touches only the rows of its batch.
        let model = HrmConfig { puzzles: config.model.puzzles.min(1), ..config.model.clone() };
        // Nor does it ask how many steps will follow.
        let schedule = Schedule { steps: 1, ..config.train.schedule };
        let train = TrainConfig { batch, schedule, ..config.train.clone() };
        let whole = |step: Duration| step.mul_f64(config.train.batch as f64 / batch as f64);
        if let Some((.., step)) = self.known.iter().find(|(m, t, _)| (m, t) == (&model, &train)) {
            return Ok(whole(*step));
        }
        let example = Example { inputs: vec![1; model.seq_len], labels: vec![1; model.seq_len], puzzle_id: 0 };
        let mut trainer = Trainer::new(config.initializer.build(&model, place.device), train.clone());
        let took = fastest(|| {
            let begun = Instant::now();
            trainer.step(|| example.clone())?;
            Ok(begun.elapsed())
        })?;
        self.known.push((model, train, took));
        Ok(whole(took))
    }
}

/// The fastest of some steps: the first may make something ready that the others are spared, and any may have had to wait for
/// another program.
fn fastest(mut step: impl FnMut() -> anyhow::Result<Duration>) -> anyhow::Result<Duration> {
    let (mut best, mut sum) = (Duration::MAX, Duration::ZERO);
    for made in 0..STEPS {
        if made >= 2 && sum > ENOUGH {
            break;
        }
        let took = step()?;
        (best, sum) = (best.min(took), sum.saturating_add(took));
    }
    Ok(best)
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
    fn a_step_that_had_to_wait_does_not_decide() {
        let measure = |steps: &[u64]| {
            let mut steps = steps.iter();
            let best = fastest(|| Ok(Duration::from_millis(*steps.next().expect("another step")))).unwrap();
            (best.as_millis(), steps.len())
        };
        assert_eq!(measure(&[40, 300, 30, 31, 32, 10]), (30, 1), "five steps, the last is not made");
        assert_eq!(measure(&[30, 17_000, 20]), (30, 1), "enough time has gone");
        assert_eq!(measure(&[9000, 8000, 7000]), (8000, 1), "two at least");
    }

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
