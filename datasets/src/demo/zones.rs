//! The zones of plans: what each is for, and how densely and how high one may build there.

use city::Role;

use super::{
    land::use_name,
    plane::{area, centroid, contains},
    plans::{Plan, plans},
    purpose::Purpose,
    quarter::{Kind, Quarter},
    row::Row,
    seed::unit,
    town::Town,
};
use crate::Feature;

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
        ("DKV" | "BCS", _) => Limits("green", 5.0, 1, 10.0, 0.0),
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
        .set("name", use_name(code))
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
        Kind::Dunes if current => "TMD",
        kind => kind.planned_code(town.is_ward(quarter.centre)),
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
