//! What is wrong with a filter, and where.

use city::Title;

/// Where in a filter something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At a character of the text, counted from 1.
    Character(usize),
    /// At a member of the JSON document (RFC 6901); the empty pointer is the whole.
    Pointer(Box<str>),
}

impl Place {
    /// The place in Vietnamese.
    pub fn vi(&self) -> String {
        match self {
            Self::Character(at) => format!("ký tự thứ {at}"),
            Self::Pointer(pointer) => format!("con trỏ JSON '{pointer}'"),
        }
    }

    /// The place in English.
    pub fn en(&self) -> String {
        match self {
            Self::Character(at) => format!("character {at}"),
            Self::Pointer(pointer) => format!("JSON pointer '{pointer}'"),
        }
    }
}

/// Why a filter cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message().en)]
pub struct Cql2Error {
    /// Where.
    pub place: Place,
    /// What is wrong, and what would be right.
    pub what: Title,
}

impl Cql2Error {
    /// A fault at a place.
    pub fn new(place: Place, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { place, what: Title::new(vi, en) }
    }

    /// What and where, in both languages.
    pub fn message(&self) -> Title {
        Title::new(
            format!("tại {}: {}", self.place.vi(), self.what.vi),
            format!("at {}: {}", self.place.en(), self.what.en),
        )
    }
}

/// A text as messages show it, not longer than a line.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
