//! Files saved from Explore.

use super::super::fixtures::{recording, sudoku};
use super::super::persist::Settings;
use super::super::research::form::tests::model;
use super::super::state::Told;
use super::*;
use crate::board::History;

fn state(steps: usize, at: usize) -> State {
    let mut state = State::new(Settings::default());
    state.doc.history = History::new(sudoku());
    state.doc.title = "mine".into();
    state.model = Some(std::sync::Arc::new(model(16, 6)));
    state.doc.run.told =
        Some(Told { recording: recording(steps, |step, _| 1 + step % 4), uncertainty: vec![0.5; steps] });
    state.doc.playhead.at = at;
    state
}

#[test]
fn every_plot_is_saved_in_every_form_with_where_it_comes_from() {
    let state = state(12, 5);
    for name in [Plot::Convergence, Plot::Halting, Plot::Trajectory] {
        for (kind, start) in [(FileKind::Png, &b"\x89PNG"[..]), (FileKind::Svg, b"<svg"), (FileKind::Csv, b"")] {
            let export = plot(&state, name, kind).unwrap();
            assert!(export.bytes.starts_with(start) && export.name.starts_with(name.name()));
        }
        let svg = String::from_utf8(plot(&state, name, FileKind::Svg).unwrap().bytes).unwrap();
        for part in ["definition: ", "sha256 ", "sample: mine: 1......2", "12 micro-steps"] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }
    let text = |name| String::from_utf8(plot(&state, name, FileKind::Csv).unwrap().bytes).unwrap();
    assert!(text(Plot::Convergence).contains("\n3,1,1,H,3,0.1,0.5\n"), "{}", text(Plot::Convergence));
    assert_eq!(text(Plot::Halting), "segment,q_halt,q_continue,halted\n1,-1,0,false\n2,0,0,false\n");
    assert_eq!(text(Plot::Trajectory).lines().count(), 1 + 5 + 9);
}

#[test]
fn residuals_are_saved_on_the_scale_that_is_shown() {
    let mut state = state(12, 5);
    let saved = |state: &State| String::from_utf8(plot(state, Plot::Convergence, FileKind::Svg).unwrap().bytes);
    let logarithmic = saved(&state).unwrap();
    assert!(logarithmic.contains(">reset</text>"), "{logarithmic}");
    state.settings.linear = true;
    assert_ne!(saved(&state).unwrap(), logarithmic);
}

#[test]
fn what_is_not_there_is_not_saved() {
    let state = state(0, 0);
    assert!(plot(&state, Plot::Convergence, FileKind::Csv).unwrap_err().contains("no run"));
    let mut short = self::state(4, 2);
    assert!(plot(&short, Plot::Trajectory, FileKind::Png).unwrap_err().contains("segment"));
    short.doc.run.told = None;
    assert!(moment_drawing(&short, 0).is_none());
}

#[test]
fn a_board_that_no_model_answers_is_saved_as_it_stands() {
    let mut state = state(0, 0);
    let text = format!("S{}G", "# ".repeat(449));
    let task = r#"{"train":[],"test":[{"input":[[1,2,3],[4,5,6]]}]}"#;
    let sheet = crate::board::arc::Sheet::new("a", crate::board::arc::Task::parse(task).unwrap()).unwrap();
    let boards = [sudoku(), crate::board::maze::Maze::parse(&text).unwrap().into(), sheet.into()];
    for board in boards {
        // With the model of another kind of board that is there, with its run, and without any.
        for told in [true, false] {
            let told = told.then(|| Told { recording: recording(4, |_, _| 1), uncertainty: vec![0.5; 4] });
            state.doc.run.told = told;
            state.doc.history = History::new(board.clone());
            let export = super::board(&state, 1).unwrap();
            let picture = image::load_from_memory(&export.bytes).unwrap().to_rgb8();
            let (x, y) = (MARGIN as u32 + 8, MARGIN as u32 + 8);
            let mut row = (0..SIDE as u32 - 16).map(|across| picture.get_pixel(x + across, y));
            let first = *picture.get_pixel(x, y);
            assert!(row.any(|pixel| *pixel != first), "cells are told apart");
        }
    }
    let found = notes(&state);
    assert!(found.iter().any(|(name, _)| name == "sample") && !found.iter().any(|(name, _)| name == "model"));
}

#[test]
fn the_board_is_saved_with_what_is_laid_over_it() {
    let mut state = state(12, 5);
    let opened = |state: &State, scale| image::load_from_memory(&board(state, scale).unwrap().bytes).unwrap().to_rgb8();
    let plain = opened(&state, 1);
    assert_eq!(opened(&state, 2).width(), 2 * plain.width());
    state.settings.overlay = Overlay::Uncertainty;
    let laid = opened(&state, 1);
    let inside = (MARGIN as u32 + 130, MARGIN as u32 + 10);
    assert!(laid.get_pixel(inside.0, inside.1) != plain.get_pixel(inside.0, inside.1));
    let legend = (MARGIN + SIDE + 2.0 * MARGIN + CAPTION) as u32;
    let row = |picture: &image::RgbImage| {
        (0..picture.width()).any(|x| picture.get_pixel(x, legend) != picture.get_pixel(1, 1))
    };
    assert!(row(&laid) && !row(&plain));
    state.doc.playhead.at = 0;
    assert!(board(&state, 1).is_ok());
}
