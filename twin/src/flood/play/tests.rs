//! Plays whose end can be worked out on paper.

use std::sync::Arc;

use city::{Bbox, Role, frame::LocalFrame};
use geo_types::polygon;

use super::*;
use crate::{
    model::{CityLayer, CityModel, Heights},
    scene::Buildings,
};

const FRAME: (f64, f64) = (108.474, 15.5736);

/// A square of 400 m whose ground is given, with a canal of a level along its western edge where one is.
fn model(ground: impl Fn(f64, f64) -> f64 + Sync, canal_m: Option<f64>) -> CityModel {
    let edges = Bbox { min_x: -200.0, min_y: -200.0, max_x: 200.0, max_y: 200.0 };
    let canal = canal_m.map(|level_m| {
        let water = polygon![
            (x: -200.0, y: -200.0), (x: -160.0, y: -200.0), (x: -160.0, y: 200.0), (x: -200.0, y: 200.0)
        ];
        CityLayer::example(Role::Water, &["level"], [(water.into(), vec![level_m.into()])])
    });
    let heights = Heights::sample(&edges, 4.0, 200, |row| {
        row.iter().map(|(east, north)| Some(ground(*east, *north) as f32)).collect()
    });
    CityModel::example(heights, canal.into_iter().collect())
}

fn land(model: &CityModel) -> Arc<Land> {
    let area = Area::around([0.0, 0.0], 400.0, &model.heights).unwrap();
    Land::of(model, &Buildings::of(model), area)
}

fn lon_lat(east: f64, north: f64) -> [f64; 2] {
    LocalFrame::at(FRAME.0, FRAME.1).to_lon_lat(east, north).into()
}

/// A bowl: it holds whatever is poured into its middle.
fn bowl(east: f64, north: f64) -> f64 {
    0.02 * east.abs().max(north.abs())
}

fn depth_at(basin: &Basin, east: f64, north: f64) -> f64 {
    basin.depths().at(east, north)
}

#[test]
fn what_a_source_has_given_lies_in_the_bowl() {
    let land = land(&model(bowl, None));
    let source = Source { at: lon_lat(0.0, 0.0), discharge_m3_s: 2.0 };
    let measures = Measures { sources: vec![source], ..Measures::default() };
    let mut basin = Basin::begin(land, &measures).unwrap();
    basin.advance(1800.0).unwrap();
    let figures = basin.figures();
    // Single precision, a few thousand steps: well within a thousandth.
    assert!((figures.volume_m3 - 3600.0).abs() < 4.0, "{figures:?}");
    // A pyramid turned over, of slope s: V = (4/3) h³ / s², so h = (0.75 V s²)^(1/3) = 1.026 m.
    assert!((figures.deepest_m - 1.026).abs() < 0.05, "{figures:?}");
    assert!(figures.deep_m2 < figures.flooded_m2 && figures.deep_m2 > 0.0);
}

#[test]
fn a_wall_holds_until_it_breaches_and_nothing_is_lost_when_it_does() {
    // Level ground, a rim around it so that all stays inside.
    let ground =
        |east: f64, north: f64| if east.abs().max(north.abs()) > 180.0 { 8.0 } else { 0.0 };
    let land = land(&model(ground, None));
    let mut measures = Measures {
        sources: vec![Source { at: lon_lat(-100.0, 0.0), discharge_m3_s: 20.0 }],
        walls: vec![Wall {
            line: vec![lon_lat(0.0, -195.0), lon_lat(0.0, 195.0)],
            height_m: 2.0,
            breaches: Vec::new(),
        }],
        ..Measures::default()
    };
    let mut basin = Basin::begin(land, &measures).unwrap();
    basin.advance(1800.0).unwrap();
    // 36 000 m³ on 180 m × 360 m.
    assert!((depth_at(&basin, -100.0, 100.0) - 0.55).abs() < 0.05);
    assert_eq!(depth_at(&basin, 100.0, 0.0), 0.0, "the other side is dry");
    let before = basin.figures();
    measures.sources.clear();
    measures.walls[0].breaches.push(Breach {
        at: lon_lat(0.0, 30.0),
        width_m: 40.0,
        from_s: 1800.0,
    });
    basin.change(&measures).unwrap();
    assert!((basin.time_s() - 1800.0).abs() < 1e-6, "the play goes on");
    assert!((basin.figures().volume_m3 - before.volume_m3).abs() < 1.0, "with the same water");
    basin.advance(1800.0 + 7200.0).unwrap();
    let (here, there) = (depth_at(&basin, -100.0, 100.0), depth_at(&basin, 100.0, 0.0));
    assert!((here - there).abs() < 0.02, "level on both sides: {here} and {there}");
    assert!((basin.figures().volume_m3 - before.volume_m3).abs() < 40.0);
}

#[test]
fn a_pump_lifts_what_it_says() {
    let ground =
        |east: f64, north: f64| if east.abs().max(north.abs()) > 180.0 { 8.0 } else { 0.0 };
    let land = land(&model(ground, None));
    let filling = Measures {
        sources: vec![Source { at: lon_lat(0.0, 0.0), discharge_m3_s: 30.0 }],
        ..Measures::default()
    };
    let mut basin = Basin::begin(land, &filling).unwrap();
    basin.advance(1200.0).unwrap();
    let full = basin.figures().volume_m3;
    let pump = PumpSite { from: lon_lat(50.0, 50.0), to: None, capacity_m3_s: 5.0 };
    basin.change(&Measures { pumps: vec![pump], ..Measures::default() }).unwrap();
    basin.advance(2400.0).unwrap();
    let lifted = full - basin.figures().volume_m3;
    assert!((lifted - 6000.0).abs() < 30.0, "5 m³/s for 20 minutes: {lifted}");
}

#[test]
fn a_tide_comes_over_the_low_land_and_stands_at_its_level() {
    // The land rises from the canal: 0 m there, 2 m at the far side.
    let model = model(|east, _| ((east + 160.0) / 360.0 * 2.0).max(0.0), Some(0.0));
    let land = land(&model);
    assert!(land.water_m.contains(&0.0));
    let measures = Measures { tide_m: 1.0, tide_hours: 0.5, ..Measures::default() };
    let mut basin = Basin::begin(land, &measures).unwrap();
    assert_eq!(basin.depths().range(), (0.0, 0.0), "usual water is drawn as usual");
    basin.advance(3.0 * 3600.0).unwrap();
    // Ground at −70 m east: 0.5 m; the water stands at 1 m.
    assert!((depth_at(&basin, -70.0, 0.0) - 0.5).abs() < 0.03);
    assert_eq!(depth_at(&basin, 60.0, 0.0), 0.0, "above the tide");
}

#[test]
fn rain_runs_to_the_lowest_place_and_around_houses() {
    let mut model = model(bowl, None);
    let house =
        polygon![(x: -20.0, y: 40.0), (x: 20.0, y: 40.0), (x: 20.0, y: 60.0), (x: -20.0, y: 60.0)];
    let house = (house.into(), vec![9.0.into()]);
    model.layers.push(CityLayer::example(Role::Buildings, &["height"], [house]));
    let land = land(&model);
    let built = land.is_built.iter().filter(|it| **it).count() as f64;
    let side_m = land.area.cell_m;
    assert!((built * side_m * side_m - 800.0).abs() < 100.0, "40 m × 20 m");
    let mut basin =
        Basin::begin(land, &Measures { rain_mm_h: 100.0, ..Measures::default() }).unwrap();
    basin.advance(3600.0).unwrap();
    assert!(depth_at(&basin, 0.0, 0.0) > 0.8, "it gathers");
    assert_eq!(depth_at(&basin, 0.0, 50.0), 0.0, "no water in the house");
}

#[test]
fn measures_are_read_and_wrong_ones_are_told_of() {
    let text = r#"{"rain_mm_h": 60, "walls": [{"line": [[108.4, 15.5], [108.5, 15.5]], "height_m": 1.5}]}"#;
    let measures = Measures::parse(text).unwrap();
    assert_eq!((measures.rain_mm_h, measures.walls.len()), (60.0, 1));
    for (wrong, named) in [
        ("{", "EOF"),
        (r#"{"rain": 5}"#, "rain"),
        (r#"{"rain_mm_h": 900}"#, "rain_mm_h"),
        (r#"{"walls": [{"line": [[1, 2]], "height_m": 1}]}"#, "walls[0]"),
        (r#"{"walls": [{"line": [[1, 2], [3, 4]], "height_m": "x"}]}"#, "walls[0].height_m"),
        (r#"{"sources": [{"at": [1, 2], "discharge_m3_s": -1}]}"#, "sources[0]"),
    ] {
        let told = Measures::parse(wrong).unwrap_err().to_string();
        assert!(told.contains(named), "{wrong}: {told}");
    }
    let land = land(&model(bowl, None));
    let far = Source { at: [0.0, 0.0], discharge_m3_s: 1.0 };
    let told = Basin::begin(land, &Measures { sources: vec![far], ..Measures::default() });
    assert!(told.unwrap_err().to_string().contains("sources[0]"));
}

#[test]
fn a_play_that_is_kept_slides_like_a_run() {
    let model = model(bowl, None);
    let buildings = Buildings::of(&model);
    let measures = Measures {
        side_m: Some(300.0),
        sources: vec![Source { at: lon_lat(0.0, 0.0), discharge_m3_s: 2.0 }],
        ..Measures::default()
    };
    let (run, figures) =
        play_out((&model, &buildings), ("thử", &measures), [0.0, 0.0], 0.5).unwrap();
    assert_eq!((run.name.as_str(), run.hours()), ("thử", 0.5));
    assert!((figures.volume_m3 - 3600.0).abs() < 4.0);
    let ground = crate::ground::Ground { frame: model.frame, heights: Arc::new(model.heights) };
    let depth = |index| {
        let depths = bevy::tasks::block_on(run.depths(index, &ground)).unwrap();
        depths.at(0.0, 0.0)
    };
    assert!(depth(0) == 0.0 && depth(10) > 0.3 && depth(30) > depth(10));
}

#[test]
fn the_worst_of_a_play_goes_through_what_is_placed_meanwhile() {
    let land = land(&model(bowl, None));
    let mut measures = Measures {
        sources: vec![Source { at: lon_lat(0.0, 0.0), discharge_m3_s: 2.0 }],
        ..Measures::default()
    };
    let mut basin = Basin::begin(land, &measures).unwrap();
    basin.advance(1800.0).unwrap();
    // The pyramid of the test above is 1.026 m deep; 40 m off its middle the ground lies 0.8 m higher.
    let at = |basin: &Basin, what: &str, east: f64| basin.result(what).unwrap().at(east, 0.0);
    let came_h = at(&basin, "arrival", 40.0);
    // Depth 0.1 m there is a pyramid of 0.9 m: V = (4/3) 0.9³ / 0.02² = 2430 m³, after 1215 s.
    assert!((came_h - 1215.0 / 3600.0).abs() < 0.03, "{came_h}");
    assert_eq!(at(&basin, "arrival", 120.0), -1.0, "there it never came");
    // At the middle all classes: deep, so for all. DEFRA's rating of still water 1.026 m deep is 0.513 + 1 of debris.
    assert!(at(&basin, "hazard", 0.0) >= 3.0);
    // The water goes on for as long again without the source: nobody forgets when it came, and time under it adds up.
    let stood_h = at(&basin, "duration-30cm", 0.0);
    measures.sources.clear();
    basin.change(&measures).unwrap();
    basin.advance(3600.0).unwrap();
    assert!((at(&basin, "arrival", 40.0) - came_h).abs() < 1e-6);
    let more_h = at(&basin, "duration-30cm", 0.0) - stood_h;
    assert!((more_h - 0.5).abs() < 0.01, "{more_h}");
    assert!(basin.result("max-depth").is_none() && basin.result("nothing").is_none());
}
