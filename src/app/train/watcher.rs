//! The thread that reads run folders, about once a second, and starts and asks runs. What it learns goes to the window as
//! plain data; the window never waits for a disk.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::facts::{readable, reason};
use crate::files;
use crate::train::elsewhere::known;
use crate::train::watch::{Life, OUTPUT, Reader, RunView, is_run, last_words, runs_in};

/// How often the folders are read.
const EVERY: Duration = Duration::from_millis(1000);
/// How often while a run has just been started or asked for something.
const SOON: Duration = Duration::from_millis(150);

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Read this folder too, wherever it is.
    Add(PathBuf),
    /// Read this folder no more.
    Forget(PathBuf),
    /// Read the live board of this run only.
    Focus(Option<PathBuf>),
    /// Start a run in a new folder.
    Start {
        /// The run folder.
        folder: PathBuf,
        /// The arguments of the program.
        arguments: Vec<String>,
    },
    /// Go on with a run.
    Resume {
        /// The run folder.
        folder: PathBuf,
        /// The arguments of the program.
        arguments: Vec<String>,
    },
    /// Write a word into the run's `request`.
    Ask(PathBuf, &'static str),
    /// Give a run a name.
    Rename(PathBuf, String),
    /// Measure the presets on this device (`cpu`, `gpu:N`, or empty).
    Measure(String),
}

/// What the thread has to tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// Every run, those at work first, then the newest. Runs that did not change are the same `Arc`s.
    Runs(Vec<Arc<RunView>>),
    /// A run was started in this folder.
    Started(PathBuf),
    /// An order that could not be done: the run folder, and why.
    Refused(PathBuf, String),
    /// What `train --list --json` printed; None when it failed.
    Measured(Option<String>),
}

/// The window's end of the thread. Dropping it ends the thread; runs that were started go on.
#[derive(Debug)]
pub struct Watcher {
    orders: Sender<Order>,
    /// What it tells comes out here.
    pub told: Receiver<Told>,
}

/// Where runs are and what starts them.
#[derive(Debug, Clone)]
pub struct Place {
    /// The folder that holds the runs; None where the system has no place for it.
    pub root: Option<PathBuf>,
    /// More run folders.
    pub more: Vec<PathBuf>,
    /// The program that trains: this one.
    pub program: Option<PathBuf>,
}

impl Watcher {
    /// Starts the thread. `wake` is called whenever it has told something.
    pub fn start(place: Place, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (orders, inbox) = channel();
        let (outbox, told) = channel();
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(wake);
        let worker = move || Worker::new(place, Outbox { told: outbox, wake }).run(&inbox);
        // Without a thread no run is shown; everything else works.
        let _ = std::thread::Builder::new().name("runs".into()).spawn(worker);
        Self { orders, told }
    }

    /// Gives an order.
    pub fn order(&self, order: Order) {
        // The thread ends only with the window.
        let _ = self.orders.send(order);
    }
}

#[derive(Clone)]
struct Outbox {
    told: Sender<Told>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Outbox {
    fn tell(&self, told: Told) {
        if self.told.send(told).is_ok() {
            (self.wake)();
        }
    }
}

/// A process that this window started.
struct Started {
    child: Child,
    /// Seconds since 1970.
    at: u64,
    ended: Option<ExitStatus>,
}

struct Worker {
    place: Place,
    outbox: Outbox,
    focus: Option<PathBuf>,
    readers: HashMap<PathBuf, Reader>,
    shown: HashMap<PathBuf, Arc<RunView>>,
    children: HashMap<PathBuf, Started>,
    told_once: bool,
}

impl Worker {
    fn new(place: Place, outbox: Outbox) -> Self {
        let (readers, shown, children) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { place, outbox, focus: None, readers, shown, children, told_once: false }
    }

    fn run(mut self, inbox: &Receiver<Order>) {
        loop {
            self.look();
            match inbox.recv_timeout(self.pause()) {
                Ok(order) => {
                    self.obey(order);
                    while let Ok(order) = inbox.try_recv() {
                        self.obey(order);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn pause(&self) -> Duration {
        let soon = self.shown.values().any(|run| run.life == Life::Starting || run.asked.is_some());
        if soon { SOON } else { EVERY }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Add(folder) => {
                if is_run(&folder) {
                    self.place.more.retain(|other| *other != folder);
                    self.place.more.push(folder);
                } else {
                    let why = format!("{} holds no run (no run.json)", folder.display());
                    self.outbox.tell(Told::Refused(folder, why));
                }
            }
            Order::Forget(folder) => self.place.more.retain(|other| *other != folder),
            Order::Focus(folder) => self.focus = folder,
            Order::Start { folder, arguments } => {
                if folder.join("run.json").exists() {
                    let why = format!("{} holds a run already: choose another name", folder.display());
                    self.outbox.tell(Told::Refused(folder, why));
                } else {
                    self.begin(folder, &arguments);
                }
            }
            Order::Resume { folder, arguments } => self.begin(folder, &arguments),
            Order::Ask(folder, word) => {
                let asked = files::write_atomic(&folder.join("request"), word.as_bytes());
                self.refuse(folder, asked.map_err(|e| e.to_string()));
            }
            Order::Rename(folder, name) => {
                let named = files::write_atomic(&folder.join("name"), name.as_bytes());
                self.refuse(folder, named.map_err(|e| e.to_string()));
            }
            Order::Measure(device) => self.measure(device),
        }
    }

    fn refuse(&self, folder: PathBuf, done: Result<(), String>) {
        if let Err(why) = done {
            self.outbox.tell(Told::Refused(folder, why));
        }
    }

    fn program(&self) -> Result<PathBuf, String> {
        let known = self.place.program.clone().map(Ok);
        known.unwrap_or_else(std::env::current_exe).map_err(|e| format!("this program cannot find itself: {e}"))
    }

    fn begin(&mut self, folder: PathBuf, arguments: &[String]) {
        if self.children.get(&folder).is_some_and(|started| started.ended.is_none()) {
            // Asked for twice.
            return;
        }
        let started = self.program().and_then(|program| start(&program, &folder, arguments));
        match started {
            Ok(child) => {
                self.children.insert(folder.clone(), Started { child, at: now(), ended: None });
                self.outbox.tell(Told::Started(folder));
            }
            Err(why) => self.outbox.tell(Told::Refused(folder, why)),
        }
    }

    /// Runs the listing beside the thread: it makes real steps of every preset.
    fn measure(&self, device: String) {
        let (outbox, program) = (self.outbox.clone(), self.program());
        let job = move || {
            let child = program.ok().and_then(|program| {
                let mut command = Command::new(program);
                command.args(["train", "--list", "--json"]).stdin(Stdio::null()).stderr(Stdio::null());
                on_its_own(&mut command);
                if !device.is_empty() {
                    command.args(["--device", &device]);
                }
                command.stdout(Stdio::piped()).spawn().ok()
            });
            if let Some(mut child) = child {
                // Each preset is told as soon as it was measured: the large ones take a while.
                let lines = child.stdout.take().map(|printed| BufReader::new(printed).lines());
                for line in lines.into_iter().flatten().map_while(Result::ok) {
                    outbox.tell(Told::Measured(Some(line)));
                }
                let _ = child.wait();
            }
            outbox.tell(Told::Measured(None));
        };
        // Without a thread the times stay unknown.
        let _ = std::thread::Builder::new().name("presets".into()).spawn(job);
    }

    /// Reads every folder and tells when something has changed.
    fn look(&mut self) {
        for started in self.children.values_mut().filter(|started| started.ended.is_none()) {
            started.ended = started.child.try_wait().ok().flatten();
        }
        let mut folders = self.place.root.as_deref().map(runs_in).unwrap_or_default();
        let elsewhere = self.place.root.as_deref().map(known).unwrap_or_default();
        let more = self.place.more.iter().chain(self.children.keys()).chain(&elsewhere);
        for folder in more {
            if !folders.contains(folder) && folder.is_dir() {
                folders.push(folder.clone());
            }
        }
        let before = self.shown.len();
        self.shown.retain(|folder, _| folders.contains(folder));
        self.readers.retain(|folder, _| folders.contains(folder));
        let mut changed = before != self.shown.len() || !self.told_once;
        for folder in folders {
            let reader = self.readers.entry(folder.clone()).or_insert_with(|| Reader::new(folder.clone()));
            let fresh = reader.look(self.focus.as_ref() == Some(&folder));
            let (life, message) = with_child(reader.view(), self.children.get(&folder));
            let shown = self.shown.get(&folder);
            if fresh || shown.is_none_or(|shown| shown.life != life || shown.message != message) {
                let mut view = RunView { life, message, ..reader.view().clone() };
                view.happened.iter_mut().for_each(|happened| happened.text = readable(&happened.text));
                self.shown.insert(folder, Arc::new(view));
                changed = true;
            }
        }
        if changed {
            self.told_once = true;
            let mut runs: Vec<Arc<RunView>> = self.shown.values().cloned().collect();
            runs.sort_by(|a, b| order(a).cmp(&order(b)));
            self.outbox.tell(Told::Runs(runs));
        }
    }
}

/// Runs at work first, then the newest; equal ones by name.
fn order(run: &RunView) -> (bool, std::cmp::Reverse<u64>, &str) {
    let at = if run.life.works() { 0 } else { run.status.at };
    (!run.life.works(), std::cmp::Reverse(at), &run.name)
}

/// What a run is at, with what is known of its process.
fn with_child(view: &RunView, started: Option<&Started>) -> (Life, Option<String>) {
    let told = (view.life, view.message.as_deref().map(reason));
    let last_words = || last_words(&view.folder).as_deref().map(reason);
    let Some(started) = started else { return told };
    // Another process may work on the same run: from a terminal, or from another window.
    let spoke = view.status.pid == started.child.id();
    match started.ended {
        None if !spoke && !view.life.works() => (Life::Starting, None),
        None => told,
        Some(status) if view.life.works() && spoke => {
            let words = last_words().unwrap_or_else(|| format!("its process ended ({status})"));
            // Before the first save there is nothing to go on from.
            (if view.setup.is_some() { Life::Killed } else { Life::Failed }, Some(words))
        }
        Some(_) if view.life.works() => told,
        Some(status) if !status.success() && view.life != Life::Failed && !spoke && view.status.at <= started.at => {
            let words = last_words().unwrap_or_else(|| format!("its process ended at once ({status})"));
            (Life::Failed, Some(words))
        }
        Some(_) => told,
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Neither the window's end nor a Ctrl-C in its terminal ends the process, and it takes what the others leave of the
/// processor: the window must not wait for its turn.
fn on_its_own(command: &mut Command) {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
        // SAFETY: between fork and exec only one system call is made.
        unsafe {
            command.pre_exec(|| {
                libc::nice(10);
                Ok(())
            });
        }
    }
    // CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW and BELOW_NORMAL_PRIORITY_CLASS.
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(command, 0x0800_4200);
}

/// Starts the program on its own: neither the window's end nor a Ctrl-C in its terminal ends the run.
fn start(program: &Path, folder: &Path, arguments: &[String]) -> Result<Child, String> {
    let failed = |what: &Path, e: std::io::Error| format!("{} cannot be written: {e}", what.display());
    std::fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
    let output = folder.join(OUTPUT);
    // A file, not a pipe: the run must be able to speak when the window is gone.
    let output = File::create(&output).map_err(|e| failed(&output, e))?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(output);
    on_its_own(&mut command);
    command.spawn().map_err(|e| format!("{} cannot be started: {e}", program.display()))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn watcher(root: &Path, program: &str) -> Watcher {
        let place = Place { root: Some(root.to_owned()), more: Vec::new(), program: Some(program.into()) };
        Watcher::start(place, || {})
    }

    fn wait(watcher: &Watcher, what: &str, mut holds: impl FnMut(&Told) -> bool) {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            if watcher.told.recv_timeout(Duration::from_millis(100)).is_ok_and(|told| holds(&told)) {
                return;
            }
        }
        panic!("waited too long: {what}");
    }

    #[test]
    fn folders_come_and_go() {
        let place = tempfile::tempdir().unwrap();
        let watcher = watcher(place.path(), "/no/such/program");
        wait(&watcher, "no runs", |told| *told == Told::Runs(Vec::new()));
        let folder = place.path().join("a");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("run.json"), "{}").unwrap();
        wait(&watcher, "a run", |told| matches!(told, Told::Runs(runs) if runs.len() == 1));
        watcher.order(Order::Rename(folder.clone(), "other".into()));
        wait(&watcher, "its name", |told| matches!(told, Told::Runs(runs) if runs[0].name == "other"));
        watcher.order(Order::Ask(place.path().join("b/c"), "pause"));
        watcher.order(Order::Add(place.path().join("nothing")));
        wait(&watcher, "a refusal", |told| matches!(told, Told::Refused(_, why) if why.contains("holds no run")));
        watcher.order(Order::Start { folder: place.path().join("new"), arguments: Vec::new() });
        wait(&watcher, "no program", |told| matches!(told, Told::Refused(_, why) if why.contains("/no/such/program")));
        watcher.order(Order::Start { folder: folder.clone(), arguments: Vec::new() });
        wait(&watcher, "no second run", |told| matches!(told, Told::Refused(_, why) if why.contains("already")));
        std::fs::remove_dir_all(&folder).unwrap();
        wait(
            &watcher,
            "it is gone",
            |told| matches!(told, Told::Runs(runs) if runs.iter().all(|r| r.folder != folder)),
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_process_that_fails_is_heard() {
        let place = tempfile::tempdir().unwrap();
        let watcher = watcher(place.path(), "/bin/sh");
        let folder = place.path().join("new");
        let script = "sleep 0.4; echo '5 weights learn from a' >&2; echo 'hrmscope: no `data` there' >&2; exit 3";
        watcher.order(Order::Start { folder: folder.clone(), arguments: vec!["-c".into(), script.into()] });
        wait(&watcher, "it starts", |told| *told == Told::Started(folder.clone()));
        wait(
            &watcher,
            "it is starting",
            |told| matches!(told, Told::Runs(r) if r.len() == 1 && r[0].life == Life::Starting),
        );
        wait(
            &watcher,
            "it failed",
            |told| matches!(told, Told::Runs(r) if r[0].life == Life::Failed && r[0].message.as_deref() == Some("no \"data\" there")),
        );
    }
}
