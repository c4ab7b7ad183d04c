//! Communes, villages and place names, with how many people live there.

use std::collections::BTreeMap;

use city::Role;
use rayon::prelude::*;

use super::{
    country::at_coast,
    plane::{Point, area, centroid, pt},
    quarter::Kind,
    row::Row,
    seed::unit,
    town::Town,
};
use crate::Feature;

pub(super) fn communes(town: &Town, census: &[(i64, i64)]) -> Vec<Feature> {
    let places = &town.places;
    let each = places.communes.iter().enumerate().map(|(i, commune)| {
        let counts = &census[commune.villages.clone()];
        let kind = commune.name.split(' ').next().unwrap_or_default();
        Row::new(Role::Communes)
            .set("code", commune.code)
            .set("name", commune.name)
            .set("kind", kind)
            .set("province", "Thành phố Đà Nẵng")
            .number("area_km2", area(&commune.ring) / 1e6, 2)
            .set("people", counts.iter().map(|c| c.1).sum::<i64>())
            .set("households", counts.iter().map(|c| c.0).sum::<i64>())
            .date("valid_from", jiff::civil::date(2025, 7, 1))
            .ring(i as u64 + 1, &commune.ring)
    });
    each.collect()
}

pub(super) fn villages(town: &Town, census: &[(i64, i64)]) -> Vec<Feature> {
    let each = town.places.villages.iter().zip(census).enumerate().map(|(i, (village, count))| {
        let share = 0.17 + 0.1 * unit(town.seed ^ 0xA1, i as u64);
        Row::new(Role::Villages)
            .set("code", village.code.as_str())
            .set("name", village.name.as_str())
            .set("commune", town.places.communes[village.commune].code)
            .set("households", count.0)
            .set("people", count.1)
            .set("vulnerable", (count.1 as f64 * share).round() as i64)
            .ring(i as u64 + 1, &village.ring)
    });
    each.collect()
}

/// Place names; the archipelagos stand at their own place, far out at sea.
pub(super) fn place_names(town: &Town) -> Vec<Feature> {
    let mut names: Vec<(String, &str, &str, i64, Point)> = vec![
        ("Tam Kỳ".into(), "Tam Ky", "town", 2, pt(0.0, 0.0)),
        ("Biển Đông".into(), "East Sea", "sea", 1, at_coast(0.0, 11_800.0)),
        ("Biển Tam Thanh".into(), "Tam Thanh Beach", "beach", 5, at_coast(900.0, 9400.0)),
        (
            "Sông Trường Giang".into(),
            "Truong Giang River",
            "water",
            5,
            at_coast(-1500.0, town.country.lagoon(-1500.0).0),
        ),
        ("Hồ Phú Ninh".into(), "Phu Ninh Reservoir", "water", 4, pt(-3900.0, -10_600.0)),
    ];
    for commune in &town.places.communes {
        let own = commune.name.split_once(' ').map_or(commune.name, |parts| parts.1);
        names.push((own.to_owned(), "", "commune", 4, commune.seat));
    }
    for lake in &town.country.lakes {
        names.push((lake.name.to_owned(), "", "water", 6, centroid(&lake.ring)));
    }
    for village in &town.places.villages {
        names.push((village.name.clone(), "", "village", 7, village.seat));
    }
    let mut seen = std::collections::BTreeSet::new();
    for quarter in town.quarters.iter().filter(|q| !q.name.is_empty() && q.kind != Kind::Defence) {
        if seen.insert(quarter.name) {
            names.push((quarter.name.to_owned(), "", "quarter", 6, quarter.centre));
        }
    }
    let features = names.into_iter().enumerate().map(|(i, (name, en, kind, rank, place))| {
        Row::new(Role::PlaceNames)
            .set("name", name)
            .set("name_en", Some(en).filter(|en| !en.is_empty()))
            .set("kind", kind)
            .set("rank", rank)
            .point(i as u64 + 1, place)
    });
    features.collect()
}

/// The archipelagos, in longitude and latitude.
pub(super) const ARCHIPELAGOS: &[(&str, &str, f64, f64)] = &[
    ("Quần đảo Hoàng Sa (Đà Nẵng)", "Hoang Sa Archipelago (Da Nang)", 112.0, 16.5),
    ("Quần đảo Trường Sa (Khánh Hòa)", "Truong Sa Archipelago (Khanh Hoa)", 114.0, 10.0),
];

/// Households and people of each village, and of each commune.
pub(super) fn census(town: &Town) -> Vec<(i64, i64)> {
    let parts: Vec<BTreeMap<usize, (i64, i64)>> = (0..town.quarters.len())
        .into_par_iter()
        .map(|quarter| {
            let mut counts = BTreeMap::new();
            let homes = town.blocks[quarter].iter().filter(|block| block.purpose.is_homes());
            for lot in homes.flat_map(|block| town.lots(quarter, block)) {
                let village = town.places.village_at(centroid(&lot.ring));
                for building in &lot.buildings {
                    let count = counts.entry(village).or_insert((0, 0));
                    *count = (count.0 + building.households, count.1 + building.people);
                }
            }
            counts
        })
        .collect();
    let mut total = vec![(0, 0); town.places.villages.len()];
    for (village, (households, people)) in parts.into_iter().flatten() {
        total[village].0 += households;
        total[village].1 += people;
    }
    total
}
