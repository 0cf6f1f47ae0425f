//! What is done with votes and fits, and what the engine tells of them, written into the state.

use super::super::action::Effect;
use super::super::apply::{ask_otherwise, from_the_start, think};
use super::super::state::State;
use super::{About, ArcAction, Asked, Fitted, Fitting};
use crate::engine::{Command, Event};
use crate::task::arc::{Poll, voters};
use crate::train::MOST_STEPS;

/// Does what a person asked for.
pub fn apply(state: &mut State, action: ArcAction, effects: &mut Vec<Effect>) {
    match action {
        ArcAction::Ask => ask(state, effects),
        ArcAction::AskIn(count) => {
            state.arc.count = count.clamp(1, 1000);
            ask(state, effects);
        }
        ArcAction::StopAsking => {
            if let Some(asked) = state.arc.asked.as_ref().filter(|asked| asked.running) {
                effects.push(Effect::Engine(Command::Cancel(asked.job)));
            }
        }
        ArcAction::Show(voter) => {
            if let Some(asked) = &mut state.arc.asked {
                asked.shown = voter.filter(|voter| *voter < asked.poll.votes().len());
            }
        }
        ArcAction::Plan(plan) => {
            state.arc.plan = plan;
            state.arc.plan.steps = plan.steps.clamp(1, MOST_STEPS);
        }
        ArcAction::Fit => fit(state, effects),
        ArcAction::StopFit => {
            if let Some(fitting) = &state.arc.fitting {
                effects.push(Effect::Engine(Command::Cancel(fitting.job)));
            }
        }
        ArcAction::Forget => {
            if let Some(fitted) = state.arc.fitted.take() {
                effects.push(Effect::Engine(Command::ForgetFit));
                state.model = Some(fitted.loaded);
                ask_otherwise(state, effects);
                from_the_start(state);
            }
        }
    }
}

fn ask(state: &mut State, effects: &mut Vec<Effect>) {
    drop_votes(state, effects);
    let (Some(model), Some(sheet), Some(placed)) = (&state.model, state.board().arc(), state.placement()) else {
        return;
    };
    let asked = voters(sheet.name(), sheet.task(), state.arc.count, &model.identifiers);
    let poll = Poll::new(sheet.input().clone(), placed.side, asked);
    let questions = match poll.examples() {
        Ok(questions) => questions,
        Err(error) => return state.say(true, format!("{error}."), None),
    };
    let job = state.arc.next_job();
    state.arc.asked = Some(Asked { job, poll, running: true, shown: None });
    let (halting, max_segments) = state.limits();
    // One at a time, so that the first is there at once.
    effects.push(Effect::Engine(Command::Poll { job, questions, halting, max_segments, batch: 1 }));
}

/// Lets the votes go: they are about a board or a model that is no more.
pub fn drop_votes(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(asked) = state.arc.asked.take().filter(|asked| asked.running) {
        effects.push(Effect::Engine(Command::Cancel(asked.job)));
    }
}

fn fit(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(sheet) = state.board().arc().cloned() else { return };
    // Fitted once more: what was answered before the first time is what counts.
    let before = match state.fitted_here() {
        Some(fitted) => fitted.about.before.clone(),
        None => state.answered(),
    };
    let job = state.arc.next_job();
    let plan = state.arc.plan;
    let about = About { name: sheet.name().to_owned(), examples: sheet.task().train.clone(), plan, before };
    state.arc.fitting = Some(Fitting { job, about, progress: None });
    let (name, task) = (sheet.name().to_owned(), Box::new(sheet.task().clone()));
    effects.push(Effect::Engine(Command::Fit { job, name, task, plan }));
}

/// News about votes and fits; any other event is given back.
pub fn receive(state: &mut State, event: Event, effects: &mut Vec<Effect>) -> Option<Event> {
    let polled = state.arc.asked.as_ref().map(|asked| asked.job);
    let fitted = state.arc.fitting.as_ref().map(|fitting| fitting.job);
    match event {
        Event::Answered { job, answer } => {
            if let Some(asked) = state.arc.asked.as_mut().filter(|asked| asked.job == job) {
                asked.poll.hear(&answer.tokens, answer.segments, answer.q_halt);
            }
        }
        Event::PollFinished(job) => {
            if let Some(asked) = state.arc.asked.as_mut().filter(|asked| asked.job == job) {
                asked.running = false;
            }
        }
        Event::FitStep { job, progress } => {
            if let Some(fitting) = state.arc.fitting.as_mut().filter(|fitting| fitting.job == job) {
                fitting.progress = Some(progress);
            }
        }
        Event::Fitted { job, model } if Some(job) == fitted => {
            let fitting = state.arc.fitting.take();
            let before = state.arc.fitted.take().map(|fitted| fitted.loaded).or_else(|| state.model.clone());
            if let (Some(Fitting { about, progress: Some(end), .. }), Some(loaded)) = (fitting, before) {
                let text = format!("{}: {} of {} examples right after the fit", about.name, end.right, end.pairs);
                state.note(false, text);
                state.arc.fitted = Some(Fitted { about, end, loaded });
                state.model = Some(model);
                think(state, effects);
                from_the_start(state);
            }
        }
        Event::Cancelled(job) if Some(job) == polled => end_poll(state),
        Event::Failed { job, message } if Some(job) == polled => {
            end_poll(state);
            state.say(true, format!("{message}."), None);
        }
        Event::Cancelled(job) if Some(job) == fitted => state.arc.fitting = None,
        Event::Failed { job, message } if Some(job) == fitted => {
            state.arc.fitting = None;
            state.say(true, format!("{message}."), None);
        }
        Event::ModelLoaded(_) => {
            // The engine's copy went with the model before.
            (state.arc.fitted, state.arc.fitting) = (None, None);
            return Some(event);
        }
        other => return Some(other),
    }
    None
}

fn end_poll(state: &mut State) {
    if let Some(asked) = &mut state.arc.asked {
        asked.running = false;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::super::action::Action;
    use super::super::super::apply::apply as does;
    use super::super::super::fixtures;
    use super::super::super::persist::Settings;
    use super::*;
    use crate::board::arc::{Sheet, Task};
    use crate::board::{Board, History};
    use crate::engine::{JobId, ModelInfo};
    use crate::train::{Answer, FitProgress};

    const TASK: &str = r#"{"train":[{"input":[[1,2]],"output":[[2,1]]}],"test":[{"input":[[3,4]],"output":[[4,3]]}]}"#;

    fn model(names: &[&str]) -> Arc<ModelInfo> {
        let identifiers = names.iter().map(|name| (*name).to_owned()).collect();
        Arc::new(ModelInfo { vocab: 12, identifiers, ..fixtures::model("tiny") })
    }

    fn state() -> State {
        let mut state = State::new(Settings::default());
        let sheet = Sheet::new("mine", Task::parse(TASK).unwrap()).unwrap();
        state.doc.history = History::new(Board::Arc(sheet));
        state.model = Some(model(&["<blank>"]));
        state
    }

    fn act(state: &mut State, action: ArcAction) -> Vec<Effect> {
        let mut effects = Vec::new();
        does(state, Action::Arc(action), &mut effects);
        effects
    }

    fn cancelled(effects: &[Effect], wanted: JobId) -> bool {
        effects.iter().any(|effect| matches!(effect, Effect::Engine(Command::Cancel(job)) if *job == wanted))
    }

    #[test]
    fn votes_come_one_by_one_and_go_with_the_board_they_are_about() {
        let (mut state, mut effects) = (state(), Vec::new());
        let asked = act(&mut state, ArcAction::AskIn(3));
        let Some(Effect::Engine(Command::Poll { job, questions, .. })) = asked.last() else { panic!("it is asked") };
        let (job, count) = (*job, questions.len());
        assert_eq!(count, 3);
        let answer = Answer { tokens: questions[0].inputs.clone(), segments: 2, q_halt: 1.0, ..Answer::default() };
        let told = |job| Event::Answered { job, answer: answer.clone() };
        assert!(receive(&mut state, told(JobId(job.0 - 1)), &mut effects).is_none());
        assert_eq!(state.arc.asked.as_ref().unwrap().poll.votes().len(), 0, "an older poll's answer");
        receive(&mut state, told(job), &mut effects);
        let votes = state.arc.asked.as_ref().unwrap();
        assert_eq!(
            votes.text(state.board().arc().unwrap().output()),
            "1 of 3 votes · one answer: none is right · all with the blank row"
        );
        assert!(votes.vote(0, None).starts_with("Vote 1: as it is · 1 × 2 · stopped at segment 2 with q_halt +1.00"));
        act(&mut state, ArcAction::Show(Some(7)));
        assert_eq!(state.arc.asked.as_ref().unwrap().shown, None, "nobody voted so");
        // An edit of an example asks nobody, but the variants are no longer those of the task.
        let mut effects = Vec::new();
        does(&mut state, Action::AddExample, &mut effects);
        assert!(state.arc.asked.is_none() && cancelled(&effects, job));
    }

    #[test]
    fn a_fit_answers_until_it_is_forgotten() {
        let (mut state, mut effects) = (state(), Vec::new());
        let before = state.model.clone();
        assert!(state.can_fit());
        let asked = act(&mut state, ArcAction::Fit);
        let Some(Effect::Engine(Command::Fit { job, name, .. })) = asked.last() else { panic!("it is asked") };
        assert!(name == "mine" && !state.can_fit());
        let progress = FitProgress { step: 5, steps: 10, loss: 0.5, right: 0, pairs: 1, elapsed_ms: 2000.0 };
        receive(&mut state, Event::FitStep { job: *job, progress }, &mut effects);
        let said = state.caveat().unwrap();
        assert!(said.contains("step 5 of 10 · 2 s left · 0 of 1 example right · loss 0.500"), "{said}");
        let end = FitProgress { step: 10, right: 1, ..progress };
        receive(&mut state, Event::FitStep { job: *job, progress: end }, &mut effects);
        receive(&mut state, Event::Fitted { job: *job, model: model(&["<blank>", "mine"]) }, &mut effects);
        assert_eq!(state.puzzle_id(), Some(1));
        assert!(state.caveat().unwrap().contains("a row fitted to these examples: 1 of 1 example right"));
        assert!(state.can_fit(), "with more steps, say");
        let effects = act(&mut state, ArcAction::Forget);
        assert!(matches!(effects[0], Effect::Engine(Command::ForgetFit)));
        assert!(state.model == before && state.caveat().unwrap().contains("no row in its puzzle table"));
        // A fit that is stopped leaves nothing.
        act(&mut state, ArcAction::Fit);
        let job = state.arc.fitting.as_ref().unwrap().job;
        assert!(cancelled(&act(&mut state, ArcAction::StopFit), job));
        let mut effects = Vec::new();
        receive(&mut state, Event::Cancelled(job), &mut effects);
        assert!(state.arc.fitting.is_none() && state.arc.fitted.is_none());
    }
}
