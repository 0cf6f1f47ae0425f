//! Fresh weights.

use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Hrm, HrmConfig, PuzzleTable, WeightSpec};

/// How a learned position table starts.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
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
    /// On a square board of side n: half of the channels are sines and cosines of the row, half of the column, with
    /// frequencies in geometric steps from pi / n to pi / 2; puzzle tokens get noise. Neighbours start out alike.
    Sinusoidal {
        /// Root mean square of the cells' codes, relative to the `1/sqrt(D)` of the other tables.
        scale: f64,
        /// The n of the frequencies, where it is not the board's own: neighbours on a larger board are then as alike as on the
        /// one that a model learned on before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        side: Option<usize>,
    },
}

/// How the attention's weights start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Attention {
    /// Independent noise, as the reference.
    #[default]
    Plain,
    /// As trained attention tends to look (after Trockman and Kolter, "Mimetic Initialization of Self-Attention Layers",
    /// arXiv 2305.09828, without their eigenvectors): `Wk = 0.7 Wq + 0.71 noise`, so that tokens attend to tokens like
    /// themselves, and `Wo = -0.7 Wv^T + 0.71 noise`, which takes away what all tokens have in common.
    Mimetic,
}

impl Attention {
    fn is_plain(&self) -> bool {
        *self == Self::Plain
    }
}

/// Fresh weights from a seed.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Initializer {
    /// The seed; every weight is determined by it.
    pub seed: u64,
    /// The position table.
    pub positions: Positions,
    /// The attention's weights.
    #[serde(default, skip_serializing_if = "Attention::is_plain")]
    pub attention: Attention,
}

/// The standard deviation of a standard normal cut off at two sigma.
const TRUNCATED_STD: f64 = 0.879_625_661_034_239_8;

impl Initializer {
    /// Truncated LeCun normal for every linear, standard deviation `1/sqrt(D)` for embeddings and positions, 1 for the
    /// initial states; the Q head starts at weight 0 and bias -5 so that no row halts early by chance; puzzle rows at 0.
    pub fn build(&self, config: &HrmConfig, device: &Device) -> Hrm {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let puzzle = (config.puzzle_dim > 0)
            .then(|| PuzzleTable::new(config.puzzle_dim, vec![0.0; config.puzzles * config.puzzle_dim]));
        // The block's q, k and v, which its projection may be made from.
        let mut qkv = Vec::new();
        let built = Hrm::build(config, puzzle, Hrm::rope_for(config, device), |spec| {
            let mut values = self.values(spec, config, &mut rng);
            if self.attention == Attention::Mimetic {
                if spec.name.ends_with(".qkv_proj.weight") {
                    like_queries(&mut values, config.hidden);
                    qkv.clone_from(&values);
                } else if spec.name.ends_with(".o_proj.weight") {
                    against_values(&mut values, &qkv, config.hidden);
                }
            }
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
            Hrm::POSITIONS => match self.positions {
                Positions::Plain => truncated_normal(count, 1.0 / (config.hidden as f64).sqrt(), rng),
                Positions::Units { box_rows, box_cols } => {
                    unit_positions(config, box_rows.max(1), box_cols.max(1), rng)
                }
                Positions::Sinusoidal { scale, side } => sinusoidal_positions(config, scale, side, rng),
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

/// Positions of a square board from sines and cosines of row and column; puzzle tokens get noise.
fn sinusoidal_positions(config: &HrmConfig, scale: f64, like: Option<usize>, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let d = config.hidden;
    let std = 1.0 / (d as f64).sqrt();
    let side = (config.seq_len as f64).sqrt().round().max(1.0);
    let n = like.map_or(side, |n| n.max(1) as f64);
    // A sine's root mean square is 1/sqrt(2).
    let size = std * scale * std::f64::consts::SQRT_2;
    let half = d.div_ceil(2);
    let steps = half.div_ceil(2).saturating_sub(1).max(1) as f64;
    let code = |channel: usize, row: f64, column: f64| {
        let (at, channel) = if channel < half { (row, channel) } else { (column, channel - half) };
        let frequency = std::f64::consts::PI / n * (n / 2.0).powf((channel / 2) as f64 / steps);
        let wave = if channel.is_multiple_of(2) { f64::sin } else { f64::cos };
        (size * wave(frequency * at)) as f32
    };
    let mut table = truncated_normal(config.puzzle_tokens() * d, std, rng);
    for cell in 0..config.seq_len {
        let (row, column) = ((cell as f64 / side).floor(), cell as f64 % side);
        table.extend((0..d).map(|channel| code(channel, row, column)));
    }
    table
}

/// How much of a mimetic weight is copied, and how much is noise; nearly 1 in squares.
const COPIED: f32 = 0.7;
const NOISE: f32 = 0.71;

/// `Wk = 0.7 Wq + 0.71 noise`; qkv is `[D, 3D]` in memory and noise so far.
fn like_queries(qkv: &mut [f32], d: usize) {
    for row in qkv.chunks_exact_mut(3 * d) {
        let (q, k) = row.split_at_mut(d);
        k.iter_mut().zip(q).for_each(|(k, q)| *k = COPIED * *q + NOISE * *k);
    }
}

/// `Wo = -0.7 Wv^T + 0.71 noise`; out is `[D, D]` in memory and noise so far.
fn against_values(out: &mut [f32], qkv: &[f32], d: usize) {
    for (i, row) in out.chunks_exact_mut(d).enumerate() {
        for (j, value) in row.iter_mut().enumerate() {
            let v = qkv.get(j * 3 * d + 2 * d + i).copied().unwrap_or_default();
            *value = NOISE * *value - COPIED * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Position, tiny_config};

    #[test]
    fn sinusoidal_neighbours_are_alike() {
        let config = HrmConfig { hidden: 64, heads: 4, seq_len: 81, ..tiny_config() };
        let table = sinusoidal_positions(&config, 1.5, None, &mut ChaCha8Rng::seed_from_u64(1));
        let (d, skip) = (config.hidden, config.puzzle_tokens());
        assert_eq!(table.len(), config.tokens() * d);
        let code = |row: usize, column: usize| &table[(skip + row * 9 + column) * d..][..d];
        let apart = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        assert!(apart(code(4, 4), code(4, 5)) < apart(code(4, 4), code(4, 6)));
        assert!(apart(code(4, 4), code(5, 4)) < apart(code(4, 4), code(8, 4)));
        // The first half knows the row alone, the second the column.
        assert_eq!(code(3, 0)[..32], code(3, 8)[..32]);
        assert_eq!(code(0, 3)[32..], code(8, 3)[32..]);
        let cells = &table[skip * d..];
        let rms = (cells.iter().map(|v| v * v).sum::<f32>() / cells.len() as f32).sqrt();
        assert!((rms - 1.5 / 8.0).abs() < 1e-3, "{rms}");
        // A larger board with the same frequencies has the same codes, and more of them.
        let larger = HrmConfig { seq_len: 225, ..config.clone() };
        let wide = sinusoidal_positions(&larger, 1.5, Some(9), &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(wide[(skip + 4 * 15 + 5) * d..][..d], *code(4, 5));
        // The lowest frequency is pi / 9, the highest pi / 2.
        let size = 1.5 / 8.0 * 2f32.sqrt();
        assert!((code(1, 0)[0] / size - (std::f32::consts::PI / 9.0).sin()).abs() < 1e-5);
        assert!((code(1, 0)[30] / size - 1.0).abs() < 1e-5);
    }

    #[test]
    fn mimetic_attention_is_as_documented() {
        let config = HrmConfig { hidden: 32, heads: 2, position: Position::Rope, ..tiny_config() };
        let device = Device::flex();
        let plain = Initializer { seed: 7, ..Default::default() };
        let mimetic = Initializer { attention: Attention::Mimetic, ..plain };
        let weights = |start: Initializer| {
            let block = start.build(&config, &device).l.swap_remove(0);
            [block.qkv, block.out, block.down].map(|w| w.try_to_vec_as::<f32>().unwrap())
        };
        let ([noise, out_noise, down], [qkv, out, same]) = (weights(plain), weights(mimetic));
        assert_eq!(down, same);
        let d = config.hidden;
        for (i, j) in (0..d).flat_map(|i| (0..d).map(move |j| (i, j))) {
            let at = |part: usize| i * 3 * d + part * d + j;
            assert_eq!((qkv[at(0)], qkv[at(2)]), (noise[at(0)], noise[at(2)]));
            assert!((qkv[at(1)] - (0.7 * noise[at(0)] + 0.71 * noise[at(1)])).abs() < 1e-6);
            let expected = -0.7 * noise[j * 3 * d + 2 * d + i] + 0.71 * out_noise[i * d + j];
            assert!((out[i * d + j] - expected).abs() < 1e-6);
        }
        // What a token's own value adds to it is negative: the sum over the diagonal of Wv Wo.
        let own: f32 = (0..d)
            .flat_map(|i| (0..d).map(move |j| (i, j)))
            .map(|(i, j)| qkv[i * 3 * d + 2 * d + j] * out[j * d + i])
            .sum();
        assert!(own < -0.5 * d as f32, "{own}");
    }

    #[test]
    fn configurations_without_these_options_still_parse() {
        let old: Initializer = serde_json::from_str(r#"{"seed":1,"positions":"plain"}"#).unwrap();
        assert_eq!(old, Initializer { seed: 1, ..Default::default() });
        assert_eq!(serde_json::to_string(&old).unwrap(), r#"{"seed":1,"positions":"plain"}"#);
        let new = r#"{"seed":1,"positions":{"sinusoidal":{"scale":1.5}},"attention":"mimetic"}"#;
        let parsed: Initializer = serde_json::from_str(new).unwrap();
        assert_eq!(parsed.positions, Positions::Sinusoidal { scale: 1.5, side: None });
        assert_eq!(serde_json::to_string(&parsed).unwrap(), new);
    }

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
            for hidden in [1, 2, 3, 16] {
                let config = HrmConfig { hidden, ..config.clone() };
                let table = sinusoidal_positions(&config, 1.0, None, &mut ChaCha8Rng::seed_from_u64(1));
                assert_eq!(table.len(), config.tokens() * hidden);
                assert!(table.iter().all(|v| v.is_finite()));
            }
        }
    }
}
