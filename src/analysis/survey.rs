//! The one place that drives a model over many puzzles, for whoever looks.

use std::ops::ControlFlow;

use super::AnalysisError;
use super::observer::{Batch, Observer, SegmentEnd, Step};
use crate::model::{Hrm, Limits, Observation};
use crate::task::Example;
use crate::trace::{MicroStep, Module};

/// Runs one batch: its puzzles and the number of the first.
type RunBatch<'a, S> = &'a mut dyn FnMut(&mut S, (usize, &[Example]), &mut dyn Observer) -> Result<(), AnalysisError>;

/// How a survey runs.
pub struct Survey<'a> {
    /// The model.
    pub model: &'a Hrm,
    /// The puzzles.
    pub examples: &'a [Example],
    /// When a puzzle stops; its later steps are not shown.
    pub limits: Limits,
    /// Puzzles computed at a time.
    pub batch: usize,
    /// Hears, after every micro-step, the share of the work that is done (0 to 1), and may break off.
    pub watch: &'a mut dyn FnMut(f64) -> ControlFlow<()>,
}

impl Survey<'_> {
    /// Runs all puzzles and shows every micro-step. Where a run adapts, a batch goes on until its last puzzle has stopped.
    ///
    /// # Errors
    /// No puzzles, a device that no longer answers, or [`AnalysisError::BrokenOff`].
    pub fn run(&mut self, observer: &mut dyn Observer) -> Result<(), AnalysisError> {
        self.batches(observer, &mut Self::segments)
    }

    /// L alone: `z_L <- f_L(z_L, z_H + x)` with z_H held where it starts, for so many steps. Each is shown as an L-step of
    /// one long segment.
    ///
    /// # Errors
    /// As [`Survey::run`].
    pub fn run_l_alone(&mut self, steps: usize, observer: &mut dyn Observer) -> Result<(), AnalysisError> {
        self.batches(observer, &mut |survey, part, observer| survey.l_steps(part, steps, observer))
    }

    /// Runs batch after batch; `run` is given a batch's puzzles and the number of its first.
    fn batches(&mut self, observer: &mut dyn Observer, run: RunBatch<'_, Self>) -> Result<(), AnalysisError> {
        if self.examples.is_empty() {
            return Err(AnalysisError::NoPuzzles);
        }
        let start = self.model.initial(1);
        let (z_h, z_l) = (start.z_h.try_to_vec_as::<f32>()?, start.z_l.try_to_vec_as::<f32>()?);
        let batch = self.batch.max(1);
        for (number, rows) in self.examples.chunks(batch).enumerate() {
            let first = number * batch;
            observer.begin(&Batch { first, puzzles: rows.len(), z_h: &z_h, z_l: &z_l });
            run(self, (first, rows), observer)?;
            observer.finish();
        }
        Ok(())
    }

    /// Tells that a share of a batch is done.
    fn tell(&mut self, (first, rows): (usize, &[Example]), share: f64) -> ControlFlow<()> {
        (self.watch)((first as f64 + rows.len() as f64 * share) / self.examples.len() as f64)
    }

    fn segments(&mut self, part: (usize, &[Example]), observer: &mut dyn Observer) -> Result<(), AnalysisError> {
        let (model, limits, rows) = (self.model, self.limits, part.1);
        let schedule = model.config.schedule();
        let steps = (limits.max_segments * schedule.steps_per_segment()) as f64;
        let x = input(model, rows);
        let mut carry = model.initial(rows.len());
        let mut running = vec![true; rows.len()];
        for segment in 0..limits.max_segments {
            let mut failed = AnalysisError::BrokenOff;
            let mut see = |seen: Observation<'_>| {
                let at = MicroStep { segment, ..seen.at };
                let z = match at.module {
                    Module::H => &seen.carry.z_h,
                    Module::L => &seen.carry.z_l,
                };
                match z.try_to_vec_as::<f32>() {
                    Ok(states) => observer.step(&Step { at, states: &states, running: &running }),
                    Err(error) => {
                        failed = error.into();
                        return ControlFlow::Break(());
                    }
                }
                self.tell(part, (schedule.index(at) + 1) as f64 / steps)
            };
            let Some((next, heads)) = model.segment(&x, carry, None, &mut see) else { return Err(failed) };
            carry = next;
            let (logits, q) = (heads.logits.try_to_vec_as::<f32>()?, heads.q.try_to_vec_as::<f32>()?);
            observer.segment(&SegmentEnd { segment, logits: &logits, q: &q, running: &running });
            for (row, running) in running.iter_mut().enumerate() {
                *running &= !limits.stops(segment, q[2 * row], q[2 * row + 1]);
            }
            if !running.contains(&true) {
                break;
            }
        }
        Ok(())
    }

    fn l_steps(
        &mut self,
        part: (usize, &[Example]),
        steps: usize,
        observer: &mut dyn Observer,
    ) -> Result<(), AnalysisError> {
        let (model, rows) = (self.model, part.1);
        let x = input(model, rows);
        let running = vec![true; rows.len()];
        let mut carry = model.initial(rows.len());
        for step in 0..steps {
            carry.z_l = model.step_l(&carry, &x);
            let at = MicroStep { segment: 0, h_cycle: 0, l_step: step, module: Module::L };
            observer.step(&Step { at, states: &carry.z_l.try_to_vec_as::<f32>()?, running: &running });
            if self.tell(part, (step + 1) as f64 / steps as f64).is_break() {
                return Err(AnalysisError::BrokenOff);
            }
        }
        Ok(())
    }

    /// Looks between the blocks of the first call of L and of H: `moved` is given the module, the layer from 0, and how far
    /// the block moved a puzzle's state from its input to its output. The first input is what is injected.
    ///
    /// # Errors
    /// As [`Survey::run`].
    pub fn layers(&mut self, moved: &mut dyn FnMut(Module, usize, f32)) -> Result<(), AnalysisError> {
        let model = self.model;
        for rows in self.examples.chunks(self.batch.max(1)) {
            let x = input(model, rows);
            let mut carry = model.initial(rows.len());
            for module in [Module::L, Module::H] {
                let states = model.layers(module, &carry, &x);
                let values: Vec<Vec<f32>> =
                    states.iter().map(|z| z.try_to_vec_as::<f32>()).collect::<Result<_, _>>()?;
                for (layer, pair) in values.windows(2).enumerate() {
                    let size = pair[0].len() / rows.len();
                    let puzzles = pair[0].chunks_exact(size).zip(pair[1].chunks_exact(size));
                    puzzles.for_each(|(old, new)| moved(module, layer, crate::trace::residual(new, old)));
                }
                if let (Module::L, Some(z_l)) = (module, states.into_iter().next_back()) {
                    carry.z_l = z_l;
                }
            }
        }
        Ok(())
    }
}

/// x `[B, T, D]` of some puzzles.
fn input(model: &Hrm, rows: &[Example]) -> burn::tensor::Tensor<3> {
    let ids: Vec<i32> = rows.iter().map(|example| example.puzzle_id).collect();
    let tokens: Vec<i32> = rows.iter().flat_map(|example| example.inputs.iter().copied()).collect();
    model.read(tokens, &ids)
}
