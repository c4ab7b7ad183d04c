//! Where links meet and end.

/// A node of a network of drains.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its name, of which there is one.
    pub name: String,
    /// Position, x = east, y = north, in the network's frame, where it is known.
    pub position: Option<(f64, f64)>,
    /// Height of its floor, m.
    pub invert_m: f64,
    /// From floor to ground, m; never less than the crown of the highest conduit that meets here.
    pub max_depth_m: f64,
    /// Depth at the beginning, m.
    pub initial_depth_m: f64,
    /// How far the head may rise above the ground before water comes out (a bolted cover), m.
    pub surcharge_depth_m: f64,
    /// Area on which water that came out stands until it goes back, m², where ponding is allowed.
    pub ponded_area_m2: f64,
    /// What it is.
    pub kind: NodeKind,
}

/// Kinds of nodes.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A manhole or a fitting.
    Junction,
    /// A basin, a wet well, a pond.
    Storage(Storage),
    /// Where water leaves the network.
    Outfall {
        /// The water outside.
        stage: Stage,
        /// Whether a flap keeps that water out.
        has_flap_gate: bool,
    },
}

/// The area of a basin at a depth d.
#[derive(Debug, Clone, PartialEq)]
pub enum Storage {
    /// A = constant + coefficient·d^exponent, m².
    Power {
        /// m².
        constant_m2: f64,
        /// m² at d = 1 m.
        coefficient_m2: f64,
        /// A bare number, 0 or more.
        exponent: f64,
    },
    /// A = base + linear·d + quadratic·d²: cylinders, cones, pyramids, paraboloids.
    Polynomial {
        /// m².
        base_m2: f64,
        /// m²/m.
        linear_m: f64,
        /// m²/m².
        quadratic: f64,
    },
    /// Pairs of depth, m, and area, m²; straight between, constant above the last.
    Table(Vec<(f64, f64)>),
}

/// The water outside an outfall.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// None: critical or normal depth in the pipe, whichever is less.
    Free,
    /// Normal depth in the pipe.
    Normal,
    /// A level, m.
    Fixed(f64),
    /// Levels in time: s of the run, m. A tide or a river.
    Series(Vec<(f64, f64)>),
}

impl Node {
    /// A dry junction of a depth from floor to ground.
    #[must_use]
    pub fn junction(name: &str, invert_m: f64, max_depth_m: f64) -> Self {
        Self {
            name: name.to_owned(),
            position: None,
            invert_m,
            max_depth_m,
            initial_depth_m: 0.0,
            surcharge_depth_m: 0.0,
            ponded_area_m2: 0.0,
            kind: NodeKind::Junction,
        }
    }

    /// A free outfall.
    #[must_use]
    pub fn outfall(name: &str, invert_m: f64) -> Self {
        let kind = NodeKind::Outfall { stage: Stage::Free, has_flap_gate: false };
        Self { kind, ..Self::junction(name, invert_m, 0.0) }
    }

    /// A dry basin of a depth.
    #[must_use]
    pub fn storage(name: &str, invert_m: f64, max_depth_m: f64, storage: Storage) -> Self {
        Self { kind: NodeKind::Storage(storage), ..Self::junction(name, invert_m, max_depth_m) }
    }
}
