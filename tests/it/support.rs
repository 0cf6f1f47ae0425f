//! Reading recorded numbers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Int, Tensor, TensorData};
use safetensors::SafeTensors;

/// A file of recorded tensors.
pub struct Golden {
    tensors: HashMap<String, (Vec<usize>, Vec<f64>)>,
}

/// The folder of the recorded numbers.
pub fn golden_folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

impl Golden {
    pub fn open(file: &str) -> Self {
        let bytes = std::fs::read(golden_folder(file)).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let decode = |dtype: &str, data: &[u8]| -> Vec<f64> {
            match dtype {
                "F32" => data.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()).into()).collect(),
                "I32" => data.chunks_exact(4).map(|b| i32::from_le_bytes(b.try_into().unwrap()).into()).collect(),
                "F64" => data.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect(),
                "BF16" => {
                    data.chunks_exact(2).map(|b| half::bf16::from_le_bytes(b.try_into().unwrap()).to_f64()).collect()
                }
                other => panic!("golden of type {other}"),
            }
        };
        let tensors = tensors
            .iter()
            .map(|(name, view)| {
                (name.to_owned(), (view.shape().to_vec(), decode(&format!("{:?}", view.dtype()), view.data())))
            })
            .collect();
        Self { tensors }
    }

    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    pub fn values(&self, name: &str) -> &[f64] {
        &self.tensors.get(name).unwrap_or_else(|| panic!("no golden {name}")).1
    }

    pub fn shape(&self, name: &str) -> &[usize] {
        &self.tensors[name].0
    }

    pub fn ints(&self, name: &str) -> Vec<i32> {
        self.values(name).iter().map(|&v| v as i32).collect()
    }

    pub fn int_tensor(&self, name: &str, device: &Device) -> Tensor<2, Int> {
        let shape = [self.shape(name)[0], self.shape(name)[1]];
        Tensor::from_data(TensorData::new(self.ints(name), shape), device)
    }

    pub fn tensor<const D: usize>(&self, name: &str, device: &Device) -> Tensor<D> {
        let values: Vec<f32> = self.values(name).iter().map(|&v| v as f32).collect();
        Tensor::from_data(TensorData::new(values, self.shape(name).to_vec()), device)
    }

    /// The largest absolute difference from the recorded values.
    pub fn difference(&self, name: &str, values: &[f32]) -> f64 {
        let recorded = self.values(name);
        assert_eq!(recorded.len(), values.len(), "{name}");
        recorded.iter().zip(values).map(|(a, &b)| (a - f64::from(b)).abs()).fold(0.0, f64::max)
    }

    pub fn assert_close<const D: usize>(&self, name: &str, tensor: &Tensor<D>, tolerance: f64) {
        let difference = self.difference(name, &floats(tensor));
        assert!(difference <= tolerance, "{name} is off by {difference:e}, more than {tolerance:e}");
    }
}

pub fn floats<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.try_to_vec_as::<f32>().unwrap()
}

/// Any device that wgpu reaches; a machine without one fails here with what to install.
pub fn gpu() -> Device {
    static GPU: std::sync::OnceLock<Device> = std::sync::OnceLock::new();
    let open = || {
        Device::wgpu_options().init().unwrap_or_else(|error| {
            panic!("no Vulkan, Metal or DX12 driver: ./check installs Mesa's software driver where it may ({error:?})")
        })
    };
    GPU.get_or_init(open).clone()
}
