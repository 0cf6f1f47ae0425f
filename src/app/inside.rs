//! What goes on inside the blocks at the moment that is shown: asked for when something shows it, for each module at its last
//! update.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::action::Effect;
use super::heat::Shown;
use super::overlay::Overlay;
use super::state::State;
use crate::engine::{Command, JobId};
use crate::trace::{Inside, Module};

/// Which block and which head is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// The block, from 0; a module with fewer shows its last.
    pub layer: usize,
    /// The head, from 0; None for the mean of all.
    pub head: Option<usize>,
}

impl Look {
    /// Where it looks for what is shown, with as many blocks and heads as there are.
    pub fn name(self, shown: Shown, inside: &Inside) -> String {
        let block = format!("block {} of {}", inside.layer + 1, inside.layers);
        match self.head.filter(|head| *head < inside.heads) {
            _ if !shown.has_heads() => block,
            Some(head) => format!("{block}, head {} of {}", head + 1, inside.heads),
            None => format!("{block}, mean of {} heads", inside.heads),
        }
    }
}

/// Which head, or the mean of all, and its attention `[T, T]`.
type Head = (Option<usize>, Arc<[f32]>);

/// What a run's blocks were seen to do.
#[derive(Debug, Clone, Default)]
pub struct Insides {
    /// H's and L's at their last update before the moment shown, or at an earlier moment until that has come.
    seen: [Option<Arc<Inside>>; 2],
    /// The attention of the head that is looked into.
    heads: [Option<Head>; 2],
    /// What is on its way.
    asked: Option<JobId>,
    /// Why there is none.
    pub refused: Option<String>,
}

impl Insides {
    /// A module's.
    pub fn of(&self, module: Module) -> Option<&Arc<Inside>> {
        self.seen[usize::from(module == Module::L)].as_ref()
    }

    /// The attention of the head that is looked into, `[T, T]`.
    pub fn attention(&self, module: Module) -> Option<Arc<[f32]>> {
        self.heads[usize::from(module == Module::L)].as_ref().map(|(_, attention)| attention.clone())
    }

    /// Takes the chosen head, or the mean of all, from what was seen.
    fn choose(&mut self, head: Option<usize>) {
        for (seen, chosen) in self.seen.iter().zip(&mut self.heads) {
            if let Some(seen) = seen.as_ref().filter(|_| chosen.as_ref().is_none_or(|(of, _)| *of != head)) {
                *chosen = Some((head, seen.attention(head)));
            }
        }
    }
}

/// The modules of which something is shown.
fn wanted(state: &State) -> Vec<Module> {
    match state.settings.overlay {
        _ if state.settings.heat.shown.is_inside() => vec![Module::H, Module::L],
        Overlay::Attention(module) => vec![module],
        _ => Vec::new(),
    }
}

/// Asks for what is shown and not there.
pub(super) fn look_inside(state: &mut State, effects: &mut Vec<Effect>) {
    let (at, Look { layer, head }) = (state.doc.playhead.at, state.settings.inside);
    if state.settings.heat.shown == Shown::Attention {
        state.doc.run.insides.choose(head);
    }
    let run = &state.doc.run;
    if run.insides.asked.is_some() || run.insides.refused.is_some() {
        return;
    }
    if run.recorded.is_some() {
        let why = "attention and gates stand in no trace file: think again to look inside";
        state.doc.run.insides.refused = Some(why.to_owned());
        return;
    }
    let Some(recording) = state.recording() else { return };
    let missing = wanted(state).into_iter().find_map(|module| {
        let step = recording.last_update(module, at)?;
        let there =
            run.insides.of(module).is_some_and(|seen| seen.step == step && seen.layer == layer.min(seen.layers - 1));
        (!there).then_some(step)
    });
    let Some(step) = missing else { return };
    // Weights that have changed would say something else than what the run did.
    let same = run.coming.is_none() && run.asked_of.as_ref().map(|asked| &asked.model) == state.model.as_ref();
    let states = recording.state(Module::H, step).cloned().zip(recording.state(Module::L, step).cloned());
    let (Some((z_h, z_l)), Some(question), true) = (states, recording.question.clone(), same) else { return };
    let job = state.next_job();
    state.doc.run.insides.asked = Some(job);
    effects.push(Effect::Engine(Command::LookInside { job, question, step, layer, z_h, z_l }));
}

/// Why there is nothing of a module to show at this moment; None when there is.
pub(super) fn nothing_inside(state: &State, module: Module) -> Option<String> {
    let (insides, updated) = (&state.doc.run.insides, state.recording()?.last_update(module, state.doc.playhead.at));
    match (updated, insides.of(module), &insides.refused) {
        (None, ..) => Some(format!("nothing before the first update of {module:?}")),
        (Some(_), None, Some(why)) => Some(why.clone()),
        (Some(_), None, None) => Some("looking inside…".to_owned()),
        (Some(_), Some(_), _) => None,
    }
}

/// It has come.
pub(super) fn seen(state: &mut State, job: JobId, inside: Inside) {
    let insides = &mut state.doc.run.insides;
    if insides.asked.take_if(|asked| *asked == job).is_some() {
        insides.refused = None;
        let module = inside.module;
        let slot = usize::from(module == Module::L);
        (insides.seen[slot], insides.heads[slot]) = (Some(Arc::new(inside)), None);
    }
}

/// It does not come; `why`, if it failed.
pub(super) fn not_seen(state: &mut State, job: JobId, why: Option<&String>) {
    let insides = &mut state.doc.run.insides;
    if insides.asked.take_if(|asked| *asked == job).is_some() {
        insides.refused = why.cloned();
    }
}

/// The next look is asked for anew: another model has come, or what was on its way is for a board that is not shown.
pub(super) fn look_again(state: &mut State) {
    let insides = &mut state.doc.run.insides;
    (insides.asked, insides.refused) = (None, None);
}

#[cfg(test)]
mod tests {
    use super::super::document::Asked;
    use super::super::fixtures::{model, recording};
    use super::super::persist::Settings;
    use super::super::state::{State, Told};
    use super::*;
    use crate::engine::Halting;
    use crate::trace::Question;

    fn state() -> State {
        let mut state = State::new(Settings { overlay: Overlay::Attention(Module::L), ..Settings::default() });
        let mut run = recording(12, |_, _| 1);
        let question = Question { tokens: vec![1; 16], puzzle_id: 0 };
        run.question = Some(question.clone());
        let model = Arc::new(model("tiny"));
        state.model = Some(model.clone());
        state.doc.run.asked_of = Some(Asked { model, halting: Halting::Fixed, max_segments: 2, question });
        state.doc.run.told = Some(Told { recording: run, uncertainty: vec![0.0; 12] });
        state.doc.playhead.at = 5;
        state
    }

    fn asked(state: &mut State) -> Option<JobId> {
        let mut effects = Vec::new();
        look_inside(state, &mut effects);
        effects.into_iter().find_map(|effect| match effect {
            Effect::Engine(Command::LookInside { job, step, .. }) => {
                assert_eq!(step, 4);
                Some(job)
            }
            _ => None,
        })
    }

    #[test]
    fn only_attention_has_heads() {
        let inside = Inside {
            module: Module::H,
            step: 4,
            layer: 0,
            layers: 2,
            heads: 4,
            tokens: 0,
            attention: Arc::from([]),
            gates: Arc::from([]),
        };
        let look = |head| Look { layer: 0, head };
        assert_eq!(look(None).name(Shown::Attention, &inside), "block 1 of 2, mean of 4 heads");
        assert_eq!(look(Some(1)).name(Shown::Attention, &inside), "block 1 of 2, head 2 of 4");
        assert_eq!(look(Some(1)).name(Shown::Gates, &inside), "block 1 of 2");
    }

    #[test]
    fn what_was_refused_is_not_asked_over_and_over() {
        let mut state = state();
        let job = asked(&mut state).unwrap();
        assert_eq!(asked(&mut state), None, "it is on its way");
        not_seen(&mut state, job, Some(&"no model".to_owned()));
        assert_eq!(asked(&mut state), None, "the answer would be the same");
        look_again(&mut state);
        assert!(asked(&mut state).is_some());
        // What is on its way when its board is hidden never comes.
        look_again(&mut state);
        assert!(asked(&mut state).is_some());
        state.model = None;
        look_again(&mut state);
        assert_eq!(asked(&mut state), None, "another model would have looked elsewhere");
    }
}
