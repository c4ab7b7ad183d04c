//! Places, angles and footprints.

use geo::Area;

use super::{
    model::compound,
    place::Place,
    solid::{Part, Triangle, Use, footprint, range},
};

/// A box as twelve triangles: its corners, least and greatest.
fn block(least: [f64; 3], most: [f64; 3], use_of: Use) -> Part {
    let corner =
        |n: usize| [0, 1, 2].map(|axis| if n >> axis & 1 == 1 { most[axis] } else { least[axis] });
    // Two triangles a face, counterclockwise from outside.
    let faces =
        [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];
    let triangles: Vec<Triangle> = faces
        .iter()
        .flat_map(|[a, b, c, d]| [[*a, *b, *c], [*a, *c, *d]])
        .map(|triangle| triangle.map(corner))
        .collect();
    Part { use_of, triangles }
}

#[test]
fn walls_that_stand_apart_enclose_what_they_stand_around() {
    // Four walls around 10 m × 6 m, 12 cm apart at their corners; no floor is drawn.
    let walls = || {
        vec![
            block([0.32, 0.0, 0.0], [9.68, 0.2, 3.0], Use::Wall),
            block([0.32, 5.8, 0.0], [9.68, 6.0, 3.0], Use::Wall),
            block([0.0, 0.0, 0.0], [0.2, 6.0, 3.0], Use::Wall),
            block([9.8, 0.0, 0.0], [10.0, 6.0, 3.0], Use::Wall),
        ]
    };
    let found = footprint(&walls());
    assert_eq!(found.0.len(), 1);
    assert!((found.unsigned_area() - 60.0).abs() < 0.1, "{}", found.unsigned_area());
    assert!(found.0[0].interiors().is_empty());
    // A terrace lies beside the house, and an eave reaches past it.
    let mut more = walls();
    more.push(block([-3.0, 0.0, -0.2], [10.0, 6.0, 0.0], Use::Slab));
    more.push(block([-1.0, -1.0, 3.0], [11.0, 7.0, 3.4], Use::Cover));
    assert!((footprint(&more).unsigned_area() - 60.0).abs() < 0.1);
    assert_eq!(range(&more), Some((-0.2, 3.4)));
    // A roof on columns is as large as its slab.
    let mut open = vec![block([0.0, 0.0, 3.0], [10.0, 6.0, 3.2], Use::Slab)];
    open.extend(
        [[0.0, 0.0], [9.8, 0.0], [0.0, 5.8], [9.8, 5.8]]
            .map(|[x, y]| block([x, y, 0.0], [x + 0.2, y + 0.2, 3.0], Use::Wall)),
    );
    assert!((footprint(&open).unsigned_area() - 60.0).abs() < 1e-6);
    assert!(footprint(&[]).0.is_empty() && range(&[]).is_none());
}

#[test]
fn angles_of_several_parts_have_one_sign() {
    // 41° 52′ 27.84″ N, 87° 38′ 21.839999″ W.
    assert!((compound(&[41.0, 52.0, 27.0, 840_000.0]).unwrap() - 41.874_4).abs() < 1e-9);
    assert!((compound(&[-87.0, -38.0, -21.0, -839_999.0]).unwrap() + 87.639_4).abs() < 1e-9);
    assert!((compound(&[24.0, 28.0, 0.0]).unwrap() - 24.466_666_666).abs() < 1e-8);
    assert_eq!(compound(&[24.0]), None);
}

#[test]
fn a_place_has_a_longitude_a_latitude_and_a_turn() {
    assert!(
        "108.49,15.57".parse::<Place>().is_ok() && "108.49, 15.57, -30".parse::<Place>().is_ok()
    );
    for bad in ["", "108", "108,95", "190,15", "108,15,400", "108,15,1,1", "NaN,15"] {
        assert!(bad.parse::<Place>().is_err(), "{bad}");
    }
}
