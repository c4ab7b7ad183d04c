//! Which features a zoom draws, decided once for the whole layer so that no tile differs from its
//! neighbour.
//!
//! Polygons too small to be seen are not simply dropped, or a town would turn empty as one zooms
//! out: their areas are added up along the layer's Hilbert order, and each time the sum reaches
//! that of a small square, one is drawn where the count stands. So the share of ink stays right.

use std::collections::HashSet;

use crate::store::{RowSet, world::WorldBox};

/// From this zoom on every feature is drawn.
pub const FULL_ZOOM: u8 = 15;

/// A line shorter than this both ways, in tile units, is left out: ¼ pixel.
const SHORT_UNITS: u32 = 2;

/// Points closer than this, in tile units, are drawn as one: 3 pixels.
const CROWDED_UNITS: u32 = 24;

/// What becomes of a feature at a zoom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is not drawn.
    Dropped,
    /// It is drawn.
    Drawn,
    /// A small square is drawn in its middle, for itself and its small neighbours.
    Dotted,
}

/// What becomes of each feature of a layer at one zoom.
#[derive(Debug, Default)]
pub struct Fates {
    drawn: RowSet,
    dotted: RowSet,
}

/// World steps in a tile unit of a zoom.
fn unit(zoom: u8) -> u64 {
    1 << 20u8.saturating_sub(zoom)
}

fn size(bbox: &WorldBox) -> u64 {
    u64::from((bbox.max_x - bbox.min_x).max(bbox.max_y - bbox.min_y))
}

impl Fates {
    /// What becomes of a feature.
    pub fn of(&self, row: usize) -> Fate {
        if self.drawn.contains(row) {
            Fate::Drawn
        } else if self.dotted.contains(row) {
            Fate::Dotted
        } else {
            Fate::Dropped
        }
    }

    /// Polygons: each with its box and its area in world steps squared; those for which `counts` is
    /// false do not exist. A polygon narrower than `tiny` tile units both ways is tiny, and a square
    /// of that side stands for as much area of such.
    pub fn of_polygons(
        boxes: &[WorldBox],
        areas: &[f32],
        counts: impl Fn(usize) -> bool,
        (tiny, zoom): (u32, u8),
    ) -> Self {
        let tiny = unit(zoom) * u64::from(tiny);
        let dot = (tiny * tiny) as f64;
        // Starting from half a dot, sums are rounded and not cut.
        let mut sum = 0.5 * dot;
        let mut dotted = Vec::new();
        let exists = |row: usize| !boxes[row].is_empty() && counts(row);
        let is_drawn = |row: usize| exists(row) && size(&boxes[row]) >= tiny;
        for row in (0..boxes.len()).filter(|&row| exists(row) && !is_drawn(row)) {
            sum += f64::from(areas[row]);
            if sum >= dot {
                sum -= dot;
                dotted.push(row);
            }
        }
        Self { drawn: RowSet::where_(boxes.len(), is_drawn), dotted: RowSet::of(dotted) }
    }

    /// Lines: each with its box and the zoom from which its class is drawn.
    pub fn of_lines(
        boxes: &[WorldBox],
        counts: impl Fn(usize) -> bool,
        first_zoom: impl Fn(usize) -> u8,
        zoom: u8,
    ) -> Self {
        let short = unit(zoom) * u64::from(SHORT_UNITS);
        let drawn = RowSet::where_(boxes.len(), |row| {
            !boxes[row].is_empty()
                && counts(row)
                && size(&boxes[row]) >= short
                && first_zoom(row) <= zoom
        });
        Self { drawn, dotted: RowSet::default() }
    }

    /// Points: the first of each crowd, in the layer's order.
    pub fn of_points(boxes: &[WorldBox], counts: impl Fn(usize) -> bool, zoom: u8) -> Self {
        let cell = unit(zoom) * u64::from(CROWDED_UNITS);
        let mut taken = HashSet::new();
        let mut drawn = Vec::new();
        for (row, bbox) in boxes.iter().enumerate() {
            let place = (u64::from(bbox.min_x) / cell, u64::from(bbox.min_y) / cell);
            if !bbox.is_empty() && counts(row) && taken.insert(place) {
                drawn.push(row);
            }
        }
        Self { drawn: RowSet::of(drawn), dotted: RowSet::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thousand houses of 10 m, in a row 12 m apart at 15.6° N (world steps of 9 mm).
    fn houses() -> (Vec<WorldBox>, Vec<f32>) {
        let boxes: Vec<_> = (0..1000u32)
            .map(|i| (3_400_000_000 + i * 1_333, 1_960_000_000))
            .map(|(x, y)| WorldBox { min_x: x, min_y: y, max_x: x + 1_111, max_y: y + 1_111 })
            .collect();
        let areas = vec![1_111.0 * 1_111.0; boxes.len()];
        (boxes, areas)
    }

    #[test]
    fn a_town_keeps_its_share_of_ink_at_every_zoom() {
        let (boxes, areas) = houses();
        let built: f64 = areas.iter().map(|&a| f64::from(a)).sum();
        for zoom in 8..13 {
            let fates = Fates::of_polygons(&boxes, &areas, |_| true, (10, zoom));
            let dots = (0..boxes.len()).filter(|&row| fates.of(row) == Fate::Dotted).count();
            let drawn = (0..boxes.len()).filter(|&row| fates.of(row) == Fate::Drawn).count();
            let side = (unit(zoom) * 10) as f64;
            let ink = dots as f64 * side * side;
            assert_eq!(drawn, 0, "10 m is below 1¼ pixels up to zoom 12");
            assert!((ink - built).abs() <= side * side, "zoom {zoom}: off by at most one dot");
        }
    }

    #[test]
    fn every_house_is_drawn_where_it_can_be_seen() {
        let (boxes, areas) = houses();
        let fates = Fates::of_polygons(&boxes, &areas, |_| true, (10, 14));
        assert!((0..boxes.len()).all(|row| fates.of(row) == Fate::Drawn));
    }

    #[test]
    fn what_a_viewer_may_not_see_leaves_no_ink() {
        let (boxes, areas) = houses();
        let fates = Fates::of_polygons(&boxes, &areas, |_| false, (10, 10));
        assert!((0..boxes.len()).all(|row| fates.of(row) == Fate::Dropped));
    }

    #[test]
    fn crowded_points_are_drawn_once() {
        let (boxes, _) = houses();
        let points: Vec<_> =
            boxes.iter().map(|b| WorldBox { max_x: b.min_x, max_y: b.min_y, ..*b }).collect();
        let drawn = |zoom| {
            let fates = Fates::of_points(&points, |_| true, zoom);
            (0..points.len()).filter(|&row| fates.of(row) == Fate::Drawn).count()
        };
        assert!(drawn(8) < drawn(10) && drawn(10) < drawn(12), "{} {}", drawn(8), drawn(10));
    }
}
