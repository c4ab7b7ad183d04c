//! Where water leaves: every group of joined drains wants an outfall.

use super::{Run, Settings, Spot, Treated, notes::Notes};

/// Opens the lowest end of each group of drains that has no outfall, or says that water stays in it.
pub(super) fn open(spots: &mut [Spot], runs: &[Run], settings: &Settings, notes: &mut Notes) {
    let mut links = vec![0; spots.len()];
    runs.iter().flat_map(|run| run.ends).for_each(|end| links[end] += 1);
    for group in groups(spots.len(), runs) {
        if group.iter().any(|at| spots[*at].is_outfall) {
            continue;
        }
        let invert_m = |at: &usize| spots[*at].invert_m.unwrap_or_default();
        let lowest = |from: &mut dyn Iterator<Item = usize>| {
            from.min_by(|a, b| invert_m(a).total_cmp(&invert_m(b)).then(a.cmp(b)))
        };
        // An end of the network rather than a node in its middle.
        let ends = &mut group.iter().copied().filter(|at| links[*at] == 1);
        let Some(at) = lowest(ends).or_else(|| lowest(&mut group.iter().copied())) else {
            continue;
        };
        let (drains, name) = (group.len(), spots[at].name.clone());
        if settings.opens_lowest_end {
            spots[at].is_outfall = true;
            notes.add(
                &name,
                Treated::Made,
                format!(
                    "{drains} nút nối nhau không có cửa xả: đầu thấp nhất này được lấy làm cửa xả"
                ),
                format!(
                    "{drains} joined nodes have no outfall: this, their lowest end, was made one"
                ),
            );
        } else {
            notes.assumed(
                &name,
                format!("{drains} nút nối nhau không có cửa xả: nước ở lại, đây là đầu thấp nhất"),
                format!(
                    "{drains} joined nodes have no outfall: water stays, this is their lowest end"
                ),
            );
        }
    }
}

/// Nodes joined by drains, each group and the groups in ascending order.
fn groups(spots: usize, runs: &[Run]) -> Vec<Vec<usize>> {
    let mut beside: Vec<Vec<usize>> = vec![Vec::new(); spots];
    for run in runs {
        let [a, b] = run.ends;
        beside[a].push(b);
        beside[b].push(a);
    }
    let (mut is_seen, mut groups) = (vec![false; spots], Vec::new());
    for start in (0..spots).filter(|at| !beside[*at].is_empty()) {
        if is_seen[start] {
            continue;
        }
        let (mut group, mut open) = (Vec::new(), vec![start]);
        is_seen[start] = true;
        while let Some(at) = open.pop() {
            group.push(at);
            for next in &beside[at] {
                if !std::mem::replace(&mut is_seen[*next], true) {
                    open.push(*next);
                }
            }
        }
        group.sort_unstable();
        groups.push(group);
    }
    groups
}
