//! NumPy's `.npy` files of whole numbers: read row by row where they lie, written as a stream.
//!
//! An own reader: the crates there are read a header of any announced size into memory, parse it by recursion, or map the
//! file, which ends the program when another one shortens it.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::DataError;
use crate::files::FileError;

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// NumPy writes about a hundred bytes.
const LONGEST_HEADER: u64 = 1 << 16;
/// Bytes read at once; a multiple of every item's size.
const CHUNK: usize = 1 << 16;
/// The size of the headers written here, which leaves room for the final number of rows.
const HEADER: usize = 128;

/// How a whole number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Item {
    size: usize,
    signed: bool,
    big_endian: bool,
}

impl Item {
    /// The type that NumPy calls `descr`; None when it holds no whole numbers.
    fn parse(descr: &str) -> Option<Self> {
        let (order, kind) = match descr.as_bytes() {
            [order @ (b'<' | b'>' | b'=' | b'|'), kind @ ..] => (*order, kind),
            kind => (b'=', kind),
        };
        let (signed, size) = match kind {
            b"b1" | b"?" | b"u1" => (false, 1),
            b"i1" => (true, 1),
            b"u2" => (false, 2),
            b"i2" => (true, 2),
            b"u4" => (false, 4),
            b"i4" => (true, 4),
            b"u8" => (false, 8),
            b"i8" => (true, 8),
            _ => return None,
        };
        let big_endian = order == b'>' || order == b'=' && cfg!(target_endian = "big");
        Some(Self { size, signed, big_endian })
    }

    /// The number in `bytes`, `size` of them; what no i64 holds becomes its largest value.
    fn value(self, bytes: &[u8]) -> i64 {
        let mut wide = [0; 8];
        for (place, at) in wide.iter_mut().zip(0..self.size) {
            *place = bytes[if self.big_endian { self.size - 1 - at } else { at }];
        }
        let unused = 64 - 8 * self.size as u32;
        match self.signed {
            true => (i64::from_le_bytes(wide) << unused) >> unused,
            false => i64::try_from(u64::from_le_bytes(wide)).unwrap_or(i64::MAX),
        }
    }
}

/// A file of whole numbers, `[rows]` or `[rows, columns]`, whose rows are read when they are asked for.
#[derive(Debug)]
pub(super) struct Array {
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
        let mut fixed = Vec::new();
        (&mut file).take(8).read_to_end(&mut fixed).map_err(read)?;
        if fixed.len() < 8 || &fixed[..6] != MAGIC {
            return Err(wrong("this is no .npy file: it does not begin as one".into()));
        }
        let wide = match fixed[6] {
            1 => 2,
            2 | 3 => 4,
            version => {
                return Err(wrong(format!("version {version} of the .npy format is unknown: save it with NumPy")));
            }
        };
        let mut size = [0; 4];
        let cut = || wrong(format!("the file ends within its header, after {length} bytes: it was cut off"));
        file.read_exact(&mut size[..wide]).map_err(|_| cut())?;
        let (size, before) = (u64::from(u32::from_le_bytes(size)), 8 + wide as u64);
        if size > LONGEST_HEADER {
            return Err(wrong(format!(
                "its header claims {size} bytes, and {LONGEST_HEADER} are plenty: it is damaged"
            )));
        }
        if before + size > length {
            return Err(cut());
        }
        let mut header = Vec::new();
        (&mut file).take(size).read_to_end(&mut header).map_err(read)?;
        let header = Header::parse(&String::from_utf8_lossy(&header)).map_err(wrong)?;
        let start = before + size;
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

/// What stands before the items.
struct Header {
    item: Item,
    shape: Vec<u64>,
}

impl Header {
    /// Reads the Python dictionary that NumPy writes; says what is wrong with it.
    fn parse(text: &str) -> Result<Self, String> {
        let odd = || format!("its header `{}` is not understood", text.trim_end().chars().take(80).collect::<String>());
        let mut rest = Literal(text);
        let (mut item, mut shape) = (None, None);
        let mut fortran = false;
        if !rest.eat('{') {
            return Err(odd());
        }
        while !rest.eat('}') {
            let key = rest.string().ok_or_else(odd)?;
            if !rest.eat(':') {
                return Err(odd());
            }
            match key {
                "descr" => {
                    let name = rest.string().ok_or("it holds records: save each field as an array of its own")?;
                    let found = Item::parse(name).ok_or_else(|| {
                        format!("it holds `{}`, not whole numbers", name.chars().take(20).collect::<String>())
                    })?;
                    item = Some(found);
                }
                "fortran_order" => fortran = rest.boolean().ok_or_else(odd)?,
                "shape" => shape = Some(rest.tuple().ok_or_else(odd)?),
                _ => return Err(odd()),
            }
            if !rest.eat(',') && !rest.0.trim_start().starts_with('}') {
                return Err(odd());
            }
        }
        let header = Self { item: item.ok_or_else(odd)?, shape: shape.ok_or_else(odd)? };
        if !(1..=2).contains(&header.shape.len()) {
            return Err(format!("it has the shape {}, and one or two dimensions are expected", header.shape_text()));
        }
        if fortran && header.shape.len() == 2 {
            return Err("it is stored column by column: save numpy.ascontiguousarray(...) of it".into());
        }
        Ok(header)
    }

    fn shape_text(&self) -> String {
        let sides: Vec<String> = self.shape.iter().map(u64::to_string).collect();
        format!("({})", sides.join(", "))
    }
}

/// What is left of a Python literal.
struct Literal<'a>(&'a str);

impl<'a> Literal<'a> {
    fn eat(&mut self, character: char) -> bool {
        match self.0.trim_start().strip_prefix(character) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn string(&mut self) -> Option<&'a str> {
        let rest = self.0.trim_start();
        let quote = rest.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
        let (text, rest) = rest[1..].split_once(quote)?;
        self.0 = rest;
        Some(text)
    }

    fn boolean(&mut self) -> Option<bool> {
        let rest = self.0.trim_start();
        let found = [("True", true), ("False", false)];
        let (word, value) = found.into_iter().find(|(word, _)| rest.starts_with(word))?;
        self.0 = &rest[word.len()..];
        Some(value)
    }

    /// Whole numbers in parentheses; more than a few are no shape.
    fn tuple(&mut self) -> Option<Vec<u64>> {
        let (inside, rest) = self.0.trim_start().strip_prefix('(')?.split_once(')')?;
        self.0 = rest;
        let inside = inside.trim();
        let inside = inside.strip_suffix(',').unwrap_or(inside);
        if inside.is_empty() {
            return Some(Vec::new());
        }
        inside.split(',').take(33).map(|side| side.trim().trim_end_matches('L').parse().ok()).collect()
    }
}

/// Writes a file of bytes or of 32-bit numbers as a stream; how many rows there are is said at the end.
#[derive(Debug)]
pub(super) struct Writer {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(array: &Array) -> Vec<i64> {
        let mut values = Vec::new();
        let push = |value| {
            values.push(value);
            Ok(())
        };
        array.each(0, array.rows(), push).unwrap();
        values
    }

    /// A file with this header text and these items.
    fn file(text: &str, items: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        let mut bytes = MAGIC.to_vec();
        bytes.extend([1, 0]);
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.bytes());
        bytes.extend(items);
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    fn header(descr: &str, order: &str, shape: &str) -> String {
        format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n")
    }

    #[test]
    fn every_integer_type_is_read() {
        for (descr, bytes, value) in [
            ("|u1", &[200][..], 200),
            ("|b1", &[1], 1),
            ("|i1", &[200], -56),
            ("<u2", &[1, 255], 0xff01),
            (">i2", &[255, 254], -2),
            ("<i4", &[255, 255, 255, 255], -1),
            (">u4", &[255, 0, 0, 1], 0xff00_0001),
            ("<i8", &[0, 0, 0, 0, 0, 0, 0, 128], i64::MIN),
            ("<u8", &[255; 8], i64::MAX),
            (">i8", &[0, 0, 0, 0, 0, 0, 0, 5], 5),
        ] {
            let (_folder, path) = file(&header(descr, "False", "(1,)"), bytes);
            assert_eq!(all(&Array::open(&path).unwrap()), [value], "{descr}");
        }
    }

    #[test]
    fn what_is_no_array_of_whole_numbers_is_refused() {
        let message = |text: &str, items: &[u8]| {
            let (_folder, path) = file(text, items);
            let message = Array::open(&path).unwrap_err().to_string();
            assert!(message.contains("x.npy"), "{message}");
            message
        };
        assert!(message(&header("<f4", "False", "(1,)"), &[0; 4]).contains("`<f4`"));
        assert!(message(&header("|u1", "True", "(1, 1)"), &[0]).contains("ascontiguousarray"));
        assert!(message(&header("|u1", "False", "(2, 3)"), &[0; 5]).contains("cut off"));
        assert!(message(&header("|u1", "False", "(1, 1, 1)"), &[0]).contains("(1, 1, 1)"));
        assert!(message(&header("|u1", "False", "()"), &[0]).contains("dimensions"));
        let huge = "(4611686018427387904, 9223372036854775807)";
        assert!(message(&header("<i8", "False", huge), &[0]).contains("cut off"));
        assert!(message("{'descr': [('a', '<i4')], 'shape': (1,), }", &[0; 4]).contains("records"));
        for text in ["", "{", "{}", "{'shape': (1,)}", "{'shape' (1,)}", "{'descr': '|u1', 'x': 1}", "{'descr'''"] {
            assert!(message(text, &[]).contains("not understood"), "{text}");
        }
    }

    #[test]
    fn headers_of_absurd_sizes_are_refused_unread() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        let message = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            Array::open(&path).unwrap_err().to_string()
        };
        assert!(message(b"\x93NUMPY\x02\x00\xff\xff\xff\xff").contains("4294967295"));
        assert!(message(b"\x93NUMPY\x01\x00\xff\xff{}").contains("cut off"));
        assert!(message(b"\x93NUMPY\x01\x00\x01").contains("cut off"));
        assert!(message(b"\x93NUMPY\x09\x00\x01\x00").contains("version 9"));
        assert!(message(b"PK").contains("no .npy"));
    }

    #[test]
    fn rows_are_read_where_they_lie() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        let mut writer = Writer::bytes(&path, 3).unwrap();
        (0..30).for_each(|value| writer.put(&[value]).unwrap());
        writer.finish(10).unwrap();
        let array = Array::open(&path).unwrap();
        assert_eq!((array.rows(), array.columns()), (10, Some(3)));
        let mut row = Vec::new();
        array
            .each(9, 1, |value| {
                row.push(value);
                Ok(())
            })
            .unwrap();
        assert_eq!(row, [27, 28, 29]);
        for (first, count) in [(9, 2), (10, 1), (usize::MAX, 2)] {
            assert!(array.each(first, count, |_| Ok(())).unwrap_err().to_string().contains("10 rows"));
        }
        // Another program cut the file after it was opened.
        File::options().write(true).open(&path).unwrap().set_len(140).unwrap();
        assert!(array.each(9, 1, |_| Ok(())).unwrap_err().to_string().contains("x.npy"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_is_written_is_read_back(values: Vec<i32>) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.npy");
            let mut writer = Writer::numbers(&path).unwrap();
            for value in &values {
                writer.put(&value.to_le_bytes()).unwrap();
            }
            writer.finish(values.len()).unwrap();
            let array = Array::open(&path).unwrap();
            prop_assert_eq!(array.columns(), None);
            prop_assert_eq!(all(&array), values.into_iter().map(i64::from).collect::<Vec<_>>());
        }
    }
}
