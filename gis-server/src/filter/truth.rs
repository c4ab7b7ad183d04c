//! A filter with its types: what is true, which number, which text, which time, which shape.

use std::{collections::HashSet, sync::Arc};

use city::{Bbox, Value};
use geo_types::Geometry;

use super::{
    kind::Kind,
    like::Pattern,
    number::Num,
    times::{Moment, Unit},
};
use crate::{
    cql2::{Arithmetic, ArrayRelation, Comparison, Folding, SpatialRelation, TemporalRelation},
    store::ValueRef,
};

/// What is true, false or unknown of a feature.
#[derive(Debug, Clone)]
pub(crate) enum Truth {
    Known(Option<bool>),
    Column(usize),
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Truths(Comparison, Box<[Self; 2]>),
    Numbers(Comparison, Box<[Number; 2]>),
    Texts(Comparison, Box<[Text; 2]>),
    Times(Comparison, Box<[Moments; 2]>, Unit),
    /// Whether a text is one of many known ones.
    TextIn(Box<Text>, HashSet<Box<str>>),
    Like(Box<Text>, Box<Text>, Option<Pattern>),
    IsNull(Box<Any>),
    Spatial(SpatialRelation, Box<[Shape; 2]>),
    /// Whether two geometries are no further apart than so many metres.
    Near(Box<[Shape; 2]>, Box<Number>),
    Temporal(TemporalRelation, Box<[Span; 2]>, Unit),
    Arrays(ArrayRelation, Box<[List; 2]>),
    /// What is told by one column's text alone, kept for each of its different texts.
    Memo {
        slot: usize,
        column: usize,
        inner: Box<Self>,
    },
}

/// A number of a feature.
#[derive(Debug, Clone)]
pub(crate) enum Number {
    Known(Num),
    Column(usize),
    Operation(Arithmetic, Box<[Self; 2]>),
    Abs(Box<Self>),
    Floor(Box<Self>),
    Ceil(Box<Self>),
    Round(Box<Self>),
    Sqrt(Box<Self>),
    Min(Vec<Self>),
    Max(Vec<Self>),
    Coalesce(Vec<Self>),
    CharLength(Box<Text>),
    Year(Box<Moments>),
    Month(Box<Moments>),
    Day(Box<Moments>),
    Area(Box<Shape>),
    Length(Box<Shape>),
    Distance(Box<[Shape; 2]>),
}

/// A text of a feature.
#[derive(Debug, Clone)]
pub(crate) enum Text {
    Known(Box<str>),
    Column(usize),
    Folded(Folding, Box<Self>),
    Lower(Box<Self>),
    Upper(Box<Self>),
    Trim(Box<Self>),
    Concat(Vec<Self>),
    Coalesce(Vec<Self>),
    GeometryType(Box<Shape>),
}

/// A date or a timestamp of a feature.
#[derive(Debug, Clone)]
pub(crate) enum Moments {
    Known(Moment),
    Column(usize),
    Coalesce(Vec<Self>),
}

/// A span of time of a feature.
#[derive(Debug, Clone)]
pub(crate) enum Span {
    Moment(Moments),
    Interval([Option<Moments>; 2]),
}

/// A geometry of a feature.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// Its own.
    Own,
    Known(Arc<Literal>),
    Centroid(Box<Self>),
    Envelope(Box<Self>),
}

/// A geometry that a filter brings, in longitude and latitude.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Literal {
    pub(crate) geometry: Geometry<f64>,
    /// The boxes around it: two where it crosses the antimeridian.
    pub(crate) boxes: Vec<Bbox>,
    /// Whether it is these boxes and nothing else.
    pub(crate) is_boxes: bool,
}

/// Several values of a feature.
#[derive(Debug, Clone)]
pub(crate) enum List {
    Of(Vec<Any>),
    Split(Box<[Text; 2]>),
}

/// A value of whatever type.
#[derive(Debug, Clone)]
pub(crate) enum Any {
    Truth(Truth),
    Number(Number),
    Text(Text),
    Moment(Moments, Kind),
    Interval([Option<Moments>; 2]),
    Shape(Shape),
    List(List),
}

impl Any {
    /// What it is.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Truth(_) => Kind::Boolean,
            Self::Number(_) => Kind::Number,
            Self::Text(_) => Kind::Text,
            Self::Moment(_, kind) => *kind,
            Self::Interval(_) => Kind::Interval,
            Self::Shape(_) => Kind::Geometry,
            Self::List(_) => Kind::Array,
        }
    }

    /// The value of a column of some type.
    pub(crate) fn of_kind(column: usize, kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::Boolean => Self::Truth(Truth::Column(column)),
            Kind::Number => Self::Number(Number::Column(column)),
            Kind::Text => Self::Text(Text::Column(column)),
            Kind::Date | Kind::Timestamp => Self::Moment(Moments::Column(column), kind),
            Kind::Interval | Kind::Geometry | Kind::Array => return None,
        })
    }

    /// The value of a column that has the type of some value; `None` for no value.
    pub(crate) fn column(column: usize, like: &Value) -> Option<Self> {
        Self::of_kind(column, Self::known(like)?.kind())
    }

    /// A value that is known.
    pub(crate) fn known(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::Bool(flag) => Self::Truth(Truth::Known(Some(*flag))),
            Value::Integer(number) => Self::Number(Number::Known(Num::Integer(*number))),
            Value::Real(number) => Self::Number(Number::Known(Num::real(*number)?)),
            Value::Text(text) => Self::Text(Text::Known(text.as_ref().into())),
            Value::Date(_) => Self::Moment(Moments::Known(Moment::of(value.into())?), Kind::Date),
            Value::Instant(_) => {
                Self::Moment(Moments::Known(Moment::of(ValueRef::from(value))?), Kind::Timestamp)
            }
        })
    }
}

impl Truth {
    /// Whether two values of one scalar type are equal; `None` where they are not of one.
    pub(crate) fn equal(a: &Any, b: &Any) -> Option<Self> {
        Self::compare(Comparison::Equal, a.clone(), b.clone())
    }

    /// A comparison of two scalars; `None` where their types cannot be compared.
    pub(crate) fn compare(how: Comparison, a: Any, b: Any) -> Option<Self> {
        Some(match (a, b) {
            (Any::Truth(a), Any::Truth(b)) => Self::Truths(how, Box::new([a, b])),
            (Any::Number(a), Any::Number(b)) => Self::Numbers(how, Box::new([a, b])),
            (Any::Text(a), Any::Text(b)) => Self::Texts(how, Box::new([a, b])),
            (Any::Moment(a, one), Any::Moment(b, other)) => {
                Self::Times(how, Box::new([a, b]), unit_of([one, other]))
            }
            _ => return None,
        })
    }
}

/// Days where a date is among the values, else microseconds.
pub(crate) fn unit_of(kinds: impl IntoIterator<Item = Kind>) -> Unit {
    let has_dates = kinds.into_iter().any(|kind| kind == Kind::Date);
    if has_dates { Unit::Day } else { Unit::Microsecond }
}
