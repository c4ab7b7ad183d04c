//! Pictures without a display: stills and films, on whatever Vulkan there is.

mod png_file;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bevy::{
    app::SubApps,
    camera::RenderTarget,
    image::Image,
    prelude::*,
    render::{
        RenderPlugin,
        render_resource::PollType,
        renderer::{RenderAdapterInfo, RenderDevice},
        view::screenshot::{Screenshot, ScreenshotCaptured},
    },
    window::ExitCondition,
    winit::WinitPlugin,
};
use bevy_egui::{EguiGlobalSettings, PrimaryEguiContext};

use crate::{
    app::{self, Stage},
    camera::Rig,
    clock::VirtualClock,
    desktop::{Losses, RecoveryPlugin, device, need_device},
    error::TwinError,
    field::{FieldView, LuxWanted},
    flood::{FloodView, Opposite},
    live::{Archive, Estimates, Estimator, Link, LiveFeed, LiveState, alone::Alone},
    remote::{Client, listen},
    scene::{Coarse, Unbuilt},
};
pub use png_file::{Picture, read_png, similarity};

/// Frames without a picture before the first one: letters and meshes reach the device.
const PREPARING: usize = 3;
/// Frames that are drawn at night before one is taken: which lamps are near, and the clusters of their
/// light, follow the picture before.
const SETTLING: usize = 3;
/// Frames after a picture was asked for, until it must be there.
const PATIENCE: usize = 12;
/// How long the frames of a run may take to come.
const WATER_PATIENCE: Duration = Duration::from_secs(120);

/// An app that makes pictures, one after the other.
pub struct Studio {
    apps: SubApps,
    target: Handle<Image>,
    size: (u32, u32),
    is_warm: bool,
}

impl std::fmt::Debug for Studio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Studio").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Studio {
    /// A studio for a city, its pictures so many pixels wide and high.
    ///
    /// # Errors
    /// [`TwinError::Picture`] where there is no Vulkan.
    pub fn open(
        stage: Stage,
        size: (u32, u32),
        live: Option<&Client>,
        alone: Option<Alone>,
    ) -> Result<Self, TwinError> {
        need_device()?;
        let mut app = App::new();
        app.add_plugins(
            DefaultPlugins
                .set(WindowPlugin {
                    primary_window: None,
                    exit_condition: ExitCondition::DontExit,
                    ..WindowPlugin::default()
                })
                .set(RenderPlugin {
                    render_creation: device(),
                    synchronous_pipeline_compilation: true,
                    ..RenderPlugin::default()
                })
                .set(app::quiet_log())
                .disable::<WinitPlugin>(),
        );
        app.add_plugins(bevy_egui::EguiPlugin::default());
        app.world_mut().resource_mut::<EguiGlobalSettings>().auto_create_primary_context = false;
        let view = stage.view.clone();
        stage.into_world(&mut app, true, false);
        if let Some(client) = live {
            app.insert_resource(LiveFeed::new(listen(client.clone())))
                .insert_resource(Archive(client.clone()))
                .insert_resource(Estimator(client.clone()));
        }
        if let Some(alone) = alone {
            alone.into_world(&mut app);
        }
        app::add_drawing(&mut app, false);
        app.add_plugins(RecoveryPlugin);
        app.finish();
        app.cleanup();
        let mut apps = std::mem::take(app.sub_apps_mut());
        let world = apps.main.world_mut();
        let target = world.resource_mut::<Assets<Image>>().add(app::canvas(size));
        world.spawn((
            app::camera(view, 0.0),
            RenderTarget::Image(target.clone().into()),
            PrimaryEguiContext,
        ));
        Ok(Self { apps, target, size, is_warm: false })
    }

    /// Waits until the first live values and estimates have come, or so long.
    pub fn wait_for_live(&mut self, at_most: Duration) {
        let began = Instant::now();
        while began.elapsed() < at_most {
            self.frame();
            let world = self.apps.main.world();
            let (state, estimates) = (world.resource::<LiveState>(), world.resource::<Estimates>());
            let is_told = estimates.issued.is_some() || estimates.trouble.is_some();
            let has_told = is_told || !world.contains_resource::<Estimator>();
            let is_lost = matches!(state.link, Link::Lost(_));
            if is_lost || (state.link != Link::Absent && has_told) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Listens for so long.
    pub fn listen(&mut self, period: Duration) {
        let began = Instant::now();
        self.draws(false);
        while began.elapsed() < period {
            self.frame();
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sets the clock and, where a flood is shown, its time; both stand still from then on.
    pub fn set_time(&mut self, now: Option<city::Instant>, flood_hours: Option<f64>) {
        let world = self.apps.main.world_mut();
        if let Some(now) = now {
            *world.resource_mut::<VirtualClock>() = VirtualClock::paused(now);
        }
        if let (Some(hours), Some(mut flood)) = (flood_hours, world.get_resource_mut::<FloodView>())
        {
            flood.hours = hours;
        }
    }

    /// Turns the camera to another view.
    pub fn set_view(&mut self, view: &crate::camera::View) {
        let world = self.apps.main.world_mut();
        let mut rigs = world.query::<&mut Rig>();
        for mut rig in rigs.iter_mut(world) {
            rig.view = view.clone();
        }
    }

    /// How long each of so many frames takes, from the world's turn until the device has drawn it. The first
    /// picture must have been taken.
    pub fn time_frames(&mut self, count: usize) -> Vec<Duration> {
        self.draws(true);
        self.frame();
        let times = (0..count).map(|_| {
            let began = Instant::now();
            self.frame();
            began.elapsed()
        });
        let times = times.collect();
        self.draws(false);
        times
    }

    /// What draws, in the words of its driver.
    pub fn device(&self) -> String {
        let info = self.apps.main.world().get_resource::<RenderAdapterInfo>();
        info.map(|info| format!("{} ({:?})", info.name, info.device_type)).unwrap_or_default()
    }

    /// Lamps that cast light in the picture.
    pub fn lit_lamps(&mut self) -> usize {
        let world = self.apps.main.world_mut();
        world.query::<&SpotLight>().iter(world).filter(|light| light.intensity > 0.0).count()
    }

    /// The city's lamps, buildings and everything else that is in the world.
    pub fn world(&mut self) -> &mut World {
        self.apps.main.world_mut()
    }

    /// Takes a picture; where its device is lost over it, another one takes it.
    ///
    /// # Errors
    /// [`TwinError::Picture`] when none comes.
    pub fn shoot(&mut self) -> Result<Picture, TwinError> {
        loop {
            let before = self.losses();
            let taken = self.take();
            if self.losses() == before {
                return taken;
            }
            self.is_warm = false;
        }
    }

    fn losses(&self) -> usize {
        self.apps.main.world().resource::<Losses>().count()
    }

    fn take(&mut self) -> Result<Picture, TwinError> {
        self.wait_for_water();
        self.draws(false);
        (0..if self.is_warm { 1 } else { PREPARING }).for_each(|_| self.frame());
        // A large city rises over some frames, and the last of it must reach the device; another view may want
        // another ground.
        while self.is_rising() {
            self.frame();
            self.frame();
        }
        self.draws(true);
        if self.is_lit_by_lamps() {
            (0..SETTLING).for_each(|_| self.frame());
        } else if self.is_warm {
            self.frame();
        }
        self.is_warm = true;
        let taken: Arc<Mutex<Option<Image>>> = Arc::default();
        let into = taken.clone();
        self.apps.main.world_mut().spawn(Screenshot::image(self.target.clone())).observe(
            move |captured: On<'_, '_, ScreenshotCaptured>| {
                let mut into = into.lock().unwrap_or_else(PoisonError::into_inner);
                *into = Some(captured.image.clone());
            },
        );
        for _ in 0..PATIENCE {
            self.frame();
            // The picture is on its way back; nothing need be drawn for it.
            self.draws(false);
            let image = taken.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(image) = image {
                return Picture::of(image, self.size);
            }
        }
        let end = self.apps.main.world().resource::<Losses>().end();
        Err(TwinError::Picture(end.unwrap_or("the renderer gave no picture back").into()))
    }

    /// Waits until the water of a run stands at its time: its frames are read beside the drawing.
    fn wait_for_water(&mut self) {
        let began = Instant::now();
        let is_coming = |world: &World| {
            let (first, opposite) =
                (world.get_resource::<FloodView>(), world.get_resource::<Opposite>());
            first.is_some_and(|flood| !flood.is_settled())
                || opposite.is_some_and(|opposite| !opposite.view.is_settled())
                || world.contains_resource::<LuxWanted>()
                || world.get_resource::<FieldView>().is_some_and(|field| !field.is_settled())
        };
        // Whole frames: what the renderer is not told of within two of the world's turns it never hears of.
        self.draws(false);
        while is_coming(self.apps.main.world()) && began.elapsed() < WATER_PATIENCE {
            self.frame();
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn is_rising(&self) -> bool {
        let world = self.apps.main.world();
        world.get_resource::<Unbuilt>().is_some_and(|it| !it.is_done())
            || world.get_resource::<Coarse>().is_some_and(|it| !it.is_done())
    }

    fn is_lit_by_lamps(&mut self) -> bool {
        self.lit_lamps() > 0
    }

    /// Whether frames draw, or only let the world go on.
    fn draws(&mut self, draws: bool) {
        let world = self.apps.main.world_mut();
        let mut cameras = world.query_filtered::<&mut Camera, With<Rig>>();
        for mut camera in cameras.iter_mut(world) {
            camera.is_active = draws;
        }
    }

    /// One frame, drawn to its end.
    fn frame(&mut self) {
        self.apps.update();
        let world = self.apps.main.world();
        if let Some(device) = world.get_resource::<RenderDevice>() {
            let wait = PollType::Wait { submission_index: None, timeout: None };
            if let Err(error) = device.wgpu_device().poll(wait) {
                tracing::warn!(%error, "the device was not waited for");
            }
        }
    }
}

/// Makes a film of pictures, `frame` of them, at times that go evenly from one to the other; into a
/// folder of PNGs, or into a video by ffmpeg.
///
/// # Errors
/// As [`Studio::shoot`]; [`TwinError::Film`] where ffmpeg is missing or fails.
pub fn film(
    studio: &mut Studio,
    frames: u32,
    times: Option<(city::Instant, city::Instant)>,
    hours: Option<(f64, f64)>,
    out: &Path,
) -> Result<(), TwinError> {
    let is_video = out.extension().is_some_and(|it| it == "mp4" || it == "webm" || it == "mkv");
    let folder = if is_video { out.with_extension("frames") } else { out.to_owned() };
    std::fs::create_dir_all(&folder).map_err(TwinError::file(&folder))?;
    for number in 0..frames.max(1) {
        let part = f64::from(number) / f64::from(frames.max(2) - 1);
        let now = times.map(|(from, to)| {
            let span = (to.as_micros() - from.as_micros()) as f64;
            city::Instant::from_micros(from.as_micros() + (span * part) as i64)
        });
        studio.set_time(now, hours.map(|(from, to)| from + (to - from) * part));
        studio.shoot()?.write(&folder.join(format!("{number:05}.png")))?;
    }
    if is_video {
        encode(&folder, out)?;
        std::fs::remove_dir_all(&folder).map_err(TwinError::file(&folder))?;
    }
    Ok(())
}

fn encode(folder: &Path, out: &Path) -> Result<(), TwinError> {
    let output = std::process::Command::new("ffmpeg")
        .args(["-y", "-loglevel", "error", "-framerate", "24", "-i"])
        .arg(folder.join("%05d.png"))
        .args(["-pix_fmt", "yuv420p", "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2"])
        .arg(out)
        .output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            Err(TwinError::Film(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
        }
        Err(error) => Err(TwinError::Film(format!(
            "{error}; install it, or name a folder instead of a video ({} keeps the pictures)",
            folder.display()
        ))),
    }
}
