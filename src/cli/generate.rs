//! `generate`: new puzzles with verified answers.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use indicatif::ProgressBar;
use serde_json::json;

use crate::board::arc::{self, families};
use crate::board::maze::{self, MazeKind};
use crate::board::sudoku::{self, Shape};
use crate::dataset::{write_csv, write_maze_csv};
use crate::files;

#[derive(Debug, clap::Subcommand)]
pub enum Task {
    /// Sudokus with exactly one solution.
    Sudoku(Sudoku),
    /// Mazes with a shortest path.
    Maze(Maze),
    /// ARC-like tasks of our own families, as official JSON.
    Arc(Arc),
}

/// What every kind of puzzle is asked for with.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// How many puzzles; for ARC, test pairs of each family.
    #[arg(long, default_value_t = 100, value_parser = at_least_one)]
    count: usize,
    /// The same seed gives the same puzzles.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The file to write: CSV (source,question,answer,rating), for ARC a JSON file.
    #[arg(long)]
    out: PathBuf,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
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
    /// The guesses that a solver needs: A..B, or one number.
    #[arg(long, value_name = "A..B", value_parser = range)]
    rating: Option<(usize, usize)>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, clap::Args)]
pub struct Maze {
    /// Cells along one side, 5 to 64.
    #[arg(long, default_value_t = 15)]
    size: usize,
    /// How it is built: perfect (a few loops opened), obstacles, or rooms.
    #[arg(long, default_value = "perfect")]
    kind: MazeKind,
    /// Steps of the shortest path: A..B, or one number; default: any.
    #[arg(long, value_name = "A..B", value_parser = range)]
    length: Option<(usize, usize)>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, clap::Args)]
pub struct Arc {
    /// The largest side of a grid, 5 to 30.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u8).range(5..=30))]
    size: u8,
    /// The families, joined by `+`; default: all.
    #[arg(long, default_value = "all")]
    kind: String,
    /// Training pairs of each task.
    #[arg(long, default_value_t = 3, value_parser = at_least_one)]
    pairs: usize,
    #[command(flatten)]
    common: Common,
}

pub fn run(task: &Task) -> anyhow::Result<()> {
    match task {
        Task::Sudoku(arguments) => sudokus(arguments),
        Task::Maze(arguments) => mazes(arguments),
        Task::Arc(arguments) => tasks(arguments),
    }
}

fn sudokus(arguments: &Sudoku) -> anyhow::Result<()> {
    let common = &arguments.common;
    let shape = match &arguments.box_text {
        Some(text) => Shape::parse_box(text)?,
        None => Shape::for_side(arguments.size)?,
    };
    ensure!(shape.side() == arguments.size, "--box {} does not make --size {}", shape.box_text(), arguments.size);
    let (from, to) = arguments.givens.unwrap_or((shape.cells() * 2 / 5, shape.cells() * 3 / 5));
    let bar = ProgressBar::new(common.count as u64);
    let watch = |done: usize| {
        bar.set_position(done as u64);
        true
    };
    let puzzles = match arguments.rating {
        None => sudoku::generate_many(shape, from..=to, common.count, common.seed, &watch)?,
        Some((low, high)) => {
            let rating = u32::try_from(low)?..=u32::try_from(high)?;
            sudoku::generate_many_rated(shape, from..=to, rating, common.count, common.seed, &watch)?
        }
    };
    bar.finish_and_clear();
    let source = format!("hrmscope generate sudoku, seed {}", common.seed);
    write_csv(&common.out, &source, &puzzles).context("the puzzles were made but not kept")?;
    tell(common, "sudoku", puzzles.len(), "puzzles, each with one solution")
}

fn mazes(arguments: &Maze) -> anyhow::Result<()> {
    let common = &arguments.common;
    let (from, to) = arguments.length.unwrap_or((arguments.size / 2, arguments.size * arguments.size));
    let bar = ProgressBar::new(common.count as u64);
    let watch = |done: usize| {
        bar.set_position(done as u64);
        true
    };
    let puzzles = maze::generate_many(arguments.size, arguments.kind, from..=to, common.count, common.seed, &watch)?;
    bar.finish_and_clear();
    let source = format!("hrmscope generate maze {}, seed {}", arguments.kind, common.seed);
    write_maze_csv(&common.out, &source, &puzzles).context("the mazes were made but not kept")?;
    tell(common, "maze", puzzles.len(), "mazes, each with a shortest path")
}

fn tasks(arguments: &Arc) -> anyhow::Result<()> {
    let common = &arguments.common;
    let known = || families::FAMILIES.iter().map(|family| family.name);
    let names: Vec<&str> = match arguments.kind.as_str() {
        "all" => known().collect(),
        kinds => kinds.split('+').collect(),
    };
    let mut tasks = Vec::new();
    for name in names {
        let family = families::find(name)
            .with_context(|| format!("there is no task family `{name}`: {}", known().collect::<Vec<_>>().join(", ")))?;
        let task = families::task(family, usize::from(arguments.size), arguments.pairs, common.count, common.seed)?;
        tasks.push((name.to_owned(), task));
    }
    files::write_atomic(&common.out, arc::tasks_to_json(&tasks).as_bytes())
        .context("the tasks were made but not kept")?;
    tell(common, "arc", tasks.len(), "tasks")
}

fn tell(common: &Common, task: &str, count: usize, what: &str) -> anyhow::Result<()> {
    if common.json {
        println!("{}", json!({"task": task, "puzzles": count, "out": common.out}));
    } else {
        eprintln!("{count} {what}, written to {}", common.out.display());
    }
    Ok(())
}

/// A number that is not 0.
pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "write a whole number, at least 1".to_owned())
}

fn range(text: &str) -> Result<(usize, usize), String> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    match (from.parse(), to.parse()) {
        (Ok(from), Ok(to)) if from <= to => Ok((from, to)),
        _ => Err("write a range such as 20..30, or one number".into()),
    }
}
