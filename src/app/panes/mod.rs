//! The panes: each reads the state and pushes actions.

pub mod board;
pub mod clock;
pub mod closing;
pub mod convergence;
pub mod events;
pub mod full;
pub mod heat;
mod inside;
pub mod keys;
pub mod learning;
pub mod library;
pub mod live;
pub mod log;
pub mod models;
pub mod modules;
pub mod movie;
pub mod new_run;
pub mod overlay;
pub mod palette;
pub mod picture;
pub mod recent;
pub mod research;
pub mod runs;
pub mod timeline;
pub mod top;
pub mod trajectory;

use eframe::egui::{self, Color32, Frame, Margin, Stroke, Ui, Vec2, WidgetText};
use egui_tiles::{Behavior, EditAction, TabState, TileId, Tiles, UiResponse};

use super::action::Action;
use super::layout::Pane;
use super::overlay::Measured;
use super::scene::Scene;
use super::state::State;
use super::theme::{self, Theme};
use super::train::curves::Curves;
use super::widgets::export_menu;
use super::widgets::heatmap::Pictures;

/// What a pane sees.
pub struct Cx<'a> {
    /// The state, read only.
    pub state: &'a State,
    /// The board at the playhead.
    pub scene: &'a Scene,
    /// The colours.
    pub theme: &'static Theme,
    /// What the person does.
    pub actions: &'a mut Vec<Action>,
    /// What is laid over the board.
    pub measured: &'a Measured,
    /// What the heat maps show.
    pub pictures: &'a mut Pictures,
    /// The curves of training runs.
    pub curves: &'a mut Curves,
    /// The ways of the states in this run.
    pub ways: &'a mut super::ways::Ways,
}

/// How the tree of panes behaves.
pub struct Panes<'a> {
    /// What the panes see.
    pub cx: Cx<'a>,
    /// The panes that stand in tabs, which say their titles.
    pub tabbed: Vec<TileId>,
    /// Set when a person moves or resizes something.
    pub moved: bool,
}

impl Behavior<Pane> for Panes<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, tile: TileId, pane: &mut Pane) -> UiResponse {
        let theme = self.cx.theme;
        ui.painter().rect_filled(ui.max_rect(), 0.0, theme.pane);
        let titled = !self.tabbed.contains(&tile);
        let margin = match pane {
            Pane::Library => Margin::symmetric(8, 6),
            _ => Margin::symmetric(theme::PADDING as i8, 6),
        };
        let cx = &mut self.cx;
        let dragged = Frame::new()
            .inner_margin(margin)
            .show(ui, |ui| {
                ui.set_min_size(ui.available_size());
                match pane {
                    Pane::Library => library::show(ui, cx),
                    Pane::Board => board::show(ui, cx),
                    Pane::Clock => clock::show(ui, cx),
                    Pane::Modules => modules::show(ui, cx, titled),
                    Pane::Convergence => convergence::show(ui, cx, titled),
                    Pane::Trajectory => trajectory::show(ui, cx, titled),
                    Pane::Log => log::show(ui, cx, titled),
                    Pane::Figures => research::figures::show(ui, cx, titled),
                    Pane::Page => research::page::show(ui, cx),
                    Pane::Runs => runs::show(ui, cx, titled),
                    Pane::Learning => learning::show(ui, cx, titled),
                    Pane::Live => live::show(ui, cx, titled),
                    Pane::Events => events::show(ui, cx, titled),
                }
            })
            .inner;
        if dragged { UiResponse::DragStarted } else { UiResponse::None }
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        egui::RichText::new(pane.title()).size(13.0).into()
    }

    fn top_bar_right_ui(&mut self, tiles: &Tiles<Pane>, ui: &mut Ui, _: TileId, tabs: &egui_tiles::Tabs, _: &mut f32) {
        let active = tabs.active.and_then(|tile| tiles.get_pane(&tile));
        if let Some(plots) = active.and_then(|pane| pane.exports()) {
            export_menu(ui, &mut self.cx, "Export the plots", plots);
        }
    }

    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        32.0
    }

    fn tab_title_spacing(&self, _visuals: &egui::Visuals) -> f32 {
        14.0
    }

    fn tab_bar_color(&self, _visuals: &egui::Visuals) -> Color32 {
        self.cx.theme.pane
    }

    fn tab_bg_color(&self, _: &egui::Visuals, _: &Tiles<Pane>, _: TileId, state: &TabState) -> Color32 {
        if state.active { self.cx.theme.raised } else { self.cx.theme.pane }
    }

    fn tab_outline_stroke(&self, _: &egui::Visuals, _: &Tiles<Pane>, _: TileId, _: &TabState) -> Stroke {
        Stroke::NONE
    }

    fn tab_text_color(&self, _: &egui::Visuals, _: &Tiles<Pane>, _: TileId, state: &TabState) -> Color32 {
        if state.active { self.cx.theme.text } else { self.cx.theme.secondary }
    }

    fn tab_bar_hline_stroke(&self, _: &egui::Visuals) -> Stroke {
        Stroke::new(1.0, self.cx.theme.hairline)
    }

    fn resize_stroke(&self, _style: &egui::Style, state: egui_tiles::ResizeState) -> Stroke {
        match state {
            egui_tiles::ResizeState::Idle => Stroke::new(1.0, self.cx.theme.hairline),
            egui_tiles::ResizeState::Hovering => Stroke::new(2.0, self.cx.theme.faint),
            egui_tiles::ResizeState::Dragging => Stroke::new(2.0, self.cx.theme.l),
        }
    }

    fn min_size(&self) -> f32 {
        44.0
    }

    fn drag_preview_stroke(&self, _: &egui::Visuals) -> Stroke {
        Stroke::new(1.5, self.cx.theme.l)
    }

    fn drag_preview_color(&self, _: &egui::Visuals) -> Color32 {
        self.cx.theme.tint(self.cx.theme.l, 0.2).gamma_multiply(0.6)
    }

    fn on_edit(&mut self, action: EditAction) {
        // Choosing a tab moves nothing.
        if !matches!(action, EditAction::TabSelected) {
            self.moved = true;
        }
    }
}

/// A card on the pane.
pub fn card(theme: &Theme) -> Frame {
    Frame::new()
        .fill(theme.raised)
        .stroke(Stroke::new(1.0, theme.hairline))
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(Margin::same(10))
}

/// A dialog above a veil: nothing behind it is touched.
pub fn dialog(ctx: &egui::Context, theme: &Theme, name: &str) -> egui::Modal {
    let frame = card(theme).fill(theme.pane).inner_margin(16).shadow(ctx.global_style().visuals.window_shadow);
    egui::Modal::new(egui::Id::unique(name)).backdrop_color(theme.veil).frame(frame)
}

/// No space between what follows.
pub fn tight(ui: &mut Ui) {
    ui.spacing_mut().item_spacing = Vec2::ZERO;
}
