//! Families of tasks of our own: each draws any number of pairs that follow one rule.
//!
//! A rule's constants (the colour that fills an enclosed area, say) belong to the family; everything else that matters
//! can be seen in the input, which has one right answer. 0 is always the background, and every input that a family
//! draws is changed by its rule.

mod counting;
mod filling;
mod lines;
mod motion;
mod objects;
mod pattern;
mod sketch;
mod symmetry;

use std::collections::HashSet;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

use super::{Grid, LARGEST, Pair, Task};

/// The smallest bound on rows and columns within which every family can draw.
pub const SMALLEST: usize = sketch::SMALLEST;
/// How many inputs in a row may repeat earlier ones before a family counts as exhausted.
const REPEATS: usize = 1000;

/// A rule and its artist.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// The name, lower case with dashes.
    pub name: &'static str,
    /// The rule in a sentence.
    pub summary: &'static str,
    /// Draws an input and its output; neither has more than `largest` rows or columns, which is brought within
    /// [`SMALLEST`] to [`LARGEST`]. The same state of the generator draws the same pair.
    pub pair: fn(largest: usize, rng: &mut ChaCha8Rng) -> (Grid, Grid),
}

/// All families, from filling over motion to counting.
pub const FAMILIES: &[Family] = &[
    Family {
        name: "fill-enclosed",
        summary: "What an outline encloses becomes yellow (4); outlines with a gap enclose nothing",
        pair: filling::fill_enclosed,
    },
    Family {
        name: "flood-rooms",
        summary: "Walls part the grid into rooms; a coloured seed floods its room",
        pair: filling::flood_rooms,
    },
    Family { name: "outline", summary: "Every object gets a green (3) outline", pair: filling::outline },
    Family { name: "hollow", summary: "Of filled rectangles only the outlines stay", pair: filling::hollow },
    Family { name: "gravity", summary: "Coloured cells fall to the bottom of their column", pair: motion::gravity },
    Family {
        name: "move-to-wall",
        summary: "The object moves straight to the wall, a coloured edge, until it touches it",
        pair: motion::move_to_wall,
    },
    Family {
        name: "sort-columns",
        summary: "The bars are sorted by height, the lowest to the left",
        pair: motion::sort_columns,
    },
    Family { name: "mirror", summary: "The grid and beside it its mirror image", pair: symmetry::mirror },
    Family {
        name: "kaleidoscope",
        summary: "The grid, mirrored to the right, and both mirrored below",
        pair: symmetry::kaleidoscope,
    },
    Family {
        name: "repair-symmetry",
        summary: "A hole in a picture that is the same left and right is filled by its mirror image",
        pair: symmetry::repair_symmetry,
    },
    Family { name: "scale-two", summary: "Every cell becomes two by two cells", pair: symmetry::scale_two },
    Family {
        name: "continue-stripes",
        summary: "Stripes that repeat go on to the other edge",
        pair: pattern::continue_stripes,
    },
    Family {
        name: "repair-tiling",
        summary: "A hole in a wall of equal tiles is filled as the tiles say",
        pair: pattern::repair_tiling,
    },
    Family {
        name: "both-halves",
        summary: "A grey (5) line parts the grid: of the left half stays what is coloured in the right half too",
        pair: pattern::both_halves,
    },
    Family { name: "swap-colours", summary: "The two colours change places", pair: pattern::swap_colours },
    Family {
        name: "connect-dots",
        summary: "Two dots of one colour in a row or column are joined by a line",
        pair: lines::connect_dots,
    },
    Family {
        name: "rays",
        summary: "Each cell on the left edge shines to the right until something is in the way",
        pair: lines::rays,
    },
    Family {
        name: "diagonals",
        summary: "Each cell on the top or left edge shines down to the right, to the other edge",
        pair: lines::diagonals,
    },
    Family {
        name: "recolour-by-size",
        summary: "Every object gets the colour whose number is its number of cells",
        pair: objects::recolour_by_size,
    },
    Family { name: "crop-largest", summary: "The object with the most cells, cut out", pair: objects::crop_largest },
    Family {
        name: "odd-one-out",
        summary: "The one object whose shape is not that of the others, cut out",
        pair: objects::odd_one_out,
    },
    Family { name: "denoise", summary: "Single cells vanish, rectangles stay", pair: objects::denoise },
    Family {
        name: "count-bar",
        summary: "A bar of one row with as many cells as there are coloured cells",
        pair: counting::count_bar,
    },
    Family { name: "commonest", summary: "One cell of the commonest colour", pair: counting::commonest },
];

/// The family with this name.
pub fn find(name: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.name == name)
}

/// A family that has run out of different pairs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "family `{family}` draws only about {found} different pairs of at most {largest} rows and columns, not {wanted}: \
     ask for fewer or for larger grids"
)]
pub struct TooFewPairs {
    /// The family's name.
    pub family: &'static str,
    /// The bound on rows and columns.
    pub largest: usize,
    /// Pairs asked for.
    pub wanted: usize,
    /// Pairs found before they repeated themselves.
    pub found: usize,
}

/// A task of a family: `train` and `test` pairs, all inputs different, of at most `largest` rows and columns. Depends
/// on the arguments alone; each family has its own stream of random numbers, and more test pairs leave the others as
/// they are.
///
/// # Errors
/// [`TooFewPairs`] when the family cannot draw so many within this size.
pub fn task(family: &Family, largest: usize, train: usize, test: usize, seed: u64) -> Result<Task, TooFewPairs> {
    let start = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(family.name);
    let mut rng = ChaCha8Rng::from_seed(start.finalize().into());
    let (mut seen, mut pairs, mut repeats) = (HashSet::new(), Vec::new(), 0);
    let wanted = train.saturating_add(test);
    while pairs.len() < wanted {
        let (input, output) = (family.pair)(largest, &mut rng);
        if seen.insert(input.clone()) {
            pairs.push(Pair { input, output: Some(output) });
            repeats = 0;
            continue;
        }
        repeats += 1;
        if repeats == REPEATS {
            let largest = largest.clamp(SMALLEST, LARGEST);
            return Err(TooFewPairs { family: family.name, largest, wanted, found: pairs.len() });
        }
    }
    let test = pairs.split_off(train);
    Ok(Task { train: pairs, test })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::board::arc::COLOURS;

    /// The objects of a grid: coloured cells that touch, also diagonally; each sorted.
    pub(in crate::board::arc) fn objects(grid: &Grid) -> Vec<Vec<(usize, usize)>> {
        let mut left: std::collections::BTreeSet<_> = grid.places().filter(|&place| grid.at(place) != 0).collect();
        let mut objects = Vec::new();
        while let Some(start) = left.pop_first() {
            let mut object = vec![start];
            let mut next = 0;
            while next < object.len() {
                let near = grid.around(object[next]).filter(|place| left.remove(place)).collect::<Vec<_>>();
                object.extend(near);
                next += 1;
            }
            object.sort_unstable();
            objects.push(object);
        }
        objects
    }

    /// Calls a check with pairs of a family, of all sizes.
    pub(super) fn each(name: &str, mut check: impl FnMut(&Grid, &Grid)) {
        let family = find(name).unwrap();
        for seed in 0..200 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let (input, output) = (family.pair)(5 + seed as usize % 26, &mut rng);
            let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&input, &output)));
            assert!(checked.is_ok(), "{name}, seed {seed}:\n{input}\n->\n{output}");
        }
    }

    #[test]
    fn every_family_draws_valid_pairs_at_every_size() {
        for family in FAMILIES {
            let mut colours = HashSet::new();
            for (at, largest) in [0, 5, 6, 7, 8, 9, 10, 11, 13, 16, 21, 29, 30, usize::MAX].into_iter().enumerate() {
                for seed in (0..12).map(|seed| seed + 100 * at as u64) {
                    let draw = || (family.pair)(largest, &mut ChaCha8Rng::seed_from_u64(seed));
                    let (input, output) = draw();
                    assert_eq!(draw(), (input.clone(), output.clone()), "{}", family.name);
                    for grid in [&input, &output] {
                        let most = largest.clamp(SMALLEST, LARGEST);
                        assert!(grid.rows() <= most && grid.cols() <= most, "{} {largest}\n{grid}", family.name);
                        assert_eq!(Grid::new(grid.rows(), grid.cols(), grid.cells().to_vec()).as_ref(), Ok(grid));
                    }
                    assert_ne!(input, output, "{}", family.name);
                    assert!(input.cells().iter().any(|&cell| cell != 0), "{}", family.name);
                    colours.extend(input.cells().iter().chain(output.cells()).copied());
                }
            }
            // All but gaps that a rule keeps free.
            assert!(colours.len() >= usize::from(COLOURS) - 1, "{}: {colours:?}", family.name);
        }
    }

    #[test]
    fn names_are_unique_and_found() {
        let names: HashSet<&str> = FAMILIES.iter().map(|family| family.name).collect();
        assert_eq!(names.len(), FAMILIES.len());
        for family in FAMILIES {
            assert_eq!(find(family.name).map(|found| found.summary), Some(family.summary));
            assert!(family.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
        }
        assert!(find("").is_none());
    }

    #[test]
    fn tasks_have_different_pairs_and_depend_on_the_seed() {
        for family in FAMILIES {
            let made = task(family, 8, 12, 3, 1).unwrap();
            assert_eq!((made.train.len(), made.test.len()), (12, 3));
            let inputs: HashSet<&Grid> = made.train.iter().chain(&made.test).map(|pair| &pair.input).collect();
            assert_eq!(inputs.len(), 15);
            let more = task(family, 8, 12, 4, 1).unwrap();
            assert_eq!((&more.train, &more.test[..3]), (&made.train, &made.test[..]));
            assert_ne!(task(family, 8, 12, 3, 2).unwrap(), made);
            assert_eq!(Task::parse(&made.to_json()).unwrap(), made);
        }
    }

    #[test]
    fn a_family_that_runs_out_says_so() {
        let few = Family {
            name: "few",
            summary: "",
            pair: |_, rng| (Grid::filled(1, sketch::side(5, 2, rng), 1).unwrap(), Grid::blank(1, 1)),
        };
        assert_eq!(task(&few, 5, 2, 2, 1).unwrap().test.len(), 2);
        let error = task(&few, 2, 4, 1, 1).unwrap_err();
        assert_eq!(error, TooFewPairs { family: "few", largest: 5, wanted: 5, found: 4 });
        assert!(error.to_string().contains("only about 4"), "{error}");
        assert!(task(&few, 5, usize::MAX, usize::MAX, 1).is_err());
    }
}
