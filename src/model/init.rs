//! Fresh weights.

use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Hrm, HrmConfig, PuzzleTable, WeightSpec};

/// How a learned position table starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Positions {
    /// Independent noise, as the reference.
    #[default]
    Plain,
    /// On a square board: one random code per row, column and box, summed, so that tokens of one unit start out alike.
    Units {
        /// Rows of one box.
        box_rows: usize,
        /// Columns of one box.
        box_cols: usize,
    },
}

/// Fresh weights from a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Initializer {
    /// The seed; every weight is determined by it.
    pub seed: u64,
    /// The position table.
    pub positions: Positions,
}

/// The standard deviation of a standard normal cut off at two sigma.
const TRUNCATED_STD: f64 = 0.879_625_661_034_239_8;

impl Initializer {
    /// Truncated LeCun normal for every linear, standard deviation `1/sqrt(D)` for embeddings and positions, 1 for the
    /// initial states; the Q head starts at weight 0 and bias -5 so that no row halts early by chance; puzzle rows at 0.
    pub fn build(&self, config: &HrmConfig, device: &Device) -> Hrm {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let puzzle = (config.puzzle_dim > 0)
            .then(|| PuzzleTable { dim: config.puzzle_dim, rows: vec![0.0; config.puzzles * config.puzzle_dim] });
        let built = Hrm::build(config, puzzle, Hrm::rope_for(config, device), |spec| {
            let values = self.values(spec, config, &mut rng);
            Ok::<_, std::convert::Infallible>(Tensor::from_data(TensorData::new(values, spec.memory_shape()), device))
        });
        match built {
            Ok(model) => model,
            Err(never) => match never {},
        }
    }

    fn values(&self, spec: &WeightSpec, config: &HrmConfig, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let count: usize = spec.shape.iter().product();
        match spec.name.as_str() {
            "q_head.weight" => vec![0.0; count],
            "q_head.bias" => vec![-5.0; count],
            "H_init" | "L_init" => truncated_normal(count, 1.0, rng),
            "embed_pos.embedding_weight" => match self.positions {
                Positions::Plain => truncated_normal(count, 1.0 / (config.hidden as f64).sqrt(), rng),
                Positions::Units { box_rows, box_cols } => {
                    unit_positions(config, box_rows.max(1), box_cols.max(1), rng)
                }
            },
            _ if spec.linear => truncated_normal(count, 1.0 / (spec.shape[1] as f64).sqrt(), rng),
            _ => truncated_normal(count, 1.0 / (config.hidden as f64).sqrt(), rng),
        }
    }
}

/// Normal numbers cut off at two sigma, scaled so that their standard deviation is `std` after the cut.
fn truncated_normal(count: usize, std: f64, rng: &mut ChaCha8Rng) -> Vec<f32> {
    (0..count)
        .map(|_| {
            loop {
                let (u, v): (f64, f64) = (rng.random(), rng.random());
                let normal = (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos();
                if normal.abs() <= 2.0 {
                    break (normal * std / TRUNCATED_STD) as f32;
                }
            }
        })
        .collect()
}

/// Positions of a square board: the sum of a code for the row, the column and the box, divided by sqrt(3); puzzle tokens
/// get noise.
fn unit_positions(config: &HrmConfig, box_rows: usize, box_cols: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let d = config.hidden;
    let std = 1.0 / (d as f64).sqrt();
    let side = (config.seq_len as f64).sqrt().round().max(1.0) as usize;
    // A board that is no full square has a few cells in rows beyond the last.
    let rows = config.seq_len.div_ceil(side);
    let across = side.div_ceil(box_cols);
    let mut table = truncated_normal(config.puzzle_tokens() * d, std, rng);
    let mut codes = |count: usize| -> Vec<Vec<f32>> { (0..count).map(|_| truncated_normal(d, std, rng)).collect() };
    let (row_codes, column_codes) = (codes(rows), codes(side));
    let box_codes = codes(rows.div_ceil(box_rows) * across);
    for cell in 0..config.seq_len {
        let (row, column) = (cell / side, cell % side);
        let square = row / box_rows * across + column / box_cols;
        let [r, c, b] = [&row_codes[row], &column_codes[column], &box_codes[square]];
        table.extend((0..d).map(|i| (r[i] + c[i] + b[i]) / 3f32.sqrt()));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tiny_config;

    #[test]
    fn cells_of_one_box_share_its_code() {
        let config = tiny_config();
        let table = unit_positions(&config, 2, 2, &mut ChaCha8Rng::seed_from_u64(1));
        let (d, skip) = (config.hidden, config.puzzle_tokens());
        assert_eq!(table.len(), config.tokens() * d);
        let at = |cell: usize, i: usize| f64::from(table[(skip + cell) * d + i]);
        // Rows 0 and 1, columns 0 and 1 are one box: what the corners have in common cancels.
        assert!((0..d).all(|i| (at(0, i) - at(1, i) - at(4, i) + at(5, i)).abs() < 1e-6));
        assert!((0..d).any(|i| (at(0, i) - at(2, i) - at(8, i) + at(10, i)).abs() > 1e-3));
    }

    #[test]
    fn boards_and_boxes_of_any_size_have_positions() {
        for (seq_len, box_rows, box_cols) in [(1, 1, 1), (7, 2, 3), (30, 4, 4), (36, 50, 1)] {
            let config = HrmConfig { seq_len, ..tiny_config() };
            let table = unit_positions(&config, box_rows, box_cols, &mut ChaCha8Rng::seed_from_u64(1));
            assert_eq!(table.len(), config.tokens() * config.hidden);
        }
    }
}
