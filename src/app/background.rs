//! Work that is neither the window's nor the engine's: dialogs, files, the solver, the generator. Each job has its own
//! thread and answers through one channel.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::figures::Judged;
use super::movie::{Job, Told};
use super::open::{Opened, look};
use super::puzzles::{Order, Sample, make, samples};
use super::train::apply::Export;
use crate::board::Board;
use crate::files;

/// An answer.
#[derive(Debug)]
pub enum News {
    /// What a file is, or why it is nothing that can be opened.
    Looked(PathBuf, Result<Opened, String>),
    /// Where the board was saved, or why not.
    Saved(Result<PathBuf, String>),
    /// Where something was exported to, or why not.
    Exported(Result<PathBuf, String>),
    /// How far a moving picture is.
    Movie(Told),
    /// A new puzzle, or why there is none.
    Generated(Order, Result<Board, String>),
    /// What the solver found out about a board.
    Judged(Board, Judged),
    /// The library's puzzles.
    Samples(Vec<Sample>),
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

    /// Asks where to put a text and writes it.
    pub fn ask_save(&self, text: String, name: &'static str) {
        self.run(move || {
            let dialog = rfd::FileDialog::new().set_title("Save the board").set_file_name(name);
            let path = dialog.save_file()?;
            let saved = files::write_atomic(&path, text.as_bytes()).map_err(|e| e.to_string());
            Some(News::Saved(saved.map(|()| path)))
        });
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
        self.run(move || Some(News::Looked(path.clone(), look(&path).map_err(|e| e.to_string()))));
    }

    /// Makes a puzzle.
    pub fn generate(&self, order: Order, seed: u64) {
        self.run(move || Some(News::Generated(order, make(order.what, seed))));
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
