//! When the open documents are handed over to be kept.

use std::path::Path;

use eframe::egui::Context;

use super::super::state::State;
use super::keeper::Keeper;
use super::session::{restore, session};

/// How often it is looked for changes, seconds; what is written a moment later is as old as this at most.
const PERIOD: f64 = 1.0;

/// The keeper, and when it is told.
pub struct Keeping {
    keeper: Option<Keeper>,
    /// Something was done since the last look.
    touched: bool,
    looked: f64,
}

impl Keeping {
    /// Opens what was kept in a folder; without one nothing is kept.
    pub fn open(state: &mut State, folder: Option<&Path>, ctx: Context) -> Self {
        let opened = folder.map(|folder| Keeper::open(folder, move || ctx.request_repaint()));
        let (keeper, found) = opened.unwrap_or_default();
        if let Some(session) = found.session {
            restore(state, session);
        }
        for complaint in found.complaints {
            state.say(true, format!("{complaint}."), None);
        }
        Self { keeper, touched: false, looked: 0.0 }
    }

    /// Something was done that may have changed a document.
    pub fn touch(&mut self) {
        self.touched = true;
    }

    /// Hands over what has changed, at most once in a while; returns how many seconds later it will.
    pub fn tick(&mut self, state: &mut State) -> Option<f64> {
        let complaint = self.keeper.as_ref()?.failed.try_recv();
        if let Ok(complaint) = complaint {
            state.say(true, format!("{complaint}."), None);
        }
        if !self.touched {
            return None;
        }
        let wait = PERIOD - (state.now - self.looked);
        if wait > 0.0 {
            return Some(wait);
        }
        self.looked = state.now;
        self.keep(state);
        None
    }

    /// Hands over what has changed now.
    pub fn keep(&mut self, state: &State) {
        self.touched = false;
        if let Some(keeper) = &mut self.keeper {
            keeper.keep(session(state));
        }
    }
}
