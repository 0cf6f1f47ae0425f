use std::fs::{OpenOptions, write};
use std::io::Write;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn status(folder: &Path, state: &str, at: u64) {
    write(folder.join("status.json"), json!({"state": state, "step": 40, "steps": 100, "at": at}).to_string()).unwrap();
}

fn add(folder: &Path, name: &str, line: &Value) {
    let mut file = OpenOptions::new().create(true).append(true).open(folder.join(name)).unwrap();
    writeln!(file, "{line}").unwrap();
}

fn report(step: u64) -> Value {
    json!({"step": step, "lm_loss": 1.5, "exact": null, "steps_per_s": 2.0})
}

#[test]
fn a_run_is_read_as_it_grows() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    let mut reader = Reader::new(folder.to_owned());
    assert!(!reader.look(true));
    write(folder.join("run.json"), json!({"task": "sudoku", "train": {"batch": 8, "seed": 3}}).to_string()).unwrap();
    write(folder.join("name"), " nine \n").unwrap();
    status(folder, "training", now());
    add(folder, "metrics.jsonl", &report(10));
    assert!(reader.look(true));
    let view = reader.view();
    assert_eq!((view.name.as_str(), view.life, view.step(), view.steps()), ("nine", Life::Training, 40, 100));
    assert_eq!(view.setup.as_ref().unwrap().batch, 8);
    assert!(view.reports[0].exact.is_nan() && view.reports[0].seconds == 5.0);
    add(folder, "metrics.jsonl", &report(30));
    let held_out = json!({"puzzles": 4, "exact": 0.5, "by_segment": [{"segment": 1, "exact": 0.25}]});
    add(folder, "metrics.jsonl", &json!({"step": 30, "held_out": held_out}));
    add(folder, "metrics.jsonl", &json!({"step": 30, "event": "resumed", "at": 7}));
    add(
        folder,
        "live.jsonl",
        &json!({"step": 1, "inputs": [1, 2], "labels": [3, -100], "answer": [3, 9], "segments": 2}),
    );
    add(folder, "live.jsonl", &json!({"step": 9, "answer": [3, 2]}));
    add(folder, "live.jsonl", &json!({"step": 12, "answer": [3]}));
    assert!(reader.look(true) && !reader.look(true));
    let view = reader.view();
    assert_eq!((view.reports.len(), view.reports[1].seconds, view.best().unwrap().exact), (2, 15.0, 0.5));
    assert_eq!(view.measured[0].by_segment, [(1, 0.25)]);
    assert_eq!(view.happened, [Happened { step: 30, at: Some(7), text: "resumed".into() }]);
    assert_eq!(view.puzzle.as_ref().unwrap().labels, [Some(3), None]);
    assert_eq!(view.moments.len(), 2);
    assert!(reader.look(false) && reader.view().moments.is_empty());
    assert!(reader.look(true) && reader.view().moments.len() == 2);
}

#[test]
fn steps_that_are_made_again_replace_the_first_ones() {
    let place = tempfile::tempdir().unwrap();
    let mut reader = Reader::new(place.path().to_owned());
    for step in [10, 20, 30, 20, 30, 40] {
        add(place.path(), "metrics.jsonl", &report(step));
    }
    reader.look(true);
    let steps: Vec<u64> = reader.view().reports.iter().map(|r| r.step).collect();
    assert_eq!(steps, [10, 20, 30, 40]);
    // A resumed run drops what came after its last save.
    write(place.path().join("metrics.jsonl"), format!("{}\n", report(10))).unwrap();
    reader.look(true);
    assert_eq!(reader.view().reports.len(), 1);
}

#[test]
fn a_silent_run_is_dead_only_when_nobody_holds_it() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    write(folder.join("run.json"), "{}").unwrap();
    status(folder, "training", now() - 60);
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let mut reader = Reader::new(folder.to_owned());
    reader.look(false);
    assert_eq!(reader.view().life, Life::Training);
    lock.unlock().unwrap();
    reader.look(false);
    assert_eq!(reader.view().life, Life::Killed);
    // A clock that went back is no sign of death.
    status(folder, "training", now() + 9999);
    reader.look(false);
    assert_eq!(reader.view().life, Life::Training);
    for (word, life) in [("paused", Life::Paused), ("done", Life::Done), ("dancing", Life::Unknown)] {
        status(folder, word, 1);
        reader.look(false);
        assert_eq!(reader.view().life, life);
    }
}

#[test]
fn a_run_that_did_not_start_tells_why() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("new");
    std::fs::create_dir(&folder).unwrap();
    assert!(runs_in(place.path()).is_empty());
    write(folder.join(OUTPUT), "reading\n\nhrmscope: no such file\n").unwrap();
    assert_eq!(runs_in(place.path()), std::slice::from_ref(&folder));
    let mut reader = Reader::new(folder);
    reader.look(false);
    assert_eq!(reader.view().life, Life::Failed);
    assert_eq!(reader.view().message.as_deref(), Some("hrmscope: no such file"));
}

#[test]
fn an_interrupted_run_says_so_and_where_it_goes_on() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    let told = |reader: &mut Reader| {
        reader.look(false);
        (reader.view().life, reader.view().message.clone().unwrap())
    };
    status(folder, "training", now() - 60);
    write(folder.join(OUTPUT), "computing on CPU (flex)\nstep 20: held-out 3.1 % exact\n").unwrap();
    let mut reader = Reader::new(folder.to_owned());
    let (life, message) = told(&mut reader);
    assert!(life == Life::Failed && message.contains("start it again"), "{message}");
    write(folder.join("run.json"), "{}").unwrap();
    std::fs::create_dir(folder.join("resume")).unwrap();
    write(folder.join("resume/step_35.safetensors"), "").unwrap();
    let (life, message) = told(&mut reader);
    assert_eq!(life, Life::Killed);
    assert!(message.ends_with("it goes on from step 35") && !message.contains("held-out"), "{message}");
    write(folder.join(OUTPUT), "computing on CPU (flex)\nhrmscope: there is no room\n").unwrap();
    assert_eq!(told(&mut reader), (Life::Killed, "hrmscope: there is no room".to_owned()));
}

#[test]
fn only_errors_are_last_words() {
    let place = tempfile::tempdir().unwrap();
    let words = |text: &str| {
        write(place.path().join(OUTPUT), text).unwrap();
        last_words(place.path())
    };
    assert_eq!(words(""), None);
    assert_eq!(words("hrmscope: no GPU; the CPU computes instead\nstep 5: held-out 1 % exact\n"), None);
    let usage = "error: no argument '--speed'\n\nUsage: hrmscope train\n\nFor more information, try '--help'.\n";
    assert_eq!(words(usage).as_deref(), Some("error: no argument '--speed'"));
    let fall = "step 5\n\nthread 'main' panicked at src/a.rs:1:2:\nno such index\nnote: run with `RUST_BACKTRACE=1`\n";
    assert_eq!(words(fall).as_deref(), Some("thread 'main' panicked at src/a.rs:1:2:\nno such index"));
}

#[test]
fn a_long_run_is_thinned() {
    let place = tempfile::tempdir().unwrap();
    let text: String = (1..=MOST_REPORTS + 10).map(|step| format!("{{\"step\":{step},\"lm_loss\":1}}\n")).collect();
    write(place.path().join("metrics.jsonl"), text).unwrap();
    let mut reader = Reader::new(place.path().to_owned());
    reader.look(false);
    assert!(reader.view().reports.len() <= MOST_REPORTS);
    assert_eq!(reader.view().reports[0].step, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn garbage_is_read_without_a_fall(garbage in prop::collection::vec(any::<u8>(), 0..400), at in 0usize..400) {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path();
        let good = format!("{}\n{}\n", report(5), json!({"step": 6, "held_out": {"by_segment": [{"segment": -1}]}}));
        let mut bytes = good.into_bytes();
        let at = at.min(bytes.len());
        bytes.splice(at..at, garbage);
        let mut reader = Reader::new(folder.to_owned());
        for name in ["run.json", "status.json", "metrics.jsonl", "live.jsonl", "name", "request", OUTPUT] {
            write(folder.join(name), &bytes).unwrap();
            reader.look(true);
        }
    }

    #[test]
    fn lines_of_any_shape_are_taken_or_left(step in any::<i64>(), figure in any::<f64>(), text in ".*") {
        let values = [json!(figure), json!(text), json!(step), json!([step, figure]), json!({"step": text}), Value::Null];
        for value in &values {
            for key in ["lm_loss", "held_out", "event", "answer", "inputs"] {
                let line = json!({"step": step, key: value, "labels": value, "steps_per_s": figure}).to_string();
                metrics(&line);
                live(&line);
            }
        }
    }
}
