//! Plans at three scales with their lives and decisions: a general plan and the one it replaced,
//! four zoning plans, and detailed plans of single quarters.

use city::{Role, time::Date};
use jiff::civil::date;

use super::{
    base::to_zone,
    country::at_coast,
    plane::{Ring, area, clip_convex},
    quarter::{Kind, Quarter},
    row::Row,
    seed::unit,
    town::Town,
};
use crate::Feature;

/// A plan: its dossier, scale, state and decision.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) code: String,
    pub(super) name: String,
    /// Code in the list `plan-level`.
    pub(super) level: &'static str,
    scale: &'static str,
    /// Code in the list `plan-status`.
    pub(super) status: &'static str,
    pub(super) decision: Option<(String, Date)>,
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
    pub(super) fn row(&self, role: Role) -> Row {
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
