//! Buildings: where the rain on their roofs goes.

use std::collections::BTreeMap;

use super::Ground;

/// A cell that gets rain from roofs: cell of the ground, rain zone of the roofs, how many of their cells.
pub(super) type Gutter = (usize, u32, f64);

/// Leads the rain of blocked cells to the nearest open ones, by steps over sides: each cell hands its
/// rain evenly to all its neighbours that are one step nearer to the open.
pub(super) fn gutters(ground: &Ground, zone_of: impl Fn(usize) -> u32) -> Vec<Gutter> {
    let blocked = ground.blocked();
    if !blocked.contains(&true) {
        return Vec::new();
    }
    let (columns, rows) = (ground.columns(), ground.rows());
    let beside = |at: usize| {
        let (column, row) = (at % columns, at / columns);
        let all = [
            (column > 0).then(|| at - 1),
            (column + 1 < columns).then_some(at + 1),
            (row > 0).then(|| at - columns),
            (row + 1 < rows).then_some(at + columns),
        ];
        all.into_iter().flatten()
    };
    let mut steps = vec![u32::MAX; columns * rows];
    let mut order = Vec::new();
    for at in (0..columns * rows).filter(|at| !blocked[*at]) {
        steps[at] = 0;
        if beside(at).any(|near| blocked[near]) {
            order.push(at);
        }
    }
    let mut next = 0;
    while let Some(&at) = order.get(next) {
        next += 1;
        for near in beside(at) {
            if steps[near] == u32::MAX {
                steps[near] = steps[at] + 1;
                order.push(near);
            }
        }
    }
    // What each cell holds, by zone; from the innermost outwards.
    let mut held: BTreeMap<usize, Vec<(u32, f64)>> = BTreeMap::new();
    for at in order.into_iter().rev().filter(|at| blocked[*at]) {
        let mut mine = held.remove(&at).unwrap_or_default();
        put(&mut mine, zone_of(at), 1.0);
        let outwards = |near: &usize| steps[*near] + 1 == steps[at];
        let share = 1.0 / beside(at).filter(outwards).count() as f64;
        for near in beside(at).filter(outwards) {
            let theirs = held.entry(near).or_default();
            mine.iter().for_each(|(zone, cells)| put(theirs, *zone, cells * share));
        }
    }
    let of = |(at, zones): (usize, Vec<(u32, f64)>)| {
        zones.into_iter().map(move |(zone, cells)| (at, zone, cells))
    };
    held.into_iter().flat_map(of).collect()
}

fn put(zones: &mut Vec<(u32, f64)>, zone: u32, cells: f64) {
    match zones.iter_mut().find(|(known, _)| *known == zone) {
        Some((_, sum)) => *sum += cells,
        None => zones.push((zone, cells)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_house_sheds_its_rain_evenly_on_all_sides() {
        let blocked =
            (0..49).map(|i| (2..5).contains(&(i % 7)) && (2..5).contains(&(i / 7))).collect();
        let ground = Ground::new(7, 7, 1.0, vec![0.0; 49]).and_then(|g| g.with_blocked(blocked));
        let ground = ground.expect("a house");
        let mut depth = [0.0; 49];
        for (at, zone, cells) in gutters(&ground, |at| u32::from(at % 7 >= 4)) {
            assert!(!ground.blocked()[at] && zone <= 1);
            depth[at] += cells;
        }
        assert!((depth.iter().sum::<f64>() - 9.0).abs() < 1e-12);
        // A corner gives half a cell to each of its two sides, the middle of a side all, and a quarter
        // of the innermost.
        let side = [depth[9], depth[10], depth[11]];
        assert_eq!(side, [0.5, 1.25, 0.5]);
        assert_eq!([depth[15], depth[22], depth[29]], side, "the west as the south");
    }

    #[test]
    fn a_house_in_a_corner_sheds_where_it_can() {
        let ground = Ground::new(3, 1, 1.0, vec![0.0; 3]);
        let ground = ground.and_then(|g| g.with_blocked(vec![true, true, false])).expect("a house");
        assert_eq!(gutters(&ground, |_| 3), [(2, 3, 2.0)]);
    }
}
