//! One transformer block on the CPU, fused, forward and backward, over plain slices.
//!
//! The batch's boards are independent up to the weights' gradients, so with many boards each is carried through the
//! whole block by one thread, out of that core's cache; with few boards each operation is split instead. Either way
//! every number is summed in the same order, so results are bit-equal whatever the number of rayon's threads.
//! (They differ in the last bits between processors with and without AVX-512.)
//!
//! [`forward`] and [`backward`] compute, per board,
//! `h1 = rms(h + attention(h))`, `out = rms(h1 + (silu(h1 gate) * (h1 up)) down)`, with row-major weights `[in, out]`.

// The pointer arithmetic would otherwise be one `unsafe` block per line; each function states what it needs.
#![allow(unsafe_op_in_unsafe_fn)]
// Counted loops over arrays of registers: what is unrolled, and in which order, should be seen.
#![allow(clippy::needless_range_loop)]

mod attention;
mod backward;
mod forward;
mod lane;
mod matrix;
mod memory;
mod pointwise;
#[cfg(test)]
mod tests;
mod tile;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use backward::{Seen, backward};
pub use forward::{Saved, forward, forward_saving};

/// Runs one pass on rayon's threads. A caller that is none of them would otherwise wait for them anew in each of the
/// pass's operations, which for a single board takes longer than the operations.
fn on_pool<R: Send>(pass: impl FnOnce() -> R + Send) -> R {
    rayon::scope(|_| pass())
}

/// The sizes of a block, and its norms' epsilon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockShape {
    /// Boards.
    pub batch: usize,
    /// Tokens per board.
    pub tokens: usize,
    /// Width of a token, a multiple of `heads`.
    pub hidden: usize,
    /// Attention heads.
    pub heads: usize,
    /// Width inside the SwiGLU.
    pub inner: usize,
    /// What the norms add to the mean square before the root.
    pub rms_eps: f32,
}

impl BlockShape {
    /// Rows of all activations.
    fn rows(&self) -> usize {
        self.batch * self.tokens
    }

    /// Width of one head.
    fn dim(&self) -> usize {
        self.hidden / self.heads
    }

    /// Whether slices of these lengths fit.
    fn fits(&self, weights: &BlockWeights<'_>, rope: Option<Rope<'_>>) -> bool {
        let (hidden, inner, table) = (self.hidden, self.inner, self.tokens * self.dim());
        self.heads > 0
            && hidden.is_multiple_of(self.heads)
            && weights.qkv.len() == 3 * hidden * hidden
            && weights.out.len() == hidden * hidden
            && weights.gate_up.len() == 2 * hidden * inner
            && weights.down.len() == hidden * inner
            && rope
                .is_none_or(|rope| self.dim().is_multiple_of(2) && rope.cos.len() == table && rope.sin.len() == table)
    }
}

/// The weights of a block, row-major `[in, out]`.
#[derive(Debug, Clone, Copy)]
pub struct BlockWeights<'a> {
    /// `[hidden, 3 * hidden]`: columns of all q heads, then k heads, then v heads.
    pub qkv: &'a [f32],
    /// `[hidden, hidden]`.
    pub out: &'a [f32],
    /// `[hidden, 2 * inner]`, gate first.
    pub gate_up: &'a [f32],
    /// `[inner, hidden]`.
    pub down: &'a [f32],
}

/// Rotary position tables, `[tokens, head width]` each, half-split layout.
#[derive(Debug, Clone, Copy)]
pub struct Rope<'a> {
    /// Cosines.
    pub cos: &'a [f32],
    /// Sines.
    pub sin: &'a [f32],
}
