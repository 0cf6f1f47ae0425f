//! What the board shows at one moment of a run: pure, from the board, the recording and the playhead.

use crate::board::arc::Grid;
use crate::board::maze::{PathVerdict, Seen, Shortest};
use crate::board::sudoku::Sudoku;
use crate::board::{Board, maze};
use crate::task::glyph::{Glyph, glyph};
use crate::task::{self, Boards, Placement, place};
use crate::trace::{Dimensions, Readout, Recording};

/// A cell counts as sure from this probability on.
pub const SURE: f32 = 0.9;

/// The right answer, when it is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Truth {
    /// The one solution of a Sudoku.
    Digits(Sudoku),
    /// The shortest path of a maze that is nearest to the model's.
    Path,
    /// The output of an ARC pair.
    Grid(Grid),
}

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// What stands on the board.
    pub given: Glyph,
    /// The cell is asked about: a blank one, an open one of a maze, one of the grid that an ARC answer shows.
    pub open: bool,
    /// What the model says; where nothing is asked, only what differs from the board.
    pub answer: Option<Glyph>,
    /// The probability of that answer.
    pub confidence: f32,
    /// The probability that the cell is on a maze's path.
    pub path: f32,
    /// The answer differs from the one a micro-step before.
    pub changed: bool,
    /// The answer breaks a rule, or differs from the truth that is shown.
    pub wrong: bool,
    /// What is right here, when it is shown.
    pub truth: Option<Glyph>,
}

impl Cell {
    fn new(given: Glyph, open: bool) -> Self {
        Self { given, open, answer: None, confidence: 0.0, path: 0.0, changed: false, wrong: false, truth: None }
    }

    /// What is seen: the model's answer where one is asked for, else what stands on the board.
    pub fn shown(&self) -> Glyph {
        self.answer.filter(|_| self.open).unwrap_or(self.given)
    }
}

/// The whole board at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scene {
    /// Rows of what is answered; of an ARC task, the canvas.
    pub rows: usize,
    /// Its columns.
    pub cols: usize,
    /// Row by row.
    pub cells: Vec<Cell>,
    /// Whether there is an answer to show.
    pub answered: bool,
    /// The answer is that to the board before an edit; what was edited has none.
    pub stale: bool,
    /// Cells that the model has to fill.
    pub open: usize,
    /// Of them, how many it is sure of.
    pub sure: usize,
    /// Cells that are wrong.
    pub wrong: usize,
    /// Open cells whose answer changed with this micro-step.
    pub changed: usize,
    /// Mean entropy of the open cells, bits.
    pub entropy: f32,
    /// The answer is right: by the rules, or as the task's file says.
    pub solved: bool,
    /// A maze's path against the shortest ones.
    pub path: Option<Seen>,
    /// An ARC answer as a grid.
    pub grid: Option<Grid>,
}

/// A board among the tokens of the model that made a recording.
pub(super) struct View {
    task: &'static str,
    placed: Placement,
}

impl View {
    pub(super) fn of(board: &Board, dimensions: &Dimensions) -> Option<Self> {
        let boards = Boards::of(dimensions.tokens - dimensions.puzzle_tokens, dimensions.vocab)?;
        Some(Self { task: boards.task(), placed: place(board, boards)? })
    }

    /// `sudoku`, `maze` or `arc`.
    pub(super) fn task(&self) -> &'static str {
        self.task
    }

    /// The token of a cell of the scene, counted from the first board token.
    pub(super) fn token(&self, cell: usize) -> usize {
        self.placed.token(cell)
    }

    fn said(&self, readout: &Readout, cell: usize) -> (Glyph, f32) {
        let (token, probability) = readout.best(self.placed.token(cell));
        (glyph(self.task, token as i32), probability)
    }

    fn cells(&self) -> usize {
        self.placed.size.0 * self.placed.size.1
    }

    /// The cells that are asked about, `[cells]`.
    fn open(&self, board: &Board, readout: Option<&Readout>) -> Vec<bool> {
        let given = |cell: usize| glyph(self.task, self.placed.tokens[self.placed.token(cell)]);
        let (rows, cols) = match (board, readout) {
            (Board::Arc(_), Some(readout)) => self.grid(readout).map_or((0, 0), |grid| (grid.rows(), grid.cols())),
            _ => (0, 0),
        };
        let open = |cell: usize| match board {
            Board::Arc(_) => cell / self.placed.side < rows && cell % self.placed.side < cols,
            _ => matches!(given(cell), Glyph::Blank | Glyph::Open),
        };
        (0..self.cells()).map(open).collect()
    }

    /// The grid that an ARC answer shows.
    fn grid(&self, readout: &Readout) -> Option<Grid> {
        task::arc::decode(&readout.tokens(), self.placed.side)
    }
}

/// Whether a run on one board can be shown on another until that one's own run has come: it lies at the same place.
pub fn still_fits(board: &Board, recording: &Recording) -> bool {
    View::of(board, &recording.dimensions).is_some()
}

/// The token of every cell of the answered scene, counted from the first board token; empty where the board does not fit.
pub fn tokens_of(board: &Board, dimensions: &Dimensions) -> Vec<usize> {
    View::of(board, dimensions).map_or_else(Vec::new, |view| (0..view.cells()).map(|cell| view.token(cell)).collect())
}

/// The token of a cell that can be selected: of an ARC task, one of the grid that is asked.
pub fn token_of(board: &Board, dimensions: &Dimensions, cell: usize) -> Option<usize> {
    let placed = View::of(board, dimensions)?.placed;
    let cols = board.size().1.max(1);
    let (row, col) = (placed.corner.0 + cell / cols, placed.corner.1 + cell % cols);
    (cell < board.cells()).then_some(row * placed.side + col)
}

/// The cell that can be selected and has this token, counted from the first board token.
pub fn cell_of(board: &Board, dimensions: &Dimensions, token: usize) -> Option<usize> {
    let placed = View::of(board, dimensions)?.placed;
    let (rows, cols) = board.size();
    let row = (token / placed.side.max(1)).checked_sub(placed.corner.0).filter(|row| *row < rows)?;
    let col = (token % placed.side.max(1)).checked_sub(placed.corner.1).filter(|col| *col < cols)?;
    Some(row * cols + col)
}

/// The read-out after this many micro-steps.
pub fn readout(recording: Option<&Recording>, playhead: usize) -> Option<&Readout> {
    recording?.steps.get(playhead.checked_sub(1)?).map(|step| &step.readout)
}

/// What stands on a board where no model is asked.
fn bare(board: &Board) -> Scene {
    let cell = |glyph: Glyph| Cell::new(glyph, matches!(glyph, Glyph::Blank | Glyph::Open));
    let cells: Vec<Cell> = match board {
        Board::Sudoku(sheet) => sheet.board().cells().iter().map(|digit| cell(digit_glyph(*digit))).collect(),
        Board::Maze(maze) => maze.cells().iter().map(|kind| cell(maze_glyph(*kind))).collect(),
        Board::Arc(sheet) => sheet.input().cells().iter().map(|colour| cell(Glyph::Colour(*colour))).collect(),
    };
    let (rows, cols) = board.size();
    Scene { rows, cols, open: cells.iter().filter(|cell| cell.open).count(), cells, ..Scene::default() }
}

fn digit_glyph(digit: u8) -> Glyph {
    if digit == 0 { Glyph::Blank } else { Glyph::Digit(digit) }
}

/// What a maze's cell looks like.
pub fn maze_glyph(cell: maze::Cell) -> Glyph {
    match cell {
        maze::Cell::Wall => Glyph::Wall,
        maze::Cell::Open => Glyph::Open,
        maze::Cell::Start => Glyph::Start,
        maze::Cell::Goal => Glyph::Goal,
    }
}

/// The board after `playhead` micro-steps of a recording of this board.
pub fn scene(board: &Board, recording: Option<&Recording>, playhead: usize, truth: Option<&Truth>) -> Scene {
    let view = recording.and_then(|recording| View::of(board, &recording.dimensions));
    let now = readout(recording, playhead).filter(|_| view.is_some());
    let mut scene = match (&view, now) {
        (Some(view), Some(now)) => {
            let before = readout(recording, playhead.saturating_sub(1));
            let asked = recording.and_then(|recording| recording.question.as_ref());
            answered(board, view, asked.map(|question| question.tokens.as_slice()), now, before)
        }
        _ => bare(board),
    };
    judge(board, &mut scene, truth);
    scene.wrong = scene.cells.iter().filter(|cell| cell.wrong).count();
    scene
}

/// `question` are the tokens that were asked, where they are known.
fn answered(board: &Board, view: &View, question: Option<&[i32]>, now: &Readout, before: Option<&Readout>) -> Scene {
    let open = view.open(board, Some(now));
    let tokens = &view.placed.tokens;
    // The cells of an ARC answer are no cells of the grid that is asked.
    let edited =
        |token: usize| view.task != "arc" && question.is_some_and(|question| question.get(token) != tokens.get(token));
    let cells: Vec<Cell> = (0..view.cells())
        .map(|cell| {
            let token = view.placed.token(cell);
            let given = glyph(view.task, tokens[token]);
            let (said, confidence) = view.said(now, cell);
            let asked = open[cell];
            if edited(token) {
                return Cell::new(given, asked);
            }
            Cell {
                answer: Some(said).filter(|said| asked || view.task == "maze" && *said != given),
                confidence: if asked { confidence } else { 1.0 },
                path: now.cell(token).get(task::maze::PATH as usize).copied().filter(|_| asked).unwrap_or(0.0),
                changed: asked && before.is_some_and(|before| view.said(before, cell).0 != said),
                ..Cell::new(given, asked)
            }
        })
        .collect();
    let asked = || cells.iter().filter(|cell| cell.open);
    Scene {
        rows: view.placed.size.0,
        cols: view.placed.size.1,
        answered: true,
        stale: question.is_some_and(|question| question != tokens.as_slice()),
        open: asked().count(),
        sure: asked().filter(|cell| !is_nothing(cell.answer) && cell.confidence >= SURE).count(),
        changed: asked().filter(|cell| cell.changed).count(),
        entropy: mean_entropy(view, &open, now),
        grid: board.arc().and_then(|_| view.grid(now)),
        cells,
        ..Scene::default()
    }
}

/// An answer that says nothing about the cell.
fn is_nothing(answer: Option<Glyph>) -> bool {
    matches!(answer, None | Some(Glyph::Nothing | Glyph::Blank | Glyph::Unknown))
}

/// What is right and what is wrong, by the rules and by the truth.
fn judge(board: &Board, scene: &mut Scene, truth: Option<&Truth>) {
    match board {
        Board::Sudoku(sheet) => judge_sudoku(sheet.board(), scene, truth),
        Board::Maze(maze) => judge_maze(maze, scene, truth),
        Board::Arc(sheet) => {
            scene.solved = scene.grid.is_some() && scene.grid.as_ref() == sheet.output();
            if let (Some(Truth::Grid(grid)), true) = (truth, scene.answered) {
                for (at, cell) in scene.cells.iter_mut().enumerate() {
                    let right = grid.get(at / scene.cols, at % scene.cols).map(Glyph::Colour);
                    cell.truth = right;
                    cell.wrong = match right {
                        Some(right) => !cell.open || cell.answer != Some(right),
                        None => cell.open,
                    };
                }
            }
        }
    }
}

fn judge_sudoku(board: &Sudoku, scene: &mut Scene, truth: Option<&Truth>) {
    let digit = |cell: &Cell| if let Glyph::Digit(digit) = cell.shown() { digit } else { 0 };
    let seen = Sudoku::new(board.shape(), scene.cells.iter().map(digit).collect()).unwrap_or_else(|_| board.clone());
    for (cell, conflict) in scene.cells.iter_mut().zip(seen.conflicts()) {
        cell.wrong = conflict;
    }
    scene.solved = seen.is_solved();
    if let Some(Truth::Digits(solution)) = truth {
        for (cell, digit) in scene.cells.iter_mut().zip(solution.cells()) {
            cell.truth = cell.open.then_some(Glyph::Digit(*digit));
        }
    }
}

fn judge_maze(maze: &maze::Maze, scene: &mut Scene, truth: Option<&Truth>) {
    let marked: Vec<bool> = scene.cells.iter().map(|cell| cell.answer == Some(Glyph::Path)).collect();
    let shortest = Shortest::of(maze);
    if truth.is_some() {
        let path = shortest.nearest(maze, &marked);
        let mut on = vec![false; marked.len()];
        path.iter().for_each(|cell| on[*cell] = true);
        for (cell, on) in scene.cells.iter_mut().zip(on).filter(|(cell, _)| cell.open && shortest.steps().is_some()) {
            cell.truth = Some(if on { Glyph::Path } else { Glyph::Open });
        }
    }
    if !scene.answered {
        return;
    }
    let seen = shortest.judge(maze, &marked);
    for (at, cell) in scene.cells.iter_mut().enumerate() {
        // On walls and ends no answer but their own is right.
        let off = marked[at] && shortest.steps().is_some() && !shortest.holds(at);
        cell.wrong = off || !cell.open && cell.answer.is_some();
    }
    let keeps = |cell: &Cell| cell.open == matches!(cell.answer, Some(Glyph::Path | Glyph::Open));
    let kept = scene.cells.iter().all(|cell| keeps(cell) || scene.stale && cell.answer.is_none());
    scene.solved = kept && seen.verdict == PathVerdict::Shortest;
    scene.path = Some(seen);
}

fn mean_entropy(view: &View, open: &[bool], readout: &Readout) -> f32 {
    let asked = || (0..open.len()).filter(|cell| open[*cell]);
    asked().map(|cell| readout.entropy(view.placed.token(cell))).sum::<f32>() / asked().count().max(1) as f32
}

/// The mean entropy of the open cells' answers, in bits.
pub fn uncertainty(board: &Board, dimensions: &Dimensions, readout: &Readout) -> f32 {
    let Some(view) = View::of(board, dimensions) else { return 0.0 };
    mean_entropy(&view, &view.open(board, Some(readout)), readout)
}

/// What a cell may become with the probabilities, most probable first; of a Sudoku only the digits.
pub fn candidates(board: &Board, recording: &Recording, playhead: usize, cell: usize) -> Vec<(Glyph, f32)> {
    let (Some(view), Some(readout)) = (View::of(board, &recording.dimensions), readout(Some(recording), playhead))
    else {
        return Vec::new();
    };
    let all = readout.cell(view.placed.token(cell)).iter().enumerate();
    let mut all: Vec<(Glyph, f32)> = all.map(|(token, &p)| (glyph(view.task, token as i32), p)).collect();
    let counts = |glyph: &Glyph| match board {
        Board::Sudoku(_) => matches!(glyph, Glyph::Digit(_)),
        _ => *glyph != Glyph::Nothing || board.kind() == crate::board::Kind::Arc,
    };
    all.retain(|(glyph, _)| counts(glyph));
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all
}

/// How often a cell's answer changed in the first `playhead` micro-steps, and the number of micro-steps since the last
/// change.
pub fn changes(board: &Board, recording: &Recording, cell: usize, playhead: usize) -> (usize, Option<usize>) {
    let Some(view) = View::of(board, &recording.dimensions) else { return (0, None) };
    let upto = playhead.min(recording.steps.len());
    let said = |step: usize| view.said(&recording.steps[step].readout, cell).0;
    let moments: Vec<usize> = (1..upto).filter(|&step| said(step) != said(step - 1)).collect();
    (moments.len(), moments.last().map(|last| upto - 1 - last))
}

#[cfg(test)]
mod tests;
