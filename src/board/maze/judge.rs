//! What marked cells are worth as a path, and what can be said of a maze itself.

use std::collections::VecDeque;

use super::path::along;
use super::{Cell, Maze, shortest_path};

/// All shortest paths of a maze at once: the distances from both ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortest {
    from_start: Vec<Option<u32>>,
    from_goal: Vec<Option<u32>>,
    ends: Option<(usize, usize)>,
    steps: Option<u32>,
}

/// What a path of marks is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathVerdict {
    /// Start or goal is missing, or no way joins them.
    NoWay,
    /// Nothing is marked that leads anywhere.
    Nothing,
    /// The marks do not join start and goal.
    Gaps,
    /// They join them, and there are more.
    Stray,
    /// They are a path, but not a shortest one.
    Longer {
        /// Its steps.
        steps: usize,
    },
    /// They are a shortest path.
    Shortest,
}

/// Marks held against the shortest paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Cells of the nearest shortest path that are marked.
    pub found: usize,
    /// Cells of it, start and goal left out.
    pub length: usize,
    /// How often it is interrupted.
    pub gaps: usize,
    /// Marked cells on no shortest path.
    pub stray: usize,
    /// What the marks are.
    pub verdict: PathVerdict,
}

impl Shortest {
    /// Looks at a maze, complete or not.
    pub fn of(maze: &Maze) -> Self {
        let from =
            |cell: Option<usize>| cell.map_or_else(|| vec![None; maze.cells().len()], |cell| distances(maze, cell));
        let (from_start, from_goal) = (from(maze.start()), from(maze.goal()));
        let ends = maze.start().zip(maze.goal());
        let steps = ends.and_then(|(_, goal)| from_start[goal]);
        Self { from_start, from_goal, ends, steps }
    }

    /// The steps from start to goal; `None` when there is no way.
    pub fn steps(&self) -> Option<usize> {
        self.steps.map(|steps| steps as usize)
    }

    /// Whether a cell lies on some shortest path, its ends included.
    pub fn holds(&self, cell: usize) -> bool {
        let distance = |from: &[Option<u32>]| from.get(cell).copied().flatten();
        match (distance(&self.from_start), distance(&self.from_goal), self.steps) {
            (Some(there), Some(back), Some(steps)) => there + back == steps,
            _ => false,
        }
    }

    /// Whether there is more than one shortest path.
    pub fn several(&self) -> bool {
        let on_one = (0..self.from_start.len()).filter(|cell| self.holds(*cell)).count();
        self.steps.is_some_and(|steps| on_one > steps as usize + 1)
    }

    /// Of all shortest paths one that has as many marked cells as possible, from start to goal; empty when there is none.
    pub fn nearest(&self, maze: &Maze, marked: &[bool]) -> Vec<usize> {
        let (Some((start, goal)), Some(steps)) = (self.ends, self.steps) else { return Vec::new() };
        let mut order: Vec<usize> = (0..maze.cells().len()).filter(|cell| self.holds(*cell)).collect();
        order.sort_by_key(|cell| std::cmp::Reverse(self.from_start[*cell]));
        // From the goal back: the most marks on the way to it, and the next cell of that way.
        let mut best: Vec<(usize, Option<usize>)> = vec![(0, None); maze.cells().len()];
        for cell in order {
            let onwards = |next: &usize| self.holds(*next) && self.from_start[*next] > self.from_start[cell];
            // The last of equals is kept by max_by_key, so the order of neighbours is turned to prefer the first.
            let ways: Vec<usize> = maze.neighbours(cell).filter(onwards).collect();
            let next = ways.into_iter().rev().max_by_key(|next| best[*next].0);
            let marks = next.map_or(0, |next| best[next].0) + usize::from(marked.get(cell) == Some(&true));
            best[cell] = (marks, next);
        }
        let path = std::iter::successors(Some(start), |cell| best[*cell].1);
        let path: Vec<usize> = path.take(steps as usize + 1).collect();
        debug_assert_eq!(path.last(), Some(&goal));
        path
    }

    /// Holds marks `[side * side]` against the maze's shortest paths.
    pub fn judge(&self, maze: &Maze, marked: &[bool]) -> Seen {
        let path = self.nearest(maze, marked);
        let on = |cell: &usize| marked.get(*cell) == Some(&true);
        let between = path.get(1..path.len().saturating_sub(1)).unwrap_or_default();
        let found = between.iter().filter(|cell| on(cell)).count();
        let missing: Vec<bool> = between.iter().map(|cell| !on(cell)).collect();
        let gaps = missing.iter().enumerate().filter(|(at, gap)| **gap && (*at == 0 || !missing[at - 1])).count();
        let stray = (0..maze.cells().len()).filter(|cell| on(cell) && !self.holds(*cell)).count();
        let verdict = self.verdict(maze, marked);
        Seen { found, length: between.len(), gaps, stray, verdict }
    }

    fn verdict(&self, maze: &Maze, marked: &[bool]) -> PathVerdict {
        let Some(steps) = self.steps() else { return PathVerdict::NoWay };
        if let Some(path) = along(maze, marked) {
            let own = path.len() - 1;
            return if own == steps { PathVerdict::Shortest } else { PathVerdict::Longer { steps: own } };
        }
        let any = marked.contains(&true);
        let joined =
            |cell: usize| matches!(maze.cells()[cell], Cell::Start | Cell::Goal) || marked.get(cell) == Some(&true);
        let mut only = maze.clone();
        (0..maze.cells().len()).filter(|cell| !joined(*cell)).for_each(|cell| only.cells[cell] = Cell::Wall);
        match (any, shortest_path(&only)) {
            (false, _) => PathVerdict::Nothing,
            (_, Some(_)) => PathVerdict::Stray,
            (_, None) => PathVerdict::Gaps,
        }
    }
}

fn distances(maze: &Maze, from: usize) -> Vec<Option<u32>> {
    let mut found = vec![None; maze.cells().len()];
    found[from] = Some(0);
    let mut queue = VecDeque::from([(from, 0)]);
    while let Some((cell, distance)) = queue.pop_front() {
        for next in maze.neighbours(cell) {
            if found[next].is_none() {
                found[next] = Some(distance + 1);
                queue.push_back((next, distance + 1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::any_maze;
    use super::super::{MazePuzzle, is_shortest};
    use super::*;

    fn look(text: &str) -> Seen {
        let (maze, marked) = Maze::parse_answer(text).unwrap();
        Shortest::of(&maze).judge(&maze, &marked)
    }

    #[test]
    fn each_kind_of_path_is_told() {
        let verdict = |text: &str| look(text).verdict;
        assert_eq!(verdict("Soo\n #o\n  G"), PathVerdict::Shortest);
        assert_eq!(verdict("S  \n   \n  G"), PathVerdict::Nothing);
        assert_eq!(verdict("So \n #o\n  G"), PathVerdict::Gaps);
        assert_eq!(verdict("Soo\n #o\no G"), PathVerdict::Stray);
        assert_eq!(verdict("S##\n###\n##G"), PathVerdict::NoWay);
        assert_eq!(verdict("SG#\n###\n###"), PathVerdict::Shortest);
        assert_eq!(verdict("SG#\noo#\n###"), PathVerdict::Stray);
        assert_eq!(verdict("S#oo\noooo\n# #o\n G#o"), PathVerdict::Gaps);
        assert_eq!(verdict("S  \no# \nooG"), PathVerdict::Shortest);
        assert_eq!(verdict("S   \no## \no#  \noooG"), PathVerdict::Shortest);
        assert_eq!(verdict("S G \no#o \nooo#\n## #"), PathVerdict::Longer { steps: 6 });
    }

    #[test]
    fn numbers_of_an_unfinished_path() {
        let seen = look("So   \n### o\no   o\n# ###\n    G");
        assert_eq!((seen.length, seen.found, seen.stray), (11, 1, 3));
        assert_eq!(seen.gaps, 1);
        let none = look("S##\n###\n##G");
        assert_eq!((none.length, none.found, none.gaps), (0, 0, 0));
    }

    #[test]
    fn several_paths_and_none() {
        let shortest = |text: &str| Shortest::of(&Maze::parse_draft(text).unwrap());
        assert!(shortest("S  \n # \n  G").several());
        let one = shortest("S #\n# #\n# G");
        assert!(!one.several() && one.steps() == Some(4) && one.holds(4) && !one.holds(2));
        assert_eq!(shortest("S  \n   \n   ").steps(), None);
    }

    proptest! {
        #[test]
        fn the_nearest_path_is_a_shortest_one_and_keeps_the_marks(maze in any_maze(), marked in prop::collection::vec(any::<bool>(), 100)) {
            let shortest = Shortest::of(&maze);
            let path = shortest.nearest(&maze, &marked);
            prop_assert_eq!(path.is_empty(), shortest_path(&maze).is_none());
            if !path.is_empty() {
                let puzzle = MazePuzzle { maze: maze.clone(), path: path.clone() };
                prop_assert!(is_shortest(&maze, &puzzle.marks()));
                let marks = puzzle.marks();
                prop_assert_eq!(shortest.nearest(&maze, &marks), path);
                prop_assert_eq!(shortest.judge(&maze, &marks).verdict, PathVerdict::Shortest);
            }
        }
    }
}
