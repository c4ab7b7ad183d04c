//! Vector tiles of several layers as one file: PMTiles or MBTiles, for maps without a server.

mod mbtiles;
mod pmtiles;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use city::{Bbox, Title};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::ExchangeError;
use crate::{
    filter::{Bounds, Filter},
    http::stream::WriteError,
    store::{LayerView, WorldBox},
    styles,
    tiles::{Coding, Tile, TileMatrixSet, Tiles, frame::Frame, pyramid::Pyramid},
};
use mbtiles::MbTiles;
use pmtiles::{PmTiles, id_of};

/// Tiles that are made at one time, by all cores.
const AT_ONCE: usize = 64;
/// The largest file.
const MOST_BYTES: u64 = 4 << 30;
/// The most tiles that a box may have on all zooms, empty ones among them.
pub const MOST_TILES: u64 = 4_000_000;

/// What holds tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Container {
    /// PMTiles 3: one file that maps read in parts over HTTP.
    Pmtiles,
    /// MBTiles 1.3: a database of SQLite.
    Mbtiles,
}

impl Container {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Pmtiles, Self::Mbtiles];

    /// Its name, which is how its files end.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pmtiles => "pmtiles",
            Self::Mbtiles => "mbtiles",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pmtiles => "application/vnd.pmtiles",
            Self::Mbtiles => "application/vnd.mbtiles",
        }
    }

    /// Where the file is in the folder of its job.
    #[must_use]
    pub fn path(self, folder: &Path) -> PathBuf {
        folder.join(format!("data.{}", self.name()))
    }
}

/// What is asked for: tiles of layers.
pub struct TileExport<'a> {
    /// What the caller sees.
    pub views: Vec<LayerView>,
    /// One for each layer; none where everything is shown.
    pub filters: Vec<Arc<Filter>>,
    /// How long filters may work on one tile.
    pub bounds: Bounds,
    /// First and last zoom.
    pub zooms: (u8, u8),
    /// Tiles that meet this box, in longitude and latitude.
    pub bbox: Bbox,
    /// In what.
    pub container: Container,
    /// Its TileJSON: name, attribution, `vector_layers`.
    pub about: &'a Json,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenTiles {
    /// How many tiles have something on them.
    pub tiles: u64,
    /// Size of the file.
    pub bytes: u64,
}

/// How many tiles a box has on some zooms, empty ones among them.
#[must_use]
pub fn tiles_in(bbox: &Bbox, (first, last): (u8, u8)) -> u64 {
    (first..=last)
        .map(|z| {
            let [columns, rows] = spans(bbox, z).map(|(from, to)| u64::from(to - from) + 1);
            columns * rows
        })
        .sum()
}

/// First and last column and row of a box on a zoom.
fn spans(bbox: &Bbox, z: u8) -> [(u32, u32); 2] {
    let world = WorldBox::around(bbox);
    // Of 2³² steps the upper bits are the tile; at zoom 0 there is one.
    let of = |steps: u32| u32::try_from(u64::from(steps) >> (32 - u32::from(z))).unwrap_or(0);
    [(of(world.min_x), of(world.max_x)), (of(world.min_y), of(world.max_y))]
}

/// A layer with its generalisation.
type Drawn = (Arc<Pyramid>, LayerView);

impl TileExport<'_> {
    /// Writes the file into a folder; `is_over` says that nobody waits any more, `tell` hears what share is done.
    ///
    /// # Errors
    /// [`ExchangeError`]; nothing is left in the folder then.
    pub fn make(
        &self,
        tiles: &Tiles,
        folder: &Path,
        is_over: &dyn Fn() -> bool,
        tell: &dyn Fn(f64),
    ) -> Result<WrittenTiles, ExchangeError> {
        let out = self.container.path(folder);
        let part = out.with_extension("part");
        let made = self.write(tiles, &part, is_over, tell);
        let kept = made.and_then(|count| {
            std::fs::rename(&part, &out)?;
            Ok(WrittenTiles { tiles: count, bytes: std::fs::metadata(&out)?.len() })
        });
        if kept.is_err() {
            // It may not have been begun.
            let _ = std::fs::remove_file(&part);
        }
        kept
    }

    fn write(
        &self,
        tiles: &Tiles,
        path: &Path,
        is_over: &dyn Fn() -> bool,
        tell: &dyn Fn(f64),
    ) -> Result<u64, ExchangeError> {
        let layers: Vec<Drawn> =
            self.views.iter().map(|view| (tiles.pyramid_at_once(view), view.clone())).collect();
        let mut file = match self.container {
            Container::Pmtiles => {
                Archive::Pmtiles(PmTiles::create(path, &self.said(), self.zooms, self.bbox)?)
            }
            Container::Mbtiles => {
                Archive::Mbtiles(MbTiles::create(path, self.about, self.zooms, &self.bbox)?)
            }
        };
        let (all, mut seen, mut count, mut bytes) =
            (tiles_in(&self.bbox, self.zooms).max(1), 0, 0, 0);
        for z in self.zooms.0..=self.zooms.1 {
            let shown = self.shown_at(&layers, z);
            let addresses = self.addresses(&shown, z)?;
            let on_zoom = tiles_in(&self.bbox, (z, z));
            for (at, some) in addresses.chunks(AT_ONCE).enumerate() {
                if is_over() {
                    return Err(ExchangeError::LeftOff);
                }
                let made: Vec<_> = some.par_iter().map(|tile| self.tile(&shown, *tile)).collect();
                for (tile, body) in some.iter().zip(made) {
                    let body = body?;
                    if body.is_empty() {
                        continue;
                    }
                    (count, bytes) = (count + 1, bytes + body.len() as u64);
                    file.add(*tile, &body)?;
                }
                if bytes > MOST_BYTES {
                    return Err(too_large());
                }
                // What lies nowhere is skipped, so that a zoom is as far as its addresses are.
                let share = (at * AT_ONCE) as f64 / addresses.len() as f64;
                tell((seen as f64 + share * on_zoom as f64) / all as f64);
            }
            seen += on_zoom;
        }
        file.finish()?;
        Ok(count)
    }

    /// The layers that tiles of a zoom carry, with their filters, as the server's own tiles of several layers do.
    fn shown_at(&self, layers: &[Drawn], z: u8) -> (Vec<Drawn>, Vec<Arc<Filter>>) {
        let is_alone = layers.len() == 1;
        let mut shown = (Vec::new(), Vec::new());
        for (at, drawn) in layers.iter().enumerate() {
            if is_alone || styles::first_zoom(drawn.1.layer()) <= z {
                shown.0.push(drawn.clone());
                shown.1.extend(self.filters.get(at).cloned());
            }
        }
        shown
    }

    /// The tiles of a zoom on which something may be, in the order of PMTiles (a Hilbert curve).
    fn addresses(
        &self,
        (layers, _): &(Vec<Drawn>, Vec<Arc<Filter>>),
        z: u8,
    ) -> Result<Vec<Tile>, ExchangeError> {
        let [(west, east), (north, south)] = spans(&self.bbox, z);
        let mut found: Vec<(u64, Tile)> = Vec::new();
        let mut waiting = vec![(0_u8, 0_u32, 0_u32)];
        while let Some((level, col, row)) = waiting.pop() {
            let deeper = z - level;
            let meets = |first: u32, last: u32, at: u32| {
                let begin = u64::from(at) << deeper;
                begin <= u64::from(last) && begin + (1 << deeper) > u64::from(first)
            };
            if !meets(west, east, col) || !meets(north, south, row) {
                continue;
            }
            let tile = Tile { set: TileMatrixSet::WebMercatorQuad, z: level, col, row };
            let here = Frame::of(tile).map_err(WriteError::Crs)?.search();
            if layers.iter().all(|(_, view)| view.is_empty_in(&here)) {
                continue;
            }
            if level == z {
                found.push((id_of(tile), tile));
            } else {
                let children = [(0, 0), (1, 0), (0, 1), (1, 1)];
                waiting.extend(children.map(|(x, y)| (level + 1, col * 2 + x, row * 2 + y)));
            }
        }
        found.sort_unstable_by_key(|(id, _)| *id);
        Ok(found.into_iter().map(|(_, tile)| tile).collect())
    }

    fn tile(
        &self,
        (layers, filters): &(Vec<Drawn>, Vec<Arc<Filter>>),
        tile: Tile,
    ) -> Result<bytes::Bytes, ExchangeError> {
        let made = Tiles::at_once(layers, filters, &self.bounds, tile, Coding::Gzip);
        made.map(|made| made.body).map_err(ExchangeError::Tile)
    }

    /// What the file says of itself, as JSON.
    fn said(&self) -> String {
        let mut about = self.about.clone();
        if let Some(members) = about.as_object_mut() {
            members.insert("type".into(), "overlay".into());
        }
        about.to_string()
    }
}

/// The zoom that a map of the file begins with.
fn first_view((first, last): (u8, u8)) -> u8 {
    last.min(13).max(first)
}

/// A file while it is filled.
enum Archive {
    Pmtiles(PmTiles),
    Mbtiles(MbTiles),
}

impl Archive {
    fn add(&mut self, tile: Tile, body: &[u8]) -> Result<(), ExchangeError> {
        match self {
            Self::Pmtiles(file) => Ok(file.add(tile, body)?),
            Self::Mbtiles(file) => file.add(tile, body),
        }
    }

    fn finish(self) -> Result<(), ExchangeError> {
        match self {
            Self::Pmtiles(file) => Ok(file.finish()?),
            Self::Mbtiles(file) => file.finish(),
        }
    }
}

fn too_large() -> ExchangeError {
    let gib = MOST_BYTES >> 30;
    ExchangeError::Refused(Title::new(
        format!(
            "Tệp ô bản đồ lớn hơn {gib} GiB: hãy chọn ít lớp hơn, vùng nhỏ hơn hoặc mức phóng thấp hơn."
        ),
        format!(
            "The file of tiles is larger than {gib} GiB: ask for fewer layers, a smaller box or lower zooms."
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_has_one_tile_at_zoom_0_and_four_around_the_middle_at_zoom_1() {
        let bbox = Bbox::new(-1.0, -1.0, 1.0, 1.0).unwrap();
        assert_eq!(tiles_in(&bbox, (0, 0)), 1);
        assert_eq!(tiles_in(&bbox, (1, 1)), 4);
        assert_eq!(tiles_in(&bbox, (0, 1)), 5);
        let whole = Bbox::new(-180.0, -90.0, 180.0, 90.0).unwrap();
        assert_eq!(tiles_in(&whole, (3, 3)), 64);
    }
}
