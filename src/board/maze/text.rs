//! The text form: lines of `# SG`, or one line of `side * side` characters; in an answer `o` marks the path. Open cells may
//! be written as `.` too.

use super::{BoardError, Cell, Maze, SIDES};

/// A text that is no maze.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// A character that means nothing in a maze.
    #[error(
        "line {line}, column {column}: `{}` is no cell: use # for a wall, a space or `.` for an open cell, S and G for start and goal",
        character.escape_debug()
    )]
    Character {
        /// What stands there.
        character: char,
        /// The line of the text, counted from 1.
        line: usize,
        /// The character within the line, counted from 1.
        column: usize,
    },
    /// The path is marked in a question.
    #[error("line {line}, column {column}: `o` marks the path in an answer; a question has none: put a space there")]
    PathMark {
        /// The line of the text, counted from 1.
        line: usize,
        /// The character within the line, counted from 1.
        column: usize,
    },
    /// One line whose length is no square.
    #[error("one line of {found} characters is no maze: it takes n*n, n from {} to {} (a 30x30 maze has 900, spaces at the ends count)", SIDES.start(), SIDES.end())]
    NotSquare {
        /// How many characters there are.
        found: usize,
    },
    /// More, fewer or longer lines than a square has.
    #[error("{lines} lines, but line {line} has {width} characters: a maze is square, of side {} to {}", SIDES.start(), SIDES.end())]
    Lines {
        /// How many lines there are.
        lines: usize,
        /// The line that has too many or too few characters, counted from 1.
        line: usize,
        /// Its characters.
        width: usize,
    },
    /// The start or the goal is missing or doubled.
    #[error(transparent)]
    Board(#[from] BoardError),
}

impl Maze {
    /// Reads a question: one line per row, or all rows in one line. `#` is a wall, a space or `.` an open cell, `S` the
    /// start, `G` the goal.
    ///
    /// The side is the number of lines: short lines are filled up with spaces, spaces beyond the side and empty lines
    /// before and after the maze are passed over. In the form of one line every space counts.
    ///
    /// # Errors
    /// [`ParseError`] with the place of what does not fit. A goal out of reach is no error.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let maze = Self::parse_draft(text)?;
        maze.check()?;
        Ok(maze)
    }

    /// As [`Maze::parse`], but start or goal may be missing.
    ///
    /// # Errors
    /// [`ParseError`] with the place of what does not fit.
    pub fn parse_draft(text: &str) -> Result<Self, ParseError> {
        let drawing = Drawing::read(text)?;
        if let Some(&(line, column)) = drawing.marks.first() {
            return Err(ParseError::PathMark { line, column });
        }
        Ok(Self::draft(drawing.side, drawing.cells)?)
    }

    /// Reads a question whose rows are all equally long, but not as many as they are long: walls below or at the right make
    /// it a square. Tells how many rows and columns it had; None for any other text.
    pub fn parse_oblong(text: &str) -> Option<(Self, usize, usize)> {
        let lines: Vec<&str> = text.trim_matches(['\r', '\n']).lines().collect();
        let (rows, cols) = (lines.len(), lines.first()?.chars().count());
        if rows < 2 || rows == cols || lines.iter().any(|line| line.chars().count() != cols) {
            return None;
        }
        let side = rows.max(cols);
        let wall = "#".repeat(side - cols);
        let mut filled: Vec<String> = lines.iter().map(|line| format!("{line}{wall}")).collect();
        filled.resize(side, "#".repeat(side));
        Some((Self::parse_draft(&filled.join("\n")).ok()?, rows, cols))
    }

    /// Reads an answer: the complete maze, and for each cell `[side * side]` whether an `o` marks it. Whether the
    /// marks make a shortest path is for [`super::is_shortest`] to say.
    ///
    /// # Errors
    /// [`ParseError`] with the place of what does not fit.
    pub fn parse_answer(text: &str) -> Result<(Self, Vec<bool>), ParseError> {
        let drawing = Drawing::read(text)?;
        Ok((Self::new(drawing.side, drawing.cells)?, drawing.marked))
    }

    /// The maze in one line of `side * side` characters.
    pub fn to_text(&self) -> String {
        self.cells.iter().map(|cell| cell.character()).collect()
    }

    /// The maze in one line per row, each ended by a line break and no space left out.
    pub fn to_rows(&self) -> String {
        rows(&self.to_text(), self.side)
    }
}

/// Breaks a text of one line, one byte per cell, into rows.
pub(super) fn rows(text: &str, side: usize) -> String {
    let mut rows = String::with_capacity(text.len() + side);
    for (at, character) in text.chars().enumerate() {
        rows.push(character);
        if at % side == side - 1 {
            rows.push('\n');
        }
    }
    rows
}

/// A text taken apart.
struct Drawing {
    side: usize,
    cells: Vec<Cell>,
    /// Is the cell marked by an `o`?
    marked: Vec<bool>,
    /// Where in the text the marks stand, line and column.
    marks: Vec<(usize, usize)>,
}

impl Drawing {
    fn read(text: &str) -> Result<Self, ParseError> {
        let text = text.trim_start_matches('\u{feff}');
        let lines: Vec<&str> = text.lines().collect();
        let mut drawing = Self { side: 0, cells: Vec::new(), marked: Vec::new(), marks: Vec::new() };
        match lines.iter().filter(|line| !line.is_empty()).count() {
            1 => drawing.read_one(&lines)?,
            _ => drawing.read_rows(&lines)?,
        }
        Ok(drawing)
    }

    /// The form of one line, which may have empty lines about it.
    fn read_one(&mut self, lines: &[&str]) -> Result<(), ParseError> {
        let at = lines.iter().position(|line| !line.is_empty()).unwrap_or(0);
        let found = lines[at].chars().count();
        self.side = SIDES.into_iter().find(|side| side * side == found).unwrap_or(0);
        for (column, character) in lines[at].chars().enumerate() {
            self.push(character, at + 1, column + 1)?;
        }
        match self.side {
            0 => Err(ParseError::NotSquare { found }),
            _ => Ok(()),
        }
    }

    fn read_rows(&mut self, lines: &[&str]) -> Result<(), ParseError> {
        // With and without the spaces at the end.
        let full: Vec<usize> = lines.iter().map(|line| line.chars().count()).collect();
        let bare: Vec<usize> = lines.iter().map(|line| line.trim_end_matches(' ').chars().count()).collect();
        let widest = full.iter().copied().max().unwrap_or(0);
        let (mut first, mut end) = (0, lines.len());
        // An empty line can be a row of open cells that lost its spaces; with more lines than columns it is none.
        for spare in [0, widest.saturating_sub(1)] {
            let is_spare = |at: usize| bare[at] == 0 && full[at] <= spare;
            while end - first > widest {
                match (is_spare(end - 1), is_spare(first)) {
                    (true, _) => end -= 1,
                    (_, true) => first += 1,
                    _ => break,
                }
            }
        }
        let (lines, full, bare) = (&lines[first..end], &full[first..end], &bare[first..end]);
        self.side = lines.len();
        let wrong = |at: usize, width: usize| ParseError::Lines { lines: lines.len(), line: first + at + 1, width };
        for (row, line) in lines.iter().enumerate() {
            // A wrong character says more than a wrong number of them.
            for (column, character) in line.chars().enumerate().take(bare[row]) {
                if column < self.side && row < *SIDES.end() {
                    self.push(character, first + row + 1, column + 1)?;
                } else {
                    cell(character, first + row + 1, column + 1)?;
                }
            }
            for _ in bare[row]..self.side.min(*SIDES.end()) {
                self.cells.push(Cell::Open);
                self.marked.push(false);
            }
        }
        if let Some(at) = bare.iter().position(|&width| width > self.side) {
            return Err(wrong(at, bare[at]));
        }
        // Lines that are all too short by the same number are a rectangle, not rows that lost their spaces.
        if !SIDES.contains(&self.side) || widest < self.side && full.iter().all(|&width| width == widest) {
            return Err(wrong(0, full.first().copied().unwrap_or(0)));
        }
        Ok(())
    }

    fn push(&mut self, character: char, line: usize, column: usize) -> Result<(), ParseError> {
        let (cell, marked) = cell(character, line, column)?;
        if marked {
            self.marks.push((line, column));
        }
        self.cells.push(cell);
        self.marked.push(marked);
        Ok(())
    }
}

/// What a character stands for, and whether it marks the path.
fn cell(character: char, line: usize, column: usize) -> Result<(Cell, bool), ParseError> {
    match character {
        '#' => Ok((Cell::Wall, false)),
        ' ' | '.' => Ok((Cell::Open, false)),
        'o' => Ok((Cell::Open, true)),
        'S' => Ok((Cell::Start, false)),
        'G' => Ok((Cell::Goal, false)),
        _ => Err(ParseError::Character { character, line, column }),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Any complete maze, joined or not.
    pub(crate) fn any_maze() -> impl Strategy<Value = Maze> {
        (3usize..=12, 0.0f64..0.7).prop_flat_map(|(side, density)| {
            let cells = prop::collection::vec(prop::bool::weighted(density), side * side);
            (cells, 0..side * side, 1..side * side).prop_map(move |(walls, start, apart)| {
                let mut cells: Vec<Cell> =
                    walls.iter().map(|&wall| if wall { Cell::Wall } else { Cell::Open }).collect();
                cells[start] = Cell::Start;
                cells[(start + apart) % (side * side)] = Cell::Goal;
                Maze::new(side, cells).unwrap()
            })
        })
    }

    #[test]
    fn both_forms_are_read() {
        let maze = Maze::parse("S  \n## \nG  \n").unwrap();
        assert_eq!(maze.to_text(), "S  ## G  ");
        assert_eq!(maze.to_rows(), "S  \n## \nG  \n");
        // Spaces at the end may be missing or too many, in all lines too, and empty lines stand about.
        for text in
            ["S\n##\nG", "S     \n##\nG \n", "\nS  \n##\nG\n\n", "\u{feff}S  \r\n## \r\nG  \r\n", "\nS  ## G  \n\n"]
        {
            assert_eq!(Maze::parse(text).as_ref(), Ok(&maze), "{text:?}");
        }
        // Rows of open cells at the top and the bottom.
        assert_eq!(Maze::parse("    \nS G \n #  \n    \n").unwrap().to_text(), "    S G  #      ");
        assert_eq!(Maze::parse("\nS G#\n #\n\n").unwrap().to_text(), "    S G# #      ");
    }

    #[test]
    fn dots_are_open_cells() {
        let maze = Maze::parse("S  \n## \nG  \n").unwrap();
        for text in ["S..\n##.\nG..\n", "S..##.G..", "S. \n##\nG.."] {
            assert_eq!(Maze::parse(text).as_ref(), Ok(&maze), "{text:?}");
        }
        assert_eq!(Maze::parse_answer("S..\n##o\nG.o").unwrap().0, maze);
        assert_eq!(maze.to_text(), "S  ## G  ");
    }

    #[test]
    fn walls_make_an_oblong_maze_a_square() {
        let wide = Maze::parse_oblong("S  #\n#  G\n\n").unwrap();
        assert_eq!((wide.0.to_text().as_str(), wide.1, wide.2), ("S  ##  G########", 2, 4));
        let high = Maze::parse_oblong("S #\r\n# #\r\n# G\r\n###\r\n").unwrap();
        assert_eq!((high.0.to_text().as_str(), high.1, high.2), ("S ### ### G#####", 4, 3));
        for text in ["S #\n# #\n# G", "S #\n# # #\n# G", "S   #   ", "S#x#\n# G ", ""] {
            assert!(Maze::parse_oblong(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn answers_have_marks() {
        let (maze, marked) = Maze::parse_answer("Soo\n##o\n#Go").unwrap();
        assert_eq!(maze.to_text(), "S  ## #G ");
        assert_eq!((0..9).filter(|&cell| marked[cell]).collect::<Vec<_>>(), [1, 2, 5, 8]);
        assert!(Maze::parse_answer("ooo\n##o\n#Go").is_err());
        assert!(Maze::parse_draft("   \n## \n#G ").is_ok());
    }

    #[test]
    fn errors_name_the_place() {
        let message = |text: &str| Maze::parse(text).unwrap_err().to_string();
        for (text, parts) in [
            ("S #\n#x#\n# G", ["line 2, column 2", "`x`"]),
            ("\n\nS #\n###\n# \tG", ["line 5, column 3", "`\\t`"]),
            ("S #\n#o#\n# G", ["line 2, column 2", "question"]),
            ("S   #o  G", ["line 1, column 6", "question"]),
            ("S   #   ", ["8 characters", "spaces at the ends count"]),
            ("S #\n# # #\n# G", ["3 lines", "line 2 has 5 characters"]),
            ("S #\n# #\n# G\n###", ["4 lines", "line 1 has 3 characters"]),
            ("S \n#G", ["2 lines", "3 to 64"]),
            ("", ["0 lines", "3 to 64"]),
            ("S #\n###\n#  ", ["no goal `G`", "3x3"]),
            ("  #\n###\n# G", ["no start `S`", "3x3"]),
            ("S #\n#S#\n# G", ["row 2, column 2 holds a second start", "row 1, column 1"]),
        ] {
            let message = message(text);
            assert!(parts.iter().all(|part| message.contains(part)), "{text:?}: {message}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(maze in any_maze()) {
            prop_assert_eq!(&Maze::parse(&maze.to_text()).unwrap(), &maze);
            prop_assert_eq!(&Maze::parse(&maze.to_rows()).unwrap(), &maze);
            prop_assert_eq!(&Maze::parse(&format!("\n{}\n", maze.to_rows())).unwrap(), &maze);
        }

        #[test]
        fn mutated_text_never_panics(maze in any_maze(), at in 0usize..160, with in "[#SGo \n\r.]{0,70}|.{0,3}", cut in 0usize..90) {
            let mut text: Vec<char> = maze.to_rows().chars().collect();
            let at = at.min(text.len());
            let end = (at + cut).min(text.len());
            text.splice(at..end, with.chars());
            let text: String = text.into_iter().collect();
            if let Ok(read) = Maze::parse(&text) {
                prop_assert_eq!(read.cells().len(), read.side() * read.side());
            }
            if let Ok((maze, marked)) = Maze::parse_answer(&text) {
                prop_assert_eq!(maze.cells().len(), marked.len());
            }
        }
    }
}
