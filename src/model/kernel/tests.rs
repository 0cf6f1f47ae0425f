//! The kernel against a plain implementation in f64, and against itself on other threads and instruction sets.

use super::backward::{BlockGrads, backward_at};
use super::forward::{forward_at, forward_saving_at};
use super::lane::Level;
use super::{BlockShape, BlockWeights, Rope, Seen};

/// Numbers that look random, -1 to 1.
fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..count + 8).map(|_| next()).skip(8).collect()
}

fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}

/// A block with its input and the gradient of its output. The parts that have gradients, in one order everywhere:
/// input, qkv, out, gate_up, down.
#[derive(Clone)]
struct Case {
    shape: BlockShape,
    parts: [Vec<f64>; 5],
    rope: Option<[Vec<f64>; 2]>,
    grad_output: Vec<f64>,
}

impl Case {
    fn new(batch: usize, tokens: usize, (hidden, heads): (usize, usize), inner: usize, rope: bool) -> Self {
        let shape = BlockShape { batch, tokens, hidden, heads, inner, rms_eps: 1e-3 };
        let rows = batch * tokens;
        let some = |seed: u64, rows: usize, columns: usize, scale: f64| -> Vec<f64> {
            // Rounded to f32, so that both implementations see the same numbers.
            numbers(rows * columns, seed).iter().map(|v| f64::from((v * scale) as f32)).collect()
        };
        let (wide, deep) = (2.0 / (hidden as f64).sqrt(), 2.0 / (inner as f64).sqrt());
        let tables = || {
            let dim = hidden / heads;
            let angle = |i: usize| (i / dim) as f64 * 10f64.powf(-((i % dim % (dim / 2)) as f64) / 2.0);
            let table = |f: fn(f64) -> f64| (0..tokens * dim).map(|i| f64::from(f(angle(i)) as f32)).collect();
            [table(f64::cos), table(f64::sin)]
        };
        Self {
            shape,
            parts: [
                some(1, rows, hidden, 1.5),
                some(2, hidden, 3 * hidden, wide),
                some(3, hidden, hidden, wide),
                some(4, hidden, 2 * inner, wide),
                some(5, inner, hidden, deep),
            ],
            rope: rope.then(tables),
            grad_output: some(6, rows, hidden, 1.0),
        }
    }

    /// Forward and backward by the kernel.
    fn run(&self, level: Level) -> (Vec<f32>, BlockGrads) {
        let [input, qkv, out, gate_up, down] = self.parts.each_ref().map(|part| single(part));
        let weights = BlockWeights { qkv: &qkv, out: &out, gate_up: &gate_up, down: &down };
        let tables = self.rope.as_ref().map(|tables| tables.each_ref().map(|table| single(table)));
        let rope = tables.as_ref().map(|[cos, sin]| Rope { cos, sin });
        let mut output = vec![f32::NAN; input.len()];
        let saved = forward_saving_at(level, self.shape, weights, rope, &input, &mut output);
        let mut again = vec![f32::NAN; input.len()];
        forward_at(level, self.shape, weights, rope, &input, &mut again);
        assert!(bits(&output) == bits(&again), "keeping what the backward pass needs must not change the result");
        let seen = Seen { input: &input, saved: &saved, output: &output };
        let grads = backward_at(level, self.shape, weights, rope, seen, &single(&self.grad_output));
        (output, grads)
    }

    /// The plain forward pass.
    fn plain(&self) -> Vec<f64> {
        let BlockShape { tokens, hidden, heads, inner, .. } = self.shape;
        let [input, qkv, out, gate_up, down] = &self.parts;
        let dim = hidden / heads;
        let mut qkv = times(input, qkv, hidden);
        if let Some([cos, sin]) = &self.rope {
            for (row, line) in qkv.chunks_mut(3 * hidden).enumerate() {
                let at = row % tokens * dim;
                for head in line[..2 * hidden].chunks_mut(dim) {
                    let old = head.to_vec();
                    for i in 0..dim {
                        let turned = if i < dim / 2 { -old[i + dim / 2] } else { old[i - dim / 2] };
                        head[i] = old[i] * cos[at + i] + turned * sin[at + i];
                    }
                }
            }
        }
        let mut mixed = vec![0.0; input.len()];
        for (board, lines) in mixed.chunks_mut(tokens * hidden).enumerate() {
            let part = |token: usize, which: usize, head: usize| {
                &qkv[((board * tokens + token) * 3 + which) * hidden + head * dim..][..dim]
            };
            for (t, head) in (0..tokens).flat_map(|t| (0..heads).map(move |head| (t, head))) {
                let score = |s: usize| -> f64 {
                    let dot: f64 = part(t, 0, head).iter().zip(part(s, 1, head)).map(|(a, b)| a * b).sum();
                    (dot / (dim as f64).sqrt()).exp()
                };
                let scores: Vec<f64> = (0..tokens).map(score).collect();
                let sum: f64 = scores.iter().sum();
                for (s, weight) in scores.iter().enumerate() {
                    for (i, v) in part(s, 2, head).iter().enumerate() {
                        lines[t * hidden + head * dim + i] += weight / sum * v;
                    }
                }
            }
        }
        let middle = self.plain_norm(input, times(&mixed, out, hidden));
        let both = times(&middle, gate_up, hidden);
        let active: Vec<f64> = both
            .chunks(2 * inner)
            .flat_map(|line| line[..inner].iter().zip(&line[inner..]))
            .map(|(gate, up)| gate / (1.0 + (-gate).exp()) * up)
            .collect();
        self.plain_norm(&middle, times(&active, down, inner))
    }

    fn plain_norm(&self, x: &[f64], mut y: Vec<f64>) -> Vec<f64> {
        let width = self.shape.hidden;
        for (x, y) in x.chunks(width).zip(y.chunks_mut(width)) {
            x.iter().zip(&mut *y).for_each(|(x, y)| *y += x);
            let mean = y.iter().map(|y| y * y).sum::<f64>() / width as f64;
            y.iter_mut().for_each(|y| *y /= (mean + f64::from(self.shape.rms_eps)).sqrt());
        }
        y
    }

    /// What the gradients belong to.
    fn loss(&self) -> f64 {
        self.plain().iter().zip(&self.grad_output).map(|(y, g)| y * g).sum()
    }

    /// The slope of the loss along a direction of one part, by central differences.
    fn slope(&self, part: usize, direction: &[f64]) -> f64 {
        let step = 1e-5;
        let moved = |by: f64| {
            let mut case = self.clone();
            case.parts[part].iter_mut().zip(direction).for_each(|(p, d)| *p += by * d);
            case.loss()
        };
        (moved(step) - moved(-step)) / (2.0 * step)
    }

    /// Holds the kernel's result and gradients to the plain ones.
    fn check(&self, level: Level) {
        let (output, grads) = self.run(level);
        for (i, (a, &b)) in self.plain().iter().zip(&output).enumerate() {
            assert!((a - f64::from(b)).abs() < 1e-5, "{level:?} {:?}: {b} at {i} instead of {a}", self.shape);
        }
        for (part, grad) in ordered(&grads).into_iter().enumerate() {
            let largest = grad.iter().fold(0f32, |a, g| a.max(g.abs()));
            let length = grad.iter().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt();
            assert!(largest > 0.0 && grad.iter().all(|g| g.is_finite()));
            let direction: Vec<f64> = numbers(grad.len(), 7).iter().map(|v| v.signum()).collect();
            let along: f64 = grad.iter().zip(&direction).map(|(&g, d)| f64::from(g) * d).sum();
            let error = (self.slope(part, &direction) - along).abs() / length;
            assert!(error < 1e-3, "{level:?} {:?}: gradient {part} is off by {error:e}", self.shape);
            for pick in 0..4 {
                let index = (pick * 7919 + part * 31 + grad.len() - 1) % grad.len();
                let mut direction = vec![0.0; grad.len()];
                direction[index] = 1.0;
                let error = (self.slope(part, &direction) - f64::from(grad[index])).abs() / f64::from(largest);
                assert!(error < 1e-3, "{level:?} {:?}: gradient {part}[{index}] is off by {error:e}", self.shape);
            }
        }
    }
}

/// `a b` for a `[.., k]` and b `[k, ..]`.
fn times(a: &[f64], b: &[f64], k: usize) -> Vec<f64> {
    let n = b.len() / k;
    let mut c = vec![0.0; a.len() / k * n];
    for (a, c) in a.chunks(k).zip(c.chunks_mut(n)) {
        for (a, b) in a.iter().zip(b.chunks(n)) {
            c.iter_mut().zip(b).for_each(|(c, b)| *c += a * b);
        }
    }
    c
}

fn ordered(grads: &BlockGrads) -> [&[f32]; 5] {
    [&grads.input, &grads.qkv, &grads.out, &grads.gate_up, &grads.down]
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

/// The instruction sets of this processor.
fn levels() -> Vec<Level> {
    #[allow(unused_mut, reason = "on other processors there is only one")]
    let mut all = vec![Level::Portable];
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            all.push(Level::Avx2);
        }
        if is_x86_feature_detected!("avx512f") {
            all.push(Level::Avx512);
        }
    }
    all
}

/// Shapes with every kind of remainder.
fn cases() -> Vec<Case> {
    vec![
        Case::new(1, 17, (64, 4), 256, false),
        Case::new(3, 17, (64, 4), 72, true),
        Case::new(2, 5, (6, 3), 7, true),
        Case::new(3, 82, (32, 2), 90, false),
        Case::new(1, 49, (24, 3), 300, true),
        Case::new(33, 9, (32, 2), 40, true),
        Case::new(1, 3, (320, 2), 8, false),
    ]
}

#[test]
fn every_instruction_set_equals_the_plain_block() {
    for level in levels() {
        cases().iter().for_each(|case| case.check(level));
    }
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    for (case, level) in cases().iter().flat_map(|case| levels().into_iter().map(move |level| (case, level))) {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (output, grads) = pool.install(|| case.run(level));
            (bits(&output), ordered(&grads).map(bits))
        };
        let one = run(1);
        assert!(one == run(2) && one == run(3), "{level:?} {:?}", case.shape);
    }
}

#[test]
fn scores_far_apart_do_not_overflow() {
    let mut case = Case::new(2, 17, (32, 2), 40, false);
    case.parts[1].iter_mut().for_each(|w| *w *= 100.0);
    for level in levels() {
        let (output, grads) = case.run(level);
        assert!(output.iter().chain(ordered(&grads).into_iter().flatten()).all(|v| v.is_finite()), "{level:?}");
    }
}
