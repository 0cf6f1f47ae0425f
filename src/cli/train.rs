//! `train`: learns from a preset or goes on with a run.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::device::Choice;
use crate::dataset::DataSource;
use crate::train::{News, Run, RunConfig, RunError, TrainError, Until, preset};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What to learn; only `sudoku` so far. Default: the preset's task.
    #[arg(long)]
    task: Option<String>,
    /// A puzzle CSV, or `generated:6x6,givens=13..24,count=50000,seed=1`; default: the preset's.
    #[arg(long)]
    data: Option<DataSource>,
    /// `sudoku-4x4` or `sudoku-6x6`.
    #[arg(long)]
    preset: Option<String>,
    /// The run folder.
    #[arg(long)]
    out: PathBuf,
    /// Stop at this step, counted from the run's start; default: the end of the preset's schedule.
    #[arg(long)]
    steps: Option<u64>,
    /// Stop after these minutes.
    #[arg(long, conflicts_with = "steps")]
    minutes: Option<f64>,
    /// Go on with the run in the folder; preset, data and seed, when said again, must be those it was started with.
    #[arg(long)]
    resume: bool,
    /// Decides first weights, order of the puzzles, and exploration.
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    device: Choice,
    /// One JSON object on standard output at the end.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        // Who asks twice does not want to wait for the step.
        if asked.swap(true, Ordering::Relaxed) {
            std::process::exit(1);
        }
    })
    .context("Ctrl-C cannot be caught")?;
    let (_, device) = arguments.device.open()?;

    let spinner = ProgressBar::new_spinner();
    let watch = |done: usize| {
        spinner.set_message(format!("{done} puzzles"));
        spinner.tick();
        !stop.load(Ordering::Relaxed)
    };
    let mut run = if arguments.resume {
        let run = Run::resume(&arguments.out, &device, &watch)?;
        same_settings(arguments, &run.config)?;
        run
    } else {
        Run::create(&arguments.out, configuration(arguments)?, &device, &watch)?
    };
    spinner.finish_and_clear();

    let minutes = arguments.minutes.map(|m| Duration::try_from_secs_f64(m * 60.0)).transpose()?;
    let last = run.config.train.schedule.steps;
    let until = Until { step: arguments.steps.unwrap_or(last).min(last), time: minutes };
    if arguments.steps.is_some_and(|steps| steps > last) {
        eprintln!("the schedule of this run ends at step {last}: it stops there");
    }
    let bar = ProgressBar::new(until.step).with_style(ProgressStyle::with_template(
        "{bar:24} step {pos}/{len}  {msg}  {per_sec}  {elapsed} gone, {eta} left",
    )?);
    bar.set_position(run.step());
    bar.reset_eta();
    let mut figures = None;
    let outcome = run.train(until, &mut |news| {
        match news {
            News::Step { step, lm_loss, exact } => {
                bar.set_position(step);
                let exact = exact.map_or("-".to_owned(), |exact| format!("{:.0} %", 100.0 * exact));
                bar.set_message(format!("loss {lm_loss:.3}  exact {exact}"));
            }
            News::Evaluated { step, evaluation } => {
                bar.suspend(|| {
                    eprintln!(
                        "step {step}: held-out {:.1} % exact, {:.1} % of cells, {:.2} segments",
                        100.0 * evaluation.exact,
                        100.0 * evaluation.cell,
                        evaluation.segments_mean
                    );
                });
                figures = Some(evaluation);
            }
        }
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish_and_clear();
    let folder = arguments.out.display();
    if let Err(error @ RunError::Train(TrainError::NotFinite { .. })) = &outcome {
        let kept = crate::checkpoint::steps(&arguments.out.join("checkpoints")).pop();
        let kept = kept.map_or(String::new(), |(_, path)| format!(" ({})", path.display()));
        bail!("{error}{kept}");
    }
    outcome?;
    let stopped = stop.load(Ordering::Relaxed);
    if arguments.json {
        let object = json!({"out": arguments.out, "step": run.step(), "stopped": stopped, "held_out": figures});
        println!("{object}");
    }
    let more =
        if run.step() < last { format!("; go on with: hrmscope train --resume --out {folder}") } else { String::new() };
    eprintln!("{} at step {}, saved in {folder}{more}", if stopped { "stopped" } else { "done" }, run.step());
    Ok(())
}

/// Refuses to go on under other settings than the run was started with.
fn same_settings(arguments: &Arguments, run: &RunConfig) -> anyhow::Result<()> {
    let out = arguments.out.display();
    let differs = |what: &str, is: &dyn std::fmt::Display| {
        format!("the run in {out} was started with {what} {is}; leave the option away")
    };
    if let Some(seed) = arguments.seed {
        ensure!(seed == run.train.seed, differs("the seed", &run.train.seed));
    }
    if let Some(data) = &arguments.data {
        ensure!(*data == run.data, differs("the data", &run.data));
    }
    if let Some(task) = &arguments.task {
        ensure!(*task == run.task, differs("the task", &run.task));
    }
    if arguments.preset.is_some() {
        let preset = configuration(arguments)?;
        ensure!(
            preset.model == run.model && preset.train.batch == run.train.batch,
            differs("another preset than", &"this")
        );
    }
    Ok(())
}

fn configuration(arguments: &Arguments) -> anyhow::Result<RunConfig> {
    let names: Vec<&str> = preset::PRESETS.iter().map(|(name, _)| *name).collect();
    let Some(name) = &arguments.preset else { bail!("say which preset: --preset {}", names.join(" or --preset ")) };
    let Some(mut config) = preset::named(name, arguments.seed.unwrap_or(1)) else {
        bail!("there is no preset `{name}`: {}", names.join(", "));
    };
    if let Some(task) = &arguments.task {
        ensure!(*task == config.task, "the preset `{name}` learns {}, not {task}", config.task);
    }
    if let Some(data) = &arguments.data {
        config.data = data.clone();
    }
    Ok(config)
}
