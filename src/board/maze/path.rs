//! Shortest paths: the one of the public labels, and whether another is as short.

use std::collections::VecDeque;

use super::text::rows;
use super::{Cell, Maze, ParseError};

/// A maze with a shortest path from its start to its goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MazePuzzle {
    /// The question.
    pub maze: Maze,
    /// The answer: the cells of a shortest path in order, start and goal included, counted from 0 row by row.
    pub path: Vec<usize>,
}

/// A question and an answer that do not belong together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PuzzleError {
    /// The question cannot be read.
    #[error("`question` cannot be read: {0}")]
    Question(#[source] ParseError),
    /// The answer cannot be read.
    #[error("`answer` cannot be read: {0}")]
    Answer(#[source] ParseError),
    /// The answer is of another size.
    #[error("the question is a {0}x{0} maze, the answer one of {1}x{1}")]
    Side(usize, usize),
    /// The answer is of another maze.
    #[error("row {row}, column {column} is `{question}` in the question and `{answer}` in the answer")]
    OtherMaze {
        /// The row, counted from 1.
        row: usize,
        /// The column, counted from 1.
        column: usize,
        /// What the question has there.
        question: char,
        /// What the answer has there.
        answer: char,
    },
    /// There is no way.
    #[error("no way leads from the start to the goal: open a wall between them")]
    NoPath,
    /// The marks are no shortest path.
    #[error("the {marks} marked cells are no shortest path: it has {between} cells between start and goal")]
    NotShortest {
        /// How many cells are marked.
        marks: usize,
        /// How many a shortest path has between start and goal.
        between: usize,
    },
}

impl MazePuzzle {
    /// The maze with the path that the public labels have ([`shortest_path`]).
    ///
    /// # Errors
    /// [`PuzzleError::NoPath`] when start and goal are not joined, or one is missing.
    pub fn solve(maze: Maze) -> Result<Self, PuzzleError> {
        let path = shortest_path(&maze).ok_or(PuzzleError::NoPath)?;
        Ok(Self { maze, path })
    }

    /// A maze with the path that the marks `[side * side]` make: any shortest one, start and goal unmarked.
    ///
    /// # Errors
    /// [`PuzzleError::NoPath`], or [`PuzzleError::NotShortest`].
    pub fn marked(maze: Maze, marked: &[bool]) -> Result<Self, PuzzleError> {
        let shortest = shortest_path(&maze).ok_or(PuzzleError::NoPath)?;
        match along(&maze, marked) {
            Some(path) if path.len() == shortest.len() => Ok(Self { maze, path }),
            _ => {
                let marks = marked.iter().filter(|&&mark| mark).count();
                Err(PuzzleError::NotShortest { marks, between: shortest.len() - 2 })
            }
        }
    }

    /// Reads a question and its answer, as the columns of a puzzle file hold them. Any shortest path will do.
    ///
    /// # Errors
    /// [`PuzzleError`] says what is wrong with either, or that they do not belong together.
    pub fn parse(question: &str, answer: &str) -> Result<Self, PuzzleError> {
        let maze = Maze::parse(question).map_err(PuzzleError::Question)?;
        let (other, marked) = Maze::parse_answer(answer).map_err(PuzzleError::Answer)?;
        let side = maze.side();
        if other.side() != side {
            return Err(PuzzleError::Side(side, other.side()));
        }
        if let Some(cell) = (0..side * side).find(|&cell| maze.cells()[cell] != other.cells()[cell]) {
            let (question, answer) = (maze.cells()[cell].character(), other.cells()[cell].character());
            return Err(PuzzleError::OtherMaze { row: cell / side + 1, column: cell % side + 1, question, answer });
        }
        Self::marked(maze, &marked)
    }

    /// The number of steps from start to goal: how hard the maze is said to be.
    pub fn steps(&self) -> usize {
        self.path.len().saturating_sub(1)
    }

    /// For each cell `[side * side]`: does it lie on the path, start and goal left out?
    pub fn marks(&self) -> Vec<bool> {
        let mut marked = vec![false; self.maze.cells().len()];
        for &cell in &self.path {
            if let Some(mark) = marked.get_mut(cell) {
                *mark = self.maze.cells()[cell] == Cell::Open;
            }
        }
        marked
    }

    /// The answer in one line of `side * side` characters: the maze, with `o` on the path.
    pub fn answer_text(&self) -> String {
        let cells = self.maze.cells().iter().zip(self.marks());
        cells.map(|(cell, marked)| if marked { 'o' } else { cell.character() }).collect()
    }

    /// The answer in one line per row.
    pub fn answer_rows(&self) -> String {
        rows(&self.answer_text(), self.maze.side())
    }
}

/// The cells of a shortest path in order, start and goal included, or `None` when there is none.
///
/// Breadth first from the start, neighbours in the order down, left, right, up, the first parent kept: of several
/// shortest paths this finds the one in the labels of Maze-30x30-hard.
pub fn shortest_path(maze: &Maze) -> Option<Vec<usize>> {
    let (start, goal) = (maze.start()?, maze.goal()?);
    let mut parent = vec![usize::MAX; maze.cells().len()];
    let mut queue = VecDeque::from([start]);
    parent[start] = start;
    while let Some(cell) = queue.pop_front() {
        if cell == goal {
            let back = std::iter::successors(Some(goal), |&cell| (cell != start).then(|| parent[cell]));
            let mut path: Vec<usize> = back.collect();
            path.reverse();
            return Some(path);
        }
        for next in maze.neighbours(cell) {
            if parent[next] == usize::MAX {
                parent[next] = cell;
                queue.push_back(next);
            }
        }
    }
    None
}

/// Are the marked cells `[side * side]` exactly those between start and goal on some shortest path? Start and goal
/// themselves must not be marked.
pub fn is_shortest(maze: &Maze, marked: &[bool]) -> bool {
    match (along(maze, marked), shortest_path(maze)) {
        (Some(path), Some(shortest)) => path.len() == shortest.len(),
        _ => false,
    }
}

/// The path that uses every marked cell and no other, when there is one that has no short cut among them.
pub(super) fn along(maze: &Maze, marked: &[bool]) -> Option<Vec<usize>> {
    if marked.len() != maze.cells().len() {
        return None;
    }
    let mut only = maze.clone();
    let mut marks = 0;
    for (cell, &marked) in only.cells.iter_mut().zip(marked) {
        match (*cell, marked) {
            (Cell::Open, true) => marks += 1,
            (_, true) => return None,
            (Cell::Open, false) => *cell = Cell::Wall,
            (_, false) => {}
        }
    }
    shortest_path(&only).filter(|path| path.len() == marks + 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text::tests::any_maze;
    use super::*;

    #[test]
    fn the_first_of_several_shortest_paths_is_fixed() {
        let solved = |text: &str| MazePuzzle::solve(Maze::parse(text).unwrap()).map(|puzzle| puzzle.answer_text());
        assert_eq!(solved("S     #  G      ").unwrap(), "S   o # oG      ");
        assert_eq!(solved("S##\n###\n##G"), Err(PuzzleError::NoPath));
        assert_eq!(solved("SG#\n###\n###").unwrap(), "SG#######");
    }

    #[test]
    fn answers_are_checked() {
        let question = "S  \n # \n  G";
        assert_eq!(MazePuzzle::parse(question, "Soo\n #o\n  G").unwrap().path, [0, 1, 2, 5, 8]);
        assert_eq!(MazePuzzle::parse(question, "S  \no# \nooG").unwrap().path, [0, 3, 6, 7, 8]);
        let message = |answer: &str| MazePuzzle::parse(question, answer).unwrap_err().to_string();
        for (answer, part) in [
            ("Soo\no#o\nooG", "6 marked cells are no shortest path: it has 3"),
            ("Soo\n #o\n  #", "no goal"),
            ("Soo\n  o\n  G", "row 2, column 2 is `#` in the question and ` ` in the answer"),
            ("Soo \n # o\n  G \n    ", "the question is a 3x3 maze, the answer one of 4x4"),
            ("Sxo\n #o\n  G", "`answer` cannot be read: line 1, column 2"),
        ] {
            assert!(message(answer).contains(part), "{}", message(answer));
        }
    }

    #[test]
    fn marks_on_walls_and_ends_are_wrong() {
        let maze = Maze::parse("S #\n# #\n# G").unwrap();
        let marks = |cells: &[usize]| (0..9).map(|cell| cells.contains(&cell)).collect::<Vec<_>>();
        assert!(is_shortest(&maze, &marks(&[1, 4, 7])));
        for wrong in [&[][..], &[1, 4], &[0, 1, 4, 7], &[1, 4, 7, 8], &[1, 4, 7, 5], &[1, 2, 5]] {
            assert!(!is_shortest(&maze, &marks(wrong)), "{wrong:?}");
        }
        assert!(!is_shortest(&maze, &[true; 3]));
    }

    /// The number of steps to the goal, found without a queue: what is reached grows by one step at a time.
    fn steps(maze: &Maze) -> Option<usize> {
        let mut reached = vec![maze.start()?];
        for steps in 0..maze.cells().len() {
            if reached.contains(&maze.goal()?) {
                return Some(steps);
            }
            let next: Vec<usize> = reached.iter().flat_map(|&cell| maze.neighbours(cell)).collect();
            reached.extend(next);
            reached.sort_unstable();
            reached.dedup();
        }
        None
    }

    proptest! {
        #[test]
        fn the_path_is_short_and_joined(maze in any_maze()) {
            match shortest_path(&maze) {
                None => prop_assert_eq!(steps(&maze), None),
                Some(path) => {
                    prop_assert_eq!(Some(path.len() - 1), steps(&maze));
                    prop_assert!(path.windows(2).all(|pair| maze.neighbours(pair[0]).any(|next| next == pair[1])));
                    let puzzle = MazePuzzle { maze, path };
                    prop_assert!(is_shortest(&puzzle.maze, &puzzle.marks()));
                    let read = MazePuzzle::parse(&puzzle.maze.to_rows(), &puzzle.answer_rows()).unwrap();
                    prop_assert_eq!(read, puzzle);
                }
            }
        }
    }
}
