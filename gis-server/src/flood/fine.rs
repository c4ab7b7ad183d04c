//! Runs in coarse cells that know the land in them: their forcing on blocks of cells, and their results on
//! the cells themselves.

use city::Title;
use datasets::read::Cog;
use sim::flood::{Engine, Maxima, THRESHOLDS_M};

use super::{
    error::FloodError,
    folder::{Output, RunFolder},
    forcing::Land,
    plane::Plane,
};
use crate::tiles::raster::RasterError;

/// The land as blocks of cells.
pub(super) struct Blocks {
    plane: Plane,
    blocked: Vec<bool>,
    is_water: Vec<bool>,
    bed_m: Vec<f64>,
}

impl Blocks {
    /// A block is blocked where all of its cells are; it is of a water body where one of the others is, and
    /// as low as the lowest of those.
    pub(super) fn of(land: &Land<'_>, block: usize) -> Result<Self, FloodError> {
        let plane = land.plane.of_blocks(block)?;
        let count = plane.cells();
        let mut blocks = Self {
            plane,
            blocked: vec![true; count],
            is_water: vec![false; count],
            bed_m: vec![f64::INFINITY; count],
        };
        for of in 0..count {
            let open = || land.plane.within(block, of).filter(|cell| !land.blocked[*cell]);
            blocks.blocked[of] = open().next().is_none();
            blocks.is_water[of] = open().any(|cell| land.is_water[cell]);
            let counts = |cell: &usize| land.is_water[*cell] || !blocks.is_water[of];
            let beds = open().filter(counts).map(|cell| land.bed_m[cell]);
            blocks.bed_m[of] = beds.fold(f64::INFINITY, f64::min);
        }
        Ok(blocks)
    }

    /// As forcing meets it.
    pub(super) fn land(&self) -> Land<'_> {
        Land {
            plane: &self.plane,
            blocked: &self.blocked,
            is_water: &self.is_water,
            bed_m: &self.bed_m,
        }
    }
}

/// What readers of the results should know.
pub(super) fn note(plane: &Plane, block: usize, frames_min: f64) -> Title {
    let (fine_m, coarse_m) = (plane.cell_m(), plane.cell_m() * block as f64);
    Title::new(
        format!(
            "Tính trên ô {coarse_m} m, mỗi ô biết địa hình {fine_m} m bên trong; kết quả đưa về ô {fine_m} m. Giờ nước tới và thời gian ngập lấy từ các ảnh cách nhau {frames_min} phút; đê, bờ bao mảnh bên trong ô lớn không cản nước."
        ),
        format!(
            "Reckoned in cells of {coarse_m} m, each of which knows the land of {fine_m} m in it; results are on cells of {fine_m} m. Arrivals and durations are from pictures {frames_min} minutes apart; thin dykes within a large cell do not hold water."
        ),
    )
}

/// The mean of depths over each block, m: what a coarse cell holds.
pub(super) fn over_blocks(plane: &Plane, block: usize, depth_m: &[f64]) -> Vec<f64> {
    let count = plane.cells() / (block * block);
    let mean = |of: usize| {
        plane.within(block, of).map(|cell| depth_m[cell]).sum::<f64>() / (block * block) as f64
    };
    (0..count).map(mean).collect()
}

/// The worst of each cell from that of the blocks: depths below the highest level; speeds are those of the
/// block, wherever it was wet. When it came is not known.
pub(super) fn maxima(
    engine: &Engine<f32>,
    plane: &Plane,
    block: usize,
    worst: &Maxima,
) -> Result<Maxima, FloodError> {
    let levels: Vec<f64> = worst.level_m.iter().map(|level| f64::from(*level)).collect();
    let depth_m = engine.downscale_m(&levels)?;
    let mut level_m = vec![f32::NAN; depth_m.len()];
    let mut speed_m_s = vec![0.0; depth_m.len()];
    let mut froude = vec![0.0; depth_m.len()];
    for of in 0..worst.level_m.len() {
        for cell in plane.within(block, of).filter(|cell| depth_m[*cell] > 0.0) {
            level_m[cell] = worst.level_m[of];
            speed_m_s[cell] = worst.speed_m_s[of];
            froude[cell] = worst.froude[of];
        }
    }
    let both = depth_m.iter().zip(&speed_m_s);
    Ok(Maxima {
        depth_speed_m2_s: both.map(|(depth, speed)| depth * speed).collect(),
        arrival_s: std::array::from_fn(|_| vec![f32::NAN; depth_m.len()]),
        duration_s: std::array::from_fn(|_| vec![0.0; depth_m.len()]),
        depth_m,
        level_m,
        speed_m_s,
        froude,
    })
}

/// Finds in the pictures of a run when water came and how long it stood: between two of them depths are
/// lines. Where it stood deep enough between pictures alone, it came at the deepest of them.
pub(super) fn times(
    folder: &RunFolder,
    plane: &Plane,
    worst: &mut Maxima,
) -> Result<(), FloodError> {
    let (columns, rows) = (plane.columns(), plane.rows());
    let mut before: Option<(f32, Vec<f32>)> = None;
    let mut deepest = vec![(0.0_f32, 0.0_f32); plane.cells()];
    for minutes in folder.frames() {
        let cog = Cog::open(&folder.raster(Output::Depth, minutes)).map_err(RasterError::from)?;
        let picture = cog.read_level(0).map_err(RasterError::from)?;
        let north_first = picture.values();
        let at = |cell: usize| north_first[(rows - 1 - cell / columns) * columns + cell % columns];
        let depth_m: Vec<f32> = (0..plane.cells()).map(|cell| at(cell).max(0.0)).collect();
        let time_s = minutes as f32 * 60.0;
        for (cell, depth) in depth_m.iter().enumerate() {
            if *depth > deepest[cell].0 {
                deepest[cell] = (*depth, time_s);
            }
            let last = before.as_ref().map(|(time_s, depths)| (*time_s, depths[cell]));
            for (level, threshold) in THRESHOLDS_M.iter().enumerate() {
                let span = Span::of(last, (time_s, *depth), *threshold as f32);
                let arrival_s = &mut worst.arrival_s[level][cell];
                if arrival_s.is_nan() {
                    *arrival_s = span.came_s.unwrap_or(f32::NAN);
                }
                worst.duration_s[level][cell] += span.stood_s;
            }
        }
        before = Some((time_s, depth_m));
    }
    for (level, threshold) in THRESHOLDS_M.iter().enumerate() {
        for (cell, (_, time_s)) in deepest.iter().enumerate() {
            let was_deep = f64::from(worst.depth_m[cell]) >= *threshold;
            if was_deep && worst.arrival_s[level][cell].is_nan() {
                worst.arrival_s[level][cell] = *time_s;
            }
        }
    }
    Ok(())
}

/// What happens to a depth between two pictures.
#[derive(Debug, PartialEq)]
struct Span {
    /// When it was reached, s; where it was so at the later picture.
    came_s: Option<f32>,
    /// How long it stood, s.
    stood_s: f32,
}

impl Span {
    fn of(last: Option<(f32, f32)>, (time_s, depth): (f32, f32), threshold: f32) -> Self {
        let is_deep = depth >= threshold;
        let Some((from_s, from)) = last else {
            return Self { came_s: is_deep.then_some(time_s), stood_s: 0.0 };
        };
        let crossed = from_s + (time_s - from_s) * ((threshold - from) / (depth - from));
        match (from >= threshold, is_deep) {
            (true, true) => Self { came_s: Some(from_s), stood_s: time_s - from_s },
            (false, true) => Self { came_s: Some(crossed), stood_s: time_s - crossed },
            (true, false) => Self { came_s: Some(from_s), stood_s: crossed - from_s },
            (false, false) => Self { came_s: None, stood_s: 0.0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_depth_is_reached_and_left_on_the_lines_between_pictures() {
        let span = |last, now| Span::of(last, now, 0.3);
        assert_eq!(span(None, (0.0, 0.4)), Span { came_s: Some(0.0), stood_s: 0.0 });
        let rising = span(Some((600.0, 0.1)), (1200.0, 0.5));
        assert!((rising.came_s.unwrap() - 900.0).abs() < 1e-3);
        assert!((rising.stood_s - 300.0).abs() < 1e-3, "{rising:?}");
        let falling = span(Some((600.0, 0.5)), (1200.0, 0.2));
        assert!((falling.stood_s - 400.0).abs() < 1e-3, "{falling:?}");
        assert_eq!(span(Some((0.0, 0.1)), (60.0, 0.2)), Span { came_s: None, stood_s: 0.0 });
        assert_eq!(span(Some((0.0, 0.3)), (60.0, 0.3)), Span { came_s: Some(0.0), stood_s: 60.0 });
    }
}
