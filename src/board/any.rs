//! A board of any of the three kinds.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::arc::Sheet as ArcSheet;
use super::maze::Maze;
use super::sudoku::{Sheet as SudokuSheet, Sudoku};

/// The kinds of boards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Kind {
    /// Sudoku.
    #[default]
    Sudoku,
    /// Mazes.
    Maze,
    /// ARC tasks.
    Arc,
}

impl Kind {
    /// All kinds, in the order of menus.
    pub const ALL: [Self; 3] = [Self::Sudoku, Self::Maze, Self::Arc];

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sudoku => "Sudoku",
            Self::Maze => "Maze",
            Self::Arc => "ARC",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a person edits and a model answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Board {
    /// A Sudoku with a person's marks.
    Sudoku(SudokuSheet),
    /// A maze; start or goal may be missing while it is drawn.
    Maze(Maze),
    /// An ARC task, and which of its test inputs is asked.
    Arc(ArcSheet),
}

impl Board {
    /// Which kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Sudoku(_) => Kind::Sudoku,
            Self::Maze(_) => Kind::Maze,
            Self::Arc(_) => Kind::Arc,
        }
    }

    /// The Sudoku, if it is one.
    pub fn sudoku(&self) -> Option<&Sudoku> {
        match self {
            Self::Sudoku(sheet) => Some(sheet.board()),
            _ => None,
        }
    }

    /// The maze, if it is one.
    pub fn maze(&self) -> Option<&Maze> {
        match self {
            Self::Maze(maze) => Some(maze),
            _ => None,
        }
    }

    /// The ARC task, if it is one.
    pub fn arc(&self) -> Option<&ArcSheet> {
        match self {
            Self::Arc(sheet) => Some(sheet),
            _ => None,
        }
    }

    /// Rows and columns of what the model is asked about; of an ARC task, those of the test input.
    pub fn size(&self) -> (usize, usize) {
        match self {
            Self::Sudoku(sheet) => (sheet.board().side(), sheet.board().side()),
            Self::Maze(maze) => (maze.side(), maze.side()),
            Self::Arc(sheet) => (sheet.input().rows(), sheet.input().cols()),
        }
    }

    /// The number of cells that are asked about.
    pub fn cells(&self) -> usize {
        let (rows, cols) = self.size();
        rows * cols
    }

    /// Are two boards the same question, whatever a person has marked on them?
    pub fn same_question(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sudoku(a), Self::Sudoku(b)) => a.board() == b.board(),
            (Self::Arc(a), Self::Arc(b)) => a.name() == b.name() && a.input() == b.input(),
            (a, b) => a == b,
        }
    }

    /// The text form: rows of a Sudoku or a maze, the official JSON of a task.
    pub fn to_text(&self) -> String {
        match self {
            Self::Sudoku(sheet) => sheet.board().to_rows(),
            Self::Maze(maze) => maze.to_rows(),
            Self::Arc(sheet) => sheet.task().to_json(),
        }
    }
}

impl From<Sudoku> for Board {
    fn from(board: Sudoku) -> Self {
        Self::Sudoku(board.into())
    }
}

impl From<SudokuSheet> for Board {
    fn from(sheet: SudokuSheet) -> Self {
        Self::Sudoku(sheet)
    }
}

impl From<Maze> for Board {
    fn from(maze: Maze) -> Self {
        Self::Maze(maze)
    }
}

impl From<ArcSheet> for Board {
    fn from(sheet: ArcSheet) -> Self {
        Self::Arc(sheet)
    }
}

impl fmt::Display for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, cols) = self.size();
        match self {
            Self::Sudoku(sheet) => write!(f, "{} Sudoku", sheet.board().shape()),
            Self::Maze(_) => write!(f, "{rows}x{cols} maze"),
            Self::Arc(_) => write!(f, "{rows}x{cols} ARC grid"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boards_of_every_kind_are_kept() {
        let sudoku = Sudoku::parse("1... ...2 .... ..2.", None).unwrap();
        let maze = Maze::parse("S #\n# #\n#G ").unwrap();
        let task =
            ArcSheet::new("a", crate::board::arc::Task::parse(r#"{"train":[],"test":[{"input":[[1,2]]}]}"#).unwrap());
        for board in [Board::from(sudoku), Board::from(maze), Board::from(task.unwrap())] {
            let text = serde_json::to_string(&board).unwrap();
            assert_eq!(serde_json::from_str::<Board>(&text).unwrap(), board);
            assert!(board.same_question(&board.clone()));
        }
    }
}
