//! What a picture is made of, in points from the top left corner.

/// A colour, seen through or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paint {
    /// `0xRRGGBB`.
    pub rgb: u32,
    /// 0 for nothing, 1 for all of it.
    pub opacity: f32,
}

impl Paint {
    /// All of a colour.
    pub const fn solid(rgb: u32) -> Self {
        Self { rgb, opacity: 1.0 }
    }

    /// The same, seen through.
    #[must_use]
    pub fn faded(self, opacity: f32) -> Self {
        Self { opacity: self.opacity * opacity.clamp(0.0, 1.0), ..self }
    }
}

/// Where a text stands relative to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// One part of a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A filled rectangle.
    Rect {
        /// Left, top, width, height.
        at: [f32; 4],
        /// Its colour.
        fill: Paint,
    },
    /// The outline of a rectangle, inside of it.
    Frame {
        /// Left, top, width, height.
        at: [f32; 4],
        /// Its colour.
        stroke: Paint,
        /// How thick.
        width: f32,
    },
    /// A line through points.
    Line {
        /// Its corners.
        points: Vec<[f32; 2]>,
        /// Its colour.
        stroke: Paint,
        /// How thick.
        width: f32,
        /// Broken into dashes.
        dashed: bool,
    },
    /// A filled polygon.
    Area {
        /// Its corners.
        points: Vec<[f32; 2]>,
        /// Its colour.
        fill: Paint,
    },
    /// A filled circle.
    Dot {
        /// Its centre.
        at: [f32; 2],
        /// Its radius.
        radius: f32,
        /// Its colour.
        fill: Paint,
    },
    /// A line of text, on its base line.
    Text {
        /// The anchor's place on the base line.
        at: [f32; 2],
        /// What it says.
        text: String,
        /// Its size.
        size: f32,
        /// Bold.
        bold: bool,
        /// What of the text is at its place.
        anchor: Anchor,
        /// Its colour.
        fill: Paint,
        /// Read from the bottom up.
        turned: bool,
    },
}

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// Its width, points.
    pub width: f32,
    /// Its height, points.
    pub height: f32,
    /// Behind all marks.
    pub ground: Paint,
    /// From the bottom up.
    pub marks: Vec<Mark>,
}

impl Drawing {
    /// An empty picture.
    pub fn new(width: f32, height: f32, ground: Paint) -> Self {
        Self { width, height, ground, marks: Vec::new() }
    }

    /// Adds a line of text.
    pub fn text(&mut self, at: [f32; 2], text: impl Into<String>, size: f32, anchor: Anchor, fill: Paint) {
        let text = text.into();
        self.marks.push(Mark::Text { at, text, size, bold: false, anchor, fill, turned: false });
    }

    /// Adds a bold line of text.
    pub fn bold(&mut self, at: [f32; 2], text: impl Into<String>, size: f32, anchor: Anchor, fill: Paint) {
        let text = text.into();
        self.marks.push(Mark::Text { at, text, size, bold: true, anchor, fill, turned: false });
    }

    /// Adds a line from one place to another.
    pub fn line(&mut self, from: [f32; 2], to: [f32; 2], stroke: Paint, width: f32) {
        self.marks.push(Mark::Line { points: vec![from, to], stroke, width, dashed: false });
    }

    /// Adds a filled rectangle: left, top, width, height.
    pub fn rect(&mut self, at: [f32; 4], fill: Paint) {
        self.marks.push(Mark::Rect { at, fill });
    }
}
