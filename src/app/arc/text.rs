//! What is said of votes and fits, in sentences.

use super::super::state::State;
use super::{Asked, Fitted, Fitting};
use crate::board::arc::Grid;
use crate::task::arc::words;

/// A number of things.
pub fn many(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Seconds or minutes, roughly.
fn time(ms: f64) -> String {
    let seconds = ms / 1e3;
    if seconds < 90.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) }
}

/// Whether an answer is right, where that is known.
pub fn verdict(right: Option<&Grid>, answer: &Grid) -> &'static str {
    match right {
        Some(right) if right == answer => ", right",
        Some(_) => ", not right",
        None => "",
    }
}

impl Asked {
    /// How far it is, and what comes out of it.
    pub fn text(&self, right: Option<&Grid>) -> String {
        let (votes, all) = (self.poll.votes().len(), self.poll.voters().len());
        let ranked = self.poll.ranked();
        let found = match ranked.first() {
            None if votes > 0 => "no answer shows a grid".to_owned(),
            None => return format!("asking {}", many(all, "variant")),
            Some(_) if ranked.len() == 1 => "one answer".to_owned(),
            Some(_) => many(ranked.len(), "different answer"),
        };
        let state = match (self.running, self.poll.is_complete()) {
            (true, _) => format!("{votes} of {all} votes"),
            (false, false) => format!("stopped at {votes} of {all} votes"),
            (false, true) => many(all, "vote"),
        };
        let told = right.map(|right| match ranked.iter().position(|candidate| candidate.answer == *right) {
            Some(0) => ": the first guess is right",
            Some(1) => ": the second guess is right",
            Some(_) => ": the right one is not among the two guesses",
            None => ": none is right",
        });
        format!("{state} · {found}{}{}", told.unwrap_or(""), self.rows())
    }

    /// With which rows the variants are asked, where not all have their own: rules with fixed colours or directions are
    /// then other rules, and their answers differ.
    fn rows(&self) -> String {
        let voters = self.poll.voters();
        let own = voters.iter().filter(|voter| voter.own_row).count();
        match (own == voters.len(), own > 0) {
            (true, _) => String::new(),
            (false, true) => format!(" · {own} with a row of their own"),
            (false, false) => " · all with the blank row".to_owned(),
        }
    }

    /// One vote: the variant, and how its answer came about.
    pub fn vote(&self, at: usize, right: Option<&Grid>) -> String {
        let (voter, vote) = (&self.poll.voters()[at], &self.poll.votes()[at]);
        let answer = match &vote.answer {
            None => "no grid".to_owned(),
            Some(grid) => format!("{} × {}{}", grid.rows(), grid.cols(), verdict(right, grid)),
        };
        format!(
            "Vote {}: {} · {answer} · stopped at segment {} with q_halt {:+.2}",
            at + 1,
            words(voter.variant),
            vote.segments,
            vote.q_halt
        )
    }
}

impl Fitting {
    /// How far it is.
    pub fn text(&self) -> String {
        let what = if self.about.plan.whole { "the whole model" } else { "a row" };
        let Some(progress) = self.progress.filter(|progress| progress.step > 0) else {
            return format!("Fitting {what} to the examples of {}…", self.about.name);
        };
        // What matters most stands first: in a narrow window the end is cut.
        format!(
            "Fitting {what} to {}: step {} of {} · {} left · {} of {} right · loss {:.3}",
            self.about.name,
            progress.step,
            progress.steps,
            time(progress.left_ms().unwrap_or(0.0)),
            progress.right,
            many(progress.pairs, "example"),
            progress.loss
        )
    }
}

impl Fitted {
    /// What it came to.
    pub fn text(&self, state: &State) -> String {
        let model = state.model.as_ref().map_or("the model", |model| &model.name);
        let here = state.fitted_here().is_some();
        let who = match (self.about.plan.whole, here) {
            (true, _) => format!("A copy of {model}, all of it fitted to the examples of {}, answers", self.about.name),
            (false, true) => format!("{model} answers with a row fitted to these examples"),
            (false, false) => format!("{model} has a row fitted to the examples of {}", self.about.name),
        };
        let mut text = format!(
            "{who}: {} of {} right after {} and {}.",
            self.end.right,
            many(self.end.pairs, "example"),
            many(self.end.steps as usize, "step"),
            time(self.end.elapsed_ms),
        );
        let sheet = state.board().arc().filter(|_| here);
        if let Some(sheet) = sheet {
            if sheet.task().train != self.about.examples {
                text += " The examples were changed since.";
            }
            let asked = self.about.before.as_ref().filter(|(input, _)| input == sheet.input());
            if let (Some((_, before)), Some(right)) = (asked, sheet.output()) {
                text += if before == right { " Before, the answer was right." } else { " Before, it was not right." };
            }
        }
        if self.end.right < self.end.pairs {
            text += " It has not learned all of its examples: do not rely on the answer.";
        } else if here {
            text += " Right examples are no proof that it found the rule.";
        }
        text
    }
}
