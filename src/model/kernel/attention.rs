//! Attention of one head over one board: scores, softmax and weighted sum, some query rows at a time.

use super::lane::{Kernel, LANE, Lane};
use super::memory::{cut, padded};
use super::pointwise::LOG2_E;
use super::tile::Tile;

/// Query rows worked on at a time; part of the order of summation in the backward pass, so it is fixed.
const BLOCK: usize = 24;

/// One head over one board, forward.
pub(super) struct HeadForward<'a> {
    /// Tokens.
    pub tokens: usize,
    /// Width of the head.
    pub dim: usize,
    /// First number of q, then k and v at the same place further on.
    pub qkv: *const f32,
    /// Distance between tokens in qkv, three times the distance in `out`; k begins a third of it after q.
    pub row: usize,
    /// First number of the head in the result; tokens are `row / 3` apart.
    pub out: *mut f32,
    /// The largest scaled score of each query, in units of log2.
    pub peak: &'a mut [f32],
    /// One over the softmax's sum.
    pub inverse: &'a mut [f32],
    /// At least [`HeadForward::scratch`] numbers.
    pub scratch: &'a mut [f32],
}

impl HeadForward<'_> {
    /// Numbers of scratch needed.
    pub(super) fn scratch(tokens: usize, dim: usize) -> usize {
        let (wide, deep) = (padded(tokens), padded(dim));
        dim * wide + tokens * deep + BLOCK * (wide + deep)
    }
}

impl Kernel for HeadForward<'_> {
    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let (tokens, dim, row) = (self.tokens, self.dim, self.row);
        let (wide, deep) = (padded(tokens), padded(dim));
        let mut rest = self.scratch;
        let keys = cut(&mut rest, dim * wide);
        let values = cut(&mut rest, tokens * deep);
        let scores = cut(&mut rest, BLOCK * wide);
        let mixed = cut(&mut rest, BLOCK * deep);
        let (k, v) = (self.qkv.add(row / 3), self.qkv.add(row / 3 * 2));
        transpose(k, row, tokens, dim, keys, wide);
        copy_rows::<L>(v, row, tokens, dim, values.as_mut_ptr(), deep);
        let unit = LOG2_E / (dim as f32).sqrt();

        let mut start = 0;
        while start < tokens {
            let rows = if tokens - start < BLOCK { tokens - start } else { BLOCK };
            score_block::<L>(self.qkv.add(start * row), row, rows, dim, keys, tokens, scores);
            for i in 0..rows {
                let line = scores.as_mut_ptr().add(i * wide);
                let peak = row_peak::<L>(line, wide) * unit;
                let sum = exponentials::<L>(line, wide, unit, peak);
                *self.peak.get_unchecked_mut(start + i) = peak;
                *self.inverse.get_unchecked_mut(start + i) = 1.0 / sum;
            }
            L::tile(Tile {
                m: rows,
                n: deep,
                k: tokens,
                a: scores.as_ptr(),
                a_row: wide,
                a_column: 1,
                b: values.as_ptr(),
                b_row: deep,
                c: mixed.as_mut_ptr(),
                c_row: deep,
                accumulate: false,
            });
            for i in 0..rows {
                let inverse = L::splat(*self.inverse.get_unchecked(start + i));
                let out = self.out.add((start + i) * (row / 3));
                let mut j = 0;
                while j < dim {
                    L::load(mixed.as_ptr().add(i * deep + j)).mul(inverse).store_n(out.add(j), dim - j);
                    j += LANE;
                }
            }
            start += rows;
        }
    }
}

/// Scores of some query rows with all keys; what lies beyond the last token is minus infinity.
#[inline(always)]
unsafe fn score_block<L: Lane>(
    q: *const f32,
    row: usize,
    rows: usize,
    dim: usize,
    keys: &[f32],
    tokens: usize,
    scores: &mut [f32],
) {
    let wide = padded(tokens);
    L::tile(Tile {
        m: rows,
        n: wide,
        k: dim,
        a: q,
        a_row: row,
        a_column: 1,
        b: keys.as_ptr(),
        b_row: wide,
        c: scores.as_mut_ptr(),
        c_row: wide,
        accumulate: false,
    });
    for i in 0..rows {
        for j in tokens..wide {
            *scores.as_mut_ptr().add(i * wide + j) = f32::NEG_INFINITY;
        }
    }
}

/// The largest number of a row of whole lanes.
#[inline(always)]
unsafe fn row_peak<L: Lane>(line: *const f32, wide: usize) -> f32 {
    let mut peak = L::load(line);
    let mut j = LANE;
    while j < wide {
        peak = peak.max(L::load(line.add(j)));
        j += LANE;
    }
    peak.peak()
}

/// `line = 2^(line * unit - peak)`; returns the sum.
#[inline(always)]
unsafe fn exponentials<L: Lane>(line: *mut f32, wide: usize, unit: f32, peak: f32) -> f32 {
    let (unit, less) = (L::splat(unit), L::splat(-peak));
    let mut sum = L::splat(0.0);
    let mut j = 0;
    while j < wide {
        let p = L::load(line.add(j)).fma(unit, less).exp2();
        p.store(line.add(j));
        sum = sum.add(p);
        j += LANE;
    }
    sum.sum()
}

/// Copies rows of `dim` numbers to rows of `deep`, zeros behind.
#[inline(always)]
unsafe fn copy_rows<L: Lane>(from: *const f32, row: usize, rows: usize, dim: usize, to: *mut f32, deep: usize) {
    for i in 0..rows {
        let mut j = 0;
        while j < dim {
            L::load_n(from.add(i * row + j), dim - j).store(to.add(i * deep + j));
            j += LANE;
        }
    }
}

/// `to[d][t] = from[t][d]`, zeros up to `wide`.
#[inline(always)]
unsafe fn transpose(from: *const f32, row: usize, tokens: usize, dim: usize, to: &mut [f32], wide: usize) {
    for t in 0..tokens {
        for d in 0..dim {
            *to.as_mut_ptr().add(d * wide + t) = *from.add(t * row + d);
        }
    }
    for d in 0..dim {
        for t in tokens..wide {
            *to.as_mut_ptr().add(d * wide + t) = 0.0;
        }
    }
}

/// One head over one board, backward.
pub(super) struct HeadBackward<'a> {
    /// Tokens.
    pub tokens: usize,
    /// Width of the head.
    pub dim: usize,
    /// First number of q (rotated, as attention saw it), as in [`HeadForward`].
    pub qkv: *const f32,
    /// Distance between tokens in qkv and its gradient.
    pub row: usize,
    /// The attention's result.
    pub out: *const f32,
    /// Its gradient.
    pub grad_out: *const f32,
    /// From the forward pass.
    pub peak: &'a [f32],
    /// From the forward pass.
    pub inverse: &'a [f32],
    /// Gradient of qkv, laid out as qkv.
    pub grad_qkv: *mut f32,
    /// At least [`HeadBackward::scratch`] numbers.
    pub scratch: &'a mut [f32],
}

impl HeadBackward<'_> {
    /// Numbers of scratch needed.
    pub(super) fn scratch(tokens: usize, dim: usize) -> usize {
        let (wide, deep) = (padded(tokens), padded(dim));
        2 * dim * wide + 5 * tokens * deep + BLOCK * (2 * wide + deep)
    }
}

impl Kernel for HeadBackward<'_> {
    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let (tokens, dim, row) = (self.tokens, self.dim, self.row);
        let (wide, deep) = (padded(tokens), padded(dim));
        let mut rest = self.scratch;
        let keys_across = cut(&mut rest, dim * wide);
        let values_across = cut(&mut rest, dim * wide);
        let queries = cut(&mut rest, tokens * deep);
        let keys = cut(&mut rest, tokens * deep);
        let grad_out = cut(&mut rest, tokens * deep);
        let grad_keys = cut(&mut rest, tokens * deep);
        let grad_values = cut(&mut rest, tokens * deep);
        let weights = cut(&mut rest, BLOCK * wide);
        let grad_scores = cut(&mut rest, BLOCK * wide);
        let grad_queries = cut(&mut rest, BLOCK * deep);
        let (k, v) = (self.qkv.add(row / 3), self.qkv.add(row / 3 * 2));
        transpose(k, row, tokens, dim, keys_across, wide);
        transpose(v, row, tokens, dim, values_across, wide);
        copy_rows::<L>(self.qkv, row, tokens, dim, queries.as_mut_ptr(), deep);
        copy_rows::<L>(k, row, tokens, dim, keys.as_mut_ptr(), deep);
        copy_rows::<L>(self.grad_out, row / 3, tokens, dim, grad_out.as_mut_ptr(), deep);
        let root = 1.0 / (dim as f32).sqrt();

        let mut start = 0;
        while start < tokens {
            let rows = if tokens - start < BLOCK { tokens - start } else { BLOCK };
            score_block::<L>(self.qkv.add(start * row), row, rows, dim, keys_across, tokens, weights);
            let block = Tile {
                m: rows,
                n: wide,
                k: dim,
                a: grad_out.as_ptr().add(start * deep),
                a_row: deep,
                a_column: 1,
                b: values_across.as_ptr(),
                b_row: wide,
                c: grad_scores.as_mut_ptr(),
                c_row: wide,
                accumulate: false,
            };
            L::tile(block);
            for i in 0..rows {
                let line = weights.as_mut_ptr().add(i * wide);
                let grad = grad_scores.as_mut_ptr().add(i * wide);
                let token = start + i;
                let dot = row_dot::<L>(self.out.add(token * (row / 3)), self.grad_out.add(token * (row / 3)), dim);
                let unit = L::splat(LOG2_E * root);
                let (less, inverse) = (L::splat(-*self.peak.get_unchecked(token)), *self.inverse.get_unchecked(token));
                let (inverse, dot, root) = (L::splat(inverse), L::splat(dot), L::splat(root));
                let mut j = 0;
                while j < wide {
                    let p = L::load(line.add(j)).fma(unit, less).exp2().mul(inverse);
                    p.store(line.add(j));
                    L::load(grad.add(j)).sub(dot).mul(p).mul(root).store(grad.add(j));
                    j += LANE;
                }
            }
            // The gradient of the queries.
            L::tile(Tile {
                n: deep,
                k: tokens,
                a: grad_scores.as_ptr(),
                a_row: wide,
                b: keys.as_ptr(),
                b_row: deep,
                c: grad_queries.as_mut_ptr(),
                c_row: deep,
                ..block
            });
            write_rows::<L>(grad_queries.as_ptr(), deep, rows, dim, self.grad_qkv.add(start * row), row);
            // Those of the keys and the values, summed over the blocks of queries.
            let down = Tile {
                m: tokens,
                n: deep,
                k: rows,
                a: grad_scores.as_ptr(),
                a_row: 1,
                a_column: wide,
                b: queries.as_ptr().add(start * deep),
                b_row: deep,
                c: grad_keys.as_mut_ptr(),
                c_row: deep,
                accumulate: start > 0,
            };
            L::tile(down);
            L::tile(Tile {
                a: weights.as_ptr(),
                b: grad_out.as_ptr().add(start * deep),
                c: grad_values.as_mut_ptr(),
                ..down
            });
            start += rows;
        }
        write_rows::<L>(grad_keys.as_ptr(), deep, tokens, dim, self.grad_qkv.add(row / 3), row);
        write_rows::<L>(grad_values.as_ptr(), deep, tokens, dim, self.grad_qkv.add(row / 3 * 2), row);
    }
}

/// Scalar product of two rows.
#[inline(always)]
unsafe fn row_dot<L: Lane>(a: *const f32, b: *const f32, length: usize) -> f32 {
    let mut sum = L::splat(0.0);
    let mut i = 0;
    while i < length {
        sum = L::load_n(a.add(i), length - i).fma(L::load_n(b.add(i), length - i), sum);
        i += LANE;
    }
    sum.sum()
}

/// Copies rows of `deep` numbers to rows of `dim`.
#[inline(always)]
unsafe fn write_rows<L: Lane>(from: *const f32, deep: usize, rows: usize, dim: usize, to: *mut f32, row: usize) {
    for i in 0..rows {
        let mut j = 0;
        while j < dim {
            L::load(from.add(i * deep + j)).store_n(to.add(i * row + j), dim - j);
            j += LANE;
        }
    }
}
