//! The folders that the public data builders write and the public PyTorch code reads:
//!
//! ```text
//! ROOT/identifiers.json               the names of the puzzle ids, "<blank>" first
//! ROOT/{train,test}/dataset.json      the numbers in `Metadata`
//! ROOT/{train,test}/SET__inputs.npy   [examples, seq_len] board tokens
//!                   SET__labels.npy   the tokens of the answers
//!                   SET__puzzle_identifiers.npy   [puzzles] the id of each puzzle
//!                   SET__puzzle_indices.npy       [puzzles + 1] where the examples of each puzzle begin
//!                   SET__group_indices.npy        [groups + 1] where the puzzles of each group begin
//! ```
//!
//! A group is what came from one puzzle, a puzzle one variant of it. Training picks a puzzle from each group.

mod rows;
#[cfg(test)]
pub(super) mod tests;
mod writer;

pub use rows::{Rows, identifiers, parts};
pub(super) use rows::{is_part, unlabelled};
pub use writer::{Begins, FolderWriter, PartWriter};

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The file with the names of the puzzle ids.
const IDENTIFIERS: &str = "identifiers.json";
/// The file that makes a folder a part.
const METADATA: &str = "dataset.json";
/// The name of the puzzle id that stands for none.
pub(super) const BLANK: &str = "<blank>";

/// What `dataset.json` says. More fields may stand there; these are written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// The token that fills sequences up.
    pub pad_id: i32,
    /// Labels of this value do not count.
    pub ignore_label_id: Option<i32>,
    /// The puzzle id that stands for none.
    pub blank_identifier_id: i32,
    /// Number of tokens.
    pub vocab_size: usize,
    /// Tokens of a board.
    pub seq_len: usize,
    /// Number of puzzle ids, the blank one included.
    pub num_puzzle_identifiers: usize,
    /// Number of groups in all sets.
    pub total_groups: usize,
    /// Examples per puzzle.
    pub mean_puzzle_examples: f64,
    /// The sets' names.
    pub sets: Vec<String>,
}

/// How much a part holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Boards with their answers.
    pub examples: usize,
    /// Variants; each has one puzzle id.
    pub puzzles: usize,
    /// What the variants were made from.
    pub groups: usize,
}

/// The five files of a set.
fn file(part: &Path, set: &str, field: &str) -> PathBuf {
    part.join(format!("{set}__{field}.npy"))
}
