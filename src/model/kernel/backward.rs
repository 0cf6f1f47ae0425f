//! The backward pass.

use super::attention::HeadBackward;
use super::forward::{Saved, by_board, rotate};
use super::lane::Level;
use super::matrix::{Left, Right, Run, part_of, product, product_panel, with_packed};
use super::memory::{Reading, Shared, cut, padded, with_scratch};
use super::pointwise::{Silu, SiluBackward, norm_backward};
use super::{BlockShape, BlockWeights, Rope, on_pool};

/// The gradients of a block.
#[derive(Debug, Clone)]
pub struct BlockGrads {
    /// Of the input, `[batch, tokens, hidden]`.
    pub input: Vec<f32>,
    /// Of the fused q, k, v weights.
    pub qkv: Vec<f32>,
    /// Of the attention's projection.
    pub out: Vec<f32>,
    /// Of the fused gate and up weights.
    pub gate_up: Vec<f32>,
    /// Of the projection down.
    pub down: Vec<f32>,
}

/// What a forward pass read, left behind and gave.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its input, `[batch, tokens, hidden]`.
    pub input: &'a [f32],
    /// What [`super::forward_saving`] returned.
    pub saved: &'a Saved,
    /// Its output, `[batch, tokens, hidden]`.
    pub output: &'a [f32],
}

/// The gradients of a block from that of its output, `[batch, tokens, hidden]`.
pub fn backward(
    shape: BlockShape,
    weights: BlockWeights<'_>,
    rope: Option<Rope<'_>>,
    seen: Seen<'_>,
    grad_output: &[f32],
) -> BlockGrads {
    on_pool(|| backward_at(Level::detect(), shape, weights, rope, seen, grad_output))
}

/// [`backward`] with a given instruction set.
pub(super) fn backward_at(
    level: Level,
    shape: BlockShape,
    weights: BlockWeights<'_>,
    rope: Option<Rope<'_>>,
    seen: Seen<'_>,
    grad_output: &[f32],
) -> BlockGrads {
    let (rows, hidden, inner) = (shape.rows(), shape.hidden, shape.inner);
    // All pointers below stay inside because of these lengths.
    assert!(shape.fits(&weights, rope));
    assert!(grad_output.len() == rows * hidden && seen.input.len() == grad_output.len());
    assert!(seen.output.len() == grad_output.len() && seen.saved.fits(shape));
    let mut input = vec![0.0; rows * hidden];
    let sizes = [rows * inner, rows * 2 * inner, rows * hidden, rows * hidden, rows * 3 * hidden];
    let [qkv, out, gate_up, down] = with_scratch(sizes.iter().map(|&size| padded(size)).sum(), |mut rest| {
        let [active, grad_gate_up, grad_down, grad_out, grad_qkv] = sizes.map(|size| &mut cut(&mut rest, size)[..size]);
        let task = Task {
            shape,
            rope,
            seen,
            grad_output,
            input: Shared::new(&mut input),
            active: Shared::new(active),
            grad_gate_up: Shared::new(grad_gate_up),
            grad_down: Shared::new(grad_down),
            grad_out: Shared::new(grad_out),
            grad_qkv: Shared::new(grad_qkv),
        };
        let split = Run { level, split: true };
        task.all(split, weights);
        weight_gradients(
            split,
            rows,
            [
                Factors { x: seen.input, width: hidden, grad: grad_qkv, columns: 3 * hidden },
                Factors { x: &seen.saved.mixed, width: hidden, grad: grad_out, columns: hidden },
                Factors { x: &seen.saved.middle, width: hidden, grad: grad_gate_up, columns: 2 * inner },
                Factors { x: active, width: inner, grad: grad_down, columns: hidden },
            ],
        )
    });
    BlockGrads { input, qkv, out, gate_up, down }
}

/// The right sides of a backward pass: the weights transposed.
#[derive(Clone, Copy)]
struct Rights<'a> {
    qkv: Right<'a>,
    out: Right<'a>,
    gate_up: Right<'a>,
    down: Right<'a>,
}

impl<'a> Rights<'a> {
    fn new([qkv, out, gate_up, down]: [Right<'a>; 4]) -> Self {
        Self { qkv, out, gate_up, down }
    }
}

/// The part of a backward pass that is board by board.
struct Task<'a> {
    shape: BlockShape,
    rope: Option<Rope<'a>>,
    seen: Seen<'a>,
    grad_output: &'a [f32],
    input: Shared,
    active: Shared,
    grad_gate_up: Shared,
    /// Gradient of what came out of `down`.
    grad_down: Shared,
    /// Gradient of what came out of the attention's projection.
    grad_out: Shared,
    grad_qkv: Shared,
}

impl Task<'_> {
    /// Runs over all boards.
    fn all(&self, split: Run, weights: BlockWeights<'_>) {
        let BlockShape { hidden, inner, batch, .. } = self.shape;
        let rights = [
            Right::transposed(weights.qkv, 3 * hidden, hidden),
            Right::transposed(weights.out, hidden, hidden),
            Right::transposed(weights.gate_up, 2 * inner, hidden),
            Right::transposed(weights.down, hidden, inner),
        ];
        if !by_board(self.shape) {
            self.boards(split, &Rights::new(rights), 0, batch);
            return;
        }
        with_packed(split, rights, |rights| {
            let (rights, whole) = (Rights::new(rights), Run { split: false, ..split });
            split.each(batch, |board| self.boards(whole, &rights, board, 1));
        });
    }

    /// `count` boards from `first` on.
    fn boards(&self, run: Run, rights: &Rights<'_>, first: usize, count: usize) {
        let (shape, level, saved) = (self.shape, run.level, self.seen.saved);
        let (rows, hidden, inner) = (count * shape.tokens, shape.hidden, shape.inner);
        let begin = first * shape.tokens;
        let own = |all: &'_ [f32], width: usize| Reading(all.as_ptr().wrapping_add(begin * width));
        let old = |all, width: usize| unsafe { std::slice::from_raw_parts(own(all, width).0, rows * width) };
        // Each call has its own boards, so the parts do not overlap.
        let part = |all: Shared, width: usize| unsafe { all.part(begin * width, rows * width) };
        let norm = |grad: &mut [f32], extra: Option<&[f32]>, y: &[f32], scale: &[f32]| {
            let grad = Shared::new(grad);
            run.each_rows(rows, |start, count| {
                let range = start * hidden..(start + count) * hidden;
                // Pieces are disjoint rows.
                let grad = unsafe { grad.part(range.start, range.len()) };
                let extra = extra.map(|extra| &extra[range.clone()]);
                norm_backward(level, grad, extra, &y[range], &scale[start..start + count]);
            });
        };

        // Second norm.
        let grad_down = part(self.grad_down, hidden);
        grad_down.copy_from_slice(&self.grad_output[begin * hidden..(begin + rows) * hidden]);
        norm(grad_down, None, old(self.seen.output, hidden), old(&saved.scales[1], 1));
        let grad_down = &grad_down[..];

        // SwiGLU, panel by panel.
        let (width, panels) = (level.panel(), rights.down.panels(level));
        let parts = run.row_parts(rows, panels);
        let gate_up = own(&saved.gate_up, 2 * inner);
        run.each(panels * parts, |piece| {
            let (panel, (start, rows)) = (piece / parts, part_of(rows, piece % parts, parts));
            let column = panel * width;
            with_scratch(rows * width, |scratch| unsafe {
                let a = grad_down.as_ptr().add(start * hidden);
                let c = scratch.as_mut_ptr();
                let left = Left { a, a_row: hidden, a_column: 1, c, c_row: width, accumulate: false };
                product_panel(level, left, &rights.down, panel, (0, rows));
                let gate = start * 2 * inner + column;
                let grad_gate = self.grad_gate_up.at(begin * 2 * inner + gate);
                level.run(SiluBackward {
                    forward: Silu {
                        rows,
                        width: width.min(inner - column),
                        gate: gate_up.at(gate),
                        up: gate_up.at(gate + inner),
                        input_row: 2 * inner,
                        active: self.active.at((begin + start) * inner + column),
                        active_row: inner,
                    },
                    grad_active: c,
                    grad_active_row: width,
                    grad_gate,
                    grad_up: grad_gate.add(inner),
                });
            });
        });

        // The first norm gets the gradient through gate and up, and around them.
        let grad_out = part(self.grad_out, hidden);
        let grad_gate_up = &part(self.grad_gate_up, 2 * inner)[..];
        // The buffers have `rows` rows of these widths, and the pieces of an operation write to disjoint places.
        unsafe { product(run, rows, Left::new(grad_gate_up, 2 * inner, grad_out, hidden), &rights.gate_up) };
        norm(grad_out, Some(grad_down), old(&saved.middle, hidden), old(&saved.scales[0], 1));
        let grad_out = &grad_out[..];

        // Attention.
        let grad_qkv = part(self.grad_qkv, 3 * hidden);
        with_scratch(rows * hidden, |grad_mixed| {
            unsafe { product(run, rows, Left::new(grad_out, hidden, grad_mixed, hidden), &rights.out) };
            self.attention(run, first, count, grad_mixed, grad_qkv);
        });
        if let Some(rope) = self.rope {
            rotate(run, shape, rope, grad_qkv, true);
        }
        let input = part(self.input, hidden);
        input.copy_from_slice(grad_out);
        unsafe {
            product(run, rows, Left { accumulate: true, ..Left::new(grad_qkv, 3 * hidden, input, hidden) }, &rights.qkv)
        };
    }

    /// Attention of `count` boards from `first` on.
    fn attention(&self, run: Run, first: usize, count: usize, grad_mixed: &[f32], grad_qkv: &mut [f32]) {
        let BlockShape { tokens, hidden, heads, .. } = self.shape;
        let (dim, saved) = (self.shape.dim(), self.seen.saved);
        let grad_qkv = Shared::new(grad_qkv);
        let (mixed, qkv) = (Reading(saved.mixed.as_ptr()), Reading(saved.qkv.as_ptr()));
        let grad_mixed = Reading(grad_mixed.as_ptr());
        run.each(count * heads, |piece| {
            let (board, head) = (piece / heads, piece % heads);
            let (token, own) = ((first + board) * tokens, board * tokens);
            let statistics = ((first + board) * heads + head) * tokens;
            with_scratch(HeadBackward::scratch(tokens, dim), |scratch| unsafe {
                run.level.run(HeadBackward {
                    tokens,
                    dim,
                    qkv: qkv.at(token * 3 * hidden + head * dim),
                    row: 3 * hidden,
                    out: mixed.at(token * hidden + head * dim),
                    grad_out: grad_mixed.at(own * hidden + head * dim),
                    peak: &saved.softmax[0][statistics..statistics + tokens],
                    inverse: &saved.softmax[1][statistics..statistics + tokens],
                    grad_qkv: grad_qkv.at(own * 3 * hidden + head * dim),
                    scratch,
                });
            });
        });
    }
}

/// What a weight's gradient is made of: `x^T grad`, summed over all rows.
#[derive(Clone, Copy)]
struct Factors<'a> {
    x: &'a [f32],
    width: usize,
    grad: &'a [f32],
    columns: usize,
}

/// Rows of a weight's gradient computed at a time.
const SLAB: usize = 96;

/// The gradients of the four weights, in pieces of some rows by one panel of columns.
fn weight_gradients<const N: usize>(run: Run, rows: usize, factors: [Factors<'_>; N]) -> [Vec<f32>; N] {
    let mut grads = factors.map(|factor| vec![0.0f32; factor.width * factor.columns]);
    let shared: Vec<Shared> = grads.iter_mut().map(|grad| Shared::new(grad)).collect();
    let mut pieces = Vec::new();
    for (index, factor) in factors.iter().enumerate() {
        for panel in 0..factor.columns.div_ceil(run.level.panel()) {
            for start in (0..factor.width).step_by(SLAB) {
                pieces.push((index, panel, start));
            }
        }
    }
    run.each(pieces.len(), |piece| {
        let (index, panel, start) = pieces[piece];
        let factor = factors[index];
        let right = Right::columns(factor.grad, factor.columns, 0, rows, factor.columns);
        let c = shared[index].at(panel * run.level.panel());
        let left = Left {
            a: factor.x.as_ptr(),
            a_row: 1,
            a_column: factor.width,
            c,
            c_row: factor.columns,
            accumulate: false,
        };
        // Pieces are disjoint parts of the gradients; x has `rows` rows.
        unsafe { product_panel(run.level, left, &right, panel, (start, SLAB.min(factor.width - start))) };
    });
    grads
}
