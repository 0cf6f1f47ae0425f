//! Where puzzles come from, as one line of text that a run folder can keep.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::{DataError, PuzzleSet, read_csv};
use crate::board::sudoku::{Shape, generate_many};
use serde::{Deserialize, Serialize};

/// Where puzzles come from: `generated:6x6,givens=13..24,count=1000,seed=1`, or the name of a CSV file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DataSource {
    /// Made on the spot; the same puzzles on every machine.
    Generated {
        /// The board.
        shape: Shape,
        /// The least and the greatest number of givens.
        givens: (usize, usize),
        /// How many puzzles.
        count: usize,
        /// Their seed.
        seed: u64,
    },
    /// A CSV file.
    File(PathBuf),
}

impl DataSource {
    /// Reads or makes the puzzles, the first `limit` of them. `watch` is told how many are done, from any thread, and
    /// stops the work by answering false.
    ///
    /// # Errors
    /// What is wrong with the file, or why there are no such puzzles.
    pub fn load(&self, limit: Option<usize>, watch: &(dyn Fn(usize) -> bool + Sync)) -> Result<PuzzleSet, DataError> {
        match self {
            Self::File(path) => read_csv(path, limit),
            &Self::Generated { shape, givens: (from, to), count, seed } => {
                let count = limit.map_or(count, |limit| limit.min(count));
                Ok(PuzzleSet { shape, puzzles: generate_many(shape, from..=to, count, seed, watch)? })
            }
        }
    }
}

impl FromStr for DataSource {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        let wrong = |why: String| DataError::Source { text: text.to_owned(), why };
        let Some(rest) = text.strip_prefix("generated:") else {
            return match text {
                "" => Err(wrong("it is empty".into())),
                _ => Ok(Self::File(PathBuf::from(text))),
            };
        };
        let mut parts = rest.split(',');
        let size = parts.next().unwrap_or_default();
        let side =
            size.split_once('x').filter(|(rows, columns)| rows == columns).and_then(|(side, _)| side.parse().ok());
        let shape = side
            .and_then(|side| Shape::for_side(side).ok())
            .ok_or_else(|| wrong(format!("`{size}` is no board: 4x4, 6x6 or 9x9")))?;
        let (mut givens, mut count, mut seed) = (None, None, 0);
        for part in parts {
            let (key, value) = part.split_once('=').ok_or_else(|| wrong(format!("`{part}` has no `=`")))?;
            let number = |value: &str| value.parse().map_err(|_| wrong(format!("`{value}` is no whole number")));
            match key {
                "givens" => {
                    let (from, to) = value.split_once("..").unwrap_or((value, value));
                    givens = Some((number(from)? as usize, number(to)? as usize));
                }
                "count" => count = Some(number(value)? as usize),
                "seed" => seed = number(value)?,
                _ => return Err(wrong(format!("`{key}` is none of givens, count, seed"))),
            }
        }
        match (givens, count) {
            (Some(givens), Some(count)) if count > 0 => Ok(Self::Generated { shape, givens, count, seed }),
            _ => Err(wrong("givens and count must be said".into())),
        }
    }
}

impl fmt::Display for DataSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Generated { shape, givens: (from, to), count, seed } => {
                write!(f, "generated:{shape},givens={from}..{to},count={count},seed={seed}")
            }
        }
    }
}

impl TryFrom<String> for DataSource {
    type Error = DataError;

    fn try_from(text: String) -> Result<Self, DataError> {
        text.parse()
    }
}

impl From<DataSource> for String {
    fn from(source: DataSource) -> String {
        source.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_it_all() {
        let text = "generated:6x6,givens=13..24,count=12,seed=9";
        let source: DataSource = text.parse().unwrap();
        assert_eq!(source.to_string(), text);
        assert_eq!(source.load(Some(5), &|_| true).unwrap().puzzles.len(), 5);
        assert_eq!("a/b.csv".parse::<DataSource>().unwrap(), DataSource::File("a/b.csv".into()));
    }

    #[test]
    fn nonsense_is_refused_with_an_example() {
        for text in [
            "",
            "generated:5x5,givens=1..2,count=3",
            "generated:4x4",
            "generated:4x4,count=3,giv=1",
            "generated:4x4,givens=x,count=1",
        ] {
            let message = text.parse::<DataSource>().unwrap_err().to_string();
            assert!(message.contains("generated:6x6"), "{message}");
        }
        let impossible: DataSource = "generated:4x4,givens=1..2,count=3,seed=1".parse().unwrap();
        assert!(impossible.load(None, &|_| true).is_err());
    }
}
