//! The batch that adaptive computation time works on: every row has its own puzzle, its own states and its own count
//! of segments (paper section 2, "Adaptive computational time").

use burn::tensor::{Bool, Int, Tensor, TensorData};

use crate::model::{Carry, Hrm};
use crate::task::Example;

/// What goes from one training step to the next.
#[derive(Debug, Clone)]
pub struct ActState {
    /// z_H and z_L, `[B, T, D]`.
    pub carry: Carry,
    /// Segments each row has taken on its puzzle.
    pub steps: Vec<u32>,
    /// Rows that stopped and take a new puzzle in the next step.
    pub halted: Vec<bool>,
    /// Each row's puzzle; empty before the first step.
    pub rows: Vec<Example>,
}

impl ActState {
    /// A batch whose rows all wait for their first puzzle.
    pub fn new(model: &Hrm, batch: usize) -> Self {
        Self { carry: model.initial(batch), steps: vec![0; batch], halted: vec![true; batch], rows: Vec::new() }
    }

    /// Gives every halted row a new puzzle and fresh states; the others go on. `next` is asked once for each halted
    /// row, in order, with the row's number.
    pub fn refill(&mut self, model: &Hrm, mut next: impl FnMut(usize) -> Example) {
        let batch = self.halted.len();
        for row in 0..batch {
            if self.halted[row] {
                let example = next(row);
                match self.rows.get_mut(row) {
                    Some(slot) => *slot = example,
                    None => self.rows.push(example),
                }
                self.steps[row] = 0;
            }
        }
        let device = model.device();
        let fresh = model.initial(batch);
        let shape = self.carry.z_h.dims();
        let mask =
            Tensor::<3, Bool>::from_data(TensorData::new(self.halted.clone(), [batch, 1, 1]), &device).expand(shape);
        self.carry = Carry {
            z_h: self.carry.z_h.clone().mask_where(mask.clone(), fresh.z_h),
            z_l: self.carry.z_l.clone().mask_where(mask, fresh.z_l),
        };
        self.halted.fill(false);
    }

    /// The board tokens of all rows, `[B, S]`.
    pub fn tokens(&self, model: &Hrm) -> Tensor<2, Int> {
        let values: Vec<i32> = self.rows.iter().flat_map(|row| row.inputs.iter().copied()).collect();
        Tensor::from_data(TensorData::new(values, [self.rows.len(), model.config.seq_len]), &model.device())
    }

    /// The puzzle ids of all rows.
    pub fn puzzle_ids(&self) -> Vec<i32> {
        self.rows.iter().map(|row| row.puzzle_id).collect()
    }
}
