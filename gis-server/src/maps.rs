//! Maps as pictures for whoever asks: which layers and styles, in which frame, how large at most.
//!
//! OGC API Maps, WMS and WMTS are three ways to ask for a [`Sheet`]; this room draws it, in turn and off
//! the threads that serve requests, and knows neither of them.

mod compose;
pub(crate) mod info;
mod sheet;
pub mod tile;
mod wanted;

use std::sync::Arc;

use city::{Bbox, Crs};
use tokio::sync::Semaphore;

use crate::{error::Problem, render::fonts::SystemLetters};

pub use compose::{Composition, Style, compose, legend_of};
pub use info::{Found, Hits, find};
pub use sheet::{Paper, Sheet, draw, encode, legend_picture, sign, to_problem};
pub use wanted::Wanted;

/// Pixels that a side of a picture has at most.
pub const MOST_SIDE: u32 = 8192;

/// Pixels that a picture has at most: 64 MiB while it is drawn.
pub const MOST_PIXELS: u64 = 16 << 20;

/// What maps as pictures are drawn with.
pub struct Maps {
    /// Letters for names.
    pub letters: SystemLetters,
    /// Turns of drawing: as many as there are processors.
    pub turns: Arc<Semaphore>,
    /// Tiles that were drawn together with those beside them.
    pub tiles: tile::Blocks,
}

impl Default for Maps {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            letters: SystemLetters::default(),
            turns: Arc::new(Semaphore::new(processors)),
            tiles: tile::Blocks::default(),
        }
    }
}

/// A box of four numbers (or six, of which heights are left out) in the order of a system's axes; as
/// x = east, y = north.
///
/// # Errors
/// What is wrong, in Vietnamese and English.
pub fn box_of(text: &str, north_first: bool) -> Result<Bbox, (&'static str, &'static str)> {
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    let [a, b, c, d] = match numbers.as_deref() {
        Ok([a, b, c, d] | [a, b, _, c, d, _]) => [*a, *b, *c, *d],
        _ => {
            return Err((
                "hãy ghi 4 số, cách nhau bằng dấu phẩy",
                "write 4 numbers separated by commas",
            ));
        }
    };
    let [west, south, east, north] = if north_first { [b, a, d, c] } else { [a, b, c, d] };
    let bbox =
        Bbox::new(west, south, east, north).ok().filter(|b| b.width() > 0.0 && b.height() > 0.0);
    bbox.ok_or((
        "góc dưới bên trái phải đứng trước góc trên bên phải, theo thứ tự trục của hệ toạ độ",
        "the lower left corner comes before the upper right one, in the order of the system's axes",
    ))
}

/// Whether a picture may be so large.
///
/// # Errors
/// What is wrong, in Vietnamese and English.
pub fn check_size((width, height): (u32, u32)) -> Result<(), (String, String)> {
    let fits = |side: u32| (1..=MOST_SIDE).contains(&side);
    let is_fine =
        fits(width) && fits(height) && u64::from(width) * u64::from(height) <= MOST_PIXELS;
    let millions = MOST_PIXELS / 1_000_000;
    is_fine.then_some(()).ok_or_else(|| {
        (
            format!("mỗi cạnh từ 1 đến {MOST_SIDE} điểm ảnh, và cả ảnh không quá {millions} triệu điểm ảnh"),
            format!("each side has from 1 to {MOST_SIDE} pixels, and the whole at most {millions} million"),
        )
    })
}

/// The problem of a frame that could not be made.
pub fn frame_problem(error: &datasets::crs::CrsError) -> Problem {
    Problem::internal(error)
}

/// The part of a box that a system can tell of: what lies beyond is cut off, so that the edges of the
/// world are asked for without harm.
pub fn covers_nothing(bbox: &Bbox, crs: Crs) -> bool {
    crs == Crs::CRS84
        && !(Bbox { min_x: -180.0, min_y: -90.0, max_x: 180.0, max_y: 90.0 }).intersects(bbox)
}
