//! The commands of training runs.

use eframe::egui::Key;
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::layout::Mode;
use super::super::state::State;
use super::super::train::{Format, OfRun, TrainAction};
use super::{Command, CommandId, Shortcut, always};
use crate::train::watch::{Life, RunView};

fn has_curves(state: &State) -> bool {
    state.train.current().is_some_and(|run| !run.reports.is_empty() || !run.measured.is_empty())
}

/// Something of the selected run, while the runs are shown.
fn selected(state: &State, holds: impl Fn(&RunView) -> bool) -> bool {
    state.settings.mode == Mode::Train && state.train.current().is_some_and(|run| holds(run))
}

const fn of_run(what: OfRun) -> Action {
    Action::Train(TrainAction::OfSelected(what))
}

/// The table.
pub(super) const TABLE: &[Command] = &[
    Command {
        id: CommandId::NewRun,
        name: "New training run…",
        shortcut: Some(Shortcut::command_shift(Key::N)),
        icon: Icon::Plus,
        tip: "Choose a preset, data and device, and start training. A run works in its own process: it goes on when the \
              window is closed, and is found again at the next start",
        action: Action::Train(TrainAction::New),
        possible: always,
    },
    Command {
        id: CommandId::ToggleRun,
        name: "Pause or resume the run",
        shortcut: Some(Shortcut::command_shift(Key::R)),
        icon: Icon::Pause,
        tip: "The selected run saves and pauses after the step it is in, or goes on from its last save",
        action: Action::Train(TrainAction::Toggle),
        possible: |state| state.train.current().is_some_and(|run| run.life != Life::Done),
    },
    Command {
        id: CommandId::StopRun,
        name: "Stop the run",
        shortcut: None,
        icon: Icon::Square,
        tip: "It saves and ends after the step it is in",
        action: of_run(OfRun::Stop),
        possible: |state| selected(state, |run| run.life.works() && run.asked.is_none()),
    },
    Command {
        id: CommandId::DuplicateRun,
        name: "Duplicate the run…",
        shortcut: None,
        icon: Icon::CopyPlus,
        tip: "A new run with the same settings, to be changed before it starts",
        action: of_run(OfRun::Duplicate),
        possible: |state| selected(state, |run| state.train.knows(run)),
    },
    Command {
        id: CommandId::RenameRun,
        name: "Rename the run",
        shortcut: None,
        icon: Icon::Pencil,
        tip: "The folder keeps its name",
        action: of_run(OfRun::Rename),
        possible: |state| selected(state, |run| run.folder.is_dir()),
    },
    Command {
        id: CommandId::ExploreRun,
        name: "Open the run in Explore",
        shortcut: None,
        icon: Icon::Microscope,
        tip: "Load the newest checkpoint and watch it think; training goes on meanwhile",
        action: of_run(OfRun::Explore),
        possible: |state| selected(state, |run| run.setup.is_some()),
    },
    Command {
        id: CommandId::RemoveRun,
        name: "Remove the run from the list",
        shortcut: None,
        icon: Icon::X,
        tip: "The folder stays on the disk",
        action: of_run(OfRun::Remove),
        possible: |state| selected(state, |run| !run.life.works()),
    },
    Command {
        id: CommandId::ExportCsv,
        name: "Export curves as CSV…",
        shortcut: None,
        icon: Icon::Download,
        tip: "All figures of the runs that are plotted, one row per report",
        action: Action::Train(TrainAction::Export(Format::Csv)),
        possible: has_curves,
    },
    Command {
        id: CommandId::ExportTensorBoard,
        name: "Export for TensorBoard…",
        shortcut: None,
        icon: Icon::ChartLine,
        tip: "The figures of the selected run alone, not of those laid over it, as an event file; put each run's file in a \
              folder of its own",
        action: Action::Train(TrainAction::Export(Format::TensorBoard)),
        possible: has_curves,
    },
];
