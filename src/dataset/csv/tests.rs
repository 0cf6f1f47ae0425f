use std::path::PathBuf;

use super::super::Answered;
use super::*;
use crate::board::maze::Maze;
use crate::board::maze::MazePuzzle;
use crate::board::sudoku::{Shape, generate_many};

fn file(text: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.csv");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn message(text: &[u8]) -> String {
    let (_folder, path) = file(text);
    let message = CsvPuzzles::open(&path, Wrong::Refuse).and_then(CsvPuzzles::into_summary).unwrap_err().to_string();
    assert!(message.contains("p.csv"), "{message}");
    message
}

#[test]
fn what_is_written_is_read_back() {
    let (_folder, path) = file(b"before");
    let puzzles = generate_many(Shape::ALL[1], 14..=24, 7, 3, &|_| true).unwrap();
    write_csv(&path, "te,\"st", &puzzles).unwrap();
    let rows: Vec<CsvPuzzle> = CsvPuzzles::open(&path, Wrong::Refuse).unwrap().collect::<Result<_, _>>().unwrap();
    let read: Vec<Answered> = rows.iter().map(|row| row.puzzle.clone()).collect();
    assert_eq!(read, puzzles.iter().cloned().map(Answered::Sudoku).collect::<Vec<_>>());
    assert_eq!((rows[6].line, rows[6].source.as_str(), rows[6].rating), (8, "te,\"st", Some(puzzles[6].rating)));
}

#[test]
fn the_spaces_of_mazes_matter() {
    let (_folder, path) = file(b"");
    let mazes = ["   S #  G", "S   # G   #     "].map(|text| MazePuzzle::solve(Maze::parse(text).unwrap()).unwrap());
    write_maze_csv(&path, "test", &mazes[..1]).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "source,question,answer,rating\ntest,   S #  G,   S #ooG,3\n");
    let rows: Vec<CsvPuzzle> = CsvPuzzles::open(&path, Wrong::Refuse).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows[0].puzzle, Answered::Maze(mazes[0].clone()));
    write_maze_csv(&path, "test", &mazes).unwrap();
    let message = CsvPuzzles::open(&path, Wrong::Skip).unwrap().into_summary().unwrap_err().to_string();
    assert!(message.contains("line 3") && message.contains("4x4") && message.contains("3x3"), "{message}");
}

#[test]
fn lines_are_counted_whatever_ends_them() {
    const GOOD: &str = "1.34341221434321,1234341221434321,\"two\nlines\"";
    for end in ["\n", "\r\n", "\r"] {
        for last in ["", end] {
            let text =
                ["question,answer,source", "", GOOD, "", "", GOOD, "1.3434122143432,1234341221434321,x"].join(end);
            let message = message(format!("{text}{last}").as_bytes());
            assert!(message.contains("line 9:") && message.contains("15 cells"), "{end:?} {last:?} {message}");
        }
    }
    // A pair of bytes that two reads part.
    let long = format!("question,answer,source\r\n1.34341221434321,1234341221434321,{}\r\nx,x\r\n", "a".repeat(65_503));
    assert!(message(long.as_bytes()).contains("line 3:"));
}

#[test]
fn errors_name_file_line_and_reason() {
    assert!(message(b"a,b\n1,2\n").contains("`question`"));
    assert!(message(b"").contains("`question`"));
    assert!(message(b"question,answer\n").contains("no puzzle"));
    for (row, says) in [
        ("1234,1234", "`question` cannot be read"),
        (".234341221434321,2234341221434321", "breaks the rules: the 2 in row 1, column 1"),
        ("1.34341221434321,123434122143432.", "row 4, column 4 is blank"),
        ("1.34341221434321,2134341221434321", "row 1, column 1 is 1, not 2"),
        ("1234341221434321,1234341221434321,x", "`x`"),
        ("1234341221434321", "`answer` is missing"),
        ("1234341221434321,\"1234", "row 1, column"),
    ] {
        let good = "1234341221434321,1234341221434321";
        let message = message(format!("question,answer,rating\n{good}\n{row}\n").as_bytes());
        assert!(message.contains("line 3") && (message.contains(says) || row.contains('"')), "{message}");
    }
    for (row, says) in [
        ("S#G   ###,S#G oo###", "no shortest path"),
        ("S#G   ###,S#Go###o#", "row 2, column 2"),
        ("S#G   ###,S#G", "`answer` cannot be read"),
        ("S#Go  ###,S#Gooo###", "`question` cannot be read"),
        ("S#G## ###,S#G## ###", "no way leads"),
    ] {
        let message = message(format!("question,answer\n{row}\n").as_bytes());
        assert!(message.contains("line 2") && message.contains(says), "{message}");
    }
    assert!(CsvPuzzles::open(&std::env::temp_dir(), Wrong::Refuse).is_err());
    let missing = CsvPuzzles::open(std::path::Path::new("no/such.csv"), Wrong::Refuse).unwrap_err().to_string();
    assert!(missing.contains("no/such.csv"));
}

#[test]
fn a_row_without_end_is_refused_with_little_memory() {
    let mut text = b"question,answer\n1234341221434321,\"1234341221434321\n".to_vec();
    text.resize(3 << 20, b'1');
    let message = message(&text);
    assert!(message.contains("line 2:") && message.contains("128 KiB") && message.contains("quote"), "{message}");
}

#[test]
fn wrong_answers_are_counted_when_asked() {
    let rows = "1.34341221434321,1234341221434321,7\n..34341221434321,2234341221434321,9\n\
                ..34341221434321,1234341221434321,3\n1034341221434321,1234341221434321,\n";
    let (_folder, path) = file(format!("question,answer,rating\n{rows}").as_bytes());
    let summary = CsvPuzzles::open(&path, Wrong::Skip).unwrap().into_summary().unwrap();
    let counts = (summary.rows, summary.kept, summary.wrong, summary.duplicates);
    assert_eq!(counts, (4, 3, 1, 1));
    assert_eq!((summary.rating, summary.givens, summary.length), (Some((3, 7)), Some((14, 15)), None));
    let text = summary.to_string();
    assert!(text.starts_with("4x4 Sudoku: 4 rows, 3 kept, 1 with a wrong answer, 1 duplicates; 14 to 15"), "{text}");
    assert!(
        text.ends_with("\n  line 3: the answer breaks the rules: the 2 in row 1, column 1 is there twice"),
        "{text}"
    );
}

#[test]
fn a_file_without_one_right_answer_is_told_by_its_numbers_alone() {
    let (_folder, path) = file(b"question,answer\n1.34341221434321,2134341221434321\n");
    let text = CsvPuzzles::open(&path, Wrong::Skip).unwrap().into_summary().unwrap().to_string();
    assert!(text.starts_with("1 rows, 0 kept, 1 with a wrong answer"), "{text}");
}
