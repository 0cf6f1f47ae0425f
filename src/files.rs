//! Writing files so that nothing is lost: a temporary name in the same folder, fsync, rename.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::TempPath;
use thiserror::Error;

/// A file that could not be read or written.
#[derive(Debug, Error)]
#[error("cannot {what} {path}: {reason}")]
pub struct FileError {
    /// `read` or `write`.
    pub what: &'static str,
    /// The file.
    pub path: PathBuf,
    /// The system's reason.
    pub reason: std::io::Error,
}

/// Reads a whole file.
///
/// # Errors
/// Names the file and the system's reason.
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    std::fs::read(path).map_err(|reason| FileError { what: "read", path: path.to_owned(), reason })
}

/// Reads a whole text file; bytes that are not UTF-8 become replacement characters, which parsers then refuse by place.
///
/// # Errors
/// Names the file and the system's reason.
pub fn read_text(path: &Path) -> Result<String, FileError> {
    Ok(String::from_utf8_lossy(&read(path)?).into_owned())
}

/// Takes a lock that is held until the file is dropped; None when another process holds it. A file system without locks
/// must not keep anyone from working: there everybody gets it.
///
/// # Errors
/// Names the file and the system's reason, when it cannot be made.
pub fn lock(path: &Path) -> Result<Option<File>, FileError> {
    let failed = |reason| FileError { what: "write", path: path.to_owned(), reason };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
    }
}

/// Writes a file whole or not at all: whoever looks at `path` sees the old content or the new one.
///
/// # Errors
/// Names the file and the system's reason; the old content is then untouched.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_whole(path, true, |file| file.write_all(bytes))
}

/// As [`write_atomic`], without waiting for the disk: for what is written often and may be lost with the power.
///
/// # Errors
/// As [`write_atomic`].
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_whole(path, false, |file| file.write_all(bytes))
}

/// As [`write_atomic`], for content that is too large to be put together first.
///
/// # Errors
/// As [`write_atomic`].
pub fn write_streamed(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), FileError> {
    write_whole(path, true, |file| {
        let mut buffered = std::io::BufWriter::with_capacity(1 << 20, file);
        fill(&mut buffered)?;
        buffered.flush()
    })
}

fn write_whole(
    path: &Path,
    durable: bool,
    fill: impl FnOnce(&mut std::fs::File) -> std::io::Result<()>,
) -> Result<(), FileError> {
    let mut draft = Draft::begin(path)?;
    fill(&mut draft.file).map_err(|reason| draft.failed(reason))?;
    draft.finish(durable)
}

/// A file being written, under another name until all of it is there.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    file: File,
    /// The other name, and the file that gets replaced; None for a pipe or a device, which is written to as it is.
    put: Option<(TempPath, PathBuf)>,
}

impl Draft {
    /// Begins a file, and its folder if there is none; what stands under its name stays until the end. A link stays too:
    /// what it leads to is replaced.
    ///
    /// # Errors
    /// Names the file and the system's reason.
    pub fn begin(path: &Path) -> Result<Self, FileError> {
        let failed = |reason| FileError { what: "write", path: path.to_owned(), reason };
        let there = path.metadata().ok();
        if there.as_ref().is_some_and(std::fs::Metadata::is_dir) {
            return Err(failed(std::io::ErrorKind::IsADirectory.into()));
        }
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
            return Ok(Self { path: path.to_owned(), file, put: None });
        }
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let mut builder = tempfile::Builder::new();
        // A temporary file is private by default; this one becomes the user's own, with the rights their umask gives.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let (file, name) = builder.tempfile_in(folder).map_err(failed)?.into_parts();
        Ok(Self { path: path.to_owned(), file, put: Some((name, target)) })
    }

    fn failed(&self, reason: std::io::Error) -> FileError {
        FileError { what: "write", path: self.path.clone(), reason }
    }

    /// Puts the file in its place, and waits for the disk if it is to be `durable`.
    ///
    /// # Errors
    /// As [`Draft::begin`]; what stood there before is then untouched.
    pub fn finish(mut self, durable: bool) -> Result<(), FileError> {
        let Some((name, target)) = self.put.take() else { return Ok(()) };
        if durable {
            self.file.sync_all().map_err(|reason| self.failed(reason))?;
        }
        name.persist(target).map_err(|e| self.failed(e.error))
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_whole_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/file");
        write_atomic(&path, b"one").unwrap();
        write_atomic(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_written_file_has_the_rights_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let [ours, plain] = ["ours", "plain"].map(|name| folder.path().join(name));
        write_atomic(&ours, b"").unwrap();
        std::fs::write(&plain, b"").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let [file, link, null] = ["file", "link", "null"].map(|name| folder.path().join(name));
        write_atomic(&file, b"one").unwrap();
        symlink(&file, &link).unwrap();
        write_atomic(&link, b"two").unwrap();
        assert!(link.is_symlink());
        assert_eq!(read(&file).unwrap(), b"two");
        symlink("/dev/null", &null).unwrap();
        write_atomic(&null, b"three").unwrap();
        assert!(null.is_symlink() && !null.metadata().unwrap().is_file());
        assert!(write_atomic(folder.path(), b"").unwrap_err().to_string().contains("directory"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn errors_name_the_file() {
        assert!(read(Path::new("/no/such")).unwrap_err().to_string().contains("/no/such"));
        assert!(write_atomic(Path::new("/proc/nope/x"), b"").unwrap_err().to_string().contains("/proc/nope/x"));
    }
}
