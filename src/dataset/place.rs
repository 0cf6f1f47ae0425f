//! Where something new may be written: it never takes the place of what stands there.

use std::path::Path;

use super::DataError;

/// Whether a new file may be written there. An empty one holds nothing that would be lost, and a pipe or a device is
/// written to as it is.
///
/// # Errors
/// Something stands there already, or a file stands where a folder would have to be.
pub fn new_file(path: &Path) -> Result<(), DataError> {
    let taken = path.metadata().is_ok_and(|found| found.is_dir() || (found.is_file() && found.len() > 0));
    check(path, taken, "file")
}

/// Whether a new folder may be made there; an empty one may stand there.
///
/// # Errors
/// As [`new_file`].
pub(super) fn new_folder(path: &Path) -> Result<(), DataError> {
    let taken = match std::fs::read_dir(path) {
        Ok(mut inside) => inside.next().is_some(),
        Err(_) => path.symlink_metadata().is_ok(),
    };
    // A name such as `..` is that of a folder that is there.
    check(path, taken || path.file_name().is_none(), "folder")
}

fn check(path: &Path, taken: bool, what: &str) -> Result<(), DataError> {
    let wrong = |path: &Path, why: String| Err(DataError::Content { path: path.to_owned(), why });
    if let Some(file) = path.ancestors().skip(1).find(|above| above.is_file()) {
        return wrong(file, "this is a file, and no folder to write in: say another place".to_owned());
    }
    match taken {
        true => {
            wrong(path, format!("something stands there already: say the name of a new {what}, or remove this one"))
        }
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_takes_the_place_of_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("inside/empty")).unwrap();
        std::fs::write(at("file"), "mine").unwrap();
        std::fs::write(at("nothing"), "").unwrap();
        for name in ["new", "new/deeper", "nothing"] {
            new_file(&at(name)).unwrap();
        }
        for name in ["new", "new/deeper", "inside/empty"] {
            new_folder(&at(name)).unwrap();
        }
        let told = |found: Result<(), DataError>| found.unwrap_err().to_string();
        for message in [told(new_file(&at("file"))), told(new_file(&at("inside")))] {
            assert!(message.contains("stands there already: say the name of a new file, or remove this"), "{message}");
        }
        for name in ["file", "nothing", "inside", "inside/.."] {
            assert!(told(new_folder(&at(name))).contains("the name of a new folder"), "{name}");
        }
        for message in [told(new_file(&at("file/x"))), told(new_folder(&at("file/x/y")))] {
            assert!(message.contains("file: this is a file, and no folder"), "{message}");
        }
    }
}
