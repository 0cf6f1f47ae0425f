//! What is computed beside runs, and even between two micro-steps of one: states that were let go, and what goes on inside a
//! block.

use std::ops::ControlFlow;
use std::sync::Arc;

use burn::tensor::{Tensor, TensorData, TensorReadError};

use super::worker::{Outbox, knows};
use super::{Command, Event, JobId};
use crate::model::{Carry, Hrm, Observation};
use crate::trace::{Gap, Inside, Module, Question, residual};

/// Whether a command is done here.
pub(super) fn is_aside(command: &Command) -> bool {
    matches!(command, Command::Replay { .. } | Command::LookInside { .. })
}

/// Does such a command; `stop` is asked after each micro-step. Breaks when nobody listens any more.
///
/// # Errors
/// A device that no longer answers.
pub(super) fn aside(
    model: &Hrm,
    command: &Command,
    outbox: &Outbox,
    stop: &mut dyn FnMut() -> bool,
) -> Result<ControlFlow<()>, TensorReadError> {
    match command {
        Command::Replay { job, question, gap } => {
            if let Some(refused) = refused(model, *job, question, [&gap.z_h, &gap.z_l]) {
                return Ok(outbox.send(refused));
            }
            let done = replay(model, question, gap, &mut |step, state, residual| {
                outbox.send(Event::Replayed { job: *job, step, state, residual })?;
                if stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            Ok(outbox.send(if done { Event::ReplayFinished(*job) } else { Event::Cancelled(*job) }))
        }
        Command::LookInside { job, question, step, layer, z_h, z_l } => {
            if let Some(refused) = refused(model, *job, question, [z_h, z_l]) {
                return Ok(outbox.send(refused));
            }
            let x = model.read(question.tokens.clone(), &[question.puzzle_id]);
            let carry = Carry { z_h: state_tensor(model, z_h), z_l: state_tensor(model, z_l) };
            let module = model.config.schedule().at(*step).module;
            let layers = if module == Module::H { model.h.len() } else { model.l.len() };
            let layer = (*layer).min(layers.saturating_sub(1));
            let (attention, gates) = model.inside(module, layer, &carry, &x);
            let inside = Inside {
                module,
                step: *step,
                layer,
                layers,
                heads: model.config.heads,
                tokens: model.config.tokens(),
                attention: attention.try_to_vec_as::<f32>()?.into(),
                gates: gates.try_to_vec_as::<f32>()?.into(),
            };
            Ok(outbox.send(Event::Inside { job: *job, inside }))
        }
        _ => Ok(ControlFlow::Continue(())),
    }
}

/// Why a model cannot be asked about such a run.
fn refused(model: &Hrm, job: JobId, question: &Question, states: [&[f32]; 2]) -> Option<Event> {
    let config = &model.config;
    let size = config.tokens() * config.hidden;
    let other = !knows(config, &question.tokens) || states.iter().any(|state| state.len() != size);
    let message = "the states are another model's: choose the one that answered".into();
    other.then_some(Event::Failed { job, message })
}

/// Goes through segments of a run again, from their carry on, and tells each micro-step's place in the run, its state
/// `[tokens, hidden]` and its residual. Returns whether it came to the end; false when `tell` broke it off.
///
/// # Errors
/// A device that no longer answers.
fn replay(
    model: &Hrm,
    question: &Question,
    gap: &Gap,
    tell: &mut dyn FnMut(usize, Arc<[f32]>, f32) -> ControlFlow<()>,
) -> Result<bool, TensorReadError> {
    let x = model.read(question.tokens.clone(), &[question.puzzle_id]);
    let mut carry = Carry { z_h: state_tensor(model, &gap.z_h), z_l: state_tensor(model, &gap.z_l) };
    let (mut z_h, mut z_l) = (gap.z_h.clone(), gap.z_l.clone());
    let per = model.config.schedule().steps_per_segment();
    let mut step = gap.segments.start() * per;
    for _ in gap.segments.clone() {
        let mut failed = None;
        let mut see = |seen: Observation<'_>| {
            let (old, new) = match seen.at.module {
                Module::H => (&mut z_h, &seen.carry.z_h),
                Module::L => (&mut z_l, &seen.carry.z_l),
            };
            let state: Arc<[f32]> = match new.try_to_vec_as::<f32>() {
                Ok(state) => state.into(),
                Err(error) => {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
            };
            let moved = residual(&state, old);
            *old = state.clone();
            step += 1;
            tell(step - 1, state, moved)
        };
        let done = model.segment(&x, carry, None, &mut see);
        if let Some(error) = failed {
            return Err(error);
        }
        let Some((next, _)) = done else { return Ok(false) };
        carry = next;
    }
    Ok(true)
}

/// A recorded state `[tokens, hidden]` as the model takes it, `[1, T, D]`.
pub(crate) fn state_tensor(model: &Hrm, state: &[f32]) -> Tensor<3> {
    let shape = [1, model.config.tokens(), model.config.hidden];
    Tensor::from_data(TensorData::new(state.to_vec(), shape), &model.device())
}
