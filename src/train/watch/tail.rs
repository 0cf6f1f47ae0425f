//! Reading a growing file of lines from where the last look ended. Whatever happens to the file meanwhile (cut, replaced,
//! rewritten shorter, removed), the next look starts again from its beginning and says so.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

/// How much is read at one look; the rest comes with the next.
const PORTION: u64 = 8 << 20;
/// A longer line is no line of ours and is left out.
const LONGEST_LINE: usize = 1 << 20;
/// So many bytes before the place where the last look ended must still be the same.
const WITNESS: usize = 96;

/// What one look brought.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fresh {
    /// The file is not the one that was read before: forget its lines.
    pub restarted: bool,
    /// New whole lines.
    pub lines: Vec<String>,
    /// There is more to read at once.
    pub more: bool,
}

/// The place in a file where the last look ended.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    offset: u64,
    witness: Vec<u8>,
    /// The beginning of a line whose end is not written yet.
    partial: Vec<u8>,
    /// The line being read is too long; its end is waited for.
    overlong: bool,
}

impl Tail {
    /// A file that was never looked at; it need not exist.
    pub fn new(path: PathBuf) -> Self {
        Self { path, offset: 0, witness: Vec::new(), partial: Vec::new(), overlong: false }
    }

    /// Starts again from the beginning at the next look.
    pub fn forget(&mut self) {
        *self = Self::new(std::mem::take(&mut self.path));
    }

    /// Looks again. A file that cannot be read brings nothing; one that is gone is forgotten.
    pub fn look(&mut self) -> Fresh {
        let begun = self.offset > 0;
        // Only files: opening a pipe would wait for its writer.
        let Some(length) = self.path.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len()) else {
            if begun {
                self.forget();
            }
            return Fresh { restarted: begun, ..Fresh::default() };
        };
        let Ok(mut file) = File::open(&self.path) else { return Fresh::default() };
        let restarted = begun && (length < self.offset || !self.is_same(&mut file));
        if restarted {
            self.forget();
        }
        let mut bytes = Vec::new();
        let read =
            file.seek(SeekFrom::Start(self.offset)).and_then(|_| (&mut file).take(PORTION).read_to_end(&mut bytes));
        if read.is_err() {
            return Fresh { restarted, ..Fresh::default() };
        }
        self.offset += bytes.len() as u64;
        self.witness.extend_from_slice(&bytes[bytes.len().saturating_sub(WITNESS)..]);
        self.witness.drain(..self.witness.len().saturating_sub(WITNESS));
        let more = bytes.len() as u64 == PORTION;
        Fresh { restarted, lines: self.split(&bytes), more }
    }

    /// Whether the bytes before the place are the ones that were read.
    fn is_same(&self, file: &mut File) -> bool {
        let mut seen = vec![0; self.witness.len()];
        let from = self.offset.saturating_sub(self.witness.len() as u64);
        file.seek(SeekFrom::Start(from)).and_then(|_| file.read_exact(&mut seen)).is_ok() && seen == self.witness
    }

    fn split(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let ended = part.ends_with(b"\n");
            if !self.overlong {
                self.partial.extend_from_slice(part.strip_suffix(b"\n").unwrap_or(part));
                self.overlong = self.partial.len() > LONGEST_LINE;
            }
            if ended {
                if !self.overlong {
                    lines.push(String::from_utf8_lossy(&self.partial).into_owned());
                }
                self.overlong = false;
            }
            if ended || self.overlong {
                self.partial.clear();
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn append(path: &std::path::Path, text: &str) {
        OpenOptions::new().create(true).append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
    }

    #[test]
    fn lines_come_once_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let mut tail = Tail::new(path.clone());
        assert_eq!(tail.look(), Fresh::default());
        append(&path, "one\ntw");
        assert_eq!(tail.look().lines, ["one"]);
        append(&path, "o\nthree\n");
        assert_eq!(tail.look().lines, ["two", "three"]);
        assert_eq!(tail.look(), Fresh::default());
    }

    #[test]
    fn a_file_that_was_rewritten_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let mut tail = Tail::new(path.clone());
        std::fs::write(&path, "one\ntwo\nthree\n").unwrap();
        tail.look();
        std::fs::write(&path, "one\n").unwrap();
        assert_eq!(tail.look(), Fresh { restarted: true, lines: vec!["one".into()], more: false });
        // Cut and already longer than before: only the bytes tell.
        std::fs::write(&path, "uno\ndos\n").unwrap();
        assert_eq!(tail.look(), Fresh { restarted: true, lines: vec!["uno".into(), "dos".into()], more: false });
        std::fs::remove_file(&path).unwrap();
        assert!(tail.look().restarted);
        assert!(!tail.look().restarted);
        std::fs::create_dir(&path).unwrap();
        assert_eq!(tail.look(), Fresh::default());
    }

    #[test]
    fn an_endless_line_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let mut tail = Tail::new(path.clone());
        append(&path, &"x".repeat(LONGEST_LINE + 10));
        assert!(tail.look().lines.is_empty() && tail.partial.is_empty());
        append(&path, "end\nnext\n");
        assert_eq!(tail.look().lines, ["next"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn however_it_is_cut_the_lines_are_the_same(text in "[a-c\n]{0,200}", cuts in prop::collection::vec(0usize..200, 0..8)) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("lines");
            let mut tail = Tail::new(path.clone());
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.push(text.len());
            cuts.sort_unstable();
            let (mut from, mut lines) = (0, Vec::new());
            for cut in cuts {
                append(&path, &text[from..cut]);
                lines.extend(tail.look().lines);
                from = cut;
            }
            let whole = text.rfind('\n').map_or("", |end| &text[..end]);
            let expected: Vec<&str> = if text.contains('\n') { whole.split('\n').collect() } else { Vec::new() };
            prop_assert_eq!(lines, expected);
        }
    }
}
