//! What boards show at a moment of a run.

use super::super::fixtures::{recording, sudoku, told};
use super::*;
use crate::board::arc::{Sheet, Task};
use crate::board::sudoku::Shape;

#[test]
fn before_the_first_step_only_the_givens_are_seen() {
    let recording = recording(3, |_, _| 3);
    let scene = scene(&sudoku(), Some(&recording), 0, None);
    assert!(!scene.answered);
    assert_eq!((scene.open, scene.sure, scene.changed), (13, 0, 0));
    assert_eq!((scene.cells[0].given, scene.cells[1].shown()), (Glyph::Digit(1), Glyph::Blank));
}

#[test]
fn answers_changes_and_conflicts() {
    let board = sudoku();
    let recording = recording(2, |step, cell| if step == 1 && cell == 5 { 4 } else { 3 });
    let first = scene(&board, Some(&recording), 1, None);
    assert_eq!(first.changed, 0);
    let second = scene(&board, Some(&recording), 2, None);
    assert_eq!(second.changed, 1);
    assert!(second.cells[5].changed && second.cells[5].answer == Some(Glyph::Digit(4)));
    assert!(second.cells[1].wrong && !second.cells[5].wrong);
    assert_eq!(changes(&board, &recording, 5, 2), (1, Some(0)));
    assert_eq!(changes(&board, &recording, 4, 2), (0, None));
    assert_eq!(candidates(&board, &recording, 2, 5)[0].0, Glyph::Digit(4));
}

#[test]
fn a_right_answer_is_solved_by_the_rules_alone() {
    let full = Sudoku::parse("1234 3412 2143 4321", None).unwrap();
    let board = sudoku();
    let recording = recording(1, |_, cell| usize::from(full.cells()[cell]));
    assert!(scene(&board, Some(&recording), 1, None).solved);
    assert!(!scene(&Sudoku::blank(Shape::ALL[0]).into(), None, 0, None).solved);
    let shown = scene(&board, Some(&recording), 1, Some(&Truth::Digits(full)));
    assert_eq!((shown.cells[0].truth, shown.cells[1].truth), (None, Some(Glyph::Digit(2))));
}

#[test]
fn a_mazes_path_is_judged_where_it_lies() {
    let maze = maze::Maze::parse("S  \n # \n  G").unwrap();
    let board = Board::from(maze.clone());
    // The same maze in the middle of a model's 5x5; the path goes right and down, then also into the wall.
    let told = told(25, 6, 2, |step, token| match token {
        7 | 8 | 13 => 5,
        12 if step == 1 => 5,
        6 => 3,
        18 => 4,
        11 | 16 | 17 => 2,
        _ => 1,
    });
    let first = scene(&board, Some(&told), 1, None);
    assert!(first.solved && first.wrong == 0 && first.open == 6);
    assert_eq!(first.path.unwrap().verdict, PathVerdict::Shortest);
    let second = scene(&board, Some(&told), 2, Some(&Truth::Path));
    assert!(!second.solved && second.cells[4].wrong && second.wrong == 1);
    assert_eq!((second.cells[1].truth, second.cells[3].truth), (Some(Glyph::Path), Some(Glyph::Open)));
    assert!(!still_fits(&maze::Maze::blank(7).unwrap().into(), &told));
    // Cells and tokens find each other.
    let dimensions = &told.dimensions;
    assert_eq!(tokens_of(&board, dimensions)[..4], [6, 7, 8, 11]);
    assert_eq!((token_of(&board, dimensions, 3), token_of(&board, dimensions, 9)), (Some(11), None));
    let cells = [cell_of(&board, dimensions, 11), cell_of(&board, dimensions, 5), cell_of(&board, dimensions, 9)];
    assert_eq!(cells, [Some(3), None, None]);
}

#[test]
fn an_edited_cell_waits_for_its_answer_and_the_others_keep_theirs() {
    let open = Board::from(maze::Maze::parse("S  \n # \n  G").unwrap());
    let mut told = told(9, 6, 1, |_, token| [3, 5, 5, 2, 1, 5, 2, 2, 4][token]);
    let tokens = task::place(&open, Boards::of(9, 6).unwrap()).unwrap().tokens;
    told.question = Some(crate::trace::Question { tokens, puzzle_id: 0 });
    let before = scene(&open, Some(&told), 1, None);
    assert!(before.solved && !before.stale);
    // A wall beside the path: nothing is wrong with the path, and the wall has not been answered yet.
    let walled = Board::from(maze::Maze::parse("S  \n## \n  G").unwrap());
    let after = scene(&walled, Some(&told), 1, None);
    assert!(after.stale && after.solved && after.wrong == 0);
    assert_eq!((after.cells[3].given, after.cells[3].answer), (Glyph::Wall, None));
    // A wall in its way.
    let cut = Board::from(maze::Maze::parse("S #\n # \n  G").unwrap());
    let after = scene(&cut, Some(&told), 1, None);
    assert!(after.stale && !after.solved);
    let verdict = super::super::figures::verdict(&cut, &after).unwrap();
    assert_eq!(verdict.1, "thinking again…");
}

#[test]
fn an_arc_answer_has_its_own_size() {
    let task = Task::parse(r#"{"train":[],"test":[{"input":[[1,2]],"output":[[3],[3]]}]}"#).unwrap();
    let board = Board::from(Sheet::new("a", task).unwrap());
    let told = told(9, 12, 1, |_, token| if token % 3 == 0 { 5 } else { 0 });
    let seen = scene(&board, Some(&told), 1, None);
    assert_eq!((seen.rows, seen.open, seen.solved, seen.wrong), (3, 3, false, 0));
    assert_eq!(seen.grid.unwrap().to_string(), "3\n3\n3");
    let truth = Truth::Grid(board.arc().unwrap().output().unwrap().clone());
    let shown = scene(&board, Some(&told), 1, Some(&truth));
    assert!(shown.cells[6].wrong && shown.wrong == 1);
}
