//! What is said beside the curves, and in which colours.

use super::*;
use crate::train::watch::{Reader, Report};

#[test]
fn runs_side_by_side_have_colours_of_their_own() {
    for theme in [&Theme::DARK, &Theme::LIGHT, &Theme::DARK_CONTRAST, &Theme::LIGHT_CONTRAST] {
        let colours: Vec<Color32> =
            (0..=super::super::super::train::MOST_COMPARED).map(|place| colour_of(theme, place)).collect();
        assert_eq!(colours[0], theme.l);
        for (i, colour) in colours.iter().enumerate() {
            assert!(*colour != theme.pane && !colours[..i].contains(colour), "{colours:?}");
        }
    }
}

#[test]
fn the_speed_in_the_title_is_the_one_that_is_plotted() {
    let mut run = Reader::new("/runs/a".into()).view().clone();
    run.life = Life::Training;
    run.status.steps_per_s = 2.15;
    assert_eq!(at(&run), "step 0", "before the first report nothing is known");
    let (none, steps_per_s) = (f32::NAN, 9.0);
    run.reports.push(Report {
        step: 50,
        seconds: 5.0,
        lm_loss: none,
        q_halt_loss: none,
        q_continue_loss: none,
        accuracy: none,
        exact: none,
        segments_mean: none,
        lr: none,
        steps_per_s,
    });
    assert_eq!(at(&run), "step 50 · 9.00 steps/s");
    assert!(speeds(&run).unwrap().contains("2.15 since"));
    run.life = Life::Done;
    assert_eq!((at(&run).as_str(), speeds(&run)), ("step 50", None));
}
