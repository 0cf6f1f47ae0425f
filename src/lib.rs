//! A microscope for the Hierarchical Reasoning Model (HRM, arXiv 2506.21734).
//!
//! The map of the house, in the order in which the data goes through it:
//! a [`board`] becomes tokens ([`task`], read and sampled by [`dataset`]), a [`model`] (loaded by [`checkpoint`],
//! made by [`train`]) thinks about them in micro-steps, a [`trace`] keeps every step, an [`engine`] thread does
//! this on request, and the [`cli`] and the [`app`] show it.

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
