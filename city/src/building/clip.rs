//! The part of a polygon on one side of a line.

/// Nearer to the line is on it, m (of the difference of two planes, whose slopes are below 1).
const ON_M: f64 = 1e-7;

type Ring = Vec<[f64; 2]>;

/// The parts of a simple polygon, counter-clockwise and without holes, where a function that is linear over
/// the plane is not positive. Of a polygon that is not convex there may be several.
pub(super) fn where_not_positive(ring: &[[f64; 2]], side: impl Fn([f64; 2]) -> f64) -> Vec<Ring> {
    let marked = with_crossings(ring, side);
    if marked.iter().all(|corner| corner.1 <= 0.0) {
        return vec![ring.to_vec()];
    }
    join(chains(&marked))
}

/// The corners with their values, exactly 0 on the line, and with the places where sides cross it.
fn with_crossings(ring: &[[f64; 2]], side: impl Fn([f64; 2]) -> f64) -> Vec<([f64; 2], f64)> {
    let value = |at: [f64; 2]| {
        let value = side(at);
        if value.abs() < ON_M { 0.0 } else { value }
    };
    let mut marked = Vec::with_capacity(ring.len() + 4);
    for (p, q) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        let (a, b) = (value(*p), value(*q));
        marked.push((*p, a));
        if a * b < 0.0 {
            marked.push((between(*p, *q, a / (a - b)), 0.0));
        }
    }
    marked
}

/// A place between two, from the lower of both whichever comes first: so that two polygons that share a side
/// divide it at the same place, to the last bit.
pub(super) fn between(p: [f64; 2], q: [f64; 2], part: f64) -> [f64; 2] {
    let is_ordered = p[0].total_cmp(&q[0]).then(p[1].total_cmp(&q[1])).is_le();
    let (p, q, part) = if is_ordered { (p, q, part) } else { (q, p, 1.0 - part) };
    [p[0] + (q[0] - p[0]) * part, p[1] + (q[1] - p[1]) * part]
}

/// The runs of corners that are not positive, from the line to the line.
fn chains(marked: &[([f64; 2], f64)]) -> Vec<Ring> {
    let Some(start) = marked.iter().position(|corner| corner.1 > 0.0) else { return Vec::new() };
    let round = marked[start..].iter().chain(&marked[..start]);
    let mut found: Vec<Vec<([f64; 2], f64)>> = Vec::new();
    let mut is_open = false;
    for corner in round {
        if corner.1 > 0.0 {
            is_open = false;
        } else {
            if !is_open {
                found.push(Vec::new());
                is_open = true;
            }
            if let Some(run) = found.last_mut() {
                run.push(*corner);
            }
        }
    }
    let inside = found.into_iter().filter_map(|run| {
        // Of several corners on the line at an end, the one beside the inside counts.
        let first = run.iter().position(|corner| corner.1 < 0.0)?;
        let last = run.iter().rposition(|corner| corner.1 < 0.0)?;
        let (from, to) = (first.checked_sub(1)?, last + 1);
        (to < run.len()).then(|| run[from..=to].iter().map(|corner| corner.0).collect())
    });
    inside.collect()
}

/// Closes chains along the line: sorted along it, their ends bound the stretches inside by twos.
fn join(mut chains: Vec<Ring>) -> Vec<Ring> {
    let ends: Vec<[f64; 2]> = chains
        .iter()
        .filter_map(|chain| chain.first().copied().zip(chain.last().copied()))
        .flat_map(|(first, last)| [first, last])
        .collect();
    let (Some(origin), Some(far)) = (
        ends.first(),
        ends.iter().max_by(|a, b| {
            let from = |p: &[f64; 2]| (p[0] - ends[0][0]).hypot(p[1] - ends[0][1]);
            from(a).total_cmp(&from(b))
        }),
    ) else {
        return Vec::new();
    };
    let axis = [far[0] - origin[0], far[1] - origin[1]];
    let along = |p: &[f64; 2]| (p[0] - origin[0]) * axis[0] + (p[1] - origin[1]) * axis[1];
    let mut order: Vec<usize> = (0..ends.len()).collect();
    order.sort_by(|a, b| along(&ends[*a]).total_cmp(&along(&ends[*b])));
    let mut partner = vec![0; ends.len()];
    for pair in order.chunks_exact(2) {
        partner[pair[0]] = pair[1];
        partner[pair[1]] = pair[0];
    }
    let mut used = vec![false; chains.len()];
    let mut rings = Vec::new();
    for start in 0..chains.len() {
        if used[start] {
            continue;
        }
        let (mut ring, mut at) = (Ring::new(), start);
        while !used[at] {
            used[at] = true;
            ring.append(&mut chains[at]);
            // From the end of this chain along the line to the beginning of the next.
            at = partner[2 * at + 1] / 2;
        }
        ring.dedup();
        if ring.len() > 2 {
            rings.push(ring);
        }
    }
    rings
}
