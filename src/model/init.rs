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
    /// One random code per row, column and box, summed: tokens of one Sudoku unit start out alike.
    Units,
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
            "embed_pos.embedding_weight" if self.positions == Positions::Units => unit_positions(config, rng),
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

/// Positions of a square board whose side is a Sudoku's: the sum of a code for the row, the column and the box, divided
/// by sqrt(3). A board that is no Sudoku gets rows and columns only.
fn unit_positions(config: &HrmConfig, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let d = config.hidden;
    let std = 1.0 / (d as f64).sqrt();
    let side = (config.seq_len as f64).sqrt().round() as usize;
    let (box_rows, box_columns) = match side {
        4 => (2, 2),
        6 => (2, 3),
        9 => (3, 3),
        _ => (1, side.max(1)),
    };
    let mut table = truncated_normal(config.puzzle_tokens() * d, std, rng);
    let codes: Vec<Vec<f32>> = (0..3 * side).map(|_| truncated_normal(d, std, rng)).collect();
    for cell in 0..config.seq_len {
        let (row, column) = (cell / side % side, cell % side);
        let square = row / box_rows * (side / box_columns) + column / box_columns;
        table.extend(
            (0..d).map(|c| (codes[row][c] + codes[side + column][c] + codes[2 * side + square][c]) / 3f32.sqrt()),
        );
    }
    table
}
