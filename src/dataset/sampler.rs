//! Draws training examples: a random puzzle of a set, seen through a random symmetry; and the thread that draws ahead.

use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{DataError, DataSet};
use crate::task::Example;

/// Draws from a set without end; the state decides all that follows.
#[derive(Debug)]
pub struct Sampler {
    set: DataSet,
    /// What the set holds.
    fingerprint: u64,
    rng: ChaCha8Rng,
}

/// What a saved run keeps of its sampler.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SamplerState {
    rng: ChaCha8Rng,
    puzzles: usize,
    /// What they were; saves of before have none.
    #[serde(default)]
    fingerprint: Option<u64>,
}

impl Sampler {
    /// A sampler at its first draw. The set is not empty: no source gives an empty one.
    pub fn new(set: DataSet, seed: u64) -> Self {
        Self { fingerprint: set.fingerprint(), set, rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// The next example.
    ///
    /// # Errors
    /// A set that is read from disk as it is drawn from, and cannot be read any more.
    pub fn draw(&mut self) -> Result<Example, DataError> {
        self.set.draw(&mut self.rng)
    }

    /// What it draws from.
    pub fn set(&self) -> &DataSet {
        &self.set
    }

    /// What decides all that follows.
    pub fn state(&self) -> SamplerState {
        SamplerState { rng: self.rng.clone(), puzzles: self.set.len(), fingerprint: Some(self.fingerprint) }
    }

    /// Goes on from a saved state; false, and nothing changes, when it was saved with other data.
    #[must_use]
    pub fn restore(&mut self, state: SamplerState) -> bool {
        let same = state.puzzles == self.set.len()
            && state.fingerprint.is_none_or(|fingerprint| fingerprint == self.fingerprint);
        if same {
            self.rng = state.rng;
        }
        same
    }

    /// Calls `work` with a function that gives the next example; another thread draws up to `ahead` examples before
    /// they are asked for. Afterwards the sampler stands behind the last example that was taken, as if nothing had been
    /// drawn ahead.
    pub fn ahead<T>(
        &mut self,
        ahead: usize,
        work: impl FnOnce(&mut dyn FnMut() -> Result<(Example, SamplerState), DataError>) -> T,
    ) -> T {
        let mut last = self.state();
        let (sender, receiver) = sync_channel(ahead.max(1));
        let done = std::thread::scope(|scope| {
            let sampler = &mut *self;
            let drawing = scope.spawn(move || {
                loop {
                    let drawn = sampler.draw();
                    let flow = if drawn.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
                    if sender.send(drawn.map(|example| (example, sampler.state()))).is_err() || flow.is_break() {
                        return;
                    }
                }
            });
            let done = work(&mut || match receiver.recv() {
                Ok(Ok((example, state))) => {
                    last = state.clone();
                    Ok((example, state))
                }
                Ok(Err(error)) => Err(error),
                Err(_) => Err(DataError::Drained),
            });
            // The thread ends at its next send.
            drop(receiver);
            let _ = drawing.join();
            done
        });
        self.rng = last.rng;
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::DataSource;
    use crate::task::Boards;
    use crate::task::sudoku::decode;

    fn set(count: usize) -> DataSet {
        let source: DataSource = format!("generated:4x4,givens=5..9,count={count},seed=2").parse().unwrap();
        source.load(None, &|_| true).unwrap()
    }

    #[test]
    fn a_restored_sampler_goes_on_where_it_was() {
        let mut one = Sampler::new(set(20), 7);
        (0..13).for_each(|_| drop(one.draw()));
        let saved = serde_json::to_string(&one.state()).unwrap();
        let mut two = Sampler::new(set(20), 0);
        assert!(two.restore(serde_json::from_str(&saved).unwrap()));
        assert!((0..50).all(|_| one.draw().unwrap() == two.draw().unwrap()));
        assert!(!Sampler::new(set(19), 0).restore(one.state()));
        let other: DataSource = "generated:4x4,givens=5..9,count=20,seed=3".parse().unwrap();
        let mut other = Sampler::new(other.load(None, &|_| true).unwrap(), 0);
        assert!(!other.restore(one.state()), "as many puzzles, and others");
        assert!(other.restore(SamplerState { fingerprint: None, ..one.state() }), "an old save does not say");
    }

    #[test]
    fn drawing_ahead_changes_nothing() {
        let (mut plain, mut ahead) = (Sampler::new(set(20), 7), Sampler::new(set(20), 7));
        for taken in [0, 1, 9, 40] {
            let expected: Vec<Example> = (0..taken).map(|_| plain.draw().unwrap()).collect();
            let found: Vec<Example> = ahead.ahead(16, |next| (0..taken).map(|_| next().unwrap().0).collect());
            assert_eq!(found, expected);
            assert_eq!(ahead.state(), plain.state());
        }
    }

    #[test]
    fn what_is_drawn_is_a_solved_puzzle() {
        let set = set(10);
        let Boards::Sudoku(shape) = set.boards() else { panic!("these are Sudokus") };
        let mut sampler = Sampler::new(set, 1);
        for _ in 0..50 {
            let example = sampler.draw().unwrap();
            let (board, solution) = (decode(shape, &example.inputs), decode(shape, &example.labels));
            assert!(solution.is_solved() && solution.extends(&board) && !board.is_solved());
        }
    }
}
