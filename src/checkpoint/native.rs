//! Our own format: safetensors under the public names, with the configuration in the metadata.

use std::collections::HashMap;
use std::path::Path;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};

use super::CheckpointError;
use super::state::{RawTensor, State, decode, from_model};
use crate::files;
use crate::model::{Hrm, HrmConfig};

/// The metadata key under which the configuration stands as JSON.
pub const CONFIG_KEY: &str = "hrmscope.config";

/// Parses a safetensors file: its tensors and its metadata.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<(State, HashMap<String, String>), CheckpointError> {
    let damaged = |why: String| CheckpointError::Damaged { path: path.to_owned(), why };
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| damaged(e.to_string()))?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| damaged(e.to_string()))?;
    let metadata = header.metadata().clone().unwrap_or_default();
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

/// Serialises named f32 tensors with metadata.
///
/// # Errors
/// A tensor whose shape and number of values differ.
fn to_bytes(
    path: &Path,
    tensors: &[(String, Vec<usize>, Vec<f32>)],
    metadata: HashMap<String, String>,
) -> Result<Vec<u8>, CheckpointError> {
    let damaged = |why: String| CheckpointError::Damaged { path: path.to_owned(), why };
    let views = tensors
        .iter()
        .map(|(name, shape, values)| {
            TensorView::new(Dtype::F32, shape.clone(), bytemuck::cast_slice(values))
                .map(|view| (name.as_str(), view))
                .map_err(|e| damaged(format!("{name}: {e}")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let bytes = serialize(views, Some(metadata)).map_err(|e| damaged(e.to_string()))?;
    sort_header(&bytes).ok_or_else(|| damaged("its header cannot be written".into()))
}

/// The same file with its header's keys in order: equal content gives equal bytes, and equal hashes.
fn sort_header(bytes: &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(u64::from_le_bytes(*bytes.first_chunk()?)).ok()?;
    let (header, data) = bytes.get(8..)?.split_at_checked(length)?;
    let header: serde_json::Value = serde_json::from_slice(header).ok()?;
    let mut header = serde_json::to_vec(&header).ok()?;
    header.resize(header.len().next_multiple_of(8), b' ');
    Some([&(header.len() as u64).to_le_bytes(), header.as_slice(), data].concat())
}

/// Writes named f32 tensors as safetensors, whole or not at all.
///
/// # Errors
/// The disk's reasons, or a tensor whose shape and number of values differ.
pub fn write_tensors(
    path: &Path,
    tensors: &[(String, Vec<usize>, Vec<f32>)],
    metadata: HashMap<String, String>,
) -> Result<(), CheckpointError> {
    files::write_atomic(path, &to_bytes(path, tensors, metadata)?)?;
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
    let tensors: Vec<_> = from_model(model)?
        .into_iter()
        .filter_map(|(name, raw)| raw.values.map(|values| (name, raw.shape, values)))
        .collect();
    write_tensors(path, &tensors, metadata)
}
