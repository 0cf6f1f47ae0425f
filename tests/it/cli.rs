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
    let missing = hrmscope(&["inspect", "/no/such/file"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("/no/such/file"));
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(golden_folder("tiny_rope/step_100_orig_mod")).unwrap();
    let cut = folder.path().join("step_1");
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let out = hrmscope(&["inspect", cut.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stderr).contains("step_1 is not a checkpoint, or damaged"));
}

/// The recorded inputs alone, as a user of `trace` would write them.
fn write_tokens(golden: &str, to: &Path) {
    let bytes = std::fs::read(golden_folder(golden)).unwrap();
    let all = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let wanted = ["inputs", "puzzle_identifiers"].map(|name| (name, all.tensor(name).unwrap()));
    std::fs::write(to, safetensors::serialize(wanted, None).unwrap()).unwrap();
}
