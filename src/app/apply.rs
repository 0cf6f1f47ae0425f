//! The one place where actions change the state.

use super::action::{Action, Effect, Stride};
use super::persist::Loop;
use super::puzzles::Order;
use super::state::{RunStatus, SPEEDS, State};
use crate::board::History;
use crate::board::sudoku::Sudoku;
use crate::engine::{Command, JobId, ModelSource};
use crate::task::sudoku::encode;

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
            state.playhead.follow = true;
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

        Action::Select(cell) => state.selected = cell.filter(|cell| *cell < state.board().cells().len()),
        Action::MoveSelection(rows, columns) => move_selection(state, rows, columns),
        Action::Type(digit) => write_digit(state, digit, effects),
        Action::Erase => write_digit(state, 0, effects),
        Action::Undo => {
            if state.document.undo().is_some() {
                board_changed(state, effects);
            }
        }
        Action::Redo => {
            if state.document.redo().is_some() {
                board_changed(state, effects);
            }
        }
        Action::Copy => {
            effects.push(Effect::Copy(state.board().to_rows()));
            state.say(false, "The board is on the clipboard as text.", None);
        }
        Action::Paste(text) => match Sudoku::parse(&text, None) {
            Ok(board) => {
                if state.document.edit("paste", board) {
                    "Pasted board".clone_into(&mut state.title);
                    board_changed(state, effects);
                }
            }
            Err(error) => state.say(true, format!("The clipboard holds no board: {error}."), None),
        },
        Action::ClearBoard => {
            let blank = Sudoku::blank(state.board().shape());
            if state.document.edit("clear the board", blank) {
                board_changed(state, effects);
            }
        }
        Action::NewPuzzle => generate(state, effects),
        Action::NewPuzzleOf(shape, difficulty) => {
            (state.settings.shape, state.settings.difficulty) = (shape, difficulty);
            generate(state, effects);
        }
        Action::UseSample(index) => {
            if let Some(sample) = state.samples.get(index).cloned() {
                let shape = sample.puzzle.board.shape();
                let name = format!("{} {shape} sample", sample.difficulty.name());
                put(state, sample.puzzle.board, name, effects);
            }
        }
        Action::BrowseShape(shape) => state.settings.shape = shape,
        Action::ToggleSolution => {
            state.show_solution = !state.show_solution;
            let found = state.verdict.as_ref().map(|verdict| verdict.solutions.to_string());
            if let Some(found) = found.filter(|_| state.show_solution && state.shown_solution().is_none()) {
                state.say(false, format!("Nothing to compare with: this board has {found}."), None);
            }
        }
        Action::ToggleCandidates => state.show_candidates = !state.show_candidates,

        Action::Open => effects.push(Effect::AskOpen),
        Action::Save => effects.push(Effect::AskSave(state.board().to_rows())),
        Action::OpenPath(path) => effects.push(Effect::Look(path)),

        Action::UseModel(source) => {
            state.loading = Some(source.clone());
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
        Action::StopThinking => effects.push(Effect::Engine(Command::Cancel(state.run.job))),
        Action::SetHalting(halting) => {
            state.settings.halting = halting;
            think(state, effects);
        }
        Action::SetMaxSegments(most) => {
            state.settings.max_segments = most.map(|most| most.clamp(1, 256));
            think(state, effects);
        }

        Action::SetTheme(theme) => state.settings.theme = theme,
        Action::CycleTheme => state.settings.theme = state.settings.theme.next(),
        Action::TogglePane(pane) => effects.push(Effect::TogglePane(pane)),
        Action::SetMode(mode) => state.settings.mode = mode,
        Action::Train(action) => super::train::apply::apply(state, action, effects),
        Action::Research(action) => super::research::apply::apply(state, action, effects),
        Action::ResetLayout => effects.push(Effect::ResetLayout),
        Action::ToggleKeys => state.show_keys = !state.show_keys,
        Action::Dismiss(id) => state.toasts.retain(|toast| toast.id != id),
        Action::Quit => effects.push(Effect::Quit),
    }
}

fn toggle_play(state: &mut State) {
    let playing = !state.playhead.playing;
    if playing && state.playhead.at >= state.computed() && !state.thinking() {
        state.show(0);
    }
    state.playhead.playing = playing;
    state.playhead.follow = false;
    state.playhead.due = state.now;
}

/// Shows a moment; the person has taken over, so playing stops.
fn go_to(state: &mut State, at: usize) {
    state.playhead.playing = false;
    state.playhead.follow = false;
    state.show(at);
    state.playhead.wanted = state.playhead.at;
}

fn steps(state: &State) -> (usize, usize) {
    state.recording().map_or((1, 1), |r| {
        let schedule = r.dimensions.schedule;
        (schedule.steps_per_cycle(), schedule.steps_per_segment())
    })
}

/// The moment after one more of what the stride counts.
fn next_stop(state: &State, stride: Stride) -> usize {
    let (at, (cycle, segment)) = (state.playhead.at, steps(state));
    match stride {
        Stride::Micro => at + 1,
        Stride::Cycle => (at / cycle + 1) * cycle,
        Stride::Segment => (at / segment + 1) * segment,
    }
}

/// The moment at the end of the one before.
fn previous_stop(state: &State, stride: Stride) -> usize {
    let (at, (cycle, segment)) = (state.playhead.at, steps(state));
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
    state.playhead.due = state.now + 1.0 / f64::from(SPEEDS[there]);
}

fn move_selection(state: &mut State, rows: isize, columns: isize) {
    let side = state.board().side() as isize;
    let cell = state.selected.unwrap_or(0) as isize;
    let row = (cell / side + rows).clamp(0, side - 1);
    let column = (cell % side + columns).clamp(0, side - 1);
    state.selected = Some((row * side + column) as usize);
}

fn write_digit(state: &mut State, digit: u8, effects: &mut Vec<Effect>) {
    let Some(cell) = state.selected else { return };
    let mut board = state.board().clone();
    let side = board.side();
    if let Err(error) = board.set(cell, digit) {
        state.say(false, format!("{error}."), None);
        return;
    }
    let place = format!("r{}c{}", cell / side + 1, cell % side + 1);
    let name = if digit == 0 { format!("clear {place}") } else { format!("type {digit} at {place}") };
    if state.document.edit(name, board) {
        board_changed(state, effects);
    }
}

fn generate(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.generating {
        state.generating = true;
        // Asked for by a person: what was there before can be undone back.
        state.untouched = false;
        let (shape, difficulty) = (state.settings.shape, state.settings.difficulty);
        effects.push(Effect::Generate(Order { shape, difficulty, asked: true }));
    }
}

/// Puts another puzzle on the board; that too can be undone.
pub(super) fn put(state: &mut State, board: Sudoku, title: String, effects: &mut Vec<Effect>) {
    state.settings.shape = board.shape();
    state.document.edit(format!("open {title}"), board);
    state.title = title;
    board_changed(state, effects);
    from_the_start(state);
}

/// Puts a board there that the program chose itself: nothing to undo, and it may be replaced again.
pub(super) fn put_untouched(state: &mut State, board: Sudoku, title: String, effects: &mut Vec<Effect>) {
    state.document = History::new(board);
    state.title = title;
    board_changed(state, effects);
    state.untouched = true;
    from_the_start(state);
}

/// After any change of the board: the solver and the model look again.
pub(super) fn board_changed(state: &mut State, effects: &mut Vec<Effect>) {
    state.untouched = false;
    state.selected = state.selected.filter(|cell| *cell < state.board().cells().len());
    state.verdict = None;
    effects.push(Effect::Judge(state.board().clone()));
    take_fitting_model(state, effects);
    think(state, effects);
}

/// A board that the model does not know gets the shipped model made for it, when there is one.
fn take_fitting_model(state: &mut State, effects: &mut Vec<Effect>) {
    let made_for_it = format!("sudoku-{}", state.board().shape());
    let fits = match &state.loading {
        Some(ModelSource::Shipped(name)) => *name == made_for_it,
        // What it is for is known when it has come.
        Some(ModelSource::Path(_)) => true,
        None => state.model.is_some() && state.misfit().is_none(),
    };
    if !fits && state.shipped().any(|name| name == made_for_it) {
        apply(state, Action::UseModel(ModelSource::Shipped(made_for_it)), effects);
    }
}

/// Plays from before the first step.
pub(super) fn from_the_start(state: &mut State) {
    state.show(0);
    state.playhead.playing = true;
    state.playhead.follow = false;
    state.playhead.due = state.now;
}

/// Asks the engine about the board, when the model can answer it.
pub(super) fn think(state: &mut State, effects: &mut Vec<Effect>) {
    // A finished answer that is being looked at stays the newest one; any other moment is found again.
    if !state.playhead.playing && state.playhead.at > 0 && state.playhead.at == state.computed() {
        state.playhead.follow = true;
    }
    state.playhead.wanted = state.playhead.at.max(state.playhead.wanted);
    state.run.recording = None;
    state.playhead.at = 0;
    if state.thinking() {
        effects.push(Effect::Engine(Command::Cancel(state.run.job)));
    }
    state.run.status = RunStatus::Idle;
    // A model on its way is asked when it has come: it may not know boards of this size.
    if state.model.is_none() || state.misfit().is_some() || state.loading.is_some() {
        return;
    }
    state.run.job = JobId(state.run.job.0 + 1);
    state.run.status = RunStatus::Thinking;
    effects.push(Effect::Engine(Command::Think {
        job: state.run.job,
        tokens: encode(state.board()),
        puzzle_id: 0,
        halting: state.settings.halting,
        max_segments: state.max_segments(),
    }));
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
mod tests {
    use super::super::persist::Settings;
    use super::super::scene::tests::recording;
    use super::*;

    fn state() -> State {
        let mut state = State::new(Settings::default());
        state.document = History::new(Sudoku::parse("1... ...2 .... ..2.", None).unwrap());
        state.run.recording = Some(recording(24, |_, _| 1));
        state.run.status = RunStatus::Finished(1.0);
        state
    }

    fn does(state: &mut State, action: Action) -> Vec<Effect> {
        let mut effects = Vec::new();
        apply(state, action, &mut effects);
        effects
    }

    #[test]
    fn strides_land_on_the_clock() {
        let mut state = state();
        let mut visit = |action: Action| {
            does(&mut state, action);
            state.playhead.at
        };
        assert_eq!(visit(Action::Forward(Stride::Micro)), 1);
        assert_eq!(visit(Action::Forward(Stride::Cycle)), 3);
        assert_eq!(visit(Action::Forward(Stride::Segment)), 6);
        assert_eq!(visit(Action::Forward(Stride::Segment)), 12);
        assert_eq!(visit(Action::Back(Stride::Cycle)), 9);
        assert_eq!(visit(Action::Back(Stride::Segment)), 6);
        assert_eq!(visit(Action::Back(Stride::Micro)), 5);
        assert_eq!(visit(Action::GoToEnd), 24);
        assert_eq!(visit(Action::Forward(Stride::Segment)), 24);
        assert_eq!(visit(Action::GoToStart), 0);
        assert_eq!(visit(Action::Back(Stride::Micro)), 0);
        assert_eq!(visit(Action::GoTo(99)), 24);
    }

    #[test]
    fn play_at_the_end_starts_again() {
        let mut state = state();
        does(&mut state, Action::GoToEnd);
        does(&mut state, Action::TogglePlay);
        assert!(state.playhead.playing && state.playhead.at == 0);
        does(&mut state, Action::TogglePlay);
        assert!(!state.playhead.playing);
    }

    #[test]
    fn edits_are_named_undone_and_redone() {
        let mut state = state();
        does(&mut state, Action::Type(3));
        assert_eq!(state.document.undo_name(), None);
        does(&mut state, Action::Select(Some(1)));
        let effects = does(&mut state, Action::Type(3));
        assert!(matches!(effects[0], Effect::Judge(_)));
        assert_eq!(state.document.undo_name(), Some("type 3 at r1c2"));
        assert!(state.recording().is_none());
        does(&mut state, Action::MoveSelection(9, -9));
        assert_eq!(state.selected, Some(12));
        does(&mut state, Action::Undo);
        assert_eq!(state.board().get(1), Some(0));
        does(&mut state, Action::Redo);
        assert_eq!(state.board().get(1), Some(3));
        does(&mut state, Action::Type(9));
        assert!(state.toasts[0].text.contains("1 to 4"));
    }

    #[test]
    fn a_board_is_pasted_or_refused_with_a_reason() {
        let mut state = state();
        does(&mut state, Action::Paste("1234 3412 2143 4321".into()));
        assert!(state.board().is_solved());
        does(&mut state, Action::Paste("12x4".into()));
        assert!(state.board().is_solved() && state.toasts[0].error);
        let effects = does(&mut state, Action::Copy);
        let Effect::Copy(text) = &effects[0] else { panic!("the board is copied") };
        assert_eq!(Sudoku::parse(text, None).unwrap(), *state.board());
    }

    #[test]
    fn speed_stays_within_its_table() {
        let mut state = state();
        for _ in 0..20 {
            does(&mut state, Action::Faster);
        }
        assert_eq!(state.settings.speed, 60.0);
        for _ in 0..20 {
            does(&mut state, Action::Slower);
        }
        assert_eq!(state.settings.speed, 0.5);
    }
}
