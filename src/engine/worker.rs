//! The compute thread: the only one that touches the device and the model.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::Instant;

use burn::tensor::Device;

use super::device::{choose, list, open};
use super::think::{Thought, think};
use super::{Command, DeviceInfo, Event, JobId, ModelInfo, ModelSource};
use crate::checkpoint;
use crate::model::{Hrm, Limits};

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
            Worker { inbox, outbox, waiting: VecDeque::new(), device: Device::flex(), model: None }.run();
        };
        // A thread that cannot be started shows as closed channels, which the window reports.
        let _ = std::thread::Builder::new().name("engine".into()).spawn(worker);
        Self { commands, events }
    }
}

struct Outbox {
    events: Sender<Event>,
    wake: Box<dyn Fn() + Send>,
}

impl Outbox {
    /// Sends an event; Break when nobody listens any more.
    fn send(&self, event: Event) -> ControlFlow<()> {
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
    model: Option<(Hrm, ModelSource)>,
}

impl Worker {
    fn run(mut self) {
        loop {
            let command = match self.waiting.pop_front() {
                Some(command) => command,
                None => match self.inbox.recv() {
                    Ok(command) => command,
                    Err(_) => return,
                },
            };
            let job = match &command {
                Command::Think { job, .. } => Some(*job),
                _ => None,
            };
            // Drivers that lose their device panic deep inside; the window must outlive that.
            let flow = catch_unwind(AssertUnwindSafe(|| self.answer(command)))
                .unwrap_or_else(|panic| self.fall_back(job, &said(panic.as_ref())));
            if flow.is_break() {
                return;
            }
        }
    }

    fn answer(&mut self, command: Command) -> ControlFlow<()> {
        match command {
            Command::ListDevices => self.outbox.send(Event::Devices(list())),
            Command::UseDevice(id) => self.use_device(&id),
            Command::LoadModel(source) => self.load(source),
            Command::Cancel(job) => self.outbox.send(Event::Cancelled(job)),
            Command::Think { job, tokens, puzzle_id, halting, max_segments } => {
                self.think(job, &tokens, puzzle_id, Limits { halting, max_segments })
            }
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
        let note = Some(format!("{message}; the CPU computes instead"));
        self.outbox.send(Event::DeviceReady { device: DeviceInfo::cpu(), note })?;
        match self.model.take() {
            Some((_, source)) => self.load(source),
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
        self.model = self.model.take().map(|(model, source)| (model.to_device(&self.device), source));
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
                    source: source.clone(),
                    name,
                    parameters: model.parameters(),
                    seq_len: config.seq_len,
                    vocab: config.vocab,
                    dimensions: config.dimensions(config.max_segments),
                    hash: file.hash.chars().take(12).collect(),
                    identifiers: file.identifiers.unwrap_or_default(),
                };
                self.model = Some((model, source));
                self.outbox.send(Event::ModelLoaded(Arc::new(info)))
            }
            Err(error) => self.outbox.send(Event::ModelFailed { source, message: error.to_string() }),
        }
    }

    fn think(&mut self, job: JobId, tokens: &[i32], puzzle_id: i32, limits: Limits) -> ControlFlow<()> {
        let fail = |message: String| self.outbox.send(Event::Failed { job, message });
        let Some((model, _)) = &self.model else {
            return fail("no model is loaded: choose one, or open a checkpoint".into());
        };
        let config = &model.config;
        let unknown = |t: &i32| usize::try_from(*t).map_or(true, |t| t >= config.vocab);
        if tokens.len() != config.seq_len || tokens.iter().any(unknown) {
            return fail(format!(
                "the board has {} cells; the model knows boards of {} cells with {} tokens: choose a model that fits",
                tokens.len(),
                config.seq_len,
                config.vocab
            ));
        }
        let started = Instant::now();
        let (inbox, outbox, waiting) = (&self.inbox, &self.outbox, &mut self.waiting);
        let mut gone = false;
        let outcome = think(model, tokens, puzzle_id, limits, &mut |thought| {
            let event = match thought {
                Thought::Started { dimensions, z_h_init, z_l_init } => {
                    Event::ThinkStarted { job, dimensions, z_h_init, z_l_init }
                }
                Thought::Step(record) => Event::Step { job, record },
                Thought::SegmentEnded(end) => Event::SegmentEnded { job, end },
            };
            if outbox.send(event).is_break() || interrupted(job, inbox, waiting, &mut gone) {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
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
            Ok(Command::Cancel(other)) => waiting.retain(|c| !matches!(c, Command::Think { job, .. } if *job == other)),
            Ok(newer @ (Command::Think { .. } | Command::LoadModel(_) | Command::UseDevice(_))) => {
                if matches!(newer, Command::Think { .. }) {
                    waiting.retain(|c| !matches!(c, Command::Think { .. }));
                }
                waiting.push_back(newer);
                stop = true;
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
mod tests {
    use super::*;
    use crate::engine::Halting;
    use crate::model::{Initializer, tiny_config};
    use std::time::Duration;

    fn next(engine: &Engine) -> Event {
        engine.events.recv_timeout(Duration::from_secs(60)).unwrap()
    }

    fn with_model() -> (Engine, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tiny.safetensors");
        let model = Initializer::default().build(&tiny_config(), &Device::flex());
        checkpoint::save(&model, &path, Default::default()).unwrap();
        let engine = Engine::start(|| {});
        engine.commands.send(Command::LoadModel(ModelSource::Path(path))).unwrap();
        assert!(matches!(next(&engine), Event::ModelLoaded(info) if info.name == "tiny" && info.seq_len == 16));
        (engine, folder)
    }

    fn ask(job: u64, max_segments: usize) -> Command {
        Command::Think { job: JobId(job), tokens: vec![1; 16], puzzle_id: 0, halting: Halting::Fixed, max_segments }
    }

    #[test]
    fn a_run_is_told_from_start_to_end() {
        let (engine, _folder) = with_model();
        engine.commands.send(ask(1, 2)).unwrap();
        assert!(matches!(next(&engine), Event::ThinkStarted { job: JobId(1), .. }));
        let rest: Vec<Event> = (0..2 * 7 + 1).map(|_| next(&engine)).collect();
        assert!(matches!(rest[0], Event::Step { .. }) && matches!(rest[6], Event::SegmentEnded { .. }));
        assert!(matches!(rest[14], Event::ThinkFinished { job: JobId(1), .. }));
    }

    #[test]
    fn a_newer_question_replaces_the_older_one() {
        let (engine, _folder) = with_model();
        engine.commands.send(ask(1, 100_000)).unwrap();
        engine.commands.send(ask(2, 1)).unwrap();
        let started = Instant::now();
        loop {
            match next(&engine) {
                Event::Cancelled(job) => assert_eq!(job, JobId(1)),
                Event::ThinkFinished { job, .. } => {
                    assert_eq!(job, JobId(2));
                    break;
                }
                _ => assert!(started.elapsed() < Duration::from_secs(60)),
            }
        }
    }

    #[test]
    fn cancel_ends_a_run_and_the_next_one_works() {
        let (engine, _folder) = with_model();
        engine.commands.send(ask(1, 100_000)).unwrap();
        engine.commands.send(Command::Cancel(JobId(1))).unwrap();
        while !matches!(next(&engine), Event::Cancelled(JobId(1))) {}
        engine.commands.send(ask(2, 1)).unwrap();
        assert!(matches!(next(&engine), Event::ThinkStarted { job: JobId(2), .. }));
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let engine = Engine::start(|| {});
        engine.commands.send(ask(1, 1)).unwrap();
        assert!(matches!(next(&engine), Event::Failed { message, .. } if message.contains("no model")));
        engine.commands.send(Command::LoadModel(ModelSource::Path("/no/such".into()))).unwrap();
        assert!(matches!(next(&engine), Event::ModelFailed { message, .. } if message.contains("/no/such")));
        engine.commands.send(Command::UseDevice("gpu:99".into())).unwrap();
        let Event::DeviceReady { device, note: Some(note) } = next(&engine) else { panic!("a device answers") };
        assert!(device.id == "cpu" && note.contains("gpu:99"));
    }

    #[test]
    fn after_a_lost_device_the_cpu_goes_on_with_the_same_model() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tiny.safetensors");
        let model = Initializer::default().build(&tiny_config(), &Device::flex());
        checkpoint::save(&model, &path, Default::default()).unwrap();
        let (_commands, inbox) = channel();
        let (outbox, events) = channel();
        let outbox = Outbox { events: outbox, wake: Box::new(|| {}) };
        let model = Some((model, ModelSource::Path(path)));
        let mut worker = Worker { inbox, outbox, waiting: VecDeque::new(), device: Device::flex(), model };
        assert!(worker.fall_back(Some(JobId(3)), "it was unplugged").is_continue());
        let failed = events.recv().unwrap();
        assert!(matches!(failed, Event::Failed { job: JobId(3), message } if message.contains("unplugged")));
        assert!(matches!(events.recv().unwrap(), Event::DeviceReady { device, note: Some(_) } if device.id == "cpu"));
        assert!(matches!(events.recv().unwrap(), Event::ModelLoaded(_)));
        assert!(worker.answer(ask(4, 1)).is_continue());
        assert!(matches!(events.recv().unwrap(), Event::ThinkStarted { job: JobId(4), .. }));
    }

    #[test]
    fn a_board_of_another_size_is_refused() {
        let (engine, _folder) = with_model();
        let wrong = Command::Think {
            job: JobId(1),
            tokens: vec![1; 9],
            puzzle_id: 0,
            halting: Halting::Fixed,
            max_segments: 1,
        };
        engine.commands.send(wrong).unwrap();
        assert!(matches!(next(&engine), Event::Failed { message, .. } if message.contains("9 cells")));
    }
}
