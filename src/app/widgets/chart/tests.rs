//! Where the names of lines stand.

use super::*;

fn chart(points: Vec<(f64, f32)>, log: bool) -> Chart<'static> {
    let points = Arc::new(points);
    let line = Line { label: String::new(), name: "a".into(), color: Color32::WHITE, width: 1.0, points };
    let (unit, across) = (Unit::Number, Unit::Steps);
    Chart { title: "t", lines: vec![line], unit, across, log, range: None, tip: "" }
}

#[test]
fn the_shown_part_stays_within_the_whole() {
    let span = Span { whole: (0.0, 100.0), shown: (40.0, 60.0), reader: None };
    assert_eq!(moved_within(span, 10.0), Some((50.0, 70.0)));
    assert_eq!(moved_within(span, 90.0), Some((80.0, 100.0)));
    assert_eq!(moved_within(span, -90.0), Some((0.0, 20.0)));
    assert_eq!(moved_within(Span { shown: (-1.0, 101.0), ..span }, 0.0), None);
    let narrow = moved_within(Span { shown: (50.0, 50.0), ..span }, 0.0).unwrap();
    assert!((narrow.1 - narrow.0 - 0.1).abs() < 1e-9);
}

#[test]
fn heights_hold_what_is_seen() {
    let points = vec![(0.0, 0.01), (1.0, 1.0), (2.0, 0.0)];
    let heights = Heights::of(&chart(points.clone(), true), std::slice::from_ref(&points));
    assert!(heights.share(0.01) > 0.0 && heights.share(1.0) < 1.0 && heights.share(0.0) < 0.0);
    let heights = Heights::of(&chart(points.clone(), false), &[points]);
    assert!(heights.share(0.0) == 0.0 && heights.share(1.0) < 1.0);
    let flat = Heights::of(&chart(vec![(0.0, 2.0)], false), &[vec![(0.0, 2.0)]]);
    assert!((0.0..=1.0).contains(&flat.share(2.0)));
    assert!(Heights::of(&chart(vec![], true), &[vec![]]).share(0.5).is_finite());
}

#[test]
fn names_keep_their_order_and_move_as_little_as_they_must() {
    assert_eq!(apart(&[10.0, 90.0], 16.0, (0.0, 100.0)), [10.0, 90.0]);
    assert_eq!(apart(&[50.0, 50.0], 16.0, (0.0, 100.0)), [42.0, 58.0]);
    assert_eq!(apart(&[10.0, 60.0, 60.0, 60.0], 10.0, (0.0, 100.0)), [10.0, 50.0, 60.0, 70.0]);
    assert_eq!(apart(&[0.0, 1.0], 16.0, (8.0, 100.0)), [8.0, 24.0]);
    assert_eq!(apart(&[99.0, 100.0], 16.0, (8.0, 92.0)), [76.0, 92.0]);
    assert!(apart(&[], 16.0, (0.0, 1.0)).is_empty());
}

#[test]
fn what_is_read_off_has_names_and_units() {
    let chart = chart(vec![(10.0, 0.5), (20.0, 0.25)], false);
    let (place, figures) = chart.figures(18.0);
    assert_eq!((place.as_str(), figures[0].1.as_str()), ("step 20", "0.250"));
    assert_eq!(chart.spoken(), "t: a 0.250");
    // A line without a point there, laid above, says nothing about the place.
    let mut two = chart;
    two.lines.extend(self::chart(Vec::new(), false).lines);
    assert_eq!(two.figures(18.0).0, "step 20");
}
