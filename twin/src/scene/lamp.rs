//! Street lamps: a pole with an arm, a head that glows, and where its light comes from.

use std::sync::Arc;

use bevy::math::{Quat, Vec3};
use city::FeatureId;

use super::{
    optics::{Known, Luminaires, Optics},
    shape::{Corner, Shape, linear},
};
use crate::{
    axes,
    model::{CityFeature, CityLayer, Heights},
};

/// Lumens a watt of light-emitting diodes, and of sodium lamps (typical values of luminaires in
/// service), where neither the lamp nor its photometric file says more.
const LED_LM_PER_W: f64 = 120.0;
const SODIUM_LM_PER_W: f64 = 85.0;

/// A lamp as it stands.
#[derive(Debug, Clone)]
pub struct LampForm {
    /// The feature's identifier.
    pub id: FeatureId,
    /// Which layer, by its position in the model, and which feature of it.
    pub source: (usize, usize),
    /// East, north and up of its foot, m.
    pub foot: (f64, f64, f64),
    /// Mounting height, m.
    pub height_m: f64,
    /// Length of the arm, m.
    pub arm_m: f64,
    /// Where the arm points, degrees clockwise from north.
    pub azimuth_deg: f64,
    /// Luminous flux when it burns fully, lm.
    pub flux_lm: f64,
    /// Colour temperature, K.
    pub temperature_k: f64,
    /// Whether the records say that it is broken.
    pub is_broken: bool,
    /// How it throws its light.
    pub optics: Arc<Optics>,
    /// Whether nothing says that it does.
    pub optics_assumed: bool,
}

impl LampForm {
    /// The form of a lamp; `None` for what is no point.
    pub fn of(
        layer: &CityLayer,
        feature: &CityFeature,
        source: (usize, usize),
        heights: &Heights,
        luminaires: &Luminaires,
    ) -> Option<Self> {
        let (east, north) = feature.place()?;
        let within = |name: &str, low: f64, high: f64, usual: f64| {
            layer.number(feature, name).filter(|it| (low..=high).contains(it)).unwrap_or(usual)
        };
        let is_sodium = matches!(layer.text(feature, "luminaire"), Some("hps" | "sodium"));
        let watts = within("power", 1.0, 2000.0, 70.0);
        let efficacy = if is_sodium { SODIUM_LM_PER_W } else { LED_LM_PER_W };
        let height_m = within("height", 1.0, 60.0, 8.0);
        let (optics, optics_assumed) = luminaires.of(Known {
            distribution: layer.text(feature, "distribution"),
            luminaire: layer.text(feature, "luminaire"),
            arm_m: layer.number(feature, "arm"),
            height_m,
        });
        let usual_lm = optics.own_flux_lm().unwrap_or(watts * efficacy);
        Some(Self {
            id: feature.id.clone(),
            source,
            foot: (east, north, heights.stand_at(east, north)),
            height_m,
            arm_m: within("arm", 0.0, 6.0, 1.2),
            azimuth_deg: within("azimuth", -360.0, 720.0, 0.0),
            flux_lm: within("flux", 1.0, 1e6, usual_lm),
            temperature_k: within(
                "colour_temperature",
                1500.0,
                10_000.0,
                if is_sodium { 2000.0 } else { 4000.0 },
            ),
            is_broken: layer.text(feature, "status") == Some("broken"),
            optics,
            optics_assumed,
        })
    }

    /// Illuminance of level ground so far east and north of the head and so far below it, lx, when it burns fully.
    pub fn lux(&self, [east_m, north_m]: [f64; 2], below_m: f64) -> f64 {
        let (sin, cos) = self.azimuth_deg.to_radians().sin_cos();
        let street_m = east_m * sin + north_m * cos;
        let left_m = north_m * sin - east_m * cos;
        let of_file = self.optics.distribution().horizontal_lux([street_m, left_m], below_m);
        of_file * self.flux_lm / self.optics.flux_lm
    }

    /// Where the head hangs, in Bevy's axes.
    pub fn head(&self) -> Vec3 {
        let (east, north, up) = self.foot;
        let reach = axes::towards(self.azimuth_deg as f32, 0.0) * self.arm_m as f32;
        axes::to_scene(east, north, up + self.height_m) + reach
    }

    /// How its head is turned, whose street lies towards −z of its own axes, in Bevy's.
    pub fn turn(&self) -> Quat {
        Quat::from_rotation_y(-(self.azimuth_deg.to_radians() as f32))
    }

    /// The colour of its light, linear.
    pub fn colour(&self) -> [f32; 3] {
        black_body(self.temperature_k)
    }
}

/// The linear colour of a black body, its brightest channel 1; fit of the Planckian locus for 1500–
/// 15 000 K by T. Helland (2012), which is within 1 % of the CIE 1964 tables in that range.
pub fn black_body(kelvin: f64) -> [f32; 3] {
    let t = kelvin / 100.0;
    let red = if t <= 66.0 { 255.0 } else { 329.698_727 * (t - 60.0).powf(-0.133_204_76) };
    let green = if t <= 66.0 {
        99.470_802_6 * t.ln() - 161.119_568
    } else {
        288.122_17 * (t - 60.0).powf(-0.075_514_85)
    };
    let blue = if t >= 66.0 {
        255.0
    } else if t <= 19.0 {
        0.0
    } else {
        138.517_731 * (t - 10.0).ln() - 305.044_793
    };
    [red, green, blue].map(|channel| {
        let srgb = (channel / 255.0).clamp(0.0, 1.0);
        if srgb <= 0.04045 {
            (srgb / 12.92) as f32
        } else {
            ((srgb + 0.055) / 1.055).powf(2.4) as f32
        }
    })
}

/// Adds the pole and arm of a lamp, relative to an origin.
pub fn append_pole(form: &LampForm, origin: (f64, f64), into: &mut Shape) {
    let (east, north, up) = form.foot;
    let foot = axes::to_scene(east - origin.0, north - origin.1, up);
    let top = foot + Vec3::Y * form.height_m as f32;
    let out = axes::towards(form.azimuth_deg as f32, 0.0) * form.arm_m as f32;
    tube(foot - Vec3::Y * 0.3, top, 0.09, into);
    tube(top, top + out, 0.05, into);
}

/// The head of a lamp, its light-giving face down, at the origin; the arm comes from +z.
pub fn head_shape() -> Shape {
    let mut shape = Shape::default();
    let half = Vec3::new(0.17, 0.06, 0.34);
    for (normal, u, v) in [
        (Vec3::Y, Vec3::X, Vec3::NEG_Z),
        (Vec3::NEG_Y, Vec3::X, Vec3::Z),
        (Vec3::X, Vec3::NEG_Z, Vec3::Y),
        (Vec3::NEG_X, Vec3::Z, Vec3::Y),
        (Vec3::Z, Vec3::X, Vec3::Y),
        (Vec3::NEG_Z, Vec3::NEG_X, Vec3::Y),
    ] {
        let corner = |s: f32, t: f32| Corner {
            at: ((normal + u * s + v * t) * half).to_array(),
            normal: normal.to_array(),
            uv: [0.0, 0.0],
            mark: [0.0, 0.0],
            colour: [1.0; 4],
        };
        shape.quad([corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)]);
    }
    shape
}

fn tube(from: Vec3, to: Vec3, radius: f32, into: &mut Shape) {
    const SIDES: usize = 5;
    let along = (to - from).normalize_or(Vec3::Y);
    let side = along.any_orthonormal_vector();
    let other = along.cross(side);
    let colour = linear(0x8C9296);
    let corner = |k: usize, at: Vec3| {
        let turn = k as f32 / SIDES as f32 * std::f32::consts::TAU;
        let normal = side * turn.cos() + other * turn.sin();
        let place = (at + normal * radius).to_array();
        Corner { at: place, normal: normal.to_array(), uv: [0.5, 0.5], mark: [-1.0, 0.5], colour }
    };
    for k in 0..SIDES {
        into.quad([corner(k, from), corner(k + 1, from), corner(k + 1, to), corner(k, to)]);
    }
}

#[cfg(test)]
impl LampForm {
    /// A lamp of 8 m and 8000 lm for tests: its foot at these metres east, north and up, its arm towards an azimuth.
    pub(crate) fn example(
        foot: (f64, f64, f64),
        azimuth_deg: f64,
        optics: (Arc<Optics>, bool),
    ) -> Self {
        Self {
            id: FeatureId::Number(1),
            source: (0, 0),
            foot,
            height_m: 8.0,
            arm_m: 1.5,
            azimuth_deg,
            flux_lm: 8000.0,
            temperature_k: 4000.0,
            is_broken: false,
            optics: optics.0,
            optics_assumed: optics.1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warm_light_is_redder_than_cold() {
        let ([r, _, b], [cold_r, _, cold_b]) = (black_body(2000.0), black_body(6500.0));
        assert!(r > 0.99 && b < 0.05, "{r} {b}");
        assert!((cold_r - 1.0).abs() < 0.02 && cold_b > 0.9);
    }

    #[test]
    fn a_head_hangs_over_the_road_at_its_mounting_height() {
        let form =
            LampForm::example((10.0, 20.0, 3.0), 90.0, Luminaires::default().of(Known::default()));
        let head = form.head();
        assert!((head - Vec3::new(11.5, 11.0, -20.0)).length() < 1e-4, "{head}");
    }

    #[test]
    fn a_lamp_lights_the_road_that_its_arm_points_to() {
        let known = Known { distribution: Some("type-3"), ..Known::default() };
        let form = |azimuth_deg: f64| {
            LampForm::example((0.0, 0.0, 0.0), azimuth_deg, Luminaires::default().of(known))
        };
        let ahead = form(0.0).lux([0.0, 6.0], 8.0);
        assert!(
            ahead > 1.4 * form(0.0).lux([0.0, -6.0], 8.0),
            "the street is brighter than the houses"
        );
        // Turned by a quarter, the same light falls east.
        assert!((form(90.0).lux([6.0, 0.0], 8.0) - ahead).abs() < 1e-9);
        assert!((form(90.0).lux([3.0, 20.0], 8.0) - form(0.0).lux([-20.0, 3.0], 8.0)).abs() < 1e-9);
        // 8 lm for each of the file's: I / h² below.
        let nadir = form(0.0).optics.distribution().candela(0.0, 0.0);
        let below = form(0.0).lux([0.0, 0.0], 8.0);
        assert!((below / (nadir * 8.0 / 64.0) - 1.0).abs() < 2e-3, "{below}");
    }

    #[test]
    fn the_faces_of_a_head_look_outwards() {
        let shape = head_shape();
        for three in shape.indices.chunks_exact(3) {
            let at = |k: usize| shape.positions[three[k] as usize];
            let face = super::super::shape::normal_of(at(0), at(1), at(2));
            let dot: f32 =
                face.iter().zip(shape.normals[three[0] as usize]).map(|(a, b)| a * b).sum();
            assert!(dot > 0.99);
        }
    }
}
