//! Everything the window shows, as plain data. Panes read it; [`super::apply`] and [`super::events`] change it.

use std::path::PathBuf;
use std::sync::Arc;

use super::action::Action;
use super::arc::ArcState;
use super::command::{Palette, Rebinding};
pub use super::document::{Document, RunStatus, Told, Verdict};
use super::hand::Hand;
use super::heat::Residents;
use super::library::Library;
use super::movie::Movie;
use super::persist::{Loop, Settings};
use super::picture::PictureDraft;
use super::research::ResearchState;
use super::scene::{Scene, scene};
use super::train::TrainState;
use crate::board::sudoku::Sudoku;
use crate::board::{Board, Kind};
use crate::checkpoint::SHIPPED;
use crate::engine::{DeviceInfo, ModelInfo, ModelSource};
use crate::task::Boards;
use crate::trace::{Module, Recording, StepRecord};

/// The speeds of playing, micro-steps per second.
pub const SPEEDS: &[f32] = &[0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 15.0, 30.0, 60.0];
/// How long a change is marked brightly, seconds.
pub const FLASH: f64 = 0.4;
/// How long a message that is no error stays, seconds.
pub const NOTE_STAYS: f64 = 7.0;
/// An error stays so many seconds, unless it is closed; the log keeps it.
const ERROR_STAYS: f64 = 45.0;
/// So many messages have room.
const MOST_TOASTS: usize = 3;

/// What of the clockwork is shown in the whole window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enlarged {
    /// Both heat maps beside it.
    Both,
    /// One module's, large.
    One(Module),
}

/// A message in the corner.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    /// Its name.
    pub id: u64,
    /// Something went wrong; such a message stays longer.
    pub error: bool,
    /// What, where and what to do.
    pub text: String,
    /// A button that does it.
    pub remedy: Option<(&'static str, Action)>,
    /// When it came, seconds.
    pub born: f64,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    /// When, seconds since the start.
    pub at: f64,
    /// Something went wrong.
    pub error: bool,
    /// What happened.
    pub text: String,
}

/// A remembered file that cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The file or folder.
    pub path: PathBuf,
    /// Why not.
    pub why: String,
    /// It can be read, but is nothing that can be opened.
    pub refused: bool,
}

/// The state of the window.
#[derive(Debug, Clone)]
pub struct State {
    /// The document that is shown.
    pub doc: Document,
    /// The documents in the tabs left of it, in their order.
    pub left: Vec<Document>,
    /// Those right of it.
    pub right: Vec<Document>,
    /// The document that is to be closed, while it is asked whether it should be saved.
    pub closing: Option<u64>,
    /// The tool, the colour and the stroke.
    pub hand: Hand,
    /// The solution is shown.
    pub show_solution: bool,
    /// All candidates are shown in each cell.
    pub show_candidates: bool,
    /// The model that answers.
    pub model: Option<Arc<ModelInfo>>,
    /// The model that is being loaded.
    pub loading: Option<ModelSource>,
    /// The model on its way was chosen by a person, so a board of its kind is shown when it has come.
    pub follow_model: bool,
    /// Models that were loaded before, newest last, and what they were made for.
    pub known: Vec<(ModelSource, Boards)>,
    /// The newest states, where they were computed.
    pub residents: Residents,
    /// What can compute.
    pub devices: Vec<DeviceInfo>,
    /// What computes.
    pub device: DeviceInfo,
    /// The device was chosen; until then the best one is taken after the first run.
    pub device_chosen: bool,
    /// Votes and fits of ARC tasks.
    pub arc: ArcState,
    /// Training runs.
    pub train: TrainState,
    /// Figures over many puzzles.
    pub research: ResearchState,
    /// The colours are the dark ones.
    pub dark: bool,
    /// What is kept between starts.
    pub settings: Settings,
    /// The sets of puzzles, and what was answered to them.
    pub library: Library,
    /// Opened files that cannot be opened any more.
    pub missing: Vec<Trouble>,
    /// A puzzle is being made.
    pub generating: bool,
    /// Messages in the corner.
    pub toasts: Vec<Toast>,
    /// Messages that had no room beside those and stand in the log alone.
    pub passed_over: usize,
    /// Everything that happened.
    pub log: Vec<LogLine>,
    /// A picture that is becoming a maze.
    pub picture: Option<PictureDraft>,
    /// The list of keys is shown, with what was typed to find a command.
    pub keys: Option<String>,
    /// The command that gets the next keys pressed.
    pub rebinding: Option<Rebinding>,
    /// The clockwork is shown in the whole window.
    pub enlarged: Option<Enlarged>,
    /// The dialog for saving the run as a moving picture.
    pub movie: Option<Movie>,
    /// The command palette is open.
    pub palette: Option<Palette>,
    /// Files hover over the window.
    pub dropping: bool,
    /// The memory that was free at the start, bytes, where the system tells.
    pub free_memory: Option<u64>,
    /// Seconds since the start.
    pub now: f64,
    pub(super) next_id: u64,
    pub(super) last_job: u64,
}

impl State {
    /// The state of a window that just opened, with the settings of the last time.
    pub fn new(settings: Settings) -> Self {
        let board = Sudoku::blank(settings.shape).into();
        Self {
            doc: Document::new(0, board, format!("New {}", settings.shape)),
            left: Vec::new(),
            right: Vec::new(),
            closing: None,
            hand: Hand::default(),
            show_solution: false,
            show_candidates: false,
            model: None,
            loading: None,
            follow_model: false,
            known: Vec::new(),
            residents: Residents::default(),
            devices: Vec::new(),
            device: DeviceInfo::cpu(),
            device_chosen: false,
            arc: ArcState::default(),
            train: TrainState::new(),
            research: ResearchState::default(),
            dark: true,
            settings,
            library: Library::default(),
            missing: Vec::new(),
            generating: false,
            toasts: Vec::new(),
            passed_over: 0,
            log: Vec::new(),
            picture: None,
            keys: None,
            rebinding: None,
            enlarged: None,
            movie: None,
            palette: None,
            dropping: false,
            free_memory: None,
            now: 0.0,
            next_id: 1,
            last_job: 0,
        }
    }

    /// The board.
    pub fn board(&self) -> &Board {
        self.doc.board()
    }

    /// The kind of the board.
    pub fn kind(&self) -> Kind {
        self.board().kind()
    }

    /// What is shown of the model's thinking.
    pub fn recording(&self) -> Option<&Recording> {
        self.doc.run.told.as_ref().map(|told| &told.recording)
    }

    /// The uncertainty of the answer after each micro-step that is shown, bits.
    pub fn uncertainty(&self) -> &[f32] {
        self.doc.run.told.as_ref().map_or(&[], |told| &told.uncertainty)
    }

    /// How many micro-steps have been computed.
    pub fn computed(&self) -> usize {
        self.recording().map_or(0, |r| r.steps.len())
    }

    /// The micro-step that led to the moment shown.
    pub fn step(&self) -> Option<&StepRecord> {
        self.recording()?.steps.get(self.doc.playhead.at.checked_sub(1)?)
    }

    /// The board as it is shown now.
    pub fn scene(&self) -> Scene {
        scene(self.board(), self.recording(), self.doc.playhead.at, self.shown_truth().as_ref())
    }

    /// The engine is at it.
    pub fn thinking(&self) -> bool {
        self.doc.run.status == RunStatus::Thinking
    }

    /// The names of the shipped models.
    pub fn shipped(&self) -> impl Iterator<Item = &'static str> + use<> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// The most segments of a run, as a person chose them for all boards.
    pub fn max_segments(&self) -> usize {
        self.settings.max_segments.unwrap_or_else(|| self.trained_segments()).max(1)
    }

    /// The most segments that the model was trained with.
    pub fn trained_segments(&self) -> usize {
        self.model.as_ref().map_or(16, |model| model.dimensions.max_segments)
    }

    /// How bright the marks of change are: 1 when it just happened, then falling to a rest that stays visible.
    pub fn flash(&self) -> f32 {
        let age = if self.settings.still { 1.0 } else { self.since_moved(FLASH) };
        1.0 - 0.6 * age * (2.0 - age)
    }

    /// How far what the last micro-step carries has come along the wires, 0 to 1: it arrives before the next one comes.
    /// None when it has arrived, and while pictures stand still.
    pub fn travel(&self) -> Option<f32> {
        let come = self.since_moved(FLASH.min(1.0 / f64::from(self.settings.speed.max(0.1))));
        Some(come).filter(|come| *come < 1.0 && self.doc.playhead.at > 0 && !self.settings.still)
    }

    /// How much of a time has passed since the playhead moved, 0 to 1.
    fn since_moved(&self, time: f64) -> f32 {
        ((self.now - self.doc.playhead.moved_at) / time).clamp(0.0, 1.0) as f32
    }

    /// Writes a line into the log.
    pub fn note(&mut self, error: bool, text: impl Into<String>) {
        self.log.push(LogLine { at: self.now, error, text: text.into() });
        let surplus = self.log.len().saturating_sub(500);
        self.log.drain(..surplus);
    }

    /// Says something in the corner, and in the log.
    pub fn say(&mut self, error: bool, text: impl Into<String>, remedy: Option<(&'static str, Action)>) {
        let text: String = text.into();
        let text = super::train::facts::readable(&text);
        self.note(error, text.clone());
        self.toasts.retain(|toast| toast.text != text);
        let id = self.next_id;
        self.next_id += 1;
        self.toasts.push(Toast { id, error, text, remedy, born: self.now });
        let surplus = self.toasts.len().saturating_sub(MOST_TOASTS);
        self.toasts.drain(..surplus);
        self.passed_over += surplus;
    }

    /// Moves the playhead, as far as there are steps.
    pub(super) fn show(&mut self, at: usize) {
        let at = at.min(self.computed());
        if at != self.doc.playhead.at {
            self.doc.playhead.at = at;
            self.doc.playhead.moved_at = self.now;
        }
    }

    /// Lets time pass: plays, and takes messages away that have been there long enough. Returns how many seconds later
    /// something happens by itself, if anything does.
    pub fn tick(&mut self, now: f64) -> Option<f64> {
        self.now = now;
        super::library::refresh(self);
        let left = |toast: &Toast| if toast.error { ERROR_STAYS } else { NOTE_STAYS } - (now - toast.born);
        self.toasts.retain(|toast| left(toast) > 0.0);
        if self.toasts.is_empty() {
            self.passed_over = 0;
        }
        let toasts = self.toasts.iter().map(left).reduce(f64::min);
        let moves = !self.settings.still && self.doc.playhead.at > 0;
        let flash = (moves && now - self.doc.playhead.moved_at < FLASH).then_some(0.0);
        [toasts, flash, self.play()].into_iter().flatten().reduce(f64::min)
    }

    fn play(&mut self) -> Option<f64> {
        let period = 1.0 / f64::from(self.settings.speed.max(0.1));
        while self.doc.playhead.playing {
            let (at, computed) = (self.doc.playhead.at, self.computed());
            if at >= computed && (self.thinking() || self.loading.is_some() || self.generating) {
                // The next step's arrival wakes the window.
                self.doc.playhead.due = self.doc.playhead.due.max(self.now);
                return None;
            }
            if self.now < self.doc.playhead.due {
                return Some(self.doc.playhead.due - self.now);
            }
            let length = self.recording().map_or(1, |r| r.dimensions.schedule.steps_per_segment());
            let next = match self.settings.looping {
                Loop::Segment if at > 0 && at % length == 0 => at - length,
                Loop::Run if at >= computed => 0,
                _ if at < computed => at + 1,
                _ => {
                    self.doc.playhead.playing = false;
                    return None;
                }
            };
            if computed == 0 {
                self.doc.playhead.playing = false;
                return None;
            }
            self.show(next);
            // A window that slept does not hurry after the missed steps.
            self.doc.playhead.due = (self.doc.playhead.due + period).max(self.now - period);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::recording;
    use super::*;

    fn state(steps: usize) -> State {
        let mut state = State::new(Settings::default());
        state.doc.run.told = Some(Told { recording: recording(steps, |_, _| 1), uncertainty: Vec::new() });
        state.doc.run.status = RunStatus::Finished(1.0);
        state.settings.speed = 2.0;
        state
    }

    #[test]
    fn playing_moves_at_its_speed_and_stops_at_the_end() {
        let mut state = state(3);
        for (now, at) in [(0.0, 1), (0.4, 1), (0.5, 2), (1.0, 3)] {
            state.tick(now);
            assert_eq!(state.doc.playhead.at, at, "at {now} s");
        }
        assert!(state.doc.playhead.playing);
        state.tick(1.6);
        assert!(!state.doc.playhead.playing && state.doc.playhead.at == 3);
    }

    #[test]
    fn it_waits_for_steps_that_are_not_computed_yet() {
        let mut state = state(1);
        state.doc.run.status = RunStatus::Thinking;
        state.tick(0.0);
        assert_eq!(state.tick(9.0).filter(|wait| *wait > 1.0), None);
        assert!(state.doc.playhead.playing && state.doc.playhead.at == 1);
    }

    #[test]
    fn loops() {
        let mut looped = state(12);
        looped.settings.looping = Loop::Segment;
        looped.doc.playhead.at = 12;
        looped.tick(0.0);
        assert_eq!(looped.doc.playhead.at, 6);
        let mut run = state(3);
        run.settings.looping = Loop::Run;
        run.doc.playhead.at = 3;
        run.tick(0.0);
        assert_eq!(run.doc.playhead.at, 0);
    }

    #[test]
    fn still_pictures_ask_for_no_frame() {
        let mut state = state(3);
        state.doc.playhead.playing = false;
        state.now = 1.0;
        state.show(2);
        assert_eq!(state.tick(1.0), Some(0.0));
        assert_eq!((state.travel(), state.flash()), (Some(0.0), 1.0));
        state.tick(1.2);
        assert!((state.travel().unwrap() - 0.5).abs() < 1e-6);
        // Data arrive before the next step comes.
        state.settings.speed = 60.0;
        assert_eq!(state.travel(), None);
        state.settings.still = true;
        assert_eq!((state.tick(1.0), state.travel()), (None, None));
        assert!(state.flash() < 0.5);
    }

    #[test]
    fn errors_stay_longer_than_notes_and_the_log_keeps_all() {
        let mut state = state(0);
        state.say(true, "broken", None);
        state.say(false, "done", None);
        state.tick(NOTE_STAYS + 1.0);
        assert_eq!(state.toasts.len(), 1);
        assert!(state.toasts[0].error && state.log.len() == 2);
        ["a", "b", "c", "d"].into_iter().for_each(|text| state.say(true, text, None));
        assert_eq!((state.toasts.len(), state.passed_over), (3, 2));
        state.tick(2.0 * NOTE_STAYS + ERROR_STAYS);
        assert_eq!((state.toasts.len(), state.passed_over, state.log.len()), (0, 0, 6));
    }
}
