//! Asking the model about many puzzles: a few at a time, so that a board that is thought about in the middle of it comes
//! first. What was asked and not answered then is asked again.

use std::collections::VecDeque;

use super::super::action::Effect;
use super::super::state::State;
use super::judge::{judge, question};
use super::{By, Set};
use crate::engine::{Command, Event, JobId};
use crate::task::{Example, fits};
use crate::train::Answer;

/// Numbers of requests from here on are these polls; below are those of ARC's votes and fits.
pub(super) const FIRST_JOB: u64 = 1 << 49;
/// How long one request should take, seconds: progress is told as often, and a newer board waits no longer.
const PERIOD: f64 = 0.4;
/// The most puzzles of one request.
const MOST_AT_ONCE: usize = 64;

/// Puzzles of a set that are asked one after the other.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The set.
    pub set: u64,
    /// Who is asked, and how.
    pub by: By,
    /// How many are answered.
    pub done: usize,
    /// How many are asked.
    pub all: usize,
    /// When it began, seconds.
    begun: f64,
    /// Those that were not asked yet, by their places in the set.
    todo: VecDeque<usize>,
    /// How many are asked at once.
    at_once: usize,
    flight: Option<Flight>,
}

/// A request on its way.
#[derive(Debug, Clone)]
struct Flight {
    job: JobId,
    sent: f64,
    count: usize,
    /// Those that are not answered yet.
    asked: VecDeque<(usize, Example)>,
}

impl Batch {
    /// How long the rest will take, seconds; None before the first answer.
    pub fn left(&self, now: f64) -> Option<f64> {
        let rest = self.all.saturating_sub(self.done) as f64;
        (self.done > 0).then(|| (now - self.begun).max(0.0) / self.done as f64 * rest)
    }

    /// How much is done, 0 to 1.
    pub fn share(&self) -> f32 {
        self.done as f32 / self.all.max(1) as f32
    }
}

impl State {
    /// The puzzles that would be asked now: those shown that the model knows and did not answer yet; all of them again when
    /// it has answered all.
    fn to_ask(&self, by: &By) -> Vec<usize> {
        let (set, Some(boards)) = (self.library.shown(), self.model_boards()) else { return Vec::new() };
        let known = |index: &usize| set.specimens.get(*index).is_some_and(|one| fits(&one.board, boards));
        let all: Vec<usize> = self.library.view.order.iter().copied().filter(known).collect();
        let new: Vec<usize> =
            all.iter().copied().filter(|index| self.library.outcome(set.id, by, *index).is_none()).collect();
        if new.is_empty() { all } else { new }
    }

    /// Why the model cannot be asked about the puzzles that are shown; None when it can.
    pub fn cannot_ask_all(&self) -> Option<String> {
        let Some(model) = self.model.as_ref().filter(|_| self.loading.is_none()) else {
            return Some("No model is loaded yet".to_owned());
        };
        if self.library.batch.is_some() {
            return Some("It is being asked".to_owned());
        }
        if self.arc.fitting.is_some() {
            return Some("A model is being fitted".to_owned());
        }
        let (set, boards) = (self.library.shown(), model.boards());
        let shown = || self.library.view.order.iter().filter_map(|index| set.specimens.get(*index));
        if shown().any(|one| boards.is_some_and(|boards| fits(&one.board, boards))) {
            return None;
        }
        Some(match (shown().next(), boards) {
            (None, _) => "No puzzle is shown".to_owned(),
            (Some(one), Some(boards)) => {
                format!(
                    "{} was made for {boards} boards and cannot answer a {}: choose another model",
                    model.name, one.board
                )
            }
            (Some(_), None) => format!("{} was made for no boards that are known here", model.name),
        })
    }
}

/// Begins to ask about all that are shown.
pub(super) fn begin(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(by) = state.answerer().filter(|_| state.cannot_ask_all().is_none()) else { return };
    let todo: VecDeque<usize> = state.to_ask(&by).into();
    let (set, boards) = (state.library.shown(), state.model_boards());
    let fits = |one: &&usize| boards.is_some_and(|boards| fits(&set.specimens[**one].board, boards));
    let (shown, known) = (state.library.view.order.len(), state.library.view.order.iter().filter(fits).count());
    if known < shown {
        let text = format!("{} of {shown} puzzles do not fit {} and are not asked.", shown - known, by.name);
        state.say(false, text, None);
    }
    let (set, all, begun) = (state.library.shown().id, todo.len(), state.now);
    state.library.batch = Some(Batch { set, by, done: 0, all, begun, todo, at_once: 1, flight: None });
    go_on(state, effects);
}

/// Stops asking. What is answered stays.
pub(super) fn stop(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(batch) = state.library.batch.take() else { return };
    if let Some(flight) = batch.flight {
        effects.push(Effect::Engine(Command::Cancel(flight.job)));
    }
}

/// Sends the next questions, unless something else comes first: a board that is thought about, a model on its way, votes.
pub fn go_on(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(batch) = state.library.batch.as_ref().filter(|batch| batch.flight.is_none()) else { return };
    if state.thinking() || state.loading.is_some() || state.polling() || state.arc.fitting.is_some() {
        return;
    }
    let (Some(model), Some(by)) = (state.model.clone(), state.answerer()) else { return };
    if by != batch.by {
        let (done, all) = (batch.done, batch.all);
        state.library.batch = None;
        let text = format!("Asking ended after {done} of {all} puzzles: another model, or another rule, answers now.");
        return state.say(false, text, None);
    }
    let Some(set) = state.library.sets.iter().find(|set| set.id == batch.set) else {
        state.library.batch = None;
        return;
    };
    let Some(boards) = model.boards() else { return };
    let ask = |index: usize| -> Option<(usize, Example)> {
        let specimen = set.specimens.get(index)?;
        let row = specimen.board.arc().and_then(|sheet| state.library.view.row(set.id, index, &model, sheet.name()));
        Some((index, question(specimen, boards, row.unwrap_or(0))?))
    };
    let count = batch.at_once.min(batch.todo.len());
    let asked: VecDeque<(usize, Example)> = batch.todo.iter().take(count).filter_map(|index| ask(*index)).collect();
    let (now, halting, max_segments) = (state.now, batch.by.halting, batch.by.max_segments);
    state.library.last_job += 1;
    let job = JobId(state.library.last_job);
    let Some(batch) = &mut state.library.batch else { return };
    batch.todo.drain(..count);
    if asked.is_empty() {
        return finish(state);
    }
    let questions: Vec<Example> = asked.iter().map(|(_, example)| example.clone()).collect();
    batch.flight = Some(Flight { job, sent: now, count: asked.len(), asked });
    let batch = questions.len();
    effects.push(Effect::Engine(Command::Poll { job, questions, halting, max_segments, batch }));
}

fn finish(state: &mut State) {
    let Some(batch) = state.library.batch.take() else { return };
    let Some(set) = state.library.sets.iter().find(|set| set.id == batch.set) else { return };
    let sums = super::Sums::of(set, state.library.table(batch.set, &batch.by), &[], 0..set.specimens.len());
    let text = format!("{} on {}: {}", batch.by.name, set.place.name(), sums.text(None));
    state.note(false, text);
}

/// News about such a request; any other event is given back.
pub fn receive(state: &mut State, event: Event) -> Option<Event> {
    let flight = state.library.batch.as_mut().and_then(|batch| batch.flight.as_mut());
    let Some(flight) = flight else { return Some(event) };
    match event {
        Event::Answered { job, answer } if job == flight.job => {
            let asked = flight.asked.pop_front();
            answered(state, asked, &answer);
        }
        Event::PollFinished(job) if job == flight.job => ended(state, true),
        Event::Cancelled(job) if job == flight.job => ended(state, false),
        Event::Failed { job, message } if job == flight.job => {
            state.library.batch = None;
            state.say(true, format!("{message}."), None);
        }
        other => return Some(other),
    }
    None
}

fn answered(state: &mut State, asked: Option<(usize, Example)>, answer: &Answer) {
    let (Some((index, asked)), Some(batch)) = (asked, state.library.batch.as_mut()) else { return };
    batch.done += 1;
    let (set, by) = (batch.set, batch.by.clone());
    let of = |one: &&Set| one.id == set;
    let Some(specimen) = state.library.sets.iter().find(of).and_then(|set| set.specimens.get(index)) else { return };
    let outcome = judge(specimen, &asked, &answer.tokens, answer.segments, answer.q_halt);
    state.library.record(set, &by, index, outcome);
}

/// A request was answered, or broken off by something that came first.
fn ended(state: &mut State, whole: bool) {
    let now = state.now;
    let Some(batch) = &mut state.library.batch else { return };
    let Some(flight) = batch.flight.take() else { return };
    for (index, _) in flight.asked.into_iter().rev() {
        batch.todo.push_front(index);
    }
    if whole {
        let each = (now - flight.sent).max(1e-3) / flight.count.max(1) as f64;
        batch.at_once = ((PERIOD / each) as usize).clamp(1, MOST_AT_ONCE).min(2 * flight.count);
    }
}
