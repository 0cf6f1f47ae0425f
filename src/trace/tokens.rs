//! What a run says of each token: how large its state is, how far it moved and which way, and when its answer was decided.

/// What one update of a module did to each token: all that is told of the whole run, so that the states themselves may be
/// let go.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tokens {
    /// The Euclidean norm of every token's new state `[tokens]`.
    pub norms: Vec<f32>,
    /// `||new - old||` of every token `[tokens]`.
    pub moves: Vec<f32>,
    /// The cosine between every token's new state and its old one `[tokens]`, -1 to 1; 0 where one of them is zero.
    pub cosines: Vec<f32>,
    /// The mean of the new state over all tokens `[hidden]`.
    pub mean: Vec<f32>,
}

impl Tokens {
    /// From the states after and before an update, `[tokens, hidden]` each.
    pub fn of(now: &[f32], before: &[f32], hidden: usize) -> Self {
        let mut all = Self { mean: mean_over_tokens(now, hidden), ..Self::default() };
        for (now, before) in now.chunks(hidden.max(1)).zip(before.chunks(hidden.max(1))) {
            let (size, old) = (dot(now, now), dot(before, before));
            let moved: f64 = now.iter().zip(before).map(|(a, b)| f64::from(a - b).powi(2)).sum();
            all.norms.push(size.sqrt() as f32);
            all.moves.push(moved.sqrt() as f32);
            let sizes = (size * old).sqrt();
            all.cosines.push(if sizes > 0.0 { (dot(now, before) / sizes) as f32 } else { 0.0 });
        }
        all
    }
}

/// The Euclidean norm of every token's state `[tokens, hidden]`.
pub fn norms(state: &[f32], hidden: usize) -> Vec<f32> {
    state.chunks(hidden.max(1)).map(|token| dot(token, token).sqrt() as f32).collect()
}

/// The mean over tokens of a state `[tokens, hidden]`, `[hidden]`; summed in f64.
pub fn mean_over_tokens(state: &[f32], hidden: usize) -> Vec<f32> {
    let mut sums = vec![0f64; hidden];
    for token in state.chunks_exact(hidden.max(1)) {
        sums.iter_mut().zip(token).for_each(|(sum, v)| *sum += f64::from(*v));
    }
    let tokens = (state.len() / hidden.max(1)).max(1) as f64;
    sums.iter().map(|sum| (sum / tokens) as f32).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
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
    use super::*;

    #[test]
    fn each_token_is_measured_by_itself() {
        let (now, before) = ([3.0, 4.0, 0.0, 1.0], [0.0, 0.0, 0.0, -1.0]);
        let all = Tokens::of(&now, &before, 2);
        assert_eq!((&all.norms[..], &all.moves[..]), (&[5.0, 1.0][..], &[5.0, 2.0][..]));
        assert_eq!((&all.cosines[..], &all.mean[..]), (&[0.0, -1.0][..], &[1.5, 2.5][..]));
        assert_eq!(norms(&now, 2), all.norms);
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
}
