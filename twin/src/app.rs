//! The app that a city becomes: what every twin has, with or without a renderer.

use std::{path::PathBuf, sync::Arc};

use bevy::prelude::*;

use crate::{
    camera::{CameraPlugin, Rig, View},
    clock::{ClockPlugin, VirtualClock},
    error::TwinError,
    flood::{FloodPlugin, FloodRun, FloodView},
    ground::Ground,
    live::{LiveFeed, LivePlugin},
    model::CityModel,
    overlay::OverlayPlugin,
    panel::PanelPlugin,
    remote::listen,
    scene::{
        Buildings, City, Hidden, LampLimit, LampsPlugin, MaterialsPlugin, ScenePlugin,
        vehicles::VehiclesPlugin,
    },
    sky::{self, SkyPlugin},
    source::Source,
    words::Language,
};

/// Lamps that cast light on a graphics processor, and on software Vulkan.
pub const LIT_LAMPS_GPU: usize = 2_000;
/// As above: 400 lights cost lavapipe a second a picture.
pub const LIT_LAMPS_CPU: usize = 160;

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
    pub flood: Option<(PathBuf, f64)>,
}

impl Stage {
    /// Reads a city; a view from a file, or one that frames the city.
    ///
    /// # Errors
    /// As [`Source::read`] and [`View::read_over`].
    pub fn read(
        source: &Source,
        view: Option<&std::path::Path>,
        time: Option<&str>,
    ) -> Result<Self, TwinError> {
        let model = source.read()?;
        let framing = View::framing(&model);
        let view = match view {
            Some(path) => View::read_over(path, &framing)?,
            None => framing,
        };
        let clock = match time.or(view.time.as_deref()) {
            Some(text) => VirtualClock::paused(crate::clock::parse_time(text)?),
            None => VirtualClock::live(crate::clock::wall_now()),
        };
        let model = Arc::new(model);
        Ok(Self { model, view, clock, language: Language::default(), flood: None })
    }

    /// Puts the city into an app, with what draws nothing.
    pub fn into_world(
        self,
        app: &mut App,
        is_drawn: bool,
        is_handled: bool,
    ) -> Result<(), TwinError> {
        let hidden = self.view.hidden.iter().filter_map(|name| city::Role::from_name(name).ok());
        if let Some((dir, hours)) = &self.flood {
            app.insert_resource(FloodView::new(FloodRun::open(dir)?, *hours));
        }
        app.insert_resource(Ground {
            frame: self.model.frame,
            heights: Arc::new(self.model.heights.clone()),
        })
        .insert_resource(Buildings::of(&self.model))
        .insert_resource(Hidden(hidden.collect()))
        .insert_resource(self.language)
        .insert_resource(City(self.model))
        .add_plugins((
            ClockPlugin(self.clock),
            LivePlugin,
            SkyPlugin { is_drawn },
            LampsPlugin { is_drawn },
            CameraPlugin { is_handled },
        ));
        Ok(())
    }
}

/// Adds what draws.
pub(crate) fn add_drawing(app: &mut App, has_panel: bool) {
    app.insert_resource(LampLimit(LIT_LAMPS_GPU))
        .add_systems(Startup, fit_to_device)
        .add_plugins((MaterialsPlugin, ScenePlugin, VehiclesPlugin, FloodPlugin, OverlayPlugin));
    if has_panel {
        app.add_plugins(PanelPlugin);
    }
}

/// What a camera of the twin has besides its target.
pub(crate) fn camera(view: View, ease: f32) -> impl Bundle {
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
        Rig { view, ease },
    )
}

/// Opens a window on a city, and shows it until the window is closed.
///
/// # Errors
/// As [`Stage::into_world`].
pub fn open_window(stage: Stage, source: &Source) -> Result<(), TwinError> {
    need_device()?;
    let mut app = App::new();
    let title = format!("Dothi · {}", stage.language.title(&stage.model.title));
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin {
                primary_window: Some(Window { title, ..Window::default() }),
                ..WindowPlugin::default()
            })
            .set(quiet_log()),
    );
    app.add_plugins(bevy_egui::EguiPlugin::default());
    let view = stage.view.clone();
    stage.into_world(&mut app, true, true)?;
    if let Source::Server(client) = source {
        app.insert_resource(LiveFeed::new(listen(client.clone())));
    }
    if let Source::Folder(dir) = source {
        app.insert_resource(crate::flood::RunsFolder(dir.join("runs")));
    }
    add_drawing(&mut app, true);
    app.add_systems(Startup, move |mut commands: Commands<'_, '_>| {
        commands.spawn(camera(view.clone(), 8.0));
    });
    match app.run() {
        bevy::app::AppExit::Success => Ok(()),
        bevy::app::AppExit::Error(code) => {
            Err(TwinError::Picture(format!("the window ended with {code}; is there a display?")))
        }
    }
}

/// Fewer lights and smaller shadows where the processor draws.
fn fit_to_device(
    device: Option<Res<'_, bevy::render::renderer::RenderAdapterInfo>>,
    mut limit: ResMut<'_, LampLimit>,
    mut shadows: ResMut<'_, bevy::light::DirectionalLightShadowMap>,
) {
    let is_software = device.is_some_and(|info| info.device_type == wgpu::DeviceType::Cpu);
    limit.0 = if is_software { LIT_LAMPS_CPU } else { LIT_LAMPS_GPU };
    shadows.size = if is_software { 2048 } else { 4096 };
}

/// Asks whether anything here can draw: Bevy itself would end the program.
///
/// # Errors
/// [`TwinError::Picture`], with what to install.
pub(crate) fn need_device() -> Result<(), TwinError> {
    let mut wanted = wgpu::InstanceDescriptor::new_without_display_handle();
    wanted.backends = wgpu::Backends::VULKAN;
    let instance = wgpu::Instance::new(wanted);
    let found = bevy::tasks::block_on(instance.request_adapter(&Default::default()));
    found.map(drop).map_err(|error| {
        let advice = "install mesa-vulkan-drivers, which draw without a graphics processor";
        TwinError::Picture(format!("there is no Vulkan device ({error}); {advice}"))
    })
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
