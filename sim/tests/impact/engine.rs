//! From a run of the engine to answers, and the same answers for any number of threads.

use sim::flood::{Engine, Forcing, Ground, Params, Rain};
use sim::impact::{
    ArrClass, Building, Debris, Drawing, Flood, Grid, Road, Settings, Unit, Vehicle, Watch,
    areas_above, buildings, closures, flooded_areas, road_cells, units,
};

use crate::{Run, SOUTH_M, WEST_M, block, line};

#[test]
fn a_valley_under_rain_is_answered_from_the_engine_s_own_record() {
    // 24 × 12 cells of 10 m that slope to the middle column; 120 mm in an hour, then nothing.
    let bed: Vec<f64> = (0..288).map(|cell| ((cell % 24) as f64 - 11.5).abs() * 0.05).collect();
    let ground = Ground::new(24, 12, 10.0, bed).expect("a valley");
    let ground = ground.with_manning(vec![0.03; 288]).expect("a usual roughness");
    let rain = Some(Rain::uniform(vec![0.0, 3600.0, 3601.0], &[120.0, 0.0]).expect("rain"));
    let forcing = Forcing { rain, ..Forcing::default() };
    let engine = Engine::<f32>::new(&ground, forcing, Params::hllc()).expect("a sound flood");
    let mut state = engine.start(&[0.0; 288]).expect("dry");
    let grid = Grid::new(24, 12, 10.0, WEST_M, SOUTH_M).expect("a grid");
    let road = [Road::on_ground(line(&[(5.0, 55.0), (235.0, 55.0)]))];
    let mut watch = Watch::new(&grid, road_cells(&grid, &road), Debris::Cautious).expect("cells");
    for frame in 0..=24 {
        let depth: Vec<f32> = engine.depth_m(&state).iter().map(|depth| *depth as f32).collect();
        let (x, y) = engine.velocity_m_s(&state);
        let speed = |(x, y): (&f64, &f64)| (x * x + y * y).sqrt() as f32;
        let speed: Vec<f32> = x.iter().zip(&y).map(speed).collect();
        watch.see(f64::from(frame) * 300.0, &depth, &speed).expect("frames in order");
        engine.advance(&mut state, f64::from(frame + 1) * 300.0).expect("it is stable");
    }
    let maxima = engine.maxima(&state);
    let flood = Flood::new(grid, (&maxima).into(), state.time_s()).expect("rasters of the grid");
    let bound = flood.ratings(Debris::Cautious);
    let watched = flood.with_watch(&watch).expect("the same grid");
    let ratings = watched.ratings(Debris::Cautious);
    let most = bound.iter().zip(&ratings).map(|(bound, seen)| seen - bound).fold(0.0, f32::max);
    // The watch also sees films below the engine's dry depth of 1 mm, whose rating is ½ for debris.
    assert!(most <= 0.51, "a rating in time is not above that from maxima: {most}");
    let house = |west: f64| Building::dwelling(block(west, 52.0, west + 6.0, 58.0));
    let answer = buildings(&watched, &[house(112.0), house(2.0)], &Settings::default());
    let [middle, edge] = &answer.expect("sound houses").impacts[..] else { panic!("two houses") };
    let water = middle.water.expect("in the area");
    // 120 mm over 240 m × 1 run into a valley of slope 1:200: A = h²/0.005 = 28.8 m², h = 0.38 m.
    assert!((0.3..0.45).contains(&water.depth_m), "{water:?}");
    assert!(middle.is_floor_flooded() && !edge.is_affected, "{edge:?}");
    assert!(water.arr >= Some(ArrClass::H2));
    let spell = water.spells[0].expect("0.1 m came");
    assert!(spell.from_s > 0.0 && spell.from_s < 3600.0 && spell.to_s.is_none(), "{spell:?}");
    assert!(water.peak_s.is_some_and(|peak_s| peak_s > 1800.0));
    let closed = closures(&watched, &road, &Vehicle::Motorbike.limits()).expect("a sound road");
    assert_eq!(closed.len(), 1);
    let middle_m = 0.5 * (closed[0].along_m.start + closed[0].along_m.end);
    assert!((middle_m - 115.0).abs() < 1e-6, "the same on both sides of the valley: {middle_m}");
}

#[test]
fn one_thread_and_two_give_the_same_answers() {
    let cells = 40_usize * 40;
    let depth = |cell: usize| ((cell * 7919 % 101) as f32 / 40.0 - 1.0).max(0.0);
    let run = Run::still(40, 40, (0..cells).map(depth).collect());
    let (maxima, watch) = (run.maxima(), run.watch((0..cells).collect()));
    let answer = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("threads").install(|| {
            let flood = run.flood(&maxima).with_watch(&watch).expect("the same grid");
            let settings = Settings::default();
            let houses: Vec<_> = (0..200)
                .map(|i| (f64::from(i % 20) * 19.3, f64::from(i / 20) * 37.7))
                .map(|(x, y)| Building::dwelling(block(x, y, x + 11.0, y + 7.0)))
                .collect();
            let houses = buildings(&flood, &houses, &settings).expect("sound houses");
            let halves = [
                Unit::of(block(0.0, 0.0, 133.0, 400.0)),
                Unit::of(block(133.0, 0.0, 400.0, 400.0)),
            ];
            let found = units(&flood, &halves, &houses.impacts, &settings).expect("sound units");
            let road = [Road::on_ground(line(&[(1.0, 2.0), (390.0, 377.0)]))];
            let closed = closures(&flood, &road, &Vehicle::Car.limits()).expect("a sound road");
            let areas = flooded_areas(&flood, &[0.3, 1.0], &Drawing::of(flood.grid()));
            let ratings = flood.ratings(Debris::Urban);
            let risky = areas_above(flood.grid(), &ratings, &[1.25], &Drawing::of(flood.grid()));
            (houses, found, closed, areas.expect("depths"), risky.expect("a rating"))
        })
    };
    assert!(answer(1) == answer(2));
}
