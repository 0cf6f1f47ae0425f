//! What is filled in for a study, as text, so that half a number is no error while it is typed.

use super::Topic;
use crate::analysis::{Axis, Colour, Question, Study, View};
use crate::board::arc::families::FAMILIES;
use crate::engine::{ModelInfo, ModelSource};
use crate::model::Halting;
use crate::task::Boards;

/// Puzzles computed at a time: the screen gets its turn between batches' micro-steps.
const BATCH: usize = 16;

/// The fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Where the puzzles come from; empty for what fits the model.
    pub data: String,
    /// How many puzzles.
    pub puzzles: String,
    /// The most segments; empty for as many as trained.
    pub segments: String,
    /// The rows of the covariance: `all`, `mean`, `final`.
    pub axis: Axis,
    /// What of a state is followed: `mean`, `all`, or a token's number.
    pub view: String,
    /// What the colours of trajectories say.
    pub colour: Colour,
    /// How many fresh models are the control.
    pub controls: String,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            data: String::new(),
            puzzles: "100".into(),
            segments: String::new(),
            axis: Axis::All,
            view: "mean".into(),
            colour: Colour::Module,
            controls: "3".into(),
        }
    }
}

/// New puzzles that fit a model: what is asked where nothing is filled in. None for boards that nobody makes.
pub fn usual_data(model: &ModelInfo, puzzles: usize) -> Option<String> {
    Some(match Boards::of(model.seq_len, model.vocab)? {
        Boards::Sudoku(shape) => {
            let cells = shape.cells();
            format!("generated:{shape},givens={}..{},count={puzzles},seed=7", cells * 2 / 5, cells * 3 / 5)
        }
        Boards::Maze { side } => {
            let (from, to) = (side / 2, side * 2 - 4);
            // What the shipped model learned.
            format!("generated:maze-{side}x{side},kind=perfect+rooms,length={from}..{to},count={puzzles},seed=7")
        }
        Boards::Arc { side } => {
            // The families that the model has met, else all.
            let met: Vec<&str> = FAMILIES.iter().map(|f| f.name).filter(|f| model.puzzle_id(f).is_some()).collect();
            let (families, count) =
                if met.is_empty() { ("all".to_owned(), FAMILIES.len()) } else { (met.join("+"), met.len()) };
            let pairs = puzzles.div_ceil(count);
            format!("generated:arc-{side}x{side},families={families},pairs={pairs},augment=0,seed=1,draw=7")
        }
    })
}

impl Form {
    /// The study that the form asks for.
    ///
    /// # Errors
    /// What is wrong with which field.
    pub fn study(&self, topic: Topic, model: &ModelInfo) -> Result<Study, String> {
        let whole = |name: &str, text: &str, least: usize| match text.trim().parse::<usize>() {
            Ok(number) if number >= least => Ok(number),
            _ => Err(format!("{name}: \"{text}\" is no whole number of {least} or more")),
        };
        let samples = whole("Puzzles", &self.puzzles, 1)?;
        let max_segments = match self.segments.trim() {
            "" => None,
            text => Some(whole("Segments", text, 1)?),
        };
        let data = match self.data.trim() {
            "" => usual_data(model, samples).ok_or("Data: nothing is made for this model's boards; name a file")?,
            text => text.to_owned(),
        };
        let question = match topic {
            Topic::Dimensionality => {
                let controls = whole("Controls", &self.controls, 0)? as u64;
                Question::Dimensionality { axis: self.axis, seeds: (1..=controls).collect() }
            }
            Topic::Convergence => Question::Residual,
            Topic::Halting => Question::Halting,
            Topic::Trajectory => {
                let view: View = self.view.trim().parse().map_err(|why| format!("View: {why}"))?;
                Question::Trajectory { view, colour: self.colour }
            }
        };
        let checkpoint = match &model.source {
            ModelSource::Shipped(name) => name.clone(),
            ModelSource::Path(path) => path.display().to_string(),
        };
        Ok(Study {
            question,
            checkpoint,
            data: data.parse().map_err(|why| format!("Data: {why}"))?,
            samples,
            batch: BATCH,
            halting: Halting::Fixed,
            max_segments,
        })
    }
}

#[cfg(test)]
pub(in crate::app) mod tests {
    use super::super::super::fixtures;
    use super::*;
    use crate::trace::Dimensions;

    pub(in crate::app) fn model(seq_len: usize, vocab: usize) -> ModelInfo {
        let small = fixtures::model("sudoku-6x6");
        let dimensions = Dimensions { tokens: seq_len + 1, hidden: 64, vocab, max_segments: 8, ..small.dimensions };
        ModelInfo { seq_len, vocab, dimensions, ..small }
    }

    #[test]
    fn what_is_left_empty_fits_the_model() {
        for (seq_len, vocab) in [(36, 8), (81, 6), (100, 12)] {
            let model = model(seq_len, vocab);
            for topic in Topic::ALL {
                let study = Form::default().study(topic, &model).unwrap();
                let boards = study.data.to_measure(2).unwrap().boards();
                assert_eq!((boards.seq_len(), boards.vocab()), (seq_len, vocab));
                assert_eq!((study.samples, study.max_segments), (100, None));
            }
        }
    }

    #[test]
    fn a_field_that_is_wrong_is_named() {
        let model = model(36, 8);
        let wrong = |form: Form, topic| form.study(topic, &model).unwrap_err();
        let none = Form { puzzles: "0".into(), ..Form::default() };
        assert!(wrong(none, Topic::Halting).starts_with("Puzzles"));
        let data = Form { data: "generated:5x".into(), ..Form::default() };
        assert!(wrong(data, Topic::Halting).starts_with("Data"));
        let view = Form { view: "up".into(), ..Form::default() };
        assert!(wrong(view.clone(), Topic::Trajectory).starts_with("View"));
        assert!(view.study(Topic::Convergence, &model).is_ok(), "only what a topic needs is looked at");
    }
}
