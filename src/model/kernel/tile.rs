//! The matrix product everything is made of: up to six rows by up to four lanes of accumulators.
//!
//! Each number of the result is one chain of multiply-adds over k in ascending order, so it does not depend on how
//! rows and columns are split over tiles or threads.

use super::lane::{LANE, Lane};

/// Rows of accumulators.
const ROWS: usize = 6;

/// `c[m, n] (+)= a[m, k] b[k, n]`.
#[derive(Clone, Copy)]
pub(super) struct Tile {
    /// Rows of a and c.
    pub m: usize,
    /// Columns of b and c.
    pub n: usize,
    /// Columns of a, rows of b.
    pub k: usize,
    /// Left side.
    pub a: *const f32,
    /// Distance between rows of a.
    pub a_row: usize,
    /// Distance between columns of a.
    pub a_column: usize,
    /// Right side; rows must be readable up to n rounded up to whole lanes.
    pub b: *const f32,
    /// Distance between rows of b; its columns lie side by side.
    pub b_row: usize,
    /// Result.
    pub c: *mut f32,
    /// Distance between rows of c; its columns lie side by side.
    pub c_row: usize,
    /// Whether to add to c instead of overwriting it.
    pub accumulate: bool,
}

/// Computes a tile; inlined into one function per instruction set.
#[inline(always)]
pub(super) unsafe fn run_tile<L: Lane>(tile: Tile) {
    let mut column = 0;
    while column < tile.n {
        let left = tile.n - column;
        let width = if left > L::PANEL_LANES * LANE { L::PANEL_LANES * LANE } else { left };
        let part = Tile { n: width, b: tile.b.add(column), c: tile.c.add(column), ..tile };
        match width.div_ceil(LANE) {
            1 => strip::<L, 1>(part),
            2 if L::PANEL_LANES > 1 => strip::<L, 2>(part),
            3 if L::PANEL_LANES > 1 => strip::<L, 3>(part),
            _ if L::PANEL_LANES > 1 => strip::<L, 4>(part),
            _ => {}
        }
        column += width;
    }
}

/// All rows of one strip of columns.
#[inline(always)]
unsafe fn strip<L: Lane, const V: usize>(tile: Tile) {
    let mut row = 0;
    while row < tile.m {
        let part = Tile { a: tile.a.add(row * tile.a_row), c: tile.c.add(row * tile.c_row), ..tile };
        match tile.m - row {
            1 => micro::<L, 1, V>(part),
            2 => micro::<L, 2, V>(part),
            3 => micro::<L, 3, V>(part),
            4 => micro::<L, 4, V>(part),
            5 => micro::<L, 5, V>(part),
            _ => micro::<L, ROWS, V>(part),
        }
        row += ROWS;
    }
}

/// M rows by V lanes.
#[inline(always)]
unsafe fn micro<L: Lane, const M: usize, const V: usize>(tile: Tile) {
    let mut sums = [[L::splat(0.0); V]; M];
    let (mut a, mut b) = (tile.a, tile.b);
    for _ in 0..tile.k {
        let mut right = [L::splat(0.0); V];
        for v in 0..V {
            right[v] = L::load(b.add(v * LANE));
        }
        for i in 0..M {
            let left = L::splat(*a.add(i * tile.a_row));
            for v in 0..V {
                sums[i][v] = left.fma(right[v], sums[i][v]);
            }
        }
        a = a.wrapping_add(tile.a_column);
        b = b.wrapping_add(tile.b_row);
    }
    if tile.n == V * LANE {
        for i in 0..M {
            for v in 0..V {
                let c = tile.c.add(i * tile.c_row + v * LANE);
                let sum = if tile.accumulate { L::load(c).add(sums[i][v]) } else { sums[i][v] };
                sum.store(c);
            }
        }
    } else {
        for i in 0..M {
            for v in 0..V {
                let c = tile.c.add(i * tile.c_row + v * LANE);
                let count = if v + 1 == V { tile.n - v * LANE } else { LANE };
                let sum = if tile.accumulate { L::load_n(c, count).add(sums[i][v]) } else { sums[i][v] };
                sum.store_n(c, count);
            }
        }
    }
}
