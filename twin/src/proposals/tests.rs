//! Proposals on a street that is known by heart.

use bevy::prelude::*;
use city::Role;
use geo_types::Rect;

use super::*;
use crate::{
    app::Stage,
    camera::View,
    inspect::{Picked, Ray, pick},
    model::{CityLayer, CityModel, Heights},
    models::Models,
    scene::{Added, Buildings, City},
    tools::{By, Obstacles},
};

/// Level ground at 3 m; houses of 6 m: one at the origin, one 8 m east of it, one 40 m east.
fn city() -> CityModel {
    let houses = [0.0, 10.4, 40.0].map(|x| {
        (Rect::new([x - 5.0, -5.0], [x + 5.0, 5.0]).to_polygon().into(), vec![6.0.into()])
    });
    let houses = CityLayer::example(Role::Buildings, &["height"], houses);
    CityModel::example(Heights::square(200.0, 5.0, 3.0), vec![houses])
}

/// A tower of 20 m × 10 m and 10 storeys of 3 m over the first house.
fn tower() -> Proposed {
    Proposed {
        shape: Shape::Box { width_m: 10.0, depth_m: 20.0 },
        storeys: 10.0,
        storey_m: 3.0,
        name: "Tháp".into(),
        ..Proposed::new("A".into(), 108.474, 15.5736)
    }
}

fn stood(proposed: Proposed) -> (CityModel, Buildings, Proposals) {
    let mut city = city();
    let buildings = Buildings::of(&city);
    let document = Document::of(vec![proposed]);
    let mut proposals = Proposals::of(document, None);
    proposals.stand(&mut city, &buildings);
    let mut added = Added::of(&Models::default());
    proposals.add_to(&mut added);
    (city, buildings.with(added), proposals)
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
}

#[test]
fn a_tower_takes_the_place_of_a_house_and_has_its_numbers() {
    let (city, buildings, proposals) = stood(tower());
    let made = proposals.stood[0].metrics;
    near(made.footprint_m2, 200.0);
    near(made.height_m, 30.0);
    near(made.floor_area_m2, 2000.0);
    assert_eq!((made.storeys, made.replaced), (10.0, 1));
    near(made.replaced_footprint_m2, 100.0);
    near(made.replaced_floor_area_m2, 200.0);
    let layer = &city.layers[proposals.layer.unwrap()];
    assert_eq!((layer.id.as_str(), layer.text(&layer.features[0], "name")), (LAYER, Some("Tháp")));
    let obstacles = Obstacles::new(&city.heights, &buildings);
    assert_eq!(obstacles.surface([0.0, 0.0]), (33.0, By::Building(1, 0)));
    assert_eq!(obstacles.surface([10.4, 0.0]), (9.0, By::Building(0, 1)), "its neighbour stays");
    assert_eq!(
        obstacles.first([-50.0, 0.0, 20.0], [50.0, 0.0, 20.0]).unwrap().by,
        By::Building(1, 0)
    );
    // Without swap the house stands within the tower.
    let (_, both, kept) = stood(Proposed { swaps: false, ..tower() });
    assert_eq!((kept.stood[0].gone.len(), both.within([0.0, 0.0], [0.0, 0.0]).count()), (0, 2));
    assert_eq!(buildings.within([0.0, 0.0], [0.0, 0.0]).count(), 1);
}

#[test]
fn it_is_moved_turned_made_larger_and_raised() {
    // A quarter turn: 20 m from west to east reach the neighbour, 4.6 m of whose 10 m are built over.
    let (_, buildings, proposals) = stood(Proposed { heading_deg: 90.0, ..tower() });
    assert_eq!(proposals.stood[0].gone, [(0, 0), (0, 1)]);
    assert_eq!(proposals.total().replaced, 2);
    assert_eq!(buildings.along([-50.0, 0.0], [50.0, 0.0]).count(), 2);
    let (_, _, large) = stood(Proposed { scale: 2.0, ground_m: Some(7.0), ..tower() });
    near(large.stood[0].metrics.footprint_m2, 800.0);
    let form = large.stood[0].form.as_ref().unwrap();
    assert_eq!((form.base_m, form.top_m(), form.roof_m([0.0, 0.0])), (7.0, 37.0, 37.0));
    let frame = city().frame;
    let (lon, lat) = frame.to_lon_lat(100.0, 50.0);
    let (_, _, moved) = stood(Proposed { lon, lat, roof: "gable".into(), ..tower() });
    assert!(moved.stood[0].gone.is_empty());
    let roof = moved.stood[0].form.as_ref().unwrap();
    near(roof.roof_m([100.0, 50.0]), 33.0);
    assert!(roof.roof_m([95.5, 50.0]) < 31.0, "it falls to the eaves");
    let mut drawn = tower();
    drawn.take_ring(&[[10.0, 10.0], [30.0, 10.0], [20.0, 30.0]], &frame);
    let ring = drawn.ring(&frame).unwrap();
    assert!((ring[2][0] - 20.0).abs() < 2e-3 && (ring[2][1] - 30.0).abs() < 2e-3, "{ring:?}");
}

#[test]
fn a_model_stands_as_a_proposal_and_is_in_the_way() {
    let mut city = city();
    let buildings = Buildings::of(&city);
    let cube = serde_json::json!({
        "type": "CityJSON", "version": "2.0",
        "vertices": [[0,0,0],[12,0,0],[12,12,0],[0,12,0],[0,0,25],[12,0,25],[12,12,25],[0,12,25]],
        "CityObjects": {"khoi": {"type": "Building", "geometry": [{"type": "Solid", "lod": "1", "boundaries": [[
            [[0,3,2,1]], [[4,5,6,7]], [[0,1,5,4]], [[1,2,6,5]], [[2,3,7,6]], [[3,0,4,7]]]]}]}}
    });
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("khoi.city.json"), cube.to_string()).unwrap();
    let model = Proposed { shape: Shape::Model("khoi.city.json".into()), storeys: 7.0, ..tower() };
    let document = Document::of(vec![model]);
    let file = dir.path().join("pa.json").to_str().unwrap().to_owned();
    let mut proposals = Proposals::of(document, Some(file));
    assert_eq!(bevy::tasks::block_on(proposals.read_models(&city)), []);
    proposals.stand(&mut city, &buildings);
    let made = proposals.stood[0].metrics;
    near(made.footprint_m2, 144.0);
    near(made.height_m, 25.0);
    near(made.floor_area_m2, 1008.0);
    assert_eq!(made.replaced, 1);
    let mut added = Added::default();
    proposals.add_to(&mut added);
    let buildings = buildings.with(added);
    let obstacles = Obstacles::new(&city.heights, &buildings);
    let (up, by) = obstacles.surface([1.0, 2.0]);
    near(up, 28.0);
    assert_eq!(by, By::Building(1, 0));
    assert!(
        obstacles.is_inside([1.0, 2.0, 10.0], None) && !obstacles.is_inside([1.0, 2.0, 30.0], None)
    );
    assert_eq!(obstacles.all([-50.0, 0.5, 20.0], [50.0, 0.5, 20.0]), [By::Building(1, 0)]);
    let ray = Ray { from: [-50.0, 0.5, 20.0], towards: [1.0, 0.0, 0.0] };
    let met = pick(&ray, &city, &buildings).unwrap();
    assert_eq!(met.what, Picked::Feature(1, 0));
    near(met.at[0], -6.0);
    // One that is missing is told of, and the rest stands.
    let missing = Proposed { shape: Shape::Model("none.glb".into()), id: "B".into(), ..tower() };
    proposals.document.buildings.push(missing);
    assert_eq!(bevy::tasks::block_on(proposals.read_models(&city)).len(), 1);
    proposals.stand(&mut city, &buildings);
    assert!(proposals.stood[0].trouble.is_none() && proposals.stood[1].trouble.is_some());
}

#[test]
fn the_city_follows_what_is_changed_without_a_renderer() {
    let view = |_| Ok(View::default());
    let stage = Stage::new(city(), view, Some("2026-06-21T12:00")).unwrap();
    let mut app = App::new();
    app.add_plugins(MinimalPlugins);
    stage.into_world(&mut app, false, false);
    app.update();
    let standing = |app: &App| {
        let buildings = app.world().resource::<Buildings>();
        buildings.within([-1.0, -1.0], [1.0, 1.0]).map(|it| it.source).collect::<Vec<_>>()
    };
    assert_eq!(standing(&app), [(0, 0)]);
    assert_eq!(
        app.world().resource::<City>().layers.len(),
        1,
        "no layer where nothing is proposed"
    );
    app.world_mut().resource_mut::<Proposals>().document.buildings.push(tower());
    app.update();
    assert_eq!(standing(&app), [(1, 0)]);
    app.world_mut().resource_mut::<Proposals>().is_shown = false;
    app.update();
    assert_eq!(standing(&app), [(0, 0)], "the city as it is");
    app.world_mut().resource_mut::<Proposals>().is_shown = true;
    app.world_mut().resource_mut::<Proposals>().document.buildings[0].lon += 0.001;
    app.update();
    assert_eq!(standing(&app), [(0, 0)], "it stands elsewhere now");
}

#[test]
fn a_document_that_is_wrong_says_where() {
    let good = Document::of(vec![tower()]);
    assert_eq!(Document::parse(good.text().as_bytes()).unwrap(), good);
    let wrong = |pointer: &str, value: serde_json::Value, expected: &str| {
        let mut json: serde_json::Value = serde_json::from_str(&good.text()).unwrap();
        *json.pointer_mut(pointer).unwrap() = value;
        let error = Document::parse(json.to_string().as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "'{expected}' is not in: {error}");
    };
    use serde_json::json;
    wrong("/kind", json!("other"), "dothi-proposal");
    wrong("/version", json!(2), "version 1");
    wrong("/buildings/0/storeys", json!("x"), "buildings[0].storeys");
    wrong("/buildings/0/storeys", json!(0), "storeys or their height");
    wrong("/buildings/0/lat", json!(95), "place or heading");
    wrong("/buildings/0/scale", json!(0), "scale");
    wrong("/buildings/0/shape", json!({"box": {"width_m": -1, "depth_m": 2}}), "sides");
    wrong(
        "/buildings/0/shape",
        json!({"outline": [[0, 0], [9, 9], [9, 0], [0, 9]]}),
        "crosses itself",
    );
    wrong("/buildings/0/shape", json!({"model": " "}), "needs a model");
    assert!(Document::parse(b"[]").is_err() && Document::parse(b"{").is_err());
    let twice = Document::of(vec![tower(), tower()]);
    assert!(Document::parse(twice.text().as_bytes()).unwrap_err().en.contains("twice"));
    assert_eq!(twice.free_id(), "PA-1");
}
