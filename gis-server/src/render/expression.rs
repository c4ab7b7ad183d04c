//! Expressions of MapLibre styles: the part of them that our styles use, as a closed typed tree.
//!
//! Meaning follows the MapLibre Style Specification, version 8, "Expressions", which web maps draw
//! the same styles by. What is not in this tree is refused by name when a style is read.

mod fold;
mod parse;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::colour::Colour;
use crate::store::{FeatureRef, ValueRef};

pub use parse::{Columns, ExpressionError, parse, plain};

/// A value of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Nothing, which is also what cannot be computed.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// A colour.
    Colour(Colour),
    /// Values in a row.
    List(Vec<Value<'a>>),
    /// Pieces of text, each with its size as a share of the text's.
    Pieces(Vec<(Cow<'a, str>, f64)>),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// An operation on numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`, also of one number
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `^`
    Power,
    /// `min`
    Least,
    /// `max`
    Greatest,
}

/// A conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// `to-string`
    Text,
    /// `to-number`
    Number,
    /// `to-boolean`
    Bool,
    /// `to-color`
    Colour,
    /// `upcase`
    Upper,
    /// `downcase`
    Lower,
    /// `length`
    Length,
}

/// A column of a layer; none where the viewer sees no such column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its position among the view's properties.
    pub position: Option<usize>,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A value as it stands.
    Literal(Value<'static>),
    /// A column's value.
    Get(Column),
    /// Whether a column has a value.
    Has(Column),
    /// The zoom of the map.
    Zoom,
    /// `Point`, `LineString` or `Polygon`.
    GeometryType,
    /// The first that is not null.
    Coalesce(Vec<Expression>),
    /// The first whose condition holds.
    Case(Vec<(Expression, Expression)>, Box<Expression>),
    /// By labels.
    Match(Box<Expression>, Vec<(Vec<Value<'static>>, Expression)>, Box<Expression>),
    /// Constant between stops: the input, the first value, then stops.
    Step(Box<Expression>, Box<Expression>, Vec<(f64, Expression)>),
    /// Between stops, by a base that is 1 for linear.
    Interpolate(f64, Box<Expression>, Vec<(f64, Expression)>),
    /// Between two, by a share.
    Mix(Box<Expression>, Box<Expression>, f64),
    /// A comparison.
    Compare(Comparison, Box<Expression>, Box<Expression>),
    /// Whether all hold.
    All(Vec<Expression>),
    /// Whether any holds.
    Any(Vec<Expression>),
    /// Whether it does not hold.
    Not(Box<Expression>),
    /// Whether a value stands in a list or a text.
    In(Box<Expression>, Box<Expression>),
    /// An operation on numbers.
    Arithmetic(Arithmetic, Vec<Expression>),
    /// Texts after each other.
    Concat(Vec<Expression>),
    /// A number as text with so many decimals at least and at most.
    NumberFormat(Box<Expression>, usize, usize),
    /// A conversion of the first that converts.
    Convert(Conversion, Vec<Expression>),
    /// Pieces of text with their sizes.
    Format(Vec<(Expression, Expression)>),
}

/// What an expression is asked of.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The feature; none for what stands by itself.
    pub feature: Option<FeatureRef<'a>>,
    /// What its geometry is called.
    pub geometry: &'static str,
    /// The zoom of the map.
    pub zoom: f64,
}

impl Scene<'_> {
    /// A scene without a feature.
    pub fn bare(zoom: f64) -> Self {
        Self { feature: None, geometry: "Unknown", zoom }
    }
}

impl Expression {
    /// Whether it is a value as it stands.
    pub fn is_literal(&self) -> bool {
        matches!(self, Self::Literal(_))
    }

    /// Its value in a scene.
    pub fn value<'a>(&'a self, scene: &Scene<'a>) -> Value<'a> {
        match self {
            Self::Literal(value) => value.borrowed(),
            Self::Get(column) => column.value(scene),
            Self::Has(column) => Value::Bool(column.value(scene) != Value::Null),
            Self::Zoom => Value::Number(scene.zoom),
            Self::GeometryType => Value::Text(scene.geometry.into()),
            Self::Coalesce(options) => {
                let mut values = options.iter().map(|option| option.value(scene));
                values.find(|value| *value != Value::Null).unwrap_or(Value::Null)
            }
            Self::Case(branches, otherwise) => {
                let found = branches.iter().find(|(condition, _)| condition.holds(scene));
                found.map_or(&**otherwise, |(_, value)| value).value(scene)
            }
            Self::Match(input, arms, otherwise) => {
                let input = input.value(scene);
                let found = arms.iter().find(|(labels, _)| labels.contains(&input));
                found.map_or(&**otherwise, |(_, value)| value).value(scene)
            }
            Self::Step(input, first, stops) => match input.number(scene) {
                None => Value::Null,
                Some(input) => {
                    let passed = stops.iter().take_while(|(stop, _)| *stop <= input).last();
                    passed.map_or(&**first, |(_, value)| value).value(scene)
                }
            },
            Self::Interpolate(base, input, stops) => match input.number(scene) {
                None => Value::Null,
                Some(input) => match fold::between(*base, input, stops) {
                    None => Value::Null,
                    Some((low, _, 0.0)) => low.value(scene),
                    Some((low, high, share)) => low.value(scene).mixed(&high.value(scene), share),
                },
            },
            Self::Mix(low, high, share) => low.value(scene).mixed(&high.value(scene), *share),
            Self::Compare(comparison, a, b) => {
                comparison.of(&a.value(scene), &b.value(scene)).map_or(Value::Null, Value::Bool)
            }
            Self::All(parts) => Value::Bool(parts.iter().all(|part| part.holds(scene))),
            Self::Any(parts) => Value::Bool(parts.iter().any(|part| part.holds(scene))),
            Self::Not(part) => Value::Bool(!part.holds(scene)),
            Self::In(needle, hay) => Value::Bool(hay.value(scene).holds(&needle.value(scene))),
            Self::Arithmetic(operation, parts) => {
                let numbers: Option<Vec<f64>> = parts.iter().map(|p| p.number(scene)).collect();
                let result = numbers.and_then(|numbers| operation.of(&numbers));
                result.filter(|number| number.is_finite()).map_or(Value::Null, Value::Number)
            }
            Self::Concat(parts) => {
                let texts = parts.iter().map(|part| part.value(scene).to_text());
                Value::Text(texts.collect::<Vec<_>>().concat().into())
            }
            Self::NumberFormat(number, least, most) => match number.number(scene) {
                Some(number) => Value::Text(decimal(number, *least, *most).into()),
                None => Value::Null,
            },
            Self::Convert(conversion, options) => {
                let values = options.iter().map(|option| option.value(scene));
                let mut converted = values.map(|value| conversion.of(value));
                converted.find(|value| *value != Value::Null).unwrap_or(Value::Null)
            }
            Self::Format(pieces) => {
                let piece = |(text, scale): &'a (Expression, Expression)| {
                    (text.value(scene).to_text(), scale.number(scene).unwrap_or(1.0))
                };
                Value::Pieces(pieces.iter().map(piece).collect())
            }
        }
    }

    /// Its value as a number.
    pub fn number<'a>(&'a self, scene: &Scene<'a>) -> Option<f64> {
        match self.value(scene) {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Its value as a colour.
    pub fn colour<'a>(&'a self, scene: &Scene<'a>) -> Option<Colour> {
        self.value(scene).to_colour()
    }

    /// Whether its value is yes.
    pub fn holds<'a>(&'a self, scene: &Scene<'a>) -> bool {
        self.value(scene) == Value::Bool(true)
    }
}

impl Column {
    fn value<'a>(&self, scene: &Scene<'a>) -> Value<'a> {
        match (scene.feature, self.position) {
            (Some(feature), Some(position)) => feature.value(position).into(),
            _ => Value::Null,
        }
    }
}

impl<'a> From<ValueRef<'a>> for Value<'a> {
    fn from(value: ValueRef<'a>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Bool(flag) => Self::Bool(flag),
            ValueRef::Integer(number) => Self::Number(number as f64),
            ValueRef::Real(number) => Self::Number(number),
            ValueRef::Text(text) => Self::Text(text.into()),
            ValueRef::Date(date) => Self::Text(date.to_string().into()),
            ValueRef::Instant(at) => Self::Text(at.to_string().into()),
        }
    }
}

impl Value<'_> {
    fn borrowed(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Number(number) => Value::Number(*number),
            Self::Text(text) => Value::Text(Cow::Borrowed(text)),
            Self::Colour(colour) => Value::Colour(*colour),
            Self::List(items) => Value::List(items.iter().map(Value::borrowed).collect()),
            Self::Pieces(pieces) => Value::Pieces(
                pieces.iter().map(|(text, size)| (Cow::Borrowed(&**text), *size)).collect(),
            ),
        }
    }

    /// The value on its own.
    pub fn owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::Text(text.into_owned().into()),
            Self::Colour(colour) => Value::Colour(colour),
            Self::List(items) => Value::List(items.into_iter().map(Value::owned).collect()),
            Self::Pieces(pieces) => Value::Pieces(
                pieces.into_iter().map(|(text, size)| (text.into_owned().into(), size)).collect(),
            ),
        }
    }

    /// As a colour: one, or the text of one.
    pub fn to_colour(&self) -> Option<Colour> {
        match self {
            Self::Colour(colour) => Some(*colour),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn holds(&self, needle: &Value<'_>) -> bool {
        match (self, needle) {
            (Self::List(items), needle) => items.contains(needle),
            (Self::Text(text), Value::Text(part)) => text.contains(&**part),
            _ => false,
        }
    }

    /// A value between two: numbers, colours and lists of such.
    fn mixed(&self, other: &Value<'_>, share: f64) -> Value<'static> {
        match (self, other) {
            (Self::Number(low), Value::Number(high)) => Value::Number(low + share * (high - low)),
            (Self::List(low), Value::List(high)) if low.len() == high.len() => {
                let pairs = low.iter().zip(high);
                Value::List(pairs.map(|(low, high)| low.mixed(high, share)).collect())
            }
            _ => match (self.to_colour(), other.to_colour()) {
                (Some(low), Some(high)) => Value::Colour(low.mixed(high, share)),
                _ => Value::Null,
            },
        }
    }
}

impl<'a> Value<'a> {
    /// As text: numbers in decimals, nothing as no text.
    pub fn to_text(self) -> Cow<'a, str> {
        match self {
            Self::Null | Self::List(_) => "".into(),
            Self::Bool(flag) => if flag { "true" } else { "false" }.into(),
            Self::Number(number) => number.to_string().into(),
            Self::Text(text) => text,
            Self::Colour(colour) => colour.hex().into(),
            Self::Pieces(pieces) => {
                pieces.iter().map(|(text, _)| &**text).collect::<Vec<_>>().concat().into()
            }
        }
    }
}

impl Comparison {
    /// `None` for values that have no order.
    fn of(self, a: &Value<'_>, b: &Value<'_>) -> Option<bool> {
        use std::cmp::Ordering;
        let order = match (a, b) {
            (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            _ => None,
        };
        match self {
            Self::Equal => Some(a == b),
            Self::Unequal => Some(a != b),
            Self::Less => order.map(|order| order == Ordering::Less),
            Self::LessOrEqual => order.map(|order| order != Ordering::Greater),
            Self::Greater => order.map(|order| order == Ordering::Greater),
            Self::GreaterOrEqual => order.map(|order| order != Ordering::Less),
        }
    }
}

impl Arithmetic {
    fn of(self, numbers: &[f64]) -> Option<f64> {
        let (&first, rest) = numbers.split_first()?;
        Some(match (self, rest) {
            (Self::Subtract, []) => -first,
            (Self::Add, _) => rest.iter().fold(first, |sum, number| sum + number),
            (Self::Multiply, _) => rest.iter().fold(first, |product, number| product * number),
            (Self::Least, _) => rest.iter().fold(first, |least, number| least.min(*number)),
            (Self::Greatest, _) => rest.iter().fold(first, |most, number| most.max(*number)),
            (Self::Subtract, [second]) => first - second,
            (Self::Divide, [second]) => first / second,
            (Self::Remainder, [second]) => first % second,
            (Self::Power, [second]) => first.powf(*second),
            _ => return None,
        })
    }
}

impl Conversion {
    fn of<'a>(self, value: Value<'a>) -> Value<'a> {
        match (self, value) {
            (Self::Text, value) => Value::Text(value.to_text()),
            (Self::Number, Value::Number(number)) => Value::Number(number),
            (Self::Number, Value::Bool(flag)) => Value::Number(f64::from(u8::from(flag))),
            (Self::Number, Value::Text(text)) => {
                let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
                number.map_or(Value::Null, Value::Number)
            }
            (Self::Bool, Value::Bool(flag)) => Value::Bool(flag),
            (Self::Bool, Value::Number(number)) => Value::Bool(number != 0.0),
            (Self::Bool, Value::Text(text)) => Value::Bool(!text.is_empty()),
            (Self::Bool, _) => Value::Bool(false),
            (Self::Colour, value) => value.to_colour().map_or(Value::Null, Value::Colour),
            (Self::Upper, value) => Value::Text(value.to_text().to_uppercase().into()),
            (Self::Lower, value) => Value::Text(value.to_text().to_lowercase().into()),
            (Self::Length, Value::Text(text)) => Value::Number(text.chars().count() as f64),
            (Self::Length, Value::List(items)) => Value::Number(items.len() as f64),
            _ => Value::Null,
        }
    }
}

/// A number with the comma that Vietnamese has, without zeros at its end beyond `least`.
fn decimal(number: f64, least: usize, most: usize) -> String {
    let mut text = format!("{number:.most$}");
    if let Some(point) = text.find('.') {
        while text.len() > point + 1 + least && text.ends_with('0') {
            text.pop();
        }
        if text.ends_with('.') {
            text.pop();
        }
    }
    if text == "-0" { "0".into() } else { text.replace('.', ",") }
}
