//! Keys of one's own, colours of one's own, pictures that become mazes: the real application.

use eframe::egui::{Event, Key, Modifiers, PointerButton, Role, Shape, Vec2};
use egui_kittest::kittest::Queryable;
use hrmscope::app::{Action, Loop, Mode, ThemeChoice};
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
    harness.get_by_label_contains("belongs to \"Undo\"");
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
fn what_is_typed_into_the_list_of_keys_does_nothing_else() {
    let mut harness = open(Vec::new(), Vec2::new(1024.0, 640.0));
    wait(&mut harness, "a first answer", finished);
    harness.key_press(Key::F1);
    harness.run_steps(3);
    let before = harness.state().state.settings.clone();
    harness.key_press(Key::L);
    harness.event(eframe::egui::Event::Text("l".into()));
    harness.run_steps(3);
    assert_eq!(harness.state().state.keys.as_deref(), Some("l"));
    assert_eq!(harness.state().state.settings, before);
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert_eq!(harness.state().state.keys, None);
}

#[test]
fn a_long_menu_stays_in_a_small_window() {
    let mut harness = open(Vec::new(), Vec2::new(1024.0, 640.0));
    wait(&mut harness, "a first answer", finished);
    harness.get_by_role_and_label(Role::Button, "View").click();
    harness.run_steps(4);
    let last = harness.get_by_role_and_label(Role::MenuItem, "Reset layout").rect();
    let first = harness.get_by_role_and_label(Role::MenuItem, "Sudoku board").rect();
    assert!(last.bottom() > 600.0, "it is longer than the window: {last:?}");
    harness.hover_at(first.center());
    harness.event(eframe::egui::Event::MouseWheel {
        unit: eframe::egui::MouseWheelUnit::Line,
        delta: Vec2::new(0.0, -40.0),
        phase: eframe::egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: eframe::egui::MouseWheelSource::Wheel,
    });
    harness.run_steps(12);
    assert!(harness.get_by_role_and_label(Role::MenuItem, "Reset layout").rect().bottom() < 640.0);
}

#[test]
fn any_line_of_the_palette_is_reached_by_keys_and_pointer() {
    let mut harness = open(Vec::new(), Vec2::new(1024.0, 640.0));
    wait(&mut harness, "a first answer", finished);
    let search = |harness: &mut egui_kittest::Harness<'_, _>| {
        harness.key_press_modifiers(Modifiers::COMMAND, Key::P);
        harness.run_steps(2);
        harness.event(Event::Text("layout".into()));
        harness.run_steps(4);
    };
    search(&mut harness);
    for (key, chosen) in [(Key::ArrowDown, 1), (Key::ArrowDown, 2), (Key::ArrowUp, 1), (Key::ArrowUp, 0)] {
        harness.key_press(key);
        harness.run_steps(2);
        assert_eq!(harness.state().state.palette.as_ref().unwrap().chosen, chosen);
    }
    let lines = ["Reset layout", "Train layout", "Explore layout", "Research layout"];
    let mut heights = lines.map(|line| harness.get_by_role_and_label(Role::Button, line).rect().top());
    heights.sort_by(f32::total_cmp);
    let line = harness.get_by_role_and_label(Role::Button, "Research layout").rect();
    for _ in heights.iter().filter(|height| **height < line.top()) {
        harness.key_press(Key::ArrowDown);
        harness.run_steps(2);
    }
    harness.key_press(Key::Enter);
    harness.run_steps(4);
    assert_eq!(harness.state().state.settings.mode, Mode::Research);
    assert!(harness.state().state.palette.is_none());
    // All lines are seen: it once showed two, and a click on the third closed it.
    search(&mut harness);
    let pos = harness.get_by_role_and_label(Role::Button, "Explore layout").rect().center();
    harness.event(Event::PointerMoved(pos));
    for pressed in [true, false] {
        harness.event(Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
    }
    harness.run_steps(4);
    assert_eq!(harness.state().state.settings.mode, Mode::Explore);
}

#[test]
fn the_choosers_leave_room_for_the_layouts() {
    let mut harness = open(Vec::new(), Vec2::new(1024.0, 640.0));
    wait(&mut harness, "a first answer", finished);
    harness.run_steps(4);
    let tab = harness.get_by_role_and_label(Role::Tab, "Explore layout").rect();
    let [model, device] = ["Model", "Device"].map(|name| harness.get_by_role_and_label(Role::ComboBox, name).rect());
    assert!(model.right() + 6.0 <= device.left(), "{model:?} {device:?}");
    assert!(device.right() + 6.0 <= tab.left(), "{device:?} {tab:?}");
}

#[test]
fn tab_goes_from_left_to_right() {
    let mut harness = open(Vec::new(), Vec2::new(1280.0, 720.0));
    wait(&mut harness, "a first answer", finished);
    harness.run_steps(4);
    let train = harness.get_by_role_and_label(Role::Tab, "Train layout");
    let mut before = train.rect();
    train.focus();
    harness.run_steps(2);
    // The two buttons behind the layouts.
    for _ in 0..2 {
        harness.key_press(Key::Tab);
        harness.run_steps(2);
        let focused = harness.ctx.memory(|memory| memory.focused()).and_then(|id| harness.ctx.read_response(id));
        let now = focused.unwrap().rect;
        assert!(now.left() >= before.right() && now.y_range().contains(before.center().y), "{now:?} {before:?}");
        before = now;
    }
}

#[test]
fn what_has_the_keyboard_is_ringed() {
    let mut harness = open(Vec::new(), Vec2::new(1280.0, 720.0));
    wait(&mut harness, "a first answer", finished);
    harness.run_steps(4);
    for name in ["row 1 column 1,", "Timeline, micro-step", "Show z_L large"] {
        harness.get_by_label_contains(name).focus();
        harness.run_steps(3);
        let rect = harness.get_by_label_contains(name).rect();
        let ringed = harness.output().shapes.iter().any(|shape| match &shape.shape {
            Shape::Rect(ring) => {
                ring.stroke.width == 2.0
                    && ring.rect.expand(2.0).contains_rect(rect)
                    && rect.expand(4.0).contains_rect(ring.rect)
            }
            _ => false,
        });
        assert!(ringed, "{name}");
    }
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
