//! Trace files, opened again: with the model at hand as a full recording, without it as far as the file goes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData, TensorReadError};
use thiserror::Error;

use crate::checkpoint::{CONFIG_KEY, CheckpointError, SHIPPED, Tensors, open_for, read_tensors};
use crate::engine::{readout, state_tensor};
use crate::model::{Carry, Hrm, HrmConfig, probabilities};
use crate::task::Boards;
use crate::trace::{Module, Readout, Recording, SegmentEnd, StepRecord};

/// The metadata key under which the board tokens stand, one board after the other, as a JSON list.
pub(super) const INPUTS_KEY: &str = "hrmscope.inputs";
/// The metadata key under which the puzzle ids stand as a JSON list.
pub(super) const IDS_KEY: &str = "hrmscope.puzzle_identifiers";
/// The metadata key under which the checkpoint can be named again.
pub(super) const CHECKPOINT_KEY: &str = "hrmscope.checkpoint_path";
/// The metadata key of the checkpoint's SHA-256.
pub(super) const HASH_KEY: &str = "hrmscope.checkpoint_sha256";

/// A trace file that is none.
#[derive(Debug, Error)]
pub enum TraceError {
    /// It cannot be read at all.
    #[error(transparent)]
    File(#[from] CheckpointError),
    /// Something that every trace has is missing or has another shape.
    #[error("{path} is no trace of this program: {why}; write one with `hrmscope trace` or `solve --trace`")]
    NoTrace {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A board that the file does not have.
    #[error("{path} has {boards} boards, counted from 0: there is no row {row}")]
    NoSuchRow {
        /// The file.
        path: PathBuf,
        /// How many it has.
        boards: usize,
        /// What was asked for.
        row: usize,
    },
    /// A run of which not all states are in memory.
    #[error(
        "{path} was not written: some states of the run are not in memory; think again with more memory for states"
    )]
    Incomplete {
        /// The file that was to be written.
        path: PathBuf,
    },
    /// A device that no longer answers.
    #[error("the device stopped answering: {0:?}")]
    Device(TensorReadError),
}

impl From<TensorReadError> for TraceError {
    fn from(error: TensorReadError) -> Self {
        Self::Device(error)
    }
}

/// Whether a file that begins with these bytes is a safetensors file with the tensors of a trace.
pub fn is_trace(start: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Header {
        #[serde(rename = "seg0.q_halt")]
        first: Option<serde::de::IgnoredAny>,
    }
    let Some((length, rest)) = start.split_first_chunk::<8>() else { return false };
    let header = usize::try_from(u64::from_le_bytes(*length)).ok().and_then(|length| rest.get(..length));
    let header = header.and_then(|header| serde_json::from_slice::<Header>(header).ok());
    header.is_some_and(|header| header.first.is_some())
}

/// A trace file in memory.
#[derive(Debug)]
pub struct TraceFile {
    path: PathBuf,
    tensors: Tensors,
    metadata: HashMap<String, String>,
    /// The model's configuration.
    pub config: HrmConfig,
    /// B: how many boards.
    pub batch: usize,
    /// How many segments.
    pub segments: usize,
}

impl TraceFile {
    /// Opens a trace file.
    ///
    /// # Errors
    /// What is missing or does not fit.
    pub fn open(path: &Path) -> Result<Self, TraceError> {
        let (tensors, metadata) = read_tensors(path)?;
        let wrong = |why: String| TraceError::NoTrace { path: path.to_owned(), why };
        let config =
            metadata.get(CONFIG_KEY).ok_or_else(|| wrong("it does not say its model's configuration".into()))?;
        let config: HrmConfig = serde_json::from_str(config).map_err(|e| wrong(format!("its configuration: {e}")))?;
        config.validate().map_err(|e| wrong(e.to_string()))?;
        let segments = (0..).take_while(|segment| tensors.contains_key(&format!("seg{segment}.q_halt"))).count();
        let batch = tensors.get("seg0.q_halt").map_or(0, |(_, values)| values.len());
        if batch == 0 {
            return Err(wrong("it has no segment".into()));
        }
        let file = Self { path: path.to_owned(), tensors, metadata, config, batch, segments };
        file.check()?;
        Ok(file)
    }

    /// Every state and read-out of every segment is there, in its shape.
    fn check(&self) -> Result<(), TraceError> {
        let (config, schedule) = (&self.config, self.config.schedule());
        let state = vec![self.batch, config.tokens(), config.hidden];
        let states = (0..self.segments * schedule.steps_per_segment())
            .map(|index| (state_name(schedule.at(index), schedule), state.clone()));
        let ends = (0..self.segments).flat_map(|segment| {
            [
                (format!("seg{segment}.logits"), vec![self.batch, config.seq_len, config.vocab]),
                (format!("seg{segment}.q_halt"), vec![self.batch]),
                (format!("seg{segment}.q_continue"), vec![self.batch]),
            ]
        });
        for (name, shape) in states.chain(ends) {
            let why = match self.tensors.get(&name) {
                None => format!("the tensor `{name}` is missing"),
                Some((found, _)) if *found != shape => format!("`{name}` has shape {found:?}, not {shape:?}"),
                Some(_) => continue,
            };
            return Err(TraceError::NoTrace { path: self.path.clone(), why });
        }
        Ok(())
    }

    /// What the tokens stand for; None when no task here has them.
    pub fn boards(&self) -> Option<Boards> {
        Boards::of(self.config.seq_len, self.config.vocab)
    }

    /// The checkpoint as it was named, and the SHA-256 of its file.
    pub fn checkpoint(&self) -> (Option<&str>, Option<&str>) {
        let get = |key: &str| self.metadata.get(key).map(String::as_str);
        (get(CHECKPOINT_KEY), get(HASH_KEY))
    }

    /// The model that the trace names, on the CPU, if it is there and still the same, and the names of its puzzle ids.
    ///
    /// # Errors
    /// Why not, in half a sentence.
    pub fn model(&self) -> Result<(Hrm, Vec<String>), String> {
        let (Some(name), Some(hash)) = self.checkpoint() else {
            return Err("the trace does not say which model recorded it".to_owned());
        };
        let mut refused = format!("{name} is not there");
        for place in self.places(name) {
            match open_for(&place, Some(self.config.seq_len)) {
                Ok(checkpoint) if checkpoint.hash == hash && checkpoint.config == self.config => {
                    let model = checkpoint.model(&Device::flex()).map_err(|error| error.to_string())?;
                    return Ok((model, checkpoint.identifiers.unwrap_or_default()));
                }
                Ok(_) => refused = format!("{place} is not the model of this trace any more"),
                Err(error) => refused = error.to_string(),
            }
        }
        Err(refused)
    }

    /// Where a checkpoint of this name may be: where it was, or beside the trace, where both were moved together.
    fn places(&self, name: &str) -> Vec<String> {
        if SHIPPED.iter().any(|(shipped, _)| *shipped == name) {
            return vec![name.to_owned()];
        }
        let beside = self.path.parent().unwrap_or(Path::new(""));
        let last = Path::new(name).file_name().map(|last| beside.join(last));
        let places = [Some(PathBuf::from(name)), Some(beside.join(name)), last].into_iter().flatten();
        // What is no file or folder, a pipe say, is not waited for.
        let there = places.filter(|place| place.is_file() || place.is_dir());
        there.map(|place| place.to_string_lossy().into_owned()).collect()
    }

    /// The puzzle id of one row; the blank one where the file does not say.
    pub fn puzzle_id(&self, row: usize) -> i32 {
        let ids: Option<Vec<i32>> = self.metadata.get(IDS_KEY).and_then(|ids| serde_json::from_str(ids).ok());
        ids.and_then(|ids| ids.get(row).copied()).unwrap_or(0)
    }

    /// The board tokens `[S]` of one row, where the file has them.
    pub fn inputs(&self, row: usize) -> Option<Vec<i32>> {
        let all: Vec<i32> = serde_json::from_str(self.metadata.get(INPUTS_KEY)?).ok()?;
        all.chunks_exact(self.config.seq_len).nth(row).map(<[i32]>::to_vec)
    }

    /// One board's run. With the model, every micro-step is read out and every residual known; without it the boards are
    /// known at the segments' ends alone (other read-outs are empty), and the first residual of each module is NaN.
    ///
    /// # Errors
    /// A row that is not there, or a device that no longer answers.
    pub fn recording(&self, row: usize, model: Option<&Hrm>) -> Result<Recording, TraceError> {
        if row >= self.batch {
            return Err(TraceError::NoSuchRow { path: self.path.clone(), boards: self.batch, row });
        }
        let (config, schedule) = (&self.config, self.config.schedule());
        let (tokens, hidden) = (config.tokens(), config.hidden);
        let unknown = vec![f32::NAN; tokens * hidden];
        let (z_h_init, z_l_init) = match model.map(|model| model.initial(1)) {
            Some(start) => (start.z_h.try_to_vec_as::<f32>()?, start.z_l.try_to_vec_as::<f32>()?),
            None => (unknown.clone(), unknown),
        };
        let mut recording = Recording::new(config.dimensions(self.segments), z_h_init.into(), z_l_init.into());
        let (mut z_h, mut z_l) = (recording.z_h_init.clone(), recording.z_l_init.clone());
        for index in 0..self.segments * schedule.steps_per_segment() {
            let at = schedule.at(index);
            let state: std::sync::Arc<[f32]> = self.row(&state_name(at, schedule), row).into();
            let (z, other) = match at.module {
                Module::H => (&mut z_h, &z_l),
                Module::L => (&mut z_l, &z_h),
            };
            let ends = (index + 1).is_multiple_of(schedule.steps_per_segment());
            let readout = match model {
                _ if ends => self.answer(at.segment, row)?,
                None => Readout::new(config.vocab, Vec::new().into()),
                Some(model) => {
                    let (mine, other) = (state_tensor(model, &state), state_tensor(model, other));
                    let carry = match at.module {
                        Module::H => Carry { z_h: mine, z_l: other },
                        Module::L => Carry { z_h: other, z_l: mine },
                    };
                    readout(model, &carry, at.module)?
                }
            };
            recording.steps.push(StepRecord::new(at, state.clone(), z, hidden, readout));
            *z = state;
            if ends {
                let q = |name: &str| {
                    self.row(&format!("seg{}.{name}", at.segment), row).first().copied().unwrap_or(f32::NAN)
                };
                let (segment, halted) = (at.segment, at.segment + 1 == self.segments);
                recording.ends.push(SegmentEnd { segment, q_halt: q("q_halt"), q_continue: q("q_continue"), halted });
            }
        }
        Ok(recording)
    }

    /// What the model answered at a segment's end.
    fn answer(&self, segment: usize, row: usize) -> Result<Readout, TraceError> {
        let logits = self.row(&format!("seg{segment}.logits"), row).to_vec();
        let shape = [self.config.seq_len, self.config.vocab];
        let logits = Tensor::<2>::from_data(TensorData::new(logits, shape), &Device::flex());
        let values = probabilities(logits, self.config.loss).try_to_vec_as::<f32>()?;
        Ok(Readout::new(self.config.vocab, values.into()))
    }

    /// One row of a tensor that [`TraceFile::check`] has seen.
    fn row(&self, name: &str, row: usize) -> &[f32] {
        let values = self.tensors.get(name).map_or(&[][..], |(_, values)| values);
        let size = values.len() / self.batch.max(1);
        values.get(row * size..(row + 1) * size).unwrap_or_default()
    }
}

/// The name of the state after a micro-step.
pub(super) fn state_name(at: crate::trace::MicroStep, schedule: crate::trace::Schedule) -> String {
    let (segment, k) = (at.segment, at.number(schedule));
    match at.module {
        Module::L => format!("seg{segment}.L{k}.z_L"),
        Module::H => format!("seg{segment}.H{k}.z_H"),
    }
}
