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
