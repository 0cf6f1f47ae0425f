//! Many answers to one question, each to another variant of the task, become the one or two that count.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::{Variant, decode};
use crate::board::arc::{Grid, Task};

/// Answers collected per task and test input.
#[derive(Debug, Clone, Default)]
pub struct Votes {
    tasks: BTreeMap<String, HashMap<Grid, HashMap<Grid, Tally>>>,
    unreadable: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    votes: usize,
    halting: f64,
}

/// An answer with the votes for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// The answer.
    pub answer: Grid,
    /// How many variants gave it.
    pub votes: usize,
    /// The mean probability of halting of those, 0 to 1.
    pub halting: f64,
}

/// How one test input fared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InputScore {
    /// The task's name.
    pub task: String,
    /// Which of the task's test pairs, counted from 0.
    pub test: usize,
    /// How many answers there were.
    pub votes: usize,
    /// The place of the right answer among the candidates, counted from 1; `None` when nobody gave it.
    pub rank: Option<usize>,
    /// The first candidates, best first; as many as the largest k asked for.
    pub best: Vec<Candidate>,
}

/// What was right within the first `k` candidates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pass {
    /// How many candidates counted.
    pub k: usize,
    /// Tasks of which all test inputs were right.
    pub tasks: usize,
    /// Test inputs that were right.
    pub inputs: usize,
    /// [`Pass::tasks`] as a share of all tasks, 0 to 1: the score of the ARC Prize.
    pub by_task: f64,
    /// [`Pass::inputs`] as a share of all test inputs, 0 to 1.
    pub by_input: f64,
    /// The share of each task's test inputs that were right, averaged over the tasks: the figure of the public HRM
    /// evaluation.
    pub by_task_mean: f64,
}

/// The score over a set of tasks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Tasks with at least one test pair whose answer is known.
    pub tasks: usize,
    /// Test pairs whose answer is known; the others do not count.
    pub inputs: usize,
    /// Answers that showed no grid, over all that was collected; they have no vote.
    pub unreadable: usize,
    /// One for each k asked for, in that order.
    pub passes: Vec<Pass>,
    /// Each test input, in the order of the tasks.
    pub details: Vec<InputScore>,
}

impl Votes {
    /// Counts one answer to a test input of a task, both already undone ([`Variant::inverse`]); `halting` is the
    /// probability of halting, 0 to 1, and anything else counts as the nearer end.
    pub fn add(&mut self, task: &str, input: Grid, answer: Grid, halting: f64) {
        // NaN would poison the mean of all the others.
        let halting = if halting.is_nan() { 0.0 } else { halting.clamp(0.0, 1.0) };
        let inputs = self.tasks.entry(task.to_owned()).or_default();
        let tally = inputs.entry(input).or_default().entry(answer).or_default();
        tally.votes += 1;
        tally.halting += halting;
    }

    /// Counts an answer as the model gave it: the puzzle's name with its variant, the tokens `[side * side]` of the
    /// input and of the answer, both without an offset, and the logit of halting. Returns false when either shows no
    /// grid: then it has no vote (the public evaluation lets the empty answer stand for election).
    pub fn add_tokens(&mut self, name: &str, side: usize, input: &[i32], answer: &[i32], q_halt: f64) -> bool {
        let (task, variant) = Variant::parse_name(name);
        let undo = variant.inverse();
        let (Some(input), Some(answer)) = (decode(input, side), decode(answer, side)) else {
            self.unreadable += 1;
            return false;
        };
        self.add(task, undo.apply(&input), undo.apply(&answer), 1.0 / (1.0 + (-q_halt).exp()));
        true
    }

    /// How many answers showed no grid.
    pub fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// The answers to a test input, best first: most votes, then the higher mean probability of halting, then, so that
    /// the order is always the same, the smaller grid.
    pub fn ranked(&self, task: &str, input: &Grid) -> Vec<Candidate> {
        let Some(tallies) = self.tasks.get(task).and_then(|inputs| inputs.get(input)) else {
            return Vec::new();
        };
        let candidate = |(answer, tally): (&Grid, &Tally)| Candidate {
            answer: answer.clone(),
            votes: tally.votes,
            halting: tally.halting / tally.votes as f64,
        };
        let mut candidates: Vec<Candidate> = tallies.iter().map(candidate).collect();
        candidates.sort_by(|a, b| {
            let better = b.votes.cmp(&a.votes).then_with(|| b.halting.total_cmp(&a.halting));
            better.then_with(|| a.answer.cmp(&b.answer))
        });
        candidates
    }

    /// The score over these tasks, with the first `k` candidates counting for each k of `ks` (usually 1 and 2). A test
    /// input without answers is wrong; a test pair without a known output does not count.
    pub fn score(&self, tasks: &[(String, Task)], ks: &[usize]) -> Score {
        let most = ks.iter().copied().max().unwrap_or(0);
        let mut details = Vec::new();
        for (name, task) in tasks {
            for (test, pair) in task.test.iter().enumerate() {
                let Some(right) = &pair.output else {
                    continue;
                };
                let mut best = self.ranked(name, &pair.input);
                let rank = best.iter().position(|candidate| candidate.answer == *right).map(|at| at + 1);
                let votes = best.iter().map(|candidate| candidate.votes).sum();
                best.truncate(most);
                details.push(InputScore { task: name.clone(), test, votes, rank, best });
            }
        }
        let passes = ks.iter().map(|&k| pass(k, &details)).collect();
        let tasks = details.iter().map(|detail| &detail.task).collect::<HashSet<_>>().len();
        Score { tasks, inputs: details.len(), unreadable: self.unreadable, passes, details }
    }
}

fn pass(k: usize, details: &[InputScore]) -> Pass {
    let mut per_task = BTreeMap::<&str, (usize, usize)>::new();
    for detail in details {
        let (right, all) = per_task.entry(&detail.task).or_default();
        *right += usize::from(detail.rank.is_some_and(|rank| rank <= k));
        *all += 1;
    }
    let tasks = per_task.values().filter(|(right, all)| right == all).count();
    let inputs = per_task.values().map(|(right, _)| right).sum();
    let shares: f64 = per_task.values().map(|&(right, all)| right as f64 / all as f64).sum();
    let share = |part: f64, all: usize| if all == 0 { 0.0 } else { part / all as f64 };
    Pass {
        k,
        tasks,
        inputs,
        by_task: share(tasks as f64, per_task.len()),
        by_input: share(inputs as f64, details.len()),
        by_task_mean: share(shares, per_task.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::arc::Pair;
    use crate::board::arc::tests::any_grid;
    use crate::task::arc::encode_grid;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn grid(text: &str) -> Grid {
        text.parse().unwrap()
    }

    fn task(pairs: &[(&str, Option<&str>)]) -> Task {
        let pair = |&(input, output): &(&str, Option<&str>)| Pair { input: grid(input), output: output.map(grid) };
        Task { train: vec![], test: pairs.iter().map(pair).collect() }
    }

    #[test]
    fn votes_then_halting_then_a_fixed_order() {
        let mut votes = Votes::default();
        for (answer, halting) in
            [("1", 0.9), ("2", 0.1), ("2", 0.2), ("3", 0.5), ("4", 0.9), ("5", f64::NAN), ("6", -4.0), ("7", 7.0)]
        {
            votes.add("a", grid("0"), grid(answer), halting);
        }
        votes.add("a", grid("1"), grid("8"), 1.0);
        votes.add("b", grid("0"), grid("9"), 1.0);
        let ranked = votes.ranked("a", &grid("0"));
        let order: Vec<String> = ranked.iter().map(|candidate| candidate.answer.to_string()).collect();
        assert_eq!(order, ["2", "7", "1", "4", "3", "5", "6"]);
        assert!(ranked[0].votes == 2 && (ranked[0].halting - 0.15).abs() < 1e-12);
        assert!(ranked.iter().all(|candidate| (0.0..=1.0).contains(&candidate.halting)));
        assert_eq!(votes.ranked("a", &grid("2")), []);
        assert_eq!(votes.ranked("c", &grid("0")), []);
    }

    #[test]
    fn tasks_inputs_and_means() {
        let tasks = [
            ("both".into(), task(&[("0", Some("1")), ("1", Some("2"))])),
            ("half".into(), task(&[("0", Some("1")), ("1", Some("2")), ("2", None)])),
            ("none".into(), task(&[("0", Some("1"))])),
            ("untold".into(), task(&[("0", None)])),
        ];
        let mut votes = Votes::default();
        votes.add("both", grid("0"), grid("1"), 0.5);
        votes.add("both", grid("1"), grid("3"), 0.9);
        votes.add("both", grid("1"), grid("2"), 0.1);
        votes.add("half", grid("0"), grid("1"), 0.5);
        votes.add("half", grid("1"), grid("4"), 0.5);
        let score = votes.score(&tasks, &[1, 2]);
        assert_eq!((score.tasks, score.inputs, score.details.len()), (3, 5, 5));
        let [one, two] = &score.passes[..] else { panic!("two passes") };
        assert_eq!((one.k, one.tasks, one.inputs, two.k, two.tasks, two.inputs), (1, 0, 2, 2, 1, 3));
        assert!((two.by_task - 1.0 / 3.0).abs() < 1e-12 && (two.by_input - 0.6).abs() < 1e-12);
        assert!((one.by_task_mean - 1.0 / 3.0).abs() < 1e-12 && (two.by_task_mean - 0.5).abs() < 1e-12);
        assert_eq!((score.details[1].rank, score.details[1].votes, score.details[3].rank), (Some(2), 2, None));
        assert!(score.details[1].best.len() == 2 && score.details[4].best.is_empty());
        let json = serde_json::to_value(&score).unwrap();
        assert_eq!(json["passes"][1]["tasks"], 1);
        assert_eq!(json["details"][1]["best"][0]["answer"], serde_json::json!([[3]]));
        let nothing = votes.score(&[], &[1, 2]);
        assert_eq!((nothing.passes[0].by_task, nothing.tasks), (0.0, 0));
        assert!(votes.score(&tasks, &[]).passes.is_empty());
    }

    #[test]
    fn what_shows_no_grid_has_no_vote() {
        let mut votes = Votes::default();
        assert!(!votes.add_tokens("a", 2, &[2, 2, 2, 2], &[1, 2, 2, 2], 3.0));
        assert!(!votes.add_tokens("a", 2, &[], &[2, 2, 2, 2], 3.0));
        assert!(votes.add_tokens("a", 2, &[2, 1, 1, 0], &[3, 1, 1, 0], f64::NEG_INFINITY));
        assert_eq!(votes.unreadable(), 2);
        assert_eq!(votes.ranked("a", &grid("0"))[0], Candidate { answer: grid("1"), votes: 1, halting: 0.0 });
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn all_variants_vote_for_one_answer(input in any_grid(6), output in any_grid(6), seeds in prop::collection::vec(any::<u64>(), 1..9)) {
            let mut votes = Votes::default();
            for &seed in &seeds {
                let variant = Variant::random(&mut ChaCha8Rng::seed_from_u64(seed));
                let tokens = |grid: &Grid| encode_grid(&variant.apply(grid), 6, (0, 0)).unwrap();
                prop_assert!(votes.add_tokens(&variant.name("a_b"), 6, &tokens(&input), &tokens(&output), 0.0));
            }
            let ranked = votes.ranked("a_b", &input);
            prop_assert_eq!(ranked.len(), 1);
            prop_assert_eq!((&ranked[0].answer, ranked[0].votes), (&output, seeds.len()));
            prop_assert!((ranked[0].halting - 0.5).abs() < 1e-9);
            let tasks = [("a_b".to_string(), Task { train: vec![], test: vec![Pair { input, output: Some(output) }] })];
            prop_assert_eq!(votes.score(&tasks, &[1]).passes[0].tasks, 1);
        }
    }
}
