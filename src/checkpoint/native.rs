//! Our own format: safetensors under the public names, with the configuration in the metadata.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use safetensors::SafeTensors;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::state::{RawTensor, State, decode, from_model};
use super::{CheckpointError, hex};
use crate::files;
use crate::model::{Hrm, HrmConfig, PuzzleTable};

/// The metadata key under which the configuration stands as JSON.
pub const CONFIG_KEY: &str = "hrmscope.config";
/// The metadata key under which the names of the puzzle ids stand as a JSON list.
pub const IDENTIFIERS_KEY: &str = "hrmscope.identifiers";
/// The metadata key under which the SHA-256 of all tensors' bytes stands.
const DIGEST_KEY: &str = "hrmscope.sha256";

/// Parses a safetensors file: its tensors and its metadata.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<(State, HashMap<String, String>), CheckpointError> {
    let damaged = |why: String| CheckpointError::Damaged { path: path.to_owned(), why };
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| damaged(e.to_string()))?;
    let (length, header) = SafeTensors::read_metadata(bytes).map_err(|e| damaged(e.to_string()))?;
    let metadata = header.metadata().clone().unwrap_or_default();
    if let Some(digest) = metadata.get(DIGEST_KEY)
        && *digest != hex(&Sha256::digest(bytes.get(8 + length..).unwrap_or_default()))
    {
        return Err(damaged("its tensors are not those that were written (the checksum differs)".into()));
    }
    let state = tensors
        .iter()
        .map(|(name, view)| {
            let dtype = format!("{:?}", view.dtype());
            let values = decode(&dtype, view.data());
            (strip(name).to_owned(), RawTensor { shape: view.shape().to_vec(), dtype, values })
        })
        .collect();
    Ok((state, metadata))
}

/// The public name without what saving from a compiled or wrapped model puts before it.
pub(super) fn strip(name: &str) -> &str {
    let name = name.strip_prefix("_orig_mod.").unwrap_or(name);
    name.strip_prefix("model.inner.").unwrap_or(name)
}

/// The configuration in the metadata, when there is one.
pub(super) fn config(path: &Path, metadata: &HashMap<String, String>) -> Result<Option<HrmConfig>, CheckpointError> {
    let Some(text) = metadata.get(CONFIG_KEY) else { return Ok(None) };
    let config: HrmConfig = serde_json::from_str(text)
        .map_err(|e| CheckpointError::BadConfig { path: path.to_owned(), why: e.to_string() })?;
    config.validate().map_err(|reason| CheckpointError::Config { path: path.to_owned(), reason })?;
    Ok(Some(config))
}

/// The configuration of a file without its tensors; None when it does not tell.
pub(super) fn read_config(path: &Path, bytes: &[u8]) -> Option<HrmConfig> {
    let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
    config(path, header.metadata().as_ref()?).ok().flatten()
}

/// Writes named f32 tensors `(name, shape, values)` as safetensors, whole or not at all. Names and metadata stand in order
/// and the values' SHA-256 among them: equal content gives equal files, and a damaged one is noticed.
///
/// # Errors
/// The disk's reasons, or a tensor whose shape and number of values differ.
pub fn write_tensors<V: AsRef<[f32]>>(
    path: &Path,
    tensors: &[(String, Vec<usize>, V)],
    mut metadata: HashMap<String, String>,
) -> Result<(), CheckpointError> {
    let damaged = |why: String| CheckpointError::Damaged { path: path.to_owned(), why };
    let mut tensors: Vec<(&str, &[usize], &[u8])> = tensors
        .iter()
        .map(|(name, shape, values)| (name.as_str(), shape.as_slice(), bytemuck::cast_slice(values.as_ref())))
        .collect();
    tensors.sort_unstable_by_key(|(name, ..)| *name);
    let mut digest = Sha256::new();
    tensors.iter().for_each(|(.., bytes)| digest.update(bytes));
    metadata.insert(DIGEST_KEY.to_owned(), hex(&digest.finalize()));

    let mut header = serde_json::Map::new();
    let mut start = 0;
    for (name, shape, bytes) in &tensors {
        if shape.iter().product::<usize>() * size_of::<f32>() != bytes.len() {
            return Err(damaged(format!("{name}: shape {shape:?} does not fit {} values", bytes.len() / 4)));
        }
        let entry = json!({"dtype": "F32", "shape": shape, "data_offsets": [start, start + bytes.len()]});
        header.insert((*name).to_owned(), entry);
        start += bytes.len();
    }
    header.insert("__metadata__".to_owned(), json!(metadata));
    let mut header = serde_json::to_vec(&header).map_err(|e| damaged(e.to_string()))?;
    header.resize(header.len().next_multiple_of(8), b' ');
    files::write_streamed(path, |file| {
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(&header)?;
        tensors.iter().try_for_each(|(.., bytes)| file.write_all(bytes))
    })?;
    Ok(())
}

/// Shape and values of tensors by name.
pub type Tensors = HashMap<String, (Vec<usize>, Vec<f32>)>;

/// Reads the floating-point tensors of a safetensors file, `(shape, values)` by name, and its metadata.
///
/// # Errors
/// The disk's reasons, or what is damaged.
pub fn read_tensors(path: &Path) -> Result<(Tensors, HashMap<String, String>), CheckpointError> {
    let (state, metadata) = parse(path, &files::read(path)?)?;
    let tensors = state.into_iter().filter_map(|(name, raw)| raw.values.map(|values| (name, (raw.shape, values))));
    Ok((tensors.collect(), metadata))
}

/// Saves a model as safetensors, whole or not at all.
///
/// # Errors
/// The disk's reasons.
pub fn save(model: &Hrm, path: &Path, mut metadata: HashMap<String, String>) -> Result<(), CheckpointError> {
    let config = serde_json::to_string(&model.config)
        .map_err(|e| CheckpointError::BadConfig { path: path.to_owned(), why: e.to_string() })?;
    metadata.insert(CONFIG_KEY.to_owned(), config);
    // The puzzle table may be larger than everything else: it is not copied first.
    let without_table = Hrm { puzzle: None, ..model.clone() };
    let mut tensors: Vec<_> = from_model(&without_table)?
        .into_iter()
        .filter_map(|(name, raw)| raw.values.map(|values| (name, raw.shape, Cow::Owned(values))))
        .collect();
    if let Some(table) = &model.puzzle {
        tensors.push((PuzzleTable::NAME.to_owned(), vec![table.len(), table.dim], table.values()));
    }
    write_tensors(path, &tensors, metadata)
}
