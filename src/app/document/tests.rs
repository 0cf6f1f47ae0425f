//! Documents as a person works with them, without a window.

use std::path::PathBuf;

use proptest::prelude::*;

use super::super::action::{Action, Effect};
use super::super::apply::apply;
use super::super::background::News;
use super::super::events::{hear, receive};
use super::super::fixtures::{self, recording, sudoku};
use super::super::open::Opened;
use super::super::persist::Settings;
use super::super::puzzles::{Difficulty, Order, What, make};
use super::super::state::{RunStatus, State};
use super::session::{restore, session};
use super::*;
use crate::board::maze::MazeKind;
use crate::board::read;
use crate::board::sudoku::{Shape, Sudoku};
use crate::dataset::Specimen;
use crate::engine::{Command, Event, ModelSource};

mod traced;

fn does(state: &mut State, action: Action) -> Vec<Effect> {
    let mut effects = Vec::new();
    apply(state, action, &mut effects);
    effects
}

fn tab(state: &mut State, action: TabAction) -> Vec<Effect> {
    does(state, Action::Tab(action))
}

fn model(name: &str, hash: &str) -> Arc<ModelInfo> {
    Arc::new(ModelInfo { hash: hash.into(), ..fixtures::model(name) })
}

/// A window with one board that a person worked on.
fn with_board() -> State {
    let mut state = State::new(Settings::default());
    receive(&mut state, Event::ModelLoaded(model("tiny", "0123456789ab")), &mut Vec::new());
    state.generating = false;
    does(&mut state, Action::Paste(sudoku().to_text()));
    state
}

fn asked(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Engine(Command::Think { .. }))).count()
}

/// The engine answers what it was asked.
fn answer(state: &mut State, steps: usize, ends: bool) {
    let (told, job) = (recording(steps, |_, _| 1), state.doc.run.job);
    let (dimensions, z_h_init, z_l_init) = (told.dimensions, told.z_h_init.clone(), told.z_l_init.clone());
    let begun = Event::ThinkStarted { job, dimensions, z_h_init, z_l_init };
    let steps = told.steps.into_iter().map(|record| Event::Step { job, record });
    let end = ends.then_some(Event::ThinkFinished { job, elapsed_ms: 1.0 });
    [begun].into_iter().chain(steps).chain(end).for_each(|event| receive(state, event, &mut Vec::new()));
}

fn names(state: &State) -> Vec<&str> {
    state.documents().map(Document::name).collect()
}

#[test]
fn a_run_is_kept_while_another_board_is_shown() {
    let mut state = with_board();
    answer(&mut state, 12, true);
    does(&mut state, Action::GoTo(7));
    let (first, effects) = (state.doc.id, tab(&mut state, TabAction::New));
    assert_eq!((asked(&effects), state.computed()), (1, 0), "only the board that is shown is asked about");
    let job = state.doc.run.job;
    answer(&mut state, 5, false);
    let effects = tab(&mut state, TabAction::Previous);
    assert!(matches!(effects[0], Effect::Engine(Command::Cancel(cancelled)) if cancelled == job));
    assert_eq!((asked(&effects), state.computed(), state.doc.playhead.at), (0, 12, 7), "it is there at once");
    assert!(matches!(state.doc.run.status, RunStatus::Finished(_)) && state.doc.id == first);
    // What the other run still tells is nobody's.
    let record = recording(1, |_, _| 1).steps.remove(0);
    receive(&mut state, Event::Step { job, record }, &mut Vec::new());
    assert_eq!(state.computed(), 12);
    let effects = tab(&mut state, TabAction::Next);
    assert_eq!((asked(&effects), state.computed()), (1, 5), "a run that was broken off is made again");
    // Other rules give another answer.
    tab(&mut state, TabAction::Show(first));
    does(&mut state, Action::SetMaxSegments(Some(3)));
    answer(&mut state, 12, true);
    assert_eq!(asked(&tab(&mut state, TabAction::Next)), 1);
    assert_eq!(asked(&tab(&mut state, TabAction::Next)), 0);
    does(&mut state, Action::SetMaxSegments(None));
    answer(&mut state, 12, true);
    tab(&mut state, TabAction::Next);
    receive(&mut state, Event::ModelLoaded(model("tiny", "fedcba987654")), &mut Vec::new());
    assert_eq!(asked(&tab(&mut state, TabAction::Show(first))), 1, "another model may answer otherwise");
}

#[test]
fn a_new_tab_has_the_size_of_the_board_that_is_shown() {
    let mut state = with_board();
    state.settings.shape = Shape::ALL[2];
    let effects = tab(&mut state, TabAction::New);
    assert_eq!(state.board(), &Board::from(Sudoku::blank(Shape::ALL[0])));
    assert!(asked(&effects) == 1 && state.loading.is_none(), "no other model is fetched");
    does(&mut state, Action::Paste("S #\n# #\n#G ".into()));
    tab(&mut state, TabAction::New);
    assert_eq!((state.kind(), state.board().size()), (Kind::Maze, (3, 3)));
}

#[test]
fn opened_boards_take_the_place_of_those_that_nobody_worked_on() {
    let mut state = State::new(Settings::default());
    let found = |text: &str| super::super::open::gathered(read(text).unwrap());
    let open = |state: &mut State, path: &str, text: &str| {
        hear(state, News::Looked(path.into(), Ok(found(text))), &mut Vec::new());
    };
    open(&mut state, "/a/one.txt", "1... .... .... ....");
    open(&mut state, "/a/two.txt", "S #\n# #\n#G ");
    open(&mut state, "/a/many.csv", "source,question,answer,rating\na,S ## ##G ,x,3\nb,S ##  #G ,x,3\n");
    assert_eq!(names(&state), ["one", "two", "many 1"]);
    let paths: Vec<_> = state.documents().map(|doc| doc.path.clone()).collect();
    assert_eq!(
        paths,
        [Some("/a/one.txt".into()), Some("/a/two.txt".into()), None],
        "a file of rows is not written back"
    );
    assert_eq!(state.settings.recent_boards, ["/a/two.txt", "/a/one.txt"].map(PathBuf::from));
    assert_eq!(state.settings.recent_sets, [PathBuf::from("/a/many.csv")]);
    open(&mut state, "/a/one.txt", "2... .... .... ....");
    assert_eq!((state.documents().count(), state.doc.name()), (3, "one"));
    assert!(state.toasts.iter().any(|toast| toast.text.contains("open already")));
    // Samples and new puzzles take each other's place until they are worked on.
    let made = |state: &mut State| {
        let order = Order { what: What::Sudoku(Shape::ALL[0], Difficulty::Easy), asked: true };
        let made = make(order.what, 1).map(|board| Specimen::solved(None, board));
        hear(state, News::Generated(order, made), &mut Vec::new());
    };
    made(&mut state);
    made(&mut state);
    assert_eq!(state.documents().count(), 4);
    does(&mut state, Action::ClearBoard);
    assert!(state.doc.unsaved());
    made(&mut state);
    assert_eq!(state.documents().count(), 5);
    does(&mut state, Action::Paste("S #\n# #\n#G ".into()));
    assert_eq!((state.kind(), state.documents().count(), state.doc.unsaved()), (Kind::Maze, 5, true));
    does(&mut state, Action::ShowKind(Kind::Sudoku));
    assert_eq!(state.doc.name(), "New 4x4, easy", "the newest of the kind");
}

#[test]
fn a_board_is_saved_where_it_came_from_and_marked_until_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.txt");
    std::fs::write(&path, "1... .... .... ....").unwrap();
    let mut state = with_board();
    let opened = super::super::open::look(&path).map_err(|e| e.to_string());
    hear(&mut state, News::Looked(path.clone(), opened), &mut Vec::new());
    assert!(!state.doc.unsaved());
    does(&mut state, Action::Select(Some(1)));
    does(&mut state, Action::Type(2));
    assert!(state.doc.unsaved());
    does(&mut state, Action::Undo);
    assert!(!state.doc.unsaved(), "it is what the file holds");
    does(&mut state, Action::Redo);
    let effects = does(&mut state, Action::Save);
    let Some(Effect::Write(saving)) = effects.first() else { panic!("{effects:?}") };
    assert_eq!((&saving.path, &saving.board), (&path, state.board()));
    let saving = saving.clone();
    // What is edited while it is written is not saved.
    does(&mut state, Action::Select(Some(2)));
    does(&mut state, Action::Type(3));
    hear(&mut state, News::Saved(saving.clone(), Ok(())), &mut Vec::new());
    assert!(state.doc.unsaved() && state.toasts.last().unwrap().text.contains("mine.txt"));
    hear(&mut state, News::Saved(saving, Err("cannot write /full: no space".into())), &mut Vec::new());
    let toast = state.toasts.last().unwrap();
    assert!(toast.error && toast.text.contains("/full") && toast.text.contains("elsewhere"));
    assert!(matches!(toast.remedy, Some((_, Action::SaveAs(Some(id)))) if id == state.doc.id));
    assert!(state.doc.unsaved());
    let effects = does(&mut state, Action::SaveAs(None));
    assert!(matches!(&effects[0], Effect::AskSave(saving) if saving.path == path));
    tab(&mut state, TabAction::New);
    assert!(
        matches!(&does(&mut state, Action::Save)[0], Effect::AskSave(saving) if saving.path.ends_with("puzzle.txt"))
    );
}

#[test]
fn closing_asks_only_where_something_would_be_lost() {
    let mut state = with_board();
    let first = state.doc.id;
    tab(&mut state, TabAction::New);
    tab(&mut state, TabAction::Close(None));
    assert_eq!((state.documents().count(), state.closing), (1, None), "a blank board is no loss");
    tab(&mut state, TabAction::New);
    tab(&mut state, TabAction::Close(Some(first)));
    assert_eq!((state.doc.id, state.closing), (first, Some(first)), "it is shown what the question is about");
    tab(&mut state, TabAction::Answer(Answer::Cancel));
    assert_eq!((state.documents().count(), state.closing), (2, None));
    tab(&mut state, TabAction::Close(Some(first)));
    let effects = tab(&mut state, TabAction::Answer(Answer::Save));
    let Some(Effect::AskSave(saving)) = effects.last() else { panic!("{effects:?}") };
    hear(&mut state, News::NotSaved(first), &mut Vec::new());
    assert!(state.document(first).is_some_and(|doc| !doc.closes), "who is asked where and says nowhere loses nothing");
    let saving = Saving { path: "/a/saved.txt".into(), ..saving.clone() };
    hear(&mut state, News::Saved(saving.clone(), Ok(())), &mut Vec::new());
    assert!(state.document(first).is_some_and(|doc| !doc.unsaved() && doc.title == "saved"));
    does(&mut state, Action::ClearBoard);
    tab(&mut state, TabAction::Close(None));
    let effects = tab(&mut state, TabAction::Answer(Answer::Save));
    let Some(Effect::Write(saving)) = effects.last() else { panic!("{effects:?}") };
    hear(&mut state, News::Saved(saving.clone(), Ok(())), &mut Vec::new());
    assert_eq!((state.document(first).is_none(), state.documents().count()), (true, 1));
    // The last one makes room for a board of the program's own.
    does(&mut state, Action::Paste(sudoku().to_text()));
    tab(&mut state, TabAction::Close(None));
    let effects = tab(&mut state, TabAction::Answer(Answer::Discard));
    assert!(state.doc.untouched && effects.iter().any(|effect| matches!(effect, Effect::Generate(_))));
}

#[test]
fn what_was_open_comes_back() {
    let mut state = with_board();
    tab(&mut state, TabAction::New);
    does(&mut state, Action::Paste("S #\n# #\n#G ".into()));
    state.doc.path = Some("/no/such/maze.txt".into());
    state.doc.saved = Some(state.board().clone());
    tab(&mut state, TabAction::Previous);
    let kept = serde_json::to_vec(&session(&state)).unwrap();
    let mut again = State::new(Settings::default());
    restore(&mut again, super::session::Session::read(&kept).unwrap());
    let of = |state: &State| -> Vec<(String, Board)> {
        state.documents().map(|doc| (doc.title.clone(), doc.board().clone())).collect()
    };
    assert_eq!(of(&again), of(&state));
    assert_eq!(again.left.len(), state.left.len(), "the same one is shown");
    let unsaved: Vec<bool> = again.documents().map(Document::unsaved).collect();
    assert_eq!(unsaved, [true, true], "the maze's file is gone");
    assert!(again.toasts[0].text.contains("2 of them not saved"));
    // Nothing but the program's own is not worth keeping.
    let mut fresh = State::new(Settings::default());
    assert!(session(&fresh).is_empty());
    let before = fresh.doc.id;
    let empty = session(&fresh);
    restore(&mut fresh, empty);
    assert_eq!(fresh.doc.id, before);
}

#[test]
fn a_moment_is_copied_and_brought_back() {
    let mut state = with_board();
    answer(&mut state, 12, true);
    does(&mut state, Action::GoTo(8));
    let effects = does(&mut state, Action::CopyMoment);
    let Some(Effect::Copy(text)) = effects.first() else { panic!("{effects:?}") };
    assert!(text.ends_with("model=tiny@0123456789ab segment=2 step=2 halting=adaptive max=4"), "{text}");
    // The same model is here: it is asked at once, and the playhead waits at the moment.
    let mut other = with_board();
    let effects = does(&mut other, Action::Paste(text.clone()));
    assert_eq!((asked(&effects), other.documents().count()), (1, 2));
    answer(&mut other, 12, true);
    assert_eq!((other.doc.playhead.at, other.doc.playhead.playing), (8, false));
    assert_eq!(other.board(), state.board());
    // It is somewhere else: nothing is asked before it is found.
    let mut other = with_board();
    receive(&mut other, Event::ModelLoaded(model("else", "fedcba987654")), &mut Vec::new());
    let effects = does(&mut other, Action::Paste(text.clone()));
    let id = other.doc.id;
    assert_eq!(asked(&effects), 0);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::FindModel { name, hash, among, .. }
        if name == "tiny" && hash == "0123456789ab" && !among.is_empty())));
    let mut effects = Vec::new();
    let tiny = ModelSource::Shipped("tiny".into());
    hear(&mut other, News::FoundModel(id, Some(tiny.clone()), false), &mut effects);
    assert!(matches!(effects.last(), Some(Effect::Engine(Command::LoadModel(source))) if *source == tiny));
    receive(&mut other, Event::ModelLoaded(model("tiny", "0123456789ab")), &mut effects);
    answer(&mut other, 12, true);
    assert_eq!(other.doc.playhead.at, 8);
    // It is nowhere: that is said, and the board is shown and answered all the same.
    for (found, part) in [(false, "no such model"), (true, "it is another")] {
        let mut other = with_board();
        other.model = Some(model("else", "fedcba987654"));
        does(&mut other, Action::Paste(text.clone()));
        let mut effects = Vec::new();
        let id = other.doc.id;
        hear(&mut other, News::FoundModel(id, None, found), &mut effects);
        let toast = other.toasts.last().unwrap();
        assert!(toast.text.contains("tiny@0123456789ab") && toast.text.contains(part), "{}", toast.text);
        assert_eq!((asked(&effects), other.board()), (1, state.board()));
    }
    let before = state.board().clone();
    does(&mut state, Action::Paste("hrmscope:1 task=maze board=S.".into()));
    assert!(state.toasts.last().unwrap().text.contains("board=S."));
    assert_eq!(*state.board(), before);
}

#[test]
fn a_pasted_moment_says_how_its_own_board_is_asked_and_no_other() {
    let limits = |effects: &[Effect]| {
        effects.iter().rev().find_map(|effect| match effect {
            Effect::Engine(Command::Think { halting, max_segments, .. }) => Some((*halting, *max_segments)),
            _ => None,
        })
    };
    let (own, usual) = (Some((Halting::Fixed, 3)), Some((Halting::Adaptive, 4)));
    let mut state = with_board();
    let pasted = "hrmscope:1 task=sudoku box=2x2 board=1.....3..4.....2 halting=fixed max=3";
    assert_eq!(limits(&does(&mut state, Action::Paste(pasted.into()))), own);
    assert!(state.asks_as_pasted());
    assert_eq!((state.settings.halting, state.settings.max_segments), (Halting::Adaptive, None), "it is not for all");
    assert_eq!(limits(&tab(&mut state, TabAction::Previous)), usual);
    assert_eq!(limits(&tab(&mut state, TabAction::Next)), own);
    // What is copied says how it was asked.
    let copied = does(&mut state, Action::CopyMoment);
    assert!(matches!(&copied[0], Effect::Copy(text) if text.ends_with("halting=fixed max=3")), "{copied:?}");
    does(&mut state, Action::Select(Some(1)));
    assert_eq!(limits(&does(&mut state, Action::Type(2))), usual, "another board");
    assert_eq!(limits(&does(&mut state, Action::Undo)), own);
    // A choice is for all boards, this one too.
    assert_eq!(limits(&does(&mut state, Action::SetMaxSegments(None))), usual);
    assert!(!state.asks_as_pasted());
}

fn any_action() -> impl Strategy<Value = Action> {
    let cell = 0usize..36;
    prop_oneof![
        8 => (cell.clone(), 0u8..7).prop_map(|(cell, digit)| match digit {
            0 => Action::Erase,
            digit if digit % 2 == 0 => Action::Select(Some(cell)),
            digit => Action::Type(digit),
        }),
        6 => cell.clone().prop_map(|cell| Action::Touch { tool: super::super::hand::Tool::Brush, cell }),
        2 => cell.prop_map(|cell| Action::Select(Some(cell))),
        1 => Just(Action::ClearBoard),
        3 => Just(Action::Undo),
        2 => Just(Action::Redo),
        3 => Just(Action::Tab(TabAction::Next)),
        3 => Just(Action::Tab(TabAction::Previous)),
        1 => Just(Action::Tab(TabAction::New)),
        1 => Just(Action::Tab(TabAction::Close(None))),
        1 => Just(Action::Tab(TabAction::Answer(Answer::Discard))),
        1 => Just(Action::ShowKind(Kind::Maze)),
        1 => Just(Action::ShowKind(Kind::Sudoku)),
        1 => Just(Action::Paste("1234 3412 2143 4321".into())),
        1 => Just(Action::Paste("S #\n# #\n#G ".into())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn undo_to_the_start_and_redo_to_the_end_in_every_tab(actions in prop::collection::vec(any_action(), 0..80)) {
        let mut state = State::new(Settings::default());
        let whats = [
            What::Sudoku(Shape::ALL[1], Difficulty::Easy),
            What::Maze { side: 6, kind: MazeKind::Obstacles },
            What::Arc { family: 0, side: 6 },
        ];
        for what in whats {
            let mut effects = Vec::new();
            put(&mut state, make(what, 3).unwrap(), what.title(), &mut effects);
            state.doc.spare = false;
        }
        let bytes = |state: &State| serde_json::to_vec(state.board()).unwrap();
        for action in actions {
            does(&mut state, action);
            let mut ids: Vec<u64> = state.documents().map(|doc| doc.id).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), state.documents().count(), "no document is there twice");
        }
        let ids: Vec<u64> = state.documents().map(|doc| doc.id).collect();
        // The newest values of all tabs first, so that what one tab does to another is noticed.
        let mut newest = Vec::new();
        for id in &ids {
            tab(&mut state, TabAction::Show(*id));
            while state.doc.history.redo_name().is_some() {
                does(&mut state, Action::Redo);
            }
            newest.push(bytes(&state));
        }
        let mut seen: Vec<Vec<Vec<u8>>> = Vec::new();
        for id in &ids {
            tab(&mut state, TabAction::Show(*id));
            let mut values = Vec::new();
            while state.doc.history.undo_name().is_some() {
                values.push(bytes(&state));
                does(&mut state, Action::Undo);
                prop_assert_ne!(values.last(), Some(&bytes(&state)), "every edit changes something");
            }
            seen.push(values);
        }
        for (at, id) in ids.iter().enumerate() {
            tab(&mut state, TabAction::Show(*id));
            while let Some(then) = seen[at].pop() {
                does(&mut state, Action::Redo);
                prop_assert_eq!(bytes(&state), then);
            }
            prop_assert_eq!(&bytes(&state), &newest[at]);
        }
    }
}

#[test]
fn a_thousand_edits_are_undone_in_each_tab() {
    let mut state = with_board();
    let first = state.doc.id;
    tab(&mut state, TabAction::New);
    for id in [first, state.doc.id] {
        tab(&mut state, TabAction::Show(id));
        for edit in 0..1000 {
            does(&mut state, Action::Select(Some(edit / 4 % 16)));
            does(&mut state, Action::Type((edit % 4) as u8 + 1));
        }
    }
    for id in [first, state.doc.id] {
        tab(&mut state, TabAction::Show(id));
        let undone = (0..2000).take_while(|_| state.doc.history.undo().is_some()).count();
        assert_eq!(undone, 1000);
    }
    assert_eq!(state.board(), &Board::from(Sudoku::blank(Shape::ALL[0])));
}
