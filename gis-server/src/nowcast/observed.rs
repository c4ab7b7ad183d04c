//! What gauges have told: rain for the forcing, levels for the filter.

use std::sync::Arc;

use city::{
    Instant, Interval,
    scenario::{Between, Rain, RainGauge, RainGauges, RainSeries},
};
use feeds::{
    log::{LogError, ObservationQuery},
    model::{Direction, Observation, ResultValue, StreamId},
    service::Service,
};

use super::config::Config;
use crate::live::{Roll, Thing};

/// What observes rain: depth since the observation before.
const RAIN: &str = "http://vocab.nerc.ac.uk/standard_name/thickness_of_rainfall_amount/";
/// What observes a water level.
const LEVEL: &str =
    "http://vocab.nerc.ac.uk/standard_name/water_surface_height_above_reference_datum/";
/// Gauges so far outside of the area still tell of its rain, degrees.
const AROUND_DEG: f64 = 0.2;
/// Length of an interval of rain, h.
pub(super) const BIN_H: f64 = 1.0 / 6.0;
/// Observations of a gauge that are read at most.
const MOST: usize = 100_000;

const HOUR_US: f64 = 3.6e9;

/// A scenario's rain that is none.
pub(super) fn no_rain() -> Rain {
    Rain::Series(RainSeries { times_h: vec![0.0, 1.0], mm_per_h: vec![0.0] })
}

/// A level gauge of the area.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LevelGauge {
    pub(super) stream: StreamId,
    /// What people call it.
    pub(super) name: String,
    /// Longitude and latitude.
    pub(super) at: [f64; 2],
    /// What is added to its levels to have them in the terrain's datum, m.
    pub(super) offset_m: f64,
    /// Alarm levels, m in the terrain's datum, with their names, the mildest first.
    pub(super) alarms: Vec<(f64, city::Title)>,
    pub(super) is_simulated: bool,
}

/// The gauges of a roll that the nowcast listens to.
pub(super) fn level_gauges(roll: &Roll, config: &Config) -> Vec<LevelGauge> {
    let area = config.scenario.area.bbox();
    let inside = |at: &[f64; 2]| area.contains(at[0], at[1]);
    let all = things(roll, config).filter_map(|thing| Some((thing, thing.place.filter(inside)?)));
    let gauges = all.flat_map(|(thing, at)| {
        let streams = thing.streams.iter().filter(|stream| *stream.definition == *LEVEL);
        streams.map(move |stream| {
            let number = stream.id.get().to_string();
            let offset_m = config.offsets_m.get(&number).copied().unwrap_or(0.0);
            let above =
                stream.rules.thresholds.iter().filter(|it| it.direction == Direction::Above);
            let mut alarms: Vec<_> =
                above.map(|it| (it.value + offset_m, it.title.clone())).collect();
            alarms.sort_by(|a, b| a.0.total_cmp(&b.0));
            alarms.truncate(3);
            LevelGauge {
                stream: stream.id,
                name: thing.name.clone(),
                at,
                offset_m,
                alarms,
                is_simulated: thing.is_simulated || stream.rules.is_simulated,
            }
        })
    });
    gauges.collect()
}

/// Things that are listened to.
fn things<'a>(roll: &'a Roll, config: &'a Config) -> impl Iterator<Item = &'a Thing> {
    roll.things.iter().filter(|thing| config.simulated || !thing.is_simulated)
}

/// What the rain gauges have told.
pub(super) struct Fallen {
    /// For the scenario, in hours since its beginning.
    pub(super) rain: Rain,
    /// Gauges that told anything.
    pub(super) gauges: usize,
    /// Intervals in which none did: they are taken as dry.
    pub(super) silent: usize,
}

/// The rain since a beginning, and as it is taken to go on: that of the last hour, halving.
pub(super) fn rain(
    service: &Service,
    roll: &Roll,
    config: &Config,
    (begin, now): (Instant, Instant),
) -> Result<Fallen, LogError> {
    let mut area = config.scenario.area.bbox();
    (area.min_x, area.min_y) = (area.min_x - AROUND_DEG, area.min_y - AROUND_DEG);
    (area.max_x, area.max_y) = (area.max_x + AROUND_DEG, area.max_y + AROUND_DEG);
    let hours = |at: Instant| (at.as_micros() - begin.as_micros()) as f64 / HOUR_US;
    let past = (hours(now) / BIN_H).floor().max(1.0) as usize;
    let ahead = (config.horizon_h / BIN_H).ceil() as usize + 1;
    let mut gauges = Vec::new();
    for thing in things(roll, config) {
        let Some(at) = thing.place.filter(|at| area.contains(at[0], at[1])) else { continue };
        for stream in thing.streams.iter().filter(|stream| *stream.definition == *RAIN) {
            let mut bins: Vec<Option<f64>> = vec![None; past];
            for observation in between(service, stream.id, begin, now)? {
                let Some(mm) = number(&observation) else { continue };
                // It tells of the time before it.
                let bin = ((hours(observation.time) / BIN_H).ceil() as usize).max(1) - 1;
                if let Some(bin) = bins.get_mut(bin) {
                    *bin = Some(bin.unwrap_or(0.0) + mm.max(0.0) / BIN_H);
                }
            }
            if bins.iter().any(Option::is_some) {
                gauges.push((thing.name.clone(), at, bins));
            }
        }
    }
    Ok(spread(gauges, past, ahead, config.rain_half_life_h))
}

/// The past of gauges with their future.
fn spread(
    mut gauges: Vec<(String, [f64; 2], Vec<Option<f64>>)>,
    past: usize,
    ahead: usize,
    half_life_h: f64,
) -> Fallen {
    let heard = gauges.len();
    if gauges.is_empty() {
        return Fallen { rain: no_rain(), gauges: 0, silent: past };
    }
    let silent: Vec<usize> =
        (0..past).filter(|bin| gauges.iter().all(|(_, _, bins)| bins[*bin].is_none())).collect();
    for bin in &silent {
        gauges[0].2[*bin] = Some(0.0);
    }
    let hour = (1.0 / BIN_H).round() as usize;
    let gauges = gauges.into_iter().map(|(name, at, mut mm_per_h)| {
        let last: Vec<f64> = mm_per_h.iter().rev().take(hour).flatten().copied().collect();
        let mean = last.iter().sum::<f64>() / last.len().max(1) as f64;
        let is_heard = !last.is_empty();
        mm_per_h.extend((0..ahead).map(|bin| {
            let after_h = (bin as f64 + 0.5) * BIN_H;
            is_heard.then(|| mean * 0.5f64.powf(after_h / half_life_h))
        }));
        RainGauge { name, at, mm_per_h }
    });
    let mut gauges: Vec<RainGauge> = gauges.collect();
    // Where none was heard in the last hour, nothing is known of the rain to come: none is taken.
    let is_silent_now = gauges.iter().all(|gauge| gauge.mm_per_h.last() == Some(&None));
    if is_silent_now && let Some(first) = gauges.first_mut() {
        first.mm_per_h[past..].fill(Some(0.0));
    }
    let times_h = (0..=past + ahead).map(|bin| bin as f64 * BIN_H).collect();
    let rain = RainGauges { times_h, gauges, between: Between::InverseDistance };
    Fallen { rain: Rain::Gauges(rain), gauges: heard, silent: silent.len() }
}

/// The levels that a gauge told after a time and until another, in the terrain's datum, m.
pub(super) fn levels(
    service: &Service,
    gauge: &LevelGauge,
    after: Instant,
    until: Instant,
) -> Result<Vec<(Instant, f64)>, LogError> {
    let all = between(service, gauge.stream, after, until)?;
    let told = all.iter().filter(|it| it.time > after);
    Ok(told.filter_map(|it| Some((it.time, number(it)? + gauge.offset_m))).collect())
}

fn number(observation: &Observation) -> Option<f64> {
    match observation.result {
        ResultValue::Number(number) if number.is_finite() => Some(number),
        _ => None,
    }
}

fn between(
    service: &Service,
    stream: StreamId,
    from: Instant,
    until: Instant,
) -> Result<Vec<Arc<Observation>>, LogError> {
    let end = Instant::from_micros(until.as_micros() + 1);
    let time = Interval { start: Some(from), end: Some(end) };
    let query = ObservationQuery { time, ..ObservationQuery::of(stream, MOST) };
    Ok(service.log.query(&query)?.observations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rain_of_the_last_hour_goes_on_and_halves_and_silence_is_dry() {
        let wet = vec![Some(6.0); 12];
        let mut patchy = vec![None; 12];
        patchy[0] = Some(60.0);
        let at = [108.5, 15.5];
        let fallen = spread(vec![("a".into(), at, wet), ("b".into(), at, patchy)], 12, 12, 1.0);
        assert_eq!((fallen.gauges, fallen.silent), (2, 0));
        let Rain::Gauges(rain) = fallen.rain else { panic!("rain of gauges") };
        assert_eq!(rain.times_h.len(), 25);
        let ahead = &rain.gauges[0].mm_per_h[12..];
        let after_an_hour = (ahead[5].unwrap() + ahead[6].unwrap()) / 2.0;
        assert!((after_an_hour / 3.0 - 1.0).abs() < 0.01, "{after_an_hour}");
        // A gauge that has been silent for an hour tells nothing of what comes.
        assert!(rain.gauges[1].mm_per_h[12..].iter().all(Option::is_none));

        let silent = spread(vec![("c".into(), at, vec![Some(9.0), None, None])], 3, 2, 1.0);
        assert_eq!(silent.silent, 2);
        let none = spread(Vec::new(), 3, 2, 1.0);
        assert_eq!((none.gauges, none.rain), (0, no_rain()));
    }
}
