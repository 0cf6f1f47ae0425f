//! New runs as they are filled in and copied.

use std::sync::Arc;

use super::super::preset::all;
use super::*;
use crate::train::watch::Reader;

fn check(draft: &Draft) -> Checked {
    draft.check(&all(), &[], Some(Path::new("/runs")))
}

#[test]
fn a_new_draft_is_ready_to_start() {
    let draft = Draft::new(&all()[0], &[], Some(Path::new("/runs")));
    let checked = check(&draft);
    assert_eq!(checked.problems, []);
    assert_eq!(checked.line(), "hrmscope train --preset sudoku-4x4 --out /runs/sudoku-4x4 --seed 1");
}

#[test]
fn everything_that_is_filled_in_is_said() {
    let draft = Draft {
        data: " my puzzles.csv ".into(),
        device: "gpu:1".into(),
        length: Length::Minutes,
        amount: "2.5".into(),
        overrides: "batch=8\n\n train.ema=0.9 ".into(),
        name: "it's a/b ".into(),
        ..Draft::new(&all()[0], &[], None)
    };
    let checked = check(&draft);
    assert_eq!(checked.problems, []);
    assert_eq!(
        checked.line(),
        "hrmscope train --preset sudoku-4x4 --out /runs/it-s-a-b --seed 1 --data 'my puzzles.csv' --device gpu:1 \
         --minutes 2.5 --set batch=8 --set train.ema=0.9"
    );
}

#[test]
fn every_mistake_is_said_at_its_field() {
    let draft = Draft {
        preset: "nothing".into(),
        data: "generated:5".into(),
        seed: "-1".into(),
        length: Length::Steps,
        amount: "0".into(),
        overrides: "batch".into(),
        name: " ../ ".into(),
        ..Draft::default()
    };
    let fields: Vec<Field> = check(&draft).problems.iter().map(|(field, _)| *field).collect();
    for field in [Field::Preset, Field::Name, Field::Data, Field::Seed, Field::Amount] {
        assert!(fields.contains(&field), "{field:?}");
    }
    for (line, says) in [("batch", "key=value"), ("train.bach=3", "train.batch"), ("batch=many", "many")] {
        let draft = Draft { overrides: line.into(), ..Draft::new(&all()[0], &[], None) };
        let checked = check(&draft);
        assert!(checked.problem(Field::Overrides).is_some_and(|why| why.contains(says)), "{line}: {checked:?}");
    }
    let hopeless = Draft { length: Length::Minutes, amount: "inf".into(), ..draft };
    assert!(check(&hopeless).problem(Field::Amount).is_some());
}

#[test]
fn a_copy_says_what_differs_under_a_free_name() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("nine-2");
    std::fs::create_dir(&folder).unwrap();
    let mut raw = all()[1].raw.clone();
    raw["train"]["batch"] = 16.into();
    raw["train"]["seed"] = 5.into();
    raw["data"] = "mine.csv".into();
    std::fs::write(folder.join("run.json"), raw.to_string()).unwrap();
    let mut reader = Reader::new(folder);
    reader.look(false);
    let run = Arc::new(reader.view().clone());
    let draft = Draft::like(&run, &all(), std::slice::from_ref(&run), Some(place.path()));
    assert_eq!((draft.preset.as_str(), draft.name.as_str()), ("sudoku-6x6", "nine"));
    assert_eq!(draft.held_out, raw["held_out"].as_str().unwrap(), "with other data it would be another");
    assert_eq!(
        (draft.seed.as_str(), draft.data.as_str(), draft.overrides.as_str()),
        ("5", "mine.csv", "train.batch=16")
    );
    let again = Draft { name: "nine-2".into(), ..draft };
    let checked = again.check(&all(), std::slice::from_ref(&run), Some(place.path()));
    assert!(checked.problem(Field::Name).unwrap().contains("already"));
}

/// What `run.json` says, as a run.
fn run(folder: &Path, raw: &Value) -> Arc<RunView> {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("run.json"), raw.to_string()).unwrap();
    let mut reader = Reader::new(folder.to_owned());
    reader.look(false);
    Arc::new(reader.view().clone())
}

#[test]
fn a_copy_begins_with_the_same_weights() {
    let place = tempfile::tempdir().unwrap();
    let mut raw = all()[0].raw.clone();
    raw["from"] = "sudoku-4x4".into();
    let run = run(&place.path().join("a"), &raw);
    let draft = Draft::like(&run, &all(), std::slice::from_ref(&run), Some(place.path()));
    assert_eq!((draft.from.as_str(), draft.held_out.as_str(), draft.overrides.as_str()), ("sudoku-4x4", "", ""));
    let checked = check(&draft);
    assert_eq!(checked.problems, []);
    assert!(checked.line().contains("--seed 1 --from sudoku-4x4"), "{}", checked.line());
    let nowhere = Draft { from: "/no/such/model".into(), ..draft };
    assert!(check(&nowhere).problem(Field::From).is_some_and(|why| why.contains("/no/such/model")));
}

#[test]
fn what_is_measured_on_is_said_and_checked_like_the_data() {
    let fits = "generated:4x4,givens=6..9,count=9,seed=2";
    let draft = Draft { held_out: format!(" {fits} "), ..Draft::new(&all()[0], &[], None) };
    let checked = check(&draft);
    assert_eq!(checked.problems, []);
    assert!(checked.line().ends_with(&format!("--held-out {fits}")), "{}", checked.line());
    for (text, says) in [
        ("generated:5", "no data"),
        ("generated:6x6,givens=13..24,count=9", "6x6"),
        ("generated:maze-9x9,length=4..30,count=9", "These are maze boards, and the preset learns sudoku"),
    ] {
        let draft = Draft { data: text.into(), held_out: text.into(), ..draft.clone() };
        let checked = check(&draft);
        for field in [Field::Data, Field::HeldOut] {
            let why = checked.problem(field).unwrap();
            assert!(why.contains(says) && !why.contains('`'), "{why}");
        }
    }
}

#[test]
fn a_preset_without_data_asks_for_them() {
    let presets = all();
    let paper = presets.iter().find(|preset| preset.name == "sudoku-extreme-1k").unwrap();
    let draft = Draft::new(paper, &[], None);
    assert!(check(&draft).problem(Field::Data).is_some_and(|why| why.contains("say where yours is")));
    assert_eq!(check(&Draft { data: "mine.csv".into(), ..draft }).problems, []);
}

#[test]
fn a_batch_that_fits_takes_the_place_of_the_one_that_was_said() {
    let mut draft = Draft { overrides: "batch=768\nema=0.9".into(), ..Draft::new(&all()[0], &[], None) };
    draft.set_batch(83);
    assert_eq!(draft.overrides, "ema=0.9\ntrain.batch=83");
    assert_eq!(check(&draft).config.unwrap().train.batch, 83);
}

#[test]
fn a_name_is_never_that_of_another_preset() {
    let presets = all();
    let arc = presets.iter().find(|preset| preset.name == "arc-agi-1").unwrap();
    let root = Path::new("/runs");
    let called = |name: &str| Arc::new(Reader::new(root.join(name)).view().clone());
    let new = |runs: &[Arc<RunView>]| Draft::new(arc, runs, Some(root)).name;
    assert_eq!(new(&[]), "arc-agi-1");
    assert_eq!(new(&[called("arc-agi-1")]), "arc-agi-1-2");
    let copied = |name: &str| free_name(name, &[called(name)], Some(root));
    assert_eq!(["arc-agi-1", "arc-agi-1-2", "arc-agi"].map(copied), ["arc-agi-1-2", "arc-agi-1", "arc-agi-3"]);
}

#[test]
fn the_schedule_says_how_many_steps() {
    let preset = &all()[0];
    let draft = Draft::new(preset, &[], None);
    let planned = |draft: &Draft| draft.planned(&check(draft).config.unwrap());
    assert_eq!(planned(&draft), Some(preset.steps));
    for line in ["train.schedule.steps=40", "schedule.steps=40", "steps=40"] {
        assert_eq!(planned(&Draft { overrides: line.into(), ..draft.clone() }), Some(40), "{line}");
    }
    assert_eq!(planned(&Draft { length: Length::Steps, amount: "7".into(), ..draft.clone() }), Some(7));
    assert_eq!(planned(&Draft { length: Length::Minutes, amount: "7".into(), ..draft }), None);
}
