//! Runs in folders of somebody's own: a list beside the usual runs, so that the window shows what a terminal trains.

use std::path::{Path, PathBuf};

use super::watch::is_run;
use crate::files::{self, FileError};

/// The list, in the folder of the usual runs.
const LIST: &str = "elsewhere.txt";

/// Puts a run folder on the list; those that are gone, and those in the usual place, do not stand there.
///
/// # Errors
/// The disk's reasons.
pub fn remember(root: &Path, folder: &Path) -> Result<(), FileError> {
    let failed = |what, path: &Path, reason| FileError { what, path: path.to_owned(), reason };
    let folder = folder.canonicalize().map_err(|reason| failed("read", folder, reason))?;
    std::fs::create_dir_all(root).map_err(|reason| failed("write", root, reason))?;
    let mut folders = known(root);
    if folder.parent() == root.canonicalize().ok().as_deref() || folders.contains(&folder) {
        return Ok(());
    }
    folders.push(folder);
    let lines: String = folders.iter().map(|folder| format!("{}\n", folder.display())).collect();
    files::write_atomic(&root.join(LIST), lines.as_bytes())
}

/// The run folders on the list that are still there.
pub fn known(root: &Path) -> Vec<PathBuf> {
    let list = std::fs::read_to_string(root.join(LIST)).unwrap_or_default();
    list.lines().map(PathBuf::from).filter(|folder| is_run(folder)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_anywhere_is_known_until_it_is_gone() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("runs");
        let run = |name: &str| {
            let folder = place.path().join(name);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("run.json"), "{}").unwrap();
            folder.canonicalize().unwrap()
        };
        let (one, two, usual) = (run("one"), run("two"), run("runs/three"));
        assert!(known(&root).is_empty());
        for folder in [&one, &two, &one, &usual] {
            remember(&root, folder).unwrap();
        }
        assert_eq!(known(&root), [one.clone(), two.clone()]);
        std::fs::remove_dir_all(&one).unwrap();
        assert_eq!(known(&root), [two]);
        assert!(remember(&root, &one).is_err());
    }
}
