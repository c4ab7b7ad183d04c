//! Which part of the world is shown, and where its local frame lies.

use city::{Bbox, frame::LocalFrame};

/// The widest city that is drawn, degrees: beyond it single precision and the plane would show.
const WIDEST_DEG: f64 = 0.6;

/// Place and size of what is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Framing {
    pub(crate) bbox: Bbox,
    pub(crate) frame: LocalFrame,
}

impl Framing {
    /// The box that is shown: that of the buildings where there are any, else of everything;
    /// boxes of a province are cut to their middle.
    pub(crate) fn of(buildings: Option<Bbox>, everything: Option<Bbox>) -> Option<Self> {
        let chosen = match (buildings, everything) {
            (Some(buildings), Some(everything)) => {
                // Some of the land around belongs to the picture of a town.
                let margin = 0.25 * buildings.width().max(buildings.height()) + 0.004;
                Bbox {
                    min_x: (buildings.min_x - margin).max(everything.min_x),
                    min_y: (buildings.min_y - margin).max(everything.min_y),
                    max_x: (buildings.max_x + margin).min(everything.max_x),
                    max_y: (buildings.max_y + margin).min(everything.max_y),
                }
            }
            (buildings, everything) => buildings.or(everything)?,
        };
        let (x, y) = chosen.centre();
        let half = |size: f64| (size / 2.0).clamp(0.001, WIDEST_DEG / 2.0);
        let (half_x, half_y) = (half(chosen.width()), half(chosen.height()));
        let bbox =
            Bbox { min_x: x - half_x, min_y: y - half_y, max_x: x + half_x, max_y: y + half_y };
        Some(Self { bbox, frame: LocalFrame::at(x, y) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_town_is_framed_with_some_land_around_and_a_province_is_cut() {
        let town = Bbox { min_x: 108.4, min_y: 15.5, max_x: 108.5, max_y: 15.6 };
        let land = Bbox { min_x: 107.0, min_y: 15.0, max_x: 109.0, max_y: 16.0 };
        let framing = Framing::of(Some(town), Some(land)).unwrap();
        assert!(framing.bbox.covers(&town) && land.covers(&framing.bbox));
        let province = Framing::of(None, Some(land)).unwrap();
        assert!(province.bbox.width() <= WIDEST_DEG + 1e-9);
        assert!(Framing::of(None, None).is_none());
    }
}
