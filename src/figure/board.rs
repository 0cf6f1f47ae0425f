//! Boards as pictures.

use super::{Anchor, Drawing, Ink, Paint, Palette};
use crate::task::glyph::{Glyph, glyph};

/// No answer is fainter than this.
const LEAST_OPACITY: f32 = 0.3;

/// What is laid over a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ground {
    /// The colour of the cell.
    pub fill: Paint,
    /// What can be read on it.
    pub ink: Paint,
}

/// What stands on a board at one moment. Tokens are `[side * side]`, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardPicture<'a> {
    /// `sudoku`, `maze` or `arc`.
    pub task: &'a str,
    /// Cells along one side.
    pub side: usize,
    /// Rows and columns of a Sudoku's box.
    pub boxes: Option<(usize, usize)>,
    /// The board that was asked; None where it is not known.
    pub inputs: Option<&'a [i32]>,
    /// What the model answers.
    pub tokens: &'a [i32],
    /// How sure it is of each, 0 to 1.
    pub confidence: &'a [f32],
    /// Which cells changed with this step.
    pub changed: &'a [bool],
    /// What is laid over the cells; empty for nothing.
    pub grounds: &'a [Option<Ground>],
}

impl BoardPicture<'_> {
    /// Draws the board into a square: left, top, length of a side.
    pub fn draw(&self, drawing: &mut Drawing, [left, top, length]: [f32; 3], palette: &Palette) {
        let cell = length / self.side.max(1) as f32;
        let gap = if cell > 8.0 { 1.0 } else { 0.0 };
        drawing.rect([left, top, length, length], palette.paint(Ink::Hairline));
        for (i, &token) in self.tokens.iter().enumerate().take(self.side * self.side) {
            let (x, y) = (left + (i % self.side) as f32 * cell, top + (i / self.side) as f32 * cell);
            let at = [x + gap / 2.0, y + gap / 2.0, cell - gap, cell - gap];
            let asked = self.inputs.and_then(|inputs| inputs.get(i)).copied();
            let opacity = LEAST_OPACITY + (1.0 - LEAST_OPACITY) * self.confidence.get(i).copied().unwrap_or(1.0);
            let laid = self.grounds.get(i).copied().flatten();
            self.draw_cell(drawing, at, (asked, token), opacity.clamp(0.0, 1.0), (palette, laid));
            if self.changed.get(i) == Some(&true) {
                let width = (cell / 16.0).clamp(1.0, 2.5);
                drawing.marks.push(super::Mark::Frame { at, stroke: palette.paint(Ink::L), width });
            }
        }
        self.draw_boxes(drawing, [left, top, cell], palette);
    }

    fn draw_cell(
        &self,
        drawing: &mut Drawing,
        at: [f32; 4],
        (asked, token): (Option<i32>, i32),
        opacity: f32,
        (palette, laid): (&Palette, Option<Ground>),
    ) {
        let [x, y, across, down] = at;
        let ink = |own: Ink| laid.map_or_else(|| palette.paint(own), |laid| laid.ink);
        let given = asked.map(|token| glyph(self.task, token));
        let middle = |size: f32| [x + across / 2.0, y + down / 2.0 + 0.36 * size];
        let size = 0.55 * down;
        // A given cell stays what it is, whatever the model writes there.
        let shown = match given {
            Some(fixed @ (Glyph::Digit(_) | Glyph::Wall | Glyph::Start | Glyph::Goal)) => fixed,
            _ => glyph(self.task, token),
        };
        let ground = match shown {
            Glyph::Wall => Ink::Secondary,
            Glyph::Digit(_) if given == Some(shown) => Ink::Raised,
            Glyph::Start | Glyph::Goal => Ink::Raised,
            Glyph::Nothing | Glyph::End => Ink::Raised,
            Glyph::Colour(0) => Ink::Window,
            _ => Ink::Pane,
        };
        drawing.rect(at, laid.map_or_else(|| palette.paint(ground), |laid| laid.fill));
        // Below an overlay a coloured cell stands in the middle of its place.
        let inner = [x + across * 0.25, y + down * 0.25, across * 0.5, down * 0.5];
        let place = if laid.is_some() { inner } else { at };
        match shown {
            Glyph::Digit(digit) if given == Some(shown) => {
                drawing.bold(middle(size), digit.to_string(), size, Anchor::Middle, ink(Ink::Text));
            }
            Glyph::Digit(digit) => {
                let paint = ink(Ink::L).faded(opacity);
                drawing.text(middle(size), digit.to_string(), size, Anchor::Middle, paint);
            }
            Glyph::Start | Glyph::Goal => {
                let letter = if shown == Glyph::Start { "S" } else { "G" };
                drawing.bold(middle(size), letter, size, Anchor::Middle, ink(Ink::Text));
            }
            Glyph::Path => drawing.rect(place, ink(Ink::L).faded(opacity)),
            Glyph::Colour(colour) if colour > 0 => drawing.rect(place, palette.paint(Ink::Arc(colour)).faded(opacity)),
            Glyph::Unknown => drawing.rect(place, palette.paint(Ink::Wrong).faded(opacity)),
            Glyph::Nothing | Glyph::Blank | Glyph::Wall | Glyph::Open | Glyph::Colour(_) | Glyph::End => {}
        }
    }

    fn draw_boxes(&self, drawing: &mut Drawing, [left, top, cell]: [f32; 3], palette: &Palette) {
        let Some((rows, columns)) = self.boxes else { return };
        let (paint, length) = (palette.paint(Ink::Secondary), cell * self.side as f32);
        for row in (0..=self.side).step_by(rows.max(1)) {
            let y = top + row as f32 * cell;
            drawing.line([left, y], [left + length, y], paint, 1.5);
        }
        for column in (0..=self.side).step_by(columns.max(1)) {
            let x = left + column as f32 * cell;
            drawing.line([x, top], [x, top + length], paint, 1.5);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Mark;
    use super::*;

    #[test]
    fn givens_stay_and_answers_fade() {
        let picture = BoardPicture {
            task: "sudoku",
            side: 2,
            boxes: Some((1, 2)),
            inputs: Some(&[2, 1, 1, 1]),
            tokens: &[3, 3, 1, 2],
            confidence: &[1.0, 0.0, 1.0, 1.0],
            changed: &[false, true, false, false],
            grounds: &[],
        };
        let palette = Palette::of(false);
        let mut drawing = Drawing::new(100.0, 100.0, palette.paint(Ink::Pane));
        picture.draw(&mut drawing, [0.0, 0.0, 100.0], palette);
        let texts: Vec<(&str, bool, f32)> = drawing
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Text { text, bold, fill, .. } => Some((text.as_str(), *bold, fill.opacity)),
                _ => None,
            })
            .collect();
        assert_eq!(texts, [("1", true, 1.0), ("2", false, LEAST_OPACITY), ("1", false, 1.0)]);
        assert_eq!(drawing.marks.iter().filter(|mark| matches!(mark, Mark::Frame { .. })).count(), 1);
    }

    #[test]
    fn any_token_of_any_task_can_be_drawn() {
        let palette = Palette::of(true);
        for task in ["sudoku", "maze", "arc", "chess"] {
            let tokens: Vec<i32> = (-2..14).collect();
            let picture = BoardPicture {
                task,
                side: 4,
                boxes: None,
                inputs: None,
                tokens: &tokens,
                confidence: &[],
                changed: &[],
                grounds: &[],
            };
            let mut drawing = Drawing::new(64.0, 64.0, palette.paint(Ink::Pane));
            picture.draw(&mut drawing, [0.0, 0.0, 64.0], palette);
            assert!(drawing.pixels(1.0).is_some());
        }
    }
}
