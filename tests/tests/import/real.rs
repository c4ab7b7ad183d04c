//! Real towns: what comes in comes out.

use city::Value;
use datasets::report::Dropped;

use crate::sources::Imported;

#[test]
fn ninh_kieu_is_imported_whole() {
    let Some(town) = tests::town::ninh_kieu() else { return };
    let buildings = Imported::read(town.dir(), "buildings");
    assert_eq!(buildings.features.len(), 4839);
    assert_eq!(buildings.report.dropped_count(), 0);
    let names = buildings.layer.column_of("name").expect("a name");
    let museum = buildings
        .features
        .iter()
        .position(|f| f.values.contains(&Value::from("Nhà hàng Ninh Kiều")));
    assert_eq!(
        buildings.value(museum.expect("the restaurant"), names),
        &Value::from("Nhà hàng Ninh Kiều")
    );
    assert_eq!(buildings.value(0, names), &Value::Null, "a name that a program made is none");
    assert_eq!(buildings.value(0, "height_assumed"), &Value::Bool(true));

    let roads = Imported::read(town.dir(), "roads");
    // Three of the 1,082 rows of the file have no geometry.
    assert_eq!((roads.report.read, roads.features.len()), (1082, 1079));
    assert_eq!(roads.report.dropped[&Dropped::Missing], 3);
    assert_eq!(roads.layer.column_of("class"), Some("highway"));

    // Counted with `grep` in the file: 188 elements with a building tag, of which five are nodes.
    assert_eq!(Imported::read(town.dir(), "osm-buildings").features.len(), 183);
    assert!(Imported::read(town.dir(), "osm-roads").features.len() > 60);
}

#[test]
fn da_nangs_land_use_gets_the_codes_that_its_tags_tell() {
    let Some(town) = tests::town::da_nang() else { return };
    let land = Imported::read(town.dir(), "land-use");
    assert_eq!(land.features.len(), 3084);
    let count =
        |code: &str| (0..3084).filter(|&i| land.value(i, "use_code") == &Value::from(code)).count();
    // Counted with ogrinfo in the file: 49 paddies, 29 military areas, 68 cemeteries.
    assert_eq!((count("LUA"), count("CQP"), count("NTD")), (49, 29, 68));
    let terrain = Imported::read(town.dir(), "terrain");
    assert_eq!(terrain.report.read, 864 * 900);
}
