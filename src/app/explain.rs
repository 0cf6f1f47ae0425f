//! Plain sentences about a micro-step, made from its numbers.

use super::figures::{verdict, word};
use super::puzzles::capital;
use super::scene::{Scene, Truth, scene};
use crate::board::{Board, Kind};
use crate::trace::{Module, Recording, SegmentEnd};

/// How a piece of text is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Plain text.
    Plain,
    /// A number or place that matters.
    Strong,
    /// A module's name.
    Of(Module),
    /// Right by the rules, or halting.
    Right,
    /// Wrong by the rules, or against the solution.
    Wrong,
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span(pub Tone, pub String);

/// Sentences being written.
#[derive(Debug, Default)]
struct Writer(Vec<Span>);

impl Writer {
    fn say(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.0.push(Span(tone, text.into()));
        self
    }

    fn plain(self, text: impl Into<String>) -> Self {
        self.say(Tone::Plain, text)
    }

    fn strong(self, text: impl Into<String>) -> Self {
        self.say(Tone::Strong, text)
    }

    fn of(self, module: Module) -> Self {
        self.say(Tone::Of(module), if module == Module::H { "H" } else { "L" })
    }
}

/// The logistic function: a Q value, a logit, as a probability.
pub fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// Both Q values as probabilities; as logits where two digits do not tell them apart.
pub fn decision(end: &SegmentEnd) -> String {
    let [halt, go] = [end.q_halt, end.q_continue].map(|q| format!("{:.2}", sigmoid(q)));
    match halt == go {
        false => format!("halt {halt}, continue {go}"),
        true => format!("q_halt {:+.2}, q_continue {:+.2}", end.q_halt, end.q_continue),
    }
}

/// A count as a word where that reads better.
fn count(n: usize) -> String {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.get(n).map_or_else(|| n.to_string(), |word| (*word).to_owned())
}

/// A number with three significant figures.
pub fn figure(value: f32) -> String {
    // No minus before a zero.
    let value = value + 0.0;
    match value.abs() {
        v if !v.is_finite() => "not a number".to_owned(),
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 1.0 => format!("{value:.2}"),
        v if v >= 0.001 || v == 0.0 => format!("{value:.3}"),
        _ => format!("{value:.1e}"),
    }
}

/// A number of bits; people read no powers of ten where it is as good as none.
pub fn bits(value: f32) -> String {
    if value > 0.0 && value < 0.001 { "below 0.001".to_owned() } else { figure(value) }
}

/// How far this step moved its module against that module's step before: "4.1 x the step before", or nothing for the
/// first.
pub fn against_before(recording: &Recording, step: usize) -> Option<(f32, f32)> {
    let this = recording.steps.get(step)?;
    let before = recording.steps[..step].iter().rev().find(|s| s.at.module == this.at.module)?;
    (before.residual > 0.0).then(|| (this.residual, this.residual / before.residual))
}

/// How far a step moved its module, where that is known.
pub fn distance(recording: &Recording, step: usize) -> String {
    let residual = recording.steps[step].residual;
    match residual.is_nan() && is_first(recording, step) && !recording.is_complete() {
        true => "an unknown distance".to_owned(),
        false => figure(residual),
    }
}

/// Whether a step is its module's first.
fn is_first(recording: &Recording, step: usize) -> bool {
    recording.last_update(recording.steps[step].at.module, step).is_none()
}

/// The line under the clockwork: what moved, how far, and what that means.
pub fn moved(recording: &Recording, playhead: usize) -> Vec<Span> {
    let Some(step) = playhead.checked_sub(1).and_then(|i| recording.steps.get(i).map(|s| (i, s))) else {
        return Writer::default().plain("Initial states: nothing has moved yet").0;
    };
    let (index, record) = step;
    let text = Writer::default().of(record.at.module).plain(" moved ").strong(distance(recording, index));
    let Some((_, ratio)) = against_before(recording, index) else {
        return if is_first(recording, index) { text.plain(" from its initial state").0 } else { text.0 };
    };
    let reset = record.at.module == Module::L && record.at.l_step == 0;
    let meaning = match ratio {
        // As the plot of residuals marks it.
        r if reset && r > 1.0 => ": reset",
        r if r < 0.8 => ": settling",
        _ => "",
    };
    text.plain(format!(" · {} x its step before{meaning}", ratio_text(ratio))).0
}

fn ratio_text(ratio: f32) -> String {
    if ratio >= 10.0 { format!("{ratio:.0}") } else { format!("{ratio:.1}") }
}

/// What the micro-step before the playhead did, in up to three sentences. `truth` is what is shown of it, if anything.
pub fn sentences(board: &Board, recording: Option<&Recording>, playhead: usize, truth: Option<&Truth>) -> Vec<Span> {
    let Some(recording) = recording else { return Writer::default().plain("Nothing has been computed yet.").0 };
    let Some(index) = playhead.checked_sub(1).filter(|i| *i < recording.steps.len()) else {
        let tokens = recording.dimensions.tokens;
        return Writer::default()
            .plain("Before the first step both states are the ")
            .strong("fixed initial values")
            .plain(format!(" the model was trained with, the same for all {tokens} tokens. "))
            .of(Module::L)
            .plain(" reads the board with its first step.")
            .0;
    };
    let now = scene(board, Some(recording), playhead, truth);
    let text = what_moved(recording, index);
    let text = what_changed(text, board, recording, playhead, &now);
    halting(text, board, recording, index, &now).0
}

/// From how many times its step before on a step counts as a jump.
const JUMP: f32 = 1.2;

fn what_moved(recording: &Recording, index: usize) -> Writer {
    let record = &recording.steps[index];
    let distance = distance(recording, index);
    let ratio = against_before(recording, index).map(|(_, ratio)| ratio);
    let compared = match ratio {
        None if is_first(recording, index) => " from its initial state. ".to_owned(),
        None => ". ".to_owned(),
        Some(r) if r > JUMP => format!(", {} times its step before. ", ratio_text(r)),
        Some(r) if r < 0.85 => format!(", {:.0}\u{a0}% of its step before. ", r * 100.0),
        Some(_) => ", about as far as its step before. ".to_owned(),
    };
    let text = Writer::default();
    let text = match (record.at.module, record.at.l_step) {
        (Module::L, 0) if index == 0 => text.of(Module::L).plain(" read the board for the first time and moved "),
        (Module::L, 0) if ratio.is_some_and(|r| r > JUMP) => {
            let text = text.of(Module::H).plain(" has just changed its plan, so ");
            text.of(Module::L).plain(" starts settling again: it moved ")
        }
        (Module::L, 0) => {
            let text = text.of(Module::H).plain(" has just stepped, and ");
            text.of(Module::L).plain(" goes on without a jump: it moved ")
        }
        (Module::L, _) => {
            let text = text.of(Module::L).plain(" works on under the same plan of ");
            text.of(Module::H).plain(": it moved ")
        }
        (Module::H, _) => text.of(Module::H).plain(" took in what ").of(Module::L).plain(" found and moved "),
    };
    text.strong(distance).plain(compared)
}

fn what_changed(text: Writer, board: &Board, recording: &Recording, playhead: usize, now: &Scene) -> Writer {
    if !now.answered {
        return text.plain("It is about another board. ");
    }
    let per = recording.dimensions.schedule.steps_per_segment();
    if !recording.is_complete() && !playhead.is_multiple_of(per) {
        return text.plain("What the model would answer now is not in the file. ");
    }
    if playhead == 1 {
        return text.plain(format!("Its first guess is sure of {} of {} cells. ", count(now.sure), now.open));
    }
    if now.changed == 0 {
        return text.plain("No cell changed its mind. ");
    }
    let verb = if now.changed == 1 { "cell changed" } else { "cells changed" };
    let mut text = text.plain(format!("{} {verb}", capital(&count(now.changed))));
    // The surest of them is the example.
    let changed = now.cells.iter().enumerate().filter(|(_, cell)| cell.changed);
    let Some((at, cell)) = changed.max_by(|a, b| a.1.confidence.total_cmp(&b.1.confidence)) else {
        return text.plain(". ");
    };
    let before = scene(board, Some(recording), playhead - 1, None);
    // Of an ARC answer that has grown, the cell may not have been asked about before.
    let before = before.cells.get(at).and_then(|cell| cell.answer).map_or_else(|| "outside".to_owned(), word);
    let after = cell.answer.map_or_else(|| "blank".to_owned(), word);
    text = text.plain("; ").strong(format!("r{}c{}", at / now.cols + 1, at % now.cols + 1));
    text = text.plain(format!(" went from {before} to {after}"));
    match cell.truth {
        Some(truth) if cell.answer != Some(truth) => {
            text.say(Tone::Wrong, format!(" (the solution has {})", word(truth))).plain(". ")
        }
        Some(_) => text.say(Tone::Right, " (right)").plain(". "),
        None if cell.wrong && board.kind() == Kind::Sudoku => text.say(Tone::Wrong, " (against the rules)").plain(". "),
        None if cell.wrong => text.say(Tone::Wrong, " (off the path)").plain(". "),
        None => text.plain(". "),
    }
}

fn halting(text: Writer, board: &Board, recording: &Recording, index: usize, now: &Scene) -> Writer {
    let schedule = recording.dimensions.schedule;
    let (segment, last) =
        (index / schedule.steps_per_segment(), (index + 1).is_multiple_of(schedule.steps_per_segment()));
    if let Some(end) = recording.end_of(segment).filter(|_| last) {
        let values = decision(end);
        return match (end.halted, end.q_halt > end.q_continue) {
            (true, true) if now.solved => {
                let right = match board.kind() {
                    Kind::Sudoku => "It halts with a board that keeps all rules",
                    Kind::Maze => "It halts with a valid shortest path",
                    Kind::Arc => "It halts with the right grid",
                };
                text.say(Tone::Right, right).plain(format!(": {values}."))
            }
            (true, true) => text.say(Tone::Right, "It halts").plain(format!(": {values}.")),
            (true, false) => text.plain(format!("The limit of segments ends it: {values}.")),
            (false, true) => text.plain(format!("It would halt, but a fixed number of segments was asked: {values}.")),
            (false, false) => text.plain(format!("It goes on: {values}.")),
        };
    }
    match (board.kind(), verdict(board, now)) {
        (Kind::Sudoku, Some((tone, _))) => return text.say(tone, "The answer keeps all rules").plain("."),
        (Kind::Sudoku, None) if now.wrong > 0 => {
            let them = if now.wrong == 1 { "cell breaks" } else { "cells break" };
            return text.plain(format!("{} {them} a rule.", capital(&count(now.wrong))));
        }
        (Kind::Maze | Kind::Arc, Some((tone, told))) => return text.plain("The answer: ").say(tone, told).plain("."),
        _ => {}
    }
    let left = schedule.steps_per_segment() - (index + 1) % schedule.steps_per_segment();
    text.plain(format!("The next halting decision is {} micro-steps away.", count(left)))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{recording, sudoku};
    use super::*;
    use crate::board::sudoku::Sudoku;

    fn told(playhead: usize, solution: Option<&str>) -> String {
        let recording = recording(24, |step, cell| if step >= 3 && cell == 1 { 2 } else { 3 });
        let solution = solution.map(|text| Truth::Digits(Sudoku::parse(text, None).unwrap()));
        let spans = sentences(&sudoku(), Some(&recording), playhead, solution.as_ref());
        spans.into_iter().map(|Span(_, text)| text).collect()
    }

    #[test]
    fn each_kind_of_step_is_told_from_its_numbers() {
        assert!(told(0, None).contains("initial values"));
        assert!(told(1, None).starts_with("L read the board for the first time and moved 0.800 from"));
        assert!(told(2, None).contains("12\u{a0}% of its step before") && told(2, None).contains("No cell changed"));
        assert!(told(3, None).starts_with("H took in what L found"));
        let reset = told(4, None);
        assert!(reset.contains("H has just changed its plan") && reset.contains("8.0 times"), "{reset}");
        assert!(reset.contains("One cell changed; r1c2 went from 3 to 2"), "{reset}");
        assert!(told(6, None).contains("It goes on: halt 0.27, continue 0.50"));
        assert!(told(24, None).contains("It halts: halt 0.88"));
    }

    #[test]
    fn a_reset_is_claimed_only_where_the_numbers_show_one() {
        let mut recording = recording(24, |_, _| 3);
        recording.steps[3].residual = recording.steps[1].residual;
        let text: String = what_moved(&recording, 3).0.into_iter().map(|Span(_, text)| text).collect();
        assert!(text.contains("without a jump") && !text.contains("again"), "{text}");
    }

    #[test]
    fn the_solution_is_named_only_when_it_is_shown() {
        assert!(!told(4, None).contains("solution"));
        assert!(told(4, Some("1324 4132 2413 3241")).contains("the solution has 3"));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(figure(0.381_4), "0.381");
        assert_eq!(figure(12.34), "12.3");
        assert_eq!(figure(0.000_012), "1.2e-5");
        assert_eq!(figure(f32::NAN), "not a number");
        assert_eq!([0.0, 9.3e-4, 0.471].map(bits), ["0.000", "below 0.001", "0.471"]);
        assert_eq!(sigmoid(0.0), 0.5);
    }
}
