//! TensorBoard's event files, written without TensorFlow: records with masked CRC-32C around small protocol buffers.
//!
//! A record is the length (u64), the length's masked checksum (u32), the bytes, and their masked checksum (u32), all little
//! endian. The bytes are an `Event`: `wall_time` = 1 (double), `step` = 2 (int64), `file_version` = 3 (string), `summary` = 5,
//! in it `value` = 1 with `tag` = 1 (string) and `simple_value` = 2 (float).

/// One figure at one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// What it is; TensorBoard groups by what stands before the `/`.
    pub tag: &'static str,
    /// The step.
    pub step: u64,
    /// When, seconds since 1970.
    pub wall_time: f64,
    /// The figure.
    pub value: f32,
}

/// An event file being written in memory.
#[derive(Debug, Clone)]
pub struct EventFile {
    bytes: Vec<u8>,
}

/// The name that TensorBoard expects of a file begun at this time, seconds since 1970.
pub fn event_file_name(at: u64) -> String {
    format!("events.out.tfevents.{at:010}.hrmscope")
}

impl EventFile {
    /// A file begun at this time, seconds since 1970.
    pub fn new(at: f64) -> Self {
        let mut event = Vec::new();
        double(&mut event, 1, at);
        bytes(&mut event, 3, b"brain.Event:2");
        let mut file = Self { bytes: Vec::new() };
        file.record(&event);
        file
    }

    /// Adds a figure; one that is no number is left out, as a gap in the curve.
    pub fn add(&mut self, scalar: &Scalar) {
        if !scalar.value.is_finite() {
            return;
        }
        let mut value = Vec::new();
        bytes(&mut value, 1, scalar.tag.as_bytes());
        value.push(2 << 3 | 5);
        value.extend_from_slice(&scalar.value.to_le_bytes());
        let mut summary = Vec::new();
        bytes(&mut summary, 1, &value);
        let mut event = Vec::new();
        double(&mut event, 1, scalar.wall_time);
        event.push(2 << 3);
        varint(&mut event, scalar.step);
        bytes(&mut event, 5, &summary);
        self.record(&event);
    }

    /// The file's content.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn record(&mut self, event: &[u8]) {
        let length = (event.len() as u64).to_le_bytes();
        self.bytes.extend_from_slice(&length);
        self.bytes.extend_from_slice(&masked_crc(&length).to_le_bytes());
        self.bytes.extend_from_slice(event);
        self.bytes.extend_from_slice(&masked_crc(event).to_le_bytes());
    }
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn double(out: &mut Vec<u8>, field: u8, value: f64) {
    out.push(field << 3 | 1);
    out.extend_from_slice(&value.to_le_bytes());
}

fn bytes(out: &mut Vec<u8>, field: u8, content: &[u8]) {
    out.push(field << 3 | 2);
    varint(out, content.len() as u64);
    out.extend_from_slice(content);
}

/// CRC-32C (Castagnoli), reflected, as TensorFlow masks it.
fn masked_crc(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

fn crc32c(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            let (mut crc, mut bit) = (i as u32, 0);
            while bit < 8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
                bit += 1;
            }
            table[i] = crc;
            i += 1;
        }
        table
    };
    !bytes.iter().fold(!0u32, |crc, byte| crc >> 8 ^ TABLE[usize::from(crc as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_published_ones() {
        // RFC 3720, B.4.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn a_file_has_the_bytes_that_tensorboard_writes() {
        // Written by the package tensorboard 2.21: the version and loss/lm = 0.5 at step 300, both at the time 1.0.
        let written = [
            0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22, 0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x1a, 0x0d, b'b',
            b'r', b'a', b'i', b'n', b'.', b'E', b'v', b'e', b'n', b't', b':', b'2', 0x86, 0xbf, 0x57, 0x7a, 0x1e, 0, 0,
            0, 0, 0, 0, 0, 0xd9, 0xdc, 0x12, 0x32, 0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, 0xac, 0x02, 0x2a, 0x10,
            0x0a, 0x0e, 0x0a, 0x07, b'l', b'o', b's', b's', b'/', b'l', b'm', 0x15, 0, 0, 0, 0x3f, 0x2e, 0x21, 0x87,
            0xdc,
        ];
        let mut file = EventFile::new(1.0);
        file.add(&Scalar { tag: "loss/lm", step: 300, wall_time: 1.0, value: 0.5 });
        file.add(&Scalar { tag: "loss/lm", step: 301, wall_time: 1.0, value: f32::NAN });
        assert_eq!(file.into_bytes(), written);
    }

    #[test]
    fn a_name_sorts_by_time() {
        assert!(event_file_name(5) < event_file_name(1_700_000_000));
        assert!(event_file_name(5).starts_with("events.out.tfevents."));
    }
}
