//! The window without a screen: egui_kittest runs the real application and renders it with the software driver.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use burn::tensor::Device;
use eframe::egui::{Event, Key, Modifiers, Vec2};
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, SnapshotOptions};
use hrmscope::app::Truth;
use hrmscope::app::{Action, App, Loop, Options, RunStatus, TabAction, ThemeChoice};
use hrmscope::board::sudoku::Sudoku;
use hrmscope::checkpoint;
use hrmscope::engine::{DeviceInfo, ModelSource};
use hrmscope::model::{HrmConfig, Initializer, LossKind, Position};

/// A small model with random weights for boards of this many cells.
fn checkpoint_in(folder: &Path, name: &str, seq_len: usize, vocab: usize) -> PathBuf {
    let config = HrmConfig {
        hidden: 32,
        heads: 2,
        h_layers: 1,
        l_layers: 1,
        inner: Some(64),
        position: Position::Learned,
        puzzle_dim: 32,
        vocab,
        seq_len,
        max_segments: 4,
        loss: LossKind::Softmax,
        ..HrmConfig::default()
    };
    let model = Initializer { seed: 5, ..Default::default() }.build(&config, &Device::flex());
    let path = folder.join(format!("{name}.safetensors"));
    checkpoint::save(&model, &path, Default::default()).unwrap();
    path
}

/// The application in a window of this size, computing on the CPU.
pub fn open(files: Vec<PathBuf>, size: Vec2) -> Harness<'static, App> {
    open_on("cpu", files, size)
}

fn open_on(device: &str, files: Vec<PathBuf>, size: Vec2) -> Harness<'static, App> {
    open_with(Options { files, device: Some(device.into()), ..Options::default() }, size)
}

/// The application opened so, on the CPU unless another device is said.
pub fn open_with(options: Options, size: Vec2) -> Harness<'static, App> {
    // Nobody's own runs are shown.
    let runs = Some(std::env::temp_dir().join("hrmscope has no runs here"));
    let device = options.device.clone().or(Some("cpu".into()));
    let options = Options { device, seed: Some(11), runs, ..options };
    let builder = Harness::builder().with_size(size).with_max_steps(30).wgpu_setup(hrmscope::app::wgpu_setup());
    builder.build_eframe(|cc| App::new(cc, options))
}

/// Runs frames until something holds.
pub fn wait(harness: &mut Harness<'_, App>, what: &str, holds: impl Fn(&App) -> bool) {
    let started = Instant::now();
    while !holds(harness.state()) {
        assert!(started.elapsed() < Duration::from_secs(60), "waited too long: {what}");
        harness.step();
        std::thread::sleep(Duration::from_millis(3));
    }
    harness.step();
}

fn sudoku(app: &App) -> &Sudoku {
    app.state.board().sudoku().unwrap()
}

pub fn finished(app: &App) -> bool {
    matches!(app.state.doc.run.status, RunStatus::Finished(_))
}

pub fn with_model(folder: &Path) -> Harness<'static, App> {
    let path = checkpoint_in(folder, "tiny", 16, 6);
    let mut harness = open(vec![path], Vec2::new(1440.0, 900.0));
    wait(&mut harness, "the model thinks about a puzzle made for it", |app| {
        app.state.model.as_ref().is_some_and(|model| model.name == "tiny") && sudoku(app).side() == 4 && finished(app)
    });
    harness
}

/// Compares the window with its picture.
pub fn snapshot(harness: &mut Harness<'_, App>, name: &str) {
    // What this machine has, and how long it took, is no part of the picture.
    let device = DeviceInfo { name: "CPU".into(), ..DeviceInfo::cpu() };
    let state = &mut harness.state_mut().state;
    (state.devices, state.device) = (vec![device.clone()], device);
    state.toasts.clear();
    if finished(harness.state()) {
        harness.state_mut().state.doc.run.status = RunStatus::Finished(12.0);
    }
    harness.run_steps(8);
    let options = SnapshotOptions::new().output_path("tests/it/snapshots").threshold(2.0).max_failed_pixels(400);
    harness.snapshot_options(name, &options);
}

pub fn act(harness: &mut Harness<'_, App>, action: Action) {
    let ctx = harness.ctx.clone();
    harness.state_mut().act(&ctx, vec![action]);
    harness.step();
}

fn at(harness: &Harness<'_, App>) -> usize {
    harness.state().state.doc.playhead.at
}

#[test]
fn it_opens_a_checkpoint_plays_and_steps() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_model(folder.path());
    assert_eq!(sudoku(harness.state()).side(), 4);
    assert_eq!(harness.state().state.computed(), 4 * 6);
    wait(&mut harness, "it plays by itself", |app| app.state.doc.playhead.at >= 2);
    // However long that took: from here on the run is played again and again.
    harness.state_mut().state.settings.looping = Loop::Run;
    harness.state_mut().state.doc.playhead.playing = true;
    harness.step();
    harness.get_by_label("Play or pause").click();
    harness.step();
    harness.step();
    assert!(!harness.state().state.doc.playhead.playing);
    for (modifiers, key, lands) in [
        (Modifiers::NONE, Key::Home, 0),
        (Modifiers::NONE, Key::ArrowRight, 1),
        (Modifiers::SHIFT, Key::ArrowRight, 3),
        (Modifiers::COMMAND, Key::ArrowRight, 6),
        (Modifiers::COMMAND, Key::ArrowRight, 12),
        (Modifiers::NONE, Key::ArrowLeft, 11),
        (Modifiers::SHIFT, Key::ArrowLeft, 9),
        (Modifiers::COMMAND, Key::ArrowLeft, 6),
        (Modifiers::NONE, Key::End, 24),
    ] {
        harness.key_press_modifiers(modifiers, key);
        harness.step();
        assert_eq!(at(&harness), lands, "{modifiers:?} {key:?}");
    }
    harness.get_by_label("Previous H-cycle").click();
    harness.step();
    harness.step();
    assert_eq!(at(&harness), 21);
    harness.get_by_label_contains("This step: H took in");
    let timeline = harness.get_by_label_contains("Timeline, micro-step 21 of 24").rect();
    harness.hover_at(timeline.left_center());
    harness.drag_at(timeline.left_center());
    harness.drop_at(timeline.left_center());
    harness.step();
    harness.step();
    assert_eq!(at(&harness), 1);
}

#[test]
fn a_cell_is_edited_undone_redone_and_pasted() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_model(folder.path());
    act(&mut harness, Action::GoToEnd);
    let board = sudoku(harness.state()).clone();
    let blank = board.cells().iter().position(|digit| *digit == 0).unwrap();
    let label = format!("row {} column {}, predicted", blank / 4 + 1, blank % 4 + 1);
    harness.get_by_label_contains(&label).click();
    harness.step();
    harness.step();
    assert_eq!(harness.state().state.doc.selected, Some(blank));
    harness.event(Event::Text("3".into()));
    harness.step();
    assert_eq!(sudoku(harness.state()).get(blank), Some(3));
    wait(&mut harness, "the edited board is thought about", finished);
    assert_eq!(at(&harness), 24, "the newest step stays in view");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.step();
    assert_eq!(*sudoku(harness.state()), board);
    harness.key_press_modifiers(Modifiers { shift: true, ..Modifiers::COMMAND }, Key::Z);
    harness.step();
    assert_eq!(sudoku(harness.state()).get(blank), Some(3));
    harness.key_press(Key::Delete);
    harness.step();
    assert_eq!(*sudoku(harness.state()), board);
    harness.key_press(Key::Escape);
    harness.step();
    assert_eq!(harness.state().state.doc.selected, None);
    harness.event(Event::Paste("1234 3412 2143 432.".into()));
    harness.step();
    assert_eq!(sudoku(harness.state()).givens(), 15);
    wait(&mut harness, "the pasted board is thought about", finished);
}

#[test]
fn a_file_that_is_nothing_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_model(folder.path());
    let (bad, broken) = (folder.path().join("bad.txt"), folder.path().join("broken.safetensors"));
    std::fs::write(&bad, "no board").unwrap();
    std::fs::write(&broken, b"\x10\0\0\0\0\0\0\0{\"a\":1}").unwrap();
    for path in [bad, broken] {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        act(&mut harness, Action::OpenPath(path));
        wait(&mut harness, "the file is refused", |app| app.state.toasts.iter().any(|t| t.text.contains(&name)));
        harness.step();
        harness.get_by_label_contains(&name);
    }
    let state = &harness.state().state;
    assert_eq!(state.model.as_ref().unwrap().name, "tiny");
    assert!(state.toasts.iter().all(|toast| toast.error && toast.remedy.is_some()));
    assert!(
        state.toasts[1].text.contains("tiny stays"),
        "{:?}",
        state.toasts.iter().map(|t| &t.text).collect::<Vec<_>>()
    );
    harness.get_all_by_label("Close the message").next().unwrap().click();
    harness.step();
    harness.step();
    assert_eq!(harness.state().state.toasts.len(), 1);
}

#[test]
fn models_are_switched_and_a_misfit_offers_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_model(folder.path());
    let puzzle = folder.path().join("four.txt");
    std::fs::write(&puzzle, "1...\n..3.\n.4..\n...2\n").unwrap();
    act(&mut harness, Action::OpenPath(puzzle));
    wait(&mut harness, "the puzzle is opened", |app| app.state.doc.title == "four" && finished(app));
    let six = checkpoint_in(folder.path(), "six", 36, 8);
    act(&mut harness, Action::UseModel(ModelSource::Path(six)));
    wait(&mut harness, "the other model is loaded", |app| app.state.model.as_ref().is_some_and(|m| m.name == "six"));
    assert!(harness.state().state.misfit().unwrap().contains("6x6"));
    assert_eq!(sudoku(harness.state()).givens(), 4, "a board that a person opened is never replaced");
    harness.get_by_label("New 6x6 puzzle").click();
    harness.step();
    harness.step();
    wait(&mut harness, "a puzzle that fits is thought about", |app| sudoku(app).side() == 6 && finished(app));
    act(&mut harness, Action::Tab(TabAction::Previous));
    assert_eq!(sudoku(harness.state()).side(), 4, "the board that was opened stays in its tab");
}

#[test]
fn the_solution_is_shown_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_model(folder.path());
    wait(&mut harness, "the solver has looked", |app| app.state.doc.verdict.is_some());
    assert!(harness.state().state.shown_truth().is_none());
    harness.get_by_label("Show solution").click();
    harness.step();
    harness.step();
    let truth = harness.state().state.shown_truth();
    assert!(matches!(truth, Some(Truth::Digits(solution)) if solution.is_solved()));
}

#[test]
fn at_the_first_start_a_shipped_model_solves_a_puzzle() {
    let mut harness = open(Vec::new(), Vec2::new(1024.0, 640.0));
    wait(&mut harness, "the shipped model has an answer", finished);
    let state = &harness.state().state;
    assert_eq!(state.model.as_ref().unwrap().name, "sudoku-6x6");
    let answer = state.recording().unwrap().steps.last().unwrap().readout.tokens();
    let answer = hrmscope::task::sudoku::decode(state.board().sudoku().unwrap().shape(), &answer);
    assert!(answer.is_solved() && answer.extends(state.board().sudoku().unwrap()));
    // Where the test waited long, it has played to the end.
    assert!(state.doc.playhead.playing || state.doc.playhead.at == state.computed());
}

#[test]
fn a_puzzle_opened_at_the_start_is_answered_by_the_model_made_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let puzzle = folder.path().join("four.txt");
    std::fs::write(&puzzle, "1...\n..3.\n.4..\n...2\n").unwrap();
    let mut harness = open(vec![puzzle], Vec2::new(1024.0, 640.0));
    wait(&mut harness, "the puzzle is answered", |app| app.state.doc.title == "four" && finished(app));
    // Whatever else was under way has arrived.
    for _ in 0..20 {
        harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    let state = &harness.state().state;
    assert_eq!((state.doc.title.as_str(), state.board().sudoku().unwrap().givens()), ("four", 4));
    assert_eq!(state.model.as_ref().unwrap().name, "sudoku-4x4");
}

#[test]
fn the_gpu_that_draws_computes_too() {
    let mut harness = open_on("gpu", Vec::new(), Vec2::new(1024.0, 640.0));
    // The states are drawn where they lie while the run is followed, and from the trace afterwards.
    wait(&mut harness, "the first steps", |app| app.state.computed() >= 3);
    harness.render().unwrap();
    wait(&mut harness, "the shipped model has an answer", finished);
    let state = &harness.state().state;
    assert_ne!(state.device.id, "cpu", "{:?}", state.toasts.iter().map(|toast| &toast.text).collect::<Vec<_>>());
    let answer = state.recording().unwrap().steps.last().unwrap().readout.tokens();
    assert!(hrmscope::task::sudoku::decode(state.board().sudoku().unwrap().shape(), &answer).is_solved());
    harness.render().unwrap();
}

#[test]
fn it_looks_as_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_model(folder.path());
    let puzzle = Sudoku::parse("1... ..3. .4.. ...2", None).unwrap();
    act(&mut harness, Action::Paste(puzzle.to_text()));
    wait(&mut harness, "everything is computed", |app| {
        finished(app) && app.state.doc.verdict.is_some() && !app.state.library.samples().is_empty()
    });
    for (size, name) in [(Vec2::new(1280.0, 800.0), "wide"), (Vec2::new(1024.0, 640.0), "small")] {
        harness.set_size(size);
        for theme in [ThemeChoice::Dark, ThemeChoice::Light] {
            act(&mut harness, Action::SetTheme(theme));
            act(&mut harness, Action::GoTo(10));
            snapshot(&mut harness, &format!("{name}-{}", format!("{theme:?}").to_lowercase()));
        }
    }
}
