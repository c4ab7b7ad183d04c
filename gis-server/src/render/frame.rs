//! Where a picture lies on the Earth, and how positions get into it.
//!
//! In Web Mercator a pixel is a linear function of world coordinates. In any other frame PROJ is asked
//! on a lattice of world positions, between whose nodes the map is bilinear, as in
//! [`tiles::frame`](crate::tiles::frame).

use city::{Bbox, Crs};
use datasets::crs::{CrsError, Transformer, domain};

use crate::{
    store::{Region, WorldBox, world::to_lon_lat, world::to_world},
    tiles::clip::{Point, Rect},
};

/// How far beyond its edge a picture is drawn, so that outlines and circles are whole, in pixels.
const BUFFER: f64 = 64.0;

/// Cells of the lattice each way. A transverse Mercator bends against Mercator by 10⁻⁷ a metre, so that
/// over a picture of 200 km between nodes it is off by h²/8 · 10⁻⁷ = 0.5 m, a hundredth of a pixel.
const CELLS: usize = 32;

/// Points each way at which it is found out what a picture shows.
const PROBES: usize = 17;

/// World steps around the equator.
const STEPS: f64 = 4_294_967_296.0;

/// Metres around the equator of Web Mercator.
const EQUATOR_M: f64 = 40_075_016.685_578_49;

/// A picture's place.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The system of its edges.
    pub crs: Crs,
    /// Its edges, x = east, y = north.
    pub bbox: Bbox,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Pixels of the picture in one of those in which styles count.
    pub ratio: f32,
    /// The zoom of MapLibre at which things look as large.
    pub zoom: f64,
    /// Side of a pixel on the ground, in metres.
    pub pixel_m: f64,
    search: WorldBox,
    map: Map,
}

#[derive(Debug, Clone)]
enum Map {
    /// Web Mercator: world position of the north-west corner, pixels in a world step.
    Linear {
        origin: [f64; 2],
        scale: [f64; 2],
    },
    Lattice(Lattice),
    /// The picture shows nothing of where its system can be used.
    Nowhere,
}

/// Pixels at nodes of a grid of world positions.
#[derive(Debug, Clone)]
struct Lattice {
    origin: [f64; 2],
    /// World steps between nodes.
    step: [f64; 2],
    nodes: Vec<[f64; 2]>,
}

impl Frame {
    /// A picture of a box in a system; `ratio` is how many of its pixels are one of the styles'.
    ///
    /// # Errors
    /// [`CrsError`] when PROJ has no way between the system and longitude and latitude.
    pub fn new(
        crs: Crs,
        bbox: Bbox,
        (width, height): (u32, u32),
        ratio: f32,
    ) -> Result<Self, CrsError> {
        let mut frame = Self {
            crs,
            bbox,
            width,
            height,
            ratio,
            zoom: 0.0,
            pixel_m: 0.0,
            search: WorldBox::EMPTY,
            map: Map::Nowhere,
        };
        frame.search = frame.find(&Transformer::between(crs, Crs::CRS84)?);
        frame.map = frame.map_of(frame.search)?;
        let step = frame.world_step();
        // A tile of 512 pixels at zoom 0 shows the world.
        frame.zoom = (STEPS / 512.0 / (step * f64::from(ratio))).log2();
        let middle = [
            frame.search.min_x.midpoint(frame.search.max_x),
            frame.search.min_y.midpoint(frame.search.max_y),
        ];
        frame.pixel_m = step / STEPS * EQUATOR_M * to_lon_lat(middle)[1].to_radians().cos();
        Ok(frame)
    }

    /// World positions that may be drawn.
    pub fn search(&self) -> WorldBox {
        self.search
    }

    /// The same as the clipper counts; what lies outside cannot be mapped.
    pub fn clip(&self) -> Rect {
        let WorldBox { min_x, min_y, max_x, max_y } = self.search;
        Rect::new([min_x.into(), min_y.into()], [max_x.into(), max_y.into()])
    }

    /// Whether it shows anything of where its system can be used.
    pub fn is_somewhere(&self) -> bool {
        !matches!(self.map, Map::Nowhere)
    }

    /// The pixel of a world position inside of [`clip`](Self::clip), right and down from the
    /// north-west corner.
    pub fn pixel(&self, world: Point) -> [f32; 2] {
        match &self.map {
            Map::Linear { origin, scale } => {
                [0, 1].map(|k| ((world[k] as f64 - origin[k]) * scale[k]) as f32)
            }
            Map::Lattice(lattice) => lattice.pixel(world),
            Map::Nowhere => [-1e6; 2],
        }
    }

    /// The coordinates of a pixel in the picture's system.
    pub fn place(&self, [x, y]: [f64; 2]) -> (f64, f64) {
        (
            self.bbox.min_x + x / f64::from(self.width) * self.bbox.width(),
            self.bbox.max_y - y / f64::from(self.height) * self.bbox.height(),
        )
    }

    /// A square around a pixel as a region in longitude and latitude; `None` where the picture's system
    /// cannot be used there.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn around(&self, [x, y]: [f64; 2], radius: f64) -> Result<Option<Region>, CrsError> {
        let to_lon_lat = Transformer::between(self.crs, Crs::CRS84)?;
        let corners = [(-1.0, 1.0), (1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)];
        let places = corners.map(|(dx, dy)| self.place([x + dx * radius, y + dy * radius]));
        let ring =
            places.into_iter().map(|(x, y)| to_lon_lat.convert(x, y).map(geo_types::Coord::from));
        let ring: Result<geo_types::LineString, _> = ring.collect();
        Ok(ring.ok().map(|ring| Region::Polygon(geo_types::Polygon::new(ring, Vec::new()))))
    }

    /// The edges of another picture of the same size as this, grown by so many pixels each way.
    pub fn grown(&self, pixels: u32) -> (Bbox, (u32, u32)) {
        let grow = f64::from(pixels);
        let (dx, dy) = (
            self.bbox.width() / f64::from(self.width) * grow,
            self.bbox.height() / f64::from(self.height) * grow,
        );
        let Bbox { min_x, min_y, max_x, max_y } = self.bbox;
        let bbox =
            Bbox { min_x: min_x - dx, min_y: min_y - dy, max_x: max_x + dx, max_y: max_y + dy };
        (bbox, (self.width + 2 * pixels, self.height + 2 * pixels))
    }

    /// The world positions that the picture and its buffer show.
    fn find(&self, to_lon_lat: &Transformer) -> WorldBox {
        let mut found = WorldBox::EMPTY;
        let buffer = BUFFER * f64::from(self.ratio);
        let at = |index: usize, side: u32| {
            let side = f64::from(side);
            index as f64 / (PROBES - 1) as f64 * (side + 2.0 * buffer) - buffer
        };
        for row in 0..PROBES {
            for col in 0..PROBES {
                let (x, y) = self.place([at(col, self.width), at(row, self.height)]);
                // Web Mercator's edge lies where its square ends; longitude and latitude go no further.
                let (x, y) = self.inside_world(x, y);
                if let Ok((lon, lat)) = to_lon_lat.convert(x, y) {
                    found = found.with(to_world(lon, lat));
                }
            }
        }
        if found.is_empty() {
            return found;
        }
        // Between probes edges bulge by less than that.
        let slack =
            [found.max_x - found.min_x, found.max_y - found.min_y].map(|span| span / 64 + 1);
        let area = WorldBox::around(&domain(self.crs));
        WorldBox {
            min_x: found.min_x.saturating_sub(slack[0]).max(area.min_x),
            min_y: found.min_y.saturating_sub(slack[1]).max(area.min_y),
            max_x: found.max_x.saturating_add(slack[0]).min(area.max_x),
            max_y: found.max_y.saturating_add(slack[1]).min(area.max_y),
        }
    }

    fn inside_world(&self, x: f64, y: f64) -> (f64, f64) {
        use crate::tiles::grid::MERCATOR_HALF_M;
        match self.crs.epsg() {
            Some(3857) => {
                let edge = MERCATOR_HALF_M * (1.0 - 1e-12);
                (x.clamp(-edge, edge), y.clamp(-edge, edge))
            }
            None | Some(4326) => (x.clamp(-180.0, 180.0), y.clamp(-90.0, 90.0)),
            Some(_) => (x, y),
        }
    }

    fn map_of(&self, search: WorldBox) -> Result<Map, CrsError> {
        if search.is_empty() {
            return Ok(Map::Nowhere);
        }
        if self.crs == Crs::WEB_MERCATOR {
            let half = EQUATOR_M / 2.0;
            let step = STEPS / EQUATOR_M;
            let origin = [(self.bbox.min_x + half) * step, (half - self.bbox.max_y) * step];
            let scale = [
                f64::from(self.width) / (self.bbox.width() * step),
                f64::from(self.height) / (self.bbox.height() * step),
            ];
            return Ok(Map::Linear { origin, scale });
        }
        let origin = [f64::from(search.min_x), f64::from(search.min_y)];
        let step = [search.max_x - search.min_x, search.max_y - search.min_y]
            .map(|span| f64::from(span).max(1.0) / CELLS as f64);
        let mut nodes: Vec<(f64, f64)> = Vec::with_capacity((CELLS + 1) * (CELLS + 1));
        for row in 0..=CELLS {
            for col in 0..=CELLS {
                let world = [origin[0] + col as f64 * step[0], origin[1] + row as f64 * step[1]];
                nodes.push(lon_lat_of(world).into());
            }
        }
        Transformer::between(Crs::CRS84, self.crs)?.convert_all(&mut nodes)?;
        let pixel = |(x, y): (f64, f64)| {
            [
                (x - self.bbox.min_x) / self.bbox.width() * f64::from(self.width),
                (self.bbox.max_y - y) / self.bbox.height() * f64::from(self.height),
            ]
        };
        let nodes = nodes.into_iter().map(pixel).collect();
        Ok(Map::Lattice(Lattice { origin, step, nodes }))
    }

    /// World steps in the side of a pixel, in the middle.
    fn world_step(&self) -> f64 {
        match &self.map {
            Map::Linear { scale, .. } => 1.0 / (scale[0] * scale[1]).sqrt(),
            Map::Lattice(lattice) => 1.0 / lattice.scale().max(f64::MIN_POSITIVE).sqrt(),
            Map::Nowhere => STEPS / 512.0,
        }
    }
}

/// Longitude and latitude of a world position between steps.
fn lon_lat_of(world: [f64; 2]) -> [f64; 2] {
    use std::f64::consts::PI;
    let [x, y] = world.map(|v| v / STEPS);
    [(x - 0.5) * 360.0, (PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees()]
}

impl Lattice {
    fn pixel(&self, world: Point) -> [f32; 2] {
        let split = |axis: usize| {
            let at = (world[axis] as f64 - self.origin[axis]) / self.step[axis];
            let cell = (at.max(0.0) as usize).min(CELLS - 1);
            (cell, at - cell as f64)
        };
        let ((col, u), (row, v)) = (split(0), split(1));
        let node = |c: usize, r: usize| self.nodes[(row + r) * (CELLS + 1) + col + c];
        let (a, b, c, d) = (node(0, 0), node(1, 0), node(0, 1), node(1, 1));
        [0, 1].map(|k| {
            let (north, south) = (a[k] + u * (b[k] - a[k]), c[k] + u * (d[k] - c[k]));
            (north + v * (south - north)) as f32
        })
    }

    /// Square pixels in a square world step, in the middle.
    fn scale(&self) -> f64 {
        let node = |c: usize, r: usize| self.nodes[(CELLS / 2 + r) * (CELLS + 1) + CELLS / 2 + c];
        let (here, right, below) = (node(0, 0), node(1, 0), node(0, 1));
        let (a, b) =
            ([right[0] - here[0], right[1] - here[1]], [below[0] - here[0], below[1] - here[1]]);
        (a[0] * b[1] - a[1] * b[0]).abs() / (self.step[0] * self.step[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tam Kỳ, of which check points are known (vietnam.md).
    const PLACE: (f64, f64) = (108.4740, 15.5736);

    fn frame(crs: Crs, half: (f64, f64)) -> Frame {
        let to = Transformer::between(Crs::CRS84, crs).unwrap();
        let (x, y) = to.convert(PLACE.0, PLACE.1).unwrap();
        let bbox = Bbox::new(x - half.0, y - half.1, x + half.0, y + half.1).unwrap();
        Frame::new(crs, bbox, (800, 600), 1.0).unwrap()
    }

    fn pixel_of(frame: &Frame, lon: f64, lat: f64) -> [f32; 2] {
        frame.pixel(to_world(lon, lat).map(i64::from))
    }

    #[test]
    fn the_middle_of_a_picture_is_its_middle_in_every_system() {
        for crs in Crs::all() {
            let half = match crs.kind() {
                city::frame::CrsKind::Geographic => (0.04, 0.03),
                city::frame::CrsKind::Projected => (4000.0, 3000.0),
            };
            let frame = frame(crs, half);
            let [x, y] = pixel_of(&frame, PLACE.0, PLACE.1);
            // A world step is 9 mm and a pixel 10 m; the lattice adds less than a hundredth.
            assert!((x - 400.0).abs() < 0.05 && (y - 300.0).abs() < 0.05, "{crs}: {x} {y}");
            // The middle alone would hide a swapped axis.
            let [east, same] = pixel_of(&frame, PLACE.0 + 0.01, PLACE.1);
            assert!(east > 450.0 && (same - 300.0).abs() < 12.0, "{crs}: {east} {same}");
        }
    }

    #[test]
    fn every_place_is_where_proj_puts_it() {
        let frame = frame(Crs::QUANG_NAM, (40_000.0, 30_000.0));
        let to = Transformer::between(Crs::CRS84, Crs::QUANG_NAM).unwrap();
        for (lon, lat) in [(108.2, 15.4), (108.3, 15.7), (108.7, 15.5), (108.474, 15.5736)] {
            let (x, y) = to.convert(lon, lat).unwrap();
            let exact = [
                (x - frame.bbox.min_x) / frame.bbox.width() * 800.0,
                (frame.bbox.max_y - y) / frame.bbox.height() * 600.0,
            ];
            let found = pixel_of(&frame, lon, lat);
            let apart = (f64::from(found[0]) - exact[0]).hypot(f64::from(found[1]) - exact[1]);
            assert!(apart < 0.02, "{lon} {lat}: {apart} pixels");
        }
    }

    #[test]
    fn zooms_and_sizes_on_the_ground_are_those_of_web_maps() {
        // A tile of zoom 14 at 512 pixels, by the slippy-map formula.
        let side = EQUATOR_M / f64::from(1 << 14);
        let bbox = Bbox::new(side * 100.0, side * 50.0, side * 101.0, side * 51.0).unwrap();
        let tile = Frame::new(Crs::WEB_MERCATOR, bbox, (512, 512), 1.0).unwrap();
        assert!((tile.zoom - 14.0).abs() < 1e-9);
        let small = Frame::new(Crs::WEB_MERCATOR, bbox, (256, 256), 1.0).unwrap();
        assert!((small.zoom - 13.0).abs() < 1e-9);
        let fine = Frame::new(Crs::WEB_MERCATOR, bbox, (1024, 1024), 2.0).unwrap();
        assert!((fine.zoom - 14.0).abs() < 1e-9);
        // 10 m a pixel in a zone whose scale is 1 within a thousandth; Web Mercator, by which they are
        // told, takes the Earth for a sphere, which is off by e²/2, a third of a percent.
        let zone = frame(Crs::QUANG_NAM, (4000.0, 3000.0));
        assert!((zone.pixel_m - 10.0).abs() < 0.05, "{}", zone.pixel_m);
        let web = frame(Crs::WEB_MERCATOR, (4000.0, 3000.0));
        assert!((web.pixel_m - 10.0 * 15.5736_f64.to_radians().cos()).abs() < 0.02);
    }

    #[test]
    fn a_picture_of_more_than_a_system_can_tell_shows_what_it_can() {
        let bbox = Bbox::new(-5e6, -5e6, 6e6, 6e6).unwrap();
        let frame = Frame::new(Crs::QUANG_NAM, bbox, (400, 400), 1.0).unwrap();
        assert!(frame.is_somewhere());
        assert!(
            domain(Crs::QUANG_NAM).covers(&frame.search().to_bbox().unwrap())
                || frame.search().max_x > 0
        );
        let nowhere = Bbox::new(5e7, 5e7, 6e7, 6e7).unwrap();
        let frame = Frame::new(Crs::QUANG_NAM, nowhere, (400, 400), 1.0).unwrap();
        assert!(!frame.is_somewhere() && frame.search().is_empty());
        let world = Bbox::new(-200.0, -100.0, 200.0, 100.0).unwrap();
        assert!(Frame::new(Crs::CRS84, world, (400, 200), 1.0).unwrap().is_somewhere());
    }
}
