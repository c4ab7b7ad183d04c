//! Expressions out of JSON.

use serde_json::{Map, Value as Json};

use super::{Arithmetic, Column, Comparison, Conversion, Expression, Value};
use crate::tiles::label::LABEL_PROPERTY;

/// How deep expressions may be nested.
const DEEPEST: usize = 40;

/// Why an expression cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// An operator that is not known here.
    #[error("the expression '{0}' is not known here")]
    Unknown(String),
    /// A known operator with other arguments than it takes.
    #[error("the expression '{operator}' takes {takes}")]
    Malformed {
        /// The operator.
        operator: String,
        /// What it takes.
        takes: &'static str,
    },
    /// Too many expressions in each other.
    #[error("expressions are nested more than {DEEPEST} deep")]
    TooDeep,
    /// A value of a kind that no expression has.
    #[error("{0} is no expression; arrays of values are written [\"literal\", […]]")]
    NoExpression(String),
}

/// The columns that expressions may name.
pub type Columns<'a> = &'a dyn Fn(&str) -> Option<usize>;

type Parsed = Result<Expression, ExpressionError>;

/// Reads an expression, whose names become columns.
///
/// # Errors
/// [`ExpressionError`], naming the operator.
pub fn parse(json: &Json, columns: Columns<'_>) -> Parsed {
    Parser { columns, depth: 0 }.expression(json)
}

/// A value as it stands, arrays too.
pub fn plain(json: &Json) -> Option<Value<'static>> {
    Some(match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => Value::Number(number.as_f64()?),
        Json::String(text) => Value::Text(text.clone().into()),
        Json::Array(items) => Value::List(items.iter().map(plain).collect::<Option<_>>()?),
        Json::Object(_) => return None,
    })
}

#[derive(Clone, Copy)]
struct Parser<'a> {
    columns: Columns<'a>,
    depth: usize,
}

impl Parser<'_> {
    fn expression(self, json: &Json) -> Parsed {
        if self.depth > DEEPEST {
            return Err(ExpressionError::TooDeep);
        }
        let inner = Self { depth: self.depth + 1, ..self };
        match json {
            Json::Array(items) => match items.split_first() {
                Some((Json::String(operator), arguments)) => inner.call(operator, arguments),
                // Offsets, dashes: numbers in a row.
                Some((Json::Number(_), _)) => literal(json),
                _ => Err(no_expression(json)),
            },
            Json::Object(_) => Err(no_expression(json)),
            value => literal(value),
        }
    }

    fn all(self, arguments: &[Json]) -> Result<Vec<Expression>, ExpressionError> {
        arguments.iter().map(|argument| self.expression(argument)).collect()
    }

    fn call(self, operator: &str, arguments: &[Json]) -> Parsed {
        let wrong = |takes| ExpressionError::Malformed { operator: operator.into(), takes };
        if let Some(comparison) = comparison(operator) {
            let [a, b] = arguments else { return Err(wrong("two values")) };
            let (a, b) = (self.expression(a)?, self.expression(b)?);
            return Ok(Expression::Compare(comparison, a.into(), b.into()));
        }
        if let Some(arithmetic) = arithmetic(operator) {
            let parts = self.all(arguments)?;
            return if parts.is_empty() {
                Err(wrong("numbers"))
            } else {
                Ok(Expression::Arithmetic(arithmetic, parts))
            };
        }
        if let Some(conversion) = conversion(operator) {
            let parts = self.all(arguments)?;
            return if parts.is_empty() {
                Err(wrong("a value"))
            } else {
                Ok(Expression::Convert(conversion, parts))
            };
        }
        match operator {
            "literal" => match arguments {
                [value] => literal(value),
                _ => Err(wrong("one value")),
            },
            "get" | "has" => match arguments {
                [Json::String(name)] => Ok(self.column(operator, name)),
                _ => Err(wrong("the name of a property")),
            },
            "zoom" => Ok(Expression::Zoom),
            "geometry-type" => Ok(Expression::GeometryType),
            "coalesce" => Ok(Expression::Coalesce(self.all(arguments)?)),
            "all" => Ok(Expression::All(self.all(arguments)?)),
            "any" => Ok(Expression::Any(self.all(arguments)?)),
            "concat" => Ok(Expression::Concat(self.all(arguments)?)),
            "!" => match arguments {
                [part] => Ok(Expression::Not(self.expression(part)?.into())),
                _ => Err(wrong("one condition")),
            },
            "in" => match arguments {
                [needle, hay] => Ok(Expression::In(
                    self.expression(needle)?.into(),
                    self.expression(hay)?.into(),
                )),
                _ => Err(wrong("a value and a list or a text")),
            },
            "case" => self.case(arguments).ok_or(wrong("conditions, values and a fallback"))?,
            "match" => self.matching(arguments).ok_or(wrong("a value, labels and a fallback"))?,
            "step" => self.step(arguments).ok_or(wrong("a value and stops that rise"))?,
            "interpolate" => self
                .interpolate(arguments)
                .ok_or(wrong("linear or exponential, a value and stops that rise"))?,
            "number-format" => self.number_format(arguments).ok_or(wrong(
                "a number and an object with min-fraction-digits and max-fraction-digits",
            ))?,
            "format" => self.format(arguments),
            other => Err(ExpressionError::Unknown(other.chars().take(60).collect())),
        }
    }

    fn column(self, operator: &str, name: &str) -> Expression {
        if name == LABEL_PROPERTY {
            // Tiles say on which of them an area is named; a map names each area once.
            return Expression::Literal(Value::Bool(true));
        }
        let column = Column { name: name.to_owned(), position: (self.columns)(name) };
        if operator == "get" { Expression::Get(column) } else { Expression::Has(column) }
    }

    fn case(self, arguments: &[Json]) -> Option<Parsed> {
        let (otherwise, branches) = arguments.split_last()?;
        let branches = pairs(branches)?;
        Some((|| {
            let both = |(condition, value): (&Json, &Json)| {
                Ok((self.expression(condition)?, self.expression(value)?))
            };
            let branches = branches.into_iter().map(both).collect::<Result<_, _>>()?;
            Ok(Expression::Case(branches, self.expression(otherwise)?.into()))
        })())
    }

    fn matching(self, arguments: &[Json]) -> Option<Parsed> {
        let (input, rest) = arguments.split_first()?;
        let (otherwise, arms) = rest.split_last()?;
        let mut labelled = Vec::new();
        for (labels, value) in pairs(arms)? {
            let labels = match labels {
                Json::Array(labels) => labels.iter().map(plain).collect::<Option<Vec<_>>>()?,
                label => vec![plain(label)?],
            };
            labelled.push((labels, value));
        }
        Some((|| {
            let arm = |(labels, value)| Ok((labels, self.expression(value)?));
            let arms = labelled.into_iter().map(arm).collect::<Result<_, _>>()?;
            let (input, otherwise) = (self.expression(input)?, self.expression(otherwise)?);
            Ok(Expression::Match(input.into(), arms, otherwise.into()))
        })())
    }

    fn step(self, arguments: &[Json]) -> Option<Parsed> {
        let [input, first, stops @ ..] = arguments else { return None };
        let stops = rising(stops)?;
        Some((|| {
            let (input, first) = (self.expression(input)?, self.expression(first)?);
            Ok(Expression::Step(input.into(), first.into(), self.stops(stops)?))
        })())
    }

    fn interpolate(self, arguments: &[Json]) -> Option<Parsed> {
        let [Json::Array(how), input, stops @ ..] = arguments else { return None };
        let base = match &how[..] {
            [Json::String(name)] if name == "linear" => 1.0,
            [Json::String(name), base] if name == "exponential" => base.as_f64()?,
            _ => return None,
        };
        let stops = rising(stops).filter(|stops| !stops.is_empty() && base > 0.0)?;
        Some((|| {
            let input = self.expression(input)?;
            Ok(Expression::Interpolate(base, input.into(), self.stops(stops)?))
        })())
    }

    fn stops(self, stops: Vec<(f64, &Json)>) -> Result<Vec<(f64, Expression)>, ExpressionError> {
        stops.into_iter().map(|(stop, value)| Ok((stop, self.expression(value)?))).collect()
    }

    fn number_format(self, arguments: &[Json]) -> Option<Parsed> {
        let [number, Json::Object(how)] = arguments else { return None };
        let known = ["min-fraction-digits", "max-fraction-digits"];
        if how.keys().any(|key| !known.contains(&key.as_str())) {
            return None;
        }
        let digits = |key: &str, otherwise: u64| {
            how.get(key).map_or(Some(otherwise), Json::as_u64).filter(|digits| *digits <= 20)
        };
        let least = digits(known[0], 0)? as usize;
        // The default of Intl.NumberFormat.
        let most = (digits(known[1], 3)? as usize).max(least);
        Some(self.expression(number).map(|n| Expression::NumberFormat(n.into(), least, most)))
    }

    fn format(self, arguments: &[Json]) -> Parsed {
        let mut pieces = Vec::new();
        for argument in arguments {
            let Json::Object(how) = argument else {
                pieces.push((self.expression(argument)?, number_literal(1.0)));
                continue;
            };
            let scale = self.font_scale(how)?;
            if let (Some(scale), Some(piece)) = (scale, pieces.last_mut()) {
                piece.1 = scale;
            }
        }
        Ok(Expression::Format(pieces))
    }

    fn font_scale(self, how: &Map<String, Json>) -> Result<Option<Expression>, ExpressionError> {
        if let Some(other) = how.keys().find(|key| *key != "font-scale") {
            return Err(ExpressionError::Unknown(format!("format with {other}")));
        }
        how.get("font-scale").map(|scale| self.expression(scale)).transpose()
    }
}

fn number_literal(number: f64) -> Expression {
    Expression::Literal(Value::Number(number))
}

fn literal(json: &Json) -> Parsed {
    plain(json).map(Expression::Literal).ok_or_else(|| no_expression(json))
}

fn no_expression(json: &Json) -> ExpressionError {
    ExpressionError::NoExpression(json.to_string().chars().take(60).collect())
}

fn pairs(items: &[Json]) -> Option<Vec<(&Json, &Json)>> {
    let pairs = items.chunks_exact(2);
    pairs.remainder().is_empty().then(|| pairs.map(|pair| (&pair[0], &pair[1])).collect())
}

/// Stops with what they give, in rising order.
fn rising(items: &[Json]) -> Option<Vec<(f64, &Json)>> {
    let stops = pairs(items)?.into_iter().map(|(stop, value)| Some((stop.as_f64()?, value)));
    let stops = stops.collect::<Option<Vec<_>>>()?;
    stops.windows(2).all(|pair| pair[0].0 < pair[1].0).then_some(stops)
}

fn comparison(operator: &str) -> Option<Comparison> {
    Some(match operator {
        "==" => Comparison::Equal,
        "!=" => Comparison::Unequal,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn arithmetic(operator: &str) -> Option<Arithmetic> {
    Some(match operator {
        "+" => Arithmetic::Add,
        "-" => Arithmetic::Subtract,
        "*" => Arithmetic::Multiply,
        "/" => Arithmetic::Divide,
        "%" => Arithmetic::Remainder,
        "^" => Arithmetic::Power,
        "min" => Arithmetic::Least,
        "max" => Arithmetic::Greatest,
        _ => return None,
    })
}

fn conversion(operator: &str) -> Option<Conversion> {
    Some(match operator {
        "to-string" => Conversion::Text,
        "to-number" => Conversion::Number,
        "to-boolean" => Conversion::Bool,
        "to-color" => Conversion::Colour,
        "upcase" => Conversion::Upper,
        "downcase" => Conversion::Lower,
        "length" => Conversion::Length,
        _ => return None,
    })
}
