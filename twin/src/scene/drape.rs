//! What lies on the ground, drawn into one picture that the terrain is draped with: land cover, land
//! use, water, roads.

use bevy::{
    image::{Image, ImageAddressMode, ImageFilterMode, ImageSampler, ImageSamplerDescriptor},
    render::render_resource::{Extent3d, TextureDimension, TextureFormat},
};
use city::{Bbox, Role};
use geo_types::{LineString, Polygon};
use rayon::prelude::*;
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, PathBuilder, Pixmap, Stroke, Transform,
};

use super::road::RoadForm;
use crate::{
    app::KEPT,
    model::{CityFeature, CityModel},
};

/// Pixels along the longer side, at most: 4096² of four bytes are 64 MB.
const MOST_PIXELS: u32 = 4096;
/// The finest pixel, m.
const FINEST_M: f64 = 1.0;

/// The picture, from the north-west.
pub fn draw(model: &CityModel, edges: &Bbox) -> Option<Pixmap> {
    let side = edges.width().max(edges.height());
    let scale = (1.0 / FINEST_M).min(f64::from(MOST_PIXELS) / side);
    let size = |metres: f64| ((metres * scale).ceil() as u32).clamp(4, MOST_PIXELS);
    let mut pixmap = Pixmap::new(size(edges.width()), size(edges.height()))?;
    pixmap.fill(colour(GRASS));
    let mut pen = Pen { pixmap, edges: *edges, scale };
    for role in [Role::LandCover, Role::LandUse] {
        for layer in model.of(role) {
            let attribute = if role == Role::LandCover { "code" } else { "use" };
            for feature in &layer.features {
                let code = layer.text(feature, attribute).unwrap_or_default();
                if let Some(tone) = ground_tone(code) {
                    feature.polygons().iter().for_each(|polygon| pen.fill(polygon, tone));
                }
            }
        }
    }
    for layer in model.of(Role::Water) {
        let polygons = layer.features.iter().flat_map(CityFeature::polygons);
        polygons.for_each(|polygon| pen.fill(polygon, BED));
    }
    for layer in model.of(Role::Watercourses) {
        for feature in &layer.features {
            let width_m = layer.number(feature, "width").unwrap_or(2.0).clamp(0.5, 12.0);
            feature.lines().iter().for_each(|line| pen.stroke(line, width_m, DITCH));
        }
    }
    for layer in model.of(Role::Roads) {
        for feature in layer.features.iter().filter(|it| !layer.is(it, "bridge")) {
            let form = RoadForm::of(layer, feature);
            let verge_m = if form.has_pavement { 4.4 } else { 1.2 };
            let tone = if form.has_pavement { PAVING } else { VERGE };
            feature.lines().iter().for_each(|line| pen.stroke(line, form.width_m + verge_m, tone));
        }
    }
    for layer in model.of(Role::Roads) {
        for feature in layer.features.iter().filter(|it| !layer.is(it, "bridge")) {
            let width_m = RoadForm::of(layer, feature).width_m;
            feature.lines().iter().for_each(|line| pen.stroke(line, width_m, ASPHALT));
        }
    }
    Some(pen.pixmap)
}

/// The picture as Bevy has it, with its smaller copies; seen at a slant, so many samples make a pixel at most.
pub fn to_image(pixmap: Pixmap, anisotropy: u16) -> Image {
    let (width, height) = (pixmap.width(), pixmap.height());
    let mut data = pixmap.take();
    // All smaller copies together are a third.
    data.reserve_exact(data.len() / 3 + 4);
    let mut levels = 1;
    let (mut w, mut h, mut start) = (width as usize, height as usize, 0);
    while w > 1 && h > 1 {
        let smaller = halve(&data[start..], w, h);
        start = data.len();
        data.extend(smaller);
        (w, h) = (w / 2, h / 2);
        levels += 1;
    }
    let size = Extent3d { width, height, depth_or_array_layers: 1 };
    let mut image =
        Image::new_uninit(size, TextureDimension::D2, TextureFormat::Rgba8UnormSrgb, KEPT);
    image.texture_descriptor.mip_level_count = levels;
    image.data = Some(data);
    image.sampler = ImageSampler::Descriptor(ImageSamplerDescriptor {
        address_mode_u: ImageAddressMode::ClampToEdge,
        address_mode_v: ImageAddressMode::ClampToEdge,
        mag_filter: ImageFilterMode::Linear,
        min_filter: ImageFilterMode::Linear,
        mipmap_filter: ImageFilterMode::Linear,
        anisotropy_clamp: anisotropy,
        ..ImageSamplerDescriptor::default()
    });
    image
}

/// The picture at half its size: each pixel the mean of four.
fn halve(pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut smaller = vec![0; (width / 2) * (height / 2) * 4];
    let lines = smaller.par_chunks_exact_mut(width / 2 * 4);
    lines.zip(pixels.par_chunks_exact(width * 8)).for_each(|(line, two)| {
        let (upper, lower) = two.split_at(width * 4);
        let fours = upper.chunks_exact(8).zip(lower.chunks_exact(8));
        for (pixel, (upper, lower)) in line.chunks_exact_mut(4).zip(fours) {
            for (k, channel) in pixel.iter_mut().enumerate() {
                let above = u32::from(upper[k]) + u32::from(upper[k + 4]);
                let below = u32::from(lower[k]) + u32::from(lower[k + 4]);
                *channel = ((above + below + 2) / 4) as u8;
            }
        }
    });
    smaller
}

const GRASS: u32 = 0x7C8C55;
const BED: u32 = 0x6E6A55;
const DITCH: u32 = 0x556B62;
const VERGE: u32 = 0x8E8B6E;
const PAVING: u32 = 0xA39B8D;
const ASPHALT: u32 = 0x57585A;

/// The natural colour of ground of a land cover (`land-cover`) or land use (`land-use`); `None`
/// where the code says nothing of what grows or lies there.
fn ground_tone(code: &str) -> Option<u32> {
    let two = code.get(..2).unwrap_or_default();
    Some(match code {
        "built-dense" => 0xA79F90,
        "built-open" => 0x979474,
        "industrial" => 0x9E9A90,
        "village" => 0x84895B,
        "rice" => 0x8FA04A,
        "crops" => 0x9C9A58,
        "forest" => 0x47653A,
        "casuarina" => 0x566B45,
        "beach" => 0xDCCFA8,
        "ponds" => 0x6B7A66,
        "grass" => 0x7F9254,
        "cemetery" => 0xA39A78,
        "road" => 0x8A877E,
        "water" => BED,
        "LUA" | "LUC" | "LUK" | "LUN" => 0x8FA04A,
        "CHN" | "HNK" | "BHK" | "NHK" | "SXN" | "NNP" | "NKH" => 0x9C9A58,
        "CLN" | "LNC" | "LNQ" | "LNK" => 0x6C8446,
        "NTS" | "TSL" | "TSN" => 0x6B7A66,
        "LMU" => 0xC9C4B4,
        "LNP" => 0x47653A,
        "DKV" | "DTT" => 0x789552,
        "NTD" => 0xA39A78,
        "SON" | "MNC" | "SMN" | "TVC" | "MCS" => BED,
        "ODT" | "OTC" | "OCT" | "KDT" | "TMD" | "DCH" => 0xA29A8A,
        "ONT" | "DNT" => 0x8B8C63,
        "SKK" | "SKN" | "SKC" | "SKT" | "CSK" | "SCC" | "SKX" | "SKS" => 0x9E9A90,
        "DGT" => 0x8F8C82,
        "CSD" | "BCS" | "DCS" => 0x8D9062,
        "NCS" => 0x8C8877,
        _ if matches!(two, "RS" | "RP" | "RD") => 0x47653A,
        _ if matches!(two, "TS" | "DY" | "DG" | "DV" | "DS" | "TO" | "TI" | "CC") => 0x9A9676,
        _ => return None,
    })
}

fn colour(hex: u32) -> Color {
    let [_, r, g, b] = hex.to_be_bytes();
    Color::from_rgba8(r, g, b, 255)
}

struct Pen {
    pixmap: Pixmap,
    edges: Bbox,
    scale: f64,
}

impl Pen {
    fn point(&self, x: f64, y: f64) -> (f32, f32) {
        let (u, v) = ((x - self.edges.min_x) * self.scale, (self.edges.max_y - y) * self.scale);
        // The rasteriser counts in 24 bits: what lies far outside is brought near.
        (u.clamp(-20_000.0, 20_000.0) as f32, v.clamp(-20_000.0, 20_000.0) as f32)
    }

    fn trace(&self, ring: &LineString<f64>, is_closed: bool, path: &mut PathBuilder) {
        for (k, at) in ring.coords().enumerate() {
            let (x, y) = self.point(at.x, at.y);
            if k == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        if is_closed {
            path.close();
        }
    }

    fn fill(&mut self, polygon: &Polygon<f64>, tone: u32) {
        let mut path = PathBuilder::new();
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            self.trace(ring, true, &mut path);
        }
        let Some(path) = path.finish() else { return };
        let mut paint = Paint::default();
        paint.set_color(colour(tone));
        self.pixmap.fill_path(&path, &paint, FillRule::EvenOdd, Transform::identity(), None);
    }

    fn stroke(&mut self, line: &LineString<f64>, width_m: f64, tone: u32) {
        let mut path = PathBuilder::new();
        self.trace(line, false, &mut path);
        let Some(path) = path.finish() else { return };
        let mut paint = Paint::default();
        paint.set_color(colour(tone));
        let width = (width_m * self.scale) as f32;
        let stroke = Stroke {
            width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        self.pixmap.stroke_path(&path, &paint, &stroke, Transform::identity(), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smaller_copy_holds_the_means_of_four_pixels_and_leaves_out_an_odd_rim() {
        // Three pixels wide, two high; each channel counts on.
        let pixels: Vec<u8> = (0..24).collect();
        // 0, 4, 12, 16 of the first channel.
        assert_eq!(halve(&pixels, 3, 2), [8, 9, 10, 11]);
    }

    #[test]
    fn copies_follow_down_to_a_single_pixel() {
        let mut pixmap = Pixmap::new(8, 4).unwrap();
        pixmap.fill(Color::from_rgba8(40, 80, 120, 255));
        let image = to_image(pixmap, 1);
        assert_eq!(image.texture_descriptor.mip_level_count, 3);
        let data = image.data.unwrap();
        assert_eq!(data.len(), (32 + 8 + 2) * 4);
        assert!(data.chunks_exact(4).all(|pixel| pixel == [40, 80, 120, 255]));
    }
}
