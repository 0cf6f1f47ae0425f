//! What can compute here: every GPU adapter with its API, and the CPU.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{LazyLock, Mutex, PoisonError};

use burn::tensor::wgpu::WgpuSetup;
use burn::tensor::{Device, Tensor, TensorData};
use thiserror::Error;

use super::DeviceInfo;
use crate::model::{Hrm, HrmConfig, Initializer};

/// A device that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeviceError {
    /// There is no such device.
    #[error("there is no device {id}: here are {known}")]
    Unknown {
        /// What was asked for.
        id: String,
        /// The ids that exist.
        known: String,
    },
    /// The driver refused.
    #[error("{name} cannot be opened: {why}")]
    Refused {
        /// The device.
        name: String,
        /// The driver's reason.
        why: String,
    },
    /// The device computes, but wrongly.
    #[error("{name} failed its self-check: {why}")]
    Wrong {
        /// The device.
        name: String,
        /// How far off.
        why: String,
    },
}

impl DeviceInfo {
    /// The CPU, which is always there.
    pub fn cpu() -> Self {
        let name = match rayon::current_num_threads() {
            1 => "CPU, 1 thread".to_owned(),
            threads => format!("CPU, {threads} threads"),
        };
        Self { id: "cpu".into(), name, kind: "cpu".into(), api: "flex".into() }
    }
}

fn adapters() -> (wgpu::Instance, Vec<wgpu::Adapter>) {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    let found = pollster::block_on(instance.enumerate_adapters(backends));
    (instance, found)
}

fn describe(index: usize, adapter: &wgpu::Adapter) -> DeviceInfo {
    let info = adapter.get_info();
    let kind = match info.device_type {
        wgpu::DeviceType::DiscreteGpu => "discrete",
        wgpu::DeviceType::IntegratedGpu => "integrated",
        wgpu::DeviceType::VirtualGpu => "virtual",
        wgpu::DeviceType::Cpu => "software",
        wgpu::DeviceType::Other => "other",
    };
    DeviceInfo { id: format!("gpu:{index}"), name: info.name, kind: kind.into(), api: format!("{:?}", info.backend) }
}

/// Every device, GPUs first; software adapters are among them, marked as such.
pub fn list() -> Vec<DeviceInfo> {
    let (_, found) = adapters();
    let mut all: Vec<DeviceInfo> = found.iter().enumerate().map(|(i, adapter)| describe(i, adapter)).collect();
    all.push(DeviceInfo::cpu());
    all
}

/// The device that a name means: `cpu`, `gpu` (the best), `gpu:N`; None for the default: the best real GPU, else the
/// CPU. A software adapter is used only when named by its number, or by `gpu` when there is nothing better.
///
/// # Errors
/// The ids that exist, when this is none of them.
pub fn choose(id: Option<&str>, known: &[DeviceInfo]) -> Result<DeviceInfo, DeviceError> {
    let rank = |d: &&DeviceInfo| match d.kind.as_str() {
        "discrete" => 0,
        "integrated" => 1,
        "virtual" | "other" => 2,
        "software" => 3,
        _ => 4,
    };
    let best = |worst: usize| known.iter().filter(|d| rank(d) <= worst).min_by_key(rank);
    let found = match id {
        None => best(2).or_else(|| known.iter().find(|d| d.id == "cpu")),
        Some("gpu") => best(3),
        Some(id) => known.iter().find(|d| d.id == id),
    };
    found.cloned().ok_or_else(|| DeviceError::Unknown {
        id: id.unwrap_or("default").to_owned(),
        known: known.iter().map(|d| d.id.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// Opens a device and checks that it computes what the CPU computes.
///
/// # Errors
/// The driver's reason, or how far off its numbers are.
pub fn open(info: &DeviceInfo) -> Result<Device, DeviceError> {
    if info.id == "cpu" {
        return Ok(Device::flex());
    }
    // burn can register one adapter only once, so an opened device is kept for the rest of the process.
    static OPEN: LazyLock<Mutex<HashMap<String, Device>>> = LazyLock::new(Mutex::default);
    let mut opened = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(device) = opened.get(&info.id) {
        return Ok(device.clone());
    }
    let device = open_adapter(info)?;
    self_check(info, &device)?;
    opened.insert(info.id.clone(), device.clone());
    Ok(device)
}

/// Where a window's graphics device is kept for [`open`].
static WINDOW: Mutex<Option<WgpuSetup>> = Mutex::new(None);

/// Makes the window's graphics device known: a GPU that both draws and computes is then opened once, and what is
/// computed lies where it can be drawn. Has no effect on a device that is open already.
pub fn share(instance: wgpu::Instance, adapter: wgpu::Adapter, device: wgpu::Device, queue: wgpu::Queue) {
    let backend = adapter.get_info().backend;
    let setup = WgpuSetup { instance, adapter, device, queue, backend };
    *WINDOW.lock().unwrap_or_else(PoisonError::into_inner) = Some(setup);
}

/// What burn takes for granted: it looks at what the adapter could do, not at what the device was asked for.
fn needed(adapter: &wgpu::Adapter) -> wgpu::Features {
    adapter.features().difference(wgpu::Features::MAPPABLE_PRIMARY_BUFFERS)
}

/// The window's device, when it is this adapter's and can do what burn needs.
fn shared(adapter: &wgpu::Adapter) -> Option<WgpuSetup> {
    let setup = WINDOW.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
    let same = setup.adapter.get_info() == adapter.get_info();
    let able = setup.device.features().contains(needed(adapter)) && setup.device.limits() == adapter.limits();
    (same && able).then_some(setup)
}

fn open_adapter(info: &DeviceInfo) -> Result<Device, DeviceError> {
    let refused = |why: String| DeviceError::Refused { name: info.name.clone(), why };
    let (instance, found) = adapters();
    let index = found.iter().enumerate().position(|(i, adapter)| describe(i, adapter) == *info);
    let adapter = index.and_then(|i| found.into_iter().nth(i)).ok_or_else(|| refused("it is gone".into()))?;
    let setup = match shared(&adapter) {
        Some(setup) => return open_shared(setup).map_err(refused),
        None => {
            let descriptor = wgpu::DeviceDescriptor {
                label: Some("hrmscope"),
                required_features: needed(&adapter),
                required_limits: adapter.limits(),
                ..Default::default()
            };
            let (device, queue) =
                pollster::block_on(adapter.request_device(&descriptor)).map_err(|e| refused(e.to_string()))?;
            let backend = adapter.get_info().backend;
            WgpuSetup { instance, adapter, device, queue, backend }
        }
    };
    Device::wgpu_options().setup(setup).init().map_err(|e| refused(format!("{e:?}")))
}

/// A graphics device. wgpu counts devices anew in each instance, so only both together say which one it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Graphics {
    /// Where it was opened.
    pub instance: wgpu::Instance,
    /// The device.
    pub device: wgpu::Device,
}

/// The device that draws the window, and burn's name for it where it computes too.
static DRAWS: Mutex<Option<(Device, Graphics)>> = Mutex::new(None);

/// Computes on a window's device.
///
/// # Errors
/// What burn says.
pub(crate) fn open_shared(setup: WgpuSetup) -> Result<Device, String> {
    let window = Graphics { instance: setup.instance.clone(), device: setup.device.clone() };
    let device = Device::wgpu_options().setup(setup).init().map_err(|e| format!("{e:?}"))?;
    *DRAWS.lock().unwrap_or_else(PoisonError::into_inner) = Some((device.clone(), window));
    Ok(device)
}

/// The window's device, where it is the one that computes.
pub(super) fn drawn_by(device: &Device) -> Option<Graphics> {
    let draws = DRAWS.lock().unwrap_or_else(PoisonError::into_inner);
    draws.as_ref().filter(|(computes, _)| computes == device).map(|(_, window)| window.clone())
}

/// A tiny forward pass on the device against the same on the CPU.
fn self_check(info: &DeviceInfo, device: &Device) -> Result<(), DeviceError> {
    let config = HrmConfig {
        hidden: 32,
        heads: 2,
        h_layers: 1,
        l_layers: 1,
        h_cycles: 1,
        l_cycles: 1,
        inner: Some(64),
        puzzle_dim: 0,
        vocab: 6,
        seq_len: 16,
        ..HrmConfig::default()
    };
    let wrong = |why: String| DeviceError::Wrong { name: info.name.clone(), why };
    let model = Initializer { seed: 1, ..Default::default() }.build(&config, &Device::flex());
    let logits = |model: &Hrm| -> Result<Vec<f32>, DeviceError> {
        let tokens: Vec<i32> = (0..16).map(|i| i % 6).collect();
        let x = model.embed(Tensor::from_data(TensorData::new(tokens, [1, 16]), &model.device()), None);
        match model.segment(&x, model.initial(1), None, &mut |_| ControlFlow::Continue(())) {
            Some((_, heads)) => heads.logits.try_to_vec_as::<f32>().map_err(|e| wrong(format!("{e:?}"))),
            None => Ok(Vec::new()),
        }
    };
    let (there, here) = (logits(&model.to_device(device))?, logits(&model)?);
    let worst = there.iter().zip(&here).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    // NaN compares as not smaller.
    if there.len() == here.len() && worst < 1e-3 && there.iter().all(|v| v.is_finite()) {
        Ok(())
    } else {
        Err(wrong(format!("its logits differ from the CPU's by {worst:e}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str, kind: &str) -> DeviceInfo {
        DeviceInfo { id: id.into(), name: id.into(), kind: kind.into(), api: "Vulkan".into() }
    }

    #[test]
    fn software_is_never_the_default() {
        let known = [device("gpu:0", "software"), device("cpu", "cpu")];
        assert_eq!(choose(None, &known).unwrap().id, "cpu");
        assert_eq!(choose(Some("gpu"), &known).unwrap().id, "gpu:0");
        assert_eq!(choose(Some("gpu:0"), &known).unwrap().id, "gpu:0");
        let error = choose(Some("gpu:7"), &known).unwrap_err().to_string();
        assert!(error.contains("gpu:0, cpu"), "{error}");
    }

    #[test]
    fn the_best_gpu_is_the_default() {
        let known = [
            device("gpu:0", "software"),
            device("gpu:1", "integrated"),
            device("gpu:2", "discrete"),
            DeviceInfo::cpu(),
        ];
        assert_eq!(choose(None, &known).unwrap().id, "gpu:2");
    }

    #[test]
    fn without_a_gpu_asking_for_one_is_an_error() {
        assert!(choose(Some("gpu"), &[DeviceInfo::cpu()]).is_err());
        assert_eq!(choose(None, &[DeviceInfo::cpu()]).unwrap().id, "cpu");
    }
}
