//! What floods run on: a graphics processor where there is one, else the processor.

use std::sync::{Mutex, OnceLock};

use sim::flood::{Engine, Error, gpu::Gpu};

use super::kernel::{Kernel, OnDevice};
use crate::config::Device;

/// The devices of a machine, looked for when the first flood is run.
pub struct Devices {
    wanted: Device,
    found: OnceLock<Option<Gpu>>,
}

impl Devices {
    /// The devices that are wanted.
    #[must_use]
    pub fn of(wanted: Device) -> Self {
        Self { wanted, found: OnceLock::new() }
    }

    /// A kernel on the device, where there is one that can run this flood; else on the processor.
    #[must_use]
    pub fn kernel(&self, engine: Engine<f32>) -> Kernel {
        let Some(gpu) = self.gpu() else { return Kernel::Alone(Box::new(engine)) };
        match gpu.prepare(engine.clone()) {
            Ok(device) => Kernel::Device(Box::new(OnDevice { engine, device: Mutex::new(device) })),
            Err(error) => {
                match error {
                    Error::Refused { .. } => {
                        tracing::info!(%error, "this flood runs on the processor");
                    }
                    _ => tracing::warn!(%error, "the graphics processor fails"),
                }
                Kernel::Alone(Box::new(engine))
            }
        }
    }

    fn gpu(&self) -> Option<&Gpu> {
        let found = self.found.get_or_init(|| {
            if self.wanted == Device::Cpu {
                return None;
            }
            let gpu = match Gpu::open() {
                Ok(gpu) => gpu,
                Err(error) => {
                    tracing::info!(%error, "floods run on the processor");
                    return None;
                }
            };
            let is_of_use = self.wanted == Device::Gpu || !gpu.is_software();
            tracing::info!(device = gpu.name(), is_of_use, "a device speaks Vulkan");
            is_of_use.then_some(gpu)
        });
        found.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use sim::flood::{Engine, Forcing, Ground, Params};

    use super::*;

    fn basin() -> Engine<f32> {
        let bed: Vec<f64> = (0..48 * 40).map(|cell| f64::from(cell % 48) * 0.02).collect();
        let ground = Ground::new(48, 40, 5.0, bed).unwrap();
        Engine::new(&ground, Forcing::default(), Params::hllc()).unwrap()
    }

    #[test]
    fn a_flood_on_a_device_is_the_one_on_the_processor() {
        let kernel = Devices::of(Device::Gpu).kernel(basin());
        let Kernel::Device(_) = &kernel else {
            println!("SKIP: no device speaks Vulkan (mesa-vulkan-drivers)");
            return;
        };
        let alone = Devices::of(Device::Cpu).kernel(basin());
        assert!(matches!(alone, Kernel::Alone(_)), "the processor was asked for");
        let depth: Vec<f64> =
            (0..48 * 40).map(|cell| if cell % 48 < 10 { 1.0 } else { 0.0 }).collect();
        let ends = [&kernel, &alone].map(|kernel| {
            let mut run = kernel.start(&depth).unwrap();
            run.advance(60.0).unwrap();
            kernel.surface().depth_m(run.surface())
        });
        let apart = ends[0].iter().zip(&ends[1]).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        // Another order of operations in f32: `sim/tests/flood/gpu.rs` found 4e-7 m in a dam break.
        assert!(apart < 1e-4, "{apart}");
    }
}
