//! `analyze`: the paper's figures from many runs.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::device::Choice;
use super::halt;
use crate::analysis::{self, About, Axis, BEYOND, View};
use crate::checkpoint::{Checkpoint, open_for};
use crate::dataset::DataSource;
use crate::figure::{Figure, png};
use crate::files;
use crate::model::{Halting, Hrm, Limits};
use crate::task::{Boards, Example};
use crate::train::made_for;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// How far each micro-step moves the states, beside L alone and a look between the layers.
    Residual(Residual),
    /// Over how many directions z_H and z_L spread, beside the same model with fresh weights.
    Dimensionality(Dimensionality),
    /// When the model stops, and what stopping costs.
    Halting(Stopping),
    /// The way of the states, in the directions in which they move most.
    Trajectory(Trajectory),
}

/// What every analysis is asked for with.
#[derive(Debug, clap::Args)]
struct Common {
    /// A shipped model's name, a checkpoint file or a run folder.
    #[arg(long)]
    checkpoint: String,
    /// A puzzle CSV, ARC JSON, a builder's folder, or `generated:6x6,givens=13..13,count=500,seed=7`.
    #[arg(long)]
    data: DataSource,
    /// How many puzzles: the first N of the data.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    samples: u32,
    /// Puzzles computed at a time.
    #[arg(long, default_value_t = 16)]
    batch: usize,
    /// The most segments; default: as many as the model was trained with (halting: four times as many).
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..=1000))]
    max_segments: Option<u32>,
    #[command(flatten)]
    device: Choice,
    /// Write the numbers as CSV.
    #[arg(long, value_name = "F")]
    csv: Option<PathBuf>,
    /// Write the figure as PNG.
    #[arg(long, value_name = "F")]
    png: Option<PathBuf>,
    /// Write the figure as SVG.
    #[arg(long, value_name = "F")]
    svg: Option<PathBuf>,
    /// Pixels of the PNG per point; the figure is 960 points wide.
    #[arg(long, default_value_t = 2.0, value_parser = scale)]
    scale: f32,
    /// Dark colours.
    #[arg(long)]
    dark: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// When a run stops.
#[derive(Debug, clap::Args)]
struct Halt {
    /// `fixed`: every puzzle takes every segment; `adaptive`: steps after the model stops do not count.
    #[arg(long, value_parser = halt::parse, default_value = "fixed")]
    halt: Halting,
}

#[derive(Debug, clap::Args)]
pub struct Residual {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    halt: Halt,
}

#[derive(Debug, clap::Args)]
pub struct Dimensionality {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    halt: Halt,
    /// What the rows of the covariance are: `all`, every (puzzle, micro-step, token) state vector; `mean`, every (puzzle,
    /// micro-step) mean over tokens; `final`, every (puzzle, token) at the end.
    #[arg(long, default_value = "all")]
    axis: Axis,
    /// Seeds of the fresh weights.
    #[arg(long, value_name = "A,B", value_delimiter = ',', default_value = "1,2,3")]
    untrained_seeds: Vec<u64>,
}

#[derive(Debug, clap::Args)]
pub struct Stopping {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, clap::Args)]
pub struct Trajectory {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    halt: Halt,
    /// What of a state: `mean` over tokens, `all` tokens, or the number of one token (puzzle tokens first).
    #[arg(long, default_value = "mean")]
    axis: View,
}

pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Residual(arguments) => {
            let ready = arguments.common.ready()?;
            let limits = ready.limits(arguments.halt.halt);
            let report = ready.work(|watch| {
                analysis::residual(&ready.model, &ready.examples, limits, arguments.common.batch, watch)
            })?;
            let about = ready.about(limits.halting, limits.max_segments);
            let figure = report.figure(&about);
            ready.finish(serde_json::to_value(&report)?, &report.csv(), &figure)
        }
        Command::Dimensionality(arguments) => {
            let ready = arguments.common.ready()?;
            let limits = ready.limits(arguments.halt.halt);
            let how = (arguments.axis, arguments.untrained_seeds.as_slice());
            let report = ready.work(|watch| {
                analysis::dimensionality(&ready.model, &ready.examples, limits, how, arguments.common.batch, watch)
            })?;
            let about = ready.about(limits.halting, limits.max_segments);
            let figure = report.figure(&about);
            ready.finish(serde_json::to_value(&report)?, &report.csv(), &figure)
        }
        Command::Halting(arguments) => {
            let ready = arguments.common.ready()?;
            let limit = arguments.common.max_segments.map(|m| m as usize);
            let report = ready.work(|watch| {
                let batch = arguments.common.batch;
                analysis::halting(&ready.model, ready.boards, &ready.examples, limit, batch, watch)
            })?;
            let segments = limit.unwrap_or(BEYOND * ready.model.config.max_segments);
            let about = ready.about(Halting::Fixed, segments);
            let figure = report.figure(&about);
            ready.finish(serde_json::to_value(&report)?, &report.csv(), &figure)
        }
        Command::Trajectory(arguments) => {
            let ready = arguments.common.ready()?;
            let limits = ready.limits(arguments.halt.halt);
            let report = ready.work(|watch| {
                let batch = arguments.common.batch;
                analysis::trajectory(&ready.model, &ready.examples, limits, arguments.axis, batch, watch)
            })?;
            let about = ready.about(limits.halting, limits.max_segments);
            let figure = report.figure(&about, arguments.axis);
            ready.finish(serde_json::to_value(&report)?, &report.csv(), &figure)
        }
    }
}

/// A model and the puzzles to look at.
struct Ready<'a> {
    common: &'a Common,
    checkpoint: Checkpoint,
    model: Hrm,
    boards: Boards,
    examples: Vec<Example>,
    device: String,
}

impl Common {
    fn ready(&self) -> anyhow::Result<Ready<'_>> {
        let samples = self.samples as usize;
        let mut set = self.data.to_measure(samples)?;
        let boards = set.boards();
        let checkpoint = open_for(&self.checkpoint, Some(boards.seq_len()))?;
        made_for(&checkpoint.config, boards).map_err(|why| anyhow::anyhow!("{} {why}", self.data))?;
        if let Some(known) = &checkpoint.identifiers {
            set.rename(known);
        }
        let examples = set.examples(samples)?;
        if examples.len() < samples {
            eprintln!("{} has {} puzzles: fewer than the {samples} asked for", self.data, examples.len());
        }
        let (info, device) = self.device.open()?;
        let model = checkpoint.model(&device)?;
        Ok(Ready { common: self, checkpoint, model, boards, examples, device: info.id })
    }
}

impl Ready<'_> {
    fn limits(&self, halting: Halting) -> Limits {
        let trained = self.model.config.max_segments;
        Limits { halting, max_segments: self.common.max_segments.map_or(trained, |m| m as usize) }
    }

    /// Does the work under a progress bar.
    fn work<T>(
        &self,
        work: impl FnOnce(analysis::Watch<'_>) -> Result<T, analysis::AnalysisError>,
    ) -> anyhow::Result<T> {
        let bar = ProgressBar::new(1000);
        bar.set_style(ProgressStyle::with_template("{bar:30} {percent} %, {eta} left")?);
        let done = work(&mut |done| {
            bar.set_position((1000.0 * done) as u64);
            ControlFlow::Continue(())
        });
        bar.finish_and_clear();
        Ok(done?)
    }

    fn about(&self, halting: Halting, segments: usize) -> About {
        let rule = match halting {
            Halting::Fixed => "fixed",
            Halting::Adaptive => "adaptive",
        };
        About {
            model: self.checkpoint.name(),
            hash: self.checkpoint.hash.clone(),
            data: self.common.data.to_string(),
            halting: format!("{rule}, {segments} segments"),
        }
    }

    /// Writes the files that were asked for, and says what is to be seen.
    fn finish(&self, mut report: Value, csv: &str, figure: &Figure) -> anyhow::Result<()> {
        let write = |path: &Path, bytes: &[u8]| {
            files::write_atomic(path, bytes)?;
            eprintln!("{} written", path.display());
            anyhow::Ok(())
        };
        if let Some(path) = &self.common.csv {
            write(path, csv.as_bytes())?;
        }
        if self.common.png.is_some() || self.common.svg.is_some() {
            let drawing = figure.drawing(self.common.dark);
            if let Some(path) = &self.common.svg {
                write(path, drawing.svg(&figure.notes).as_bytes())?;
            }
            if let Some(path) = &self.common.png {
                let pixels =
                    drawing.pixels(self.common.scale).context("the figure is too large: take a smaller --scale")?;
                write(path, &png(&pixels, &figure.notes)?)?;
            }
        }
        if self.common.json {
            for (name, value) in &figure.notes {
                report[name.as_str()] = match name.as_str() {
                    "model" => json!({ "name": self.checkpoint.name(), "sha256": self.checkpoint.hash }),
                    _ => json!(value),
                };
            }
            report["device"] = json!(self.device);
            println!("{report}");
        } else {
            println!("{}", figure.sentence);
        }
        Ok(())
    }
}

fn scale(text: &str) -> Result<f32, String> {
    let scale: f32 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if (0.25..=8.0).contains(&scale) { Ok(scale) } else { Err("it must be between 0.25 and 8".to_owned()) }
}
