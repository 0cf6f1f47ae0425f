//! The text form: `side * side` characters row by row, `.` or `0` for a blank.

use super::{Shape, Sudoku};

/// A text that is no Sudoku board.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// A character that means nothing on a board.
    #[error("line {line}, column {column}: `{}` is no cell: use 1 to 9 for a given, `.` or `0` for a blank", character.escape_debug())]
    Character {
        /// What stands there.
        character: char,
        /// The line of the text, counted from 1.
        line: usize,
        /// The character within the line, counted from 1.
        column: usize,
    },
    /// A digit larger than the side.
    #[error("row {row}, column {column} of the board: {digit} is too large for {shape}, whose digits are 1 to {}", shape.side())]
    Digit {
        /// The board's shape.
        shape: Shape,
        /// The row of the board, counted from 1.
        row: usize,
        /// The column of the board, counted from 1.
        column: usize,
        /// What stands there.
        digit: u8,
    },
    /// Not as many cells as the shape has.
    #[error("{found} cells, but a {shape} board has {}{hint}", shape.cells())]
    CellCount {
        /// The shape asked for.
        shape: Shape,
        /// How many cells the text has.
        found: usize,
        /// Which line looks wrong, if one does.
        hint: String,
    },
    /// No usual board has so many cells.
    #[error("{found} cells are no board: 4x4 has 16, 6x6 has 36, 9x9 has 81 (for another side say its box){hint}")]
    NoSuchBoard {
        /// How many cells the text has.
        found: usize,
        /// Which line looks wrong, if one does.
        hint: String,
    },
}

impl Sudoku {
    /// Reads a board: one character per cell, row by row, `.`, `0`, `_` or `*` for a blank.
    /// White space, line breaks, quotes, brackets, and what frames are drawn with are passed over. Without a shape it
    /// follows from the number of cells (16, 36 or 81).
    ///
    /// # Errors
    /// [`ParseError`] with the place of the character or digit that does not fit. Rule violations are no error.
    pub fn parse(text: &str, shape: Option<Shape>) -> Result<Self, ParseError> {
        let mut cells = Vec::new();
        let mut per_line = Vec::new();
        for (line, content) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let before = cells.len();
            for (column, character) in content.chars().enumerate() {
                match (digit(character), character) {
                    (Some(digit), _) => cells.push(digit),
                    (None, _) if is_frame(character) => {}
                    (None, _) if character.is_whitespace() => {}
                    _ => {
                        return Err(ParseError::Character { character, line: line + 1, column: column + 1 });
                    }
                }
            }
            if cells.len() > before {
                per_line.push((line + 1, cells.len() - before));
            }
        }
        let found = cells.len();
        let shape = match shape {
            Some(shape) if shape.cells() == found => shape,
            Some(shape) => {
                let hint = odd_line(&per_line);
                return Err(ParseError::CellCount { shape, found, hint });
            }
            None => Shape::ALL.into_iter().find(|shape| shape.cells() == found).ok_or_else(|| {
                let hint = odd_line(&per_line);
                ParseError::NoSuchBoard { found, hint }
            })?,
        };
        let side = shape.side();
        if let Some(cell) = cells.iter().position(|&digit| usize::from(digit) > side) {
            return Err(ParseError::Digit { shape, row: cell / side + 1, column: cell % side + 1, digit: cells[cell] });
        }
        Ok(Self { shape, cells })
    }

    /// The board in one line of `side * side` characters, `.` for a blank.
    pub fn to_text(&self) -> String {
        self.cells.iter().map(|&digit| character(digit)).collect()
    }

    /// The board in one line per row, boxes set apart by `|` and lines of `-` and `+`; [`Sudoku::parse`] reads it back.
    pub fn to_rows(&self) -> String {
        let (side, box_cols) = (self.side(), self.shape.box_cols());
        let bar = vec!["-".repeat(2 * box_cols - 1); side / box_cols].join("-+-");
        let mut text = String::new();
        for (row, cells) in self.cells.chunks(side).enumerate() {
            if row > 0 && row % self.shape.box_rows() == 0 {
                text.push_str(&bar);
                text.push('\n');
            }
            for (col, &digit) in cells.iter().enumerate() {
                match col {
                    0 => {}
                    _ if col % box_cols == 0 => text.push_str(" | "),
                    _ => text.push(' '),
                }
                text.push(character(digit));
            }
            text.push('\n');
        }
        text
    }
}

/// The digit that a character is, 0 for a blank.
pub(super) fn digit(character: char) -> Option<u8> {
    match character {
        '.' | '_' | '*' => Some(0),
        '0'..='9' => Some(character as u8 - b'0'),
        _ => None,
    }
}

/// What stands between and around cells: `|`, `-` and the like, box-drawing characters, quotes about a text, and the brackets
/// that numpy prints.
fn is_frame(character: char) -> bool {
    matches!(character, '|' | '-' | '+' | '/' | '!' | '=' | '[' | ']' | '"' | '\'' | '\u{2500}'..='\u{257f}')
}

fn character(digit: u8) -> char {
    match digit {
        0 => '.',
        digit => char::from(b'0' + digit),
    }
}

/// Says which line has another number of cells than most, when there is one: `; line 3 has 8 cells, most have 9`.
fn odd_line(per_line: &[(usize, usize)]) -> String {
    let votes = |cells: usize| per_line.iter().filter(|&&(_, other)| other == cells).count();
    // Lines beyond the largest board do not help to guess, and would make this slow.
    let usual = per_line.iter().take(12).map(|&(_, cells)| cells).max_by_key(|&cells| votes(cells));
    match usual {
        Some(usual) if votes(usual) > 1 => per_line
            .iter()
            .find(|&&(_, cells)| cells != usual)
            .map(|(line, cells)| format!("; line {line} has {cells} cells, most have {usual}"))
            .unwrap_or_default(),
        _ => String::new(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Any board of any possible shape, most of them against the rules.
    pub(crate) fn any_board() -> impl Strategy<Value = Sudoku> {
        let shapes = ["2x2", "2x3", "3x2", "1x5", "2x4", "3x3"];
        prop::sample::select(shapes.to_vec()).prop_map(|text| Shape::parse_box(text).unwrap()).prop_flat_map(|shape| {
            prop::collection::vec(0..=shape.side() as u8, shape.cells())
                .prop_map(move |cells| Sudoku::new(shape, cells).unwrap())
        })
    }

    #[test]
    fn rows_look_like_a_board() {
        let board = Sudoku::parse("1....6 .2..5. ...... ...... ..3... 6....1", None).unwrap();
        let rows = [
            "1 . . | . . 6",
            ". 2 . | . 5 .",
            "------+------",
            ". . . | . . .",
            ". . . | . . .",
            "------+------",
            ". . 3 | . . .",
            "6 . . | . . 1",
            "",
        ];
        assert_eq!(board.to_rows(), rows.join("\n"));
        assert_eq!(board.to_text(), ["1....6", ".2..5.", "......", "......", "..3...", "6....1"].concat());
    }

    #[test]
    fn frames_quotes_and_brackets_are_passed_over() {
        let board = Sudoku::parse("1..4 ..2. .... 4..1", None);
        assert!(board.is_ok());
        for text in [
            "╔═════╦═════╗\n║ 1 . ║ . 4 ║\n║ . . ║ 2 . ║\n╠═════╬═════╣\n║ . . ║ . . ║\n║ 4 . ║ . 1 ║\n╚═════╩═════╝",
            "1 . │ . 4\n. . │ 2 .\n────┼────\n. . │ . .\n4 . │ . 1",
            "1 . ! . 4\n. . ! 2 .\n====!====\n. . ! . .\n4 . ! . 1",
            "\"1..4..2.....4..1\"",
            "'1004002000004001'",
            "[[1 0 0 4]\n [0 0 2 0]\n [0 0 0 0]\n [4 0 0 1]]",
        ] {
            assert_eq!(Sudoku::parse(text, None), board, "{text}");
        }
    }

    #[test]
    fn errors_name_the_place() {
        let message = |text: &str, shape| Sudoku::parse(text, shape).unwrap_err().to_string();
        let found = message("1234\n34x2\n2143\n4321", None);
        assert!(found.contains("line 2, column 3") && found.contains("`x`"), "{found}");
        let found = message("1234 3452 2143 4321", None);
        assert!(found.contains("row 2, column 3") && found.contains("5 is too large"), "{found}");
        let found = message("1234\n342\n2143\n4321", None);
        assert!(found.contains("15 cells") && found.contains("line 2 has 3 cells, most have 4"), "{found}");
        let found = message("1234", Some(Shape::ALL[2]));
        assert!(found.contains("4 cells, but a 9x9 board has 81"), "{found}");
        assert!(message("", None).contains("0 cells"));
        assert!(message("\u{7}", None).contains("\\u{7}"));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(board in any_board()) {
            let shape = Some(board.shape());
            prop_assert_eq!(&Sudoku::parse(&board.to_text(), shape).unwrap(), &board);
            prop_assert_eq!(&Sudoku::parse(&board.to_rows(), shape).unwrap(), &board);
            prop_assert_eq!(&Sudoku::parse(&board.to_text().replace('.', "0"), shape).unwrap(), &board);
            if Shape::ALL.contains(&board.shape()) {
                prop_assert_eq!(&Sudoku::parse(&board.to_rows(), None).unwrap(), &board);
            }
        }

        #[test]
        fn mutated_text_never_panics(board in any_board(), at in 0usize..120, with in ".{0,3}", cut in 0usize..5) {
            let mut text: Vec<char> = board.to_rows().chars().collect();
            let at = at.min(text.len());
            let end = (at + cut).min(text.len());
            text.splice(at..end, with.chars());
            let text: String = text.into_iter().collect();
            for shape in [None, Some(board.shape())] {
                if let Ok(read) = Sudoku::parse(&text, shape) {
                    prop_assert_eq!(read.cells().len(), read.shape().cells());
                }
            }
        }
    }
}
