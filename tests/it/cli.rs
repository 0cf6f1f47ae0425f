//! The binary, run as a script would.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::{Golden, golden_folder};

fn hrmscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hrmscope")).args(arguments).output().unwrap()
}

fn path(name: &str) -> String {
    golden_folder(name).to_str().unwrap().to_owned()
}

#[test]
fn inspect_lists_what_a_public_checkpoint_holds() {
    let out = hrmscope(&["inspect", &path("tiny_rope/step_100_orig_mod"), "--json"]);
    assert_eq!(out.status.code(), Some(0));
    let object: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(object["architecture"], "hrm");
    assert_eq!(object["config"]["hidden"], 64);
    assert_eq!(object["tensors"].as_array().unwrap().len(), 23);
    assert!(object["missing"].as_array().unwrap().is_empty());
}

#[test]
fn trace_writes_the_recorded_states() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("trace.safetensors");
    let (checkpoint, tokens) = (path("tiny_noemb/step_100"), folder.path().join("in.safetensors"));
    write_tokens("tiny_noemb/eval.safetensors", &tokens);
    let run = hrmscope(&[
        "trace",
        "--checkpoint",
        &checkpoint,
        "--tokens",
        tokens.to_str().unwrap(),
        "--segments",
        "4",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let golden = Golden::open("tiny_noemb/eval.safetensors");
    let bytes = std::fs::read(&out).unwrap();
    let trace = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    for name in trace.names() {
        let values: Vec<f32> = bytemuck::pod_collect_to_vec(trace.tensor(name).unwrap().data());
        assert!(golden.difference(name, &values) <= 1e-4, "{name}");
    }
    assert_eq!(trace.len(), 4 * (6 + 2 + 3));
}

#[test]
fn exit_codes_and_errors_name_what_is_wrong() {
    assert_eq!(hrmscope(&["inspect"]).status.code(), Some(2));
    let garbled = hrmscope(&["--state", "hrmscope:1 task=maze board=S.."]);
    assert_eq!(garbled.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&garbled.stderr).contains("board=S.. does not fit"));
    let missing = hrmscope(&["inspect", "/no/such/file"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("/no/such/file"));
    let unreadable = hrmscope(&["solve", "--file", "/no/such/puzzle", "--device", "cpu"]);
    let message = String::from_utf8_lossy(&unreadable.stderr).into_owned();
    assert_eq!(message.matches("os error").count(), 1, "a reason is said once: {message}");
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(golden_folder("tiny_rope/step_100_orig_mod")).unwrap();
    let cut = folder.path().join("step_1");
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let out = hrmscope(&["inspect", cut.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stderr).contains("step_1 is not a checkpoint, or damaged"));
}

#[test]
fn a_rotary_checkpoint_without_dataset_json_takes_the_length_from_the_board() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["all_config.yaml", "step_100_orig_mod"] {
        std::fs::copy(golden_folder("tiny_rope").join(name), at(name)).unwrap();
    }
    let checkpoint = at("step_100_orig_mod").to_str().unwrap().to_owned();
    let refused = hrmscope(&["inspect", &checkpoint]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--cells"));
    write_tokens("tiny_rope/eval.safetensors", &at("in.safetensors"));
    let (tokens, out) = (at("in.safetensors"), at("out.safetensors"));
    let [tokens, out] = [tokens.to_str().unwrap(), out.to_str().unwrap()];
    let run = hrmscope(&["trace", "--checkpoint", &checkpoint, "--tokens", tokens, "--segments", "1", "--out", out]);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let bytes = std::fs::read(out).unwrap();
    let trace = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let values: Vec<f32> = bytemuck::pod_collect_to_vec(trace.tensor("seg0.logits").unwrap().data());
    assert!(Golden::open("tiny_rope/eval.safetensors").difference("seg0.logits", &values) <= 1e-4);
}

/// One JSON object from a command that must succeed.
fn json(arguments: &[&str]) -> serde_json::Value {
    let run = hrmscope(arguments);
    assert_eq!(run.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).unwrap()
}

#[test]
fn generated_data_are_told_like_files() {
    let told = json(&["dataset", "info", "generated:4x4,givens=6..8,count=9,seed=1", "--json"]);
    assert_eq!((&told["kind"], &told["parts"][0]["rows"]), (&"generated".into(), &9.into()));
}

#[test]
fn from_puzzles_to_a_trained_model_that_answers() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (puzzles, run, converted) = (at("p.csv"), at("run"), at("model.safetensors"));
    let made = json(&[
        "generate", "sudoku", "--size", "4", "--givens", "6..9", "--count", "30", "--seed", "5", "--out", &puzzles,
        "--json",
    ]);
    assert_eq!(made["puzzles"], 30);
    let train = ["train", "--preset", "sudoku-4x4", "--data", &puzzles, "--out", &run, "--device", "cpu", "--json"];
    assert_eq!(json(&[&train[..], &["--steps", "2"]].concat())["step"], 2);
    let again = hrmscope(&train);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("--resume"));
    for (wrong, part) in [
        (&["train", "--preset", "sudoku-5x5", "--out", &run][..], "sudoku-4x4"),
        (&["train", "--out", &run], "say which preset"),
        (&["train", "--preset", "sudoku-4x4", "--set", "batsh=3", "--out", &run], "the nearest is"),
    ] {
        let wrong = hrmscope(wrong);
        let told = String::from_utf8_lossy(&wrong.stderr).into_owned();
        assert!(wrong.status.code() == Some(2) && told.contains(part), "{told}");
    }
    assert_eq!(json(&["train", "--resume", "--out", &run, "--steps", "3", "--device", "cpu", "--json"])["step"], 3);

    // The same line as at the start, with --resume.
    assert_eq!(json(&[&train[..], &["--steps", "4", "--resume"]].concat())["step"], 4);
    let other = hrmscope(&["train", "--resume", "--out", &run, "--seed", "9", "--device", "cpu"]);
    assert!(String::from_utf8_lossy(&other.stderr).contains("the seed 1"));

    let figures =
        json(&["eval", "--checkpoint", &run, "--data", &puzzles, "--limit", "10", "--device", "cpu", "--json"]);
    assert_eq!((&figures["puzzles"], &figures["device"]), (&10.into(), &"cpu".into()));
    assert_eq!(figures["by_segment"].as_array().unwrap().len(), 8);
    json(&["convert", &run, &converted, "--json"]);
    let board = "1..4 .... 2... ...3";
    let solve = |checkpoint: &str, halt: &[&str]| {
        json(&[&["solve", "--checkpoint", checkpoint, "--puzzle", board, "--device", "cpu", "--json"], halt].concat())
    };
    let (one, two) = (solve(&run, &[]), solve(&converted, &["--halt", "fixed", "--max-segments", "2"]));
    assert_eq!(one["task"], "sudoku");
    assert_eq!(one["solution"].as_str().unwrap().len(), 16);
    assert_eq!(two["segments"], 2);
    let wrong = hrmscope(&["solve", "--checkpoint", &run, "--puzzle", "12", "--device", "cpu"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("2 cells"));
    let other =
        hrmscope(&["eval", "--checkpoint", &run, "--data", "generated:6x6,givens=20..24,count=2", "--device", "cpu"]);
    assert!(String::from_utf8_lossy(&other.stderr).contains("6x6"));
}

#[test]
fn mazes_and_tasks_are_solved_as_sudokus_are() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (mazes, tasks) = (at("mazes"), at("tasks"));
    let start = |preset: &str, out: &str| {
        json(&["train", "--preset", preset, "--out", out, "--steps", "1", "--device", "cpu", "--json"]);
    };
    start("maze-9x9", &mazes);
    start("arc-mini", &tasks);
    let solve = |checkpoint: &str, more: &[&str]| {
        json(&[&["solve", "--checkpoint", checkpoint, "--device", "cpu", "--json"], more].concat())
    };
    // A smaller maze comes back in its own size.
    let maze = solve(&mazes, &["--puzzle", "S #\n# #\n#G "]);
    assert_eq!((&maze["task"], maze["solution"].as_str().unwrap().len()), (&"maze".into(), 9));
    assert!(maze["solved"].is_boolean() && maze["segments"].is_u64() && maze["q_halt"].is_f64());
    std::fs::write(at("m.csv"), "source,question,answer,rating\na,S ## ##G ,x,3\nb,S    #  G,x,2\n").unwrap();
    let many = "a,S ## ##G ,x,3\n".repeat(700) + "b,S    #  G,x,2\n";
    std::fs::write(at("many.csv"), format!("source,question,answer,rating\n{many}")).unwrap();
    let last = solve(&mazes, &["--file", &at("many.csv"), "--pick", "701"]);
    assert_eq!(last["solution"], solve(&mazes, &["--puzzle", "S    #  G"])["solution"], "row 701 is what it is");
    let row = solve(&mazes, &["--file", &at("m.csv"), "--pick", "2", "--halt", "fixed"]);
    assert_eq!(row["segments"], 1, "M_max grows from 1");
    std::fs::write(at("t.json"), r#"{"train": [], "test": [{"input": [[1, 2]]}, {"input": [[3]]}]}"#).unwrap();
    let task = solve(&tasks, &["--file", &at("t.json"), "--test", "2"]);
    assert!(task["task"] == "arc" && (task["solution"].is_array() || task["solution"].is_null()));
    let said = |arguments: &[&str]| {
        let run = hrmscope(&[&["solve", "--device", "cpu"], arguments].concat());
        (run.status.code(), String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr))
    };
    let (code, text) = said(&["--checkpoint", &tasks, "--file", &at("t.json")]);
    assert!(code == Some(0) && text.contains("no row in its puzzle table for the task t"), "{text}");
    for (arguments, part) in [
        (&["--checkpoint", &mazes, "--puzzle", "1... ...2 .... ..2."][..], "9x9 maze boards, not for this 4x4 Sudoku"),
        (&["--checkpoint", &tasks, "--file", &at("t.json"), "--test", "3"], "no --test 3"),
        (&["--checkpoint", &mazes, "--file", &at("m.csv"), "--pick", "7"], "holds 2 boards"),
        (&["--checkpoint", &mazes, "--file", &at("many.csv"), "--pick", "702"], "holds 701 boards, none of them 702"),
        (&["--checkpoint", &mazes, "--puzzle", "S x"], "is no board"),
    ] {
        let (code, text) = said(arguments);
        assert!(code == Some(1) && text.contains(part), "{text}");
    }
    let (_, text) = said(&["--checkpoint", &mazes, "--puzzle", "seed"]);
    assert_eq!(text.matches("is no cell").count(), 1, "a cause is told once: {text}");
    let (_, walled) = said(&["--checkpoint", &mazes, "--puzzle", "S##\n###\n##G"]);
    assert!(walled.contains("no way leads from S to G"), "{walled}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_and_a_logout_finish_the_step_and_save() {
    use std::time::{Duration, Instant};
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        let mut child = Command::new(env!("CARGO_BIN_EXE_hrmscope"))
            .args([
                "train",
                "--preset",
                "sudoku-4x4",
                "--device",
                "cpu",
                "--data",
                "generated:4x4,givens=6..9,count=50",
            ])
            .args(["--out", run.to_str().unwrap()])
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        // The first line of metrics says that it is in the middle of its steps.
        while std::fs::metadata(run.join("metrics.jsonl")).map_or(0, |file| file.len()) == 0 {
            assert!(begun.elapsed() < Duration::from_secs(120));
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
        let saved = hrmscope::checkpoint::steps(&run.join("checkpoints"));
        assert!(saved.last().is_some_and(|(step, _)| *step >= 50), "{signal}: {saved:?}");
    }
}

#[test]
fn without_a_display_the_demo_solves_a_puzzle_in_the_terminal() {
    let run = |files: &[&str], display: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hrmscope"));
        command.args(files).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        command.envs(display.map(|display| ("DISPLAY", display))).output().unwrap()
    };
    // No display, and one that does not answer.
    for (display, why) in [(None, "there is no display"), (Some(":4242"), "the window could not be opened")] {
        let out = run(&[], display);
        assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
        let text = String::from_utf8_lossy(&out.stdout);
        assert!(text.contains(why) && text.trim_end().ends_with("solved") && !text.contains('\u{1b}'), "{text}");
    }
    let out = run(&["frobnicate"], None);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("no such file or command"));
    // With something to open, what is not there is told in the window.
    for files in [&[env!("CARGO_MANIFEST_DIR")][..], &[env!("CARGO_MANIFEST_DIR"), "gone.json"], &["gone.json"]] {
        let out = run(files, None);
        assert_eq!(out.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&out.stderr).contains("solve --file"));
    }
}

#[test]
fn solve_asks_arc_tasks_in_variants_and_fits_to_their_examples() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (file, checkpoint) = (at("mine.json"), at("model.safetensors"));
    let task = r#"{"train":[{"input":[[0,1],[2,0]],"output":[[1,0],[0,2]]},{"input":[[3,0]],"output":[[0,3]]}],
        "test":[{"input":[[0,4]],"output":[[4,0]]}]}"#;
    std::fs::write(&file, task).unwrap();
    json(&["convert", "arc-mini", &checkpoint, "--json"]);
    let before = std::fs::read(&checkpoint).unwrap();
    let solve = ["solve", "--file", &file, "--checkpoint", &checkpoint, "--device", "cpu"];
    let object = json(&[&solve[..], &["--votes", "6", "--fit", "3", "--json"]].concat());
    let fit = &object["fit"];
    assert_eq!((&fit["steps"], &fit["whole_model"], &fit["examples"]), (&3.into(), &false.into(), &2.into()));
    assert!(fit["loss"].as_f64().unwrap() > 0.0 && !fit["before_right"].as_bool().unwrap());
    let votes: Vec<u64> = object["votes"].as_array().unwrap().iter().map(|v| v["votes"].as_u64().unwrap()).collect();
    assert!(votes.iter().sum::<u64>() <= 6 && votes.is_sorted_by(|a, b| a >= b), "{votes:?}");
    assert_eq!(object["solution"], *object["votes"].get(0).map_or(&serde_json::Value::Null, |first| &first["answer"]));
    let run = hrmscope(&[&solve[..], &["--votes", "2", "--fit", "2", "--fit-model"]].concat());
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(
        text.contains("fitted the whole model in 2 steps") && text.contains("2 variants asked, 2 of them"),
        "{text}"
    );
    assert_eq!(std::fs::read(&checkpoint).unwrap(), before, "the file stays as it is");
    assert_eq!(hrmscope(&[&solve[..], &["--fit-model"]].concat()).status.code(), Some(2));
    let sudoku = hrmscope(&["solve", "--puzzle", "1... ...2 .... ..2.", "--device", "cpu", "--votes", "2"]);
    assert_eq!(sudoku.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&sudoku.stderr).contains("are for ARC tasks"));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_panic() {
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_hrmscope"))
        .args(["inspect", "sudoku-6x6"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert!(out.stderr.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn numbers_that_make_nothing_are_wrong_usage() {
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("t.json");
    let arc = ["generate", "arc", "--kind", "mirror", "--out", file.to_str().unwrap()];
    let eval = ["eval", "--checkpoint", "sudoku-4x4", "--data", "generated:4x4,givens=9..9,count=2,seed=1"];
    for (command, more) in [
        (&arc[..], ["--size", "31"]),
        (&arc, ["--size", "4"]),
        (&arc, ["--count", "0"]),
        (&arc, ["--pairs", "0"]),
        (&eval, ["--limit", "0"]),
        (&eval, ["--batch", "0"]),
    ] {
        let output = hrmscope(&[command, &more].concat());
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(more[0]) && !file.exists(), "{more:?}");
    }
}

#[test]
fn devices_lists_the_cpu() {
    let devices = json(&["devices", "--json"]);
    assert!(devices.as_array().unwrap().iter().any(|d| d["id"] == "cpu" && d["api"] == "flex"));
}

/// The recorded inputs alone, as a user of `trace` would write them.
fn write_tokens(golden: &str, to: &Path) {
    let bytes = std::fs::read(golden_folder(golden)).unwrap();
    let all = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let wanted = ["inputs", "puzzle_identifiers"].map(|name| (name, all.tensor(name).unwrap()));
    std::fs::write(to, safetensors::serialize(wanted, None).unwrap()).unwrap();
}
