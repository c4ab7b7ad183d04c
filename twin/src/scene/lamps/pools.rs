//! The light on the ground below lamps, painted where none is cast: merged by tile, so that thousands of lamps are some
//! dozens of drawings.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use bevy::{
    light::{NotShadowCaster, NotShadowReceiver},
    prelude::*,
    render::render_resource::{Extent3d, TextureDimension, TextureFormat},
};

use super::{Lamp, beams::Lit, is_burning};
use crate::{
    app::KEPT,
    axes,
    ground::Ground,
    model::Heights,
    quality::{Lighting, Quality},
    scene::{
        Plain, PlainMaterial,
        optics::Optics,
        shape::{Corner, Shape},
        tiles,
    },
    sky::Sun,
};

/// Which drawing a pool belongs to: its tile, and the lamp's optics, of which the same ones are shared.
type Key = (tiles::Key, usize);

/// All pools, and what each drawing of them consists of.
#[derive(Debug, Default, Resource)]
pub(super) struct Pools {
    paints: HashMap<usize, Paint>,
    patches: HashMap<Key, Patch>,
    of_lamp: HashMap<Entity, Key>,
    /// The lamps that cast light when the pools were painted.
    lit: HashSet<Entity>,
}

/// The light of some optics on level ground, as a picture.
#[derive(Debug)]
struct Paint {
    material: Handle<PlainMaterial>,
    /// Its brightest place, lx for each lumen of a lamp at 1 m.
    most_lx: f64,
}

/// The pools of one tile.
#[derive(Debug)]
struct Patch {
    drawing: Entity,
    lamps: Vec<Entity>,
}

/// Luminance of asphalt for each lux, cd/m²: it gives back a seventh of the light, to all sides alike.
const CD_M2_PER_LX: f32 = 0.147 / std::f32::consts::PI;
/// Sides of the painted ground below a lamp, in mounting heights: beyond, it is too dark to be seen.
const POOL_HEIGHTS: f64 = 5.0;
/// So far above the ground, m, that it is not hidden where the ground is drawn coarsely.
const ABOVE_M: f64 = 0.3;

/// Says which lamps are drawn together.
pub(super) fn lay(
    mut commands: Commands<'_, '_>,
    lamps: Query<'_, '_, (Entity, &Lamp)>,
    quality: Res<'_, Quality>,
    mut images: ResMut<'_, Assets<Image>>,
    mut materials: ResMut<'_, Assets<PlainMaterial>>,
    mut pools: ResMut<'_, Pools>,
) {
    let Pools { paints, patches, of_lamp, .. } = &mut *pools;
    for (entity, lamp) in &lamps {
        let (east, north, _) = lamp.form.foot;
        let key = (tiles::key(east, north), Arc::as_ptr(&lamp.form.optics) as usize);
        let paint = paints.entry(key.1).or_insert_with(|| {
            Paint::of(&lamp.form.optics, quality.lighting, &mut images, &mut materials)
        });
        let patch = patches.entry(key).or_insert_with(|| {
            let (east, north) = tiles::middle(key.0);
            let drawing = commands.spawn((
                MeshMaterial3d(paint.material.clone()),
                Transform::from_translation(axes::to_scene(east, north, 0.0)),
                Visibility::Hidden,
                NotShadowCaster,
                NotShadowReceiver,
            ));
            Patch { drawing: drawing.id(), lamps: Vec::new() }
        });
        patch.lamps.push(entity);
        of_lamp.insert(entity, key);
    }
}

/// Lamps that do something else now, or are shown or hidden.
type Touched = (With<Lamp>, Or<(Changed<Lamp>, Changed<Visibility>)>);

/// Paints the pools of those tiles anew in which a lamp does something else, or casts light itself now.
#[expect(clippy::too_many_arguments, reason = "a system names what it reads")]
pub(super) fn paint(
    mut commands: Commands<'_, '_>,
    sun: Res<'_, Sun>,
    ground: Res<'_, Ground>,
    lit: Res<'_, Lit>,
    changed: Query<'_, '_, Entity, Touched>,
    lamps: Query<'_, '_, (&Lamp, &Visibility)>,
    mut pools: ResMut<'_, Pools>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<PlainMaterial>>,
) {
    if sun.is_changed() {
        // By day a burning lamp is not seen on the ground.
        let seen = CD_M2_PER_LX * sun.light.exposure();
        for paint in pools.paints.values() {
            if let Some(mut material) = materials.get_mut(&paint.material) {
                material.base.base_color = Color::linear_rgb(seen, seen, seen);
            }
        }
    }
    let mut touched: HashSet<Entity> = changed.iter().collect();
    if lit.is_changed() {
        touched.extend(lit.lamps.symmetric_difference(&pools.lit));
        pools.lit.clone_from(&lit.lamps);
    }
    let due: HashSet<Key> =
        touched.iter().filter_map(|lamp| pools.of_lamp.get(lamp)).copied().collect();
    for key in due {
        let (Some(patch), Some(paint)) = (pools.patches.get(&key), pools.paints.get(&key.1)) else {
            continue;
        };
        let mut shape = Shape::default();
        for entity in patch.lamps.iter().filter(|it| !lit.lamps.contains(*it)) {
            if let Ok((lamp, visibility)) = lamps.get(*entity)
                && is_burning(lamp)
                && visibility != Visibility::Hidden
            {
                append_pool(lamp, paint.most_lx, &ground.heights, tiles::middle(key.0), &mut shape);
            }
        }
        let mut drawing = commands.entity(patch.drawing);
        if shape.is_empty() {
            drawing.insert(Visibility::Hidden);
        } else {
            drawing.insert((Mesh3d(meshes.add(shape.into_mesh())), Visibility::Inherited));
        }
    }
}

/// Adds the square below a lamp, relative to an origin; its colour is what the lamp sends there at most, lx.
fn append_pool(lamp: &Lamp, most_lx: f64, heights: &Heights, origin: (f64, f64), into: &mut Shape) {
    let form = &lamp.form;
    let (east, north, _) = axes::to_local(form.head());
    let up_m = heights.stand_at(east, north) + ABOVE_M;
    let middle = axes::to_scene(east - origin.0, north - origin.1, up_m);
    let side_m = (form.height_m * POOL_HEIGHTS) as f32;
    let lux = most_lx * form.flux_lm / form.height_m.powi(2) * f64::from(lamp.light.share());
    let [r, g, b] = form.colour().map(|channel| channel * lux as f32);
    into.quad([(-0.5, 0.5), (0.5, 0.5), (0.5, -0.5), (-0.5, -0.5)].map(|(x, z): (f32, f32)| {
        Corner {
            at: (middle + form.turn() * Vec3::new(x, 0.0, z) * side_m).to_array(),
            normal: [0.0, 1.0, 0.0],
            uv: [x + 0.5, z + 0.5],
            mark: [0.0, 0.0],
            colour: [r, g, b, 1.0],
        }
    }));
}

impl Paint {
    /// The light of optics on level ground below them: the street side is up in the picture, as it is in the scene
    /// before it is turned.
    fn of(
        optics: &Optics,
        lighting: Lighting,
        images: &mut Assets<Image>,
        materials: &mut Assets<PlainMaterial>,
    ) -> Self {
        const SIDE: usize = 64;
        let place = |k: usize| ((k as f64 + 0.5) / SIDE as f64 - 0.5) * POOL_HEIGHTS;
        let at = |row: usize, col: usize| {
            optics.distribution().horizontal_lux([-place(row), -place(col)], 1.0)
        };
        let lux: Vec<f64> =
            (0..SIDE).flat_map(|row| (0..SIDE).map(move |col| at(row, col))).collect();
        let most = lux.iter().copied().fold(1e-9, f64::max);
        let mut data = Vec::with_capacity(SIDE * SIDE * 4);
        for (k, lux) in lux.iter().enumerate() {
            let off = place(k / SIDE).hypot(place(k % SIDE)) / (POOL_HEIGHTS / 2.0);
            // It fades before the edge of the picture, which would be seen.
            let rim = ((1.0 - off) * 5.0).clamp(0.0, 1.0);
            data.extend_from_slice(&[255, 255, 255, (lux / most * rim * 255.0).round() as u8]);
        }
        let size = Extent3d { width: SIDE as u32, height: SIDE as u32, depth_or_array_layers: 1 };
        let image = Image::new(size, TextureDimension::D2, data, TextureFormat::Rgba8Unorm, KEPT);
        let material = StandardMaterial {
            base_color: Color::BLACK,
            base_color_texture: Some(images.add(image)),
            alpha_mode: AlphaMode::Add,
            unlit: true,
            fog_enabled: false,
            ..default()
        };
        Self {
            material: materials.add(Plain::over(material, lighting)),
            most_lx: most / optics.flux_lm,
        }
    }
}

#[cfg(test)]
mod tests {
    use city::{Bbox, frame::LocalFrame};

    use super::*;
    use crate::{
        clock::parse_time,
        live::LampLight,
        scene::{
            LampForm,
            optics::{Known, Luminaires},
        },
        sky::{Observer, Weather},
    };

    /// Two lamps that burn in one tile and a third far away, on level ground at 3 m.
    fn app() -> (App, [Entity; 3]) {
        let edges = Bbox { min_x: -50.0, min_y: -50.0, max_x: 2_000.0, max_y: 50.0 };
        let night = parse_time("2026-06-21T22:00").unwrap();
        let mut app = App::new();
        app.add_plugins((MinimalPlugins, AssetPlugin::default()))
            .init_asset::<Mesh>()
            .init_asset::<Image>()
            .init_asset::<PlainMaterial>()
            .insert_resource(Quality::GPU)
            .init_resource::<Pools>()
            .init_resource::<Lit>()
            .insert_resource(Sun::over(&Observer::at(108.474, 15.5736), night, &Weather::default()))
            .insert_resource(Ground {
                frame: LocalFrame::at(108.474, 15.5736),
                heights: Arc::new(Heights::sample(&edges, 50.0, 50, |row| {
                    vec![Some(3.0); row.len()]
                })),
            })
            .add_systems(Startup, lay)
            .add_systems(Update, paint);
        let luminaires = Luminaires::default();
        let lamps = [10.0, 40.0, 1_700.0].map(|east| {
            let form = LampForm::example((east, 20.0, 3.0), 90.0, luminaires.of(Known::default()));
            let light = LampLight::On(1.0);
            let lamp = Lamp { form: Arc::new(form), layer: "lamps".into(), light, is_stale: false };
            app.world_mut().spawn((lamp, Visibility::Inherited)).id()
        });
        app.update();
        (app, lamps)
    }

    /// The meshes of pools that are drawn, the one of most corners first.
    fn drawn(app: &mut App) -> Vec<Mesh> {
        let world = app.world_mut();
        let mut query = world.query_filtered::<(&Mesh3d, &Visibility), Without<Lamp>>();
        let meshes = world.resource::<Assets<Mesh>>();
        let shown = query.iter(world).filter(|(_, visibility)| *visibility != Visibility::Hidden);
        let mut found: Vec<Mesh> =
            shown.map(|(mesh, _)| meshes.get(mesh).unwrap().clone()).collect();
        found.sort_by_key(|mesh| std::cmp::Reverse(mesh.count_vertices()));
        found
    }

    fn corners(app: &mut App) -> Vec<usize> {
        drawn(app).iter().map(Mesh::count_vertices).collect()
    }

    #[test]
    fn a_pool_lies_below_its_lamps_head_just_above_the_ground() {
        let (mut app, _) = app();
        let meshes = drawn(&mut app);
        let (Some(places), (east, north)) = (
            meshes[1].attribute(Mesh::ATTRIBUTE_POSITION).and_then(|it| it.as_float3()),
            tiles::middle(tiles::key(1_700.0, 20.0)),
        ) else {
            panic!("no corners")
        };
        let middle = places.iter().fold(Vec3::ZERO, |sum, at| sum + Vec3::from(*at)) / 4.0;
        let head = axes::to_scene(1_701.5 - east, 20.0 - north, 3.3);
        assert!(middle.distance(head) < 1e-2, "{middle} {head}");
        let side = Vec3::from(places[0]).distance(Vec3::from(places[1]));
        assert!((side - 40.0).abs() < 1e-2, "five mounting heights: {side}");
    }

    #[test]
    fn only_lamps_that_burn_are_seen_and_cast_no_light_have_pools() {
        let (mut app, [first, second, far]) = app();
        assert_eq!(corners(&mut app), [8, 4]);
        app.world_mut().get_mut::<Lamp>(first).unwrap().light = LampLight::Off;
        app.update();
        assert_eq!(corners(&mut app), [4, 4], "one is off");
        app.world_mut().resource_mut::<Lit>().lamps.insert(far);
        app.update();
        assert_eq!(corners(&mut app), [4], "the far one casts light itself");
        app.world_mut().resource_mut::<Lit>().lamps.clear();
        app.update();
        assert_eq!(corners(&mut app), [4, 4], "and does so no more");
        *app.world_mut().get_mut::<Visibility>(second).unwrap() = Visibility::Hidden;
        app.update();
        assert_eq!(corners(&mut app), [4], "the last one of its tile is taken away");
    }
}
