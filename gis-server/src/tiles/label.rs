//! Where a polygon's name is written: at one place of the map, not once in each tile that the polygon
//! reaches into.
//!
//! Renderers label each tile's piece of a polygon by itself, so a commune cut by four tiles would be
//! named four times. The tile that holds the polygon's anchor says that the name is written there;
//! far inside a large polygon some further tiles do, so that one who looks at a part is told too.

use city::layer::{Content, GeometryKind};

use super::{frame::Frame, grid::Tile};
use crate::{
    store::{LayerView, geometries::FeatureGeometry, world::WorldPoint},
    styles,
};

/// The property of a polygon whose name is written on the tile.
pub(crate) const LABEL_PROPERTY: &str = "_label";

/// Of the tiles that lie wholly inside a polygon, one in so many each way carries its name.
const EVERY: u32 = 3;

/// Whether the tiles of a zoom say where a layer's names are written.
pub(crate) fn is_labelled(view: &LayerView, zoom: u8) -> bool {
    let layer = view.layer();
    let has_areas =
        matches!(&layer.content, Content::Vector { geometry: GeometryKind::Polygon, .. });
    has_areas && (layer.style.is_some() || styles::names_areas_at(layer.role, zoom))
}

/// Whether a polygon's name is written on a tile; `is_filled` says that it covers all of it.
pub(crate) fn is_here(
    feature: FeatureGeometry<'_>,
    frame: &Frame,
    tile: Tile,
    is_filled: bool,
) -> bool {
    let in_turn = tile.col % EVERY == 1 && tile.row % EVERY == 1;
    (is_filled && in_turn) || anchor(feature).is_some_and(|anchor| frame.shows(anchor))
}

/// A point inside a polygon: the middle of the widest run that lies inside on the line half way up.
fn anchor(feature: FeatureGeometry<'_>) -> Option<WorldPoint> {
    let bbox = feature.world_box();
    let y = bbox.min_y.midpoint(bbox.max_y);
    // Edges are half open, so that a corner on the line counts once.
    let crosses = |a: WorldPoint, b: WorldPoint| (a[1] <= y) != (b[1] <= y);
    let crossing = |ends: &[WorldPoint]| {
        let [a, b] = [ends[0], ends[1]].map(|p| [f64::from(p[0]), f64::from(p[1])]);
        let share = (f64::from(y) - a[1]) / (b[1] - a[1]);
        (a[0] + share * (b[0] - a[0])).round() as u32
    };
    let rings = feature.parts().flat_map(|part| part.rings());
    let edges = rings.flat_map(|ring| ring.world.windows(2));
    let mut xs: Vec<u32> = edges.filter(|e| crosses(e[0], e[1])).map(crossing).collect();
    xs.sort_unstable();
    let runs = xs.chunks_exact(2).map(|run| (run[1] - run[0], run[0].midpoint(run[1])));
    let widest = runs.max_by_key(|(width, _)| *width).map(|(_, x)| [x, y]);
    // A sliver may be thinner than the line; it is named where it lies.
    widest.or_else(|| feature.world().first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::geometries::Geometries;
    use geo::Contains;
    use geo_types::{Coord, LineString, Point, Polygon, polygon};
    use proptest::prelude::*;

    fn inside(polygon: &Polygon<f64>) -> bool {
        let one = Geometries::of(&polygon.clone().into());
        let world = |ring: &LineString<f64>| -> LineString<f64> {
            let to = |c: &Coord<f64>| crate::store::world::to_world(c.x, c.y).map(f64::from);
            ring.0.iter().map(to).map(|[x, y]| Coord { x, y }).collect()
        };
        let holes = polygon.interiors().iter().map(world).collect();
        let world = Polygon::new(world(polygon.exterior()), holes);
        let [x, y] = anchor(one.get(0)).expect("it has positions").map(f64::from);
        world.contains(&Point::new(x, y))
    }

    #[test]
    fn the_anchor_of_a_bay_or_of_a_ring_lies_on_land() {
        let bay = polygon![
            (x: 108.0, y: 15.0), (x: 108.4, y: 15.0), (x: 108.4, y: 15.4), (x: 108.3, y: 15.4),
            (x: 108.3, y: 15.1), (x: 108.1, y: 15.1), (x: 108.1, y: 15.4), (x: 108.0, y: 15.4),
        ];
        let ring = polygon![
            exterior: [(x: 108.0, y: 15.0), (x: 108.3, y: 15.0), (x: 108.3, y: 15.3), (x: 108.0, y: 15.3)],
            interiors: [[(x: 108.1, y: 15.1), (x: 108.1, y: 15.2), (x: 108.2, y: 15.2), (x: 108.2, y: 15.1)]],
        ];
        assert!(inside(&bay) && inside(&ring));
    }

    proptest! {
        /// Stars round a point: convex or not, without crossing edges.
        #[test]
        fn the_anchor_of_a_star_lies_inside(radii in prop::collection::vec(0.01f64..0.2, 3..30)) {
            let turn = std::f64::consts::TAU / radii.len() as f64;
            let corner = |(n, r): (usize, &f64)| {
                let (sin, cos) = (turn * n as f64).sin_cos();
                Coord { x: 108.0 + r * cos, y: 15.0 + r * sin }
            };
            let ring: LineString<f64> = radii.iter().enumerate().map(corner).collect();
            prop_assert!(inside(&Polygon::new(ring, Vec::new())));
        }
    }
}
