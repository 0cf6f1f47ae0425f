//! The one integration binary.

mod cli;
mod golden;
mod support;
mod training;
