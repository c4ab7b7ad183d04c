//! Buildings, parcels, facilities and administrative units.

use geo_types::Point;
use proptest::prelude::*;
use sim::impact::{
    ArrClass, Assumption, Building, Danger, Debris, Facility, Settings, Site, Spell, Tally, Unit,
    buildings, facilities, parcels, units,
};

use crate::{Run, SOUTH_M, WEST_M, block};

/// 4 × 1 cells: dry, 0.2 m, 0.6 m, 1.2 m, from 1 h to 3 h.
fn street() -> Run {
    Run::still(4, 1, vec![0.0, 0.2, 0.6, 1.2])
}

fn house(west: f64, east: f64) -> Building {
    Building { people: Some(4.0), ..Building::dwelling(block(west, 2.0, east, 8.0)) }
}

#[test]
fn a_house_has_the_worst_water_of_the_cells_it_touches() {
    let (run, settings) = (street(), Settings::default());
    let maxima = run.maxima();
    let houses = [house(2.0, 8.0), house(12.0, 18.0), house(15.0, 25.0), house(100.0, 110.0)];
    let answer = buildings(&run.flood(&maxima), &houses, &settings).expect("sound houses");
    let [dry, low, wide, away] = &answer.impacts[..] else { panic!("four houses") };
    assert_eq!(dry.water.map(|water| water.depth_m), Some(0.0));
    assert!(!dry.is_affected && low.is_affected);
    assert!(!low.is_floor_flooded(), "0.2 m stand below a floor at 0.3 m");
    let water = wide.water.expect("it stands in the area");
    assert!((water.depth_m - 0.6).abs() < 1e-6 && (wide.over_floor_m - 0.3).abs() < 1e-6);
    assert_eq!(water.level_m, Some(f64::from(2.6_f32)));
    assert_eq!(water.arrival_s(), Some(3600.0));
    assert_eq!(water.spells[3], None, "1 m was never reached");
    assert_eq!(water.arr, Some(ArrClass::H3));
    // HR = 0.6·0.5 + 1.
    assert_eq!(water.danger, Some(Danger::Most));
    assert!(away.water.is_none() && !away.is_affected);
}

#[test]
fn a_blocked_house_is_judged_by_the_water_at_its_walls() {
    let run = Run::still(3, 3, vec![0.1, 0.1, 0.1, 0.1, 0.0, 0.1, 0.1, 0.1, 0.7]);
    let maxima = run.maxima();
    let blocked: Vec<_> = (0..9).map(|cell| cell == 4).collect();
    let inside = Building::dwelling(block(11.0, 11.0, 19.0, 19.0));
    let depth = |is_blocked: bool| {
        let flood = run.flood(&maxima);
        let flood =
            if is_blocked { flood.with_blocked(&blocked).expect("a raster") } else { flood };
        let answer = buildings(&flood, std::slice::from_ref(&inside), &Settings::default());
        answer.expect("a sound house").impacts[0].water.expect("water").depth_m
    };
    assert_eq!(depth(false), 0.0);
    assert!((depth(true) - 0.7).abs() < 1e-6);
}

#[test]
fn residents_are_estimated_by_floor_area_and_the_answer_says_so() {
    let run = street();
    let maxima = run.maxima();
    let unknown = Building {
        floors: Some(3.0),
        floor_height_m: Some(0.5),
        // 6 m × 10 m.
        ..Building::dwelling(block(15.0, 2.0, 25.0, 8.0))
    };
    let shop = Building { is_dwelling: false, ..unknown.clone() };
    let counted = Building { households: Some(2.0), vulnerable: Some(3.0), ..unknown.clone() };
    let settings = Settings::default();
    let answer = buildings(&run.flood(&maxima), &[unknown, shop, counted], &settings);
    let answer = answer.expect("sound houses");
    let people: Vec<_> = answer.impacts.iter().map(|impact| impact.people).collect();
    assert_eq!(people, [7.2, 0.0, 7.2], "60 m² × 3 / 25, nobody, 2 × 3.6");
    assert_eq!(answer.impacts[0].households, 2.0);
    assert_eq!(
        answer.assumptions,
        [
            Assumption::Residents { buildings: 1, floor_area_per_person_m2: 25.0 },
            Assumption::Households { buildings: 2, people_per_household: 3.6 },
            Assumption::Vulnerable { buildings: 1 },
        ]
    );
    assert!(answer.assumptions[0].vi().contains("25 m²/người"));
    let each = &answer.assumptions[1];
    assert!(each.vi().contains("3,6 người/hộ") && each.en().contains("3.6"), "{each}");
}

#[test]
fn houses_that_make_no_sense_are_refused_with_their_place() {
    let run = street();
    let maxima = run.maxima();
    let asked = |building: Building| {
        let refused =
            buildings(&run.flood(&maxima), &[house(2.0, 8.0), building], &Settings::default());
        refused.expect_err("it makes no sense").to_string()
    };
    let message = asked(Building { people: Some(-1.0), ..house(2.0, 8.0) });
    assert!(message.contains("people of building 1 is -1"), "{message}");
    let message = asked(house(f64::NAN, 8.0));
    assert!(message.contains("building 1 has a coordinate"), "{message}");
}

#[test]
fn a_parcel_has_its_flooded_area_by_class() {
    let run = street();
    let maxima = run.maxima();
    // 5 m of each of two cells, 10 m deep: dry and 0.2 m; and 10 m of 0.6 m.
    let land = [block(5.0, 0.0, 15.0, 10.0), block(20.0, 0.0, 30.0, 10.0)];
    let found = parcels(&run.flood(&maxima), &land, &Settings::default()).expect("sound parcels");
    assert_eq!(found[0].flooded.by_depth_m2, [50.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!((found[0].flooded.land_m2, found[0].flooded.by_arr_m2[0]), (100.0, 50.0));
    assert_eq!(found[1].flooded.by_depth_m2, [0.0, 0.0, 100.0, 0.0, 0.0, 0.0]);
    assert!(found[0].is_affected && found[1].is_affected);
}

#[test]
fn a_substation_fails_when_the_water_reaches_its_switches() {
    let run = street();
    let maxima = run.maxima();
    let at = |x: f64| Site::Point(Point::new(WEST_M + x, SOUTH_M + 5.0));
    let stations = [(15.0, 0.5), (25.0, 0.5), (35.0, 0.8), (5.0, 0.1)];
    let stations = stations.map(|(x, fails_from_m)| Facility { site: at(x), fails_from_m });
    let found = facilities(&run.flood(&maxima), &stations, &Settings::default());
    let found = found.expect("sound stations");
    let wet: Vec<_> = found.iter().map(|impact| (impact.is_wet, impact.fails)).collect();
    assert_eq!(wet, [(true, false), (true, true), (true, true), (false, false)]);
    // Seen at 1 h and 2 h; the end between 2 h and 3 h is not in the maxima.
    assert_eq!(found[1].outage, Some(Spell { from_s: 3600.0, to_s: Some(7200.0) }));
    let watch = run.watch(Vec::new());
    let flood = run.flood(&maxima).with_watch(&watch).expect("the same grid");
    let found = facilities(&flood, &stations, &Settings::default()).expect("sound stations");
    assert_eq!(found[1].outage, Some(Spell { from_s: 3600.0, to_s: Some(10_800.0) }));
    assert_eq!(found[1].water.and_then(|water| water.peak_s), Some(3600.0));
}

#[test]
fn a_unit_counts_its_people_its_land_and_its_hours() {
    let run = street();
    let maxima = run.maxima();
    let settings = Settings::default();
    let houses = [house(2.0, 8.0), house(12.0, 18.0), house(32.0, 38.0), house(41.0, 45.0)];
    let flood = run.flood(&maxima);
    let impacts = buildings(&flood, &houses, &settings).expect("sound houses").impacts;
    let thon = [Unit::of(block(0.0, 0.0, 15.0, 10.0)), Unit::of(block(15.0, 0.0, 40.0, 10.0))];
    let found = units(&flood, &thon, &impacts, &settings).expect("sound units");
    let [west, east] = &found.impacts[..] else { panic!("two units") };
    // The second house's middle lies on the border: it belongs to the eastern unit.
    assert_eq!((west.tally.buildings, west.tally.affected, west.people), (1, 0, 0.0));
    assert_eq!((east.tally.buildings, east.tally.affected, east.people), (2, 2, 8.0));
    assert_eq!(east.tally.by_depth, [1, 0, 0, 1, 0, 0]);
    assert_eq!((east.tally.floor_flooded, east.tally.people_floor_flooded), (1, 4.0));
    assert_eq!(found.outside.buildings, 1);
    assert_eq!(west.flooded.by_depth_m2, [50.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(east.flooded.by_depth_m2, [50.0, 0.0, 100.0, 100.0, 0.0, 0.0]);
    let deepest = east.deepest.expect("it is wet");
    assert_eq!((deepest.at.x, deepest.level_m), (WEST_M + 35.0, Some(f64::from(3.2_f32))));
    assert_eq!(east.water, Some(Spell { from_s: 3600.0, to_s: Some(7200.0) }));
    assert_eq!(west.deep_water, None);
}

#[test]
fn a_river_is_no_flooded_land() {
    let run = street();
    let maxima = run.maxima();
    let standing = [false, false, false, true];
    let flood = run.flood(&maxima).with_standing_water(&standing).expect("a raster");
    let whole = Unit { people: Some(90.0), ..Unit::of(block(0.0, 0.0, 40.0, 10.0)) };
    let found = units(&flood, &[whole], &[], &Settings::default()).expect("a sound unit");
    let unit = &found.impacts[0];
    assert_eq!((unit.flooded.land_m2, unit.flooded.flooded_m2()), (300.0, 200.0));
    assert!(unit.deepest.is_some_and(|deepest| deepest.depth_m < 0.7));
    assert_eq!(unit.people, 60.0, "two thirds of its land, and no buildings");
    assert_eq!(found.assumptions, [Assumption::Spread { units: 1 }]);
}

#[test]
fn ratings_that_were_watched_are_not_above_those_from_maxima() {
    // Deep and slow, then shallow and fast: the worst of each is not of one hour.
    let run = Run::new(1, 1)
        .moving(0.0, vec![1.0], vec![0.1])
        .moving(600.0, vec![0.2], vec![1.5])
        .moving(1200.0, vec![0.0], vec![0.0]);
    let (maxima, watch) = (run.maxima(), run.watch(Vec::new()));
    let flood = run.flood(&maxima);
    // 0.3 + 0.5·1 + 1 against 0.1 + 0.5 + 1.
    assert!((flood.ratings(Debris::Cautious)[0] - 1.8).abs() < 1e-6);
    let flood = flood.with_watch(&watch).expect("the same grid");
    assert!((flood.ratings(Debris::Cautious)[0] - 1.6).abs() < 1e-6);
    assert_eq!(flood.arr_classes(), [3]);
}

proptest! {
    #[test]
    fn the_sum_over_units_is_the_whole(
        depths in prop::collection::vec(0.0_f32..3.0, 24),
        corners in prop::collection::vec((0.0..55.0_f64, 0.0..35.0_f64), 1..30),
        border in 1.0..59.0_f64,
    ) {
        let run = Run::still(6, 4, depths);
        let maxima = run.maxima();
        let flood = run.flood(&maxima);
        let settings = Settings::default();
        let houses: Vec<_> = corners
            .iter()
            .map(|(x, y)| Building::dwelling(block(*x, *y, x + 5.0, y + 5.0)))
            .collect();
        let impacts = buildings(&flood, &houses, &settings).expect("sound houses").impacts;
        let parts = [Unit::of(block(0.0, 0.0, border, 40.0)), Unit::of(block(border, 0.0, 60.0, 40.0))];
        let whole = [Unit::of(block(0.0, 0.0, 60.0, 40.0))];
        let parts = units(&flood, &parts, &impacts, &settings).expect("sound units");
        let whole = units(&flood, &whole, &impacts, &settings).expect("a sound unit");
        let all = &whole.impacts[0];
        for class in 0..settings.depth_classes_m.len() {
            let sum: f64 = parts.impacts.iter().map(|unit| unit.flooded.by_depth_m2[class]).sum();
            // Shares of cells are exact but for rounding of 1e-9 of a cell.
            prop_assert!((sum - all.flooded.by_depth_m2[class]).abs() < 1e-5);
        }
        let mut sum = parts.outside.clone();
        parts.impacts.iter().for_each(|unit| sum += &unit.tally);
        let expected = Tally::of(&impacts, &settings);
        prop_assert_eq!(sum.buildings, expected.buildings);
        prop_assert_eq!(&sum.by_depth, &expected.by_depth);
        prop_assert!((sum.people - expected.people).abs() < 1e-9);
    }
}
