//! The numbers that define a model.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::trace::{Dimensions, Schedule};

/// How tokens know where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// Rotary embedding of queries and keys over all T positions.
    Rope,
    /// A learned table `[T, D]` added to the input embedding.
    Learned,
}

/// The cross-entropy the model was trained with; it also says how logits become probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LossKind {
    /// s(x) = x + 1 for x >= 0, 1 / (1 - x) below; p = s / sum(s).
    #[serde(rename = "stablemax_cross_entropy")]
    Stablemax,
    /// The usual exponential.
    #[serde(rename = "softmax_cross_entropy")]
    Softmax,
}

/// The configuration of an HRM.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HrmConfig {
    /// D: channels of one token's state.
    pub hidden: usize,
    /// A: attention heads.
    pub heads: usize,
    /// Blocks in the H-module.
    pub h_layers: usize,
    /// Blocks in the L-module.
    pub l_layers: usize,
    /// H-cycles per segment.
    pub h_cycles: usize,
    /// L-steps per H-cycle.
    pub l_cycles: usize,
    /// Width of the SwiGLU relative to D, before the factor 2/3.
    pub expansion: f64,
    /// SwiGLU width, when it does not follow the rule of [`HrmConfig::inner`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inner: Option<usize>,
    /// Position encoding.
    pub position: Position,
    /// E: width of a puzzle embedding; 0 for none.
    pub puzzle_dim: usize,
    /// N: rows of the puzzle table.
    pub puzzles: usize,
    /// V: vocabulary.
    pub vocab: usize,
    /// S: board tokens.
    pub seq_len: usize,
    /// Base of the rotary frequencies.
    pub rope_theta: f64,
    /// Epsilon of the RMS norm.
    pub rms_eps: f64,
    /// M_max: segments at most.
    pub max_segments: usize,
    /// Probability that a training row must take a minimum number of segments.
    pub exploration: f64,
    /// The cross-entropy.
    pub loss: LossKind,
}

impl Default for HrmConfig {
    /// The paper's model on 9x9 Sudoku: 27 million weights.
    fn default() -> Self {
        Self {
            hidden: 512,
            heads: 8,
            h_layers: 4,
            l_layers: 4,
            h_cycles: 2,
            l_cycles: 2,
            expansion: 4.0,
            inner: None,
            position: Position::Rope,
            puzzle_dim: 512,
            puzzles: 1,
            vocab: 11,
            seq_len: 81,
            rope_theta: 10000.0,
            rms_eps: 1e-5,
            max_segments: 16,
            exploration: 0.1,
            loss: LossKind::Stablemax,
        }
    }
}

/// A configuration that cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the model configuration has {field} = {value}: {why}")]
pub struct ConfigError {
    /// The offending field.
    pub field: &'static str,
    /// Its value.
    pub value: String,
    /// What it would have to be.
    pub why: String,
}

/// No field of a model is larger than this; beyond it a file is damaged rather than ambitious.
const LARGEST: usize = 1 << 24;

impl HrmConfig {
    /// SwiGLU's inner width: round(expansion * D * 2/3), rounded up to a multiple of 256.
    pub fn inner(&self) -> usize {
        self.inner.unwrap_or_else(|| {
            let width = (self.expansion * self.hidden as f64 * 2.0 / 3.0).round_ties_even();
            (width as usize).div_ceil(256) * 256
        })
    }

    /// P: puzzle tokens before the board tokens, ceil(E / D).
    pub fn puzzle_tokens(&self) -> usize {
        self.puzzle_dim.div_ceil(self.hidden.max(1))
    }

    /// T = P + S.
    pub fn tokens(&self) -> usize {
        self.puzzle_tokens() + self.seq_len
    }

    /// Channels of one attention head.
    pub fn head_dim(&self) -> usize {
        self.hidden / self.heads.max(1)
    }

    /// The number of weights, without the puzzle table. In f64, where no configuration overflows.
    pub fn weights(&self) -> f64 {
        let of = |count: usize| count as f64;
        let (d, v) = (of(self.hidden), of(self.vocab));
        let block = 4.0 * d * d + 3.0 * d * of(self.inner());
        let positions = if self.position == Position::Learned { of(self.tokens()) * d } else { 0.0 };
        // The embedding and the head, the Q head with its bias, the two initial states.
        2.0 * v * d + positions + (of(self.h_layers) + of(self.l_layers)) * block + 2.0 * d + 2.0 + 2.0 * d
    }

    /// The sizes of a run of at most so many segments.
    pub fn dimensions(&self, max_segments: usize) -> Dimensions {
        Dimensions {
            schedule: self.schedule(),
            tokens: self.tokens(),
            puzzle_tokens: self.puzzle_tokens(),
            hidden: self.hidden,
            vocab: self.vocab,
            max_segments,
        }
    }

    /// When which module steps.
    pub fn schedule(&self) -> Schedule {
        Schedule { h_cycles: self.h_cycles, l_cycles: self.l_cycles }
    }

    /// Checks that a model of this configuration can be built.
    ///
    /// # Errors
    /// Names the first field that does not fit and what it would have to be.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let sizes = [
            ("hidden", self.hidden),
            ("heads", self.heads),
            ("h_layers", self.h_layers),
            ("l_layers", self.l_layers),
            ("h_cycles", self.h_cycles),
            ("l_cycles", self.l_cycles),
            ("vocab", self.vocab),
            ("seq_len", self.seq_len),
            ("max_segments", self.max_segments),
            ("inner", self.inner()),
        ];
        for (field, value) in sizes {
            if value == 0 || value > LARGEST {
                return Err(bad(field, value, format!("it must be between 1 and {LARGEST}")));
            }
        }
        if !self.hidden.is_multiple_of(self.heads) {
            return Err(bad("heads", self.heads, format!("it must divide hidden = {}", self.hidden)));
        }
        if self.position == Position::Rope && !self.head_dim().is_multiple_of(2) {
            return Err(bad("heads", self.heads, "rotary positions need an even number of channels per head"));
        }
        if self.puzzle_dim > 0 && self.puzzles == 0 {
            return Err(bad("puzzles", 0, "a model with puzzle embeddings needs at least one row"));
        }
        if !(0.0..=1.0).contains(&self.exploration) {
            return Err(bad("exploration", self.exploration, "it is a probability"));
        }
        if !(self.expansion > 0.0 && self.expansion < 1e3 && self.rms_eps > 0.0 && self.rope_theta > 1.0) {
            return Err(bad("expansion", self.expansion, "expansion, rms_eps and rope_theta must be positive"));
        }
        Ok(())
    }
}

fn bad(field: &'static str, value: impl ToString, why: impl Into<String>) -> ConfigError {
    ConfigError { field, value: value.to_string(), why: why.into() }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A model small enough for any test.
    pub(crate) fn tiny() -> HrmConfig {
        HrmConfig {
            hidden: 16,
            heads: 2,
            h_layers: 1,
            l_layers: 1,
            inner: Some(32),
            position: Position::Learned,
            puzzle_dim: 16,
            vocab: 6,
            seq_len: 16,
            max_segments: 4,
            ..HrmConfig::default()
        }
    }

    #[test]
    fn the_swiglu_rule() {
        let mut config = tiny();
        config.inner = None;
        for (hidden, inner) in [(64, 256), (128, 512), (512, 1536)] {
            config.hidden = hidden;
            assert_eq!(config.inner(), inner);
        }
    }

    #[test]
    fn weights_are_counted_without_making_them() {
        let config = tiny();
        let model = crate::model::Initializer::default().build(&config, &burn::tensor::Device::flex());
        assert_eq!(config.weights() as usize + config.puzzles * config.puzzle_dim, model.parameters());
        // The paper's count leaves out the two initial states, which are not trained, and the table.
        assert_eq!(HrmConfig::default().weights() as usize - 2 * 512, 27_275_266);
    }

    #[test]
    fn puzzle_tokens_round_up() {
        let mut config = tiny();
        config.puzzle_dim = 17;
        assert_eq!(config.puzzle_tokens(), 2);
        config.puzzle_dim = 0;
        assert_eq!(config.puzzle_tokens(), 0);
    }

    #[test]
    fn a_bad_field_is_named() {
        let mut config = tiny();
        config.heads = 3;
        assert_eq!(config.validate().unwrap_err().field, "heads");
        config.heads = 0;
        assert_eq!(config.validate().unwrap_err().field, "heads");
        assert!(tiny().validate().is_ok());
    }
}
