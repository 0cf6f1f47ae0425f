//! The fused block as an operation on burn tensors: one call of the kernel per block, with and without a graph.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::{Autodiff, Flex};
use burn::tensor::{DType, Shape, Tensor, TensorData};

use super::kernel::{self, BlockShape, BlockWeights, Saved, Seen};
use super::{Block, Rope};

/// `block(h)` for h `[B, T, D]` where everything is f32 on the CPU, on a graph if h is; None elsewhere.
pub(super) fn block(block: &Block, h: &Tensor<3>, heads: usize, rope: Option<&Rope>, eps: f64) -> Option<Tensor<3>> {
    let weights = [&block.qkv, &block.out, &block.gate_up, &block.down];
    if !h.is_autodiff() {
        fn array<const R: usize>(tensor: &Tensor<R>) -> Option<FlexTensor> {
            tensor.clone().try_into_primitive::<Flex>().ok()
        }
        let tables = match rope {
            Some(rope) => Some([array(&rope.cos)?, array(&rope.sin)?]),
            None => None,
        };
        let [qkv, out, gate_up, down] = weights.map(array);
        let input = Input::new([array(h)?, qkv?, out?, gate_up?, down?], tables, heads, eps)?;
        let mut output = vec![0.0; input.rows().len()];
        kernel::forward(input.shape, input.weights(), input.rope(), input.rows(), &mut output);
        return Some(Tensor::from_primitive::<Flex>(input.tensor(output, 0)));
    }

    type Tracked = Autodiff<Flex>;
    let constant = |table: &Tensor<2>| Some(table.clone().try_into_primitive::<Tracked>().ok()?.into_primitive());
    let tables = match rope {
        Some(rope) => Some([constant(&rope.cos)?, constant(&rope.sin)?]),
        None => None,
    };
    let (h, h_node) = h.clone().try_into_primitive::<Tracked>().ok()?.into_parts();
    let [qkv, out, gate_up, down] =
        weights.map(|weight| Some(weight.clone().try_into_primitive::<Tracked>().ok()?.into_parts()));
    let ((qkv, qkv_node), (out, out_node), (gate_up, gate_up_node), (down, down_node)) = (qkv?, out?, gate_up?, down?);
    let input = Input::new([h, qkv, out, gate_up, down], tables, heads, eps)?;
    let nodes = [h_node, qkv_node, out_node, gate_up_node, down_node];
    let mut output = vec![0.0; input.rows().len()];
    let primitive = match FusedBlock.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(operation) => {
            let saved = kernel::forward_saving(input.shape, input.weights(), input.rope(), input.rows(), &mut output);
            let output = input.tensor(output, 0);
            operation.finish(Kept { input, saved, output: output.clone() }, output)
        }
        OpsKind::UnTracked(operation) => {
            kernel::forward(input.shape, input.weights(), input.rope(), input.rows(), &mut output);
            operation.finish(input.tensor(output, 0))
        }
    };
    Some(Tensor::from_primitive::<Tracked>(primitive))
}

/// What a block reads.
#[derive(Debug, Clone)]
struct Input {
    shape: BlockShape,
    /// The rows h, then the weights qkv, out, gate_up and down; contiguous f32.
    parts: [FlexTensor; 5],
    /// Cosines and sines, contiguous f32.
    tables: Option<[FlexTensor; 2]>,
}

impl Input {
    /// None if something is not f32.
    fn new(parts: [FlexTensor; 5], tables: Option<[FlexTensor; 2]>, heads: usize, eps: f64) -> Option<Self> {
        if parts.iter().chain(tables.iter().flatten()).any(|part| part.dtype() != DType::F32) {
            return None;
        }
        let [batch, tokens, hidden] = parts[0].layout().shape().dims();
        let [inner, _] = parts[4].layout().shape().dims();
        Some(Self {
            shape: BlockShape { batch, tokens, hidden, heads, inner, rms_eps: eps as f32 },
            parts: parts.map(|part| part.to_contiguous()),
            tables: tables.map(|tables| tables.map(|table| table.to_contiguous())),
        })
    }

    fn rows(&self) -> &[f32] {
        self.parts[0].storage()
    }

    fn weights(&self) -> BlockWeights<'_> {
        let [_, qkv, out, gate_up, down] = self.parts.each_ref().map(FlexTensor::storage);
        BlockWeights { qkv, out, gate_up, down }
    }

    fn rope(&self) -> Option<kernel::Rope<'_>> {
        let [cos, sin] = self.tables.as_ref()?;
        Some(kernel::Rope { cos: cos.storage(), sin: sin.storage() })
    }

    /// Numbers as a tensor of the shape of one part.
    fn tensor(&self, numbers: Vec<f32>, part: usize) -> FlexTensor {
        let shape: Shape = self.parts[part].layout().shape().clone();
        FlexTensor::from_data(TensorData::new(numbers, shape))
    }
}

/// What the backward pass needs.
#[derive(Debug, Clone)]
struct Kept {
    input: Input,
    saved: Saved,
    output: FlexTensor,
}

/// The block as a step of an autodiff graph; its parents are the parts of [`Input`].
#[derive(Debug)]
struct FusedBlock;

impl Backward<Flex, 5> for FusedBlock {
    type State = Kept;

    fn backward(self, ops: Ops<Kept, 5>, grads: &mut Gradients, _: &mut Checkpointer) {
        let Kept { input, saved, output } = &ops.state;
        let grad = grads.consume::<Flex>(&ops.node).to_contiguous();
        let seen = Seen { input: input.rows(), saved, output: output.storage() };
        let found = kernel::backward(input.shape, input.weights(), input.rope(), seen, grad.storage());
        let found = [found.input, found.qkv, found.out, found.gate_up, found.down];
        for (part, (parent, numbers)) in ops.parents.iter().zip(found).enumerate() {
            if let Some(parent) = parent {
                grads.register::<Flex>(parent.id, input.tensor(numbers, part));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Distribution};

    use super::*;

    /// A block, its input and a weight for each number of its output.
    fn case(device: &Device) -> (Block, Tensor<3>, Tensor<3>) {
        let (batch, tokens, hidden, inner) = (3, 11, 24, 40);
        let some = |shape: [usize; 2]| {
            Tensor::<2>::random(shape, Distribution::Normal(0.0, 1.5 / (shape[0] as f64).sqrt()), device)
        };
        let block = Block {
            qkv: some([hidden, 3 * hidden]),
            out: some([hidden, hidden]),
            gate_up: some([hidden, 2 * inner]),
            down: some([inner, hidden]),
        };
        let rows = || Tensor::random([batch, tokens, hidden], Distribution::Normal(0.0, 1.0), device);
        (block, rows(), rows())
    }

    fn assert_close<const R: usize>(a: Tensor<R>, b: Tensor<R>, what: &str) {
        let largest = b.clone().abs().max().try_into_scalar::<f32>().unwrap();
        let apart = (a - b).abs().max().try_into_scalar::<f32>().unwrap();
        assert!(apart <= 1e-4 * largest, "{what}: {apart} apart where the largest is {largest}");
    }

    #[test]
    fn fused_and_unfused_agree_in_values_and_gradients() {
        let device = Device::flex();
        let (weights, input, factors) = case(&device);
        for rope in [None, Some(Rope::new(11, 6, 10.0, &device))] {
            let run = |fuse: bool| {
                let leaf = |w: &Tensor<2>| w.clone().autodiff().require_grad();
                let h = input.clone().autodiff().require_grad();
                let on_graph = Block {
                    qkv: leaf(&weights.qkv),
                    out: leaf(&weights.out),
                    gate_up: leaf(&weights.gate_up),
                    down: leaf(&weights.down),
                };
                let rope = rope.as_ref().map(Rope::autodiff);
                // An operation before and two of the same block, so that gradients pass through and add up.
                let mut next = h.clone() * 1.5;
                for _ in 0..2 {
                    next = match fuse {
                        true => block(&on_graph, &next, 4, rope.as_ref(), 1e-3).unwrap(),
                        false => on_graph.unfused(next, 4, rope.as_ref(), 1e-3),
                    };
                }
                let mut grads = (next.clone() * factors.clone().autodiff()).sum().backward();
                let Block { qkv, out, gate_up, down } = on_graph;
                let of_weights = [qkv, out, gate_up, down].map(|w| w.grad_remove(&mut grads).unwrap());
                (next.inner(), h.grad_remove(&mut grads).unwrap(), of_weights)
            };
            let (fused, plain) = (run(true), run(false));
            assert_close(fused.0, plain.0, "result");
            assert_close(fused.1, plain.1, "gradient of the input");
            for (i, (a, b)) in fused.2.into_iter().zip(plain.2).enumerate() {
                assert_close(a, b, &format!("gradient of weight {i}"));
            }
            let without_graph = weights.forward(input.clone(), 4, rope.as_ref(), 1e-3);
            assert_close(without_graph, weights.unfused(input.clone(), 4, rope.as_ref(), 1e-3), "without a graph");
        }
    }

    #[test]
    fn a_graph_without_leaves_and_strided_tensors_are_served() {
        let device = Device::flex();
        let (weights, input, _) = case(&device);
        let expected = weights.unfused(input.clone(), 4, None, 1e-3);
        let turned = |w: &Tensor<2>| (w.clone().transpose() * 1.0).transpose().autodiff();
        let strided = Block {
            qkv: turned(&weights.qkv),
            out: turned(&weights.out),
            gate_up: turned(&weights.gate_up),
            down: turned(&weights.down),
        };
        let result = block(&strided, &input.autodiff(), 4, None, 1e-3).unwrap();
        assert_close(result.inner(), expected, "strided");
    }

    #[test]
    fn other_dtypes_are_left_to_burn() {
        let (weights, input, _) = case(&Device::flex());
        assert!(block(&weights, &input.cast(DType::F64), 4, None, 1e-3).is_none());
    }
}
