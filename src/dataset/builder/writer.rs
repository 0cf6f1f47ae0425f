//! Writes a builder's folder as a stream, whole or not at all.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::super::DataError;
use super::super::npy::Writer;
use super::super::place::new_folder;
use super::{Counts, IDENTIFIERS, METADATA, Metadata, file};
use crate::files::{FileError, write_atomic};
use crate::task::{Example, IGNORE};

/// The one set that is written.
const SET: &str = "all";
/// Padding, the label that does not count, and the puzzle id that stands for none: 0 in all three tasks.
const ZERO: i32 = 0;

/// What begins with an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// What came from another puzzle, and its first variant.
    Group,
    /// The next variant of the same.
    Puzzle,
    /// Nothing: one more pair of the same variant.
    Nothing,
}

/// A folder being written, under a name of its own beside the final one until all of it is there.
#[derive(Debug)]
pub struct FolderWriter {
    root: PathBuf,
    draft: TempDir,
    parts: Vec<(PathBuf, Metadata)>,
    /// The largest puzzle id in use.
    largest_id: i32,
}

impl FolderWriter {
    /// Begins a folder.
    ///
    /// # Errors
    /// The disk's reasons, or that something stands there already.
    pub fn create(root: &Path) -> Result<Self, DataError> {
        let failed = |reason| FileError { what: "write", path: root.to_owned(), reason };
        new_folder(root)?;
        let beside = root.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(beside).map_err(failed)?;
        let prefix = format!(".{}.", root.file_name().unwrap_or_default().to_string_lossy());
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".tmp");
        // A temporary folder is private by default; this one becomes the user's own.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let draft = builder.tempdir_in(beside).map_err(failed)?;
        Ok(Self { root: root.to_owned(), draft, parts: Vec::new(), largest_id: ZERO })
    }

    /// Begins the part `train` or `test`, of boards of `seq_len` tokens below `vocab`.
    ///
    /// # Errors
    /// The disk's reasons.
    pub fn part(&self, part: &str, seq_len: usize, vocab: usize) -> Result<PartWriter, DataError> {
        let folder = self.draft.path().join(part);
        std::fs::create_dir_all(&folder).map_err(|reason| FileError {
            what: "write",
            path: self.root.join(part),
            reason,
        })?;
        let numbers = |field: &str| Writer::numbers(&file(&folder, SET, field));
        let bytes = |field: &str| Writer::bytes(&file(&folder, SET, field), seq_len);
        Ok(PartWriter {
            inputs: bytes("inputs")?,
            labels: bytes("labels")?,
            ids: numbers("puzzle_identifiers")?,
            puzzle_starts: numbers("puzzle_indices")?,
            group_starts: numbers("group_indices")?,
            place: self.root.join(part),
            folder,
            seq_len,
            vocab,
            id: ZERO,
            largest_id: ZERO,
            buffer: Vec::with_capacity(seq_len),
            groups: 0,
            puzzles: 0,
            examples: 0,
        })
    }

    /// Takes up a part that is complete, and says how much it holds.
    ///
    /// # Errors
    /// The disk's reasons, or that the part is empty.
    pub fn add(&mut self, part: PartWriter) -> Result<Counts, DataError> {
        if part.examples == 0 {
            let why = "there is not one example for it".into();
            return Err(DataError::Content { path: part.place, why });
        }
        let (examples, puzzles, groups) = (part.examples, part.puzzles, part.groups);
        let [examples_end, puzzles_end] = [part.index(examples)?, part.index(puzzles)?];
        let PartWriter { inputs, labels, ids, mut puzzle_starts, mut group_starts, .. } = part;
        puzzle_starts.put(&examples_end)?;
        group_starts.put(&puzzles_end)?;
        inputs.finish(examples)?;
        labels.finish(examples)?;
        ids.finish(puzzles)?;
        puzzle_starts.finish(puzzles + 1)?;
        group_starts.finish(groups + 1)?;
        let metadata = Metadata {
            pad_id: ZERO,
            ignore_label_id: Some(ZERO),
            blank_identifier_id: ZERO,
            vocab_size: part.vocab,
            seq_len: part.seq_len,
            num_puzzle_identifiers: 0,
            total_groups: groups,
            mean_puzzle_examples: examples as f64 / puzzles as f64,
            sets: vec![SET.to_owned()],
        };
        self.largest_id = self.largest_id.max(part.largest_id);
        self.parts.push((part.folder, metadata));
        Ok(Counts { examples, puzzles, groups })
    }

    /// Names the puzzle ids, the blank one first, and puts the folder in its place.
    ///
    /// # Errors
    /// The disk's reasons, a puzzle id without a name, or that something stands there by now; nothing is left then.
    pub fn finish(self, identifiers: &[String]) -> Result<(), DataError> {
        let wrong = |why: String| DataError::Content { path: self.root.clone(), why };
        if self.largest_id as usize >= identifiers.len() {
            let (id, names) = (self.largest_id, identifiers.len());
            return Err(wrong(format!("the puzzle id {id} is in use, and {names} have a name")));
        }
        let failed = |reason| FileError { what: "write", path: self.root.clone(), reason };
        let json = |value: serde_json::Result<Vec<u8>>| value.map_err(|e| failed(e.into()));
        for (folder, metadata) in &self.parts {
            let metadata = Metadata { num_puzzle_identifiers: identifiers.len(), ..metadata.clone() };
            write_atomic(&folder.join(METADATA), &json(serde_json::to_vec(&metadata))?)?;
        }
        write_atomic(&self.draft.path().join(IDENTIFIERS), &json(serde_json::to_vec(identifiers))?)?;
        // Not every system renames over an empty folder. One that is not empty is left alone.
        let _ = std::fs::remove_dir(&self.root);
        std::fs::rename(self.draft.path(), &self.root).map_err(failed)?;
        // What is no more under its name is not removed at the end.
        let _ = self.draft.keep();
        Ok(())
    }
}

/// A part being written.
#[derive(Debug)]
pub struct PartWriter {
    folder: PathBuf,
    /// Its name in the end, for messages.
    place: PathBuf,
    inputs: Writer,
    labels: Writer,
    ids: Writer,
    puzzle_starts: Writer,
    group_starts: Writer,
    seq_len: usize,
    vocab: usize,
    /// The id of the puzzle at hand.
    id: i32,
    largest_id: i32,
    buffer: Vec<u8>,
    groups: usize,
    puzzles: usize,
    examples: usize,
}

impl PartWriter {
    /// Adds an example. The first one begins a group whatever is said.
    ///
    /// # Errors
    /// The disk's reasons, tokens that do not fit the part, or another puzzle id within a puzzle.
    pub fn push(&mut self, begins: Begins, example: &Example) -> Result<(), DataError> {
        let begins = if self.examples == 0 { Begins::Group } else { begins };
        if begins != Begins::Nothing {
            if begins == Begins::Group {
                let start = self.index(self.puzzles)?;
                self.group_starts.put(&start)?;
                self.groups += 1;
            }
            let start = self.index(self.examples)?;
            self.puzzle_starts.put(&start)?;
            self.ids.put(&example.puzzle_id.to_le_bytes())?;
            self.puzzles += 1;
            self.id = example.puzzle_id;
            self.largest_id = self.largest_id.max(self.id);
        }
        if example.puzzle_id != self.id || self.id < 0 {
            return Err(self.wrong(format!("the puzzle id {} cannot stand in puzzle {}", example.puzzle_id, self.id)));
        }
        for (tokens, labels) in [(&example.inputs, false), (&example.labels, true)] {
            if tokens.len() != self.seq_len {
                return Err(self.wrong(format!("it has {} tokens, and the others {}", tokens.len(), self.seq_len)));
            }
            self.buffer.clear();
            for &token in tokens {
                let token = if labels && token == IGNORE { ZERO } else { token };
                match u8::try_from(token).ok().filter(|&token| usize::from(token) < self.vocab) {
                    Some(token) => self.buffer.push(token),
                    None => return Err(self.wrong(format!("the token {token} is not below {}", self.vocab))),
                }
            }
            let table = if labels { &mut self.labels } else { &mut self.inputs };
            table.put(&self.buffer)?;
        }
        self.examples += 1;
        Ok(())
    }

    /// Adds examples until there is no more.
    ///
    /// # Errors
    /// The first error among them, or as [`PartWriter::push`].
    pub fn extend(
        &mut self,
        examples: impl IntoIterator<Item = Result<(Begins, Example), DataError>>,
    ) -> Result<(), DataError> {
        examples.into_iter().try_for_each(|next| {
            let (begins, example) = next?;
            self.push(begins, &example)
        })
    }

    /// Number of examples so far.
    pub fn len(&self) -> usize {
        self.examples
    }

    /// Whether there is none yet.
    pub fn is_empty(&self) -> bool {
        self.examples == 0
    }

    /// An index as it is stored. The public code reads 32 bits.
    fn index(&self, index: usize) -> Result<[u8; 4], DataError> {
        let index = i32::try_from(index).map(i32::to_le_bytes);
        index.map_err(|_| self.wrong(format!("more than {} are not possible", i32::MAX)))
    }

    fn wrong(&self, why: String) -> DataError {
        DataError::Content { path: self.place.clone(), why: format!("example {}: {why}", self.examples) }
    }
}
