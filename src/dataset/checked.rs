//! Examples held against the rules of their boards, each once, and on all cores.

use rayon::prelude::*;

use super::summary::{Seen, Summary, widen};
use super::{Answered, DataError, Rows};
use crate::task::{Boards, Example, IGNORE};

/// Rows that are in memory at once.
const AT_ONCE: usize = 4096;
/// As many are judged by one core: waking the others takes longer.
const FEW: usize = 32;

/// What was found in examples, one after the other.
#[derive(Debug)]
pub(super) struct Tally {
    boards: Boards,
    seen: Seen,
    pub summary: Summary,
}

/// The puzzle that an example is, or what is wrong with its answer. None where no rule tells: for ARC, and where some
/// labels do not count.
fn judge(boards: Boards, example: &Example) -> Option<Result<Answered, String>> {
    let told = !matches!(boards, Boards::Arc { .. }) && !example.labels.contains(&IGNORE);
    told.then(|| Answered::read(boards, example))
}

impl Tally {
    pub fn new(boards: Boards) -> Self {
        let summary = Summary { boards: boards.to_string(), ..Summary::default() };
        Self { boards, seen: Seen::default(), summary }
    }

    /// Counts an example, and says whether it can be kept.
    pub fn count(&mut self, row: usize, example: &Example) -> bool {
        self.add(row, example, judge(self.boards, example))
    }

    fn add(&mut self, row: usize, example: &Example, judged: Option<Result<Answered, String>>) -> bool {
        let summary = &mut self.summary;
        summary.rows += 1;
        if !self.seen.insert(&(&example.inputs, &example.labels, example.puzzle_id)) {
            summary.duplicates += 1;
        }
        match judged {
            Some(Ok(Answered::Sudoku(puzzle))) => widen(&mut summary.givens, puzzle.board.givens()),
            Some(Ok(Answered::Maze(puzzle))) => widen(&mut summary.length, puzzle.steps()),
            Some(Err(why)) => {
                summary.add_wrong(row as u64, why);
                return false;
            }
            None => summary.unchecked += usize::from(!matches!(self.boards, Boards::Arc { .. })),
        }
        summary.kept += 1;
        true
    }
}

/// Goes through the rows of a part until `limit` of them can be kept. `take` is given each with its number, and whether it
/// can be kept.
///
/// # Errors
/// As [`Rows::each`].
pub(super) fn check(
    rows: &Rows,
    boards: Boards,
    limit: usize,
    mut take: impl FnMut(usize, Example, bool) -> Result<(), DataError>,
) -> Result<Summary, DataError> {
    let mut tally = Tally::new(boards);
    let mut next = 0;
    while next < rows.len() && tally.summary.kept < limit {
        let end = rows.len().min(next + AT_ONCE.min(limit - tally.summary.kept));
        let mut examples: Vec<Example> = Vec::with_capacity(end - next);
        rows.each(next..end, |_, example| {
            examples.push(example);
            Ok(())
        })?;
        let judged: Vec<Option<Result<Answered, String>>> =
            examples.par_iter().with_min_len(FEW).map(|example| judge(boards, example)).collect();
        for (row, (example, judged)) in (next..end).zip(examples.into_iter().zip(judged)) {
            let kept = tally.add(row, &example, judged);
            take(row, example, kept)?;
        }
        next = end;
    }
    Ok(tally.summary)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::super::builder::tests::fixture;
    use super::super::split::key;
    use super::super::{Begins, DataSet, DataSource, FolderWriter, info};
    use super::*;
    use crate::board::sudoku::{Shape, generate_many};
    use crate::task::sudoku::{Symmetry, encode};

    const SHAPE: Shape = Shape::ALL[0];

    /// A builder's folder of 30 Sudokus, each with a symmetric copy; the answer in row 5 is wrong, if it is to be.
    fn folder(wrong: bool) -> tempfile::TempDir {
        let beside = tempfile::tempdir().unwrap();
        let mut folder = FolderWriter::create(&beside.path().join("set")).unwrap();
        let mut part = folder.part("train", 16, 6).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (number, puzzle) in generate_many(SHAPE, 6..=9, 30, 1, &|_| true).unwrap().iter().enumerate() {
            let (inputs, labels) = (encode(&puzzle.board), encode(&puzzle.solution));
            let symmetry = Symmetry::random(SHAPE, &mut rng);
            let (turned, mut answer) = (symmetry.apply(&inputs), symmetry.apply(&labels));
            if wrong && number == 2 {
                // Two digits of a row, each of which stands twice in its column then.
                answer.swap(0, 1);
            }
            part.push(Begins::Group, &Example { inputs, labels, puzzle_id: 0 }).unwrap();
            part.push(Begins::Puzzle, &Example { inputs: turned, labels: answer, puzzle_id: 0 }).unwrap();
        }
        folder.add(part).unwrap();
        folder.finish(&["<blank>".to_owned()]).unwrap();
        beside
    }

    fn load(folder: &tempfile::TempDir, before: &str, limit: Option<usize>) -> Result<DataSet, DataError> {
        let text = format!("{before}{}", folder.path().join("set").display());
        text.parse::<DataSource>().unwrap().load(limit, &|_| true)
    }

    #[test]
    fn wrong_answers_of_a_builders_folder_are_refused_or_left_out() {
        let folder = folder(true);
        let refused = load(&folder, "", None).unwrap_err().to_string();
        for says in ["all__inputs.npy", "row 5: the answer ", "1 of 60 rows", "skip-wrong:"] {
            assert!(refused.contains(says), "{refused}");
        }
        let set = load(&folder, "skip-wrong:", None).unwrap();
        let rows = Rows::open(&folder.path().join("set"), "train").unwrap();
        assert_eq!(set.len(), 59);
        assert_eq!(set.example(4).unwrap(), rows.example(4).unwrap());
        assert_eq!(set.example(5).unwrap(), rows.example(6).unwrap());
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let wrong = rows.example(5).unwrap();
        assert!((0..500).all(|_| set.draw(&mut rng).unwrap().labels != wrong.labels));
        let note = &set.notes()[0];
        assert!(note.contains("4x4 Sudoku: 60 rows, 59 kept, 1 with a wrong answer"), "{note}");
        assert!(note.contains("\n  row 5: the answer "), "{note}");
        // What was asked for ends before it.
        assert_eq!(load(&folder, "", Some(5)).unwrap().len(), 5);
        assert_eq!(load(&folder, "skip-wrong:", Some(7)).unwrap().len(), 7);
        let told = info(&folder.path().join("set"), &|_| true).unwrap().to_string();
        assert!(note.ends_with(told.strip_prefix("train: ").unwrap()), "{note} / {told}");
    }

    #[test]
    fn labels_that_do_not_count_are_no_wrong_answer() {
        let told = info(fixture("", |_| {}).path(), &|_| true).unwrap().to_string();
        assert!(told.contains("5 rows, 5 kept, 0 with a wrong answer"), "{told}");
        assert!(told.contains("; 1 with labels that do not count"), "{told}");
    }

    #[test]
    fn some_of_a_builders_folder_can_be_held_back() {
        let folder = folder(false);
        let mut set = load(&folder, "", None).unwrap();
        let held_out = set.hold_back(100, 3).unwrap();
        assert!((1..=3).contains(&held_out.len()), "a tenth of the puzzles");
        // Both copies of a puzzle are gone, and one of them is measured on.
        assert_eq!(set.len(), 60 - 2 * held_out.len());
        let keys = |set: &DataSet| -> HashSet<u64> {
            set.examples(usize::MAX).unwrap().iter().map(|example| key(set.boards(), &example.inputs)).collect()
        };
        assert!(keys(&set).is_disjoint(&keys(&held_out)));
        let again = load(&folder, "", None).unwrap().hold_back(100, 3).unwrap();
        assert_eq!(again.examples(9).unwrap(), held_out.examples(9).unwrap());
    }

    #[test]
    fn copies_of_what_is_held_out_are_left_out_and_told() {
        let folder = folder(false);
        let generated: DataSource = "generated:4x4,givens=6..9,count=30,seed=1".parse().unwrap();
        for mut set in [load(&folder, "", None).unwrap(), generated.load(None, &|_| true).unwrap()] {
            let (before, notes) = (set.len(), set.notes().len());
            set.leave_out(&HashSet::new());
            assert_eq!((set.len(), set.notes().len()), (before, notes));
            let held_out = set.examples(3).unwrap();
            set.leave_out(&held_out.iter().map(|example| example.inputs.as_slice()).collect());
            let gone = before - set.len();
            assert!(gone >= 3);
            assert_eq!(set.notes()[notes], format!("{gone} left out as copies of held-out puzzles"));
            assert!(set.examples(99).unwrap().iter().all(|one| held_out.iter().all(|out| out.inputs != one.inputs)));
        }
    }
}
