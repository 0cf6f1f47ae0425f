use super::record::KEPT;
use super::*;
use crate::checkpoint::Checkpoint;
use crate::model::{Hrm, HrmConfig};
use crate::train::preset;

fn small() -> RunConfig {
    let mut config = preset::named("sudoku-4x4", 3).unwrap();
    (config.model.hidden, config.model.heads, config.model.max_segments) = (16, 2, 3);
    (config.model.puzzle_dim, config.model.inner) = (16, Some(32));
    config.train.batch = 4;
    config.train.schedule.steps = 20;
    config.data = "generated:4x4,givens=5..9,count=30,seed=1".parse().unwrap();
    config.held_out = Some("generated:4x4,givens=5..9,count=6,seed=2".parse().unwrap());
    (config.report_every, config.evaluate_every) = (2, 5);
    config
}

fn cpu(device: &Device) -> Place<'_> {
    Place { device, name: "CPU" }
}

fn go(folder: &Path, until: u64) {
    let device = Device::flex();
    let mut run = match folder.join("run.json").exists() {
        true => Run::resume(folder, cpu(&device), &|_| true).unwrap(),
        false => Run::create(folder, small(), cpu(&device), &|_| true).unwrap(),
    };
    run.train(Until { step: until, time: None }, &mut |_| ControlFlow::Continue(())).unwrap();
}

#[test]
fn ten_and_ten_are_twenty() {
    let folder = tempfile::tempdir().unwrap();
    let (straight, parts) = (folder.path().join("a"), folder.path().join("b"));
    go(&straight, 20);
    go(&parts, 10);
    // What a killed run leaves behind its last save.
    let metrics = parts.join("metrics.jsonl");
    let mut text = std::fs::read_to_string(&metrics).unwrap();
    text.push_str("{\"step\":12,\"lm_loss\":1.0}\n{\"step\":14,\"lm_l");
    std::fs::write(&metrics, text).unwrap();
    go(&parts, 20);
    let file = "checkpoints/step_20.safetensors";
    assert!(std::fs::read(straight.join(file)).unwrap() == std::fs::read(parts.join(file)).unwrap());
    let same = |folder: &Path| -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
        let mut lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        lines.retain(|line| line.get("event").is_none());
        lines.iter_mut().filter_map(|l| l.as_object_mut()).for_each(|l| drop(l.remove("steps_per_s")));
        lines
    };
    assert_eq!(same(&straight), same(&parts));
    assert_eq!(same(&parts).len(), 10 + 4);
    // The newest, and that of step 5: none of the later ones is better.
    assert_eq!(std::fs::read_dir(parts.join("checkpoints")).unwrap().count(), KEPT + 1);
}

/// The steps at which a run was measured, by its metrics.
fn measured(folder: &Path) -> Vec<u64> {
    let text = std::fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines.filter(|line| line.get("held_out").is_some()).map(|line| line["step"].as_u64().unwrap()).collect()
}

#[test]
fn the_end_of_a_schedule_is_measured_once() {
    let place = tempfile::tempdir().unwrap();
    let device = Device::flex();
    let config = RunConfig { evaluate_every: 7, ..small() };
    let mut told = Vec::new();
    let mut run = Run::create(place.path(), config, cpu(&device), &|_| true).unwrap();
    let mut hear = |news: News| {
        if let News::Evaluated { step, .. } = news {
            told.push(step);
        }
        ControlFlow::Continue(())
    };
    run.train(Until { step: 10, time: None }, &mut hear).unwrap();
    assert_eq!(measured(place.path()), [7], "a run that stops before its end is not");
    run.train(Until { step: 20, time: None }, &mut hear).unwrap();
    assert_eq!(told, [7, 14, 20]);
    drop(run);
    // Opened again it has nothing to do.
    go(place.path(), 20);
    assert_eq!(measured(place.path()), [7, 14, 20]);
}

#[test]
fn the_live_board_takes_its_share_of_the_time_and_no_more() {
    let (moment, second, minute) = (Duration::from_millis(1), Duration::from_secs(1), Duration::from_secs(60));
    assert!(live_is_due(second, None, moment) && live_is_due(9 * second, Some(6 * second), moment));
    assert!(!live_is_due(9 * second, Some(4 * second), moment));
    // An answer that takes a minute comes neither at the start nor again at once.
    assert!(!live_is_due(10 * minute, None, minute) && live_is_due(21 * minute, None, minute));
    assert!(!live_is_due(60 * minute, Some(10 * minute), minute));
    assert!(live_is_due(60 * minute, Some(21 * minute), minute));
}

#[test]
fn the_live_board_is_given_up_when_the_run_is_asked_to_end() {
    let place = tempfile::tempdir().unwrap();
    let device = Device::flex();
    let mut run = Run::create(place.path(), small(), cpu(&device), &|_| true).unwrap();
    super::super::folder::ask(place.path(), Request::Stop).unwrap();
    run.work.live().unwrap();
    assert!(!place.path().join("live.jsonl").exists());
    assert_eq!(run.work.folder.request(), Some(Request::Stop));
    run.work.live().unwrap();
    assert!(place.path().join("live.jsonl").exists() && run.work.live_took.is_some());
}

#[test]
fn a_loss_that_is_no_number_leaves_the_last_save() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = small();
    config.train.schedule.rate = 1e30;
    let mut run = Run::create(folder.path(), config, cpu(&Device::flex()), &|_| true).unwrap();
    let error = run.train(Until { step: 20, time: None }, &mut |_| ControlFlow::Continue(())).unwrap_err();
    assert!(matches!(error, RunError::Train(TrainError::NotFinite { .. })), "{error}");
    drop(run);
    let kept = checkpoint::steps(&folder.path().join("checkpoints"));
    assert_eq!(kept.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [0]);
    let saved = checkpoint::open(folder.path().to_str().unwrap()).unwrap().model(&Device::flex()).unwrap();
    assert!(saved.lm_head.try_to_vec_as::<f32>().unwrap().iter().all(|w| w.is_finite()));
    assert_eq!(Run::resume(folder.path(), cpu(&Device::flex()), &|_| true).unwrap().step(), 0);
}

#[test]
fn numbers_that_cannot_be_trained_with_are_refused() {
    for (assignment, says) in [
        ("batch=0", "train.batch = 0"),
        ("train.schedule.steps=0", "train.schedule.steps = 0"),
        ("evaluate_every=0", "evaluate_every = 0"),
        ("keep_every=0", "keep_every = 0"),
        ("rate=-1", "train.schedule.rate = -1"),
        ("rate=0", "nothing would be learned"),
        ("min_ratio=-0.5", "train.schedule.min_ratio = -0.5"),
        ("ema=1", "train.ema has 1"),
        ("betas=[0.9,1.5]", "train.betas has 1.5"),
        ("weight_decay=-1", "train.weight_decay = -1"),
    ] {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("run");
        let config = preset::set(&small(), assignment).unwrap();
        let error = Run::create(&folder, config, cpu(&Device::flex()), &|_| true).unwrap_err().to_string();
        assert!(error.contains(says) && !folder.exists(), "{assignment}: {error}");
    }
    for (name, _) in preset::PRESETS {
        assert_eq!(preset::named(name, 1).unwrap().check(), Ok(()), "{name}");
    }
}

#[test]
fn a_run_without_a_sound_save_says_what_is_left() {
    let place = tempfile::tempdir().unwrap();
    go(place.path(), 10);
    for (_, path) in checkpoint::steps(&place.path().join("resume")) {
        std::fs::write(path, "no tensors").unwrap();
    }
    let error = Run::resume(place.path(), cpu(&Device::flex()), &|_| true).unwrap_err().to_string();
    let all = ["resume/step_5.safetensors", "resume/step_10.safetensors", "--from", "checkpoints/step_10.safetensors"];
    assert!(all.iter().all(|part| error.contains(part)), "{error}");
}

#[test]
fn a_finished_run_that_is_opened_again_still_says_when_it_was_saved() {
    let place = tempfile::tempdir().unwrap();
    go(place.path(), 20);
    go(place.path(), 20);
    let status: Status = serde_json::from_slice(&std::fs::read(place.path().join("status.json")).unwrap()).unwrap();
    assert_eq!((status.state, status.saved_step), (Phase::Done, 20));
    assert!(status.saved_at > 0 && status.bytes > 0, "{status:?}");
}

#[test]
fn data_that_changed_are_noticed() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("p.csv");
    let write = |seed: u64| {
        let puzzles =
            crate::board::sudoku::generate_many(crate::board::sudoku::Shape::ALL[0], 6..=9, 30, seed, &|_| true);
        crate::dataset::write_csv(&file, "test", &puzzles.unwrap()).unwrap();
    };
    write(1);
    let (folder, device) = (place.path().join("run"), Device::flex());
    let config = RunConfig { data: file.display().to_string().parse().unwrap(), ..small() };
    let mut run = Run::create(&folder, config, cpu(&device), &|_| true).unwrap();
    run.train(Until { step: 2, time: None }, &mut |_| ControlFlow::Continue(())).unwrap();
    drop(run);
    write(5);
    let error = Run::resume(&folder, cpu(&device), &|_| true).unwrap_err().to_string();
    assert!(error.contains("other data"), "{error}");
    write(1);
    assert_eq!(Run::resume(&folder, cpu(&device), &|_| true).unwrap().step(), 2);
}

#[test]
fn folders_are_not_mixed_up() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::flex();
    let error = Run::resume(folder.path(), cpu(&device), &|_| true).unwrap_err().to_string();
    assert!(error.contains("holds no run"), "{error}");
    let wrong = RunConfig { data: "generated:6x6,givens=20..24,count=3,seed=1".parse().unwrap(), ..small() };
    let error = Run::create(folder.path(), wrong, cpu(&device), &|_| true).unwrap_err().to_string();
    assert!(error.starts_with("the data `generated:6x6") && error.contains("16 cells"), "{error}");
    let new = folder.path().join("new");
    let error = Run::create(&new, RunConfig { task: "maze".into(), ..small() }, cpu(&device), &|_| true).unwrap_err();
    assert!(error.to_string().contains("is sudoku, the run learns maze"), "{error}");
    assert!(!new.exists(), "a start that failed leaves no folder behind");
    go(folder.path(), 1);
    let error = Run::create(folder.path(), small(), cpu(&device), &|_| true).unwrap_err().to_string();
    assert!(error.contains("--resume"), "{error}");
}

#[test]
fn a_run_may_begin_with_the_weights_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("a"), folder.path().join("b"));
    go(&first, 5);
    let from = RunConfig { from: Some(first.display().to_string()), ..small() };
    let device = Device::flex();
    let mut run = Run::create(&second, from.clone(), cpu(&device), &|_| true).unwrap();
    let weights = |folder: &Path, step: u64| {
        let model = checkpoint::open(folder.join(format!("checkpoints/step_{step}.safetensors")).to_str().unwrap());
        model.unwrap().model(&device).unwrap().lm_head.try_to_vec_as::<f32>().unwrap()
    };
    assert!(weights(&first, 5) == weights(&second, 0) && weights(&first, 0) != weights(&second, 0));
    run.train(Until { step: 5, time: None }, &mut |_| ControlFlow::Continue(())).unwrap();
    drop(run);
    // The state says everything: the other run is no longer needed.
    std::fs::remove_dir_all(&first).unwrap();
    assert_eq!(Run::resume(&second, cpu(&device), &|_| true).unwrap().step(), 5);
    // Boards of another size: positions begin anew, all else is taken.
    let larger = Checkpoint { path: "first".into(), ..checkpoint::open(second.to_str().unwrap()).unwrap() };
    let mut begun = larger.clone();
    let config = HrmConfig { seq_len: 36, ..larger.config.clone() };
    begun.begin(&config, &from.initializer).unwrap();
    let model = begun.model(&device).unwrap();
    let same = |name: &str| begun.state[name] == larger.state[name];
    assert!(same("lm_head.weight") && !same(Hrm::POSITIONS));
    assert_eq!(model.position.unwrap().dims(), [config.tokens(), config.hidden]);
    let mut wide = from;
    (wide.model.hidden, wide.from) = (32, Some(second.display().to_string()));
    let error = Run::create(&folder.path().join("c"), wide, cpu(&device), &|_| true).unwrap_err().to_string();
    assert!(error.contains("lm_head"), "{error}");
}
