//! Mazes of side 3 to 64: cells, rules, and the rooms for text, paths and generating.

mod generator;
mod judge;
mod path;
mod picture;
mod text;

pub use generator::{GENERATED_SIDES, KindError, MazeError, MazeKind, generate, generate_many};
pub use judge::{PathVerdict, Seen, Shortest};
pub use path::{MazePuzzle, PuzzleError, is_shortest, shortest_path};
pub use picture::{Picture, PictureError, Reading};
pub use text::ParseError;

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// The sides a maze can have.
pub const SIDES: RangeInclusive<usize> = 3..=64;

/// What a cell of a maze is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cell {
    /// A wall, `#`.
    Wall,
    /// A cell to walk on, a space in the text form.
    Open,
    /// The start, `S`.
    Start,
    /// The goal, `G`.
    Goal,
}

impl Cell {
    /// The character of the text form: `#`, space, `S` or `G`.
    pub fn character(self) -> char {
        match self {
            Self::Wall => '#',
            Self::Open => ' ',
            Self::Start => 'S',
            Self::Goal => 'G',
        }
    }
}

/// A square maze: `side * side` cells row by row, steps go down, left, right and up, and the edge is a wall.
///
/// It never has two starts or two goals. One that is being drawn may lack either ([`Maze::draft`],
/// [`Maze::parse_draft`]); [`Maze::check`] says what is missing. All else makes complete mazes only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "MazeText", into = "MazeText")]
pub struct Maze {
    side: usize,
    cells: Vec<Cell>,
}

/// How a maze is serialised: readable, and checked when read. Drafts may be kept too.
#[derive(Serialize, Deserialize)]
struct MazeText {
    side: usize,
    cells: String,
}

impl TryFrom<MazeText> for Maze {
    type Error = ParseError;

    fn try_from(text: MazeText) -> Result<Self, ParseError> {
        let maze = Maze::parse_draft(&text.cells)?;
        match maze.side == text.side {
            true => Ok(maze),
            false => Err(BoardError::CellCount { side: text.side, found: maze.cells.len() }.into()),
        }
    }
}

impl From<Maze> for MazeText {
    fn from(maze: Maze) -> Self {
        Self { side: maze.side, cells: maze.to_text() }
    }
}

/// The start or the goal, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The start, `S`.
    Start,
    /// The goal, `G`.
    Goal,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start `S`",
            Self::Goal => "goal `G`",
        })
    }
}

/// Cells that are no maze.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BoardError {
    /// No maze has such a side.
    #[error("a maze cannot have side {0}: sides {least} to {most} are possible", least = SIDES.start(), most = SIDES.end())]
    Side(usize),
    /// Not `side * side` cells.
    #[error("a {side}x{side} maze has {} cells, not {found}: give one per cell, row by row", side.saturating_mul(*side))]
    CellCount {
        /// The maze's side.
        side: usize,
        /// How many were given.
        found: usize,
    },
    /// A cell outside the maze.
    #[error("a {side}x{side} maze has no cell {cell}: cells are counted from 0, row by row")]
    NoSuchCell {
        /// The maze's side.
        side: usize,
        /// The index asked for.
        cell: usize,
    },
    /// The start or the goal is not there.
    #[error("the {side}x{side} maze has no {end}: put it on one of its cells")]
    Missing {
        /// The maze's side.
        side: usize,
        /// Which one.
        end: End,
    },
    /// There are two starts or two goals.
    #[error("row {row}, column {column} holds a second {end}: the first is in row {first_row}, column {first_column}")]
    Second {
        /// Which one.
        end: End,
        /// The second's row, counted from 1.
        row: usize,
        /// The second's column, counted from 1.
        column: usize,
        /// The first's row, counted from 1.
        first_row: usize,
        /// The first's column, counted from 1.
        first_column: usize,
    },
}

impl Maze {
    /// A maze from its cells, row by row, with one start and one goal. They need not be joined.
    ///
    /// # Errors
    /// [`BoardError`] when the side or the number of cells does not fit, or start or goal is missing or doubled.
    pub fn new(side: usize, cells: Vec<Cell>) -> Result<Self, BoardError> {
        let maze = Self::draft(side, cells)?;
        maze.check()?;
        Ok(maze)
    }

    /// A maze that is being drawn: start or goal may be missing.
    ///
    /// # Errors
    /// [`BoardError`] when the side or the number of cells does not fit, or there are two starts or goals.
    pub fn draft(side: usize, cells: Vec<Cell>) -> Result<Self, BoardError> {
        if !SIDES.contains(&side) {
            return Err(BoardError::Side(side));
        }
        if cells.len() != side * side {
            return Err(BoardError::CellCount { side, found: cells.len() });
        }
        let maze = Self { side, cells };
        for (end, kind) in [(End::Start, Cell::Start), (End::Goal, Cell::Goal)] {
            let mut places = maze.places(kind);
            if let (Some(first), Some(second)) = (places.next(), places.next()) {
                return Err(BoardError::Second {
                    end,
                    row: second / side + 1,
                    column: second % side + 1,
                    first_row: first / side + 1,
                    first_column: first % side + 1,
                });
            }
        }
        Ok(maze)
    }

    /// A maze of open cells, without start and goal.
    ///
    /// # Errors
    /// [`BoardError::Side`].
    pub fn blank(side: usize) -> Result<Self, BoardError> {
        match SIDES.contains(&side) {
            true => Ok(Self { side, cells: vec![Cell::Open; side * side] }),
            false => Err(BoardError::Side(side)),
        }
    }

    /// Is it complete?
    ///
    /// # Errors
    /// [`BoardError::Missing`] names the end that is not there, the start first.
    pub fn check(&self) -> Result<(), BoardError> {
        let missing = |end| BoardError::Missing { side: self.side, end };
        self.start().ok_or(missing(End::Start))?;
        self.goal().ok_or(missing(End::Goal))?;
        Ok(())
    }

    /// The number of rows and of columns.
    pub fn side(&self) -> usize {
        self.side
    }

    /// All cells `[side * side]`, row by row.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// One cell, counted from 0 row by row; `None` outside the maze.
    pub fn get(&self, cell: usize) -> Option<Cell> {
        self.cells.get(cell).copied()
    }

    /// Changes a cell, counted from 0 row by row. A start or goal moves there: the cell it stood on becomes open.
    ///
    /// # Errors
    /// [`BoardError::NoSuchCell`]; the maze is unchanged then.
    pub fn set(&mut self, cell: usize, to: Cell) -> Result<(), BoardError> {
        if cell >= self.cells.len() {
            return Err(BoardError::NoSuchCell { side: self.side, cell });
        }
        if matches!(to, Cell::Start | Cell::Goal)
            && let Some(before) = self.find(to)
        {
            self.cells[before] = Cell::Open;
        }
        self.cells[cell] = to;
        Ok(())
    }

    /// The cell of the start, counted from 0 row by row.
    pub fn start(&self) -> Option<usize> {
        self.find(Cell::Start)
    }

    /// The cell of the goal, counted from 0 row by row.
    pub fn goal(&self) -> Option<usize> {
        self.find(Cell::Goal)
    }

    /// The cells one step from a cell, in the order down, left, right, up; walls are left out.
    pub fn neighbours(&self, cell: usize) -> impl Iterator<Item = usize> + '_ {
        let beside = (cell < self.cells.len()).then(|| beside(self.side, cell));
        beside.into_iter().flatten().filter(|&cell| self.cells[cell] != Cell::Wall)
    }

    fn find(&self, kind: Cell) -> Option<usize> {
        self.places(kind).next()
    }

    fn places(&self, kind: Cell) -> impl Iterator<Item = usize> + '_ {
        (0..self.cells.len()).filter(move |&cell| self.cells[cell] == kind)
    }
}

/// The cells beside a cell of a square board, in the order down, left, right, up.
fn beside(side: usize, cell: usize) -> impl Iterator<Item = usize> {
    let (row, col) = (cell / side, cell % side);
    [
        (row + 1 < side).then(|| cell + side),
        (col > 0).then(|| cell - 1),
        (col + 1 < side).then(|| cell + 1),
        (row > 0).then(|| cell - side),
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
pub(crate) mod tests {
    pub(crate) use super::text::tests::any_maze;
    use super::*;

    fn maze(text: &str) -> Maze {
        Maze::parse_draft(text).unwrap()
    }

    #[test]
    fn start_and_goal_move_when_set() {
        let mut maze = maze("S#G\n   \n###");
        maze.set(4, Cell::Start).unwrap();
        assert_eq!((maze.start(), maze.get(0)), (Some(4), Some(Cell::Open)));
        maze.set(4, Cell::Goal).unwrap();
        assert_eq!((maze.start(), maze.goal(), maze.get(2)), (None, Some(4), Some(Cell::Open)));
        let message = maze.check().unwrap_err().to_string();
        assert!(message.contains("no start `S`"), "{message}");
        maze.set(0, Cell::Start).unwrap();
        assert_eq!(maze.check(), Ok(()));
        assert_eq!(maze.set(9, Cell::Wall), Err(BoardError::NoSuchCell { side: 3, cell: 9 }));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(Maze::new(2, vec![Cell::Open; 4]), Err(BoardError::Side(2)));
        assert_eq!(Maze::blank(65), Err(BoardError::Side(65)));
        assert_eq!(Maze::draft(usize::MAX, vec![]), Err(BoardError::Side(usize::MAX)));
        assert_eq!(Maze::new(3, vec![Cell::Open; 8]), Err(BoardError::CellCount { side: 3, found: 8 }));
        assert!(matches!(Maze::new(3, vec![Cell::Open; 9]), Err(BoardError::Missing { end: End::Start, .. })));
        let mut cells = vec![Cell::Open; 9];
        (cells[1], cells[5], cells[7]) = (Cell::Start, Cell::Goal, Cell::Goal);
        let message = Maze::draft(3, cells).unwrap_err().to_string();
        assert!(message.contains("row 3, column 2") && message.contains("row 2, column 3"), "{message}");
    }

    #[test]
    fn neighbours_come_down_left_right_up() {
        let maze = maze("   \n   \n   ");
        assert_eq!(maze.neighbours(4).collect::<Vec<_>>(), [7, 3, 5, 1]);
        assert_eq!(maze.neighbours(0).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(maze.neighbours(8).collect::<Vec<_>>(), [7, 5]);
    }

    #[test]
    fn serialised_mazes_are_checked() {
        let maze = maze("S #\n# #\n#G ");
        let json = serde_json::to_string(&maze).unwrap();
        assert_eq!(json, r##"{"side":3,"cells":"S ## ##G "}"##);
        assert_eq!(serde_json::from_str::<Maze>(&json).unwrap(), maze);
        for (from, to) in [("S", "o"), ("S", "G"), ("S", ""), ("3", "4")] {
            assert!(serde_json::from_str::<Maze>(&json.replace(from, to)).is_err(), "{from} {to}");
        }
        let draft = Maze::blank(64).unwrap();
        assert_eq!(serde_json::from_str::<Maze>(&serde_json::to_string(&draft).unwrap()).unwrap(), draft);
    }
}
