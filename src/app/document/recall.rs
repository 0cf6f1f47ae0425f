//! Moments copied from the window and brought back: the board at once, the model when it is found, the playhead when the
//! steps arrive.

use super::super::action::{Action, Effect};
use super::super::apply::{from_the_start, think};
use super::super::state::State;
use super::moment::Moment;
use super::put::{board_changed, make_room, take_fitting_model};
use crate::board::Board;
use crate::engine::{Command, ModelSource};

/// A moment on its way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recall {
    /// What was pasted.
    pub moment: Moment,
    /// Its model is being looked for; nothing is asked meanwhile.
    pub looking: bool,
}

/// Puts the moment that is shown on the clipboard.
pub(in super::super) fn copy_moment(state: &mut State, effects: &mut Vec<Effect>) {
    let length = state.recording().map_or(1, |recording| recording.dimensions.schedule.steps_per_segment());
    let (segment, step) = Moment::place(state.doc.playhead.at, length);
    let model = state.model.as_ref().map(|model| (model.name.clone(), model.hash.clone()));
    let (halting, most) = state.limits();
    let moment = Moment {
        board: state.board().clone(),
        model: model.filter(|(_, hash)| !hash.is_empty() && state.doc.run.recorded.is_none()),
        segment,
        step,
        halting,
        max_segments: Some(most),
    };
    effects.push(Effect::Copy(moment.to_string()));
    state.say(
        false,
        "The state is on the clipboard as a line of text: board, model and moment. Ctrl+V brings it back, here or elsewhere.",
        None,
    );
}

/// Brings a moment back: a board of its own tab, answered by the model it names.
pub(in super::super) fn recall(state: &mut State, moment: Moment, effects: &mut Vec<Effect>) {
    let title = match &moment.board {
        Board::Arc(sheet) => sheet.name().to_owned(),
        board => format!("Pasted {board}"),
    };
    make_room(state, moment.board.clone(), title, effects);
    state.doc.pasted = Some(moment.clone());
    let named = moment.model.clone();
    let here = |(_, hash): &(String, String)| state.model.as_ref().is_some_and(|model| same_hash(&model.hash, hash));
    let looking = named.as_ref().filter(|named| !here(named) || state.loading.is_some());
    if let Some((name, hash)) = looking {
        let (id, name, hash) = (state.doc.id, name.clone(), hash.clone());
        effects.push(Effect::FindModel { id, name, hash, among: candidates(state) });
    }
    let looking = looking.is_some();
    state.doc.recall = Some(Recall { moment, looking });
    board_changed(state, effects);
    from_the_start(state);
}

/// Where a model may be found: the shipped ones, and the checkpoints that were opened.
fn candidates(state: &State) -> Vec<ModelSource> {
    let known = state.known.iter().map(|(source, _)| source.clone());
    let shipped = state.shipped().map(|name| ModelSource::Shipped(name.to_owned()));
    let recent = state.settings.recent.iter().map(|path| ModelSource::Path(path.clone()));
    let mut all: Vec<ModelSource> = Vec::new();
    for source in known.chain(shipped).chain(recent) {
        if !all.contains(&source) {
            all.push(source);
        }
    }
    all
}

/// Whether two beginnings of a SHA-256 may be the same one's.
pub(in super::super) fn same_hash(a: &str, b: &str) -> bool {
    let length = a.len().min(b.len());
    length >= 8 && a.as_bytes()[..length].eq_ignore_ascii_case(&b.as_bytes()[..length])
}

/// The model of a moment was looked for: `found` is the one, `other` says that one of its name is another.
pub(in super::super) fn found_model(
    state: &mut State,
    id: u64,
    found: Option<ModelSource>,
    other: bool,
    effects: &mut Vec<Effect>,
) {
    let shown = state.doc.id == id;
    let Some(recall) = state.document_mut(id).and_then(|doc| doc.recall.as_mut()) else { return };
    recall.looking = false;
    let named = recall.moment.model.clone().unwrap_or_default();
    if found.is_none() {
        let why = if other { "a model of this name is here, but it is another" } else { "no such model is here" };
        let text = format!(
            "The state names the model {}@{}: {why}. The board is shown all the same; open the checkpoint and paste the state \
             again to see its answer.",
            named.0, named.1
        );
        state.say(true, text, Some(("Open a checkpoint…", Action::Open)));
    }
    if !shown {
        return;
    }
    let here = found.is_some() && state.model.as_ref().is_some_and(|model| Some(&model.source) == found.as_ref());
    match found {
        Some(source) if !here || state.loading.is_some() => {
            state.loading = Some(source.clone());
            state.follow_model = false;
            effects.push(Effect::Engine(Command::LoadModel(source)));
        }
        _ => {
            take_fitting_model(state, effects);
            think(state, effects);
            from_the_start(state);
        }
    }
}

/// A run begins: it goes to the moment that was pasted.
pub(in super::super) fn recalled(state: &mut State, steps_per_segment: usize) {
    let Some(recall) = state.doc.recall.take_if(|recall| !recall.looking) else { return };
    let playhead = &mut state.doc.playhead;
    (playhead.playing, playhead.follow) = (false, false);
    playhead.wanted = recall.moment.at(steps_per_segment);
}
