//! The app without a renderer: time, sun, lamps, live values, vehicles, picking.

use std::sync::mpsc;

use city::{Role, Value};
use geo_types::{Point, polygon};
use serde_json::json;

use super::*;
use crate::{
    clock::parse_time,
    inspect::{Picked, Ray, pick, pick_cut},
    live::{LampLight, Link, LiveFeed, LiveState, Vehicle},
    model::{CityLayer, Heights},
    remote::LiveEvent,
    scene::Lamp,
    section::{Cutting, Section, pipes::Tube},
    sky::Sun,
};

/// A house of 10 m at the origin, a lamp that works at 30 m east and one that is broken at 60 m.
fn model() -> CityModel {
    let house =
        polygon![(x: -5.0, y: -5.0), (x: 5.0, y: -5.0), (x: 5.0, y: 5.0), (x: -5.0, y: 5.0)];
    let lamp = |x: f64, status: &str| (Point::new(x, 0.0).into(), vec![Value::from(status)]);
    let layers = vec![
        CityLayer::example(Role::Buildings, &["height"], [(house.into(), vec![10.0.into()])]),
        CityLayer::example(Role::Lamps, &["status"], [lamp(30.0, "good"), lamp(60.0, "broken")]),
    ];
    CityModel::example(Heights::square(200.0, 5.0, 3.0), layers)
}

fn app_at(time: &str) -> (App, mpsc::Sender<LiveEvent>) {
    let (sender, receiver) = mpsc::channel();
    let stage = Stage::new(model(), |_| Ok(View::default()), Some(time)).unwrap();
    let mut app = App::new();
    app.add_plugins(MinimalPlugins);
    stage.into_world(&mut app, false, false);
    app.insert_resource(LiveFeed::new(receiver));
    app.update();
    app.update();
    (app, sender)
}

fn lamps(app: &mut App) -> Vec<(String, LampLight, bool)> {
    let world = app.world_mut();
    let mut query = world.query::<&Lamp>();
    let lamps = query.iter(world).map(|lamp| (lamp.form.id.to_string(), lamp.light, lamp.is_stale));
    let mut lamps: Vec<_> = lamps.collect();
    lamps.sort_by(|a, b| a.0.cmp(&b.0));
    lamps
}

fn snapshot() -> LiveEvent {
    let document = json!({"seq": 1, "features": [
        {"geometry": {"coordinates": [108.474, 15.5736]}, "properties": {
            "thing": 1, "name": "DCS1", "role": "lamps", "layer": "lamps", "feature": "1", "simulated": true,
            "values": [{"datastream": 5, "property": "Mức sáng", "unit": "%",
                "definition": "urn:dothi:observed-property:lamp-dim-level",
                "time": "2026-06-21T05:00:00Z", "result": 40.0}]}},
        {"geometry": {"coordinates": [108.474, 15.5736]}, "properties": {
            "thing": 2, "name": "Xe 1", "role": "vehicles", "simulated": true, "values": []}}
    ]});
    LiveEvent::Snapshot(serde_json::from_value(document).unwrap())
}

#[test]
fn lamps_burn_by_night_and_not_by_day_and_a_broken_one_never() {
    let (mut app, _live) = app_at("2026-06-21T12:00");
    assert!(app.world().resource::<Sun>().position.elevation_deg() > 70.0);
    assert_eq!(
        lamps(&mut app),
        [("1".into(), LampLight::Off, false), ("2".into(), LampLight::Failed, false)]
    );
    app.world_mut().resource_mut::<VirtualClock>().set_time_of_day(22.0);
    app.update();
    app.update();
    assert!(app.world().resource::<Sun>().position.elevation_deg() < -20.0);
    assert_eq!(lamps(&mut app)[0].1, LampLight::On(1.0));
    assert_eq!(lamps(&mut app)[1].1, LampLight::Failed);
}

#[test]
fn a_controller_dims_its_lamp_and_a_lost_connection_leaves_it_greyed() {
    let (mut app, live) = app_at("2026-06-21T12:00");
    live.send(snapshot()).unwrap();
    app.update();
    app.update();
    assert_eq!(lamps(&mut app)[0], ("1".into(), LampLight::On(0.4), false));
    let change =
        json!([{"thing": 1, "datastream": 5, "time": "2026-06-21T05:01:00Z", "result": 0.0}]);
    live.send(LiveEvent::Observations(serde_json::from_value(change).unwrap())).unwrap();
    app.update();
    assert_eq!(lamps(&mut app)[0].1, LampLight::Off);
    live.send(LiveEvent::Lost("it hung up".into())).unwrap();
    app.update();
    assert_eq!(lamps(&mut app)[0], ("1".into(), LampLight::Off, true));
    assert!(matches!(app.world().resource::<LiveState>().link, Link::Lost(_)));
    live.send(snapshot()).unwrap();
    app.update();
    assert_eq!(lamps(&mut app)[0], ("1".into(), LampLight::On(0.4), false));
}

#[test]
fn a_bus_stands_on_the_ground_and_follows_the_clock() {
    let (mut app, live) = app_at("2026-06-21T12:00");
    live.send(snapshot()).unwrap();
    app.update();
    let report = |lon: f64, time: &str| {
        let items = json!([{"thing": 2, "at": [lon, 15.5736], "time": time}]);
        LiveEvent::Positions(serde_json::from_value(items).unwrap())
    };
    live.send(report(108.474, "2026-06-21T05:00:00Z")).unwrap();
    live.send(report(108.475, "2026-06-21T05:00:10Z")).unwrap();
    let east_at = |app: &mut App, time: &str| {
        app.world_mut().resource_mut::<VirtualClock>().jump(parse_time(time).unwrap());
        app.update();
        app.update();
        let world = app.world_mut();
        let mut query = world.query::<(&Vehicle, &Transform)>();
        let places: Vec<Vec3> = query.iter(world).map(|(_, it)| it.translation).collect();
        assert_eq!(places.len(), 1, "one bus, however often it reports");
        assert!((places[0].y - 3.0).abs() < 1e-3);
        places[0].x
    };
    // A thousandth of a degree is 107.26 m here.
    assert!(east_at(&mut app, "2026-06-21T05:00:10Z").abs() < 0.1);
    assert!((east_at(&mut app, "2026-06-21T05:00:15Z") - 53.6).abs() < 0.2);
    assert!((east_at(&mut app, "2026-06-21T05:01:00Z") - 107.26).abs() < 0.2);
}

#[test]
fn a_ray_picks_the_house_it_meets_first_else_the_lamp_else_the_ground() {
    let model = model();
    let buildings = Buildings::of(&model);
    let down =
        |east: f64, north: f64| Ray { from: [east, north, 100.0], towards: [0.0, 0.0, -1.0] };
    let roof = pick(&down(1.0, 1.0), &model, &buildings).unwrap();
    assert_eq!(roof.what, Picked::Feature(0, 0));
    assert!((roof.at[2] - 13.0).abs() < 1e-6, "its roof is at 13 m");
    let wall = Ray { from: [-50.0, 0.0, 5.0], towards: [1.0, 0.0, 0.0] };
    let wall = pick(&wall, &model, &buildings).unwrap();
    assert_eq!(wall.what, Picked::Feature(0, 0));
    assert!((wall.distance_m - 45.0).abs() < 1e-6);
    assert_eq!(pick(&down(30.0, 0.1), &model, &buildings).unwrap().what, Picked::Feature(1, 0));
    assert_eq!(pick(&down(80.0, 80.0), &model, &buildings).unwrap().what, Picked::Ground);
    let sky = Ray { from: [0.0, 0.0, 50.0], towards: [0.0, 0.0, 1.0] };
    assert!(pick(&sky, &model, &buildings).is_none());
}

#[test]
fn a_ray_goes_through_the_box_and_meets_its_sides_and_what_lies_below() {
    let model = model();
    let buildings = Buildings::of(&model);
    let down =
        |east: f64, north: f64| Ray { from: [east, north, 100.0], towards: [0.0, 0.0, -1.0] };
    // A box takes the house and the ground to 6 m below it; there is a drain 4 m below.
    let section = Section::between([-60.0, -60.0], [60.0, 60.0], &model.frame, -3.0, 80.0);
    let dug = Cutting { section, see_through: 0.0 };
    let drain = [Tube {
        role: Role::Drains,
        source: (7, 5),
        line: vec![[-50.0, 1.0, -1.0], [50.0, 1.0, -1.0]],
        radius_m: 0.4,
        half_height_m: 0.4,
        is_assumed: true,
    }];
    let met = |ray: &Ray, cutting: &Cutting, tubes: &[Tube]| {
        pick_cut(ray, &model, &buildings, cutting, tubes)
    };
    let (ray, house) = (down(1.0, 1.0), Picked::Feature(0, 0));
    let floor = met(&ray, &dug, &[]).unwrap();
    assert_eq!(floor.what, Picked::Ground);
    assert!((floor.at[2] + 3.0).abs() < 1e-9, "{floor:?}");
    let pipe = met(&ray, &dug, &drain).unwrap();
    assert_eq!(pipe.what, Picked::Feature(7, 5));
    assert!((pipe.at[2] + 1.0).abs() < 1e-6, "{pipe:?}");
    // Covered, it is not met; through the ground it is, but not through a house.
    assert_eq!(met(&ray, &Cutting::default(), &drain).unwrap().what, house);
    let through = Cutting { section: None, see_through: 0.5 };
    assert_eq!(met(&ray, &through, &drain).unwrap().what, house);
    assert_eq!(met(&down(40.0, 1.0), &through, &drain).unwrap().what, Picked::Feature(7, 5));
    assert_eq!(met(&down(40.0, 30.0), &through, &drain).unwrap().what, Picked::Ground);
    // All but the box: the ground beside it is gone, the house stands, and half of it is cut at x = 0.
    let alone = section.map(|it| Section { keeps: true, ..it });
    let alone = Cutting { section: alone, see_through: 0.0 };
    assert!(met(&down(90.0, 90.0), &alone, &[]).is_none());
    assert_eq!(met(&ray, &alone, &[]).unwrap().what, house);
    let half = Section::between([-60.0, -60.0], [0.0, 60.0], &model.frame, -3.0, 80.0);
    let half = Cutting { section: half, see_through: 0.0 };
    let level = Ray { from: [-50.0, 0.5, 5.0], towards: [1.0, 0.0, 0.0] };
    let inside = met(&level, &half, &[]).unwrap();
    assert_eq!(inside.what, house);
    assert!((inside.distance_m - 50.0).abs() < 1e-6, "its inside, at the box's side: {inside:?}");
}

#[test]
fn the_camera_stands_where_its_view_says() {
    let (mut app, _live) = app_at("2026-06-21T12:00");
    let view = View { lon: 108.474, lat: 15.5736, distance_m: 100.0, ..View::default() };
    let camera = app.world_mut().spawn((Rig { view, ease: 0.0 }, Transform::default())).id();
    app.update();
    let at = app.world().get::<Transform>(camera).unwrap().translation;
    assert!((at - Vec3::new(0.0, 53.0, 86.6)).length() < 0.1, "{at}");
}
