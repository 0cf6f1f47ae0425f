//! Puzzle files: CSV with the columns `source,question,answer,rating`.

use std::path::Path;

use super::{DataError, DataSet};
use crate::board::sudoku::{Puzzle, Sudoku};
use crate::files;

/// Reads the first `limit` puzzles of a file (all without a limit). All have the shape of the first.
///
/// # Errors
/// Names the file, the line and what is wrong: no such column, a board that cannot be read or has another shape, an
/// answer that breaks the rules or does not keep the givens.
pub fn read_csv(path: &Path, limit: Option<usize>) -> Result<DataSet, DataError> {
    let file =
        std::fs::File::open(path).map_err(|reason| files::FileError { what: "read", path: path.to_owned(), reason })?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(std::io::BufReader::new(file));
    let wrong = |line: u64, why: String| DataError::Row { path: path.to_owned(), line, why };
    let header = reader.headers().map_err(|e| wrong(1, e.to_string()))?.clone();
    let column = |name: &str| header.iter().position(|h| h.trim() == name);
    let find = |name: &str| {
        column(name).ok_or_else(|| wrong(1, format!("there is no column `{name}` (source,question,answer,rating)")))
    };
    let (question, answer, rating) = (find("question")?, find("answer")?, column("rating"));

    let mut puzzles: Vec<Puzzle> = Vec::new();
    for record in reader.into_records().take(limit.unwrap_or(usize::MAX)) {
        let record = record.map_err(|e| wrong(e.position().map_or(0, csv::Position::line), e.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |column: usize, name: &str| {
            record.get(column).ok_or_else(|| wrong(line, format!("the field `{name}` is missing")))
        };
        let shape = puzzles.first().map(|p| p.board.shape());
        let parse = |name: &str, text: &str| {
            Sudoku::parse(text, shape).map_err(|e| wrong(line, format!("`{name}` cannot be read: {e}")))
        };
        let board = parse("question", field(question, "question")?)?;
        let solution = parse("answer", field(answer, "answer")?)?;
        if !solution.is_solved() || !solution.extends(&board) {
            return Err(wrong(line, "the answer breaks the rules or does not keep the givens".into()));
        }
        let rating = match rating.and_then(|r| record.get(r)).map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => text.parse().map_err(|_| wrong(line, format!("the rating `{text}` is no whole number")))?,
            None => 0,
        };
        puzzles.push(Puzzle { board, solution, rating });
    }
    match puzzles.first() {
        Some(first) => Ok(DataSet::of_sudokus(first.board.shape(), &puzzles)),
        None => Err(wrong(1, "there is no puzzle after the header".into())),
    }
}

/// Writes puzzles, whole or not at all; `source` says where they come from.
///
/// # Errors
/// The disk's reasons.
pub fn write_csv(path: &Path, source: &str, puzzles: &[Puzzle]) -> Result<(), DataError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| DataError::Row { path: path.to_owned(), line: 0, why: e.to_string() };
    writer.write_record(["source", "question", "answer", "rating"]).map_err(failed)?;
    for p in puzzles {
        let record = [source, &p.board.to_text(), &p.solution.to_text(), &p.rating.to_string()];
        writer.write_record(record).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|e| failed(e.into_error().into()))?;
    Ok(files::write_atomic(path, &bytes)?)
}

/// stub
pub fn write_maze_csv(_p: &Path, _s: &str, _m: &[crate::board::maze::MazePuzzle]) -> Result<(), DataError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::sudoku::{Shape, generate_many};
    use proptest::prelude::*;

    fn message(text: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.csv");
        std::fs::write(&path, text).unwrap();
        read_csv(&path, None).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.csv");
        let puzzles = generate_many(Shape::ALL[1], 14..=24, 7, 3, &|_| true).unwrap();
        write_csv(&path, "test", &puzzles).unwrap();
        assert_eq!(read_csv(&path, None).unwrap(), PuzzleSet { shape: Shape::ALL[1], puzzles: puzzles.clone() });
        assert_eq!(read_csv(&path, Some(2)).unwrap().puzzles, puzzles[..2]);
    }

    #[test]
    fn errors_name_file_line_and_reason() {
        assert!(message(b"a,b\n1,2\n").contains("`question`"));
        assert!(message(b"question,answer\n").contains("no puzzle"));
        let wrong = message(b"question,answer\n1234341221434321,1234341221434321\n1234,1234\n");
        assert!(wrong.contains("p.csv") && wrong.contains("line 3"), "{wrong}");
        let wrong = message(b"question,answer\n.234341221434321,2234341221434321\n");
        assert!(wrong.contains("line 2") && wrong.contains("breaks the rules"), "{wrong}");
        assert!(message(b"question,answer,rating\n1234341221434321,1234341221434321,x\n").contains("`x`"));
        assert!(message(b"question,answer\n1234341221434321\n").contains("`answer` is missing"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]
        #[test]
        fn mutated_files_never_panic(at in 0usize..90, with: Vec<u8>, cut in 0usize..40) {
            let mut bytes = b"source,question,answer,rating\na,.234341221434321,1234341221434321,4\n".to_vec();
            let at = at.min(bytes.len());
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, with);
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("p.csv");
            std::fs::write(&path, bytes).unwrap();
            if let Err(error) = read_csv(&path, None) {
                prop_assert!(error.to_string().contains("p.csv"));
            }
        }
    }
}
