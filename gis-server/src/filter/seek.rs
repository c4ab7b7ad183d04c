//! Which rows a filter can be true of, found in the orders of columns instead of by looking at each.
//!
//! Comparisons of a column with what is known, IN, BETWEEN, LIKE with a known begin, IS NULL, what is told by the
//! texts of one column, and relations of time become ranges of [`Order`]s. AND takes the part that leaves the
//! fewest rows, OR all of its parts or none.

use std::{cell::RefCell, cmp::Ordering, ops::Range, sync::Arc};

use city::Interval;

use super::{
    Cells, Run, Sought,
    cells::NOWHERE,
    evaluate::known_text,
    sought::{Part, either, overlap},
    times::{Moment, Ticks, Unit},
    truth::{Any, Moments, Number, Span, Text, Truth},
    values,
};
use crate::{
    cql2::{Comparison, TemporalRelation},
    store::{FeatureGeometry, Order, Snapshot, ValueRef},
};

/// So many columns are put in order for one request at most: for the others it looks at the rows.
const COLUMNS: usize = 4;

/// One search through the orders of a snapshot.
pub(crate) struct Seeker<'s, 'f> {
    snapshot: &'s Snapshot,
    /// What evaluates texts that recur.
    run: Option<&'s Run<'f>>,
    /// How many rows would be looked at without any of this.
    otherwise: usize,
    /// The columns that were asked for.
    asked: RefCell<Vec<usize>>,
}

impl<'s, 'f> Seeker<'s, 'f> {
    pub(crate) fn new(snapshot: &'s Snapshot, run: Option<&'s Run<'f>>, otherwise: usize) -> Self {
        Self { snapshot, run, otherwise, asked: RefCell::default() }
    }

    /// Rows among which all are that the filter of the run is true of; `None` where the orders do not tell.
    pub(crate) fn by_filter(&self) -> Option<Sought> {
        let run = self.run?;
        let sought = self.rows(run, run.filter_truth());
        sought.filter(|_| run.stopped().is_none())
    }

    /// Rows that may hold in a span, by columns for when each begins and ends to hold. Their values are dates or
    /// instants; what has none holds always.
    pub(crate) fn by_time(
        &self,
        (from, to): (Option<usize>, Option<usize>),
        wanted: &Interval,
    ) -> Option<Sought> {
        let late = from.zip(wanted.end).and_then(|(column, end)| {
            let (order, cut) = self.cut(column, |value| micros(value).cmp(&end.as_micros()))?;
            let (known, all) = (order.known(), order.len());
            Some(Part::of(column, order, vec![0..cut.end, known..all]))
        });
        let early = to.zip(wanted.start).and_then(|(column, start)| {
            let (order, cut) = self.cut(column, |value| micros(value).cmp(&start.as_micros()))?;
            let all = order.len();
            Some(Part::one(column, order, cut.start..all))
        });
        let parts = late.into_iter().chain(early);
        parts.min_by_key(Part::len).map(|part| Sought::one(part, false))
    }

    fn rows(&self, run: &'s Run<'f>, truth: &'f Truth) -> Option<Sought> {
        match truth {
            Truth::Known(Some(true)) => None,
            Truth::Known(_) => Some(Sought::nothing()),
            Truth::And(all) => self.all_of(run, all),
            Truth::Or(all) => {
                let parts: Option<Vec<Sought>> =
                    all.iter().map(|one| self.rows(run, one)).collect();
                Some(either(parts?))
            }
            Truth::Memo { column, inner, .. } => {
                self.texts(run, *column, truth).or_else(|| self.rows(run, inner))
            }
            Truth::Column(column) => self.flagged(*column, Comparison::Equal, true),
            Truth::Truths(how, two) => match &**two {
                [Truth::Column(column), Truth::Known(Some(key))] => {
                    self.flagged(*column, *how, *key)
                }
                [Truth::Known(Some(key)), Truth::Column(column)] => {
                    self.flagged(*column, mirrored(*how), *key)
                }
                _ => None,
            },
            Truth::Not(inner) => match &**inner {
                Truth::Column(column) => self.flagged(*column, Comparison::Equal, false),
                Truth::IsNull(any) => {
                    let order = self.order(column_of(any)?)?;
                    let known = 0..order.known();
                    Some(Sought::one(Part::one(column_of(any)?, order, known), true))
                }
                _ => None,
            },
            Truth::IsNull(any) => {
                let order = self.order(column_of(any)?)?;
                let missing = order.known()..order.len();
                Some(Sought::one(Part::one(column_of(any)?, order, missing), true))
            }
            Truth::Numbers(how, two) => match &**two {
                [Number::Column(column), Number::Known(key)] => {
                    self.compared(*column, *how, |value| number(value, *key))
                }
                [Number::Known(key), Number::Column(column)] => {
                    self.compared(*column, mirrored(*how), |value| number(value, *key))
                }
                _ => None,
            },
            Truth::Texts(how, two) => match &**two {
                [Text::Column(column), key] => {
                    let key = known_text(key)?;
                    self.compared(*column, *how, |value| text(value).cmp(&key))
                }
                [key, Text::Column(column)] => {
                    let key = known_text(key)?;
                    self.compared(*column, mirrored(*how), |value| text(value).cmp(&key))
                }
                _ => None,
            },
            Truth::TextIn(what, known) => {
                let Text::Column(column) = **what else { return None };
                let mut ranges = Vec::with_capacity(known.len());
                for key in known {
                    ranges.push(self.cut(column, |value| text(value).cmp(key))?.1);
                }
                Some(Sought::one(Part::of(column, self.order(column)?, ranges), true))
            }
            Truth::Like(what, _, Some(pattern)) => {
                let (Text::Column(column), begin) = (&**what, pattern.begin()) else { return None };
                if begin.is_empty() {
                    return None;
                }
                let side = |value: ValueRef<'_>| match text(value) {
                    own if own.starts_with(&begin) => Ordering::Equal,
                    own => own.cmp(&begin),
                };
                let (order, cut) = self.cut(*column, side)?;
                Some(Sought::one(Part::one(*column, order, cut), false))
            }
            Truth::Times(how, two, unit) => match &**two {
                [Moments::Column(column), Moments::Known(key)] => {
                    let key = key.ticks(*unit);
                    self.compared(*column, *how, |value| ticks(value, *unit).cmp(&key))
                }
                [Moments::Known(key), Moments::Column(column)] => {
                    let key = key.ticks(*unit);
                    self.compared(*column, mirrored(*how), |value| ticks(value, *unit).cmp(&key))
                }
                _ => None,
            },
            Truth::Temporal(relation, two, unit) => self.related(*relation, two, *unit),
            _ => None,
        }
    }

    /// What leaves the fewest rows; where it is one column that all speak of, what they leave together.
    fn all_of(&self, run: &'s Run<'f>, all: &'f [Truth]) -> Option<Sought> {
        let found: Vec<Sought> = all.iter().filter_map(|one| self.rows(run, one)).collect();
        let is_whole = found.len() == all.len();
        let mut best: Option<Sought> = None;
        let mut columns: Vec<(Part, bool)> = Vec::new();
        for mut sought in found {
            if sought.parts.len() == 1
                && let Some(part) = sought.parts.pop()
            {
                match columns.iter_mut().find(|(known, _)| known.column == part.column) {
                    Some((known, exact)) => {
                        *known = known.meet(&part);
                        *exact &= sought.is_exact;
                    }
                    None => columns.push((part, sought.is_exact)),
                }
            } else {
                best = Some(match best {
                    Some(best) => best.or_better(sought),
                    None => Sought { is_exact: false, ..sought },
                });
            }
        }
        let is_one = columns.len() == 1 && best.is_none() && is_whole;
        columns.into_iter().fold(best, |best, (part, exact)| {
            let sought = Sought::one(part, exact && is_one);
            Some(match best {
                Some(best) => best.or_better(sought),
                None => sought,
            })
        })
    }

    /// Where a truth is told by the texts of one column: it is asked of each different one.
    fn texts(&self, run: &'s Run<'f>, column: usize, truth: &'f Truth) -> Option<Sought> {
        let cells = self.snapshot.columns.get(column)?;
        let texts = cells.texts()?;
        if texts.len() > self.otherwise / 4 {
            return None;
        }
        let mut ranges = Vec::new();
        for (code, own) in (0..).zip(texts.iter()) {
            if run.truth(truth, &Alone { column, text: Some((own, code)) }) == Some(true) {
                ranges.push(self.cut(column, |value| text(value).cmp(own))?.1);
            }
            if run.stopped().is_some() {
                return None;
            }
        }
        let order = self.order(column)?;
        if run.truth(truth, &Alone { column, text: None }) == Some(true) {
            ranges.push(order.known()..order.len());
        }
        Some(Sought::one(Part::of(column, order, ranges), true))
    }

    fn flagged(&self, column: usize, how: Comparison, flag: bool) -> Option<Sought> {
        self.compared(column, how, |value| match value {
            ValueRef::Bool(own) => own.cmp(&flag),
            _ => Ordering::Greater,
        })
    }

    /// Rows whose value compares so with a key.
    fn compared(
        &self,
        column: usize,
        how: Comparison,
        side: impl Fn(ValueRef<'_>) -> Ordering,
    ) -> Option<Sought> {
        let (order, Range { start, end }) = self.cut(column, side)?;
        let (known, none) = (order.known(), 0..0);
        let ranges = match how {
            Comparison::Equal => [start..end, none],
            Comparison::NotEqual => [0..start, end..known],
            Comparison::Less => [0..start, none],
            Comparison::LessOrEqual => [0..end, none],
            Comparison::Greater => [end..known, none],
            Comparison::GreaterOrEqual => [start..known, none],
        };
        Some(Sought::one(Part::of(column, order, ranges.into()), true))
    }

    /// Rows by a relation in time to a span that is known.
    fn related(
        &self,
        relation: TemporalRelation,
        [a, b]: &'f [Span; 2],
        unit: Unit,
    ) -> Option<Sought> {
        use TemporalRelation as R;
        let (own, known, relation) = match (known_span(a, unit), known_span(b, unit)) {
            (None, Some(known)) => (a, known, relation),
            // Told of the other: those two alone make a difference below.
            (Some(known), None) => (
                b,
                known,
                match relation {
                    R::After => R::Before,
                    R::Before => R::After,
                    other => other,
                },
            ),
            _ => return None,
        };
        let (start, end) = match own {
            Span::Moment(moment) => (Some(moment), Some(moment)),
            Span::Interval([start, end]) => (start.as_ref(), end.as_ref()),
        };
        let at = |moment: Option<&Moments>, how, key: i64| match moment {
            Some(Moments::Column(column)) => {
                self.compared(*column, how, |value| ticks(value, unit).cmp(&key))
            }
            _ => None,
        };
        let begins = |how, key| at(start, how, key);
        let ends = |how, key| at(end, how, key);
        let found = match relation {
            R::Disjoint => None,
            R::After => begins(Comparison::Greater, known.end),
            R::Before => ends(Comparison::Less, known.start),
            // All others are told only of spans that have a moment in common.
            _ => {
                let two = [
                    begins(Comparison::LessOrEqual, known.end),
                    ends(Comparison::GreaterOrEqual, known.start),
                ];
                match two {
                    [Some(a), Some(b)] => Some(overlap(a, b)),
                    [a, b] => a.or(b),
                }
            }
        };
        found.map(|found| Sought { is_exact: false, ..found })
    }

    /// Where a key lies in the order of a column, told by the side of it on which a value lies: the rows that are
    /// equal to it.
    fn cut(
        &self,
        column: usize,
        side: impl Fn(ValueRef<'_>) -> Ordering,
    ) -> Option<(Arc<Order>, Range<usize>)> {
        let order = self.order(column)?;
        let cells = self.snapshot.columns.get(column)?;
        let start = order.below(cells, |value| side(value).is_lt());
        let end = order.below(cells, |value| side(value).is_le());
        Some((order, start..end))
    }

    fn order(&self, column: usize) -> Option<Arc<Order>> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&column) {
            if asked.len() >= COLUMNS {
                return None;
            }
            asked.push(column);
        }
        self.snapshot.order(column)
    }
}

/// One text of a column, or none.
struct Alone<'a> {
    column: usize,
    text: Option<(&'a str, u32)>,
}

impl Cells for Alone<'_> {
    fn value(&self, column: usize) -> ValueRef<'_> {
        match self.text {
            Some((text, _)) if column == self.column => ValueRef::Text(text),
            _ => ValueRef::Null,
        }
    }

    fn geometry(&self) -> FeatureGeometry<'_> {
        NOWHERE.get(0)
    }

    fn code(&self, column: usize) -> Option<u32> {
        self.text.filter(|_| column == self.column).map(|(_, code)| code)
    }
}

fn column_of(any: &Any) -> Option<usize> {
    match any {
        Any::Number(Number::Column(column))
        | Any::Text(Text::Column(column))
        | Any::Moment(Moments::Column(column), _)
        | Any::Truth(Truth::Column(column)) => Some(*column),
        _ => None,
    }
}

fn mirrored(how: Comparison) -> Comparison {
    match how {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

/// A span whose ends are the same for every feature.
fn known_span(span: &Span, unit: Unit) -> Option<Ticks> {
    let tick = |moment: &Moments| match moment {
        Moments::Known(known) => Some(known.ticks(unit)),
        _ => None,
    };
    match span {
        Span::Moment(moment) => tick(moment).map(|at| Ticks { start: at, end: at }),
        Span::Interval([start, end]) => {
            let end_of = |end: &Option<Moments>, open| end.as_ref().map_or(Some(open), tick);
            Some(Ticks { start: end_of(start, i64::MIN)?, end: end_of(end, i64::MAX)? })
        }
    }
}

// Values of a column have the type of the column, which the filter was bound to; one of another would lie behind
// all others.

fn number(value: ValueRef<'_>, key: super::number::Num) -> Ordering {
    values::number_of(value).map_or(Ordering::Greater, |own| own.order(key))
}

fn text(value: ValueRef<'_>) -> &str {
    value.as_text().unwrap_or_default()
}

fn ticks(value: ValueRef<'_>, unit: Unit) -> i64 {
    Moment::of(value).map_or(i64::MAX, |moment| moment.ticks(unit))
}

fn micros(value: ValueRef<'_>) -> i64 {
    ticks(value, Unit::Microsecond)
}
