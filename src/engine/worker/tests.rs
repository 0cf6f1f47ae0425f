use super::*;
use crate::board::arc::Task;
use crate::engine::Halting;
use crate::model::{Initializer, tiny_config};
use crate::train::FitPlan;
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

fn with_tasks() -> (Engine, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.safetensors");
    let config = HrmConfig { vocab: 12, puzzles: 2, puzzle_dim: 16, ..tiny_config() };
    let model = Initializer::default().build(&config, &Device::flex());
    checkpoint::save(&model, &path, Default::default()).unwrap();
    let engine = Engine::start(|| {});
    engine.commands.send(Command::LoadModel(ModelSource::Path(path))).unwrap();
    assert!(matches!(next(&engine), Event::ModelLoaded(_)));
    (engine, folder)
}

fn poll(job: u64, count: usize) -> Command {
    let asked = |at: usize| Example { inputs: vec![at as i32 % 12; 16], labels: vec![], puzzle_id: 0 };
    let questions = (0..count).map(asked).collect();
    Command::Poll { job: JobId(job), questions, halting: Halting::Fixed, max_segments: 2, batch: 1 }
}

#[test]
fn a_poll_is_answered_one_by_one_and_ends_when_asked() {
    let (engine, _folder) = with_tasks();
    engine.commands.send(poll(1, 3)).unwrap();
    for _ in 0..3 {
        let Event::Answered { job: JobId(1), answer } = next(&engine) else { panic!("each is told") };
        assert_eq!((answer.tokens.len(), answer.segments), (16, 2));
    }
    assert!(matches!(next(&engine), Event::PollFinished(JobId(1))));
    engine.commands.send(poll(2, 100_000)).unwrap();
    assert!(matches!(next(&engine), Event::Answered { job: JobId(2), .. }));
    engine.commands.send(Command::Cancel(JobId(2))).unwrap();
    while !matches!(next(&engine), Event::Cancelled(JobId(2))) {}
    // A board that is thought about ends a poll of another one.
    engine.commands.send(poll(3, 100_000)).unwrap();
    engine.commands.send(ask(4, 1)).unwrap();
    while !matches!(next(&engine), Event::Cancelled(JobId(3))) {}
    assert!(matches!(next(&engine), Event::ThinkStarted { job: JobId(4), .. }));
}

#[test]
fn a_fit_goes_on_between_requests_and_then_answers() {
    let (engine, _folder) = with_tasks();
    let task = r#"{"train":[{"input":[[1,2]],"output":[[2,1]]}],"test":[{"input":[[3,4]]}]}"#;
    let fit = |job, steps| Command::Fit {
        job: JobId(job),
        name: "mine".into(),
        task: Box::new(Task::parse(task).unwrap()),
        plan: FitPlan { steps, whole: true },
    };
    engine.commands.send(fit(1, 20)).unwrap();
    engine.commands.send(ask(2, 1)).unwrap();
    let (mut steps, mut thought) = (Vec::new(), false);
    let info = loop {
        match next(&engine) {
            Event::FitStep { job: JobId(1), progress } => steps.push(progress.step),
            Event::ThinkFinished { job: JobId(2), .. } => thought = true,
            Event::Fitted { job: JobId(1), model } => break model,
            Event::Failed { message, .. } => panic!("{message}"),
            _ => {}
        }
    };
    assert!(thought && steps == (0..=20).collect::<Vec<_>>());
    assert_eq!(info.puzzle_id("mine"), Some(2), "behind the two rows that were there");
    engine.commands.send(fit(3, 100_000)).unwrap();
    while !matches!(next(&engine), Event::FitStep { job: JobId(3), .. }) {}
    engine.commands.send(Command::Cancel(JobId(3))).unwrap();
    while !matches!(next(&engine), Event::Cancelled(JobId(3))) {}
    // What was fitted before is forgotten when asked, and an unknown row reads as the blank one.
    let answer = |job: u64| {
        let asked = Example { inputs: vec![3; 16], labels: vec![], puzzle_id: 2 };
        let (questions, halting) = (vec![asked], Halting::Fixed);
        engine.commands.send(Command::Poll { job: JobId(job), questions, halting, max_segments: 1, batch: 1 }).unwrap();
        let Event::Answered { answer, .. } = next(&engine) else { panic!("it answers") };
        assert!(matches!(next(&engine), Event::PollFinished(_)));
        answer.q_halt
    };
    let with = answer(4);
    engine.commands.send(Command::ForgetFit).unwrap();
    assert_ne!(answer(5), with);
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
    let (waiting, device) = (VecDeque::new(), Device::flex());
    let mut worker = Worker { inbox, outbox, waiting, device, model: None, fitted: Some(model), fitting: None };
    assert!(worker.answer(Command::LoadModel(ModelSource::Path(path))).is_continue());
    assert!(matches!(events.recv().unwrap(), Event::ModelLoaded(_)) && worker.fitted.is_none());
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
    let wrong =
        Command::Think { job: JobId(1), tokens: vec![1; 9], puzzle_id: 0, halting: Halting::Fixed, max_segments: 1 };
    engine.commands.send(wrong).unwrap();
    assert!(matches!(next(&engine), Event::Failed { message, .. } if message.contains("9 cells")));
}
