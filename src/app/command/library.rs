//! The commands of the library.

use eframe::egui::Key;
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::library::LibraryAction;
use super::super::state::State;
use super::{Command, CommandId, Shortcut, always};

/// The table.
pub(super) const TABLE: &[Command] = &[
    Command {
        id: CommandId::OpenFolder,
        name: "Open a folder…",
        shortcut: Some(Shortcut::command_shift(Key::O)),
        icon: Icon::FolderOpen,
        tip: "Open a folder of puzzles (ARC tasks, puzzle CSV, a builder's tables), a training run or a checkpoint",
        action: Action::Library(LibraryAction::OpenFolder),
        possible: always,
    },
    Command {
        id: CommandId::AskAll,
        name: "Ask the model about all shown",
        shortcut: Some(Shortcut::command(Key::Enter)),
        icon: Icon::ListChecks,
        tip: "Have the model answer every puzzle that the library shows; boards that you look at meanwhile come first",
        action: Action::Library(LibraryAction::Ask),
        possible: |state| state.cannot_ask_all().is_none(),
    },
    Command {
        id: CommandId::StopAskAll,
        name: "Stop asking about all shown",
        shortcut: None,
        icon: Icon::Square,
        tip: "Ask about no more puzzles of the library; the answers so far stay",
        action: Action::Library(LibraryAction::Stop),
        possible: |state: &State| state.library.batch.is_some(),
    },
    Command {
        id: CommandId::SaveResults,
        name: "Save the results as CSV…",
        shortcut: None,
        icon: Icon::Download,
        tip: "A line for each answered puzzle: index, name, difficulty, exact, wrong cells, segments, q_halt",
        action: Action::Library(LibraryAction::SaveResults),
        possible: |state: &State| state.has_results(),
    },
];
