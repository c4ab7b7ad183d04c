//! From readings to what the members do next.

use rayon::prelude::*;

use super::{
    super::{
        Error,
        error::require,
        etkf::{Observed, Transform, mean_of, spread_of},
        quality::{Quality, Sample, Verdict},
    },
    Multipliers, Nowcast, Reading, Snapshot,
    members::{self, Logs, in_order},
};
use crate::flood::{Engine, State};

/// What became of a gauge in a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GaugeReport {
    /// On its last reading; [`Verdict::Missing`] where there was none.
    pub verdict: Verdict,
    /// Readings that were used.
    pub used: usize,
    /// Readings that were not.
    pub left_out: usize,
    /// Observed less predicted at the last reading, before the analysis, m; not a number without.
    pub innovation_m: f64,
    /// Standard deviation of the members there and then, m; not a number without.
    pub spread_m: f64,
}

/// What an assimilation did.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// Until when the members have run, s.
    pub time_s: f64,
    /// For each gauge, in their order.
    pub gauges: Vec<GaugeReport>,
    /// Readings that were not of this window, or second ones of a gauge for one time: nothing was made of them.
    pub ignored: usize,
    /// What was believed before.
    pub before: Multipliers,
    /// What is believed now.
    pub after: Multipliers,
    /// From when the members were run again, s; none where no reading was used, or none is to be.
    pub rerun_from_s: Option<f64>,
}

/// Readings of a window, and when they are.
struct Window {
    readings: Vec<Reading>,
    /// Times of readings, ascending.
    times_s: Vec<f64>,
    until_s: f64,
}

/// A member at the end of a window.
struct Ran {
    state: State<f32>,
    /// Checkpoints on the way.
    stops: Vec<Vec<u8>>,
    /// Levels at the readings, m.
    levels_m: Vec<f64>,
}

impl Nowcast {
    /// Takes the members to a time, and to what gauges have shown until then. Without readings that can be used
    /// it is a run without assimilation.
    ///
    /// # Errors
    /// Where the time does not come after that of the members, a reading names a gauge that is not there, or a
    /// member becomes unstable. Nothing is changed then.
    pub fn assimilate(&mut self, until_s: f64, readings: &[Reading]) -> Result<Analysis, Error> {
        let window = self.window(until_s, readings)?;
        let ran = self.run_on(&window)?;
        let samples = self.samples(&window, &ran);
        let mut quality = self.quality.clone();
        let verdicts = self.verdicts(&mut quality, &samples, &ran)?;
        let before = self.multipliers();
        let used: Vec<usize> = (0..samples.len()).filter(|at| verdicts[*at].is_used()).collect();
        let (mut ran, mut rerun_from_s) = (ran, None);
        if !used.is_empty() {
            let logs = self.analyse(&samples, &used, &ran)?;
            let engines =
                members::engines(&self.ground, &self.forcing, self.settings.flood, &logs)?;
            if self.settings.rerun_windows > 0 {
                rerun_from_s = self.past.front().map(|snapshot| snapshot.time_s);
                ran = self.run_again(&engines, &window)?;
            }
            (self.logs, self.engines) = (logs, engines);
        }
        self.quality = quality;
        self.see_errors(&samples, &used, &ran);
        self.keep(ran);
        Ok(Analysis {
            time_s: until_s,
            gauges: self.reports(&samples, &verdicts),
            ignored: readings.len() - window.readings.len(),
            before,
            after: self.multipliers(),
            rerun_from_s,
        })
    }

    /// Readings after now and not after the end, by time and gauge, each once.
    fn window(&self, until_s: f64, readings: &[Reading]) -> Result<Window, Error> {
        let (now_s, gauges) = (self.time_s(), self.gauges.len());
        let range = "finite, and later than the members have run";
        require("until_s", until_s, range, until_s > now_s && until_s.is_finite())?;
        if let Some(reading) = readings.iter().find(|reading| reading.gauge >= gauges) {
            return Err(Error::Gauge { gauge: reading.gauge, gauges });
        }
        let is_inside = |reading: &&Reading| reading.time_s > now_s && reading.time_s <= until_s;
        let mut readings: Vec<Reading> = readings.iter().filter(is_inside).copied().collect();
        readings.sort_by(|a, b| a.time_s.total_cmp(&b.time_s).then(a.gauge.cmp(&b.gauge)));
        readings.dedup_by_key(|reading| (reading.time_s.to_bits(), reading.gauge));
        let mut times_s: Vec<f64> = readings.iter().map(|reading| reading.time_s).collect();
        times_s.dedup();
        Ok(Window { readings, times_s, until_s })
    }

    /// The members from now to the end of the window.
    fn run_on(&self, window: &Window) -> Result<Vec<Ran>, Error> {
        let members = self.engines.par_iter().zip(&self.states).enumerate();
        in_order(
            members
                .map(|(member, (engine, state))| {
                    self.run(member, engine, state.clone(), &[], window)
                })
                .collect(),
        )
    }

    /// The members from the oldest window that is kept.
    fn run_again(&self, engines: &[Engine<f32>], window: &Window) -> Result<Vec<Ran>, Error> {
        let Some(oldest) = self.past.front() else { return self.run_on(window) };
        let stops_s: Vec<f64> = self.past.iter().skip(1).map(|snapshot| snapshot.time_s).collect();
        let members = engines.par_iter().zip(&oldest.members).enumerate();
        in_order(
            members
                .map(|(member, (engine, bytes))| {
                    let state = engine.restore(bytes)?;
                    self.run(member, engine, state, &stops_s, window)
                })
                .collect(),
        )
    }

    fn run(
        &self,
        member: usize,
        engine: &Engine<f32>,
        mut state: State<f32>,
        stops_s: &[f64],
        window: &Window,
    ) -> Result<Ran, Error> {
        let unstable = |source| Error::Member { member, source };
        let mut stops = Vec::with_capacity(stops_s.len());
        for stop_s in stops_s {
            engine.advance(&mut state, *stop_s).map_err(unstable)?;
            stops.push(engine.checkpoint(&state));
        }
        let (mut levels_m, mut readings) = (Vec::new(), window.readings.iter().peekable());
        for time_s in &window.times_s {
            engine.advance(&mut state, *time_s).map_err(unstable)?;
            while let Some(reading) = readings.next_if(|reading| reading.time_s <= *time_s) {
                levels_m.push(self.gauges[reading.gauge].level_m(engine, &state)?);
            }
        }
        engine.advance(&mut state, window.until_s).map_err(unstable)?;
        // Only forecasts keep a record.
        state.begin_record();
        Ok(Ran { state, stops, levels_m })
    }

    /// Readings beside what the members predict.
    fn samples(&self, window: &Window, ran: &[Ran]) -> Vec<Sample> {
        let sample = |(at, reading): (usize, &Reading)| {
            let (expected_m, spread_m) = mean_and_spread(ran, at);
            let Reading { gauge, time_s, level_m } = *reading;
            let error_m = self.gauges[gauge].error_m();
            Sample { gauge, time_s, level_m, expected_m, spread_m, error_m }
        };
        window.readings.iter().enumerate().map(sample).collect()
    }

    fn verdicts(
        &self,
        quality: &mut Quality,
        samples: &[Sample],
        ran: &[Ran],
    ) -> Result<Vec<Verdict>, Error> {
        if self.settings.judges_gauges {
            return quality.judge(&self.beside_neighbours(samples, ran)?);
        }
        let verdict = |sample: &Sample| {
            if sample.level_m.is_finite() { Verdict::Good } else { Verdict::Missing }
        };
        Ok(samples.iter().map(verdict).collect())
    }

    /// Readings beside what the members predict once they have listened to all *other* gauges. A gauge that goes
    /// wrong slowly takes the ensemble with it, and never departs from what it has itself brought about; from
    /// what its neighbours say it does. Neighbours that are left out, or depart from the members by themselves,
    /// are not asked.
    fn beside_neighbours(&self, samples: &[Sample], ran: &[Ran]) -> Result<Vec<Sample>, Error> {
        let is_asked = |sample: &Sample| {
            let limits = &self.gauges[sample.gauge].limits;
            sample.departure().abs() <= limits.departure && !self.quality.is_left_out(sample.gauge)
        };
        let mut judged = samples.to_vec();
        for gauge in 0..self.gauges.len() {
            let is_own = |at: &usize| samples[*at].gauge == gauge;
            let (own, others): (Vec<usize>, Vec<usize>) = (0..samples.len()).partition(is_own);
            let others: Vec<usize> =
                others.into_iter().filter(|at| is_asked(&samples[*at])).collect();
            if own.is_empty() || others.is_empty() {
                continue;
            }
            let weights = self.weights(samples, &others, ran, 1.0)?;
            let of_member = |ran: &Ran| own.iter().map(|at| ran.levels_m[*at]).collect();
            let mut levels_m: Vec<Vec<f64>> = ran.iter().map(of_member).collect();
            weights.apply(&mut levels_m)?;
            let expected = mean_of(&levels_m).into_iter().zip(spread_of(&levels_m));
            for (at, (expected_m, spread_m)) in own.into_iter().zip(expected) {
                judged[at] = Sample { expected_m, spread_m, ..judged[at] };
            }
        }
        Ok(judged)
    }

    /// Multipliers by what the readings that are used say.
    fn analyse(&self, samples: &[Sample], used: &[usize], ran: &[Ran]) -> Result<Logs, Error> {
        let weights = self.weights(samples, used, ran, self.settings.inflation)?;
        self.logs.analysed(&weights, self.settings.least_spread)
    }

    /// What some of the readings make of the members.
    fn weights(
        &self,
        samples: &[Sample],
        used: &[usize],
        ran: &[Ran],
        inflation: f64,
    ) -> Result<Transform, Error> {
        let mut readings = vec![0_usize; self.gauges.len()];
        used.iter().for_each(|at| readings[samples[*at].gauge] += 1);
        let error_m = |at: &usize| {
            let gauge = samples[*at].gauge;
            self.gauges[gauge].share_of_error_m(readings[gauge])
        };
        let of_member = |ran: &Ran| used.iter().map(|at| ran.levels_m[*at]).collect();
        let observed = Observed {
            predicted: &ran.iter().map(of_member).collect::<Vec<Vec<f64>>>(),
            values: &used.iter().map(|at| samples[*at].level_m).collect::<Vec<f64>>(),
            errors: &used.iter().map(error_m).collect::<Vec<f64>>(),
        };
        Transform::new(observed, inflation)
    }

    /// Takes in what is still wrong at gauges.
    fn see_errors(&mut self, samples: &[Sample], used: &[usize], ran: &[Ran]) {
        for at in used {
            let Sample { gauge, time_s, level_m, .. } = samples[*at];
            self.corrections[gauge].see(time_s, level_m - mean_and_spread(ran, *at).0);
        }
    }

    /// Makes the end of the window now.
    fn keep(&mut self, ran: Vec<Ran>) {
        let stops = ran.first().map_or(0, |ran| ran.stops.len());
        for stop in 0..stops {
            let snapshot = &mut self.past[stop + 1];
            snapshot.members = ran.iter().map(|ran| ran.stops[stop].clone()).collect();
        }
        self.states = ran.into_iter().map(|ran| ran.state).collect();
        let now: Snapshot = self.snapshot(&self.states);
        self.past.push_back(now);
        while self.past.len() > self.settings.rerun_windows.max(1) {
            self.past.pop_front();
        }
    }

    fn reports(&self, samples: &[Sample], verdicts: &[Verdict]) -> Vec<GaugeReport> {
        let (verdict, innovation_m) = (Verdict::Missing, f64::NAN);
        let nothing =
            GaugeReport { verdict, used: 0, left_out: 0, innovation_m, spread_m: f64::NAN };
        let mut reports = vec![nothing; self.gauges.len()];
        for (sample, verdict) in samples.iter().zip(verdicts) {
            let report = &mut reports[sample.gauge];
            report.verdict = *verdict;
            report.used += usize::from(verdict.is_used());
            report.left_out += usize::from(!verdict.is_used());
            report.innovation_m = sample.level_m - sample.expected_m;
            report.spread_m = sample.spread_m;
        }
        reports
    }
}

/// Mean and standard deviation of the members' levels at a reading, m.
fn mean_and_spread(ran: &[Ran], at: usize) -> (f64, f64) {
    let count = ran.len() as f64;
    let mean_m = ran.iter().map(|ran| ran.levels_m[at]).sum::<f64>() / count;
    let sum: f64 = ran.iter().map(|ran| (ran.levels_m[at] - mean_m).powi(2)).sum();
    (mean_m, (sum / (count - 1.0)).sqrt())
}
