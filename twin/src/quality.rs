//! How much is drawn, by what draws it.

use bevy::{
    anti_alias::fxaa::Fxaa, core_pipeline::prepass::DepthPrepass, light::DirectionalLightShadowMap,
    prelude::*, render::renderer::RenderAdapterInfo,
};

/// How surfaces are lit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Lighting {
    /// By sun, sky and lamps, with shadows and mirrors (Bevy's physical lighting).
    #[default]
    Physical,
    /// By the sun's and the sky's light alone, without shadows: `light.wgsl`.
    Simple,
}

/// What a device is asked to draw.
#[derive(Debug, Clone, Copy, PartialEq, Resource)]
pub struct Quality {
    /// Lamps near the eye that cast light; the others glow, and light is painted below them.
    pub lit_lamps: usize,
    /// Pixels along a side of the sun's shadow map.
    pub shadow_px: usize,
    /// Shadow maps of the sun, from near to far.
    pub cascades: usize,
    /// The farthest shadow, m; 0 for none.
    pub shadows_m: f32,
    /// How many sides of a chunk the ground is drawn at full detail.
    pub ground_reach: f32,
    /// Trees beyond are coarse, m.
    pub fine_trees_m: f32,
    /// Trees beyond are not drawn, m.
    pub trees_m: f32,
    /// Roads beyond are only painted on the ground, m.
    pub roads_m: f32,
    /// Poles of lamps beyond are not drawn, m; heads are, so many times as far: see [`HEADS`].
    pub poles_m: f32,
    /// How the city's surfaces are lit.
    pub lighting: Lighting,
    /// Whether edges are smoothed in the finished picture (FXAA), in place of four samples a pixel.
    pub has_fxaa: bool,
    /// Whether depth is drawn first, so that what houses hide is never shaded.
    pub depth_first: bool,
    /// Whether the ground throws shadows.
    pub ground_shades: bool,
    /// Samples of the ground's picture for a pixel that sees it at a slant, at most. On the processor itself it is 1:
    /// lavapipe's elliptical filter walks over the whole picture for a pixel near the horizon, minutes a frame.
    pub anisotropy: u16,
}

/// Heads of lamps glow: they are seen so many times as far as poles.
pub const HEADS: f32 = 5.0;

impl Quality {
    /// A graphics processor.
    pub const GPU: Self = Self {
        lit_lamps: 2_000,
        shadow_px: 4096,
        cascades: 4,
        shadows_m: 4_000.0,
        ground_reach: 3.5,
        fine_trees_m: 900.0,
        trees_m: 6_000.0,
        roads_m: 12_000.0,
        poles_m: 2_500.0,
        lighting: Lighting::Physical,
        has_fxaa: false,
        depth_first: false,
        ground_shades: true,
        anisotropy: 8,
    };
    /// The processor itself: corners cost as much as pixels, and each shadow map draws them again. 400
    /// lamps would cost a second a picture; with four samples a pixel lavapipe takes 3.5 times as long.
    pub const SOFTWARE: Self = Self {
        lit_lamps: 160,
        shadow_px: 2048,
        cascades: 2,
        shadows_m: 1_500.0,
        ground_reach: 0.9,
        fine_trees_m: 160.0,
        trees_m: 2_500.0,
        roads_m: 4_000.0,
        poles_m: 800.0,
        lighting: Lighting::Physical,
        has_fxaa: true,
        depth_first: true,
        ground_shades: false,
        anisotropy: 1,
    };
    /// A browser: no storage buffers for many lights, and often a small device.
    pub const BROWSER: Self = Self {
        lit_lamps: 64,
        shadow_px: 1024,
        has_fxaa: false,
        depth_first: false,
        anisotropy: 4,
        ..Self::SOFTWARE
    };
    /// A browser without a graphics processor. SwiftShader needs ten times as long as lavapipe for four samples a pixel,
    /// for the haze with its shadows twice as long as for all the rest, and it waits for each shader of physical
    /// lighting to be translated.
    pub const SOFTWARE_BROWSER: Self = Self {
        lit_lamps: 0,
        lighting: Lighting::Simple,
        cascades: 1,
        shadow_px: 64,
        shadows_m: 0.0,
        trees_m: 1_200.0,
        roads_m: 1_500.0,
        poles_m: 400.0,
        has_fxaa: true,
        anisotropy: 1,
        ..Self::BROWSER
    };
}

/// Gives a device's share of quality to each camera when it comes.
pub(crate) fn fit_cameras(
    mut commands: Commands<'_, '_>,
    quality: Res<'_, Quality>,
    cameras: Query<'_, '_, Entity, Added<Camera3d>>,
) {
    for camera in &cameras {
        let mut camera = commands.entity(camera);
        if quality.has_fxaa {
            camera.insert((Msaa::Off, Fxaa::default()));
        }
        if quality.depth_first {
            camera.insert(DepthPrepass);
        }
    }
}

/// Chooses the quality before anything is spawned.
pub(crate) fn fit_to_device(
    mut commands: Commands<'_, '_>,
    device: Option<Res<'_, RenderAdapterInfo>>,
    mut shadows: ResMut<'_, DirectionalLightShadowMap>,
) {
    let quality = device.map_or(Quality::GPU, |info| of_device(&info));
    shadows.size = quality.shadow_px;
    commands.insert_resource(quality);
}

#[cfg(not(target_arch = "wasm32"))]
fn of_device(info: &RenderAdapterInfo) -> Quality {
    match info.device_type {
        wgpu::DeviceType::Cpu => Quality::SOFTWARE,
        _ => Quality::GPU,
    }
}

#[cfg(target_arch = "wasm32")]
fn of_device(info: &RenderAdapterInfo) -> Quality {
    // WebGL names the device that is behind it, and no kind.
    let name = info.name.to_lowercase();
    let is_software = ["swiftshader", "llvmpipe", "software"].iter().any(|it| name.contains(it));
    match is_software {
        true => Quality::SOFTWARE_BROWSER,
        false => Quality::BROWSER,
    }
}
