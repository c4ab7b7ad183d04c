//! Illuminance on the ground under street lamps.

use std::sync::Arc;

use city::{Bbox, Title};

use super::{Field, Step, Values};
use crate::{axes, ground::Ground, model::Heights, scene::LampForm};

/// A lamp lights the ground as far as this many times its height.
const REACH: f64 = 6.0;
/// Side of a cell, m, at the finest.
const FINEST_M: f64 = 1.0;
/// Nodes along a side.
const MOST_NODES: usize = 512;

/// Steps of street lighting: TCVN 10907 and EN 13201 ask for 5 to 30 lx on roads.
const STEPS: [Step; 7] = [
    Step::new(0.5, 0x2b2350),
    Step::new(2.0, 0x4a3a86),
    Step::new(5.0, 0x7a5aa8),
    Step::new(10.0, 0xb5796f),
    Step::new(20.0, 0xe6a65a),
    Step::new(30.0, 0xf6d46b),
    Step::new(50.0, 0xfff6c9),
];

/// A lamp and the part of its flux that it gives.
#[derive(Debug, Clone)]
pub struct Luminaire {
    /// How it stands.
    pub form: Arc<LampForm>,
    /// The part of its full flux, 0 to 1.
    pub share: f64,
}

/// Lux on the ground, by lamps that shine evenly over the half-space below them: E = Φ cos³γ / (2π h²) on level
/// ground, with the ground's own slope left out. Nothing throws a shadow.
#[derive(Debug, Clone)]
pub struct LuxField {
    /// The lamps.
    pub lamps: Arc<Vec<Luminaire>>,
    /// Where: west, south, east, north in m.
    pub edges: Bbox,
}

impl LuxField {
    fn lux(&self, ground: &Ground) -> Heights {
        let side_m = self.edges.width().max(self.edges.height());
        let cell_m = FINEST_M.max(side_m / MOST_NODES as f64);
        let tree = rstar::RTree::bulk_load(
            (0..self.lamps.len())
                .map(|k| {
                    let (east, north, _) = axes::to_local(self.lamps[k].form.head());
                    rstar::primitives::GeomWithData::new([east, north], k)
                })
                .collect(),
        );
        let reach = |lamp: &Luminaire| lamp.form.height_m * REACH;
        let most_m = self.lamps.iter().map(reach).fold(0.0, f64::max);
        let at = |east: f64, north: f64| {
            let up = ground.heights.at(east, north);
            let near = tree.locate_within_distance([east, north], most_m * most_m);
            let sum: f64 = near
                .map(|it| {
                    let lamp = &self.lamps[it.data];
                    let (x, y, z) = axes::to_local(lamp.form.head());
                    let (over, aside) = (z - up, (x - east).hypot(y - north));
                    if over <= 0.1 || aside > reach(lamp) {
                        return 0.0;
                    }
                    let away = over.hypot(aside);
                    lamp.form.flux_lm * lamp.share / std::f64::consts::TAU * over / away.powi(3)
                })
                .sum();
            sum as f32
        };
        Heights::sample(&self.edges, cell_m, MOST_NODES, |places| {
            places.iter().map(|(east, north)| Some(at(*east, *north))).collect()
        })
    }
}

impl Field for LuxField {
    fn title(&self) -> Title {
        Title::new("Độ rọi trên mặt đất (lx)", "Illuminance on the ground (lx)")
    }

    fn steps(&self) -> Vec<Step> {
        STEPS.to_vec()
    }

    fn values<'a>(&'a self, ground: &'a Ground) -> Values<'a> {
        Box::pin(async move { Ok(self.lux(ground)) })
    }
}

#[cfg(test)]
mod tests {
    use city::FeatureId;

    use super::*;

    fn lamp(east: f64, share: f64) -> Luminaire {
        let form = LampForm {
            id: FeatureId::Number(1),
            source: (0, 0),
            foot: (east, 0.0, 0.0),
            height_m: 8.0,
            arm_m: 0.0,
            azimuth_deg: 0.0,
            flux_lm: 8000.0,
            temperature_k: 4000.0,
            is_broken: false,
        };
        Luminaire { form: Arc::new(form), share }
    }

    #[test]
    fn below_a_lamp_it_is_as_bright_as_the_cosine_law_says() {
        let ground = Ground::level_at(108.0, 15.0);
        let edges = Bbox { min_x: -20.0, min_y: -20.0, max_x: 20.0, max_y: 20.0 };
        let lux = |lamps: Vec<Luminaire>| LuxField { lamps: Arc::new(lamps), edges }.lux(&ground);
        let one = lux(vec![lamp(0.0, 1.0)]);
        // 8000 / 2π / 64 = 19.9 lx below; at 8 m aside cos³45° = 0.354 of it.
        let below = 8000.0 / std::f64::consts::TAU / 64.0;
        assert!((one.at(0.0, 0.0) - below).abs() < 0.02, "{}", one.at(0.0, 0.0));
        assert!((one.at(8.0, 0.0) - below * 0.353_55).abs() < 0.02);
        // Light adds up, and a dimmed lamp gives its share.
        let two = lux(vec![lamp(0.0, 1.0), lamp(8.0, 0.5)]);
        assert!((two.at(8.0, 0.0) - below * (0.353_55 + 0.5)).abs() < 0.03);
        assert_eq!(lux(Vec::new()).range(), (0.0, 0.0));
    }
}
