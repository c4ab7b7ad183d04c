//! Illuminance on the ground under street lamps.

use std::sync::Arc;

use bevy::prelude::{Commands, Query, ResMut, Resource};
use city::{Bbox, Title};

use super::{Field, FieldView, Step, Values};
use crate::{
    axes,
    camera::View,
    ground::Ground,
    model::{CityModel, Heights},
    scene::{Lamp, LampForm},
};

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

/// Lux on the ground, by the photometry of the lamps: E = I(C, γ) cos γ / d² on level ground, added up over all that
/// burn, with the ground's own slope and the lamps' depreciation left out. Nothing throws a shadow.
#[derive(Debug, Clone)]
pub struct LuxField {
    /// The lamps.
    pub lamps: Arc<Vec<Luminaire>>,
    /// Where: west, south, east, north in m.
    pub edges: Bbox,
}

impl LuxField {
    /// The light of lamps as they burn now.
    pub fn of<'a>(lamps: impl Iterator<Item = &'a Lamp>, edges: Bbox) -> Self {
        let burning = lamps.map(|lamp| Luminaire {
            form: lamp.form.clone(),
            share: f64::from(lamp.light.share()),
        });
        Self { lamps: Arc::new(burning.collect()), edges }
    }

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
                    lamp.form.lux([east - x, north - y], over) * lamp.share
                })
                .sum();
            sum as f32
        };
        Heights::sample(&self.edges, cell_m, MOST_NODES, |places| {
            places.iter().map(|(east, north)| Some(at(*east, *north))).collect()
        })
    }
}

/// The lux of lamps around a view are wanted, as soon as it is known which lamps burn.
#[derive(Debug, Clone, Resource)]
pub struct LuxWanted {
    edges: Bbox,
    frames: u32,
}

impl LuxWanted {
    /// Around what a view looks at: as far as one sees of it, and no more than a square of 400 m.
    pub fn around(view: &View, model: &CityModel) -> Self {
        let (x, y) = model.frame.from_lon_lat(view.lon, view.lat);
        let half = view.distance_m.clamp(30.0, 200.0);
        let edges = Bbox { min_x: x - half, min_y: y - half, max_x: x + half, max_y: y + half };
        Self { edges, frames: 0 }
    }
}

/// Frames until lamps follow the sun.
const DECIDED: u32 = 2;

/// Makes the field that is wanted.
pub(super) fn want(
    mut commands: Commands<'_, '_>,
    wanted: Option<ResMut<'_, LuxWanted>>,
    lamps: Query<'_, '_, &Lamp>,
) {
    let Some(mut wanted) = wanted else { return };
    wanted.frames += 1;
    if wanted.frames > DECIDED {
        commands.insert_resource(FieldView::new(LuxField::of(lamps.iter(), wanted.edges)));
        commands.remove_resource::<LuxWanted>();
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
    use city::photometry::{Distribution, ies};

    use super::*;
    use crate::scene::{Luminaires, optics::Known};

    fn lamp(east: f64, share: f64, luminaires: &Luminaires) -> Luminaire {
        let optics = luminaires.of(Known::default());
        let form = LampForm { arm_m: 0.0, ..LampForm::example((east, 0.0, 0.0), 0.0, optics) };
        Luminaire { form: Arc::new(form), share }
    }

    /// All lamps throw their light so.
    fn all(intensity: impl Fn(f64) -> f64) -> Luminaires {
        let gamma: Vec<f64> = (0..=180).map(|k| f64::from(k) * 0.5).collect();
        let candela = gamma.iter().map(|it| intensity(it.to_radians())).collect();
        let distribution = Distribution::new(gamma, vec![0.0], candela).unwrap();
        let mut luminaires = Luminaires::default();
        let text = ies::write(&[], &distribution, 10.0);
        luminaires.add(None, "test.ies", text.as_bytes()).unwrap();
        luminaires
    }

    fn lux(lamps: Vec<Luminaire>, half_m: f64) -> Heights {
        let ground = Ground::level_at(108.0, 15.0);
        let edges = Bbox { min_x: -half_m, min_y: -half_m, max_x: half_m, max_y: half_m };
        LuxField { lamps: Arc::new(lamps), edges }.lux(&ground)
    }

    #[test]
    fn a_source_alike_to_all_sides_below_follows_the_third_power_of_the_cosine() {
        let even = all(|_| 1000.0);
        let one = lux(vec![lamp(0.0, 1.0, &even)], 20.0);
        // 8000 / 2π / 64 = 19.9 lx below; at 8 m aside cos³45° = 0.354 of it.
        let below = 8000.0 / std::f64::consts::TAU / 64.0;
        assert!((one.at(0.0, 0.0) - below).abs() < 0.02, "{}", one.at(0.0, 0.0));
        assert!((one.at(8.0, 0.0) - below * 0.353_55).abs() < 0.02);
        // Light adds up, and a dimmed lamp gives its share.
        let two = lux(vec![lamp(0.0, 1.0, &even), lamp(8.0, 0.5, &even)], 20.0);
        assert!((two.at(8.0, 0.0) - below * (0.353_55 + 0.5)).abs() < 0.03);
        assert_eq!(lux(Vec::new(), 20.0).range(), (0.0, 0.0));
    }

    #[test]
    fn a_flat_panel_follows_the_fourth_power() {
        let panel = all(|gamma| 1000.0 * gamma.cos());
        let field = lux(vec![lamp(0.0, 1.0, &panel)], 20.0);
        let below = 8000.0 / std::f64::consts::PI / 64.0;
        assert!((field.at(0.0, 0.0) - below).abs() < 0.02, "{}", field.at(0.0, 0.0));
        assert!((field.at(0.0, 8.0) - below * 0.25).abs() < 0.02);
    }

    #[test]
    fn what_a_road_lamp_gives_arrives_on_the_ground() {
        let field = lux(vec![lamp(0.0, 1.0, &Luminaires::default())], 55.0);
        let (cols, rows) = field.size();
        let cell_m2 = field.step_m().powi(2);
        let nodes = (0..rows).flat_map(|row| (0..cols).map(move |col| (col, row)));
        let lumens: f64 = nodes.map(|(col, row)| f64::from(field.node(col, row)) * cell_m2).sum();
        // Within 6 mounting heights: all but what goes nearly level.
        assert!((7700.0..8000.0).contains(&lumens), "{lumens} lm of 8000 lm");
        // To the north, where it looks, more than to the south.
        assert!(field.at(0.0, 6.0) > 1.3 * field.at(0.0, -6.0));
    }
}
