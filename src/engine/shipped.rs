//! Which shipped model to take for a board.

use crate::board::Board;
use crate::checkpoint::shipped_configs;
use crate::task::{Boards, place};

/// What a shipped model was made for; None when there is none of this name.
pub fn shipped_boards(name: &str) -> Option<Boards> {
    let (_, config) = shipped_configs().iter().find(|(shipped, _)| *shipped == name)?;
    Boards::of(config.seq_len, config.vocab)
}

/// The shipped model to take for a board: the smallest that it fits, of equal ones the first.
pub fn shipped_for(board: &Board) -> Option<&'static str> {
    let fitting = shipped_configs().iter().filter_map(|(name, config)| {
        let boards = Boards::of(config.seq_len, config.vocab)?;
        place(board, boards).map(|_| (*name, boards.side()))
    });
    fitting.min_by_key(|(_, side)| *side).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::maze::Maze;
    use crate::board::sudoku::{Shape, Sudoku};

    #[test]
    fn every_shape_with_a_model_gets_it() {
        let of = |shape: Shape| shipped_for(&Sudoku::blank(shape).into());
        assert_eq!(Shape::ALL.map(of), ["sudoku-4x4", "sudoku-6x6", "sudoku-9x9"].map(Some));
        assert_eq!(shipped_boards("sudoku-4x4"), Some(Boards::Sudoku(Shape::ALL[0])));
        assert_eq!(shipped_boards("none"), None);
    }

    #[test]
    fn a_maze_gets_the_smallest_model_that_it_fits() {
        let of = |side: usize| shipped_for(&Maze::blank(side).unwrap().into());
        assert_eq!(
            [5, 9, 10, 11, 12, 13, 15, 16].map(of),
            [
                Some("maze"),
                Some("maze"),
                Some("maze-11x11"),
                Some("maze-11x11"),
                Some("maze-13x13"),
                Some("maze-13x13"),
                Some("maze-15x15"),
                None
            ]
        );
    }
}
