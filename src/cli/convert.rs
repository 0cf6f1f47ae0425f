//! `convert`: a checkpoint of the public code as ours.

use std::collections::HashMap;
use std::path::PathBuf;

use burn::tensor::Device;

use crate::checkpoint::{open_for, save};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A shipped model's name, a checkpoint file or a run folder.
    input: String,
    /// The file to write: safetensors with the configuration inside.
    output: PathBuf,
    /// Board cells, for a rotary model without `dataset.json`.
    #[arg(long, value_name = "N")]
    cells: Option<usize>,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    anyhow::ensure!(
        arguments.output.extension().is_some_and(|e| e == "safetensors"),
        "{} must end in .safetensors: it is the one format that is written",
        arguments.output.display()
    );
    let checkpoint = open_for(&arguments.input, arguments.cells)?;
    let model = checkpoint.model(&Device::flex())?;
    let origin = HashMap::from([
        ("hrmscope.converted_from".to_owned(), checkpoint.name()),
        ("hrmscope.converted_from_sha256".to_owned(), checkpoint.hash.clone()),
    ]);
    save(&model, &arguments.output, origin)?;
    let parameters = model.parameters();
    if arguments.json {
        println!("{}", serde_json::json!({"out": arguments.output, "parameters": parameters}));
    } else {
        eprintln!("{parameters} parameters written to {}", arguments.output.display());
    }
    Ok(())
}
