//! What is done in the Research layout, and what its worker tells, written into the state.

use super::worker::{Order, Told};
use super::{FileKind, Form, Found, Page, ResearchAction, Topic, Work};
use crate::app::action::Effect;
use crate::app::state::State;
use crate::app::train::apply::Export;
use crate::figure::png;

/// Pixels of a saved PNG per point.
const SCALE: f32 = 2.0;

/// Does what a person asked for.
pub fn apply(state: &mut State, action: ResearchAction, effects: &mut Vec<Effect>) {
    let research = &mut state.research;
    match action {
        ResearchAction::Choose(topic) => research.topic = topic,
        ResearchAction::Edit(form) => research.form = *form,
        ResearchAction::Reset => research.form = Form::default(),
        ResearchAction::Run => {
            research.queue.clear();
            begin(state, state.research.topic, effects);
        }
        ResearchAction::RunAll => {
            research.queue = Topic::ALL.to_vec();
            next(state, effects);
        }
        ResearchAction::Cancel => {
            research.queue.clear();
            research.work = None;
            effects.push(Effect::Research(Order::Stop));
        }
        ResearchAction::Export(kind) => {
            if let Some(found) = research.found().cloned() {
                match export(&found, research.topic, kind, state.settings.linear, state.dark) {
                    Ok(export) => effects.push(Effect::AskExport(export)),
                    Err(why) => state.say(true, why, None),
                }
            }
        }
    }
}

/// The next of the topics that wait.
fn next(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.research.queue.is_empty() {
        let topic = state.research.queue.remove(0);
        begin(state, topic, effects);
    }
}

fn begin(state: &mut State, topic: Topic, effects: &mut Vec<Effect>) {
    let study = match &state.model {
        Some(model) => state.research.form.study(topic, model),
        None => Err("there is no model to look at: open one first".to_owned()),
    };
    let research = &mut state.research;
    match study {
        Ok(study) => {
            research.jobs += 1;
            research.work = Some(Work { job: research.jobs, topic, done: 0.0, begun: state.now });
            let (job, device) = (research.jobs, state.device.clone());
            effects.push(Effect::Research(Order::Do { job, study: Box::new(study), device }));
        }
        Err(why) => {
            research.queue.clear();
            research.work = None;
            put(state, topic, Page::Failed(why));
        }
    }
}

fn put(state: &mut State, topic: Topic, page: Page) {
    let research = &mut state.research;
    research.pages.retain(|(of, _)| *of != topic);
    research.pages.push((topic, page));
}

/// What the worker tells.
pub fn hear(state: &mut State, told: Told, effects: &mut Vec<Effect>) {
    let (job, page) = match told {
        Told::Progress(job, done) => {
            if let Some(work) = state.research.work.as_mut().filter(|work| work.job == job) {
                work.done = done;
            }
            return;
        }
        Told::Done(job, found) => (job, Page::Found(found)),
        Told::Failed(job, message) => (job, Page::Failed(message)),
    };
    // What was given up may still have come to its end.
    let Some(work) = state.research.work.take_if(|work| work.job == job) else { return };
    let seconds = state.now - work.begun;
    match &page {
        Page::Found(found) => {
            let samples = found.study.samples;
            state.note(false, format!("{}: {samples} puzzles in {seconds:.1} s", work.topic.name()));
        }
        Page::Failed(message) => {
            state.research.queue.clear();
            state.note(true, format!("{}: {message}", work.topic.name()));
        }
    }
    put(state, work.topic, page);
    next(state, effects);
}

fn export(found: &Found, topic: Topic, kind: FileKind, linear: bool, dark: bool) -> Result<Export, String> {
    let drawing = || found.figure.scaled(linear).drawing(dark);
    let (ending, bytes) = match kind {
        FileKind::Csv => ("csv", found.csv.clone().into_bytes()),
        FileKind::Svg => ("svg", drawing().svg(&found.figure.notes).into_bytes()),
        FileKind::Png => {
            let pixels = drawing().pixels(SCALE).ok_or("the figure is too large for a picture: save it as SVG")?;
            ("png", png(&pixels, &found.figure.notes).map_err(|e| e.to_string())?)
        }
    };
    let name = format!("{}.{ending}", topic.name().to_lowercase());
    Ok(Export { title: "Save the figure", name, bytes })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::persist::Settings;
    use crate::app::research::form::tests::model;
    use crate::figure::Figure;

    fn state() -> State {
        let mut state = State::new(Settings::default());
        state.model = Some(Arc::new(model(36, 8)));
        state
    }

    fn does(state: &mut State, action: ResearchAction) -> Vec<Effect> {
        let mut effects = Vec::new();
        apply(state, action, &mut effects);
        effects
    }

    fn found(state: &State, topic: Topic) -> Arc<Found> {
        let study = state.research.form.study(topic, state.model.as_ref().unwrap()).unwrap();
        Arc::new(Found { study, figure: Figure::default(), csv: "a,b".into() })
    }

    #[test]
    fn all_are_done_one_after_the_other() {
        let mut state = state();
        let mut effects = does(&mut state, ResearchAction::RunAll);
        for (i, topic) in Topic::ALL.into_iter().enumerate() {
            assert_eq!(effects.len(), 1);
            let work = state.research.work.clone().unwrap();
            assert_eq!((work.topic, work.job), (topic, i as u64 + 1));
            effects.clear();
            hear(&mut state, Told::Progress(work.job, 0.5), &mut effects);
            assert_eq!(state.research.work.as_ref().unwrap().done, 0.5);
            let done = Told::Done(work.job, found(&state, topic));
            hear(&mut state, done, &mut effects);
        }
        assert!(state.research.work.is_none() && effects.is_empty() && state.research.pages.len() == 4);
    }

    #[test]
    fn what_was_given_up_changes_nothing() {
        let mut state = state();
        does(&mut state, ResearchAction::Run);
        let effects = does(&mut state, ResearchAction::Cancel);
        assert!(matches!(effects[..], [Effect::Research(Order::Stop)]));
        let late = Told::Done(1, found(&state, Topic::Dimensionality));
        hear(&mut state, late, &mut Vec::new());
        assert!(state.research.pages.is_empty());
    }

    #[test]
    fn a_wrong_field_is_told_on_the_page() {
        let mut state = state();
        let form = Form { puzzles: "many".into(), ..Form::default() };
        does(&mut state, ResearchAction::Edit(Box::new(form)));
        assert!(does(&mut state, ResearchAction::Run).is_empty());
        assert!(matches!(state.research.page(Topic::Dimensionality), Some(Page::Failed(why)) if why.contains("many")));
        state.model = None;
        does(&mut state, ResearchAction::Run);
        assert!(
            matches!(state.research.page(Topic::Dimensionality), Some(Page::Failed(why)) if why.contains("no model"))
        );
    }

    #[test]
    fn a_figure_is_saved_in_three_forms() {
        let mut state = state();
        assert!(does(&mut state, ResearchAction::Export(FileKind::Csv)).is_empty());
        let page = Page::Found(found(&state, Topic::Dimensionality));
        put(&mut state, Topic::Dimensionality, page);
        for (kind, ending) in [(FileKind::Csv, "csv"), (FileKind::Svg, "svg"), (FileKind::Png, "png")] {
            let effects = does(&mut state, ResearchAction::Export(kind));
            assert!(matches!(&effects[..], [Effect::AskExport(export)] if export.name.ends_with(ending)));
        }
    }
}
