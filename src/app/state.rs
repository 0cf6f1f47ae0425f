//! Everything the window shows, as plain data. Panes read it; [`super::apply`] and [`super::events`] change it.

use std::sync::Arc;

use super::action::Action;
use super::figures::Judged;
use super::hand::Hand;
use super::movie::Movie;
use super::persist::{Loop, Settings};
use super::puzzles::Sample;
use super::research::ResearchState;
use super::scene::{Scene, scene};
use super::train::TrainState;
use crate::board::sudoku::Sudoku;
use crate::board::{Board, History, Kind};
use crate::checkpoint::SHIPPED;
use crate::engine::{DeviceInfo, JobId, ModelInfo, ModelSource};
use crate::task::Boards;
use crate::trace::{Module, Recording, StepRecord};

/// The speeds of playing, micro-steps per second.
pub const SPEEDS: &[f32] = &[0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 15.0, 30.0, 60.0];
/// How long a change is marked brightly, seconds.
pub const FLASH: f64 = 0.4;
/// How long a message that is no error stays, seconds.
pub const NOTE_STAYS: f64 = 7.0;

/// How far a run is.
#[derive(Debug, Clone, PartialEq)]
pub enum RunStatus {
    /// Nothing was asked.
    Idle,
    /// The engine was asked, or is at it.
    Thinking,
    /// It ended by its rule, after this many milliseconds.
    Finished(f64),
    /// It was stopped.
    Stopped,
    /// It failed; what, where and what to do.
    Failed(String),
}

/// What a run has computed so far.
#[derive(Debug, Clone)]
pub struct Told {
    /// Every step.
    pub recording: Recording,
    /// The uncertainty of the answer after each micro-step, bits: computed as steps arrive, not for every frame.
    pub uncertainty: Vec<f32>,
}

/// One run of the model on the board.
#[derive(Debug, Clone)]
pub struct Run {
    /// The request that it answers.
    pub job: JobId,
    /// What is shown: this run, or the one before it until this one has come as far.
    pub told: Option<Told>,
    /// What has come while the one before is still shown.
    pub coming: Option<Told>,
    /// The board changed meanwhile, so it is asked again when this run has ended: an answer now and then while a stroke is
    /// drawn is worth more than none before its end.
    pub again: bool,
    /// When it was asked, seconds.
    pub asked: f64,
    /// How far it is.
    pub status: RunStatus,
}

/// A board that is put aside while one of another kind is worked on.
#[derive(Debug, Clone)]
pub struct Parked {
    /// The board, and its edits.
    pub document: History<Board>,
    /// What it is called.
    pub title: String,
    /// The program put it there.
    pub untouched: bool,
}

/// Where the playhead stands, and where it goes when steps arrive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Playhead {
    /// Micro-steps done at the moment that is shown; 0 is before the first.
    pub at: usize,
    /// It goes on by itself.
    pub playing: bool,
    /// It stays at the newest step.
    pub follow: bool,
    /// The moment to return to as soon as it is computed again, after an edit.
    pub wanted: usize,
    /// When it last moved, seconds.
    pub moved_at: f64,
    /// When playing moves it next, seconds.
    pub due: f64,
}

/// What of the clockwork is shown in the whole window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enlarged {
    /// Both heat maps beside it.
    Both,
    /// One module's, large.
    One(Module),
}

/// What the solver found out about the board.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The board it is about.
    pub board: Board,
    /// What was found.
    pub judged: Judged,
}

/// A message in the corner.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    /// Its name.
    pub id: u64,
    /// Something went wrong; such a message stays until it is closed.
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

/// The state of the window.
#[derive(Debug, Clone)]
pub struct State {
    /// The board, and its edits; all of one kind.
    pub document: History<Board>,
    /// The boards of the other kinds.
    pub parked: Vec<Parked>,
    /// The tool, the colour and the stroke.
    pub hand: Hand,
    /// What the board is called.
    pub title: String,
    /// The board was put there by the program and never touched, so it may be replaced by one that fits the model.
    pub untouched: bool,
    /// The selected cell.
    pub selected: Option<usize>,
    /// What the solver says; None while it is at it.
    pub verdict: Option<Verdict>,
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
    /// What can compute.
    pub devices: Vec<DeviceInfo>,
    /// What computes.
    pub device: DeviceInfo,
    /// The device was chosen; until then the best one is taken after the first run.
    pub device_chosen: bool,
    /// The run on the board.
    pub run: Run,
    /// The moment that is shown.
    pub playhead: Playhead,
    /// Training runs.
    pub train: TrainState,
    /// Figures over many puzzles.
    pub research: ResearchState,
    /// The colours are the dark ones.
    pub dark: bool,
    /// What is kept between starts.
    pub settings: Settings,
    /// The library's puzzles; empty until they are made.
    pub samples: Vec<Sample>,
    /// Boards of this session that the model solved, or not.
    pub outcomes: Vec<(Board, bool)>,
    /// A puzzle is being made.
    pub generating: bool,
    /// Messages in the corner.
    pub toasts: Vec<Toast>,
    /// Everything that happened.
    pub log: Vec<LogLine>,
    /// The list of keys is shown.
    pub show_keys: bool,
    /// The clockwork is shown in the whole window.
    pub enlarged: Option<Enlarged>,
    /// The dialog for saving the run as a moving picture.
    pub movie: Option<Movie>,
    /// The command palette is open, with what was typed.
    pub palette: Option<String>,
    /// Files hover over the window.
    pub dropping: bool,
    /// Seconds since the start.
    pub now: f64,
    pub(super) next_id: u64,
}

impl State {
    /// The state of a window that just opened, with the settings of the last time.
    pub fn new(settings: Settings) -> Self {
        let board = settings.document.clone();
        let untouched = board.is_none();
        let board = board.unwrap_or_else(|| Sudoku::blank(settings.shape).into());
        Self {
            title: if untouched { format!("New {}", settings.shape) } else { "Last board".to_owned() },
            parked: Vec::new(),
            hand: Hand::default(),
            document: History::new(board),
            untouched,
            selected: None,
            verdict: None,
            show_solution: false,
            show_candidates: false,
            model: None,
            loading: None,
            follow_model: false,
            known: Vec::new(),
            devices: Vec::new(),
            device: DeviceInfo::cpu(),
            device_chosen: false,
            run: Run { job: JobId(0), told: None, coming: None, again: false, asked: 0.0, status: RunStatus::Idle },
            playhead: Playhead { at: 0, playing: true, follow: false, wanted: 0, moved_at: 0.0, due: 0.0 },
            train: TrainState::new(),
            research: ResearchState::default(),
            dark: true,
            settings,
            samples: Vec::new(),
            outcomes: Vec::new(),
            generating: false,
            toasts: Vec::new(),
            log: Vec::new(),
            show_keys: false,
            enlarged: None,
            movie: None,
            palette: None,
            dropping: false,
            now: 0.0,
            next_id: 1,
        }
    }

    /// The board.
    pub fn board(&self) -> &Board {
        self.document.current()
    }

    /// The kind of the board.
    pub fn kind(&self) -> Kind {
        self.board().kind()
    }

    /// What is shown of the model's thinking.
    pub fn recording(&self) -> Option<&Recording> {
        self.run.told.as_ref().map(|told| &told.recording)
    }

    /// The uncertainty of the answer after each micro-step that is shown, bits.
    pub fn uncertainty(&self) -> &[f32] {
        self.run.told.as_ref().map_or(&[], |told| &told.uncertainty)
    }

    /// How many micro-steps have been computed.
    pub fn computed(&self) -> usize {
        self.recording().map_or(0, |r| r.steps.len())
    }

    /// The micro-step that led to the moment shown.
    pub fn step(&self) -> Option<&StepRecord> {
        self.recording()?.steps.get(self.playhead.at.checked_sub(1)?)
    }

    /// The board as it is shown now.
    pub fn scene(&self) -> Scene {
        scene(self.board(), self.recording(), self.playhead.at, self.shown_truth().as_ref())
    }

    /// The engine is at it.
    pub fn thinking(&self) -> bool {
        self.run.status == RunStatus::Thinking
    }

    /// The names of the shipped models.
    pub fn shipped(&self) -> impl Iterator<Item = &'static str> + use<> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// The most segments of the next run.
    pub fn max_segments(&self) -> usize {
        let trained = self.model.as_ref().map_or(16, |m| m.dimensions.max_segments);
        self.settings.max_segments.unwrap_or(trained).max(1)
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
        Some(come).filter(|come| *come < 1.0 && self.playhead.at > 0 && !self.settings.still)
    }

    /// How much of a time has passed since the playhead moved, 0 to 1.
    fn since_moved(&self, time: f64) -> f32 {
        ((self.now - self.playhead.moved_at) / time).clamp(0.0, 1.0) as f32
    }

    /// Writes a line into the log.
    pub fn note(&mut self, error: bool, text: impl Into<String>) {
        self.log.push(LogLine { at: self.now, error, text: text.into() });
        let surplus = self.log.len().saturating_sub(500);
        self.log.drain(..surplus);
    }

    /// Says something in the corner, and in the log.
    pub fn say(&mut self, error: bool, text: impl Into<String>, remedy: Option<(&'static str, Action)>) {
        // The text face sets backquotes as accents over their neighbours.
        let text = text.into().replace('`', "\"");
        self.note(error, text.clone());
        self.toasts.retain(|toast| toast.text != text);
        let id = self.next_id;
        self.next_id += 1;
        self.toasts.push(Toast { id, error, text, remedy, born: self.now });
        let surplus = self.toasts.len().saturating_sub(3);
        self.toasts.drain(..surplus);
    }

    /// Moves the playhead, as far as there are steps.
    pub(super) fn show(&mut self, at: usize) {
        let at = at.min(self.computed());
        if at != self.playhead.at {
            self.playhead.at = at;
            self.playhead.moved_at = self.now;
        }
    }

    /// Lets time pass: plays, and takes messages away that have been there long enough. Returns how many seconds later
    /// something happens by itself, if anything does.
    pub fn tick(&mut self, now: f64) -> Option<f64> {
        self.now = now;
        self.toasts.retain(|toast| toast.error || now - toast.born < NOTE_STAYS);
        let toasts = self.toasts.iter().filter(|t| !t.error).map(|t| NOTE_STAYS - (now - t.born)).reduce(f64::min);
        let moves = !self.settings.still && self.playhead.at > 0;
        let flash = (moves && now - self.playhead.moved_at < FLASH).then_some(0.0);
        [toasts, flash, self.play()].into_iter().flatten().reduce(f64::min)
    }

    fn play(&mut self) -> Option<f64> {
        let period = 1.0 / f64::from(self.settings.speed.max(0.1));
        while self.playhead.playing {
            let (at, computed) = (self.playhead.at, self.computed());
            if at >= computed && (self.thinking() || self.loading.is_some() || self.generating) {
                // The next step's arrival wakes the window.
                self.playhead.due = self.playhead.due.max(self.now);
                return None;
            }
            if self.now < self.playhead.due {
                return Some(self.playhead.due - self.now);
            }
            let length = self.recording().map_or(1, |r| r.dimensions.schedule.steps_per_segment());
            let next = match self.settings.looping {
                Loop::Segment if at > 0 && at % length == 0 => at - length,
                Loop::Run if at >= computed => 0,
                _ if at < computed => at + 1,
                _ => {
                    self.playhead.playing = false;
                    return None;
                }
            };
            if computed == 0 {
                self.playhead.playing = false;
                return None;
            }
            self.show(next);
            // A window that slept does not hurry after the missed steps.
            self.playhead.due = (self.playhead.due + period).max(self.now - period);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::tests::recording;
    use super::*;

    fn state(steps: usize) -> State {
        let mut state = State::new(Settings::default());
        state.run.told = Some(Told { recording: recording(steps, |_, _| 1), uncertainty: Vec::new() });
        state.run.status = RunStatus::Finished(1.0);
        state.settings.speed = 2.0;
        state
    }

    #[test]
    fn playing_moves_at_its_speed_and_stops_at_the_end() {
        let mut state = state(3);
        for (now, at) in [(0.0, 1), (0.4, 1), (0.5, 2), (1.0, 3)] {
            state.tick(now);
            assert_eq!(state.playhead.at, at, "at {now} s");
        }
        assert!(state.playhead.playing);
        state.tick(1.6);
        assert!(!state.playhead.playing && state.playhead.at == 3);
    }

    #[test]
    fn it_waits_for_steps_that_are_not_computed_yet() {
        let mut state = state(1);
        state.run.status = RunStatus::Thinking;
        state.tick(0.0);
        assert_eq!(state.tick(9.0).filter(|wait| *wait > 1.0), None);
        assert!(state.playhead.playing && state.playhead.at == 1);
    }

    #[test]
    fn loops() {
        let mut looped = state(12);
        looped.settings.looping = Loop::Segment;
        looped.playhead.at = 12;
        looped.tick(0.0);
        assert_eq!(looped.playhead.at, 6);
        let mut run = state(3);
        run.settings.looping = Loop::Run;
        run.playhead.at = 3;
        run.tick(0.0);
        assert_eq!(run.playhead.at, 0);
    }

    #[test]
    fn still_pictures_ask_for_no_frame() {
        let mut state = state(3);
        state.playhead.playing = false;
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
    fn errors_stay_and_notes_go() {
        let mut state = state(0);
        state.say(true, "broken", None);
        state.say(false, "done", None);
        state.tick(NOTE_STAYS + 1.0);
        assert_eq!(state.toasts.len(), 1);
        assert!(state.toasts[0].error && state.log.len() == 2);
    }
}
