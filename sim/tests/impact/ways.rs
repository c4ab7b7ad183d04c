//! Networks: what joins what, who is cut off, who reaches a shelter before the water.

use geo_types::{Coord, coord};
use proptest::prelude::*;
use sim::impact::{
    Access, Closings, Isolation, Joining, Limits, Network, Origin, Reason, Road, Shelter, Site,
    Spell, Travel, Vehicle, evacuation, isolation, road_cells,
};

use crate::{Run, SOUTH_M, WEST_M, block, line};

fn roads(lines: &[&[(f64, f64)]]) -> Vec<Road> {
    lines.iter().map(|points| Road::on_ground(line(points))).collect()
}

fn at(x: f64, y: f64) -> Coord<f64> {
    coord! {x: WEST_M + x, y: SOUTH_M + y}
}

fn network(lines: &[&[(f64, f64)]], points: &[Coord<f64>]) -> Network {
    let joining = Joining { snap_m: 0.5, reach_m: 50.0 };
    Network::new(&roads(lines), points, joining).expect("sound roads")
}

/// Nothing closes but what is given: edge, from, to.
fn closings(network: &Network, given: &[(usize, f64, Option<f64>)]) -> Closings {
    let mut spells = vec![Vec::new(); network.edges().len()];
    for (edge, from_s, to_s) in given {
        spells[*edge].push(Spell { from_s: *from_s, to_s: *to_s });
    }
    Closings::given(network, spells).expect("a list for each edge")
}

#[test]
fn roads_join_at_shared_points_and_at_ends_but_not_where_they_only_cross() {
    // A road with a middle point; one that crosses it between points; one that shares the middle
    // point; one that ends 0.3 m beside it.
    let main: &[(f64, f64)] = &[(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)];
    let crossing: &[(f64, f64)] = &[(50.0, -10.0), (50.0, 10.0)];
    let shared: &[(f64, f64)] = &[(100.0, 10.0), (100.0, 0.0), (100.0, -10.0)];
    let ending: &[(f64, f64)] = &[(150.0, 0.3), (150.0, 40.0)];
    let found = network(&[main, crossing, shared, ending], &[]);
    let of = |road: usize| found.edges().iter().filter(|edge| edge.road == road).count();
    assert_eq!([of(0), of(1), of(2), of(3)], [3, 1, 2, 1]);
    let lengths: Vec<f64> = found.edges()[..3].iter().map(|edge| edge.length_m()).collect();
    assert_eq!(lengths, [100.0, 50.0, 50.0]);
    assert_eq!(found.edges()[1].nodes.1, found.edges()[6].nodes.0, "the end beside the road");
}

#[test]
fn a_point_joins_the_nearest_place_of_the_nearest_road() {
    let found =
        network(&[&[(0.0, 0.0), (100.0, 0.0)]], &[at(30.0, 20.0), at(30.0, 80.0), at(-3.0, 4.0)]);
    let [near, far, beyond] = found.accesses() else { panic!("three points") };
    let near = near.expect("20 m is within reach");
    assert_eq!((found.nodes()[near.node], near.off_m), (at(30.0, 0.0), 20.0));
    assert_eq!(*far, None, "80 m is not");
    assert_eq!(
        beyond.map(|access| (found.nodes()[access.node], access.off_m)),
        Some((at(0.0, 0.0), 5.0))
    );
    assert_eq!(found.edges().len(), 2, "the road was cut at the first point only");
}

#[test]
fn a_village_is_cut_off_while_both_of_its_roads_are_closed() {
    let west: &[(f64, f64)] = &[(0.0, 50.0), (100.0, 50.0)];
    let east: &[(f64, f64)] = &[(100.0, 50.0), (200.0, 50.0)];
    let lane: &[(f64, f64)] = &[(100.0, 50.0), (100.0, 80.0)];
    let found = network(&[west, east, lane], &[]);
    let hours = |from: f64, to: f64| (from * 3600.0, Some(to * 3600.0));
    let ((from0, to0), (from1, to1), (from2, to2)) =
        (hours(1.0, 3.0), hours(2.0, 4.0), hours(2.0, 2.5));
    let closed = closings(&found, &[(0, from0, to0), (1, from1, to1), (2, from2, to2)]);
    let village = found.nodes_of(&Site::Area(block(90.0, 40.0, 110.0, 90.0)), 0.0);
    assert_eq!(village.len(), 2);
    let grid = sim::impact::Grid::new(20, 10, 10.0, WEST_M, SOUTH_M).expect("a grid");
    let goals = found.outside(&grid, 1.0);
    assert_eq!(goals.len(), 2, "both ends at the edge of the area");
    let away = vec![found.nodes().len() - 1];
    let answer = isolation(&found, &closed, &[village, away, Vec::new()], &goals, 86_400.0, 300.0);
    let answer = answer.expect("sound numbers");
    let spell = |from: f64, to: f64| Spell { from_s: from * 3600.0, to_s: Some(to * 3600.0) };
    let expected = Isolation {
        nodes: 2,
        connected_nodes: 2,
        cut_off: vec![spell(2.0, 3.0)],
        partly_cut_off: vec![spell(2.0, 3.0)],
        most_cut_off: 1.0,
    };
    assert_eq!(answer[0], expected);
    assert_eq!((answer[2].nodes, answer[2].cut_off.len()), (0, 0));
    // To the hospital in the east it is longer.
    let hospital = found.nodes_of(&Site::Point(at(195.0, 50.0).into()), 10.0);
    let village = vec![vec![found.edges()[0].nodes.1]];
    let answer = isolation(&found, &closed, &village, &hospital, 86_400.0, 300.0).expect("sound");
    assert_eq!(answer[0].cut_off, [spell(2.0, 4.0)]);
}

#[test]
fn an_edge_closes_with_the_water_on_any_part_of_it() {
    let run = Run::still(4, 1, vec![0.0, 0.0, 0.4, 0.0]);
    let maxima = run.maxima();
    let lines: &[&[(f64, f64)]] = &[&[(5.0, 5.0), (15.0, 5.0)], &[(15.0, 5.0), (35.0, 5.0)]];
    let (found, roads) = (network(lines, &[]), roads(lines));
    let watch = run.watch(road_cells(&run.grid, &roads));
    let flood = run.flood(&maxima).with_watch(&watch).expect("the same grid");
    let closed = |limits: Limits| {
        let closings = Closings::by_flood(&found, &flood, &roads, &limits).expect("sound limits");
        (closings.spells(0).to_vec(), closings.spells(1).to_vec())
    };
    let (first, second) = closed(Vehicle::Car.limits());
    assert!(first.is_empty());
    // 0.3 of 0.4 m after three quarters of the first hour, and after a quarter of the third.
    let hours = second.iter().map(|s| (s.from_s.round(), s.to_s.map(f64::round)));
    assert_eq!(hours.collect::<Vec<_>>(), [(2700.0, Some(8100.0))]);
    assert!(closed(Vehicle::Lorry.limits()).1.is_empty());
}

/// A village at 100 m between two shelters at 0 and 300 m.
fn between(first: f64, second: f64) -> (Network, [Shelter; 2]) {
    let lines: &[&[(f64, f64)]] = &[&[(0.0, 0.0), (100.0, 0.0)], &[(100.0, 0.0), (300.0, 0.0)]];
    let found = network(lines, &[at(0.0, 10.0), at(300.0, 0.0), at(100.0, 20.0)]);
    let shelter = |index: usize, capacity: f64| Shelter {
        access: found.accesses()[index],
        capacity,
        closes_s: None,
    };
    let shelters = [shelter(0, first), shelter(1, second)];
    (found, shelters)
}

fn village(found: &Network, people: f64, water_s: Option<f64>) -> Origin {
    Origin { access: found.accesses()[2], people, water_s }
}

#[test]
fn people_go_to_the_nearest_shelter_and_the_rest_to_the_next() {
    let (found, shelters) = between(30.0, 60.0);
    let origins = [village(&found, 100.0, Some(5000.0))];
    let closed = closings(&found, &[(1, 1000.0, None)]);
    let answer = evacuation(&found, &closed, &origins, &shelters, &Travel::on_foot(60.0));
    let answer = answer.expect("sound numbers");
    let [near, far] = &answer.groups[..] else { panic!("{answer:?}") };
    // 20 m to the road, 100 m along it, 10 m to the door.
    assert_eq!((near.shelter, near.people, near.arrive_s, near.way_m), (0, 30.0, 190.0, 100.0));
    assert_eq!(near.leave_by_s, Some(5000.0), "the water at their own houses");
    assert_eq!(near.way, line(&[(100.0, 0.0), (0.0, 0.0)]));
    assert_eq!((far.shelter, far.people, far.arrive_s), (1, 60.0, 280.0));
    // The road is to be left before 1000 s: 200 m on it and 20 m to it.
    assert_eq!((far.leave_by_s, far.last_chance_s), (Some(780.0), Some(780.0)));
    assert_eq!((answer.left[0].people, answer.left[0].reason), (10.0, Reason::Full));
    assert_eq!(answer.taken, [30.0, 60.0]);
}

#[test]
fn who_must_leave_sooner_gets_the_places() {
    let (found, shelters) = between(50.0, 0.0);
    let late = village(&found, 50.0, Some(9000.0));
    let soon = village(&found, 50.0, Some(3000.0));
    let answer = evacuation(
        &found,
        &closings(&found, &[]),
        &[late, soon],
        &shelters,
        &Travel::by_motorbike(0.0),
    );
    let answer = answer.expect("sound numbers");
    assert_eq!(answer.groups.iter().map(|group| group.origin).collect::<Vec<_>>(), [1]);
    assert_eq!((answer.left[0].origin, answer.left[0].reason), (0, Reason::Full));
}

#[test]
fn who_cannot_go_is_told_why() {
    let (found, shelters) = between(50.0, 50.0);
    let closed = closings(&found, &[(0, 50.0, None), (1, 100.0, None)]);
    let origins = [
        village(&found, 5.0, None),
        village(&found, 5.0, Some(-1.0)),
        Origin { access: None, people: 5.0, water_s: None },
    ];
    let answer = evacuation(&found, &closed, &origins, &shelters, &Travel::on_foot(0.0));
    let reasons: Vec<_> =
        answer.expect("sound numbers").left.iter().map(|left| left.reason).collect();
    assert_eq!(reasons, [Reason::NoWay, Reason::TooLate, Reason::NoRoad]);
    // By motorbike the near one is reached: 20 s to the road, 20 s along it, closed at 50 s.
    let answer = evacuation(&found, &closed, &origins, &shelters, &Travel::by_motorbike(0.0));
    let answer = answer.expect("sound numbers");
    assert_eq!((answer.groups[0].shelter, answer.groups[0].leave_by_s), (0, Some(10.0)));
}

#[test]
fn numbers_that_make_no_sense_are_refused() {
    let (found, shelters) = between(1.0, 1.0);
    let closed = closings(&found, &[]);
    let asked = |origin: Origin, speed_m_s: f64| {
        let travel = Travel { speed_m_s, ..Travel::on_foot(0.0) };
        evacuation(&found, &closed, &[origin], &shelters, &travel).is_err()
    };
    assert!(asked(village(&found, f64::NAN, None), 1.0));
    assert!(asked(village(&found, 1.0, None), 0.0));
    let nowhere =
        Origin { access: Some(Access { node: 99, off_m: 0.0 }), ..village(&found, 1.0, None) };
    assert!(asked(nowhere, 1.0));
    assert!(isolation(&found, &closed, &[], &[], 86_400.0, 1.0).is_err());
    assert!(Closings::given(&found, Vec::new()).is_err());
}

/// All ways without a node twice: (earliest arrival, latest leaving) at a goal, by trying each.
fn by_trial(
    found: &Network,
    closed: &Closings,
    (from, goal): (usize, usize),
    closes_s: f64,
    way: &mut Vec<usize>,
    seen: &mut Vec<usize>,
) -> (f64, f64) {
    if from == goal {
        let (mut arrive_s, mut is_open) = (0.0, true);
        for edge in way.iter() {
            arrive_s += found.edges()[*edge].length_m();
            is_open &= closed.spells(*edge).first().is_none_or(|spell| arrive_s <= spell.from_s);
        }
        let leave_s = way.iter().rev().fold(closes_s, |there_s: f64, edge| {
            let until_s = closed.spells(*edge).first().map_or(f64::INFINITY, |spell| spell.from_s);
            there_s.min(until_s) - found.edges()[*edge].length_m()
        });
        let arrives = is_open && arrive_s <= closes_s;
        return (if arrives { arrive_s } else { f64::INFINITY }, leave_s);
    }
    let mut best = (f64::INFINITY, f64::NEG_INFINITY);
    for (index, edge) in found.edges().iter().enumerate() {
        let next = match edge.nodes {
            (one, two) if one == from => two,
            (one, two) if two == from => one,
            _ => continue,
        };
        if !seen.contains(&next) {
            way.push(index);
            seen.push(next);
            let (arrive_s, leave_s) = by_trial(found, closed, (next, goal), closes_s, way, seen);
            best = (best.0.min(arrive_s), best.1.max(leave_s));
            seen.pop();
            way.pop();
        }
    }
    best
}

proptest! {
    #[test]
    fn ways_are_those_that_trying_all_finds(
        places in prop::collection::vec((0.0..1000.0_f64, 0.0..1000.0_f64), 6),
        pairs in prop::collection::vec((0_usize..6, 0_usize..6, prop::option::of(100.0..3000.0_f64)), 4..12),
        closes_s in prop::option::of(500.0..3000.0_f64),
    ) {
        let pairs: Vec<_> = pairs.into_iter().filter(|(one, two, _)| one != two).collect();
        let lines: Vec<Vec<(f64, f64)>> =
            pairs.iter().map(|(one, two, _)| vec![places[*one], places[*two]]).collect();
        let lines: Vec<&[(f64, f64)]> = lines.iter().map(Vec::as_slice).collect();
        let points = [at(places[0].0, places[0].1), at(places[1].0, places[1].1)];
        let joining = Joining { snap_m: 0.0, reach_m: 0.01 };
        let found = Network::new(&roads(&lines), &points, joining).expect("sound roads");
        prop_assume!(found.edges().len() == pairs.len());
        let given: Vec<_> = pairs.iter().enumerate()
            .filter_map(|(edge, (_, _, closes))| closes.map(|from_s| (edge, from_s, None)))
            .collect();
        let closed = closings(&found, &given);
        let (Some(start), Some(end)) = (found.accesses()[0], found.accesses()[1]) else {
            return Ok(());
        };
        let origin = Origin { access: Some(start), people: 1.0, water_s: None };
        let shelter = Shelter { access: Some(end), capacity: 1.0, closes_s };
        let answer = evacuation(&found, &closed, &[origin], &[shelter], &Travel::on_foot(0.0));
        let answer = answer.expect("sound numbers");
        let (arrive_s, leave_s) = by_trial(
            &found, &closed, (start.node, end.node), closes_s.unwrap_or(f64::INFINITY),
            &mut Vec::new(), &mut vec![start.node],
        );
        prop_assert_eq!(answer.groups.len(), usize::from(arrive_s.is_finite()));
        if let Some(group) = answer.groups.first() {
            // Sums of some 1000 s in another order, and millimetres beside the road.
            prop_assert!((group.arrive_s - arrive_s).abs() < 1e-3, "{} {arrive_s}", group.arrive_s);
            let last_s = group.last_chance_s.unwrap_or(f64::INFINITY);
            prop_assert!(last_s == leave_s || (last_s - leave_s).abs() < 1e-3, "{last_s} {leave_s}");
            prop_assert!(group.leave_by_s.unwrap_or(f64::INFINITY) <= last_s + 1e-3);
            prop_assert!(last_s >= -1e-3, "who arrives could leave at 0");
        }
    }
}
