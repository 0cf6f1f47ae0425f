//! Walls strewn at random, and moved until the way is long.

use rand::{Rng, RngExt};

use super::layout::{Distances, Layout, Placed};

/// Every so many layouts one is worked on; those between are taken as chance made them.
pub(super) const PLAIN: usize = 4;
/// How often a wall is moved in one layout.
const MOVES: usize = 3000;
/// The share of walls: that of Maze-30x30-hard goes from 0.28 to 0.45.
const DENSITY: std::ops::Range<f64> = 0.25..0.45;

/// Random walls; their share is drawn for each maze.
pub(super) fn layout(side: usize, rng: &mut impl Rng) -> Layout {
    let density = rng.random_range(DENSITY);
    let mut layout = Layout::solid(side);
    for wall in &mut layout.walls {
        *wall = rng.random_bool(density);
    }
    layout
}

/// Moves walls into the way, one at a time, until the goal is `wanted` steps away or the moves are spent. A move that
/// brings the farthest cell nearer is taken back, so the share of walls stays and the way only grows.
pub(super) fn stretch(layout: &mut Layout, from: Placed, wanted: usize, rng: &mut impl Rng) -> Placed {
    let mut distances = Distances::default();
    let mut start = from.start;
    distances.measure(layout, start);
    let mut next = Distances::default();
    for _ in 0..MOVES {
        let reach = distances.reach();
        if reach >= wanted || reach < 2 {
            break;
        }
        let into = distances.on_path(layout.side, distances.farthest(), rng.random_range(1..reach));
        let out = rng.random_range(0..layout.walls.len());
        if !layout.walls[out] {
            continue;
        }
        (layout.walls[into], layout.walls[out]) = (true, false);
        next.measure(layout, start);
        if next.reach() >= reach {
            std::mem::swap(&mut distances, &mut next);
            continue;
        }
        // The other end may see farther.
        (layout.walls[into], layout.walls[out]) = (false, true);
        if rng.random_bool(0.02) {
            start = distances.farthest();
            distances.measure(layout, start);
        }
    }
    distances.goal(wanted, rng)
}
