//! The commands of the pictures: what is laid over the board, what the heat maps show, what is saved of them.

use eframe::egui::Key;
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::export::Plot;
use super::super::heat::Shown;
use super::super::movie::MovieAction;
use super::super::overlay::{Lens, Overlay};
use super::super::research::FileKind;
use super::super::ways::WayColour;
use super::{Command, CommandId, Shortcut, always, has_steps};
use crate::trace::Module;

const fn lay(id: CommandId, name: &'static str, overlay: Overlay) -> Command {
    let tip = overlay.about();
    Command { id, name, shortcut: None, icon: Icon::Layers, tip, action: Action::Lay(overlay), possible: always }
}

const fn heat(id: CommandId, name: &'static str, tip: &'static str, action: Action) -> Command {
    Command { id, name, shortcut: None, icon: Icon::Grid3x3, tip, action, possible: always }
}

const fn ways(id: CommandId, name: &'static str, colour: WayColour) -> Command {
    let tip = colour.about();
    Command { id, name, shortcut: None, icon: Icon::Spline, tip, action: Action::ColourWays(colour), possible: always }
}

const fn lens(id: CommandId, name: &'static str, tip: &'static str, lens: Lens) -> Command {
    let action = Action::ToggleLens(lens);
    Command { id, name, shortcut: None, icon: Icon::ScanSearch, tip, action, possible: always }
}

const fn plot(id: CommandId, name: &'static str, plot: Plot, kind: FileKind) -> Command {
    let tip = match kind {
        FileKind::Png => "As a picture in pixels, with the definition, the model's hash and the sample in its metadata",
        FileKind::Svg => "As a picture in lines, with the definition, the model's hash and the sample in its metadata",
        FileKind::Csv => "Its numbers, a row each",
    };
    let action = Action::SavePlot(plot, kind);
    Command { id, name, shortcut: None, icon: Icon::ChartLine, tip, action, possible: has_steps }
}

const fn board(id: CommandId, name: &'static str, scale: u8) -> Command {
    let tip = "The board at this step, with its overlay; as it stands while no model has answered it";
    let action = Action::SaveBoard(scale);
    Command { id, name, shortcut: None, icon: Icon::ImageDown, tip, action, possible: always }
}

/// The table.
pub(super) const TABLE: &[Command] = &[
    lay(CommandId::LayNothing, "Overlay: none", Overlay::None),
    lay(CommandId::LayDecidedSoFar, "Overlay: decided, so far", Overlay::DecidedSoFar),
    lay(CommandId::LayDecided, "Overlay: decided, whole run", Overlay::Decided),
    lay(CommandId::LayUncertainty, "Overlay: uncertainty", Overlay::Uncertainty),
    lay(CommandId::LayNormH, "Overlay: norm of z_H", Overlay::Norm(Module::H)),
    lay(CommandId::LayChangeH, "Overlay: change of z_H", Overlay::Change(Module::H)),
    lay(CommandId::LayCosineH, "Overlay: cosine of z_H", Overlay::Cosine(Module::H)),
    lay(CommandId::LayNormL, "Overlay: norm of z_L", Overlay::Norm(Module::L)),
    lay(CommandId::LayChangeL, "Overlay: change of z_L", Overlay::Change(Module::L)),
    lay(CommandId::LayCosineL, "Overlay: cosine of z_L", Overlay::Cosine(Module::L)),
    lay(CommandId::LayAttentionH, "Overlay: attention in H", Overlay::Attention(Module::H)),
    lay(CommandId::LayAttentionL, "Overlay: attention in L", Overlay::Attention(Module::L)),
    ways(CommandId::WaysByStep, "Trajectory: colours by step", WayColour::Step),
    ways(CommandId::WaysBySegment, "Trajectory: colours by segment", WayColour::Segment),
    ways(CommandId::WaysByRight, "Trajectory: colours by right or wrong", WayColour::Right),
    lens(
        CommandId::PointUncertain,
        "Most uncertain cells",
        "Point out the five cells whose answer is the least certain now, or no longer",
        Lens::Uncertain,
    ),
    lens(
        CommandId::PointChanged,
        "Most often changed cells",
        "Point out the five cells whose answer changed most often so far, or no longer",
        Lens::Changed,
    ),
    heat(CommandId::HeatState, "Heat maps: state", Shown::State.about(), Action::ShowHeat(Shown::State)),
    heat(CommandId::HeatChange, "Heat maps: change", Shown::Change.about(), Action::ShowHeat(Shown::Change)),
    heat(CommandId::HeatToEnd, "Heat maps: to the end", Shown::ToEnd.about(), Action::ShowHeat(Shown::ToEnd)),
    heat(
        CommandId::HeatAttention,
        "Heat maps: attention",
        Shown::Attention.about(),
        Action::ShowHeat(Shown::Attention),
    ),
    heat(CommandId::HeatGates, "Heat maps: gates", Shown::Gates.about(), Action::ShowHeat(Shown::Gates)),
    heat(
        CommandId::HeatOrder,
        "Heat maps: channels by variance",
        "Channels stand by their variance over the tokens at the run's newest step, or as the model has them",
        Action::ToggleHeatOrder,
    ),
    heat(
        CommandId::HeatRange,
        "Heat maps: a range for each state",
        "Each state's colours have a range of their own, or both share one",
        Action::ToggleHeatRange,
    ),
    Command {
        id: CommandId::Full,
        name: "Clockwork, full window",
        shortcut: Some(Shortcut::command_shift(Key::F)),
        icon: Icon::Maximize2,
        tip: "The clockwork large, with the heat maps beside it; Esc goes back",
        action: Action::ToggleFull,
        possible: |state| state.model.is_some() || state.enlarged.is_some(),
    },
    Command {
        id: CommandId::Linear,
        name: "Linear scale",
        shortcut: None,
        icon: Icon::ChartLine,
        tip: "Residuals and eigenvalues on a linear scale from zero, or on a logarithmic one again",
        action: Action::ToggleLinear,
        possible: always,
    },
    Command {
        id: CommandId::Still,
        name: "Still pictures",
        shortcut: None,
        icon: Icon::Snowflake,
        tip: "Nothing moves but the playhead: no flashes, nothing that travels, no fading; or all of it again",
        action: Action::ToggleStill,
        possible: always,
    },
    plot(CommandId::ConvergencePng, "Save convergence as PNG…", Plot::Convergence, FileKind::Png),
    plot(CommandId::ConvergenceSvg, "Save convergence as SVG…", Plot::Convergence, FileKind::Svg),
    plot(CommandId::ConvergenceCsv, "Save convergence as CSV…", Plot::Convergence, FileKind::Csv),
    plot(CommandId::HaltingPng, "Save halting as PNG…", Plot::Halting, FileKind::Png),
    plot(CommandId::HaltingSvg, "Save halting as SVG…", Plot::Halting, FileKind::Svg),
    plot(CommandId::HaltingCsv, "Save halting as CSV…", Plot::Halting, FileKind::Csv),
    plot(CommandId::TrajectoryPng, "Save trajectory as PNG…", Plot::Trajectory, FileKind::Png),
    plot(CommandId::TrajectorySvg, "Save trajectory as SVG…", Plot::Trajectory, FileKind::Svg),
    plot(CommandId::TrajectoryCsv, "Save trajectory as CSV…", Plot::Trajectory, FileKind::Csv),
    board(CommandId::BoardPngSmall, "Save the board as PNG, 512 px…", 1),
    board(CommandId::BoardPng, "Save the board as PNG, 1024 px…", 2),
    board(CommandId::BoardPngLarge, "Save the board as PNG, 2048 px…", 4),
    Command {
        id: CommandId::SaveRun,
        name: "Save the run as a moving picture…",
        shortcut: None,
        icon: Icon::Film,
        tip: "The board at every micro-step as a GIF or an animated PNG; says first how large it will be",
        action: Action::Movie(MovieAction::Open),
        possible: has_steps,
    },
    Command {
        id: CommandId::SaveTrace,
        name: "Save the run as a trace…",
        shortcut: None,
        icon: Icon::FileOutput,
        tip: "Every state and the answers at the segments' ends as safetensors, as \"hrmscope solve --trace\" writes them; opened again like any file",
        action: Action::SaveTrace,
        possible: has_steps,
    },
];

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::super::apply::apply;
    use super::super::super::document::Asked;
    use super::super::super::fixtures::{recording, sudoku};
    use super::super::super::persist::Settings;
    use super::super::super::research::form::tests::model;
    use super::super::super::state::{State, Told};
    use super::*;
    use crate::board::History;
    use crate::engine::Halting;
    use crate::trace::Question;

    #[test]
    fn every_command_does_something_on_a_run() {
        let shown = |overlay, shown, ways| {
            let mut settings = Settings { overlay, ways, ..Settings::default() };
            settings.heat.shown = shown;
            settings
        };
        let all = [
            shown(Overlay::None, Shown::State, WayColour::Step),
            shown(Overlay::Uncertainty, Shown::Change, WayColour::Right),
        ];
        for command in TABLE {
            let does = |settings: &Settings| {
                let mut state = State::new(settings.clone());
                state.doc.history = History::new(sudoku());
                state.model = Some(Arc::new(model(16, 6)));
                state.doc.run.told = Some(Told { recording: recording(12, |_, _| 1), uncertainty: vec![0.5; 12] });
                let question = Question { tokens: vec![1; 16], puzzle_id: 0 };
                let (model, halting) = (Arc::new(model(16, 6)), Halting::Fixed);
                state.doc.run.asked_of = Some(Asked { model, halting, max_segments: 2, question });
                state.doc.playhead.at = 7;
                assert!((command.possible)(&state), "{}", command.name);
                let mut effects = Vec::new();
                apply(&mut state, command.action.clone(), &mut effects);
                assert!(state.toasts.is_empty(), "{}: {:?}", command.name, state.toasts);
                !effects.is_empty() || state.settings != *settings || state.enlarged.is_some()
            };
            assert!(all.iter().any(does), "{} does nothing", command.name);
        }
    }
}
