//! NumPy's `.npy` files of whole numbers: read row by row where they lie, written as a stream.
//!
//! An own reader: the crates there are read a header of any announced size into memory, parse it by recursion, or map the
//! file, which ends the program when another one shortens it.

mod array;
mod header;
#[cfg(test)]
mod tests;
mod writer;

pub(super) use array::Array;
pub(super) use writer::Writer;

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// Bytes read or written at once; a multiple of every item's size.
const CHUNK: usize = 1 << 16;
