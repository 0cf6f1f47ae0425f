//! The sets that the program carries; `datasets/README.md` says how each was made.

use std::path::Path;

use crate::board::arc::parse_tasks;
use crate::dataset::{Collection, CsvPuzzles, DataError, Wrong, browse_csv, browse_tasks};

/// A set that the program carries.
pub struct ShippedSet {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    text: &'static str,
}

/// The sets that the program carries.
pub const SHIPPED_SETS: [ShippedSet; 5] = [
    ShippedSet {
        name: "sudoku-9x9",
        about: "300 Sudokus of 24 to 40 givens",
        text: include_str!("../../../datasets/sudoku-9x9.csv"),
    },
    ShippedSet {
        name: "maze-15x15-perfect",
        about: "150 mazes of corridors with a few loops, shortest path 20 to 90 steps",
        text: include_str!("../../../datasets/maze-15x15-perfect.csv"),
    },
    ShippedSet {
        name: "maze-15x15-obstacles",
        about: "150 mazes of obstacles, shortest path 15 to 60 steps",
        text: include_str!("../../../datasets/maze-15x15-obstacles.csv"),
    },
    ShippedSet {
        name: "maze-15x15-rooms",
        about: "150 mazes of rooms, shortest path 15 to 60 steps",
        text: include_str!("../../../datasets/maze-15x15-rooms.csv"),
    },
    ShippedSet {
        name: "arc-12x12",
        about: "One task of each of our 24 families, two test inputs each",
        text: include_str!("../../../datasets/arc-12x12.json"),
    },
];

/// Reads one of them.
///
/// # Errors
/// None of those above; a number beyond them is empty.
pub fn read_shipped(index: usize) -> Result<Collection, String> {
    let Some(set) = SHIPPED_SETS.get(index) else { return Err(DataError::Empty.to_string()) };
    if set.text.starts_with('{') {
        let tasks = parse_tasks(set.text).map_err(|e| e.to_string())?;
        let found = browse_tasks(tasks.into_iter().map(|(name, task)| ("", name, task)), usize::MAX);
        return found.map_err(|e| e.to_string());
    }
    let rows = CsvPuzzles::of_bytes(Path::new(set.name), set.text.as_bytes(), Wrong::Refuse);
    rows.and_then(|rows| browse_csv(rows, usize::MAX)).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_is_whole() {
        let counts = [300, 150, 150, 150, 48];
        for (index, count) in counts.into_iter().enumerate() {
            let found = read_shipped(index).unwrap();
            assert_eq!((found.specimens.len(), found.notes.len()), (count, 0), "{}", SHIPPED_SETS[index].name);
            let known = found.specimens.iter().all(|one| match one.board.arc() {
                Some(sheet) => sheet.output().is_some(),
                None => one.answer.is_some(),
            });
            assert!(known);
        }
        assert!(read_shipped(9).is_err());
    }
}
