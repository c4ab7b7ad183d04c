//! Spawns the ground, and makes it finer where the eye comes near.

use bevy::{
    asset::AssetEventSystems,
    camera::visibility::VisibilitySystems::CalculateBounds,
    light::{NotShadowCaster, NotShadowReceiver},
    pbr::ExtendedMaterial,
    prelude::*,
};
use city::Role;
use rayon::prelude::*;

use super::{
    City, Drawn, drape,
    materials::{GroundCover, GroundMaterial, LitBy},
    shape::{Corner, Shape},
    terrain::{self, Chunk},
};
use crate::{axes, camera::Rig, model::CityModel, quality::Quality};

/// The ground. [`super::MaterialsPlugin`] must be there.
#[derive(Debug, Default)]
pub(super) struct LandPlugin;

impl Plugin for LandPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Coarse>()
            .init_resource::<Covering>()
            .add_systems(Startup, (cover, spawn).chain())
            // Meshes of this frame are told of in it, and have their bounds.
            .add_systems(PostUpdate, refine.before(CalculateBounds).before(AssetEventSystems));
    }
}

/// A chunk that is drawn, and how finely.
#[derive(Debug, Component)]
struct Lying {
    chunk: Chunk,
    level: usize,
}

/// How many chunks are not yet as fine, or as coarse, as the eye wants them.
#[derive(Debug, Default, Resource)]
pub(crate) struct Coarse(usize);

impl Coarse {
    /// Whether all of them are.
    pub(crate) fn is_done(&self) -> bool {
        self.0 == 0
    }
}

/// So many chunks change their level in a frame at most: the nearest first.
const AT_ONCE: usize = 24;
/// A chunk becomes coarser only so much beyond where it becomes finer, so that no step back and forth makes it anew.
const SLACK: f32 = 1.2;

/// The picture that the ground is draped with.
#[derive(Debug, Default, Resource)]
struct Covering(Option<Handle<Image>>);

/// Paints what lies on the ground, beside those who make meshes.
fn cover(
    city: Res<'_, City>,
    quality: Res<'_, Quality>,
    mut images: ResMut<'_, Assets<Image>>,
    mut covering: ResMut<'_, Covering>,
) {
    let picture = drape::draw(&city, &city.heights.edges_m());
    covering.0 = picture.map(|pixmap| images.add(drape::to_image(pixmap, quality.anisotropy)));
}

fn spawn(
    mut commands: Commands<'_, '_>,
    city: Res<'_, City>,
    quality: Res<'_, Quality>,
    covering: Res<'_, Covering>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<GroundMaterial>>,
) {
    let base = StandardMaterial {
        base_color_texture: covering.0.clone(),
        perceptual_roughness: 0.95,
        reflectance: 0.2,
        ..default()
    };
    let material =
        materials.add(ExtendedMaterial { base, extension: GroundCover::lit_by(quality.lighting) });
    let level = terrain::LEVELS - 1;
    let chunks = terrain::chunks(&city.heights).into_par_iter();
    let shapes: Vec<(Chunk, Shape)> =
        chunks.map(|chunk| (chunk, chunk.shape(&city.heights, level))).collect();
    for (chunk, shape) in shapes {
        let (east, north) = chunk.middle(&city.heights);
        let mut ground = commands.spawn((
            Drawn(Role::Terrain),
            Lying { chunk, level },
            Mesh3d(meshes.add(shape.into_ground_mesh())),
            MeshMaterial3d(material.clone()),
            Transform::from_translation(axes::to_scene(east, north, 0.0)),
        ));
        if !quality.ground_shades {
            ground.insert(NotShadowCaster);
        }
    }
    spawn_beyond(&mut commands, &city, &mut meshes, &material);
}

/// Where the level ends that is so far from the finest, m from the eye: each twice as far as the one before.
fn reach(side_m: f32, quality: &Quality, level: usize) -> f32 {
    side_m.max(400.0) * quality.ground_reach * (1 << level) as f32
}

/// The level of a chunk so far from the nearest eye, m, that has been at another one.
fn level_at(away_m: f32, was: usize, side_m: f32, quality: &Quality) -> usize {
    let finest = |slack: f32| {
        let ends = (0..terrain::LEVELS - 1).map(|level| reach(side_m, quality, level) * slack);
        ends.take_while(|end_m| away_m > *end_m).count()
    };
    was.clamp(finest(SLACK), finest(1.0))
}

fn refine(
    city: Res<'_, City>,
    quality: Res<'_, Quality>,
    eyes: Query<'_, '_, &Transform, With<Rig>>,
    mut ground: Query<'_, '_, (&mut Lying, &mut Mesh3d, &Transform)>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut coarse: ResMut<'_, Coarse>,
) {
    let side_m = (city.heights.step_m() * terrain::CHUNK as f64) as f32;
    let away_m = |at: &Transform| {
        let (east, north, _) = axes::to_local(at.translation);
        let middle = axes::to_scene(east, north, city.heights.at(east, north));
        let to_eyes = eyes.iter().map(|eye| eye.translation.distance(middle));
        to_eyes.fold(f32::INFINITY, f32::min)
    };
    let mut due: Vec<_> = ground
        .iter_mut()
        .filter_map(|(lying, mesh, at)| {
            let away_m = away_m(at);
            let level = level_at(away_m, lying.level, side_m, &quality);
            (level != lying.level).then_some((away_m, level, lying, mesh))
        })
        .collect();
    coarse.0 = due.len().saturating_sub(AT_ONCE);
    due.sort_by(|a, b| a.0.total_cmp(&b.0));
    due.truncate(AT_ONCE);
    let shapes: Vec<Shape> = due
        .par_iter()
        .map(|(_, level, lying, _)| lying.chunk.shape(&city.heights, *level))
        .collect();
    for ((_, level, mut lying, mut mesh), shape) in due.into_iter().zip(shapes) {
        lying.level = level;
        mesh.0 = meshes.add(shape.into_ground_mesh());
    }
}

/// Land as far as the eye reaches around the ground that is known, at the height of its lowest rim:
/// without, the city would float in the sky.
fn spawn_beyond(
    commands: &mut Commands<'_, '_>,
    city: &CityModel,
    meshes: &mut Assets<Mesh>,
    material: &Handle<GroundMaterial>,
) {
    let edges = city.heights.edges_m();
    let (low, _) = city.heights.range();
    let mut shape = Shape::default();
    let reach_m = 40_000.0;
    let (w, s, e, n) = (edges.min_x, edges.min_y, edges.max_x, edges.max_y);
    let up_m = f64::from(low) - 6.0;
    for [x0, y0, x1, y1] in [
        [w - reach_m, s - reach_m, e + reach_m, s],
        [w - reach_m, n, e + reach_m, n + reach_m],
        [w - reach_m, s, w, n],
        [e, s, e + reach_m, n],
    ] {
        let corner = |x: f64, y: f64| Corner {
            at: axes::to_scene(x, y, up_m).to_array(),
            normal: [0.0, 1.0, 0.0],
            uv: [
                (((x - w) / (e - w)) as f32).clamp(0.001, 0.999),
                (((n - y) / (n - s)) as f32).clamp(0.001, 0.999),
            ],
            mark: [0.0, 0.0],
            colour: [1.0; 4],
        };
        shape.quad([corner(x0, y0), corner(x1, y0), corner(x1, y1), corner(x0, y1)]);
    }
    commands.spawn((
        Drawn(Role::Terrain),
        Mesh3d(meshes.add(shape.into_ground_mesh())),
        MeshMaterial3d(material.clone()),
        NotShadowCaster,
        NotShadowReceiver,
        Transform::default(),
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_finer_the_nearer_the_eye_and_keeps_its_level_between() {
        let level = |away_m: f32, was: usize| level_at(away_m, was, 640.0, &Quality::GPU);
        let first = reach(640.0, &Quality::GPU, 0);
        assert_eq!(level(first * 0.9, 3), 0);
        assert_eq!(level(first * 1.1, 3), 1);
        assert_eq!(level(first * 1.1, 0), 0, "just beyond the end of its level it stays");
        assert_eq!(level(first * 1.3, 0), 1);
        assert_eq!(level(1e9, 0), terrain::LEVELS - 1);
        assert_eq!(level(f32::INFINITY, 2), terrain::LEVELS - 1, "without an eye it is coarse");
    }
}
