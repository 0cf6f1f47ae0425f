//! `bench gradient`: the paper's claim that the one-step gradient needs memory that does not grow with the cycles, and how
//! far it points from the true one.

use std::fmt::Write;
use std::process::Command;

use anyhow::{Context, ensure};
use burn::tensor::{Device, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::{Arguments, configuration};
use crate::board::sudoku::generate;
use crate::checkpoint;
use crate::model::{Gradient, Hrm, HrmConfig, Initializer};
use crate::task::{Example, sudoku};
use crate::train::{ActState, Gradients, Rules, forward_backward_by};

/// H-cycles and L-steps that are compared.
const CYCLES: [usize; 3] = [2, 4, 8];
/// Boards that the angle is measured on, and segments.
const BOARDS: usize = 32;
const SEGMENTS: usize = 4;

/// Memory and time of both gradients, and the angle between them.
pub fn run(arguments: &Arguments, id: &str, device: &Device) -> anyhow::Result<Value> {
    let mut rows = Vec::new();
    for cycles in CYCLES {
        let text = format!("{cycles}x{cycles}");
        let steps = [Gradient::OneStep, Gradient::Bptt].map(|gradient| step(arguments, id, &text, gradient));
        let [one_step, bptt] = steps;
        let fresh = configuration(&arguments.preset, &text)?;
        let fresh = Initializer { seed: 1, ..Default::default() }.build(&fresh, device);
        let mut row = json!({
            "cycles": text, "one_step": one_step?, "bptt": bptt?, "degrees_random": degrees(&fresh)?,
        });
        if let Some(name) = &arguments.trained {
            let mut model = checkpoint::open(name)?.model(device)?;
            model.config = HrmConfig { h_cycles: cycles, l_cycles: cycles, ..model.config };
            row["degrees_trained"] = json!(degrees(&model)?);
        }
        rows.push(row);
    }
    Ok(json!({"gradients": rows}))
}

/// `bench train` in a process of its own: the memory that was ever held is only then that of this step.
fn step(arguments: &Arguments, device: &str, cycles: &str, gradient: Gradient) -> anyhow::Result<Value> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", "train", "--json", "--preset", &arguments.preset, "--cycles", cycles]);
    command.args(["--gradient", &gradient.to_string(), "--batch", &arguments.batch.to_string()]);
    command.args(["--seconds", &arguments.seconds.to_string()]);
    command.args(["--threads", &rayon::current_num_threads().to_string()]);
    command.args(["--device", device]);
    let done = command.output().context("bench train could not be started")?;
    ensure!(done.status.success(), "bench train failed: {}", String::from_utf8_lossy(&done.stderr).trim());
    let figures: Value = serde_json::from_slice(&done.stdout).context("bench train wrote no JSON")?;
    Ok(json!({
        "min_ms": figures["min_ms"], "median_ms": figures["median_ms"], "peak_rss_mib": figures["peak_rss_mib"],
    }))
}

/// The angle between the two gradients of all weights in each of the first segments, degrees.
fn degrees(model: &Hrm) -> anyhow::Result<Vec<f64>> {
    let examples = examples(&model.config)?;
    let mut state = ActState::new(model, examples.len());
    state.refill(model, |row| examples[row].clone());
    let mut angles = Vec::new();
    for _ in 0..SEGMENTS {
        // Nobody halts: all rows take the same segments.
        let stay = vec![u32::MAX; examples.len()];
        let by = |gradient, state: &mut ActState| {
            let rules = Rules { min_steps: &stay, gradient, ..Rules::default() };
            forward_backward_by(model, state, rules).map_err(|e| anyhow::anyhow!("the device failed: {e:?}"))
        };
        let whole = by(Gradient::Bptt, &mut state.clone())?.gradients;
        let one = by(Gradient::OneStep, &mut state)?.gradients;
        angles.push(cosine(&one, &whole)?.clamp(-1.0, 1.0).acos().to_degrees());
    }
    Ok(angles)
}

fn cosine(a: &Gradients, b: &Gradients) -> anyhow::Result<f64> {
    let numbers = |t: &Tensor<2>| t.try_to_vec_as::<f32>().map_err(|e| anyhow::anyhow!("the device failed: {e:?}"));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.weights.iter().zip(&b.weights) {
        let (Some(a), Some(b)) = (a, b) else { continue };
        for (a, b) in numbers(a)?.into_iter().zip(numbers(b)?) {
            let (a, b) = (f64::from(a), f64::from(b));
            (ab, aa, bb) = (ab + a * b, aa + a * a, bb + b * b);
        }
    }
    Ok(ab / (aa * bb).sqrt())
}

/// Sudokus with two cells in five given.
fn examples(config: &HrmConfig) -> anyhow::Result<Vec<Example>> {
    let shape = sudoku::shape_for(config.seq_len, config.vocab).context("the trained model is for no Sudoku")?;
    let givens = shape.cells() * 2 / 5;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    (0..BOARDS)
        .map(|_| {
            let puzzle = generate(shape, givens..=givens, &mut rng)?;
            let [inputs, labels] = [&puzzle.board, &puzzle.solution].map(sudoku::encode);
            Ok(Example { inputs, labels, puzzle_id: 0 })
        })
        .collect()
}

/// The figures as a table in Markdown.
pub fn table(figures: &Value) -> String {
    let number = |value: &Value, digits: usize| value.as_f64().map_or("-".into(), |v| format!("{v:.digits$}"));
    let mut text = String::from(
        "| cycles | one-step ms, min / median | MiB | bptt ms, min / median | MiB | degrees apart in segments 1 to 4, random weights | trained |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for row in figures["gradients"].as_array().into_iter().flatten() {
        let side = |name: &str| {
            let side = &row[name];
            let [min, median, peak] = ["min_ms", "median_ms", "peak_rss_mib"].map(|key| &side[key]);
            format!("{} / {} | {}", number(min, 1), number(median, 1), number(peak, 0))
        };
        let degrees = |name: &str| {
            let all: Vec<String> = row[name].as_array().into_iter().flatten().map(|v| number(v, 0)).collect();
            if all.is_empty() { "-".to_owned() } else { all.join(", ") }
        };
        let cycles = row["cycles"].as_str().unwrap_or_default();
        let (one, all) = (side("one_step"), side("bptt"));
        let (random, trained) = (degrees("degrees_random"), degrees("degrees_trained"));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {cycles} | {one} | {all} | {random} | {trained} |");
    }
    text
}
