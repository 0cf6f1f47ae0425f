//! What plain `hrmscope` does where no window can open: a shipped model solves a new puzzle in the terminal.

use anyhow::Context;
use burn::tensor::Device;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::screen::Screen;
use super::solve::{answer, watch};
use crate::board::sudoku::generate;
use crate::checkpoint::{SHIPPED, open};
use crate::model::{Halting, Limits};
use crate::task::sudoku;

/// Plays the demo and says why it is not the window.
pub fn run(why: &str) -> anyhow::Result<()> {
    println!("hrmscope: {why}, so here is the demo in the terminal (hrmscope --help lists what else there is)");
    let (name, _) = SHIPPED.first().context("this build carries no trained model: train one with hrmscope train")?;
    let model = open(name)?.model(&Device::flex())?;
    let config = &model.config;
    let shape = sudoku::shape_for(config.seq_len, config.vocab).context("the shipped model is made for no Sudoku")?;
    // Few enough that the first segment does not settle it.
    let givens = shape.cells() * 2 / 5;
    // Another puzzle every day would be nicer to look at, but a demo that is known to work is nicer to trust.
    let puzzle = generate(shape, givens..=givens, &mut ChaCha8Rng::seed_from_u64(7))?;
    println!("{name} ({} parameters) thinks about a {shape} Sudoku with {givens} givens", model.parameters());
    print!("{}", puzzle.board.to_rows());
    println!();
    let mut screen = Screen::new(true);
    let limits = Limits { halting: Halting::Adaptive, max_segments: config.max_segments };
    let recording = watch(&model, &puzzle.board, limits, &mut screen)?;
    let answer = answer(shape, &recording);
    screen.verdict(&answer, answer == puzzle.solution, &recording);
    Ok(())
}
