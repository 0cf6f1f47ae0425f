//! The lines of `metrics.jsonl` and `live.jsonl` as plain structs. A line that is none of these is left out.

use serde_json::Value;

/// The most tokens a board has: 64 x 64.
const LARGEST_BOARD: usize = 4096;

/// What the steps since the last report gave; a figure that was not said is NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// The step.
    pub step: u64,
    /// Time spent on steps since the run's start, seconds.
    pub seconds: f64,
    /// Mean cross-entropy of a row.
    pub lm_loss: f32,
    /// Loss of the halting value.
    pub q_halt_loss: f32,
    /// Loss of the value of going on.
    pub q_continue_loss: f32,
    /// Share of cells right among the boards that halted.
    pub accuracy: f32,
    /// Share of boards wholly right among them.
    pub exact: f32,
    /// Segments that they took.
    pub segments_mean: f32,
    /// Learning rate.
    pub lr: f32,
    /// Speed.
    pub steps_per_s: f32,
}

/// How the held-out puzzles were answered; a figure that was not said is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The step.
    pub step: u64,
    /// Time spent on steps since the run's start, seconds.
    pub seconds: f64,
    /// How many were answered.
    pub puzzles: u64,
    /// Share wholly right.
    pub exact: f32,
    /// Share of cells right.
    pub cell: f32,
    /// Segments taken.
    pub segments_mean: f32,
    /// Mazes: share with a valid path.
    pub valid_path: f32,
    /// What the share of right boards would be if all stopped after a segment: the segment, from 1, and the share.
    pub by_segment: Vec<(u32, f32)>,
}

/// Something that happened to the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// The step.
    pub step: u64,
    /// When, seconds since 1970.
    pub at: Option<u64>,
    /// What.
    pub text: String,
}

/// The held-out puzzle of the live board, as tokens of its task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivePuzzle {
    /// The board, `[S]`.
    pub inputs: Vec<u8>,
    /// The right answer, `[S]`; None does not count.
    pub labels: Vec<Option<u8>>,
}

/// The live puzzle's answer at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The step.
    pub step: u64,
    /// When, seconds since 1970.
    pub at: Option<u64>,
    /// The answer, `[S]`.
    pub answer: Box<[u8]>,
    /// Segments taken.
    pub segments: u64,
    /// How it compares with the right answer.
    pub score: Score,
}

/// How an answer of the live puzzle compares with the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// Cells that the model had to fill and filled rightly.
    pub right: usize,
    /// Cells that it had to fill: those whose answer differs from what stood there.
    pub open: usize,
    /// Cells that are wrong anywhere on the board.
    pub wrong: usize,
}

impl Score {
    /// Compares an answer with the labels.
    pub fn of(puzzle: &LivePuzzle, answer: &[u8]) -> Self {
        let mut score = Self::default();
        for ((input, label), answer) in puzzle.inputs.iter().zip(&puzzle.labels).zip(answer) {
            let Some(label) = label else { continue };
            let open = input != label;
            score.open += usize::from(open);
            score.right += usize::from(open && answer == label);
            score.wrong += usize::from(answer != label);
        }
        score
    }
}

/// A line of `metrics.jsonl`.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// What the steps gave.
    Report(Report),
    /// What the held-out puzzles gave.
    Measured(Measured),
    /// What happened.
    Happened(Happened),
}

impl Line {
    /// Its step.
    pub fn step(&self) -> u64 {
        match self {
            Self::Report(report) => report.step,
            Self::Measured(measured) => measured.step,
            Self::Happened(happened) => happened.step,
        }
    }
}

/// A line of `metrics.jsonl`; its time is not known yet.
pub fn metrics(line: &str) -> Option<Line> {
    let value: Value = serde_json::from_str(line).ok()?;
    let step = value.get("step")?.as_u64()?;
    let seconds = 0.0;
    if let Some(text) = value.get("event").and_then(Value::as_str) {
        let text = text.chars().take(400).collect();
        return Some(Line::Happened(Happened { step, at: value.get("at").and_then(Value::as_u64), text }));
    }
    if let Some(held_out) = value.get("held_out") {
        let by_segment = held_out.get("by_segment").and_then(Value::as_array).into_iter().flatten();
        let score =
            |score: &Value| Some((u32::try_from(score.get("segment")?.as_u64()?).ok()?, figure(score, "exact")));
        return Some(Line::Measured(Measured {
            step,
            seconds,
            puzzles: held_out.get("puzzles").and_then(Value::as_u64).unwrap_or(0),
            exact: figure(held_out, "exact"),
            cell: figure(held_out, "cell"),
            segments_mean: figure(held_out, "segments_mean"),
            valid_path: figure(held_out, "valid_path"),
            by_segment: by_segment.filter_map(score).take(256).collect(),
        }));
    }
    value.get("lm_loss")?;
    Some(Line::Report(Report {
        step,
        seconds,
        lm_loss: figure(&value, "lm_loss"),
        q_halt_loss: figure(&value, "q_halt_loss"),
        q_continue_loss: figure(&value, "q_continue_loss"),
        accuracy: figure(&value, "accuracy"),
        exact: figure(&value, "exact"),
        segments_mean: figure(&value, "segments_mean"),
        lr: figure(&value, "lr"),
        steps_per_s: figure(&value, "steps_per_s"),
    }))
}

fn figure(value: &Value, key: &str) -> f32 {
    value.get(key).and_then(Value::as_f64).map_or(f32::NAN, |figure| figure as f32)
}

/// A line of `live.jsonl`: the puzzle, where it stands in the line, and the answer, not yet compared.
pub fn live(line: &str) -> Option<(Option<LivePuzzle>, Option<Moment>)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let step = value.get("step")?.as_u64()?;
    let tokens = |key: &str| -> Option<Vec<Option<u8>>> {
        let array = value.get(key)?.as_array().filter(|array| (1..=LARGEST_BOARD).contains(&array.len()))?;
        Some(array.iter().map(|token| token.as_i64().and_then(|token| u8::try_from(token).ok())).collect())
    };
    let puzzle = tokens("inputs").zip(tokens("labels")).filter(|(inputs, labels)| inputs.len() == labels.len());
    let known = |tokens: Vec<Option<u8>>| tokens.into_iter().map(|token| token.unwrap_or(u8::MAX)).collect();
    let puzzle = puzzle.map(|(inputs, labels)| LivePuzzle { inputs: known(inputs), labels });
    let moment = tokens("answer").map(|answer| Moment {
        step,
        at: value.get("at").and_then(Value::as_u64),
        answer: known(answer).into(),
        segments: value.get("segments").and_then(Value::as_u64).unwrap_or(0),
        score: Score::default(),
    });
    Some((puzzle, moment))
}
