//! Dead letters of adapters: how their format tells what to do with them.

use std::fmt;

/// The format of a letter: `adapter:NAME:BYTES:PLACE` holds a payload of an adapter as it came by a
/// topic or a file, `readings:NAME:BYTES:` readings as JSON. The bytes tell whether it was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LetterFormat<'a> {
    pub(super) holds_readings: bool,
    pub(super) adapter: &'a str,
    pub(super) length: usize,
    pub(super) place: &'a str,
}

impl<'a> LetterFormat<'a> {
    /// Reads a format; `None` when it is none of an adapter's.
    pub(super) fn parse(format: &'a str) -> Option<Self> {
        let (kind, rest) = format.split_once(':')?;
        let holds_readings = match kind {
            "adapter" => false,
            "readings" => true,
            _ => return None,
        };
        let (adapter, rest) = rest.split_once(':')?;
        let (length, place) = rest.split_once(':')?;
        Some(Self { holds_readings, adapter, length: length.parse().ok()?, place })
    }
}

impl fmt::Display for LetterFormat<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.holds_readings { "readings" } else { "adapter" };
        write!(f, "{kind}:{}:{}:{}", self.adapter, self.length, self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_comes_back_as_it_was_written() {
        for text in ["adapter:talq:120:talq/gw:1/log-reports", "readings:lora:7:", "adapter:a:0:"] {
            assert_eq!(LetterFormat::parse(text).unwrap().to_string(), text);
        }
        for other in ["sensorthings:v1.1/Observations", "sensorthings-observation", "adapter:a", ""]
        {
            assert_eq!(LetterFormat::parse(other), None, "{other}");
        }
    }
}
