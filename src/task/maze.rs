//! Mazes as tokens: 0 padding, 1 `#`, 2 space, 3 `S`, 4 `G`, 5 `o`, the path.

use super::dihedral::Dihedral;
use crate::board::maze::{BoardError, Cell, Maze, MazePuzzle, PuzzleError, SIDES, is_shortest};

/// The token that fills sequences up; mazes have none.
pub const PAD: i32 = 0;
/// The token of a wall.
pub const WALL: i32 = 1;
/// The token of an open cell off the path.
pub const OPEN: i32 = 2;
/// The token of the start.
pub const START: i32 = 3;
/// The token of the goal.
pub const GOAL: i32 = 4;
/// The token of an open cell on the path; only answers have it.
pub const PATH: i32 = 5;
/// The number of tokens.
pub const VOCAB: usize = 6;

/// Tokens that are no maze, or no answer to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not as many as a square has.
    #[error("{0} tokens are no maze: it has n*n, n from {least} to {most}", least = SIDES.start(), most = SIDES.end())]
    Length(usize),
    /// A token that cannot stand there.
    #[error(
        "row {row}, column {column}: the token {token} cannot stand there: 1 is #, 2 a space, 3 S, 4 G, and in an answer 5 the path"
    )]
    Token {
        /// The row, counted from 1.
        row: usize,
        /// The column, counted from 1.
        column: usize,
        /// The token.
        token: i32,
    },
    /// Start or goal is missing or doubled.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// The answer does not belong to the maze.
    #[error(transparent)]
    Puzzle(#[from] PuzzleError),
}

/// The side of the mazes that a model with this sequence length and vocabulary was made for.
pub fn side_for(seq_len: usize, vocabulary: usize) -> Option<usize> {
    SIDES.into_iter().find(|side| side * side == seq_len && vocabulary == VOCAB)
}

/// A maze's tokens, row by row, `[side * side]`.
pub fn encode(maze: &Maze) -> Vec<i32> {
    maze.cells().iter().map(|&cell| token(cell)).collect()
}

/// The tokens of the answer, `[side * side]`: the maze with [`PATH`] on the cells between start and goal.
pub fn encode_answer(puzzle: &MazePuzzle) -> Vec<i32> {
    let cells = puzzle.maze.cells().iter().zip(puzzle.marks());
    cells.map(|(&cell, marked)| if marked { PATH } else { token(cell) }).collect()
}

/// The maze that tokens `[side * side]` stand for.
///
/// # Errors
/// [`TokenError`] names the token that does not fit; [`PATH`] does not.
pub fn decode(tokens: &[i32]) -> Result<Maze, TokenError> {
    let side = side_for(tokens.len(), VOCAB).ok_or(TokenError::Length(tokens.len()))?;
    let cell = |(at, &token): (usize, &i32)| match token {
        WALL => Ok(Cell::Wall),
        OPEN => Ok(Cell::Open),
        START => Ok(Cell::Start),
        GOAL => Ok(Cell::Goal),
        _ => Err(TokenError::Token { row: at / side + 1, column: at % side + 1, token }),
    };
    let cells = tokens.iter().enumerate().map(cell).collect::<Result<_, _>>()?;
    Ok(Maze::new(side, cells)?)
}

/// The puzzle that the tokens of a maze and of its answer, `[side * side]` each, stand for. Any shortest path will do.
///
/// # Errors
/// [`TokenError`] names the token that does not fit, or what is wrong with the path.
pub fn decode_puzzle(inputs: &[i32], labels: &[i32]) -> Result<MazePuzzle, TokenError> {
    let maze = decode(inputs)?;
    if labels.len() != inputs.len() {
        return Err(TokenError::Length(labels.len()));
    }
    if let Some(at) = first_other(inputs, labels) {
        let side = maze.side();
        return Err(TokenError::Token { row: at / side + 1, column: at % side + 1, token: labels[at] });
    }
    Ok(MazePuzzle::marked(maze, &marks(labels))?)
}

/// Which tokens of a prediction say that the cell is on the path.
pub fn marks(tokens: &[i32]) -> Vec<bool> {
    tokens.iter().map(|&token| token == PATH).collect()
}

/// What a prediction is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Every token is that of the label: the one path that breadth-first search finds first.
    pub exact: bool,
    /// It could be a label: the maze unchanged, and the path a shortest one, be it another than the label's.
    pub valid_path: bool,
}

/// Judges predicted tokens; all three are `[side * side]`. Tokens that are no maze are never a valid path.
pub fn judge(inputs: &[i32], labels: &[i32], predicted: &[i32]) -> Verdict {
    let exact = predicted == labels;
    let kept = predicted.len() == inputs.len() && first_other(inputs, predicted).is_none();
    let valid_path = kept && decode(inputs).is_ok_and(|maze| is_shortest(&maze, &marks(predicted)));
    Verdict { exact, valid_path }
}

/// The smallest of the eight symmetric copies: equal for two mazes if and only if one is the other turned or mirrored.
pub fn canonical(maze: &Maze) -> Vec<u8> {
    let (side, tokens) = (maze.side(), encode(maze));
    let bytes: Vec<u8> = tokens.iter().map(|&token| token as u8).collect();
    let copies = Dihedral::ALL.into_iter().map(|dihedral| dihedral.apply(&bytes, side, side).0);
    copies.min().unwrap_or(bytes)
}

/// The token of a cell.
pub(super) fn token(cell: Cell) -> i32 {
    match cell {
        Cell::Wall => WALL,
        Cell::Open => OPEN,
        Cell::Start => START,
        Cell::Goal => GOAL,
    }
}

/// The first cell where an answer is neither the maze nor a mark on an open cell.
fn first_other(inputs: &[i32], answer: &[i32]) -> Option<usize> {
    let same = |(&input, &token): (&i32, &i32)| token == input || (token == PATH && input == OPEN);
    inputs.iter().zip(answer).position(|pair| !same(pair))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::maze::tests::any_maze;
    use proptest::prelude::*;

    fn puzzle() -> MazePuzzle {
        MazePuzzle::parse("S  \n # \n #G", "Soo\n #o\n #G").unwrap()
    }

    #[test]
    fn tokens_are_those_of_the_public_builder() {
        let puzzle = puzzle();
        assert_eq!(encode(&puzzle.maze), [3, 2, 2, 2, 1, 2, 2, 1, 4]);
        assert_eq!(encode_answer(&puzzle), [3, 5, 5, 2, 1, 5, 2, 1, 4]);
        assert_eq!(decode_puzzle(&encode(&puzzle.maze), &encode_answer(&puzzle)), Ok(puzzle));
        assert_eq!(side_for(900, VOCAB), Some(30));
        assert_eq!((side_for(81, 11), side_for(80, VOCAB), side_for(4, VOCAB)), (None, None, None));
    }

    #[test]
    fn wrong_tokens_are_named() {
        let (inputs, labels) = (encode(&puzzle().maze), encode_answer(&puzzle()));
        let changed = |tokens: &[i32], at: usize, token: i32| {
            let mut tokens = tokens.to_vec();
            tokens[at] = token;
            tokens
        };
        for token in [PAD, PATH, 6, -100, i32::MIN, i32::MAX] {
            let message = decode(&changed(&inputs, 5, token)).unwrap_err().to_string();
            assert!(message.contains("row 2, column 3") && message.contains(&token.to_string()), "{message}");
        }
        assert_eq!(decode(&inputs[1..]), Err(TokenError::Length(8)));
        assert_eq!(decode_puzzle(&inputs, &labels[1..]), Err(TokenError::Length(8)));
        assert!(decode(&changed(&inputs, 0, OPEN)).unwrap_err().to_string().contains("no start"));
        let message = decode_puzzle(&inputs, &changed(&labels, 4, PATH)).unwrap_err().to_string();
        assert!(message.contains("row 2, column 2"), "{message}");
        let message = decode_puzzle(&inputs, &changed(&labels, 5, OPEN)).unwrap_err().to_string();
        assert!(message.contains("no shortest path"), "{message}");
    }

    #[test]
    fn another_shortest_path_is_valid_but_not_exact() {
        let puzzle = MazePuzzle::solve(Maze::parse("S  \n   \n  G").unwrap()).unwrap();
        let (inputs, labels) = (encode(&puzzle.maze), encode_answer(&puzzle));
        assert_eq!(judge(&inputs, &labels, &labels), Verdict { exact: true, valid_path: true });
        let other = Dihedral::ALL[6].apply(&labels, 3, 3).0;
        assert_eq!(judge(&inputs, &labels, &other), Verdict { exact: false, valid_path: true });
        for at in 0..9 {
            let mut wrong = labels.clone();
            wrong[at] = if wrong[at] == PATH { WALL } else { PATH };
            assert_eq!(judge(&inputs, &labels, &wrong), Verdict { exact: false, valid_path: false }, "{at}");
        }
        for tokens in [&[][..], &[0; 9], &labels[1..]] {
            assert!(!judge(&inputs, &labels, tokens).valid_path);
            assert!(!judge(tokens, &labels, &labels).valid_path);
        }
    }

    proptest! {
        #[test]
        fn augmented_answers_answer_augmented_mazes(maze in any_maze(), index in 0usize..8) {
            let (side, dihedral) = (maze.side(), Dihedral::ALL[index]);
            let inputs = encode(&maze);
            let (moved, ..) = dihedral.apply(&inputs, side, side);
            prop_assert_eq!(&dihedral.inverse().apply(&moved, side, side).0, &inputs);
            prop_assert_eq!(decode(&inputs), Ok(maze.clone()));
            let Ok(puzzle) = MazePuzzle::solve(maze) else {
                return Ok(());
            };
            let labels = encode_answer(&puzzle);
            let (answer, ..) = dihedral.apply(&labels, side, side);
            prop_assert!(judge(&moved, &answer, &answer).valid_path);
            let augmented = decode_puzzle(&moved, &answer).unwrap();
            prop_assert_eq!(augmented.steps(), puzzle.steps());
            prop_assert_eq!(encode_answer(&augmented), answer);
        }

        #[test]
        fn symmetric_copies_alone_share_a_canonical_form(maze in any_maze(), other in any_maze(), index in 0usize..8, cell in 0usize..9) {
            let (side, form) = (maze.side(), canonical(&maze));
            let copy = decode(&Dihedral::ALL[index].apply(&encode(&maze), side, side).0).unwrap();
            prop_assert_eq!(&canonical(&copy), &form);
            let copies = |of: &Maze| Dihedral::ALL.map(|d| d.apply(&encode(of), of.side(), of.side()).0);
            let mut near = copy;
            near.set(cell, Cell::Wall).unwrap();
            for other in [other, near] {
                prop_assert_eq!(canonical(&other) == form, copies(&maze).contains(&encode(&other)));
            }
        }
    }
}
