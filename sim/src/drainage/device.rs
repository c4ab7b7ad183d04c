//! Pumps, orifices, weirs and outlets: flow from the heads at their ends.

use city::drainage::{
    Gate, Link, LinkKind, Orifice, OrificeSide, Outlet, OutletHead, Rating, Weir, WeirShape,
};

use super::{
    Error, Params,
    conduit::{End, NO_DEPTH_M},
    layout::{Kind, check, check_sizes, table},
    powers::{pow, two_thirds},
    pump::{self, Lift},
    section::Section,
};
use crate::flood::{GRAVITY, Series};

/// Exponent of Villemonte's rule for weirs under water.
const VILLEMONTE: f64 = 0.385;
/// An orifice in a wall steadies the heads at its ends like a pipe of at least this length, m (SWMM 5:
/// 200 feet), or as long as a wave runs to and fro in a step.
const LEAST_LENGTH_M: f64 = 60.96;

/// A pump, orifice, weir or outlet.
#[derive(Debug, Clone)]
pub(super) struct Device {
    pub(super) ends: [usize; 2],
    /// Height over the first node's floor.
    pub(super) offset_m: f64,
    pub(super) has_flap_gate: bool,
    pub(super) kind: DeviceKind,
}

#[derive(Debug, Clone)]
pub(super) enum DeviceKind {
    Pump(Lift),
    Orifice(Opening),
    Weir(Weir),
    Outlet(OutletHead, Curve),
}

/// An orifice at its opening.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    side: OrificeSide,
    section: Section,
    height_m: f64,
    /// Of the pipe that it steadies heads like.
    length_m: f64,
    /// C·A·√(2·g)
    strength: f64,
    /// Head at which it is no longer a weir.
    turning_m: f64,
}

#[derive(Debug, Clone)]
pub(super) enum Curve {
    Power(f64, f64),
    Table(Series),
}

/// Flow towards the second node, m³/s; dQ/dH, m²/s; water surface that belongs to its ends, m²; whether
/// it falls freely into the lower one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flow {
    pub(super) m3_s: f64,
    pub(super) give_m2_s: f64,
    pub(super) surface_m2: f64,
    pub(super) falls: bool,
}

pub(super) fn layout(link: &Link, ends: [usize; 2], params: &Params) -> Result<Device, Error> {
    let name = &link.name;
    let (offset_m, has_flap_gate, kind) = match &link.kind {
        LinkKind::Orifice(orifice) => {
            (orifice.offset_m, orifice.has_flap_gate, opening(name, orifice, params)?)
        }
        LinkKind::Weir(weir) => (weir.offset_m, weir.has_flap_gate, checked_weir(name, weir)?),
        LinkKind::Outlet(outlet) => (outlet.offset_m, outlet.has_flap_gate, rating(name, outlet)?),
        LinkKind::Pump(pump) => (0.0, false, DeviceKind::Pump(pump::layout(name, pump)?)),
        LinkKind::Conduit(_) => return Err(not_a_device(name)),
    };
    check_sizes(name, &[("the offset", offset_m)])?;
    Ok(Device { ends, offset_m, has_flap_gate, kind })
}

fn not_a_device(name: &str) -> Error {
    Error::Value { what: "the kind", name: name.to_owned(), value: 0.0, range: "a device" }
}

fn opening(name: &str, orifice: &Orifice, params: &Params) -> Result<DeviceKind, Error> {
    let shape = match orifice.gate {
        Gate::Circular { diameter_m } => city::drainage::Section::Circular { diameter_m },
        Gate::Rect { height_m, width_m } => {
            city::drainage::Section::RectClosed { height_m, width_m }
        }
    };
    super::outline::check(&shape).map_err(|(what, value, range)| Error::Value {
        what,
        name: name.to_owned(),
        value,
        range,
    })?;
    check_sizes(name, &[("the coefficient", orifice.coefficient)])?;
    let share = [("the opening", orifice.opening)];
    check(name, &share, "0 to 1", |value| (0.0..=1.0).contains(&value))?;
    let section = Section::new(&shape);
    let height_m = section.full_depth_m * orifice.opening;
    let area_m2 = section.at(height_m).area_m2;
    // A hole in the floor is a weir of its rim until C_weir·P·h^1.5 = C·A·√(2gh), with C_weir = 0.414·√(2g).
    let turning_m = match (orifice.side, orifice.gate) {
        (OrificeSide::Side, _) => height_m,
        (OrificeSide::Bottom, Gate::Circular { diameter_m }) => {
            orifice.coefficient / 0.414 * diameter_m / 4.0
        }
        (OrificeSide::Bottom, Gate::Rect { width_m, .. }) => {
            let rim_m = 2.0 * (height_m + width_m);
            orifice.coefficient / 0.414 * height_m * width_m / rim_m
        }
    };
    let strength = orifice.coefficient * area_m2 * (2.0 * GRAVITY).sqrt();
    let wave_m = 2.0 * params.max_step_s * (GRAVITY * section.full_depth_m).sqrt();
    Ok(DeviceKind::Orifice(Opening {
        side: orifice.side,
        section,
        height_m,
        length_m: wave_m.max(LEAST_LENGTH_M),
        strength,
        turning_m,
    }))
}

fn checked_weir(name: &str, weir: &Weir) -> Result<DeviceKind, Error> {
    let (slope, flank) = match weir.shape {
        WeirShape::Transverse | WeirShape::Side => (0.0, 0.0),
        WeirShape::Notch { slope } => (slope, 0.0),
        WeirShape::Trapezoidal { slope, flank_coefficient } => (slope, flank_coefficient),
    };
    let sizes = [
        ("the coefficient", weir.coefficient),
        ("the length of the crest", weir.length_m),
        ("the number of contractions", weir.contractions),
        ("the slope of the flanks", slope),
        ("the coefficient of the flanks", flank),
    ];
    check_sizes(name, &sizes)?;
    let height = [("the height of the opening", weir.height_m)];
    check(name, &height, "positive and finite", |value| value > 0.0 && value.is_finite())?;
    Ok(DeviceKind::Weir(weir.clone()))
}

fn rating(name: &str, outlet: &Outlet) -> Result<DeviceKind, Error> {
    let curve = match &outlet.rating {
        Rating::Power { coefficient, exponent } => {
            check_sizes(name, &[("the coefficient", *coefficient), ("the exponent", *exponent)])?;
            Curve::Power(*coefficient, *exponent)
        }
        Rating::Table(entries) => Curve::Table(table("the rating", name, entries)?),
    };
    Ok(DeviceKind::Outlet(outlet.head, curve))
}

impl Device {
    /// Height of its upper edge over the first node's floor, m.
    pub(super) fn crown_m(&self) -> f64 {
        match &self.kind {
            DeviceKind::Pump(_) => 0.0,
            DeviceKind::Orifice(opening) => self.offset_m + opening.section.full_depth_m,
            DeviceKind::Weir(weir) => self.offset_m + weir.height_m,
            DeviceKind::Outlet(..) => self.offset_m,
        }
    }

    /// The flow that the heads at its ends make; not that of a pump.
    pub(super) fn flow(&self, ends: [End; 2]) -> Flow {
        let mut heads_m = ends.map(|end| end.place.invert_m + end.node.depth_m);
        let crest_m = ends[0].place.invert_m + self.offset_m;
        let direction = if heads_m[1] > heads_m[0] { -1.0 } else { 1.0 };
        if direction < 0.0 {
            heads_m.swap(0, 1);
        }
        let outfall = usize::from(direction > 0.0);
        let flapped =
            |i: usize| matches!(ends[i].place.kind, Kind::Outfall { has_flap_gate: true, .. });
        if direction < 0.0 && (self.has_flap_gate || flapped(1)) || outfall == 1 && flapped(0) {
            return Flow::default();
        }
        let mut flow = match &self.kind {
            DeviceKind::Orifice(opening) => opening.flow(heads_m, crest_m),
            DeviceKind::Weir(weir) => weir_flow(weir, heads_m, crest_m, direction),
            DeviceKind::Outlet(head, curve) => outlet_flow(*head, curve, heads_m, crest_m),
            DeviceKind::Pump(_) => Flow::default(),
        };
        flow.m3_s *= direction;
        flow.falls = heads_m[1] < crest_m;
        flow
    }
}

/// Villemonte's reduction of a weir's flow under water: (1 − (h₂/h₁)^n)^0.385.
fn drowned([high_m, low_m]: [f64; 2], crest_m: f64, exponent: f64) -> f64 {
    if low_m <= crest_m {
        return 1.0;
    }
    let ratio = (low_m - crest_m) / (high_m - crest_m);
    pow((1.0 - pow(ratio, exponent)).max(0.0), VILLEMONTE)
}

impl Opening {
    fn flow(&self, heads_m: [f64; 2], crest_m: f64) -> Flow {
        let [high_m, low_m] = heads_m;
        let (top_m, middle_m) = (crest_m + self.height_m, crest_m + 0.5 * self.height_m);
        // The head, and in parts of the turning point where it is still a weir.
        let (head_m, filling) = match self.side {
            OrificeSide::Bottom => {
                let head_m = if low_m > crest_m { high_m - low_m } else { high_m - crest_m };
                (head_m, (head_m / self.turning_m).min(1.0))
            }
            OrificeSide::Side if high_m < top_m => {
                (high_m - crest_m, (high_m - crest_m) / (top_m - crest_m))
            }
            OrificeSide::Side => {
                (if low_m < middle_m { high_m - middle_m } else { high_m - low_m }, 1.0)
            }
        };
        if head_m <= NO_DEPTH_M || self.height_m <= NO_DEPTH_M {
            return Flow::default();
        }
        let surface_m2 = match self.side {
            OrificeSide::Side => self.section.surface_m(self.height_m * filling) * self.length_m,
            OrificeSide::Bottom => self.section.at(self.height_m).area_m2,
        };
        if filling >= 1.0 {
            let m3_s = self.strength * head_m.sqrt();
            return Flow { m3_s, give_m2_s: m3_s / (2.0 * head_m), surface_m2, falls: false };
        }
        // The weir that becomes the orifice at the turning point.
        let full_m = match self.side {
            OrificeSide::Side => 0.5 * self.turning_m,
            OrificeSide::Bottom => self.turning_m,
        };
        let crest = self.strength * full_m.sqrt() * filling * filling.sqrt();
        let m3_s = crest * drowned(heads_m, crest_m, 1.5);
        Flow { m3_s, give_m2_s: 1.5 * m3_s / (filling * self.turning_m), surface_m2, falls: false }
    }
}

fn weir_flow(weir: &Weir, heads_m: [f64; 2], crest_m: f64, direction: f64) -> Flow {
    let [high_m, low_m] = heads_m;
    let top_m = crest_m + weir.height_m;
    let head_m = high_m - crest_m;
    if head_m <= NO_DEPTH_M {
        return Flow::default();
    }
    if high_m <= top_m || !weir.can_surcharge {
        let (m3_s, give_m2_s, exponent) = free_weir(weir, head_m.min(weir.height_m), direction);
        let part = drowned(heads_m, crest_m, exponent);
        return Flow { m3_s: m3_s * part, give_m2_s: give_m2_s * part, ..Flow::default() };
    }
    // As an orifice that carries, full to its top, what the weir did.
    let (full_m3_s, ..) = free_weir(weir, weir.height_m, direction);
    let middle_m = 0.5 * (crest_m + top_m);
    let over_m = if low_m < middle_m { high_m - middle_m } else { high_m - low_m };
    let m3_s = full_m3_s * (over_m / (0.5 * weir.height_m)).sqrt();
    Flow { m3_s, give_m2_s: m3_s / (2.0 * over_m.max(NO_DEPTH_M)), ..Flow::default() }
}

/// Flow over a crest, its derivative by the head, and the exponent of the head.
fn free_weir(weir: &Weir, head_m: f64, direction: f64) -> (f64, f64, f64) {
    let (h, c) = (head_m, weir.coefficient);
    let root = h.sqrt();
    let length_m = (weir.length_m - 0.1 * weir.contractions * h).max(0.0);
    match weir.shape {
        WeirShape::Side if direction > 0.0 => {
            let m3_s = c * length_m * h * two_thirds(h);
            (m3_s, m3_s * 5.0 / 3.0 / h, 5.0 / 3.0)
        }
        WeirShape::Transverse | WeirShape::Side => {
            let m3_s = c * length_m * h * root;
            (m3_s, 1.5 * m3_s / h, 1.5)
        }
        WeirShape::Notch { slope } => {
            let m3_s = c * slope * h * h * root;
            (m3_s, 2.5 * m3_s / h, 2.5)
        }
        WeirShape::Trapezoidal { slope, flank_coefficient } => {
            let (crest, flanks) =
                (c * length_m * h * root, flank_coefficient * slope * h * h * root);
            (crest + flanks, (1.5 * crest + 2.5 * flanks) / h, 1.5)
        }
    }
}

fn outlet_flow(of: OutletHead, curve: &Curve, [high_m, low_m]: [f64; 2], crest_m: f64) -> Flow {
    let head_m = match of {
        OutletHead::Depth => high_m - crest_m,
        OutletHead::Head => high_m - low_m.max(crest_m),
    };
    if head_m <= NO_DEPTH_M || high_m <= crest_m {
        return Flow::default();
    }
    let at = |head_m: f64| match curve {
        Curve::Power(coefficient, exponent) => coefficient * pow(head_m, *exponent),
        Curve::Table(rating) => rating.at(head_m),
    };
    let small_m = 0.01 * head_m;
    let give_m2_s = (at(head_m + small_m) - at(head_m)) / small_m;
    Flow { m3_s: at(head_m), give_m2_s, ..Flow::default() }
}
