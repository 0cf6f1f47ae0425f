//! What an opened or dropped file is: decided by its content, never by its name.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::board::{Found, read};

/// The most bytes that are read as puzzles: all of ARC's public tasks in one file are smaller.
const LARGEST_TEXT: u64 = 16 * 1024 * 1024;

/// A file that was recognised.
#[derive(Debug, Clone, PartialEq)]
pub enum Opened {
    /// Boards in one of their text forms.
    Boards(Found),
    /// A run folder, to be watched.
    Run(PathBuf),
    /// A checkpoint, or a folder of them, for the engine to load.
    Checkpoint(PathBuf),
}

/// A file that cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The disk refused.
    #[error("{path} cannot be read: {why}. Check that it exists and that you may read it")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        why: std::io::Error,
    },
    /// Neither a board nor a checkpoint.
    #[error(
        "{path} is neither a puzzle nor a checkpoint: it starts like neither a PyTorch nor a safetensors file, and {why}. Open a Sudoku of 16, 36 or 81 cells (`.` for a blank), a maze of `# SG`, an ARC task, or a checkpoint"
    )]
    Neither {
        /// The file.
        path: PathBuf,
        /// Why it is no board.
        why: String,
    },
}

/// Looks into a file or folder.
///
/// # Errors
/// [`OpenError`] says which file, what it is not, and what would be.
pub fn look(path: &Path) -> Result<Opened, OpenError> {
    let unreadable = |why| OpenError::Unreadable { path: path.to_owned(), why };
    if crate::train::watch::is_run(path) {
        return Ok(Opened::Run(path.to_owned()));
    }
    if path.is_dir() {
        return Ok(Opened::Checkpoint(path.to_owned()));
    }
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(unreadable)?;
    file.by_ref().take(LARGEST_TEXT).read_to_end(&mut bytes).map_err(unreadable)?;
    if is_checkpoint(&bytes) {
        return Ok(Opened::Checkpoint(path.to_owned()));
    }
    let neither = |why: String| OpenError::Neither { path: path.to_owned(), why };
    if bytes.len() as u64 == LARGEST_TEXT {
        return Err(neither("it is too long".to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|_| neither("it is not text".to_owned()))?;
    read(&text).map(Opened::Boards).map_err(|e| neither(e.to_string()))
}

/// Pickles and their zip archives start with these bytes; safetensors with the length of a JSON object.
fn is_checkpoint(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0x80]) || bytes.get(8) == Some(&b'{') && bytes[7] == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_at(bytes: &[u8]) -> Result<Opened, OpenError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.txt");
        std::fs::write(&path, bytes).unwrap();
        look(&path)
    }

    #[test]
    fn content_decides() {
        let board = |bytes: &[u8]| match look_at(bytes) {
            Ok(Opened::Boards(found)) => found.boards[0].1.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(board(b"1234 3412 2143 4321"), "4x4 Sudoku");
        assert_eq!(board(b"S #\n# #\n#G "), "3x3 maze");
        assert_eq!(board(br#"{"train":[],"test":[{"input":[[1,2]]}]}"#), "1x2 ARC grid");
        assert_eq!(board(b"source,question,answer,rating\na,S ## ##G ,x,3"), "3x3 maze");
        assert!(matches!(look_at(b"PK\x03\x04rest"), Ok(Opened::Checkpoint(_))));
        assert!(matches!(look_at(b"\x80\x02rest"), Ok(Opened::Checkpoint(_))));
        assert!(matches!(look_at(b"\x10\0\0\0\0\0\0\0{\"a\":1}"), Ok(Opened::Checkpoint(_))));
        assert!(matches!(look(Path::new(".")), Ok(Opened::Checkpoint(_))));
    }

    #[test]
    fn what_fits_nothing_says_what_would() {
        for bytes in [&b"hello"[..], b"", b"\xff\xfe\xfd", b"1234", &[b'1'; 100_000], b"{}", b"a,b"] {
            let message = look_at(bytes).unwrap_err().to_string();
            assert!(message.contains("file.txt") && message.contains("16, 36 or 81"), "{message}");
        }
        let message = look(Path::new("/no/such/file")).unwrap_err().to_string();
        assert!(message.contains("/no/such/file") && message.contains("Check"), "{message}");
    }
}
