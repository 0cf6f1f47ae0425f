//! What plain `hrmscope` does where no window can open: a shipped model solves a new puzzle in the terminal.

use anyhow::Context;
use burn::tensor::Device;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::screen::Screen;
use super::solve::{Answer, ask, watch};
use crate::board::Board;
use crate::board::arc::Sheet;
use crate::board::arc::families::{self, FAMILIES};
use crate::board::maze::{self, MazeKind};
use crate::board::sudoku;
use crate::checkpoint::{SHIPPED, open};
use crate::model::{Halting, Limits};
use crate::task::Boards;

/// Plays the demo and says why it is not the window.
pub fn run(why: &str) -> anyhow::Result<()> {
    println!("hrmscope: {why}, so here is the demo in the terminal (hrmscope --help lists what else there is)");
    let (name, _) = SHIPPED.first().context("this build carries no trained model: train one with hrmscope train")?;
    let checkpoint = open(name)?;
    let model = checkpoint.model(&Device::flex())?;
    let config = &model.config;
    let boards = Boards::of(config.seq_len, config.vocab).context("the shipped model is made for no task here")?;
    // Another puzzle every day would be nicer to look at, but a demo that is known to work is nicer to trust.
    let question = ask(puzzle(boards)?, &checkpoint)?;
    println!("{name} ({} parameters) thinks about a {}", model.parameters(), question.board);
    print!("{}", question.board.to_text());
    println!();
    let mut screen = Screen::new(true);
    let limits = Limits { halting: Halting::Adaptive, max_segments: config.max_segments };
    let recording = watch(&model, &question, limits, &mut screen)?;
    screen.verdict(&question, &Answer::of(&question, &recording), &recording);
    Ok(())
}

/// A puzzle for the demo, always the same.
fn puzzle(boards: Boards) -> anyhow::Result<Board> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    Ok(match boards {
        Boards::Sudoku(shape) => {
            // Few enough that the first segment does not settle it.
            let givens = shape.cells() * 2 / 5;
            sudoku::generate(shape, givens..=givens, &mut rng)?.board.into()
        }
        Boards::Maze { side } => {
            let kind = MazeKind::Perfect;
            maze::generate(side, kind, kind.usual_length(side), &mut rng)?.maze.into()
        }
        Boards::Arc { side } => {
            let family = FAMILIES.first().context("there is no family of tasks")?;
            let sheet = Sheet::new(family.name, families::task(family, side, 3, 1, 7)?);
            sheet.context("the family's task asks nothing")?.into()
        }
    })
}
