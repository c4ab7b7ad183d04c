//! The types of CQL2.

use city::{PropertyType, Title};

/// What an expression is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Boolean,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A civil date.
    Date,
    /// An instant.
    Timestamp,
    /// From one instant or date to another.
    Interval,
    /// A geometry.
    Geometry,
    /// Several values.
    Array,
}

impl Kind {
    /// The type of a column.
    pub fn of(property: PropertyType) -> Self {
        match property {
            PropertyType::Bool => Self::Boolean,
            PropertyType::Integer | PropertyType::Real => Self::Number,
            PropertyType::Text => Self::Text,
            PropertyType::Date => Self::Date,
            PropertyType::Instant => Self::Timestamp,
        }
    }

    /// For people.
    pub fn title(self) -> Title {
        match self {
            Self::Boolean => Title::new("điều kiện đúng/sai", "a boolean"),
            Self::Number => Title::new("số", "a number"),
            Self::Text => Title::new("văn bản", "a text"),
            Self::Date => Title::new("ngày", "a date"),
            Self::Timestamp => Title::new("thời điểm", "a timestamp"),
            Self::Interval => Title::new("khoảng thời gian", "an interval"),
            Self::Geometry => Title::new("hình học", "a geometry"),
            Self::Array => Title::new("mảng", "an array"),
        }
    }

    /// As `/functions` names it (19-079r2, 8.7).
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::Text => "string",
            Self::Date | Self::Timestamp | Self::Interval => "datetime",
            Self::Geometry => "geometry",
            Self::Array => "array",
        }
    }
}
