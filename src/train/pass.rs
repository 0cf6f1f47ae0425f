//! Element-wise updates on the CPU, in place and in one pass over the numbers, where burn would make a pass and a
//! tensor per operation. What becomes of a number depends on that number alone, so neither the threads nor the
//! processor change a bit of it.

use std::sync::atomic::{AtomicBool, Ordering};

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::tensor::{DType, Tensor};
use rayon::prelude::*;

/// Numbers worked on at a time by one thread.
const CHUNK: usize = 1 << 13;

/// One update's numbers, the same for every weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// Decay rate of the first moment.
    pub b1: f64,
    /// Decay rate of the second moment.
    pub b2: f64,
    /// Bias correction of the second moment.
    pub c2: f64,
    /// What the weights are multiplied by.
    pub decay: f64,
    /// The learning rate, corrected for the bias of the first moment.
    pub rate: f64,
}

impl Step {
    /// What is added to the root of the second moment: a weight that never had a gradient would ask for atan2(0, 0),
    /// which is 0 on the CPU and anything on a GPU.
    pub const TINY: f64 = 1e-30;

    /// Updates a weight and its two moments with burn operations.
    pub fn apply(self, g: &Tensor<2>, [w, m, v]: [&mut Tensor<2>; 3]) {
        *m = m.clone() * self.b1 + g.clone() * (1.0 - self.b1);
        *v = v.clone() * self.b2 + g.clone().square() * (1.0 - self.b2);
        let step = m.clone().atan2((v.clone() / self.c2).sqrt() + Self::TINY);
        *w = w.clone() * self.decay - step * self.rate;
    }
}

/// The tensor as an f32 array on the CPU; None if it is none.
pub(super) fn array(tensor: &Tensor<2>) -> Option<FlexTensor> {
    let array = tensor.clone().try_into_primitive::<Flex>().ok()?;
    (array.dtype() == DType::F32).then(|| array.to_contiguous())
}

/// Lets go of a tensor whose array is about to be changed: an array with one owner is changed in place.
fn release(tensor: &mut Tensor<2>) {
    *tensor = Tensor::empty([1, 1], &tensor.device());
}

/// [`Step`] on weight and moments `[w, m, v]`, and whether the weight is finite afterwards; None, and nothing done, if
/// one of the tensors is no f32 array on the CPU.
pub(super) fn adam_atan2(step: Step, g: &Tensor<2>, tensors: [&mut Tensor<2>; 3]) -> Option<bool> {
    let (g, [w, m, v]) = (array(g)?, tensors.each_ref().map(|t| array(t)));
    let (mut w, mut m, mut v) = (w?, m?, v?);
    let [new_w, new_m, new_v] = tensors;
    [&mut *new_w, &mut *new_m, &mut *new_v].into_iter().for_each(release);
    let lines = w.storage_mut::<f32>().par_chunks_mut(CHUNK).zip(m.storage_mut::<f32>().par_chunks_mut(CHUNK));
    let lines = lines.zip(v.storage_mut::<f32>().par_chunks_mut(CHUNK)).zip(g.storage::<f32>().par_chunks(CHUNK));
    let overflowed = AtomicBool::new(false);
    lines.for_each(|(((w, m), v), g)| {
        if !update(step, w, m, v, g) {
            overflowed.store(true, Ordering::Relaxed);
        }
    });
    *new_w = Tensor::from_primitive::<Flex>(w);
    *new_m = Tensor::from_primitive::<Flex>(m);
    *new_v = Tensor::from_primitive::<Flex>(v);
    Some(!overflowed.into_inner())
}

/// `mean = mean * decay + now * (1 - decay)`; false, and nothing done, if one is no f32 array on the CPU.
pub(super) fn blend(mean: &mut Tensor<2>, now: &Tensor<2>, decay: f64) -> bool {
    let (Some(mut numbers), Some(now)) = (array(mean), array(now)) else { return false };
    release(mean);
    let (keep, take) = (decay as f32, (1.0 - decay) as f32);
    let lines = numbers.storage_mut::<f32>().par_chunks_mut(CHUNK).zip(now.storage::<f32>().par_chunks(CHUNK));
    lines.for_each(|(mean, now)| mean.iter_mut().zip(now).for_each(|(mean, now)| *mean = *mean * keep + now * take));
    *mean = Tensor::from_primitive::<Flex>(numbers);
    true
}

/// [`update_numbers`], in wider registers where the processor has them.
fn update(step: Step, w: &mut [f32], m: &mut [f32], v: &mut [f32], g: &[f32]) -> bool {
    /// The same code, compiled for 256-bit registers.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn update_avx2(step: Step, w: &mut [f32], m: &mut [f32], v: &mut [f32], g: &[f32]) -> bool {
        update_numbers(step, w, m, v, g)
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // The processor was just asked.
        return unsafe { update_avx2(step, w, m, v, g) };
    }
    update_numbers(step, w, m, v, g)
}

/// One Adam-atan2 update, and whether the weights are finite after it.
#[inline(always)]
fn update_numbers(step: Step, w: &mut [f32], m: &mut [f32], v: &mut [f32], g: &[f32]) -> bool {
    let [b1, b2, c2, decay, rate] = [step.b1, step.b2, step.c2, step.decay, step.rate].map(|value| value as f32);
    let (new1, new2) = ((1.0 - step.b1) as f32, (1.0 - step.b2) as f32);
    let mut largest = 0u32;
    for (((w, m), v), &g) in w.iter_mut().zip(m).zip(v).zip(g) {
        *m = *m * b1 + g * new1;
        *v = *v * b2 + g * g * new2;
        *w = *w * decay - atan2(*m, (*v / c2).sqrt() + Step::TINY as f32) * rate;
        // Infinity and what is no number have the largest bits.
        largest = largest.max(w.to_bits() & !(1 << 31));
    }
    largest < f32::INFINITY.to_bits()
}

/// The angle of (x, y) for x > 0, to about 2e-7: the library's function is one call per number, and this is none.
#[inline(always)]
fn atan2(y: f32, x: f32) -> f32 {
    /// Minimax polynomial for `(atan(t) - t) / t^3` over t^2, t in 0..=1 (the one of SLEEF), highest power first.
    const ATAN: [f32; 8] = [
        0.002_823_639,
        -0.015_956_903,
        0.042_504_99,
        -0.074_890_09,
        0.106_347_93,
        -0.142_027_36,
        0.199_926_96,
        -0.333_331_02,
    ];
    let size = y.abs();
    let (low, high) = if size < x { (size, x) } else { (x, size) };
    let t = low / high;
    let square = t * t;
    let sum = ATAN.iter().fold(0.0, |sum, c| sum * square + c);
    let angle = t + t * square * sum;
    let angle = if size < x { angle } else { std::f32::consts::FRAC_PI_2 - angle };
    angle.copysign(y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_angle_is_the_angle() {
        let sizes = (-60..=60).map(|i| 1.7f32.powi(i)).chain([0.0, 1e-38, 1e30]);
        for y in sizes.flat_map(|y| [y, -y]) {
            for x in [1e-30f32, 1e-6, 0.3, 1.0, 7.0, 1e12] {
                let exact = f64::from(y).atan2(f64::from(x));
                assert!((f64::from(atan2(y, x)) - exact).abs() < 3e-7, "atan2({y}, {x})");
            }
        }
    }

    #[test]
    fn an_array_with_another_owner_is_not_changed() {
        let device = burn::tensor::Device::flex();
        let (mut mean, now) = (Tensor::<2>::zeros([3, 5], &device), Tensor::ones([3, 5], &device));
        let before = mean.clone();
        assert!(blend(&mut mean, &now, 0.75));
        assert_eq!(mean.try_to_vec_as::<f32>().unwrap(), [0.25; 15]);
        assert_eq!(before.try_to_vec_as::<f32>().unwrap(), [0.0; 15]);
    }
}
