//! The pictures of the reasoning as a person uses them: overlays, cards, heat maps, the clockwork.

use std::path::Path;

use eframe::egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, Rect, TouchPhase, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use hrmscope::app::{Action, App, Enlarged, Lens, Look, Mode, Overlay, Shown, ThemeChoice, WayColour};
use hrmscope::board::sudoku::Sudoku;
use hrmscope::engine::Halting;
use hrmscope::trace::Module;

use crate::window::{act, finished, snapshot, wait, with_model};

/// A window with a small model's whole run on one puzzle, at micro-step 10.
fn at_step_ten(folder: &Path) -> Harness<'static, App> {
    let mut harness = with_model(folder);
    let puzzle = Sudoku::parse("1... ..3. .4.. ...2", None).unwrap();
    act(&mut harness, Action::Paste(puzzle.to_text()));
    wait(&mut harness, "everything is computed", |app| {
        finished(app) && app.state.doc.verdict.is_some() && !app.state.library.samples().is_empty()
    });
    act(&mut harness, Action::GoTo(10));
    harness.run_steps(4);
    harness
}

fn hover(harness: &mut Harness<'_, App>, at: Pos2) {
    harness.hover_at(at);
    harness.run_steps(3);
}

fn click(harness: &mut Harness<'_, App>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(3);
}

#[test]
fn every_overlay_is_laid_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = at_step_ten(folder.path());
    let mut before = "Prediction";
    for overlay in Overlay::ALL.into_iter().skip(1).chain([Overlay::None]) {
        click(&mut harness, &format!("Overlay: {before}"));
        click(&mut harness, overlay.name());
        before = overlay.name();
        assert_eq!(harness.state().state.settings.overlay, overlay);
        if let Overlay::Attention(module) = overlay {
            wait(&mut harness, "a look inside", |app| app.state.doc.run.insides.of(module).is_some());
            harness.run_steps(2);
        }
        let legend = format!("Overlay {}", overlay.name());
        assert_eq!(harness.query_by_label_contains(&legend).is_some(), overlay != Overlay::None, "{legend}");
    }
    // The chosen cell tells the value with its unit, and its way through the run.
    act(&mut harness, Action::Lay(Overlay::Uncertainty));
    let cell = harness.get_by_label_contains("row 1 column 2, ").rect().center();
    hover(&mut harness, cell);
    harness.get_by_label_contains("Uncertainty: ");
    harness.get_by_label_contains("from step 1");
    // Before the first step nothing is measured.
    act(&mut harness, Action::GoTo(0));
    assert!(harness.query_by_label_contains("Overlay Uncertainty, from ").is_none());
}

#[test]
fn attention_is_shown_from_the_selected_cell() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = at_step_ten(folder.path());
    act(&mut harness, Action::Lay(Overlay::Attention(Module::L)));
    let there = |app: &App| app.state.doc.run.insides.of(Module::L).map(|seen| (seen.step, seen.layer, seen.heads));
    wait(&mut harness, "a look inside L", |app| there(app).is_some());
    let (step, layer, heads) = there(harness.state()).unwrap();
    // Step 10 is L's fourth of the second segment: micro-step 9, counted from 0.
    assert_eq!((step, layer), (9, 0));
    harness.run_steps(2);
    harness.get_by_label_contains("Overlay Attention in L from all tokens, block 1 of");
    act(&mut harness, Action::Select(Some(1)));
    act(&mut harness, Action::LookInto(Look { layer: 0, head: Some(heads - 1) }));
    harness.run_steps(3);
    harness.get_by_label_contains(&format!("from row 1 column 2, block 1 of 1, head {heads} of {heads}"));
    harness.get_by_label_contains("Attention in L: ");
    // Another moment, another look; before the first step there is none.
    act(&mut harness, Action::GoTo(2));
    wait(&mut harness, "a look at step 2", |app| there(app).is_some_and(|(step, ..)| step == 1));
}

#[test]
fn a_trajectory_has_the_colours_that_are_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = at_step_ten(folder.path());
    click(&mut harness, "Trajectory");
    for (name, colour) in [("by segment", WayColour::Segment), ("by right or wrong", WayColour::Right)] {
        harness.get_by_label_contains("Trajectory: by ").click();
        harness.run_steps(3);
        click(&mut harness, name);
        assert_eq!(harness.state().state.settings.ways, colour);
    }
    // Over a step stands its name, and its board beside it.
    let plot = harness.get_by_label_contains("z_L, principal components. ").rect();
    let mut told = false;
    for across in 0..40 {
        for down in 0..12 {
            let at = plot.min + Vec2::new(plot.width() * across as f32 / 40.0, plot.height() * down as f32 / 12.0);
            harness.hover_at(at);
            harness.step();
            harness.step();
            told |= harness.query_by_label_contains("L 1: moved").is_some();
        }
    }
    assert!(told, "some step is met");
}

#[test]
fn attention_and_gates_are_heat_maps() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = at_step_ten(folder.path());
    act(&mut harness, Action::ShowHeat(Shown::Attention));
    let both = |app: &App| [Module::H, Module::L].iter().all(|module| app.state.doc.run.insides.of(*module).is_some());
    wait(&mut harness, "a look inside both", both);
    harness.run_steps(3);
    let map = harness.get_by_label("Attention in L, 17 tokens by 17 tokens").rect();
    hover(&mut harness, map.center());
    harness.get_by_label_contains("cell row 2, column 4 looks at cell row 2, column 4");
    act(&mut harness, Action::ShowHeat(Shown::Gates));
    harness.run_steps(3);
    harness.get_by_label("Gates of H, 17 tokens by 64 channels");
    // Before H's first update there is nothing to look into.
    act(&mut harness, Action::GoTo(1));
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("Gates of H").is_none());
    harness.get_by_label_contains("Gates of L");
}

#[test]
fn a_lens_points_cells_out_and_selects_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = at_step_ten(folder.path());
    act(&mut harness, Action::ToggleLens(Lens::Uncertain));
    harness.run_steps(2);
    assert_eq!(harness.get_all_by_label_contains("Select row").count(), 5);
    harness.get_all_by_label_contains("Select row").nth(1).unwrap().click();
    harness.run_steps(2);
    assert!(harness.state().state.doc.selected.is_some());
    click(&mut harness, "Overlay: Prediction");
    click(&mut harness, "Most often changed");
    assert_eq!(harness.state().state.settings.lens, Some(Lens::Changed));
    harness.get_all_by_label_contains(" change").next().unwrap();
    act(&mut harness, Action::ToggleLens(Lens::Changed));
    assert_eq!(harness.state().state.settings.lens, None);
    assert_eq!(harness.query_all_by_label_contains("Select row").count(), 0);
}

/// Turns the wheel over a place.
fn wheel(harness: &mut Harness<'_, App>, at: Pos2, lines: f32) {
    hover(harness, at);
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, lines * 50.0),
        phase: TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: MouseWheelSource::Wheel,
    });
    harness.run_steps(8);
}

fn map(harness: &Harness<'_, App>, module: Module) -> Rect {
    harness.get_by_label(&format!("z_{module:?}, 17 tokens by 32 channels")).rect()
}

#[test]
fn a_heat_map_is_zoomed_read_and_clicked() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = at_step_ten(folder.path());
    let rect = map(&harness, Module::H);
    let first = rect.left_top() + vec2(1.0, 1.0);
    hover(&mut harness, first);
    harness.get_by_label_contains("puzzle token 1, channel 1 of 32");
    wheel(&mut harness, rect.right_bottom() - vec2(2.0, 2.0), 20.0);
    hover(&mut harness, first);
    harness.get_by_label_contains("channel 27 of 32");
    // The other state shows the same part.
    let other = map(&harness, Module::L);
    hover(&mut harness, other.left_top() + vec2(1.0, 1.0));
    harness.get_by_label_contains("cell row 3, column 3, channel 27 of 32");
    harness.drag_at(other.left_top() + vec2(1.0, 1.0));
    harness.drop_at(other.left_top() + vec2(1.0, 1.0));
    harness.run_steps(3);
    assert_eq!(harness.state().state.doc.selected, Some(10));
    click(&mut harness, "Heat maps: state");
    click(&mut harness, "to the end");
    click(&mut harness, "Heat maps: to the end");
    click(&mut harness, "Channels by variance");
    let heat = harness.state().state.settings.heat;
    assert_eq!((heat.shown, heat.sorted, heat.free), (Shown::ToEnd, true, false));
    act(&mut harness, Action::GoToEnd);
    hover(&mut harness, rect.center());
    harness.get_by_label_contains("z_H less its end +0.0000");
}

#[test]
fn the_clockwork_explains_its_parts_and_fills_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = at_step_ten(folder.path());
    let dial = harness.get_by_label("Show z_L large").rect();
    hover(&mut harness, dial.center());
    harness.get_by_label_contains("z_L [17 × 32], 2 steps in an H-cycle");
    click(&mut harness, "Show z_L large");
    assert_eq!(harness.state().state.enlarged, Some(Enlarged::One(Module::L)));
    assert!(map(&harness, Module::L).height() > 300.0);
    assert!(harness.query_by_label("z_H, 17 tokens by 32 channels").is_none());
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert_eq!(harness.state().state.enlarged, None);
    harness.get_by_label_contains("row 1 column 2, ");
    harness.key_press_modifiers(Modifiers { shift: true, ..Modifiers::COMMAND }, Key::F);
    harness.run_steps(3);
    assert_eq!(harness.state().state.enlarged, Some(Enlarged::Both));
    assert!(harness.query_by_label_contains("row 1 column 2, ").is_none());
    // The clock goes on there.
    harness.key_press(Key::ArrowRight);
    harness.run_steps(2);
    assert_eq!(harness.state().state.doc.playhead.at, 11);
    act(&mut harness, Action::SetMode(Mode::Train));
    act(&mut harness, Action::ToggleStill);
    harness.run_steps(2);
    let moves = |harness: &Harness<'_, App>| harness.ctx.style_of(harness.ctx.theme()).animation_time > 0.0;
    assert!(!moves(&harness) && harness.state().state.enlarged.is_none());
    act(&mut harness, Action::ToggleStill);
    harness.run_steps(2);
    assert!(moves(&harness));
}

#[test]
fn the_run_is_exported_from_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = at_step_ten(folder.path());
    click(&mut harness, "Export the board");
    click(&mut harness, "Save the run as a moving picture…");
    wait(&mut harness, "the size is reckoned", |app| {
        app.state.movie.as_ref().is_some_and(|movie| matches!(movie.estimate, Some(Ok(_))))
    });
    harness.run_steps(2);
    harness.get_by_label_contains("25 pictures, about ");
    click(&mut harness, "240 px");
    assert_eq!(harness.state().state.movie.as_ref().unwrap().draft.size, 240);
    click(&mut harness, "Cancel");
    assert!(harness.state().state.movie.is_none());
    // The plots have their menu in the row of tabs.
    click(&mut harness, "Export the plots");
    harness.get_by_label("Save halting as CSV…");
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    click(&mut harness, "Trajectory");
    click(&mut harness, "Export the plots");
    harness.get_by_label("Save trajectory as SVG…");
}

#[test]
fn residuals_are_shown_on_either_scale() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = at_step_ten(folder.path());
    click(&mut harness, "Linear scale");
    assert!(harness.state().state.settings.linear);
    click(&mut harness, "Linear scale");
    assert!(!harness.state().state.settings.linear);
}

#[test]
fn overlays_and_the_large_clockwork_look_as_they_did() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = at_step_ten(folder.path());
    act(&mut harness, Action::SetTheme(ThemeChoice::Dark));
    act(&mut harness, Action::Lay(Overlay::Uncertainty));
    act(&mut harness, Action::ToggleLens(Lens::Changed));
    harness.set_size(Vec2::new(1280.0, 800.0));
    act(&mut harness, Action::Select(Some(6)));
    harness.hover_at(pos2(2.0, 2.0));
    snapshot(&mut harness, "overlay-dark");
    act(&mut harness, Action::SetTheme(ThemeChoice::Light));
    act(&mut harness, Action::ToggleFull);
    snapshot(&mut harness, "clockwork-light");
}

#[test]
fn states_that_had_no_room_come_back_when_they_are_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = at_step_ten(folder.path());
    harness.state_mut().state.settings.halting = Halting::Fixed;
    act(&mut harness, Action::SetMaxSegments(Some(8)));
    wait(&mut harness, "eight segments", |app| {
        finished(app) && app.state.recording().is_some_and(|r| r.ends.len() == 8)
    });
    act(&mut harness, Action::GoTo(2));
    let step =
        |harness: &Harness<'_, App>, at: usize| harness.state().state.recording().unwrap().steps[at].state.clone();
    let full: Vec<_> = (0..48).map(|at| step(&harness, at).unwrap()).collect();
    // No room at all: what is near stays, and the newest.
    act(&mut harness, Action::SetMemory(Some(0)));
    harness.run_steps(2);
    assert!(step(&harness, 1).is_some() && step(&harness, 30).is_none() && step(&harness, 47).is_some());
    // A moment that was let go: the same to the bit, and what is far now is let go in turn.
    act(&mut harness, Action::GoTo(29));
    wait(&mut harness, "the states are there again", |app| app.state.recording().is_some_and(|r| r.gap(29).is_none()));
    assert_eq!((step(&harness, 28), step(&harness, 23)), (Some(full[28].clone()), Some(full[23].clone())));
    harness.run_steps(3);
    assert!(step(&harness, 1).is_none());
    harness.get_by_label_contains("z_L, 17 tokens by");
    // Playing on asks for the next segment before it is shown.
    act(&mut harness, Action::TogglePlay);
    wait(&mut harness, "the next segment is there", |app| {
        let at = app.state.doc.playhead.at;
        app.state.recording().is_some_and(|r| r.gap((at + 6).min(48)).is_none())
    });
}
