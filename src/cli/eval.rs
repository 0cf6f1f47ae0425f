//! `eval`: how well a model answers puzzles whose answers are known.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::device::Choice;
use super::generate::at_least_one;
use super::halt::Halt;
use crate::checkpoint::open_for;
use crate::dataset::{DataSet, DataSource};
use crate::task::Boards;
use crate::task::arc::Variant;
use crate::train::{Answer, Ballot, Tally, answers, made_for};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A shipped model's name, a checkpoint file or a run folder.
    #[arg(long)]
    checkpoint: String,
    /// A puzzle CSV, ARC JSON, a builder's folder, or `generated:6x6,givens=13..13,count=500,seed=7`.
    /// ARC: `arc:FOLDER,augment=K,seed=S` asks each task in K more variants, whose answers vote; `canvas=10` puts small
    /// tasks on the canvas of a small model.
    #[arg(long)]
    data: DataSource,
    /// Only the first N puzzles; of ARC data the first N tasks, each with all its test inputs in all their variants.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    limit: Option<usize>,
    /// Puzzles computed at a time.
    #[arg(long, default_value_t = 64, value_parser = at_least_one)]
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
    let mut set = arguments.data.to_measure(arguments.limit.unwrap_or(usize::MAX))?;
    let boards = set.boards();
    for note in set.notes() {
        eprintln!("{note}");
    }
    let checkpoint = open_for(&arguments.checkpoint, Some(boards.seq_len()))?;
    made_for(&checkpoint.config, boards).map_err(|why| anyhow::anyhow!("{} {why}", arguments.data))?;
    if let Some(known) = &checkpoint.identifiers {
        let unknown = set.rename(known);
        if unknown > 0 {
            eprintln!("{unknown} of the puzzle ids are unknown to this model: they are asked with the blank one");
        }
    }
    let (info, device) = arguments.device.open()?;
    let model = checkpoint.model(&device)?;
    let limits = arguments.halt.limits(&model.config);

    let examples = set.examples(arguments.limit.map_or(usize::MAX, |limit| examples_of(&set, limit)))?;
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} puzzles, {eta} left")?;
    let bar = ProgressBar::new(examples.len() as u64).with_style(style);
    let started = Instant::now();
    let mut tally = Tally::new(Some(boards), limits.max_segments);
    let mut ballot = Ballot::new(boards.side());
    let mut watch = |done| {
        bar.set_position(done as u64);
        ControlFlow::Continue(())
    };
    let mut see = |index: usize, answer: Answer| {
        tally.add(&examples[index], &answer);
        if let (Boards::Arc { .. }, Some(name)) = (boards, set.name_of(index)) {
            ballot.add(name, &examples[index], &answer);
        }
        ControlFlow::Continue(())
    };
    answers(&model, &examples, limits, (arguments.batch, true), &mut watch, &mut see)
        .map_err(|e| anyhow::anyhow!("the device stopped answering: {e:?}"))?;
    let figures = tally.figures();
    let score = matches!(boards, Boards::Arc { .. }).then(|| ballot.score());
    let elapsed_ms = started.elapsed().as_secs_f64() * 1e3;
    bar.finish_and_clear();

    if arguments.json {
        let mut object = serde_json::to_value(&figures)?;
        object["device"] = json!(info.id);
        object["elapsed_ms"] = json!(elapsed_ms);
        if let Some(score) = &score {
            object["arc"] = json!(score);
        }
        println!("{object}");
        return Ok(());
    }
    println!(
        "{} puzzles: {:.1} % exact, {:.1} % of cells, {:.2} segments on average, {:.1} s",
        figures.puzzles,
        100.0 * figures.exact,
        100.0 * figures.cell,
        figures.segments_mean,
        elapsed_ms / 1e3
    );
    if let Some(score) = &score {
        for pass in &score.passes {
            println!(
                "pass@{}: {:.1} % of {} tasks, {:.1} % of {} test inputs",
                pass.k,
                100.0 * pass.by_task,
                score.tasks,
                100.0 * pass.by_input,
                score.inputs
            );
        }
    }
    if let Some(valid) = figures.valid_path {
        println!("a shortest path, the labelled one or another: {:.1} %", 100.0 * valid);
    }
    for score in &figures.by_segment {
        println!("all stopped after segment {}: {:.1} % exact", score.segment, 100.0 * score.exact);
    }
    let trained = model.config.max_segments;
    if limits.max_segments > trained {
        println!("the model was trained with at most {trained} segments: later ones can make answers worse");
    }
    Ok(())
}

/// How many examples the first `limit` puzzles of a set are. A task is not cut: all its variants vote.
fn examples_of(set: &DataSet, limit: usize) -> usize {
    if !matches!(set.boards(), Boards::Arc { .. }) {
        return limit;
    }
    let mut tasks = HashSet::new();
    let beyond = |index: &usize| {
        tasks.insert(set.name_of(*index).map(|name| Variant::parse_name(name).0));
        tasks.len() > limit
    };
    (0..set.len()).find(beyond).unwrap_or(set.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_counts_whole_tasks() {
        let set = |source: &str| source.parse::<DataSource>().unwrap().to_measure(usize::MAX).unwrap();
        let tasks = set("generated:arc-10x10,families=gravity+outline,pairs=3,augment=2,seed=1");
        let task = |index: usize| Variant::parse_name(tasks.name_of(index).unwrap()).0;
        let first = examples_of(&tasks, 1);
        assert!(first > 3 && task(0) == task(first - 1) && task(0) != task(first), "{first} of {}", tasks.len());
        assert_eq!((examples_of(&tasks, 2), examples_of(&tasks, 9)), (tasks.len(), tasks.len()));
        assert_eq!(examples_of(&set("generated:4x4,givens=6..9,count=5,seed=1"), 3), 3);
    }
}
