use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use burn::tensor::Device;
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

use crate::checkpoint::open_for;
use crate::export::record;
use crate::files;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A checkpoint file or run folder.
    #[arg(long)]
    checkpoint: String,
    /// safetensors with `inputs` [B, S] and `puzzle_identifiers` [B], both i32.
    #[arg(long)]
    tokens: PathBuf,
    /// How many segments to run.
    #[arg(long)]
    segments: usize,
    /// The trace file to write (safetensors).
    #[arg(long)]
    out: PathBuf,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    ensure!(arguments.segments > 0, "--segments must be at least 1");
    let at = arguments.tokens.display();
    let bytes = files::read(&arguments.tokens)?;
    let file = SafeTensors::deserialize(&bytes).with_context(|| format!("{at} is not a safetensors file"))?;
    let (shape, tokens) = integers(&file, "inputs").with_context(|| format!("in {at}"))?;
    let (_, ids) = integers(&file, "puzzle_identifiers").with_context(|| format!("in {at}"))?;
    let checkpoint = open_for(&arguments.checkpoint, shape.get(1).copied())?;
    let model = checkpoint.model(&Device::flex())?;
    let config = &model.config;
    ensure!(
        shape.len() == 2 && shape[1] == config.seq_len && ids.len() == shape[0] && !ids.is_empty(),
        "{at}: `inputs` {shape:?} with {} ids does not fit a model of {} board tokens",
        ids.len(),
        config.seq_len
    );
    for (what, values, limit) in
        [("inputs", &tokens, config.vocab), ("puzzle_identifiers", &ids, config.puzzles.max(1))]
    {
        if let Some(i) = values.iter().position(|&v| !usize::try_from(v).is_ok_and(|v| v < limit)) {
            anyhow::bail!("{at}: `{what}` has {} at position {i}; the model knows 0 to {}", values[i], limit - 1);
        }
    }

    let written = record(&checkpoint, &model, tokens, ids, arguments.segments, &arguments.out)?;
    say_written(written, &arguments.out);
    Ok(())
}

/// Says how much a trace file holds.
pub fn say_written(tensors: usize, out: &Path) {
    eprintln!("{tensors} states and read-outs written to {}", out.display());
}

/// An integer tensor: its shape and its values.
fn integers(file: &SafeTensors<'_>, name: &str) -> anyhow::Result<(Vec<usize>, Vec<i32>)> {
    let view = file.tensor(name).with_context(|| format!("the tensor `{name}` is missing"))?;
    let values = match view.dtype() {
        Dtype::I32 => view.data().chunks_exact(4).map(|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        other => anyhow::bail!("the tensor `{name}` has type {other:?}; it must be I32"),
    };
    Ok((view.shape().to_vec(), values))
}
