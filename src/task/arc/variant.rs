//! The same task seen otherwise: turned or mirrored, its colours exchanged. Each variant is a puzzle of its own.

use std::collections::HashSet;
use std::fmt;

use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

use crate::board::arc::{COLOURS, Grid, Pair, Task};
use crate::task::dihedral::Dihedral;

/// How many variants there are besides the task itself: eight symmetries, all orders of nine colours.
pub const MOST_VARIANTS: usize = 8 * 362_880 - 1;
/// Tries for each variant wanted, as in the public builder.
const TRIES: usize = 5;
/// How the parts of a name are joined: by the HRM builder, which we write, and by TRM's.
const JOINTS: [&str; 2] = ["_", "|||"];

/// Colours exchanged, then the grid turned or mirrored. 0 stays 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Variant {
    dihedral: Dihedral,
    colours: [u8; COLOURS as usize],
}

/// Colours that are no variant's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the colours {colours:?} are no variant: give each of 0 to 9 once, 0 first")]
pub struct VariantError {
    /// What was given.
    pub colours: [u8; COLOURS as usize],
}

impl Variant {
    /// The task as it is.
    pub const IDENTITY: Self = Self { dihedral: Dihedral::IDENTITY, colours: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] };

    /// The variant in which colour c becomes `colours[c]` before the grid is turned.
    ///
    /// # Errors
    /// [`VariantError`] unless each colour stands once and 0 first.
    pub fn new(dihedral: Dihedral, colours: [u8; COLOURS as usize]) -> Result<Self, VariantError> {
        let mut sorted = colours;
        sorted.sort_unstable();
        match sorted == Self::IDENTITY.colours && colours[0] == 0 {
            true => Ok(Self { dihedral, colours }),
            false => Err(VariantError { colours }),
        }
    }

    /// Any variant, all equally likely.
    pub fn random(rng: &mut impl Rng) -> Self {
        let mut variant = Self { dihedral: Dihedral::ALL[rng.random_range(0..8)], ..Self::IDENTITY };
        variant.colours[1..].shuffle(rng);
        variant
    }

    /// How the grid is turned or mirrored.
    pub fn dihedral(self) -> Dihedral {
        self.dihedral
    }

    /// What each colour becomes.
    pub fn colours(&self) -> &[u8; COLOURS as usize] {
        &self.colours
    }

    /// The variant that undoes this one.
    pub fn inverse(self) -> Self {
        let mut colours = self.colours;
        self.colours.iter().zip(0..).for_each(|(&to, from)| colours[usize::from(to)] = from);
        Self { dihedral: self.dihedral.inverse(), colours }
    }

    /// The variant of a grid.
    pub fn apply(self, grid: &Grid) -> Grid {
        let recoloured: Vec<u8> = grid.cells().iter().map(|&colour| self.colours[usize::from(colour)]).collect();
        let (cells, rows, cols) = self.dihedral.apply(&recoloured, grid.rows(), grid.cols());
        // As many cells as before, at most as many rows and columns as before, and only colours.
        Grid::new(rows, cols, cells).unwrap_or_else(|_| grid.clone())
    }

    /// The variant of a pair.
    pub fn apply_pair(self, pair: &Pair) -> Pair {
        Pair { input: self.apply(&pair.input), output: pair.output.as_ref().map(|grid| self.apply(grid)) }
    }

    /// The variant of a whole task.
    pub fn apply_task(self, task: &Task) -> Task {
        let all = |pairs: &[Pair]| pairs.iter().map(|pair| self.apply_pair(pair)).collect();
        Task { train: all(&task.train), test: all(&task.test) }
    }

    /// The puzzle's name in data sets: the task's, and for all but [`Variant::IDENTITY`] `_t{dihedral}_{colours}`.
    pub fn name(self, task: &str) -> String {
        match self == Self::IDENTITY {
            true => task.to_owned(),
            false => format!("{task}{self}"),
        }
    }

    /// The task's name and the variant in a puzzle's name. A name without a suffix is that of the task itself; the form
    /// of TRM's data sets, `task|||t3|||0123456789`, is read too.
    pub fn parse_name(name: &str) -> (&str, Self) {
        JOINTS.iter().find_map(|joint| split(name, joint)).unwrap_or((name, Self::IDENTITY))
    }
}

/// The suffix of a puzzle's name, `_t3_0123456789`.
impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "_t{}_", self.dihedral.index())?;
        self.colours.iter().try_for_each(|colour| write!(f, "{colour}"))
    }
}

fn split<'a>(name: &'a str, joint: &str) -> Option<(&'a str, Variant)> {
    let (rest, digits) = name.rsplit_once(joint)?;
    let (task, symmetry) = rest.rsplit_once(joint)?;
    let index = symmetry.strip_prefix('t').filter(|index| index.len() == 1)?;
    let colours: Vec<u8> = digits.bytes().map(|digit| digit.wrapping_sub(b'0')).collect();
    let variant = Variant::new(Dihedral::new(index.parse().ok()?)?, colours.try_into().ok()?).ok()?;
    Some((task, variant))
}

/// At most `count` different variants of a task, none of them looking like the task itself or like another: two that
/// show the same pairs in another order count as one. Depends on the seed, the name and the task alone. A task that has
/// too few variants, or whose variants often coincide, yields fewer: there are five tries for each.
pub fn variants(task: &Task, name: &str, count: usize, seed: u64) -> Vec<Variant> {
    let count = count.min(MOST_VARIANTS);
    let start = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(name);
    let mut rng = ChaCha8Rng::from_seed(start.finalize().into());
    let mut seen = HashSet::from([fingerprint(task, Variant::IDENTITY)]);
    let mut found = Vec::new();
    for _ in 0..count * TRIES {
        if found.len() == count {
            break;
        }
        let variant = Variant::random(&mut rng);
        if seen.insert(fingerprint(task, variant)) {
            found.push(variant);
        }
    }
    found
}

/// Equal for two variants exactly when they show the same pairs.
fn fingerprint(task: &Task, variant: Variant) -> [u8; 32] {
    let hash = |pair: &Pair| -> [u8; 32] {
        let pair = variant.apply_pair(pair);
        let mut hash = Sha256::new();
        for grid in std::iter::once(&pair.input).chain(&pair.output) {
            // Both are at most 30.
            hash.update([grid.rows() as u8, grid.cols() as u8]);
            hash.update(grid.cells());
        }
        hash.finalize().into()
    };
    let mut pairs: Vec<[u8; 32]> = task.train.iter().chain(&task.test).map(hash).collect();
    pairs.sort_unstable();
    pairs.iter().fold(Sha256::new(), |all, pair| all.chain_update(pair)).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::arc::tests::any_grid;
    use proptest::prelude::*;

    fn task(pairs: &[(&str, &str)]) -> Task {
        let pair = |(input, output): &(&str, &str)| Pair {
            input: input.parse().unwrap(),
            output: Some(output.parse().unwrap()),
        };
        Task { train: pairs.iter().map(pair).collect(), test: vec![] }
    }

    #[test]
    fn colours_first_then_the_turn() {
        let variant = Variant::new(Dihedral::ALL[1], [0, 2, 1, 3, 4, 5, 6, 7, 9, 8]).unwrap();
        assert_eq!(variant.apply(&"012 389".parse().unwrap()).to_string(), "18\n29\n03");
        assert_eq!(variant.name("007bbfb7"), "007bbfb7_t1_0213456798");
        assert!(Variant::new(Dihedral::ALL[1], [1, 0, 2, 3, 4, 5, 6, 7, 8, 9]).is_err());
        let said = Variant::new(Dihedral::ALL[1], [0; 10]).unwrap_err().to_string();
        assert!(said.contains("0 first"), "{said}");
    }

    #[test]
    fn names_of_other_kinds_are_the_tasks_own() {
        for name in [
            "007bbfb7",
            "",
            "_",
            "a_t1",
            "a_t8_0123456789",
            "a_t1_1023456789",
            "a_t1_012345678",
            "a_t1_0123456788",
            "a_t+1_0123456789",
            "a_t1_01234é6789",
            "a_1_0123456789",
            "a|||t1_0123456789",
        ] {
            assert_eq!(Variant::parse_name(name), (name, Variant::IDENTITY));
        }
        let variant = Variant::new(Dihedral::ALL[6], [0, 9, 8, 7, 6, 5, 4, 3, 2, 1]).unwrap();
        assert_eq!(Variant::parse_name("a_b|||t6|||0987654321"), ("a_b", variant));
        assert_eq!(Variant::parse_name("a_t1_0213456789_t6_0987654321").0, "a_t1_0213456789");
    }

    #[test]
    fn a_task_with_few_variants_yields_few() {
        assert_eq!(variants(&task(&[("0", "0")]), "black", 100, 1), []);
        // Nine colours, and nothing to turn.
        let one = task(&[("1", "0")]);
        let mut found = variants(&one, "one", 100, 1);
        found.iter_mut().for_each(|variant| variant.dihedral = Dihedral::IDENTITY);
        assert_eq!(found.len(), 8);
        // Mirrored, the two pairs change places.
        let mirror = task(&[("01", "0"), ("10", "0")]);
        assert!(variants(&mirror, "mirror", 500, 1).len() < 18);
        assert_eq!(variants(&one, "one", 0, 1), []);
    }

    #[test]
    fn the_variants_of_a_task_are_its_own() {
        let rich = task(&[("0123 4567", "89"), ("123", "45")]);
        let hundred = variants(&rich, "rich", 100, 7);
        assert_eq!(hundred.len(), 100);
        let looks: HashSet<Task> = hundred.iter().map(|variant| variant.apply_task(&rich)).collect();
        assert!(looks.len() == 100 && !looks.contains(&rich));
        assert_eq!(variants(&rich, "rich", 10, 7), hundred[..10]);
        assert_ne!(variants(&rich, "poor", 10, 7), hundred[..10]);
        assert_ne!(variants(&rich, "rich", 10, 8), hundred[..10]);
        assert_eq!(hundred.iter().map(|variant| variant.dihedral).collect::<HashSet<_>>().len(), 8);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn every_inverse_is_exact(grid in any_grid(30), seed: u64) {
            let variant = Variant::random(&mut ChaCha8Rng::seed_from_u64(seed));
            prop_assert_eq!(variant.inverse().inverse(), variant);
            let moved = variant.apply(&grid);
            prop_assert_eq!(variant.inverse().apply(&moved), grid.clone());
            prop_assert_eq!(variant.apply(&variant.inverse().apply(&grid)), grid.clone());
            let count = |grid: &Grid, colour| grid.cells().iter().filter(|&&cell| cell == colour).count();
            for colour in 0..COLOURS {
                prop_assert_eq!(count(&grid, colour), count(&moved, variant.colours()[usize::from(colour)]));
            }
            // The other order gives the same.
            let (turned, rows, cols) = variant.dihedral().apply(grid.cells(), grid.rows(), grid.cols());
            let cells = turned.into_iter().map(|cell| variant.colours()[usize::from(cell)]).collect();
            prop_assert_eq!(Grid::new(rows, cols, cells).unwrap(), moved);
        }

        #[test]
        fn names_round_trip(task in "[a-z0-9_|]{0,12}", seed: u64) {
            let variant = Variant::random(&mut ChaCha8Rng::seed_from_u64(seed));
            prop_assume!(variant != Variant::IDENTITY);
            let name = variant.name(&task);
            prop_assert_eq!(Variant::parse_name(&name), (task.as_str(), variant));
        }
    }
}
