//! A run's data: loaded, checked against the model, and what is held out of them.

use std::collections::HashSet;

use super::super::folder::{Folder, Phase, Status, now};
use super::{Place, RunConfig, RunError};
use crate::dataset::DataSet;
use crate::model::HrmConfig;
use crate::task::{Boards, Example, arc};

pub(super) fn preparing(config: &RunConfig, place: Place<'_>) -> Status {
    Status {
        state: Phase::Preparing,
        pid: std::process::id(),
        step: 0,
        steps: config.train.schedule.steps,
        steps_per_s: 0.0,
        eta_s: None,
        device: place.name.to_owned(),
        message: None,
        at: now(),
        saved_at: 0,
        saved_step: 0,
        bytes: 0,
        best: None,
        parameters: 0,
    }
}

/// [`load`], with a status that says what the run is at, and why it does not start.
pub(super) fn prepare(
    folder: &Folder,
    config: &RunConfig,
    place: Place<'_>,
    watch: &(dyn Fn(usize) -> bool + Sync),
) -> Result<(DataSet, Vec<Example>), RunError> {
    let status = preparing(config, place);
    folder.tell(&status);
    load(config, watch).inspect_err(|error| {
        folder.tell(&Status { state: Phase::Failed, message: Some(error.to_string()), ..status });
    })
}

/// Loads the data and checks that the model was made for it. Puzzles that are held out are taken from the training
/// set when they stand in both.
fn load(config: &RunConfig, watch: &(dyn Fn(usize) -> bool + Sync)) -> Result<(DataSet, Vec<Example>), RunError> {
    config.model.validate().map_err(|e| RunError::Settings(e.to_string()))?;
    let mut data = config.data.load(None, watch)?;
    let held_out = match &config.held_out {
        Some(source) => source.load(Some(config.held_out_count), &|_| true)?,
        None => match config.data.load_test(config.held_out_count)? {
            Some(test) => test,
            None => data.hold_back(config.held_out_count, config.train.seed)?,
        },
    };
    let measured = config.held_out.as_ref().unwrap_or(&config.data);
    for (what, source, set) in [("data", &config.data, &data), ("held-out data", measured, &held_out)] {
        let wrong = |why: String| RunError::Settings(format!("the {what} `{source}` {why}"));
        if set.boards().task() != config.task {
            return Err(wrong(format!("is {}, the run learns {}", set.boards().task(), config.task)));
        }
        made_for(&config.model, set.boards()).map_err(wrong)?;
    }
    let held_out = held_out.examples(config.held_out_count)?;
    data.leave_out(&held_out.iter().map(|example| example.inputs.as_slice()).collect::<HashSet<_>>());
    data.show_as_it_is(!config.symmetries);
    if data.is_empty() {
        let why = format!("every puzzle of the data `{}` is held out: use other data or another seed", config.data);
        return Err(RunError::Settings(why));
    }
    Ok((data, held_out))
}

/// Whether a model was made for such boards.
///
/// # Errors
/// What differs.
pub fn made_for(model: &HrmConfig, boards: Boards) -> Result<(), String> {
    match (boards.seq_len(), boards.vocab()) == (model.seq_len, model.vocab) {
        true => Ok(()),
        false => {
            let canvas = match boards {
                Boards::Arc { .. } => arc::side_for(model.seq_len, model.vocab),
                Boards::Sudoku(_) | Boards::Maze { .. } => None,
            };
            let canvas =
                canvas.map_or(String::new(), |side| format!("; arc:PATH,canvas={side} puts tasks on its canvas"));
            Err(format!(
                "has {boards} boards ({} cells, {} tokens), the model is made for {} cells and {} tokens{canvas}",
                boards.seq_len(),
                boards.vocab(),
                model.seq_len,
                model.vocab
            ))
        }
    }
}
