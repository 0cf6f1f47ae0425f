use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::task::{Example, IGNORE};

/// A folder that NumPy wrote: set `all` of bytes, set `more` of 64-bit numbers; 3 groups, 4 puzzles, 5 examples of 4x4
/// Sudoku, the fourth label of the second one ignored.
const FIXTURE: [(&str, &[u8]); 12] = [
    ("identifiers.json", include_bytes!("fixture/identifiers.json")),
    ("train/dataset.json", include_bytes!("fixture/train/dataset.json")),
    ("train/all__inputs.npy", include_bytes!("fixture/train/all__inputs.npy")),
    ("train/all__labels.npy", include_bytes!("fixture/train/all__labels.npy")),
    ("train/all__puzzle_identifiers.npy", include_bytes!("fixture/train/all__puzzle_identifiers.npy")),
    ("train/all__puzzle_indices.npy", include_bytes!("fixture/train/all__puzzle_indices.npy")),
    ("train/all__group_indices.npy", include_bytes!("fixture/train/all__group_indices.npy")),
    ("train/more__inputs.npy", include_bytes!("fixture/train/more__inputs.npy")),
    ("train/more__labels.npy", include_bytes!("fixture/train/more__labels.npy")),
    ("train/more__puzzle_identifiers.npy", include_bytes!("fixture/train/more__puzzle_identifiers.npy")),
    ("train/more__puzzle_indices.npy", include_bytes!("fixture/train/more__puzzle_indices.npy")),
    ("train/more__group_indices.npy", include_bytes!("fixture/train/more__group_indices.npy")),
];

/// The fixture on disk, with one file changed.
pub(in crate::dataset) fn fixture(change: &str, edit: impl FnOnce(&mut Vec<u8>)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("train")).unwrap();
    let mut edit = Some(edit);
    for (name, bytes) in FIXTURE {
        let mut bytes = bytes.to_vec();
        if name == change {
            edit.take().unwrap()(&mut bytes);
        }
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// The names of the fixture's files.
pub(in crate::dataset) fn fixture_files() -> impl Iterator<Item = &'static str> {
    FIXTURE.into_iter().map(|(name, _)| name)
}

#[test]
fn a_folder_of_numpy_is_read() {
    let folder = fixture("", |_| {});
    assert_eq!(parts(folder.path()), ["train"]);
    let names = identifiers(folder.path()).unwrap().unwrap();
    assert_eq!(names, ["<blank>", "a", "a_t1_0123456789", "b"]);
    let rows = Rows::open(folder.path(), "train").unwrap();
    assert_eq!(rows.counts(), Counts { examples: 5, puzzles: 4, groups: 3 });
    assert_eq!(rows.group_ranges().collect::<Vec<_>>(), [0..3, 3..4, 4..5]);
    assert_eq!(rows.sets().collect::<Vec<_>>(), [("all", 3), ("more", 2)]);
    let mut seen = Vec::new();
    rows.each(0..9, |index, example| {
        assert_eq!(rows.example(index).unwrap(), example);
        seen.push(example);
        Ok(())
    })
    .unwrap();
    assert_eq!(seen.iter().map(|example| example.puzzle_id).collect::<Vec<_>>(), [1, 1, 2, 3, 1]);
    let solution = [2, 3, 4, 5, 4, 5, 2, 3, 3, 2, 5, 4, 5, 4, 3, 2];
    for (index, example) in seen.iter().enumerate() {
        let hidden = example.inputs.iter().zip(solution).filter(|&(&token, right)| token != right);
        assert_eq!(hidden.map(|(&token, _)| token).collect::<Vec<_>>(), [1; 6]);
        let ignored = (0..16).filter(|&at| example.labels[at] == IGNORE).collect::<Vec<_>>();
        assert_eq!(ignored, if index == 1 { vec![3] } else { vec![] });
        assert!((0..16).all(|at| ignored.contains(&at) || example.labels[at] == solution[at]));
    }
    assert_eq!(rows.whereabouts(4).1, 1);
    let message = rows.example(5).unwrap_err().to_string();
    assert!(message.contains("more__inputs.npy") && message.contains("row 2"), "{message}");
}

#[test]
fn errors_name_the_file_the_row_and_the_reason() {
    type Edit = fn(&mut Vec<u8>);
    let message = |name: &str, edit: Edit| {
        let folder = fixture(name, edit);
        let rows = Rows::open(folder.path(), "train").and_then(|rows| rows.each(0..usize::MAX, |_, _| Ok(())));
        let message = rows.unwrap_err().to_string();
        assert!(message.contains(Path::new(name).file_name().unwrap().to_str().unwrap()), "{message}");
        message
    };
    let cases: [(&str, Edit, &str); 16] = [
        ("train/all__inputs.npy", |b| b[128 + 19] = 6, "row 1, token 3: 6 is not below 6"),
        ("train/more__labels.npy", |b| b[128 + 7] = 128, "row 0, token 0: -9223372036854775"),
        ("train/all__inputs.npy", |b| b.truncate(170), "cut off"),
        ("train/all__labels.npy", |b| b.truncate(9), "cut off"),
        ("train/all__labels.npy", |b| b.clear(), "no .npy"),
        ("train/all__puzzle_identifiers.npy", |b| b[128] = 4, "row 0: there is no puzzle id 4"),
        ("train/all__puzzle_identifiers.npy", |b| b[131] = 255, "row 0: there is no puzzle id -16777215"),
        ("train/all__puzzle_indices.npy", |b| b[128] = 1, "the first puzzle begins at 0"),
        ("train/all__puzzle_indices.npy", |b| b[132] = 0, "row 1: 0 does not rise: puzzle 0 has no examples"),
        ("train/all__puzzle_indices.npy", |b| b[136] = 4, "row 2: 4 is beyond the 3 examples"),
        ("train/all__puzzle_indices.npy", |b| (b[132], b[136]) = (1, 2), "not the number of examples, 3"),
        ("train/all__group_indices.npy", |b| b[132] = 1, "not the number of puzzles, 2"),
        ("train/more__group_indices.npy", |b| *b = FIXTURE[2].1.to_vec(), "two dimensions"),
        ("train/all__puzzle_indices.npy", |b| *b = FIXTURE[4].1.to_vec(), "3 are expected"),
        ("train/dataset.json", |b| *b = edited(b, "\"seq_len\": 16", "\"seq_len\": 0"), "`seq_len` cannot be 0"),
        ("train/dataset.json", |b| *b = edited(b, "\"total_groups\": 3", "\"total_groups\": 4"), "4 groups"),
    ];
    for (name, edit, says) in cases {
        let message = message(name, edit);
        assert!(message.contains(says), "{message} / {says}");
    }
    let json = |from: &str, to: &str| {
        let folder = fixture("train/dataset.json", |b| *b = edited(b, from, to));
        Rows::open(folder.path(), "train").unwrap_err().to_string()
    };
    assert!(json("\"all\"", "\"../all\"").contains("`../all` is no set's name"));
    assert!(json("\"all\"", "\"other\"").contains("other__inputs.npy"));
    assert!(json("[\"all\", \"more\"]", "[]").contains("not one example"));
    assert!(json("\"seq_len\": 16", "\"seq_len\": 15").contains("rows of 16"));
    assert!(json("\"vocab_size\"", "\"size\"").contains("vocab_size"));
    assert!(json("{", "").contains("dataset.json"));
    let folder = fixture("identifiers.json", |b| b[0] = b'{');
    assert!(identifiers(folder.path()).unwrap_err().to_string().contains("identifiers.json"));
    assert!(Rows::open(folder.path(), "test").unwrap_err().to_string().contains("dataset.json"));
}

fn edited(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replacen(from, to, 1).into_bytes()
}

fn example(tokens: &[i32], puzzle_id: i32) -> Example {
    Example { inputs: tokens.to_vec(), labels: tokens.iter().rev().copied().collect(), puzzle_id }
}

#[test]
fn a_folder_is_written_whole_or_not_at_all() {
    let beside = tempfile::tempdir().unwrap();
    let root = beside.path().join("set");
    let inside = || std::fs::read_dir(beside.path()).unwrap().count();
    let begin = || {
        let folder = FolderWriter::create(&root).unwrap();
        let part = folder.part("train", 2, 6).unwrap();
        (folder, part)
    };
    for (wrong, says) in [
        (example(&[1, 6], 0), "the token 6"),
        (example(&[1, -1], 0), "the token -1"),
        (example(&[IGNORE, 1], 0), "the token -100"),
        (example(&[1], 0), "1 tokens"),
        (example(&[1, 2], 1), "the puzzle id 1"),
    ] {
        let (_folder, mut part) = begin();
        part.push(Begins::Group, &example(&[1, 5], 0)).unwrap();
        let message = part.push(Begins::Nothing, &wrong).unwrap_err().to_string();
        assert!(message.contains(says) && message.contains("example 1"), "{message}");
    }
    assert_eq!(inside(), 0);
    {
        let (mut folder, part) = begin();
        assert!(folder.add(part).unwrap_err().to_string().contains("not one example"));
    }
    let (mut folder, mut part) = begin();
    part.push(Begins::Group, &example(&[1, 5], 3)).unwrap();
    folder.add(part).unwrap();
    assert!(folder.finish(&["<blank>".into()]).unwrap_err().to_string().contains("puzzle id 3"));
    assert_eq!(inside(), 0);
    std::fs::create_dir(&root).unwrap();
    std::fs::write(root.join("mine"), "").unwrap();
    assert!(FolderWriter::create(&root).unwrap_err().to_string().contains("stands there already"));
    assert!(FolderWriter::create(&root.join("mine")).is_err());
    std::fs::remove_file(root.join("mine")).unwrap();
    let (mut folder, mut part) = begin();
    part.push(Begins::Nothing, &example(&[1, 5], 0)).unwrap();
    folder.add(part).unwrap();
    // Somebody else was faster.
    std::fs::write(root.join("mine"), "").unwrap();
    assert!(folder.finish(&["<blank>".into()]).is_err());
    assert_eq!((inside(), std::fs::read_dir(&root).unwrap().count()), (1, 1));
}

#[cfg(unix)]
#[test]
fn a_written_folder_has_the_rights_of_any_new_folder() {
    use std::os::unix::fs::PermissionsExt;
    let beside = tempfile::tempdir().unwrap();
    let [ours, plain] = ["ours", "plain"].map(|name| beside.path().join(name));
    let mut folder = FolderWriter::create(&ours).unwrap();
    let mut part = folder.part("test", 1, 6).unwrap();
    part.push(Begins::Group, &example(&[1], 0)).unwrap();
    folder.add(part).unwrap();
    folder.finish(&["<blank>".into()]).unwrap();
    std::fs::create_dir(&plain).unwrap();
    let mode = |path: &PathBuf| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&ours), mode(&plain));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_is_written_is_read_back(
        begins in prop::collection::vec(prop::sample::select(vec![Begins::Group, Begins::Puzzle, Begins::Nothing]), 1..40),
        tokens in prop::collection::vec(0i32..12, 160),
        ignored in 0usize..4,
    ) {
        let beside = tempfile::tempdir().unwrap();
        let root = beside.path().join("a/b");
        let mut folder = FolderWriter::create(&root).unwrap();
        let mut part = folder.part("train", 4, 12).unwrap();
        let mut id = 0;
        let mut examples = Vec::new();
        for (&begins, tokens) in begins.iter().zip(tokens.chunks(4)) {
            id += i32::from(begins != Begins::Nothing);
            let mut example = example(tokens, id.max(1));
            // What is written as 0 does not count when it is read.
            example.labels[ignored] = IGNORE;
            example.labels.iter_mut().filter(|label| **label == 0).for_each(|label| *label = IGNORE);
            examples.push((begins, example));
        }
        part.extend(examples.iter().cloned().map(Ok)).unwrap();
        let counts = folder.add(part).unwrap();
        let names: Vec<String> = (0..=id.max(1)).map(|id| format!("name {id}")).collect();
        folder.finish(&names).unwrap();
        prop_assert_eq!(identifiers(&root).unwrap().unwrap(), names.clone());
        let rows = Rows::open(&root, "train").unwrap();
        let count = |what: &[Begins]| begins[1..].iter().filter(|begins| what.contains(begins)).count() + 1;
        prop_assert_eq!(rows.counts(), counts);
        let puzzles = count(&[Begins::Group, Begins::Puzzle]);
        prop_assert_eq!(counts, Counts { examples: examples.len(), puzzles, groups: count(&[Begins::Group]) });
        prop_assert_eq!(rows.metadata().num_puzzle_identifiers, names.len());
        for (index, (_, example)) in examples.iter().enumerate() {
            prop_assert_eq!(&rows.example(index).unwrap(), example);
        }
    }
}
