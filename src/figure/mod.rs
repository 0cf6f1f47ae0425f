//! Pictures that need no window: one description of a figure, drawn as SVG and as PNG in the window's colours.
//!
//! A [`Figure`] says what is to be seen; [`Figure::drawing`] lays it out as simple [`Mark`]s; [`Drawing::svg`] writes them as text and
//! [`Drawing::pixels`] paints them. Boards become drawings in [`board`].

pub mod board;
mod drawing;
mod layout;
mod palette;
pub(crate) mod png;
mod raster;
pub mod scale;
mod svg;
mod text;

use std::borrow::Cow;

pub use drawing::{Anchor, Drawing, Mark, Paint};
pub use palette::{Ink, Palette};
pub use png::{PngError, png};
pub use raster::Pixels;

/// A figure: panels, what is to be seen in them, and where it comes from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figure {
    /// What it shows.
    pub title: String,
    /// What is to be seen, in words, from the data.
    pub sentence: String,
    /// The plots, two in a row.
    pub panels: Vec<Panel>,
    /// Where it comes from, as (name, value): the definition, the model and its hash, the sample, the seeds. Under the
    /// figure, and in the metadata of the files.
    pub notes: Vec<(String, String)>,
}

impl Figure {
    /// The same; if linear, with heights from zero in place of logarithmic ones.
    pub fn scaled(&self, linear: bool) -> Cow<'_, Self> {
        if !linear || !self.has_log() {
            return Cow::Borrowed(self);
        }
        let mut scaled = self.clone();
        for axis in scaled.panels.iter_mut().map(|panel| &mut panel.y).filter(|axis| axis.log) {
            (axis.log, axis.zero) = (false, true);
        }
        Cow::Owned(scaled)
    }

    /// Whether a height is logarithmic.
    pub fn has_log(&self) -> bool {
        self.panels.iter().any(|panel| panel.y.log)
    }
}

/// One plot.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panel {
    /// What it shows.
    pub title: String,
    /// From left to right.
    pub x: Axis,
    /// From the bottom up.
    pub y: Axis,
    /// What is plotted, the first below.
    pub series: Vec<Series>,
    /// Vertical lines at places of x, with a name above.
    pub rules: Vec<(f64, String)>,
}

/// One axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Axis {
    /// What is measured, with its unit.
    pub label: String,
    /// Logarithmic; values that are not positive are left out.
    pub log: bool,
    /// Starts at zero even where the data do not.
    pub zero: bool,
    /// Names at places instead of numbers; an axis whose numbers mean nothing has one empty name.
    pub names: Vec<(f64, String)>,
}

impl Axis {
    /// A linear axis.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }
}

/// How points are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Joined.
    Line,
    /// Joined by a broken line.
    Dashed,
    /// Dots alone.
    Dots,
    /// Bars from the axis's lower end, so wide a share of one unit of x, in hundredths.
    Bars(u8),
}

/// One point, with the range it may lie in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Where on x.
    pub x: f64,
    /// Where on y.
    pub y: f64,
    /// The lower and the upper end of its range: a band along lines, a whisker at dots and bars.
    pub range: Option<[f64; 2]>,
}

impl Point {
    /// A point without a range.
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y, range: None }
    }
}

/// Points that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name, written beside its last point; empty for none.
    pub name: String,
    /// Its colour.
    pub ink: Ink,
    /// How it is shown.
    pub kind: Kind,
    /// Its points, in order.
    pub points: Vec<Point>,
}

impl Series {
    /// A series.
    pub fn new(name: impl Into<String>, ink: Ink, kind: Kind, points: Vec<Point>) -> Self {
        Self { name: name.into(), ink, kind, points }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithmic_heights_become_linear_ones_from_zero() {
        let panel = |log| Panel {
            x: Axis { log: true, ..Axis::new("x") },
            y: Axis { log, ..Axis::new("y") },
            ..Panel::default()
        };
        let figure = Figure { panels: vec![panel(true), panel(false)], ..Figure::default() };
        assert!(figure.has_log() && *figure.scaled(false) == figure);
        let linear = figure.scaled(true);
        assert!(!linear.has_log() && linear.panels[0].y.zero && linear.panels[0].x.log);
        assert_eq!(linear.panels[1], figure.panels[1]);
    }
}
