//! Damaged files of every kind: whatever stands in them, readers answer with data or with an error that names the file.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::builder::tests::{fixture, fixture_files};
use super::open::{open, test_part};
use super::{DataError, Rows, Wrong, identifiers, info};

const CASES: usize = 2000;
const SUDOKU: &[u8] = b"source,question,answer,rating\na,.234341221434321,1234341221434321,4\n\"b \"\"c\",1..4341221434321,1234341221434321,\n";
const MAZE: &[u8] =
    b"source,question,answer,rating\nm,   S #  G,   S #ooG,3\nm,SG  # # #,SG  # # #,1\nm,S  # # G ,So #o# G ,3\n";
const TASK: &[u8] =
    br#"{"train":[{"input":[[1,2],[3,4]],"output":[[2]]}],"test":[{"input":[[3]],"output":[[4]]},{"input":[[0]]}]}"#;
const CHALLENGES: &[u8] =
    br#"{"a":{"train":[{"input":[[1]],"output":[[2]]}],"test":[{"input":[[3]]}]},"b":{"train":[],"test":[]}}"#;
const SOLUTIONS: &[u8] = br#"{"a":[[[5,5],[5,5]]]}"#;

/// Bytes that mean something to one of the readers.
const MEANINGFUL: [&[u8]; 16] = [
    b"\"",
    b",",
    b"\n",
    b"[",
    b"{",
    b"}",
    b":",
    b"-1",
    b"99999999999999999999",
    b"\xff\xff\xff\xff",
    b"(",
    b"'",
    b"S",
    b"o",
    b" ",
    b"\0",
];

fn damage(bytes: &mut Vec<u8>, rng: &mut impl Rng) {
    for _ in 0..rng.random_range(1..=4) {
        let at = rng.random_range(0..=bytes.len());
        let end = (at + rng.random_range(0..12)).min(bytes.len());
        match rng.random_range(0..7) {
            0 if at < bytes.len() => bytes[at] = rng.random(),
            1 if at < bytes.len() => bytes[at] ^= 1 << rng.random_range(0..8),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(at),
            4 => {
                let again = bytes[at..end].repeat(rng.random_range(1..400));
                bytes.splice(at..at, again);
            }
            _ => drop(bytes.splice(at..end, MEANINGFUL[rng.random_range(0..MEANINGFUL.len())].iter().copied())),
        }
    }
}

/// Reads all there is by every way in.
fn read(path: &Path) -> Vec<DataError> {
    let mut errors: Vec<DataError> = [
        open(path, Wrong::Refuse, None)
            .and_then(|set| (0..set.len()).try_for_each(|index| set.example(index).map(drop))),
        open(path, Wrong::Skip, Some(1)).map(drop),
        test_part(path, Wrong::Skip).map(drop),
        info(path, &|_| true).map(drop),
    ]
    .into_iter()
    .filter_map(Result::err)
    .collect();
    if path.is_dir() {
        errors.extend(identifiers(path).err());
        errors.extend(Rows::open(path, "train").and_then(|rows| rows.each(0..rows.len(), |_, _| Ok(()))).err());
    }
    errors
}

#[test]
fn damaged_files_are_data_or_an_error_with_their_name() {
    let builder = fixture("", |_| {});
    let files = tempfile::tempdir().unwrap();
    // What is damaged, and what is read.
    let mut cases: Vec<(PathBuf, PathBuf)> = Vec::new();
    for (name, bytes) in [
        ("sudoku.csv", SUDOKU),
        ("maze.csv", MAZE),
        ("task.json", TASK),
        ("tasks.json", CHALLENGES),
        ("x_challenges.json", CHALLENGES),
        ("x_solutions.json", SOLUTIONS),
    ] {
        let path = files.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        cases.push((path.clone(), path));
    }
    cases.extend(fixture_files().map(|name| (builder.path().join(name), builder.path().to_owned())));
    let whole: Vec<Vec<u8>> = cases.iter().map(|(path, _)| std::fs::read(path).unwrap()).collect();
    for (_, path) in &cases {
        let errors = read(path);
        assert!(errors.is_empty(), "{errors:?}");
    }

    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut refused = 0;
    for case in 0..CASES {
        let which = case % cases.len();
        let (path, read_at) = &cases[which];
        let mut bytes = whole[which].clone();
        damage(&mut bytes, &mut rng);
        std::fs::write(path, &bytes).unwrap();
        let begin = Instant::now();
        let errors = read(read_at);
        assert!(begin.elapsed() < Duration::from_secs(2), "case {case}");
        refused += usize::from(!errors.is_empty());
        let folder = read_at.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let folder = if read_at.is_dir() { read_at.file_name().unwrap().to_str().unwrap() } else { folder };
        for error in errors {
            let message = error.to_string();
            let named = message.contains(folder) || matches!(error, DataError::Empty | DataError::Task { .. });
            assert!(named && message.len() < 1000, "case {case}: {message}");
        }
        std::fs::write(path, &whole[which]).unwrap();
    }
    assert!((CASES / 2..CASES).contains(&refused), "{refused}");
}
