//! When a run stops, as options.

use crate::model::{Halting, HrmConfig, Limits};

#[derive(Debug, clap::Args)]
pub struct Halt {
    /// `adaptive`: stop when the model prefers to; `fixed`: take every segment allowed.
    #[arg(long, value_parser = parse, default_value = "adaptive")]
    halt: Halting,
    /// The most segments; default: as many as the model was trained with.
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..=1000))]
    max_segments: Option<u32>,
}

impl Halt {
    pub fn limits(&self, config: &HrmConfig) -> Limits {
        Limits { halting: self.halt, max_segments: self.max_segments.map_or(config.max_segments, |m| m as usize) }
    }
}

pub fn parse(text: &str) -> Result<Halting, String> {
    match text {
        "adaptive" => Ok(Halting::Adaptive),
        "fixed" => Ok(Halting::Fixed),
        _ => Err("write adaptive or fixed".into()),
    }
}
