//! What the model would answer at one moment: a probability for every value of every cell.

use std::sync::Arc;

/// Probabilities `[cells, vocab]`, decoded from a state by the language-model head.
///
/// After an H-step they are the model's own answer. After an L-step they are the paper's preliminary
/// read-out, `lm_head(f_H(z_H, z_L))`: what H would say if it updated now.
#[derive(Debug, Clone)]
pub struct Readout {
    vocab: usize,
    probabilities: Arc<[f32]>,
}

impl Readout {
    /// Wraps probabilities `[cells, vocab]`, row-major.
    pub fn new(vocab: usize, probabilities: Arc<[f32]>) -> Self {
        debug_assert_eq!(probabilities.len() % vocab.max(1), 0);
        Self { vocab, probabilities }
    }

    /// The number of board cells.
    pub fn cells(&self) -> usize {
        self.probabilities.len() / self.vocab.max(1)
    }

    /// The probability of every token for one cell, `[vocab]`; empty outside the board.
    pub fn cell(&self, cell: usize) -> &[f32] {
        self.probabilities.chunks(self.vocab.max(1)).nth(cell).unwrap_or(&[])
    }

    /// The most probable token of one cell and its probability.
    pub fn best(&self, cell: usize) -> (usize, f32) {
        let mut best = (0, f32::NEG_INFINITY);
        for (token, &p) in self.cell(cell).iter().enumerate() {
            if p > best.1 {
                best = (token, p);
            }
        }
        best
    }

    /// The most probable token of every cell, `[cells]`.
    pub fn tokens(&self) -> Vec<i32> {
        (0..self.cells()).map(|cell| self.best(cell).0 as i32).collect()
    }

    /// The entropy of one cell's distribution, in bits.
    pub fn entropy(&self, cell: usize) -> f32 {
        self.cell(cell).iter().filter(|p| **p > 0.0).map(|p| -p * p.log2()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn best_and_entropy() {
        let readout = Readout::new(4, vec![0.25, 0.25, 0.25, 0.25, 0.0, 0.0, 1.0, 0.0].into());
        assert_eq!(readout.cells(), 2);
        assert_eq!(readout.best(1), (2, 1.0));
        assert_eq!(readout.entropy(0), 2.0);
        assert_eq!(readout.entropy(1), 0.0);
        assert_eq!(readout.tokens(), [0, 2]);
        assert!(readout.cell(7).is_empty());
    }
}
