//! The layers, written with burn operations; on the CPU a whole block goes through the fused kernel instead.

use burn::tensor::activation::{silu, softmax};
use burn::tensor::{Device, Tensor, TensorData};

use super::fused;

/// Root-mean-square norm over the last dimension, without a weight: `x / sqrt(mean(x^2) + eps)`.
pub fn rms_norm<const R: usize>(x: Tensor<R>, eps: f64) -> Tensor<R> {
    let mean = x.clone().square().mean_dim(R - 1);
    x / (mean + eps).sqrt()
}

/// `down(silu(gate) * up)`: x `[rows, D]`, gate_up `[D, 2 * inner]` (gate first), down `[inner, D]`.
pub fn swiglu(x: Tensor<2>, gate_up: Tensor<2>, down: Tensor<2>) -> Tensor<2> {
    let (gate, up) = gated(x, gate_up);
    (gate * up).matmul(down)
}

/// The two sides of a SwiGLU: `silu(gate)` and `up`, `[rows, inner]` each.
fn gated(x: Tensor<2>, gate_up: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let inner = gate_up.dims()[1] / 2;
    let both = x.matmul(gate_up);
    (silu(both.clone().narrow(1, 0, inner)), both.narrow(1, inner, inner))
}

/// Rotary position tables for all T positions, half-split layout, `[T, head_dim]` each.
#[derive(Debug, Clone)]
pub struct Rope {
    /// Cosines.
    pub cos: Tensor<2>,
    /// Sines.
    pub sin: Tensor<2>,
}

impl Rope {
    /// Computes the tables: frequency of pair i is `theta^(-2i / head_dim)`.
    pub fn new(tokens: usize, head_dim: usize, theta: f64, device: &Device) -> Self {
        let half = head_dim / 2;
        // In f32 as the reference has it: an angle in f64 would differ from it by more than its rounding.
        let frequencies: Vec<f32> =
            (0..half).map(|i| 1.0 / (theta as f32).powf((2 * i) as f32 / head_dim as f32)).collect();
        let angles: Vec<f32> = (0..tokens)
            .flat_map(|t| (0..head_dim).map(move |c| (t, c % half)))
            .map(|(t, i)| t as f32 * frequencies[i])
            .collect();
        let table = |f: fn(f32) -> f32| {
            let values: Vec<f32> = angles.iter().map(|&a| f(a)).collect();
            Tensor::from_data(TensorData::new(values, [tokens, head_dim]), device)
        };
        Self { cos: table(f32::cos), sin: table(f32::sin) }
    }

    /// Rotates `[B, A, T, head_dim]`.
    fn rotate(&self, x: Tensor<4>) -> Tensor<4> {
        let half = x.dims()[3] / 2;
        let turned = Tensor::cat(vec![-x.clone().narrow(3, half, half), x.clone().narrow(3, 0, half)], 3);
        x * self.cos.clone().unsqueeze() + turned * self.sin.clone().unsqueeze()
    }

    /// The same tables as constants of an autodiff graph.
    pub(super) fn autodiff(&self) -> Self {
        Self { cos: self.cos.clone().autodiff(), sin: self.sin.clone().autodiff() }
    }
}

/// Bidirectional multi-head attention: z `[B, T, D]`, qkv `[D, 3D]`, out `[D, D]`, no biases.
pub fn attention(z: Tensor<3>, qkv: Tensor<2>, out: Tensor<2>, heads: usize, rope: Option<&Rope>) -> Tensor<3> {
    let (weights, v) = attended(z, qkv, heads, rope);
    gathered(weights, v, out)
}

/// What every token gets from where it attends, `[B, T, D]`.
fn gathered(weights: Tensor<4>, v: Tensor<4>, out: Tensor<2>) -> Tensor<3> {
    let [batch, heads, tokens, head_dim] = v.dims();
    let hidden = heads * head_dim;
    let mixed = weights.matmul(v).swap_dims(1, 2).reshape([batch * tokens, hidden]);
    mixed.matmul(out).reshape([batch, tokens, hidden])
}

/// Where every token attends, `[B, A, T, T]`, and the values that it gets there, `[B, A, T, head_dim]`.
fn attended(z: Tensor<3>, qkv: Tensor<2>, heads: usize, rope: Option<&Rope>) -> (Tensor<4>, Tensor<4>) {
    let [batch, tokens, hidden] = z.dims();
    let head_dim = hidden / heads;
    let all = z.reshape([batch * tokens, hidden]).matmul(qkv).reshape([batch, tokens, 3 * heads, head_dim]);
    let part = |i: usize| all.clone().narrow(2, i * heads, heads).swap_dims(1, 2);
    let (mut q, mut k, v) = (part(0), part(1), part(2));
    if let Some(rope) = rope {
        q = rope.rotate(q);
        k = rope.rotate(k);
    }
    let scores = q.matmul(k.swap_dims(2, 3)) / (head_dim as f64).sqrt();
    (softmax(scores, 3), v)
}

/// The weights of one post-norm block, each `[in, out]`.
#[derive(Debug, Clone)]
pub struct Block {
    /// Fused query, key and value projection, `[D, 3D]`.
    pub qkv: Tensor<2>,
    /// Attention output projection, `[D, D]`.
    pub out: Tensor<2>,
    /// Fused gate and up projection, `[D, 2 * inner]`.
    pub gate_up: Tensor<2>,
    /// Down projection, `[inner, D]`.
    pub down: Tensor<2>,
}

impl Block {
    /// `h = rms(h + attention(h)); h = rms(h + swiglu(h))` for h `[B, T, D]`.
    pub fn forward(&self, h: Tensor<3>, heads: usize, rope: Option<&Rope>, eps: f64) -> Tensor<3> {
        match fused::block(self, &h, heads, rope, eps) {
            Some(next) => next,
            None => self.unfused(h, heads, rope, eps),
        }
    }

    /// What goes on inside for h `[B, T, D]`: the attention's weights `[B, A, T, T]` and the SwiGLU's gates `[B, T, inner]`.
    pub fn inside(&self, h: Tensor<3>, heads: usize, rope: Option<&Rope>, eps: f64) -> (Tensor<4>, Tensor<3>) {
        let [batch, tokens, hidden] = h.dims();
        let (weights, v) = attended(h.clone(), self.qkv.clone(), heads, rope);
        let mixed = gathered(weights.clone(), v, self.out.clone());
        let h = rms_norm(h + mixed, eps).reshape([batch * tokens, hidden]);
        let (gate, _) = gated(h, self.gate_up.clone());
        let inner = gate.dims()[1];
        (weights, gate.reshape([batch, tokens, inner]))
    }

    /// [`Block::forward`] operation by operation, for the devices that have no fused block.
    pub(super) fn unfused(&self, h: Tensor<3>, heads: usize, rope: Option<&Rope>, eps: f64) -> Tensor<3> {
        let [batch, tokens, hidden] = h.dims();
        let mixed = attention(h.clone(), self.qkv.clone(), self.out.clone(), heads, rope);
        let h = rms_norm(h + mixed, eps).reshape([batch * tokens, hidden]);
        let fed = swiglu(h.clone(), self.gate_up.clone(), self.down.clone());
        rms_norm(h + fed, eps).reshape([batch, tokens, hidden])
    }
}
