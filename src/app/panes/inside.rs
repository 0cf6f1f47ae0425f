//! Which block and which head is looked into.

use eframe::egui::Ui;

use super::super::action::Action;
use super::super::heat::Shown;
use super::super::inside::Look;
use super::Cx;
use crate::trace::Module;

/// The choices, as far as they are known: once something was looked into.
pub fn choices(ui: &mut Ui, cx: &mut Cx<'_>, module: Module, shown: Shown) {
    let look = cx.state.settings.inside;
    let Some(seen) = cx.state.doc.run.insides.of(module) else {
        let refused = cx.state.doc.run.insides.refused.as_deref();
        ui.weak(refused.unwrap_or("Known when the module has made an update"));
        return;
    };
    let (layers, heads) = (seen.layers, seen.heads);
    let mut choose = |ui: &mut Ui, on: bool, name: String, to: Look| {
        if ui.radio(on, name).clicked() {
            cx.actions.push(Action::LookInto(to));
        }
    };
    for layer in 0..layers {
        choose(ui, layer == seen.layer, format!("Block {} of {layers}", layer + 1), Look { layer, ..look });
    }
    if !shown.has_heads() {
        return;
    }
    ui.separator();
    choose(ui, look.head.is_none(), format!("Mean of {heads} heads"), Look { head: None, ..look });
    for head in 0..heads {
        let name = format!("Head {}", head + 1);
        choose(ui, look.head == Some(head), name, Look { head: Some(head), ..look });
    }
}
