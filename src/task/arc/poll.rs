//! One question asked in many variants: who is asked, what each answered, and what comes out of it.

use super::{Candidate, EncodeError, Variant, Votes, decode, encode_grid, variants};
use crate::board::arc::{Grid, Task};
use crate::task::{Example, IGNORE};

/// What decides the variants that no row of the puzzle table is for.
const SEED: u64 = 0;
/// The question's name among the votes, of which there is only one here.
const NAME: &str = "";

/// One variant of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voter {
    /// How the question is turned and its colours exchanged.
    pub variant: Variant,
    /// The row of the puzzle table that it is asked with.
    pub puzzle_id: i32,
    /// The row was learned for this very variant; else it is the task's own, or the blank one.
    pub own_row: bool,
}

/// What one variant answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Vote {
    /// The answer, turned back; None when it shows no grid, and then it counts for nobody.
    pub answer: Option<Grid>,
    /// Segments taken.
    pub segments: usize,
    /// Q of halting there, a logit.
    pub q_halt: f32,
}

/// A question, its variants, and their votes so far.
#[derive(Debug, Clone)]
pub struct Poll {
    input: Grid,
    side: usize,
    voters: Vec<Voter>,
    votes: Vec<Vote>,
    counted: Votes,
}

/// The variants of a task that are asked: the task itself, then those that the model has rows for, then others, `count`
/// in all where there are so many. `identifiers` are the names of the model's puzzle ids.
pub fn voters(name: &str, task: &Task, count: usize, identifiers: &[String]) -> Vec<Voter> {
    let id = |at: usize| i32::try_from(at).unwrap_or(0);
    let own = identifiers.iter().position(|known| known == name).map(id);
    let mut found = vec![Voter { variant: Variant::IDENTITY, puzzle_id: own.unwrap_or(0), own_row: own.is_some() }];
    for (at, known) in identifiers.iter().enumerate().filter(|(_, known)| known.starts_with(name)) {
        let (of, variant) = Variant::parse_name(known);
        if of == name && found.iter().all(|voter| voter.variant != variant) {
            found.push(Voter { variant, puzzle_id: id(at), own_row: true });
        }
    }
    for variant in variants(task, name, count.saturating_sub(found.len()), SEED) {
        if found.iter().all(|voter| voter.variant != variant) {
            found.push(Voter { variant, puzzle_id: own.unwrap_or(0), own_row: false });
        }
    }
    found.truncate(count.max(1));
    found
}

impl Poll {
    /// A question that nobody has answered yet, on a canvas of `side` x `side` tokens.
    pub fn new(input: Grid, side: usize, voters: Vec<Voter>) -> Self {
        Self { input, side, voters, votes: Vec::new(), counted: Votes::default() }
    }

    /// What the model is asked, one for each voter; no label counts.
    ///
    /// # Errors
    /// An input larger than the canvas.
    pub fn examples(&self) -> Result<Vec<Example>, EncodeError> {
        self.voters.iter().map(|voter| self.example(*voter)).collect()
    }

    fn example(&self, voter: Voter) -> Result<Example, EncodeError> {
        let inputs = encode_grid(&voter.variant.apply(&self.input), self.side, (0, 0))?;
        Ok(Example { labels: vec![IGNORE; inputs.len()], inputs, puzzle_id: voter.puzzle_id })
    }

    /// Counts the answer of the next voter: tokens `[side * side]`, segments taken, and the logit of halting.
    pub fn hear(&mut self, tokens: &[i32], segments: usize, q_halt: f32) {
        let Some(&voter) = self.voters.get(self.votes.len()) else { return };
        let Ok(asked) = self.example(voter) else { return };
        self.counted.add_tokens(&voter.variant.name(NAME), self.side, &asked.inputs, tokens, q_halt.into());
        let answer = decode(tokens, self.side).map(|grid| voter.variant.inverse().apply(&grid));
        self.votes.push(Vote { answer, segments, q_halt });
    }

    /// Who is asked.
    pub fn voters(&self) -> &[Voter] {
        &self.voters
    }

    /// The votes so far, in the order of the voters.
    pub fn votes(&self) -> &[Vote] {
        &self.votes
    }

    /// Whether all have answered.
    pub fn is_complete(&self) -> bool {
        self.votes.len() == self.voters.len()
    }

    /// The different answers, best first: most votes, then the higher mean probability of halting. The first two are
    /// the guesses that count.
    pub fn ranked(&self) -> Vec<Candidate> {
        self.counted.ranked(NAME, &self.input)
    }
}

/// A variant in words: `turned left, 1 for 3, 3 for 1`.
pub fn words(variant: Variant) -> String {
    const TURNS: [&str; 8] = [
        "as it is",
        "turned left",
        "turned by half",
        "turned right",
        "left and right swapped",
        "top and bottom swapped",
        "rows and columns swapped",
        "mirrored at the other diagonal",
    ];
    let turn = TURNS[variant.dihedral().index()];
    let changed = variant.colours().iter().enumerate().filter(|(from, to)| *from != usize::from(**to));
    let colours: Vec<String> = changed.map(|(from, to)| format!("{from}→{to}")).collect();
    match colours.is_empty() {
        true => turn.to_owned(),
        false => format!("{turn}, colours {}", colours.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::arc::Pair;
    use crate::task::arc::encode_grid;

    fn task() -> Task {
        let pair = |text: &str| Pair { input: text.parse().unwrap(), output: text.parse().ok() };
        Task { train: vec![pair("0123 4567")], test: vec![pair("12 34")] }
    }

    #[test]
    fn known_variants_are_asked_first_and_others_with_the_tasks_row() {
        let known: Vec<String> =
            ["<blank>", "other", "a", "a_t3_0213456789", "ab_t1_0213456789"].map(str::to_owned).to_vec();
        let asked = voters("a", &task(), 8, &known);
        assert_eq!(asked.len(), 8);
        assert_eq!((asked[0].variant, asked[0].puzzle_id, asked[0].own_row), (Variant::IDENTITY, 2, true));
        assert_eq!((asked[1].variant.to_string(), asked[1].puzzle_id), ("_t3_0213456789".into(), 3));
        assert!(asked[2..].iter().all(|voter| voter.puzzle_id == 2 && !voter.own_row));
        assert_eq!(voters("a", &task(), 1, &known).len(), 1);
        let unknown = voters("new", &task(), 4, &known);
        assert!(unknown.len() == 4 && unknown.iter().all(|voter| voter.puzzle_id == 0 && !voter.own_row));
    }

    #[test]
    fn votes_are_turned_back_grouped_and_ranked() {
        let input: Grid = "12 34".parse().unwrap();
        let mut poll = Poll::new(input.clone(), 4, voters("a", &task(), 6, &[]));
        let (right, wrong): (Grid, Grid) = ("21 43".parse().unwrap(), "7".parse().unwrap());
        // Two for one answer, three for another, one for nothing.
        for (at, q_halt) in [2.0, -1.0, 0.5, 3.0, 0.0, 9.0].into_iter().enumerate() {
            let variant = poll.voters()[at].variant;
            let tokens = match at {
                0 | 3 => encode_grid(&variant.apply(&wrong), 4, (0, 0)).unwrap(),
                5 => vec![0; 16],
                _ => encode_grid(&variant.apply(&right), 4, (0, 0)).unwrap(),
            };
            assert!(!poll.is_complete());
            poll.hear(&tokens, at, q_halt);
        }
        poll.hear(&[2; 16], 1, 0.0);
        assert!(poll.is_complete() && poll.votes().len() == 6);
        assert_eq!(poll.votes()[1], Vote { answer: Some(right.clone()), segments: 1, q_halt: -1.0 });
        assert_eq!(poll.votes()[5].answer, None);
        let ranked = poll.ranked();
        assert_eq!(ranked.iter().map(|c| (&c.answer, c.votes)).collect::<Vec<_>>(), [(&right, 3), (&wrong, 2)]);
        let mean = [-1.0f64, 0.5, 0.0].map(|q| 1.0 / (1.0 + (-q).exp())).iter().sum::<f64>() / 3.0;
        assert!((ranked[0].halting - mean).abs() < 1e-6);
        assert_eq!(poll.examples().unwrap()[0].inputs, encode_grid(&input, 4, (0, 0)).unwrap());
        assert!(Poll::new(input, 1, voters("a", &task(), 2, &[])).examples().is_err());
    }

    #[test]
    fn variants_are_told_in_words() {
        assert_eq!(words(Variant::IDENTITY), "as it is");
        assert_eq!(words(Variant::parse_name("_t1_0213456789").1), "turned left, colours 1→2 2→1");
    }
}
