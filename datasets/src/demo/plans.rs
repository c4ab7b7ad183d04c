//! Plans at three scales with their lives and decisions: a general plan and the one it replaced,
//! four zoning plans, and detailed plans of single quarters.

use city::{Role, time::Date};
use geo::{BooleanOps, unary_union};
use jiff::civil::date;

use super::{
    base::to_zone,
    country::at_coast,
    line,
    plane::{Point, Ring, area, centroid, clip_convex, contains, to_polygon},
    quarter::{Kind, Quarter},
    road::Class,
    row::Row,
    seed::unit,
    streets::Purpose,
    town::Town,
    utilities::transmission,
};
use crate::Feature;

/// A plan: its dossier, scale, state and decision.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) code: String,
    pub(super) name: String,
    /// Code in the list `plan-level`.
    level: &'static str,
    scale: &'static str,
    /// Code in the list `plan-status`.
    status: &'static str,
    decision: Option<(String, Date)>,
    valid: (Option<Date>, Option<Date>),
    pub(super) ring: Ring,
}

/// All plans of the town, the general ones first.
pub(super) fn plans(town: &Town) -> Vec<Plan> {
    let mut plans = general_plans(town);
    plans.extend(zoning_plans(town));
    plans.extend(detailed_plans(town));
    plans
}

/// A ring around the centre, stretched as the town is.
fn around(town: &Town, reach: f64, corners: usize) -> Ring {
    let corner = |k: usize| {
        let (sin, cos) = (k as f64 * std::f64::consts::TAU / corners as f64).sin_cos();
        at_coast(reach * 1.3 * cos, reach * 0.8 * sin)
    };
    let ring: Ring = (0..corners).map(corner).collect();
    let ring = if area(&ring) < 0.0 { ring.into_iter().rev().collect() } else { ring };
    clip_convex(&ring, &town.country.frame())
}

fn general_plans(town: &Town) -> Vec<Plan> {
    let reach = (town.growth.radius * 2.1).max(2200.0);
    let plan = |code: &str, name: &str, status, decision: &str, from: Date, to, reach| Plan {
        code: code.into(),
        name: name.into(),
        level: "general",
        scale: "1/10 000",
        status,
        decision: Some((decision.into(), from)),
        valid: (Some(from), to),
        ring: around(town, reach, 24),
    };
    vec![
        plan(
            "48QHC1230001",
            "Điều chỉnh quy hoạch chung Tam Kỳ đến năm 2035 (dữ liệu tổng hợp)",
            "approved",
            "1205/QĐ-UBND (giả định)",
            date(2023, 6, 15),
            None,
            reach,
        ),
        plan(
            "49QHC1140001",
            "Quy hoạch chung Tam Kỳ đến năm 2025 (dữ liệu tổng hợp)",
            "superseded",
            "816/QĐ-UBND (giả định)",
            date(2014, 3, 10),
            Some(date(2023, 6, 15)),
            reach * 0.8,
        ),
    ]
}

/// Four sectors of the town.
fn zoning_plans(town: &Town) -> Vec<Plan> {
    let whole = around(town, town.growth.radius * 1.25, 32);
    let frame = 40_000.0;
    let rows = [
        ("Đông Bắc", 1.0, 1.0, "approved", 2019),
        ("Tây Bắc", 1.0, -1.0, "approved", 2020),
        ("Tây Nam", -1.0, -1.0, "consulted", 2025),
        ("Đông Nam", -1.0, 1.0, "approved", 2021),
    ];
    let each = rows.into_iter().enumerate().map(|(k, (name, s, t, status, year))| {
        let mut quadrant = vec![
            at_coast(0.0, 0.0),
            at_coast(s * frame, 0.0),
            at_coast(s * frame, t * frame),
            at_coast(0.0, t * frame),
        ];
        if area(&quadrant) < 0.0 {
            quadrant.reverse();
        }
        let decided = (status == "approved").then(|| date(year, 4 + k as i8, 12));
        Plan {
            code: format!("48QPK1{:02}{:04}", year % 100, k + 1),
            name: format!("Quy hoạch phân khu {name} Tam Kỳ (dữ liệu tổng hợp)"),
            level: "zoning",
            scale: "1/2 000",
            status,
            decision: decided.map(|day| (format!("{}/QĐ-UBND (giả định)", 1400 + 37 * k), day)),
            valid: (decided, None),
            ring: clip_convex(&whole, &quadrant),
        }
    });
    each.collect()
}

/// Quarters that have a detailed plan.
fn detailed_quarters(town: &Town) -> Vec<&Quarter> {
    let new = |q: &&Quarter| {
        matches!(q.kind, Kind::New | Kind::Civic | Kind::Urban) && area(&q.ring) > 15_000.0
    };
    let mut quarters: Vec<&Quarter> = town.quarters.iter().filter(new).collect();
    quarters.sort_by(|a, b| {
        (a.kind != Kind::New)
            .cmp(&(b.kind != Kind::New))
            .then(unit(town.seed ^ 0xD7, a.key).total_cmp(&unit(town.seed ^ 0xD7, b.key)))
    });
    quarters.truncate(6);
    quarters
}

fn detailed_plans(town: &Town) -> Vec<Plan> {
    let states = ["approved", "approved", "appraised", "approved", "draft", "adjusting"];
    let each = detailed_quarters(town).into_iter().zip(states).enumerate().map(
        |(k, (quarter, status))| {
            let year = 2018 + k as i16;
            let decided =
                matches!(status, "approved" | "adjusting").then(|| date(year, 9, 5 + k as i8));
            let village = &town.places.villages[town.places.village_at(quarter.centre)];
            Plan {
                code: format!("48QCT1{:02}{:04}", year % 100, k + 1),
                name: format!("Quy hoạch chi tiết khu đô thị {} (dữ liệu tổng hợp)", village.name),
                level: "detailed",
                scale: "1/500",
                status,
                decision: decided.map(|day| (format!("{}/QĐ-UBND (giả định)", 2200 + 61 * k), day)),
                valid: (decided, None),
                ring: quarter.ring.clone(),
            }
        },
    );
    each.collect()
}

impl Plan {
    /// The attributes that boundaries and zones share.
    fn row(&self, role: Role) -> Row {
        let mut row = Row::new(role)
            .set("plan_code", self.code.as_str())
            .set("plan_level", self.level)
            .set("plan_status", self.status)
            .set("scale", self.scale);
        if let Some((decision, day)) = &self.decision {
            row = row.set("decision", decision.as_str()).date("decision_date", *day);
        }
        if let Some(day) = self.valid.0 {
            row = row.date("valid_from", day);
        }
        if let Some(day) = self.valid.1 {
            row = row.date("valid_to", day);
        }
        row
    }
}

pub(super) fn boundaries(town: &Town) -> Vec<Feature> {
    let each = plans(town).into_iter().enumerate().map(|(i, plan)| {
        plan.row(Role::PlanningBoundaries)
            .set("name", plan.name.as_str())
            .number("area_ha", area(&plan.ring) / 10_000.0, 2)
            .ring(i as u64 + 1, &plan.ring)
    });
    each.collect()
}

/// What a zone is for, with its limits: function, density in percent, storeys, setback, people a
/// hectare.
struct Limits(&'static str, f64, i64, f64, f64);

fn limits(code: &str, kind: Kind) -> Limits {
    match (code, kind) {
        ("ODT" | "ONT", Kind::Old) => Limits("housing-existing", 85.0, 6, 0.0, 320.0),
        ("ODT" | "ONT", Kind::New) => Limits("housing-new", 75.0, 5, 2.4, 220.0),
        ("ODT" | "ONT", Kind::Urban) => Limits("housing-existing", 80.0, 5, 1.5, 250.0),
        ("ODT" | "ONT", Kind::Fields | Kind::Gardens) => Limits("housing-new", 60.0, 5, 3.0, 160.0),
        ("ODT" | "ONT", _) => Limits("housing-rural", 50.0, 3, 3.0, 60.0),
        ("DGD", _) => Limits("education", 40.0, 4, 6.0, 0.0),
        ("DYT", _) => Limits("health", 40.0, 9, 6.0, 0.0),
        ("TSC", _) => Limits("public", 40.0, 9, 6.0, 0.0),
        ("DCH" | "TMD", _) => Limits("commercial", 55.0, 15, 6.0, 0.0),
        ("DSH" | "TON", _) => Limits("culture", 40.0, 2, 3.0, 0.0),
        ("DKV", _) => Limits("green", 5.0, 1, 10.0, 0.0),
        ("SKK", _) => Limits("industry", 60.0, 3, 10.0, 0.0),
        ("CQP", _) => Limits("defence", 0.0, 0, 0.0, 0.0),
        ("NTD", _) => Limits("cemetery", 0.0, 0, 0.0, 0.0),
        ("RSX" | "RPH", _) => Limits("forest", 0.0, 0, 0.0, 0.0),
        _ => Limits("agriculture", 0.0, 0, 0.0, 0.0),
    }
}

fn zone(plan: &Plan, lot: String, code: &str, kind: Kind, size: f64) -> Row {
    let Limits(function, density, storeys, setback, people) = limits(code, kind);
    let mut row = plan
        .row(Role::PlanningZones)
        .set("lot", lot)
        .set("name", super::land::use_name(code))
        .set("use_code", code)
        .set("function", function)
        .number("area", size, 1);
    if density > 0.0 {
        row = row
            .set("density", density)
            .set("max_storeys", storeys)
            .number("floor_area_ratio", density / 100.0 * storeys as f64, 2)
            .set("setback", setback);
    }
    if people > 0.0 {
        row = row.set("people", (people * size / 10_000.0).round() as i64);
    }
    row
}

/// What the general plan wants of a quarter; the plan before wanted less town.
fn planned_code(town: &Town, quarter: &Quarter, current: bool) -> &'static str {
    let reach = if current { 1.55 } else { 1.1 };
    match quarter.kind {
        Kind::Fields | Kind::Gardens
            if quarter.ratio < reach && unit(town.seed ^ 0x91, quarter.key) < 0.6 =>
        {
            "ODT"
        }
        Kind::Fields => "LUC",
        Kind::Gardens => "CLN",
        Kind::Hills => "RSX",
        Kind::Dunes => {
            if current {
                "TMD"
            } else {
                "RPH"
            }
        }
        Kind::Ponds => "NTS",
        Kind::Resort => "TMD",
        Kind::Industry => "SKK",
        Kind::Defence => "CQP",
        Kind::Cemetery => "NTD",
        Kind::Park => "DKV",
        Kind::Civic => "TSC",
        _ => {
            if town.is_ward(quarter.centre) {
                "ODT"
            } else {
                "ONT"
            }
        }
    }
}

pub(super) fn zones(town: &Town) -> Vec<Feature> {
    let mut features: Vec<Feature> = Vec::new();
    for plan in plans(town) {
        let mut number = 0;
        let mut lot = |sign: &str| {
            number += 1;
            format!("{sign}-{number:02}")
        };
        for (i, quarter) in
            town.quarters.iter().enumerate().filter(|(_, q)| contains(&plan.ring, q.centre))
        {
            if plan.level == "general" {
                let code = planned_code(town, quarter, plan.status != "superseded");
                let row = zone(&plan, lot(code), code, quarter.kind, area(&quarter.ring));
                features.push(row.ring(features.len() as u64 + 1, &quarter.ring));
                continue;
            }
            for block in town.blocks[i].iter().filter(|block| block.purpose < Purpose::Rice) {
                let ward = town.is_ward(centroid(&block.ring));
                let code = block.purpose.use_code(ward);
                if plan.level == "zoning" || !block.purpose.is_homes() {
                    let row = zone(&plan, lot(code), code, quarter.kind, area(&block.ring));
                    features.push(row.ring(features.len() as u64 + 1, &block.ring));
                    continue;
                }
                let sign = lot("LK");
                for (k, parcel) in town.lots(i, block).into_iter().enumerate() {
                    let row = zone(
                        &plan,
                        format!("{sign}.{}", k + 1),
                        code,
                        quarter.kind,
                        area(&parcel.ring),
                    );
                    features.push(row.ring(features.len() as u64 + 1, &parcel.ring));
                }
            }
        }
    }
    features
}

/// Red lines, or building lines behind them, of streets in the zoning plans.
pub(super) fn street_lines(town: &Town, role: Role) -> Vec<Feature> {
    let zoning: Vec<Plan> = plans(town).into_iter().filter(|plan| plan.level == "zoning").collect();
    let mut features = Vec::new();
    for edge in &town.streets.edges {
        let road = &town.streets.roads[edge.road];
        let middle = edge.line[edge.line.len() / 2];
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

/// Markers at the corners of plan boundaries, with their coordinates as printed lists have them.
pub(super) fn markers(town: &Town) -> Vec<Feature> {
    let mut features = Vec::new();
    for plan in plans(town).iter().filter(|plan| plan.status != "superseded") {
        for (k, &corner) in plan.ring.iter().enumerate() {
            let zone = to_zone(corner);
            let id = features.len() as u64 + 1;
            let row = Row::new(Role::BoundaryMarkers)
                .set("plan_code", plan.code.as_str())
                .set("code", format!("{}-M{:02}", plan.code, k + 1))
                .number("northing", zone.y, 3)
                .number("easting", zone.x, 3)
                .number("elevation", town.height(corner), 2);
            features.push(row.point(id, corner));
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
            .polygons(i as u64 + 1, shape)
    });
    each.collect()
}
