//! How positions of the world come into a tile's own coordinates.
//!
//! In the Web Mercator grid a tile's coordinates are the low bits of world coordinates: a shift and
//! no rounding but the last. In a VN-2000 grid the map between the two is smooth but not linear, so
//! PROJ is asked on a lattice of world positions, and between its nodes the map is bilinear. The
//! lattice is the same for every tile of a zoom, so neighbouring tiles agree on every vertex.

use city::{Bbox, Crs};
use datasets::crs::{CrsError, Transformer};

use super::{
    clip::{Point, Rect},
    grid::{Tile, TileMatrixSet},
};
use crate::{
    encode::mvt::{self, EXTENT},
    store::world::{WorldBox, WorldPoint, to_lon_lat, to_world},
};

/// How far beyond its edge a tile is drawn, so that outlines and circles have no seams: 10 pixels
/// of 512.
pub const BUFFER: i32 = 80;

/// Bits of a world coordinate that a tile of 4096 units at zoom 0 leaves over.
const SPARE_BITS: u8 = 20;

/// Bits by which a lattice frame is finer than tile units.
const LATTICE_BITS: u32 = 8;

/// The coordinates of one tile.
pub struct Frame {
    map: Map,
    /// World positions that may be drawn on the tile.
    search: WorldBox,
    /// The tile with its buffer, in fine units.
    clip: Rect,
    /// Fine units are this many bits finer than tile units.
    shift: u32,
}

enum Map {
    Shift { origin: Point, left: u32 },
    Lattice(Lattice),
}

impl Frame {
    /// The frame of a tile.
    ///
    /// # Errors
    /// [`CrsError`] when PROJ has no way between the tile's frame and longitude and latitude.
    pub fn of(tile: Tile) -> Result<Self, CrsError> {
        match tile.set {
            TileMatrixSet::WebMercatorQuad => Ok(Self::web(tile)),
            TileMatrixSet::Vn2000 => Self::lattice(tile),
        }
    }

    fn web(tile: Tile) -> Self {
        let side = 1i64 << (32 - tile.z);
        let origin = [i64::from(tile.col) * side, i64::from(tile.row) * side];
        let buffer = side * i64::from(BUFFER) / i64::from(EXTENT);
        let edge = |v: i64| v.clamp(0, i64::from(u32::MAX)) as u32;
        let search = WorldBox {
            min_x: edge(origin[0] - buffer),
            min_y: edge(origin[1] - buffer),
            max_x: edge(origin[0] + side + buffer),
            max_y: edge(origin[1] + side + buffer),
        };
        let shift = u32::from(SPARE_BITS.saturating_sub(tile.z));
        let left = u32::from(tile.z.saturating_sub(SPARE_BITS));
        Self { map: Map::Shift { origin, left }, search, clip: clip_of(shift), shift }
    }

    fn lattice(tile: Tile) -> Result<Self, CrsError> {
        let search = search_box(tile)?;
        let map = Map::Lattice(Lattice::of(tile, &search)?);
        Ok(Self { map, search, clip: clip_of(LATTICE_BITS), shift: LATTICE_BITS })
    }

    /// World positions that may be drawn on the tile.
    pub fn search(&self) -> WorldBox {
        self.search
    }

    /// The tile with its buffer, in fine units.
    pub fn clip(&self) -> &Rect {
        &self.clip
    }

    /// Whether a shape with this box is drawn whole, so that it needs no cutting.
    pub fn holds(&self, bbox: &WorldBox) -> bool {
        match &self.map {
            Map::Shift { .. } => self.search.covers(bbox),
            // The tile is turned against the world, so the boxes say little.
            Map::Lattice(_) => false,
        }
    }

    /// The world box outside which positions cannot be mapped; `None` when all can.
    pub fn domain(&self) -> Option<Rect> {
        match &self.map {
            Map::Shift { .. } => None,
            Map::Lattice(lattice) => Some(lattice.domain()),
        }
    }

    /// Fine units of a world position inside the domain.
    pub fn fine(&self, world: Point) -> Point {
        match &self.map {
            Map::Shift { origin, left } => {
                [(world[0] - origin[0]) << left, (world[1] - origin[1]) << left]
            }
            Map::Lattice(lattice) => lattice.fine(world),
        }
    }

    /// Whether a world position lies on the tile itself, its buffer left out; of tiles side by side
    /// it is one.
    pub fn shows(&self, world: WorldPoint) -> bool {
        let world = wide(world);
        if self.domain().is_some_and(|domain| !domain.contains(world)) {
            return false;
        }
        let side = i64::from(EXTENT) << self.shift;
        self.fine(world).iter().all(|v| (0..side).contains(v))
    }

    /// Tile units, to the nearest.
    pub fn snap(&self, fine: Point) -> mvt::Point {
        let half = (1i64 << self.shift) >> 1;
        fine.map(|v| ((v + half) >> self.shift) as i32)
    }

    /// Fine units in a tile unit.
    pub fn unit(&self) -> i64 {
        1 << self.shift
    }
}

/// A world position as the clipper counts.
pub fn wide(world: WorldPoint) -> Point {
    world.map(i64::from)
}

fn clip_of(shift: u32) -> Rect {
    let least = i64::from(-BUFFER) << shift;
    let greatest = i64::from(EXTENT + BUFFER) << shift;
    Rect::new([least; 2], [greatest; 2])
}

/// The world box of a tile with its buffer, from points along its edge.
fn search_box(tile: Tile) -> Result<WorldBox, CrsError> {
    const STEPS: u32 = 16;
    let margin = tile.side_m() * f64::from(BUFFER) / f64::from(EXTENT);
    let Bbox { min_x, min_y, max_x, max_y } = tile.bbox();
    let (west, south) = (min_x - margin, min_y - margin);
    let side = max_x - min_x + 2.0 * margin;
    debug_assert!(max_y > min_y);
    let mut edge: Vec<(f64, f64)> = (0..=STEPS)
        .map(|i| f64::from(i) / f64::from(STEPS) * side)
        .flat_map(|t| {
            [
                (west + t, south),
                (west + t, south + side),
                (west, south + t),
                (west + side, south + t),
            ]
        })
        .collect();
    Transformer::between(tile.set.crs(), Crs::CRS84)?.convert_all(&mut edge)?;
    let found = edge.iter().fold(WorldBox::EMPTY, |all, p| all.with(to_world(p.0, p.1)));
    // The edge bulges between the points by less than the sixteenth part of a sixteenth.
    let slack = ((found.max_x - found.min_x) / 256).max(1);
    Ok(WorldBox {
        min_x: found.min_x.saturating_sub(slack),
        min_y: found.min_y.saturating_sub(slack),
        max_x: found.max_x.saturating_add(slack),
        max_y: found.max_y.saturating_add(slack),
    })
}

/// Positions in a tile, known at the nodes of a lattice of the world.
///
/// With nodes a sixteenth of a tile apart the bilinear map is off by h²/8 times the curvature of
/// the map, which for a transverse Mercator against Mercator at 16° is 10⁻⁷ per metre: 0.05 tile
/// units in the root tile and less in proportion below.
struct Lattice {
    /// The spacing is 2 to this power, in world steps.
    bits: u32,
    /// Lattice column and row of the first node.
    first: [i64; 2],
    cols: usize,
    rows: usize,
    nodes: Vec<[f64; 2]>,
}

impl Lattice {
    fn of(tile: Tile, search: &WorldBox) -> Result<Self, CrsError> {
        let bits = 28 - u32::from(tile.web_zoom());
        let first = [search.min_x, search.min_y].map(|v| i64::from(v) >> bits);
        let last = [search.max_x, search.max_y].map(|v| (i64::from(v) >> bits) + 1);
        let (cols, rows) = ((last[0] - first[0] + 1) as usize, (last[1] - first[1] + 1) as usize);
        let mut nodes: Vec<(f64, f64)> = Vec::with_capacity(cols * rows);
        for row in first[1]..=last[1] {
            for col in first[0]..=last[0] {
                let world = [col, row].map(|v| (v << bits).min(i64::from(u32::MAX)) as u32);
                nodes.push(to_lon_lat(world).into());
            }
        }
        Transformer::between(Crs::CRS84, tile.set.crs())?.convert_all(&mut nodes)?;
        let bbox = tile.bbox();
        let scale = f64::from(EXTENT << LATTICE_BITS) / tile.side_m();
        let fine = |(x, y): (f64, f64)| [(x - bbox.min_x) * scale, (bbox.max_y - y) * scale];
        let nodes = nodes.into_iter().map(fine).collect();
        Ok(Self { bits, first, cols, rows, nodes })
    }

    fn domain(&self) -> Rect {
        let min = self.first.map(|v| v << self.bits);
        let size = [self.cols, self.rows].map(|n| ((n - 1) as i64) << self.bits);
        Rect::new(min, [min[0] + size[0], min[1] + size[1]])
    }

    fn fine(&self, world: Point) -> Point {
        let cell = |axis: usize, count: usize| {
            let cell = ((world[axis] >> self.bits) - self.first[axis]).clamp(0, count as i64 - 2);
            let start = (cell + self.first[axis]) << self.bits;
            (cell as usize, (world[axis] - start) as f64 / f64::from(1u32 << self.bits))
        };
        let ((col, u), (row, v)) = (cell(0, self.cols), cell(1, self.rows));
        let node = |c: usize, r: usize| self.nodes[(row + r) * self.cols + col + c];
        let (a, b, c, d) = (node(0, 0), node(1, 0), node(0, 1), node(1, 1));
        [0, 1].map(|k| {
            let (north, south) = (a[k] + u * (b[k] - a[k]), c[k] + u * (d[k] - c[k]));
            (north + v * (south - north)).round() as i64
        })
    }
}
