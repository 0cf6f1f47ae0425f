//! The command line: one file per command.

mod analyze;
mod arc;
mod bench;
mod convert;
mod dataset;
mod demo;
mod device;
mod devices;
mod eval;
mod export;
mod frame;
mod generate;
mod halt;
mod inspect;
mod presets;
mod screen;
mod solve;
mod trace;
mod train;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::app;

/// A microscope for the Hierarchical Reasoning Model.
#[derive(Debug, Parser)]
#[command(name = "hrmscope", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Puzzles, sets of them, runs and checkpoints to open; files or folders.
    files: Vec<PathBuf>,
    /// What computes in the window: `cpu`, `gpu`, or `gpu:N` as `hrmscope devices` lists them.
    #[arg(long, value_name = "D")]
    device: Option<String>,
    /// Bring back what "Copy state" in the window copied: the board, the model and the moment.
    #[arg(long, value_name = "TEXT")]
    state: Option<app::Moment>,
}

/// An argument that cannot be meant, where it takes more than the arguments' form to see it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(String);

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
    /// The paper's figures from many runs: residuals, dimensionality, halting, trajectories.
    #[command(subcommand)]
    Analyze(analyze::Command),
    /// A trace file as a moving picture of the reasoning.
    Export(export::Arguments),
    /// Train a model, or go on with a run.
    Train(train::Arguments),
    /// Show a checkpoint: configuration, tensors, parameters, and what does not fit.
    Inspect(inspect::Arguments),
    /// Make puzzles with verified answers.
    #[command(subcommand)]
    Generate(generate::Task),
    /// Build, describe or part data.
    #[command(subcommand)]
    Dataset(dataset::Command),
    /// Write a checkpoint of the public code in our format.
    Convert(convert::Arguments),
    /// How long a segment or a training step takes.
    Bench(bench::Arguments),
}

/// Opens the window; where that fails, the terminal has to do.
/// Rust turns a closed pipe into an error that `println!` panics on; a command should end quietly instead. Not for the
/// window, whose connection to the desktop may close too.
fn end_with_the_reader() {
    #[cfg(unix)]
    // Restores the default action before any other thread runs.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
    }
}

/// A misspelt command would otherwise be taken for a file. Of files the window opens those that are there, and tells which are
/// not.
fn check_files(files: &[PathBuf]) -> Result<(), Usage> {
    match files.first() {
        Some(first) if looks_like_command(first) && !files.iter().any(|file| file.exists()) => Err(Usage(format!(
            "{}: there is no such file or command; hrmscope --help lists the commands",
            first.display()
        ))),
        _ => Ok(()),
    }
}

/// Whether a name has nothing but what the names of commands have.
fn looks_like_command(path: &Path) -> bool {
    let letters = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    path.to_str().is_some_and(letters)
}

fn window(options: app::Options) -> anyhow::Result<()> {
    let Err(error) = app::run(options) else { return Ok(()) };
    let missing = match cfg!(target_os = "linux") {
        true => {
            "; what a desktop usually has: apt-get install libvulkan1 mesa-vulkan-drivers libxkbcommon-x11-0 libx11-xcb1 \
             libxcursor1 libxi6 libxrandr2"
        }
        false => "",
    };
    demo::run(&format!("the window could not be opened ({error}{missing})"))
}

impl Arguments {
    /// Runs the command.
    ///
    /// # Errors
    /// What went wrong, where, and what to do.
    pub fn run(self) -> anyhow::Result<()> {
        if self.command.is_some() {
            end_with_the_reader();
        }
        check_files(&self.files)?;
        match self.command {
            None if app::has_display() => {
                let documents = app::usual_documents();
                let (files, device, state) = (self.files, self.device, self.state);
                window(app::Options { files, device, documents, state, ..Default::default() })
            }
            None if !self.files.is_empty() || self.state.is_some() => {
                anyhow::bail!("there is no display to open files on: use hrmscope solve --file, or inspect")
            }
            None => demo::run("there is no display"),
            Some(Command::Devices(arguments)) => devices::run(&arguments),
            Some(Command::Solve(arguments)) => solve::run(&arguments),
            Some(Command::Trace(arguments)) => trace::run(&arguments),
            Some(Command::Eval(arguments)) => eval::run(&arguments),
            Some(Command::Analyze(command)) => analyze::run(&command),
            Some(Command::Export(arguments)) => export::run(&arguments),
            Some(Command::Train(arguments)) => train::run(&arguments),
            Some(Command::Inspect(arguments)) => inspect::run(&arguments),
            Some(Command::Generate(task)) => generate::run(&task),
            Some(Command::Dataset(command)) => dataset::run(&command),
            Some(Command::Convert(arguments)) => convert::run(&arguments),
            Some(Command::Bench(arguments)) => bench::run(&arguments),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_not_there_are_told_in_the_window_and_misspelt_commands_before() {
        let wrong = |names: &[&str]| check_files(&names.iter().map(PathBuf::from).collect::<Vec<_>>()).is_err();
        assert!(wrong(&["frobnicate"]) && wrong(&["slove", "puzzle.txt"]) && wrong(&["data-set", "info"]));
        assert!(!wrong(&[]) && !wrong(&["gone.json"]) && !wrong(&["/no/such"]) && !wrong(&["gone.json", "solve"]));
        assert!(!wrong(&["slove", env!("CARGO_MANIFEST_DIR")]), "what is there is opened");
        let read = |names: &[&str]| Arguments::try_parse_from([&["hrmscope"][..], names].concat()).unwrap();
        assert!(read(&["devices"]).command.is_some());
        assert_eq!(read(&["a.json", "b.json"]).files.len(), 2);
    }
}
