//! Damaged input: an error that names the file, never a panic, never a half-loaded model.

use hrmscope::board::sudoku::{Shape, Sudoku, generate};
use hrmscope::checkpoint::{open, save};
use hrmscope::dataset::DataSource;
use hrmscope::task::{Boards, sudoku};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::support::golden_folder;

/// One way in which files go wrong: bytes changed, a stretch cut out, the end missing, a stretch doubled.
fn damage(bytes: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    // The first bytes are where formats keep what they trust.
    let reach = if rng.random_bool(0.5) { bytes.len().min(2000) } else { bytes.len() };
    let at = rng.random_range(0..reach);
    let end = (at + rng.random_range(1..200)).min(bytes.len());
    match rng.random_range(0..5) {
        0 => bytes[at] ^= 1 << rng.random_range(0..8),
        1 => bytes[at..end].iter_mut().for_each(|b| *b = rng.random()),
        2 => drop(bytes.drain(at..end)),
        3 => bytes.truncate(at),
        _ => {
            let copy = bytes[at..end].to_vec();
            bytes.splice(at..at, copy);
        }
    }
}

#[test]
fn three_hundred_damaged_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    for beside in ["all_config.yaml", "dataset.json"] {
        std::fs::copy(golden_folder("tiny_noemb").join(beside), folder.path().join(beside)).unwrap();
    }
    let public = std::fs::read(golden_folder("tiny_noemb/step_100")).unwrap();
    let ours = folder.path().join("ours.safetensors");
    let cpu = burn::tensor::Device::flex();
    let whole = open(golden_folder("tiny_noemb/step_100").to_str().unwrap()).unwrap();
    save(&whole.model(&cpu).unwrap(), &ours, Default::default()).unwrap();
    let ours = std::fs::read(ours).unwrap();
    let yaml = std::fs::read(folder.path().join("all_config.yaml")).unwrap();

    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut refused = 0;
    for round in 0..300 {
        let (mut public, mut ours, mut yaml) = (public.clone(), ours.clone(), yaml.clone());
        let name = match round % 3 {
            0 => {
                damage(&mut public, &mut rng);
                "step_1"
            }
            1 => {
                damage(&mut ours, &mut rng);
                "model.safetensors"
            }
            _ => {
                damage(&mut yaml, &mut rng);
                "step_1"
            }
        };
        std::fs::write(folder.path().join("step_1"), public).unwrap();
        std::fs::write(folder.path().join("model.safetensors"), ours).unwrap();
        std::fs::write(folder.path().join("all_config.yaml"), yaml).unwrap();
        let path = folder.path().join(name);
        // Some damage is to numbers alone and cannot be told; then the whole model is there.
        match open(path.to_str().unwrap()).and_then(|checkpoint| checkpoint.model(&cpu)) {
            Ok(model) => assert!(model.parameters() > 0),
            Err(error) => {
                refused += 1;
                let message = error.to_string();
                assert!(message.contains(folder.path().to_str().unwrap()), "{message}");
            }
        }
    }
    assert!(refused > 100, "only {refused} of 300 damaged files were noticed");
}

#[test]
fn three_hundred_damaged_puzzle_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("puzzles.csv");
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let puzzles: Vec<_> = (0..4).map(|_| generate(Shape::ALL[1], 16..=20, &mut rng).unwrap()).collect();
    hrmscope::dataset::write_csv(&path, "test", &puzzles).unwrap();
    let csv = std::fs::read(&path).unwrap();
    let text = puzzles[0].board.to_rows().into_bytes();
    for _ in 0..300 {
        let (mut csv, mut text) = (csv.clone(), text.clone());
        damage(&mut csv, &mut rng);
        damage(&mut text, &mut rng);
        std::fs::write(&path, csv).unwrap();
        let source: DataSource = path.to_str().unwrap().parse().unwrap();
        match source.load(None, &|_| true) {
            Ok(set) => assert!(set.examples(usize::MAX).unwrap().iter().all(|example| {
                let Boards::Sudoku(shape) = set.boards() else { return true };
                let solution = sudoku::decode(shape, &example.labels);
                solution.is_solved() && solution.extends(&sudoku::decode(shape, &example.inputs))
            })),
            Err(error) => assert!(error.to_string().contains("puzzles.csv"), "{error}"),
        }
        if let Ok(board) = Sudoku::parse(&String::from_utf8_lossy(&text), None) {
            assert_eq!(board.cells().len(), board.shape().cells());
        }
    }
}
