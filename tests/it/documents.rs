//! Several boards in tabs: switching, closing, saving, and what is left when the window is gone.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use burn::tensor::Device;
use eframe::egui::{Event, Key, Modifiers, OutputCommand, PointerButton, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use hrmscope::app::{Action, Answer, App, Document, Options, TabAction, ThemeChoice};
use hrmscope::board::Kind;
use hrmscope::board::sudoku::Sudoku;
use hrmscope::model::{HrmConfig, Initializer};

use crate::window::{act, finished, open_with, snapshot, wait};

const SIZE: Vec2 = Vec2::new(1280.0, 720.0);
const PUZZLE: &str = "1... ..3. .4.. ...2";

/// A window that keeps its documents in this folder.
fn keeping(folder: &Path) -> Harness<'static, App> {
    open_with(Options { documents: Some(folder.to_owned()), ..Options::default() }, SIZE)
}

fn names(harness: &Harness<'_, App>) -> Vec<String> {
    harness.state().state.documents().map(|doc| doc.name().to_owned()).collect()
}

fn texts(harness: &Harness<'_, App>) -> Vec<String> {
    harness.state().state.documents().map(|doc| doc.board().to_text()).collect()
}

fn press(harness: &mut Harness<'_, App>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.step();
    harness.step();
}

fn click(harness: &mut Harness<'_, App>, label: &str) {
    harness.get_by_label(label).click();
    harness.step();
    harness.step();
}

const SHIFT: Modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };
const CONTROL: Modifiers = if cfg!(target_os = "macos") { Modifiers::CTRL } else { Modifiers::COMMAND };
const BACK: Modifiers = Modifiers { shift: true, ..CONTROL };

#[test]
fn two_tabs_are_edited_switched_and_closed_with_a_question() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("four.txt");
    std::fs::write(&file, PUZZLE).unwrap();
    let mut harness = open_with(Options { files: vec![file.clone()], ..Options::default() }, SIZE);
    wait(&mut harness, "the first board is answered", |app| app.state.doc.title == "four" && finished(app));
    act(&mut harness, Action::GoTo(5));
    harness.event(Event::Paste("2... ..3. .4.. ...1".into()));
    harness.step();
    wait(&mut harness, "the edited board is answered", finished);
    act(&mut harness, Action::GoTo(5));
    harness.get_by_label("Tab four, not saved");
    press(&mut harness, Modifiers::COMMAND, Key::T);
    wait(&mut harness, "the blank board is answered", finished);
    harness.event(Event::Paste("3... .... .... ...4".into()));
    harness.step();
    assert_eq!(names(&harness), ["four", "Pasted board"]);
    wait(&mut harness, "the second board is answered", finished);
    // The run of the first one is there in the same frame.
    press(&mut harness, CONTROL, Key::Tab);
    let state = &harness.state().state;
    assert_eq!((state.doc.title.as_str(), state.doc.playhead.at, state.thinking()), ("four", 5, false));
    assert!(state.computed() > 5);
    press(&mut harness, BACK, Key::Tab);
    assert_eq!(harness.state().state.doc.title, "Pasted board");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(harness.state().state.board().sudoku().unwrap().givens(), 0, "each has its own undo");
    press(&mut harness, SHIFT, Key::Z);
    // Closing asks, and what is cancelled changes nothing.
    press(&mut harness, Modifiers::COMMAND, Key::W);
    harness.get_by_label("Save Pasted board before it is closed?");
    harness.event(Event::Text("5".into()));
    click(&mut harness, "Cancel");
    assert_eq!(names(&harness).len(), 2);
    press(&mut harness, Modifiers::COMMAND, Key::W);
    click(&mut harness, "Discard");
    assert_eq!(names(&harness), ["four"]);
    // Saved in its own file, and then closed without a question.
    press(&mut harness, Modifiers::COMMAND, Key::S);
    wait(&mut harness, "it is written", |app| !app.state.doc.unsaved());
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.starts_with("2 . |"), "{written}");
    let tab = harness.get_by_label("Tab four").rect().center();
    harness.event(Event::PointerMoved(tab));
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Middle, Modifiers::NONE);
        harness.event(Event::PointerButton { pos: tab, button, pressed, modifiers });
        harness.step();
    }
    harness.step();
    assert!(harness.state().state.closing.is_none() && names(&harness) != ["four"]);
}

#[test]
fn files_opened_at_once_have_a_tab_each_and_those_that_are_gone_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let files: Vec<PathBuf> =
        vec![write("one.txt", PUZZLE), write("two.txt", "S #\n# #\n#G "), write("three.txt", PUZZLE)];
    let gone = files[0].clone();
    let mut harness = open_with(Options { files, ..Options::default() }, SIZE);
    wait(&mut harness, "all are open", |app| app.state.documents().filter(|doc| doc.path.is_some()).count() == 3);
    let mut names = names(&harness);
    names.sort();
    assert_eq!(names, ["one", "three", "two"]);
    click(&mut harness, "one.txt");
    wait(&mut harness, "it is shown", |app| app.state.doc.title == "one");
    std::fs::remove_file(&gone).unwrap();
    act(&mut harness, Action::OpenPath(gone));
    wait(&mut harness, "it is said", |app| !app.state.missing.is_empty());
    harness.step();
    click(&mut harness, "Forget one.txt");
    assert_eq!(harness.state().state.settings.recent_boards.len(), 2);
    // A disk that refuses is told by the file's name, and nothing is lost.
    let state = &mut harness.state_mut().state;
    state.doc.path = Some("/proc/nope/one.txt".into());
    act(&mut harness, Action::ClearBoard);
    act(&mut harness, Action::Save);
    wait(&mut harness, "the disk refuses", |app| {
        app.state.toasts.iter().any(|toast| toast.text.contains("/proc/nope"))
    });
    assert!(harness.state().state.doc.unsaved());
    harness.step();
    harness.get_by_label("Save elsewhere…");
}

#[test]
fn a_window_that_is_killed_loses_a_few_seconds_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = keeping(folder.path());
    wait(&mut harness, "the program's own board is answered", finished);
    act(&mut harness, Action::Paste(PUZZLE.into()));
    act(&mut harness, Action::Tab(TabAction::New));
    act(&mut harness, Action::Paste("S #\n# #\n#G ".into()));
    act(&mut harness, Action::Tab(TabAction::Previous));
    let edited = harness.state().state.now;
    let boards = texts(&harness);
    let file = folder.path().join("documents-1.json");
    let kept = |text: &str| text.contains("S ## ##G") || text.contains("Pasted Maze");
    while harness.state().state.now - edited < 5.0 {
        harness.step();
    }
    let begun = Instant::now();
    while !std::fs::read_to_string(&file).is_ok_and(|text| kept(&text)) {
        assert!(begun.elapsed() < Duration::from_secs(60), "it is not on the disk");
        std::thread::sleep(Duration::from_millis(5));
    }
    // Another window has a file of its own, and comes with nothing.
    let second = keeping(folder.path());
    assert!(second.state().state.documents().all(|doc| doc.untouched));
    drop(second);
    // The file as a killed window leaves it.
    let left = std::fs::read(&file).unwrap();
    drop(harness);
    std::fs::write(&file, left).unwrap();
    let mut again = keeping(folder.path());
    assert_eq!(texts(&again), boards);
    assert!(again.state().state.documents().all(Document::unsaved));
    assert_eq!((again.state().state.kind(), again.state().state.left.len()), (Kind::Sudoku, 0));
    wait(&mut again, "what came back is answered", |app| app.state.kind() == Kind::Sudoku && finished(app));
    assert!(again.state().state.log.iter().any(|line| line.text.contains("not saved in a file yet")));
    drop(again);
    std::fs::write(&file, "{\"version\":1,").unwrap();
    let mut clean = keeping(folder.path());
    clean.step();
    clean.get_by_label_contains("put aside as");
    assert!(clean.state().state.documents().all(|doc| doc.untouched));
}

#[test]
fn a_copied_state_brings_back_board_model_and_moment() {
    let mut harness = open_with(Options::default(), SIZE);
    wait(&mut harness, "the program's own board is answered", finished);
    act(&mut harness, Action::Paste(PUZZLE.into()));
    wait(&mut harness, "its model answers", |app| {
        app.state.model.as_ref().is_some_and(|model| model.name == "sudoku-4x4") && finished(app)
    });
    act(&mut harness, Action::GoTo(5));
    harness.event(Event::Key { key: Key::C, physical_key: None, pressed: true, repeat: false, modifiers: SHIFT });
    harness.step();
    let copied = harness.output().platform_output.commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let text = copied.expect("the state is on the clipboard");
    assert!(text.starts_with("hrmscope:1 task=sudoku box=2x2 board=1.....3..4.....2 model=sudoku-4x4@"), "{text}");
    let state = Some(text.parse().unwrap());
    let mut other = open_with(Options { state, ..Options::default() }, SIZE);
    wait(&mut other, "the moment is there", |app| finished(app) && app.state.doc.playhead.at == 5);
    let (before, after) = (&harness.state().state, &other.state().state);
    assert_eq!(before.board(), after.board());
    assert_eq!(before.model.as_ref().unwrap().hash, after.model.as_ref().unwrap().hash);
    assert!(!after.doc.playhead.playing);
    let nowhere = text.replace("sudoku-4x4@", "nobody@f");
    other.event(Event::Paste(nowhere));
    other.step();
    wait(&mut other, "the model is not there", |app| app.state.toasts.iter().any(|t| t.text.contains("no such model")));
    wait(&mut other, "the board is answered all the same", finished);
    assert_eq!(other.state().state.board(), harness.state().state.board());
}

#[test]
fn a_slip_on_a_tab_moves_no_pane() {
    let mut harness = open_with(Options::default(), SIZE);
    wait(&mut harness, "the shipped model has an answer", finished);
    act(&mut harness, Action::Tab(TabAction::New));
    harness.run_steps(2);
    let tab = harness.get_by_label("Tab New 6x6, hard").rect();
    let library = harness.get_by_label("Move the pane Library").rect();
    harness.drag_at(tab.center());
    harness.run_steps(2);
    harness.hover_at(tab.center() + Vec2::new(12.0, 0.0));
    harness.run_steps(2);
    harness.drop_at(tab.center() + Vec2::new(12.0, 0.0));
    harness.run_steps(3);
    assert_eq!(harness.get_by_label("Tab New 6x6, hard").rect(), tab);
    assert_eq!(harness.get_by_label("Move the pane Library").rect(), library);
    // Beside the tabs the pane is taken hold of.
    assert!(harness.get_by_label("Move the pane Board").rect().left() > tab.right());
}

#[test]
fn tabs_that_do_not_fit_are_listed() {
    let mut harness = open_with(Options::default(), Vec2::new(1024.0, 640.0));
    wait(&mut harness, "the shipped model has an answer", finished);
    for _ in 0..6 {
        act(&mut harness, Action::Tab(TabAction::New));
    }
    harness.run_steps(3);
    click(&mut harness, "All 7 tabs");
    harness.run_steps(2);
    click(&mut harness, "New 6x6, hard");
    assert_eq!(harness.state().state.doc.title, "New 6x6, hard");
}

#[test]
fn tabs_look_as_they_did() {
    let mut harness = open_with(Options::default(), Vec2::new(1024.0, 640.0));
    wait(&mut harness, "the shipped model has an answer", finished);
    act(&mut harness, Action::Paste("S   #\n # # \n   # \n##   \n    G\n".into()));
    for _ in 0..3 {
        act(&mut harness, Action::Tab(TabAction::New));
    }
    act(&mut harness, Action::ShowKind(Kind::Sudoku));
    act(&mut harness, Action::Paste(PUZZLE.into()));
    wait(&mut harness, "everything is computed", |app| {
        finished(app) && app.state.doc.verdict.is_some() && !app.state.library.samples().is_empty()
    });
    for theme in [ThemeChoice::Dark, ThemeChoice::Light] {
        act(&mut harness, Action::SetTheme(theme));
        act(&mut harness, Action::GoTo(10));
        let closing = theme == ThemeChoice::Light;
        if closing {
            act(&mut harness, Action::Tab(TabAction::Close(None)));
        }
        snapshot(&mut harness, if closing { "tabs-closing-light" } else { "tabs-dark" });
    }
    act(&mut harness, Action::Tab(TabAction::Answer(Answer::Cancel)));
}

#[test]
fn a_trace_file_is_opened_without_its_model_and_asked_after_an_edit() {
    let folder = tempfile::tempdir().unwrap();
    let config =
        HrmConfig { hidden: 32, heads: 2, h_layers: 1, l_layers: 1, vocab: 6, seq_len: 16, ..HrmConfig::default() };
    let model = Initializer { seed: 5, ..Default::default() }.build(&config, &Device::flex());
    let [checkpoint, trace] = ["gone", "runs"].map(|name| folder.path().join(format!("{name}.safetensors")));
    hrmscope::checkpoint::save(&model, &checkpoint, Default::default()).unwrap();
    let opened = hrmscope::checkpoint::open(checkpoint.to_str().unwrap()).unwrap();
    let tokens = hrmscope::task::sudoku::encode(&Sudoku::parse(PUZZLE, None).unwrap());
    hrmscope::export::record(&opened, &model, tokens.repeat(7), vec![0; 7], 3, &trace).unwrap();
    std::fs::remove_file(&checkpoint).unwrap();
    let mut harness = open_with(Options { files: vec![trace], ..Options::default() }, SIZE);
    wait(&mut harness, "the trace is open", |app| app.state.doc.title == "runs, board 1");
    wait(&mut harness, "a model that knows the board is here", |app| {
        app.state.model.is_some() && app.state.loading.is_none() && app.state.misfit().is_none()
    });
    harness.run_steps(8);
    assert_eq!(names(&harness).iter().filter(|name| name.starts_with("runs, board ")).count(), 6);
    let state = &harness.state().state;
    assert_eq!((state.computed(), state.thinking(), state.doc.run.job.0), (18, false, 0), "nothing was asked");
    harness.get_by_label_contains("recorded by gone");
    act(&mut harness, Action::GoTo(0));
    act(&mut harness, Action::GoTo(1));
    harness.get_by_label_contains("What the model would answer now is not in the file");
    act(&mut harness, Action::GoTo(18));
    harness.get_by_label_contains("Timeline, micro-step 18 of 18");
    wait(&mut harness, "the board is judged", |app| {
        app.state.doc.verdict.is_some() && !app.state.library.samples().is_empty()
    });
    let state = &mut harness.state_mut().state;
    // Where the file lies is no part of the picture.
    let place = folder.path().display().to_string();
    let recorded = state.doc.run.recorded.as_mut().unwrap();
    recorded.about = recorded.about.replace(&place, "/models");
    (state.settings.recent_boards, state.settings.recent) = (Vec::new(), Vec::new());
    snapshot(&mut harness, "trace-opened");
    act(&mut harness, Action::Select(Some(1)));
    act(&mut harness, Action::Type(2));
    assert!(harness.state().state.thinking() && harness.state().state.doc.run.recorded.is_none());
    wait(&mut harness, "the model answers the edited board", finished);
    assert!(harness.query_by_label_contains("recorded by gone").is_none());
}

#[test]
fn the_clipboard_is_the_systems() {
    // Without this feature egui keeps a clipboard of its own, and nothing without a display sees the difference.
    let eframe = include_str!("../../Cargo.toml").lines().find(|line| line.starts_with("eframe ")).unwrap();
    assert!(eframe.contains("\"clipboard\""), "{eframe}");
}
