//! One grid, one pair, one task: read value by value, each error with its place in front.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::quote;
use crate::board::arc::{COLOURS, Grid, GridError, LARGEST, Pair, RowReader, Task};

impl Serialize for Grid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.lines())
    }
}

impl<'de> Deserialize<'de> for Grid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(GridVisitor)
    }
}

impl<'de> Deserialize<'de> for Pair {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairVisitor)
    }
}

impl<'de> Deserialize<'de> for Task {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TaskVisitor)
    }
}

struct GridVisitor;

impl<'de> Visitor<'de> for GridVisitor {
    type Value = Grid;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a grid, a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Grid, A::Error> {
        let mut reader = RowReader::default();
        while let Some(row) = rows.next_element_seed(RowSeed(reader.rows + 1))? {
            reader.row(&row).map_err(A::Error::custom)?;
        }
        reader.finish().map_err(A::Error::custom)
    }
}

/// A row of colours; the number is the row's, counted from 1.
struct RowSeed(usize);

impl<'de> DeserializeSeed<'de> for RowSeed {
    type Value = Vec<u8>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<u8>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RowSeed {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "row {} of a grid, a list of colours from 0 to 9", self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<Vec<u8>, A::Error> {
        let mut row = Vec::new();
        while let Some(cell) = cells.next_element_seed(CellSeed { row: self.0, column: row.len() + 1 })? {
            row.push(cell);
            if row.len() > LARGEST {
                return Err(A::Error::custom(GridError::RowSize { row: self.0, empty: false }));
            }
        }
        Ok(row)
    }
}

/// One colour; the place is counted from 1.
#[derive(Clone, Copy)]
struct CellSeed {
    row: usize,
    column: usize,
}

impl CellSeed {
    fn refuse<E: Error>(self, value: impl fmt::Display) -> E {
        E::custom(GridError::Colour { row: self.row, column: self.column, value: value.to_string() })
    }
}

impl<'de> DeserializeSeed<'de> for CellSeed {
    type Value = u8;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u8, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CellSeed {
    type Value = u8;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "a colour from 0 to 9 in row {}, column {}", self.row, self.column)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<u8, E> {
        u8::try_from(value).ok().filter(|&colour| colour < COLOURS).ok_or_else(|| self.refuse(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<u8, E> {
        u64::try_from(value).map_err(|_| self.refuse(value)).and_then(|value| self.visit_u64(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<u8, E> {
        Err(self.refuse(value))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<u8, E> {
        Err(self.refuse(value))
    }

    fn visit_unit<E: Error>(self) -> Result<u8, E> {
        Err(self.refuse("null"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<u8, E> {
        Err(self.refuse(format_args!("\"{}\"", quote(value))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<u8, A::Error> {
        Err(self.refuse("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<u8, A::Error> {
        Err(self.refuse("an object"))
    }
}

/// A value whose errors begin with where it stands.
pub(super) struct At<'a, T> {
    place: &'a dyn fmt::Display,
    kind: PhantomData<T>,
}

impl<'a, T> At<'a, T> {
    pub(super) fn new(place: &'a dyn fmt::Display) -> Self {
        Self { place, kind: PhantomData }
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for At<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        // serde_json finds the line and column at the end of the message again and keeps them.
        T::deserialize(deserializer).map_err(|error| D::Error::custom(format_args!("{}: {error}", self.place)))
    }
}

struct PairVisitor;

impl<'de> Visitor<'de> for PairVisitor {
    type Value = Pair;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a pair, an object with `input` and `output`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pair, A::Error> {
        let (mut input, mut output) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "input" => once(&mut input, &key, map.next_value_seed(At::<Grid>::new(&key))?)?,
                "output" => once(&mut output, &key, map.next_value_seed(At::<Option<Grid>>::new(&key))?)?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let input = input.ok_or_else(|| A::Error::missing_field("input"))?;
        Ok(Pair { input, output: output.flatten() })
    }
}

/// Keeps the first value of a key and refuses a second one.
fn once<T, E: Error>(place: &mut Option<T>, key: &str, value: T) -> Result<(), E> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::custom(format_args!("`{}` stands twice: keep one", quote(key)))),
    }
}

/// The pairs under `train` or `test`; errors count them from 1.
struct Pairs<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Pairs<'_> {
    type Value = Vec<Pair>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Pair>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Pairs<'_> {
    type Value = Vec<Pair>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "`{}`, a list of pairs", self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Pair>, A::Error> {
        let mut pairs = Vec::new();
        loop {
            let place = format!("{} pair {}", self.0, pairs.len() + 1);
            let Some(pair) = list.next_element_seed(At::<Pair>::new(&place))? else {
                return Ok(pairs);
            };
            if self.0 == "train" && pair.output.is_none() {
                return Err(A::Error::custom(format_args!("{place} has no output: only test pairs may go without")));
            }
            pairs.push(pair);
        }
    }
}

/// A task whose keys come one by one.
#[derive(Default)]
pub(super) struct TaskReader {
    train: Option<Vec<Pair>>,
    test: Option<Vec<Pair>>,
}

impl TaskReader {
    pub(super) fn value<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "train" => once(&mut self.train, key, map.next_value_seed(Pairs("train"))?),
            "test" => once(&mut self.test, key, map.next_value_seed(Pairs("test"))?),
            _ => map.next_value::<IgnoredAny>().map(|_| ()),
        }
    }

    pub(super) fn finish<E: Error>(self) -> Result<Task, E> {
        let train = self.train.ok_or_else(|| E::missing_field("train"))?;
        let test = self.test.ok_or_else(|| E::missing_field("test"))?;
        Ok(Task { train, test })
    }
}

struct TaskVisitor;

impl<'de> Visitor<'de> for TaskVisitor {
    type Value = Task;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a task, an object with `train` and `test`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Task, A::Error> {
        let mut task = TaskReader::default();
        while let Some(key) = map.next_key::<String>()? {
            task.value(&key, &mut map)?;
        }
        task.finish()
    }
}
