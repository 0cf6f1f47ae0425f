//! One analysis from names to figure: which model, which puzzles, what is asked. The command line and the window both ask so.

use burn::tensor::Device;
use serde::Serialize;
use serde_json::{Value, json};
use thiserror::Error;

use super::{About, AnalysisError, Axis, BEYOND, Colour, View, Watch, dimensionality, halting, residual, trajectory};
use crate::checkpoint::{CheckpointError, open_for};
use crate::dataset::{DataError, DataSource};
use crate::figure::Figure;
use crate::model::{Halting, Limits};
use crate::train::made_for;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// How far each micro-step moves the states.
    Residual,
    /// Over how many directions the states spread.
    Dimensionality {
        /// What the rows of the covariance are.
        axis: Axis,
        /// Seeds of the fresh weights that are the control.
        seeds: Vec<u64>,
    },
    /// When the model stops, and what stopping costs.
    Halting,
    /// The way of the states.
    Trajectory {
        /// What of a state.
        view: View,
        /// What the figure's colours say.
        colour: Colour,
    },
}

/// An analysis that can be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// What is asked.
    pub question: Question,
    /// A shipped model's name, a checkpoint file or a run folder.
    pub checkpoint: String,
    /// Where the puzzles come from.
    pub data: DataSource,
    /// How many: the first of the data.
    pub samples: usize,
    /// Puzzles computed at a time.
    pub batch: usize,
    /// When a puzzle stops; [`Question::Halting`] looks at every segment anyway.
    pub halting: Halting,
    /// The most segments; None for as many as trained ([`Question::Halting`]: [`BEYOND`] times as many).
    pub max_segments: Option<usize>,
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Findings {
    /// All numbers, as one JSON object.
    pub report: Value,
    /// The numbers as CSV.
    pub csv: String,
    /// The figure.
    pub figure: Figure,
    /// How many puzzles were looked at; fewer than asked for when the data have no more.
    pub samples: usize,
}

/// Why there are no findings.
#[derive(Debug, Error)]
pub enum StudyError {
    /// The model cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The data cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The data are not what the model was made for.
    #[error("{data} {why}")]
    Misfit {
        /// The data.
        data: String,
        /// What differs.
        why: String,
    },
    /// The analysis failed or was broken off.
    #[error(transparent)]
    Analysis(#[from] AnalysisError),
    /// A number that JSON cannot hold.
    #[error("the report cannot be written as JSON: {0}")]
    Report(#[from] serde_json::Error),
}

impl Study {
    /// Does the work on a device.
    ///
    /// # Errors
    /// See [`StudyError`].
    pub fn perform(&self, device: &Device, watch: Watch<'_>) -> Result<Findings, StudyError> {
        let mut set = self.data.to_measure(self.samples)?;
        let boards = set.boards();
        let checkpoint = open_for(&self.checkpoint, Some(boards.seq_len()))?;
        made_for(&checkpoint.config, boards).map_err(|why| StudyError::Misfit { data: self.data.to_string(), why })?;
        if let Some(known) = &checkpoint.identifiers {
            set.rename(known);
        }
        let examples = set.examples(self.samples)?;
        let model = checkpoint.model(device)?;
        let trained = model.config.max_segments;
        let limits = Limits { halting: self.halting, max_segments: self.max_segments.unwrap_or(trained) };
        let about = |halting: Halting, segments: usize| {
            let rule = match halting {
                Halting::Fixed => "fixed",
                Halting::Adaptive => "adaptive",
            };
            About {
                model: checkpoint.name(),
                hash: checkpoint.hash.clone(),
                data: self.data.to_string(),
                halting: format!("{rule}, {segments} segments"),
            }
        };
        let usual = about(limits.halting, limits.max_segments);
        let (model, examples, batch) = (&model, examples.as_slice(), self.batch);
        let (report, csv, figure) = match &self.question {
            Question::Residual => {
                let found = residual(model, examples, limits, batch, watch)?;
                (value(&found)?, found.csv(), found.figure(&usual))
            }
            Question::Dimensionality { axis, seeds } => {
                let found = dimensionality(model, examples, limits, (*axis, seeds), batch, watch)?;
                (value(&found)?, found.csv(), found.figure(&usual))
            }
            Question::Halting => {
                let found = halting(model, boards, examples, self.max_segments, batch, watch)?;
                let about = about(Halting::Fixed, self.max_segments.unwrap_or(BEYOND * trained));
                (value(&found)?, found.csv(), found.figure(&about))
            }
            Question::Trajectory { view, colour } => {
                let found = trajectory(model, boards, examples, limits, *view, batch, watch)?;
                (value(&found)?, found.csv(), found.figure(&usual, *view, *colour))
            }
        };
        let mut findings = Findings { report, csv, figure, samples: examples.len() };
        for (name, text) in &findings.figure.notes {
            findings.report[name.as_str()] = match name.as_str() {
                "model" => json!({ "name": checkpoint.name(), "sha256": checkpoint.hash }),
                _ => json!(text),
            };
        }
        Ok(findings)
    }
}

fn value(report: &impl Serialize) -> Result<Value, serde_json::Error> {
    serde_json::to_value(report)
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;

    fn study(checkpoint: &str, data: &str) -> Study {
        Study {
            question: Question::Residual,
            checkpoint: checkpoint.into(),
            data: data.parse().unwrap(),
            samples: 3,
            batch: 2,
            halting: Halting::Fixed,
            max_segments: Some(2),
        }
    }

    #[test]
    fn a_study_has_report_csv_and_figure() {
        let study = study("sudoku-4x4", "generated:4x4,givens=6..8,count=3,seed=7");
        let found = study.perform(&Device::flex(), &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!((found.samples, found.report["model"]["name"].as_str()), (3, Some("sudoku-4x4")));
        assert!(found.csv.lines().count() > 10 && found.figure.title.contains("esidual"), "{}", found.figure.title);
        let stopped = study.perform(&Device::flex(), &mut |_| ControlFlow::Break(())).unwrap_err();
        assert!(matches!(stopped, StudyError::Analysis(AnalysisError::BrokenOff)));
    }

    #[test]
    fn data_of_other_boards_are_refused() {
        let study = study("sudoku-4x4", "generated:6x6,givens=20..24,count=3,seed=7");
        let error = study.perform(&Device::flex(), &mut |_| ControlFlow::Continue(())).unwrap_err().to_string();
        assert!(error.contains("6x6") && error.contains("16 cells"), "{error}");
    }
}
