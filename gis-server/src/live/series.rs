//! `/live/series`: a datastream over time, as a chart draws it.

use axum::{extract::State, response::Response};
use city::{Instant, Interval, Title};
use feeds::{
    log::{LogError, ObservationQuery},
    model::{Flag, Id, StreamId},
    rollup::{PeriodSize, RollupError},
    service::Service,
};
use serde::Serialize;

use super::{fresh, sensing};
use crate::{
    error::Problem,
    http::{query::Query, work::blocking},
    ogc::refusals::BadParameter,
    state::App,
};

/// Points of a chart when the request does not say, and at most.
const POINTS: (i64, i64) = (800, 10_000);
/// Observations are shown one by one where there are so many at most.
const MOST_RAW: usize = 5_000;
const HOUR_US: i64 = 3_600_000_000;

/// A datastream over time: arrays of one length.
#[derive(Debug, Default, Serialize)]
struct Series {
    datastream: i64,
    unit: Option<String>,
    /// `raw`, `minute`, `hour` or `day`.
    resolution: &'static str,
    /// Seconds since 1970.
    t: Vec<f64>,
    /// Values, or means of periods.
    value: Vec<Option<f64>>,
    min: Vec<Option<f64>>,
    max: Vec<Option<f64>>,
    /// The worst quality in QARTOD's numbers: 1 good, 2 not evaluated, 3 suspect, 4 bad, 9 missing.
    flags: Vec<u8>,
    thresholds: Vec<Threshold>,
}

#[derive(Debug, Serialize)]
struct Threshold {
    level: u8,
    title: Title,
    value: f64,
    source: String,
}

#[derive(Debug, thiserror::Error)]
enum SeriesError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Rollups(#[from] RollupError),
}

/// What a chart is asked for.
#[derive(Debug, Clone, Copy)]
struct Wish {
    stream: StreamId,
    from: Instant,
    to: Instant,
    points: i64,
}

impl Wish {
    fn read(query: &Query, now: Instant) -> Result<Self, Problem> {
        let missing = || {
            Problem::parameter(
                "datastream",
                "hãy ghi số của Datastream",
                "give the number of a Datastream",
            )
        };
        let stream = query.positive("datastream")?.and_then(StreamId::new).ok_or_else(missing)?;
        let to = query.instant("to")?.unwrap_or(now);
        let day_before = Instant::from_micros(to.as_micros().saturating_sub(24 * HOUR_US));
        let from = query.instant("from")?.unwrap_or(day_before);
        if from >= to {
            return Err(Problem::parameter("from", "phải trước 'to'", "must be before 'to'"));
        }
        let points = query.positive("points")?.unwrap_or(POINTS.0).min(POINTS.1);
        Ok(Self { stream, from, to, points })
    }

    /// The coarsest periods of which there are still enough for the chart; `None` is one by one.
    fn size(&self, interval_s: Option<f64>) -> Option<PeriodSize> {
        let span_s = (self.to.as_micros() - self.from.as_micros()) as f64 / 1e6;
        let enough = self.points as f64;
        let expected = interval_s.filter(|s| *s > 0.0).map_or(f64::INFINITY, |s| span_s / s);
        if expected <= enough * 1.5 || span_s <= 3600.0 {
            return None;
        }
        Some(match span_s / enough {
            per_point if per_point <= 600.0 => PeriodSize::Minute,
            per_point if per_point <= 6.0 * 3600.0 => PeriodSize::Hour,
            _ => PeriodSize::Day,
        })
    }
}

/// A datastream over time: observations one by one, or minutes, hours, days of them.
#[utoipa::path(
    get, path = "/live/series", tag = "Live", operation_id = "getSeries",
    params(
        ("datastream" = i64, Query, minimum = 1, description = "Its number"),
        ("from" = Option<String>, Query, description = "Begin; a day before the end where not given"),
        ("to" = Option<String>, Query, description = "End; now where not given"),
        ("points" = Option<i64>, Query, minimum = 1, description = "About as many points, 800 where not given"),
    ),
    responses(
        (status = 200, description = "Arrays t, value, min, max, flags of one length", body = Object),
        (status = 404, description = "No such datastream", content_type = "application/problem+json"),
        BadParameter,
    )
)]
pub async fn show(State(app): State<App>, query: Query) -> Result<Response, Problem> {
    query.only(&["datastream", "from", "to", "points", "f"])?;
    let wish = Wish::read(&query, sensing(&app)?.clock.now())?;
    let work = move || {
        let sensing = sensing(&app)?;
        let roll = sensing.live.census.roll();
        let (_, stream) = roll.stream(wish.stream).ok_or_else(|| unknown(wish.stream.0))?;
        let thresholds = stream.rules.thresholds.iter().map(|it| Threshold {
            level: it.level,
            title: it.title.clone(),
            value: it.value,
            source: it.source.clone(),
        });
        let about = Series {
            datastream: wish.stream.get(),
            unit: stream.unit.clone(),
            thresholds: thresholds.collect(),
            ..Series::default()
        };
        let series = fill(about, &sensing.service, wish, wish.size(stream.rules.interval_s));
        let series = series.map_err(|error| Problem::internal(&error))?;
        serde_json::to_vec(&series).map_err(|error| Problem::internal(&error))
    };
    let made = blocking(work).await?;
    Ok(fresh("application/json", made))
}

fn unknown(stream: Id) -> Problem {
    Problem::not_found(
        format!("Không có Datastreams({stream}); xem /sensorthings/v1.1/Datastreams."),
        format!("There is no Datastreams({stream}); /sensorthings/v1.1/Datastreams lists them."),
    )
}

fn fill(
    mut series: Series,
    service: &Service,
    wish: Wish,
    size: Option<PeriodSize>,
) -> Result<Series, SeriesError> {
    let time = Interval { start: Some(wish.from), end: Some(wish.to) };
    let Some(size) = size else {
        let query = ObservationQuery { time, ..ObservationQuery::of(wish.stream, MOST_RAW) };
        let page = service.log.query(&query)?;
        if page.next.is_some() {
            return fill(series, service, wish, Some(PeriodSize::Minute));
        }
        series.resolution = "raw";
        for observation in page.observations {
            let number = observation.result.as_number();
            series.push(observation.time, number, None, observation.quality.flag);
        }
        return Ok(series);
    };
    // The chart shows what was recorded a moment ago, too.
    service.rollups.catch_up(&service.log)?;
    series.resolution = match size {
        PeriodSize::Minute => "minute",
        PeriodSize::Hour => "hour",
        PeriodSize::Day => "day",
    };
    let most = 20 * POINTS.1 as usize;
    for bucket in service.rollups.read(wish.stream, size, time, most)? {
        let summary = bucket.summary;
        let flag = match (summary.count, summary.suspect) {
            (0, _) => Flag::Bad,
            (_, 0) => Flag::Good,
            _ => Flag::Suspect,
        };
        let extremes = (summary.count > 0).then_some((summary.min, summary.max));
        series.push(bucket.start, summary.mean(), extremes, flag);
    }
    Ok(series)
}

impl Series {
    fn push(
        &mut self,
        time: Instant,
        value: Option<f64>,
        extremes: Option<(f64, f64)>,
        flag: Flag,
    ) {
        self.t.push(time.as_micros() as f64 / 1e6);
        self.value.push(value);
        self.min.push(extremes.map(|(min, _)| min).or(value));
        self.max.push(extremes.map(|(_, max)| max).or(value));
        self.flags.push(flag.code());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_spans_are_drawn_from_coarser_periods() {
        let wish = |days: i64| Wish {
            stream: StreamId::new(1).unwrap(),
            from: Instant::from_micros(0),
            to: Instant::from_micros(days * 24 * HOUR_US),
            points: 800,
        };
        for (days, interval_s, expected) in [
            (1, Some(600.0), None),
            (1, Some(10.0), Some(PeriodSize::Minute)),
            (30, Some(600.0), Some(PeriodSize::Hour)),
            (365, Some(600.0), Some(PeriodSize::Day)),
            (365, Some(86_400.0), None),
            (7, None, Some(PeriodSize::Hour)),
        ] {
            assert_eq!(wish(days).size(interval_s), expected, "{days} {interval_s:?}");
        }
    }
}
