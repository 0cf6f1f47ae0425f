use std::path::PathBuf;

use thiserror::Error;

use crate::files::FileError;
use crate::model::ConfigError;

/// A checkpoint that cannot be used. Every message says which file, what is wrong in it and what to do.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// Reading or writing failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is no such checkpoint.
    #[error("there is no checkpoint {name}: it is neither a shipped model ({shipped}) nor a file or run folder")]
    NotFound {
        /// What was asked for.
        name: String,
        /// The shipped names.
        shipped: String,
    },
    /// A folder without a checkpoint in it.
    #[error("{path} holds no checkpoint: expected a `checkpoints` folder of a run, or a `step_N` file")]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A folder with checkpoints, none of which can be read.
    #[error("{path} holds {count} checkpoints, and none can be read: {}", problems.join("; "))]
    NoneSound {
        /// The folder.
        path: PathBuf,
        /// How many there are.
        count: usize,
        /// What is wrong with the newest of them.
        problems: Vec<String>,
    },
    /// Neither a PyTorch file nor safetensors, or damaged.
    #[error("{path} is not a checkpoint, or damaged: {why}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the reader found, with the byte or entry where it knows it.
        why: String,
    },
    /// The configuration is missing.
    #[error("{path} has no configuration: put the `all_config.yaml` that the training wrote beside it")]
    NoConfig {
        /// The checkpoint.
        path: PathBuf,
    },
    /// A rotary model without `dataset.json`.
    #[error(
        "{path} does not say for how many cells it was made: rotary positions leave no table; put its `dataset.json` \
         beside it, or say --cells"
    )]
    NoLength {
        /// The checkpoint.
        path: PathBuf,
    },
    /// The configuration cannot be read.
    #[error("the configuration {path} cannot be used: {why}")]
    BadConfig {
        /// The configuration's file.
        path: PathBuf,
        /// The field or line.
        why: String,
    },
    /// The configuration names sizes that no model can have.
    #[error("{path}: {reason}")]
    Config {
        /// The checkpoint.
        path: PathBuf,
        /// The field.
        reason: ConfigError,
    },
    /// The tensors are not those of the configured model.
    #[error("{path} does not hold the configured model: {}", problems.join("; "))]
    Misfit {
        /// The checkpoint.
        path: PathBuf,
        /// One line for each tensor that is missing or has another shape.
        problems: Vec<String>,
    },
    /// A model of another kind.
    #[error("{path} holds a {architecture} model, which this version cannot run; it runs HRM")]
    Architecture {
        /// The checkpoint.
        path: PathBuf,
        /// What it is.
        architecture: String,
    },
    /// The device that holds the weights does not answer.
    #[error("the weights cannot be read from the device: {why}")]
    Device {
        /// The device's reason.
        why: String,
    },
}
