//! Where puzzles come from, as one line of text that a run folder can keep.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{DataError, DataSet, Part, TaskSet, Wrong, open};
use crate::board::arc;
use crate::board::maze::{self, MazeKind};
use crate::board::sudoku::{self, Shape};

/// Where puzzles come from:
///
/// ```text
/// generated:6x6,givens=13..24,count=1000,seed=1              Sudoku; rating=A..B may be said too
/// generated:maze-9x9,kind=perfect+rooms,length=8..40,count=1000,seed=1
/// generated:arc-12x12,families=gravity+mirror,pairs=500,augment=7,seed=1
/// arc:FOLDER,augment=1000,seed=1                             official JSON, each task in so many variants
/// NAME                                                       a puzzle CSV, ARC JSON, or a builder's folder
/// skip-wrong:NAME                                            a CSV or a builder's folder, without its wrong answers
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DataSource {
    /// Sudokus made on the spot; the same on every machine.
    Sudoku {
        /// The board.
        shape: Shape,
        /// The least and the greatest number of givens.
        givens: (usize, usize),
        /// The least and the greatest number of guesses a solver needs; None for any.
        rating: Option<(u32, u32)>,
        /// How many puzzles.
        count: usize,
        /// Their seed.
        seed: u64,
    },
    /// Mazes made on the spot.
    Maze {
        /// Cells along one side.
        side: usize,
        /// How they are built, equally many of each.
        kinds: Vec<MazeKind>,
        /// The least and the greatest length of the shortest path, steps.
        length: (usize, usize),
        /// How many puzzles.
        count: usize,
        /// Their seed.
        seed: u64,
    },
    /// Tasks of our own families, each with any number of pairs.
    Families {
        /// Tokens along one side of the canvas.
        side: usize,
        /// The families, by name.
        families: Vec<String>,
        /// Pairs of each family.
        pairs: usize,
        /// Variants of each family beside the plain one.
        augment: usize,
        /// Decides variants and training pairs.
        seed: u64,
        /// Decides the pairs; other pairs of the same tasks have another.
        draw: u64,
    },
    /// Official ARC tasks.
    Arc {
        /// A JSON file or folder.
        path: PathBuf,
        /// Variants of each task beside the plain one.
        augment: usize,
        /// Their seed.
        seed: u64,
        /// What of each task.
        part: Part,
        /// Tokens along one side of the canvas.
        canvas: usize,
    },
    /// A file or folder, by what it holds.
    File {
        /// Where it is.
        path: PathBuf,
        /// What is done about rows of a CSV or a builder's folder whose answer is wrong.
        wrong: Wrong,
    },
}

impl DataSource {
    /// Reads or makes the puzzles, the first `limit` of them. `watch` is told how many are done, from any thread, and
    /// stops the work by answering false.
    ///
    /// # Errors
    /// What is wrong with the file, or why there are no such puzzles.
    pub fn load(&self, limit: Option<usize>, watch: &(dyn Fn(usize) -> bool + Sync)) -> Result<DataSet, DataError> {
        let upto = |count: usize| limit.map_or(count, |limit| limit.min(count));
        match self {
            Self::Sudoku { shape, givens: (from, to), rating, count, seed } => {
                let (count, givens) = (upto(*count), *from..=*to);
                let puzzles = match rating {
                    None => sudoku::generate_many(*shape, givens, count, *seed, watch)?,
                    Some((low, high)) => {
                        sudoku::generate_many_rated(*shape, givens, *low..=*high, count, *seed, watch)?
                    }
                };
                Ok(DataSet::of_sudokus(*shape, &puzzles))
            }
            Self::Maze { side, kinds, length: (from, to), count, seed } => {
                let mut puzzles = Vec::new();
                for (i, kind) in kinds.iter().enumerate() {
                    // The first kinds take what does not divide evenly.
                    let count = upto(*count) / kinds.len() + usize::from(i < upto(*count) % kinds.len());
                    let before = puzzles.len();
                    let watch = |done: usize| watch(before + done);
                    puzzles.extend(maze::generate_many(*side, *kind, *from..=*to, count, *seed, &watch)?);
                }
                Ok(DataSet::of_mazes(*side, &puzzles))
            }
            Self::Families { side, families, pairs, augment, seed, draw } => {
                TaskSet::of_families(*side, families, *pairs, *augment, *seed, *draw).map(DataSet::of_tasks)
            }
            Self::Arc { path, augment, seed, part, canvas } => {
                let tasks = open::arc_tasks(path)?;
                TaskSet::new(*canvas, tasks, *augment, *seed, *part).map(DataSet::of_tasks)
            }
            Self::File { path, wrong } => open::open(path, *wrong, limit),
        }
    }

    /// What there is to measure a model on: the test part where the data have one, else all.
    ///
    /// # Errors
    /// As [`DataSource::load`].
    pub fn to_measure(&self, limit: usize) -> Result<DataSet, DataError> {
        let test = match self {
            // Generated pairs are as new as their seed.
            Self::Families { .. } => None,
            _ => self.load_test(limit)?,
        };
        test.map_or_else(|| self.load(Some(limit), &|_| true), Ok)
    }

    /// The part of the data that is meant for measuring, when it has one: the test pairs of ARC tasks, other pairs of
    /// the same families, the test folder of a builder.
    ///
    /// # Errors
    /// As [`DataSource::load`].
    pub fn load_test(&self, limit: usize) -> Result<Option<DataSet>, DataError> {
        match self {
            Self::Sudoku { .. } | Self::Maze { .. } => Ok(None),
            Self::Families { side, families, augment, seed, draw, .. } => {
                let each = limit.div_ceil(families.len().max(1) * (augment + 1)).max(1);
                let draw = draw.wrapping_add(1);
                TaskSet::of_families(*side, families, each, *augment, *seed, draw)
                    .map(|set| Some(DataSet::of_tasks(set)))
            }
            Self::Arc { .. } => {
                let mut test = self.clone();
                if let Self::Arc { part, .. } = &mut test {
                    *part = Part::Test;
                }
                test.load(Some(limit), &|_| true).map(Some)
            }
            Self::File { path, wrong } => open::test_part(path, *wrong),
        }
    }
}

/// The `key=value` parts of a source.
struct Options<'a> {
    text: &'a str,
    pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Options<'a> {
    fn parse(text: &'a str, parts: impl Iterator<Item = &'a str>, known: &[&str]) -> Result<Self, DataError> {
        let mut pairs = Vec::new();
        for part in parts {
            let (key, value) = part.split_once('=').ok_or_else(|| wrong(text, format!("`{part}` has no `=`")))?;
            if !known.contains(&key) {
                return Err(wrong(text, format!("`{key}` is none of {}", known.join(", "))));
            }
            pairs.push((key, value));
        }
        Ok(Self { text, pairs })
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        self.pairs.iter().rev().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    fn number<N: FromStr>(&self, key: &str) -> Result<Option<N>, DataError> {
        self.get(key).map(|value| number(self.text, value)).transpose()
    }

    fn range<N: FromStr + Copy + PartialOrd>(&self, key: &str) -> Result<Option<(N, N)>, DataError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let (from, to) = value.split_once("..").unwrap_or((value, value));
        let range = (number(self.text, from)?, number(self.text, to)?);
        match range.0 <= range.1 {
            true => Ok(Some(range)),
            false => Err(wrong(self.text, format!("{key}={value} runs backwards"))),
        }
    }

    fn must<T>(&self, key: &str, found: Option<T>) -> Result<T, DataError> {
        found.ok_or_else(|| wrong(self.text, format!("{key} must be said")))
    }

    fn count(&self) -> Result<usize, DataError> {
        match self.number("count")? {
            Some(0) | None => Err(wrong(self.text, "count must be said, and at least 1".into())),
            Some(count) => Ok(count),
        }
    }
}

fn wrong(text: &str, why: String) -> DataError {
    DataError::Source { text: text.to_owned(), why }
}

fn number<N: FromStr>(text: &str, value: &str) -> Result<N, DataError> {
    value.parse().map_err(|_| wrong(text, format!("`{value}` is no whole number")))
}

/// `9x9` as a side.
fn side(text: &str, size: &str) -> Result<usize, DataError> {
    let square = size.split_once('x').filter(|(rows, columns)| rows == columns);
    square
        .and_then(|(side, _)| side.parse().ok())
        .ok_or_else(|| wrong(text, format!("`{size}` is no size such as 9x9")))
}

impl FromStr for DataSource {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        if text.is_empty() {
            return Err(wrong(text, "it is empty".into()));
        }
        if let Some(rest) = text.strip_prefix("arc:") {
            let mut parts = rest.split(',');
            let path = PathBuf::from(parts.next().unwrap_or_default());
            let options = Options::parse(text, parts, &["augment", "seed", "part", "canvas"])?;
            let part = match options.get("part") {
                None | Some("train") => Part::Train,
                Some("test") => Part::Test,
                Some(other) => return Err(wrong(text, format!("part={other} is neither train nor test"))),
            };
            let (augment, seed) = (options.number("augment")?.unwrap_or(0), options.number("seed")?.unwrap_or(0));
            let canvas = options.number("canvas")?.unwrap_or(arc::LARGEST);
            if !(1..=arc::LARGEST).contains(&canvas) {
                return Err(wrong(text, format!("canvas={canvas} is not between 1 and {}", arc::LARGEST)));
            }
            return Ok(Self::Arc { path, augment, seed, part, canvas });
        }
        let Some(rest) = text.strip_prefix("generated:") else {
            let (path, wrong) = match text.strip_prefix("skip-wrong:") {
                Some(path) => (path, Wrong::Skip),
                None => (text, Wrong::Refuse),
            };
            return Ok(Self::File { path: PathBuf::from(path), wrong });
        };
        let mut parts = rest.split(',');
        let what = parts.next().unwrap_or_default();
        if let Some(size) = what.strip_prefix("maze-") {
            let options = Options::parse(text, parts, &["kind", "length", "count", "seed"])?;
            let kinds = options.get("kind").unwrap_or("perfect").split('+').map(str::parse);
            let kinds = kinds.collect::<Result<Vec<MazeKind>, _>>().map_err(|e| wrong(text, e.to_string()))?;
            return Ok(Self::Maze {
                side: side(text, size)?,
                kinds,
                length: options.must("length", options.range("length")?)?,
                count: options.count()?,
                seed: options.number("seed")?.unwrap_or(0),
            });
        }
        if let Some(size) = what.strip_prefix("arc-") {
            let options = Options::parse(text, parts, &["families", "pairs", "augment", "seed", "draw"])?;
            let families: Vec<String> =
                options.get("families").unwrap_or("all").split('+').map(str::to_owned).collect();
            let unknown = |name: &&String| *name != "all" && arc::families::find(name).is_none();
            if let Some(name) = families.iter().find(unknown) {
                let known: Vec<&str> = arc::families::FAMILIES.iter().map(|family| family.name).collect();
                return Err(wrong(text, format!("there is no task family `{name}`: {}", known.join(", "))));
            }
            return Ok(Self::Families {
                side: side(text, size)?,
                families,
                pairs: options.must("pairs", options.number("pairs")?)?,
                augment: options.number("augment")?.unwrap_or(0),
                seed: options.number("seed")?.unwrap_or(0),
                draw: options.number("draw")?.unwrap_or(0),
            });
        }
        let options = Options::parse(text, parts, &["givens", "rating", "count", "seed"])?;
        let size = what.strip_prefix("sudoku-").unwrap_or(what);
        let shape = Shape::for_side(side(text, size)?).map_err(|e| wrong(text, e.to_string()))?;
        Ok(Self::Sudoku {
            shape,
            givens: options.must("givens", options.range("givens")?)?,
            rating: options.range("rating")?,
            count: options.count()?,
            seed: options.number("seed")?.unwrap_or(0),
        })
    }
}

impl fmt::Display for DataSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, wrong: Wrong::Refuse } => path.display().fmt(f),
            Self::File { path, wrong: Wrong::Skip } => write!(f, "skip-wrong:{}", path.display()),
            Self::Sudoku { shape, givens: (from, to), rating, count, seed } => {
                write!(f, "generated:{shape},givens={from}..{to},")?;
                if let Some((low, high)) = rating {
                    write!(f, "rating={low}..{high},")?;
                }
                write!(f, "count={count},seed={seed}")
            }
            Self::Maze { side, kinds, length: (from, to), count, seed } => {
                let kinds: Vec<String> = kinds.iter().map(MazeKind::to_string).collect();
                write!(f, "generated:maze-{side}x{side},kind={},", kinds.join("+"))?;
                write!(f, "length={from}..{to},count={count},seed={seed}")
            }
            Self::Families { side, families, pairs, augment, seed, draw } => {
                write!(f, "generated:arc-{side}x{side},families={},", families.join("+"))?;
                write!(f, "pairs={pairs},augment={augment},seed={seed},draw={draw}")
            }
            Self::Arc { path, augment, seed, part, canvas } => {
                write!(f, "arc:{},augment={augment},seed={seed}", path.display())?;
                if *part == Part::Test {
                    f.write_str(",part=test")?;
                }
                if *canvas == arc::LARGEST { Ok(()) } else { write!(f, ",canvas={canvas}") }
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
        for text in [
            "generated:6x6,givens=13..24,count=12,seed=9",
            "generated:9x9,givens=24..30,rating=1..40,count=2,seed=9",
            "generated:maze-9x9,kind=perfect+rooms,length=4..30,count=7,seed=3",
            "generated:arc-12x12,families=all,pairs=3,augment=2,seed=1,draw=0",
            "arc:some/folder,augment=8,seed=2",
            "arc:some/folder,augment=8,seed=2,part=test",
            "arc:some/folder,augment=8,seed=2,canvas=10",
            "a/b.csv",
            "skip-wrong:a/b.csv",
        ] {
            assert_eq!(text.parse::<DataSource>().unwrap().to_string(), text);
        }
        let source: DataSource = "generated:6x6,givens=13..24,count=12,seed=9".parse().unwrap();
        assert_eq!(source.load(Some(5), &|_| true).unwrap().len(), 5);
        assert_eq!("generated:sudoku-6x6,givens=13..24,count=12,seed=9".parse::<DataSource>().unwrap(), source);
        assert_eq!(
            "a/b.csv".parse::<DataSource>().unwrap(),
            DataSource::File { path: "a/b.csv".into(), wrong: Wrong::Refuse }
        );
    }

    #[test]
    fn mazes_of_several_kinds_share_the_number() {
        let source: DataSource =
            "generated:maze-9x9,kind=perfect+rooms+obstacles,length=4..60,count=8,seed=3".parse().unwrap();
        assert_eq!(source.load(None, &|_| true).unwrap().len(), 8);
    }

    #[test]
    fn nonsense_is_refused_with_an_example() {
        for text in [
            "",
            "generated:5x5,givens=1..2,count=3",
            "generated:4x4",
            "generated:4x4,count=3,giv=1",
            "generated:4x4,givens=x,count=1",
            "generated:4x4,givens=9..5,count=1",
            "generated:maze-9,length=3..9,count=1",
            "generated:maze-9x9,kind=labyrinth,length=3..9,count=1",
            "generated:arc-9x9,families=gravity",
            "generated:arc-9x9,families=gravity+levity,pairs=3",
            "arc:x,part=none",
            "arc:x,canvas=31",
        ] {
            let message = text.parse::<DataSource>().unwrap_err().to_string();
            assert!(message.contains("generated:6x6"), "{message}");
        }
        let impossible: DataSource = "generated:4x4,givens=1..2,count=3,seed=1".parse().unwrap();
        assert!(impossible.load(None, &|_| true).is_err());
    }
}
