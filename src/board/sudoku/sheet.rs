//! A Sudoku as a person works on it: pencil marks, and cells that are locked against slips of the hand.

use serde::{Deserialize, Serialize};

use super::{BoardError, Sudoku};

/// A board with a person's marks on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub struct Sheet {
    board: Sudoku,
    /// For each cell the digits that are pencilled in, bit `d` for the digit d.
    marks: Vec<u16>,
    locked: Vec<bool>,
}

/// How a sheet is kept; what does not fit the board is left out when read.
#[derive(Serialize, Deserialize)]
struct Kept {
    board: Sudoku,
    #[serde(default)]
    marks: Vec<u16>,
    #[serde(default)]
    locked: Vec<usize>,
}

impl From<Kept> for Sheet {
    fn from(kept: Kept) -> Self {
        let mut sheet = Sheet::from(kept.board);
        let known = (1u16 << (sheet.board.side() + 1)) - 2;
        for (mark, kept) in sheet.marks.iter_mut().zip(kept.marks) {
            *mark = kept & known;
        }
        for cell in kept.locked {
            if sheet.is_filled(cell) {
                sheet.locked[cell] = true;
            }
        }
        sheet
    }
}

impl From<Sheet> for Kept {
    fn from(sheet: Sheet) -> Self {
        let locked = (0..sheet.locked.len()).filter(|cell| sheet.locked[*cell]).collect();
        Self { board: sheet.board, marks: sheet.marks, locked }
    }
}

impl From<Sudoku> for Sheet {
    fn from(board: Sudoku) -> Self {
        let cells = board.cells().len();
        Self { board, marks: vec![0; cells], locked: vec![false; cells] }
    }
}

impl Sheet {
    /// The board without the marks.
    pub fn board(&self) -> &Sudoku {
        &self.board
    }

    /// The digits that are pencilled into a cell.
    pub fn marks(&self, cell: usize) -> impl Iterator<Item = u8> + use<> {
        let marks = self.marks.get(cell).copied().unwrap_or(0);
        (1..=9u8).filter(move |digit| marks & (1 << digit) != 0)
    }

    /// Whether a cell is locked.
    pub fn is_locked(&self, cell: usize) -> bool {
        self.locked.get(cell).copied().unwrap_or(false)
    }

    /// Whether any cell is locked.
    pub fn any_locked(&self) -> bool {
        self.locked.contains(&true)
    }

    /// Whether anything can be cleared: a digit that is not locked, or a mark.
    pub fn can_clear(&self) -> bool {
        (0..self.locked.len()).any(|cell| self.is_filled(cell) && !self.locked[cell])
            || self.marks.iter().any(|m| *m != 0)
    }

    fn is_filled(&self, cell: usize) -> bool {
        self.board.get(cell).is_some_and(|digit| digit != 0)
    }

    /// Writes a digit, or 0 to clear. A locked cell keeps its own.
    ///
    /// # Errors
    /// [`BoardError`] when there is no such cell or digit.
    pub fn write(&mut self, cell: usize, digit: u8) -> Result<(), BoardError> {
        if self.is_locked(cell) {
            return Ok(());
        }
        self.board.set(cell, digit)?;
        self.marks[cell] = 0;
        Ok(())
    }

    /// Pencils a digit into a blank cell, or rubs it out.
    pub fn toggle_mark(&mut self, cell: usize, digit: u8) {
        if (1..=self.board.side()).contains(&usize::from(digit)) && self.board.get(cell) == Some(0) {
            self.marks[cell] ^= 1 << digit;
        }
    }

    /// Locks every filled cell, or none.
    pub fn lock(&mut self, locked: bool) {
        for cell in 0..self.locked.len() {
            self.locked[cell] = locked && self.is_filled(cell);
        }
    }

    /// Clears every cell that is not locked, and all marks.
    pub fn clear(&mut self) {
        for cell in 0..self.locked.len() {
            // Both are in range.
            let _ = self.write(cell, 0);
        }
        self.marks.fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_cells_keep_their_digits_and_marks_go_with_a_digit() {
        let mut sheet = Sheet::from(Sudoku::parse("1... ...2 .... ..2.", None).unwrap());
        sheet.lock(true);
        sheet.write(0, 3).unwrap();
        sheet.toggle_mark(0, 3);
        sheet.toggle_mark(1, 3);
        sheet.toggle_mark(1, 4);
        sheet.toggle_mark(1, 9);
        assert_eq!((sheet.board().get(0), sheet.marks(0).count()), (Some(1), 0));
        assert_eq!(sheet.marks(1).collect::<Vec<_>>(), [3, 4]);
        sheet.write(2, 4).unwrap();
        sheet.write(1, 4).unwrap();
        assert_eq!(sheet.marks(1).count(), 0);
        assert!(sheet.write(1, 5).is_err() && sheet.write(99, 1).is_err());
        assert!(sheet.can_clear());
        sheet.clear();
        assert!(!sheet.can_clear() && sheet.board().givens() == 3);
        sheet.lock(false);
        sheet.clear();
        assert_eq!(sheet.board().givens(), 0);
    }

    #[test]
    fn what_is_kept_is_checked() {
        let text = r#"{"board":{"shape":"2x2","cells":"1..............."},"marks":[0,65535,1],"locked":[0,1,77]}"#;
        let sheet: Sheet = serde_json::from_str(text).unwrap();
        assert!(sheet.is_locked(0) && !sheet.is_locked(1));
        assert_eq!(sheet.marks(1).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(sheet.marks(2).count(), 0);
    }
}
