//! Expressions over entities and observations.

use std::cmp::Ordering;

use city::Instant;
use serde_json::Value as Json;

use super::{AnswerError, extents, functions, subject::Subject, value::Value};
use crate::{
    extent::Extent,
    model::StreamId,
    query::{Expression, Function, Operator, Property, PropertyPath, Selection},
    service::{Documents, Service},
};

/// As many values an expression along ways to several has at most.
const MOST_VALUES: usize = 10_000;

/// Answers expressions as of one instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evaluator<'s> {
    pub(super) service: &'s Service,
    /// What links begin with.
    pub(super) documents: &'s Documents,
    pub(super) now: Instant,
}

impl Evaluator<'_> {
    /// Whether a condition holds; along a way to several it holds when it holds for any.
    pub(super) fn holds(
        &self,
        condition: &Expression,
        subject: &Subject,
    ) -> Result<bool, AnswerError> {
        Ok(self.values(condition, subject)?.contains(&Value::Truth(true)))
    }

    /// The first of the values, for sorting.
    pub(super) fn value(
        &self,
        expression: &Expression,
        subject: &Subject,
    ) -> Result<Value, AnswerError> {
        Ok(self.values(expression, subject)?.into_iter().next().unwrap_or(Value::Null))
    }

    /// Every value: one, unless a way leads to several.
    fn values(
        &self,
        expression: &Expression,
        subject: &Subject,
    ) -> Result<Vec<Value>, AnswerError> {
        match expression {
            Expression::Literal(literal) => Ok(vec![Value::of_literal(literal)]),
            Expression::Property(path) => self.property(path, subject),
            Expression::Call(function, arguments) => self.call(*function, arguments, subject),
            Expression::Operation(operator, operands) => {
                self.operation(*operator, operands, subject)
            }
            Expression::Not(truth) => Ok(vec![Value::Truth(!self.holds(truth, subject)?)]),
            Expression::Negate(number) => {
                let negative = |value| match value {
                    Value::Number(number) => Value::Number(-number),
                    _ => Value::Null,
                };
                Ok(self.values(number, subject)?.into_iter().map(negative).collect())
            }
        }
    }

    fn property(&self, path: &PropertyPath, subject: &Subject) -> Result<Vec<Value>, AnswerError> {
        let mut subjects = vec![subject.clone()];
        for way in &path.ways {
            let mut next = Vec::new();
            for subject in &subjects {
                next.extend(subject.follow(way, self.service)?);
                if next.len() > MOST_VALUES {
                    return Err(AnswerError::TooMany {
                        what: "values in a filter",
                        most: MOST_VALUES,
                    });
                }
            }
            subjects = next;
        }
        let value = |subject: &Subject| {
            let value = self.of_subject(subject, path.property);
            path.keys.iter().fold(value, |value, key| match value {
                Value::Json(json) => json.get(key).map_or(Value::Null, Value::of_json),
                _ => Value::Null,
            })
        };
        Ok(subjects.iter().map(value).collect())
    }

    /// The value of a property of a subject itself; of a series also what is known of it from its
    /// observations.
    fn of_subject(&self, subject: &Subject, property: Property) -> Value {
        let value = subject.property(property);
        match (value, property) {
            (Value::Null, Property::Named(name)) => {
                self.extent(subject).map_or(Value::Null, |extent| extents::value(&extent, name))
            }
            (value, _) => value,
        }
    }

    /// A subject as a document; of a series with what is known of it from its observations.
    pub(super) fn document(&self, subject: &Subject, selection: &Selection) -> Json {
        let mut document = subject.document(self.documents, selection);
        if let (Json::Object(map), Some(extent)) = (&mut document, self.extent(subject)) {
            extents::insert(map, &extent, selection);
        }
        document
    }

    fn extent(&self, subject: &Subject) -> Option<Extent> {
        let key = subject.key();
        key.kind.is_stream().then(|| self.service.extents.get(StreamId(key.id))).flatten()
    }

    fn call(
        &self,
        function: Function,
        arguments: &[Expression],
        subject: &Subject,
    ) -> Result<Vec<Value>, AnswerError> {
        // Every combination of what the arguments can be.
        let mut combinations = vec![Vec::with_capacity(arguments.len())];
        for argument in arguments {
            let values = self.values(argument, subject)?;
            check_size(combinations.len() * values.len())?;
            combinations = combinations
                .iter()
                .flat_map(|before| {
                    values
                        .iter()
                        .map(|value| [before.as_slice(), std::slice::from_ref(value)].concat())
                })
                .collect();
        }
        Ok(combinations.iter().map(|values| functions::call(function, values, self.now)).collect())
    }

    fn operation(
        &self,
        operator: Operator,
        operands: &[Expression; 2],
        subject: &Subject,
    ) -> Result<Vec<Value>, AnswerError> {
        let [left, right] = operands;
        match operator {
            Operator::And => {
                let both = self.holds(left, subject)? && self.holds(right, subject)?;
                return Ok(vec![Value::Truth(both)]);
            }
            Operator::Or => {
                let either = self.holds(left, subject)? || self.holds(right, subject)?;
                return Ok(vec![Value::Truth(either)]);
            }
            _ => {}
        }
        let (left, right) = (self.values(left, subject)?, self.values(right, subject)?);
        check_size(left.len() * right.len())?;
        let pairs = left.iter().flat_map(|left| right.iter().map(move |right| (left, right)));
        Ok(pairs.map(|(left, right)| operate(operator, left, right)).collect())
    }
}

fn check_size(values: usize) -> Result<(), AnswerError> {
    match values > MOST_VALUES {
        true => Err(AnswerError::TooMany { what: "values in a filter", most: MOST_VALUES }),
        false => Ok(()),
    }
}

fn operate(operator: Operator, left: &Value, right: &Value) -> Value {
    let ordered = |fits: fn(Ordering) -> bool| Value::Truth(left.compare(right).is_some_and(fits));
    match operator {
        Operator::Eq => Value::Truth(left.is(right)),
        Operator::Ne => Value::Truth(!left.is(right)),
        Operator::Gt => ordered(Ordering::is_gt),
        Operator::Ge => ordered(Ordering::is_ge),
        Operator::Lt => ordered(Ordering::is_lt),
        Operator::Le => ordered(Ordering::is_le),
        _ => reckon(operator, left, right),
    }
}

fn reckon(operator: Operator, left: &Value, right: &Value) -> Value {
    let sign = if operator == Operator::Sub { -1 } else { 1 };
    let later = |at: Instant, micros: i64| {
        Instant::from_micros(at.as_micros().saturating_add(micros.saturating_mul(sign)))
    };
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => Value::of_number(match operator {
            Operator::Add => a + b,
            Operator::Sub => a - b,
            Operator::Mul => a * b,
            Operator::Div => a / b,
            _ => a % b,
        }),
        (Value::Times(at, end), Value::Duration(by)) => {
            Value::Times(later(*at, *by), end.map(|end| later(end, *by)))
        }
        (Value::Times(a, _), Value::Times(b, _)) => {
            Value::Duration(a.as_micros().saturating_sub(b.as_micros()))
        }
        (Value::Duration(a), Value::Duration(b)) => {
            Value::Duration(a.saturating_add(b.saturating_mul(sign)))
        }
        (Value::Date(date), Value::Duration(by)) => {
            let days = by.saturating_mul(sign).div_euclid(crate::clock::DAY_US);
            let span = jiff::Span::new().try_days(days);
            span.and_then(|span| date.checked_add(span)).map_or(Value::Null, Value::Date)
        }
        _ => Value::Null,
    }
}
