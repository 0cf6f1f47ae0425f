//! A run's figures as rows.

use super::Scalar;
use crate::train::watch::{Measured, Report, RunView};

/// A figure: the name of its column, its tag, and where it stands.
type Figure<T> = (&'static str, &'static str, fn(&T) -> f32);

/// The figures of a report.
const REPORTED: [Figure<Report>; 8] = [
    ("lm_loss", "loss/lm", |r| r.lm_loss),
    ("q_halt_loss", "loss/q_halt", |r| r.q_halt_loss),
    ("q_continue_loss", "loss/q_continue", |r| r.q_continue_loss),
    ("accuracy", "training/cell", |r| r.accuracy),
    ("exact", "training/exact", |r| r.exact),
    ("segments_mean", "training/segments", |r| r.segments_mean),
    ("lr", "training/lr", |r| r.lr),
    ("steps_per_s", "training/steps_per_s", |r| r.steps_per_s),
];
/// The figures of an evaluation.
const MEASURED: [Figure<Measured>; 4] = [
    ("held_out_exact", "held_out/exact", |m| m.exact),
    ("held_out_cell", "held_out/cell", |m| m.cell),
    ("held_out_segments_mean", "held_out/segments", |m| m.segments_mean),
    ("held_out_valid_path", "held_out/valid_path", |m| m.valid_path),
];

/// Runs as CSV: one row per report or evaluation, in order of steps; what was not said is empty.
pub fn csv(runs: &[&RunView]) -> String {
    let names = REPORTED.iter().map(|(name, ..)| *name).chain(MEASURED.iter().map(|(name, ..)| *name));
    let mut text = format!("run,step,seconds,{}\n", names.collect::<Vec<_>>().join(","));
    for run in runs {
        let cell = |value: f32| if value.is_finite() { value.to_string() } else { String::new() };
        let mut rows: Vec<(u64, f64, String)> = Vec::new();
        for r in &run.reports {
            let cells: Vec<String> = REPORTED.iter().map(|(.., of)| cell(of(r))).collect();
            rows.push((r.step, r.seconds, format!("{}{}", cells.join(","), ",".repeat(MEASURED.len()))));
        }
        for m in &run.measured {
            let cells: Vec<String> = MEASURED.iter().map(|(.., of)| cell(of(m))).collect();
            rows.push((m.step, m.seconds, format!("{}{}", ",".repeat(REPORTED.len()), cells.join(","))));
        }
        rows.sort_by_key(|(step, ..)| *step);
        for (step, seconds, cells) in rows {
            text += &format!("{},{step},{seconds:.1},{cells}\n", quoted(&run.name));
        }
    }
    text
}

/// A field of a CSV row.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// A run's figures for TensorBoard. A report says no time of day, so it is counted back from the run's last word.
pub fn scalars(run: &RunView) -> Vec<Scalar> {
    let end = run.reports.last().map_or(0.0, |report| report.seconds);
    let wall_time = |seconds: f64| (run.status.at as f64 - (end - seconds)).max(0.0);
    let reported = run.reports.iter().flat_map(|r| {
        REPORTED.iter().map(move |(_, tag, of)| Scalar {
            tag,
            step: r.step,
            wall_time: wall_time(r.seconds),
            value: of(r),
        })
    });
    let measured = run.measured.iter().flat_map(|m| {
        MEASURED.iter().map(move |(_, tag, of)| Scalar {
            tag,
            step: m.step,
            wall_time: wall_time(m.seconds),
            value: of(m),
        })
    });
    reported.chain(measured).filter(|scalar| scalar.value.is_finite()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::watch::Reader;

    fn run() -> RunView {
        let place = tempfile::tempdir().unwrap();
        let lines = "{\"step\":10,\"lm_loss\":1.5,\"steps_per_s\":2,\"exact\":null}\n\
                     {\"step\":10,\"held_out\":{\"exact\":0.25,\"cell\":0.5}}\n\
                     {\"step\":20,\"lm_loss\":1,\"steps_per_s\":2,\"exact\":0.5}\n";
        std::fs::write(place.path().join("metrics.jsonl"), lines).unwrap();
        std::fs::write(place.path().join("name"), "a, \"b\"").unwrap();
        let mut reader = Reader::new(place.path().to_owned());
        reader.look(false);
        reader.view().clone()
    }

    #[test]
    fn rows_stand_in_order_of_steps() {
        let text = csv(&[&run()]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[1], "\"a, \"\"b\"\"\",10,5.0,1.5,,,,,,,2,,,,");
        assert_eq!(lines[2], "\"a, \"\"b\"\"\",10,5.0,,,,,,,,,0.25,0.5,,");
        assert!(text.lines().all(|line| line.replace("a, ", "").split(',').count() == 15));
    }

    #[test]
    fn figures_that_are_missing_are_left_out() {
        let all = scalars(&run());
        assert_eq!(all.iter().filter(|s| s.tag == "training/exact").count(), 1);
        assert_eq!(all.iter().filter(|s| s.tag == "held_out/exact").count(), 1);
    }
}
