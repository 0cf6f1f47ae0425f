//! Words and sentences about a run, made from its numbers.

use crate::train::watch::{Life, Measured, Moment, RunView};

/// How the program begins what it says went wrong.
const PROGRAM: &str = "hrmscope: ";
/// Days from here on are told in years, as in the terminal.
const YEAR: f64 = 365.0 * 86_400.0;
const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// A text as the window shows it: its face sets backquotes as accents over their neighbours.
pub fn readable(text: &str) -> String {
    text.replace('`', "\"")
}

/// What went wrong, as the window shows it: without the program's name.
pub fn reason(text: &str) -> String {
    readable(text.strip_prefix(PROGRAM).unwrap_or(text))
}

/// A state in a word.
pub fn state_word(life: Life) -> &'static str {
    match life {
        Life::Starting => "starting",
        Life::Preparing => "preparing data",
        Life::Training => "training",
        Life::Paused => "paused",
        Life::Stopped => "stopped",
        Life::Done => "done",
        Life::Failed => "failed",
        Life::Killed => "interrupted",
        Life::Unknown => "not running",
    }
}

/// A whole number with groups that no line break parts: `8 420`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

/// A time in the unit that suits it: `40 s`, `12 min`, `3.5 h`, `4 d`, `600 years`.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if !s.is_finite() || s < 0.0 => "?".to_owned(),
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s if s < 36_000.0 => format!("{:.1} h", s / 3600.0),
        s if s < 172_800.0 => format!("{:.0} h", s / 3600.0),
        s if s < 2.0 * YEAR => format!("{:.0} d", s / 86_400.0),
        s => format!("{} years", grouped((s / YEAR).round() as u64)),
    }
}

/// A size in the units of the terminal: `3.2 MiB`.
pub fn bytes(count: u64) -> String {
    let of = |unit: u64| count as f64 / unit as f64;
    match count {
        0..KIB => format!("{count} B"),
        KIB..MIB => format!("{:.0} KiB", of(KIB)),
        MIB..GIB => format!("{:.1} MiB", of(MIB)),
        _ => format!("{:.1} GiB", of(GIB)),
    }
}

/// A share in percent, exact where it matters.
pub fn percent(share: f32) -> String {
    let percent = share * 100.0;
    match percent {
        p if p.is_nan() => "–".to_owned(),
        p if p > 0.0 && p < 0.95 => format!("{p:.1} %"),
        // Never rounded up to all.
        p if p > 99.0 && p < 100.0 => format!("{:.1} %", (p * 10.0).floor() / 10.0),
        p => format!("{p:.0} %"),
    }
}

/// A figure with three digits that matter: `0.0312`, `1.24`, `312`.
pub fn number(value: f32) -> String {
    let size = value.abs();
    match size {
        0.0 => "0".to_owned(),
        s if !s.is_finite() => "–".to_owned(),
        s if !(1e-4..1e5).contains(&s) => format!("{value:.1e}"),
        s => format!("{value:.*}", (2 - s.log10().floor() as i32).clamp(0, 6) as usize),
    }
}

/// A learning rate as people write it: `1e-3`, `2.5e-4`.
pub fn rate(rate: f64) -> String {
    if rate <= 0.0 || !rate.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{rate:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) if mantissa.len() > 5 => {
            format!("{:.2}e{exponent}", mantissa.parse::<f64>().unwrap_or(1.0))
        }
        _ => text,
    }
}

/// One line of what a run is at, for the list.
pub fn line(run: &RunView) -> String {
    let best = run.measured.last().map(|m| m.exact).filter(|exact| exact.is_finite());
    let exact = best.map(|exact| format!("exact {}", percent(exact)));
    let (step, steps) = (run.step(), run.steps());
    let share = (steps > 0).then(|| step as f64 / steps as f64 * 100.0);
    let at = match share {
        Some(share) if share < 100.0 => format!("{share:.0} %"),
        _ => format!("step {}", grouped(step)),
    };
    if let Some(asked) = &run.asked {
        return if asked == "pause" {
            "pausing after this step…".into()
        } else {
            "stopping after this step…".into()
        };
    }
    match run.life {
        Life::Starting => "starting…".into(),
        Life::Preparing => "preparing data…".into(),
        Life::Training => {
            let left = run.status.eta_s.map(|eta| format!("{} left", duration(eta)));
            [exact.or(Some(at)), left].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
        Life::Paused => joined("paused at", &at, exact),
        Life::Stopped => joined("stopped at", &at, exact),
        Life::Killed => joined("interrupted at", &at, exact),
        Life::Done => exact.unwrap_or_else(|| "done".into()),
        Life::Failed => format!("failed: {}", first_line(run.message.as_deref().unwrap_or("no reason was given"))),
        Life::Unknown => exact.map_or_else(|| format!("at {at}"), |exact| format!("{exact} · {at}")),
    }
}

fn joined(word: &str, at: &str, exact: Option<String>) -> String {
    exact.map_or_else(|| format!("{word} {at}"), |exact| format!("{word} {at} · {exact}"))
}

/// The last line that says something, without the program's name.
pub fn first_line(text: &str) -> &str {
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(text);
    last.trim().trim_start_matches(PROGRAM)
}

/// How long ago, from seconds since 1970.
pub fn ago(then: u64, now: u64) -> String {
    if then == 0 { "never".into() } else { format!("{} ago", duration(now.saturating_sub(then) as f64)) }
}

/// What the bars of exactness by segment show, in a sentence.
pub fn segments(measured: &Measured) -> String {
    let scores: Vec<(u32, f32)> = measured.by_segment.iter().copied().filter(|(_, exact)| exact.is_finite()).collect();
    let (Some(first), Some(last)) = (scores.first(), scores.last()) else {
        return "How far the answer gets with each segment is seen after the first evaluation.".into();
    };
    let best = scores.iter().copied().fold(*first, |best, score| if score.1 > best.1 + 0.005 { score } else { best });
    let counted = |n: u32| if n == 1 { "one segment".to_owned() } else { format!("{n} segments") };
    let mut text = if scores.len() == 1 {
        format!("With {} {} are wholly right", counted(first.0), percent(first.1))
    } else if last.1 < 0.005 && best.1 < 0.005 {
        "No board is wholly right yet, with one segment or with all".to_owned()
    } else if best.1 - last.1 > 0.02 {
        format!(
            "With {} {}, with {} only {}: thinking longer makes it worse",
            counted(best.0),
            percent(best.1),
            counted(last.0),
            percent(last.1)
        )
    } else if last.1 - first.1 > 0.02 {
        let from = if best.0 < last.0 { format!(", and {} are enough", counted(best.0)) } else { String::new() };
        format!(
            "With {} {}, with {} {}: thinking longer helps{from}",
            counted(first.0),
            percent(first.1),
            counted(last.0),
            percent(last.1)
        )
    } else {
        format!("One segment does as well as {}: {}", counted(last.0), percent(last.1))
    };
    if measured.segments_mean.is_finite() && measured.segments_mean > 0.0 {
        let early = measured.segments_mean < last.0 as f32 - 0.25;
        let halts = if early { "it halts after" } else { "it does not halt early yet, after" };
        text += &format!("; {halts} {:.1} on average", measured.segments_mean);
    }
    text + "."
}

/// What the cells are called that the model has to fill.
pub fn open_cells(task: &str) -> &'static str {
    match task {
        "maze" => "cells of the path",
        "arc" => "changed cells",
        _ => "open cells",
    }
}

/// What the live board shows, in a sentence or two.
pub fn live(task: &str, moments: &[std::sync::Arc<Moment>], at: usize) -> String {
    let Some(moment) = moments.get(at) else {
        return "The same held-out puzzle, answered every few seconds: its first answer comes soon.".into();
    };
    let now = moment.score;
    let segments = match moment.segments {
        0 => String::new(),
        1 => " in one segment".to_owned(),
        n => format!(" in {n} segments"),
    };
    let mut text = if now.wrong == 0 {
        format!("Wholly right{segments}")
    } else {
        format!("{} of {} {} right{segments}", now.right, now.open, open_cells(task))
    };
    let first = moments.iter().position(|moment| moment.score.wrong == 0);
    text += &match first {
        Some(first) if first <= at => format!("; first solved at step {}.", grouped(moments[first].step)),
        Some(first) => format!("; it will be solved at step {}.", grouped(moments[first].step)),
        None if now.wrong > 0 && at > 0 => {
            let before = moments[0].score.right;
            format!("; at step {} it had {before}. Not solved yet.", grouped(moments[0].step))
        }
        None => ".".to_owned(),
    };
    text
}

/// A line of the events pane.
#[derive(Debug, Clone, PartialEq)]
pub struct Occasion {
    /// The step.
    pub step: u64,
    /// When, seconds since 1970, where that is known.
    pub at: Option<u64>,
    /// What.
    pub text: String,
    /// Something is wrong.
    pub bad: bool,
}

/// What happened to a run, newest first: what it wrote down itself, and what its figures show.
pub fn occasions(run: &RunView) -> Vec<Occasion> {
    let mut found: Vec<Occasion> = run
        .happened
        .iter()
        .map(|h| Occasion { step: h.step, at: h.at, text: h.text.clone(), bad: is_bad(&h.text) })
        .collect();
    let (mut best, mut tenth) = (0.0f32, 0);
    let mut fewest = run.setup.as_ref().map_or(u32::MAX, |setup| setup.max_segments as u32);
    for measured in &run.measured {
        let say = |text: String| Occasion { step: measured.step, at: None, text, bad: false };
        if measured.exact > best {
            // Every best one at the top, and each further tenth on the way.
            let now = (measured.exact * 10.0) as u32;
            if best == 0.0 {
                found.push(say(format!("first boards wholly right: {}", percent(measured.exact))));
            } else if now > tenth {
                found.push(say(format!("exact {}", percent(measured.exact))));
            }
            (best, tenth) = (measured.exact, now);
        }
        let taken = measured.segments_mean.ceil() as u32;
        if measured.segments_mean.is_finite() && taken > 0 && taken < fewest {
            if fewest != u32::MAX {
                found.push(say(format!("halting within {taken} segment{}", if taken == 1 { "" } else { "s" })));
            }
            fewest = taken;
        }
    }
    let status = &run.status;
    if matches!(run.life, Life::Paused | Life::Stopped | Life::Done) {
        let text = state_word(run.life).to_owned();
        found.push(Occasion { step: run.step(), at: Some(status.at), text, bad: false });
    }
    if status.saved_at > 0 {
        let text = "saved".to_owned();
        found.push(Occasion { step: status.saved_step, at: Some(status.saved_at), text, bad: false });
    }
    if let Some(best) = run.best().filter(|best| best.exact > 0.0) {
        let text = format!("best so far: exact {}", percent(best.exact));
        found.push(Occasion { step: best.step, at: None, text, bad: false });
    }
    if let Some(why) = run.message.as_deref().filter(|_| matches!(run.life, Life::Failed | Life::Killed)) {
        found.push(Occasion { step: run.step(), at: Some(status.at), text: first_line(why).to_owned(), bad: true });
    }
    found.sort_by_key(|occasion| std::cmp::Reverse((occasion.step, occasion.at)));
    found.dedup_by(|a, b| a.text == b.text && a.step == b.step);
    found
}

fn is_bad(text: &str) -> bool {
    let text = text.to_lowercase();
    ["fail", "not finite", "nan", "corrupt", "damaged", "cannot"].iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::train::watch::{LivePuzzle, Score};

    fn measured(exact: &[f32], segments_mean: f32) -> Measured {
        Measured {
            step: 10,
            seconds: 1.0,
            puzzles: 100,
            exact: *exact.last().unwrap_or(&f32::NAN),
            cell: 0.9,
            segments_mean,
            valid_path: f32::NAN,
            by_segment: exact.iter().enumerate().map(|(i, exact)| (i as u32 + 1, *exact)).collect(),
        }
    }

    #[test]
    fn the_sentence_follows_the_bars() {
        let says = |exact: &[f32], mean| segments(&measured(exact, mean));
        assert_eq!(
            says(&[0.12, 0.5, 0.72], 2.2),
            "With one segment 12 %, with 3 segments 72 %: thinking longer helps; it halts after 2.2 on average."
        );
        assert!(says(&[0.1, 0.72, 0.722], 3.0).contains("2 segments are enough; it does not halt early yet"));
        assert!(
            says(&[0.2, 0.91, 0.02], f32::NAN).ends_with("with 3 segments only 2 %: thinking longer makes it worse.")
        );
        assert!(says(&[0.0, 0.0], 2.0).starts_with("No board is wholly right yet"));
        assert!(says(&[0.9, 0.9], 1.0).starts_with("One segment does as well as 2 segments: 90 %"));
        assert!(says(&[], 1.0).contains("first evaluation"));
    }

    #[test]
    fn the_live_board_says_when_it_was_solved() {
        let puzzle = LivePuzzle { inputs: vec![1, 1, 3, 1], labels: vec![Some(2), Some(3), Some(3), None] };
        let moment = |step, answer: [u8; 4]| {
            let score = Score::of(&puzzle, &answer);
            Arc::new(Moment { step, at: None, answer: Box::new(answer), segments: 2, score })
        };
        let moments = [moment(10, [9, 9, 3, 0]), moment(20, [2, 9, 3, 0]), moment(3000, [2, 3, 3, 7])];
        assert_eq!(moments[0].score, Score { right: 0, open: 2, wrong: 2 });
        assert!(live("sudoku", &moments[..2], 1).ends_with("at step 10 it had 0. Not solved yet."));
        assert!(live("sudoku", &moments, 1).starts_with("1 of 2 open cells right in 2 segments; it will be solved at"));
        assert!(
            live("sudoku", &moments, 2).starts_with("Wholly right in 2 segments; first solved at step 3\u{a0}000.")
        );
        assert!(live("sudoku", &[], 0).contains("comes soon"));
    }

    #[test]
    fn saves_and_what_ended_a_run_are_events() {
        let mut run = crate::train::watch::Reader::new("/runs/a".into()).view().clone();
        run.life = Life::Paused;
        (run.status.step, run.status.at, run.status.saved_step, run.status.saved_at) = (70, 900, 70, 899);
        run.measured = vec![Measured { step: 40, ..measured(&[0.5], 2.0) }];
        let told: Vec<(u64, Option<u64>, String)> =
            occasions(&run).into_iter().map(|occasion| (occasion.step, occasion.at, occasion.text)).collect();
        assert_eq!(told[0], (70, Some(900), "paused".into()));
        assert_eq!(told[1], (70, Some(899), "saved".into()));
        assert!(told[2..].iter().any(|(step, _, text)| *step == 40 && text.contains("best so far")));
        run.life = Life::Training;
        assert_eq!(occasions(&run)[0].text, "saved");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([grouped(7), grouped(8420), grouped(1_234_567)], ["7", "8\u{a0}420", "1\u{a0}234\u{a0}567"]);
        assert_eq!([duration(40.0), duration(720.0), duration(12_600.0)], ["40 s", "12 min", "3.5 h"]);
        assert_eq!([bytes(12), bytes(3_400_000), bytes(193 << 30)], ["12 B", "3.2 MiB", "193.0 GiB"]);
        let days = |days: f64| duration(days * 86_400.0);
        assert_eq!([days(30.0), days(17_784.0), days(1e6)], ["30 d", "49 years", "2\u{a0}740 years"]);
        assert_eq!(
            [percent(0.004), percent(0.719), percent(0.9996), percent(1.0)],
            ["0.4 %", "72 %", "99.9 %", "100 %"]
        );
        assert_eq!([number(0.03124), number(1.236), number(312.4), number(1e-6)], ["0.0312", "1.24", "312", "1.0e-6"]);
        assert_eq!([rate(0.001), rate(2.5e-4), rate(0.0)], ["1e-3", "2.5e-4", "0"]);
        assert_eq!(duration(f64::NAN), "?");
    }
}
