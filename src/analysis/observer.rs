//! What a survey of many puzzles shows, and who looks at it. Slices only: no tensors.

use crate::trace::MicroStep;

/// A batch of puzzles at its beginning.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The number of its first puzzle.
    pub first: usize,
    /// B: how many puzzles it has.
    pub puzzles: usize,
    /// z_H at the start of every puzzle, `[T, D]`.
    pub z_h: &'a [f32],
    /// z_L at the start of every puzzle, `[T, D]`.
    pub z_l: &'a [f32],
}

/// A batch after a micro-step.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Where on the clock.
    pub at: MicroStep,
    /// The updated module's state, `[B, T, D]`.
    pub states: &'a [f32],
    /// Which puzzles have not stopped, `[B]`.
    pub running: &'a [bool],
}

impl Step<'_> {
    /// How many numbers the state of one puzzle has.
    pub fn size(&self) -> usize {
        self.states.len().checked_div(self.running.len()).unwrap_or(0).max(1)
    }

    /// The puzzles that have not stopped: their place in the batch and their state `[T, D]`.
    pub fn of_running(&self) -> impl Iterator<Item = (usize, &[f32])> {
        self.states.chunks_exact(self.size()).enumerate().filter(|(row, _)| self.running[*row])
    }
}

/// A batch at a segment's end.
#[derive(Debug, Clone, Copy)]
pub struct SegmentEnd<'a> {
    /// The segment, from 0.
    pub segment: usize,
    /// `[B, S, V]`.
    pub logits: &'a [f32],
    /// `[B, 2]`: Q of halting and of going on, logits.
    pub q: &'a [f32],
    /// Which puzzles took this segment, `[B]`.
    pub running: &'a [bool],
}

/// Looks at a survey; every method does nothing unless it is written.
pub trait Observer {
    /// A batch begins.
    fn begin(&mut self, _batch: &Batch<'_>) {}
    /// A micro-step was taken.
    fn step(&mut self, _step: &Step<'_>) {}
    /// A segment ended.
    fn segment(&mut self, _end: &SegmentEnd<'_>) {}
    /// The batch is done.
    fn finish(&mut self) {}
}
