//! Buffers and programs on the device.

use std::sync::mpsc;

use super::{
    super::{Engine, Error, Scheme},
    Gpu,
    grid::{BLOCK, Grid, RECORDS},
};

/// Words of a ghost and of the control.
pub(super) const GHOST_WORDS: usize = 12;
pub(super) const CONTROL_WORDS: usize = 12;
/// Along one dimension of a workgroup that works on a list.
const LIST: usize = 64;

/// The programs of a step, in their order.
const PASSES: [&str; 9] =
    ["fill_ghosts", "choose_step", "wake", "flux", "limit", "cut", "tally", "update", "see"];

/// A grid on the device.
#[derive(Debug)]
pub(super) struct OnDevice {
    gpu: Gpu,
    grid: Grid,
    ghosts: usize,
    pub(super) cells: wgpu::Buffer,
    pub(super) keeps: wgpu::Buffer,
    pub(super) control: wgpu::Buffer,
    pub(super) blocks: wgpu::Buffer,
    pub(super) ghost_list: wgpu::Buffer,
    pub(super) record: wgpu::Buffer,
    bound: wgpu::BindGroup,
    programs: Vec<wgpu::ComputePipeline>,
}

impl OnDevice {
    pub(super) fn new(gpu: Gpu, engine: &Engine<f32>, grid: Grid) -> Result<Self, Error> {
        let ghosts = engine.ghosts.len();
        let of_flux = if engine.params.scheme == Scheme::LocalInertia { 16 } else { 32 };
        let most = grid.cells() * of_flux.max(4 * RECORDS);
        let limits = gpu.device.limits();
        if most as u64 > limits.max_storage_buffer_binding_size.min(limits.max_buffer_size) {
            let (what, cure) = (
                "grid that is too large for its buffers",
                "choose the back end cpu, or larger cells",
            );
            return Err(Error::Refused { what, cure });
        }
        let usage = wgpu::BufferUsages::STORAGE
            | wgpu::BufferUsages::COPY_SRC
            | wgpu::BufferUsages::COPY_DST;
        let buffer = |label: &str, bytes: usize, usage: wgpu::BufferUsages| {
            gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size: bytes.max(16) as u64,
                usage,
                mapped_at_creation: false,
            })
        };
        let to_uniform = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let buffers = [
            buffer("numbers", 48, to_uniform),
            buffer("cells", grid.cells() * 16, usage),
            buffer("land", grid.cells() * 16, usage),
            buffer("fluxes", grid.cells() * of_flux, usage),
            buffer("keeps", grid.cells() * 8, usage),
            buffer("control", CONTROL_WORDS * 4, usage),
            buffer("blocks", grid.blocks() * 12, usage),
            buffer("ghosts", ghosts.max(1) * GHOST_WORDS * 4, usage),
            buffer("record", grid.cells() * RECORDS * 4, usage),
        ];
        let layout = layout(&gpu.device);
        let entries: Vec<_> = (0_u32..)
            .zip(&buffers)
            .map(|(binding, buffer)| wgpu::BindGroupEntry {
                binding,
                resource: buffer.as_entire_binding(),
            })
            .collect();
        let bound = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("flood"),
            layout: &layout,
            entries: &entries,
        });
        let programs = programs(&gpu.device, &layout, engine.params.scheme);
        gpu.queue.write_buffer(&buffers[0], 0, bytemuck::cast_slice(&numbers(engine, grid)));
        gpu.queue.write_buffer(&buffers[2], 0, bytemuck::cast_slice(&grid.land(engine)));
        let [_, cells, _, _, keeps, control, blocks, ghost_list, record] = buffers;
        gpu.complaint.take()?;
        Ok(Self {
            gpu,
            grid,
            ghosts,
            cells,
            keeps,
            control,
            blocks,
            ghost_list,
            record,
            bound,
            programs,
        })
    }

    /// Writes words to a buffer, from a byte on.
    pub(super) fn write<T: bytemuck::NoUninit>(&self, to: &wgpu::Buffer, from: u64, values: &[T]) {
        self.gpu.queue.write_buffer(to, from, bytemuck::cast_slice(values));
    }

    /// Takes so many steps; those after the end of the span do nothing.
    pub(super) fn step(&self, steps: usize) {
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_bind_group(0, &self.bound, &[]);
        let along = |count: usize| count.div_ceil(LIST) as u32;
        let Grid { block_columns, block_rows, .. } = self.grid;
        for _ in 0..steps {
            for (name, program) in PASSES.iter().zip(&self.programs) {
                let (x, y) = match *name {
                    "choose_step" => (1, 1),
                    "fill_ghosts" | "tally" => (along(self.ghosts), 1),
                    "wake" => (along(self.grid.blocks()), 1),
                    _ => (block_columns as u32, block_rows as u32),
                };
                if x > 0 {
                    pass.set_pipeline(program);
                    pass.dispatch_workgroups(x, y, 1);
                }
            }
        }
        drop(pass);
        self.gpu.queue.submit([encoder.finish()]);
    }

    /// Waits for the device and reads a buffer.
    pub(super) fn read<T: bytemuck::Pod>(&self, from: &wgpu::Buffer) -> Result<Vec<T>, Error> {
        let staging = self.gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("read back"),
            size: from.size(),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(from, 0, &staging, 0, from.size());
        self.gpu.queue.submit([encoder.finish()]);
        let (send, receive) = mpsc::channel();
        staging.map_async(wgpu::MapMode::Read, .., move |outcome| {
            // Who asked has gone: nobody is left to be told.
            let _ = send.send(outcome);
        });
        let fails = |reason: String| Error::Device { reason };
        let polled = self.gpu.device.poll(wgpu::PollType::wait_indefinitely());
        polled.map_err(|error| fails(error.to_string()))?;
        self.gpu.complaint.take()?;
        let mapped = receive.recv().map_err(|error| fails(error.to_string()))?;
        mapped.map_err(|error| fails(error.to_string()))?;
        Ok(bytemuck::pod_collect_to_vec(&staging.get_mapped_range(..)))
    }
}

fn layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let entry = |binding: u32| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty: match binding {
                0 => wgpu::BufferBindingType::Uniform,
                2 => wgpu::BufferBindingType::Storage { read_only: true },
                _ => wgpu::BufferBindingType::Storage { read_only: false },
            },
            has_dynamic_offset: false,
            min_binding_size: None,
        },
        count: None,
    };
    let entries: Vec<_> = (0..9).map(entry).collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("flood"),
        entries: &entries,
    })
}

fn programs(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    scheme: Scheme,
) -> Vec<wgpu::ComputePipeline> {
    let of_scheme = match scheme {
        Scheme::LocalInertia => include_str!("inertia.wgsl"),
        Scheme::Hllc | Scheme::Muscl => include_str!("hllc.wgsl"),
    };
    let source = [include_str!("step.wgsl"), of_scheme].concat();
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("flood"),
        source: wgpu::ShaderSource::Wgsl(source.into()),
    });
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some("flood"),
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    let program = |name: &&str| {
        device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(name),
            layout: Some(&layout),
            module: &module,
            entry_point: Some(name),
            compilation_options: Default::default(),
            cache: None,
        })
    };
    PASSES.iter().map(program).collect()
}

/// What is the same for all steps, as the shaders have it.
fn numbers(engine: &Engine<f32>, grid: Grid) -> [u32; 12] {
    let bits = |value: f64| (value as f32).to_bits();
    let params = &engine.params;
    [
        grid.width as u32,
        grid.height as u32,
        grid.block_columns as u32,
        grid.block_rows as u32,
        engine.ghosts.len() as u32,
        grid.cells() as u32,
        bits(params.dry_depth_m),
        bits(params.courant),
        bits(engine.cell_m),
        bits(params.theta),
        bits(params.max_step_s),
        bits(params.record_interval_s),
    ]
}

const _: () = assert!(BLOCK * BLOCK <= 256, "the default limit of a workgroup");
