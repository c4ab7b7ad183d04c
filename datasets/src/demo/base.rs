//! The base map: water, roads, bridges, dikes.

use std::collections::BTreeMap;

use city::Role;
use geo::{Contains, Point as GeoPoint};

use super::{
    country::{CENTRE, at_coast},
    line,
    plane::Point,
    purpose::Purpose,
    road::Class,
    row::Row,
    town::Town,
};
use crate::Feature;

pub(super) fn water(town: &Town) -> Vec<Feature> {
    let mut features = Vec::new();
    for water in &town.country.waters {
        for polygon in &water.shape.0 {
            let row = Row::new(Role::Water).set("name", water.name).set("kind", water.kind).number(
                "level",
                water.level,
                2,
            );
            features.push(row.polygon(features.len() as u64 + 1, polygon.clone()));
        }
    }
    let ponds = town.all_blocks().filter(|(_, block)| block.purpose == Purpose::Pond);
    for (_, block) in ponds {
        let row = Row::new(Role::Water)
            .set("name", "Ao nuôi trồng thủy sản")
            .set("kind", "pond")
            .set("level", 0.6);
        features.push(row.ring(features.len() as u64 + 1, &block.ring));
    }
    features
}

pub(super) fn watercourses(town: &Town) -> Vec<Feature> {
    let (low, high) = (town.country.low, town.country.high);
    let inside = |p: &Point| p.x > low.x && p.x < high.x && p.y > low.y && p.y < high.y;
    let mut features = Vec::new();
    let mut add = |name: &str, kind: &str, width: f64, line: &[Point]| {
        for run in line.chunk_by(|a, b| inside(a) == inside(b)) {
            if run.len() > 1 && inside(&run[0]) {
                let row = Row::new(Role::Watercourses)
                    .set("name", name)
                    .set("kind", kind)
                    .number("width", width, 0);
                features.push(row.line(features.len() as u64 + 1, run));
            }
        }
    };
    for river in &town.country.rivers {
        let mean = river.half.iter().sum::<f64>() * 2.0 / river.half.len() as f64;
        add(river.name, "river", mean, &river.line);
    }
    let lagoon: Vec<Point> = (-900..=900)
        .map(|k| f64::from(k) * 60.0)
        .map(|s| at_coast(s, town.country.lagoon(s).0))
        .collect();
    add("Sông Trường Giang", "lagoon", 300.0, &lagoon);
    features
}

/// What water lies at a place.
pub(super) fn water_at(town: &Town, p: Point) -> Option<&'static str> {
    let p = GeoPoint::from(p);
    town.country.waters.iter().find(|water| water.shape.contains(&p)).map(|water| water.name)
}

pub(super) fn roads(town: &Town) -> Vec<Feature> {
    let each = town.streets.edges.iter().enumerate().map(|(i, edge)| {
        let road = &town.streets.roads[edge.road];
        let build = road.class.build();
        let middle = edge.middle();
        let street = town.is_street(edge);
        let speed = if street { build.speed.min(50.0) } else { build.speed };
        // Streets of the old town are to be widened: their red lines lie in today's lots.
        let widened = road.class == Class::Local && road.row < 11.0;
        let planned = if widened { road.row + 3.0 } else { road.row };
        Row::new(Role::Roads)
            .set("code", format!("D{:06}", i + 1))
            .set("name", town.street_name(edge.road, middle))
            .set("class", build.code)
            .number("width", road.width, 2)
            .set("lanes", road.lanes())
            .set("oneway", false)
            .set("bridge", edge.bridge)
            .set("max_speed", speed)
            .set("surface", build.surface)
            .number("planned_width", planned, 2)
            .line(i as u64 + 1, &edge.line)
    });
    each.collect()
}

pub(super) fn bridges(town: &Town) -> Vec<Feature> {
    let mut spans: BTreeMap<usize, Vec<&super::network::Edge>> = BTreeMap::new();
    for edge in town.streets.edges.iter().filter(|edge| edge.bridge) {
        spans.entry(edge.road).or_default().push(edge);
    }
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let mut features = Vec::new();
    for (road, edges) in spans {
        let mut joined: Vec<Vec<Point>> = Vec::new();
        for edge in edges {
            match joined.last_mut() {
                Some(span) if span.last() == edge.line.first() => span.extend(&edge.line[1..]),
                _ => joined.push(edge.line.clone()),
            }
        }
        for span in joined {
            let (middle, _) = line::at(&span, line::length_of(&span) / 2.0);
            let over = water_at(town, middle).unwrap_or("Sông");
            let number = numbers.entry(over).or_insert(0);
            *number += 1;
            let own = over
                .split('(')
                .next()
                .unwrap_or(over)
                .trim()
                .trim_start_matches("Sông ")
                .trim_start_matches("Hồ ");
            let name =
                if *number == 1 { format!("Cầu {own}") } else { format!("Cầu {own} {number}") };
            let id = features.len() as u64 + 1;
            let banks = town.height(span[0]).max(town.height(span[span.len() - 1]));
            let row = Row::new(Role::Bridges)
                .set("code", format!("C{id:03}"))
                .set("name", name)
                .set("road", town.street_name(road, middle))
                .number("length", line::length_of(&span), 1)
                .number("width", town.streets.roads[road].width + 3.0, 1)
                .number("deck", banks.max(3.2) + 1.6, 2);
            features.push(row.line(id, &span));
        }
    }
    features
}

pub(super) fn dikes(town: &Town) -> Vec<Feature> {
    let country = &town.country;
    let bank: Vec<Point> = (-1200..=1200)
        .map(|k| f64::from(k) * 40.0)
        .map(|s| {
            let (middle, half) = country.lagoon(s);
            at_coast(s, middle - half - 16.0)
        })
        .filter(|p| {
            p.x > country.low.x
                && p.x < country.high.x
                && p.y > country.low.y
                && p.y < country.high.y
        })
        .collect();
    let mut lines = vec![("Đê ngăn mặn Trường Giang", 1.9, bank)];
    for (river, side, name) in
        [("Sông Tam Kỳ", 1.0, "Kè sông Tam Kỳ"), ("Sông Bàn Thạch", -1.0, "Kè sông Bàn Thạch")]
    {
        let Some(river) = country.rivers.iter().find(|r| r.name == river) else { continue };
        let beside = line::offset(&river.line, side);
        let bank = river
            .line
            .iter()
            .zip(&beside)
            .enumerate()
            .map(|(i, (&p, &q))| p + (q - p) * (river.half[i] + 9.0))
            .filter(|&p| town.growth.ratio(p) < 1.4)
            .collect();
        lines.push((name, 3.1, bank));
    }
    let mut features = Vec::new();
    for (name, crest, bank) in lines {
        let dry = |p: &Point| !country.is_water(*p);
        for run in bank.chunk_by(|a, b| dry(a) && dry(b) && super::plane::distance(*a, *b) < 90.0) {
            if run.len() < 5 {
                continue;
            }
            let id = features.len() as u64 + 1;
            let row = Row::new(Role::Dikes)
                .set("code", format!("DE{id:03}"))
                .set("name", name)
                .set("crest", crest)
                .set("status", "good");
            features.push(row.line(id, run));
        }
    }
    features
}

/// A place in EPSG:5899.
pub(super) fn to_zone(p: Point) -> Point {
    p + CENTRE
}
