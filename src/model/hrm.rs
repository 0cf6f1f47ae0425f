//! The weights of an HRM, under the names of the public implementation, and the input embedding.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::{Block, HrmConfig, Position, PuzzleTable, Rope};

/// One weight: its public name and its shape there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightSpec {
    /// The public name without prefix, e.g. `L_level.layers.0.mlp.down_proj.weight`.
    pub name: String,
    /// The shape as checkpoints have it; linear layers are `[out, in]` there.
    pub shape: Vec<usize>,
    /// A linear layer: kept transposed, `[in, out]`, in memory.
    pub linear: bool,
    /// Whether training changes it (the initial states are fixed).
    pub trained: bool,
}

impl WeightSpec {
    /// The shape in memory: always two dimensions.
    pub fn memory_shape(&self) -> [usize; 2] {
        match (self.shape.as_slice(), self.linear) {
            ([rows, columns], true) => [*columns, *rows],
            ([rows, columns], false) => [*rows, *columns],
            _ => [1, self.shape.iter().product()],
        }
    }
}

/// A Hierarchical Reasoning Model: two recurrent modules of different pace (paper section 2).
#[derive(Debug, Clone)]
pub struct Hrm {
    /// The numbers that define it.
    pub config: HrmConfig,
    /// Token embedding `[V, D]`.
    pub embed: Tensor<2>,
    /// Learned positions `[T, D]`.
    pub position: Option<Tensor<2>>,
    /// Puzzle embeddings.
    pub puzzle: Option<PuzzleTable>,
    /// The slow module.
    pub h: Vec<Block>,
    /// The fast module.
    pub l: Vec<Block>,
    /// Language-model head `[D, V]`.
    pub lm_head: Tensor<2>,
    /// Q head `[D, 2]`: halt, continue.
    pub q_head: Tensor<2>,
    /// Q head's bias `[1, 2]`.
    pub q_bias: Tensor<2>,
    /// z_H at the start of a puzzle, `[1, D]`.
    pub h_init: Tensor<2>,
    /// z_L at the start of a puzzle, `[1, D]`.
    pub l_init: Tensor<2>,
    /// Rotary tables.
    pub rope: Option<Rope>,
}

impl Hrm {
    /// The public name of the learned positions `[puzzle tokens + cells, D]`.
    pub const POSITIONS: &'static str = "embed_pos.embedding_weight";

    /// Builds a model by asking for each weight in a fixed order, in the shape it has in memory.
    ///
    /// Everything that makes a model from another (loading, initialising, moving, averaging, updating) goes through
    /// here, so the list of weights stands in one place.
    ///
    /// # Errors
    /// The first error of `weight`.
    pub fn build<E>(
        config: &HrmConfig,
        puzzle: Option<PuzzleTable>,
        rope: Option<Rope>,
        mut weight: impl FnMut(&WeightSpec) -> Result<Tensor<2>, E>,
    ) -> Result<Self, E> {
        let (d, v, inner) = (config.hidden, config.vocab, config.inner());
        let mut get = |name: &str, shape: &[usize], linear: bool, trained: bool| {
            weight(&WeightSpec { name: name.to_owned(), shape: shape.to_vec(), linear, trained })
        };
        let embed = get("embed_tokens.embedding_weight", &[v, d], false, true)?;
        let position = match config.position {
            Position::Learned => Some(get(Self::POSITIONS, &[config.tokens(), d], false, true)?),
            Position::Rope => None,
        };
        let mut level = |letter: char, layers: usize| {
            (0..layers)
                .map(|i| {
                    let at = format!("{letter}_level.layers.{i}");
                    Ok(Block {
                        qkv: get(&format!("{at}.self_attn.qkv_proj.weight"), &[3 * d, d], true, true)?,
                        out: get(&format!("{at}.self_attn.o_proj.weight"), &[d, d], true, true)?,
                        gate_up: get(&format!("{at}.mlp.gate_up_proj.weight"), &[2 * inner, d], true, true)?,
                        down: get(&format!("{at}.mlp.down_proj.weight"), &[d, inner], true, true)?,
                    })
                })
                .collect::<Result<Vec<_>, E>>()
        };
        let h = level('H', config.h_layers)?;
        let l = level('L', config.l_layers)?;
        Ok(Self {
            config: config.clone(),
            embed,
            position,
            puzzle,
            h,
            l,
            lm_head: get("lm_head.weight", &[v, d], true, true)?,
            q_head: get("q_head.weight", &[2, d], true, true)?,
            q_bias: get("q_head.bias", &[2], false, true)?,
            h_init: get("H_init", &[d], false, false)?,
            l_init: get("L_init", &[d], false, false)?,
            rope,
        })
    }

    /// Rotary tables for a configuration, when it wants them.
    pub fn rope_for(config: &HrmConfig, device: &Device) -> Option<Rope> {
        (config.position == Position::Rope)
            .then(|| Rope::new(config.tokens(), config.head_dim(), config.rope_theta, device))
    }

    /// Every weight in the order of [`Hrm::build`], without the puzzle table.
    pub fn weights(&self) -> Vec<&Tensor<2>> {
        let mut all = vec![&self.embed];
        all.extend(&self.position);
        for block in self.h.iter().chain(&self.l) {
            all.extend([&block.qkv, &block.out, &block.gate_up, &block.down]);
        }
        all.extend([&self.lm_head, &self.q_head, &self.q_bias, &self.h_init, &self.l_init]);
        all
    }

    /// As [`Hrm::weights`], to be changed.
    pub fn weights_mut(&mut self) -> Vec<&mut Tensor<2>> {
        let mut all = vec![&mut self.embed];
        all.extend(&mut self.position);
        for block in self.h.iter_mut().chain(&mut self.l) {
            all.extend([&mut block.qkv, &mut block.out, &mut block.gate_up, &mut block.down]);
        }
        all.extend([&mut self.lm_head, &mut self.q_head, &mut self.q_bias, &mut self.h_init, &mut self.l_init]);
        all
    }

    /// The same model with every weight replaced; the puzzle table is shared.
    pub fn map(&self, rope: Option<Rope>, mut f: impl FnMut(usize, &WeightSpec, &Tensor<2>) -> Tensor<2>) -> Self {
        let weights = self.weights();
        let mut index = 0;
        let built = Self::build(&self.config, self.puzzle.clone(), rope, |spec| {
            let new = f(index, spec, weights[index]);
            index += 1;
            Ok::<_, std::convert::Infallible>(new)
        });
        match built {
            Ok(model) => model,
            Err(never) => match never {},
        }
    }

    /// The model on another device.
    pub fn to_device(&self, device: &Device) -> Self {
        self.map(Self::rope_for(&self.config, device), |_, _, w| w.clone().to_device(device))
    }

    /// The public name of each of [`Hrm::weights`].
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.map(None, |_, spec, w| {
            names.push(spec.name.clone());
            w.clone()
        });
        names
    }

    /// Where it computes.
    pub fn device(&self) -> Device {
        self.embed.device()
    }

    /// The number of weights, the puzzle table and the initial states included.
    pub fn parameters(&self) -> usize {
        let weights: usize = self.weights().iter().map(|w| w.dims().iter().product::<usize>()).sum();
        weights + self.puzzle.as_ref().map_or(0, |table| table.len() * table.dim)
    }

    /// The input embedding x `[B, T, D]` of boards, whose tokens stand one board after the other, with the rows of the
    /// puzzle table that `puzzle_ids` `[B]` name.
    pub fn read(&self, tokens: Vec<i32>, puzzle_ids: &[i32]) -> Tensor<3> {
        let device = self.device();
        let rows = self.puzzle.as_ref().map(|table| table.gather(puzzle_ids, &device));
        let shape = [puzzle_ids.len(), tokens.len() / puzzle_ids.len().max(1)];
        self.embed(Tensor::from_data(TensorData::new(tokens, shape), &device), rows)
    }

    /// The input embedding x `[B, T, D]` of board tokens `[B, S]` and puzzle rows `[B, E]`:
    /// `sqrt(D) * [puzzle tokens ; board tokens]`, with learned positions `sqrt(D) * 0.7071 * (embedding + positions)`.
    pub fn embed(&self, tokens: Tensor<2, Int>, puzzle_rows: Option<Tensor<2>>) -> Tensor<3> {
        let [batch, seq] = tokens.dims();
        let hidden = self.config.hidden;
        let mut x = self.embed.clone().select(0, tokens.reshape([batch * seq])).reshape([batch, seq, hidden]);
        if let Some(rows) = puzzle_rows {
            let count = self.config.puzzle_tokens();
            let missing = count * hidden - self.config.puzzle_dim;
            let padded = if missing == 0 {
                rows
            } else {
                let device = rows.device();
                Tensor::cat(vec![rows, Tensor::zeros([batch, missing], &device)], 1)
            };
            x = Tensor::cat(vec![padded.reshape([batch, count, hidden]), x], 1);
        }
        if let Some(position) = &self.position {
            x = (x + position.clone().unsqueeze()) * std::f64::consts::FRAC_1_SQRT_2;
        }
        x * (hidden as f64).sqrt()
    }
}
