//! Water supply, electricity, telecommunication; street trees.

use city::Role;
use rand::Rng;

use super::{
    country::at_coast,
    lighting::lamp_places,
    line,
    names::TREES,
    network::Edge,
    plane::{Point, Ring, area, bounds, contains, distance, left_of, pt},
    purpose::Purpose,
    road::{Class, Road},
    row::Row,
    seed::{stream, unit},
    streets::Block,
    town::Town,
};
use crate::Feature;

/// Edges with their roads.
fn edges(town: &Town) -> impl Iterator<Item = (&Edge, &Road)> {
    town.streets.edges.iter().map(|edge| (edge, &town.streets.roads[edge.road]))
}

pub(super) fn water_supply(town: &Town) -> Vec<Feature> {
    let mut features = Vec::new();
    for (edge, road) in edges(town) {
        let trunk = matches!(road.class, Class::Provincial | Class::National);
        if road.class == Class::Expressway
            || !(trunk || town.is_street(edge) || road.quarter.is_some())
        {
            continue;
        }
        let (diameter, material) = match road.class {
            Class::National | Class::Provincial => (400.0, "DI"),
            Class::Arterial => (300.0, "DI"),
            Class::Collector => (200.0, "HDPE"),
            Class::Alley => (50.0, "HDPE"),
            _ => (110.0, "HDPE"),
        };
        let id = features.len() as u64 + 1;
        let way = line::offset(&edge.line, -(road.width / 2.0 + 1.1).min(road.row / 2.0 - 0.3));
        let row = Row::new(Role::WaterSupply)
            .set("code", format!("CN{id:06}"))
            .set("diameter", diameter)
            .set("material", material)
            .number("length", line::length_of(&way), 1)
            .set("road", town.street_name(edge.road, way[0]))
            .set("built_year", 1995 + (unit(town.seed ^ 0xB5, edge.road as u64) * 29.0) as i64)
            .set("status", if unit(town.seed ^ 0xB6, id) < 0.04 { "poor" } else { "good" });
        features.push(row.line(id, &way));
    }
    features
}

pub(super) fn telecom(town: &Town) -> Vec<Feature> {
    const OPERATORS: [&str; 3] =
        ["Nhà mạng A (giả định)", "Nhà mạng B (giả định)", "Nhà mạng C (giả định)"];
    let mut features = Vec::new();
    for (edge, road) in edges(town) {
        let main = matches!(
            road.class,
            Class::National | Class::Provincial | Class::Arterial | Class::Collector
        );
        if road.class == Class::Alley
            || road.class == Class::Expressway
            || !(main || town.is_street(edge))
        {
            continue;
        }
        let id = features.len() as u64 + 1;
        let way = line::offset(&edge.line, road.width / 2.0 + 1.3);
        let operator = OPERATORS[(unit(town.seed ^ 0xB7, edge.road as u64) * 3.0) as usize % 3];
        let row = Row::new(Role::Telecom)
            .set("code", format!("VT{id:06}"))
            .set("operator", operator)
            .set("underground", matches!(road.class, Class::National | Class::Arterial))
            .number("length", line::length_of(&way), 1);
        features.push(row.line(id, &way));
    }
    features
}

/// Middle of the 110 kV station.
fn station(town: &Town) -> Point {
    at_coast(town.growth.radius * 0.9 + 600.0, -2600.0)
}

/// The 110 kV line: from the west to the station and on along the plain to the south.
pub(super) fn transmission(town: &Town) -> Vec<Point> {
    let start = pt(town.country.low.x + 20.0, 2200.0);
    let end = pt(1500.0, town.country.low.y + 20.0);
    let mut knots = vec![
        start,
        pt(-5200.0, 1900.0),
        station(town),
        at_coast(-2500.0, -2900.0),
        at_coast(-5200.0, -2300.0),
        end,
    ];
    knots.dedup_by(|a, b| distance(*a, *b) < 1.0);
    knots
}

pub(super) fn power_lines(town: &Town) -> Vec<Feature> {
    let mut features = Vec::new();
    let mut add = |kilovolts: f64, underground: bool, way: &[Point]| {
        let id = features.len() as u64 + 1;
        let row = Row::new(Role::PowerLines)
            .set("code", format!("DZ{id:06}"))
            .set("voltage", kilovolts)
            .set("underground", underground)
            .number("length", line::length_of(way), 1)
            .set("status", "good");
        features.push(row.line(id, way));
    };
    add(110.0, false, &transmission(town));
    for (edge, road) in edges(town) {
        let kilovolts = match road.class {
            Class::Expressway => continue,
            Class::National | Class::Provincial | Class::Arterial | Class::Collector => 22.0,
            _ => 0.4,
        };
        if kilovolts < 1.0 && road.quarter.is_none() {
            continue;
        }
        let underground = road.class == Class::Arterial && town.is_street(edge);
        add(kilovolts, underground, &line::offset(&edge.line, road.width / 2.0 + 0.4));
    }
    features
}

pub(super) fn substations(town: &Town) -> Vec<Feature> {
    let mut features = Vec::new();
    let mut add = |name: String, capacity: f64, kilovolts: f64, place: Point| {
        let id = features.len() as u64 + 1;
        let row = Row::new(Role::Substations)
            .set("code", format!("TBA{id:05}"))
            .set("name", name)
            .set("capacity", capacity)
            .set("voltage", kilovolts)
            .set("status", "good");
        features.push(row.point(id, place));
    };
    add("Trạm 110 kV Tam Kỳ (giả định)".into(), 80_000.0, 110.0, station(town));
    for blocks in &town.blocks {
        let open = |b: &&Block| b.purpose < Purpose::Rice && b.purpose != Purpose::Barracks;
        let built = blocks.iter().filter(open);
        for (k, block) in built.enumerate().filter(|(k, _)| k % 8 == 0) {
            let sizes = [160.0, 250.0, 400.0, 630.0];
            let capacity = sizes[(unit(town.seed ^ 0xB8, block.key) * 4.0) as usize % 4];
            // Just outside the corner of the block, on the pavement.
            let corner = block.ring[k % block.ring.len()];
            let middle = super::plane::centroid(&block.ring);
            let place = corner + super::plane::unit(corner - middle) * 0.8;
            let village = &town.places.villages[town.places.village_at(place)];
            add(format!("TBA {}", village.name), capacity, 22.0, place);
        }
    }
    features
}

pub(super) fn trees(town: &Town) -> Vec<Feature> {
    let mut features = Vec::new();
    for (edge, road) in edges(town) {
        let pavement = (road.row - road.width) / 2.0;
        if road.class == Class::Alley || edge.bridge || pavement < 2.1 || !town.is_street(edge) {
            continue;
        }
        let lamps = lamp_places(road, &edge.line);
        let species = TREES[(unit(town.seed ^ 0xB9, edge.road as u64) * TREES.len() as f64)
            as usize
            % TREES.len()];
        let spacing = if road.width >= 10.0 { 8.5 } else { 11.0 };
        let total = edge.length();
        let count = ((total - 16.0) / spacing).floor().max(0.0) as usize;
        for k in 0..count {
            let at = 8.0 + spacing * (k as f64 + 0.5);
            for side in [1.0, -1.0] {
                let id = features.len() as u64 + 1;
                let lit = lamps.iter().any(|l| l.1 == side && (l.0 - at).abs() < 2.5);
                if lit || unit(town.seed ^ 0xBA, id ^ (edge.road as u64) << 24) < 0.14 {
                    continue;
                }
                let (p, along) = line::at(&edge.line, at);
                let place = p + left_of(along) * (side * (road.width / 2.0 + 1.25));
                features.push(tree(town, id, species, place, town.street_name(edge.road, place)));
            }
        }
    }
    for (_, block) in
        town.all_blocks().filter(|(_, b)| matches!(b.purpose, Purpose::Park | Purpose::Square))
    {
        for place in scattered(town.seed, block.key, &block.ring) {
            let id = features.len() as u64 + 1;
            let species =
                TREES[(unit(town.seed ^ 0xBB, id) * TREES.len() as f64) as usize % TREES.len()];
            features.push(tree(town, id, species, place, ""));
        }
    }
    features
}

fn tree(town: &Town, id: u64, species: (&str, f64, f64), place: Point, road: &str) -> Feature {
    let grown = 0.55 + 0.6 * unit(town.seed ^ 0xBC, id);
    Row::new(Role::Trees)
        .set("code", format!("CX{id:06}"))
        .set("species", species.0)
        .number("height", species.1 * grown, 1)
        .number("crown", species.2 * grown, 1)
        .set("road", Some(road).filter(|road| !road.is_empty()))
        .point(id, place)
}

/// Places strewn over a ring, about one on each 130 m².
fn scattered(seed: u64, key: u64, ring: &Ring) -> Vec<Point> {
    let mut rng = stream(seed, "park trees", key);
    let (low, high) = bounds(ring);
    let count = (area(ring) / 130.0).min(1500.0) as usize;
    (0..count)
        .map(|_| pt(rng.random_range(low.x..high.x), rng.random_range(low.y..high.y)))
        .filter(|&p| contains(ring, p))
        .collect()
}
