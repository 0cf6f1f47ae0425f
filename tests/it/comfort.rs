//! Keys of one's own, colours of one's own, pictures that become mazes: the real application.

use eframe::egui::{Key, Modifiers, Vec2};
use egui_kittest::kittest::Queryable;
use hrmscope::app::{Action, Loop, ThemeChoice};
use hrmscope::board::maze::{Cell, Maze};
use hrmscope::figure::{Pixels, png};

use crate::window::{act, finished, open, snapshot, wait};

#[test]
fn a_command_gets_other_keys() {
    let mut harness = open(Vec::new(), Vec2::new(1024.0, 640.0));
    wait(&mut harness, "a first answer", finished);
    act(&mut harness, Action::ToggleKeys);
    harness.run_steps(4);
    // The list fills the window's height; it once showed two rows of it.
    assert!(harness.get_by_label("Find a command").rect().top() < 120.0);
    act(&mut harness, Action::SearchKeys("loop".into()));
    harness.run_steps(2);
    harness.get_by_label("Keys of Loop").click();
    harness.run_steps(2);
    harness.get_by_label_contains("Press the new keys");
    // These have been those of another command.
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(2);
    assert!(harness.state().state.toasts.iter().any(|toast| toast.text.contains("\"Undo\"")));
    act(&mut harness, Action::ToggleKeys);
    assert_eq!(harness.state().state.settings.looping, Loop::Off);
    harness.key_press(Key::L);
    harness.step();
    assert_eq!(harness.state().state.settings.looping, Loop::Off);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.step();
    assert_eq!(harness.state().state.settings.looping, Loop::Segment);
    act(&mut harness, Action::ToggleKeys);
    harness.run_steps(2);
    harness.get_by_label("Put all back as usual").click();
    harness.run_steps(2);
    assert!(harness.state().state.settings.shortcuts.usual());
}

#[test]
fn contrast_changes_everything_at_once() {
    let mut harness = open(Vec::new(), Vec2::new(1280.0, 720.0));
    wait(&mut harness, "a first answer", |app| finished(app) && !app.state.library.samples().is_empty());
    act(&mut harness, Action::SetTheme(ThemeChoice::Dark));
    act(&mut harness, Action::GoToEnd);
    act(&mut harness, Action::ToggleContrast);
    for _ in 0..60 {
        harness.step();
    }
    snapshot(&mut harness, "contrast-dark");
    act(&mut harness, Action::SetTheme(ThemeChoice::Light));
    for _ in 0..60 {
        harness.step();
    }
    snapshot(&mut harness, "contrast-light");
}

#[test]
fn a_picture_becomes_a_maze() {
    let maze = Maze::parse("S  # \n # # \n # # \n #   \n###G \n").unwrap();
    let pixels = maze.side() * 8;
    let rgba = (0..pixels * pixels).flat_map(|at| {
        let (row, column) = (at / pixels / 8, at % pixels / 8);
        match maze.get(row * maze.side() + column) {
            Some(Cell::Wall) => [10, 10, 10, 255],
            Some(Cell::Start) => [20, 180, 60, 255],
            Some(Cell::Goal) => [220, 30, 30, 255],
            _ => [250, 250, 250, 255],
        }
    });
    let picture = Pixels { width: pixels as u32, height: pixels as u32, rgba: rgba.collect() };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("drawn.png");
    std::fs::write(&file, png(&picture, &[]).unwrap()).unwrap();

    let mut harness = open(vec![file], Vec2::new(1280.0, 720.0));
    wait(&mut harness, "the picture is read", |app| app.state.picture.is_some());
    harness.run_steps(4);
    harness.get_by_label_contains("A green cell is the start");
    harness.get_by_label("Put on the board").click();
    wait(&mut harness, "the maze is on the board", |app| app.state.board().maze() == Some(&maze));
    assert!(harness.state().state.picture.is_none());
}
