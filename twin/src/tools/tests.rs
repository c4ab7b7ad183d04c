//! Each tool against a case that can be worked out on paper.

mod sunlight;

use std::sync::Arc;

use city::{Bbox, FeatureId, Role, Title};
use geo_types::{Geometry, Point, polygon};

use super::*;
use crate::{
    camera,
    model::{CityFeature, CityLayer, CityModel, Column, Heights},
    scene::Buildings,
};

const FRAME: (f64, f64) = (108.474, 15.5736);

fn heights(half_m: f64, step_m: f64, up: impl Fn(f64, f64) -> f64 + Sync) -> Heights {
    let edges = Bbox { min_x: -half_m, min_y: -half_m, max_x: half_m, max_y: half_m };
    Heights::sample(&edges, step_m, 2000, |row| {
        row.iter().map(|(east, north)| Some(up(*east, *north) as f32)).collect()
    })
}

fn box_at(west: f64, south: f64, east: f64, north: f64) -> Geometry<f64> {
    polygon![(x: west, y: south), (x: east, y: south), (x: east, y: north), (x: west, y: north)]
        .into()
}

/// A building: its ground, height and form of roof.
type House = (Geometry<f64>, f64, &'static str);

fn city(heights: Heights, houses: Vec<House>) -> CityModel {
    let columns = ["height", "roof", "name"];
    let features = houses.into_iter().zip(1..).map(|((geometry, height, roof), number)| {
        (geometry, vec![height.into(), roof.into(), format!("Nhà số {number}").into()])
    });
    let mut layer = CityLayer::example(Role::Buildings, &columns, features);
    layer.title = Title::new("Nhà", "Buildings");
    layer.columns = columns
        .map(|name| Column {
            name: name.into(),
            title: Title::new(name, name),
            unit: None,
            code_list: (name == "roof").then(|| "roof-form".to_owned()),
        })
        .into();
    CityModel::example(heights, vec![layer])
}

fn flat() -> Heights {
    heights(500.0, 10.0, |_, _| 0.0)
}

#[track_caller]
fn near(found: f64, expected: f64, off: f64) {
    assert!((found - expected).abs() <= off, "{found} is not {expected} ± {off}");
}

#[test]
fn a_way_over_a_plane_is_as_long_as_its_slope_makes_it() {
    // 3 m up on 4 m east: 5 m on the ground, whatever squares lie between.
    let slope = heights(200.0, 7.0, |east, _| east * 0.75);
    near(along_ground_m(&slope, [-40.0, -13.0], [60.0, -13.0]), 125.0, 1e-3);
    near(along_ground_m(&slope, [3.0, -50.0], [3.0, 50.0]), 100.0, 1e-3);
    let roof = heights(200.0, 5.0, |east, _| -east.abs() * 0.75);
    near(along_ground_m(&roof, [-40.0, 2.0], [40.0, 2.0]), 100.0, 1e-3);
    near(distance_m([0.0, 0.0, 0.0], [3.0, 4.0, 12.0]), 13.0, 1e-12);
}

#[test]
fn an_area_is_the_same_either_way_round_and_far_from_the_origin() {
    let ring = [[4e5, 1e6], [4e5 + 30.0, 1e6], [4e5 + 30.0, 1e6 + 20.0], [4e5, 1e6 + 20.0]];
    near(area_m2(&ring), 600.0, 1e-9);
    let mut back = ring;
    back.reverse();
    near(area_m2(&back), 600.0, 1e-9);
    assert!(!crosses_itself(&ring));
    assert!(crosses_itself(&[ring[0], ring[2], ring[1], ring[3]]), "a bow tie");
}

#[test]
fn a_profile_over_a_plane_is_a_line_and_over_a_ridge_climbs_and_falls() {
    let model = city(heights(200.0, 10.0, |east, north| 2.0 + east * 0.1 + north * 0.05), vec![]);
    let buildings = Buildings::of(&model);
    let obstacles = Obstacles::new(&model.heights, &buildings);
    let line = [[-100.0, 0.0], [100.0, 0.0], [100.0, 100.0]];
    let made = profile(&obstacles, &line, 7.0).unwrap();
    for point in &made.points {
        near(point.ground_m, 2.0 + point.at[0] * 0.1 + point.at[1] * 0.05, 1e-4);
        assert_eq!(point.roof, None);
    }
    near(made.length_m, 300.0, 1e-9);
    near(made.ground_length_m, 200.0 * 1.01f64.sqrt() + 100.0 * 1.0025f64.sqrt(), 1e-3);
    near(made.climb_m, 25.0, 1e-3);
    near(made.descent_m, 0.0, 1e-3);
    near(made.steepest, 0.1, 1e-4);
    assert_eq!(made.points.last().map(|it| it.at), Some([100.0, 100.0]));
    assert!(made.points.windows(2).all(|two| two[1].along_m - two[0].along_m <= 7.0 + 1e-9));
    assert!(profile(&obstacles, &[[1.0, 1.0], [1.0, 1.0]], 1.0).is_none());
    let ridge = city(heights(200.0, 10.0, |east, _| 50.0 - east.abs() * 0.5), vec![]);
    let made =
        profile(&Obstacles::new(&ridge.heights, &buildings), &[[-60.0, 1.0], [40.0, 1.0]], 5.0)
            .unwrap();
    near(made.climb_m, 30.0, 1e-3);
    near(made.descent_m, 20.0, 1e-3);
    near(made.range_m.1, 50.0, 1e-4);
}

#[test]
fn a_wall_hides_what_is_behind_it_up_to_the_height_of_similar_triangles() {
    // A wall of 10 m, 20 m before the eye at 2 m: 30 m away everything below 2 + 8 · 30/20 = 14 m is hidden.
    let model = city(flat(), vec![(box_at(20.0, -50.0, 20.5, 50.0), 10.0, "flat")]);
    let buildings = Buildings::of(&model);
    let obstacles = Obstacles::new(&model.heights, &buildings);
    let eye = [0.0, 0.0, 2.0];
    let looks = |up: f64| sight(&obstacles, eye, [30.0, 0.0, up]);
    assert_eq!(looks(13.9).hidden_by.map(|hit| hit.by), Some(By::Building(0, 0)));
    near(looks(3.0).hidden_by.unwrap().at[0], 20.0, 1e-9);
    assert_eq!(looks(14.1).hidden_by, None);
    assert_eq!(sight(&obstacles, eye, [20.0, 0.0, 5.0]).hidden_by, None, "the wall itself is seen");
    assert_eq!(
        sight(&obstacles, eye, [30.0, 80.0, 2.0]).hidden_by,
        None,
        "past its end: 20 m east, 53 m north"
    );
}

#[test]
fn a_hill_hides_and_is_met_where_the_ground_rises_to_the_line() {
    let model =
        city(heights(500.0, 10.0, |east, _| (20.0 - (east - 100.0).abs() * 0.4).max(0.0)), vec![]);
    let buildings = Buildings::of(&model);
    let obstacles = Obstacles::new(&model.heights, &buildings);
    // The slope begins 50 m before the top; at 8 m it is 70 m east.
    let hit = sight(&obstacles, [0.0, 0.0, 8.0], [200.0, 0.0, 8.0]).hidden_by.unwrap();
    assert_eq!(hit.by, By::Ground);
    near(hit.at[0], 70.0, 0.01);
    assert!(sight(&obstacles, [0.0, 0.0, 21.0], [200.0, 0.0, 21.0]).hidden_by.is_none());
}

#[test]
fn a_roof_is_passed_above_its_slope_and_not_through_it() {
    // A gable over 10 m × 20 m: 0.58 · 5 = 2.9 m from the eaves at 6.1 m to the ridge at 9 m, along north.
    let model = city(flat(), vec![(box_at(-5.0, -10.0, 5.0, 10.0), 9.0, "gable")]);
    let buildings = Buildings::of(&model);
    let obstacles = Obstacles::new(&model.heights, &buildings);
    near(obstacles.surface([0.0, 3.0]).0, 9.0, 1e-6);
    near(obstacles.surface([4.0, 3.0]).0, 9.0 - 4.0 * 0.58, 1e-6);
    let along = |east: f64, up: f64| obstacles.is_free([east, -50.0, up], [east, 50.0, up]);
    assert!(along(4.0, 6.8) && !along(4.0, 6.6), "over the slope at 6.68 m");
    assert!(along(0.0, 9.1) && !along(0.0, 8.9), "over the ridge");
}

#[test]
fn a_courtyard_lets_through_what_falls_into_it() {
    let ring: Geometry<f64> = polygon!(
        exterior: [(x: -20.0, y: -20.0), (x: 20.0, y: -20.0), (x: 20.0, y: 20.0), (x: -20.0, y: 20.0)],
        interiors: [[(x: -10.0, y: -10.0), (x: -10.0, y: 10.0), (x: 10.0, y: 10.0), (x: 10.0, y: -10.0)]],
    )
    .into();
    let model = city(flat(), vec![(ring, 10.0, "flat")]);
    let buildings = Buildings::of(&model);
    let obstacles = Obstacles::new(&model.heights, &buildings);
    assert!(obstacles.is_free([0.0, 0.0, 1.0], [5.0, 0.0, 30.0]));
    assert!(!obstacles.is_free([0.0, 0.0, 1.0], [30.0, 0.0, 1.0]));
    assert!(obstacles.is_free([0.0, 0.0, 50.0], [0.0, 0.0, 0.5]), "straight down");
    assert!(!obstacles.is_free([15.0, 0.0, 50.0], [15.0, 0.0, 0.5]));
    assert_eq!(obstacles.surface([0.0, 0.0]).1, By::Ground);
}

#[test]
fn behind_a_wall_the_ground_is_not_seen() {
    let model = city(flat(), vec![(box_at(20.0, -10.0, 22.0, 10.0), 10.0, "flat")]);
    let buildings = Buildings::of(&model);
    let obstacles = Obstacles::new(&model.heights, &buildings);
    let seen = viewshed(&obstacles, &View { cell_m: 1.0, ..View::of_person([0.0, 0.0], 100.0) });
    near(seen.eye[2], 1.6, 1e-6);
    let mut shadow = 0usize;
    for (index, cell) in seen.cells.iter().enumerate() {
        let [east, north] = seen.middle(index % seen.side, index / seen.side);
        let is_built = (20.0..22.0).contains(&east) && north.abs() < 10.0;
        // Behind the wall between the lines of sight past its ends.
        let is_behind = east > 20.0 && (north / east * 20.0).abs() < 10.0 && !is_built;
        let expected = if east.hypot(north) > 100.0 {
            Cell::Beyond
        } else if is_built {
            Cell::Built
        } else if is_behind || (east > 22.0 && (north / east * 22.0).abs() < 10.0) {
            shadow += 1;
            Cell::Hidden
        } else {
            Cell::Seen
        };
        assert_eq!(*cell, expected, "{east} {north}");
    }
    let open = std::f64::consts::PI * 1e4 - 40.0;
    near(seen.share_seen(), 1.0 - shadow as f64 / open, 0.002);
    let roof = viewshed(&obstacles, &View { cell_m: 5.0, ..View::of_person([21.0, 0.0], 100.0) });
    assert_eq!(roof.stands_on, By::Building(0, 0));
    near(roof.eye[2], 11.6, 1e-6);
}

fn path(date: &str) -> SunPath {
    SunPath::over(FRAME, date.parse().unwrap(), 5).unwrap()
}

#[test]
fn earth_is_cut_and_filled_as_wedges_hold() {
    // Over a slope of 1 in 10 a square of 20 m: of the level in its middle each half is a wedge 10 m wide, 1 m
    // high and 20 m long, 100 m³.
    let slope = heights(100.0, 7.0, |east, _| east * 0.1);
    let square = [[-10.0, -10.0], [10.0, -10.0], [10.0, 10.0], [-10.0, 10.0]];
    let made = earthwork(&slope, &square, 0.0).unwrap();
    near(made.area_m2, 400.0, 1e-6);
    near(made.cut_m3, 100.0, 1e-3);
    near(made.fill_m3, 100.0, 1e-3);
    near(made.cut_area_m2, 200.0, 1e-2);
    near(made.balance_m, 0.0, 1e-4);
    let raised = earthwork(&slope, &square, 2.0).unwrap();
    assert_eq!(raised.cut_m3, 0.0);
    near(raised.fill_m3, 800.0, 1e-3);
    near(raised.balance_m, 0.0, 1e-4);
    let even = earthwork(&flat(), &square, 0.0).unwrap();
    assert_eq!((even.cut_m3, even.fill_m3, even.cut_area_m2), (0.0, 0.0, 0.0));
    near(even.area_m2, 400.0, 1e-6);
    // A hill whose top is cut: a pyramid of side 12 m and height 6 m. Two of its edges run across the diagonals of
    // the ground's squares, of a metre: in each of their 12 squares the ground lacks a tetrahedron of 1/6 m³.
    let hill = heights(100.0, 1.0, |east, north| 10.0 - east.abs().max(north.abs()));
    let around = [[-50.0, -50.0], [50.0, -50.0], [50.0, 50.0], [-50.0, 50.0]];
    let cut = earthwork(&hill, &around, 4.0).unwrap();
    near(cut.cut_m3, 12.0 * 12.0 * 6.0 / 3.0 - 12.0 / 6.0, 0.01);
    assert!(
        earthwork(&flat(), &[square[0], square[2], square[1], square[3]], 0.0).is_none(),
        "a bow tie"
    );
    assert!(earthwork(&flat(), &square[..2], 0.0).is_none());
}

#[test]
fn features_are_found_by_name_without_accents_and_by_number() {
    let houses = (0..12).map(|k| {
        let west = f64::from(k) * 20.0;
        (box_at(west, 0.0, west + 8.0, 8.0), 6.0, "flat")
    });
    let model = city(flat(), houses.collect());
    let index = Index::of(&model);
    let found = index.find(&model, "nha so 1", 10);
    let names: Vec<&str> = found.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(names, ["Nhà số 1", "Nhà số 10", "Nhà số 11", "Nhà số 12"]);
    assert_eq!(index.find(&model, "7", 10)[0].source, (0, 6));
    assert_eq!(index.find(&model, "NHÀ  12", 10)[0].title, "Nhà số 12");
    assert!(index.find(&model, "flat", 10).is_empty(), "codes are no names");
    assert!(index.find(&model, " ", 10).is_empty());
}

#[test]
fn bookmarks_last_and_a_broken_file_is_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("dothi/bookmarks.json");
    let mut kept = Bookmarks::open(&file).unwrap();
    let view = camera::View { lon: 108.0, heading_deg: 30.0, ..camera::View::default() };
    let named = |name: &str, text: &str, view| Bookmark {
        name: name.into(),
        text: text.into(),
        view,
        flood: None,
    };
    let flood = Some(RunHour { run: "lu-1999".into(), hours: 7.5 });
    let told = Bookmark { flood, ..named("Cầu Kỳ Phú", "Nơi lũ về", view) };
    kept.add(Bookmark {
        name: " Cầu Kỳ Phú ".into(), text: "Nơi lũ về ".into(), ..told.clone()
    })
    .unwrap();
    kept.add(named("Chợ", "", camera::View::default())).unwrap();
    kept.add(named("Chợ", "", camera::View { lat: 15.0, ..camera::View::default() })).unwrap();
    let again = Bookmarks::open(&file).unwrap();
    assert_eq!(again.all(), kept.all());
    assert_eq!(again.all()[0], told);
    assert_eq!((again.all().len(), again.all()[1].view.lat), (2, 15.0));
    kept.remove("Cầu Kỳ Phú").unwrap();
    assert_eq!(Bookmarks::open(&file).unwrap().all().len(), 1);
    std::fs::write(&file, r#"{"bookmarks": [{"name": 3}]}"#).unwrap();
    let told = Bookmarks::open(&file).unwrap_err().to_string();
    assert!(told.contains("bookmarks[0].name") && told.contains("move it away"), "{told}");
}

#[test]
fn answers_name_who_takes_the_sun_and_draw_what_is_seen() {
    let model = city(
        flat(),
        vec![
            (box_at(0.0, 0.0, 10.0, 10.0), 6.0, "flat"),
            (box_at(0.0, -30.0, 10.0, -15.0), 30.0, "flat"),
        ],
    );
    let buildings = Buildings::of(&model);
    let obstacles = Obstacles::new(&model.heights, &buildings);
    let faces = faces_of(&obstacles, (0, 0), &model.layers[0].features[0]);
    let path = path("2026-12-22");
    let suns = study(&obstacles, &faces, &path);
    let said = wire::shadows(&model, (0, 0), &path, (&faces, &suns));
    assert_eq!((said["layer"].as_str(), said["id"].as_str()), (Some("buildings"), Some("1")));
    assert_eq!(said["taken_by"][0]["name"], "Nhà số 2");
    assert_eq!(said["faces"].as_array().map(Vec::len), Some(5));
    assert!(said["sun_min"].as_f64() < said["facing_min"].as_f64());
    let seen = viewshed(&obstacles, &View { cell_m: 10.0, ..View::of_person([5.0, 30.0], 60.0) });
    let said = wire::viewshed(&model, &seen);
    let rows: Vec<&str> =
        said["rows"].as_array().unwrap().iter().filter_map(|it| it.as_str()).collect();
    assert_eq!((rows.len(), rows[0].chars().count()), (12, 12));
    // North is first: the houses stand in the southern half, and behind them is what they hide.
    assert!(!rows[..6].concat().contains('.') && rows[6..].concat().contains('.'));
    let line = profile(&obstacles, &[[5.0, 20.0], [5.0, -40.0]], 1.0).unwrap();
    let said = wire::profile(&model, &line);
    assert_eq!(said["length_m"], 60.0);
    let tallest = said["points"].as_array().unwrap().iter().filter_map(|it| it["roof_m"].as_f64());
    assert_eq!(tallest.fold(0.0, f64::max), 30.0);
}

#[test]
fn a_point_has_a_place_of_its_own() {
    let model = city(flat(), vec![(box_at(0.0, 0.0, 10.0, 10.0), 6.0, "flat")]);
    let buildings = Arc::new(Buildings::of(&model));
    let obstacles = Obstacles::new(&model.heights, &buildings);
    let lamp = |east: f64| CityFeature {
        id: FeatureId::Number(1),
        geometry: Point::new(east, 5.0).into(),
        values: vec![],
    };
    let faces = faces_of(&obstacles, (1, 0), &lamp(30.0));
    assert_eq!(faces.iter().map(|face| face.points.len()).collect::<Vec<_>>(), [1]);
    assert!(faces_of(&obstacles, (1, 0), &lamp(5.0)).is_empty(), "within a house");
}
