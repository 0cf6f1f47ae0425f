//! The figures of the Research layout: what is asked, how far it is, and what came out. Plain data; [`apply`] changes it.

pub mod apply;
pub mod form;
pub mod worker;

use std::sync::Arc;

use crate::analysis::Study;
use crate::figure::Figure;

pub use form::Form;

/// The figures there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Topic {
    /// Participation ratios.
    #[default]
    Dimensionality,
    /// Forward residuals.
    Convergence,
    /// Accuracy against segments, and where the model stops.
    Halting,
    /// The way of the states.
    Trajectory,
}

impl Topic {
    /// In the order of the list.
    pub const ALL: [Self; 4] = [Self::Dimensionality, Self::Convergence, Self::Halting, Self::Trajectory];

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dimensionality => "Dimensionality",
            Self::Convergence => "Convergence",
            Self::Halting => "Halting",
            Self::Trajectory => "Trajectory",
        }
    }

    /// What it asks, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Self::Dimensionality => {
                "Over how many directions do z_H and z_L spread, and does training pull the two apart? The participation \
                 ratio of the states over many puzzles, beside the same model with fresh weights (paper, section 4)."
            }
            Self::Convergence => {
                "How far does each micro-step move the states? Residuals of L and H over many puzzles, beside L running \
                 alone and a look between the layers, on the same weights (paper, figure 3)."
            }
            Self::Halting => {
                "When does the model stop, and what does stopping cost? Right boards against segments allowed, fixed and \
                 adaptive, up to four times the trained limit (paper, figure 5)."
            }
            Self::Trajectory => {
                "Which way do the states go? Exact principal components of z_H and z_L over all micro-steps of many \
                 puzzles; green ends are right answers, red ones wrong."
            }
        }
    }
}

/// What a topic's page shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Page {
    /// Its findings.
    Found(Arc<Found>),
    /// Why there are none.
    Failed(String),
}

/// A study's outcome as the window keeps it.
#[derive(Debug, PartialEq)]
pub struct Found {
    /// What was asked.
    pub study: Study,
    /// The figure.
    pub figure: Figure,
    /// The numbers.
    pub csv: String,
}

/// The study that is being done.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// Names it in what the worker tells.
    pub job: u64,
    /// Its topic.
    pub topic: Topic,
    /// The share that is done, 0 to 1.
    pub done: f64,
    /// When it began, seconds since the window's start.
    pub begun: f64,
}

/// The state of the Research layout.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResearchState {
    /// The topic that is shown.
    pub topic: Topic,
    /// What is filled in.
    pub form: Form,
    /// What is being done.
    pub work: Option<Work>,
    /// Topics that wait.
    pub queue: Vec<Topic>,
    /// What came out, by topic.
    pub pages: Vec<(Topic, Page)>,
    /// The newest job.
    pub jobs: u64,
}

impl ResearchState {
    /// The page of a topic.
    pub fn page(&self, topic: Topic) -> Option<&Page> {
        self.pages.iter().find(|(of, _)| *of == topic).map(|(_, page)| page)
    }

    /// The findings that are shown.
    pub fn found(&self) -> Option<&Arc<Found>> {
        match self.page(self.topic)? {
            Page::Found(found) => Some(found),
            Page::Failed(_) => None,
        }
    }
}

/// What a person does there.
#[derive(Debug, Clone, PartialEq)]
pub enum ResearchAction {
    /// Show a topic.
    Choose(Topic),
    /// Change what is filled in.
    Edit(Box<Form>),
    /// Put the filled-in form back to what fits the model.
    Reset,
    /// Do the shown topic's study.
    Run,
    /// Do all of them.
    RunAll,
    /// Stop, and forget what waits.
    Cancel,
    /// Save the shown figure or its numbers.
    Export(FileKind),
}

/// What a figure is saved as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A picture in pixels.
    Png,
    /// A picture in lines.
    Svg,
    /// The numbers.
    Csv,
}
