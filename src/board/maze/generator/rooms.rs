//! A house: the space within the border is divided by walls with doors, again and again.

use std::ops::RangeInclusive;

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use super::layout::Layout;

/// How one house is divided.
struct Plan {
    /// No room is narrower; rooms one cell wide are corridors.
    narrowest: usize,
    /// Rooms wider or longer are divided.
    widest: usize,
    /// How often a wall has a second door.
    second_door: f64,
}

/// The rooms of one maze; how wide they are and how many doors they have is drawn for each. Doors get fewer as the
/// effort goes from 0 to 1.
pub(super) fn layout(side: usize, effort: f64, rng: &mut impl Rng) -> Layout {
    let narrowest = rng.random_range(1..=if side < 9 { 1 } else { 3 });
    let plan = Plan {
        narrowest,
        widest: rng.random_range(narrowest + 1..=(2 * narrowest + 3).min(side / 2)),
        second_door: rng.random_range(0.0..0.4) * (1.0 - effort),
    };
    let mut layout = Layout::solid(side);
    let inner = 1..=side - 2;
    for row in inner.clone() {
        layout.walls[row * side + 1..row * side + side - 1].fill(false);
    }
    let mut spaces = vec![(inner.clone(), inner)];
    while let Some((rows, cols)) = spaces.pop() {
        spaces.extend(divide(&mut layout, &plan, rows, cols, rng).into_iter().flatten());
    }
    layout
}

type Space = (RangeInclusive<usize>, RangeInclusive<usize>);

/// Builds a wall through a space, unless it is a room by now, and returns the two parts.
fn divide(
    layout: &mut Layout,
    plan: &Plan,
    rows: RangeInclusive<usize>,
    cols: RangeInclusive<usize>,
    rng: &mut impl Rng,
) -> Option<[Space; 2]> {
    let (height, width) = (rows.end() + 1 - rows.start(), cols.end() + 1 - cols.start());
    if height.max(width) <= plan.widest {
        return None;
    }
    // Across the longer side, mostly.
    let upright = rng.random_bool(width.pow(2) as f64 / (width.pow(2) + height.pow(2)) as f64);
    let (along, across) = if upright { (rows.clone(), cols.clone()) } else { (cols.clone(), rows.clone()) };
    let side = layout.side;
    let cell = move |along: usize, across: usize| if upright { along * side + across } else { across * side + along };
    // The wall must not end in a door.
    let (before, behind) = (along.start() - 1, along.end() + 1);
    let least = across.start() + plan.narrowest;
    let places: Vec<usize> = (least..(across.end() + 1).saturating_sub(plan.narrowest))
        .filter(|&place| layout.walls[cell(before, place)] && layout.walls[cell(behind, place)])
        .collect();
    let &place = places.choose(rng)?;
    for at in along.clone() {
        layout.walls[cell(at, place)] = true;
    }
    for _ in 0..1 + usize::from(rng.random_bool(plan.second_door)) {
        layout.walls[cell(rng.random_range(along.clone()), place)] = false;
    }
    let (one, other) = (*across.start()..=place - 1, place + 1..=*across.end());
    Some(match upright {
        true => [(rows.clone(), one), (rows, other)],
        false => [(one, cols.clone()), (other, cols)],
    })
}
