//! The library as a person and an engine use it, without a window.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::action::{Action, Effect};
use super::super::apply::apply as does;
use super::super::background::News;
use super::super::events::{hear, receive as heard};
use super::super::fixtures::{self, recording};
use super::super::open::Opened;
use super::super::persist::Settings;
use super::*;
use crate::board::sudoku::Sudoku;
use crate::dataset::{Collection, Specimen};
use crate::engine::{Command, Event, JobId, ModelSource};
use crate::task::Example;
use crate::train::Answer;

const SOLUTION: &str = "1234341221434321";

fn model(hash: &str) -> Arc<ModelInfo> {
    Arc::new(ModelInfo { hash: hash.into(), ..fixtures::model("sudoku-4x4") })
}

/// So many Sudokus with one solution; the one at place n has n + 1 blanks, and rating n % 2.
fn puzzles(count: usize) -> Vec<Specimen> {
    let board = |at: usize| {
        let text: String = SOLUTION.chars().enumerate().map(|(i, c)| if i <= at { '.' } else { c }).collect();
        let specimen = Specimen::solved(None, Sudoku::parse(&text, None).unwrap().into());
        Specimen { source: format!("source {}", at % 3), rating: Some(at as u32 % 2), ..specimen }
    };
    (0..count).map(board).collect()
}

fn act(state: &mut State, action: LibraryAction) -> Vec<Effect> {
    let mut effects = Vec::new();
    does(state, Action::Library(action), &mut effects);
    refresh(state);
    effects
}

/// A window with a model and a set of so many puzzles, the first on the board and answered.
fn with_set(count: usize) -> State {
    let mut state = State::new(Settings::default());
    heard(&mut state, Event::ModelLoaded(model("a")), &mut Vec::new());
    let found = Collection { specimens: puzzles(count), notes: Vec::new() };
    hear(&mut state, News::Looked("/sets/four.csv".into(), Ok(Opened::Set(found))), &mut Vec::new());
    let job = state.doc.run.job;
    heard(&mut state, Event::Cancelled(job), &mut Vec::new());
    refresh(&mut state);
    state
}

fn asked(effects: &[Effect]) -> Option<(JobId, Vec<Example>)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Engine(Command::Poll { job, questions, .. }) => Some((*job, questions.clone())),
        _ => None,
    })
}

/// The engine answers a question: rightly, or with so many wrong cells.
fn tell(state: &mut State, job: JobId, question: &Example, wrong: usize) {
    let mut tokens = question.labels.clone();
    tokens.iter_mut().take(wrong).for_each(|token| *token = *token % 5 + 1);
    let answer = Answer { tokens, segments: 2, q_halt: 0.5, ..Answer::default() };
    heard(state, Event::Answered { job, answer }, &mut Vec::new());
}

/// The engine answers all that was sent, each with so many wrong cells as `wrong` says of its place, until nothing is asked.
fn answer_all(state: &mut State, mut effects: Vec<Effect>, wrong: impl Fn(usize) -> usize) {
    let mut at = 0;
    while let Some((job, questions)) = asked(&effects) {
        for question in &questions {
            tell(state, job, question, wrong(at));
            at += 1;
        }
        state.now += 0.1;
        heard(state, Event::PollFinished(job), &mut Vec::new());
        effects.clear();
        go_on(state, &mut effects);
    }
    refresh(state);
}

fn order(state: &State) -> &[usize] {
    &state.library.view().order
}

#[test]
fn a_file_of_many_becomes_the_shown_set_and_its_first_is_on_the_board() {
    let mut state = with_set(4);
    let set = state.library.shown();
    assert_eq!((set.specimens.len(), set.title(1).as_str(), state.doc.title.as_str()), (4, "four 2", "four 1"));
    assert_eq!(state.settings.recent_sets.len(), 1);
    assert!(state.doc.path.is_none() && order(&state) == [0, 1, 2, 3]);
    assert!(matches!(act(&mut state, LibraryAction::OpenFolder)[..], [Effect::AskFolder]));
    act(&mut state, LibraryAction::ToggleSets);
    assert!(state.library.choosing);
    act(&mut state, LibraryAction::Show(Place::Yours));
    assert!(!state.library.choosing && order(&state).is_empty() && state.cannot_ask_all().is_some());
}

#[test]
fn puzzles_are_found_by_name_source_and_number() {
    let mut state = with_set(14);
    let mut find = |text: &str| {
        act(&mut state, LibraryAction::Search(text.into()));
        order(&state).to_vec()
    };
    assert_eq!(find("12"), [11]);
    assert_eq!(find("#3"), [2]);
    assert_eq!(find("SOURCE four 1"), [0, 1, 4, 7, 10, 13], "the number, or a part of the source");
    assert_eq!(find("nothing"), [0usize; 0]);
    assert_eq!(find("").len(), 14);
}

#[test]
fn puzzles_are_sorted_by_difficulty_and_by_what_is_wrong() {
    let mut state = with_set(5);
    let asked = act(&mut state, LibraryAction::Ask);
    answer_all(&mut state, asked, |at| [0, 2, 0, 3, 1][at]);
    assert!(state.library.batch.is_none());
    let mut sorted = || {
        act(&mut state, LibraryAction::NextSort);
        (state.library.sort, order(&state).to_vec())
    };
    assert_eq!(sorted(), (Sort::Easy, vec![0, 2, 4, 1, 3]), "by rating, then by blanks");
    assert_eq!(sorted(), (Sort::Hard, vec![3, 1, 4, 2, 0]));
    assert_eq!(sorted(), (Sort::Wrong, vec![3, 1, 4, 0, 2]));
    assert_eq!(sorted(), (Sort::Listed, vec![0, 1, 2, 3, 4]));
    let mut filtered = |filter| {
        act(&mut state, LibraryAction::Filter(filter));
        order(&state).to_vec()
    };
    assert_eq!(filtered(Filter::Wrong), [1, 3, 4]);
    assert_eq!(filtered(Filter::Right), [0, 2]);
    assert_eq!(filtered(Filter::Open), [0usize; 0]);
    let text = state.library.view().sums.text(Some(3));
    assert_eq!(text, "2 of 5 exact (40.0 %), mean segments 2.0 (at most 3 in training)");
    // Of the wrong ones at 1, 3 and 4 the model has no row for two.
    let set = state.library.shown();
    let table = state.answerer().and_then(|by| state.library.table(set.id, &by));
    let text = Sums::of(set, table, &[None, None, Some(1), None, Some(2)], 0..5).text(None);
    assert!(text.contains("; 2 of the wrong ones are tasks that the model has no row for, mean"), "{text}");
}

#[test]
fn results_are_saved_as_csv() {
    let mut state = with_set(3);
    assert!(!state.has_results() && act(&mut state, LibraryAction::SaveResults).is_empty());
    let asked = act(&mut state, LibraryAction::Ask);
    answer_all(&mut state, asked, |at| at);
    let saved = act(&mut state, LibraryAction::SaveResults);
    let Some(Effect::AskExport(export)) = saved.first() else { panic!("it is saved") };
    assert_eq!(export.name, "four-sudoku-4x4.csv");
    let text = String::from_utf8(export.bytes.clone()).unwrap();
    let lines = [
        "index,name,difficulty,exact,wrong_cells,segments,q_halt,valid_path,model",
        "1,four 1,0,true,0,2,0.5,,sudoku-4x4@a",
        "2,four 2,1,false,1,2,0.5,,sudoku-4x4@a",
        "3,four 3,0,false,2,2,0.5,,sudoku-4x4@a",
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), lines);
}

#[test]
fn a_board_that_is_thought_about_comes_first_and_the_rest_is_asked_after_it() {
    let mut state = with_set(6);
    let first = asked(&act(&mut state, LibraryAction::Ask)).unwrap();
    assert_eq!(first.1.len(), 1, "the first is told at once");
    tell(&mut state, first.0, &first.1[0], 0);
    heard(&mut state, Event::PollFinished(first.0), &mut Vec::new());
    let mut effects = Vec::new();
    go_on(&mut state, &mut effects);
    let (job, questions) = asked(&effects).unwrap();
    assert_eq!(questions.len(), 2, "more at once when it is quick");
    tell(&mut state, job, &questions[0], 0);
    // A person looks at another board.
    let put = act(&mut state, LibraryAction::Put(5));
    assert!(put.iter().any(|effect| matches!(effect, Effect::Engine(Command::Think { .. }))));
    heard(&mut state, Event::Cancelled(job), &mut Vec::new());
    effects.clear();
    go_on(&mut state, &mut effects);
    assert!(effects.is_empty() && state.library.batch.as_ref().unwrap().done == 2, "the board comes first");
    let job = state.doc.run.job;
    heard(&mut state, Event::Cancelled(job), &mut Vec::new());
    go_on(&mut state, &mut effects);
    let (_, again) = asked(&effects).unwrap();
    assert_eq!(again[0], questions[1], "what was not answered is asked again");
    answer_all(&mut state, effects, |_| 0);
    assert_eq!(state.library.view().sums.exact, 6);
}

#[test]
fn asking_is_stopped_and_goes_on_with_the_rest() {
    let mut state = with_set(3);
    let (job, questions) = asked(&act(&mut state, LibraryAction::Ask)).unwrap();
    tell(&mut state, job, &questions[0], 0);
    let stopped = act(&mut state, LibraryAction::Stop);
    assert!(matches!(stopped[0], Effect::Engine(Command::Cancel(other)) if other == job));
    heard(&mut state, Event::Cancelled(job), &mut Vec::new());
    assert!(state.library.batch.is_none() && state.library.view().sums.asked == 1);
    let rest = act(&mut state, LibraryAction::Ask);
    assert_eq!(state.library.batch.as_ref().unwrap().all, 2);
    answer_all(&mut state, rest, |_| 1);
    assert_eq!((state.library.view().sums.asked, state.library.view().sums.exact), (3, 1));
    // When all are answered, all are asked anew.
    let anew = act(&mut state, LibraryAction::Ask);
    assert_eq!(state.library.batch.as_ref().unwrap().all, 3);
    // An engine that fails ends it.
    let (job, _) = asked(&anew).unwrap();
    heard(&mut state, Event::Failed { job, message: "the device is gone".into() }, &mut Vec::new());
    assert!(
        state.library.batch.is_none() && state.toasts.iter().any(|toast| toast.text.contains("the device is gone"))
    );
}

#[test]
fn another_model_or_rule_ends_the_asking() {
    let mut state = with_set(4);
    let (job, questions) = asked(&act(&mut state, LibraryAction::Ask)).unwrap();
    heard(&mut state, Event::ModelLoaded(model("b")), &mut Vec::new());
    // What the one before still answered is its own.
    tell(&mut state, job, &questions[0], 0);
    heard(&mut state, Event::Cancelled(job), &mut Vec::new());
    state.doc.run.status = super::super::state::RunStatus::Stopped;
    let mut effects = Vec::new();
    go_on(&mut state, &mut effects);
    refresh(&mut state);
    assert!(effects.is_empty() && state.library.batch.is_none());
    assert_eq!(state.library.view().sums.asked, 0, "the new one answered nothing");
    heard(&mut state, Event::ModelLoaded(model("a")), &mut Vec::new());
    refresh(&mut state);
    assert_eq!(state.library.view().sums.asked, 1);
}

#[test]
fn a_run_on_the_board_is_marked_in_the_set() {
    let mut state = with_set(3);
    act(&mut state, LibraryAction::Put(1));
    let told = recording(6, |_, _| 1);
    let job = state.doc.run.job;
    let (dimensions, z_h_init, z_l_init) = (told.dimensions, told.z_h_init.clone(), told.z_l_init.clone());
    heard(&mut state, Event::ThinkStarted { job, dimensions, z_h_init, z_l_init }, &mut Vec::new());
    for record in told.steps {
        heard(&mut state, Event::Step { job, record }, &mut Vec::new());
    }
    let end = crate::trace::SegmentEnd { segment: 0, q_halt: 1.5, q_continue: 0.0, halted: true };
    heard(&mut state, Event::SegmentEnded { job, end }, &mut Vec::new());
    heard(&mut state, Event::ThinkFinished { job, elapsed_ms: 1.0 }, &mut Vec::new());
    refresh(&mut state);
    let by = state.answerer().unwrap();
    let outcome = state.library.outcome(state.library.shown().id, &by, 1).unwrap();
    assert!(outcome.is_wrong() && outcome.segments == 1 && outcome.q_halt == 1.5, "{outcome:?}");
}

#[test]
fn sets_are_shown_read_once_and_told_when_they_cannot_be_read() {
    let mut state = with_set(2);
    let asks = act(&mut state, LibraryAction::Ask);
    answer_all(&mut state, asks, |_| 0);
    let effects = act(&mut state, LibraryAction::Show(Place::Shipped(0)));
    assert!(matches!(effects[..], [Effect::ReadShipped(0)]));
    let mut effects = Vec::new();
    hear(&mut state, News::Shipped(0, read_shipped(0)), &mut effects);
    assert_eq!(
        (state.library.shown().place.name().as_str(), state.doc.board().to_string().as_str()),
        ("sudoku-9x9", "9x9 Sudoku")
    );
    assert_eq!(state.loading, Some(ModelSource::Shipped("sudoku-9x9".into())), "with a model that knows it");
    // Shown once more, its first puzzle is not opened again.
    let tabs = state.documents().count();
    act(&mut state, LibraryAction::Show(Place::Samples));
    act(&mut state, LibraryAction::Show(Place::Shipped(0)));
    assert_eq!((state.documents().count(), state.library.shown().specimens.len()), (tabs, 300));
    let back = Place::File("/sets/four.csv".into());
    assert!(!act(&mut state, LibraryAction::Show(back.clone())).iter().any(|effect| matches!(effect, Effect::Look(_))));
    assert_eq!(state.library.view().sums.asked, 2, "its results are still there");
    // The same file opened again keeps them, another content does not.
    let open = |state: &mut State, count: usize| {
        let found = Collection { specimens: puzzles(count), notes: vec!["cut".into()] };
        hear(state, News::Looked("/sets/four.csv".into(), Ok(Opened::Set(found))), &mut Vec::new());
        refresh(state);
        state.library.view().sums.asked
    };
    assert_eq!((open(&mut state, 2), open(&mut state, 3)), (2, 0));
    let gone = Place::File("/sets/gone.csv".into());
    state.settings.remember_set("/sets/gone.csv".into());
    assert!(
        matches!(&act(&mut state, LibraryAction::Show(gone))[..], [Effect::Look(path)] if path.ends_with("gone.csv"))
    );
    let toasts = state.toasts.len();
    hear(
        &mut state,
        News::Looked("/sets/gone.csv".into(), Err("/sets/gone.csv: no such file".into())),
        &mut Vec::new(),
    );
    assert!(state.library.reading.is_none() && state.toasts.len() == toasts, "it is said in its place");
    assert_eq!(state.library.failed.as_ref().unwrap().1, "/sets/gone.csv: no such file");
    assert!(state.missing.iter().any(|trouble| trouble.refused));
    does(&mut state, Action::Forget("/sets/gone.csv".into()), &mut Vec::new());
    assert!(state.library.failed.is_none() && state.settings.recent_sets.len() == 1);
    assert_eq!(state.library.shown().place, back);
}

#[test]
fn the_sets_of_many_files_make_room_for_each_other() {
    let mut state = with_set(2);
    for at in 0..9 {
        let found = Collection { specimens: puzzles(at + 1), notes: Vec::new() };
        hear(&mut state, News::Looked(format!("/sets/{at}.csv").into(), Ok(Opened::Set(found))), &mut Vec::new());
    }
    assert_eq!(state.library.sets().len(), 2 + MOST_SETS);
    assert_eq!(state.library.shown().place.name(), "8");
}

proptest! {
    /// Whatever is asked, answered and broken off in whatever order, each answer is found under the one who gave it.
    #[test]
    fn results_of_models_never_mix(steps in prop::collection::vec((0u8..6, 0usize..4), 1..60)) {
        let mut state = with_set(6);
        let mut flight: Option<(JobId, Vec<Example>, String)> = None;
        let mut effects = Vec::new();
        // Each model has its own way of being wrong: so many cells.
        let hashes = ["a", "b", "c"];
        for (step, which) in steps {
            match step {
                0 => effects.extend(act(&mut state, LibraryAction::Ask)),
                1 => effects.extend(act(&mut state, LibraryAction::Stop)),
                2 => {
                    heard(&mut state, Event::ModelLoaded(model(hashes[which % 3])), &mut effects);
                }
                3 => effects.extend(act(&mut state, LibraryAction::Put(which))),
                4 => {
                    let job = state.doc.run.job;
                    heard(&mut state, Event::Cancelled(job), &mut effects);
                }
                _ => {
                    if let Some((job, questions, hash)) = &mut flight
                        && !questions.is_empty()
                    {
                        let question = questions.remove(0);
                        let wrong = 1 + hashes.iter().position(|other| other == hash).unwrap();
                        tell(&mut state, *job, &question, wrong);
                    }
                    if let Some((job, ..)) = flight.take_if(|(_, questions, _)| questions.is_empty()) {
                        heard(&mut state, Event::PollFinished(job), &mut effects);
                    }
                }
            }
            go_on(&mut state, &mut effects);
            for effect in effects.drain(..) {
                match effect {
                    Effect::Engine(Command::Poll { job, questions, .. }) => {
                        flight = Some((job, questions, state.model.as_ref().unwrap().hash.clone()));
                    }
                    // Either ends what the engine is at; what it was has been told before.
                    Effect::Engine(Command::Think { .. } | Command::LoadModel(_)) => {
                        if let Some((job, ..)) = flight.take() {
                            heard(&mut state, Event::Cancelled(job), &mut Vec::new());
                        }
                    }
                    Effect::Engine(Command::Cancel(job)) => {
                        flight.take_if(|(other, ..)| *other == job);
                        heard(&mut state, Event::Cancelled(job), &mut Vec::new());
                    }
                    _ => {}
                }
            }
        }
        for table in &state.library.tables {
            let wrong = 1 + hashes.iter().position(|hash| *hash == table.by.hash).unwrap();
            prop_assert!(table.found.values().all(|outcome| outcome.wrong == Some(wrong)), "{table:?}");
        }
    }
}
