//! The one place where actions change the state.

use super::action::{Action, Effect, Stride};
use super::command::{Palette, Rebinding, Shortcuts, command};
use super::document::{self, Asked};
use super::edit;
use super::export;
use super::layout::Mode;
use super::persist::Loop;
use super::scene::still_fits;
use super::state::{Enlarged, RunStatus, SPEEDS, State};
use super::theme::ThemeChoice;
use super::trace::TraceOrder;
use super::train::apply::Export;
use crate::engine::{Command, ModelSource};
use crate::trace::Question;

/// Applies an action; what the outside has to do is pushed to `effects`.
pub fn apply(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::TogglePlay => toggle_play(state),
        Action::Forward(stride) => {
            let target = next_stop(state, stride);
            go_to(state, target);
        }
        Action::Back(stride) => {
            let target = previous_stop(state, stride);
            go_to(state, target);
        }
        Action::GoTo(at) => go_to(state, at),
        Action::GoToStart => go_to(state, 0),
        Action::GoToEnd => {
            go_to(state, usize::MAX);
            state.doc.playhead.follow = true;
        }
        Action::Faster => change_speed(state, 1),
        Action::Slower => change_speed(state, -1),
        Action::CycleLoop => {
            state.settings.looping = match state.settings.looping {
                Loop::Off => Loop::Segment,
                Loop::Segment => Loop::Run,
                Loop::Run => Loop::Off,
            }
        }

        Action::NewPuzzle => {
            let what = document::usual(state);
            document::generate(state, what, effects);
        }
        Action::NewPuzzleOf(what) => document::generate(state, what, effects),
        Action::BrowseShape(shape) => state.settings.shape = shape,
        Action::BrowseSide(side) => state.settings.maze_side = side,
        Action::SetGivens(givens) => state.settings.givens = givens,
        Action::ToggleSolution => {
            state.show_solution = !state.show_solution;
            let found = state.doc.verdict.as_ref().map(|verdict| verdict.judged.text(state.board()));
            if let Some(found) = found.filter(|_| state.show_solution && state.shown_truth().is_none()) {
                state.show_solution = false;
                state.say(false, format!("Nothing to compare with: {found}."), None);
            }
        }
        Action::ToggleCandidates => state.show_candidates = !state.show_candidates,
        Action::Lay(overlay) => state.settings.overlay = overlay,
        Action::ShowHeat(shown) => state.settings.heat.shown = shown,
        Action::ToggleHeatOrder => state.settings.heat.sorted = !state.settings.heat.sorted,
        Action::ToggleHeatRange => state.settings.heat.free = !state.settings.heat.free,
        Action::ToggleLens(lens) => {
            state.settings.lens = Some(lens).filter(|lens| state.settings.lens != Some(*lens));
        }

        Action::Open => effects.push(Effect::AskOpen),
        Action::Save => document::save(state, None, false, effects),
        Action::SaveAs(id) => document::save(state, id, true, effects),
        Action::Tab(action) => document::tabs(state, action, effects),
        Action::Forget(path) => {
            state.library.failed.take_if(|(failed, _)| *failed == path);
            state.settings.forget(&path);
        }
        Action::CopyMoment => document::copy_moment(state, effects),
        Action::AskPaste => effects.push(Effect::AskPaste),
        Action::Recall(moment) => document::recall(state, *moment, effects),
        Action::SavePlot(plot, kind) => save(state, export::plot(state, plot, kind), effects),
        Action::SaveBoard(scale) => save(state, export::board(state, scale), effects),
        Action::SaveTrace => match TraceOrder::of(state) {
            Ok(order) => effects.push(Effect::AskTrace(Box::new(order))),
            Err(why) => state.say(true, format!("{why}."), None),
        },
        Action::Movie(action) => super::movie::apply(state, action, effects),
        Action::OpenPath(path) => effects.push(Effect::Look(path)),

        Action::UseModel(source) => {
            state.loading = Some(source.clone());
            state.follow_model = true;
            effects.push(Effect::Engine(Command::LoadModel(source)));
        }
        Action::UseDevice(id) => {
            state.device_chosen = true;
            state.settings.device = Some(id.clone());
            effects.push(Effect::Engine(Command::UseDevice(id)));
        }
        Action::ThinkAgain => {
            think(state, effects);
            from_the_start(state);
        }
        Action::StopThinking => effects.push(Effect::Engine(Command::Cancel(state.doc.run.job))),
        Action::SetHalting(halting) => {
            state.settings.halting = halting;
            state.doc.pasted = None;
            ask_otherwise(state, effects);
        }
        Action::SetMaxSegments(most) => {
            state.settings.max_segments = most.map(|most| most.clamp(1, 256));
            state.doc.pasted = None;
            ask_otherwise(state, effects);
        }

        Action::SetTheme(theme) => state.settings.theme = theme,
        Action::SwitchTheme => state.settings.theme = if state.dark { ThemeChoice::Light } else { ThemeChoice::Dark },
        Action::TogglePane(pane) => effects.push(Effect::TogglePane(pane)),
        Action::SetMode(mode) => {
            state.settings.mode = mode;
            state.enlarged = None;
        }
        Action::Library(action) => super::library::apply::apply(state, action, effects),
        Action::Arc(action) => super::arc::apply::apply(state, action, effects),
        Action::Train(action) => super::train::apply::apply(state, action, effects),
        Action::Picture(action) => super::picture::apply(state, action, effects),
        Action::Research(action) => super::research::apply::apply(state, action, effects),
        Action::ResetLayout => effects.push(Effect::ResetLayout),
        Action::ToggleFull => {
            // Only the layout Explore has a clockwork.
            state.settings.mode = Mode::Explore;
            state.enlarged = if state.enlarged.is_some() { None } else { Some(Enlarged::Both) };
        }
        Action::Enlarge(module) => {
            let one = Enlarged::One(module);
            state.enlarged = Some(if state.enlarged == Some(one) { Enlarged::Both } else { one });
        }
        Action::ToggleLinear => state.settings.linear = !state.settings.linear,
        Action::ToggleStill => state.settings.still = !state.settings.still,
        Action::ToggleContrast => state.settings.contrast = !state.settings.contrast,
        Action::ToggleKeys => {
            state.keys = state.keys.is_none().then(String::new);
            state.rebinding = None;
        }
        Action::SearchKeys(text) => state.keys = Some(text),
        Action::Rebind(id) => state.rebinding = id.map(|id| Rebinding { id, taking: None }),
        Action::SetShortcut(id, keys) => {
            let asked = Rebinding { id, taking: keys };
            let owned = keys.is_some_and(|keys| state.settings.shortcuts.owner(id, keys).is_some());
            if owned && state.rebinding != Some(asked) {
                state.rebinding = Some(asked);
                return;
            }
            state.rebinding = None;
            let before = state.settings.shortcuts.give(id, keys);
            if let (Some(before), Some(keys)) = (before, keys) {
                state.say(false, format!("{keys} belonged to \"{}\", which has no keys now.", before.name), None);
            }
        }
        Action::SayWhyNot(id) => {
            let command = command(id);
            let text = command.why_not(state).map(|why| format!("{}: {why}.", command.name));
            // A key that is held says it once.
            let said = |text: &String| state.toasts.last().is_some_and(|toast| toast.text == *text);
            if let Some(text) = text.filter(|text| !said(text)) {
                state.say(false, text, None);
            }
        }
        Action::ResetShortcuts => state.settings.shortcuts = Shortcuts::default(),
        Action::TogglePalette => {
            let open = state.palette.is_some();
            state.palette = (!open).then(Palette::default);
        }
        Action::SearchPalette(typed) => state.palette = Some(Palette { typed, chosen: 0 }),
        Action::ChooseInPalette(chosen) => {
            if let Some(palette) = &mut state.palette {
                palette.chosen = chosen;
            }
        }
        Action::TogglePaletteOfArc => state.settings.safe_colours = !state.settings.safe_colours,
        Action::ColourWays(colour) => state.settings.ways = colour,
        Action::LookCloser(view) => state.doc.view = view,
        Action::Zoom(factor) => edit::zoom(state, factor),
        Action::LookInto(place) => state.settings.inside = place,
        Action::SetMemory(memory) => state.settings.memory = memory,
        Action::Dismiss(id) => state.toasts.retain(|toast| toast.id != id),
        Action::Quit => effects.push(Effect::Quit),
        edit => edit::apply(state, edit, effects),
    }
}

/// Asks where to put a file, or says why there is none.
fn save(state: &mut State, export: Result<Export, String>, effects: &mut Vec<Effect>) {
    match export {
        Ok(export) => effects.push(Effect::AskExport(export)),
        Err(why) => state.say(true, format!("{why}."), None),
    }
}

fn toggle_play(state: &mut State) {
    let playing = !state.doc.playhead.playing;
    if playing && state.doc.playhead.at >= state.computed() && !state.thinking() {
        state.show(0);
    }
    state.doc.playhead.playing = playing;
    state.doc.playhead.follow = false;
    state.doc.playhead.due = state.now;
}

/// Shows a moment; the person has taken over, so playing stops.
fn go_to(state: &mut State, at: usize) {
    state.doc.playhead.playing = false;
    state.doc.playhead.follow = false;
    state.show(at);
    state.doc.playhead.wanted = state.doc.playhead.at;
}

fn steps(state: &State) -> (usize, usize) {
    state.recording().map_or((1, 1), |r| {
        let schedule = r.dimensions.schedule;
        (schedule.steps_per_cycle(), schedule.steps_per_segment())
    })
}

/// The moment after one more of what the stride counts.
fn next_stop(state: &State, stride: Stride) -> usize {
    let (at, (cycle, segment)) = (state.doc.playhead.at, steps(state));
    match stride {
        Stride::Micro => at + 1,
        Stride::Cycle => (at / cycle + 1) * cycle,
        Stride::Segment => (at / segment + 1) * segment,
    }
}

/// The moment at the end of the one before.
fn previous_stop(state: &State, stride: Stride) -> usize {
    let (at, (cycle, segment)) = (state.doc.playhead.at, steps(state));
    match stride {
        Stride::Micro => at.saturating_sub(1),
        Stride::Cycle => at.saturating_sub(1) / cycle * cycle,
        Stride::Segment => at.saturating_sub(1) / segment * segment,
    }
}

fn change_speed(state: &mut State, by: isize) {
    let here = SPEEDS.iter().position(|speed| *speed >= state.settings.speed).unwrap_or(SPEEDS.len() - 1);
    let there = here.saturating_add_signed(by).min(SPEEDS.len() - 1);
    state.settings.speed = SPEEDS[there];
    state.doc.playhead.due = state.now + 1.0 / f64::from(SPEEDS[there]);
}

/// Plays from before the first step.
pub(super) fn from_the_start(state: &mut State) {
    // What was shown of a run before this one has no start of this one's.
    if state.thinking() {
        state.doc.run.told = None;
    }
    state.show(0);
    state.doc.playhead.wanted = 0;
    state.doc.playhead.playing = true;
    state.doc.playhead.follow = false;
    state.doc.playhead.due = state.now;
}

/// Who is asked, or how, has changed: the board is asked again, unless its run was read from a file.
pub(super) fn ask_otherwise(state: &mut State, effects: &mut Vec<Effect>) {
    if state.doc.run.recorded.is_none() {
        think(state, effects);
    }
}

/// Asks the engine about the board, when the model can answer it. What was shown stays until the new answer has come as
/// far, so that nothing flickers.
pub(super) fn think(state: &mut State, effects: &mut Vec<Effect>) {
    // They were about another board, or the model before.
    super::arc::apply::drop_votes(state, effects);
    // While a stroke grows, a run that is under way is let through.
    if state.hand.stroke.is_some() && state.thinking() {
        state.doc.run.again = true;
        return;
    }
    // A finished answer that is being looked at stays the newest one; any other moment is found again.
    if !state.doc.playhead.playing && state.doc.playhead.at > 0 && state.doc.playhead.at == state.computed() {
        state.doc.playhead.follow = true;
    }
    state.doc.playhead.wanted = state.doc.playhead.at.max(state.doc.playhead.wanted);
    call_off(state, effects);
    state.doc.run.coming = None;
    state.doc.run.again = false;
    state.doc.run.recorded = None;
    state.doc.run.status = RunStatus::Idle;
    // A model on its way, or looked for, is asked when it has come: this one may not know boards like this.
    let looking = state.doc.recall.as_ref().is_some_and(|recall| recall.looking);
    let placed = state.placement().filter(|_| state.loading.is_none() && !looking);
    if placed.is_none() || !state.recording().is_some_and(|recording| still_fits(state.board(), recording)) {
        state.doc.run.told = None;
        state.doc.playhead.at = 0;
    }
    let (Some(placed), Some(model)) = (placed, state.model.clone()) else { return };
    let (job, (halting, max_segments)) = (state.next_job(), state.limits());
    let puzzle_id = state.puzzle_id().unwrap_or(0);
    let run = &mut state.doc.run;
    (run.job, run.status, run.asked) = (job, RunStatus::Thinking, state.now);
    let question = Question { tokens: placed.tokens.clone(), puzzle_id };
    run.asked_of = Some(Asked { model, halting, max_segments, question });
    effects.push(Effect::Engine(Command::Think { job, tokens: placed.tokens, puzzle_id, halting, max_segments }));
}

/// Calls off a run under way: what it still tells is about another board, or one that is not shown. Returns whether there was one.
pub(super) fn call_off(state: &mut State, effects: &mut Vec<Effect>) -> bool {
    let thinking = state.thinking();
    if thinking {
        effects.push(Effect::Engine(Command::Cancel(state.doc.run.job)));
        state.doc.run.job = state.next_job();
    }
    thinking
}

/// The model to begin with: the last one, else the best shipped one.
pub fn first_model(state: &State) -> Option<ModelSource> {
    let last = state.settings.model.clone().filter(|source| match source {
        ModelSource::Path(path) => path.exists(),
        ModelSource::Shipped(name) => state.shipped().any(|shipped| shipped == name),
    });
    last.or_else(|| state.shipped().next().map(|name| ModelSource::Shipped(name.to_owned())))
}

#[cfg(test)]
mod tests;
