//! What is kept between starts.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::command::Shortcuts;
use super::heat::HeatSettings;
use super::inside::Look;
use super::layout::Mode;
use super::overlay::{Lens, Overlay};
use super::puzzles::Difficulty;
use super::theme::ThemeChoice;
use super::train::CurveSettings;
use super::ways::WayColour;
use crate::board::maze::MazeKind;
use crate::board::sudoku::Shape;
use crate::engine::{Halting, ModelSource};

/// Under which key eframe keeps the settings.
pub const SETTINGS_KEY: &str = "hrmscope.settings";
/// How many checkpoints, and how many files with boards, are remembered.
const RECENT: usize = 12;

/// What playing does at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Loop {
    /// It stops.
    #[default]
    Off,
    /// The segment again.
    Segment,
    /// The whole run again.
    Run,
}

/// Choices of a person that outlive the window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Colours.
    pub theme: ThemeChoice,
    /// Stronger lines and texts.
    pub contrast: bool,
    /// The keys of commands, where they are not the usual ones.
    pub shortcuts: Shortcuts,
    /// Micro-steps per second.
    pub speed: f32,
    /// What playing does at the end.
    pub looping: Loop,
    /// When a run stops.
    pub halting: Halting,
    /// The most segments; None for what the model was trained with.
    pub max_segments: Option<usize>,
    /// The shape that the library shows and new puzzles have.
    pub shape: Shape,
    /// How hard new puzzles are.
    pub difficulty: Difficulty,
    /// The last model.
    pub model: Option<ModelSource>,
    /// The chosen device; None for the best.
    pub device: Option<String>,
    /// Checkpoints that were opened, newest first.
    pub recent: Vec<PathBuf>,
    /// Files with boards that were opened or saved, newest first.
    pub recent_boards: Vec<PathBuf>,
    /// Files and folders of many puzzles that were opened, newest first.
    pub recent_sets: Vec<PathBuf>,
    /// Which layout is shown.
    pub mode: Mode,
    /// How curves are drawn.
    pub curves: CurveSettings,
    /// Run folders beside those in the usual place.
    pub runs: Vec<PathBuf>,
    /// Run folders that were taken off the list.
    pub hidden_runs: Vec<PathBuf>,
    /// The preset of the last new run.
    pub preset: Option<String>,
    /// How many givens a new Sudoku has when their number is chosen.
    pub givens: usize,
    /// The side of new mazes.
    pub maze_side: usize,
    /// How new mazes are laid out.
    pub maze_kind: MazeKind,
    /// ARC grids wear colours that are told apart in all common kinds of colour blindness.
    pub safe_colours: bool,
    /// What the cells' colours say.
    pub overlay: Overlay,
    /// Which cells are pointed out.
    pub lens: Option<Lens>,
    /// How the heat maps are drawn.
    pub heat: HeatSettings,
    /// What the colours of the run's trajectory say.
    pub ways: WayColour,
    /// Which block and head is looked into.
    pub inside: Look,
    /// Residuals and eigenvalues have a linear scale, not a logarithmic one.
    pub linear: bool,
    /// Nothing moves but the playhead.
    pub still: bool,
    /// What the states of a run may take, MiB; None for a quarter of the free memory.
    pub memory: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default(),
            contrast: false,
            shortcuts: Shortcuts::default(),
            speed: 3.0,
            looping: Loop::Off,
            halting: Halting::default(),
            max_segments: None,
            shape: Shape::ALL[1],
            difficulty: Difficulty::default(),
            model: None,
            device: None,
            recent: Vec::new(),
            recent_boards: Vec::new(),
            recent_sets: Vec::new(),
            mode: Mode::Explore,
            curves: CurveSettings::default(),
            runs: Vec::new(),
            hidden_runs: Vec::new(),
            preset: None,
            givens: 30,
            maze_side: 9,
            maze_kind: MazeKind::Perfect,
            safe_colours: false,
            overlay: Overlay::None,
            lens: None,
            heat: HeatSettings::default(),
            ways: WayColour::default(),
            inside: Look::default(),
            linear: false,
            still: false,
            memory: None,
        }
    }
}

impl Settings {
    /// Puts a checkpoint at the head of the recent ones.
    pub fn remember(&mut self, path: PathBuf) {
        remember(&mut self.recent, path);
    }

    /// Puts a file with boards at the head of the recent ones.
    pub fn remember_board(&mut self, path: PathBuf) {
        remember(&mut self.recent_boards, path);
    }

    /// Puts a file or folder of many puzzles at the head of the recent ones.
    pub fn remember_set(&mut self, path: PathBuf) {
        remember(&mut self.recent_sets, path);
    }

    /// Forgets a file.
    pub fn forget(&mut self, path: &Path) {
        self.recent.retain(|other| other != path);
        self.recent_boards.retain(|other| other != path);
        self.recent_sets.retain(|other| other != path);
    }

    /// All files that are remembered.
    pub fn all_recent(&self) -> Vec<PathBuf> {
        self.recent.iter().chain(&self.recent_boards).chain(&self.recent_sets).cloned().collect()
    }
}

fn remember(list: &mut Vec<PathBuf>, path: PathBuf) {
    list.retain(|other| *other != path);
    list.insert(0, path);
    list.truncate(RECENT);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_and_unknown_ones_fall_back() {
        let mut settings = Settings { speed: 8.0, theme: ThemeChoice::Light, ..Settings::default() };
        settings.remember("a".into());
        settings.remember("b".into());
        settings.remember("a".into());
        (0..20).for_each(|i| settings.remember_board(format!("board {i}").into()));
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
        assert_eq!(settings.recent, [PathBuf::from("a"), PathBuf::from("b")]);
        assert_eq!((settings.recent_boards.len(), settings.recent_boards[0].to_str()), (RECENT, Some("board 19")));
        settings.remember_set("set".into());
        settings.forget(Path::new("set"));
        settings.forget(Path::new("a"));
        assert_eq!(settings.all_recent().len(), 1 + RECENT);
        let older: Settings = serde_json::from_str(r#"{"speed":1.0,"gone":3}"#).unwrap();
        assert_eq!(older, Settings { speed: 1.0, ..Settings::default() });
    }
}
