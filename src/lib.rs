//! A microscope for the Hierarchical Reasoning Model (HRM, arXiv 2506.21734).
//!
//! The map of the house, as far as it is built: a [`model`] (loaded by [`checkpoint`]) thinks about tokens in
//! micro-steps, a [`trace`] says which step is which and keeps them, and the [`cli`] runs it. [`engine`] holds the
//! messages between the window to come and the thread that will compute.

pub mod app;
pub mod board;
pub mod checkpoint;
pub mod cli;
pub mod dataset;
pub mod engine;
pub mod files;
pub mod model;
pub mod task;
pub mod trace;
pub mod train;
