//! The run as a moving picture: what is filled in, how large the file will be, how far the work is.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::action::Effect;
use super::export::notes;
use super::state::State;
use crate::export::{Animation, Format};
use crate::files;
use crate::task::Boards;
use crate::trace::Recording;

/// The sides of the board that are offered, pixels.
pub const SIZES: [u16; 4] = [240, 480, 720, 960];
/// How long a picture may stand, milliseconds.
pub const DELAYS: std::ops::RangeInclusive<u16> = 40..=1000;

/// What is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draft {
    /// The file's format.
    pub format: Format,
    /// Pixels along one side of the board.
    pub size: u16,
    /// How long a picture stands, milliseconds.
    pub delay_ms: u16,
    /// Dark colours.
    pub dark: bool,
}

/// The dialog, and the work that it began.
#[derive(Debug, Clone)]
pub struct Movie {
    /// What is filled in.
    pub draft: Draft,
    /// Pictures of the file.
    pub frames: usize,
    /// About how many bytes it will have, or why that is not known; None while it is reckoned.
    pub estimate: Option<Result<usize, String>>,
    /// What is being written.
    pub work: Option<Work>,
}

/// A file that is being written.
#[derive(Debug, Clone)]
pub struct Work {
    /// Pictures that are done.
    pub done: usize,
    /// Set to stop it.
    pub stop: Arc<AtomicBool>,
}

/// What a person does there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovieAction {
    /// Open the dialog.
    Open,
    /// Fill something in.
    Edit(Draft),
    /// Ask where to, and write.
    Save,
    /// Stop what is being written; else close the dialog.
    Cancel,
}

/// What is asked of the background.
#[derive(Debug, Clone)]
pub enum Job {
    /// How large would it be?
    Estimate(Order),
    /// Ask where to, and write until told to stop.
    Save(Order, Arc<AtomicBool>),
}

/// What the background tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// How large a file it would be, bytes.
    Estimated(Draft, Result<usize, String>),
    /// So many pictures are written.
    Drawn(usize),
    /// It was written there, or why not; None where it was stopped or nobody said where to.
    Ended(Option<Result<PathBuf, String>>),
}

/// Everything that a moving picture is made of.
#[derive(Debug, Clone)]
pub struct Order {
    /// What is filled in.
    pub draft: Draft,
    recording: Recording,
    boards: Boards,
    inputs: Vec<i32>,
    notes: Vec<(String, String)>,
}

impl Order {
    /// The shown run as it is now; None where there is none.
    fn of(state: &State, draft: Draft) -> Option<Self> {
        let recording = state.recording().filter(|recording| !recording.steps.is_empty())?.clone();
        let dimensions = &recording.dimensions;
        let boards = Boards::of(dimensions.tokens - dimensions.puzzle_tokens, dimensions.vocab)?;
        let inputs = crate::task::place(state.board(), boards)?.tokens;
        Some(Self { draft, boards, inputs, notes: notes(state), recording })
    }

    fn animation(&self) -> Animation<'_> {
        Animation {
            recording: &self.recording,
            boards: self.boards,
            inputs: Some(&self.inputs),
            dark: self.draft.dark,
            size: self.draft.size,
            delay_ms: self.draft.delay_ms,
            notes: self.notes.clone(),
        }
    }

    /// The name that is proposed for the file.
    pub fn name(&self) -> &'static str {
        match self.draft.format {
            Format::Gif => "reasoning.gif",
            Format::Apng => "reasoning.png",
        }
    }

    /// About how many bytes the file will have.
    ///
    /// # Errors
    /// A picture that cannot be drawn or encoded.
    pub fn estimate(&self) -> Result<usize, String> {
        self.animation().estimate(self.draft.format).map_err(|error| error.to_string())
    }

    /// Writes the file, telling how many pictures are done; false where it was stopped, and then nothing is written.
    ///
    /// # Errors
    /// The file that cannot be written, and why.
    pub fn write(&self, path: &Path, stop: &AtomicBool, tell: &mut dyn FnMut(usize)) -> Result<bool, String> {
        let animation = self.animation();
        let mut watch = |done: usize| {
            tell(done);
            if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        match files::write_streamed(path, |to| animation.write(self.draft.format, to, &mut watch)) {
            Ok(()) => Ok(true),
            Err(error) if error.reason.kind() == std::io::ErrorKind::Interrupted => Ok(false),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Does what a person asked for.
pub fn apply(state: &mut State, action: MovieAction, effects: &mut Vec<Effect>) {
    match action {
        MovieAction::Open => {
            let delay_ms = (1000.0 / state.settings.speed).clamp(f32::from(*DELAYS.start()), f32::from(*DELAYS.end()));
            let draft = Draft { format: Format::Gif, size: SIZES[1], delay_ms: delay_ms as u16, dark: state.dark };
            fill_in(state, draft, effects);
        }
        MovieAction::Edit(draft) => fill_in(state, draft, effects),
        MovieAction::Save => {
            let order = state.movie.as_ref().and_then(|movie| Order::of(state, movie.draft));
            let (Some(order), Some(movie)) = (order, state.movie.as_mut()) else { return };
            let stop = Arc::new(AtomicBool::new(false));
            movie.work = Some(Work { done: 0, stop: stop.clone() });
            effects.push(Effect::Movie(Box::new(Job::Save(order, stop))));
        }
        MovieAction::Cancel => match state.movie.as_ref().and_then(|movie| movie.work.as_ref()) {
            Some(work) => work.stop.store(true, Ordering::Relaxed),
            None => state.movie = None,
        },
    }
}

fn fill_in(state: &mut State, draft: Draft, effects: &mut Vec<Effect>) {
    let busy = state.movie.as_ref().is_some_and(|movie| movie.work.is_some());
    let Some(order) = Order::of(state, draft).filter(|_| !busy) else { return };
    let frames = order.animation().frames();
    state.movie = Some(Movie { draft, frames, estimate: None, work: None });
    effects.push(Effect::Movie(Box::new(Job::Estimate(order))));
}

/// What the background tells.
pub fn hear(state: &mut State, told: Told) {
    let Some(movie) = state.movie.as_mut() else { return };
    match told {
        Told::Estimated(draft, bytes) if movie.draft == draft => movie.estimate = Some(bytes),
        Told::Estimated(..) => {}
        Told::Drawn(done) => {
            if let Some(work) = &mut movie.work {
                work.done = done;
            }
        }
        Told::Ended(Some(Ok(path))) => {
            state.movie = None;
            state.say(false, format!("Saved as {}.", path.display()), None);
        }
        Told::Ended(Some(Err(why))) => {
            movie.work = None;
            state.say(true, format!("{why}."), None);
        }
        Told::Ended(None) => movie.work = None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{recording, sudoku};
    use super::super::persist::Settings;
    use super::super::state::Told as Run;
    use super::*;
    use crate::board::History;

    fn opened() -> (State, Vec<Effect>) {
        let mut state = State::new(Settings::default());
        state.doc.history = History::new(sudoku());
        let mut effects = Vec::new();
        apply(&mut state, MovieAction::Open, &mut effects);
        assert!(state.movie.is_none() && effects.is_empty(), "without a run there is nothing to draw");
        state.doc.run.told = Some(Run { recording: recording(6, |_, _| 1), uncertainty: Vec::new() });
        apply(&mut state, MovieAction::Open, &mut effects);
        (state, effects)
    }

    #[test]
    fn the_size_is_reckoned_for_what_is_filled_in_now() {
        let (mut state, effects) = opened();
        let [Effect::Movie(job)] = &effects[..] else { panic!("its size is reckoned") };
        let Job::Estimate(order) = &**job else { panic!("nothing is written yet") };
        let bytes = order.estimate().unwrap();
        assert!(bytes > 1000);
        let first = state.movie.as_ref().unwrap().draft;
        let other = Draft { format: Format::Apng, size: 240, ..first };
        apply(&mut state, MovieAction::Edit(other), &mut Vec::new());
        hear(&mut state, Told::Estimated(first, Ok(bytes)));
        assert_eq!(state.movie.as_ref().unwrap().estimate, None, "that was of another draft");
        hear(&mut state, Told::Estimated(other, Ok(7)));
        assert_eq!(state.movie.as_ref().unwrap().estimate, Some(Ok(7)));
        assert_eq!(state.movie.as_ref().unwrap().frames, 7);
    }

    #[test]
    fn a_file_is_written_whole_or_not_at_all() {
        let (mut state, _) = opened();
        let folder = tempfile::tempdir().unwrap();
        for format in [Format::Gif, Format::Apng] {
            let draft = Draft { format, size: 64, ..state.movie.as_ref().unwrap().draft };
            apply(&mut state, MovieAction::Edit(draft), &mut Vec::new());
            let mut effects = Vec::new();
            apply(&mut state, MovieAction::Save, &mut effects);
            let [Effect::Movie(job)] = &effects[..] else { panic!("it is written") };
            let Job::Save(order, stop) = &**job else { panic!("it is written") };
            let path = folder.path().join(order.name());
            let mut told = Vec::new();
            assert_eq!(order.write(&path, stop, &mut |done| told.push(done)), Ok(true));
            assert_eq!(told, [1, 2, 3, 4, 5, 6, 7]);
            let size = std::fs::metadata(&path).unwrap().len();
            hear(&mut state, Told::Drawn(3));
            assert_eq!(state.movie.as_ref().unwrap().work.as_ref().unwrap().done, 3);
            // Stopped: the file from before stays.
            apply(&mut state, MovieAction::Cancel, &mut Vec::new());
            assert!(stop.load(Ordering::Relaxed) && state.movie.is_some());
            assert_eq!(order.write(&path, stop, &mut |_| ()), Ok(false));
            assert_eq!(std::fs::metadata(&path).unwrap().len(), size);
            hear(&mut state, Told::Ended(None));
            assert!(order.write(Path::new("/proc/no/x.gif"), &AtomicBool::new(false), &mut |_| ()).is_err());
        }
        apply(&mut state, MovieAction::Cancel, &mut Vec::new());
        assert!(state.movie.is_none());
    }
}
