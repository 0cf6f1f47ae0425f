//! `dataset`: builds folders that train here and in the public code, tells what data hold, and parts them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use super::generate::at_least_one;
use crate::dataset::{self, BuildOptions, DataSource, HeldOut, SplitOptions, TestFrom, Wrong};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write a folder that trains here and in the public PyTorch code: a subset, augmented, with a part to measure on.
    Build(Build),
    /// Tell what is in a file or folder: rows, duplicates, wrong answers, ranges.
    Info(Info),
    /// Part a puzzle CSV or ARC tasks in two; no puzzle of one is a symmetric copy of one of the other.
    Split(Split),
}

#[derive(Debug, clap::Args)]
pub struct Build {
    /// A puzzle CSV, a folder with train.csv and test.csv, ARC JSON (a file or folder), or generated:… Sudokus or mazes
    source: DataSource,
    /// The folder to write; there is none yet.
    #[arg(long)]
    out: PathBuf,
    /// Draw so many puzzles or tasks to learn from; default: all.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    subset: Option<usize>,
    /// Variants of each beside itself: Sudoku's symmetries, the seven other views of a maze, turns and colours of ARC.
    #[arg(long, value_name = "K", default_value_t = 0)]
    augment: usize,
    /// The same seed makes the same folder.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// What to measure on; default: the data's own test part, if they have one.
    #[arg(long, value_name = "SOURCE", conflicts_with = "held_out")]
    test: Option<DataSource>,
    /// Hold out a number of puzzles or tasks, or a share (0.1, 10%), to measure on.
    #[arg(long, value_name = "N|SHARE")]
    held_out: Option<HeldOut>,
    /// Leave rows out whose answer is wrong by the rules; else they are an error.
    #[arg(long)]
    skip_wrong: bool,
    /// Tokens along one side of ARC's canvas; tasks with a larger grid are left out.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u8).range(1..=30))]
    canvas: u8,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct Info {
    /// A puzzle CSV, ARC JSON (a file or folder), arc:FOLDER,canvas=…, a builder's folder, or generated:…
    source: DataSource,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct Split {
    /// A puzzle CSV, or ARC JSON (a file or folder) that is not parted yet.
    path: PathBuf,
    /// How many puzzles or tasks are held out, or which share (0.1, 10%).
    #[arg(long, value_name = "N|SHARE")]
    held_out: HeldOut,
    /// The same seed gives the same parts.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The file for the puzzles to learn from; there is none yet.
    #[arg(long, value_name = "FILE")]
    out_train: PathBuf,
    /// The file for the puzzles to measure on; there is none yet.
    #[arg(long, value_name = "FILE")]
    out_test: PathBuf,
    /// Leave rows out whose answer is wrong by the rules; else they are an error.
    #[arg(long)]
    skip_wrong: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Build(arguments) => build(arguments),
        Command::Info(arguments) => info(arguments),
        Command::Split(arguments) => split(arguments),
    }
}

fn build(arguments: &Build) -> anyhow::Result<()> {
    let test = match (&arguments.test, arguments.held_out) {
        (Some(source), _) => TestFrom::Source(source.clone()),
        (None, Some(held_out)) => TestFrom::HeldOut(held_out),
        (None, None) => TestFrom::Own,
    };
    let options = BuildOptions {
        subset: arguments.subset,
        augment: arguments.augment,
        seed: arguments.seed,
        test,
        wrong: wrong(arguments.skip_wrong),
        canvas: usize::from(arguments.canvas),
    };
    let built = watched("examples", |watch| dataset::build(&arguments.source, &arguments.out, &options, watch))?;
    if arguments.json {
        println!("{}", serde_json::to_string(&built)?);
        return Ok(());
    }
    for note in &built.notes {
        eprintln!("{note}");
    }
    if built.shared > 0 {
        let what = match built.task {
            "arc" => "pairs to measure on that stand, with their answers, among those to learn from",
            _ => "puzzles to measure on that are symmetric copies of puzzles to learn from",
        };
        eprintln!("note: {what}: {}", built.shared);
    }
    let counts = |counts: &dataset::Counts| {
        format!("{} examples of {} puzzles in {} groups", counts.examples, counts.puzzles, counts.groups)
    };
    let test = built.test.as_ref().map_or("no test part".to_owned(), |test| format!("test {}", counts(test)));
    eprintln!("{}: train {}, {test}, written to {}", built.boards, counts(&built.train), arguments.out.display());
    Ok(())
}

fn info(arguments: &Info) -> anyhow::Result<()> {
    let info = watched("rows", |watch| dataset::info_of(&arguments.source, watch))?;
    if arguments.json {
        println!("{}", serde_json::to_string(&info)?);
    } else {
        println!("{info}");
    }
    Ok(())
}

fn split(arguments: &Split) -> anyhow::Result<()> {
    let options = SplitOptions {
        held_out: arguments.held_out,
        seed: arguments.seed,
        wrong: wrong(arguments.skip_wrong),
        out_train: arguments.out_train.clone(),
        out_test: arguments.out_test.clone(),
    };
    let parted = watched("rows", |watch| dataset::split_file(&arguments.path, &options, watch))?;
    if arguments.json {
        println!("{}", serde_json::to_string(&parted)?);
        return Ok(());
    }
    if parted.wrong > 0 {
        eprintln!("{} rows with a wrong answer were left out", parted.wrong);
    }
    let (train, test) = (arguments.out_train.display(), arguments.out_test.display());
    eprintln!("{} to learn from in {train}, {} to measure on in {test}", parted.train, parted.test);
    Ok(())
}

fn wrong(skip: bool) -> Wrong {
    if skip { Wrong::Skip } else { Wrong::Refuse }
}

/// Shows how far the work is; Ctrl-C ends it so that nothing half written stays.
fn watched<T>(what: &str, work: impl FnOnce(dataset::Watch) -> Result<T, dataset::DataError>) -> anyhow::Result<T> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))?;
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} {msg}, {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    let done = work(&|done| {
        bar.set_position(bar.position().max(done as u64));
        !stop.load(Ordering::Relaxed)
    });
    bar.finish_and_clear();
    Ok(done?)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::Arguments;

    #[test]
    fn what_cannot_be_meant_is_wrong_usage() {
        let told = |more: [&str; 2]| {
            let line = ["hrmscope", "dataset", "build", "p.csv", "--out", "set", more[0], more[1]];
            Arguments::try_parse_from(line).map(drop).unwrap_err().to_string()
        };
        assert!(told(["--subset", "0"]).contains("at least 1"));
        assert!(told(["--test", "generated:arc-9x9,families=levity,pairs=3"]).contains("no task family `levity`"));
    }
}
