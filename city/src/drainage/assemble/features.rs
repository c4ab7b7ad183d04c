//! What layers say, in SI units.

use std::collections::HashSet;

use super::{Error, Spot};

/// A feature of the roles `manholes` or `outfalls`. Heights are of one datum.
#[derive(Debug, Clone, PartialEq)]
pub struct ManholeFeature {
    /// Its id: the name that drains know it by.
    pub id: String,
    /// Position, x = east, y = north, m.
    pub position: (f64, f64),
    /// Height of the ground, m.
    pub ground_m: Option<f64>,
    /// Height of its floor, m.
    pub invert_m: Option<f64>,
    /// From floor to ground, m.
    pub depth_m: Option<f64>,
    /// Whether water leaves the network there (role `outfalls`, or kind `outfall`).
    pub is_outfall: bool,
}

/// A feature of the role `drains`.
#[derive(Debug, Clone, PartialEq)]
pub struct DrainFeature {
    /// Its id.
    pub id: String,
    /// Its line from its first end to its second, x = east, y = north, m.
    pub line: Vec<(f64, f64)>,
    /// Id of the manhole at its first end.
    pub from_node: Option<String>,
    /// Id of the manhole at its second end.
    pub to_node: Option<String>,
    /// Code of the list `conduit-shape`.
    pub shape: Option<String>,
    /// Inner diameter, m. The role's attribute is in millimetres.
    pub diameter_m: Option<f64>,
    /// Inner width, m; of a ditch at its banks, of a trapezoid at its bottom.
    pub width_m: Option<f64>,
    /// Inner height, m.
    pub height_m: Option<f64>,
    /// Height of its invert at its first end, m.
    pub invert_from_m: Option<f64>,
    /// Height of its invert at its second end, m.
    pub invert_to_m: Option<f64>,
    /// Length, m; that of its line where it is not given.
    pub length_m: Option<f64>,
    /// Manning's n, s/m^⅓.
    pub manning: Option<f64>,
    /// Code of the list `pipe-material`.
    pub material: Option<String>,
}

impl ManholeFeature {
    /// A manhole of which nothing else is known.
    #[must_use]
    pub fn new(id: &str, position: (f64, f64)) -> Self {
        Self {
            id: id.to_owned(),
            position,
            ground_m: None,
            invert_m: None,
            depth_m: None,
            is_outfall: false,
        }
    }

    /// The node that it becomes, as far as it knows.
    pub(super) fn spot(&self) -> Spot {
        let known = |value: Option<f64>| value.filter(|value| value.is_finite());
        let (ground_m, invert_m) = (known(self.ground_m), known(self.invert_m));
        let depth_m = known(self.depth_m).filter(|depth_m| *depth_m > 0.0);
        let both = |one: Option<f64>, sign: f64| one.zip(depth_m).map(|(one, d)| one + sign * d);
        Spot {
            name: self.id.clone(),
            position: self.position,
            ground_m: ground_m.or(both(invert_m, 1.0)),
            invert_m: invert_m.or(both(ground_m, -1.0)),
            is_outfall: self.is_outfall,
        }
    }
}

impl DrainFeature {
    /// A drain of which nothing else is known.
    #[must_use]
    pub fn new(id: &str, line: Vec<(f64, f64)>) -> Self {
        Self {
            id: id.to_owned(),
            line,
            from_node: None,
            to_node: None,
            shape: None,
            diameter_m: None,
            width_m: None,
            height_m: None,
            invert_from_m: None,
            invert_to_m: None,
            length_m: None,
            manning: None,
            material: None,
        }
    }

    /// Length along its line, m.
    pub(super) fn line_length_m(&self) -> f64 {
        self.line.windows(2).map(|pair| distance_m(pair[0], pair[1])).sum()
    }
}

pub(super) fn distance_m(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// Refuses what cannot be decided.
pub(super) fn check(manholes: &[ManholeFeature], drains: &[DrainFeature]) -> Result<(), Error> {
    let is_finite = |at: &(f64, f64)| at.0.is_finite() && at.1.is_finite();
    let mut seen = HashSet::new();
    for manhole in manholes {
        if !seen.insert(manhole.id.as_str()) {
            return Err(Error::double("hố ga", "manholes", &manhole.id));
        }
        if !is_finite(&manhole.position) {
            return Err(Error::nowhere("hố ga", "manhole", &manhole.id));
        }
    }
    seen.clear();
    for drain in drains {
        if !seen.insert(drain.id.as_str()) {
            return Err(Error::double("cống", "drains", &drain.id));
        }
        if !drain.line.iter().all(is_finite) {
            return Err(Error::nowhere("cống", "drain", &drain.id));
        }
    }
    Ok(())
}
