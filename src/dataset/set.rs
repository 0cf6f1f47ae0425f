//! A set of puzzles with their answers, as training draws from it and evaluation goes through it.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use rand::{Rng, RngExt};

use super::builder::Rows;
use super::tasks::TaskSet;
use super::{Answered, DataError, split};
use crate::board::maze::MazePuzzle;
use crate::board::sudoku::{Puzzle, Shape};
use crate::files;
use crate::task::dihedral::Dihedral;
use crate::task::sudoku::Symmetry;
use crate::task::{Boards, Example, maze, sudoku};

/// How many examples of a set that is not in memory stand for all.
const LOOKED_AT: usize = 2000;

/// What of ARC tasks or of a builder's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What is learned from.
    Train,
    /// What is measured on.
    Test,
}

/// Puzzles of one kind with their answers.
#[derive(Debug)]
pub struct DataSet {
    boards: Boards,
    identifiers: Vec<String>,
    /// For each puzzle id the one that a model knows it by; empty when they are the same.
    renamed: Vec<i32>,
    pool: Pool,
    notes: Vec<String>,
    /// Puzzles are drawn without symmetries.
    as_it_is: bool,
}

/// Where the examples lie.
#[derive(Debug)]
enum Pool {
    /// In memory; each is seen through the symmetries of its board.
    Puzzles(Vec<Example>),
    /// Made when asked for, from tasks and their variants.
    Tasks(TaskSet),
    /// On disk, read when asked for; their variants were made when they were written.
    Rows {
        rows: Arc<Rows>,
        /// The numbers of those that are used, rising.
        kept: Vec<usize>,
    },
}

/// The puzzle ids of tasks that have none: the blank id alone.
fn blank() -> Vec<String> {
    vec!["<blank>".to_owned()]
}

impl DataSet {
    /// Sudokus of one shape.
    pub fn of_sudokus(shape: Shape, puzzles: &[Puzzle]) -> Self {
        let example = |p: &Puzzle| Example {
            inputs: sudoku::encode(&p.board),
            labels: sudoku::encode(&p.solution),
            puzzle_id: 0,
        };
        let pool = Pool::Puzzles(puzzles.iter().map(example).collect());
        Self {
            boards: Boards::Sudoku(shape),
            identifiers: blank(),
            pool,
            notes: Vec::new(),
            renamed: Vec::new(),
            as_it_is: false,
        }
    }

    /// Mazes of one side.
    pub fn of_mazes(side: usize, puzzles: &[MazePuzzle]) -> Self {
        let example =
            |p: &MazePuzzle| Example { inputs: maze::encode(&p.maze), labels: maze::encode_answer(p), puzzle_id: 0 };
        let pool = Pool::Puzzles(puzzles.iter().map(example).collect());
        Self {
            boards: Boards::Maze { side },
            identifiers: blank(),
            pool,
            notes: Vec::new(),
            renamed: Vec::new(),
            as_it_is: false,
        }
    }

    /// Puzzles from a file, all as the first; None when there is none.
    pub fn of_answered(puzzles: &[Answered]) -> Option<Self> {
        let boards = match puzzles.first()? {
            Answered::Sudoku(puzzle) => Boards::Sudoku(puzzle.board.shape()),
            Answered::Maze(puzzle) => Boards::Maze { side: puzzle.maze.side() },
        };
        let pool = Pool::Puzzles(puzzles.iter().map(Answered::example).collect());
        Some(Self { boards, identifiers: blank(), pool, notes: Vec::new(), renamed: Vec::new(), as_it_is: false })
    }

    /// ARC tasks in variants.
    pub fn of_tasks(tasks: TaskSet) -> Self {
        let (boards, identifiers) = (Boards::Arc { side: tasks.side() }, tasks.identifiers());
        let notes = tasks.note().into_iter().collect();
        Self { boards, identifiers, pool: Pool::Tasks(tasks), notes, renamed: Vec::new(), as_it_is: false }
    }

    /// Those rows of a builder's folder that are kept, by their rising numbers.
    pub fn of_rows(boards: Boards, identifiers: Vec<String>, rows: Rows, kept: Vec<usize>) -> Self {
        let pool = Pool::Rows { rows: Arc::new(rows), kept };
        Self { boards, identifiers, pool, notes: Vec::new(), renamed: Vec::new(), as_it_is: false }
    }

    /// The same with a line about it for people: what was left out when it was read, say.
    #[must_use]
    pub fn with_note(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }

    /// What people should know of it, a line each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What the tokens stand for.
    pub fn boards(&self) -> Boards {
        self.boards
    }

    /// The names of the puzzle ids; the first is the blank one.
    pub fn identifiers(&self) -> &[String] {
        &self.identifiers
    }

    /// Gives the examples the puzzle ids that a model knows their names by, and the blank id to names it does not know;
    /// returns how many those are.
    pub fn rename(&mut self, known: &[String]) -> usize {
        let ids: HashMap<&str, i32> = known.iter().zip(0..).map(|(name, id)| (name.as_str(), id)).collect();
        let found: Vec<Option<i32>> = self.identifiers.iter().map(|name| ids.get(name.as_str()).copied()).collect();
        self.renamed = found.iter().map(|id| id.unwrap_or(0)).collect();
        found.iter().filter(|id| id.is_none()).count()
    }

    /// The name of an example's puzzle id, by the example's number.
    pub fn name_of(&self, index: usize) -> Option<&str> {
        let id = match &self.pool {
            Pool::Puzzles(examples) => examples.get(index)?.puzzle_id,
            Pool::Tasks(tasks) => tasks.id(index),
            Pool::Rows { rows, kept } => rows.example(*kept.get(index)?).ok()?.puzzle_id,
        };
        self.identifiers.get(usize::try_from(id).ok()?).map(String::as_str)
    }

    /// Writes the names of the puzzle ids as the public builders do.
    ///
    /// # Errors
    /// The disk's reasons.
    pub fn write_identifiers(&self, path: &Path) -> Result<(), DataError> {
        let bytes = serde_json::to_vec(&self.identifiers).unwrap_or_default();
        Ok(files::write_atomic(path, &bytes)?)
    }

    /// Number of examples; ARC tasks count each pair once for every variant.
    pub fn len(&self) -> usize {
        match &self.pool {
            Pool::Puzzles(examples) => examples.len(),
            Pool::Tasks(tasks) => tasks.len(),
            Pool::Rows { kept, .. } => kept.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A number that stands for what the set holds: of a very large one for examples throughout it.
    pub fn fingerprint(&self) -> u64 {
        let step = match &self.pool {
            Pool::Puzzles(_) => 1,
            Pool::Tasks(_) | Pool::Rows { .. } => self.len().div_ceil(LOOKED_AT).max(1),
        };
        // FNV-1a: the same in every version of the program.
        let add = |fingerprint: u64, token: &i32| {
            (fingerprint ^ u64::from(token.cast_unsigned())).wrapping_mul(0x0100_0000_01b3)
        };
        // What cannot be read is told by whoever draws it.
        (0..self.len()).step_by(step).filter_map(|index| self.example(index).ok()).fold(
            0xcbf2_9ce4_8422_2325,
            |fingerprint, example| {
                example.inputs.iter().chain(&example.labels).chain([&example.puzzle_id]).fold(fingerprint, add)
            },
        )
    }

    /// One example as it is, counted from 0.
    ///
    /// # Errors
    /// A folder that cannot be read any more.
    pub fn example(&self, index: usize) -> Result<Example, DataError> {
        let mut example = match &self.pool {
            Pool::Puzzles(examples) => examples[index].clone(),
            Pool::Tasks(tasks) => tasks.example(index)?,
            Pool::Rows { rows, kept } => rows.example(kept[index])?,
        };
        let renamed = usize::try_from(example.puzzle_id).ok().and_then(|id| self.renamed.get(id));
        example.puzzle_id = renamed.copied().unwrap_or(example.puzzle_id);
        Ok(example)
    }

    /// The first `limit` examples as they are.
    ///
    /// # Errors
    /// As [`DataSet::example`].
    pub fn examples(&self, limit: usize) -> Result<Vec<Example>, DataError> {
        (0..self.len().min(limit)).map(|index| self.example(index)).collect()
    }

    /// A random example, seen through a random symmetry of its board: of Sudoku's, of the square's for mazes; an ARC pair
    /// through one of its task's variants and at a random place of the canvas.
    ///
    /// # Errors
    /// As [`DataSet::example`].
    pub fn draw(&self, rng: &mut impl Rng) -> Result<Example, DataError> {
        let index = rng.random_range(0..self.len());
        let example = match &self.pool {
            Pool::Puzzles(examples) if self.as_it_is => return Ok(examples[index].clone()),
            Pool::Puzzles(examples) => &examples[index],
            Pool::Tasks(tasks) => return tasks.draw(index, rng),
            Pool::Rows { rows, kept } => return rows.example(kept[index]),
        };
        let (inputs, labels) = match self.boards {
            Boards::Sudoku(shape) => {
                let symmetry = Symmetry::random(shape, rng);
                (symmetry.apply(&example.inputs), symmetry.apply(&example.labels))
            }
            Boards::Maze { side } => {
                let symmetry = Dihedral::ALL[rng.random_range(0..Dihedral::ALL.len())];
                let turn = |tokens: &[i32]| symmetry.apply(tokens, side, side).0;
                (turn(&example.inputs), turn(&example.labels))
            }
            Boards::Arc { .. } => (example.inputs.clone(), example.labels.clone()),
        };
        Ok(Example { inputs, labels, puzzle_id: example.puzzle_id })
    }

    /// Whether [`DataSet::draw`] shows Sudokus and mazes as they are instead of through a random symmetry.
    pub fn show_as_it_is(&mut self, as_it_is: bool) {
        self.as_it_is = as_it_is;
    }

    /// Takes out the Sudokus or mazes that look just like one of these, and notes how many.
    pub fn leave_out(&mut self, secret: &HashSet<&[i32]>) {
        let before = self.len();
        match &mut self.pool {
            Pool::Puzzles(examples) => examples.retain(|example| !secret.contains(example.inputs.as_slice())),
            Pool::Rows { rows, kept } if !matches!(self.boards, Boards::Arc { .. }) => {
                let mut copies = HashSet::new();
                // What cannot be read is told by whoever draws it.
                let _ = rows.each(0..rows.len(), |row, example| {
                    if secret.contains(example.inputs.as_slice()) {
                        copies.insert(row);
                    }
                    Ok(())
                });
                kept.retain(|row| !copies.contains(row));
            }
            Pool::Tasks(_) | Pool::Rows { .. } => {}
        }
        let gone = before - self.len();
        if gone > 0 {
            self.notes.push(format!("{gone} left out as copies of held-out puzzles"));
        }
    }

    /// Takes up to `count` puzzles out, at most a tenth of all, none of which is a symmetric copy of one that stays.
    ///
    /// # Errors
    /// Sets that cannot be split here: a puzzle id of ARC belongs to one task, whose other pairs are to be measured on.
    pub fn hold_back(&mut self, count: usize, seed: u64) -> Result<Self, DataError> {
        let (boards, identifiers) = (self.boards, self.identifiers.clone());
        let pool = match &mut self.pool {
            Pool::Puzzles(examples) => {
                let count = count.min(examples.len() / 10).max(1);
                let (stay, out) = split::apart(boards, std::mem::take(examples), count, seed);
                *examples = stay;
                Pool::Puzzles(out)
            }
            Pool::Rows { rows, kept } if !matches!(boards, Boards::Arc { .. }) => {
                let (stay, out) = split::rows_apart(boards, rows, kept, count, seed)?;
                *kept = stay;
                Pool::Rows { rows: Arc::clone(rows), kept: out }
            }
            Pool::Tasks(_) | Pool::Rows { .. } => return Err(DataError::NoTest),
        };
        Ok(Self { boards, identifiers, pool, notes: Vec::new(), renamed: Vec::new(), as_it_is: false })
    }
}
