//! One ensemble over its time: from the gauges to a forecast, again and again.

use std::path::Path;

use city::{Instant, Title, scenario::FloodScenario};
use feeds::{log::LogError, service::Service};
use sim::fusion::{
    Error as FusionError, Forecast, Gauge, GaugeReport, Nowcast, Outlook, Reading, Settings,
    quality::Limits,
};

use super::{
    FOLDER,
    config::Config,
    observed::{self, LevelGauge},
};
use crate::{
    flood::{FloodError, Output, Parts, RunFolder, Site, Sources},
    live::Roll,
};

const HOUR_US: f64 = 3.6e9;
/// After so long it begins anew, so that its rain does not grow for ever, h.
const LONGEST_H: f64 = 240.0;
/// A gauge beside its river reads the water within so many cells.
const NEAR: usize = 3;
/// A station whose thresholds are unknown shows levels between these, m over the lowest and highest ground.
const BEYOND_M: (f64, f64) = (5.0, 25.0);

/// Why there is no forecast.
#[derive(Debug, thiserror::Error)]
pub(super) enum CycleError {
    /// The model.
    #[error(transparent)]
    Flood(#[from] FloodError),
    /// The filter.
    #[error(transparent)]
    Fusion(#[from] FusionError),
    /// The observations.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// An ensemble that is kept up to date.
pub(super) struct Ensemble {
    pub(super) config: Config,
    /// Its time 0.
    pub(super) begin: Instant,
    pub(super) site: Site,
    pub(super) gauges: Vec<LevelGauge>,
    /// What became of each gauge in the last window.
    pub(super) reports: Vec<GaugeReport>,
    pub(super) nowcast: Nowcast,
    pub(super) assumptions: Vec<Title>,
}

impl Ensemble {
    /// Begins some hours before now.
    pub(super) fn begin(
        config: Config,
        sources: &Sources<'_>,
        service: &Service,
        roll: &Roll,
        now: Instant,
    ) -> Result<Self, CycleError> {
        let begin = Instant::from_micros(now.as_micros() - (config.warmup_h * HOUR_US) as i64);
        let (scenario, _) = scenario(&config, service, roll, (begin, now))?;
        let Parts { site, ground, forcing, .. } = Parts::assemble(&scenario, sources)?;
        let placed = observed::level_gauges(roll, &config).into_iter().filter_map(|gauge| {
            let cell = site.cell_of_gauge(gauge.at, NEAR)?;
            Some((gauge, cell))
        });
        let (gauges, cells): (Vec<LevelGauge>, Vec<(usize, usize)>) = placed.unzip();
        let beds = site.bed_m.iter().copied();
        let (low_m, high_m) = beds.fold((f64::MAX, f64::MIN), |(a, b), z| (a.min(z), b.max(z)));
        let limits = Limits::between(low_m - BEYOND_M.0, high_m + BEYOND_M.1);
        let kernel: Vec<Gauge> = gauges
            .iter()
            .zip(cells)
            .map(|(gauge, (column, row))| {
                let mut kernel = Gauge::new(column, row, limits);
                let alarms = kernel.alarms_m.iter_mut().zip(&gauge.alarms);
                alarms.for_each(|(slot, (level_m, _))| *slot = Some(*level_m));
                kernel
            })
            .collect();
        let settings = Settings { members: config.members, ..Settings::default() };
        let nowcast = Nowcast::new(ground, forcing, &site.depth_m, kernel, settings)?;
        Ok(Self {
            config,
            begin,
            site,
            gauges,
            reports: Vec::new(),
            nowcast,
            assumptions: Vec::new(),
        })
    }

    /// Whether it should begin anew: it has grown old, or its gauges are other ones.
    pub(super) fn is_stale(&self, config: &Config, roll: &Roll, now: Instant) -> bool {
        let inside = |gauge: &LevelGauge| self.site.cell_of_gauge(gauge.at, NEAR).is_some();
        let found = observed::level_gauges(roll, config).into_iter().filter(inside);
        *config != self.config
            || self.hours(now) > LONGEST_H
            || !found.eq(self.gauges.iter().cloned())
    }

    fn hours(&self, at: Instant) -> f64 {
        (at.as_micros() - self.begin.as_micros()) as f64 / HOUR_US
    }

    /// Takes the ensemble to now with what the gauges have told, and runs it ahead. `is_over` ends it early,
    /// with nothing.
    pub(super) fn advance(
        &mut self,
        service: &Service,
        roll: &Roll,
        now: Instant,
        is_over: &dyn Fn() -> bool,
    ) -> Result<Option<Forecast>, CycleError> {
        let (scenario, mut told) = scenario(&self.config, service, roll, (self.begin, now))?;
        self.nowcast.set_forcing(self.site.forcing_of(&scenario)?)?;
        told.extend(self.site.assumptions.iter().cloned());
        self.assumptions = told;
        let window_s = (self.config.cycle_min * 60.0).max(600.0);
        let end_s = self.hours(now) * 3600.0;
        while self.nowcast.time_s() < end_s {
            if is_over() {
                return Ok(None);
            }
            let from_s = self.nowcast.time_s();
            // A last bit of a window is taken with it.
            let until_s = if end_s - from_s < 1.5 * window_s { end_s } else { from_s + window_s };
            let readings = self.readings(service, from_s, until_s)?;
            self.reports = self.nowcast.assimilate(until_s, &readings)?.gauges;
        }
        Ok(Some(self.nowcast.forecast(self.config.horizon_h * 3600.0, &Outlook::default())?))
    }

    fn readings(
        &self,
        service: &Service,
        from_s: f64,
        until_s: f64,
    ) -> Result<Vec<Reading>, CycleError> {
        let at =
            |seconds: f64| Instant::from_micros(self.begin.as_micros() + (seconds * 1e6) as i64);
        let mut readings = Vec::new();
        for (number, gauge) in self.gauges.iter().enumerate() {
            for (time, level_m) in observed::levels(service, gauge, at(from_s), at(until_s))? {
                let time_s = self.hours(time) * 3600.0;
                readings.push(Reading { gauge: number, time_s, level_m });
            }
        }
        Ok(readings)
    }

    /// Whether any gauge is simulated.
    pub(super) fn is_simulated(&self) -> bool {
        self.config.simulated && self.gauges.iter().any(|gauge| gauge.is_simulated)
    }

    /// Writes the maps of a forecast.
    pub(super) fn write_maps(&self, data: &Path, forecast: &Forecast) -> Result<(), CycleError> {
        let folder = RunFolder::make(&data.join(FOLDER))?;
        let maps = &forecast.maps;
        let likely = maps.exceedance.first().map_or(&[][..], Vec::as_slice);
        for (output, values, scale) in [
            (Output::Likelihood, likely, 100.0),
            (Output::MedianDepth, &maps.p50_m[..], 1.0),
            (Output::HighDepth, &maps.p90_m[..], 1.0),
        ] {
            let least = if output == Output::Likelihood { 0.1 } else { 0.01 };
            let shown = |cell: usize| {
                let value = values.get(cell).copied().unwrap_or(0.0) * scale;
                let is_dry = self.site.blocked[cell] || value < least;
                if is_dry { f32::NAN } else { value }
            };
            folder.write_cells(output, &self.site.plane, shown)?;
        }
        Ok(())
    }
}

/// The scenario from a beginning until now and some time ahead, and what was assumed of its rain.
fn scenario(
    config: &Config,
    service: &Service,
    roll: &Roll,
    (begin, now): (Instant, Instant),
) -> Result<(FloodScenario, Vec<Title>), CycleError> {
    let own = config.scenario.start.unwrap_or(begin);
    let mut scenario = config.scenario_from((begin.as_micros() - own.as_micros()) as f64 / HOUR_US);
    scenario.start = Some(begin);
    let fallen = observed::rain(service, roll, config, (begin, now))?;
    scenario.rain = Some(fallen.rain);
    let half = config.rain_half_life_h;
    let mut told = vec![Title::new(
        format!(
            "Mưa của {} trạm; mưa giờ cuối được cho là giảm một nửa sau mỗi {half} giờ.",
            fallen.gauges
        ),
        format!(
            "Rain of {} gauges; that of the last hour is taken to halve every {half} h.",
            fallen.gauges
        ),
    )];
    if fallen.silent > 0 {
        let minutes = (fallen.silent as f64 * observed::BIN_H * 60.0).round();
        told.push(Title::new(
            format!("{minutes} phút không trạm mưa nào có số liệu: coi như không mưa."),
            format!("For {minutes} minutes no rain gauge was heard from: they are taken as dry."),
        ));
    }
    Ok((scenario, told))
}
