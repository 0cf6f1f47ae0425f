//! The clock of the reasoning: which micro-step comes when (paper section 2, figure 1).

use serde::{Deserialize, Serialize};

/// One of the two recurrent modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Module {
    /// The fast, low-level module.
    L,
    /// The slow, high-level module.
    H,
}

/// How many steps the modules take in one segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// H-cycles per segment (the paper's N).
    pub h_cycles: usize,
    /// L-steps per H-cycle (the paper's T).
    pub l_cycles: usize,
}

/// One update of one module, placed on the clock. All counts start at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MicroStep {
    /// The segment (one forward pass with its own halting decision).
    pub segment: usize,
    /// The H-cycle within the segment.
    pub h_cycle: usize,
    /// The L-step within the H-cycle; for an H-step the number of L-steps before it.
    pub l_step: usize,
    /// Which module is updated.
    pub module: Module,
}

impl Schedule {
    /// Micro-steps of one H-cycle: its L-steps and the H-step that ends it.
    pub fn steps_per_cycle(self) -> usize {
        self.l_cycles + 1
    }

    /// Micro-steps of one segment.
    pub fn steps_per_segment(self) -> usize {
        self.h_cycles * self.steps_per_cycle()
    }

    /// The micro-step with the given number, counted from the start of the run.
    pub fn at(self, index: usize) -> MicroStep {
        let within = index % self.steps_per_segment();
        let l_step = within % self.steps_per_cycle();
        MicroStep {
            segment: index / self.steps_per_segment(),
            h_cycle: within / self.steps_per_cycle(),
            l_step,
            module: if l_step == self.l_cycles { Module::H } else { Module::L },
        }
    }

    /// The number of a micro-step from the start of the run: the inverse of [`Schedule::at`].
    pub fn index(self, step: MicroStep) -> usize {
        step.segment * self.steps_per_segment() + step.h_cycle * self.steps_per_cycle() + step.l_step
    }
}

impl MicroStep {
    /// The number of this module's step within the segment, as trace files and tables count it.
    pub fn number(self, schedule: Schedule) -> usize {
        match self.module {
            Module::L => self.h_cycle * schedule.l_cycles + self.l_step,
            Module::H => self.h_cycle,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_by_two_is_llh_llh() {
        let schedule = Schedule { h_cycles: 2, l_cycles: 2 };
        let modules: Vec<Module> = (0..6).map(|i| schedule.at(i).module).collect();
        use Module::{H, L};
        assert_eq!(modules, [L, L, H, L, L, H]);
        assert_eq!(schedule.at(10).number(schedule), 3);
        assert_eq!(schedule.at(11).number(schedule), 1);
    }

    #[test]
    fn index_is_the_inverse_of_at() {
        for (h_cycles, l_cycles) in [(1, 1), (2, 2), (3, 1), (2, 3), (8, 8)] {
            let schedule = Schedule { h_cycles, l_cycles };
            for index in 0..3 * schedule.steps_per_segment() {
                assert_eq!(schedule.index(schedule.at(index)), index);
            }
        }
    }
}
