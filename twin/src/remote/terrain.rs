//! Heights and depths over HTTP: tiles of numbers in the colours of pictures, in the web's Mercator.

use std::{collections::BTreeMap, f64::consts::PI, io::Cursor};

use city::{Bbox, frame::LocalFrame};

use super::Client;
use crate::{error::TwinError, model::Heights, source::Framing};

/// Tiles that are asked for at most: 196 of 256² pixels are more than the ground has nodes. A browser has
/// one thread for all of it.
pub(crate) const MOST_TILES: f64 = if cfg!(target_arch = "wasm32") { 42.0 } else { 196.0 };
/// The deepest zoom whose pixels are worth having: 2.4 m at the equator.
const DEEPEST: u8 = 16;
const LARGEST_TILE: u64 = 4 << 20;

/// What the colours of a pixel mean: value = offset + step × (65 536 R + 256 G + B), m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Coding {
    pub(crate) offset_m: f64,
    pub(crate) step_m: f64,
    /// What stands where a tile has no value; without it, what is beside.
    pub(crate) gap_m: Option<f32>,
    /// Whether values are classes, between which there is nothing.
    pub(crate) is_class: bool,
}

impl Coding {
    /// Heights of the ground, as Mapbox codes them.
    pub(crate) const TERRAIN: Self =
        Self { offset_m: -10_000.0, step_m: 0.1, gap_m: None, is_class: false };
    /// Results of a flood run.
    pub(crate) const FLOOD: Self =
        Self { offset_m: -1_000.0, step_m: 0.001, gap_m: Some(0.0), is_class: false };
    /// What a run came to; where it came to nothing, −1.
    pub(crate) const WORST: Self =
        Self { offset_m: -1_000.0, step_m: 0.001, gap_m: Some(-1.0), is_class: true };
}

/// A tile's values, row by row from the north-west; NaN where its pixels are transparent.
struct Tile {
    side: usize,
    values: Vec<f32>,
}

/// The ground of a coverage collection at the nodes of a grid in the local frame.
pub(crate) async fn terrain_tiles(
    client: &Client,
    collection: &str,
    edges: &Bbox,
    framing: &Framing,
) -> Result<Heights, TwinError> {
    let path = |zoom: u8, row: u32, col: u32| {
        format!("/collections/{collection}/coverage/tiles/WebMercatorQuad/{zoom}/{row}/{col}")
    };
    let grid = Sampled { edges: *edges, at_most: crate::source::MOST_NODES, frame: framing.frame };
    sample_tiles(client, path, Coding::TERRAIN, &framing.bbox, &grid, MOST_TILES).await
}

/// The grid that tiles are sampled on: its edges in a local frame and its nodes along a side at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sampled {
    pub(crate) edges: Bbox,
    pub(crate) at_most: usize,
    pub(crate) frame: LocalFrame,
}

/// A tile by its row and column; `None` where it is empty.
type Placed = ((u32, u32), Option<Tile>);

/// Values of tiles, whose paths follow from zoom, row and column, at the nodes of a grid over a box in
/// degrees.
pub(crate) async fn sample_tiles(
    client: &Client,
    path: impl Fn(u8, u32, u32) -> String,
    coding: Coding,
    bbox: &Bbox,
    grid: &Sampled,
    most_tiles: f64,
) -> Result<Heights, TwinError> {
    let zoom = zoom_for(bbox, most_tiles);
    let ((west, north), (east, south)) =
        (mercator(bbox.min_x, bbox.max_y, zoom), mercator(bbox.max_x, bbox.min_y, zoom));
    let places: Vec<(u32, u32)> = (north as u32..=south as u32)
        .flat_map(|row| (west as u32..=east as u32).map(move |col| (row, col)))
        .collect();
    let paths: Vec<String> = places.iter().map(|&(row, col)| path(zoom, row, col)).collect();
    let mut asked = places.iter().zip(&paths);
    let mut read: Vec<Result<Placed, TwinError>> = Vec::new();
    let take = |bytes: Result<Vec<u8>, TwinError>| {
        read.extend(asked.next().map(|(place, path)| {
            let tile = decode(&bytes?, coding)
                .map_err(|what| TwinError::Server { url: client.url(path), what })?;
            Ok((*place, tile))
        }));
    };
    client.each(&paths, LARGEST_TILE, take).await;
    let tiles: BTreeMap<(u32, u32), Option<Tile>> = read.into_iter().collect::<Result<_, _>>()?;
    let side = tiles.values().flatten().map(|tile| tile.side).next().unwrap_or(256);
    let (_, lat) = bbox.centre();
    let pixel_m = 40_075_016.7 * lat.to_radians().cos() / f64::from(1u32 << zoom) / side as f64;
    Ok(Heights::sample(&grid.edges, pixel_m, grid.at_most, |points| {
        let value = |&(east, north): &(f64, f64)| {
            let (lon, lat) = grid.frame.to_lon_lat(east, north);
            let (x, y) = mercator(lon, lat, zoom);
            match coding.is_class {
                true => {
                    pixel_of(&tiles, side, (x * side as f64).floor(), (y * side as f64).floor())
                        .or(coding.gap_m)
                }
                false => bilinear(&tiles, x, y, coding.gap_m),
            }
        };
        points.iter().map(value).collect()
    }))
}

/// The deepest zoom at which the box takes no more than so many tiles.
fn zoom_for(bbox: &Bbox, most_tiles: f64) -> u8 {
    let tiles = |zoom: u8| {
        let (west, north) = mercator(bbox.min_x, bbox.max_y, zoom);
        let (east, south) = mercator(bbox.max_x, bbox.min_y, zoom);
        (east - west + 1.0) * (south - north + 1.0)
    };
    (0..=DEEPEST).rev().find(|zoom| tiles(*zoom) <= most_tiles).unwrap_or(0)
}

/// Column and row of a place, in tiles from the north-west (EPSG:3857 as the web cuts it).
fn mercator(lon_deg: f64, lat_deg: f64, zoom: u8) -> (f64, f64) {
    let side = f64::from(1u32 << zoom);
    let lat = lat_deg.clamp(-85.0, 85.0).to_radians();
    let y = (1.0 - (lat.tan() + 1.0 / lat.cos()).ln() / PI) / 2.0;
    ((lon_deg + 180.0) / 360.0 * side, y * side)
}

/// The height at a place in tiles, between the centres of four pixels.
fn bilinear(
    tiles: &BTreeMap<(u32, u32), Option<Tile>>,
    x: f64,
    y: f64,
    gap: Option<f32>,
) -> Option<f32> {
    let Some(side) = tiles.values().flatten().map(|tile| tile.side).next() else { return gap };
    let (u, v) = (x * side as f64 - 0.5, y * side as f64 - 0.5);
    let pixel = |col: f64, row: f64| pixel_of(tiles, side, col, row).or(gap);
    let (c, r) = (u.floor(), v.floor());
    let nearest = pixel(u.round(), v.round());
    let corners = [pixel(c, r), pixel(c + 1.0, r), pixel(c, r + 1.0), pixel(c + 1.0, r + 1.0)];
    let [Some(a), Some(b), Some(d), Some(e)] = corners else { return nearest };
    let (fu, fv) = ((u - c) as f32, (v - r) as f32);
    let (north, south) = (a + (b - a) * fu, d + (e - d) * fu);
    Some(north + (south - north) * fv)
}

/// The value of a pixel, counted from the north-west of all tiles.
fn pixel_of(
    tiles: &BTreeMap<(u32, u32), Option<Tile>>,
    side: usize,
    col: f64,
    row: f64,
) -> Option<f32> {
    let (col, row) = (col as u64, row as u64);
    let tile = tiles.get(&((row / side as u64) as u32, (col / side as u64) as u32));
    let tile = tile.and_then(Option::as_ref).filter(|tile| tile.side == side);
    let at = (row % side as u64) as usize * side + (col % side as u64) as usize;
    let value = tile.and_then(|tile| tile.values.get(at).copied());
    value.filter(|value| value.is_finite())
}

/// Values of a PNG; `None` for an empty answer, which stands for a tile without any.
fn decode(bytes: &[u8], coding: Coding) -> Result<Option<Tile>, String> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut reader = png::Decoder::new(Cursor::new(bytes))
        .read_info()
        .map_err(|error| format!("a tile is no PNG: {error}"))?;
    let size = reader.output_buffer_size().filter(|size| *size <= 16 << 20);
    let mut pixels = vec![0; size.ok_or("a tile is too large")?];
    let info = reader.next_frame(&mut pixels).map_err(|error| error.to_string())?;
    let channels = info.color_type.samples();
    if info.bit_depth != png::BitDepth::Eight || channels < 3 || info.width != info.height {
        return Err(format!("a tile is {:?} of {} × {}", info.color_type, info.width, info.height));
    }
    let values = pixels[..info.buffer_size()].chunks_exact(channels).map(|pixel| {
        if pixel.get(3) == Some(&0) {
            return f32::NAN;
        }
        let steps = u32::from_be_bytes([0, pixel[0], pixel[1], pixel[2]]);
        (coding.offset_m + coding.step_m * f64::from(steps)) as f32
    });
    Ok(Some(Tile { side: info.width as usize, values: values.collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_run_has_no_water_its_depth_is_nought() {
        let tile = Tile { side: 2, values: vec![1.0, f32::NAN, 1.0, f32::NAN] };
        let tiles = BTreeMap::from([((0, 0), Some(tile))]);
        assert_eq!(bilinear(&tiles, 0.5, 0.5, Some(0.0)), Some(0.5));
        assert_eq!(bilinear(&tiles, 0.25, 0.5, None), Some(1.0), "the nearest");
        assert_eq!(bilinear(&BTreeMap::new(), 0.5, 0.5, Some(0.0)), Some(0.0));
    }

    #[test]
    fn a_place_stands_in_the_tile_that_the_web_says() {
        // Tam Kỳ at zoom 12: (108.474 + 180) / 360 · 4096 = 3282.2; (1 − asinh tan φ / π) / 2 · 4096 = 1868.6.
        let (x, y) = mercator(108.474, 15.5736, 12);
        assert_eq!((x as u32, y as u32), (3282, 1868));
    }

    #[test]
    fn heights_of_a_tile_are_read_to_a_decimetre() {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        // (10 000 + 12.3) · 10 = 100 123 = 0x01871B.
        encoder.write_header().unwrap().write_image_data(&[0x01, 0x87, 0x1b]).unwrap();
        let tile = decode(&bytes, Coding::TERRAIN).unwrap().unwrap();
        assert!((tile.values[0] - 12.3).abs() < 0.01);
        let of = |bytes| decode(bytes, Coding::TERRAIN);
        assert!(of(b"<html>").is_err() && of(b"").unwrap().is_none());
    }
}
