//! The one table of commands: menus, buttons, keys, tooltips, the palette and the list of keys are all fed from it.

mod board;
mod general;
mod pictures;
mod research;

use eframe::egui::{Key, Modifiers};
use lucide_icons::Icon;

use super::action::Action;
use super::state::State;

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
    /// The name with what it is about now: `Undo paint wall`.
    pub fn name_now(&self, state: &State) -> String {
        let edit = match self.id {
            CommandId::Undo => state.document.undo_name(),
            CommandId::Redo => state.document.redo_name(),
            _ => None,
        };
        edit.map_or_else(|| self.name.to_owned(), |edit| format!("{} {edit}", self.name))
    }

    /// The tooltip with what it is about now.
    pub fn tooltip_now(&self, state: &State) -> String {
        match self.id {
            CommandId::Undo | CommandId::Redo => {
                let keys = self.shortcut.map(|keys| format!(" ({})", keys.text())).unwrap_or_default();
                format!("{}{keys}", self.name_now(state))
            }
            _ => self.tooltip(),
        }
    }

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
    PointUncertain,
    PointChanged,
    HeatState,
    HeatChange,
    HeatToEnd,
    HeatOrder,
    HeatRange,
    Full,
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
        let mut shown = board::TABLE.iter().chain(pictures::TABLE);
        clock || shown.any(|command| command.id == self && command.id != NewPuzzle)
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
    general::TABLE.iter().chain(board::TABLE).chain(pictures::TABLE).chain(research::TABLE)
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
    fn tooltips_name_the_key() {
        if !cfg!(target_os = "macos") {
            assert!(command(CommandId::Redo).tooltip().ends_with("(Ctrl+Shift+Z)"));
        }
        assert!(command(CommandId::Slower).tooltip().ends_with("([)"));
    }
}
