//! A board of tokens of any task, small and without hands: what is given, what was answered, and which cells are wrong.

use eframe::egui::{Align2, Painter, Rect, Shape, Stroke, pos2, vec2};

use super::super::theme::{self, Theme};
use crate::task::glyph::{Glyph, glyph};
use crate::train::watch::LivePuzzle;

/// Cells along one side of a board of so many; boards are squares.
pub fn side(cells: usize) -> usize {
    let side = (cells as f64).sqrt().round() as usize;
    side.max(1)
}

/// The rows and columns of a board that hold something, as first and one past the last: a small ARC grid lies anywhere on a
/// large canvas.
fn used(puzzle: &LivePuzzle, task: &str, side: usize) -> (usize, usize, usize, usize) {
    let something = |cell: &usize| {
        let input = puzzle.inputs.get(*cell).map(|token| glyph(task, i32::from(*token)));
        input.is_some_and(|glyph| glyph != Glyph::Nothing) || puzzle.labels.get(*cell).is_some_and(Option::is_some)
    };
    let cells = (0..puzzle.inputs.len()).filter(something).map(|cell| (cell / side, cell % side));
    let (top, bottom, left, right) = cells.fold((side, 0, side, 0), |(top, bottom, left, right), (row, column)| {
        (top.min(row), bottom.max(row + 1), left.min(column), right.max(column + 1))
    });
    if top < bottom { (top, bottom, left, right) } else { (0, side, 0, side) }
}

/// Draws an answer over its puzzle; without one, the puzzle alone.
pub fn board(
    painter: &Painter,
    rect: Rect,
    (theme, safe_colours): (&Theme, bool),
    task: &str,
    puzzle: &LivePuzzle,
    answer: Option<&[u8]>,
) {
    let side = side(puzzle.inputs.len());
    let (top, bottom, left, right) = used(puzzle, task, side);
    let (rows, columns) = (bottom - top, right - left);
    let size = (rect.width().min(rect.height()) / rows.max(columns) as f32).max(1.0);
    let spare = vec2((rows.max(columns) - columns) as f32, (rows.max(columns) - rows) as f32) * size / 2.0;
    let inside = |cell: &usize| (top..bottom).contains(&(cell / side)) && (left..right).contains(&(cell % side));
    // Gaps between large cells, none between small ones.
    let gap = if size >= 14.0 {
        1.0
    } else if size >= 8.0 {
        0.5
    } else {
        0.0
    };
    let cell_of = |cell: usize| {
        let place = vec2((cell % side - left) as f32, (cell / side - top) as f32);
        let corner = rect.min + spare + place * size;
        Rect::from_min_size(corner, vec2(size, size)).shrink(gap)
    };
    let wrong = |cell: usize| {
        // A given digit stays what it is, whatever the model says there.
        let given = matches!(glyph(task, i32::from(puzzle.inputs[cell])), Glyph::Digit(_));
        match (answer, puzzle.labels.get(cell).copied().flatten()) {
            (Some(answer), Some(label)) => !given && answer.get(cell).is_some_and(|token| *token != label),
            _ => false,
        }
    };
    for (cell, input) in puzzle.inputs.iter().enumerate().filter(|(cell, _)| inside(cell)) {
        let given = glyph(task, i32::from(*input));
        let said = answer.and_then(|answer| answer.get(cell)).map(|token| glyph(task, i32::from(*token)));
        // Where no answer counts, none is shown.
        let counts = puzzle.labels.get(cell).is_some_and(Option::is_some);
        let said = if counts { said } else { said.map(|_| Glyph::Nothing) };
        paint(painter, cell_of(cell), (theme, safe_colours), given, said, wrong(cell));
    }
    // Above the cells, so that no neighbour cuts them.
    for cell in (0..puzzle.inputs.len()).filter(inside).filter(|cell| wrong(*cell)) {
        red_corner(painter, theme, cell_of(cell));
    }
}

/// Marks a cell whose answer is wrong.
pub fn red_corner(painter: &Painter, theme: &Theme, cell: Rect) {
    let corner = cell.right_top() + vec2(-cell.width() * 0.05, cell.width() * 0.05);
    let leg = (cell.width() * 0.26).clamp(4.0, 16.0);
    let triangle = vec![corner, corner - vec2(leg, 0.0), corner + vec2(0.0, leg)];
    painter.add(Shape::convex_polygon(triangle, theme.wrong, Stroke::NONE));
}

fn paint(
    painter: &Painter,
    rect: Rect,
    (theme, safe_colours): (&Theme, bool),
    given: Glyph,
    said: Option<Glyph>,
    wrong: bool,
) {
    let round = if rect.width() > 12.0 { 2.0 } else { 0.0 };
    let answer = if wrong { theme.wrong } else { theme.l };
    let write = |text: &str, strong: bool, color| {
        let size = (rect.height() * 0.56).max(7.0);
        let font = if strong { theme::bold(size) } else { theme::text(size) };
        painter.text(rect.center(), Align2::CENTER_CENTER, text, font, color);
    };
    match (given, said.unwrap_or(given)) {
        // A given digit that the model does not repeat is shown as it is given.
        (Glyph::Digit(digit), _) => {
            painter.rect_filled(rect, round, theme.raised_more);
            write(&digit.to_string(), true, theme.text);
        }
        (Glyph::Blank, said) => {
            painter.rect_filled(rect, round, theme.raised);
            match said {
                Glyph::Digit(digit) => write(&digit.to_string(), false, answer),
                Glyph::Blank | Glyph::Nothing => write("·", false, answer),
                _ => write("?", false, answer),
            }
        }
        (Glyph::Wall, said) => {
            painter.rect_filled(rect, 0.0, theme.faint);
            if said == Glyph::Path {
                dot(painter, rect, answer);
            }
        }
        (Glyph::Start, _) => {
            painter.rect_filled(rect, round, theme.raised_more);
            write("S", true, theme.text);
        }
        (Glyph::Goal, _) => {
            painter.rect_filled(rect, round, theme.raised_more);
            write("G", true, theme.text);
        }
        (Glyph::Open | Glyph::Path, said) => {
            painter.rect_filled(rect, round, theme.raised);
            match said {
                Glyph::Path => dot(painter, rect, answer),
                Glyph::Open => {}
                _ => write("?", false, answer),
            }
        }
        // ARC: the answer is another grid, so only what was said is drawn.
        (_, Glyph::Colour(colour)) => {
            painter.rect_filled(rect, 0.0, theme.arc(colour, safe_colours));
        }
        (_, Glyph::End) => {
            painter.rect_filled(rect, 0.0, theme.raised);
            let line = [pos2(rect.left(), rect.bottom()), pos2(rect.right(), rect.top())];
            painter.line_segment(line, Stroke::new(1.0, theme.faint));
        }
        (_, Glyph::Nothing) => {
            painter.rect_filled(rect, 0.0, theme.pane);
        }
        (_, _) => {
            painter.rect_filled(rect, 0.0, theme.raised);
            write("?", false, answer);
        }
    }
}

/// A cell of a maze's path.
fn dot(painter: &Painter, rect: Rect, color: eframe::egui::Color32) {
    let mark = rect.shrink(rect.width() * 0.22);
    painter.add(Shape::rect_filled(mark, mark.width() * 0.3, color));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boards_are_squares() {
        assert_eq!([side(81), side(900), side(1), side(0)], [9, 30, 1, 1]);
    }

    #[test]
    fn only_what_holds_something_is_drawn() {
        let mut puzzle = LivePuzzle { inputs: vec![0; 36], labels: vec![None; 36] };
        assert_eq!(used(&puzzle, "arc", 6), (0, 6, 0, 6));
        (puzzle.inputs[8], puzzle.labels[22]) = (3, Some(4));
        assert_eq!(used(&puzzle, "arc", 6), (1, 4, 2, 5));
    }
}
