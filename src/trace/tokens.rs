//! What a run says of each token: how large its state is, how far it moved and which way, and when its answer was decided.

use super::{Module, Recording};

/// The Euclidean norm of every token's state `[tokens, hidden]`.
pub fn norms(state: &[f32], hidden: usize) -> Vec<f32> {
    state.chunks(hidden.max(1)).map(|token| dot(token, token).sqrt() as f32).collect()
}

/// `||now - before||` of every token, states `[tokens, hidden]`.
pub fn moves(now: &[f32], before: &[f32], hidden: usize) -> Vec<f32> {
    let square = |(a, b): (&f32, &f32)| f64::from(a - b).powi(2);
    let pairs = now.chunks(hidden.max(1)).zip(before.chunks(hidden.max(1)));
    pairs.map(|(now, before)| now.iter().zip(before).map(square).sum::<f64>().sqrt() as f32).collect()
}

/// The cosine between every token's state now and before, -1 to 1; 0 where one of them is zero.
pub fn cosines(now: &[f32], before: &[f32], hidden: usize) -> Vec<f32> {
    let pairs = now.chunks(hidden.max(1)).zip(before.chunks(hidden.max(1)));
    let cosine = |(now, before): (&[f32], &[f32])| {
        let size = (dot(now, now) * dot(before, before)).sqrt();
        if size > 0.0 { (dot(now, before) / size) as f32 } else { 0.0 }
    };
    pairs.map(cosine).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

impl Recording {
    /// The newest update of a module within the first `steps` micro-steps: its place among them.
    pub fn last_update(&self, module: Module, steps: usize) -> Option<usize> {
        self.steps[..steps.min(self.steps.len())].iter().rposition(|step| step.at.module == module)
    }

    /// A module's state after its update at micro-step `update`, and the one before it, `[tokens, hidden]` each.
    pub fn update(&self, module: Module, update: usize) -> (&[f32], &[f32]) {
        (self.state(module, Some(update)), self.state(module, update.checked_sub(1)))
    }
}

/// From which micro-step on, counted from 1, a token has kept the answer that it has at the end; 0 where there are no
/// answers. `answers` are the most probable tokens of each micro-step, in order.
pub fn decided(answers: &[Vec<i32>], token: usize) -> usize {
    let said = |step: &Vec<i32>| step.get(token).copied();
    let Some(last) = answers.last() else { return 0 };
    let end = said(last);
    answers.iter().rposition(|step| said(step) != end).map_or(1, |other| other + 2)
}

/// How often a token's answer changed from one micro-step to the next.
pub fn changes(answers: &[Vec<i32>], token: usize) -> usize {
    answers.windows(2).filter(|pair| pair[0].get(token) != pair[1].get(token)).count()
}

/// The answers that a token took, in order, each with the micro-step, counted from 1, from which on.
pub fn stays(answers: impl IntoIterator<Item = usize>) -> Vec<(usize, usize)> {
    let mut all: Vec<(usize, usize)> = Vec::new();
    for (step, answer) in answers.into_iter().enumerate() {
        if all.last().is_none_or(|(_, before)| *before != answer) {
            all.push((step + 1, answer));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::{Dimensions, Readout, Schedule, StepRecord};
    use super::*;

    #[test]
    fn each_token_is_measured_by_itself() {
        let (now, before) = ([3.0, 4.0, 0.0, 1.0], [0.0, 0.0, 0.0, -1.0]);
        assert_eq!(norms(&now, 2), [5.0, 1.0]);
        assert_eq!(moves(&now, &before, 2), [5.0, 2.0]);
        assert_eq!(cosines(&now, &before, 2), [0.0, -1.0]);
        assert!(norms(&[], 0).is_empty());
    }

    #[test]
    fn an_answer_is_decided_where_it_last_changed() {
        let answers: Vec<Vec<i32>> = [[1, 7, 3], [2, 7, 4], [1, 7, 3], [1, 7, 5]].map(Vec::from).to_vec();
        let of = |token| (decided(&answers, token), changes(&answers, token));
        assert_eq!([of(0), of(1), of(2)], [(3, 2), (1, 0), (4, 3)]);
        assert_eq!(decided(&[], 0), 0);
        assert_eq!(stays([7, 7, 2, 2, 7]), [(1, 7), (3, 2), (5, 7)]);
        assert!(stays([]).is_empty());
    }

    #[test]
    fn an_update_has_the_state_before_it() {
        let schedule = Schedule { h_cycles: 1, l_cycles: 2 };
        let dimensions = Dimensions { schedule, tokens: 1, puzzle_tokens: 0, hidden: 1, vocab: 2, max_segments: 1 };
        let mut recording = Recording::new(dimensions, vec![10.0].into(), vec![20.0].into());
        for i in 0..6 {
            let readout = Readout::new(2, vec![].into());
            recording.steps.push(StepRecord {
                at: schedule.at(i),
                state: vec![i as f32].into(),
                residual: 0.0,
                readout,
            });
        }
        assert_eq!(recording.last_update(Module::L, 3), Some(1));
        assert_eq!(recording.last_update(Module::H, 2), None);
        assert_eq!(recording.last_update(Module::H, 99), Some(5));
        assert_eq!(recording.update(Module::L, 3), (&[3.0][..], &[1.0][..]));
        assert_eq!(recording.update(Module::L, 0), (&[0.0][..], &[20.0][..]));
        assert_eq!(recording.update(Module::H, 5), (&[5.0][..], &[2.0][..]));
    }
}
