//! How much of a model is read: what is more was not meant for a picture, or means harm.

/// Bytes of one file, at most.
pub const FILE_BYTES: u64 = if cfg!(target_arch = "wasm32") { 64 << 20 } else { 384 << 20 };
/// Bytes of all files of one model, at most.
pub const ALL_BYTES: u64 = 2 * FILE_BYTES;
/// Triangles of one model, at most.
pub const TRIANGLES: usize = if cfg!(target_arch = "wasm32") { 400_000 } else { 2_000_000 };
/// Objects that can be pointed at, at most.
pub const OBJECTS: usize = 400_000;
/// Attributes of one object, at most.
pub const ATTRIBUTES: usize = 200;
/// Pictures of one model, at most.
pub const PICTURES: usize = 2_000;
/// Pixels along a side of a picture, at most: what every WebGL 2 device takes is 2048, most take this.
pub const PICTURE_SIDE: u32 = 8_192;
/// Pixels of all pictures of one model, at most.
pub const PIXELS: u64 = if cfg!(target_arch = "wasm32") { 32 << 20 } else { 256 << 20 };
/// Nodes of a scene's tree below each other, and tile sets within tile sets, at most.
pub const DEPTH: usize = 64;
/// Nodes that are visited, at most: a node may stand below several others.
pub const NODES: usize = 200_000;
/// Tiles whose contents are read, at most.
pub const TILES: usize = if cfg!(target_arch = "wasm32") { 200 } else { 2_000 };
/// A model this far from the city's edges stands somewhere else, m.
pub const BEYOND_M: f64 = 20_000.0;
