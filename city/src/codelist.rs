//! Dated code lists: land-use codes, administrative units, and whatever else a rule of law names.
//!
//! The lists themselves are data, in `assets/codelists`, each with its source; this is their shape.

use serde::{Deserialize, Serialize};

use crate::{
    Instant, Interval, Title,
    time::{Date, parse_date},
};

/// One code: what it means, since when and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The code, as data holds it.
    pub code: String,
    /// What it means.
    pub title: Title,
    /// Map colour as `#RRGGBB`, where the rule fixes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// The code above it, where the list is a hierarchy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// First civil day (UTC+7) on which it holds; absent: as the list.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "civil_date")]
    pub valid_from: Option<Date>,
    /// First civil day on which it holds no more; absent: as the list.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "civil_date")]
    pub valid_to: Option<Date>,
    /// What to know of this row: a disagreement between sources, a successor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A code list with its life and its source.
///
/// ```
/// use city::{Title, codelist::CodeList};
/// let list = CodeList::new("pipe-material", Title::new("Vật liệu ống", "Pipe material"), "Dothi")
///     .with_code("PVC", Title::new("Nhựa PVC", "PVC"));
/// let today = "2026-01-01T00:00:00Z".parse()?;
/// assert_eq!(list.at("PVC", today).map(|code| code.title.en.as_str()), Some("PVC"));
/// assert!(list.at("??", today).is_none());
/// # Ok::<(), city::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeList {
    /// Identifier, as schemas name it.
    pub id: String,
    /// What it lists.
    pub title: Title,
    /// Where it was taken from: the rule, and the copy that was read.
    pub source: String,
    /// First civil day on which it holds; absent: since ever.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "civil_date")]
    pub valid_from: Option<Date>,
    /// First civil day on which it holds no more; absent: until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "civil_date")]
    pub valid_to: Option<Date>,
    /// The codes, in the order in which people read them. One code may stand here several times
    /// with times that do not overlap.
    #[serde(default)]
    pub codes: Vec<Code>,
}

impl CodeList {
    /// An empty list without end.
    pub fn new(id: impl Into<String>, title: Title, source: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title,
            source: source.into(),
            valid_from: None,
            valid_to: None,
            codes: Vec::new(),
        }
    }

    /// The list with one code more.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>, title: Title) -> Self {
        self.codes.push(Code {
            code: code.into(),
            title,
            colour: None,
            parent: None,
            valid_from: None,
            valid_to: None,
            note: None,
        });
        self
    }

    /// What a code meant at an instant.
    pub fn at(&self, code: &str, instant: Instant) -> Option<&Code> {
        self.codes.iter().find(|row| row.code == code && self.valid_time(row).contains(instant))
    }

    /// When a row of this list holds: its own dates, else the list's.
    pub fn valid_time(&self, row: &Code) -> Interval {
        Interval {
            start: row.valid_from.or(self.valid_from).map(Instant::at_start_of),
            end: row.valid_to.or(self.valid_to).map(Instant::at_start_of),
        }
    }
}

mod civil_date {
    use super::{Date, parse_date};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        date: &Option<Date>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match date {
            Some(date) => serializer.collect_str(date),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| parse_date(&text).map_err(serde::de::Error::custom)).transpose()
    }
}
