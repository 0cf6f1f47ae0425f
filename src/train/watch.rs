//! A training run seen from outside: its folder is read again and again, never written. What a run is at, its curves, its
//! live board; whoever trains there (this window, a terminal, another machine on a shared disk) looks the same.
//!
//! Nothing in a folder is trusted: files may be missing, garbled, cut in the middle of a line or rewritten shorter; what
//! cannot be read is left out, and the rest is still shown.

mod lines;
mod tail;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

pub use lines::{Happened, LivePuzzle, Measured, Moment, Report, Score};
use lines::{Line, live, metrics};
use tail::{Fresh, Tail};

use super::folder::{Phase, Status, now};
use crate::checkpoint::steps;

/// What a run's process and the window leave in the folder when it was started from the window.
pub const OUTPUT: &str = "output.log";
/// A run that says it works, but has not said so for this long, is asked whether it lives.
const SILENT: Duration = Duration::from_secs(20);
/// The most of a small file that is read.
const SMALL: u64 = 1 << 20;
/// When there are more reports than this, every second one is left out.
const MOST_REPORTS: usize = 1 << 16;

/// What a run is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Its process was started and has said nothing yet.
    Starting,
    /// Data are made or read.
    Preparing,
    /// It makes steps.
    Training,
    /// It was asked to pause.
    Paused,
    /// It was asked to stop.
    Stopped,
    /// It reached the end of its schedule.
    Done,
    /// It could not go on.
    Failed,
    /// Its process is gone without a word; it can be resumed.
    Killed,
    /// The folder does not say.
    Unknown,
}

impl Life {
    /// Whether a process works on it.
    pub fn works(self) -> bool {
        matches!(self, Self::Starting | Self::Preparing | Self::Training)
    }
}

/// The settings that a run was started with, as far as they are shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Setup {
    /// All of `run.json`.
    pub raw: Value,
    /// The preset it came from; may be empty.
    pub preset: String,
    /// `sudoku`, `maze`, `arc`.
    pub task: String,
    /// What it learns from.
    pub data: String,
    /// Rows per step.
    pub batch: u64,
    /// Peak learning rate.
    pub rate: f64,
    /// Its share at the end of the schedule.
    pub min_ratio: f64,
    /// The end of the schedule.
    pub steps: u64,
    /// M_max.
    pub max_segments: u64,
    /// Decay of the averaged weights.
    pub ema: f64,
    /// The seed.
    pub seed: u64,
}

impl Setup {
    fn of(raw: Value) -> Self {
        let at = |path: &str| raw.pointer(path).unwrap_or(&Value::Null);
        let text = |path: &str| at(path).as_str().unwrap_or_default().to_owned();
        let (count, figure) = (|path| at(path).as_u64().unwrap_or(0), |path| at(path).as_f64().unwrap_or(0.0));
        Self {
            preset: text("/preset"),
            task: text("/task"),
            data: text("/data"),
            batch: count("/train/batch"),
            rate: figure("/train/schedule/rate"),
            min_ratio: figure("/train/schedule/min_ratio"),
            steps: count("/train/schedule/steps"),
            max_segments: count("/model/max_segments"),
            ema: figure("/train/ema"),
            seed: count("/train/seed"),
            raw,
        }
    }
}

/// Everything a folder says of its run at one look.
#[derive(Debug, Clone, PartialEq)]
pub struct RunView {
    /// The folder.
    pub folder: PathBuf,
    /// What people call it.
    pub name: String,
    /// What it is at.
    pub life: Life,
    /// It was asked to `pause` or `stop` and has not done so yet.
    pub asked: Option<String>,
    /// What went wrong.
    pub message: Option<String>,
    /// Its settings; None when `run.json` is not there or not to be read.
    pub setup: Option<Arc<Setup>>,
    /// What it last said of itself.
    pub status: Status,
    /// The figures of its steps, by step.
    pub reports: Vec<Report>,
    /// The held-out figures, by step.
    pub measured: Vec<Measured>,
    /// What happened to it, by step.
    pub happened: Vec<Happened>,
    /// The live puzzle.
    pub puzzle: Option<Arc<LivePuzzle>>,
    /// The live puzzle's answers, by step; read only while asked for.
    pub moments: Vec<Arc<Moment>>,
}

impl RunView {
    /// Steps made, as far as is known.
    pub fn step(&self) -> u64 {
        let seen = self.reports.last().map_or(0, |report| report.step);
        self.status.step.max(seen)
    }

    /// The step where it stops; 0 when not known.
    pub fn steps(&self) -> u64 {
        let planned = self.setup.as_ref().map_or(0, |setup| setup.steps);
        if self.status.steps > 0 { self.status.steps } else { planned }
    }

    /// The step where it stops, if that is before the end of its schedule.
    pub fn told_to_stop_at(&self) -> Option<u64> {
        let planned = self.setup.as_ref()?.steps;
        Some(self.status.steps).filter(|steps| (1..planned).contains(steps))
    }

    /// The best held-out figure and its step.
    pub fn best(&self) -> Option<&Measured> {
        self.measured.iter().filter(|m| m.exact.is_finite()).max_by(|a, b| a.exact.total_cmp(&b.exact))
    }
}

/// Reads one run folder again and again.
#[derive(Debug)]
pub struct Reader {
    view: RunView,
    metrics: Tail,
    live: Tail,
    stamps: [Option<(SystemTime, u64)>; 3],
    /// When the status changed last.
    heard: Instant,
    /// The status that was found to be of a dead process.
    dead: Option<u64>,
}

impl Reader {
    /// For a folder that was never read.
    pub fn new(folder: PathBuf) -> Self {
        let view = RunView {
            name: folder.file_name().map_or_else(|| folder.display().to_string(), |n| n.to_string_lossy().into_owned()),
            life: Life::Unknown,
            asked: None,
            message: None,
            setup: None,
            status: Status::default(),
            reports: Vec::new(),
            measured: Vec::new(),
            happened: Vec::new(),
            puzzle: None,
            moments: Vec::new(),
            folder,
        };
        let (metrics, live) = (view.folder.join("metrics.jsonl"), view.folder.join("live.jsonl"));
        let (metrics, live) = (Tail::new(metrics), Tail::new(live));
        Self { view, metrics, live, stamps: [None; 3], heard: Instant::now(), dead: None }
    }

    /// What was read so far.
    pub fn view(&self) -> &RunView {
        &self.view
    }

    /// Reads what is new; `live` says whether the live board is looked at. Returns whether the view has changed.
    pub fn look(&mut self, live: bool) -> bool {
        let mut changed = self.look_at_small_files();
        // A first look reads the whole file, portion by portion.
        let mut more = true;
        while more {
            let fresh = self.metrics.look();
            changed |= fresh.restarted || !fresh.lines.is_empty();
            more = fresh.more;
            self.take_metrics(fresh);
        }
        let mut more = live;
        while more {
            let fresh = self.live.look();
            changed |= fresh.restarted || !fresh.lines.is_empty();
            more = fresh.more;
            self.take_live(fresh);
        }
        if !live && !self.view.moments.is_empty() {
            self.live.forget();
            self.view.moments = Vec::new();
            changed = true;
        }
        let (life, message) = self.judge();
        let asked = read_small(&self.view.folder.join("request")).map(|text| text.trim().chars().take(20).collect());
        let asked = asked.filter(|_: &String| life.works());
        changed |= life != self.view.life || asked != self.view.asked || message != self.view.message;
        (self.view.life, self.view.asked, self.view.message) = (life, asked, message);
        changed
    }

    fn look_at_small_files(&mut self) -> bool {
        let mut changed = false;
        for (i, name) in ["run.json", "status.json", "name"].into_iter().enumerate() {
            let path = self.view.folder.join(name);
            let stamp = path.metadata().ok().and_then(|m| Some((m.modified().ok()?, m.len())));
            if stamp == self.stamps[i] {
                continue;
            }
            self.stamps[i] = stamp;
            changed = true;
            let text = read_small(&path);
            let json = || text.as_ref().and_then(|text| serde_json::from_str::<Value>(text).ok());
            match i {
                0 => self.view.setup = json().filter(Value::is_object).map(|raw| Arc::new(Setup::of(raw))),
                1 => {
                    // A status that cannot be read says nothing new.
                    if let Some(status) = text.as_ref().and_then(|text| serde_json::from_str(text).ok()) {
                        self.view.status = status;
                        self.heard = Instant::now();
                    }
                }
                _ => {
                    let given = text.as_deref().and_then(|text| text.lines().next()).map(str::trim).unwrap_or_default();
                    self.view.name = match given {
                        "" => Self::new(self.view.folder.clone()).view.name,
                        given => given.chars().take(80).collect(),
                    };
                }
            }
        }
        changed
    }

    fn take_metrics(&mut self, fresh: Fresh) {
        let view = &mut self.view;
        if fresh.restarted {
            (view.reports, view.measured, view.happened) = (Vec::new(), Vec::new(), Vec::new());
        }
        for line in fresh.lines.iter().filter_map(|line| metrics(line)) {
            let step = line.step();
            let last = view.reports.last().map_or((0, 0.0), |report| (report.step, report.seconds));
            match line {
                Line::Report(mut report) => {
                    // Steps that were made again after a kill replace the first ones.
                    let kept = view.reports.partition_point(|other| other.step < step);
                    view.reports.truncate(kept);
                    let last = view.reports.last().map_or((0, 0.0), |report| (report.step, report.seconds));
                    let speed = f64::from(report.steps_per_s);
                    let took = if speed > 0.0 { (step - last.0) as f64 / speed } else { 0.0 };
                    report.seconds = last.1 + if took.is_finite() { took } else { 0.0 };
                    view.reports.push(report);
                }
                Line::Measured(measured) => {
                    let kept = view.measured.partition_point(|other| other.step < step);
                    view.measured.truncate(kept);
                    view.measured.push(Measured { seconds: last.1, ..measured });
                }
                Line::Happened(happened) => view.happened.push(happened),
            }
        }
        while view.reports.len() > MOST_REPORTS {
            let mut odd = false;
            view.reports.retain(|_| {
                odd = !odd;
                odd
            });
        }
        let surplus = view.happened.len().saturating_sub(1000);
        view.happened.drain(..surplus);
    }

    fn take_live(&mut self, fresh: Fresh) {
        let view = &mut self.view;
        if fresh.restarted {
            (view.puzzle, view.moments) = (None, Vec::new());
        }
        for (puzzle, moment) in fresh.lines.iter().filter_map(|line| live(line)) {
            if let Some(puzzle) = puzzle.filter(|_| view.puzzle.is_none()) {
                view.puzzle = Some(Arc::new(puzzle));
            }
            if let Some(mut moment) = moment
                && let Some(puzzle) = view.puzzle.as_ref().filter(|p| p.inputs.len() == moment.answer.len())
            {
                moment.score = Score::of(puzzle, &moment.answer);
                let kept = view.moments.partition_point(|other| other.step < moment.step);
                view.moments.truncate(kept);
                view.moments.push(Arc::new(moment));
            }
        }
    }

    /// What the run is at, and what went wrong.
    fn judge(&mut self) -> (Life, Option<String>) {
        let view = &self.view;
        let life = match view.status.state {
            Phase::Preparing => Life::Preparing,
            Phase::Training => Life::Training,
            Phase::Paused => Life::Paused,
            Phase::Stopped => Life::Stopped,
            Phase::Done => Life::Done,
            Phase::Failed => Life::Failed,
            Phase::Unknown => Life::Unknown,
        };
        if life.works() {
            let age = now().saturating_sub(view.status.at);
            let silent = age > SILENT.as_secs() || self.heard.elapsed() > SILENT;
            // The lock is tried once for each status: whoever starts at that moment would be refused.
            if silent && self.dead != Some(view.status.at) && is_free(&view.folder) {
                self.dead = Some(view.status.at);
            }
            if self.dead == Some(view.status.at) {
                // Before the first save there is nothing to go on from.
                let life = if view.setup.is_some() { Life::Killed } else { Life::Failed };
                let why = view.status.message.clone().or_else(|| last_words(&view.folder));
                return (life, Some(why.unwrap_or_else(|| without_a_word(&view.folder))));
            }
        }
        if view.setup.is_none() && life == Life::Unknown {
            let words = last_words(&view.folder);
            let life = if words.is_some() { Life::Failed } else { Life::Unknown };
            return (life, words);
        }
        (life, view.status.message.clone())
    }
}

/// Whether no process works on a run folder.
pub fn is_free(folder: &Path) -> bool {
    let Ok(lock) = File::open(folder.join("lock")) else { return true };
    !matches!(lock.try_lock(), Err(std::fs::TryLockError::WouldBlock))
}

/// The error that a run's process ended with, as it wrote it for people; None when it wrote none.
pub fn last_words(folder: &Path) -> Option<String> {
    let text = read_small(&folder.join(OUTPUT))?;
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    // Our own errors are one line, the last. Those of wrong options and of a fall have more, and advice behind them.
    let from = match lines.last()? {
        last if last.starts_with("hrmscope: ") => lines.len() - 1,
        _ => lines.iter().rposition(|line| line.starts_with("error: ") || line.starts_with("thread '"))?,
    };
    let advice = |line: &&&str| ["Usage: ", "For more information", "note: "].iter().any(|with| line.starts_with(with));
    let words: Vec<&str> = lines[from..].iter().take_while(|line| !advice(line)).copied().collect();
    Some(words.join("\n").chars().take(2000).collect())
}

/// What is said of a run whose process is gone and left no error.
fn without_a_word(folder: &Path) -> String {
    let rest = match steps(&folder.join("resume")).last() {
        Some((step, _)) => format!("when resumed, it goes on from step {step}"),
        None => "nothing was saved yet: start it again".to_owned(),
    };
    format!("its process ended without a word: it was killed, or the machine went down; {rest}")
}

/// The folders in `root` that hold a run, or what is left of one that did not start.
pub fn runs_in(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let mut found: Vec<PathBuf> = entries.filter(|path| is_run(path)).collect();
    found.sort();
    found
}

/// Whether a folder holds a run, or what is left of one that did not start.
pub fn is_run(folder: &Path) -> bool {
    ["run.json", OUTPUT].iter().any(|name| folder.join(name).is_file())
}

/// A small text file; of a larger one its end.
fn read_small(path: &Path) -> Option<String> {
    use std::io::{Seek, SeekFrom};
    let length = path.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
    let mut file = File::open(path).ok()?;
    file.seek(SeekFrom::Start(length.saturating_sub(SMALL))).ok()?;
    let mut bytes = Vec::new();
    file.take(SMALL).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests;
