//! `generate`: new puzzles with verified answers.

use std::path::PathBuf;

use anyhow::Context;
use indicatif::ProgressBar;

use crate::board::sudoku::{Shape, generate_many};
use crate::dataset::write_csv;

#[derive(Debug, clap::Subcommand)]
pub enum Task {
    /// Sudokus with exactly one solution.
    Sudoku(Sudoku),
}

#[derive(Debug, clap::Args)]
pub struct Sudoku {
    /// The board's side: 4, 6 or 9, or any side from 4 to 9 with --box.
    #[arg(long, default_value_t = 9)]
    size: usize,
    /// The box, as rows x columns (2x3).
    #[arg(long = "box", value_name = "RxC")]
    box_text: Option<String>,
    /// The number of givens: A..B (both included), or one number.
    #[arg(long, value_name = "A..B", value_parser = range)]
    givens: Option<(usize, usize)>,
    /// How many puzzles.
    #[arg(long, default_value_t = 100)]
    count: usize,
    /// The same seed gives the same puzzles.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The CSV file to write: source,question,answer,rating.
    #[arg(long)]
    out: PathBuf,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub fn run(task: &Task) -> anyhow::Result<()> {
    let Task::Sudoku(arguments) = task;
    let shape = match &arguments.box_text {
        Some(text) => Shape::parse_box(text)?,
        None => Shape::for_side(arguments.size)?,
    };
    anyhow::ensure!(
        shape.side() == arguments.size,
        "--box {} does not make --size {}",
        shape.box_text(),
        arguments.size
    );
    let (from, to) = arguments.givens.unwrap_or((shape.cells() * 2 / 5, shape.cells() * 3 / 5));
    let bar = ProgressBar::new(arguments.count as u64);
    let puzzles = generate_many(shape, from..=to, arguments.count, arguments.seed, &|done| {
        bar.set_position(done as u64);
        true
    })?;
    bar.finish_and_clear();
    let source = format!("hrmscope generate sudoku, seed {}", arguments.seed);
    write_csv(&arguments.out, &source, &puzzles).context("the puzzles were made but not kept")?;
    if arguments.json {
        let object = serde_json::json!({"task": "sudoku", "puzzles": puzzles.len(), "out": arguments.out});
        println!("{object}");
    } else {
        eprintln!("{} puzzles, each with one solution, written to {}", puzzles.len(), arguments.out.display());
    }
    Ok(())
}

fn range(text: &str) -> Result<(usize, usize), String> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    match (from.parse(), to.parse()) {
        (Ok(from), Ok(to)) if from <= to => Ok((from, to)),
        _ => Err("write a range such as 20..30, or one number".into()),
    }
}
