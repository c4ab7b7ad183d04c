//! Rain drains: every street falls to an outfall at water or at a field ditch.
//!
//! A tree of shortest ways leads from each street node to the nearest outfall. Inverts are laid
//! from the outfall upwards: at least one per mille steeper than what follows, and never so shallow
//! that a pipe would come out of the street; where that can't be had, there is no drain.

use city::Role;

use super::{
    line,
    network::Edge,
    paths::{Reached, other_end, tree},
    plane::{Point, distance, lerp, pt},
    road::Class,
    row::Row,
    town::Town,
};
use crate::Feature;

const SLOPE: f64 = 0.001;
const COVER_M: f64 = 0.95;
const DEEPEST_M: f64 = 3.1;
const SPACING_M: f64 = 34.0;

#[derive(Debug)]
struct Outfall {
    node: usize,
    place: Point,
    invert: f64,
    receives: String,
}

/// A manhole or an outfall on the way of a pipe.
#[derive(Debug, Clone)]
struct Stop {
    code: String,
    invert: f64,
}

/// Drains, manholes, outfalls and sewers of the town.
#[derive(Debug, Default)]
pub(super) struct Drainage {
    pub(super) drains: Vec<Feature>,
    pub(super) manholes: Vec<Feature>,
    pub(super) outfalls: Vec<Feature>,
    pub(super) sewers: Vec<Feature>,
}

fn drained(town: &Town, edge: &Edge) -> bool {
    !edge.bridge && town.streets.roads[edge.road].class != Class::Alley && town.is_street(edge)
}

impl Drainage {
    pub(super) fn of(town: &Town) -> Self {
        let outfalls = outfalls(town);
        let sources: Vec<usize> = outfalls.iter().map(|o| o.node).collect();
        let reached = tree(&town.streets, &sources, |e| drained(town, e).then(|| e.length()));
        let inverts = inverts(town, &outfalls, &reached);
        let load = loads(town, &reached, &inverts);
        let mut made = Self::default();
        let mut stops: Vec<Option<Stop>> = vec![None; town.streets.nodes.len()];
        for (i, outfall) in outfalls.iter().enumerate() {
            made.end(town, i, outfall, load[outfall.node], &mut stops);
        }
        for node in 0..stops.len() {
            if let (Some(invert), None) = (inverts[node], &stops[node]) {
                let road = town.streets.at[node].first().map_or(0, |&e| town.streets.edges[e].road);
                stops[node] =
                    Some(made.manhole(town, town.streets.nodes[node], invert, road, "junction"));
            }
        }
        for (e, edge) in
            town.streets.edges.iter().enumerate().filter(|(_, edge)| drained(town, edge))
        {
            let falls_to = |node: usize| reached[node].is_some_and(|r| r.edge == Some(e));
            let (up, down) =
                if falls_to(edge.from) { (edge.from, edge.to) } else { (edge.to, edge.from) };
            match (&stops[up], &stops[down]) {
                (Some(a), Some(b)) if falls_to(up) => {
                    let (a, b) = (a.clone(), b.clone());
                    made.chain(town, edge, up, Some(a.clone()), &b, load[up]);
                    made.sewer(town, edge, up, a.invert, b.invert, load[up]);
                }
                (Some(a), Some(b)) => {
                    let (lower, node) =
                        if a.invert < b.invert { (a.clone(), down) } else { (b.clone(), up) };
                    made.chain(town, edge, node, None, &lower, edge.length());
                }
                _ => {}
            }
        }
        made
    }

    /// An outfall, the manhole before it and the pipe between.
    fn end(
        &mut self,
        town: &Town,
        i: usize,
        outfall: &Outfall,
        load: f64,
        stops: &mut [Option<Stop>],
    ) {
        let code = format!("CX{:03}", i + 1);
        let row = Row::new(Role::Outfalls)
            .set("code", code.as_str())
            .set("name", format!("Cửa xả {}", i + 1))
            .number("invert", outfall.invert, 3)
            .set("receives", outfall.receives.as_str());
        self.outfalls.push(row.point(i as u64 + 1, outfall.place));
        let place = town.streets.nodes[outfall.node];
        let invert = outfall.invert + SLOPE * distance(place, outfall.place);
        let road = town.streets.at[outfall.node].first().map_or(0, |&e| town.streets.edges[e].road);
        let stop = self.manhole(town, place, invert, road, "junction");
        let end = Stop { code, invert: outfall.invert };
        self.pipe(town, &[place, outfall.place], &stop, &end, load, road);
        stops[outfall.node] = Some(stop);
    }

    fn manhole(&mut self, town: &Town, place: Point, invert: f64, road: usize, kind: &str) -> Stop {
        let id = self.manholes.len() as u64 + 1;
        let code = format!("HG{id:06}");
        let ground = town.height(place);
        let row = Row::new(Role::Manholes)
            .set("code", code.as_str())
            .set("kind", kind)
            .number("ground", ground, 3)
            .number("invert", invert, 3)
            .number("depth", ground - invert, 3)
            .set("road", town.street_name(road, place))
            .set("status", "good");
        self.manholes.push(row.point(id, place));
        Stop { code, invert }
    }

    /// Pipes and manholes along an edge, from its node `up` (or a little after it, where the pipe
    /// begins there) down to a stop.
    fn chain(
        &mut self,
        town: &Town,
        edge: &Edge,
        up: usize,
        from: Option<Stop>,
        to: &Stop,
        load: f64,
    ) {
        let mut way = edge.line.clone();
        if edge.from != up {
            way.reverse();
        }
        let total = line::length_of(&way);
        let start = if from.is_some() { 0.0 } else { 12.0 };
        if total - start < 12.0 {
            if let Some(from) = from {
                self.pipe(town, &way, &from, to, load, edge.road);
            }
            return;
        }
        let top = from.as_ref().map_or(to.invert + SLOPE * (total - start), |stop| stop.invert);
        let pieces = ((total - start) / SPACING_M).ceil().max(1.0) as usize;
        let at = |k: usize| start + (total - start) * k as f64 / pieces as f64;
        let invert = |k: usize| lerp(pt(top, 0.0), pt(to.invert, 0.0), k as f64 / pieces as f64).x;
        if from.is_none() && !covered(town, &way, start, top, to.invert) {
            return;
        }
        let mut before = match from {
            Some(stop) => stop,
            None => self.manhole(town, line::at(&way, start).0, top, edge.road, "inlet"),
        };
        for k in 1..=pieces {
            let next = if k == pieces {
                to.clone()
            } else {
                self.manhole(town, line::at(&way, at(k)).0, invert(k), edge.road, "inlet")
            };
            let run = line::slice(&way, at(k - 1), at(k));
            self.pipe(town, &run, &before, &next, load, edge.road);
            before = next;
        }
    }

    fn pipe(&mut self, town: &Town, way: &[Point], from: &Stop, to: &Stop, load: f64, road: usize) {
        let id = self.drains.len() as u64 + 1;
        let length = line::length_of(way).max(0.1);
        let row = Row::new(Role::Drains)
            .set("code", format!("CTN{id:06}"))
            .set("from_node", from.code.as_str())
            .set("to_node", to.code.as_str())
            .number("invert_from", from.invert, 3)
            .number("invert_to", to.invert, 3)
            .number("slope", (from.invert - to.invert) / length * 100.0, 3)
            .number("length", length, 2)
            .set("manning", 0.013)
            .set("road", town.street_name(road, way[0]))
            .set("status", "good")
            .set("material", "RC");
        let row = match load {
            l if l > 5200.0 => row.set("shape", "box").set("width", 2.0).set("depth", 1.6),
            l if l > 3200.0 => row.set("shape", "box").set("width", 1.6).set("depth", 1.4),
            l => {
                let diameters = [
                    (180.0, 400.0),
                    (420.0, 600.0),
                    (900.0, 800.0),
                    (1800.0, 1000.0),
                    (2400.0, 1200.0),
                ];
                let fits = diameters.iter().find(|d| l < d.0).map_or(1500.0, |d| d.1);
                row.set("shape", "pipe").set("diameter", fits)
            }
        };
        self.drains.push(row.line(id, way));
    }

    /// The sewer beside a drain, half a metre deeper.
    fn sewer(&mut self, town: &Town, edge: &Edge, up: usize, from: f64, to: f64, load: f64) {
        let mut way = line::offset(&edge.line, 1.7);
        if edge.from != up {
            way.reverse();
        }
        let id = self.sewers.len() as u64 + 1;
        let diameter = [(300.0, 200.0), (1200.0, 300.0), (3000.0, 400.0)]
            .iter()
            .find(|d| load < d.0)
            .map_or(600.0, |d| d.1);
        let row = Row::new(Role::Sewers)
            .set("code", format!("CNT{id:06}"))
            .set("diameter", diameter)
            .set("material", if diameter > 350.0 { "RC" } else { "HDPE" })
            .number("invert_from", from - 0.5, 3)
            .number("invert_to", to - 0.5, 3)
            .number("length", line::length_of(&way), 2)
            .set("road", town.street_name(edge.road, way[0]))
            .set("status", "good");
        self.sewers.push(row.line(id, &way));
    }
}

/// Whether a pipe along a way, from one invert to another, stays under the ground.
fn covered(town: &Town, way: &[Point], start: f64, top: f64, bottom: f64) -> bool {
    let total = line::length_of(way);
    let pieces = ((total - start) / 15.0).ceil().max(1.0) as usize;
    (0..pieces).all(|k| {
        let share = k as f64 / pieces as f64;
        let invert = top + (bottom - top) * share;
        town.height(line::at(way, start + (total - start) * share).0) - invert >= COVER_M - 0.35
    })
}

/// Outfalls: at water beside streets, and at ditches where the town ends in fields.
fn outfalls(town: &Town) -> Vec<Outfall> {
    let streets = &town.streets;
    let on_street = |n: usize| streets.at[n].iter().any(|&e| drained(town, &streets.edges[e]));
    let nodes: Vec<usize> = (0..streets.nodes.len()).filter(|&n| on_street(n)).collect();
    let mut chosen: Vec<Outfall> = Vec::new();
    let mut wet: Vec<(f64, usize, Point)> = nodes
        .iter()
        .filter_map(|&n| {
            to_water(town, streets.nodes[n], 120.0).map(|p| (distance(p, streets.nodes[n]), n, p))
        })
        .collect();
    wet.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for (_, node, place) in wet {
        add_outfall(town, &mut chosen, node, place, 260.0);
    }
    let mut rim: Vec<(f64, usize)> = nodes
        .iter()
        .filter(|&&n| town.growth.ratio(streets.nodes[n]) > 0.93)
        .map(|&n| (town.height(streets.nodes[n]), n))
        .collect();
    rim.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for (_, node) in rim {
        add_outfall(town, &mut chosen, node, streets.nodes[node] + pt(9.0, -7.0), 420.0);
    }
    for node in lowest_of_unserved(town, &nodes, &chosen) {
        add_outfall(town, &mut chosen, node, streets.nodes[node] + pt(9.0, -7.0), 0.5);
    }
    chosen
}

/// The lowest node of each group of joined streets that has no outfall yet.
fn lowest_of_unserved(town: &Town, nodes: &[usize], chosen: &[Outfall]) -> Vec<usize> {
    let streets = &town.streets;
    let mut served = vec![false; streets.nodes.len()];
    let mut spread = |from: Vec<usize>| {
        let (mut waiting, mut group) = (from, Vec::new());
        while let Some(node) = waiting.pop() {
            if std::mem::replace(&mut served[node], true) {
                continue;
            }
            group.push(node);
            let edges = streets.at[node].iter().map(|&e| &streets.edges[e]);
            waiting.extend(edges.filter(|e| drained(town, e)).map(|e| other_end(e, node)));
        }
        group
    };
    spread(chosen.iter().map(|o| o.node).collect());
    let height = |n: usize| town.height(streets.nodes[n]);
    nodes
        .iter()
        .map(|&node| spread(vec![node]))
        .filter(|group| group.len() > 1)
        .filter_map(|group| {
            group.into_iter().min_by(|&a, &b| height(a).total_cmp(&height(b)).then(a.cmp(&b)))
        })
        .collect()
}

fn add_outfall(town: &Town, chosen: &mut Vec<Outfall>, node: usize, place: Point, apart: f64) {
    let here = town.streets.nodes[node];
    if chosen.iter().any(|o| distance(town.streets.nodes[o.node], here) < apart) {
        return;
    }
    let ground = town.height(here);
    let water = super::base::water_at(town, place);
    let invert = match water {
        Some(_) => (ground - 2.7).max(-0.1).min(ground - 1.5),
        None => ground - 2.3,
    };
    let receives = water.unwrap_or("Mương tiêu nội đồng").to_owned();
    chosen.push(Outfall { node, place, invert: invert - SLOPE * distance(place, here), receives });
}

/// The nearest water around a place, within a distance.
fn to_water(town: &Town, p: Point, within: f64) -> Option<Point> {
    if !town.country.may_be_near_water(p, within) {
        return None;
    }
    for step in 1..=(within / 12.0) as i32 {
        for k in 0..16 {
            let (sin, cos) = (f64::from(k) * std::f64::consts::TAU / 16.0).sin_cos();
            let q = p + pt(cos, sin) * (f64::from(step) * 12.0);
            if town.country.is_water(q) {
                return Some(q + pt(cos, sin) * 6.0);
            }
        }
    }
    None
}

/// The invert of each node that can be drained.
fn inverts(town: &Town, outfalls: &[Outfall], reached: &[Option<Reached>]) -> Vec<Option<f64>> {
    let streets = &town.streets;
    let mut inverts: Vec<Option<f64>> = vec![None; streets.nodes.len()];
    for outfall in outfalls {
        let fall = SLOPE * distance(outfall.place, streets.nodes[outfall.node]);
        inverts[outfall.node] = Some(outfall.invert + fall);
    }
    for &node in &by_cost(reached) {
        let Some(edge) = reached[node].and_then(|r| r.edge) else { continue };
        let edge = &streets.edges[edge];
        let up_to_down: Vec<Point> = if edge.from == node {
            edge.line.clone()
        } else {
            edge.line.iter().rev().copied().collect()
        };
        let Some(below) = inverts[other_end(edge, node)] else { continue };
        let ground = town.height(streets.nodes[node]);
        let invert = (below + SLOPE * edge.length()).max(ground - DEEPEST_M);
        if ground - invert >= COVER_M && covered(town, &up_to_down, 0.0, invert, below) {
            inverts[node] = Some(invert);
        }
    }
    inverts
}

/// Nodes from the outfalls outward.
fn by_cost(reached: &[Option<Reached>]) -> Vec<usize> {
    let mut order: Vec<(f64, usize)> =
        reached.iter().enumerate().filter_map(|(n, r)| r.map(|r| (r.cost, n))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order.into_iter().map(|o| o.1).collect()
}

/// Metres of street that drain through each node.
fn loads(town: &Town, reached: &[Option<Reached>], inverts: &[Option<f64>]) -> Vec<f64> {
    let mut load = vec![0.0; reached.len()];
    for &node in by_cost(reached).iter().rev() {
        if inverts[node].is_none() {
            continue;
        }
        if let Some(e) = reached[node].and_then(|r| r.edge) {
            let edge = &town.streets.edges[e];
            let down = other_end(edge, node);
            load[node] += edge.length();
            load[down] += load[node];
        }
    }
    load
}
