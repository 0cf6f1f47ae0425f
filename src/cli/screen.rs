//! A board in the terminal: animated when standard output is one, otherwise one plain board at the end.

use std::io::{IsTerminal, Write, stdout};
use std::time::Duration;

use crossterm::style::{Color, Stylize};
use crossterm::{cursor, queue, terminal};

use super::solve::{Answer, Question};
use crate::board::Board;
use crate::board::maze::{Cell, PathVerdict, Shortest};
use crate::task::glyph::{Glyph, glyph};
use crate::task::sudoku::digit;
use crate::trace::{Module, Recording, StepRecord};

/// How long one micro-step stays, so that a person can follow.
const PAUSE: Duration = Duration::from_millis(160);

/// Where a run is shown.
pub struct Screen {
    visible: bool,
    animated: bool,
    lines: u16,
}

impl Screen {
    /// A screen that shows something, or nothing at all.
    pub fn new(visible: bool) -> Self {
        Self { visible, animated: visible && stdout().is_terminal(), lines: 0 }
    }

    /// Draws the newest micro-step over the one before.
    pub fn step(&mut self, question: &Question, recording: &Recording) {
        let Some(step) = recording.steps.last().filter(|_| self.animated) else { return };
        let mut text = draw(question, step);
        text.push_str(&format!("\n{}\n", say(recording, step)));
        self.replace(&text);
        std::thread::sleep(PAUSE);
    }

    /// The last word: the answer, whether it is right, and how the run went.
    pub fn verdict(&mut self, question: &Question, answer: &Answer, recording: &Recording) {
        if !self.visible {
            return;
        }
        if !self.animated {
            print!("{}", answer.rows(&question.board));
        }
        for end in &recording.ends {
            let decision = if end.halted { "stops" } else { "goes on" };
            println!(
                "segment {}: q_halt {:+.2}, q_continue {:+.2}: {decision}",
                end.segment + 1,
                end.q_halt,
                end.q_continue
            );
        }
        println!("{}", judgement(question, answer));
    }

    fn replace(&mut self, text: &str) {
        let mut out = stdout().lock();
        // A terminal that went away is no reason to stop.
        let _ = over(&mut out, self.lines, text);
        self.lines = u16::try_from(text.lines().count()).unwrap_or(u16::MAX);
    }
}

/// Writes text over the `lines` that were written last.
fn over(out: &mut impl Write, lines: u16, text: &str) -> std::io::Result<()> {
    // Terminals take "up by 0" for "up by 1".
    if lines > 0 {
        queue!(out, cursor::MoveUp(lines), cursor::MoveToColumn(0))?;
        queue!(out, terminal::Clear(terminal::ClearType::FromCursorDown))?;
    }
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// One line on where the run is.
fn say(recording: &Recording, step: &StepRecord) -> String {
    let schedule = recording.dimensions.schedule;
    let name = match step.at.module {
        Module::L => format!("L-step {} of {}", step.at.l_step + 1, schedule.l_cycles),
        Module::H => "H-update".to_owned(),
    };
    format!(
        "segment {} of at most {}, cycle {} of {}, {name}: the state moved by {:.3}",
        step.at.segment + 1,
        recording.dimensions.max_segments,
        step.at.h_cycle + 1,
        schedule.h_cycles,
        step.residual
    )
}

/// Whether the answer is right, and what is wrong with it.
fn judgement(question: &Question, answer: &Answer) -> String {
    if answer.is_right(&question.board) {
        return "solved".to_owned();
    }
    let why = match (answer, &question.board) {
        (Answer::Sudoku(answer), _) => match answer.conflicts().iter().filter(|wrong| **wrong).count() {
            0 => "the answer does not keep the givens, or is not complete".to_owned(),
            wrong => format!("{wrong} cells of the answer break the rules"),
        },
        (Answer::Path(marks, kept), Board::Maze(maze)) => {
            let seen = Shortest::of(maze).judge(maze, marks);
            match seen.verdict {
                PathVerdict::NoWay => "no way leads from S to G".to_owned(),
                PathVerdict::Nothing => "no path is marked".to_owned(),
                PathVerdict::Longer { steps } => format!("a path of {steps} steps, where {} do", seen.length + 1),
                PathVerdict::Shortest if !kept => "a shortest path, but other cells are not kept".to_owned(),
                _ => format!(
                    "{} of {} cells of a shortest path are marked, and {} others",
                    seen.found, seen.length, seen.stray
                ),
            }
        }
        (Answer::Grid(None), _) => "the answer shows no grid".to_owned(),
        (Answer::Grid(_), Board::Arc(sheet)) if sheet.output().is_none() => {
            return "not known: the file does not tell the answer".to_owned();
        }
        _ => "the file has another answer".to_owned(),
    };
    format!("not solved: {why}")
}

/// The board with the model's present answer.
fn draw(question: &Question, step: &StepRecord) -> String {
    match &question.board {
        Board::Sudoku(_) => draw_sudoku(question, step),
        Board::Maze(maze) => {
            let cell = |cell: usize| {
                let (token, probability) = step.readout.best(question.placed.token(cell));
                match (maze.cells()[cell], glyph("maze", token as i32)) {
                    (Cell::Start | Cell::Goal, _) => maze.cells()[cell].character().bold().to_string(),
                    (_, Glyph::Path) if probability < 0.6 => "o".dark_blue().dim().to_string(),
                    (_, Glyph::Path) => "o".blue().to_string(),
                    (Cell::Wall, _) => "█".dark_grey().to_string(),
                    _ => " ".to_owned(),
                }
            };
            lines(maze.side(), maze.side(), cell)
        }
        Board::Arc(_) => {
            let side = question.placed.side;
            lines(side, side, |cell| {
                let (token, _) = step.readout.best(cell);
                match glyph("arc", token as i32) {
                    Glyph::Colour(colour) => "██".with(ARC[usize::from(colour)]).to_string(),
                    _ => "  ".to_owned(),
                }
            })
        }
    }
}

/// ARC's colours, as near as terminals have them.
const ARC: [Color; 10] = [
    Color::Black,
    Color::Blue,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Grey,
    Color::Magenta,
    Color::DarkYellow,
    Color::Cyan,
    Color::DarkRed,
];

/// Cells in rows.
fn lines(rows: usize, cols: usize, cell: impl Fn(usize) -> String) -> String {
    let line = |row: usize| (row * cols..(row + 1) * cols).map(&cell).collect::<String>() + "\n";
    (0..rows).map(line).collect()
}

/// Givens bold, answers blue, doubtful ones dim.
fn draw_sudoku(question: &Question, step: &StepRecord) -> String {
    let Some(board) = question.board.sudoku() else { return String::new() };
    let shape = board.shape();
    let (side, box_rows, box_cols) = (shape.side(), shape.box_rows(), shape.box_cols());
    let bar = vec!["─".repeat(2 * box_cols + 1); side / box_cols].join("┼");
    let mut text = String::new();
    for row in 0..side {
        if row > 0 && row % box_rows == 0 {
            text.push_str(&bar);
            text.push('\n');
        }
        for col in 0..side {
            if col > 0 && col % box_cols == 0 {
                text.push_str(" │");
            }
            text.push(' ');
            let cell = row * side + col;
            let given = board.cells()[cell];
            let (token, probability) = step.readout.best(cell);
            let shown = match (given, digit(shape, token as i32)) {
                (0, Some(digit)) => digit.to_string(),
                (0, None) => "·".to_owned(),
                (given, _) => given.to_string(),
            };
            let styled = match given {
                0 if probability < 0.6 => shown.dark_blue().dim(),
                0 => shown.blue(),
                _ => shown.bold(),
            };
            text.push_str(&styled.to_string());
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_frame_leaves_the_lines_above_alone() {
        let mut out = Vec::new();
        over(&mut out, 0, "board").unwrap();
        assert_eq!(out, b"board");
        over(&mut out, 3, "next").unwrap();
        assert_eq!(out, b"board\x1b[3A\x1b[1G\x1b[Jnext");
    }
}
