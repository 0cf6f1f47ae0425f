//! The one table of commands: menus, buttons, keys, tooltips, the palette and the list of keys are all fed from it.

mod arc;
mod board;
mod document;
mod general;
mod library;
mod pictures;
mod research;
mod said;
mod shortcut;
mod training;

use lucide_icons::Icon;

pub use shortcut::{Shortcut, Shortcuts};

use super::action::Action;
use super::state::State;
use super::theme::ThemeChoice;

/// The open command palette.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Palette {
    /// What was typed.
    pub typed: String,
    /// The line that Enter does.
    pub chosen: usize,
}

/// A command that gets the next keys pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebinding {
    /// The command.
    pub id: CommandId,
    /// Keys of another command: pressed again, they are taken from it.
    pub taking: Option<Shortcut>,
}

/// Something that can be done from a menu, a button or a key.
pub struct Command {
    /// Its name in the program.
    pub id: CommandId,
    /// Its name for people.
    pub name: &'static str,
    /// Its usual keys; [`Shortcuts::of`] says which it has.
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
    /// The name with what it is about now: `Undo paint wall`.
    pub fn name_now(&self, state: &State) -> String {
        let edit = match self.id {
            CommandId::Undo => state.doc.history.undo_name(),
            CommandId::Redo => state.doc.history.redo_name(),
            _ => None,
        };
        edit.map_or_else(|| self.name.to_owned(), |edit| format!("{} {edit}", self.name))
    }

    /// Whether what it sets is set.
    pub fn is_on(&self, state: &State) -> bool {
        let settings = &state.settings;
        match self.id {
            CommandId::ThemeDark => settings.theme == ThemeChoice::Dark,
            CommandId::ThemeLight => settings.theme == ThemeChoice::Light,
            CommandId::ThemeSystem => settings.theme == ThemeChoice::System,
            CommandId::Contrast => settings.contrast,
            CommandId::Linear => settings.linear,
            CommandId::Still => settings.still,
            CommandId::ArcColours => settings.safe_colours,
            _ => false,
        }
    }

    /// The sentence, or the name with what it is about now, with the keys behind it.
    pub fn tooltip(&self, state: &State) -> String {
        let text = match self.id {
            CommandId::Undo | CommandId::Redo => self.name_now(state),
            _ => self.tip.to_owned(),
        };
        match state.settings.shortcuts.of(self) {
            Some(keys) => format!("{text} ({keys})"),
            None => text,
        }
    }
}

/// The names of the commands; the table below says of each what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    SaveAs,
    NewTab,
    CloseTab,
    NextTab,
    PreviousTab,
    CopyState,
    OpenFolder,
    AskAll,
    StopAskAll,
    SaveResults,
    Quit,
    Undo,
    Redo,
    Copy,
    Paste,
    CopyCsv,
    Erase,
    Clear,
    Solution,
    Candidates,
    ShowSudoku,
    ShowMaze,
    ShowArc,
    Brush,
    Eraser,
    Line,
    Rectangle,
    Fill,
    PutStart,
    PutGoal,
    Lock,
    Unlock,
    Hint,
    Pencil,
    TurnLeft,
    TurnRight,
    MirrorSides,
    MirrorTop,
    Transpose,
    CycleColours,
    MoreRows,
    FewerRows,
    MoreColumns,
    FewerColumns,
    AddExample,
    RemoveExample,
    ArcColours,
    SelectTool,
    SelectAll,
    SelectNone,
    Cut,
    FillSelection,
    CopyInput,
    CopyAnswer,
    Ask,
    StopAsking,
    Fit,
    StopFit,
    ForgetFit,
    Theme,
    ThemeDark,
    ThemeLight,
    ThemeSystem,
    Contrast,
    Layout,
    ShowLibrary,
    ShowPlots,
    ShowExplore,
    ShowResearch,
    ShowTrain,
    NewRun,
    ToggleRun,
    StopRun,
    DuplicateRun,
    RenameRun,
    ExploreRun,
    RemoveRun,
    Study,
    StudyAll,
    StopStudy,
    SavePng,
    SaveSvg,
    SaveNumbers,
    ExportCsv,
    ExportTensorBoard,
    LayNothing,
    LayDecidedSoFar,
    LayDecided,
    LayUncertainty,
    LayNormH,
    LayChangeH,
    LayCosineH,
    LayNormL,
    LayChangeL,
    LayCosineL,
    WaysByStep,
    WaysBySegment,
    WaysByRight,
    ZoomIn,
    ZoomOut,
    WholeBoard,
    LayAttentionH,
    LayAttentionL,
    PointUncertain,
    PointChanged,
    HeatState,
    HeatChange,
    HeatToEnd,
    HeatAttention,
    HeatGates,
    HeatOrder,
    HeatRange,
    Full,
    Linear,
    Still,
    ConvergencePng,
    ConvergenceSvg,
    ConvergenceCsv,
    HaltingPng,
    HaltingSvg,
    HaltingCsv,
    TrajectoryPng,
    TrajectorySvg,
    TrajectoryCsv,
    BoardPngSmall,
    BoardPng,
    BoardPngLarge,
    SaveRun,
    SaveTrace,
    Palette,
    Keys,
}

impl CommandId {
    /// Whether it is about the board and its clock, which only the layout Explore shows.
    pub fn explores(self) -> bool {
        use CommandId::*;
        let clock = matches!(
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
        );
        let boards = board::TABLE.iter().chain(document::TABLE).chain(arc::TABLE).chain(pictures::TABLE);
        let tables = boards.chain(library::TABLE);
        clock
            || tables
                .map(|command| command.id)
                .any(|id| id == self && !matches!(id, NewPuzzle | Save | SaveAs | OpenFolder))
    }
}

fn always(_: &State) -> bool {
    true
}

fn has_steps(state: &State) -> bool {
    state.computed() > 0
}

/// All commands.
pub fn commands() -> impl Iterator<Item = &'static Command> {
    let boards = document::TABLE.iter().chain(board::TABLE).chain(arc::TABLE).chain(pictures::TABLE);
    general::TABLE.iter().chain(boards).chain(library::TABLE).chain(research::TABLE).chain(training::TABLE)
}

/// The command of a name.
pub fn command(id: CommandId) -> &'static Command {
    // The test below holds the table complete, so the fallback is never taken.
    commands().find(|command| command.id == id).unwrap_or(&general::TABLE[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_keys_are_unique() {
        let all: Vec<&Command> = commands().collect();
        for (i, a) in all.iter().enumerate() {
            for b in &all[i + 1..] {
                assert_ne!(a.id, b.id);
                assert!(a.shortcut.is_none() || a.shortcut != b.shortcut, "{} and {}", a.name, b.name);
            }
        }
        assert_eq!(all.len(), CommandId::Keys as usize + 1);
    }

    #[test]
    fn tooltips_name_the_keys_it_has_now() {
        let mut state = State::new(super::super::persist::Settings::default());
        assert!(command(CommandId::Slower).tooltip(&state).ends_with("([)"));
        assert!(command(CommandId::PreviousTab).tooltip(&state).ends_with("+Shift+Tab)"));
        state.settings.shortcuts.give(CommandId::Slower, None);
        assert!(!command(CommandId::Slower).tooltip(&state).ends_with(')'));
    }
}
