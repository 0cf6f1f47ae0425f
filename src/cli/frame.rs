//! `bench frame`: what one frame of the window costs its thread, without a screen: taking in what was told, laying out,
//! and turning shapes into triangles. What the GPU does afterwards is not counted.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use burn::tensor::Device;
use eframe::egui::{Context, Event, Pos2, RawInput, Rect, vec2};
use serde_json::{Value, json};

use crate::app::{Action, App, Draft, Length, Loop, Mode, Options, RunStatus, TrainAction};
use crate::checkpoint;
use crate::engine::ModelSource;
use crate::model::HrmConfig;
use crate::train::preset;

/// The window that is measured, points.
const SIZE: (f32, f32) = (1440.0, 900.0);
/// A frame at 60 Hz.
const PERIOD: Duration = Duration::from_nanos(1_000_000_000 / 60);
/// The longest wait for an answer or a run.
const PATIENCE: Duration = Duration::from_secs(120);

/// Measures frames while traces of a 9x9 and a 30x30 board play; with `train`, also the layout Train, while a run trains
/// beside it. `seconds` is shared by all.
pub fn run(seconds: f64, train: bool, as_json: bool) -> anyhow::Result<()> {
    ensure!((0.1..=3600.0).contains(&seconds), "--seconds must be between 0.1 and 3600");
    let place = tempfile::tempdir()?;
    let ctx = Context::default();
    let options = Options {
        device: Some("cpu".into()),
        seed: Some(1),
        runs: Some(place.path().join("runs")),
        ..Options::default()
    };
    let app = App::without_window(&ctx, options);
    let mut bench = Bench { ctx, app, begun: Instant::now(), frames: 0 };
    bench.wait("the model's answer", |app| app.state.computed() > 0 && !app.state.thinking())?;
    bench.app.state.settings.looping = Loop::Run;
    bench.app.state.settings.speed = 15.0;
    let mut object = json!({"seconds": seconds, "training": train});
    let mut all = Vec::new();
    if train {
        bench.train(seconds)?;
    }
    let share = Duration::try_from_secs_f64(seconds / if train { 3.0 } else { 2.0 })?;
    let large = large_model(place.path())?;
    for (name, model, cells) in [
        ("explore_9x9", ModelSource::Shipped("sudoku-9x9".into()), 81),
        ("explore_30x30", ModelSource::Path(large), 900),
    ] {
        bench.play(model, cells)?;
        let times = bench.measure(share);
        object[name] = figures(&times);
        all.extend(times);
    }
    if train {
        bench.act(Action::SetMode(Mode::Train));
        bench.settle();
        let times = bench.measure(share);
        object["train"] = figures(&times);
        all.extend(times);
        let reports = bench.app.state.train.current().map_or(0, |run| run.reports.len());
        object["reports"] = json!(reports);
        bench.stop()?;
    }
    if let Value::Object(whole) = figures(&all) {
        whole.into_iter().for_each(|(key, value)| object[key] = value);
    }
    println!("{}", if as_json { object.to_string() } else { serde_json::to_string_pretty(&object)? });
    Ok(())
}

/// A model of the paper's size for 30x30 mazes, with fresh weights: what it answers does not matter here.
fn large_model(folder: &Path) -> anyhow::Result<PathBuf> {
    let preset = preset::named("maze-30x30-hard", 1).context("there is no preset maze-30x30-hard")?;
    let config = HrmConfig { max_segments: 2, puzzles: 1, ..preset.model };
    let path = folder.join("large.safetensors");
    checkpoint::save(&preset.initializer.build(&config, &Device::flex()), &path, HashMap::default())?;
    Ok(path)
}

/// Percentiles on the clock, and the same on the processor: the clock also counts the time in which the system let other
/// threads go first.
fn figures(times: &[(f64, f64)]) -> Value {
    let sorted = |of: fn(&(f64, f64)) -> f64| {
        let mut sorted: Vec<f64> = times.iter().map(of).collect();
        sorted.sort_by(f64::total_cmp);
        sorted
    };
    let (clock, processor) = (sorted(|t| t.0), sorted(|t| t.1));
    let at = |sorted: &[f64], share: f64| {
        sorted.get(((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1))).copied()
    };
    json!({
        "p50_ms": at(&clock, 0.5), "p99_ms": at(&clock, 0.99), "max_ms": clock.last(), "frames": times.len(),
        "processor_p50_ms": at(&processor, 0.5), "processor_p99_ms": at(&processor, 0.99),
        "processor_max_ms": processor.last(),
    })
}

/// How long this thread has been on the processor, milliseconds; where the system does not tell, 0.
fn processor_ms() -> f64 {
    #[cfg(target_os = "linux")]
    {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the call writes one timespec, which outlives it.
        if unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) } == 0 {
            return time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6;
        }
    }
    0.0
}

struct Bench {
    ctx: Context,
    app: App,
    begun: Instant,
    frames: u32,
}

impl Bench {
    /// One frame: milliseconds on the clock, and on the processor.
    fn frame(&mut self) -> (f64, f64) {
        self.frames += 1;
        // A hand that moves over the middle of the window, as over curves or cells.
        let along = f64::from(self.frames % 240) / 240.0;
        let pointer = Pos2::new(300.0 + 700.0 * along as f32, 250.0);
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(SIZE.0, SIZE.1))),
            time: Some(self.begun.elapsed().as_secs_f64()),
            events: vec![Event::PointerMoved(pointer)],
            focused: true,
            ..RawInput::default()
        };
        let (start, worked) = (Instant::now(), processor_ms());
        let output = self.ctx.run_ui(input, |ui| {
            self.app.before_frame(ui.ctx());
            self.app.frame(ui);
        });
        let triangles = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        let took = (start.elapsed().as_secs_f64() * 1e3, processor_ms() - worked);
        drop(triangles);
        took
    }

    /// Frames at 60 Hz for a time; milliseconds of each.
    fn measure(&mut self, time: Duration) -> Vec<(f64, f64)> {
        let begun = Instant::now();
        let mut times = Vec::new();
        while begun.elapsed() < time {
            let start = Instant::now();
            times.push(self.frame());
            std::thread::sleep(PERIOD.saturating_sub(start.elapsed()));
        }
        times
    }

    /// Shows a board of so many cells, answered by this model, and plays it.
    fn play(&mut self, model: ModelSource, cells: usize) -> anyhow::Result<()> {
        self.act(Action::SetMode(Mode::Explore));
        self.act(Action::UseModel(model));
        self.wait("the answer of a larger model", |app| {
            app.state.recording().is_some_and(|run| run.dimensions.tokens - run.dimensions.puzzle_tokens == cells)
                && matches!(app.state.doc.run.status, RunStatus::Finished(_))
        })?;
        if !self.app.state.doc.playhead.playing {
            self.act(Action::TogglePlay);
        }
        self.settle();
        Ok(())
    }

    /// The first frames of a layout make its letters and textures.
    fn settle(&mut self) {
        for _ in 0..20 {
            self.frame();
        }
    }

    fn act(&mut self, action: Action) {
        let ctx = self.ctx.clone();
        self.app.act(&ctx, vec![action]);
    }

    fn wait(&mut self, what: &str, holds: impl Fn(&App) -> bool) -> anyhow::Result<()> {
        let begun = Instant::now();
        while !holds(&self.app) {
            ensure!(begun.elapsed() < PATIENCE, "waited too long for {what}");
            self.measure(PERIOD);
        }
        Ok(())
    }

    /// Starts a run as a person would, and waits for its first figures.
    fn train(&mut self, seconds: f64) -> anyhow::Result<()> {
        self.app.state.train.measured = true;
        self.wait("the list of runs", |app| app.state.train.looked)?;
        self.act(Action::Train(TrainAction::New));
        let amount = format!("{}", (seconds + 30.0) / 60.0);
        let draft = Draft {
            preset: "sudoku-4x4".into(),
            name: "bench".into(),
            seed: "1".into(),
            device: "cpu".into(),
            length: Length::Minutes,
            overrides: String::new(),
            ..Draft::default()
        };
        self.act(Action::Train(TrainAction::Edit(Box::new(draft.clone()))));
        self.act(Action::Train(TrainAction::Edit(Box::new(Draft { amount, ..draft }))));
        self.act(Action::Train(TrainAction::Start));
        let why = |app: &App| app.state.train.current().and_then(|run| run.message.clone());
        self.wait("the run's first figures", |app| {
            let run = app.state.train.current();
            run.is_some_and(|run| !run.reports.is_empty() || run.message.is_some())
        })?;
        ensure!(why(&self.app).is_none(), "the run did not start: {}", why(&self.app).unwrap_or_default());
        Ok(())
    }

    fn stop(&mut self) -> anyhow::Result<()> {
        let Some(folder) = self.app.state.train.selected.clone() else { return Ok(()) };
        self.act(Action::Train(TrainAction::Stop(folder)));
        self.wait("the run's end", |app| app.state.train.current().is_none_or(|run| !run.life.works()))
    }
}
