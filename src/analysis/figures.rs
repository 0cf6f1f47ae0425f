//! The reports as figures.

use super::dimensionality::{CurvePoint, definition as dimensionality_definition};
use super::halting::{self, DifficultyRow, HaltingReport, HaltingRow};
use super::hierarchy::DimensionalityReport;
use super::residual::{self, ControlRow, ResidualReport, ResidualRow};
use super::statistics::Spread;
use super::trajectory::{
    Colour, PuzzleTrajectory, TrajectoryPoint, TrajectoryReport, View, definition as trajectory_definition,
};
use crate::figure::{Axis, Figure, Ink, Kind, Panel, Point, Series};
use crate::trace::{Module, Schedule};

/// Where a figure comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// The model's name.
    pub model: String,
    /// SHA-256 of its file.
    pub hash: String,
    /// The data, as they can be named again.
    pub data: String,
    /// When runs stopped, in words.
    pub halting: String,
}

impl About {
    fn notes(&self, definition: &str, samples: usize, seeds: Option<String>) -> Vec<(String, String)> {
        let plain = [
            ("definition", definition.to_owned()),
            ("model", format!("{}, sha256 {}", self.model, self.hash)),
            ("sample", format!("the first {samples} puzzles of {}", self.data)),
            ("halting", self.halting.clone()),
        ];
        let seeds = seeds.map(|seeds| ("seeds", seeds));
        let program = ("program", concat!("hrmscope ", env!("CARGO_PKG_VERSION")).to_owned());
        plain.into_iter().chain(seeds).chain([program]).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

fn module_ink(module: Module) -> Ink {
    match module {
        Module::H => Ink::H,
        Module::L => Ink::L,
    }
}

/// z_H or z_L.
fn state_name(module: Module) -> &'static str {
    match module {
        Module::H => "z_H",
        Module::L => "z_L",
    }
}

const BOTH: [Module; 2] = [Module::L, Module::H];

fn spread_at(x: f64, spread: Spread) -> Point {
    Point { x, y: spread.mean, range: Some([spread.q25, spread.q75]) }
}

/// Where each segment begins, for a schedule's micro-steps.
fn segment_rules(segments: usize, per_segment: usize) -> Vec<(f64, String)> {
    (0..segments).map(|segment| ((segment * per_segment) as f64, (segment + 1).to_string())).collect()
}

impl ResidualReport {
    /// Residuals of the run, of L alone, and between the layers.
    pub fn figure(&self, about: &About) -> Figure {
        let log = |label: &str| Axis { log: true, ..Axis::new(label) };
        let place = |row: &ResidualRow| {
            let Schedule { l_cycles, .. } = self.schedule;
            let within = match row.module {
                Module::L => row.step + row.step / l_cycles.max(1),
                Module::H => row.step * (l_cycles + 1) + l_cycles,
            };
            (row.segment * self.schedule.steps_per_segment() + within) as f64
        };
        let of_run = BOTH.map(|module| {
            let rows = self.steps.iter().filter(|row| row.module == module);
            let points = rows.map(|row| spread_at(place(row), row.spread)).collect();
            Series::new(format!("{module:?}"), module_ink(module), Kind::Line, points)
        });
        let [l, _] = &of_run;
        let heights: Vec<f64> = l.points.iter().map(|point| point.y).collect();
        let resets = residual::reset_places(&heights, self.schedule.l_cycles);
        let resets = resets.into_iter().map(|at| Point::new(l.points[at].x, l.points[at].y)).collect();
        let resets = Series::new("reset", Ink::H, Kind::Dots, resets);
        let controls = |rows: &[ControlRow], module: Module| -> Vec<Point> {
            rows.iter().filter(|r| r.module == module).map(|row| spread_at(row.step as f64, row.spread)).collect()
        };
        let segments = self.steps.last().map_or(0, |row| row.segment + 1);
        let alone = controls(&self.plain_recurrent, Module::L);
        let first_layer = |mut points: Vec<Point>| {
            points.iter_mut().for_each(|point| point.x += 1.0);
            points
        };
        let layers = BOTH.map(|module| {
            let points = first_layer(controls(&self.feed_forward, module));
            Series::new(format!("{module:?}"), module_ink(module), Kind::Line, points)
        });
        let panels = vec![
            Panel {
                title: "The model".into(),
                x: Axis::new("micro-step, segments above; dots: L moves farther after an H-update"),
                y: log("residual, mean and quartiles"),
                series: of_run.into_iter().chain([resets]).collect(),
                rules: segment_rules(segments, self.schedule.steps_per_segment()),
            },
            Panel {
                title: "Plain recurrent: L alone, H never updated".into(),
                x: Axis::new("step"),
                y: log("residual, mean and quartiles"),
                series: vec![Series::new("L alone", Ink::L, Kind::Line, alone)],
                rules: Vec::new(),
            },
            Panel {
                title: "Feed-forward: by layer, first call of L and of H".into(),
                x: Axis {
                    names: (1..=self.layers()).map(|layer| (layer as f64, layer.to_string())).collect(),
                    ..Axis::new("layer")
                },
                y: Axis { zero: true, ..Axis::new("residual from a block's input to its output") },
                series: layers.to_vec(),
                rules: Vec::new(),
            },
        ];
        let notes = about.notes(residual::DEFINITION, self.samples, None);
        Figure { title: "Forward residuals".into(), sentence: self.sentence.clone(), panels, notes }
    }

    fn layers(&self) -> usize {
        self.feed_forward.iter().map(|row| row.step + 1).max().unwrap_or(0)
    }
}

impl DimensionalityReport {
    /// The curve against the number of puzzles, trained and untrained, segment by segment, and the spectra.
    pub fn figure(&self, about: &About) -> Figure {
        let ratios = &self.ratios;
        let of = |module: Module, h: f64, l: f64| if module == Module::H { h } else { l };
        let series = |kind: Kind, points: &dyn Fn(Module) -> Vec<Point>| {
            BOTH.map(|module| Series::new(state_name(module), module_ink(module), kind, points(module))).to_vec()
        };
        let zero = || Axis { zero: true, ..Axis::new("participation ratio") };
        let curve = series(Kind::Line, &|module| {
            let point = |c: &CurvePoint| Point::new(c.samples as f64, of(module, c.pr_z_h, c.pr_z_l));
            ratios.curve.iter().map(point).collect()
        });
        let side = |module: Module| if module == Module::L { -0.18 } else { 0.18 };
        let beside = series(Kind::Bars(30), &|module| {
            let interval = if module == Module::H { ratios.interval_z_h } else { ratios.interval_z_l };
            let each = || self.untrained.each.iter().map(|c| of(module, c.pr_z_h, c.pr_z_l));
            let untrained = of(module, self.untrained.pr_z_h, self.untrained.pr_z_l);
            let range = [each().fold(f64::INFINITY, f64::min), each().fold(f64::NEG_INFINITY, f64::max)];
            let trained =
                Point { range: interval, ..Point::new(side(module), of(module, ratios.pr_z_h, ratios.pr_z_l)) };
            let control = Point { range: Some(range), ..Point::new(1.0 + side(module), untrained) };
            if self.untrained.each.is_empty() { vec![trained] } else { vec![trained, control] }
        });
        let by_segment = series(Kind::Line, &|module| {
            let rows = ratios.by_segment.iter();
            rows.map(|row| Point::new((row.segment + 1) as f64, of(module, row.pr_z_h, row.pr_z_l))).collect()
        });
        let spectra = series(Kind::Line, &|module| {
            let values = if module == Module::H { &ratios.spectrum_z_h } else { &ratios.spectrum_z_l };
            let all = values.iter().sum::<f64>().max(f64::MIN_POSITIVE);
            // Eigenvalues beyond are rounding.
            let kept = values.iter().take_while(|value| **value > 1e-9 * all).enumerate();
            kept.map(|(i, value)| Point::new((i + 1) as f64, value / all)).collect()
        });
        let names = vec![(0.0, "trained".to_owned()), (1.0, "fresh weights".to_owned())];
        let mut panels = vec![
            Panel {
                title: "Against the number of puzzles".into(),
                x: Axis { log: true, ..Axis::new("puzzles (trajectories)") },
                y: zero(),
                series: curve,
                rules: Vec::new(),
            },
            Panel {
                title: "Beside fresh weights".into(),
                x: Axis { names, ..Axis::new("whiskers: 95 % of resamples; the least and the greatest of the seeds") },
                y: zero(),
                series: beside,
                rules: Vec::new(),
            },
        ];
        if !ratios.by_segment.is_empty() {
            panels.push(Panel {
                title: "Segment by segment".into(),
                x: Axis::new("segment"),
                y: zero(),
                series: by_segment,
                rules: Vec::new(),
            });
        }
        if !ratios.by_token.is_empty() {
            let by_token = series(Kind::Line, &|module| {
                let rows = ratios.by_token.iter();
                rows.map(|row| Point::new(row.token as f64, of(module, row.pr_z_h, row.pr_z_l))).collect()
            });
            panels.push(Panel {
                title: "Token by token".into(),
                x: Axis::new("token, the puzzle tokens first"),
                y: zero(),
                series: by_token,
                rules: Vec::new(),
            });
        }
        panels.push(Panel {
            title: "Eigenvalues".into(),
            x: Axis { log: true, ..Axis::new("rank") },
            y: Axis { log: true, ..Axis::new("share of the variance") },
            series: spectra,
            rules: Vec::new(),
        });
        let seeds = format!(
            "fresh weights {:?}, bootstrap 1 over {} blocks of puzzles",
            self.untrained.seeds, ratios.bootstrap_blocks
        );
        let notes = about.notes(&dimensionality_definition(ratios.axis), ratios.samples, Some(seeds));
        Figure { title: "Dimensionality hierarchy".into(), sentence: self.sentence.clone(), panels, notes }
    }
}

impl HaltingReport {
    /// Accuracy against segments with the adaptive rule as a point, the Q values, and segments by difficulty.
    pub fn figure(&self, about: &About) -> Figure {
        let rows = &self.by_segment;
        let trained = (self.adaptive.max_segments as f64, "trained limit".to_owned());
        let percent = |share: f64| 100.0 * share;
        let line = |of: fn(&HaltingRow) -> f64| -> Vec<Point> {
            rows.iter().map(|row| Point::new(row.segments as f64, percent(of(row)))).collect()
        };
        let point = Point::new(self.adaptive.segments_mean, percent(self.adaptive.adaptive_exact));
        let q = |of: fn(&HaltingRow) -> Spread| -> Vec<Point> {
            rows.iter().map(|row| spread_at(row.segments as f64, of(row))).collect()
        };
        let difficulty = self.difficulty.name();
        let bins = self.by_difficulty.iter().enumerate();
        let names = bins
            .clone()
            .map(|(i, bin)| {
                (i as f64, if bin.from == bin.to { bin.from.to_string() } else { format!("{}-{}", bin.from, bin.to) })
            })
            .collect();
        let most = self.by_difficulty.iter().map(|bin| bin.histogram.len()).max().unwrap_or(0);
        // One group of bars per number of segments would be many; the shares that stop by then are few.
        let by_then: Vec<Series> = [1, 2, 4, most]
            .into_iter()
            .filter(|segments| *segments <= most)
            .collect::<std::collections::BTreeSet<usize>>()
            .into_iter()
            .zip([Ink::Right, Ink::L, Ink::Input, Ink::Secondary])
            .map(|(segments, ink)| {
                let stopped = |bin: &DifficultyRow| {
                    bin.histogram.iter().take(segments).sum::<usize>() as f64 / bin.puzzles.max(1) as f64
                };
                let points = bins.clone().map(|(i, bin)| Point::new(i as f64, percent(stopped(bin)))).collect();
                Series::new(format!("by {segments}"), ink, Kind::Line, points)
            })
            .collect();
        let panels = vec![
            Panel {
                title: "Right boards against segments allowed".into(),
                x: Axis::new("segments"),
                y: Axis::new("wholly right, %"),
                series: vec![
                    Series::new("fixed", Ink::Secondary, Kind::Line, line(|row| row.exact)),
                    Series::new("adaptive limit", Ink::Right, Kind::Dashed, line(|row| row.adaptive_exact)),
                    Series::new("adaptive, mean", Ink::Right, Kind::Dots, vec![point]),
                ],
                rules: vec![trained.clone()],
            },
            Panel {
                title: "What the Q head says".into(),
                x: Axis::new("segment"),
                y: Axis::new("Q, logits, mean and quartiles"),
                series: vec![
                    Series::new("q_halt", Ink::Right, Kind::Line, q(|row| row.q_halt)),
                    Series::new("q_continue", Ink::Secondary, Kind::Line, q(|row| row.q_continue)),
                ],
                rules: vec![trained],
            },
            Panel {
                title: format!("Where puzzles first ask to stop ({} never do)", self.never_stopping),
                x: Axis::new("segment"),
                y: Axis { zero: true, ..Axis::new("puzzles") },
                series: vec![Series::new(
                    "",
                    Ink::Right,
                    Kind::Bars(70),
                    rows.iter().map(|row| Point::new(row.segments as f64, row.stopped as f64)).collect(),
                )],
                rules: Vec::new(),
            },
            Panel {
                title: "Stopped by then, by difficulty".into(),
                x: Axis { names, ..Axis::new(difficulty) },
                y: Axis { zero: true, ..Axis::new("share of puzzles, %") },
                series: by_then,
                rules: Vec::new(),
            },
        ];
        let notes = about.notes(halting::DEFINITION, self.samples, None);
        Figure { title: "Halting".into(), sentence: self.sentence.clone(), panels, notes }
    }
}

/// As many trajectories as can be told apart.
const DRAWN: usize = 40;

impl TrajectoryReport {
    /// Both states in the plane of their first two components, and in space; the colours say what `colour` is.
    pub fn figure(&self, about: &About, view: View, colour: Colour) -> Figure {
        let mut panels = Vec::new();
        for module in [Module::H, Module::L] {
            let (explained, name) = match module {
                Module::H => (self.explained_z_h, state_name(module)),
                Module::L => (self.explained_z_l, state_name(module)),
            };
            let [one, two, three] = explained.map(|share| format!("{:.0} %", 100.0 * share));
            panels.push(self.panel(
                (module, colour),
                format!("{name}, two components"),
                (format!("PC1, {one}"), format!("PC2, {two}")),
                |[x, y, _]| [x, y],
            ));
            let label = format!("{name} in space: PC1, PC2 and PC3 ({three}), seen at an angle");
            let nothing = |label: &str| (label.to_owned(), String::new());
            let mut panel =
                self.panel((module, colour), label, nothing("green ends right, red ends wrong"), at_an_angle);
            // Numbers along an axis at an angle mean nothing.
            (panel.x.names, panel.y.names) = (vec![(f64::NAN, String::new())], vec![(f64::NAN, String::new())]);
            panels.push(panel);
        }
        let notes = about.notes(&trajectory_definition(view), self.samples, None);
        Figure { title: "Trajectories".into(), sentence: self.sentence.clone(), panels, notes }
    }

    fn panel(
        &self,
        (module, colour): (Module, Colour),
        title: String,
        (x, y): (String, String),
        flat: fn([f64; 3]) -> [f64; 2],
    ) -> Panel {
        let way = |puzzle: &PuzzleTrajectory| -> Vec<(usize, Point)> {
            let points: &[TrajectoryPoint] = if module == Module::H { &puzzle.z_h } else { &puzzle.z_l };
            let place = |point: &TrajectoryPoint| (point.segment, flat(point.at));
            points.iter().map(place).map(|(segment, [x, y])| (segment, Point::new(x, y))).collect()
        };
        let drawn = &self.puzzles[..self.puzzles.len().min(DRAWN)];
        let mut series: Vec<Series> = Vec::new();
        let mut add = |name: String, ink: Ink, points: &[(usize, Point)]| {
            // Each colour is named once.
            let name = if series.iter().any(|other| other.name == name) { String::new() } else { name };
            series.push(Series::new(name, ink, Kind::Line, points.iter().map(|(_, point)| *point).collect()));
        };
        let grades = Grades::of(drawn.iter().map(|puzzle| puzzle.difficulty));
        let last = drawn.iter().filter_map(|puzzle| puzzle.z_h.last()).map(|point| point.segment).max().unwrap_or(0);
        for puzzle in drawn {
            let way = way(puzzle);
            match colour {
                Colour::Module => add(String::new(), module_ink(module), &way),
                Colour::Right if puzzle.right => add("ends right".into(), Ink::Right, &way),
                Colour::Right => add("ends wrong".into(), Ink::Wrong, &way),
                Colour::Difficulty => {
                    let (grade, name) = grades.name(puzzle.difficulty);
                    add(format!("{name} {}", self.difficulty.name()), Ink::Grade(grade), &way);
                }
                Colour::Segment => {
                    for segment in 0..=last {
                        let from = way.partition_point(|(of, _)| *of < segment);
                        let part = &way[from.saturating_sub(1)..way.partition_point(|(of, _)| *of <= segment)];
                        let grade = segment * usize::from(Ink::GRADES - 1) / last.max(1);
                        add(format!("segment {}", segment + 1), Ink::Grade(grade as u8), part);
                    }
                }
            }
        }
        for (right, ink) in [(true, Ink::Right), (false, Ink::Wrong)] {
            let ends = drawn.iter().filter(|puzzle| puzzle.right == right).filter_map(|puzzle| way(puzzle).pop());
            series.push(Series::new("", ink, Kind::Dots, ends.map(|(_, point)| point).collect()));
        }
        Panel { title, x: Axis::new(x), y: Axis::new(y), series, rules: Vec::new() }
    }
}

/// Groups of about as many puzzles each, by difficulty.
struct Grades {
    /// The least and the greatest of each group.
    spans: Vec<[usize; 2]>,
}

impl Grades {
    fn of(all: impl Iterator<Item = usize>) -> Self {
        let mut sorted: Vec<usize> = all.collect();
        sorted.sort_unstable();
        let count = usize::from(Ink::GRADES).min(sorted.len()).max(1);
        let cut = |group: usize| sorted.get(group * sorted.len() / count).copied();
        let mut spans: Vec<[usize; 2]> = Vec::new();
        for from in (0..count).filter_map(cut) {
            // Puzzles of one difficulty are in one group.
            if spans.last().is_none_or(|[before, _]| *before < from) {
                spans.push([from, from]);
            }
        }
        let ends: Vec<usize> = spans.iter().skip(1).map(|[from, _]| *from).collect();
        for (i, span) in spans.iter_mut().enumerate() {
            let below = |value: &&usize| ends.get(i).is_none_or(|end| *value < end);
            span[1] = sorted.iter().take_while(below).last().copied().unwrap_or(span[0]);
        }
        Self { spans }
    }

    /// The group of a difficulty as a grade, and what it is called.
    fn name(&self, difficulty: usize) -> (u8, String) {
        let at = self.spans.partition_point(|[from, _]| *from <= difficulty).saturating_sub(1);
        let [from, to] = self.spans.get(at).copied().unwrap_or([difficulty; 2]);
        let grade = at * usize::from(Ink::GRADES - 1) / (self.spans.len().max(2) - 1);
        (grade as u8, if from == to { from.to_string() } else { format!("{from}-{to}") })
    }
}

/// A point in space as it looks from the side and a little above.
fn at_an_angle([x, y, z]: [f64; 3]) -> [f64; 2] {
    let (turn, tilt) = (0.6f64, 0.45f64);
    let (across, depth) = (x * turn.cos() - y * turn.sin(), x * turn.sin() + y * turn.cos());
    [across, z * tilt.cos() + depth * tilt.sin()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_hold_about_as_many_each_and_part_no_equals() {
        let grades = Grades::of([30, 17, 17, 17, 20, 22, 25, 40].into_iter());
        assert_eq!(grades.spans, [[17, 20], [22, 25], [30, 40]]);
        assert_eq!(grades.name(17), (0, "17-20".into()));
        assert_eq!((grades.name(25).0, grades.name(99).0), (1, 3));
        assert_eq!(Grades::of([5, 5].into_iter()).name(5), (0, "5".into()));
        assert_eq!(Grades::of(std::iter::empty()).name(7), (0, "7".into()));
    }
}
