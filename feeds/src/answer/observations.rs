//! Observations that a query asks for, read from the log in its own order where that will do.

use std::{ops::ControlFlow, sync::Arc};

use city::{Instant, Interval};

use super::{AnswerError, page::Window, subject::Subject};
use crate::{
    log::ObservationQuery,
    model::{Id, Observation, Seq, StreamId},
    query::{Expression, Literal, Operator, Property, PropertyPath, Query},
    service::Service,
};

/// Observations are read so many at a time.
const PAGE: usize = 2_000;
/// As many observations one request looks at.
const MOST_READ: usize = 2_000_000;

/// Which observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    All,
    Stream(StreamId),
    Feature(Id),
}

/// What of the log a query needs, and in which order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    stream: Option<StreamId>,
    feature: Option<Id>,
    time: Interval,
    /// Whether the log's order is the query's.
    pub(super) is_in_order: bool,
    is_descending: bool,
}

impl Reading {
    /// By phenomenon time and identifier, as the log has it, unless the query wants another order.
    pub(super) fn of(of: Of, query: &Query) -> Self {
        let mut reading = Self {
            stream: None,
            feature: None,
            time: Interval::default(),
            is_in_order: true,
            is_descending: false,
        };
        match of {
            Of::All => {}
            Of::Stream(stream) => reading.stream = Some(stream),
            Of::Feature(feature) => reading.feature = Some(feature),
        }
        if let Some(filter) = &query.filter {
            reading.narrow(filter);
        }
        if let [first, rest @ ..] = query.order.as_slice() {
            let is_time = matches!(
                &first.by,
                Expression::Property(PropertyPath { ways, property, .. })
                    if ways.is_empty() && *property == Property::Named("phenomenonTime")
            );
            reading.is_in_order = is_time && rest.is_empty();
            reading.is_descending = is_time && first.is_descending;
        }
        reading
    }

    /// Takes from a filter what bounds the time and names the datastream; the filter still decides.
    fn narrow(&mut self, filter: &Expression) {
        let Expression::Operation(operator, operands) = filter else { return };
        let [left, right] = operands.as_ref();
        if *operator == Operator::And {
            self.narrow(left);
            self.narrow(right);
            return;
        }
        let (Expression::Property(path), Expression::Literal(literal)) = (left, right) else {
            return;
        };
        match (path.ways.as_slice(), path.property, literal) {
            ([], Property::Named("phenomenonTime"), Literal::Instant(at)) => {
                self.bound(*operator, *at);
            }
            ([way], Property::Id, Literal::Integer(id))
                if way.target.is_stream() && *operator == Operator::Eq =>
            {
                self.stream = self.stream.or(StreamId::new(*id));
            }
            _ => {}
        }
    }

    /// Whatever the filter lets, spans too, begins within these bounds.
    fn bound(&mut self, operator: Operator, at: Instant) {
        let after = Instant::from_micros(at.as_micros().saturating_add(1));
        match operator {
            Operator::Gt | Operator::Ge => {
                self.time.start = Some(self.time.start.map_or(at, |start| start.max(at)));
            }
            Operator::Lt | Operator::Le => {
                self.time.end = Some(self.time.end.map_or(after, |end| end.min(after)));
            }
            Operator::Eq => {
                self.bound(Operator::Ge, at);
                self.bound(Operator::Le, at);
            }
            _ => {}
        }
    }

    /// Hands every observation to a visitor until it has enough.
    pub(super) fn visit(
        &self,
        service: &Service,
        mut visit: impl FnMut(Arc<Observation>) -> Result<ControlFlow<()>, AnswerError>,
    ) -> Result<(), AnswerError> {
        let mut query = ObservationQuery {
            stream: self.stream,
            time: self.time,
            is_descending: self.is_descending,
            limit: PAGE,
            after: None,
            as_of: Seq::END,
        };
        let mut left = MOST_READ;
        loop {
            let page = service.log.query(&query)?;
            let is_ours = |it: &Arc<Observation>| {
                self.feature.is_none_or(|id| it.feature == Some(id)) && service.is_shown(it)
            };
            for observation in page.observations.into_iter().filter(is_ours) {
                if visit(observation)?.is_break() {
                    return Ok(());
                }
            }
            query.after = match page.next {
                Some(next) => Some(next),
                None => return Ok(()),
            };
            left = left.saturating_sub(PAGE);
            if left == 0 {
                let what = "observations in one request: bound phenomenonTime";
                return Err(AnswerError::TooMany { what, most: MOST_READ });
            }
        }
    }
}

/// The one observation that is asked for by `$top=1` and the latest first, without reading the log.
pub(super) fn latest(service: &Service, of: Of, query: &Query, window: &Window) -> Option<Subject> {
    let Of::Stream(stream) = of else { return None };
    let reading = Reading::of(of, query);
    let is_latest = query.filter.is_none()
        && !query.count
        && query.order.len() == 1
        && reading.is_in_order
        && reading.is_descending
        && window.skip == 0
        && window.top == 1;
    let latest = is_latest.then(|| service.latest.get(stream)).flatten();
    latest.filter(|it| service.is_shown(it)).map(Subject::Observation)
}
