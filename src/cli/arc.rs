//! What `solve` can do with an ARC task beyond one answer: fit the model to its examples, and ask it in many variants.

use std::ops::ControlFlow;

use anyhow::{Context, Result, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::board::arc::{Grid, Sheet};
use crate::model::{Hrm, Limits};
use crate::task::arc::{Candidate, Poll, side_for, voters};
use crate::train::{Answer, Fit, FitPlan, FitProgress, answers};

/// How a fit went.
pub struct FitReport {
    plan: FitPlan,
    end: FitProgress,
    /// What was answered before, and whether it was right.
    before: (Option<Grid>, bool),
}

/// Fits the model to the task's examples, with the progress on standard error where that is a terminal. `names` are those
/// of the rows of its puzzle table, and get the new ones.
pub fn fit(
    model: &mut Hrm,
    names: &mut Vec<String>,
    sheet: &Sheet,
    plan: FitPlan,
    limits: Limits,
) -> Result<FitReport> {
    let alone = poll(model, names, sheet, 1, limits)?;
    let before = alone.votes().first().and_then(|vote| vote.answer.clone());
    let right = before.is_some() && before.as_ref() == sheet.output();
    let style = ProgressStyle::with_template("fitting {bar:30} {pos}/{len} steps, {msg}, {eta} left")?;
    let bar = ProgressBar::new(plan.steps).with_style(style);
    let mut fit = Fit::new(model, sheet.name(), sheet.task(), plan)?;
    while !fit.progress().is_done() {
        let progress = fit.step()?;
        bar.set_position(progress.step);
        bar.set_message(format!("loss {:.3}, {} of {} examples right", progress.loss, progress.right, progress.pairs));
    }
    bar.finish_and_clear();
    let fitted = fit.fitted();
    *names = fitted.identifiers(names);
    *model = fitted.model;
    Ok(FitReport { plan, end: fit.progress(), before: (before, right) })
}

/// Asks the model about the task's test input in `count` variants, one after the other.
pub fn poll(model: &Hrm, names: &[String], sheet: &Sheet, count: usize, limits: Limits) -> Result<Poll> {
    let config = &model.config;
    let side =
        side_for(config.seq_len, config.vocab).context("the model was not made for ARC: say another --checkpoint")?;
    let asked = voters(sheet.name(), sheet.task(), count, names);
    let mut poll = Poll::new(sheet.input().clone(), side, asked);
    let questions = poll.examples()?;
    let style = ProgressStyle::with_template("asking {bar:30} {pos}/{len} variants, {eta} left")?;
    let bar =
        if count > 1 { ProgressBar::new(questions.len() as u64) } else { ProgressBar::hidden() }.with_style(style);
    let mut see = |_, answer: Answer| {
        poll.hear(&answer.tokens, answer.segments, answer.q_halt);
        bar.inc(1);
        ControlFlow::Continue(())
    };
    answers(model, &questions, limits, (16, false), &mut |_| ControlFlow::Continue(()), &mut see)
        .map_err(|e| anyhow!("the device stopped answering: {e:?}"))?;
    bar.finish_and_clear();
    Ok(poll)
}

/// A grid as in the official JSON.
pub fn grid_json(grid: &Grid) -> Value {
    grid.lines().map(<[u8]>::to_vec).collect::<Vec<_>>().into()
}

impl FitReport {
    /// For scripts.
    pub fn json(&self) -> Value {
        json!({
            "steps": self.end.step, "whole_model": self.plan.whole, "loss": self.end.loss,
            "examples": self.end.pairs, "examples_right": self.end.right, "elapsed_ms": self.end.elapsed_ms,
            "before": self.before.0.as_ref().map(grid_json), "before_right": self.before.1,
        })
    }

    /// For people.
    pub fn say(&self) {
        let what = if self.plan.whole { "the whole model" } else { "the task's row" };
        println!(
            "fitted {what} in {} steps, {:.0} s: loss {:.3}, {} of {} examples right; before, the answer was {}",
            self.end.step,
            self.end.elapsed_ms / 1e3,
            self.end.loss,
            self.end.right,
            self.end.pairs,
            if self.before.1 { "right" } else { "not right" },
        );
    }
}

/// The votes for scripts: the different answers, best first.
pub fn votes_json(poll: &Poll, right: Option<&Grid>) -> Value {
    let candidate = |candidate: &Candidate| {
        json!({
            "answer": grid_json(&candidate.answer), "votes": candidate.votes, "halting": candidate.halting,
            "right": right.map(|right| *right == candidate.answer),
        })
    };
    poll.ranked().iter().map(candidate).collect::<Vec<_>>().into()
}

/// The votes for people: the two guesses that count as grids, the other answers as counts.
pub fn say_votes(poll: &Poll, right: Option<&Grid>) {
    let (ranked, all) = (poll.ranked(), poll.votes().len());
    let own = poll.voters().iter().filter(|voter| voter.own_row).count();
    println!("{all} variants asked, {own} of them with rows of their own, {} different answers", ranked.len());
    for (at, candidate) in ranked.iter().enumerate() {
        let name = if at < 2 { format!("guess {}", at + 1) } else { format!("answer {}", at + 1) };
        let verdict = match right {
            Some(right) if *right == candidate.answer => ": right",
            Some(_) => ": not right",
            None => "",
        };
        println!("{name}: {} of {all} votes, mean halt {:.2}{verdict}", candidate.votes, candidate.halting);
        if at < 2 {
            println!("{}", candidate.answer);
        }
    }
}
