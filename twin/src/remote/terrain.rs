//! Terrain over HTTP: tiles in Mapbox's coding of heights, in the web's Mercator.

use std::{collections::BTreeMap, f64::consts::PI, io::Cursor};

use city::Bbox;
use rayon::prelude::*;

use super::Client;
use crate::{error::TwinError, model::Heights, source::Framing};

/// Tiles that are asked for at most: 256 of 256² pixels are as many as the ground has nodes.
const MOST_TILES: f64 = 196.0;
/// The deepest zoom whose pixels are worth having: 2.4 m at the equator.
const DEEPEST: u8 = 16;
const LARGEST_TILE: u64 = 2 << 20;

/// A tile's heights, row by row from the north-west.
struct Tile {
    side: usize,
    heights: Vec<f32>,
}

/// The ground of a coverage collection at the nodes of a grid in the local frame.
pub(crate) fn terrain_tiles(
    client: &Client,
    collection: &str,
    edges: &Bbox,
    framing: &Framing,
) -> Result<Heights, TwinError> {
    let zoom = zoom_for(&framing.bbox);
    let ((west, north), (east, south)) = (
        mercator(framing.bbox.min_x, framing.bbox.max_y, zoom),
        mercator(framing.bbox.max_x, framing.bbox.min_y, zoom),
    );
    let places: Vec<(u32, u32)> = (north as u32..=south as u32)
        .flat_map(|row| (west as u32..=east as u32).map(move |col| (row, col)))
        .collect();
    let fetched: Result<Vec<_>, TwinError> = places
        .par_iter()
        .map(|&(row, col)| {
            let path = format!(
                "/collections/{collection}/coverage/tiles/WebMercatorQuad/{zoom}/{row}/{col}"
            );
            let bytes = client.bytes(&path, LARGEST_TILE)?;
            let tile = decode(&bytes)
                .map_err(|what| TwinError::Server { url: client.url(&path), what })?;
            Ok(((row, col), tile))
        })
        .collect();
    let tiles: BTreeMap<(u32, u32), Option<Tile>> = fetched?.into_iter().collect();
    let frame = framing.frame;
    let (_, lat) = framing.bbox.centre();
    let pixel_m = 40_075_016.7 * lat.to_radians().cos() / f64::from(1u32 << zoom) / 256.0;
    Ok(Heights::sample(edges, pixel_m, crate::source::MOST_NODES, |points| {
        let height = |&(east, north): &(f64, f64)| {
            let (lon, lat) = frame.to_lon_lat(east, north);
            let (x, y) = mercator(lon, lat, zoom);
            bilinear(&tiles, x, y)
        };
        points.iter().map(height).collect()
    }))
}

/// The deepest zoom at which the box takes no more than so many tiles.
fn zoom_for(bbox: &Bbox) -> u8 {
    let tiles = |zoom: u8| {
        let (west, north) = mercator(bbox.min_x, bbox.max_y, zoom);
        let (east, south) = mercator(bbox.max_x, bbox.min_y, zoom);
        (east - west + 1.0) * (south - north + 1.0)
    };
    (0..=DEEPEST).rev().find(|zoom| tiles(*zoom) <= MOST_TILES).unwrap_or(0)
}

/// Column and row of a place, in tiles from the north-west (EPSG:3857 as the web cuts it).
fn mercator(lon_deg: f64, lat_deg: f64, zoom: u8) -> (f64, f64) {
    let side = f64::from(1u32 << zoom);
    let lat = lat_deg.clamp(-85.0, 85.0).to_radians();
    let y = (1.0 - (lat.tan() + 1.0 / lat.cos()).ln() / PI) / 2.0;
    ((lon_deg + 180.0) / 360.0 * side, y * side)
}

/// The height at a place in tiles, between the centres of four pixels.
fn bilinear(tiles: &BTreeMap<(u32, u32), Option<Tile>>, x: f64, y: f64) -> Option<f32> {
    let side = tiles.values().flatten().next()?.side;
    let (u, v) = (x * side as f64 - 0.5, y * side as f64 - 0.5);
    let pixel = |col: f64, row: f64| {
        let (col, row) = (col as u64, row as u64);
        let tile = tiles.get(&((row / side as u64) as u32, (col / side as u64) as u32));
        let tile = tile?.as_ref().filter(|tile| tile.side == side)?;
        let at = (row % side as u64) as usize * side + (col % side as u64) as usize;
        tile.heights.get(at).copied()
    };
    let (c, r) = (u.floor(), v.floor());
    let nearest = pixel(u.round(), v.round());
    let corners = [pixel(c, r), pixel(c + 1.0, r), pixel(c, r + 1.0), pixel(c + 1.0, r + 1.0)];
    let [Some(a), Some(b), Some(d), Some(e)] = corners else { return nearest };
    let (fu, fv) = ((u - c) as f32, (v - r) as f32);
    let (north, south) = (a + (b - a) * fu, d + (e - d) * fu);
    Some(north + (south - north) * fv)
}

/// Heights of a PNG: −10 000 m + 0.1 m × (65 536 R + 256 G + B); `None` for an empty answer, which
/// stands for a tile without heights.
fn decode(bytes: &[u8]) -> Result<Option<Tile>, String> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut reader = png::Decoder::new(Cursor::new(bytes))
        .read_info()
        .map_err(|error| format!("a terrain tile is no PNG: {error}"))?;
    let size = reader.output_buffer_size().filter(|size| *size <= 16 << 20);
    let mut pixels = vec![0; size.ok_or("a terrain tile is too large")?];
    let info = reader.next_frame(&mut pixels).map_err(|error| error.to_string())?;
    let channels = info.color_type.samples();
    if info.bit_depth != png::BitDepth::Eight || channels < 3 || info.width != info.height {
        return Err(format!(
            "a terrain tile is {:?} of {} × {}",
            info.color_type, info.width, info.height
        ));
    }
    let heights = pixels[..info.buffer_size()].chunks_exact(channels).map(|pixel| {
        let steps = u32::from_be_bytes([0, pixel[0], pixel[1], pixel[2]]);
        -10_000.0 + 0.1 * steps as f32
    });
    Ok(Some(Tile { side: info.width as usize, heights: heights.collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let tile = decode(&bytes).unwrap().unwrap();
        assert!((tile.heights[0] - 12.3).abs() < 0.01);
        assert!(decode(b"<html>").is_err() && decode(b"").unwrap().is_none());
    }
}
