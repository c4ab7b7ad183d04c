//! Lines and strips that keep land free: red lines, building lines, protection corridors.

use city::Role;
use geo::{BooleanOps, unary_union};

use super::{
    country::at_coast,
    line,
    plane::{Point, contains, to_polygon},
    plans::{Plan, plans},
    road::Class,
    row::Row,
    tidy::tidy,
    town::Town,
    utilities::transmission,
};
use crate::Feature;

/// Red lines, or building lines behind them, of streets in the zoning plans.
pub(super) fn street_lines(town: &Town, role: Role) -> Vec<Feature> {
    let zoning: Vec<Plan> = plans(town).into_iter().filter(|plan| plan.level == "zoning").collect();
    let mut features = Vec::new();
    for edge in &town.streets.edges {
        let road = &town.streets.roads[edge.road];
        let middle = edge.middle();
        let main = road.quarter.is_none() || road.class == Class::Local;
        let Some(plan) = zoning.iter().find(|plan| main && contains(&plan.ring, middle)) else {
            continue;
        };
        let total = edge.length();
        if road.class == Class::Expressway || edge.bridge || total < 30.0 {
            continue;
        }
        let planned =
            if road.class == Class::Local && road.row < 11.0 { road.row + 3.0 } else { road.row };
        let setback = match road.class {
            Class::National | Class::Arterial => 3.0,
            Class::Collector => 2.4,
            _ => {
                if road.row < 12.0 {
                    0.0
                } else {
                    1.5
                }
            }
        };
        let way = line::slice(&edge.line, 9.0, total - 9.0);
        let off = planned / 2.0 + if role == Role::BuildingLines { setback } else { 0.0 };
        for side in [off, -off] {
            let row = Row::new(role)
                .set("plan_code", plan.code.as_str())
                .set("road", town.street_name(edge.road, middle))
                .number("right_of_way", planned, 2)
                .set("setback", setback)
                .set("decision", plan.decision.as_ref().map(|d| d.0.clone()));
            features.push(row.line(features.len() as u64 + 1, &line::offset(&way, side)));
        }
    }
    features
}

/// Corridors along rivers, the coast, the dike and the transmission line.
pub(super) fn corridors(town: &Town) -> Vec<Feature> {
    let frame = to_polygon(&town.country.frame());
    let water = unary_union(town.country.waters.iter().map(|w| &w.shape));
    let mut rows: Vec<(String, &str, f64, geo_types::MultiPolygon<f64>)> = Vec::new();
    for river in &town.country.rivers {
        let strips: Vec<_> = (0..river.line.len().saturating_sub(1))
            .step_by(8)
            .map(|i| (i, (i + 10).min(river.line.len())))
            .map(|(a, b)| {
                to_polygon(&line::band_of(&river.line[a..b], |k| river.half[a + k] + 20.0))
            })
            .collect();
        let shape = unary_union(strips.iter()).intersection(&frame).difference(&water);
        rows.push((format!("Hành lang bảo vệ {}", river.name), "river", 20.0, shape));
    }
    let steps: Vec<f64> = (-600..=600).map(|k| f64::from(k) * 80.0).collect();
    let shore: Vec<Point> =
        steps.iter().map(|&s| at_coast(s, town.country.shore(s) - 50.0)).collect();
    let coast = frame.intersection(&to_polygon(&line::band(&shore, 50.0))).difference(&water);
    rows.push(("Hành lang bảo vệ bờ biển".into(), "coast", 100.0, coast));
    let wires = to_polygon(&line::band(&transmission(town), 15.0));
    rows.push((
        "Hành lang an toàn đường dây 110 kV".into(),
        "power-line",
        30.0,
        frame.intersection(&wires),
    ));
    let highway = town.streets.roads.iter().filter(|road| road.class == Class::Expressway);
    for road in highway {
        let strip = to_polygon(&line::band(&road.line, road.row / 2.0 + 17.0));
        rows.push((
            format!("Hành lang an toàn {}", road.name),
            "road",
            17.0,
            frame.intersection(&strip),
        ));
    }
    let each = rows.into_iter().enumerate().map(|(i, (name, kind, width, shape))| {
        Row::new(Role::ProtectionCorridors)
            .set("code", format!("HL{:03}", i + 1))
            .set("name", name)
            .set("kind", kind)
            .set("width", width)
            .set("decision", "Quyết định giả định")
            .polygons(i as u64 + 1, tidy(shape))
    });
    each.collect()
}
