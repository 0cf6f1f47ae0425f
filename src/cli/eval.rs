//! `eval`: how well a model answers puzzles whose answers are known.

use std::ops::ControlFlow;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::device::Choice;
use super::halt::Halt;
use crate::checkpoint::open_for;
use crate::dataset::DataSource;
use crate::train::{evaluate, made_for};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A shipped model's name, a checkpoint file or a run folder.
    #[arg(long)]
    checkpoint: String,
    /// A puzzle CSV, or `generated:6x6,givens=13..13,count=500,seed=7`.
    #[arg(long)]
    data: DataSource,
    /// Only the first N puzzles.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Puzzles computed at a time.
    #[arg(long, default_value_t = 64)]
    batch: usize,
    #[command(flatten)]
    halt: Halt,
    #[command(flatten)]
    device: Choice,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let set = arguments.data.load(arguments.limit, &|_| true)?;
    let checkpoint = open_for(&arguments.checkpoint, Some(set.shape.cells()))?;
    made_for(&checkpoint.config, &set).map_err(|why| anyhow::anyhow!("{} {why}", arguments.data))?;
    let (info, device) = arguments.device.open()?;
    let model = checkpoint.model(&device)?;
    let limits = arguments.halt.limits(&model.config);

    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} puzzles, {eta} left")?;
    let bar = ProgressBar::new(set.puzzles.len() as u64).with_style(style);
    let started = Instant::now();
    let figures = evaluate(&model, &set.examples(), limits, arguments.batch, &mut |done| {
        bar.set_position(done as u64);
        ControlFlow::Continue(())
    });
    let figures = figures.map_err(|e| anyhow::anyhow!("the device stopped answering: {e:?}"))?;
    let elapsed_ms = started.elapsed().as_secs_f64() * 1e3;
    bar.finish_and_clear();

    if arguments.json {
        let mut object = serde_json::to_value(&figures)?;
        if let Some(object) = object.as_object_mut() {
            object.insert("device".into(), json!(info.id));
            object.insert("elapsed_ms".into(), json!(elapsed_ms));
        }
        println!("{object}");
    } else {
        println!(
            "{} puzzles: {:.1} % exact, {:.1} % of cells, {:.2} segments on average, {:.1} s",
            figures.puzzles,
            100.0 * figures.exact,
            100.0 * figures.cell,
            figures.segments_mean,
            elapsed_ms / 1e3
        );
        for score in &figures.by_segment {
            println!("all stopped after segment {}: {:.1} % exact", score.segment, 100.0 * score.exact);
        }
    }
    Ok(())
}
