//! The commands of the board: its kind, its tools, its edits.

use eframe::egui::Key;
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::edit::selection;
use super::super::figures::Judged;
use super::super::hand::Tool;
use super::super::heat::View;
use super::super::layout::Mode;
use super::super::state::State;
use super::{Command, CommandId, Shortcut, always};
use crate::board::sudoku::Solutions;
use crate::board::{Board, Kind, maze};
use crate::task::dihedral::Dihedral;

fn is_sudoku(state: &State) -> bool {
    state.kind() == Kind::Sudoku
}

fn is_zoomed(state: &State) -> bool {
    state.doc.view != View::default()
}

fn is_maze(state: &State) -> bool {
    state.kind() == Kind::Maze
}

fn is_arc(state: &State) -> bool {
    state.kind() == Kind::Arc
}

fn draws(state: &State) -> bool {
    !is_sudoku(state)
}

fn has_solution(state: &State) -> bool {
    let unique = |judged: &Judged| matches!(judged, Judged::Sudoku { solutions: Solutions::Unique(_), .. });
    let blank = |state: &State| state.board().sudoku().is_some_and(|board| board.cells().contains(&0));
    state.doc.verdict.as_ref().is_some_and(|verdict| unique(&verdict.judged)) && blank(state)
}

/// The selected cell holds something that can be erased.
fn has_content(state: &State) -> bool {
    if selection(state).is_some() {
        return true;
    }
    let Some(cell) = state.doc.selected else { return false };
    match state.board() {
        Board::Sudoku(sheet) => sheet.board().get(cell) != Some(0) && !sheet.is_locked(cell),
        Board::Maze(maze) => maze.get(cell) != Some(maze::Cell::Open),
        Board::Arc(sheet) => sheet.input().cells().get(cell) != Some(&0),
    }
}

fn can_clear(state: &State) -> bool {
    match state.board() {
        Board::Sudoku(sheet) => sheet.can_clear(),
        Board::Maze(maze) => maze.cells().iter().any(|cell| *cell != maze::Cell::Open),
        Board::Arc(_) => true,
    }
}

/// The table.
pub(super) const TABLE: &[Command] = &[
    Command {
        id: CommandId::ZoomIn,
        name: "Look closer",
        shortcut: Some(Shortcut::plain(Key::Equals)),
        icon: Icon::ZoomIn,
        tip: "Enlarge the board around the selected cell. Ctrl and the wheel do it at the pointer, two fingers between them",
        action: Action::Zoom(1.5),
        possible: always,
    },
    Command {
        id: CommandId::ZoomOut,
        name: "Look from farther",
        shortcut: Some(Shortcut::plain(Key::Minus)),
        icon: Icon::ZoomOut,
        tip: "Show more of the board",
        action: Action::Zoom(1.0 / 1.5),
        possible: is_zoomed,
    },
    Command {
        id: CommandId::WholeBoard,
        name: "Whole board",
        shortcut: Some(Shortcut::plain(Key::Backslash)),
        icon: Icon::Maximize,
        tip: "Show the whole board again",
        action: Action::LookCloser(View { x: [0.0, 1.0], y: [0.0, 1.0] }),
        possible: is_zoomed,
    },
    Command {
        id: CommandId::NewPuzzle,
        name: "New puzzle",
        shortcut: Some(Shortcut::command(Key::N)),
        icon: Icon::Dices,
        tip: "A new puzzle like the last one; a board that you worked on stays in its tab",
        action: Action::NewPuzzle,
        possible: always,
    },
    Command {
        id: CommandId::Undo,
        name: "Undo",
        shortcut: Some(Shortcut::command(Key::Z)),
        icon: Icon::Undo2,
        tip: "Take the last edit of the board back",
        action: Action::Undo,
        possible: |state| state.doc.history.undo_name().is_some(),
    },
    Command {
        id: CommandId::Redo,
        name: "Redo",
        shortcut: Some(Shortcut::command_shift(Key::Z)),
        icon: Icon::Redo2,
        tip: "Do the undone edit again",
        action: Action::Redo,
        possible: |state| state.doc.history.redo_name().is_some(),
    },
    Command {
        id: CommandId::Copy,
        name: "Copy board as text",
        shortcut: Some(Shortcut::command(Key::C)),
        icon: Icon::Copy,
        tip: "Put the board, or the ARC grid that is worked on, on the clipboard; Ctrl+V puts one from the clipboard here",
        action: Action::Copy,
        possible: always,
    },
    Command {
        id: CommandId::Paste,
        name: "Paste",
        shortcut: Some(Shortcut::command(Key::V)),
        icon: Icon::ClipboardPaste,
        tip: "Put the board, the ARC grid, the line of a puzzle file or the copied state that is on the clipboard here",
        action: Action::AskPaste,
        possible: |state| state.settings.mode == Mode::Explore,
    },
    Command {
        id: CommandId::CopyCsv,
        name: "Copy as a line of a puzzle file",
        shortcut: None,
        icon: Icon::Sheet,
        tip: "source,question,answer,rating: what datasets of Sudokus and mazes are made of; pasting it works too",
        action: Action::CopyCsv,
        possible: |state| !is_arc(state),
    },
    Command {
        id: CommandId::Erase,
        name: "Clear the selected cell",
        shortcut: Some(Shortcut::plain(Key::Delete)),
        icon: Icon::Eraser,
        tip: "Make the selected cell, or the selected part of a grid, blank, open or black",
        action: Action::Erase,
        possible: has_content,
    },
    Command {
        id: CommandId::Clear,
        name: "Clear the board",
        shortcut: None,
        icon: Icon::Trash2,
        tip: "Make every cell blank that is not locked; of an ARC task, the grid that is worked on",
        action: Action::ClearBoard,
        possible: can_clear,
    },
    Command {
        id: CommandId::Solution,
        name: "Show solution",
        shortcut: None,
        icon: Icon::Lightbulb,
        tip: "Compare with what is right, in green: the solver's solution, a shortest path, the file's answer; hidden until asked for",
        action: Action::ToggleSolution,
        possible: always,
    },
    Command {
        id: CommandId::Candidates,
        name: "Show candidates",
        shortcut: None,
        icon: Icon::Grid3x3,
        tip: "Show every digit that a cell may become, as bright as it is probable",
        action: Action::ToggleCandidates,
        possible: is_sudoku,
    },
    Command {
        id: CommandId::ShowSudoku,
        name: "Sudoku board",
        shortcut: Some(Shortcut::command_shift(Key::Num1)),
        icon: Icon::Grid3x3,
        tip: "Show the Sudoku, with a model that knows it",
        action: Action::ShowKind(Kind::Sudoku),
        possible: always,
    },
    Command {
        id: CommandId::ShowMaze,
        name: "Maze board",
        shortcut: Some(Shortcut::command_shift(Key::Num2)),
        icon: Icon::Route,
        tip: "Show the maze, with a model that knows it",
        action: Action::ShowKind(Kind::Maze),
        possible: always,
    },
    Command {
        id: CommandId::ShowArc,
        name: "ARC board",
        shortcut: Some(Shortcut::command_shift(Key::Num3)),
        icon: Icon::Puzzle,
        tip: "Show the ARC task, with a model that knows it",
        action: Action::ShowKind(Kind::Arc),
        possible: always,
    },
    Command {
        id: CommandId::Brush,
        name: "Brush",
        shortcut: Some(Shortcut::plain(Key::B)),
        icon: Icon::Brush,
        tip: "Paint walls, or the chosen colour, by dragging; the second mouse button erases",
        action: Action::TakeTool(Tool::Brush),
        possible: draws,
    },
    Command {
        id: CommandId::Eraser,
        name: "Eraser",
        shortcut: Some(Shortcut::plain(Key::E)),
        icon: Icon::Eraser,
        tip: "Open cells, or paint them black, by dragging",
        action: Action::TakeTool(Tool::Erase),
        possible: draws,
    },
    Command {
        id: CommandId::Line,
        name: "Line",
        shortcut: Some(Shortcut::plain(Key::I)),
        icon: Icon::PenLine,
        tip: "A straight line from where the drag begins to where it ends",
        action: Action::TakeTool(Tool::Line),
        possible: draws,
    },
    Command {
        id: CommandId::Rectangle,
        name: "Rectangle",
        shortcut: Some(Shortcut::plain(Key::R)),
        icon: Icon::RectangleHorizontal,
        tip: "A room within walls, or a filled rectangle",
        action: Action::TakeTool(Tool::Rectangle),
        possible: draws,
    },
    Command {
        id: CommandId::Fill,
        name: "Flood fill",
        shortcut: Some(Shortcut::plain(Key::F)),
        icon: Icon::PaintBucket,
        tip: "Fill all cells that hang together with the clicked one; on a maze's wall, open them",
        action: Action::TakeTool(Tool::Fill),
        possible: draws,
    },
    Command {
        id: CommandId::PutStart,
        name: "Put the start",
        shortcut: Some(Shortcut::plain(Key::S)),
        icon: Icon::LogIn,
        tip: "Put the start S; it can be dragged with any brush too",
        action: Action::TakeTool(Tool::Start),
        possible: is_maze,
    },
    Command {
        id: CommandId::PutGoal,
        name: "Put the goal",
        shortcut: Some(Shortcut::plain(Key::G)),
        icon: Icon::LogOut,
        tip: "Put the goal G; it can be dragged with any brush too",
        action: Action::TakeTool(Tool::Goal),
        possible: is_maze,
    },
    Command {
        id: CommandId::Lock,
        name: "Lock the givens",
        shortcut: None,
        icon: Icon::Lock,
        tip: "Keep every filled cell from being changed; Clear leaves them too",
        action: Action::Lock(true),
        possible: |state| matches!(state.board(), Board::Sudoku(sheet) if sheet.board().givens() > 0),
    },
    Command {
        id: CommandId::Unlock,
        name: "Unlock the givens",
        shortcut: None,
        icon: Icon::LockOpen,
        tip: "Let every cell be changed again",
        action: Action::Lock(false),
        possible: |state| matches!(state.board(), Board::Sudoku(sheet) if sheet.any_locked()),
    },
    Command {
        id: CommandId::Hint,
        name: "Hint",
        shortcut: Some(Shortcut::command(Key::H)),
        icon: Icon::Sparkles,
        tip: "Write the solver's digit into the selected cell, or the first blank one",
        action: Action::Hint,
        possible: has_solution,
    },
    Command {
        id: CommandId::Pencil,
        name: "Pencil marks",
        shortcut: Some(Shortcut::plain(Key::P)),
        icon: Icon::Pencil,
        tip: "Digits that are typed are pencilled into the corner; the model does not see them",
        action: Action::TogglePencil,
        possible: is_sudoku,
    },
    Command {
        id: CommandId::TurnLeft,
        name: "Turn left",
        shortcut: None,
        icon: Icon::RotateCcw,
        tip: "Turn the grid that is worked on by 90 degrees against the clock",
        action: Action::Turn(Dihedral::TURN_LEFT),
        possible: is_arc,
    },
    Command {
        id: CommandId::TurnRight,
        name: "Turn right",
        shortcut: None,
        icon: Icon::RotateCw,
        tip: "Turn the grid that is worked on by 90 degrees with the clock",
        action: Action::Turn(Dihedral::TURN_RIGHT),
        possible: is_arc,
    },
    Command {
        id: CommandId::MirrorSides,
        name: "Mirror left and right",
        shortcut: None,
        icon: Icon::FlipVertical2,
        tip: "Swap left and right of the grid that is worked on",
        action: Action::Turn(Dihedral::MIRROR_SIDES),
        possible: is_arc,
    },
    Command {
        id: CommandId::MirrorTop,
        name: "Mirror top and bottom",
        shortcut: None,
        icon: Icon::FlipHorizontal2,
        tip: "Swap top and bottom of the grid that is worked on",
        action: Action::Turn(Dihedral::MIRROR_TOP),
        possible: is_arc,
    },
    Command {
        id: CommandId::Transpose,
        name: "Transpose",
        shortcut: None,
        icon: Icon::ArrowDownUp,
        tip: "Make rows of the columns of the grid that is worked on",
        action: Action::Turn(Dihedral::TRANSPOSE),
        possible: is_arc,
    },
    Command {
        id: CommandId::CycleColours,
        name: "Cycle the colours",
        shortcut: None,
        icon: Icon::Palette,
        tip: "Give every colour of the grid but black the place of the next",
        action: Action::CycleColours,
        possible: is_arc,
    },
    Command {
        id: CommandId::MoreRows,
        name: "One row more",
        shortcut: None,
        icon: Icon::BetweenHorizontalEnd,
        tip: "Add a row below",
        action: Action::Resize(1, 0),
        possible: is_arc,
    },
    Command {
        id: CommandId::FewerRows,
        name: "One row less",
        shortcut: None,
        icon: Icon::FoldVertical,
        tip: "Take the last row away",
        action: Action::Resize(-1, 0),
        possible: is_arc,
    },
    Command {
        id: CommandId::MoreColumns,
        name: "One column more",
        shortcut: None,
        icon: Icon::BetweenVerticalEnd,
        tip: "Add a column at the right",
        action: Action::Resize(0, 1),
        possible: is_arc,
    },
    Command {
        id: CommandId::FewerColumns,
        name: "One column less",
        shortcut: None,
        icon: Icon::FoldHorizontal,
        tip: "Take the last column away",
        action: Action::Resize(0, -1),
        possible: is_arc,
    },
    Command {
        id: CommandId::AddExample,
        name: "Add an example",
        shortcut: None,
        icon: Icon::Plus,
        tip: "Add an example pair, a copy of the last, to be painted over",
        action: Action::AddExample,
        possible: is_arc,
    },
    Command {
        id: CommandId::RemoveExample,
        name: "Remove the example",
        shortcut: None,
        icon: Icon::Minus,
        tip: "Remove the example pair that is worked on",
        action: Action::RemoveExample,
        possible: |state| is_arc(state) && state.hand.place.is_some_and(|place| !place.test),
    },
    Command {
        id: CommandId::ArcColours,
        name: "Colours for everybody",
        shortcut: None,
        icon: Icon::Eye,
        tip: "ARC's own colours, or ten that are told apart in all common kinds of colour blindness",
        action: Action::TogglePaletteOfArc,
        possible: always,
    },
];
