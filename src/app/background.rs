//! Work that is neither the window's nor the engine's: dialogs, files, the solver, the generator. Each job has its own
//! thread and answers through one channel.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

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

/// An answer.
#[derive(Debug)]
pub enum News {
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

    /// Asks for a file and looks into it.
    pub fn ask_open(&self) {
        self.run(|| {
            let dialog = rfd::FileDialog::new().set_title("Open a puzzle or a checkpoint");
            let path = dialog.pick_file()?;
            Some(News::Looked(path.clone(), look(&path).map_err(|e| e.to_string())))
        });
    }

    /// Writes a board into its file.
    pub fn save(&self, saving: Saving) {
        self.run(move || Some(write(saving)));
    }

    /// Asks where to put a board and writes it.
    pub fn ask_save(&self, saving: Saving) {
        self.run(move || {
            let name = saving.path.file_name().unwrap_or_default().to_string_lossy();
            let mut dialog = rfd::FileDialog::new().set_title("Save the board").set_file_name(name);
            for (name, endings) in saving.forms() {
                dialog = dialog.add_filter(*name, endings);
            }
            if let Some(folder) = saving.path.parent().filter(|folder| folder.is_absolute()) {
                dialog = dialog.set_directory(folder);
            }
            Some(match dialog.save_file() {
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
        self.run(|| {
            let path =
                rfd::FileDialog::new().set_title("Open a folder of puzzles, a run or a checkpoint").pick_folder()?;
            Some(News::Looked(path.clone(), look(&path).map_err(|e| e.to_string())))
        });
    }

    /// Reads a set that the program carries.
    pub fn read_shipped(&self, index: usize) {
        self.run(move || Some(News::Shipped(index, read_shipped(index))));
    }

    /// Asks where to put an export and writes it.
    pub fn ask_export(&self, export: Export) {
        self.run(move || {
            let dialog = rfd::FileDialog::new().set_title(export.title).set_file_name(export.name);
            let path = dialog.save_file()?;
            let saved = files::write_atomic(&path, &export.bytes).map_err(|e| e.to_string());
            Some(News::Exported(saved.map(|()| path)))
        });
    }

    /// Asks where to put a trace file and writes it.
    pub fn ask_trace(&self, order: TraceOrder) {
        self.run(move || {
            let dialog = rfd::FileDialog::new().set_title("Save the run as a trace").set_file_name("trace.safetensors");
            let path = dialog.save_file()?;
            Some(News::Exported(order.write(&path).map(|()| path)))
        });
    }

    /// Reckons a moving picture's size, or asks where to put it and writes it.
    pub fn movie(&self, job: Job) {
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        self.run(move || {
            let told = match job {
                Job::Estimate(order) => Told::Estimated(order.draft, order.estimate()),
                Job::Save(order, stop) => {
                    let dialog =
                        rfd::FileDialog::new().set_title("Save the moving picture").set_file_name(order.name());
                    let mut tell = |done| {
                        let _ = sender.send(News::Movie(Told::Drawn(done)));
                        wake();
                    };
                    Told::Ended(dialog.save_file().and_then(|path| match order.write(&path, &stop, &mut tell) {
                        Ok(true) => Some(Ok(path)),
                        Ok(false) => None,
                        Err(why) => Some(Err(why)),
                    }))
                }
            };
            Some(News::Movie(told))
        });
    }

    /// Looks into a file.
    pub fn look(&self, path: PathBuf) {
        self.run(move || {
            // Remembered for a start in another folder.
            let path = std::path::absolute(&path).unwrap_or(path);
            Some(News::Looked(path.clone(), look(&path).map_err(|e| e.to_string())))
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
