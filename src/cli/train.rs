//! `train`: learns from a preset, or goes on with a run.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use serde_json::json;

use super::Usage;
use super::device::Choice;
use super::presets;
use crate::app;
use crate::dataset::DataSource;
use crate::train::watch::is_free;
use crate::train::{
    News, Place, Request, Run, RunConfig, Until, ask, elsewhere, needed, preset, read_config, too_little,
};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// List the presets, with --task those of one task: size, data, memory, and the time to expect here, measured in a
    /// few steps.
    #[arg(long, conflicts_with_all = ["preset", "out", "resume"])]
    list: bool,
    /// What to learn: `sudoku`, `maze` or `arc`. Default: the preset's task.
    #[arg(long, value_parser = ["sudoku", "maze", "arc"])]
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
    #[arg(long, allow_negative_numbers = true)]
    steps: Option<u64>,
    /// Stop after these minutes.
    #[arg(long, conflicts_with = "steps", allow_negative_numbers = true, value_parser = some_minutes)]
    minutes: Option<Duration>,
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

/// Signals that come within this time are one: a logout sends several at once.
const AT_ONCE: Duration = Duration::from_secs(1);

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Some(out) = arguments.out.as_ref().filter(|_| !arguments.list) else {
        return presets::list(&arguments.device, arguments.task.as_deref(), arguments.json);
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
    stop_on_signals(&stop)?;
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

    let last = run.config().train.schedule.steps;
    let until = Until { step: arguments.steps.unwrap_or(last).min(last), time: arguments.minutes };
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

/// A time above 0, in minutes.
fn some_minutes(text: &str) -> Result<Duration, String> {
    let time = text.parse::<f64>().ok().and_then(|minutes| Duration::try_from_secs_f64(60.0 * minutes).ok());
    time.filter(|time| !time.is_zero()).ok_or_else(|| "write a number of minutes above 0".to_owned())
}

/// Sets `stop` on Ctrl-C, and when the terminal, the session or the machine ends.
fn stop_on_signals(stop: &Arc<AtomicBool>) -> anyhow::Result<()> {
    #[cfg(unix)]
    // What was to happen when the terminal closes.
    let hangup = unsafe { libc::signal(libc::SIGHUP, libc::SIG_DFL) };
    let asked = Arc::clone(stop);
    let mut first: Option<Instant> = None;
    ctrlc::set_handler(move || {
        asked.store(true, Ordering::Relaxed);
        // Who asks again does not want to wait for the step.
        if first.get_or_insert_with(Instant::now).elapsed() > AT_ONCE {
            std::process::exit(1);
        }
    })
    .context("Ctrl-C cannot be caught")?;
    #[cfg(unix)]
    // Who started the run with `nohup` wants it to outlive the terminal.
    unsafe {
        if hangup == libc::SIG_IGN {
            libc::signal(libc::SIGHUP, libc::SIG_IGN);
        }
    }
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
    let seed = arguments.seed.unwrap_or(1);
    let asked = |task: &str| arguments.task.as_ref().is_none_or(|asked| asked == task);
    let is_asked = |name: &&str| preset::named(name, seed).is_some_and(|config| asked(&config.task));
    let names: Vec<&str> = preset::PRESETS.iter().map(|(name, _)| *name).filter(is_asked).collect();
    let Some(name) = &arguments.preset else {
        bail!(Usage(format!("say which preset: --preset {}", names.join(" or --preset "))));
    };
    let Some(mut config) = preset::named(name, seed) else {
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
    let Some(short) = too_little(config, free) else { return Ok(()) };
    let what = match short.fits {
        Some(smaller) => format!("--set batch={smaller} would fit"),
        None => "not even a batch of 1 fits: a smaller model is needed (--set hidden=…)".to_owned(),
    };
    bail!(
        "a batch of {} needs about {} and {} are free: {what}; --anyway starts all the same",
        config.train.batch,
        HumanBytes(needed(config)),
        HumanBytes(free)
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn read(options: &[&str]) -> Result<Arguments, String> {
        let line = ["train", "--out", "run"].iter().chain(options).copied();
        Line::try_parse_from(line).map(|line| line.arguments).map_err(|error| error.to_string())
    }

    #[test]
    fn wrong_numbers_and_tasks_are_told_as_such() {
        for wrong in ["-1", "0", "nan", "1e300", "soon"] {
            let error = read(&["--minutes", wrong]).unwrap_err();
            assert!(error.contains("above 0"), "{wrong}: {error}");
        }
        assert_eq!(read(&["--minutes", "2.5"]).unwrap().minutes, Some(Duration::from_secs(150)));
        let error = read(&["--steps", "-1"]).unwrap_err();
        assert!(error.contains("invalid value"), "{error}");
        let error = read(&["--task", "soduko"]).unwrap_err();
        assert!(error.contains("sudoku, maze, arc"), "{error}");
    }

    #[test]
    fn a_task_without_a_preset_names_its_presets() {
        let error = configuration(&read(&["--task", "maze"]).unwrap()).unwrap_err().to_string();
        assert!(error.contains("--preset maze-9x9") && !error.contains("sudoku"), "{error}");
    }
}
