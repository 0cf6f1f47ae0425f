//! A part of a builder's folder, read example by example where it lies.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::super::DataError;
use super::super::npy::Array;
use super::{Counts, IDENTIFIERS, METADATA, Metadata, file};
use crate::files::{self, FileError};
use crate::task::{Example, IGNORE};

/// The longest `dataset.json`, bytes.
const LONGEST_METADATA: u64 = 1 << 20;
/// Numbers read at once when all examples are gone through.
const AT_ONCE: usize = 1 << 18;

/// The parts that a folder has, of `train` and `test`; none when it is no builder's folder.
pub fn parts(root: &Path) -> Vec<&'static str> {
    ["train", "test"].into_iter().filter(|part| root.join(part).join(METADATA).is_file()).collect()
}

/// Whether a folder is itself a part.
pub(in super::super) fn is_part(folder: &Path) -> bool {
    folder.join(METADATA).is_file()
}

/// A folder in this one, or itself, with the tables of a part and without what says what they are.
pub(in super::super) fn unlabelled(folder: &Path) -> Option<PathBuf> {
    let tables = |part: &PathBuf| {
        let files = std::fs::read_dir(part).into_iter().flatten().flatten();
        !is_part(part) && files.into_iter().any(|file| file.file_name().to_string_lossy().ends_with("__inputs.npy"))
    };
    [folder.to_owned(), folder.join("train"), folder.join("test")].into_iter().find(tables)
}

/// The names of the puzzle ids, the blank one first; None when the folder does not say them.
///
/// # Errors
/// A file that cannot be read, or holds something else than a list of names.
pub fn identifiers(root: &Path) -> Result<Option<Vec<String>>, DataError> {
    let path = root.join(IDENTIFIERS);
    if !path.exists() {
        return Ok(None);
    }
    let names = serde_json::from_slice(&files::read(&path)?);
    names.map(Some).map_err(|e| DataError::Content { path, why: format!("it is no list of names: {e}") })
}

/// All examples of one part, set after set. The indices are kept in memory, the boards are not: a set of a thousand
/// variants takes gigabytes.
#[derive(Debug)]
pub struct Rows {
    metadata: Metadata,
    sets: Vec<Set>,
}

/// One set: its tables, and the number of its first example among those of all sets.
#[derive(Debug)]
struct Set {
    name: String,
    start: usize,
    inputs: Array,
    labels: Array,
    /// `[puzzles]`.
    ids: Vec<i32>,
    /// `[puzzles + 1]`, rising from 0 to the number of examples.
    puzzles: Vec<u32>,
    /// `[groups + 1]`, rising from 0 to the number of puzzles.
    groups: Vec<u32>,
}

impl Rows {
    /// Opens the part `train` or `test` of a folder. Indices and lengths are checked here, tokens when they are read.
    ///
    /// # Errors
    /// Names the file, the row and what is wrong: something missing, cut off, out of range or out of order.
    pub fn open(root: &Path, part: &str) -> Result<Self, DataError> {
        let folder = root.join(part);
        let path = folder.join(METADATA);
        let metadata = metadata(&path)?;
        let wrong = |why: String| DataError::Content { path: path.clone(), why };
        let mut sets: Vec<Set> = Vec::new();
        for name in &metadata.sets {
            if name.is_empty() || name.contains(['/', '\\', ':']) {
                return Err(wrong(format!("`{}` is no set's name", name.escape_debug())));
            }
            let start = sets.last().map_or(0, |set| set.start + set.inputs.rows());
            sets.push(Set::open(&folder, name, &metadata, start)?);
        }
        let rows = Self { metadata, sets };
        if rows.is_empty() {
            return Err(wrong("there is not one example in its sets".into()));
        }
        let (said, found) = (rows.metadata.total_groups, rows.counts().groups);
        if said != found {
            return Err(wrong(format!("it says that there are {said} groups, and the sets have {found}")));
        }
        Ok(rows)
    }

    /// What `dataset.json` says.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Number of examples.
    pub fn len(&self) -> usize {
        self.sets.last().map_or(0, |set| set.start + set.inputs.rows())
    }

    /// Whether there is none; never so once it was opened.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How much there is in all sets.
    pub fn counts(&self) -> Counts {
        let puzzles = self.sets.iter().map(|set| set.ids.len()).sum();
        let groups = self.sets.iter().map(|set| set.groups.len() - 1).sum();
        Counts { examples: self.len(), puzzles, groups }
    }

    /// The examples of each group, counted over all sets.
    pub fn group_ranges(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.sets.iter().flat_map(|set| {
            let at = |puzzle: u32| set.start + set.puzzles[puzzle as usize] as usize;
            set.groups.windows(2).map(move |ends| at(ends[0])..at(ends[1]))
        })
    }

    /// One example, counted from 0 over all sets. Labels that do not count are [`IGNORE`].
    ///
    /// # Errors
    /// The disk's reasons, a token that the vocabulary has not, or an example that is not there.
    pub fn example(&self, index: usize) -> Result<Example, DataError> {
        let (set, row) = self.place(index);
        let mut examples = match row < set.inputs.rows() {
            true => set.read(row, 1, &self.metadata)?,
            false => Vec::new(),
        };
        examples.pop().ok_or_else(|| DataError::Content {
            path: set.inputs.path().to_owned(),
            why: format!("there is no row {row}: it has {}", set.inputs.rows()),
        })
    }

    /// Gives `take` the examples of a range one by one, with their numbers; those that are not there are left out.
    /// Memory stays bounded.
    ///
    /// # Errors
    /// The disk's reasons, a token that the vocabulary has not, or what `take` answers.
    pub fn each(
        &self,
        range: Range<usize>,
        mut take: impl FnMut(usize, Example) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let at_once = (AT_ONCE / self.metadata.seq_len).max(1);
        for set in &self.sets {
            let end = range.end.min(set.start + set.inputs.rows());
            let mut next = range.start.max(set.start);
            while next < end {
                let count = at_once.min(end - next);
                for (row, example) in set.read(next - set.start, count, &self.metadata)?.into_iter().enumerate() {
                    take(next + row, example)?;
                }
                next += count;
            }
        }
        Ok(())
    }

    /// Where an example stands, for messages: the file of its inputs and its row there.
    pub fn whereabouts(&self, index: usize) -> (&Path, usize) {
        let (set, row) = self.place(index);
        (set.inputs.path(), row)
    }

    /// The set of an example and its row there.
    fn place(&self, index: usize) -> (&Set, usize) {
        // The first set starts at 0, and there is one, else nothing was opened.
        let at = self.sets.partition_point(|set| set.start <= index) - 1;
        (&self.sets[at], index - self.sets[at].start)
    }

    /// The sets' names and their numbers of examples.
    pub fn sets(&self) -> impl Iterator<Item = (&str, usize)> {
        self.sets.iter().map(|set| (set.name.as_str(), set.inputs.rows()))
    }
}

fn metadata(path: &Path) -> Result<Metadata, DataError> {
    let wrong = |why: String| DataError::Content { path: path.to_owned(), why };
    let read = |reason| FileError { what: "read", path: path.to_owned(), reason };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LONGEST_METADATA + 1).read_to_end(&mut bytes)).map_err(read)?;
    if bytes.len() as u64 > LONGEST_METADATA {
        return Err(wrong("it is too long to be a builder's".into()));
    }
    let metadata: Metadata =
        serde_json::from_slice(&bytes).map_err(|e| wrong(format!("it is not as the builders write it: {e}")))?;
    let small = i32::MAX as usize;
    for (name, value, least) in [
        ("seq_len", metadata.seq_len, 1),
        ("vocab_size", metadata.vocab_size, 1),
        ("num_puzzle_identifiers", metadata.num_puzzle_identifiers, 0),
    ] {
        if !(least..=small).contains(&value) {
            return Err(wrong(format!("`{name}` cannot be {value}")));
        }
    }
    Ok(metadata)
}

impl Set {
    fn open(part: &Path, name: &str, metadata: &Metadata, start: usize) -> Result<Self, DataError> {
        let open = |field: &str| Array::open(&file(part, name, field));
        let (inputs, labels) = (open("inputs")?, open("labels")?);
        for array in [&inputs, &labels] {
            if array.columns() != Some(metadata.seq_len) {
                let found = array.columns().map_or("one dimension".to_owned(), |width| format!("rows of {width}"));
                let why = format!("it has {found}, and dataset.json says that boards have {} tokens", metadata.seq_len);
                return Err(DataError::Content { path: array.path().to_owned(), why });
            }
        }
        if inputs.rows() != labels.rows() {
            let why = format!("it has {} rows, and the inputs have {}", labels.rows(), inputs.rows());
            return Err(DataError::Content { path: labels.path().to_owned(), why });
        }
        let numbers = open("puzzle_identifiers")?;
        let mut ids = Vec::new();
        flat(&numbers, |row, id| {
            let known = i32::try_from(id).ok().filter(|&id| (0..metadata.num_puzzle_identifiers as i32).contains(&id));
            ids.push(known.ok_or_else(|| {
                format!("row {row}: there is no puzzle id {id}: dataset.json says {}", metadata.num_puzzle_identifiers)
            })?);
            Ok(())
        })?;
        let puzzles = starts(&open("puzzle_indices")?, ids.len(), inputs.rows(), ["puzzle", "examples"])?;
        let groups = open("group_indices")?;
        let count = groups.rows().saturating_sub(1);
        let groups = starts(&groups, count, ids.len(), ["group", "puzzles"])?;
        Ok(Self { name: name.to_owned(), start, inputs, labels, ids, puzzles, groups })
    }

    fn read(&self, first: usize, count: usize, metadata: &Metadata) -> Result<Vec<Example>, DataError> {
        let mut tables = Vec::new();
        for (array, ignored) in [(&self.inputs, None), (&self.labels, Some(metadata.ignore_label_id))] {
            let mut tokens = Vec::with_capacity(count * metadata.seq_len);
            array.each(first, count, |value| {
                let token = match i32::try_from(value) {
                    Ok(token) if ignored.is_some_and(|id| id == Some(token) || token == IGNORE) => IGNORE,
                    Ok(token) if token >= 0 && (token as usize) < metadata.vocab_size => token,
                    _ => {
                        let (row, at) = (first + tokens.len() / metadata.seq_len, tokens.len() % metadata.seq_len);
                        let why = format!("row {row}, token {at}: {value} is not below {}", metadata.vocab_size);
                        return Err(DataError::Content { path: array.path().to_owned(), why });
                    }
                };
                tokens.push(token);
                Ok(())
            })?;
            tables.push(tokens);
        }
        let mut puzzle = self.puzzles.partition_point(|&start| start as usize <= first).saturating_sub(1);
        let mut examples = Vec::with_capacity(count);
        let (inputs, labels) = (tables[0].chunks(metadata.seq_len), tables[1].chunks(metadata.seq_len));
        for (row, (inputs, labels)) in inputs.zip(labels).enumerate() {
            // The last index is the number of examples, so there is always a next one.
            while self.puzzles[puzzle + 1] as usize <= first + row {
                puzzle += 1;
            }
            examples.push(Example { inputs: inputs.to_vec(), labels: labels.to_vec(), puzzle_id: self.ids[puzzle] });
        }
        Ok(examples)
    }
}

/// Goes through an array of one dimension; `take` says what is wrong with a value.
fn flat(array: &Array, mut take: impl FnMut(usize, i64) -> Result<(), String>) -> Result<(), DataError> {
    let wrong = |why: String| DataError::Content { path: array.path().to_owned(), why };
    if array.columns().is_some() {
        return Err(wrong("it has two dimensions, and one is expected".into()));
    }
    let mut row = 0;
    array.each(0, array.rows(), |value| {
        row += 1;
        take(row - 1, value).map_err(wrong)
    })
}

/// Where each of `count` things begins among `total`, and the end: rising from 0 to `total`.
fn starts(array: &Array, count: usize, total: usize, [one, many]: [&str; 2]) -> Result<Vec<u32>, DataError> {
    let path: PathBuf = array.path().to_owned();
    if array.rows() != count + 1 {
        let why =
            format!("it has {} rows, and {} are expected: one for each {one}, and the end", array.rows(), count + 1);
        return Err(DataError::Content { path, why });
    }
    let mut starts: Vec<u32> = Vec::new();
    flat(array, |row, value| {
        let least = starts.last().map_or(0, |&last| i64::from(last) + 1);
        let index = u32::try_from(value).ok().filter(|&index| index as usize <= total);
        match index {
            Some(index) if row == 0 && index != 0 => Err(format!("row 0 is {value}, and the first {one} begins at 0")),
            Some(index) if i64::from(index) < least => {
                Err(format!("row {row}: {value} does not rise: {one} {} has no {many}", row - 1))
            }
            Some(index) => {
                starts.push(index);
                Ok(())
            }
            None => Err(format!("row {row}: {value} is beyond the {total} {many}")),
        }
    })?;
    match starts.last() {
        Some(&end) if end as usize == total => Ok(starts),
        _ => Err(DataError::Content { path, why: format!("its last row is not the number of {many}, {total}") }),
    }
}
