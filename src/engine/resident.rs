//! A state where it was computed: in the memory of the device that also draws the window, so that it is drawn without a copy.

use std::any::Any;
use std::ops::Range;
use std::sync::Arc;

use burn::cubecl::wgpu::{AutoCompiler, WgpuServer};
use burn::tensor::{DType, Tensor};

use super::device::{Graphics, drawn_by};

/// A state `[tokens, hidden]` of f32 in device memory, which stays as it is while this is held.
#[derive(Debug, Clone)]
pub struct Resident {
    /// The same numbers in the host's memory: what they are known by, and what is drawn by a device that cannot reach them.
    pub copy: Arc<[f32]>,
    graphics: Graphics,
    buffer: wgpu::Buffer,
    place: Place,
    /// The handle keeps burn from writing over the numbers, the resource keeps them from being moved.
    _held: Arc<dyn Any + Send + Sync>,
}

/// Where numbers lie in a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What is bound of the buffer, bytes.
    pub bytes: Range<u64>,
    /// The first number, counted from there.
    pub first: u32,
    /// From one token to the next, numbers.
    pub stride: u32,
}

impl Resident {
    /// A state `[1, tokens, hidden]` and its copy; None on the CPU, where the window draws with another device, and where the
    /// numbers do not lie as they are drawn: f32, one channel beside the other.
    pub(crate) fn of(state: &Tensor<3>, copy: &Arc<[f32]>) -> Option<Self> {
        let graphics = drawn_by(&state.device())?;
        let tensor = state.clone().inner().try_into_primitive::<burn_wgpu::Wgpu>().ok()?;
        if tensor.dtype != DType::F32 || tensor.meta.is_tiled() || tensor.meta.num_elements() != copy.len() {
            return None;
        }
        let resource = tensor.client.get_resource::<WgpuServer<AutoCompiler>>(tensor.handle.clone()).ok()?;
        // What is drawn next must be submitted after what computed it.
        tensor.client.flush().ok()?;
        let (buffer, offset, size) = {
            let resource = resource.resource();
            (resource.buffer.clone(), resource.offset, resource.size)
        };
        let align = u64::from(graphics.device.limits().min_storage_buffer_offset_alignment);
        let end = (offset + size).min(buffer.size());
        let place = place(&tensor.meta.shape()[..], &tensor.meta.strides()[..], offset..end, align)?;
        Some(Self { copy: copy.clone(), graphics, buffer, place, _held: Arc::new((tensor.handle, resource)) })
    }

    /// The buffer and where the numbers lie in it, for a device that can reach them.
    pub fn lies(&self, graphics: &Graphics) -> Option<(&wgpu::Buffer, &Place)> {
        (self.graphics == *graphics).then_some((&self.buffer, &self.place))
    }
}

/// How numbers of this shape and these strides, in these bytes of a buffer, are bound where bindings begin at multiples of
/// `align` bytes; None where channels are not neighbours, rows overlap, or the bytes do not suffice.
fn place(shape: &[usize], strides: &[usize], bytes: Range<u64>, align: u64) -> Option<Place> {
    let (&[1, tokens, hidden], &[_, stride, step]) = (shape, strides) else { return None };
    let neighbours = (hidden <= 1 || step == 1) && (tokens <= 1 || stride >= hidden);
    let numbers = tokens.checked_sub(1)?.checked_mul(stride)?.checked_add(hidden).filter(|_| hidden > 0)?;
    let length = (numbers as u64).checked_mul(4)?;
    if !neighbours || !bytes.start.is_multiple_of(4) || length > bytes.end.checked_sub(bytes.start)? {
        return None;
    }
    let from = bytes.start - bytes.start % align.max(4);
    Some(Place {
        bytes: from..bytes.start + length,
        first: u32::try_from((bytes.start - from) / 4).ok()?,
        stride: u32::try_from(stride).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn numbers_are_bound_at_whole_alignments() {
        let at = |bytes| place(&[1, 3, 5], &[15, 5, 1], bytes, 256);
        assert_eq!(at(512..572), Some(Place { bytes: 512..572, first: 0, stride: 5 }));
        assert_eq!(at(540..700), Some(Place { bytes: 512..600, first: 7, stride: 5 }));
        // Rows with room between them end with the last row's last number.
        let wide = place(&[1, 3, 5], &[24, 8, 1], 0..84, 256);
        assert_eq!(wide, Some(Place { bytes: 0..84, first: 0, stride: 8 }));
    }

    #[test]
    fn what_lies_otherwise_is_refused() {
        let fits = |shape: &[usize], strides: &[usize], bytes| place(shape, strides, bytes, 256).is_some();
        assert!(fits(&[1, 3, 5], &[15, 5, 1], 0..60));
        assert!(!fits(&[1, 3, 5], &[15, 1, 3], 0..60), "turned");
        assert!(!fits(&[1, 3, 5], &[0, 0, 1], 0..60), "one row for all");
        assert!(!fits(&[1, 3, 5], &[15, 4, 1], 0..60), "rows that overlap");
        assert!(!fits(&[1, 3, 5], &[15, 5, 1], 0..56), "too short");
        assert!(!fits(&[1, 3, 5], &[15, 5, 1], 2..80), "between numbers");
        assert!(!fits(&[2, 3, 5], &[15, 5, 1], 0..120), "two boards");
        assert!(!fits(&[3, 5], &[5, 1], 0..60), "another rank");
        assert!(!fits(&[1, 0, 5], &[5, 5, 1], 0..60) && !fits(&[1, 3, 0], &[3, 1, 1], 0..60), "nothing");
        assert!(!fits(&[1, usize::MAX, 5], &[1, usize::MAX, 1], 0..60), "more than there can be");
    }

    #[test]
    fn the_cpu_has_none() {
        let state = Tensor::<3>::zeros([1, 3, 5], &Device::flex());
        assert!(Resident::of(&state, &vec![0.0; 15].into()).is_none());
    }
}
