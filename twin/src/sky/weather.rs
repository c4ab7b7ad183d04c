//! Clouds and rain: as they are set, or as the rain gauges report them.

use bevy::prelude::*;
use city::Instant;

use super::Daylight;
use crate::{
    clock::VirtualClock,
    live::{LiveState, Quality},
};

/// Rain of this rate wets roads wholly, mm/h.
const WET_MM_H: f32 = 4.0;

/// The weather that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Resource)]
pub struct Weather {
    /// The part of the sky that clouds cover.
    pub cloud: f32,
    /// Rate of the rain, mm/h.
    pub rain_mm_h: f32,
    /// Whether both follow the rain gauges.
    pub is_reported: bool,
}

impl Default for Weather {
    fn default() -> Self {
        Self { cloud: 0.0, rain_mm_h: 0.0, is_reported: true }
    }
}

impl Weather {
    /// How wet what lies open is, from 0 to 1.
    pub fn wetness(&self) -> f32 {
        (self.rain_mm_h / WET_MM_H).clamp(0.0, 1.0)
    }

    /// How far one sees, m: in clear air of the coast, and through rain, whose attenuation is
    /// γ = 1.076 R^0.67 dB/km (ITU-R P.1814, 2007); what is seen has 5 % contrast left, 13 dB.
    pub fn visibility_m(&self, clear_m: f32) -> f32 {
        let in_air = 13_000.0 / clear_m;
        let in_rain = 1.076 * self.rain_mm_h.max(0.0).powf(0.67);
        13_000.0 / (in_air + in_rain)
    }

    /// The light of a clear sky under these clouds. All together: Kasten & Czeplak, *Solar Energy* 24 (1980) 177,
    /// G = G₀ (1 − 0.75 N^3.4); the sun itself comes through the gaps.
    pub fn under(&self, clear: Daylight, sine_of_sun: f32) -> Daylight {
        let cloud = self.cloud.clamp(0.0, 1.0);
        if cloud == 0.0 {
            return clear;
        }
        let up = sine_of_sun.max(0.0);
        let all_lx = (clear.sky_lx + clear.sun_lx * up) * (1.0 - 0.75 * cloud.powf(3.4));
        let sun_lx = clear.sun_lx * (1.0 - cloud);
        let sky_lx = (all_lx - sun_lx * up).max(clear.sky_lx * 0.2);
        let grey = |colour: [f32; 3], grey: [f32; 3]| {
            let part = cloud * cloud;
            std::array::from_fn(|k| colour[k] + (grey[k] - colour[k]) * part)
        };
        // As an incident-light meter has it: half as much light is one step less.
        let before_lx = clear.sky_lx + clear.sun_lx * up;
        let darker = (before_lx / (sky_lx + sun_lx * up).max(1e-6)).log2();
        Daylight {
            sun_lx,
            sky_lx,
            zenith: grey(clear.zenith, [0.86, 0.92, 1.0]),
            horizon: grey(clear.horizon, [0.96, 1.0, 1.04]),
            glow: grey(clear.glow, [1.0, 1.02, 1.04]),
            // A dark sky stays a little dark in the picture, and people switch their lights on.
            ev100: clear.ev100 - 0.75 * darker.max(0.0),
            night: clear.night.max(0.35 * cloud.powi(4)),
            ..clear
        }
    }
}

/// Takes the weather from the rain gauges: their mean, while it rains at any; clouds with it.
pub(super) fn report(
    state: Res<'_, LiveState>,
    clock: Res<'_, VirtualClock>,
    mut weather: ResMut<'_, Weather>,
) {
    if !weather.is_reported || !state.is_changed() {
        return;
    }
    let Some(rain_mm_h) = rain_of(&state, clock.now()) else { return };
    let cloud = if rain_mm_h > 0.05 { 0.7 + 0.3 * (rain_mm_h / 2.0).min(1.0) } else { 0.0 };
    let told = Weather { cloud, rain_mm_h, is_reported: true };
    weather.set_if_neq(told);
}

/// Mean rate of the gauges whose values are fresh and not bad, mm/h; `None` where there are none.
fn rain_of(state: &LiveState, now: Instant) -> Option<f32> {
    let gauges = state.things.values().filter(|thing| thing.role == "rain-gauges");
    let rates: Vec<f64> = gauges
        .flat_map(|thing| thing.readings.values())
        .filter(|it| it.quality != Quality::Bad && !it.is_stale(now))
        .filter_map(|it| {
            let number = it.number()?;
            match it.unit.as_str() {
                "mm/h" => Some(number),
                // A depth over the interval of its reports.
                "mm" => Some(number * 3600.0 / it.interval_s.filter(|it| *it > 0.0)?),
                _ => None,
            }
        })
        .collect();
    (!rates.is_empty()).then(|| (rates.iter().sum::<f64>() / rates.len() as f64) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sky::daylight;

    #[test]
    fn an_overcast_sky_gives_a_quarter_of_the_light_and_no_shadow() {
        let clear = daylight(60.0);
        let sine = 60f32.to_radians().sin();
        let all = |light: &Daylight| light.sky_lx + light.sun_lx * sine;
        let overcast = Weather { cloud: 1.0, ..Weather::default() }.under(clear, sine);
        assert_eq!(overcast.sun_lx, 0.0);
        assert!((all(&overcast) / all(&clear) - 0.25).abs() < 0.01);
        assert_eq!(Weather::default().under(clear, sine), clear);
        let half = Weather { cloud: 0.5, ..Weather::default() }.under(clear, sine);
        assert!((all(&half) / all(&clear) - (1.0 - 0.75 * 0.5f32.powf(3.4))).abs() < 0.01);
        assert!((half.sun_lx / clear.sun_lx - 0.5).abs() < 1e-6);
    }

    #[test]
    fn more_cloud_is_never_lighter() {
        for elevation in [-10.0, 5.0, 45.0] {
            let clear = daylight(elevation);
            let sine = elevation.to_radians().sin() as f32;
            let total = |tenth: u8| {
                let weather = Weather { cloud: f32::from(tenth) / 10.0, ..Weather::default() };
                let light = weather.under(clear, sine);
                light.sky_lx + light.sun_lx * sine.max(0.0)
            };
            assert!((0..10).all(|tenth| total(tenth + 1) <= total(tenth) + 1e-3));
        }
    }

    #[test]
    fn rain_takes_the_distance_away() {
        let clear_m = 26_000.0;
        let seen = |rain_mm_h| Weather { rain_mm_h, ..Weather::default() }.visibility_m(clear_m);
        assert!((seen(0.0) - clear_m).abs() < 1.0);
        // 10 mm/h: 5.03 dB/km and 0.5 of the air; 50 mm/h: 14.8.
        assert!((seen(10.0) - 2_350.0).abs() < 30.0, "{}", seen(10.0));
        assert!((seen(50.0) - 850.0).abs() < 15.0, "{}", seen(50.0));
    }
}
