//! Walls without start and goal, and where to put these.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use super::super::{Cell, Maze, beside};

/// The distance of a cell that cannot be reached.
const FAR: u16 = u16::MAX;
/// How many random starts are tried in one layout.
const STARTS: usize = 3;

/// The walls of a maze.
#[derive(Clone)]
pub(super) struct Layout {
    pub(super) side: usize,
    /// `[side * side]`, row by row.
    pub(super) walls: Vec<bool>,
}

/// A start and a goal, and the length of a shortest path between them; no steps mean that there is none.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    pub(super) start: usize,
    pub(super) goal: usize,
    pub(super) steps: usize,
}

/// The steps from one cell to all others.
#[derive(Default)]
pub(super) struct Distances {
    /// `[side * side]`, [`FAR`] where there is no way.
    steps: Vec<u16>,
    /// The cells that can be reached, nearest first.
    reached: Vec<u16>,
}

impl Layout {
    /// Nothing but walls.
    pub(super) fn solid(side: usize) -> Self {
        Self { side, walls: vec![true; side * side] }
    }

    /// Looks for a start and a goal exactly `wanted` steps apart; when none are found, they are as far apart as was
    /// found, which is less.
    pub(super) fn place(&self, wanted: usize, rng: &mut impl Rng) -> Placed {
        let open: Vec<usize> = (0..self.walls.len()).filter(|&cell| !self.walls[cell]).collect();
        let mut best = Placed { start: 0, goal: 0, steps: 0 };
        let mut distances = Distances::default();
        for _ in 0..STARTS {
            let Some(&start) = open.choose(rng) else {
                break;
            };
            // The farthest cell from any cell is near one end of the longest path.
            let mut from = start;
            for _ in 0..2 {
                distances.measure(self, from);
                let placed = distances.goal(wanted, rng);
                if placed.steps == wanted {
                    return placed;
                }
                if placed.steps > best.steps {
                    best = placed;
                }
                from = distances.farthest();
            }
        }
        best
    }

    /// The maze with its start and goal.
    pub(super) fn maze(&self, placed: &Placed) -> Option<Maze> {
        let mut cells: Vec<Cell> = self.walls.iter().map(|&wall| if wall { Cell::Wall } else { Cell::Open }).collect();
        *cells.get_mut(placed.start)? = Cell::Start;
        *cells.get_mut(placed.goal)? = Cell::Goal;
        Maze::new(self.side, cells).ok()
    }
}

impl Distances {
    /// Measures from an open cell.
    pub(super) fn measure(&mut self, layout: &Layout, from: usize) {
        self.steps.clear();
        self.steps.resize(layout.walls.len(), FAR);
        self.reached.clear();
        self.reached.push(from as u16);
        self.steps[from] = 0;
        let mut at = 0;
        while let Some(&cell) = self.reached.get(at) {
            at += 1;
            let steps = self.steps[usize::from(cell)] + 1;
            for next in beside(layout.side, usize::from(cell)) {
                if !layout.walls[next] && self.steps[next] == FAR {
                    self.steps[next] = steps;
                    self.reached.push(next as u16);
                }
            }
        }
    }

    /// How many cells can be reached, the first included.
    #[cfg(test)]
    pub(super) fn reached(&self) -> usize {
        self.reached.len()
    }

    /// The last of the farthest cells.
    pub(super) fn farthest(&self) -> usize {
        self.reached.last().copied().map_or(0, usize::from)
    }

    /// The steps to the farthest cell.
    pub(super) fn reach(&self) -> usize {
        self.steps.get(self.farthest()).copied().map_or(0, usize::from)
    }

    /// A random goal among the cells `wanted` steps away, or the farthest where all are nearer.
    pub(super) fn goal(&self, wanted: usize, rng: &mut impl Rng) -> Placed {
        let start = self.reached.first().copied().map_or(0, usize::from);
        let steps = |at: usize| usize::from(self.steps[usize::from(self.reached[at])]);
        let wanted = wanted.min(self.reach());
        let first = self.reached.partition_point(|&cell| usize::from(self.steps[usize::from(cell)]) < wanted);
        let end = (first..self.reached.len()).find(|&at| steps(at) > wanted).unwrap_or(self.reached.len());
        match first < end {
            true => Placed { start, goal: usize::from(self.reached[rng.random_range(first..end)]), steps: wanted },
            false => Placed { start, goal: start, steps: 0 },
        }
    }

    /// A cell on a shortest path to `goal`, `steps` steps from the start.
    pub(super) fn on_path(&self, side: usize, goal: usize, steps: usize) -> usize {
        let mut cell = goal;
        while usize::from(self.steps[cell]) > steps {
            match beside(side, cell).find(|&next| self.steps[next] < self.steps[cell]) {
                Some(next) => cell = next,
                None => break,
            }
        }
        cell
    }
}
