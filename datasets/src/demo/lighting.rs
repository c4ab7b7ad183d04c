//! Street lighting: cabinets, the feeders that leave them, and the lamps on those.

use std::collections::BTreeMap;

use city::Role;
use geo_types::{LineString, MultiLineString};

use super::{
    line,
    plane::{Point, left_of},
    road::{Class, Road},
    row::Row,
    seed::unit,
    town::Town,
};
use crate::Feature;

/// Cabinets, feeders and lamps of the town.
#[derive(Debug, Default)]
pub(super) struct Lighting {
    pub(super) cabinets: Vec<Feature>,
    pub(super) feeders: Vec<Feature>,
    pub(super) lamps: Vec<Feature>,
}

/// What a lamp on a class of road is like.
struct Luminaire {
    power: f64,
    height: f64,
    arm: f64,
    kelvin: f64,
}

fn luminaire(class: Class) -> Luminaire {
    let make = |power, height, arm, kelvin| Luminaire { power, height, arm, kelvin };
    match class {
        Class::National | Class::Arterial | Class::Provincial | Class::Expressway => {
            make(150.0, 10.0, 1.8, 4000.0)
        }
        Class::Collector => make(100.0, 9.0, 1.5, 4000.0),
        _ => make(70.0, 7.5, 1.2, 3000.0),
    }
}

/// The optic that reaches over what a lamp has to light: half of the road where lamps stand on both sides.
fn distribution(street: &Road, light: &Luminaire) -> &'static str {
    let across = if street.width >= BOTH_SIDES_M { street.width / 2.0 } else { street.width };
    if across <= light.height { "type-2" } else { "type-3" }
}

/// Roads so wide have lamps on both sides, m.
const BOTH_SIDES_M: f64 = 14.0;

/// Distance between lamps, in metres, and the side of each: both, alternate or one.
pub(super) fn lamp_places(road: &Road, line: &[Point]) -> Vec<(f64, f64)> {
    let total = line::length_of(line);
    if total < 14.0 {
        return Vec::new();
    }
    let spacing = if road.width >= BOTH_SIDES_M { 35.0 } else { 32.0 };
    let count = (total / spacing).round().max(1.0) as usize;
    let at = |k: usize| total * (k as f64 + 0.5) / count as f64;
    (0..count)
        .flat_map(|k| {
            let sides: &[f64] = match road.width {
                w if w >= BOTH_SIDES_M => &[1.0, -1.0],
                w if w >= 9.0 => {
                    if k % 2 == 0 {
                        &[1.0]
                    } else {
                        &[-1.0]
                    }
                }
                _ => &[1.0],
            };
            sides.iter().map(move |&side| (at(k), side))
        })
        .collect()
}

impl Lighting {
    pub(super) fn of(town: &Town) -> Self {
        let mut groups: BTreeMap<(i64, i64), BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
        for (e, edge) in town.streets.edges.iter().enumerate() {
            let road = &town.streets.roads[edge.road];
            if road.class != Class::Alley
                && (town.is_street(edge) || edge.bridge)
                && edge.length() >= 14.0
            {
                let p = edge.middle();
                let cell = ((p.x / 420.0).floor() as i64, (p.y / 420.0).floor() as i64);
                groups.entry(cell).or_default().entry(edge.road).or_default().push(e);
            }
        }
        let mut made = Self::default();
        for roads in groups.values() {
            made.cabinet(town, roads);
        }
        made
    }

    fn cabinet(&mut self, town: &Town, roads: &BTreeMap<usize, Vec<usize>>) {
        let id = self.cabinets.len() as u64 + 1;
        let code = format!("TCS{id:04}");
        let mut power = 0.0;
        let widest = |road: &&usize| (town.streets.roads[**road].width * 100.0) as i64;
        let Some(&main) = roads.keys().max_by_key(widest) else { return };
        for (k, (&road, edges)) in roads.iter().enumerate() {
            power += self.feeder(town, &code, k + 1, road, edges);
        }
        let first = &town.streets.edges[roads[&main][0]];
        let road = &town.streets.roads[main];
        let (p, along) = line::at(&first.line, (first.length() / 2.0 - 4.0).max(1.0));
        let place = p + left_of(along) * (road.width / 2.0 + 1.6);
        let name = town.street_name(main, place);
        let row = Row::new(Role::LightingCabinets)
            .set("code", code)
            .set("name", format!("Tủ chiếu sáng {name} {id}"))
            .set("road", name)
            .set("feeders", roads.len() as i64)
            .number("power", power * 1.1, 0)
            .set("status", "good");
        self.cabinets.push(row.point(id, place));
    }

    /// One feeder along a road with its lamps; returns their power.
    fn feeder(
        &mut self,
        town: &Town,
        cabinet: &str,
        number: usize,
        road: usize,
        edges: &[usize],
    ) -> f64 {
        let code = format!("{cabinet}-L{number}");
        let street = &town.streets.roads[road];
        let light = luminaire(street.class);
        let old = unit(town.seed ^ 0xB1, road as u64) < 0.25;
        let mut ways = Vec::new();
        let mut power = 0.0;
        for &e in edges {
            let edge = &town.streets.edges[e];
            ways.push(line::offset(&edge.line, street.width / 2.0 + 0.7));
            for (at, side) in lamp_places(street, &edge.line) {
                let (p, along) = line::at(&edge.line, at);
                let place = p + left_of(along) * (side * (street.width / 2.0 + 0.7));
                let inward = left_of(along) * -side;
                let id = self.lamps.len() as u64 + 1;
                let broken = unit(town.seed ^ 0xB2, id) < 0.02;
                let watts = if old { light.power * 5.0 / 3.0 } else { light.power };
                power += watts;
                let row = Row::new(Role::Lamps)
                    .set("code", format!("DCS{id:06}"))
                    .set("cabinet", cabinet)
                    .set("feeder", code.as_str())
                    .set("road", town.street_name(road, place))
                    .set("luminaire", if old { "hps" } else { "led" })
                    .number("power", watts, 0)
                    .set("distribution", distribution(street, &light))
                    .set("height", light.height)
                    .number("azimuth", compass(inward), 1)
                    .set("arm", light.arm)
                    .set("colour_temperature", if old { 2000.0 } else { light.kelvin })
                    .set("status", if broken { "broken" } else { "good" });
                self.lamps.push(row.point(id, place));
            }
        }
        let length: f64 = ways.iter().map(|way| line::length_of(way)).sum();
        let row = Row::new(Role::LightingFeeders)
            .set("code", code)
            .set("cabinet", cabinet)
            .set("road", town.street_name(road, ways[0][0]))
            .number("length", length, 1);
        let shape = MultiLineString::new(ways.into_iter().map(LineString::new).collect());
        self.feeders.push(row.lines(self.feeders.len() as u64 + 1, shape));
        power
    }
}

/// Degrees clockwise from north.
pub(super) fn compass(along: Point) -> f64 {
    along.x.atan2(along.y).to_degrees().rem_euclid(360.0)
}
