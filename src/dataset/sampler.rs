//! Draws training examples: a random puzzle, seen through a random symmetry.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::PuzzleSet;
use crate::board::sudoku::Shape;
use crate::task::Example;
use crate::task::sudoku::Symmetry;

/// Draws from a set without end; the state decides all that follows.
#[derive(Debug, Clone)]
pub struct Sampler {
    shape: Shape,
    examples: Vec<Example>,
    rng: ChaCha8Rng,
}

/// What a saved run keeps of its sampler.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SamplerState {
    rng: ChaCha8Rng,
    puzzles: usize,
}

impl Sampler {
    /// A sampler at its first draw. The set is not empty: no source gives an empty one.
    pub fn new(set: &PuzzleSet, seed: u64) -> Self {
        Self { shape: set.shape, examples: set.examples(), rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// The next example.
    pub fn draw(&mut self) -> Example {
        let example = &self.examples[self.rng.random_range(0..self.examples.len())];
        let symmetry = Symmetry::random(self.shape, &mut self.rng);
        Example {
            inputs: symmetry.apply(&example.inputs),
            labels: symmetry.apply(&example.labels),
            puzzle_id: example.puzzle_id,
        }
    }

    /// What decides all that follows.
    pub fn state(&self) -> SamplerState {
        SamplerState { rng: self.rng.clone(), puzzles: self.examples.len() }
    }

    /// Goes on from a saved state; false, and nothing changes, when it was saved with other data.
    #[must_use]
    pub fn restore(&mut self, state: SamplerState) -> bool {
        let same = state.puzzles == self.examples.len();
        if same {
            self.rng = state.rng;
        }
        same
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::DataSource;
    use crate::task::sudoku::decode;

    fn set(count: usize) -> PuzzleSet {
        let source: DataSource = format!("generated:4x4,givens=5..9,count={count},seed=2").parse().unwrap();
        source.load(None, &|_| true).unwrap()
    }

    #[test]
    fn a_restored_sampler_goes_on_where_it_was() {
        let mut one = Sampler::new(&set(20), 7);
        (0..13).for_each(|_| drop(one.draw()));
        let saved = serde_json::to_string(&one.state()).unwrap();
        let mut two = Sampler::new(&set(20), 0);
        assert!(two.restore(serde_json::from_str(&saved).unwrap()));
        assert!((0..50).all(|_| one.draw() == two.draw()));
        assert!(!Sampler::new(&set(19), 0).restore(one.state()));
    }

    #[test]
    fn what_is_drawn_is_a_solved_puzzle() {
        let set = set(10);
        let mut sampler = Sampler::new(&set, 1);
        for _ in 0..50 {
            let example = sampler.draw();
            let (board, solution) = (decode(set.shape, &example.inputs), decode(set.shape, &example.labels));
            assert!(solution.is_solved() && solution.extends(&board) && !board.is_solved());
        }
    }
}
