use super::*;

fn crs(code: u32) -> Crs {
    Crs::from_epsg(code).unwrap()
}

/// Check points of the project's reference (`vietnam.md`, "Coordinate systems"): longitude,
/// latitude in WGS 84, EPSG code, easting, northing. Computed with PROJ 9.6 by EPSG:6960.
const CHECK_POINTS: [(f64, f64, u32, f64, f64); 5] = [
    (108.3380, 15.8801, 5899, 562_773.120, 1_756_400.984),
    (108.4740, 15.5736, 5899, 577_453.963, 1_722_531.703),
    (108.7923, 15.1205, 5898, 584_963.145, 1_672_422.425),
    (107.6908, 11.9975, 9218, 411_686.575, 1_326_918.428),
    (107.6908, 11.9975, 5899, 493_358.551, 1_326_789.225),
];

#[test]
fn check_points_hold_to_the_millimetre_both_ways() {
    for (lon, lat, code, east, north) in CHECK_POINTS {
        let there = Transformer::between(Crs::CRS84, crs(code)).unwrap();
        let (x, y) = there.convert(lon, lat).unwrap();
        // Stated to the millimetre, so half a millimetre is as near as they tell.
        assert!((x - east).abs() < 6e-4 && (y - north).abs() < 6e-4, "EPSG:{code}: {x} {y}");
        let back = Transformer::between(crs(code), Crs::WGS84).unwrap();
        let (x, y) = back.convert(x, y).unwrap();
        // PROJ's inverse of a seven-parameter shift is the first-order one (0.2 mm here); 5e-9
        // degrees are half a millimetre.
        assert!((x - lon).abs() < 5e-9 && (y - lat).abs() < 5e-9, "EPSG:{code}: {x} {y}");
    }
}

#[test]
fn every_system_reaches_vietnam_and_returns_by_the_stated_datum_shift() {
    for system in Crs::all() {
        let there = Transformer::between(Crs::CRS84, system).unwrap();
        let back = Transformer::between(system, Crs::CRS84).unwrap();
        let (x, y) = there.convert(107.5, 15.5).unwrap();
        let (lon, lat) = back.convert(x, y).unwrap();
        assert!((lon - 107.5).abs() < 5e-9 && (lat - 15.5).abs() < 5e-9, "{system}");
        // Hoàng Sa lies outside the onshore area that EPSG states for the shift; it must not be
        // dropped there silently. From VN-2000 to WGS 84 it is 225 m.
        if system == Crs::VN2000 {
            let (x, y) = there.convert(111.6, 16.5).unwrap();
            let moved = ((x - 111.6) * 107_000.0).hypot((y - 16.5) * 110_700.0);
            assert!((150.0..300.0).contains(&moved), "{moved} m");
        }
    }
}

#[test]
fn pipelines_are_the_transformations_of_the_epsg_registry() {
    for system in Crs::all().filter(|system| system.epsg().is_some()) {
        let by_code = proj::Proj::new_known_crs("OGC:CRS84", &system.to_string(), None).unwrap();
        // In Vietnam on land, where the registry states the datum shift.
        let lon = system.central_meridian_deg().unwrap_or(107.75).min(108.5) + 0.1;
        let (x, y) = by_code.convert((lon, 15.5)).unwrap();
        let (a, b) = Transformer::between(Crs::CRS84, system).unwrap().convert(lon, 15.5).unwrap();
        // A tenth of a millimetre in degrees or metres; the formulas are the same.
        let tolerance = if x < 200.0 { 1e-9 } else { 1e-4 };
        let near = (a - x).abs() < tolerance && (b - y).abs() < tolerance;
        assert!(near, "{system}: {a} {b}, by its code {x} {y}");
    }
}

#[test]
fn planes_meet_by_way_of_longitude_and_latitude() {
    let direct = Transformer::between(crs(9218), crs(5899)).unwrap();
    let (x, y) = direct.convert(411_686.575, 1_326_918.428).unwrap();
    // Both sides are stated to the millimetre.
    assert!((x - 493_358.551).abs() < 2e-3 && (y - 1_326_789.225).abs() < 2e-3, "{x} {y}");
}

#[test]
fn points_that_make_no_sense_are_refused() {
    let to_zone = Transformer::between(Crs::CRS84, crs(5899)).unwrap();
    let outside = |result| assert!(matches!(result, Err(CrsError::Outside { .. })), "{result:?}");
    outside(to_zone.convert(15.8801, 108.3380));
    outside(to_zone.convert(-3.7, 40.4));
    assert!(matches!(to_zone.convert(f64::NAN, 15.0), Err(CrsError::NotFinite { .. })));
    let from_zone = Transformer::between(crs(5899), Crs::CRS84).unwrap();
    outside(from_zone.convert(1_756_400.984, 562_773.120));
    outside(from_zone.convert(1e12, 1e12));
    assert!(from_zone.convert(562_773.120, 1_756_400.984).is_ok(), "an error leaves no trace");
}

#[test]
fn many_points_on_all_threads_are_each_as_alone() {
    let to_zone = Transformer::between(Crs::CRS84, crs(5899)).unwrap();
    let points: Vec<(f64, f64)> = (0..20_000)
        .map(|i| (107.0 + f64::from(i) * 1e-4, 15.0 + f64::from(i % 100) * 1e-3))
        .collect();
    let mut together = points.clone();
    to_zone.convert_all(&mut together).unwrap();
    for (i, (x, y)) in points.iter().enumerate().step_by(997) {
        assert_eq!(to_zone.convert(*x, *y).unwrap(), together[i]);
    }
    together[12_345].0 = f64::INFINITY;
    assert!(to_zone.convert_all(&mut together).is_err());
}

#[test]
fn definitions_are_taken_when_they_say_where_the_datum_lies() {
    let zone =
        "+proj=tmerc +lat_0=0 +lon_0=107.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m";
    let shift = "+towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278";
    let told: SourceCrs = format!("{zone} {shift} +type=crs").parse().unwrap();
    let (lon, lat) =
        Transformer::new(&told, Crs::CRS84).unwrap().convert(562_773.120, 1_756_400.984).unwrap();
    // The definition and EPSG:6960 are the same transformation; 1e-8 degrees are a millimetre.
    assert!((lon - 108.3380).abs() < 1e-8 && (lat - 15.8801).abs() < 1e-8, "{lon} {lat}");

    let untold: SourceCrs = format!("{zone} +type=crs").parse().unwrap();
    let error = Transformer::new(&untold, Crs::CRS84).unwrap_err();
    assert!(matches!(error, CrsError::NoDatumShift(_)), "{error}");
    let nonsense: SourceCrs = "PROJCS[\"x\"]".parse().unwrap();
    assert!(matches!(Transformer::new(&nonsense, Crs::CRS84), Err(CrsError::Definition { .. })));
    let other: SourceCrs = "EPSG:32647".parse().unwrap();
    let (lon, _) = Transformer::new(&other, Crs::CRS84).unwrap().convert(500_000.0, 1.5e6).unwrap();
    assert!((lon - 99.0).abs() < 1e-9);
}

#[test]
fn what_would_mislead_is_refused_by_name() {
    for text in ["EPSG:4756+5727", "COMPD_CS[\"VN-2000 + Hon Dau\"]", "COMPOUNDCRS[\"a\"]"] {
        assert!(matches!(text.parse::<SourceCrs>(), Err(CrsError::Compound(_))), "{text}");
    }
    for text in
        ["EPSG:6956", "6959", "PROJCS[\"VN-2000 / TM-3 108-00\",AUTHORITY[\"EPSG\",\"6958\"]]"]
    {
        assert!(matches!(text.parse::<SourceCrs>(), Err(CrsError::Refused(_))), "{text}");
    }
    assert!("VN-2000".parse::<SourceCrs>().is_err());
}

#[test]
fn a_box_holds_the_bent_edges() {
    let to_zone = Transformer::between(Crs::CRS84, crs(5899)).unwrap();
    let town = Bbox::new(106.0, 15.0, 109.5, 16.0).unwrap();
    let bent = to_zone.convert_bbox(&town).unwrap();
    // The southern parallel bends south of its ends, on the central meridian.
    let (_, lowest) = to_zone.convert(107.75, 15.0).unwrap();
    assert!(bent.min_y <= lowest, "{} {lowest}", bent.min_y);
    for (x, y) in [(106.0, 15.0), (109.5, 15.0), (106.0, 16.0), (109.5, 16.0)] {
        let (x, y) = to_zone.convert(x, y).unwrap();
        assert!(bent.contains(x, y));
    }
}

#[test]
fn a_geometry_keeps_its_shape() {
    use geo_types::{Geometry, polygon};
    let to_zone = Transformer::between(Crs::CRS84, crs(5899)).unwrap();
    let mut geometry: Geometry<f64> = polygon!(
        exterior: [(x: 108.3, y: 15.8), (x: 108.4, y: 15.8), (x: 108.4, y: 15.9)],
        interiors: [[(x: 108.35, y: 15.81), (x: 108.36, y: 15.81), (x: 108.36, y: 15.82)]],
    )
    .into();
    to_zone.convert_geometry(&mut geometry).unwrap();
    let Geometry::Polygon(polygon) = geometry else { panic!("another kind") };
    let (x, y) = to_zone.convert(108.36, 15.82).unwrap();
    let hole = polygon.interiors()[0].0[2];
    assert_eq!((hole.x, hole.y), (x, y));
}
