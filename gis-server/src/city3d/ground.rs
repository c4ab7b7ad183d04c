//! The terrain as a lattice in longitude and latitude, of which tiles take every n-th node.

use city::{
    Bbox, Crs, Layer,
    frame::{CrsKind, LocalFrame},
    layer::Content,
};
use datasets::read::Cog;
use rayon::prelude::*;

use crate::tiles::raster::{Picture, RasterError, heights_of};

/// Squares along a tile's side.
pub const SQUARES: usize = 64;

/// The deepest level: 4096 squares a side, 64 MiB of heights.
const DEEPEST: u8 = 6;

/// Heights over a square of ground, and what each level of tiles leaves out of them.
///
/// Tile `(level, x, y)` is one of 2^level × 2^level, from the west and from the north.
#[derive(Debug)]
pub struct Ground {
    edges: Bbox,
    depth: u8,
    side: usize,
    /// From the north-west, row by row; NaN where nothing is known.
    heights: Vec<f32>,
    /// Of each level: of each tile the lowest and highest height, and its error.
    levels: Vec<Vec<Option<Facts>>>,
}

/// What is known of a tile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    /// Lowest height, m.
    pub low_m: f32,
    /// Highest, m.
    pub high_m: f32,
    /// How far the tile's surface lies from the finest one at most, m, its descendants' among it.
    pub error_m: f32,
}

impl Ground {
    /// The ground of a raster layer; `None` for a layer without extent.
    ///
    /// # Errors
    /// [`RasterError`].
    pub fn read(cog: &Cog, layer: &Layer) -> Result<Option<Self>, RasterError> {
        let (Some(bbox), Content::Raster { grid, .. }) = (layer.bbox, &layer.content) else {
            return Ok(None);
        };
        let (lon, lat) = bbox.centre();
        let frame = LocalFrame::at(lon, lat);
        let (width_m, height_m) = frame.from_lon_lat(lon + bbox.width(), lat + bbox.height());
        let side_m = width_m.max(height_m);
        let cell_m = match grid.crs.kind() {
            CrsKind::Projected => grid.cell_x.min(grid.cell_y),
            CrsKind::Geographic => frame.from_lon_lat(lon + grid.cell_x, lat).0,
        };
        let depth = (side_m / SQUARES as f64 / cell_m).log2().ceil().clamp(0.0, f64::from(DEEPEST));
        let (east, north) = frame.to_lon_lat(side_m, side_m);
        let edges =
            Bbox { max_x: bbox.min_x + (east - lon), max_y: bbox.min_y + (north - lat), ..bbox };
        let ground =
            Self::sampled(edges, depth as u8, |picture| Ok(heights_of(cog, picture)?.values))?;
        Ok(Some(ground))
    }

    /// The lattice of this depth, from a source of pictures with a rim of one pixel.
    fn sampled(
        edges: Bbox,
        depth: u8,
        source: impl Fn(&Picture) -> Result<Vec<f32>, RasterError> + Sync,
    ) -> Result<Self, RasterError> {
        let across = 1usize << depth;
        let side = across * SQUARES + 1;
        let step = [edges.width() / (side - 1) as f64, edges.height() / (side - 1) as f64];
        let picture_of = |tile: usize| {
            let (col, row) = ((tile % across) * SQUARES, (tile / across) * SQUARES);
            // The centre of a pixel is a node.
            let west = edges.min_x + (col as f64 - 0.5) * step[0];
            let north = edges.max_y - (row as f64 - 0.5) * step[1];
            let (cols, rows) = (SQUARES + 1, SQUARES + 1);
            let bbox = Bbox {
                min_x: west,
                max_x: west + cols as f64 * step[0],
                min_y: north - rows as f64 * step[1],
                max_y: north,
            };
            (Picture { crs: Crs::CRS84, bbox, cols, rows, pixel_m: 1.0 }, col, row)
        };
        let mut heights = vec![f32::NAN; side * side];
        let rows: Vec<usize> = (0..across).collect();
        for row in rows {
            let tiles = (row * across..(row + 1) * across).into_par_iter();
            let filled: Vec<(Vec<f32>, usize, usize)> = tiles
                .map(|tile| {
                    let (picture, col, row) = picture_of(tile);
                    Ok((source(&picture)?, col, row))
                })
                .collect::<Result<_, RasterError>>()?;
            for (values, col, row) in filled {
                for down in 0..=SQUARES {
                    let from = (down + 1) * (SQUARES + 3) + 1;
                    let to = (row + down) * side + col;
                    heights[to..=to + SQUARES].copy_from_slice(&values[from..=from + SQUARES]);
                }
            }
        }
        let mut ground = Self { edges, depth, side, heights, levels: Vec::new() };
        ground.levels = ground.measured();
        Ok(ground)
    }

    /// The deepest level of tiles.
    pub fn depth(&self) -> u8 {
        self.depth
    }

    /// What is known of a tile; `None` where there is none, or no height in it.
    pub fn facts(&self, level: u8, x: u32, y: u32) -> Option<Facts> {
        let across = 1u32 << level.min(self.depth);
        let is_there = level <= self.depth && x < across && y < across;
        let tiles = is_there.then(|| self.levels.get(usize::from(level)))??;
        *tiles.get((y * across + x) as usize)?
    }

    /// The edges of a tile.
    pub fn edges_of(&self, level: u8, x: u32, y: u32) -> Bbox {
        let across = f64::from(1u32 << level);
        let (width, height) = (self.edges.width() / across, self.edges.height() / across);
        let (west, north) =
            (self.edges.min_x + f64::from(x) * width, self.edges.max_y - f64::from(y) * height);
        Bbox { min_x: west, min_y: north - height, max_x: west + width, max_y: north }
    }

    /// The height of a node of a tile's own lattice, from −1 to [`SQUARES`] + 1 each way; NaN where none is known.
    pub fn node(&self, level: u8, x: u32, y: u32, col: isize, row: isize) -> f32 {
        let stride = 1isize << (self.depth - level);
        let squares = SQUARES as isize;
        self.lattice((x as isize * squares + col) * stride, (y as isize * squares + row) * stride)
    }

    /// The ground at a place, on the finest tiles' surface; at gaps the nearest node's.
    pub fn at(&self, lon_deg: f64, lat_deg: f64) -> Option<f64> {
        let last = (self.side - 1) as f64;
        let east = (lon_deg - self.edges.min_x) / self.edges.width() * last;
        let south = (self.edges.max_y - lat_deg) / self.edges.height() * last;
        if !((0.0..=last).contains(&east) && (0.0..=last).contains(&south)) {
            return None;
        }
        let (col, row) = (east.floor().min(last - 1.0), south.floor().min(last - 1.0));
        let found = self.surface(col as isize, row as isize, 1, [east - col, south - row]);
        let nearest = || self.lattice(east.round() as isize, south.round() as isize);
        let found = if found.is_nan() { nearest() } else { found };
        (!found.is_nan()).then_some(f64::from(found))
    }

    /// The surface of two triangles over a square of `stride` nodes a side, divided from the south-west to the
    /// north-east; `part` is the share of the way east and south.
    fn surface(&self, col: isize, row: isize, stride: isize, part: [f64; 2]) -> f32 {
        let (east, north) = (part[0] as f32, 1.0 - part[1] as f32);
        let node =
            |right: isize, down: isize| self.lattice(col + right * stride, row + down * stride);
        let (sw, ne) = (node(0, 1), node(1, 0));
        if east >= north {
            let se = node(1, 1);
            sw + east * (se - sw) + north * (ne - se)
        } else {
            let nw = node(0, 0);
            sw + north * (nw - sw) + east * (ne - nw)
        }
    }

    fn lattice(&self, col: isize, row: isize) -> f32 {
        let side = self.side as isize;
        let is_there = (0..side).contains(&col) && (0..side).contains(&row);
        let at = (row * side + col) as usize;
        if is_there { self.heights.get(at).copied().unwrap_or(f32::NAN) } else { f32::NAN }
    }

    /// The facts of every tile, from the deepest level up.
    fn measured(&self) -> Vec<Vec<Option<Facts>>> {
        let mut levels: Vec<Vec<Option<Facts>>> = Vec::new();
        for level in (0..=self.depth).rev() {
            let across = 1usize << level;
            let below = levels.last();
            let of = |tile: usize| {
                let (x, y) = (tile % across, tile / across);
                let own = self.measure(level, x as isize, y as isize)?;
                let children = below.into_iter().flat_map(|below| {
                    let child =
                        |right, down| below.get((2 * y + down) * 2 * across + 2 * x + right);
                    [child(0, 0), child(1, 0), child(0, 1), child(1, 1)]
                        .into_iter()
                        .flatten()
                        .flatten()
                });
                let error_m = children.map(|facts| facts.error_m).fold(own.error_m, f32::max);
                Some(Facts { error_m, ..own })
            };
            let facts = (0..across * across).into_par_iter().map(of).collect();
            levels.push(facts);
        }
        levels.reverse();
        levels
    }

    fn measure(&self, level: u8, x: isize, y: isize) -> Option<Facts> {
        let stride = 1isize << (self.depth - level);
        let span = SQUARES as isize * stride;
        let (left, top) = (x * span, y * span);
        let mut facts: Option<Facts> = None;
        for row in 0..=span {
            for col in 0..=span {
                let height = self.lattice(left + col, top + row);
                if height.is_nan() {
                    continue;
                }
                let found =
                    facts.get_or_insert(Facts { low_m: height, high_m: height, error_m: 0.0 });
                found.low_m = found.low_m.min(height);
                found.high_m = found.high_m.max(height);
                if stride > 1 {
                    let corner = |at: isize| (at / stride).min(SQUARES as isize - 1) * stride;
                    let (c, r) = (corner(col), corner(row));
                    let part = |from: isize, at: isize| (at - from) as f64 / stride as f64;
                    let drawn =
                        self.surface(left + c, top + r, stride, [part(c, col), part(r, row)]);
                    // Where the coarse surface has a gap, what is left out is all of it.
                    let missing = if drawn.is_nan() { 0.0 } else { (drawn - height).abs() };
                    found.error_m = found.error_m.max(missing);
                }
            }
        }
        facts
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Ground whose height is a function of longitude and latitude.
    pub(in super::super) fn ground(depth: u8, height: impl Fn(f64, f64) -> f32 + Sync) -> Ground {
        let edges = Bbox { min_x: 108.40, min_y: 15.50, max_x: 108.44, max_y: 15.54 };
        Ground::sampled(edges, depth, |picture| {
            let (width, rows) = (picture.cols + 2, picture.rows + 2);
            let step = [
                picture.bbox.width() / picture.cols as f64,
                picture.bbox.height() / picture.rows as f64,
            ];
            let places = (0..width * rows).map(|at| {
                let (col, row) = ((at % width) as f64 - 0.5, (at / width) as f64 - 0.5);
                height(picture.bbox.min_x + col * step[0], picture.bbox.max_y - row * step[1])
            });
            Ok(places.collect())
        })
        .unwrap()
    }

    #[test]
    fn a_plane_is_met_everywhere_and_coarse_tiles_leave_nothing_out_of_it() {
        let plane = |lon: f64, lat: f64| ((lon - 108.4) * 1000.0 + (lat - 15.5) * 500.0) as f32;
        let ground = ground(2, plane);
        for (lon, lat) in [(108.4, 15.5), (108.44, 15.54), (108.4123, 15.5321), (108.43, 15.501)] {
            let found = ground.at(lon, lat).unwrap();
            assert!((found - f64::from(plane(lon, lat))).abs() < 1e-3, "{lon} {lat}: {found}");
        }
        assert_eq!(ground.at(108.39, 15.52), None);
        let root = ground.facts(0, 0, 0).unwrap();
        assert!(root.error_m < 1e-3 && (root.high_m - 60.0).abs() < 0.01, "{root:?}");
    }

    #[test]
    fn the_error_of_a_tile_is_what_it_leaves_out_and_no_less_than_that_of_its_children() {
        // A hill of one node, 30 m high, that only the finest level has.
        let step = 0.04 / 256.0;
        let (col, row) = (101.0, 37.0);
        let peak = [108.40 + col * step, 15.54 - row * step];
        let ground = ground(2, |lon, lat| {
            let near = (lon - peak[0]).abs() < step / 2.0 && (lat - peak[1]).abs() < step / 2.0;
            if near { 30.0 } else { 0.0 }
        });
        assert_eq!(ground.facts(2, 1, 0).unwrap().error_m, 0.0);
        assert_eq!(ground.facts(1, 0, 0).unwrap().error_m, 30.0);
        assert_eq!(ground.facts(0, 0, 0).unwrap().error_m, 30.0);
        assert_eq!(ground.facts(1, 1, 1).unwrap().error_m, 0.0);
    }

    #[test]
    fn where_nothing_is_known_there_is_no_tile() {
        let ground = ground(1, |lon, _| if lon > 108.425 { f32::NAN } else { 3.0 });
        assert!(ground.facts(1, 0, 0).is_some() && ground.facts(0, 0, 0).is_some());
        assert!(ground.at(108.44, 15.52).is_none());
        assert_eq!(ground.facts(2, 0, 0), None);
        assert_eq!(ground.facts(1, 2, 0), None);
    }
}
