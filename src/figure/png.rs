//! PNG files, still or moving.

use super::Pixels;

/// A picture that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the picture cannot be written as PNG: {0}")]
pub struct PngError(#[from] ::png::EncodingError);

/// One picture as a PNG file; `notes` are its metadata, as (name, value).
///
/// # Errors
/// A picture without pixels.
pub fn png(pixels: &Pixels, notes: &[(String, String)]) -> Result<Vec<u8>, PngError> {
    let mut bytes = Vec::new();
    let mut writer = encoder(&mut bytes, pixels, notes)?.write_header()?;
    writer.write_image_data(&pixels.rgba)?;
    writer.finish()?;
    Ok(bytes)
}

/// The most pixels of a picture that is read.
const MOST_PIXELS: u32 = 1 << 25;

/// A file that cannot be read as a picture.
#[derive(Debug, thiserror::Error)]
pub enum UnreadablePng {
    /// Not in the form of a PNG file, or cut short.
    #[error("the PNG file is damaged: {0}")]
    Damaged(#[from] ::png::DecodingError),
    /// More pixels than are read.
    #[error("{width} x {height} pixels are too many: make it smaller")]
    TooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
}

impl Pixels {
    /// Reads a PNG file of any kind; of a moving one the first picture.
    ///
    /// # Errors
    /// A damaged file, or one of more than 33 million pixels.
    pub fn from_png(bytes: &[u8]) -> Result<Self, UnreadablePng> {
        let mut decoder = ::png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(::png::Transformations::normalize_to_color8() | ::png::Transformations::ALPHA);
        let mut reader = decoder.read_info()?;
        let (width, height) = (reader.info().width, reader.info().height);
        let mut raw = match reader.output_buffer_size() {
            Some(size) if width.checked_mul(height).is_some_and(|pixels| pixels <= MOST_PIXELS) => vec![0; size],
            _ => return Err(UnreadablePng::TooLarge { width, height }),
        };
        let frame = reader.next_frame(&mut raw)?;
        raw.truncate(frame.buffer_size());
        let rgba = match frame.color_type {
            ::png::ColorType::GrayscaleAlpha => raw.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect(),
            ::png::ColorType::Grayscale => raw.iter().flat_map(|p| [*p, *p, *p, 255]).collect(),
            ::png::ColorType::Rgb => raw.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect(),
            _ => raw,
        };
        Ok(Self { width, height, rgba })
    }
}

/// An encoder for pictures of this size.
///
/// # Errors
/// Metadata that the format does not take.
pub(crate) fn encoder<'a, W: std::io::Write>(
    to: W,
    pixels: &Pixels,
    notes: &[(String, String)],
) -> Result<::png::Encoder<'a, W>, ::png::EncodingError> {
    let mut encoder = ::png::Encoder::new(to, pixels.width, pixels.height);
    encoder.set_color(::png::ColorType::Rgba);
    encoder.set_depth(::png::BitDepth::Eight);
    for (name, value) in notes {
        // A keyword has at most 79 Latin characters.
        let keyword: String = name.chars().filter(char::is_ascii_graphic).take(79).collect();
        encoder.add_itxt_chunk(keyword, value.clone())?;
    }
    Ok(encoder)
}
