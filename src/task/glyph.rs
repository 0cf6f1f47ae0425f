//! What a token of any task looks like: for painters of boards that know no vocabulary ids.

/// What stands in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Glyph {
    /// Nothing: padding, or beyond the board.
    Nothing,
    /// A cell to be filled.
    Blank,
    /// A digit of a Sudoku.
    Digit(u8),
    /// A maze's wall.
    Wall,
    /// A maze's open cell.
    Open,
    /// Where the path begins.
    Start,
    /// Where it ends.
    Goal,
    /// A cell of the path.
    Path,
    /// One of ARC's ten colours.
    Colour(u8),
    /// The border that ends an ARC grid.
    End,
    /// No token of this task.
    Unknown,
}

/// The glyph of a token of `sudoku`, `maze` or `arc`; [`Glyph::Unknown`] for any other task or token.
pub fn glyph(task: &str, token: i32) -> Glyph {
    match (task, token) {
        ("sudoku" | "maze" | "arc", 0) => Glyph::Nothing,
        ("sudoku", 1) => Glyph::Blank,
        ("sudoku", 2..=37) => Glyph::Digit(token as u8 - 1),
        ("maze", 1) => Glyph::Wall,
        ("maze", 2) => Glyph::Open,
        ("maze", 3) => Glyph::Start,
        ("maze", 4) => Glyph::Goal,
        ("maze", 5) => Glyph::Path,
        ("arc", 1) => Glyph::End,
        ("arc", 2..=11) => Glyph::Colour(token as u8 - 2),
        _ => Glyph::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_looks_like_what_it_is() {
        assert_eq!(glyph("sudoku", super::super::sudoku::BLANK), Glyph::Blank);
        assert_eq!(glyph("sudoku", 10), Glyph::Digit(9));
        assert_eq!(glyph("maze", 5), Glyph::Path);
        assert_eq!(glyph("arc", 11), Glyph::Colour(9));
        for (task, token) in [("maze", 6), ("arc", 12), ("arc", -1), ("chess", 0), ("sudoku", i32::MAX)] {
            assert_eq!(glyph(task, token), Glyph::Unknown);
        }
    }
}
