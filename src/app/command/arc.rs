//! The commands of ARC tasks: parts of grids, votes, fits.

use eframe::egui::Key;
use lucide_icons::Icon;

use super::super::action::{Action, Source};
use super::super::arc::ArcAction;
use super::super::edit::selection;
use super::super::hand::Tool;
use super::super::state::State;
use super::{Command, CommandId, Shortcut};
use crate::board::Kind;

fn is_arc(state: &State) -> bool {
    state.kind() == Kind::Arc
}

fn selects(state: &State) -> bool {
    selection(state).is_some()
}

/// The table.
pub(super) const TABLE: &[Command] = &[
    Command {
        id: CommandId::SelectTool,
        name: "Select",
        shortcut: Some(Shortcut::plain(Key::M)),
        icon: Icon::SquareDashedMousePointer,
        tip: "Select a rectangle by dragging, and drag what is selected elsewhere; with Shift every tool selects",
        action: Action::TakeTool(Tool::Select),
        possible: is_arc,
    },
    Command {
        id: CommandId::SelectAll,
        name: "Select the whole grid",
        shortcut: Some(Shortcut::command(Key::A)),
        icon: Icon::SquareDashed,
        tip: "Select all cells of the grid that is worked on",
        action: Action::SelectAll,
        possible: is_arc,
    },
    Command {
        id: CommandId::SelectNone,
        name: "Let the selection go",
        shortcut: None,
        icon: Icon::SquareX,
        tip: "Select nothing (Esc)",
        action: Action::SelectNone,
        possible: selects,
    },
    Command {
        id: CommandId::Cut,
        name: "Cut the selection",
        shortcut: Some(Shortcut::command(Key::X)),
        icon: Icon::Scissors,
        tip: "Put the selected cells on the clipboard and paint them black; pasted digits are laid over what is selected",
        action: Action::Cut,
        possible: selects,
    },
    Command {
        id: CommandId::FillSelection,
        name: "Fill the selection",
        shortcut: None,
        icon: Icon::PaintRoller,
        tip: "Paint the selected cells in the chosen colour",
        action: Action::FillSelection,
        possible: selects,
    },
    Command {
        id: CommandId::CopyInput,
        name: "Copy the input to the output",
        shortcut: None,
        icon: Icon::CopyPlus,
        tip: "Put the input of the pair that is worked on in place of its output",
        action: Action::CopyGrid { from: Source::Input, to: None },
        possible: is_arc,
    },
    Command {
        id: CommandId::CopyAnswer,
        name: "Copy the answer to the output",
        shortcut: None,
        icon: Icon::CopyCheck,
        tip: "Put the model's answer at this step in place of the output of the pair that is worked on",
        action: Action::CopyGrid { from: Source::Answer, to: None },
        possible: |state| is_arc(state) && state.step().is_some(),
    },
    Command {
        id: CommandId::Ask,
        name: "Ask with augmentations",
        shortcut: Some(Shortcut::plain(Key::V)),
        icon: Icon::Vote,
        tip: "Ask the model about this test input turned and in other colours; the answers, turned back, vote",
        action: Action::Arc(ArcAction::Ask),
        possible: State::can_poll,
    },
    Command {
        id: CommandId::StopAsking,
        name: "Stop asking",
        shortcut: None,
        icon: Icon::CircleStop,
        tip: "Ask no more variants; the votes so far stay",
        action: Action::Arc(ArcAction::StopAsking),
        possible: State::polling,
    },
    Command {
        id: CommandId::Fit,
        name: "Fit to the examples",
        shortcut: None,
        icon: Icon::Dumbbell,
        tip: "Train a row of the puzzle table for this task, or a copy of the whole model, on its examples, in memory; the file stays as it is",
        action: Action::Arc(ArcAction::Fit),
        possible: State::can_fit,
    },
    Command {
        id: CommandId::StopFit,
        name: "Stop the fit",
        shortcut: None,
        icon: Icon::CircleStop,
        tip: "Stop fitting; nothing of it stays",
        action: Action::Arc(ArcAction::StopFit),
        possible: |state| state.arc.fitting.is_some(),
    },
    Command {
        id: CommandId::ForgetFit,
        name: "Forget the fit",
        shortcut: None,
        icon: Icon::History,
        tip: "Answer with the model as it was loaded again",
        action: Action::Arc(ArcAction::Forget),
        possible: |state| state.arc.fitted.is_some(),
    },
];
