//! Floors and grounds of nodes, and how high conduits lie over them.

use super::{Run, Settings, Spot, notes::Notes};

/// Finds all heights; drains of which none can be found are left out.
pub(super) fn set(spots: &mut [Spot], runs: &mut Vec<Run>, settings: &Settings, notes: &mut Notes) {
    for run in runs.iter_mut() {
        run.inverts_m = run.inverts_m.map(|invert_m| invert_m.filter(|m| m.is_finite()));
    }
    floors_from_drains(spots, runs, notes);
    floors_from_grounds(spots, runs, settings, notes);
    floors_from_neighbours(spots, runs, notes);
    runs.retain(|run| {
        let is_known = run.ends.iter().all(|end| spots[*end].invert_m.is_some());
        if !is_known {
            notes.left_out(
                &run.name,
                "không có cao độ nào ở nó và ở các cống nối với nó: hãy ghi cao độ đáy hay mặt đất",
                "neither it nor a drain joined to it has a height: give inverts or the ground",
            );
        }
        is_known
    });
    lay(spots, runs);
    grounds(spots, runs, settings, notes);
}

/// The lowest invert of the drains that meet at each node.
fn lowest(spots: usize, runs: &[Run]) -> Vec<Option<f64>> {
    let mut lowest: Vec<Option<f64>> = vec![None; spots];
    for run in runs {
        for (end, invert_m) in run.ends.into_iter().zip(run.inverts_m) {
            let Some(invert_m) = invert_m else { continue };
            lowest[end] = Some(lowest[end].map_or(invert_m, |known: f64| known.min(invert_m)));
        }
    }
    lowest
}

/// A floor that is not known is that of the lowest drain; one above it comes down to it.
fn floors_from_drains(spots: &mut [Spot], runs: &[Run], notes: &mut Notes) {
    let lowest = lowest(spots.len(), runs);
    for (spot, lowest_m) in spots.iter_mut().zip(lowest) {
        let Some(lowest_m) = lowest_m else { continue };
        match spot.invert_m {
            Some(invert_m) if invert_m <= lowest_m => continue,
            Some(invert_m) => notes.assumed(
                &spot.name,
                format!("đáy {invert_m:.2} m cao hơn đáy cống thấp nhất: hạ xuống {lowest_m:.2} m"),
                format!(
                    "its floor at {invert_m:.2} m is above its lowest drain: put at {lowest_m:.2} m"
                ),
            ),
            None => notes.assumed(
                &spot.name,
                format!("không có cao độ đáy: lấy theo cống thấp nhất, {lowest_m:.2} m"),
                format!("has no floor: that of its lowest drain was taken, {lowest_m:.2} m"),
            ),
        }
        spot.invert_m = Some(lowest_m);
    }
}

fn floors_from_grounds(spots: &mut [Spot], runs: &[Run], settings: &Settings, notes: &mut Notes) {
    let mut is_met = vec![false; spots.len()];
    runs.iter().flat_map(|run| run.ends).for_each(|end| is_met[end] = true);
    for (spot, _) in spots.iter_mut().zip(is_met).filter(|(_, is_met)| *is_met) {
        if let (None, Some(ground_m)) = (spot.invert_m, spot.ground_m) {
            let depth_m = settings.depth_m;
            spot.invert_m = Some(ground_m - depth_m);
            notes.assumed(
                &spot.name,
                format!("không có cao độ đáy hay chiều sâu: lấy sâu {depth_m} m"),
                format!("has neither floor nor depth: {depth_m} m of depth was taken"),
            );
        }
    }
}

/// A node of which nothing is known lies level with its neighbour, the nearer ones first.
fn floors_from_neighbours(spots: &mut [Spot], runs: &[Run], notes: &mut Notes) {
    loop {
        let mut found: Vec<(usize, f64)> = Vec::new();
        for run in runs {
            let [a, b] = run.ends;
            match (spots[a].invert_m, spots[b].invert_m) {
                (Some(invert_m), None) => found.push((b, invert_m)),
                (None, Some(invert_m)) => found.push((a, invert_m)),
                _ => {}
            }
        }
        if found.is_empty() {
            return;
        }
        for (at, invert_m) in found {
            let spot = &mut spots[at];
            if spot.invert_m.is_none() {
                spot.invert_m = Some(invert_m);
                notes.assumed(
                    &spot.name,
                    format!("không có cao độ nào: lấy đáy bằng nút kề, {invert_m:.2} m"),
                    format!("has no height at all: level with the node beside it, {invert_m:.2} m"),
                );
            }
        }
    }
}

/// How high conduits lie over the floors; on them where that is not known.
fn lay(spots: &[Spot], runs: &mut [Run]) {
    for run in runs {
        let over_m = |i: usize| {
            let floor_m = spots[run.ends[i]].invert_m.unwrap_or_default();
            run.inverts_m[i].map_or(0.0, |invert_m| (invert_m - floor_m).max(0.0))
        };
        (run.conduit.from_offset_m, run.conduit.to_offset_m) = (over_m(0), over_m(1));
    }
}

/// A ground that is not known lies over the highest crown.
fn grounds(spots: &mut [Spot], runs: &[Run], settings: &Settings, notes: &mut Notes) {
    let mut crowns_m: Vec<Option<f64>> = vec![None; spots.len()];
    for run in runs {
        let height_m = run.conduit.section.height_m();
        let offsets_m = [run.conduit.from_offset_m, run.conduit.to_offset_m];
        for (end, offset_m) in run.ends.into_iter().zip(offsets_m) {
            let crown_m = spots[end].invert_m.unwrap_or_default() + offset_m + height_m;
            crowns_m[end] = Some(crowns_m[end].map_or(crown_m, |known: f64| known.max(crown_m)));
        }
    }
    for (spot, crown_m) in spots.iter_mut().zip(crowns_m) {
        let (Some(crown_m), None, false) = (crown_m, spot.ground_m, spot.is_outfall) else {
            continue;
        };
        let ground_m = crown_m + settings.cover_m;
        spot.ground_m = Some(ground_m);
        notes.assumed(
            &spot.name,
            format!("không có cao độ mặt đất: lấy {ground_m:.2} m, trên đỉnh cống cao nhất"),
            format!("has no ground: {ground_m:.2} m was taken, above its highest crown"),
        );
    }
}
