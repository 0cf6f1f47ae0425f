//! What a person plays on: boards, their rules, solvers, generators, text forms and undo. No tensors here.

mod any;
pub mod arc;
pub mod history;
pub mod maze;
pub mod paint;
mod read;
pub mod sudoku;

pub use any::{Board, Kind};
pub use history::History;
pub use read::{Found, ReadError, read};
