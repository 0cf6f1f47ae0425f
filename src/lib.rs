//! A microscope for the Hierarchical Reasoning Model (HRM, arXiv 2506.21734).
//!
//! The map of the house: a [`board`] becomes tokens ([`task`]), a [`model`] (loaded by [`checkpoint`]) thinks about them
//! in micro-steps, and a [`trace`] says which step is which and keeps them. [`train`] drives the same model with puzzles
//! from a [`dataset`]. The [`engine`]'s thread owns the device and the model; the window ([`app`]) sends it commands and
//! shows its events, and the [`cli`] does the same without a window.

#![warn(missing_docs)]

pub mod analysis;
pub mod app;
pub mod board;
pub mod checkpoint;
pub mod cli;
pub mod dataset;
pub mod engine;
pub mod export;
pub mod figure;
pub mod files;
pub mod model;
pub mod task;
pub mod trace;
pub mod train;
