//! The runs of trace files in tabs.

use super::super::super::trace::{Traced, TracedRun};
use super::*;

#[test]
fn runs_of_a_trace_file_are_shown_and_asked_only_when_something_is_changed() {
    let told = || Told { recording: recording(12, |_, _| 1), uncertainty: vec![0.5; 12] };
    let run = |number: usize| TracedRun { title: format!("runs, board {number}"), board: sudoku(), told: told() };
    let traced = || Traced { runs: vec![run(1), run(2)], boards: 9, about: "Recorded by another.".into() };
    let mut state = with_board();
    answer(&mut state, 24, true);
    let mut effects = Vec::new();
    hear(&mut state, News::Looked("/runs.safetensors".into(), Ok(Opened::Trace(traced()))), &mut effects);
    assert_eq!(names(&state)[1..], ["runs, board 1", "runs, board 2"]);
    assert_eq!((state.doc.title.as_str(), state.computed(), asked(&effects)), ("runs, board 1", 12, 0));
    assert_eq!(state.caveat().as_deref(), Some("Recorded by another."));
    assert!(state.toasts.iter().any(|toast| toast.text.contains("holds 9 boards; the first 2")));
    assert!(state.settings.all_recent().contains(&PathBuf::from("/runs.safetensors")) && state.doc.path.is_none());
    assert!(!state.doc.unsaved());
    // Neither another model, nor another way of asking, nor going to and fro.
    receive(&mut state, Event::ModelLoaded(model("other", "ba9876543210")), &mut effects);
    effects.extend(does(&mut state, Action::SetMaxSegments(Some(3))));
    effects.extend(does(&mut state, Action::SetHalting(Halting::Fixed)));
    effects.extend(tab(&mut state, TabAction::Next));
    effects.extend(tab(&mut state, TabAction::Previous));
    state.settings.memory = Some(0);
    remember(&mut state, &mut effects);
    assert!(asked(&effects) == 0 && state.doc.run.recorded.is_some() && !state.recording().unwrap().lets_go());
    // What is copied names no model, and nothing is looked into.
    let copied = does(&mut state, Action::CopyMoment);
    assert!(matches!(&copied[0], Effect::Copy(text) if !text.contains("model=")), "{copied:?}");
    state.settings.heat.shown = super::super::super::heat::Shown::Gates;
    state.doc.playhead.at = 6;
    super::super::super::inside::look_inside(&mut state, &mut effects);
    assert!(state.doc.run.insides.refused.as_ref().unwrap().contains("no trace file"));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Engine(Command::LookInside { .. }))));
    let refused = does(&mut state, Action::SaveTrace);
    assert!(refused.is_empty() && state.toasts.iter().any(|toast| toast.text.contains("copy that file")));
    // An edit asks, and so does "Think again".
    does(&mut state, Action::Select(Some(1)));
    assert_eq!(asked(&does(&mut state, Action::Type(3))), 1);
    assert!(state.doc.run.recorded.is_none() && state.caveat().is_none());
    tab(&mut state, TabAction::Next);
    assert_eq!(asked(&does(&mut state, Action::ThinkAgain)), 1);
    assert!(state.doc.run.recorded.is_none());
}

#[test]
fn runs_of_a_trace_file_are_opened_once_and_come_back_at_the_next_start() {
    let path = PathBuf::from("/runs.safetensors");
    let run = |number: usize, board: Board| {
        let told = Told { recording: recording(12, |_, _| 1), uncertainty: vec![0.5; 12] };
        TracedRun { title: format!("board {number}"), board, told }
    };
    let both = || Traced { runs: vec![run(1, sudoku()), run(2, sudoku())], boards: 2, about: "Recorded.".into() };
    let come = |state: &mut State, traced: Traced| {
        let mut effects = Vec::new();
        hear(state, News::Looked(path.clone(), Ok(Opened::Trace(traced))), &mut effects);
        asked(&effects)
    };
    let mut state = with_board();
    for _ in 0..2 {
        come(&mut state, both());
        assert_eq!(names(&state)[1..], ["board 1", "board 2"]);
        assert_eq!(state.doc.title, "board 1");
        tab(&mut state, TabAction::Next);
    }
    assert!(state.toasts.iter().any(|toast| toast.text.contains("open already")));
    // One that was edited is a board like any other, and opening the file brings the run again.
    does(&mut state, Action::Select(Some(1)));
    does(&mut state, Action::Type(3));
    come(&mut state, both());
    assert_eq!(names(&state)[1..], ["board 1", "board 2", "board 2"]);
    let first = state.documents().nth(1).unwrap().id;
    tab(&mut state, TabAction::Show(first));

    let kept = serde_json::to_vec(&session(&state)).unwrap();
    let start = || {
        let mut state = State::new(Settings::default());
        restore(&mut state, super::super::session::Session::read(&kept).unwrap());
        receive(&mut state, Event::ModelLoaded(model("tiny", "0123456789ab")), &mut Vec::new());
        state
    };
    let mut again = start();
    assert!(awaited(&again).into_iter().eq([path.clone()]));
    assert!(
        again.doc.title == "board 1" && again.caveat().unwrap().contains("being read"),
        "nothing is asked meanwhile"
    );
    assert_eq!(come(&mut again, both()), 0);
    assert_eq!(names(&again)[1..], ["board 1", "board 2", "board 2"]);
    assert_eq!(
        (again.doc.title.as_str(), again.computed(), again.caveat().as_deref()),
        ("board 1", 12, Some("Recorded."))
    );
    assert_eq!(again.right.iter().map(|doc| doc.run.told.is_some()).collect::<Vec<_>>(), [false, true]);
    assert!(awaited(&again).is_empty());

    // A file that is gone, or has another board there by now: the boards stay, and are asked about.
    let mut gone = start();
    let mut effects = Vec::new();
    hear(&mut gone, News::Looked(path.clone(), Err("/runs.safetensors is gone".into())), &mut effects);
    assert!(asked(&effects) == 1 && gone.caveat().is_none() && gone.toasts.iter().any(|toast| toast.error));
    let mut other = start();
    let blank = || Board::from(Sudoku::blank(Shape::ALL[0]));
    let changed = Traced { runs: vec![run(1, blank()), run(2, blank())], ..both() };
    assert_eq!(come(&mut other, changed), 1);
    assert!(other.documents().all(|doc| doc.run.recorded.is_none()) && names(&other).len() == 4);
}
