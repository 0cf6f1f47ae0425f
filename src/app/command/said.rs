//! What is said of commands beside the table: other words for them, and why one cannot be done now.

use super::super::edit::selection;
use super::super::figures::Judged;
use super::super::layout::Mode;
use super::super::state::State;
use super::{Command, CommandId};
use crate::board::Kind;
use crate::board::sudoku::Solutions;

impl Command {
    /// What people may call it besides, divided by commas.
    pub fn words(&self) -> &'static str {
        use CommandId::*;
        match self.id {
            ZoomIn => "zoom in, magnify, enlarge",
            ZoomOut => "zoom out, shrink",
            WholeBoard => "zoom to fit, reset zoom",
            NewPuzzle => "generate, random puzzle",
            Paste => "clipboard, insert",
            Clear => "delete everything, empty",
            Solution => "solve, truth",
            Hint => "help, solve a cell",
            Lock | Unlock => "clues, protect",
            Think => "solve, run, restart",
            Theme => "dark mode, light mode",
            ThemeDark => "dark mode, night",
            ThemeLight => "light mode, day",
            Contrast => "accessibility",
            ArcColours => "colour blindness, accessibility",
            Still => "animation, reduced motion",
            Full => "maximise, big",
            Keys => "shortcuts, keyboard, help",
            Palette => "search, find a command",
            Quit => "exit",
            NewRun => "train a model, learn",
            Fit => "train, fine-tune",
            BoardPngSmall | BoardPng | BoardPngLarge => "export image, picture, screenshot",
            ConvergencePng | ConvergenceSvg | HaltingPng | HaltingSvg | TrajectoryPng | TrajectorySvg | SavePng
            | SaveSvg => "export image, picture, plot",
            ConvergenceCsv | HaltingCsv | TrajectoryCsv | SaveNumbers | SaveResults => "export table, numbers",
            SaveRun => "export gif, animation, video",
            SaveTrace => "export run, record",
            _ => "",
        }
    }

    /// Why it cannot be done now, without a full stop. None where it can, and where everybody sees why.
    pub fn why_not(&self, state: &State) -> Option<String> {
        use CommandId::*;
        if (self.possible)(state) {
            return None;
        }
        let (kind, mode) = (state.kind(), state.settings.mode);
        let why = match self.id {
            Candidates | Hint | Pencil | Lock | Unlock if kind != Kind::Sudoku => "it is for Sudokus",
            PutStart | PutGoal if kind != Kind::Maze => "it is for mazes",
            Brush | Eraser | Line | Rectangle | Fill => "it is for mazes and ARC tasks",
            CopyCsv => "a puzzle file holds no ARC task",
            TurnLeft | TurnRight | MirrorSides | MirrorTop | Transpose | CycleColours | MoreRows | FewerRows
            | MoreColumns | FewerColumns | AddExample | RemoveExample | SelectTool | SelectAll | SelectNone | Cut
            | FillSelection | CopyInput | CopyAnswer | Ask | Fit
                if kind != Kind::Arc =>
            {
                "it is for ARC tasks"
            }
            SelectNone | Cut | FillSelection => "nothing is selected",
            RemoveExample => "no example is worked on",
            CopyAnswer => "there is no answer yet",
            Hint => return Some(no_hint(state)),
            Lock => "no cell is filled",
            Unlock => "no cell is locked",
            Erase if state.doc.selected.is_none() && selection(state).is_none() => "no cell is selected",
            Erase => "there is nothing in it that could be cleared",
            Clear => "there is nothing to clear",
            Undo => "there is nothing to undo",
            Redo => "there is nothing to redo",
            Paste => "only the layout Explore shows a board",
            NextTab | PreviousTab => "no other board is open",
            Think if state.model.is_none() => "there is no model",
            Think => "the model does not fit the board",
            Play | End | SaveRun | SaveTrace | ConvergencePng | ConvergenceSvg | ConvergenceCsv | HaltingPng
            | HaltingSvg | HaltingCsv | TrajectoryPng | TrajectorySvg | TrajectoryCsv => {
                "nothing has been computed yet"
            }
            AskAll => return state.cannot_ask_all(),
            SaveResults => "no puzzle has been answered yet",
            Study | StudyAll | SavePng | SaveSvg | SaveNumbers if mode != Mode::Research => {
                "it belongs to the layout Research"
            }
            SavePng | SaveSvg | SaveNumbers => "nothing has been measured yet",
            StopRun | DuplicateRun | RenameRun | ExploreRun | RemoveRun if mode != Mode::Train => {
                "it belongs to the layout Train"
            }
            ToggleRun => "no run is chosen that could go on",
            ExportCsv | ExportTensorBoard => "there are no curves yet",
            Stop | StopAsking | StopAskAll | StopStudy | StopFit => "there is nothing to stop",
            ForgetFit => "nothing has been fitted",
            _ => return None,
        };
        Some(why.to_owned())
    }
}

fn no_hint(state: &State) -> String {
    match state.doc.verdict.as_ref().map(|verdict| &verdict.judged) {
        Some(Judged::Sudoku { solutions: Solutions::Unique(_), .. }) => "every cell is filled".to_owned(),
        Some(Judged::Sudoku { solutions, .. }) => format!("this board has {solutions}"),
        _ => "the solver is still at it".to_owned(),
    }
}
