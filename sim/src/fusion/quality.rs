//! Which readings of which gauges are to be believed.
//!
//! A gauge is held against itself (range, rate of change, spikes), against what the model says happened meanwhile
//! (stuck), and against the ensemble: a reading whose innovation (observed less predicted) is beyond
//! k·√(spread² + error²) is left out, and a gauge that does so again and again is suspected: nothing of it is used
//! until it has agreed for some time. Where most gauges depart at once and in one direction, it is the model that
//! errs: no gauge is suspected for that, and their readings are used. A nowcast gives as prediction what the members
//! say once they have listened to all other gauges.
//!
//! ```
//! use sim::fusion::quality::{Limits, Quality, Sample, Verdict};
//!
//! let mut quality = Quality::new(vec![Limits::between(0.0, 8.0)])?;
//! let reading = |hour: f64, level_m: f64| Sample {
//!     gauge: 0, time_s: hour * 3600.0, level_m, expected_m: 2.0, spread_m: 0.1, error_m: 0.05,
//! };
//! assert_eq!(quality.judge(&[reading(0.0, 2.1)])?, [Verdict::Good]);
//! assert!(matches!(quality.judge(&[reading(1.0, 99.9)])?[..], [Verdict::OutOfRange { .. }]));
//! # Ok::<(), sim::fusion::Error>(())
//! ```

mod words;

use super::{Error, error::require};

/// What is expected of a gauge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The lowest level that it can show, m.
    pub low_m: f64,
    /// The highest level that it can show, m.
    pub high_m: f64,
    /// The fastest that the water rises or falls there, m/h.
    pub fastest_m_h: f64,
    /// A reading this far from the ones before and after it, to the same side, is a spike, m.
    pub spike_m: f64,
    /// A gauge is stuck if it has shown one number for this long, s, …
    pub still_s: f64,
    /// … while the model's water has moved this far, m. A calm river is no fault.
    pub still_change_m: f64,
    /// k: an innovation beyond this many deviations departs.
    pub departure: f64,
    /// So many departures in a row make a gauge suspect.
    pub suspect_after: u32,
    /// So many readings in a row within k/2 deviations, and moving, take it back.
    pub good_after: u32,
}

impl Limits {
    /// Between two levels, m. The rest is for a river: 4 m/h, spikes of 0.5 m, stuck after an hour in which the
    /// water moved by 0.15 m; k = 4, suspect after 3, good after 4 readings.
    #[must_use]
    pub fn between(low_m: f64, high_m: f64) -> Self {
        Self {
            low_m,
            high_m,
            fastest_m_h: 4.0,
            spike_m: 0.5,
            still_s: 3600.0,
            still_change_m: 0.15,
            departure: 4.0,
            suspect_after: 3,
            good_after: 4,
        }
    }

    fn check(&self) -> Result<(), Error> {
        let (low_m, high_m) = (self.low_m, self.high_m);
        require("high_m", high_m, "above low_m", low_m < high_m)?;
        for (name, value) in [
            ("fastest_m_h", self.fastest_m_h),
            ("spike_m", self.spike_m),
            ("still_s", self.still_s),
            ("still_change_m", self.still_change_m),
            ("departure", self.departure),
            ("suspect_after", f64::from(self.suspect_after)),
            ("good_after", f64::from(self.good_after)),
        ] {
            require(name, value, "above 0", value > 0.0)?;
        }
        Ok(())
    }
}

/// A reading beside what was predicted for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Which gauge.
    pub gauge: usize,
    /// When, s of the run.
    pub time_s: f64,
    /// What it shows, m; not a number where it shows nothing.
    pub level_m: f64,
    /// Mean of the members, m.
    pub expected_m: f64,
    /// Their standard deviation, m.
    pub spread_m: f64,
    /// Standard deviation of the reading's own error, m.
    pub error_m: f64,
}

impl Sample {
    /// Innovation in deviations.
    pub(super) fn departure(&self) -> f64 {
        let deviation_m = (self.spread_m * self.spread_m + self.error_m * self.error_m).sqrt();
        (self.level_m - self.expected_m) / deviation_m
    }
}

/// What became of a reading, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// It is used.
    Good,
    /// It departs, but so do most others: the model errs. It is used.
    ModelDeparts {
        /// Observed less predicted, m.
        innovation_m: f64,
        /// √(spread² + error²), m.
        deviation_m: f64,
    },
    /// The gauge shows nothing.
    Missing,
    /// Outside what the gauge can show.
    OutOfRange {
        /// What it shows, m.
        level_m: f64,
        /// The lowest it can, m.
        low_m: f64,
        /// The highest it can, m.
        high_m: f64,
    },
    /// Far from the readings before and after it.
    Spike {
        /// From the reading before, m.
        jump_m: f64,
    },
    /// Faster than the water can be there, since the last reading that was plausible.
    TooFast {
        /// How fast, m/h.
        rate_m_h: f64,
        /// How fast the water can be, m/h.
        fastest_m_h: f64,
    },
    /// The same number for long, while the water moved.
    Stuck {
        /// For how long, s.
        still_s: f64,
        /// How far the model's water moved meanwhile, m.
        moved_m: f64,
    },
    /// Too far from the ensemble, for the first times: the reading is left out.
    Departs {
        /// Observed less predicted, m.
        innovation_m: f64,
        /// √(spread² + error²), m.
        deviation_m: f64,
        /// The how manieth in a row.
        times: u32,
    },
    /// Too far from the ensemble again and again: the gauge is left out.
    Suspect {
        /// Observed less predicted, m.
        innovation_m: f64,
        /// √(spread² + error²), m.
        deviation_m: f64,
        /// How many readings in a row.
        times: u32,
    },
    /// It was stuck or suspect, and agrees again, but not for long enough.
    OnProbation {
        /// How many readings agreed in a row.
        good: u32,
        /// How many are needed.
        needed: u32,
    },
}

impl Verdict {
    /// Whether the reading may be used.
    #[must_use]
    pub fn is_used(&self) -> bool {
        matches!(self, Self::Good | Self::ModelDeparts { .. })
    }

    /// Whether it says that the gauge is broken, not a reading alone.
    #[must_use]
    pub fn is_of_gauge(&self) -> bool {
        matches!(self, Self::Stuck { .. } | Self::Suspect { .. } | Self::OnProbation { .. })
    }
}

/// What is remembered of a gauge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct History {
    /// The last reading that was plausible: time, s, and level, m; not numbers before the first.
    pub(super) last: (f64, f64),
    /// Since when it has shown one number, s, and between which levels the model's water moved since, m.
    pub(super) still: (f64, f64, f64),
    pub(super) departures: u32,
    pub(super) good: u32,
    pub(super) is_left_out: bool,
}

impl History {
    pub(super) fn new() -> Self {
        let last = (f64::NAN, f64::NAN);
        let still = (f64::NAN, f64::INFINITY, f64::NEG_INFINITY);
        Self { last, still, departures: 0, good: 0, is_left_out: false }
    }
}

/// Judges readings of gauges, and remembers how they did.
#[derive(Debug, Clone, PartialEq)]
pub struct Quality {
    limits: Vec<Limits>,
    pub(super) gauges: Vec<History>,
}

/// Numbers closer than this are the same number, m: gauges tell millimetres at best.
const SAME_M: f64 = 5e-4;

/// Fewer gauges than this cannot say that it is the model that errs.
const LEAST_TO_BLAME_THE_MODEL: usize = 3;

impl Quality {
    /// One entry a gauge.
    ///
    /// # Errors
    /// Where limits make no sense.
    pub fn new(limits: Vec<Limits>) -> Result<Self, Error> {
        limits.iter().try_for_each(Limits::check)?;
        let gauges = vec![History::new(); limits.len()];
        Ok(Self { limits, gauges })
    }

    /// Whether a gauge is left out at present, whatever it shows. `false` for one that is not there.
    #[must_use]
    pub fn is_left_out(&self, gauge: usize) -> bool {
        self.gauges.get(gauge).is_some_and(|history| history.is_left_out)
    }

    /// A verdict for each reading, in the order given. They are taken in the order of their times; those of one
    /// time are held against each other. Each call goes on where the last one ended.
    ///
    /// # Errors
    /// Where a reading names a gauge that is not there.
    pub fn judge(&mut self, samples: &[Sample]) -> Result<Vec<Verdict>, Error> {
        let gauges = self.gauges.len();
        if let Some(sample) = samples.iter().find(|sample| sample.gauge >= gauges) {
            return Err(Error::Gauge { gauge: sample.gauge, gauges });
        }
        let mut order: Vec<usize> = (0..samples.len()).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&samples[*a], &samples[*b]);
            a.time_s.total_cmp(&b.time_s).then(a.gauge.cmp(&b.gauge))
        });
        let mut verdicts = vec![Verdict::Missing; samples.len()];
        for group in order.chunk_by(|a, b| samples[*a].time_s == samples[*b].time_s) {
            let mut plausible = Vec::new();
            for at in group {
                let sample = &samples[*at];
                match self.alone(sample, next_of(samples, sample)) {
                    Some(verdict) => verdicts[*at] = verdict,
                    None => plausible.push(*at),
                }
            }
            let model_errs = self.model_errs(plausible.iter().map(|at| &samples[*at]));
            for at in plausible {
                verdicts[at] = self.against_ensemble(&samples[at], model_errs);
            }
        }
        Ok(verdicts)
    }

    /// What is wrong with a reading by itself. Remembers it where it is plausible.
    fn alone(&mut self, sample: &Sample, next_m: Option<f64>) -> Option<Verdict> {
        let limits = &self.limits[sample.gauge];
        let history = &mut self.gauges[sample.gauge];
        let (level_m, (last_s, last_m)) = (sample.level_m, history.last);
        if !level_m.is_finite() {
            return Some(Verdict::Missing);
        }
        if !(limits.low_m..=limits.high_m).contains(&level_m) {
            let (low_m, high_m) = (limits.low_m, limits.high_m);
            return Some(Verdict::OutOfRange { level_m, low_m, high_m });
        }
        let jump_m = level_m - last_m;
        // Before the first reading the jump is not a number, which no comparison holds for.
        if let Some(next_m) = next_m {
            let is_out = jump_m.abs() > limits.spike_m && (level_m - next_m).abs() > limits.spike_m;
            let is_alone = jump_m * (level_m - next_m) > 0.0;
            if is_out && is_alone && (next_m - last_m).abs() <= limits.spike_m {
                return Some(Verdict::Spike { jump_m });
            }
        }
        let rate_m_h = jump_m / ((sample.time_s - last_s) / 3600.0);
        if rate_m_h.abs() > limits.fastest_m_h {
            let fastest_m_h = limits.fastest_m_h;
            return Some(Verdict::TooFast { rate_m_h, fastest_m_h });
        }
        if jump_m.is_nan() || jump_m.abs() > SAME_M {
            history.still = (sample.time_s, f64::INFINITY, f64::NEG_INFINITY);
            history.last.1 = level_m;
        }
        history.last.0 = sample.time_s;
        let (since_s, lowest_m, highest_m) = &mut history.still;
        *lowest_m = lowest_m.min(sample.expected_m);
        *highest_m = highest_m.max(sample.expected_m);
        let (still_s, moved_m) = (sample.time_s - *since_s, *highest_m - *lowest_m);
        if still_s >= limits.still_s && moved_m >= limits.still_change_m {
            (history.is_left_out, history.good) = (true, 0);
            return Some(Verdict::Stuck { still_s, moved_m });
        }
        None
    }

    /// Whether more than half of the gauges that count depart to one side.
    fn model_errs<'a>(&self, samples: impl Iterator<Item = &'a Sample>) -> bool {
        let (mut all, mut above, mut below) = (0, 0, 0);
        for sample in samples.filter(|sample| !self.gauges[sample.gauge].is_left_out) {
            let (departure, most) = (sample.departure(), self.limits[sample.gauge].departure);
            all += 1;
            above += usize::from(departure > most);
            below += usize::from(departure < -most);
        }
        all >= LEAST_TO_BLAME_THE_MODEL && 2 * above.max(below) > all
    }

    fn against_ensemble(&mut self, sample: &Sample, model_errs: bool) -> Verdict {
        let limits = &self.limits[sample.gauge];
        let history = &mut self.gauges[sample.gauge];
        let departure = sample.departure();
        let innovation_m = sample.level_m - sample.expected_m;
        let deviation_m = innovation_m / departure;
        let departs = departure.abs() > limits.departure;
        if model_errs && !history.is_left_out {
            (history.departures, history.good) = (0, 0);
            return if departs {
                Verdict::ModelDeparts { innovation_m, deviation_m }
            } else {
                Verdict::Good
            };
        }
        history.departures = if departs { history.departures + 1 } else { 0 };
        let times = history.departures;
        if departs && (history.is_left_out || times >= limits.suspect_after) {
            (history.is_left_out, history.good) = (true, 0);
            return Verdict::Suspect { innovation_m, deviation_m, times };
        }
        if departs {
            return Verdict::Departs { innovation_m, deviation_m, times };
        }
        if history.is_left_out {
            let agrees = departure.abs() <= 0.5 * limits.departure;
            history.good = if agrees { history.good + 1 } else { 0 };
            if history.good < limits.good_after {
                return Verdict::OnProbation { good: history.good, needed: limits.good_after };
            }
            (history.is_left_out, history.good) = (false, 0);
        }
        Verdict::Good
    }
}

/// What the gauge of a sample shows next, of what is there already.
fn next_of(samples: &[Sample], sample: &Sample) -> Option<f64> {
    let later = samples.iter().filter(|other| {
        other.gauge == sample.gauge && other.time_s > sample.time_s && other.level_m.is_finite()
    });
    later.min_by(|a, b| a.time_s.total_cmp(&b.time_s)).map(|next| next.level_m)
}
