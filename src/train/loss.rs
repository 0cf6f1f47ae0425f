//! The losses.

use burn::tensor::activation::{log_softmax, relu};
use burn::tensor::{Int, Tensor};

use crate::model::{LossKind, probabilities};

/// Cross-entropy of every token, `[B, S]`: minus the log-probability of its label. Labels must be valid tokens; what
/// does not count is weighted with zero by the caller.
pub fn cross_entropy(logits: Tensor<3>, labels: Tensor<2, Int>, kind: LossKind) -> Tensor<2> {
    let log = match kind {
        LossKind::Softmax => log_softmax(logits, 2),
        LossKind::Stablemax => probabilities(logits, kind).log(),
    };
    let [batch, seq] = labels.dims();
    -log.gather(2, labels.unsqueeze_dim(2)).reshape([batch, seq])
}

/// Binary cross-entropy of logits against targets in 0..=1, elementwise.
pub fn binary_cross_entropy(logits: Tensor<1>, targets: Tensor<1>) -> Tensor<1> {
    relu(logits.clone()) - logits.clone() * targets + (-logits.abs()).exp().log1p()
}
