//! Bus lines along main roads, and their stops.

use city::Role;

use super::{
    country::at_coast,
    line,
    network::Edge,
    paths::{other_end, tree},
    plane::{Point, distance, left_of, pt},
    road::Class,
    row::Row,
    town::Town,
};
use crate::Feature;

/// A bus line: its number, name, way and stops.
struct Line {
    number: String,
    name: String,
    headway_s: f64,
    way: Vec<Point>,
}

fn drivable(town: &Town, edge: &Edge) -> Option<f64> {
    let class = town.streets.roads[edge.road].class;
    match class {
        Class::Expressway | Class::Alley => None,
        Class::National | Class::Provincial | Class::Arterial => Some(edge.length()),
        Class::Collector => Some(edge.length() * 1.5),
        _ => Some(edge.length() * 4.0),
    }
}

fn lines(town: &Town) -> Vec<Line> {
    let r = town.growth.radius;
    let north = at_coast(5250.0, -60.0);
    let south = at_coast(-4300.0, -250.0);
    let beach = at_coast(900.0, 8700.0);
    let centre = pt(0.0, 0.0);
    let west = at_coast(2500.0, -5300.0);
    let wanted: [(&str, &str, f64, Vec<Point>); 4] = [
        ("01", "Chiên Đàn – Trung tâm – Tam Xuân", 900.0, vec![north, centre, south]),
        (
            "02",
            "Trung tâm – Tam Thanh",
            1200.0,
            vec![at_coast(500.0, -1000.0), at_coast(700.0, 900.0), beach],
        ),
        ("03", "Trung tâm – Phú Ninh", 1800.0, vec![at_coast(-100.0, r * 0.3), west]),
        (
            "04",
            "Vòng quanh nội thành",
            1200.0,
            vec![
                at_coast(r * 0.8, 300.0),
                at_coast(0.0, r * 0.45),
                at_coast(-r * 0.8, 200.0),
                at_coast(0.0, -r * 0.45),
                at_coast(r * 0.8, 300.0),
            ],
        ),
    ];
    let hub = nearest_node(town, centre, &vec![true; town.streets.nodes.len()]);
    let from_hub = tree(&town.streets, &[hub], |e| drivable(town, e));
    let joined: Vec<bool> = from_hub.iter().map(Option::is_some).collect();
    wanted
        .into_iter()
        .filter_map(|(number, name, headway_s, calls)| {
            let nodes: Vec<usize> = calls.iter().map(|&p| nearest_node(town, p, &joined)).collect();
            let mut way: Vec<Point> = Vec::new();
            for pair in nodes.windows(2) {
                way.extend(route(town, pair[0], pair[1])?);
            }
            way.dedup_by(|a, b| distance(*a, *b) < 0.01);
            (way.len() > 1).then(|| Line {
                number: number.into(),
                name: name.into(),
                headway_s,
                way,
            })
        })
        .collect()
}

/// The node on a main road nearest to a place, among those joined to the centre.
fn nearest_node(town: &Town, p: Point, joined: &[bool]) -> usize {
    let main = |n: usize| {
        let edges = town.streets.at[n].iter().map(|&e| &town.streets.edges[e]);
        edges.clone().count() > 1
            && edges.clone().any(|e| {
                matches!(
                    town.streets.roads[e.road].class,
                    Class::National | Class::Provincial | Class::Arterial
                )
            })
    };
    let near = (0..town.streets.nodes.len()).filter(|&n| joined[n] && main(n));
    let ranked = near.map(|n| (distance(town.streets.nodes[n], p), n));
    ranked.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map_or(0, |best| best.1)
}

fn route(town: &Town, from: usize, to: usize) -> Option<Vec<Point>> {
    let reached = tree(&town.streets, &[to], |e| drivable(town, e));
    let mut way = vec![town.streets.nodes[from]];
    let mut node = from;
    while node != to {
        let edge = &town.streets.edges[reached[node]?.edge?];
        if edge.from == node {
            way.extend(&edge.line[1..]);
        } else {
            way.extend(edge.line.iter().rev().skip(1));
        }
        node = other_end(edge, node);
    }
    Some(way)
}

pub(super) fn bus_lines(town: &Town) -> Vec<Feature> {
    let each = lines(town).into_iter().enumerate().map(|(i, bus)| {
        Row::new(Role::BusLines)
            .set("code", bus.number)
            .set("name", bus.name)
            .set("operator", "Hợp tác xã vận tải (giả định)")
            .set("headway", bus.headway_s)
            .number("length", line::length_of(&bus.way), 0)
            .line(i as u64 + 1, &bus.way)
    });
    each.collect()
}

/// Stops each half kilometre; where lines run together they share them.
pub(super) fn bus_stops(town: &Town) -> Vec<Feature> {
    let mut stops: Vec<(Point, Vec<String>)> = Vec::new();
    for bus in lines(town) {
        let total = line::length_of(&bus.way);
        let count = (total / 520.0).round().max(1.0) as usize;
        for k in 0..=count {
            let (p, along) =
                line::at(&bus.way, (total * k as f64 / count as f64).clamp(12.0, total - 12.0));
            let width = town
                .streets
                .nearest_road(p, 30.0)
                .map_or(8.0, |near| town.streets.roads[near.0].width);
            let place = p - left_of(along) * (width / 2.0 + 1.0);
            match stops.iter_mut().find(|stop| distance(stop.0, place) < 210.0) {
                Some(stop) if stop.1.contains(&bus.number) => {}
                Some(stop) => stop.1.push(bus.number.clone()),
                None => stops.push((place, vec![bus.number.clone()])),
            }
        }
    }
    let each = stops.into_iter().enumerate().map(|(i, (place, lines))| {
        let name = town.address(place).map_or_else(
            || format!("Trạm {}", town.places.villages[town.places.village_at(place)].name),
            |(street, number)| format!("{number} {street}"),
        );
        Row::new(Role::BusStops)
            .set("code", format!("BX{:03}", i + 1))
            .set("name", name)
            .set("lines", lines.join(", "))
            .set("shelter", i % 3 == 0)
            .point(i as u64 + 1, place)
    });
    each.collect()
}
