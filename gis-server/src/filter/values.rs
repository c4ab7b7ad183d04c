//! Numbers, texts and times of a feature.

use std::borrow::Cow;

use geo_types::Geometry;

use super::{
    Cells, Run,
    fold::{fold_case, strip_accents},
    number::Num,
    shapes,
    times::{Moment, Ticks},
    truth::{Moments, Number, Text},
};
use crate::{cql2::Folding, store::ValueRef};

/// An element of an array. Values of different types are different.
#[derive(Debug, Clone)]
pub(super) enum Val<'x> {
    Bool(bool),
    Number(Num),
    Text(Cow<'x, str>),
    Date(i64),
    Instant(i64),
    Interval(Ticks),
    Shape(Cow<'x, Geometry<f64>>),
    List(Vec<Val<'x>>),
}

impl PartialEq for Val<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a.order(*b).is_eq(),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Date(a), Self::Date(b)) | (Self::Instant(a), Self::Instant(b)) => a == b,
            (Self::Interval(a), Self::Interval(b)) => a == b,
            (Self::Shape(a), Self::Shape(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            _ => false,
        }
    }
}

/// A text without some of its differences.
pub(super) fn folded(folding: Folding, text: &str) -> String {
    match folding {
        Folding::Case => fold_case(text),
        Folding::Accents => strip_accents(text),
    }
}

/// The number that a column holds.
pub(super) fn number_of(value: ValueRef<'_>) -> Option<Num> {
    match value {
        ValueRef::Integer(number) => Some(Num::Integer(number)),
        ValueRef::Real(number) => Num::real(number),
        _ => None,
    }
}

/// A text that is the same for every feature.
pub(super) fn known_text(text: &Text) -> Option<Cow<'_, str>> {
    match text {
        Text::Known(known) => Some(Cow::Borrowed(known)),
        Text::Folded(folding, inner) => Some(folded(*folding, &known_text(inner)?).into()),
        _ => None,
    }
}

impl<'f> Run<'f> {
    pub(super) fn number(&self, number: &'f Number, cells: &impl Cells) -> Option<Num> {
        self.spend(1);
        let of = |number: &'f Number| self.number(number, cells);
        match number {
            Number::Known(known) => Some(*known),
            Number::Column(column) => number_of(cells.value(*column)),
            Number::Operation(operator, two) => Num::apply(*operator, of(&two[0])?, of(&two[1])?),
            Number::Abs(one) => of(one)?.abs(),
            Number::Floor(one) => of(one)?.rounded(f64::floor),
            Number::Ceil(one) => of(one)?.rounded(f64::ceil),
            Number::Round(one) => of(one)?.rounded(f64::round),
            Number::Sqrt(one) => Num::real(of(one)?.as_f64().sqrt()),
            Number::Min(all) => self.extreme(all, cells, |a, b| a.order(b).is_le()),
            Number::Max(all) => self.extreme(all, cells, |a, b| a.order(b).is_ge()),
            Number::Coalesce(all) => all.iter().find_map(of),
            Number::CharLength(text) => {
                let text = self.text(text, cells)?;
                Some(Num::Integer(text.chars().count() as i64))
            }
            Number::Year(at) => Some(Num::Integer(self.moment(at, cells)?.date().year().into())),
            Number::Month(at) => Some(Num::Integer(self.moment(at, cells)?.date().month().into())),
            Number::Day(at) => Some(Num::Integer(self.moment(at, cells)?.date().day().into())),
            Number::Area(shape) => {
                let shape = self.geometry(shape, cells)?;
                self.spend(shapes::positions(&shape).saturating_mul(50));
                Num::real(shapes::area_m2(&shape))
            }
            Number::Length(shape) => {
                let shape = self.geometry(shape, cells)?;
                self.spend(shapes::positions(&shape).saturating_mul(50));
                Num::real(shapes::length_m(&shape))
            }
            Number::Distance(two) => Num::real(self.distance_m(&two[0], &two[1], cells)?),
        }
    }

    /// The best of several numbers; unknown where one is.
    fn extreme(
        &self,
        all: &'f [Number],
        cells: &impl Cells,
        wins: fn(Num, Num) -> bool,
    ) -> Option<Num> {
        let mut numbers = all.iter().map(|one| self.number(one, cells));
        let first = numbers.next()??;
        numbers.try_fold(first, |best, one| one.map(|one| if wins(best, one) { best } else { one }))
    }

    pub(super) fn text<'x>(&self, text: &'f Text, cells: &'x impl Cells) -> Option<Cow<'x, str>>
    where
        'f: 'x,
    {
        self.spend(1);
        let change = |inner: &'f Text, to: &dyn Fn(&str) -> String| {
            let text = self.text(inner, cells)?;
            self.spend(2 + text.len() / 4);
            Some(Cow::Owned(to(&text)))
        };
        match text {
            Text::Known(known) => Some(Cow::Borrowed(known)),
            Text::Column(column) => cells.value(*column).as_text().map(Cow::Borrowed),
            Text::Folded(folding, inner) => change(inner, &|text| folded(*folding, text)),
            Text::Lower(inner) => change(inner, &str::to_lowercase),
            Text::Upper(inner) => change(inner, &str::to_uppercase),
            Text::Trim(inner) => change(inner, &|text| text.trim().to_owned()),
            Text::Concat(all) => {
                let mut joined = String::new();
                for one in all {
                    joined.push_str(&self.text(one, cells)?);
                }
                self.spend(joined.len() / 4);
                Some(joined.into())
            }
            Text::Coalesce(all) => all.iter().find_map(|one| self.text(one, cells)),
            Text::GeometryType(shape) => self.type_of(shape, cells).map(Cow::Borrowed),
        }
    }

    pub(super) fn moment(&self, moments: &'f Moments, cells: &impl Cells) -> Option<Moment> {
        self.spend(1);
        match moments {
            Moments::Known(known) => Some(*known),
            Moments::Column(column) => Moment::of(cells.value(*column)),
            Moments::Coalesce(all) => all.iter().find_map(|one| self.moment(one, cells)),
        }
    }
}
