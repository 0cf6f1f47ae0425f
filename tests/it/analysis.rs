//! The analyses against numpy (`tests/analysis/make.py`), and their commands as a script would run them.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Output};

use burn::tensor::{Device, Tensor, TensorData};
use hrmscope::analysis::{self, Axis, Batch, Dimensionality, Observer, Residuals, Step, View, pca};
use hrmscope::checkpoint::{open, read_tensors, save, write_tensors};
use hrmscope::dataset::DataSource;
use hrmscope::export::TraceFile;
use hrmscope::model::{Block, Halting, HrmConfig, Initializer, Limits};
use hrmscope::task::{Boards, Example};
use hrmscope::trace::{Module, Schedule};
use safetensors::SafeTensors;
use serde_json::Value;

use crate::support::{Golden, golden_folder};

const SCHEDULE: Schedule = Schedule { h_cycles: 2, l_cycles: 2 };
const SEGMENTS: usize = 4;

fn numbers() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/analysis/numbers.json");
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

fn recorded() -> Golden {
    Golden::open("tiny_learned/eval.safetensors")
}

/// The recorded states `[B, T, D]` of a micro-step.
fn state(golden: &Golden, index: usize) -> Vec<f32> {
    let at = SCHEDULE.at(index);
    let (segment, k) = (at.segment, at.number(SCHEDULE));
    let name = match at.module {
        Module::L => format!("seg{segment}.L{k}.z_L"),
        Module::H => format!("seg{segment}.H{k}.z_H"),
    };
    golden.values(&name).iter().map(|v| *v as f32).collect()
}

/// Shows the recorded run of three puzzles.
fn show(observer: &mut dyn Observer) {
    let golden = recorded();
    let (batch, size) = (golden.shape("seg0.logits")[0], state(&golden, 0).len());
    let zeros = vec![0.0; size / batch];
    observer.begin(&Batch { first: 0, puzzles: batch, z_h: &zeros, z_l: &zeros });
    for index in 0..SEGMENTS * SCHEDULE.steps_per_segment() {
        let states = state(&golden, index);
        observer.step(&Step { at: SCHEDULE.at(index), states: &states, running: &vec![true; batch] });
    }
    observer.finish();
}

fn close(found: f64, expected: &Value, tolerance: f64) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1e-3), "{found} is not {expected}");
}

#[test]
fn a_block_seen_from_inside_is_numpys() {
    let (tokens, hidden, heads, inner) = (5, 8, 2, 6);
    let waves = |phase: f64, shape: [usize; 2]| {
        let values: Vec<f32> = (0..shape[0] * shape[1]).map(|i| (1.7 * i as f64 + phase).sin() as f32).collect();
        Tensor::<2>::from_data(TensorData::new(values, shape), &Device::flex())
    };
    let block = Block {
        qkv: waves(0.2, [hidden, 3 * hidden]),
        out: waves(0.3, [hidden, hidden]),
        gate_up: waves(0.4, [hidden, 2 * inner]),
        down: waves(0.5, [inner, hidden]),
    };
    let (attention, gates) = block.inside(waves(0.1, [tokens, hidden]).unsqueeze(), heads, None, 1e-5);
    let numbers = &numbers()["inside"];
    for (found, name) in [(attention.try_to_vec_as::<f32>(), "attention"), (gates.try_to_vec_as::<f32>(), "gates")] {
        let (found, expected) = (found.unwrap(), numbers[name].as_array().unwrap());
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((f64::from(*found) - expected.as_f64().unwrap()).abs() < 1e-5, "{name}: {found} is not {expected}");
        }
    }
}

#[test]
fn recorded_states_give_numpys_numbers() {
    let numbers = numbers();
    for (axis, name) in [(Axis::All, "all"), (Axis::Mean, "mean"), (Axis::Final, "final")] {
        let mut all = Dimensionality::new(axis, 64, 3);
        show(&mut all);
        let ratios = all.ratios(1);
        close(ratios.pr_z_h, &numbers["H"]["pr"][name], 1e-8);
        close(ratios.pr_z_l, &numbers["L"]["pr"][name], 1e-8);
        let tokens = recorded().shape("seg0.L0.z_L")[1];
        assert_eq!(ratios.by_token.len(), if axis == Axis::All { tokens } else { 0 });
        for row in &ratios.by_token {
            close(row.pr_z_h, &numbers["H"]["by_token"][row.token], 1e-8);
            close(row.pr_z_l, &numbers["L"]["by_token"][row.token], 1e-8);
        }
        if axis == Axis::All {
            for (found, expected) in ratios.spectrum_z_l.iter().zip(numbers["L"]["spectrum"].as_array().unwrap()) {
                close(*found, expected, 1e-8);
            }
        }
    }
    let mut residuals = Residuals::new(SCHEDULE);
    show(&mut residuals);
    for (module, name) in [(Module::L, "L"), (Module::H, "H")] {
        let rows: Vec<_> = residuals.rows().into_iter().filter(|row| row.module == module).collect();
        let expected = &numbers[name]["residuals"];
        assert_eq!(rows.len(), expected["mean"].as_array().unwrap().len() + 1);
        // What the first step moves from stands in no recording.
        for (i, row) in rows[1..].iter().enumerate() {
            close(row.spread.mean, &expected["mean"][i], 1e-5);
            close(row.spread.q25, &expected["q25"][i], 1e-5);
            close(row.spread.q75, &expected["q75"][i], 1e-5);
        }
    }
}

#[test]
fn components_are_numpys() {
    let (golden, numbers) = (recorded(), numbers());
    for (module, name) in [(Module::H, "H"), (Module::L, "L")] {
        // Puzzle by puzzle, step by step: means over tokens.
        let steps: Vec<Vec<f32>> = (0..SEGMENTS * SCHEDULE.steps_per_segment())
            .filter(|index| SCHEDULE.at(*index).module == module)
            .map(|index| state(&golden, index))
            .collect();
        let size = steps[0].len() / 3;
        let mean = |state: &[f32]| -> Vec<f32> {
            (0..64).map(|c| state.iter().skip(c).step_by(64).sum::<f32>() / (state.len() / 64) as f32).collect()
        };
        let rows: Vec<f32> =
            (0..3).flat_map(|p| steps.iter().flat_map(move |s| mean(&s[p * size..][..size]))).collect();
        let found = pca(&rows, 64).unwrap();
        for i in 0..3 {
            close(found.explained[i], &numbers[name]["explained"][i], 1e-5);
        }
        for (point, expected) in found.points.iter().zip(numbers[name]["distances"].as_array().unwrap()) {
            let apart = point.iter().zip(found.points[0]).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
            close(apart, expected, 1e-4);
        }
    }
}

fn go_on(_: f64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn a_models_own_states_give_numpys_numbers() {
    let (golden, numbers) = (recorded(), numbers());
    let checkpoint = open(golden_folder("tiny_learned/step_100_orig_mod").to_str().unwrap()).unwrap();
    let model = checkpoint.model(&Device::flex()).unwrap();
    let (inputs, ids) = (golden.ints("inputs"), golden.ints("puzzle_identifiers"));
    let examples: Vec<Example> = inputs
        .chunks(16)
        .zip(ids)
        .map(|(inputs, puzzle_id)| Example { inputs: inputs.to_vec(), labels: inputs.to_vec(), puzzle_id })
        .collect();
    let limits = Limits { halting: Halting::Fixed, max_segments: SEGMENTS };
    let found = analysis::dimensionality(&model, &examples, limits, (Axis::All, &[1]), 2, &mut go_on).unwrap();
    close(found.ratios.pr_z_h, &numbers["H"]["pr"]["all"], 1e-5);
    close(found.ratios.pr_z_l, &numbers["L"]["pr"]["all"], 1e-5);
    let boards = Boards::of(16, 6).unwrap();
    let way = analysis::trajectory(&model, boards, &examples, limits, View::Mean, 2, &mut go_on).unwrap();
    for i in 0..3 {
        close(way.explained_z_h[i], &numbers["H"]["explained"][i], 1e-4);
    }
}

fn hrmscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hrmscope")).args(arguments).output().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let run = hrmscope(arguments);
    assert_eq!(run.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).unwrap()
}

const BOARDS: &str = "generated:4x4,givens=5..8,count=6,seed=5";

/// Token files as `trace` reads them.
fn write_tokens(examples: &[Example], to: &Path) {
    let bytes = |values: Vec<i32>| -> Vec<u8> { values.iter().flat_map(|v| v.to_le_bytes()).collect() };
    let inputs = bytes(examples.iter().flat_map(|e| e.inputs.clone()).collect());
    let ids = bytes(examples.iter().map(|e| e.puzzle_id).collect());
    let view = |shape: Vec<usize>, data| safetensors::tensor::TensorView::new(safetensors::Dtype::I32, shape, data);
    let (count, cells) = (examples.len(), examples[0].inputs.len());
    let tensors = [
        ("inputs", view(vec![count, cells], &inputs).unwrap()),
        ("puzzle_identifiers", view(vec![count], &ids).unwrap()),
    ];
    std::fs::write(to, safetensors::serialize(tensors, None).unwrap()).unwrap();
}

/// A trace of [`BOARDS`] by the shipped model, and its path.
fn trace(folder: &Path, segments: usize) -> (Vec<u8>, String) {
    let examples = BOARDS.parse::<DataSource>().unwrap().load(None, &|_| true).unwrap().examples(6).unwrap();
    let (tokens, out) = (folder.join("tokens.safetensors"), folder.join("trace.safetensors"));
    write_tokens(&examples, &tokens);
    let (tokens, out) = (tokens.to_str().unwrap(), out.to_str().unwrap());
    let segments = segments.to_string();
    let run =
        hrmscope(&["trace", "--checkpoint", "sudoku-4x4", "--tokens", tokens, "--segments", &segments, "--out", out]);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    (std::fs::read(out).unwrap(), out.to_owned())
}

#[test]
fn the_residuals_are_those_of_the_trace() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (csv, png, svg) = (at("r.csv"), at("r.png"), at("r.svg"));
    let report = json(&[
        "analyze",
        "residual",
        "--checkpoint",
        "sudoku-4x4",
        "--data",
        BOARDS,
        "--samples",
        "6",
        "--max-segments",
        "3",
        "--device",
        "cpu",
        "--csv",
        &csv,
        "--png",
        &png,
        "--svg",
        &svg,
        "--scale",
        "1",
        "--json",
    ]);
    assert_eq!(report["samples"], 6);
    assert_eq!(report["plain_recurrent"].as_array().unwrap().len(), 18);
    assert!(report["sentence"].as_str().unwrap().contains("L alone"));
    let text = std::fs::read_to_string(&csv).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("puzzles,segment,module,step,mean,q25,q75"));
    let (bytes, _) = trace(folder.path(), 3);
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let read = |name: &str| -> Vec<f32> { bytemuck::pod_collect_to_vec(file.tensor(name).unwrap().data()) };
    let mut last: HashMap<String, Vec<f32>> = HashMap::new();
    for (index, line) in lines.by_ref().enumerate() {
        let at = SCHEDULE.at(index);
        let cells: Vec<&str> = line.split(',').collect();
        let module = format!("{:?}", at.module);
        let place = [at.segment.to_string(), module.clone(), at.number(SCHEDULE).to_string()];
        assert_eq!((cells[0], &cells[1..4]), ("6", &place.each_ref().map(String::as_str)[..]));
        let states = read(&format!("seg{}.{module}{}.z_{module}", at.segment, at.number(SCHEDULE)));
        if let Some(before) = last.insert(module, states.clone()) {
            let size = states.len() / 6;
            let mut moved: Vec<f64> = (0..6)
                .map(|p| {
                    let pairs = states[p * size..][..size].iter().zip(&before[p * size..]);
                    (pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>() / size as f64).sqrt()
                })
                .collect();
            moved.sort_by(f64::total_cmp);
            let quartile = |share: f64| {
                let place = share * 5.0;
                let (low, high) = (moved[place.floor() as usize], moved[place.ceil() as usize]);
                low + (high - low) * place.fract()
            };
            let expected = [moved.iter().sum::<f64>() / 6.0, quartile(0.25), quartile(0.75)];
            for (cell, expected) in cells[4..].iter().zip(expected) {
                let found: f64 = cell.parse().unwrap();
                assert!((found - expected).abs() <= 1e-5 * expected.max(1e-2), "{line}: {found} is not {expected}");
            }
        }
    }
    assert_eq!(text.lines().count(), 1 + 3 * 6);
    let picture = image::open(&png).unwrap();
    assert_eq!(picture.width(), 960);
    let svg = std::fs::read_to_string(&svg).unwrap();
    assert!(svg.contains("sha256") && svg.contains("generated:4x4") && svg.ends_with("</svg>\n"));
}

#[test]
fn the_dimensionality_has_its_fields_and_its_control() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("d.csv").to_str().unwrap().to_owned();
    for axis in ["all", "mean", "final"] {
        let report = json(&[
            "analyze",
            "dimensionality",
            "--checkpoint",
            "sudoku-4x4",
            "--data",
            BOARDS,
            "--samples",
            "6",
            "--axis",
            axis,
            "--halt",
            "fixed",
            "--max-segments",
            "2",
            "--untrained-seeds",
            "7,8",
            "--device",
            "cpu",
            "--csv",
            &csv,
            "--json",
        ]);
        assert_eq!((&report["samples"], &report["axis"]), (&6.into(), &axis.into()));
        let curve = report["curve"].as_array().unwrap();
        assert_eq!(curve.last().unwrap()["pr_z_h"], report["pr_z_h"]);
        assert_eq!(report["untrained"]["seeds"], serde_json::json!([7, 8]));
        assert!(report["untrained"]["pr_z_l"].as_f64().unwrap() >= 1.0 && report["pr_z_l"].as_f64().unwrap() >= 1.0);
        let text = std::fs::read_to_string(&csv).unwrap();
        assert_eq!(text.lines().count(), 1 + curve.len());
    }
}

/// A small model with fresh weights, saved.
fn fresh(folder: &Path, side: usize, vocab: usize) -> String {
    let config = HrmConfig {
        hidden: 16,
        heads: 2,
        h_layers: 1,
        l_layers: 1,
        inner: Some(32),
        puzzle_dim: 16,
        puzzles: 3,
        vocab,
        seq_len: side * side,
        max_segments: 2,
        ..HrmConfig::default()
    };
    let path = folder.join("model.safetensors");
    save(&Initializer::default().build(&config, &Device::flex()), &path, HashMap::new()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn mazes_and_arc_are_analyzed_too() {
    for (side, vocab, data) in [
        (9, 6, "generated:maze-9x9,kind=perfect,length=8..40,count=3,seed=7"),
        (10, 12, "generated:arc-10x10,families=gravity,pairs=3,seed=7"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let model = fresh(folder.path(), side, vocab);
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (csv, png) = (at("x.csv"), at("x.png"));
        for (kind, rows) in [("residual", 13), ("dimensionality", 4), ("halting", 9), ("trajectory", 1 + 3 * 12)] {
            let report = json(&[
                "analyze",
                kind,
                "--checkpoint",
                &model,
                "--data",
                data,
                "--samples",
                "3",
                "--device",
                "cpu",
                "--csv",
                &csv,
                "--png",
                &png,
                "--scale",
                "0.5",
                "--dark",
                "--json",
            ]);
            assert_eq!(report["samples"], 3);
            assert!(report["definition"].is_string() && report["model"]["sha256"].is_string());
            assert_eq!(std::fs::read_to_string(&csv).unwrap().lines().count(), rows, "{kind}");
            assert_eq!(image::open(&png).unwrap().width(), 480);
        }
    }
}

#[test]
fn a_trace_becomes_a_moving_picture() {
    use image::AnimationDecoder;
    let folder = tempfile::tempdir().unwrap();
    let (_, trace) = trace(folder.path(), 2);
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let export = |out: &str, more: &[&str]| {
        let (out, base) = (at(out), ["export", "--trace", &trace, "--size", "96", "--json", "--out"]);
        let report = json(&[&base[..], &[&out], more].concat());
        (std::io::Cursor::new(std::fs::read(&out).unwrap()), report)
    };
    let (gif, report) = export("x.gif", &[]);
    assert_eq!((&report["frames"], &report["read_out"]), (&13.into(), &true.into()));
    let frames = image::codecs::gif::GifDecoder::new(gif).unwrap().into_frames().collect_frames().unwrap();
    assert_eq!((frames.len(), frames[0].buffer().width()), (13, 128));
    let (apng, _) = export("x.png", &["--row", "5", "--dark"]);
    let apng = image::codecs::png::PngDecoder::new(apng).unwrap();
    assert_eq!(apng.apng().unwrap().into_frames().count(), 13);
    let (still, report) = export("y.png", &["--step", "0"]);
    assert_eq!(report["frames"], 1);
    assert!(!image::codecs::png::PngDecoder::new(still).unwrap().is_apng().unwrap());

    for (arguments, why) in [
        (&["--out", "x.bmp"][..], ".gif"),
        (&["--out", "x.gif", "--row", "6"], "no row 6"),
        (&["--out", "x.png", "--step", "14"], "beyond"),
        (&["--out", "x.gif", "--step", "1"], "--step writes a PNG"),
        (&["--out", "x.gif", "--checkpoint", "sudoku-6x6"], "not the model of this trace"),
        (&["--out", "/proc/nope/x.gif"], "/proc/nope/x.gif"),
    ] {
        let run = hrmscope(&[&["export", "--trace", &trace][..], arguments].concat());
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(1), "{said}");
        assert!(said.contains(why), "{said}");
    }
    let tokens = at("tokens.safetensors");
    let run = hrmscope(&["export", "--trace", &tokens, "--out", &at("z.gif")]);
    assert_eq!(run.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&run.stderr).contains("is no trace"));
}

#[test]
fn a_damaged_trace_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, path) = trace(folder.path(), 1);
    let broken = folder.path().join("broken.safetensors");
    for cut in [0, 7, 100, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&broken, &bytes[..cut]).unwrap();
        let error = TraceFile::open(&broken).unwrap_err();
        assert!(error.to_string().contains("broken.safetensors"), "{error}");
    }
    let (tensors, metadata) = read_tensors(Path::new(&path)).unwrap();
    let kept: Vec<_> = tensors
        .into_iter()
        .filter(|(name, _)| name != "seg0.L1.z_L")
        .map(|(name, (shape, values))| (name, shape, values))
        .collect();
    write_tensors(&broken, &kept, metadata).unwrap();
    let error = TraceFile::open(&broken).unwrap_err();
    assert!(error.to_string().contains("`seg0.L1.z_L` is missing"), "{error}");
}

#[test]
fn a_trace_whose_model_is_gone_shows_the_segments_ends() {
    let folder = tempfile::tempdir().unwrap();
    let model = fresh(folder.path(), 4, 6);
    let examples = BOARDS.parse::<DataSource>().unwrap().load(None, &|_| true).unwrap().examples(1).unwrap();
    let [tokens, trace, out] = ["t.safetensors", "trace.safetensors", "x.png"].map(|name| folder.path().join(name));
    write_tokens(&examples, &tokens);
    let [tokens, trace, out] = [&tokens, &trace, &out].map(|path| path.to_str().unwrap());
    let run = hrmscope(&["trace", "--checkpoint", &model, "--tokens", tokens, "--segments", "2", "--out", trace]);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    std::fs::remove_file(&model).unwrap();
    let report = json(&["export", "--trace", trace, "--out", out, "--size", "64", "--json"]);
    assert_eq!((&report["frames"], &report["read_out"]), (&13.into(), &false.into()));
}

#[test]
fn what_cannot_be_analyzed_is_refused() {
    let asked = |arguments: &[&str]| {
        let run = hrmscope(&[&["analyze"][..], arguments].concat());
        (run.status.code(), String::from_utf8_lossy(&run.stderr).into_owned())
    };
    let base = ["--checkpoint", "sudoku-4x4", "--device", "cpu", "--data"];
    for (arguments, code, why) in [
        (&["residual", BOARDS, "--samples", "0"][..], 2, "--samples"),
        (&["dimensionality", BOARDS, "--samples", "2", "--axis", "some"], 2, "all, mean or final"),
        (&["trajectory", BOARDS, "--samples", "2", "--axis", "17"], 1, "0 to 16"),
        (&["residual", "generated:6x6,givens=20..20,count=2", "--samples", "2"], 1, "6x6"),
        (&["residual", "/no/such.csv", "--samples", "2"], 1, "/no/such.csv"),
        (&["halting", BOARDS, "--samples", "2", "--max-segments", "2", "--csv", "/proc/nope/x"], 1, "/proc/nope/x"),
    ] {
        let [kind, data, rest @ ..] = arguments else { panic!() };
        let (found, said) = asked(&[&[*kind][..], &base, &[*data], rest].concat());
        assert_eq!(found, Some(code), "{said}");
        assert!(said.contains(why), "{said}");
    }
}
