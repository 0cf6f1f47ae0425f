//! Whether tensors hold nothing but numbers.

use burn::tensor::{Tensor, TensorReadError};
use rayon::prelude::*;

use super::pass::array;

/// Numbers looked at at a time by one thread.
const CHUNK: usize = 1 << 14;

/// Whether all are finite.
pub(super) fn all_finite(numbers: &[f32]) -> bool {
    // Infinity and what is no number have the largest bits, and a largest one is found in wide registers.
    let largest = |chunk: &[f32]| chunk.iter().fold(0u32, |most, v| most.max(v.to_bits() & !(1 << 31)));
    let chunk = |chunk: &[f32]| largest(chunk) < f32::INFINITY.to_bits();
    numbers.par_chunks(CHUNK).all(chunk)
}

/// The index of the first tensor with a number that is not finite. A GPU is asked one question about all of them together.
///
/// # Errors
/// A device that no longer answers.
pub(super) fn first_not_finite<'a>(
    tensors: impl IntoIterator<Item = Option<&'a Tensor<2>>>,
) -> Result<Option<usize>, TensorReadError> {
    let (mut asked, mut indices) = (Vec::new(), Vec::new());
    for (index, tensor) in tensors.into_iter().enumerate() {
        let Some(tensor) = tensor else { continue };
        match array(tensor) {
            Some(array) if all_finite(array.storage()) => {}
            Some(_) => return Ok(Some(index)),
            None => {
                asked.push(tensor.clone().is_finite().all().int());
                indices.push(index);
            }
        }
    }
    if asked.is_empty() {
        return Ok(None);
    }
    let answers = Tensor::cat(asked, 0).try_to_vec_as::<i32>()?;
    Ok(indices.into_iter().zip(answers).find(|(_, finite)| *finite == 0).map(|(index, _)| index))
}

#[cfg(test)]
mod tests {
    use burn::tensor::{DType, Device, TensorData};

    use super::*;

    #[test]
    fn what_is_no_number_is_found_anywhere() {
        assert!(all_finite(&[0.0, -0.0, f32::MAX, f32::MIN, f32::MIN_POSITIVE]) && all_finite(&[]));
        for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for place in [0, 7, 16_384, 39_999] {
                let mut numbers = vec![1.0f32; 40_000];
                numbers[place] = bad;
                assert!(!all_finite(&numbers), "{bad} at {place}");
            }
        }
    }

    #[test]
    fn the_first_tensor_is_named() {
        let device = Device::flex();
        let tensor = |v: f32| Tensor::<2>::from_data(TensorData::new(vec![1.0f32, v], [1, 2]), &device);
        let (good, bad) = (tensor(2.0), tensor(f32::NAN));
        let turned = bad.clone().transpose();
        assert_eq!(first_not_finite([Some(&good), None, Some(&bad), Some(&bad)]).unwrap(), Some(2));
        assert_eq!(first_not_finite([Some(&good), Some(&turned)]).unwrap(), Some(1));
        assert_eq!(first_not_finite([Some(&good.cast(DType::F64)), None]).unwrap(), None);
        assert_eq!(first_not_finite([Some(&bad.cast(DType::F64))]).unwrap(), Some(0));
    }
}
