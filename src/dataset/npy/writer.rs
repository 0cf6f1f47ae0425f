//! A file that is written as a stream.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{CHUNK, MAGIC};
use crate::files::FileError;

/// The size of the headers written here, which leaves room for the final number of rows.
const HEADER: usize = 128;

/// Writes a file of bytes or of 32-bit numbers as a stream; how many rows there are is said at the end.
#[derive(Debug)]
pub(in super::super) struct Writer {
    path: PathBuf,
    file: BufWriter<File>,
    descr: &'static str,
    columns: Option<usize>,
}

impl Writer {
    /// Begins a file of bytes, `[rows, columns]`.
    ///
    /// # Errors
    /// The disk's reasons.
    pub fn bytes(path: &Path, columns: usize) -> Result<Self, FileError> {
        Self::create(path, "|u1", Some(columns))
    }

    /// Begins a file of 32-bit numbers, `[rows]`.
    ///
    /// # Errors
    /// The disk's reasons.
    pub fn numbers(path: &Path) -> Result<Self, FileError> {
        Self::create(path, "<i4", None)
    }

    fn create(path: &Path, descr: &'static str, columns: Option<usize>) -> Result<Self, FileError> {
        let failed = |reason| FileError { what: "write", path: path.to_owned(), reason };
        let file = BufWriter::with_capacity(CHUNK, File::create(path).map_err(failed)?);
        let mut writer = Self { path: path.to_owned(), file, descr, columns };
        writer.put(&[0; HEADER])?;
        Ok(writer)
    }

    /// Adds items as they are stored.
    ///
    /// # Errors
    /// The disk's reasons.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.file.write_all(bytes).map_err(|reason| self.failed(reason))
    }

    /// Ends the file: writes the header, and waits for the disk.
    ///
    /// # Errors
    /// The disk's reasons.
    pub fn finish(mut self, rows: usize) -> Result<(), FileError> {
        let shape = match self.columns {
            Some(columns) => format!("({rows}, {columns})"),
            None => format!("({rows},)"),
        };
        let text = format!("{{'descr': '{}', 'fortran_order': False, 'shape': {shape}, }}", self.descr);
        // Padded as NumPy does: spaces, then a line break at the end of a multiple of 64.
        let mut header = MAGIC.to_vec();
        header.extend([1, 0]);
        header.extend((HEADER as u16 - 10).to_le_bytes());
        header.extend(format!("{text:<width$}\n", width = HEADER - 11).bytes());
        let done = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(&header));
        done.and_then(|()| self.file.flush())
            .and_then(|()| self.file.get_ref().sync_all())
            .map_err(|reason| self.failed(reason))
    }

    fn failed(&self, reason: std::io::Error) -> FileError {
        FileError { what: "write", path: self.path.clone(), reason }
    }
}
