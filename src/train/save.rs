//! How a training run is written down and taken up again.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use burn::backend::flex::FlexTensor;
use burn::tensor::{Device, Tensor, TensorData, TensorReadError};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::pass::array;
use super::trainer::{TrainConfig, TrainError, Trainer};
use crate::checkpoint::{Tensors, read_tensors, write_tensors};
use crate::model::{Carry, Hrm, PuzzleTable, TableMean};
use crate::task::Example;

/// What of a run is no tensor.
#[derive(Debug, Serialize, Deserialize)]
struct Notes<S> {
    step: u64,
    updates: u64,
    steps: Vec<u32>,
    halted: Vec<bool>,
    rows: Vec<Example>,
    rng: ChaCha8Rng,
    source: S,
}

const NOTES_KEY: &str = "hrmscope.run";
/// The average of the puzzle table as it is kept: each row after the step that last changed it.
const MEAN_KEY: &str = "average_puzzle";
/// Those steps, `[N, 2]`.
const MEAN_STEPS_KEY: &str = "average_puzzle_steps";

/// A tensor's numbers on their way to the disk; on the CPU they are not copied.
enum Numbers<'a> {
    Array(FlexTensor),
    Other(Cow<'a, [f32]>),
}

impl Numbers<'_> {
    fn of(tensor: &Tensor<2>) -> Result<Self, TensorReadError> {
        match array(tensor) {
            Some(array) => Ok(Self::Array(array)),
            None => Ok(Self::Other(tensor.try_to_vec_as::<f32>()?.into())),
        }
    }
}

impl AsRef<[f32]> for Numbers<'_> {
    fn as_ref(&self) -> &[f32] {
        match self {
            Self::Array(array) => array.storage(),
            Self::Other(numbers) => numbers,
        }
    }
}

impl Trainer {
    /// Writes all that decides the next step, whole or not at all; `source` is the state of what gives the examples.
    ///
    /// # Errors
    /// The disk's or the device's reasons.
    pub fn save<S: Serialize>(&self, path: &Path, source: &S) -> Result<(), TrainError> {
        let fail = |e: TensorReadError| TrainError::Device { step: self.step, why: format!("{e:?}") };
        let mut tensors: Vec<(String, Vec<usize>, Numbers<'_>)> = Vec::new();
        let mut put = |name: String, t: &Tensor<2>| {
            Numbers::of(t).map(|values| tensors.push((name, t.dims().to_vec(), values))).map_err(fail)
        };
        for (i, w) in self.model.weights().into_iter().enumerate() {
            put(format!("weight.{i}"), w)?;
            put(format!("m.{i}"), &self.optimizer.moments[i].0)?;
            put(format!("v.{i}"), &self.optimizer.moments[i].1)?;
        }
        for (i, w) in self.average.iter().flat_map(Hrm::weights).enumerate() {
            put(format!("average.{i}"), w)?;
        }
        let [batch, tokens, hidden] = self.state.carry.z_h.dims();
        put("z_h".into(), &self.state.carry.z_h.clone().reshape([batch * tokens, hidden]))?;
        put("z_l".into(), &self.state.carry.z_l.clone().reshape([batch * tokens, hidden]))?;
        if let Some(table) = &self.model.puzzle {
            tensors.push(("puzzle".to_owned(), vec![table.len() * table.dim], Numbers::Other(table.values())));
        }
        let mean = self.average.as_ref().and_then(|average| average.puzzle.as_ref()?.mean());
        if let Some(mean) = mean {
            tensors.push((MEAN_KEY.to_owned(), vec![mean.rows().len()], Numbers::Other(mean.rows().into())));
            let steps: Vec<f32> = mean.steps().iter().flat_map(|&step| halves(step)).collect();
            tensors.push((MEAN_STEPS_KEY.to_owned(), vec![steps.len() / 2, 2], Numbers::Other(steps.into())));
        }
        let notes = Notes {
            step: self.step,
            updates: self.optimizer.updates,
            steps: self.state.steps.clone(),
            halted: self.state.halted.clone(),
            rows: self.state.rows.clone(),
            rng: self.rng.clone(),
            source,
        };
        let text = serde_json::to_string(&notes)
            .map_err(|e| TrainError::Resume { path: path.display().to_string(), why: e.to_string() })?;
        write_tensors(path, &tensors, HashMap::from([(NOTES_KEY.to_owned(), text)]))?;
        Ok(())
    }

    /// Takes a run up again where [`Trainer::save`] left it; on the CPU the next steps are bit-equal to those of a run
    /// that never stopped. Returns the source's state too.
    ///
    /// # Errors
    /// A file that is damaged or belongs to another configuration.
    pub fn resume<S: serde::de::DeserializeOwned>(
        fresh: Hrm,
        config: TrainConfig,
        path: &Path,
    ) -> Result<(Self, S), TrainError> {
        let wrong = |why: String| TrainError::Resume { path: path.display().to_string(), why };
        let (mut tensors, metadata) = read_tensors(path)?;
        let notes = metadata.get(NOTES_KEY).ok_or_else(|| wrong("it is no saved run".into()))?;
        let notes: Notes<S> = serde_json::from_str(notes).map_err(|e| wrong(e.to_string()))?;
        if notes.rows.len() > config.batch || notes.steps.len() != config.batch || notes.halted.len() != config.batch {
            return Err(wrong(format!("its batch is {}, the configuration's {}", notes.steps.len(), config.batch)));
        }
        let device = fresh.device();
        let mut trainer = Self::new(fresh, config);
        let mut take = |name: String, shape: [usize; 2]| take(&mut tensors, &name, shape, &device).map_err(wrong);
        let mut restore = |prefix: &str, model: &Hrm| {
            Hrm::build(&model.config, model.puzzle.clone(), model.rope.clone(), {
                let mut i = 0;
                let take = &mut take;
                move |spec| {
                    i += 1;
                    take(format!("{prefix}.{}", i - 1), spec.memory_shape())
                }
            })
        };
        trainer.model = restore("weight", &trainer.model)?;
        trainer.average = match &trainer.average {
            Some(average) => Some(restore("average", average)?),
            None => None,
        };
        for (i, (m, v)) in trainer.optimizer.moments.iter_mut().enumerate() {
            *m = take(format!("m.{i}"), m.dims())?;
            *v = take(format!("v.{i}"), v.dims())?;
        }
        let shape = trainer.state.carry.z_h.dims();
        let flat = [shape[0] * shape[1], shape[2]];
        trainer.state.carry =
            Carry { z_h: take("z_h".into(), flat)?.reshape(shape), z_l: take("z_l".into(), flat)?.reshape(shape) };
        let step = u32::try_from(notes.step).map_err(|e| wrong(format!("its step is {}: {e}", notes.step)))?;
        if let Some(table) = &mut trainer.model.puzzle {
            let count = table.len() * table.dim;
            let rows = take_numbers(&mut tensors, "puzzle", count).map_err(wrong)?;
            *table = PuzzleTable::new(table.dim, rows);
            if let Some(average) = &mut trainer.average {
                let mean = take_mean(&mut tensors, table, step, trainer.config.ema).map_err(wrong)?;
                average.puzzle = Some(table.averaged(mean));
            }
        }
        trainer.step = notes.step;
        trainer.optimizer.updates = notes.updates;
        trainer.rng = notes.rng;
        (trainer.state.steps, trainer.state.halted, trainer.state.rows) = (notes.steps, notes.halted, notes.rows);
        trainer.grow(notes.step);
        Ok((trainer, notes.source))
    }
}

fn take(tensors: &mut Tensors, name: &str, shape: [usize; 2], device: &Device) -> Result<Tensor<2>, String> {
    match tensors.remove(name) {
        Some((found, values)) if found == shape => Ok(Tensor::from_data(TensorData::new(values, shape), device)),
        Some((found, _)) => Err(format!("{name} has shape {found:?} where the configuration asks for {shape:?}")),
        None => Err(format!("{name} is missing")),
    }
}

fn take_numbers(tensors: &mut Tensors, name: &str, count: usize) -> Result<Vec<f32>, String> {
    match tensors.remove(name) {
        Some((_, values)) if values.len() == count => Ok(values),
        Some((_, values)) => Err(format!("{name} has {} numbers instead of {count}", values.len())),
        None => Err(format!("{name} is missing")),
    }
}

/// The average of the puzzle table. What was saved before averages were kept up row by row has no steps: each row was
/// computed at the last.
fn take_mean(tensors: &mut Tensors, table: &PuzzleTable, step: u32, decay: f64) -> Result<TableMean, String> {
    let rows = take_numbers(tensors, MEAN_KEY, table.len() * table.dim)?;
    let steps = match tensors.contains_key(MEAN_STEPS_KEY) {
        true => {
            let numbers = take_numbers(tensors, MEAN_STEPS_KEY, 2 * table.len())?;
            numbers.chunks_exact(2).map(|pair| (pair[0] as u32).saturating_mul(HALF) + pair[1] as u32).collect()
        }
        false => vec![step; table.len()],
    };
    Ok(TableMean::restore(rows, steps, step, decay))
}

/// A step number as two numbers that f32 holds exactly.
fn halves(step: u32) -> [f32; 2] {
    [(step / HALF) as f32, (step % HALF) as f32]
}

const HALF: u32 = 1 << 16;

#[cfg(test)]
mod tests {
    use super::super::trainer::tests::{config, next};
    use super::*;
    use crate::model::{HrmConfig, Initializer, tiny_config};

    fn weights(trainer: &Trainer) -> Vec<Vec<f32>> {
        let both = trainer.model.weights().into_iter().chain(trainer.best().weights());
        both.map(|w| w.try_to_vec_as::<f32>().unwrap()).collect()
    }

    #[test]
    fn a_resumed_run_is_bit_equal() {
        resumes(&config());
        resumes(&TrainConfig { grow: Some(4), ..config() });
        resumes(&TrainConfig { grow: Some(10), bootstrap: false, ..config() });
    }

    fn resumes(config: &TrainConfig) {
        let model = HrmConfig { puzzles: 9, ..tiny_config() };
        let fresh = || Initializer { seed: 5, ..Default::default() }.build(&model, &Device::flex());
        let (mut straight, mut count) = (Trainer::new(fresh(), config.clone()), 0);
        for _ in 0..20 {
            straight.step(|| next(&mut count)).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.safetensors");
        let (mut first, mut count) = (Trainer::new(fresh(), config.clone()), 0);
        for _ in 0..10 {
            first.step(|| next(&mut count)).unwrap();
        }
        first.save(&path, &count).unwrap();
        let (mut second, mut count): (Trainer, i32) = Trainer::resume(fresh(), config.clone(), &path).unwrap();
        assert_eq!(second.max_segments(), first.max_segments());
        for _ in 0..10 {
            second.step(|| next(&mut count)).unwrap();
        }
        assert_eq!(second.step, 20);
        assert_eq!(weights(&second), weights(&straight));
        assert_eq!(second.model.puzzle, straight.model.puzzle);
        assert_eq!(second.best().puzzle, straight.best().puzzle);
        assert_ne!(weights(&first), weights(&straight));
    }

    #[test]
    fn an_average_saved_without_steps_is_that_of_the_last_step() {
        let table = PuzzleTable::new(2, vec![1.0, 2.0, 3.0, 4.0]);
        let mut tensors = Tensors::from([(MEAN_KEY.to_owned(), (vec![4], vec![0.5; 4]))]);
        let mean = take_mean(&mut tensors, &table, 70_000, 0.9).unwrap();
        assert_eq!(*table.averaged(mean).values(), [0.5; 4]);
        assert!(take_mean(&mut tensors, &table, 7, 0.9).unwrap_err().contains("missing"));
        for step in [0, 1, 65_535, 65_536, 16_777_217, u32::MAX] {
            let [high, low] = halves(step);
            assert_eq!(high as u32 * HALF + low as u32, step);
        }
    }

    #[test]
    fn a_run_of_another_configuration_is_refused() {
        let fresh = || Initializer::default().build(&tiny_config(), &Device::flex());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.safetensors");
        Trainer::new(fresh(), config()).save(&path, &0).unwrap();
        let other = TrainConfig { batch: 8, ..config() };
        assert!(Trainer::resume::<i32>(fresh(), other, &path).unwrap_err().to_string().contains("its batch is 4"));
        std::fs::write(&path, b"not a run").unwrap();
        assert!(Trainer::resume::<i32>(fresh(), config(), &path).is_err());
    }
}
