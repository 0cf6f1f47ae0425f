//! Edits as a person makes them, without a window.

use proptest::prelude::*;

use super::super::action::Source;
use super::super::apply::apply;
use super::super::persist::Settings;
use super::super::puzzles::{What, make};
use super::*;
use crate::board::History;
use crate::board::arc::Area;
use crate::board::maze::MazeKind;
use crate::board::sudoku::Shape;
use crate::task::dihedral::Dihedral;

fn with(board: Board) -> State {
    let mut state = State::new(Settings::default());
    state.doc.history = History::new(board);
    state
}

fn maze(text: &str) -> State {
    with(Maze::parse_draft(text).unwrap().into())
}

fn does(state: &mut State, action: Action) -> Vec<Effect> {
    let mut effects = Vec::new();
    apply(state, action, &mut effects);
    effects
}

fn stroke(state: &mut State, erase: bool, cells: &[usize]) {
    does(state, Action::Pen(Pen::Down { cell: cells[0], erase, select: false }));
    cells[1..].iter().for_each(|cell| drop(does(state, Action::Pen(Pen::Move(*cell)))));
    does(state, Action::Pen(Pen::Up));
}

fn text(state: &State) -> String {
    state.board().maze().unwrap().to_text()
}

const OPEN: &str = "S    \n     \n     \n     \n    G";

#[test]
fn a_stroke_is_one_edit_without_gaps_that_spares_the_ends() {
    let mut state = maze(OPEN);
    stroke(&mut state, false, &[4, 0]);
    assert_eq!(text(&state), "S####                   G");
    stroke(&mut state, false, &[5, 9, 19]);
    assert_eq!(state.doc.history.undo_name(), Some("paint wall"));
    does(&mut state, Action::Undo);
    assert_eq!(text(&state), "S####                   G");
    does(&mut state, Action::Undo);
    assert_eq!(state.doc.history.undo_name(), None);
    stroke(&mut state, true, &[4, 1]);
    assert_eq!(state.doc.history.undo_name(), None, "nothing was there to erase");
}

#[test]
fn every_tool_does_what_it_says() {
    let mut state = maze(OPEN);
    does(&mut state, Action::TakeTool(Tool::Rectangle));
    stroke(&mut state, false, &[6, 24, 18]);
    assert_eq!(text(&state), "S     ###  # #  ###     G");
    does(&mut state, Action::TakeTool(Tool::Fill));
    stroke(&mut state, false, &[12]);
    assert_eq!(state.doc.history.undo_name(), Some("flood"));
    assert_eq!(text(&state), "S     ###  ###  ###     G");
    stroke(&mut state, false, &[12]);
    assert_eq!(text(&state), OPEN.replace('\n', ""), "a flooded wall opens");
    does(&mut state, Action::TakeTool(Tool::Line));
    stroke(&mut state, false, &[20, 4, 24, 22]);
    assert_eq!(text(&state), "S                   ### G");
    // Whoever takes hold of an end moves it, whatever brush is held.
    does(&mut state, Action::TakeTool(Tool::Brush));
    stroke(&mut state, false, &[0, 1, 7]);
    assert_eq!((state.board().maze().unwrap().start(), state.doc.history.undo_name()), (Some(7), Some("move S")));
    does(&mut state, Action::TakeTool(Tool::Goal));
    stroke(&mut state, false, &[3]);
    assert_eq!(state.board().maze().unwrap().goal(), Some(3));
    does(&mut state, Action::Touch { tool: Tool::Brush, cell: 9 });
    assert_eq!((text(&state).chars().nth(9), state.hand.tool), (Some('#'), Tool::Goal));
    does(&mut state, Action::ClearBoard);
    assert_eq!(text(&state).trim(), "");
    does(&mut state, Action::BlankMaze(9));
    assert_eq!((state.board().size(), state.doc.title.as_str()), ((9, 9), "Maze 9 × 9"));
    assert_eq!(state.documents().count(), 2, "what was drawn stays in its tab");
}

#[test]
fn a_stroke_asks_when_the_answer_before_has_come_and_at_its_end() {
    let mut state = maze(OPEN);
    let verdict = |state: &State| match &state.doc.verdict.as_ref().unwrap().judged {
        Judged::Maze(shortest) => shortest.steps(),
        _ => None,
    };
    stroke(&mut state, false, &[5, 8]);
    assert_eq!(verdict(&state), Some(8), "the solver looks at once");
    stroke(&mut state, false, &[9]);
    assert_eq!(verdict(&state), None);
    state.doc.run.status = super::super::state::RunStatus::Thinking;
    does(&mut state, Action::Pen(Pen::Down { cell: 10, erase: false, select: false }));
    assert!(state.doc.run.again, "a run that is under way is let through");
    does(&mut state, Action::Pen(Pen::Up));
    assert!(!state.doc.run.again);
}

#[test]
fn a_pasted_maze_that_is_no_square_is_filled_up_and_that_is_said() {
    let mut state = maze(OPEN);
    does(&mut state, Action::Paste("S  #\n#  G".into()));
    assert_eq!(text(&state), "S  ##  G########");
    let toast = state.toasts.last().unwrap();
    assert!(!toast.error && toast.text.contains("walls make it 4 × 4"), "{}", toast.text);
}

#[test]
fn an_arc_grid_is_painted_turned_resized_and_pasted() {
    let mut state = with(make(What::Arc { family: 0, side: 6 }, 1).unwrap());
    does(&mut state, Action::Paste("000\n000".into()));
    let input = |state: &State| state.board().arc().unwrap().input().to_string();
    assert_eq!(input(&state), "000\n000");
    does(&mut state, Action::TakeColour(4));
    stroke(&mut state, false, &[0, 2]);
    assert_eq!((input(&state).as_str(), state.doc.history.undo_name()), ("444\n000", Some("paint yellow")));
    does(&mut state, Action::Turn(Dihedral::TURN_LEFT));
    assert_eq!(input(&state), "40\n40\n40");
    does(&mut state, Action::CycleColours);
    does(&mut state, Action::Resize(-1, 1));
    assert_eq!(input(&state), "500\n500");
    does(&mut state, Action::Select(Some(5)));
    does(&mut state, Action::Type(7));
    assert_eq!(input(&state), "500\n507");
    let copied = does(&mut state, Action::Copy);
    assert!(matches!(&copied[0], Effect::Copy(text) if text == "500\n507"));
    let output = Place { test: false, pair: 0, output: true };
    does(&mut state, Action::WorkOn(output));
    does(&mut state, Action::Paste("12".into()));
    assert_eq!(state.board().arc().unwrap().grid(output).unwrap().to_string(), "12");
    assert_eq!(input(&state), "500\n507");
    does(&mut state, Action::AddExample);
    assert_eq!(state.board().arc().unwrap().task().train.len(), 4);
    does(&mut state, Action::RemoveExample);
    assert_eq!(state.board().arc().unwrap().task().train.len(), 3);
    assert_eq!(state.hand.place, None);
}

#[test]
fn a_selected_part_is_moved_cut_pasted_and_filled_each_undone_by_name() {
    let mut state = with(make(What::Arc { family: 0, side: 6 }, 1).unwrap());
    let input = |state: &State| state.board().arc().unwrap().input().to_string();
    does(&mut state, Action::Paste("1200 3400 0000".into()));
    does(&mut state, Action::TakeTool(Tool::Select));
    stroke(&mut state, false, &[0, 4, 5]);
    let corner = Area { row: 0, col: 0, rows: 2, cols: 2 };
    assert_eq!((selection(&state), state.doc.history.undo_name()), (Some(corner), Some("paste a grid")));
    let mut edits = vec![input(&state)];
    let mut done = |state: &mut State, name: &str, now: &str| {
        assert_eq!((state.doc.history.undo_name(), input(state).as_str()), (Some(name), now));
        edits.push(input(state));
    };
    stroke(&mut state, false, &[0, 1, 6]);
    done(&mut state, "move 2 × 2 cells", "0000\n0012\n0034");
    assert_eq!(selection(&state), Some(Area { row: 1, col: 2, ..corner }));
    let copied = does(&mut state, Action::Copy);
    assert!(matches!(&copied[0], Effect::Copy(text) if text == "12\n34"));
    does(&mut state, Action::TakeColour(5));
    does(&mut state, Action::FillSelection);
    done(&mut state, "fill 2 × 2 cells with grey", "0000\n0055\n0055");
    does(&mut state, Action::Paste("789".into()));
    done(&mut state, "paste into the selection", "0000\n0078\n0055");
    assert_eq!(selection(&state), Some(Area { row: 1, col: 2, rows: 1, cols: 2 }));
    let cut = does(&mut state, Action::Cut);
    assert!(matches!(&cut[0], Effect::Copy(text) if text == "78"));
    done(&mut state, "cut 1 × 2 cells", "0000\n0000\n0055");
    stroke(&mut state, false, &[0]);
    assert_eq!(selection(&state), None, "a click lets it go");
    // With Shift every tool selects, and a selection may begin within the one before.
    does(&mut state, Action::TakeTool(Tool::Brush));
    does(&mut state, Action::SelectAll);
    does(&mut state, Action::Pen(Pen::Down { cell: 10, erase: false, select: true }));
    does(&mut state, Action::Pen(Pen::Move(11)));
    does(&mut state, Action::Pen(Pen::Up));
    does(&mut state, Action::Erase);
    done(&mut state, "delete 1 × 2 cells", "0000\n0000\n0000");
    while edits.len() > 1 {
        edits.pop();
        does(&mut state, Action::Undo);
        assert_eq!(edits.last(), Some(&input(&state)));
    }
}

#[test]
fn a_selection_belongs_to_its_tab_and_a_copied_part_stays_a_part() {
    let mut state = with(make(What::Arc { family: 0, side: 6 }, 1).unwrap());
    does(&mut state, Action::Paste("1200 3400 0000".into()));
    does(&mut state, Action::TakeTool(Tool::Select));
    stroke(&mut state, false, &[0, 4, 5]);
    does(&mut state, Action::Copy);
    let output = Place { test: false, pair: 0, output: true };
    does(&mut state, Action::WorkOn(output));
    let before = state.board().arc().unwrap().grid(output).unwrap().clone();
    does(&mut state, Action::Paste("12\n34".into()));
    let after = state.board().arc().unwrap().grid(output).unwrap().clone();
    assert_eq!((after.rows(), after.cols()), (before.rows(), before.cols()), "the grid keeps its size");
    assert_eq!([0, 1].map(|at| after.cells()[at]), [1, 2]);
    assert_eq!(selection(&state), Some(Area { row: 0, col: 0, rows: 2, cols: 2 }), "it can be moved on");
    state.doc.id += 1;
    assert_eq!(selection(&state), None);
}

#[test]
fn grids_are_copied_between_the_places_of_a_task() {
    let mut state = with(make(What::Arc { family: 0, side: 6 }, 1).unwrap());
    let grid = |state: &State, place| state.board().arc().unwrap().grid(place).unwrap().to_string();
    let output = Place { test: true, pair: 0, output: true };
    does(&mut state, Action::CopyGrid { from: Source::Input, to: None });
    assert_eq!(state.doc.history.undo_name(), Some("copy test 1 input to test 1 output"));
    assert_eq!((worked_on(&state).unwrap().0, state.show_solution), (output, true), "it is shown");
    let example = Place { test: false, pair: 1, output: false };
    does(&mut state, Action::CopyGrid { from: Source::Grid(output), to: Some(example) });
    assert_eq!((grid(&state, example), worked_on(&state).unwrap().0), (grid(&state, output), example));
    does(&mut state, Action::CopyGrid { from: Source::Answer, to: None });
    assert!(state.toasts.iter().any(|toast| toast.text.contains("no grid to copy")));
}

#[test]
fn marks_ask_nobody_and_a_hint_is_the_solvers() {
    let mut state = with(super::super::fixtures::sudoku());
    does(&mut state, Action::Select(Some(1)));
    does(&mut state, Action::TogglePencil);
    let effects = does(&mut state, Action::Type(2));
    assert!(effects.is_empty() && state.doc.history.undo_name() == Some("pencil 2 at r1c2"));
    does(&mut state, Action::TogglePencil);
    does(&mut state, Action::Lock(true));
    does(&mut state, Action::Select(Some(0)));
    does(&mut state, Action::Type(4));
    assert_eq!(state.board().sudoku().unwrap().get(0), Some(1));
    assert!(state.toasts[0].text.contains("locked"));
    let board = crate::board::sudoku::Sudoku::parse("1234 3412 2143 432.", None).unwrap();
    let mut state = with(board.into());
    let judged = Judged::of(state.board());
    state.doc.verdict = Some(super::super::state::Verdict { board: state.board().clone(), judged });
    does(&mut state, Action::Hint);
    assert!(state.board().sudoku().unwrap().is_solved());
    assert_eq!((state.doc.selected, state.doc.history.undo_name()), (Some(15), Some("hint at r4c4")));
}

#[test]
fn a_board_is_copied_as_a_line_that_can_be_pasted() {
    let mut state = maze("S  \n # \n  G");
    state.doc.title = "mine, \"new\"".into();
    let effects = does(&mut state, Action::CopyCsv);
    let Effect::Copy(line) = &effects[0] else { panic!("a line is copied") };
    assert!(line.ends_with(",4\n") && line.contains(",S   #   G,"), "{line}");
    let line = line.clone();
    does(&mut state, Action::ClearBoard);
    does(&mut state, Action::Paste(line));
    assert_eq!(text(&state), "S   #   G");
    does(&mut state, Action::Paste(r#"{"train":[],"test":[{"input":[[1,2]]}]}"#.into()));
    assert_eq!((state.kind(), state.documents().count()), (Kind::Arc, 2));
}

#[test]
fn a_closer_look_keeps_the_selected_cell_in_sight() {
    let mut state = with(make(What::Maze { side: 30, kind: MazeKind::Perfect }, 1).unwrap());
    let sees = |state: &State, row: f32, col: f32| {
        let View { x, y } = state.doc.view;
        x[0] <= col / 30.0 + 1e-5
            && (col + 1.0) / 30.0 <= x[1] + 1e-5
            && y[0] <= row / 30.0 + 1e-5
            && (row + 1.0) / 30.0 <= y[1] + 1e-5
    };
    state.doc.selected = Some(0);
    for _ in 0..20 {
        does(&mut state, Action::Zoom(1.5));
        assert!(sees(&state, 0.0, 0.0));
    }
    let span = state.doc.view.x[1] - state.doc.view.x[0];
    assert!((span - 0.1).abs() < 1e-4, "three cells are the least: {span}");
    // Keys take the part that is seen along, no farther than needed.
    does(&mut state, Action::MoveSelection(0, 2));
    assert!(sees(&state, 0.0, 0.0) && sees(&state, 0.0, 2.0));
    does(&mut state, Action::MoveSelection(29, 29));
    assert!(sees(&state, 29.0, 29.0) && !sees(&state, 0.0, 0.0));
    does(&mut state, Action::MoveSelection(-29, -20));
    assert!(sees(&state, 0.0, 9.0));
    for _ in 0..20 {
        does(&mut state, Action::Zoom(0.5));
    }
    assert_eq!(state.doc.view, View::default());
}

#[test]
fn every_command_can_be_done_on_every_kind_of_board() {
    for what in [
        What::Sudoku(Shape::ALL[1], super::super::puzzles::Difficulty::Easy),
        What::Maze { side: 7, kind: MazeKind::Rooms },
        What::Arc { family: 1, side: 8 },
    ] {
        let board = make(what, 1).unwrap();
        for command in super::super::command::commands() {
            for selected in [None, Some(0)] {
                let mut state = with(board.clone());
                state.doc.selected = selected;
                if (command.possible)(&state) {
                    does(&mut state, command.action.clone());
                    assert!(!command.name_now(&state).is_empty() && !command.tooltip(&state).is_empty());
                    // Whatever it did, it can be undone, and the window goes on.
                    while state.doc.history.undo_name().is_some() {
                        does(&mut state, Action::Undo);
                    }
                    drop(state.scene());
                }
            }
        }
    }
}

fn any_action() -> impl Strategy<Value = Action> {
    let tools = prop::sample::select(vec![
        Tool::Brush,
        Tool::Erase,
        Tool::Line,
        Tool::Rectangle,
        Tool::Fill,
        Tool::Start,
        Tool::Goal,
        Tool::Select,
    ]);
    let cell = 0usize..40;
    let place = (any::<bool>(), 0usize..4, any::<bool>());
    prop_oneof![
        6 => (cell.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(cell, erase, select)| Action::Pen(Pen::Down { cell, erase, select })),
        10 => cell.clone().prop_map(|cell| Action::Pen(Pen::Move(cell))),
        6 => Just(Action::Pen(Pen::Up)),
        4 => tools.clone().prop_map(Action::TakeTool),
        2 => (tools, cell.clone()).prop_map(|(tool, cell)| Action::Touch { tool, cell }),
        2 => (0u8..12).prop_map(Action::TakeColour),
        3 => prop::option::of(cell).prop_map(Action::Select),
        4 => (0u8..11).prop_map(Action::Type),
        1 => Just(Action::Erase),
        1 => Just(Action::Cut),
        1 => Just(Action::SelectAll),
        2 => Just(Action::FillSelection),
        1 => Just(Action::Paste("12\n34".into())),
        1 => Just(Action::CopyGrid { from: Source::Input, to: None }),
        1 => Just(Action::TogglePencil),
        1 => any::<bool>().prop_map(Action::Lock),
        1 => Just(Action::ClearBoard),
        1 => Just(Action::Turn(Dihedral::TURN_LEFT)),
        1 => Just(Action::CycleColours),
        2 => (-2isize..3, -2isize..3).prop_map(|(rows, cols)| Action::Resize(rows, cols)),
        1 => Just(Action::AddExample),
        1 => Just(Action::RemoveExample),
        2 => place.prop_map(|(test, pair, output)| Action::WorkOn(Place { test, pair, output })),
        2 => Just(Action::Undo),
        1 => Just(Action::Redo),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn undo_to_the_start_and_redo_to_the_end_give_the_same_bytes(
        kind in 0usize..3,
        actions in prop::collection::vec(any_action(), 0..60),
    ) {
        let what = [
            What::Sudoku(Shape::ALL[0], super::super::puzzles::Difficulty::Easy),
            What::Maze { side: 6, kind: MazeKind::Obstacles },
            What::Arc { family: 0, side: 6 },
        ][kind];
        let mut state = with(make(what, 3).unwrap());
        let bytes = |state: &State| serde_json::to_vec(state.board()).unwrap();
        let start = bytes(&state);
        for action in actions {
            does(&mut state, action);
        }
        does(&mut state, Action::Pen(Pen::Up));
        let end = bytes(&state);
        // What was undone on the way is redone first, so that the end is the newest value.
        while state.doc.history.redo_name().is_some() {
            does(&mut state, Action::Redo);
        }
        let newest = bytes(&state);
        let mut seen = Vec::new();
        while state.doc.history.undo_name().is_some() {
            seen.push(bytes(&state));
            does(&mut state, Action::Undo);
            prop_assert_ne!(seen.last(), Some(&bytes(&state)), "every edit changes something");
        }
        prop_assert_eq!(bytes(&state), start);
        prop_assert!(seen.contains(&end) || end == newest || end == bytes(&state));
        while let Some(then) = seen.pop() {
            does(&mut state, Action::Redo);
            prop_assert_eq!(bytes(&state), then);
        }
        prop_assert_eq!(bytes(&state), newest);
    }
}
