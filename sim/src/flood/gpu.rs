//! Floods on a graphics processor: HLLC of first order and local inertia by wgpu's compute shaders over
//! Vulkan, behind cargo's feature `gpu`.
//!
//! [`Gpu::open`] finds a device; [`Gpu::prepare`] takes an [`Engine`] there; [`GpuEngine`] then advances
//! the same [`State`] as the engine does: results, checkpoints and ledgers are the engine's. What is said
//! of tiles, threads and bits in [`super`] does not hold: another device may round otherwise, and the
//! agreement with the engine is a tolerance (`sim/tests/flood/gpu.rs`).
//!
//! For each step: ghosts outside the edges; the longest stable step from the fastest wave, which stays on
//! the device; blocks of 16 × 16 cells that are wet or beside water; fluxes; the limiter; water and
//! momentum with rain and friction, and the fastest wave as a maximum of workgroups; maxima. Only some
//! numbers of control are read back between batches of steps, the fields at the end of
//! [`Advance::advance`]. Volumes are `f64` sums of parts that the device keeps to twice `f32`'s digits.
//!
//! Refused, with what to do instead: MUSCL–Hancock, structures, buildings by porosity, soils that take
//! water, subgrid tables, and grids that do not fit into the device's buffers. Blocked cells, walls, rain by
//! zone, rain on roofs, inflows, open and level edges, maxima, arrivals and durations are there. Inflows are
//! even over at most a minute, and levels at edges straight; rain falls at its own intervals.

mod device;
mod grid;
mod run;

use std::{
    future::Future,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use super::{Engine, Error, Ledger, State};
pub use run::GpuEngine;

/// What takes a flood's state on in time: an [`Engine`], or the same flood on another device.
pub trait Advance {
    /// Takes stable steps until a time of the run, s. The ledger is that of all these steps.
    ///
    /// # Errors
    /// Where the run becomes unstable, or the device fails; the state is one before that.
    fn advance(&mut self, state: &mut State<f32>, until_s: f64) -> Result<Ledger, Error>;
}

impl Advance for Engine<f32> {
    fn advance(&mut self, state: &mut State<f32>, until_s: f64) -> Result<Ledger, Error> {
        Engine::advance(self, state, until_s)
    }
}

/// A graphics processor, or a program that acts as one.
#[derive(Debug, Clone)]
pub struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    name: String,
    is_software: bool,
    complaint: Complaint,
}

/// The first thing that the device has complained of.
#[derive(Debug, Clone, Default)]
struct Complaint(Arc<Mutex<Option<String>>>);

impl Complaint {
    fn note(&self, reason: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
    }

    fn take(&self) -> Result<(), Error> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(reason) => Err(Error::Device { reason }),
            None => Ok(()),
        }
    }
}

impl Gpu {
    /// The most powerful device that speaks Vulkan; a program such as lavapipe where there is no other.
    ///
    /// # Errors
    /// [`Error::NoAdapter`] where there is none at all, [`Error::Device`] where it does not start.
    pub fn open() -> Result<Self, Error> {
        let mut described = wgpu::InstanceDescriptor::new_without_display_handle();
        described.backends = wgpu::Backends::VULKAN;
        let instance = wgpu::Instance::new(described);
        let wanted = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            force_fallback_adapter: false,
            compatible_surface: None,
        };
        let adapter = wait(instance.request_adapter(&wanted)).map_err(|_| Error::NoAdapter)?;
        let (info, can) = (adapter.get_info(), adapter.limits());
        // The defaults are enough but for the size of grids.
        let limits = wgpu::Limits {
            max_buffer_size: can.max_buffer_size,
            max_storage_buffer_binding_size: can.max_storage_buffer_binding_size,
            ..wgpu::Limits::default()
        };
        let described = wgpu::DeviceDescriptor {
            label: Some("flood"),
            required_limits: limits.or_worse_values_from(&can),
            ..wgpu::DeviceDescriptor::default()
        };
        let started = wait(adapter.request_device(&described));
        let (device, queue) =
            started.map_err(|error| Error::Device { reason: error.to_string() })?;
        let complaint = Complaint::default();
        let noted = complaint.clone();
        device.on_uncaptured_error(Arc::new(move |error| noted.note(error.to_string())));
        let is_software = info.device_type == wgpu::DeviceType::Cpu;
        Ok(Self { device, queue, name: info.name, is_software, complaint })
    }

    /// What the device is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is a program on the processor: right, and no faster.
    #[must_use]
    pub fn is_software(&self) -> bool {
        self.is_software
    }

    /// Takes a flood to the device.
    ///
    /// # Errors
    /// [`Error::Refused`] for what this back end does not have, [`Error::Device`] where the device fails.
    pub fn prepare(&self, engine: Engine<f32>) -> Result<GpuEngine, Error> {
        GpuEngine::new(self.clone(), engine)
    }
}

/// The outcome of what is asked of a device: on machines other than browsers it is there at once.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(outcome) => return outcome,
            Poll::Pending => std::thread::yield_now(),
        }
    }
}
