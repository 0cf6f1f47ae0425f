//! The states of the run that is shown: those far from the playhead are let go when memory is short, and computed again when
//! they are looked at.

use std::sync::Arc;

use super::super::action::Effect;
use super::super::state::State;
use crate::engine::{Command, JobId};

/// What states may take where the system does not say how much memory is free, bytes.
const USUAL: usize = 1 << 30;
/// The choices of a person, MiB.
pub const BUDGETS: [u32; 5] = [32, 128, 512, 2048, 8192];

/// States on their way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaying {
    /// The request.
    pub job: JobId,
    /// The last segment that is on its way.
    last: usize,
    /// How many states have come.
    pub done: usize,
    /// How many were asked for.
    pub all: usize,
}

impl State {
    /// What the states of a run may take together, bytes.
    pub fn budget(&self) -> usize {
        match self.settings.memory {
            Some(mebibytes) => (mebibytes as usize) << 20,
            None => self.automatic_budget(),
        }
    }

    /// A quarter of the memory that was free at the start, bytes.
    pub fn automatic_budget(&self) -> usize {
        self.free_memory.map_or(USUAL, |free| usize::try_from(free / 4).unwrap_or(usize::MAX))
    }
}

/// Lets states go that have no room, and asks for those that are shown now, or next, and were let go before.
pub(in super::super) fn remember(state: &mut State, effects: &mut Vec<Effect>) {
    let (budget, at, playing) = (state.budget(), state.doc.playhead.at, state.doc.playhead.playing);
    let run = &mut state.doc.run;
    for told in [&mut run.told, &mut run.coming].into_iter().flatten() {
        told.recording.keep(budget, at);
    }
    let Some(recording) = run.told.as_ref().map(|told| &told.recording).filter(|_| run.lost.is_none()) else { return };
    let per = recording.dimensions.schedule.steps_per_segment();
    let ahead = || recording.gap((at + per).min(recording.steps.len())).filter(|_| playing);
    let shown = recording.gap(at);
    // What is on its way comes first, unless something else is looked at by now.
    if let Some(replaying) = &run.replaying {
        if shown.as_ref().is_none_or(|gap| *gap.segments.end() <= replaying.last) {
            return;
        }
        effects.push(Effect::Engine(Command::Cancel(replaying.job)));
    }
    let (Some(gap), Some(question)) = (shown.or_else(ahead), recording.question.clone()) else { return };
    let all = gap.segments.clone().count() * per;
    let (job, last) = (state.next_job(), *gap.segments.end());
    state.doc.run.replaying = Some(Replaying { job, last, done: 0, all });
    effects.push(Effect::Engine(Command::Replay { job, question, gap }));
}

/// A state came back.
pub(in super::super) fn replayed(state: &mut State, job: JobId, step: usize, values: Arc<[f32]>, residual: f32) {
    let run = &mut state.doc.run;
    let Some(replaying) = run.replaying.as_mut().filter(|replaying| replaying.job == job) else { return };
    replaying.done += 1;
    let Some(told) = &mut run.told else { return };
    if let Err((now, before)) = told.recording.put_back(step, values, residual) {
        let why = format!(
            "The states of this run are not in memory any more, and the model that answers now has others (step {} moved \
             {before:.4}, and moves {now:.4} now): think again",
            step + 1
        );
        run.lost = Some(why);
    }
}

/// A request for states came to its end; `why` it failed, if it did.
pub(in super::super) fn replay_ended(state: &mut State, job: JobId, why: Option<String>) {
    let run = &mut state.doc.run;
    if run.replaying.take_if(|replaying| replaying.job == job).is_some() && why.is_some() {
        run.lost = why;
    }
}

/// Nothing is looked at any more that is on its way.
pub(super) fn forget_replay(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(replaying) = state.doc.run.replaying.take() {
        effects.push(Effect::Engine(Command::Cancel(replaying.job)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixtures::{recording, sudoku};
    use super::super::super::persist::Settings;
    use super::super::super::state::Told;
    use super::*;
    use crate::board::History;
    use crate::trace::{Gap, Question, Recording};

    /// A run of 4 segments, of which all but what is near the playhead was let go.
    fn state(at: usize) -> (State, Recording) {
        let mut state = State::new(Settings::default());
        state.doc.history = History::new(sudoku());
        let mut run = recording(24, |_, _| 1);
        run.question = Some(Question { tokens: vec![1; 16], puzzle_id: 0 });
        let whole = run.clone();
        run.keep(0, 24);
        state.doc.run.told = Some(Told { recording: run, uncertainty: vec![0.0; 24] });
        state.doc.playhead.at = at;
        state.doc.playhead.playing = false;
        state.settings.memory = Some(0);
        (state, whole)
    }

    fn asked(state: &mut State) -> Option<(JobId, Gap)> {
        let mut effects = Vec::new();
        remember(state, &mut effects);
        effects.into_iter().find_map(|effect| match effect {
            Effect::Engine(Command::Replay { job, gap, .. }) => Some((job, gap)),
            _ => None,
        })
    }

    #[test]
    fn what_is_looked_at_is_computed_again() {
        let (mut state, whole) = state(24);
        assert_eq!(asked(&mut state), None, "all that is shown is there");
        state.doc.playhead.at = 8;
        let (job, gap) = asked(&mut state).unwrap();
        assert_eq!(gap.segments, 0..=1);
        assert_eq!(asked(&mut state), None, "it is on its way");
        for (step, told) in whole.steps.iter().enumerate().take(12) {
            replayed(&mut state, job, step, told.state.clone().unwrap(), told.residual);
        }
        assert_eq!(state.doc.run.replaying.as_ref().map(|on| (on.done, on.all)), Some((12, 12)));
        replay_ended(&mut state, job, None);
        assert!(state.doc.run.replaying.is_none() && state.recording().unwrap().gap(8).is_none());
        assert_eq!(asked(&mut state), None, "it stays while it is looked at");
        // Elsewhere again: the end was let go, but for the newest states.
        state.doc.playhead.at = 20;
        assert_eq!(*asked(&mut state).unwrap().1.segments.end(), 3);
    }

    #[test]
    fn another_place_or_another_model_ends_it() {
        let (mut state, whole) = state(1);
        let (first, _) = asked(&mut state).unwrap();
        state.doc.playhead.at = 8;
        let mut effects = Vec::new();
        remember(&mut state, &mut effects);
        assert!(matches!(effects[0], Effect::Engine(Command::Cancel(job)) if job == first));
        let job = state.doc.run.replaying.as_ref().unwrap().job;
        // News of the request before are not taken.
        replayed(&mut state, first, 0, whole.steps[0].state.clone().unwrap(), 9.0);
        assert!(state.doc.run.lost.is_none());
        replayed(&mut state, job, 0, whole.steps[0].state.clone().unwrap(), 9.0);
        assert!(state.doc.run.lost.as_ref().unwrap().contains("think again"));
        replay_ended(&mut state, job, None);
        assert_eq!(asked(&mut state), None, "it is not asked over and over");
    }

    #[test]
    fn the_budget_is_chosen_or_a_quarter_of_what_is_free() {
        let (mut state, _) = state(0);
        state.free_memory = Some(4 << 30);
        assert_eq!(state.automatic_budget(), 1 << 30);
        state.settings.memory = Some(32);
        assert_eq!(state.budget(), 32 << 20);
        state.settings.memory = None;
        state.free_memory = None;
        assert_eq!(state.budget(), USUAL);
    }
}
