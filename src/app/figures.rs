//! What is said of a board in figures and short texts: beside it, below it, and in its title.

use super::explain::{Tone, figure as short, sigmoid};
use super::scene::Scene;
use crate::board::arc::Sheet;
use crate::board::maze::{End, Maze, PathVerdict, Seen, Shortest};
use crate::board::sudoku::{Solutions, classify, rating};
use crate::board::{Board, Kind};
use crate::task::glyph::Glyph;
use crate::trace::SegmentEnd;

/// A large figure with what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The figure.
    pub value: String,
    /// Behind it, smaller.
    pub rest: String,
    /// What it is.
    pub what: String,
    /// How it is meant; changes have the colour of L.
    pub tone: Tone,
}

impl Figure {
    fn new(value: impl ToString, rest: impl Into<String>, what: impl Into<String>, tone: Tone) -> Self {
        Self { value: value.to_string(), rest: rest.into(), what: what.into(), tone }
    }
}

/// What solvers found out about a board.
#[derive(Debug, Clone, PartialEq)]
pub enum Judged {
    /// Of a Sudoku, how many solutions, and how many guesses a solver needs.
    Sudoku {
        /// The solutions.
        solutions: Solutions,
        /// The guesses.
        rating: u32,
    },
    /// The shortest paths of a maze.
    Maze(Shortest),
    /// ARC tasks have no solver.
    Arc,
}

impl Judged {
    /// Asks the solver. A Sudoku may take a while.
    pub fn of(board: &Board) -> Self {
        match board {
            Board::Sudoku(sheet) => Self::Sudoku { solutions: classify(sheet.board()), rating: rating(sheet.board()) },
            Board::Maze(maze) => Self::Maze(Shortest::of(maze)),
            Board::Arc(_) => Self::Arc,
        }
    }

    /// In words.
    pub fn text(&self, board: &Board) -> String {
        match (self, board) {
            (Self::Sudoku { solutions, rating }, _) => match solutions {
                Solutions::Unique(_) if *rating == 0 => "one solution, found without a guess".to_owned(),
                Solutions::Unique(_) => format!("one solution, rating {rating}"),
                other => other.to_string(),
            },
            (Self::Maze(shortest), Board::Maze(maze)) => maze_text(maze, shortest),
            (Self::Arc, Board::Arc(sheet)) if sheet.answers_another() => {
                "the file's answer was for another input".to_owned()
            }
            (Self::Arc, Board::Arc(sheet)) if sheet.output().is_none() => "the answer is not in the file".to_owned(),
            _ => String::new(),
        }
    }
}

fn maze_text(maze: &Maze, shortest: &Shortest) -> String {
    let missing = |end: End| match end {
        End::Start => "no start: put S on a cell",
        End::Goal => "no goal: put G on a cell",
    };
    match (maze.start(), maze.goal(), shortest.steps()) {
        (None, ..) => missing(End::Start).to_owned(),
        (_, None, _) => missing(End::Goal).to_owned(),
        (.., None) => "walled off: no way from S to G".to_owned(),
        (.., Some(steps)) => {
            let more = if shortest.several() { " · several shortest paths" } else { "" };
            format!("shortest path {steps} step{}{more}", if steps == 1 { "" } else { "s" })
        }
    }
}

/// What a board is, beside its name.
pub fn subtitle(board: &Board, judged: Option<&Judged>) -> String {
    let own = match board {
        Board::Sudoku(sheet) if sheet.board().givens() == 1 => "1 given".to_owned(),
        Board::Sudoku(sheet) => format!("{} givens", sheet.board().givens()),
        Board::Maze(maze) => format!("{side} × {side}", side = maze.side()),
        Board::Arc(sheet) => arc_subtitle(sheet),
    };
    let found = judged.map(|judged| judged.text(board)).filter(|text| !text.is_empty());
    found.map_or_else(|| own.clone(), |found| format!("{own} · {found}"))
}

fn arc_subtitle(sheet: &Sheet) -> String {
    let (examples, tests) = (sheet.task().train.len(), sheet.task().test.len());
    let word = if examples == 1 { "example" } else { "examples" };
    let test = if tests > 1 { format!(" · test {} of {tests}", sheet.test() + 1) } else { String::new() };
    format!("{examples} {word}{test}")
}

/// The large figures beside the board.
pub fn figures(board: &Board, scene: &Scene, end: Option<&SegmentEnd>, judged: Option<&Judged>) -> Vec<Figure> {
    let mut all = match (board, scene.answered) {
        (_, false) => return before(board, scene, judged),
        (Board::Sudoku(_), _) => sudoku(scene),
        (Board::Maze(_), _) => scene.path.as_ref().map(maze).unwrap_or_default(),
        (Board::Arc(_), _) => arc(scene),
    };
    all.push(Figure::new(scene.changed, "", "changed now", Tone::Of(crate::trace::Module::L)));
    match (board.kind(), end) {
        (Kind::Arc, Some(end)) => {
            let what = format!("halt, continue {:.2}", sigmoid(end.q_continue));
            all.push(Figure::new(format!("{:.2}", sigmoid(end.q_halt)), "", what, Tone::Right));
        }
        _ => all.push(Figure::new(short(scene.entropy), "", "mean entropy, bit", Tone::Strong)),
    }
    all
}

fn before(board: &Board, scene: &Scene, judged: Option<&Judged>) -> Vec<Figure> {
    match board {
        Board::Sudoku(sheet) => {
            let mut all = vec![
                Figure::new(sheet.board().givens(), "", "givens", Tone::Strong),
                Figure::new(scene.open, "", "blank cells", Tone::Strong),
            ];
            if scene.wrong > 0 {
                all.push(Figure::new(scene.wrong, "", "in conflict", Tone::Wrong));
            }
            all
        }
        Board::Maze(_) => {
            let steps = match judged {
                Some(Judged::Maze(shortest)) => shortest.steps(),
                _ => None,
            };
            let mut all = vec![Figure::new(scene.open, "", "open cells", Tone::Strong)];
            all.extend(steps.map(|steps| Figure::new(steps, "", "steps from S to G", Tone::Strong)));
            all
        }
        Board::Arc(sheet) => {
            let grid = sheet.input();
            vec![Figure::new(format!("{} × {}", grid.rows(), grid.cols()), "", "cells of the test input", Tone::Strong)]
        }
    }
}

fn sudoku(scene: &Scene) -> Vec<Figure> {
    let shown = scene.cells.iter().any(|cell| cell.truth.is_some());
    let first = if shown {
        let right = scene.cells.iter().filter(|cell| cell.open && cell.answer == cell.truth).count();
        Figure::new(right, format!("/ {}", scene.open), "cells right", Tone::Right)
    } else {
        Figure::new(scene.sure, format!("/ {}", scene.open), "cells above 90 %", Tone::Strong)
    };
    let tone = if scene.wrong > 0 { Tone::Wrong } else { Tone::Right };
    vec![first, Figure::new(scene.wrong, "", "in conflict", tone)]
}

fn maze(seen: &Seen) -> Vec<Figure> {
    if seen.verdict == PathVerdict::NoWay {
        let cells = if seen.stray == 1 { "cell on its path" } else { "cells on its path" };
        return vec![Figure::new(seen.stray, "", cells, Tone::Strong)];
    }
    let share = (100 * seen.found).checked_div(seen.length).unwrap_or(100);
    let tone = |n: usize| if n > 0 { Tone::Wrong } else { Tone::Right };
    let gaps = if seen.gaps == 1 { "gap in it" } else { "gaps in it" };
    vec![
        Figure::new(share, "%", "of the path found", Tone::Strong),
        Figure::new(seen.gaps, "", gaps, tone(seen.gaps)),
        Figure::new(seen.stray, "", "off the path", tone(seen.stray)),
    ]
}

fn arc(scene: &Scene) -> Vec<Figure> {
    let asked: Vec<_> = scene.cells.iter().filter(|cell| cell.truth.is_some()).collect();
    let size =
        scene.grid.as_ref().map_or_else(|| "none".to_owned(), |grid| format!("{} × {}", grid.rows(), grid.cols()));
    let first = if asked.is_empty() {
        Figure::new(scene.sure, format!("/ {}", scene.open), "cells above 90 %", Tone::Strong)
    } else {
        let right = asked.iter().filter(|cell| cell.open && cell.answer == cell.truth).count();
        Figure::new(right, format!("/ {}", asked.len()), "cells right", Tone::Right)
    };
    vec![first, Figure::new(size, "", "size of the answer", Tone::Strong)]
}

/// What the answer is worth, in a sentence without a full stop; None where there is nothing to say yet.
pub fn verdict(board: &Board, scene: &Scene) -> Option<(Tone, String)> {
    if !scene.answered {
        return None;
    }
    let told = match board {
        Board::Sudoku(_) if scene.solved => (Tone::Right, "keeps all rules".to_owned()),
        Board::Sudoku(_) => return None,
        // What is missing is said beside the title.
        Board::Maze(maze) if maze.start().is_none() || maze.goal().is_none() => return None,
        // What is wrong with the answer to the maze before is told when the next one has come.
        Board::Maze(_) if scene.stale && !scene.solved => (Tone::Plain, "thinking again…".to_owned()),
        Board::Maze(_) => path_verdict(scene.path.as_ref()?, scene.solved),
        Board::Arc(_) if scene.grid.is_none() => (Tone::Wrong, "shows no grid: its first cell is no colour".to_owned()),
        Board::Arc(sheet) => match (sheet.output().is_some(), scene.solved) {
            (false, _) => return None,
            (true, true) => (Tone::Right, "right".to_owned()),
            (true, false) => (Tone::Wrong, "not right".to_owned()),
        },
    };
    Some(told)
}

fn path_verdict(seen: &Seen, solved: bool) -> (Tone, String) {
    match seen.verdict {
        PathVerdict::Shortest if solved => (Tone::Right, "a valid shortest path".to_owned()),
        PathVerdict::Shortest => (Tone::Wrong, "a shortest path, but other cells are not kept".to_owned()),
        PathVerdict::Longer { steps } => (Tone::Wrong, format!("a path, but a longer one: {steps} steps")),
        PathVerdict::Stray => (Tone::Wrong, "S and G are joined, with cells to spare".to_owned()),
        PathVerdict::Gaps => (Tone::Wrong, "does not join S and G".to_owned()),
        PathVerdict::Nothing => (Tone::Plain, "no path yet".to_owned()),
        PathVerdict::NoWay => (Tone::Wrong, "there is no way to find".to_owned()),
    }
}

/// The numbers of a moment in one line, for tooltips.
pub fn line(scene: &Scene) -> String {
    let wrong = match &scene.path {
        Some(seen) => format!("{} of {} path cells found", seen.found, seen.length),
        None => format!("{} wrong", scene.wrong),
    };
    format!("{} cells changed, {wrong}", scene.changed)
}

/// The name of one of ARC's colours.
pub fn colour(colour: u8) -> &'static str {
    const NAMES: [&str; 10] = ["black", "blue", "red", "green", "yellow", "grey", "pink", "orange", "sky", "brown"];
    NAMES.get(usize::from(colour)).copied().unwrap_or("no colour")
}

/// What stands in a cell, in a word.
pub fn word(glyph: Glyph) -> String {
    match glyph {
        Glyph::Digit(digit) => digit.to_string(),
        Glyph::Colour(number) => colour(number).to_owned(),
        Glyph::Blank => "blank".to_owned(),
        Glyph::Wall => "wall".to_owned(),
        Glyph::Open => "open".to_owned(),
        Glyph::Start => "S".to_owned(),
        Glyph::Goal => "G".to_owned(),
        Glyph::Path => "path".to_owned(),
        Glyph::End => "edge".to_owned(),
        Glyph::Nothing => "nothing".to_owned(),
        Glyph::Unknown => "no token".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{recording, sudoku, told};
    use super::super::scene::{Truth, scene};
    use super::*;

    #[test]
    fn a_sudoku_is_told_by_its_solutions() {
        let board = sudoku();
        let judged = Judged::of(&board);
        let text = subtitle(&board, Some(&judged));
        assert!(text.starts_with("3 givens · ") && text.contains("solution"), "{text}");
        assert_eq!(subtitle(&board, None), "3 givens");
        let seen = scene(&board, Some(&recording(1, |_, _| 3)), 1, None);
        let figures = figures(&board, &seen, None, None);
        assert_eq!((figures[0].rest.as_str(), figures[1].tone), ("/ 13", Tone::Wrong));
        assert_eq!(verdict(&board, &seen), None);
    }

    #[test]
    fn a_maze_says_what_is_missing() {
        let text = |maze: &str| {
            let board = Board::from(Maze::parse_draft(maze).unwrap());
            subtitle(&board, Some(&Judged::of(&board)))
        };
        assert_eq!(text("S  \n # \n  G"), "3 × 3 · shortest path 4 steps · several shortest paths");
        assert!(text("S##\n###\n##G").contains("walled off"));
        assert!(text("  #\n# #\n##G").contains("put S"));
        assert!(text("S #\n# #\n###").contains("put G"));
    }

    #[test]
    fn a_path_is_told_in_figures_and_words() {
        let board = Board::from(Maze::parse("S #\n# #\n# G").unwrap());
        let answer =
            |cell: usize, path: &[usize]| if path.contains(&cell) { 5 } else { [3, 2, 1, 1, 2, 1, 1, 2, 4][cell] };
        let look =
            |path: &'static [usize]| scene(&board, Some(&told(9, 6, 1, move |_, cell| answer(cell, path))), 1, None);
        let half = look(&[1]);
        let all = figures(&board, &half, None, None);
        assert_eq!((all[0].value.as_str(), all[1].value.as_str(), all[2].value.as_str()), ("33", "1", "0"));
        assert_eq!(verdict(&board, &half).unwrap().1, "does not join S and G");
        assert_eq!(verdict(&board, &look(&[1, 4, 7])).unwrap(), (Tone::Right, "a valid shortest path".into()));
        assert_eq!(verdict(&board, &look(&[])).unwrap().1, "no path yet");
        assert!(line(&half).contains("1 of 3"));
    }

    #[test]
    fn a_maze_without_its_ends_is_not_judged() {
        let board = Board::from(Maze::parse_draft("   \n # \n  G").unwrap());
        let seen = scene(&board, Some(&told(9, 6, 1, |_, _| 2)), 1, None);
        assert!(seen.answered);
        assert_eq!(verdict(&board, &seen), None);
    }

    #[test]
    fn an_edited_arc_input_is_not_held_against_the_answer_to_another() {
        let task = crate::board::arc::Task::parse(r#"{"train":[],"test":[{"input":[[1,2]],"output":[[3],[3],[3]]}]}"#);
        let mut sheet = Sheet::new("a", task.unwrap()).unwrap();
        let told = told(9, 12, 1, |_, token| if token % 3 == 0 { 5 } else { 0 });
        let seen = |sheet: &Sheet| {
            let board = Board::from(sheet.clone());
            let text = subtitle(&board, Some(&Judged::of(&board)));
            (verdict(&board, &scene(&board, Some(&told), 1, None)), text)
        };
        assert_eq!(seen(&sheet), (Some((Tone::Right, "right".into())), "0 examples".into()));
        sheet.put(sheet.input_place(), "21".parse().unwrap());
        assert_eq!(seen(&sheet), (None, "0 examples · the file's answer was for another input".into()));
    }

    #[test]
    fn the_right_cells_are_counted_only_when_the_truth_is_shown() {
        let board = sudoku();
        let told = recording(1, |_, _| 3);
        let solution = crate::board::sudoku::Sudoku::parse("1324 4132 2413 3241", None).unwrap();
        let shown = scene(&board, Some(&told), 1, Some(&Truth::Digits(solution)));
        assert_eq!(figures(&board, &shown, None, None)[0].what, "cells right");
    }
}
