//! Identifiers that last: of layers and of features.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::Error;

/// A layer's identifier: a slug that stands in URLs, file names and style documents.
///
/// ```
/// use city::LayerId;
/// assert_eq!("rain-gauges".parse::<LayerId>()?.as_str(), "rain-gauges");
/// assert!("Mưa".parse::<LayerId>().is_err());
/// # Ok::<(), city::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LayerId(Arc<str>);

impl LayerId {
    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LayerId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase());
        let slug = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if starts_well && slug && text.len() <= 64 {
            Ok(Self(text.into()))
        } else {
            Err(Error::LayerId(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for LayerId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<LayerId> for String {
    fn from(id: LayerId) -> Self {
        id.0.as_ref().to_owned()
    }
}

impl fmt::Display for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A feature's identifier within its layer: the source's FID, or the text of its declared key.
///
/// It survives sorting, re-import and compaction. Text that is a plain decimal number (no sign, no
/// leading zero) *is* the number, so that an identifier has one spelling in a URL.
///
/// ```
/// use city::FeatureId;
/// assert_eq!("17".parse::<FeatureId>()?, FeatureId::Number(17));
/// assert_eq!("007".parse::<FeatureId>()?.to_string(), "007");
/// # Ok::<(), city::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FeatureId {
    /// A source FID, or a numeric key.
    Number(u64),
    /// The text of a declared key.
    Text(Arc<str>),
}

impl FeatureId {
    /// Whether a text can be an identifier: 1 to 200 bytes without control characters.
    ///
    /// ```
    /// use city::FeatureId;
    /// assert!(FeatureId::is_valid("Tờ 12, thửa 7") && !FeatureId::is_valid("\n"));
    /// ```
    pub fn is_valid(text: &str) -> bool {
        !text.is_empty() && text.len() <= 200 && !text.chars().any(char::is_control)
    }
}

impl FromStr for FeatureId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if !Self::is_valid(text) {
            return Err(Error::FeatureId(text.chars().take(80).collect()));
        }
        match text.parse::<u64>() {
            Ok(number) if number.to_string() == text => Ok(Self::Number(number)),
            _ => Ok(Self::Text(text.into())),
        }
    }
}

impl fmt::Display for FeatureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
