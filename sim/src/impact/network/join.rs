//! Where roads are cut and joined to make a network.

use std::collections::BTreeMap;

use geo_types::{Coord, LineString};
use rayon::prelude::*;
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Line as Straight},
};

use super::NetworkEdge;
use crate::impact::{
    Road,
    grid::between,
    roads::{distance_m, length_m, part},
};

/// Points nearer than this are one point, m.
pub(super) const SAME_M: f64 = 0.001;

/// A place on a road.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) road: usize,
    pub(super) along_m: f64,
}

type Segment = GeomWithData<Straight<[f64; 2]>, usize>;

/// A straight piece of a road: which road, the length before it, beginning and end.
struct Piece {
    road: usize,
    before_m: f64,
    from: Coord<f64>,
    to: Coord<f64>,
}

/// All straight pieces of all roads.
pub(super) struct Segments {
    tree: RTree<Segment>,
    pieces: Vec<Piece>,
}

impl Segments {
    pub(super) fn of(roads: &[Road]) -> Self {
        let mut pieces = Vec::new();
        for (index, road) in roads.iter().enumerate() {
            let mut before_m = 0.0;
            for line in road.line.lines() {
                pieces.push(Piece { road: index, before_m, from: line.start, to: line.end });
                before_m += length_m(line);
            }
        }
        let straight = |(index, piece): (usize, &Piece)| {
            let (from, to) = (piece.from, piece.to);
            GeomWithData::new(Straight::new([from.x, from.y], [to.x, to.y]), index)
        };
        let tree = RTree::bulk_load(pieces.iter().enumerate().map(straight).collect());
        Self { tree, pieces }
    }

    /// The nearest places of roads within a distance, one for each straight piece, by road.
    fn near(&self, at: Coord<f64>, within_m: f64) -> Vec<(f64, Place)> {
        let corner = |sign: f64| [at.x + sign * within_m, at.y + sign * within_m];
        let around = AABB::from_corners(corner(-1.0), corner(1.0));
        let mut found: Vec<_> = self
            .tree
            .locate_in_envelope_intersecting(around)
            .map(|segment| (segment.data, self.place(segment.data, at)))
            .filter(|(_, (off_m, _))| *off_m <= within_m)
            .collect();
        found.sort_unstable_by_key(|(segment, _)| *segment);
        found.into_iter().map(|(_, place)| place).collect()
    }

    /// The place of a straight piece that is nearest to a point, and how far it is.
    fn place(&self, segment: usize, at: Coord<f64>) -> (f64, Place) {
        let Piece { road, before_m, from, to } = self.pieces[segment];
        let (way, off) = (to - from, at - from);
        let square = way.x * way.x + way.y * way.y;
        let part = if square > 0.0 {
            ((way.x * off.x + way.y * off.y) / square).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let nearest = from + way * part;
        let along_m = before_m + distance_m(from, to) * part;
        (distance_m(nearest, at), Place { road, along_m })
    }

    /// The nearest place of all within a distance.
    fn nearest(&self, at: Coord<f64>, within_m: f64) -> Option<Place> {
        let first = self.tree.nearest_neighbor([at.x, at.y])?.data;
        let (off_m, place) = self.place(first, at);
        (off_m <= within_m).then_some(place)
    }
}

/// Where roads are cut: along each road, m.
pub(super) struct Breaks {
    along_m: Vec<Vec<f64>>,
}

impl Breaks {
    /// At the ends of roads and where they share points.
    pub(super) fn of(roads: &[Road]) -> Self {
        let mut along_m: Vec<Vec<f64>> = vec![Vec::new(); roads.len()];
        let mut shared: BTreeMap<(i64, i64), Vec<Place>> = BTreeMap::new();
        for (road, Road { line, .. }) in roads.iter().enumerate() {
            let mut before_m = 0.0;
            let mut at = |point: Coord<f64>, along_m: f64| {
                shared.entry(key(point)).or_default().push(Place { road, along_m });
            };
            for line in line.lines() {
                at(line.start, before_m);
                before_m += length_m(line);
            }
            at(line.0[line.0.len() - 1], before_m);
            along_m[road].extend([0.0, before_m]);
        }
        for places in shared.into_values().filter(|places| places.len() > 1) {
            places.iter().for_each(|place| along_m[place.road].push(place.along_m));
        }
        Self { along_m }
    }

    pub(super) fn where_ends_meet_roads(
        &mut self,
        roads: &[Road],
        segments: &Segments,
        snap_m: f64,
    ) {
        for (index, road) in roads.iter().enumerate() {
            let points = &road.line.0;
            for end in [points[0], points[points.len() - 1]] {
                for (_, place) in segments.near(end, snap_m) {
                    if place.road != index {
                        self.along_m[place.road].push(place.along_m);
                    }
                }
            }
        }
    }

    pub(super) fn where_points_join(
        &mut self,
        points: &[Coord<f64>],
        segments: &Segments,
        reach_m: f64,
    ) -> Vec<Option<Place>> {
        let places: Vec<_> =
            points.par_iter().map(|point| segments.nearest(*point, reach_m)).collect();
        for place in places.iter().flatten() {
            self.along_m[place.road].push(place.along_m);
        }
        places
    }

    pub(super) fn into_edges(self, roads: &[Road], snap_m: f64) -> (Nodes, Vec<NetworkEdge>) {
        let (mut nodes, mut edges) = (Nodes::new(snap_m), Vec::new());
        for (index, (road, mut cuts)) in roads.iter().zip(self.along_m).enumerate() {
            cuts.sort_unstable_by(f64::total_cmp);
            cuts.dedup_by(|next, before| *next - *before < SAME_M);
            let mut last: Option<(f64, usize)> = None;
            for along_m in cuts {
                let node = nodes.at(point_at(&road.line, along_m));
                if let Some((from_m, from)) = last
                    && from != node
                {
                    let range = from_m..along_m;
                    let line = part(&road.line, &range);
                    edges.push(NetworkEdge {
                        road: index,
                        along_m: range,
                        nodes: (from, node),
                        line,
                    });
                    last = Some((along_m, node));
                } else if last.is_none() {
                    last = Some((along_m, node));
                }
            }
        }
        (nodes, edges)
    }
}

/// Nodes, of which no two are nearer than what is snapped.
pub(super) struct Nodes {
    snap_m: f64,
    pub(super) places: Vec<Coord<f64>>,
    known: BTreeMap<(i64, i64), usize>,
    tree: RTree<GeomWithData<[f64; 2], usize>>,
}

impl Nodes {
    fn new(snap_m: f64) -> Self {
        // A point that is reckoned along a line may round to the next millimetre.
        Self {
            snap_m: snap_m.max(2.0 * SAME_M),
            places: Vec::new(),
            known: BTreeMap::new(),
            tree: RTree::new(),
        }
    }

    /// The node of a point: that of the same point, else the nearest within the snap, else a new one.
    pub(super) fn at(&mut self, point: Coord<f64>) -> usize {
        if let Some(node) = self.known.get(&key(point)) {
            return *node;
        }
        let nearest = self.tree.nearest_neighbor([point.x, point.y]).map(|nearest| nearest.data);
        let near = nearest.filter(|node| distance_m(self.places[*node], point) <= self.snap_m);
        let node = near.unwrap_or_else(|| {
            self.places.push(point);
            self.tree.insert(GeomWithData::new([point.x, point.y], self.places.len() - 1));
            self.places.len() - 1
        });
        self.known.insert(key(point), node);
        node
    }
}

/// A point to the millimetre.
fn key(point: Coord<f64>) -> (i64, i64) {
    ((point.x / SAME_M).round() as i64, (point.y / SAME_M).round() as i64)
}

/// The point at a distance along a line.
pub(super) fn point_at(line: &LineString<f64>, along_m: f64) -> Coord<f64> {
    let mut before_m = 0.0;
    for line in line.lines() {
        let long_m = length_m(line);
        if along_m <= before_m + long_m && long_m > 0.0 {
            return between(line.start, line.end, (along_m - before_m) / long_m);
        }
        before_m += long_m;
    }
    line.0[line.0.len() - 1]
}
