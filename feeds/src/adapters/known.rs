//! What the log has already: who asks for something again, or is sent it again, must not have it
//! recorded twice.

use std::collections::{BTreeMap, HashMap};

use city::{Instant, Interval};

use super::Sorted;
use crate::{
    log::{LogError, ObservationQuery},
    model::{NewObservation, ResultValue, Seq, StreamId},
    service::Service,
};

/// As many observations of one datastream are looked at.
const MOST_ROWS: usize = 200_000;

impl Sorted {
    /// Takes out observations that the log has with the same time and result; as many as there were.
    /// It reads the log: not for asynchronous tasks.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn without_known(self, service: &Service) -> Result<(Self, usize), LogError> {
        let count = self.observations.len();
        let known = known(service, &self.observations)?;
        let is_new = |new: &NewObservation| {
            let of_time = new.time.and_then(|time| known.get(&(new.stream, time)));
            !of_time.is_some_and(|results| results.contains(&new.result))
        };
        let observations: Vec<_> = self.observations.into_iter().filter(is_new).collect();
        let known = count - observations.len();
        Ok((Self { observations, ..self }, known))
    }
}

/// What the log has of datastreams at the times of observations that may be in it.
fn known(
    service: &Service,
    observations: &[NewObservation],
) -> Result<HashMap<(StreamId, Instant), Vec<ResultValue>>, LogError> {
    let mut spans: BTreeMap<StreamId, (Instant, Instant)> = BTreeMap::new();
    for new in observations {
        let Some(time) = new.time else { continue };
        let latest = service.latest.get(new.stream);
        if latest.is_some_and(|latest| time <= latest.time) {
            let (first, last) = spans.entry(new.stream).or_insert((time, time));
            (*first, *last) = ((*first).min(time), (*last).max(time));
        }
    }
    let mut known: HashMap<(StreamId, Instant), Vec<ResultValue>> = HashMap::new();
    for (stream, (first, last)) in spans {
        let end = Instant::from_micros(last.as_micros().saturating_add(1));
        let page = service.log.query(&ObservationQuery {
            stream: Some(stream),
            time: Interval { start: Some(first), end: Some(end) },
            is_descending: false,
            limit: MOST_ROWS,
            after: None,
            as_of: Seq::END,
        })?;
        for observation in page.observations {
            let of_time = known.entry((stream, observation.time)).or_default();
            of_time.push(observation.result.clone());
        }
    }
    Ok(known)
}
