//! When a run over segments stops (paper section 2, "Adaptive computational time").

use serde::{Deserialize, Serialize};

/// When a run stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Halting {
    /// Stop when q_halt > q_continue, at the latest after the limit: compute that adapts to the puzzle.
    #[default]
    Adaptive,
    /// Always take as many segments as allowed, as the reference evaluates.
    Fixed,
}

/// How long a run may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The rule.
    pub halting: Halting,
    /// The most segments.
    pub max_segments: usize,
}

impl Limits {
    /// Whether a run stops after `segment` (from 0) with these Q values.
    pub fn stops(&self, segment: usize, q_halt: f32, q_continue: f32) -> bool {
        segment + 1 >= self.max_segments || (self.halting == Halting::Adaptive && q_halt > q_continue)
    }
}
