//! Everything between the products: residual and norm, SiLU, rotation.

use super::lane::{Kernel, LANE, Lane, Level};

/// log2(e): exponentials are computed as powers of two.
pub(super) const LOG2_E: f32 = std::f32::consts::LOG2_E;

/// `y = rms(x + y)` in place, row by row; `scale` gets `1 / sqrt(mean square + eps)`.
pub(super) fn residual_norm(level: Level, eps: f32, x: &[f32], y: &mut [f32], scale: &mut [f32]) {
    debug_assert!(x.len() == y.len() && y.len().is_multiple_of(scale.len().max(1)));
    // Lengths were just checked, and the level was detected.
    unsafe { level.run(ResidualNorm { eps, x, y, scale }) };
}

struct ResidualNorm<'a> {
    eps: f32,
    x: &'a [f32],
    y: &'a mut [f32],
    scale: &'a mut [f32],
}

impl Kernel for ResidualNorm<'_> {
    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let rows = self.scale.len();
        let width = self.y.len() / rows.max(1);
        for row in 0..rows {
            let (x, y) = (self.x.as_ptr().add(row * width), self.y.as_mut_ptr().add(row * width));
            let mut squares = L::splat(0.0);
            let mut i = 0;
            while i < width {
                let count = width - i;
                let sum = L::load_n(x.add(i), count).add(L::load_n(y.add(i), count));
                sum.store_n(y.add(i), count);
                squares = sum.fma(sum, squares);
                i += LANE;
            }
            let scale = 1.0 / (squares.sum() / width as f32 + self.eps).sqrt();
            *self.scale.get_unchecked_mut(row) = scale;
            let scale = L::splat(scale);
            let mut i = 0;
            while i < width {
                let count = width - i;
                L::load_n(y.add(i), count).mul(scale).store_n(y.add(i), count);
                i += LANE;
            }
        }
    }
}

/// The gradient of the norm: `grad = scale * (g - y * mean(g * y))` with `g = grad + extra`, in place in `grad`.
pub(super) fn norm_backward(level: Level, grad: &mut [f32], extra: Option<&[f32]>, y: &[f32], scale: &[f32]) {
    debug_assert!(grad.len() == y.len() && extra.is_none_or(|extra| extra.len() == y.len()));
    // Lengths were just checked, and the level was detected.
    unsafe { level.run(NormBackward { grad, extra, y, scale }) };
}

struct NormBackward<'a> {
    grad: &'a mut [f32],
    extra: Option<&'a [f32]>,
    y: &'a [f32],
    scale: &'a [f32],
}

impl Kernel for NormBackward<'_> {
    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let rows = self.scale.len();
        let width = self.grad.len() / rows.max(1);
        for row in 0..rows {
            let grad = self.grad.as_mut_ptr().add(row * width);
            let y = self.y.as_ptr().add(row * width);
            let mut dot = L::splat(0.0);
            let mut i = 0;
            while i < width {
                let count = width - i;
                let mut g = L::load_n(grad.add(i), count);
                if let Some(extra) = self.extra {
                    g = g.add(L::load_n(extra.as_ptr().add(row * width + i), count));
                    g.store_n(grad.add(i), count);
                }
                dot = g.fma(L::load_n(y.add(i), count), dot);
                i += LANE;
            }
            let mean = L::splat(-dot.sum() / width as f32);
            let scale = L::splat(*self.scale.get_unchecked(row));
            let mut i = 0;
            while i < width {
                let count = width - i;
                let g = L::load_n(y.add(i), count).fma(mean, L::load_n(grad.add(i), count));
                g.mul(scale).store_n(grad.add(i), count);
                i += LANE;
            }
        }
    }
}

/// `active = silu(gate) * up` over a block of rows; gate and up have one distance between rows, active another.
#[derive(Clone, Copy)]
pub(super) struct Silu {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub width: usize,
    /// Input of the sigmoid.
    pub gate: *const f32,
    /// Its partner.
    pub up: *const f32,
    /// Distance between rows of gate and up.
    pub input_row: usize,
    /// Result.
    pub active: *mut f32,
    /// Distance between rows of the result.
    pub active_row: usize,
}

/// `1 / (1 + exp(-x))`.
#[inline(always)]
fn sigmoid<L: Lane>(x: L) -> L {
    let one = L::splat(1.0);
    one.div(x.mul(L::splat(-LOG2_E)).exp2().add(one))
}

impl Kernel for Silu {
    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        for row in 0..self.rows {
            let (gate, up) = (self.gate.add(row * self.input_row), self.up.add(row * self.input_row));
            let active = self.active.add(row * self.active_row);
            let mut i = 0;
            while i < self.width {
                let count = self.width - i;
                let g = L::load_n(gate.add(i), count);
                let u = L::load_n(up.add(i), count);
                g.mul(u).mul(sigmoid(g)).store_n(active.add(i), count);
                i += LANE;
            }
        }
    }
}

/// The gradient of [`Silu`]: `grad_active` becomes `silu(gate) * up` again (what the weight gradient needs), and
/// `grad_gate`, `grad_up` get theirs.
#[derive(Clone, Copy)]
pub(super) struct SiluBackward {
    /// Rows, columns, gate, up, and `active` to be computed again.
    pub forward: Silu,
    /// Gradient of `active`.
    pub grad_active: *const f32,
    /// Distance between its rows.
    pub grad_active_row: usize,
    /// Gradient of gate; distance between rows as gate's.
    pub grad_gate: *mut f32,
    /// Gradient of up; distance between rows as up's.
    pub grad_up: *mut f32,
}

impl Kernel for SiluBackward {
    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let one = L::splat(1.0);
        for row in 0..self.forward.rows {
            let input = row * self.forward.input_row;
            let mut i = 0;
            while i < self.forward.width {
                let count = self.forward.width - i;
                let g = L::load_n(self.forward.gate.add(input + i), count);
                let u = L::load_n(self.forward.up.add(input + i), count);
                let grad = L::load_n(self.grad_active.add(row * self.grad_active_row + i), count);
                let s = sigmoid(g);
                let silu = g.mul(s);
                silu.mul(u).store_n(self.forward.active.add(row * self.forward.active_row + i), count);
                grad.mul(silu).store_n(self.grad_up.add(input + i), count);
                // s * (1 + g * (1 - s)) = s + silu * (1 - s)
                let slope = silu.fma(one.sub(s), s);
                grad.mul(u).mul(slope).store_n(self.grad_gate.add(input + i), count);
                i += LANE;
            }
        }
    }
}

/// Rotary position embedding of q and k in `qkv` rows, in place; `inverse` turns back (the gradient).
pub(super) struct Rotate<'a> {
    /// Rows of `row` numbers; only the first `2 * heads * dim` of each are turned.
    pub rows: &'a mut [f32],
    /// Numbers per row.
    pub row: usize,
    /// Which token the first row is.
    pub first: usize,
    /// Tokens after which the positions begin again.
    pub tokens: usize,
    /// Heads.
    pub heads: usize,
    /// Width of one head.
    pub dim: usize,
    /// Cosines, `[tokens, dim]`.
    pub cos: &'a [f32],
    /// Sines, `[tokens, dim]`.
    pub sin: &'a [f32],
    /// Whether to apply the transpose.
    pub inverse: bool,
}

impl Kernel for Rotate<'_> {
    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let half = self.dim / 2;
        for (index, row) in self.rows.chunks_exact_mut(self.row).enumerate() {
            let token = (self.first + index) % self.tokens;
            let (c1, c2) = self.cos[token * self.dim..][..self.dim].split_at(half);
            let (s1, s2) = self.sin[token * self.dim..][..self.dim].split_at(half);
            for head in row.chunks_exact_mut(self.dim).take(2 * self.heads) {
                let (low, high) = head.split_at_mut(half);
                if self.inverse {
                    for i in 0..half {
                        let (a, b) = (low[i], high[i]);
                        low[i] = a * c1[i] + b * s2[i];
                        high[i] = b * c2[i] - a * s1[i];
                    }
                } else {
                    for i in 0..half {
                        let (a, b) = (low[i], high[i]);
                        low[i] = a * c1[i] - b * s1[i];
                        high[i] = b * c2[i] + a * s2[i];
                    }
                }
            }
        }
    }
}
