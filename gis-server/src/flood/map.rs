//! Maps of a run as pictures, for reports and for printing: water over roads, houses and communes,
//! with scale bar, north arrow and legend.

mod pen;

use city::{Bbox, Role, Title, raster::Raster, scenario::Area};
use datasets::read::Cog;
use geo::{BooleanOps, Centroid};
use geo_types::{Coord, Geometry, Rect};

use super::{
    error::FloodError,
    folder::{Output, RunFolder},
    model::{Sources, visit},
    picture::legend,
    plane::Plane,
};
use crate::tiles::raster::RasterError;
use pen::{Ink, Pen};

/// Colours of what lies under the water.
const PAPER: Ink = Ink::rgb(0xfb, 0xfa, 0xf6);
const RIVER: Ink = Ink::rgb(0xd5, 0xe4, 0xea);
const HOUSE: Ink = Ink::rgb(0x9b, 0x93, 0x8a);
const ROAD: Ink = Ink::rgb(0xff, 0xff, 0xff);
const ROAD_EDGE: Ink = Ink::rgb(0xa8, 0xa2, 0x98);
const BORDER: Ink = Ink::rgb(0x8c, 0x2f, 0x6b);
const TEXT: Ink = Ink::rgb(0x22, 0x22, 0x22);

/// What a map shows.
pub struct MapAsk<'a> {
    /// The run.
    pub folder: &'a RunFolder,
    /// Which of its rasters.
    pub output: Output,
    /// Of depths: after so many minutes.
    pub minutes: u32,
    /// West, south, east, north in longitude and latitude; where it is left out, all of the run.
    pub within: Option<Bbox>,
    /// Width and height at most, pixels.
    pub most_px: (u32, u32),
    /// A font file for names and numbers; without one there are none.
    pub font: Option<&'a [u8]>,
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
    let bbox = match &ask.within {
        None => grid.bbox(),
        Some(within) => {
            let Bbox { min_x, min_y, max_x, max_y } = *within;
            let asked = Area::Bbox([min_x, min_y, max_x, max_y]);
            Plane::over(&asked, grid.crs, grid.cell_x)?.grid.bbox()
        }
    };
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
    let mut names = Vec::new();
    visit(&whole, sources, Role::Communes, |view, feature, geometry| {
        pen.stroke(&rings(geometry, &frame), BORDER, 2.0, Some([9.0, 5.0]));
        let name = view.attribute("name").map(|column| feature.value(column));
        let name = name.and_then(|value| value.as_text().map(str::to_owned));
        names.extend(name.zip(middle(geometry, &bbox).map(|at| frame.px(at))));
    })?;
    if let Some(writer) = ask.font.and_then(pen::Writer::new) {
        let size_px = (height_px as f32 / 45.0).clamp(14.0, 40.0);
        for (name, (x, y)) in &names {
            writer.centred(&mut pen, name, (*x, *y), size_px, BORDER);
        }
        furniture(&mut pen, &writer, ask.output, px_per_m, size_px);
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

/// Scale bar, north arrow and legend, on white.
fn furniture(pen: &mut Pen, writer: &pen::Writer<'_>, output: Output, px_per_m: f64, size_px: f32) {
    let (width, height) = pen.size();
    let margin = size_px * 0.8;
    // The scale bar: about a fifth of the width, of a round length.
    let wanted_m = f64::from(width) / px_per_m / 5.0;
    let magnitude = 10f64.powf(wanted_m.log10().floor());
    let round = [5.0, 2.0, 1.0].into_iter().find(|times| times * magnitude <= wanted_m);
    let length_m = round.unwrap_or(1.0) * magnitude;
    let length_px = (length_m * px_per_m) as f32;
    let told = if length_m >= 1000.0 {
        format!("{} km", length_m / 1000.0)
    } else {
        format!("{length_m} m")
    };
    let box_px = (length_px + 2.0 * margin, 3.0 * size_px);
    let (x, y) = (margin, height - margin - box_px.1);
    pen.panel((x, y), box_px);
    writer.centred(pen, &told, (x + box_px.0 / 2.0, y + size_px), size_px * 0.85, TEXT);
    let bar = [(x + margin, y + 2.0 * size_px), (x + margin + length_px, y + 2.0 * size_px)];
    pen.stroke(&[bar.to_vec()], TEXT, size_px / 5.0, None);
    // North.
    let (x, y) = (width - margin - size_px, margin);
    pen.panel((x - size_px, y), (2.0 * size_px, 4.0 * size_px));
    let arrow = vec![
        (x, y + size_px * 0.4),
        (x + size_px * 0.6, y + size_px * 2.4),
        (x, y + size_px * 1.9),
        (x - size_px * 0.6, y + size_px * 2.4),
    ];
    pen.fill(&[arrow], TEXT);
    writer.centred(pen, "B", (x, y + size_px * 3.2), size_px, TEXT);
    // The legend, the greatest on top.
    let Title { vi: title, .. } = output.title();
    let steps = legend(output);
    let names: Vec<String> =
        steps.iter().enumerate().map(|(at, step)| label(at, step.from, steps)).collect();
    let text_px = size_px * 0.85;
    let widest = names.iter().chain([&title]).map(|name| writer.width(name, text_px));
    let widest = widest.fold(0.0f32, f32::max);
    let line_px = size_px * 1.35;
    let panel = (widest + 3.4 * size_px, line_px * (names.len() as f32 + 1.6));
    let (x, y) = (width - margin - panel.0, height - margin - panel.1);
    pen.panel((x, y), panel);
    writer.left(pen, &title, (x + size_px * 0.6, y + line_px * 0.75), text_px, TEXT);
    for (line, (name, step)) in names.iter().zip(steps).rev().enumerate() {
        let top = y + line_px * (line as f32 + 1.3);
        let [r, g, b, _] = step.rgba;
        let swatch = rectangle((x + size_px * 0.6, top), (1.6 * size_px, line_px * 0.8));
        pen.fill(&[swatch], Ink::rgb(r, g, b));
        writer.left(pen, name, (x + size_px * 2.7, top + line_px * 0.4), text_px, TEXT);
    }
}

/// What a step of a legend stands for: from its value to the next one's.
fn label(at: usize, from: f32, steps: &[super::picture::Step]) -> String {
    let told = |value: f32| value.to_string().replace('.', ",");
    match steps.get(at + 1) {
        Some(next) => format!("{} – {}", told(from), told(next.from)),
        None => format!("≥ {}", told(from)),
    }
}

fn rectangle((x, y): (f32, f32), (width, height): (f32, f32)) -> Vec<(f32, f32)> {
    vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
}
