//! The demo city keeps its promises.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use city::{Access, Role, Value, layer::Content};
use geo::{Area, BooleanOps, Contains};
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};

mod folder;

use super::{
    Error, Recipe,
    drainage::Drainage,
    generate,
    layers::Survey,
    lighting::Lighting,
    parcels,
    plane::{area, bounds, centroid, to_polygon},
    plans,
    town::Town,
    zones,
};
use crate::Feature;

fn small_town() -> Town {
    Town::new(7, 2000)
}

fn text(feature: &Feature, role: Role, name: &str) -> String {
    match value(feature, role, name) {
        Value::Text(text) => text.to_string(),
        other => panic!("{role}.{name} is {other:?}"),
    }
}

fn number(feature: &Feature, role: Role, name: &str) -> f64 {
    value(feature, role, name).as_number().expect("a number")
}

fn value<'a>(feature: &'a Feature, role: Role, name: &str) -> &'a Value {
    let at =
        role.attributes().iter().position(|a| a.name == name).expect("an attribute of the role");
    &feature.values[at]
}

fn made(dir: &Path, seed: u64) -> BTreeMap<String, String> {
    let catalog = generate(Recipe { seed, buildings: 700 }, dir, &|_| ()).expect("a city");
    catalog.layers.into_iter().map(|layer| (layer.id.to_string(), layer.checksum)).collect()
}

#[test]
fn one_seed_gives_the_same_bytes_on_any_number_of_threads_and_another_seed_others() {
    let folders = tempfile::tempdir().expect("a folder");
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let pair = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
    let first = alone.install(|| made(&folders.path().join("a"), 5));
    let second = pair.install(|| made(&folders.path().join("b"), 5));
    assert_eq!(first, second);
    let read =
        |name: &str| fs::read(folders.path().join(name).join("catalog.toml")).expect("a catalogue");
    assert_eq!(read("a"), read("b"));
    let other = made(&folders.path().join("c"), 6);
    assert_ne!(first["buildings"], other["buildings"]);
    assert_ne!(first["roads"], other["roads"]);
}

#[test]
fn every_role_has_a_layer_of_its_name_with_features_and_says_that_it_is_synthetic() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog =
        generate(Recipe { seed: 3, buildings: 2000 }, &folder.path().join("city"), &|_| ())
            .expect("a city");
    assert!(catalog.synthetic);
    for &role in Role::ALL.iter().filter(|role| !matches!(role, Role::Imagery | Role::Other)) {
        let layer = catalog.layer(role.name()).unwrap_or_else(|| panic!("no layer {role}"));
        assert!(layer.synthetic && layer.attribution.contains("synthetic data"), "{role}");
        assert!(layer.source.contains("seed 3") && layer.bbox.is_some(), "{role}");
        match &layer.content {
            Content::Vector { features, schema, .. } => {
                assert!(*features > 0, "{role} is empty");
                assert_eq!(schema.properties.len(), role.attributes().len(), "{role}");
            }
            Content::Raster { vertical_datum, .. } => assert!(vertical_datum.is_some()),
        }
    }
    let Content::Vector { features, .. } = &catalog.layer("buildings").expect("buildings").content
    else {
        panic!("buildings are vectors")
    };
    assert_eq!(*features, 2000);
    let owner = catalog.layer("parcels").and_then(|l| l.schema()).and_then(|s| s.get("owner_name"));
    assert_eq!(owner.expect("owners").access, Access::Personal);
}

#[test]
fn buildings_stand_in_their_lots_apart_from_one_another_and_off_roads_and_water() {
    let town = small_town();
    let mut houses = Vec::new();
    for (quarter, block) in town.all_blocks() {
        for lot in town.lots(quarter, block) {
            let ground = to_polygon(&lot.ring);
            for building in &lot.buildings {
                let house = to_polygon(&building.ring);
                let outside = house.difference(&ground).unsigned_area();
                // i_overlay snaps to a grid; a square centimetre on a house is that, not an overhang.
                assert!(outside < 0.01, "{outside} m² of a house lie outside of its lot");
                assert!(!town.country.is_water(centroid(&building.ring)), "a house in water");
                houses.push(house);
            }
        }
    }
    assert_eq!(houses.len(), 2000);
    let boxed = |i: usize| {
        let (lo, hi) = bounds(&houses[i].exterior().0);
        GeomWithData::new(Rectangle::from_corners([lo.x, lo.y], [hi.x, hi.y]), i)
    };
    let tree = RTree::bulk_load((0..houses.len()).map(boxed).collect());
    for (i, house) in houses.iter().enumerate() {
        let (lo, hi) = bounds(&house.exterior().0);
        for near in
            tree.locate_in_envelope_intersecting(AABB::from_corners([lo.x, lo.y], [hi.x, hi.y]))
        {
            if near.data > i {
                let shared = house.intersection(&houses[near.data]).unsigned_area();
                assert!(shared < 0.01, "two houses share {shared} m²");
            }
        }
    }
    for land in &town.road_land {
        let (lo, hi) = bounds(&land.exterior().0);
        for near in
            tree.locate_in_envelope_intersecting(AABB::from_corners([lo.x, lo.y], [hi.x, hi.y]))
        {
            let shared = land.intersection(&houses[near.data]).unsigned_area();
            assert!(shared < 0.05, "{shared} m² of a house stand in a road");
        }
    }
}

#[test]
fn lots_tile_their_blocks_and_blocks_with_road_land_tile_their_quarters() {
    let town = small_town();
    let mut checked = 0;
    for (quarter, blocks) in town.blocks.iter().enumerate() {
        let whole = area(&town.quarters[quarter].ring);
        let inside: f64 = blocks.iter().map(|block| area(&block.ring)).sum();
        assert!(inside <= whole * (1.0 + 1e-6) + 0.5, "blocks are larger than their quarter");
        for block in blocks {
            let lots: f64 = town.lots(quarter, block).iter().map(|lot| area(&lot.ring)).sum();
            let block = area(&block.ring);
            // Slivers under a square metre are dropped on purpose.
            assert!(
                (lots - block).abs() < 3.0 + block * 1e-3,
                "lots {lots} m² of a block of {block} m²"
            );
            checked += 1;
        }
    }
    assert!(checked > 100);
}

#[test]
fn every_drain_falls_and_its_water_reaches_an_outfall() {
    let town = small_town();
    let drainage = Drainage::of(&town);
    let role = Role::Drains;
    assert!(drainage.drains.len() > 50 && !drainage.outfalls.is_empty());
    let codes = |features: &[Feature], role| {
        features.iter().map(|f| text(f, role, "code")).collect::<BTreeSet<_>>()
    };
    let (manholes, outfalls) =
        (codes(&drainage.manholes, Role::Manholes), codes(&drainage.outfalls, Role::Outfalls));
    let mut next = BTreeMap::new();
    for drain in &drainage.drains {
        let (from, to) = (text(drain, role, "from_node"), text(drain, role, "to_node"));
        assert!(
            number(drain, role, "invert_from") > number(drain, role, "invert_to"),
            "a drain rises"
        );
        assert!(manholes.contains(&from) && (manholes.contains(&to) || outfalls.contains(&to)));
        next.insert(from, to);
    }
    for start in next.keys() {
        let mut at = start;
        let mut steps = 0;
        while let Some(after) = next.get(at) {
            at = after;
            steps += 1;
            assert!(steps <= next.len(), "drains run in a circle");
        }
        assert!(outfalls.contains(at), "the water from {start} ends in {at}");
    }
    for manhole in &drainage.manholes {
        assert!(number(manhole, Role::Manholes, "depth") > 0.5, "a manhole above its street");
    }
}

#[test]
fn lamps_hang_on_cabinets_and_feeders_that_are_there() {
    let lighting = Lighting::of(&small_town());
    let codes = |features: &[Feature], role| {
        features.iter().map(|f| text(f, role, "code")).collect::<BTreeSet<_>>()
    };
    let cabinets = codes(&lighting.cabinets, Role::LightingCabinets);
    let feeders = codes(&lighting.feeders, Role::LightingFeeders);
    assert!(lighting.lamps.len() > 100);
    for lamp in &lighting.lamps {
        assert!(cabinets.contains(&text(lamp, Role::Lamps, "cabinet")));
        assert!(feeders.contains(&text(lamp, Role::Lamps, "feeder")));
    }
}

/// `^\d{2}(QHC|QPK|QCT)\d\d{2}\d{4}$`, the form of a dossier's code in Circular 16/2025/TT-BXD.
fn is_dossier(code: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    code.len() == 12
        && digits(&code[..2])
        && ["QHC", "QPK", "QCT"].contains(&&code[2..5])
        && digits(&code[5..])
}

#[test]
fn plans_of_three_scales_have_dossier_codes_lives_and_decisions() {
    let town = small_town();
    let plans = plans::plans(&town);
    let codes: BTreeSet<&str> = plans.iter().map(|plan| plan.code.as_str()).collect();
    assert_eq!(codes.len(), plans.len());
    assert!(codes.iter().all(|code| is_dossier(code)), "{codes:?}");
    let boundaries = plans::boundaries(&town);
    let role = Role::PlanningBoundaries;
    let states: BTreeSet<String> =
        boundaries.iter().map(|b| text(b, role, "plan_status")).collect();
    assert!(states.contains("approved") && states.contains("superseded"));
    let scales: BTreeSet<String> = boundaries.iter().map(|b| text(b, role, "scale")).collect();
    assert_eq!(scales.len(), 3);
    for boundary in boundaries.iter().filter(|b| text(b, role, "plan_status") == "approved") {
        assert!(text(boundary, role, "decision").contains("QĐ"));
    }
    assert!(
        zones::zones(&town)
            .iter()
            .all(|z| codes.contains(text(z, Role::PlanningZones, "plan_code").as_str()))
    );
}

#[test]
fn codes_that_name_a_list_stand_in_it() {
    let town = small_town();
    let mut survey = Survey::of(&town);
    let mut layers: Vec<(Role, Vec<Feature>)> =
        Role::ALL.iter().map(|&role| (role, survey.layer(role))).collect();
    let (mut parcels, mut buildings) = (Vec::new(), Vec::new());
    parcels::parcels_and_buildings(&town, &mut |_, _| (), &mut |lots, houses| {
        parcels.extend(lots);
        buildings.extend(houses);
        Ok::<(), Error>(())
    })
    .expect("parcels");
    layers.extend([(Role::Parcels, parcels), (Role::Buildings, buildings)]);
    let lists = crate::codelists::CodeLists::built_in().expect("code lists");
    for (role, features) in layers {
        for (at, attribute) in role.attributes().iter().enumerate() {
            let Some(name) = attribute.code_list else { continue };
            let list = lists.get(name).unwrap_or_else(|| panic!("no list {name}"));
            let used: BTreeSet<&str> =
                features.iter().filter_map(|f| f.values[at].as_text()).collect();
            for code in used {
                assert!(
                    list.codes.iter().any(|row| row.code == code),
                    "{role}.{}: '{code}' is not in {name}",
                    attribute.name
                );
            }
        }
    }
}

#[test]
fn the_street_network_joins_the_town() {
    let town = small_town();
    let mut seen = vec![false; town.streets.nodes.len()];
    let mut largest = 0;
    for start in 0..seen.len() {
        let (mut waiting, mut size) = (vec![start], 0);
        while let Some(node) = waiting.pop() {
            if !std::mem::replace(&mut seen[node], true) {
                size += 1;
                waiting.extend(
                    town.streets.at[node]
                        .iter()
                        .map(|&e| super::paths::other_end(&town.streets.edges[e], node)),
                );
            }
        }
        largest = largest.max(size);
    }
    // The expressway and a few field tracks beyond it are apart, as they may be.
    assert!(
        largest as f64 > 0.9 * seen.len() as f64,
        "only {largest} of {} nodes hang together",
        seen.len()
    );
    let whole = to_polygon(&town.country.frame());
    assert!(
        town.quarters
            .iter()
            .all(|quarter| whole.contains(&geo::Point::from(centroid(&quarter.ring))))
    );
}
