//! Work that is neither the window's nor the engine's: dialogs, files, the solver, the generator. Each job has its own
//! thread and answers through one channel.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::document::{Saving, same_hash};
use super::figures::Judged;
use super::library::read_shipped;
use super::movie::{Job, Told};
use super::open::{Opened, look};
use super::puzzles::{Order, make, samples};
use super::trace::TraceOrder;
use super::train::apply::Export;
use crate::board::Board;
use crate::dataset::{Collection, Specimen};
use crate::engine::ModelSource;
use crate::{checkpoint, files};

/// Nobody changes their mind so soon after a dialog was asked for: there was none.
const SOON: Duration = Duration::from_millis(300);

/// An answer.
#[derive(Debug)]
pub enum News {
    /// A person was to be asked for a file, but the desktop has no dialog for it.
    NoDialog,
    /// What a file is, or why it is nothing that can be opened.
    Looked(PathBuf, Result<Opened, String>),
    /// A board was saved, or why not.
    Saved(Saving, Result<(), String>),
    /// A person was asked where to save this document, and said nowhere.
    NotSaved(u64),
    /// The model of a document's moment, if it was found, and whether another of its name was.
    FoundModel(u64, Option<ModelSource>, bool),
    /// The files that cannot be read, and why.
    Missing(Vec<(PathBuf, String)>),
    /// One of the sets that the program carries.
    Shipped(usize, Result<Collection, String>),
    /// Where something was exported to, or why not.
    Exported(Result<PathBuf, String>),
    /// How far a moving picture is.
    Movie(Told),
    /// A new puzzle, or why there is none.
    Generated(Order, Result<Specimen, String>),
    /// What the solver found out about a board.
    Judged(Board, Judged),
    /// The library's puzzles.
    Samples(Vec<Specimen>),
}

/// Starts jobs and collects their answers.
pub struct Background {
    sender: Sender<News>,
    /// Answers come out here.
    pub news: Receiver<News>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Background {
    /// `wake` is called after every answer.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (sender, news) = channel();
        Self { sender, news, wake: Arc::new(wake) }
    }

    fn run(&self, work: impl FnOnce() -> Option<News> + Send + 'static) {
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        let job = move || {
            if let Some(news) = work() {
                // Nobody listens once the window is closed.
                let _ = sender.send(news);
                wake();
            }
        };
        // Without a thread the job is not done; nothing waits for it.
        let _ = std::thread::Builder::new().name("background".into()).spawn(job);
    }

    /// Asks a person for a path and goes on with the answer. Where there is no dialog to ask with, that is told, and a file
    /// that was to be saved is saved under a free name.
    fn ask(
        &self,
        dialog: impl FnOnce() -> Option<PathBuf> + Send + 'static,
        proposed: Option<PathBuf>,
        work: impl FnOnce(Option<PathBuf>) -> Option<News> + Send + 'static,
    ) {
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        self.run(move || {
            let begun = Instant::now();
            let mut path = dialog();
            if path.is_none() && begun.elapsed() < SOON {
                // Nobody listens once the window is closed.
                let _ = sender.send(News::NoDialog);
                wake();
                path = proposed.and_then(|path| free(&path));
            }
            work(path)
        });
    }

    /// Asks for a file and looks into it.
    pub fn ask_open(&self) {
        let dialog = || rfd::FileDialog::new().set_title("Open a puzzle or a checkpoint").pick_file();
        self.ask(dialog, None, looked);
    }

    /// Writes a board into its file.
    pub fn save(&self, saving: Saving) {
        self.run(move || Some(write(saving)));
    }

    /// Asks where to put a board and writes it.
    pub fn ask_save(&self, saving: Saving) {
        let (proposed, forms) = (saving.path.clone(), saving.forms());
        let dialog = move || {
            let name = proposed.file_name().unwrap_or_default().to_string_lossy();
            let mut dialog = rfd::FileDialog::new().set_title("Save the board").set_file_name(name);
            for (name, endings) in forms {
                dialog = dialog.add_filter(*name, endings);
            }
            if let Some(folder) = proposed.parent().filter(|folder| folder.is_absolute()) {
                dialog = dialog.set_directory(folder);
            }
            dialog.save_file()
        };
        self.ask(dialog, Some(saving.path.clone()), move |path| {
            Some(match path {
                Some(path) => write(Saving { path, ..saving }),
                None => News::NotSaved(saving.id),
            })
        });
    }

    /// Looks for the model of a pasted moment.
    pub fn find_model(&self, id: u64, name: String, hash: String, among: Vec<ModelSource>) {
        self.run(move || {
            let of = |source: &ModelSource| match source {
                ModelSource::Shipped(name) => checkpoint::fingerprint(Path::new(name)).ok(),
                ModelSource::Path(path) => checkpoint::fingerprint(path).ok(),
            };
            let mut other = false;
            let found = among.into_iter().find(|source| {
                let Some((called, found)) = of(source) else { return false };
                let same = same_hash(&found, &hash);
                other |= called == name && !same;
                same
            });
            Some(News::FoundModel(id, found, other))
        });
    }

    /// Finds out which files cannot be read.
    pub fn find_missing(&self, paths: Vec<PathBuf>) {
        self.run(move || {
            let trouble = |path: PathBuf| unreadable(&path).map(|why| (path, why));
            Some(News::Missing(paths.into_iter().filter_map(trouble).collect()))
        });
    }

    /// Asks for a folder and looks into it.
    pub fn ask_folder(&self) {
        let dialog =
            || rfd::FileDialog::new().set_title("Open a folder of puzzles, a run or a checkpoint").pick_folder();
        self.ask(dialog, None, looked);
    }

    /// Reads a set that the program carries.
    pub fn read_shipped(&self, index: usize) {
        self.run(move || Some(News::Shipped(index, read_shipped(index))));
    }

    /// Asks where to put an export and writes it.
    pub fn ask_export(&self, export: Export) {
        let Export { title, name, bytes } = export;
        let proposed = Some(PathBuf::from(&name));
        let dialog = move || rfd::FileDialog::new().set_title(title).set_file_name(name).save_file();
        self.ask(dialog, proposed, move |path| {
            let path = path?;
            let saved = files::write_atomic(&path, &bytes).map_err(|e| e.to_string());
            Some(News::Exported(saved.map(|()| path)))
        });
    }

    /// Asks where to put a trace file and writes it.
    pub fn ask_trace(&self, order: TraceOrder) {
        let name = "trace.safetensors";
        let dialog =
            move || rfd::FileDialog::new().set_title("Save the run as a trace").set_file_name(name).save_file();
        self.ask(dialog, Some(name.into()), move |path| {
            let path = path?;
            Some(News::Exported(order.write(&path).map(|()| path)))
        });
    }

    /// Reckons a moving picture's size, or asks where to put it and writes it.
    pub fn movie(&self, job: Job) {
        let (order, stop) = match job {
            Job::Estimate(order) => {
                return self.run(move || Some(News::Movie(Told::Estimated(order.draft, order.estimate()))));
            }
            Job::Save(order, stop) => (order, stop),
        };
        let name = order.name();
        let dialog =
            move || rfd::FileDialog::new().set_title("Save the moving picture").set_file_name(name).save_file();
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        self.ask(dialog, Some(name.into()), move |path| {
            let mut tell = |done| {
                let _ = sender.send(News::Movie(Told::Drawn(done)));
                wake();
            };
            let ended = path.and_then(|path| match order.write(&path, &stop, &mut tell) {
                Ok(true) => Some(Ok(path)),
                Ok(false) => None,
                Err(why) => Some(Err(why)),
            });
            Some(News::Movie(Told::Ended(ended)))
        });
    }

    /// Looks into a file.
    pub fn look(&self, path: PathBuf) {
        self.run(move || {
            // Remembered for a start in another folder.
            looked(Some(std::path::absolute(&path).unwrap_or(path)))
        });
    }

    /// Makes a puzzle.
    pub fn generate(&self, order: Order, seed: u64) {
        self.run(move || {
            let made = make(order.what, seed);
            Some(News::Generated(order, made.map(|board| Specimen::solved(Some(order.what.title()), board))))
        });
    }

    /// Asks the solver.
    pub fn judge(&self, board: Board) {
        self.run(move || {
            let judged = Judged::of(&board);
            Some(News::Judged(board, judged))
        });
    }

    /// Makes the library's puzzles.
    pub fn samples(&self) {
        self.run(|| Some(News::Samples(samples())));
    }
}

/// What a path that was chosen is.
fn looked(path: Option<PathBuf>) -> Option<News> {
    let path = path?;
    let found = look(&path).map_err(|e| e.to_string());
    Some(News::Looked(path, found))
}

/// A path for a file that nobody could be asked about: under the proposed name, with a number behind it where that is taken.
/// In the proposed folder, or else where documents are; None where no folder is known.
fn free(proposed: &Path) -> Option<PathBuf> {
    let folder = match proposed.parent().filter(|folder| folder.is_absolute()) {
        Some(folder) => folder.to_owned(),
        None => {
            let home = PathBuf::from(std::env::var_os("HOME")?);
            Some(home.join("Documents")).filter(|folder| folder.is_dir()).unwrap_or(home)
        }
    };
    let stem = proposed.file_stem()?.to_string_lossy();
    let ending = proposed.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    let numbered = (2..1000).map(|number| format!("{stem} {number}{ending}"));
    let names = [format!("{stem}{ending}")].into_iter().chain(numbered);
    names.map(|name| folder.join(name)).find(|path| !path.exists())
}

fn write(saving: Saving) -> News {
    let done =
        saving.text().and_then(|text| files::write_atomic(&saving.path, text.as_bytes()).map_err(|e| e.to_string()));
    News::Saved(saving, done)
}

/// Why a file or folder cannot be read; None when it can.
fn unreadable(path: &Path) -> Option<String> {
    let opened = match path.is_dir() {
        true => std::fs::read_dir(path).map(drop),
        false => std::fs::File::open(path).map(drop),
    };
    match opened {
        Ok(()) => None,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Some("it is not there any more".to_owned()),
        Err(why) => Some(why.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told when a dialog is answered so: whether there was none, and the path that is gone on with.
    fn told(
        dialog: impl FnOnce() -> Option<PathBuf> + Send + 'static,
        proposed: Option<PathBuf>,
    ) -> (bool, Option<PathBuf>) {
        let background = Background::new(|| ());
        let work = |path: Option<PathBuf>| Some(News::Exported(path.ok_or_else(String::new)));
        background.ask(dialog, proposed, work);
        let mut missing = false;
        loop {
            match background.news.recv_timeout(Duration::from_secs(20)).unwrap() {
                News::NoDialog => missing = true,
                News::Exported(path) => return (missing, path.ok()),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn without_a_dialog_that_is_told_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = ["a.txt", "a 2.txt"].map(|name| folder.path().join(name));
        assert_eq!(told(|| None, None), (true, None));
        assert_eq!(told(|| None, Some(first.clone())), (true, Some(first.clone())));
        std::fs::write(&first, "x").unwrap();
        assert_eq!(told(|| None, Some(first.clone())), (true, Some(second.clone())), "nothing is written over");
        // A person who is asked and says nowhere means it.
        let nowhere = || {
            std::thread::sleep(SOON + Duration::from_millis(20));
            None
        };
        assert_eq!(told(nowhere, Some(first)), (false, None));
        let chosen = second.clone();
        assert_eq!(told(move || Some(chosen), None), (false, Some(second)));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.txt");
        assert!(unreadable(&file).unwrap().contains("not there"));
        std::fs::write(&file, "x").unwrap();
        assert_eq!((unreadable(&file), unreadable(folder.path())), (None, None));
        let inside = unreadable(&file.join("b.txt")).unwrap();
        assert!(inside != "it is not there any more", "a file is no folder: {inside}");
    }
}
