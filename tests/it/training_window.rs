//! Training in the window: run folders written by hand, and a real run in a process of its own.

use std::fs::{File, create_dir_all, write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use eframe::egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use hrmscope::app::{Action, App, Axis, Draft, Length, Mode, Options, ThemeChoice, TrainAction};
use hrmscope::train::watch::Life;
use serde_json::{Value, json};

use crate::window::snapshot;

/// A run folder as a run leaves it behind.
struct Fixture<'a> {
    name: &'a str,
    state: &'a str,
    steps: u64,
    /// The held-out share that it approaches.
    reaches: f64,
}

impl Fixture<'_> {
    fn write(&self, root: &Path) -> PathBuf {
        let folder = root.join(self.name);
        create_dir_all(&folder).unwrap();
        let model = json!({"max_segments": 8, "seq_len": 16, "hidden": 64});
        let schedule = json!({"rate": 1e-3, "steps": 10000, "min_ratio": 0.0});
        let train = json!({"batch": 64, "schedule": schedule, "ema": 0.999, "seed": 7});
        let data = "generated:4x4,givens=4..10,count=20000,seed=1";
        let run = json!({"preset": "sudoku-4x4", "task": "sudoku", "model": model, "train": train, "data": data});
        write(folder.join("run.json"), run.to_string()).unwrap();
        let (mut metrics, mut live) = (String::new(), String::new());
        let answer: Vec<u8> = b"1234341221434321".iter().map(|digit| digit - b'0' + 1).collect();
        for step in (100..=self.steps).step_by(100) {
            let share = 1.0 / (1.0 + (-(step as f64 - 1500.0) / 350.0).exp());
            let wave = (step as f64 * 0.07).sin() * 0.02;
            let report = json!({
                "step": step, "lm_loss": 1.9 * (1.0 - share) + 0.05 + wave.abs(), "q_halt_loss": 0.6 - 0.4 * share + wave,
                "q_continue_loss": 0.4 - 0.2 * share, "accuracy": 0.4 + 0.6 * share, "exact": self.reaches * share,
                "segments_mean": 8.0 - 5.0 * share + wave, "lr": 1e-3 * (1.0 - step as f64 / 10000.0), "steps_per_s": 10.0,
            });
            metrics += &format!("{report}\n");
            let exact = self.reaches * share;
            if step % 500 == 0 {
                let after = |segment: i32| json!({"segment": segment, "exact": exact * (1.0 - 0.5f64.powi(segment))});
                let held_out = json!({
                    "puzzles": 256, "exact": exact, "cell": 0.5 + share / 2.0, "segments_mean": 8.0 - 5.0 * share,
                    "by_segment": (1..=8).map(after).collect::<Vec<Value>>(),
                });
                metrics += &format!("{}\n", json!({"step": step, "held_out": held_out}));
            }
            let right = (share * 16.0) as usize;
            let said: Vec<u8> =
                answer.iter().enumerate().map(|(i, token)| if i <= right { *token } else { token % 4 + 2 }).collect();
            let mut line = json!({"step": step, "answer": said, "segments": 4});
            if step == 100 {
                line["inputs"] = answer.iter().enumerate().map(|(i, t)| if i % 3 == 0 { *t } else { 1 }).collect();
                line["labels"] = json!(answer);
            }
            live += &format!("{line}\n");
        }
        metrics += &format!("{}\n", json!({"step": self.steps, "event": "saved on close"}));
        write(folder.join("metrics.jsonl"), metrics).unwrap();
        write(folder.join("live.jsonl"), live).unwrap();
        self.say(&folder, self.steps);
        folder
    }

    fn say(&self, folder: &Path, step: u64) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let days = 86_400;
        let message = (self.state == "failed").then_some("the loss is NaN at step 300; a lower learning rate may help");
        let status = json!({
            "state": self.state, "pid": 1, "step": step, "steps": 10000, "steps_per_s": 10.0, "eta_s": 700.0,
            "device": "CPU, 2 threads", "message": message, "at": if self.state == "training" { now } else { now - 9 * days },
            "saved_at": now - 3 * days, "saved_step": step, "bytes": 3_400_000, "best": null, "parameters": 266_000,
        });
        write(folder.join("status.json"), status.to_string()).unwrap();
    }
}

fn fixtures(root: &Path) -> Vec<PathBuf> {
    [
        Fixture { name: "four-b", state: "training", steps: 4200, reaches: 0.74 },
        Fixture { name: "four-a", state: "done", steps: 5000, reaches: 0.97 },
        Fixture { name: "too-fast", state: "failed", steps: 300, reaches: 0.1 },
        Fixture { name: "night", state: "paused", steps: 2000, reaches: 0.6 },
    ]
    .map(|fixture| fixture.write(root))
    .to_vec()
}

fn open(root: &Path, size: Vec2) -> Harness<'static, App> {
    let options = Options {
        device: Some("cpu".into()),
        seed: Some(11),
        runs: Some(root.to_owned()),
        program: Some(env!("CARGO_BIN_EXE_hrmscope").into()),
        ..Options::default()
    };
    let builder = Harness::builder().with_size(size).with_max_steps(30).wgpu_setup(hrmscope::app::wgpu_setup());
    let mut harness = builder.build_eframe(|cc| App::new(cc, options));
    // Measuring every preset is no part of these tests.
    harness.state_mut().state.train.measured = true;
    act(&mut harness, Action::SetMode(Mode::Train));
    wait(&mut harness, "the folders are read", |app| app.state.train.looked);
    harness
}

fn wait(harness: &mut Harness<'_, App>, what: &str, holds: impl Fn(&App) -> bool) {
    let started = Instant::now();
    while !holds(harness.state()) {
        assert!(started.elapsed() < Duration::from_secs(90), "waited too long: {what}");
        harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    harness.run_steps(2);
}

fn act(harness: &mut Harness<'_, App>, action: Action) {
    let ctx = harness.ctx.clone();
    harness.state_mut().act(&ctx, vec![action]);
    harness.run_steps(2);
}

fn click(harness: &mut Harness<'_, App>, label: &str) {
    harness.get_by_label_contains(label).click();
    harness.run_steps(3);
}

fn selected(harness: &Harness<'_, App>) -> String {
    harness.state().state.train.current().map_or_else(String::new, |run| run.name.clone())
}

#[test]
fn without_runs_it_says_how_to_begin() {
    let place = tempfile::tempdir().unwrap();
    let mut harness = open(place.path(), Vec2::new(1280.0, 800.0));
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("Preset sudoku-4x4").is_none());
    let begin: Vec<_> = harness.get_all_by_label("New training run…").collect();
    assert_eq!(begin.len(), 2, "in the list's title and in the middle");
    begin[1].click();
    harness.run_steps(3);
    harness.get_by_label_contains("Preset sudoku-4x4");
    harness.get_by_label_contains("Command line: hrmscope train --preset sudoku-4x4");
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.state().state.train.draft.is_none());
}

#[test]
fn runs_are_listed_searched_selected_and_compared() {
    let place = tempfile::tempdir().unwrap();
    let _held = hold(&fixtures(place.path())[0]);
    let mut harness = open(place.path(), Vec2::new(1440.0, 900.0));
    assert_eq!(selected(&harness), "four-b", "what is at work comes first");
    harness.get_by_label_contains("four-b: exact 7");
    harness.get_by_label_contains("too-fast: failed: the loss is NaN");
    click(&mut harness, "too-fast: failed");
    assert_eq!(selected(&harness), "too-fast");
    harness.get_by_label("Resume");
    let search = |harness: &mut Harness<'_, App>, text: &str| {
        act(harness, Action::Train(TrainAction::Search(text.into())));
    };
    search(&mut harness, "DONE");
    assert!(harness.query_by_label_contains("night: paused").is_none());
    click(&mut harness, "four-a: exact 97 %");
    assert_eq!(selected(&harness), "four-a");
    harness.get_by_label("Explore");
    search(&mut harness, "");
    let night = harness.get_by_label_contains("night: paused").rect().center();
    harness.hover_at(night);
    harness.run_steps(3);
    click(&mut harness, "Compare night");
    assert_eq!(harness.state().state.train.plotted().len(), 2);
    harness.get_by_label_contains("held out, four-a 97 %, in training, four-a");
}

/// Holds a run as a process that works on it does.
fn hold(folder: &Path) -> File {
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    lock
}

#[test]
fn curves_are_zoomed_moved_and_shown_whole_again() {
    let place = tempfile::tempdir().unwrap();
    let _held = hold(&fixtures(place.path())[0]);
    let mut harness = open(place.path(), Vec2::new(1440.0, 900.0));
    wait(&mut harness, "curves", |app| app.state.train.current().is_some_and(|run| run.reports.len() == 42));
    let chart = harness.get_by_label_contains("Language-model loss, log: loss 0.0").rect().center();
    harness.hover_at(chart);
    harness.run_steps(2);
    let wheel = |y: f32| Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: Vec2::new(0.0, y),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    };
    harness.event(wheel(120.0));
    harness.run_steps(20);
    let view = harness.state().state.train.view.expect("the wheel zooms");
    let middle = (view.0 + view.1) / 2.0;
    harness.drag_at(chart);
    harness.run_steps(2);
    harness.hover_at(chart + Vec2::new(60.0, 0.0));
    harness.run_steps(2);
    harness.drop_at(chart + Vec2::new(60.0, 0.0));
    harness.run_steps(2);
    let moved = harness.state().state.train.view.unwrap();
    assert!(
        (moved.0 + moved.1) / 2.0 < middle && (moved.1 - moved.0 - view.1 + view.0).abs() < 1.0,
        "{view:?} {moved:?}"
    );
    harness.get_by_label("show all").click();
    harness.run_steps(3);
    assert_eq!(harness.state().state.train.view, None);
    click(&mut harness, "Curves over time");
    assert_eq!(harness.state().state.settings.curves.axis, Axis::Time);
    click(&mut harness, "Logarithmic loss");
    assert!(!harness.state().state.settings.curves.log);
    harness.get_by_label_contains("Language-model loss: loss 0.0");
}

#[test]
fn skill_is_seen_to_appear_on_the_live_board() {
    let place = tempfile::tempdir().unwrap();
    let _held = hold(&fixtures(place.path())[0]);
    let mut harness = open(place.path(), Vec2::new(1024.0, 640.0));
    wait(&mut harness, "the live board", |app| app.state.train.current().is_some_and(|run| run.moments.len() == 42));
    harness.get_by_label_contains("Live board: 10 of 10 open cells right, 0 wrong");
    let slider = harness.get_by_label_contains("Moment of the live board").rect();
    let start = slider.left_center() + Vec2::new(2.0, 0.0);
    harness.hover_at(start);
    harness.run_steps(2);
    harness.drag_at(start);
    harness.run_steps(2);
    harness.drop_at(start);
    harness.run_steps(3);
    assert_eq!(harness.state().state.train.moment, Some(0));
    harness.get_by_label_contains("Live board: 0 of 10 open cells right");
    harness.get_by_label_contains("it will be solved at step");
}

#[test]
fn a_run_is_renamed_and_taken_off_the_list() {
    let place = tempfile::tempdir().unwrap();
    let folders = fixtures(place.path());
    let _held = hold(&folders[0]);
    let mut harness = open(place.path(), Vec2::new(1280.0, 800.0));
    act(&mut harness, Action::Train(TrainAction::Select(folders[3].clone())));
    act(&mut harness, Action::Train(TrainAction::Rename(Some((folders[3].clone(), "one night".into())))));
    harness.get_by_label_contains("Name of the run");
    harness.key_press(Key::Enter);
    wait(&mut harness, "the new name", |app| app.state.train.runs.iter().any(|run| run.name == "one night"));
    assert_eq!(std::fs::read_to_string(folders[3].join("name")).unwrap(), "one night");
    click(&mut harness, "More about the run");
    click(&mut harness, "Rename the run");
    harness.get_by_label_contains("Name of the run");
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    click(&mut harness, "More about the run");
    click(&mut harness, "Remove the run from the list");
    assert_eq!(harness.state().state.train.runs.len(), 3);
    assert!(folders[3].join("run.json").exists());
}

#[test]
fn a_run_is_started_paused_and_resumed_in_its_own_process() {
    let place = tempfile::tempdir().unwrap();
    let mut harness = open(place.path(), Vec2::new(1280.0, 800.0));
    act(&mut harness, Action::Train(TrainAction::New));
    let draft = Draft {
        name: "tiny".into(),
        length: Length::Steps,
        device: "cpu".into(),
        seed: "5".into(),
        overrides: "train.batch=4\nmodel.hidden=16\nmodel.heads=2\nmodel.puzzle_dim=16\nmodel.inner=32\n\
                    report_every=20\nevaluate_every=40"
            .into(),
        data: "generated:4x4,givens=6..10,count=200,seed=1".into(),
        ..harness.state().state.train.draft.clone().unwrap()
    };
    act(&mut harness, Action::Train(TrainAction::Edit(Box::new(draft.clone()))));
    act(&mut harness, Action::Train(TrainAction::Edit(Box::new(Draft { amount: "9000".into(), ..draft }))));
    click(&mut harness, "Start the run");
    let reports = |app: &App| app.state.train.current().map_or(0, |run| run.reports.len());
    let life = |app: &App| app.state.train.current().map(|run| run.life);
    let said = |app: &App| app.state.train.current().map(|run| (run.life, run.message.clone()));
    wait(&mut harness, "curves", |app| reports(app) >= 2 || life(app) == Some(Life::Failed));
    assert_eq!(said(harness.state()), Some((Life::Training, None)));
    click(&mut harness, "Pause");
    wait(&mut harness, "it pauses", |app| life(app) == Some(Life::Paused));
    let at = harness.state().state.train.current().unwrap().step();
    click(&mut harness, "Resume");
    wait(&mut harness, "it goes on", |app| {
        life(app) == Some(Life::Training) && app.state.train.current().is_some_and(|run| run.step() > at)
    });
    assert!(harness.state().state.train.current().unwrap().puzzle.is_some(), "the live board");
    click(&mut harness, "Stop");
    wait(&mut harness, "it stops", |app| life(app) == Some(Life::Stopped));
}

#[test]
fn a_run_that_cannot_start_says_why() {
    let place = tempfile::tempdir().unwrap();
    let mut harness = open(place.path(), Vec2::new(1280.0, 800.0));
    act(&mut harness, Action::Train(TrainAction::New));
    let draft = Draft { data: "/no/such/file.csv".into(), ..harness.state().state.train.draft.clone().unwrap() };
    act(&mut harness, Action::Train(TrainAction::Edit(Box::new(draft))));
    click(&mut harness, "Start the run");
    wait(&mut harness, "it fails", |app| {
        app.state.train.current().is_some_and(|run| {
            run.life == Life::Failed && run.message.as_deref().is_some_and(|why| why.contains("/no/such/file.csv"))
        })
    });
    harness.get_by_label_contains("It did not start");
}

#[test]
fn it_looks_as_it_did() {
    let place = tempfile::tempdir().unwrap();
    let folders = fixtures(place.path());
    let _held = hold(&folders[0]);
    let mut harness = open(place.path(), Vec2::new(1440.0, 900.0));
    act(&mut harness, Action::Train(TrainAction::Compare(folders[1].clone())));
    wait(&mut harness, "everything is read", |app| {
        app.state.train.current().is_some_and(|run| run.moments.len() == 42)
            && app.state.model.is_some()
            && app.state.loading.is_none()
            && !app.state.thinking()
            && !app.state.generating
    });
    for (size, name) in [(Vec2::new(1440.0, 900.0), "train-wide"), (Vec2::new(1024.0, 640.0), "train-small")] {
        harness.set_size(size);
        for theme in [ThemeChoice::Dark, ThemeChoice::Light] {
            act(&mut harness, Action::SetTheme(theme));
            snapshot(&mut harness, &format!("{name}-{}", format!("{theme:?}").to_lowercase()));
        }
    }
}
