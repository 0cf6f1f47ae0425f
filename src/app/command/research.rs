//! The commands of the figures over many puzzles.

use eframe::egui::Key;
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::layout::Mode;
use super::super::research::{FileKind, ResearchAction};
use super::super::state::State;
use super::{Command, CommandId, Shortcut};

fn can_study(state: &State) -> bool {
    state.settings.mode == Mode::Research && state.model.is_some() && state.research.work.is_none()
}

fn has_figure(state: &State) -> bool {
    state.settings.mode == Mode::Research && state.research.found().is_some()
}

/// The table.
pub(super) const TABLE: &[Command] = &[
    Command {
        id: CommandId::Study,
        name: "Measure this figure",
        shortcut: Some(Shortcut::command(Key::M)),
        icon: Icon::Play,
        tip: "Run the model over the sample and draw the figure; it goes on in the background",
        action: Action::Research(ResearchAction::Run),
        possible: can_study,
    },
    Command {
        id: CommandId::StudyAll,
        name: "Measure all figures",
        shortcut: Some(Shortcut::command_shift(Key::M)),
        icon: Icon::ListChecks,
        tip: "One figure after the other, over the same sample",
        action: Action::Research(ResearchAction::RunAll),
        possible: can_study,
    },
    Command {
        id: CommandId::StopStudy,
        name: "Stop measuring",
        shortcut: None,
        icon: Icon::Square,
        tip: "Give up the figure that is being measured; those that are done stay",
        action: Action::Research(ResearchAction::Cancel),
        possible: |state| state.research.work.is_some(),
    },
    Command {
        id: CommandId::SavePng,
        name: "Save figure as PNG…",
        shortcut: None,
        icon: Icon::Image,
        tip: "Save the figure as a picture in pixels; what it is made from stands in the file",
        action: Action::Research(ResearchAction::Export(FileKind::Png)),
        possible: has_figure,
    },
    Command {
        id: CommandId::SaveSvg,
        name: "Save figure as SVG…",
        shortcut: None,
        icon: Icon::PenTool,
        tip: "Save the figure as a picture in lines, for print; what it is made from stands in the file",
        action: Action::Research(ResearchAction::Export(FileKind::Svg)),
        possible: has_figure,
    },
    Command {
        id: CommandId::SaveNumbers,
        name: "Save numbers as CSV…",
        shortcut: None,
        icon: Icon::Table,
        tip: "Save the figure's numbers",
        action: Action::Research(ResearchAction::Export(FileKind::Csv)),
        possible: has_figure,
    },
];
