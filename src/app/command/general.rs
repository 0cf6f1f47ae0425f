//! The commands of the clock and the window.

use eframe::egui::Key;
use lucide_icons::Icon;

use super::super::action::{Action, Stride};
use super::super::layout::{Mode, Pane};
use super::super::state::State;
use super::{Command, CommandId, Shortcut, always, has_steps};

fn not_at_start(state: &State) -> bool {
    state.doc.playhead.at > 0
}

fn not_at_end(state: &State) -> bool {
    state.doc.playhead.at < state.computed()
}

fn can_think(state: &State) -> bool {
    state.model.is_some() && state.misfit().is_none()
}

/// The table.
pub(super) const TABLE: &[Command] = &[
    Command {
        id: CommandId::Play,
        name: "Play or pause",
        shortcut: Some(Shortcut::plain(Key::Space)),
        icon: Icon::Play,
        tip: "Let the playhead run through the micro-steps, or hold it",
        action: Action::TogglePlay,
        possible: has_steps,
    },
    Command {
        id: CommandId::NextStep,
        name: "Next micro-step",
        shortcut: Some(Shortcut::plain(Key::ArrowRight)),
        icon: Icon::ChevronRight,
        tip: "One micro-step on. While a cell is selected the arrows move the selection; Esc gives them back",
        action: Action::Forward(Stride::Micro),
        possible: not_at_end,
    },
    Command {
        id: CommandId::PreviousStep,
        name: "Previous micro-step",
        shortcut: Some(Shortcut::plain(Key::ArrowLeft)),
        icon: Icon::ChevronLeft,
        tip: "One micro-step back. While a cell is selected the arrows move the selection; Esc gives them back",
        action: Action::Back(Stride::Micro),
        possible: not_at_start,
    },
    Command {
        id: CommandId::NextCycle,
        name: "Next H-cycle",
        shortcut: Some(Shortcut::shift(Key::ArrowRight)),
        icon: Icon::ChevronsRight,
        tip: "To the next update of H, the end of the H-cycle",
        action: Action::Forward(Stride::Cycle),
        possible: not_at_end,
    },
    Command {
        id: CommandId::PreviousCycle,
        name: "Previous H-cycle",
        shortcut: Some(Shortcut::shift(Key::ArrowLeft)),
        icon: Icon::ChevronsLeft,
        tip: "To the update of H before, the start of the H-cycle",
        action: Action::Back(Stride::Cycle),
        possible: not_at_start,
    },
    Command {
        id: CommandId::NextSegment,
        name: "Next segment",
        shortcut: Some(Shortcut::command(Key::ArrowRight)),
        icon: Icon::StepForward,
        tip: "To the end of the segment, where the model decides whether to halt",
        action: Action::Forward(Stride::Segment),
        possible: not_at_end,
    },
    Command {
        id: CommandId::PreviousSegment,
        name: "Previous segment",
        shortcut: Some(Shortcut::command(Key::ArrowLeft)),
        icon: Icon::StepBack,
        tip: "To the end of the segment before",
        action: Action::Back(Stride::Segment),
        possible: not_at_start,
    },
    Command {
        id: CommandId::Start,
        name: "To the start",
        shortcut: Some(Shortcut::plain(Key::Home)),
        icon: Icon::SkipBack,
        tip: "Before the first step: the initial states",
        action: Action::GoToStart,
        possible: not_at_start,
    },
    Command {
        id: CommandId::End,
        name: "To the end",
        shortcut: Some(Shortcut::plain(Key::End)),
        icon: Icon::SkipForward,
        tip: "The newest step; the playhead stays there while more are computed",
        action: Action::GoToEnd,
        possible: has_steps,
    },
    Command {
        id: CommandId::Faster,
        name: "Faster",
        shortcut: Some(Shortcut::plain(Key::CloseBracket)),
        icon: Icon::Plus,
        tip: "Play faster",
        action: Action::Faster,
        possible: always,
    },
    Command {
        id: CommandId::Slower,
        name: "Slower",
        shortcut: Some(Shortcut::plain(Key::OpenBracket)),
        icon: Icon::Minus,
        tip: "Play slower",
        action: Action::Slower,
        possible: always,
    },
    Command {
        id: CommandId::Loop,
        name: "Loop",
        shortcut: Some(Shortcut::plain(Key::L)),
        icon: Icon::Repeat,
        tip: "At the end: stop, play the segment again, or the whole run",
        action: Action::CycleLoop,
        possible: always,
    },
    Command {
        id: CommandId::Think,
        name: "Think again",
        shortcut: Some(Shortcut::command(Key::R)),
        icon: Icon::RotateCcw,
        tip: "Let the model think about the board once more, from the start",
        action: Action::ThinkAgain,
        possible: can_think,
    },
    Command {
        id: CommandId::Stop,
        name: "Stop thinking",
        shortcut: None,
        icon: Icon::Square,
        tip: "Stop the computation; the steps so far stay",
        action: Action::StopThinking,
        possible: State::thinking,
    },
    Command {
        id: CommandId::Open,
        name: "Open…",
        shortcut: Some(Shortcut::command(Key::O)),
        icon: Icon::FolderOpen,
        tip: "Open a puzzle as text, or a checkpoint: step_N of the public code, or safetensors",
        action: Action::Open,
        possible: always,
    },
    Command {
        id: CommandId::Quit,
        name: "Quit",
        shortcut: Some(Shortcut::command(Key::Q)),
        icon: Icon::X,
        tip: "Close the window; open boards are kept, saved or not, and come back",
        action: Action::Quit,
        possible: always,
    },
    Command {
        id: CommandId::Theme,
        name: "Next theme",
        shortcut: None,
        icon: Icon::SunMoon,
        tip: "Follow the system, dark, light",
        action: Action::CycleTheme,
        possible: always,
    },
    Command {
        id: CommandId::Layout,
        name: "Reset layout",
        shortcut: None,
        icon: Icon::LayoutDashboard,
        tip: "Put all panes back where they were; they are moved by dragging their titles",
        action: Action::ResetLayout,
        possible: always,
    },
    Command {
        id: CommandId::ShowLibrary,
        name: "Library",
        shortcut: None,
        icon: Icon::PanelLeft,
        tip: "Show or hide the library",
        action: Action::TogglePane(Pane::Library),
        possible: always,
    },
    Command {
        id: CommandId::ShowPlots,
        name: "Plots and log",
        shortcut: None,
        icon: Icon::Rows2,
        tip: "Show or hide the plots and the log",
        action: Action::TogglePane(Pane::Convergence),
        possible: always,
    },
    Command {
        id: CommandId::ShowExplore,
        name: "Explore layout",
        shortcut: Some(Shortcut::command(Key::Num1)),
        icon: Icon::Microscope,
        tip: "Watch a model think: board, clock, modules",
        action: Action::SetMode(Mode::Explore),
        possible: always,
    },
    Command {
        id: CommandId::ShowResearch,
        name: "Research layout",
        shortcut: Some(Shortcut::command(Key::Num2)),
        icon: Icon::ChartSpline,
        tip: "Figures over many puzzles: dimensionality, convergence, halting, trajectories",
        action: Action::SetMode(Mode::Research),
        possible: always,
    },
    Command {
        id: CommandId::ShowTrain,
        name: "Train layout",
        shortcut: Some(Shortcut::command(Key::Num3)),
        icon: Icon::GraduationCap,
        tip: "Watch models learn: runs, curves, a live board",
        action: Action::SetMode(Mode::Train),
        possible: always,
    },
    Command {
        id: CommandId::Contrast,
        name: "High contrast",
        shortcut: None,
        icon: Icon::Contrast,
        tip: "Stronger lines and texts in the light and the dark colours, or the usual ones",
        action: Action::ToggleContrast,
        possible: always,
    },
    Command {
        id: CommandId::Keys,
        name: "Keys",
        shortcut: Some(Shortcut::plain(Key::F1)),
        icon: Icon::Keyboard,
        tip: "The list of keys",
        action: Action::ToggleKeys,
        possible: always,
    },
    Command {
        id: CommandId::Palette,
        name: "Command palette",
        shortcut: Some(Shortcut::command(Key::P)),
        icon: Icon::Search,
        tip: "Find any command by a part of its name",
        action: Action::TogglePalette,
        possible: always,
    },
];
