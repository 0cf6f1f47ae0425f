//! What a file or folder of data is, by what it holds.

use std::path::{Path, PathBuf};

use super::arc::looks_like_arc;
use super::{DataError, builder};
use crate::files::FileError;

/// What a file or folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Puzzle files; there is at least one.
    Csv {
        /// What is learned from.
        train: Option<PathBuf>,
        /// What is measured on.
        test: Option<PathBuf>,
    },
    /// ARC tasks.
    Arc,
    /// A builder's folder, or one part of it.
    Builder {
        /// The folder of the parts.
        root: PathBuf,
        /// The names of the parts it has.
        parts: Vec<String>,
    },
}

impl Kind {
    /// Looks at a file or folder without reading it.
    ///
    /// # Errors
    /// There is no such file, or it is none of the kinds.
    pub fn of(path: &Path) -> Result<Self, DataError> {
        let found = path.metadata().map_err(|reason| FileError { what: "read", path: path.to_owned(), reason })?;
        let wrong = |why: &str| DataError::Content { path: path.to_owned(), why: why.to_owned() };
        if !found.is_dir() {
            return match path.extension().map(|ending| ending.to_ascii_lowercase()).as_ref().and_then(|e| e.to_str()) {
                Some("npy") => Err(wrong("this is one table of a builder's folder: give the folder")),
                Some("json") => Ok(Self::Arc),
                _ => Ok(Self::Csv { train: Some(path.to_owned()), test: None }),
            };
        }
        let parts = builder::parts(path);
        if !parts.is_empty() {
            return Ok(Self::Builder { root: path.to_owned(), parts: parts.into_iter().map(str::to_owned).collect() });
        }
        if builder::is_part(path) {
            // A name such as `.` says neither the part nor its folder.
            let whole =
                path.canonicalize().map_err(|reason| FileError { what: "read", path: path.to_owned(), reason })?;
            if let (Some(root), Some(name)) = (whole.parent(), whole.file_name().and_then(|name| name.to_str())) {
                return Ok(Self::Builder { root: root.to_owned(), parts: vec![name.to_owned()] });
            }
        }
        if let Some(part) = builder::unlabelled(path) {
            let why = "there are a builder's tables in it, but no dataset.json beside them, which says what they are";
            return Err(DataError::Content { path: part, why: why.into() });
        }
        let file = |name: &str| Some(path.join(name)).filter(|file| file.is_file());
        match (file("train.csv"), file("test.csv")) {
            (None, None) if looks_like_arc(path) => Ok(Self::Arc),
            (None, None) => {
                let why = "there is no data in this folder: it would hold train.csv and test.csv, ARC tasks as JSON, or a \
                           builder's train and test with their dataset.json";
                Err(wrong(why))
            }
            (train, test) => Ok(Self::Csv { train, test }),
        }
    }
}
