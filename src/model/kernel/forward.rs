//! The forward pass.

use super::attention::HeadForward;
use super::lane::Level;
use super::matrix::{Left, Right, Run, part_of, product, product_panel, with_packed};
use super::memory::{Reading, Shared, cut, padded, with_scratch};
use super::pointwise::{Rotate, Silu, residual_norm};
use super::{BlockShape, BlockWeights, Rope, on_pool};

/// What the backward pass needs of a forward pass, beside its input and output.
#[derive(Debug, Clone)]
pub struct Saved {
    /// q, k (rotated) and v, `[rows, 3 * hidden]`.
    pub(super) qkv: Vec<f32>,
    /// Attention before its projection, `[rows, hidden]`.
    pub(super) mixed: Vec<f32>,
    /// After the first norm, `[rows, hidden]`.
    pub(super) middle: Vec<f32>,
    /// Gate and up, `[rows, 2 * inner]`.
    pub(super) gate_up: Vec<f32>,
    /// The two norms' factors, `[rows]` each.
    pub(super) scales: [Vec<f32>; 2],
    /// The softmax's largest score and one over its sum, `[batch, heads, tokens]` each.
    pub(super) softmax: [Vec<f32>; 2],
}

impl Saved {
    /// Whether it came from a block of this shape.
    pub(super) fn fits(&self, shape: BlockShape) -> bool {
        let rows = shape.rows();
        let wide = rows * shape.hidden;
        self.qkv.len() == 3 * wide
            && self.mixed.len() == wide
            && self.middle.len() == wide
            && self.gate_up.len() == rows * 2 * shape.inner
            && self.scales.iter().all(|scale| scale.len() == rows)
            && self.softmax.iter().all(|part| part.len() == rows * shape.heads)
    }
}

/// Computes a block: `output = block(input)`, both `[batch, tokens, hidden]`.
pub fn forward(
    shape: BlockShape,
    weights: BlockWeights<'_>,
    rope: Option<Rope<'_>>,
    input: &[f32],
    output: &mut [f32],
) {
    on_pool(|| forward_at(Level::detect(), shape, weights, rope, input, output));
}

/// As [`forward`], and keeps what [`super::backward`] needs.
pub fn forward_saving(
    shape: BlockShape,
    weights: BlockWeights<'_>,
    rope: Option<Rope<'_>>,
    input: &[f32],
    output: &mut [f32],
) -> Saved {
    on_pool(|| forward_saving_at(Level::detect(), shape, weights, rope, input, output))
}

/// [`forward`] with a given instruction set.
pub(super) fn forward_at(
    level: Level,
    shape: BlockShape,
    weights: BlockWeights<'_>,
    rope: Option<Rope<'_>>,
    input: &[f32],
    output: &mut [f32],
) {
    let task = Task { level, shape, rope, input, keep: None, output: Shared::new(output) };
    task.all(weights, output.len());
}

/// [`forward_saving`] with a given instruction set.
pub(super) fn forward_saving_at(
    level: Level,
    shape: BlockShape,
    weights: BlockWeights<'_>,
    rope: Option<Rope<'_>>,
    input: &[f32],
    output: &mut [f32],
) -> Saved {
    let (rows, hidden) = (shape.rows(), shape.hidden);
    let some = |width: usize| vec![0.0f32; rows * width];
    let mut saved = Saved {
        qkv: some(3 * hidden),
        mixed: some(hidden),
        middle: some(hidden),
        gate_up: some(2 * shape.inner),
        scales: [some(1), some(1)],
        softmax: [some(shape.heads), some(shape.heads)],
    };
    let [scale1, scale2] = &mut saved.scales;
    let [peak, inverse] = &mut saved.softmax;
    let keep = Keep {
        qkv: Shared::new(&mut saved.qkv),
        mixed: Shared::new(&mut saved.mixed),
        middle: Shared::new(&mut saved.middle),
        gate_up: Shared::new(&mut saved.gate_up),
        scale1: Shared::new(scale1),
        scale2: Shared::new(scale2),
        peak: Shared::new(peak),
        inverse: Shared::new(inverse),
    };
    let task = Task { level, shape, rope, input, keep: Some(keep), output: Shared::new(output) };
    task.all(weights, output.len());
    saved
}

/// Whether each board is one piece of work, instead of each operation being split. Both give the same bits.
pub(super) fn by_board(shape: BlockShape) -> bool {
    let threads = rayon::current_num_threads();
    shape.batch >= 4 * threads || (shape.batch > 1 && shape.batch.is_multiple_of(threads))
}

/// The right sides of a forward pass.
#[derive(Clone, Copy)]
struct Rights<'a> {
    qkv: Right<'a>,
    out: Right<'a>,
    gate: Right<'a>,
    up: Right<'a>,
    down: Right<'a>,
}

impl<'a> Rights<'a> {
    fn new([qkv, out, gate, up, down]: [Right<'a>; 5]) -> Self {
        Self { qkv, out, gate, up, down }
    }
}

/// Where [`Saved`]'s parts lie.
#[derive(Clone, Copy)]
struct Keep {
    qkv: Shared,
    mixed: Shared,
    middle: Shared,
    gate_up: Shared,
    scale1: Shared,
    scale2: Shared,
    peak: Shared,
    inverse: Shared,
}

/// A forward pass over all boards.
struct Task<'a> {
    level: Level,
    shape: BlockShape,
    rope: Option<Rope<'a>>,
    input: &'a [f32],
    keep: Option<Keep>,
    output: Shared,
}

/// The buffers for some boards.
struct Buffers<'a> {
    qkv: &'a mut [f32],
    mixed: &'a mut [f32],
    middle: &'a mut [f32],
    /// Kept gate and up, or nothing.
    gate_up: Option<&'a mut [f32]>,
    active: &'a mut [f32],
    scale1: &'a mut [f32],
    scale2: &'a mut [f32],
    peak: &'a mut [f32],
    inverse: &'a mut [f32],
}

impl Task<'_> {
    /// Runs over all boards.
    fn all(&self, weights: BlockWeights<'_>, output: usize) {
        let shape = self.shape;
        // All pointers below stay inside because of these lengths.
        assert!(shape.fits(&weights, self.rope));
        assert!(self.input.len() == shape.rows() * shape.hidden && output == self.input.len());
        let (hidden, inner) = (shape.hidden, shape.inner);
        let rights = [
            Right::columns(weights.qkv, 3 * hidden, 0, hidden, 3 * hidden),
            Right::columns(weights.out, hidden, 0, hidden, hidden),
            Right::columns(weights.gate_up, 2 * inner, 0, hidden, inner),
            Right::columns(weights.gate_up, 2 * inner, inner, hidden, inner),
            Right::columns(weights.down, hidden, 0, inner, hidden),
        ];
        let split = Run { level: self.level, split: true };
        if !by_board(shape) {
            self.boards(split, &Rights::new(rights), 0, shape.batch);
            return;
        }
        with_packed(split, rights, |rights| {
            let (rights, whole) = (Rights::new(rights), Run { split: false, ..split });
            split.each(shape.batch, |board| self.boards(whole, &rights, board, 1));
        });
    }

    /// Runs over `count` boards from `first` on, with buffers of this thread or those to be kept.
    fn boards(&self, run: Run, rights: &Rights<'_>, first: usize, count: usize) {
        let shape = self.shape;
        let rows = count * shape.tokens;
        let sizes = if self.keep.is_some() {
            [0, 0, 0, rows * shape.inner, 0, 0, 0, 0]
        } else {
            let wide = rows * shape.hidden;
            [3 * wide, wide, wide, rows * shape.inner, rows, rows, rows * shape.heads, rows * shape.heads]
        };
        with_scratch(sizes.iter().map(|&size| padded(size)).sum(), |mut rest| {
            let [qkv, mixed, middle, active, scale1, scale2, peak, inverse] =
                sizes.map(|size| &mut cut(&mut rest, size)[..size]);
            let buffers = match self.keep {
                None => Buffers { qkv, mixed, middle, gate_up: None, active, scale1, scale2, peak, inverse },
                // Each call has its own boards, so the parts do not overlap.
                Some(keep) => unsafe {
                    let part = |all: Shared, width: usize| all.part(first * shape.tokens * width, rows * width);
                    Buffers {
                        qkv: part(keep.qkv, 3 * shape.hidden),
                        mixed: part(keep.mixed, shape.hidden),
                        middle: part(keep.middle, shape.hidden),
                        gate_up: Some(part(keep.gate_up, 2 * shape.inner)),
                        active,
                        scale1: part(keep.scale1, 1),
                        scale2: part(keep.scale2, 1),
                        peak: part(keep.peak, shape.heads),
                        inverse: part(keep.inverse, shape.heads),
                    }
                },
            };
            self.block(run, rights, first, count, buffers);
        });
    }

    /// The block over `count` boards from `first` on.
    fn block(&self, run: Run, rights: &Rights<'_>, first: usize, count: usize, buffers: Buffers<'_>) {
        let (shape, level) = (self.shape, run.level);
        let (rows, hidden, inner) = (count * shape.tokens, shape.hidden, shape.inner);
        let from = first * shape.tokens * hidden;
        let input = &self.input[from..from + rows * hidden];
        // Each call has its own boards.
        let output = unsafe { self.output.part(from, rows * hidden) };

        // Attention.
        // The buffers have `rows` rows of these widths, and the pieces of an operation write to disjoint places.
        unsafe { product(run, rows, Left::new(input, hidden, buffers.qkv, 3 * hidden), &rights.qkv) };
        if let Some(rope) = self.rope {
            rotate(run, shape, rope, buffers.qkv, false);
        }
        self.attention(run, count, &buffers.qkv[..], buffers.mixed, buffers.peak, buffers.inverse);
        unsafe { product(run, rows, Left::new(buffers.mixed, hidden, buffers.middle, hidden), &rights.out) };
        norm_rows(run, shape.rms_eps, input, buffers.middle, buffers.scale1);

        // SwiGLU: a panel of gate and the same panel of up, and at once what becomes of them.
        let middle = &buffers.middle[..];
        let (width, panels) = (level.panel(), rights.gate.panels(level));
        let parts = run.row_parts(rows, panels);
        let active = Shared::new(buffers.active);
        let kept = buffers.gate_up.map(Shared::new);
        run.each(panels * parts, |piece| {
            let (panel, (start, rows)) = (piece / parts, part_of(rows, piece % parts, parts));
            let count = width.min(inner - panel * width);
            let scratch = if kept.is_some() { 0 } else { 2 * rows * width };
            with_scratch(scratch, |scratch| unsafe {
                let (gate, up, row) = match kept {
                    Some(kept) => {
                        let gate = kept.at(start * 2 * inner + panel * width);
                        (gate, gate.add(inner), 2 * inner)
                    }
                    None => (scratch.as_mut_ptr(), scratch.as_mut_ptr().add(width), 2 * width),
                };
                let a = middle.as_ptr().add(start * hidden);
                let left = Left { a, a_row: hidden, a_column: 1, c: gate, c_row: row, accumulate: false };
                product_panel(level, left, &rights.gate, panel, (0, rows));
                product_panel(level, Left { c: up, ..left }, &rights.up, panel, (0, rows));
                let active = active.at(start * inner + panel * width);
                level.run(Silu { rows, width: count, gate, up, input_row: row, active, active_row: inner });
            });
        });
        unsafe { product(run, rows, Left::new(buffers.active, inner, output, hidden), &rights.down) };
        norm_rows(run, shape.rms_eps, middle, output, buffers.scale2);
    }

    /// Attention of `count` boards.
    fn attention(&self, run: Run, count: usize, qkv: &[f32], mixed: &mut [f32], peak: &mut [f32], inverse: &mut [f32]) {
        let BlockShape { tokens, hidden, heads, .. } = self.shape;
        let dim = self.shape.dim();
        let (qkv, mixed) = (Reading(qkv.as_ptr()), Shared::new(mixed));
        let (peak, inverse) = (Shared::new(peak), Shared::new(inverse));
        run.each(count * heads, |piece| {
            let (board, head) = (piece / heads, piece % heads);
            with_scratch(HeadForward::scratch(tokens, dim), |scratch| unsafe {
                run.level.run(HeadForward {
                    tokens,
                    dim,
                    qkv: qkv.at(board * tokens * 3 * hidden + head * dim),
                    row: 3 * hidden,
                    out: mixed.at(board * tokens * hidden + head * dim),
                    peak: peak.part(piece * tokens, tokens),
                    inverse: inverse.part(piece * tokens, tokens),
                    scratch,
                });
            });
        });
    }
}

/// [`residual_norm`] in pieces.
fn norm_rows(run: Run, eps: f32, x: &[f32], y: &mut [f32], scale: &mut [f32]) {
    let (rows, width) = (scale.len(), y.len() / scale.len().max(1));
    let (y, scale) = (Shared::new(y), Shared::new(scale));
    run.each_rows(rows, |start, count| {
        // Pieces are disjoint rows.
        let (y, scale) = unsafe { (y.part(start * width, count * width), scale.part(start, count)) };
        residual_norm(run.level, eps, &x[start * width..][..count * width], y, scale);
    });
}

/// Turns q and k of all rows, or back.
pub(super) fn rotate(run: Run, shape: BlockShape, rope: Rope<'_>, qkv: &mut [f32], inverse: bool) {
    let row = 3 * shape.hidden;
    let (rows, qkv) = (qkv.len() / row, Shared::new(qkv));
    run.each_rows(rows, |first, count| {
        // Pieces are disjoint rows.
        unsafe {
            run.level.run(Rotate {
                rows: qkv.part(first * row, count * row),
                row,
                first,
                tokens: shape.tokens,
                heads: shape.heads,
                dim: shape.dim(),
                cos: rope.cos,
                sin: rope.sin,
                inverse,
            });
        }
    });
}
