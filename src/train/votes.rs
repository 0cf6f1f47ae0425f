//! ARC answers as votes: every variant of a task is asked, and the answers, undone, are counted.

use std::collections::BTreeMap;

use super::evaluate::Answer;
use crate::board::arc::{Pair, Task};
use crate::task::arc::{PAD, Score, Variant, Votes, decode};
use crate::task::{Example, IGNORE};

/// Collects the answers to examples of one canvas, and what would be right.
#[derive(Debug)]
pub struct Ballot {
    side: usize,
    votes: Votes,
    tasks: BTreeMap<String, Task>,
}

impl Ballot {
    /// No answers yet; the canvas has `side` x `side` tokens.
    pub fn new(side: usize) -> Self {
        Self { side, votes: Votes::default(), tasks: BTreeMap::new() }
    }

    /// Adds the answer to an example whose puzzle id has this name.
    pub fn add(&mut self, name: &str, example: &Example, answer: &Answer) {
        let (task, variant) = Variant::parse_name(name);
        let undo = variant.inverse();
        let labels: Vec<i32> = example.labels.iter().map(|&l| if l == IGNORE { PAD } else { l }).collect();
        if let (Some(input), Some(output)) = (decode(&example.inputs, self.side), decode(&labels, self.side)) {
            let pair = Pair { input: undo.apply(&input), output: Some(undo.apply(&output)) };
            let known = self.tasks.entry(task.to_owned()).or_insert_with(|| Task { train: vec![], test: vec![] });
            if !known.test.contains(&pair) {
                known.test.push(pair);
            }
        }
        self.votes.add_tokens(name, self.side, &example.inputs, &answer.tokens, f64::from(answer.q_halt));
    }

    /// The score with one and with two answers allowed.
    pub fn score(&self) -> Score {
        let tasks: Vec<(String, Task)> = self.tasks.iter().map(|(name, task)| (name.clone(), task.clone())).collect();
        self.votes.score(&tasks, &[1, 2])
    }
}
