//! Keeps the open documents on the disk while they are worked on, so that a crash loses a few seconds at most. A thread
//! writes; the window never waits. Each window has a file of its own, which it holds by a lock.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use super::session::Session;
use crate::files;

/// How many windows keep their documents at once.
const MOST: usize = 8;

/// What was found at the start.
#[derive(Debug, Default)]
pub struct Found {
    /// The documents of the last time, if any.
    pub session: Option<Session>,
    /// What could not be read, and where it is now.
    pub complaints: Vec<String>,
}

/// The file of one window.
pub struct Keeper {
    sender: Option<Sender<Session>>,
    thread: Option<JoinHandle<()>>,
    /// Why something could not be kept.
    pub failed: Receiver<String>,
    last: Session,
    _lock: File,
}

impl Keeper {
    /// Takes the first file in the folder that no other window has, and reads it. What windows that are no more left in
    /// other files is taken over. None where nothing can be kept.
    pub fn open(folder: &Path, wake: impl Fn() + Send + 'static) -> (Option<Self>, Found) {
        let mut found = Found::default();
        let mut mine = None;
        let mut others = Vec::new();
        for number in 1..=MOST {
            let path = folder.join(format!("documents-{number}.json"));
            if mine.is_some() && !path.exists() {
                continue;
            }
            match files::lock(&path.with_extension("lock")) {
                Ok(Some(lock)) if mine.is_none() => mine = Some((path, lock)),
                Ok(Some(lock)) => others.push((path, lock)),
                Ok(None) => {}
                Err(error) => {
                    found.complaints.push(format!("{error}. Open boards are not kept when the window is closed"));
                    return (None, found);
                }
            }
        }
        let Some((path, lock)) = mine else { return (None, found) };
        let mut last = Session::empty();
        for path in [&path].into_iter().chain(others.iter().map(|(path, _)| path)) {
            match read(path) {
                Ok(session) => last.extend(session),
                Err((complaint, aside)) => {
                    found.complaints.push(complaint);
                    if !aside {
                        return (None, found);
                    }
                }
            }
        }
        let taken_over = others.is_empty() || files::write_atomic(&path, &written(&last)).is_ok();
        for (other, _) in others.iter().filter(|_| taken_over) {
            // Its documents are in the window's own file now; a second copy would do no harm.
            let _ = std::fs::remove_file(other);
        }
        found.session = Some(last.clone()).filter(|session| !session.is_empty());
        let (sender, sessions) = channel::<Session>();
        let (say, failed) = channel();
        let work = move || write_all(&path, &sessions, &say, wake);
        let thread = std::thread::Builder::new().name("documents".into()).spawn(work).ok();
        (Some(Self { sender: Some(sender), thread, failed, last, _lock: lock }), found)
    }

    /// Hands the documents over to be written, where they are others than before.
    pub fn keep(&mut self, session: Session) {
        if session != self.last
            && let Some(sender) = &self.sender
        {
            self.last = session.clone();
            // Without the thread nothing is kept; it was said when it could not write.
            let _ = sender.send(session);
        }
    }
}

impl Drop for Keeper {
    /// Waits until everything is written; the lock is given back after it.
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn written(session: &Session) -> Vec<u8> {
    // A board always can be written as JSON.
    serde_json::to_vec(session).unwrap_or_default()
}

/// Writes the newest of what comes, until nothing more will. A disk that refuses is complained about once, until it does
/// not any more.
fn write_all(path: &Path, sessions: &Receiver<Session>, say: &Sender<String>, wake: impl Fn()) {
    let mut complained = false;
    while let Ok(mut session) = sessions.recv() {
        while let Ok(newer) = sessions.try_recv() {
            session = newer;
        }
        match files::write_atomic(path, &written(&session)) {
            Ok(()) => complained = false,
            Err(error) => {
                if !std::mem::replace(&mut complained, true) {
                    let _ =
                        say.send(format!("{error}. Open boards are not kept until this is mended: save them in files"));
                    wake();
                }
            }
        }
    }
}

/// Reads one file; one that is garbled is put aside under another name. An error says so, and whether that was possible.
fn read(path: &PathBuf) -> Result<Session, (String, bool)> {
    if !path.exists() {
        return Ok(Session::empty());
    }
    let read = files::read(path).map_err(|e| e.to_string()).and_then(|bytes| Session::read(&bytes));
    read.map_err(|why| {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let aside = path.with_extension(format!("garbled-{seconds}.json"));
        let moved = std::fs::rename(path, &aside);
        let end = match &moved {
            Ok(()) => format!("The file is put aside as {}", aside.display()),
            Err(error) => format!("It cannot be put aside ({error}), so open boards are not kept: move it away"),
        };
        (
            format!("The open boards of the last time cannot be read from {}: {why}. {end}", path.display()),
            moved.is_ok(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::persist::Settings;
    use super::super::super::state::State;
    use super::super::session::{restore, session};
    use super::*;
    use crate::board::sudoku::Sudoku;

    /// Opens the file of a window, and tells what stood in it.
    fn open(folder: &Path) -> (Keeper, Found) {
        let (keeper, found) = Keeper::open(folder, || {});
        (keeper.unwrap(), found)
    }

    fn of(text: &str) -> Session {
        let mut state = State::new(Settings::default());
        state.doc = super::super::Document::new(7, Sudoku::parse(text, None).unwrap().into(), text.to_owned());
        state.doc.untouched = false;
        session(&state)
    }

    fn titles(found: &Found) -> Vec<String> {
        let mut state = State::new(Settings::default());
        restore(&mut state, found.session.clone().unwrap());
        state.documents().map(|doc| doc.title.clone()).collect()
    }

    #[test]
    fn two_windows_have_a_file_each_and_the_next_one_takes_over_both() {
        let folder = tempfile::tempdir().unwrap();
        let (mut first, found) = open(folder.path());
        assert!(found.session.is_none() && found.complaints.is_empty());
        let (mut second, found) = open(folder.path());
        assert!(found.session.is_none());
        first.keep(of("1... .... .... ...."));
        second.keep(of("2... .... .... ...."));
        drop((first, second));
        let (third, found) = open(folder.path());
        assert_eq!(titles(&found), ["1... .... .... ....", "2... .... .... ...."]);
        assert!(!folder.path().join("documents-2.json").exists(), "it is in the first file now");
        drop(third);
        assert_eq!(titles(&open(folder.path()).1).len(), 2);
    }

    #[test]
    fn a_garbled_file_is_put_aside_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("documents-1.json");
        for bytes in [&b"{\"version\":1,\"doc"[..], b"", b"{\"version\":9,\"current\":0,\"documents\":[]}", b"\xff\x00"]
        {
            std::fs::write(&path, bytes).unwrap();
            let (mut keeper, found) = open(folder.path());
            assert!(found.session.is_none() && found.complaints[0].contains("put aside as"), "{:?}", found.complaints);
            assert!(!path.exists());
            keeper.keep(of("1... .... .... ...."));
            drop(keeper);
            assert_eq!(titles(&open(folder.path()).1).len(), 1);
        }
        let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(names.filter(|name| name.to_string_lossy().contains("garbled")).count() > 0);
    }

    #[test]
    fn a_disk_that_refuses_is_complained_about_once() {
        let folder = tempfile::tempdir().unwrap();
        let (mut keeper, _) = open(folder.path());
        // A folder in the place of the file cannot be replaced by one.
        std::fs::create_dir_all(folder.path().join("documents-1.json/x")).unwrap();
        keeper.keep(of("1... .... .... ...."));
        let message = keeper.failed.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
        assert!(message.contains("documents-1.json") && message.contains("save them in files"), "{message}");
    }
}
