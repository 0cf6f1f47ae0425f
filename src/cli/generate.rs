//! `generate`: new puzzles with verified answers.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use indicatif::ProgressBar;
use serde_json::json;

use super::Usage;
use crate::board::arc::{self, families};
use crate::board::maze::{self, MazeKind};
use crate::board::sudoku::{self, Shape};
use crate::dataset::{new_file, write_csv, write_maze_csv};
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
    /// The same seed gives the same puzzles.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The file to write, CSV (source,question,answer,rating) or for ARC official JSON; there is none yet.
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
    /// How many Sudokus.
    #[arg(long, default_value_t = 100, value_parser = at_least_one)]
    count: usize,
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
    /// How many mazes.
    #[arg(long, default_value_t = 100, value_parser = at_least_one)]
    count: usize,
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
    /// Tasks of each family: the same rule shown and asked with other grids.
    #[arg(long, default_value_t = 1, value_parser = at_least_one)]
    tasks: usize,
    /// Training pairs of each task.
    #[arg(long, default_value_t = 3, value_parser = at_least_one)]
    pairs: usize,
    /// Test pairs of each task.
    #[arg(long, default_value_t = 100, value_parser = at_least_one)]
    count: usize,
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
    let (common, count) = (&arguments.common, arguments.count);
    new_file(&common.out)?;
    let shape = match &arguments.box_text {
        Some(text) => Shape::parse_box(text)?,
        None => Shape::for_side(arguments.size)?,
    };
    ensure!(shape.side() == arguments.size, "--box {} does not make --size {}", shape.box_text(), arguments.size);
    let (from, to) = arguments.givens.unwrap_or((shape.cells() * 2 / 5, shape.cells() * 3 / 5));
    let bar = ProgressBar::new(count as u64);
    let watch = |done: usize| {
        bar.set_position(done as u64);
        true
    };
    let puzzles = match arguments.rating {
        None => sudoku::generate_many(shape, from..=to, count, common.seed, &watch)?,
        Some((low, high)) => {
            let rating = u32::try_from(low)?..=u32::try_from(high)?;
            sudoku::generate_many_rated(shape, from..=to, rating, count, common.seed, &watch)?
        }
    };
    bar.finish_and_clear();
    let source = format!("hrmscope generate sudoku, seed {}", common.seed);
    write_csv(&common.out, &source, &puzzles).context("the puzzles were made but not kept")?;
    tell(common, "sudoku", puzzles.len(), &format!("{}, each with one solution", counted(puzzles.len(), "puzzle")))
}

fn mazes(arguments: &Maze) -> anyhow::Result<()> {
    let (common, count) = (&arguments.common, arguments.count);
    new_file(&common.out)?;
    let (from, to) = arguments.length.unwrap_or((arguments.size / 2, arguments.size * arguments.size));
    let bar = ProgressBar::new(count as u64);
    let watch = |done: usize| {
        bar.set_position(done as u64);
        true
    };
    let puzzles = maze::generate_many(arguments.size, arguments.kind, from..=to, count, common.seed, &watch)?;
    bar.finish_and_clear();
    let source = format!("hrmscope generate maze {}, seed {}", arguments.kind, common.seed);
    write_maze_csv(&common.out, &source, &puzzles).context("the mazes were made but not kept")?;
    tell(common, "maze", puzzles.len(), &format!("{}, each with a shortest path", counted(puzzles.len(), "maze")))
}

fn tasks(arguments: &Arc) -> anyhow::Result<()> {
    let common = &arguments.common;
    new_file(&common.out)?;
    let tasks = families_tasks(arguments)?;
    files::write_atomic(&common.out, arc::tasks_to_json(&tasks).as_bytes())
        .context("the tasks were made but not kept")?;
    let (train, test) = (counted(arguments.pairs, "training pair"), counted(arguments.count, "test pair"));
    let what = format!("{} with {train} and {test} each", counted(tasks.len(), "task"));
    tell(common, "arc", tasks.len(), &what)
}

/// The tasks by name; where a family has several, they are numbered.
fn families_tasks(arguments: &Arc) -> anyhow::Result<Vec<(String, arc::Task)>> {
    let known = || families::FAMILIES.iter().map(|family| family.name);
    let names: Vec<&str> = match arguments.kind.as_str() {
        "all" => known().collect(),
        kinds => kinds.split('+').collect(),
    };
    let mut tasks = Vec::new();
    for name in names {
        let unknown = || Usage(format!("there is no task family `{name}`: {}", known().collect::<Vec<_>>().join(", ")));
        let family = families::find(name).ok_or_else(unknown)?;
        for number in 0..arguments.tasks {
            // The first is that of the seed itself, the others are those of no seed that people write.
            let seed = arguments.common.seed ^ ((number as u64) << 32);
            let task = families::task(family, usize::from(arguments.size), arguments.pairs, arguments.count, seed)?;
            let name = if arguments.tasks == 1 { name.to_owned() } else { format!("{name}-{}", number + 1) };
            tasks.push((name, task));
        }
    }
    Ok(tasks)
}

/// So many of what is called that.
fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

fn tell(common: &Common, task: &str, count: usize, what: &str) -> anyhow::Result<()> {
    if common.json {
        println!("{}", json!({"task": task, "puzzles": count, "out": common.out}));
    } else {
        eprintln!("{what}, written to {}", common.out.display());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn arc_of(kind: &str, tasks: usize, out: &std::path::Path) -> Arc {
        let common = Common { seed: 5, out: out.to_owned(), json: true };
        Arc { size: 8, kind: kind.to_owned(), tasks, pairs: 2, count: 1, common }
    }

    #[test]
    fn a_family_gives_several_tasks() {
        let made = |tasks: usize| families_tasks(&arc_of("mirror+gravity", tasks, "".as_ref())).unwrap();
        let (one, three) = (made(1), made(3));
        let names = |tasks: &[(String, arc::Task)]| tasks.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&one), ["mirror", "gravity"]);
        assert_eq!(names(&three), ["mirror-1", "mirror-2", "mirror-3", "gravity-1", "gravity-2", "gravity-3"]);
        assert!(three[0].1 == one[0].1 && three[1].1 != three[0].1 && three[2].1 != three[1].1);
        assert_eq!((three[1].1.train.len(), three[1].1.test.len()), (2, 1));
        assert_eq!((counted(1, "task"), counted(2, "task")), ("1 task".to_owned(), "2 tasks".to_owned()));
    }

    #[test]
    fn nothing_is_written_over_and_an_unknown_family_is_wrong_usage() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("t.json");
        assert!(tasks(&arc_of("mirror+levity", 1, &out)).unwrap_err().is::<Usage>());
        tasks(&arc_of("mirror", 1, &out)).unwrap();
        let written = std::fs::read(&out).unwrap();
        let again = tasks(&arc_of("gravity", 1, &out)).unwrap_err().to_string();
        assert!(again.contains("stands there already"), "{again}");
        assert_eq!(std::fs::read(&out).unwrap(), written);
    }
}
