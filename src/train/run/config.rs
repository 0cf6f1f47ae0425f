//! Everything that defines a run, and reading it back from its folder.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::trainer::TrainConfig;
use super::RunError;
use crate::dataset::DataSource;
use crate::files;
use crate::model::{HrmConfig, Initializer};

/// The version of the run folder's form that is written here. 1: one `resume.safetensors`, no status.
pub const FORMAT: u32 = 2;

/// Everything that defines a run; a preset is one of these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// The version of the folder's form.
    #[serde(default = "first_format")]
    pub format: u32,
    /// The preset it came from.
    #[serde(default)]
    pub preset: String,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub about: String,
    /// What is learned: `sudoku`, `maze` or `arc`.
    pub task: String,
    /// The model.
    pub model: HrmConfig,
    /// Its first weights, where it does not begin from a checkpoint.
    pub initializer: Initializer,
    /// The checkpoint whose weights it begins with: a shipped model's name, a file, or a run folder. For boards of another
    /// size all but its learned positions are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Training.
    pub train: TrainConfig,
    /// What it learns from.
    pub data: DataSource,
    /// Whether puzzles are seen through the symmetries of their board. Not for mazes that are to be answered exactly: which of
    /// several shortest paths is labelled depends on how the maze lies.
    #[serde(default = "yes")]
    pub symmetries: bool,
    /// What it is measured on, and never learns from; None for the test part of the data, or a part held back.
    #[serde(default)]
    pub held_out: Option<DataSource>,
    /// How many of those are answered at an evaluation.
    #[serde(default = "held_out_count")]
    pub held_out_count: usize,
    /// Steps between lines of metrics.
    pub report_every: u64,
    /// Steps between evaluations; each also saves.
    pub evaluate_every: u64,
    /// Checkpoints of every so many steps are kept for good, beside the newest and the best.
    #[serde(default)]
    pub keep_every: Option<u64>,
}

impl RunConfig {
    /// Checks the numbers that decide training; the model and the data have checks of their own.
    ///
    /// # Errors
    /// Names the first field that does not fit and what it would have to be.
    pub fn check(&self) -> Result<(), String> {
        let TrainConfig { batch, schedule, betas, weight_decay, puzzle_rate, puzzle_decay, ema, .. } = &self.train;
        let counts = [
            ("train.batch", *batch as u64),
            ("train.schedule.steps", schedule.steps),
            ("held_out_count", self.held_out_count as u64),
            ("report_every", self.report_every),
            ("evaluate_every", self.evaluate_every),
            ("keep_every", self.keep_every.unwrap_or(1)),
        ];
        if let Some((field, _)) = counts.into_iter().find(|(_, count)| *count == 0) {
            return Err(format!("{field} = 0: it must be at least 1"));
        }
        let below_one = [("train.betas", betas.0), ("train.betas", betas.1), ("train.ema", *ema)];
        if let Some((field, value)) = below_one.into_iter().find(|(_, value)| !(0.0..1.0).contains(value)) {
            return Err(format!("{field} has {value}: it must be at least 0 and below 1"));
        }
        let positive = [
            ("train.schedule.rate", schedule.rate),
            ("train.schedule.min_ratio", schedule.min_ratio),
            ("train.weight_decay", *weight_decay),
            ("train.puzzle_rate", *puzzle_rate),
            ("train.puzzle_decay", *puzzle_decay),
        ];
        match positive.into_iter().find(|(_, value)| !(value.is_finite() && *value >= 0.0)) {
            Some((field, value)) => Err(format!("{field} = {value}: it must be at least 0")),
            None if schedule.rate == 0.0 => Err("train.schedule.rate = 0: nothing would be learned".to_owned()),
            None => Ok(()),
        }
    }
}

fn first_format() -> u32 {
    1
}

fn yes() -> bool {
    true
}

fn held_out_count() -> usize {
    256
}

/// Reads a run's configuration.
///
/// # Errors
/// A folder without a run, or one that is damaged or of a later version.
pub fn read_config(folder: &Path) -> Result<RunConfig, RunError> {
    let path = folder.join("run.json");
    let wrong = |path: &Path, why: String| RunError::Folder { path: path.to_owned(), why };
    if !path.exists() {
        return Err(wrong(folder, "holds no run: start one without --resume".into()));
    }
    let damaged = |e: serde_json::Error| wrong(&path, format!("cannot be read: {e}"));
    let value: Value = serde_json::from_slice(&files::read(&path)?).map_err(damaged)?;
    match value.get("format").and_then(Value::as_u64) {
        Some(format) if format > u64::from(FORMAT) => Err(wrong(
            &path,
            format!(
                "has format {format}; this program knows up to {FORMAT}: resume it with the version it was started by"
            ),
        )),
        _ => serde_json::from_value(value).map_err(damaged),
    }
}
