//! What goes on inside one block of a module at one micro-step: where its heads attend, how far its gates are open.

use std::sync::Arc;

use super::Module;

/// One block's attention and gates. Plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct Inside {
    /// The module.
    pub module: Module,
    /// The micro-step, counted from 0 over the run.
    pub step: usize,
    /// The block, from 0.
    pub layer: usize,
    /// How many blocks the module has.
    pub layers: usize,
    /// A: attention heads.
    pub heads: usize,
    /// T: tokens.
    pub tokens: usize,
    /// Attention weights `[A, T, T]`: of each head, from each token (row) to each token; every row sums to 1.
    pub attention: Arc<[f32]>,
    /// The SwiGLU's gates `silu(x W_gate)`, `[T, inner]`.
    pub gates: Arc<[f32]>,
}

impl Inside {
    /// The attention of one head, or the mean of all, `[T, T]`.
    pub fn attention(&self, head: Option<usize>) -> Arc<[f32]> {
        let size = self.tokens * self.tokens;
        match head.filter(|head| *head < self.heads) {
            Some(head) => self.attention[head * size..(head + 1) * size].into(),
            None => {
                let mut mean = vec![0.0; size];
                for head in self.attention.chunks_exact(size.max(1)) {
                    mean.iter_mut().zip(head).for_each(|(sum, weight)| *sum += weight / self.heads as f32);
                }
                mean.into()
            }
        }
    }

    /// Where one token attends, `[T]`; without a token, how much each token is attended to, the mean over all.
    pub fn attended(&self, head: Option<usize>, from: Option<usize>) -> Vec<f32> {
        let (all, tokens) = (self.attention(head), self.tokens);
        match from.filter(|from| *from < tokens) {
            Some(from) => all[from * tokens..(from + 1) * tokens].to_vec(),
            None => {
                let mut mean = vec![0.0; tokens];
                for row in all.chunks_exact(tokens.max(1)) {
                    mean.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight / tokens as f32);
                }
                mean
            }
        }
    }

    /// The SwiGLU's width.
    pub fn inner(&self) -> usize {
        self.gates.len() / self.tokens.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_averaged_and_rows_are_a_tokens() {
        let inside = Inside {
            module: Module::L,
            step: 0,
            layer: 0,
            layers: 1,
            heads: 2,
            tokens: 2,
            attention: vec![1.0, 0.0, 0.5, 0.5, 0.0, 1.0, 0.5, 0.5].into(),
            gates: vec![0.0; 6].into(),
        };
        assert_eq!(inside.attention(Some(1))[..], [0.0, 1.0, 0.5, 0.5]);
        assert_eq!(inside.attention(None)[..], [0.5; 4]);
        assert_eq!(inside.attention(Some(9)), inside.attention(None));
        assert_eq!(inside.attended(Some(0), Some(0)), [1.0, 0.0]);
        assert_eq!(inside.attended(Some(0), None), [0.75, 0.25]);
        assert_eq!(inside.inner(), 3);
    }
}
