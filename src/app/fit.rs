//! How the board and the model go together: where it lies among the tokens, why it does not fit, what speaks against a good
//! answer, and what is right.

use super::document::title_of;
use super::figures::Judged;
use super::scene::Truth;
use super::state::State;
use crate::board::sudoku::Solutions;
use crate::board::{Board, Kind};
use crate::engine::{ModelSource, shipped_for};
use crate::task::{Boards, Placement, place};

impl State {
    /// The boards that the model was made for.
    pub fn model_boards(&self) -> Option<Boards> {
        self.model.as_ref()?.boards()
    }

    /// Where the board lies among the model's tokens; None when it does not fit.
    pub fn placement(&self) -> Option<Placement> {
        place(self.board(), self.model_boards()?)
    }

    /// Why the model cannot answer this board: what is the matter, and what to do; or that another is on its way. None when
    /// it can, or there is none.
    pub fn misfit(&self) -> Option<String> {
        let model = self.model.as_ref()?;
        if self.placement().is_some() {
            return None;
        }
        // What is wrong with the model before does not matter any more.
        match &self.loading {
            Some(ModelSource::Shipped(name)) => return Some(format!("Loading {name}…")),
            Some(ModelSource::Path(path)) => return Some(format!("Loading {}…", title_of(path))),
            None => {}
        }
        let board = self.board();
        let Some(boards) = self.model_boards() else {
            return Some(format!(
                "{} is made for {} cells with {} tokens, which no task here has. Choose another model.",
                model.name, model.seq_len, model.vocab
            ));
        };
        let (name, kind, side) = (&model.name, board.kind(), boards.side());
        let other = match shipped_for(board) {
            Some(_) => "take another model",
            None => "train a model on such boards, since none here knows them",
        };
        Some(match (boards.kind() == kind, kind) {
            (false, _) => {
                format!("{name} was made for {boards} boards and cannot answer this {board}: {other}.")
            }
            (true, Kind::Sudoku) => {
                let shape = boards.to_string().replace(" Sudoku", "");
                let own = board.to_string().replace(" Sudoku", "");
                format!(
                    "{name} was made for {shape} boards and cannot answer a {own} one. Take a {shape} puzzle, or {other}."
                )
            }
            (true, Kind::Maze) => format!(
                "{name} knows mazes of up to {side} × {side}; this one is {own} × {own}. Draw a smaller one, or {other}.",
                own = board.size().0
            ),
            (true, Kind::Arc) => format!(
                "{name} has a canvas of {side} × {side}; this input is {} × {}. Make it smaller, or {other}.",
                board.size().0,
                board.size().1
            ),
        })
    }

    /// The row of the model's puzzle table for this board; None for an ARC task that the model does not know.
    pub fn puzzle_id(&self) -> Option<i32> {
        match self.board() {
            Board::Arc(sheet) => self.model.as_ref()?.puzzle_id(sheet.name()),
            _ => Some(0),
        }
    }

    /// What has to be known of the answer, beside the board: how the board was placed, and why it cannot be good.
    pub fn caveat(&self) -> Option<String> {
        if let Some(recorded) = &self.doc.run.recorded {
            return Some(recorded.about.clone());
        }
        let model = self.model.as_ref()?;
        let placed = self.placement()?;
        match self.board() {
            Board::Maze(maze) if !placed.is_whole() => Some(format!(
                "This maze is {own} × {own}; {name} learned {side} × {side}. It lies in the middle, with walls around.",
                own = maze.side(),
                side = placed.side,
                name = model.name
            )),
            Board::Arc(_) if self.arc.fitting.is_some() => self.arc.fitting.as_ref().map(|fitting| fitting.text()),
            _ if self.fitted_here().is_some() || self.arc.fitted.as_ref().is_some_and(|fit| fit.about.plan.whole) => {
                self.arc.fitted.as_ref().map(|fitted| fitted.text(self))
            }
            Board::Arc(sheet) if self.puzzle_id().is_none() => Some(format!(
                "{} has no row in its puzzle table for the task {}. An HRM learns each task's rule as such a row and does \
                 not read the examples, so it cannot know this rule; it answers with the blank row, and the answer cannot \
                 be good. A row fitted to the examples can only call up what the weights hold; fitting the whole model may \
                 find a new rule, but more often just learns the examples.",
                model.name,
                sheet.name()
            )),
            _ => None,
        }
    }

    /// The right answer, when it is known and was asked for.
    pub fn shown_truth(&self) -> Option<Truth> {
        if !self.show_solution {
            return None;
        }
        match (&self.doc.verdict.as_ref()?.judged, self.board()) {
            (Judged::Sudoku { solutions: Solutions::Unique(solution), .. }, _) => Some(Truth::Digits(solution.clone())),
            (Judged::Maze(shortest), _) if shortest.steps().is_some() => Some(Truth::Path),
            (Judged::Arc, Board::Arc(sheet)) => sheet.output().cloned().map(Truth::Grid),
            _ => None,
        }
    }

    /// Whether the board has nothing on it yet.
    pub fn is_bare(&self) -> bool {
        match self.board() {
            Board::Sudoku(sheet) => sheet.board().givens() == 0,
            Board::Maze(maze) => maze.start().is_none() && maze.goal().is_none(),
            Board::Arc(sheet) => sheet.input().cells().iter().all(|colour| *colour == 0),
        }
    }
}
