//! Which panes there are and where they stand, one arrangement for each layout. Until a person moves a pane, the arrangement
//! follows the window's size.

use std::collections::HashMap;

use eframe::Storage;
use eframe::egui::{Id, Vec2};
use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tiles, Tree};
use serde::{Deserialize, Serialize};

use super::command::CommandId;

/// Below this width the library is a rail.
pub const RAIL_BELOW: f32 = 1280.0;
/// Below this height the plots share a place with the modules.
const LOW_BELOW: f32 = 740.0;
/// How wide the rail is, points.
pub const RAIL_WIDTH: f32 = 48.0;

/// Which layout is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Mode {
    /// Board, clock, modules.
    #[default]
    Explore,
    /// Figures over many puzzles.
    Research,
    /// Runs, curves, live board.
    Train,
}

/// The tabs of the Explore layout.
const PLOTS: [Pane; 3] = [Pane::Convergence, Pane::Trajectory, Pane::Log];

/// A pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Pane {
    /// Puzzles, models and devices.
    Library,
    /// The board.
    Board,
    /// The transport and the timeline.
    Clock,
    /// The two modules and this step.
    Modules,
    /// Plots over the run.
    Convergence,
    /// The way of the states.
    Trajectory,
    /// What happened.
    Log,
    /// The list of figures, and what they are made from.
    Figures,
    /// One figure, large.
    Page,
    /// Training runs, and the selected one's settings.
    Runs,
    /// A training run's curves.
    Learning,
    /// A held-out puzzle under the weights of the moment.
    Live,
    /// What happened to a training run.
    Events,
}

impl Pane {
    /// The title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Library => "Library",
            Self::Board => "Board",
            Self::Clock => "Timeline",
            Self::Modules => "Modules",
            Self::Convergence => "Convergence",
            Self::Trajectory => "Trajectory",
            Self::Log => "Log",
            Self::Figures => "Figures",
            Self::Page => "Figure",
            Self::Runs => "Runs",
            Self::Learning => "Learning",
            Self::Live => "Live board",
            Self::Events => "Events",
        }
    }
}

impl Pane {
    /// What of the pane can be saved as files.
    pub fn exports(self) -> Option<&'static [CommandId]> {
        use CommandId::*;
        match self {
            Self::Convergence => {
                Some(&[ConvergencePng, ConvergenceSvg, ConvergenceCsv, HaltingPng, HaltingSvg, HaltingCsv])
            }
            Self::Trajectory => Some(&[TrajectoryPng, TrajectorySvg, TrajectoryCsv]),
            _ => None,
        }
    }
}

impl Mode {
    /// All, in the order of their keys.
    const ALL: [Self; 3] = [Self::Explore, Self::Research, Self::Train];

    /// Where its arrangement is kept. The number changes when older arrangements cannot be shown any more.
    fn key(self) -> &'static str {
        match self {
            Self::Explore => "hrmscope.layout.1",
            Self::Research => "hrmscope.layout.research.1",
            Self::Train => "hrmscope.layout.train.1",
        }
    }

    /// The panes of the layout.
    fn panes(self) -> &'static [Pane] {
        match self {
            Self::Explore => &[
                Pane::Library,
                Pane::Board,
                Pane::Clock,
                Pane::Modules,
                Pane::Convergence,
                Pane::Trajectory,
                Pane::Log,
            ],
            Self::Research => &[Pane::Figures, Pane::Page],
            Self::Train => &[Pane::Runs, Pane::Learning, Pane::Live, Pane::Events],
        }
    }
}

/// The arrangement of each layout.
pub struct Layouts([Layout; 3]);

impl Layouts {
    /// Those of the last time, where a person moved something and nothing is missing.
    pub fn kept(storage: Option<&dyn Storage>) -> Self {
        Self(Mode::ALL.map(|mode| {
            let kept = storage.and_then(|storage| eframe::get_value::<Layout>(storage, mode.key()));
            kept.filter(|layout| layout.moved && layout.is_whole()).unwrap_or_else(|| Layout::new(mode))
        }))
    }

    /// Keeps them for the next time.
    pub fn keep(&self, storage: &mut dyn Storage) {
        Mode::ALL.into_iter().zip(&self.0).for_each(|(mode, layout)| eframe::set_value(storage, mode.key(), layout));
    }

    /// The one of a mode.
    pub fn of(&mut self, mode: Mode) -> &mut Layout {
        &mut self.0[mode as usize]
    }
}

/// How the panes are arranged while nobody moved them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrangement {
    /// Plots below everything.
    High,
    /// Plots as tabs beside the modules.
    Low,
}

/// The panes in their places.
#[derive(Serialize, Deserialize)]
pub struct Layout {
    /// The tree of egui_tiles.
    pub tree: Tree<Pane>,
    /// A person moved something, so the sizes are theirs.
    pub moved: bool,
    /// Whose panes they are.
    #[serde(default)]
    mode: Mode,
    #[serde(skip)]
    arranged: Option<Arrangement>,
}

fn arrange(mode: Mode, arrangement: Arrangement) -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let panes: HashMap<Pane, TileId> = mode.panes().iter().map(|pane| (*pane, tiles.insert_pane(*pane))).collect();
    let root = match mode {
        Mode::Explore => {
            let middle = tiles.insert_vertical_tile(vec![panes[&Pane::Board], panes[&Pane::Clock]]);
            let modules = panes[&Pane::Modules];
            let plots = PLOTS.map(|pane| panes[&pane]);
            let right = match arrangement {
                Arrangement::High => {
                    let upper = tiles.insert_horizontal_tile(vec![middle, modules]);
                    let lower = tiles.insert_tab_tile(plots.to_vec());
                    tiles.insert_vertical_tile(vec![upper, lower])
                }
                Arrangement::Low => {
                    let side = tiles.insert_tab_tile([&[modules], &plots[..]].concat());
                    tiles.insert_horizontal_tile(vec![middle, side])
                }
            };
            vec![panes[&Pane::Library], right]
        }
        Mode::Research => vec![panes[&Pane::Figures], panes[&Pane::Page]],
        Mode::Train => {
            let right = tiles.insert_vertical_tile(vec![panes[&Pane::Live], panes[&Pane::Events]]);
            vec![panes[&Pane::Runs], panes[&Pane::Learning], right]
        }
    };
    let root = tiles.insert_container(Linear::new(LinearDir::Horizontal, root));
    let name = match mode {
        Mode::Explore => "panes",
        Mode::Research => "figure panes",
        Mode::Train => "training panes",
    };
    Tree::new(Id::unique(name), root, tiles)
}

impl Layout {
    /// A layout that nobody moved.
    pub fn new(mode: Mode) -> Self {
        Self { tree: arrange(mode, Arrangement::High), moved: false, mode, arranged: Some(Arrangement::High) }
    }

    /// Puts everything back.
    pub fn reset(&mut self) {
        *self = Self::new(self.mode);
    }

    /// Fits the arrangement to the window's size, unless a person moved something.
    pub fn fit(&mut self, size: Vec2) {
        if self.moved {
            return;
        }
        let wanted = if size.y < LOW_BELOW { Arrangement::Low } else { Arrangement::High };
        if self.arranged != Some(wanted) {
            let hidden: Vec<Pane> = self.panes().filter(|(id, _)| !self.tree.is_visible(*id)).map(|(_, p)| p).collect();
            self.tree = arrange(self.mode, wanted);
            self.arranged = Some(wanted);
            for pane in hidden {
                self.set_visible(pane, false);
            }
        }
        match self.mode {
            Mode::Explore => self.fit_explore(size),
            Mode::Research => {
                let figures = (size.x * 0.18).clamp(210.0, 300.0);
                self.give([(Pane::Figures, figures, LinearDir::Horizontal, size.x)]);
            }
            Mode::Train => self.fit_train(size),
        }
    }

    fn fit_explore(&mut self, size: Vec2) {
        let library = if size.x < RAIL_BELOW { RAIL_WIDTH } else { (size.x * 0.148).clamp(190.0, 280.0) };
        let modules = (size.x * 0.295).clamp(330.0, 620.0);
        let plots = (size.y * 0.262).clamp(190.0, 420.0);
        let clock = (size.y * 0.17).clamp(146.0, 200.0);
        let upper = if self.arranged == Some(Arrangement::High) { size.y - plots } else { size.y };
        self.give([
            (Pane::Library, library, LinearDir::Horizontal, size.x),
            (Pane::Modules, modules, LinearDir::Horizontal, size.x - library),
            (Pane::Convergence, plots, LinearDir::Vertical, size.y),
            (Pane::Clock, clock, LinearDir::Vertical, upper),
        ]);
    }

    fn fit_train(&mut self, size: Vec2) {
        let (runs, side): (f32, f32) = if size.x < RAIL_BELOW { (228.0, 264.0) } else { (280.0, 330.0) };
        // The board is a square; below it stand the slider and two or three lines.
        let live = (side + 164.0).min(size.y * 0.72);
        self.give([
            (Pane::Runs, runs, LinearDir::Horizontal, size.x),
            (Pane::Live, side, LinearDir::Horizontal, size.x),
            (Pane::Live, live, LinearDir::Vertical, size.y),
        ]);
    }

    /// Gives panes their sizes along a direction, points of so many; the others share the rest.
    fn give(&mut self, sizes: impl IntoIterator<Item = (Pane, f32, LinearDir, f32)>) {
        // egui_tiles joins containers of one direction, so two of these panes may stand in one.
        let mut containers: HashMap<TileId, (f32, Vec<(TileId, f32)>)> = HashMap::new();
        for (pane, pixels, along, total) in sizes {
            if let Some((container, child)) = self.place(pane, along) {
                let entry = containers.entry(container).or_insert((0.0, Vec::new()));
                entry.0 = entry.0.max(total);
                entry.1.push((child, pixels));
            }
        }
        for (container, (total, fixed)) in containers {
            let Some(Tile::Container(Container::Linear(linear))) = self.tree.tiles.get_mut(container) else { continue };
            let taken: f32 = fixed.iter().map(|(_, pixels)| pixels).sum();
            let others: Vec<TileId> =
                linear.children.iter().copied().filter(|child| fixed.iter().all(|(f, _)| f != child)).collect();
            let rest = (total - taken).max(1.0) / others.len().max(1) as f32;
            fixed.into_iter().for_each(|(child, pixels)| linear.shares.set_share(child, pixels));
            others.into_iter().for_each(|other| linear.shares.set_share(other, rest));
        }
    }

    fn panes(&self) -> impl Iterator<Item = (TileId, Pane)> + '_ {
        self.tree.tiles.iter().filter_map(|(id, tile)| match tile {
            Tile::Pane(pane) => Some((*id, *pane)),
            Tile::Container(_) => None,
        })
    }

    fn find(&self, pane: Pane) -> Option<TileId> {
        self.tree.tiles.find_pane(&pane)
    }

    /// The nearest container around a pane that lays out in this direction, and its child that holds the pane.
    fn place(&self, pane: Pane, along: LinearDir) -> Option<(TileId, TileId)> {
        let mut child = self.find(pane)?;
        loop {
            let parent = self.tree.tiles.parent_of(child)?;
            match self.tree.tiles.get_container(parent) {
                Some(Container::Linear(linear)) if linear.dir == along => return Some((parent, child)),
                _ => child = parent,
            }
        }
    }

    /// Whether a pane stands in tabs, whose title says its name.
    pub fn tabbed(&self, tile: TileId) -> bool {
        let parent = self.tree.tiles.parent_of(tile).and_then(|parent| self.tree.tiles.get_container(parent));
        matches!(parent, Some(Container::Tabs(_)))
    }

    /// Whether a pane is shown.
    pub fn visible(&self, pane: Pane) -> bool {
        self.find(pane).is_some_and(|tile| self.tree.is_visible(tile))
    }

    fn set_visible(&mut self, pane: Pane, visible: bool) {
        if let Some(tile) = self.find(pane) {
            self.tree.set_visible(tile, visible);
        }
    }

    /// Shows or hides a pane; the plots go together.
    pub fn toggle(&mut self, pane: Pane) {
        let visible = !self.visible(pane);
        self.set_visible(pane, visible);
        if pane == Pane::Convergence {
            PLOTS.into_iter().for_each(|plot| self.set_visible(plot, visible));
        }
    }

    /// Whether every pane is there, as it must be after reading a layout from disk.
    pub fn is_whole(&self) -> bool {
        self.mode.panes().iter().all(|pane| self.panes().filter(|(_, p)| p == pane).count() == 1)
            && self.panes().count() == self.mode.panes().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_survives_being_saved() {
        for mode in Mode::ALL {
            let layout = Layout { moved: true, ..Layout::new(mode) };
            let text = serde_json::to_string(&layout).unwrap();
            let read: Layout = serde_json::from_str(&text).unwrap();
            assert!(read.moved && read.is_whole() && read.mode == mode);
        }
        assert!(serde_json::from_str::<Layout>("{}").is_err());
    }

    #[test]
    fn low_windows_put_the_plots_into_tabs() {
        let mut layout = Layout::new(Mode::Explore);
        layout.toggle(Pane::Library);
        for (height, tabbed) in [(640.0, true), (900.0, false)] {
            layout.fit(Vec2::new(1024.0, height));
            let modules = layout.find(Pane::Modules).unwrap();
            assert_eq!(layout.tabbed(modules), tabbed);
            assert!(layout.is_whole() && !layout.visible(Pane::Library) && layout.visible(Pane::Board));
        }
        layout.reset();
        assert!(layout.visible(Pane::Library));
    }

    #[test]
    fn training_has_its_own_panes() {
        let mut layout = Layout::new(Mode::Train);
        for size in [Vec2::new(1024.0, 600.0), Vec2::new(1440.0, 860.0)] {
            layout.fit(size);
            assert!(layout.is_whole() && layout.visible(Pane::Live) && !layout.visible(Pane::Board));
        }
        layout.toggle(Pane::Runs);
        layout.reset();
        assert!(layout.visible(Pane::Runs));
    }
}
