//! Puzzles with their answers: read from files, generated from a seed, drawn for training.

mod answered;
mod arc;
mod browse;
mod build;
mod builder;
mod checked;
mod csv;
mod error;
#[cfg(test)]
mod fuzz;
mod info;
mod kind;
mod npy;
mod open;
mod place;
mod sampler;
mod set;
mod source;
mod split;
mod split_file;
mod summary;
mod tasks;

pub use self::csv::{CsvPuzzle, CsvPuzzles, CsvWriter, Wrong, write_csv, write_maze_csv};
pub use answered::Answered;
pub use arc::{ArcTasks, goes_with_another, read_arc};
pub use browse::{Collection, RightAnswer, Specimen, browse, browse_csv, browse_tasks, is_one_set, left_out, listed};
pub use build::{BuildOptions, Built, TestFrom, Watch, build};
pub use builder::{Begins, Counts, FolderWriter, Metadata, PartWriter, Rows, identifiers, parts};
pub use error::DataError;
pub use info::{Content, Info, PartInfo, TasksInfo, info, info_of};
pub use place::new_file;
pub use sampler::{Sampler, SamplerState};
pub use set::{DataSet, Part};
pub use source::DataSource;
pub use split::HeldOut;
pub use split_file::{Parted, SplitOptions, split_file};
pub use summary::Summary;
pub use tasks::{Known, TaskSet};
