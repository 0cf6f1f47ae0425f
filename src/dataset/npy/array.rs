//! A file that is read where it lies.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::super::DataError;
use super::header::{Header, Item};
use super::{CHUNK, MAGIC};
use crate::files::FileError;

/// NumPy writes about a hundred bytes.
const LONGEST_HEADER: u64 = 1 << 16;
/// Bytes that are enough for the beginning of most files.
const USUAL: u64 = 256;

/// A file of whole numbers, `[rows]` or `[rows, columns]`, whose rows are read when they are asked for.
#[derive(Debug)]
pub(in super::super) struct Array {
    path: PathBuf,
    file: Mutex<File>,
    item: Item,
    /// Where the first item stands.
    start: u64,
    rows: usize,
    /// None for one dimension.
    columns: Option<usize>,
}

impl Array {
    /// Opens a file and checks its header, and that all of its rows are there.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let read = |reason| FileError { what: "read", path: path.to_owned(), reason };
        let wrong = |why: String| DataError::Content { path: path.to_owned(), why };
        let mut file = File::open(path).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        let mut begin = Vec::with_capacity(length.min(USUAL) as usize);
        (&mut file).take(USUAL).read_to_end(&mut begin).map_err(read)?;
        if begin.len() < 8 || &begin[..6] != MAGIC {
            return Err(wrong("this is no .npy file: it does not begin as one".into()));
        }
        let wide = match begin[6] {
            1 => 2,
            2 | 3 => 4,
            version => {
                return Err(wrong(format!("version {version} of the .npy format is unknown: save it with NumPy")));
            }
        };
        let mut size = [0; 4];
        let cut = || wrong(format!("the file ends within its header, after {length} bytes: it was cut off"));
        size[..wide].copy_from_slice(begin.get(8..8 + wide).ok_or_else(cut)?);
        let (size, before) = (u64::from(u32::from_le_bytes(size)), 8 + wide as u64);
        if size > LONGEST_HEADER {
            return Err(wrong(format!(
                "its header claims {size} bytes, and {LONGEST_HEADER} are plenty: it is damaged"
            )));
        }
        if before + size > length {
            return Err(cut());
        }
        let start = before + size;
        (&mut file).take(start.saturating_sub(begin.len() as u64)).read_to_end(&mut begin).map_err(read)?;
        let header = begin.get(before as usize..start as usize).ok_or_else(cut)?;
        let header = Header::parse(&String::from_utf8_lossy(header)).map_err(wrong)?;
        let items = header.shape.iter().try_fold(header.item.size as u64, |all, &side| all.checked_mul(side));
        match items.and_then(|bytes| bytes.checked_add(start)) {
            Some(end) if end <= length => {}
            _ => {
                let (shape, there) = (header.shape_text(), length - start);
                return Err(wrong(format!(
                    "it should hold {shape} items, but only {there} bytes are there: it was cut off"
                )));
            }
        }
        let large = || wrong(format!("{} items are too many for this machine", header.shape_text()));
        let side = |at: usize| header.shape.get(at).map(|&side| usize::try_from(side).map_err(|_| large())).transpose();
        let (rows, columns) = (side(0)?.unwrap_or(0), side(1)?);
        Ok(Self { path: path.to_owned(), file: Mutex::new(file), item: header.item, start, rows, columns })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Numbers in a row, when there are two dimensions.
    pub fn columns(&self) -> Option<usize> {
        self.columns
    }

    /// Gives `take` the numbers of `count` rows one by one, from the first to the last. Memory stays bounded.
    ///
    /// # Errors
    /// The disk's reasons, rows that are not there, or what `take` answers.
    pub fn each(
        &self,
        first: usize,
        count: usize,
        mut take: impl FnMut(i64) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let read = |reason| FileError { what: "read", path: self.path.clone(), reason };
        if first.checked_add(count).is_none_or(|end| end > self.rows) {
            let why = format!("it has {} rows, and {count} from row {first} on were asked for", self.rows);
            return Err(DataError::Content { path: self.path.clone(), why });
        }
        if count == 0 {
            return Ok(());
        }
        // There is a row, so the products were checked against the file's size when it was opened.
        let row = self.columns.unwrap_or(1) * self.item.size;
        let mut left = count * row;
        let mut buffer = vec![0; CHUNK.min(left)];
        // A poisoned lock is no harm: the place is sought anew.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.start + (first * row) as u64)).map_err(read)?;
        while left > 0 {
            let bytes = &mut buffer[..CHUNK.min(left)];
            file.read_exact(bytes).map_err(read)?;
            bytes.chunks_exact(self.item.size).try_for_each(|item| take(self.item.value(item)))?;
            left -= bytes.len();
        }
        Ok(())
    }
}
