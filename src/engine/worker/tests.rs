use super::*;
use crate::board::arc::Task;
use crate::engine::Halting;
use crate::engine::state_tensor;
use crate::model::{Carry, Initializer, tiny_config};
use crate::trace::{Gap, Inside, Module, Question};
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

/// A state and how far it moved.
type Moved = (Arc<[f32]>, f32);

/// What a run tells: its initial states, and the state and residual of each step.
fn told(engine: &Engine, job: u64, segments: usize) -> (Vec<Arc<[f32]>>, Vec<Moved>) {
    engine.commands.send(ask(job, segments)).unwrap();
    let Event::ThinkStarted { z_h_init, z_l_init, .. } = next(engine) else { panic!("it begins") };
    let mut steps = Vec::new();
    loop {
        match next(engine) {
            Event::Step { record, .. } => steps.push((record.state.unwrap(), record.residual)),
            Event::ThinkFinished { .. } => return (vec![z_h_init, z_l_init], steps),
            _ => {}
        }
    }
}

#[test]
fn states_computed_again_are_the_same_to_the_bit() {
    let (engine, _folder) = with_model();
    let (init, steps) = told(&engine, 1, 4);
    let question = Question { tokens: vec![1; 16], puzzle_id: 0 };
    // From the start, and from the carry of the second segment: z_H of its last step, z_L of the one before.
    for (segments, z_h, z_l) in [(0..=3, &init[0], &init[1]), (2..=3, &steps[11].0, &steps[10].0)] {
        let begin = *segments.start();
        let gap = Gap { segments, z_h: z_h.clone(), z_l: z_l.clone() };
        engine.commands.send(Command::Replay { job: JobId(2), question: question.clone(), gap }).unwrap();
        for (place, (before, moved)) in steps.iter().enumerate().skip(begin * 6) {
            let Event::Replayed { step, state, residual, .. } = next(&engine) else { panic!("each is told") };
            assert_eq!((step, &state, residual), (place, before, *moved));
        }
        assert!(matches!(next(&engine), Event::ReplayFinished(JobId(2))));
    }
    // Another model's states are refused.
    let gap = Gap { segments: 0..=0, z_h: vec![0.0; 3].into(), z_l: vec![0.0; 3].into() };
    engine.commands.send(Command::Replay { job: JobId(3), question, gap }).unwrap();
    assert!(matches!(next(&engine), Event::Failed { job: JobId(3), message } if message.contains("another model")));
}

#[test]
fn a_block_is_looked_into_where_the_run_was() {
    let (engine, folder) = with_model();
    let (init, steps) = told(&engine, 1, 1);
    let question = Question { tokens: vec![1; 16], puzzle_id: 0 };
    let look = |step, layer, z_h: &Arc<[f32]>, z_l: &Arc<[f32]>| {
        let (question, z_h, z_l) = (question.clone(), z_h.clone(), z_l.clone());
        engine.commands.send(Command::LookInside { job: JobId(2), question, step, layer, z_h, z_l }).unwrap();
        let Event::Inside { inside, .. } = next(&engine) else { panic!("it is told") };
        inside
    };
    // The H-step at the end of the first cycle reads z_H as it began, and z_L of the L-step before it.
    let seen = look(2, 99, &init[0], &steps[1].0);
    let model = checkpoint::open(&folder.path().join("tiny.safetensors").to_string_lossy()).unwrap();
    let model = model.model(&Device::flex()).unwrap();
    let Inside { module, layer, layers, heads, tokens, .. } = seen;
    assert_eq!((module, layers, heads, tokens), (Module::H, model.h.len(), model.config.heads, model.config.tokens()));
    assert_eq!(layer, layers - 1);
    for row in seen.attention.chunks(tokens) {
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5 && row.iter().all(|weight| *weight >= 0.0));
    }
    assert_eq!(seen.inner(), model.config.inner());
    // The block's input, computed apart, gives the same.
    let carry = Carry { z_h: state_tensor(&model, &init[0]), z_l: state_tensor(&model, &steps[1].0) };
    let states = model.layers(Module::H, &carry, &model.read(vec![1; 16], &[0]));
    let (weights, gates) =
        model.h[layer].inside(states[layer].clone(), heads, model.rope.as_ref(), model.config.rms_eps);
    assert_eq!(weights.try_to_vec_as::<f32>().unwrap()[..], seen.attention[..]);
    assert_eq!(gates.try_to_vec_as::<f32>().unwrap()[..], seen.gates[..]);
    assert_ne!(look(0, 0, &init[0], &init[1]).attention, seen.attention);
}

#[test]
fn who_looks_back_does_not_wait_for_the_runs_end() {
    let (engine, _folder) = with_model();
    let (init, _) = told(&engine, 1, 1);
    engine.commands.send(ask(2, 100_000)).unwrap();
    let gap = Gap { segments: 0..=0, z_h: init[0].clone(), z_l: init[1].clone() };
    let question = Question { tokens: vec![1; 16], puzzle_id: 0 };
    engine.commands.send(Command::Replay { job: JobId(3), question, gap }).unwrap();
    while !matches!(next(&engine), Event::ReplayFinished(JobId(3))) {}
    assert!(matches!(next(&engine), Event::Step { job: JobId(2), .. }), "the run goes on");
    engine.commands.send(Command::Cancel(JobId(2))).unwrap();
    while !matches!(next(&engine), Event::Cancelled(JobId(2))) {}
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
