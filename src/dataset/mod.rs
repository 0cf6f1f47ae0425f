//! Puzzles with their answers: read from files, generated from a seed, drawn for training.

mod answered;
mod arc;
mod builder;
mod csv;
mod error;
mod npy;
mod open;
mod sampler;
mod set;
mod source;
mod split;
mod summary;
mod tasks;

pub use self::csv::{CsvPuzzle, CsvPuzzles, CsvWriter, Wrong, write_csv, write_maze_csv};
pub use answered::Answered;
pub use arc::{ArcTasks, looks_like_arc, read_arc};
pub use builder::{Begins, FolderWriter, Metadata, PartWriter, Rows, identifiers, parts};
pub use error::DataError;
pub use sampler::{Sampler, SamplerState};
pub use set::{DataSet, Part};
pub use source::DataSource;
pub use summary::Summary;
pub use tasks::{Known, TaskSet};
