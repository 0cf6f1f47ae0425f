//! What is asked about a puzzle of a set, and what an answer to it is worth: pure.

use super::super::state::State;
use super::By;
use crate::board::Board;
use crate::board::arc::Pair;
use crate::board::sudoku::Sudoku;
use crate::dataset::{RightAnswer, Specimen};
use crate::task::{Boards, Example, IGNORE, arc, maze, place, sudoku};

/// What an answer is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Cells that are wrong; None where there is nothing to compare with.
    pub wrong: Option<usize>,
    /// A maze's answer is a shortest path, the set's or another.
    pub valid: bool,
    /// Segments taken.
    pub segments: usize,
    /// Q of halting at the last, a logit.
    pub q_halt: f32,
}

impl Outcome {
    /// The answer is the set's own.
    pub fn exact(&self) -> bool {
        self.wrong == Some(0)
    }

    /// The answer is right: the set's own, or as good.
    pub fn right(&self) -> bool {
        self.exact() || self.valid
    }

    /// It is known to be wrong.
    pub fn is_wrong(&self) -> bool {
        self.wrong.is_some() && !self.right()
    }
}

/// What a model made for such boards is asked about a puzzle. The labels are what is right; none where that is not known.
pub fn question(specimen: &Specimen, boards: Boards, puzzle_id: i32) -> Option<Example> {
    let placed = place(&specimen.board, boards)?;
    let mut labels = placed.tokens.clone();
    match (&specimen.board, &specimen.answer) {
        (Board::Sudoku(_), Some(RightAnswer::Digits(solution))) => labels = sudoku::encode(solution),
        (Board::Maze(_), Some(RightAnswer::Path(path))) => {
            for &cell in path.get(1..path.len().saturating_sub(1)).unwrap_or_default() {
                labels[placed.token(cell)] = maze::PATH;
            }
        }
        (Board::Arc(sheet), _) => {
            let pair = Pair { input: sheet.input().clone(), output: sheet.output().cloned() };
            let known = pair.output.is_some().then(|| arc::encode(&pair, boards.side(), (0, 0), puzzle_id).ok());
            labels = known.flatten().map_or_else(Vec::new, |example| example.labels);
        }
        _ => labels.clear(),
    }
    Some(Example { inputs: placed.tokens, labels, puzzle_id })
}

/// What the answer `tokens` to such a question is worth.
pub fn judge(specimen: &Specimen, asked: &Example, tokens: &[i32], segments: usize, q_halt: f32) -> Outcome {
    let compared = asked.labels.iter().zip(tokens).filter(|(label, token)| **label != IGNORE && label != token).count();
    let (wrong, valid) = match &specimen.board {
        Board::Sudoku(sheet) if asked.labels.is_empty() => (Some(breaches(sheet.board(), tokens)), false),
        _ if asked.labels.is_empty() => (None, false),
        Board::Maze(_) => (Some(compared), maze::judge(&asked.inputs, &asked.labels, tokens).valid_path),
        Board::Sudoku(_) => (Some(compared), false),
        Board::Arc(sheet) => {
            // What stands beyond the output counts too, as the public evaluation reads a grid.
            let side = asked.inputs.len().isqrt();
            let exact = arc::decode(tokens, side).as_ref() == sheet.output();
            (Some(if exact { 0 } else { compared.max(1) }), false)
        }
    };
    Outcome { wrong, valid, segments, q_halt }
}

/// A board with several solutions, or none, is judged by the rules: cells that are blank, in conflict, or no longer the givens.
fn breaches(board: &Sudoku, tokens: &[i32]) -> usize {
    let said = sudoku::decode(board.shape(), tokens);
    let conflicts = said.conflicts();
    let cells = board.cells().iter().zip(said.cells()).zip(conflicts);
    cells.filter(|((given, said), conflict)| *conflict || **said == 0 || **given != 0 && given != said).count()
}

/// Writes the answer to the shown board down beside the puzzles of the sets that ask the same.
pub fn note_run(state: &mut State) {
    let (Some(asked), Some(recording)) = (state.doc.run.asked_of.clone(), state.recording()) else { return };
    let (Some(last), Some(end)) = (recording.steps.last(), recording.ends.last()) else { return };
    let Some(boards) = asked.model.boards() else { return };
    let (tokens, segments, q_halt) = (last.readout.tokens(), recording.ends.len(), end.q_halt);
    let by = By::new(&asked.model, state.arc.fitted.is_some(), asked.halting, asked.max_segments);
    let board = state.board();
    let mut found = Vec::new();
    for set in state.library.sets() {
        let same = |one: &Specimen| one.board.same_question(board);
        let Some(index) = set.specimens.iter().position(same) else { continue };
        let specimen = &set.specimens[index];
        if let Some(asked) = question(specimen, boards, 0) {
            found.push((set.id, index, judge(specimen, &asked, &tokens, segments, q_halt)));
        }
    }
    for (set, index, outcome) in found {
        state.library.record(set, &by, index, outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::arc::{Sheet, Task};
    use crate::board::maze::Maze;

    fn solved(board: Board) -> Specimen {
        Specimen::solved(None, board)
    }

    #[test]
    fn a_sudoku_is_held_against_its_solution_or_the_rules() {
        let one = solved(Sudoku::parse("1.34341221434321", None).unwrap().into());
        let boards = Boards::Sudoku(one.board.sudoku().unwrap().shape());
        let asked = question(&one, boards, 0).unwrap();
        let right = asked.labels.clone();
        assert!(judge(&one, &asked, &right, 2, 0.5).exact());
        let mut wrong = right.clone();
        wrong[1] = right[0];
        let told = judge(&one, &asked, &wrong, 1, -1.0);
        assert_eq!((told.wrong, told.right(), told.segments), (Some(1), false, 1));
        let several = solved(Sudoku::parse("1...............", None).unwrap().into());
        let asked = question(&several, boards, 0).unwrap();
        assert!(asked.labels.is_empty() && judge(&several, &asked, &right, 1, 0.0).exact(), "any solution will do");
        assert_eq!(judge(&several, &asked, &asked.inputs, 1, 0.0).wrong, Some(15), "blanks are no answer");
        assert_eq!(question(&several, Boards::Maze { side: 4 }, 0), None);
    }

    #[test]
    fn a_maze_is_right_with_any_shortest_path_wherever_it_lies() {
        let one = solved(Maze::parse("S  \n   \n  G").unwrap().into());
        let asked = question(&one, Boards::Maze { side: 5 }, 0).unwrap();
        let exact = judge(&one, &asked, &asked.labels, 1, 0.0);
        assert!(exact.exact() && exact.valid);
        // The other way round the corner.
        let mut other = asked.inputs.clone();
        let own: Vec<usize> = (0..25).filter(|&at| asked.labels[at] == maze::PATH).collect();
        own.iter().for_each(|at| other[at / 5 + at % 5 * 5] = maze::PATH);
        let told = judge(&one, &asked, &other, 1, 0.0);
        assert!(told.valid && told.right() && !told.exact() && told.wrong == Some(6), "{told:?}");
        assert!(judge(&one, &asked, &asked.inputs, 1, 0.0).is_wrong());
    }

    #[test]
    fn a_task_is_right_when_the_whole_grid_is() {
        let task = r#"{"train":[],"test":[{"input":[[1,2]],"output":[[2,1]]},{"input":[[3]]}]}"#;
        let sheet = Sheet::new("a", Task::parse(task).unwrap()).unwrap();
        let boards = Boards::Arc { side: 4 };
        let one = solved(sheet.clone().into());
        let asked = question(&one, boards, 7).unwrap();
        assert_eq!(asked.puzzle_id, 7);
        let right: Vec<i32> =
            asked.labels.iter().map(|&label| if label == IGNORE { arc::PAD } else { label }).collect();
        assert!(judge(&one, &asked, &right, 1, 0.0).exact());
        let mut longer = right.clone();
        longer[2] = right[0];
        assert_eq!(judge(&one, &asked, &longer, 1, 0.0).wrong, Some(1), "a grid that is too wide");
        let unknown = solved(sheet.asking(1).into());
        let asked = question(&unknown, boards, 0).unwrap();
        assert_eq!(judge(&unknown, &asked, &right, 1, 0.0).wrong, None);
    }
}
