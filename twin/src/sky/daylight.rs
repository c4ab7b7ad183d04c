//! How bright and of what colour the day is, by the sun's elevation.
//!
//! Direct and diffuse illuminance of a clear sky: IESNA, *Recommended Practice for the Calculation of
//! Daylight Availability* (RP-21, 1984): E_dn = 127.5 klx · e^(−0.21 m), E_dh = 0.8 + 15.5 √sin h klx.
//! Air mass m: Kasten & Young (1989). Twilight: Seidelmann (ed.), *Explanatory Supplement to the
//! Astronomical Almanac* (1992), p. 491, interpolated in the logarithm.

/// Light over a city at night from its own lamps and windows, lx on level ground.
const SKY_GLOW_LX: f64 = 0.9;
/// Exposure values between which pictures are taken: below, a lit street would be overexposed.
const DARKEST_EV100: f64 = 3.4;
const BRIGHTEST_EV100: f64 = 15.0;

/// The light of an instant. Colours are linear, their brightest channel near 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Daylight {
    /// Illuminance by the sun on a plane that faces it, lx.
    pub sun_lx: f32,
    /// Colour of the sun's light.
    pub sun_colour: [f32; 3],
    /// Illuminance by the sky on level ground, lx.
    pub sky_lx: f32,
    /// Colour of the sky above.
    pub zenith: [f32; 3],
    /// Colour of the sky above the horizon.
    pub horizon: [f32; 3],
    /// Colour of the glow around the sun's place.
    pub glow: [f32; 3],
    /// 0 by day, 1 by night: how many people have switched their lights on.
    pub night: f32,
    /// Exposure value at ISO 100 of a picture.
    pub ev100: f32,
}

impl Daylight {
    /// Mean luminance of the sky, cd/m²: a uniform dome of L gives π L on level ground.
    pub fn sky_luminance(&self) -> f32 {
        self.sky_lx / std::f32::consts::PI
    }

    /// What a luminance of 1 cd/m² is on the picture (Bevy: 1 / (1.2 · 2^EV100)).
    pub fn exposure(&self) -> f32 {
        1.0 / (1.2 * self.ev100.exp2())
    }
}

/// The light when the sun stands so many degrees above the horizon.
pub fn daylight(elevation_deg: f64) -> Daylight {
    let sine = elevation_deg.to_radians().sin();
    let sun_lx = if elevation_deg > -0.8 {
        let set = ((elevation_deg + 0.8) / 1.6).clamp(0.0, 1.0);
        127_500.0 * (-0.21 * air_mass(elevation_deg.max(-0.5))).exp() * set
    } else {
        0.0
    };
    let sky_lx = if sine > 0.0 { 800.0 + 15_500.0 * sine.sqrt() } else { twilight(elevation_deg) };
    let total_lx = sky_lx + sun_lx * sine.max(0.0);
    // An incident-light meter: EV = log₂(E · 100 / 250); evenings are kept a little darker than noon.
    let meter = (total_lx / 2.5).log2();
    let evening = 0.6 * (1.0 - ((elevation_deg + 4.0) / 12.0).clamp(0.0, 1.0));
    let ev100 = (meter + evening).clamp(DARKEST_EV100, BRIGHTEST_EV100);
    let tones = tones(elevation_deg);
    Daylight {
        sun_lx: sun_lx as f32,
        sun_colour: sun_colour(elevation_deg),
        sky_lx: (sky_lx + SKY_GLOW_LX) as f32,
        zenith: tones[0],
        horizon: tones[1],
        glow: tones[2],
        night: smooth((3.0 - elevation_deg) / 9.0) as f32,
        ev100: ev100 as f32,
    }
}

/// Relative air mass by Kasten & Young, *Applied Optics* 28 (1989) 4735.
pub(super) fn air_mass(elevation_deg: f64) -> f64 {
    let h = elevation_deg.to_radians().sin();
    1.0 / (h + 0.505_72 * (elevation_deg + 6.079_95).powf(-1.6364))
}

/// Illuminance of a clear sky after sunset, lx.
fn twilight(elevation_deg: f64) -> f64 {
    const TABLE: [(f64, f64); 6] =
        [(0.0, 800.0), (-3.0, 78.0), (-6.0, 3.4), (-9.0, 0.13), (-12.0, 0.008), (-18.0, 0.0007)];
    let mut logs = TABLE.iter().map(|(h, lx)| (*h, lx.ln()));
    let mut above = logs.next().unwrap_or((0.0, 0.0));
    for below in logs {
        if elevation_deg >= below.0 {
            let part = (above.0 - elevation_deg) / (above.0 - below.0);
            return (above.1 + (below.1 - above.1) * part.clamp(0.0, 1.0)).exp();
        }
        above = below;
    }
    above.1.exp()
}

/// White overhead, amber near the horizon: blue and green are scattered out with the air mass.
fn sun_colour(elevation_deg: f64) -> [f32; 3] {
    let mass = air_mass(elevation_deg.max(-0.3));
    let through = |depth: f64| (-depth * (mass - 1.0)).exp().max(0.02) as f32;
    [1.0, 0.96 * through(0.055), 0.90 * through(0.115)]
}

/// Zenith, horizon and glow by elevation; between the rows they blend.
fn tones(elevation_deg: f64) -> [[f32; 3]; 3] {
    type Row = (f64, [[f32; 3]; 3]);
    const ROWS: [Row; 6] = [
        (-14.0, [[0.12, 0.17, 0.34], [0.52, 0.48, 0.50], [0.52, 0.48, 0.50]]),
        (-6.0, [[0.25, 0.36, 0.72], [0.72, 0.56, 0.62], [1.55, 0.80, 0.46]]),
        (-1.0, [[0.34, 0.46, 0.80], [0.96, 0.74, 0.66], [2.30, 1.10, 0.48]]),
        (4.0, [[0.34, 0.54, 0.92], [1.10, 0.98, 0.86], [2.40, 1.55, 0.85]]),
        (15.0, [[0.30, 0.54, 1.00], [1.05, 1.14, 1.22], [1.70, 1.50, 1.20]]),
        (40.0, [[0.25, 0.50, 1.00], [0.98, 1.14, 1.32], [1.30, 1.30, 1.25]]),
    ];
    let mut before = ROWS[0];
    if elevation_deg <= before.0 {
        return before.1;
    }
    for row in &ROWS[1..] {
        if elevation_deg <= row.0 {
            let part = smooth((elevation_deg - before.0) / (row.0 - before.0)) as f32;
            let blend = |k: usize, c: usize| before.1[k][c] + (row.1[k][c] - before.1[k][c]) * part;
            return std::array::from_fn(|k| std::array::from_fn(|c| blend(k, c)));
        }
        before = *row;
    }
    before.1
}

fn smooth(x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn illuminances_are_those_of_the_tables() {
        // RP-21: the sun overhead gives 103 klx, a clear sky 16.3 klx.
        let noon = daylight(90.0);
        assert!((noon.sun_lx - 103_400.0).abs() < 500.0, "{}", noon.sun_lx);
        assert!((noon.sky_lx - 16_300.0).abs() < 50.0, "{}", noon.sky_lx);
        // The end of civil twilight: 3.4 lx, and the glow of the town.
        assert!((daylight(-6.0).sky_lx - 4.3).abs() < 0.1);
        assert_eq!(daylight(-6.0).sun_lx, 0.0);
    }

    #[test]
    fn light_never_grows_while_the_sun_sinks() {
        let steps: Vec<Daylight> =
            (-200..=900).map(|tenth| daylight(f64::from(tenth) / 10.0)).collect();
        for pair in steps.windows(2) {
            assert!(pair[0].sky_lx <= pair[1].sky_lx + 1e-3, "{pair:?}");
            assert!(pair[0].ev100 <= pair[1].ev100 + 0.05, "{pair:?}");
            assert!(pair[0].night >= pair[1].night);
        }
        assert_eq!((daylight(-20.0).night, daylight(30.0).night), (1.0, 0.0));
    }
}
