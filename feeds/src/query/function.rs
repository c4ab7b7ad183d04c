//! The functions of filters, and the types of what they take and give (OGC 18-088, table 24).

use std::fmt;

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Yes or no.
    Truth,
    /// A number.
    Number,
    /// A text.
    Text,
    /// An instant; a property may hold a span.
    Instant,
    /// A civil date.
    Date,
    /// A time of day.
    Time,
    /// How long something takes.
    Duration,
    /// A geometry.
    Geometry,
    /// Whatever a JSON member holds; known when it is read.
    Json,
    /// Nothing.
    Null,
}

impl Type {
    /// Whether a value of this type can stand where another is wanted.
    pub(crate) fn fits(self, wanted: Self) -> bool {
        self == wanted || matches!(self, Self::Json | Self::Null) || wanted == Self::Json
    }

    /// Whether its values have an order.
    pub(crate) fn is_ordered(self) -> bool {
        !matches!(self, Self::Truth | Self::Geometry)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truth => "true or false",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Instant => "an instant",
            Self::Date => "a date",
            Self::Time => "a time of day",
            Self::Duration => "a duration",
            Self::Geometry => "a geometry",
            Self::Json => "a JSON value",
            Self::Null => "null",
        })
    }
}

/// A function of filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named as the standard names it")]
pub enum Function {
    SubstringOf,
    Contains,
    EndsWith,
    StartsWith,
    Length,
    IndexOf,
    Substring,
    ToLower,
    ToUpper,
    Trim,
    Concat,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    FractionalSeconds,
    Date,
    Time,
    TotalOffsetMinutes,
    Now,
    MinDateTime,
    MaxDateTime,
    Round,
    Floor,
    Ceiling,
    GeoDistance,
    GeoLength,
    GeoIntersects,
    StEquals,
    StDisjoint,
    StTouches,
    StWithin,
    StOverlaps,
    StCrosses,
    StIntersects,
    StContains,
    StRelate,
}

/// A function's name, what it takes, and what it gives.
type Row = (Function, &'static str, &'static [Type], Type);

const ROWS: &[Row] = {
    use Function as F;
    use Type::{Geometry as G, Instant as I, Number as N, Text as S, Truth as B};
    &[
        (F::SubstringOf, "substringof", &[S, S], B),
        // Not of the standard, but of OData 4, and clients use it.
        (F::Contains, "contains", &[S, S], B),
        (F::EndsWith, "endswith", &[S, S], B),
        (F::StartsWith, "startswith", &[S, S], B),
        (F::Length, "length", &[S], N),
        (F::IndexOf, "indexof", &[S, S], N),
        (F::Substring, "substring", &[S, N, N], S),
        (F::ToLower, "tolower", &[S], S),
        (F::ToUpper, "toupper", &[S], S),
        (F::Trim, "trim", &[S], S),
        (F::Concat, "concat", &[S, S], S),
        (F::Year, "year", &[I], N),
        (F::Month, "month", &[I], N),
        (F::Day, "day", &[I], N),
        (F::Hour, "hour", &[I], N),
        (F::Minute, "minute", &[I], N),
        (F::Second, "second", &[I], N),
        (F::FractionalSeconds, "fractionalseconds", &[I], N),
        (F::Date, "date", &[I], Type::Date),
        (F::Time, "time", &[I], Type::Time),
        (F::TotalOffsetMinutes, "totaloffsetminutes", &[I], N),
        (F::Now, "now", &[], I),
        (F::MinDateTime, "mindatetime", &[], I),
        (F::MaxDateTime, "maxdatetime", &[], I),
        (F::Round, "round", &[N], N),
        (F::Floor, "floor", &[N], N),
        (F::Ceiling, "ceiling", &[N], N),
        (F::GeoDistance, "geo.distance", &[G, G], N),
        (F::GeoLength, "geo.length", &[G], N),
        (F::GeoIntersects, "geo.intersects", &[G, G], B),
        (F::StEquals, "st_equals", &[G, G], B),
        (F::StDisjoint, "st_disjoint", &[G, G], B),
        (F::StTouches, "st_touches", &[G, G], B),
        (F::StWithin, "st_within", &[G, G], B),
        (F::StOverlaps, "st_overlaps", &[G, G], B),
        (F::StCrosses, "st_crosses", &[G, G], B),
        (F::StIntersects, "st_intersects", &[G, G], B),
        (F::StContains, "st_contains", &[G, G], B),
        (F::StRelate, "st_relate", &[G, G, S], B),
    ]
};

impl Function {
    /// Every function.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.0)
    }

    /// The function with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.row().map_or("", |row| row.1)
    }

    /// What it takes; of [`Function::Substring`] the last may be left out.
    pub fn takes(self) -> &'static [Type] {
        self.row().map_or(&[], |row| row.2)
    }

    /// What it gives.
    pub fn gives(self) -> Type {
        self.row().map_or(Type::Json, |row| row.3)
    }

    /// Whether it takes as many arguments.
    pub(crate) fn takes_count(self, count: usize) -> bool {
        let all = self.takes().len();
        count == all || self == Self::Substring && count + 1 == all
    }

    fn row(self) -> Option<&'static Row> {
        ROWS.iter().find(|row| row.0 == self)
    }
}
