//! The reasoning as a moving picture: the board at every micro-step, and the timeline below.

use std::io::{self, Write};
use std::ops::ControlFlow;

use crate::figure::board::BoardPicture;
use crate::figure::{Anchor, Drawing, Ink, Mark, Palette, Pixels, png};
use crate::task::Boards;
use crate::trace::{Module, Recording, StepRecord};

const MARGIN: f32 = 16.0;
/// Height of the bars, points.
const BARS: f32 = 44.0;
const CAPTION: f32 = 11.0;
/// How much longer the last picture stands.
const LAST: u16 = 6;

/// The files that a run can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// 256 colours a picture.
    Gif,
    /// An animated PNG; programs that do not know them show the last moment.
    Apng,
}

/// A run as pictures.
#[derive(Debug, Clone)]
pub struct Animation<'a> {
    /// The run.
    pub recording: &'a Recording,
    /// What its tokens stand for.
    pub boards: Boards,
    /// The board that was asked, `[S]`; None where it is not known.
    pub inputs: Option<&'a [i32]>,
    /// Dark colours.
    pub dark: bool,
    /// Pixels along one side of the board.
    pub size: u16,
    /// How long a picture stands, milliseconds.
    pub delay_ms: u16,
    /// Where it comes from, for the file's metadata.
    pub notes: Vec<(String, String)>,
}

impl Animation<'_> {
    /// How many pictures: one before the first step, and one per micro-step.
    pub fn frames(&self) -> usize {
        self.recording.steps.len() + 1
    }

    /// The picture after so many micro-steps.
    pub fn drawing(&self, steps: usize) -> Drawing {
        let palette = Palette::of(self.dark);
        let size = f32::from(self.size);
        let mut drawing =
            Drawing::new(size + 2.0 * MARGIN, size + 3.5 * MARGIN + BARS + 2.0 * CAPTION, palette.paint(Ink::Pane));
        let seen = &self.recording.steps[..steps.min(self.recording.steps.len())];
        let known = |steps: &[StepRecord]| steps.iter().rposition(|step| step.readout.cells() > 0);
        let now = known(seen);
        let before = now.and_then(|now| known(&seen[..now]));
        let tokens = |at: Option<usize>| match at {
            Some(at) => seen[at].readout.tokens(),
            None => self.inputs.map_or_else(|| vec![0; self.boards.seq_len()], <[i32]>::to_vec),
        };
        let (current, previous) = (tokens(now), tokens(before));
        let sure = |at: usize| (0..seen[at].readout.cells()).map(|cell| seen[at].readout.best(cell).1).collect();
        let confidence: Vec<f32> = now.map_or_else(Vec::new, sure);
        let fresh = now.is_some() && now.map(|at| at + 1) == Some(seen.len());
        let changed: Vec<bool> = current.iter().zip(&previous).map(|(a, b)| fresh && a != b).collect();
        let boxes = match self.boards {
            Boards::Sudoku(shape) => Some((shape.box_rows(), shape.box_cols())),
            Boards::Maze { .. } | Boards::Arc { .. } => None,
        };
        let picture = BoardPicture {
            task: self.boards.task(),
            side: self.boards.side(),
            boxes,
            inputs: self.inputs,
            tokens: &current,
            confidence: &confidence,
            changed: &changed,
            grounds: &[],
        };
        picture.draw(&mut drawing, [MARGIN, MARGIN, size], palette);
        let y = MARGIN + size + 1.5 * MARGIN;
        drawing.text([MARGIN, y], self.caption(seen), CAPTION, Anchor::Start, palette.paint(Ink::Secondary));
        self.draw_timeline(&mut drawing, [MARGIN, y + MARGIN, size], seen.len(), palette);
        drawing
    }

    /// The moment in words.
    fn caption(&self, seen: &[StepRecord]) -> String {
        let Some(step) = seen.last() else { return "before the first step".to_owned() };
        let (at, schedule) = (step.at, self.recording.dimensions.schedule);
        let moved = if step.residual.is_finite() { format!(", moved {:.3}", step.residual) } else { String::new() };
        let end = seen
            .len()
            .is_multiple_of(schedule.steps_per_segment())
            .then(|| self.recording.end_of(at.segment))
            .flatten();
        let q =
            end.map_or_else(String::new, |end| format!("; q_halt {:.2}, q_continue {:.2}", end.q_halt, end.q_continue));
        let (segment, segments) = (at.segment + 1, self.recording.ends.len());
        format!("segment {segment} of {segments}, {:?}-step {}{moved}{q}", at.module, at.number(schedule) + 1)
    }

    /// A bar per micro-step, as high as its residual: blue L, amber H, faint what is to come.
    fn draw_timeline(&self, drawing: &mut Drawing, [left, top, width]: [f32; 3], seen: usize, palette: &Palette) {
        let steps = &self.recording.steps;
        let per_segment = self.recording.dimensions.schedule.steps_per_segment();
        let room = width / steps.len().max(1) as f32;
        let largest =
            steps.iter().map(|step| step.residual).filter(|r| r.is_finite()).fold(f32::MIN_POSITIVE, f32::max);
        let base = top + BARS;
        for (i, step) in steps.iter().enumerate() {
            let ink = if step.at.module == Module::H { Ink::H } else { Ink::L };
            let opacity = if i < seen { 1.0 } else { 0.25 };
            let share = if step.residual.is_finite() { step.residual / largest } else { 0.0 };
            let high = (share * BARS).max(1.0);
            let x = left + i as f32 * room;
            drawing.rect([x + 0.1 * room, base - high, 0.8 * room, high], palette.paint(ink).faded(opacity));
        }
        for (segment, _) in steps.chunks(per_segment.max(1)).enumerate() {
            let x = left + (segment * per_segment) as f32 * room;
            let until = (x + per_segment as f32 * room - 2.0).max(x + 1.0);
            drawing.line([x, base + 4.0], [until, base + 4.0], palette.paint(Ink::Faint), 1.0);
        }
        let x = left + seen as f32 * room;
        drawing.line([x, top - 3.0], [x, base + 7.0], palette.paint(Ink::Text), 1.5);
        if self.recording.halted() && seen == steps.len() {
            drawing.marks.push(Mark::Dot { at: [x, top - 4.0], radius: 3.5, fill: palette.paint(Ink::Right) });
        }
    }

    /// The picture after so many micro-steps, as pixels.
    ///
    /// # Errors
    /// A board without cells.
    pub fn pixels(&self, steps: usize) -> io::Result<Pixels> {
        self.drawing(steps).pixels(1.0).ok_or_else(|| io::Error::other("the picture has no pixels"))
    }

    /// About how many bytes the file will have, from its first, its middle and its last picture.
    ///
    /// # Errors
    /// As [`Animation::write`].
    pub fn estimate(&self, format: Format) -> io::Result<usize> {
        let last = self.frames() - 1;
        let mut bytes = 0;
        for steps in [0, last / 2, last] {
            let mut one = Vec::new();
            self.encode(format, &mut one, &[steps], &mut |_| ControlFlow::Continue(()))?;
            bytes += one.len();
        }
        // An animated PNG has a still picture besides.
        let still = usize::from(format == Format::Apng);
        Ok(bytes / 3 * (self.frames() + still) / (1 + still))
    }

    /// Writes the moving picture; `watch` hears how many pictures are done and may break off, which is an error of the kind
    /// `Interrupted`.
    ///
    /// # Errors
    /// The writer's reasons, or a picture that the format does not take.
    pub fn write(
        &self,
        format: Format,
        to: &mut dyn Write,
        watch: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> io::Result<()> {
        self.encode(format, to, &(0..self.frames()).collect::<Vec<_>>(), watch)
    }

    fn encode(
        &self,
        format: Format,
        to: &mut dyn Write,
        moments: &[usize],
        watch: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> io::Result<()> {
        let delay = |place: usize| self.delay_ms.saturating_mul(if place + 1 == moments.len() { LAST } else { 1 });
        let mut go_on = |done: usize| match watch(done) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(io::Error::new(io::ErrorKind::Interrupted, "broken off")),
        };
        match format {
            Format::Gif => {
                let first = self.pixels(0)?;
                let sides = |pixels: &Pixels| (pixels.width as u16, pixels.height as u16);
                let (width, height) = sides(&first);
                let mut encoder = gif::Encoder::new(to, width, height, &[]).map_err(io::Error::other)?;
                encoder.set_repeat(gif::Repeat::Infinite).map_err(io::Error::other)?;
                for (place, &moment) in moments.iter().enumerate() {
                    let mut pixels = self.pixels(moment)?;
                    let mut frame = gif::Frame::from_rgba_speed(width, height, &mut pixels.rgba, 10);
                    // A GIF counts hundredths of a second.
                    frame.delay = (delay(place) / 10).max(1);
                    encoder.write_frame(&frame).map_err(io::Error::other)?;
                    go_on(place + 1)?;
                }
            }
            Format::Apng => {
                // Who knows no moving PNG sees the end.
                let still = self.pixels(moments.last().copied().unwrap_or_default())?;
                let mut encoder = png::encoder(to, &still, &self.notes).map_err(io::Error::other)?;
                encoder.set_animated(moments.len() as u32, 0).map_err(io::Error::other)?;
                encoder.set_sep_def_img(true).map_err(io::Error::other)?;
                let mut writer = encoder.write_header().map_err(io::Error::other)?;
                writer.write_image_data(&still.rgba).map_err(io::Error::other)?;
                for (place, &moment) in moments.iter().enumerate() {
                    writer.set_frame_delay(delay(place), 1000).map_err(io::Error::other)?;
                    writer.write_image_data(&self.pixels(moment)?.rgba).map_err(io::Error::other)?;
                    go_on(place + 1)?;
                }
                writer.finish().map_err(io::Error::other)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::sudoku::Shape;
    use crate::trace::{Dimensions, Readout, Schedule, SegmentEnd};

    fn recording() -> Recording {
        let schedule = Schedule { h_cycles: 1, l_cycles: 1 };
        let dimensions = Dimensions { schedule, tokens: 16, puzzle_tokens: 0, hidden: 1, vocab: 6, max_segments: 2 };
        let mut recording = Recording::new(dimensions, vec![0.0; 16].into(), vec![0.0; 16].into());
        for i in 0..4 {
            let known = if i == 2 { 0 } else { 16 };
            let probabilities = (0..known * 6).map(|p| if p % 6 == 2 + i % 4 { 0.9 } else { 0.02 }).collect();
            let residual = if i == 0 { f32::NAN } else { 1.0 / i as f32 };
            let readout = Readout::new(6, probabilities);
            let told = StepRecord::new(schedule.at(i), vec![0.0; 16].into(), &[0.0; 16], 1, readout);
            recording.steps.push(StepRecord { residual, ..told });
        }
        let end = |segment, halted| SegmentEnd { segment, q_halt: 1.0, q_continue: 0.0, halted };
        recording.ends = vec![end(0, false), end(1, true)];
        recording
    }

    #[test]
    fn moving_pictures_open_again() {
        use image::AnimationDecoder;
        let recording = recording();
        let shape = Shape::for_side(4).unwrap();
        let animation = Animation {
            recording: &recording,
            boards: Boards::Sudoku(shape),
            inputs: Some(&[2; 16]),
            dark: true,
            size: 120,
            delay_ms: 100,
            notes: vec![("model".into(), "m".into())],
        };
        let encoded = |format| {
            let mut bytes = Vec::new();
            animation.write(format, &mut bytes, &mut |_| ControlFlow::Continue(())).unwrap();
            assert!(animation.estimate(format).unwrap() > bytes.len() / 4);
            io::Cursor::new(bytes)
        };
        let gif = image::codecs::gif::GifDecoder::new(encoded(Format::Gif)).unwrap();
        let apng = image::codecs::png::PngDecoder::new(encoded(Format::Apng)).unwrap();
        assert!(apng.is_apng().unwrap());
        let still = animation.pixels(4).unwrap();
        for frames in [gif.into_frames().collect_frames(), apng.apng().unwrap().into_frames().collect_frames()] {
            let frames = frames.unwrap();
            assert_eq!(frames.len(), 5);
            assert_eq!(frames[0].buffer().dimensions(), (still.width, still.height));
        }
        // Where a step was not read out, the board stays as it was.
        assert_eq!(animation.drawing(3).marks.len() + 16, animation.drawing(2).marks.len());
        let stopped = animation.write(Format::Gif, &mut Vec::new(), &mut |_| ControlFlow::Break(())).unwrap_err();
        assert_eq!(stopped.kind(), io::ErrorKind::Interrupted);
    }
}
