//! The command line: one file per command.

mod bench;
mod convert;
mod demo;
mod device;
mod devices;
mod eval;
mod generate;
mod halt;
mod inspect;
mod screen;
mod solve;
mod trace;
mod train;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// A microscope for the Hierarchical Reasoning Model.
#[derive(Debug, Parser)]
#[command(name = "hrmscope", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Puzzles and checkpoints to open.
    files: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What can compute here: GPUs by name and API, and the CPU.
    Devices(devices::Arguments),
    /// Solve one puzzle; on a terminal the board is animated.
    Solve(solve::Arguments),
    /// Run a model on given tokens and write every state of every micro-step.
    Trace(trace::Arguments),
    /// How well a model answers puzzles whose answers are known.
    Eval(eval::Arguments),
    /// Train a model, or go on with a run.
    Train(train::Arguments),
    /// Show a checkpoint: configuration, tensors, parameters, and what does not fit.
    Inspect(inspect::Arguments),
    /// Make puzzles with verified answers.
    #[command(subcommand)]
    Generate(generate::Task),
    /// Write a checkpoint of the public code in our format.
    Convert(convert::Arguments),
    /// How long a segment or a training step takes.
    Bench(bench::Arguments),
}

impl Arguments {
    /// Runs the command.
    ///
    /// # Errors
    /// What went wrong, where, and what to do.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            None => demo::run("the window is not built yet"),
            Some(Command::Devices(arguments)) => devices::run(&arguments),
            Some(Command::Solve(arguments)) => solve::run(&arguments),
            Some(Command::Trace(arguments)) => trace::run(&arguments),
            Some(Command::Eval(arguments)) => eval::run(&arguments),
            Some(Command::Train(arguments)) => train::run(&arguments),
            Some(Command::Inspect(arguments)) => inspect::run(&arguments),
            Some(Command::Generate(task)) => generate::run(&task),
            Some(Command::Convert(arguments)) => convert::run(&arguments),
            Some(Command::Bench(arguments)) => bench::run(&arguments),
        }
    }
}
