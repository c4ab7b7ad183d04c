//! Roads: which stretches close, for whom, and when they open again.

use proptest::prelude::*;
use sim::impact::{
    Closure, Flood, Limits, Road, Spell, Unit, Vehicle, closed_m_by_unit, closures, road_cells,
};

use crate::{Run, block, line};

fn closed(flood: &Flood<'_>, road: &Road, limits: &Limits) -> Vec<Closure> {
    closures(flood, std::slice::from_ref(road), limits).expect("a sound road")
}

#[test]
fn a_road_closes_where_the_water_is_too_deep_and_only_there() {
    let run = Run::still(5, 1, vec![0.0, 0.25, 0.4, 0.7, 0.0]);
    let maxima = run.maxima();
    let road = Road::on_ground(line(&[(5.0, 5.0), (45.0, 5.0)]));
    let stretch = |vehicle: Vehicle| {
        let found = closed(&run.flood(&maxima), &road, &vehicle.limits());
        assert_eq!(found.len(), 1, "{found:?}");
        (found[0].along_m.clone(), found[0].line.clone())
    };
    assert_eq!(stretch(Vehicle::Motorbike).0, 5.0..35.0);
    assert_eq!(stretch(Vehicle::Car), (15.0..35.0, line(&[(20.0, 5.0), (40.0, 5.0)])));
    assert_eq!(stretch(Vehicle::Lorry).0, 25.0..35.0);
}

#[test]
fn two_tides_close_a_road_twice_and_each_hour_lies_between_the_frames() {
    let mut run = Run::new(1, 1);
    for (hour, depth_m) in [(0, 0.0), (1, 0.6), (2, 0.0), (3, 0.0), (4, 0.6), (5, 0.6)] {
        run = run.then(f64::from(hour) * 3600.0, vec![depth_m]);
    }
    let road = Road::on_ground(line(&[(0.0, 5.0), (10.0, 5.0)]));
    let (maxima, watch) =
        (run.maxima(), run.watch(road_cells(&run.grid, std::slice::from_ref(&road))));
    let flood = run.flood(&maxima).with_watch(&watch).expect("the same grid");
    let found = closed(&flood, &road, &Vehicle::Car.limits());
    let spells: Vec<_> =
        found[0].spells.iter().map(|s| (s.from_s.round(), s.to_s.map(f64::round))).collect();
    // 0.3 m is half way from 0 to 0.6 m.
    assert_eq!(spells, [(1800.0, Some(5400.0)), (12_600.0, None)]);
    assert_eq!(found[0].hull().map(|spell| spell.to_s), Some(None));
    // From maxima alone it is one, from the first time that 0.3 m were seen.
    let found = closed(&run.flood(&maxima), &road, &Vehicle::Car.limits());
    assert_eq!(found[0].spells, [Spell { from_s: 3600.0, to_s: None }]);
}

#[test]
fn fast_water_closes_a_road_that_its_depth_would_not() {
    let run = Run::new(1, 1).moving(0.0, vec![0.0], vec![0.0]).moving(3600.0, vec![0.2], vec![2.0]);
    let run = run.moving(7200.0, vec![0.0], vec![0.0]);
    let maxima = run.maxima();
    let road = Road::on_ground(line(&[(0.0, 5.0), (10.0, 5.0)]));
    let is_closed =
        |vehicle: Vehicle| !closed(&run.flood(&maxima), &road, &vehicle.limits()).is_empty();
    assert!(is_closed(Vehicle::Car) && !is_closed(Vehicle::Lorry));
}

#[test]
fn a_bridge_stands_dry_until_the_water_is_over_its_deck() {
    let run = Run::still(3, 1, vec![0.0, 3.0, 0.0]);
    let maxima = run.maxima();
    let over = line(&[(0.0, 5.0), (30.0, 5.0)]);
    let car = Vehicle::Car.limits();
    let bridge = |deck_level_m: Option<f64>| {
        let road = Road { line: over.clone(), is_bridge: true, deck_level_m };
        closed(&run.flood(&maxima), &road, &car).len()
    };
    // The bed lies at 2 m, the water at 5 m.
    assert_eq!((bridge(None), bridge(Some(4.8)), bridge(Some(4.6))), (0, 0, 1));
    let (river, road) = ([false, true, false], Road::on_ground(over.clone()));
    assert_eq!(closed(&run.flood(&maxima), &road, &car).len(), 1);
    let flood = run.flood(&maxima).with_standing_water(&river).expect("a raster");
    assert!(closed(&flood, &road, &car).is_empty(), "a road over a river is a bridge");
}

#[test]
fn closed_metres_are_counted_in_the_unit_they_lie_in() {
    let run = Run::still(4, 1, vec![0.5; 4]);
    let maxima = run.maxima();
    let road = Road::on_ground(line(&[(-10.0, 5.0), (40.0, 5.0)]));
    let found = closed(&run.flood(&maxima), &road, &Vehicle::Car.limits());
    let units = [Unit::of(block(0.0, 0.0, 10.0, 10.0)), Unit::of(block(10.0, 0.0, 30.0, 10.0))];
    let (inside, outside) = closed_m_by_unit(&run.grid, &found, &units);
    assert_eq!((inside, outside), (vec![10.0, 20.0], 10.0));
}

#[test]
fn a_road_of_one_point_is_refused() {
    let run = Run::still(1, 1, vec![0.5]);
    let maxima = run.maxima();
    let road = Road::on_ground(line(&[(0.0, 0.0)]));
    let refused = closures(&run.flood(&maxima), &[road], &Vehicle::Car.limits());
    assert!(refused.is_err_and(|error| error.to_string().contains("road 0")));
}

/// Metres and seconds that a closure takes from a road.
fn weight(closures: &[Closure], end_s: f64) -> (f64, f64) {
    let metres = closures.iter().map(Closure::length_m).sum();
    let seconds = closures
        .iter()
        .flat_map(|closure| {
            closure.spells.iter().map(|spell| spell.lasts_s(end_s) * closure.length_m())
        })
        .sum();
    (metres, seconds)
}

proptest! {
    #[test]
    fn a_road_closed_for_cars_is_closed_at_least_as_long_as_for_lorries(
        depths in prop::collection::vec(prop::collection::vec(0.0_f32..1.2, 8), 2..7),
        speeds in prop::collection::vec(prop::collection::vec(0.0_f32..3.5, 8), 7),
        is_watched in any::<bool>(),
    ) {
        let mut run = Run::new(8, 1);
        for (hour, (depth, speed)) in depths.into_iter().zip(speeds).enumerate() {
            run = run.moving(hour as f64 * 3600.0, depth, speed);
        }
        let road = Road::on_ground(line(&[(3.0, 5.0), (77.0, 5.0)]));
        let maxima = run.maxima();
        let watch = run.watch(road_cells(&run.grid, std::slice::from_ref(&road)));
        let flood = run.flood(&maxima);
        let flood = if is_watched { flood.with_watch(&watch).expect("the same grid") } else { flood };
        let order = [Vehicle::Motorbike, Vehicle::Car, Vehicle::FourWheelDrive, Vehicle::Lorry];
        let weights = order.map(|v| weight(&closed(&flood, &road, &v.limits()), run.end_s()));
        for pair in weights.windows(2) {
            prop_assert!(pair[0].0 >= pair[1].0, "metres {weights:?}");
            // Crossings between frames carry rounding of about 1e-9 s.
            prop_assert!(pair[0].1 >= pair[1].1 - 1e-3, "metre-seconds {weights:?}");
        }
        let car = closed(&flood, &road, &Vehicle::Car.limits());
        for closure in &car {
            prop_assert!(closure.spells.windows(2).all(|two| two[0].to_s.is_some_and(|end| end < two[1].from_s)));
        }
    }
}
