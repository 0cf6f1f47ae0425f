//! `solve`: one puzzle of any kind, watched in the terminal.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use super::arc;
use super::device::Choice;
use super::halt::Halt;
use super::screen::Screen;
use super::trace;
use crate::board::arc::Grid;
use crate::board::maze::{Maze, PathVerdict, Shortest};
use crate::board::sudoku::{Shape, Solutions, Sudoku, classify};
use crate::board::{Board, Found, read};
use crate::checkpoint::{Checkpoint, open_for};
use crate::engine::{Thought, shipped_for, think};
use crate::export::record;
use crate::files;
use crate::model::{Hrm, Limits};
use crate::task::glyph::{Glyph, glyph};
use crate::task::{self, Boards, Placement, place};
use crate::trace::Recording;
use crate::train::{FitPlan, MOST_STEPS};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A shipped model's name, a checkpoint file or a run folder; default: the shipped one for the board.
    #[arg(long)]
    checkpoint: Option<String>,
    /// The board: a Sudoku's cells row by row, `.` or `0` blank; a maze of `# SG`; an ARC task as JSON.
    #[arg(long, required_unless_present = "file", conflicts_with = "file")]
    puzzle: Option<String>,
    /// A file with the board: a text, a puzzle CSV, or ARC JSON; what it is is seen from its content.
    #[arg(long)]
    file: Option<PathBuf>,
    /// The box of a Sudoku, as rows x columns (2x3), when it is not the usual one.
    #[arg(long = "box", value_name = "RxC")]
    box_text: Option<String>,
    /// Which row of a CSV, or which task of an ARC file, by its number from 1 or its name; default: the first.
    #[arg(long, value_name = "N|NAME")]
    pick: Option<String>,
    /// Which test input of an ARC task, from 1.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    test: u16,
    /// ARC: ask in N variants of the task, turned and with colours exchanged, and let the answers vote; the first guess is
    /// the solution.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    votes: Option<u16>,
    /// ARC: first fit the task's row of the puzzle table to its examples, in so many steps. The checkpoint's file stays as it
    /// is.
    #[arg(long, value_name = "STEPS", value_parser = clap::value_parser!(u64).range(1..=MOST_STEPS))]
    fit: Option<u64>,
    /// Fit the whole model, not the row alone.
    #[arg(long, requires = "fit")]
    fit_model: bool,
    #[command(flatten)]
    halt: Halt,
    #[command(flatten)]
    device: Choice,
    /// Write every state of every micro-step (safetensors).
    #[arg(long, value_name = "OUT")]
    trace: Option<PathBuf>,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// A board as a model is asked about it.
pub struct Question {
    /// The board.
    pub board: Board,
    /// Where it lies among the tokens.
    pub placed: Placement,
    /// The row of the puzzle table.
    pub puzzle_id: i32,
}

/// What the model said at last.
#[derive(Debug, PartialEq)]
pub enum Answer {
    /// A Sudoku with every cell as the model would write it.
    Sudoku(Sudoku),
    /// The cells of a maze that are said to be on the path, and whether all others are kept.
    Path(Vec<bool>, bool),
    /// A grid; None when the answer shows none.
    Grid(Option<Grid>),
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let board = board(arguments)?;
    let checkpoint = fitting(arguments.checkpoint.as_deref(), &board)?;
    let mut question = ask(board, &checkpoint)?;
    let asks_more = arguments.votes.is_some() || arguments.fit.is_some();
    ensure!(question.board.arc().is_some() || !asks_more, "--votes and --fit are for ARC tasks");
    if arguments.fit.is_none() {
        warn(&question, &checkpoint);
    }
    let (info, device) = arguments.device.open()?;
    let mut model = checkpoint.model(&device)?;
    let mut names = checkpoint.identifiers.clone().unwrap_or_default();
    let limits = arguments.halt.limits(&model.config);
    let mut fitted = None;
    if let (Some(steps), Some(sheet)) = (arguments.fit, question.board.arc()) {
        let plan = FitPlan { steps, whole: arguments.fit_model };
        fitted = Some(arc::fit(&mut model, &mut names, sheet, plan, limits)?);
        question.puzzle_id = row(&question.board, Some(&names));
    }
    let mut screen = Screen::new(!arguments.json);
    let started = Instant::now();
    let recording = watch(&model, &question, limits, &mut screen)?;
    let sheet = question.board.arc();
    let poll = match (arguments.votes, sheet) {
        (Some(votes), Some(sheet)) => Some(arc::poll(&model, &names, sheet, votes.into(), limits)?),
        _ => None,
    };
    let answer = match &poll {
        Some(poll) => Answer::Grid(poll.ranked().into_iter().next().map(|first| first.answer)),
        None => Answer::of(&question, &recording),
    };
    let elapsed_ms = started.elapsed().as_secs_f64() * 1e3;
    let solved = answer.is_right(&question.board);
    let end = recording.ends.last().context("the run had no segment")?;
    if let Some(out) = &arguments.trace {
        let ids = vec![question.puzzle_id];
        let written = record(&checkpoint, &model, question.placed.tokens.clone(), ids, recording.ends.len(), out)?;
        trace::say_written(written, out);
    }
    if arguments.json {
        let task = task_name(&question.board);
        let mut object = json!({
            "task": task, "solved": solved, "solution": answer.json(&question.board), "segments": recording.ends.len(),
            "q_halt": end.q_halt, "q_continue": end.q_continue, "device": info.id, "elapsed_ms": elapsed_ms,
        });
        if let (Some(poll), Some(sheet)) = (&poll, sheet) {
            object["votes"] = arc::votes_json(poll, sheet.output());
        }
        if let Some(fitted) = &fitted {
            object["fit"] = fitted.json();
        }
        println!("{object}");
    } else {
        if let Some(fitted) = &fitted {
            fitted.say();
        }
        screen.verdict(&question, &answer, &recording);
        if let (Some(poll), Some(sheet)) = (&poll, sheet) {
            arc::say_votes(poll, sheet.output());
        }
    }
    Ok(())
}

fn task_name(board: &Board) -> &'static str {
    match board {
        Board::Sudoku(_) => "sudoku",
        Board::Maze(_) => "maze",
        Board::Arc(_) => "arc",
    }
}

/// The board that the arguments name.
fn board(arguments: &Arguments) -> anyhow::Result<Board> {
    let (text, source) = match (&arguments.puzzle, &arguments.file) {
        (Some(text), _) => (text.clone(), "--puzzle".to_owned()),
        (None, Some(file)) => (files::read_text(file)?, file.display().to_string()),
        (None, None) => bail!("say which board: --puzzle TEXT or --file F"),
    };
    if let Some(shape) = arguments.box_text.as_deref().map(Shape::parse_box).transpose()? {
        return Ok(Sudoku::parse(&text, Some(shape)).with_context(|| format!("{source} is no board"))?.into());
    }
    let found = match arguments.pick.as_deref() {
        None => read(&text),
        // What is no number may stand anywhere.
        Some(pick) => Found::up_to(&text, pick.parse().ok().filter(|row| *row > 0).unwrap_or(usize::MAX)),
    };
    let found = found.with_context(|| format!("{source} is no board"))?;
    let stem =
        arguments.file.as_ref().and_then(|file| file.file_stem()).map(|stem| stem.to_string_lossy().into_owned());
    let (name, board) = picked(found.boards, arguments.pick.as_deref(), &source)?;
    let Board::Arc(sheet) = board else { return Ok(board) };
    let tests = sheet.task().test.len();
    let test = usize::from(arguments.test);
    ensure!(test <= tests, "{source}: the task has {tests} test inputs, so there is no --test {test}");
    // A file of one task names it by its own name, as the official ones do.
    let name = name.or(stem).unwrap_or_else(|| sheet.name().to_owned());
    Ok(sheet.named(&name).asking(test - 1).into())
}

type Named = (Option<String>, Board);

fn picked(mut boards: Vec<Named>, pick: Option<&str>, source: &str) -> anyhow::Result<Named> {
    let at = match pick {
        None => Some(0),
        Some(pick) => {
            let named = boards.iter().position(|(name, _)| name.as_deref() == Some(pick));
            named.or_else(|| pick.parse::<usize>().ok()?.checked_sub(1))
        }
    };
    match at.filter(|at| *at < boards.len()) {
        Some(at) => Ok(boards.swap_remove(at)),
        None => bail!("{source} holds {} boards, none of them {}", boards.len(), pick.unwrap_or("the first")),
    }
}

/// How a model is asked about a board.
pub fn ask(board: Board, checkpoint: &Checkpoint) -> anyhow::Result<Question> {
    let config = &checkpoint.config;
    let name = checkpoint.name();
    let boards = Boards::of(config.seq_len, config.vocab).with_context(|| {
        format!("{name} was made for {} cells with {} tokens, which no task here has", config.seq_len, config.vocab)
    })?;
    let placed = place(&board, boards).with_context(|| {
        format!("{name} was made for {boards} boards, not for this {board}: say another --checkpoint")
    })?;
    let puzzle_id = row(&board, checkpoint.identifiers.as_deref());
    Ok(Question { board, placed, puzzle_id })
}

/// The row of the puzzle table that has an ARC task's name; the blank one for any other.
fn row(board: &Board, names: Option<&[String]>) -> i32 {
    let named = |name: &str| names?.iter().position(|known| known == name);
    board.arc().and_then(|sheet| named(sheet.name())).and_then(|id| i32::try_from(id).ok()).unwrap_or(0)
}

/// Says what speaks against a good answer.
fn warn(question: &Question, checkpoint: &Checkpoint) {
    match &question.board {
        Board::Sudoku(sheet) => {
            let solutions = classify(sheet.board());
            if !matches!(solutions, Solutions::Unique(_)) {
                eprintln!("this board has {solutions}: the model answers all the same");
            }
        }
        Board::Maze(maze) => {
            match maze.check() {
                Err(missing) => eprintln!("{missing}: the model answers all the same"),
                Ok(()) if Shortest::of(maze).steps().is_none() => {
                    eprintln!("no way leads from S to G: the model answers all the same");
                }
                Ok(()) => {}
            }
            if !question.placed.is_whole() {
                let (own, side) = (maze.side(), question.placed.side);
                eprintln!("the {own}x{own} maze lies in the middle of the model's {side}x{side}, with walls around");
            }
        }
        Board::Arc(sheet) if question.puzzle_id == 0 => eprintln!(
            "{} has no row in its puzzle table for the task {}, and an HRM does not read the examples: it answers with the \
             blank row, and the answer cannot be good; --fit STEPS fits a row to the examples",
            checkpoint.name(),
            sheet.name()
        ),
        Board::Arc(_) => {}
    }
}

/// Thinks about a board and shows every micro-step.
pub fn watch(model: &Hrm, question: &Question, limits: Limits, screen: &mut Screen) -> anyhow::Result<Recording> {
    let mut recording = None;
    let finished = think(model, &question.placed.tokens, question.puzzle_id, limits, &mut |thought| {
        match thought {
            Thought::Started { dimensions, z_h_init, z_l_init } => {
                recording = Some(Recording::new(dimensions, z_h_init, z_l_init));
            }
            Thought::Resident(..) => {}
            Thought::Step(step) => {
                if let Some(recording) = &mut recording {
                    recording.steps.push(step);
                    screen.step(question, recording);
                }
            }
            Thought::SegmentEnded(end) => {
                if let Some(recording) = &mut recording {
                    recording.ends.push(end);
                }
            }
        }
        ControlFlow::Continue(())
    });
    finished.map_err(|e| anyhow::anyhow!("the device stopped answering: {e:?}"))?;
    recording.context("the run did not start")
}

impl Answer {
    /// The newest answer of a run.
    pub fn of(question: &Question, recording: &Recording) -> Self {
        let tokens = recording.steps.last().map(|step| step.readout.tokens()).unwrap_or_default();
        match &question.board {
            Board::Sudoku(sheet) => Self::Sudoku(task::sudoku::decode(sheet.board().shape(), &tokens)),
            Board::Maze(maze) => {
                let said = |cell: usize| tokens.get(question.placed.token(cell)).copied().unwrap_or(task::maze::PAD);
                let said: Vec<i32> = (0..maze.cells().len()).map(said).collect();
                let marks = task::maze::marks(&said);
                let own = task::maze::encode(maze);
                let kept = own.iter().zip(&said).all(|(own, said)| {
                    own == said || glyph("maze", *own) == Glyph::Open && glyph("maze", *said) == Glyph::Path
                });
                Self::Path(marks, kept)
            }
            Board::Arc(_) => Self::Grid(task::arc::decode(&tokens, question.placed.side)),
        }
    }

    /// Right by the rules, or as the task's file says.
    pub fn is_right(&self, board: &Board) -> bool {
        match (self, board) {
            (Self::Sudoku(answer), Board::Sudoku(sheet)) => answer.is_solved() && answer.extends(sheet.board()),
            (Self::Path(marks, kept), Board::Maze(maze)) => {
                *kept && Shortest::of(maze).judge(maze, marks).verdict == PathVerdict::Shortest
            }
            (Self::Grid(grid), Board::Arc(sheet)) => grid.is_some() && grid.as_ref() == sheet.output(),
            _ => false,
        }
    }

    /// The text form; of an ARC answer the grid as in the official JSON.
    fn json(&self, board: &Board) -> Value {
        match (self, board) {
            (Self::Sudoku(answer), _) => answer.to_text().into(),
            (Self::Path(marks, _), Board::Maze(maze)) => path_text(maze, marks).into(),
            (Self::Grid(Some(grid)), _) => arc::grid_json(grid),
            _ => Value::Null,
        }
    }

    /// The answer in lines.
    pub fn rows(&self, board: &Board) -> String {
        match (self, board) {
            (Self::Sudoku(answer), _) => answer.to_rows(),
            (Self::Path(marks, _), Board::Maze(maze)) => {
                let text: Vec<char> = path_text(maze, marks).chars().collect();
                text.chunks(maze.side()).map(|row| row.iter().collect::<String>() + "\n").collect()
            }
            (Self::Grid(Some(grid)), _) => format!("{grid}\n"),
            _ => "the answer shows no grid\n".to_owned(),
        }
    }
}

/// The maze with `o` where the path is said to be, walls and ends included.
fn path_text(maze: &Maze, marks: &[bool]) -> String {
    maze.cells().iter().zip(marks).map(|(cell, marked)| if *marked { 'o' } else { cell.character() }).collect()
}

/// The checkpoint asked for, or the smallest shipped one that the board fits.
fn fitting(name: Option<&str>, board: &Board) -> anyhow::Result<Checkpoint> {
    if let Some(name) = name {
        // What a rotary model without `dataset.json` takes its length from. An ARC grid says nothing of its canvas.
        let cells = (board.arc().is_none()).then(|| board.cells());
        return Ok(open_for(name, cells)?);
    }
    match shipped_for(board) {
        Some(name) => Ok(open_for(name, None)?),
        None => bail!("no shipped model was made for this {board}: say --checkpoint"),
    }
}
