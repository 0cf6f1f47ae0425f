//! Matrix products over all rows: packing the right side, and splitting the work.

use super::lane::{LANE, Level};
use super::memory::{Shared, cut, padded, with_scratch};
use super::tile::Tile;
use rayon::prelude::*;

/// Rows of the right side that are worked on at a time; part of the order of summation, so it is fixed.
const DEPTH: usize = 256;

/// How to run: the instruction set, and whether to split inside an operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// Instruction set.
    pub level: Level,
    /// Whether the pieces of one operation go to rayon's threads.
    pub split: bool,
}

impl Run {
    /// Does `work` for 0..count, on several threads if this run splits.
    pub(super) fn each(self, count: usize, work: impl Fn(usize) + Sync + Send) {
        if self.split && count > 1 {
            (0..count).into_par_iter().with_max_len(1).for_each(work);
        } else {
            (0..count).for_each(work);
        }
    }

    /// Does `work(start, count)` for all rows, some at a time.
    pub(super) fn each_rows(self, rows: usize, work: impl Fn(usize, usize) + Sync + Send) {
        /// Rows of one piece.
        const ROWS: usize = 64;
        self.each(rows.div_ceil(ROWS), |piece| work(piece * ROWS, ROWS.min(rows - piece * ROWS)));
    }

    /// Into how many parts to cut the rows when there are `panels` pieces of columns already.
    pub(super) fn row_parts(self, rows: usize, panels: usize) -> usize {
        if !self.split {
            return 1;
        }
        let threads = rayon::current_num_threads();
        if threads == 1 || panels >= 4 * threads || panels.is_multiple_of(threads) {
            return 1;
        }
        threads.min(rows.div_ceil(6)).max(1)
    }
}

/// The rows of part `part` of `parts`: start and count, in whole groups of six rows.
pub(super) fn part_of(rows: usize, part: usize, parts: usize) -> (usize, usize) {
    let groups = rows.div_ceil(6);
    let start = (groups * part / parts * 6).min(rows);
    let end = (groups * (part + 1) / parts * 6).min(rows);
    (start, end - start)
}

/// The right side of a product, `[k, n]`, somewhere in a row-major matrix.
#[derive(Clone, Copy)]
pub(super) struct Right<'a> {
    /// The numbers, beginning at the first one used.
    pub data: &'a [f32],
    /// Distance between rows of the matrix as it is stored.
    pub row: usize,
    /// Whether the matrix is stored as `[n, k]`.
    pub transposed: bool,
    /// Rows of the right side.
    pub k: usize,
    /// Columns of the right side.
    pub n: usize,
    /// Panels of the whole, packed earlier; empty if each product packs for itself.
    pub packed: &'a [f32],
}

impl<'a> Right<'a> {
    /// Columns `first..first + n` of a row-major matrix with `row` columns.
    pub(super) fn columns(data: &'a [f32], row: usize, first: usize, k: usize, n: usize) -> Self {
        Self { data: data.get(first..).unwrap_or_default(), row, transposed: false, k, n, packed: &[] }
    }

    /// The transpose of a row-major matrix `[n, k]`.
    pub(super) fn transposed(data: &'a [f32], k: usize, n: usize) -> Self {
        Self { data, row: k, transposed: true, k, n, packed: &[] }
    }

    /// Length of all panels packed.
    fn packed_len(&self, level: Level) -> usize {
        self.k * self.n.next_multiple_of(level.panel())
    }

    /// Panels of columns.
    pub(super) fn panels(&self, level: Level) -> usize {
        self.n.div_ceil(level.panel())
    }

    /// The same with all panels packed into `to`.
    fn pack(self, run: Run, to: &'a mut [f32]) -> Self {
        let (all, width) = (Shared::new(to), run.level.panel());
        let length = self.packed_len(run.level);
        run.each(self.panels(run.level), |panel| {
            let mut start = 0;
            while start < self.k {
                let depth = DEPTH.min(self.k - start);
                let offset = start * (length / self.k) + panel * depth * width;
                // Each panel has its own place.
                self.pack_panel(width, panel, start, depth, unsafe { all.part(offset, depth * width) });
                start += depth;
            }
        });
        Self { packed: to, ..self }
    }

    /// Copies rows `start..start + depth` of one panel side by side, zeros after the last column.
    fn pack_panel(&self, width: usize, panel: usize, start: usize, depth: usize, to: &mut [f32]) {
        let first = panel * width;
        let count = width.min(self.n - first);
        if self.transposed {
            if count < width {
                to.fill(0.0);
            }
            for block in (0..depth).step_by(LANE) {
                let rows = LANE.min(depth - block);
                for column in 0..count {
                    let from = (first + column) * self.row + start + block;
                    for (p, &value) in self.data[from..from + rows].iter().enumerate() {
                        to[(block + p) * width + column] = value;
                    }
                }
            }
        } else {
            for (p, line) in to.chunks_exact_mut(width).take(depth).enumerate() {
                let from = (start + p) * self.row + first;
                line[..count].copy_from_slice(&self.data[from..from + count]);
                line[count..].fill(0.0);
            }
        }
    }
}

/// Lends right sides with all their panels packed.
pub(super) fn with_packed<const N: usize>(run: Run, rights: [Right<'_>; N], work: impl FnOnce([Right<'_>; N])) {
    let total = rights.iter().map(|right| padded(right.packed_len(run.level))).sum();
    with_scratch(total, |mut rest| {
        work(rights.map(|right| {
            let length = right.packed_len(run.level);
            right.pack(run, &mut cut(&mut rest, length)[..length])
        }));
    });
}

/// The left side of a product, and where the result goes. Pointers, because pieces are computed by several threads.
#[derive(Clone, Copy)]
pub(super) struct Left {
    /// First number of the left side.
    pub a: *const f32,
    /// Distance between its rows.
    pub a_row: usize,
    /// Distance between its columns.
    pub a_column: usize,
    /// First number of the result.
    pub c: *mut f32,
    /// Distance between the result's rows.
    pub c_row: usize,
    /// Whether to add to the result.
    pub accumulate: bool,
}

// The pieces of a product write to disjoint parts of the result.
unsafe impl Send for Left {}
unsafe impl Sync for Left {}

impl Left {
    /// Row-major a and c with rows of these lengths.
    pub(super) fn new(a: &[f32], a_row: usize, c: &mut [f32], c_row: usize) -> Self {
        Self { a: a.as_ptr(), a_row, a_column: 1, c: c.as_mut_ptr(), c_row, accumulate: false }
    }

    /// The same with the result beginning some columns further on.
    fn at_column(self, column: usize) -> Self {
        Self { c: self.c.wrapping_add(column), ..self }
    }
}

/// Rows `start..start + rows` of the product, one panel of columns; `c` is the panel's own first column.
///
/// # Safety
/// The pointers of `left` must be valid for these rows, and nothing else may write there.
pub(super) unsafe fn product_panel(
    level: Level,
    left: Left,
    right: &Right<'_>,
    panel: usize,
    (start, rows): (usize, usize),
) {
    let width = level.panel();
    let count = width.min(right.n - panel * width);
    let padded = right.n.next_multiple_of(width);
    let mut depth_start = 0;
    while depth_start < right.k {
        let depth = DEPTH.min(right.k - depth_start);
        let tile = |b: *const f32| {
            let tile = Tile {
                m: rows,
                n: count,
                k: depth,
                a: left.a.add(start * left.a_row + depth_start * left.a_column),
                a_row: left.a_row,
                a_column: left.a_column,
                b,
                b_row: width,
                c: left.c.add(start * left.c_row),
                c_row: left.c_row,
                accumulate: left.accumulate || depth_start > 0,
            };
            level.tile(tile);
        };
        if right.packed.is_empty() {
            with_scratch(depth * width, |scratch| {
                right.pack_panel(width, panel, depth_start, depth, scratch);
                tile(scratch.as_ptr());
            });
        } else {
            tile(right.packed.as_ptr().add(depth_start * padded + panel * depth * width));
        }
        depth_start += depth;
    }
}

/// The whole product over `rows` rows.
///
/// # Safety
/// The pointers of `left` must be valid for all rows, and nothing else may write to the result.
pub(super) unsafe fn product(run: Run, rows: usize, left: Left, right: &Right<'_>) {
    let panels = right.panels(run.level);
    let parts = run.row_parts(rows, panels);
    let width = run.level.panel();
    run.each(panels * parts, |piece| {
        let (panel, part) = (piece / parts, piece % parts);
        unsafe { product_panel(run.level, left.at_column(panel * width), right, panel, part_of(rows, part, parts)) };
    });
}
