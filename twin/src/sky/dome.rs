//! The sun, the dome of the sky, fog and exposure, by the virtual clock.

use std::sync::Arc;

use bevy::{
    asset::embedded_asset,
    camera::{Exposure, Hdr, visibility::NoFrustumCulling},
    light::{
        CascadeShadowConfigBuilder, EnvironmentMapLight, GlobalAmbientLight, NotShadowCaster,
        NotShadowReceiver,
    },
    mesh::MeshVertexBufferLayoutRef,
    pbr::{
        DistanceFog, FogFalloff, Material, MaterialPipeline, MaterialPipelineKey, MaterialPlugin,
    },
    prelude::*,
    reflect::TypePath,
    render::render_resource::{
        AsBindGroup, RenderPipelineDescriptor, SpecializedMeshPipelineError,
    },
    shader::ShaderRef,
};

use super::{
    Daylight, Moon, Observer, SunPosition, Weather, daylight, moon, rain, sun_position, weather,
};
use crate::{app::KEPT, axes, clock::VirtualClock, ground::Ground, quality::Quality};

/// Radius of the dome, m: beyond everything that is drawn.
const DOME_M: f32 = 60_000.0;
/// Visibility in clear air at the coast, m; the haze of a humid plain.
const VISIBILITY_M: f32 = 26_000.0;
/// Haze is drawn no thicker than for this visibility, m: a storm would hide the flood that it makes.
const LEAST_VISIBILITY_M: f32 = 6_000.0;

/// The part of the sky that clouds of fair weather cover, which take no light away.
const FAIR_CLOUDS: f32 = 0.42;
/// Luminance of the full moon's disc, cd/m² (IESNA Lighting Handbook: 2500; through the air of a plain).
const MOON_CD_M2: f32 = 1800.0;

/// The sun and its light at the instant that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Resource)]
pub struct Sun {
    /// Where it stands.
    pub position: SunPosition,
    /// The light, under the clouds.
    pub light: Daylight,
    /// The moon.
    pub moon: Moon,
}

impl Sun {
    /// The sun over a place in a weather.
    pub fn over(observer: &Observer, now: city::Instant, weather: &Weather) -> Self {
        let position = sun_position(now, observer);
        let sine = position.elevation_deg().to_radians().sin() as f32;
        let light = weather.under(daylight(position.elevation_deg()), sine);
        Self { position, light, moon: moon(now, observer, &position) }
    }
}

/// Marks the light of the sun.
#[derive(Debug, Component)]
struct SunLight;

/// Marks the light of the moon.
#[derive(Debug, Component)]
struct MoonLight;

/// Marks the dome.
#[derive(Debug, Component)]
struct Dome;

/// The sky's colours as the shader has them: red, green, blue and a number each.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone, Default)]
struct SkyMaterial {
    /// Luminances overhead, cd/m²; the share of clouds.
    #[uniform(0)]
    zenith: Vec4,
    /// Above the horizon; 1 by night.
    #[uniform(0)]
    horizon: Vec4,
    /// Around the sun; seconds, which move the clouds.
    #[uniform(0)]
    glow: Vec4,
    /// Towards the sun; luminance of its disc.
    #[uniform(0)]
    sun: Vec4,
    /// Towards the moon; luminance of its disc where it is lit.
    #[uniform(0)]
    moon: Vec4,
}

impl Material for SkyMaterial {
    fn fragment_shader() -> ShaderRef {
        "embedded://twin/sky/sky.wgsl".into()
    }

    fn enable_prepass() -> bool {
        false
    }

    fn enable_shadows() -> bool {
        false
    }

    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        _: &MeshVertexBufferLayoutRef,
        _: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        // It is seen from inside.
        descriptor.primitive.cull_mode = None;
        Ok(())
    }
}

/// Computes the sun, and (with a renderer) draws the sky.
#[derive(Debug, Default)]
pub struct SkyPlugin {
    /// Whether there is a renderer.
    pub is_drawn: bool,
}

impl Plugin for SkyPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Weather>()
            .add_systems(PreUpdate, (weather::report, follow_sun).chain());
        if self.is_drawn {
            embedded_asset!(app, "sky.wgsl");
            // All light comes from the sun, the dome and lamps: what Bevy adds by default is day at night's exposure.
            app.insert_resource(GlobalAmbientLight::NONE);
            app.add_plugins(MaterialPlugin::<SkyMaterial>::default())
                .add_systems(Startup, spawn)
                .add_systems(Update, (light, expose, carry));
            rain::add(app);
        }
    }
}

/// The sun, anew when the clock has moved by more than half a second, or the weather is another.
fn follow_sun(
    mut commands: Commands<'_, '_>,
    clock: Res<'_, VirtualClock>,
    ground: Res<'_, Ground>,
    weather: Res<'_, Weather>,
    sun: Option<ResMut<'_, Sun>>,
    mut last: Local<'_, Option<i64>>,
) {
    let now = clock.now();
    let is_now = last.is_some_and(|last| (now.as_micros() - last).abs() < 500_000);
    if is_now && !weather.is_changed() {
        return;
    }
    *last = Some(now.as_micros());
    let (lon, lat) = ground.frame.to_lon_lat(0.0, 0.0);
    let new = Sun::over(&Observer::at(lon, lat), now, &weather);
    match sun {
        Some(mut sun) => *sun = new,
        None => commands.insert_resource(new),
    }
}

fn spawn(
    mut commands: Commands<'_, '_>,
    quality: Res<'_, Quality>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut skies: ResMut<'_, Assets<SkyMaterial>>,
) {
    commands.spawn((
        SunLight,
        DirectionalLight { shadow_maps_enabled: true, ..DirectionalLight::default() },
        CascadeShadowConfigBuilder {
            num_cascades: quality.cascades,
            minimum_distance: 1.0,
            first_cascade_far_bound: 120.0,
            // Beyond the first cascade, where there are no shadows too.
            maximum_distance: quality.shadows_m.max(200.0),
            overlap_proportion: 0.2,
        }
        .build(),
        Transform::default(),
    ));
    commands.spawn((
        MoonLight,
        DirectionalLight {
            color: Color::linear_rgb(0.86, 0.92, 1.0),
            illuminance: 0.0,
            shadow_maps_enabled: false,
            ..DirectionalLight::default()
        },
        Transform::default(),
    ));
    commands.spawn((
        Dome,
        Mesh3d(meshes.add(Sphere::new(DOME_M).mesh().uv(48, 32))),
        MeshMaterial3d(skies.add(SkyMaterial::default())),
        NoFrustumCulling,
        NotShadowCaster,
        NotShadowReceiver,
        Transform::default(),
    ));
}

/// What a camera needs to see the sky: exposure, fog and the light of the dome.
pub(crate) fn camera_bundle() -> impl Bundle {
    (Hdr, Exposure::default(), DistanceFog::default())
}

/// What a light of the sky is changed by.
type Shining = (&'static mut DirectionalLight, &'static mut Transform, &'static mut Visibility);

fn light(
    sun: Option<Res<'_, Sun>>,
    clock: Res<'_, VirtualClock>,
    weather: Res<'_, Weather>,
    quality: Res<'_, Quality>,
    mut lights: Query<'_, '_, Shining, With<SunLight>>,
    mut moons: Query<'_, '_, Shining, (With<MoonLight>, Without<SunLight>)>,
    mut skies: ResMut<'_, Assets<SkyMaterial>>,
) {
    let Some(sun) = sun.filter(|sun| sun.is_changed()) else { return };
    let [east, north, up] = sun.position.direction();
    let towards = axes::to_scene(east, north, up);
    for (mut light, mut transform, mut visibility) in &mut lights {
        light.illuminance = sun.light.sun_lx;
        // WebGL has room for one such light: by night it is the moon's.
        let is_up = sun.light.sun_lx > 0.0;
        *visibility = if is_up { Visibility::Visible } else { Visibility::Hidden };
        let [r, g, b] = sun.light.sun_colour;
        light.color = Color::linear_rgb(r, g, b);
        light.shadow_maps_enabled = sun.light.sun_lx > 20.0 && quality.shadows_m > 0.0;
        *transform = Transform::default().looking_to(-towards, Vec3::Y);
    }
    let [east, north, up] = sun.moon.position.direction();
    let to_moon = axes::to_scene(east, north, up);
    let through = 1.0 - weather.cloud.clamp(0.0, 1.0);
    for (mut light, mut transform, mut visibility) in &mut moons {
        light.illuminance = sun.moon.lx as f32 * through;
        // A light that gives none would cost as much as one that does; by day nobody sees it.
        let is_seen = light.illuminance > 1e-3 && sun.light.night > 0.0;
        *visibility = if is_seen { Visibility::Visible } else { Visibility::Hidden };
        *transform = Transform::default().looking_to(-to_moon, Vec3::Y);
    }
    let luminance = sun.light.sky_luminance();
    let tone = |colour: [f32; 3], last: f32| (Vec3::from(colour) * luminance).extend(last);
    let seconds = (clock.now().as_micros() / 1_000_000).rem_euclid(86_400) as f32;
    for (_, sky) in skies.iter_mut() {
        sky.zenith = tone(sun.light.zenith, FAIR_CLOUDS.max(weather.cloud));
        sky.horizon = tone(sun.light.horizon, sun.light.night);
        sky.glow = tone(sun.light.glow, seconds);
        sky.sun = towards.extend(sun.light.sun_lx * 0.35);
        sky.moon = to_moon.extend(MOON_CD_M2 * through);
    }
}

/// What a camera's picture depends on.
type Lens =
    (Entity, &'static mut Exposure, &'static mut DistanceFog, Option<&'static EnvironmentMapLight>);

fn expose(
    mut commands: Commands<'_, '_>,
    sun: Option<Res<'_, Sun>>,
    weather: Res<'_, Weather>,
    mut images: ResMut<'_, Assets<Image>>,
    mut cameras: Query<'_, '_, Lens>,
) {
    let Some(sun) = sun else { return };
    for (camera, mut exposure, mut fog, dome) in &mut cameras {
        if !sun.is_changed() && dome.is_some() {
            continue;
        }
        let Daylight { zenith, horizon, glow, .. } = sun.light;
        exposure.ev100 = sun.light.ev100;
        let seen = sun.light.sky_luminance() * sun.light.exposure();
        let tint = |colour: [f32; 3], share: f32| {
            let [r, g, b] = colour.map(|channel| channel * share);
            Color::linear_rgb(r, g, b)
        };
        fog.color = tint(horizon, seen * 0.82);
        fog.directional_light_color = tint(glow, seen * 0.5);
        fog.directional_light_exponent = 14.0;
        let visibility_m = weather.visibility_m(VISIBILITY_M).max(LEAST_VISIBILITY_M);
        fog.falloff = FogFalloff::from_visibility(visibility_m);
        // Ground gives back a sixth of what falls on it.
        let ground_lx = sun.light.sky_lx
            + sun.light.sun_lx * (sun.position.elevation_deg().to_radians().sin().max(0.0) as f32);
        let bounce = ground_lx / sun.light.sky_lx * 0.16;
        let ground = std::array::from_fn(|k| [0.95, 0.93, 0.85][k] * bounce);
        let map = EnvironmentMapLight::hemispherical_gradient(
            &mut images,
            tint(zenith, 1.35),
            tint(horizon, 0.85),
            tint(ground, 1.0),
        );
        for handle in [&map.diffuse_map, &map.specular_map] {
            if let Some(mut image) = images.get_mut(handle) {
                image.asset_usage = KEPT;
            }
        }
        commands
            .entity(camera)
            .insert(EnvironmentMapLight { intensity: sun.light.sky_luminance(), ..map });
    }
}

/// The dome stays around the camera.
fn carry(
    cameras: Query<'_, '_, &GlobalTransform, (With<Camera3d>, Without<Dome>)>,
    mut domes: Query<'_, '_, &mut Transform, With<Dome>>,
) {
    let Some(camera) = cameras.iter().next() else { return };
    for mut dome in &mut domes {
        dome.translation = camera.translation();
    }
}

/// A ground for what needs none but its place.
impl Ground {
    /// A level ground at a place.
    pub fn level_at(lon_deg: f64, lat_deg: f64) -> Self {
        let edges = city::Bbox { min_x: -100.0, min_y: -100.0, max_x: 100.0, max_y: 100.0 };
        Self {
            frame: city::frame::LocalFrame::at(lon_deg, lat_deg),
            heights: Arc::new(crate::model::Heights::level(&edges)),
        }
    }
}
