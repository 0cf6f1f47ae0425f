//! A document: one board with its edits, its file, and the model's run on it. Each open one is a tab above the board.

mod keeper;
mod keeping;
mod memory;
mod moment;
mod put;
mod recall;
mod save;
mod session;
mod tabs;
#[cfg(test)]
mod tests;
mod traced;

use std::path::PathBuf;
use std::sync::Arc;

pub use keeping::Keeping;
pub use memory::{BUDGETS, Replaying};
pub(super) use memory::{remember, replay_ended, replayed};
pub use moment::Moment;
pub use put::made_for;
pub(super) use put::{
    board_changed, bring_kind, fill, generate, look_again, put, put_untouched, show_kind, take_fitting_model, tidy,
    usual,
};
pub use recall::Recall;
pub(super) use recall::{copy_moment, found_model, recall, recalled, same_hash};
pub use save::Saving;
pub(super) use save::{csv_row, not_saved, save, saved, title_of};
pub(super) use tabs::tabs;
pub use tabs::{Answer, TabAction};
pub use traced::Recorded;
pub(super) use traced::{awaited, give_up, open_traced};

use super::figures::Judged;
use super::heat::View;
use super::inside::Insides;
use super::state::State;
use crate::board::{Board, History, Kind};
use crate::engine::{Halting, JobId, ModelInfo};
use crate::trace::{Question, Recording};

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

impl Told {
    /// How much memory it takes, about, bytes.
    fn bytes(&self) -> usize {
        let sizes = &self.recording.dimensions;
        self.recording.kept_bytes() + self.recording.steps.len() * sizes.tokens * sizes.vocab * size_of::<f32>()
    }
}

/// Who was asked, and how: what has to be the same for an answer to be the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The model.
    pub model: Arc<ModelInfo>,
    /// When it stops.
    pub halting: Halting,
    /// The most segments.
    pub max_segments: usize,
    /// What was asked.
    pub question: Question,
}

/// One run of the model on the board.
#[derive(Debug, Clone)]
pub struct Run {
    /// The request that it answers.
    pub job: JobId,
    /// Who was asked last.
    pub asked_of: Option<Asked>,
    /// Where it was read from, when that is a trace file: it counts as answered, whichever model is loaded.
    pub recorded: Option<Recorded>,
    /// What is shown: this run, or the one before it until this one has come as far.
    pub told: Option<Told>,
    /// What has come while the one before is still shown.
    pub coming: Option<Told>,
    /// The board is asked again when this run has ended, because it changed meanwhile: an answer now and then while a stroke
    /// is drawn is worth more than none before its end. Or when its tab is shown again, because the run was broken off.
    pub again: bool,
    /// When it was asked, seconds.
    pub asked: f64,
    /// How far it is.
    pub status: RunStatus,
    /// States that were let go and are on their way back.
    pub replaying: Option<Replaying>,
    /// Why states that were let go cannot come back.
    pub lost: Option<String>,
    /// What goes on inside the blocks.
    pub insides: Insides,
}

impl Default for Run {
    fn default() -> Self {
        let status = RunStatus::Idle;
        Self {
            job: JobId(0),
            asked_of: None,
            recorded: None,
            told: None,
            coming: None,
            again: false,
            asked: 0.0,
            status,
            replaying: None,
            lost: None,
            insides: Insides::default(),
        }
    }
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

impl Default for Playhead {
    fn default() -> Self {
        Self { at: 0, playing: true, follow: false, wanted: 0, moved_at: 0.0, due: 0.0 }
    }
}

/// What the solver found out about the board.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The board it is about.
    pub board: Board,
    /// What was found.
    pub judged: Judged,
}

/// One board, and all that belongs to it.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its name in the program, never given twice.
    pub id: u64,
    /// The board, and its edits; all of one kind.
    pub history: History<Board>,
    /// What the board is called.
    pub title: String,
    /// The file that saving writes; None where it has none, or one of another form.
    pub path: Option<PathBuf>,
    /// The board as it was opened or saved last; None when it is in no file.
    pub saved: Option<Board>,
    /// The board was put there by the program and never touched, so it may be replaced by one that fits the model.
    pub untouched: bool,
    /// A sample or a new puzzle that nobody worked on: the next board that is opened takes its place.
    pub spare: bool,
    /// The file is being written, or asked for, and the tab is closed after it.
    pub closes: bool,
    /// The selected cell.
    pub selected: Option<usize>,
    /// The part of the board that is seen.
    pub view: View,
    /// What the solver says; None while it is at it.
    pub verdict: Option<Verdict>,
    /// The run on the board.
    pub run: Run,
    /// The moment that is shown.
    pub playhead: Playhead,
    /// The moment that was pasted and is brought back.
    pub recall: Option<Recall>,
    /// The moment that was pasted: its board, as long as it stays as it was, is asked as the moment says.
    pub pasted: Option<Moment>,
    /// When its tab was shown last: a higher number is later.
    pub seen: u64,
}

impl Document {
    /// A board that is in no file and that nobody has touched.
    pub fn new(id: u64, board: Board, title: String) -> Self {
        Self {
            id,
            saved: Some(board.clone()),
            history: History::new(board),
            title,
            path: None,
            untouched: true,
            spare: false,
            closes: false,
            selected: None,
            view: View::default(),
            verdict: None,
            run: Run::default(),
            playhead: Playhead::default(),
            recall: None,
            pasted: None,
            seen: id,
        }
    }

    /// The board.
    pub fn board(&self) -> &Board {
        self.history.current()
    }

    /// What the tab is called.
    pub fn name(&self) -> &str {
        match self.board() {
            Board::Arc(sheet) => sheet.name(),
            _ => &self.title,
        }
    }

    /// Whether closing it would lose something: the board is another than the one that was opened or saved.
    pub fn unsaved(&self) -> bool {
        let same = |saved: &Board| match (saved, self.board()) {
            // Which test input is asked stands in no file.
            (Board::Arc(saved), Board::Arc(now)) => saved.task() == now.task(),
            (saved, now) => saved == now,
        };
        !self.untouched && !self.saved.as_ref().is_some_and(same)
    }

    /// Whether the next board may take its place.
    pub fn is_spare(&self) -> bool {
        self.untouched || self.spare
    }
}

impl State {
    /// All documents, in the order of their tabs.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.left.iter().chain([&self.doc]).chain(&self.right)
    }

    /// A document by its name in the program.
    pub fn document(&self, id: u64) -> Option<&Document> {
        self.documents().find(|doc| doc.id == id)
    }

    pub(super) fn document_mut(&mut self, id: u64) -> Option<&mut Document> {
        self.left.iter_mut().chain([&mut self.doc]).chain(&mut self.right).find(|doc| doc.id == id)
    }

    /// A name that was never given.
    pub(super) fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// The name of the next request to the engine.
    pub(super) fn next_job(&mut self) -> JobId {
        self.last_job += 1;
        JobId(self.last_job)
    }

    /// A bare board of a kind, which the program may replace.
    pub(super) fn bare(&mut self, kind: Kind) -> Document {
        let board = put::bare_board(kind, &self.settings);
        Document::new(self.fresh_id(), board, format!("New {kind}"))
    }

    /// When a run on the board stops, and the most segments that were chosen; None for what the model was trained with. What a
    /// person chose counts for all boards but one that was pasted as a moment and not changed since.
    pub fn rules(&self) -> (Halting, Option<usize>) {
        let pasted = self.doc.pasted.as_ref().filter(|moment| moment.board.same_question(self.board()));
        pasted.map_or((self.settings.halting, self.settings.max_segments), |own| (own.halting, own.max_segments))
    }

    /// When the next run on the board stops, and after how many segments at most.
    pub fn limits(&self) -> (Halting, usize) {
        let (halting, most) = self.rules();
        (halting, most.unwrap_or_else(|| self.trained_segments()).max(1))
    }

    /// Whether the board is asked as its pasted moment says, and not as all others.
    pub fn asks_as_pasted(&self) -> bool {
        self.limits() != (self.settings.halting, self.max_segments())
    }

    /// Whether the run that is shown is what the model, or the one on its way, would answer.
    pub(super) fn is_answered(&self) -> bool {
        let run = &self.doc.run;
        if run.recorded.is_some() {
            return true;
        }
        let Some(asked) = run.asked_of.as_ref().filter(|_| !run.again) else { return false };
        let by = match (&self.loading, &self.model) {
            (Some(source), _) => *source == asked.model.source,
            (None, Some(model)) => *model == asked.model,
            (None, None) => false,
        };
        let (halting, most) = self.rules();
        let limit = most.unwrap_or(asked.model.dimensions.max_segments).max(1);
        by && (asked.halting, asked.max_segments) == (halting, limit)
            && matches!(run.status, RunStatus::Finished(_) | RunStatus::Stopped)
    }
}
