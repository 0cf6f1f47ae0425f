//! Which states a recording keeps in memory, and from where the others are computed again.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::{Module, Recording};

/// How far a state that is computed again may be from the one that was let go, as a share of its residual. On the CPU they
/// are equal to the bit; a GPU's sums may come in another order.
const TOLERANCE: f32 = 1e-3;

/// States that are missing, and the carry from which they are computed again.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The segments to go through, from the one that begins with the carry.
    pub segments: RangeInclusive<usize>,
    /// z_H at their beginning, `[tokens, hidden]`.
    pub z_h: Arc<[f32]>,
    /// z_L at their beginning, `[tokens, hidden]`.
    pub z_l: Arc<[f32]>,
}

impl Recording {
    /// Lets states go until the others take no more than `budget` bytes: first those within the segments farthest from the
    /// moment after `at` micro-steps, then every second, fourth, ... carry. What is shown at that moment, the segments next to
    /// it and the newest states stay, whatever they take.
    pub fn keep(&mut self, budget: usize, at: usize) {
        let most = (budget / self.state_bytes().max(1)).max(1);
        let kept = self.steps.iter().filter(|step| step.state.is_some()).count();
        let Some(mut surplus) = kept.checked_sub(most).filter(|_| self.question.is_some()) else { return };
        let newest = [Module::H, Module::L].map(|module| self.last_update(module, self.steps.len()));
        let per = self.dimensions.schedule.steps_per_segment();
        let here = at.saturating_sub(1) / per;
        let count = self.steps.len().div_ceil(per);
        let mut far: Vec<usize> = (0..count).filter(|segment| segment.abs_diff(here) > 1).collect();
        far.sort_by_key(|segment| std::cmp::Reverse(segment.abs_diff(here)));
        // Of a segment that ends a stride its carry stays.
        let mut stride = 1;
        while surplus > 0 && stride <= count {
            for segment in &far {
                let carry = if (segment + 1) % stride == 0 { self.carry_steps(segment + 1) } else { [None; 2] };
                for step in segment * per..((segment + 1) * per).min(self.steps.len()) {
                    let stays = carry.contains(&Some(step)) || newest.contains(&Some(step));
                    if surplus > 0 && !stays && self.steps[step].state.take().is_some() {
                        surplus -= 1;
                    }
                }
            }
            stride *= 2;
        }
    }

    /// What is missing of the states at the moment after `at` micro-steps and of those before each module's last update.
    pub fn gap(&self, at: usize) -> Option<Gap> {
        let per = self.dimensions.schedule.steps_per_segment();
        let newest = [Module::H, Module::L].map(|module| self.last_update(module, at));
        let before = newest.into_iter().flatten().map(|step| self.last_update(self.steps[step].at.module, step));
        let lost = newest.into_iter().chain(before).flatten().filter(|step| self.steps[*step].state.is_none());
        let segments: Vec<usize> = lost.map(|step| step / per).collect();
        let (first, last) = (*segments.iter().min()?, *segments.iter().max()?);
        let (begin, [z_h, z_l]) = (0..=first).rev().find_map(|segment| Some((segment, self.carry(segment)?)))?;
        Some(Gap { segments: begin..=last, z_h, z_l })
    }

    /// Puts a state back that was computed again, and its residual.
    ///
    /// # Errors
    /// It is not the state that was let go: how far each moved.
    pub fn put_back(&mut self, step: usize, state: Arc<[f32]>, residual: f32) -> Result<(), (f32, f32)> {
        let size = self.state_bytes() / size_of::<f32>();
        let Some(record) = self.steps.get_mut(step).filter(|_| state.len() == size) else { return Ok(()) };
        if (residual - record.residual).abs() > TOLERANCE * record.residual.abs().max(TOLERANCE) {
            return Err((residual, record.residual));
        }
        record.state.get_or_insert(state);
        Ok(())
    }

    /// Whether a micro-step's state is in memory.
    pub fn is_kept(&self, step: usize) -> bool {
        self.steps.get(step).is_some_and(|step| step.state.is_some())
    }

    /// Whether a state was let go.
    pub fn lets_go(&self) -> bool {
        self.steps.iter().any(|step| step.state.is_none())
    }

    /// How much memory the states take that are kept, bytes.
    pub fn kept_bytes(&self) -> usize {
        self.steps.iter().filter(|step| step.state.is_some()).count() * self.state_bytes()
    }

    /// The bytes of one state.
    fn state_bytes(&self) -> usize {
        self.dimensions.tokens * self.dimensions.hidden * size_of::<f32>()
    }

    /// The micro-steps that made z_H and z_L as they are when a segment begins.
    fn carry_steps(&self, segment: usize) -> [Option<usize>; 2] {
        let begin = segment * self.dimensions.schedule.steps_per_segment();
        [Module::H, Module::L].map(|module| self.last_update(module, begin))
    }

    /// z_H and z_L as they are when a segment begins; None when they were let go.
    fn carry(&self, segment: usize) -> Option<[Arc<[f32]>; 2]> {
        let begin = segment * self.dimensions.schedule.steps_per_segment();
        Some([self.state(Module::H, begin)?.clone(), self.state(Module::L, begin)?.clone()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dimensions, Question, Readout, Schedule, StepRecord};
    use super::*;

    const SCHEDULE: Schedule = Schedule { h_cycles: 2, l_cycles: 2 };

    /// One token with one channel: a state takes 4 bytes.
    fn recording(segments: usize) -> Recording {
        let dimensions =
            Dimensions { schedule: SCHEDULE, tokens: 1, puzzle_tokens: 0, hidden: 1, vocab: 2, max_segments: segments };
        let mut recording = Recording::new(dimensions, vec![0.0].into(), vec![0.0].into());
        recording.question = Some(Question { tokens: vec![1], puzzle_id: 0 });
        for i in 0..segments * 6 {
            let readout = Readout::new(2, vec![].into());
            recording.steps.push(StepRecord::new(SCHEDULE.at(i), vec![i as f32].into(), &[-1.0], 1, readout));
        }
        recording
    }

    fn kept(recording: &Recording) -> Vec<usize> {
        (0..recording.steps.len()).filter(|step| recording.is_kept(*step)).collect()
    }

    #[test]
    fn what_is_near_and_the_carries_stay() {
        let mut run = recording(8);
        run.keep(48 * 4, 3);
        assert_eq!(kept(&run).len(), 48, "all of it has room");
        run.keep(47 * 4, 3);
        assert_eq!((0..48).filter(|step| !run.is_kept(*step)).collect::<Vec<_>>(), [42]);
        // The moment is in segment 2: 1 to 3 stay, of the others the carries.
        run.keep(24 * 4, 2 * 6 + 4);
        let all = kept(&run);
        assert!((6..24).all(|step| all.contains(&step)), "{all:?}");
        assert!([46, 47].iter().all(|step| all.contains(step)) && all.len() == 24, "{all:?}");
        assert_eq!(run.kept_bytes(), 24 * 4);
        // Less room: carries go too, the newest states do not.
        run.keep(0, 2 * 6 + 4);
        let all = kept(&run);
        assert_eq!(all, (6..24).chain([46, 47]).collect::<Vec<_>>());
    }

    #[test]
    fn carries_are_thinned_evenly() {
        let mut run = recording(16);
        run.keep((12 + 4 * 2 + 2) * 4, 1);
        let ends: Vec<usize> = (2..15).filter(|segment| run.is_kept(segment * 6 + 5)).collect();
        assert!(ends.contains(&7) && ends.contains(&11), "{ends:?}");
        let gap = run.gap(13 * 6 + 1).unwrap();
        assert!(*gap.segments.start() >= 12 && *gap.segments.end() == 13, "{gap:?}");
    }

    #[test]
    fn a_gap_begins_with_a_carry_and_is_filled() {
        let mut run = recording(8);
        run.keep(0, 48);
        assert_eq!(run.gap(48), None);
        // Segment 5 was let go with all before it; H's move at its first step needs segment 4 too.
        let gap = run.gap(4 * 6 + 1).unwrap();
        assert_eq!((gap.segments.clone(), gap.z_h[0]), (0..=4, 0.0));
        assert!(run.state(Module::H, 4 * 6 + 1).is_none());
        for step in 0..5 * 6 {
            let told = run.steps[step].residual;
            run.put_back(step, vec![step as f32].into(), told).unwrap();
        }
        assert_eq!(run.gap(4 * 6 + 1), None);
        run.keep(0, 5 * 6);
        assert_eq!(run.gap(6).unwrap().segments, 0..=0);
        // Another model's state is not taken.
        assert!(run.put_back(0, vec![7.0].into(), 8.0).is_err() && !run.is_kept(0));
    }

    #[test]
    fn without_its_question_nothing_is_let_go() {
        let mut run = recording(4);
        run.question = None;
        run.keep(0, 0);
        assert_eq!(kept(&run).len(), 24);
    }
}
