//! Roads as a network: nodes where they meet, edges between, and when edges are closed.

mod join;

use std::ops::Range;

use geo_types::{Coord, LineString};
use rayon::prelude::*;

use join::{Breaks, Place, SAME_M, Segments, point_at};

use super::{
    Error, Flood, Grid, Limits, Road, Site, Spell,
    area::{bounds, contains},
    error::parameter,
    roads::{check, closed, distance_m, union},
};

/// How roads and points are joined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Joining {
    /// Ends of roads join roads and other ends that are not further than this, m.
    pub snap_m: f64,
    /// Points (houses, shelters) join the nearest road that is not further than this, m.
    pub reach_m: f64,
}

impl Default for Joining {
    fn default() -> Self {
        Self { snap_m: 1.0, reach_m: 300.0 }
    }
}

/// Where a point joins the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Access {
    /// Node of the network.
    pub node: usize,
    /// How far the point lies from it, m in a straight line.
    pub off_m: f64,
}

/// A stretch of road between two nodes, usable both ways: one-way signs do not hold in a flood.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkEdge {
    /// Which of the roads.
    pub road: usize,
    /// From where to where along it, m.
    pub along_m: Range<f64>,
    /// Nodes at its beginning and end.
    pub nodes: (usize, usize),
    /// Its axis from the first node to the second.
    pub line: LineString<f64>,
}

impl NetworkEdge {
    /// Its length, m.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.along_m.end - self.along_m.start
    }
}

/// A network of roads.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    nodes: Vec<Coord<f64>>,
    edges: Vec<NetworkEdge>,
    /// For each node its edges and the nodes at their other ends.
    links: Vec<Vec<(usize, usize)>>,
    accesses: Vec<Option<Access>>,
}

impl Network {
    /// Of roads, and of points that want to join them: each at the nearest place of the nearest road.
    ///
    /// Roads meet where they share a point of their lines (not where lines only cross: that may be a
    /// bridge), and where one ends beside another.
    ///
    /// # Errors
    /// Where a geometry or a distance makes no sense.
    pub fn new(roads: &[Road], points: &[Coord<f64>], joining: Joining) -> Result<Self, Error> {
        check(roads)?;
        let is_fine = |value: f64| value >= 0.0 && value.is_finite();
        let range = "finite and not negative";
        parameter("snap_m", joining.snap_m, range, is_fine(joining.snap_m))?;
        parameter("reach_m", joining.reach_m, range, is_fine(joining.reach_m))?;
        if let Some(index) = points.iter().position(|at| !(at.x.is_finite() && at.y.is_finite())) {
            return Err(Error::Geometry { what: "point", index });
        }
        let segments = Segments::of(roads);
        let mut breaks = Breaks::of(roads);
        breaks.where_ends_meet_roads(roads, &segments, joining.snap_m);
        let places = breaks.where_points_join(points, &segments, joining.reach_m);
        let (mut nodes, edges) = breaks.into_edges(roads, joining.snap_m);
        let access = |(point, place): (&Coord<f64>, Option<Place>)| {
            let Place { road, along_m } = place?;
            let at = point_at(&roads[road].line, along_m);
            Some(Access { node: nodes.at(at), off_m: distance_m(*point, at) })
        };
        let accesses = points.iter().zip(places).map(access).collect();
        Ok(Self::linked(nodes.places, edges, accesses))
    }

    fn linked(
        nodes: Vec<Coord<f64>>,
        edges: Vec<NetworkEdge>,
        accesses: Vec<Option<Access>>,
    ) -> Self {
        let mut links = vec![Vec::new(); nodes.len()];
        for (index, NetworkEdge { nodes: (from, to), .. }) in edges.iter().enumerate() {
            links[*from].push((index, *to));
            links[*to].push((index, *from));
        }
        Self { nodes, edges, links, accesses }
    }

    /// Places of the nodes, m.
    #[must_use]
    pub fn nodes(&self) -> &[Coord<f64>] {
        &self.nodes
    }

    /// Stretches between them.
    #[must_use]
    pub fn edges(&self) -> &[NetworkEdge] {
        &self.edges
    }

    /// Edges of a node with the nodes at their other ends.
    pub(super) fn links(&self, node: usize) -> &[(usize, usize)] {
        &self.links[node]
    }

    /// Where each of the points joins; none where no road is within reach.
    #[must_use]
    pub fn accesses(&self) -> &[Option<Access>] {
        &self.accesses
    }

    /// Nodes from which roads lead out of a run's area: those outside it, and those within a distance
    /// of its edge.
    #[must_use]
    pub fn outside(&self, grid: &Grid, within_m: f64) -> Vec<usize> {
        let cells = within_m / grid.cell_m();
        let (wide, high) = (grid.columns() as f64, grid.rows() as f64);
        let is_inside = |at: &Coord<f64>| {
            let at = grid.in_cells(*at);
            at.x > cells && at.y > cells && at.x < wide - cells && at.y < high - cells
        };
        (0..self.nodes.len()).filter(|node| !is_inside(&self.nodes[*node])).collect()
    }

    /// Nodes within an area; for a point, and for an area without nodes, the nearest within reach.
    #[must_use]
    pub fn nodes_of(&self, site: &Site, reach_m: f64) -> Vec<usize> {
        let nodes = 0..self.nodes.len();
        let (inside, middle) = match site {
            Site::Point(at) => (Vec::new(), Some(at.0)),
            Site::Area(area) => {
                let Some((low, high)) = bounds(area) else { return Vec::new() };
                let is_near = |at: Coord<f64>| {
                    (low.x..=high.x).contains(&at.x) && (low.y..=high.y).contains(&at.y)
                };
                let is_inside =
                    |node: &usize| is_near(self.nodes[*node]) && contains(area, self.nodes[*node]);
                (nodes.clone().filter(is_inside).collect(), super::area::centroid(area))
            }
        };
        if !inside.is_empty() {
            return inside;
        }
        let off_m =
            |node: usize| middle.map_or(f64::INFINITY, |at| distance_m(at, self.nodes[node]));
        let nearest = nodes.min_by(|one, two| off_m(*one).total_cmp(&off_m(*two)));
        nearest.filter(|node| off_m(*node) <= reach_m).into_iter().collect()
    }
}

/// When each edge of a network is closed for somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Closings {
    spells: Vec<Vec<Spell>>,
}

impl Closings {
    /// From a flood: an edge is closed while any part of it is.
    ///
    /// # Errors
    /// Where a limit makes no sense, or the roads are not those of the network.
    pub fn by_flood(
        network: &Network,
        flood: &Flood<'_>,
        roads: &[Road],
        limits: &Limits,
    ) -> Result<Self, Error> {
        limits.check()?;
        let needed = network.edges.iter().map(|edge| edge.road + 1).max().unwrap_or(0);
        if roads.len() < needed {
            let (what, found) = ("the list of roads", roads.len());
            return Err(Error::Length { what, found, expected: needed });
        }
        let closed: Vec<_> = roads.par_iter().map(|road| closed(flood, road, limits)).collect();
        let spells_of = |edge: &NetworkEdge| {
            let touches = |along_m: &Range<f64>| {
                along_m.end > edge.along_m.start + SAME_M
                    && along_m.start < edge.along_m.end - SAME_M
            };
            let pieces = closed[edge.road].iter().filter(|piece| touches(&piece.along_m));
            union(pieces.flat_map(|piece| piece.spells.iter().copied()).collect())
        };
        Ok(Self { spells: network.edges.par_iter().map(spells_of).collect() })
    }

    /// From elsewhere (a landslide, an order): for each edge of the network when it is closed.
    ///
    /// # Errors
    /// Where there is not one list for each edge.
    pub fn given(network: &Network, spells: Vec<Vec<Spell>>) -> Result<Self, Error> {
        let (found, expected) = (spells.len(), network.edges.len());
        if found != expected {
            return Err(Error::Length { what: "the list of closings", found, expected });
        }
        Ok(Self { spells: spells.into_iter().map(union).collect() })
    }

    /// When an edge is closed; ascending, apart from each other.
    #[must_use]
    pub fn spells(&self, edge: usize) -> &[Spell] {
        &self.spells[edge]
    }

    /// Until when an edge can be used from a time on: for ever, or until it closes.
    pub(super) fn open_until_s(&self, edge: usize, from_s: f64) -> f64 {
        let to_come = |spell: &&Spell| spell.to_s.is_none_or(|to_s| to_s > from_s);
        self.spells[edge].iter().find(to_come).map_or(f64::INFINITY, |spell| spell.from_s)
    }
}
