//! Which device a command computes on.

use burn::tensor::Device;

use crate::engine::{DeviceInfo, choose, list, open};

#[derive(Debug, clap::Args)]
pub struct Choice {
    /// `cpu`, `gpu`, or `gpu:N` as `hrmscope devices` lists them; default: the best GPU, else the CPU.
    #[arg(long = "device", value_name = "D")]
    id: Option<String>,
}

impl Choice {
    /// Opens the device and says which it is on standard error. A device that was named and fails is an error; one that
    /// was chosen by the program and fails is replaced by the CPU.
    pub fn open(&self) -> anyhow::Result<(DeviceInfo, Device)> {
        let known = match self.id.as_deref() {
            // Asking the drivers takes a second that the CPU does not need.
            Some("cpu") => vec![DeviceInfo::cpu()],
            _ => list(),
        };
        let info = choose(self.id.as_deref(), &known)?;
        let (info, device) = match (open(&info), &self.id) {
            (Ok(device), _) => (info, device),
            (Err(error), Some(_)) => return Err(error.into()),
            (Err(error), None) => {
                eprintln!("hrmscope: {error}; the CPU computes instead");
                let cpu = DeviceInfo::cpu();
                open(&cpu).map(|device| (cpu, device))?
            }
        };
        eprintln!("computing on {} ({})", info.name, info.api);
        Ok((info, device))
    }
}
