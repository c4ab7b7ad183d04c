//! Stations of air and water: daily cycles, wind, and what rain washes out of the air and into rivers.

use super::{
    calendar::{bell, hour_of},
    seed::Dice,
    tide::tide_m,
    traffic::demand,
    weather::{LonLat, Weather},
};
use crate::things::Quantity;

/// A station and what sets it apart from others.
#[derive(Debug, Clone)]
pub(crate) struct Station {
    dice: Dice,
    place: LonLat,
    /// How dirty its surroundings are; 1 is usual.
    burden: f64,
    /// How salty its water is when the tide is in, in ‰.
    brine: f64,
}

impl Station {
    /// A station at a place.
    pub(crate) fn new(dice: Dice, place: LonLat) -> Self {
        let dice = dice.named("station");
        let (burden, brine) = (dice.of(1).between(0.7, 1.4), dice.of(2).between(0.5, 12.0));
        Self { dice, place, burden, brine }
    }

    /// What it measures; `None` for what it has no instrument for.
    pub(crate) fn value(
        &self,
        quantity: Quantity,
        unit: &str,
        weather: &Weather,
        t_s: f64,
    ) -> Option<f64> {
        let value = self.air(quantity, unit, weather, t_s);
        value.or_else(|| self.water(quantity, unit, weather, t_s))
    }

    /// Noise of an hour or so, in `[-1, 1]`.
    fn drift(&self, quantity: Quantity, t_s: f64) -> f64 {
        self.dice.of(100 + quantity as u64).smooth(t_s / 4200.0)
    }

    /// Concentrations in µg/m³ (carbon monoxide in mg/m³ where its unit says so).
    fn air(&self, quantity: Quantity, unit: &str, weather: &Weather, t_s: f64) -> Option<f64> {
        let drift = self.drift(quantity, t_s);
        Some(match quantity {
            Quantity::Pm25 => self.pm25(weather, t_s),
            // Coarse dust is added, so PM2.5 stays below PM10.
            Quantity::Pm10 => self.pm25(weather, t_s) * (1.55 + 0.2 * drift),
            Quantity::No2 => self.no2(weather, t_s),
            // Ozone is made by the sun and eaten by nitrogen monoxide (photostationary state).
            Quantity::O3 => {
                let made = 38.0 + 75.0 * weather.sunshine(self.place, t_s);
                (made - 0.7 * (self.no2(weather, t_s) - 12.0)).max(4.0) * (1.0 + 0.08 * drift)
            }
            Quantity::Co => {
                let ug =
                    (380.0 + 620.0 * demand(t_s)) * self.thin(weather, t_s) * (1.0 + 0.15 * drift);
                if unit.starts_with("mg") { ug / 1000.0 } else { ug }
            }
            Quantity::So2 => 7.0 * self.burden * self.thin(weather, t_s) * (1.0 + 0.4 * drift),
            Quantity::Temperature => weather.temperature_c(self.place, t_s),
            Quantity::Humidity => weather.humidity_pct(self.place, t_s),
            Quantity::Pressure => weather.pressure_hpa(t_s),
            Quantity::WindSpeed => weather.wind_m_s(t_s),
            Quantity::WindDirection => weather.wind_from_deg(t_s),
            Quantity::Rain | Quantity::RainRate => weather.rain_mm_h(self.place, t_s),
            Quantity::Noise => self.noise_db(weather, t_s),
            _ => return None,
        })
    }

    fn pm25(&self, weather: &Weather, t_s: f64) -> f64 {
        let hour = hour_of(t_s);
        let day = 1.0 + 0.35 * bell(hour, 7.0, 2.0) + 0.3 * bell(hour, 18.5, 2.5);
        let night = 1.0 + 0.25 * bell(hour, 23.5, 4.0);
        let slow = 1.0 + 0.35 * self.dice.of(3).smooth(t_s / 21_600.0);
        let own = 20.0 * self.burden * day * night * slow;
        // Sea salt and what comes from far away stay in any wind.
        2.0 + own * self.thin(weather, t_s) * self.washed(weather, t_s)
    }

    fn no2(&self, weather: &Weather, t_s: f64) -> f64 {
        let drift = self.drift(Quantity::No2, t_s);
        (6.0 + 26.0 * demand(t_s)) * self.burden * self.thin(weather, t_s) * (1.0 + 0.15 * drift)
    }

    /// How wind thins the air; 1 at 2.5 m/s.
    fn thin(&self, weather: &Weather, t_s: f64) -> f64 {
        1.0 / (0.55 + 0.18 * weather.wind_m_s(t_s))
    }

    /// What rain of the last hours leaves in the air.
    fn washed(&self, weather: &Weather, t_s: f64) -> f64 {
        0.2 + 0.8 * (-weather.recent_mm(self.place, t_s, 1.5) / 6.0).exp()
    }

    /// A-weighted level in dB: levels of streets and of rain are added as energies.
    fn noise_db(&self, weather: &Weather, t_s: f64) -> f64 {
        let street = 44.0 + 22.0 * demand(t_s).sqrt() + 1.5 * self.drift(Quantity::Noise, t_s);
        let rain = 42.0 + 8.0 * (1.0 + weather.rain_mm_h(self.place, t_s)).log10();
        10.0 * (10_f64.powf(street / 10.0) + 10_f64.powf(rain / 10.0)).log10()
    }

    fn water(&self, quantity: Quantity, unit: &str, weather: &Weather, t_s: f64) -> Option<f64> {
        let drift = self.drift(quantity, t_s);
        let rain_mm = weather.recent_mm(self.place, t_s, 8.0);
        // 0 in clear water, towards 1 in a flood.
        let mud = 1.0 - (-rain_mm / 60.0).exp();
        let afternoon = bell(hour_of(t_s), 15.0, 4.5);
        let warm_c = weather.temperature_c(self.place, t_s - 4.0 * 3600.0);
        let water_c = 0.65 * 25.5 + 0.35 * warm_c + 0.5 * afternoon;
        let tide = 0.5 + 0.5 * (tide_m(t_s - 3600.0) / 0.58);
        let salty = self.brine * (0.35 + 0.65 * tide) * (1.0 - mud).powi(2);
        Some(match quantity {
            Quantity::WaterTemperature => water_c + 0.2 * drift,
            Quantity::Ph => 7.2 + 0.35 * afternoon - 0.45 * mud + 0.06 * drift,
            Quantity::Oxygen => {
                let full = saturation_mg_l(water_c) * (1.0 - 0.006 * salty);
                full * (0.80 + 0.14 * afternoon - 0.12 * mud + 0.02 * drift)
            }
            Quantity::Turbidity => {
                (11.0 + 4.0 * drift) * self.burden + 650.0 * mud * mud + 60.0 * mud
            }
            Quantity::Salinity => salty * (1.0 + 0.04 * drift),
            // 1 ‰ of sea salt conducts about 1.8 mS/cm; rivers here about 0.12.
            Quantity::Conductivity => {
                let us_cm = 120.0 + 1800.0 * salty * (1.0 + 0.04 * drift);
                if unit.starts_with("mS") { us_cm / 1000.0 } else { us_cm }
            }
            Quantity::Ammonium => (0.18 + 0.05 * drift) * self.burden * (1.0 + 1.2 * mud),
            Quantity::Cod => (11.0 + 2.0 * drift) * self.burden * (1.0 + 1.5 * mud),
            _ => return None,
        })
    }
}

/// Oxygen that fresh water holds at a temperature and one atmosphere: the cubic of the American
/// Society of Civil Engineers (1960), 0.12 mg/L too low at 30 °C.
fn saturation_mg_l(water_c: f64) -> f64 {
    14.652 - 0.410_22 * water_c + 0.007_991 * water_c.powi(2) - 0.000_077_774 * water_c.powi(3)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            calendar::instant_s,
            weather::{Scenario, ScenarioKind},
        },
        *,
    };

    const TOWN: LonLat = [108.48, 15.57];

    fn weather(kind: ScenarioKind) -> Weather {
        let start_s = instant_s("2026-11-21T00:00:00Z");
        Weather::new(Dice::new(1), Scenario { kind, start_s }, TOWN)
    }

    #[test]
    fn every_quantity_stays_within_what_is_seen_in_the_province() {
        let stations: Vec<_> = (0..5).map(|i| Station::new(Dice::new(1).of(i), TOWN)).collect();
        for (quantity, low, high) in [
            (Quantity::Pm25, 1.0, 120.0),
            (Quantity::Pm10, 1.5, 210.0),
            (Quantity::No2, 0.5, 120.0),
            (Quantity::O3, 4.0, 160.0),
            (Quantity::Co, 30.0, 3000.0),
            (Quantity::So2, 0.3, 30.0),
            (Quantity::Noise, 40.0, 85.0),
            (Quantity::WaterTemperature, 15.0, 34.0),
            (Quantity::Ph, 6.0, 8.5),
            (Quantity::Oxygen, 3.0, 10.0),
            (Quantity::Turbidity, 3.0, 900.0),
            (Quantity::Salinity, 0.0, 20.0),
            (Quantity::Conductivity, 100.0, 35_000.0),
            (Quantity::Ammonium, 0.0, 1.5),
            (Quantity::Cod, 3.0, 60.0),
        ] {
            for kind in [ScenarioKind::Calm, ScenarioKind::Storm, ScenarioKind::Flood] {
                let weather = weather(kind);
                for station in &stations {
                    for hour in 0..72 {
                        let t = weather.start_s() + 3600.0 * f64::from(hour);
                        let value = station.value(quantity, "", &weather, t).unwrap();
                        assert!((low..=high).contains(&value), "{quantity:?} {kind:?}: {value}");
                    }
                }
            }
        }
    }

    #[test]
    fn fine_dust_is_a_part_of_coarse_dust() {
        let (station, weather) = (Station::new(Dice::new(3), TOWN), weather(ScenarioKind::Calm));
        for minute in 0..2000 {
            let t = weather.start_s() + 60.0 * f64::from(minute);
            let of = |quantity| station.value(quantity, "", &weather, t).unwrap();
            assert!(of(Quantity::Pm25) < of(Quantity::Pm10));
        }
    }

    #[test]
    fn rain_washes_the_air_and_muddies_the_river() {
        let station = Station::new(Dice::new(1), TOWN);
        let (calm, storm) = (weather(ScenarioKind::Calm), weather(ScenarioKind::Storm));
        let t = calm.start_s() + 16.0 * 3600.0;
        let of = |weather: &Weather, quantity| station.value(quantity, "", weather, t).unwrap();
        assert!(of(&storm, Quantity::Pm25) < 0.4 * of(&calm, Quantity::Pm25));
        assert!(of(&storm, Quantity::Turbidity) > 10.0 * of(&calm, Quantity::Turbidity));
        assert!(of(&storm, Quantity::Salinity) < of(&calm, Quantity::Salinity));
    }

    #[test]
    fn oxygen_saturates_as_in_the_tables() {
        // Standard Methods 4500-O: 9.09 mg/L at 20 °C, 7.56 at 30 °C.
        assert!((saturation_mg_l(20.0) - 9.09).abs() < 0.13);
        assert!((saturation_mg_l(30.0) - 7.56).abs() < 0.13);
    }
}
