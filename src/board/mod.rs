//! What a person plays on: boards, their rules, solvers, generators, text forms and undo. No tensors here.

pub mod arc;
pub mod history;
pub mod maze;
pub mod sudoku;

pub use history::History;
