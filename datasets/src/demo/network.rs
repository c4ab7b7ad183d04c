//! Joins roads where they meet, and parts them there: nodes and edges.

use std::collections::BTreeMap;

use super::{
    country::Country,
    index::Segments,
    line,
    plane::{Point, distance, unit},
    road::{Class, Road, SMOOTH_M},
};

/// A stretch of road between two nodes.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) road: usize,
    pub(super) line: Vec<Point>,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) bridge: bool,
}

impl Edge {
    pub(super) fn length(&self) -> f64 {
        line::length_of(&self.line)
    }

    /// The point halfway along.
    pub(super) fn middle(&self) -> Point {
        line::at(&self.line, self.length() / 2.0).0
    }
}

/// Roads with what joins them.
#[derive(Debug)]
pub(super) struct Streets {
    pub(super) roads: Vec<Road>,
    pub(super) nodes: Vec<Point>,
    pub(super) edges: Vec<Edge>,
    /// Edges at each node.
    pub(super) at: Vec<Vec<usize>>,
    /// The road that each road's two ends join.
    pub(super) joins: Vec<[Option<usize>; 2]>,
    pub(super) index: Segments,
}

/// How far from the edge of a right of way the middle of that road may lie.
const REACH_M: f64 = 70.0;

impl Streets {
    /// Joins roads, of which the first `main` may cross others.
    pub(super) fn join(mut roads: Vec<Road>, main: usize, country: &Country) -> Self {
        let mut cuts: Vec<Vec<(f64, Point)>> = vec![Vec::new(); roads.len()];
        let joins = extend_ends(&mut roads, &mut cuts);
        cross_main(&roads, main, &mut cuts);
        let wet = wet_stretches(&roads, main, country, &mut cuts);
        let snap = Snap::new(&cuts);
        let mut streets = Self {
            index: Segments::new(roads.iter().map(|road| road.line.as_slice())),
            roads,
            nodes: snap.places.clone(),
            edges: Vec::new(),
            at: Vec::new(),
            joins,
        };
        for (road, mut cuts) in cuts.into_iter().enumerate() {
            cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
            streets.part(road, &cuts, &snap, &wet[road]);
        }
        streets.at = vec![Vec::new(); streets.nodes.len()];
        for (i, edge) in streets.edges.iter().enumerate() {
            streets.at[edge.from].push(i);
            streets.at[edge.to].push(i);
        }
        streets
    }

    /// Parts a road at its cuts.
    fn part(&mut self, road: usize, cuts: &[(f64, Point)], snap: &Snap, wet: &[(f64, f64)]) {
        let whole = &self.roads[road].line;
        for pair in cuts.windows(2) {
            let ((a, from), (b, to)) = (pair[0], pair[1]);
            let (from, to) = (snap.node(from), snap.node(to));
            if from == to || b - a < 0.5 {
                continue;
            }
            let mut line = line::thinned(&line::slice(whole, a, b), SMOOTH_M);
            let last = line.len() - 1;
            (line[0], line[last]) = (self.nodes[from], self.nodes[to]);
            let middle = (a + b) / 2.0;
            let bridge = wet.iter().any(|w| w.0 <= middle && middle <= w.1);
            self.edges.push(Edge { road, line, from, to, bridge });
        }
    }

    /// The road with a name nearest to a place: (road, distance, chainage, whether it lies left).
    pub(super) fn nearest_road(&self, p: Point, within: f64) -> Option<(usize, f64, f64, bool)> {
        let (road, d) = self.index.nearest(p, within, |_| true)?;
        let line = &self.roads[road].line;
        let (_, chainage) = line::nearest_on(p, line);
        let (foot, along) = line::at(line, chainage);
        Some((road, d, chainage, super::plane::cross(along, p - foot) > 0.0))
    }
}

/// Carries each road's ends on to the middle of the road they meet.
fn extend_ends(roads: &mut [Road], cuts: &mut [Vec<(f64, Point)>]) -> Vec<[Option<usize>; 2]> {
    let index = Segments::new(roads.iter().map(|road| road.line.as_slice()));
    let mut joins = vec![[None, None]; roads.len()];
    let mut found: Vec<(usize, bool, usize, Point)> = Vec::new();
    for (i, road) in roads.iter().enumerate() {
        let line = &road.line;
        let n = line.len();
        for (at_end, tip, before) in [(false, line[0], line[1]), (true, line[n - 1], line[n - 2])] {
            let open = |other: usize| other != i && may_join(road.class, roads[other].class);
            let ahead = index.ray(tip, unit(tip - before), REACH_M, open);
            let hit = ahead.or_else(|| {
                let (other, d) = index.nearest(tip, 30.0, open)?;
                let foot =
                    line::at(&roads[other].line, line::nearest_on(tip, &roads[other].line).1).0;
                (d < 30.0).then_some((other, foot))
            });
            if let Some((other, place)) = hit {
                found.push((i, at_end, other, place));
            }
        }
    }
    for (i, at_end, other, place) in found {
        let line = &mut roads[i].line;
        if at_end {
            line.push(place)
        } else {
            line.insert(0, place)
        }
        joins[i][usize::from(at_end)] = Some(other);
        let chainage = line::nearest_on(place, &roads[other].line).1;
        cuts[other].push((chainage, place));
    }
    // Chainages were read before the other road's own start moved: read them again, now that all
    // lines stand, and add each road's two ends.
    for (road, cuts) in roads.iter().zip(cuts.iter_mut()) {
        for cut in cuts.iter_mut() {
            cut.0 = line::nearest_on(cut.1, &road.line).1;
        }
        cuts.push((0.0, road.line[0]));
        cuts.push((line::length_of(&road.line), road.line[road.line.len() - 1]));
    }
    joins
}

/// Only provincial roads and the national one lead onto the expressway.
fn may_join(from: Class, onto: Class) -> bool {
    onto != Class::Expressway && (from != Class::Expressway)
}

fn may_cross(a: Class, b: Class) -> bool {
    let feeds = |c: Class| matches!(c, Class::Provincial | Class::National);
    match (a, b) {
        (Class::Expressway, other) | (other, Class::Expressway) => feeds(other),
        _ => true,
    }
}

fn cross_main(roads: &[Road], main: usize, cuts: &mut [Vec<(f64, Point)>]) {
    for a in 0..main {
        for b in a + 1..main {
            if !may_cross(roads[a].class, roads[b].class) {
                continue;
            }
            for place in crossings(&roads[a].line, &roads[b].line) {
                for road in [a, b] {
                    let chainage = line::nearest_on(place, &roads[road].line).1;
                    cuts[road].push((chainage, place));
                }
            }
        }
    }
}

fn crossings(a: &[Point], b: &[Point]) -> Vec<Point> {
    let mut places = Vec::new();
    for (i, s) in a.windows(2).enumerate() {
        let mid = super::plane::lerp(s[0], s[1], 0.5);
        // Segments are some 30 m long: skip the other road's far ones by strides.
        let mut k = 0;
        while k + 1 < b.len() {
            let d = distance(mid, b[k]);
            if d > 200.0 {
                k += ((d - 150.0) / 45.0).max(1.0) as usize;
                continue;
            }
            if let Some((share, _)) = line::crossing(s[0], s[1], b[k], b[k + 1]) {
                places.push(super::plane::lerp(a[i], a[i + 1], share));
            }
            k += 1;
        }
    }
    places
}

/// Where main roads run over water, with abutments; cut at both ends.
fn wet_stretches(
    roads: &[Road],
    main: usize,
    country: &Country,
    cuts: &mut [Vec<(f64, Point)>],
) -> Vec<Vec<(f64, f64)>> {
    const STEP: f64 = 4.0;
    let mut all = vec![Vec::new(); roads.len()];
    for i in 0..main {
        let line = &roads[i].line;
        let total = line::length_of(line);
        let dense = line::resample(line, STEP);
        let step = total / (dense.len() - 1) as f64;
        let wet: Vec<bool> = dense.iter().map(|&p| country.is_water(p)).collect();
        let mut at = 0;
        for run in wet.chunk_by(|a, b| a == b) {
            let (from, to) = (at as f64 * step, (at + run.len()) as f64 * step);
            at += run.len();
            if run[0] && from > 1.0 && to < total - 1.0 {
                let stretch = ((from - 14.0).max(0.5), (to + 14.0).min(total - 0.5));
                all[i].push(stretch);
                cuts[i].push((stretch.0, line::at(line, stretch.0).0));
                cuts[i].push((stretch.1, line::at(line, stretch.1).0));
            }
        }
    }
    all
}

/// Places that lie within a few metres of one another are one node.
struct Snap {
    places: Vec<Point>,
    of: BTreeMap<(u64, u64), usize>,
}

impl Snap {
    const NEAR_M: f64 = 3.0;

    fn new(cuts: &[Vec<(f64, Point)>]) -> Self {
        let mut snap = Self { places: Vec::new(), of: BTreeMap::new() };
        let mut cells: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
        for &(_, p) in cuts.iter().flatten() {
            let key = (p.x.to_bits(), p.y.to_bits());
            if snap.of.contains_key(&key) {
                continue;
            }
            let cell = |p: Point| ((p.x / 4.0).floor() as i64, (p.y / 4.0).floor() as i64);
            let (cx, cy) = cell(p);
            let near = (-1..=1)
                .flat_map(|dx| (-1..=1).map(move |dy| (cx + dx, cy + dy)))
                .filter_map(|c| cells.get(&c))
                .flatten()
                .copied()
                .find(|&n| distance(snap.places[n], p) < Self::NEAR_M);
            let node = near.unwrap_or_else(|| {
                snap.places.push(p);
                cells.entry((cx, cy)).or_default().push(snap.places.len() - 1);
                snap.places.len() - 1
            });
            snap.of.insert(key, node);
        }
        snap
    }

    fn node(&self, p: Point) -> usize {
        self.of.get(&(p.x.to_bits(), p.y.to_bits())).copied().unwrap_or(0)
    }
}
