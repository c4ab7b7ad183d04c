//! Inlets and manholes: water between the surface and the drains.
//!
//! After Rubinato et al. (2017, Journal of Hydrology 552) and Courty et al. (2017): down a free
//! inlet as over a weir of its rim, Q = ⅔·C·L·√(2g)·h^1.5 (C = 0.54); where the drain's head stands over
//! the rim but below the water outside, as over a drowned weir, Q = C·L·h·√(2g·Δη) (C = 0.056), while
//! the water is shallower than area over rim; as through an orifice, Q = C·A·√(2g·Δη) (C = 0.167), when it
//! is deeper, and whenever the drain's head is the higher one.

use super::{
    Error,
    conduit::relax,
    layout::{Kind, Layout, check, check_sizes},
    state::NodeState,
};
use crate::flood::GRAVITY;

/// C of the free weir.
pub const FREE_WEIR: f64 = 0.54;
/// C of the drowned weir.
pub const DROWNED_WEIR: f64 = 0.056;
/// C of the orifice.
pub const ORIFICE: f64 = 0.167;
/// Between heads closer than this Q goes with Δη, not with its root, whose slope at 0 no step could follow, m.
const LEVEL_M: f64 = 1e-3;

/// An opening between the surface and a node.
#[derive(Debug, Clone, PartialEq)]
pub struct Inlet {
    /// The node below it.
    pub node: String,
    /// Height of its rim, m.
    pub crest_m: f64,
    /// Length of its rim, m.
    pub rim_m: f64,
    /// Its open area, m².
    pub area_m2: f64,
}

/// The water over an inlet, or outside an outfall, at the beginning of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surface {
    /// Level of the water, or of the ground where it is dry, m.
    pub level_m: f64,
    /// The most that can go down during the step, m³.
    pub volume_m3: f64,
    /// Area on which it stands, m²: no more goes through in a step than makes both sides level.
    /// Infinite for a level that an exchange does not change.
    pub area_m2: f64,
}

impl Surface {
    /// The same after some of its water has gone down (negative: has come up), m³.
    #[must_use]
    pub fn less(self, gone_m3: f64) -> Self {
        Self {
            level_m: self.level_m - gone_m3 / self.area_m2,
            volume_m3: (self.volume_m3 - gone_m3).max(0.0),
            ..self
        }
    }
}

/// An inlet laid out.
#[derive(Debug, Clone)]
pub(super) struct Mouth {
    pub(super) node: usize,
    crest_m: f64,
    rim_m: f64,
    area_m2: f64,
}

impl Mouth {
    pub(super) fn new(inlet: &Inlet, layout: &Layout) -> Result<(usize, Self), Error> {
        let name = &inlet.node;
        let Some(node) = layout.places.iter().position(|place| place.name == *name) else {
            let (name, node) = (name.clone(), name.clone());
            return Err(Error::Missing { what: "an inlet", name, node });
        };
        let place = &layout.places[node];
        if matches!(place.kind, Kind::Outfall { .. }) {
            let (what, range) = ("the node of the inlet", "no outfall");
            return Err(Error::Value { what, name: name.clone(), value: inlet.crest_m, range });
        }
        check(name, &[("the height of the rim", inlet.crest_m)], "finite", f64::is_finite)?;
        let sizes =
            [("the length of the rim", inlet.rim_m), ("the area of the inlet", inlet.area_m2)];
        check_sizes(name, &sizes)?;
        let depth = [("the height of the rim over the floor", inlet.crest_m - place.invert_m)];
        check(name, &depth, "positive", |value| value > 0.0)?;
        let mouth =
            Self { node, crest_m: inlet.crest_m, rim_m: inlet.rim_m, area_m2: inlet.area_m2 };
        Ok((node, mouth))
    }

    /// Height of its rim, m.
    pub(super) fn crest_m(&self) -> f64 {
        self.crest_m
    }

    /// Finds what goes through in a step, once more, and adds its dQ/dH to the node's.
    pub(super) fn exchange(
        &self,
        place: &super::layout::Place,
        node: &mut NodeState,
        surface: &Surface,
        dt_s: f64,
        trial: u32,
    ) {
        let head_m = place.invert_m + node.depth_m;
        let (wanted, give_m2_s) = self.flow(head_m, surface.level_m);
        let to_level_m3 = |over_m: f64| (over_m * surface.area_m2).max(0.0);
        let over_m = surface.level_m - head_m.max(self.crest_m);
        let down = to_level_m3(over_m).min(surface.volume_m3.max(0.0)) / dt_s;
        let up = to_level_m3(head_m - surface.level_m) / dt_s;
        let relaxed = relax(wanted.clamp(-up, down), node.exchange_m3_s, trial);
        node.exchange_m3_s = relaxed.clamp(-up, down);
        node.give_m2_s += give_m2_s;
    }

    /// Flow into the drain, m³/s, and −dQ/dH of the drain's head, m²/s.
    fn flow(&self, head_m: f64, level_m: f64) -> (f64, f64) {
        let high_m = head_m.max(level_m);
        let low_m = head_m.min(level_m);
        if high_m <= self.crest_m {
            return (0.0, 0.0);
        }
        if head_m > level_m {
            let (flow, give_m2_s) =
                under_head(self.area_m2 * ORIFICE, head_m - level_m.max(self.crest_m));
            return (-flow, give_m2_s);
        }
        let depth_m = level_m - self.crest_m;
        if low_m <= self.crest_m {
            let flow =
                2.0 / 3.0 * FREE_WEIR * self.rim_m * depth_m * (2.0 * GRAVITY * depth_m).sqrt();
            return (flow, 0.0);
        }
        let is_weir = depth_m * self.rim_m < self.area_m2;
        let open_m2 =
            if is_weir { DROWNED_WEIR * self.rim_m * depth_m } else { self.area_m2 * ORIFICE };
        under_head(open_m2, level_m - head_m)
    }
}

/// A·√(2g·Δη) and its derivative.
fn under_head(open_m2: f64, over_m: f64) -> (f64, f64) {
    let slope_m2_s = open_m2 * (2.0 * GRAVITY / over_m.max(LEVEL_M)).sqrt();
    let give_m2_s = if over_m > LEVEL_M { 0.5 * slope_m2_s } else { slope_m2_s };
    (slope_m2_s * over_m, give_m2_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mouth() -> Mouth {
        Mouth { node: 0, crest_m: 10.0, rim_m: 2.0, area_m2: 0.3 }
    }

    #[test]
    fn each_way_through_an_inlet_has_its_formula() {
        let check = |head_m, level_m, expected: f64| {
            let (found, _) = mouth().flow(head_m, level_m);
            assert!((found - expected).abs() < 1e-12, "{head_m} {level_m}: {found} {expected}");
        };
        let root = (2.0 * GRAVITY).sqrt();
        check(9.0, 10.0, 0.0);
        check(9.0, 10.04, 2.0 / 3.0 * 0.54 * 2.0 * root * 0.04 * 0.2);
        check(10.05, 10.09, 0.056 * 2.0 * root * 0.09 * 0.2);
        check(10.21, 10.25, 0.167 * 0.3 * root * 0.2);
        check(10.29, 10.25, -0.167 * 0.3 * root * 0.2);
        check(10.04, 10.0, -0.167 * 0.3 * root * 0.2);
    }
}
