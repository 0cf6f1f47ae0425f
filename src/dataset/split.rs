//! stub
#![allow(missing_docs)]
use crate::task::{Boards, Example};
pub fn apart(_b: Boards, all: Vec<Example>, _count: usize, _seed: u64) -> (Vec<Example>, Vec<Example>) {
    (all, vec![])
}
