//! Everything that can be done in the window, and what doing it needs from outside.

use std::path::PathBuf;

use super::arc::ArcAction;
use super::command::{CommandId, Shortcut};
use super::document::{Moment, Saving, TabAction};
use super::export::Plot;
use super::hand::{Pen, Tool};
use super::heat::{Shown, View};
use super::inside::Look;
use super::layout::{Mode, Pane};
use super::library::LibraryAction;
use super::movie::{Job as MovieJob, MovieAction};
use super::overlay::{Lens, Overlay};
use super::picture::PictureAction;
use super::puzzles::{Order, What};
use super::research::worker::Order as StudyOrder;
use super::research::{FileKind, ResearchAction};
use super::theme::ThemeChoice;
use super::trace::TraceOrder;
use super::train::apply::Export;
use super::train::{Order as RunOrder, TrainAction};
use super::ways::WayColour;
use crate::board::arc::Place;
use crate::board::sudoku::Shape;
use crate::board::{Board, Kind};
use crate::engine::{Command, Halting, ModelSource};
use crate::task::dihedral::Dihedral;
use crate::trace::Module;

/// How far one step of the clock goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stride {
    /// One micro-step.
    Micro,
    /// To the next update of H.
    Cycle,
    /// To the next segment's end.
    Segment,
}

/// A grid that can be copied within an ARC task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// One of the task's.
    Grid(Place),
    /// The input of the pair that it is copied to.
    Input,
    /// The model's answer at the moment shown.
    Answer,
}

/// Something a person does, by a button, a menu, a key, or the mouse on a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Play or pause.
    TogglePlay,
    /// Step forwards.
    Forward(Stride),
    /// Step backwards.
    Back(Stride),
    /// Show the moment after this many micro-steps.
    GoTo(usize),
    /// Before the first step.
    GoToStart,
    /// The newest step; stays there while more are computed.
    GoToEnd,
    /// Play faster.
    Faster,
    /// Play slower.
    Slower,
    /// What happens at the end: nothing, the segment again, the run again.
    CycleLoop,

    /// Select a cell, or none.
    Select(Option<usize>),
    /// Move the selection by rows and columns.
    MoveSelection(isize, isize),
    /// Write a digit into the selected cell.
    Type(u8),
    /// Clear the selected cell.
    Erase,
    /// Take the last edit back.
    Undo,
    /// Do it again.
    Redo,
    /// Put the board on the clipboard as text.
    Copy,
    /// Put the selected part of an ARC grid on the clipboard and paint it black.
    Cut,
    /// Select all of the ARC grid that is worked on.
    SelectAll,
    /// Select no part of it.
    SelectNone,
    /// Paint the selected part in the colour that is held.
    FillSelection,
    /// Copy a grid of the ARC task in place of another; None for the output of the pair that is worked on.
    CopyGrid {
        /// What is copied.
        from: Source,
        /// Where to.
        to: Option<Place>,
    },
    /// Put the board on the clipboard as a line of a puzzle file.
    CopyCsv,
    /// Replace the board by text.
    Paste(String),
    /// Replace it by what is on the clipboard.
    AskPaste,
    /// Clear every cell that is not locked; of an ARC task, the grid that is worked on.
    ClearBoard,
    /// Lock all filled cells of a Sudoku, or none.
    Lock(bool),
    /// Write the solver's digit into the selected cell, or the first blank one.
    Hint,
    /// Digits are pencilled in from now on, or written again.
    TogglePencil,
    /// Take a tool.
    TakeTool(Tool),
    /// Take one of ARC's colours.
    TakeColour(u8),
    /// The pointer on the board.
    Pen(Pen),
    /// Use a tool on one cell, as a key does.
    Touch {
        /// The tool.
        tool: Tool,
        /// The cell.
        cell: usize,
    },
    /// Work on this grid of the ARC task.
    WorkOn(Place),
    /// Ask this test input of the ARC task.
    AskTest(usize),
    /// Turn or mirror the grid that is worked on.
    Turn(Dihedral),
    /// Give every colour of the grid but black the next one's place.
    CycleColours,
    /// Give the grid more or fewer rows and columns.
    Resize(isize, isize),
    /// Add an example pair to the ARC task.
    AddExample,
    /// Remove the example pair that is worked on.
    RemoveExample,
    /// Draw mazes of this side from now on: a blank one.
    BlankMaze(usize),
    /// Show a board of this kind.
    ShowKind(Kind),
    /// A new puzzle like the last one.
    NewPuzzle,
    /// A new puzzle of this kind; what it is like is remembered.
    NewPuzzleOf(What),
    /// Browse samples of this shape.
    BrowseShape(Shape),
    /// New mazes have this side.
    BrowseSide(usize),
    /// New Sudokus of a chosen number of givens have so many.
    SetGivens(usize),
    /// Show the solver's solution, or hide it.
    ToggleSolution,
    /// Show all candidates in each cell, or only the best.
    ToggleCandidates,
    /// Lay this over the board.
    Lay(Overlay),
    /// Point these cells out, or no longer.
    ToggleLens(Lens),
    /// Show these numbers in the heat maps.
    ShowHeat(Shown),
    /// Channels by their variance over tokens, or as the model has them.
    ToggleHeatOrder,
    /// A range for each state, or one for both.
    ToggleHeatRange,

    /// Ask for a file to open.
    Open,
    /// Save the board in its file; where it has none, ask for one.
    Save,
    /// Ask where to save a board, or the one that is shown.
    SaveAs(Option<u64>),
    /// Something with tabs.
    Tab(TabAction),
    /// Something with the sets of puzzles.
    Library(LibraryAction),
    /// Take a file off the recent ones.
    Forget(PathBuf),
    /// Put the board, the model and the moment on the clipboard.
    CopyMoment,
    /// Bring such a moment back.
    Recall(Box<Moment>),
    /// Save a plot of the run.
    SavePlot(Plot, FileKind),
    /// Save the board as it is shown, so many pixels a point.
    SaveBoard(u8),
    /// Save the run as a trace file.
    SaveTrace,
    /// Something with the run as a moving picture.
    Movie(MovieAction),
    /// Open a puzzle or checkpoint.
    OpenPath(PathBuf),

    /// Load a model.
    UseModel(ModelSource),
    /// Compute on this device.
    UseDevice(String),
    /// Think about the board once more.
    ThinkAgain,
    /// Stop thinking; what was computed stays.
    StopThinking,
    /// When to stop.
    SetHalting(Halting),
    /// The most segments; None for what the model was trained with.
    SetMaxSegments(Option<usize>),

    /// Wear this theme.
    SetTheme(ThemeChoice),
    /// Wear dark colours after light ones, and light ones after dark.
    SwitchTheme,
    /// Show or hide a pane.
    TogglePane(Pane),
    /// Show this layout.
    SetMode(Mode),
    /// Put all panes back where they were.
    ResetLayout,
    /// Something with votes and fits of ARC tasks.
    Arc(ArcAction),
    /// Something with training runs.
    Train(TrainAction),
    /// Something with a picture that is becoming a maze.
    Picture(PictureAction),
    /// Something with figures over many puzzles.
    Research(ResearchAction),
    /// Stronger lines and texts, or the usual ones.
    ToggleContrast,
    /// Show the clockwork in the whole window, or the panes again.
    ToggleFull,
    /// Show one module's heat map large; both again when it is.
    Enlarge(Module),
    /// Give residuals and eigenvalues a linear scale, or a logarithmic one again.
    ToggleLinear,
    /// Let nothing move but the playhead, or all again.
    ToggleStill,
    /// Show or hide the list of keys.
    ToggleKeys,
    /// What was typed to find a command in the list of keys.
    SearchKeys(String),
    /// The next keys pressed become those of this command; None for no longer.
    Rebind(Option<CommandId>),
    /// Give keys to a command, or take them away. Those of another command are given when they are asked for twice.
    SetShortcut(CommandId, Option<Shortcut>),
    /// Say why this command cannot be done now.
    SayWhyNot(CommandId),
    /// Give all commands their usual keys.
    ResetShortcuts,
    /// Open the command palette, or close it.
    TogglePalette,
    /// What was typed into the command palette.
    SearchPalette(String),
    /// The line of the command palette that Enter does.
    ChooseInPalette(usize),
    /// ARC's own colours, or ones that are told apart in all common kinds of colour blindness.
    TogglePaletteOfArc,
    /// What the colours of the run's trajectory say.
    ColourWays(WayColour),
    /// See this part of the board.
    LookCloser(View),
    /// See a part of it that is smaller by this factor, around the selected cell or the middle.
    Zoom(f32),
    /// Look into this block and head.
    LookInto(Look),
    /// What the states of a run may take, MiB; None for a quarter of the free memory.
    SetMemory(Option<u32>),
    /// Close a message.
    Dismiss(u64),
    /// End the program.
    Quit,
}

/// What applying an action asks the outside to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Tell the compute thread.
    Engine(Command),
    /// Put text on the clipboard.
    Copy(String),
    /// Ask for the text on the clipboard; it comes as if it were pasted by its keys.
    AskPaste,
    /// Show the dialog for opening.
    AskOpen,
    /// Write a board into its file.
    Write(Saving),
    /// Show the dialog for saving a board.
    AskSave(Saving),
    /// Find the model of a pasted moment.
    FindModel {
        /// The document that it answers.
        id: u64,
        /// Its name.
        name: String,
        /// How the SHA-256 of its file begins.
        hash: String,
        /// Where it may be.
        among: Vec<ModelSource>,
    },
    /// Find out which of these files cannot be read.
    FindMissing(Vec<PathBuf>),
    /// Show the dialog for opening a folder.
    AskFolder,
    /// Read one of the sets that the program carries.
    ReadShipped(usize),
    /// Find out what a file is.
    Look(PathBuf),
    /// Make a puzzle.
    Generate(Order),
    /// Ask the solver about a board.
    Judge(Board),
    /// Show or hide a pane.
    TogglePane(Pane),
    /// Forget the layout.
    ResetLayout,
    /// Tell the thread that reads and starts runs.
    Runs(RunOrder),
    /// Tell the thread that does studies.
    Research(StudyOrder),
    /// Reckon or write a moving picture.
    Movie(Box<MovieJob>),
    /// Show the dialog for saving this.
    AskExport(Export),
    /// Show the dialog for saving this run as a trace file.
    AskTrace(Box<TraceOrder>),
    /// Close the window.
    Quit,
}
