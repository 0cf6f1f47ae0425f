//! A checkpoint's tensors as plain numbers under the public names, and how they become a model.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};

use super::CheckpointError;
use crate::model::{Hrm, HrmConfig, PuzzleTable, WeightSpec};

/// One tensor as a checkpoint has it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawTensor {
    /// Its shape there.
    pub shape: Vec<usize>,
    /// Its type there: `F32`, `BF16`, `F16`, ...
    pub dtype: String,
    /// Row-major values; None for a type that holds no weights.
    pub values: Option<Vec<f32>>,
}

/// All tensors of a checkpoint by public name, without any prefix.
pub type State = BTreeMap<String, RawTensor>;

/// What did not fit when a state became a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Weights the model needs and the checkpoint lacks.
    pub missing: Vec<String>,
    /// Tensors the checkpoint has and the model does not know.
    pub unexpected: Vec<String>,
    /// Tensors of another shape, in words.
    pub misshapen: Vec<String>,
}

impl Report {
    /// One line for each thing that makes the checkpoint unusable.
    pub fn problems(&self) -> Vec<String> {
        let missing = self.missing.iter().map(|name| format!("{name} is missing"));
        missing.chain(self.misshapen.iter().cloned()).collect()
    }
}

/// Every tensor of the configured model: the weights and the puzzle table.
pub(super) fn specs(config: &HrmConfig) -> Vec<WeightSpec> {
    let device = Device::flex();
    let mut all = Vec::new();
    // Walk the model's own construction with one-element stand-ins, so that the list of weights stands in one place.
    let walked = Hrm::build(config, None, None, |spec| {
        all.push(spec.clone());
        Ok::<_, std::convert::Infallible>(Tensor::zeros([1, 1], &device))
    });
    debug_assert!(walked.is_ok());
    if config.puzzle_dim > 0 {
        let shape = vec![config.puzzles, config.puzzle_dim];
        all.push(WeightSpec { name: PuzzleTable::NAME.to_owned(), shape, linear: false, trained: true });
    }
    all
}

/// Compares a state with what the configured model needs.
pub(super) fn compare(config: &HrmConfig, state: &State) -> Report {
    let mut report = Report::default();
    let specs = specs(config);
    for spec in &specs {
        match state.get(&spec.name) {
            None => report.missing.push(spec.name.clone()),
            Some(raw) if raw.shape != spec.shape => report.misshapen.push(format!(
                "{} has shape {:?} where the configuration asks for {:?}",
                spec.name, raw.shape, spec.shape
            )),
            Some(raw) if raw.values.is_none() => {
                report
                    .misshapen
                    .push(format!("{} has type {} where weights are f32, bf16 or f16", spec.name, raw.dtype));
            }
            Some(_) => {}
        }
    }
    let known: std::collections::BTreeSet<&str> = specs.iter().map(|s| s.name.as_str()).collect();
    report.unexpected = state.keys().filter(|name| !known.contains(name.as_str())).cloned().collect();
    report
}

/// Builds the model on a device.
pub(super) fn into_model(
    path: &Path,
    config: &HrmConfig,
    state: &State,
    device: &Device,
) -> Result<Hrm, CheckpointError> {
    let problems = compare(config, state).problems();
    if !problems.is_empty() {
        return Err(CheckpointError::Misfit { path: path.to_owned(), problems });
    }
    let values = |name: &str| {
        state.get(name).and_then(|raw| raw.values.clone()).ok_or_else(|| CheckpointError::Misfit {
            path: path.to_owned(),
            problems: vec![format!("{name} is missing")],
        })
    };
    let puzzle = match config.puzzle_dim {
        0 => None,
        dim => Some(PuzzleTable::new(dim, values(PuzzleTable::NAME)?)),
    };
    Hrm::build(config, puzzle, Hrm::rope_for(config, device), |spec| {
        let [rows, columns] = spec.memory_shape();
        let data = values(&spec.name)?;
        let data = if spec.linear { transpose(&data, columns, rows) } else { data };
        Ok(Tensor::from_data(TensorData::new(data, [rows, columns]), device))
    })
}

/// The model's tensors under the public names and in the public layout.
///
/// # Errors
/// A device that no longer answers.
pub(super) fn from_model(model: &Hrm) -> Result<State, CheckpointError> {
    let mut state = State::new();
    let mut weights = model.weights().into_iter();
    let device = Device::flex();
    Hrm::build(&model.config, None, None, |spec| {
        let values = match weights.next() {
            Some(weight) => {
                weight.try_to_vec_as::<f32>().map_err(|e| CheckpointError::Device { why: format!("{e:?}") })?
            }
            None => Vec::new(),
        };
        let [rows, columns] = spec.memory_shape();
        let values = if spec.linear { transpose(&values, rows, columns) } else { values };
        let raw = RawTensor { shape: spec.shape.clone(), dtype: "F32".into(), values: Some(values) };
        state.insert(spec.name.clone(), raw);
        Ok::<_, CheckpointError>(Tensor::zeros([1, 1], &device))
    })?;
    if let Some(table) = &model.puzzle {
        let shape = vec![table.len(), table.dim];
        let raw = RawTensor { shape, dtype: "F32".into(), values: Some(table.values().into_owned()) };
        state.insert(PuzzleTable::NAME.to_owned(), raw);
    }
    Ok(state)
}

/// Transposes a row-major `[rows, columns]` matrix.
fn transpose(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|c| (0..rows).map(move |r| values[r * columns + c])).collect()
}

/// Decodes little-endian numbers of a floating type; None for any other type.
pub(super) fn decode(dtype: &str, bytes: &[u8]) -> Option<Vec<f32>> {
    let pairs = || bytes.chunks_exact(2).map(|b| [b[0], b[1]]);
    Some(match dtype {
        "F32" => bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        "F64" => bytes
            .chunks_exact(8)
            .map(|b| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]) as f32)
            .collect(),
        "BF16" => pairs().map(|b| half::bf16::from_le_bytes(b).to_f32()).collect(),
        "F16" => pairs().map(|b| half::f16::from_le_bytes(b).to_f32()).collect(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HrmConfig, Initializer};

    fn tiny() -> HrmConfig {
        crate::model::tiny_config()
    }

    #[test]
    fn a_model_survives_the_way_out_and_back() {
        let device = Device::flex();
        let model = Initializer { seed: 1, ..Default::default() }.build(&tiny(), &device);
        let state = from_model(&model).unwrap();
        let again = into_model(Path::new("x"), &tiny(), &state, &device).unwrap();
        assert_eq!(from_model(&again).unwrap(), state);
        assert_eq!(compare(&tiny(), &state), Report::default());
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let device = Device::flex();
        let mut state = from_model(&Initializer::default().build(&tiny(), &device)).unwrap();
        state.remove("lm_head.weight");
        state.insert("stray".into(), RawTensor { shape: vec![1], dtype: "F32".into(), values: Some(vec![0.0]) });
        if let Some(raw) = state.get_mut("H_init") {
            raw.shape = vec![3];
        }
        let report = compare(&tiny(), &state);
        assert_eq!(report.missing, ["lm_head.weight"]);
        assert_eq!(report.unexpected, ["stray"]);
        assert!(report.misshapen[0].starts_with("H_init has shape [3]"));
        assert!(into_model(Path::new("x"), &tiny(), &state, &device).is_err());
    }

    #[test]
    fn numbers_decode() {
        assert_eq!(decode("BF16", &half::bf16::from_f32(-2.5).to_le_bytes()).unwrap(), [-2.5]);
        assert_eq!(decode("F16", &half::f16::from_f32(0.5).to_le_bytes()).unwrap(), [0.5]);
        assert!(decode("I64", &[0; 8]).is_none());
    }
}
