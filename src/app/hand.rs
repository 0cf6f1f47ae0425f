//! What a person holds: the tool, the colour, and the stroke that is being drawn.

use crate::board::arc::{Area, Place};
use crate::board::{Board, Kind};

/// What the pointer does on a board that is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tool {
    /// Paints walls, or the colour.
    #[default]
    Brush,
    /// Opens cells, or paints the background.
    Erase,
    /// A straight line.
    Line,
    /// A room within walls, or a filled rectangle.
    Rectangle,
    /// All cells that hang together with one.
    Fill,
    /// Puts the start.
    Start,
    /// Puts the goal.
    Goal,
    /// Selects a rectangle, or moves the selected one.
    Select,
}

impl Tool {
    /// The tools of a kind of board.
    pub fn of(kind: Kind) -> &'static [Self] {
        use Tool::*;
        match kind {
            Kind::Sudoku => &[],
            Kind::Maze => &[Brush, Erase, Line, Rectangle, Fill, Start, Goal],
            Kind::Arc => &[Brush, Erase, Line, Rectangle, Fill, Select],
        }
    }
}

/// The pointer on the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pen {
    /// It went down on a cell; `erase` with the second button.
    Down {
        /// The cell.
        cell: usize,
        /// Erase, whatever the tool.
        erase: bool,
        /// Select, whatever the tool.
        select: bool,
    },
    /// It moved to a cell while down.
    Move(usize),
    /// It went up.
    Up,
}

/// A stroke that is being drawn: one edit, however far it goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// What it does.
    pub tool: Tool,
    /// The board before it.
    pub before: Board,
    /// Where it began.
    pub from: usize,
    /// Where it is.
    pub last: usize,
    /// The selected part that it moves.
    pub held: Option<Area>,
    /// It has changed something, so that there is an edit to go on with.
    pub begun: bool,
}

/// A selected part of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selection {
    /// The document it is in.
    pub document: u64,
    /// Whose part it is; while another grid is worked on, nothing is selected.
    pub place: Place,
    /// The part.
    pub area: Area,
}

/// What a person holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Hand {
    /// The tool.
    pub tool: Tool,
    /// ARC's colour.
    pub colour: u8,
    /// Digits are pencilled in, not written.
    pub pencil: bool,
    /// The grid of an ARC task that is worked on; None for the test input that is asked.
    pub place: Option<Place>,
    /// The selected part of an ARC grid.
    pub selection: Option<Selection>,
    /// The part of an ARC grid that was copied last, as the clipboard has it.
    pub part: Option<String>,
    /// The stroke that is being drawn.
    pub stroke: Option<Stroke>,
}

impl Default for Hand {
    fn default() -> Self {
        Self { tool: Tool::Brush, colour: 1, pencil: false, place: None, selection: None, part: None, stroke: None }
    }
}
