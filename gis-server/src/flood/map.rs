//! Maps of a run as pictures, for reports and for printing: water over roads, houses and communes,
//! with scale bar, north arrow and legend.

mod furniture;
mod names;
mod pen;
mod signs;

use city::{Bbox, Role, raster::Raster};
use datasets::read::Cog;
use geo::{BooleanOps, Centroid};
use geo_types::{Coord, Geometry, MultiPolygon, Rect};

use super::{
    error::FloodError,
    folder::{Output, RunFolder},
    model::{Sources, visit},
    picture::legend,
    plane::Plane,
};
use crate::tiles::raster::RasterError;
use names::Names;
use pen::{Ink, Pen};

pub use signs::Signs;

/// Colours of what lies under the water.
const PAPER: Ink = Ink::rgb(0xfb, 0xfa, 0xf6);
const RIVER: Ink = Ink::rgb(0xd5, 0xe4, 0xea);
const HOUSE: Ink = Ink::rgb(0x9b, 0x93, 0x8a);
const ROAD: Ink = Ink::rgb(0xff, 0xff, 0xff);
const ROAD_EDGE: Ink = Ink::rgb(0xa8, 0xa2, 0x98);
const BORDER: Ink = Ink::rgb(0x8c, 0x2f, 0x6b);
const TEXT: Ink = Ink::rgb(0x22, 0x22, 0x22);
/// What lies outside of what a map is about.
const VEIL: Ink = Ink { r: 255, g: 255, b: 255, a: 150 };

/// What a map shows.
pub struct MapAsk<'a> {
    /// The run.
    pub folder: &'a RunFolder,
    /// Which of its rasters.
    pub output: Output,
    /// Of depths: after so many minutes.
    pub minutes: u32,
    /// What it shows, in the frame of the run's rasters; where it is left out, all of the run.
    pub within: Option<Bbox>,
    /// What it is about, where that is less than it shows.
    pub focus: Option<&'a Focus>,
    /// Width and height at most, pixels.
    pub most_px: (u32, u32),
    /// A font file for names and numbers; without one there are none.
    pub font: Option<&'a [u8]>,
}

/// What a map is about.
pub struct Focus {
    /// What lies outside is pale; in the frame of the run's rasters.
    pub area: MultiPolygon<f64>,
    /// What is marked on it.
    pub signs: Signs,
}

/// A map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// A PNG file.
    pub png: Vec<u8>,
    /// Width, pixels.
    pub width_px: u32,
    /// Height, pixels.
    pub height_px: u32,
}

/// Where the map lies on its picture.
struct Frame {
    west: f64,
    north: f64,
    px_per_m: f64,
}

impl Frame {
    fn px(&self, at: Coord<f64>) -> (f32, f32) {
        let x = (at.x - self.west) * self.px_per_m;
        let y = (self.north - at.y) * self.px_per_m;
        (x as f32, y as f32)
    }
}

/// Draws a map.
///
/// # Errors
/// [`FloodError::Terrain`] where the raster cannot be read; [`FloodError::Picture`] where there is no
/// room for the picture.
pub fn map(ask: &MapAsk<'_>, sources: &Sources<'_>) -> Result<Map, FloodError> {
    let cog = Cog::open(&ask.folder.raster(ask.output, ask.minutes)).map_err(RasterError::from)?;
    let raster = cog.read_level(0).map_err(RasterError::from)?;
    let grid = *raster.grid();
    let whole = Plane::around(&grid)?;
    let bbox = ask.within.unwrap_or_else(|| grid.bbox());
    let (width_m, height_m) = (bbox.max_x - bbox.min_x, bbox.max_y - bbox.min_y);
    let (most_x, most_y) = (f64::from(ask.most_px.0), f64::from(ask.most_px.1));
    let px_per_m = (most_x / width_m).min(most_y / height_m);
    let frame = Frame { west: bbox.min_x, north: bbox.max_y, px_per_m };
    let size = |metres: f64| ((metres * px_per_m).round().max(1.0)) as u32;
    let (width_px, height_px) = (size(width_m), size(height_m));
    let mut pen = Pen::new(width_px, height_px, PAPER).ok_or(FloodError::Picture)?;
    let areas = |pen: &mut Pen, role: Role, ink: Ink| {
        visit(&whole, sources, role, |_, _, geometry| pen.fill(&rings(geometry, &frame), ink))
    };
    areas(&mut pen, Role::Water, RIVER)?;
    water(&mut pen, &raster, ask.output, &frame);
    areas(&mut pen, Role::Buildings, HOUSE)?;
    let road_px = (6.0 * px_per_m).clamp(1.0, 7.0) as f32;
    for (ink, width) in [(ROAD_EDGE, road_px + 1.2), (ROAD, road_px)] {
        visit(&whole, sources, Role::Roads, |_, _, geometry| {
            pen.stroke(&rings(geometry, &frame), ink, width, None);
        })?;
    }
    if let Some(focus) = ask.focus {
        let mut veil = vec![rectangle((0.0, 0.0), pen.size())];
        veil.extend(focus.area.iter().flat_map(|it| rings(&it.clone().into(), &frame)));
        pen.fill(&veil, VEIL);
        focus.signs.draw(&mut pen, &frame);
    }
    let mut communes = Vec::new();
    visit(&whole, sources, Role::Communes, |view, feature, geometry| {
        pen.stroke(&rings(geometry, &frame), BORDER, 2.0, Some([9.0, 5.0]));
        let name = view.attribute("name").map(|column| feature.value(column));
        let name = name.and_then(|value| value.as_text().map(str::to_owned));
        communes.extend(name.zip(middle(geometry, &bbox).map(|at| frame.px(at))));
    })?;
    if let Some(writer) = ask.font.and_then(pen::Writer::new) {
        let size_px = (height_px as f32 / 45.0).clamp(14.0, 34.0);
        let signs = ask.focus.map(|focus| &focus.signs);
        let mut names = Names::default();
        let furniture = furniture::draw(&mut pen, &writer, ask.output, px_per_m, size_px, signs);
        furniture.into_iter().for_each(|(at, size)| names.keep_free(at, size));
        for (name, at) in &communes {
            names.write(&mut pen, &writer, name, *at, size_px, BORDER);
        }
        for (name, at) in signs.into_iter().flat_map(|signs| signs.names(&frame)) {
            names.write(&mut pen, &writer, name, at, size_px * 0.7, TEXT);
        }
    }
    let png = pen.png().ok_or(FloodError::Picture)?;
    Ok(Map { png, width_px, height_px })
}

/// The middle of what lies within the map.
fn middle(geometry: &Geometry<f64>, map: &Bbox) -> Option<Coord<f64>> {
    let sheet = Rect::new((map.min_x, map.min_y), (map.max_x, map.max_y)).to_polygon();
    let within = match geometry {
        Geometry::Polygon(area) => area.intersection(&sheet),
        Geometry::MultiPolygon(areas) => areas.intersection(&sheet),
        _ => return None,
    };
    within.centroid().map(|at| at.0)
}

/// The lines and rings of a geometry, in pixels.
fn rings(geometry: &Geometry<f64>, frame: &Frame) -> Vec<Vec<(f32, f32)>> {
    let line = |line: &geo_types::LineString<f64>| line.coords().map(|c| frame.px(*c)).collect();
    let polygon = |polygon: &geo_types::Polygon<f64>| -> Vec<Vec<(f32, f32)>> {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(line).collect()
    };
    match geometry {
        Geometry::Polygon(it) => polygon(it),
        Geometry::MultiPolygon(all) => all.0.iter().flat_map(polygon).collect(),
        Geometry::LineString(it) => vec![line(it)],
        Geometry::MultiLineString(all) => all.0.iter().map(line).collect(),
        _ => Vec::new(),
    }
}

/// Paints each pixel with the colour of the cell under it.
fn water(pen: &mut Pen, raster: &Raster, output: Output, frame: &Frame) {
    let (steps, grid) = (legend(output), raster.grid());
    pen.paint(|x, y| {
        let east = frame.west + (f64::from(x) + 0.5) / frame.px_per_m;
        let north = frame.north - (f64::from(y) + 0.5) / frame.px_per_m;
        let (column, row) = grid.cell_at(east, north)?;
        let value = raster.values()[row * grid.cols + column];
        let step = steps.iter().rev().find(|step| value >= step.from)?;
        let [r, g, b, a] = step.rgba;
        Some(Ink { r, g, b, a })
    });
}

fn rectangle((x, y): (f32, f32), (width, height): (f32, f32)) -> Vec<(f32, f32)> {
    vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
}
