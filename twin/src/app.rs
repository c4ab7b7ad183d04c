//! The app that a city becomes: what every twin has, with or without a renderer.

use std::sync::Arc;

use bevy::{
    asset::RenderAssetUsages,
    prelude::*,
    render::{
        RenderApp,
        mesh::allocator::MeshAllocatorSettings,
        render_resource::{Extent3d, TextureDimension, TextureFormat, TextureUsages},
        slab_allocator::SlabAllocatorSettings,
    },
};

use crate::{
    camera::{CameraPlugin, Rig, View},
    clock::{ClockPlugin, VirtualClock},
    error::TwinError,
    field::{FieldPlugin, FieldView, LuxWanted, Worst, WorstField},
    flood::{
        FloodPlugin, FloodRun, FloodView, Opposite, layers_of_all,
        play::{Measures, PlayPlugin, Player},
    },
    ground::Ground,
    live::{EstimatesPlugin, LivePlugin},
    model::CityModel,
    models::{self, Models, ModelsPlugin, PlacedModel},
    overlay::OverlayPlugin,
    panel::PanelPlugin,
    proposals::{ProposalDrawingPlugin, Proposals, ProposalsPlugin},
    quality::{Quality, fit_cameras, fit_to_device},
    scene::{
        Added, Buildings, City, Hidden, LampsPlugin, Luminaires, MaterialsPlugin, ScenePlugin,
        traffic::TrafficPlugin, vehicles::VehiclesPlugin,
    },
    section::{Cutting, SectionPlugin},
    sky::{self, SkyPlugin},
    words::Language,
};

/// A city that was read, and what is to be shown of it.
#[derive(Debug)]
pub struct Stage {
    /// The city.
    pub model: Arc<CityModel>,
    /// From where.
    pub view: View,
    /// When.
    pub clock: VirtualClock,
    /// In which language.
    pub language: Language,
    /// A flood run and hours since its beginning.
    pub flood: Option<(FloodRun, f64)>,
    /// Another one, right of the middle.
    pub versus: Option<FloodRun>,
    /// What the run came to, painted on the ground.
    pub worst: Option<Worst>,
    /// Whether the lux of the lamps around the view are painted on the ground.
    pub lux: bool,
    /// How lamps throw their light.
    pub luminaires: Luminaires,
    /// What is placed against floods.
    pub measures: Measures,
    /// Models of others that stand in it.
    pub models: Models,
    /// What is proposed.
    pub proposals: Proposals,
}

impl Stage {
    /// A city that was read, in a view that may follow from the one that frames it.
    ///
    /// # Errors
    /// Those of `view`, and [`TwinError::Time`].
    pub fn new(
        model: CityModel,
        view: impl FnOnce(View) -> Result<View, TwinError>,
        time: Option<&str>,
    ) -> Result<Self, TwinError> {
        let view = view(View::framing(&model))?;
        let clock = match time.or(view.time.as_deref()) {
            Some(text) => VirtualClock::paused(crate::clock::parse_time(text)?),
            None => VirtualClock::live(crate::clock::wall_now()),
        };
        let model = Arc::new(model);
        Ok(Self {
            model,
            view,
            clock,
            language: Language::default(),
            flood: None,
            versus: None,
            worst: None,
            lux: false,
            luminaires: Luminaires::default(),
            measures: Measures::default(),
            models: Models::default(),
            proposals: Proposals::default(),
        })
    }

    /// Stands a model in the city; its objects are a layer of their own.
    pub fn stand(&mut self, placed: PlacedModel) {
        models::stand(Arc::make_mut(&mut self.model), &mut self.models, placed);
    }

    /// Puts the city into an app, with what draws nothing.
    pub fn into_world(mut self, app: &mut App, is_drawn: bool, is_handled: bool) {
        let buildings = Buildings::of(&self.model);
        let mut added = Added::of(&self.models);
        if !self.proposals.document.buildings.is_empty() {
            self.proposals.stand(Arc::make_mut(&mut self.model), &buildings);
            self.proposals.add_to(&mut added);
        }
        let hidden = self.view.hidden.iter().filter_map(|name| city::Role::from_name(name).ok());
        if let Some((run, hours)) = self.flood {
            if let Some(what) = self.worst {
                app.insert_resource(FieldView::new(WorstField { run: run.clone(), what }));
            }
            if let Some(versus) = self.versus {
                app.insert_resource(Opposite::new(FloodView::new(versus, hours)));
            }
            app.insert_resource(FloodView::new(run, hours));
        }
        if self.lux {
            app.insert_resource(LuxWanted::around(&self.view, &self.model));
        }
        app.insert_resource(self.luminaires)
            .insert_resource(Player::of(self.measures))
            .insert_resource(self.view.weather().unwrap_or_default());
        app.insert_resource(Ground {
            frame: self.model.frame,
            heights: Arc::new(self.model.heights.clone()),
        })
        .insert_resource(buildings.with(added))
        .insert_resource(self.models)
        .insert_resource(self.proposals)
        .insert_resource(Cutting { section: self.view.section, see_through: self.view.see_through })
        .insert_resource(Hidden(hidden.collect()))
        .insert_resource(self.language)
        .insert_resource(City(self.model))
        .add_plugins((
            ClockPlugin(self.clock),
            LivePlugin,
            EstimatesPlugin,
            SkyPlugin { is_drawn },
            LampsPlugin { is_drawn },
            CameraPlugin { is_handled },
            PlayPlugin { is_drawn },
            ProposalsPlugin,
        ));
    }
}

/// Adds what draws.
pub(crate) fn add_drawing(app: &mut App, has_panel: bool) {
    app.insert_resource(Quality::GPU)
        .add_systems(PreStartup, fit_to_device)
        .add_systems(PreUpdate, fit_cameras);
    if let Some(renderer) = app.get_sub_app_mut(RenderApp) {
        renderer.insert_resource(slabs());
    }
    app.add_plugins((
        MaterialsPlugin,
        ScenePlugin,
        VehiclesPlugin,
        TrafficPlugin,
        FloodPlugin,
        FieldPlugin,
        ModelsPlugin,
        ProposalDrawingPlugin,
        SectionPlugin,
        OverlayPlugin,
    ));
    if has_panel {
        app.add_plugins(PanelPlugin);
    }
}

/// Where meshes and pictures are: with the device, and here for the one that comes after it is lost. A page that loses
/// its device begins anew.
pub(crate) const KEPT: RenderAssetUsages = if cfg!(target_arch = "wasm32") {
    RenderAssetUsages::RENDER_WORLD
} else {
    RenderAssetUsages::all()
};

/// How much room meshes are given at a time: Bevy's own slabs grow to half a gigabyte, and each is copied into one that
/// is half as large again.
fn slabs() -> MeshAllocatorSettings {
    const MIB: u64 = 1 << 20;
    MeshAllocatorSettings {
        slab_allocator_settings: SlabAllocatorSettings {
            max_slab_size: 32 * MIB,
            large_threshold: 16 * MIB,
            ..SlabAllocatorSettings::default()
        },
        ..MeshAllocatorSettings::default()
    }
}

/// What a camera of the twin has besides its target.
pub(crate) fn camera(view: View, ease: f32) -> impl Bundle {
    (lens(&view), layers_of_all(), Rig { view, ease })
}

/// How a camera sees the city, whoever leads it.
pub(crate) fn lens(view: &View) -> impl Bundle + use<> {
    (
        Camera3d::default(),
        bevy::core_pipeline::tonemapping::Tonemapping::TonyMcMapface,
        bevy::post_process::bloom::Bloom {
            intensity: 0.10,
            ..bevy::post_process::bloom::Bloom::NATURAL
        },
        Msaa::Sample4,
        Projection::Perspective(PerspectiveProjection {
            fov: view.fov_deg.to_radians() as f32,
            near: 0.5,
            far: 120_000.0,
            ..PerspectiveProjection::default()
        }),
        sky::camera_bundle(),
    )
}

/// An image that can be drawn into, so many pixels wide and high.
pub(crate) fn canvas((width, height): (u32, u32)) -> Image {
    let mut image = Image::new_uninit(
        Extent3d { width, height, depth_or_array_layers: 1 },
        TextureDimension::D2,
        TextureFormat::Rgba8UnormSrgb,
        KEPT,
    );
    image.texture_descriptor.usage |= TextureUsages::RENDER_ATTACHMENT;
    image
}

/// Bevy's log, less what only its makers want to know.
pub(crate) fn quiet_log() -> bevy::log::LogPlugin {
    bevy::log::LogPlugin {
        filter: "warn,wgpu=error,naga=error,bevy_winit=error".into(),
        ..bevy::log::LogPlugin::default()
    }
}

#[cfg(test)]
mod tests;
