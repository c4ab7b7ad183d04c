//! Maps as tiles: drawn in blocks of several, so that names are not cut at each tile's edge, and kept.

use std::sync::Arc;

use bytes::Bytes;
use city::Bbox;
use moka::future::Cache;

use super::{Composition, Paper, Sheet, Style, Wanted, draw};
use crate::{
    error::Problem,
    render::{Frame, PictureFormat},
    state::App,
    tiles::Tile,
};

/// Pixels a side of a tile, as WMTS counts them.
pub const SIDE: u32 = 256;

/// Tiles a side of a block.
const BLOCK: u32 = 4;

/// Memory for blocks that are kept.
const KEEP_BYTES: u64 = 64 << 20;

/// Tells one block from all others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    /// The tag of styles and data, in which stands what the viewer may see.
    content: String,
    /// The block's first tile.
    first: Tile,
    format: PictureFormat,
}

/// Tiles of blocks, row by row.
type Block = Arc<Vec<Bytes>>;

/// Blocks that were drawn.
pub struct Blocks(Cache<Key, Block>);

impl Default for Blocks {
    fn default() -> Self {
        let weigh = |_: &Key, block: &Block| {
            block.iter().map(|tile| tile.len() as u32 + 100).sum::<u32>() + 200
        };
        Self(Cache::builder().max_capacity(KEEP_BYTES).weigher(weigh).build())
    }
}

/// A tile of a map as a picture.
///
/// # Errors
/// As [`draw`].
pub async fn tile(
    app: &App,
    composition: Composition,
    style: Style,
    tile: Tile,
    format: PictureFormat,
) -> Result<Bytes, Problem> {
    let across = BLOCK.min(1 << tile.z.min(8));
    let first = Tile { col: tile.col / across * across, row: tile.row / across * across, ..tile };
    let key = Key { content: style.tag.as_str().to_owned(), first, format };
    let make = block(app, composition, style, (first, across), format);
    let block = app.maps.tiles.0.try_get_with(key, make).await;
    let block = block.map_err(|problem: Arc<Problem>| (*problem).clone())?;
    let at = (tile.row - first.row) * across + (tile.col - first.col);
    block.get(at as usize).cloned().ok_or_else(Problem::fault)
}

async fn block(
    app: &App,
    composition: Composition,
    style: Style,
    (first, across): (Tile, u32),
    format: PictureFormat,
) -> Result<Block, Problem> {
    let corner = first.bbox();
    let side = first.side_m() * f64::from(across);
    let bbox = Bbox { max_x: corner.min_x + side, min_y: corner.max_y - side, ..corner };
    let pixels = across * SIDE;
    let frame = Frame::new(first.set.crs(), bbox, (pixels, pixels), 1.0)
        .map_err(|error| Problem::internal(&error))?;
    let sheet = Sheet {
        composition,
        style,
        frame,
        paper: Paper::OfStyle,
        wanted: Wanted::default(),
        is_alone: false,
    };
    draw(app, sheet, move |_, sheet, canvas| {
        let mut tiles = Vec::with_capacity((across * across) as usize);
        for row in 0..across {
            for col in 0..across {
                let part = canvas.part((col * SIDE, row * SIDE), (SIDE, SIDE));
                let part = part.ok_or_else(Problem::fault)?;
                tiles.push(super::encode(sheet, part, format)?.into());
            }
        }
        Ok(Arc::new(tiles))
    })
    .await
}
