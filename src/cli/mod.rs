//! The command line: one file per command.

mod inspect;
mod trace;

use clap::{Parser, Subcommand};

/// A microscope for the Hierarchical Reasoning Model.
#[derive(Debug, Parser)]
#[command(version, about, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show a checkpoint: configuration, tensors, parameters, and what does not fit.
    Inspect(inspect::Arguments),
    /// Run a model on given tokens and write every state of every micro-step.
    Trace(trace::Arguments),
}

impl Arguments {
    /// Runs the command.
    ///
    /// # Errors
    /// What went wrong, where, and what to do.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Inspect(arguments) => inspect::run(&arguments),
            Command::Trace(arguments) => trace::run(&arguments),
        }
    }
}
