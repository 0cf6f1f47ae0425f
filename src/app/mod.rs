//! The window. Its whole state is [`State`]; panes read it and push [`Action`]s; `apply` is the one place that changes
//! it. It knows the engine only by commands and events.

mod action;
mod apply;
mod arc;
mod background;
mod command;
mod document;
mod edit;
mod events;
mod explain;
mod export;
mod figures;
mod fit;
#[cfg(test)]
mod fixtures;
mod gpu;
mod hand;
mod heat;
mod inside;
mod keys;
mod layout;
mod library;
mod movie;
mod open;
mod opened;
mod overlay;
mod panes;
mod parts;
mod past;
mod persist;
mod picture;
mod puzzles;
mod research;
mod scene;
mod state;
pub(crate) mod theme;
mod trace;
mod train;
mod ways;
mod widgets;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use eframe::egui::{self, CentralPanel, Frame, IconData, Panel, Ui, ViewportBuilder, ViewportCommand};
use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};

pub use action::{Action, Effect, Source, Stride};
pub use arc::{ArcAction, ArcState};
pub use document::{Answer, Document, Moment, TabAction};
pub use export::Plot;
pub use figures::Judged;
pub use hand::{Pen, Tool};
pub use heat::{HeatSettings, Shown};
pub use inside::Look;
pub use layout::{Mode, Pane};
pub use library::{Filter, Library, LibraryAction, Place as SetPlace, Sort};
pub use movie::{Draft as MovieDraft, MovieAction};
pub use overlay::{Lens, Overlay};
pub use persist::{Loop, Settings};
pub use picture::{PictureAction, PictureDraft};
pub use puzzles::{Difficulty, Order, What};
pub use research::{Form, Page, ResearchAction, ResearchState, Topic};
pub use scene::Truth;
pub use state::{Enlarged, RunStatus, State};
pub use theme::ThemeChoice;
pub use train::{Axis, CurveSettings, Draft, Field, Format, Length, PresetInfo, TrainAction, TrainState};
pub use ways::WayColour;

use crate::engine::{Command, Engine};
use crate::figure::Pixels;
use apply::{apply, first_model};
use background::Background;
use document::Keeping;
use layout::Layouts;
use overlay::Measured;
use panes::{Cx, Panes};
use research::worker::Researcher;
use theme::Theme;
use train::curves::Curves;
use train::watcher::{self, Watcher};
use ways::Ways;
use widgets::heatmap::Pictures;

/// How the window is opened.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Puzzles and checkpoints to open.
    pub files: Vec<PathBuf>,
    /// What computes: `cpu`, `gpu`, `gpu:N`; None for the one of the last time, or the best.
    pub device: Option<String>,
    /// The seed of new puzzles; None for one from the clock.
    pub seed: Option<u64>,
    /// The folder of the training runs; None for the usual place.
    pub runs: Option<PathBuf>,
    /// The program that trains; None for this one.
    pub program: Option<PathBuf>,
    /// The folder where open documents are kept between starts; None to keep none.
    pub documents: Option<PathBuf>,
    /// A moment to begin with.
    pub state: Option<Moment>,
}

/// Whether a window can be opened here at all.
pub fn has_display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// Opens the window and runs until it is closed.
///
/// # Errors
/// What the windowing system or the graphics driver says.
pub fn run(options: Options) -> Result<(), eframe::Error> {
    let viewport = ViewportBuilder::default()
        .with_title("hrmscope")
        .with_app_id("hrmscope")
        .with_icon(icon())
        .with_inner_size([1440.0, 900.0])
        .with_min_inner_size([1024.0, 640.0]);
    let wgpu_options = WgpuConfiguration { wgpu_setup: wgpu_setup(), ..Default::default() };
    let native = eframe::NativeOptions { viewport, wgpu_options, ..Default::default() };
    eframe::run_native("hrmscope", native, Box::new(|cc| Ok(Box::new(App::new(cc, options)))))
}

/// The program's own picture, on the window and the taskbar.
fn icon() -> IconData {
    Pixels::from_png(include_bytes!("../../assets/icon.png"))
        .map(|Pixels { width, height, rgba }| IconData { rgba, width, height })
        .unwrap_or_default()
}

/// How the graphics device is opened. burn looks at what an adapter could do, so a device that may be shared with it
/// has to be asked for everything.
pub fn wgpu_setup() -> WgpuSetup {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.device_descriptor = Arc::new(|adapter| wgpu::DeviceDescriptor {
        label: Some("hrmscope window"),
        required_features: adapter.features().difference(wgpu::Features::MAPPABLE_PRIMARY_BUFFERS),
        required_limits: adapter.limits(),
        ..Default::default()
    });
    WgpuSetup::CreateNew(setup)
}

/// Where runs are kept: beside what else the program keeps.
pub fn usual_runs() -> Option<PathBuf> {
    eframe::storage_dir("hrmscope").map(|folder| folder.join("runs"))
}

/// Where open documents are kept.
pub fn usual_documents() -> Option<PathBuf> {
    eframe::storage_dir("hrmscope").map(|folder| folder.join("documents"))
}

/// How soon a changed setting is kept.
const KEEP: Duration = Duration::from_secs(5);

/// The application: the state, and what stands outside of it.
pub struct App {
    /// Everything that is shown.
    pub state: State,
    layout: Layouts,
    engine: Engine,
    background: Background,
    researcher: Researcher,
    watcher: Watcher,
    pictures: Pictures,
    curves: Curves,
    ways: Ways,
    /// What egui's own widgets wear.
    contrast: bool,
    measured: Measured,
    seed: u64,
    keeping: Keeping,
    /// The title of the window.
    named: String,
    /// The settings as they were kept last.
    kept: Settings,
}

impl App {
    /// Starts the engine, opens what is to be opened, and takes up where the last window was closed.
    pub fn new(cc: &eframe::CreationContext<'_>, options: Options) -> Self {
        if let Some(window) = &cc.wgpu_render_state {
            let (instance, adapter) = (window.instance.clone(), window.adapter.clone());
            crate::engine::share(instance, adapter, window.device.clone(), window.queue.clone());
            gpu::HeatMaps::install(window);
        }
        let settings: Settings =
            cc.storage.and_then(|storage| eframe::get_value(storage, persist::SETTINGS_KEY)).unwrap_or_default();
        Self::open(&cc.egui_ctx, settings, Layouts::kept(cc.storage), options)
    }

    /// The application without a window, for measuring its frames: nothing is remembered from the last time.
    pub fn without_window(ctx: &egui::Context, options: Options) -> Self {
        Self::open(ctx, Settings::default(), Layouts::kept(None), options)
    }

    fn open(ctx: &egui::Context, settings: Settings, layout: Layouts, options: Options) -> Self {
        theme::install(ctx);
        let [wake, wake_too, wake_for_runs, wake_for_studies] = std::array::from_fn(|_| ctx.clone());
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
        let mut state = State::new(settings.clone());
        let keeping = Keeping::open(&mut state, options.documents.as_deref(), ctx.clone());
        state.train.root = options.runs.clone().or_else(usual_runs);
        let runs = watcher::Place {
            root: state.train.root.clone(),
            more: state.settings.runs.clone(),
            program: options.program.clone(),
        };
        state.free_memory = crate::engine::free_memory();
        let mut app = Self {
            state,
            layout,
            watcher: Watcher::start(runs, move || wake_for_runs.request_repaint()),
            curves: Curves::default(),
            ways: Ways::default(),
            measured: Measured::default(),
            engine: Engine::start(move || wake.request_repaint()),
            background: Background::new(move || wake_too.request_repaint()),
            researcher: Researcher::new(move || wake_for_studies.request_repaint()),
            pictures: Pictures::default(),
            contrast: false,
            seed: options.seed.unwrap_or(clock),
            keeping,
            named: String::new(),
            kept: settings,
        };
        app.begin(ctx, options);
        app
    }

    fn begin(&mut self, ctx: &egui::Context, options: Options) {
        let mut effects = Vec::new();
        let device = options.device.or_else(|| self.state.settings.device.clone());
        if let Some(device) = device {
            self.state.device_chosen = true;
            effects.push(Effect::Engine(Command::UseDevice(device)));
        }
        match first_model(&self.state) {
            Some(model) => apply(&mut self.state, Action::UseModel(model), &mut effects),
            // Nothing to show at once, so the best device is looked for now.
            None if !self.state.device_chosen => {
                self.state.device_chosen = true;
                effects.push(Effect::Engine(Command::UseDevice(String::new())));
            }
            None => {}
        }
        effects.push(Effect::Engine(Command::ListDevices));
        if !self.state.doc.untouched {
            // What was open stays, whatever the last model was made for.
            self.state.follow_model = false;
            document::look_again(&mut self.state, &mut effects);
            document::take_fitting_model(&mut self.state, &mut effects);
        }
        if let Some(moment) = options.state {
            apply(&mut self.state, Action::Recall(Box::new(moment)), &mut effects);
        }
        effects.push(Effect::FindMissing(self.state.settings.all_recent()));
        effects.extend(document::awaited(&self.state).into_iter().chain(options.files).map(Effect::Look));
        self.background.samples();
        self.perform(ctx, effects);
    }

    /// Does what a person did, as a button, a menu or a key would.
    pub fn act(&mut self, ctx: &egui::Context, actions: Vec<Action>) {
        let mut effects = Vec::new();
        if !actions.is_empty() {
            self.keeping.touch();
        }
        for action in actions {
            apply(&mut self.state, action, &mut effects);
        }
        self.perform(ctx, effects);
    }

    fn perform(&mut self, ctx: &egui::Context, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Engine(command) => {
                    if self.engine.commands.send(command).is_err() {
                        let text = "The compute thread has ended. Save your board and start hrmscope again.";
                        self.state.say(true, text, Some(("Save the board", Action::Save)));
                    }
                }
                Effect::Copy(text) => ctx.copy_text(text),
                Effect::AskPaste => {
                    // It is meant for the board, not for the field of the palette.
                    ctx.memory_mut(|memory| memory.stop_text_input());
                    ctx.send_viewport_cmd(ViewportCommand::RequestPaste);
                }
                Effect::AskOpen => self.background.ask_open(),
                Effect::Write(saving) => self.background.save(saving),
                Effect::AskSave(saving) => self.background.ask_save(saving),
                Effect::FindModel { id, name, hash, among } => self.background.find_model(id, name, hash, among),
                Effect::FindMissing(paths) => self.background.find_missing(paths),
                Effect::AskFolder => self.background.ask_folder(),
                Effect::ReadShipped(index) => self.background.read_shipped(index),
                Effect::Look(path) => self.background.look(path),
                Effect::Generate(order) => {
                    self.background.generate(order, self.seed);
                    self.seed = self.seed.wrapping_add(1);
                }
                Effect::Judge(board) => self.background.judge(board),
                Effect::TogglePane(pane) => self.layout.of(self.state.settings.mode).toggle(pane),
                Effect::ResetLayout => self.layout.of(self.state.settings.mode).reset(),
                Effect::Runs(order) => self.watcher.order(order),
                Effect::Research(order) => self.researcher.order(order),
                Effect::Movie(job) => self.background.movie(*job),
                Effect::AskExport(export) => self.background.ask_export(export),
                Effect::AskTrace(order) => self.background.ask_trace(*order),
                Effect::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            }
            ctx.request_repaint();
        }
    }

    /// Takes in what the engine, the background, the keys and the desktop have to say.
    fn listen(&mut self, ctx: &egui::Context) {
        let mut effects = Vec::new();
        while let Ok(event) = self.engine.events.try_recv() {
            events::receive(&mut self.state, event, &mut effects);
        }
        while let Ok(news) = self.background.news.try_recv() {
            self.keeping.touch();
            events::hear(&mut self.state, news, &mut effects);
        }
        while let Ok(told) = self.watcher.told.try_recv() {
            train::apply::hear(&mut self.state, told, &mut effects);
        }
        while let Ok(told) = self.researcher.told.try_recv() {
            research::apply::hear(&mut self.state, told, &mut effects);
        }
        library::go_on(&mut self.state, &mut effects);
        self.perform(ctx, effects);
        let (dropped, hovering) = ctx.input(|input| {
            let paths = input.raw.dropped_files.iter().map(|file| file.path().to_owned());
            (paths.collect::<Vec<PathBuf>>(), !input.raw.hovered_files.is_empty())
        });
        self.state.dropping = hovering;
        let mut actions: Vec<Action> = dropped.into_iter().map(Action::OpenPath).collect();
        actions.extend(keys::actions(ctx, &self.state));
        self.act(ctx, actions);
    }
}

impl App {
    /// What is done before a frame: everything that was told meanwhile is taken in, and time passes.
    pub fn before_frame(&mut self, ctx: &egui::Context) {
        self.listen(ctx);
        // eframe keeps settings with a frame, and only where one is drawn.
        let unkept = (self.state.settings != self.kept).then_some(KEEP.as_secs_f64());
        let after = [self.state.tick(ctx.time()), self.keeping.tick(&mut self.state), unkept];
        let mut effects = Vec::new();
        document::remember(&mut self.state, &mut effects);
        inside::look_inside(&mut self.state, &mut effects);
        self.perform(ctx, effects);
        if let Some(seconds) = after.into_iter().flatten().reduce(f64::min) {
            ctx.request_repaint_after(Duration::from_secs_f64(seconds.max(0.0)));
        }
        self.name_window(ctx);
        theme::animate(ctx, !self.state.settings.still);
        self.state.dark = ctx.theme() == egui::Theme::Dark;
        if self.state.settings.contrast != self.contrast {
            self.contrast = self.state.settings.contrast;
            theme::wear(ctx, self.contrast);
        }
        let preference = self.state.settings.theme.preference();
        if ctx.options(|options| options.theme_preference) != preference {
            ctx.set_theme(preference);
            // This frame's own widgets were begun in the colours before. Asked for a little later, because what is asked for
            // before a frame is answered by that frame.
            ctx.request_repaint_after(Duration::from_millis(20));
        }
    }

    /// The window says which board it shows, and whether it is saved.
    fn name_window(&mut self, ctx: &egui::Context) {
        let mark = if self.state.doc.unsaved() { "● " } else { "" };
        let name = format!("{mark}{} – hrmscope", self.state.doc.name());
        if self.named != name {
            ctx.send_viewport_cmd(ViewportCommand::Title(name.clone()));
            self.named = name;
        }
    }

    /// One frame.
    pub fn frame(&mut self, ui: &mut Ui) {
        let theme = Theme::of(ui.ctx().theme(), self.state.settings.contrast);
        let scene = self.state.scene();
        let mut actions = Vec::new();
        self.measured.follow(&self.state, &scene);
        let Self { state, layout, pictures, curves, ways, measured, .. } = self;
        let layout = layout.of(state.settings.mode);
        let mut cx = Cx { state, scene: &scene, theme, actions: &mut actions, measured, pictures, curves, ways };
        let bar = Frame::new().fill(theme.pane).inner_margin(egui::Margin::symmetric(8, 0));
        Panel::top("bar").exact_size(41.0).frame(bar).show(ui, |ui| panes::top::show(ui, &mut cx));
        CentralPanel::default().frame(Frame::new().fill(theme.window)).show(ui, |ui| {
            if let Some(enlarged) = cx.state.enlarged.filter(|_| cx.state.settings.mode == Mode::Explore) {
                return panes::full::show(ui, &mut cx, enlarged);
            }
            layout.fit(ui.available_size());
            let tabbed = layout.tree.tiles.tile_ids().filter(|tile| layout.tabbed(*tile)).collect();
            let mut panes = Panes {
                cx: Cx {
                    state: cx.state,
                    scene: &scene,
                    theme,
                    actions: cx.actions,
                    measured: cx.measured,
                    pictures: cx.pictures,
                    curves: cx.curves,
                    ways: cx.ways,
                },
                tabbed,
                moved: false,
            };
            layout.tree.ui(&mut panes, ui);
            layout.moved |= panes.moved;
        });
        panes::overlay::show(ui.ctx(), &mut cx);
        if !actions.is_empty() {
            let ctx = ui.ctx().clone();
            self.act(&ctx, actions);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.before_frame(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.frame(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, persist::SETTINGS_KEY, &self.state.settings);
        self.kept = self.state.settings.clone();
        self.layout.keep(storage);
    }

    /// The file is written only where something has changed.
    fn auto_save_interval(&self) -> Duration {
        KEEP
    }

    /// The open documents are kept, whether they are saved in files or not.
    fn on_exit(&mut self) {
        self.keeping.keep(&self.state);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.extreme_bg_color.to_normalized_gamma_f32()
    }

    /// Only what is said to be kept is kept: scroll positions and open menus are not.
    fn persist_egui_memory(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn settings_are_looked_at_every_few_seconds() {
        let folder = tempfile::tempdir().unwrap();
        let options = super::Options { runs: Some(folder.path().to_owned()), ..super::Options::default() };
        let app = super::App::without_window(&super::egui::Context::default(), options);
        assert!(eframe::App::auto_save_interval(&app).as_secs() <= 5);
    }

    #[test]
    fn the_window_has_its_icon() {
        let icon = super::icon();
        assert_eq!((icon.width, icon.height, icon.rgba.len()), (256, 256, 256 * 256 * 4));
    }
}
