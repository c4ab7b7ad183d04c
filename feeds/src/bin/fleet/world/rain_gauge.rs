//! A rain gauge.

use std::collections::HashMap;

use super::{
    calendar::DAY_S,
    weather::{LonLat, Weather},
};
use crate::things::Stream;

/// A bucket that tips at 0.2 mm: rain is told in whole tips, and what is in the bucket waits.
#[derive(Debug)]
pub(super) struct RainGauge {
    place: LonLat,
    /// By datastream: until when it was told, and what is in the bucket.
    buckets: HashMap<i64, (f64, f64)>,
}

/// A tip of the bucket, in mm.
pub(super) const TIP_MM: f64 = 0.2;
/// Rain is summed up in steps of so many seconds, and over no more than a day.
const RAIN_STEP_S: f64 = 60.0;

impl RainGauge {
    /// An empty one at a place.
    pub(super) fn new(place: LonLat) -> Self {
        Self { place, buckets: HashMap::new() }
    }

    /// Whole tips since a datastream last told, in mm.
    pub(super) fn tips_mm(&mut self, stream: &Stream, weather: &Weather, t_s: f64) -> f64 {
        let bucket = self.buckets.entry(stream.id).or_insert((t_s - stream.interval_s, 0.0));
        let from_s = bucket.0.max(t_s - DAY_S);
        let steps = ((t_s - from_s) / RAIN_STEP_S).ceil().max(1.0);
        let step_s = (t_s - from_s).max(0.0) / steps;
        let middles = (0..steps as u32).map(|k| from_s + step_s * (f64::from(k) + 0.5));
        let fallen: f64 =
            middles.map(|at| weather.rain_mm_h(self.place, at) * step_s / 3600.0).sum();
        let there = bucket.1 + fallen;
        // A hair more than a whole tip is that tip.
        let tips = (there / TIP_MM + 1e-9).floor();
        *bucket = (t_s.max(bucket.0), (there - tips * TIP_MM).max(0.0));
        tips * TIP_MM
    }
}
