//! Boards of all kinds as a person plays on them: the real application, with strokes, keys and files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use eframe::egui::{Event, Key, Modifiers, Pos2, Rect, Vec2, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use hrmscope::app::{Action, App, Mode, RunStatus, ThemeChoice, Tool};
use hrmscope::board::maze::Maze;
use hrmscope::board::{Board, Kind};
use hrmscope::checkpoint;
use hrmscope::engine::{DeviceInfo, ModelSource};
use hrmscope::model::{HrmConfig, Initializer, LossKind, Position};

use crate::window::{act, finished, open, snapshot, wait};

/// A small model with random weights for boards of this many cells, and the names of its puzzle ids.
fn model(folder: &Path, name: &str, (seq_len, vocab): (usize, usize), ids: &[&str]) -> PathBuf {
    let config = HrmConfig {
        hidden: 32,
        heads: 2,
        h_layers: 1,
        l_layers: 1,
        inner: Some(64),
        position: Position::Learned,
        puzzle_dim: 32,
        puzzles: ids.len().max(1),
        vocab,
        seq_len,
        max_segments: 3,
        loss: LossKind::Softmax,
        ..HrmConfig::default()
    };
    let model = Initializer { seed: 5, ..Default::default() }.build(&config, &Device::flex());
    let path = folder.join(format!("{name}.safetensors"));
    let names = serde_json::to_string(ids).unwrap();
    checkpoint::save(&model, &path, HashMap::from([(checkpoint::IDENTIFIERS_KEY.to_owned(), names)])).unwrap();
    path
}

const MAZE: &str = "S    \n     \n     \n     \n    G\n";

fn with_maze(folder: &Path, size: Vec2) -> Harness<'static, App> {
    let file = folder.join("open.txt");
    std::fs::write(&file, MAZE).unwrap();
    let mut harness = open(vec![model(folder, "mazes", (49, 6), &["<blank>"])], size);
    wait(&mut harness, "the model has a maze of its own", |app| app.state.kind() == Kind::Maze && finished(app));
    act(&mut harness, Action::OpenPath(file));
    wait(&mut harness, "the maze is answered", |app| app.state.doc.title == "open" && finished(app));
    harness.step();
    harness
}

fn text(harness: &Harness<'_, App>) -> String {
    harness.state().state.board().maze().unwrap().to_text()
}

/// The middle of a cell of a board of so many columns.
fn middle(board: Rect, cols: usize, cell: usize) -> Pos2 {
    let size = board.width() / cols as f32;
    board.min + Vec2::new((cell % cols) as f32 + 0.5, (cell / cols) as f32 + 0.5) * size
}

/// Drags from the first cell through the others, as a hand does.
fn drag(harness: &mut Harness<'_, App>, board: Rect, cols: usize, cells: &[usize]) {
    harness.hover_at(middle(board, cols, cells[0]));
    harness.step();
    harness.drag_at(middle(board, cols, cells[0]));
    harness.step();
    for cell in &cells[1..] {
        harness.hover_at(middle(board, cols, *cell));
        harness.step();
    }
    harness.drop_at(middle(board, cols, *cells.last().unwrap()));
    harness.step();
    harness.step();
}

#[test]
fn a_maze_is_drawn_and_the_answer_follows() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_maze(folder.path(), Vec2::new(1280.0, 720.0));
    act(&mut harness, Action::GoToEnd);
    harness.get_by_label_contains("This maze is 5 × 5; mazes learned 7 × 7");
    let board = harness.get_by_label("Maze, 5x5 maze").rect();
    drag(&mut harness, board, 5, &[5, 8]);
    assert_eq!(text(&harness), "S    ####               G");
    assert!(harness.state().state.recording().is_some(), "the answer before stays until the new one has come");
    wait(&mut harness, "the drawn maze is answered", finished);
    assert_eq!(harness.state().state.doc.playhead.at, harness.state().state.computed());
    harness.get_by_label_contains("row 2 column 1, wall");
    harness.key_press(Key::E);
    harness.step();
    assert_eq!(harness.state().state.hand.tool, Tool::Erase);
    drag(&mut harness, board, 5, &[5, 6]);
    drag(&mut harness, board, 5, &[0, 10]);
    assert_eq!(text(&harness), "       ## S             G", "the start is dragged by any brush");
    harness.get_by_label("Edit").click();
    harness.step();
    harness.step();
    harness.get_by_label("Undo move S").click();
    harness.step();
    harness.step();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.step();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.step();
    assert_eq!(text(&harness), MAZE.replace('\n', ""));
}

#[test]
fn a_maze_is_worked_on_with_keys_and_pasted_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_maze(folder.path(), Vec2::new(1280.0, 720.0));
    harness.key_press(Key::Enter);
    harness.step();
    harness.key_press(Key::ArrowDown);
    harness.step();
    for typed in ["#", "e", "w", "g"] {
        harness.event(Event::Text(typed.into()));
        harness.step();
    }
    assert_eq!(text(&harness), "S    G                   ");
    harness.key_press(Key::Escape);
    harness.event(Event::Paste("S #\n# #\n#G ".into()));
    harness.step();
    assert_eq!(harness.state().state.board(), &Board::from(Maze::parse("S #\n# #\n#G ").unwrap()));
    wait(&mut harness, "the pasted maze is answered", finished);
    act(&mut harness, Action::ToggleSolution);
    assert!(harness.state().state.scene().cells[1].truth.is_some());
    // Larger than any model knows: never asked.
    act(&mut harness, Action::BlankMaze(12));
    assert!(!harness.state().state.thinking() && harness.state().state.computed() == 0);
    assert!(harness.state().state.misfit().unwrap().contains("up to 7 × 7"));
}

const TASKS: &str = r#"{
"known": {"train": [{"input": [[1, 0]], "output": [[0, 1]]}, {"input": [[2, 0], [0, 0]], "output": [[0, 2], [0, 0]]}],
          "test": [{"input": [[0, 3], [3, 3]], "output": [[3, 0], [3, 3]]}, {"input": [[4]]}]},
"other": {"train": [{"input": [[1]], "output": [[1]]}], "test": [{"input": [[5, 5, 5]]}]}
}"#;

fn with_tasks(folder: &Path, size: Vec2) -> Harness<'static, App> {
    let file = folder.join("tasks.json");
    std::fs::write(&file, TASKS).unwrap();
    let mut harness = open(vec![model(folder, "tasks", (36, 12), &["<blank>", "known"])], size);
    wait(&mut harness, "the model has a task of its own", |app| app.state.kind() == Kind::Arc && finished(app));
    act(&mut harness, Action::OpenPath(file));
    wait(&mut harness, "the task is answered", |app| app.state.doc.title == "known" && finished(app));
    harness.step();
    harness
}

#[test]
fn a_task_is_painted_and_an_unknown_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_tasks(folder.path(), Vec2::new(1280.0, 720.0));
    assert_eq!(harness.state().state.puzzle_id(), Some(1));
    assert_eq!(harness.state().state.caveat(), None);
    harness.get_by_label("Colour 6, pink").click();
    harness.step();
    harness.step();
    let grid = harness.get_by_label("Grid of known, test input, yours to paint").rect();
    drag(&mut harness, grid, 2, &[0, 2]);
    let input = |harness: &Harness<'_, App>| harness.state().state.board().arc().unwrap().input().to_string();
    assert_eq!(input(&harness), "63\n63");
    harness.get_by_label("Turn left").click();
    harness.step();
    harness.step();
    assert_eq!(input(&harness), "33\n66");
    harness.get_by_label("Example output 2, 2 rows, 2 columns").click();
    harness.step();
    harness.step();
    let grid = harness.get_by_label("Grid of known, example 2 output").rect();
    drag(&mut harness, grid, 2, &[3]);
    let output = |harness: &Harness<'_, App>| {
        harness.state().state.board().arc().unwrap().task().train[1].output.as_ref().unwrap().to_string()
    };
    assert_eq!(output(&harness), "02\n06");
    for _ in 0..3 {
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        harness.step();
    }
    assert_eq!((input(&harness).as_str(), output(&harness).as_str()), ("03\n33", "02\n00"));
    harness.get_by_label_contains("Test input 2, 1 rows").click();
    harness.step();
    harness.step();
    assert_eq!(input(&harness), "4");
    let other = harness.state().state.samples.iter().position(|sample| sample.name == "other").unwrap();
    act(&mut harness, Action::UseSample(other));
    wait(&mut harness, "the unknown task is answered all the same", finished);
    harness.step();
    harness.get_by_label_contains("tasks has no row in its puzzle table for the task other");
}

#[test]
fn kinds_are_switched_with_the_model_that_knows_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_maze(folder.path(), Vec2::new(1024.0, 640.0));
    harness.get_by_label("Sudoku board").click();
    harness.step();
    wait(&mut harness, "a Sudoku is answered by its model", |app| {
        app.state.kind() == Kind::Sudoku && finished(app) && app.state.board().sudoku().unwrap().givens() > 0
    });
    assert_eq!(harness.state().state.model.as_ref().unwrap().name, "sudoku-6x6");
    // The palette does the same by name.
    harness.key_press_modifiers(Modifiers::COMMAND, Key::P);
    harness.step();
    harness.step();
    harness.event(Event::Text("mazb".into()));
    harness.step();
    harness.step();
    harness.key_press(Key::Enter);
    harness.step();
    wait(&mut harness, "the maze is there again, with its model", |app| {
        app.state.kind() == Kind::Maze && finished(app)
    });
    let state = &harness.state().state;
    assert_eq!((state.model.as_ref().unwrap().name.as_str(), state.palette.as_ref()), ("mazes", None));
    assert_eq!(state.doc.title, "open");
    // No model of ours knows ARC here: nobody is asked, and it is said why.
    act(&mut harness, Action::ShowKind(Kind::Arc));
    wait(&mut harness, "a task is there", |app| !app.state.generating);
    let state = &harness.state().state;
    if state.model.as_ref().is_some_and(|model| model.name == "mazes") && state.loading.is_none() {
        assert!(!state.thinking() && state.misfit().unwrap().contains("was made for 7x7 maze boards"));
    }
}

#[test]
fn a_sudoku_is_worked_on_with_the_number_pad() {
    let mut harness = open(Vec::new(), Vec2::new(1440.0, 900.0));
    wait(&mut harness, "the shipped model has an answer", finished);
    act(&mut harness, Action::Paste("1... ...2 .... ..2.".into()));
    wait(&mut harness, "the pasted board is judged", |app| app.state.doc.verdict.is_some());
    harness.get_by_label_contains("row 1 column 2,").click();
    harness.step();
    harness.step();
    harness.get_by_label("Pencil marks").click();
    harness.step();
    harness.step();
    harness.get_by_label("Key 3").click();
    harness.step();
    harness.step();
    assert_eq!(harness.state().state.doc.history.undo_name(), Some("pencil 3 at r1c2"));
    harness.key_press(Key::P);
    harness.step();
    harness.get_by_label("Key 3").click();
    harness.step();
    harness.step();
    assert_eq!(harness.state().state.board().sudoku().unwrap().get(1), Some(3));
    harness.get_by_label("Lock the givens").click();
    harness.step();
    harness.step();
    harness.get_by_label("Unlock the givens");
    harness.key_press(Key::Delete);
    harness.step();
    assert_eq!(harness.state().state.board().sudoku().unwrap().get(1), Some(3));
}

#[test]
fn files_of_many_boards_fill_the_library() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_maze(folder.path(), Vec2::new(1280.0, 720.0));
    let file = folder.path().join("mazes.csv");
    let rows = "source,question,answer,rating\na,S ## ##G ,S ## ##G ,3\nb,S    #  G,x,2\nc,broken,x,1\n";
    std::fs::write(&file, rows).unwrap();
    act(&mut harness, Action::OpenPath(file));
    wait(&mut harness, "the first row is answered", |app| app.state.doc.title == "mazes 1" && finished(app));
    harness.step();
    harness.get_by_label("mazes 2 puzzle").click();
    harness.step();
    wait(&mut harness, "the second row", |app| app.state.doc.title.starts_with("mazes 2") && finished(app));
    assert!(harness.state().state.log.iter().any(|line| line.text.contains("left out")));
}

/// The window in both themes and two sizes, held against its pictures.
fn pictures(harness: &mut Harness<'_, App>, name: &str) {
    wait(harness, "everything is computed", |app| finished(app) && !app.state.samples.is_empty());
    for (size, width) in [(Vec2::new(1280.0, 800.0), "wide"), (Vec2::new(1024.0, 640.0), "small")] {
        harness.set_size(size);
        for theme in [ThemeChoice::Dark, ThemeChoice::Light] {
            act(harness, Action::SetTheme(theme));
            act(harness, Action::GoTo(10));
            // What this machine has, and how long it took, is no part of the picture.
            let device = DeviceInfo { name: "CPU".into(), ..DeviceInfo::cpu() };
            let state = &mut harness.state_mut().state;
            (state.devices, state.device) = (vec![device.clone()], device);
            state.doc.run.status = RunStatus::Finished(12.0);
            state.toasts.clear();
            harness.hover_at(pos2(2.0, 2.0));
            harness.run_steps(8);
            snapshot(harness, &format!("{name}-{width}-{}", theme.name().to_lowercase()));
        }
    }
}

#[test]
fn a_maze_looks_as_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let path = model(folder.path(), "maze", (81, 6), &["<blank>"]);
    let mut harness = open(vec![path], Vec2::new(1280.0, 800.0));
    wait(&mut harness, "the model has a maze", |app| app.state.kind() == Kind::Maze && finished(app));
    let maze = "#########\n#S  #   #\n### # # #\n#   # # #\n# ### # #\n#     # #\n# ##### #\n#      G#\n#########";
    act(&mut harness, Action::Paste(maze.into()));
    act(&mut harness, Action::ToggleSolution);
    pictures(&mut harness, "maze");
}

#[test]
fn an_arc_task_looks_as_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_tasks(folder.path(), Vec2::new(1280.0, 800.0));
    pictures(&mut harness, "arc");
}

#[test]
fn while_training_is_shown_no_tool_has_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_maze(folder.path(), Vec2::new(1280.0, 720.0));
    act(&mut harness, Action::SetMode(Mode::Train));
    harness.key_press(Key::E);
    harness.step();
    assert_eq!(harness.state().state.hand.tool, Tool::Brush);
    act(&mut harness, Action::SetMode(Mode::Explore));
    act(&mut harness, Action::UseModel(ModelSource::Shipped("sudoku-4x4".into())));
    wait(&mut harness, "a model that a person chose brings its kind of board", |app| {
        app.state.kind() == Kind::Sudoku && finished(app)
    });
}
