//! The commands of documents: their files and their tabs.

use eframe::egui::Key;
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::document::TabAction;
use super::super::state::State;
use super::{Command, CommandId, Shortcut, always};

fn has_others(state: &State) -> bool {
    state.documents().count() > 1
}

/// The table.
pub(super) const TABLE: &[Command] = &[
    Command {
        id: CommandId::Save,
        name: "Save",
        shortcut: Some(Shortcut::command(Key::S)),
        icon: Icon::Save,
        tip: "Write the board into its file as text, or as JSON if it is an ARC task; asks where when it has none",
        action: Action::Save,
        possible: always,
    },
    Command {
        id: CommandId::SaveAs,
        name: "Save as…",
        shortcut: Some(Shortcut::command_shift(Key::S)),
        icon: Icon::SaveAll,
        tip: "Write the board into another file",
        action: Action::SaveAs(None),
        possible: always,
    },
    Command {
        id: CommandId::NewTab,
        name: "New tab",
        shortcut: Some(Shortcut::command(Key::T)),
        icon: Icon::Plus,
        tip: "A blank board in a tab of its own",
        action: Action::Tab(TabAction::New),
        possible: always,
    },
    Command {
        id: CommandId::CloseTab,
        name: "Close tab",
        shortcut: Some(Shortcut::command(Key::W)),
        icon: Icon::X,
        tip: "Close the board; asks when it is not saved",
        action: Action::Tab(TabAction::Close(None)),
        possible: always,
    },
    Command {
        id: CommandId::NextTab,
        name: "Next tab",
        shortcut: Some(Shortcut::control(Key::Tab, false)),
        icon: Icon::ArrowRight,
        tip: "Show the board in the next tab, with its run as it was",
        action: Action::Tab(TabAction::Next),
        possible: has_others,
    },
    Command {
        id: CommandId::PreviousTab,
        name: "Previous tab",
        shortcut: Some(Shortcut::control(Key::Tab, true)),
        icon: Icon::ArrowLeft,
        tip: "Show the board in the tab before, with its run as it was",
        action: Action::Tab(TabAction::Previous),
        possible: has_others,
    },
    Command {
        id: CommandId::CopyState,
        name: "Copy state",
        shortcut: Some(Shortcut::command_shift(Key::C)),
        icon: Icon::ClipboardCopy,
        tip: "Put board, model and moment on the clipboard as one line of text; Ctrl+V or hrmscope --state brings them back",
        action: Action::CopyMoment,
        possible: always,
    },
];
