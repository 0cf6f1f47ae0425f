//! `solve`: one puzzle, watched in the terminal.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use serde_json::json;

use super::device::Choice;
use super::halt::Halt;
use super::screen::Screen;
use super::trace;
use crate::board::sudoku::{Shape, Solutions, Sudoku, classify};
use crate::checkpoint::{Checkpoint, SHIPPED, open_for};
use crate::engine::{Thought, think};
use crate::files;
use crate::model::{Hrm, Limits};
use crate::task::sudoku;
use crate::trace::Recording;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A shipped model's name, a checkpoint file or a run folder; default: the shipped one for the board.
    #[arg(long)]
    checkpoint: Option<String>,
    /// The board: cells row by row, `.` or `0` blank.
    #[arg(long, required_unless_present = "file", conflicts_with = "file")]
    puzzle: Option<String>,
    /// A text file with the board.
    #[arg(long)]
    file: Option<PathBuf>,
    /// The box, as rows x columns (2x3), when it is not the usual one.
    #[arg(long = "box", value_name = "RxC")]
    box_text: Option<String>,
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

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let (text, place) = match (&arguments.puzzle, &arguments.file) {
        (Some(text), _) => (text.clone(), "--puzzle".to_owned()),
        (None, Some(file)) => (files::read_text(file)?, file.display().to_string()),
        (None, None) => bail!("say which board: --puzzle TEXT or --file F"),
    };
    let shape = arguments.box_text.as_deref().map(Shape::parse_box).transpose()?;
    let board = Sudoku::parse(&text, shape).with_context(|| format!("{place} is no board"))?;
    let checkpoint = fitting(arguments.checkpoint.as_deref(), board.shape())?;
    let solutions = classify(&board);
    if !matches!(solutions, Solutions::Unique(_)) {
        eprintln!("this board has {solutions}: the model answers all the same");
    }
    let (info, device) = arguments.device.open()?;
    let model = checkpoint.model(&device)?;
    let limits = arguments.halt.limits(&model.config);
    let mut screen = Screen::new(!arguments.json);
    let started = Instant::now();
    let recording = watch(&model, &board, limits, &mut screen)?;
    let elapsed_ms = started.elapsed().as_secs_f64() * 1e3;
    let answer = answer(board.shape(), &recording);
    let solved = answer.is_solved() && answer.extends(&board);
    let end = recording.ends.last().context("the run had no segment")?;
    if let Some(out) = &arguments.trace {
        trace::record(&checkpoint, &model, sudoku::encode(&board), vec![0], recording.ends.len(), out)?;
    }
    if arguments.json {
        let object = json!({
            "task": "sudoku", "solved": solved, "solution": answer.to_text(), "segments": recording.ends.len(),
            "q_halt": end.q_halt, "q_continue": end.q_continue, "device": info.id, "elapsed_ms": elapsed_ms,
        });
        println!("{object}");
    } else {
        screen.verdict(&answer, solved, &recording);
    }
    Ok(())
}

/// Thinks about a board and shows every micro-step.
pub fn watch(model: &Hrm, board: &Sudoku, limits: Limits, screen: &mut Screen) -> anyhow::Result<Recording> {
    let mut recording = None;
    let finished = think(model, &sudoku::encode(board), 0, limits, &mut |thought| {
        match thought {
            Thought::Started { dimensions, z_h_init, z_l_init } => {
                recording = Some(Recording::new(dimensions, z_h_init, z_l_init));
            }
            Thought::Step(step) => {
                if let Some(recording) = &mut recording {
                    recording.steps.push(step);
                    screen.step(board, recording);
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

/// The board as the model would write it now, givens and all.
pub fn answer(shape: Shape, recording: &Recording) -> Sudoku {
    let tokens = recording.steps.last().map(|step| step.readout.tokens()).unwrap_or_default();
    sudoku::decode(shape, &tokens)
}

/// The checkpoint asked for, or the shipped one made for this board.
fn fitting(name: Option<&str>, shape: Shape) -> anyhow::Result<Checkpoint> {
    let for_board = format!("sudoku-{shape}");
    let Some(name) = name.or_else(|| SHIPPED.iter().map(|(name, _)| *name).find(|name| *name == for_board)) else {
        bail!("no shipped model was made for {shape} boards: say --checkpoint");
    };
    let checkpoint = open_for(name, Some(shape.cells()))?;
    let config = &checkpoint.config;
    ensure!(
        sudoku::shape_for(config.seq_len, config.vocab) == Some(shape),
        "{name} was made for {} cells with {} tokens, not for a {shape} board: say another --checkpoint",
        config.seq_len,
        config.vocab
    );
    Ok(checkpoint)
}
