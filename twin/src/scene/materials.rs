//! The city's materials: Bevy's physical one with what each shader adds.

use bevy::{
    asset::{embedded_asset, load_embedded_asset},
    mesh::MeshVertexBufferLayoutRef,
    pbr::{
        ExtendedMaterial, MaterialExtension, MaterialExtensionKey, MaterialExtensionPipeline,
        MaterialPlugin,
    },
    prelude::*,
    reflect::TypePath,
    render::render_resource::{
        AsBindGroup, RenderPipelineDescriptor, ShaderType, SpecializedMeshPipelineError,
    },
    shader::{Shader, ShaderRef},
};

use crate::{
    clock::VirtualClock,
    quality::{Lighting, Quality, fit_to_device},
    sky::{Sun, Weather},
};

/// Façades and roofs.
pub(crate) type FacadeMaterial = ExtendedMaterial<StandardMaterial, Facade>;
/// Roads.
pub(crate) type RoadMaterial = ExtendedMaterial<StandardMaterial, Road>;
/// The ground.
pub(crate) type GroundMaterial = ExtendedMaterial<StandardMaterial, GroundCover>;
/// Water.
pub(crate) type WaterMaterial = ExtendedMaterial<StandardMaterial, Water>;
/// Models, trees, pipes.
pub(crate) type PlainMaterial = ExtendedMaterial<StandardMaterial, Plain>;

/// A box that cuts, as `cut.wgsl` has it: see [`crate::section`].
#[derive(Debug, Clone, Copy, Default, PartialEq, ShaderType)]
pub(crate) struct Cut {
    /// Its middle in Bevy's axes, m; last how much is seen through the ground.
    pub(crate) middle: Vec4,
    /// Halves of its sides, m.
    pub(crate) half: Vec4,
    /// Cosine and sine of its heading; 0 there is no box, 1 it is taken out, 2 all but it is; of what is plain the
    /// part of the picture's width up to which it is seen, or, below 0, from which it is.
    pub(crate) turn: Vec4,
}

impl Cut {
    /// Whether there is a box.
    pub(crate) fn is_box(&self) -> bool {
        self.turn.z > 0.0
    }

    /// Whether it may leave pixels out.
    fn leaves_out(&self) -> bool {
        self.is_box() || self.middle.w > 0.0 || self.turn.w != 0.0
    }
}

impl Plain {
    /// A material that has nothing but the cut besides, lit as the device can.
    pub(crate) fn over(base: StandardMaterial, lighting: Lighting) -> PlainMaterial {
        ExtendedMaterial { base, extension: Self::lit_by(lighting) }
    }

    /// Shows it only on one side of the picture: up to a part of the width, or, below 0, from there on; 0 for all.
    pub(crate) fn part_at(&mut self, part: f32) {
        self.cut.turn.w = part;
    }

    /// See [`Self::part_at`].
    pub(crate) fn part(&self) -> f32 {
        self.cut.turn.w
    }
}

/// What is lit as the device can.
pub(crate) trait LitBy {
    /// As it is at first, lit so.
    fn lit_by(lighting: Lighting) -> Self;
}

/// What an extension's shaders are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Making {
    lighting: Lighting,
    /// A shader that may leave pixels out shades each of them before its depth is looked at: behind houses, too.
    leaves_out: bool,
}

impl Making {
    /// Tells the shaders.
    fn tell(self, descriptor: &mut RenderPipelineDescriptor) {
        let Some(fragment) = &mut descriptor.fragment else { return };
        if self.lighting == Lighting::Simple {
            fragment.shader_defs.push("SIMPLE_LIGHT".into());
        }
        if self.leaves_out {
            fragment.shader_defs.push("LEAVES_OUT".into());
        }
    }
}

/// The shader of the shadows' pictures.
const SHADOW: &str = "embedded://twin/scene/shaders/shadow.wgsl";

/// What can be cut.
pub(crate) trait HasCut {
    /// How it is cut.
    fn cut_mut(&mut self) -> &mut Cut;
}

/// Luminance of a lit window, cd/m²: a room of 100 lx behind a curtain gives 10 to 30.
const WINDOW_CD_M2: f32 = 16.0;

/// What every extension of ours says: that it can be cut, its shaders, and which light they reckon with.
macro_rules! extends {
    ($name:ident $file:literal) => {
        impl HasCut for $name {
            fn cut_mut(&mut self) -> &mut Cut {
                &mut self.cut
            }
        }

        impl MaterialExtension for $name {
            fn fragment_shader() -> ShaderRef {
                concat!("embedded://twin/scene/shaders/", $file).into()
            }

            fn prepass_fragment_shader() -> ShaderRef {
                SHADOW.into()
            }

            fn specialize(
                _: &MaterialExtensionPipeline,
                descriptor: &mut RenderPipelineDescriptor,
                _: &MeshVertexBufferLayoutRef,
                key: MaterialExtensionKey<Self>,
            ) -> Result<(), SpecializedMeshPipelineError> {
                key.bind_group_data.tell(descriptor);
                Ok(())
            }
        }

        impl From<&$name> for Making {
            fn from(of: &$name) -> Self {
                Self { lighting: of.lighting, leaves_out: of.leaves_out() }
            }
        }

        impl LitBy for $name {
            fn lit_by(lighting: Lighting) -> Self {
                Self { lighting, ..Self::default() }
            }
        }
    };
}

macro_rules! with_city {
    ($($(#[$doc:meta])* $name:ident $file:literal)*) => {$(
        $(#[$doc])*
        #[derive(Asset, TypePath, AsBindGroup, Debug, Clone, Default)]
        #[bind_group_data(Making)]
        pub(crate) struct $name {
            /// Share of lit windows, their luminance in cd/m², seconds; for water the part of the picture's width
            /// up to which it is seen, or, below 0, from which it is.
            #[uniform(100)]
            state: Vec4,
            /// Luminance of the sky above, cd/m².
            #[uniform(100)]
            zenith: Vec4,
            /// Luminance of the sky above the horizon, cd/m².
            #[uniform(100)]
            horizon: Vec4,
            /// How it is cut.
            #[uniform(101)]
            cut: Cut,
            lighting: Lighting,
        }

        extends! { $name $file }

        impl $name {
            fn leaves_out(&self) -> bool {
                self.cut.leaves_out() || self.state.w != 0.0
            }

            fn follow(&mut self, sun: &Sun, seconds: f32) {
                let luminance = sun.light.sky_luminance();
                self.state = Vec4::new(sun.light.night, WINDOW_CD_M2, seconds, self.state.w);
                self.zenith = (Vec3::from(sun.light.zenith) * luminance).extend(0.0);
                self.horizon = (Vec3::from(sun.light.horizon) * luminance).extend(0.0);
            }
        }
    )*};
}

impl Water {
    /// Shows it only on one side of the picture: up to a part of the width, or, below 0, from there on; 0 for all.
    pub(crate) fn part_at(&mut self, part: f32) {
        self.state.w = part;
    }

    /// See [`Self::part_at`].
    pub(crate) fn part(&self) -> f32 {
        self.state.w
    }
}

with_city! {
    /// What façades add.
    Facade "facade.wgsl"
    /// What water adds.
    Water "water.wgsl"
}

macro_rules! plain {
    ($($(#[$doc:meta])* $name:ident $file:literal)*) => {$(
        $(#[$doc])*
        #[derive(Asset, TypePath, AsBindGroup, Debug, Clone, Default)]
        #[bind_group_data(Making)]
        pub(crate) struct $name {
            /// How it is cut.
            #[uniform(101)]
            cut: Cut,
            lighting: Lighting,
        }

        extends! { $name $file }

        impl $name {
            fn leaves_out(&self) -> bool {
                self.cut.leaves_out()
            }
        }
    )*};
}

plain! {
    /// What roads add.
    Road "road.wgsl"
    /// What the ground adds.
    GroundCover "ground.wgsl"
    /// What models, trees and pipes add: nothing but the cut.
    Plain "plain.wgsl"
}

/// The handles that everything in the scene shares.
#[derive(Debug, Clone, Resource)]
pub(crate) struct CityMaterials {
    /// Façades, roofs, poles, concrete.
    pub(crate) facade: Handle<FacadeMaterial>,
    /// Roads.
    pub(crate) road: Handle<RoadMaterial>,
    /// Water bodies.
    pub(crate) water: Handle<WaterMaterial>,
    /// Water of a flood, which lets the ground through.
    pub(crate) flood: Handle<WaterMaterial>,
    /// That of the flood that it is compared with.
    pub(crate) opposite: Handle<WaterMaterial>,
    /// Leaves and stems.
    pub(crate) plant: Handle<PlainMaterial>,
}

/// Kept so that the shaders' common parts stay loaded.
#[derive(Debug, Resource)]
struct Common(#[expect(dead_code, reason = "holding them keeps the shaders")] [Handle<Shader>; 3]);

/// Colour that lies on the ground as it is, whatever light there is; more bias lies over less.
pub(crate) fn paint(depth_bias: f32) -> StandardMaterial {
    StandardMaterial {
        unlit: true,
        fog_enabled: false,
        alpha_mode: AlphaMode::Blend,
        depth_bias,
        ..default()
    }
}

/// Roads and ground darken and shine when they are wet (CIE 47, *Road lighting for wet conditions*, 1979); by how
/// much was chosen by eye.
fn wet(
    weather: Res<'_, Weather>,
    mut roads: ResMut<'_, Assets<RoadMaterial>>,
    mut grounds: ResMut<'_, Assets<GroundMaterial>>,
    mut last: Local<'_, f32>,
) {
    let wetness = weather.wetness();
    if *last == wetness {
        return;
    }
    *last = wetness;
    let shade = |part: f32| Color::linear_rgb(part, part, part);
    for (_, road) in roads.iter_mut() {
        road.base.perceptual_roughness = 0.9 - 0.55 * wetness;
        road.base.base_color = shade(1.0 - 0.45 * wetness);
    }
    for (_, ground) in grounds.iter_mut() {
        ground.base.perceptual_roughness = 0.95 - 0.30 * wetness;
        ground.base.base_color = shade(1.0 - 0.30 * wetness);
    }
}

/// The materials, and how they follow the sun.
#[derive(Debug, Default)]
pub(crate) struct MaterialsPlugin;

impl Plugin for MaterialsPlugin {
    fn build(&self, app: &mut App) {
        embedded_asset!(app, "shaders/noise.wgsl");
        embedded_asset!(app, "shaders/cut.wgsl");
        embedded_asset!(app, "shaders/light.wgsl");
        embedded_asset!(app, "shaders/shadow.wgsl");
        embedded_asset!(app, "shaders/plain.wgsl");
        embedded_asset!(app, "shaders/facade.wgsl");
        embedded_asset!(app, "shaders/road.wgsl");
        embedded_asset!(app, "shaders/ground.wgsl");
        embedded_asset!(app, "shaders/water.wgsl");
        let noise = load_embedded_asset!(app, "shaders/noise.wgsl");
        let cut = load_embedded_asset!(app, "shaders/cut.wgsl");
        let light = load_embedded_asset!(app, "shaders/light.wgsl");
        app.insert_resource(Common([noise, cut, light]))
            .add_plugins((
                MaterialPlugin::<FacadeMaterial>::default(),
                MaterialPlugin::<RoadMaterial>::default(),
                MaterialPlugin::<GroundMaterial>::default(),
                MaterialPlugin::<WaterMaterial>::default(),
                MaterialPlugin::<PlainMaterial>::default(),
            ))
            .add_systems(PreStartup, make.after(fit_to_device))
            .add_systems(Update, (follow, wet));
    }
}

fn make(
    mut commands: Commands<'_, '_>,
    quality: Res<'_, Quality>,
    mut facades: ResMut<'_, Assets<FacadeMaterial>>,
    mut roads: ResMut<'_, Assets<RoadMaterial>>,
    mut waters: ResMut<'_, Assets<WaterMaterial>>,
    mut plants: ResMut<'_, Assets<PlainMaterial>>,
) {
    let lighting = quality.lighting;
    let matt = StandardMaterial { perceptual_roughness: 0.9, reflectance: 0.3, ..default() };
    let water = StandardMaterial {
        base_color: Color::srgb_u8(0x58, 0x60, 0x49),
        perceptual_roughness: 0.16,
        reflectance: 0.35,
        ..default()
    };
    let mut flood = || {
        waters.add(ExtendedMaterial {
            base: StandardMaterial { alpha_mode: AlphaMode::Blend, ..water.clone() },
            extension: Water::lit_by(lighting),
        })
    };
    let (flood, opposite) = (flood(), flood());
    commands.insert_resource(CityMaterials {
        // Parapets are seen from behind as well.
        facade: facades.add(ExtendedMaterial {
            base: StandardMaterial { double_sided: true, cull_mode: None, ..matt.clone() },
            extension: Facade::lit_by(lighting),
        }),
        road: roads.add(ExtendedMaterial { base: matt.clone(), extension: Road::lit_by(lighting) }),
        water: waters.add(ExtendedMaterial { base: water, extension: Water::lit_by(lighting) }),
        flood,
        opposite,
        plant: plants.add(Plain::over(
            StandardMaterial { double_sided: true, cull_mode: None, ..matt },
            lighting,
        )),
    });
}

fn follow(
    sun: Option<Res<'_, Sun>>,
    clock: Res<'_, VirtualClock>,
    mut facades: ResMut<'_, Assets<FacadeMaterial>>,
    mut waters: ResMut<'_, Assets<WaterMaterial>>,
) {
    let Some(sun) = sun else { return };
    let seconds = ((clock.now().as_micros() / 1000).rem_euclid(3_600_000)) as f32 / 1000.0;
    if sun.is_changed() {
        facades.iter_mut().for_each(|(_, it)| it.extension.follow(&sun, seconds));
        waters.iter_mut().for_each(|(_, it)| it.extension.follow(&sun, seconds));
    }
}
