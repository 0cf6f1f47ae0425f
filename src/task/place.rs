//! Where a board lies among a model's tokens.

use super::{Boards, arc, maze, sudoku};
use crate::board::Board;
use crate::board::arc::{Pair, Sheet, Task};
use crate::board::maze::{Cell, Maze};

/// A board as a model sees it: its tokens, and which of them are the board's own cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Board tokens `[side * side]`.
    pub tokens: Vec<i32>,
    /// Tokens along one side.
    pub side: usize,
    /// Row and column of the board's first cell.
    pub corner: (usize, usize),
    /// Rows and columns of what is answered: the board's own, or all of ARC's canvas, since an answer may have any size.
    pub size: (usize, usize),
}

impl Placement {
    /// The token of a cell, counted from 0 row by row.
    pub fn token(&self, cell: usize) -> usize {
        let (row, col) = (cell / self.size.1.max(1), cell % self.size.1.max(1));
        (self.corner.0 + row) * self.side + self.corner.1 + col
    }

    /// Whether the board fills all of the model's tokens.
    pub fn is_whole(&self) -> bool {
        self.size == (self.side, self.side)
    }
}

/// Places a board among the tokens of a model made for such boards: a Sudoku fills them, a smaller maze lies in the middle
/// with walls around, an ARC grid in the corner of the canvas. `None` when it is of another kind or too large.
pub fn place(board: &Board, boards: Boards) -> Option<Placement> {
    let side = boards.side();
    let whole = |tokens| Placement { tokens, side, corner: (0, 0), size: (side, side) };
    match (board, boards) {
        (Board::Sudoku(sheet), Boards::Sudoku(shape)) if sheet.board().shape() == shape => {
            Some(whole(sudoku::encode(sheet.board())))
        }
        (Board::Maze(maze), Boards::Maze { side }) => place_maze(maze, side),
        (Board::Arc(sheet), Boards::Arc { side }) => arc::encode_grid(sheet.input(), side, (0, 0)).ok().map(whole),
        _ => None,
    }
}

/// Whether [`place`] finds a place, without making the tokens.
pub fn fits(board: &Board, boards: Boards) -> bool {
    match (board, boards) {
        (Board::Sudoku(sheet), Boards::Sudoku(shape)) => sheet.board().shape() == shape,
        (Board::Maze(maze), Boards::Maze { side }) => maze.side() <= side,
        (Board::Arc(sheet), Boards::Arc { side }) => sheet.input().rows().max(sheet.input().cols()) <= side,
        _ => false,
    }
}

/// The board that tokens `[side * side]` stand for: the one that [`place`] puts there. An ARC grid becomes a task of that name
/// with nothing but this input. `None` when they are none, or lie elsewhere than `place` puts a board.
pub fn placed_board(tokens: &[i32], boards: Boards, name: &str) -> Option<Board> {
    let board = match boards {
        Boards::Sudoku(shape) => sudoku::decode(shape, tokens).into(),
        Boards::Maze { .. } => maze::decode(tokens).ok()?.into(),
        Boards::Arc { side } => {
            let pair = Pair { input: arc::decode(tokens, side)?, output: None };
            Sheet::new(name, Task { train: Vec::new(), test: vec![pair] })?.into()
        }
    };
    place(&board, boards).is_some_and(|placed| placed.tokens == tokens).then_some(board)
}

fn place_maze(board: &Maze, side: usize) -> Option<Placement> {
    let own = board.side();
    let before = side.checked_sub(own)? / 2;
    let within = |at: usize| at.checked_sub(before).filter(|at| *at < own);
    let cells = (0..side * side).map(|token| match (within(token / side), within(token % side)) {
        (Some(row), Some(col)) => board.cells()[row * own + col],
        _ => Cell::Wall,
    });
    let tokens = cells.map(maze::token).collect();
    Some(Placement { tokens, side, corner: (before, before), size: (own, own) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::sudoku::{Shape, Sudoku};

    #[test]
    fn a_smaller_maze_lies_in_the_middle_within_walls() {
        let board = Board::from(Maze::parse("S #\n# #\n#G ").unwrap());
        let placed = place(&board, Boards::Maze { side: 5 }).unwrap();
        assert_eq!((placed.corner, placed.size, placed.is_whole()), ((1, 1), (3, 3), false));
        let seen: Vec<i32> = (0..9).map(|cell| placed.tokens[placed.token(cell)]).collect();
        assert_eq!(seen, maze::encode(board.maze().unwrap()));
        assert_eq!(placed.tokens.iter().filter(|token| **token == maze::WALL).count(), 16 + 4);
        assert!(place(&board, Boards::Maze { side: 3 }).unwrap().is_whole());
        for boards in [Boards::Maze { side: 2 }, Boards::Arc { side: 9 }] {
            assert!(place(&board, boards).is_none() && !fits(&board, boards));
        }
        assert!(fits(&board, Boards::Maze { side: 3 }));
    }

    #[test]
    fn other_boards_have_their_one_place() {
        let sudoku = Sudoku::parse("1... ...2 .... ..2.", None).unwrap();
        let placed = place(&sudoku.clone().into(), Boards::Sudoku(sudoku.shape())).unwrap();
        assert_eq!((placed.tokens, placed.side), (sudoku::encode(&sudoku), 4));
        assert_eq!(place(&sudoku.into(), Boards::Sudoku(Shape::ALL[1])), None);
        let sheet = Sheet::new("a", Task::parse(r#"{"train":[],"test":[{"input":[[1,2]]}]}"#).unwrap()).unwrap();
        let placed = place(&sheet.clone().into(), Boards::Arc { side: 3 }).unwrap();
        assert_eq!((placed.tokens[0], placed.size), (3, (3, 3)));
        let sheet = Board::from(sheet);
        assert!(fits(&sheet, Boards::Arc { side: 2 }) && !fits(&sheet, Boards::Arc { side: 1 }));
        assert_eq!(place(&sheet, Boards::Arc { side: 1 }), None);
    }

    #[test]
    fn tokens_are_boards_again_or_none() {
        let sudoku = Sudoku::parse("1... ...2 .... ..2.", None).unwrap();
        let maze = Maze::parse("S #\n# #\n#G ").unwrap();
        let grid = Task::parse(r#"{"train":[],"test":[{"input":[[1,2]]}]}"#).unwrap();
        let shape = sudoku.shape();
        for (board, boards) in [
            (Board::from(sudoku), Boards::Sudoku(shape)),
            (maze.into(), Boards::Maze { side: 3 }),
            (Sheet::new("a", grid).unwrap().into(), Boards::Arc { side: 4 }),
        ] {
            let tokens = place(&board, boards).unwrap().tokens;
            let again = placed_board(&tokens, boards, "a").unwrap();
            assert!(again.same_question(&board) && again.kind() == board.kind());
            assert_eq!(placed_board(&tokens[1..], boards, "a"), None, "{boards}");
            let mut wrong = tokens.clone();
            wrong[3] = 99;
            assert_eq!(placed_board(&wrong, boards, "a"), None, "{boards}");
        }
        // A grid at an offset is none that would be placed so.
        let pair = Pair { input: "12\n34".parse().unwrap(), output: None };
        let shifted = arc::encode_grid(&pair.input, 4, (1, 1)).unwrap();
        assert_eq!(placed_board(&shifted, Boards::Arc { side: 4 }, "a"), None);
    }
}
