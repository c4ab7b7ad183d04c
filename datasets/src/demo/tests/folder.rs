//! Whole folders, checked as an administrator would.

use city::{Access, Role, layer::Content};

use super::{Recipe, generate, small_town, text};
use crate::{
    Feature,
    check::check,
    demo::{layers::Survey, parcels},
};

#[test]
fn the_check_finds_nothing_wrong_with_a_city_of_any_seed() {
    for seed in 1..=4 {
        let folder = tempfile::tempdir().expect("a folder");
        generate(Recipe { seed, buildings: 600 }, folder.path(), &|_| ()).expect("a city");
        let report = check(folder.path(), |_| ()).expect("a report");
        assert_eq!(report.findings, [], "seed {seed}");
    }
}

/// Features of every layer that everyone may see: rows that its rules close are left out.
fn open_features() -> Vec<(Role, Feature)> {
    let town = small_town();
    let mut survey = Survey::of(&town);
    let mut all: Vec<(Role, Feature)> = Vec::new();
    for &role in Role::ALL {
        all.extend(survey.layer(role).into_iter().map(|feature| (role, feature)));
    }
    parcels::parcels_and_buildings(&town, &mut |_, _| (), &mut |lots, houses| {
        all.extend(lots.into_iter().map(|lot| (Role::Parcels, lot)));
        all.extend(houses.into_iter().map(|house| (Role::Buildings, house)));
        Ok::<(), crate::demo::Error>(())
    })
    .expect("parcels");
    let closed = |role: Role, feature: &Feature| {
        crate::demo::publish::row_rules(role).iter().any(|rule| {
            assert_eq!(rule.access, Access::Defence);
            rule.values.contains(&text(feature, role, &rule.column))
        })
    };
    let (hidden, open): (Vec<_>, Vec<_>) = all.into_iter().partition(|(r, f)| closed(*r, f));
    assert!(hidden.iter().any(|(role, _)| *role == Role::Buildings), "nothing is hidden");
    open
}

#[test]
fn no_open_feature_tells_that_defence_land_is_there() {
    let town = small_town();
    for (role, feature) in open_features() {
        for value in feature.values.iter().filter_map(city::Value::as_text) {
            let told = ["defence", "quốc phòng", "quân sự", "CQP", "CAN"];
            assert!(told.iter().all(|word| !value.contains(word)), "{role}: {value}");
        }
        // What stands on defence land is hidden, whatever it is called.
        if let geo_types::Geometry::Point(place) = feature.geometry {
            let mut closed =
                town.quarters.iter().filter(|q| q.kind == crate::demo::quarter::Kind::Defence);
            let inside = closed.any(|q| crate::demo::plane::contains(&q.ring, place.0));
            // Corners of plan boundaries and names of villages fall anywhere and say nothing of it.
            let anywhere = matches!(role, Role::PlaceNames | Role::BoundaryMarkers);
            assert!(!inside || anywhere, "{role} shows a point on defence land");
        }
    }
}

#[test]
fn houses_in_villages_are_found_by_parcel_and_village_and_in_streets_by_number() {
    let (mut by_parcel, mut by_number) = (0, 0);
    for (_, house) in open_features().into_iter().filter(|(role, _)| *role == Role::Buildings) {
        let address = text(&house, Role::Buildings, "address");
        let starts_with_number = address.starts_with(|c: char| c.is_ascii_digit());
        if text(&house, Role::Buildings, "use") == "rural-house" {
            assert!(address.starts_with("Thửa ") && address.contains(", tờ bản đồ "), "{address}");
            by_parcel += 1;
        } else if starts_with_number {
            assert!(!address.contains("liên thôn") && !address.contains("xóm"), "{address}");
            by_number += 1;
        }
        assert!(address.contains("Thôn ") || address.contains("Khối phố "), "{address}");
    }
    assert!(by_parcel > 30 && by_number > 300, "{by_parcel} by parcel, {by_number} by number");
}

#[test]
fn layers_that_hide_rows_do_so_by_columns_they_have() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog =
        generate(Recipe { seed: 2, buildings: 600 }, folder.path(), &|_| ()).expect("a city");
    let hiding = catalog.layers.iter().filter(|layer| {
        matches!(&layer.content, Content::Vector { row_rules, .. } if !row_rules.is_empty())
    });
    let names: Vec<&str> = hiding.map(|layer| layer.role.name()).collect();
    assert_eq!(
        names,
        ["land-use", "land-use-plans", "planning-zones", "blocks", "parcels", "buildings"]
    );
}
