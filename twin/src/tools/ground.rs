//! Where the ground bends under a line: between these places it is straight.

use crate::model::Heights;

/// The parts of a line on the map, from 0 to 1 and in their order, at which it crosses the sides and diagonals
/// of the ground's squares; the last is 1. Between two of them the ground under the line is straight.
pub(super) fn bends(heights: &Heights, from: [f64; 2], to: [f64; 2]) -> impl Iterator<Item = f64> {
    let edges = heights.edges_m();
    let step_m = heights.step_m();
    let (cols, rows) = heights.size();
    let (u, v) = ((from[0] - edges.min_x) / step_m, (from[1] - edges.min_y) / step_m);
    let (du, dv) = ((to[0] - from[0]) / step_m, (to[1] - from[1]) / step_m);
    let (last_u, last_v) = ((cols - 1) as f64, (rows - 1) as f64);
    let mut families = [
        Family::new(u, du, 0.0, last_u),
        Family::new(v, dv, 0.0, last_v),
        Family::new(u - v, du - dv, -last_v, last_u),
    ];
    let mut is_over = false;
    std::iter::from_fn(move || {
        let nearest = families.iter_mut().min_by(|a, b| a.part.total_cmp(&b.part))?;
        let part = nearest.part;
        if part < 1.0 {
            nearest.advance();
            return Some(part);
        }
        (!std::mem::replace(&mut is_over, true)).then_some(1.0)
    })
}

/// Parallel lines at whole numbers, from one to another, that something crosses as it goes on evenly.
struct Family {
    begin: f64,
    pace: f64,
    next: f64,
    low: f64,
    high: f64,
    /// Where the next is crossed.
    part: f64,
}

impl Family {
    fn new(begin: f64, pace: f64, low: f64, high: f64) -> Self {
        let next = if pace > 0.0 { begin.floor() + 1.0 } else { begin.ceil() - 1.0 };
        // Lines beyond the rim are none.
        let next = if pace > 0.0 { next.max(low) } else { next.min(high) };
        let mut family = Self { begin, pace, next, low, high, part: f64::INFINITY };
        family.find();
        family
    }

    fn advance(&mut self) {
        self.next += self.pace.signum();
        self.find();
    }

    fn find(&mut self) {
        let is_there = self.pace.abs() > 1e-12 && (self.low..=self.high).contains(&self.next);
        self.part = match is_there {
            true => (self.next - self.begin) / self.pace,
            false => f64::INFINITY,
        };
    }
}

/// The part of a line in space, from 0 to 1, at which it comes below the ground; `None` where it stays above.
/// Beyond the rim of the ground nothing is known, and nothing is met.
pub(super) fn meets(heights: &Heights, from: [f64; 3], to: [f64; 3]) -> Option<f64> {
    // Deeper is below, m: heights have a millimetre.
    const BELOW_M: f64 = -1e-3;
    let edges = heights.edges_m();
    let at = |part: f64| std::array::from_fn::<f64, 3, _>(|k| from[k] + (to[k] - from[k]) * part);
    let clearance = |part: f64| {
        let [east, north, up] = at(part);
        up - heights.at(east, north)
    };
    let (mut before, mut above) = (0.0, clearance(0.0));
    if above < BELOW_M && edges.contains(from[0], from[1]) {
        return Some(0.0);
    }
    for part in bends(heights, [from[0], from[1]], [to[0], to[1]]) {
        let here = clearance(part);
        let [east, north, _] = at(part);
        if here < BELOW_M && edges.contains(east, north) {
            let within = if above > here { (above / (above - here)).clamp(0.0, 1.0) } else { 0.0 };
            return Some(before + (part - before) * within);
        }
        (before, above) = (part, here);
    }
    None
}
