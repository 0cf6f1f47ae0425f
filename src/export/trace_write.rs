//! Trace files, written: of boards that are run for it, or of a run that was recorded.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

use burn::tensor::TensorReadError;

use super::trace_file::{CHECKPOINT_KEY, HASH_KEY, IDS_KEY, INPUTS_KEY, TraceError, state_name};
use crate::checkpoint::{CONFIG_KEY, Checkpoint, write_tensors};
use crate::engine::state_tensor;
use crate::model::{Hrm, Observation};
use crate::trace::{MicroStep, Module, Question, Recording};

/// What a trace file will hold.
#[derive(Default)]
struct Content(Vec<(String, Vec<usize>, Vec<f32>)>);

impl Content {
    /// The read-outs of a segment's end: logits `[B, S, V]` and Q values `[B]`.
    fn end(&mut self, segment: usize, logits: Vec<f32>, shape: Vec<usize>, [halt, go_on]: [Vec<f32>; 2]) {
        let batch = shape.first().copied().unwrap_or_default();
        self.0.push((format!("seg{segment}.logits"), shape, logits));
        self.0.push((format!("seg{segment}.q_halt"), vec![batch], halt));
        self.0.push((format!("seg{segment}.q_continue"), vec![batch], go_on));
    }

    /// Writes it; returns how many states and read-outs there are.
    fn write(
        self,
        checkpoint: &Checkpoint,
        model: &Hrm,
        tokens: &[i32],
        ids: &[i32],
        out: &Path,
    ) -> Result<usize, TraceError> {
        let json = |value: serde_json::Result<String>| {
            value.map_err(|e| TraceError::NoTrace { path: out.to_owned(), why: e.to_string() })
        };
        let metadata = HashMap::from([
            (CONFIG_KEY.to_owned(), json(serde_json::to_string(&model.config))?),
            (INPUTS_KEY.to_owned(), json(serde_json::to_string(tokens))?),
            (IDS_KEY.to_owned(), json(serde_json::to_string(ids))?),
            ("hrmscope.schedule".to_owned(), json(serde_json::to_string(&model.config.schedule()))?),
            ("hrmscope.checkpoint".to_owned(), checkpoint.name()),
            (CHECKPOINT_KEY.to_owned(), checkpoint.path.display().to_string()),
            (HASH_KEY.to_owned(), checkpoint.hash.clone()),
            ("hrmscope.version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ]);
        write_tensors(out, &self.0, metadata)?;
        Ok(self.0.len())
    }
}

/// Runs boards `[B, S]` for some segments and writes every state and read-out of it; returns how many there are.
///
/// # Errors
/// A device that no longer answers, or the disk's reasons.
pub fn record(
    checkpoint: &Checkpoint,
    model: &Hrm,
    tokens: Vec<i32>,
    ids: Vec<i32>,
    segments: usize,
    out: &Path,
) -> Result<usize, TraceError> {
    let x = model.read(tokens.clone(), &ids);
    let schedule = model.config.schedule();
    let mut carry = model.initial(ids.len());
    let mut content = Content::default();
    for segment in 0..segments {
        let mut failed: Option<TensorReadError> = None;
        let mut keep = |seen: Observation<'_>| {
            let name = state_name(MicroStep { segment, ..seen.at }, schedule);
            let z = match seen.at.module {
                Module::L => &seen.carry.z_l,
                Module::H => &seen.carry.z_h,
            };
            match z.try_to_vec_as::<f32>() {
                Ok(values) => {
                    content.0.push((name, z.dims().to_vec(), values));
                    ControlFlow::Continue(())
                }
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        };
        let done = model.segment(&x, carry, None, &mut keep);
        if let Some(error) = failed {
            return Err(error.into());
        }
        let Some((next, heads)) = done else { break };
        let q = |column: usize| heads.q.clone().narrow(1, column, 1).try_to_vec_as::<f32>();
        let logits = heads.logits.try_to_vec_as::<f32>()?;
        content.end(segment, logits, heads.logits.dims().to_vec(), [q(0)?, q(1)?]);
        carry = next;
    }
    content.write(checkpoint, model, &tokens, &ids, out)
}

/// Writes the whole segments of a run that was recorded; the logits at their ends are read from the states by the model that
/// made them. Returns how many states and read-outs there are.
///
/// # Errors
/// A state that was let go, a model of another size, a device that no longer answers, or the disk's reasons.
pub fn write_recording(
    checkpoint: &Checkpoint,
    model: &Hrm,
    question: &Question,
    recording: &Recording,
    out: &Path,
) -> Result<usize, TraceError> {
    let schedule = recording.dimensions.schedule;
    let shape = vec![1, model.config.tokens(), model.config.hidden];
    let lost = || TraceError::Incomplete { path: out.to_owned() };
    let mut content = Content::default();
    for end in &recording.ends {
        let per = schedule.steps_per_segment();
        let steps = recording.steps.get(end.segment * per..(end.segment + 1) * per).ok_or_else(lost)?;
        for step in steps {
            let state = step.state.as_ref().filter(|state| state.len() == shape[1] * shape[2]).ok_or_else(lost)?;
            content.0.push((state_name(step.at, schedule), shape.clone(), state.to_vec()));
        }
        let z_h = recording.state(Module::H, (end.segment + 1) * per).ok_or_else(lost)?;
        let logits = model.heads(&state_tensor(model, z_h)).logits;
        let q = [vec![end.q_halt], vec![end.q_continue]];
        content.end(end.segment, logits.try_to_vec_as::<f32>()?, logits.dims().to_vec(), q);
    }
    content.write(checkpoint, model, &question.tokens, &[question.puzzle_id], out)
}
