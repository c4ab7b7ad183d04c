//! Pictures of models: their kind and size are looked at before anybody decodes them.

use super::{Why, limits};

/// What a picture is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Png,
    Jpeg,
}

/// An encoded picture whose size is known to be within bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub(crate) bytes: Vec<u8>,
    pub(crate) kind: Kind,
    width: u32,
    height: u32,
}

impl Picture {
    /// Takes a PNG or a JPEG.
    ///
    /// # Errors
    /// [`Why::Unsupported`] for anything else, [`Why::TooMuch`] for one that is too large.
    pub fn of(bytes: Vec<u8>) -> Result<Self, Why> {
        let found = png(&bytes).map(|size| (Kind::Png, size));
        let found = found.or_else(|| jpeg(&bytes).map(|size| (Kind::Jpeg, size)));
        let Some((kind, (width, height))) = found else {
            let what = "ảnh không phải PNG hay JPEG / a picture that is neither PNG nor JPEG";
            return Err(Why::Unsupported { format: "model", what: what.into() });
        };
        if width.max(height) > limits::PICTURE_SIDE {
            return Err(Why::TooMuch {
                of: ("điểm ảnh trên một cạnh", "pixels along a side"),
                most: u64::from(limits::PICTURE_SIDE),
            });
        }
        Ok(Self { bytes, kind, width, height })
    }

    /// How many pixels it has.
    pub fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// Size of a PNG (ISO 15948, 11.2.2).
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let head = rest.get(4..16)?.strip_prefix(b"IHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?)).filter(|(width, height)| *width > 0 && *height > 0)
}

/// Size of a JPEG: that of its first frame (ISO 10918-1, B.2.2).
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let (&[0xff, marker], after) = rest.split_first_chunk::<2>()? else { return None };
        // Fill bytes.
        if marker == 0xff {
            rest = rest.get(1..)?;
            continue;
        }
        let length = usize::from(u16::from_be_bytes(after.get(..2)?.try_into().ok()?));
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let number = |at: usize| {
                Some(u32::from(u16::from_be_bytes(after.get(at..at + 2)?.try_into().ok()?)))
            };
            let (height, width) = (number(3)?, number(5)?);
            return (width > 0 && height > 0).then_some((width, height));
        }
        rest = after.get(length.max(2)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_what_is_cut_off_is_no_picture() {
        let mut head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        head.extend([0, 0, 2, 0, 0, 0, 1, 0]);
        assert_eq!(Picture::of(head.clone()).unwrap().pixels(), 512 * 256);
        let jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 8, 8, 0, 10, 0, 20, 3];
        assert_eq!(Picture::of(jpeg.to_vec()).unwrap().pixels(), 200);
        for short in 0..jpeg.len() - 2 {
            assert!(Picture::of(jpeg[..short].to_vec()).is_err(), "{short}");
        }
        head[16..20].copy_from_slice(&100_000u32.to_be_bytes());
        assert!(matches!(Picture::of(head), Err(Why::TooMuch { .. })));
        assert!(Picture::of(b"GIF89a".to_vec()).is_err());
    }
}
