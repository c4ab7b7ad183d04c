//! The sun on plots and walls, and who takes it.

use super::*;

#[test]
fn a_free_plot_has_the_sun_from_its_rise_to_its_set() {
    let model = city(flat(), vec![]);
    let buildings = Buildings::of(&model);
    let obstacles = Obstacles::new(&model.heights, &buildings);
    let plot = CityFeature {
        id: FeatureId::Number(9),
        geometry: box_at(0.0, 0.0, 30.0, 20.0),
        values: vec![],
    };
    let faces = faces_of(&obstacles, (9, 0), &plot);
    assert_eq!(faces.len(), 1);
    near(faces[0].area_m2, 600.0, 1e-9);
    // Between sunrise and sunset: cos H = −tan φ tan δ gives 11 h 2 min at the winter and 12 h 58 min at the
    // summer solstice for the sun's middle without air; refraction adds 2 · 0.57° / 15° an hour, 4.7 min.
    for (date, minutes) in [("2026-12-22", 662.0), ("2026-06-21", 778.0), ("2026-03-20", 720.0)] {
        let path = path(date);
        let sun = &study(&obstacles, &faces, &path)[0];
        assert_eq!(sun.sun_min, path.day_min(), "{date}");
        near(sun.sun_min, minutes + 4.7, 6.0);
        assert!(sun.takers.is_empty());
        near(sun.by_hour.iter().sum(), sun.sun_min, 1e-6);
    }
}

#[test]
fn a_shadow_ends_at_the_height_over_the_tangent_of_the_suns_altitude() {
    let model = city(flat(), vec![(box_at(-5.0, -5.0, 5.0, 5.0), 12.0, "flat")]);
    let buildings = Buildings::of(&model);
    let obstacles = Obstacles::new(&model.heights, &buildings);
    let path = path("2026-12-22");
    for step in path.steps.iter().filter(|step| step.towards[2] > 0.2) {
        let [east, north, up] = step.towards;
        let flat = east.hypot(north);
        let length_m = 12.0 * flat / up;
        // From the middle of the roof's edge that lies farthest away from the sun.
        let (away_e, away_n) = (-east / flat, -north / flat);
        let edge_m = 5.0 / away_e.abs().max(away_n.abs());
        let lit = |m: f64| {
            let at = [away_e * (edge_m + m), away_n * (edge_m + m), 0.0];
            obstacles.is_free(at, obstacles.end_of(at, step.towards).unwrap())
        };
        assert!(!lit(length_m - 0.05) && lit(length_m + 0.05), "{length_m} m at {:?}", step.at);
    }
}

#[test]
fn who_takes_the_sun_is_named_with_what_each_takes_alone() {
    // At noon in December the sun stands 51° high in the south: a house of 5 m, 20 m south, does not reach the
    // plot; one of 40 m, 30 m south of it, does, and a twin in its place takes nothing alone.
    let plot = CityFeature {
        id: FeatureId::Number(9),
        geometry: box_at(-2.0, -2.0, 2.0, 2.0),
        values: vec![],
    };
    let low = (box_at(-5.0, -30.0, 5.0, -22.0), 5.0, "flat");
    let tower = (box_at(-8.0, -40.0, 8.0, -30.0), 40.0, "flat");
    let noon = |houses: Vec<House>| {
        let model = city(flat(), houses);
        let buildings = Buildings::of(&model);
        let obstacles = Obstacles::new(&model.heights, &buildings);
        let faces = faces_of(&obstacles, (9, 0), &plot);
        let mut path = path("2026-12-22");
        path.steps.retain(|step| step.hour == 11 || step.hour == 12);
        study(&obstacles, &faces, &path).remove(0)
    };
    let free = noon(vec![low.clone()]);
    assert_eq!((free.sun_min, free.facing_min), (120.0, 120.0));
    let shaded = noon(vec![low.clone(), tower.clone()]);
    assert_eq!(shaded.takers.len(), 1);
    let taker = shaded.takers[0];
    assert_eq!(taker.by, By::Building(0, 1));
    near(taker.min + shaded.sun_min, 120.0, 1e-9);
    assert!(taker.min > 30.0 && taker.alone_min == taker.min, "{taker:?}");
    let twice = noon(vec![low, tower.clone(), tower]);
    assert_eq!(twice.takers.iter().map(|it| it.min).collect::<Vec<_>>(), [taker.min; 2]);
    assert!(twice.takers.iter().all(|it| it.alone_min == 0.0));
    assert_eq!(twice.sun_min, shaded.sun_min);
}

#[test]
fn a_lone_house_has_sun_on_the_sides_that_look_at_it_and_none_at_a_neighbours_wall() {
    let house = (box_at(0.0, 0.0, 10.0, 10.0), 9.0, "flat");
    let study_of = |houses: Vec<House>, date: &str| {
        let model = city(flat(), houses);
        let buildings = Buildings::of(&model);
        let obstacles = Obstacles::new(&model.heights, &buildings);
        let faces = faces_of(&obstacles, (0, 0), &model.layers[0].features[0]);
        let suns = study(&obstacles, &faces, &path(date));
        (faces, suns, path(date).day_min())
    };
    let (faces, suns, day_min) = study_of(vec![house.clone()], "2026-12-22");
    let headings: Vec<f64> = faces
        .iter()
        .filter_map(|face| match face.surface {
            Surface::Wall { heading_deg, .. } => Some(heading_deg),
            _ => None,
        })
        .collect();
    assert_eq!(headings, [0.0, 90.0, 180.0, 270.0]);
    assert_eq!(faces.last().map(|face| face.surface), Some(Surface::Roof));
    // In December the sun rises and sets south of east and west: none in the north, all day in the south.
    assert_eq!(suns[0].sun_min, 0.0);
    near(suns[2].sun_min, day_min, 1e-9);
    near(suns[4].sun_min, day_min, 1e-9);
    near(suns[1].sun_min + suns[3].sun_min, day_min, 10.0);
    let (_, suns, _) = study_of(vec![house.clone()], "2026-06-21");
    assert!(suns[0].sun_min > suns[2].sun_min, "in June the sun passes north of Tam Kỳ");
    let neighbour = (box_at(10.0, 0.0, 20.0, 10.0), 9.0, "flat");
    let (faces, suns, _) = study_of(vec![house, neighbour], "2026-12-22");
    assert_eq!(faces.len(), 4, "the wall between two houses is none");
    let whole = total(&faces, &suns).unwrap();
    let area: f64 = faces.iter().map(|face| face.area_m2).sum();
    let sum: f64 = faces.iter().zip(&suns).map(|(face, sun)| face.area_m2 * sun.sun_min).sum();
    near(whole.sun_min, sum / area, 1e-9);
}

#[test]
fn one_thread_finds_what_many_find() {
    let houses = (0..6).map(|k| {
        let west = f64::from(k % 3) * 14.0;
        let south = f64::from(k / 3) * 16.0;
        (box_at(west, south, west + 9.0, south + 11.0), 6.0 + f64::from(k) * 3.0, "gable")
    });
    let model =
        city(heights(200.0, 5.0, |east, north| east * 0.02 - north * 0.01), houses.collect());
    let buildings = Buildings::of(&model);
    let obstacles = Obstacles::new(&model.heights, &buildings);
    let both = || {
        let faces = faces_of(&obstacles, (0, 4), &model.layers[0].features[4]);
        let suns = study(&obstacles, &faces, &path("2026-01-15"));
        (suns, viewshed(&obstacles, &View::of_person([-10.0, -10.0], 80.0)))
    };
    let many = both();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(both);
    assert_eq!(many, one);
    assert!(many.0.iter().any(|sun| !sun.takers.is_empty()));
}
