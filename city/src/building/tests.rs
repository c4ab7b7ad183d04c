use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

fn rectangle(along_m: f64, across_m: f64, turn_rad: f64) -> Vec<[f64; 2]> {
    turned(&[[0.0, 0.0], [along_m, 0.0], [along_m, across_m], [0.0, across_m]], turn_rad)
}

fn turned(ring: &[[f64; 2]], turn_rad: f64) -> Vec<[f64; 2]> {
    let (sin, cos) = turn_rad.sin_cos();
    // Somewhere in a VN-2000 zone, where coordinates are large.
    let place =
        |p: &[f64; 2]| [577_000.0 + p[0] * cos - p[1] * sin, 1_722_000.0 + p[0] * sin + p[1] * cos];
    ring.iter().map(place).collect()
}

/// Each edge of a closed surface is walked once in each direction. Corners are told apart by half a millimetre.
fn check_closed(solid: &Solid) {
    let key = |p: [f64; 3]| p.map(|c| (c * 1000.0).round() as i64);
    let mut edges: HashMap<([i64; 3], [i64; 3]), i32> = HashMap::new();
    for ring in solid.faces.iter().flat_map(|face| &face.rings) {
        for (p, q) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            let (p, q) = (key(*p), key(*q));
            if p < q {
                *edges.entry((p, q)).or_default() += 1;
            } else if q < p {
                *edges.entry((q, p)).or_default() -= 1;
            }
        }
    }
    let open: Vec<_> = edges.iter().filter(|(_, count)| **count != 0).collect();
    assert!(open.is_empty(), "open edges: {open:?}\n{solid:#?}");
}

fn check_triangles(solid: &Solid) {
    for face in &solid.faces {
        let normal = face.normal();
        for [a, b, c] in face.triangles() {
            let sub = |p: [f64; 3], q: [f64; 3]| [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
            let (u, v) = (sub(b, a), sub(c, a));
            let n =
                [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
            let length = n.iter().map(|x| x * x).sum::<f64>().sqrt();
            let agrees = n.iter().zip(normal).map(|(a, b)| a * b).sum::<f64>();
            // Slivers of a square millimetre have no direction of their own.
            assert!(length < 1e-6 || agrees > 0.99 * length, "{face:?}");
        }
    }
}

fn roofed(ring: Vec<[f64; 2]>, height_m: f64, code: &str) -> (Footprint, RoofForm, Solid) {
    let footprint = Footprint::new([ring]).unwrap();
    let roof = RoofForm::from_code(Some(code)).fitted(&footprint, height_m);
    let solid = Solid::roofed(&footprint, 4.0, height_m, roof);
    (footprint, roof, solid)
}

#[test]
fn every_roof_encloses_the_volume_of_its_formula() {
    for turn in [0.0, 0.3, 1.2, 2.8] {
        for (code, part) in [("flat", 0.0), ("gable", 0.5), ("shed", 0.5)] {
            let (_, roof, solid) = roofed(rectangle(12.0, 6.0, turn), 9.0, code);
            let volume = 72.0 * (9.0 - part * roof.rise_m());
            // Coordinates of a million metres keep 2e-10 m; over 300 m² of faces that is 1e-6 m³.
            assert!(
                (solid.volume_m3() - volume).abs() < 1e-5,
                "{code} {turn} {}",
                solid.volume_m3()
            );
            check_closed(&solid);
            check_triangles(&solid);
        }
        // A hip: a wedge of the ridge's length and two half pyramids, over the eaves.
        let (_, roof, solid) = roofed(rectangle(12.0, 6.0, turn), 9.0, "hip");
        let above = roof.rise_m() * (6.0 * 6.0 / 2.0 + 6.0 * 6.0 / 3.0);
        assert!((solid.volume_m3() - 72.0 * (9.0 - roof.rise_m()) - above).abs() < 1e-5, "{turn}");
        assert_eq!(solid.faces.iter().filter(|face| face.surface == Surface::Roof).count(), 4);
        check_closed(&solid);
    }
}

#[test]
fn a_courtyard_stays_open_and_its_roof_level() {
    let shell = rectangle(20.0, 20.0, 0.4);
    let court: Vec<_> = turned(&[[5.0, 5.0], [15.0, 5.0], [15.0, 15.0], [5.0, 15.0]], 0.4);
    let footprint = Footprint::new([shell, court]).unwrap();
    let roof = RoofForm::from_code(Some("hip")).fitted(&footprint, 8.0);
    assert_eq!(roof, RoofForm::Flat);
    let solid = Solid::roofed(&footprint, 0.0, 8.0, roof);
    assert!((solid.volume_m3() - 300.0 * 8.0).abs() < 1e-5);
    check_closed(&solid);
    check_triangles(&solid);
}

#[test]
fn an_angled_house_has_a_level_roof() {
    let ell =
        turned(&[[0.0, 0.0], [10.0, 0.0], [10.0, 4.0], [4.0, 4.0], [4.0, 10.0], [0.0, 10.0]], 1.0);
    let (_, roof, solid) = roofed(ell, 7.0, "gable");
    assert_eq!(roof, RoofForm::Flat);
    assert!((solid.volume_m3() - 64.0 * 7.0).abs() < 1e-5);
}

#[test]
fn a_ridge_over_a_bay_divides_into_what_is_there() {
    // A notch from the short side across the ridge: each slope is in one piece, the gable wall is not.
    let ring = [
        [0.0, 0.0],
        [12.0, 0.0],
        [12.0, 2.5],
        [11.0, 2.5],
        [11.0, 3.5],
        [12.0, 3.5],
        [12.0, 6.0],
        [0.0, 6.0],
    ];
    let (footprint, roof, solid) = roofed(turned(&ring, 0.7), 8.0, "gable");
    assert!(matches!(roof, RoofForm::Gable(_)));
    check_closed(&solid);
    check_triangles(&solid);
    assert!(solid.volume_m3() < footprint.area_m2() * 8.0);
}

#[test]
fn a_footprint_without_area_or_with_what_is_no_number_is_none() {
    assert_eq!(Footprint::new([vec![[0.0, 0.0], [5.0, 0.0], [10.0, 0.0]]]), None);
    assert_eq!(Footprint::new([vec![[0.0, 0.0], [5.0, f64::NAN], [10.0, 9.0]]]), None);
    assert_eq!(Footprint::new(Vec::new()), None);
    let either_way: Vec<_> = rectangle(4.0, 4.0, 0.0).into_iter().rev().collect();
    assert!((Footprint::new([either_way]).unwrap().area_m2() - 16.0).abs() < 1e-6);
}

#[test]
fn a_height_comes_from_what_is_told_else_from_storeys_else_it_is_assumed() {
    let check = |facts: Facts<'_>, height_m: f64, is_assumed: bool| {
        assert_eq!((facts.height_m(), facts.is_assumed()), (height_m, is_assumed), "{facts:?}");
    };
    let none = Facts::default();
    check(none, ASSUMED_M, true);
    check(Facts { height_m: Some(12.5), ..none }, 12.5, false);
    check(Facts { height_m: Some(12.5), is_height_assumed: true, ..none }, 12.5, true);
    check(Facts { height_m: Some(-3.0), storeys: Some(3.0), ..none }, 3.0 * STOREY_M, true);
    check(Facts { height_m: Some(f64::NAN), ..none }, ASSUMED_M, true);
}

proptest! {
    #[test]
    fn a_solid_is_closed_whatever_nearly_rectangular_house_it_stands_on(
        along in 3.0f64..60.0, across in 3.0f64..40.0, turn in 0.0f64..6.3,
        bay in 0.05f64..0.45, depth in 0.02f64..0.2, at in 0.1f64..0.5, height in 3.0f64..40.0,
        code in prop::sample::select(vec!["flat", "gable", "hip", "shed"]),
    ) {
        let (x, y) = (along * at, across * (1.0 - depth));
        let ring = [
            [0.0, 0.0], [along, 0.0], [along, across], [x + along * bay, across],
            [x + along * bay, y], [x, y], [x, across], [0.0, across],
        ];
        let (footprint, roof, solid) = roofed(turned(&ring, turn), height, code);
        check_closed(&solid);
        check_triangles(&solid);
        let (volume, most) = (solid.volume_m3(), footprint.area_m2() * height);
        prop_assert!(volume <= most + 1e-4 && volume >= most - footprint.area_m2() * roof.rise_m() - 1e-4);
    }
}
