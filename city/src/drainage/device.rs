//! Pumps, orifices, weirs and outlets.

/// A pump from its first node to its second.
#[derive(Debug, Clone, PartialEq)]
pub struct Pump {
    /// What it lifts.
    pub curve: PumpCurve,
    /// Whether it runs at the beginning.
    pub is_on: bool,
    /// Depth at its first node at which it starts, m; 0 where it is not switched by depth.
    pub start_depth_m: f64,
    /// Depth at its first node at which it stops, m.
    pub stop_depth_m: f64,
}

/// What a pump lifts. Discharges in m³/s.
#[derive(Debug, Clone, PartialEq)]
pub enum PumpCurve {
    /// Whatever comes into its first node.
    Ideal,
    /// By the volume of the first node, m³, in steps (type 1 of SWMM).
    Volume(Vec<(f64, f64)>),
    /// By the depth of the first node, m, in steps (type 2).
    DepthSteps(Vec<(f64, f64)>),
    /// By the head to be overcome, m (type 3).
    Head(Vec<(f64, f64)>),
    /// By the depth of the first node, m, straight between entries (type 4).
    Depth(Vec<(f64, f64)>),
}

/// The shape of an orifice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gate {
    /// A round opening.
    Circular {
        /// Diameter, m.
        diameter_m: f64,
    },
    /// A rectangular opening.
    Rect {
        /// Height (of a bottom orifice: its length), m.
        height_m: f64,
        /// Width, m.
        width_m: f64,
    },
}

/// Where an orifice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrificeSide {
    /// In a wall.
    Side,
    /// In the floor.
    Bottom,
}

/// An opening: Q = C·A·√(2·g·Δh) when it is under water, a weir before.
#[derive(Debug, Clone, PartialEq)]
pub struct Orifice {
    /// Where it is.
    pub side: OrificeSide,
    /// Its shape.
    pub gate: Gate,
    /// C, a bare number; 0.65 is usual.
    pub coefficient: f64,
    /// Height of its lower edge over the first node's floor, m.
    pub offset_m: f64,
    /// How far it is open, 0 to 1.
    pub opening: f64,
    /// Whether a flap keeps water from flowing back.
    pub has_flap_gate: bool,
}

/// The shape of a weir.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WeirShape {
    /// Across the flow: Q = C·L·h^1.5.
    Transverse,
    /// Along the flow: Q = C·L·h^(5/3).
    Side,
    /// A notch: Q = C·s·h^2.5.
    Notch {
        /// Run over rise of a flank.
        slope: f64,
    },
    /// Across the flow with sloping flanks.
    Trapezoidal {
        /// Run over rise of a flank.
        slope: f64,
        /// C of the flanks, m^½/s.
        flank_coefficient: f64,
    },
}

/// A crest.
#[derive(Debug, Clone, PartialEq)]
pub struct Weir {
    /// Its shape.
    pub shape: WeirShape,
    /// C, m^½/s; 1.84 is usual for sharp crests.
    pub coefficient: f64,
    /// Height of the crest over the first node's floor, m.
    pub offset_m: f64,
    /// Height of the opening over the crest, m.
    pub height_m: f64,
    /// Length of the crest, m.
    pub length_m: f64,
    /// Ends at which the flow contracts: 0, 1 or 2.
    pub contractions: f64,
    /// Whether it goes on as an orifice when its opening is under water.
    pub can_surcharge: bool,
    /// Whether a flap keeps water from flowing back.
    pub has_flap_gate: bool,
}

/// What the rating of an outlet depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutletHead {
    /// The depth over its offset at the first node.
    Depth,
    /// The difference of heads between its nodes.
    Head,
}

/// Discharge by head.
#[derive(Debug, Clone, PartialEq)]
pub enum Rating {
    /// Q = coefficient·h^exponent, m³/s.
    Power {
        /// m³/s at h = 1 m.
        coefficient: f64,
        /// A bare number.
        exponent: f64,
    },
    /// Pairs of head, m, and discharge, m³/s; straight between, constant above the last.
    Table(Vec<(f64, f64)>),
}

/// A device with a rating curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlet {
    /// Height over the first node's floor, m.
    pub offset_m: f64,
    /// What the curve depends on.
    pub head: OutletHead,
    /// Discharge by head.
    pub rating: Rating,
    /// Whether a flap keeps water from flowing back.
    pub has_flap_gate: bool,
}
