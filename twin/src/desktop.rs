//! What a program of its own has and a browser has not: a window of the system, and a device to ask for.

mod recovery;

use bevy::{
    prelude::*,
    render::{
        RenderPlugin,
        settings::{MemoryHints, RenderCreation, WgpuSettings},
    },
};

use crate::{
    app::{self, Stage},
    error::TwinError,
    flood::RunsFolder,
    live::{Archive, Estimator, LiveFeed, alone::Alone},
    remote::listen,
    source::Source,
};
pub(crate) use recovery::{Losses, RecoveryPlugin};

/// Opens a window on a city, and shows it until the window is closed; one of a data folder may listen to the field.
///
/// # Errors
/// [`TwinError::Picture`] where nothing can draw.
pub fn open_window(stage: Stage, source: &Source, alone: Option<Alone>) -> Result<(), TwinError> {
    need_device()?;
    let mut app = App::new();
    let title = format!("Dothi · {}", stage.language.title(&stage.model.title));
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin {
                primary_window: Some(Window { title, ..Window::default() }),
                ..WindowPlugin::default()
            })
            .set(RenderPlugin { render_creation: device(), ..RenderPlugin::default() })
            .set(app::quiet_log()),
    );
    app.add_plugins(bevy_egui::EguiPlugin::default());
    let view = stage.view.clone();
    stage.into_world(&mut app, true, true);
    if let Source::Server(client) = source {
        app.insert_resource(LiveFeed::new(listen(client.clone())))
            .insert_resource(Archive(client.clone()))
            .insert_resource(Estimator(client.clone()));
    }
    if let Some(alone) = alone {
        alone.into_world(&mut app);
    }
    if let Source::Folder(dir) = source {
        app.insert_resource(RunsFolder(dir.join("runs")));
    }
    app::add_drawing(&mut app, true);
    app.add_plugins(RecoveryPlugin);
    app.add_systems(Startup, move |mut commands: Commands<'_, '_>| {
        commands.spawn(app::camera(view.clone(), 8.0));
    });
    match app.run() {
        bevy::app::AppExit::Success => Ok(()),
        bevy::app::AppExit::Error(code) => {
            Err(TwinError::Picture(format!("the window ended with {code}; is there a display?")))
        }
    }
}

/// How a device is asked for: by default it hands out memory in blocks of 128 MiB for each kind of use, most of them
/// half empty.
pub(crate) fn device() -> RenderCreation {
    WgpuSettings { memory_hints: MemoryHints::MemoryUsage, ..WgpuSettings::default() }.into()
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
