//! Corridors: a growing tree of cells two apart, then a few walls opened.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use super::super::beside;
use super::layout::Layout;

/// The corridors of one maze. How often the tree grows from a random cell instead of the newest, which makes many
/// short dead ends instead of few long ones, and how many loops there are, is drawn for each maze; both fade as the
/// effort goes from 0 to 1, for they make paths short.
pub(super) fn layout(side: usize, effort: f64, rng: &mut impl Rng) -> Layout {
    let calm = 1.0 - effort;
    // Squared: long corridors are the more maze-like.
    let scatter = rng.random::<f64>().powi(2) * calm;
    // Corridor crossings stand at odd rows and columns.
    let across = side / 2;
    let mut layout = Layout::solid(side);
    let place = |node: usize| (2 * (node / across) + 1) * side + 2 * (node % across) + 1;
    let first = rng.random_range(0..across * across);
    layout.walls[place(first)] = false;
    let mut growing = vec![first];
    while !growing.is_empty() {
        let at = match rng.random_bool(scatter) {
            true => rng.random_range(0..growing.len()),
            false => growing.len() - 1,
        };
        let node = growing[at];
        let fresh: Vec<usize> = beside(across, node).filter(|&next| layout.walls[place(next)]).collect();
        let Some(&next) = fresh.choose(rng) else {
            growing.remove(at);
            continue;
        };
        layout.walls[place(next)] = false;
        layout.walls[(place(node) + place(next)) / 2] = false;
        growing.push(next);
    }

    let most = (across * across).div_ceil(10) as f64 * calm;
    let loops = rng.random_range(0..=most.round() as usize);
    // Walls between two crossings: one coordinate odd, the other even and not in the border.
    let inner = 2 * across - 1;
    for _ in 0..loops {
        let (row, col) = (rng.random_range(1..=inner), rng.random_range(1..=inner));
        if (row + col) % 2 == 1 {
            layout.walls[row * side + col] = false;
        }
    }
    if side.is_multiple_of(2) {
        face(&mut layout, rng);
    }
    layout
}

/// Turns the two edges without a border to any side.
fn face(layout: &mut Layout, rng: &mut impl Rng) {
    if rng.random_bool(0.5) {
        layout.walls.reverse();
    }
    if rng.random_bool(0.5) {
        layout.walls.chunks_mut(layout.side).for_each(<[bool]>::reverse);
    }
}
