//! What of the layout Explore is saved as a file: its plots as PNG, SVG and CSV, and the board as PNG.

use std::fmt::Write;

use super::overlay::{Measured, Overlay, color};
use super::panes::convergence;
use super::research::FileKind;
use super::scene::{readout, scene};
use super::state::State;
use super::theme::Theme;
use super::train::apply::Export;
use super::ways::{Ways, caption};
use crate::board::Board;
use crate::figure::board::{BoardPicture, Ground};
use crate::figure::{Anchor, Axis, Drawing, Figure, Ink, Kind, Paint, Palette, Panel, Point, Series, png};
use crate::task::{Boards, Placement, place};
use crate::trace::{Module, Recording, SegmentEnd};

/// Pixels of a plot's PNG per point.
const SCALE: f32 = 2.0;
/// The side of a saved board, points.
const SIDE: f32 = 480.0;
const MARGIN: f32 = 16.0;
const CAPTION: f32 = 12.0;

/// A plot of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Plot {
    /// Residuals and uncertainty.
    Convergence,
    /// The two Q values.
    Halting,
    /// The way of the states.
    Trajectory,
}

impl Plot {
    /// Its name in file names.
    fn name(self) -> &'static str {
        match self {
            Self::Convergence => "convergence",
            Self::Halting => "halting",
            Self::Trajectory => "trajectory",
        }
    }

    /// What is plotted, exactly.
    fn definition(self) -> &'static str {
        match self {
            Self::Convergence => {
                "residual = ||z_new - z_old||_F / sqrt(numel) of each micro-step; uncertainty = mean entropy of the cells that \
                 are asked about, bits"
            }
            Self::Halting => {
                "q_halt and q_continue at each segment's end, logits; adaptive runs halt when q_halt > q_continue"
            }
            Self::Trajectory => {
                "exact principal components of the means over tokens of z_H and z_L, each over this run's updates and its \
                 initial state"
            }
        }
    }
}

/// Where the shown run comes from, for the metadata of files: the model and its hash, the sample, the device, the program;
/// without a run the sample and the program alone.
pub fn notes(state: &State) -> Vec<(String, String)> {
    let mut notes = Vec::new();
    let recorded = state.doc.run.recorded.as_ref();
    let own = recorded.is_none() && state.recording().is_some();
    notes.extend(recorded.map(|recorded| ("recorded", recorded.about.clone())));
    if let Some(model) = state.model.as_ref().filter(|_| own) {
        notes.push(("model", format!("{}, sha256 {}", model.name, model.hash)));
    }
    let board = match state.board() {
        Board::Sudoku(sheet) => sheet.board().to_text(),
        Board::Maze(maze) => maze.to_text(),
        Board::Arc(sheet) => sheet.task().to_json(),
    };
    notes.push(("sample", format!("{}: {board}", state.doc.title)));
    if let Some(recording) = state.recording() {
        let (steps, segments) = (recording.steps.len(), recording.ends.len());
        let halting = format!(", {:?} halting", state.limits().0);
        let halting = if recorded.is_none() { halting } else { String::new() };
        notes.push(("run", format!("{steps} micro-steps, {segments} segments{halting}")));
    }
    if own {
        notes.push(("device", format!("{} ({})", state.device.name, state.device.api)));
    }
    notes.push(("program", concat!("hrmscope ", env!("CARGO_PKG_VERSION")).to_owned()));
    notes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A plot of the shown run as a file.
///
/// # Errors
/// No run, or none long enough; a picture that is too large.
pub fn plot(state: &State, plot: Plot, kind: FileKind) -> Result<Export, String> {
    let recording = state.recording().filter(|recording| !recording.steps.is_empty());
    let recording = recording.ok_or("there is no run to plot: let the model think first")?;
    let linear = state.settings.linear;
    let figure = || -> Result<Figure, String> {
        let mut figure = match plot {
            Plot::Convergence => converging(state, recording),
            Plot::Halting => halting(recording),
            Plot::Trajectory => ways(recording)?,
        };
        figure.notes = vec![("definition".to_owned(), plot.definition().to_owned())];
        figure.notes.extend(notes(state));
        Ok(figure)
    };
    let (ending, bytes) = match kind {
        FileKind::Csv => ("csv", csv(state, recording, plot)?.into_bytes()),
        FileKind::Svg => {
            let figure = figure()?;
            ("svg", figure.scaled(linear).drawing(state.dark).svg(&figure.notes).into_bytes())
        }
        FileKind::Png => {
            let figure = figure()?;
            let pixels = figure.scaled(linear).drawing(state.dark).pixels(SCALE);
            let pixels = pixels.ok_or("the figure is too large for a picture: save it as SVG")?;
            ("png", png(&pixels, &figure.notes).map_err(|e| e.to_string())?)
        }
    };
    Ok(Export { title: "Save the plot", name: format!("{}.{ending}", plot.name()), bytes })
}

fn converging(state: &State, recording: &Recording) -> Figure {
    let of = |module: Module| {
        let steps = recording.steps.iter().enumerate().filter(|(_, step)| step.at.module == module);
        steps.map(|(i, step)| Point::new(i as f64 + 1.0, f64::from(step.residual))).collect()
    };
    let resets = convergence::resets(recording).into_iter();
    let resets = resets.map(|(i, residual)| Point::new(i as f64 + 1.0, residual)).collect();
    let bits = state.uncertainty().iter().enumerate();
    let bits = bits.map(|(i, bits)| Point::new(i as f64 + 1.0, f64::from(*bits))).collect();
    Figure {
        title: "Convergence of one run".to_owned(),
        sentence: convergence::residual_caption(recording),
        panels: vec![
            Panel {
                title: "Forward residual per micro-step".to_owned(),
                x: Axis::new("micro-step; dots: L moves farther after an H-update"),
                y: Axis { log: true, ..Axis::new("||z_new - z_old|| / sqrt(numel)") },
                series: vec![
                    Series::new("L", Ink::L, Kind::Line, of(Module::L)),
                    Series::new("H", Ink::H, Kind::Line, of(Module::H)),
                    Series::new("reset", Ink::H, Kind::Dots, resets),
                ],
                rules: Vec::new(),
            },
            Panel {
                title: "Uncertainty of the answer".to_owned(),
                x: Axis::new("micro-step"),
                y: Axis { zero: true, ..Axis::new("mean entropy, bit") },
                series: vec![Series::new("", Ink::L, Kind::Line, bits)],
                rules: Vec::new(),
            },
        ],
        notes: Vec::new(),
    }
}

fn halting(recording: &Recording) -> Figure {
    let of = |q: fn(&SegmentEnd) -> f32| {
        let ends = recording.ends.iter();
        ends.map(|end| Point::new(end.segment as f64 + 1.0, f64::from(q(end)))).collect()
    };
    let rule = convergence::rule(recording);
    Figure {
        title: "Halting of one run".to_owned(),
        sentence: convergence::halting_caption(recording, rule),
        panels: vec![Panel {
            title: "Q values at each segment's end".to_owned(),
            x: Axis::new("segment"),
            y: Axis { zero: true, ..Axis::new("logit") },
            series: vec![
                Series::new("continue", Ink::Secondary, Kind::Line, of(|end| end.q_continue)),
                Series::new("halt", Ink::Right, Kind::Line, of(|end| end.q_halt)),
            ],
            rules: rule.map(|segment| (segment as f64, "halt".to_owned())).into_iter().collect(),
        }],
        notes: Vec::new(),
    }
}

fn ways(recording: &Recording) -> Result<Figure, String> {
    let mut panels = Vec::new();
    let mut told = Vec::new();
    for (module, way) in Ways::of(recording).both()? {
        let points: Vec<Point> = way.found.points.iter().map(|point| Point::new(point[0], point[1])).collect();
        let dot = |point: Option<&Point>| point.copied().into_iter().collect::<Vec<_>>();
        let ink = if module == Module::H { Ink::H } else { Ink::L };
        let [one, two, _] = way.found.explained.map(|share| 100.0 * share);
        told.push(format!("z_{module:?}: {}", caption(recording, module, way)));
        panels.push(Panel {
            title: format!("z_{module:?}"),
            x: Axis::new(format!("PC1, {one:.0} % of the variance")),
            y: Axis::new(format!("PC2, {two:.0} %")),
            series: vec![
                Series::new("", ink, Kind::Line, points.clone()),
                Series::new("start", Ink::Secondary, Kind::Dots, dot(points.first())),
                Series::new("end", ink, Kind::Dots, dot(points.last())),
            ],
            rules: Vec::new(),
        });
    }
    let sentence = told.join(". ");
    Ok(Figure { title: "Trajectory of one run".to_owned(), sentence, panels, notes: Vec::new() })
}

/// The numbers of a plot.
fn csv(state: &State, recording: &Recording, plot: Plot) -> Result<String, String> {
    let mut text = String::new();
    // Writing into a string cannot fail.
    match plot {
        Plot::Convergence => {
            text += "step,segment,h_cycle,module,l_step,residual,entropy_bits\n";
            for (i, step) in recording.steps.iter().enumerate() {
                let at = step.at;
                let bits = state.uncertainty().get(i).map(f32::to_string).unwrap_or_default();
                let (step, segment, cycle) = (i + 1, at.segment + 1, at.h_cycle + 1);
                let residual = recording.steps[i].residual;
                let _ = writeln!(text, "{step},{segment},{cycle},{:?},{},{residual},{bits}", at.module, at.l_step + 1);
            }
        }
        Plot::Halting => {
            text += "segment,q_halt,q_continue,halted\n";
            for end in &recording.ends {
                let _ = writeln!(text, "{},{},{},{}", end.segment + 1, end.q_halt, end.q_continue, end.halted);
            }
        }
        Plot::Trajectory => {
            text += "module,step,pc1,pc2,pc3\n";
            for (module, way) in Ways::of(recording).both()? {
                for (step, [one, two, three]) in way.steps.iter().zip(&way.found.points) {
                    let step = step.map_or(0, |step| step + 1);
                    let _ = writeln!(text, "{module:?},{step},{one},{two},{three}");
                }
            }
        }
    }
    Ok(text)
}

/// The board at the moment shown as a PNG, with what is laid over it, so many pixels a point; without an answer as it stands.
///
/// # Errors
/// A picture that is too large.
pub fn board(state: &State, scale: u8) -> Result<Export, String> {
    let drawing = board_drawing(state).ok_or("the board cannot be drawn: no task here has boards of its size")?;
    let pixels = drawing.pixels(f32::from(scale)).ok_or("the board is too large for a picture at this scale")?;
    let mut notes = notes(state);
    let moment = match state.computed() {
        0 => "not answered".to_owned(),
        _ => format!("after micro-step {}", state.doc.playhead.at),
    };
    notes.insert(0, ("moment".to_owned(), moment));
    let bytes = png(&pixels, &notes).map_err(|e| e.to_string())?;
    Ok(Export { title: "Save the board", name: "board.png".to_owned(), bytes })
}

/// The board after `at` micro-steps as a picture of its own, as it is told without an overlay.
pub fn moment_drawing(state: &State, at: usize) -> Option<Drawing> {
    let palette = Palette::of(state.dark);
    let mut drawing = Drawing::new(SIDE, SIDE, palette.paint(Ink::Pane));
    state.recording()?;
    draw_moment(state, at, |_| None, &mut drawing, [0.0, 0.0, SIDE])?;
    Some(drawing)
}

/// A board among the tokens of the model that was asked about it; where none was, among those of one made for it.
fn placed(state: &State) -> Option<(Boards, Placement)> {
    let board = state.board();
    let asked = state.recording().and_then(|recording| {
        let dimensions = &recording.dimensions;
        let boards = Boards::of(dimensions.tokens - dimensions.puzzle_tokens, dimensions.vocab)?;
        Some((boards, place(board, boards)?))
    });
    asked.or_else(|| {
        let own = match board {
            Board::Sudoku(sheet) => Boards::Sudoku(sheet.board().shape()),
            Board::Maze(maze) => Boards::Maze { side: maze.side() },
            Board::Arc(sheet) => Boards::Arc { side: sheet.input().rows().max(sheet.input().cols()) },
        };
        Some((own, place(board, own)?))
    })
}

/// Draws the board after `at` micro-steps at a place, with the grounds that lie below cells.
fn draw_moment(
    state: &State,
    at: usize,
    ground: impl Fn(usize) -> Option<Ground>,
    drawing: &mut Drawing,
    place: [f32; 3],
) -> Option<()> {
    let (board, recording) = (state.board(), state.recording());
    let scene = scene(board, recording, at, state.shown_truth().as_ref());
    let (boards, placed) = placed(state)?;
    let cells: Vec<usize> = (0..placed.size.0 * placed.size.1).map(|cell| placed.token(cell)).collect();
    let inputs: Vec<i32> = cells.iter().map(|token| placed.tokens[*token]).collect();
    let readout = readout(recording, at).filter(|_| scene.answered);
    let tokens: Vec<i32> = match readout {
        Some(readout) => cells.iter().map(|token| readout.best(*token).0 as i32).collect(),
        None => inputs.clone(),
    };
    let confidence: Vec<f32> = match readout {
        Some(_) => scene.cells.iter().map(|cell| cell.confidence).collect(),
        None => Vec::new(),
    };
    let picture = BoardPicture {
        task: boards.task(),
        side: placed.size.0,
        boxes: match board {
            Board::Sudoku(sheet) => Some((sheet.board().shape().box_rows(), sheet.board().shape().box_cols())),
            Board::Maze(_) | Board::Arc(_) => None,
        },
        inputs: Some(&inputs),
        tokens: &tokens,
        confidence: &confidence,
        changed: &scene.cells.iter().map(|cell| cell.changed).collect::<Vec<bool>>(),
        grounds: &(0..cells.len()).map(ground).collect::<Vec<_>>(),
    };
    picture.draw(drawing, place, Palette::of(state.dark));
    Some(())
}

fn board_drawing(state: &State) -> Option<Drawing> {
    let mut measured = Measured::default();
    measured.follow(state, &state.scene());
    let (palette, theme) = (Palette::of(state.dark), if state.dark { &Theme::DARK } else { &Theme::LIGHT });
    let overlay = state.settings.overlay;
    let ground = |cell: usize| {
        let color = color(theme, overlay, measured.share(cell)?);
        Some(Ground { fill: paint(color), ink: paint(theme.ink_on(color)) })
    };
    let mut drawing = Drawing::new(SIDE + 2.0 * MARGIN, SIDE + 3.0 * MARGIN + 2.0 * CAPTION, palette.paint(Ink::Pane));
    draw_moment(state, state.doc.playhead.at, ground, &mut drawing, [MARGIN, MARGIN, SIDE])?;
    let y = MARGIN + SIDE + MARGIN + CAPTION;
    drawing.text([MARGIN, y], moment(state), CAPTION, Anchor::Start, palette.paint(Ink::Secondary));
    if let Some(recording) = state.recording().filter(|_| overlay != Overlay::None && !measured.cells.is_empty()) {
        legend(&mut drawing, theme, palette, overlay, &measured, (y + CAPTION + 6.0, recording));
    }
    Some(drawing)
}

/// The moment in words.
fn moment(state: &State) -> String {
    match state.step() {
        Some(step) => {
            let at = step.at;
            let cycle = format!("segment {}, H-cycle {}", at.segment + 1, at.h_cycle + 1);
            let step = if at.module == Module::L { format!("L {}", at.l_step + 1) } else { "H".to_owned() };
            format!("{}: {cycle}, {step}", state.doc.title)
        }
        None if state.computed() == 0 => format!("{}: not answered", state.doc.title),
        None => format!("{}: before the first step", state.doc.title),
    }
}

/// What the colours of an overlay mean, on the base line `y`.
fn legend(
    drawing: &mut Drawing,
    theme: &Theme,
    palette: &Palette,
    overlay: Overlay,
    measured: &Measured,
    (y, recording): (f32, &Recording),
) {
    let ink = palette.paint(Ink::Secondary);
    let [low, high] = measured.span.map(|value| overlay.text(value, recording.dimensions.schedule));
    drawing.text([MARGIN, y], format!("{}: {low}", overlay.name()), CAPTION, Anchor::Start, ink);
    let (left, width) = (MARGIN + 0.52 * SIDE, 0.2 * SIDE);
    for strip in 0..32 {
        let share = strip as f32 / 31.0;
        let at = [left + width * strip as f32 / 32.0, y - 8.0, width / 32.0 + 0.3, 8.0];
        drawing.rect(at, paint(color(theme, overlay, share)));
    }
    drawing.text([left + width + 8.0, y], high, CAPTION, Anchor::Start, ink);
}

fn paint(color: eframe::egui::Color32) -> Paint {
    let [r, g, b, _] = color.to_array().map(u32::from);
    Paint::solid(r << 16 | g << 8 | b)
}

#[cfg(test)]
mod tests;
