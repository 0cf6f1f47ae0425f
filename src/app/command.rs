//! The one table of commands: menus, buttons, keys, tooltips and the list of keys are all fed from it.

use eframe::egui::{Key, Modifiers};
use lucide_icons::Icon;

use super::action::{Action, Stride};
use super::layout::{Mode, Pane};
use super::research::{FileKind, ResearchAction};
use super::state::State;
use super::train::{Format, TrainAction};
use crate::train::watch::Life;

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortcut {
    /// Exactly these.
    pub modifiers: Modifiers,
    /// The key.
    pub key: Key,
}

impl Shortcut {
    const fn plain(key: Key) -> Self {
        Self { modifiers: Modifiers::NONE, key }
    }

    const fn shift(key: Key) -> Self {
        Self { modifiers: Modifiers::SHIFT, key }
    }

    const fn command(key: Key) -> Self {
        Self { modifiers: Modifiers::COMMAND, key }
    }

    const fn command_shift(key: Key) -> Self {
        Self { modifiers: Modifiers { shift: true, ..Modifiers::COMMAND }, key }
    }

    /// As people write it: `Ctrl+Shift+Z`.
    pub fn text(self) -> String {
        let control = if cfg!(target_os = "macos") { "Cmd+" } else { "Ctrl+" };
        let key = match self.key {
            Key::ArrowLeft => "Left",
            Key::ArrowRight => "Right",
            Key::OpenBracket => "[",
            Key::CloseBracket => "]",
            other => other.name(),
        };
        let shift = if self.modifiers.shift { "Shift+" } else { "" };
        format!("{}{shift}{key}", if self.modifiers.command { control } else { "" })
    }
}

/// Something that can be done from a menu, a button or a key.
pub struct Command {
    /// Its name in the program.
    pub id: CommandId,
    /// Its name for people.
    pub name: &'static str,
    /// Its keys.
    pub shortcut: Option<Shortcut>,
    /// Its picture on buttons.
    pub icon: Icon,
    /// What it does, in a sentence.
    pub tip: &'static str,
    /// What it does.
    pub action: Action,
    /// Whether it can be done now.
    pub possible: fn(&State) -> bool,
}

impl Command {
    /// The sentence with the key behind it.
    pub fn tooltip(&self) -> String {
        match self.shortcut {
            Some(shortcut) => format!("{} ({})", self.tip, shortcut.text()),
            None => self.tip.to_owned(),
        }
    }
}

/// The names of the commands; the table below says of each what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CommandId {
    Play,
    NextStep,
    PreviousStep,
    NextCycle,
    PreviousCycle,
    NextSegment,
    PreviousSegment,
    Start,
    End,
    Faster,
    Slower,
    Loop,
    Think,
    Stop,
    NewPuzzle,
    Open,
    Save,
    Quit,
    Undo,
    Redo,
    Copy,
    Erase,
    Clear,
    Solution,
    Candidates,
    Theme,
    Layout,
    ShowLibrary,
    ShowPlots,
    ShowExplore,
    ShowResearch,
    ShowTrain,
    NewRun,
    ToggleRun,
    Study,
    StudyAll,
    StopStudy,
    SavePng,
    SaveSvg,
    SaveNumbers,
    ExportCsv,
    ExportTensorBoard,
    Keys,
}

impl CommandId {
    /// Whether it is about the board and its clock, which only the layout Explore shows.
    pub fn explores(self) -> bool {
        use CommandId::*;
        matches!(
            self,
            Play | NextStep
                | PreviousStep
                | NextCycle
                | PreviousCycle
                | NextSegment
                | PreviousSegment
                | Start
                | End
                | Faster
                | Slower
                | Loop
                | Think
                | Undo
                | Redo
                | Copy
                | Erase
        )
    }
}

fn always(_: &State) -> bool {
    true
}

fn has_steps(state: &State) -> bool {
    state.computed() > 0
}

fn not_at_start(state: &State) -> bool {
    state.playhead.at > 0
}

fn not_at_end(state: &State) -> bool {
    state.playhead.at < state.computed()
}

fn can_think(state: &State) -> bool {
    state.model.is_some() && state.misfit().is_none()
}

fn can_study(state: &State) -> bool {
    state.model.is_some() && state.research.work.is_none()
}

fn has_figure(state: &State) -> bool {
    state.research.found().is_some()
}

fn has_curves(state: &State) -> bool {
    state.train.current().is_some_and(|run| !run.reports.is_empty() || !run.measured.is_empty())
}

/// All commands.
pub const COMMANDS: &[Command] = &[
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
        id: CommandId::NewPuzzle,
        name: "New puzzle",
        shortcut: Some(Shortcut::command(Key::N)),
        icon: Icon::Dices,
        tip: "A new puzzle of the chosen shape and difficulty; the board before can be undone back",
        action: Action::NewPuzzle,
        possible: always,
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
        id: CommandId::Save,
        name: "Save puzzle…",
        shortcut: Some(Shortcut::command(Key::S)),
        icon: Icon::Save,
        tip: "Save the board as text",
        action: Action::Save,
        possible: always,
    },
    Command {
        id: CommandId::Quit,
        name: "Quit",
        shortcut: Some(Shortcut::command(Key::Q)),
        icon: Icon::X,
        tip: "Close the window",
        action: Action::Quit,
        possible: always,
    },
    Command {
        id: CommandId::Undo,
        name: "Undo",
        shortcut: Some(Shortcut::command(Key::Z)),
        icon: Icon::Undo2,
        tip: "Take the last edit of the board back",
        action: Action::Undo,
        possible: |state| state.document.undo_name().is_some(),
    },
    Command {
        id: CommandId::Redo,
        name: "Redo",
        shortcut: Some(Shortcut::command_shift(Key::Z)),
        icon: Icon::Redo2,
        tip: "Do the undone edit again",
        action: Action::Redo,
        possible: |state| state.document.redo_name().is_some(),
    },
    Command {
        id: CommandId::Copy,
        name: "Copy board as text",
        shortcut: Some(Shortcut::command(Key::C)),
        icon: Icon::Copy,
        tip: "Put the board on the clipboard; Ctrl+V puts a board from the clipboard here",
        action: Action::Copy,
        possible: always,
    },
    Command {
        id: CommandId::Erase,
        name: "Clear the selected cell",
        shortcut: Some(Shortcut::plain(Key::Delete)),
        icon: Icon::Eraser,
        tip: "Make the selected cell blank",
        action: Action::Erase,
        possible: |state| state.selected.is_some_and(|cell| state.board().get(cell) != Some(0)),
    },
    Command {
        id: CommandId::Clear,
        name: "Clear the board",
        shortcut: None,
        icon: Icon::Trash2,
        tip: "Make every cell blank",
        action: Action::ClearBoard,
        possible: |state| state.board().givens() > 0,
    },
    Command {
        id: CommandId::Solution,
        name: "Show solution",
        shortcut: None,
        icon: Icon::Lightbulb,
        tip: "Compare with the solver's solution, in green; hidden until asked for",
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
        tip: "The selected run's figures as an event file; put each run's file in a folder of its own",
        action: Action::Train(TrainAction::Export(Format::TensorBoard)),
        possible: has_curves,
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
];

/// The command of a name.
pub fn command(id: CommandId) -> &'static Command {
    // The test below holds the table complete, so the fallback is never taken.
    COMMANDS.iter().find(|command| command.id == id).unwrap_or(&COMMANDS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_keys_are_unique() {
        for (i, a) in COMMANDS.iter().enumerate() {
            for b in &COMMANDS[i + 1..] {
                assert_ne!(a.id, b.id);
                assert!(a.shortcut.is_none() || a.shortcut != b.shortcut, "{} and {}", a.name, b.name);
            }
        }
        assert_eq!(COMMANDS.len(), CommandId::Keys as usize + 1);
    }

    #[test]
    fn tooltips_name_the_key() {
        if !cfg!(target_os = "macos") {
            assert!(command(CommandId::Redo).tooltip().ends_with("(Ctrl+Shift+Z)"));
        }
        assert!(command(CommandId::Slower).tooltip().ends_with("([)"));
    }
}
