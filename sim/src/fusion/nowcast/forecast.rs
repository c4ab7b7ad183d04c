//! What comes: levels at gauges, alarms, maps.

use rayon::prelude::*;

use super::{
    super::{DepthMaps, Error, depth_maps, error::require, seed::Chance, stage::Shift},
    Nowcast,
    members::{self, in_order, quantile},
};
use crate::flood::{Engine, Forcing, State};

/// Longest forecast, s: ten days.
const FARTHEST_S: f64 = 864_000.0;
/// Least doubt about a level that was corrected, m: a distribution needs a width.
const LEAST_DOUBT_M: f64 = 0.001;
/// Parts of the seed that belong to forecasts.
const FORECAST_SEED: u64 = 0x666f_7265_6361_7374;

/// The multiplier of the rain to come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RainAhead {
    /// That of the rain so far: whoever measured or forecast it goes on to err as before.
    Filtered,
    /// Drawn anew about 1, with this standard deviation of its logarithm: a forecast of the weather, which knows
    /// nothing of the errors of rain gauges.
    Fresh {
        /// 0 to 2.
        spread: f64,
    },
}

/// What is expected of rain, rivers and tide.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// Forcings, of which members take one each in turn: members of a weather forecast, releases that are
    /// possible. Without any, that of the nowcast goes on.
    pub forcings: Vec<Forcing>,
    /// How rain is multiplied.
    pub rain: RainAhead,
}

impl Default for Outlook {
    /// As until now.
    fn default() -> Self {
        Self { forcings: Vec::new(), rain: RainAhead::Filtered }
    }
}

/// Levels with their band, one for each time, m.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Band {
    /// One in ten that it stays below.
    pub p10_m: Vec<f64>,
    /// As probably above as below.
    pub p50_m: Vec<f64>,
    /// Nine in ten that it stays below.
    pub p90_m: Vec<f64>,
}

/// An alarm level in a forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmForecast {
    /// The level, m.
    pub level_m: f64,
    /// Probability that the water is above it at some time of the forecast, now included.
    pub probability: f64,
    /// Probability that it is above it at each time.
    pub by_time: Vec<f64>,
    /// When the members that get there get there, s of the run: the first tenth of them, half, nine tenths.
    pub reached_s: Option<[f64; 3]>,
}

/// The forecast at a gauge.
#[derive(Debug, Clone, PartialEq)]
pub struct GaugeForecast {
    /// As the members have it.
    pub raw: Band,
    /// Corrected by the error that was seen there last, and widened by what is not known of it.
    pub corrected: Band,
    /// What was added at each time, m.
    pub correction_m: Vec<f64>,
    /// Each alarm level that is set, by the corrected levels.
    pub alarms: [Option<AlarmForecast>; 3],
}

/// What may come.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// Times of the levels, s of the run; the first is now.
    pub times_s: Vec<f64>,
    /// One for each gauge.
    pub gauges: Vec<GaugeForecast>,
    /// Of the greatest depths between now and the end.
    pub maps: DepthMaps,
}

/// A member's run ahead.
struct Track {
    /// Level at each time and gauge, m.
    levels_m: Vec<f64>,
    /// Greatest depth of each cell, m.
    depth_m: Vec<f32>,
}

impl Nowcast {
    /// Runs the members ahead, as many seconds as are asked for; the nowcast stays where it is.
    ///
    /// # Errors
    /// Where the horizon is not above 0 and at most ten days, an outlook does not fit the ground, or a member
    /// becomes unstable.
    pub fn forecast(&self, horizon_s: f64, outlook: &Outlook) -> Result<Forecast, Error> {
        let range = "above 0 s and at most ten days";
        require("the horizon", horizon_s, range, horizon_s > 0.0 && horizon_s <= FARTHEST_S)?;
        let (now_s, interval_s) = (self.time_s(), self.settings.output_interval_s);
        let end_s = now_s + horizon_s;
        let between = (horizon_s / interval_s).ceil() as usize;
        let mut times_s: Vec<f64> = (0..between).map(|i| now_s + i as f64 * interval_s).collect();
        times_s.push(end_s);
        let engines = self.engines_ahead(outlook)?;
        let members = engines.as_ref().unwrap_or(&self.engines).par_iter().zip(&self.states);
        let track = |(member, (engine, state)): (usize, (&Engine<f32>, &State<f32>))| {
            self.track(member, engine, state.clone(), &times_s)
        };
        let tracks = in_order(members.enumerate().map(track).collect())?;
        let depths: Vec<&[f32]> = tracks.iter().map(|track| &track.depth_m[..]).collect();
        let maps = depth_maps(&depths, &self.settings.thresholds_m)?;
        let gauges =
            (0..self.gauges.len()).map(|gauge| self.at_gauge(gauge, &times_s, &tracks)).collect();
        Ok(Forecast { times_s, gauges, maps })
    }

    /// Engines of another forcing or other rain; none where all goes on as before.
    fn engines_ahead(&self, outlook: &Outlook) -> Result<Option<Vec<Engine<f32>>>, Error> {
        let mut logs = self.logs.clone();
        if let RainAhead::Fresh { spread } = outlook.rain {
            require(
                "the spread of the rain ahead",
                spread,
                "0 to 2",
                (0.0..=2.0).contains(&spread),
            )?;
            let mut chance = Chance::new(self.settings.seed ^ FORECAST_SEED);
            let drawn = chance.exact_normals(1, logs.members.len());
            for (member, normal) in logs.members.iter_mut().zip(&drawn[0]) {
                member[0] = spread * normal;
            }
        } else if outlook.forcings.is_empty() {
            return Ok(None);
        }
        let own = [self.forcing.clone()];
        let forcings = if outlook.forcings.is_empty() { &own[..] } else { &outlook.forcings[..] };
        let expected = self.forcing.inflows.len();
        if let Some(other) = forcings.iter().find(|forcing| forcing.inflows.len() != expected) {
            let (what, found) = ("the list of inflows of an outlook", other.inflows.len());
            return Err(Error::Length { what, found, expected });
        }
        let engine = |(member, logs): (usize, &Vec<f64>)| {
            let forcing = &forcings[member % forcings.len()];
            members::engine(&self.ground, forcing, self.settings.flood, logs)
        };
        let engines = logs.members.par_iter().enumerate().map(engine).collect();
        Ok(Some(in_order(engines)?))
    }

    fn track(
        &self,
        member: usize,
        engine: &Engine<f32>,
        mut state: State<f32>,
        times_s: &[f64],
    ) -> Result<Track, Error> {
        let mut levels_m = Vec::with_capacity(times_s.len() * self.gauges.len());
        let depths =
            |state: &State<f32>| engine.depth_m(state).into_iter().map(|depth| depth as f32);
        let mut depth_m: Vec<f32> = depths(&state).collect();
        for time_s in times_s {
            let advanced = engine.advance(&mut state, *time_s);
            advanced.map_err(|source| Error::Member { member, source })?;
            for gauge in &self.gauges {
                levels_m.push(gauge.level_m(engine, &state)?);
            }
        }
        // The record is taken now and then: what stands at both ends counts too.
        for (most, (seen, end)) in
            depth_m.iter_mut().zip(engine.maxima(&state).depth_m.into_iter().zip(depths(&state)))
        {
            *most = most.max(seen).max(end);
        }
        Ok(Track { levels_m, depth_m })
    }

    fn at_gauge(&self, gauge: usize, times_s: &[f64], tracks: &[Track]) -> GaugeForecast {
        let count = self.gauges.len();
        let shifts: Vec<Shift> =
            times_s.iter().map(|time_s| self.corrections[gauge].at(*time_s)).collect();
        let level = |time: usize, track: &Track| track.levels_m[time * count + gauge];
        let (mut raw, mut corrected) = (Band::default(), Band::default());
        let mut spread = Vec::with_capacity(times_s.len());
        for (time, shift) in shifts.iter().enumerate() {
            let mut levels_m: Vec<f64> = tracks.iter().map(|track| level(time, track)).collect();
            levels_m.sort_unstable_by(f64::total_cmp);
            raw.push([0.1, 0.5, 0.9].map(|part| quantile(&levels_m, part)));
            let mixture = Mixture::new(levels_m, *shift);
            corrected.push([0.1, 0.5, 0.9].map(|part| mixture.quantile_m(part)));
            spread.push(mixture);
        }
        let paths: Vec<Vec<f64>> = tracks
            .iter()
            .map(|track| (0..shifts.len()).map(|i| level(i, track) + shifts[i].error).collect())
            .collect();
        let alarm = |level_m| alarm(level_m, times_s, &spread, &paths);
        GaugeForecast {
            raw,
            corrected,
            correction_m: shifts.iter().map(|shift| shift.error).collect(),
            alarms: self.gauges[gauge].alarms_m.map(|level_m| level_m.map(alarm)),
        }
    }
}

impl Band {
    fn push(&mut self, [p10_m, p50_m, p90_m]: [f64; 3]) {
        self.p10_m.push(p10_m);
        self.p50_m.push(p50_m);
        self.p90_m.push(p90_m);
    }
}

/// Members' levels, each blurred by what is not known of its error: a dressed ensemble (Roulston & Smith 2003,
/// Tellus A 55).
struct Mixture {
    /// Ascending, m.
    levels_m: Vec<f64>,
    doubt_m: f64,
}

impl Mixture {
    fn new(mut levels_m: Vec<f64>, shift: Shift) -> Self {
        levels_m.iter_mut().for_each(|level_m| *level_m += shift.error);
        Self { levels_m, doubt_m: shift.deviation.max(LEAST_DOUBT_M) }
    }

    /// Probability to be above a level.
    fn above(&self, level_m: f64) -> f64 {
        let of = |member_m: &f64| above(*member_m, level_m, self.doubt_m);
        self.levels_m.iter().map(of).sum::<f64>() / self.levels_m.len() as f64
    }

    /// The level below which this part of it lies, by bisection, to less than a tenth of a millimetre in a
    /// hundred metres.
    fn quantile_m(&self, part: f64) -> f64 {
        let ends = (self.levels_m.first(), self.levels_m.last());
        let (Some(lowest_m), Some(highest_m)) = ends else { return f64::NAN };
        let mut low_m = lowest_m - 8.0 * self.doubt_m;
        let mut high_m = highest_m + 8.0 * self.doubt_m;
        for _ in 0..24 {
            let middle_m = 0.5 * (low_m + high_m);
            if 1.0 - self.above(middle_m) < part { low_m = middle_m } else { high_m = middle_m }
        }
        0.5 * (low_m + high_m)
    }
}

/// Probability that a normal number about a mean is above a level.
fn above(mean_m: f64, level_m: f64, deviation_m: f64) -> f64 {
    0.5 * libm::erfc((level_m - mean_m) / (deviation_m * std::f64::consts::SQRT_2))
}

fn alarm(level_m: f64, times_s: &[f64], spread: &[Mixture], paths: &[Vec<f64>]) -> AlarmForecast {
    // A member is above at some time if it is where it comes nearest, its doubt taken there.
    let nearest = |path: &Vec<f64>| -> f64 {
        let at = |(time, member_m): (usize, &f64)| above(*member_m, level_m, spread[time].doubt_m);
        path.iter().enumerate().map(at).fold(0.0, f64::max)
    };
    let mut reached_s: Vec<f64> =
        paths.iter().filter_map(|path| crossing_s(level_m, times_s, path)).collect();
    reached_s.sort_unstable_by(f64::total_cmp);
    AlarmForecast {
        level_m,
        probability: paths.iter().map(nearest).sum::<f64>() / paths.len() as f64,
        by_time: spread.iter().map(|mixture| mixture.above(level_m)).collect(),
        reached_s: (!reached_s.is_empty())
            .then(|| [0.1, 0.5, 0.9].map(|part| quantile(&reached_s, part))),
    }
}

/// When a path first is at a level or above it, straight between its times.
fn crossing_s(level_m: f64, times_s: &[f64], path: &[f64]) -> Option<f64> {
    let at = path.iter().position(|member_m| *member_m >= level_m)?;
    if at == 0 {
        return times_s.first().copied();
    }
    let (before_m, after_m) = (path[at - 1], path[at]);
    let part = (level_m - before_m) / (after_m - before_m);
    Some(times_s[at - 1] + part * (times_s[at] - times_s[at - 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blurred_member_has_the_normal_quantiles() {
        let mixture = Mixture::new(vec![2.0; 5], Shift { error: 0.5, deviation: 0.1 });
        // z(0.9) = 1.281552.
        let errors = [
            mixture.quantile_m(0.5) - 2.5,
            mixture.quantile_m(0.9) - 2.628_155,
            mixture.above(2.371_845) - 0.9,
        ];
        assert!(errors.iter().all(|error| error.abs() < 1e-5), "{errors:?}");
    }

    #[test]
    fn alarms_say_how_probable_and_when() {
        let times_s = [0.0, 600.0, 1200.0];
        let paths =
            [vec![1.0, 1.5, 2.0], vec![1.0, 1.1, 1.2], vec![1.0, 2.0, 1.0], vec![1.9, 1.0, 1.0]];
        let shift = Shift { error: 0.0, deviation: 0.0 };
        let at = |time: usize| paths.iter().map(|path| path[time]).collect();
        let spread: Vec<Mixture> = (0..3).map(|time| Mixture::new(at(time), shift)).collect();
        let found = alarm(1.75, &times_s, &spread, &paths);
        assert!((found.probability - 0.75).abs() < 1e-12, "{found:?}");
        assert_eq!(found.by_time, [0.25, 0.25, 0.25]);
        // Now, after three quarters of the first 10 minutes, and in the middle of the second.
        assert_eq!(found.reached_s, Some([90.0, 450.0, 810.0]));
        assert_eq!(alarm(5.0, &times_s, &spread, &paths).reached_s, None);
    }
}
