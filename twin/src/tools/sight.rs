//! Whether one sees a place from another.

use super::{Hit, Obstacles, measure::distance_m, obstacles::between};

/// So near to the place that is looked at, m, nothing hides it: it lies on something itself.
const NEAR_M: f64 = 0.05;

/// What somebody sees who looks at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sight {
    /// From eye to target, m.
    pub distance_m: f64,
    /// What hides the target, if something does.
    pub hidden_by: Option<Hit>,
}

/// Looks from a place at another. The earth's curvature is left out: over 5 km it is 2 m.
pub fn sight(obstacles: &Obstacles<'_>, eye: [f64; 3], target: [f64; 3]) -> Sight {
    let distance_m = distance_m(eye, target);
    if distance_m <= NEAR_M {
        return Sight { distance_m, hidden_by: None };
    }
    let near = between(eye, target, 1.0 - NEAR_M / distance_m);
    Sight { distance_m, hidden_by: obstacles.first(eye, near) }
}
