//! The compute thread: the only one that touches the device and the model.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::Instant;

use burn::tensor::Device;

use super::aside::{aside, is_aside};
use super::device::{choose, list, open};
use super::fitting::Fitting;
use super::think::{Thought, think};
use super::{Command, DeviceInfo, Event, JobId, ModelInfo, ModelSource};
use crate::checkpoint;
use crate::model::{Hrm, HrmConfig, Limits};
use crate::task::Example;
use crate::train::answers;

/// The window's end of the compute thread. Dropping it ends the thread after the micro-step it is in.
#[derive(Debug)]
pub struct Engine {
    /// Requests go in here.
    pub commands: Sender<Command>,
    /// News come out here.
    pub events: Receiver<Event>,
}

impl Engine {
    /// Starts the thread on the CPU; a `UseDevice` moves it elsewhere. `wake` is called after every event, from the
    /// thread, so that a sleeping window looks.
    pub fn start(wake: impl Fn() + Send + 'static) -> Self {
        let (commands, inbox) = channel();
        let (outbox, events) = channel();
        let worker = move || {
            let outbox = Outbox { events: outbox, wake: Box::new(wake) };
            Worker {
                inbox,
                outbox,
                waiting: VecDeque::new(),
                device: Device::flex(),
                model: None,
                fitted: None,
                fitting: None,
            }
            .run();
        };
        // A thread that cannot be started shows as closed channels, which the window reports.
        let _ = std::thread::Builder::new().name("engine".into()).spawn(worker);
        Self { commands, events }
    }
}

pub(super) struct Outbox {
    events: Sender<Event>,
    wake: Box<dyn Fn() + Send>,
}

impl Outbox {
    /// Sends an event; Break when nobody listens any more.
    pub(super) fn send(&self, event: Event) -> ControlFlow<()> {
        let sent = self.events.send(event);
        (self.wake)();
        if sent.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

struct Worker {
    inbox: Receiver<Command>,
    outbox: Outbox,
    waiting: VecDeque<Command>,
    device: Device,
    model: Option<(Hrm, Arc<ModelInfo>)>,
    /// A copy that was fitted to a task, which answers in the model's place.
    fitted: Option<Hrm>,
    fitting: Option<Fitting>,
}

impl Worker {
    fn run(mut self) {
        loop {
            // While a model is fitted nothing is waited for: requests come first, then the next step.
            let next = match (self.waiting.pop_front(), &self.fitting) {
                (Some(command), _) => Some(command),
                (None, Some(_)) => match self.inbox.try_recv() {
                    Ok(command) => Some(command),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => return,
                },
                (None, None) => match self.inbox.recv() {
                    Ok(command) => Some(command),
                    Err(_) => return,
                },
            };
            let job = match &next {
                Some(command) => job_of(command),
                None => self.fitting.as_ref().map(|fitting| fitting.job),
            };
            // Drivers that lose their device panic deep inside; the window must outlive that.
            let work = || match next {
                Some(command) => self.answer(command),
                None => self.fit_on(),
            };
            let flow =
                catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| self.fall_back(job, &said(panic.as_ref())));
            if flow.is_break() {
                return;
            }
        }
    }

    /// The model that answers.
    fn answering(&self) -> Option<&Hrm> {
        self.fitted.as_ref().or(self.model.as_ref().map(|(model, _)| model))
    }

    fn answer(&mut self, command: Command) -> ControlFlow<()> {
        match command {
            Command::ListDevices => self.outbox.send(Event::Devices(list())),
            Command::UseDevice(id) => self.use_device(&id),
            Command::LoadModel(source) => self.load(source),
            Command::Cancel(job) => {
                self.fitting.take_if(|fitting| fitting.job == job);
                self.outbox.send(Event::Cancelled(job))
            }
            Command::Replay { job, .. } | Command::LookInside { job, .. } => self.aside(job, &command),
            Command::Poll { job, questions, halting, max_segments, batch } => {
                self.poll(job, &questions, Limits { halting, max_segments }, batch)
            }
            Command::Fit { job, name, task, plan } => {
                self.end_fit()?;
                let Some((model, info)) = &self.model else {
                    let message = "no model is loaded: choose one, or open a checkpoint".into();
                    return self.outbox.send(Event::Failed { job, message });
                };
                match Fitting::begin(job, model, info, &name, &task, plan) {
                    Ok(fitting) => {
                        fitting.tell(&self.outbox)?;
                        self.fitting = Some(fitting);
                        ControlFlow::Continue(())
                    }
                    Err(error) => self.outbox.send(Event::Failed { job, message: error.to_string() }),
                }
            }
            Command::ForgetFit => {
                self.fitted = None;
                self.end_fit()
            }
            Command::Think { job, tokens, puzzle_id, halting, max_segments } => {
                self.think(job, &tokens, puzzle_id, Limits { halting, max_segments })
            }
        }
    }

    /// One step of the fit under way; after the last one the fitted model answers.
    fn fit_on(&mut self) -> ControlFlow<()> {
        let Some(mut fitting) = self.fitting.take() else { return ControlFlow::Continue(()) };
        if let Err(error) = fitting.step() {
            return self.outbox.send(Event::Failed { job: fitting.job, message: error.to_string() });
        }
        fitting.tell(&self.outbox)?;
        match fitting.result() {
            Some((model, info)) => {
                self.fitted = Some(model);
                self.outbox.send(Event::Fitted { job: fitting.job, model: info })
            }
            None => {
                self.fitting = Some(fitting);
                ControlFlow::Continue(())
            }
        }
    }

    /// Ends the fit under way.
    fn end_fit(&mut self) -> ControlFlow<()> {
        match self.fitting.take() {
            Some(fitting) => self.outbox.send(Event::Cancelled(fitting.job)),
            None => ControlFlow::Continue(()),
        }
    }

    /// Goes on with the CPU after the device failed. The weights are read again from their file: what lay on the device
    /// is lost.
    fn fall_back(&mut self, job: Option<JobId>, why: &str) -> ControlFlow<()> {
        let message = format!("the device stopped answering: {why}");
        if let Some(job) = job {
            self.outbox.send(Event::Failed { job, message: message.clone() })?;
        }
        self.device = Device::flex();
        self.fitted = None;
        self.end_fit()?;
        let note = Some(format!("{message}; the CPU computes instead"));
        self.outbox.send(Event::DeviceReady { device: DeviceInfo::cpu(), note })?;
        match self.model.take() {
            Some((_, info)) => self.load(info.source.clone()),
            None => ControlFlow::Continue(()),
        }
    }

    fn use_device(&mut self, id: &str) -> ControlFlow<()> {
        let known = list();
        let asked = if id.is_empty() { None } else { Some(id) };
        let opened = choose(asked, &known).and_then(|info| open(&info).map(|device| (info, device)));
        let (info, device, note) = match opened {
            Ok((info, device)) => (info, device, None),
            Err(error) => (DeviceInfo::cpu(), Device::flex(), Some(format!("{error}; the CPU computes instead"))),
        };
        self.device = device;
        self.end_fit()?;
        self.model = self.model.take().map(|(model, info)| (model.to_device(&self.device), info));
        self.fitted = self.fitted.take().map(|model| model.to_device(&self.device));
        self.outbox.send(Event::DeviceReady { device: info, note })
    }

    fn load(&mut self, source: ModelSource) -> ControlFlow<()> {
        let name = match &source {
            ModelSource::Shipped(name) => name.clone(),
            ModelSource::Path(path) => path.to_string_lossy().into_owned(),
        };
        let loaded = checkpoint::open(&name).and_then(|c| c.model(&self.device).map(|model| (c, model)));
        match loaded {
            Ok((file, model)) => {
                let config = &model.config;
                let name = file.name();
                let info = ModelInfo {
                    source,
                    name,
                    parameters: model.parameters(),
                    seq_len: config.seq_len,
                    vocab: config.vocab,
                    dimensions: config.dimensions(config.max_segments),
                    hash: file.hash.chars().take(12).collect(),
                    identifiers: file.identifiers.unwrap_or_default(),
                    passed_over: file.passed_over,
                };
                let info = Arc::new(info);
                self.model = Some((model, info.clone()));
                self.fitted = None;
                self.end_fit()?;
                self.outbox.send(Event::ModelLoaded(info))
            }
            Err(error) => self.outbox.send(Event::ModelFailed { source, message: error.to_string() }),
        }
    }

    fn think(&mut self, job: JobId, tokens: &[i32], puzzle_id: i32, limits: Limits) -> ControlFlow<()> {
        let fail = |message: String| self.outbox.send(Event::Failed { job, message });
        let Some(model) = self.answering() else {
            return fail("no model is loaded: choose one, or open a checkpoint".into());
        };
        let config = &model.config;
        if !knows(config, tokens) {
            return fail(format!(
                "the board has {} cells; the model knows boards of {} cells with {} tokens: choose a model that fits",
                tokens.len(),
                config.seq_len,
                config.vocab
            ));
        }
        let started = Instant::now();
        // A clone shares the weights, and leaves the rest of the worker to be changed.
        let model = model.clone();
        let (inbox, outbox, waiting) = (&self.inbox, &self.outbox, &mut self.waiting);
        let mut gone = false;
        let outcome = think(&model, tokens, puzzle_id, limits, &mut |thought| {
            let event = match thought {
                Thought::Started { dimensions, z_h_init, z_l_init } => {
                    Event::ThinkStarted { job, dimensions, z_h_init, z_l_init }
                }
                Thought::Resident(module, state) => Event::Resident { job, module, state },
                Thought::Step(record) => Event::Step { job, record },
                Thought::SegmentEnded(end) => Event::SegmentEnded { job, end },
            };
            if outbox.send(event).is_break() || interrupted(job, inbox, waiting, &mut gone) {
                return ControlFlow::Break(());
            }
            between(&model, waiting, outbox)
        });
        if gone {
            return ControlFlow::Break(());
        }
        let elapsed_ms = started.elapsed().as_secs_f64() * 1e3;
        match outcome {
            Ok(true) => self.outbox.send(Event::ThinkFinished { job, elapsed_ms }),
            Ok(false) => self.outbox.send(Event::Cancelled(job)),
            Err(error) => self.fall_back(Some(job), &format!("{error:?}")),
        }
    }

    fn aside(&mut self, job: JobId, command: &Command) -> ControlFlow<()> {
        let Some(model) = self.answering().cloned() else {
            let message = "no model is loaded: choose the one that answered".into();
            return self.outbox.send(Event::Failed { job, message });
        };
        let (inbox, outbox, waiting) = (&self.inbox, &self.outbox, &mut self.waiting);
        let mut gone = false;
        let mut stop = || interrupted(job, inbox, waiting, &mut gone);
        let outcome = aside(&model, command, outbox, &mut stop);
        match outcome {
            _ if gone => ControlFlow::Break(()),
            Ok(flow) => flow,
            Err(error) => self.fall_back(Some(job), &format!("{error:?}")),
        }
    }

    fn poll(&mut self, job: JobId, questions: &[Example], limits: Limits, batch: usize) -> ControlFlow<()> {
        let fit = |config: &HrmConfig| questions.iter().all(|asked| knows(config, &asked.inputs));
        let Some(model) = self.answering().filter(|model| fit(&model.config)).cloned() else {
            let message = "no model that knows such boards is loaded: choose one that fits".into();
            return self.outbox.send(Event::Failed { job, message });
        };
        let (inbox, outbox, waiting) = (&self.inbox, &self.outbox, &mut self.waiting);
        let (mut gone, mut stopped) = (false, false);
        let mut watch = |_| {
            stopped |= interrupted(job, inbox, waiting, &mut gone);
            if stopped { ControlFlow::Break(()) } else { between(&model, waiting, outbox) }
        };
        let mut see = |_, answer| outbox.send(Event::Answered { job, answer });
        let outcome = answers(&model, questions, limits, (batch, false), &mut watch, &mut see);
        if gone {
            return ControlFlow::Break(());
        }
        match outcome {
            Ok(()) if stopped => self.outbox.send(Event::Cancelled(job)),
            Ok(()) => self.outbox.send(Event::PollFinished(job)),
            Err(error) => self.fall_back(Some(job), &format!("{error:?}")),
        }
    }
}

/// Does what can be done between two micro-steps: whoever looks back does not wait for the end of what is under way.
fn between(model: &Hrm, waiting: &mut VecDeque<Command>, outbox: &Outbox) -> ControlFlow<()> {
    let asked = waiting.iter().position(is_aside);
    match asked.and_then(|at| waiting.remove(at)) {
        // A device that no longer answers is noticed by the run itself.
        Some(command) => aside(model, &command, outbox, &mut || false).unwrap_or(ControlFlow::Continue(())),
        None => ControlFlow::Continue(()),
    }
}

/// Whether a model can be asked about these tokens `[S]`.
pub(super) fn knows(config: &HrmConfig, tokens: &[i32]) -> bool {
    let known = |t: &i32| usize::try_from(*t).is_ok_and(|t| t < config.vocab);
    tokens.len() == config.seq_len && tokens.iter().all(known)
}

/// The job that a command names.
fn job_of(command: &Command) -> Option<JobId> {
    match command {
        Command::Think { job, .. }
        | Command::Replay { job, .. }
        | Command::LookInside { job, .. }
        | Command::Poll { job, .. }
        | Command::Fit { job, .. } => Some(*job),
        _ => None,
    }
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "it failed".to_owned())
}

/// Looks at what came in while a job runs: its own `Cancel`, or any command that makes its answer useless, ends it.
fn interrupted(job: JobId, inbox: &Receiver<Command>, waiting: &mut VecDeque<Command>, gone: &mut bool) -> bool {
    let mut stop = false;
    loop {
        match inbox.try_recv() {
            Ok(Command::Cancel(other)) if other == job => stop = true,
            // Cancels a `Think` that still waits.
            // It may be the fit that goes on between requests, too.
            Ok(Command::Cancel(other)) => {
                let of = |command: &Command| job_of(command) == Some(other);
                waiting.retain(|command| matches!(command, Command::Fit { .. }) || !of(command));
                waiting.push_back(Command::Cancel(other));
            }
            Ok(
                newer @ (Command::Think { .. } | Command::LoadModel(_) | Command::UseDevice(_) | Command::ForgetFit),
            ) => {
                if matches!(newer, Command::Think { .. }) {
                    waiting.retain(|c| !matches!(c, Command::Think { .. }));
                }
                waiting.push_back(newer);
                stop = true;
            }
            Ok(newest) if is_aside(&newest) => {
                let kind = std::mem::discriminant(&newest);
                waiting.retain(|c| std::mem::discriminant(c) != kind);
                waiting.push_back(newest);
            }
            Ok(other) => waiting.push_back(other),
            Err(TryRecvError::Empty) => return stop,
            Err(TryRecvError::Disconnected) => {
                *gone = true;
                return true;
            }
        }
    }
}

#[cfg(test)]
mod tests;
