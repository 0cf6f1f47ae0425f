//! `bench`: how long a segment and a training step take, on shapes that the PyTorch program shares.

mod gradient;
mod table;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use anyhow::ensure;
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::json;

use super::device::Choice;
use crate::model::{Gradient, Hrm, HrmConfig, Initializer, Position};
use crate::task::Example;
use crate::trace::Module;
use crate::train::{Schedule, TrainConfig, Trainer};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum What {
    /// One segment without a graph.
    Forward,
    /// One training step: segment, bootstrap target, backward pass, update.
    Train,
    /// One segment that keeps every state, as a trace file does, over one that does not.
    Trace,
    /// Training steps with puzzle tables of 1000 and of a million rows, and the ratio of the two.
    Table,
    /// The one-step gradient beside backpropagation through the whole segment at 2x2, 4x4 and 8x8 cycles: memory and time
    /// of a training step, each in a process of its own, and the angle between the two.
    Gradient,
    /// One frame of the window while a trace plays.
    Frame,
}

#[derive(Debug, clap::Args)]
pub struct Arguments {
    what: What,
    /// `small` (D 64, 2+2 layers) or `paper` (D 512, 4+4 layers, 27 million weights), both S 81, with random weights.
    #[arg(long, default_value = "small")]
    preset: String,
    #[arg(long, default_value_t = 1)]
    batch: usize,
    /// CPU threads; default: all.
    #[arg(long)]
    threads: Option<usize>,
    /// H-cycles x L-steps per cycle.
    #[arg(long, default_value = "2x2")]
    cycles: String,
    /// Rows of the puzzle table.
    #[arg(long, default_value_t = 1)]
    puzzles: usize,
    /// How far back training steps' gradient goes: one-step or bptt.
    #[arg(long, default_value_t = Gradient::OneStep)]
    gradient: Gradient,
    /// Decay of the averaged weights in training steps; 0 for none.
    #[arg(long, default_value_t = 0.0)]
    ema: f64,
    /// How long to measure.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// With `frame`: a run trains meanwhile, and both layouts are measured.
    #[arg(long)]
    train: bool,
    #[command(flatten)]
    device: Choice,
    /// `gradient`: also the angle in a trained Sudoku model, a name or a file.
    #[arg(long, value_name = "CHECKPOINT")]
    trained: Option<String>,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.what == What::Frame {
        return super::frame::run(arguments.seconds, arguments.train, arguments.json);
    }
    if let Some(threads) = arguments.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    ensure!(arguments.batch > 0, "--batch must be at least 1");
    ensure!((1..=1 << 24).contains(&arguments.puzzles), "--puzzles must be between 1 and {}", 1 << 24);
    let config = HrmConfig { puzzles: arguments.puzzles, ..configuration(&arguments.preset, &arguments.cycles)? };
    config.validate()?;
    let (info, device) = arguments.device.open()?;
    let tokens: Vec<i32> = (0..arguments.batch * config.seq_len).map(|i| (i * 7 % 10 + 1) as i32).collect();
    let time = Duration::try_from_secs_f64(arguments.seconds)?;
    let work = Workload {
        tokens: tokens[..config.seq_len].to_vec(),
        batch: arguments.batch,
        ema: arguments.ema,
        gradient: arguments.gradient,
    };
    let build = || Initializer { seed: 1, ..Default::default() }.build(&config, &device);
    let mut object = json!({
        "preset": arguments.preset, "batch": arguments.batch, "threads": rayon::current_num_threads(),
        "device": info.id, "cycles": arguments.cycles,
    });
    let mut report = |figures: serde_json::Value| {
        if let (Some(object), serde_json::Value::Object(figures)) = (object.as_object_mut(), figures) {
            object.extend(figures);
        }
    };
    match arguments.what {
        // Answered above.
        What::Frame => {}
        What::Forward => report(times(forward(&build(), tokens, &device, time, false)?)),
        What::Train => report(times(train(build(), &work, time)?)),
        What::Trace => {
            let model = build();
            let plain = median(&mut forward(&model, tokens.clone(), &device, time, false)?);
            let mut traced = forward(&model, tokens, &device, time, true)?;
            report(json!({"plain_median_ms": plain, "trace_over_plain": median(&mut traced) / plain}));
            report(times(traced));
        }
        What::Gradient => report(gradient::run(arguments, &info.id, &device)?),
        What::Table => report(table::run(&config, &Workload { ema: 0.999, ..work }, &device, time)?),
    }
    object["peak_rss_mib"] = json!(peak_rss_mib());
    if arguments.json {
        println!("{object}");
    } else if arguments.what == What::Gradient {
        print!("{}", gradient::table(&object));
    } else {
        println!("{}", serde_json::to_string_pretty(&object)?);
    }
    Ok(())
}

fn configuration(preset: &str, cycles: &str) -> anyhow::Result<HrmConfig> {
    let parts = cycles.split_once('x').and_then(|(h, l)| Some((h.parse().ok()?, l.parse().ok()?)));
    let Some((h_cycles, l_cycles)) = parts else { anyhow::bail!("--cycles {cycles}: write 2x2") };
    let paper = HrmConfig { h_cycles, l_cycles, ..HrmConfig::default() };
    let config = match preset {
        "paper" => paper,
        "small" => HrmConfig {
            hidden: 64,
            heads: 4,
            h_layers: 2,
            l_layers: 2,
            position: Position::Learned,
            puzzle_dim: 64,
            ..paper
        },
        _ => anyhow::bail!("there is no preset `{preset}`: small or paper"),
    };
    Ok(config)
}

/// Calls `work` once to warm up, then for as long as there is time (three times at least); milliseconds of each call.
fn repeat(time: Duration, mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Vec<f64>> {
    work()?;
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.len() < 3 || begun.elapsed() < time {
        let start = Instant::now();
        work()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}

fn forward(model: &Hrm, tokens: Vec<i32>, device: &Device, time: Duration, keep: bool) -> anyhow::Result<Vec<f64>> {
    let batch = tokens.len() / model.config.seq_len;
    let ids = vec![0; batch];
    let tokens = Tensor::from_data(TensorData::new(tokens, [batch, model.config.seq_len]), device);
    repeat(time, || {
        let rows = model.puzzle.as_ref().map(|table| table.gather(&ids, device));
        let x = model.embed(tokens.clone(), rows);
        let mut kept: Vec<Vec<f32>> = Vec::new();
        let done = model.segment(&x, model.initial(batch), None, &mut |seen| {
            if keep {
                let state = match seen.at.module {
                    Module::L => &seen.carry.z_l,
                    Module::H => &seen.carry.z_h,
                };
                kept.extend(state.try_to_vec_as::<f32>());
            }
            ControlFlow::Continue(())
        });
        // Reading waits for a device that computes in the background.
        let q = done.map(|(_, heads)| heads.q.try_to_vec_as::<f32>());
        ensure!(matches!(q, Some(Ok(_))), "the device stopped answering");
        Ok(())
    })
}

/// What training steps are given to do.
#[derive(Debug, Clone)]
pub struct Workload {
    tokens: Vec<i32>,
    batch: usize,
    ema: f64,
    gradient: Gradient,
}

impl Workload {
    fn config(&self) -> TrainConfig {
        TrainConfig {
            batch: self.batch,
            schedule: Schedule { rate: 1e-4, warmup: 0, steps: u64::MAX, min_ratio: 1.0 },
            betas: (0.9, 0.95),
            weight_decay: 0.1,
            puzzle_rate: 1.0,
            puzzle_decay: 0.1,
            ema: self.ema,
            seed: 1,
            grow: None,
            bootstrap: true,
            gradient: self.gradient,
        }
    }

    fn example(&self, puzzle_id: i32) -> Example {
        Example { inputs: self.tokens.clone(), labels: self.tokens.clone(), puzzle_id }
    }
}

fn train(model: Hrm, work: &Workload, time: Duration) -> anyhow::Result<Vec<f64>> {
    let puzzles = model.config.puzzles as i32;
    let mut trainer = Trainer::new(model, work.config());
    let mut puzzle = 0;
    repeat(time, || {
        trainer.step(|| {
            puzzle = (puzzle + 7919) % puzzles;
            work.example(puzzle)
        })?;
        Ok(())
    })
}

/// The usual three figures.
fn times(mut times: Vec<f64>) -> serde_json::Value {
    json!({"min_ms": smallest(&times), "median_ms": median(&mut times), "runs": times.len()})
}

fn smallest(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The most memory this process ever held, where the system tells.
fn peak_rss_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
