//! Boards of all kinds as a person plays on them: the real application, with strokes, keys and files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use eframe::egui::{Color32, Event, Key, Modifiers, PointerButton, Pos2, Rect, Shape, Vec2, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use hrmscope::app::{Action, App, ArcAction, LibraryAction, Mode, Overlay, Source, ThemeChoice, Tool};
use hrmscope::board::maze::Maze;
use hrmscope::board::{Board, Kind};
use hrmscope::checkpoint;
use hrmscope::engine::ModelSource;
use hrmscope::model::{HrmConfig, Initializer, LossKind, Position};
use hrmscope::task::dihedral::Dihedral;
use hrmscope::trace::Module;
use hrmscope::train::FitPlan;

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
fn a_stroke_quicker_than_frames_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_maze(folder.path(), Vec2::new(1280.0, 720.0));
    let board = harness.get_by_label("Maze, 5x5 maze").rect();
    let at = |cell| middle(board, 5, cell);
    let with =
        |button, cell, pressed| Event::PointerButton { pos: at(cell), button, pressed, modifiers: Modifiers::NONE };
    let button = |cell, pressed| with(PointerButton::Primary, cell, pressed);
    for (from, over, to) in [(5, 7, 9), (0, 1, 10)] {
        // Each of these is what happens within one frame.
        for frame in [
            vec![Event::PointerMoved(at(from))],
            vec![button(from, true), Event::PointerMoved(at(over))],
            vec![Event::PointerMoved(at(to)), button(to, false)],
        ] {
            harness.input_mut().events.extend(frame);
            harness.step();
        }
        harness.step();
    }
    assert_eq!(text(&harness), "     #####S             G");
    // A click that begins and ends within one frame is a stroke of one cell.
    for (button, cell) in [(PointerButton::Primary, 12), (PointerButton::Secondary, 5)] {
        for frame in [vec![Event::PointerMoved(at(cell))], vec![with(button, cell, true), with(button, cell, false)]] {
            harness.input_mut().events.extend(frame);
            harness.step();
        }
        harness.step();
    }
    assert_eq!(text(&harness), "      ####S #           G");
    assert!(harness.state().state.hand.stroke.is_none());
}

#[test]
fn a_closer_look_at_a_board_is_drawn_on_where_it_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_maze(folder.path(), Vec2::new(1280.0, 720.0));
    let whole = harness.get_by_label("Maze, 5x5 maze").rect();
    // How large a cell is, and where it lies: the first one stands at the board's corner.
    let cells = |harness: &Harness<'_, App>| {
        let [one, next] =
            ["row 3 column 3, ", "row 3 column 4, "].map(|cell| harness.get_by_label_contains(cell).rect());
        (next.left() - one.left(), one.center())
    };
    let (size, _) = cells(&harness);
    assert_eq!(size, whole.width() / 5.0);
    // Ctrl and the wheel at the corner of the start.
    harness.hover_at(middle(whole, 5, 0));
    harness.step();
    harness.event(Event::Zoom(1.6));
    harness.run_steps(3);
    let (near, centre) = cells(&harness);
    // egui spreads a turn of the wheel over a few frames.
    assert!(near > 1.5 * size, "{size} and {near}");
    harness.get_by_label("Whole board");
    // A stroke meets the cells where they are seen, and nothing beside the board.
    for (step, at) in [centre, centre - Vec2::new(near, 0.0)].into_iter().enumerate() {
        harness.hover_at(at);
        harness.step();
        if step == 0 {
            harness.drag_at(at);
            harness.step();
        } else {
            harness.drop_at(at);
            harness.run_steps(2);
        }
    }
    let drawn = "S          ##           G";
    assert_eq!(text(&harness), drawn);
    let beside = whole.right_center() + Vec2::new(60.0, 0.0);
    harness.drag_at(beside);
    harness.step();
    harness.drop_at(beside);
    harness.step();
    assert_eq!(text(&harness), drawn, "the board goes on there, unseen");
    // The wheel moves what is seen.
    harness.hover_at(whole.center());
    harness.event(Event::MouseWheel {
        unit: eframe::egui::MouseWheelUnit::Point,
        delta: Vec2::new(0.0, -400.0),
        phase: eframe::egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: eframe::egui::MouseWheelSource::Wheel,
    });
    harness.run_steps(8);
    assert!(cells(&harness).1.y < centre.y - 10.0);
    harness.key_press(Key::Backslash);
    harness.run_steps(2);
    assert_eq!(cells(&harness).0, size);
    harness.key_press(Key::Equals);
    harness.run_steps(2);
    assert!((cells(&harness).0 / size - 1.5).abs() < 0.01);
    assert!(harness.query_by_label("Whole board").is_some());
}

#[test]
fn walls_are_seen_under_whatever_is_laid_over_the_maze() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_maze(folder.path(), Vec2::new(1280.0, 720.0));
    act(&mut harness, Action::Paste(MAZE.replacen("S ", "S#", 1)));
    wait(&mut harness, "the pasted maze is answered", finished);
    act(&mut harness, Action::GoToEnd);
    harness.run_steps(8);
    let fills = |harness: &Harness<'_, App>, cell: &str| -> Vec<Color32> {
        let place = harness.get_by_label_contains(cell).rect();
        let shapes = harness.output().shapes.iter();
        let filled = shapes.filter_map(|shape| match &shape.shape {
            Shape::Rect(filled) if place.expand(1.0).contains_rect(filled.rect) => Some(filled.fill),
            _ => None,
        });
        filled.filter(|fill| fill.a() == 255).collect()
    };
    let (wall, open) = (fills(&harness, "row 1 column 2,")[0], fills(&harness, "row 5 column 1,")[0]);
    assert_ne!(wall, open);
    for overlay in [Overlay::Norm(Module::H), Overlay::Attention(Module::L)] {
        act(&mut harness, Action::Lay(overlay));
        harness.run_steps(20);
        assert_ne!(fills(&harness, "row 5 column 1,")[0], open, "{overlay:?} is laid over");
        assert!(fills(&harness, "row 1 column 2,").contains(&wall), "{overlay:?}");
        assert!(!fills(&harness, "row 5 column 1,").contains(&wall), "{overlay:?}");
    }
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
    act(&mut harness, Action::BlankMaze(16));
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

/// Puts a puzzle of the shown set on the board by its name.
fn put(harness: &mut Harness<'_, App>, name: &str) {
    let set = harness.state().state.library.shown();
    let index = set.specimens.iter().position(|one| one.board.arc().is_some_and(|sheet| sheet.name() == name));
    act(harness, Action::Library(LibraryAction::Put(index.unwrap())));
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
    put(&mut harness, "other");
    wait(&mut harness, "the unknown task is answered all the same", finished);
    harness.step();
    harness.get_by_label_contains("tasks has no row in its puzzle table for the task other");
}

#[test]
fn parts_of_grids_are_selected_and_grids_copied() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_tasks(folder.path(), Vec2::new(1280.0, 720.0));
    let input = |harness: &Harness<'_, App>| harness.state().state.board().arc().unwrap().input().to_string();
    harness.key_press(Key::M);
    harness.step();
    let grid = harness.get_by_label("Grid of known, test input, yours to paint").rect();
    drag(&mut harness, grid, 2, &[1, 3]);
    harness.get_by_label("Fill the selection").click();
    harness.step();
    harness.step();
    assert_eq!(input(&harness), "01\n31");
    drag(&mut harness, grid, 2, &[1, 0]);
    assert_eq!(
        (input(&harness).as_str(), harness.state().state.doc.history.undo_name()),
        ("10\n10", Some("move 2 × 1 cells"))
    );
    harness.event(Event::Cut);
    harness.step();
    harness.event(Event::Paste("2\n5".into()));
    harness.step();
    assert_eq!(input(&harness), "20\n50");
    harness.key_press(Key::Delete);
    harness.step();
    assert_eq!(
        (input(&harness).as_str(), harness.state().state.doc.history.undo_name()),
        ("00\n00", Some("delete 2 × 1 cells"))
    );
    harness.key_press(Key::Escape);
    harness.step();
    harness.get_by_label("Turn left");
    harness.get_by_label("Example output 1, 1 rows, 2 columns").click_secondary();
    harness.step();
    harness.step();
    harness.get_by_label("Copy example 1 output to test 1 input").click();
    harness.step();
    harness.step();
    assert_eq!(input(&harness), "01");
    wait(&mut harness, "the copied grid is answered", finished);
    act(&mut harness, Action::CopyGrid { from: Source::Answer, to: None });
    let state = &harness.state().state;
    let names = [Some("copy the answer to test 1 output"), Some("copy example 1 output to test 1 input")];
    assert!(names.contains(&state.doc.history.undo_name()), "an answer that shows no grid is not copied");
}

#[test]
fn a_task_is_asked_in_variants_and_an_edit_lets_the_votes_go() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_tasks(folder.path(), Vec2::new(1280.0, 800.0));
    harness.get_by_label("Ask with augmentations");
    harness.key_press(Key::V);
    harness.step();
    let complete = |app: &App| app.state.arc.asked.as_ref().is_some_and(|asked| !asked.running);
    wait(&mut harness, "all variants have answered", complete);
    let state = &harness.state().state;
    let asked = state.arc.asked.as_ref().unwrap();
    assert_eq!((asked.poll.votes().len(), asked.poll.voters()[0].puzzle_id), (8, 1));
    let alone = state.recording().unwrap().ends.last().unwrap().q_halt;
    assert!((asked.poll.votes()[0].q_halt - alone).abs() < 1e-5, "the first voter is the task as it is");
    let most = asked.poll.ranked().first().map_or(0, |best| best.votes);
    assert!(asked.poll.ranked().iter().all(|other| other.votes <= most));
    harness.get_by_label_contains("8 votes · ");
    harness.get_by_label_contains("Vote 1: as it is").click();
    harness.run_steps(2);
    assert_eq!(harness.state().state.arc.asked.as_ref().unwrap().shown, Some(0));
    pictures_of(&mut harness, "arc-votes", &[(Vec2::new(1280.0, 800.0), "wide", ThemeChoice::Dark)]);
    act(&mut harness, Action::Turn(Dihedral::TURN_LEFT));
    assert!(harness.state().state.arc.asked.is_none(), "they were about another board");
    wait(&mut harness, "the turned grid is answered", finished);
    act(&mut harness, Action::Arc(ArcAction::AskIn(1000)));
    wait(&mut harness, "some have answered", |app| !app.state.arc.asked.as_ref().unwrap().poll.votes().is_empty());
    act(&mut harness, Action::Arc(ArcAction::StopAsking));
    wait(&mut harness, "it has stopped", complete);
    let kept = harness.state().state.arc.asked.as_ref().unwrap().poll.votes().len();
    assert!((1..=1000).contains(&kept), "the votes so far stay");
}

#[test]
fn an_unknown_task_is_fitted_and_the_fit_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_tasks(folder.path(), Vec2::new(1280.0, 800.0));
    put(&mut harness, "other");
    wait(&mut harness, "the unknown task is answered", finished);
    let loaded = harness.state().state.model.clone().unwrap();
    let plan = |steps, whole| Action::Arc(ArcAction::Plan(FitPlan { steps, whole }));
    act(&mut harness, plan(50_000, false));
    harness.get_by_label("Fit to the examples").click();
    harness.run_steps(2);
    let made = |app: &App| app.state.arc.fitting.as_ref().and_then(|fit| fit.progress).map_or(0, |p| p.step);
    wait(&mut harness, "some steps are made", |app| made(app) > 2);
    harness.get_by_label_contains("Fitting a row to other: step ");
    // The window goes on: a run while the model is fitted.
    act(&mut harness, Action::ThinkAgain);
    wait(&mut harness, "the board is answered meanwhile", finished);
    harness.get_by_label("Stop the fit").click();
    harness.run_steps(2);
    wait(&mut harness, "it has stopped", |app| app.state.arc.fitting.is_none());
    assert!(harness.state().state.arc.fitted.is_none() && harness.state().state.puzzle_id().is_none());
    act(&mut harness, plan(12, false));
    harness.get_by_label("whole model").click();
    harness.run_steps(2);
    assert!(harness.state().state.arc.plan.whole);
    harness.get_by_label("Fit to the examples").click();
    harness.run_steps(2);
    wait(&mut harness, "the fitted model answers", |app| app.state.arc.fitted.is_some() && finished(app));
    let state = &harness.state().state;
    assert_eq!(state.puzzle_id(), Some(2), "behind the rows of the file");
    harness.step();
    harness.get_by_label_contains("all of it fitted to the examples of other");
    act(&mut harness, Action::Arc(ArcAction::AskIn(8)));
    wait(&mut harness, "its variants have rows", |app| app.state.arc.asked.as_ref().is_some_and(|a| !a.running));
    assert!(harness.state().state.arc.asked.as_ref().unwrap().poll.voters().iter().all(|voter| voter.own_row));
    harness.get_by_label("Forget the fit").click();
    harness.run_steps(2);
    wait(&mut harness, "the model of the file answers", |app| app.state.arc.fitted.is_none() && finished(app));
    assert_eq!(harness.state().state.model.as_ref(), Some(&loaded));
    harness.get_by_label_contains("has no row in its puzzle table for the task other");
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
        app.state.kind() == Kind::Maze && app.state.loading.is_none() && finished(app)
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
    let sizes = [(Vec2::new(1280.0, 800.0), "wide"), (Vec2::new(1024.0, 640.0), "small")];
    let all = sizes
        .into_iter()
        .flat_map(|(size, width)| [ThemeChoice::Dark, ThemeChoice::Light].map(|theme| (size, width, theme)));
    pictures_of(harness, name, &all.collect::<Vec<_>>());
}

fn pictures_of(harness: &mut Harness<'_, App>, name: &str, all: &[(Vec2, &str, ThemeChoice)]) {
    wait(harness, "everything is computed", |app| finished(app) && !app.state.library.samples().is_empty());
    for &(size, width, theme) in all {
        harness.set_size(size);
        act(harness, Action::SetTheme(theme));
        act(harness, Action::GoTo(10));
        harness.hover_at(pos2(2.0, 2.0));
        snapshot(harness, &format!("{name}-{width}-{}", format!("{theme:?}").to_lowercase()));
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
