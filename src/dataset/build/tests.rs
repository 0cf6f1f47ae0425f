use std::collections::HashSet;
use std::path::PathBuf;

use super::super::split::key;
use super::super::{
    Answered, Content, Known, Rows, SplitOptions, identifiers, info, info_of, split_file, write_csv, write_maze_csv,
};
use super::*;
use crate::board::arc::{Pair, families};
use crate::board::maze::{MazeKind, generate_many as mazes};
use crate::board::sudoku::{Shape, generate_many as sudokus};
use crate::dataset::open::arc_tasks;
use crate::task::arc::{self, Variant};

const OPTIONS: BuildOptions =
    BuildOptions { subset: None, augment: 0, seed: 1, test: TestFrom::Own, wrong: Wrong::Refuse, canvas: 30 };

/// A folder with 20 Sudokus, 12 mazes and 6 tasks.
struct Data {
    folder: tempfile::TempDir,
}

impl Data {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        write_csv(&path("s.csv"), "t", &sudokus(Shape::ALL[1], 12..=18, 20, 1, &|_| true).unwrap()).unwrap();
        write_maze_csv(&path("m.csv"), "t", &mazes(9, MazeKind::Rooms, 3..=60, 12, 1, &|_| true).unwrap()).unwrap();
        for (half, some) in [("training", 0..4), ("evaluation", 4..6)] {
            std::fs::create_dir_all(path("a").join(half)).unwrap();
            for family in &families::FAMILIES[some] {
                let task = families::task(family, 8, 3, 2, 5).unwrap();
                std::fs::write(path("a").join(half).join(format!("{}.json", family.name)), task.to_json()).unwrap();
            }
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn source(&self, name: &str) -> DataSource {
        DataSource::File { path: self.path(name), wrong: Wrong::Refuse }
    }

    fn build(&self, name: &str, out: &str, options: &BuildOptions) -> Result<Built, DataError> {
        build(&self.source(name), &self.path(out), options, &|_| true)
    }

    fn rows(&self, out: &str, part: &str) -> Rows {
        Rows::open(&self.path(out), part).unwrap()
    }

    /// All bytes of a folder.
    fn bytes(&self, out: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        for part in ["train", "test"] {
            for entry in std::fs::read_dir(self.path(out).join(part)).into_iter().flatten() {
                let path = entry.unwrap().path();
                found.push((PathBuf::from(path.file_name().unwrap()), std::fs::read(path).unwrap()));
            }
        }
        found.sort();
        found
    }
}

#[test]
fn sudokus_with_variants_and_a_part_held_out() {
    let data = Data::new();
    let options = BuildOptions { subset: Some(5), augment: 3, test: TestFrom::HeldOut(HeldOut::Share(0.2)), ..OPTIONS };
    let built = data.build("s.csv", "out", &options).unwrap();
    assert_eq!((built.task, built.boards.as_str(), built.puzzle_ids, built.shared), ("sudoku", "6x6 Sudoku", 1, 0));
    assert_eq!(built.train, builder::Counts { examples: 20, puzzles: 20, groups: 5 });
    assert_eq!(built.test, Some(builder::Counts { examples: 4, puzzles: 4, groups: 4 }));
    assert!(built.notes[0].contains("6x6 Sudoku: 20 rows, 20 kept"), "{:?}", built.notes);
    let boards = Boards::Sudoku(Shape::ALL[1]);
    let (train, test) = (data.rows("out", "train"), data.rows("out", "test"));
    let mut keys = HashSet::new();
    for group in train.group_ranges() {
        let examples: Vec<_> = group.map(|row| train.example(row).unwrap()).collect();
        let key = key(boards, &examples[0].inputs);
        assert!(keys.insert(key));
        for example in &examples {
            assert!(Answered::read(boards, example).is_ok());
            assert_eq!(super::super::split::key(boards, &example.inputs), key);
        }
        assert!(examples.iter().all(|one| examples.iter().filter(|other| *other == one).count() == 1));
    }
    test.each(0..9, |_, example| {
        assert!(Answered::read(boards, &example).is_ok() && !keys.contains(&key(boards, &example.inputs)));
        Ok(())
    })
    .unwrap();
    let found = info(&data.path("out"), &|_| true).unwrap();
    assert_eq!((found.kind, found.task, found.shared), ("builder", "sudoku", Some(0)));
    assert!(
        matches!(&found.parts[0].content, Content::Examples { summary, .. } if summary.wrong == 0 && summary.kept == 20)
    );
    assert!(serde_json::to_value(&found).unwrap()["parts"][1]["examples"] == 4);

    data.build("s.csv", "same", &options).unwrap();
    assert_eq!(data.bytes("same"), data.bytes("out"));
    data.build("s.csv", "other", &BuildOptions { seed: 2, ..options }).unwrap();
    assert_ne!(data.bytes("other"), data.bytes("out"));
}

#[test]
fn mazes_in_some_or_all_views() {
    let data = Data::new();
    let boards = Boards::Maze { side: 9 };
    for (augment, views) in [(0, 1), (3, 4), (7, 8), (1000, 8)] {
        let name = format!("out{augment}");
        let built = data.build("m.csv", &name, &BuildOptions { augment, ..OPTIONS }).unwrap();
        assert_eq!(built.train, builder::Counts { examples: 12 * views, puzzles: 12 * views, groups: 12 });
        assert_eq!(built.test, None);
        let rows = data.rows(&name, "train");
        rows.each(0..rows.len(), |_, example| {
            assert!(Answered::read(boards, &example).is_ok());
            Ok(())
        })
        .unwrap();
    }
    // The same maze measured on: said, not hidden.
    let test = TestFrom::Source(data.source("m.csv"));
    assert_eq!(data.build("m.csv", "both", &BuildOptions { test, ..OPTIONS }).unwrap().shared, 12);
    assert_eq!(info(&data.path("both"), &|_| true).unwrap().shared, Some(12));
}

#[test]
fn tasks_in_variants_with_names() {
    let data = Data::new();
    let options = BuildOptions { augment: 4, ..OPTIONS };
    let built = data.build("a", "out", &options).unwrap();
    // Four tasks with all five pairs, two with the three that show the rule.
    assert_eq!(built.train, builder::Counts { examples: 5 * (4 * 5 + 2 * 3), puzzles: 30, groups: 6 });
    assert_eq!(built.test, Some(builder::Counts { examples: 5 * 2 * 2, puzzles: 10, groups: 2 }));
    let names = identifiers(&data.path("out")).unwrap().unwrap();
    assert_eq!((names.len(), built.puzzle_ids), (31, 31));
    let tasks = arc_tasks(&data.path("a")).unwrap();
    let find = |name: &str| tasks.iter().find(|task| task.name == name).unwrap();
    for part in ["train", "test"] {
        let rows = data.rows("out", part);
        let mut corners = vec![0; names.len()];
        rows.each(0..rows.len(), |_, example| {
            let id = example.puzzle_id as usize;
            let (name, variant) = Variant::parse_name(&names[id]);
            let Known { task, learned, .. } = find(name);
            let pairs = match (part, learned) {
                ("train", true) => [task.train.clone(), task.test.clone()].concat(),
                ("train", false) => task.train.clone(),
                _ => task.test.clone(),
            };
            // Whatever the offset, it is one of the task's pairs in that variant.
            let fits = |pair: &Pair| {
                let pair = variant.apply_pair(pair);
                let (rows, cols) = arc::offsets(&pair, 30).unwrap();
                let mut places = rows.flat_map(|row| cols.clone().map(move |col| (row, col)));
                places.any(|offset| arc::encode(&pair, 30, offset, id as i32).unwrap() == example)
            };
            assert!(pairs.iter().any(fits));
            corners[id] += usize::from(arc::colour(example.inputs[0]).is_some());
            assert!(part == "train" || arc::colour(example.inputs[0]).is_some());
            Ok(())
        })
        .unwrap();
        assert!(part == "test" || corners[1..].iter().all(|&corners| corners >= 1));
    }
    data.build("a", "same", &options).unwrap();
    assert_eq!(data.bytes("same"), data.bytes("out"));

    let test = TestFrom::HeldOut(HeldOut::Count(2));
    let built = data.build("a", "held", &BuildOptions { test, subset: Some(3), ..OPTIONS }).unwrap();
    assert_eq!((built.train.groups, built.test.unwrap().groups), (5, 2));
    let test = TestFrom::Source(data.source("a/evaluation"));
    let built = data.build("a/training", "asked", &BuildOptions { test, ..OPTIONS }).unwrap();
    assert_eq!((built.train.examples, built.test.unwrap().examples), (4 * 5 + 2 * 3, 2 * 2));
    let test = TestFrom::Source(data.source("a/evaluation"));
    let twice = data.build("a", "twice", &BuildOptions { test, ..OPTIONS }).unwrap_err().to_string();
    assert!(twice.contains("learned from and measured on"), "{twice}");
    let both: DataSource = format!("arc:{},augment=3,seed=1", data.path("a").display()).parse().unwrap();
    let said = build(&both, &data.path("small"), &OPTIONS, &|_| true).unwrap_err().to_string();
    assert!(said.contains("--augment"), "{said}");
    let small = data.build("a", "small", &BuildOptions { canvas: 2, ..OPTIONS }).unwrap_err().to_string();
    assert!(small.contains("the canvas has 2"), "{small}");
    assert!(!data.path("small").exists());
    let found = info(&data.path("a"), &|_| true).unwrap();
    assert_eq!((found.shared, found.parts.len()), (Some(0), 2));
    assert!(found.to_string().starts_with("training: 4 ARC tasks, 12 training and 8 test pairs, 0 of them without"));
}

#[test]
fn what_cannot_be_built_leaves_nothing() {
    let data = Data::new();
    let before = std::fs::read_dir(data.folder.path()).unwrap().count();
    let message = |name: &str, options: &BuildOptions| data.build(name, "out", options).unwrap_err().to_string();
    let right = std::fs::read_to_string(data.path("s.csv")).unwrap();
    let line = right.lines().nth(3).unwrap();
    let answer = line.split(',').nth(2).unwrap();
    let other = answer.replacen(&answer[..1], &answer[1..2], 1);
    std::fs::write(data.path("s.csv"), right.replace(answer, &other)).unwrap();
    let wrong = message("s.csv", &OPTIONS);
    assert!(wrong.contains("line 4") && wrong.contains("1 of 20 rows") && wrong.contains("--skip-wrong"), "{wrong}");
    let built = data.build("s.csv", "skipped", &BuildOptions { wrong: Wrong::Skip, ..OPTIONS }).unwrap();
    assert_eq!((built.wrong, built.train.groups), (1, 19));
    assert!(message("skipped", &OPTIONS).contains("already"));
    assert!(data.build("m.csv", "skipped", &OPTIONS).unwrap_err().to_string().contains("stands there already"));
    let test = TestFrom::Source(data.source("m.csv"));
    let mixed = message("s.csv", &BuildOptions { test, wrong: Wrong::Skip, ..OPTIONS });
    assert!(mixed.contains("6x6 Sudoku") && mixed.contains("9x9 maze"), "{mixed}");
    for all in [HeldOut::Count(0), HeldOut::Count(99), HeldOut::Share(0.01)] {
        assert!(
            message("m.csv", &BuildOptions { test: TestFrom::HeldOut(all), ..OPTIONS }).contains("would be held out")
        );
    }
    assert!(message("missing.csv", &OPTIONS).contains("missing.csv"));
    let stopped = build(&data.source("m.csv"), &data.path("out"), &OPTIONS, &|done| done < 3).unwrap_err();
    assert!(matches!(stopped, DataError::Stopped));
    let generated: DataSource = "generated:4x4,givens=6..8,count=9,seed=1".parse().unwrap();
    assert_eq!(build(&generated, &data.path("made"), &OPTIONS, &|_| true).unwrap().train.groups, 9);
    assert_eq!(std::fs::read_dir(data.folder.path()).unwrap().count(), before + 2);
}

#[test]
fn parts_are_called_what_they_are() {
    let data = Data::new();
    let names = |name: &str| -> Vec<String> {
        info(&data.path(name), &|_| true).unwrap().parts.into_iter().map(|part| part.name).collect()
    };
    assert_eq!(names("s.csv"), ["s"]);
    assert_eq!(names("a"), ["training", "evaluation"]);
    // A half alone is not the other one.
    assert_eq!(names("a/training"), ["training"]);
    data.build("m.csv", "out", &OPTIONS).unwrap();
    assert_eq!(names("out"), ["train"]);
    std::fs::remove_file(data.path("out/train/dataset.json")).unwrap();
    let error = info(&data.path("out"), &|_| true).unwrap_err().to_string();
    assert!(error.contains("out/train") && error.contains("no dataset.json"), "{error}");
}

#[test]
fn small_tasks_lie_on_a_small_canvas() {
    let data = Data::new();
    let load = |canvas: usize| {
        let source: DataSource = format!("arc:{},canvas={canvas}", data.path("a").display()).parse().unwrap();
        source.load(None, &|_| true)
    };
    let set = load(10).unwrap();
    assert_eq!((set.boards(), set.example(0).unwrap().inputs.len()), (Boards::Arc { side: 10 }, 100));
    assert!(set.notes().is_empty());
    assert!(load(2).unwrap_err().to_string().contains("the canvas has 2"));
}

#[test]
fn tasks_larger_than_the_canvas_are_left_out_of_both_parts() {
    let folder = tempfile::tempdir().unwrap();
    let (small, large) = ("[[1,2],[3,4]]", "[[1,2,3],[4,5,6],[7,8,9]]");
    let task = |train: &str, test: &str| {
        let pair = |grid: &str| format!(r#"{{"input":{grid},"output":{grid}}}"#);
        format!(r#"{{"train":[{}],"test":[{}]}}"#, pair(train), pair(test))
    };
    for (name, text) in [("a", task(small, large)), ("b", task(small, small)), ("c", task(large, small))] {
        std::fs::write(folder.path().join(format!("{name}.json")), text).unwrap();
    }
    let source =
        |canvas: usize| -> DataSource { format!("arc:{},canvas={canvas}", folder.path().display()).parse().unwrap() };
    for set in [source(2).load(None, &|_| true).unwrap(), source(2).to_measure(9).unwrap()] {
        assert_eq!((set.len(), set.identifiers()), (1, &["<blank>".to_owned(), "b".to_owned()][..]));
        assert!(set.notes()[0].starts_with("2 of 3 tasks have a grid that is larger"), "{:?}", set.notes());
    }
    assert_eq!(source(3).to_measure(9).unwrap().len(), 3);
    let note = "2 of 3 tasks have a grid that is larger than the canvas of 2x2 cells, and were left out".to_owned();
    let told = info_of(&source(2), &|_| true).unwrap();
    assert!(told.notes == [note.clone()] && told.to_string().contains(": 1 ARC tasks, "), "{told}");
    let plain = DataSource::File { path: folder.path().to_owned(), wrong: Wrong::Refuse };
    let out = tempfile::tempdir().unwrap();
    let options = BuildOptions { canvas: 2, ..OPTIONS };
    let built = build(&plain, &out.path().join("set"), &options, &|_| true).unwrap();
    assert_eq!((built.puzzle_ids, built.train.groups, built.test.unwrap().groups), (2, 1, 1));
    assert_eq!(built.notes, ["1 tasks, 1 of them with test pairs to measure on".to_owned(), note]);
    let none = source(1).to_measure(9).unwrap_err().to_string();
    assert!(none.contains("the task a") && none.contains("the canvas has 1"), "{none}");
}

#[test]
fn answers_of_tasks_that_are_learned_from_too_are_said() {
    let data = Data::new();
    assert_eq!(data.build("a", "apart", &BuildOptions { augment: 2, ..OPTIONS }).unwrap().shared, 0);
    assert_eq!(info(&data.path("apart"), &|_| true).unwrap().shared, Some(0));
    // A task of the half to measure on is learned from altogether, under another name.
    let name = families::FAMILIES[4].name;
    std::fs::copy(data.path(&format!("a/evaluation/{name}.json")), data.path("a/training/copy.json")).unwrap();
    assert_eq!(data.build("a", "leak", &BuildOptions { augment: 2, ..OPTIONS }).unwrap().shared, 2);
    let told = info(&data.path("leak"), &|_| true).unwrap();
    assert!(told.shared >= Some(2), "wherever they lie on the canvas: {told}");
    assert!(told.to_string().contains("pairs to measure on that stand, with their answers"), "{told}");
}

#[test]
fn tasks_without_answers_are_not_said_to_be_measured_on() {
    let folder = tempfile::tempdir().unwrap();
    let task = r#"{"t":{"train":[{"input":[[1]],"output":[[2]]}],"test":[{"input":[[3]]}]}}"#;
    let path = folder.path().join("x_challenges.json");
    std::fs::write(&path, task).unwrap();
    let source = DataSource::File { path, wrong: Wrong::Refuse };
    let built = build(&source, &folder.path().join("out"), &OPTIONS, &|_| true).unwrap();
    assert_eq!((built.test, built.notes[0].as_str()), (None, "1 tasks, 0 of them with test pairs to measure on"));
}

#[test]
fn fewer_than_were_asked_for_are_said() {
    let data = Data::new();
    let said = |name: &str, subset: usize| {
        let options = BuildOptions { subset: Some(subset), ..OPTIONS };
        let built = data.build(name, &format!("{name}-{subset}"), &options).unwrap();
        built.notes.into_iter().find(|note| note.contains("asked for"))
    };
    assert_eq!((said("s.csv", 20), said("a", 6)), (None, None));
    let (puzzles, tasks) = (said("s.csv", 5000).unwrap(), said("a", 7).unwrap());
    assert!(puzzles.contains("5000 puzzles") && puzzles.contains("20 to learn from"), "{puzzles}");
    assert!(tasks.contains("7 tasks") && tasks.contains("6 to learn from"), "{tasks}");
}

#[test]
fn files_are_parted() {
    let data = Data::new();
    let part = |name: &str, held_out: HeldOut, ending: &str| {
        let [out_train, out_test] = ["train", "test"].map(|side| data.path(&format!("{side}.{ending}")));
        let options = SplitOptions { held_out, seed: 3, wrong: Wrong::Refuse, out_train, out_test };
        split_file(&data.path(name), &options, &|_| true)
    };
    let parted = part("s.csv", HeldOut::Count(5), "csv").unwrap();
    assert_eq!((parted.task, parted.train, parted.test, parted.wrong), ("sudoku", 15, 5, 0));
    let lines = |name: &str| -> Vec<String> {
        std::fs::read_to_string(data.path(name)).unwrap().lines().skip(1).map(str::to_owned).collect()
    };
    let mut both: Vec<String> = lines("train.csv").into_iter().chain(lines("test.csv")).collect();
    both.sort();
    let mut all = lines("s.csv");
    all.sort();
    assert_eq!(both, all);
    // Train and test beside each other are data of their own.
    assert_eq!(info(data.folder.path(), &|_| true).unwrap().shared, Some(0));
    assert!(part("s.csv", HeldOut::Count(20), "other.csv").unwrap_err().to_string().contains("20 of 20"));
    // Nor does one part take the place of what is parted, under whatever name.
    let before = std::fs::read(data.path("train.csv")).unwrap();
    let again = part("./train.csv", HeldOut::Count(2), "csv").unwrap_err().to_string();
    assert!(again.contains("take the place"), "{again}");
    assert_eq!(std::fs::read(data.path("train.csv")).unwrap(), before);
    let parted = part("a/training", HeldOut::Share(0.25), "json").unwrap();
    assert_eq!((parted.task, parted.train, parted.test), ("arc", 3, 1));
    assert!(part("a", HeldOut::Count(1), "other.json").unwrap_err().to_string().contains("parted already"));
    // Nothing takes the place of what was written before.
    for (name, ending) in [("s.csv", "csv"), ("a/training", "json")] {
        let taken = part(name, HeldOut::Count(1), ending).unwrap_err().to_string();
        assert!(taken.contains("stands there already: say the name of a new file"), "{taken}");
    }
    assert_eq!(std::fs::read(data.path("train.csv")).unwrap(), before);
    assert_eq!(info(&data.path("train.json"), &|_| true).unwrap().parts.len(), 1);
    data.build("m.csv", "out", &OPTIONS).unwrap();
    assert!(part("out", HeldOut::Count(1), "other.csv").unwrap_err().to_string().contains("--held-out"));
}
