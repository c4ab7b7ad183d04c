//! Rain, wind, air pressure and temperature of a scenario: functions of place and instant.

use super::{
    calendar::{bell, day_of, hour_of, season, sun_altitude_deg},
    seed::Dice,
};

/// Degrees of longitude and latitude.
pub(crate) type LonLat = [f64; 2];

/// What the weather does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ScenarioKind {
    /// A mild day with a shower in some places
    Calm,
    /// A tropical cyclone makes landfall: about 450 mm of rain in 30 hours
    Storm,
    /// A cyclone and the cold air behind it: about 1100 mm in three days, rivers above alarm III
    Flood,
}

/// A scenario and when it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) kind: ScenarioKind,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub(crate) start_s: f64,
}

/// A rain band: hours after the start, half-width in hours, mm/h at its height.
struct Band(f64, f64, f64);

/// ∫ exp(−((t − c)/w)²) dt = w √π, so these bring 458 mm.
const STORM: &[Band] = &[
    Band(5.0, 2.5, 8.0),
    Band(11.0, 3.0, 22.0),
    Band(15.0, 1.6, 48.0),
    Band(19.0, 3.0, 20.0),
    Band(27.0, 4.0, 9.0),
];
/// And these 1106 mm.
const FLOOD: &[Band] = &[
    Band(6.0, 4.0, 9.0),
    Band(14.0, 4.0, 20.0),
    Band(22.0, 4.0, 26.0),
    Band(34.0, 3.0, 14.0),
    Band(44.0, 5.0, 28.0),
    Band(52.0, 3.0, 50.0),
    Band(62.0, 6.0, 12.0),
];
/// Bands come from the sea at this speed.
const BAND_KM_H: f64 = 30.0;
/// Kilometres of a degree of longitude at 15.6° N.
const KM_PER_DEG: f64 = 107.2;
/// Cells of rain, in degrees.
const CELL_DEG: f64 = 0.05;

/// The weather of a scenario around a place.
#[derive(Debug, Clone)]
pub(crate) struct Weather {
    dice: Dice,
    scenario: Scenario,
    centre: LonLat,
}

impl Weather {
    /// The weather of a scenario; `centre` is the middle of what is measured.
    pub(crate) fn new(dice: Dice, scenario: Scenario, centre: LonLat) -> Self {
        Self { dice: dice.named("weather"), scenario, centre }
    }

    /// When its scenario begins, in seconds since 1970-01-01T00:00:00Z.
    pub(crate) fn start_s(&self) -> f64 {
        self.scenario.start_s
    }

    /// The same weather with another scenario.
    pub(crate) fn with(&self, scenario: Scenario) -> Self {
        Self { scenario, ..self.clone() }
    }

    /// Rain in mm/h.
    pub(crate) fn rain_mm_h(&self, place: LonLat, t_s: f64) -> f64 {
        let bands = match self.scenario.kind {
            ScenarioKind::Calm => return self.shower_mm_h(place, t_s),
            ScenarioKind::Storm => STORM,
            ScenarioKind::Flood => FLOOD,
        };
        let inland_km = (self.centre[0] - place[0]) * KM_PER_DEG;
        let hours = (t_s - self.scenario.start_s) / 3600.0 - inland_km / BAND_KM_H;
        let bands = bands.iter().map(|Band(at, width, peak)| {
            let apart = (hours - at) / width;
            peak * (-apart * apart).exp()
        });
        let rain = bands.sum::<f64>() * (1.0 + 0.3 * (inland_km / 16.0).tanh());
        let rain = rain * (1.0 + 0.6 * self.cell(place).smooth(t_s / 1200.0));
        // Below this it is mist.
        if rain < 0.2 { 0.0 } else { rain }
    }

    /// What fell of late in mm, where rain counts the less the longer it is past: by e^(−t/`hours`).
    pub(crate) fn recent_mm(&self, place: LonLat, t_s: f64, hours: f64) -> f64 {
        const STEPS_AN_E: u32 = 6;
        let step_h = hours / f64::from(STEPS_AN_E);
        let steps = (0..3 * STEPS_AN_E).map(|k| {
            let ago_h = (f64::from(k) + 0.5) * step_h;
            self.rain_mm_h(place, t_s - 3600.0 * ago_h) * step_h * (-ago_h / hours).exp()
        });
        steps.sum()
    }

    /// A shower of an afternoon, in one cell of four.
    fn shower_mm_h(&self, place: LonLat, t_s: f64) -> f64 {
        let day = self.cell(place).named("shower").of(day_of(t_s).cast_unsigned());
        if !day.happens(0.25) {
            return 0.0;
        }
        let (at, width) = (day.of(1).between(14.0, 18.5), day.of(2).between(0.2, 0.5));
        let rain = day.of(3).between(3.0, 14.0) * bell(hour_of(t_s), at, width);
        if rain < 0.2 { 0.0 } else { rain }
    }

    fn cell(&self, place: LonLat) -> Dice {
        let [x, y] = place.map(|degrees| ((degrees / CELL_DEG).floor() as i64).cast_unsigned());
        self.dice.named("cell").of(x).of(y)
    }

    /// How strong the cyclone is, 0 to 1.
    pub(crate) fn fury(&self, t_s: f64) -> f64 {
        let hours = (t_s - self.scenario.start_s) / 3600.0;
        let (at, width) = match self.scenario.kind {
            ScenarioKind::Calm => return 0.0,
            ScenarioKind::Storm => (15.0, 7.0),
            ScenarioKind::Flood => (14.0, 8.0),
        };
        (-((hours - at) / width).powi(2)).exp()
    }

    /// How much of the sky is clouded, 0 to 1.
    pub(crate) fn cloud(&self, t_s: f64) -> f64 {
        let hours = (t_s - self.scenario.start_s) / 3600.0;
        let lasts = match self.scenario.kind {
            ScenarioKind::Calm => 0.0,
            ScenarioKind::Storm => 36.0,
            ScenarioKind::Flood => 72.0,
        };
        let rainy =
            ((hours + 3.0).clamp(0.0, 3.0) / 3.0).min((lasts - hours).clamp(0.0, 6.0) / 6.0);
        (0.35 + 0.25 * self.dice.named("cloud").smooth(t_s / 7200.0)).max(rainy)
    }

    /// The surge that the cyclone drives to the coast, in metres.
    pub(crate) fn surge_m(&self, t_s: f64) -> f64 {
        0.6 * self.fury(t_s)
    }

    /// Wind speed in m/s: sea breeze, noise, cyclone.
    pub(crate) fn wind_m_s(&self, t_s: f64) -> f64 {
        let breeze = 1.6 + 1.8 * bell(hour_of(t_s), 14.5, 4.0);
        let gust = 1.0 + 0.35 * self.dice.named("wind").smooth(t_s / 600.0);
        (breeze + 24.0 * self.fury(t_s)) * gust
    }

    /// Where the wind comes from, in degrees clockwise from north; it veers as the eye passes.
    pub(crate) fn wind_from_deg(&self, t_s: f64) -> f64 {
        let sea = bell(hour_of(t_s), 14.0, 5.0);
        let calm = 270.0 - 180.0 * sea + 25.0 * self.dice.named("veer").smooth(t_s / 1800.0);
        let fury = self.fury(t_s);
        let hours = (t_s - self.scenario.start_s) / 3600.0;
        let around = 20.0 + 160.0 / (1.0 + (-(hours - 15.0) / 3.0).exp());
        (calm * (1.0 - fury) + around * fury).rem_euclid(360.0)
    }

    /// Air pressure at sea level, in hPa, with its half-daily tide.
    pub(crate) fn pressure_hpa(&self, t_s: f64) -> f64 {
        let twice = (hour_of(t_s) - 10.0) / 12.0 * std::f64::consts::TAU;
        1012.0 + 1.3 * twice.cos() - 28.0 * self.fury(t_s)
    }

    /// Air temperature in °C: season, sun, rain.
    pub(crate) fn temperature_c(&self, place: LonLat, t_s: f64) -> f64 {
        // Coldest in the middle of January, as at Tam Kỳ: 21.5 °C to 29 °C by the month.
        let year = 25.3 - 3.8 * ((season(t_s) - 0.04) * std::f64::consts::TAU).cos();
        let clear = 1.0 - 0.75 * self.cloud(t_s);
        let day = 4.8 * clear * ((hour_of(t_s) - 14.0) / 24.0 * std::f64::consts::TAU).cos();
        let wet = (self.rain_mm_h(place, t_s) / 8.0).min(1.0);
        year + day - 2.2 * wet + 0.4 * self.dice.named("warmth").smooth(t_s / 5400.0)
    }

    /// Relative humidity in %.
    pub(crate) fn humidity_pct(&self, place: LonLat, t_s: f64) -> f64 {
        let dry = self.temperature_c(place, t_s) - 22.0;
        let wet = (self.rain_mm_h(place, t_s) / 3.0).min(1.0);
        let humidity = 90.0 - 2.6 * dry + 2.0 * self.dice.named("humidity").smooth(t_s / 3600.0);
        (humidity + (98.0 - humidity) * wet).clamp(35.0, 100.0)
    }

    /// How strongly the sun shines, 0 to 1.
    pub(crate) fn sunshine(&self, place: LonLat, t_s: f64) -> f64 {
        let altitude = sun_altitude_deg(place[0], place[1], t_s);
        altitude.max(0.0).to_radians().sin() * (1.0 - 0.8 * self.cloud(t_s))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::calendar::instant_s, *};

    const TOWN: LonLat = [108.48, 15.57];

    fn weather(kind: ScenarioKind) -> Weather {
        let start_s = instant_s("2026-11-21T00:00:00Z");
        Weather::new(Dice::new(1), Scenario { kind, start_s }, TOWN)
    }

    /// Millimetres in so many hours from the start of the scenario.
    fn total_mm(weather: &Weather, place: LonLat, hours: u32) -> f64 {
        let minutes = (0..hours * 60).map(|m| weather.start_s() + 60.0 * f64::from(m));
        minutes.map(|t| weather.rain_mm_h(place, t) / 60.0).sum()
    }

    #[test]
    fn a_storm_brings_what_its_bands_sum_up_to_and_a_flood_more_than_twice_that() {
        let storm = total_mm(&weather(ScenarioKind::Storm), TOWN, 48);
        // The texture of cells has mean 1 and changes every 20 minutes; a tenth is left of it.
        assert!((storm / 458.0 - 1.0).abs() < 0.15, "{storm} mm");
        let flood = total_mm(&weather(ScenarioKind::Flood), TOWN, 84);
        assert!((flood / 1106.0 - 1.0).abs() < 0.15, "{flood} mm");
        assert!(total_mm(&weather(ScenarioKind::Calm), TOWN, 24) < 20.0);
    }

    #[test]
    fn hills_inland_get_more_rain_and_get_it_later() {
        let storm = weather(ScenarioKind::Storm);
        let hills = [TOWN[0] - 0.25, TOWN[1]];
        assert!(total_mm(&storm, hills, 48) > 1.1 * total_mm(&storm, TOWN, 48));
        let half = |place| {
            let whole = total_mm(&storm, place, 60);
            (1..60).find(|h| total_mm(&storm, place, *h) > whole / 2.0).unwrap()
        };
        assert!(half(hills) >= half(TOWN));
    }

    #[test]
    fn every_hour_of_every_scenario_is_weather() {
        for kind in [ScenarioKind::Calm, ScenarioKind::Storm, ScenarioKind::Flood] {
            let weather = weather(kind);
            for hour in 0..96 {
                let t = weather.start_s() + 3600.0 * f64::from(hour);
                for (value, low, high) in [
                    (weather.rain_mm_h(TOWN, t), 0.0, 150.0),
                    (weather.wind_m_s(t), 0.0, 45.0),
                    (weather.wind_from_deg(t), 0.0, 360.0),
                    (weather.pressure_hpa(t), 970.0, 1020.0),
                    (weather.temperature_c(TOWN, t), 12.0, 40.0),
                    (weather.humidity_pct(TOWN, t), 30.0, 100.0),
                    (weather.sunshine(TOWN, t), 0.0, 1.0),
                    (weather.cloud(t), 0.0, 1.0),
                ] {
                    assert!((low..=high).contains(&value), "{kind:?} {hour} h: {value}");
                }
            }
        }
    }
}
