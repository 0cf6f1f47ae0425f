//! `analyze`: the paper's figures from many runs.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::device::Choice;
use super::halt;
use crate::analysis::{Axis, Colour, Findings, Question, Study, View};
use crate::dataset::DataSource;
use crate::figure::{Figure, png};
use crate::files;
use crate::model::Halting;

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
    /// Residuals and eigenvalues on a linear scale from zero in place of a logarithmic one.
    #[arg(long)]
    linear: bool,
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
    /// What the figure's colours say: module, segment, right or difficulty.
    #[arg(long, default_value = "module")]
    colour: Colour,
}

pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Residual(asked) => asked.common.answer(Question::Residual, asked.halt.halt),
        Command::Dimensionality(asked) => {
            let question = Question::Dimensionality { axis: asked.axis, seeds: asked.untrained_seeds.clone() };
            asked.common.answer(question, asked.halt.halt)
        }
        Command::Halting(asked) => asked.common.answer(Question::Halting, Halting::Fixed),
        Command::Trajectory(asked) => {
            let question = Question::Trajectory { view: asked.axis, colour: asked.colour };
            asked.common.answer(question, asked.halt.halt)
        }
    }
}

impl Common {
    /// Does the work under a progress bar, writes the files that were asked for, and says what is to be seen.
    fn answer(&self, question: Question, halting: Halting) -> anyhow::Result<()> {
        let samples = self.samples as usize;
        let study = Study {
            question,
            checkpoint: self.checkpoint.clone(),
            data: self.data.clone(),
            samples,
            batch: self.batch,
            halting,
            max_segments: self.max_segments.map(|m| m as usize),
        };
        let (info, device) = self.device.open()?;
        let bar = ProgressBar::new(1000);
        bar.set_style(ProgressStyle::with_template("{bar:30} {percent} %, {eta} left")?);
        let found = study.perform(&device, &mut |done| {
            bar.set_position((1000.0 * done) as u64);
            ControlFlow::Continue(())
        });
        bar.finish_and_clear();
        let Findings { mut report, csv, figure, samples: had } = found?;
        if had < samples {
            eprintln!("{} has {had} puzzles: fewer than the {samples} asked for", self.data);
        }
        self.write(&csv, &figure)?;
        if self.json {
            report["device"] = json!(info.id);
            println!("{report}");
        } else {
            println!("{}", figure.sentence);
        }
        Ok(())
    }

    fn write(&self, csv: &str, figure: &Figure) -> anyhow::Result<()> {
        let write = |path: &Path, bytes: &[u8]| {
            files::write_atomic(path, bytes)?;
            eprintln!("{} written", path.display());
            anyhow::Ok(())
        };
        if let Some(path) = &self.csv {
            write(path, csv.as_bytes())?;
        }
        if self.png.is_none() && self.svg.is_none() {
            return Ok(());
        }
        let drawing = figure.scaled(self.linear).drawing(self.dark);
        if let Some(path) = &self.svg {
            write(path, drawing.svg(&figure.notes).as_bytes())?;
        }
        if let Some(path) = &self.png {
            let pixels = drawing.pixels(self.scale).context("the figure is too large: take a smaller --scale")?;
            write(path, &png(&pixels, &figure.notes)?)?;
        }
        Ok(())
    }
}

fn scale(text: &str) -> Result<f32, String> {
    let scale: f32 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if (0.25..=8.0).contains(&scale) { Ok(scale) } else { Err("it must be between 0.25 and 8".to_owned()) }
}
