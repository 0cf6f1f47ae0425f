//! From a name, file or folder to a model.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use burn::tensor::Device;
use sha2::{Digest, Sha256};

use super::state::{compare, from_model, into_model};
use super::{CheckpointError, Report, State, foreign, hex, native};
use crate::files;
use crate::model::{Hrm, HrmConfig, Initializer};

/// The models that the program carries; the first plays the demo.
pub const SHIPPED: &[(&str, &[u8])] = &[
    ("sudoku-6x6", include_bytes!("../../assets/checkpoints/sudoku-6x6/model.safetensors")),
    ("sudoku-4x4", include_bytes!("../../assets/checkpoints/sudoku-4x4/model.safetensors")),
    ("sudoku-9x9", include_bytes!("../../assets/checkpoints/sudoku-9x9/model.safetensors")),
    ("maze", include_bytes!("../../assets/checkpoints/maze/model.safetensors")),
    ("maze-11x11", include_bytes!("../../assets/checkpoints/maze-11x11/model.safetensors")),
    ("maze-13x13", include_bytes!("../../assets/checkpoints/maze-13x13/model.safetensors")),
    ("maze-15x15", include_bytes!("../../assets/checkpoints/maze-15x15/model.safetensors")),
    ("arc-mini", include_bytes!("../../assets/checkpoints/arc-mini/model.safetensors")),
];

/// How many damaged checkpoints of a folder are named.
const TOLD: usize = 3;

/// A checkpoint that was read and understood, not yet on a device.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// Where it came from; for a shipped model its name.
    pub path: PathBuf,
    /// The model's configuration.
    pub config: HrmConfig,
    /// Its tensors.
    pub state: State,
    /// Hex SHA-256 of the file.
    pub hash: String,
    /// The names of its puzzle ids, where they are known.
    pub identifiers: Option<Vec<String>>,
    /// Which newer one of its folder is damaged, so that this one was taken.
    pub passed_over: Option<String>,
}

impl Checkpoint {
    /// What does not fit.
    pub fn report(&self) -> Report {
        compare(&self.config, &self.state)
    }

    /// A short name for people.
    pub fn name(&self) -> String {
        let stem = self.path.file_stem().unwrap_or(self.path.as_os_str());
        stem.to_string_lossy().into_owned()
    }

    /// Makes it a checkpoint of this configuration: positions belong to a board of one size, so those of another begin
    /// anew with the initialiser's; schedule and limits are the configuration's own. All else must fit as it is.
    ///
    /// # Errors
    /// A device that no longer answers.
    pub fn begin(&mut self, config: &HrmConfig, initializer: &Initializer) -> Result<(), CheckpointError> {
        if self.config.seq_len != config.seq_len && self.state.contains_key(Hrm::POSITIONS) {
            let mut fresh = from_model(&initializer.build(config, &Device::flex()))?;
            self.state.extend(fresh.remove_entry(Hrm::POSITIONS));
        }
        self.config = config.clone();
        Ok(())
    }

    /// The model on a device.
    ///
    /// # Errors
    /// Every tensor that is missing or has another shape, by name.
    pub fn model(&self, device: &Device) -> Result<Hrm, CheckpointError> {
        into_model(&self.path, &self.config, &self.state, device)
    }
}

/// Opens a shipped model by name, a checkpoint file, or the newest checkpoint of a run folder; newer ones that are damaged
/// are passed over, and named on standard error.
///
/// # Errors
/// Says which file, what is wrong with it and what to do; nothing is half loaded.
pub fn open(name: &str) -> Result<Checkpoint, CheckpointError> {
    open_for(name, None)
}

/// [`open`] for boards of so many cells, which a rotary model without `dataset.json` does not tell itself.
///
/// # Errors
/// As [`open`].
pub fn open_for(name: &str, cells: Option<usize>) -> Result<Checkpoint, CheckpointError> {
    if let Some(checkpoint) = shipped(name) {
        return checkpoint;
    }
    let path = Path::new(name);
    if path.is_dir() {
        let checkpoint = newest(path, cells)?;
        // Here, so that no command opens an older one without a word.
        if let Some(note) = &checkpoint.passed_over {
            eprintln!("{note}");
        }
        return Ok(checkpoint);
    }
    if !path.exists() {
        let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
        return Err(CheckpointError::NotFound { name: name.to_owned(), shipped: names.join(", ") });
    }
    open_file(path, cells)
}

/// The name of the model that [`open`] would open, and the hex SHA-256 of its file.
///
/// # Errors
/// No such model, or the disk's reasons.
pub fn fingerprint(path: &Path) -> Result<(String, String), CheckpointError> {
    if let Some((name, bytes)) = SHIPPED.iter().find(|(name, _)| Path::new(name) == path) {
        return Ok(((*name).to_owned(), hash(bytes)));
    }
    if path.is_dir() {
        let checkpoint = newest(path, None)?;
        return Ok((checkpoint.name(), checkpoint.hash));
    }
    let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok((name, hash(&files::read(path)?)))
}

/// A model that the program carries.
pub fn shipped(name: &str) -> Option<Result<Checkpoint, CheckpointError>> {
    let (name, bytes) = SHIPPED.iter().find(|(shipped, _)| *shipped == name)?;
    Some(from_safetensors(Path::new(name), bytes, None))
}

/// The configurations of the models that the program carries, in their order.
pub fn shipped_configs() -> &'static [(&'static str, HrmConfig)] {
    static CONFIGS: LazyLock<Vec<(&str, HrmConfig)>> = LazyLock::new(|| {
        let config =
            |(name, bytes): &(&'static str, &[u8])| Some((*name, native::read_config(Path::new(name), bytes)?));
        SHIPPED.iter().filter_map(config).collect()
    });
    &CONFIGS
}

fn open_file(path: &Path, cells: Option<usize>) -> Result<Checkpoint, CheckpointError> {
    let bytes = files::read(path)?;
    // Pickles and their zip archives start with these; safetensors starts with the length of its JSON header.
    if bytes.starts_with(b"PK") || bytes.starts_with(&[0x80]) {
        let state = foreign::parse(path)?;
        let config = foreign::config(path, &state, cells)?;
        return Ok(Checkpoint {
            path: path.to_owned(),
            config,
            state,
            hash: hash(&bytes),
            identifiers: names(path),
            passed_over: None,
        });
    }
    from_safetensors(path, &bytes, cells)
}

fn from_safetensors(path: &Path, bytes: &[u8], cells: Option<usize>) -> Result<Checkpoint, CheckpointError> {
    let (state, metadata) = native::parse(path, bytes)?;
    let config = match native::config(path, &metadata)? {
        Some(config) => config,
        None => foreign::config(path, &state, cells)?,
    };
    let named = metadata.get(native::IDENTIFIERS_KEY).and_then(|text| serde_json::from_str(text).ok());
    let identifiers = named.or_else(|| names(path));
    Ok(Checkpoint { path: path.to_owned(), config, state, hash: hash(bytes), identifiers, passed_over: None })
}

/// The names of the puzzle ids in an `identifiers.json` beside a checkpoint, or in the run folder that holds it.
fn names(path: &Path) -> Option<Vec<String>> {
    let folders = path.ancestors().skip(1).take(2);
    folders.map(|folder| folder.join("identifiers.json")).find_map(|file| {
        let bytes = std::fs::read(file).ok()?;
        serde_json::from_slice(&bytes).ok()
    })
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The newest sound checkpoint in a run folder, or in a folder of `step_N` files: the largest N.
fn newest(folder: &Path, cells: Option<usize>) -> Result<Checkpoint, CheckpointError> {
    use CheckpointError::{BadConfig, Config, Damaged, EmptyFolder, File, NoneSound};
    let mut found = steps(&folder.join("checkpoints"));
    found.extend(steps(folder));
    found.sort();
    let mut damage = Vec::new();
    for (_, path) in found.iter().rev() {
        match open_file(path, cells) {
            Ok(checkpoint) => {
                let note = |damage: &CheckpointError| format!("{damage}; {} is taken instead", path.display());
                return Ok(Checkpoint { passed_over: damage.first().map(note), ..checkpoint });
            }
            // What is wrong with a file says nothing of the others; what is missing beside it is missing for all.
            Err(error @ (Damaged { .. } | File(_) | BadConfig { .. } | Config { .. })) => damage.push(error),
            Err(error) => return Err(error),
        }
    }
    let count = damage.len();
    match damage.pop() {
        None => Err(EmptyFolder { path: folder.to_owned() }),
        Some(only) if count == 1 => Err(only),
        Some(oldest) => {
            let problems = damage.iter().chain([&oldest]).take(TOLD).map(ToString::to_string).collect();
            Err(NoneSound { path: folder.to_owned(), count, problems })
        }
    }
}

/// The `step_N` files of a folder, by N.
pub fn steps(folder: &Path) -> Vec<(u64, PathBuf)> {
    let step = |path: &Path| -> Option<u64> {
        let name = path.file_name()?.to_str()?.strip_prefix("step_")?;
        let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let mut found: Vec<_> = entries.filter(|p| p.is_file()).filter_map(|p| step(&p).map(|n| (n, p))).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::save;
    use crate::model::tiny_config;

    #[test]
    fn a_damaged_checkpoint_is_passed_over_and_named() {
        let place = tempfile::tempdir().unwrap();
        let model = Initializer::default().build(&tiny_config(), &Device::flex());
        let file = |step: u64| place.path().join(format!("checkpoints/step_{step}.safetensors"));
        for step in [5, 10, 20] {
            save(&model, &file(step), Default::default()).unwrap();
        }
        let damage = |step: u64| {
            let mut bytes = std::fs::read(file(step)).unwrap();
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            std::fs::write(file(step), bytes).unwrap();
        };
        let opened = || newest(place.path(), None);
        assert!(matches!(opened(), Ok(found) if found.path == file(20) && found.passed_over.is_none()));
        damage(20);
        let found = opened().unwrap();
        let note = found.passed_over.clone().unwrap();
        assert_eq!((found.name(), found.hash), fingerprint(place.path()).unwrap());
        assert_eq!(found.path, file(10));
        assert!(note.contains("step_20.safetensors is not a checkpoint, or damaged"), "{note}");
        damage(10);
        damage(5);
        let error = opened().unwrap_err().to_string();
        assert!(error.contains("3 checkpoints, and none can be read") && error.contains("step_10"), "{error}");
    }
}
