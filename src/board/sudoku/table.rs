//! Boards as tables: what spreadsheets copy, rows of cells with commas, lists of lists, and frames with empty cells.

use super::text::digit;
use super::{Shape, Sudoku};

impl Sudoku {
    /// Reads a board whose cells are set apart by tabs, semicolons or commas, a row in a line or in `[…]`, an empty field a
    /// blank; or one list in `[…]`, of rows or of all cells. None where the text is anything else.
    pub fn parse_table(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        let lists = text.trim_start().starts_with('[').then(|| text.split_whitespace().collect::<String>());
        if let Some(flat) = lists.as_deref().filter(|packed| !packed.starts_with("[[")) {
            return Self::parse(&flat.replace(',', ""), None).ok();
        }
        let lists = lists.map(|packed| packed.replace("],", "\n").replace(['[', ']'], ""));
        let text = lists.as_deref().unwrap_or(text);
        let between = ['\t', ';', ','].into_iter().find(|mark| text.contains(*mark))?;
        let mut rows = Vec::new();
        // What has more lines than the largest board is no table, and is not gone through.
        for line in text.lines().filter(|line| !line.is_empty()).take(10) {
            rows.push(line.split(between).map(cell).collect::<Option<Vec<u8>>>()?);
        }
        let shape = Shape::ALL.into_iter().find(|shape| shape.side() == rows.len())?;
        for row in &mut rows {
            // A mark behind the last cell too.
            if row.len() == shape.side() + 1 && row.last() == Some(&0) {
                row.pop();
            }
        }
        let whole = rows.iter().all(|row| row.len() == shape.side());
        whole.then(|| Self::new(shape, rows.concat()).ok()).flatten()
    }
}

impl Sudoku {
    /// Reads a board in a frame whose blanks may be spaces: rows between upright bars, with a bar about every box or every
    /// cell. None where the text is anything else.
    pub fn parse_framed(text: &str) -> Option<Self> {
        let bar = |character: char| matches!(character, '|' | '│' | '┃' | '║');
        // A line of the frame itself has something between its bars that is neither a cell nor a space.
        let is_row = |line: &str| line.chars().all(|c| bar(c) || c == ' ' || digit(c).is_some());
        let lines = text.lines().map(str::trim).filter(|line| line.starts_with(bar) && line.ends_with(bar));
        let rows: Vec<Vec<&str>> = lines
            .filter(|line| is_row(line) && line.chars().count() > 2)
            .map(|line| line.trim_start_matches(bar).trim_end_matches(bar).split(bar).collect())
            .take(10)
            .collect();
        let shape = Shape::ALL.into_iter().find(|shape| shape.side() == rows.len())?;
        let mut cells = Vec::with_capacity(shape.cells());
        for fields in rows {
            let each = match fields.len() {
                count if count == shape.side() => 1,
                count if count == shape.side() / shape.box_cols() => shape.box_cols(),
                _ => return None,
            };
            for field in fields {
                cells.extend(spread(field, each)?);
            }
        }
        Self::new(shape, cells).ok()
    }
}

/// The cells of a field between two bars, each by where it stands; None where two stand at one place.
fn spread(field: &str, count: usize) -> Option<Vec<u8>> {
    let width = field.chars().count();
    let mut cells = vec![None; count];
    for (column, character) in field.chars().enumerate().filter(|(_, character)| *character != ' ') {
        let cell = &mut cells[column * count / width];
        if cell.replace(digit(character)?).is_some() {
            return None;
        }
    }
    Some(cells.into_iter().map(Option::unwrap_or_default).collect())
}

/// A field of a table: nothing, or one character, in quotes or without.
fn cell(field: &str) -> Option<u8> {
    let mut characters = field.trim().trim_matches(['"', '\'']).chars();
    match (characters.next(), characters.next()) {
        (None, _) => Some(0),
        (Some(character), None) => digit(character),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read() {
        let board = Sudoku::parse("1..4 ..2. .... 4..1", None).ok();
        for text in [
            "1,,,4\n,,2,\n,,,\n4,,,1\n",
            "1,.,0,4,\n_,*,2,0,\n0,0,0,0,\n4,0,0,1,",
            "1\t\t\t4\r\n\t\t2\t\r\n\t\t\t\r\n4\t\t\t1\r\n",
            "1; 0; 0; 4\n0; 0; 2; 0\n\n0; 0; 0; 0\n4; 0; 0; 1",
            "[[1, 0, 0, 4], [0, 0, 2, 0],\n [0, 0, 0, 0], [4, 0, 0, 1]]",
            r#"["1..4", "..2.", "....", "4..1"]"#,
            "[1,0,0,4, 0,0,2,0,\n 0,0,0,0, 4,0,0,1]",
            r#"[["1",".",".","4"],[".",".","2","."],[".",".",".","."],["4",".",".","1"]]"#,
        ] {
            assert_eq!(Sudoku::parse_table(text), board, "{text:?}");
        }
    }

    #[test]
    fn frames_with_empty_cells_are_read() {
        let board = Sudoku::parse("1..4 ..2. .... 4..1", None).ok();
        for text in [
            "+-----+-----+\n| 1   |   4 |\n|     | 2   |\n+-----+-----+\n|     |     |\n| 4   |   1 |\n+-----+-----+",
            "╔═══╤═══╦═══╤═══╗\n║ 1 │   ║   │ 4 ║\n╟───┼───╫───┼───╢\n║   │   ║ 2 │   ║\n╠═══╪═══╬═══╪═══╣\n║   │   ║   │   ║\n║ 4 │   ║   │ 1 ║\n╚═══╧═══╩═══╧═══╝",
            "|1 | 4|\n|  |2 |\n|--+--|\n|  |  |\n|4 | 1|",
            "| 1 | . | . | 4 |\n|---|---|---|---|\n|   |   | 2 |   |\n|   |   |   |   |\n| 4 |   |   | 1 |",
        ] {
            assert_eq!(Sudoku::parse_framed(text), board, "{text}");
        }
        for text in [
            "",
            "||",
            "| |\n| |",
            "| 1 2 3 | 4 |\n|   |   |\n|   |   |\n|   |   |",
            "|1234|\n|1234|\n|1234|\n|1234|\n|1|",
        ] {
            assert_eq!(Sudoku::parse_framed(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_table_is_left_to_others() {
        for text in [
            "",
            "1234",
            "1,2\n3,4",
            "1,2,3\n1,2,3,4\n1,2,3,4\n1,2,3,4",
            "5,,,\n,,,\n,,,\n,,,",
            "ab,,,\n,,,\n,,,\n,,,",
            "[[[",
            "[",
            "[[1,2,3,4,1,2,3,4,1,2,3,4,1,2,3,4]]",
        ] {
            assert_eq!(Sudoku::parse_table(text), None, "{text:?}");
        }
    }
}
