//! One segment: the only place where the two modules are stepped. Training, solving, tracing, interventions and
//! benchmarks all come through here and differ only in what they observe.

use std::ops::ControlFlow;

use burn::tensor::activation::softmax;
use burn::tensor::{Tensor, activation::relu};
use serde::{Deserialize, Serialize};

use super::{Block, Hrm, LossKind};
use crate::trace::{MicroStep, Module};

/// The states that go from step to step, `[B, T, D]` each.
#[derive(Debug, Clone)]
pub struct Carry {
    /// The slow state.
    pub z_h: Tensor<3>,
    /// The fast state.
    pub z_l: Tensor<3>,
}

/// What the heads read from z_H at a segment's end.
#[derive(Debug, Clone)]
pub struct Heads {
    /// `[B, S, V]`, without the puzzle positions.
    pub logits: Tensor<3>,
    /// `[B, 2]`: Q of halting and of going on, as logits.
    pub q: Tensor<2>,
}

/// What an observer sees after each micro-step.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'a> {
    /// Where on the clock, the segment counted as 0.
    pub at: MicroStep,
    /// Both states after the step.
    pub carry: &'a Carry,
}

/// How far back through a segment a training step's gradient goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gradient {
    /// Through the last L-step and the last H-step alone (paper section 2, "Approximate gradient"): memory does not grow
    /// with the number of cycles.
    #[default]
    OneStep,
    /// Through the whole segment, backpropagation through time: for comparison.
    Bptt,
}

impl Gradient {
    /// The first of so many micro-steps that is on the graph.
    fn begins(self, steps: usize) -> usize {
        match self {
            Self::OneStep => steps.saturating_sub(2),
            Self::Bptt => 0,
        }
    }
}

impl std::str::FromStr for Gradient {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "one-step" => Ok(Self::OneStep),
            "bptt" => Ok(Self::Bptt),
            _ => Err(format!("there is no gradient `{text}`: one-step or bptt")),
        }
    }
}

impl std::fmt::Display for Gradient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::OneStep => "one-step",
            Self::Bptt => "bptt",
        })
    }
}

/// The copy of the model whose weights are leaves of an autodiff graph, and the input embedded with it.
#[derive(Debug, Clone, Copy)]
pub struct Tracked<'a> {
    /// The model, made by [`Hrm::tracked`].
    pub model: &'a Hrm,
    /// x embedded with the tracked weights, `[B, T, D]`.
    pub x: &'a Tensor<3>,
    /// Which micro-steps run on the graph.
    pub gradient: Gradient,
}

impl Hrm {
    /// The same weights as leaves of an autodiff graph; the initial states are no leaves. The puzzle table is left out:
    /// the rows in use become leaves of their own.
    pub fn tracked(&self) -> Self {
        let tracked = self.map(self.rope.as_ref().map(super::Rope::autodiff), |_, spec, w| {
            let w = w.clone().autodiff();
            if spec.trained { w.require_grad() } else { w }
        });
        Self { puzzle: None, ..tracked }
    }

    /// The states at the start of a puzzle.
    pub fn initial(&self, batch: usize) -> Carry {
        let shape = [batch, self.config.tokens(), self.config.hidden];
        Carry {
            z_h: self.h_init.clone().unsqueeze::<3>().expand(shape),
            z_l: self.l_init.clone().unsqueeze::<3>().expand(shape),
        }
    }

    /// One segment on the input x `[B, T, D]`: H_cycles times (L_cycles L-steps and one H-step), then the heads.
    ///
    /// With `tracked`, the micro-steps that its [`Gradient`] names and the heads run on the autodiff graph and everything
    /// before without one. The carry then returned is still on the graph.
    ///
    /// None when the observer broke off.
    pub fn segment(
        &self,
        x: &Tensor<3>,
        mut carry: Carry,
        tracked: Option<Tracked<'_>>,
        observe: &mut dyn FnMut(Observation<'_>) -> ControlFlow<()>,
    ) -> Option<(Carry, Heads)> {
        let schedule = self.config.schedule();
        let steps = schedule.steps_per_segment();
        let (mut model, mut input) = (self, x);
        for step in 0..steps {
            let at = schedule.at(step);
            if let Some(tracked) = tracked
                && step == tracked.gradient.begins(steps)
            {
                (model, input) = (tracked.model, tracked.x);
                carry = Carry { z_h: carry.z_h.autodiff(), z_l: carry.z_l.autodiff() };
            }
            match at.module {
                Module::L => carry.z_l = model.step_l(&carry, input),
                Module::H => carry.z_h = model.step_h(&carry),
            }
            if observe(Observation { at, carry: &carry }).is_break() {
                return None;
            }
        }
        let heads = model.heads(&carry.z_h);
        Some((carry, heads))
    }

    /// `f_L(z_L, z_H + x)`: the next z_L.
    pub fn step_l(&self, carry: &Carry, x: &Tensor<3>) -> Tensor<3> {
        self.module(&self.l, into_l(carry, x))
    }

    /// `f_H(z_H, z_L)`: the next z_H. Also what a read-out between H-steps decodes.
    pub fn step_h(&self, carry: &Carry) -> Tensor<3> {
        self.module(&self.h, into_h(carry))
    }

    fn module(&self, blocks: &[Block], injected: Tensor<3>) -> Tensor<3> {
        blocks.iter().fold(injected, |z, block| self.block(block, z))
    }

    fn block(&self, block: &Block, z: Tensor<3>) -> Tensor<3> {
        block.forward(z, self.config.heads, self.rope.as_ref(), self.config.rms_eps)
    }

    /// A module's blocks, and what its first one reads.
    fn call(&self, module: Module, carry: &Carry, x: &Tensor<3>) -> (&[Block], Tensor<3>) {
        match module {
            Module::L => (&self.l, into_l(carry, x)),
            Module::H => (&self.h, into_h(carry)),
        }
    }

    /// The states between the blocks of one call of a module, `[B, T, D]` each: what is injected, then every block's
    /// output; the last is what [`Hrm::step_l`] or [`Hrm::step_h`] gives.
    pub fn layers(&self, module: Module, carry: &Carry, x: &Tensor<3>) -> Vec<Tensor<3>> {
        let (blocks, mut z) = self.call(module, carry, x);
        let mut states = vec![z.clone()];
        for block in blocks {
            z = self.block(block, z);
            states.push(z.clone());
        }
        states
    }

    /// What goes on inside one block, or the last one, of a call of a module: attention `[B, A, T, T]` and gates `[B, T, inner]`.
    pub fn inside(&self, module: Module, layer: usize, carry: &Carry, x: &Tensor<3>) -> (Tensor<4>, Tensor<3>) {
        let (blocks, mut z) = self.call(module, carry, x);
        let layer = layer.min(blocks.len().saturating_sub(1));
        for block in &blocks[..layer] {
            z = self.block(block, z);
        }
        blocks[layer].inside(z, self.config.heads, self.rope.as_ref(), self.config.rms_eps)
    }

    /// Reads a z_H `[B, T, D]`.
    pub fn heads(&self, z_h: &Tensor<3>) -> Heads {
        let [batch, _, hidden] = z_h.dims();
        let (first, seq) = (self.config.puzzle_tokens(), self.config.seq_len);
        let board = z_h.clone().narrow(1, first, seq).reshape([batch * seq, hidden]);
        let summary = z_h.clone().narrow(1, 0, 1).reshape([batch, hidden]);
        Heads {
            logits: board.matmul(self.lm_head.clone()).reshape([batch, seq, self.config.vocab]),
            q: summary.matmul(self.q_head.clone()) + self.q_bias.clone(),
        }
    }
}

/// What the L-module's first block reads.
fn into_l(carry: &Carry, x: &Tensor<3>) -> Tensor<3> {
    carry.z_l.clone() + (carry.z_h.clone() + x.clone())
}

/// What the H-module's first block reads.
fn into_h(carry: &Carry) -> Tensor<3> {
    carry.z_h.clone() + carry.z_l.clone()
}

/// Probabilities over the last dimension, by the kind of cross-entropy the model was trained with.
pub fn probabilities<const R: usize>(logits: Tensor<R>, kind: LossKind) -> Tensor<R> {
    match kind {
        LossKind::Softmax => softmax(logits, R - 1),
        LossKind::Stablemax => {
            // x + 1 above zero and 1 / (1 - x) below, without a branch whose other side could be infinite.
            let s = relu(logits.clone()) + (relu(-logits) + 1.0).recip();
            s.clone() / s.sum_dim(R - 1)
        }
    }
}
