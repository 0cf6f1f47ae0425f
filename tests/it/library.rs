//! The library: sets of puzzles browsed, asked about, searched and sorted, in the real application.

use std::path::{Path, PathBuf};

use eframe::egui::{Event, Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use hrmscope::app::{Action, App, Filter, LibraryAction, SetPlace, Sort, ThemeChoice};
use hrmscope::board::sudoku::{Shape, generate_many};
use hrmscope::figure::{Pixels, png};

use crate::window::{act, finished, open, snapshot, wait};

fn click(harness: &mut Harness<'_, App>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(2);
}

/// The window with the model for 4x4, and a file of so many puzzles.
fn with_file(folder: &Path, count: usize, size: Vec2) -> (Harness<'static, App>, PathBuf) {
    let path = folder.join("fours.csv");
    let puzzles = generate_many(Shape::ALL[0], 4..=10, count, 5, &|_| true).unwrap();
    hrmscope::dataset::write_csv(&path, "test", &puzzles).unwrap();
    let mut harness = open(vec![path.clone()], size);
    wait(&mut harness, "the first puzzle is answered", |app| {
        let state = &app.state;
        state.doc.title == "fours 1" && finished(app) && state.model.as_ref().is_some_and(|m| m.name == "sudoku-4x4")
    });
    harness.run_steps(2);
    (harness, path)
}

fn answered(app: &App) -> bool {
    let state = &app.state;
    state.library.batch.is_none() && state.library.view().sums.asked == state.library.view().sums.all
}

#[test]
fn a_set_is_asked_sorted_searched_and_opened() {
    let folder = tempfile::tempdir().unwrap();
    let (mut harness, _) = with_file(folder.path(), 60, Vec2::new(1440.0, 900.0));
    harness.get_by_label("Set of puzzles: fours");
    click(&mut harness, "Ask the model about all shown");
    assert!(harness.state().state.library.batch.is_some());
    // A board that is put there meanwhile is answered first, and the rest after it.
    act(&mut harness, Action::Library(LibraryAction::Put(7)));
    wait(&mut harness, "the board comes first", |app| app.state.doc.title == "fours 8" && finished(app));
    wait(&mut harness, "all are answered", answered);
    harness.run_steps(2);
    let sums = harness.state().state.library.view().sums;
    assert_eq!((sums.all, sums.compared), (60, 60));
    assert!(sums.right > 40, "the shipped model knows such puzzles: {sums:?}");
    let text = sums.text(Some(2));
    harness.get_by_label_contains(text.split(", mean").next().unwrap());
    for name in ["as listed", "easy first", "hard first"] {
        click(&mut harness, &format!("Sorted: {name}"));
    }
    let library = &harness.state().state.library;
    assert_eq!(library.sort, Sort::Wrong);
    let wrong = sums.all - sums.right;
    let (by, set) = (harness.state().state.answerer().unwrap(), library.shown());
    let is_wrong = |index: &usize| library.outcome(set.id, &by, *index).is_some_and(|told| told.is_wrong());
    assert!(library.view().order[..wrong].iter().all(is_wrong) && !is_wrong(&library.view().order[wrong]));
    click(&mut harness, &format!("Right: {}", sums.right));
    assert_eq!(harness.state().state.library.view().order.len(), sums.right);
    click(&mut harness, "All: 60");
    harness.get_by_label("Find a puzzle of the set").focus();
    harness.run_steps(2);
    harness.event(Event::Text("#33".into()));
    harness.run_steps(3);
    assert_eq!(harness.state().state.library.view().order, [32]);
    harness.get_by_label_contains("fours 33 puzzle").focus();
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    wait(&mut harness, "it is on the board", |app| app.state.doc.title == "fours 33" && finished(app));
    assert_eq!(harness.state().state.library.filter, Filter::All);
}

#[test]
fn asking_is_begun_by_keys_and_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (mut harness, _) = with_file(folder.path(), 3000, Vec2::new(1024.0, 640.0));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.step();
    wait(&mut harness, "some are answered", |app| app.state.library.view().sums.asked > 3);
    // In a narrow window the library is a flyout that has the same.
    click(&mut harness, "Puzzles");
    harness.get_by_label_contains("Asked ");
    click(&mut harness, "Stop asking about all shown");
    let library = &harness.state().state.library;
    assert!(library.batch.is_none());
    let asked = library.view().sums.asked;
    assert!((1..3000).contains(&asked), "{asked}");
    for _ in 0..20 {
        harness.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(harness.state().state.library.view().sums.asked, asked, "what comes late is nobody's");
    // A long set is painted only where it is seen.
    let tiles = harness.query_all_by_label_contains("fours ").count();
    assert!((2..40).contains(&tiles), "{tiles} tiles");
}

#[test]
fn shipped_sets_and_missing_files_are_chosen_from_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let (mut harness, path) = with_file(folder.path(), 20, Vec2::new(1440.0, 900.0));
    click(&mut harness, "Set of puzzles: fours");
    click(&mut harness, "Set sudoku-9x9");
    wait(&mut harness, "the set is there, with a board and a model that knows it", |app| {
        let state = &app.state;
        *state.library.shown().place.name() == *"sudoku-9x9"
            && state.doc.title == "sudoku-9x9 1"
            && finished(app)
            && state.model.as_ref().is_some_and(|model| model.name == "sudoku-9x9")
    });
    let mut more = path.clone();
    more.set_file_name("gone.csv");
    std::fs::write(&more, "source,question,answer,rating\na,12,34,5\n").unwrap();
    harness.state_mut().state.settings.remember_set(more.clone());
    act(&mut harness, Action::Library(LibraryAction::Show(SetPlace::File(more.clone()))));
    wait(&mut harness, "it is refused in its place", |app| app.state.library.failed.is_some());
    harness.run_steps(2);
    harness.get_by_label_contains("is a set of puzzles that cannot be read");
    std::fs::remove_file(&more).unwrap();
    click(&mut harness, "Try again");
    wait(&mut harness, "it is gone", |app| {
        app.state.library.failed.as_ref().is_some_and(|(_, why)| why.contains("cannot be read: No such"))
            && app.state.missing.iter().any(|trouble| !trouble.refused)
    });
    harness.run_steps(2);
    click(&mut harness, "Set of puzzles: sudoku-9x9");
    harness.get_by_label("gone");
    click(&mut harness, "Forget gone");
    assert_eq!(harness.state().state.settings.recent_sets.len(), 1);
    click(&mut harness, "Set Samples");
    assert_eq!(harness.state().state.library.shown().place, SetPlace::Samples);
}

#[test]
fn a_folder_of_puzzles_in_many_forms_is_one_set_and_what_cannot_be_opened_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (name, text) in [("maze.txt", "S #\n# #\n#G "), ("four", "1.34341221434321"), ("broken.json", "{")] {
        std::fs::write(at(name), text).unwrap();
    }
    let mut harness = open(vec![folder.path().to_owned(), at("gone.json")], Vec2::new(1440.0, 900.0));
    wait(&mut harness, "the set is there, and what is not there is told", |app| {
        let set = app.state.library.shown();
        set.place == SetPlace::File(folder.path().to_owned())
            && set.specimens.len() == 2
            && app.state.toasts.iter().any(|toast| toast.error && toast.text.contains("gone.json cannot be read"))
    });
    harness.run_steps(2);
    assert!(harness.query_all_by_label_contains("1 file was left out: broken.json: ").count() > 0);
    assert!(harness.query_all_by_label_contains("maze puzzle").count() > 0);
}

/// A maze of three by three cells, twelve pixels each, within a margin of seven.
fn drawn(cells: &str) -> Vec<u8> {
    let cells: Vec<char> = cells.chars().collect();
    let place = |at: usize| at.checked_sub(7).filter(|at| *at < 36).map(|at| at / 12);
    let colour = |at: usize| match (place(at / 50), place(at % 50)) {
        (Some(row), Some(column)) => match cells[row * 3 + column] {
            '#' => [10, 10, 10, 255],
            'S' => [20, 180, 60, 255],
            'G' => [220, 30, 30, 255],
            _ => [250, 250, 250, 255],
        },
        _ => [255; 4],
    };
    let rgba = (0..2500).flat_map(colour).collect();
    png(&Pixels { width: 50, height: 50, rgba }, &[]).unwrap()
}

#[test]
fn pictures_opened_together_become_mazes_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let files = [("one", "S##  # #G"), ("two", "S #  ###G"), ("three", "S# #  ##G")].map(|(name, cells)| {
        let path = folder.path().join(format!("{name}.png"));
        std::fs::write(&path, drawn(cells)).unwrap();
        path
    });
    let mut harness = open(files.to_vec(), Vec2::new(1280.0, 720.0));
    let picture = |app: &App| app.state.picture.as_ref().map(|draft| (draft.before + 1, draft.all()));
    wait(&mut harness, "all pictures are read", |app| picture(app) == Some((1, 3)));
    harness.run_steps(4);
    harness.get_by_label_contains("Picture 1 of 3: ");
    harness.key_press(Key::Enter);
    harness.run_steps(4);
    assert_eq!(picture(harness.state()), Some((2, 3)), "Enter takes the maze");
    harness.key_press(Key::Enter);
    harness.run_steps(4);
    harness.get_by_label_contains("Picture 3 of 3: ");
    click(&mut harness, "Put on the board");
    assert_eq!(picture(harness.state()), None);
    let mut mazes: Vec<(String, String)> = harness
        .state()
        .state
        .documents()
        .filter_map(|doc| Some((doc.title.clone(), doc.board().maze()?.to_text())))
        .collect();
    mazes.sort();
    let expected = [("one", "S##  # #G"), ("three", "S# #  ##G"), ("two", "S #  ###G")];
    assert_eq!(mazes, expected.map(|(name, cells)| (name.to_owned(), cells.to_owned())));
}

#[test]
fn new_puzzles_are_kept_as_yours() {
    let mut harness = open(Vec::new(), Vec2::new(1440.0, 900.0));
    wait(&mut harness, "the shipped model has an answer", finished);
    act(&mut harness, Action::NewPuzzle);
    wait(&mut harness, "a new puzzle", |app| !app.state.generating && finished(app));
    click(&mut harness, "Set of puzzles: Samples");
    click(&mut harness, "Set Yours");
    let library = &harness.state().state.library;
    assert_eq!((library.shown().place.clone(), library.view().order.len()), (SetPlace::Yours, 1));
    // It was answered on the board, so it has its mark.
    assert_eq!(library.view().sums.asked, 1);
    harness.get_by_label_contains("New 6x6, hard puzzle, ");
}

#[test]
fn a_set_looks_as_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let (mut harness, _) = with_file(folder.path(), 40, Vec2::new(1440.0, 900.0));
    act(&mut harness, Action::Library(LibraryAction::Ask));
    wait(&mut harness, "all are answered", answered);
    for _ in 0..3 {
        act(&mut harness, Action::Library(LibraryAction::NextSort));
    }
    let sizes = [
        (Vec2::new(1440.0, 900.0), ThemeChoice::Dark, "wide-dark"),
        (Vec2::new(1024.0, 640.0), ThemeChoice::Light, "small-light"),
    ];
    for (size, theme, name) in sizes {
        harness.set_size(size);
        act(&mut harness, Action::SetTheme(theme));
        act(&mut harness, Action::GoToStart);
        if size.x < 1200.0 {
            click(&mut harness, "Puzzles");
        }
        snapshot(&mut harness, &format!("library-{name}"));
    }
}
