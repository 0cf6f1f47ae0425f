//! The files of a run: what each is called, who may work on them, and how they are kept whole.
//!
//! ```text
//! RUN/run.json                         the whole configuration
//! RUN/status.json                      what the run is at, about once a second
//! RUN/metrics.jsonl                    reports, held-out evaluations, and what happened
//! RUN/live.jsonl                       one held-out puzzle as the weights of that moment answer it
//! RUN/resume/step_N.safetensors        everything that decides the next step; the two newest
//! RUN/checkpoints/step_N.safetensors   the averaged weights; the newest, the best, and every so many steps
//! RUN/request                          `pause` or `stop`: what the run is asked to do
//! RUN/lock                             held while a process works on the run
//! ```

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::run::RunError;
use crate::checkpoint;
use crate::files::{self, FileError};

/// What a run is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Its data are made or read.
    Preparing,
    /// It makes steps.
    Training,
    /// It was asked to pause, and waits to be resumed.
    Paused,
    /// It was asked to stop.
    Stopped,
    /// It reached the end of its schedule.
    Done,
    /// It cannot go on; the message says why.
    Failed,
    /// It has said nothing, or a word of another version.
    #[default]
    #[serde(other)]
    Unknown,
}

/// The best held-out figure so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// The step it was measured at.
    pub step: u64,
    /// Share of held-out boards wholly right.
    pub exact: f64,
}

/// What `status.json` says; what it does not say is 0 or None.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Status {
    /// What the run is at.
    pub state: Phase,
    /// The process that works on it, or did.
    pub pid: u32,
    /// Steps made.
    pub step: u64,
    /// The step where it stops: the end of the schedule, or an earlier one that it was told.
    pub steps: u64,
    /// Speed since the start or the resumption.
    pub steps_per_s: f64,
    /// Seconds to that step at this speed.
    pub eta_s: Option<f64>,
    /// What computes.
    pub device: String,
    /// Why it failed, or what it waits for.
    pub message: Option<String>,
    /// When this was written, seconds since 1970.
    pub at: u64,
    /// When everything was saved last, seconds since 1970.
    pub saved_at: u64,
    /// The step that was saved last.
    pub saved_step: u64,
    /// Size of the folder.
    pub bytes: u64,
    /// The best held-out figure.
    pub best: Option<Best>,
    /// Number of weights.
    pub parameters: usize,
}

/// What a run can be asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Save and end, to be resumed.
    Pause,
    /// Save and end.
    Stop,
}

/// Seconds since 1970; 0 on a clock that stands before.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Asks the run in a folder to pause or stop; it does so after the step it is in.
///
/// # Errors
/// The disk's reasons.
pub fn ask(folder: &Path, request: Request) -> Result<(), FileError> {
    let word: &[u8] = match request {
        Request::Pause => b"pause",
        Request::Stop => b"stop",
    };
    files::write_atomic(&folder.join("request"), word)
}

/// A run folder that this process works on; no other can until it is dropped.
#[derive(Debug)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if needed and takes it.
    ///
    /// # Errors
    /// Another process works on it, or it cannot be written.
    pub fn take(path: &Path) -> Result<Self, RunError> {
        let why = "another process works on this run: wait for it, or stop it (hrmscope train --stop)";
        match files::lock(&path.join("lock"))? {
            Some(lock) => {
                // What was asked of nobody is not meant for whoever comes later.
                let _ = std::fs::remove_file(path.join("request"));
                Ok(Self { path: path.to_owned(), _lock: lock })
            }
            None => Err(RunError::Folder { path: path.to_owned(), why: why.into() }),
        }
    }

    /// A file of the run.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// What the run was asked to do since the last time; the request is then gone.
    pub fn request(&self) -> Option<Request> {
        let path = self.file("request");
        let text = std::fs::read_to_string(&path).ok()?;
        // What cannot be removed would be read again: harmless, the run ends.
        let _ = std::fs::remove_file(&path);
        match text.trim() {
            "pause" => Some(Request::Pause),
            "stop" => Some(Request::Stop),
            _ => None,
        }
    }

    /// Writes `status.json`. A status that cannot be written is no reason to stop training.
    pub fn tell(&self, status: &Status) {
        if let Ok(text) = serde_json::to_vec(status) {
            let _ = files::replace(&self.file("status.json"), &text);
        }
    }

    /// Adds a line to a file of lines.
    ///
    /// # Errors
    /// The disk's reasons.
    pub fn add_line(&self, name: &str, line: &Value) -> Result<(), FileError> {
        let path = self.file(name);
        let written = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
        written.map_err(|reason| FileError { what: "write", path, reason })
    }

    /// Drops the lines that a killed run wrote after its last save: their steps are made again.
    ///
    /// # Errors
    /// The disk's reasons.
    pub fn keep_lines_until(&self, name: &str, step: u64) -> Result<(), FileError> {
        let path = self.file(name);
        if !path.exists() {
            return Ok(());
        }
        let text = files::read_text(&path)?;
        let of_step = |line: &str| serde_json::from_str::<Value>(line).ok()?.get("step")?.as_u64();
        let kept = |line: &&str| of_step(line).is_some_and(|s| s <= step);
        let kept: String = text.lines().filter(kept).map(|line| format!("{line}\n")).collect();
        if kept == text { Ok(()) } else { files::write_atomic(&path, kept.as_bytes()) }
    }

    /// The saved states, newest first: those of `resume/`, then the one that the first version kept.
    pub fn saves(&self) -> Vec<PathBuf> {
        let found = checkpoint::steps(&self.file("resume")).into_iter().rev().map(|(_, path)| path);
        found.chain(Some(self.file("resume.safetensors")).filter(|path| path.exists())).collect()
    }

    /// Removes the saved states but the newest two, and the checkpoints but the newest, the best and those of every
    /// `every` steps.
    pub fn prune(&self, newest: usize, best: Option<u64>, every: Option<u64>) {
        let saves = checkpoint::steps(&self.file("resume"));
        let checkpoints = checkpoint::steps(&self.file("checkpoints"));
        let kept = |step: u64| best == Some(step) || every.is_some_and(|every| step.is_multiple_of(every.max(1)));
        let old = saves.into_iter().rev().skip(2);
        let old = old.chain(checkpoints.into_iter().rev().skip(newest).filter(|(step, _)| !kept(*step)));
        for (_, path) in old {
            // One file too many does no harm.
            let _ = std::fs::remove_file(path);
        }
    }

    /// Size of everything in the folder.
    pub fn bytes(&self) -> u64 {
        let of = |folder: &Path| -> u64 {
            let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
            entries.filter_map(|entry| entry.metadata().ok()).filter(|m| m.is_file()).map(|m| m.len()).sum()
        };
        of(&self.path) + of(&self.file("resume")) + of(&self.file("checkpoints"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_taken_once() {
        let place = tempfile::tempdir().unwrap();
        let first = Folder::take(place.path()).unwrap();
        let error = Folder::take(place.path()).unwrap_err().to_string();
        assert!(error.contains("another process"), "{error}");
        drop(first);
        Folder::take(place.path()).unwrap();
    }

    #[test]
    fn a_request_is_read_once() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::take(place.path()).unwrap();
        assert_eq!(folder.request(), None);
        ask(place.path(), Request::Pause).unwrap();
        assert_eq!(folder.request(), Some(Request::Pause));
        assert_eq!(folder.request(), None);
        std::fs::write(folder.file("request"), "sing").unwrap();
        assert_eq!(folder.request(), None);
        drop(folder);
        ask(place.path(), Request::Stop).unwrap();
        assert_eq!(Folder::take(place.path()).unwrap().request(), None);
    }

    #[test]
    fn what_is_kept_and_what_is_not() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::take(place.path()).unwrap();
        for name in ["resume", "checkpoints"] {
            std::fs::create_dir(folder.file(name)).unwrap();
            for step in (0..=90).step_by(10) {
                std::fs::write(folder.file(&format!("{name}/step_{step}.safetensors")), b"12").unwrap();
            }
        }
        assert_eq!(folder.bytes(), 40);
        folder.prune(3, Some(30), Some(50));
        let steps = |name| checkpoint::steps(&folder.file(name)).into_iter().map(|(s, _)| s).collect::<Vec<_>>();
        assert_eq!(steps("resume"), [80, 90]);
        assert_eq!(steps("checkpoints"), [0, 30, 50, 70, 80, 90]);
        assert!(folder.saves()[0].ends_with("step_90.safetensors"));
    }

    #[test]
    fn lines_after_the_last_save_are_dropped() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::take(place.path()).unwrap();
        folder.keep_lines_until("metrics.jsonl", 3).unwrap();
        for step in 1..6 {
            folder.add_line("metrics.jsonl", &serde_json::json!({"step": step})).unwrap();
        }
        std::fs::write(folder.file("live.jsonl"), "{\"step\":1}\n{\"step\":2,\"a").unwrap();
        folder.keep_lines_until("metrics.jsonl", 3).unwrap();
        folder.keep_lines_until("live.jsonl", 3).unwrap();
        assert_eq!(std::fs::read_to_string(folder.file("metrics.jsonl")).unwrap().lines().count(), 3);
        assert_eq!(std::fs::read_to_string(folder.file("live.jsonl")).unwrap(), "{\"step\":1}\n");
    }
}
