//! Parses the arguments and runs one command.

use std::process::ExitCode;

use clap::Parser;
use hrmscope::cli::Arguments;

// glibc gives every large buffer back to the system, and half of a forward pass would be page faults.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Arguments::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hrmscope: {error:#}");
            ExitCode::FAILURE
        }
    }
}
