//! Trace files in the window: read as runs on boards, and written of the run that is shown.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;

use super::document::{RunStatus, title_of};
use super::scene::uncertainty;
use super::state::{State, Told};
use crate::board::Board;
use crate::checkpoint::open_for;
use crate::engine::{ModelInfo, ModelSource};
use crate::export::{TraceFile, write_recording};
use crate::task::placed_board;
use crate::trace::{Question, Readout, Recording};

/// The most boards of one file that are opened, each in a tab of its own.
const MOST_BOARDS: usize = 6;

/// The runs of a trace file.
#[derive(Debug, Clone)]
pub struct Traced {
    /// The first of them.
    pub runs: Vec<TracedRun>,
    /// How many boards the file has.
    pub boards: usize,
    /// Who recorded them and what of them is not known, in sentences.
    pub about: String,
}

/// A board's run.
#[derive(Debug, Clone)]
pub struct TracedRun {
    /// What the board is called.
    pub title: String,
    /// What was asked.
    pub board: Board,
    /// What was recorded; every micro-step has a read-out.
    pub told: Told,
}

/// Reads a trace file: with all read-outs where the model that it names is there and still the same, else with those of the
/// segments' ends.
///
/// # Errors
/// What is wrong with the file, or why its boards cannot be shown.
pub fn read(path: &Path) -> Result<Traced, String> {
    let file = TraceFile::open(path).map_err(|error| error.to_string())?;
    let boards = file.boards().ok_or_else(|| {
        format!("no task here has boards of {} cells and {} tokens", file.config.seq_len, file.config.vocab)
    })?;
    let (model, names, missing) = match file.model() {
        Ok((model, names)) => (Some(model), names, None),
        Err(why) => (None, Vec::new(), Some(why)),
    };
    let mut runs = Vec::new();
    for row in 0..file.batch.min(MOST_BOARDS) {
        let title = format!("{}, board {}", title_of(path), row + 1);
        let tokens = file.inputs(row).ok_or_else(|| {
            format!("it does not say what was asked as board {}: write it again with `hrmscope trace`", row + 1)
        })?;
        let id = usize::try_from(file.puzzle_id(row)).ok().filter(|id| *id > 0);
        let name = id.and_then(|id| names.get(id)).unwrap_or(&title);
        let board = placed_board(&tokens, boards, name)
            .ok_or_else(|| format!("board {} is no {boards} that can be drawn here", row + 1))?;
        let mut recording = file.recording(row, model.as_ref()).map_err(|error| error.to_string())?;
        fill(&mut recording, file.config.seq_len);
        let bits = |readout: &Readout| uncertainty(&board, &recording.dimensions, readout);
        let uncertainty = recording.steps.iter().map(|step| bits(&step.readout)).collect();
        runs.push(TracedRun { title, board, told: Told { recording, uncertainty } });
    }
    Ok(Traced { runs, boards: file.batch, about: about(&file, missing) })
}

/// Who recorded a file, and what of it is not known.
fn about(file: &TraceFile, missing: Option<String>) -> String {
    let (path, hash) = file.checkpoint();
    let name = path.and_then(|path| Path::new(path).file_stem()).map(|stem| stem.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| "a model without a name".to_owned());
    let hash: String = hash.unwrap_or("unknown").chars().take(12).collect();
    let by = format!("Read from a trace file, recorded by {name} (sha256 {hash}); nothing was asked.");
    match missing {
        None => by,
        Some(why) => format!(
            "{by} The board changes at the segments' ends alone, because what the model would have answered within them takes \
             the model: {why}."
        ),
    }
}

/// Gives every step without a read-out the last known one; before the first, one that says nothing of any of the cells.
fn fill(recording: &mut Recording, cells: usize) {
    let vocab = recording.dimensions.vocab;
    let mut last = Readout::new(vocab, vec![1.0 / vocab as f32; cells * vocab].into());
    for step in &mut recording.steps {
        match step.readout.cells() {
            0 => step.readout = last.clone(),
            _ => last = step.readout.clone(),
        }
    }
}

/// The run that is shown, to be written as a trace file.
#[derive(Debug, Clone)]
pub struct TraceOrder {
    model: Arc<ModelInfo>,
    question: Question,
    recording: Recording,
}

impl TraceOrder {
    /// The shown run.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn of(state: &State) -> Result<Self, String> {
        let run = &state.doc.run;
        if run.recorded.is_some() {
            return Err("this run was read from a trace file: copy that file".to_owned());
        }
        if run.status == RunStatus::Thinking || run.coming.is_some() {
            return Err("the run has not ended yet: wait for it, or stop it".to_owned());
        }
        let whole = state.recording().filter(|recording| !recording.ends.is_empty());
        let (Some(recording), Some(asked)) = (whole, &run.asked_of) else {
            return Err("there is no whole segment to save: let the model think first".to_owned());
        };
        if recording.lets_go() {
            return Err(
                "some states of this run were let go for want of memory: allow more in the Run menu (\"Memory for \
                        states\") and think again"
                    .to_owned(),
            );
        }
        Ok(Self { model: asked.model.clone(), question: asked.question.clone(), recording: recording.clone() })
    }

    /// Writes the file; the logits at the segments' ends come from the model's own file.
    ///
    /// # Errors
    /// The model that is gone or another by now, or the disk's reasons.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let name = match &self.model.source {
            ModelSource::Shipped(name) => name.clone(),
            ModelSource::Path(path) => path.to_string_lossy().into_owned(),
        };
        let checkpoint = open_for(&name, Some(self.model.seq_len)).map_err(|error| error.to_string())?;
        let refused = |why: &str| Err(format!("{} was not written: {why}", path.display()));
        if !checkpoint.hash.starts_with(&self.model.hash) {
            return refused(&format!("{name} is not the model of this run any more; load it and think again"));
        }
        // A fitted model has more rows than its file.
        if checkpoint.identifiers.as_deref().unwrap_or_default() != self.model.identifiers {
            return refused(
                "a fitted model made this run, and it stands in no file that a trace could name; forget the fit",
            );
        }
        let model = checkpoint.model(&Device::flex()).map_err(|error| error.to_string())?;
        let written = write_recording(&checkpoint, &model, &self.question, &self.recording, path);
        written.map(drop).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::ops::ControlFlow;
    use std::path::PathBuf;

    use super::super::document::{Asked, Recorded};
    use super::super::explain::{Span, moved, sentences};
    use super::super::fixtures::{self, sudoku};
    use super::super::heat::{Heat, Source};
    use super::super::persist::Settings;
    use super::super::ways::Ways;
    use super::*;
    use crate::board::History;
    use crate::checkpoint::{open, save};
    use crate::engine::{Thought, think};
    use crate::export::record;
    use crate::model::{Halting, Hrm, HrmConfig, Initializer, Limits, LossKind, Position, tiny_config};
    use crate::task::{Boards, place};
    use crate::trace::Module;

    const SEGMENTS: usize = 2;

    fn boards() -> Boards {
        Boards::Sudoku(sudoku().sudoku().unwrap().shape())
    }

    /// A small model in a file.
    fn checkpoint(folder: &Path) -> (PathBuf, Hrm) {
        let (position, loss) = (Position::Learned, LossKind::Softmax);
        let config = HrmConfig { position, loss, seq_len: 16, vocab: boards().vocab(), ..tiny_config() };
        let model = Initializer { seed: 3, ..Default::default() }.build(&config, &Device::flex());
        let path = folder.join("small.safetensors");
        save(&model, &path, Default::default()).unwrap();
        (path, model)
    }

    /// A trace file of so many boards, and the file of the model that recorded it.
    pub(in super::super) fn trace_file(folder: &Path, count: usize) -> (PathBuf, PathBuf) {
        let (path, model) = checkpoint(folder);
        let file = open(path.to_str().unwrap()).unwrap();
        let tokens = place(&sudoku(), boards()).unwrap().tokens.repeat(count);
        let out = folder.join("runs.safetensors");
        record(&file, &model, tokens, vec![0; count], SEGMENTS, &out).unwrap();
        (out, path)
    }

    /// A window in which the small model has answered the board.
    fn answered(folder: &Path) -> (State, PathBuf) {
        let (path, model) = checkpoint(folder);
        let question = Question { tokens: place(&sudoku(), boards()).unwrap().tokens, puzzle_id: 0 };
        let limits = Limits { halting: Halting::Fixed, max_segments: SEGMENTS };
        let mut recording: Option<Recording> = None;
        think(&model, &question.tokens, 0, limits, &mut |thought| {
            match (thought, &mut recording) {
                (Thought::Started { dimensions, z_h_init, z_l_init }, _) => {
                    recording = Some(Recording::new(dimensions, z_h_init, z_l_init));
                }
                (Thought::Step(step), Some(recording)) => recording.steps.push(step),
                (Thought::SegmentEnded(end), Some(recording)) => recording.ends.push(end),
                _ => {}
            }
            ControlFlow::Continue(())
        })
        .unwrap();
        let model = Arc::new(ModelInfo {
            source: ModelSource::Path(path.clone()),
            dimensions: model.config.dimensions(SEGMENTS),
            hash: open(path.to_str().unwrap()).unwrap().hash[..12].to_owned(),
            ..fixtures::model("small")
        });
        let mut state = State::new(Settings::default());
        state.doc.history = History::new(sudoku());
        let mut recording = recording.unwrap();
        recording.question = Some(question.clone());
        state.doc.run.told = Some(Told { recording, uncertainty: Vec::new() });
        state.doc.run.status = RunStatus::Finished(1.0);
        state.doc.run.asked_of =
            Some(Asked { model, halting: limits.halting, max_segments: limits.max_segments, question });
        (state, path)
    }

    fn bits(values: &[f32]) -> Vec<u32> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    /// Every probability of a read-out.
    fn said(readout: &Readout) -> Vec<u32> {
        (0..readout.cells()).flat_map(|cell| bits(readout.cell(cell))).collect()
    }

    #[test]
    fn a_run_is_saved_and_opened_again_with_its_model_and_without() {
        let folder = tempfile::tempdir().unwrap();
        let (state, checkpoint) = answered(folder.path());
        let out = folder.path().join("mine.safetensors");
        TraceOrder::of(&state).unwrap().write(&out).unwrap();
        let before = state.recording().unwrap();
        let with = read(&out).unwrap();
        assert_eq!((with.boards, with.runs[0].title.as_str()), (1, "mine, board 1"));
        assert!(with.about.contains("recorded by small") && !with.about.contains("alone"), "{}", with.about);
        // Both moved together.
        let elsewhere = tempfile::tempdir().unwrap();
        let moved = elsewhere.path().join("mine.safetensors");
        std::fs::copy(&out, &moved).unwrap();
        std::fs::rename(&checkpoint, elsewhere.path().join("small.safetensors")).unwrap();
        assert!(!read(&moved).unwrap().about.contains("alone"));
        let without = read(&out).unwrap();
        assert!(without.about.contains("ends alone") && without.about.contains("is not there"), "{}", without.about);
        let per = before.dimensions.schedule.steps_per_segment();
        for (opened, whole) in [(&with, true), (&without, false)] {
            let run = &opened.runs[0];
            let after = &run.told.recording;
            assert!(run.board.same_question(&sudoku()) && after.is_complete() == whole);
            assert_eq!((after.steps.len(), after.ends.clone()), (SEGMENTS * per, before.ends.clone()));
            assert_eq!(run.told.uncertainty.len(), after.steps.len());
            for (i, (was, is)) in before.steps.iter().zip(&after.steps).enumerate() {
                assert_eq!(bits(was.state.as_ref().unwrap()), bits(is.state.as_ref().unwrap()), "step {i}");
                if whole || (i + 1).is_multiple_of(per) {
                    assert_eq!(said(&was.readout), said(&is.readout), "step {i}");
                }
                if whole {
                    assert_eq!(was.residual, is.residual);
                }
            }
        }
        // Until the first segment's end nothing is known, then what was answered there.
        let steps = &without.runs[0].told.recording.steps;
        assert_eq!(steps[0].readout.cell(5), vec![1.0 / boards().vocab() as f32; boards().vocab()]);
        assert_eq!(said(&steps[per].readout), said(&steps[per - 1].readout));
    }

    #[test]
    fn what_cannot_be_saved_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let (whole, checkpoint) = answered(folder.path());
        let refused = |change: &dyn Fn(&mut State)| {
            let mut state = whole.clone();
            change(&mut state);
            TraceOrder::of(&state).unwrap_err()
        };
        let recorded = Recorded { file: "runs.safetensors".into(), row: 0, about: String::new() };
        assert!(refused(&|state| state.doc.run.recorded = Some(recorded.clone())).contains("copy that file"));
        assert!(refused(&|state| state.doc.run.status = RunStatus::Thinking).contains("has not ended"));
        assert!(refused(&|state| state.doc.run.told = None).contains("no whole segment"));
        let let_go = |state: &mut State| {
            let told = state.doc.run.told.as_mut().unwrap();
            told.recording.steps[0].state = None;
        };
        assert!(refused(&let_go).contains("let go"));
        let (out, order) = (folder.path().join("x.safetensors"), TraceOrder::of(&whole).unwrap());
        let mut fitted = order.clone();
        Arc::make_mut(&mut fitted.model).identifiers = vec!["<blank>".into(), "mine".into()];
        assert!(fitted.write(&out).unwrap_err().contains("fitted"));
        let other = Initializer { seed: 9, ..Default::default() }.build(&tiny_config(), &Device::flex());
        save(&other, &checkpoint, Default::default()).unwrap();
        assert!(order.write(&out).unwrap_err().contains("any more"));
        std::fs::remove_file(&checkpoint).unwrap();
        assert!(order.write(&out).unwrap_err().contains("small.safetensors") && !out.exists());
    }

    #[test]
    fn initial_states_that_are_not_known_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let (file, checkpoint) = trace_file(folder.path(), 1);
        std::fs::remove_file(checkpoint).unwrap();
        let run = read(&file).unwrap().runs.remove(0);
        let recording = &run.told.recording;
        let text = |spans: Vec<Span>| spans.into_iter().map(|Span(_, text)| text).collect::<String>();
        for playhead in 0..=recording.steps.len() {
            let told = text(sentences(&run.board, Some(recording), playhead, None)) + &text(moved(recording, playhead));
            assert!(!told.contains("NaN") && !told.contains("not a number"), "{told}");
            let unread = playhead > 0 && playhead % recording.dimensions.schedule.steps_per_segment() > 0;
            assert_eq!(told.contains("is not in the file"), unread, "{playhead}: {told}");
        }
        assert!(text(moved(recording, 1)).contains("an unknown distance from its initial state"));
        let ways = Ways::of(recording);
        for (module, way) in ways.both().unwrap() {
            let updates = recording.steps.iter().filter(|step| step.at.module == module).count();
            assert_eq!((way.steps.len(), way.steps.contains(&None)), (updates, false));
            assert!(way.found.points.iter().flatten().all(|value| value.is_finite()));
        }
        let mut state = State::new(Settings::default());
        state.doc.history = History::new(run.board.clone());
        state.doc.run.told = Some(run.told.clone());
        for at in [0, 1, 5] {
            state.doc.playhead.at = at;
            let heat = Heat::follow(None, Source::of(&state, recording, Module::L).unwrap());
            assert!(heat.reach().is_finite() && (at == 0) == heat.rms.is_nan());
            let mut measured = super::super::overlay::Measured::default();
            for overlay in super::super::overlay::Overlay::ALL {
                state.settings.overlay = overlay;
                measured.follow(&state, &state.scene());
                assert!(
                    measured.cells.iter().flatten().chain(&measured.span).all(|value| value.is_finite()),
                    "{overlay:?}"
                );
            }
        }
    }

    #[test]
    fn of_many_boards_the_first_are_opened_and_unknown_ones_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (file, _) = trace_file(folder.path(), 8);
        let all = read(&file).unwrap();
        assert_eq!((all.runs.len(), all.boards), (MOST_BOARDS, 8));
        assert_eq!(all.runs[5].title, "runs, board 6");
        let config = HrmConfig { vocab: 9, ..tiny_config() };
        let model = Initializer::default().build(&config, &Device::flex());
        let path = folder.path().join("odd.safetensors");
        save(&model, &path, Default::default()).unwrap();
        let odd = open(path.to_str().unwrap()).unwrap();
        record(&odd, &model, vec![1; 16], vec![0], 1, &file).unwrap();
        assert!(read(&file).unwrap_err().contains("16 cells and 9 tokens"));
    }
}
