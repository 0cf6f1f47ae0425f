//! The one integration binary.

mod analysis;
mod boards;
mod cli;
mod golden;
mod pictures;
mod robustness;
mod runs;
mod support;
mod training;
mod training_window;
mod window;
