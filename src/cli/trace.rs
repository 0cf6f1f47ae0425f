use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use burn::tensor::{Device, Tensor};
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

use crate::checkpoint::{CONFIG_KEY, Checkpoint, open_for, write_tensors};
use crate::export::{CHECKPOINT_KEY, HASH_KEY, IDS_KEY, INPUTS_KEY, state_name};
use crate::files;
use crate::model::{Hrm, Observation};
use crate::trace::{MicroStep, Module};

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

    record(&checkpoint, &model, tokens, ids, arguments.segments, &arguments.out)
}

/// Runs boards `[B, S]` for some segments and writes every state and read-out of it.
pub fn record(
    checkpoint: &Checkpoint,
    model: &Hrm,
    tokens: Vec<i32>,
    ids: Vec<i32>,
    segments: usize,
    out: &Path,
) -> anyhow::Result<()> {
    let config = &model.config;
    let batch = ids.len();
    let inputs = serde_json::to_string(&tokens)?;
    let x = model.read(tokens, &ids);
    let schedule = config.schedule();
    let mut carry = model.initial(batch);
    let mut tensors: Vec<(String, Vec<usize>, Vec<f32>)> = Vec::new();
    for segment in 0..segments {
        let mut failed = None;
        let mut keep = |seen: Observation<'_>| {
            let name = state_name(MicroStep { segment, ..seen.at }, schedule);
            let z = match seen.at.module {
                Module::L => &seen.carry.z_l,
                Module::H => &seen.carry.z_h,
            };
            match z.try_to_vec_as::<f32>() {
                Ok(values) => {
                    tensors.push((name, z.dims().to_vec(), values));
                    ControlFlow::Continue(())
                }
                Err(error) => {
                    failed = Some(format!("{error:?}"));
                    ControlFlow::Break(())
                }
            }
        };
        let done = model.segment(&x, carry, None, &mut keep);
        let Some((next, heads)) = done else {
            anyhow::bail!("the device stopped answering: {}", failed.unwrap_or_default());
        };
        let read = |z: &Tensor<2>| z.try_to_vec_as::<f32>().map_err(|e| anyhow::anyhow!("{e:?}"));
        let logits = heads.logits.try_to_vec_as::<f32>().map_err(|e| anyhow::anyhow!("{e:?}"))?;
        tensors.push((format!("seg{segment}.logits"), heads.logits.dims().to_vec(), logits));
        for (column, name) in ["q_halt", "q_continue"].into_iter().enumerate() {
            let q = read(&heads.q.clone().narrow(1, column, 1))?;
            tensors.push((format!("seg{segment}.{name}"), vec![batch], q));
        }
        carry = next;
    }
    let metadata = HashMap::from([
        (CONFIG_KEY.to_owned(), serde_json::to_string(config)?),
        (INPUTS_KEY.to_owned(), inputs),
        (IDS_KEY.to_owned(), serde_json::to_string(&ids)?),
        ("hrmscope.schedule".to_owned(), serde_json::to_string(&schedule)?),
        ("hrmscope.checkpoint".to_owned(), checkpoint.name()),
        (CHECKPOINT_KEY.to_owned(), checkpoint.path.display().to_string()),
        (HASH_KEY.to_owned(), checkpoint.hash.clone()),
        ("hrmscope.version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ]);
    write_tensors(out, &tensors, metadata)?;
    eprintln!("{} states and read-outs written to {}", tensors.len(), out.display());
    Ok(())
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
