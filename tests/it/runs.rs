//! Run folders under rough treatment: nothing is lost, and what goes wrong is said.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

const TINY: [&str; 24] = [
    "--preset",
    "sudoku-4x4",
    "--device",
    "cpu",
    "--seed",
    "5",
    "--set",
    "hidden=16",
    "--set",
    "heads=2",
    "--set",
    "inner=32",
    "--set",
    "puzzle_dim=16",
    "--set",
    "batch=8",
    "--set",
    "steps=400",
    "--set",
    "evaluate_every=10",
    "--set",
    "report_every=5",
    "--set",
    "held_out_count=8",
];

fn train(folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hrmscope"));
    command.args(["train", "--out"]).arg(folder).args(more).env("RAYON_NUM_THREADS", "1");
    // The list of runs is this user's; those of tests stand in another.
    command.env("XDG_DATA_HOME", folder.parent().unwrap());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start(folder: &Path, more: &[&str]) -> Output {
    let data = ["--set", "data=generated:4x4,givens=6..9,count=40,seed=1"];
    train(folder, &[&TINY[..], &data, more].concat()).output().unwrap()
}

fn resume(folder: &Path) -> Output {
    train(folder, &["--resume", "--device", "cpu"]).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn lines(folder: &Path, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn status(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("status.json")).unwrap()).unwrap()
}

/// Everything that a run learned until its last step, without how long it took.
fn learned(folder: &Path, last: u64) -> (Vec<Value>, Vec<u8>) {
    let mut metrics = lines(folder, "metrics.jsonl");
    metrics.retain(|line| line.get("event").is_none());
    metrics.iter_mut().filter_map(Value::as_object_mut).for_each(|line| drop(line.remove("steps_per_s")));
    (metrics, std::fs::read(folder.join(format!("checkpoints/step_{last}.safetensors"))).unwrap())
}

#[test]
fn killed_twenty_times_and_bit_equal() {
    let place = tempfile::tempdir().unwrap();
    let (straight, killed) = (place.path().join("straight"), place.path().join("killed"));
    // Long enough that no life of a quarter of a second sees its end, on a fast machine either.
    let long = ["--set", "steps=1600"];
    let whole = start(&straight, &long);
    assert!(whole.status.success(), "{}", said(&whole));
    assert!(start(&killed, &[&long[..], &["--steps", "10"]].concat()).status.success());
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut cut_short = 0;
    for _ in 0..20 {
        let mut child = train(&killed, &["--resume", "--device", "cpu"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(rng.random_range(30..250)));
        child.kill().unwrap();
        cut_short += usize::from(!child.wait().unwrap().success());
    }
    assert_eq!(cut_short, 20, "the run ended before it was killed often enough: make it longer");
    let last = resume(&killed);
    assert!(last.status.success(), "{}", said(&last));
    assert_eq!(learned(&killed, 1600).0, learned(&straight, 1600).0);
    assert!(learned(&killed, 1600).1 == learned(&straight, 1600).1, "the weights differ");
    assert_eq!(status(&killed)["state"], "done");
}

#[test]
fn a_damaged_save_is_passed_over() {
    let place = tempfile::tempdir().unwrap();
    let (straight, hurt) = (place.path().join("straight"), place.path().join("hurt"));
    assert!(start(&straight, &[]).status.success());
    assert!(start(&hurt, &["--steps", "25"]).status.success());
    let newest = hurt.join("resume/step_25.safetensors");
    let mut bytes = std::fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&newest, bytes).unwrap();
    let again = resume(&hurt);
    assert!(again.status.success(), "{}", said(&again));
    let events: Vec<Value> =
        lines(&hurt, "metrics.jsonl").into_iter().filter_map(|line| line.get("event").cloned()).collect();
    let fell_back = events[0].as_str().unwrap();
    assert!(fell_back.contains("checksum") && fell_back.contains("gone back to step 20"), "{fell_back}");
    assert!(said(&again).contains("gone back to step 20"), "{}", said(&again));
    assert!(hurt.join("resume/damaged_step_25.safetensors").exists());
    assert_eq!(learned(&hurt, 400), learned(&straight, 400));
    // Nothing left that could be read: said, and nothing is touched.
    for file in std::fs::read_dir(hurt.join("resume")).unwrap() {
        std::fs::write(file.unwrap().path(), b"short").unwrap();
    }
    let broken = resume(&hurt);
    assert!(!broken.status.success() && said(&broken).contains("step_400.safetensors"), "{}", said(&broken));
}

fn wait_for(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("waited too long: {what}");
}

fn endless(folder: &Path) -> Child {
    let data = ["--set", "data=generated:4x4,givens=6..9,count=40,seed=1", "--set", "steps=100000000"];
    train(folder, &[&TINY[..], &data].concat()).spawn().unwrap()
}

#[test]
fn one_process_at_a_time_and_asked_to_pause() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("run");
    let mut child = endless(&folder);
    wait_for("the first steps", || lines_if_whole(&folder) > 2);
    let second = resume(&folder);
    assert!(!second.status.success() && said(&second).contains("another process"), "{}", said(&second));
    let pause = train(&folder, &["--pause"]).output().unwrap();
    assert!(pause.status.success(), "{}", said(&pause));
    assert!(child.wait().unwrap().success());
    let status = status(&folder);
    assert_eq!(status["state"], "paused");
    let saved = status["step"].as_u64().unwrap();
    assert!(folder.join(format!("resume/step_{saved}.safetensors")).exists() && !folder.join("request").exists());
    // Nobody is there to be asked, and whoever comes next was not meant.
    let again = train(&folder, &["--stop"]).output().unwrap();
    assert!(!again.status.success() && said(&again).contains("nothing to stop"), "{}", said(&again));
    assert!(!folder.join("request").exists());
}

fn lines_if_whole(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("metrics.jsonl")).map_or(0, |text| text.lines().count())
}

#[cfg(target_os = "linux")]
#[test]
fn the_window_knows_a_run_from_a_terminal() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("anywhere");
    assert!(start(&folder, &["--steps", "2"]).status.success());
    let known = hrmscope::train::elsewhere::known(&place.path().join("hrmscope/runs"));
    assert_eq!(known, [folder.canonicalize().unwrap()]);
    let told = status(&folder);
    assert_eq!((&told["steps"], &told["state"]), (&Value::from(2), &Value::from("paused")));
}

#[test]
fn data_that_are_gone_or_changed_are_named() {
    let place = tempfile::tempdir().unwrap();
    let (folder, csv) = (place.path().join("run"), place.path().join("puzzles.csv"));
    let file = csv.to_str().unwrap();
    let make = |count: &str| {
        let _ = std::fs::remove_file(file);
        let arguments = ["generate", "sudoku", "--size", "4", "--givens", "6..9", "--count", count, "--out", file];
        assert!(Command::new(env!("CARGO_BIN_EXE_hrmscope")).args(arguments).output().unwrap().status.success());
    };
    make("60");
    let data = format!("data={file}");
    let first = train(&folder, &[&TINY[..], &["--set", &data, "--steps", "5"]].concat()).output().unwrap();
    assert!(first.status.success(), "{}", said(&first));
    std::fs::remove_file(&csv).unwrap();
    let gone = resume(&folder);
    assert!(!gone.status.success() && said(&gone).contains("puzzles.csv"), "{}", said(&gone));
    assert_eq!(status(&folder)["state"], "failed");
    assert!(status(&folder)["message"].as_str().unwrap().contains("puzzles.csv"));
    make("61");
    let other = resume(&folder);
    assert!(!other.status.success() && said(&other).contains("other data"), "{}", said(&other));
    make("60");
    assert!(resume(&folder).status.success());
}

#[cfg(unix)]
#[test]
fn a_full_disk_stops_the_run_and_keeps_it() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("run");
    assert!(start(&folder, &["--steps", "20"]).status.success());
    let saved = std::fs::read(folder.join("resume/step_20.safetensors")).unwrap();
    // A limit on a file's size stands for a disk that is full: writing fails half-way.
    let script = format!(
        "trap '' XFSZ; ulimit -f 4; exec '{}' train --resume --device cpu --out '{}'",
        env!("CARGO_BIN_EXE_hrmscope"),
        folder.display()
    );
    let full = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert!(!full.status.success());
    assert!(said(&full).contains("cannot write") && said(&full).contains("step_"), "{}", said(&full));
    assert!(std::fs::read(folder.join("resume/step_20.safetensors")).unwrap() == saved);
    let leftovers = std::fs::read_dir(folder.join("resume")).unwrap();
    assert!(leftovers.into_iter().all(|f| f.unwrap().file_name().to_string_lossy().starts_with("step_")));
    let rest = resume(&folder);
    assert!(rest.status.success(), "{}", said(&rest));
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let output = start(Path::new("/proc/run"), &[]);
    assert!(!output.status.success() && said(&output).contains("/proc/run"), "{}", said(&output));
}

#[test]
fn both_gradients_learn() {
    let place = tempfile::tempdir().unwrap();
    for gradient in ["one-step", "bptt"] {
        let folder = place.path().join(gradient);
        let output = start(&folder, &["--gradient", gradient, "--steps", "10"]);
        assert!(output.status.success(), "{}", said(&output));
    }
    let weights = |name: &str| std::fs::read(place.path().join(name).join("checkpoints/step_10.safetensors")).unwrap();
    assert!(weights("one-step") != weights("bptt"));
    let output = start(&place.path().join("other"), &["--gradient", "both"]);
    assert!(!output.status.success() && said(&output).contains("bptt"), "{}", said(&output));
}

#[test]
fn settings_are_checked_by_name() {
    let place = tempfile::tempdir().unwrap();
    let output = start(&place.path().join("run"), &["--set", "lerning_rate=1"]);
    assert!(!output.status.success() && said(&output).contains("nearest"), "{}", said(&output));
    let output = start(&place.path().join("run"), &["--set", "batch=100000000"]);
    assert!(said(&output).contains("--set batch=") && said(&output).contains("would fit"), "{}", said(&output));
}

/// 30 steps of a small model from a preset; the mean loss of a row in the first and in the last five.
fn first_and_last_loss(preset: &str, more: &[&str]) -> (f64, f64) {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("run");
    let small =
        ["hidden=16", "heads=2", "inner=32", "puzzle_dim=16", "batch=8", "warmup=1", "steps=30", "report_every=5"];
    let small = small.iter().chain(more).flat_map(|field| ["--set", field]);
    let fixed = ["--preset", preset, "--device", "cpu", "--set", "held_out_count=2", "--set", "rate=0.003"];
    let arguments: Vec<&str> = fixed.into_iter().chain(small).collect();
    let output = train(&folder, &arguments).output().unwrap();
    assert!(output.status.success(), "{preset}: {}", said(&output));
    let losses: Vec<f64> =
        lines(&folder, "metrics.jsonl").iter().filter_map(|line| line.get("lm_loss")?.as_f64()).collect();
    assert_eq!(losses.len(), 6, "{preset}");
    (losses[0], losses[5])
}

#[test]
fn a_tiny_preset_of_each_task_learns() {
    let sudoku = ["data=generated:4x4,givens=6..9,count=40,seed=1"];
    let maze = ["data=generated:maze-9x9,kind=perfect+rooms,length=4..30,count=40,seed=1", "held_out=null"];
    let arc = ["data=generated:arc-10x10,families=gravity+outline,pairs=20,augment=2,seed=1", "held_out=null"];
    for (preset, more) in [("sudoku-4x4", &sudoku[..]), ("maze-9x9", &maze), ("arc-mini", &arc)] {
        let (first, last) = first_and_last_loss(preset, more);
        assert!(last < 0.9 * first, "{preset}: the loss went from {first} to {last}");
    }
}
