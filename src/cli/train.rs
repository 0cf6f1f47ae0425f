//! `train`: learns from a preset, or goes on with a run.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use serde_json::json;

use super::Usage;
use super::device::Choice;
use super::presets;
use crate::app;
use crate::dataset::DataSource;
use crate::train::watch::is_free;
use crate::train::{News, Place, Request, Run, RunConfig, Until, ask, elsewhere, memory_with, preset, read_config};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// List the presets: size, data, memory, and the time to expect here, measured in their first steps.
    #[arg(long, conflicts_with_all = ["preset", "out", "resume"])]
    list: bool,
    /// What to learn: `sudoku`, `maze` or `arc`. Default: the preset's task.
    #[arg(long)]
    task: Option<String>,
    /// What to learn from: a puzzle CSV, ARC JSON, a builder's folder, or generated:…; default: the preset's.
    #[arg(long)]
    data: Option<DataSource>,
    /// What to measure on; default: the preset's, or with --data its test part, or a part held back.
    #[arg(long)]
    held_out: Option<DataSource>,
    /// Which preset; --list shows them.
    #[arg(long)]
    preset: Option<String>,
    /// Change a field of the preset (batch=32, model.hidden=128, train.schedule.rate=5e-4); may be said often.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Begin with the weights of a checkpoint of the same shape (a shipped model, a file, a run folder) instead of fresh ones.
    #[arg(long, value_name = "C", conflicts_with = "resume")]
    from: Option<String>,
    /// How far back the gradient goes: `one-step`, as the paper, or `bptt`, through the whole segment, for comparison.
    #[arg(long, value_name = "G")]
    gradient: Option<String>,
    /// The run folder.
    #[arg(long, required_unless_present = "list")]
    out: Option<PathBuf>,
    /// Stop at this step, counted from the run's start; default: the end of the preset's schedule.
    #[arg(long)]
    steps: Option<u64>,
    /// Stop after these minutes.
    #[arg(long, conflicts_with = "steps")]
    minutes: Option<f64>,
    /// Go on with the run in the folder; preset, data and seed, when said again, must be those it was started with.
    #[arg(long)]
    resume: bool,
    /// Ask the run in the folder, which another process works on, to save and pause.
    #[arg(long, conflicts_with_all = ["preset", "resume", "stop"])]
    pause: bool,
    /// Ask the run in the folder, which another process works on, to save and stop.
    #[arg(long, conflicts_with_all = ["preset", "resume"])]
    stop: bool,
    /// Decides first weights, order of the puzzles, and exploration.
    #[arg(long)]
    seed: Option<u64>,
    /// Start although the memory does not look large enough.
    #[arg(long)]
    anyway: bool,
    #[command(flatten)]
    device: Choice,
    /// One JSON object on standard output at the end.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Some(out) = arguments.out.as_ref().filter(|_| !arguments.list) else {
        return presets::list(&arguments.device, arguments.json);
    };
    if arguments.pause || arguments.stop {
        read_config(out)?;
        let (word, request) = if arguments.pause { ("pause", Request::Pause) } else { ("stop", Request::Stop) };
        ensure!(
            !is_free(out),
            "no process works on the run in {0}: there is nothing to {word}; go on with: hrmscope train --resume --out {0}",
            out.display()
        );
        ask(out, request)?;
        eprintln!("asked: the run in {} saves and ends after the step it is in", out.display());
        return Ok(());
    }
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        // Who asks twice does not want to wait for the step.
        if asked.swap(true, Ordering::Relaxed) {
            std::process::exit(1);
        }
    })
    .context("Ctrl-C cannot be caught")?;
    let config = match arguments.resume {
        true => read_config(out)?,
        false => configuration(arguments)?,
    };
    let (info, device) = arguments.device.open()?;
    if info.id == "cpu" && !arguments.anyway {
        enough_memory(&config)?;
    }
    let place = Place { device: &device, name: &info.name };

    let spinner = ProgressBar::new_spinner();
    let watch = |done: usize| {
        spinner.set_message(format!("{done} puzzles"));
        spinner.tick();
        !stop.load(Ordering::Relaxed)
    };
    let mut run = if arguments.resume {
        same_settings(arguments, &config)?;
        Run::resume(out, place, &watch)?
    } else {
        Run::create(out, config, place, &watch)?
    };
    spinner.finish_and_clear();
    eprintln!("{}", run.summary());
    // The window finds it by this; without it the run is as good.
    if let Some(root) = app::usual_runs() {
        let _ = elsewhere::remember(&root, out);
    }

    let minutes = arguments.minutes.map(|m| Duration::try_from_secs_f64(m * 60.0)).transpose()?;
    let last = run.config().train.schedule.steps;
    let until = Until { step: arguments.steps.unwrap_or(last).min(last), time: minutes };
    if arguments.steps.is_some_and(|steps| steps > last) {
        eprintln!("the schedule of this run ends at step {last}: it stops there");
    }
    let bar = ProgressBar::new(until.step).with_style(ProgressStyle::with_template(
        "{bar:24} step {pos}/{len}  {msg}  {per_sec}  {elapsed} gone, {eta} left",
    )?);
    bar.set_position(run.step());
    bar.reset_eta();
    let (mut figures, mut request) = (None, None);
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
            News::Asked(asked) => request = Some(asked),
        }
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish_and_clear();
    let folder = out.display();
    if let Err(error) = outcome {
        let kept = crate::checkpoint::steps(&out.join("checkpoints")).pop();
        let kept = kept.map_or(String::new(), |(_, path)| format!("; the newest checkpoint is {}", path.display()));
        bail!("{error}{kept}");
    }
    let stopped = stop.load(Ordering::Relaxed) || request.is_some();
    if arguments.json {
        let object = json!({"out": out, "step": run.step(), "stopped": stopped, "held_out": figures});
        println!("{object}");
    }
    let more =
        if run.step() < last { format!("; go on with: hrmscope train --resume --out {folder}") } else { String::new() };
    let how = match request {
        Some(Request::Pause) => "paused, as asked,",
        Some(Request::Stop) => "stopped, as asked,",
        None if stopped => "stopped",
        None => "done",
    };
    eprintln!("{how} at step {}, saved in {folder} ({}){more}", run.step(), HumanBytes(run.bytes()));
    Ok(())
}

/// Refuses to go on under other settings than the run was started with.
fn same_settings(arguments: &Arguments, run: &RunConfig) -> anyhow::Result<()> {
    let out = arguments.out.as_deref().unwrap_or(std::path::Path::new("."));
    let differs = |what: &str, is: &dyn std::fmt::Display| {
        format!("the run in {} was started with {what} {is}; leave the option away", out.display())
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
    if let Some(preset) = &arguments.preset {
        let known = preset::named(preset, run.train.seed).is_some_and(|p| p.train.schedule == run.train.schedule);
        ensure!(*preset == run.preset || run.preset.is_empty() && known, differs("the preset", &run.preset));
    }
    let changes = !arguments.set.is_empty() || arguments.gradient.is_some();
    ensure!(!changes, "--set and --gradient change nothing in a run that is there: start another");
    Ok(())
}

fn configuration(arguments: &Arguments) -> anyhow::Result<RunConfig> {
    let names: Vec<&str> = preset::PRESETS.iter().map(|(name, _)| *name).collect();
    let Some(name) = &arguments.preset else {
        bail!(Usage(format!("say which preset: --preset {}", names.join(" or --preset "))));
    };
    let Some(mut config) = preset::named(name, arguments.seed.unwrap_or(1)) else {
        bail!(Usage(format!("there is no preset `{name}`: {}", names.join(", "))));
    };
    if let Some(task) = &arguments.task {
        let learns = || Usage(format!("the preset `{name}` learns {}, not {task}", config.task));
        ensure!(*task == config.task, learns());
    }
    if let Some(data) = &arguments.data {
        config.data = data.clone();
        config.held_out = None;
    }
    config.from.clone_from(&arguments.from);
    if let Some(held_out) = &arguments.held_out {
        config.held_out = Some(held_out.clone());
    }
    let gradient = arguments.gradient.iter().map(|gradient| format!("train.gradient={gradient}"));
    for assignment in arguments.set.iter().cloned().chain(gradient) {
        config = preset::set(&config, &assignment).map_err(|why| Usage(why.to_string()))?;
    }
    config.check().map_err(Usage)?;
    config.model.validate().map_err(|why| Usage(why.to_string()))?;
    if let (None, DataSource::File { path, .. } | DataSource::Arc { path, .. }) = (&arguments.data, &config.data) {
        ensure!(
            path.exists(),
            "the preset `{name}` learns from {}, which is not here: say where yours is with --data, and with --held-out \
             what to measure on",
            path.display()
        );
    }
    Ok(config)
}

/// Refuses a run that does not fit the memory, and says what would.
fn enough_memory(config: &RunConfig) -> anyhow::Result<()> {
    let Some(free) = crate::engine::free_memory() else { return Ok(()) };
    let needed = |batch| memory_with(&config.model, batch, config.train.ema > 0.0, config.train.gradient);
    let batch = config.train.batch;
    if needed(batch) <= free {
        return Ok(());
    }
    let fits = (1..batch).rev().find(|smaller| needed(*smaller) <= free);
    let what = match fits {
        Some(smaller) => format!("--set batch={smaller} would fit"),
        None => "not even a batch of 1 fits: a smaller model is needed (--set hidden=…)".to_owned(),
    };
    bail!(
        "a batch of {batch} needs about {} and {} are free: {what}; --anyway starts all the same",
        HumanBytes(needed(batch)),
        HumanBytes(free)
    )
}
