//! Checkpoints of the public HRM code: a pickled state dict beside `all_config.yaml` and perhaps `dataset.json`.

use std::path::{Path, PathBuf};

use pytorch_reader::PytorchReader;
use serde::Deserialize;

use super::CheckpointError;
use super::native::strip;
use super::state::{RawTensor, State, decode};
use crate::files;
use crate::model::{Hrm, HrmConfig, LossKind, Position, PuzzleTable};

#[derive(Debug, Deserialize)]
struct AllConfig {
    arch: Arch,
}

#[derive(Debug, Deserialize)]
#[allow(non_snake_case)]
struct Arch {
    name: Option<String>,
    H_cycles: usize,
    L_cycles: usize,
    H_layers: usize,
    L_layers: usize,
    hidden_size: usize,
    num_heads: usize,
    expansion: f64,
    pos_encodings: String,
    #[serde(default)]
    puzzle_emb_ndim: usize,
    #[serde(default = "default_theta")]
    rope_theta: f64,
    #[serde(default = "default_eps")]
    rms_norm_eps: f64,
    #[serde(default = "default_segments")]
    halt_max_steps: usize,
    #[serde(default)]
    halt_exploration_prob: f64,
    loss: Option<LossConfig>,
}

fn default_theta() -> f64 {
    10000.0
}

fn default_eps() -> f64 {
    1e-5
}

fn default_segments() -> usize {
    16
}

#[derive(Debug, Deserialize)]
struct LossConfig {
    loss_type: Option<LossKind>,
}

#[derive(Debug, Deserialize)]
struct DatasetConfig {
    vocab_size: usize,
    seq_len: usize,
    num_puzzle_identifiers: usize,
}

/// Reads a pickled state dict.
pub(super) fn parse(path: &Path) -> Result<State, CheckpointError> {
    let damaged = |why: String| CheckpointError::Damaged { path: path.to_owned(), why };
    let reader = PytorchReader::new(path).map_err(|e| damaged(e.to_string()))?;
    let mut state = State::new();
    for (name, tensor) in reader.into_tensors() {
        let bytes = tensor.read().map_err(|e| damaged(format!("tensor {name}: {e}")))?;
        if bytes.len() != tensor.byte_len() {
            return Err(damaged(format!("tensor {name} has {} of {} bytes", bytes.len(), tensor.byte_len())));
        }
        let dtype = format!("{:?}", tensor.dtype()).to_uppercase();
        let values = decode(&dtype, &bytes);
        let raw = RawTensor { shape: tensor.shape().to_vec(), dtype, values };
        if state.insert(strip(&name).to_owned(), raw).is_some() {
            return Err(damaged(format!("tensor {} stands in it twice, with and without prefix", strip(&name))));
        }
    }
    if state.is_empty() {
        return Err(damaged("it holds no tensors".to_owned()));
    }
    Ok(state)
}

/// The configuration beside a checkpoint. Vocabulary, sequence length and number of puzzles come from `dataset.json`
/// when it is there, otherwise from the tensors' shapes; `cells` is the length of the boards at hand, for a rotary model
/// without `dataset.json`, whose tensors do not tell.
pub(super) fn config(path: &Path, state: &State, cells: Option<usize>) -> Result<HrmConfig, CheckpointError> {
    let beside = |name: &str| path.parent().map_or_else(|| PathBuf::from(name), |folder| folder.join(name));
    let yaml = beside("all_config.yaml");
    if !yaml.exists() {
        return Err(CheckpointError::NoConfig { path: path.to_owned() });
    }
    let bad = |path: &Path, why: String| CheckpointError::BadConfig { path: path.to_owned(), why };
    let all: AllConfig = serde_yaml_ng::from_str(&files::read_text(&yaml)?).map_err(|e| bad(&yaml, e.to_string()))?;
    let arch = all.arch;
    if let Some(name) = &arch.name
        && name.to_lowercase().contains("tinyrecursive")
    {
        return Err(CheckpointError::Architecture { path: path.to_owned(), architecture: "Tiny Recursive".to_owned() });
    }
    let position = match arch.pos_encodings.as_str() {
        "rope" => Position::Rope,
        "learned" => Position::Learned,
        other => return Err(bad(&yaml, format!("pos_encodings is {other}; known are rope and learned"))),
    };
    let json = beside("dataset.json");
    let dataset: Option<DatasetConfig> = if json.exists() {
        Some(serde_json::from_slice(&files::read(&json)?).map_err(|e| bad(&json, e.to_string()))?)
    } else {
        None
    };
    let rows = |name: &str| state.get(name).and_then(|raw| raw.shape.first()).copied();
    let needed = |name: &str| {
        rows(name).ok_or_else(|| CheckpointError::Misfit {
            path: path.to_owned(),
            problems: vec![format!("{name} is missing, and there is no dataset.json to say what its size was")],
        })
    };
    let puzzle_tokens = arch.puzzle_emb_ndim.div_ceil(arch.hidden_size.max(1));
    let (vocab, seq_len, puzzles) = match &dataset {
        Some(d) => (d.vocab_size, d.seq_len, d.num_puzzle_identifiers),
        None => (
            needed("embed_tokens.embedding_weight")?,
            match position {
                Position::Learned => needed(Hrm::POSITIONS)?.saturating_sub(puzzle_tokens),
                Position::Rope => cells.ok_or_else(|| CheckpointError::NoLength { path: path.to_owned() })?,
            },
            rows(PuzzleTable::NAME).unwrap_or(1),
        ),
    };
    let config = HrmConfig {
        hidden: arch.hidden_size,
        heads: arch.num_heads,
        h_layers: arch.H_layers,
        l_layers: arch.L_layers,
        h_cycles: arch.H_cycles,
        l_cycles: arch.L_cycles,
        expansion: arch.expansion,
        inner: None,
        position,
        puzzle_dim: arch.puzzle_emb_ndim,
        puzzles,
        vocab,
        seq_len,
        rope_theta: arch.rope_theta,
        rms_eps: arch.rms_norm_eps,
        max_segments: arch.halt_max_steps,
        exploration: arch.halt_exploration_prob,
        loss: arch.loss.and_then(|l| l.loss_type).unwrap_or(LossKind::Stablemax),
    };
    config.validate().map_err(|reason| CheckpointError::Config { path: path.to_owned(), reason })?;
    Ok(config)
}
