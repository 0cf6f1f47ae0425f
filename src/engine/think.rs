//! One run on one puzzle, told step by step as it is computed.

use std::ops::ControlFlow;
use std::sync::Arc;

use burn::tensor::TensorReadError;

use super::Resident;
use crate::model::{Carry, Hrm, Limits, Observation, probabilities};
use crate::trace::{Dimensions, MicroStep, Module, Readout, SegmentEnd, StepRecord};

/// News of a run, in order.
#[derive(Debug, Clone)]
pub enum Thought {
    /// The run begins.
    Started {
        /// Sizes and schedule.
        dimensions: Dimensions,
        /// z_H before the first step, `[tokens, hidden]`.
        z_h_init: Arc<[f32]>,
        /// z_L before the first step, `[tokens, hidden]`.
        z_l_init: Arc<[f32]>,
    },
    /// The state of the micro-step that comes next lies where the window draws.
    Resident(Module, Resident),
    /// A micro-step.
    Step(StepRecord),
    /// A segment's end.
    SegmentEnded(SegmentEnd),
}

/// Thinks about one board `[S]` and tells every micro-step. Returns whether the run came to its end; false when `tell`
/// broke it off, which it may after every micro-step.
///
/// # Errors
/// A device that no longer answers.
pub fn think(
    model: &Hrm,
    tokens: &[i32],
    puzzle_id: i32,
    limits: Limits,
    tell: &mut dyn FnMut(Thought) -> ControlFlow<()>,
) -> Result<bool, TensorReadError> {
    let config = &model.config;
    let x = model.read(tokens.to_vec(), &[puzzle_id]);
    let mut carry = model.initial(1);
    let mut z_h: Arc<[f32]> = carry.z_h.try_to_vec_as::<f32>()?.into();
    let mut z_l: Arc<[f32]> = carry.z_l.try_to_vec_as::<f32>()?.into();
    let dimensions = config.dimensions(limits.max_segments);
    let started = Thought::Started { dimensions, z_h_init: z_h.clone(), z_l_init: z_l.clone() };
    if tell(started).is_break() {
        return Ok(false);
    }
    for segment in 0..limits.max_segments {
        let mut failed = None;
        let mut see = |seen: Observation<'_>| {
            let (old, new) = match seen.at.module {
                Module::H => (&mut z_h, &seen.carry.z_h),
                Module::L => (&mut z_l, &seen.carry.z_l),
            };
            let step =
                new.try_to_vec_as::<f32>().and_then(|state| Ok((state, readout(model, seen.carry, seen.at.module)?)));
            let (state, readout) = match step {
                Ok(step) => step,
                Err(error) => {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
            };
            let state: Arc<[f32]> = state.into();
            if let Some(resident) = Resident::of(new, &state) {
                tell(Thought::Resident(seen.at.module, resident))?;
            }
            let at = MicroStep { segment, ..seen.at };
            let step = StepRecord::new(at, state.clone(), old, config.hidden, readout);
            *old = state;
            tell(Thought::Step(step))
        };
        let done = model.segment(&x, carry, None, &mut see);
        if let Some(error) = failed {
            return Err(error);
        }
        let Some((next, heads)) = done else { return Ok(false) };
        carry = next;
        let q = heads.q.try_to_vec_as::<f32>()?;
        let (q_halt, q_continue) = (q[0], q[1]);
        let halted = limits.stops(segment, q_halt, q_continue);
        if tell(Thought::SegmentEnded(SegmentEnd { segment, q_halt, q_continue, halted })).is_break() {
            return Ok(false);
        }
        if halted {
            break;
        }
    }
    Ok(true)
}

/// What the model would answer now: after an H-step from z_H, after an L-step from `f_H(z_H, z_L)`.
pub(crate) fn readout(model: &Hrm, carry: &Carry, module: Module) -> Result<Readout, TensorReadError> {
    let heads = match module {
        Module::H => model.heads(&carry.z_h),
        Module::L => model.heads(&model.step_h(carry)),
    };
    let probabilities = probabilities(heads.logits, model.config.loss).try_to_vec_as::<f32>()?;
    Ok(Readout::new(model.config.vocab, probabilities.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Halting, Initializer, tiny_config};
    use burn::tensor::Device;

    fn run(limits: Limits, stop_after: usize) -> (Vec<Thought>, bool) {
        let model = Initializer::default().build(&tiny_config(), &Device::flex());
        let mut thoughts = Vec::new();
        let finished = think(&model, &[1; 16], 0, limits, &mut |thought| {
            thoughts.push(thought);
            if thoughts.len() > stop_after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        (thoughts, finished.unwrap())
    }

    #[test]
    fn a_fixed_run_tells_every_step_and_every_decision() {
        let (thoughts, finished) = run(Limits { halting: Halting::Fixed, max_segments: 3 }, usize::MAX);
        assert!(finished);
        assert_eq!(thoughts.len(), 1 + 3 * (6 + 1));
        let Some(Thought::SegmentEnded(end)) = thoughts.last() else { panic!("the last news is a decision") };
        assert!(end.halted && end.segment == 2);
        for thought in &thoughts {
            if let Thought::Step(step) = thought {
                assert!(step.residual.is_finite() && step.residual > 0.0);
                assert_eq!(step.readout.cells(), 16);
                assert!((step.readout.cell(3).iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn it_can_be_broken_off_after_any_step() {
        let (thoughts, finished) = run(Limits { halting: Halting::Fixed, max_segments: 3 }, 4);
        assert!(!finished);
        assert_eq!(thoughts.len(), 5);
    }
}
