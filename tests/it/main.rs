//! The one integration binary.

mod analysis;
mod boards;
mod cli;
mod comfort;
mod documents;
mod golden;
mod library;
mod pictures;
mod robustness;
mod runs;
mod support;
mod training;
mod training_window;
mod window;
