//! Training in the window: which runs there are, what is looked at, what a person does with them. The window trains
//! nothing itself; it reads run folders and starts this same program as child processes.

pub mod apply;
pub mod curves;
pub mod draft;
pub mod facts;
pub mod preset;
pub mod watcher;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use draft::{Draft, Field, Length};
pub use preset::PresetInfo;
pub use watcher::{Order, Told};

use crate::train::watch::RunView;

/// The most runs that are laid over the selected one.
pub const MOST_COMPARED: usize = 5;

/// What the plots are drawn over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub enum Axis {
    /// Steps.
    #[default]
    Steps,
    /// Time spent on steps.
    Time,
}

/// How the curves are drawn; kept between starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CurveSettings {
    /// What they are drawn over.
    pub axis: Axis,
    /// The weight of what came before, 0 to 0.99; held-out figures are never smoothed.
    pub smoothing: f32,
    /// Losses on a logarithmic scale.
    pub log: bool,
}

impl Default for CurveSettings {
    fn default() -> Self {
        Self { axis: Axis::Steps, smoothing: 0.6, log: true }
    }
}

/// A file that curves are exported to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values of the runs that are plotted.
    Csv,
    /// A TensorBoard event file of the selected run.
    TensorBoard,
}

/// Something a person does with runs.
#[derive(Debug, Clone, PartialEq)]
pub enum TrainAction {
    /// Do this with the run that is looked at.
    OfSelected(OfRun),
    /// Look at this run.
    Select(PathBuf),
    /// Look at this run, whatever is shown now.
    Show(PathBuf),
    /// Pause the selected run, or go on with it.
    Toggle,
    /// Lay this run over the selected one, or take it away.
    Compare(PathBuf),
    /// Show the runs whose name, preset or task contains this.
    Search(String),
    /// What the plots are drawn over.
    SetAxis(Axis),
    /// How much the curves are smoothed.
    Smooth(f32),
    /// Losses on a logarithmic scale, or not.
    ToggleLog,
    /// Show this part of the plots; None for all.
    View(Option<(f64, f64)>),
    /// Show the live board's answer of this place in its history; None for the newest.
    Moment(Option<usize>),
    /// Begin a new run.
    New,
    /// Begin a new run like this one.
    Duplicate(PathBuf),
    /// Change the new run.
    Edit(Box<Draft>),
    /// Forget the new run.
    Cancel,
    /// Start the new run.
    Start,
    /// Ask a run to save and pause.
    Pause(PathBuf),
    /// Ask a run to save and stop.
    Stop(PathBuf),
    /// Go on with a run.
    Resume(PathBuf),
    /// Begin to rename a run, or change the name that is being written; None to give it up.
    Rename(Option<(PathBuf, String)>),
    /// Give the run the name that was written.
    Renamed,
    /// Take a run off the list; its folder stays.
    Remove(PathBuf),
    /// Put a run folder on the list.
    Add(PathBuf),
    /// Load the run's newest checkpoint and look at it think.
    Explore(PathBuf),
    /// Write the plotted curves to a file.
    Export(Format),
}

/// What commands do with a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfRun {
    /// Ask it to save and stop.
    Stop,
    /// Begin a new run like it.
    Duplicate,
    /// Begin to rename it.
    Rename,
    /// Look at its newest checkpoint think.
    Explore,
    /// Take it off the list.
    Remove,
}

/// What is shown of training.
#[derive(Debug, Clone, Default)]
pub struct TrainState {
    /// Every run that is known, those at work first, then the newest.
    pub runs: Vec<Arc<RunView>>,
    /// The folders have been read at least once.
    pub looked: bool,
    /// Where new runs are put.
    pub root: Option<PathBuf>,
    /// The run that is looked at.
    pub selected: Option<PathBuf>,
    /// Runs laid over it.
    pub compared: Vec<PathBuf>,
    /// What the list is searched for.
    pub search: String,
    /// The part of the plots that is shown, in steps or seconds; None for all.
    pub view: Option<(f64, f64)>,
    /// The live board's moment; None for the newest.
    pub moment: Option<usize>,
    /// The run that is being set up.
    pub draft: Option<Draft>,
    /// What was filled in for the runs that this window started: all that is known of one that did not begin.
    pub begun: Vec<(PathBuf, Draft)>,
    /// The run that is being renamed, and its name so far.
    pub renaming: Option<(PathBuf, String)>,
    /// The presets.
    pub presets: Vec<PresetInfo>,
    /// Their times are being measured.
    pub measuring: bool,
    /// Their times were asked for, successfully or not.
    pub measured: bool,
}

impl TrainState {
    /// The state at the start.
    pub fn new() -> Self {
        Self { presets: preset::all(), ..Self::default() }
    }

    /// The run of a folder.
    pub fn run(&self, folder: &Path) -> Option<&Arc<RunView>> {
        self.runs.iter().find(|run| run.folder == folder)
    }

    /// Whether a run can be duplicated: its settings are known.
    pub fn knows(&self, run: &RunView) -> bool {
        run.setup.is_some() || self.begun.iter().any(|(of, _)| *of == run.folder)
    }

    /// A new run like the one of a folder; None where nothing is known of its settings.
    pub fn like(&self, folder: &Path) -> Option<Draft> {
        let run = self.run(folder)?;
        if run.setup.is_some() {
            return Some(Draft::like(run, &self.presets, &self.runs, self.root.as_deref()));
        }
        let (_, begun) = self.begun.iter().find(|(of, _)| of == folder)?;
        Some(Draft { like: Some(run.name.clone()), starting: false, refused: None, ..begun.clone() })
    }

    /// The run that is looked at.
    pub fn current(&self) -> Option<&Arc<RunView>> {
        self.run(self.selected.as_deref()?)
    }

    /// The runs that are plotted, the selected one first.
    pub fn plotted(&self) -> Vec<&Arc<RunView>> {
        let others = self.compared.iter().filter(|folder| self.selected.as_ref() != Some(folder));
        self.current().into_iter().chain(others.filter_map(|folder| self.run(folder))).collect()
    }

    /// The runs that the search finds.
    pub fn found(&self) -> Vec<&Arc<RunView>> {
        if self.search.trim().is_empty() {
            return self.runs.iter().collect();
        }
        let words: Vec<String> = self.search.split_whitespace().map(str::to_lowercase).collect();
        let matches = |run: &&Arc<RunView>| {
            let setup = run.setup.as_deref();
            let text = format!(
                "{} {} {} {}",
                run.name,
                setup.map_or("", |s| s.preset.as_str()),
                setup.map_or("", |s| s.task.as_str()),
                facts::state_word(run.life)
            )
            .to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        self.runs.iter().filter(matches).collect()
    }
}
